"""Catchments: every place within a straight-line distance of a facility."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geoplan.analyses.exact.boundary_edges import SAME_PLACE_M, Edges, make_edges
from geoplan.analyses.exact.discs import disc_outline
from geoplan.analyses.exact.elements import Bools, Floats, Geometries, flat
from geoplan.analyses.exact.offsets import edge_outline
from geoplan.analyses.exact.outline import Outline, TieError
from geoplan.analyses.exact.outline_polygons import outline_polygons
from geoplan.analyses.exact.overlap import overlap_area_m2
from geoplan.core.crs import check_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.core.true_size import true_area_m2

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

# Lines and borders that are drawn twice, all but alike, are joined on a grid where nothing finer
# tells them apart; it moves them by less than their digitising is known to.
_GRIDS_M = (None, SAME_PLACE_M, 1e-3, 1e-2)
_POINT, _LINE, _AREA = 0, 1, 2


@dataclass(frozen=True)
class Catchment:
    """
    Every place at most `distance_m` from a facility, by straight line.

    Made by `make_catchment`. What it needs for measuring is worked out when it is first used.

    Parameters
    ----------
    areas : array of Polygon or MultiPolygon
        Facilities that cover ground: it is near itself.
    lines : array of LineString or MultiLineString
        Facilities that are lines.
    centres : array of float, shape (m, 2)
        Facilities that are points, none twice.
    distance_m : float
        The distance.
    """

    areas: Geometries
    lines: Geometries
    centres: Floats
    distance_m: float

    @property
    def is_empty(self) -> bool:
        """Whether it has no facility."""
        return not (len(self.areas) or len(self.lines) or len(self.centres))

    @cached_property
    def outline(self) -> Outline:
        """Its exact boundary: straight pieces and arcs."""
        return self._traced[1]

    def trace(self, distance_m: float) -> Outline:
        """Trace the boundary that the same facilities have at another distance."""
        if distance_m == self.distance_m:
            return self.outline
        if self._edges is None:
            return disc_outline(self.centres, distance_m)
        return edge_outline(self._edges, distance_m)

    def depth_m(self, xy: Floats) -> Floats:
        """
        Measure how far inside points are: the distance less that to the nearest facility.

        Parameters
        ----------
        xy : array of float, shape (n, 2)
            Points.

        Returns
        -------
        array of float, n
            Negative outside, where it may be minus infinity; 0 on the boundary.
        """
        if self._edges is None:
            return np.asarray(self.distance_m - self._centre_tree.query(xy)[0])
        depth = self.distance_m - self._edges.distance_m(xy - self._edges.origin, self.distance_m)
        outside = np.flatnonzero(depth <= 0)
        if len(self.areas) and len(outside):
            # The areas are asked, since it is they that gain from being prepared.
            points = shapely.STRtree(np.asarray(shapely.points(xy[outside])))
            inside = points.query(self.areas, "intersects")[1]
            depth[outside[inside]] = self.distance_m
        return np.asarray(depth)

    @property
    def _edges(self) -> Edges | None:
        return self._traced[0]

    @cached_property
    def _traced(self) -> tuple[Edges | None, Outline]:
        if not (len(self.areas) or len(self.lines)):
            return None, disc_outline(self.centres, self.distance_m)
        shapes = self.areas, self.lines, self.centres
        grids_m = _GRIDS_M if len(self.areas) else (None, *_GRIDS_M[2:])  # a hair is for areas
        for grid_m in grids_m:
            edges = make_edges(*shapes, grid_m=grid_m)
            try:
                return edges, edge_outline(edges, self.distance_m)
            except TieError as error:
                tie = error
        raise tie

    @cached_property
    def _centre_tree(self) -> cKDTree:
        return cKDTree(self.centres)


def make_catchment(
    facilities: "GeoDataFrame",
    distance_m: float,
    within: tuple[float, float, float, float] | None = None,
) -> Catchment:
    """
    Build the catchment of facilities.

    Parameters
    ----------
    facilities : GeoDataFrame, m rows of any geometry
        Points, lines or polygons, mixed if need be, in a projected CRS in metres. May be empty.
    distance_m : float
        Finite and greater than 0.
    within : tuple of float, optional
        West, south, east, north of what will be measured. Facilities farther away than
        `distance_m` are left out: they cannot matter.

    Returns
    -------
    Catchment
        The catchment.

    Raises
    ------
    ParameterError
        If `distance_m` is not a finite number above 0.
    CRSError
        If `facilities` has no CRS, or one in which metres cannot be measured.

    Examples
    --------
    >>> import geopandas as gpd
    >>> stops = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 300], [0, 0]), crs=4547)
    >>> round(make_catchment(stops, 500).outline.area_m2)
    1080835
    """
    check_distance_m(distance_m)
    check_metric_crs(facilities.crs, "`facilities`")
    shapes = np.asarray(facilities.geometry.array, dtype=object)
    shapes = flat(shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))])
    while (shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION).any():
        shapes = shapely.get_parts(shapes)
    west, south, east, north = shapely.bounds(shapes).T
    spot = (east - west <= SAME_PLACE_M) & (north - south <= SAME_PLACE_M)
    xy = np.append(np.column_stack([west, south])[spot], _points_of(shapes[~spot]), axis=0)
    others = shapely.get_parts(shapes[~spot])
    others = others[shapely.get_dimensions(others) != _POINT]
    if within is not None:
        low, high = np.array(within[:2]), np.array(within[2:])
        xy = xy[np.hypot(*np.maximum(np.maximum(low - xy, xy - high), 0).T) <= distance_m]
        others = others[shapely.dwithin(others, shapely.box(*within), distance_m)]
    kind = shapely.get_dimensions(others)
    return Catchment(
        areas=others[kind == _AREA],
        lines=others[kind == _LINE],
        centres=_distinct(xy),
        distance_m=float(distance_m),
    )


def _points_of(shapes: Geometries) -> Floats:
    """Take the points out of bundles of points."""
    return np.asarray(shapely.get_coordinates(shapes[shapely.get_dimensions(shapes) == _POINT]))


def _distinct(xy: Floats) -> Floats:
    """Keep one of points in the same place: as complex numbers, which sort faster than rows."""
    numbers = np.unique(np.ascontiguousarray(xy).view(np.complex128))
    return np.column_stack([numbers.real, numbers.imag])


def check_distance_m(distance_m: float) -> None:
    """
    Refuse a distance that no catchment can have.

    Raises
    ------
    ParameterError
        If it is not a finite number above 0.
    """
    try:
        usable = math.isfinite(distance_m) and distance_m > 0
    except TypeError:
        usable = False
    if not usable:
        raise ParameterError(
            f"`distance_m` is {distance_m!r}; wanted a finite number of metres above 0, e.g. 500."
        )


def covered_area_m2(regions: Geometries, catchment: Catchment) -> Floats:
    """
    Measure how much of each region lies in a catchment, exactly: circles are circles.

    Parameters
    ----------
    regions : array of Polygon or MultiPolygon, n
        Valid regions. They may overlap one another.
    catchment : Catchment
        From `make_catchment`.

    Returns
    -------
    array of float, n
        Area in m², at most the area of the region; relative error some 1e-12, 1e-9 at worst.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> stop = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0], [0]), crs=4547)
    >>> quarter = shapely.box(0, 0, 1000, 1000)
    >>> covered_area_m2([quarter], make_catchment(stop, 500)) / (3.141592653589793 * 500**2)
    array([0.25])
    """
    regions = np.asarray(regions, dtype=object)
    if catchment.is_empty or not len(regions):
        return np.zeros(len(regions))
    areas = overlap_area_m2(regions, catchment.trace, catchment.distance_m, catchment.depth_m)
    return np.clip(areas, 0, true_area_m2(regions))


def covers_points(points: Geometries, catchment: Catchment) -> Bools:
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
    points = np.asarray(points, dtype=object)
    if catchment.is_empty or not len(points):
        return np.zeros(len(points), dtype=bool)
    return np.asarray(catchment.depth_m(shapely.get_coordinates(points)) >= 0)


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
        The catchment; 64 segments per quarter make a lone circle 0.01 % too small.
    """
    if catchment.is_empty:
        return shapely.Polygon()
    return outline_polygons(catchment.outline, quad_segs=quad_segs)
