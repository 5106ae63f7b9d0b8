"""Local systems fitted from control points."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from geoplan.core.errors import CRSError
from geoplan.layers.datums.fits import (
    CoordinateFit,
    affine_coordinates,
    coordinate_fit_from_table,
    fit_coordinates,
)

STUDY = "EPSG:4547"
SQUARE = np.array([[0.0, 0.0], [1000.0, 0.0], [1000.0, 1000.0], [0.0, 1000.0]])


def moved(points, scale=1.0, turn_deg=0.0, shift=(0.0, 0.0)):
    c, s = (
        scale * math.cos(math.radians(turn_deg)),
        scale * math.sin(math.radians(turn_deg)),
    )
    return points @ np.array([[c, s], [-s, c]]) + shift


def table(source, goal):
    return np.hstack([source, goal])


def test_two_points_fix_a_similarity_exactly():
    goal = moved(SQUARE[:2], scale=1.0001, turn_deg=30, shift=(5e5, 2.5e6))
    fit = fit_coordinates(table(SQUARE[:2], goal), target=STUDY)
    assert (fit.scale, fit.rotation_deg, fit.rms_m) == pytest.approx((1.0001, 30, 0), abs=1e-6)


@given(
    scale=st.floats(0.5, 2),
    turn=st.floats(-179, 179),
    east=st.floats(-1e6, 1e6),
    north=st.floats(-1e6, 1e6),
)
def test_a_similarity_is_found_again_whatever_it_is(scale, turn, east, north):
    goal = moved(SQUARE, scale, turn, (east, north))
    fit = fit_coordinates(table(SQUARE, goal), target=STUDY)
    assert np.column_stack(fit.apply(*SQUARE.T)) == pytest.approx(goal, abs=1e-5)


@given(noise=st.lists(st.floats(-5, 5), min_size=8, max_size=8))
@example(noise=[-1.5505614153807552, *[0.0] * 7])
def test_the_helmert_fit_is_the_least_squares_solution(noise):
    goal = moved(SQUARE, 1.0, 10, (5e5, 2.5e6)) + np.reshape(noise, (4, 2))
    fit = fit_coordinates(table(SQUARE, goal), target=STUDY)
    # About the middle of either: there the oracle itself keeps its digits.
    x, y = (SQUARE - SQUARE.mean(axis=0)).T
    goal = goal - goal.mean(axis=0)
    ones, zeros = np.ones(4), np.zeros(4)
    # The textbook design matrix of X = a·x - b·y + c, Y = b·x + a·y + d.
    design = np.block(
        [[x[:, None], -y[:, None], ones[:, None], zeros[:, None]],
         [y[:, None], x[:, None], zeros[:, None], ones[:, None]]]
    )  # fmt: skip
    solution = np.linalg.lstsq(design, np.concatenate(goal.T), rcond=None)[0]
    oracle = np.hypot(*np.split(design @ solution - np.concatenate(goal.T), 2))
    assert fit.residuals_m == pytest.approx(oracle, abs=1e-6)


def test_three_parameters_keep_the_scale():
    fit = fit_coordinates(
        table(SQUARE, moved(SQUARE, scale=1.01, turn_deg=5)), target=STUDY, method="helmert3"
    )
    assert (fit.scale, fit.rotation_deg) == pytest.approx((1.0, 5.0))
    assert fit.residuals_m == pytest.approx([0.01 * math.hypot(500, 500)] * 4)


@given(st.tuples(*[st.floats(-2, 2)] * 6).filter(lambda m: abs(m[0] * m[4] - m[1] * m[3]) > 0.1))
def test_undoing_a_fit_gives_back_what_was_put_in(matrix):
    fit = affine_coordinates(matrix, target=STUDY)
    back = fit.undo(*fit.apply(*SQUARE.T))
    assert np.column_stack(back) == pytest.approx(SQUARE, abs=1e-6)


def test_one_point_is_enough_for_a_shift():
    fit = fit_coordinates([[1, 2, 500_001, 2_500_002]], target=STUDY, method="shift")
    assert fit.matrix == (1, 0, 500_000, 0, 1, 2_500_000)


def test_an_affine_fit_also_finds_a_shear():
    shear = np.array([[1.0, 0.2], [0.0, 0.9]])
    fit = fit_coordinates(table(SQUARE, SQUARE @ shear.T + 7), target=STUDY, method="affine")
    assert fit.matrix == pytest.approx((1, 0.2, 7, 0, 0.9, 7))


def test_a_bad_point_shows_in_its_residual():
    goal = SQUARE.copy()
    goal[2] += 100
    fit = fit_coordinates(table(SQUARE, goal), target=STUDY)
    assert np.argmax(fit.residuals_m) == 2
    assert fit.rms_m == pytest.approx(math.sqrt(np.mean(np.square(fit.residuals_m))))


def test_a_given_affine_has_no_residuals():
    assert math.isnan(affine_coordinates([1, 0, 0, 0, 1, 0], target=STUDY).rms_m)


def test_a_fit_describes_itself_in_one_line():
    fit = fit_coordinates(table(SQUARE, SQUARE + 1), target=STUDY)
    assert str(fit) == "helmert [1, -0, 1, 0, 1, 1] to EPSG:4547; 4 points, RMS 0.000 m"


def test_a_plan_table_with_points_makes_a_fit():
    fit = coordinate_fit_from_table(
        {"fit": "helmert", "target": STUDY, "points": table(SQUARE, SQUARE + 1).tolist()}
    )
    assert fit == fit_coordinates(table(SQUARE, SQUARE + 1), target=STUDY)


def test_a_plan_table_with_six_numbers_makes_a_fit():
    fit = coordinate_fit_from_table({"affine": [1, 0, 5, 0, 1, 6], "target": STUDY})
    assert fit == CoordinateFit((1, 0, 5, 0, 1, 6), STUDY)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"target": STUDY}, "wanted"),
        ({"affine": [1, 0, 0, 0, 1, 0]}, "wanted"),
        ({"affine": [1, 0, 0, 0, 1, 0], "points": [], "target": STUDY}, "wanted"),
        ({"affine": [1, 0], "target": STUDY}, "wanted six numbers"),
        ({"affine": "1 0", "target": STUDY}, "wanted six numbers"),
        ({"affine": [1, 2, 0, 2, 4, 0], "target": STUDY}, "squeezes the plane"),
        ({"affine": [1, 0, 0, 0, 1, 0], "target": "EPSG:4326"}, "need a projected CRS"),
        ({"affine": [1, 0, 0, 0, 1, 0], "target": "here"}, "is not a CRS"),
        ({"point": [], "target": STUDY}, "unknown key 'point'"),
        ({"points": [[0, 0, 1, 1]], "target": STUDY}, "1 rows; a helmert fit needs at least 2"),
        ({"points": [[0, 0, 1], [1, 1, 2]], "target": STUDY}, "rows of four"),
        ({"points": [["a", 0, 1, 2]] * 2, "target": STUDY}, "rows of four"),
        ({"points": [[0, 0, 1, 1]] * 2, "target": STUDY}, "all lie in one place"),
        ({"points": [[0, 0, 1, 1]] * 2, "target": STUDY, "fit": "exact"}, "'exact'; wanted one"),
        (
            {"points": [[i, i, i, i] for i in range(3)], "target": STUDY, "fit": "affine"},
            "lie on one line",
        ),
    ],
)
def test_a_table_that_does_not_do_is_refused_with_a_reason(entries, message):
    with pytest.raises(CRSError, match=message):
        coordinate_fit_from_table(entries)


def test_points_in_one_place_are_refused_by_the_three_parameter_fit():
    with pytest.raises(CRSError, match="all lie in one place"):
        fit_coordinates([[0, 0, 1, 1], [5, 5, 1, 1]], target=STUDY, method="helmert3")


@given(st.permutations(range(4)))
def test_the_order_of_the_points_does_not_matter(order):
    goal = moved(SQUARE, 1.001, 12, (5e5, 2.5e6)) + np.array([[1, 0], [0, 2], [0, 0], [1, 1]])
    assume(order != list(range(4)))
    first = fit_coordinates(table(SQUARE, goal), target=STUDY)
    second = fit_coordinates(table(SQUARE, goal)[order], target=STUDY)
    assert second.matrix == pytest.approx(first.matrix)
