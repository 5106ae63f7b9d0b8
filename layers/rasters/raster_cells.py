"""The cells of a raster as polygons, and their true areas."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from geoplan.layers.datums.to_study_crs import SourceCRS, coordinates_to_study_crs

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def cell_outlines(
    raster: "DatasetReader", rows: Integers, columns: Integers, source: SourceCRS, crs: str
) -> npt.NDArray[np.object_]:
    """
    Give the outlines of cells, moved by their corners.

    Parameters
    ----------
    raster : rasterio.DatasetReader
        The open file.
    rows, columns : numpy.ndarray of int, n
        Where the cells stand in it, from 0.
    source : str or CoordinateFit
        CRS or datum of the raster.
    crs : str
        Study CRS.

    Returns
    -------
    numpy.ndarray of shapely Polygon, n
        Quadrilaterals in `crs`; they share their edges.
    """
    transform = tuple(raster.transform[:6])
    return grid_outlines(transform, raster.width, rows, columns, source, crs)


def grid_outlines(
    transform: tuple[float, ...],
    width: int,
    rows: Integers,
    columns: Integers,
    source: SourceCRS,
    crs: str,
) -> npt.NDArray[np.object_]:
    """Give the outlines of cells of a grid, as `cell_outlines` does of a file."""
    a, b, c, d, e, f = transform
    corner_rows = rows[:, None] + np.array([0, 0, 1, 1])
    corner_columns = columns[:, None] + np.array([0, 1, 1, 0])
    # Neighbours share their corners: each is moved once, which also keeps the seams closed.
    corners, places = np.unique(corner_rows * (width + 1) + corner_columns, return_inverse=True)
    row, column = np.divmod(corners, width + 1)
    xy = np.column_stack([a * column + b * row + c, d * column + e * row + f])
    moved = coordinates_to_study_crs(xy, source, crs)
    return np.asarray(shapely.polygons(moved[places.reshape(-1, 4)]), dtype=object)


def cell_areas_m2(
    raster: "DatasetReader", rows: Integers, columns: Integers, source_crs: SourceCRS
) -> Floats:
    """
    Measure cells on the ellipsoid.

    Parameters
    ----------
    raster : rasterio.DatasetReader
        The open file.
    rows, columns : numpy.ndarray of int, n
        Where the cells stand in it, from 0.
    source_crs : str or CoordinateFit
        CRS or datum of the raster.

    Returns
    -------
    numpy.ndarray of float, n
        Area of each in m².

    Notes
    -----
    Areas are taken in the cylindrical equal-area projection, in which meridians and parallels are
    straight: exact for cells in degrees, and for a projected grid of 1 km to 1e-7.
    """
    first = cell_outlines(raster, rows[:1], columns[:1], source_crs, "EPSG:4326")
    # Centred on the raster, so that one across 180° is not torn apart.
    centre = float(shapely.get_x(shapely.centroid(first[0])))
    equal_area = f"+proj=cea +lon_0={centre:.6f} +ellps=WGS84 +units=m"
    cells = cell_outlines(raster, rows, columns, source_crs, equal_area)
    return np.asarray(shapely.area(cells), dtype=float)
