"""
The outline of everything within a distance of polygons, lines and points.

Going round a polygon with its inside on the left, the places exactly `r` away lie on a raw curve:
beside each edge a straight piece, at each corner that turns left an arc about it. (A line is walked
along both sides; a point is an arc all around.) The outline is the part of the raw curve that no
other facility comes nearer to. It can only change from inside to outline where two pieces cross, so
the pieces are cut where they cross, and what runs from one crossing to the next is kept or dropped
as a whole, by the distance from one point of it to the nearest facility. What is kept joins up into
loops, or a tie was decided differently on its two sides; the corners concerned are then moved by
some 10^-11 of the distance, all others stay, and it is done again. So ties come undone one by one,
however many lines are drawn twice, and not all by one stroke of luck.
"""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geoplan.analyses.exact.boundary_edges import Edges
from geoplan.analyses.exact.elements import (
    Bools,
    Elements,
    Floats,
    Geometries,
    Ints,
    Meetings,
    boxes,
    cross,
    dot,
    meetings,
    quarter_arcs,
    rounding_m,
)
from geoplan.analyses.exact.outline import Outline, TieError, link, make_outline

_SMOOTH_RAD = 1e-5  # turns below this count as going straight on
_TRIES = 8
_JITTER = 1e-11  # of the distance, at first
_MOST_JITTER = 1e-6  # of the distance
_DEEP = 64  # times what rounding does: so far inside, a tie decides nothing


def edge_outline(edges: Edges, distance_m: float) -> Outline:
    """
    Trace the outline of everything within a distance of edges and points.

    Parameters
    ----------
    edges : Edges
        From `make_edges`.
    distance_m : float
        The distance.

    Returns
    -------
    Outline
        Its loops: outer ones run counter-clockwise, holes clockwise.

    Raises
    ------
    TieError
        If a tie does not come undone.
    """
    random = np.random.default_rng(0)
    nodes, moves = edges.nodes.copy(), np.zeros(len(edges.nodes))
    for _ in range(_TRIES):
        try:
            return _trace(replace(edges, nodes=nodes), distance_m)
        except TieError as tie:
            at = np.unique(tie.pieces)
            noise_m = np.minimum(_JITTER * 8.0 ** moves[at], _MOST_JITTER) * distance_m
            nodes = nodes.copy()
            nodes[at] = edges.nodes[at] + noise_m[:, None] * random.uniform(-1, 1, (len(at), 2))
            moves[at] += 1
    raise TieError


@dataclass(frozen=True)
class _Raw:
    """Pieces of the raw curve, what they run beside, the nodes they join, which are loose ends."""

    elements: Elements
    beside: Ints
    start_node: Ints
    end_node: Ints
    loose_start: Bools
    loose_end: Bools

    def take(self, chosen: Ints | Bools) -> "_Raw":
        return _Raw(
            self.elements.take(chosen),
            self.beside[chosen],
            self.start_node[chosen],
            self.end_node[chosen],
            self.loose_start[chosen],
            self.loose_end[chosen],
        )


def _trace(edges: Edges, radius_m: float) -> Outline:
    raw = _raw_curve(edges, radius_m)
    margin_m = rounding_m(edges.nodes, np.array([radius_m]))
    elements = raw.elements
    reach = np.hypot(*(elements.end - elements.middle).T)
    nearest = edges.node_tree.query(elements.middle)[0]
    raw = raw.take(nearest + reach > radius_m - 4 * margin_m)
    found = _crossings(raw, edges, margin_m)
    joints = 1 + int(max(raw.start_node.max(initial=0), raw.end_node.max(initial=0)))
    parts = _cut(raw, found, joints)
    chain, probe = _chains(parts, joints)
    middle = parts.elements.middle[probe]
    out = edges.distance_m(middle, radius_m) >= radius_m - 4 * margin_m
    out[out] = ~_lies_in(edges.areas, middle[out] + edges.origin)
    parts = parts.take(out[chain])
    try:
        order, loop = link(parts.start_node, parts.end_node)
    except TieError as tie:
        raise TieError(parts.beside[tie.pieces]) from None
    parts = parts.take(order)
    elements = parts.elements
    return make_outline(elements.start, elements.centre, loop, radius_m, edges.origin)


def _chains(parts: _Raw, joints: int) -> tuple[Ints, Ints]:
    """Join parts up to the next crossings: all of a chain is outline, or none. Name its longest."""
    n = len(parts.start_node)
    by_start = np.argsort(parts.start_node)
    at = np.searchsorted(parts.start_node, parts.end_node, sorter=by_start)
    after = by_start[np.minimum(at, n - 1)]
    joined = (parts.start_node[after] == parts.end_node) & (parts.end_node < joints)
    pairs = np.flatnonzero(joined), after[joined]
    graph = coo_array((np.ones(len(pairs[0]), dtype=bool), pairs), shape=(n, n))
    chain = connected_components(graph, directed=False)[1]
    length = np.hypot(*(parts.elements.end - parts.elements.start).T)
    order = np.lexsort((-length, chain))
    return chain, order[np.diff(chain[order], prepend=-1) != 0]


def _lies_in(areas: Geometries, xy: Floats) -> Bools:
    inside = np.zeros(len(xy), dtype=bool)
    if len(areas):
        shapely.prepare(areas)
        points = shapely.STRtree(np.asarray(shapely.points(xy)))
        inside[points.query(areas, "intersects")[1]] = True
    return inside


def _raw_curve(edges: Edges, radius_m: float) -> _Raw:
    n = len(edges.tail)
    tail, head, after = edges.nodes[edges.tail], edges.nodes[edges.head], edges.following
    way = head - tail
    way = way / np.hypot(*way.T)[:, None]
    right = np.column_stack([way[:, 1], -way[:, 0]])
    sine, cosine = cross(way, way[after]), dot(way, way[after])
    turn = np.where((sine == 0) & (cosine < 0), np.pi, np.arctan2(sine, cosine))
    start, end = tail + radius_m * right, head + radius_m * right
    start_node, end_node = 2 * np.arange(n), 2 * np.arange(n) + 1
    # Where the edge goes (nearly) straight on, its piece and the next meet in a point. The corner
    # of the two lies within r × turn³ of the arc.
    smooth = np.flatnonzero(np.abs(turn) < _SMOOTH_RAD)
    miter = right[smooth] + right[after[smooth]]
    miter *= radius_m / (1 + dot(right[smooth], right[after[smooth]]))[:, None]
    end[smooth] = start[after[smooth]] = head[smooth] + miter
    start_node[after[smooth]] = end_node[smooth]
    loose_end = turn <= -_SMOOTH_RAD
    loose_start = np.zeros(n, dtype=bool)
    loose_start[after[loose_end]] = True

    corner = np.flatnonzero(turn >= _SMOOTH_RAD)
    points = edges.nodes[edges.points]
    west = points - [radius_m, 0.0]
    middle = np.concatenate([head[corner], points])
    begin = np.concatenate([end[corner], west])
    finish = np.concatenate([start[after[corner]], west])
    angle = np.append(turn[corner], np.full(len(points), 2 * np.pi))
    begin_node = np.append(end_node[corner], 2 * n + np.arange(len(points)))
    finish_node = np.append(start_node[after[corner]], 2 * n + np.arange(len(points)))
    arc, arc_start = quarter_arcs(middle, begin, finish, angle, radius_m)
    first = np.diff(arc, prepend=-1) != 0
    last = np.append(first[1:], True)[: len(arc)]
    arc_node = np.where(first, begin_node[arc], 2 * n + len(points) + np.arange(len(arc)))
    arc_end = np.where(last[:, None], finish[arc], np.roll(arc_start, -1, axis=0))
    arc_end_node = np.where(last, finish_node[arc], np.roll(arc_node, -1))
    firm = np.zeros(len(arc), dtype=bool)
    elements = Elements(
        np.concatenate([start, arc_start]),
        np.concatenate([end, arc_end]),
        np.concatenate([np.full((n, 2), np.nan), middle[arc]]),
        radius_m,
    )
    around = np.append(edges.head[corner], edges.points)[arc]
    return _Raw(
        elements,
        np.concatenate([np.column_stack([edges.tail, edges.head]), np.column_stack([around] * 2)]),
        np.append(start_node, arc_node),
        np.append(end_node, arc_end_node),
        np.append(loose_start, firm),
        np.append(loose_end, firm),
    )


def _crossings(raw: _Raw, edges: Edges, margin_m: float) -> Meetings:
    elements = raw.elements
    low, high = elements.low - margin_m, elements.high + margin_m
    i, j = elements.tree.query(boxes(low, high))
    i, j = i[i < j], j[i < j]
    joined = np.zeros(len(i), dtype=bool)
    for one in (raw.start_node, raw.end_node):
        for other in (raw.start_node, raw.end_node):
            joined |= one[i] == other[j]
    i, j = i[~joined], j[~joined]
    found, ties = meetings(elements, elements, i, j, margin_m)
    # A tie deep inside the catchment decides nothing.
    depth = elements.radius_m - edges.distance_m(ties.xy, elements.radius_m)
    shallow = ties.pair[depth < _DEEP * margin_m]
    if len(shallow):
        raise TieError(raw.beside[np.append(i[shallow], j[shallow])])
    return found


def _cut(raw: _Raw, found: Meetings, joints: int) -> _Raw:
    """Cut the pieces where they cross, leaving out parts that begin or end on a covered side."""
    n, k = len(raw.start_node), len(found.one)
    elements = raw.elements
    piece = np.concatenate([np.arange(n), found.one, found.other])
    along = np.concatenate([np.full(n, -np.inf), found.along_one, found.along_other])
    order = np.lexsort((along, piece))
    piece = piece[order]
    crossing = joints + np.arange(k)
    node = np.concatenate([raw.start_node, crossing, crossing])[order]
    xy = np.concatenate([elements.start, found.xy, found.xy])[order]
    begins_covered = np.concatenate([raw.loose_start, found.entering, ~found.entering])[order]
    last = np.append(piece[1:] != piece[:-1], True)[: len(piece)]
    end_node = np.where(last, raw.end_node[piece], np.roll(node, -1))
    end = np.where(last[:, None], elements.end[piece], np.roll(xy, -1, axis=0))
    ends_covered = np.where(last, raw.loose_end[piece], ~np.roll(begins_covered, -1))
    kept = ~begins_covered & ~ends_covered
    firm = np.zeros(int(kept.sum()), dtype=bool)
    centre = elements.centre[piece[kept]]
    cut = Elements(xy[kept], end[kept], centre, elements.radius_m)
    return _Raw(cut, raw.beside[piece[kept]], node[kept], end_node[kept], firm, firm)
