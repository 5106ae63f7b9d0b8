// What the page does beside Leaflet: data islands, fitting, cards, search. Texts from data are only
// ever set as textContent.
var geoplan = (function () {
  "use strict";

  const COMPACT = "(max-width: 760px), (max-height: 520px)";
  const ROOM_FOR_CARDS_PX = 900;
  const ROOM_IN_FRAME_PX = 1200;
  const MARGIN_PX = 12;
  // Paper across less the margins of page.css, less the footer, at 96 px to the inch.
  const PAPERS_PX = { a4: [1062, 690], a3: [1526, 1018], letter: [995, 712] };
  // Cards shrink with the map, but never below what can be read on paper.
  const SMALLEST_PRINT = 0.7;

  function island(name) {
    return JSON.parse(document.getElementById("gp-island-" + name).textContent);
  }

  function one(selector) {
    return document.querySelector(selector);
  }

  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className || "";
    made.textContent = text || "";
    return made;
  }

  // Padding that keeps the extent clear of the open cards, where there is room for both.
  function padding(map) {
    const size = map.getSize();
    if (size.x < 4 * MARGIN_PX || size.y < 4 * MARGIN_PX) return null;
    if (size.x < ROOM_FOR_CARDS_PX || matchMedia(COMPACT).matches) {
      const title = Math.min(one(".gp-title").offsetHeight, size.y / 3);
      return { paddingTopLeft: [MARGIN_PX, title + MARGIN_PX], paddingBottomRight: [MARGIN_PX, MARGIN_PX] };
    }
    const widest = (selector) =>
      Math.max(0, ...[...document.querySelectorAll(selector)].map((card) => card.offsetWidth));
    const side = (selector) => [Math.min(widest(selector), size.x / 3) + 2 * MARGIN_PX, MARGIN_PX];
    return {
      paddingTopLeft: side(".gp-table, .gp-map .leaflet-left"),
      paddingBottomRight: side(".gp-legend, .gp-layers"),
    };
  }

  function corners(bounds) {
    return [[bounds[0], bounds[1]], [bounds[2], bounds[3]]];
  }

  function show(map, bounds, maxZoom) {
    const options = padding(map);
    if (!options) return false;
    // A map may know a better place for its first view than the padding of a rectangle.
    if (maxZoom === undefined && geoplan.fit && geoplan.fit(map)) return true;
    map.fitBounds(corners(bounds), Object.assign(options, { maxZoom: maxZoom, animate: false }));
    return true;
  }

  function bar(map, className, label, content, action) {
    const control = L.control({ position: "topleft" });
    control.onAdd = function () {
      const holder = element("div", "leaflet-bar leaflet-control");
      const link = element("a", "gp-tool " + className);
      link.href = "#";
      link.title = label;
      link.setAttribute("role", "button");
      link.setAttribute("aria-label", label);
      link.append(content);
      L.DomEvent.disableClickPropagation(holder);
      L.DomEvent.on(link, "click", function (event) {
        L.DomEvent.preventDefault(event);
        action(link);
      });
      holder.append(link);
      return holder;
    };
    return control.addTo(map);
  }

  function icon(path) {
    const NS = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(NS, "svg");
    const drawn = document.createElementNS(NS, "path");
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("width", "16");
    svg.setAttribute("height", "16");
    drawn.setAttribute("d", path);
    drawn.setAttribute("fill", "none");
    drawn.setAttribute("stroke", "currentColor");
    drawn.setAttribute("stroke-width", "1.8");
    svg.append(drawn);
    return svg;
  }

  function nameZoom(map, words) {
    for (const way of ["in", "out"]) {
      const link = map.getContainer().querySelector(".leaflet-control-zoom-" + way);
      if (!link) continue;
      link.title = words["zoom_" + way];
      link.setAttribute("aria-label", words["zoom_" + way]);
    }
  }

  function addTools(map, options) {
    const words = options.words;
    nameZoom(map, words);
    if (options.bounds) {
      bar(map, "gp-home", words.home, icon("M2 8L8 2.5L14 8M4 7V13.5H12V7"), function () {
        map.closePopup();
        show(map, options.bounds);
      });
    }
    if (document.fullscreenEnabled) {
      bar(map, "gp-full", words.full_screen, icon("M2 6V2H6M10 2H14V6M14 10V14H10M6 14H2V10"), function () {
        if (document.fullscreenElement) document.exitFullscreen();
        else document.documentElement.requestFullscreen();
      });
      document.addEventListener("fullscreenchange", function () {
        const label = document.fullscreenElement ? words.full_screen_exit : words.full_screen;
        one(".gp-full").title = label;
        one(".gp-full").setAttribute("aria-label", label);
      });
    }
    const scale = L.control.scale({ position: "bottomright", imperial: false }).addTo(map);
    one(".gp-scale").append(scale.getContainer());
  }

  // The layer control moves onto a card of its own, so that it never covers the legend.
  function moveLayers() {
    const card = one(".gp-layers");
    const controls = document.querySelectorAll(".gp-map .leaflet-control-layers");
    for (const control of controls) {
      control.classList.add("leaflet-control-layers-expanded");
      card.lastElementChild.append(control);
    }
    card.hidden = controls.length === 0;
  }

  // A block of the legend shows while one of its layers does.
  function followLayers(maps) {
    const blocks = [...document.querySelectorAll(".gp-legend [data-layers]")];
    function update() {
      for (const block of blocks) {
        const layers = block.dataset.layers.split(" ").map((name) => window[name]);
        block.hidden = !layers.some((layer) => layer && maps.some((map) => map.hasLayer(layer)));
      }
    }
    for (const map of maps) map.on("layeradd layerremove", L.Util.throttle(update, 50));
    update();
  }

  // Cards fold to their heading. On small screens they start folded; so do table and layers in a
  // frame, where the map has little room. Print shows them all (page.css).
  function foldCards() {
    const query = matchMedia(COMPACT);
    const framed = window.self !== window.top && window.innerWidth < ROOM_IN_FRAME_PX;
    const buttons = [...document.querySelectorAll(".gp-fold")];
    function fold(button, folded) {
      button.closest(".gp-card").classList.toggle("gp-folded", folded);
      button.setAttribute("aria-expanded", String(!folded));
    }
    const small = (button) => framed && !button.closest(".gp-legend");
    const foldAll = () => buttons.forEach((button) => fold(button, query.matches || small(button)));
    for (const button of buttons) {
      button.addEventListener("click", () => fold(button, button.getAttribute("aria-expanded") === "true"));
    }
    query.addEventListener("change", foldAll);
    foldAll();
  }

  // On paper the map keeps its size on screen and is scaled as a whole: a map that is laid out anew
  // while printing leaves its canvases empty.
  function preparePrint(container) {
    const style = document.documentElement.style;
    style.setProperty("--gp-width", container.clientWidth + "px");
    style.setProperty("--gp-height", container.clientHeight + "px");
    for (const [paper, [width, height]] of Object.entries(PAPERS_PX)) {
      const scale = Math.min(width / container.clientWidth, height / container.clientHeight) || 1;
      const cards = Math.max(Math.min(scale, 1.25), SMALLEST_PRINT);
      style.setProperty("--gp-map-" + paper, String(scale));
      style.setProperty("--gp-card-" + paper, String(cards));
      style.setProperty("--gp-bar-" + paper, String(scale / cards));
    }
  }

  function watchRows(map) {
    for (const button of document.querySelectorAll(".gp-go")) {
      button.addEventListener("click", function () {
        show(map, button.dataset.bounds.split(",").map(Number), 16);
        if (button.dataset.district) geoplan.openPanel(Number(button.dataset.district), null, button);
      });
    }
  }

  // A row of the table may stand for a theme: choosing it chooses that in the layer control.
  function watchThemes() {
    for (const button of document.querySelectorAll(".gp-choose")) {
      button.addEventListener("click", function () {
        const wanted = L.stamp(window[button.dataset.theme]);
        const boxes = [...document.querySelectorAll(".gp-layers input")];
        const box = boxes.find((input) => input.layerId === wanted);
        if (box && !box.checked) box.click();
      });
    }
  }

  function start(options) {
    const maps = options.maps.map((name) => window[name]);
    const first = maps[0];
    maps.forEach(function (map, number) {
      map.attributionControl && map.attributionControl.setPrefix(false);
      map.getContainer().setAttribute("aria-label", options.words.map);
      if (number > 0) nameZoom(map, options.words);
    });
    foldCards();
    moveLayers();
    addTools(first, options);
    geoplan.addMeasure(first, options.words.measure);
    if (options.places) geoplan.addSearch(first, island("gp-places"), options.words);
    geoplan.addPanels(first, options.words);
    watchRows(first);
    watchThemes();
    followLayers(maps);
    // A frame may start at size 0, or change: then Leaflet must be told, and the first view redone.
    let fitted = !options.bounds;
    const area = one(".gp-map");
    function settle() {
      if (matchMedia("print").matches) return;
      preparePrint(area);
      for (const map of maps) map.invalidateSize({ pan: false });
      if (!fitted) fitted = show(first, options.bounds);
    }
    settle();
    new ResizeObserver(settle).observe(area);
  }

  return {
    bar: bar,
    element: element,
    icon: icon,
    island: island,
    padding: padding,
    show: show,
    start: start,
  };
})();
