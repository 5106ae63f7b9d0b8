"""Units beside numbers: read once, and refused where file and caller contradict each other."""

import pandas as pd
import pytest

from geoplan.core.errors import SchemaError
from geoplan.core.written_numbers import (
    ColumnUnit,
    base_factor,
    header_unit,
    without_suffix,
    written_unit,
)


@pytest.mark.parametrize(
    ("word", "factor", "base"),
    [
        ("%", 0.01, "1"),
        ("万", 1e4, ""),
        ("万人", 1e4, "person"),
        ("千元", 1e3, "CNY"),
        ("K", 1e3, ""),
    ],
)
def test_what_stands_behind_a_number_is_a_unit_or_a_multiple(word, factor, base):
    found = written_unit(word)

    assert (float(found[0]), found[1]) == (factor, base)


@pytest.mark.parametrize("word", ["街道", "千克", "x", "年"])
def test_other_words_are_none(word):
    assert written_unit(word) is None


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("人口（万人）", "万人"),
        ("GDP(亿元)", "亿元"),
        ("面积 (单位：公顷)", "公顷"),
        ("人口（2020年）", ""),
    ],
)
def test_a_unit_in_brackets_ends_a_header(name, unit):
    assert header_unit(name) == unit


def test_a_column_of_mixed_units_keeps_its_texts():
    for texts in (["90%", "80"], ["90%", "0.8‰"], ["1.5万", "8000"], ["3号线", "90%"]):
        column, unit = without_suffix(pd.Series(texts))

        assert (column.tolist(), unit) == (texts, "")


@pytest.mark.parametrize(
    ("written", "unit", "factor"),
    [
        (ColumnUnit("%", 1.0), "%", 1.0),
        (ColumnUnit("万", 1.0), "万人", 1.0),
        (ColumnUnit("万", 1.0), "人", 1.0),
        (ColumnUnit("万人", 1e4), "万人", 1e4),
        (ColumnUnit("×1000", 1.0), "人", 1.0),
        (None, "万人", 1e4),
    ],
)
def test_a_unit_is_applied_once(written, unit, factor):
    assert base_factor(written, unit, column="x", subject="d") == factor


@pytest.mark.parametrize(
    ("written", "unit", "column"),
    [
        (ColumnUnit("%", 1.0), "万人", "x"),
        (ColumnUnit("%", 1.0), "number", "x"),
        (ColumnUnit("万元", 1e4), "亿元", "x"),
        (ColumnUnit("×1000", 1.0), "万人", "x"),
        (ColumnUnit("?'0%', 'General'", 1.0), "%", "x"),
        (None, "人", "常住人口（万人）"),
    ],
)
def test_contradictions_are_refused(written, unit, column):
    with pytest.raises(SchemaError, match=r"stated as|do not agree"):
        base_factor(written, unit, column=column, subject="d")
