"""Plans whose distances go along streets: from files to results, maps and definitions."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.app.exports.outputs import write_outputs
from geoplan.app.plan.plan_file import read_plan
from geoplan.app.report.words import finding
from geoplan.app.run.runner import run_plan
from geoplan.core.errors import GeoplanError, PlanError

CRS = "EPSG:4547"
EAST, NORTH = 500_000, 2_500_000

LAYERS = """
[plan]
crs = "EPSG:4547"
lang = "zh"
[layers]
districts = { path = "districts.gpkg", id = "CODE", name = "NAME" }
population = { path = "homes.gpkg" }
bus_stops = { path = "stops.gpkg" }
rail_stations = { path = "stops.gpkg" }
parks = { path = "parks.gpkg", columns = { tier = "TIER" } }
clinics = { path = "clinics.gpkg" }
exits = { path = "exits.gpkg", columns = { station_id = "OF" } }
river = { path = "river.gpkg" }
walk_network = { path = "streets.gpkg" }
cycle_network = { path = "streets.gpkg", kind = "walk_network", mode = "cycle" }
"""
WALK = 'distance = "network"\nnetwork = "walk_network"\nsnap_limit_m = 60\nof = "population"\n'
INDICATORS = f"""
[indicators.stops]
analysis = "coverage"
facilities = "bus_stops"
distance_m = 400
speed_kmh = 4.8
barriers = "river"
{WALK}target = "> 50 %"
[indicators.rail-entrance-coverage-800m]
entrances = "exits"
{WALK}
[indicators.living-circle-15min]
categories = {{ stop = "bus_stops", clinic = "clinics" }}
speed_kmh = 3
{WALK}target = "> 10 %"
target_part = "all"
[indicators.bends]
analysis = "detour"
facilities = "bus_stops"
distance_m = 400
{WALK}
[indicators.parks]
analysis = "park_access"
parks = "parks"
higher_serves_lower = false
entrance_tolerance_m = 5
tiers.community = {{ minutes = 10, speed_kmh = 3 }}
tiers.city = {{ minutes = 10, speed_kmh = 12, network = "cycle_network" }}
{WALK}
"""


def frame(shapes, **columns):
    placed = shapely.transform(shapes, lambda xy: xy + np.array([EAST, NORTH]))
    return gpd.GeoDataFrame(columns, geometry=placed, crs=CRS)


@pytest.fixture
def plan(tmp_path):
    """A street of two kilometres with a river beside it, and whatever one walks to."""
    lines = shapely.linestrings([[(0, 500), (1000, 500)], [(1000, 500), (2000, 500)]])
    layers = {
        "districts": frame([shapely.box(0, 0, 2000, 1000)], CODE=["A"], NAME=["甲"]),
        "homes": frame(
            shapely.points([(500, 510), (500, 540), (1300, 500)]), population=[1.0, 2.0, 4.0]
        ),
        "stops": frame(shapely.points([(200, 500)]), name=["站"]),
        "clinics": frame(shapely.points([(1000, 500)])),
        "parks": frame(
            [shapely.box(-50, 450, 0, 550), shapely.box(2000, 450, 2100, 550)],
            TIER=["community", "city"],
        ),
        "exits": frame(shapely.points([(300, 500)]), OF=["1"]),
        "river": frame(shapely.linestrings([[(0, 520), (2000, 520)]])),
        "streets": frame(lines, highway=["residential", "residential"]),
    }
    for name, layer in layers.items():
        layer.to_file(tmp_path / f"{name}.gpkg")
    path = tmp_path / "plan.toml"
    path.write_text(LAYERS + INDICATORS, encoding="utf-8")
    return path


def test_a_plan_measures_along_its_streets(plan):
    outcome = run_plan(plan)

    found = {
        (one.id, measure.part): measure.numerator
        for one in outcome.indicators
        for measure in one.result.measures
    }
    assert found == {
        ("stops", ""): 1,  # the other home is behind the river
        ("rail-entrance-coverage-800m", ""): 3,
        ("living-circle-15min", "stop"): 3,
        ("living-circle-15min", "clinic"): 7,
        ("living-circle-15min", "all"): 3,
        ("bends", "wrongly_served"): 0,
        ("bends", "straight"): 3,
        ("bends", "network"): 3,
        ("bends", "index"): pytest.approx(770),  # metres walked in the mean
        ("parks", "community"): 0,
        ("parks", "city"): 7,
        ("parks", "all"): 0,
    }
    assert outcome.records["walk_network"].rows_kept == 2
    assert "walk_network" not in outcome.layers


def test_results_say_along_which_streets_and_every_map_is_drawn(plan, tmp_path):
    write_outputs(run_plan(plan), tmp_path / "out")

    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    stops = results["indicators"][0]
    assert stops["definition"]["distance"] == "network"
    assert stops["definition"]["network"] == "walk_network"
    assert {file.stem for file in (tmp_path / "out" / "maps").glob("*.html")} == {
        "stops",
        "rail-entrance-coverage-800m",
        "living-circle-15min",
        "bends",
        "parks",
    }


BAD = {
    "minutes in a straight line": (
        ('speed_kmh = 3\ndistance = "network"', 'speed_kmh = 3\ndistance = "straight"'),
        r"living-circle-15min\] has network, snap_limit_m, which distance = .straight.",
    ),
    "a category that the plan lacks": (
        ('clinic = "clinics"', 'clinic = "doctors"'),
        r'categories.clinic names the layer "doctors", which the plan lacks',
    ),
    "a tier's network that is none": (
        ('network = "cycle_network"', 'network = "parks"'),
        r'tiers.city.network names the layer "parks", .* wanted walk_network',
    ),
    "parks without a tolerance": (
        ("entrance_tolerance_m = 5\n", ""),
        r"indicators\.parks\] lacks entrance_tolerance_m",
    ),
    "a mode of a layer that is no network": (
        ('clinics = { path = "clinics.gpkg"', 'clinics = { path = "clinics.gpkg", mode = "walk"'),
        r'\[layers\.clinics\] has mode, which only a layer of kind "walk_network" has',
    ),
    "detours in a straight line": (
        ('distance_m = 400\ndistance = "network"', 'distance_m = 400\ndistance = "straight"'),
        r"indicators\.bends\] distance is 'straight'.*wanted distance = .network.",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_in_a_plan_along_streets_is_named(plan, case):
    (old, new), message = BAD[case]
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert plan.read_text(encoding="utf-8") != text

    with pytest.raises(PlanError, match=message):
        run_plan(plan)


def test_an_osm_key_is_a_path(plan):
    text = plan.read_text(encoding="utf-8")
    plan.write_text(
        text.replace('walk_network = { path = "streets.gpkg"', 'walk_network = { osm = "x.osm"', 1),
        encoding="utf-8",
    )

    assert read_plan(plan).layers["walk_network"].path == ["x.osm"]


def test_streets_of_another_city_are_refused_with_the_indicator_named(plan):
    far = frame(shapely.linestrings([[(90_000, 0), (91_000, 0)]]))
    far.to_file(plan.parent / "far.gpkg")
    text = plan.read_text(encoding="utf-8")
    plan.write_text(
        text.replace('path = "streets.gpkg"', 'path = "far.gpkg"', 1),
        encoding="utf-8",
    )

    with pytest.raises(GeoplanError, match=r"indicators\.stops\].*does not overlap the districts"):
        run_plan(plan)


CIRCLE = f"""
[indicators.circle]
analysis = "living_circle"
speed_kmh = 3
{WALK}
"""


def test_categories_may_have_times_of_their_own(plan):
    own = 'categories.stop = { layer = "bus_stops", minutes = 4 }\n'
    plan.write_text(
        LAYERS + CIRCLE + own + 'categories.clinic = "clinics"\nminutes = 12\n', encoding="utf-8"
    )

    [circle] = run_plan(plan).indicators

    reaches_m = circle.result.definition["distances_m"]
    assert reaches_m == pytest.approx({"stop": 200, "clinic": 600})
    assert {m.part: m.numerator for m in circle.result.measures} == {
        "stop": 0,
        "clinic": 7,
        "all": 0,
    }


def test_categories_may_have_distances_of_their_own_in_a_straight_line(plan):
    text = """
[indicators.circle]
analysis = "living_circle"
distance = "straight"
of = "population"
categories.stop = { layer = "bus_stops", distance_m = 400 }
categories.clinic = { layer = "clinics", distance_m = 200 }
"""
    plan.write_text(LAYERS + text, encoding="utf-8")

    [circle] = run_plan(plan).indicators

    assert {m.part: m.numerator for m in circle.result.measures} == {
        "stop": 3,
        "clinic": 0,
        "all": 0,
    }


@pytest.mark.parametrize(
    "keys",
    [
        'categories.stop = { layer = "bus_stops", minutes = 4 }\ndistance_m = 9\n',
        'categories.stop = { layer = "bus_stops", distance_m = 4 }\n',
        'categories.stop = "bus_stops"\n',
    ],
)
def test_metres_and_minutes_of_categories_do_not_mix(plan, keys):
    plan.write_text(LAYERS + CIRCLE + keys, encoding="utf-8")

    with pytest.raises(PlanError, match="either distance_m, or minutes with speed_kmh"):
        run_plan(plan)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", {"circle": "every category", "bends": "A straight line of"}),
        ("zh", {"circle": "各类设施齐备", "bends": "按直线"}),
    ],
)
def test_the_report_words_living_circles_and_detours(plan, lang, words):
    text = f"""
[indicators.circle]
analysis = "living_circle"
distance_m = 400
categories.stop = "bus_stops"
{WALK}
[indicators.bends]
analysis = "detour"
facilities = "bus_stops"
distance_m = 400
{WALK}
"""
    plan.write_text(LAYERS.replace('"zh"', f'"{lang}"') + text, encoding="utf-8")

    said = {one.id: finding(one, lang) for one in run_plan(plan).indicators}

    assert all(words[id_] in said[id_] for id_ in said)


@pytest.mark.parametrize(("bound", "status"), [("<= 1.0 m/m", "missed"), ("<= 1.1 m/m", "met")])
def test_a_detour_index_may_have_a_target(plan, bound, status):
    text = f"""
[indicators.bends]
analysis = "detour"
facilities = "bus_stops"
distance_m = 400
target = "{bound}"
target_part = "index"
{WALK}
"""
    plan.write_text(LAYERS + text, encoding="utf-8")

    [bends] = run_plan(plan).indicators

    assert bends.verdict.status == status


def test_cells_may_be_sampled(plan):
    text = f"""
[indicators.stops]
analysis = "coverage"
facilities = "bus_stops"
distance_m = 400
sample_m = 50
{WALK}
"""
    plan.write_text(LAYERS + text, encoding="utf-8")

    [stops] = run_plan(plan).indicators

    assert stops.result.definition["sample_m"] == 50
