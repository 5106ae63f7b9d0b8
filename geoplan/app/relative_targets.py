"""What a relative target is compared with, where the result itself knows it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoplan.app.outcome import Operator
    from geoplan.core.results import Result

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
        The measure ``before`` for ``after``; 0 for a difference (``net``); None where the result
        has one date only, so that the plan has to state its baseline.
    """
    if operator not in ("not_decrease", "not_increase"):
        return None
    if of in _DIFFERENCES:
        return 0.0
    earlier = _EARLIER.get(of)
    for measure in result.measures:
        if (measure.of, measure.part) == (earlier, part):
            return measure.value
    return None
