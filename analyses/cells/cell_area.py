"""Area of the cells of a raster, measured as the areas of polygons are."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoplan.core.local_scale import local_factors
from geoplan.core.true_size import TrueSize, current

if TYPE_CHECKING:
    from pyproj import CRS

    from geoplan.layers.rasters.grid import RasterGrid

Floats = npt.NDArray[np.float64]

_NODES = 9


def true_cell_area_m2(grid: "RasterGrid", rows: npt.ArrayLike | None = None) -> Floats:
    """
    Give the area of a cell of each row, on the ellipsoid or in the plane of the study CRS.

    Parameters
    ----------
    grid : RasterGrid
        The raster.
    rows : array_like of int, optional
        Rows, from 0; also ones beyond the raster. All of the raster's by default.

    Returns
    -------
    numpy.ndarray of float
        m², as `geoplan.core.true_size.true_area_m2` measures in the analysis that runs; outside
        one, as `RasterGrid.cell_area_m2` has it.

    Notes
    -----
    The factor between plane and ellipsoid is taken at the row and at the middle of the districts.
    Across a city of 30 km that leaves 1e-4 at the edge of a 3-degree zone and 1e-5 near its middle,
    the same for every class of a row and however districts are cut.
    """
    area, size = grid.cell_area_m2(rows), current()
    if size is None or size.reason or not area.size:
        return area
    crs = grid.area_crs()
    in_degrees = crs.is_geographic or grid.is_web_mercator()
    if in_degrees and size.areas == "ellipsoid":
        return area
    if not in_degrees and size.areas == "plane" and crs.equals(size.crs, ignore_axis_order=True):
        return area
    _, _, _, _, e, f = grid.transform
    index = np.arange(grid.height) if rows is None else np.asarray(rows)
    y = np.asarray(f + e * (index + 0.5), dtype=np.float64)
    return np.asarray(area * _factor(crs, size, y, in_degrees=in_degrees))


def _factor(crs: "CRS", size: TrueSize, y: Floats, *, in_degrees: bool) -> Floats:
    """Fit the factor along the column through the middle of the districts."""
    from pyproj import Transformer

    corners = size.middle + np.array([[0, 0], [-1, -1], [-1, 1], [1, -1], [1, 1]]) * size.half
    there = Transformer.from_crs(size.crs, crs, always_xy=True)
    xs, ys = there.transform(*corners.T)
    low, high = np.min(ys), np.max(ys)
    side = np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES)
    column = np.column_stack([np.full(_NODES, xs[0]), (low + high) / 2 + side * (high - low) / 2])
    factor = np.ones(_NODES)
    if not in_degrees:
        found = local_factors(crs, column)
        factor = factor if found.reason else factor * found.ground_per_plane
    if size.areas == "plane":
        back = there.transform(column[:, 0], column[:, 1], direction="INVERSE")
        found = local_factors(size.crs, np.column_stack(back))
        factor = factor if found.reason else factor / found.ground_per_plane
    fitted = np.polynomial.Chebyshev.fit(column[:, 1], factor, _NODES - 3, domain=[low, high])
    along = np.asarray(fitted(np.clip(y, low, high)), dtype=np.float64)
    return np.ones_like(along) if np.abs(factor - 1).max() < 1e-10 else along
