"""Layers that show walking to facilities: demand with its way, streets within reach, routes."""

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.analyses.access.facility_texts import facility_texts
from geoplan.analyses.shared.area_share import AreaInside, area_inside, dissolve, polygon_parts
from geoplan.analyses.shared.districts import areas_layer
from geoplan.analyses.streets.edge_pieces import edge_pieces
from geoplan.analyses.streets.isochrones import isochrones, reached_pieces
from geoplan.analyses.streets.reach import cost_at
from geoplan.analyses.streets.routes import routes, worst_served
from geoplan.analyses.streets.snap import Snapped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.analyses.access.facility_entrances import Doors
    from geoplan.analyses.access.walked_facilities import PlaceCosts, Places
    from geoplan.analyses.access.walked_served import FacilityClass
    from geoplan.analyses.shared.demand_pieces import DemandPieces
    from geoplan.analyses.streets.walk_access import WalkAccess

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

WHOLE = 1 - 1e-9
"""A unit served by less is drawn as not wholly served."""

DRAWN_WIDTH_M = 40.0
"""How far beside streets isochrones fill the ground, where no share of land asks for a width."""

_ROUTES = 10
_TIMES = (0.5, 1.0, 2.0)
_BLOCK_M2 = 100_000.0
_FLAT_M_PER_MIN = 60.0


def demand_columns(
    costs: "PlaceCosts", facilities: "GeoDataFrame", walk: "WalkAccess", part: str = ""
) -> dict[str, Any]:
    """
    Give the columns that say how far the nearest facility is, and which it is.

    Parameters
    ----------
    costs : PlaceCosts
        Of the places.
    facilities : GeoDataFrame
        Those that were searched from.
    walk : WalkAccess
        For its speed.
    part : str
        Stands in the names of the columns.

    Returns
    -------
    dict of str to array
        ``nearest_<part>_id``, ``nearest_<part>_name``, ``distance_<part>_m``, and
        ``time_<part>_min`` if there is a speed; without ``<part>_`` where it is empty.
    """
    middle = f"_{part}_" if part else "_"
    distance_m = np.where(np.isfinite(costs.cost_m), costs.cost_m, np.nan)
    columns = {
        f"nearest{middle}id": facility_texts(facilities, "id", costs.facility),
        f"nearest{middle}name": facility_texts(facilities, "name", costs.facility),
        f"distance{middle}m": distance_m,
    }
    if walk.speed_kmh is not None:
        columns[f"time{middle}min"] = distance_m / (walk.speed_kmh * 1000 / 60)
    return columns


def demand_layer(
    pieces: "DemandPieces",
    districts: "GeoDataFrame",
    shares: "Mapping[str, Floats]",
    columns: dict[str, Any],
) -> "GeoDataFrame":
    """
    Make the layer of demand: one row per unit and district.

    Parameters
    ----------
    pieces : DemandPieces
        The demand.
    districts : GeoDataFrame
        With ``district_id``.
    shares : mapping of str to array of float
        Amount served, by the name of its column of shares.
    columns : dict of str to array
        Further columns.

    Returns
    -------
    GeoDataFrame
        ``district_id, amount``, the shares, the further columns.
    """
    import geopandas as gpd

    held = np.where(pieces.amount > 0, pieces.amount, np.nan)
    return gpd.GeoDataFrame(
        {
            "district_id": districts["district_id"].astype(str).to_numpy()[pieces.district],
            "amount": pieces.amount,
            **{name: amount / held for name, amount in shares.items()},
            **columns,
        },
        geometry=pieces.geometry,
        crs=districts.crs,
    )


def unserved_units(demand: "GeoDataFrame", share: str) -> "GeoDataFrame":
    """Take the units that are not wholly served, with their ``unserved_amount``."""
    rest = demand[demand[share] < WHOLE].reset_index(drop=True)
    return rest.assign(unserved_amount=rest["amount"] * (1 - rest[share]))


def served_ground(ground: Any, districts: "GeoDataFrame") -> AreaInside:  # noqa: ANN401
    """Clip the ground served to the districts."""
    areas = np.asarray(districts.geometry.array, dtype=object)
    return area_inside(np.array([ground], dtype=object), areas)


def ground_layer(inside: AreaInside, districts: "GeoDataFrame") -> "GeoDataFrame":
    """Make a layer of one row per district, with ``district_id, name, area_m2``."""
    return areas_layer(inside, districts, ()).drop(columns="category")


def ground_left(
    pieces: "DemandPieces", served: AreaInside, districts: "GeoDataFrame"
) -> "GeoDataFrame":
    """
    Take the ground served out of land or of a mask.

    Parameters
    ----------
    pieces : DemandPieces
        Of an area.
    served : AreaInside
        From `served_ground`.
    districts : GeoDataFrame
        The districts.

    Returns
    -------
    GeoDataFrame
        One row per district where something is left.
    """
    wanted = dissolve(pieces.geometry, pieces.district)
    near = np.full(len(districts), shapely.Polygon(), dtype=object)
    near[served.district] = served.geometry
    left = shapely.difference(wanted.geometry, near[wanted.district])
    parts, source = polygon_parts(left)
    return ground_layer(dissolve(parts, wanted.district[source]), districts)


def reached_layer(near: "FacilityClass", districts: "GeoDataFrame") -> "GeoDataFrame":
    """
    Make the layer of streets from which a facility is near.

    Parameters
    ----------
    near : FacilityClass
        The facilities.
    districts : GeoDataFrame
        Streets that touch none of them are left out.

    Returns
    -------
    GeoDataFrame
        Parts of edges with ``distance_m``, that of their middle.
    """
    import geopandas as gpd

    network, reached = near.walk.network, near.access.reached
    pieces = reached_pieces(network, reached, near.distance_m)
    lines = edge_pieces(network, pieces.edge, pieces.start_m, pieces.end_m)
    areas = np.asarray(districts.geometry.array, dtype=object)
    inside = np.zeros(len(lines), dtype=bool)
    inside[shapely.STRtree(lines).query(areas, "intersects")[1]] = True
    keep = np.flatnonzero(inside & (pieces.end_m > pieces.start_m))
    middle = Snapped(
        pieces.edge[keep],
        (pieces.start_m[keep] + pieces.end_m[keep]) / 2,
        np.zeros(len(keep)),
        np.full((len(keep), 2), np.nan),
    )
    return gpd.GeoDataFrame(
        {"distance_m": cost_at(network, reached, middle)[0]},
        geometry=lines[keep],
        crs=districts.crs,
    )


def isochrones_layer(near: "FacilityClass", districts: "GeoDataFrame") -> "GeoDataFrame":
    """
    Draw the ground within some minutes, or metres, of the facilities.

    Parameters
    ----------
    near : FacilityClass
        The facilities.
    districts : GeoDataFrame
        What lies outside them is left out.

    Returns
    -------
    GeoDataFrame
        Three rows, nested: within half, once and twice what counts as near, with ``distance_m``
        and, where there is a speed, ``minutes``; ``beside_m`` says how far beside the streets the
        ground goes.

    Notes
    -----
    A picture, like `geoplan.isochrones`: blocks of up to 10 ha between streets are filled.
    """
    speed_kmh = near.speed_kmh
    per_min = speed_kmh * 1000 / 60 if speed_kmh is not None else _FLAT_M_PER_MIN
    beside_m = min(near.walk.land_width_m or DRAWN_WIDTH_M, near.distance_m)
    drawn = isochrones(
        near.walk.network,
        near.access.reached,
        minutes=[times * near.distance_m / per_min for times in _TIMES],
        speed_kmh=per_min * 60 / 1000,
        beside_m=beside_m,
        fill_m2=_BLOCK_M2,
    )
    facts = {"distance_m": drawn["minutes"] * per_min, "beside_m": beside_m}
    inside = drawn.intersection(districts.geometry.union_all())
    told = drawn.set_geometry(inside).assign(**facts)
    return told if speed_kmh is not None else told.drop(columns="minutes")


def entrances_layer(
    doors: "Doors", facilities: "GeoDataFrame", rows: "Ints | None" = None
) -> "GeoDataFrame":
    """
    Show where facilities are entered, and how that was found.

    Parameters
    ----------
    doors : Doors
        Of the facilities.
    facilities : GeoDataFrame
        With a name, perhaps.
    rows : array of int, optional
        Facilities to show; all by default.

    Returns
    -------
    GeoDataFrame
        ``facility_id, name, rule, on_network`` (whether the walk network is near enough).
    """
    import geopandas as gpd

    shown = np.isin(doors.facility, np.arange(len(doors.shapes)) if rows is None else rows)
    row = doors.facility[shown]
    return gpd.GeoDataFrame(
        {
            "facility_id": facility_texts(facilities, "id", row),
            "name": facility_texts(facilities, "name", row),
            "rule": doors.rule[shown],
            "on_network": doors.snapped.found[shown],
        },
        geometry=doors.points[shown],
        crs=facilities.crs,
    )


def routes_layer(costs: "PlaceCosts", places: "Places", near: "FacilityClass") -> "GeoDataFrame":
    """
    Draw the ways of the places that have it farthest to their nearest facility.

    Parameters
    ----------
    costs, places : PlaceCosts and Places
        The demand.
    near : FacilityClass
        The facilities; the places drawn are farther away than what counts as near, and that far
        from each other.

    Returns
    -------
    GeoDataFrame
        At most ten ways, with ``distance_m``, and ``time_min`` where the walk has a speed.
    """
    far = np.flatnonzero((costs.cost_m > near.distance_m) & places.snapped.found)
    xy_m = shapely.get_coordinates(places.points)
    chosen = worst_served(costs.cost_m[far], xy_m[far], count=_ROUTES, apart_m=near.distance_m)
    drawn = routes(near.walk.network, near.access.reached, places.snapped.take(far[chosen]))
    told = drawn.rename(columns={"cost_m": "distance_m"})[["distance_m", "geometry"]]
    if near.speed_kmh is None:
        return told
    return told.assign(time_min=told["distance_m"] / (near.speed_kmh * 1000 / 60))
