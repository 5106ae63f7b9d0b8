"""
Straight segments of a network in the cells of a grid, to find those near a place.

A segment stands in the cell of its middle; one longer than a cell is cut into equal pieces, none
longer than a cell, that stand in theirs. So whatever comes within r of a place has a middle within
r and half a cell of it, and stands in one of the cells that this circle meets.

The grid holds numbers of 32 bits, which are half the work: they say which few segments may be the
nearest one, and what is nearest is then reckoned from the segments themselves.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.streets.edge_pieces import as_complex

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.analyses.streets.edge_pieces import Segments

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Index = NDArray[np.signedinteger]

_PER_LENGTH = 2.0
_CELLS_PER_ENTRY = 8
_SMALLEST_CELL_M = 1.0
_MOST_CELLS_ACROSS = 2**30
_POINT_M = 1e-6
_ROUNDING_M = 1e-3
_ROUNDING = 2.0**-20
"""Of numbers of 32 bits, with some operations on them."""


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
    piece : ndarray, e
        Piece of each entry, every piece once.
    middle_m : ndarray of complex64, e
        Middle of each entry's piece, from the corner: x and i y.
    turn : ndarray of complex64, e
        What its direction is multiplied with to run along x.
    half_m : ndarray of float32, e
        Half its length.
    count : int
        How many segments: pieces before this are their first ones, in their order.
    owner : ndarray, e - count
        Segment of each further piece.
    """

    low_xy_m: "Floats"
    cell_m: float
    columns: int
    rows: int
    first: "Index | None"
    cell: "Ints | None"
    piece: "Index"
    middle_m: "NDArray[np.complex64]"
    turn: "NDArray[np.complex64]"
    half_m: "NDArray[np.float32]"
    count: int
    owner: "Ints"

    @property
    def rounding_m(self) -> float:
        """How wrong a place in the grid may be."""
        return _ROUNDING_M + _ROUNDING * self.cell_m * (self.columns + self.rows)

    @property
    def slack_m(self) -> float:
        """How far beyond a circle the middle of what meets it may lie."""
        return self.cell_m / 2 + self.rounding_m

    def starts(self, cell: "Ints") -> "Index":
        """Give the first entry that stands in each of some cells, or after it."""
        if self.first is not None:
            return self.first[cell]
        return np.searchsorted(self.cell, cell)  # type: ignore[arg-type]

    def segment(self, piece: "Index") -> "Index":
        """Give the segment of some pieces."""
        segment = piece.copy()
        further = np.flatnonzero(piece >= self.count)
        segment[further] = self.owner[piece[further] - self.count]
        return segment


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
        Its cells 2 times as wide as a segment is long in the mean.

    Notes
    -----
    Cost: some 60 ns per segment and 50 bytes.
    """
    low = segments.vertex_xy_m[segments.vertex[0]]
    place = (as_complex(segments.vertex_xy_m) - complex(*low)).astype(np.complex64)
    start, step = place[segments.vertex], place[segments.vertex + 1]
    step -= start
    length_m = np.sqrt(step.real * step.real + step.imag * step.imag)
    cell_m = max(_PER_LENGTH * float(length_m.mean(dtype=np.float64)), _SMALLEST_CELL_M)
    middle, turn, half_m, owner = _cut(start, step, length_m, cell_m)
    corner = middle.real.min(), middle.imag.min()
    middle -= np.complex64(complex(*corner))
    wide_m, high_m = float(middle.real.max()), float(middle.imag.max())
    cell_m = max(cell_m, wide_m / _MOST_CELLS_ACROSS, high_m / _MOST_CELLS_ACROSS)
    column = (middle.real * np.float32(1 / cell_m)).astype(np.int32)
    row = (middle.imag * np.float32(1 / cell_m)).astype(np.int32)
    columns, rows = int(column.max()) + 1, int(row.max()) + 1
    first = cell = None
    if columns * rows <= _CELLS_PER_ENTRY * len(middle) + 1000:
        # A cell and its piece in one number: sorting numbers is faster than sorting by them.
        row *= np.int32(columns)
        row += column
        key = row.astype(np.int64)
        key <<= 32
        key |= np.arange(len(key))
        key.sort()
        piece = key & 0xFFFFFFFF
        key >>= 32
        key += 1
        first = np.bincount(key, minlength=columns * rows + 1)
        np.cumsum(first, out=first)
    else:
        cell = row * np.int64(columns) + column
        piece = np.argsort(cell)
        cell = cell[piece]
    return SegmentGrid(
        low_xy_m=low + corner,
        cell_m=cell_m,
        columns=columns,
        rows=rows,
        first=first,
        cell=cell,
        piece=piece,
        middle_m=middle[piece],
        turn=turn[piece],
        half_m=half_m[piece],
        count=len(segments.vertex),
        owner=owner,
    )


def _cut(
    start: "NDArray[np.complex64]",
    step: "NDArray[np.complex64]",
    length_m: "NDArray[np.float32]",
    cell_m: float,
) -> "tuple[NDArray[np.complex64], NDArray[np.complex64], NDArray[np.float32], Ints]":
    """Middle, turn and half the length of each piece, and the segments of the further ones."""
    count = len(start)
    long = np.flatnonzero(length_m > cell_m)
    pieces = np.ceil(length_m[long] / cell_m).astype(np.int64)
    more = pieces - 1
    owner = np.repeat(long, more)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(more) - pieces, more)
    middle, turn = np.empty((2, count + len(owner)), dtype=np.complex64)
    half_m = np.empty(len(middle), dtype=np.float32)
    np.multiply(step, np.float32(0.5), out=middle[:count])
    middle[:count] += start
    middle[long] = start[long] + step[long] * (0.5 / pieces).astype(np.float32)
    share = (rank + 0.5) / np.repeat(pieces, more)
    middle[count:] = start[owner] + step[owner] * share.astype(np.float32)
    np.multiply(length_m, np.float32(0.5), out=half_m[:count])
    half_m[long] /= pieces
    half_m[count:] = half_m[owner]
    # A point has no direction; any will do.
    point = np.flatnonzero(length_m < _POINT_M)
    length_m[point] = 1.0
    per_length = 1 / length_m
    np.multiply(step.real, per_length, out=turn[:count].real)
    np.multiply(step.imag, -per_length, out=turn[:count].imag)
    turn[point] = 1.0
    turn[count:] = turn[owner]
    return middle, turn, half_m, owner
