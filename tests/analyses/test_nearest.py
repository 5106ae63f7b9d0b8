"""The nearest polygon of many places."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.access.nearest_polygon import nearest_polygon

EMPTY = np.array([], dtype=object)
SQUARES = np.array([shapely.box(0, 0, 10, 10), shapely.box(30, 0, 40, 10), shapely.box(5, 5, 6, 6)])


def test_the_distance_is_to_the_edge_and_zero_inside_and_on_it():
    found = nearest_polygon(shapely.points([[13, 14], [35, 5], [30, 0], [45, 5]]), SQUARES)
    assert found.row.tolist() == [0, 1, 1, 1]
    assert found.distance_m.tolist() == [5.0, 0.0, 0.0, 5.0]


def test_inside_several_polygons_the_first_of_them_is_nearest():
    assert nearest_polygon(shapely.points([[5.5, 5.5]]), SQUARES).row.tolist() == [0]
    assert nearest_polygon(shapely.points([[5.5, 5.5]]), SQUARES[::-1]).row.tolist() == [0]


def test_in_a_hole_the_edge_of_the_hole_is_nearest():
    ring = np.array([shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 8, 8))])
    assert nearest_polygon(shapely.points([[5, 4]]), ring).distance_m.tolist() == [2.0]


def test_without_polygons_nothing_is_near():
    found = nearest_polygon(shapely.points([[0, 0]]), EMPTY)
    assert found.row.tolist() == [-1]
    assert np.isnan(found.distance_m).all()


def test_without_places_there_is_nothing_to_find():
    assert len(nearest_polygon(EMPTY, SQUARES).row) == 0


coordinates = st.tuples(st.integers(-50, 50), st.integers(-50, 50))


@given(
    st.lists(coordinates, min_size=1, max_size=20),
    st.lists(
        st.tuples(coordinates, st.integers(1, 20), st.integers(1, 20)), min_size=1, max_size=6
    ),
)
def test_it_agrees_with_a_loop_over_distances(points, rectangles):
    boxes = np.array([shapely.box(x, y, x + w, y + h) for (x, y), w, h in rectangles])
    places = shapely.points(points)
    found = nearest_polygon(places, boxes)
    for place, row, distance_m in zip(places, found.row, found.distance_m, strict=True):
        distances = [place.distance(box) for box in boxes]
        assert distance_m == pytest.approx(min(distances), abs=1e-12)
        assert distances[row] == pytest.approx(min(distances), abs=1e-12)
