"""Regular grids are recognised among polygons, cut cells included."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.maps.page.grids import grid_of

CRS = "EPSG:4547"


def _cells(columns=4, rows=3, cell=100.0, west=500_000.0, south=2_500_000.0):
    column, row = np.meshgrid(np.arange(columns), np.arange(rows))
    x, y = west + column.ravel() * cell, south + row.ravel() * cell
    return gpd.GeoDataFrame(geometry=shapely.box(x, y, x + cell, y + cell), crs=CRS)


def test_cells_of_a_raster_are_a_grid():
    grid = grid_of(_cells())
    assert (grid.shape, grid.cell_m, grid.size_m) == ((4, 3), (100.0, 100.0), 100.0)
    assert (grid.west_m, grid.south_m) == (500_000.0, 2_500_000.0)
    assert sorted(grid.cell) == list(range(12))


def test_cells_cut_by_a_border_are_put_together_again():
    cells = _cells()
    left = cells.clip(shapely.box(499_000, 2_499_000, 500_230, 2_501_000))
    right = cells.clip(shapely.box(500_230, 2_499_000, 501_000, 2_501_000))
    cut = gpd.GeoDataFrame(geometry=[*left.geometry, *right.geometry], crs=CRS)
    grid = grid_of(cut)
    amounts = shapely.area(cut.geometry.to_numpy())
    assert grid.shape == (4, 3)
    assert grid.sums(amounts) == pytest.approx(np.full(12, 10_000.0))


def test_a_cell_without_a_row_is_unknown_and_not_zero():
    cells = _cells().drop(index=5)
    sums = grid_of(cells).sums(np.zeros(len(cells)))
    assert np.isnan(sums).sum() == 1


def test_a_grid_with_holes_is_still_a_grid():
    assert grid_of(_cells().iloc[[0, 3, 7, 11]]).shape == (4, 3)


@pytest.mark.parametrize(
    "geometry",
    [
        _cells().rotate(20, origin=(500_000, 2_500_000)),
        _cells().geometry.scale(0.4, 0.4),
        gpd.GeoSeries([shapely.Point(1, 2)], crs=CRS),
        gpd.GeoSeries(shapely.box([0, 100, 230], 0, [100, 200, 330], 100), crs=CRS),
        gpd.GeoSeries(shapely.box([0, 1e8], [0, 1e8], [100, 1e8 + 100], [100, 1e8 + 100]), crs=CRS),
        gpd.GeoSeries([], crs=CRS),
    ],
    ids=["rotated", "apart", "points", "off the grid", "too far apart", "empty"],
)
def test_anything_else_is_no_grid(geometry):
    assert grid_of(gpd.GeoDataFrame(geometry=geometry)) is None
