"""Units as documents write them, exactly."""

from fractions import Fraction

import pytest

from geoplan.app.plan.targets import parse_target
from geoplan.core.written_units import unit_factor


@pytest.mark.parametrize(
    ("written", "factor", "unit"),
    [
        ("km/km2", Fraction(1, 1000), "m/m2"),
        ("公里/平方公里", Fraction(1, 1000), "m/m2"),
        ("km per 10,000 people", Fraction(1, 10), "m/person"),
        ("公里/万人", Fraction(1, 10), "m/person"),
        ("/10,000 people", Fraction(1, 10_000), "count/person"),
        ("个/万人", Fraction(1, 10_000), "count/person"),
        ("stations/km2", Fraction(1, 10**6), "count/m2"),
        ("个/1000户", Fraction(1, 1000), "count/household"),
        ("亿元/平方公里", Fraction(100), "CNY/m2"),
        ("吨标煤/万元", Fraction(1, 10_000), "tce/CNY"),
        ("μg/m3", Fraction(1), "ug/m3"),
        ("亩", Fraction(10_000, 15), "m2"),
    ],
)
def test_units_are_read_exactly(written, factor, unit):
    assert unit_factor(written) == (factor, unit)


@pytest.mark.parametrize("written", ["furlong", "km/furlong", "/", "km/10", "10 km", "m//m2"])
def test_what_is_no_unit_is_none(written):
    assert unit_factor(written) is None


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("≥ 8 km/km²", "m/m2", 0.008),
        (">= 1.5 /10,000 people", "count/person", 1.5e-4),
        (">= 1,200 m", "m", 1200.0),
        ("≤ 900 m", "m", 900.0),
        ("< 0.9 km", "m", 900.0),
        ("不低于 10 亿元/平方公里", "CNY/m2", 1000.0),
        ("<= 0.5", "number", 0.5),
        ("不高于 22 微克/立方米", "ug/m3", 22.0),
    ],
)
def test_targets_of_lengths_counts_and_intensities_are_read(text, unit, value):
    assert parse_target(text, unit=unit).value == pytest.approx(value, rel=1e-15)
