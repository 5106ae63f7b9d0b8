"""Grids out of arrays and out of other grids."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from geoplan.core.errors import ParameterError
from geoplan.layers.datums.to_study_crs import SourceCRS, canonical_source_crs
from geoplan.layers.rasters.grid import RasterGrid, Reader, Transform


def array_grid(
    values: npt.ArrayLike,
    *,
    transform: Transform,
    crs: SourceCRS,
    nodata: float | None = None,
    subject: str = "raster",
) -> RasterGrid:
    """
    Take an array for a raster.

    Parameters
    ----------
    values : array_like, height × width
        Numbers; kept, not copied.
    transform : tuple of float, 6
        ``(a, 0, c, 0, e, f)``, as `RasterGrid` has it.
    crs : str or CoordinateFit
        CRS or datum of the cells.
    nodata : float, optional
        Number that stands for no data.
    subject : str
        How to name it in messages.

    Returns
    -------
    RasterGrid
        Reads from the array.

    Raises
    ------
    ParameterError
        If the array is not a table of numbers, or the transform is rotated.

    Examples
    --------
    >>> grid = array_grid([[1, 2], [3, 4]], transform=(10, 0, 0, 0, -10, 20), crs="EPSG:4547")
    >>> grid.read_window(0, 2, 1, 2).tolist(), grid.cell_area_m2().tolist()
    ([[2], [4]], [100.0, 100.0])
    """
    array = np.asarray(values)
    if array.ndim != 2 or array.dtype.kind not in "biuf" or not array.size:
        raise ParameterError(
            f"`{subject}` is an array of shape {array.shape} and type {array.dtype}; wanted rows "
            "and columns of numbers."
        )
    grid = RasterGrid(
        source=array,
        crs=canonical_source_crs(crs),
        transform=transform,
        width=array.shape[1],
        height=array.shape[0],
        dtype=str(array.dtype),
        subject=subject,
    )
    return replace(grid, nodata=nodata)


def derive_grid(
    grid: RasterGrid,
    read: Reader,
    *,
    dtype: str,
    nodata: float | None = None,
    subject: str | None = None,
) -> RasterGrid:
    """
    Make a raster on the cells of another, window by window as it is read.

    Parameters
    ----------
    grid : RasterGrid
        Whose cells it has.
    read : callable
        Takes ``row0, row1, col0, col1`` and gives the numbers of that window, of `dtype`. Several
        threads may call it at once.
    dtype : str
        Type of the numbers.
    nodata : float, optional
        Number that stands for no data.
    subject : str, optional
        How to name it in messages; as `grid` by default.

    Returns
    -------
    RasterGrid
        Not scaled, without a mask; nothing has been read.

    Examples
    --------
    Where a vegetation index is above 0.3:

    >>> ndvi = array_grid([[0.1, 0.5]], transform=(10, 0, 0, 0, -10, 10), crs="EPSG:4547")
    >>> def green(*window):
    ...     return (ndvi.read_values(*window) > 0.3).astype("uint8")
    >>> derive_grid(ndvi, green, dtype="uint8").read_window(0, 1, 0, 2).tolist()
    [[0, 1]]
    """
    return replace(
        grid,
        source=read,
        dtype=dtype,
        nodata=nodata,
        scale=1.0,
        offset=0.0,
        has_mask=False,
        fills=(),
        subject=grid.subject if subject is None else subject,
    )
