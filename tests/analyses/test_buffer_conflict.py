"""Sensitive objects too near a source."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses.conflict.buffer_conflict import buffer_conflict
from geoplan.core.errors import ParameterError, SchemaError

CRS = "EPSG:4547"


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def districts():
    return frame(
        [shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)],
        district_id=["a", "b"],
        name=["甲", "乙"],
    )


ROADS = frame(
    [shapely.LineString([(0, 0), (2000, 0)]), shapely.LineString([(0, 1000), (2000, 1000)])],
    kind=["motorway", "lane"],
)


def value(result, of, part="total"):
    measure = result.measure(of, part)
    return (*measure.districts["value"].tolist(), measure.value)


def test_exactly_the_limit_is_far_enough_and_edges_count_not_centres():
    homes = frame(
        [shapely.box(0, 50, 10, 60), shapely.box(20, 49, 30, 59), shapely.Point(5, 5)][:2]
    )
    result = buffer_conflict(homes, districts(), sources=ROADS, distance_m=50)

    assert value(result, "count") == (1, 0, 1)
    assert value(result, "objects")[2] == 0.5
    listed = result.layers["conflicts"]
    assert listed[["object_id", "distance_m", "missing_m"]].to_numpy().tolist() == [["2", 49, 1]]


def test_each_class_has_its_distance_and_other_classes_are_no_sources():
    homes = frame(shapely.points([(10, 40), (1010, 40), (10, 990)]))
    far = {"motorway": 50.0}
    result = buffer_conflict(homes, districts(), sources=ROADS, distances_m=far, by="kind")
    assert value(result, "count") == (1, 1, 2)
    assert [notice.code for notice in result.notices] == ["sources_no_limit"]

    both = buffer_conflict(
        homes, districts(), sources=ROADS, distances_m={**far, "lane": 11.0}, by="kind"
    )
    assert value(both, "count", "total") == (2, 1, 3)
    assert value(both, "count", "lane") == (1, 0, 1)
    assert both.layers["conflicts"]["class"].tolist() == ["motorway", "motorway", "lane"]


def test_an_object_belongs_to_the_district_of_its_larger_part_and_sources_outside_count():
    homes = frame([shapely.box(990, 960, 1030, 970)])
    outside = frame([shapely.Point(1000, 1005)])
    result = buffer_conflict(homes, districts(), sources=outside, distance_m=50)

    assert value(result, "count") == (0, 1, 1)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_the_count_is_that_of_every_distance(seed):
    random = np.random.default_rng(seed)
    homes = shapely.points(random.uniform(1, 1999, (80, 2)) * [1, 0.5])
    wells = shapely.points(random.uniform(1, 1999, (9, 2)))
    near = (shapely.distance(homes[:, None], wells) < 120).any(axis=1)

    result = buffer_conflict(frame(homes), districts(), sources=frame(wells), distance_m=120)

    assert value(result, "count")[2] == near.sum()


def test_without_sources_nothing_is_too_near_and_it_is_said():
    result = buffer_conflict(
        frame([shapely.Point(1, 1)]), districts(), sources=ROADS.iloc[:0], distance_m=50
    )
    assert value(result, "objects") == (0, pytest.approx(np.nan, nan_ok=True), 0)
    assert [notice.code for notice in result.notices] == ["layer_empty_counts_zero"]


@pytest.mark.parametrize(
    ("given_", "error", "words"),
    [
        ({}, ParameterError, "not both"),
        ({"distance_m": 5, "distances_m": {"a": 1.0}, "by": "kind"}, ParameterError, "not both"),
        ({"distances_m": {"a": 1.0}}, ParameterError, "`by` has to name"),
        ({"distance_m": 0}, ParameterError, "the distance is 0"),
        ({"distances_m": {"lane": -1.0}, "by": "kind"}, ParameterError, "of 'lane' is -1"),
        ({"distances_m": {"lane": 1.0}, "by": "sort"}, SchemaError, "no column 'sort'"),
        ({"distances_m": {"rail": 1.0}, "by": "kind"}, SchemaError, "holds lane, motorway"),
    ],
)
def test_a_distance_that_is_not_clear_is_refused(given_, error, words):
    with pytest.raises(error, match=words):
        buffer_conflict(frame([shapely.Point(1, 1)]), districts(), sources=ROADS, **given_)


def test_classes_that_are_numbers_in_the_file_are_found_by_their_words():
    roads = ROADS.assign(kind=[1.0, np.nan])
    homes = frame([shapely.Point(5, 5)])
    found = buffer_conflict(homes, districts(), sources=roads, distances_m={"1": 6}, by="kind")
    assert value(found, "count") == (1, 0, 1)
