"""Distances from every place of polygons to the nearest point, integrated exactly."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.shared.area_share import polygon_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]
    Geometries = NDArray[np.object_]

_TINY_M = 1e-9


@dataclass(frozen=True)
class StarEdges:
    """
    Edges of polygons cut to the cells of their nearest points, as seen from those points.

    Parameters
    ----------
    owner : array of int, n
        Polygon that each edge is of.
    height_m : array of float, n
        Distance from the point to the straight line of the edge.
    begin_m, end_m : array of float, n
        Where on that line, from the foot of the point, the edge begins and ends.
    sign : array of float, n
        +1 where the edge runs around the point to the left, -1 to the right.
    """

    owner: "Positions"
    height_m: "Floats"
    begin_m: "Floats"
    end_m: "Floats"
    sign: "Floats"

    def distance_sum(self, count: int) -> "Floats":
        r"""
        Integrate the distance to the nearest point over each of `count` polygons, in m³.

        Each edge spans a triangle with its point; over that, the integral of the distance is
        :math:`(h s\rho + h^3 \operatorname{asinh}(s/h)) / 6` between the ends of the edge.
        """
        height = np.maximum(self.height_m, _TINY_M)

        def upto(along: "Floats") -> "Floats":
            reach = np.hypot(along, height)
            return np.asarray(height * along * reach + height**3 * np.arcsinh(along / height)) / 6

        each = self.sign * (upto(self.end_m) - upto(self.begin_m))
        return np.bincount(self.owner, each, count).astype(float)

    def area_within(self, radius_m: "Floats") -> "Floats":
        """
        Measure how much of each polygon lies within a distance of its nearest point.

        Parameters
        ----------
        radius_m : array of float, one per polygon
            The distance.

        Returns
        -------
        array of float, one per polygon
            Area in m².
        """
        radius = radius_m[self.owner]
        height = np.maximum(self.height_m, _TINY_M)
        half = np.sqrt(np.maximum(radius**2 - height**2, 0.0))
        low, high = np.minimum(self.begin_m, self.end_m), np.maximum(self.begin_m, self.end_m)
        chord = np.clip(high, -half, half) - np.clip(low, -half, half)
        turned = np.arctan2(high, height) - np.arctan2(low, height)
        inner = np.arctan2(np.clip(high, -half, half), height) - np.arctan2(
            np.clip(low, -half, half), height
        )
        each = 0.5 * height * chord + 0.5 * radius**2 * (turned - inner)
        each *= self.sign * np.sign(self.end_m - self.begin_m)
        return np.bincount(self.owner, each, len(radius_m)).astype(float)

    def farthest_m(self, count: int) -> "Floats":
        """Find the largest distance in each polygon; it is at a corner."""
        far = np.hypot(self.height_m, np.maximum(np.abs(self.begin_m), np.abs(self.end_m)))
        farthest = np.full(count, np.nan)
        np.fmax.at(farthest, self.owner, far)
        return farthest


def star_edges(polygons: "Geometries", points: "Geometries") -> StarEdges:
    """
    Cut polygons to the Voronoi cells of points and give their edges as the points see them.

    Parameters
    ----------
    polygons : array of Polygon or MultiPolygon, n values
        Where to measure.
    points : array of Point, m values
        What to measure to; at least one. Points at one place are one, and of points a few
        millimetres apart one may stand for both.

    Returns
    -------
    StarEdges
        For the integrals.

    Notes
    -----
    The cells tile the plane, and inside a cell the nearest point is known, so that nothing is
    sampled. Cost: one Voronoi diagram, m log m; polygons that lie inside one cell stay whole.

    Examples
    --------
    The mean distance from the places of a square to its middle is 0.3826 of its side:

    >>> edges = star_edges(np.array([shapely.box(0, 0, 1, 1)]), shapely.points([[0.5, 0.5]]))
    >>> round(edges.distance_sum(1).item(), 6)
    0.382598
    """
    at = np.unique(shapely.get_coordinates(points), axis=0)
    # Coordinates of millions of metres would cost the diagram digits that it needs.
    origin = at.mean(axis=0)
    at = at - origin
    near = shapely.transform(polygons, lambda xy: xy - origin)
    # Part by part: of parts a hair apart, as districts whose borders have different corners leave
    # them, GEOS may give a cut that lacks most of its area.
    near, whole = polygon_parts(near)
    piece_of, cell, pieces = _cut(near, at)
    owner = whole[piece_of]
    parts, source = polygon_parts(pieces)
    parts = shapely.orient_polygons(parts)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    first = np.flatnonzero(ring[1:] == ring[:-1])
    of = source[part[ring[first]]]
    start, along = xy[first] - at[cell[of]], xy[first + 1] - xy[first]
    length = np.hypot(*along.T)
    long = length > 0
    start, along, of, length = start[long], along[long], of[long], length[long]
    unit = along / length[:, None]
    begin = np.einsum("nk,nk->n", start, unit)
    side = start[:, 0] * unit[:, 1] - start[:, 1] * unit[:, 0]
    return StarEdges(owner[of], np.abs(side), begin, begin + length, np.sign(side))


def _cut(polygons: "Geometries", at: "Floats") -> "tuple[Positions, Positions, Geometries]":
    """Owner, cell and geometry of every piece of a polygon in the cell of a point."""
    if len(at) == 1 or not len(polygons):
        rows = np.arange(len(polygons))
        return rows, np.zeros(len(polygons), dtype=np.intp), polygons
    point, cells = _cells(at, shapely.total_bounds(polygons))
    shapely.prepare(cells)
    cell, owner = shapely.STRtree(polygons).query(cells, predicate="intersects")
    pieces = polygons[owner]
    across = np.flatnonzero(~shapely.contains_properly(cells[cell], pieces))
    pieces[across] = shapely.intersection(cells[cell[across]], pieces[across])
    return owner, point[cell], pieces


def _cells(at: "Floats", bounds: "Floats") -> "tuple[Positions, Geometries]":
    """Point and geometry of each Voronoi cell; together they cover the bounds."""
    from scipy.spatial import Voronoi

    # GEOS gives cells that overlap or cross themselves where points stand in rows, as on a turned
    # lattice; Qhull merges what it cannot tell apart. Four points far off close the outer cells,
    # too far to be the nearest one of any place asked for.
    far = 8 * np.abs(np.concatenate([at.ravel(), bounds])).max() + 1.0
    around = far * np.array([[1.0, 0.1], [-0.1, 1.0], [-1.0, -0.1], [0.1, -1.0]])
    diagram = Voronoi(np.concatenate([at, around]))
    sides = np.asarray(diagram.ridge_points).T.ravel()
    ends = np.asarray(diagram.ridge_vertices)
    ends = np.concatenate([ends, ends])
    closed = (sides < len(at)) & (ends >= 0).all(axis=1)
    sides, ends = sides[closed], ends[closed]
    order = np.argsort(sides, kind="stable")
    point, number = np.unique(sides, return_inverse=True)
    corners = diagram.vertices[ends[order]].reshape(-1, 2)
    hulls = shapely.convex_hull(
        shapely.multipoints(shapely.points(corners), indices=np.repeat(number[order], 2))
    )
    areal = shapely.area(hulls) > 0
    return point[areal], hulls[areal]
