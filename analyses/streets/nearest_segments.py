"""
The nearest straight segment of many places.

Samples along the segments stand in for them, at most s apart and s/4 from their ends. The nearest
point of a segment at distance d has a sample within √(d² + (s/2)²) if it lies between the ends, and
within d + s/4 if it is one of them. So a place has no segment nearer than d among those it has not
seen, once the last of its nearest samples is further than both. Few places need more than four
samples; those ask again for more.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.spatial import cKDTree

    from geoplan.analyses.streets.edge_pieces import Segments

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_CHUNK = 50_000
_PAIRS = 400_000
_SAMPLES = 4
_PER_SEGMENT = 3
_SPACING_M = 20.0
_CURVE_BITS = 16


def nearest_segments(places: "Floats", segments: "Segments", limit_m: float) -> "Ints":
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

    Returns
    -------
    ndarray of int64, n
        Position in `segments`; -1 where none is within the limit.

    Notes
    -----
    Places are looked up along a curve that fills the plane, so that neighbours follow each other,
    and in as many threads as there are processors.

    Examples
    --------
    >>> from geoplan.analyses.streets.edge_pieces import Segments
    >>> start, end = np.array([[0.0, 0.0], [0.0, 50.0]]), np.array([[99.0, 0.0], [99.0, 50.0]])
    >>> edges = Segments(np.arange(2), start, end, np.zeros(2), np.full(2, 99.0))
    >>> nearest_segments(np.array([[40.0, 20.0], [40.0, 30.0], [40.0, 900.0]]), edges, 100).tolist()
    [0, 1, -1]
    """
    from scipy.spatial import cKDTree

    owner, xy, spacing_m = _samples(segments)
    tree = cKDTree(xy, balanced_tree=False, compact_nodes=False)
    nearest = np.empty(len(places), dtype=np.int64)
    order = along_curve(places)

    def look_up(rows: "Ints") -> "Ints":
        return _proven(places[rows], segments, tree, owner, spacing_m, limit_m)

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
    start = segments.start_xy_m[segment]
    along = segments.end_xy_m[segment] - start
    square = np.einsum("ij,ij->i", along, along)
    dot = np.einsum("ij,ij->i", places - start, along)
    share = np.clip(np.divide(dot, square, out=np.zeros_like(dot), where=square > 0), 0.0, 1.0)
    return share, start + share[:, None] * along


def _samples(segments: "Segments") -> "tuple[Ints, Floats, float]":
    """Points evenly along each segment, the segment of each, and their spacing."""
    step = segments.end_xy_m - segments.start_xy_m
    length_m = np.hypot(*step.T)
    spacing_m = max(_SPACING_M, float(length_m.sum()) / (_PER_SEGMENT * len(length_m)))
    inner_m = np.maximum(length_m - spacing_m / 2, 0.0)
    count = np.ceil(inner_m / spacing_m).astype(np.int64) + 1
    owner = np.repeat(np.arange(len(count)), count)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    gap = np.divide(inner_m, length_m, out=np.zeros_like(length_m), where=length_m > 0)
    share = (1 - gap[owner]) / 2 + rank * (gap / np.maximum(count - 1, 1))[owner]
    return owner, segments.start_xy_m[owner] + share[:, None] * step[owner], spacing_m


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
    cell = ((places - low) * scale).astype(np.uint64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        cell = (cell | (cell << np.uint64(shift))) & np.uint64(mask)
    return np.argsort((cell[:, 0] | (cell[:, 1] << np.uint64(1))).astype(np.uint32), kind="stable")


def _proven(
    places: "Floats",
    segments: "Segments",
    tree: "cKDTree",
    owner: "Ints",
    spacing_m: float,
    limit_m: float,
) -> "Ints":
    """Nearest segment within the limit, from ever more samples until nothing can be nearer."""
    nearest = np.full(len(places), -1, dtype=np.int64)
    rows, seen = np.arange(len(places)), _SAMPLES
    while len(rows):
        open_rows = []
        for part in np.array_split(rows, -(-len(rows) * seen // _PAIRS)):
            found, leg_m, seen_m = _nearest_of(places[part], segments, tree, owner, seen)
            nearest[part] = np.where(leg_m <= limit_m, found, -1)
            # Nothing beyond the samples seen is nearer than this.
            between_m = np.sqrt(np.maximum(seen_m**2 - (spacing_m / 2) ** 2, 0.0))
            beyond_m = np.minimum(between_m, seen_m - spacing_m / 4)
            open_rows.append(part[beyond_m < np.minimum(leg_m, limit_m)])
        rows = np.concatenate(open_rows) if seen < len(owner) else rows[:0]
        seen *= 4
    return nearest


def _nearest_of(
    places: "Floats", segments: "Segments", tree: "cKDTree", owner: "Ints", seen: int
) -> "tuple[Ints, Floats, Floats]":
    """Nearest among the segments of some nearest samples, its distance, and the last sample's."""
    seen = min(seen, len(owner))
    sample_m, sample = tree.query(places, k=np.arange(1, seen + 1))
    best = np.zeros(len(places), dtype=np.int64)
    best_m = np.full(len(places), np.inf)
    for rank in range(seen):
        segment = owner[sample[:, rank]]
        foot = segment_feet(places, segments, segment)[1]
        leg_m = np.hypot(*(places - foot).T)
        closer = leg_m < best_m
        best[closer], best_m[closer] = segment[closer], leg_m[closer]
    return best, best_m, sample_m[:, -1]
