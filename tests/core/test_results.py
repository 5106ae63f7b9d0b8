"""Measures and results."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from geoplan.core.results import Result, make_amount, make_measure


def _districts():
    return gpd.GeoDataFrame(
        {"district_id": ["a", "b", "c"], "name": ["甲", "乙", "丙"]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)],
        crs=4547,
    )


def test_a_zero_numerator_is_zero_and_a_zero_denominator_is_unknown():
    measure = make_measure(_districts(), [0, 0, 1], [10, 0, 4], of="population")
    np.testing.assert_array_equal(measure.districts["value"], [0.0, np.nan, 0.25])


def test_an_unknown_district_makes_the_whole_unknown():
    measure = make_measure(_districts(), [1, np.nan, 1], [10, np.nan, 4], of="population")
    assert np.isnan(measure.value)


def test_the_table_ends_each_measure_with_the_whole():
    measure = make_measure(_districts(), [1, 2, 3], [10, 10, 10], of="land")
    table = Result("coverage", (measure,), _districts()).table
    assert table["district_id"].tolist() == ["a", "b", "c", ""]
    assert table["value"].iloc[-1] == pytest.approx(0.2)


def test_a_missing_measure_lists_those_there_are():
    result = Result(
        "coverage", (make_measure(_districts(), [1] * 3, [2] * 3, of="land"),), _districts()
    )
    with pytest.raises(KeyError, match="it has: land"):
        result.measure("population")


def test_an_amount_is_itself_over_one():
    measure = make_amount(_districts(), [3, np.nan, 5], of="roads", unit="m", total=7)
    assert measure.districts["value"].tolist()[::2] == [3.0, 5.0]
    assert (measure.value, measure.unit, measure.denominator_unit) == (7.0, "m", "")
    assert np.isnan(measure.districts["value"][1])
