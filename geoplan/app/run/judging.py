"""The verdict: whether every value that the data leave possible meets a target, or none."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.app.run.outcome import Operator, Status, Target, Verdict
from geoplan.core.results import ROUNDING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geoplan.core.results import Measure

    Floats = NDArray[np.float64]

OPEN = "open"
"""Reason of a verdict that depends on what the data leave open."""

_FLOORS = (">", ">=", "not_decrease")
_BOTH = ("==", "within")
_STRICT = (">", "<")


def judge(measure: "Measure", target: Target) -> Verdict:
    """
    Compare what a measure could be with its target.

    Parameters
    ----------
    measure : Measure
        What was found, with `low`, `high` and `tolerance`.
    target : Target
        What the plan asks for; its `value` in the unit of the measure.

    Returns
    -------
    Verdict
        Met if every value from `low` to `high` meets the target, missed if none does, undecidable
        otherwise, or where nothing is known or there is nothing to compare with. A value within
        the rounding of the target equals it, and then the operator decides. The shortfall of a
        share is in the unit of its numerator: what would have to be added for the bound to be
        reached (0 when it is reached, but the target is strict). Each district has a verdict of
        its own where the measure is a ratio and the target absolute.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> from geoplan.core.results import Bounds, make_measure
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 1, 1)]
    ... )
    >>> bounds = Bounds([0.71], [0.96], 0.71, 0.96, ("no_data",))
    >>> green = make_measure(districts, [71.0], [75.0], of="land", bounds=bounds)
    >>> [judge(green, Target(f">= {n} %", ">=", n / 100, "1", "land")).status for n in (70, 80, 97)]
    ['met', 'undecidable', 'missed']
    """
    import numpy as np

    # A mean weighted with trips is no share of trips: what is missing is in points.
    is_share = measure.unit == "1" and measure.numerator_unit != ""
    verdict = Verdict(
        "undecidable",
        _no_verdict(measure, target),
        float("nan"),
        measure.numerator_unit if is_share else measure.unit,
        low=measure.low,
        high=measure.high,
        unit=measure.unit,
        open_for=tuple(dict.fromkeys((*measure.open_for, *target.open_for))),
    )
    if target.value is None:
        return verdict
    table = measure.districts
    districts, missed = _of_districts(measure, target)
    value, low, high = (np.array([number]) for number in (measure.value, measure.low, measure.high))
    whole = _gaps(value, low, high, target, measure.tolerance)
    status = whole.statuses(target.operator)[0]
    gap = float(whole.shown[0])
    shortfall = max(gap, 0.0) * (measure.denominator if is_share else 1.0)
    decided = {"met": 0.0, "missed": shortfall}.get(status or "", float("nan"))
    return Verdict(
        status or "undecidable",
        (OPEN if status == "undecidable" else "") if status else verdict.reason,
        decided,
        verdict.shortfall_unit,
        tuple(table["district_id"].to_numpy()[missed].tolist()),
        verdict.low,
        verdict.high,
        verdict.unit,
        verdict.open_for,
        districts,
    )


def _no_verdict(measure: "Measure", target: Target) -> str:
    """Say why nothing can be compared, should that be so."""
    if target.value is None:
        return "no_parent" if target.operator == "not_above_parent" else "no_baseline"
    return "denominator_zero" if measure.denominator == 0 else "value_unknown"


@dataclass(frozen=True)
class _Gaps:
    """How far values are on the wrong side of a bound: least, most, and that of the value."""

    shown: "Floats"
    least: "Floats"
    most: "Floats"

    def statuses(self, operator: Operator) -> list[Status | None]:
        """Judge each; None where nothing is known."""
        import numpy as np

        misses = (np.greater_equal if operator in _STRICT else np.greater)(
            np.stack([self.least, self.most]), 0.0
        )
        unknown = np.isnan(self.least) | np.isnan(self.most)
        return [
            None if nothing else "missed" if best else "undecidable" if worst else "met"
            for nothing, best, worst in zip(unknown, *misses, strict=True)
        ]


def _gaps(
    value: "Floats", low: "Floats", high: "Floats", target: Target, tolerance: float
) -> _Gaps:
    """Compare values and their bounds with a bound that may itself be open."""
    import numpy as np

    bound = float("nan") if target.value is None else target.value
    least_bound = bound if target.least is None else target.least
    greatest_bound = bound if target.greatest is None else target.greatest
    # From below a bound is the larger the worse, from above the smaller; a range is both.
    short = bound - value, least_bound - high, greatest_bound - low
    if target.operator == "within" and target.high is not None:
        bound = least_bound = greatest_bound = target.high
    over = value - bound, low - greatest_bound, high - least_bound
    if target.operator in _FLOORS:
        shown, least, most = short
    elif target.operator in _BOTH:
        shown, least, most = (np.maximum(*pair) for pair in zip(short, over, strict=True))
    else:
        shown, least, most = over
    rounding = max(tolerance + target.tolerance, ROUNDING * abs(bound))
    shown, least, most = (
        np.where(np.abs(gap) <= rounding, 0.0, gap) for gap in (shown, least, most)
    )
    return _Gaps(np.where(np.isnan(shown), least, shown), least, most)


def judges_districts(measure: "Measure", target: Target) -> bool:
    """
    Say whether each district can be held to a target of the whole.

    Parameters
    ----------
    measure : Measure
        What was found.
    target : Target
        What the plan asks for.

    Returns
    -------
    bool
        True for shares, ratios and means. False for an amount (hectares of red line) and for a
        baseline: both are of the whole.
    """
    is_mean = measure.unit == "number" and measure.denominator_unit != ""
    is_ratio = measure.unit == "1" or "/" in measure.unit or is_mean
    return is_ratio and target.value is not None and not target.operator.startswith("not_")


def _of_districts(measure: "Measure", target: Target) -> tuple[dict[str, Status], list[int]]:
    """Judge each district that has a value; give those that miss by row too, worst first."""
    if not judges_districts(measure, target):
        return {}, []
    import numpy as np

    table = measure.districts
    values, low, high = (table[name].to_numpy(float) for name in ("value", "low", "high"))
    gaps = _gaps(values, low, high, target, measure.tolerance)
    statuses = gaps.statuses(target.operator)
    order = np.argsort(-gaps.shown, kind="stable").tolist()
    judged = {
        str(key): status
        for key, status in zip(table["district_id"], statuses, strict=True)
        if status is not None
    }
    return judged, [row for row in order if statuses[row] == "missed"]
