"""What a measure could be where the data leave ground open: all of it counts, or none does."""

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from geoplan.core.results import Bounds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Split: TypeAlias = tuple[Floats, float]
    """What is measured per district, and for the whole."""

NO_DATA = ("no_data",)
"""Reason of bounds: ground without data."""

NO_VALUE = ("no_value",)
"""Reason of bounds: objects or districts without a value."""

# Below this share of what is measured a gap is the rounding of an overlay.
_ROUNDING = 1e-9


def share_bounds(
    over: "Split",
    under: "Split",
    unknown: "Split",
    *,
    most: "Split | None" = None,
    reasons: tuple[str, ...] = NO_DATA,
) -> Bounds:
    """
    Bound a share of ground of which some is unknown.

    Parameters
    ----------
    over, under : tuple of (array of float, float)
        Numerator and denominator on the known ground: per district, and for the whole.
    unknown : tuple of (array of float, float)
        What else the denominator would hold, if it were known.
    most : tuple of (array of float, float), optional
        Numerator if all of the unknown ground counts; `over` and `unknown` together by default.
    reasons : tuple of str
        Why it is open.

    Returns
    -------
    Bounds
        From none of the unknown ground to all of it.

    Examples
    --------
    A tenth of a district is known, and all of that is wood:

    >>> tenth, rest = (np.array([10.0]), 10.0), (np.array([90.0]), 90.0)
    >>> found = share_bounds(tenth, tenth, rest)
    >>> found.low_total, found.high_total
    (0.1, 1.0)
    """
    bounds = mean_bounds(over, under, unknown, least=0.0, greatest=1.0, reasons=reasons)
    if most is None:
        return bounds
    extra = most[0] - over[0], float(most[1]) - float(over[1])
    less = unknown[0] - extra[0], float(unknown[1]) - extra[1]
    under = under[0] + less[0], float(under[1]) + less[1]
    high = mean_bounds(over, under, extra, least=0.0, greatest=1.0)
    return replace(bounds, high=high.high, high_total=high.high_total, reasons=reasons)


def mean_bounds(
    over: "Split",
    under: "Split",
    unknown: "Split",
    *,
    least: float,
    greatest: float,
    reasons: tuple[str, ...] = NO_DATA,
) -> Bounds:
    """
    Bound a weighted mean of which some weight has no known value.

    Parameters
    ----------
    over, under, unknown : tuple of (array of float, float)
        Sum of weight × value, sum of the weights, and the weight without a value: per district,
        and for the whole.
    least, greatest : float
        Between which the unknown values lie.
    reasons : tuple of str
        Why it is open.

    Returns
    -------
    Bounds
        From all of the unknown weight at `least` to all of it at `greatest`.
    """
    low, high = (_filled(over, under, unknown, value) for value in (least, greatest))
    of, of_total = under[0] + unknown[0], float(under[1]) + float(unknown[1])
    return Bounds(low[0], high[0], low[1], high[1], reasons, of, of_total)


def value_range(known: "Floats", unit: str) -> tuple[float, float]:
    """
    Say between which values those lie that nobody stated.

    Parameters
    ----------
    known : array of float
        The values that are stated.
    unit : str
        Their base unit.

    Returns
    -------
    tuple of float
        0 and 1 of shares that all lie between; else the least and the greatest that are stated. NaN
        where none is.
    """
    stated = known[np.isfinite(known)]
    if not len(stated):
        return float("nan"), float("nan")
    least, greatest = float(stated.min()), float(stated.max())
    return (0.0, 1.0) if unit == "1" and least >= 0 and greatest <= 1 else (least, greatest)


def amount_bounds(low: "Split", high: "Split") -> Bounds:
    """
    Bound an amount.

    Parameters
    ----------
    low, high : tuple of (array of float, float)
        If none of the unknown ground counts, and if all of it does.

    Returns
    -------
    Bounds
        What lies between.
    """
    return Bounds(low[0], high[0], float(low[1]), float(high[1]), NO_DATA)


def _filled(over: "Split", under: "Split", unknown: "Split", value: float) -> "Split":
    """Give the mean if every unknown weight had one value."""

    def mean(a: "Floats", b: "Floats", c: "Floats") -> "Floats":
        weight = b + np.where(c > _ROUNDING * (b + c), c, 0.0)
        sum_of = a + np.where(c > _ROUNDING * (b + c), c, 0.0) * value
        none = np.full(len(weight), np.nan)
        return np.asarray(np.divide(sum_of, weight, out=none, where=weight > 0), dtype=float)

    whole = (np.array([float(one[1])]) for one in (over, under, unknown))
    return mean(over[0], under[0], unknown[0]), float(mean(*whole)[0])
