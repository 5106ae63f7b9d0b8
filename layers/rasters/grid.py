"""A raster as analyses see it: where its cells lie, and a way to read some of them."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike, fspath
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoplan.core.crs import parse_crs
from geoplan.core.errors import CRSError, ParameterError, SourceError
from geoplan.layers.datums.to_study_crs import DATUMS, SourceCRS, canonical_source_crs
from geoplan.layers.rasters.raster_file import fill_tags, holds, open_raster, scaling
from geoplan.layers.rasters.row_areas import row_area_m2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyproj import CRS
    from rasterio.io import DatasetReader

    from geoplan.layers.datums.fits import CoordinateFit

Floats = npt.NDArray[np.float64]
Reader = Callable[[int, int, int, int], npt.NDArray[np.generic]]
Transform = tuple[float, float, float, float, float, float]

# GDAL would keep up to a twentieth of the machine's memory of blocks that are read once.
_BLOCK_CACHE_BYTES = 64_000_000


@dataclass(frozen=True, eq=False)
class RasterGrid:
    """
    One band of a raster: the place of its cells, and what reads them.

    Parameters
    ----------
    source : str, numpy.ndarray of height × width, or callable
        What GDAL opens (a path, ``/vsi…``, the XML of a VRT that joins tiles), the numbers, or
        what makes them when asked as `read_window` is.
    crs : str or CoordinateFit
        CRS (EPSG code, PROJ string, WKT) or datum (``GCJ-02``) of the cells.
    transform : tuple of float, 6
        ``(a, 0, c, 0, e, f)``: the cell in row i and column j begins at x = c + a j, y = f + e i.
    width, height : int
        Columns and rows.
    dtype : str
        Type of the stored numbers.
    nodata : float, optional
        Stored number that stands for no data.
    scale, offset : float
        A stored number n means ``n * scale + offset``.
    band : int
        Which band of the source, from 1.
    block : tuple of int
        Rows and columns of the blocks in which the source is stored.
    fills : tuple of float
        Further stored numbers that stand for no data, though the source does not say so.
    has_mask : bool
        Whether the source says cell by cell, beside `nodata`, where it has no data.
    subject : str
        How to name the raster in messages.
    max_memory_mb : float
        What measuring it may take, in 10**6 bytes, where a call does not say. It decides how many
        rows are read at once, never a result.

    See Also
    --------
    open_grid : From a file.
    array_grid : From an array.
    derive_grid : From another one, made as it is read.
    """

    source: str | npt.NDArray[np.generic] | Reader = field(repr=False)
    crs: "str | CoordinateFit"
    transform: Transform
    width: int
    height: int
    dtype: str
    nodata: float | None = None
    scale: float = 1.0
    offset: float = 0.0
    band: int = 1
    block: tuple[int, int] = (1, 1)
    has_mask: bool = False
    fills: tuple[float, ...] = ()
    subject: str = "raster"
    max_memory_mb: float = 256.0

    def __post_init__(self) -> None:
        a, b, _, d, e, _ = self.transform
        if b != 0 or d != 0 or a == 0 or e == 0 or not np.isfinite(self.transform).all():
            raise ParameterError(
                f"`{self.subject}`: its cells do not run along the axes of its CRS (transform "
                f"{tuple(self.transform)}). Warp it north-up first, categories to the nearest "
                "cell: gdalwarp -r near IN.tif OUT.tif."
            )

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Least x, least y, greatest x, greatest y, in the CRS of the raster."""
        a, _, c, _, e, f = self.transform
        x, y = sorted((c, c + a * self.width)), sorted((f, f + e * self.height))
        return x[0], y[0], x[1], y[1]

    def read_window(self, row0: int, row1: int, col0: int, col1: int) -> npt.NDArray[np.generic]:
        """
        Read the stored numbers of rows `row0` to `row1` and columns `col0` to `col1`.

        The ends are not read themselves, as in a slice. `nodata`, `scale` and `offset` are not
        applied (see `read_values`). Each call opens the source anew, so threads may call it.

        Returns
        -------
        numpy.ndarray, (row1 - row0) × (col1 - col0)
            Of `dtype`.

        Raises
        ------
        SourceError
            If the source is gone or damaged.
        """
        if callable(self.source):
            return self.source(row0, row1, col0, col1)
        if not isinstance(self.source, str):
            return self.source[row0:row1, col0:col1]
        window = ((row0, row1), (col0, col1))
        with self._opened() as raster:
            return np.asarray(raster.read(self.band, window=window))

    def read_mask(self, row0: int, row1: int, col0: int, col1: int) -> npt.NDArray[np.bool_] | None:
        """
        Read where a mask of the source, or one of `fills`, says that there is no data.

        Returns
        -------
        numpy.ndarray of bool or None
            True where there is no data; None if there is neither. `nodata` is not looked at.
        """
        missing = self._source_mask(row0, row1, col0, col1)
        if not self.fills:
            return missing
        filled = self._filled(self.read_window(row0, row1, col0, col1))
        return filled if missing is None else missing | filled

    def _filled(self, stored: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
        filled = np.zeros(stored.shape, dtype=bool)
        for value in self.fills:
            if stored.dtype.kind == "f" or holds(stored.dtype, value):
                filled |= stored == stored.dtype.type(value)
        return filled

    def _source_mask(
        self, row0: int, row1: int, col0: int, col1: int
    ) -> npt.NDArray[np.bool_] | None:
        if not self.has_mask or not isinstance(self.source, str):
            return None
        window = ((row0, row1), (col0, col1))
        with self._opened() as raster:
            return np.asarray(raster.read_masks(self.band, window=window) == 0)

    def read_values(self, row0: int, row1: int, col0: int, col1: int) -> Floats:
        """
        Read what the numbers mean: scaled and offset, NaN where there is no data.

        Returns
        -------
        numpy.ndarray of float, (row1 - row0) × (col1 - col0)
            A copy.
        """
        stored = self.read_window(row0, row1, col0, col1)
        values: Floats = stored.astype(np.float64)
        missing = self._source_mask(row0, row1, col0, col1)
        if (self.scale, self.offset) != (1.0, 0.0):
            values = values * self.scale + self.offset
        if self.fills:
            values[self._filled(stored)] = np.nan
        if self.nodata is not None:
            values[stored == self.nodata] = np.nan
        if missing is not None:
            values[missing] = np.nan
        return values

    def cell_area_m2(self, rows: npt.ArrayLike | None = None) -> Floats:
        """
        Give the true area of a cell of each row.

        Parameters
        ----------
        rows : array_like of int, optional
            Rows, from 0; also ones beyond the raster. All of the raster's by default.

        Returns
        -------
        numpy.ndarray of float
            Area in m² of one cell of each row.

        Notes
        -----
        Cells in degrees are measured on the ellipsoid, which is the same all along a row. Cells of
        a projected CRS have the area that this CRS gives them, as polygons in it have; it is off
        by the square of the scale error (1e-4 in a 3-degree zone). Web Mercator's cells are
        degrees in disguise, and are measured on the ellipsoid.
        """
        index = np.arange(self.height) if rows is None else np.asarray(rows)
        a, _, _, _, e, f = self.transform
        first: Floats = np.asarray(f + e * index, dtype=np.float64)
        crs = self.area_crs()
        operation = crs.coordinate_operation
        unit = float(crs.axis_info[0].unit_conversion_factor) if crs.axis_info else 1.0
        geod = crs.get_geod()
        if geod is not None and crs.is_geographic:
            return row_area_m2(geod, first * unit, (first + e) * unit, abs(a) * unit)
        if geod is not None and operation is not None and "Pseudo" in operation.method_name:
            radius = geod.a
            near, far = (np.arctan(np.sinh(y / radius)) for y in (first, first + e))
            return row_area_m2(geod, near, far, abs(a) / radius)
        return np.full(index.shape, abs(a * e) * unit**2)

    def is_web_mercator(self) -> bool:
        """Whether the cells are degrees in disguise."""
        operation = self.area_crs().coordinate_operation
        return operation is not None and "Pseudo" in operation.method_name

    def area_crs(self) -> "CRS":
        """Give the CRS in which cells are measured: the one behind a shifted datum."""
        if not isinstance(self.crs, str):
            return parse_crs(self.crs.target)
        if self.crs == "BD-09MC":
            raise CRSError(
                f"`{self.subject}` is in BD-09MC, whose cells have no known area. Warp it first, "
                "e.g. to EPSG:4326 after undoing the shift."
            )
        return parse_crs("EPSG:4326" if self.crs in DATUMS else self.crs)

    @contextmanager
    def _opened(self) -> "Iterator[DatasetReader]":
        import rasterio
        from rasterio.errors import RasterioError

        path = str(self.source)
        with (
            rasterio.Env(GDAL_CACHEMAX=_BLOCK_CACHE_BYTES),
            open_raster(path, subject=self.subject) as raster,
        ):
            try:
                yield raster
            except RasterioError as error:
                raise SourceError(
                    f"`{self.subject}`: {path} is damaged or cut short: {error}. Copy or download "
                    "it again."
                ) from error


def open_grid(
    path: str | PathLike[str],
    *,
    subject: str = "raster",
    source_crs: SourceCRS | None = None,
    band: int = 1,
) -> RasterGrid:
    """
    Look at a raster file; no cell is read yet.

    Parameters
    ----------
    path : str or path
        What GDAL opens: a file, a file in a ``.zip``, ``/vsi…``, the XML of a VRT.
    subject : str
        How to name the raster in messages.
    source_crs : str or CoordinateFit, optional
        CRS or datum, if the file does not say or says it wrong.
    band : int
        Which band, from 1.

    Returns
    -------
    RasterGrid
        Opens the file again whenever cells are wanted.

    Raises
    ------
    SourceError
        If the file is missing or no raster.
    CRSError
        If it has no CRS and none is stated.
    ParameterError
        If it is rotated, or has no such band.
    """
    with open_raster(path, subject=subject) as raster:
        if not 1 <= band <= raster.count:
            raise ParameterError(
                f"`{subject}`: {fspath(path)} has {raster.count} band(s), band {band} was wanted."
            )
        if source_crs is None and raster.crs is None:
            raise CRSError(
                f"`{subject}`: {fspath(path)} says of no CRS. State it, e.g. "
                "source_crs='EPSG:4326'."
            )
        from rasterio.enums import MaskFlags

        crs = raster.crs.to_wkt() if source_crs is None else source_crs
        flags = raster.mask_flag_enums[band - 1]
        scale, offset = scaling(raster, band)
        return RasterGrid(
            source=fspath(path),
            crs=canonical_source_crs(crs),
            transform=tuple(float(value) for value in raster.transform[:6]),  # type: ignore[arg-type]
            width=raster.width,
            height=raster.height,
            dtype=str(raster.dtypes[band - 1]),
            nodata=raster.nodatavals[band - 1],
            scale=scale,
            offset=offset,
            fills=fill_tags(raster, band),
            band=band,
            block=tuple(raster.block_shapes[band - 1]),
            has_mask=MaskFlags.per_dataset in flags,
            subject=subject,
        )
