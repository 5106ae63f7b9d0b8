"""Land beside the streets that are near enough to a facility."""

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.analyses.streets.edge_pieces import edge_pieces
from geoplan.analyses.streets.isochrones import reached_pieces
from geoplan.analyses.streets.street_area import street_area

if TYPE_CHECKING:
    from geoplan.analyses.access.walked_facilities import FacilityAccess
    from geoplan.analyses.streets.walk_access import WalkAccess

ARC_SEGMENTS = 64
"""Sides of the full circle that rounds the ends of streets."""


def street_land(
    access: "FacilityAccess",
    walk: "WalkAccess",
    *,
    distance_m: float,
    width_m: float,
    bounds: tuple[float, float, float, float],
) -> Any:  # noqa: ANN401 (shapely's geometries)
    """
    Draw the ground beside streets from which a facility is at most a distance away.

    Parameters
    ----------
    access : FacilityAccess
        The search.
    walk : WalkAccess
        The network.
    distance_m : float
        Metres, the leg from the ground to the street included.
    width_m : float
        Longest such leg.
    bounds : tuple of float
        West, south, east, north of what will be measured; streets that do not matter there are
        left out.

    Returns
    -------
    Polygon or MultiPolygon
        The ground, with the facilities that are polygons and can be entered.

    Notes
    -----
    The leg counts, so that ground as far as `width_m` from a street belongs if the street there is
    at most `distance_m` - `width_m` away. Nearer ground beside the rest of the way is then inside:
    a circle that shrinks by a metre per metre of the way never leaves the circle where it began.
    Only around facilities that are themselves nearly `distance_m` away from the street a smaller
    circle is left. Sides of streets are exact; their round ends have 64 sides to the circle and
    are 0.16 % too small. Cost: one union of as many pieces as edges are reached, some 10,000 a
    second.
    """
    network, seeds = walk.network, access.reached.seeds
    full_m = distance_m - width_m
    box = shapely.box(*bounds)
    drawn = [access.shapes[access.open_areas]]
    if full_m >= 0:
        pieces = reached_pieces(network, access.reached, full_m)
        lines = edge_pieces(network, pieces.edge, pieces.start_m, pieces.end_m)
        near_lines = lines[shapely.dwithin(lines, box, width_m)]
        streets = street_area(near_lines, width_m, fill_m2=0, quad_segs=ARC_SEGMENTS // 4)
        drawn.append(np.array([streets], dtype=object))
    start_m = access.reached.seed_cost_m
    for near, radius_m in (
        (start_m <= full_m, np.full(len(start_m), width_m)),
        ((start_m > full_m) & (start_m < distance_m), distance_m - start_m),
    ):
        feet = np.asarray(shapely.points(seeds.foot_xy_m[near]), dtype=object)
        drawn.append(_beside(feet, radius_m[near]))
    return shapely.union_all(np.concatenate(drawn))


def _beside(shapes: "np.ndarray[Any, Any]", width_m: Any) -> "np.ndarray[Any, Any]":  # noqa: ANN401
    buffers = shapely.buffer(shapes, width_m, quad_segs=ARC_SEGMENTS // 4)
    return np.asarray(buffers, dtype=object)
