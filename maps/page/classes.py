"""Classes of a choropleth: few, with round limits, in colours that colour-blind readers rank."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from geoplan.core.errors import ParameterError
from geoplan.core.numbers import Scale, number, scale_for, unit_label
from geoplan.core.texts import text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Ramp = Literal["Blues", "Greens", "Oranges", "Reds", "Purples", "PuBu"]

# ColorBrewer 2.0 (Cynthia Brewer, Apache-2.0), sequential, single hue: rank survives colour
# blindness and a grey print, because each step is also a step in lightness. Of Blues and Greens the
# darkest steps are left out: labels stand on them.
RAMPS: dict[Ramp, dict[int, tuple[str, ...]]] = {
    "Blues": {
        2: ("#deebf7", "#3182bd"),
        3: ("#deebf7", "#9ecae1", "#3182bd"),
        4: ("#eff3ff", "#bdd7e7", "#6baed6", "#2171b5"),
        5: ("#eff3ff", "#c6dbef", "#9ecae1", "#6baed6", "#3182bd"),
        6: ("#eff3ff", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5"),
    },
    "Greens": {
        2: ("#e5f5e0", "#31a354"),
        3: ("#e5f5e0", "#a1d99b", "#31a354"),
        4: ("#edf8e9", "#bae4b3", "#74c476", "#238b45"),
        5: ("#edf8e9", "#c7e9c0", "#a1d99b", "#74c476", "#31a354"),
        6: ("#edf8e9", "#c7e9c0", "#a1d99b", "#74c476", "#41ab5d", "#238b45"),
    },
    "Oranges": {
        2: ("#fee6ce", "#e6550d"),
        3: ("#fee6ce", "#fdae6b", "#e6550d"),
        4: ("#feedde", "#fdbe85", "#fd8d3c", "#d94701"),
        5: ("#feedde", "#fdbe85", "#fd8d3c", "#e6550d", "#a63603"),
        6: ("#feedde", "#fdd0a2", "#fdae6b", "#fd8d3c", "#e6550d", "#a63603"),
    },
    "Reds": {
        2: ("#fcbba1", "#cb181d"),
        3: ("#fee0d2", "#fc9272", "#de2d26"),
        4: ("#fee5d9", "#fcae91", "#fb6a4a", "#cb181d"),
        5: ("#fee5d9", "#fcae91", "#fb6a4a", "#de2d26", "#a50f15"),
        6: ("#fee5d9", "#fcbba1", "#fc9272", "#fb6a4a", "#de2d26", "#a50f15"),
    },
    "Purples": {
        2: ("#efedf5", "#756bb1"),
        3: ("#efedf5", "#bcbddc", "#756bb1"),
        4: ("#f2f0f7", "#cbc9e2", "#9e9ac8", "#6a51a3"),
        5: ("#f2f0f7", "#cbc9e2", "#9e9ac8", "#756bb1", "#54278f"),
        6: ("#f2f0f7", "#dadaeb", "#bcbddc", "#9e9ac8", "#756bb1", "#54278f"),
    },
    "PuBu": {
        2: ("#ece7f2", "#2b8cbe"),
        3: ("#ece7f2", "#a6bddb", "#2b8cbe"),
        4: ("#f1eef6", "#bdc9e1", "#74a9cf", "#0570b0"),
        5: ("#f1eef6", "#bdc9e1", "#74a9cf", "#2b8cbe", "#045a8d"),
        6: ("#f1eef6", "#d0d1e6", "#a6bddb", "#74a9cf", "#2b8cbe", "#045a8d"),
    },
}
"""Colours per ramp and number of classes, light to dark."""

NO_DATA = "#d5d8da"
"""Fill of a district whose value is unknown."""

OPEN = "#ffffff"
"""Fill of a district of which the data do not say whether it meets a target."""

MET, MISSED = "#2166ac", "#b2182b"
"""Blue and red of a verdict: told apart by every common colour blindness, and never alone."""

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_SAMPLE = 100
_MOST_IN_ONE = 0.75  # above this share of the values in one class, equal steps say too little


@dataclass(frozen=True)
class Classes:
    """
    Classes of a quantity, from low to high.

    Parameters
    ----------
    limits : tuple of float
        Limits between the classes, ascending: class `i` holds ``limits[i-1] <= value < limits[i]``.
    colors : tuple of str
        One per class, light to dark; one more than `limits`.
    unit : str
        Unit of the limits, as in `Measure`.
    """

    limits: tuple[float, ...]
    colors: tuple[str, ...]
    unit: str

    def index(self, values: "ArrayLike") -> "NDArray[np.int64]":
        """Give the class of each value; -1 for an unknown one."""
        known = np.asarray(values, dtype=float)
        found = np.digitize(known, np.asarray(self.limits, dtype=float))
        return np.where(np.isnan(known), -1, found).astype(np.int64)

    def counts(self, values: "ArrayLike") -> tuple[int, ...]:
        """Count the values in each class; the unknown are in none."""
        index = self.index(values)
        found = np.bincount(index[index >= 0], minlength=len(self.colors))
        return tuple(int(count) for count in found)

    def labels(self, lang: str) -> tuple[str, ...]:
        """Write the classes in words: below the first limit, from-to, and from the last one on."""
        if not self.limits:
            return (text("maps.class.all", lang),)
        scale = scale_for(self.unit, self.limits)
        decimals = _decimals([limit / scale.factor for limit in self.limits])
        shown = [number(limit / scale.factor, decimals) for limit in self.limits]
        middle = [f"{low} – {high}" for low, high in pairwise(shown)]
        return (
            text("maps.class.below", lang, limit=shown[0]),
            *middle,
            text("maps.class.from", lang, limit=shown[-1]),
        )

    def unit_label(self, lang: str) -> str:
        """Name the unit in which `labels` are written."""
        scale: Scale = scale_for(self.unit, self.limits)
        return unit_label(scale.unit, lang)


def make_classes(
    values: "ArrayLike",
    *,
    unit: str,
    ramp: Ramp,
    at_most: int = 5,
    include: float | None = None,
) -> Classes:
    """
    Cut values into few classes with round limits.

    Equal round steps are tried first; where they would put nearly all values into one class, the
    limits of a natural-breaks classification are taken instead, rounded as far as they stay apart.

    Parameters
    ----------
    values : array_like of float
        What to classify; NaN is left out.
    unit : str
        Unit of the values.
    ramp : Ramp
        Which colours.
    at_most : int
        Most classes, 2 to 6.
    include : float, optional
        A limit that must be among them, such as a target: the colour then changes where the
        verdict does. Left out when it lies outside the values.

    Returns
    -------
    Classes
        One class when all values are equal.

    Raises
    ------
    ParameterError
        If `at_most` is not from 2 to 6.

    Examples
    --------
    >>> make_classes([0.619, 0.787, 0.943, 0.62, 0.873], unit="1", ramp="Blues").limits
    (0.7, 0.8, 0.9)
    """
    if not 2 <= at_most <= 6:
        raise ParameterError(f"`at_most` is {at_most}; a reader tells 2 to 6 classes apart.")
    array = np.asarray(values, dtype=float)
    known = array[np.isfinite(array)]
    if known.size == 0 or np.ptp(known) <= 1e-12 * max(1.0, abs(float(known.max()))):
        return Classes((), (RAMPS[ramp][3][1],), unit)
    limits = _equal_steps(known, at_most)
    if _largest_class(known, limits) > _MOST_IN_ONE and len(np.unique(known)) > at_most:
        limits = _natural(known, at_most) or limits
    if include is not None and known.min() < include <= known.max():
        limits = _with(limits, include, at_most)
    return Classes(limits, _colors(ramp, len(limits) + 1), unit)


def _equal_steps(known: "NDArray[np.float64]", at_most: int) -> tuple[float, ...]:
    low, high = float(known.min()), float(known.max())
    power = 10.0 ** math.floor(math.log10((high - low) / at_most))
    for factor in (*_STEPS, 20.0, 25.0, 50.0):
        step = power * factor
        first, last = math.floor(low / step + 1e-9) + 1, math.ceil(high / step - 1e-9) - 1
        if last - first + 2 <= at_most:
            return tuple(_clean(step * k) for k in range(first, last + 1))
    return ()


def _natural(known: "NDArray[np.float64]", at_most: int) -> tuple[float, ...]:
    sample = np.unique(known)
    if sample.size > _SAMPLE:
        # Quantiles stand for the whole: a class limit does not need every cell.
        sample = np.unique(np.quantile(known, np.linspace(0, 1, _SAMPLE)))
    breaks = _natural_breaks(sample, min(at_most, sample.size))
    for digits in (1, 2, 3):
        rounded = sorted({_significant(limit, digits) for limit in breaks})
        if len(rounded) == len(breaks):
            break
    return tuple(limit for limit in rounded if known.min() < limit <= known.max())


def _natural_breaks(ascending: "NDArray[np.float64]", count: int) -> list[float]:
    """Give limits half-way between the classes that mapclassify's Fisher-Jenks finds."""
    import mapclassify

    with warnings.catch_warnings():
        # It warns that it is slow without numba; a sample of this size takes it a moment.
        warnings.filterwarnings("ignore", message="Numba not installed")
        highest = mapclassify.FisherJenks(ascending, k=count).bins[:-1]
    at = np.searchsorted(ascending, highest, side="right")
    at = np.unique(at[at < len(ascending)])  # of few different values some classes are empty
    return [float(limit) for limit in (ascending[at - 1] + ascending[at]) / 2]


def _with(limits: tuple[float, ...], wanted: float, at_most: int) -> tuple[float, ...]:
    if any(math.isclose(limit, wanted, rel_tol=1e-9) for limit in limits):
        return limits
    merged = sorted((*limits, wanted))
    if len(merged) + 1 > at_most:
        merged.remove(min((v for v in merged if v != wanted), key=lambda v: abs(v - wanted)))
    return tuple(merged)


def _largest_class(known: "NDArray[np.float64]", limits: Sequence[float]) -> float:
    found = np.bincount(np.digitize(known, np.asarray(limits, dtype=float)))
    return float(found.max() / known.size)


def _colors(ramp: Ramp, count: int) -> tuple[str, ...]:
    return (RAMPS[ramp][3][1],) if count == 1 else RAMPS[ramp][count]


def _significant(value: float, digits: int) -> float:
    if value == 0:
        return 0.0
    return _clean(round(value, digits - 1 - math.floor(math.log10(abs(value)))))


def _clean(value: float) -> float:
    """Drop the binary dust of a product: 0.1 * 7 is 0.7."""
    return float(f"{value:.12g}")


def _decimals(shown: Sequence[float]) -> int:
    for decimals in range(7):
        if all(math.isclose(round(v, decimals), v, rel_tol=1e-9, abs_tol=1e-12) for v in shown):
            return decimals
    return 6
