"""People beside the districts, as cells of a raster are on a coast, brought into the nearest."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice
from geoplan.core.record import KEY, attach_record, load_record

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_AMOUNTS = ("population", "jobs")
_AREA = 2
# Whoever is brought to a border gets this much ground behind it, so as to lie inside for certain.
_FOOTHOLD_M = 10.0
_WHOLE = 1e-9


def move_inside(
    people: "GeoDataFrame", districts: "GeoDataFrame", *, limit_m: float
) -> "GeoDataFrame":
    """
    Count people who lie just outside every district in the nearest one.

    Parameters
    ----------
    people : GeoDataFrame, n rows of Point or Polygon
        Residents or jobs, e.g. cells of a raster; not modified.
    districts : GeoDataFrame of Polygon or MultiPolygon
        In the same CRS, in metres.
    limit_m : float
        Whoever is farther from every district stays where they are, and in no total.

    Returns
    -------
    GeoDataFrame, n rows
        The same rows, keys and numbers. A polygon partly inside is cut to its part inside, which
        holds all its people; one wholly outside but within `limit_m` becomes a disc of 10 m at the
        nearest place of a district, cut to it.

    Raises
    ------
    ParameterError
        If `limit_m` is no finite number above 0.
    CRSError
        If the layers are not in one metric CRS.

    Notes
    -----
    Right on a coast, where nobody lives in the sea. Wrong at a border with neighbours that are not
    in the plan: it would count their people too, so `limit_m` should not exceed a cell. Nothing is
    gained or lost in all; the record says how many were moved.

    Examples
    --------
    A cell with 90 people of which a third of the ground is land:

    >>> import geopandas as gpd
    >>> land = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 100)], crs=4547)
    >>> cell = gpd.GeoDataFrame(
    ...     {"population": [90]}, geometry=[shapely.box(90, 0, 120, 30)], crs=4547
    ... )
    >>> moved = move_inside(cell, land, limit_m=50)
    >>> moved.area.tolist(), moved["population"].tolist()
    ([300.0], [90])
    """
    if not np.isfinite(limit_m) or limit_m <= 0:
        raise ParameterError(f"`limit_m` is {limit_m}; wanted metres, a number above 0.")
    require_metric_crs(people=people, districts=districts)
    shapes = np.asarray(people.geometry.array, dtype=object).copy()
    areas = np.asarray(districts.geometry.array, dtype=object)
    whole = shapely.union_all(areas)
    shapely.prepare(whole)
    inside = shapely.covers(whole, shapes)
    touching = np.flatnonzero(~inside & shapely.intersects(whole, shapes))
    cut = shapely.intersection(shapes[touching], whole)
    before = shapely.area(shapes[touching])
    areal = shapely.get_dimensions(shapes[touching]) == _AREA
    kept = np.where(areal, shapely.area(cut) > 0, True)
    share = np.zeros(len(people))
    share[touching] = np.where(areal & kept, 1 - shapely.area(cut) / np.where(areal, before, 1), 0)
    clipped = touching[areal & kept]
    shapes[clipped] = [_polygons(one) for one in cut[areal & kept]]
    out = np.flatnonzero(~inside & ~np.isin(np.arange(len(shapes)), touching[kept]))
    near = out[shapely.dwithin(whole, shapes[out], limit_m)]
    shapes[near] = _footholds(shapes[near], areas)
    share[near] = 1.0
    moved = people.set_geometry(shapes, crs=people.crs)
    return _recorded(moved, people, share, limit_m)


def _polygons(geometry: shapely.Geometry) -> shapely.Geometry:
    """Keep the areas of an intersection, which may hold a touching line too."""
    parts = shapely.get_parts(geometry)
    areal = parts[shapely.get_dimensions(parts) == _AREA]
    whole: shapely.Geometry = areal[0] if len(areal) == 1 else shapely.multipolygons(areal)
    return whole


def _footholds(
    shapes: npt.NDArray[np.object_], areas: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    """Give each shape the ground of its nearest district that is nearest to it."""
    if not len(shapes):
        return shapes
    nearest = shapely.STRtree(areas).nearest(shapes)
    lines = shapely.shortest_line(areas[nearest], shapes)
    ends = shapely.get_point(lines, 0)
    return np.asarray(
        shapely.intersection(shapely.buffer(ends, _FOOTHOLD_M), areas[nearest]), dtype=object
    )


def _recorded(
    moved: "GeoDataFrame", people: "GeoDataFrame", share: npt.NDArray[np.float64], limit_m: float
) -> "GeoDataFrame":
    amount = next((name for name in _AMOUNTS if name in people.columns), None)
    if KEY not in people.attrs or amount is None or not (share > _WHOLE).any():
        return moved
    record = load_record(people)
    numbers = people[amount].to_numpy(dtype=float, na_value=0.0)
    values = {
        "amount": float(numbers @ share),
        "whole": float(numbers.sum()),
        "share": float(numbers @ share / numbers.sum()) if numbers.sum() else 0.0,
        "limit_m": limit_m,
    }
    count = int((share > _WHOLE).sum())
    notice = Notice("people_moved_inside", record.layer, count, len(people), values)
    return attach_record(
        moved, replace(record, notices=(*record.notices, notice)), before=record.notices
    )
