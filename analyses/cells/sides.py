"""Lengths of the sides of a raster's cells, in metres on the ground."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoplan.core.crs import parse_crs
from geoplan.layers.datums import DATUMS

if TYPE_CHECKING:
    from geoplan.layers.grid import RasterGrid

Floats = npt.NDArray[np.float64]


def side_lengths_m(grid: "RasterGrid", rows: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """
    Measure the sides of cells.

    Parameters
    ----------
    grid : RasterGrid
        Where the cells lie.
    rows : numpy.ndarray of int
        Rows, from 0.

    Returns
    -------
    tuple of numpy.ndarray of float
        Length of the upper side of a cell of each row (the lower one is that of the next row), and
        of its left and right sides, in m. On the ellipsoid for cells in degrees and of Web
        Mercator, else in the plane, as areas are (`RasterGrid.cell_area_m2`).
    """
    a, _, _, _, e, f = grid.transform
    if not isinstance(grid.crs, str):
        name = grid.crs.target
    else:
        name = "EPSG:4326" if grid.crs in DATUMS else grid.crs
    crs = parse_crs(name)
    unit = float(crs.axis_info[0].unit_conversion_factor) if crs.axis_info else 1.0
    top, below = f + e * rows.astype(float), f + e * (rows + 1.0)
    geod, operation = crs.get_geod(), crs.coordinate_operation
    if geod is not None and crs.is_geographic:
        near, far, wide = (np.degrees(value * unit) for value in (top, below, abs(a)))
    elif geod is not None and operation is not None and "Pseudo" in operation.method_name:
        near, far = (np.degrees(np.arctan(np.sinh(y / geod.a))) for y in (top, below))
        wide = np.degrees(abs(a) / geod.a)
    else:
        plain = np.ones(rows.shape)
        return plain * abs(a) * unit, plain * abs(e) * unit
    west, east = np.zeros(rows.shape), np.full(rows.shape, wide)
    across = geod.inv(west, near, east, near)[2]
    down = geod.inv(west, near, west, far)[2]
    return np.asarray(across), np.asarray(down)
