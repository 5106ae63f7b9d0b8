"""Shenzhen: two datums, a local coordinate system, GBK names, zones without .prj."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.analyses import coverage
from geoplan.core.record import load_record
from geoplan.layers import load_districts, load_rail_stations

pytestmark = pytest.mark.real

GK_114 = "EPSG:4547"


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "shenzhen"


@pytest.fixture(scope="module")
def districts(folder):
    columns = {"district_id": "qh", "name": "qh"}
    return load_districts(folder / "districts_wgs84.geojson", crs=GK_114, columns=columns)


@pytest.fixture(scope="module")
def stations(folder):
    """The two lists, and the first one read as if its datum were WGS 84."""
    shifted, honest = "metro_stations_gcj02.csv", "metro_stations_wgs84.csv"
    return {
        key: load_rail_stations(folder / file, crs=GK_114, source_crs=datum, columns=columns)
        for key, file, datum, columns in (
            ("gcj02", shifted, "GCJ-02", {"name": "name"}),
            ("ignored", shifted, "EPSG:4326", {"name": "name"}),
            ("wgs84", honest, "EPSG:4326", {"name": "nameCn"}),
        )
    }


@pytest.fixture(scope="module")
def of_both(stations):
    """Only the stations whose name stands in both lists."""
    names = set(stations["gcj02"]["name"]) & set(stations["wgs84"]["name"])
    return {
        key: layer[layer["name"].isin(names)].reset_index(drop=True)
        for key, layer in stations.items()
    }


@pytest.fixture(scope="module")
def shenzhen(run_example):
    return run_example("shenzhen.toml")


@pytest.fixture(scope="module")
def shenzhen_local(run_example):
    return run_example("shenzhen_local.toml")


def metres_apart(stations, key):
    first, second = (stations[one].drop_duplicates("name") for one in (key, "wgs84"))
    pairs = first.merge(second, on="name")
    return shapely.distance(pairs["geometry_x"].array, pairs["geometry_y"].array)


def land_within_800_m(stations, districts):
    (measure,) = coverage(stations, districts, distance_m=800, of=["land"]).measures
    return measure


def catchments(stations, districts):
    discs = stations.buffer(800, quad_segs=32).union_all()
    return shapely.intersection(discs, districts.union_all())


def test_stations_of_one_name_are_600_m_apart_before_the_conversion_and_21_m_after(of_both):
    assert of_both["wgs84"]["name"].nunique() == 332
    assert np.median(metres_apart(of_both, "ignored")) == pytest.approx(602, abs=1)
    assert np.median(metres_apart(of_both, "gcj02")) == pytest.approx(21.1, abs=0.1)


@pytest.mark.parametrize(("datum", "apart_m"), [("EPSG:4326", 369.4), ("GCJ-02", 0.64)])
def test_district_outlines_of_the_two_files_agree_below_a_metre_in_gcj02(
    folder, districts, datum, apart_m
):
    shifted = load_districts(
        folder / "districts_gcj02.geojson",
        crs=GK_114,
        source_crs=datum,
        columns={"district_id": "adcode"},
    )
    corners, ring = shapely.get_coordinates(districts.boundary.explode(), return_index=True)
    edges = np.stack([corners[:-1], corners[1:]], axis=1)[ring[:-1] == ring[1:]]
    drawn = shapely.segmentize(shapely.boundary(shifted.geometry.array), 200)
    places = shapely.points(shapely.get_coordinates(drawn))

    tree = shapely.STRtree(shapely.linestrings(edges))
    distances_m = tree.query_nearest(places, all_matches=False, return_distance=True)[1]

    assert np.median(distances_m) == pytest.approx(apart_m, rel=0.01)


def test_both_lists_give_the_same_coverage_once_their_datums_are_stated(of_both, districts):
    gcj02, wgs84 = (land_within_800_m(of_both[key], districts) for key in ("gcj02", "wgs84"))

    assert gcj02.value == pytest.approx(wgs84.value, abs=0.001)
    assert (gcj02.districts["value"] - wgs84.districts["value"]).abs().max() < 0.004


def test_an_ignored_datum_moves_half_of_the_served_land_and_hardly_shows_in_the_share(
    of_both, districts
):
    shares = {key: land_within_800_m(of_both[key], districts).value for key in of_both}
    served = {key: catchments(of_both[key], districts) for key in of_both}

    wrong = {
        key: shapely.symmetric_difference(served[key], served["wgs84"]).area / served["wgs84"].area
        for key in ("ignored", "gcj02")
    }

    assert abs(shares["ignored"] - shares["wgs84"]) < 0.005
    assert wrong["ignored"] == pytest.approx(0.50, abs=0.01)
    assert wrong["gcj02"] == pytest.approx(0.04, abs=0.01)


def test_the_plan_lies_between_polygons_inside_and_around_the_circles(
    shenzhen, stations, districts, reach_inside_and_around
):
    measure = shenzhen.indicators[0].result.measure("land")
    places = stations["gcj02"].geometry.array
    drawn = [reach_inside_and_around(places, area, 800) for area in districts.geometry.array]
    inside, around = shapely.area(np.array(drawn)).T

    numerator = measure.districts["numerator"].to_numpy()

    assert (numerator >= inside - 1e-3).all()
    assert (numerator <= around + 1e-3).all()


def test_coverage_of_the_zones_is_that_of_their_union(
    shenzhen, folder, stations, districts, reach_inside_and_around
):
    zones = gpd.read_file(folder / "traffic_zones_no_prj.shp").set_crs(3857).to_crs(GK_114)
    places = stations["gcj02"].geometry.array
    union = zones.geometry.make_valid().union_all()
    drawn = [reach_inside_and_around(places, area, 800) for area in districts.geometry.array]
    inside, around = shapely.area(shapely.intersection(np.array(drawn), union)).sum(axis=0)

    measure = shenzhen.indicators[0].result.measure("traffic_zones")

    assert measure.denominator == pytest.approx(
        shapely.intersection(union, districts.union_all()).area, rel=1e-9
    )
    assert inside - 1e-2 <= measure.numerator <= around + 1e-2


def test_the_local_system_is_found_by_five_districts_and_its_names_are_read(shenzhen_local):
    record = load_record(shenzhen_local.layers["districts"])

    assert (record.encoding, record.encoding_from) == ("GB18030", "bytes")
    assert {"龙华新区", "大鹏新区", "福田"} <= set(shenzhen_local.layers["districts"]["name"])
    assert record.source_crs.startswith("helmert3")
    assert record.source_crs.endswith("5 points, RMS 17.462 m")


@pytest.mark.parametrize(
    ("local", "named"),
    [("龙华新区", "龙华"), ("光明新区", "光明"), ("坪山新区", "坪山"), ("龙岗", "龙岗")],
)
def test_a_district_has_one_coverage_in_either_coordinate_system(
    shenzhen, shenzhen_local, local, named
):
    by_named, by_local = (
        outcome.indicators[0].result.measure("land").districts.set_index("name")["value"]
        for outcome in (shenzhen, shenzhen_local)
    )

    # Their outlines differ by up to 0.7 % of the area, and that of the plan by 17 m.
    assert by_local[local] == pytest.approx(by_named[named], abs=0.002)
