"""Demand and facilities on the walk network: places, one search from all doors, and the costs."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.streets.reach import Reach, cost_at, reach
from geoplan.analyses.streets.sample import grid_points
from geoplan.analyses.streets.snap import Snapped, snap_points
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoplan.analyses.access.facility_entrances import Doors
    from geoplan.analyses.shared.demand_pieces import DemandPieces
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
    sample : Sample or None
        Where polygons stand at several points: all the points.
    """

    points: "Geometries"
    snapped: Snapped
    sample: "Sample | None" = None


@dataclass(frozen=True)
class Sample:
    """
    Several places for each piece of demand, of equal weight within it.

    Parameters
    ----------
    places : Places
        Of all pieces, one after another.
    piece : array of int
        Which piece each stands for; every piece has one at least.
    """

    places: Places
    piece: "Ints"

    def share(self, near: "NDArray[np.bool_]") -> "Floats":
        """Give the share of each piece's places that are near."""
        count = np.bincount(self.piece)
        return np.asarray(np.bincount(self.piece, near, len(count)) / count)


def attach_places(pieces: "DemandPieces", walk: "WalkAccess") -> Places:
    """
    Put demand on the network.

    Parameters
    ----------
    pieces : DemandPieces
        From `geoplan.analyses.shared.demand.demand_pieces`; not land.
    walk : WalkAccess
        The network, and how far a leg may be.

    Returns
    -------
    Places
        One per piece: of a piece of a unit that districts cut, a place of the whole unit.

    Raises
    ------
    ParameterError
        If there are pieces, and none of them is near the network, barriers or not.
    """
    units = pieces.geometry if pieces.whole is None else pieces.whole
    points = np.asarray(shapely.point_on_surface(units), dtype=object)
    snapped = _snapped(points, walk)
    sample = _sample(units, points, walk)
    if sample is not None and sample.places.snapped.found.any():
        return Places(points, snapped, sample)
    if len(points) and not snapped.found.any() and not _near(points, walk):
        raise ParameterError(
            f"`{pieces.of}`: none of its {len(points)} places lies within snap_limit_m = "
            f"{walk.snap_limit_m:g} m of the walk network. Check that both show the same city in "
            "the right CRS; else give a larger limit."
        )
    return Places(points, snapped, sample)


def _snapped(points: "Geometries", walk: "WalkAccess") -> Snapped:
    return snap_points(
        shapely.get_coordinates(points),
        walk.network,
        limit_m=walk.snap_limit_m,
        barriers=walk.walls,
    )


def _near(points: "Geometries", walk: "WalkAccess") -> bool:
    """Say whether barriers alone keep every place off a network that is near."""
    if walk.walls is None:
        return False
    xy = shapely.get_coordinates(points)
    return bool(snap_points(xy, walk.network, limit_m=walk.snap_limit_m).found.any())


def _sample(units: "Geometries", inner: "Geometries", walk: "WalkAccess") -> Sample | None:
    """Put points of a grid into polygons, and the inner point into those without any."""
    if walk.sample_m is None:
        return None
    areal = np.flatnonzero(shapely.get_dimensions(units) == _AREA)
    piece, points = grid_points(units[areal], walk.sample_m)
    piece = areal[piece]
    alone = np.setdiff1d(np.arange(len(inner)), piece)
    piece, points = np.append(piece, alone), np.append(points, inner[alone])
    order = np.argsort(piece, kind="stable")
    return Sample(Places(points[order], _snapped(points[order], walk)), piece[order])


def off_network_notices(
    pieces: "DemandPieces", places: Places, costs: "Mapping[str, PlaceCosts]", walk: "WalkAccess"
) -> tuple[Notice, ...]:
    """
    Tell how much demand is too far from the network to be served, unless it is there already.

    The costs are those of the places, or of the sample where there is one.
    """
    where, held = places, pieces.amount
    if places.sample is not None:
        where = places.sample.places
        held = (pieces.amount / np.bincount(places.sample.piece))[places.sample.piece]
    off = ~where.snapped.found
    for cost in costs.values():
        off &= np.isinf(cost.cost_m)
    amount, whole = float(held[off].sum()), float(pieces.amount.sum())
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
    doors: "Doors",
    walk: "WalkAccess",
    *,
    distance_m: float,
    rows: "Ints | None" = None,
    everyone: bool = False,
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
    everyone : bool
        Whether the search goes on until everyone is reached whom a way leads to.

    Returns
    -------
    FacilityAccess
        The search, with what it started from.
    """
    own = np.isin(doors.facility, np.arange(len(doors.shapes)) if rows is None else rows)
    reached = reach(
        walk.network,
        doors.snapped.take(own),
        limit_m=np.inf if everyone else _LOOK * distance_m,
        seed_cost_m=doors.start_m[own],
    )
    return FacilityAccess(doors.shapes, doors.points[own], doors.facility[own], reached)


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
