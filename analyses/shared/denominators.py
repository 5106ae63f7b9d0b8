"""What lengths, counts and sums are divided by: land, people, a layer, per district."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.shared.area_share import WORTH_TELLING_M2, district_land
from geoplan.analyses.shared.demand import demand_pieces
from geoplan.analyses.shared.districts import one_district
from geoplan.core.errors import ParameterError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.core.notices import Notice

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Denominator:
    """
    What a quantity is divided by.

    Parameters
    ----------
    of : str
        ``land``, ``population``, a layer's name, …
    unit : str
        ``"m2"``, ``"person"``, ``"job"``, ``"count"``.
    amount : array of float
        Per district.
    total : float
        Of the whole, each place once.
    notices : tuple of Notice
        What was left out.
    """

    of: str
    unit: str
    amount: "Floats"
    total: float
    notices: "tuple[Notice, ...]" = ()


def denominators(
    per: Sequence[str],
    districts: "GeoDataFrame",
    demand: "Mapping[str, GeoDataFrame] | None",
) -> tuple[Denominator, ...]:
    """
    Measure denominators per district.

    Parameters
    ----------
    per : sequence of str
        ``"land"`` (the districts' own area), ``"population"``, ``"jobs"``, ``"population+jobs"``,
        or any polygon or point layer in `demand`.
    districts : GeoDataFrame, n rows
        Where.
    demand : mapping of str to GeoDataFrame or None
        The layers by name.

    Returns
    -------
    tuple of Denominator
        One per entry of `per`.

    Raises
    ------
    ParameterError
        If `per` is a lone text, names one twice, or names a layer that `demand` lacks.

    Notes
    -----
    See `geoplan.analyses.shared.demand.demand_pieces`, which shares out what crosses a border.
    """
    if isinstance(per, str):
        raise ParameterError(f"`per` is {per!r}; wanted a list, e.g. ['{per}'].")
    if len(set(per)) < len(per):
        raise ParameterError(f"`per` names one thing twice: {list(per)}.")
    if not per:
        return ()
    land = district_land(np.asarray(districts.geometry.array, dtype=object))
    overlap = land.overlap_m2 >= WORTH_TELLING_M2
    whole = one_district(districts) if overlap else None
    return tuple(_denominator(of, districts, demand, whole) for of in per)


def _denominator(
    of: str,
    districts: "GeoDataFrame",
    demand: "Mapping[str, GeoDataFrame] | None",
    whole: "GeoDataFrame | None",
) -> Denominator:
    pieces = demand_pieces(of, districts, demand)
    amount = np.bincount(pieces.district, pieces.amount, len(districts)).astype(float)
    total = amount if whole is None else demand_pieces(of, whole, demand).amount
    return Denominator(of, pieces.unit_name, amount, float(total.sum()), pieces.notices)
