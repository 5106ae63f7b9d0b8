"""Barriers between shapes: which gaps they block, and where lines are drawn across them."""

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.shared.line_parts import SAME_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]
    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]
    Bools = NDArray[np.bool_]

_STEPS = 50  # places looked at per length of a gap, along either edge
_PAIRS_AT_ONCE = 500


def blocked_gaps(
    shapes: "Geometries",
    one: "Positions",
    other: "Positions",
    walls: "Geometries",
    *,
    gap_m: float,
) -> "Bools":
    """
    Tell between which shapes every way lies in, along or across a barrier.

    Parameters
    ----------
    shapes : array of geometry
        Polygons and lines, valid.
    one, other : array of int, n values
        Pairs of shapes, at most `gap_m` apart.
    walls : array of geometry
        Barriers: lines or polygons, valid.
    gap_m : float
        Longest way that is looked at.

    Returns
    -------
    array of bool, n values
        Whether nothing leads from the one to the other.

    Notes
    -----
    A way is straight: from each corner of either edge, and from places a fiftieth of `gap_m` apart
    between them, to the nearest place of the other shape, if that is at most `gap_m` away. It is
    blocked if it comes within 1 mm of a barrier anywhere, its ends included; so a river that fills
    the gap blocks it, and a railway on the edge of a park. Shapes that meet hang together where
    they share a place off all barriers; two lines that meet are one line, drawn across.

    Examples
    --------
    A ditch that runs past half of the first gap, and past all of the second:

    >>> parks = shapely.box([0, 15, 30], 0, [10, 25, 40], 10)
    >>> ditches = shapely.linestrings([[(12, -5), (12, 5)], [(30, -5), (30, 15)]])
    >>> blocked_gaps(parks, np.array([0, 1]), np.array([1, 2]), ditches, gap_m=6).tolist()
    [False, True]
    """
    blocked = np.zeros(len(one), dtype=bool)
    if not len(walls) or not len(one):
        return blocked
    tree = shapely.STRtree(walls)
    way = shapely.shortest_line(shapes[one], shapes[other])
    meet = np.flatnonzero(shapely.length(way) <= SAME_M)
    blocked[_met(way, tree)] = True
    blocked[meet] = _blocked_where_they_meet(shapes[one[meet]], shapes[other[meet]], tree)
    left = np.flatnonzero(blocked)
    for rows in np.array_split(left, -(-len(left) // _PAIRS_AT_ONCE) or 1):
        here, there = shapes[one[rows]], shapes[other[rows]]
        free = _any_way(here, there, tree, gap_m)
        free[~free] = _any_way(there[~free], here[~free], tree, gap_m)
        blocked[rows[free]] = False
    return blocked


def crossings(lines: "Geometries", walls: "Geometries") -> "Geometries":
    """
    Give the places where lines are drawn across barriers.

    Parameters
    ----------
    lines : array of LineString or MultiLineString
        Lines; where they meet they go on.
    walls : array of geometry
        Barriers: lines or polygons, valid.

    Returns
    -------
    array of Point
        One per place: of a barrier drawn as an area the middle of the stretch inside.

    Examples
    --------
    A bridge drawn from bank to bank, and one of two pieces that meet on the railway:

    >>> river, railway = shapely.box(10, -50, 20, 50), shapely.LineString([(30, -50), (30, 50)])
    >>> pieces = shapely.linestrings([[(10, 0), (20, 0)], [(25, 0), (30, 0)], [(30, 0), (40, 5)]])
    >>> [place.coords[0] for place in crossings(pieces, np.array([river, railway]))]
    [(15.0, 0.0), (30.0, 0.0)]
    """
    if not len(lines) or not len(walls):
        return lines[:0]
    ways = shapely.get_parts(shapely.line_merge(shapely.union_all(lines)))
    walls = shapely.get_parts(walls)
    way, wall = shapely.STRtree(walls).query(ways, predicate="intersects")
    met = shapely.intersection(ways[way], walls[wall])
    broken = shapely.get_type_id(met) == shapely.GeometryType.MULTILINESTRING
    met[broken] = shapely.line_merge(met[broken])
    met, of = shapely.get_parts(met, return_index=True)
    areal = shapely.get_dimensions(walls[wall[of]]) == 2
    stretch = shapely.get_dimensions(met) == 1
    # Along an area's edge nothing is crossed, and a way that touches its corner goes past.
    inside = met.copy()
    inside[stretch] = shapely.line_interpolate_point(met[stretch], 0.5, normalized=True)
    deep = shapely.distance(inside, shapely.boundary(walls[wall[of]])) > SAME_M
    counts = np.where(areal, stretch & deep, True)
    # What ends in a barrier does not lead across, unless it ends on the far edge of an area.
    loose = _loose_ends(ways)
    if len(loose):
        at, end = shapely.STRtree(loose).query(met, predicate="dwithin", distance=SAME_M)
        far = areal[at] & (
            shapely.distance(loose[end], shapely.boundary(walls[wall[of[at]]])) <= SAME_M
        )
        counts[at[~far]] = False
    # A line that ends on the way is not crossed by it.
    tips = _loose_ends(walls[shapely.get_dimensions(walls) == 1])
    if len(tips):
        at = shapely.STRtree(tips).query(met, predicate="dwithin", distance=SAME_M)[0]
        counts[at[~areal[at] & ~stretch[at]]] = False
    xy = np.round(shapely.get_coordinates(inside[counts]) / SAME_M).astype(np.int64)
    first = np.sort(np.unique(xy, axis=0, return_index=True)[1])
    return np.asarray(inside[counts][first], dtype=object)


def _met(ways: "Geometries", walls: shapely.STRtree) -> "Positions":
    """Give the ways that come within 1 mm of a barrier."""
    # GEOS finds nothing near a line without length.
    ways = np.where(shapely.length(ways) > 0, ways, shapely.get_point(ways, 0))
    return np.unique(walls.query(ways, predicate="dwithin", distance=SAME_M)[0])


def _blocked_where_they_meet(
    one: "Geometries", other: "Geometries", walls: shapely.STRtree
) -> "Bools":
    """Whether all that two shapes share is on barriers; lines that meet are one line."""
    shared = shapely.intersection(one, other)
    apart = shapely.is_empty(shared)  # by less than 1 mm
    shared[apart] = shapely.get_point(shapely.shortest_line(one[apart], other[apart]), 0)
    lines = shapely.get_dimensions(one) + shapely.get_dimensions(other) == 2
    pair, wall = walls.query(shared, predicate="dwithin", distance=SAME_M)
    pair, wall = pair[~lines[pair]], wall[~lines[pair]]
    grown = shapely.buffer(walls.geometries[wall], SAME_M)
    # A bridge drawn from bank to bank ends on the edge of the water, which is a park's edge too.
    bridge = shapely.length(shared[pair]) <= SAME_M
    bridge &= (shapely.get_dimensions(one) + shapely.get_dimensions(other))[pair] == 3
    bridge &= shapely.get_dimensions(walls.geometries[wall]) == 2
    grown[bridge] = shapely.buffer(walls.geometries[wall[bridge]], -2 * SAME_M)
    blocked = np.zeros(len(one), dtype=bool)
    order = np.argsort(pair, kind="stable")
    first = np.flatnonzero(np.diff(pair[order], prepend=-1))
    for rows in np.split(order, first[1:]):  # one union per pair that meets on barriers
        if len(rows):
            row = pair[rows[0]]
            left = shapely.difference(shared[row], shapely.union_all(grown[rows]))
            blocked[row] = shapely.is_empty(left)
    return blocked


def _any_way(
    one: "Geometries", other: "Geometries", walls: shapely.STRtree, gap_m: float
) -> "Bools":
    """Whether a free way leads from the edge of the one straight to the other."""
    free = np.zeros(len(one), dtype=bool)
    if not gap_m or not len(one):
        return free
    areal = shapely.get_dimensions(one) == 2
    edge = np.where(areal, shapely.boundary(one), one)
    near = shapely.intersection(edge, shapely.buffer(other, 1.01 * gap_m))
    xy, pair = shapely.get_coordinates(shapely.segmentize(near, gap_m / _STEPS), return_index=True)
    ways = shapely.shortest_line(shapely.points(xy), other[pair])
    reach = shapely.length(ways) <= gap_m
    ways, pair = ways[reach], pair[reach]
    held = np.zeros(len(ways), dtype=bool)
    held[_met(ways, walls)] = True
    free[pair[~held]] = True
    return free


def _loose_ends(lines: "Geometries") -> "Geometries":
    """Give the ends of lines at which no other one goes on."""
    parts = shapely.get_parts(lines)
    ends = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
    xy = np.round(shapely.get_coordinates(ends) / SAME_M).astype(np.int64)
    _, group, count = np.unique(xy, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(ends[count[group.ravel()] == 1], dtype=object)
