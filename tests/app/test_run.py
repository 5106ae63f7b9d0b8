"""A plan from file to verdicts, on a city whose numbers are known; and what stops it."""

import math

import geopandas as gpd
import pytest
import shapely

from geoplan.app.run.runner import run_plan
from geoplan.core.errors import (
    CRSError,
    EmptyLayerError,
    PlanError,
    SchemaError,
    SourceError,
)


@pytest.fixture
def city(tmp_path, small_city):
    """Plan file of the small city."""
    return small_city.write_city(tmp_path)


@pytest.fixture
def outcome(city):
    """The small city's plan, run."""
    return run_plan(city)


def _edit(plan, old, new):
    text = plan.read_text(encoding="utf-8")
    assert old in text
    plan.write_text(text.replace(old, new), encoding="utf-8")
    return plan


def test_the_land_near_a_lone_stop_is_a_disc(outcome):
    measure = outcome.indicators[0].result.measure("land")
    disc = math.pi * 500**2
    assert measure.numerator == pytest.approx(disc, rel=1e-9)
    assert measure.districts["value"].tolist() == pytest.approx([disc / 16e6, 0.0], rel=1e-9)


def test_people_are_counted_where_they_are(outcome):
    measure = outcome.indicators[0].result.measure("population")
    assert (measure.numerator, measure.denominator) == (30.0, 50.0)


def test_a_missed_target_says_how_many_people_are_missing(outcome):
    verdict = outcome.indicators[0].verdict
    assert (verdict.status, verdict.shortfall_unit) == ("missed", "person")
    assert verdict.shortfall == pytest.approx(0.95 * 50 - 30)
    assert verdict.missed_districts == ("B", "A")


def test_a_quarter_is_exactly_a_quarter(outcome):
    assert outcome.indicators[1].verdict.status == "met"


def test_an_indicator_without_a_target_has_no_verdict(outcome):
    assert (outcome.indicators[2].target, outcome.indicators[2].verdict) == (None, None)


def test_indicators_and_layers_keep_the_order_of_the_plan(outcome):
    assert [indicator.id for indicator in outcome.indicators] == [
        "bus-stop-coverage-500m",
        "eco-land-share",
        "far-stops",
    ]
    assert list(outcome.layers) == ["districts", "bus_stops", "population", "green"]


def test_titles_come_in_the_language_asked_for(city):
    titles = [run_plan(city, lang=lang).indicators[0].title for lang in ("en", "zh")]
    assert titles == ["Bus-stop coverage within 500 m", "500 米公交站点覆盖率"]


def test_records_name_layers_and_files_as_the_plan_does(outcome):
    record = outcome.records["green"]
    assert (record.layer, record.kind, record.paths) == ("green", "red_lines", ("data/green.gpkg",))
    assert len(record.sha256[0]) == 64


def test_the_study_crs_is_chosen_where_the_plan_names_none(city):
    outcome = run_plan(_edit(city, 'crs = "EPSG:4547"\nlang', "lang"))
    assert (outcome.study_crs.crs, outcome.study_crs.rule) == ("EPSG:4547", "cgcs2000-3-degree")
    assert outcome.indicators[0].result.measure("population").value == 0.6


def test_a_named_study_crs_is_described(outcome):
    assert outcome.study_crs.rule == "named"
    assert 0 < outcome.study_crs.scale_error < 1e-4


def test_progress_is_told_step_by_step(city):
    told = []
    run_plan(city, progress=lambda *step: told.append(step))
    assert told[0] == ("load districts", 0, 7)
    assert told[-2:] == [("measure far-stops", 6, 7), ("", 7, 7)]


def test_facilities_beyond_the_margin_are_dropped_and_counted(city):
    outcome = run_plan(_edit(city, 'lang = "en"', "margin_m = 3000"))
    assert len(outcome.layers["bus_stops"]) == 1
    assert len(outcome.layers["population"]) == 3
    notice = outcome.records["bus_stops"].notices[-1]
    assert (notice.code, notice.count, notice.total) == ("beyond_margin", 1, 2)
    assert "more than 3,000 m outside" in notice.text("en")


def test_a_margin_keeps_what_is_inside_it(city):
    outcome = run_plan(_edit(city, 'lang = "en"', "margin_m = 10000"))
    assert len(outcome.layers["bus_stops"]) == 2


def test_a_margin_below_the_reach_of_an_indicator_is_told(city):
    outcome = run_plan(_edit(city, 'lang = "en"', "margin_m = 600"))
    notices = [(notice.code, notice.subject) for notice in outcome.notices]
    assert notices == [("margin_below_reach", "far-stops")]


def test_a_plan_in_gbk_is_read_and_told(city):
    city.write_bytes(city.read_text(encoding="utf-8").encode("gbk"))
    outcome = run_plan(city)
    assert (outcome.name, outcome.notices[0].code) == ("双城 2025", "plan_not_utf8")


def test_a_relative_target_without_a_baseline_cannot_be_decided(city):
    outcome = run_plan(_edit(city, "== 25 %", "not decrease"))
    verdict = outcome.indicators[1].verdict
    assert (verdict.status, verdict.reason) == ("undecidable", "no_baseline")


def test_a_district_without_people_has_no_share_and_is_not_judged(city):
    people = city.parent / "data" / "people.csv"
    lines = people.read_text(encoding="utf-8").splitlines()[:3]
    people.write_text("\n".join(lines) + "\n", encoding="utf-8")
    indicator = run_plan(city).indicators[0]
    assert math.isnan(indicator.headline.districts["value"][1])
    assert indicator.verdict.missed_districts == ("A",)


def test_a_whole_that_leaves_a_district_out_says_so(city):
    people = city.parent / "data" / "people.csv"
    people.write_text("people,x,y\n30,502000,2502000\n", encoding="utf-8")

    outcome = run_plan(city)

    result = outcome.indicators[0].result
    told = [n for n in result.notices if n.code == "districts_undecided"]
    assert result.measure("population").value == 1.0
    assert [(n.subject, n.count, n.total, n.values["names"]) for n in told] == [
        ("population", 1, 2, "乙")
    ]
    assert "乙" in told[0].text("zh")


def _write(path, geometry, crs=4547, **columns):
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=crs)
    path.unlink()
    frame.to_file(path, driver="GPKG")


def test_a_missing_file_is_named_before_anything_is_read(city):
    _edit(city, "data/green.gpkg", "data/gren.gpkg")
    (city.parent / "data" / "districts.gpkg").write_bytes(b"not read at all")
    with pytest.raises(SourceError, match=r"\[layers\.green\] path 'data/gren\.gpkg' is not there"):
        run_plan(city)


def test_a_wrong_column_is_named(city):
    _edit(city, 'id = "CODE"', 'id = "KODE"')
    with pytest.raises(SchemaError, match=r"(?s)\[layers\.districts\].*KODE.*CODE"):
        run_plan(city)


def test_an_empty_layer_is_named(city):
    (city.parent / "data" / "stops.csv").write_text("stop,name,x,y\n", encoding="utf-8")
    with pytest.raises(EmptyLayerError, match=r"\[layers\.bus_stops\]"):
        run_plan(city)


def test_a_layer_without_any_geometry_is_named(city):
    _write(city.parent / "data" / "districts.gpkg", [None, None], CODE=["A", "B"], NAME=["a", "b"])
    with pytest.raises(EmptyLayerError, match=r"\[layers\.districts\]"):
        run_plan(city)


@pytest.mark.parametrize(
    ("crs", "message"),
    [
        ("EPSG:4326", r"\[plan\] crs is in EPSG:4326 \(unit: degree\)"),
        ("EPSG:3857", r"\[plan\] crs is in EPSG:3857 \(Web Mercator\)"),
        ("EPSG:99", r"\[plan\] crs: 'EPSG:99' is not a CRS"),
    ],
)
def test_a_study_crs_that_cannot_measure_is_refused(city, crs, message):
    with pytest.raises(CRSError, match=message):
        run_plan(_edit(city, 'crs = "EPSG:4547"\nlang', f'crs = "{crs}"\nlang'))


def test_degrees_taken_for_metres_are_refused(city):
    degrees = [shapely.box(114.1 + k, 22.5, 114.2 + k, 22.6) for k in range(2)]
    _write(city.parent / "data" / "districts.gpkg", degrees, CODE=["A", "B"], NAME=["a", "b"])
    with pytest.raises(CRSError, match=r"\[layers\.districts\]"):
        run_plan(city)


def test_a_layer_without_crs_is_refused(city):
    _edit(city, 'path = "data/stops.csv"\ncrs = "EPSG:4547"', 'path = "data/stops.csv"')
    with pytest.raises(CRSError, match=r"\[layers\.bus_stops\]"):
        run_plan(city)


def test_layers_in_two_crs_are_measured_in_one(city):
    green = gpd.read_file(city.parent / "data" / "green.gpkg").to_crs(4490)
    _write(city.parent / "data" / "green.gpkg", green.geometry, crs=4490, kind=["eco"])
    value = run_plan(_edit(city, "== 25 %", "> 24.9 %")).indicators[1].headline.value
    assert value == pytest.approx(0.25, rel=1e-5)  # a straight edge in degrees is none in metres


def test_repeated_district_ids_are_refused(city, small_city):
    squares = [small_city.square(0), small_city.square(1)]
    _write(city.parent / "data" / "districts.gpkg", squares, CODE=["A", "A"], NAME=["a", "b"])
    with pytest.raises(SchemaError, match=r"\[layers\.districts\]"):
        run_plan(city)


def test_unknown_population_never_becomes_a_number(city):
    people = city.parent / "data" / "people.csv"
    text = people.read_text(encoding="utf-8")
    people.write_text(text.replace("\n30,", "\n,"), encoding="utf-8")
    outcome = run_plan(city)
    told = [notice.code for notice in outcome.records["population"].notices]
    measure = outcome.indicators[0].result.measure("population")
    assert (measure.denominator, told[0]) == (20.0, "dropped_unknown_amount")


def test_a_value_for_a_layer_without_amounts_is_refused(city):
    with pytest.raises(PlanError, match=r'\[layers\.green\] has a value.*"red_lines"'):
        run_plan(_edit(city, 'kind = "red_lines"', 'kind = "red_lines"\nvalue = "x"'))


def test_a_study_crs_made_for_another_place_is_told(city):
    outcome = run_plan(_edit(city, 'crs = "EPSG:4547"\nlang', 'crs = "EPSG:4548"\nlang'))
    for indicator in outcome.indicators:
        told = [n for n in indicator.result.notices if n.code.startswith("study_crs_off")]
        assert ["EPSG:4548" in one.text("en") for one in told] == [True]


def test_a_study_crs_whose_metres_are_none_there_is_refused(city):
    _edit(city, 'crs = "EPSG:4547"\nlang', 'crs = "EPSG:32633"\nlang')

    with pytest.raises(
        CRSError, match=r"in EPSG:32633, named, lengths are off by up to .*UTM zone"
    ):
        run_plan(city)


def test_a_pattern_in_a_path_is_said_not_to_be_expanded(city):
    with pytest.raises(SourceError, match=r"st\*.csv.*list the files"):
        run_plan(_edit(city, "data/stops.csv", "data/st*.csv"))
