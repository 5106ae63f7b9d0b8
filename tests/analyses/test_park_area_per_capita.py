"""Park area per person."""

import math

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.land.park_area_per_capita import park_area_per_capita
from geoplan.core.errors import CRSError, ParameterError, SchemaError

CRS = "EPSG:4547"
UNKNOWN = pytest.approx(math.nan, nan_ok=True)


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def three_districts(**columns):
    squares = [shapely.box(k * 1000, 0, k * 1000 + 1000, 1000) for k in range(3)]
    return frame(squares, **({"district_id": ["b", "a", "c"], "name": ["", "", ""]} | columns))


def metres(least, most):
    """Draw coordinates to the centimetre, as surveys give them."""
    return st.integers(least * 100, most * 100).map(lambda centimetres: centimetres / 100)


PARKS = frame(
    [shapely.box(0, 0, 100, 80), shapely.box(50, 0, 100, 80), shapely.box(990, 0, 1020, 1)]
)


def test_overlapping_parks_count_once_and_parks_are_cut_at_the_border():
    result = park_area_per_capita(
        PARKS, three_districts(population=[1000.0, 10.0, 5.0]), population="districts"
    )
    measure = result.measures[0]
    assert measure.districts["numerator"].tolist() == [8010.0, 20.0, 0.0]
    assert measure.districts["value"].tolist() == [8.01, 2.0, 0.0]
    assert measure.value == 8030 / 1015
    assert (measure.of, measure.unit, measure.denominator_unit) == (
        "population", "m2/person", "person",
    )  # fmt: skip
    assert [notice.code for notice in result.notices] == ["overlap_counted_once"]


def test_nobody_and_unknown_are_undecided_and_unknown_spreads_to_the_whole():
    districts = three_districts(population=[1000.0, 0.0, None])
    measure = park_area_per_capita(PARKS, districts, population="districts").measures[0]
    assert measure.districts["value"].tolist() == [8.01, UNKNOWN, UNKNOWN]
    assert measure.districts["denominator"].tolist() == [1000.0, 0.0, UNKNOWN]
    assert (measure.numerator, measure.value) == (8030.0, UNKNOWN)


def test_people_of_a_layer_are_counted_where_they_live():
    people = frame(
        [shapely.box(500, 0, 1500, 10), shapely.box(5000, 0, 5001, 1)], population=[100.0, 7.0]
    )
    measure = park_area_per_capita(PARKS, three_districts(), population=people).measures[0]
    assert measure.districts["denominator"].tolist() == [50.0, 50.0, 0.0]
    assert measure.denominator == 100.0


def test_the_districts_own_people_have_no_known_whole_where_districts_overlap():
    districts = frame(
        [shapely.box(0, 0, 1000, 1000), shapely.box(500, 0, 1500, 1000)],
        district_id=["a", "b"],
        name=["", ""],
        population=[100.0, 100.0],
    )
    measure = park_area_per_capita(PARKS, districts, population="districts").measures[0]
    assert measure.districts["denominator"].tolist() == [100.0, 100.0]
    assert (measure.denominator, measure.value) == (UNKNOWN, UNKNOWN)


def test_people_where_districts_overlap_count_once_in_the_total():
    districts = frame(
        [shapely.box(0, 0, 600, 1000), shapely.box(400, 0, 1000, 1000)],
        district_id=["a", "b"],
        name=["", ""],
    )
    people = frame([shapely.box(0, 0, 1000, 1000)], population=[1000.0])
    measure = park_area_per_capita(PARKS, districts, population=people).measures[0]
    assert measure.districts["denominator"].tolist() == pytest.approx([600.0, 600.0])
    assert measure.denominator == pytest.approx(1000.0)


def test_no_park_is_zero_metres_per_person_and_is_told():
    result = park_area_per_capita(
        frame([]), three_districts(population=[1.0, 1.0, 1.0]), population="districts"
    )
    assert result.measures[0].districts["value"].tolist() == [0.0, 0.0, 0.0]
    assert [notice.code for notice in result.notices] == ["layer_empty_counts_zero"]


def test_the_definition_says_which_parks_and_whose_population():
    people = frame([shapely.Point(1, 1)], population=[2.0])
    people.attrs["geoplan"] = {"layer": "census_2020"}
    result = park_area_per_capita(PARKS, three_districts(), population=people)
    assert result.definition == {
        "parks": "parks",
        "park_count": 3,
        "as_of": "",
        "population": "census_2020",
        "of": ["population"],
        "overlap": "once",
        "areas": "plane",
        "areas_because": "elsewhere",
    }


boxes = st.lists(
    st.tuples(metres(-300, 3000), metres(-300, 900), metres(1, 700), metres(1, 700)), max_size=8
)


@given(boxes)
def test_it_agrees_with_a_loop_over_plain_shapely(rows):
    shapes = [shapely.box(x, y, x + w, y + h) for x, y, w, h in rows]
    districts = three_districts(population=[3.0, 7.0, 11.0])
    measure = park_area_per_capita(frame(shapes), districts, population="districts").measures[0]
    union = shapely.union_all(shapes)
    expected = [
        union.intersection(district).area / people
        for district, people in zip(districts.geometry, districts["population"], strict=True)
    ]
    assert measure.districts["value"].tolist() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("parks", "districts", "population", "error", "match"),
    [
        (PARKS, three_districts(), "districts", SchemaError, "no column 'population'; it has"),
        (PARKS, three_districts(population=[-1.0, 1, 1]), "districts", SchemaError,
         r"1 negative `population` \(the first: -1\)"),
        (PARKS, three_districts(), "residents", ParameterError, "`population` is 'residents'"),
        (PARKS.to_crs(4526), three_districts(), "districts", CRSError, "one analysis measures"),
        (PARKS, three_districts(), frame([shapely.Point(0, 0)]), SchemaError, "population"),
        (frame([shapely.Point(0, 0)]), three_districts(), "districts", SchemaError, "no polygons"),
    ],
)  # fmt: skip
def test_bad_inputs_are_refused(parks, districts, population, error, match):
    with pytest.raises(error, match=match):
        park_area_per_capita(parks, districts, population=population)
