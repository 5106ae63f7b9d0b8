"""Park access along streets: who walks, or rides, to a park of each tier in its time."""

from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoplan.analyses.access.demand_shares import DemandShares, demand_shares, open_facts
from geoplan.analyses.access.facility_entrances import Doors, find_doors
from geoplan.analyses.access.park_tiers import ALL, ParkTier, TierParks, tier_reaches
from geoplan.analyses.access.walked_facilities import facility_access
from geoplan.analyses.access.walked_land import ARC_SEGMENTS
from geoplan.analyses.access.walked_layers import (
    demand_columns,
    demand_layer,
    entrances_layer,
    ground_layer,
    ground_left,
    isochrones_layer,
    reached_layer,
    routes_layer,
    served_ground,
    unserved_units,
)
from geoplan.analyses.access.walked_served import FacilityClass, serve_pieces
from geoplan.analyses.shared.area_share import AreaInside
from geoplan.analyses.shared.districts import layer_facts, layer_name
from geoplan.analyses.shared.lazy_layers import LazyLayers
from geoplan.analyses.streets.walk_access import WalkAccess, check_walk
from geoplan.core.errors import ParameterError
from geoplan.core.extent import Extent, extent_of
from geoplan.core.notices import unique
from geoplan.core.results import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geopandas import GeoDataFrame


def walked_reaches(
    tiers: "Mapping[str, ParkTier]", detour_factor: float | None
) -> dict[str, float]:
    """
    Say how far one goes along the streets for a park of each tier.

    Parameters
    ----------
    tiers : mapping of str to ParkTier
        As given.
    detour_factor : None
        Streets are as long as they are.

    Returns
    -------
    dict of str to float
        Metres by tier.

    Raises
    ------
    ParameterError
        If there is a detour factor, or the tiers are not as `tier_reaches` wants them.
    """
    if detour_factor is not None:
        raise ParameterError(
            f"`detour_factor` is {detour_factor}, but distance='network' goes along the streets "
            "themselves. Leave the factor out."
        )
    timed = any(getattr(tier, "minutes", None) is not None for tier in tiers.values())
    return tier_reaches(tiers, 1.0 if timed else None)


def network_park_access(
    parks: "GeoDataFrame",
    districts: "GeoDataFrame",
    groups: "Sequence[TierParks]",
    *,
    of: "Sequence[str]",
    demand: "Mapping[str, GeoDataFrame] | None",
    walk: "WalkAccess | Mapping[str, WalkAccess] | None",
) -> Result:
    """
    Measure what `geoplan.analyses.access.park_access.park_access` does, along streets.

    Parameters
    ----------
    parks, districts, of, demand
        As there, checked.
    groups : sequence of TierParks
        The parks of each tier, and how far one goes for them.
    walk : WalkAccess or mapping of str to WalkAccess
        The network and the legs to it, for all tiers or by tier.

    Returns
    -------
    Result
        As there; the definition and the notices of the parks are left to the caller to complete.

    Raises
    ------
    CRSError, ParameterError, SchemaError
        As there, and if the walk cannot be measured.
    """
    walks = _walks(walk, groups, districts)
    doors = {id(one): find_doors(parks, one, name="parks") for one in walks.values()}
    west, south, east, north = (float(side) for side in districts.total_bounds)
    tiers = {
        group.name: FacilityClass(
            facility_access(
                doors[id(walks[group.name])],
                walks[group.name],
                distance_m=group.reach_m,
                rows=np.asarray(group.rows, dtype=np.int64),
            ),
            group.reach_m,
            walks[group.name],
            (west, south, east, north),
            group.tier.speed_kmh,
            extent_of(parks),
        )
        for group in groups
    }

    shares = demand_shares(
        districts, of, demand, lambda pieces: serve_pieces(pieces, tiers, every=ALL)
    )
    every_door = list(doors.values())
    return Result(
        analysis="park_access",
        measures=shares.measures,
        districts=districts,
        layers=_layers(parks, districts, groups, tiers, shares, doors),
        definition={
            **_definition(parks, shares, walks, every_door[0]),
            **open_facts(demand, of, _extents(parks, walks)),
        },
        notices=unique([*(note for one in every_door for note in one.notices), *shares.notices]),
    )


def _extents(parks: "GeoDataFrame", walks: dict[str, WalkAccess]) -> dict[str, Extent | None]:
    every = {layer_name(parks, "parks"): extent_of(parks)}
    for one in walks.values():
        every |= one.extents
    return every


def _walks(
    walk: "WalkAccess | Mapping[str, WalkAccess] | None",
    groups: "Sequence[TierParks]",
    districts: "GeoDataFrame",
) -> dict[str, WalkAccess]:
    names = [group.name for group in groups]
    if walk is None or isinstance(walk, WalkAccess):
        return dict.fromkeys(names, check_walk(walk, districts))
    if set(walk) != set(names):
        raise ParameterError(
            f"`walk` is given for {', '.join(map(repr, walk)) or 'no tier'}; wanted one WalkAccess "
            f"for each of the tiers {', '.join(map(repr, names))}, or one for all."
        )
    steps = {one.sample_m for one in walk.values()}
    if len(steps) > 1:
        raise ParameterError(
            "`walk` has several `sample_m` by tier; wanted one for all, so that places can be near "
            "parks of every tier at once."
        )
    return {name: check_walk(walk[name], districts) for name in names}


def _definition(
    parks: "GeoDataFrame", shares: DemandShares, walks: dict[str, WalkAccess], doors: Doors
) -> dict[str, Any]:
    networks = {name: one.network.record.layer or "walk_network" for name, one in walks.items()}
    first = next(iter(walks.values()))
    return {
        **layer_facts(parks, "parks"),
        "of": [piece.of for piece in shares.pieces],
        "kinds": {piece.of: piece.kind for piece in shares.pieces},
        "distance": "network",
        "detour_factor": None,
        "edge": "parks outside the districts count",
        **first.facts(),
        "networks": networks,
        "arc_segments": ARC_SEGMENTS,
        "entrance_rules": doors.rules,
        "facilities_off_network": doors.off_count,
    }


def _layers(
    parks: "GeoDataFrame",
    districts: "GeoDataFrame",
    groups: "Sequence[TierParks]",
    tiers: "Mapping[str, FacilityClass]",
    shares: DemandShares,
    doors: "Mapping[int, Doors]",
) -> LazyLayers:
    first, served = shares.pieces[0], shares.served[0]
    shown = cache(partial(_demand, parks, districts, groups, tiers, shares))
    makers: dict[str, Callable[[], GeoDataFrame]] = {
        "parks": lambda: _counted(parks, groups),
        "demand": shown,
    }
    ground = {name: cache(partial(_ground, one, districts)) for name, one in tiers.items()}
    ground[ALL] = cache(lambda: _common_ground(tiers, districts))
    for name, one in tiers.items():
        makers[f"reached_{name}"] = partial(reached_layer, one, districts)
        makers[f"isochrones_{name}"] = partial(isochrones_layer, one, districts)
        if served.places is not None:
            costs = served.costs[name]
            makers[f"routes_{name}"] = partial(routes_layer, costs, served.places, one)
    makers["entrances"] = lambda: _entrances(parks, groups, tiers, doors)
    if all(one.walk.land_width_m is not None for one in tiers.values()):
        for name, area in ground.items():
            makers[f"served_{name}"] = partial(_ground_layer, area, districts)
    makers["unserved"] = (
        (lambda: ground_left(first, ground[ALL](), districts))
        if first.kind == "area"
        else (lambda: unserved_units(shown(), f"served_{ALL}_share"))
    )
    return LazyLayers(makers)


def _counted(parks: "GeoDataFrame", groups: "Sequence[TierParks]") -> "GeoDataFrame":
    counted = np.zeros(len(parks), dtype=bool)
    counted[np.concatenate([group.rows for group in groups])] = True
    return parks.assign(counted=counted)


def _ground(one: FacilityClass, districts: "GeoDataFrame") -> AreaInside:
    return served_ground(one.ground, districts)


def _common_ground(tiers: "Mapping[str, FacilityClass]", districts: "GeoDataFrame") -> AreaInside:
    grounds = [one.ground for one in tiers.values()]
    return served_ground(shapely.intersection_all(grounds), districts)


def _ground_layer(area: "Callable[[], AreaInside]", districts: "GeoDataFrame") -> "GeoDataFrame":
    return ground_layer(area(), districts)


def _entrances(
    parks: "GeoDataFrame",
    groups: "Sequence[TierParks]",
    tiers: "Mapping[str, FacilityClass]",
    doors: "Mapping[int, Doors]",
) -> "GeoDataFrame":
    """Entrances of the parks that count; of tiers on several networks, those of each."""
    counted = np.unique(np.concatenate([group.rows for group in groups]))
    if len(doors) == 1:
        return entrances_layer(next(iter(doors.values())), parks, counted)
    every = [
        entrances_layer(doors[id(tiers[group.name].walk)], parks, np.asarray(group.rows)).assign(
            tier=group.name
        )
        for group in groups
    ]
    return gpd.GeoDataFrame(pd.concat(every, ignore_index=True), crs=parks.crs)


def _demand(
    parks: "GeoDataFrame",
    districts: "GeoDataFrame",
    groups: "Sequence[TierParks]",
    tiers: "Mapping[str, FacilityClass]",
    shares: DemandShares,
) -> "GeoDataFrame":
    first, served = shares.pieces[0], shares.served[0]
    columns: dict[str, Any] = {}
    for group in groups if served.places is not None else ():
        timed = replace(tiers[group.name].walk, speed_kmh=group.tier.speed_kmh)
        columns |= demand_columns(served.costs[group.name], parks, timed, group.name)
    amounts = {f"served_{name}_share": amount for name, amount in served.by_part.items()}
    return demand_layer(first, districts, amounts, columns)
