"""Districts drawn many times out of one copy: ground, tooltips and every choropleth."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import folium
import shapely
from folium.template import Template

from geoplan.maps.page.figure import DataIsland
from geoplan.maps.page.safe import safe

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.maps.page.folium_layers import Style, Tip

_ISLAND = "gp-districts"


def districts_island(shown: "GeoDataFrame") -> DataIsland:
    """
    Put the outlines of the districts on the page, once.

    Parameters
    ----------
    shown : GeoDataFrame, n rows of Polygon or MultiPolygon
        In EPSG:4326, simplified for display.

    Returns
    -------
    DataIsland
        To add to the map before any `DistrictsLayer`.
    """
    shapes = ",".join(shapely.to_geojson(shown.geometry.to_numpy()))
    return DataIsland(_ISLAND, text=f"[{shapes}]")


class DistrictsLayer(folium.map.Layer):
    """
    The districts in one look, drawn from the copy that the page holds.

    Parameters
    ----------
    style : Style
        How; several fills are picked from by `classes`.
    pane : str
        One of `geoplan.maps.page.folium_layers.PANES`.
    classes : sequence of int, n values
        Index into ``style.fill`` per district.
    tips : sequence of Tip
        Lines of the tooltip, n plain texts each; the pane must let the pointer through to them.
    hover : str
        Colour of an outline under the pointer; empty: none.
    panels : bool
        Whether a click opens the panel of the district (``panel.js``).
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = (function () {
            var fixed = {{ this.fixed }}, fills = {{ this.fills }}, classes = {{ this.classes }};
            var labels = {{ this.labels }}, texts = {{ this.texts }};
            geoplan.districts = geoplan.districts || geoplan.island("{{ this.island }}");
            function tooltip(number) {
                return "<table>" + labels.map(function (label, line) {
                    return "<tr><th>" + label + "</th><td>" + texts[line][number] + "</td></tr>";
                }).join("") + "</table>";
            }
            return L.geoJSON(geoplan.districts.map(function (shape, number) {
                return { type: "Feature", properties: { n: number }, geometry: shape };
            }), {
                pane: {{ this.pane }}, interactive: labels.length > 0, smoothFactor: 0.5,
                style: function (feature) {
                    var number = feature.properties.n;
                    return Object.assign({ fillColor: fills[classes[number] || 0] }, fixed);
                },
                onEachFeature: function (feature, shape) {
                    if (!labels.length) { return; }
                    shape.bindTooltip(tooltip(feature.properties.n), {
                        sticky: true, className: "gp-tip gp-tip-district"
                    });
                    {%- if this.panels %}
                    shape.on("click", function (event) {
                        geoplan.openPanel(feature.properties.n, event.latlng);
                    });
                    {%- endif %}
                    {%- if this.hover %}
                    shape.on({
                        mouseover: function () {
                            shape.setStyle({
                                stroke: true, color: {{ this.hover }}, weight: 2.5, opacity: 1
                            });
                            shape.bringToFront();
                        },
                        mouseout: function () { shape.setStyle({ opacity: 0 }); }
                    });
                    {%- endif %}
                }
            });
        })();
        {% endmacro %}
        """
    )

    def __init__(
        self,
        *,
        style: "Style",
        pane: str,
        classes: Sequence[int] = (),
        tips: "Sequence[Tip]" = (),
        hover: str = "",
        panels: bool = False,
    ) -> None:
        super().__init__(control=False)
        self._name = "DistrictsLayer"
        self.island = _ISLAND
        fills = [style.fill] if isinstance(style.fill, str) else list(style.fill)
        self.fills = _script(fills)
        self.fixed = _script(
            {
                "stroke": bool(style.stroke),
                "color": style.stroke or "#000000",
                "weight": style.width_px,
                "fill": bool(style.fill),
                "fillOpacity": style.fill_opacity,
            }
        )
        self.classes = _script([int(number) for number in classes])
        self.labels = _script([safe(tip.label) for tip in tips])
        self.texts = _script([[safe(text) for text in tip.texts] for tip in tips])
        self.pane = _script(pane)
        self.panels = panels
        self.hover = _script(hover) if hover else ""


def _script(value: Any) -> str:  # noqa: ANN401 (whatever JSON can hold)
    """Write a value as a JavaScript literal; every text in it has gone through `safe`."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
