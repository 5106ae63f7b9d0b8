"""Demand served along the walk network, by classes of facilities."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geoplan.analyses.access.open_shares import Known, beyond, known_of, reasons_of
from geoplan.analyses.access.served import Served
from geoplan.analyses.access.walked_facilities import (
    FacilityAccess,
    Places,
    attach_places,
    off_network_notices,
    place_costs,
    within,
)
from geoplan.analyses.access.walked_land import street_land
from geoplan.analyses.exact.catchment import make_catchment
from geoplan.analyses.shared.demand import served_amount
from geoplan.analyses.shared.demand_pieces import DemandPieces
from geoplan.core.errors import ParameterError
from geoplan.core.extent import Extent
from geoplan.core.true_size import true_area_m2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoplan.analyses.streets.walk_access import WalkAccess

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

_AREA = 2


@dataclass(frozen=True)
class FacilityClass:
    """
    Facilities of one kind or tier, and what counts as near to them.

    Parameters
    ----------
    access : FacilityAccess
        The search from them.
    distance_m : float
        Metres of walking.
    walk : WalkAccess
        The network.
    bounds : tuple of float
        West, south, east, north of what is measured.
    own_speed_kmh : float, optional
        Speed to this class, for minutes on maps; by default that of the walk.
    extent : Extent, optional
        How far the source of the facilities reaches.
    """

    access: FacilityAccess
    distance_m: float
    walk: "WalkAccess"
    bounds: tuple[float, float, float, float]
    own_speed_kmh: float | None = None
    extent: Extent | None = None

    @cached_property
    def known(self) -> Known:
        """What is known of the streets and of the facilities; a walk downhill may lead farther."""
        reach_m = self.distance_m / self.walk.least_cost
        return known_of(reach_m, no_network=self.walk.network.extent, no_source=self.extent)

    @property
    def speed_kmh(self) -> float | None:
        """Speed for minutes on maps."""
        return self.own_speed_kmh if self.own_speed_kmh is not None else self.walk.speed_kmh

    @cached_property
    def ground(self) -> Any:  # noqa: ANN401 (shapely's geometries)
        """Ground beside the streets that are near enough, as wide as the walk says."""
        if self.walk.land_width_m is None:
            raise ParameterError(
                "`land_width_m` is missing: along streets ground is what lies at most so far "
                "beside them. Give e.g. WalkAccess(..., land_width_m=50)."
            )
        return street_land(
            self.access,
            self.walk,
            distance_m=self.distance_m,
            width_m=min(self.walk.land_width_m, self.distance_m),
            bounds=self.bounds,
        )


def serve_pieces(
    pieces: DemandPieces, classes: "Mapping[str, FacilityClass]", *, every: str = ""
) -> Served:
    """
    Say how much of each piece of demand is near the facilities of each class.

    Parameters
    ----------
    pieces : DemandPieces
        Land, people or things.
    classes : mapping of str to FacilityClass
        By part of the analysis.
    every : str
        Name of the part that all classes reach at once; none where it is empty.

    Returns
    -------
    Served
        By part. Of people in polygons at most the share of the polygon that lies within the
        distance in a straight line, or as far as such a walk can lead downhill.

    Raises
    ------
    ParameterError
        If land is asked for without `land_width_m`, or no place of the demand is on the network.
    """
    if pieces.kind == "area":
        return _served_land(pieces, classes, every)
    places = _attached(pieces, classes)
    costs = {
        part: place_costs(places[id(one.walk)], one.access, one.walk)
        for part, one in classes.items()
    }
    first = places[id(next(iter(classes.values())).walk)]
    if first.sample is None:
        found = costs
    else:
        found = {
            part: place_costs(_sampled(places[id(one.walk)]), one.access, one.walk)
            for part, one in classes.items()
        }
    near = {part: within(found[part], one.distance_m) for part, one in classes.items()}
    most = {part: _straight(pieces, one) for part, one in classes.items()}
    by_part = {
        part: pieces.least(pieces.amount * _share(first, near[part]), most[part])
        for part in classes
    }
    if every:
        together = pieces.amount * _share(first, np.logical_and.reduce(list(near.values())))
        by_part[every] = pieces.least(together, *by_part.values())
    walk = next(iter(classes.values())).walk
    known = {part: one.known for part, one in classes.items()}
    more = {part: _beyond(pieces, first, by_part[part], one) for part, one in known.items()}
    why = [reasons_of(pieces, more[part], known[part], first.points) for part in classes]
    return Served(
        by_part,
        known,
        more,
        most if first.sample is None else {},
        first.sample is None,
        frozenset[str]().union(*why),
        costs,
        first,
        off_network_notices(pieces, first, found, walk),
    )


def _beyond(pieces: DemandPieces, places: Places, served: "Floats", known: Known) -> "Floats":
    """Give what is not served of the places whose surroundings the sources do not show."""
    if known.ground is None:
        return np.zeros(len(served))
    points = places.points if places.sample is None else places.sample.places.points
    share = _share(places, ~shapely.covers(known.ground, points))
    return pieces.least(pieces.amount * share, pieces.amount - served)


def _sampled(places: Places) -> Places:
    return places if places.sample is None else places.sample.places


def _share(places: Places, near: "NDArray[np.bool_]") -> "Floats":
    """Give the share of each piece that is near: of its points, or all or nothing."""
    if places.sample is None:
        return near.astype(np.float64)
    return places.sample.share(near)


def _attached(pieces: DemandPieces, classes: "Mapping[str, FacilityClass]") -> dict[int, Places]:
    """Put the demand on each network once."""
    walks = {id(one.walk): one.walk for one in classes.values()}
    return {key: attach_places(pieces, walk) for key, walk in walks.items()}


def _served_land(
    pieces: DemandPieces, classes: "Mapping[str, FacilityClass]", every: str
) -> Served:
    for one in classes.values():
        if one.walk.land_width_m is None:
            raise ParameterError(
                f"`land_width_m` is missing: `of` asks for {pieces.of!r}, and along streets its "
                "land is what lies at most so far beside them. Give e.g. WalkAccess(..., "
                "land_width_m=50); in a plan file, land_width_m = 50."
            )
    grounds = {part: one.ground for part, one in classes.items()}
    if every:
        grounds[every] = shapely.intersection_all(list(grounds.values()))
    by_part = {part: _inside_m2(pieces.geometry, ground) for part, ground in grounds.items()}
    known = {part: one.known for part, one in classes.items()}

    def outside(part: str) -> "Floats":
        ground = grounds[part]
        return beyond(
            pieces, by_part[part], known[part], lambda left: _inside_m2(left.geometry, ground)
        )

    more = {part: outside(part) for part in classes}
    why = [reasons_of(pieces, more[part], known[part]) for part in classes]
    return Served(by_part, known, more, reasons=frozenset[str]().union(*why))


def _inside_m2(
    shapes: "Geometries",
    ground: Any,  # noqa: ANN401 (shapely's geometries)
) -> "Floats":
    shapely.prepare(ground)
    area_m2 = np.zeros(len(shapes))
    whole = shapely.contains_properly(ground, shapes)
    area_m2[whole] = true_area_m2(shapes[whole])
    cut = np.flatnonzero(~whole & shapely.intersects(ground, shapes))
    area_m2[cut] = true_area_m2(shapely.intersection(shapes[cut], ground))
    return area_m2


def _straight(pieces: DemandPieces, one: FacilityClass) -> "Floats":
    """Amount of pieces within the distance in a straight line; all of those that are points."""
    amount = pieces.amount.copy()
    areal = np.flatnonzero(shapely.get_dimensions(pieces.geometry) == _AREA)
    if not len(areal):
        return amount
    only = replace(pieces, geometry=pieces.geometry[areal], amount=pieces.amount[areal])
    ends = gpd.GeoDataFrame(geometry=one.access.ends, crs=one.walk.network.crs)
    most_m = one.distance_m / one.walk.least_cost
    amount[areal] = served_amount(only, make_catchment(ends, most_m, one.bounds))
    return amount
