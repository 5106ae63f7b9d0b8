"""The outline of a union of equal discs."""

import numpy as np
from scipy.spatial import cKDTree

from geoplan.analyses.elements import Bools, Floats, Ints, quarter_arcs
from geoplan.analyses.outline import Outline, TieError, link, make_outline

_NEIGHBOURS = 9
_TRIES = 8
_JITTER = 1e-12


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
        Its loops: outer ones run counter-clockwise, holes clockwise.
    """
    origin = np.round(centres.mean(axis=0)) if len(centres) else np.zeros(2)
    local = centres - origin
    random = np.random.default_rng(0)
    jitter = 0.0
    for _ in range(_TRIES):
        moved = local + jitter * random.uniform(-1, 1, local.shape)
        try:
            return _trace(moved, radius_m, origin)
        except TieError:
            jitter = 4 * jitter or _JITTER * radius_m
    raise TieError


def _trace(local: Floats, radius_m: float, origin: Floats) -> Outline:
    outer = local[~_buried(local, radius_m)]
    i, j, node_xy = _intersections(outer, radius_m)
    circle, leave, enter, angle, turn = _gaps(outer, i, j, radius_m)
    middle = angle + turn / 2
    spoke = radius_m * np.column_stack([np.cos(middle), np.sin(middle)])
    free = cKDTree(local).query(outer[circle] + spoke)[0] > radius_m * (1 - 1e-9)
    circle, leave, enter, turn = (part[free] for part in (circle, leave, enter, turn))
    order, loop = link(leave, enter)
    nodes = np.concatenate([node_xy, outer - [radius_m, 0.0]])
    circle, leave, enter, turn = (part[order] for part in (circle, leave, enter, turn))
    arc, start = quarter_arcs(outer[circle], nodes[leave], nodes[enter], turn, radius_m)
    return make_outline(start, outer[circle[arc]], loop[arc], radius_m, origin)


def _buried(local: Floats, radius_m: float) -> Bools:
    """Find circles that a few nearest neighbours cover all around: most, in a dense city."""
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
    beyond = np.abs((end[:, :, None] - middle[:, None, :] + np.pi) % (2 * np.pi) - np.pi)
    inside = (beyond < half[:, None, :] - 1e-9).any(axis=2)
    return np.asarray((inside | ~found).all(axis=1) & found.any(axis=1))


def _intersections(outer: Floats, radius_m: float) -> tuple[Ints, Ints, Floats]:
    """Pair circles that cross; pair k has its right point (from i) at 2k, its left at 2k + 1."""
    pairs = cKDTree(outer).query_pairs(2 * radius_m, output_type="ndarray")
    i, j = pairs[:, 0], pairs[:, 1]
    step = outer[j] - outer[i]
    distance = np.hypot(*step.T)
    crossing = distance < 2 * radius_m
    i, j, step, distance = i[crossing], j[crossing], step[crossing], distance[crossing]
    height = np.sqrt((radius_m - distance / 2) * (radius_m + distance / 2)) / distance
    left = np.column_stack([-step[:, 1], step[:, 0]]) * height[:, None]
    middle = (outer[i] + outer[j]) / 2
    return i, j, np.stack([middle - left, middle + left], axis=1).reshape(-1, 2)


def _gaps(
    outer: Floats, i: Ints, j: Ints, radius_m: float
) -> tuple[Ints, Ints, Ints, Floats, Floats]:
    """Find the arcs that no other circle of the set covers: circle, nodes, angle and turn."""
    n, pairs = len(outer), np.arange(len(i))
    step = outer[j] - outer[i]
    half = np.arccos(np.minimum(np.hypot(*step.T) / (2 * radius_m), 1))
    half = np.concatenate([half, half])
    middle = np.arctan2(step[:, 1], step[:, 0])
    middle = np.concatenate([middle, np.where(middle > 0, middle - np.pi, middle + np.pi)])
    circle = np.concatenate([i, j])
    # Walking along circle i to the left, disc j is entered at the right point and left at the left
    # one; seen from j it is the other way round.
    enter = np.concatenate([2 * pairs, 2 * pairs + 1])
    leave = np.concatenate([2 * pairs + 1, 2 * pairs])
    low, high = middle - half, middle + half
    under, over = np.flatnonzero(low < -np.pi), np.flatnonzero(high >= np.pi)
    cut = len(pairs) * 2 + np.arange(n)
    # Every circle is cut at 180°; two empty intervals stand there for the cut.
    circle = np.concatenate([circle, circle[under], circle[over], np.arange(n), np.arange(n)])
    edge = np.full(n, np.pi)
    low = np.concatenate([np.maximum(low, -np.pi), low[under] + 2 * np.pi, np.full(len(over), -np.pi), -edge, edge])
    high = np.concatenate([np.minimum(high, np.pi), np.full(len(under), np.pi), high[over] - 2 * np.pi, -edge, edge])
    enter = np.concatenate([enter, enter[under], enter[over], cut, cut])
    leave = np.concatenate([leave, leave[under], leave[over], cut, cut])
    return _uncovered(circle, low, high, enter, leave)


def _uncovered(
    circle: Ints, low: Floats, high: Floats, enter: Ints, leave: Ints
) -> tuple[Ints, Ints, Ints, Floats, Floats]:
    order = np.lexsort((high, low, circle))
    circle, low, high, enter, leave = (v[order] for v in (circle, low, high, enter, leave))
    # Running maximum of `high` per circle: on ranks, since integers keep the circles apart
    # without costing the angles their last digits.
    rank = np.empty(len(high), dtype=np.int64)
    by_high = np.argsort(high, kind="stable")
    rank[by_high] = np.arange(len(high))
    furthest = by_high[np.maximum.accumulate(circle * len(high) + rank) % len(high)]
    before, after = furthest[:-1], np.arange(1, len(high))
    gap = (circle[1:] == circle[:-1]) & (low[after] > high[before])
    before, after = before[gap], after[gap]
    return circle[after], leave[before], enter[after], high[before], low[after] - high[before]
