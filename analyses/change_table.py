"""Change between two dates of any indicator: absolute, in percent, in percentage points."""

from typing import TYPE_CHECKING

import numpy as np

from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice
from geoplan.core.results import Measure, Result

if TYPE_CHECKING:
    import pandas as pd

CHANGE, RELATIVE = "change", "relative"
"""Prefix of the part that holds the difference, and of the one that divides it by the first."""


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
        Per measure that both have, two measures of the same ``of``, with the part of the measure
        behind a slash where it has one:

        ================ ======================================== ============================
        ``part``         value                                    unit
        ================ ======================================== ============================
        ``change``       after − before                           that of the measure; ``"pp"``
                                                                  (percentage points) of a share
        ``relative``     (after − before) / before                1, shown in percent
        ================ ======================================== ============================

        ``numerator`` of ``change`` is the change too; of ``relative`` it is the change and the
        ``denominator`` the value before. NaN where either is unknown or a district is new, and of
        ``relative`` where the value before was 0.

    Raises
    ------
    ParameterError
        If the two are of different analyses, share no measure, or measure it in different units.

    Notes
    -----
    46.6 % after 45.0 % is a change of 1.6 percentage points and of 3.6 percent: a plan that says
    "提高 2 %" leaves open which; a target reads ``> 0 pp`` or ``> 0 %``. Definitions that
    differ (another radius, other denominators) make a change of method look like one of the city;
    each key that differs is told in a notice. Cost: that of a join.

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
    >>> [(one.part, round(one.value, 4), one.unit) for one in found.measures]
    [('change', 1.6, 'pp'), ('relative', 0.0356, '1')]
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
        measures=tuple(one for old, new in shared for one in _changes(old, new)),
        districts=after.districts,
        layers=dict(after.layers),
        definition={
            "indicator": after.analysis,
            "before_as_of": str(before.definition.get("as_of") or ""),
            "as_of": str(after.definition.get("as_of") or ""),
            "measures": [new.label for _, new in shared],
        },
        notices=_notices(before, after, shared),
    )


def _changes(old: Measure, new: Measure) -> tuple[Measure, Measure]:
    keys = new.districts["district_id"]
    then = keys.map(old.districts.set_index("district_id")["value"]).to_numpy(dtype=float)
    now = new.districts["value"].to_numpy(dtype=float)
    share = new.unit == "1"
    scale, unit = (100.0, "pp") if share else (1.0, new.unit)
    tail = f"/{new.part}" if new.part else ""
    change, whole = now - then, new.value - old.value
    plain = Measure(
        of=new.of,
        part=f"{CHANGE}{tail}",
        districts=_table(new.districts, change * scale, change * scale, np.ones(len(now))),
        value=whole * scale,
        numerator=whole * scale,
        denominator=1.0,
        unit=unit,
        numerator_unit=unit,
        denominator_unit="",
        low=whole * scale,
        high=whole * scale,
    )
    ratio = np.divide(change, then, out=np.full(len(now), np.nan), where=then > 0)
    relative = Measure(
        of=new.of,
        part=f"{RELATIVE}{tail}",
        districts=_table(new.districts, ratio, change, then),
        value=whole / old.value if old.value > 0 else float("nan"),
        numerator=whole,
        denominator=old.value,
        unit="1",
        numerator_unit=new.unit,
        denominator_unit=new.unit,
        low=whole / old.value if old.value > 0 else float("nan"),
        high=whole / old.value if old.value > 0 else float("nan"),
    )
    return plain, relative


def _table(
    districts: "pd.DataFrame", value: "np.ndarray", over: "np.ndarray", under: "np.ndarray"
) -> "pd.DataFrame":
    return districts.assign(value=value, low=value, high=value, numerator=over, denominator=under)


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
