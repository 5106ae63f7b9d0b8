"""What no city has is told, with what cities have."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.core.plausible import RANGES, plausibility_notices
from geoplan.core.results import Result, make_amount, make_measure
from geoplan.core.texts import LANGS


def result(analysis, over, under, *, unit, under_unit="m2", side_m=1000.0):
    rows = len(over)
    districts = gpd.GeoDataFrame(
        {"district_id": [str(k) for k in range(rows)], "name": "x"},
        geometry=[shapely.box(k * side_m, 0, (k + 1) * side_m, side_m) for k in range(rows)],
        crs="EPSG:4547",
    )
    measure = make_measure(
        districts, over, under, of="population", unit=unit, denominator_unit=under_unit
    )
    return Result(analysis, (measure,), districts)


def test_the_park_area_of_a_table_in_ten_thousands_is_told():
    found = result(
        "park_area_per_capita", [1085e3], [1000.0], unit="m2/person", under_unit="person"
    )
    (told,) = plausibility_notices(found)
    assert (told.code, told.count, told.total) == ("implausible", 1, 1)
    assert "1,085.0 m²/person" in told.text("en")
    assert "平方米" in told.text("zh") or "m²" in told.text("zh")


def test_1190_people_in_shenzhen_are_told_whatever_is_measured():
    found = result(
        "coverage", [500.0], [1190.0], unit="1", under_unit="person", side_m=1000 * 1997**0.5
    )
    (told,) = plausibility_notices(found)
    assert told.values["shown"]["en"] == "0.596 people/km²"
    assert "万人" in told.text("zh")


def test_more_people_than_ground_can_hold_are_told():
    found = result("coverage", [1.0], [5e6], unit="1", under_unit="person")
    assert [notice.code for notice in plausibility_notices(found)] == ["implausible"]


def test_a_reserve_without_people_beside_a_city_is_not_told():
    found = result("coverage", [0.0, 1.0], [0.0, 20_000.0], unit="1", under_unit="person")
    assert plausibility_notices(found) == ()


def test_a_district_beyond_the_range_is_told_and_counted():
    found = result(
        "park_area_per_capita", [8e4, 9e5], [1e4, 1e3], unit="m2/person", under_unit="person"
    )
    (told,) = plausibility_notices(found)
    assert (told.count, told.total) == (1, 2)
    assert told.values["shown"]["en"] == "900.0 m²/person"


def test_unknown_values_are_not_told():
    found = result("park_area_per_capita", [np.nan], [np.nan], unit="m2/person")
    assert plausibility_notices(found) == ()


@pytest.mark.parametrize("rule", RANGES, ids=lambda rule: f"{rule.analysis} {rule.unit}")
def test_every_range_is_one_with_a_reason_in_each_language(rule):
    assert rule.low < rule.high
    assert set(rule.reasons) == set(LANGS)
    assert all(rule.reasons.values())


@pytest.mark.parametrize(
    ("analysis", "unit", "value"),
    [
        ("detour", "m/m", 0.9),
        ("length_and_density", "m/m2", 0.5),
        ("length_and_density", "m/person", 5000.0),
        ("service_radius", "m", 2e5),
        ("intensity", "CNY/m2", 1e6),
        ("weighted_mean", "ug/m3", 3500.0),
    ],
)
def test_each_kind_of_number_has_its_range(analysis, unit, value):
    found = result(analysis, [1.0], [1.0], unit="1")
    wrong = make_amount(found.districts, [value], of="x", unit=unit)
    right = make_amount(found.districts, [value / 20 if value > 1 else 1.3], of="x", unit=unit)
    if unit == "m/m2":
        right = make_amount(found.districts, [0.01], of="x", unit=unit)
    for measure, told in ((wrong, 1), (right, 0)):
        one = Result(analysis, (measure,), found.districts)
        notices = plausibility_notices(one)
        assert len(notices) == told, (measure.value, notices)
        assert all(notice.text(lang) for notice in notices for lang in LANGS)
