"""Natural banks over all banks."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.links.shoreline_share import shoreline_share
from geoplan.core.errors import ParameterError, SchemaError

CRS = "EPSG:4547"
DISTRICTS = gpd.GeoDataFrame(
    {"district_id": ["a", "b"], "name": ["甲", "乙"]},
    geometry=[shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)],
    crs=CRS,
)


def shores(*lines, **columns):
    return gpd.GeoDataFrame(columns, geometry=[shapely.LineString(xy) for xy in lines], crs=CRS)


def test_banks_are_counted_where_they_lie_and_culverts_are_none():
    lines = shores(
        [(900, 10), (1300, 10)],
        [(900, 20), (1000, 20)],
        [(0, 30), (500, 30)],
        kind=["生态", "硬质", "暗渠"],
    )
    found = shoreline_share(lines, DISTRICTS, by="kind", natural=["生态"], excluded=["暗渠"])
    measure = found.measures[0]

    assert measure.districts["value"].tolist() == [0.5, 1.0]
    assert (measure.numerator, measure.denominator) == (400, 500)
    assert found.layers["shores"]["natural_share"].tolist() == [1, 0]


def test_a_centre_line_has_two_banks():
    lines = shores(
        [(0, 10), (100, 10)], [(0, 20), (100, 20)], l=["生态", "暗渠"], r=["硬质", "生态"]
    )
    measure = shoreline_share(
        lines, DISTRICTS, by=["l", "r"], natural=["生态"], excluded=["暗渠"]
    ).measures[0]

    assert (measure.numerator, measure.denominator) == (200, 300)


def test_a_bank_without_a_type_is_not_natural_and_is_told():
    lines = shores([(0, 1), (10, 1)], [(0, 2), (30, 2)], kind=["生态", None])
    found = shoreline_share(lines, DISTRICTS, by="kind", natural=["生态"])

    assert found.measures[0].value == 0.25
    assert [(n.code, n.count) for n in found.notices] == [("shores_without_type", 1)]
    assert (found.measures[0].low, found.measures[0].high) == (0.25, 1)
    assert found.measures[0].open_for == ("no_value",)


def test_a_bank_drawn_again_without_a_type_has_the_type_that_is_known():
    lines = shores([(0, 1), (10, 1)], [(10, 1), (0, 1)], [(0, 9), (10, 9)], kind=["n", None, "x"])
    measure = shoreline_share(lines, DISTRICTS, by="kind", natural=["n"]).measures[0]
    assert (measure.low, measure.value, measure.high) == (0.5, 0.5, 0.5)


def test_where_there_is_no_shore_the_share_is_unknown():
    found = shoreline_share(
        shores([(0, 1), (10, 1)], kind=["生态"]), DISTRICTS, by="kind", natural=["生态"]
    )
    assert np.isnan(found.measures[0].districts["value"][1])


@given(st.lists(st.tuples(st.integers(0, 1900), st.sampled_from("abc")), min_size=1, max_size=9))
def test_shares_of_a_partition_of_types_add_up_to_one(lines):
    layer = shores(
        *([(x, 5 + row), (x + 100, 5 + row)] for row, (x, _) in enumerate(lines)),
        kind=[kind for _, kind in lines],
    )
    there = sorted({kind for _, kind in lines})
    values = [
        shoreline_share(layer, DISTRICTS, by="kind", natural=[kind]).measures[0].value
        for kind in there
    ]
    assert sum(values) == pytest.approx(1)


@pytest.mark.parametrize(
    ("given_", "error", "words"),
    [
        ({"by": ["a", "b", "c"], "natural": ["x"]}, ParameterError, "names 3 columns"),
        ({"by": "kind", "natural": []}, ParameterError, "`natural` is empty"),
        ({"by": "kind", "natural": ["生态"], "excluded": ["生态"]}, ParameterError, "both name"),
        ({"by": "sort", "natural": ["生态"]}, SchemaError, "no column 'sort'"),
        ({"by": "kind", "natural": ["自然"]}, SchemaError, "none of the types 自然.*it has: 生态"),
    ],
)
def test_an_unclear_question_is_refused(given_, error, words):
    with pytest.raises(error, match=words):
        shoreline_share(shores([(0, 1), (9, 1)], kind=["生态"]), DISTRICTS, **given_)


def test_the_whole_of_districts_that_overlap_counts_each_bank_once():
    ground = [shapely.box(0, 0, 1200, 1000), shapely.box(0, 0, 2000, 1000)]
    overlapping = DISTRICTS.set_geometry(ground, crs=CRS)
    banks = shores([(0, 10), (1000, 10)], [(1000, 10), (2000, 10)], kind=["生态", "硬质"])
    measure = shoreline_share(banks, overlapping, by="kind", natural=["生态"]).measures[0]
    assert (measure.value, measure.denominator) == (0.5, 2000)


@pytest.mark.parametrize(
    ("kinds", "natural"),
    [
        (pd.Categorical(["生态", None]), ["生态"]),
        ([1, None], ["1"]),
        (["生态（草坡）", "硬质"], ["生态(草坡)"]),
    ],
)
def test_types_are_read_however_the_file_stores_them(kinds, natural):
    banks = shores([(0, 10), (500, 10)], [(500, 10), (1000, 10)], kind=kinds)
    assert shoreline_share(banks, DISTRICTS, by="kind", natural=natural).measures[0].value == 0.5


@pytest.mark.parametrize(
    "again",
    [
        [(0, 100), (900, 100)],
        [(900, 100), (0, 100)],
        [(0, 100.0005), (300, 100), (900, 100)],
        [(900, 100), (450, 100.0004), (0, 100)],
    ],
)
def test_a_bank_drawn_twice_counts_once(again):
    lines = shores([(0, 100), (900, 100)], again, [(0, 200), (900, 200)], kind=["a", "a", "b"])
    found = shoreline_share(lines, DISTRICTS, by="kind", natural=["a"])
    assert found.measures[0].value == pytest.approx(0.5, rel=1e-6)
    assert found.measures[0].denominator == pytest.approx(1800, rel=1e-6)
    assert [n.code for n in found.notices] == ["lines_counted_once"]


def test_a_bank_drawn_as_natural_and_as_a_wall_is_no_natural_one():
    for kinds in (["a", "b"], ["b", "a"]):
        lines = shores([(0, 100), (900, 100)], [(300, 100), (600, 100)], kind=kinds)
        found = shoreline_share(lines, DISTRICTS, by="kind", natural=["a"]).measures[0]
        assert (found.numerator, found.denominator) == ({"a": 600, "b": 0}[kinds[0]], 900)
