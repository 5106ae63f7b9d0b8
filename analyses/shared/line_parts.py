"""Lines taken apart into straight pieces, and what lies twice among them counted once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.core.errors import SchemaError
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]
    Geometries = NDArray[np.object_]

SAME_M = 0.001
"""Lines closer than this along a stretch are one line drawn twice."""

WORTH_TELLING_M = 1.0
"""Length from which a reader is told, in metres."""

_LINES = (1, 2, 5)  # LineString, LinearRing, MultiLineString
_COS_30 = float(np.cos(np.pi / 6))


@dataclass(frozen=True)
class LinePieces:
    """
    Straight pieces of lines.

    Parameters
    ----------
    xy : array of float, n × 2 × 2
        Start and end of each.
    line : array of int, n
        Row of the line that each is of.
    category : array of int, n
        Code of its category.
    dropped_m : float
        Length that was left out, since it lay on another piece of the same category.
    """

    xy: "Floats"
    line: "Positions"
    category: "Positions"
    dropped_m: float = 0.0

    @property
    def length_m(self) -> "Floats":
        """Length of each piece."""
        return np.asarray(np.hypot(*(self.xy[:, 1] - self.xy[:, 0]).T), dtype=float)

    @property
    def geometry(self) -> "Geometries":
        """Give each piece as a line."""
        return np.asarray(shapely.linestrings(self.xy), dtype=object)


def check_lines(layer: "GeoDataFrame", subject: str) -> "Geometries":
    """
    Take the geometry of a line layer.

    Raises
    ------
    SchemaError
        If a geometry is null, empty or no line.
    """
    shapes = np.asarray(layer.geometry.array, dtype=object)
    wrong = ~np.isin(shapely.get_type_id(shapes), _LINES) | shapely.is_empty(shapes)
    if wrong.any():
        names = {"null" if one is None else str(one.geom_type) for one in shapes[wrong]}
        raise SchemaError(
            f"`{subject}`: {int(wrong.sum())} of {len(wrong)} geometries are no lines "
            f"({', '.join(sorted(names))}); a length needs lines. Load the layer with load_lines, "
            "which keeps what has a length and counts the rest, or take the boundary of polygons."
        )
    return shapes


def line_pieces(lines: "Geometries", category: "Positions | None" = None) -> LinePieces:
    """
    Take lines apart at their corners.

    Parameters
    ----------
    lines : array of LineString or MultiLineString, n values
        What to take apart.
    category : array of int, n values, optional
        Codes from 0; one category by default.

    Returns
    -------
    LinePieces
        In the order of the lines; pieces without length are left out.
    """
    codes = np.zeros(len(lines), dtype=np.intp) if category is None else category
    parts, line = shapely.get_parts(lines, return_index=True)
    corners, part = shapely.get_coordinates(parts, return_index=True)
    at = np.flatnonzero(part[1:] == part[:-1])
    xy = np.stack([corners[at], corners[at + 1]], axis=1)
    long = (xy[:, 0] != xy[:, 1]).any(axis=1)
    row = line[part[at[long]]]
    return LinePieces(xy[long], row, codes[row])


def counted_once(pieces: LinePieces, *, merge_m: float | None = None) -> LinePieces:
    """
    Drop what lies on another piece of the same category.

    Parameters
    ----------
    pieces : LinePieces
        From `line_pieces`.
    merge_m : float, optional
        Also drop what runs abreast of another piece at most so far off, such as the second
        carriageway of a road. By default only what is drawn on one another, to `SAME_M`.

    Returns
    -------
    LinePieces
        What is left, cut where needed; each place is kept of the first piece that lies there.

    Notes
    -----
    Two pieces run abreast where the foot of one on the other lies inside it, no farther than the
    tolerance, and their directions differ by less than 30°, whichever way they were drawn. Of
    three abreast, each near the next, one is kept. At a bend the outer of two lines keeps what it
    is longer than the inner, at most `merge_m` times the angle turned. Cost: one search tree; the
    pairs that are near are dealt with in arrays.

    Examples
    --------
    A line of 10 m, and one of 6 m that lies on it for 4 m:

    >>> lines = np.array([shapely.LineString([(0, 0), (10, 0)]),
    ...                   shapely.LineString([(6, 0), (12, 0)])])
    >>> once = counted_once(line_pieces(lines))
    >>> once.length_m.tolist(), once.dropped_m
    ([10.0, 2.0], 4.0)
    """
    first = _first_of_equals(pieces)
    kept = LinePieces(pieces.xy[first], pieces.line[first], pieces.category[first])
    total_m = float(pieces.length_m.sum())
    tolerance_m = SAME_M if merge_m is None else merge_m
    later, earlier = shapely.STRtree(kept.geometry).query(
        kept.geometry, predicate="dwithin", distance=tolerance_m
    )
    apart = (earlier < later) & (kept.category[earlier] == kept.category[later])
    later, earlier = later[apart], earlier[apart]
    begin_m, end_m = _abreast(kept.xy[later], kept.xy[earlier], tolerance_m, merge_m is not None)
    found = end_m - begin_m > SAME_M
    left = _without(kept, later[found], begin_m[found], end_m[found])
    return LinePieces(left.xy, left.line, left.category, total_m - float(left.length_m.sum()))


def repeat_notices(dropped_m: float, subject: str) -> tuple[Notice, ...]:
    """
    Say that lines lie on one another, and that each place counts once.

    Parameters
    ----------
    dropped_m : float
        From `LinePieces`.
    subject : str
        Name of the layer.

    Returns
    -------
    tuple of Notice
        None below `WORTH_TELLING_M`.
    """
    if dropped_m < WORTH_TELLING_M:
        return ()
    return (Notice("lines_counted_once", subject, values={"length_m": dropped_m}),)


def beyond(pieces: LinePieces, others: LinePieces, distance_m: float) -> LinePieces:
    """
    Keep what lies farther than a distance from every one of other lines, exactly.

    Parameters
    ----------
    pieces : LinePieces
        What to keep of.
    others : LinePieces
        What to be far from.
    distance_m : float
        Finite and greater than 0.

    Returns
    -------
    LinePieces
        What is left of `pieces`, cut where needed.

    Examples
    --------
    >>> way, cross = (line_pieces(np.array([shapely.LineString(ends)]))
    ...               for ends in ([(0, 0), (10, 0)], [(4, -9), (4, 9)]))
    >>> beyond(way, cross, 1).length_m.tolist()
    [3.0, 5.0]
    """
    mine, other = shapely.STRtree(others.geometry).query(
        pieces.geometry, predicate="dwithin", distance=distance_m
    )
    begin_m, end_m = _near(pieces.xy[mine], others.xy[other], distance_m)
    found = end_m > begin_m
    return _without(pieces, mine[found], begin_m[found], end_m[found])


def _near(mine: "Floats", other: "Floats", distance_m: float) -> "tuple[Floats, Floats]":
    """From where to where one straight line is within a distance of another; 0, 0: nowhere."""
    # What is within a distance of a straight line is convex (two half discs and a rectangle), so
    # the hull of the three stretches is the stretch.
    along = mine[:, 1] - mine[:, 0]
    length_m = np.hypot(*along.T)
    unit = along / length_m[:, None]
    offset = other - mine[:, :1]
    foot_m = np.einsum("nek,nk->ne", offset, unit)
    side_m = offset[:, :, 1] * unit[:, None, 0] - offset[:, :, 0] * unit[:, None, 1]
    half_m = np.sqrt(np.maximum(distance_m**2 - side_m**2, 0.0))
    hit = np.abs(side_m) <= distance_m
    begin_m = np.where(hit, foot_m - half_m, np.inf).min(axis=1)
    end_m = np.where(hit, foot_m + half_m, -np.inf).max(axis=1)
    axis = other[:, 1] - other[:, 0]
    axis_m = np.hypot(*axis.T)
    axis = axis / axis_m[:, None]
    back = mine[:, 0] - other[:, 0]
    level = np.einsum("nk,nk->n", unit, axis)
    start = np.einsum("nk,nk->n", back, axis)
    rise = axis[:, 0] * unit[:, 1] - axis[:, 1] * unit[:, 0]
    height = axis[:, 0] * back[:, 1] - axis[:, 1] * back[:, 0]
    near_m, far_m = _within(height, rise, distance_m)
    first_m, last_m = _within(start - axis_m / 2, level, axis_m / 2)
    near_m, far_m = np.maximum(near_m, first_m), np.minimum(far_m, last_m)
    flat = far_m >= near_m
    begin_m = np.clip(np.where(flat, np.minimum(begin_m, near_m), begin_m), 0.0, length_m)
    end_m = np.clip(np.where(flat, np.maximum(end_m, far_m), end_m), 0.0, length_m)
    hit = end_m > begin_m
    return np.where(hit, begin_m, 0.0), np.where(hit, end_m, 0.0)


def _first_of_equals(pieces: LinePieces) -> "Positions":
    """Find the first of all pieces with the same two ends and category."""
    ends = np.rint(pieces.xy / SAME_M).astype(np.int64)
    turned = (ends[:, 0, 0] > ends[:, 1, 0]) | (
        (ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1])
    )
    ends[turned] = ends[turned, ::-1]
    keys = np.column_stack([ends.reshape(len(ends), 4), pieces.category])
    _, first = np.unique(keys, axis=0, return_index=True)
    return np.sort(first)


def _abreast(
    later: "Floats",
    earlier: "Floats",
    tolerance_m: float,
    partly: bool,  # noqa: FBT001
) -> "tuple[Floats, Floats]":
    """From where to where, along the later piece, the earlier one runs abreast of it; 0, 0: not."""
    along = later[:, 1] - later[:, 0]
    length_m = np.hypot(*along.T)
    unit = along / length_m[:, None]
    offset = earlier - later[:, :1]
    foot_m = np.einsum("nek,nk->ne", offset, unit)
    side_m = offset[:, :, 1] * unit[:, None, 0] - offset[:, :, 0] * unit[:, None, 1]
    back = foot_m[:, 0] > foot_m[:, 1]
    foot_m[back], side_m[back] = foot_m[back, ::-1], side_m[back, ::-1]
    run_m = foot_m[:, 1] - foot_m[:, 0]
    alike = run_m > _COS_30 * np.hypot(*(earlier[:, 1] - earlier[:, 0]).T)
    slope = np.divide(side_m[:, 1] - side_m[:, 0], run_m, out=np.zeros(len(run_m)), where=alike)
    begin_m, end_m = np.maximum(foot_m[:, 0], 0.0), np.minimum(foot_m[:, 1], length_m)
    if partly:
        near, far = _within(side_m[:, 0], slope, tolerance_m)
        begin_m = np.maximum(begin_m, foot_m[:, 0] + near)
        end_m = np.minimum(end_m, foot_m[:, 0] + far)
    else:
        off_m = np.abs(
            side_m[:, :1] + slope[:, None] * (np.column_stack([begin_m, end_m]) - foot_m[:, :1])
        )
        alike &= (off_m <= tolerance_m).all(axis=1)
    alike &= end_m > begin_m
    return np.where(alike, begin_m, 0.0), np.where(alike, end_m, 0.0)


def _within(
    side_m: "Floats", slope: "Floats", tolerance_m: "Floats | float"
) -> "tuple[Floats, Floats]":
    """From where to where a distance that changes evenly is at most the tolerance."""
    level = np.abs(slope) < 1e-12
    rise = np.where(level, 1.0, slope)
    one, other = (-tolerance_m - side_m) / rise, (tolerance_m - side_m) / rise
    near, far = np.minimum(one, other), np.maximum(one, other)
    inside = np.abs(side_m) <= tolerance_m
    near = np.where(level, np.where(inside, -np.inf, np.inf), near)
    return near, np.where(level, np.where(inside, np.inf, -np.inf), far)


def _without(
    pieces: LinePieces, row: "Positions", begin_m: "Floats", end_m: "Floats"
) -> LinePieces:
    """Cut stretches out of pieces; stretches of one piece may overlap."""
    length_m = pieces.length_m
    # Every piece gets an empty stretch at either end, so that what is left lies between stretches.
    ends = np.arange(len(length_m))
    row = np.concatenate([ends, row, ends])
    begin_m = np.concatenate([np.zeros(len(ends)), begin_m, length_m])
    end_m = np.concatenate([np.zeros(len(ends)), end_m, length_m])
    order = np.lexsort((end_m, begin_m, row))
    row, begin_m, end_m = row[order], begin_m[order], end_m[order]
    shift = np.concatenate([[0.0], np.cumsum(length_m + 1.0)])[row]
    reached_m = np.maximum.accumulate(end_m + shift) - shift
    gap = (row[1:] == row[:-1]) & (begin_m[1:] - reached_m[:-1] > SAME_M)
    at, begin, end = row[1:][gap], reached_m[:-1][gap], begin_m[1:][gap]
    start, along = pieces.xy[at, 0], pieces.xy[at, 1] - pieces.xy[at, 0]
    share = np.stack([begin, end], axis=1) / length_m[at, None]
    xy = start[:, None] + share[:, :, None] * along[:, None]
    untouched = (share[:, 0] == 0) & (share[:, 1] == 1)
    xy[untouched] = pieces.xy[at[untouched]]
    return LinePieces(xy, pieces.line[at], pieces.category[at])
