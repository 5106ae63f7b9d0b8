"""
Straight segments of a network in the cells of a grid, to find those near a place.

A segment stands in the cell of its middle; one longer than a cell, also in those of the middles of
its equal parts, none longer than a cell. So whatever comes within r of a place has a middle within
r and half a cell of it, and stands in one of the cells that this circle meets.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.analyses.streets.edge_pieces import Segments

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Index = NDArray[np.signedinteger]

_PER_LENGTH = 1.75
_CELLS_PER_ENTRY = 8
_SMALLEST_CELL_M = 1.0
_MOST_CELLS_ACROSS = 2**30
_ROUNDING_M = 1e-3
_LEAST = 1e-300


@dataclass(frozen=True)
class SegmentGrid:
    """
    The segments of a network, cell by cell, row by row.

    Parameters
    ----------
    low_xy_m : ndarray, 2
        Corner of the first cell.
    cell_m : float
        Side of a cell.
    columns, rows : int
        How many.
    first : ndarray or None
        Cell i holds the entries ``first[i]:first[i + 1]``; None where cells are too many to count.
    cell : ndarray or None
        Then the cell of each entry, ascending.
    segment : ndarray of int32, e
        Segment of each entry; a long one has several.
    x_m, y_m, dx_m, dy_m, per_square : ndarray, e
        Start and step of that segment, and 1 through the square of its length.
    """

    low_xy_m: "Floats"
    cell_m: float
    columns: int
    rows: int
    first: "Index | None"
    cell: "Ints | None"
    segment: "NDArray[np.int32]"
    x_m: "Floats"
    y_m: "Floats"
    dx_m: "Floats"
    dy_m: "Floats"
    per_square: "Floats"

    @property
    def slack_m(self) -> float:
        """How far beyond a circle the middle of what meets it may lie."""
        return self.cell_m / 2 + _ROUNDING_M

    def starts(self, cell: "Ints") -> "Index":
        """Give the first entry that stands in each of some cells, or after it."""
        if self.first is not None:
            return self.first[cell]
        return np.searchsorted(self.cell, cell)  # type: ignore[arg-type]


def segment_grid(segments: "Segments") -> SegmentGrid:
    """
    Put segments into the cells of a grid.

    Parameters
    ----------
    segments : Segments
        At least one.

    Returns
    -------
    SegmentGrid
        Its cells 1.75 times as wide as a segment is long in the mean.

    Notes
    -----
    Cost: some 120 ns per segment and 50 bytes.
    """
    x, y, dx, dy = segments.x_m, segments.y_m, segments.dx_m, segments.dy_m
    length_m = np.hypot(dx, dy)
    low = np.array([x.min() + min(dx.min(), 0.0), y.min() + min(dy.min(), 0.0)])
    wide_m = max(float(x.max() - low[0] + max(dx.max(), 0)), float(y.max() - low[1] + dy.max()))
    cell_m = max(
        _PER_LENGTH * float(length_m.mean()), _SMALLEST_CELL_M, wide_m / _MOST_CELLS_ACROSS
    )
    column, row, segment = _cells(segments, low, cell_m, length_m)
    columns, rows = int(column.max()) + 1, int(row.max()) + 1
    dense = columns * rows <= _CELLS_PER_ENTRY * len(segment) + 1000
    cell = row * (np.int32(columns) if dense else np.int64(columns)) + column
    order = np.argsort(cell)
    first = None
    if dense:
        first = np.zeros(columns * rows + 1, dtype=np.int64)
        np.cumsum(np.bincount(cell, minlength=columns * rows), out=first[1:])
    segment = segment[order]
    dx, dy = dx[segment], dy[segment]
    square = dx * dx + dy * dy
    per_square = 1.0 / np.maximum(square, _LEAST)
    return SegmentGrid(
        low_xy_m=low,
        cell_m=cell_m,
        columns=columns,
        rows=rows,
        first=first,
        cell=None if dense else cell[order],
        segment=segment,
        x_m=x[segment],
        y_m=y[segment],
        dx_m=dx,
        dy_m=dy,
        per_square=per_square,
    )


def _cells(
    segments: "Segments", low: "Floats", cell_m: float, length_m: "Floats"
) -> "tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]":
    """Column and row of each entry, and its segment."""
    long = np.flatnonzero(length_m > cell_m)
    count = np.ceil(length_m[long] / cell_m).astype(np.int64)
    owner = np.repeat(long, count)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    share = (rank + 0.5) / np.repeat(count, count)
    axes = []
    for start, step, origin in (
        (segments.x_m, segments.dx_m, low[0]),
        (segments.y_m, segments.dy_m, low[1]),
    ):
        middle = np.concatenate([step, share * step[owner]])
        middle[: len(step)] *= 0.5
        middle[: len(step)] += start
        middle[len(step) :] += start[owner]
        middle -= origin
        middle *= 1 / cell_m
        axes.append(middle.astype(np.int32))
    segment = np.concatenate([np.arange(len(length_m)), owner], dtype=np.int32, casting="unsafe")
    return axes[0], axes[1], segment
