"""Geometry for the screen: simplified in metres, then to longitude and latitude, then rounded."""

from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import shapely

from geoplan.core.crs import is_about_180, require_metric_crs
from geoplan.core.errors import ParameterError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame, GeoSeries
    from numpy.typing import NDArray

DISPLAY_CRS = "EPSG:4326"
_DEGREE_STEP = 1e-5  # 1.1 m on the ground: below a pixel up to zoom 16
_SCREEN_PX = 1_000  # a city fills about this many pixels of an office screen
_PART_OF_PX = 1 / 3  # an outline that moves by less than this looks the same
_LEAST_M, _MOST_M = 1.0, 200.0
_POLYGON, _MULTIPOLYGON = 3, 6

Shapes = Literal["coverage", "single"]


def tolerance_m(layer: "GeoDataFrame") -> float:
    """
    Choose how far an outline may move: a third of a pixel when the whole layer fills a screen.

    Parameters
    ----------
    layer : GeoDataFrame
        Districts, in a projected CRS in metres.

    Returns
    -------
    float
        Metres, rounded to one digit, from 1 m to 200 m.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> tolerance_m(gpd.GeoDataFrame(geometry=[box(0, 0, 40_000, 30_000)], crs="EPSG:4547"))
    10.0
    """
    require_metric_crs(layer=layer)
    if layer.empty:
        return _LEAST_M
    west, south, east, north = layer.total_bounds
    raw = max(east - west, north - south) / _SCREEN_PX * _PART_OF_PX
    return float(np.clip(float(f"{raw:.0e}"), _LEAST_M, _MOST_M))


def for_display(
    layer: "GeoDataFrame", *, tolerance_m: float, shapes: Shapes = "single"
) -> "GeoDataFrame":
    """
    Prepare a layer for a web map: simplify, reproject, round.

    Parameters
    ----------
    layer : GeoDataFrame
        In a projected CRS in metres; not modified.
    tolerance_m : float
        How far an outline may move, in metres; 0 keeps every vertex.
    shapes : {"single", "coverage"}
        ``"coverage"`` for districts: polygons that share borders keep sharing them, without gaps
        or overlaps. ``"single"`` treats each geometry by itself.

    Returns
    -------
    GeoDataFrame
        Same rows and columns, in EPSG:4326, coordinates rounded to 5 decimals (1.1 m).

    Raises
    ------
    CRSError
        If the CRS is missing or not in metres.
    ParameterError
        If `tolerance_m` is negative or not finite.

    Notes
    -----
    Numbers on a map come from the full geometry, never from this one. A geometry that vanishes
    below the tolerance is kept as it was.
    """
    require_metric_crs(layer=layer)
    if not (np.isfinite(tolerance_m) and tolerance_m >= 0):
        raise ParameterError(f"`tolerance_m` is {tolerance_m}; wanted metres, 0 or more.")
    full = layer.geometry.to_numpy()
    slim = _simplified(full, tolerance_m, shapes) if tolerance_m > 0 else full
    lost = shapely.is_empty(slim) & ~shapely.is_empty(full)
    slim = np.where(lost, full, slim)
    shown = in_degrees(gpd.GeoSeries(slim, index=layer.index, crs=layer.crs))
    return layer.set_geometry(
        gpd.GeoSeries(_rounded(shown.to_numpy()), index=layer.index, crs=DISPLAY_CRS)
    )


def in_degrees(geometry: "GeoSeries") -> "GeoSeries":
    """
    Bring geometry into degrees for display; around 180° longitude runs on to 360, in one piece.

    Parameters
    ----------
    geometry : GeoSeries
        In a projected CRS; not modified.

    Returns
    -------
    GeoSeries
        The same in EPSG:4326.
    """
    shown = geometry.to_crs(DISPLAY_CRS)
    if not is_about_180(geometry.crs):
        return shown
    drawn = shapely.transform(
        shown.to_numpy(),
        lambda xy: np.column_stack([np.where(xy[:, 0] < 0, xy[:, 0] + 360, xy[:, 0]), xy[:, 1]]),
    )
    return gpd.GeoSeries(drawn, index=shown.index, crs=DISPLAY_CRS)


def _simplified(
    full: "NDArray[np.object_]", tolerance_m: float, shapes: Shapes
) -> "NDArray[np.object_]":
    polygonal = bool(np.isin(shapely.get_type_id(full), (_POLYGON, _MULTIPOLYGON)).all())
    if shapes == "coverage" and polygonal and len(full):
        # Visvalingam takes the square root of the removed area as its measure: the same tolerance
        # moves outlines a little less than Douglas-Peucker would.
        return np.asarray(shapely.coverage_simplify(full, tolerance_m))
    return np.asarray(shapely.simplify(full, tolerance_m, preserve_topology=True))


def _rounded(geometry: "NDArray[np.object_]") -> "NDArray[np.object_]":
    """Round coordinates without repairing: a self-touching outline draws as well as a valid one."""
    return np.asarray(shapely.set_precision(geometry, _DEGREE_STEP, mode="pointwise"))


def dissolved(areas: "GeoDataFrame") -> "GeoDataFrame":
    """
    Join all areas of a layer into one geometry.

    Parameters
    ----------
    areas : GeoDataFrame, rows of Polygon or MultiPolygon
        In any CRS; not modified. Invalid ones are repaired first: simplifying for the screen may
        have folded a narrow neck.

    Returns
    -------
    GeoDataFrame
        One row with a MultiPolygon, perhaps an empty one.
    """
    whole = shapely.union_all(shapely.make_valid(areas.geometry.to_numpy()))
    parts = shapely.get_parts(shapely.get_parts(whole))
    polygons = shapely.multipolygons(parts[shapely.get_type_id(parts) == _POLYGON])
    return gpd.GeoDataFrame(geometry=[polygons], crs=areas.crs)


def outlines(districts: "GeoDataFrame", *, tolerance_m: float) -> "GeoDataFrame":
    """
    Draw every border once: the inner borders and the outer one, as two rows of lines.

    Parameters
    ----------
    districts : GeoDataFrame
        Polygons in a projected CRS in metres.
    tolerance_m : float
        As in `for_display`.

    Returns
    -------
    GeoDataFrame
        Rows ``inner`` and ``outer`` in the column ``border``, in EPSG:4326. Shared borders drawn
        once keep a dash pattern that two overlaid ones would fill.
    """
    slim = _simplified(districts.geometry.to_numpy(), tolerance_m, "coverage")
    # Neighbours drawn apart by a hair would show a border of the city between them.
    hair = max(tolerance_m, _LEAST_M)
    whole = shapely.buffer(dissolved(districts.set_geometry(slim)).geometry.iloc[0], hair)
    outer = shapely.boundary(shapely.buffer(whole, -hair, join_style="mitre"))
    lines = shapely.union_all(shapely.boundary(slim))
    inner = shapely.difference(lines, shapely.buffer(outer, hair))
    both = gpd.GeoDataFrame(
        {"border": ["inner", "outer"]},
        geometry=[_merged(inner), _merged(outer)],
        crs=districts.crs,
    )
    return for_display(both, tolerance_m=tolerance_m / 2)


def _merged(lines: shapely.Geometry) -> shapely.Geometry:
    return shapely.line_merge(lines) if shapely.get_num_geometries(lines) > 1 else lines
