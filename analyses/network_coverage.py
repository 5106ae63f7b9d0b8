"""Coverage along streets: the share from which a facility is a walk of some metres away."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geoplan.analyses.catchment import make_catchment
from geoplan.analyses.demand import DemandPieces, served_amount
from geoplan.analyses.demand_shares import DemandShares, Served, demand_shares
from geoplan.analyses.network_layers import (
    demand_columns,
    demand_layer,
    ground_layer,
    ground_left,
    reached_layer,
    routes_layer,
    served_ground,
    unserved_units,
)
from geoplan.analyses.polygon_layers import layer_name
from geoplan.analyses.street_land import ARC_SEGMENTS, street_land
from geoplan.analyses.walk_access import (
    FacilityAccess,
    WalkAccess,
    attach_places,
    check_attached,
    check_walk,
    facility_access,
    off_network_notices,
    place_costs,
    within,
)
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.analyses.walk_access import PlaceCosts, Places

DRAWN_WIDTH_M = 40.0
"""How far beside streets a map fills the ground, where no share of land asks for a width."""


def network_coverage(
    facilities: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    distance_m: float,
    of: Sequence[str],
    demand: "Mapping[str, GeoDataFrame] | None",
    walk: WalkAccess | None,
) -> Result:
    """
    Measure what `geoplan.analyses.coverage.coverage` does, along streets.

    Parameters
    ----------
    facilities, districts, distance_m, of, demand
        As there, checked; facilities have a geometry.
    walk : WalkAccess
        The network and the legs to it.

    Returns
    -------
    Result
        As there, with the layers ``reached`` (streets within the distance) and ``routes`` (of the
        worst served) besides.

    Raises
    ------
    CRSError, ParameterError, SchemaError
        As there, and if the walk cannot be measured.
    """
    walk = check_walk(walk, districts)
    name = layer_name(facilities, "facilities")
    access = facility_access(facilities, walk, distance_m=distance_m, name=name)
    check_attached([access], walk, name)
    west, south, east, north = (float(side) for side in districts.total_bounds)
    land = street_land(
        access,
        walk,
        distance_m=distance_m,
        width_m=min(walk.land_width_m or DRAWN_WIDTH_M, distance_m),
        bounds=(west, south, east, north),
    )

    def serve(pieces: DemandPieces) -> Served:
        return serve_pieces(pieces, {"": access}, {"": land}, {"": distance_m}, walk)

    shares = demand_shares(districts, of, demand, serve)
    notices = [*access.notices, *shares.notices]
    if facilities.empty:
        notices.insert(0, Notice("layer_empty_counts_zero", name))
    return Result(
        analysis="coverage",
        measures=shares.measures,
        districts=districts,
        layers=_layers(facilities, districts, access, land, shares, walk, distance_m),
        definition={
            "facilities": name,
            "facility_count": len(facilities),
            "as_of": facilities.attrs.get("geoplan", {}).get("as_of", ""),
            "distance_m": distance_m,
            "distance": "network",
            "of": list(of),
            "kinds": {piece.of: piece.kind for piece in shares.pieces},
            "overlap": "once",
            "edge": "facilities outside the districts count",
            **walk.facts(),
            "arc_segments": ARC_SEGMENTS,
            "entrance_rules": access.rules,
            "facilities_off_network": len(facilities) - len(access.attached),
        },
        notices=unique(notices),
    )


def serve_pieces(
    pieces: DemandPieces,
    accesses: Mapping[str, FacilityAccess],
    lands: Mapping[str, Any],
    distances_m: Mapping[str, float],
    walk: WalkAccess,
) -> Served:
    """
    Say how much of each piece of demand is a walk of some metres away from each facility class.

    Parameters
    ----------
    pieces : DemandPieces
        Land, people or things.
    accesses, lands, distances_m : mappings
        The search, the ground beside streets and what counts as near, by part.
    walk : WalkAccess
        The network.

    Returns
    -------
    Served
        By part. Of people in polygons at most the share of the polygon that lies within the
        distance in a straight line: no walk is shorter.

    Raises
    ------
    ParameterError
        If land is asked for without `land_width_m`, or no place of the demand is on the network.
    """
    if pieces.kind == "area":
        if walk.land_width_m is None:
            raise ParameterError(
                f"`land_width_m` is missing: `of` asks for {pieces.of!r}, and along streets its "
                "land is what lies at most so far beside them. Give e.g. WalkAccess(..., "
                "land_width_m=50); in a plan file, land_width_m = 50."
            )
        return Served({part: _inside_m2(pieces.geometry, land) for part, land in lands.items()})
    places = attach_places(pieces, walk)
    costs = {part: place_costs(places, access, walk) for part, access in accesses.items()}
    by_part = {
        part: np.minimum(
            pieces.amount * within(cost, distances_m[part]),
            _straight(pieces, accesses[part], distances_m[part]),
        )
        for part, cost in costs.items()
    }
    return Served(by_part, costs, places, off_network_notices(pieces, places, costs, walk))


def _inside_m2(
    shapes: "np.ndarray[Any, Any]",
    land: Any,  # noqa: ANN401 (shapely's geometries)
) -> "np.ndarray[Any, np.dtype[np.float64]]":
    shapely.prepare(land)
    area_m2 = np.zeros(len(shapes))
    within = shapely.contains_properly(land, shapes)
    area_m2[within] = shapely.area(shapes[within])
    cut = np.flatnonzero(~within & shapely.intersects(land, shapes))
    area_m2[cut] = shapely.area(shapely.intersection(shapes[cut], land))
    return area_m2


def _straight(
    pieces: DemandPieces, access: FacilityAccess, distance_m: float
) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Amount of pieces within the distance in a straight line; all of those that are points."""
    amount = pieces.amount.copy()
    areal = np.flatnonzero([shape.area > 0 for shape in pieces.geometry])
    if not len(areal):
        return amount
    ends = gpd.GeoDataFrame(geometry=access.ends)
    only = DemandPieces(
        pieces.of,
        pieces.kind,
        pieces.unit_name,
        pieces.district[areal],
        pieces.unit[areal],
        pieces.geometry[areal],
        pieces.amount[areal],
    )
    west, south, east, north = gpd.GeoSeries(only.geometry).total_bounds.tolist()
    catchment = make_catchment(ends, distance_m, (west, south, east, north))
    amount[areal] = served_amount(only, catchment)
    return amount


def _layers(
    facilities: "GeoDataFrame",
    districts: "GeoDataFrame",
    access: FacilityAccess,
    land: Any,  # noqa: ANN401 (shapely's geometries)
    shares: DemandShares,
    walk: WalkAccess,
    distance_m: float,
) -> "dict[str, GeoDataFrame]":
    ground = served_ground(land, districts)
    layers = {
        "facilities": facilities,
        "served": ground_layer(ground, districts).drop(columns="area_m2"),
        "reached": reached_layer(access, walk, districts, distance_m=distance_m),
    }
    made = {}
    for pieces, served in zip(shares.pieces, shares.served, strict=True):
        if pieces.kind != "area":
            columns = demand_columns(served.costs[""], facilities, walk)
            made[pieces.of] = demand_layer(
                pieces, districts, {"served_share": served.by_part[""]}, columns
            )
    first = shares.pieces[0]
    if first.kind == "area":
        layers["unserved"] = ground_left(first, ground, districts).drop(columns="area_m2")
    else:
        layers["unserved"] = unserved_units(made[first.of], "served_share")
    if made:
        number = next(i for i, pieces in enumerate(shares.pieces) if pieces.kind != "area")
        layers["demand"] = made[shares.pieces[number].of]
        costs, places = shares.served[number].costs[""], shares.served[number].places
        layers["routes"] = _routes(costs, places, access, walk, distance_m)
    return layers


def _routes(
    costs: "PlaceCosts",
    places: "Places | None",
    access: FacilityAccess,
    walk: WalkAccess,
    distance_m: float,
) -> "GeoDataFrame":
    if places is None:
        return gpd.GeoDataFrame({"distance_m": []}, geometry=[], crs=walk.network.crs)
    return routes_layer(costs, places, access, walk, distance_m=distance_m)
