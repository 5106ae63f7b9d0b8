"""Edges of the boundary of shapes, each run going the same way round."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geoplan.analyses.exact.elements import (
    Floats,
    Geometries,
    Ints,
)

_RUN = 8  # edges per entry of the search tree; fastest of 1 to 32
_NEAR = 1e-4  # of the distance: so near to it, distances are exact
SAME_PLACE_M = 1e-7
"""Corners nearer to each other than this are one."""


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
