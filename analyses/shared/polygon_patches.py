"""Patches of polygons: parts that adjoin are one, parts of a row that lie apart are several."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.cells.patches import Neighbours
from geoplan.core.true_size import true_area_m2

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]
    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

TOUCH_M = 0.01
"""Polygons closer than this adjoin: files and ways between CRSs keep coordinates to millimetres."""

# Of two polygons that share a corner the margins of 1 cm meet on some 1e-3 m², of two that share
# a side of 10 cm on twice that.
_SIDE_M2 = 2 * TOUCH_M * 0.1
_ROUNDING = 1e-9


def patch_numbers(parts: "Geometries", neighbours: Neighbours) -> "Positions":
    """
    Give each polygon the number of its patch.

    Parameters
    ----------
    parts : array of Polygon, n values
        In a projected CRS in metres; may overlap.
    neighbours : {4, 8}
        Whether those that touch in a corner only are of one patch (8) or must share a side (4).

    Returns
    -------
    array of int, n values
        Patch of each, from 0.

    Examples
    --------
    >>> lots = shapely.box([0, 10, 40], 0, [10, 20, 50], 10)
    >>> patch_numbers(lots, 8).tolist()
    [0, 0, 1]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, other = shapely.STRtree(parts).query(parts, predicate="dwithin", distance=TOUCH_M)
    twice = one < other
    one, other = one[twice], other[twice]
    if neighbours == 4 and len(one):
        wide = np.array(parts)
        near = np.unique([one, other])
        wide[near] = shapely.buffer(parts[near], TOUCH_M, join_style="mitre")
        beside = shapely.area(shapely.intersection(wide[one], wide[other])) > _SIDE_M2
        one, other = one[beside], other[beside]
    links = coo_array((np.ones(len(one)), (one, other)), shape=(len(parts), len(parts)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.intp)


def patch_areas_m2(parts: "Geometries", patch: "Positions") -> "NDArray[np.float64]":
    """
    Measure patches, each place once.

    Parameters
    ----------
    parts : array of Polygon, n values
        Their parts, which may overlap.
    patch : array of int, n values
        Patch of each part, from 0.

    Returns
    -------
    array of float
        Area of each patch in m².
    """
    order = np.argsort(patch, kind="stable")
    start = np.flatnonzero(np.diff(patch[order], prepend=-1))
    groups = np.split(parts[order], start[1:]) if len(parts) else []
    return np.array([true_area_m2(shapely.union_all(group)) for group in groups])


def own_areas_m2(polygons: "Geometries") -> "Floats":
    """
    Share out the ground of polygons that overlap, so that each place counts once.

    Parameters
    ----------
    polygons : array of Polygon or MultiPolygon, n values
        In a projected CRS in metres; may overlap.

    Returns
    -------
    array of float, n values
        Area of each in m², less what larger ones cover; of equals the one farther west or south
        keeps what they share, whatever their order.

    Examples
    --------
    A square, the same once more, and one half of which lies on it:

    >>> own_areas_m2(shapely.box([0, 0, 8], 0, [10, 10, 12], [10, 10, 2])).tolist()
    [100.0, 0.0, 4.0]
    """
    area_m2 = np.array(true_area_m2(polygons), dtype=float)
    one, other = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    place = np.empty(len(polygons), dtype=np.intp)
    west, south, east, north = shapely.bounds(polygons).T
    place[np.lexsort((north, east, south, west, -area_m2))] = np.arange(len(polygons))
    later = place[one] > place[other]
    one, other = one[later], other[later]
    shared = true_area_m2(shapely.intersection(polygons[one], polygons[other])) > 0
    one, other = one[shared], other[shared]
    for row in np.unique(one):  # only those that lie on others
        cover = shapely.union_all(polygons[other[one == row]])
        area_m2[row] = true_area_m2(shapely.difference(polygons[row], cover))
    return area_m2


@dataclass(frozen=True, eq=False)
class SplitPatches:
    """
    Polygons of which some are parts of patches that are too small.

    Parameters
    ----------
    parts : GeoDataFrame, m rows
        Polygons; those that make patches in single parts.
    row : array of int, m values
        Row that each came from.
    small : array of bool, m values
        Which are of a patch that is too small.
    patches, small_patches : int
        How many patches there are, and how many of them are too small.
    """

    parts: "GeoDataFrame"
    row: "Positions"
    small: "Bools"
    patches: int
    small_patches: int


def split_small(
    cover: "GeoDataFrame", wanted: "Bools", *, min_patch_m2: float, neighbours: Neighbours
) -> SplitPatches:
    """
    Find the parts of some polygons whose patch is too small.

    Parameters
    ----------
    cover : GeoDataFrame, n rows of Polygon or MultiPolygon
        Land cover.
    wanted : array of bool, n values
        Polygons that make the patches.
    min_patch_m2 : float
        Smaller patches are small.
    neighbours : {4, 8}
        As in `patch_numbers`.

    Returns
    -------
    SplitPatches
        The same polygons, the wanted ones in single parts.
    """
    geometry = np.asarray(cover.geometry.array, dtype=object)
    rows, rest = np.flatnonzero(wanted), np.flatnonzero(~wanted)
    parts, of = shapely.get_parts(geometry[rows], return_index=True)
    patch = patch_numbers(parts, neighbours)
    below = patch_areas_m2(parts, patch) < min_patch_m2 * (1 - _ROUNDING)
    row = np.concatenate([rest, rows[of]])
    single = cover.iloc[row].reset_index(drop=True)
    return SplitPatches(
        parts=single.set_geometry(np.concatenate([geometry[rest], parts]), crs=cover.crs),
        row=row,
        small=np.concatenate([np.zeros(len(rest), dtype=bool), below[patch]]),
        patches=len(below),
        small_patches=int(below.sum()),
    )
