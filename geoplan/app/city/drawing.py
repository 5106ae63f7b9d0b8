"""What the further layers of the fictional city are drawn with: dice, frames, pieces, points."""

from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geoplan.app.city.ground import CRS
from geoplan.app.city.terrain import Floats, Terrain

Geometries = NDArray[np.object_]

_SEED = 2025


def dice(name: str) -> np.random.Generator:
    """Give each layer dice of its own, so that a new layer leaves the others as they are."""
    return np.random.default_rng([_SEED, *name.encode()])


def frame(geometry: object, **columns: object) -> gpd.GeoDataFrame:
    """Make a layer in the CRS of the city."""
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def pick(rng: np.random.Generator, count: int, share: float, words: tuple[str, str]) -> Geometries:
    """Give `count` objects the first of two words, with a chance of `share`, or the second."""
    return np.where(rng.random(count) < share, *words).astype(object)


def pieces(lines: Geometries, step_m: float) -> Geometries:
    """Cut lines into equal pieces of about a length."""
    cut = []
    for line in shapely.get_parts(lines):
        at = np.linspace(0, line.length, max(1, round(line.length / step_m)) + 1)
        corners = shapely.line_locate_point(line, shapely.points(line.coords))
        along = np.unique(np.concatenate([at, corners]))
        xy = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
        ends = np.searchsorted(along, at)
        cut += [
            shapely.LineString(xy[first : last + 1])
            for first, last in pairwise(ends)
            if last > first
        ]
    return np.array(cut, dtype=object)


def only_lines(geometry: Any) -> Geometries:  # noqa: ANN401 (one geometry, or many)
    """Keep the lines of what an overlay of lines gives."""
    parts = shapely.get_parts(shapely.get_parts(shapely.line_merge(geometry)))
    return np.asarray(
        parts[(shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 1)], dtype=object
    )


def only_areas(
    geometry: Any,  # noqa: ANN401
    smallest_m2: float = 100.0,
) -> Geometries:
    """Keep the polygons of what an overlay of polygons gives, without crumbs."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    areas = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) >= smallest_m2)
    return np.asarray(parts[areas], dtype=object)


def points_in(rng: np.random.Generator, area: shapely.Geometry, count: int, gap_m: float) -> Floats:
    """Draw points in an area, none nearer to another than a gap; fewer where there is no room."""
    west, south, east, north = shapely.bounds(area)
    many = rng.uniform((west, south), (east, north), (60 * count, 2))
    return thinned(many[shapely.contains_xy(area, *many.T)], gap_m)[:count]


def thinned(xy: Floats, gap_m: float) -> Floats:
    """Keep the first of any points that are nearer to each other than a gap."""
    neighbours = cKDTree(xy).query_ball_point(xy, gap_m)
    free = np.ones(len(xy), dtype=bool)
    kept = []
    for index, near in enumerate(neighbours):
        if free[index]:
            kept.append(index)
            free[near] = False
    return xy[kept]


def height_at(terrain: Terrain, xy: Floats) -> Floats:
    """Read the height of the ground at points."""
    row = np.clip(np.searchsorted(terrain.y_m, xy[:, 1]), 0, len(terrain.y_m) - 1)
    column = np.clip(np.searchsorted(terrain.x_m, xy[:, 0]), 0, len(terrain.x_m) - 1)
    return np.asarray(terrain.height[row, column])


def near(
    places: Any,  # noqa: ANN401
    targets: Any,  # noqa: ANN401
    distance_m: float,
) -> NDArray[np.bool_]:
    """Tell which places lie within a distance of any target."""
    found = np.zeros(len(np.atleast_1d(np.asarray(places, dtype=object))), dtype=bool)
    tree = shapely.STRtree(np.atleast_1d(np.asarray(targets, dtype=object)))
    found[tree.query(places, "dwithin", distance=distance_m)[0]] = True
    return found
