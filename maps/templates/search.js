// The search box: any part of a name, in any case; arrows and Enter choose. places: rows of name,
// kind, south, west, north, east.
geoplan.addSearch = function (map, places, words) {
  "use strict";

  const HITS = 12;
  const element = geoplan.element;
  const control = L.control({ position: "topleft" });
  control.onAdd = function () {
    const holder = element("div", "gp-search leaflet-control");
    const toggle = element("button", "");
    const box = element("div", "gp-search-box");
    const input = element("input");
    const list = element("ul");
    let chosen = -1;
    toggle.type = "button";
    toggle.title = words.search;
    toggle.setAttribute("aria-label", words.search);
    toggle.setAttribute("aria-expanded", "false");
    toggle.append(geoplan.icon("M7 12A5 5 0 1 0 7 2A5 5 0 0 0 7 12ZM10.5 10.5L14.5 14.5"));
    toggle.firstChild.style.margin = "7px";
    input.type = "search";
    input.placeholder = words.search;
    input.setAttribute("aria-label", words.search);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-controls", "gp-search-hits");
    input.setAttribute("aria-expanded", "false");
    list.id = "gp-search-hits";
    list.setAttribute("role", "listbox");
    function go(place) {
      input.value = place[0];
      list.textContent = "";
      input.setAttribute("aria-expanded", "false");
      geoplan.show(map, place.slice(2), 16);
    }
    function hits() {
      const wanted = input.value.trim().toLocaleLowerCase();
      if (!wanted) return [];
      const starts = [];
      const holds = [];
      for (const place of places) {
        const at = place[0].toLocaleLowerCase().indexOf(wanted);
        if (at === 0) starts.push(place);
        else if (at > 0 && holds.length < HITS) holds.push(place);
        if (starts.length === HITS) break;
      }
      return starts.concat(holds).slice(0, HITS);
    }
    function fill() {
      const found = hits();
      chosen = -1;
      list.textContent = "";
      list.append(
        ...found.map(function (place) {
          const item = element("li", "", place[0]);
          item.setAttribute("role", "option");
          item.append(" ", element("span", "", place[1]));
          item.addEventListener("mousedown", function (event) {
            event.preventDefault();
            go(place);
          });
          return item;
        })
      );
      if (!found.length && input.value.trim()) list.append(element("li", "gp-muted", words.search_none));
      input.setAttribute("aria-expanded", String(found.length > 0));
      return found;
    }
    function mark(step) {
      const items = [...list.querySelectorAll('[role="option"]')];
      if (!items.length) return;
      chosen = (chosen + step + items.length) % items.length;
      items.forEach((item, number) => item.setAttribute("aria-selected", String(number === chosen)));
      items[chosen].scrollIntoView({ block: "nearest" });
    }
    toggle.addEventListener("click", function () {
      const open = holder.classList.toggle("gp-open");
      toggle.setAttribute("aria-expanded", String(open));
      if (open) input.focus();
    });
    input.addEventListener("input", fill);
    input.addEventListener("blur", () => (list.textContent = ""));
    input.addEventListener("keydown", function (event) {
      event.stopPropagation();
      if (event.key === "ArrowDown") mark(1);
      else if (event.key === "ArrowUp") mark(-1);
      else if (event.key === "Escape") toggle.click();
      else if (event.key === "Enter") {
        const found = hits();
        if (found.length) go(found[Math.max(chosen, 0)]);
      } else return;
      event.preventDefault();
    });
    box.append(input, list);
    holder.append(toggle, box);
    L.DomEvent.disableClickPropagation(holder);
    L.DomEvent.disableScrollPropagation(holder);
    return holder;
  };
  control.addTo(map);
};
