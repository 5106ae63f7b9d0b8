"""Residents and jobs from rasters, points and polygons."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from geoplan.core.errors import CRSError, ParameterError, SourceError
from geoplan.core.record import load_record
from geoplan.layers.kinds.population import load_jobs, load_population
from geoplan.layers.readers.source import LayerSource

STUDY = "EPSG:4547"


@pytest.fixture
def raster(tmp_path):
    path = tmp_path / "people.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=2, width=2, count=1, dtype="float32", crs="EPSG:4326",
        transform=Affine(0.01, 0, 114, 0, -0.01, 22.6),
    ) as file:  # fmt: skip
        file.write(np.array([[1.5, 0], [2, 4]], dtype="float32"), 1)
    return path


def homes(**columns):
    points = gpd.points_from_xy([114.1, 114.2], [22.5, 22.6], crs="EPSG:4326")
    return gpd.GeoDataFrame(columns, geometry=points)


@pytest.mark.parametrize(("load", "column"), [(load_population, "population"), (load_jobs, "jobs")])
def test_a_raster_becomes_polygons_with_a_record(raster, load, column):
    layer = load(raster, crs=STUDY, unit="count")
    assert layer[column].tolist() == [1.5, 2, 4]
    assert layer["unit_id"].tolist() == ["r0c0", "r1c0", "r1c1"]
    record = load_record(layer)
    assert (record.kind, record.format, record.rows_read, record.rows_kept) == (
        column, "GTiff", 4, 3,
    )  # fmt: skip
    assert (record.source_crs, record.source_crs_from, record.study_crs) == (
        "EPSG:4326", "file", STUDY,
    )  # fmt: skip


def test_a_layer_source_can_state_everything(raster):
    source = LayerSource(raster, crs="EPSG:4490", unit="count", as_of="2020", source="census")
    record = load_record(load_population(source, crs=STUDY))
    assert (record.source_crs, record.source_crs_from) == ("EPSG:4490", "declared")
    assert (record.as_of, record.source, len(record.sha256[0])) == ("2020", "census", 64)


def test_points_keep_their_persons():
    layer = load_population(
        homes(residents=[120, 80]), crs=STUDY, columns={"population": "residents"}
    )
    assert layer["population"].tolist() == [120.0, 80.0]
    assert layer.crs == STUDY


def test_a_value_column_is_the_amount(tmp_path):
    path = tmp_path / "work.gpkg"
    homes(places=[7, 9]).to_file(path)
    assert load_jobs(LayerSource(path, value="places"), crs=STUDY)["jobs"].tolist() == [7.0, 9.0]


def test_a_unit_for_points_is_refused():
    with pytest.raises(ParameterError, match="`population` is not a raster"):
        load_population(homes(population=[1, 2]), crs=STUDY, unit="count")


def test_a_study_crs_in_degrees_is_refused(raster):
    with pytest.raises(CRSError, match="need a projected CRS"):
        load_population(raster, crs="EPSG:4326", unit="count")


def write(path, values, *, transform, **more):
    values = np.asarray(values)
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype=values.dtype, crs="EPSG:4547", transform=transform, **more,
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path


def squares(cell_m, west=500_000.0):
    return Affine(cell_m, 0, west, 0, -cell_m, 2_500_000)


def test_tiles_are_one_raster_of_people(tmp_path):
    west = write(tmp_path / "w.tif", np.array([[1.0, 2.0]]), transform=squares(1000))
    east = write(tmp_path / "e.tif", np.array([[4.0, 8.0]]), transform=squares(1000, 502_000.0))
    layer = load_population([west, east], crs=STUDY, unit="count")
    assert layer["population"].tolist() == [1, 2, 4, 8]
    assert layer.total_bounds[[0, 2]].tolist() == [500_000, 504_000]
    assert len(load_record(layer).sha256) == 2


def test_tiles_of_a_raster_give_what_the_raster_gives(tmp_path):
    rng = np.random.default_rng(7)
    values = rng.random((30, 40)).astype("float32") * 50
    values[rng.random((30, 40)) < 0.3] = -3.4028230607370965e38
    nodata = -3.4028230607370965e38
    whole = write(tmp_path / "whole.tif", values, transform=squares(100), nodata=nodata)
    paths = [
        write(
            tmp_path / f"t{row}_{column}.tif",
            values[row : row + 15, column : column + 20],
            transform=squares(100) @ Affine.translation(column, row),
            nodata=nodata,
        )
        for row in (0, 15)
        for column in (0, 20)
    ]
    one = load_population(whole, crs=STUDY, unit="count")
    four = load_population(paths, crs=STUDY, unit="count")
    assert four["unit_id"].tolist() == one["unit_id"].tolist()
    assert four["population"].tolist() == one["population"].tolist()
    assert four.geometry.geom_equals(one.geometry).all()
    assert load_record(four).notices == load_record(one).notices


def test_a_window_reads_the_cells_of_the_whole_and_no_others(tmp_path):
    values = np.arange(1.0, 1201).reshape(30, 40) / 100
    path = write(tmp_path / "p.tif", values, transform=squares(100))
    bounds = (501_000, 2_498_000, 502_000, 2_499_000)
    whole = load_population(path, crs=STUDY, unit="count")
    part = load_population(path, crs=STUDY, unit="count", bounds=bounds)
    inside = whole[whole.intersects(shapely.box(*bounds))]
    assert set(inside["unit_id"]) <= set(part["unit_id"])
    merged = part.merge(whole, on="unit_id")
    assert merged["population_x"].tolist() == merged["population_y"].tolist()
    assert len(part) < 200


def test_a_raster_beside_a_table_is_refused(raster, tmp_path):
    with pytest.raises(SourceError, match=r"and .*homes\.csv, which is none"):
        load_population([raster, tmp_path / "homes.csv"], crs=STUDY, unit="count")


def test_densities_taken_for_counts_are_asked_about_with_both_totals(tmp_path):
    path = write(tmp_path / "p.tif", np.full((20, 20), 15_000.0), transform=squares(100))
    with pytest.raises(ParameterError, match="6,000,000 as counts, to 60,000 as densities"):
        load_population(path, crs=STUDY, unit="count")
    layer = load_population(path, crs=STUDY, unit="per_km2")
    assert layer["population"].sum() == pytest.approx(60_000, rel=1e-3)


def test_counts_of_large_cells_taken_for_densities_are_asked_about(tmp_path):
    path = write(tmp_path / "p.tif", np.full((10, 10), 500_000.0), transform=squares(20_000))
    with pytest.raises(ParameterError, match="Is it unit='count'"):
        load_population(path, crs=STUDY, unit="per_km2")


def test_a_tower_in_a_fine_cell_is_no_mistake(tmp_path):
    path = write(tmp_path / "p.tif", np.full((20, 20), 100.0), transform=squares(10))
    assert load_population(path, crs=STUDY, unit="count")["population"].sum() == 40_000


def test_a_density_beside_cells_without_data_is_told(tmp_path):
    values = np.array([[-1.0, 100, 100], [100, 100, 100]])
    path = write(tmp_path / "p.tif", values, transform=squares(1000), nodata=-1)
    record = load_record(load_population(path, crs=STUDY, unit="per_km2"))
    (told,) = (one for one in record.notices if one.code == "density_beside_no_data")
    assert (told.count, told.total) == (2, 5)
    assert told.values["amount"] == pytest.approx(200, rel=1e-3)


@pytest.mark.parametrize(("name", "told"), [("dens_2020.tif", 1), ("count_2020.tif", 0)])
def test_a_unit_against_the_name_of_the_file_is_told(tmp_path, name, told):
    path = write(tmp_path / f"pop_{name}", np.array([[1.0, 2.0]]), transform=squares(1000))
    record = load_record(load_population(path, crs=STUDY, unit="count"))
    assert sum(one.code == "unit_against_name" for one in record.notices) == told


@pytest.mark.real
def test_sao_miguel_keeps_its_people(real_data):
    layer = load_population(
        real_data / "saomiguel" / "gpw_v411_2020_count_2020.tif", crs="EPSG:32626", unit="count"
    )
    assert layer["population"].sum() == pytest.approx(145_602.96512763167, rel=1e-12)
    towns = gpd.read_file(real_data / "saomiguel" / "concelhos.gpkg").to_crs("EPSG:32626")
    land = shapely.union_all(towns.geometry)
    inside = shapely.intersection(layer.geometry.to_numpy(), land)
    share = 1 - (layer["population"] * shapely.area(inside) / layer.area).sum() / 145_602.965
    assert share == pytest.approx(0.0944, abs=5e-4)  # the people of coastal cells, by area


@pytest.mark.real
def test_the_density_of_sao_miguel_is_per_km2_of_land_and_so_too_many_on_the_coast(real_data):
    folder = real_data / "saomiguel"
    layer = load_population(
        folder / "gpw_v411_2020_density_2020.tif", crs="EPSG:32626", unit="per_km2"
    )
    counts = load_population(
        folder / "gpw_v411_2020_count_2020.tif", crs="EPSG:32626", unit="count"
    )
    with rasterio.open(folder / "gpw_v411_2020_land_area_2020.tif") as file:
        land_km2 = file.read(1)
    rows, columns = layer["unit_id"].str.extract(r"r(\d+)c(\d+)").astype(int).to_numpy().T
    inland = land_km2[rows, columns] > 0.675
    merged = layer[inland].merge(counts, on="unit_id")
    assert merged["population_x"].to_numpy() == pytest.approx(merged["population_y"], rel=0.02)
    assert layer["population"].sum() > 1.3 * counts["population"].sum()
