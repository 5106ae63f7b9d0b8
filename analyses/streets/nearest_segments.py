"""
The nearest straight segment of many places.

A place looks at the cells of a grid that a circle around it meets. If what is nearest there lies
within the circle, nothing elsewhere is nearer; if not, the circle grows to it, or to twice its
size where there is nothing. Most places need one small circle or two.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.streets.segment_grid import SegmentGrid, segment_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.analyses.streets.edge_pieces import Segments

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Index = NDArray[np.signedinteger]

_CHUNK = 50_000
_PLACES = 4096
_CELL_ROWS = 100_000
_PAIRS = 32_000
_FIRST_CIRCLE = 0.6
_CURVE_BITS = 16
_LEAST = 1e-300
_SURE = 2.0**-19


def nearest_segments(
    places: "Floats", segments: "Segments", limit_m: float, grid: SegmentGrid | None = None
) -> "Ints":
    """
    Find the nearest segment of each place.

    Parameters
    ----------
    places : ndarray, n × 2
        Where to look from.
    segments : Segments
        What to look for; at least one.
    limit_m : float
        How far to look.
    grid : SegmentGrid, optional
        Of these segments; by default it is made.

    Returns
    -------
    ndarray of int64, n
        Position in `segments`; -1 where none is within the limit. Of several equally near to the
        last bit it is the first.

    Notes
    -----
    Places are looked up along a curve that fills the plane, so that neighbours follow each other,
    and in as many threads as there are processors.

    Examples
    --------
    >>> from geoplan.analyses.streets.edge_pieces import Segments
    >>> streets = np.array([[0.0, 0.0], [99.0, 0.0], [0.0, 50.0], [99.0, 50.0]])
    >>> edges = Segments(np.arange(2), np.array([0, 2]), streets)
    >>> nearest_segments(np.array([[40.0, 20.0], [40.0, 30.0], [40.0, 900.0]]), edges, 100).tolist()
    [0, 1, -1]
    """
    grid = segment_grid(segments) if grid is None else grid
    nearest = np.empty(len(places), dtype=np.int64)
    order = along_curve(places)

    def look_up(rows: "Ints") -> "Ints":
        return _proven(places[rows], segments, grid, limit_m)

    chunks = np.array_split(order, max(1, -(-len(order) // _CHUNK)))
    if len(chunks) == 1:
        nearest[order] = look_up(order)
        return nearest
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for rows, found in zip(chunks, pool.map(look_up, chunks), strict=True):
            nearest[rows] = found
    return nearest


def segment_feet(
    places: "Floats", segments: "Segments", segment: "Ints"
) -> "tuple[Floats, Floats]":
    """
    Find the nearest point of one segment for each place.

    Parameters
    ----------
    places : ndarray, n × 2
        Where to look from.
    segments : Segments
        The segments.
    segment : ndarray of int64, n
        The one of each place.

    Returns
    -------
    tuple of ndarray
        The share of the segment at which the point lies, and the point, n × 2.
    """
    start_x, start_y, step_x, step_y = segments.take(segment)
    x, y = places.T
    share = (x - start_x) * step_x + (y - start_y) * step_y
    share /= np.maximum(step_x * step_x + step_y * step_y, _LEAST)
    share = np.minimum(np.maximum(share, 0.0), 1.0)
    foot = np.empty((len(share), 2))
    np.add(start_x, share * step_x, out=foot[:, 0])
    np.add(start_y, share * step_y, out=foot[:, 1])
    return share, foot


def along_curve(places: "Floats") -> "Ints":
    """
    Order places along a curve that fills the plane, so that neighbours follow each other.

    Parameters
    ----------
    places : ndarray, n × 2
        Places, at least one.

    Returns
    -------
    ndarray of int64, n
        Their positions in that order.

    Notes
    -----
    A Z curve (Morton 1966): the bits of column and row, interleaved.
    """
    low, high = places.min(axis=0), places.max(axis=0)
    scale = (2**_CURVE_BITS - 1) / max(float((high - low).max()), 1e-9)
    cell = ((places - low) * scale).astype(np.int64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        cell |= cell << shift
        cell &= mask
    # A cell and its place in one number: sorting numbers is faster than sorting by them.
    key = (cell[:, 0] | (cell[:, 1] << 1)).astype(np.uint64) << np.uint64(32)
    key |= np.arange(len(places), dtype=np.uint64)
    key.sort()
    key &= np.uint64(0xFFFFFFFF)
    return np.asarray(key, dtype=np.int64)


def _proven(places: "Floats", segments: "Segments", grid: SegmentGrid, limit_m: float) -> "Ints":
    """Nearest segment within the limit, from ever larger circles until nothing can be nearer."""
    nearest = np.full(len(places), -1, dtype=np.int64)
    leg_m = np.full(len(places), np.inf)
    x_m, y_m = (places - grid.low_xy_m).T.copy()
    # Outside the grid there is little to find.
    wide_m, high_m = grid.columns * grid.cell_m, grid.rows * grid.cell_m
    outside_m = np.maximum(np.maximum(-x_m, x_m - wide_m), np.maximum(-y_m, y_m - high_m))
    outside_m = np.maximum(outside_m, 0.0)
    radius_m = np.minimum(outside_m + _FIRST_CIRCLE * grid.cell_m, limit_m)
    rows = np.arange(len(places))
    whole_m = float(np.hypot(wide_m, high_m)) + grid.cell_m
    while len(rows):
        for part in _parts(rows, radius_m, grid):
            place, segment = _near(x_m[part], y_m[part], radius_m[part], grid)
            if len(place):
                _choose(places, segments, part[place], segment, nearest, leg_m)
        last_m = np.minimum(limit_m, 2 * outside_m[rows] + whole_m)
        rows = rows[(leg_m[rows] > radius_m[rows]) & (radius_m[rows] < last_m)]
        radius_m[rows] = np.minimum(np.minimum(leg_m[rows], 2 * radius_m[rows]), limit_m)
    nearest[leg_m > limit_m] = -1
    return nearest


def _choose(
    places: "Floats",
    segments: "Segments",
    place: "Ints",
    segment: "Index",
    nearest: "Ints",
    leg_m: "Floats",
) -> None:
    """Write down the nearest of the segments that may be it, place by place."""
    x, y = places[place].T
    start_x, start_y, step_x, step_y = segments.take(segment)
    x, y = x - start_x, y - start_y
    share = x * step_x + y * step_y
    share /= np.maximum(step_x * step_x + step_y * step_y, _LEAST)
    np.clip(share, 0.0, 1.0, out=share)
    x -= share * step_x
    y -= share * step_y
    found_m = np.sqrt(x * x + y * y)
    head = np.flatnonzero(np.diff(place, prepend=-1))
    best_m, owner = np.minimum.reduceat(found_m, head), place[head]
    tied = found_m == np.repeat(best_m, np.diff(head, append=len(place)))
    first = np.minimum.reduceat(np.where(tied, segment, np.iinfo(np.int64).max), head)
    before_m = leg_m[owner]
    nearer = (best_m < before_m) | ((best_m == before_m) & (first < nearest[owner]))
    nearest[owner[nearer]], leg_m[owner[nearer]] = first[nearer], best_m[nearer]


def _parts(rows: "Ints", radius_m: "Floats", grid: SegmentGrid) -> "list[Ints]":
    """Few places at a time, so that what they meet stays in the processor's cache."""
    across = np.minimum(2 * (radius_m[rows] + grid.slack_m) / grid.cell_m + 2, grid.rows)
    weight = np.cumsum(np.maximum(across / _CELL_ROWS, 1 / _PLACES))
    cuts = np.searchsorted(weight, np.arange(1, int(weight[-1]) + 1))
    return [part for part in np.split(rows, cuts) if len(part)]


def _near(
    x_m: "Floats", y_m: "Floats", radius_m: "Floats", grid: SegmentGrid
) -> "tuple[Ints, Index]":
    """Places, and segments in the cells that a circle around each meets: those that may be it."""
    place, start, count = _stretches(x_m, y_m, radius_m, grid)
    end = np.cumsum(count)
    if not len(end):
        return place, place
    at = np.empty(len(x_m), dtype=np.complex64)
    at.real, at.imag = x_m, y_m
    sure_m = np.empty(len(x_m), dtype=np.float32)
    sure_m[:] = _SURE * (np.abs(x_m) + np.abs(y_m) + radius_m) + grid.rounding_m
    cuts = np.searchsorted(end, np.arange(_PAIRS, end[-1], _PAIRS))
    found = [
        _look(at, sure_m, grid, place[part], start[part], count[part])
        for part in map(slice, [0, *cuts], [*cuts, len(place)])
        if part.stop > part.start
    ]
    places, segments = zip(*found, strict=True)
    return np.concatenate(places), np.concatenate(segments)


def _stretches(
    x_m: "Floats", y_m: "Floats", radius_m: "Floats", grid: SegmentGrid
) -> "tuple[Ints, Index, Index]":
    """Give runs of entries, one per row of cells a circle meets: place, first, how many."""
    cell_m = grid.cell_m
    reach_m = radius_m + grid.slack_m
    low = np.maximum((y_m - reach_m) / cell_m, 0).astype(np.int64)
    high = np.minimum((y_m + reach_m) / cell_m, grid.rows - 1)
    high = np.floor(high).astype(np.int64)
    across = np.maximum(high - low + 1, 0)
    place = np.repeat(np.arange(len(x_m)), across)
    row = np.arange(len(place)) - np.repeat(np.cumsum(across) - across - low, across)
    middle_m = y_m[place]
    gap_m = np.maximum(np.maximum(row * cell_m - middle_m, middle_m - (row + 1) * cell_m), 0.0)
    half_m = np.sqrt(np.maximum(reach_m[place] ** 2 - gap_m**2, 0.0))
    left = np.clip((x_m[place] - half_m) / cell_m, 0, grid.columns).astype(np.int64)
    right = np.clip((x_m[place] + half_m) / cell_m + 1, 0, grid.columns).astype(np.int64)
    start = grid.starts(row * grid.columns + left)
    count = grid.starts(row * grid.columns + right) - start
    some = count > 0
    return place[some], start[some], count[some]


def _look(
    at: "NDArray[np.complex64]",
    sure_m: "NDArray[np.float32]",
    grid: SegmentGrid,
    place: "Ints",
    start: "Index",
    count: "Index",
) -> "tuple[Ints, Index]":
    """Give places and segments no further than the nearest, as far as 32 bits tell."""
    end = np.cumsum(count)
    entry = np.arange(end[-1])
    entry += np.repeat(start - (end - count), count)
    head = np.flatnonzero(np.diff(place, prepend=-1))
    owner, first = place[head], (end - count)[head]
    many = np.diff(first, append=end[-1])
    # Seen from the middle of a piece that runs along x.
    seen = np.repeat(at[owner], many)
    seen -= grid.middle_m[entry]
    seen *= grid.turn[entry]
    beyond = np.abs(seen.real)
    beyond -= grid.half_m[entry]
    np.maximum(beyond, 0, out=beyond)
    beyond *= beyond
    square = seen.imag * seen.imag
    square += beyond
    within = np.sqrt(np.minimum.reduceat(square, first))
    within += sure_m[owner]
    within *= within
    close = np.flatnonzero(square <= np.repeat(within, many))
    of = np.searchsorted(first, close, side="right") - 1
    return owner[of], grid.segment(grid.piece[entry[close]])
