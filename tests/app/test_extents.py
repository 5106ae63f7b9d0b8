"""What plans state of their sources: how far they reach, and how people lie within units."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.app.run.runner import run_plan
from geoplan.core.errors import GeoplanError

EAST, NORTH = 500_000, 2_500_000
PLAN = """
[plan]
crs = "EPSG:4547"
[layers]
districts = {{ path = "districts.gpkg", id = "CODE", name = "NAME" }}
population = {{ path = "districts.gpkg", value = "POP" {people} }}
bus_stops = {{ path = "stops.gpkg" {stops} }}
walk_network = {{ path = "streets.gpkg" {streets} }}
known = {{ path = "known.gpkg", kind = "land" }}
[indicators.stops]
analysis = "coverage"
facilities = "bus_stops"
distance_m = 300
of = ["population", "land"]
target = ">= 20 %"
target_of = "population"
distance = "straight"
[indicators.walk]
analysis = "coverage"
facilities = "bus_stops"
distance_m = 300
of = "land"
distance = "network"
network = "walk_network"
snap_limit_m = 60
land_width_m = 50
"""


@pytest.fixture
def run(tmp_path):
    """Run a plan of one square kilometre with a stop in its middle, and a street to it."""

    def write(name, shapes, **columns):
        placed = shapely.transform(shapes, lambda xy: xy + np.array([EAST, NORTH]))
        layer = gpd.GeoDataFrame(columns, geometry=placed, crs="EPSG:4547")
        layer.to_file(tmp_path / f"{name}.gpkg")

    write("districts", [shapely.box(0, 0, 1000, 1000)], CODE=["A"], NAME=["甲"], POP=[1000])
    write("stops", [shapely.Point(500, 500)])
    write("streets", [shapely.LineString([(0, 500), (500, 500), (500, 0)])])
    write("known", [shapely.box(0, 0, 1000, 900)], CLASS=["x"])

    def measured(*, people="", stops="", streets=""):
        path = tmp_path / "plan.toml"
        path.write_text(PLAN.format(people=people, stops=stops, streets=streets), encoding="utf-8")
        return {one.id: one for one in run_plan(path).indicators}

    return measured


def test_a_district_column_of_people_is_one_coarse_unit_and_decides_nothing(run):
    found = run()["stops"]

    people = found.result.measure("population")
    assert (people.low, people.high) == (0, 1)
    assert found.verdict.status == "undecidable"


def test_a_plan_states_that_people_are_even_within_their_units(run):
    found = run(people=', within_units = "even"')["stops"]

    people = found.result.measure("population")
    assert people.low == people.value == people.high == pytest.approx(0.09 * np.pi)
    assert found.verdict.status == "met"


def test_a_plan_states_by_a_layer_how_far_its_stops_reach(run):
    land = run(stops=', extent = "known"')["stops"].result

    assert land.definition["extents"] == {"bus_stops": "known"}
    assert land.measure("land").low == land.measure("land").value
    assert land.measure("land").high > 0.7


def test_streets_of_a_layer_reach_as_far_as_their_nodes_unless_the_plan_says_all(run):
    hull = run()["walk"].result
    stated = run(streets=', extent = "all"')["walk"].result

    assert hull.definition["extents"] == {"walk_network": "hull"}
    assert hull.measure("land").high == pytest.approx(1)
    assert stated.definition["extents"] == {"walk_network": "all"}
    assert not stated.measure("land").is_open


@pytest.mark.parametrize(
    ("stated", "match"),
    [
        ({"stops": ', extent = "knwon"'}, r'extent names the layer "knwon".*known'),
        ({"stops": ', extent = "walk_network"'}, 'of kind "walk_network"; wanted polygons'),
        ({"stops": ', extent = "bus_stops"'}, r"\[layers.bus_stops\].*holds no polygon"),
        ({"stops": ', within_units = "even"'}, "holds no people"),
        ({"people": ', within_units = "odd"'}, 'within_units is "odd"|within_units'),
    ],
)
def test_what_a_plan_cannot_state_is_refused(run, stated, match):
    with pytest.raises(GeoplanError, match=match):
        run(**stated)
