"""Intensity: an amount per km² of land, per person or per yuan, with the units kept straight."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.shared.denominators import Denominator, denominators
from geoplan.analyses.shared.districts import (
    check_districts,
    layer_name,
    overlap_notices,
)
from geoplan.analyses.shared.home_districts import (
    column_factor,
    column_numbers,
    home_district,
    outside_notice,
)
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result, make_amount, make_measure
from geoplan.core.true_size import Areas
from geoplan.core.written_units import unit_factor

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

AMOUNT = "amount"
"""What the plain amount is called among the measures."""


@carries_notices
@true_to_scale("area")
def intensity(  # noqa: PLR0913 (what it is per, in either form)
    values: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    column: str,
    unit: str,
    per: Sequence[str] = (),
    per_column: str | None = None,
    per_unit: str | None = None,
    demand: "Mapping[str, GeoDataFrame] | None" = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure an amount over land, people or another amount (地均产出、碳排放强度).

    Parameters
    ----------
    values : GeoDataFrame, m rows of any geometry
        What has the amounts: the districts themselves, or objects (enterprises, parcels) that are
        added up where they stand, at a point inside them. In a projected CRS in metres.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    column : str
        The amounts.
    unit : str
        Their unit as tables write it: ``"亿元"``, ``"万吨"``, ``"tce"``.
    per : sequence of str
        What to divide by: ``"land"``, ``"construction_land"`` or another polygon layer,
        ``"population"``, ``"jobs"``.
    per_column, per_unit : str, optional
        Another column of `values` to divide by, and its unit: emissions over ``"gdp"`` in
        ``"亿元"``.
    demand : mapping of str to GeoDataFrame, optional
        The layers that `per` names; ``"land"`` needs none.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        Measures ``of="amount"`` (the plain amount) and one per entry of `per` and for `per_column`,
        in base units: ``"CNY/m2"`` is shown as 亿元/km². NaN where an amount is unknown: an unknown
        district makes the whole unknown.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If a unit is not known, or `per_column` and `per_unit` do not come together.
    SchemaError
        If a column is missing or holds no numbers.
    EmptyLayerError
        If there is no district.

    Notes
    -----
    :math:`I_D = V_D / W_D`; of the whole it is the ratio of the sums and not the mean of the
    ratios. 6.06 亿元/km² over the 388.59 km² of Longgang is a product of 2,354.9 亿元; over
    construction land the same product gives a larger number, so a target needs its denominator.
    State the price year of an amount in money. Cost: one search tree.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"], "gdp": [24.24]},
    ...     geometry=[shapely.box(0, 0, 2000, 2000)],
    ...     crs="EPSG:4547",
    ... )
    >>> result = intensity(districts, districts, column="gdp", unit="亿元", per=["land"])
    >>> round(result.measure("land").value, 9), result.measure("land").unit
    (606.0, 'CNY/m2')
    """
    if (per_column is None) != (per_unit is None):
        raise ParameterError("`per_column` and `per_unit` go together: a column and its unit.")
    require_metric_crs(districts=districts, values=values)
    check_districts(districts)
    subject = layer_name(values, "values")
    base = _unit("unit", unit)
    own = values is districts
    home = np.arange(len(districts)) if own else home_district(values, districts)
    notices = [] if own else outside_notice(home, subject)

    def summed(name: str, written: str) -> "Floats":
        scale, told = column_factor(values, name, written, "values")
        notices.extend(told)
        numbers = column_numbers(values, name, "values", as_written=True) * scale
        unknown = int(np.isnan(numbers).sum())
        if unknown:
            facts = {"column": name}
            notices.append(Notice("unknown_amount", subject, unknown, len(numbers), facts))
        inside = home >= 0
        return np.bincount(home[inside], numbers[inside], len(districts)).astype(float)

    amount = summed(column, unit)
    under = list(denominators(per, districts, demand))
    if per_column is not None and per_unit is not None:
        per_base = _unit("per_unit", per_unit)
        divisor = summed(per_column, per_unit)
        under.append(Denominator(per_column, per_base, divisor, float(divisor.sum())))
    return Result(
        analysis="intensity",
        measures=(
            make_amount(districts, amount, of=AMOUNT, unit=base),
            *(
                make_measure(
                    districts,
                    amount,
                    one.amount,
                    of=one.of,
                    unit=f"{base}/{one.unit}",
                    numerator_unit=base,
                    denominator_unit=one.unit,
                    totals=(float(amount.sum()), one.total),
                )
                for one in under
            ),
        ),
        districts=districts,
        layers={} if own else {"values": values},
        definition={
            "values": subject,
            "value_count": len(values),
            "as_of": values.attrs.get("geoplan", {}).get("as_of", ""),
            "column": column,
            "amount_unit": base,
            "per": list(per),
            "per_column": per_column,
            "by_place": not own,
        },
        notices=unique(
            [
                *notices,
                *(notice for one in under for notice in one.notices),
                *overlap_notices(districts),
            ]
        ),
    )


def _unit(name: str, written: str) -> str:
    known = unit_factor(written)
    if known is None or "/" in known[1]:
        raise ParameterError(
            f"`{name}` is {written!r}, which is not a known unit of an amount; write for "
            "example '亿元', '万吨', 'tce', '万立方米'."
        )
    return known[1]
