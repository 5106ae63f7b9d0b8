"""The edges of zones, in rows and columns of a raster."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from geoplan.core.crs import parse_crs
from geoplan.core.errors import CRSError, ParameterError
from geoplan.layers.datums.to_study_crs import from_study_crs

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.layers.rasters.grid import RasterGrid

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CHORD_CELLS = 1e-4
"""Farthest that a transformed straight edge may lie from the chord drawn for it, in cells."""

# Rows are rounded to so many binary places, or fewer on rasters of more than 128 rows: sums of
# heights inside a row are then exact, and whether a zone fills a run of cells is no matter of
# rounding.
_PLACES = 44
_MANTISSA = 51
_MOST_PIECES = 4096


@dataclass(frozen=True)
class Edges:
    """
    Edges that are not level, each from its upper to its lower end (rows count downwards).

    Parameters
    ----------
    x0, y0, x1, y1 : numpy.ndarray of float, n
        Column and row of both ends, with ``y0 < y1``.
    sign : numpy.ndarray of float, n
        1 where the zone lies on the side of greater columns, -1 where on the other.
    zone : numpy.ndarray of int, n
        Position of the zone.
    zones : int
        How many zones there are.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    sign: Floats
    zone: Integers
    zones: int

    def between(self, row0: float, row1: float) -> "Edges":
        """Keep the edges that have a part between two rows."""
        return self.take((self.y0 < row1) & (self.y1 > row0))

    def take(self, which: npt.NDArray[np.bool_]) -> "Edges":
        """Keep some of the edges."""
        at = np.flatnonzero(which)
        x0, y0, x1, y1 = (side[at] for side in (self.x0, self.y0, self.x1, self.y1))
        return Edges(x0, y0, x1, y1, self.sign[at], self.zone[at], self.zones)


def zone_edges(zones: "GeoDataFrame", grid: "RasterGrid") -> Edges:
    """
    Take zones apart into edges on a raster's rows and columns.

    Parameters
    ----------
    zones : GeoDataFrame, n rows of Polygon or MultiPolygon
        In any CRS. Empty and missing geometries have no edges.
    grid : RasterGrid
        Where the cells lie.

    Returns
    -------
    Edges
        Of all rings; the direction in which a ring was drawn does not matter.

    Raises
    ------
    CRSError
        If `zones` have no CRS, or lie where the raster's CRS has no meaning.
    ParameterError
        If a zone is no polygon.

    Notes
    -----
    If the CRSs differ, it is the zones that move, never the cells. An edge that is straight in
    the zones' CRS is bent in the raster's: it is divided until no part is farther than
    `CHORD_CELLS` of a cell from the bend, neighbours alike.
    """
    geometries = np.asarray(zones.geometry.array, dtype=object)
    kinds = shapely.get_type_id(geometries)
    wrong = np.flatnonzero(~np.isin(kinds, (-1, 3, 6)) & ~shapely.is_empty(geometries))
    if wrong.size:
        raise ParameterError(
            f"`zones`: row {wrong[0]} is a {geometries[wrong[0]].geom_type} ({wrong.size} such); "
            "cells are measured inside polygons."
        )
    xy0, xy1, ring = _ring_edges(geometries)
    if zones.crs is None:
        raise CRSError("`zones` has no CRS. Load it with its CRS stated, or use .set_crs().")
    if not isinstance(grid.crs, str) or not _same_crs(grid.crs, zones.crs):
        xy0, xy1, ring = _moved(xy0, xy1, ring, grid, zones.crs.to_wkt())
    a, _, c, _, e, f = grid.transform
    x0, x1 = (xy0[:, 0] - c) / a, (xy1[:, 0] - c) / a
    y0, y1 = _rounded((xy0[:, 1] - f) / e, (xy1[:, 1] - f) / e)
    return _directed(x0, y0, x1, y1, ring, geometries)


def _ring_edges(geometries: npt.NDArray[np.object_]) -> tuple[Floats, Floats, Integers]:
    """Give both ends of each edge, and the ring that it belongs to."""
    rings = shapely.get_rings(shapely.get_parts(geometries))  # it passes over MultiPolygons
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = np.flatnonzero(ring[1:] == ring[:-1])
    return xy[same], xy[same + 1], ring[same]


def _same_crs(one: str, other: object) -> bool:
    """Tell whether coordinates need no change; x comes first in all of ours."""
    try:
        return bool(parse_crs(one).equals(other, ignore_axis_order=True))
    except CRSError:  # a shifted datum
        return False


def _moved(
    xy0: Floats, xy1: Floats, ring: Integers, grid: "RasterGrid", crs: str
) -> tuple[Floats, Floats, Integers]:
    # Each edge is divided from the same end, whichever of two neighbours it belongs to.
    turned = (xy0[:, 0] > xy1[:, 0]) | ((xy0[:, 0] == xy1[:, 0]) & (xy0[:, 1] > xy1[:, 1]))
    first = np.where(turned[:, None], xy1, xy0)
    last = np.where(turned[:, None], xy0, xy1)
    begin, end, middle = (
        _to_raster(points, grid, crs) for points in (first, last, (first + last) / 2)
    )
    cell = np.abs([grid.transform[0], grid.transform[4]])
    bend = np.hypot(*((middle - (begin + end) / 2) / cell).T)
    # A chord's distance from its bend falls with the square of the number of parts.
    parts = np.clip(np.ceil(np.sqrt(bend / CHORD_CELLS)), 1, _MOST_PIECES).astype(np.int64)
    edge, part = expand(parts)
    inner = part > 0
    share = (part / parts[edge])[:, None]
    starts = begin[edge]
    at = first[edge[inner]] + share[inner] * (last - first)[edge[inner]]
    starts[inner] = _to_raster(at, grid, crs)
    ends = end[edge]
    ends[:-1][inner[1:]] = starts[1:][inner[1:]]
    back = turned[edge][:, None]
    return np.where(back, ends, starts), np.where(back, starts, ends), ring[edge]


def _to_raster(xy: Floats, grid: "RasterGrid", crs: str) -> Floats:
    if not len(xy):
        return xy
    # One line for all points: a geometry for each would cost more than the transformation.
    line = shapely.linestrings(np.concatenate([xy, xy[:1]]))
    moved = shapely.get_coordinates(from_study_crs(np.array([line], dtype=object), grid.crs, crs))[
        :-1
    ]
    lost = int((~np.isfinite(moved).all(axis=1)).sum())
    if lost:
        raise CRSError(
            f"`zones`: {lost} of {len(xy)} points have no place in the CRS of `{grid.subject}`. "
            "Check that both lie in the same part of the world."
        )
    return moved


def _rounded(*rows: Floats) -> tuple[Floats, ...]:
    most = max((float(np.abs(row).max()) for row in rows if row.size), default=1.0)
    places = min(_PLACES, _MANTISSA - int(np.ceil(np.log2(most + 1))))
    return tuple(np.ldexp(np.rint(np.ldexp(row, places)), -places) for row in rows)


def _directed(
    x0: Floats,
    y0: Floats,
    x1: Floats,
    y1: Floats,
    ring: Integers,
    geometries: npt.NDArray[np.object_],
) -> Edges:
    zone, outer = _ring_owners(geometries)
    # Twice the area under a ring, from its own first row on so that it stays precise.
    height = np.zeros(len(zone))
    height[ring[::-1]] = x0[::-1]
    area = sum_by(ring, ((x0 - height[ring]) + (x1 - height[ring])) * (y1 - y0), len(zone))
    filled = np.where(area > 0, 1.0, -1.0) * np.where(outer, 1.0, -1.0)
    down = y1 > y0
    edges = Edges(
        x0=np.where(down, x0, x1),
        y0=np.where(down, y0, y1),
        x1=np.where(down, x1, x0),
        y1=np.where(down, y1, y0),
        sign=np.where(down, -1.0, 1.0) * filled[ring],
        zone=zone[ring],
        zones=len(geometries),
    )
    return edges.take(y0 != y1)


def _ring_owners(
    geometries: npt.NDArray[np.object_],
) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """Give the zone of each ring, and whether it is an outer one."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    part = shapely.get_rings(parts, return_index=True)[1]
    outer = np.ones(len(part), dtype=bool)
    outer[1:] = part[1:] != part[:-1]
    return owner[part].astype(np.int64), outer


def expand(counts: Integers) -> tuple[Integers, Integers]:
    """
    Give each member of groups its number.

    Parameters
    ----------
    counts : numpy.ndarray of int, n
        Members of each group.

    Returns
    -------
    tuple of numpy.ndarray of int
        The group of each member, and its number in the group, from 0.

    Examples
    --------
    >>> [list(map(int, numbers)) for numbers in expand(np.array([2, 0, 3]))]
    [[0, 0, 2, 2, 2], [0, 1, 0, 1, 2]]
    """
    group = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    return group, np.arange(len(group)) - first[group]


def sum_by(group: Integers, amounts: npt.ArrayLike, groups: int) -> Floats:
    """
    Add up amounts by group.

    Parameters
    ----------
    group : numpy.ndarray of int, n
        Group of each amount.
    amounts : array_like, n
        What to add up.
    groups : int
        How many groups there are.

    Returns
    -------
    numpy.ndarray of float
        One for each group; 0 for one without amounts.
    """
    # Without any amount numpy counts in integers.
    return np.bincount(group, np.asarray(amounts), groups).astype(np.float64, copy=False)
