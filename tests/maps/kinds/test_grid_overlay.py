"""Pictures of grids put every class where it belongs, in few bytes."""

import io

import geopandas as gpd
import matplotlib.image
import numpy as np
import pytest
import shapely
from pyproj import Transformer

from geoplan.core.errors import CRSError, ParameterError
from geoplan.maps.page.grid_overlay import overlay, picture_of, picture_of_grid, png
from geoplan.maps.page.grids import grid_of

CRS = "EPSG:4547"
COLORS = ("#fee5d9", "#cb181d")


def _cells(columns, rows, cell=100.0):
    column, row = np.meshgrid(np.arange(columns), np.arange(rows))
    x, y = 500_000 + column.ravel() * cell, 2_500_000 + row.ravel() * cell
    return gpd.GeoDataFrame(geometry=shapely.box(x, y, x + cell, y + cell), crs=CRS)


def _read(picture, layer):
    """Class under the middle of each polygon, read back from the picture; -1 where nothing is."""
    south, west, north, east = picture.bounds_deg
    to_web = Transformer.from_crs(4326, 3857, always_xy=True)
    (left, right), (low, high) = to_web.transform([west, east], [south, north])
    middle = layer.geometry.centroid.to_crs(3857)
    rows, columns = picture.index.shape
    column = ((middle.x - left) / (right - left) * columns).astype(int)
    row = ((high - middle.y) / (high - low) * rows).astype(int)
    return picture.index[row, column].astype(int) - 1


def test_every_cell_of_a_grid_shows_its_class():
    cells = _cells(30, 20)
    classes = np.random.default_rng(0).integers(-1, 2, len(cells))
    grid = grid_of(cells)
    by_cell = np.full(grid.shape[0] * grid.shape[1], -1)
    by_cell[grid.cell] = classes
    assert (_read(picture_of_grid(grid, by_cell), cells) == classes).all()


def test_every_other_polygon_shows_its_class():
    cells = _cells(12, 9)
    turned = cells.set_geometry(cells.rotate(30, origin=(500_000, 2_500_000)))
    classes = np.random.default_rng(0).integers(-1, 2, len(turned))
    assert (_read(picture_of(turned, classes), turned) == classes).all()


def test_both_ways_draw_the_same():
    cells = _cells(16, 16)
    classes = np.arange(len(cells)) % 3
    grid = grid_of(cells)
    by_cell = np.empty(len(cells), dtype=int)
    by_cell[grid.cell] = classes
    assert (_read(picture_of_grid(grid, by_cell), cells) == classes).all()
    assert (_read(picture_of(cells, classes), cells) == classes).all()


def test_a_png_has_the_colours_of_the_palette_and_nothing_where_nothing_is():
    picture = matplotlib.image.imread(
        io.BytesIO(png(np.array([[0, 1], [2, 0]], np.uint8), COLORS)), format="png"
    )
    seen = (picture * 255).round().astype(int)
    assert seen[0, 1].tolist() == [0xFE, 0xE5, 0xD9, 255]
    assert seen[1, 0].tolist() == [0xCB, 0x18, 0x1D, 255]
    assert seen[0, 0, 3] == seen[1, 1, 3] == 0


def test_two_hundred_thousand_cells_take_less_than_a_megabyte():
    cells = _cells(500, 400)
    grid = grid_of(cells)
    # A city: dense in the middle, in patches.
    distance = np.hypot(*(np.indices(grid.shape) - np.array(grid.shape)[:, None, None] / 2))
    noise = np.random.default_rng(0).normal(0, 12, grid.shape)
    classes = np.clip((180 - distance + noise) // 45, -1, 3).astype(int).ravel()
    layer = overlay(picture_of_grid(grid, classes), ("#111111",) * 4, pane="gp-over")
    assert len(layer.url) < 1_000_000


def test_the_picture_stands_inside_the_page():
    grid = grid_of(_cells(4, 4))
    layer = overlay(picture_of_grid(grid, np.zeros(16)), COLORS, pane="gp-over")
    assert layer.url.startswith("data:image/png;base64,")


def test_nothing_to_draw_is_refused():
    with pytest.raises(ParameterError, match="nothing to draw"):
        picture_of(_cells(2, 2), [-1] * 4)


def test_too_many_classes_are_refused():
    with pytest.raises(ParameterError, match="254"):
        picture_of_grid(grid_of(_cells(2, 2)), [254] * 4)


def test_degrees_are_refused():
    with pytest.raises(CRSError, match="degree"):
        picture_of(_cells(2, 2).to_crs(4326), [0] * 4)
