// The panel of a district: every measure with its value, amounts and verdict. It opens by a click on
// the district, or from the table, which is the way for those who use no mouse.
geoplan.openPanel = function () {};
geoplan.addPanels = function (map, words) {
  "use strict";

  if (!document.getElementById("gp-island-gp-panels")) return;
  const data = geoplan.island("gp-panels");
  const element = geoplan.element;
  let popup = null;
  let opener = null;

  function verdict(line, number) {
    const met = line.met[number];
    if (!line.target) return null;
    const tone = met === true ? "met" : met === false ? "missed" : met === "open" ? "undecidable" : "muted";
    const mark = { met: "✓ " + words.panel_met, missed: "✗ " + words.panel_missed, undecidable: "◇ " + words.panel_open, muted: "–" }[tone];
    const cell = element("span", "gp-panel-verdict");
    cell.append(element("b", "gp-" + tone, mark), " ", element("span", "gp-muted", words.panel_target + " " + line.target));
    return cell;
  }

  function content(number) {
    const holder = element("div", "gp-panel");
    holder.tabIndex = -1;
    holder.setAttribute("role", "dialog");
    holder.setAttribute("aria-label", data.names[number]);
    const list = element("dl", "");
    for (const line of data.lines) {
      const value = element("dd", "");
      value.append(element("b", "gp-panel-value", line.values[number]));
      const judged = verdict(line, number);
      if (judged) value.append(judged);
      if (line.amounts[number]) value.append(element("span", "gp-muted", line.amounts[number]));
      list.append(element("dt", "", line.name), value);
    }
    holder.append(element("h3", "", data.names[number]), list);
    return holder;
  }

  geoplan.openPanel = function (number, at, button) {
    if (map.getContainer().classList.contains("gp-measuring")) return;
    const room = geoplan.padding(map) || { paddingTopLeft: [12, 12], paddingBottomRight: [12, 12] };
    opener = button || null;
    popup = L.popup({
      className: "gp-popup",
      maxWidth: Math.min(340, map.getSize().x - 40),
      maxHeight: Math.max(120, map.getSize().y - 140),
      autoPanPaddingTopLeft: [60, room.paddingTopLeft[1]],
      autoPanPaddingBottomRight: [map.getSize().x > 900 ? room.paddingBottomRight[0] : 20, 20],
    })
      .setLatLng(at || data.at[number])
      .setContent(content(number))
      .openOn(map);
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    close.title = words.panel_close;
    close.setAttribute("aria-label", words.panel_close);
    if (opener) popup.getElement().querySelector(".gp-panel").focus({ preventScroll: true });
  };
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || !popup || !map.hasLayer(popup)) return;
    map.closePopup(popup);
    if (opener) opener.focus();
  });
};
