"""The condition of a source."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.core.errors import SchemaError
from geoplan.layers.readers.where import where_mask

PARKS = pd.DataFrame(
    {
        "NAME": ["Bishan Park", "bukit timah", "O'Neill", None],
        "TYPE CODE": ["G1", "E1", "G1", "G2"],
        "AREA": [62.5, 163.0, np.nan, 1.0],
        "RESERVE": [0, 1, 0, 0],
        "OPEN": [True, False, True, True],
        "类别": ["公园", "保护区", "公园", "公园"],
    }
)


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("RESERVE = 1", [1]),
        ("reserve <> 1 AND area < 100", [0, 3]),
        ("\"TYPE CODE\" = 'G1'", [0, 2]),
        ("\"TYPE CODE\" IN ('G2', 'E1') OR NAME LIKE 'bishan%'", [0, 1, 3]),
        ("NAME = 'O''Neill'", [2]),
        ("NAME IS NULL", [3]),
        ("AREA BETWEEN 1 AND 100", [0, 3]),
        ("NOT OPEN", [1]),
        ("类别 = '保护区'", [1]),
        ('"TYPE CODE" = \'"nothing"\'', []),
        ("NAME = 'BISHAN PARK'", []),
    ],
)
def test_a_condition_chooses_the_rows_that_satisfy_it(where, rows):
    assert np.flatnonzero(where_mask(PARKS, where, subject="parks")).tolist() == rows


@given(st.lists(st.integers(-5, 5), min_size=1), st.integers(-5, 5))
def test_a_condition_agrees_with_pandas(values, bound):
    frame = pd.DataFrame({"v": values})

    assert where_mask(frame, f"v > {bound}", subject="x").tolist() == (frame.v > bound).tolist()


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("NMAE = 'x'", r"`where` of parks names the column 'NMAE'.*Did you mean 'NAME'\?"),
        ("\"NMAE\" = 'x'", r"`where` of parks names the column 'NMAE'.*Did you mean 'NAME'\?"),
        ("NAME = = 'x'", r"is not an SQL condition.*Write for example"),
        ("1 = 1); DROP TABLE layer; --", "is not an SQL condition"),
    ],
)
def test_a_condition_that_cannot_be_understood_is_an_error(where, message):
    with pytest.raises(SchemaError, match=message):
        where_mask(PARKS, where, subject="parks")
