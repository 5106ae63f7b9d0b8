"""Outlines: the boundary of a catchment as closed loops of straight pieces and circle arcs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from geoplan.analyses.exact.elements import (
    Elements,
    Floats,
    Ints,
    area_terms,
    boxes,
    rounding_m,
    spread,
)
from geoplan.core.errors import GeoplanError


class TieError(GeoplanError, ArithmeticError):
    """
    Rounding decides how pieces join, so that they do not join up.

    The kernels nudge what they measure until it does; that none of their nudges helped is a defect.

    Parameters
    ----------
    pieces : array of int, optional
        Pieces that do not join up, or may not.
    """

    def __init__(self, pieces: Ints | None = None) -> None:
        self.pieces = np.zeros(0, dtype=np.intp) if pieces is None else pieces
        super().__init__(
            "Rounding decides how the edges of a catchment join up, and no nudge helped. Please "
            "report this with the layers; moving one of them by a millimetre gets you past it."
        )


@dataclass(frozen=True)
class Cycles:
    """
    Closed runs of points: the rings of polygons, or the loops of an outline.

    Parameters
    ----------
    start : array of float, shape (n, 2)
        The points, cycle by cycle, none repeated at the end.
    first : array of int, m
        Position of the first point of each cycle.
    """

    start: Floats
    first: Ints

    @cached_property
    def size(self) -> Ints:
        """Points per cycle."""
        return np.diff(self.first, append=len(self.start))

    @cached_property
    def cycle(self) -> Ints:
        """The cycle of each point."""
        return np.repeat(np.arange(len(self.first)), self.size)

    @cached_property
    def end(self) -> Floats:
        """The point after each."""
        return self.start[self.step(np.arange(len(self.start)), 1)]

    def step(self, position: Ints, steps: Ints | int) -> Ints:
        """Walk on from points, each within its cycle."""
        first, size = self.first[self.cycle[position]], self.size[self.cycle[position]]
        return np.asarray(first + (position - first + steps) % size)


@dataclass(frozen=True)
class Outline:
    """
    The boundary of everything within a distance of something, with the inside on its left.

    Parameters
    ----------
    cycles : Cycles
        Its loops, relative to `origin`: each element goes from its own start to the next one's.
    elements : Elements
        The same elements with their shapes.
    origin : array of float, shape (2,)
        A point near by: differences of small numbers keep their digits.
    """

    cycles: Cycles
    elements: Elements
    origin: Floats

    @cached_property
    def tree(self) -> shapely.STRtree:
        """
        Search tree over the boxes of the elements, in the coordinates of the facilities.

        The boxes are larger by a millionth of the radius: farther away, no nudge brings a tie.
        """
        elements = self.elements
        slack = 1e-6 * elements.radius_m + rounding_m(elements.start, self.origin)
        low, high = elements.low - slack + self.origin, elements.high + slack + self.origin
        return shapely.STRtree(boxes(low, high))

    @cached_property
    def loop_tree(self) -> shapely.STRtree:
        """Search tree over one point of each loop, relative to `origin`."""
        return shapely.STRtree(np.asarray(shapely.points(self.cycles.start[self.cycles.first])))

    @cached_property
    def area_m2(self) -> float:
        """The area inside: outer loops run counter-clockwise, those around holes clockwise."""
        elements, zero = self.elements, np.zeros(2)
        terms = area_terms(elements.start, elements.end, elements.curved, elements.radius_m, zero)
        return float(terms.sum())


def make_outline(
    start: Floats, centre: Floats, loop: Ints, radius_m: float, origin: Floats
) -> Outline:
    """
    Build an outline from its elements in walking order.

    Parameters
    ----------
    start, centre : array of float, shape (n, 2)
        Start of each element, and its centre if it is an arc.
    loop : array of int, n
        The loop of each element, from 0 and in order.
    radius_m : float
        Radius of every arc.
    origin : array of float, shape (2,)
        What the coordinates are relative to.

    Returns
    -------
    Outline
        The outline.
    """
    cycles = Cycles(start, np.flatnonzero(np.diff(loop, prepend=-1)))
    return Outline(cycles, Elements(start, cycles.end, centre, radius_m), origin)


def link(start_node: Ints, end_node: Ints) -> tuple[Ints, Ints]:
    """
    Order pieces into closed loops.

    Parameters
    ----------
    start_node, end_node : array of int, n
        The node where each piece starts and ends.

    Returns
    -------
    order : array of int, n
        The pieces, loop by loop, each loop in walking order.
    loop : array of int, n
        The loop of each piece of that order, from 0.

    Raises
    ------
    TieError
        If some node is not the start of exactly one piece and the end of exactly one; with the
        pieces at such nodes.

    Examples
    --------
    >>> order, loop = link(np.array([7, 3, 5, 1]), np.array([3, 7, 1, 5]))
    >>> order.tolist(), loop.tolist()
    ([0, 1, 2, 3], [0, 0, 1, 1])
    """
    by_start, by_end = np.argsort(start_node), np.argsort(end_node)
    nodes = start_node[by_start]
    if (nodes[1:] == nodes[:-1]).any() or not np.array_equal(nodes, end_node[by_end]):
        highest = 1 + int(max(start_node.max(initial=0), end_node.max(initial=0)))
        starts, ends = (np.bincount(of, minlength=highest) for of in (start_node, end_node))
        wrong = (starts != 1) | (ends != 1)
        raise TieError(np.flatnonzero(wrong[start_node] | wrong[end_node]))
    following = np.empty(len(nodes), dtype=np.intp)
    following[by_end] = by_start
    head, jump = np.arange(len(nodes)), following
    rounds = len(nodes).bit_length()
    for _ in range(rounds):  # pointer doubling: each round doubles the stretch looked over
        head, jump = np.minimum(head, head[jump]), jump[jump]
    last = following == head
    ahead, jump = np.where(last, 0, 1), np.where(last, np.arange(len(nodes)), following)
    for _ in range(rounds):
        ahead, jump = ahead + ahead[jump], jump[jump]
    order = np.lexsort((-ahead, head))
    return order, np.cumsum(np.diff(head[order], prepend=-1) != 0) - 1


def walk(cycles: Cycles, at: Ints, steps: Ints) -> tuple[Ints, Ints, Ints]:
    """
    List the positions passed on walks along cycles.

    Parameters
    ----------
    cycles : Cycles
        Where to walk.
    at, steps : array of int, n
        Where each walk starts and how many steps it makes.

    Returns
    -------
    walk, nth, position : array of int, m
        The walk, the number within the walk, and the position, ``steps + 1`` for each walk.
    """
    which, nth = spread(steps + 1)
    return which, nth, cycles.step(at[which], nth)
