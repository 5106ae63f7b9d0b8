"""Classes have round limits, hold every value once, and rank without hue."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.core.errors import ParameterError
from geoplan.maps.page.classes import MET, MISSED, RAMPS, Classes, _natural_breaks, make_classes

values = st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=60)


def test_shares_get_round_limits():
    assert make_classes([0.619, 0.787, 0.943, 0.62], unit="1", ramp="Blues").limits == (
        0.7,
        0.8,
        0.9,
    )


def test_the_target_is_a_limit_so_that_the_colour_changes_with_the_verdict():
    classes = make_classes([0.1, 0.4, 0.72, 0.9], unit="1", ramp="Blues", include=0.466)
    assert 0.466 in classes.limits
    assert len(classes.colors) <= 5


def test_a_target_outside_the_values_is_no_limit():
    assert 0.95 not in make_classes([0.1, 0.4], unit="1", ramp="Blues", include=0.95).limits


def test_a_limit_belongs_to_the_class_above_it():
    classes = Classes((0.5, 0.8), ("#111111", "#222222", "#333333"), "1")
    assert list(classes.index([0.49, 0.5, 0.8, np.nan])) == [0, 1, 2, -1]


def test_skewed_values_are_not_all_in_one_class():
    skewed = np.random.default_rng(1).lognormal(3, 1.5, 3_000)
    counts = make_classes(skewed, unit="person", ramp="Reds", at_most=4).counts(skewed)
    assert max(counts) < 0.95 * len(skewed)
    assert min(counts) > 0


def test_equal_values_make_one_class():
    classes = make_classes([0.5, 0.5], unit="1", ramp="Blues")
    assert (classes.limits, len(classes.colors)) == ((), 1)
    assert classes.labels("en") == ("one value",)


def test_nothing_known_makes_one_empty_class():
    assert make_classes([np.nan], unit="1", ramp="Blues").counts([np.nan]) == (0,)


@pytest.mark.parametrize(
    ("limits", "unit", "lang", "labels"),
    [
        ((0.7, 0.85), "1", "en", ("below 70", "70 – 85", "85 and more")),
        ((0.125,), "1", "zh", ("低于 12.5", "12.5 及以上")),
        ((1_000, 20_000), "person", "en", ("below 1,000", "1,000 – 20,000", "20,000 and more")),
        ((2e6, 5e7), "m2", "en", ("below 2", "2 – 50", "50 and more")),
    ],
)
def test_classes_are_written_in_the_unit_that_is_named(limits, unit, lang, labels):
    assert Classes(limits, ("#000000",) * (len(limits) + 1), unit).labels(lang) == labels


def test_the_unit_of_the_labels_is_named():
    assert Classes((2e6, 5e7), ("#000000",) * 3, "m2").unit_label("en") == "km²"


@given(values, st.integers(2, 6))
def test_every_value_is_in_exactly_one_class(found, at_most):
    classes = make_classes(found, unit="person", ramp="Oranges", at_most=at_most)
    assert sum(classes.counts(found)) == len(found)
    assert len(classes.colors) == len(classes.limits) + 1 <= at_most
    assert list(classes.limits) == sorted(set(classes.limits))


@given(values)
def test_no_limit_lies_outside_the_values(found):
    limits = make_classes(found, unit="m2", ramp="Greens").limits
    assert all(min(found) < limit <= max(found) for limit in limits)


@given(st.lists(st.integers(0, 500), min_size=4, max_size=9, unique=True), st.integers(2, 3))
def test_natural_breaks_are_the_best_of_all_ways_to_cut(found, count):
    ascending = np.sort(np.asarray(found, dtype=float))

    def spread(cuts):
        parts = np.split(ascending, cuts)
        return sum(((part - part.mean()) ** 2).sum() for part in parts)

    best = min(spread(cuts) for cuts in combinations(range(1, len(ascending)), count - 1))
    cuts = np.searchsorted(ascending, _natural_breaks(ascending, count))
    assert spread(cuts) == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("ramp", RAMPS)
def test_a_ramp_gets_darker_step_by_step(ramp):
    for colors in RAMPS[ramp].values():
        lightness = [_luminance(color) for color in colors]
        assert lightness == sorted(lightness, reverse=True)


def test_met_and_missed_differ_for_the_colour_blind():
    # Viénot's simulation of deuteranopia, the most common kind.
    met, missed = (_deuteranope(color) for color in (MET, MISSED))
    assert np.abs(met - missed).max() > 60


def _rgb(color: str) -> np.ndarray:
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)


def _luminance(color: str) -> float:
    return float(_rgb(color) @ [0.2126, 0.7152, 0.0722])


def _deuteranope(color: str) -> np.ndarray:
    red, green, blue = _rgb(color)
    merged = 0.29275 * red + 0.70725 * green
    return np.array([merged, merged, -0.02234 * red + 0.02234 * green + blue])


@pytest.mark.parametrize("at_most", [1, 7])
def test_a_reader_tells_two_to_six_classes_apart(at_most):
    with pytest.raises(ParameterError, match="at_most"):
        make_classes([1, 2], unit="1", ramp="Blues", at_most=at_most)


def test_few_different_values_have_few_natural_classes():
    values = [0.00998506, 0.01669176, 0.01669176, 0.01669176, 1.0] * 50

    classes = make_classes(values, unit="person", ramp="Reds", at_most=4)

    assert sum(classes.counts(values)) == len(values)
