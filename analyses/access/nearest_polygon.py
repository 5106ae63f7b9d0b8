"""The nearest polygon of many places, fast however many vertices the polygons have."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]
    Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class Nearest:
    """
    The nearest polygon of each place.

    Parameters
    ----------
    row : array of int, n
        Position of the polygon; -1 where there is none.
    distance_m : array of float, n
        Straight line to its edge; 0 inside, NaN where there is none.
    """

    row: "Positions"
    distance_m: "Floats"


def nearest_polygon(places: "Geometries", polygons: "Geometries") -> Nearest:
    """
    Find the nearest polygon of each place.

    Parameters
    ----------
    places : array of Point, n values
        Where to look from.
    polygons : array of Polygon or MultiPolygon, m values
        What to look for; may be empty.

    Returns
    -------
    Nearest
        Rows and distances. Inside several polygons it is the first of them; of several equally
        near it is any.

    Notes
    -----
    The search tree holds the single edges of the polygons, so that a reserve with ten thousand
    vertices costs no more than ten small parks with a thousand each.

    Examples
    --------
    >>> squares = np.array([shapely.box(0, 0, 1, 1), shapely.box(4, 0, 5, 1)])
    >>> found = nearest_polygon(shapely.points([[0.5, 0.5], [3, 0.5]]), squares)
    >>> found.row.tolist(), found.distance_m.tolist()
    ([0, 1], [0.0, 1.0])
    """
    row = np.full(len(places), -1, dtype=np.intp)
    distance_m = np.full(len(places), np.nan)
    if not len(places) or not len(polygons):
        return Nearest(row, distance_m)
    edges, owner = _edges(polygons)
    (place, edge), metres = shapely.STRtree(edges).query_nearest(
        places, return_distance=True, all_matches=False
    )
    row[place], distance_m[place] = owner[edge], metres
    place, polygon = shapely.STRtree(polygons).query(places, predicate="intersects")
    last_first = np.lexsort((-polygon, place))
    row[place[last_first]] = polygon[last_first]
    distance_m[place] = 0.0
    return Nearest(row, distance_m)


def _edges(polygons: "Geometries") -> "tuple[Geometries, Positions]":
    """Straight edges of polygons, and the polygon that each belongs to."""
    parts, polygon = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inner = np.flatnonzero(ring[1:] == ring[:-1])
    edges = shapely.linestrings(np.stack([xy[inner], xy[inner + 1]], axis=1))
    return np.asarray(edges, dtype=object), polygon[part[ring[inner]]]
