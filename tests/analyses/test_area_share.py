"""The overlay kernel: areas inside districts, each place once."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.shared.area_share import (
    area_inside,
    dissolve,
    district_land,
    inside_mask,
    polygonal,
    whole_m2,
)

DISTRICTS = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])


def metres(least, most):
    """Draw coordinates to the centimetre, as surveys give them."""
    return st.integers(least * 100, most * 100).map(lambda centimetres: centimetres / 100)


@st.composite
def blobs(draw):
    """Draw valid, possibly overlapping polygons in and around the two districts."""
    shapes = []
    for _ in range(draw(st.integers(0, 12))):
        x, y = draw(metres(-20, 220)), draw(metres(-20, 120))
        points = draw(st.integers(3, 9))
        turn = np.linspace(0, 2 * np.pi, points, endpoint=False)
        reach = 5 + 40 * np.array([draw(st.integers(0, 100)) / 100 for _ in range(points)])
        shapes.append(shapely.Polygon(np.c_[x + reach * np.cos(turn), y + reach * np.sin(turn)]))
    return np.array(shapes, dtype=object)


def slow_area(polygons, district):
    """Union everything, then cut: obvious, slow, right."""
    return shapely.area(shapely.intersection(shapely.union_all(polygons), district))


def test_a_polygon_across_a_border_is_split_by_it():
    inside = area_inside(np.array([shapely.box(90, 0, 130, 10)]), DISTRICTS)
    assert inside.district.tolist() == [0, 1]
    assert inside.area_m2.tolist() == [100.0, 300.0]


def test_a_polygon_that_contains_the_districts_fills_them():
    inside = area_inside(np.array([shapely.box(-1, -1, 999, 999)]), DISTRICTS)
    assert inside.area_m2.tolist() == [10_000.0, 10_000.0]


def test_a_hole_in_a_polygon_is_not_inside():
    ring = shapely.box(0, 0, 50, 50).difference(shapely.box(10, 10, 20, 20))
    assert area_inside(np.array([ring]), DISTRICTS).area_m2.tolist() == [2_400.0]


def test_polygons_that_only_touch_a_district_are_not_inside_it():
    outside = np.array([shapely.box(0, 100, 50, 200), shapely.box(-50, 0, 0, 50)])
    assert len(area_inside(outside, DISTRICTS).district) == 0


def test_an_overlap_within_a_category_counts_once_and_is_reported():
    twice = np.array([shapely.box(0, 0, 20, 10), shapely.box(10, 0, 30, 10)])
    inside = area_inside(twice, DISTRICTS)
    assert (inside.area_m2.tolist(), inside.overlap_m2) == ([300.0], 100.0)


def test_an_overlap_between_categories_counts_in_each_and_once_when_merged():
    both = np.array([shapely.box(0, 0, 20, 10), shapely.box(10, 0, 30, 10)])
    inside = area_inside(both, DISTRICTS, np.array([0, 1]))
    assert inside.area_m2.tolist() == [200.0, 200.0]
    assert inside.overlap_m2 == 0
    assert (inside.merged().area_m2.tolist(), inside.merged().overlap_m2) == ([300.0], 100.0)


def test_a_mask_restricts_what_counts():
    green = area_inside(np.array([shapely.box(0, 0, 150, 10)]), DISTRICTS)
    built = area_inside(np.array([shapely.box(50, 0, 60, 100)]), DISTRICTS)
    masked = inside_mask(green, built)
    assert (masked.district.tolist(), masked.area_m2.tolist()) == ([0], [100.0])


def test_of_a_collection_only_the_polygons_stay():
    line, square = shapely.LineString([(0, 0), (1, 1)]), shapely.box(0, 0, 1, 1)
    mixed = [line, shapely.GeometryCollection([square, line]), shapely.GeometryCollection([line])]
    stripped = polygonal(np.array(mixed))
    assert stripped[0] is line
    assert (stripped[1].area, stripped[2].is_empty) == (1.0, True)


@pytest.mark.parametrize("empty", ["inside", "mask"])
def test_a_mask_or_a_layer_without_polygons_leaves_nothing(empty):
    some = area_inside(np.array([shapely.box(0, 0, 150, 10)]), DISTRICTS)
    none = area_inside(np.array([], dtype=object), DISTRICTS)
    masked = inside_mask(none, some) if empty == "inside" else inside_mask(some, none)
    assert masked.per_district_m2(shapely.area(DISTRICTS)).tolist() == [0.0, 0.0]


def test_the_whole_counts_ground_of_overlapping_districts_once():
    crossing = np.array([shapely.box(0, 0, 60, 100), shapely.box(40, 0, 100, 100)])
    land = district_land(crossing)
    inside = area_inside(np.array([shapely.box(30, 0, 70, 100)]), crossing)
    assert (land.total_m2, land.overlap_m2) == (10_000.0, 2_000.0)
    assert (inside.per_district_m2(shapely.area(DISTRICTS)).tolist(), whole_m2(inside, land)) == (
        [3000.0, 3000.0],
        4000.0,
    )


def test_neighbours_do_not_overlap():
    assert district_land(DISTRICTS).overlap_m2 == 0


def test_slivers_between_neighbours_are_forgiven():
    slivered = np.array([shapely.box(0, 0, 100.001, 100), shapely.box(100, 0, 200, 100)])
    land = district_land(slivered)
    assert land.overlap_m2 == 0
    assert land.total_m2 == pytest.approx(20_000.1)


@given(blobs())
def test_it_agrees_with_a_union_cut_by_each_district(polygons):
    measured = area_inside(polygons, DISTRICTS).per_district_m2(shapely.area(DISTRICTS))
    expected = [slow_area(polygons, district) for district in DISTRICTS]
    assert measured == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(blobs(), st.randoms(use_true_random=False))
def test_order_and_repetition_of_polygons_do_not_matter(polygons, random):
    shuffled = list(polygons) * 2
    random.shuffle(shuffled)
    measured = area_inside(np.array(shuffled, dtype=object), DISTRICTS).per_district_m2(
        shapely.area(DISTRICTS)
    )
    expected = area_inside(polygons, DISTRICTS).per_district_m2(shapely.area(DISTRICTS))
    assert measured == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(blobs())
def test_districts_split_in_two_add_up(polygons):
    halves = np.array([shapely.box(0, 0, 100, 37), shapely.box(0, 37, 100, 100)])
    split = area_inside(polygons, halves).per_district_m2(shapely.area(halves))
    assert split.sum() == pytest.approx(
        area_inside(polygons, DISTRICTS).per_district_m2(shapely.area(DISTRICTS))[0],
        rel=1e-9,
        abs=1e-6,
    )


@given(blobs(), blobs())
def test_a_mask_agrees_with_the_intersection_of_two_unions(green, built):
    masked = inside_mask(area_inside(green, DISTRICTS), area_inside(built, DISTRICTS))
    both = shapely.intersection(shapely.union_all(green), shapely.union_all(built))
    expected = shapely.area(shapely.intersection(polygonal(np.array([both])), DISTRICTS))
    assert masked.per_district_m2(shapely.area(DISTRICTS)) == pytest.approx(
        expected, rel=1e-9, abs=1e-6
    )


@given(st.lists(st.booleans(), min_size=36, max_size=36), metres(60, 140))
def test_parcels_that_fit_together_unite_to_the_sum_of_their_areas(chosen, border_x):
    corners = [(30 * (k % 6), 15 * (k // 6)) for k in range(36)]
    parcels = np.array([shapely.box(x, y, x + 30, y + 15) for x, y in corners])[np.array(chosen)]
    districts = np.array([shapely.box(0, 0, border_x, 90), shapely.box(border_x, 0, 180, 90)])
    inside = area_inside(parcels, districts)
    assert inside.area_m2.sum() == pytest.approx(450 * len(parcels), rel=1e-12)
    assert inside.overlap_m2 == pytest.approx(0, abs=1e-9)
    assert shapely.is_valid(inside.geometry).all()


def test_hair_thin_parts_of_an_overlay_are_united_all_the_same():
    thin = [
        shapely.Polygon(ring)
        for ring in (
            [
                (513322.0165409902, 2504477.621955133),
                (513415.5796149905, 2504501.3004645337),
                (513322.0165409904, 2504477.621955133),
            ],
            [
                (516899.199051062, 2506434.916834572),
                (516899.1990510615, 2506434.9168345714),
                (516780.4221202485, 2506388.102619429),
            ],
        )
    ]

    inside = dissolve(np.array(thin), np.zeros(2, dtype=np.intp))

    assert inside.area_m2[0] == pytest.approx(0, abs=1e-6)
