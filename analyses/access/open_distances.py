"""Distances to the nearest facility, and what units wider than the distance leave of them open."""

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.access.voronoi_distances import StarEdges, star_edges
from geoplan.core.true_size import true_area_m2

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.analyses.shared.demand_pieces import DemandPieces

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

_AREA = 2
_HALVINGS = 60


@dataclass(frozen=True)
class Radius:
    """
    A radius per district, and what it could be.

    Parameters
    ----------
    value, low, high : array of float, one per district
        In metres; NaN where unknown.
    coarse : int
        How many units are too wide for it.
    """

    value: "Floats"
    low: "Floats"
    high: "Floats"
    coarse: int = 0

    @classmethod
    def known(cls, value: "Floats") -> "Radius":
        """Give a radius that nothing leaves open."""
        return cls(value, value, value)


class Distances:
    """
    Distances from the pieces of a demand to their nearest point, per district.

    Parameters
    ----------
    pieces : DemandPieces
        Land, people or things.
    points : array of Point, at least one
        What they go to.
    count : int
        How many districts there are.
    """

    def __init__(self, pieces: "DemandPieces", points: "Geometries", count: int) -> None:
        areal = shapely.get_dimensions(pieces.geometry) == _AREA
        self.count = count
        self.areal, self.at = pieces.district[areal], pieces.district[~areal]
        shapes = pieces.geometry[areal]
        self.density = pieces.amount[areal] / true_area_m2(shapes)
        self.weight = pieces.amount[~areal]
        self.edges: StarEdges = star_edges(shapes, points)
        stops = pieces.geometry[~areal]
        nearest = shapely.STRtree(points).nearest(stops) if len(stops) else np.empty(0, int)
        self.distance_m = np.asarray(shapely.distance(stops, points[nearest]), dtype=float)
        self.total = np.bincount(pieces.district, pieces.amount, count)
        spread_m2 = np.zeros(len(areal)) if pieces.unit_m2 is None else pieces.unit_m2
        self.unit_m2, self.unit = spread_m2[areal], pieces.unit[areal]
        self.held = pieces.amount[areal]
        self.ends_m = self._ends_m(shapes, points)

    def _ends_m(self, shapes: "Geometries", points: "Geometries") -> "tuple[Floats, Floats]":
        """Least and greatest distance from a place of each polygon to its nearest point."""
        least = np.zeros(len(shapes))
        if self.unit_m2.any():
            (shape, _), metres = shapely.STRtree(points).query_nearest(
                shapes, return_distance=True, all_matches=False
            )
            least[shape] = metres
        return least, self.edges.farthest_m(len(shapes))

    def open(self, radius: "Callable[[Distances], Floats]") -> Radius:
        """Measure a radius, and what it is if the people of each coarse unit live at one end."""
        value = radius(self)
        coarse = (self.unit_m2 > np.pi * (value[self.areal] / 2) ** 2) & (self.held > 0)
        if not coarse.any():
            return Radius.known(value)
        low, high = (radius(self._at(coarse, metres)) for metres in self.ends_m)
        units = len(np.unique(self.unit[coarse]))
        return Radius(value, np.minimum(low, value), np.maximum(high, value), units)

    def _at(self, coarse: "Bools", metres: "Floats") -> "Distances":
        """Put the people of some polygons at a distance each."""
        other = copy(self)
        other.density = np.where(coarse, 0.0, self.density)
        other.at = np.append(self.at, self.areal[coarse])
        other.weight = np.append(self.weight, self.held[coarse])
        other.distance_m = np.append(self.distance_m, metres[coarse])
        return other

    def _known(self, values: "Floats") -> "Floats":
        return np.where(self.total > 0, values, np.nan)

    def mean(self) -> "Floats":
        """Average the distance over what there is."""
        areal = self.density * self.edges.distance_sum(len(self.areal))
        summed = np.bincount(self.areal, areal, self.count)
        summed = summed + np.bincount(self.at, self.weight * self.distance_m, self.count)
        return self._known(summed / np.where(self.total > 0, self.total, 1.0))

    def farthest(self) -> "Floats":
        """Find the largest distance of anybody or any place."""
        far = np.zeros(self.count)
        lived = self.density > 0
        np.fmax.at(far, self.areal[lived], self.edges.farthest_m(len(self.areal))[lived])
        served = self.weight > 0
        np.maximum.at(far, self.at[served], self.distance_m[served])
        return self._known(far)

    def quantile(self, share: float) -> "Floats":
        """Find the distance within which a share of all is."""
        low, high = np.zeros(self.count), np.nan_to_num(self.farthest())
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            enough = self._within(middle) >= share * self.total
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return self._known(high)

    def _within(self, radius_m: "Floats") -> "Floats":
        areal = self.density * self.edges.area_within(radius_m[self.areal])
        near = self.weight * (self.distance_m <= radius_m[self.at])
        return np.asarray(
            np.bincount(self.areal, areal, self.count) + np.bincount(self.at, near, self.count)
        )
