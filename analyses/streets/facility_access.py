"""Facilities on the walk network: their entrances, one search from all of them, and the costs."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.streets.entrances import entrance_counts, entrance_notices, make_entrances
from geoplan.analyses.streets.reach import Reach, cost_at, reach
from geoplan.analyses.streets.snap import Snapped, snap_points
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.analyses.demand import DemandPieces
    from geoplan.analyses.streets.walk_access import WalkAccess

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Geometries = NDArray[np.object_]

ROUNDING_M = 1e-6
"""Sums of edges in another order differ in their last bits; nobody at the limit is lost to that."""

_AREA = 2
_LOOK = 4


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


def attach_places(pieces: "DemandPieces", walk: "WalkAccess") -> Places:
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
    pieces: "DemandPieces", places: Places, costs: "Mapping[str, PlaceCosts]", walk: "WalkAccess"
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
class Doors:
    """
    Where facilities are entered, on the network.

    Parameters
    ----------
    shapes : array of geometry, m
        The facilities.
    points : array of Point, s
        Their entrances.
    facility : array of int, s
        Whose each is.
    snapped : Snapped
        The entrances on the network.
    start_m : array of float, s
        Metres between the facility and the network by this entrance.
    rule : array of str, s
        How each was found.
    rules : dict of str to int
        How many facilities are entered by each rule of `geoplan.analyses.streets.entrances`.
    notices : tuple of Notice
        Entrances found by rule, facilities that reach nobody.
    """

    shapes: "Geometries"
    points: "Geometries"
    facility: "Ints"
    snapped: Snapped
    start_m: "Floats"
    rule: "NDArray[np.object_]"
    rules: dict[str, int]
    notices: tuple[Notice, ...]

    @property
    def off_count(self) -> int:
        """How many facilities have no entrance on the network."""
        return len(self.shapes) - len(np.unique(self.facility[self.snapped.found]))


def find_doors(facilities: "GeoDataFrame", walk: "WalkAccess", *, name: str) -> Doors:
    """
    Find the entrances of facilities and put them on the network.

    Parameters
    ----------
    facilities : GeoDataFrame of Point, Polygon or MultiPolygon
        In the CRS of the network.
    walk : WalkAccess
        Network, legs and entrances.
    name : str
        Name of the layer, for notices and errors.

    Returns
    -------
    Doors
        Of all facilities.

    Raises
    ------
    ParameterError
        If `entrance_tolerance_m` is needed and missing, or none of the facilities has an entrance
        near the network, which is a mistake rather than a finding.
    SchemaError
        If a facility is neither a polygon nor a point.
    """
    shapes = np.asarray(facilities.geometry, dtype=object)
    areal = shapely.get_dimensions(shapes) == _AREA
    found = make_entrances(
        facilities,
        walk.network,
        tolerance_m=_tolerance_m(walk, name, needed=bool(areal.any())),
        given=walk.entrances,
        gates=walk.gates,
        boundary_step_m=walk.boundary_step_m,
        limit_m=walk.snap_limit_m,
    )
    facility = found["facility"].to_numpy(dtype=np.int64)
    points = np.asarray(found.geometry, dtype=object)
    snapped = snap_points(
        shapely.get_coordinates(points),
        walk.network,
        limit_m=walk.snap_limit_m,
        barriers=walk.walls,
    )
    # A gate a few metres before a park is not the park; the entrance of a station is the station.
    beyond_m = np.where(areal[facility], shapely.distance(points, shapes[facility]), 0.0)
    notices = _door_notices(found, snapped, len(facilities), name, walk)
    start_m = snapped.access_m + beyond_m
    rule = found["rule"].to_numpy(dtype=object)
    return Doors(shapes, points, facility, snapped, start_m, rule, entrance_counts(found), notices)


def _door_notices(
    found: "GeoDataFrame", snapped: Snapped, count: int, name: str, walk: "WalkAccess"
) -> tuple[Notice, ...]:
    notices = list(entrance_notices(found, count, subject=name))
    on = found["facility"][snapped.found].nunique()
    off = found["facility"].nunique() - on
    if count and not on:
        raise ParameterError(
            f"`{name}`: none of the {count} has an entrance within snap_limit_m = "
            f"{walk.snap_limit_m:g} m of the walk network. Check that both show the same city in "
            "the right CRS; else give entrances, boundary_step_m or a larger limit."
        )
    if off:
        limit = {"snap_limit_m": walk.snap_limit_m}
        notices.append(Notice("facilities_off_network", name, off, count, limit))
    return tuple(notices)


@dataclass(frozen=True)
class FacilityAccess:
    """
    One class of facilities, searched from once.

    Parameters
    ----------
    shapes : array of geometry, m
        All facilities.
    doors : array of Point, s
        Where those of the class are entered.
    facility : array of int, s
        Whose each is.
    reached : Reach
        The search from them.
    """

    shapes: "Geometries"
    doors: "Geometries"
    facility: "Ints"
    reached: Reach

    @cached_property
    def open_areas(self) -> "Ints":
        """Facilities that are polygons and can be entered: whoever is inside is there."""
        attached = np.unique(self.facility[self.reached.seeds.found])
        return np.asarray(attached[shapely.get_dimensions(self.shapes[attached]) == _AREA])

    @property
    def ends(self) -> "Geometries":
        """Where a straight line to the facilities may end: their polygons, else their doors."""
        areal = shapely.get_dimensions(self.shapes[self.facility]) == _AREA
        areas = self.shapes[np.unique(self.facility[areal])]
        return np.append(areas, self.doors[~areal])


def facility_access(
    doors: Doors, walk: "WalkAccess", *, distance_m: float, rows: "Ints | None" = None
) -> FacilityAccess:
    """
    Search the network from all entrances of a class of facilities at once.

    Parameters
    ----------
    doors : Doors
        From `find_doors`.
    walk : WalkAccess
        The same.
    distance_m : float
        What counts as near. The search goes on to four times that, so that layers can tell how far
        it is for those who are not near.
    rows : array of int, optional
        The facilities of the class; all of them by default.

    Returns
    -------
    FacilityAccess
        The search, with what it started from.
    """
    own = np.isin(doors.facility, np.arange(len(doors.shapes)) if rows is None else rows)
    reached = reach(
        walk.network,
        doors.snapped.take(own),
        limit_m=_LOOK * distance_m,
        seed_cost_m=doors.start_m[own],
    )
    return FacilityAccess(doors.shapes, doors.points[own], doors.facility[own], reached)


def _tolerance_m(walk: "WalkAccess", name: str, *, needed: bool) -> float:
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


def place_costs(places: Places, access: FacilityAccess, walk: "WalkAccess") -> PlaceCosts:
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
