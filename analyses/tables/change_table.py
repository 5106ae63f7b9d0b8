"""Change between two dates of any indicator: absolute, in percent, in percentage points."""

from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.shared.differences import Values, in_order_of
from geoplan.analyses.shared.gains import gained_and_lost
from geoplan.core.carrying import carries_notices
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice
from geoplan.core.results import Measure, Result, make_amount

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CHANGE, RELATIVE = "change", "relative"
"""Prefix of the part that holds the difference, and of the one that divides it by the first."""
BEFORE, AFTER, GAINED, LOST = "before", "after", "gained", "lost"

_COUNTED = ("m2", "m", "person", "job", "person+job", "count")


@carries_notices
def change_table(before: Result, after: Result) -> Result:
    r"""
    Compare an indicator at two dates, district by district.

    Parameters
    ----------
    before, after : Result
        The same analysis of two dates. Districts are joined by ``district_id``; those of `after`
        are kept.

    Returns
    -------
    Result
        Per measure that both have, up to six of the same ``of``, with the part of the measure
        behind a slash where it has one:

        ================ ======================================== ============================
        ``part``         value                                    unit
        ================ ======================================== ============================
        ``change``       after − before                           that of the measure; ``"pp"``
                                                                  (percentage points) of a share
        ``relative``     (after − before) / before                1, shown in percent
        ``before``       the value at the first date              that of the measure
        ``after``        the value at the second date             that of the measure
        ``gained``       people or ground that came in            that of the numerator
        ``lost``         people or ground that went out           that of the numerator
        ================ ======================================== ============================

        ``numerator`` of ``change`` is the change too; of ``relative`` it is the change and the
        ``denominator`` the value before. NaN where either is unknown or a district is new, and of
        ``relative`` where the value before was 0. Gain and loss are those of units and places where
        the results hold them, else of whole districts; none of what cannot be counted.

    Raises
    ------
    ParameterError
        If the two are of different analyses, share no measure, or measure it in different units.

    Notes
    -----
    46.6 % after 45.0 % is a change of 1.6 percentage points and of 3.6 percent: a plan that says
    "提高 2 %" leaves open which; a target reads ``> 0 pp`` or ``> 0 %``. Definitions that
    differ (another radius, other denominators) make a change of method look like one of the city;
    each key that differs is told in a notice.

    A difference below the rounding of its operands is 0: 1e-12 of the largest of them, and what the
    digits of coordinates can move where a layer came from a table (see
    `geoplan.analyses.shared.coordinate_rounding`). Where both dates are open, the change lies
    between the least after less the greatest before, and the greatest after less the least before.
    Cost: that of a join, and of one overlay where ground is compared.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> from geoplan.core.results import make_measure
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 1, 1)]
    ... )
    >>> then, now = (
    ...     Result("x", (make_measure(districts, [m2], [100.0], of="land"),), districts)
    ...     for m2 in (45.0, 46.6)
    ... )
    >>> found = change_table(then, now)
    >>> [(one.part, round(one.value, 4), one.unit) for one in found.measures[:3]]
    [('change', 1.6, 'pp'), ('relative', 0.0356, '1'), ('before', 0.45, '1')]
    >>> [(one.part, round(one.value, 4), one.unit) for one in found.measures[3:]]
    [('after', 0.466, '1'), ('gained', 1.6, 'm2'), ('lost', 0.0, 'm2')]
    """
    if before.analysis != after.analysis:
        raise ParameterError(
            f"`before` is of {before.analysis!r} and `after` of {after.analysis!r}; a change needs "
            "one analysis at two dates."
        )
    first = {measure.label: measure for measure in before.measures}
    shared = [(first[one.label], one) for one in after.measures if one.label in first]
    if not shared:
        raise ParameterError(
            f"`before` and `after` have no measure in common: {', '.join(first)} and "
            f"{', '.join(one.label for one in after.measures)}."
        )
    for old, new in shared:
        if old.unit != new.unit:
            raise ParameterError(f"{new.label} is in {old.unit!r} before and {new.unit!r} after.")
    return Result(
        analysis="change_table",
        measures=tuple(one for old, new in shared for one in _changes(before, after, old, new)),
        districts=after.districts,
        layers=after.layers,
        definition={
            "indicator": after.analysis,
            "before_as_of": str(before.definition.get("as_of") or ""),
            "as_of": str(after.definition.get("as_of") or ""),
            "measures": [new.label for _, new in shared],
        },
        notices=_notices(before, after, shared),
    )


def _changes(before: Result, after: Result, old: Measure, new: Measure) -> list[Measure]:
    """Give one measure in all parts of its change, by district and for the whole."""
    old = in_order_of(new, old)
    then, now = Values.of(before, old), Values.of(after, new)
    change = now.less(then)
    tail = f"/{new.part}" if new.part else ""
    points = change.times(100.0) if new.unit == "1" else change

    def part(name: str, values: Values, unit: str) -> Measure:
        return values.measure(after.districts, new.of, f"{name}{tail}", unit)

    gains: tuple[Floats, ...] = ()
    if new.numerator_unit in _COUNTED:
        gains = gained_and_lost(before, after, old, new, change.tolerance[:-1])
    return [
        part(CHANGE, points, "pp" if new.unit == "1" else new.unit),
        _relative(change, then, new, f"{RELATIVE}{tail}"),
        part(BEFORE, then, new.unit),
        part(AFTER, now, new.unit),
        *(
            make_amount(
                after.districts,
                amounts,
                of=new.of,
                unit=new.numerator_unit,
                part=f"{name}{tail}",
                total=float(np.nansum(amounts)),
            )
            for name, amounts in zip((GAINED, LOST), gains, strict=False)
        ),
    ]


def _relative(change: Values, then: Values, new: Measure, part: str) -> Measure:
    """Divide a change by what it started from."""
    base = np.where(then.value > 0, then.value, np.nan)
    share = change.times(1.0 / base)
    table = new.districts.assign(
        value=share.value[:-1],
        low=share.low[:-1],
        high=share.high[:-1],
        numerator=change.value[:-1],
        denominator=then.value[:-1],
    )
    is_open = bool(np.any(share.low < share.high))
    return Measure(
        of=new.of,
        part=part,
        districts=table,
        value=float(share.value[-1]),
        numerator=float(change.value[-1]),
        denominator=float(then.value[-1]),
        unit="1",
        numerator_unit=new.unit,
        denominator_unit=new.unit,
        low=float(share.low[-1]),
        high=float(share.high[-1]),
        tolerance=float(np.nan_to_num(share.tolerance[-1])),
        open_for=change.reasons if is_open else (),
    )


def _notices(
    before: Result, after: Result, shared: list[tuple[Measure, Measure]]
) -> tuple[Notice, ...]:
    aside = ("as_of", "categories", "classes", "class_codes")
    keys = [
        key
        for key in after.definition
        if key not in aside
        and not key.endswith("_count")
        and key in before.definition
        and before.definition[key] != after.definition[key]
        and not isinstance(after.definition[key], dict)
    ]
    old, new = (set(one.districts["district_id"]) for one in shared[0])
    notices = [*before.notices, *after.notices]
    if keys:
        notices.append(Notice("definitions_differ", "change", values={"keys": ", ".join(keys)}))
    if old != new:
        count = len(old ^ new)
        notices.append(Notice("districts_differ", "districts", count=count, total=len(old | new)))
    return tuple(notices)
