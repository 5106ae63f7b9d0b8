"""Counting the classes of one tile of a raster, by zone."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoplan.analyses.cells.bits import Places, Ranks, count_before, make_places, make_ranks
from geoplan.analyses.cells.edges import expand, sum_by
from geoplan.analyses.cells.tiles import Tile, ZonesOnGrid
from geoplan.core.errors import ParameterError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.generic]

# Beyond so many classes in a tile it is cheaper to look each cell up once than to mark the cells
# of each class.
_MARKED_CLASSES = 48
MOST_CLASSES = 4096
"""More different numbers than this are measured values."""

_SAMPLE = 20_000
_CELLS_AT_ONCE = 500_000
_MOST_TABLE = 1 << 20


@dataclass(frozen=True)
class Counted:
    """
    Classes of a tile by zone; the last column of each array is no data.

    Parameters
    ----------
    codes : list of number, k
        The classes found.
    whole : numpy.ndarray of int, n × (k + 1)
        Cells wholly inside a zone.
    parts : numpy.ndarray of float, n × (k + 1)
        What the other cells come to.
    area_m2 : numpy.ndarray of float, n × (k + 1)
        Area of both; 0 where all cells have the same.
    """

    codes: list[float]
    whole: Integers
    parts: Floats
    area_m2: Floats


def too_many() -> ParameterError:
    """Say that a raster's numbers are no classes."""
    return ParameterError(
        f"the raster has more than {MOST_CLASSES} different numbers: it looks like measured "
        "values, not classes. Make classes of them first, or use zonal_values()."
    )


def count_tile(tile: Tile, placed: ZonesOnGrid) -> Counted:
    """
    Count the classes of a tile.

    Parameters
    ----------
    tile : Tile
        Cells and runs of the zones.
    placed : ZonesOnGrid
        Whose raster is read.

    Returns
    -------
    Counted
        Cells and area of each class and zone.

    Raises
    ------
    ParameterError
        If there are thousands of classes.
    """
    grid = placed.grid
    window = (tile.row0, tile.row1, tile.col0, tile.col1)
    values = np.ascontiguousarray(grid.read_window(*window)).ravel()
    mask = grid.read_mask(*window)
    missing = missing_cells(values, mask, grid.nodata)
    tally = _Tally(tile, placed)
    codes = _codes(values[:: values.size // _SAMPLE + 1], grid.nodata)
    if len(codes) <= _MARKED_CLASSES:
        found = tally.marked(values, missing, codes, masked=mask is not None)
        if found is not None:
            return found
    return tally.looked_up(values, missing, _codes(values, grid.nodata))


def _codes(values: Numbers, nodata: float | None) -> Numbers:
    codes = np.unique(values)
    if nodata is not None:
        codes = codes[codes != nodata]
    if codes.dtype.kind == "f":
        codes = codes[np.isfinite(codes)]
    if len(codes) > MOST_CLASSES:
        raise too_many()
    return codes


def missing_cells(
    values: Numbers, mask: npt.NDArray[np.bool_] | None, nodata: float | None
) -> npt.NDArray[np.bool_] | None:
    """
    Mark the cells without data.

    Parameters
    ----------
    values : numpy.ndarray, n
        Stored numbers, flattened.
    mask : numpy.ndarray of bool or None
        What the raster's own mask says, if it has one.
    nodata : float or None
        Number that stands for no data.

    Returns
    -------
    numpy.ndarray of bool, or None
        True where there is no data, also where a float is not finite; None if that is nowhere.
    """
    missing: npt.NDArray[np.bool_] | None = None if mask is None else mask.ravel()
    if nodata is not None and not np.isnan(nodata) and _can_hold(values.dtype, nodata):
        marked = np.asarray(values == nodata)
        missing = marked if missing is None else missing | marked
    if values.dtype.kind == "f":
        strange = ~np.isfinite(values)
        missing = strange if missing is None else missing | strange
    return missing if missing is not None and missing.any() else None


def _can_hold(dtype: np.dtype[np.generic], number: float) -> bool:
    if dtype.kind not in "iu":
        return dtype.kind == "f"
    limits = np.iinfo(dtype.str)
    return float(number).is_integer() and limits.min <= number <= limits.max


class _Tally:
    """Counts the classes of one tile, by either way."""

    def __init__(self, tile: Tile, placed: ZonesOnGrid) -> None:
        self.tile, self.zones = tile, placed.edges.zones
        self.same_area = placed.same_area
        area = placed.row_area_m2
        self.whole_run = tile.run_fraction == 1.0
        self.level = np.where(self.whole_run, 0.0, tile.run_fraction)
        self.any_level = bool(self.level.any())
        self.run_area = tile.run_fraction * area[tile.run_row]
        self.cell_area = tile.fraction * area[tile.row]

    def marked(
        self,
        values: Numbers,
        missing: npt.NDArray[np.bool_] | None,
        codes: Numbers,
        *,
        masked: bool,
    ) -> Counted | None:
        """Mark the cells of one class after the other; None if there are others than `codes`."""
        ends = make_places(self.tile.start), make_places(self.tile.stop)
        cut = values[self.tile.at]
        # A mask may lie over any number; the number for no data is none of the codes.
        but = missing if masked else None
        columns, seen = [], 0
        for code in codes:
            ranks = make_ranks(values, code, but)
            here = cut == code
            if but is not None:
                here &= ~but[self.tile.at]
            columns.append(self._column(ranks, here, ends))
            seen += ranks.total
        if missing is None:
            columns.append((np.zeros(self.zones),) * 3)
        else:
            ranks = make_ranks(missing, True)
            columns.append(self._column(ranks, missing[self.tile.at], ends))
            seen += ranks.total
        if seen != values.size:
            return None
        whole, parts, area = zip(*columns, strict=True)
        return Counted(
            codes.tolist(),
            np.column_stack(whole).astype(np.int64),
            np.column_stack(parts),
            np.column_stack(area),
        )

    def _column(
        self, ranks: Ranks, here: npt.NDArray[np.bool_], ends: tuple[Places, Places]
    ) -> tuple[Floats, Floats, Floats]:
        tile, zones = self.tile, self.zones
        counts = count_before(ranks, ends[1]) - count_before(ranks, ends[0])
        parts = sum_by(tile.zone[here], tile.fraction[here], zones)
        if self.any_level:
            parts += sum_by(tile.run_zone, counts * self.level, zones)
            whole = sum_by(tile.run_zone, counts * self.whole_run, zones)
        else:
            whole = sum_by(tile.run_zone, counts, zones)
        if self.same_area:
            return whole, parts, np.zeros(zones)
        area = sum_by(tile.run_zone, counts * self.run_area, zones)
        area += sum_by(tile.zone[here], self.cell_area[here], zones)
        return whole, parts, area

    def looked_up(
        self, values: Numbers, missing: npt.NDArray[np.bool_] | None, codes: Numbers
    ) -> Counted:
        """Look up the class of each cell, then count zone and class together."""
        tile, width = self.tile, len(codes) + 1
        if missing is not None and len(codes):
            place = _places_of(np.where(missing, codes[0], values), codes)
        else:
            place = _places_of(values, codes)
        if missing is not None:
            place[missing] = len(codes)
        size = self.zones * width
        key = tile.zone * width + place[tile.at]
        parts = sum_by(key, tile.fraction, size)
        area = sum_by(key, self.cell_area, size)
        whole = np.zeros(size, dtype=np.int64)
        lengths = tile.stop - tile.start
        groups = np.cumsum(lengths) // _CELLS_AT_ONCE
        for group in range(int(groups[-1]) + 1 if groups.size else 0):
            some = np.flatnonzero(groups == group)
            run, number = expand(lengths[some])
            of = some[run]
            key = tile.run_zone[of] * width + place[tile.start[of] + number]
            full = self.whole_run[of]
            whole += np.bincount(key[full], minlength=size)
            if not full.all():
                parts += sum_by(key[~full], tile.run_fraction[of[~full]], size)
            if not self.same_area:
                area += sum_by(key, self.run_area[of], size)
        shape = (self.zones, width)
        return Counted(
            codes.tolist(), whole.reshape(shape), parts.reshape(shape), area.reshape(shape)
        )


def _places_of(values: Numbers, codes: Numbers) -> npt.NDArray[np.uint16]:
    """Give the place of each value among the sorted codes."""
    places = np.zeros(values.size, dtype=np.uint16)
    if not codes.size:
        return places
    least, most = codes[0].item(), codes[-1].item()
    near = codes.dtype.kind in "iu" and most - least < _MOST_TABLE
    table = np.zeros(int(most - least) + 1 if near else 0, dtype=np.uint16)
    if near:
        table[codes.astype(np.int64) - least] = np.arange(len(codes))
    # In parts: numpy turns what it looks up into integers of 64 bits first.
    for begin in range(0, values.size, _CELLS_AT_ONCE):
        part = slice(begin, begin + _CELLS_AT_ONCE)
        if near:
            places[part] = table[values[part].astype(np.int64) - least]
        else:
            places[part] = np.searchsorted(codes, values[part])
    return places
