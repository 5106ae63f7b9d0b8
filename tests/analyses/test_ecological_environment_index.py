import itertools

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.cover.ecological_environment_index import (
    WEIGHTS,
    ecological_environment_index,
)
from geoplan.core.errors import ParameterError, SchemaError

COLUMNS = dict(zip(WEIGHTS, "BVWLP", strict=True))
INDEX = st.floats(0, 100)


def districts_of(*rows, widths=None):
    wide = widths or [10] * len(rows)
    left = np.concatenate([[0], np.cumsum(wide)])
    boxes = [shapely.box(a, 0, b, 10) for a, b in itertools.pairwise(left)]
    columns = {name: [row[i] for row in rows] for i, name in enumerate("BVWLPR"[: len(rows[0])])}
    ids = [str(i) for i in range(len(rows))]
    return gpd.GeoDataFrame(
        {"district_id": ids, "name": ids, **columns}, geometry=boxes, crs="EPSG:4547"
    )


def ei(districts, **more):
    return ecological_environment_index(districts, **COLUMNS, **more)


def test_the_weights_of_the_standard_by_hand():
    found = ei(districts_of((60, 80, 40, 20, 10)))
    # 21 + 20 + 6 + 12 + 9
    assert found.measures[0].value == pytest.approx(68)
    assert found.layers["grades"]["land_stress_points"].item() == pytest.approx(12)


def test_the_whole_is_the_mean_by_area():
    found = ei(districts_of((0, 0, 0, 100, 100), (100, 100, 100, 0, 0), widths=[30, 10]))
    assert found.measures[0].districts["value"].tolist() == pytest.approx([0, 100])
    assert found.measures[0].value == pytest.approx(25)


@pytest.mark.parametrize(
    ("index", "grade"),
    [(75, "优"), (74.9, "良"), (55, "良"), (35, "一般"), (20, "较差"), (19.9, "差")],
)
def test_the_limit_of_a_grade_belongs_to_it(index, grade):
    same = (index, index, index, 100 - index, 100 - index)
    found = ei(districts_of(same))
    assert found.layers["grades"]["ei"].item() == pytest.approx(index)
    exact = ei(districts_of(same), restriction=None).layers["grades"]["grade"].item()
    assert exact == grade


def test_a_restriction_takes_off_and_never_below_zero():
    found = ei(districts_of((60, 80, 40, 20, 10, -5), (0, 0, 0, 100, 100, -5)), restriction="R")
    assert found.measures[0].districts["value"].tolist() == pytest.approx([63, 0])


def test_a_district_without_a_number_is_unknown():
    found = ei(districts_of((60, 80, 40, 20, 10), (None, 1, 1, 1, 1)))
    assert np.isnan(found.measures[0].districts["value"][1])
    assert found.measures[0].value == pytest.approx(68)
    assert [notice.code for notice in found.notices] == ["statistic_unknown"]


@given(st.tuples(INDEX, INDEX, INDEX, INDEX, INDEX), st.sampled_from("BVWLP"))
def test_it_lies_in_0_to_100_and_grows_with_what_is_good(row, column):
    better = districts_of(row)
    better[column] = 0.0 if column in "LP" else 100.0
    value, best = (ei(one).measures[0].value for one in (districts_of(row), better))
    assert -1e-9 <= value <= 100 + 1e-9
    assert best >= value - 1e-9


def test_bad_inputs_are_refused():
    with pytest.raises(ParameterError, match="0 to 100"):
        ei(districts_of((60, 101, 40, 20, 10)))
    with pytest.raises(ParameterError, match="takes off"):
        ei(districts_of((60, 80, 40, 20, 10, 5)), restriction="R")
    with pytest.raises(SchemaError, match="no column 'B'"):
        ei(districts_of((60, 80, 40, 20, 10)).drop(columns="B"))
    with pytest.raises(SchemaError, match="no number"):
        ei(districts_of((None, 80, 40, 20, 10)))


def test_an_unknown_sub_index_adds_nothing_or_all_that_it_can():
    found = ei(districts_of((60, 80, 40, 20, 10), (60, np.nan, 40, 20, 10))).measures[0]
    assert found.districts["low"].tolist() == pytest.approx([68, 48])
    assert found.districts["high"].tolist() == pytest.approx([68, 73])
    assert (found.low, found.value, found.high) == pytest.approx((58, 68, 70.5))
    assert found.open_for == ("no_value",)


def test_an_unknown_restriction_may_take_all():
    rows = (60, 80, 40, 20, 10, np.nan), (60, 80, 40, 20, 10, -5)
    found = ei(districts_of(*rows), restriction="R").measures[0]
    assert found.districts["low"].tolist() == pytest.approx([0, 63])
    assert found.districts["high"].tolist() == pytest.approx([68, 63])
