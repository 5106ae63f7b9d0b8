"""Walking to the nearest facility along the streets: what it takes, and what it costs."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.analyses.entrances import entrance_counts, entrance_notices, make_entrances
from geoplan.analyses.reach import Reach, cost_at, reach
from geoplan.analyses.snap import Snapped, snap_points
from geoplan.core.crs import check_metric_crs, parse_crs, require_metric_crs
from geoplan.core.errors import CRSError, ParameterError
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.analyses.demand import DemandPieces
    from geoplan.layers.walk_network import WalkNetwork

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Geometries = NDArray[np.object_]

ROUNDING_M = 1e-6
"""Sums of edges in another order differ in their last bits; nobody at the limit is lost to that."""

_AREA = 2
_LOOK = 4


@dataclass(frozen=True, kw_only=True)
class WalkAccess:
    """
    How people get from where they are to the walk network, along it, and into a facility.

    Parameters
    ----------
    network : WalkNetwork
        The streets and paths, in the CRS of the layers.
    snap_limit_m : float
        Longest straight leg between a place, or an entrance, and the network. Whoever is farther
        off reaches nothing, and is counted in a notice.
    land_width_m : float, optional
        How far to each side of a street its land goes. Required where a share is one of land.
    barriers : GeoDataFrame of lines or polygons, optional
        What a leg may not cross: rivers, railways, walls.
    entrances : GeoDataFrame of Point, optional
        Entrances of the facilities that somebody surveyed.
    gates : GeoDataFrame of Point, optional
        Gates of OpenStreetMap, on the boundaries of the facilities.
    entrance_tolerance_m : float, optional
        How far from its facility an entrance or gate may lie, and a path may end to lead into it.
        Required where facilities are polygons, or `entrances` or `gates` are given.
    boundary_step_m : float, optional
        Polygons without entrance, gate or path are entered at points along their boundary, at most
        this far apart. By default they are not entered at all.
    speed_kmh : float, optional
        Walking speed, for minutes in layers and maps; no share depends on it.

    Raises
    ------
    ParameterError
        If a number is not finite and above 0 (`entrance_tolerance_m`: 0 or more).

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geoplan.layers import load_walk_network
    >>> street = gpd.GeoDataFrame(geometry=shapely.linestrings([[(0, 0), (100, 0)]]), crs=4547)
    >>> network = load_walk_network(street, crs="EPSG:4547")
    >>> WalkAccess(network=network, snap_limit_m=200, land_width_m=50).boundary_step_m is None
    True
    """

    network: "WalkNetwork"
    snap_limit_m: float
    land_width_m: float | None = None
    barriers: "GeoDataFrame | None" = None
    entrances: "GeoDataFrame | None" = None
    gates: "GeoDataFrame | None" = None
    entrance_tolerance_m: float | None = None
    boundary_step_m: float | None = None
    speed_kmh: float | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that mean nothing."""
        for name in ("snap_limit_m", "land_width_m", "boundary_step_m", "speed_kmh"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ParameterError(f"WalkAccess(): `{name}` is {value}; wanted a number above 0.")
        tolerance = self.entrance_tolerance_m
        if tolerance is not None and not 0 <= tolerance < math.inf:
            raise ParameterError(
                f"WalkAccess(): `entrance_tolerance_m` is {tolerance}; wanted a number of at "
                "least 0."
            )

    @property
    def walls(self) -> "Geometries | None":
        """Barriers as an array of geometries."""
        if self.barriers is None:
            return None
        walls = np.asarray(self.barriers.geometry, dtype=object)
        return np.asarray(walls[~(shapely.is_missing(walls) | shapely.is_empty(walls))])

    def facts(self) -> dict[str, Any]:
        """Give what a definition says of it."""
        record = self.network.record
        return {
            "network": record.layer or "walk_network",
            "network_as_of": record.as_of,
            "network_edge_count": self.network.edge_count,
            "network_length_m": float(self.network.length_m.sum()),
            "snap_limit_m": self.snap_limit_m,
            "land_width_m": self.land_width_m,
            "entrance_tolerance_m": self.entrance_tolerance_m,
            "boundary_step_m": self.boundary_step_m,
            "barrier_count": None if self.barriers is None else len(self.barriers),
            "speed_kmh": self.speed_kmh,
        }


def check_distance_kind(distance: str, walk: "WalkAccess | None") -> None:
    """
    Refuse a kind of distance that there is not, and a walk where none is measured.

    Raises
    ------
    ParameterError
        If `distance` is neither ``"straight"`` nor ``"network"``, or `walk` comes with the former.
    """
    if distance not in ("straight", "network"):
        raise ParameterError(
            f"`distance` is {distance!r}; wanted 'straight', or 'network' for along the streets."
        )
    if distance == "straight" and walk is not None:
        raise ParameterError(
            "`walk` was given with distance='straight', which does not walk along streets. Write "
            "distance='network', or leave `walk` out."
        )


def check_walk(walk: "WalkAccess | None", districts: "GeoDataFrame") -> WalkAccess:
    """
    Refuse a walk that cannot be measured with these districts.

    Parameters
    ----------
    walk : WalkAccess or None
        As given to an analysis.
    districts : GeoDataFrame
        In the study CRS.

    Returns
    -------
    WalkAccess
        As given.

    Raises
    ------
    ParameterError
        If there is none, or its network lies elsewhere.
    CRSError
        If the network is not in metres, or a layer is in another CRS than the districts.
    """
    if walk is None:
        raise ParameterError(
            "`walk` is missing: distance='network' is measured along streets. Pass "
            "walk=WalkAccess(network=load_walk_network(...), snap_limit_m=...); in a plan file, "
            'add a table [layers.walk_network], and network = "walk_network" and '
            "snap_limit_m = … to the indicator."
        )
    check_metric_crs(parse_crs(walk.network.crs), "`walk.network`")
    if districts.crs != walk.network.crs:
        raise CRSError(
            f"`districts` is in {districts.crs.to_string()}, the walk network in "
            f"{walk.network.crs}. Load both with the same `crs`."
        )
    named = {"entrances": walk.entrances, "gates": walk.gates, "barriers": walk.barriers}
    given = {name: layer for name, layer in named.items() if layer is not None}
    require_metric_crs(districts=districts, **given)
    west, south, east, north = districts.total_bounds
    xy_m, far = walk.network.vertex_xy_m, walk.snap_limit_m
    low, high = (xy_m.min(axis=0), xy_m.max(axis=0)) if len(xy_m) else (np.full(2, np.inf),) * 2
    apart = low[0] > east + far or high[0] < west - far or low[1] > north + far
    if apart or high[1] < south - far:
        raise ParameterError(
            f"the walk network (x {low[0]:,.0f} to {high[0]:,.0f}, y {low[1]:,.0f} to "
            f"{high[1]:,.0f}) does not overlap the districts (x {west:,.0f} to {east:,.0f}, y "
            f"{south:,.0f} to {north:,.0f}). Check the CRS of both, and the extent of the streets."
        )
    return walk


@dataclass(frozen=True)
class Places:
    """
    Where demand stands on the network: points as they are, polygons at a point inside each.

    Parameters
    ----------
    points : array of Point, n
        The places.
    snapped : Snapped
        The same on the network.
    """

    points: "Geometries"
    snapped: Snapped


def attach_places(pieces: "DemandPieces", walk: WalkAccess) -> Places:
    """
    Put demand on the network.

    Parameters
    ----------
    pieces : DemandPieces
        From `geoplan.analyses.demand.demand_pieces`; not land.
    walk : WalkAccess
        The network, and how far a leg may be.

    Returns
    -------
    Places
        One per piece.

    Raises
    ------
    ParameterError
        If there are pieces, and none of them is near the network.
    """
    points = np.asarray(shapely.point_on_surface(pieces.geometry), dtype=object)
    snapped = snap_points(
        shapely.get_coordinates(points),
        walk.network,
        limit_m=walk.snap_limit_m,
        barriers=walk.walls,
    )
    if len(points) and not snapped.found.any():
        raise ParameterError(
            f"`{pieces.of}`: none of its {len(points)} places lies within snap_limit_m = "
            f"{walk.snap_limit_m:g} m of the walk network. Check that both show the same city in "
            "the right CRS; else give a larger limit."
        )
    return Places(points, snapped)


def off_network_notices(
    pieces: "DemandPieces", places: Places, costs: "Mapping[str, PlaceCosts]", walk: WalkAccess
) -> tuple[Notice, ...]:
    """Tell how much demand is too far from the network to be served, unless it is there already."""
    off = ~places.snapped.found
    for cost in costs.values():
        off &= np.isinf(cost.cost_m)
    amount, whole = float(pieces.amount[off].sum()), float(pieces.amount.sum())
    if not off.any():
        return ()
    values = {
        "amount": amount,
        "whole": whole,
        "share": amount / whole if whole > 0 else 0.0,
        "snap_limit_m": walk.snap_limit_m,
    }
    return (Notice("demand_off_network", pieces.of, int(off.sum()), len(off), values),)


@dataclass(frozen=True)
class FacilityAccess:
    """
    One class of facilities, searched from once.

    Parameters
    ----------
    shapes : array of geometry, m
        The facilities.
    doors : array of Point, s
        Where they are entered.
    facility : array of int, s
        Whose each is.
    reached : Reach
        The search from them, as far as `reached.limit_m`.
    rules : mapping of str to int
        How many facilities are entered by each rule of `geoplan.analyses.entrances`.
    notices : tuple of Notice
        Entrances found by rule, facilities that reach nobody.
    """

    shapes: "Geometries"
    doors: "Geometries"
    facility: "Ints"
    reached: Reach
    rules: dict[str, int]
    notices: tuple[Notice, ...]

    @cached_property
    def attached(self) -> "Ints":
        """Facilities with at least one entrance on the network."""
        return np.unique(self.facility[self.reached.seeds.found])

    @cached_property
    def open_areas(self) -> "Ints":
        """Facilities of those that are polygons: whoever is inside is there."""
        areal = shapely.get_dimensions(self.shapes[self.attached]) == _AREA
        return np.asarray(self.attached[areal])

    @property
    def ends(self) -> "Geometries":
        """Where a straight line to the facilities may end: their polygons, else their doors."""
        areal = shapely.get_dimensions(self.shapes) == _AREA
        return np.append(self.shapes[areal], self.doors[~areal[self.facility]])


def facility_access(
    facilities: "GeoDataFrame", walk: WalkAccess, *, distance_m: float, name: str
) -> FacilityAccess:
    """
    Find the entrances of facilities and search the network from all of them at once.

    Parameters
    ----------
    facilities : GeoDataFrame of Point, Polygon or MultiPolygon
        In the CRS of the network.
    walk : WalkAccess
        Network, legs and entrances.
    distance_m : float
        What counts as near. The search goes on to four times that, so that layers can tell how far
        it is for those who are not near.
    name : str
        Name of the layer, for notices.

    Returns
    -------
    FacilityAccess
        The search, with what it started from.

    Raises
    ------
    ParameterError
        If `entrance_tolerance_m` is needed and missing, or if none of the facilities has an
        entrance near the network.
    SchemaError
        If a facility is neither a polygon nor a point.
    """
    shapes = np.asarray(facilities.geometry, dtype=object)
    areal = shapely.get_dimensions(shapes) == _AREA
    tolerance_m = _tolerance_m(walk, name, needed=bool(areal.any()))
    found = make_entrances(
        facilities,
        walk.network,
        tolerance_m=tolerance_m,
        given=walk.entrances,
        gates=walk.gates,
        boundary_step_m=walk.boundary_step_m,
        limit_m=walk.snap_limit_m,
    )
    facility = found["facility"].to_numpy(dtype=np.int64)
    doors = np.asarray(found.geometry, dtype=object)
    seeds = snap_points(
        shapely.get_coordinates(doors), walk.network, limit_m=walk.snap_limit_m, barriers=walk.walls
    )
    # A gate a few metres before a park is not the park; the entrance of a station is the station.
    beyond_m = np.where(areal[facility], shapely.distance(doors, shapes[facility]), 0.0)
    reached = reach(
        walk.network, seeds, limit_m=_LOOK * distance_m, seed_cost_m=seeds.access_m + beyond_m
    )
    notices = list(entrance_notices(found, len(facilities), subject=name))
    with_door = len(np.unique(facility))
    off = with_door - len(np.unique(facility[seeds.found]))
    if off:
        limit = {"snap_limit_m": walk.snap_limit_m}
        notices.append(Notice("facilities_off_network", name, off, len(facilities), limit))
    return FacilityAccess(shapes, doors, facility, reached, entrance_counts(found), tuple(notices))


def check_attached(facilities: "list[FacilityAccess]", walk: WalkAccess, name: str) -> None:
    """
    Refuse facilities of which not one can be reached, which is a mistake rather than a finding.

    Raises
    ------
    ParameterError
        If there are facilities and none of them is on the network.
    """
    count = sum(len(access.shapes) for access in facilities)
    if count and not any(len(access.attached) for access in facilities):
        raise ParameterError(
            f"`{name}`: none of the {count} has an entrance within snap_limit_m = "
            f"{walk.snap_limit_m:g} m of the walk network. Check that both show the same city in "
            "the right CRS; else give entrances, boundary_step_m or a larger limit."
        )


def _tolerance_m(walk: WalkAccess, name: str, *, needed: bool) -> float:
    if walk.entrance_tolerance_m is not None:
        return walk.entrance_tolerance_m
    if needed or walk.entrances is not None or walk.gates is not None:
        raise ParameterError(
            f"`entrance_tolerance_m` is missing: how far from `{name}` may an entrance or gate "
            "lie, and a path end that leads in? Give e.g. WalkAccess(..., entrance_tolerance_m=15);"
            " in a plan file, entrance_tolerance_m = 15."
        )
    return 0.0


@dataclass(frozen=True)
class PlaceCosts:
    """
    What it costs to get from places to the nearest facility.

    Parameters
    ----------
    cost_m : array of float, n
        Metres of flat walking with both legs; 0 inside a polygon, infinite beyond the search.
    facility : array of int, n
        Row of the nearest facility; -1 where the cost is infinite.
    """

    cost_m: "Floats"
    facility: "Ints"


def place_costs(places: Places, access: FacilityAccess, walk: WalkAccess) -> PlaceCosts:
    """
    Measure the way from places to the nearest facility.

    Parameters
    ----------
    places : Places
        From `attach_places`.
    access : FacilityAccess
        From `facility_access`.
    walk : WalkAccess
        The same that made both.

    Returns
    -------
    PlaceCosts
        One per place.
    """
    cost_m, seed = cost_at(walk.network, access.reached, places.snapped)
    facility = np.append(access.facility, -1)[seed]
    areas = access.open_areas
    if len(areas) and len(places.points):
        tree = shapely.STRtree(places.points)
        area, place = tree.query(access.shapes[areas], "intersects")
        cost_m[place], facility[place] = 0.0, areas[area]
    return PlaceCosts(cost_m, facility)


def within(costs: PlaceCosts, distance_m: float) -> "NDArray[np.bool_]":
    """Tell which places are at most a distance away, the distance itself included."""
    return np.asarray(costs.cost_m <= distance_m + ROUNDING_M)
