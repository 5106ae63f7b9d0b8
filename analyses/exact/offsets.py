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
from functools import cached_property

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

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

SAME_PLACE_M = 1e-7
"""Corners nearer to each other than this are one."""

_SMOOTH_RAD = 1e-5  # turns below this count as going straight on
_TRIES = 8
_RUN = 8  # edges per entry of the search tree; fastest of 1 to 32
_JITTER = 1e-11  # of the distance, at first
_MOST_JITTER = 1e-6  # of the distance
_DEEP = 64  # times what rounding does: so far inside, a tie decides nothing
_NEAR = 1e-4  # of the distance: so near to it, distances are exact


@dataclass(frozen=True)
class Edges:
    """
    The boundary of facilities as directed edges, with what is to be offset on their right.

    Parameters
    ----------
    nodes : array of float, shape (k, 2)
        Corners, none twice, relative to `origin`; point facilities stand at the end.
    tail, head : array of int, n
        Nodes of each edge. The edges of a line run both ways.
    following : array of int, n
        The edge that goes on along the same side.
    points : array of int, m
        Nodes that are point facilities.
    origin : array of float, shape (2,)
        What the nodes are relative to.
    areas : array of Polygon or MultiPolygon
        The areas, if there are lines too: one side of a line along an area lies inside it.
    """

    nodes: Floats
    tail: Ints
    head: Ints
    following: Ints
    points: Ints
    origin: Floats
    areas: Geometries

    @cached_property
    def node_tree(self) -> cKDTree:
        """Search tree over the nodes."""
        return cKDTree(self.nodes)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Search tree over the edges, in runs of a few that follow one another."""
        tail, head = self.nodes[self.tail], self.nodes[self.head]
        new = np.arange(len(tail)) % _RUN == 0
        new[1:] |= self.tail[1:] != self.head[:-1]
        run = np.cumsum(new) - 1
        last = np.flatnonzero(np.append(new[1:], True)[: len(new)])
        xy = np.insert(tail, last + 1, head[last], axis=0)
        lines = shapely.linestrings(xy, indices=np.insert(run, last + 1, run[last]))
        return shapely.STRtree(np.asarray(lines))

    def distance_m(self, xy: Floats, limit_m: float) -> Floats:
        """
        Measure from points to the nearest edge or point facility.

        Exact within 10^-4 of `limit_m`; nearer it may be that to the nearest node, and farther
        away infinite.
        """
        outer_m = limit_m * (1 + _NEAR)
        distance = self.node_tree.query(xy, distance_upper_bound=outer_m)[0]
        far = np.flatnonzero(distance > limit_m * (1 - _NEAR))
        (point, _), near = self.tree.query_nearest(
            shapely.points(xy[far]), max_distance=outer_m, return_distance=True, all_matches=False
        )
        distance[far[point]] = np.minimum(distance[far[point]], near)
        return np.asarray(distance)


def make_edges(
    polygons: Geometries, lines: Geometries, points: Floats, *, grid_m: float | None = None
) -> Edges:
    """
    Turn facilities into edges.

    Parameters
    ----------
    polygons : array of Polygon or MultiPolygon
        Valid areas; those that overlap or touch are joined.
    lines : array of LineString or MultiLineString
        Lines; parts inside areas, and shared parts, are dropped.
    points : array of float, shape (m, 2)
        Points; those on or in the others are dropped.
    grid_m : float, optional
        Grid to which areas that meet are snapped, and lines. Borders and lines that are drawn twice
        with different corners leave slivers as thin as rounding between them, which no nudge gets
        rid of. None by default.

    Returns
    -------
    Edges
        The edges.
    """
    areas = dissolved(polygons, touching=True, grid_m=grid_m)
    strokes = _strokes(lines, areas, grid_m)
    points = _apart(points, np.append(areas, strokes))
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(areas)))
    xy = np.concatenate([shapely.get_coordinates(np.append(rings, strokes)), points])
    origin = np.round(xy.mean(axis=0))
    corners, tail, head = _joined(*_segments(rings, origin))
    ends, there, back = _joined(*_segments(strokes, origin))
    # A line may end on a corner of an area; they stay two nodes, so that a nudge can part them.
    nodes = np.concatenate([corners, ends])
    there, back = there + len(corners), back + len(corners)
    tail, head = np.concatenate([tail, there, back]), np.concatenate([head, back, there])
    return Edges(
        nodes=np.concatenate([nodes, points - origin]),
        tail=tail,
        head=head,
        following=_following(nodes, tail, head),
        points=len(nodes) + np.arange(len(points)),
        origin=origin,
        areas=areas if len(strokes) else areas[:0],
    )


def dissolved(shapes: Geometries, *, touching: bool, grid_m: float | None = None) -> Geometries:
    """
    Join polygons that overlap, and leave the others as they are.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        Valid polygons.
    touching : bool
        Whether those that only touch are joined too.
    grid_m : float, optional
        Grid to which those that are joined are snapped; none by default.

    Returns
    -------
    array of Polygon or MultiPolygon
        In no particular order.
    """
    first, second = shapely.STRtree(shapes).query(shapes, "intersects")
    first, second = first[first != second], second[first != second]
    if not touching:
        overlap = ~shapely.touches(shapes[first], shapes[second])
        first = first[overlap]
    meet = np.unique(first)
    if not len(meet):
        return shapes
    together = shapely.union_all(shapes[meet], grid_size=grid_m)
    return np.append(np.delete(shapes, meet), shapely.get_parts(together))


def _strokes(lines: Geometries, areas: Geometries, grid_m: float | None) -> Geometries:
    """Node lines, drop what they share, and cut off what lies inside areas."""
    if not len(lines):
        return np.zeros(0, dtype=object)
    together = shapely.union_all(lines, grid_size=grid_m)
    near = shapely.STRtree(areas).query(together, "intersects")
    together = shapely.difference(together, shapely.union_all(areas[near]))
    return np.asarray(shapely.get_parts(shapely.line_merge(together)))


def _apart(points: Floats, shapes: Geometries) -> Floats:
    """Drop points on or in shapes, which add nothing to them."""
    free = np.ones(len(points), dtype=bool)
    tree = shapely.STRtree(np.asarray(shapely.points(points)))
    shapely.prepare(shapes)
    free[tree.query(shapes, "dwithin", distance=10 * SAME_PLACE_M)[1]] = False
    return points[free]


def _segments(lines: Geometries, origin: Floats) -> tuple[Floats, Floats]:
    """Take lines or rings apart into edges, leaving out corners in the same place as the last."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    # As lines: a ring thinner than that may fall together, a line may not complain.
    cleaned = shapely.remove_repeated_points(shapely.linestrings(xy, indices=line), SAME_PLACE_M)
    xy, line = shapely.get_coordinates(cleaned, return_index=True)
    xy -= origin  # first: what it makes equal is one corner
    edge = (line[1:] == line[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    return xy[:-1][edge], xy[1:][edge]


def _joined(tail: Floats, head: Floats) -> tuple[Floats, Ints, Ints]:
    """Name the ends of edges that lie in the same place by one node."""
    # As complex numbers, which sort faster than rows.
    ends = np.concatenate([tail, head]).view(np.complex128)
    nodes, at = np.unique(ends, return_inverse=True)
    tail_node, head_node = np.split(at.ravel(), 2)
    return np.column_stack([nodes.real, nodes.imag]), tail_node, head_node


def _following(nodes: Floats, tail: Ints, head: Ints) -> Ints:
    """Go on along the right side: from the way back, the first edge counter-clockwise."""
    n = len(tail)
    way = nodes[head] - nodes[tail]
    node = np.concatenate([tail, head])
    angle = np.concatenate([np.arctan2(*way.T[::-1]), np.arctan2(*-way.T[::-1])])
    arriving = np.repeat([False, True], n)
    order = np.lexsort((arriving, angle, node))
    out = order[~arriving[order]]
    # Of the edges that leave, the one after each arrival; past the last, the node's first.
    seen = np.cumsum(~arriving[order])
    first = np.searchsorted(tail[out], np.arange(len(nodes) + 1))
    after = np.empty(n, dtype=np.intp)
    at = arriving[order]
    arrival = order[at] - n
    after[arrival] = np.where(seen[at] < first[head[arrival] + 1], seen[at], first[head[arrival]])
    return np.asarray(out[after])


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
