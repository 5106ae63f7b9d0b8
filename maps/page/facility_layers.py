"""Facilities as small circles with tooltips, which grow a little on zooming in."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import folium
from branca.element import MacroElement
from folium.template import Template
from folium.utilities import get_obj_in_upper_tree

from geoplan.core import numbers
from geoplan.maps.page.boxes import LegendEntry
from geoplan.maps.page.folium_layers import (
    CANVAS_FROM,
    CLUSTER_FROM,
    Style,
    Tip,
    cluster_layer,
    group,
    names_of,
    shapes_layer,
)
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.memory import once
from geoplan.maps.page.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame

    from geoplan.maps.page.ground import Ground

INK = "#333c45"
_SHOWN_UP_TO = 2_500  # more circles than this hide what they stand on; the layer starts off
_RINGS_UP_TO = 150


@dataclass(frozen=True)
class Dot:
    """
    How a place looks.

    Parameters
    ----------
    fill, rim : str
        Colours.
    radius_px, rim_px : float
        Radius at the first view, and width of the rim.
    """

    fill: str
    rim: str
    radius_px: float
    rim_px: float


RING = Dot("#ffffff", INK, 4.0, 1.6)
DOT = Dot(INK, "#ffffff", 2.2, 0.6)


def objects_part(
    layer: "GeoDataFrame",
    ground: "Ground",
    *,
    title: str,
    dot: Dot | None = None,
    show: bool | None = None,
    tips: "Sequence[Tip]" = (),
    cluster_from: int = CLUSTER_FROM,
) -> Part:
    """
    Draw places as small circles with tooltips.

    Parameters
    ----------
    layer : GeoDataFrame
        Points; other shapes are placed at a point inside.
    ground : Ground
        What they stand on.
    title : str
        Plain text for layer control, legend and tooltip.
    dot : Dot, optional
        How they look; by default rings up to 150, small dots above.
    show : bool, optional
        Whether they are on at first; by default up to 2,500.
    tips : sequence of Tip
        Further lines of the tooltip, after name and key.
    cluster_from : int
        Above so many places they are clusters without tooltips.

    Returns
    -------
    Part
        The legend says it where they are in clusters.
    """
    look = dot or (RING if len(layer) <= _RINGS_UP_TO else DOT)
    shown = once("points", layer, lambda: _points(layer, ground), ground.tolerance_m)
    notes: tuple[str, ...] = ()
    if len(layer) > cluster_from:
        drawn = [cluster_layer(shown, color=look.fill, radius_px=look.radius_px)]
        notes = (say("legend.clustered", ground.lang, count=numbers.number(len(layer))),)
    else:
        style = Style(
            fill=look.fill, stroke=look.rim, width_px=look.rim_px, radius_px=look.radius_px
        )
        lines = [Tip(title, names_of(layer).tolist()), *_key_tip(layer, ground.lang), *tips]
        many = len(layer) > CANVAS_FROM
        circles = shapes_layer(shown, style=style, pane="gp-objects", tips=lines, canvas=many)
        drawn = [circles, GrowOnZoom(circles, look.radius_px)]
    on = len(layer) <= _SHOWN_UP_TO if show is None else show
    entry = LegendEntry(look.fill, title, len(layer), "ring" if look.fill == "#ffffff" else "point")
    return Part(group(title, drawn, show=on), "layer", entries=(entry,), notes=notes)


def _points(layer: "GeoDataFrame", ground: "Ground") -> "GeoDataFrame":
    return ground.display(layer.set_geometry(layer.geometry.representative_point()))


def _key_tip(layer: "GeoDataFrame", lang: str) -> list[Tip]:
    key = next((column for column in layer.columns if str(column).endswith("_id")), None)
    if key is None or "name" not in layer:
        return []
    return [Tip(say("tip.id", lang), layer[key].astype(str).tolist())]


class GrowOnZoom(MacroElement):
    """
    Let circles grow with the zoom: small over a whole city, easy to hit in a street.

    Parameters
    ----------
    circles : folium.GeoJson
        The layer.
    radius_px : float
        Radius at the first view; at most 2.5 times as large further in, and half further out.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        (function (map, circles, radius) {
            var first = null, drawn = radius;
            function grow() {
                if (first === null) { first = Math.max(map.getZoom(), 10.5); }
                if (!map.hasLayer(circles)) { return; }
                var steps = map.getZoom() - first;
                var factor = Math.pow(2, steps / (steps < 0 ? 1.5 : 4));
                var size = radius * Math.min(2.5, Math.max(0.5, factor));
                if (size === drawn) { return; }
                drawn = size;
                circles.eachLayer(function (circle) {
                    if (circle.setRadius) { circle.setRadius(size); }
                });
            }
            map.on("moveend", grow);
            circles.on("add", function () { if (first !== null) { grow(); } });
        })({{ this.map_name() }}, {{ this.circles.get_name() }}, {{ this.radius_px }});
        {% endmacro %}
        """
    )

    def __init__(self, circles: folium.GeoJson, radius_px: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "GrowOnZoom"
        self.circles = circles
        self.radius_px = radius_px

    def map_name(self) -> str:
        """Name the JavaScript variable of the map it is on."""
        return str(get_obj_in_upper_tree(self, folium.Map).get_name())
