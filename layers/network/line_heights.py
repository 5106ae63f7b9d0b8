"""Heights of lines: what meets on the map may pass above or below on the ground."""

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geoplan.layers.network.build import Floats, Ints

CLEARANCE_M = 2.0
"""Lines whose heights differ by more where they cross do not meet: no passage is lower."""

_LOWEST_M, _HIGHEST_M = -1_000.0, 9_000.0  # what lies beyond stands for no height


def with_heights(
    lines: NDArray[np.object_], row: Ints, source: NDArray[np.object_]
) -> NDArray[np.object_]:
    """
    Give lines the heights back that their source has.

    Parameters
    ----------
    lines : ndarray of LineString, k
        In the plane; not modified.
    row : ndarray of int64, k
        Row of `source` that each is, or is a part of; the parts of a row follow each other.
    source : ndarray of geometries
        Lines with heights or without.

    Returns
    -------
    ndarray of LineString, k
        With the heights, NaN where there is none; `lines` themselves where `source` has none.
    """
    if not shapely.has_z(source[row]).any():
        return lines
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    rows = np.unique(row)
    xyz, of_row = shapely.get_coordinates(source[rows], include_z=True, return_index=True)
    have = np.bincount(of_row, minlength=len(rows))
    at = np.searchsorted(rows, row[owner])
    want = np.bincount(at, minlength=len(rows))
    # A row that was taken apart by kind has vertices that are in no line: its heights are unknown.
    whole = have == want
    order = np.argsort(at, kind="stable")
    height_m = np.full(len(xy), np.nan)
    height_m[order[whole[at[order]]]] = xyz[whole[of_row], 2]
    height_m[~((height_m > _LOWEST_M) & (height_m < _HIGHEST_M))] = np.nan
    return np.asarray(
        shapely.linestrings(np.column_stack([xy, height_m]), indices=owner), dtype=object
    )


def separate_heights(place: Ints, height_m: Floats, line: Ints) -> tuple[Ints, Ints]:
    """
    Tell places apart that are one on the map and several above each other.

    Parameters
    ----------
    place : ndarray of int64, k
        Place of each vertex on the map.
    height_m : ndarray, k
        Its height; NaN where it is unknown.
    line : ndarray of int64, k
        Its line; vertices stand in their order along it.

    Returns
    -------
    ndarray of int64, k
        The place of each vertex, with its height: vertices at one place are of one only if their
        heights follow each other in steps of at most `CLEARANCE_M`. A vertex of unknown height is
        of the lowest. A line that goes straight up joins what it passes.
    ndarray of int64
        Places of the map that are several.

    Examples
    --------
    A street at 5 m below a footbridge at 12 m:

    >>> separate_heights(np.array([0, 0]), np.array([5.0, 12.0]), np.array([0, 1]))[1].tolist()
    [0]
    """
    none = np.zeros(0, dtype=np.int64)
    count = int(place.max()) + 1 if len(place) else 0
    high, low = np.full(count, -np.inf), np.full(count, np.inf)
    known = np.isfinite(height_m)
    np.maximum.at(high, place[known], height_m[known])
    np.minimum.at(low, place[known], height_m[known])
    steep = (high - low > CLEARANCE_M)[place] if count else none.astype(bool)
    if not steep.any():
        return place, none
    at = np.flatnonzero(steep)
    height_m = np.where(known, height_m, low[place])[at]
    order = np.lexsort([height_m, place[at]])
    begins = np.ones(len(at), dtype=bool)
    begins[1:] = (np.diff(place[at][order]) != 0) | (np.diff(height_m[order]) > CLEARANCE_M)
    storey = np.empty(len(at), dtype=np.int64)
    storey[order] = np.cumsum(begins) - 1
    upright = (np.diff(at) == 1) & (np.diff(place[at]) == 0) & (np.diff(line[at]) == 0)
    links = coo_array(
        (np.ones(int(upright.sum())), (storey[:-1][upright], storey[1:][upright])),
        shape=(int(storey.max()) + 1,) * 2,
    )
    storey = connected_components(links, directed=False)[1][storey]
    _, one = np.unique(storey, return_index=True)
    places, storeys = np.unique(place[at][one], return_counts=True)
    key = place.copy()
    key[at] = count + storey
    return key, places[storeys > 1]
