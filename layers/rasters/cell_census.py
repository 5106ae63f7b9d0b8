"""What the cells around a study area hold: data, none, or values that a legend does not know."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from geoplan.core.errors import EmptyLayerError, ParameterError
from geoplan.core.notices import Notice
from geoplan.core.units import M2_PER_HA
from geoplan.layers.rasters.class_map import NO_DATA, ClassMap, Integers, likely_presets
from geoplan.layers.rasters.fills import Values, scan_values
from geoplan.layers.rasters.grid import RasterGrid
from geoplan.layers.rasters.raster_file import shown_path

CellWindow: TypeAlias = tuple[int, int, int, int]
"""First row, end of the rows, first column, end of the columns."""

# A look at every cell of a city costs a second; of a country it would be the analysis itself.
_LOOKED_AT_CELLS = 200_000_000
_CELLS_AT_ONCE = 4_000_000
_SHOWN = 8


@dataclass(frozen=True)
class CellCensus:
    """
    What the cells around a study area hold.

    Parameters
    ----------
    cells : int
        How many there are.
    known : int
        With a value, and of a class that the legend knows.
    nodata : int
        Without data.
    strange : mapping of float to (int, float)
        Value that the legend does not know -> its cells and their area in m².
    """

    cells: int
    known: int
    nodata: int
    strange: Mapping[float, tuple[int, float]]


def class_positions(grid: RasterGrid, classes: ClassMap, window: CellWindow) -> Integers:
    """Read some cells as positions of classes; -1 is no data."""
    plain = (grid.scale, grid.offset) == (1.0, 0.0)
    if classes.edges or not plain:
        return classes.positions(grid.read_values(*window))
    stored = grid.read_window(*window)
    found = classes.positions(stored)
    if grid.nodata is not None:
        found[stored == grid.nodata] = NO_DATA
    missing = grid.read_mask(*window)
    if missing is not None:
        found[missing] = NO_DATA
    return found


def measured_values(grid: RasterGrid, window: CellWindow, *, every_value: bool = False) -> Values:
    """
    Look at the cells around a study area of a raster of something measured.

    Parameters
    ----------
    grid : RasterGrid
        Its cells.
    window : tuple of int
        Rows and columns around the study area.
    every_value : bool
        Whether every number is a value, as somebody said.

    Returns
    -------
    Values
        With what stands for no data though no tag says so. Of more than 2·10⁸ cells, those of a
        part of the rows.
    """
    row0, row1, col0, col1 = window
    skip = (row1 - row0) * (col1 - col0) // _LOOKED_AT_CELLS + 1

    def read() -> Iterator[tuple[npt.NDArray[np.generic], npt.NDArray[np.bool_] | None]]:
        for part in islice(_parts(grid, window), 0, None, skip):
            stored, missing = grid.read_window(*part), grid.read_mask(*part)
            if grid.nodata is not None:
                named = stored == grid.nodata
                missing = named if missing is None else missing | named
            yield stored, missing

    shown = shown_path(grid.source) if isinstance(grid.source, str) else "the raster"
    return scan_values(
        read(), grid.dtype, subject=grid.subject, shown=shown, every_value=every_value
    )


def values_census(found: Values, window: CellWindow) -> CellCensus | None:
    """Count cells by whether they hold a value; None if only some were looked at."""
    row0, row1, col0, col1 = window
    if found.cells < (row1 - row0) * (col1 - col0):
        return None
    return CellCensus(found.cells, found.known, found.cells - found.known, {})


def _parts(grid: RasterGrid, window: CellWindow) -> Iterator[CellWindow]:
    """Cut a window into strips of whole blocks."""
    row0, row1, col0, col1 = window
    block = max(grid.block[0], 1)
    step = max(_CELLS_AT_ONCE // max(col1 - col0, 1) // block, 1) * block
    for top in range(row0, row1, step):
        yield top, min(top + step, row1), col0, col1


def cell_census(grid: RasterGrid, legend: ClassMap, window: CellWindow) -> CellCensus | None:
    """Count the cells around a study area by what they hold; None if there are too many."""
    row0, row1, col0, col1 = window
    if (row1 - row0) * (col1 - col0) > _LOOKED_AT_CELLS:
        return None
    nodata = known = 0
    strange: dict[float, tuple[int, float]] = {}
    for part in _parts(grid, window):
        found = class_positions(grid, legend, part)
        unknown = found == len(legend.classes)
        nodata += int((found == NO_DATA).sum())
        known += int(((found >= 0) & ~unknown).sum())
        if unknown.any():
            _add_strange(strange, grid, part, unknown)
    cells = (row1 - row0) * (col1 - col0)
    return CellCensus(cells, known, nodata, strange)


def _add_strange(
    strange: dict[float, tuple[int, float]],
    grid: RasterGrid,
    part: CellWindow,
    unknown: npt.NDArray[np.bool_],
) -> None:
    values = grid.read_values(*part)
    rows, columns = np.nonzero(unknown)
    areas = grid.cell_area_m2(np.arange(part[0], part[1]))[rows]
    different, where = np.unique(values[rows, columns], return_inverse=True)
    counts = np.bincount(where)
    sums = np.bincount(where, weights=areas)
    for code, count, area in zip(different.tolist(), counts.tolist(), sums.tolist(), strict=True):
        before = strange.get(code, (0, 0.0))
        strange[code] = (before[0] + count, before[1] + area)


def census_notices(
    legend: ClassMap | None, found: CellCensus | None, subject: str
) -> tuple[Notice, ...]:
    """
    Say what was found.

    Raises
    ------
    EmptyLayerError
        If no cell has data.
    ParameterError
        If the legend knows none of the values.
    """
    if found is None:
        return () if legend is None else legend_notices(legend, subject)
    if found.nodata == found.cells:
        raise EmptyLayerError(
            f"`{subject}`: none of the {found.cells:,} cells around the study area has data. Check "
            "that it is the right raster, and its CRS."
        )
    if legend is not None and not found.known:
        raise ParameterError(_no_fit(legend, found, subject))
    notices = []
    if found.nodata:
        notices.append(Notice("raster_without_data", subject, found.nodata, found.cells))
    if found.strange:
        codes = [f"{code:g}" for code in sorted(found.strange)]
        count = sum(one[0] for one in found.strange.values())
        area_m2 = sum(one[1] for one in found.strange.values())
        notices.append(unknown_classes(subject, codes, count, found.cells, area_m2))
    return (*notices, *(legend_notices(legend, subject) if legend else ()))


def _no_fit(legend: ClassMap, found: CellCensus, subject: str) -> str:
    codes = sorted(found.strange)
    shown = ", ".join(f"{code:g}" for code in codes[:_SHOWN]) + (", …" * (len(codes) > _SHOWN))
    likely = likely_presets(codes)
    hint = (
        f" They would fit the legend {' or '.join(map(repr, likely))}."
        if likely
        else " Of a measured surface give thresholds instead; else give a table of the legend."
    )
    return f"`{subject}`: the legend {legend.name!r} knows none of the values ({shown}).{hint}"


def unknown_classes(
    subject: str, codes: Sequence[str], count: int, total: int, area_m2: float
) -> Notice:
    """Say how much is of classes that a legend does not know."""
    shown = ", ".join(codes[:_SHOWN]) + (", …" * (len(codes) > _SHOWN))
    values = {"codes": shown, "area_m2": area_m2, "area_ha": area_m2 / M2_PER_HA}
    return Notice("classes_unknown", subject, count, total, values)


def legend_notices(legend: ClassMap, subject: str) -> tuple[Notice, ...]:
    """Say which legend was used."""
    values = {"legend": legend.name}
    return (Notice("land_cover_legend", subject, len(legend.classes), values=values),)
