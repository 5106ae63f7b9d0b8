"""Objects cut to large polygons, tile by tile."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses.shared.overlay import join_pieces, pieces_inside, subdivide


def blob(corners, seed=0, radius=1000.0):
    """Draw a polygon of so many corners that is star-shaped about the origin, and so is valid."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    waves = 0.2 * np.sin(5 * angle + seed) + 0.05 * np.sin(31 * angle)
    away = radius * (1 + waves)
    return shapely.polygons(np.stack([away * np.cos(angle), away * np.sin(angle)], axis=1))


def huts(count, seed, size=30.0):
    random = np.random.default_rng(seed)
    corner, side = random.uniform(-1300, 1300, (count, 2)), random.uniform(1, size, (count, 2))
    return shapely.box(*corner.T, *(corner + side).T)


def amounts(found, shape):
    table = np.zeros(shape)
    np.add.at(table, (found.object, found.polygon), found.amount)
    return table


@pytest.mark.parametrize("corners", [5, 257, 5000])
def test_pieces_of_a_polygon_have_its_area_few_corners_and_no_overlap(corners):
    whole = np.array([blob(corners), shapely.box(5000, 0, 5001, 1)])
    pieces, source = subdivide(whole)

    assert shapely.get_num_coordinates(pieces).max() <= 256
    assert shapely.is_valid(pieces).all()
    np.testing.assert_allclose(
        np.bincount(source, shapely.area(pieces)), shapely.area(whole), rtol=1e-12
    )
    one, other = shapely.STRtree(pieces).query(pieces, "overlaps")
    shared = shapely.area(shapely.intersection(pieces[one], pieces[other]))
    assert shared.sum() < 1e-6


def test_holes_and_parts_are_kept():
    ring = shapely.difference(blob(3000), shapely.box(-100, -100, 100, 100))
    two = shapely.union(ring, shapely.box(3000, 0, 3100, 100))
    pieces, source = subdivide(np.array([two]))

    assert shapely.area(pieces).sum() == pytest.approx(two.area, rel=1e-12)
    assert not shapely.intersects(pieces, shapely.Point(0, 0)).any()
    assert set(source) == {0}


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([8, 300, 2000]))
def test_areas_inside_are_those_of_a_plain_intersection(seed, corners):
    objects, polygons = huts(60, seed), np.array([blob(corners, seed), blob(9, seed + 1, 700)])
    plain = shapely.area(shapely.intersection(objects[:, None], polygons))

    found = amounts(pieces_inside(objects, polygons), plain.shape)

    np.testing.assert_allclose(found, plain, atol=1e-6)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_lengths_inside_are_those_of_a_plain_intersection(seed):
    random = np.random.default_rng(seed)
    lines = shapely.linestrings(random.uniform(-1300, 1300, (40, 4, 2)))
    polygons = np.array([blob(1500, seed)])
    plain = shapely.length(shapely.intersection(lines[:, None], polygons))

    found = amounts(pieces_inside(lines, polygons), plain.shape)

    np.testing.assert_allclose(found, plain, atol=1e-6)


def test_lines_and_points_on_the_seam_of_two_tiles_count_once():
    square = shapely.segmentize(shapely.box(0, 0, 100, 100), 0.25)  # halved at x = 50 and y = 50
    things = np.array(
        [shapely.LineString([(50, -10), (50, 110)]), shapely.Point(50, 50)], dtype=object
    )
    found = pieces_inside(things, np.array([square]))

    assert found.object.tolist() == [0, 1]
    assert found.amount.tolist() == [100.0, 1.0]


def test_what_touches_from_outside_has_no_piece_and_a_point_on_the_edge_lies_inside():
    square = np.array([shapely.box(0, 0, 10, 10)])
    things = np.array(
        [
            shapely.box(10, 0, 20, 10),
            shapely.LineString([(10, 5), (20, 5)]),
            shapely.Point(10, 5),
        ],
        dtype=object,
    )
    assert pieces_inside(things, square).object.tolist() == [2]


def test_of_nothing_comes_nothing():
    none = np.array([], dtype=object)
    assert len(pieces_inside(none, np.array([shapely.box(0, 0, 1, 1)])).object) == 0
    assert len(pieces_inside(np.array([shapely.Point(0, 0)]), none).object) == 0
    assert len(join_pieces(none, np.array([], dtype=int))) == 0
