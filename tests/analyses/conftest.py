"""Slow, obvious ways to what the kernels do fast, to compare them with."""

from itertools import pairwise

import numpy as np
import pytest
import shapely


def disc_polygon_area_m2(polygon, centre, radius_m):
    """Area of one disc inside one polygon, edge by edge: independent of the kernel under test."""
    total = 0.0
    for ring in shapely.get_rings(shapely.orient_polygons(polygon)):
        corners = shapely.get_coordinates(ring) - centre
        for a, b in pairwise(corners):
            total += _fan(a, b, radius_m)
    return total


def _fan(a, b, radius_m):
    """Signed area of the disc about the origin inside the triangle (origin, a, b)."""
    step = b - a
    length2 = step @ step
    if length2 == 0:
        return 0.0
    root2 = (a @ step) ** 2 - length2 * (a @ a - radius_m**2)
    enter = leave = 0.0
    if root2 > 0:
        enter, leave = np.clip((-(a @ step) + np.sqrt(root2) * np.array([-1, 1])) / length2, 0, 1)
    p, q = a + enter * step, a + leave * step
    angle = _angle(a, p) + _angle(q, b)
    return (radius_m**2 * angle + p[0] * q[1] - p[1] * q[0]) / 2


def _angle(a, b):
    return np.arctan2(a[0] * b[1] - a[1] * b[0], a @ b)


def voronoi_area_m2(regions, centres, radius_m):
    """Area of discs inside regions: each disc inside its own Voronoi cell, and added up."""
    centres = np.unique(centres, axis=0)
    west, south, east, north = shapely.total_bounds([*regions, *shapely.points(centres)])
    reach = 3 * radius_m
    extent = shapely.box(west - reach, south - reach, east + reach, north + reach)
    cells = [extent]
    if len(centres) > 1:
        points = shapely.multipoints(centres)
        cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=extent, ordered=True))
    return np.array(
        [
            sum(
                disc_polygon_area_m2(part, centre, radius_m)
                for cell, centre in zip(cells, centres, strict=True)
                for part in shapely.get_parts(shapely.intersection(cell, region))
                if part.geom_type == "Polygon"
            )
            for region in regions
        ]
    )


def drawn_catchment(shapes, distance_m):
    """Everything within a distance: areas, a rectangle per edge, and a 1,024-gon per corner."""
    pieces = [shape for shape in shapes if shape.area > 0]
    for shape in shapes:
        xy = shapely.get_coordinates(shape)
        pieces += list(shapely.buffer(shapely.points(xy), distance_m, quad_segs=256))
        lines = [
            line
            for part in shapely.get_parts(shape)
            for line in (shapely.get_rings(part) if part.area > 0 else [part])
            if line.geom_type != "Point"
        ]
        for line in lines:
            corners = shapely.get_coordinates(line)
            for a, b in pairwise(corners):
                way = (b - a) / np.hypot(*(b - a))
                side = distance_m * np.array([-way[1], way[0]])
                pieces.append(shapely.Polygon([a + side, a - side, b - side, b + side]))
    return shapely.union_all(pieces)


@pytest.fixture(scope="session")
def voronoi_oracle():
    return voronoi_area_m2


@pytest.fixture(scope="session")
def drawn_oracle():
    return drawn_catchment


@pytest.fixture(scope="session")
def disc_oracle():
    return disc_polygon_area_m2
