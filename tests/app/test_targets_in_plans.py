"""Targets as a plan and its documents set them: whom they leave out, what they are relative to."""

import json
import math

import jsonschema
import pytest

from geoplan.app.exports.results_json import results_document, results_schema
from geoplan.app.plan.indicators import plan_indicators
from geoplan.app.plan.plan_file import read_plan
from geoplan.app.plan.targets import parse_target
from geoplan.app.run.runner import run_plan
from geoplan.core.errors import PlanError

HEAD = """
[plan]
name = "双城 2025"
crs = "EPSG:4547"
areas = "plane"

[layers.districts]
path = "data/districts.gpkg"
id = "CODE"
name = "NAME"
columns = { ozone = "ozone", pt = "pt" }

[layers.bus_stops]
path = "data/stops.csv"
crs = "EPSG:4547"
x = "x"
y = "y"

[layers.population]
path = "data/people.csv"
crs = "EPSG:4547"
value = "people"

[layers.green]
path = "data/green.gpkg"
kind = "red_lines"

[layers.green_before]
path = "data/green.gpkg"
kind = "red_lines"

"""
COVERAGE = """
[indicators.bus-stop-coverage-500m]
distance = "straight"
of = "population"
"""


@pytest.fixture
def city(tmp_path, small_city):
    """Write the city of two squares with a plan, its districts with two statistics."""
    import geopandas as gpd

    def write(indicators):
        path = small_city.write_city(tmp_path, HEAD + indicators)
        file = tmp_path / "data" / "districts.gpkg"
        districts = gpd.read_file(file)
        districts.assign(ozone=[60.0, 40.0], pt=[40.0, 60.0]).to_file(file, driver="GPKG")
        districts.dissolve().assign(CODE="C", NAME="城", ozone=50.0, pt=50.0).to_file(
            tmp_path / "data" / "city.gpkg", driver="GPKG"
        )
        return path

    return write


def only(path):
    outcome = run_plan(path)
    jsonschema.validate(results_document(outcome), results_schema())
    return outcome.indicators[0]


def test_a_document_fills_in_its_target_with_year_status_and_source(city):
    found = only(city(COVERAGE + 'document = "longgang-2020"\n'))

    target = found.target
    assert (target.text, target.year, target.force) == ("> 95 %", 2020, "binding")
    assert target.document == "longgang-2020"
    assert target.source.startswith("Longgang circular economy and energy-saving 13th")
    assert target.source.endswith("row 11, L171")


def test_year_status_and_document_are_carried_to_results_json(city):
    outcome = run_plan(city(COVERAGE + 'document = "longgang-2020"\n'))

    target = json.loads(json.dumps(results_document(outcome)))["indicators"][0]["target"]
    assert (target["year"], target["force"]) == (2020, "binding")
    assert target["document"] == "longgang-2020"


def test_a_target_of_the_plans_own_is_not_taken_for_the_documents(city):
    path = city(COVERAGE + 'document = "longgang-2020"\ntarget = "> 90 %"\n')

    (indicator,) = plan_indicators(read_plan(path))
    assert (indicator.table.target, indicator.table.target_year) == ("> 90 %", None)


@pytest.mark.parametrize(
    ("lines", "match"),
    [
        ('document = "longgang"', 'Did you mean "longgang-2'),
        ('document = "longgang-2025"', "does not speak of bus-stop-coverage-500m; longgang-2020"),
        ("target_year = 2025", "has target_year but no target"),
        (
            'target = "> 9 %"\ntarget_parent = "districts"',
            "has target_parent, which is for a target",
        ),
        ('target = "> 9 %"\ntarget_force = "soft"', "wanted .binding., .expected. or .strive."),
    ],
)
def test_what_a_plan_says_wrongly_of_a_target_is_told(city, lines, match):
    with pytest.raises(PlanError, match=match):
        plan_indicators(read_plan(city(f"{COVERAGE}{lines}\n")))


def test_a_document_that_sets_no_number_says_what_it_says(city):
    plan = city('[indicators.greenway-network-tiers]\ndocument = "longgang-2020"\n')
    with pytest.raises(PlanError):
        plan_indicators(read_plan(plan))


def test_contradictions_of_the_document_are_shown_and_not_settled(city):
    found = only(city(COVERAGE + 'document = "longgang-2020"\n'))

    (told,) = [n for n in found.result.notices if n.code == "document_disagrees"]
    assert told.values["said"] == "93 %; 92 %"
    assert "93 %; 92 %" in told.text("zh")
    assert "《龙岗区循环经济和节能“十三五”规划》" in told.text("zh")


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("longgang-2020, row 11", 1),
        ("《龙岗区循环经济和节能“十三五”规划》表 2", 1),
        ("our own plan", 0),
    ],
)
def test_a_document_that_the_plan_does_not_name_is_not_spoken_of(city, source, count):
    line = f"target = '> 95 %'\nsource = '{source}'\n"
    notices = only(city(COVERAGE + line)).result.notices
    assert [one.code for one in notices].count("document_disagrees") == count


PM25 = """
[indicators.INDICATOR]
analysis = "district_table"
value = "pm25"
unit = "ug/m3"
combine = "mean"
weight = "area"
target = "达到 22 微克/立方米"
"""


@pytest.mark.parametrize(
    ("id_", "line", "operator"),
    [
        ("pm25-annual-mean", "", "<="),
        ("pm25-annual-mean", 'better = "up"', ">="),
        ("own", 'better = "down"', "<="),
        ("own", 'better = "up"', ">="),
    ],
)
def test_which_way_is_better_is_the_rows_or_the_plans_to_say(city, id_, line, operator):
    (one,) = plan_indicators(read_plan(city(PM25.replace("INDICATOR", id_) + line)))
    bound = parse_target(one.table.target, unit="ug/m3", direction=one.better)
    assert (bound.operator, bound.value) == (operator, 22)


def test_reaching_a_number_without_a_direction_is_refused_with_the_next_step(city):
    with pytest.raises(PlanError, match=r"Add better = .up."):
        plan_indicators(read_plan(city(PM25.replace("INDICATOR", "own"))))


@pytest.mark.parametrize("excluded", ["B", "乙"])
def test_a_territory_left_out_is_in_no_number(city, excluded):
    found = only(city(COVERAGE + f'exclude = "{excluded}"\ntarget = ">= 75 %"\n'))

    values = found.headline.districts.set_index("name")["value"]
    assert (values["甲"], math.isnan(values["乙"])) == (0.75, True)
    assert (found.headline.value, found.verdict.status) == (0.75, "met")
    (told,) = [n for n in found.result.notices if n.code == "districts_excluded"]
    assert told.values["names"] == excluded


def test_with_the_territory_the_same_target_is_missed(city):
    assert only(city(COVERAGE + 'target = ">= 75 %"\n')).verdict.status == "missed"


def test_what_is_to_be_left_out_and_is_not_there_is_told(city):
    found = only(city(COVERAGE + 'exclude = ["深汕合作区"]\n'))

    assert len(found.result.districts) == 2
    assert [n.code for n in found.result.notices if "districts_" in n.code] == [
        "districts_not_there"
    ]


def test_nothing_left_to_report_on_is_an_error(city):
    with pytest.raises(PlanError, match="leaves no district"):
        run_plan(city(COVERAGE + 'exclude = ["A", "B"]\n'))


OZONE = """
[layers.city]
path = "data/city.gpkg"
kind = "districts"
id = "CODE"
name = "NAME"
columns = {{ ozone = "ozone" }}

[indicators.ozone-not-above-city-mean]
value = "ozone"
unit = "ug/m3"
combine = "mean"
weight = "area"
document = "longgang-2025"
target_parent = "city"
exclude = "{}"
"""


@pytest.mark.parametrize(("other", "status"), [("A", "met"), ("B", "missed")])
def test_not_above_the_citys_mean_is_compared_with_the_city(city, other, status):
    found = only(city(OZONE.format(other)))

    assert (found.target.operator, found.target.value) == ("not_above_parent", 50.0)
    assert found.verdict.status == status


def test_without_the_city_it_cannot_be_decided(city):
    lines = OZONE.format("A").replace('target_parent = "city"\n', "")
    assert only(city(lines)).verdict.reason == "no_parent"


def test_red_lines_that_must_not_decrease_are_compared_with_their_earlier_version(city):
    found = only(
        city(
            '[indicators.redline-area-not-decrease]\nred_lines = "green"\n'
            'previous = "green_before"\nmin_width_m = 1\ndocument = "longgang-2025"\n'
        )
    )

    assert (found.target.operator, found.target.value) == ("not_decrease", 8e6)
    assert (found.verdict.status, found.target.force) == ("met", "expected")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("not decrease from 8 km2", "met"),
        ("not decrease from 8.000001 km2", "missed"),
        ("不降低（现状 12000 亩）", "met"),
        (">= 1.2 万亩", "met"),
        ("> 1.2 万亩", "missed"),
    ],
)
def test_areas_of_red_lines_have_targets_in_any_unit_of_area(city, target, status):
    found = only(
        city(
            '[indicators.redline-area-not-decrease]\nred_lines = "green"\n'
            'previous = "green_before"\nmin_width_m = 1\ntarget_of = "after"\n'
            f'target = "{target}"\n'
        )
    )
    assert found.verdict.status == status


@pytest.mark.parametrize(("baseline", "status"), [("25 %", "met"), ("25.01 %", "missed")])
def test_a_share_that_is_to_be_kept_may_not_fall(city, baseline, status):
    lines = '[indicators.eco-land-share]\nlines = "green"\n'
    found = only(city(f'{lines}target = "not decrease from {baseline}"\n'))
    assert found.verdict.status == status


SPONGE = """
[indicators.sponge-city-area-share]
objects = "green"
column = "category"
by = "area"
values = "eco"
document = "shenzhen-2025"
"""


@pytest.mark.parametrize("target", ["", 'target = ">= 60 %"\n'])
def test_what_a_document_leaves_out_at_one_place_only_is_for_the_plan_to_say(city, target):
    with pytest.raises(PlanError, match=r"different territory.*exclude = .*or exclude = \[\]"):
        plan_indicators(read_plan(city(SPONGE + target)))


@pytest.mark.parametrize("exclude", ['["深汕特别合作区"]', "[]"])
def test_the_plan_may_leave_it_out_or_not(city, exclude):
    (indicator,) = plan_indicators(read_plan(city(f"{SPONGE}exclude = {exclude}\n")))

    assert (indicator.table.target, indicator.table.target_force) == (">= 60 %", "expected")
