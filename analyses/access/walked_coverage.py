"""Coverage along streets: the share from which a facility is a walk of some metres away."""

from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.access.coverage_layers import nearest_facility
from geoplan.analyses.access.demand_shares import DemandShares, demand_shares, open_facts
from geoplan.analyses.access.facility_entrances import find_doors
from geoplan.analyses.access.served import Served
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
from geoplan.analyses.shared.districts import layer_name
from geoplan.analyses.shared.lazy_layers import LazyLayers
from geoplan.analyses.streets.walk_access import WalkAccess, check_walk
from geoplan.core.extent import extent_of
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geopandas import GeoDataFrame

    from geoplan.analyses.access.facility_entrances import Doors
    from geoplan.analyses.shared.demand_pieces import DemandPieces


def network_coverage(
    facilities: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    distance_m: float,
    of: "Sequence[str]",
    demand: "Mapping[str, GeoDataFrame] | None",
    walk: WalkAccess | None,
    everyone: bool = False,
) -> Result:
    """
    Measure what `geoplan.analyses.access.coverage.coverage` does, along streets.

    Parameters
    ----------
    facilities, districts, distance_m, of, demand
        As there, checked; facilities have a geometry.
    walk : WalkAccess
        The network and the legs to it.
    everyone : bool
        Whether distances are wanted of everyone, and not of those within four times the distance.

    Returns
    -------
    Result
        As there, with the layers ``reached`` (streets within the distance), ``isochrones``,
        ``entrances`` and ``routes`` (of the worst served) besides, and ``served`` only where the
        walk says how wide the ground beside a street is.

    Raises
    ------
    CRSError, ParameterError, SchemaError
        As there, and if the walk cannot be measured.
    """
    walk = check_walk(walk, districts)
    name = layer_name(facilities, "facilities")
    doors = find_doors(facilities, walk, name=name)
    west, south, east, north = (float(side) for side in districts.total_bounds)
    near = FacilityClass(
        facility_access(doors, walk, distance_m=distance_m, everyone=everyone),
        distance_m,
        walk,
        (west, south, east, north),
        extent=extent_of(facilities),
    )
    shares = demand_shares(districts, of, demand, lambda pieces: serve_pieces(pieces, {"": near}))
    notices = [*doors.notices, *shares.notices]
    if facilities.empty:
        notices.insert(0, Notice("layer_empty_counts_zero", name))
    return Result(
        analysis="coverage",
        measures=shares.measures,
        districts=districts,
        layers=_layers(facilities, districts, near, shares, doors, straight=everyone),
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
            "entrance_rules": doors.rules,
            "facilities_off_network": doors.off_count,
            **open_facts(demand, of, {**walk.extents, name: near.extent}),
        },
        notices=unique(notices),
    )


def _layers(
    facilities: "GeoDataFrame",
    districts: "GeoDataFrame",
    near: FacilityClass,
    shares: DemandShares,
    doors: "Doors",
    *,
    straight: bool,
) -> LazyLayers:
    first = shares.pieces[0]
    ground = cache(lambda: served_ground(near.ground, districts))
    makers: dict[str, Callable[[], GeoDataFrame]] = {
        "facilities": lambda: facilities,
        "reached": lambda: reached_layer(near, districts),
        "isochrones": lambda: isochrones_layer(near, districts),
        "entrances": lambda: entrances_layer(doors, facilities),
    }
    if near.walk.land_width_m is not None:
        makers["served"] = lambda: ground_layer(ground(), districts).drop(columns="area_m2")
    for pieces, served in zip(shares.pieces, shares.served, strict=True):
        if served.places is not None:
            shown = cache(partial(_demand, facilities, districts, near, pieces, served, straight))
            makers["demand"] = shown
            makers["routes"] = partial(routes_layer, served.costs[""], served.places, near)
            break
    if first.kind == "area":
        makers["unserved"] = lambda: ground_left(first, ground(), districts).drop(columns="area_m2")
    else:
        makers["unserved"] = lambda: unserved_units(shown(), "served_share")
    return LazyLayers(makers)


def _demand(
    facilities: "GeoDataFrame",
    districts: "GeoDataFrame",
    near: FacilityClass,
    pieces: "DemandPieces",
    served: Served,
    straight: bool,  # noqa: FBT001 (of a partial)
) -> "GeoDataFrame":
    columns = demand_columns(served.costs[""], facilities, near.walk)
    if straight and served.places is not None:
        shapes = np.asarray(facilities.geometry, dtype=object)
        shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
        columns["straight_m"] = nearest_facility(served.places.points, shapes)[1]
    return demand_layer(pieces, districts, {"served_share": served.by_part[""]}, columns)
