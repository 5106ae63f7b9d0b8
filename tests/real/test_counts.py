"""Service radii of charging stations, lengths of bus lines and park connectors."""

import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

import geoplan as gp

pytestmark = pytest.mark.real

GK_114 = "EPSG:4547"


@pytest.fixture(scope="module")
def shenzhen(real_data):
    folder = real_data / "shenzhen"
    columns = {"district_id": "qh", "name": "qh"}
    districts = gp.load_districts(folder / "districts_wgs84.geojson", crs=GK_114, columns=columns)
    source = gp.LayerSource(
        paths=[str(folder / "charging_stations.csv")],
        x="longitude",
        y="latitude",
        columns={"facility_id": "station_id", "weight": "charge_count"},
    )
    stations = gp.load_facilities(
        source, crs=GK_114, layer_name="charging_stations", source_crs="EPSG:4326"
    )
    return stations, districts, gp.service_radius(stations, districts, of=["land"], areas="plane")


def test_the_same_stations_meet_900_m_by_the_circle_and_miss_it_by_the_mean_distance(shenzhen):
    stations, _, result = shenzhen
    radius_m = {measure.part: round(measure.value) for measure in result.measures}
    assert (len(stations), stations["weight"].sum()) == (1362, 17532)
    assert radius_m == {
        "circle": 718, "hexagon": 789, "mean": 2361, "p50": 1432, "p90": 5664, "farthest": 17511,
    }  # fmt: skip


def test_mean_and_quantiles_agree_with_places_every_50_m(shenzhen):
    stations, districts, result = shenzhen
    tree = cKDTree(shapely.get_coordinates(stations.geometry.array))
    means = result.measure("land", "mean").districts["value"]
    ninth = result.measure("land", "p90").districts["value"]
    for k, area in enumerate(districts.geometry):
        west, south, east, north = area.bounds
        x, y = np.meshgrid(np.arange(west, east, 50.0), np.arange(south, north, 50.0))
        shapely.prepare(area)
        inside = shapely.contains_xy(area, x, y)
        distance_m = tree.query(np.column_stack([x[inside], y[inside]]))[0]
        assert means[k] == pytest.approx(distance_m.mean(), rel=2e-3)
        assert ninth[k] == pytest.approx(np.quantile(distance_m, 0.9), rel=5e-3)


@pytest.fixture(scope="module")
def dongguan(real_data):
    folder = real_data / "dongguan"
    lines = gp.load_lines(
        folder / "bus_lines_bd09.geojson", crs=GK_114, layer_name="bus_lines", source_crs="BD-09"
    )
    towns = gp.load_districts(
        folder / "towns_bd09_dirty.geojson",
        crs=GK_114,
        source_crs="BD-09",
        columns={"district_id": "id"},
    )
    return lines, towns


def drawn_once(lines, districts):
    """Length inside the districts by plain shapely, on a grid of a millimetre."""
    whole = shapely.union_all(districts.geometry.array)
    inside = shapely.intersection(lines.geometry.array, whole)
    return shapely.union_all(inside, grid_size=0.001).length


def test_bus_lines_of_dongguan_share_streets_and_count_them_once(dongguan):
    lines, towns = dongguan
    result = gp.length_and_density(lines, towns, sides="as_drawn", per=["land"], areas="plane")
    length = result.measure("length", "total")
    assert lines.length.sum() == pytest.approx(8_773_356, abs=1)
    assert length.value == pytest.approx(4_951_814, abs=1)
    # The towns of this file overlap, and a place counts once in the whole.
    assert length.districts["value"].sum() == pytest.approx(4_961_737, abs=2)
    assert length.value == pytest.approx(drawn_once(lines, towns), rel=5e-3)
    assert result.measure("land", "total").value == pytest.approx(2.0334e-3, rel=1e-4)


def test_lines_drawn_a_street_apart_are_the_larger_part_of_the_difference(dongguan):
    lines, towns = dongguan
    once, merged = (
        gp.length_and_density(lines, towns, areas="plane", **asked).measure("length", "total").value
        for asked in ({"sides": "as_drawn"}, {"sides": "centre", "merge_m": 20})
    )
    assert merged == pytest.approx(3_131_238, abs=1)
    assert merged < 0.64 * once


def test_park_connectors_of_singapore_agree_with_plain_shapely(real_data):
    folder = real_data / "singapore"
    districts = gp.load_districts(
        folder / "planning-area.geojson", crs="EPSG:3414", columns={"district_id": "name"}
    )
    connectors = gp.load_lines(
        folder / "ParkConnectorLoop.geojson", crs="EPSG:3414", layer_name="park_connectors"
    )
    result = gp.length_and_density(
        connectors, districts, sides="as_drawn", per=["land"], areas="plane"
    )
    length = result.measure("length", "total")
    assert length.value == pytest.approx(325_600, abs=1)
    assert length.value == pytest.approx(drawn_once(connectors, districts), rel=2e-3)
    assert length.districts.set_index("name")["value"].idxmax() == "BEDOK"
