"""Detour: how much longer the walk is than the straight line, and whom that line miscounts."""

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, cast

import numpy as np
import shapely

from geoplan.analyses.coverage import coverage
from geoplan.analyses.coverage_layers import nearest_facility
from geoplan.analyses.lazy_layers import LazyLayers
from geoplan.core.errors import ParameterError
from geoplan.core.results import Measure, Result, make_measure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geopandas import GeoDataFrame
    from pandas import DataFrame

    from geoplan.analyses.streets.walk_access import WalkAccess

PARTS = ("wrongly_served", "straight", "network")
"""Parts of the analysis: who only the straight line serves, and who each distance serves."""

INDEX = "index"
"""Part that holds the mean way over the mean straight line."""


def detour(
    facilities: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    distance_m: float,
    of: "Sequence[str]",
    demand: "Mapping[str, GeoDataFrame] | None" = None,
    walk: "WalkAccess | None",
) -> Result:
    r"""
    Measure whom a straight line wrongly counts as served, and how long the detours are (绕行).

    Parameters
    ----------
    facilities, districts, distance_m, of, demand
        As in `geoplan.coverage`.
    walk : WalkAccess
        The network and the legs to it.

    Returns
    -------
    Result
        For each of `of` three measures: ``part="wrongly_served"`` (within the distance in a
        straight line and not along streets), ``"straight"`` and ``"network"``, each a share of all
        demand. Of the first of `of` that is not an area a fourth, ``"index"``: the mean way over
        the mean straight line (``m/m``), by amount. Layers: those of the coverage along streets;
        ``served_straight`` (ground within the straight distance); ``wrongly_served`` (the units
        that only the straight line serves, with ``amount, unserved_amount``); ``demand`` also with
        ``straight_share``, ``straight_m`` and ``detour_index`` (distance along streets over
        straight distance; NaN where there is no way within four times `distance_m`, or the place
        is in the facility); ``districts`` with ``detour_index``.

    Raises
    ------
    CRSError, ParameterError, SchemaError, EmptyLayerError
        As of `geoplan.coverage` along streets.

    See Also
    --------
    coverage : Either share by itself.

    Notes
    -----
    .. math:: I = \sum_i w_i n_i / \sum_i w_i s_i

    over the places :math:`i` with amount :math:`w_i`, the way along streets :math:`n_i` and the
    straight line :math:`s_i`, each to its own nearest facility. On a square grid it tends to
    :math:`4/\pi = 1.27`. It is at least 1 where the facilities are points.

    Examples
    --------
    A stop round the corner of a street:

    >>> import geopandas as gpd
    >>> from geoplan.analyses import WalkAccess
    >>> from geoplan.layers import load_walk_network
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> corner = gpd.GeoDataFrame(
    ...     geometry=[shapely.LineString([(0, 0), (300, 0), (300, 400)])], crs=4547
    ... )
    >>> stop = gpd.GeoDataFrame(geometry=[shapely.Point(300, 400)], crs=4547)
    >>> home = gpd.GeoDataFrame({"population": [7]}, geometry=[shapely.Point(0, 0)], crs=4547)
    >>> network = load_walk_network(corner, crs="EPSG:4547")
    >>> result = detour(
    ...     stop,
    ...     districts,
    ...     distance_m=500,
    ...     of=["population"],
    ...     demand={"population": home},
    ...     walk=WalkAccess(network=network, snap_limit_m=50),
    ... )
    >>> result.measure("population", "wrongly_served").numerator
    7.0
    >>> result.layers["districts"].detour_index.tolist()
    [1.4]
    """
    if walk is None:
        raise ParameterError(
            "`walk` is missing: a detour is one along streets. Pass walk=WalkAccess(...)."
        )
    common = {"distance_m": distance_m, "of": of, "demand": demand}
    straight = coverage(facilities, districts, **common)  # type: ignore[arg-type]
    along = coverage(
        facilities,
        districts,
        **common,  # type: ignore[arg-type]
        distance="network",
        walk=walk,
    )
    layers = _layers(along, straight, facilities, districts)
    index = [_index(layers["demand"], districts, along)] if "demand" in layers else []
    return replace(
        along,
        analysis="detour",
        measures=(
            *(
                measure
                for flat, walked in zip(straight.measures, along.measures, strict=True)
                for measure in _parts(flat, walked, districts)
            ),
            *index,
        ),
        layers=layers,
        definition={**along.definition, "distance": "network"},
    )


def _layers(
    along: Result, straight: Result, facilities: "GeoDataFrame", districts: "GeoDataFrame"
) -> LazyLayers:
    walked = cast("LazyLayers", along.layers)
    more: dict[str, Callable[[], GeoDataFrame]] = {
        "served_straight": lambda: straight.layers["served"]
    }
    if "demand" in walked:
        demand = cache(lambda: _with_index(walked["demand"], straight.layers["demand"], facilities))
        more["demand"] = demand
        more["wrongly_served"] = lambda: _wrongly_served(demand())
        more["districts"] = lambda: _by_district(demand(), districts)
    return walked.also(**more)


def _parts(flat: Measure, walked: Measure, districts: "GeoDataFrame") -> list[Measure]:
    """Both shares under their names, and first what only the straight line serves."""
    wrongly = make_measure(
        districts,
        np.maximum(flat.districts["numerator"] - walked.districts["numerator"], 0.0),
        flat.districts["denominator"],
        of=flat.of,
        part=PARTS[0],
        numerator_unit=flat.numerator_unit,
        denominator_unit=flat.denominator_unit,
        totals=(max(flat.numerator - walked.numerator, 0.0), flat.denominator),
    )
    return [wrongly, replace(flat, part=PARTS[1]), replace(walked, part=PARTS[2])]


def _with_index(
    demand: "GeoDataFrame", straight: "GeoDataFrame", facilities: "GeoDataFrame"
) -> "GeoDataFrame":
    shapes = np.asarray(facilities.geometry, dtype=object)
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    places = np.asarray(shapely.point_on_surface(np.asarray(demand.geometry, dtype=object)))
    straight_m = nearest_facility(places, shapes)[1]
    index = np.full(len(demand), np.nan)
    np.divide(demand["distance_m"].to_numpy(), straight_m, out=index, where=straight_m > 0)
    # Both coverages cut the same demand along the same districts: row by row the same units.
    share = straight["served_share"].to_numpy()
    return demand.assign(straight_share=share, straight_m=straight_m, detour_index=index)


def _wrongly_served(demand: "GeoDataFrame") -> "GeoDataFrame":
    share = (demand["straight_share"] - demand["served_share"]).clip(lower=0)
    found = demand.assign(unserved_amount=demand["amount"] * share)
    return found[found["unserved_amount"] > 0].reset_index(drop=True)


def _sums(demand: "GeoDataFrame", districts: "GeoDataFrame") -> "DataFrame":
    """Amount, and amount times way and straight line, of each district's units with an index."""
    known = demand[demand["detour_index"].notna()]
    weighted = {column: known[column] * known["amount"] for column in ("distance_m", "straight_m")}
    sums = known[["amount"]].assign(**weighted).groupby(known["district_id"]).sum()
    every: DataFrame = sums.reindex(districts["district_id"].astype(str), fill_value=0.0)
    return every


def _index(demand: "GeoDataFrame", districts: "GeoDataFrame", along: Result) -> Measure:
    """Give the mean way and the mean straight line of each district, and one over the other."""
    sums = _sums(demand, districts)
    amount = sums["amount"].where(sums["amount"] > 0)
    means = sums[["distance_m", "straight_m"]].div(amount, axis=0)
    whole = sums.sum()
    totals = whole[["distance_m", "straight_m"]] / (whole["amount"] or np.nan)
    of = next(one.of for one in along.measures if along.definition["kinds"][one.of] != "area")
    return make_measure(
        districts,
        means["distance_m"],
        means["straight_m"],
        of=of,
        part=INDEX,
        unit="m/m",
        numerator_unit="m",
        denominator_unit="m",
        totals=(float(totals["distance_m"]), float(totals["straight_m"])),
    )


def _by_district(demand: "GeoDataFrame", districts: "GeoDataFrame") -> "GeoDataFrame":
    sums = _sums(demand, districts)
    index = sums["distance_m"] / sums["straight_m"].where(sums["straight_m"] > 0)
    return districts[["district_id", "name", "geometry"]].assign(
        detour_index=index.to_numpy(dtype=float)
    )
