"""Lines that cross at equal level and height meet there; bridges and tunnels pass."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geoplan.layers.network.build import Floats, Ints
from geoplan.layers.network.line_heights import separate_heights

Lines = NDArray[np.object_]

SAME_PLACE_M = 0.001
"""Vertices nearer than this are one place: less than anyone digitises, more than rounding moves."""

_POINT = 0


@dataclass(frozen=True)
class Joined:
    """
    Lines with a vertex wherever they meet.

    Parameters
    ----------
    vertex_key : ndarray of int64, k
        Equal where lines meet.
    vertex_xy_m : ndarray, k × 2
        Vertices, line after line.
    offsets : ndarray of int64, n + 1
        The vertices of line i are ``offsets[i]:offsets[i + 1]``.
    row : ndarray of int64, n
        Position in the input; a line that crosses itself is in several pieces.
    crossings : int
        Places where lines meet without a vertex of their own.
    apart : int
        Places where lines meet on the map and, by their heights, not on the ground.
    """

    vertex_key: Ints
    vertex_xy_m: Floats
    offsets: Ints
    row: Ints
    crossings: int
    apart: int = 0


def join_lines(lines: Lines, level: Ints) -> Joined:
    """
    Let lines meet: at crossings of equal level, and where one ends on another.

    Parameters
    ----------
    lines : ndarray of LineString, n
        In metres, with heights or without; not modified.
    level : ndarray of int64, n
        0 on the ground, above it on a bridge, below it in a tunnel.

    Returns
    -------
    Joined
        The lines with their vertices and those added.

    Notes
    -----
    Lines of unequal level meet only where one of them ends: a bridge joins the ground at its ends.
    Where lines of several levels pass through one place, each keeps to its own. Lines with heights
    meet only where these are within `geoplan.layers.network.line_heights.CLEARANCE_M`. Cost: one
    spatial index, and one intersection for each pair of lines that touch.

    Examples
    --------
    A street and a path cross; of the same street as a bridge the path knows nothing:

    >>> lines = shapely.linestrings([[(0, 50), (100, 50)], [(50, 0), (50, 100)]])
    >>> join_lines(lines, np.array([0, 0])).vertex_key.tolist()
    [0, 2, 4, 1, 2, 3]
    >>> join_lines(lines, np.array([1, 0])).crossings
    0
    """
    simple, row = _simple_lines(lines)
    level = level[row]
    added, line, xy = _meeting_places(simple, level)
    key, vertex_xy_m, owner, height_m, is_new = _with_vertices(simple, line, xy)
    ends = np.ones(len(owner), dtype=bool)
    ends[1:-1] = (owner[1:-1] != owner[:-2]) | (owner[1:-1] != owner[2:])
    key = _by_level(key, level[owner], ends)
    on_map = key
    key, apart = separate_heights(on_map, height_m, owner)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(simple)))])
    crossings = added - len(np.intersect1d(apart, on_map[is_new]))
    return Joined(key, vertex_xy_m, offsets, row, crossings, len(apart))


def join_edges(lines: Lines, u: Lines, v: Lines) -> Joined:
    """
    Let edges of a graph meet at their end nodes, and nowhere else.

    Parameters
    ----------
    lines : ndarray of LineString, n
        In metres; not modified. Whether one runs from u to v or from v to u does not matter.
    u, v : ndarray of str, n
        End nodes.

    Returns
    -------
    Joined
        The lines with their vertices.

    Notes
    -----
    Where the ends of lines bear their nodes out (each node is at one place), nodes are told apart
    by their names, so that a bridge may end above another street. Where they do not, as after a
    graph was simplified or turned around by another program, ends at one place are one node.
    """
    xyz, owner = shapely.get_coordinates(lines, include_z=True, return_index=True)
    xy = xyz[:, :2]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(lines)))])
    first, last = offsets[:-1], offsets[1:] - 1
    _, name = np.unique(np.concatenate([u, v]).astype(str), return_inverse=True)
    tips = np.concatenate([first, last])
    place, where = _places(xy[tips])
    apart: Ints = np.zeros(0, dtype=np.int64)
    xy = xy.copy()
    if _one_place_each(name, place):
        place = name
    else:
        xy[tips] = where[place]
        place, apart = separate_heights(place, xyz[tips, 2], owner[tips])
    key = place.max() + 1 + np.arange(len(xy))
    key[tips] = place
    return Joined(key, xy, offsets, np.arange(len(lines)), 0, len(apart))


def _one_place_each(name: Ints, place: Ints) -> bool:
    """Tell whether each name stands at one place only."""
    order = np.lexsort([place, name])
    same_name = name[order][1:] == name[order][:-1]
    return bool((place[order][1:] == place[order][:-1])[same_name].all())


def _simple_lines(lines: Lines) -> tuple[Lines, Ints]:
    """Take lines that cross themselves apart into their segments."""
    row = np.arange(len(lines))
    simple = shapely.is_simple(lines)
    if simple.all():
        return lines, row
    high = bool(shapely.has_z(lines).any())
    xy, owner = shapely.get_coordinates(lines[~simple], include_z=high, return_index=True)
    along = np.flatnonzero((owner[1:] == owner[:-1]) & (xy[1:] != xy[:-1]).any(axis=1))
    segments = shapely.linestrings(np.stack([xy[along], xy[along + 1]], axis=1))
    rows = np.concatenate([row[simple], row[~simple][owner[along]]])
    order = np.argsort(rows, kind="stable")
    return np.concatenate([lines[simple], segments])[order], rows[order]


def _meeting_places(lines: Lines, level: Ints) -> tuple[int, Ints, Floats]:
    """Find places where lines meet between their vertices: how many, on which line, where."""
    tree = shapely.STRtree(lines)
    one, other = tree.query(lines, predicate="intersects")
    flat = shapely.length(lines) == 0  # straight up: meets others with its ends only
    pair = (one < other) & (level[one] == level[other]) & ~flat[one] & ~flat[other]
    one, other = one[pair], other[pair]
    points, which = _points_of(shapely.intersection(lines[one], lines[other]))
    line = np.concatenate([one[which], other[which]])
    xy = np.concatenate([points, points])
    ends = np.concatenate(
        [shapely.get_coordinates(shapely.get_point(lines, position)) for position in (0, -1)]
    )
    end, on = tree.query(shapely.points(ends), predicate="dwithin", distance=SAME_PLACE_M)
    from_line = end % len(lines)
    rests = (from_line != on) & ((level[on] == 0) | (level[on] == level[from_line]))
    line, xy = np.concatenate([line, on[rests]]), np.concatenate([xy, ends[end[rests]]])
    new = ~_is_vertex(lines, line, xy)
    return len(np.unique(xy[new].round(2), axis=0)), line[new], xy[new]


def _points_of(met: Lines) -> tuple[Floats, Ints]:
    """Take the points, and the ends of the shared stretches, out of intersections."""
    parts, which = shapely.get_parts(met, return_index=True)
    inner, again = shapely.get_parts(parts, return_index=True)
    which = which[again]
    is_point = shapely.get_type_id(inner) == _POINT
    stretches = inner[~is_point]
    xy = [shapely.get_coordinates(inner[is_point])]
    xy += [shapely.get_coordinates(shapely.get_point(stretches, at)) for at in (0, -1)]
    index = [which[is_point], which[~is_point], which[~is_point]]
    return np.concatenate(xy), np.concatenate(index)


def _is_vertex(lines: Lines, line: Ints, xy: Floats) -> NDArray[np.bool_]:
    """Tell which places are, to the last bit, vertices of their line already."""
    vertices, owner = shapely.get_coordinates(lines, return_index=True)
    have = np.rec.fromarrays([owner, *vertices.T])
    want = np.rec.fromarrays([line, *xy.T])
    return np.isin(want, have)


def _with_vertices(
    lines: Lines, line: Ints, xy: Floats
) -> tuple[Ints, Floats, Ints, Floats, NDArray[np.bool_]]:
    """
    Put further vertices into lines, in their order along them.

    Returns of each vertex its place, where that is, its line, its height and whether it is new.
    """
    own, owner = shapely.get_coordinates(lines, include_z=True, return_index=True)
    own, own_height_m = own[:, :2], own[:, 2]
    steps = np.zeros(len(own))
    steps[1:] = np.where(owner[1:] == owner[:-1], np.hypot(*(own[1:] - own[:-1]).T), 0.0)
    run = np.cumsum(steps)
    first = np.searchsorted(owner, np.arange(len(lines)))
    along = run - run[first][owner]
    further = shapely.line_locate_point(lines[line], shapely.points(xy))
    height_m = own_height_m
    if len(line):
        # Lines lie a metre apart on the axis, so that none takes a height from the next.
        seat = run[first] + np.arange(len(lines))
        new_height_m = np.interp(seat[line] + further, seat[owner] + along, own_height_m)
        height_m = np.concatenate([own_height_m, new_height_m])
    owner = np.concatenate([owner, line])
    order = np.lexsort([np.concatenate([along, further]), owner])
    place, where = _places(np.concatenate([own, xy]))
    return place[order], where[place[order]], owner[order], height_m[order], order >= len(own)


def _places(xy: Floats) -> tuple[Ints, Floats]:
    """Give each place a number; vertices nearer than `SAME_PLACE_M` are one."""
    flat: Any = np.ascontiguousarray(xy + 0.0).view(np.complex128).ravel()
    unique, place = np.unique(flat, return_inverse=True)
    where = unique.view(np.float64).reshape(-1, 2)
    near = cKDTree(where).query_pairs(SAME_PLACE_M, output_type="ndarray")
    if not len(near):
        return place, where
    links = coo_array((np.ones(len(near)), near.T), shape=(len(where), len(where)))
    count, cluster = connected_components(links, directed=False)
    seat = np.full(count, len(where))
    np.minimum.at(seat, cluster, np.arange(len(where)))
    return cluster[place].astype(np.int64), where[seat]


def _by_level(place: Ints, level: Ints, ends: NDArray[np.bool_]) -> Ints:
    """Keep lines apart that pass through one place at several levels."""
    passing = np.unique(np.column_stack([place, level])[~ends], axis=0)
    shared, counts = np.unique(passing[:, 0], return_counts=True)
    crowded = np.isin(place, shared[counts > 1])
    if not crowded.any():
        return place
    # An end belongs to those who pass at its level; a ramp from elsewhere to the ground.
    at = np.column_stack([place, level])[crowded]
    homeless = ~_rows_in(at, passing)
    at[homeless, 1] = 0
    key = place.copy()
    _, number = np.unique(at, axis=0, return_inverse=True)
    key[crowded] = place.max() + 1 + number.ravel()
    return key


def _rows_in(rows: Ints, among: Ints) -> NDArray[np.bool_]:
    return np.isin(np.rec.fromarrays(rows.T), np.rec.fromarrays(among.T))
