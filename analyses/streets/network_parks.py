"""Park access along streets: who walks, or rides, to a park of each tier in its time."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.analyses.demand_shares import DemandShares, demand_shares
from geoplan.analyses.park_tiers import ALL, ParkTier, TierParks, tier_reaches
from geoplan.analyses.polygon_layers import layer_facts
from geoplan.analyses.streets.facility_access import Doors, facility_access, find_doors
from geoplan.analyses.streets.network_layers import (
    demand_columns,
    demand_layer,
    ground_layer,
    ground_left,
    reached_layer,
    routes_layer,
    served_ground,
    unserved_units,
)
from geoplan.analyses.streets.network_served import FacilityClass, serve_pieces
from geoplan.analyses.streets.street_land import ARC_SEGMENTS
from geoplan.analyses.streets.walk_access import WalkAccess, check_walk
from geoplan.core.errors import ParameterError
from geoplan.core.notices import unique
from geoplan.core.results import Result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    Measure what `geoplan.analyses.park_access.park_access` does, along streets.

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
        layers=_layers(parks, districts, groups, tiers, shares),
        definition=_definition(parks, shares, walks, every_door[0]),
        notices=unique([*(note for one in every_door for note in one.notices), *shares.notices]),
    )


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
) -> "dict[str, GeoDataFrame]":
    counted = np.zeros(len(parks), dtype=bool)
    counted[np.concatenate([group.rows for group in groups])] = True
    grounds = {name: one.ground for name, one in tiers.items()}
    grounds[ALL] = shapely.intersection_all(list(grounds.values()))
    inside = {name: served_ground(ground, districts) for name, ground in grounds.items()}
    layers = {"parks": parks.assign(counted=counted)}
    for name, area in inside.items():
        layers[f"served_{name}"] = ground_layer(area, districts)
    for name, one in tiers.items():
        layers[f"reached_{name}"] = reached_layer(one, districts)
    first, served = shares.pieces[0], shares.served[0]
    columns: dict[str, Any] = {}
    for group in groups:
        if served.places is None:
            break
        timed = replace(tiers[group.name].walk, speed_kmh=group.tier.speed_kmh)
        columns |= demand_columns(served.costs[group.name], parks, timed, group.name)
        layers[f"routes_{group.name}"] = routes_layer(
            served.costs[group.name], served.places, tiers[group.name]
        )
    amounts = {f"served_{name}_share": amount for name, amount in served.by_part.items()}
    layers["demand"] = demand_layer(first, districts, amounts, columns)
    layers["unserved"] = (
        ground_left(first, inside[ALL], districts)
        if first.kind == "area"
        else unserved_units(layers["demand"], f"served_{ALL}_share")
    )
    return layers
