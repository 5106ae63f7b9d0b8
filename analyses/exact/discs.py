"""
The outline of a union of equal discs.

On each circle, the discs around it cover intervals of angle; what they leave free is outline. Two
circles that cross share the points where they do, so the arcs left free join up at those points
into loops. In a dense city nearly every circle is covered all around by its nearest neighbours, and
drops out before any two are paired.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from geoplan.analyses.exact.elements import Bools, Floats, Ints, quarter_arcs
from geoplan.analyses.exact.outline import Outline, TieError, link, make_outline

_NEIGHBOURS = 9  # the disc itself and eight more
_TRIES = 8
_JITTER = 1e-12  # of the radius, at first


def disc_outline(centres: Floats, radius_m: float) -> Outline:
    """
    Trace the outline of a union of equal discs.

    Parameters
    ----------
    centres : array of float, shape (m, 2)
        Centres of the discs, none twice.
    radius_m : float
        Their common radius.

    Returns
    -------
    Outline
        Its loops: outer ones run counter-clockwise, those around holes clockwise.

    Raises
    ------
    TieError
        If a tie does not come undone.

    Notes
    -----
    Where three circles meet in a point, to within rounding, the arcs may not join up; centres are
    then moved by some 10^-12 of the radius.
    """
    origin = np.round(centres.mean(axis=0)) if len(centres) else np.zeros(2)
    local = centres - origin
    random = np.random.default_rng(0)
    moved = local
    for attempt in range(_TRIES):
        try:
            return _trace(moved, radius_m, origin)
        except TieError:
            jitter_m = _JITTER * radius_m * 4**attempt
            moved = local + jitter_m * random.uniform(-1, 1, local.shape)
    raise TieError


@dataclass(frozen=True)
class _Intervals:
    """Angles of a circle from `low` to `high`, and the nodes at which they begin and end."""

    circle: Ints
    low: Floats
    high: Floats
    begin: Ints
    end: Ints

    def take(self, chosen: Ints | Bools) -> "_Intervals":
        return _Intervals(
            self.circle[chosen],
            self.low[chosen],
            self.high[chosen],
            self.begin[chosen],
            self.end[chosen],
        )


def _trace(local: Floats, radius_m: float, origin: Floats) -> Outline:
    outer = local[~_buried(local, radius_m)]
    i, j, crossings = _crossings(outer, radius_m)
    # Every circle is cut at 180°, which is a node as well.
    nodes = np.concatenate([crossings, outer - [radius_m, 0.0]])
    free = _free(_covered(outer, i, j, radius_m))
    middle = (free.low + free.high) / 2
    spoke = radius_m * np.column_stack([np.cos(middle), np.sin(middle)])
    # Only the outer circles were asked; one of the others may still cover an arc, but then all.
    nearest = cKDTree(local).query(outer[free.circle] + spoke)[0]
    free = free.take(nearest > radius_m * (1 - 1e-9))
    order, loop = link(free.begin, free.end)
    free = free.take(order)
    centre = outer[free.circle]
    arc, start = quarter_arcs(
        centre, nodes[free.begin], nodes[free.end], free.high - free.low, radius_m
    )
    return make_outline(start, centre[arc], loop[arc], radius_m, origin)


def _buried(local: Floats, radius_m: float) -> Bools:
    """Find circles that a few nearest neighbours cover all around."""
    k = min(_NEIGHBOURS, len(local))
    if k < 3:
        return np.zeros(len(local), dtype=bool)
    distance, neighbour = cKDTree(local).query(local, k=k, distance_upper_bound=2 * radius_m)
    distance, neighbour = distance[:, 1:], neighbour[:, 1:]
    found = neighbour < len(local)
    step = local[np.where(found, neighbour, 0)] - local[:, None]
    middle = np.arctan2(step[..., 1], step[..., 0])
    half = np.arccos(np.where(found, distance / (2 * radius_m), 1.0))
    # All around is covered when every interval ends inside another one.
    end = middle + half
    apart = np.abs((end[:, :, None] - middle[:, None, :] + np.pi) % (2 * np.pi) - np.pi)
    inside = (apart < half[:, None, :] - 1e-9).any(axis=2)
    return np.asarray((inside | ~found).all(axis=1) & found.any(axis=1))


def _crossings(outer: Floats, radius_m: float) -> tuple[Ints, Ints, Floats]:
    """Pair circles that cross: pair k has its right point (seen from i) at 2k, the left after."""
    pairs = cKDTree(outer).query_pairs(2 * radius_m, output_type="ndarray")
    step = outer[pairs[:, 1]] - outer[pairs[:, 0]]
    distance = np.hypot(*step.T)
    crossing = distance < 2 * radius_m
    (i, j), step, distance = pairs[crossing].T, step[crossing], distance[crossing]
    height = np.sqrt((radius_m - distance / 2) * (radius_m + distance / 2)) / distance
    left = np.column_stack([-step[:, 1], step[:, 0]]) * height[:, None]
    middle = (outer[i] + outer[j]) / 2
    return i, j, np.stack([middle - left, middle + left], axis=1).reshape(-1, 2)


def _covered(outer: Floats, i: Ints, j: Ints, radius_m: float) -> _Intervals:
    """Give what other discs cover of each circle, within -180° to 180°, with the cut there."""
    step = outer[j] - outer[i]
    half = np.arccos(np.minimum(np.hypot(*step.T) / (2 * radius_m), 1))
    towards = np.arctan2(step[:, 1], step[:, 0])
    back = np.where(towards > 0, towards - np.pi, towards + np.pi)
    middle, half = np.append(towards, back), np.append(half, half)
    # Going left around circle i, disc j begins at the right point; from j it is the left one.
    right, left = 2 * np.arange(len(i)), 2 * np.arange(len(i)) + 1
    whole = _Intervals(
        np.append(i, j),
        middle - half,
        middle + half,
        np.append(right, left),
        np.append(left, right),
    )
    circles = np.arange(len(outer))
    cut, edge = 2 * len(i) + circles, np.full(len(outer), np.pi)
    turn = 2 * np.pi
    under, over = whole.take(whole.low < -np.pi), whole.take(whole.high >= np.pi)
    parts = (
        _Intervals(
            whole.circle,
            np.maximum(whole.low, -np.pi),
            np.minimum(whole.high, np.pi),
            whole.begin,
            whole.end,
        ),
        _Intervals(under.circle, under.low + turn, edge[under.circle], under.begin, under.end),
        _Intervals(over.circle, -edge[over.circle], over.high - turn, over.begin, over.end),
        _Intervals(circles, -edge, -edge, cut, cut),
        _Intervals(circles, edge, edge, cut, cut),
    )
    names = _Intervals.__dataclass_fields__
    return _Intervals(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _free(covered: _Intervals) -> _Intervals:
    """Give what intervals leave free between the first and the last of each circle."""
    covered = covered.take(np.lexsort((covered.high, covered.low, covered.circle)))
    circle, n = covered.circle, len(covered.high)
    # The furthest end so far, circle by circle: of ranks, since integers keep the circles apart
    # without costing the angles their last digits.
    by_high = np.argsort(covered.high, kind="stable")
    rank = np.empty(n, dtype=np.int64)
    rank[by_high] = np.arange(n)
    furthest = by_high[np.maximum.accumulate(circle * n + rank) % n] if n else by_high
    after = np.flatnonzero(np.diff(circle, prepend=-1) == 0)
    before = furthest[after - 1]
    gap = covered.low[after] > covered.high[before]
    before, after = before[gap], after[gap]
    return _Intervals(
        circle[after],
        covered.high[before],
        covered.low[after],
        covered.end[before],
        covered.begin[after],
    )
