"""From the columns of a file to the canonical ones."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.core.columns import SPECS
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.layers.kinds.canonical_columns import (
    canonical_columns,
    column_mapping,
    complete_keys,
    to_numbers,
    to_text,
)


def frame(**columns):
    count = len(next(iter(columns.values())))
    return gpd.GeoDataFrame(columns, geometry=[shapely.box(i, 0, i + 1, 1) for i in range(count)])


@pytest.mark.parametrize(
    ("kind", "columns", "message"),
    [
        ("districts", {"distrct_id": "A"}, "did you mean 'district_id'"),
        ("districts", {"geometry": "A"}, "'geometry', which is not a column of districts"),
        ("parks", {"area_m2": "A"}, "measured in the study CRS.*official_area_m2"),
    ],
)
def test_a_name_that_cannot_be_mapped_is_refused(kind, columns, message):
    with pytest.raises(ParameterError, match=message):
        column_mapping(SPECS[kind], columns, "", kind)


def test_a_name_of_the_callers_own_keeps_a_further_column():
    spec = SPECS["parks"]

    layer, _ = canonical_columns(frame(AREA=[1.5]), spec, {"official_area_m2": "AREA"}, "parks")

    assert layer["official_area_m2"].tolist() == [1.5]


def test_the_amount_of_a_source_fills_the_column_of_its_kind():
    assert column_mapping(SPECS["jobs"], {}, "EMP", "jobs") == {"jobs": "EMP"}
    assert column_mapping(SPECS["facilities"], {}, "BEDS", "x") == {"weight": "BEDS"}


@pytest.mark.parametrize("kind", ["districts", "jobs"])
def test_an_amount_without_a_place_is_refused(kind):
    with pytest.raises(ParameterError, match="value='EMP' has no place"):
        column_mapping(SPECS[kind], {"jobs": "OTHER"}, "EMP", kind)


def test_only_canonical_names_are_taken_without_being_mapped():
    source = frame(NAME=["a"], tier=["city"], Name=["b"], park_id=[7.0])

    layer, _ = canonical_columns(source, SPECS["parks"], {}, "parks")

    assert layer.drop(columns="geometry").to_dict("records") == [
        {"park_id": "7", "name": "", "tier": "city"}
    ]


def test_a_wrong_column_is_named_with_the_nearest_and_all_others():
    with pytest.raises(
        SchemaError, match=r"'NAM'.*Did you mean 'NAME'\? The columns are: CODE, NAME"
    ):
        canonical_columns(frame(CODE=[1], NAME=["a"]), SPECS["parks"], {"name": "NAM"}, "parks")


def test_an_amount_that_is_needed_and_missing_is_an_error():
    with pytest.raises(SchemaError, match=r"no column 'population'. Is it 'Population'\?"):
        canonical_columns(frame(Population=[1]), SPECS["population"], {}, "population")


def test_negative_residents_are_an_error_that_names_the_first():
    with pytest.raises(SchemaError, match="1 negative amounts, the first -9999 in row 2"):
        canonical_columns(frame(population=[1, -9999]), SPECS["districts"], {}, "districts")


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pd.Series([1.0, None]), ["1", ""]),
        (pd.Series([1.5, 2.0]), ["1.5", "2.0"]),
        (pd.Series([440307001000], dtype="int64"), ["440307001000"]),
        (pd.Series([" 龙岗\u3000", None]), ["龙岗", ""]),
        (pd.Series([4.4e20, None, 5.5e20]), ["440000000000000000000", "", "550000000000000000000"]),
        (pd.Series(["440301.0", None, "440302.0"]), ["440301", "", "440302"]),
        (pd.Series(["1.0", "1.10"]), ["1.0", "1.10"]),
        (pd.Series([440301.0, "440302", None], dtype=object), ["440301", "440302", ""]),
        (pd.Series([True]), ["True"]),
        (pd.Series([pd.Timestamp("2024-05-01"), None]), ["2024-05-01", ""]),
        (pd.Series([pd.Timestamp("2024-05-01", tz="UTC")]), ["2024-05-01"]),
        (pd.Series([pd.Timestamp("2024-05-01 08:30")]), ["2024-05-01 08:30:00"]),
    ],
)
def test_text_is_what_a_reader_would_write(column, texts):
    assert to_text(column).tolist() == texts


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234", 1234),
        ("-1,234,567.5", -1234567.5),
        ("１２３", 123),
        (" 7 ", 7),
        ("1e3", 1000),
        (".5", 0.5),
    ],
)
def test_a_number_written_as_text_is_parsed(text, number):
    numbers, parsed = to_numbers(pd.Series([text]), source="POP", subject="x")

    assert (numbers.tolist(), parsed) == ([number], 1)


@pytest.mark.parametrize("text", ["", "-", "N/A", "无", "—"])
def test_a_word_for_unknown_is_unknown_and_not_zero(text):
    numbers, parsed = to_numbers(pd.Series([text, "5"]), source="POP", subject="x")

    assert np.isnan(numbers[0])
    assert parsed == 1


@pytest.mark.parametrize("text", ["1.234,5", "12,34", "5 %", "about 5", "1/2"])
def test_a_text_that_may_mean_something_else_is_an_error(text):
    with pytest.raises(SchemaError, match="'POP' should hold numbers; 1 of 2 rows do not"):
        to_numbers(pd.Series(["5", text]), source="POP", subject="x")


def test_infinity_is_unknown():
    numbers, _ = to_numbers(pd.Series([np.inf, 1.0]), source="POP", subject="x")

    assert np.isnan(numbers[0])


@given(st.lists(st.floats(-1e12, 1e12), min_size=1))
def test_numbers_stay_what_they_are(values):
    assert to_numbers(pd.Series(values), source="v", subject="x")[0].tolist() == values


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1))
def test_grouped_numbers_come_back(values):
    texts = pd.Series([f"{value:,}" for value in values])

    assert to_numbers(texts, source="v", subject="x")[0].tolist() == values


def keyed(kind, keys):
    layer = frame(name=["n"] * len(keys))
    layer[SPECS[kind].key] = pd.Series(keys, dtype="str")
    return complete_keys(layer, SPECS[kind], kind)


def test_rows_without_any_key_are_numbered_from_one():
    layer, notices = keyed("districts", ["", ""])

    assert layer["district_id"].tolist() == ["1", "2"]
    assert [n.code for n in notices] == ["made_keys"]


def test_a_number_made_for_a_row_is_its_number_in_the_source():
    layer = frame(name=["a", "b", "c"]).iloc[[2]].assign(park_id="")

    assert complete_keys(layer, SPECS["parks"], "parks")[0]["park_id"].tolist() == ["3"]


def test_keys_that_repeat_are_told_apart_and_counted():
    layer, notices = keyed("bus_stops", ["A", "", "A", "A"])

    assert layer["stop_id"].tolist() == ["A", "row 2", "A#2", "A#3"]
    assert [(n.code, n.count) for n in notices] == [("made_keys", 1), ("repeated_keys", 2)]


def test_a_suffix_that_is_already_a_key_is_not_given_twice():
    layer, _ = keyed("parks", ["A", "A", "A#2"])

    assert layer["park_id"].tolist() == ["A", "A#2", "A#2#2"]


def test_district_keys_that_repeat_are_an_error_that_names_them():
    with pytest.raises(
        SchemaError, match=r"1 keys repeat: 'A' \(2 times\) and 1 of 4 rows have no"
    ):
        keyed("districts", ["A", "", "A", "B"])


@pytest.mark.parametrize(
    "name", ["人口_万人", "Population (10,000)", "pop_thousand", "POP 1000", "人口（千）"]
)
def test_a_column_of_ten_thousands_is_noticed(name):
    _, notices = canonical_columns(
        frame(**{name: [1.2]}), SPECS["population"], {"population": name}, "population"
    )

    assert [n.code for n in notices] == ["amount_in_multiples"]
    assert name in notices[0].text("zh")


@pytest.mark.parametrize("name", ["GDP/亿元", "GDP，亿元", "gdp_billion"])
def test_a_product_in_multiples_is_noticed_too(name):
    _, notices = canonical_columns(frame(**{name: [1.2]}), SPECS["districts"], {"gdp": name}, "d")

    assert [n.code for n in notices] == ["amount_in_multiples"]


def test_thousands_of_people_are_a_unit():
    name = "人口（千人）"
    table, _ = canonical_columns(
        frame(**{name: [1.5]}), SPECS["population"], {"population": name}, "population"
    )
    assert table["population"].tolist() == [1500.0]


@pytest.mark.parametrize("values", [[True, False], [1 + 2j, 1]])
def test_truth_values_and_complex_numbers_are_no_amounts(values):
    with pytest.raises(SchemaError, match="column 'POP' should hold numbers, and holds"):
        canonical_columns(
            frame(POP=values), SPECS["population"], {"population": "POP"}, "population"
        )


@pytest.mark.parametrize("name", ["人口", "POP2000", "population"])
def test_a_column_of_persons_passes_without_a_word(name):
    _, notices = canonical_columns(
        frame(**{name: [12]}), SPECS["population"], {"population": name}, "population"
    )

    assert notices == []
