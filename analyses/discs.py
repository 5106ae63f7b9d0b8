"""Exact area of a union of equal discs inside polygons, in closed form."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Geometries = NDArray[Any]


def union_area_m2(regions: Geometries, centres: Floats, radius_m: float) -> Floats:
    """
    Measure the area of each region that lies in a union of equal discs.

    Parameters
    ----------
    regions : array of Polygon or MultiPolygon, n
        Valid regions.
    centres : array of float, shape (m, 2)
        Centres of the discs.
    radius_m : float
        Their common radius.

    Returns
    -------
    array of float, n
        Area in m².
    """
    areas = np.zeros(len(regions))
    if not len(centres) or not len(regions):
        return areas
    centres = np.unique(centres, axis=0)
    points = shapely.points(centres)
    centre, region = shapely.STRtree(regions).query(points, "dwithin", radius_m)
    cells = _voronoi_cells(centres, regions, radius_m)
    pieces = shapely.intersection(cells[centre], regions[region])
    np.add.at(areas, region, _disc_areas(pieces, centres[centre], radius_m))
    return areas


def _voronoi_cells(centres: Floats, regions: Geometries, radius_m: float) -> Geometries:
    west, south, east, north = shapely.total_bounds(regions)
    west, south = np.minimum((west, south), centres.min(axis=0)) - 2 * radius_m
    east, north = np.maximum((east, north), centres.max(axis=0)) + 2 * radius_m
    extent = shapely.box(west, south, east, north)
    if len(centres) == 1:
        return np.array([extent])
    diagram = shapely.voronoi_polygons(
        shapely.multipoints(centres), extend_to=extent, ordered=True
    )
    return np.asarray(shapely.get_parts(diagram))


def _disc_areas(pieces: Geometries, centres: Floats, radius_m: float) -> Floats:
    polygons, piece = shapely.get_parts(pieces, return_index=True)
    areal = shapely.get_dimensions(polygons) == 2
    polygons, piece = shapely.orient_polygons(polygons[areal]), piece[areal]
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    owner = piece[polygon[ring]]
    local = xy - centres[owner]
    same = ring[1:] == ring[:-1]
    areas = np.zeros(len(pieces))
    np.add.at(areas, owner[1:][same], _sector_sum(local[:-1][same], local[1:][same], radius_m))
    return areas


def _sector_sum(a: Floats, b: Floats, radius_m: float) -> Floats:
    """Signed area of the disc about the origin inside each triangle (origin, a, b)."""
    step = b - a
    length2 = np.einsum("ij,ij->i", step, step)
    along = np.einsum("ij,ij->i", a, step)
    root2 = along**2 - length2 * (np.einsum("ij,ij->i", a, a) - radius_m**2)
    root = np.sqrt(np.maximum(root2, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        enter = np.clip(np.nan_to_num((-along - root) / length2), 0, 1)
        leave = np.clip(np.nan_to_num((-along + root) / length2), 0, 1)
    enter, leave = np.where(root2 > 0, enter, 0), np.where(root2 > 0, leave, 0)
    p, q = a + enter[:, None] * step, a + leave[:, None] * step
    cross = a[:, 0] * step[:, 1] - a[:, 1] * step[:, 0]
    angle = _angle(a, p) + _angle(q, b)
    return np.asarray(0.5 * (radius_m**2 * angle + cross * (leave - enter)))


def _angle(a: Floats, b: Floats) -> Floats:
    cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return np.asarray(np.arctan2(cross, np.einsum("ij,ij->i", a, b)))
