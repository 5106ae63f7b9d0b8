"""The part of each cell inside each zone."""

from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.cells.edges import CHORD_CELLS, zone_edges
from geoplan.analyses.cells.fractions import cell_fractions
from geoplan.core.errors import CRSError, ParameterError
from geoplan.layers.rasters.made_grid import array_grid

RASTERS = run_path(str(Path(__file__).with_name("cell_rasters.py")))
grid_of, zones_of, overlaid, spread, partitions, random_zones = (
    RASTERS[name]
    for name in ("grid_of", "zones_of", "overlaid", "spread", "partitions", "random_zones")
)
THREE = grid_of(np.zeros((3, 3)))
TEN = grid_of(np.zeros((10, 10)))


def parts_of(*geometries, grid=THREE):
    zones = zones_of(*geometries)
    return spread(cell_fractions(zones, grid), grid, zones)


BY_HAND = {
    # Rows run from the top: y = 30 down to y = 0.
    "the whole raster": (shapely.box(0, 0, 30, 30), [[1, 1, 1], [1, 1, 1], [1, 1, 1]]),
    "the middle cell": (shapely.box(10, 10, 20, 20), [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    "a quarter of each of four": (
        shapely.box(5, 5, 15, 15),
        [[0, 0, 0], [0.25, 0.25, 0], [0.25, 0.25, 0]],
    ),
    "all but a rim of half a cell": (
        shapely.box(5, 5, 25, 25),
        [[0.25, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 0.25]],
    ),
    "a triangle over the diagonal": (
        shapely.Polygon([(0, 0), (30, 0), (0, 30)]),
        [[0.5, 0, 0], [1, 0.5, 0], [1, 1, 0.5]],
    ),
    "a hole of one cell": (
        shapely.box(0, 0, 30, 30) - shapely.box(10, 10, 20, 20),
        [[1, 1, 1], [1, 0, 1], [1, 1, 1]],
    ),
    "a hole of half a cell": (
        shapely.box(0, 0, 30, 30) - shapely.box(10, 10, 15, 20),
        [[1, 1, 1], [1, 0.5, 1], [1, 1, 1]],
    ),
    "smaller than a cell": (shapely.box(12, 12, 17, 14), [[0, 0, 0], [0, 0.1, 0], [0, 0, 0]]),
    "a strip along a row": (
        shapely.box(0, 12, 30, 15),
        [[0, 0, 0], [0.3, 0.3, 0.3], [0, 0, 0]],
    ),
    "beyond every side": (
        shapely.box(-1e3, -1e3, 1e3, 1e3),
        [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
    ),
    "half beyond the left": (
        shapely.box(-15, 10, 5, 20),
        [[0, 0, 0], [0.5, 0, 0], [0, 0, 0]],
    ),
    "wholly beyond": (shapely.box(50, 0, 80, 30), [[0, 0, 0], [0, 0, 0], [0, 0, 0]]),
    "touching from outside": (shapely.box(30, 0, 60, 30), [[0, 0, 0], [0, 0, 0], [0, 0, 0]]),
    "two parts that meet in a corner": (
        shapely.MultiPolygon([shapely.box(0, 20, 10, 30), shapely.box(10, 10, 20, 20)]),
        [[1, 0, 0], [0, 1, 0], [0, 0, 0]],
    ),
    "a diamond through cell corners": (
        shapely.Polygon([(10, 0), (20, 10), (10, 20), (0, 10)]),
        [[0, 0, 0], [0.5, 0.5, 0], [0.5, 0.5, 0]],
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_nine_cells_have_the_parts_that_a_pencil_gives_them(name):
    zone, expected = BY_HAND[name]
    assert parts_of(zone)[0].tolist() == pytest.approx(np.array(expected), abs=1e-13)


def test_cells_wholly_inside_come_as_runs_with_a_part_of_exactly_one():
    found = cell_fractions(zones_of(shapely.box(3.3, 0, 96.7, 100)), TEN)
    assert set(found.run_fraction) == {1.0}
    assert (found.run_stop - found.run_start).tolist() == [8] * 10


def test_the_direction_in_which_rings_were_drawn_does_not_matter():
    zone = shapely.box(1, 2, 28, 27) - shapely.box(7, 8, 14, 15)
    assert (parts_of(zone) == parts_of(shapely.reverse(zone))).all()


def test_empty_and_missing_zones_have_no_cells():
    zones = gpd.GeoDataFrame(geometry=[shapely.Polygon(), None], crs="EPSG:4547")
    found = cell_fractions(zones, THREE)
    assert (found.zone.size, found.run_zone.size) == (0, 0)


def test_a_sliver_of_a_millimetre_keeps_its_area():
    zone = shapely.Polygon([(0, 0), (30, 29.999), (30, 30)])
    assert parts_of(zone).sum() * 100 == pytest.approx(zone.area, abs=1e-11)


@given(random_zones())
def test_parts_are_those_of_cutting_every_cell_by_every_zone(zones):
    found = spread(cell_fractions(zones, TEN), TEN, zones)
    assert np.abs(found - overlaid(TEN, zones)).max() < 1e-12


@given(partitions())
def test_zones_that_divide_a_square_divide_every_cell(zones):
    found = spread(cell_fractions(zones, TEN), TEN, zones)
    assert np.abs(found.sum(axis=0) - 1).max() < 1e-12


@given(random_zones(), st.integers(1, 9))
def test_a_band_of_rows_has_the_same_numbers_to_the_last_bit(zones, cut):
    whole = spread(cell_fractions(zones, TEN), TEN, zones)
    bands = [cell_fractions(zones, TEN, rows=rows) for rows in ((0, cut), (cut, 10))]
    assert (sum(spread(band, TEN, zones) for band in bands) == whole).all()


@given(random_zones())
def test_a_raster_that_runs_south_up_has_the_same_parts_upside_down(zones):
    upside = array_grid(np.zeros((10, 10)), transform=(10, 0, 0, 0, 10, 0), crs="EPSG:4547")
    found = spread(cell_fractions(zones, upside), upside, zones)
    assert np.abs(found - spread(cell_fractions(zones, TEN), TEN, zones)[:, ::-1]).max() < 1e-12


def test_zones_in_another_crs_are_moved_and_their_edges_bent():
    # A square of 2 degrees in metres: its straight sides are far from straight in degrees.
    grid = array_grid(np.zeros((80, 80)), transform=(0.05, 0, 112, 0, -0.05, 25), crs="EPSG:4326")
    square = shapely.box(4.0e5, 2.4e6, 6e5, 2.6e6)
    zones = zones_of(square)
    fine = zones_of(shapely.segmentize(square, 100)).to_crs("EPSG:4326")
    found, expected = (spread(cell_fractions(z, grid), grid, z) for z in (zones, fine))
    coarse = spread(cell_fractions(zones.to_crs("EPSG:4326"), grid), grid, zones)
    assert np.abs(found - expected).max() < CHORD_CELLS * 1.5
    assert np.abs(coarse - expected).max() > 0.01


def test_neighbours_in_another_crs_keep_their_common_border():
    grid = array_grid(np.zeros((80, 80)), transform=(0.05, 0, 112, 0, -0.05, 25), crs="EPSG:4326")
    zones = zones_of(shapely.box(4.0e5, 2.4e6, 5e5, 2.6e6), shapely.box(5e5, 2.4e6, 6e5, 2.6e6))
    both = zones_of(
        shapely.Polygon(
            [(4e5, 2.4e6), (5e5, 2.4e6), (6e5, 2.4e6), (6e5, 2.6e6), (5e5, 2.6e6), (4e5, 2.6e6)]
        )
    )
    parts = spread(cell_fractions(zones, grid), grid, zones).sum(axis=0)
    assert np.abs(parts - spread(cell_fractions(both, grid), grid, both)[0]).max() < 1e-11


def test_a_raster_in_a_shifted_datum_moves_the_zones_by_the_shift():
    # GCJ-02 lies some 570 m off here; a cell is about 10 m.
    grid = array_grid(
        np.zeros((300, 300)), transform=(1e-4, 0, 114.0, 0, -1e-4, 22.56), crs="GCJ-02"
    )
    zone = gpd.GeoDataFrame(geometry=[shapely.Point(114.01, 22.545).buffer(5e-4)], crs="EPSG:4326")
    found = cell_fractions(zone, grid)
    middle = grid.transform[2] + 1e-4 * np.average(found.column + 0.5, weights=found.fraction)
    assert 400 < (middle - 114.01) * 111_320 * np.cos(np.radians(22.5)) < 600


def test_level_edges_are_left_out_of_what_is_accumulated():
    edges = zone_edges(zones_of(shapely.box(1, 1, 9, 9)), THREE)
    assert edges.zone.size == 2


def test_points_are_refused():
    with pytest.raises(ParameterError, match="row 1 is a Point"):
        cell_fractions(zones_of(shapely.box(0, 0, 1, 1), shapely.Point(0, 0)), THREE)


@pytest.mark.parametrize(
    "zone",
    [
        shapely.Polygon([(0, 0), (30, 30), (30, 0), (0, 30)]),
        shapely.MultiPolygon([shapely.box(0, 0, 20, 20), shapely.box(10, 10, 30, 30)]),
    ],
)
def test_a_zone_that_covers_a_place_twice_or_crosses_itself_is_refused(zone):
    with pytest.raises(ParameterError, match="row 1 covers a place twice"):
        parts_of(shapely.box(0, 0, 5, 5), zone)


def test_zones_without_a_crs_are_refused():
    with pytest.raises(CRSError, match="no CRS"):
        cell_fractions(zones_of(shapely.box(0, 0, 1, 1), crs=None), THREE)


def test_zones_with_no_place_in_the_crs_of_the_raster_are_refused():
    far = zones_of(shapely.box(117, 95, 118, 96), crs="EPSG:4326")
    with pytest.raises(CRSError, match="no place in the CRS"):
        cell_fractions(far, THREE)
