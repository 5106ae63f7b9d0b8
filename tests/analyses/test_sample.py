"""Points of a grid inside polygons, by hand and against one test per point."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.streets.sample import grid_points
from geoplan.core.errors import ParameterError


def test_a_square_holds_a_point_per_cell_half_a_step_from_its_edges():
    polygon, points = grid_points(np.array([shapely.box(0, 0, 20, 20)]), 10)

    assert polygon.tolist() == [0] * 4
    assert shapely.get_coordinates(points).tolist() == [[5, 5], [15, 5], [5, 15], [15, 15]]


def test_a_polygon_too_small_for_the_grid_has_no_point():
    shapes = np.array([shapely.box(0, 0, 4, 4), shapely.box(0, 0, 10, 10)])

    assert grid_points(shapes, 10)[0].tolist() == [1]


def test_neighbours_share_no_point():
    polygon, points = grid_points(
        np.array([shapely.box(0, 0, 30, 10), shapely.box(0, 10, 30, 20)]), 10
    )

    assert polygon.tolist() == [0, 0, 0, 1, 1, 1]
    assert len(set(map(tuple, shapely.get_coordinates(points).tolist()))) == 6


@given(st.integers(0, 2**32 - 1), st.floats(3, 40))
def test_every_point_of_the_grid_inside_is_found_and_no_other(seed, step_m):
    random = np.random.default_rng(seed)
    corners = random.uniform(-100, 100, (3, 3, 2))
    shapes = np.array([shapely.convex_hull(shapely.multipoints(one)) for one in corners])

    polygon, points = grid_points(shapes, step_m)

    axis = (np.arange(np.floor(-120 / step_m), np.ceil(120 / step_m)) + 0.5) * step_m
    grid = shapely.points(*map(np.ravel, np.meshgrid(axis, axis)))
    expected = [int(shapely.intersects(shape, grid).sum()) for shape in shapes]
    assert np.bincount(polygon, minlength=3).tolist() == expected
    assert shapely.intersects(shapes[polygon], points).all()


def test_no_polygon_gives_no_point():
    polygon, points = grid_points(np.zeros(0, dtype=object), 10)

    assert (len(polygon), len(points)) == (0, 0)


def test_a_step_that_would_fill_the_memory_is_refused():
    with pytest.raises(ParameterError, match="100,000,000 points; at most 20,000,000 fit"):
        grid_points(np.array([shapely.box(0, 0, 10_000, 10_000)]), 1)
