// Measuring by hand: each click adds a corner, the label gives length and, from three corners on,
// area. Escape or the button ends it and clears.
geoplan.addMeasure = function (map, label) {
  "use strict";

  const A_M = 6378137;
  const E2 = 0.00669438002290; // first eccentricity squared of WGS 84 and, to 1e-10, of CGCS2000
  const E = Math.sqrt(E2);
  const LINE = { color: "#b2182b", weight: 2, interactive: false, fillOpacity: 0.08, dashArray: "6 4" };
  const rad = (degrees) => (degrees * Math.PI) / 180;

  // Radii of curvature at the middle latitude: 1e-5 of the geodesic over the length of a city.
  function lengthM(from, to) {
    const sin = Math.sin(rad((from.lat + to.lat) / 2));
    const w2 = 1 - E2 * sin * sin;
    const north = ((A_M * (1 - E2)) / Math.pow(w2, 1.5)) * rad(to.lat - from.lat);
    const east = (A_M / Math.sqrt(w2)) * Math.sqrt(1 - sin * sin) * rad(to.lng - from.lng);
    return Math.hypot(north, east);
  }

  // Shoelace in the cylindrical equal-area projection of the ellipsoid.
  function areaM2(corners) {
    const q = (sin) => (1 - E2) * (sin / (1 - E2 * sin * sin) + Math.atanh(E * sin) / E);
    let twice = 0;
    corners.forEach(function (one, number) {
      const next = corners[(number + 1) % corners.length];
      const [y1, y2] = [one, next].map((corner) => q(Math.sin(rad(corner.lat))) / 2);
      twice += rad(one.lng) * y2 - rad(next.lng) * y1;
    });
    return (A_M * A_M * Math.abs(twice)) / 2;
  }

  function inWords(metres, square) {
    const big = metres >= (square ? 1e6 : 1e3);
    const value = big ? metres / (square ? 1e6 : 1e3) : square ? metres / 1e4 : metres;
    const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    const unit = big ? (square ? "km²" : "km") : square ? "ha" : "m";
    return value.toFixed(unit === "m" ? 0 : digits) + " " + unit;
  }

  let corners = [];
  let drawn = null;
  const tag = L.tooltip({ permanent: true, direction: "top", className: "gp-measure-tag" });

  function redraw() {
    if (drawn) drawn.remove();
    drawn = null;
    if (corners.length < 2) tag.remove();
    if (!corners.length) return;
    drawn = L.featureGroup(
      corners.map((corner) => L.circleMarker(corner, { ...LINE, dashArray: null, radius: 3, fillOpacity: 1 }))
    );
    drawn.addLayer(corners.length > 2 ? L.polygon(corners, LINE) : L.polyline(corners, LINE));
    drawn.addTo(map);
    if (corners.length < 2) return;
    const length = corners.slice(1).reduce((sum, corner, at) => sum + lengthM(corners[at], corner), 0);
    const area = corners.length > 2 ? " · " + inWords(areaM2(corners), true) : "";
    tag.setLatLng(corners[corners.length - 1]).setContent(inWords(length, false) + area).addTo(map);
  }

  function add(event) {
    corners.push(event.latlng);
    redraw();
  }

  let active = false;
  function turn(on, button) {
    active = on;
    corners = [];
    redraw();
    map[on ? "on" : "off"]("click", add);
    map.doubleClickZoom[on ? "disable" : "enable"]();
    map.getContainer().classList.toggle("gp-measuring", on);
    button.setAttribute("aria-pressed", String(on));
  }

  geoplan.bar(map, "gp-measure", label, geoplan.icon("M1.5 10.5L10.5 1.5L14.5 5.5L5.5 14.5ZM4 8L6 10M6.5 5.5L8.5 7.5M9 3L11 5"), function (button) {
    turn(!active, button);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && active) turn(false, document.querySelector(".gp-measure"));
  });
};
