"""Regular grids among polygons: population rasters arrive as cells, some cut by district lines."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

_MOST_CELLS = 50_000_000
_LEAST_WHOLE = 0.5


@dataclass(frozen=True)
class Grid:
    """
    A regular grid parallel to the axes of its CRS, and the cell of every row of a layer.

    Parameters
    ----------
    west_m, south_m : float
        Lower left corner.
    cell_m : tuple of float
        Width and height of a cell.
    shape : tuple of int
        Columns and rows.
    cell : ndarray of int, n values
        Position ``column * rows + row`` of the cell of each row of the layer.
    crs : object
        CRS of the layer.
    """

    west_m: float
    south_m: float
    cell_m: tuple[float, float]
    shape: tuple[int, int]
    cell: "NDArray[np.int64]"
    crs: object

    @property
    def size_m(self) -> float:
        """Edge of a square as large as a cell."""
        return math.sqrt(self.cell_m[0] * self.cell_m[1])

    def sums(self, values: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """Add the values of the rows up per cell; NaN where a cell has no row."""
        size = self.shape[0] * self.shape[1]
        total = np.bincount(self.cell, values, size)
        return np.where(np.bincount(self.cell, minlength=size) > 0, total, np.nan)


def grid_of(layer: "GeoDataFrame") -> Grid | None:
    """
    Recognise the cells of one regular grid.

    Parameters
    ----------
    layer : GeoDataFrame, n rows of Polygon or MultiPolygon
        Cells, some of which may have been cut by a border.

    Returns
    -------
    Grid or None
        None unless at least half of the rows are whole cells of one size, aligned with each other
        and with the axes, and every other row lies inside one cell.
    """
    shapes = layer.geometry.to_numpy()
    if not len(shapes) or not (shapely.get_dimensions(shapes) == 2).all():
        return None
    bounds, area = shapely.bounds(shapes), shapely.area(shapes)
    sides = bounds[:, 2:] - bounds[:, :2]
    cell = np.median(sides, axis=0)
    whole = np.isclose(sides, cell, rtol=1e-3).all(axis=1) & np.isclose(
        area, cell.prod(), rtol=2e-3
    )
    if whole.mean() < _LEAST_WHOLE or cell.min() <= 0:
        return None
    corner = bounds[whole, :2].min(axis=0)
    low, high = (bounds[:, :2] - corner) / cell, (bounds[:, 2:] - corner) / cell
    at = np.floor((low + high) / 2).astype(np.int64)
    if (low < at - 1e-2).any() or (high > at + 1 + 1e-2).any():
        return None
    first = at.min(axis=0)
    columns, rows = (int(n) for n in at.max(axis=0) - first + 1)
    if columns * rows > _MOST_CELLS:
        return None
    west, south = corner + first * cell
    index = (at[:, 0] - first[0]) * rows + (at[:, 1] - first[1])
    return Grid(
        float(west),
        float(south),
        (float(cell[0]), float(cell[1])),
        (columns, rows),
        index,
        layer.crs,
    )
