"""A statistic of each district, shown beside its target: what a yearbook has, and no map layer."""

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from geoplan.analyses.shared.districts import (
    check_districts,
    overlap_notices,
)
from geoplan.analyses.shared.home_districts import column_factor, lenient_numbers
from geoplan.analyses.shared.open_ground import NO_VALUE, mean_bounds, value_range
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.declare.analysis import Analysis
from geoplan.core.declare.quantities import Column, Number, Unit
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice
from geoplan.core.results import Bounds, Result, make_amount, make_measure
from geoplan.core.true_size import Areas, true_area_m2
from geoplan.core.written_units import unit_factor

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Combine = Literal["sum", "mean", "none"]

VALUE = "value"
"""What the measure is called."""

AREA = "area"
"""Weight: the area of the district."""


@carries_notices
@true_to_scale("area")
def district_table(
    districts: "GeoDataFrame",
    *,
    value: Column,
    unit: Unit,
    combine: Combine,
    weight: Column | None = None,
    whole: Number | None = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Show a number that each district has, and make the whole of them as the plan says.

    Parameters
    ----------
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in a projected CRS in metres, with ``district_id``, ``name`` and the
        columns named below; a district without a number stays unknown.
    value : str
        Column with the number.
    unit : str
        Its unit as tables write it: ``"%"``, ``"万立方米"``, ``"吨标煤/万元"``, ``"ug/m3"``. Values
        are turned into the base unit: 47 in ``%`` becomes 0.47.
    combine : {"sum", "mean", "none"}
        How districts make the whole: amounts add up, shares and levels are weighted means, and some
        numbers make none (a median, an index).
    weight : str, optional
        For ``"mean"``: the column to weight with (trips, households, GDP), or ``"area"``.
    whole : float, optional
        For ``"none"``: the number of the whole as the table itself states it, in `unit`.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        One measure with ``of="value"``:

        =============== ======= ===== ==================================================
        column          dtype   unit  meaning
        =============== ======= ===== ==================================================
        ``value``       float64 base  the number; NaN where unknown
        ``numerator``   float64       value × weight; the value itself without weights
        ``denominator`` float64       weight, in the unit of its column; 1 without
        =============== ======= ===== ==================================================

    Raises
    ------
    ParameterError
        If `unit` is not known, or `weight` or `whole` does not belong to `combine`.
    SchemaError
        If a column is missing, holds no numbers, or a weight is negative.
    CRSError, EmptyLayerError
        As in `red_line_share`.

    Notes
    -----
    With values :math:`v_i` and weights :math:`w_i` of the districts that have both, the whole is
    :math:`\sum v_i` or :math:`\sum w_i v_i / \sum w_i`. A sum of which a district is unknown is
    unknown; a mean leaves it out and says so: its low and high are what it would be if all unknown
    districts had 0 or 1 of a share, else the least or the greatest value of the others. An
    unweighted mean of shares is not offered: a district of ten people would weigh as much as one of
    a million. Cost: none to speak of.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A", "B"], "name": ["甲", "乙"], "pt": [40.0, 60.0], "trips": [3, 1]},
    ...     geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
    ...     crs="EPSG:4547",
    ... )
    >>> found = district_table(districts, value="pt", unit="%", combine="mean", weight="trips")
    >>> round(found.measure("value").value, 3)
    0.45
    """
    require_metric_crs(districts=districts)
    check_districts(districts)
    stated_factor, base = _unit(unit)
    _check_choice(combine, weight, whole)
    factor, told = column_factor(districts, value, unit, "districts")
    values = _column(districts, value) * factor
    if combine == "mean" and weight is not None:
        under = _weights(districts, weight)
        both = np.isfinite(values) & np.isfinite(under)
        totals = float((values * under)[both].sum()), float(under[both].sum())
        measure = make_measure(
            districts,
            values * under,
            under,
            of=VALUE,
            unit=base,
            numerator_unit="",
            denominator_unit="m2" if weight == AREA else "",
            totals=totals,
            bounds=_bounds(values, under, base),
        )
        measure.districts["value"] = values  # a weight of 0 makes no number unknown
    else:
        stated = float("nan") if whole is None else float(whole * stated_factor)
        total = float(values.sum()) if combine == "sum" else stated
        measure = make_amount(districts, values, of=VALUE, unit=base, total=total)
    return Result(
        analysis="district_table",
        measures=(measure,),
        districts=districts,
        definition={
            "value": value,
            "unit": unit,
            "combine": combine,
            "adds_up": combine == "sum",
            "weight": weight,
            "whole": whole,
            "district_count": len(districts),
            "as_of": districts.attrs.get("geoplan", {}).get("as_of", ""),
        },
        notices=(*told, *_notices(values, value), *overlap_notices(districts)),
    )


def _bounds(values: "Floats", weights: "Floats", unit: str) -> Bounds:
    """Bound the whole by districts without a value, of which each has a weight."""
    known, weight = np.isfinite(values), np.where(np.isfinite(weights), weights, 0.0)
    whole = [np.where(known, values, 0.0) @ weight, weight[known].sum(), weight[~known].sum()]
    none = np.zeros(len(values))
    least, greatest = value_range(values, unit)
    splits = [(none, float(one)) for one in whole]
    found = mean_bounds(*splits, least=least, greatest=greatest, reasons=NO_VALUE)
    return Bounds(values, values, found.low_total, found.high_total, NO_VALUE)


def _unit(unit: str) -> tuple[float, str]:
    found = unit_factor(unit)
    if found is None:
        raise ParameterError(
            f"`unit` is {unit!r}, which is not a unit that is known here; write for example '%', "
            "'万立方米', 'ug/m3', '吨/万元', or 'number' for an index."
        )
    return float(found[0]), found[1]


def _check_choice(combine: str, weight: str | None, whole: float | None) -> None:
    if combine not in get_args(Combine):
        raise ParameterError(f"`combine` is {combine!r}; wanted 'sum', 'mean' or 'none'.")
    if (combine == "mean") != (weight is not None):
        raise ParameterError(
            f"`combine` is {combine!r} and `weight` is {weight!r}: a mean needs a column to weight "
            "with (or 'area'), and nothing else has one."
        )
    if whole is not None and combine != "none":
        raise ParameterError(
            f"`whole` is {whole} beside `combine` = {combine!r}; state it with combine = 'none', "
            "or let the districts make it."
        )


def _column(districts: "GeoDataFrame", name: str) -> "Floats":
    if name not in districts.columns:
        raise SchemaError(
            f"`districts` has no column {name!r}. Keep it when loading: columns = {{ {name} = "
            '"its name in the file" } under [layers.districts].'
        )
    numbers = lenient_numbers(districts[name])
    if not np.isfinite(numbers).any():
        raise SchemaError(f"`districts` has no number in its column {name!r}.")
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _weights(districts: "GeoDataFrame", weight: str) -> "Floats":
    if weight == AREA and AREA not in districts.columns:
        return np.asarray(true_area_m2(districts.geometry.to_numpy()), dtype=float)
    weights = _column(districts, weight)
    if (weights < 0).any():
        raise SchemaError(f"`districts` has a negative weight in its column {weight!r}.")
    return weights


def _notices(values: "Floats", column: str) -> tuple[Notice, ...]:
    unknown = int(np.isnan(values).sum())
    return (Notice("statistic_unknown", column, unknown, len(values)),) if unknown else ()


def _unit_of(asked: Any, of: str) -> str | None:  # noqa: ANN401 (the table of a plan)
    """Give the base unit of the column's numbers."""
    return _unit(asked.unit)[1] if of in (VALUE, "") else None


ANALYSIS = Analysis(
    district_table,
    unit_of=_unit_of,
    check=_check_choice,
    wanted={"weight": 'the column to weight a mean with, as text, or "area"'},
)
