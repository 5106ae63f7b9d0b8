"""Values that stand for no data although no tag says so: -9999, 255, -3.4e38 and their kin."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice
from geoplan.layers.rasters.raster_file import holds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoplan.layers.rasters.grid import RasterGrid

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Written by GDAL, ArcGIS, ENVI, QGIS and the producers of MODIS, SRTM, WorldPop and Hansen.
_BELOW = (-99999.0, -9999.0, -999.0, -99.0, -32768.0, -32767.0, -3000.0, -128.0, -2147483648.0)
_ABOVE = (127.0, 255.0, 9999.0, 32767.0, 65535.0, 99999.0, 999999.0, 2147483647.0, 4294967295.0)
_CANDIDATES = np.array(sorted({*_BELOW, *_ABOVE}))
_MODIS, _MODIS_RANGE = -3000.0, (-2000.0, 10000.0)  # vegetation indices × 10000
_OF_ONE_TYPE = {_MODIS: "int16", -128.0: "int8", 127.0: "int8"}
# 255 in files of other types than bytes: a single cell of it may as well be measured.
_BYTE, _ENOUGH_CELLS, _ENOUGH_SHARE = 255.0, 4, 0.01
_HUGE = 1e19  # -3.4e38, 1e20, 9.97e36: nothing on Earth is measured so

# What stands for no data lies apart from what was measured: by a tenth of the range of the rest
# below it, or above it if it is the largest number of the file's type; else by the whole range.
_APART = 0.1
_FAR_APART = 1.0
_RARE = 0.01
_SHORT = 65535.0
_SHOWN = 4
_PAIR = 2


@dataclass
class ValueScan:
    """
    What the cells of a raster hold, collected window by window.

    Parameters
    ----------
    dtype : str
        Type of the stored numbers.
    every_value : bool
        Whether every number is a value, as somebody said.
    """

    dtype: str
    every_value: bool = False
    cells: int = 0
    nodata: int = 0
    not_a_number: int = 0
    least: float = np.inf
    greatest: float = -np.inf
    whole_numbers: bool = True
    zeros: int = 0
    zero_rows: list[Bools] = field(default_factory=list)
    zero_columns: Bools | None = None
    huge: dict[float, int] = field(default_factory=dict)
    lowest: dict[float, int] = field(default_factory=dict)
    highest: dict[float, int] = field(default_factory=dict)
    counts: Floats = field(default_factory=lambda: np.zeros(len(_CANDIDATES)))

    def take(self, stored: npt.NDArray[np.generic], missing: Bools | None) -> None:
        """
        Look at some cells.

        Parameters
        ----------
        stored : numpy.ndarray
            Numbers as they are stored, not scaled.
        missing : numpy.ndarray of bool, optional
            Where the file itself says that there is no data.
        """
        self.cells += stored.size
        self._look_at_rim(stored)
        values = stored.ravel() if missing is None else stored[~missing]
        self.nodata += stored.size - values.size
        if values.dtype.kind == "f":
            real = np.isfinite(values)
            self.not_a_number += int(values.size - real.sum())
            values = values[real]
        if not self.every_value:
            values = self._without_candidates(self._without_huge(values))
        if not values.size:
            return
        self.least = min(self.least, float(values.min()))
        self.greatest = max(self.greatest, float(values.max()))
        self._look_at_ends(values)
        if values.dtype.kind == "f" and self.whole_numbers:
            self.whole_numbers = bool((values == np.rint(values)).all())

    def _look_at_ends(self, values: npt.NDArray[np.generic]) -> None:
        """Keep the two outermost values at either end, the first with its count."""
        for ends, sign in ((self.lowest, 1), (self.highest, -1)):
            edge = values.min() if sign == 1 else values.max()
            here = values == edge
            rest = values[~here]
            ends[float(edge)] = ends.get(float(edge), 0) + int(here.sum())
            if rest.size:
                ends.setdefault(float(rest.min() if sign == 1 else rest.max()), 0)
            for value in sorted(ends, key=lambda one: sign * one)[2:]:
                del ends[value]

    def _look_at_rim(self, stored: npt.NDArray[np.generic]) -> None:
        zero = stored == 0
        self.zeros += int(zero.sum())
        self.zero_rows.append(zero.all(axis=1))
        columns = zero.all(axis=0)
        self.zero_columns = columns if self.zero_columns is None else self.zero_columns & columns

    def _rim_of_zeros(self) -> int:
        """Count the cells of a rim that holds nothing but 0, where 0 is rare inside of it."""
        if self.zero_columns is None or self.zeros == self.cells:
            return 0
        rows, columns = np.concatenate(self.zero_rows), self.zero_columns
        outer = [_ends(rows), _ends(columns)]
        rim = self.cells - (len(rows) - outer[0]) * (len(columns) - outer[1])
        return rim if self.zeros - rim <= _RARE * (self.cells - rim) else 0

    def _without_huge(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        if values.dtype.kind != "f":
            return values
        huge = np.abs(values) >= _HUGE
        if not huge.any():
            return values
        for value, count in zip(*np.unique(values[huge], return_counts=True), strict=True):
            self.huge[float(value)] = self.huge.get(float(value), 0) + int(count)
        return np.asarray(values[~huge])

    def _without_candidates(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        found = np.zeros(values.size, dtype=bool)
        for place, candidate in enumerate(_CANDIDATES):
            if not holds(values.dtype, candidate):
                continue
            here = values == values.dtype.type(candidate)
            count = int(here.sum())
            if count:
                self.counts[place] += count
                found |= here
        return values[~found] if found.any() else values

    def finish(self, subject: str, shown: str) -> "Values":
        """
        Tell values that stand for no data from values that were measured.

        Parameters
        ----------
        subject, shown : str
            The layer and its file, for messages.

        Returns
        -------
        Values
            What was found.

        Raises
        ------
        ParameterError
            If the raster holds one value besides the largest of its type, which may be either.
        """
        there = np.flatnonzero(self.counts)
        found = [(float(_CANDIDATES[at]), int(self.counts[at])) for at in there]
        low, high = self.least, self.greatest
        fills: dict[float, int] = dict(self.huge)
        unsure: dict[float, int] = {}
        # The outermost are judged last, against all that turned out to be measured.
        for value, count in sorted(found, key=lambda one: abs(one[0])):
            often = count >= max(_ENOUGH_CELLS, _ENOUGH_SHARE * self.cells)
            rare = value == _BYTE and self.dtype != "uint8" and not often
            if not rare and self._stands_apart(value, low, high, subject, shown):
                fills[value] = count
            else:
                low, high = min(low, value), max(high, value)
                if value == _largest(self.dtype):
                    unsure[value] = count
        lone = {} if self.every_value else self._lone(low, high)
        return Values(
            cells=self.cells,
            nodata=self.nodata,
            not_a_number=self.not_a_number,
            fills=fills,
            unsure=unsure,
            least=low,
            greatest=high,
            whole_numbers=self.whole_numbers,
            rim_of_zeros=0 if self.every_value else self._rim_of_zeros(),
            lone=lone,
            rest=(
                min((one for one in self.lowest if one not in lone), default=low),
                max((one for one in self.highest if one not in lone), default=high),
            ),
        )

    def _lone(self, low: float, high: float) -> dict[float, int]:
        """Find a value at either end that stands often and far from all others."""
        found: dict[float, int] = {}
        for ends, end, other in ((self.lowest, low, high), (self.highest, high, low)):
            count = ends.get(end, 0)
            if len(ends) != _PAIR or count < max(_ENOUGH_CELLS, _ENOUGH_SHARE * self.cells):
                continue
            second = next(value for value in ends if value != end)
            gap, spread = abs(end - second), abs(other - second)
            negative = end < 0 <= second
            if end and spread and (negative or gap > _FAR_APART * spread):
                found[end] = count
        return found

    def _stands_apart(
        self, value: float, low: float, high: float, subject: str, shown: str
    ) -> bool:
        if _OF_ONE_TYPE.get(value, self.dtype) != self.dtype:
            return False
        largest = value == _largest(self.dtype)
        if not np.isfinite(low):  # there is nothing else
            return value < 0
        if value < 0:
            index = value == _MODIS and _MODIS_RANGE[0] <= low and high <= _MODIS_RANGE[1]
            return index or low - value > _APART * (high - low)
        if value < low:
            return False
        if largest and value > _SHORT:
            return True
        if largest and low == high:
            raise ParameterError(_mask_or_fill(subject, shown, low, value))
        return value - high > (_APART if largest else _FAR_APART) * (high - low) > 0


@dataclass(frozen=True)
class Values:
    """
    What the cells of a raster hold.

    Parameters
    ----------
    cells, nodata, not_a_number : int
        How many were looked at, have no data by the file's own word, and are NaN or infinite.
    fills : mapping of float to int
        Stored value that stands for no data though nothing says so -> its cells.
    unsure : mapping of float to int
        The largest number of the type, where it may be a value as well -> its cells.
    least, greatest : float
        Of all other stored numbers; infinite if there are none.
    whole_numbers : bool
        Whether all others are whole.
    rim_of_zeros : int
        Cells of rows and columns around the others that hold nothing but 0, which is rare inside.
    lone : mapping of float to int
        The least or greatest value, where it stands often and far from all others -> its cells.
    rest : tuple of float
        Least and greatest of these others.
    """

    cells: int
    nodata: int
    not_a_number: int
    fills: dict[float, int]
    unsure: dict[float, int]
    least: float
    greatest: float
    whole_numbers: bool
    rim_of_zeros: int
    lone: dict[float, int] = field(default_factory=dict)
    rest: tuple[float, float] = (np.inf, -np.inf)

    @property
    def known(self) -> int:
        """How many cells hold a value."""
        return self.cells - self.nodata - self.not_a_number - sum(self.fills.values())

    def range_of(self, grid: "RasterGrid") -> tuple[float, float] | None:
        """Give the least and the greatest value, scaled as a grid says; None if there is none."""
        if not self.known:
            return None
        low, high = sorted(one * grid.scale + grid.offset for one in (self.least, self.greatest))
        return low, high

    def notices(self, subject: str) -> tuple[Notice, ...]:
        """Say what was taken for no data, and what may be."""
        told = []
        if self.fills:
            shown = ", ".join(f"{value:.6g}" for value in sorted(self.fills)[:_SHOWN])
            count = sum(self.fills.values())
            told.append(
                Notice("raster_fill_undeclared", subject, count, self.cells, {"value": shown})
            )
        for value, count in self.unsure.items():
            told.append(Notice("raster_full_scale", subject, count, self.cells, {"value": value}))
        for value, count in self.lone.items():
            if value not in self.unsure:
                told.append(self._lone_notice(subject, value, count))
        return tuple(told)

    def _lone_notice(self, subject: str, value: float, count: int) -> Notice:
        low, high = self.rest
        values = {"value": value, "low": low, "high": high}
        return Notice("raster_lone_value", subject, count, self.cells, values)


def scan_values(
    read: "Iterable[tuple[npt.NDArray[np.generic], Bools | None]]",
    dtype: str,
    *,
    subject: str,
    shown: str,
    every_value: bool = False,
) -> Values:
    """
    Look at cells for values that stand for no data although no tag says so.

    Parameters
    ----------
    read : iterable of (numpy.ndarray, numpy.ndarray of bool or None)
        Stored numbers of one window after the other, and where the file says that there is no data.
    dtype : str
        Type of the numbers.
    subject, shown : str
        The layer and its file, for messages.
    every_value : bool
        Whether every number is a value, as somebody said.

    Returns
    -------
    Values
        Fills among them, and the range of the rest.

    Raises
    ------
    ParameterError
        If one value stands beside the largest number of the type: a mask, or a fill.

    Notes
    -----
    A number stands for no data if producers use it so *and* it lies apart from all others: below
    them by more than a tenth of their range, or above them by as much where it is the largest that
    the type can hold, by their whole range otherwise. ±1e19 and beyond always does.

    Examples
    --------
    >>> cells = np.array([[0.6, -9999.0], [0.1, 0.3]])
    >>> found = scan_values([(cells, None)], "float64", subject="ndvi", shown="ndvi.tif")
    >>> found.fills, found.least, found.greatest
    ({-9999.0: 1}, 0.1, 0.6)
    """
    scan = ValueScan(dtype, every_value)
    for stored, missing in read:
        scan.take(stored, missing)
    return scan.finish(subject, shown)


def with_fills(grid: "RasterGrid", values: Values) -> "RasterGrid":
    """Let a grid take further stored values for no data."""
    from dataclasses import replace

    return replace(grid, fills=(*grid.fills, *values.fills)) if values.fills else grid


def _ends(flags: Bools) -> int:
    """Count the true values at both ends."""
    inner = np.flatnonzero(~flags)
    return len(flags) if not len(inner) else int(inner[0] + len(flags) - 1 - inner[-1])


def _largest(dtype: str) -> float:
    kind = np.dtype(dtype)
    return float(np.iinfo(kind).max) if kind.kind in "iu" else float("nan")


def _mask_or_fill(subject: str, shown: str, value: float, largest: float) -> str:
    return (
        f"`{subject}`: {shown} holds {value:g} and {largest:g} only, the largest number of its "
        f"type: a mask, or {largest:g} stands for no data. Say which in the plan: nodata = "
        f'{largest:g} under [layers.{subject}], or nodata = "none" if every number is a value.'
    )
