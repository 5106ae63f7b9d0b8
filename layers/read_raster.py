"""Rasters of people or jobs: each cell with a value becomes a polygon, nothing is resampled."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import PathLike, fspath
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import shapely

from geoplan.core.crs import parse_crs
from geoplan.core.errors import CRSError, EmptyLayerError, ParameterError, SourceError
from geoplan.core.notices import Notice
from geoplan.core.units import M2_PER_KM2
from geoplan.layers._files import local_file
from geoplan.layers.datums import (
    SourceCRS,
    canonical_source_crs,
    from_study_crs,
)
from geoplan.layers.raster_cells import cell_areas_m2, cell_outlines

if TYPE_CHECKING:
    from rasterio.io import DatasetReader
    from rasterio.windows import Window

Unit = Literal["count", "per_km2"]
Bounds: TypeAlias = tuple[float, float, float, float]
Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

SUFFIXES = (".tif", ".tiff", ".gtiff", ".img", ".vrt", ".asc", ".nc", ".bil", ".flt", ".adf")
"""File names that are read as rasters."""

MOST_PERSONS = 2_000_000_000
"""More than this in one cell is nobody's number: it stands for no data."""

_ROWS_AT_ONCE_CELLS = 4_000_000
_MOST_CELLS = 20_000_000
_HINT_CELLS = 50_000
# A raster cut to the outline of the study area may end a cell or two early.
_SLACK_CELLS = 2


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


def is_raster(path: str | PathLike[str]) -> bool:
    """Tell by its name whether a file is read as a raster."""
    return fspath(path).lower().endswith(SUFFIXES)


def read_cells(
    path: str | PathLike[str],
    *,
    crs: str,
    unit: str | None,
    subject: str,
    source_crs: SourceCRS | None = None,
    bounds: Bounds | None = None,
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

    Returns
    -------
    RasterCells
        With the sum of the amounts equal to the sum of the valid cells of the raster (`count`).

    Raises
    ------
    ParameterError
        If `unit` is not stated, or `bounds` miss the raster.
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
        _require_unit(raster, window, unit, source, subject)
        found = _Found(raster, subject)
        for part in strips(raster, window):
            found.take(part)
        cells = found.finish(source, crs, unit)
        return replace(cells, notices=(*cells.notices, *partial))


@contextmanager
def open_raster(path: str | PathLike[str], *, subject: str) -> "Iterator[DatasetReader]":
    """
    Open a raster.

    Parameters
    ----------
    path : str or path
        Any raster that GDAL reads.
    subject : str
        The layer, for messages.

    Yields
    ------
    rasterio.DatasetReader
        Valid until the context ends.

    Raises
    ------
    SourceError
        If the file is missing or cannot be read.
    """
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioIOError

    path = re.sub(r"(?i)^(?!/vsi)(.+\.zip)(?:!/?|[\\/])(.+)$", r"/vsizip/\1/\2", fspath(path))
    _require_file(path, subject)
    try:
        with warnings.catch_warnings():
            # A raster without a position has no CRS either, which is refused with better words.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            raster = rasterio.open(fspath(path))
        with raster:
            yield raster
    except RasterioIOError as error:
        raise SourceError(
            f"`{subject}`: {fspath(path)} cannot be read as a raster ({error}). Check the path; "
            "a table or vector file needs its own ending, e.g. .csv or .gpkg."
        ) from error


class _Found:
    """Cells collected so far, strip by strip; the raster itself is never in memory as a whole."""

    def __init__(self, raster: "DatasetReader", subject: str) -> None:
        self.raster, self.subject = raster, subject
        self.rows: list[Integers] = []
        self.columns: list[Integers] = []
        self.values: list[Floats] = []
        self.read = self.nodata = self.not_a_number = self.negative = 0
        self.impossible = self.full_scale = 0
        self.fullest = _largest_of_type(raster)

    def take(self, window: "Window") -> None:
        values, masked = read_values(self.raster, window)
        lost = ~masked & ~np.isfinite(values)
        negative = ~masked & (values < 0)
        # 3.4e38, 1e20 and 2147483647 stand for no data in files that do not say so.
        impossible = ~masked & ~lost & (values > MOST_PERSONS)
        rows, columns = np.nonzero(~masked & ~lost & ~impossible & (values > 0))
        self.read += values.size
        self.nodata += int(masked.sum())
        self.not_a_number += int(lost.sum())
        self.negative += int((negative & ~lost).sum())
        self.impossible += int(impossible.sum())
        self.full_scale += int((~masked & ~impossible & (values == self.fullest)).sum())
        self.values.append(values[rows, columns])
        self.rows.append(rows + int(window.row_off))
        self.columns.append(columns + int(window.col_off))
        if sum(map(len, self.values)) > _MOST_CELLS:
            raise SourceError(
                f"`{self.subject}`: {self.raster.name} has more than {_MOST_CELLS:,} cells with a "
                "value. Give bounds= around the study area, or clip the raster to it first."
            )

    def finish(self, source: SourceCRS, crs: str, unit: str | None) -> RasterCells:
        rows, columns = np.concatenate(self.rows), np.concatenate(self.columns)
        amounts = np.concatenate(self.values)
        if not len(amounts):
            raise EmptyLayerError(
                f"`{self.subject}`: none of the {self.read:,} cells read from {self.raster.name} "
                f"holds a value above 0 ({self.nodata:,} have no data). Check that it is the right "
                "raster, and that it covers the study area."
            )
        if unit == "per_km2":
            amounts = amounts * cell_areas_m2(self.raster, rows, columns, source) / M2_PER_KM2
        return RasterCells(
            cells=cell_outlines(self.raster, rows, columns, source, crs),
            amounts=amounts,
            rows=rows,
            columns=columns,
            driver=str(self.raster.driver),
            source_crs=str(source),
            cells_read=self.read,
            notices=self._notices(),
        )

    def _notices(self) -> tuple[Notice, ...]:
        scaled = (self.raster.scales[0], self.raster.offsets[0])
        counted = [
            ("raster_no_data", self.nodata, {}),
            ("raster_not_a_number", self.not_a_number, {}),
            ("raster_negative", self.negative, {}),
            ("raster_impossible", self.impossible, {}),
            ("raster_full_scale", self.full_scale, {"value": self.fullest}),
            ("raster_scaled", 0, {"scale": scaled[0], "offset": scaled[1]}),
            ("raster_first_band", self.raster.count, {}),
        ]
        wanted = {
            "raster_scaled": scaled != (1.0, 0.0),
            "raster_first_band": self.raster.count > 1,
        }
        return tuple(
            Notice(code, self.subject, count, self.read, values)
            for code, count, values in counted
            if wanted.get(code, count > 0)
        )


def _largest_of_type(raster: "DatasetReader") -> float:
    """Give the largest amount that the integers of a raster can hold; NaN for other numbers."""
    dtype = np.dtype(raster.dtypes[0])
    if dtype.kind not in "iu":
        return float("nan")
    return float(np.iinfo(dtype).max * raster.scales[0] + raster.offsets[0])


def read_values(
    raster: "DatasetReader", window: "Window | None" = None
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """
    Read the first band with its scale and offset applied.

    Parameters
    ----------
    raster : rasterio.DatasetReader
        The open file.
    window : rasterio.windows.Window, optional
        Rows and columns to read; all by default.

    Returns
    -------
    tuple of numpy.ndarray
        The values, and where the file says that there is no data.
    """
    band = raster.read(1, window=window, masked=True)
    values = np.asarray(band.data, dtype=float)
    masked = np.ma.getmaskarray(band)
    scale, offset = raster.scales[0], raster.offsets[0]
    if (scale, offset) != (1.0, 0.0):
        values = values * scale + offset
    return values, masked


def _require_file(path: str | PathLike[str], subject: str) -> None:
    """Refuse a file that is missing, naming its neighbours; GDAL's own paths are left to GDAL."""
    if not re.match(r"/vsi|zip:|s3:|https?:", fspath(path)):
        with local_file(fspath(path), layer="", subject=subject):
            pass


def _source_crs(raster: "DatasetReader", declared: SourceCRS | None, subject: str) -> SourceCRS:
    if declared is not None:
        return canonical_source_crs(declared)
    if raster.crs is None:
        raise CRSError(
            f"`{subject}`: {raster.name} says of no CRS. State it, e.g. source_crs='EPSG:4326' "
            f'(in a plan: crs = "EPSG:4326" under [layers.{subject}]).'
        )
    return str(parse_crs(raster.crs.to_wkt()).to_string())


def _require_unit(
    raster: "DatasetReader", window: "Window", unit: str | None, source: SourceCRS, subject: str
) -> None:
    if unit in get_args(Unit):
        return
    stated = "is not stated" if unit is None else f"is {unit!r}"
    raise ParameterError(
        f"`{subject}`: the unit of {raster.name} {stated}. Write unit='count' if a cell holds "
        "persons (or jobs), unit='per_km2' if it holds their number per km²"
        f"{_magnitude_hint(raster, window, source)}."
    )


def _magnitude_hint(raster: "DatasetReader", window: "Window", source: SourceCRS) -> str:
    """Say how many persons either unit would make; the right one is usually plain to see."""
    found = _Found(raster, "")
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

    if bounds is None:
        return Window(0, 0, raster.width, raster.height), ()
    west, south, east, north = bounds
    frame = shapely.segmentize(shapely.box(*bounds), max(east - west, north - south) / 32)
    outline = from_study_crs(np.array([frame], dtype=object), source, crs)
    columns, rows = ~raster.transform @ shapely.get_coordinates(outline).T
    left, right = max(int(columns.min()) - 1, 0), min(int(columns.max()) + 2, raster.width)
    top, bottom = max(int(rows.min()) - 1, 0), min(int(rows.max()) + 2, raster.height)
    if left >= right or top >= bottom:
        raise ParameterError(
            f"`{subject}`: {raster.name} lies wholly outside the study area, which is {bounds} in "
            f"{crs}. Check its CRS ({source}) and whether it is the right raster."
        )
    beyond = max(
        -columns.min(), columns.max() - raster.width, -rows.min(), rows.max() - raster.height
    )
    notices: tuple[Notice, ...] = ()
    if beyond > _SLACK_CELLS:
        wide = min(columns.max(), raster.width) - max(columns.min(), 0)
        high = min(rows.max(), raster.height) - max(rows.min(), 0)
        share = float(wide * high / (np.ptp(columns) * np.ptp(rows)))
        notices = (Notice("raster_covers_part", subject, values={"share": share}),)
    return Window(left, top, right - left, bottom - top), notices


def strips(raster: "DatasetReader", window: "Window | None" = None) -> Iterator["Window"]:
    """
    Cut a window into strips of whole blocks that fit in memory easily.

    Parameters
    ----------
    raster : rasterio.DatasetReader
        The open file.
    window : rasterio.windows.Window, optional
        Rows and columns wanted; all by default.

    Yields
    ------
    rasterio.windows.Window
        From the top down.
    """
    from rasterio.windows import Window

    window = window or Window(0, 0, raster.width, raster.height)
    block = int(raster.block_shapes[0][0])
    height = max(_ROWS_AT_ONCE_CELLS // max(int(window.width), 1) // block, 1) * block
    end = int(window.row_off + window.height)
    for top in range(int(window.row_off), end, height):
        yield Window(window.col_off, top, window.width, min(height, end - top))
