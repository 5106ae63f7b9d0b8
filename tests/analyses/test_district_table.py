"""Statistics by district: units, wholes, and what is unknown."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses.tables.district_table import district_table
from geoplan.core.errors import CRSError, ParameterError, SchemaError


def districts(**columns):
    rows = len(next(iter(columns.values())))
    return gpd.GeoDataFrame(
        {"district_id": [f"D{k}" for k in range(rows)], "name": "x", **columns},
        geometry=[shapely.box(k, 0, k + 1, k + 1) for k in range(rows)],
        crs=4547,
    )


GOOD = {"value": "v", "unit": "%", "combine": "sum"}
BAD = [
    ({"value": "w"}, SchemaError, "has no column 'w'"),
    ({"value": "words"}, SchemaError, "has no number in its column 'words'"),
    ({"unit": "furlong"}, ParameterError, "not a unit that is known"),
    ({"combine": "median"}, ParameterError, "wanted 'sum', 'mean' or 'none'"),
    ({"combine": "mean"}, ParameterError, "a mean needs a column to weight with"),
    ({"weight": "area"}, ParameterError, "a mean needs a column to weight with"),
    ({"whole": 3.0}, ParameterError, "state it with combine = 'none'"),
    ({"combine": "mean", "weight": "minus"}, SchemaError, "negative weight"),
]


@pytest.mark.parametrize(("change", "error", "match"), BAD)
def test_what_cannot_be_told_is_refused(change, error, match):
    layer = districts(v=[1.0, 2.0], words=["a", "b"], minus=[-1.0, 2.0])
    with pytest.raises(error, match=match):
        district_table(layer, **{**GOOD, **change})


def test_degrees_are_refused():
    with pytest.raises(CRSError, match="districts"):
        district_table(districts(v=[1.0]).to_crs(4326), **GOOD)


@pytest.mark.parametrize(
    ("unit", "written", "value", "base"),
    [
        ("%", 47, 0.47, "1"),
        ("万立方米", 447, 4.47e6, "m3"),
        ("亩", 360, 240_000, "m2"),
        ("公顷", 51, 510_000, "m2"),
        ("平方公里", 1, 1e6, "m2"),
        ("亿元/平方公里", 10, 1000, "CNY/m2"),
        ("万个", 4.3, 43_000, "count"),
        ("亿人", 0.1, 1e7, "person"),
        ("ug/m3", 22, 22, "ug/m3"),
        ("天", 90, 90, "day"),
        ("number", 61.4, 61.4, "number"),
    ],
)
def test_a_column_is_read_in_the_unit_that_the_table_states(unit, written, value, base):
    measure = district_table(districts(v=[written]), value="v", unit=unit, combine="sum").measures[
        0
    ]
    assert measure.unit == base
    assert measure.value == pytest.approx(value, rel=1e-15)


def test_the_whole_of_amounts_is_their_sum():
    found = district_table(districts(v=[1.0, 2.5]), value="v", unit="t", combine="sum")
    assert found.measure("value").value == 3.5


def test_the_whole_of_shares_is_weighted_and_not_the_plain_mean():
    layer = districts(v=[40.0, 60.0], trips=[3, 1])
    found = district_table(layer, value="v", unit="%", combine="mean", weight="trips")
    assert found.measure("value").value == pytest.approx(0.45, rel=1e-15)


def test_a_level_is_weighted_with_the_area_where_the_plan_says_so():
    layer = districts(v=[10.0, 40.0])  # 1 m² and 2 m²
    found = district_table(layer, value="v", unit="ug/m3", combine="mean", weight="area")
    assert found.measure("value").value == pytest.approx(30.0, rel=1e-15)


@pytest.mark.parametrize(("whole", "value"), [(None, np.nan), (81, 0.81)])
def test_some_numbers_make_no_whole_unless_the_table_states_it(whole, value):
    found = district_table(districts(v=[1.0]), value="v", unit="%", combine="none", whole=whole)
    assert found.measure("value").value == pytest.approx(value, nan_ok=True)


def test_unknown_is_not_zero_and_is_told():
    layer = districts(v=[np.nan, 60.0, 30.0], trips=[3, 1, 0])
    mean = district_table(layer, value="v", unit="%", combine="mean", weight="trips")
    total = district_table(layer, value="v", unit="%", combine="sum")
    assert mean.measure("value").value == pytest.approx(0.6)
    assert np.isnan(total.measure("value").value)
    assert [(n.code, n.count, n.total) for n in mean.notices] == [("statistic_unknown", 1, 3)]


def test_a_district_of_no_weight_keeps_its_number():
    layer = districts(v=[60.0, 30.0], trips=[1, 0])
    found = district_table(layer, value="v", unit="%", combine="mean", weight="trips")
    assert found.measure("value").districts["value"].tolist() == [0.6, 0.3]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 1e6)), min_size=1, max_size=8))
def test_a_weighted_mean_agrees_with_numpys_and_lies_between_the_districts(pairs):
    values, weights = zip(*pairs, strict=True)
    layer = districts(v=list(values), w=list(weights))
    value = district_table(layer, value="v", unit="%", combine="mean", weight="w").measures[0].value
    assert value == pytest.approx(np.average(values, weights=weights) / 100, rel=1e-9, abs=1e-12)
    assert min(values) / 100 - 1e-9 <= value <= max(values) / 100 + 1e-9


def test_numbers_of_a_yearbook_may_have_thousands_commas_and_dashes_for_none():
    layer = districts(v=["1,234", "１２", "—"])
    found = district_table(layer, value="v", unit="number", combine="none")
    assert found.measure("value").districts["value"].tolist()[:2] == [1234, 12]
    assert [(one.code, one.count) for one in found.notices] == [("statistic_unknown", 1)]


def test_a_mean_is_open_by_the_weight_of_districts_without_a_number():
    layer = districts(v=[40.0, np.nan], trips=[3.0, 1.0])
    options = {"value": "v", "combine": "mean", "weight": "trips"}
    share = district_table(layer, unit="%", **options).measures[0]
    assert (share.low, share.value, share.high) == pytest.approx((0.3, 0.4, 0.55))
    assert share.open_for == ("no_value",)
    level = district_table(districts(v=[40.0, 20.0, np.nan], trips=[1.0, 1.0, 2.0]),
                           unit="ug/m3", **options).measures[0]  # fmt: skip
    assert (level.low, level.value, level.high) == (25, 30, 35)
    assert np.isnan(level.districts["low"][2])
