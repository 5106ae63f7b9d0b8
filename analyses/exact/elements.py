"""Straight pieces and circle arcs in the plane, and where they meet."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
Geometries = NDArray[Any]

# Parallel lines meet at infinity and concentric circles nowhere; comparisons then say no.
_UNDEFINED_IS_NO_HIT = np.errstate(divide="ignore", invalid="ignore", over="ignore")
_ROUNDING = 16 * float(np.finfo(float).eps)


@dataclass(frozen=True)
class Elements:
    """
    Directed straight pieces and arcs.

    An arc turns left about its centre, by at most a quarter circle, and crosses no axis through the
    centre, so that it stays in the box of its ends.

    Parameters
    ----------
    start, end : array of float, shape (n, 2)
        Ends of each element.
    centre : array of float, shape (n, 2)
        Centre of each arc; NaN for straight elements.
    radius_m : float
        Radius of every arc.
    """

    start: Floats
    end: Floats
    centre: Floats
    radius_m: float

    @cached_property
    def curved(self) -> Bools:
        """Which elements are arcs."""
        return ~np.isnan(self.centre[:, 0])

    @cached_property
    def low(self) -> Floats:
        """Lower left corner of the box of each element."""
        return np.minimum(self.start, self.end)

    @cached_property
    def high(self) -> Floats:
        """Upper right corner of the box of each element."""
        return np.maximum(self.start, self.end)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Search tree over the boxes."""
        return shapely.STRtree(boxes(self.low, self.high))

    @cached_property
    def middle(self) -> Floats:
        """The point half-way along each element."""
        middle = (self.start + self.end) / 2
        centre = self.centre[self.curved]
        spoke = middle[self.curved] - centre
        middle[self.curved] = centre + spoke * (self.radius_m / np.hypot(*spoke.T))[:, None]
        return middle

    def take(self, chosen: Ints | Bools) -> "Elements":
        """Pick elements."""
        return Elements(self.start[chosen], self.end[chosen], self.centre[chosen], self.radius_m)


@dataclass(frozen=True)
class Meetings:
    """
    Points at which elements of one set cross elements of another.

    Parameters
    ----------
    one, other : array of int, n
        The two elements.
    along_one, along_other : array of float, n
        How far along each: grows from its start to its end.
    entering : array of bool, n
        Whether the one goes over to the left of the other there.
    xy : array of float, shape (n, 2)
        The point.
    """

    one: Ints
    other: Ints
    along_one: Floats
    along_other: Floats
    entering: Bools
    xy: Floats

    def take(self, chosen: Ints | Bools) -> "Meetings":
        """Pick meetings."""
        return Meetings(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def swapped(self) -> "Meetings":
        """Look at the same meetings from the other side."""
        return Meetings(
            self.other, self.one, self.along_other, self.along_one, ~self.entering, self.xy
        )


def flat(shapes: Geometries) -> Geometries:
    """Drop heights, where there are any."""
    return np.asarray(shapely.force_2d(shapes)) if shapely.has_z(shapes).any() else shapes


def boxes(low: Floats, high: Floats) -> Geometries:
    """Draw boxes by their corners."""
    return np.asarray(shapely.box(*low.T, *high.T))


def rounding_m(*points: Floats) -> float:
    """Give a distance that rounding may have put into results made of such coordinates."""
    return _ROUNDING * max(float(np.abs(xy).max(initial=1)) for xy in points)


@_UNDEFINED_IS_NO_HIT
def meetings(
    one: Elements, other: Elements, i: Ints, j: Ints, margin_m: float
) -> tuple[Meetings, "Ties"]:
    """
    Find where pairs of elements cross.

    Parameters
    ----------
    one, other : Elements
        The elements.
    i, j : array of int, n
        Pairs of them: element ``i[k]`` of `one` and ``j[k]`` of `other`.
    margin_m : float
        What rounding may have done to coordinates, from `rounding_m`.

    Returns
    -------
    meetings : Meetings
        Every crossing.
    ties : Ties
        Where rounding may have decided whether they cross: an end of one lies on the other, or
        they touch.
    """
    ties = []
    for some, at, rest, to in ((one, i, other, j), (other, j, one, i)):
        for ends in (some.start, some.end):
            on = np.flatnonzero(on_element(ends[at], rest, to, margin_m))
            ties.append(Ties(on, ends[at[on]]))
    found = []
    for curved in (False, True):
        for round_other in (False, True):
            at = np.flatnonzero((one.curved[i] == curved) & (other.curved[j] == round_other))
            if curved and not round_other:
                swapped, touch = _straight_arc(other, one, j[at], i[at], margin_m)
                found.append(swapped.swapped())
            else:
                meet = (_straight_straight, _straight_arc, _arc_arc)[curved + round_other]
                crossings, touch = meet(one, other, i[at], j[at], margin_m)
                found.append(crossings)
            ties.append(Ties(at[touch.pair], touch.xy))
    names = Meetings.__dataclass_fields__
    return (
        Meetings(*(np.concatenate([getattr(part, name) for part in found]) for name in names)),
        Ties(np.concatenate([tie.pair for tie in ties]), np.concatenate([tie.xy for tie in ties])),
    )


@dataclass(frozen=True)
class Ties:
    """
    Places where it is unsure whether two elements cross.

    Parameters
    ----------
    pair : array of int, n
        Which of the pairs.
    xy : array of float, shape (n, 2)
        Where.
    """

    pair: Ints
    xy: Floats


@_UNDEFINED_IS_NO_HIT
def on_element(point: Floats, elements: Elements, which: Ints, margin_m: float) -> Bools:
    """Tell which points lie on an element, to within a margin."""
    low, high = elements.low[which] - margin_m, elements.high[which] + margin_m
    at = np.flatnonzero(((point >= low) & (point <= high)).all(axis=1))
    which, point = which[at], point[at]
    start, centre = elements.start[which], elements.centre[which]
    step = elements.end[which] - start
    off_line = np.abs(cross(step, point - start)) / np.hypot(*step.T)
    off_circle = np.abs(np.hypot(*(point - centre).T) - elements.radius_m)
    # An element without length has no line to be off.
    off = np.where(elements.curved[which], off_circle, np.nan_to_num(off_line))
    on = np.zeros(len(low), dtype=bool)
    on[at[off <= margin_m]] = True
    return on


def _straight_straight(
    one: Elements, other: Elements, i: Ints, j: Ints, _margin_m: float
) -> tuple[Meetings, Ties]:
    a, p = one.start[i], other.start[j]
    step, run = one.end[i] - a, other.end[j] - p
    turn = cross(run, step)
    t = cross(p - a, run) / -turn
    s = cross(p - a, step) / -turn
    hit = (t >= 0) & (t <= 1) & (s >= 0) & (s <= 1)
    found = Meetings(i, j, t, s, turn > 0, a + t[:, None] * step).take(hit)
    return found, Ties(np.zeros(0, dtype=np.intp), np.zeros((0, 2)))


def _straight_arc(
    one: Elements, other: Elements, i: Ints, j: Ints, margin_m: float
) -> tuple[Meetings, Ties]:
    centre, radius_m = other.centre[j], other.radius_m
    a, step = one.start[i] - centre, one.end[i] - one.start[i]
    p, q = other.start[j] - centre, other.end[j] - centre
    length = np.hypot(*step.T)
    # The distance of the centre from the line keeps its digits on long edges; the textbook
    # discriminant b² - ac does not.
    beside = np.abs(cross(a, step)) / length
    half = np.sqrt((radius_m - beside) * (radius_m + beside)) / length
    middle = -dot(a, step) / length**2
    foot = a + middle[:, None] * step
    touching = np.abs(beside - radius_m) <= margin_m
    touching &= (middle >= 0) & (middle <= 1) & _in_sector(foot, p, q)
    t = np.concatenate([middle - half, middle + half])
    twice = np.concatenate([np.arange(len(i))] * 2)
    x = a[twice] + t[:, None] * step[twice]
    hit = (t >= 0) & (t <= 1) & _in_sector(x, p[twice], q[twice])
    entering = np.repeat([True, False], len(i))
    found = Meetings(i[twice], j[twice], t, cross(p[twice], x), entering, x + centre[twice])
    touch = np.flatnonzero(touching)
    return found.take(hit), Ties(touch, (foot + centre)[touch])


def _arc_arc(
    one: Elements, other: Elements, i: Ints, j: Ints, margin_m: float
) -> tuple[Meetings, Ties]:
    radius_m = one.radius_m
    here, there = one.centre[i], other.centre[j]
    step = there - here
    distance = np.hypot(*step.T)
    p, q = one.start[i] - here, one.end[i] - here
    r, s = other.start[j] - there, other.end[j] - there
    height = np.sqrt((radius_m - distance / 2) * (radius_m + distance / 2)) / distance
    left = np.column_stack([-step[:, 1], step[:, 0]]) * height[:, None]
    touching = np.abs(distance - 2 * radius_m) <= margin_m
    touching &= _in_sector(step, p, q) & _in_sector(-step, r, s)
    # Turning left, the one goes into the other's disc on the right of the line of centres.
    x = np.concatenate([step / 2 - left, step / 2 + left])
    twice = np.concatenate([np.arange(len(i))] * 2)
    y = x - step[twice]
    hit = _in_sector(x, p[twice], q[twice]) & _in_sector(y, r[twice], s[twice])
    entering = np.repeat([True, False], len(i))
    found = Meetings(
        i[twice],
        j[twice],
        cross(p[twice], x),
        cross(r[twice], y),
        entering,
        x + here[twice],
    )
    touch = np.flatnonzero(touching)
    return found.take(hit), Ties(touch, (here + step / 2)[touch])


def _in_sector(x: Floats, p: Floats, q: Floats) -> Bools:
    """Tell whether a direction lies between those of the ends of an arc."""
    return np.asarray((cross(p, x) >= 0) & (cross(x, q) >= 0) & (dot(x, p + q) > 0))


def area_terms(start: Floats, end: Floats, curved: Bools, radius_m: float, base: Floats) -> Floats:
    """Give the share of each element in the area it goes round, seen from a base point."""
    area = cross(start - base, end - base) / 2
    chord = np.hypot(*(end - start)[curved].T)
    if len(chord):
        theta = 2 * np.arcsin(np.minimum(chord / (2 * radius_m), 1))
        area[curved] += radius_m**2 / 2 * (theta - np.sin(theta))
    return np.asarray(area)


def quarter_arcs(
    centre: Floats, begin: Floats, finish: Floats, turn: Floats, radius_m: float
) -> tuple[Ints, Floats]:
    """
    Split arcs at the axes through their centres, so that no piece leaves the box of its ends.

    Parameters
    ----------
    centre, begin, finish : array of float, shape (n, 2)
        Centre and ends of each arc, which turns left.
    turn : array of float, n
        Angle of each arc in radians, greater than 0, at most a full circle.
    radius_m : float
        The radius.

    Returns
    -------
    arc : array of int, m
        The arc of each piece; the pieces follow one another.
    start : array of float, shape (m, 2)
        Where each piece starts.
    """
    quarter = np.pi / 2
    spoke = begin - centre
    angle = np.arctan2(spoke[:, 1], spoke[:, 0])
    axis = np.floor(angle / quarter).astype(np.intp) + 1
    cuts = np.maximum(np.ceil((angle + turn) / quarter).astype(np.intp) - axis, 0)
    arc, nth = spread(cuts + 1)
    unit = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    start = centre[arc] + radius_m * unit[(axis[arc] + nth - 1) % 4]
    start[nth == 0] = begin
    # A cut next to an end of the arc would make a piece too short to tell its ends apart; without
    # it the arc leaves its box by less than rounding does.
    short = 1e-9 * radius_m
    past = np.hypot(*(start - begin[arc]).T) > short
    left = np.hypot(*(start - finish[arc]).T) > short
    kept = (nth == 0) | (past & left)
    return arc[kept], start[kept]


def spread(counts: Ints) -> tuple[Ints, Ints]:
    """
    Enumerate runs of given lengths: which run, and the position within it.

    Examples
    --------
    >>> [part.tolist() for part in spread(np.array([2, 0, 3]))]
    [[0, 0, 2, 2, 2], [0, 1, 0, 1, 2]]
    """
    run = np.repeat(np.arange(len(counts)), counts)
    return run, np.arange(len(run)) - np.repeat(np.cumsum(counts) - counts, counts)


def cross(a: Floats, b: Floats) -> Floats:
    """Give the cross product of vectors in the plane."""
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])


def dot(a: Floats, b: Floats) -> Floats:
    """Give the dot product of vectors in the plane."""
    return np.asarray(a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1])
