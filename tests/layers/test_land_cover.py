"""Rasters of classes and of what is measured: legends, tiles, bad files."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from geoplan.core.errors import (
    CRSError,
    EmptyLayerError,
    GeoplanError,
    ParameterError,
    SchemaError,
    SourceError,
)
from geoplan.core.record import load_record
from geoplan.layers import classify_land, load_land, load_land_cover, load_population, load_surface
from geoplan.layers.rasters.made_grid import array_grid
from geoplan.layers.rasters.tiles import mosaic

STUDY = "EPSG:4547"
X, Y = 500_000.0, 2_500_000.0
CELLS = np.array([[10, 10, 80], [50, 77, 0]], dtype=np.uint8)


def write(path, values, *, crs=STUDY, transform=None, tags=None, **more):
    values = np.asarray(values)
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype=values.dtype, crs=crs, transform=transform or Affine(10, 0, X, 0, -10, Y), **more,
    ) as file:  # fmt: skip
        file.write(values, 1)
        if tags:
            file.scales, file.offsets = tags
    return path


def notices(layer):
    return {notice.code: notice for notice in layer.record.notices}


def test_a_land_cover_reads_positions_of_its_classes(tmp_path):
    cover = load_land_cover(write(tmp_path / "c.tif", CELLS), crs=STUDY, classes="worldcover")
    grid = cover.class_grid()
    assert grid.read_window(0, 2, 0, 3).tolist() == [[0, 0, 7], [4, 11, -1]]
    assert np.isnan(grid.read_values(1, 2, 2, 3)).all()
    assert (grid.dtype, grid.nodata, grid.transform) == ("int16", -1.0, cover.grid.transform)


def test_what_the_legend_does_not_know_is_counted_with_its_area(tmp_path):
    cover = load_land_cover(write(tmp_path / "c.tif", CELLS), crs=STUDY, classes="worldcover")
    told = notices(cover)
    assert (told["classes_unknown"].count, told["classes_unknown"].values["codes"]) == (1, "77")
    assert told["classes_unknown"].values["area_m2"] == pytest.approx(100)
    assert (told["raster_without_data"].count, told["raster_without_data"].total) == (1, 6)
    assert (cover.record.rows_read, cover.record.rows_kept) == (6, 4)
    assert all(notice.text(lang) for notice in told.values() for lang in ("en", "zh"))


def test_only_the_cells_around_the_study_area_are_looked_at(tmp_path):
    path = write(tmp_path / "c.tif", np.tile(CELLS, (100, 100)))
    bounds = (X + 100, Y - 200, X + 200, Y - 100)
    cover = load_land_cover(path, crs=STUDY, classes="worldcover", bounds=bounds)
    assert cover.record.rows_read < 200
    assert cover.grid.width == 300


def test_scaled_values_are_classed_by_what_they_mean(tmp_path):
    stored = np.array([[0, 3000, 6000, -9999]], dtype=np.int16)
    path = write(tmp_path / "ndvi.tif", stored, nodata=-9999, tags=((0.0001,), (0.0,)))
    cover = load_land_cover(path, crs=STUDY, thresholds={"vegetation": 0.3})
    assert cover.class_grid().read_window(0, 1, 0, 4).tolist() == [[0, 1, 1, -1]]
    assert "raster_scaled" in notices(cover)


def test_a_surface_counts_its_cells_without_data(tmp_path):
    path = write(tmp_path / "h.tif", np.array([[1.5, np.nan, -7]], dtype=np.float32))
    surface = load_surface(path, crs=STUDY)
    assert (surface.record.rows_read, surface.record.rows_kept) == (3, 2)


def test_a_raster_in_degrees_says_areas_on_the_ellipsoid(tmp_path):
    path = write(
        tmp_path / "c.tif", np.array([[10, 77]], dtype=np.uint8), crs="EPSG:4326",
        transform=Affine(0.01, 0, 114, 0, -0.01, 22.6),
    )  # fmt: skip
    area_m2 = notices(load_land_cover(path, crs=STUDY, classes="worldcover"))[
        "classes_unknown"
    ].values["area_m2"]
    cell = gpd.GeoSeries([shapely.segmentize(shapely.box(114.01, 22.59, 114.02, 22.6), 1e-4)])
    assert area_m2 == pytest.approx(
        cell.set_crs(4326).to_crs("+proj=cea +ellps=WGS84").area.item(), rel=1e-7
    )


# Tiles


def tile(path, column, row, value, **more):
    corner = Affine(10, 0, X + 20 * column, 0, -10, Y - 20 * row)
    return write(path, np.full((2, 2), value, dtype=np.uint8), transform=corner, **more)


def test_a_folder_of_tiles_is_one_raster(tmp_path):
    for place, (column, row) in enumerate([(0, 0), (1, 0), (0, 1), (1, 1)]):
        tile(tmp_path / f"t{place}.tif", column, row, 10 * (place + 1))
    cover = load_land_cover(tmp_path, crs=STUDY, classes="worldcover")
    found = cover.class_grid().read_window(0, 4, 0, 4)
    assert found[[0, 0, 3, 3], [0, 3, 0, 3]].tolist() == [0, 1, 2, 3]
    assert len(cover.record.paths) == len(cover.record.sha256) == 4


def test_a_gap_between_tiles_has_no_data_even_if_the_tiles_have_no_value_for_it(tmp_path):
    paths = [tile(tmp_path / "a.tif", 0, 0, 0), tile(tmp_path / "b.tif", 1, 1, 17)]
    cover = load_land_cover(paths, crs=STUDY, classes="modis_igbp")
    found = cover.class_grid().read_window(0, 4, 0, 4)
    assert found[[0, 3, 0, 3], [0, 3, 3, 0]].tolist() == [16, 16, -1, -1]
    assert (notices(cover)["tiles_leave_gaps"].count) == 8


def test_the_later_tile_counts_where_two_overlap(tmp_path):
    paths = [tile(tmp_path / "a.tif", 0, 0, 10), tile(tmp_path / "b.tif", 0, 0, 20)]
    joined = mosaic(paths, subject="cover")
    (told,) = joined.notices
    assert (told.code, told.count) == ("tiles_overlap", 4)
    cover = load_land_cover(paths, crs=STUDY, classes="worldcover")
    assert set(cover.class_grid().read_window(0, 2, 0, 2).ravel().tolist()) == {1}


@pytest.mark.parametrize(
    ("other", "match"),
    [
        ({"crs": "EPSG:4548"}, "different CRSs"),
        ({"nodata": 255}, "values for no data"),
        ({"transform": Affine(20, 0, X + 20, 0, -20, Y)}, "cell sizes"),
        ({"transform": Affine(10, 0, X + 24, 0, -10, Y)}, "0.40 cells out of step"),
        ({"tags": ((0.5,), (0.0,))}, "scale or offset"),
    ],
)
def test_files_that_are_no_tiles_of_one_raster_are_refused(tmp_path, other, match):
    tile(tmp_path / "a.tif", 0, 0, 10)
    if "transform" in other:
        write(tmp_path / "b.tif", np.full((2, 2), 10, dtype=np.uint8), **other)
    else:
        tile(tmp_path / "b.tif", 1, 0, 10, **other)
    with pytest.raises(SourceError, match=match):
        load_land_cover(tmp_path, crs=STUDY, classes="worldcover")


def test_tiles_with_signs_in_their_names_are_read(tmp_path):
    paths = [tile(tmp_path / "a & b <1>.tif", 0, 0, 10), tile(tmp_path / "林地.tif", 1, 0, 30)]
    cover = load_land_cover(paths, crs=STUDY, classes="worldcover")
    assert cover.class_grid().read_window(0, 1, 0, 4).tolist() == [[0, 0, 2, 2]]


# Bad inputs


def damaged(path):
    values = np.random.default_rng(1).integers(1, 100, (600, 600)).astype(np.uint8)
    whole = write(path, values, compress="deflate").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda p: write(p, CELLS, crs=None), CRSError, "says of no CRS"),
        (
            lambda p: write(p, CELLS, transform=Affine(10, 2, X, 2, -10, Y)),
            ParameterError,
            "do not run along the axes",
        ),
        (lambda p: write(p, np.zeros((2, 2), np.uint8)), EmptyLayerError, "none of the 4 cells"),
        (
            lambda p: write(p, np.full((2, 2), 23, np.uint8)),
            ParameterError,
            r"knows none of the values \(23\).*'corine'",
        ),
        (damaged, SourceError, "cut short|cannot be read"),
        (lambda p: p, SourceError, "not found"),
        (lambda p: p.write_text("x") and p, SourceError, "cannot be read as a raster"),
    ],
)
def test_bad_rasters_are_refused_with_the_next_step(tmp_path, make, error, match):
    path = make(tmp_path / "c.tif")
    with pytest.raises(error, match=match):
        load_land_cover(path, crs=STUDY, classes="worldcover")


def test_a_raster_that_misses_the_districts_is_refused(tmp_path):
    path = write(tmp_path / "c.tif", CELLS)
    far = (X + 1e5, Y, X + 2e5, Y + 1e5)
    for load in (load_land_cover, load_surface):
        more = {"classes": "worldcover"} if load is load_land_cover else {}
        with pytest.raises(
            ParameterError, match=r"wholly outside the study area.*Check its CRS \(EPSG:\d+\)"
        ):
            load(path, crs=STUDY, bounds=far, **more)


def test_a_damaged_raster_of_people_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"c\.tif"):
        load_population(damaged(tmp_path / "c.tif"), crs=STUDY, unit="count")


def test_a_legend_or_thresholds_are_wanted(tmp_path):
    path = write(tmp_path / "c.tif", CELLS)
    for both in ({}, {"classes": "corine", "thresholds": {"trees": 5}}):
        with pytest.raises(ParameterError, match="either `classes`"):
            load_land_cover(path, crs=STUDY, **both)


def test_polygons_are_sent_to_their_own_loader(tmp_path):
    path = tmp_path / "c.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4547).to_file(path)
    with pytest.raises(GeoplanError, match="classify_land"):
        load_land_cover(path, crs=STUDY, classes="corine")


# Polygons


def parcels(codes):
    boxes = [shapely.box(X + 10 * place, Y, X + 10 * place + 10, Y + 10) for place in range(3)]
    frame = gpd.GeoDataFrame({"DLBM": codes}, geometry=boxes, crs=4547)
    return load_land(frame, crs=STUDY, columns={"class_code": "DLBM"})


def test_parcels_get_classes_and_unknown_codes_are_counted():
    land = classify_land(parcels(["0301", "0810", "9999"]), classes="china_land_survey")
    assert land["class_key"].tolist() == ["arbor_forest", "parks_green", ""]
    (told,) = (n for n in load_record(land).notices if n.code == "classes_unknown")
    assert (told.count, told.total, told.values["area_m2"]) == (1, 3, 100)


def test_parcels_of_another_legend_are_refused():
    with pytest.raises(SchemaError, match="knows none of the codes"):
        classify_land(parcels(["R1", "R2", "G1"]), classes="china_land_survey")
    with pytest.raises(SchemaError, match="no column 'DLBM'"):
        classify_land(parcels(["0301"] * 3), classes="china_land_survey", column="DLBM")


def test_an_array_is_a_raster_too():
    grid = array_grid(CELLS, transform=(10, 0, X, 0, -10, Y), crs=STUDY)
    assert load_land_cover(grid, crs=STUDY, classes="worldcover").record.rows_kept == 4
