"""From ways with vertices to the nodes and edges of a network, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoplan.core.errors import ParameterError
from geoplan.layers.osm.tags import WayKind

STRUCTURE = " (bridge or tunnel)"
"""What the class of a bridge or tunnel ends in: what it passes it does not lead into."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class WayKinds:
    """
    What ways are, as arrays with one entry per way.

    Parameters
    ----------
    names : tuple of str
        Names of the classes; those of bridges and tunnels end in `STRUCTURE`.
    name : ndarray of int16
        Position of each way's class in `names`.
    direction : ndarray of int8
        0 both ways, 1 along the vertices only, -1 against them only.
    stairs, crossing, structure : ndarray of bool
        Stairs; street crossings; bridges and tunnels.
    """

    names: tuple[str, ...]
    name: NDArray[np.int16]
    direction: NDArray[np.int8]
    stairs: Mask
    crossing: Mask
    structure: Mask

    @classmethod
    def of(cls, kinds: Sequence[WayKind], kind: Ints) -> "WayKinds":
        """Look up the kind of each way, given by its position in `kinds`."""
        named = [one.name + STRUCTURE if one.structure else one.name for one in kinds]
        names = sorted(set(named))
        return cls(
            tuple(names),
            np.array([names.index(name) for name in named], dtype=np.int16)[kind],
            np.array([one.direction for one in kinds], dtype=np.int8)[kind],
            np.array([one.stairs for one in kinds], dtype=bool)[kind],
            np.array([one.crossing for one in kinds], dtype=bool)[kind],
            np.array([one.structure for one in kinds], dtype=bool)[kind],
        )


@dataclass(frozen=True)
class Ways:
    """
    Ways as a reader found them, in the study CRS.

    Parameters
    ----------
    vertex_key : ndarray of int64, k
        What tells that two vertices are one place of the network: ways meet where they share one.
    vertex_xy_m : ndarray, k × 2
        Vertices, way after way.
    offsets : ndarray of int64, w + 1
        The vertices of way i are ``offsets[i]:offsets[i + 1]``.
    way_id : ndarray of int64, w
        Key of the source feature.
    kinds : WayKinds
        What the ways are.
    given_m : ndarray, w, or None
        Lengths that the source states and that count in place of the vertices'; NaN where it
        does not.
    """

    vertex_key: Ints
    vertex_xy_m: Floats
    offsets: Ints
    way_id: Ints
    kinds: WayKinds
    given_m: Floats | None = None


@dataclass(frozen=True)
class Edges:
    """
    Nodes and edges of a network; the arrays are those of `WalkNetwork`.

    Parameters
    ----------
    node_xy_m : ndarray, n × 2
        Nodes.
    edge_u, edge_v : ndarray of int64, m
        End nodes.
    edge_way : ndarray of int64, m
        Position of the way that each edge is a piece of.
    length_m : ndarray, m
        Length along the vertices.
    offsets : ndarray of int64, m + 1
        The vertices of edge i are ``offsets[i]:offsets[i + 1]``.
    vertex_xy_m : ndarray, k × 2
        Vertices, edge after edge.
    """

    node_xy_m: Floats
    edge_u: Ints
    edge_v: Ints
    edge_way: Ints
    length_m: Floats
    offsets: Ints
    vertex_xy_m: Floats


def build_edges(ways: Ways) -> Edges:
    """
    Cut ways into edges at their ends and wherever two of them, or one twice, share a vertex.

    Parameters
    ----------
    ways : Ways
        At least one way; each of two or more vertices.

    Returns
    -------
    Edges
        Nodes in the order of their keys; edges way by way, along their vertices.

    Notes
    -----
    Exact: no vertex is moved, merged or left out, except that a vertex repeated one after another
    is one. Cost: one sort of the vertices.
    """
    key, xy, way = _without_repeats(ways)
    ends = _ends(way)
    places, place, counts = np.unique(key, return_inverse=True, return_counts=True)
    cut = ends | (counts[place] > 1)
    at = np.flatnonzero(cut)
    # Two cuts that follow each other on one way are the ends of an edge.
    along = way[at[:-1]] == way[at[1:]]
    first, last = at[:-1][along], at[1:][along]
    offsets = np.concatenate([[0], np.cumsum(last - first + 1)])
    taken = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], last - first + 1)
    vertex_xy_m = xy[taken]
    is_node = np.zeros(len(places), dtype=bool)
    is_node[place[first]] = is_node[place[last]] = True
    number = np.cumsum(is_node) - 1
    node_xy_m = np.empty((int(is_node.sum()), 2))
    for tip in (first, last):
        node_xy_m[number[place[tip]]] = xy[tip]
    return Edges(
        node_xy_m=node_xy_m,
        edge_u=number[place[first]],
        edge_v=number[place[last]],
        edge_way=way[first],
        length_m=polyline_lengths(vertex_xy_m, offsets),
        offsets=offsets,
        vertex_xy_m=vertex_xy_m,
    )


def polyline_lengths(xy: Floats, offsets: Ints) -> Floats:
    """
    Measure polylines that stand one after another in an array.

    Parameters
    ----------
    xy : ndarray, k × 2
        Vertices.
    offsets : ndarray of int64, m + 1
        Polyline i is ``xy[offsets[i]:offsets[i + 1]]``, of at least one vertex.

    Returns
    -------
    ndarray, m
        Lengths.

    Examples
    --------
    >>> xy = np.array([[0.0, 0], [3, 4], [3, 5], [0, 0], [0, 2]])
    >>> polyline_lengths(xy, np.array([0, 3, 5])).tolist()
    [6.0, 2.0]
    """
    steps = np.zeros(len(xy))
    steps[:-1] = np.hypot(*(xy[1:] - xy[:-1]).T)
    steps[offsets[1:] - 1] = 0.0  # from the end of one to the start of the next
    return np.asarray(np.add.reduceat(steps, offsets[:-1]))


def check_costs(**costs: Floats) -> None:
    """
    Refuse costs of edges with which no search ends.

    Parameters
    ----------
    **costs : ndarray
        Costs by their names, in metres.

    Raises
    ------
    ParameterError
        If one is negative or no number.
    """
    for name, cost_m in costs.items():
        wrong = ~(np.asarray(cost_m) >= 0)
        if wrong.any():
            raise ParameterError(
                f"`{name}` of {int(wrong.sum())} of {len(wrong)} edges is negative or no number, "
                f"e.g. {cost_m[wrong][0]}. Give each edge a cost of 0 or more metres, infinite "
                "where nobody may pass."
            )


def _without_repeats(ways: Ways) -> tuple[Ints, Floats, Ints]:
    """Give the way of each vertex, and drop a vertex that repeats the one before it."""
    way = np.repeat(np.arange(len(ways.offsets) - 1), np.diff(ways.offsets))
    again = np.zeros(len(way), dtype=bool)
    again[1:] = (ways.vertex_key[1:] == ways.vertex_key[:-1]) & (way[1:] == way[:-1])
    if not again.any():
        return ways.vertex_key, ways.vertex_xy_m, way
    return ways.vertex_key[~again], ways.vertex_xy_m[~again], way[~again]


def _ends(way: Ints) -> Mask:
    ends = np.ones(len(way), dtype=bool)
    ends[1:-1] = (way[1:-1] != way[:-2]) | (way[1:-1] != way[2:])
    return ends
