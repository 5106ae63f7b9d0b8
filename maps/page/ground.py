"""The quiet ground of a map: districts, borders, and the plan's own layers in pale colours."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import numpy as np
import shapely

from geoplan.core.crs import require_metric_crs
from geoplan.maps.page.boxes import Bounds
from geoplan.maps.page.folium_layers import Style, add_panes, shapes_layer
from geoplan.maps.page.memory import once
from geoplan.maps.page.shared_shapes import DistrictsLayer, districts_island
from geoplan.maps.page.simplify import for_display, in_degrees, outlines, tolerance_m

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

LAND, BORDER = "#fcfbf8", "#5b6670"


@dataclass(frozen=True)
class Ground:
    """
    What every part of one map stands on.

    Parameters
    ----------
    districts : GeoDataFrame
        As measured.
    shown : GeoDataFrame
        The same for display, EPSG:4326.
    tolerance_m : float
        How far outlines may be off on the screen.
    label_at : GeoDataFrame
        Where each district's label belongs, EPSG:4326.
    order : ndarray of int
        Rows of the districts from the largest to the smallest: whose label goes first.
    lang : str
        Language of the map.
    """

    districts: "GeoDataFrame"
    shown: "GeoDataFrame"
    tolerance_m: float
    label_at: "GeoDataFrame"
    order: "np.ndarray[Any, Any]"
    lang: str

    @property
    def bounds(self) -> Bounds:
        """South, west, north, east of all districts in degrees."""
        west, south, east, north = self.shown.total_bounds
        return (float(south), float(west), float(north), float(east))

    @property
    def row_bounds(self) -> tuple[Bounds, ...]:
        """South, west, north, east of every district in degrees."""
        found = self.shown.geometry.bounds.to_numpy()[:, [1, 0, 3, 2]]
        return tuple((s, w, n, e) for s, w, n, e in found.round(5).tolist())

    def display(self, layer: "GeoDataFrame") -> "GeoDataFrame":
        """Prepare a further layer with the tolerance of this map."""
        return for_display(layer, tolerance_m=self.tolerance_m)


def ground_of(districts: "GeoDataFrame", lang: str) -> Ground:
    """
    Prepare the districts of a result for a map.

    Parameters
    ----------
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        In a projected CRS in metres, with ``district_id`` and ``name``.
    lang : {"en", "zh"}
        Language of the map.

    Returns
    -------
    Ground
        The districts simplified for display, and where their labels belong.
    """
    return once("ground", districts, lambda: _ground_of(districts, lang), lang)


def _ground_of(districts: "GeoDataFrame", lang: str) -> Ground:
    require_metric_crs(districts=districts)
    tolerance = tolerance_m(districts)
    shown = for_display(districts, tolerance_m=tolerance, shapes="coverage")
    # The middle of the largest circle inside is where an eye puts a name; a centroid can lie
    # outside, and a representative point near an edge.
    slim = shapely.simplify(districts.geometry.to_numpy(), 10 * tolerance)
    circles = shapely.maximum_inscribed_circle(slim, tolerance=10 * tolerance)
    middle = in_degrees(gpd.GeoSeries(shapely.get_point(circles, 0), crs=districts.crs))
    return Ground(
        districts=districts,
        shown=shown,
        tolerance_m=tolerance,
        label_at=gpd.GeoDataFrame(geometry=middle.set_precision(1e-5, mode="pointwise")),
        order=np.argsort(-shapely.area(districts.geometry.to_numpy()), kind="stable"),
        lang=lang,
    )


def start_map(ground: Ground, *, gcj02: bool = False) -> folium.Map:
    """Make a map with its panes, the pale land of the districts and their borders."""
    south, west, north, east = ground.bounds
    map_ = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=11,
        tiles=None,
        crs="GCJ02" if gcj02 else "EPSG3857",
        control_scale=False,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=100,
    )
    add_panes(map_)
    districts_island(ground.shown).add_to(map_)
    DistrictsLayer(style=Style(fill=LAND), pane="gp-ground").add_to(map_)
    lines = once(
        "borders",
        ground.districts,
        lambda: outlines(ground.districts, tolerance_m=ground.tolerance_m),
    )
    inner, outer = lines[lines["border"] == "inner"], lines[lines["border"] == "outer"]
    dashed = Style(stroke=BORDER, width_px=1.1, dash="6 4")
    shapes_layer(inner, style=dashed, pane="gp-borders").add_to(map_)
    solid = Style(stroke=BORDER, width_px=1.6)
    shapes_layer(outer, style=solid, pane="gp-borders").add_to(map_)
    return map_
