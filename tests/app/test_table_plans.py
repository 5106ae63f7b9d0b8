"""Statistics and inventories through a whole plan: numbers, verdicts and every file of a run."""

import geopandas as gpd
import pytest

from geoplan.app.exports.outputs import write_outputs
from geoplan.app.plan.indicators import plan_indicators
from geoplan.app.plan.plan_file import read_plan
from geoplan.app.run.runner import run_plan
from geoplan.core.errors import GeoplanError, PlanError

STATISTIC = """
[indicators.public-transport-motorised-share]
value = "pt"
unit = "%"
combine = "mean"
weight = "trips"
document = "longgang-2020"
"""
INVENTORY = """
[layers.charging_stations]
path = "data/piles.csv"
crs = "EPSG:4547"
x = "x"
y = "y"
columns = { piles = "piles", kind = "kind" }

[indicators.ev-charging-pile-count]
value = "piles"
unit = "个"
by = "kind"
target = ">= 4.3 万个"
target_of = "amount"
document = "shenzhen-2025"
"""


@pytest.fixture
def plan(tmp_path, small_city):
    """Write the city of two squares with statistics and two charging stations."""
    head = small_city.PLAN.replace(
        'name = "NAME"\n', 'name = "NAME"\ncolumns = { pt = "pt", trips = "trips" }\n', 1
    )

    def write(indicators):
        path = small_city.write_city(tmp_path, head + indicators)
        file = tmp_path / "data" / "districts.gpkg"
        gpd.read_file(file).assign(pt=[40.0, 60.0], trips=[3, 1]).to_file(file, driver="GPKG")
        x, y = small_city.WEST + 100, small_city.SOUTH + 100
        (tmp_path / "data" / "piles.csv").write_text(
            f"piles,kind,x,y\n20000,fast,{x},{y}\n22999,slow,{x},{y}\n", encoding="utf-8"
        )
        return path

    return write


def test_a_statistic_has_a_verdict_whose_shortfall_is_in_points(plan):
    found = run_plan(plan(STATISTIC)).indicators[-1]

    assert found.headline.value == pytest.approx(0.45)
    assert (found.verdict.status, found.verdict.shortfall_unit) == ("missed", "1")
    assert found.verdict.shortfall == pytest.approx(0.10)


def test_one_pile_short_of_43000_misses_the_target(plan):
    found = run_plan(plan(INVENTORY)).indicators[-1]

    assert (found.headline.value, found.target.value) == (42_999, 43_000)
    assert (found.verdict.status, found.verdict.shortfall) == ("missed", 1)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_file_of_a_run_takes_them(plan, tmp_path, lang):
    outcome = run_plan(plan(STATISTIC + INVENTORY + 'exclude = "B"\n'), lang=lang)

    written = write_outputs(outcome, tmp_path / "out")

    report = (written / "report.html").read_text(encoding="utf-8")
    assert outcome.indicators[-1].title in report
    assert (written / "results.xlsx").is_file()


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ('unit = "%"', 'unit = "furlong"', "not a unit that is known here"),
        ('weight = "trips"\n', "", "a mean needs a column to weight with"),
        ('weight = "trips"', 'weight = "trips"\nwhole = 3', "or let the districts make it"),
        ('combine = "mean"', 'combine = "median"', 'wanted "sum", "mean" or "none"'),
        ('document = "longgang-2020"', 'target = ">= 5 km"', "does not measure the same"),
    ],
)
def test_a_statistic_that_cannot_be_told_is_refused_before_any_work(plan, old, new, match):
    with pytest.raises(PlanError, match=match):
        plan_indicators(read_plan(plan(STATISTIC.replace(old, new))))


def test_an_amount_without_its_unit_is_refused(plan):
    with pytest.raises(PlanError, match="an amount needs both, the column and its unit"):
        plan_indicators(read_plan(plan(INVENTORY.replace('unit = "个"\n', ""))))


def test_a_page_of_a_yearbook_is_joined_to_the_districts(tmp_path, small_city):
    head = small_city.PLAN.replace(
        'name = "NAME"\n', 'name = "NAME"\njoin = "data/book.csv"\njoin_on = "区划代码"\n', 1
    )
    path = small_city.write_city(tmp_path, head + STATISTIC)
    (tmp_path / "data" / "book.csv").write_text(
        "区划代码,pt,trips\nB,60,1\nA,40,3\n", encoding="gbk"
    )

    outcome = run_plan(path)

    assert outcome.indicators[-1].headline.value == pytest.approx(0.45)
    assert outcome.records["districts"].paths == ("data/districts.gpkg", "data/book.csv")


@pytest.mark.parametrize(
    ("lines", "match"),
    [
        ('join = "data/book.csv"', "wants join and join_on together"),
        ('join = "data/book.csv"\njoin_on = "x"', "join 'data/book.csv' is not there"),
    ],
)
def test_a_join_that_cannot_be_made_is_told_before_any_work(tmp_path, small_city, lines, match):
    head = small_city.PLAN.replace('name = "NAME"\n', f'name = "NAME"\n{lines}\n', 1)
    with pytest.raises(GeoplanError, match=match):
        run_plan(small_city.write_city(tmp_path, head))
