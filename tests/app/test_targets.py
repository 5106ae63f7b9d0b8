"""Targets: every way a planning document writes one, and exact comparison."""

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.app.plan.targets import Bound, judge, judges_districts, parse_target
from geoplan.app.run.outcome import Target
from geoplan.core.errors import PlanError
from geoplan.core.results import make_amount, make_measure

BAD_TARGETS = [
    ("", "1", "cannot be read"),
    ("no loss of 5 %", "1", "what there was, or what may change"),
    ("soon", "1", "Write for example '> 95 %'"),
    ("95 %", "1", "does not say how to compare"),
    ("8 m²/人", "m2/person", "does not say how to compare"),
    ("> 95", "1", "has no unit; wanted '%'"),
    ("> 1", "1", "has no unit; wanted '%', or a share below 1"),
    ("> 8", "m2/person", "has no unit; wanted m2/person"),
    ("> nan %", "1", "stands where a number"),
    (">", "1", "'nothing' stands where a number"),
    ("> 5 km", "1", "'km' does not measure the same; the indicator is a share"),
    ("> 5 %", "m2", "'%' does not measure the same; the indicator is m2"),
    (">= 8 m2", "m2/person", "does not measure the same"),
    ("> 5 furlongs", "m", "'furlongs' is not a unit"),
    ("> 95,5 %", "1", "is not a unit"),
    ("> 1e3 m", "m", "is not a unit"),
    ("not decrease from far", "1", "stands where a number"),
    ("达到 58 %", "1", "which way is better"),
]


@pytest.mark.parametrize(("text", "unit", "message"), BAD_TARGETS)
def test_a_target_that_cannot_be_read_says_what_to_write(text, unit, message):
    with pytest.raises(PlanError, match=message):
        parse_target(text, unit=unit)


@pytest.mark.parametrize(
    ("text", "unit", "operator", "value"),
    [
        ("> 95 %", "1", ">", 0.95),
        (">95%", "1", ">", 0.95),
        ("＞９５％", "1", ">", 0.95),
        ("≥95%", "1", ">=", 0.95),
        ("≧ 95 %", "1", ">=", 0.95),
        (">= 30.05 %", "1", ">=", 0.3005),
        ("> 0.95", "1", ">", 0.95),
        ("<= 0.99", "1", "<=", 0.99),
        ("== 46.6 %", "1", "==", 0.466),
        ("= 46.6%", "1", "==", 0.466),
        ("大于95％", "1", ">", 0.95),
        ("超过 95 %", "1", ">", 0.95),
        ("不低于95%", "1", ">=", 0.95),
        ("不少于 60 ％。", "1", ">=", 0.6),
        ("95%以上", "1", ">=", 0.95),
        ("达到60%以上", "1", ">=", 0.6),
        ("不高于 22 %", "1", "<=", 0.22),
        ("小于 5‰", "1", "<", 0.005),
        ("at least 95 percent", "1", ">=", 0.95),
        ("No more than 5 %", "1", "<=", 0.05),
        ("not above 5 %", "1", "<=", 0.05),
        ("more than 95 %", "1", ">", 0.95),
        ("95 % or more", "1", ">=", 0.95),
        ("不低于 8 m2/person", "m2/person", ">=", 8.0),
        ("≥ 8 m²/人", "m2/person", ">=", 8.0),
        ("≥ 8 ㎡／人", "m2/person", ">=", 8.0),
        ("不低于 8 平方米每人", "m2/person", ">=", 8.0),
        ("不低于人均8平方米", "m2/person", ">=", 8.0),
        ("at least 8 m2 per person", "m2/person", ">=", 8.0),
        (">= 9 ha/万人", "m2/person", ">=", 9.0),
        ("< 0.9 km", "m", "<", 900.0),
        ("不超过 900 米", "m", "<=", 900.0),
        (">= 181 km²", "m2", ">=", 181e6),
        (">= 1,000 公顷", "m2", ">=", 1e7),
        (">= 3 亩", "m2", ">=", 2000.0),
        ("> -5 %", "1", ">", -0.05),
        ("not decrease", "1", "not_decrease", None),
        ("Must not decrease.", "m2", "not_decrease", None),
        ("不降低", "m2", "not_decrease", None),
        ("不减少", "m2", "not_decrease", None),
        ("not decrease from 46.6 %", "1", "not_decrease", 0.466),
        ("不降低（现状 46.6%）", "1", "not_decrease", 0.466),
        ("不低于现状 46.6%", "1", "not_decrease", 0.466),
        ("not increase (baseline 5 %)", "1", "not_increase", 0.05),
        ("不增加", "1", "not_increase", None),
        ("not above the parent", "1", "not_above_parent", None),
        ("not above the city average", "1", "not_above_parent", None),
        ("不高于全市平均水平", "1", "not_above_parent", None),
        ("不高于全市平均水平 62 %", "1", "not_above_parent", 0.62),
    ],
)
def test_a_target_is_read_as_documents_write_it(text, unit, operator, value):
    assert parse_target(text, unit=unit) == Bound(operator, value)


@pytest.mark.parametrize(
    ("text", "unit", "low", "high"),
    [
        ("1-2 个", "count", 1.0, 2.0),
        ("1―2个", "count", 1.0, 2.0),
        ("2至3家", "count", 2.0, 3.0),
        ("between 1 and 2 sites", "count", 1.0, 2.0),
        ("10%-30%", "1", 0.1, 0.3),
        ("介于10%与30%之间", "1", 0.1, 0.3),
        ("0.5～1 公里", "m", 500.0, 1000.0),
    ],
)
def test_a_range_has_two_ends(text, unit, low, high):
    assert parse_target(text, unit=unit) == Bound("within", low, high)


def test_a_range_that_begins_with_the_larger_number_is_refused():
    with pytest.raises(PlanError, match="begins with the smaller number"):
        parse_target("3-2 个", unit="count")


@pytest.mark.parametrize(
    ("found", "status", "shortfall"),
    [(0.0, "missed", 1.0), (1.0, "met", 0.0), (2.0, "met", 0.0), (5.0, "missed", 3.0)],
)
def test_both_ends_of_a_range_belong_to_it(found, status, shortfall):
    measure = _measure([found], [1.0], unit="count")
    verdict = judge(measure, Target("1-2 个", "within", 1.0, "count", "count", high=2.0))
    assert (verdict.status, verdict.shortfall) == (status, shortfall)


@pytest.mark.parametrize(("direction", "operator"), [("up", ">="), ("down", "<=")])
def test_reaching_a_number_depends_on_which_way_is_better(direction, operator):
    assert parse_target("达到 58%", unit="1", direction=direction) == Bound(operator, 0.58)


@given(st.integers(0, 10**6), st.integers(0, 4))
def test_a_percentage_is_the_float_nearest_to_its_decimal(digits, places):
    number = digits / 10**places
    bound = parse_target(f">= {number:.{places}f} %", unit="1")
    assert bound.value == float(f"{digits}e-{places + 2}")


def _measure(numerators, denominators, **units):
    districts = gpd.GeoDataFrame(
        {"district_id": [f"D{k}" for k in range(len(numerators))], "name": "x"},
        geometry=[shapely.Point(k, 0).buffer(0.1) for k in range(len(numerators))],
        crs=4547,
    )
    return make_measure(districts, numerators, denominators, of="land", **units)


def _target(operator, value, unit="1"):
    return Target("as written", operator, value, unit, "land")


@pytest.mark.parametrize(
    ("operator", "status"),
    [
        (">", "missed"),
        (">=", "met"),
        ("<", "missed"),
        ("<=", "met"),
        ("==", "met"),
        ("not_decrease", "met"),
        ("not_increase", "met"),
        ("not_above_parent", "met"),
    ],
)
def test_nineteen_of_twenty_is_exactly_95_percent(operator, status):
    bound = parse_target("> 95 %", unit="1").value
    assert judge(_measure([19.0], [20.0]), _target(operator, bound)).status == status


@given(st.integers(1, 10**6), st.integers(1, 10**4))
def test_an_exact_ratio_of_counts_is_on_the_bound_for_any_denominator(whole, permille):
    measure = _measure([float(whole * permille)], [float(whole * 10**4)])
    bound = parse_target(f"> {permille / 100:.2f} %", unit="1").value
    statuses = [judge(measure, _target(op, bound)).status for op in (">", ">=", "==")]
    assert statuses == ["missed", "met", "met"]


@pytest.mark.parametrize(
    ("operator", "met"),
    [(">", True), (">=", True), ("<", False), ("<=", False), ("==", False)],
)
def test_a_hair_above_the_bound_is_not_rounded_away(operator, met):
    status = judge(_measure([95.0000001], [100.0]), _target(operator, 0.95)).status
    assert (status == "met") is met


def test_the_noise_of_floating_point_does_not_miss_a_target():
    whole = _measure([0.1 + 0.2], [0.3])
    nearly = _measure([0.9999999999999999], [1.0])
    statuses = [judge(measure, _target(">=", 1.0)).status for measure in (whole, nearly)]
    assert statuses == ["met", "met"]


def test_the_shortfall_of_a_share_is_in_the_unit_of_its_numerator():
    measure = _measure([800.0], [1000.0], numerator_unit="person", denominator_unit="person")
    verdict = judge(measure, _target(">", 0.95))
    assert (verdict.status, verdict.shortfall_unit) == ("missed", "person")
    assert verdict.shortfall == pytest.approx(150.0, rel=1e-12)


def test_the_shortfall_of_a_ratio_is_in_the_unit_of_the_ratio():
    units = {"unit": "m2/person", "denominator_unit": "person"}
    verdict = judge(_measure([600.0], [100.0], **units), _target(">=", 8.0, "m2/person"))
    assert (verdict.shortfall, verdict.shortfall_unit) == (2.0, "m2/person")


def test_too_much_is_a_shortfall_too():
    assert judge(_measure([0.3], [1.0]), _target("<=", 0.25)).shortfall == pytest.approx(0.05)


def test_a_met_target_lacks_nothing():
    assert judge(_measure([99.0], [100.0]), _target(">", 0.95)).shortfall == 0


def test_districts_that_miss_it_come_worst_first_and_unknown_ones_not_at_all():
    measure = _measure(
        [90.0, 99.0, 10.0, np.nan, 0.0, 95.0], [100.0, 100.0, 100.0, 100.0, 0.0, 100.0]
    )
    verdict = judge(_measure([1.0], [1.0]), _target(">", 0.95))
    assert verdict.missed_districts == ()
    whole_known = make_measure(
        gpd.GeoDataFrame(
            {"district_id": measure.districts["district_id"], "name": "x"},
            geometry=[shapely.Point(0, 0)] * 6,
            crs=4547,
        ),
        measure.districts["numerator"],
        measure.districts["denominator"],
        of="land",
        totals=(294.0, 400.0),
    )
    assert judge(whole_known, _target(">", 0.95)).missed_districts == ("D2", "D0", "D5")


def test_a_baseline_is_of_the_whole_and_judges_no_district():
    measure = _measure([10.0, 90.0], [100.0, 100.0])
    verdict = judge(measure, _target("not_decrease", 0.466))
    assert (verdict.status, verdict.missed_districts) == ("met", ())


def test_an_amount_judges_no_district():
    measure = _measure([10.0, 90.0], [1.0, 1.0], unit="m2")
    assert judge(measure, _target(">=", 60.0, "m2")).missed_districts == ()


@pytest.mark.parametrize(
    ("numerators", "denominators", "operator", "value", "reason"),
    [
        ([np.nan], [5.0], ">", 0.5, "value_unknown"),
        ([1.0, np.nan], [5.0, np.nan], ">", 0.5, "value_unknown"),
        ([0.0], [0.0], ">", 0.5, "denominator_zero"),
        ([1.0], [2.0], "not_decrease", None, "no_baseline"),
        ([1.0], [2.0], "not_increase", None, "no_baseline"),
        ([1.0], [2.0], "not_above_parent", None, "no_parent"),
    ],
)
def test_what_cannot_be_decided_says_why(numerators, denominators, operator, value, reason):
    verdict = judge(_measure(numerators, denominators), _target(operator, value))
    assert (verdict.status, verdict.reason) == ("undecidable", reason)
    assert math.isnan(verdict.shortfall)


def test_every_reason_has_its_words():
    from geoplan.core.texts import catalogue

    reasons = ("value_unknown", "denominator_zero", "no_baseline", "no_parent")
    lacking = [
        (lang, reason)
        for lang in ("en", "zh")
        for reason in reasons
        if f"report.reasons.{reason}" not in catalogue(lang)
    ]
    assert lacking == []


@given(
    st.floats(0, 1),
    st.floats(0.01, 1),
    st.sampled_from([">", ">=", "<", "<=", "=="]),
)
def test_the_verdict_is_that_of_plain_comparison_away_from_the_bound(value, bound, operator):
    import operator as python

    compare = {">": python.gt, ">=": python.ge, "<": python.lt, "<=": python.le, "==": python.eq}
    if 0 < abs(value - bound) < 1e-9:
        return
    verdict = judge(_measure([value], [1.0]), _target(operator, bound))
    assert (verdict.status == "met") == compare[operator](value, bound)


def test_each_district_is_held_to_a_target_of_a_mean_and_none_to_one_of_an_amount():
    districts = gpd.GeoDataFrame(
        {"district_id": ["a", "b"], "name": ["甲", "乙"]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
        crs=4547,
    )
    mean = make_measure(districts, [3, 6], [10, 10], of="runoff", unit="number")
    count = make_amount(districts, [3, 6], of="count", unit="number")
    target = Target("<= 0.5", "<=", 0.5, "number", "runoff", "", "")

    assert judge(mean, target).missed_districts == ("b",)
    assert judges_districts(count, target) is False
