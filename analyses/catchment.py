"""Catchments: every place within a straight-line distance of a facility."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geoplan.analyses.discs import union_area_m2
from geoplan.core.errors import ParameterError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Floats = NDArray[np.float64]
Geometries = NDArray[Any]


@dataclass(frozen=True)
class Catchment:
    """
    Every place at most `distance_m` from a facility, by straight line.

    Parameters
    ----------
    centres : array of float, shape (m, 2)
        Centres of the discs: the point facilities and the vertices of the others.
    polygon : Polygon or MultiPolygon
        The polygonal part: the areas, and the strips along their edges and along lines.
    facilities : array of geometry
        The facilities near enough to matter.
    distance_m : float
        The distance.
    """

    centres: Floats
    polygon: Any
    facilities: Geometries
    distance_m: float


def make_catchment(
    facilities: "GeoDataFrame", distance_m: float, within: tuple[float, float, float, float]
) -> Catchment:
    """
    Build the catchment of facilities.

    Parameters
    ----------
    facilities : GeoDataFrame of any geometry
        Points, lines or polygons, mixed if need be.
    distance_m : float
        Finite and greater than 0.
    within : tuple of float
        West, south, east, north of what will be measured; facilities farther away are left out.

    Returns
    -------
    Catchment
        The catchment.
    """
    if not (math.isfinite(distance_m) and distance_m > 0):
        raise ParameterError(f"`distance_m` is {distance_m}; wanted a finite number above 0.")
    near = shapely.box(*within)
    shapes = np.asarray(facilities.geometry.array)
    shapes = shapes[shapely.dwithin(shapes, near, distance_m)]
    kind = shapely.get_dimensions(shapes)
    polygon = shapely.union_all(np.append(shapes[kind == 2], _strips(shapes[kind > 0], distance_m)))
    return Catchment(
        np.unique(shapely.get_coordinates(shapes), axis=0), polygon, shapes, distance_m
    )


def _strips(shapes: Geometries, distance_m: float) -> Geometries:
    lines = shapely.get_parts(shapely.boundary(shapes[shapely.get_dimensions(shapes) == 2]))
    lines = np.append(lines, shapely.get_parts(shapes[shapely.get_dimensions(shapes) == 1]))
    xy, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    a, b = xy[:-1][same], xy[1:][same]
    step = b - a
    length = np.hypot(step[:, 0], step[:, 1])
    a, b, step, length = (v[length > 0] for v in (a, b, step, length))
    side = distance_m * np.column_stack([-step[:, 1], step[:, 0]]) / length[:, None]
    return np.asarray(shapely.polygons(np.stack([a + side, a - side, b - side, b + side], axis=1)))


def covered_area_m2(regions: Geometries, catchment: Catchment) -> Floats:
    """
    Measure how much of each region lies in a catchment, exactly.

    Parameters
    ----------
    regions : array of Polygon or MultiPolygon, n
        Valid regions.
    catchment : Catchment
        From `make_catchment`.

    Returns
    -------
    array of float, n
        Area in m².
    """
    regions = np.asarray(regions)
    if shapely.is_empty(catchment.polygon):
        return union_area_m2(regions, catchment.centres, catchment.distance_m)
    straight = shapely.area(shapely.intersection(regions, catchment.polygon))
    rest = shapely.difference(regions, catchment.polygon)
    return straight + union_area_m2(rest, catchment.centres, catchment.distance_m)


def covers_points(points: Geometries, catchment: Catchment) -> NDArray[np.bool_]:
    """
    Tell which points lie in a catchment, its edge included.

    Parameters
    ----------
    points : array of Point, n
        What to look up.
    catchment : Catchment
        From `make_catchment`.

    Returns
    -------
    array of bool, n
        Whether the nearest facility is at most ``catchment.distance_m`` away.
    """
    covered = np.zeros(len(points), dtype=bool)
    tree = shapely.STRtree(catchment.facilities)
    covered[tree.query(points, "dwithin", catchment.distance_m)[0]] = True
    return covered


def catchment_polygons(catchment: Catchment, *, quad_segs: int = 64) -> Any:  # noqa: ANN401
    """
    Draw a catchment as polygons: for maps only, since a circle becomes a polygon.

    Parameters
    ----------
    catchment : Catchment
        From `make_catchment`.
    quad_segs : int
        Segments per quarter circle.

    Returns
    -------
    Polygon or MultiPolygon
        The catchment; 64 segments per quarter make it 0.01 % too small.
    """
    return shapely.union_all(
        shapely.buffer(catchment.facilities, catchment.distance_m, quad_segs=quad_segs)
    )
