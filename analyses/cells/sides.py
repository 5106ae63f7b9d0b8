"""Lengths of the sides of a raster's cells, in metres on the ground."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoplan.core.local_scale import local_factors
from geoplan.core.true_size import TrueSize, current

if TYPE_CHECKING:
    from pyproj import CRS

    from geoplan.layers.rasters.grid import RasterGrid

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
        of its left and right sides, in m: on the ellipsoid or in the plane of the study CRS, as
        `geoplan.analyses.cells.cell_area.true_cell_area_m2` has areas; outside an analysis on the
        ellipsoid for cells in degrees and of Web Mercator, else in their own plane.
    """
    a, _, _, _, e, f = grid.transform
    crs, size = grid.area_crs(), current()
    unit = float(crs.axis_info[0].unit_conversion_factor) if crs.axis_info else 1.0
    top, below = f + e * rows.astype(float), f + e * (rows + 1.0)
    geod = crs.get_geod()
    in_degrees = geod is not None and (crs.is_geographic or grid.is_web_mercator())
    if geod is not None and crs.is_geographic:
        near, far, wide = (np.degrees(value * unit) for value in (top, below, abs(a)))
    elif geod is not None and in_degrees:
        near, far = (np.degrees(np.arctan(np.sinh(y / geod.a))) for y in (top, below))
        wide = np.degrees(abs(a) / geod.a)
    if geod is not None and in_degrees:
        west, east = np.zeros(rows.shape), np.full(rows.shape, wide)
        across = np.asarray(geod.inv(west, near, east, near)[2])
        down = np.asarray(geod.inv(west, near, west, far)[2])
    else:
        across, down = (np.full(rows.shape, abs(one) * unit) for one in (a, e))
    if size is None or size.reason:
        return across, down
    wider, longer = _factors(crs, size, (top + below) / 2, in_degrees=in_degrees)
    return across * wider, down * longer


def _factors(crs: "CRS", size: TrueSize, y: Floats, *, in_degrees: bool) -> tuple[Floats, Floats]:
    """Give what sides of rows are longer in the measure asked for, below the districts' middle."""
    from pyproj import Transformer

    ones = np.ones(y.shape)
    if in_degrees if size.areas == "ellipsoid" else crs.equals(size.crs, ignore_axis_order=True):
        return ones, ones
    there = Transformer.from_crs(size.crs, crs, always_xy=True)
    x = np.full(y.shape, there.transform(*size.middle)[0])
    across, down = ones, ones
    if not in_degrees:
        found = local_factors(crs, np.column_stack([x, y]))
        if not found.reason:
            across, down = np.sqrt(found.metric[:, 0]), np.sqrt(found.metric[:, 2])
    if size.areas == "plane":
        back = there.transform(x, y, direction="INVERSE")
        found = local_factors(size.crs, np.column_stack(back))
        if not found.reason:
            scale = 1 / np.sqrt(found.ground_per_plane)
            across, down = across * scale, down * scale
    return across, down
