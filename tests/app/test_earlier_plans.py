"""One indicator at two dates, from a plan file to the outputs."""

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
lang = "LANG"

[layers.districts]
path = "districts.gpkg"
id = "CODE"
name = "NAME"

[layers.red_lines]
path = "now.gpkg"
as_of = "2025"

[layers.red_lines_2018]
path = "then.gpkg"
kind = "red_lines"
as_of = "2018"

[layers.bus_stops]
path = "stops.gpkg"

[indicators.line-share]
analysis = "red_line_share"
red_lines = "red_lines"
earlier = { red_lines = "red_lines_2018" }
target = ">= 2 pp"
target_part = "change/total"
"""


def box(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


@pytest.fixture
def plan(tmp_path):
    def save(file, geometry, **columns):
        gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS).to_file(tmp_path / f"{file}.gpkg")

    squares = [box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)]
    save("districts", squares, CODE=["1", "2"], NAME=["甲", "乙"])
    save("now", [box(0, 0, 500, 1000), box(1000, 0, 1100, 1000)])
    save("then", [box(0, 0, 400, 1000), box(1000, 0, 1200, 1000)])
    save("stops", [shapely.Point(X + 5, Y + 5)])

    def write(text=PLAN, lang="zh"):
        path = tmp_path / "plan.toml"
        path.write_text(text.replace("LANG", lang), encoding="utf-8")
        return path

    return write


def test_the_change_of_a_share_is_in_percentage_points_and_in_percent(plan):
    (one,) = run_plan(plan()).indicators
    change, relative = (one.result.measure("land", f"{p}/total") for p in ("change", "relative"))

    assert change.districts["value"].tolist() == pytest.approx([10, -10])
    assert (change.value, change.unit) == (pytest.approx(0, abs=1e-6), "pp")  # no flat ellipsoid
    assert relative.districts["value"].tolist() == pytest.approx([0.25, -0.5])
    assert (one.verdict.status, one.verdict.shortfall_unit) == ("missed", "pp")
    assert one.result.definition["before_as_of"] == "2018"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_change_reaches_every_output(plan, tmp_path, lang):
    write_outputs(run_plan(plan(lang=lang)), tmp_path / "out")
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))

    parts = {entry["part"]: entry["value"] for entry in results["indicators"]}
    assert parts == {
        "change/total": pytest.approx(0, abs=1e-6),
        "relative/total": pytest.approx(0, abs=1e-6),
        "before/total": pytest.approx(0.3, rel=1e-5),
        "after/total": pytest.approx(0.3, rel=1e-5),
        "gained/total": pytest.approx(100_000, rel=1e-5),
        "lost/total": pytest.approx(100_000, rel=1e-5),
    }
    assert (tmp_path / "out" / "maps" / "line-share.html").is_file()
    assert "2018" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{ red_lines =", "{ bus_stops =", 'earlier names "bus_stops", which it does not read'),
        ('"red_lines_2018" }', '"red_lines_2008" }', "the plan lacks: add .layers.red_lines_2008"),
        ('"red_lines_2018" }', '"bus_stops" }', 'is of kind "bus_stops" and the other "red_lines"'),
        ('target_part = "change/total"\n', "", "target_part"),
        (">= 2 pp", ">= 2 km2", "line-share"),
    ],
)
def test_a_comparison_that_cannot_be_is_refused_before_any_layer_is_read(plan, old, new, words):
    assert old in PLAN
    with pytest.raises(PlanError, match=words):
        plan_indicators(read_plan(plan(PLAN.replace(old, new, 1))))
