"""A raster file: opened, read by window, its cells around a study area found."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike, fspath
from typing import TYPE_CHECKING, TypeAlias
from xml.sax.saxutils import unescape

import numpy as np
import numpy.typing as npt
import shapely

from geoplan.core.crs import parse_crs
from geoplan.core.errors import ParameterError, SourceError
from geoplan.core.notices import Notice
from geoplan.layers.datums.to_study_crs import SourceCRS, from_study_crs
from geoplan.layers.files.on_disk import local_file

if TYPE_CHECKING:
    from rasterio.io import DatasetReader
    from rasterio.windows import Window

Bounds: TypeAlias = tuple[float, float, float, float]
Floats: TypeAlias = npt.NDArray[np.float64]

SUFFIXES = (".tif", ".tiff", ".gtiff", ".img", ".vrt", ".asc", ".nc", ".bil", ".flt", ".adf")
"""File names that are read as rasters."""

_VRT = "<VRTDataset"
_ROWS_AT_ONCE_CELLS = 4_000_000
# A raster cut to the outline of the study area may end a cell or two early.
_SLACK_CELLS = 2


def is_raster(path: str | PathLike[str]) -> bool:
    """Tell by its name whether a file is read as a raster."""
    return fspath(path).lower().endswith(SUFFIXES)


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

    path = gdal_path(path)
    shown = shown_path(path)
    _require_file(path, subject)
    try:
        with warnings.catch_warnings():
            # A raster without a position has no CRS either, which is refused with better words.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            raster = rasterio.open(fspath(path))
        with raster:
            _require_band(raster, subject, shown)
            yield raster
    except RasterioIOError as error:
        raise SourceError(
            f"`{subject}`: {shown} cannot be read as a raster ({error}). Check the path; "
            "a table or vector file needs its own ending, e.g. .csv or .gpkg."
        ) from error


def _require_band(raster: "DatasetReader", subject: str, shown: str) -> None:
    if raster.count:
        return
    inside = ", ".join(raster.subdatasets[:4])
    raise SourceError(
        f"`{subject}`: {shown} has no band of its own. "
        + (f"It holds several rasters; name one of them as path: {inside}." if inside else "")
        + ("" if inside else "Check that the file is complete.")
    )


def gdal_path(path: str | PathLike[str]) -> str:
    """Write a path as GDAL takes it: ``a.zip!b.tif`` as ``/vsizip/a.zip/b.tif``."""
    text = fspath(path)
    if text.startswith(_VRT):
        return text
    return re.sub(r"(?i)^(?!/vsi)(.+\.zip)(?:!/?|[\\/])(.+)$", r"/vsizip/\1/\2", text)


def shown_path(path: str | PathLike[str]) -> str:
    """Name a raster in messages: its path, or the first tile of several that are joined."""
    text = fspath(path)
    if not text.startswith(_VRT):
        return text
    tiles = re.findall(r"<SourceFilename[^>]*>([^<]*)<", text)
    return f"{unescape(tiles[0])} and {len(tiles) - 1} more" if tiles else "a VRT"


def scaling(raster: "DatasetReader", band: int = 1) -> tuple[float, float]:
    """
    Give the scale and offset of a band: its own, or those of its ``scale_factor`` tags.

    Parameters
    ----------
    raster : rasterio.DatasetReader
        The open file.
    band : int
        Which band, from 1.

    Returns
    -------
    tuple of float
        A stored number n means ``n * scale + offset``.
    """
    own = float(raster.scales[band - 1]), float(raster.offsets[band - 1])
    if own != (1.0, 0.0):
        return own
    tags = _tags(raster, band)
    scale, offset = _number(tags.get("scale_factor")), _number(tags.get("add_offset"))
    return (1.0 if scale is None else scale), (0.0 if offset is None else offset)


def fill_tags(raster: "DatasetReader", band: int = 1) -> tuple[float, ...]:
    """Give the stored numbers that tags of a band name as no data, beside GDAL's own."""
    tags = _tags(raster, band)
    named = [_number(tags.get(key)) for key in ("_fillvalue", "missing_value")]
    return tuple(dict.fromkeys(value for value in named if value is not None))


def _tags(raster: "DatasetReader", band: int) -> dict[str, str]:
    tags = {**raster.tags(), **raster.tags(band)}
    # A tag of netCDF names its variable: ndvi#scale_factor.
    return {key.rpartition("#")[2].lower(): value for key, value in tags.items()}


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def holds(dtype: "np.dtype[np.generic]", number: float) -> bool:
    """Tell whether a type of numbers can hold a number."""
    if dtype.kind not in "iu":
        return dtype.kind == "f"
    limits = np.iinfo(dtype.str)
    return bool(limits.min <= number <= limits.max) and float(number).is_integer()


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
    stored, masked = read_stored(raster, window)
    values = np.asarray(stored, dtype=float)
    scale, offset = scaling(raster)
    if (scale, offset) != (1.0, 0.0):
        values = values * scale + offset
    return values, masked


def read_stored(
    raster: "DatasetReader", window: "Window | None" = None
) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.bool_]]:
    """Read the first band as `read_values` does, but the numbers as they are stored."""
    band = raster.read(1, window=window, masked=True)
    stored, masked = np.asarray(band.data), np.ma.getmaskarray(band)
    for value in fill_tags(raster):
        if holds(stored.dtype, value):
            masked = masked | (stored == stored.dtype.type(value))
    return stored, masked


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


def cells_around(
    transform: tuple[float, ...],
    size: tuple[int, int],
    source: SourceCRS,
    crs: str,
    bounds: Bounds | None,
    *,
    subject: str,
    shown: str,
) -> tuple[tuple[int, int, int, int], tuple[Notice, ...]]:
    """
    Find the rows and columns of a raster around a study area.

    Parameters
    ----------
    transform : tuple of float, 6
        From columns and rows to coordinates, as rasterio writes it.
    size : tuple of int
        Columns and rows.
    source : str or CoordinateFit
        CRS or datum of the raster.
    crs : str
        Study CRS.
    bounds : tuple of float or None
        West, south, east, north in it; None: the whole raster.
    subject, shown : str
        The layer and its file, for messages.

    Returns
    -------
    tuple of (tuple of int, tuple of Notice)
        First and last row, first and last column, the last ones not included; and whether the
        raster covers only part of the area.

    Raises
    ------
    ParameterError
        If the raster lies wholly outside.
    """
    columns_all, rows_all = size
    if bounds is None:
        return (0, rows_all, 0, columns_all), ()
    columns, rows = _cells_of_frame(transform, source, crs, bounds)
    left, right = max(int(columns.min()) - 1, 0), min(int(columns.max()) + 2, columns_all)
    top, bottom = max(int(rows.min()) - 1, 0), min(int(rows.max()) + 2, rows_all)
    if left >= right or top >= bottom:
        raise ParameterError(
            f"`{subject}`: {shown} lies wholly outside the study area, which is {bounds} in "
            f"{crs}. Check its CRS ({crs_words(source)}) and whether it is the right raster."
        )
    beyond = max(-columns.min(), columns.max() - columns_all, -rows.min(), rows.max() - rows_all)
    notices: tuple[Notice, ...] = ()
    if beyond > _SLACK_CELLS:
        wide = min(columns.max(), columns_all) - max(columns.min(), 0)
        high = min(rows.max(), rows_all) - max(rows.min(), 0)
        share = float(wide * high / (np.ptp(columns) * np.ptp(rows)))
        notices = (Notice("raster_covers_part", subject, values={"share": share}),)
    return (top, bottom, left, right), notices


def crs_words(crs: SourceCRS) -> str:
    """
    Name a CRS in a message: its code or name in place of its WKT.

    Examples
    --------
    >>> from geoplan.core.crs import parse_crs
    >>> crs_words(parse_crs("EPSG:4547").to_wkt()), crs_words("GCJ-02")
    ('EPSG:4547', 'GCJ-02')
    """
    if not isinstance(crs, str) or "[" not in crs:
        return str(crs)
    parsed = parse_crs(crs)
    code = parsed.to_epsg()
    return f"EPSG:{code}" if code else str(parsed.name)


def _cells_of_frame(
    transform: tuple[float, ...], source: SourceCRS, crs: str, bounds: Bounds
) -> tuple[Floats, Floats]:
    """Give the columns and rows of the outline of a study area, with fractions."""
    from affine import Affine

    west, south, east, north = bounds
    frame = shapely.segmentize(shapely.box(*bounds), max(east - west, north - south) / 32)
    outline = from_study_crs(np.array([frame], dtype=object), source, crs)
    columns, rows = ~Affine(*transform) @ shapely.get_coordinates(outline).T
    return np.asarray(columns), np.asarray(rows)


def _require_file(path: str | PathLike[str], subject: str) -> None:
    """Refuse a file that is missing, naming its neighbours; GDAL's own paths are left to GDAL."""
    if not re.match(rf"/vsi|zip:|s3:|https?:|{_VRT}", fspath(path)):
        with local_file(fspath(path), layer="", subject=subject):
            pass
