"""Detour: how much longer the walk is than the straight line, and whom that line miscounts."""

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, cast

import numpy as np

from geoplan.analyses.access.coverage import coverage, usable_facilities
from geoplan.analyses.access.far_away import far_away
from geoplan.analyses.access.walked_coverage import network_coverage
from geoplan.analyses.shared.area_share import WORTH_TELLING_M2, district_land
from geoplan.analyses.shared.districts import layer_name, one_district
from geoplan.analyses.shared.lazy_layers import LazyLayers
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Bounds, Measure, Result, make_measure
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.analyses.streets.walk_access import WalkAccess

    Floats = NDArray[np.float64]

PARTS = ("wrongly_served", "straight", "network")
"""Parts of the analysis: who only the straight line serves, and who each distance serves."""

INDEX = "index"
"""Part that holds the mean way over the mean straight line."""


@carries_notices
@true_to_scale("scale")
def detour(
    facilities: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    distance_m: float,
    of: "Sequence[str]",
    demand: "Mapping[str, GeoDataFrame] | None" = None,
    walk: "WalkAccess | None",
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure whom a straight line wrongly counts as served, and how long the detours are (绕行).

    Parameters
    ----------
    facilities, districts, distance_m, of, demand
        As in `geoplan.coverage`.
    walk : WalkAccess
        The network and the legs to it.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        For each of `of` three measures: ``part="wrongly_served"`` (within the distance in a
        straight line and not along streets), ``"straight"`` and ``"network"``, each a share of all
        demand. Of the first of `of` that is not an area a fourth, ``"index"``: the mean way over
        the mean straight line (``m/m``), by amount, however long the way is. Whoever has no way to
        any facility is left out of the index and counted in a notice; ``low`` is what the index
        were if they walked straight, and ``high`` has no limit then. Layers: those of the coverage
        along streets; ``served_straight`` (ground within the straight distance);
        ``wrongly_served`` (the units that only the straight line serves, with ``amount,
        unserved_amount``); ``demand`` also with ``straight_share``, ``straight_m`` and
        ``detour_index`` (distance along streets over straight distance; NaN where there is no way,
        or the place is in the facility); ``districts`` with ``detour_index``.

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
    straight line :math:`s_i`, each to its own nearest facility; without limit, so that those who
    walk farthest count too. On a square grid it tends to :math:`4/\pi = 1.27`. It is at least 1
    where the facilities are points.

    Examples
    --------
    A stop round the corner of a street:

    >>> import geopandas as gpd, shapely
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
    straight = coverage(facilities, districts, distance_m=distance_m, of=of, demand=demand)
    usable, notices = usable_facilities(facilities)
    notices += tuple(far_away(usable, districts, layer_name(facilities, "facilities")))

    def walked(areas: "GeoDataFrame") -> Result:
        return network_coverage(
            usable,
            areas,
            distance_m=distance_m,
            of=of,
            demand=demand,
            walk=walk,
            everyone=True,
        )

    along = walked(districts)
    layers = _layers(along, straight, districts)
    index, left_out = [], []
    if "demand" in layers:
        shapes = np.asarray(districts.geometry.array, dtype=object)
        every = layers["demand"]
        if district_land(shapes).overlap_m2 >= WORTH_TELLING_M2:
            # A sum over the districts would count the people that they share twice.
            every = _with_ways(walked(one_district(districts)).layers["demand"])
        name = _first_with_places(along)
        index = [_index(layers["demand"], every, districts, name, walk.least_cost)]
        left_out = _left_out(every, name)
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
        notices=unique([*notices, *along.notices, *left_out]),
    )


def _first_with_places(along: Result) -> str:
    return next(one.of for one in along.measures if along.definition["kinds"][one.of] != "area")


def _layers(along: Result, straight: Result, districts: "GeoDataFrame") -> LazyLayers:
    walked = cast("LazyLayers", along.layers)
    more: dict[str, Callable[[], GeoDataFrame]] = {
        "served_straight": lambda: straight.layers["served"]
    }
    if "demand" in walked:
        demand = cache(lambda: _with_index(walked["demand"], straight.layers["demand"]))
        more["demand"] = demand
        more["wrongly_served"] = lambda: _wrongly_served(demand())
        more["districts"] = lambda: _by_district(demand(), districts)
    return walked.also(**more)


def _parts(flat: Measure, walked: Measure, districts: "GeoDataFrame") -> list[Measure]:
    """Both shares under their names, and first what only the straight line serves."""
    near, far = flat.districts, walked.districts
    wrongly = make_measure(
        districts,
        np.maximum(near["numerator"] - far["numerator"], 0.0),
        near["denominator"],
        of=flat.of,
        part=PARTS[0],
        numerator_unit=flat.numerator_unit,
        denominator_unit=flat.denominator_unit,
        totals=(max(flat.numerator - walked.numerator, 0.0), flat.denominator),
        bounds=Bounds(
            np.maximum(near["low"] - far["high"], 0.0),
            np.maximum(near["high"] - far["low"], 0.0),
            max(flat.low - walked.high, 0.0),
            max(flat.high - walked.low, 0.0),
            tuple(dict.fromkeys((*walked.open_for, *flat.open_for))),
        ),
    )
    return [wrongly, replace(flat, part=PARTS[1]), replace(walked, part=PARTS[2])]


def _with_index(demand: "GeoDataFrame", straight: "GeoDataFrame") -> "GeoDataFrame":
    # Both coverages cut the same demand along the same districts: row by row the same units.
    share = straight["served_share"].to_numpy()
    return _with_ways(demand.assign(straight_share=share))


def _with_ways(demand: "GeoDataFrame") -> "GeoDataFrame":
    """Add how many times as long as the straight line the way of each place is."""
    way_m, straight_m = (demand[one].to_numpy() for one in ("distance_m", "straight_m"))
    index = np.full(len(demand), np.nan)
    np.divide(way_m, straight_m, out=index, where=straight_m > 0)
    return demand.assign(detour_index=index)


def _wrongly_served(demand: "GeoDataFrame") -> "GeoDataFrame":
    share = (demand["straight_share"] - demand["served_share"]).clip(lower=0)
    found = demand.assign(unserved_amount=demand["amount"] * share)
    return found[found["unserved_amount"] > 0].reset_index(drop=True)


@dataclass(frozen=True)
class _Ways:
    """
    People times metres, per district: of those who have a way, and of those who have none.

    Parameters
    ----------
    amount : array of float
        How many have a way.
    way_m, straight_m : array of float
        Their ways, and their straight lines.
    lost_m : array of float
        The straight lines of those who have no way.
    """

    amount: "Floats"
    way_m: "Floats"
    straight_m: "Floats"
    lost_m: "Floats"


def _ways(demand: "GeoDataFrame", ids: "NDArray[np.object_] | None" = None) -> _Ways:
    """Sum up the ways of each district; of all places in one sum where none is named."""
    amount, way_m, straight_m = (
        demand[column].to_numpy(dtype=float) for column in ("amount", "distance_m", "straight_m")
    )
    known = np.isfinite(way_m)
    home, count = np.zeros(len(demand), dtype=np.int64), 1
    if ids is not None:
        position = {key: at for at, key in enumerate(ids)}
        home, count = np.array([position[key] for key in demand["district_id"]], np.int64), len(ids)
    lost = np.where(known, 0.0, amount * np.nan_to_num(straight_m))
    return _Ways(
        np.bincount(home, np.where(known, amount, 0.0), count).astype(float),
        np.bincount(home, np.where(known, amount * way_m, 0.0), count).astype(float),
        np.bincount(home, np.where(known, amount * straight_m, 0.0), count).astype(float),
        np.bincount(home, lost, count).astype(float),
    )


def _share(over: "Floats", under: "Floats") -> "Floats":
    share: Floats = np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0)
    return share


def _index(
    demand: "GeoDataFrame",
    every: "GeoDataFrame",
    districts: "GeoDataFrame",
    of: str,
    least_cost: float,
) -> Measure:
    """Give the mean way and the mean straight line of each district, and one over the other."""
    ids = districts["district_id"].astype(str).to_numpy(dtype=object)
    each, whole = _ways(demand, ids), _ways(every)

    def least(ways: _Ways) -> "Floats":
        # Whoever has no way on the map walks at least the straight line, and nobody knows how far.
        return _share(ways.way_m + least_cost * ways.lost_m, ways.straight_m + ways.lost_m)

    def most(ways: _Ways) -> "Floats":
        return np.where(ways.lost_m > 0, np.inf, _share(ways.way_m, ways.straight_m))

    return make_measure(
        districts,
        _share(each.way_m, each.amount),
        _share(each.straight_m, each.amount),
        of=of,
        part=INDEX,
        unit="m/m",
        numerator_unit="m",
        denominator_unit="m",
        totals=(
            float(_share(whole.way_m, whole.amount)[0]),
            float(_share(whole.straight_m, whole.amount)[0]),
        ),
        bounds=Bounds(
            least(each), most(each), float(least(whole)[0]), float(most(whole)[0]), ("no_way",)
        ),
    )


def _left_out(every: "GeoDataFrame", of: str) -> list[Notice]:
    """Tell whom the index leaves out: those whom no way leads to a facility."""
    lost = every["distance_m"].isna() & (every["amount"] > 0)
    amount, whole = float(every.loc[lost, "amount"].sum()), float(every["amount"].sum())
    if not lost.any():
        return []
    values = {"amount": amount, "whole": whole, "share": amount / whole}
    return [Notice("detour_left_out", of, int(lost.sum()), len(every), values)]


def _by_district(demand: "GeoDataFrame", districts: "GeoDataFrame") -> "GeoDataFrame":
    ways = _ways(demand, districts["district_id"].astype(str).to_numpy(dtype=object))
    return districts[["district_id", "name", "geometry"]].assign(
        detour_index=_share(ways.way_m, ways.straight_m)
    )
