"""Analyses of conflict from a plan file to the outputs."""

import json

import geopandas as gpd
import pytest
import shapely

from geoplan.app.exports.outputs import write_outputs
from geoplan.app.plan.indicators import plan_indicators
from geoplan.app.plan.plan_file import read_plan
from geoplan.app.run.runner import run_plan
from geoplan.core.errors import PlanError

CRS = "EPSG:4547"
X, Y = 500_000, 2_500_000

PLAN = """
[plan]
crs = "EPSG:4547"
lang = "zh"

[layers.districts]
path = "districts.gpkg"
id = "CODE"
name = "NAME"

[layers.red_lines]
path = "lines.gpkg"

[layers.old_lines]
path = "old.gpkg"
kind = "red_lines"

[layers.buildings]
path = "buildings.gpkg"

[layers.roads]
path = "roads.gpkg"

[indicators.houses-in-line]
analysis = "encroachment"
objects = "buildings"
lines = "red_lines"
min_overlap = 1
target = "<= 0 个"
target_of = "count"

[indicators.line-kept]
analysis = "red_line_change"
red_lines = "red_lines"
previous = "old_lines"
min_width_m = 5
target = ">= 0 km2"
target_of = "net"

[indicators.noise]
analysis = "buffer_conflict"
sensitive = "buildings"
sources = "roads"
distance_m = 50
target = "< 50 %"
target_of = "objects"

[indicators.rules]
analysis = "zone_screening"
projects = "buildings"
zones = "red_lines"
min_overlap = 1
"""


def box(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


def save(folder, file, geometry, **columns):
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)
    frame.to_file(folder / f"{file}.gpkg", engine="pyogrio")


@pytest.fixture
def plan(tmp_path):
    save(tmp_path, "districts", [box(0, 0, 2000, 2000)], CODE=["1"], NAME=["甲"])
    save(tmp_path, "lines", [box(0, 0, 1000, 900)], category=["水源"])
    save(tmp_path, "old", [box(0, 0, 1000, 1000)], category=["水源"])
    save(
        tmp_path, "buildings", [box(10, 10, 20, 20), box(1500, 1500, 1510, 1510)], name=["一", "二"]
    )
    road = shapely.LineString([(X, Y), (X + 2000, Y)])
    save(tmp_path, "roads", [road], name=["路"])
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def test_verdicts_are_those_of_the_measure_that_the_target_names(plan, tmp_path):
    outcome = run_plan(plan)
    verdicts = {one.id: one.verdict.status for one in outcome.indicators if one.verdict}
    assert verdicts == {"houses-in-line": "missed", "line-kept": "missed", "noise": "missed"}

    write_outputs(outcome, tmp_path / "out")
    entries = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    found = {
        (entry["id"], entry["of"], entry["part"]): entry["value"] for entry in entries["indicators"]
    }
    assert found["houses-in-line", "count", "total"] == 1
    assert found["line-kept", "net", "total"] == pytest.approx(-100_000, rel=1e-6)
    assert found["noise", "objects", "total"] == 0.5
    assert (tmp_path / "out" / "maps" / "houses-in-line.html").is_file()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('target_of = "count"', "", 'add target_of = one of "count", "area", "length", "share"'),
        ("min_overlap = 1\ntarget", "target", "min_overlap"),
        ("distance_m = 50\n", "", "wants either distance_m, or distances_m with by"),
        ('target = ">= 0 km2"', 'target = ">= 0 %"', "line-kept"),
    ],
)
def test_a_plan_that_leaves_it_open_is_refused_before_any_layer_is_read(plan, old, new, words):
    assert old in PLAN
    plan.write_text(PLAN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PlanError, match=words):
        plan_indicators(read_plan(plan))
