"""What a relative target is compared with, where the result itself knows it."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoplan.app.run.outcome import Operator, Target
    from geoplan.core.results import Measure, Result

_EARLIER = {"after": "before"}
_DIFFERENCES = ("net",)


def known_baseline(result: "Result", operator: "Operator", of: str, part: str) -> float | None:
    """
    Find the earlier value that "not decrease" and "not increase" speak of.

    Parameters
    ----------
    result : Result
        What was found.
    operator : Operator
        How the target compares.
    of, part : str
        The measure that it speaks of.

    Returns
    -------
    float or None
        The measure ``before`` for ``after``; 0 for a difference (``net``, a change); None where the
        result has one date only, so that the plan has to state its baseline.
    """
    if operator not in ("not_decrease", "not_increase"):
        return None
    if of in _DIFFERENCES or result.analysis == "change_table":
        return 0.0
    earlier = earlier_measure(result, of, part)
    return None if earlier is None else earlier.value


def earlier_measure(result: "Result", of: str, part: str) -> "Measure | None":
    """
    Find the measure of the earlier date that a measure of the later one is compared with.

    Parameters
    ----------
    result : Result
        What was found.
    of, part : str
        The measure of the later date.

    Returns
    -------
    Measure or None
        ``before`` for ``after``; None where the result has no such pair.
    """
    for measure in result.measures:
        if (measure.of, measure.part) == (_EARLIER.get(of), part):
            return measure
    return None


def compared_with(target: "Target", measure: "Measure") -> "Target":
    """
    Compare with what was measured itself: the city's average, an earlier date.

    Parameters
    ----------
    target : Target
        A relative target.
    measure : Measure
        Gives its value, with what the data leave open of it.

    Returns
    -------
    Target
        Without a value where that of the measure is unknown.
    """
    if not math.isfinite(measure.value):
        return replace(target, value=None)
    return replace(
        target,
        value=measure.value,
        least=measure.low,
        greatest=measure.high,
        tolerance=measure.tolerance,
        open_for=measure.open_for,
    )
