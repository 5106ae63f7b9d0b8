"""The outline of a union of equal discs."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.exact.discs import disc_outline
from geoplan.analyses.exact.outline import TieError, link
from geoplan.analyses.exact.outline_polygons import outline_polygons

FAR = np.array([5e5, 2.5e6])


def lens_m2(distance_m, radius_m):
    """Area that two equal discs share."""
    if distance_m >= 2 * radius_m:
        return 0.0
    half = distance_m / 2
    return 2 * radius_m**2 * math.acos(half / radius_m) - distance_m * math.sqrt(
        radius_m**2 - half**2
    )


def test_one_disc_is_pi_r_squared():
    assert disc_outline(FAR[None], 500.0).area_m2 == pytest.approx(math.pi * 500**2, rel=1e-14)


@pytest.mark.parametrize("distance_m", [1e-6, 1.0, 250.0, 499.0, 500.0, 866.0, 999.999, 1000, 3e3])
def test_two_discs_are_their_sum_less_the_lens(distance_m):
    centres = FAR + np.array([[0, 0], [distance_m * 0.6, distance_m * 0.8]])
    expected = 2 * math.pi * 500**2 - lens_m2(distance_m, 500)
    assert disc_outline(centres, 500.0).area_m2 == pytest.approx(expected, rel=1e-12)


def test_a_ring_of_discs_leaves_a_hole_that_runs_clockwise():
    angle = np.arange(12) * math.pi / 6
    centres = FAR + 1000 * np.column_stack([np.cos(angle), np.sin(angle)])
    outline = disc_outline(centres, 400.0)
    assert len(outline.cycles.first) == 2
    gap_m = 2 * 1000 * math.sin(math.pi / 12)
    expected = 12 * (math.pi * 400**2 - lens_m2(gap_m, 400))
    assert outline.area_m2 == pytest.approx(expected, rel=1e-12)


def test_a_disc_in_the_middle_that_no_neighbour_touches_fills_part_of_the_hole():
    angle = np.arange(12) * math.pi / 6
    ring = FAR + 1000 * np.column_stack([np.cos(angle), np.sin(angle)])
    with_middle = disc_outline(np.append(ring, FAR[None], axis=0), 400.0)
    expected = disc_outline(ring, 400.0).area_m2 + math.pi * 400**2
    assert with_middle.area_m2 == pytest.approx(expected, rel=1e-12)


def test_a_disc_that_others_bury_leaves_no_trace():
    angle = np.arange(8) * math.pi / 4
    around = 100 * np.column_stack([np.cos(angle), np.sin(angle)])
    outline = disc_outline(np.append(around, [[0.0, 0.0]], axis=0), 500.0)
    assert not (np.hypot(*(outline.elements.centre + outline.origin).T) < 1).any()


def test_no_discs_have_no_outline():
    outline = disc_outline(np.zeros((0, 2)), 500.0)
    assert (outline.area_m2, len(outline.cycles.first)) == (0.0, 0)


@pytest.mark.parametrize("spacing_m", [125, 250, 500, 500 * 2**0.5, 500 * 3**0.5, 900, 1000, 1200])
@pytest.mark.parametrize("slant", [0.0, 0.5])
def test_lattices_whose_circles_meet_in_points_are_measured(spacing_m, slant, voronoi_oracle):
    i, j = (index.ravel() for index in np.meshgrid(np.arange(5), np.arange(5)))
    height = 1 - slant * (1 - 3**0.5 / 2) * 2
    centres = FAR + spacing_m * np.column_stack([i + slant * (j % 2), j * height])
    whole = shapely.buffer(shapely.multipoints(centres), 2000).envelope
    expected = voronoi_oracle([whole], centres, 500.0)[0]
    assert disc_outline(centres, 500.0).area_m2 == pytest.approx(expected, rel=1e-11)


WHEEL = np.array([(300, 400), (400, 300), (0, 500), (500, 0), (140, 480), (480, 140)], dtype=float)


@pytest.mark.parametrize("seed", range(30))
def test_many_circles_through_one_point_are_measured(seed, voronoi_oracle):
    random = np.random.default_rng(seed)
    count = random.integers(3, 12)
    centres = WHEEL[random.integers(0, 6, count)] * random.choice([-1, 1], (count, 2))
    centres = np.unique(centres + 0.0, axis=0)
    whole = shapely.box(-2000, -2000, 2000, 2000)
    expected = voronoi_oracle([whole], centres, 500.0)[0]
    assert disc_outline(centres, 500.0).area_m2 == pytest.approx(expected, rel=1e-10)


def test_what_no_nudge_unties_is_an_error(monkeypatch):
    def tied(*_):
        raise TieError

    monkeypatch.setattr("geoplan.analyses.exact.discs._trace", tied)
    with pytest.raises(TieError, match="moving one of them by a millimetre"):
        disc_outline(FAR[None], 500.0)


coordinates = st.floats(0, 3000, allow_nan=False).map(lambda value: round(value, 3))
point_sets = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=25, unique=True)


@given(centres=point_sets, radius_m=st.sampled_from([50.0, 300.0, 500.0, 1000.0]))
def test_the_area_is_that_of_discs_in_voronoi_cells(centres, radius_m, voronoi_oracle):
    centres = np.unique(np.array(centres), axis=0)
    apart = shapely.STRtree(shapely.points(centres)).query(shapely.points(centres), "dwithin", 0.01)
    centres = np.delete(centres, apart[0][apart[0] > apart[1]], axis=0) + FAR
    whole = shapely.box(*(FAR - 2000), *(FAR + 6000))
    expected = voronoi_oracle([whole], centres, radius_m)[0]
    assert disc_outline(centres, radius_m).area_m2 == pytest.approx(expected, rel=1e-11)


@given(centres=point_sets, radius_m=st.sampled_from([50.0, 300.0, 500.0, 1000.0]))
def test_the_drawn_outline_is_valid_and_inscribed(centres, radius_m):
    outline = disc_outline(np.unique(np.array(centres), axis=0), radius_m)
    drawn = outline_polygons(outline, quad_segs=64)
    assert shapely.is_valid(drawn)
    assert drawn.area == pytest.approx(outline.area_m2, rel=3e-4, abs=1e-3)


def test_a_drawn_hole_is_a_hole():
    angle = np.arange(12) * math.pi / 6
    centres = FAR + 1000 * np.column_stack([np.cos(angle), np.sin(angle)])
    drawn = outline_polygons(disc_outline(centres, 400.0), quad_segs=64)
    assert len(shapely.get_parts(drawn)) == 1
    assert shapely.get_num_interior_rings(shapely.get_parts(drawn)[0]) == 1
    assert not shapely.contains_xy(drawn, *FAR)


def test_pieces_that_do_not_join_up_are_refused():
    with pytest.raises(TieError):
        link(np.array([1, 2]), np.array([2, 3]))
    with pytest.raises(TieError):
        link(np.array([1, 1]), np.array([1, 1]))
