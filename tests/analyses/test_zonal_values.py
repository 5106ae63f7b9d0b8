"""Sums and means of a raster's numbers in each zone."""

from dataclasses import replace
from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rasterio import Affine

from geoplan.analyses.cells.zonal_values import zonal_values
from geoplan.core.errors import CRSError
from geoplan.layers.rasters.grid import open_grid
from geoplan.layers.rasters.made_grid import array_grid

RASTERS = run_path(str(Path(__file__).with_name("cell_rasters.py")))
grid_of, zones_of, overlaid, partitions, random_zones = (
    RASTERS[name] for name in ("grid_of", "zones_of", "overlaid", "partitions", "random_zones")
)
NINE = grid_of(np.arange(9).reshape(3, 3))


def rasters(elements, dtype):
    values = st.lists(elements, min_size=100, max_size=100)
    return values.map(lambda cells: np.array(cells, dtype=dtype).reshape(10, 10))


integers = rasters(st.integers(-1000, 1000), np.int32)
floats = rasters(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), np.float64)


def test_nine_cells_are_added_up_as_with_a_pencil():
    found = zonal_values(NINE, zones_of(shapely.box(5, 5, 25, 25), shapely.box(0, 0, 30, 10)))
    # 0/4 + 1/2 + 2/4 + 3/2 + 4 + 5/2 + 6/4 + 7/2 + 8/4, on 4 cells; then 6 + 7 + 8.
    assert found.total.tolist() == [16.0, 21.0]
    assert found.mean.tolist() == [4.0, 7.0]
    assert found.valid_m2.tolist() == [400.0, 300.0]


def test_missing_cells_count_neither_in_the_total_nor_in_the_mean():
    grid = grid_of(np.array([[10, -1, 30]], dtype=np.int16), nodata=-1)
    found = zonal_values(grid, zones_of(shapely.box(0, 0, 25, 10), shapely.box(10, 0, 20, 10)))
    assert found.total.tolist() == [25.0, 0.0]
    assert found.mean.tolist() == pytest.approx([25 / 1.5, np.nan], nan_ok=True)
    assert found.table.loc[
        :, ["cells", "valid_m2", "nodata_m2", "zone_m2"]
    ].to_numpy().tolist() == [
        [1.5, 150.0, 100.0, 250.0],
        [0.0, 0.0, 100.0, 100.0],
    ]


def test_area_beyond_the_raster_is_reported():
    found = zonal_values(
        NINE, zones_of(shapely.box(20, -10, 40, 10), shapely.box(99, 99, 109, 109))
    )
    assert found.outside_m2.tolist() == pytest.approx([300.0, 100.0])
    assert found.total.tolist() == [8.0, 0.0]


def test_scale_and_offset_are_applied():
    grid = replace(NINE, scale=0.5, offset=100.0)
    found = zonal_values(grid, zones_of(shapely.box(0, 0, 30, 30), shapely.box(0, 20, 5, 30)))
    assert found.total.tolist() == [36 / 2 + 900, 50.0]
    assert found.mean.tolist() == [102.0, 100.0]


def test_whole_cells_of_integers_are_added_exactly():
    # Beside one cell of 2**31 - 1 a float of 32 bits would lose the others.
    values = np.ones((200, 200), dtype=np.int32)
    values[0, 0] = 2**31 - 1
    found = zonal_values(grid_of(values), zones_of(shapely.box(0, 0, 2000, 2000)))
    assert found.total.item() == 2**31 - 1 + 39_999


def test_a_run_of_small_floats_is_not_lost_beside_large_ones():
    values = np.array([[1e16, 1.0, 1.0, 1e16], [0.1, 0.1, 0.1, 0.1]])
    found = zonal_values(grid_of(values), zones_of(shapely.box(10, 10, 30, 20)))
    assert found.total.item() == 2.0


@given(integers, random_zones())
def test_totals_of_integers_are_those_of_cutting_every_cell(values, zones):
    found = zonal_values(grid_of(values, nodata=7), zones)
    parts = overlaid(grid_of(values), zones) * (values != 7)
    assert found.total == pytest.approx((parts * values).sum(axis=(1, 2)), abs=1e-8)
    assert found.cells == pytest.approx(parts.sum(axis=(1, 2)), abs=1e-11)


@given(floats, random_zones())
def test_totals_of_floats_are_those_of_cutting_every_cell(values, zones):
    found = zonal_values(grid_of(values), zones)
    parts = overlaid(grid_of(values), zones)
    held = ~np.isnan(values)
    expected = (parts * np.where(held, values, 0)).sum(axis=(1, 2))
    assert found.total == pytest.approx(expected, abs=1e-6)
    assert found.nodata_m2 == pytest.approx((parts * ~held).sum(axis=(1, 2)) * 100, abs=1e-9)


@given(integers, partitions())
def test_zones_that_divide_a_square_add_up_to_its_total(values, zones):
    found = zonal_values(grid_of(values), zones)
    assert found.total.sum() == pytest.approx(values.sum(), abs=1e-8)


@given(floats, random_zones(), st.floats(1e-6, 1e-2), st.integers(1, 3))
def test_how_much_memory_there_is_does_not_matter(values, zones, max_memory_mb, threads):
    grid = grid_of(np.abs(values))
    once = zonal_values(grid, zones)
    parts = zonal_values(grid, zones, max_memory_mb=max_memory_mb, threads=threads)
    assert parts.total == pytest.approx(once.total, rel=1e-12)
    assert parts.cells == pytest.approx(once.cells, rel=1e-12)


def test_in_degrees_a_mean_weighs_cells_by_their_true_area():
    values = np.repeat(np.arange(20.0), 20).reshape(20, 20)
    grid = array_grid(values, transform=(1, 0, 0, 0, -1, 80), crs="EPSG:4326")
    found = zonal_values(grid, zones_of(shapely.box(0, 60, 20, 80), crs="EPSG:4326"))
    area = grid.cell_area_m2()
    assert found.mean.item() == pytest.approx(area @ np.arange(20) / area.sum(), rel=1e-13)
    assert found.valid_m2.item() == pytest.approx(area.sum() * 20, rel=1e-13)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32", "float64"])
def test_exactextract_finds_the_same(tmp_path, dtype):
    from exactextract import exact_extract

    random = np.random.default_rng(3)
    values = random.integers(0, 120, (300, 400)).astype(dtype)
    path = tmp_path / "values.tif"
    profile = {
        "driver": "GTiff", "height": 300, "width": 400, "count": 1, "dtype": dtype,
        "crs": "EPSG:4547", "transform": Affine(10, 0, 5e5, 0, -10, 2.5e6), "nodata": 3,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(values, 1)
    at = random.random((30, 2)) * [4000, 3000] + [5e5, 2.497e6]
    zones = zones_of(*shapely.buffer(shapely.points(at), random.random(30) * 400 + 5))
    theirs = exact_extract(str(path), zones, ["sum", "mean", "count"], output="pandas")
    found = zonal_values(open_grid(path), zones, max_memory_mb=1)
    # exactextract keeps the part of a cell in 32 bits: what a small zone shows.
    assert found.total == pytest.approx(theirs["sum"].to_numpy(), rel=1e-7)
    assert found.mean == pytest.approx(theirs["mean"].to_numpy(), rel=1e-7)
    assert found.cells == pytest.approx(theirs["count"].to_numpy(), rel=1e-7)


def test_zones_must_say_in_which_crs_they_are():
    with pytest.raises(CRSError, match="no CRS"):
        zonal_values(NINE, zones_of(shapely.box(0, 0, 1, 1), crs=None))


@pytest.mark.real
def test_sao_miguel_loses_a_tenth_of_its_people_to_coastal_cells(real_data):
    folder = real_data / "saomiguel"
    zones = gpd.read_file(folder / "concelhos.gpkg")
    found = zonal_values(open_grid(folder / "gpw_v411_2020_count_2020.tif"), zones)
    lost = 1 - found.total.sum() / 145_602.97
    assert lost == pytest.approx(0.094, abs=0.002)
