"""Rasters of people or jobs: each cell with a value becomes a polygon, nothing is resampled."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from geoplan.core.crs import parse_crs
from geoplan.core.errors import CRSError, EmptyLayerError, ParameterError, SourceError
from geoplan.core.notices import Notice
from geoplan.core.units import M2_PER_KM2
from geoplan.layers.datums.to_study_crs import SourceCRS, canonical_source_crs
from geoplan.layers.rasters.fills import Values, scan_values
from geoplan.layers.rasters.raster_cells import cell_areas_m2, cell_outlines
from geoplan.layers.rasters.raster_file import (
    Bounds,
    cells_around,
    holds,
    open_raster,
    read_stored,
    scaling,
    shown_path,
    strips,
)
from geoplan.layers.readers.source import LayerSource

if TYPE_CHECKING:
    from rasterio.io import DatasetReader
    from rasterio.windows import Window

Unit = Literal["count", "per_km2"]
Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

MOST_PERSONS = 2_000_000_000
"""More than this in one cell is nobody's number: it stands for no data."""

_MOST_CELLS = 20_000_000
_HINT_CELLS = 50_000
# Districts of Macau, Dhaka and Mumbai reach 100,000 to 150,000 residents per km², single hectares
# about twice that; finer cells may hold one tower.
_MOST_PER_KM2 = 400_000
_COARSE_KM2 = 0.009
_ENOUGH_CELLS = 100


@dataclass(frozen=True)
class RasterCells:
    """
    The cells of a raster that hold somebody.

    Parameters
    ----------
    cells : numpy.ndarray of shapely Polygon, n
        Outline of each cell in the study CRS, by its corners.
    amounts : numpy.ndarray of float, n
        Persons or jobs in each cell, all above 0.
    rows, columns : numpy.ndarray of int, n
        Where the cell stands in the raster, from 0 at its first row and column.
    driver : str
        Format of the file.
    source_crs : str
        CRS or datum of the raster.
    cells_read : int
        Cells in the window that was read, with and without a value.
    notices : tuple of Notice
        Cells without data, negative ones and the like, counted.
    """

    cells: npt.NDArray[np.object_]
    amounts: Floats
    rows: Integers
    columns: Integers
    driver: str
    source_crs: str
    cells_read: int
    notices: tuple[Notice, ...]


def read_cells(
    path: str | PathLike[str],
    *,
    crs: str,
    unit: str | None,
    subject: str,
    source_crs: SourceCRS | None = None,
    bounds: Bounds | None = None,
    stated: LayerSource | None = None,
) -> RasterCells:
    """
    Read the cells of a raster that hold a value, as polygons in the study CRS.

    Parameters
    ----------
    path : str or path
        Any raster that GDAL reads; the first band counts.
    crs : str
        Study CRS.
    unit : {"count", "per_km2"}
        Whether a cell holds a number of persons (or jobs), or their number per km² of the cell.
    subject : str
        How to name the layer in messages.
    source_crs : str or CoordinateFit, optional
        CRS or datum of the raster, if the file does not say or says it wrong.
    bounds : tuple of float, optional
        West, south, east, north in the study CRS: only the rows and columns around them are read.
    stated : LayerSource, optional
        With `nodata`, `scale` and `offset`, if somebody said them of the raster's numbers.

    Returns
    -------
    RasterCells
        With the sum of the amounts equal to the sum of the valid cells of the raster (`count`).

    Raises
    ------
    ParameterError
        If `unit` is not stated or cannot be right, or `bounds` miss the raster.
    CRSError
        If the raster has no CRS and none is stated.
    EmptyLayerError
        If no cell is above 0.
    SourceError
        If the file cannot be read, or holds more cells than memory should.

    Notes
    -----
    The corners of a cell are moved, not its contents, so that a cell keeps its persons exactly. A
    density is multiplied by the area of the cell on the ellipsoid. Some products state persons per
    km² of *land* in the cell; on a coast they become too many here, so prefer their counts.
    """
    with open_raster(path, subject=subject) as raster:
        source = _source_crs(raster, source_crs, subject)
        window, partial = _window(raster, source, crs, bounds, subject)
        numbers = _numbers(raster, window, stated, subject)
        _require_unit(raster, window, unit, source, subject, numbers)
        found = _Found(raster, subject, numbers)
        for part in strips(raster, window):
            found.take(part)
        cells = found.finish(source, crs, unit)
        return replace(cells, notices=(*cells.notices, *partial))


@dataclass(frozen=True)
class _Numbers:
    """What the stored numbers mean, and what was found of fills among them."""

    scale: float
    offset: float
    fills: tuple[float, ...]
    found: Values

    def read(
        self, raster: "DatasetReader", window: "Window"
    ) -> tuple[Floats, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Read values, where the file has no data, and where a fill stands for that."""
        stored, masked = read_stored(raster, window)
        filled = _is_one_of(stored, self.fills) & ~masked
        values = stored.astype(np.float64)
        if (self.scale, self.offset) != (1.0, 0.0):
            values = values * self.scale + self.offset
        return values, masked, filled


def _numbers(
    raster: "DatasetReader", window: "Window", stated: LayerSource | None, subject: str
) -> _Numbers:
    said = stated or LayerSource(raster.name)
    scale, offset = scaling(raster)
    known = () if said.nodata in (None, "none") else (float(said.nodata),)

    def read() -> Iterator[tuple[npt.NDArray[np.generic], npt.NDArray[np.bool_]]]:
        for part in strips(raster, window):
            stored, masked = read_stored(raster, part)
            yield stored, masked | _is_one_of(stored, known)

    found = scan_values(
        read(),
        str(raster.dtypes[0]),
        subject=subject,
        shown=shown_path(raster.name),
        every_value=said.nodata == "none",
    )
    return _Numbers(
        scale if said.scale is None else float(said.scale),
        offset if said.offset is None else float(said.offset),
        (*known, *found.fills),
        found,
    )


def _is_one_of(stored: npt.NDArray[np.generic], fills: tuple[float, ...]) -> npt.NDArray[np.bool_]:
    found = np.zeros(stored.shape, dtype=bool)
    for value in fills:
        if holds(stored.dtype, value):
            found |= stored == stored.dtype.type(value)
    return found


class _Found:
    """Cells collected so far, strip by strip; the raster itself is never in memory as a whole."""

    def __init__(self, raster: "DatasetReader", subject: str, numbers: _Numbers) -> None:
        self.raster, self.subject, self.numbers = raster, subject, numbers
        self.rows: list[Integers] = []
        self.columns: list[Integers] = []
        self.values: list[Floats] = []
        self.read = self.nodata = self.not_a_number = self.negative = 0
        self.impossible = 0
        self.beside: list[npt.NDArray[np.bool_]] = []

    def take(self, window: "Window") -> None:
        values, masked, filled = self.numbers.read(self.raster, window)
        self.nodata += int(masked.sum())
        masked |= filled
        lost = ~masked & ~np.isfinite(values)
        negative = ~masked & (values < 0)
        impossible = ~masked & ~lost & (values > MOST_PERSONS)
        rows, columns = np.nonzero(~masked & ~lost & ~impossible & (values > 0))
        self.read += values.size
        self.not_a_number += int(lost.sum())
        self.negative += int((negative & ~lost).sum())
        self.impossible += int(impossible.sum())
        self.values.append(values[rows, columns])
        self.beside.append(_beside(masked | lost | impossible)[rows, columns])
        self.rows.append(rows + int(window.row_off))
        self.columns.append(columns + int(window.col_off))
        if sum(map(len, self.values)) > _MOST_CELLS:
            raise SourceError(
                f"`{self.subject}`: {shown_path(self.raster.name)} has more than {_MOST_CELLS:,} "
                "cells with a value. Give bounds= around the study area, or clip the raster "
                "to it first."
            )

    def finish(self, source: SourceCRS, crs: str, unit: str | None) -> RasterCells:
        rows, columns = np.concatenate(self.rows), np.concatenate(self.columns)
        amounts = np.concatenate(self.values)
        if not len(amounts):
            raise EmptyLayerError(
                f"`{self.subject}`: none of the {self.read:,} cells read from "
                f"{shown_path(self.raster.name)} holds a value above 0 ({self.nodata:,} have no "
                "data). Check that it is the right raster, and that it covers the study area."
            )
        areas_km2 = cell_areas_m2(self.raster, rows, columns, source) / M2_PER_KM2
        _refuse_crowds(amounts, areas_km2, unit, shown_path(self.raster.name), self.subject)
        if unit == "per_km2":
            amounts = amounts * areas_km2
        return RasterCells(
            cells=cell_outlines(self.raster, rows, columns, source, crs),
            amounts=amounts,
            rows=rows,
            columns=columns,
            driver=str(self.raster.driver),
            source_crs=str(source),
            cells_read=self.read,
            notices=(*self._notices(), *self._beside_no_data(amounts, unit)),
        )

    def _beside_no_data(self, amounts: Floats, unit: str | None) -> tuple[Notice, ...]:
        """Say how many people of a density live beside cells without data, as on a coast."""
        beside = np.concatenate(self.beside)
        if unit != "per_km2" or not beside.any():
            return ()
        values = {"amount": float(amounts[beside].sum()), "whole": float(amounts.sum())}
        notice = Notice(
            "density_beside_no_data", self.subject, int(beside.sum()), len(amounts), values
        )
        return (notice,)

    def _notices(self) -> tuple[Notice, ...]:
        scaled = (self.numbers.scale, self.numbers.offset)
        counted = [
            ("raster_no_data", self.nodata, {}),
            ("raster_not_a_number", self.not_a_number, {}),
            ("raster_negative", self.negative, {}),
            ("raster_impossible", self.impossible, {}),
            ("raster_scaled", 0, {"scale": scaled[0], "offset": scaled[1]}),
            ("raster_first_band", self.raster.count, {}),
        ]
        wanted = {
            "raster_scaled": scaled != (1.0, 0.0),
            "raster_first_band": self.raster.count > 1,
        }
        told = tuple(
            Notice(code, self.subject, count, self.read, values)
            for code, count, values in counted
            if wanted.get(code, count > 0)
        )
        # No amount is negative: such cells are counted above, whatever they stand for.
        lone = {value: n for value, n in self.numbers.found.lone.items() if value > 0}
        return (*told, *replace(self.numbers.found, lone=lone).notices(self.subject))


def _beside(empty: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which cells have a neighbour without data, by an edge."""
    beside = np.zeros_like(empty)
    beside[1:] |= empty[:-1]
    beside[:-1] |= empty[1:]
    beside[:, 1:] |= empty[:, :-1]
    beside[:, :-1] |= empty[:, 1:]
    return beside


def _refuse_crowds(
    amounts: Floats, areas_km2: Floats, unit: str | None, shown: str, subject: str
) -> None:
    """Refuse a unit by which most people would live more crowded than anywhere on Earth."""
    density = amounts if unit == "per_km2" else amounts / areas_km2
    telling = len(amounts) >= _ENOUGH_CELLS and float(np.median(areas_km2)) >= _COARSE_KM2
    if not telling or amounts[density > _MOST_PER_KM2].sum() * 2 <= amounts.sum():
        return
    other = "count" if unit == "per_km2" else "per_km2"
    as_count, as_density = float(amounts.sum()), float(amounts @ areas_km2)
    raise ParameterError(
        f"`{subject}`: read as {unit!r}, more than half of the people of {shown} would live in "
        f"cells with over {_MOST_PER_KM2:,} per km², which no city has. It adds up to "
        f"{as_count:,.0f} as counts, to {as_density:,.0f} as densities per km². Is it "
        f"unit={other!r}?"
    )


def _source_crs(raster: "DatasetReader", declared: SourceCRS | None, subject: str) -> SourceCRS:
    if declared is not None:
        return canonical_source_crs(declared)
    if raster.crs is None:
        raise CRSError(
            f"`{subject}`: {shown_path(raster.name)} says of no CRS. State it, e.g. "
            f'source_crs="EPSG:4326" (in a plan: crs = "EPSG:4326" under [layers.{subject}]).'
        )
    return str(parse_crs(raster.crs.to_wkt()).to_string())


def _require_unit(
    raster: "DatasetReader",
    window: "Window",
    unit: str | None,
    source: SourceCRS,
    subject: str,
    numbers: _Numbers,
) -> None:
    if unit in get_args(Unit):
        return
    stated = "is not stated" if unit is None else f"is {unit!r}"
    raise ParameterError(
        f"`{subject}`: the unit of {shown_path(raster.name)} {stated}. Write "
        "unit='count' if a cell holds persons (or jobs), unit='per_km2' if it holds their number "
        "per km²"
        f"{_magnitude_hint(raster, window, source, numbers)}."
    )


def _magnitude_hint(
    raster: "DatasetReader", window: "Window", source: SourceCRS, numbers: _Numbers
) -> str:
    """Say how many persons either unit would make; the right one is usually plain to see."""
    found = _Found(raster, "", numbers)
    found.take(next(strips(raster, window)))
    values, rows, columns = found.values[0], found.rows[0], found.columns[0]
    if not len(values):
        return ""
    some = slice(None, None, len(values) // _HINT_CELLS + 1)
    areas = cell_areas_m2(raster, rows[some], columns[some], source) / M2_PER_KM2
    density = values.sum() * float(areas @ values[some] / values[some].sum())
    part = "" if found.read >= window.width * window.height else " in its first rows alone"
    return f": it adds up to {values.sum():,.0f}{part} as counts, to {density:,.0f} as densities"


def _window(
    raster: "DatasetReader", source: SourceCRS, crs: str, bounds: Bounds | None, subject: str
) -> "tuple[Window, tuple[Notice, ...]]":
    from rasterio.windows import Window

    size = raster.width, raster.height
    (top, bottom, left, right), notices = cells_around(
        tuple(raster.transform[:6]),
        size,
        source,
        crs,
        bounds,
        subject=subject,
        shown=shown_path(raster.name),
    )
    return Window(left, top, right - left, bottom - top), notices
