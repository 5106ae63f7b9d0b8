"""Layers of the plan in pale colours, for reference under what a map shows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geoplan.core.crs import require_metric_crs
from geoplan.core.terms import term
from geoplan.maps.page.boxes import LegendEntry, Symbol
from geoplan.maps.page.facility_layers import DOT, RING, objects_part
from geoplan.maps.page.folium_layers import Style, group, shapes_layer
from geoplan.maps.page.grid_overlay import overlay, picture_of
from geoplan.maps.page.ground import Ground
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.memory import once
from geoplan.maps.page.words import capital, say

if TYPE_CHECKING:
    import folium
    from geopandas import GeoDataFrame


@dataclass(frozen=True)
class _Quiet:
    """How a layer for reference looks: fill of areas, colour and width of lines, and where."""

    fill: str
    line: str
    width_px: float = 1.0
    opacity: float = 0.9
    pane: str = "gp-quiet"


_QUIET: Mapping[str, _Quiet] = {
    "water": _Quiet("#c3dbe9", "#a9cbe0"),
    "rivers": _Quiet("#c3dbe9", "#a9cbe0", 2.0),
    "roads": _Quiet("#dcd8d0", "#cfcac1", 1.2),
    "streets": _Quiet("#dcd8d0", "#dcd8d0", 0.7),
    "rail": _Quiet("#8d7fa8", "#8d7fa8", 2.2),
    "parks": _Quiet("#8cc580", "#5c9c50", 0.9, 0.55, "gp-over"),
    "greenways": _Quiet("#74b266", "#74b266", 1.6),
    "built_up": _Quiet("#ece7df", "#e0dacf", 0.5),
    "residential_land": _Quiet("#ebe3d6", "#ded5c5", 0.5),
    "buildings": _Quiet("#d9d2c8", "#c9c1b5", 0.5),
    "red_lines": _Quiet("#cfe3c4", "#a65a62", 1.2),
    "eco_line": _Quiet("#dbe8d2", "#a9bf9b", 1.0),
}
_OTHER = _Quiet("#dfe1e4", "#8a949d", 1.2)
_DOTS = {"rail_stations": RING, "rail_entrances": RING, "bus_stops": DOT}
ORIENTATION = ("water", "rivers", "roads", "rail")
"""Layers that are on at first wherever they are part of the context."""
# A layer for reference is on every map of a run: above these it is drawn more cheaply.
CONTEXT_SHAPES, CONTEXT_CORNERS = 2_000, 60_000
_BELOW = ("eco_line", "red_lines", "built_up", "residential_land", "water", "rivers")


def context_parts(
    context: "Mapping[str, GeoDataFrame] | None",
    ground: Ground,
    *,
    shown: Collection[str] = ORIENTATION,
) -> list[Part]:
    """
    Draw further layers of the plan for reference.

    Parameters
    ----------
    context : mapping of str to GeoDataFrame, optional
        Layers by their name in the plan, in the CRS of the districts.
    ground : Ground
        What they stand on.
    shown : collection of str
        Layers that are on at first; everything else waits in the layer control.

    Returns
    -------
    list of Part
        One per layer that has rows, areas below lines below points.

    Raises
    ------
    CRSError
        If a layer is in another CRS than the districts.
    """
    if not context:
        return []
    require_metric_crs(districts=ground.districts, **context)
    filled = {name: layer for name, layer in context.items() if not layer.empty}
    names = sorted(filled, key=lambda name: (name not in _BELOW, _dimension(filled[name])))
    return [_context_part(name, filled[name], ground, show=name in shown) for name in names]


def _dimension(layer: "GeoDataFrame") -> int:
    return -int(shapely.get_dimensions(layer.geometry.to_numpy()).max(initial=0))


def _context_part(name: str, layer: "GeoDataFrame", ground: Ground, *, show: bool) -> Part:
    look = _QUIET.get(name, _OTHER)
    title = capital(term("layer", name, ground.lang))
    if _dimension(layer) == 0:
        return objects_part(
            layer,
            ground,
            title=title,
            dot=_DOTS.get(name),
            show=show,
            cluster_from=CONTEXT_SHAPES,
        )
    symbol: Symbol = "line" if _dimension(layer) == -1 else "area"
    notes: tuple[str, ...] = ()
    colour = look.fill if symbol == "area" else look.line
    if _is_heavy(layer, symbol):
        notes = (say("legend.pictured", ground.lang, layer=title),)
        picture = once("picture", layer, lambda: picture_of(layer, np.zeros(len(layer), dtype=int)))
        part: folium.map.Layer = overlay(picture, [colour], pane=look.pane, opacity=look.opacity)
    else:
        fill = look.fill if symbol == "area" else ""
        style = Style(
            fill=fill, fill_opacity=look.opacity, stroke=look.line, width_px=look.width_px
        )
        pane = look.pane if symbol == "area" else "gp-lines"
        shown = once("merged", layer, lambda: _merged(ground.display(layer)), ground.tolerance_m)
        part = shapes_layer(shown, style=style, pane=pane)
    entry = LegendEntry(colour, title, len(layer), symbol)
    return Part(group(title, [part], show=show), "layer", entries=(entry,), notes=notes)


def _is_heavy(layer: "GeoDataFrame", symbol: Symbol) -> bool:
    if symbol == "area" and len(layer) > CONTEXT_SHAPES:
        return True
    corners = shapely.get_num_coordinates(layer.geometry.to_numpy())
    return bool(corners.sum() > CONTEXT_CORNERS)


def _merged(shown: "GeoDataFrame") -> "GeoDataFrame":
    """Bind the rows of a layer without tooltips into one: one path for the browser, not many."""
    merged = shapely.geometrycollections(shapely.get_parts(shown.geometry.to_numpy()))
    return gpd.GeoDataFrame(geometry=[merged], crs=shown.crs)
