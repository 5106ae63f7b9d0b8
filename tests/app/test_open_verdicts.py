"""What the data leave open decides no target, and is shown wherever the number is."""

import dataclasses
import json

import geopandas as gpd
import jsonschema
import pyogrio
import pytest
import shapely
from openpyxl import load_workbook

from geoplan.app.exports.geopackage import wide_districts
from geoplan.app.exports.results_json import plain, results_document, results_schema
from geoplan.app.exports.workbook import write_results_xlsx, write_xlsx
from geoplan.app.plan.relative_targets import compared_with
from geoplan.app.report.summary import verdict_table
from geoplan.app.report.tables import district_standings, district_table
from geoplan.app.report.words import conclusion, reason_words
from geoplan.app.run.judging import judge
from geoplan.app.run.outcome import IndicatorOutcome, Target
from geoplan.core.ranges import open_words
from geoplan.core.results import Bounds, Result, make_measure
from geoplan.core.texts import LANGS, catalogue

DISTRICTS = gpd.GeoDataFrame(
    {"district_id": ["A", "B", "C"], "name": ["甲", "乙", "丙"]},
    geometry=[shapely.box(k, 0, k + 1, 1) for k in range(3)],
    crs=4547,
)
# In A all is seen, in B a fifth is not, of C nothing is: 180 m2 of 300 are seen, 130 of them green.
BOUNDS = Bounds([0.9, 0.4, 0.0], [0.9, 0.6, 1.0], 130 / 300, 250 / 300, ("no_data",),
                of=[100, 100, 100], of_total=300)  # fmt: skip


def green(bounds=BOUNDS, **more):
    return make_measure(DISTRICTS, [90, 40, 0], [100, 80, 0], of="land", bounds=bounds, **more)


def target(operator, share, **more):
    return Target(f"{operator} {share:.0%}", operator, share, "1", "land", **more)


def indicator(operator=">=", share=0.5):
    measure, asked = green(), target(operator, share)
    result = Result("green_cover_rate", (measure,), DISTRICTS)
    return IndicatorOutcome("green", "Green", result, asked, judge(measure, asked))


@pytest.mark.parametrize(
    ("operator", "share", "status"),
    [
        (">=", 0.4, "met"),
        (">=", 0.5, "undecidable"),
        (">=", 0.9, "missed"),
        (">", 0.84, "missed"),
        (">=", 0.83, "undecidable"),
        ("<=", 0.84, "met"),
        ("<", 0.8, "undecidable"),
        ("<=", 0.4, "missed"),
        ("==", 0.5, "undecidable"),
        ("==", 0.9, "missed"),
        ("not_decrease", 0.4, "met"),
        ("not_decrease", 0.5, "undecidable"),
        ("not_increase", 0.4, "missed"),
        ("not_above_parent", 0.9, "met"),
    ],
)
def test_a_target_between_low_and_high_is_undecidable(operator, share, status):
    verdict = judge(green(), target(operator, share))
    assert (verdict.status, verdict.reason) == (status, "open" if status == "undecidable" else "")


@pytest.mark.parametrize(
    ("low", "high", "status"), [(0.4, 0.9, "met"), (0.4, 0.7, "undecidable"), (0.9, 1, "missed")]
)
def test_a_range_is_met_where_it_holds_all_that_is_possible(low, high, status):
    assert judge(green(), target("within", low, high=high)).status == status


def test_each_district_has_a_verdict_of_its_own_and_only_the_sure_misses_are_listed():
    verdict = judge(green(), target(">=", 0.7))
    assert verdict.districts == {"A": "met", "B": "missed", "C": "undecidable"}
    assert verdict.missed_districts == ("B",)


def test_districts_are_judged_where_the_whole_is_unknown():
    measure = make_measure(DISTRICTS, [9, 1, float("nan")], [10, 10, float("nan")], of="land")
    verdict = judge(measure, target(">=", 0.5))
    assert (verdict.status, verdict.reason) == ("undecidable", "value_unknown")
    assert verdict.districts == {"A": "met", "B": "missed"}


def test_a_value_within_the_tolerance_of_the_target_equals_it():
    measure = make_measure(DISTRICTS[:1], [95.0001], [100], of="land", tolerance=1e-5)
    assert [judge(measure, target(op, 0.95)).status for op in (">", ">=", "<=")] == [
        "missed",
        "met",
        "met",
    ]


def test_what_is_compared_with_may_be_open_itself():
    city = make_measure(DISTRICTS[:1], [5], [10], of="land",
                        bounds=Bounds([0.4], [0.6], 0.4, 0.6, ("no_network",)))  # fmt: skip
    own = make_measure(DISTRICTS[:1], [5], [10], of="land")
    verdict = judge(own, compared_with(target("not_above_parent", 0.0), city))
    assert (verdict.status, verdict.reason) == ("undecidable", "open")
    assert reason_words(verdict, "en").startswith("The value to compare with is open: some people")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "The value is between 43.3 % and 83.3 %: part of the ground has no data."),
        ("zh", "数值介于 43.3 % 与 83.3 % 之间：部分用地没有数据。"),
    ],
)
def test_the_reason_gives_the_range_and_why(lang, words):
    verdict = judge(green(), target(">=", 0.5))
    assert reason_words(verdict, lang).replace("\xa0", " ") == words


def test_a_verdict_that_stands_says_the_range_too():
    words = conclusion(indicator(">=", 0.4), "en").replace("\xa0", " ")
    assert words.startswith("The plan asks for ≥ 40 %: met. The value is between 43.3 %")


@pytest.mark.parametrize("lang", LANGS)
def test_every_known_reason_has_words(lang):
    assert {"open.no_data", "open.no_network", "open.coarse_units"} <= set(catalogue(lang))
    assert open_words(["no_data", "coarse_units"], lang).count("；" if lang == "zh" else "; ") == 1


@pytest.fixture
def outcome(outcomes):
    return dataclasses.replace(
        outcomes.make_outcome("en", (indicator(),)), layers={"districts": DISTRICTS}
    )


def test_results_json_has_bounds_verdicts_and_what_is_left_out(outcome):
    document = plain(results_document(outcome))
    jsonschema.validate(document, results_schema())
    (entry,) = json.loads(json.dumps(document))["indicators"]
    assert document["format"] == 2
    assert (entry["low"], entry["high"]) == (pytest.approx(130 / 300), pytest.approx(250 / 300))
    assert entry["left_out"] == {
        "value": 50,
        "low": pytest.approx(50),
        "high": pytest.approx(170),
        "unit": "m2",
    }
    assert (entry["verdict"], entry["shortfall"]["reason"]) == ("undecidable", "open")
    assert [row["verdict"] for row in entry["districts"]] == ["met", "undecidable", "undecidable"]
    assert [row["left_out"]["high"] for row in entry["districts"][:2]] == [
        pytest.approx(10),
        pytest.approx(60),
    ]
    assert entry["districts"][2]["value"] is None
    assert (entry["districts"][2]["low"], entry["districts"][2]["high"]) == (0, 1)


def test_both_workbooks_have_the_bounds(outcome, tmp_path):
    write_results_xlsx(outcome, tmp_path / "results.xlsx")
    write_xlsx(outcome, tmp_path / "report.xlsx")
    header, *rows = load_workbook(tmp_path / "results.xlsx").active.iter_rows(values_only=True)
    places = header.index("low"), header.index("high")
    assert [tuple(row[at] for at in places) for row in rows[:2]] == [(0.9, 0.9), (0.4, 0.6)]
    summary = load_workbook(tmp_path / "report.xlsx").worksheets[0]
    words = [cell.value for cell in summary[1]]
    assert summary[2][words.index("At most")].value == pytest.approx(250 / 300)


def test_the_geopackage_has_the_bounds_where_they_differ(outcome):
    wide = wide_districts(outcome)
    assert wide["green__land__low"].tolist() == pytest.approx([0.9, 0.4, 0.0])
    assert wide["green__land__high"].tolist() == pytest.approx([0.9, 0.6, 1.0])


def test_the_report_shows_ranges_and_the_sign_of_what_is_open(outcome):
    one = outcome.indicators[0]
    assert district_standings(one) == ["met", "undecidable", "undecidable"]
    rows = district_table(one, "en").rows
    assert [row.cells[3].text for row in rows] == [
        "72.2 % (43.3 – 83.3 %)",
        "90.0 %",
        "50.0 % (40.0 – 60.0 %)",
        "0.0 – 100.0 %",
    ]
    assert [row.cells[4].mark for row in rows] == ["◇", "✓", "◇", "◇"]
    assert verdict_table(outcome).rows[0].cells[2].text == "72.2 % (43.3 – 83.3 %)"


def test_pyogrio_reads_the_styled_geopackage_back(outcome, tmp_path):
    from geoplan.app.exports.geopackage import write_gpkg

    write_gpkg(outcome, tmp_path / "results.gpkg")
    assert "districts" in [name for name, _ in pyogrio.list_layers(tmp_path / "results.gpkg")]
