"""Who and what is left out: the complement of a share, in people, square metres or objects."""

import math
from dataclasses import dataclass

from geoplan.core.results import Measure, Result

_NOT_PARTS = ("change_table",)
_COUNTED_IN = ("m2", "m", "person", "job", "person+job", "count")


@dataclass(frozen=True)
class LeftOut:
    """
    The complement of a share.

    Parameters
    ----------
    value : float
        Denominator less numerator.
    low, high : float
        What it could be, given what the data leave open.
    unit : str
        Unit of all three.
    """

    value: float
    low: float
    high: float
    unit: str


def has_complement(result: Result, measure: Measure) -> bool:
    """Tell whether a measure is a part of something that can be counted."""
    return (
        measure.unit == "1"
        and result.analysis not in _NOT_PARTS
        and measure.numerator_unit == measure.denominator_unit
        and measure.numerator_unit in _COUNTED_IN
    )


def left_out(result: Result, measure: Measure) -> LeftOut | None:
    """
    Give the complement of a share over the whole.

    Parameters
    ----------
    result : Result
        What was found.
    measure : Measure
        One of its measures.

    Returns
    -------
    LeftOut or None
        None of what is no share, and where it is unknown.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> from geoplan.core.results import make_measure
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 1, 1)]
    ... )
    >>> served = make_measure(districts, [71.0], [100.0], of="land")
    >>> left_out(Result("coverage", (served,), districts), served)
    LeftOut(value=29.0, low=29.0, high=29.0, unit='m2')
    """
    if not has_complement(result, measure):
        return None
    of = measure.denominator if measure.open_of is None else measure.open_of
    return _complement(
        measure.numerator, measure.denominator, (measure.low, measure.high), of, measure
    )


def left_out_by_district(result: Result, measure: Measure) -> list[LeftOut | None]:
    """
    Give the complement of a share in each district.

    Parameters
    ----------
    result : Result
        What was found.
    measure : Measure
        One of its measures.

    Returns
    -------
    list of LeftOut or None
        In the order of the districts.
    """
    table = measure.districts
    if not has_complement(result, measure):
        return [None] * len(table)
    of = table["open_of"] if "open_of" in table.columns else table["denominator"]
    columns = (table["numerator"], table["denominator"], table["low"], table["high"], of)
    return [
        _complement(over, under, (low, high), base, measure)
        for over, under, low, high, base in zip(*columns, strict=True)
    ]


def _complement(
    over: float, under: float, bounds: tuple[float, float], of: float, measure: Measure
) -> LeftOut | None:
    low, high = (float(of) * (1.0 - share) for share in reversed(bounds))
    value = float(under) - float(over)
    if not math.isfinite(value) or not math.isfinite(low + high):
        return None
    if bounds[0] == bounds[1]:
        return LeftOut(value, value, value, measure.numerator_unit)
    return LeftOut(value, min(low, value), max(high, value), measure.numerator_unit)
