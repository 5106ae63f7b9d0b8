"""Plans with rasters, and with people that are spread or brought inside."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from geoplan.app.plan.plan_file import read_plan
from geoplan.app.run.loading import check_sources, load_layers
from geoplan.app.run.runner import run_plan
from geoplan.core.errors import GeoplanError, PlanError
from geoplan.layers import LandCover, Surface

X, Y = 500_000.0, 2_500_000.0


def write_raster(path, values, *, cell_m=100.0, **more):
    values = np.asarray(values)
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype=values.dtype, crs="EPSG:4547", transform=Affine(cell_m, 0, X, 0, -cell_m, Y + 400),
        **more,
    ) as file:  # fmt: skip
        file.write(values, 1)


@pytest.fixture
def folder(tmp_path):
    """Two districts of 200 m × 400 m, a land cover, a canopy, people by district, buildings."""
    areas = [shapely.box(X, Y, X + 200, Y + 400), shapely.box(X + 200, Y, X + 400, Y + 400)]
    districts = {"CODE": ["1", "2"], "NAME": ["West", "East"], "POP": [100, 60]}
    gpd.GeoDataFrame(districts, geometry=areas, crs=4547).to_file(tmp_path / "d.gpkg")
    cover = np.array([[10, 10, 80, 80], [10, 50, 50, 80], [30, 50, 50, 99], [30, 0, 50, 80]])
    write_raster(tmp_path / "cover.tif", cover.astype("uint8"), nodata=0)
    write_raster(tmp_path / "canopy.tif", np.arange(16.0).reshape(4, 4).astype("float32"))
    houses = shapely.points([[X + 50, Y + 50], [X + 60, Y + 50]])
    floors = {"FLOORS": [1, 3]}
    gpd.GeoDataFrame(floors, geometry=houses, crs=4547).to_file(tmp_path / "houses.gpkg")
    return tmp_path


def write_plan(folder, *tables):
    head = """
        [plan]
        crs = "EPSG:4547"
        [layers.districts]
        path = "d.gpkg"
        id = "CODE"
        name = "NAME"
        """
    path = folder / "plan.toml"
    path.write_text("\n".join((head, *tables)), encoding="utf-8")
    return path


def load(folder, *tables):
    plan = read_plan(write_plan(folder, *tables))
    check_sources(plan)
    return load_layers(plan, tick=lambda _: None)


COVER = """
    [layers.land_cover]
    path = "cover.tif"
    classes = "worldcover"
    as_of = 2021-01-01
    source = "ESA"
    """


def test_a_land_cover_is_a_raster_of_its_own_kind(folder):
    loaded = load(folder, COVER)

    cover = loaded.rasters["land_cover"]
    assert isinstance(cover, LandCover)
    assert "land_cover" not in loaded.layers
    assert (cover.record.kind, cover.record.paths) == ("land_cover", ("cover.tif",))
    assert (cover.record.rows_read, cover.record.rows_kept) == (16, 14)
    assert loaded.records["land_cover"].source == "ESA"
    assert {notice.code for notice in cover.record.notices} == {
        "raster_without_data", "classes_unknown", "land_cover_legend",
    }  # fmt: skip


def test_thresholds_make_any_layer_a_land_cover(folder):
    loaded = load(folder, "[layers.canopy]\npath = 'canopy.tif'\nthresholds = { trees = 5 }")

    cover = loaded.rasters["canopy"]
    assert cover.classes.keys_of(["vegetation"]) == ("trees",)
    assert (cover.class_grid().read_window(0, 4, 0, 4) == 1).sum() == 11


def test_a_surface_has_no_legend(folder):
    loaded = load(folder, "[layers.heights]\npath = 'canopy.tif'\nkind = 'surface'")
    assert isinstance(loaded.rasters["heights"], Surface)


def test_a_plan_says_how_numbers_are_stored_and_which_are_none(folder):
    write_raster(folder / "ndvi.tif", np.array([[6000, 1000], [77, 1000]], dtype="int16"))
    table = "[layers.ndvi]\npath = 'ndvi.tif'\nthresholds = { grassland = 0.3 }\n"
    with pytest.raises(GeoplanError, match="stored scaled"):
        load(folder, table)
    cover = load(folder, table + "scale = 0.0001\nnodata = 77").rasters["ndvi"]
    assert cover.class_grid().read_window(0, 2, 0, 2).tolist() == [[1, 0], [-1, 0]]
    as_it_is = load(folder, table + "scale = 1\nnodata = 'none'").rasters["ndvi"]
    assert as_it_is.class_grid().read_window(0, 2, 0, 2).tolist() == [[1, 1], [1, 1]]


def test_a_folder_of_tiles_is_one_land_cover(folder):
    (folder / "tiles").mkdir()
    (folder / "cover.tif").rename(folder / "tiles" / "cover.tif")
    loaded = load(folder, COVER.replace('"cover.tif"', '"tiles"'))
    assert loaded.rasters["land_cover"].grid.width == 4


def test_polygons_with_codes_get_the_classes_of_a_legend(folder):
    parcels = gpd.GeoDataFrame(
        {"DLBM": ["0301K", "1101"]},
        geometry=[shapely.box(X, Y, X + 10, Y + 10), shapely.box(X + 10, Y, X + 20, Y + 10)],
        crs=4547,
    )
    parcels.to_file(folder / "dltb.gpkg")
    table = """
        [layers.land_cover]
        path = "dltb.gpkg"
        columns = { class_code = "DLBM" }
        classes = "china_land_survey"
        """
    loaded = load(folder, table)
    assert loaded.layers["land_cover"]["class_key"].tolist() == ["arbor_forest", "rivers"]
    assert loaded.layers["land_cover"]["groups"].tolist() == ["forest trees vegetation", "water"]


PEOPLE = """
    [layers.population]
    path = "d.gpkg"
    value = "POP"
    """


def test_people_are_spread_over_buildings_by_their_floors(folder):
    loaded = load(
        folder,
        PEOPLE + 'spread_over = "houses"\nspread_by = ["FLOORS"]',
        '[layers.houses]\npath = "houses.gpkg"',
    )
    people = loaded.layers["population"]
    assert people["population"].tolist() == [25.0, 75.0, 60.0]
    assert people.geom_type.tolist() == ["Point", "Point", "Polygon"]
    codes = [notice.code for notice in loaded.records["population"].notices]
    assert codes[-2:] == ["spread_over", "spread_no_target"]


def test_people_are_spread_over_the_classes_of_a_land_cover(folder):
    loaded = load(
        folder, PEOPLE + 'spread_over = "land_cover"\nspread_by = { built_up = 1 }', COVER
    )
    people = loaded.layers["population"]
    west = people.geometry.centroid.x < X + 200
    assert people.loc[west, "population"].tolist() == pytest.approx([50, 50])
    assert people.loc[~west, "population"].tolist() == pytest.approx([20, 20, 20])


def test_people_beside_the_districts_are_counted_in_the_nearest(folder):
    shore = shapely.points([[X - 30, Y + 50], [X - 300, Y + 50], [X + 250, Y + 50]])
    homes = gpd.GeoDataFrame({"POP": [7, 5, 3]}, geometry=shore, crs=4547)
    homes.to_file(folder / "homes.gpkg")
    plan = write_plan(
        folder,
        """
        [layers.population]
        path = "homes.gpkg"
        value = "POP"
        outside = "nearest"
        outside_limit_m = 100
        [layers.bus_stops]
        path = "houses.gpkg"
        [indicators.bus-stop-coverage-500m]
        distance = "straight"
        of = ["land", "population"]
        """,
    )
    outcome = run_plan(plan)
    people = outcome.indicators[0].result.measure("population").districts
    assert people["denominator"].tolist() == pytest.approx([7.0, 3.0])
    (told,) = (n for n in outcome.records["population"].notices if n.code == "people_moved_inside")
    assert (told.count, told.values["amount"]) == (1, 7.0)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("[layers.land_cover]\npath = 'cover.tif'", "needs either classes .* or thresholds"),
        (
            "[layers.bus_stops]\npath = 'houses.gpkg'\nclasses = 'corine'",
            'a layer of kind "bus_stops" cannot have',
        ),
        (PEOPLE + "outside = 'nearest'", "outside_limit_m belong together"),
        (PEOPLE + "spread_by = ['area_m2']", "no spread_over"),
        ("[layers.bus_stops]\npath = 'houses.gpkg'\nscale = 2", "cannot have"),
        ("[layers.population]\npath = 'houses.gpkg'\nnodata = 0", "the numbers of a raster"),
        (
            (
                "[layers.cover]\nkind = 'land_cover'\nclasses = 'corine'\npath = 'houses.gpkg'\n"
                "offset = 1"
            ),
            "the numbers of a raster",
        ),
        (PEOPLE + "spread_over = 'houses'", 'the layer "houses", which the plan lacks'),
    ],
)
def test_keys_that_mean_nothing_are_refused_before_anything_is_opened(folder, table, message):
    with pytest.raises(PlanError, match=message):
        load(folder, table)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (COVER.replace("worldcover", "wordcover"), "Did you mean 'worldcover'"),
        (COVER.replace("worldcover", "corine"), r"\[layers.land_cover\].*"),
    ],
)
def test_what_a_loader_refuses_names_the_table(folder, table, message):
    if "corine" in table:
        write_raster(folder / "cover.tif", np.full((4, 4), 60, dtype="uint8"))
    with pytest.raises(GeoplanError, match=message):
        load(folder, table)


def test_a_share_of_a_raster_is_refused(folder):
    plan = write_plan(
        folder,
        COVER,
        """
        [layers.bus_stops]
        path = "houses.gpkg"
        [indicators.bus-stop-coverage-500m]
        distance = "straight"
        of = "land_cover"
        """,
    )
    with pytest.raises(PlanError, match="a raster: shares are taken of"):
        run_plan(plan)
