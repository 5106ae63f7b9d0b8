"""A plan's walk networks and OSM layers: files, Overpass, slopes, islands."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine

from geoplan.app.run.runner import run_plan
from geoplan.core.errors import PlanError, SourceError

WEST, SOUTH = 500_000, 2_500_000
NETWORK = """
[layers.walk_network]
path = "data/streets.gpkg"
id = "NR"
"""


@pytest.fixture
def city(tmp_path, small_city):
    """Plan file of the small city, with streets: a long one uphill, and an island of 20 m."""
    plan = small_city.write_city(tmp_path)
    lines = [[(0, 0), (4000, 0)], [(900, 900), (920, 900)]]
    streets = gpd.GeoDataFrame(
        {"NR": [7, 8]},
        geometry=[shapely.LineString([(WEST + x, SOUTH + y) for x, y in xy]) for xy in lines],
        crs="EPSG:4547",
    )
    streets.to_file(tmp_path / "data" / "streets.gpkg")
    return plan


def with_layer(plan, table):
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("[layers.green]", f"{table}\n[layers.green]"), encoding="utf-8")
    return plan


def notices(outcome):
    return [notice.code for notice in outcome.records["walk_network"].notices]


def test_a_network_is_loaded_and_recorded_like_a_layer(city):
    record = run_plan(with_layer(city, NETWORK)).records["walk_network"]
    assert (record.paths, record.rows_read, record.rows_kept) == (("data/streets.gpkg",), 2, 2)


def test_islands_are_reported_with_the_people_nearest_to_them(city):
    (notice,) = run_plan(with_layer(city, NETWORK)).records["walk_network"].notices
    assert (notice.code, notice.count) == ("network_islands_people", 1)
    assert notice.values["share"] == pytest.approx(20 / 4020)
    assert 0 <= notice.values["population_share"] <= 1


def test_short_islands_are_left_out_where_the_plan_says_so(city):
    outcome = run_plan(with_layer(city, NETWORK + "min_island_m = 100\n"))
    assert notices(outcome) == ["islands_left_out"]
    assert outcome.records["walk_network"].rows_kept == 1


def test_slopes_count_where_the_plan_names_a_raster(city):
    with rasterio.open(
        city.parent / "data" / "dem.tif", "w", driver="GTiff", width=50, height=10, count=1,
        dtype="float32", crs="EPSG:4547", transform=Affine(40, 0, WEST + 1000, 0, -40, SOUTH + 200),
    ) as out:  # fmt: skip
        out.write(np.ones((10, 50), dtype="float32"), 1)
    outcome = run_plan(with_layer(city, NETWORK + 'elevation = "data/dem.tif"\n'))
    notice = outcome.records["walk_network"].notices[0]
    assert notice.code == "no_elevation"
    assert notice.values["share"] == pytest.approx(0.5, abs=0.02)


def test_overpass_is_asked_for_a_place_or_for_the_area_of_the_plan(city, monkeypatch):
    import osmnx

    asked = []

    def features(polygon, tags):
        asked.append((polygon, tags))
        return gpd.GeoDataFrame(
            {"amenity": ["school"], "name": ["A"]},
            geometry=[shapely.Point(114.01, 22.6)],
            index=[("node", 9)],
            crs="EPSG:4326",
        )

    place = gpd.GeoDataFrame(geometry=[shapely.box(114, 22, 115, 23)], crs="EPSG:4326")
    monkeypatch.setattr(osmnx, "geocode_to_gdf", lambda said: asked.append(said) or place)
    monkeypatch.setattr(osmnx, "features_from_polygon", features)
    plan = with_layer(city, '[layers.schools]\noverpass = "Futian"\n')
    plan = with_layer(plan, '[layers.clinics]\noverpass = "districts"\n')
    outcome = run_plan(plan)
    assert outcome.layers["schools"]["facility_id"].tolist() == ["node/9"]
    assert outcome.records["schools"].paths == ("overpass:Futian",)
    assert outcome.records["schools"].source == "OpenStreetMap contributors (ODbL)"
    assert [what for what in asked if isinstance(what, str)] == ["Futian"]
    *_, (hull, tags) = [what for what in asked if not isinstance(what, str)]
    west, south, east, north = hull.bounds
    assert tags == {"amenity": ["clinic", "doctors"]}
    assert (114 <= west < east < 114.1, 22.5 < south < north < 22.7) == (True, True)


@pytest.mark.parametrize(
    ("table", "error", "words"),
    [
        (NETWORK + 'elevation = "dem.tif"\n', SourceError, r"elevation 'dem.tif' is not there"),
        (NETWORK + 'name = "X"\nmin_island_m = 0\n', PlanError, "min_island_m is 0"),
        ('[layers.schools]\npath = "data/stops.csv"\nmin_island_m = 9\n', PlanError,
         r"has min_island_m, which only a layer of kind .walk_network. has"),
        ('[layers.schools]\noverpass = "Futian"\nosm = "x.pbf"\n', PlanError,
         "has both osm and overpass"),
        ("[layers.schools]\noverpass = true\n", PlanError, "overpass is True; wanted a place"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(city, table, error, words):
    with pytest.raises(error, match=words):
        run_plan(with_layer(city, table))
