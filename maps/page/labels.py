"""Labels on a map: names with halos, kept apart at every zoom."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import folium
from branca.element import MacroElement
from folium.template import Template
from folium.utilities import JsCode

from geoplan.maps.page.classes import MET, MISSED
from geoplan.maps.page.folium_layers import feature_collection
from geoplan.maps.page.safe import safe

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

MARKS = {True: "✓", False: "✗", None: ""}
"""Sign of a verdict, so that nothing hangs on colour alone."""

OPEN_MARK = "◇"
"""Sign of what the data leave open."""

_LABEL = JsCode(
    "function(f,at){return L.marker(at,{pane:'gp-labels',interactive:false,keyboard:false,"
    "icon:L.divIcon({className:'gp-spot',iconSize:[0,0],html:f.properties.h})});}"
)


def label_layer(
    at: "GeoDataFrame",
    names: Sequence[str],
    values: Sequence[str] = (),
    met: Sequence[bool | None] = (),
) -> folium.GeoJson:
    """
    Write labels on a map: a name, and under it a value with the mark of its verdict.

    Parameters
    ----------
    at : GeoDataFrame, n rows of Point
        In EPSG:4326, the most important first: where two labels would overlap, the earlier stays.
    names : sequence of str, n values
        Plain text.
    values : sequence of str, n values, optional
        Plain text.
    met : sequence of bool or None, n values, optional
        Whether the place meets its target; None when there is none or it cannot be decided.

    Returns
    -------
    folium.GeoJson
        In the pane ``gp-labels``; put `KeepLabelsApart` on the map too.
    """
    values = values or [""] * len(names)
    verdicts = met or [None] * len(names)
    marked = zip(names, values, verdicts, strict=True)
    texts = [_label(name, value, verdict) for name, value, verdict in marked]
    data = feature_collection(at.geometry.to_numpy(), {"h": texts})
    return folium.GeoJson(data, control=False, point_to_layer=_LABEL)


def _label(name: str, value: str, met: bool | None) -> str:  # noqa: FBT001 (a value, not a switch)
    colour = {True: MET, False: MISSED, None: "#3c4650"}[met]
    second = f'<span style="color:{colour}">{safe(value)} {MARKS[met]}</span>' if value else ""
    return f'<div class="gp-name"><b>{safe(name)}</b>{second}</div>'


class KeepLabelsApart(MacroElement):
    """
    Hide labels that would overlap an earlier one, after every zoom, move or change of layers.

    A label is first tried where it belongs, then a little above and below, then without its value.

    Parameters
    ----------
    switch : folium.FeatureGroup
        Layer whose check box shows and hides all labels.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <style>
        .gp-spot { overflow: visible; }
        .gp-name {
            position: absolute; transform: translate(-50%, -50%); width: max-content;
            max-width: 11em; text-align: center; white-space: normal; pointer-events: none;
            font: 600 12px/1.25 "Microsoft YaHei","PingFang SC","Noto Sans CJK SC",
                "Source Han Sans SC","Segoe UI",sans-serif; color: #23282d;
            text-shadow: 0 0 2px #fff, 0 0 2px #fff, 0 0 3px #fff, 0 0 4px #fff,
                1px 1px 1px #fff, -1px -1px 1px #fff, 1px -1px 1px #fff, -1px 1px 1px #fff;
        }
        .gp-name b { display: block; font-weight: 600; }
        .gp-name span { display: block; font-weight: 600; font-size: 11px; white-space: nowrap; }
        .gp-name.gp-short span { display: none; }
        @media (max-width: 600px) {
            .gp-name { font-size: 10.5px; }
            .gp-name span { font-size: 10px; }
        }
        </style>
        {% endmacro %}

        {% macro script(this, kwargs) %}
        (function (map, labels) {
            var waiting = 0;
            function hits(box, placed) {
                return placed.some(function (other) {
                    return box[0] < other[2] && other[0] < box[2]
                        && box[1] < other[3] && other[1] < box[3];
                });
            }
            function boxOf(at, shift) {
                return [at.left - 2, at.top - 1 + shift, at.right + 2, at.bottom + 1 + shift];
            }
            function inward(at, frame) {
                var left = Math.max(0, frame.left + 3 - at.left);
                var right = Math.max(0, at.right - frame.right + 3);
                return Math.max(left, right) < at.width / 2 ? left - right : 0;
            }
            function apart() {
                waiting = 0;
                var pane = map.getPane("gp-labels");
                pane.style.display = map.hasLayer(labels) ? "" : "none";
                var all = Array.prototype.slice.call(pane.querySelectorAll(".gp-name"));
                all.forEach(function (label) {
                    label.classList.remove("gp-short");
                    label.style.visibility = "";
                    label.style.marginTop = "";
                    label.style.marginLeft = "";
                });
                var frame = map.getContainer().getBoundingClientRect();
                var full = all.map(function (label) { return label.getBoundingClientRect(); });
                all.forEach(function (label) { label.classList.add("gp-short"); });
                var short = all.map(function (label) { return label.getBoundingClientRect(); });
                var placed = [];
                all.forEach(function (label, number) {
                    var high = full[number].height, tries = [
                        [full[number], 0], [full[number], high * 0.55],
                        [full[number], -high * 0.55], [short[number], 0],
                    ];
                    var found = tries.find(function (one) {
                        return !hits(boxOf(one[0], one[1]), placed);
                    });
                    if (!found) { label.style.visibility = "hidden"; return; }
                    if (found[0] === full[number]) { label.classList.remove("gp-short"); }
                    label.style.marginTop = found[1] + "px";
                    label.style.marginLeft = inward(found[0], frame) + "px";
                    placed.push(boxOf(found[0], found[1]));
                });
            }
            function soon() { if (!waiting) { waiting = setTimeout(apart, 30); } }
            map.on("zoomend moveend resize layeradd layerremove", soon);
            if (document.fonts && document.fonts.ready) { document.fonts.ready.then(soon); }
            soon();
        })({{ this._parent.get_name() }}, {{ this.switch.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, switch: folium.FeatureGroup) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "KeepLabelsApart"
        self.switch = switch
