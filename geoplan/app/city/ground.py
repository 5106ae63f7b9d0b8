"""Sub-districts, ecological line, built-up land, streets and land-use parcels of the city."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from geoplan.app.city.terrain import (
    AREA_M2,
    CELL_M,
    ECO_SHARE,
    Floats,
    Terrain,
    as_multipolygon,
    contour_of_share,
    smooth_noise,
)

CRS = "EPSG:4547"
BUILT_UP_SHARE = 0.37
_STREET_M = 290.0
_WARP_M = 430.0
_DROPPED_STREETS = 0.13

DISTRICT_NAMES = {
    "zh": "云麓街道 江汀街道 西岭街道 南屏街道 望湖街道 东浦街道 北苑街道 石桥街道".split(),
    "en": "Yunlu Jiangting Xiling Nanping Wanghu Dongpu Beiyuan Shiqiao".split(),
}


@dataclass(frozen=True)
class Warp:
    """A smooth displacement of the plane, which turns straight lines into grown ones."""

    terrain: Terrain
    east_m: Floats
    north_m: Floats

    def __call__(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Displace coordinates, n × 2."""
        rows = (xy[:, 1] - self.terrain.y_m[0]) / CELL_M
        columns = (xy[:, 0] - self.terrain.x_m[0]) / CELL_M
        shift = [
            map_coordinates(field, [rows, columns], order=3, mode="nearest")
            for field in (self.east_m, self.north_m)
        ]
        return np.asarray(xy + np.column_stack(shift))


def make_warp(rng: np.random.Generator, terrain: Terrain) -> Warp:
    """Make the displacement that borders, roads and streets share."""
    shape = terrain.height.shape
    return Warp(
        terrain,
        _WARP_M * smooth_noise(rng, shape, 15),
        _WARP_M * smooth_noise(rng, shape, 15),
    )


def make_districts(terrain: Terrain, warp: Warp, lang: str) -> gpd.GeoDataFrame:
    """Divide the district into eight sub-districts, one around each town centre."""
    seeds = shapely.MultiPoint(terrain.centres_m)
    edges = shapely.voronoi_polygons(
        seeds, extend_to=terrain.outline.buffer(8_000), only_edges=True
    )
    borders = shapely.transform(shapely.segmentize(edges, 150), warp)
    lines = shapely.node(shapely.union_all([borders, terrain.outline.boundary]))
    cells = shapely.get_parts(shapely.polygonize([lines]))
    cells = cells[shapely.covers(terrain.outline.buffer(1), cells)]
    seeds_of = [int(np.argmin(shapely.distance(shapely.points(terrain.centres_m), cell)))
                for cell in cells]  # fmt: skip
    merged = gpd.GeoDataFrame({"seed": seeds_of}, geometry=cells, crs=CRS).dissolve("seed")
    codes = [f"4499{number:02d}" for number in range(1, len(merged) + 1)]
    return gpd.GeoDataFrame(
        {"CODE": codes, "NAME": list(DISTRICT_NAMES[lang])}, geometry=merged.geometry.to_numpy(),
        crs=CRS,
    )  # fmt: skip


def make_eco_line(terrain: Terrain) -> shapely.MultiPolygon:
    """Draw the ecological control line around the highest land."""
    return contour_of_share(terrain, terrain.height, ECO_SHARE * AREA_M2, smallest_m2=600_000)


def make_built_up(terrain: Terrain, eco: shapely.MultiPolygon) -> shapely.MultiPolygon:
    """Draw the built-up land: the lowest ground outside the ecological line and the river."""
    lowest = contour_of_share(terrain, -terrain.height, BUILT_UP_SHARE * AREA_M2, 150_000)
    return as_multipolygon(lowest - eco.buffer(80) - terrain.river.buffer(70))


def make_streets(
    rng: np.random.Generator, terrain: Terrain, warp: Warp, built_up: shapely.MultiPolygon
) -> NDArray[np.object_]:
    """Draw the local streets: a warped grid with gaps, cut to the built-up land."""
    west, south, east, north = terrain.outline.buffer(2_000).bounds
    rows = np.arange(south, north, _STREET_M * 0.8)
    columns = np.arange(west, east, _STREET_M * 1.25)
    rows = rows + rng.normal(0, 35, len(rows))
    columns = columns + rng.normal(0, 50, len(columns))
    grid = [shapely.LineString([(west, y), (east, y)]) for y in rows]
    grid += [shapely.LineString([(x, south), (x, north)]) for x in columns]
    warped = shapely.transform(shapely.segmentize(np.array(grid), 60), warp)
    noded = shapely.get_parts(shapely.node(shapely.MultiLineString(list(warped))))
    kept = noded[rng.random(len(noded)) > _DROPPED_STREETS]
    inside = shapely.intersection(kept, built_up)
    parts = shapely.get_parts(inside[~shapely.is_empty(inside)])
    return np.asarray(parts[shapely.get_type_id(parts) == 1], dtype=object)


def make_roads(terrain: Terrain, warp: Warp) -> NDArray[np.object_]:
    """Draw the main roads between neighbouring town centres."""
    edges = shapely.delaunay_triangles(shapely.MultiPoint(terrain.centres_m), only_edges=True)
    links = shapely.get_parts(edges)
    links = links[shapely.length(links) < 13_500]
    roads = shapely.transform(shapely.segmentize(links, 120), warp)
    return np.asarray(shapely.intersection(roads, terrain.outline), dtype=object)


def make_blocks(
    streets: NDArray[np.object_], roads: NDArray[np.object_], built_up: shapely.MultiPolygon
) -> NDArray[np.object_]:
    """Cut the built-up land into blocks along streets and roads."""
    lines = shapely.union_all([*streets, *roads, built_up.boundary])
    blocks = shapely.get_parts(shapely.polygonize([shapely.node(lines)]))
    inside = shapely.contains(built_up, shapely.point_on_surface(blocks))
    blocks = shapely.buffer(blocks[inside], -9, join_style="mitre")
    return np.asarray(blocks[shapely.area(blocks) > 1_500], dtype=object)


def make_land_use(
    rng: np.random.Generator,
    terrain: Terrain,
    blocks: NDArray[np.object_],
    parks: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """
    Give each block a land-use class; parks in town are class G1.

    R residential, B business, M industry, A public, G2 protective green, G3 square.
    """
    green = parks[parks["TIER"] != "nature"].geometry
    taken = green.buffer(5).array
    cut = np.unique(shapely.STRtree(blocks).query(taken, "intersects")[1])
    left = blocks.copy()
    left[cut] = shapely.difference(blocks[cut], shapely.union_all(taken))
    left = shapely.get_parts(left[~shapely.is_empty(left)])
    left = left[shapely.area(left) > 1_200]
    middle = shapely.get_coordinates(shapely.centroid(left))
    to_centre = np.min([np.hypot(*(middle - centre).T) for centre in terrain.centres_m], axis=0)
    draw = rng.random(len(left))
    business = draw < 0.42 * np.exp(-to_centre / 900)
    industry = (middle @ np.array([0.8, -0.6]) + 2_500 * rng.standard_normal(len(left))) > (
        np.quantile(middle @ np.array([0.8, -0.6]), 0.76)
    )
    code = np.where(business, "B", np.where(industry & (to_centre > 1_400), "M", "R"))
    code = np.where((code == "R") & (draw > 0.93), "A", code)
    code = np.where((code != "B") & (draw > 0.885) & (draw <= 0.93), "G2", code)
    code = np.where(draw > 0.993, "G3", code)
    return gpd.GeoDataFrame(
        {"DLBM": [*code, *["G1"] * len(green)]}, geometry=[*left, *green], crs=CRS
    )
