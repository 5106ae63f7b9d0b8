r"""
The exact area of polygons inside an outline.

The boundary of "polygon and catchment" is made of the parts of the polygon's rings that run inside
the catchment, and the parts of the outline that run inside the polygon. They meet where a ring
crosses the outline, and along a ring the crossings take turns: in, out, in, out. So it is enough to
find the crossings, each once for both sides, and to walk from each to the next. By Green's theorem
the area is then a sum over the straight pieces and arcs walked along,

.. math:: A = \tfrac12 \sum (x_p y_q - y_p x_q) + \tfrac{r^2}2 \sum_{arcs} (\theta - \sin\theta),

in which every piece starts exactly where the last one ended. Rings and loops that nothing crosses
count whole or not at all.

Whether an edge crosses an element is certain unless, to within rounding, an end of one lies on the
other or the two touch: a stop exactly 500 m from a border, districts drawn on the same grid as the
stops. Such ties are seen, and so is a ring or loop whose crossings do not take turns. The polygon
concerned is then measured twice more, with it and the distance changed by some 10^-10 one way and
the other way, which unties them, and the mean of the two is taken: first-order changes cancel.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from geoplan.analyses.exact.elements import (
    Bools,
    Elements,
    Floats,
    Geometries,
    Ints,
    Meetings,
    area_terms,
    boxes,
    meetings,
    rounding_m,
    spread,
)
from geoplan.analyses.exact.outline import Cycles, Outline, TieError, walk
from geoplan.core.true_size import current, true_area_m2

_RUN = 16  # edges per box of the first search
_TRIES = 12
_NUDGE = 1e-10  # of the distance and of the region's size, at first
_UNSURE = 1e-6  # of the distance: so near to the outline, one corner of a ring decides nothing
_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))

Depth = Callable[[Floats], Floats]


def overlap_area_m2(
    regions: Geometries, trace: Callable[[float], Outline], distance_m: float, depth_m: Depth
) -> Floats:
    """
    Measure the area of each region inside an outline.

    Parameters
    ----------
    regions : array of Polygon or MultiPolygon, n
        Valid regions; whatever has no area counts 0.
    trace : callable
        Gives the outline of the catchment for a distance in metres.
    distance_m : float
        The distance.
    depth_m : callable
        Gives for points (shape (k, 2), in the coordinates of the regions) how far inside the
        catchment they are, at least up to its sign; 0 on the outline.

    Returns
    -------
    array of float, n
        Area in m².

    Raises
    ------
    TieError
        If a tie does not come undone.
    """
    outline = trace(distance_m)
    areas, near = _far_from(regions, outline, depth_m)
    areas[near], tied = _areas(_moved(regions[near], -outline.origin), outline, depth_m)
    tied = near[tied]
    size = np.hypot(*np.subtract(*np.split(shapely.bounds(regions), 2, axis=1)).T)
    for attempt in range(_TRIES):
        if not len(tied):
            return areas
        nudge = _NUDGE * 2**attempt
        angle = attempt * _GOLDEN_ANGLE + 1
        shift = np.outer(nudge * size[tied], (np.cos(angle), np.sin(angle)))
        both, still = np.zeros((2, len(tied))), np.zeros(len(tied), dtype=bool)
        for row, side in enumerate((1, -1)):
            try:
                outline = trace(distance_m * (1 + side * nudge))
            except TieError:  # as likely as a tie with the region; the next nudge is another
                still[:] = True
                break
            moved = _moved(regions[tied], side * shift - outline.origin)
            both[row], again = _areas(moved, outline, depth_m, side * nudge * distance_m)
            still[again] = True
        areas[tied] = both.mean(axis=0)
        tied = tied[still]
    raise TieError


def _far_from(regions: Geometries, outline: Outline, depth_m: Depth) -> tuple[Floats, Ints]:
    """Settle regions whose boxes hold none of the outline by one corner; say which are left."""
    areas = np.zeros(len(regions))
    near = np.zeros(len(regions), dtype=bool)
    near[outline.tree.query(regions)[0]] = True
    near &= shapely.area(regions) > 0
    xy, region = shapely.get_coordinates(regions, return_index=True)
    first = np.flatnonzero(np.diff(region, prepend=-1))
    first = first[~near[region[first]]]
    depth = depth_m(xy[first])
    # A corner may lie where the catchment closed in so tightly that no outline is left.
    near[region[first[np.abs(depth) < _UNSURE * outline.elements.radius_m]]] = True
    inside = region[first[depth > 0]]
    inside = inside[~near[inside]]
    areas[inside] = true_area_m2(regions[inside])
    return areas, np.flatnonzero(near)


@dataclass(frozen=True)
class _Rings:
    """The rings of regions, and which region each is of."""

    cycles: Cycles
    region: Ints


@dataclass(frozen=True)
class _Side:
    """Crossings as one of the two sides sees them: where they are, and which comes next."""

    cycles: Cycles
    elements: Elements
    position: Ints
    along: Floats
    following: Ints
    origin: Floats


def _moved(regions: Geometries, by: Floats) -> Geometries:
    """Move regions, each by its own step or all by one; the given ones stay where they are."""
    xy, region = shapely.get_coordinates(regions, return_index=True)
    steps = np.broadcast_to(by, (len(regions), 2))[region]
    return np.asarray(shapely.set_coordinates(regions.copy(), xy + steps))


def _rings(regions: Geometries) -> _Rings:
    polygons, region = shapely.get_parts(regions, return_index=True)
    areal = shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON
    polygons, region = shapely.orient_polygons(polygons[areal]), region[areal]
    lines, polygon = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(lines, return_index=True)
    closing = np.append(ring[1:] != ring[:-1], True)[: len(ring)]
    xy, ring = xy[~closing], ring[~closing]
    return _Rings(Cycles(xy, np.flatnonzero(np.diff(ring, prepend=-1))), region[polygon])


def _areas(
    regions: Geometries, outline: Outline, depth_m: Depth, grown_m: float = 0.0
) -> tuple[Floats, Ints]:
    """Measure regions that are relative to the outline's origin; say which a tie makes unsure."""
    rings = _rings(regions)
    base = np.zeros((len(regions), 2))
    if not len(rings.region):
        return base[:, 0], np.zeros(0, dtype=np.intp)
    base[rings.region[::-1]] = rings.cycles.start[rings.cycles.first[::-1]]
    straight = np.full((len(rings.cycles.start), 2), np.nan)
    edges = Elements(rings.cycles.start, rings.cycles.end, straight, outline.elements.radius_m)
    found, tied = _crossings(rings.cycles, edges, outline)
    ring, loop = rings.cycles.cycle[found.one], outline.cycles.cycle[found.other]
    region = rings.region[ring]

    order = np.lexsort((found.along_one, found.one))
    ring_next = _next_in_group(order, ring)
    ring_side = _Side(rings.cycles, edges, found.one, found.along_one, ring_next, outline.origin)
    order = np.lexsort((found.along_other, found.other, loop, region))
    loop_next = _next_in_group(order, region * len(outline.cycles.first) + loop)
    loop_side = _Side(
        outline.cycles,
        outline.elements,
        found.other,
        found.along_other,
        loop_next,
        outline.origin,
    )
    entering = found.entering
    unfair = (entering == entering[ring_next]) | (entering == entering[loop_next])
    tied = np.unique(np.append(rings.region[rings.cycles.cycle[tied]], region[unfair]))

    # Where a ring goes into the catchment, the outline goes out of the region, and the reverse.
    areas = _walked(ring_side, found.xy, np.flatnonzero(entering), region, base)
    areas += _walked(loop_side, found.xy, np.flatnonzero(~entering), region, base)
    areas += _uncrossed_rings(
        rings,
        edges,
        np.unique(ring),
        base,
        lambda xy: depth_m(xy + outline.origin) + grown_m,
        outline.origin,
    )
    areas += _uncrossed_loops(regions, outline, region, loop, base)
    return areas, tied


def _crossings(cycles: Cycles, edges: Elements, outline: Outline) -> tuple[Meetings, Ints]:
    """Find where edges cross elements, and the edges for which that is unsure."""
    margin_m = rounding_m(edges.start, outline.elements.start)
    edge, element = _near(cycles, edges, outline, margin_m)
    found, ties = meetings(edges, outline.elements, edge, element, margin_m)
    return found, edge[ties.pair]


def _near(cycles: Cycles, edges: Elements, outline: Outline, margin_m: float) -> tuple[Ints, Ints]:
    """Pair edges and elements whose boxes meet, by way of boxes around runs of edges."""
    ring, nth = spread(-(-cycles.size // _RUN))
    first = cycles.first[ring] + nth * _RUN
    low = np.minimum.reduceat(edges.low, first) + outline.origin
    high = np.maximum.reduceat(edges.high, first) + outline.origin
    run, element = outline.tree.query(boxes(low, high))
    pair, nth = spread(np.diff(first, append=len(edges.start))[run])
    edge, element = first[run[pair]] + nth, element[pair]
    meet = (edges.low[edge] <= outline.elements.high[element] + margin_m).all(axis=1)
    meet &= (edges.high[edge] >= outline.elements.low[element] - margin_m).all(axis=1)
    return edge[meet], element[meet]


def _next_in_group(order: Ints, group: Ints) -> Ints:
    """Give the next crossing of each, going round its group in the order given."""
    first = np.flatnonzero(np.diff(group[order], prepend=-1))
    around = Cycles(np.empty((len(order), 0)), first)
    following = np.empty(len(order), dtype=np.intp)
    following[order] = order[around.step(np.arange(len(order)), 1)]
    return following


def _walked(side: _Side, xy: Floats, starts: Ints, region: Ints, base: Floats) -> Floats:
    """Sum the area terms from each crossing to its next, per region."""
    ends = side.following[starts]
    at, to = side.position[starts], side.position[ends]
    size = side.cycles.size[side.cycles.cycle[at]]
    steps = (to - at) % size
    steps = np.where((steps == 0) & (side.along[ends] <= side.along[starts]), size, steps)
    which, nth, here = walk(side.cycles, at, steps)
    start, end = side.cycles.start[here], side.cycles.end[here]
    first, last = nth == 0, nth == steps[which]
    start[first], end[last] = xy[starts[which[first]]], xy[ends[which[last]]]
    owner, elements = region[starts[which]], side.elements
    terms = _terms(start, end, elements.curved[here], elements.radius_m, base[owner], side.origin)
    return _sums(owner, terms, len(base))


def _sums(owner: Ints, terms: Floats, size: int) -> Floats:
    return np.bincount(owner, terms, size).astype(float)


def _terms(
    start: Floats, end: Floats, curved: Bools, radius_m: float, base: Floats, origin: Floats
) -> Floats:
    """Give the share of each element in the area it goes round, on the ground if so asked."""
    terms = area_terms(start, end, curved, radius_m, base)
    size = current()
    if size is None or size.is_flat:
        return terms
    on_the_ground: Floats = size.area[0] * terms + size.boundary_terms(
        start + origin, end + origin, curved, radius_m
    )
    return on_the_ground


def _uncrossed_rings(
    rings: _Rings, edges: Elements, crossed: Ints, base: Floats, depth_m: Depth, origin: Floats
) -> Floats:
    cycles = rings.cycles
    inside = np.ones(len(cycles.first), dtype=bool)
    inside[crossed] = False
    whole = np.flatnonzero(inside)
    inside[whole] = _lies_inside(cycles, whole, edges.radius_m, depth_m)
    at = np.flatnonzero(inside[cycles.cycle])
    owner = rings.region[cycles.cycle[at]]
    terms = _terms(edges.start[at], edges.end[at], edges.curved[at], 0, base[owner], origin)
    return _sums(owner, terms, len(base))


def _lies_inside(cycles: Cycles, whole: Ints, radius_m: float, depth_m: Depth) -> Bools:
    first = cycles.first[whole]
    depth = depth_m(cycles.start[first])
    # A ring may touch the outline without crossing it, so a corner on it decides nothing.
    unsure = np.flatnonzero(np.abs(depth) < _UNSURE * radius_m)
    for part in (1, 2, 3):
        point = first[unsure] + cycles.size[whole[unsure]] * part // 4
        other = depth_m((cycles.start[point] + cycles.end[point]) / 2)
        depth[unsure] = np.where(np.abs(other) > np.abs(depth[unsure]), other, depth[unsure])
    return np.asarray(depth > 0)


def _uncrossed_loops(
    regions: Geometries, outline: Outline, region: Ints, loop: Ints, base: Floats
) -> Floats:
    cycles, elements = outline.cycles, outline.elements
    where, which = outline.loop_tree.query(regions)
    crossed = np.isin(where * len(cycles.first) + which, region * len(cycles.first) + loop)
    where, which = where[~crossed], which[~crossed]
    inside = np.zeros(len(where), dtype=bool)
    shapely.prepare(regions[np.unique(where)])
    for part in (0, 1, 2):  # the loop may touch the region's edge in one of them
        point = cycles.first[which] + cycles.size[which] * part // 3
        inside |= shapely.contains_xy(regions[where], *elements.middle[point].T)
    where, which = where[inside], which[inside]
    pair, _, at = walk(cycles, cycles.first[which], cycles.size[which] - 1)
    owner = where[pair]
    terms = _terms(
        elements.start[at],
        elements.end[at],
        elements.curved[at],
        elements.radius_m,
        base[owner],
        outline.origin,
    )
    return _sums(owner, terms, len(base))
