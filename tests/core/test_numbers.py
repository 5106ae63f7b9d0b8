"""Numbers as people read them: rounded for the eye, never against the verdict."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.core.numbers import (
    Scale,
    amount,
    distance,
    number,
    scale_for,
    share,
    unit_label,
    value_text,
)
from geoplan.core.texts import catalogue

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0, 0, "0"),
        (1493908.4, 0, "1,493,908"),
        (-12.25, 1, "-12.2"),
        (0.04, 1, "< 0.1"),
        (-0.04, 1, "> -0.1"),
        (NAN, 1, "–"),
        (math.inf, 0, "–"),
    ],
)
def test_a_number_has_separators_and_keeps_tiny_apart_from_zero(value, decimals, expected):
    assert number(value, decimals) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0.0 %"),
        (1.0, "100.0 %"),
        (0.765, "76.5 %"),
        (0.0001, "< 0.1 %"),
        (0.99999, "> 99.9 %"),
        (1.2, "120.0 %"),
        (NAN, "–"),
    ],
)
def test_a_share_is_a_percentage_and_only_exact_ends_are_written_as_ends(value, expected):
    assert share(value) == expected


@pytest.mark.parametrize(
    ("value", "bound", "expected"),
    [
        (0.9498, 0.95, "94.98 %"),
        (0.95, 0.95, "95.0 %"),
        (0.95001, 0.95, "95.001 %"),
        (0.950001, 0.95, "> 95.0 %"),
        (0.46599999, 0.466, "< 46.6 %"),
        (0.94, 0.95, "94.0 %"),
        (0.466, 0.4661, "46.6 %"),
        (0.99999, 1.0, "99.999 %"),
    ],
)
def test_a_share_gets_the_digits_that_keep_it_on_its_side_of_the_target(value, bound, expected):
    assert share(value, bound=bound) == expected


@given(value=st.floats(0, 1), bound=st.sampled_from([0.3, 0.8, 0.9, 0.95]))
def test_the_text_of_a_share_never_contradicts_the_comparison(value, bound):
    shown = share(value, bound=bound)
    if shown[0] in "<>" or abs(value - bound) < 1e-8:
        return
    percent = float(shown.removesuffix(" %"))
    assert (percent < round(bound * 100, 6)) == (value < bound)


@pytest.mark.parametrize(
    ("value", "unit", "lang", "expected"),
    [
        (437e6, "m2", "en", "437.0 km²"),
        (2.5e6, "m2", "en", "2.50 km²"),
        (43_700, "m2", "zh", "4.4 公顷"),
        (320, "m2", "en", "320 m²"),
        (1_493_908, "person", "en", "1,493,908 people"),
        (1_493_908, "person", "zh", "149.4 万人"),
        (84_244, "person", "zh", "84,244 人"),
        (69, "count", "en", "69"),
        (12.34, "m2/person", "zh", "12.3 m²/人"),
        (0.765, "1", "en", "76.5 %"),
        (NAN, "person", "en", "–"),
        (12, "widget", "en", "12 widget"),
    ],
)
def test_an_amount_carries_its_unit_at_a_size_people_read(value, unit, lang, expected):
    assert amount(value, unit, lang) == expected


def test_a_given_scale_keeps_a_column_in_one_unit():
    scale = scale_for("m2", [2e6, 388.59e6, NAN])
    assert [amount(v, "m2", "en", scale=scale) for v in (2e6, 388.59e6)] == ["2.0 km²", "388.6 km²"]


@pytest.mark.parametrize(
    ("unit", "values", "expected"),
    [
        ("1", [0.2], Scale(0.01, "%", 1)),
        ("m2", [], Scale(1.0, "m2", 0)),
        ("m2", [5e4], Scale(1e4, "ha", 1)),
        ("m", [12_000], Scale(1e3, "km", 1)),
        ("m", [900], Scale(1.0, "m", 0)),
        ("m2/person", [15.2], Scale(1.0, "m2/person", 1)),
        ("m2/person", [0.2], Scale(1.0, "m2/person", 3)),
        ("person", [NAN], Scale(1.0, "person", 0)),
    ],
)
def test_the_scale_follows_the_largest_value(unit, values, expected):
    assert scale_for(unit, values) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(0.5, "1", "50.0 %"), (437e6, "m2", "437.0 km²"), (NAN, "1", "–")],
)
def test_a_value_is_written_by_the_unit_of_its_measure(value, unit, expected):
    assert value_text(value, unit, "en") == expected


def test_distances_turn_into_kilometres_from_ten_kilometres_up():
    assert [distance(m, "en") for m in (500, 1500, 12_500)] == ["500 m", "1,500 m", "12.5 km"]


def test_both_languages_know_the_same_units():
    en, zh = (
        {key for key in catalogue(lang) if key.startswith("numbers.")} for lang in ("en", "zh")
    )
    assert en == zh


def test_the_unit_of_a_share_has_no_label():
    assert unit_label("1", "en") == ""


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [
        (0.001413, "m/m2", "1.41 km/km²", "1.41 km/km²"),
        (0.25, "m/person", "2.50 km per 10,000 people", "2.50 km/万人"),
        (0.393e-6, "count/m2", "0.393 per km²", "0.393 个/km²"),
        (1.5e-4, "count/person", "1.50 per 10,000 people", "1.50 个/万人"),
        (606.0, "CNY/m2", "6.06 × 10⁸ CNY/km²", "6.06 亿元/km²"),
        (0.5, "number", "0.500", "0.500"),
    ],
)
def test_ratios_are_shown_at_the_size_that_plans_use(value, unit, en, zh):
    assert (value_text(value, unit, "en"), value_text(value, unit, "zh")) == (en, zh)


def test_an_amount_beside_its_target_shows_the_digits_that_tell_them_apart():
    assert value_text(900.2, "m", "en", bound=900.0) == "900.2 m"
    assert value_text(0.0079996, "m/m2", "en", bound=0.008) == "7.9996 km/km²"
    assert value_text(900.0, "m", "en", bound=900.0) == "900 m"
