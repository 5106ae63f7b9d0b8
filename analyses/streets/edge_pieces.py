"""Straight segments of a network's edges, and the pieces of edges between two places on them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.layers.network.walk_network import WalkNetwork

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Lines = NDArray[np.object_]


@dataclass(frozen=True)
class Segments:
    """
    The straight segments of some edges.

    Parameters
    ----------
    edge : ndarray of int, s
        The edge that each belongs to.
    vertex : ndarray of int64, s
        The vertex that each starts at.
    vertex_xy_m : ndarray, k × 2
        The vertices; each segment ends at the one after its own.
    """

    edge: "NDArray[np.signedinteger]"
    vertex: "Ints"
    vertex_xy_m: "Floats"

    def take(self, rows: "Ints") -> "tuple[Floats, Floats, Floats, Floats]":
        """Give x and y of where some segments start, and from there to their ends."""
        vertex, place = self.vertex[rows], as_complex(self.vertex_xy_m)
        start = place[vertex]
        step = place[vertex + 1]
        step -= start
        return start.real, start.imag, step.real, step.imag


def as_complex(xy: "Floats") -> "NDArray[np.complex128]":
    """
    Give places as x + i y: one look at 16 bytes instead of two at 8.

    Parameters
    ----------
    xy : ndarray, n × 2
        Places.

    Returns
    -------
    ndarray of complex, n
        The same numbers, not copied where that can be.
    """
    return np.ascontiguousarray(xy, dtype=np.float64).view(np.complex128).ravel()


def vertex_positions_m(network: "WalkNetwork") -> "Floats":
    """
    Give how far each vertex of a network lies along its edge.

    Parameters
    ----------
    network : WalkNetwork
        The network.

    Returns
    -------
    ndarray, k
        Metres from u. Where `length_m` is not the length of the vertices' line, as in tables that
        bring their own, the line is stretched evenly to it.
    """
    if not network.edge_count:
        return np.zeros(0)
    first, last = network.offsets[:-1], network.offsets[1:] - 1
    x, y = np.ascontiguousarray(network.vertex_xy_m.T)
    step = np.zeros(len(x))
    np.hypot(np.diff(x), np.diff(y), out=step[1:])
    step[first] = 0.0
    run = np.cumsum(step)
    drawn_m = run[last] - run[first]
    stretch = np.divide(network.length_m, drawn_m, out=np.zeros_like(drawn_m), where=drawn_m > 0)
    vertices = np.diff(network.offsets)
    position = run
    position -= np.repeat(run[first], vertices)
    position *= np.repeat(stretch, vertices)
    position[last] = network.length_m
    return np.asarray(position, dtype=np.float64)


def run_m(network: "WalkNetwork") -> "Floats":
    """
    Add up the lengths of all edges, vertex by vertex.

    Parameters
    ----------
    network : WalkNetwork
        The network.

    Returns
    -------
    ndarray, k
        Metres of line before each vertex.
    """
    step = np.diff(as_complex(network.vertex_xy_m))
    square = step.real * step.real
    square += step.imag * step.imag
    run = np.zeros(len(network.vertex_xy_m))
    np.sqrt(square, out=run[1:])
    run[network.offsets[:-1]] = 0.0
    return np.cumsum(run, out=run)


def along_edges_m(
    network: "WalkNetwork", run: "Floats", edge: "Ints", vertex: "Ints", share: "Floats"
) -> "Floats":
    """
    Give how far places on segments lie along their edges.

    Parameters
    ----------
    network : WalkNetwork
        The network.
    run : ndarray, k
        Its `run_m`.
    edge : ndarray of int64, n
        Edge of each place.
    vertex : ndarray of int64, n
        The vertex before it.
    share : ndarray, n
        Share of the straight segment after that vertex which lies before the place.

    Returns
    -------
    ndarray, n
        Metres from u, as `vertex_positions_m` has them for vertices.
    """
    last, start_m = network.offsets[edge + 1] - 1, run[network.offsets[edge]]
    drawn_m, length_m = run[last] - start_m, network.length_m[edge]
    stretch = np.divide(length_m, drawn_m, out=np.zeros_like(drawn_m), where=drawn_m > 0)
    low_m = (run[vertex] - start_m) * stretch
    high_m = np.where(vertex + 1 == last, length_m, (run[vertex + 1] - start_m) * stretch)
    return np.asarray(low_m + share * (high_m - low_m), dtype=np.float64)


def edge_segments(network: "WalkNetwork", usable: "NDArray[np.bool_] | None" = None) -> Segments:
    """
    Cut edges into their straight segments.

    Parameters
    ----------
    network : WalkNetwork
        The network.
    usable : ndarray of bool, m, optional
        Which edges to cut; by default all.

    Returns
    -------
    Segments
        In the order of the edges.
    """
    joined = np.ones(max(len(network.vertex_xy_m) - 1, 0), dtype=bool)
    joined[network.offsets[1:-1] - 1] = False
    segments = np.diff(network.offsets) - 1
    if usable is not None and not usable.all():
        joined &= np.repeat(usable, segments + 1)[:-1]
        segments[~usable] = 0
    edge = np.repeat(np.arange(network.edge_count, dtype=np.int32), segments)
    return Segments(edge, np.flatnonzero(joined), network.vertex_xy_m)


def edge_pieces(
    network: "WalkNetwork", edge: "Ints", start_m: "Floats", end_m: "Floats"
) -> "Lines":
    """
    Give the line along an edge between two places on it, many at once.

    Parameters
    ----------
    network : WalkNetwork
        The network.
    edge : ndarray of int64, p
        The edge of each piece.
    start_m, end_m : ndarray, p
        Metres from u at which it starts and ends; a piece with its start beyond its end runs
        against the edge.

    Returns
    -------
    ndarray of LineString, p
        From `start_m` to `end_m`. A piece without length has both its vertices in one place.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geoplan.layers import load_walk_network
    >>> street = gpd.GeoDataFrame(
    ...     geometry=[shapely.LineString([(0, 0), (60, 0), (60, 40)])], crs="EPSG:4547"
    ... )
    >>> network = load_walk_network(street, crs="EPSG:4547")
    >>> edge_pieces(network, np.array([0]), np.array([90.0]), np.array([50.0]))[0].wkt
    'LINESTRING (60 30, 60 0, 50 0)'
    """
    if not len(edge):
        return np.zeros(0, dtype=object)
    # A row of numbers that runs through all edges, with a metre between each and the next.
    base = np.concatenate([[0.0], np.cumsum(network.length_m + 1.0)])[:-1]
    run = network.kept(vertex_positions_m) + np.repeat(base, np.diff(network.offsets))
    low, high = np.minimum(start_m, end_m), np.maximum(start_m, end_m)
    first = np.searchsorted(run, base[edge] + low, side="right")
    last = np.searchsorted(run, base[edge] + high, side="left")
    inner = np.maximum(last - first, 0)
    piece = np.repeat(np.arange(len(edge)), inner + 2)
    head = np.cumsum(inner + 2) - (inner + 2)
    tail = head + inner + 1
    at = np.empty(len(piece))
    rank = np.arange(len(piece)) - head[piece]
    at[:] = run[np.clip(first[piece] + rank - 1, 0, len(run) - 1)]
    at[head], at[tail] = base[edge] + low, base[edge] + high
    xy = np.column_stack([np.interp(at, run, axis) for axis in network.vertex_xy_m.T])
    turn = (np.asarray(start_m) > end_m)[piece]
    order = np.where(turn, head[piece] + tail[piece] - np.arange(len(piece)), np.arange(len(piece)))
    return np.asarray(shapely.linestrings(xy[order], indices=piece), dtype=object)
