"""Lengths, radii, counts, shares, means and intensities, from a plan to every output."""

import geopandas as gpd
import pytest
import shapely

from geoplan.app.exports.outputs import write_outputs
from geoplan.app.run.runner import run_plan
from geoplan.core.definitions import define
from geoplan.core.errors import PlanError

CRS = "EPSG:4547"
WEST, SOUTH = 500_000, 2_500_000

PLAN = """
[plan]
name = "双城 2025"
crs = "EPSG:4547"
lang = "zh"
areas = "plane"

[layers.districts]
path = "districts.gpkg"
id = "CODE"
name = "NAME"
columns = { gdp = "gdp", population = "people" }

[layers.greenways]
path = "greenways.gpkg"
kind = "lines"
columns = { class = "level", opened = "year" }

[layers.stations]
path = "stations.gpkg"

[layers.communities]
path = "communities.gpkg"
kind = "facilities"
columns = { households = "households", sorted = "sorted", parent_id = "town" }

[layers.surfaces]
path = "surfaces.gpkg"
kind = "facilities"
columns = { kind = "kind" }

[layers.population]
path = "people.gpkg"
value = "people"

[indicators.greenways]
analysis = "length_and_density"
lines = "greenways"
sides = "as_drawn"
per = ["land", "population"]
opened_from = "2021"
opened_to = "2025"
target = ">= 0.4 km/km2"
target_of = "land"

[indicators.greenways-added]
analysis = "length_and_density"
lines = "greenways"
sides = "both"
opened_from = "2021"
target = "> 3 km"
target_part = "added"

[indicators.charging-radius]
analysis = "service_radius"
facilities = "stations"
of = ["land", "population"]
target = "< 0.9 km"
target_of = "land"
target_part = "circle"

[indicators.recycling]
analysis = "provision"
facilities = "stations"
units = "communities"
per_unit = 1
per_amount = 1000
amount = "households"
rule = "larger"
target = "== 100 %"
target_of = "units"

[indicators.centres]
analysis = "facility_set"
members = { station = "stations", surface = "surfaces" }
within_m = 0
units = "communities"
target = "100 % or more"
target_of = "units"

[indicators.sorting]
analysis = "attribute_share"
objects = "communities"
column = "sorted"
by = ["count", "households"]
values = "yes"
target = ">= 85 %"
target_of = "households"

[indicators.runoff]
analysis = "weighted_mean"
objects = "surfaces"
column = "kind"
by = "area"
unit = "number"
lookup = { roof = 0.9, green = 0.15 }
target = "<= 0.5"

[indicators.gdp-per-km2]
analysis = "intensity"
values = "districts"
column = "gdp"
unit = "亿元"
per = "land"
target = ">= 10 亿元/平方公里"
target_of = "land"
"""


def box(x, y, width, height):
    return shapely.box(WEST + x, SOUTH + y, WEST + x + width, SOUTH + y + height)


def line(*corners):
    return shapely.LineString([(WEST + x, SOUTH + y) for x, y in corners])


def write(folder, plan=PLAN):
    """Write two districts of 2 km by 2 km, each of two communities."""

    def save(name, geometry, **columns):
        frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)
        frame.to_file(folder / f"{name}.gpkg", driver="GPKG")

    save("districts", [box(0, 0, 2000, 2000), box(2000, 0, 2000, 2000)],
         CODE=["A", "B"], NAME=["甲", "乙"], gdp=[40.0, 44.0], people=[3000.0, 1000.0])  # fmt: skip
    save("greenways", [line((0, 5), (3000, 5)), line((0, 9), (1000, 9))],
         level=["市", "区"], year=["2018", "2022"])  # fmt: skip
    save("stations", [shapely.Point(WEST + x, SOUTH + 500) for x in (500, 1500, 2500)], n=[1, 2, 3])
    save("communities", [box(1000 * k, 0, 1000, 2000) for k in range(4)],
         households=[900, 1000, 2100, 10], sorted=["yes", "yes", "yes", "no"],
         town=["A", "A", "B", "B"])  # fmt: skip
    save("surfaces", [box(0, 0, 1000, 2000), box(1000, 0, 3000, 2000)], kind=["roof", "green"])
    save("people", [shapely.Point(WEST + x, SOUTH + 500) for x in (500, 2600)], people=[3000, 1000])
    path = folder / "plan.toml"
    path.write_text(plan, encoding="utf-8")
    return path


@pytest.fixture
def outcome(tmp_path):
    return run_plan(write(tmp_path))


def found(outcome):
    return {one.id: one for one in outcome.indicators}


def test_every_target_is_judged_on_a_number_worked_out_by_hand(outcome):
    verdicts = {
        key: (round(one.headline.value, 6), one.verdict.status)
        for key, one in found(outcome).items()
    }

    assert verdicts == {
        "greenways": (0.0005, "met"),  # 4 km over 8 km²
        "greenways-added": (2000.0, "missed"),  # 1 km, both sides
        "charging-radius": (pytest.approx((8e6 / 3 / 3.141592653589793) ** 0.5), "missed"),
        "recycling": (0.5, "missed"),  # one for 2,100 households is too few, and one has none
        "centres": (0.75, "missed"),
        "sorting": (pytest.approx(4000 / 4010, abs=1e-6), "met"),
        "runoff": (0.3375, "met"),
        "gdp-per-km2": (1050.0, "met"),  # 10.5 亿元/km²
    }


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_outputs_are_written_in_either_language(tmp_path, lang):
    outcome = run_plan(write(tmp_path), lang=lang)

    folder = write_outputs(outcome, tmp_path / "out")

    pages = {page.stem for page in (folder / "maps").glob("*.html")}
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert set(found(outcome)) <= pages
    assert "0.50" in report
    assert {"en": "km/km²", "zh": "亿元/km²"}[lang] in report


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ('sides = "as_drawn"', 'sides = "centre"', "wants merge_m"),
        ('">= 0.4 km/km2"', '">= 4 km"', "does not measure the same"),
        ('target_part = "circle"\n', "", "add target_part"),
        ("per_unit = 1\nper_amount = 1000\n", "", "wants per_unit"),
        ('units = "communities"\nper', 'units = "townships"\nper', "which the plan lacks"),
        ('surface = "surfaces"', 'surface = "nothing"', "which the plan lacks"),
        ('">= 10 亿元/平方公里"', '">= 10 亿元"', "does not measure the same"),
        ('unit = "亿元"', 'unit = "furlong"', "unit: is 'furlong', which is not a unit"),
        ('unit = "number"', 'unit = "furlong"', "unit: is 'furlong', which is not a unit"),
        (
            'per = "land"',
            'per = "built_up"',
            'per names the layer "built_up", which the plan lacks',
        ),
        (
            'per = "land"',
            'per = "districts"',
            'per names "districts"; the land of the districts is',
        ),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused_before_any_work(tmp_path, old, new, match):
    assert old in PLAN

    with pytest.raises(PlanError, match=match):
        run_plan(write(tmp_path, PLAN.replace(old, new)))


@pytest.mark.parametrize(
    ("lang", "over", "not_over"),
    [("en", "over: land and residents", "parcels"), ("zh", "土地和人口", "用地图斑")],
)
def test_land_that_something_is_divided_by_is_that_of_the_districts(outcome, lang, over, not_over):
    sentences = " ".join(define(found(outcome)["greenways"].result, lang))
    assert over in sentences
    assert not_over not in sentences
