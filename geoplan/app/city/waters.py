"""Streams, banks, coast, wetlands and reservoirs of the fictional city."""

import geopandas as gpd
import numpy as np
import shapely
from scipy.ndimage import gaussian_filter, map_coordinates

from geoplan.app.city.build import City
from geoplan.app.city.drawing import (
    dice,
    frame,
    only_areas,
    only_lines,
    pick,
    pieces,
    points_in,
)
from geoplan.app.city.ground import CRS
from geoplan.app.city.terrain import CELL_M, ORIGIN_M, Floats, Terrain, as_multipolygon, blob

_STREAMS = 14
_COAST_FROM, _COAST_TO = -86.0, -7.0  # azimuth from the middle, degrees above due east
_STREAM_HALF_M = 11.0
_RIVER_HALF_M = 55.0
_STREAM_NAMES = {
    "zh": "柳溪 松溪 梅溪 枫溪 兰溪 桂溪 竹溪 荷溪 榕溪 樟溪 杏溪 桃溪 银溪 青溪".split(),
    "en": [
        f"{name} Brook"
        for name in (
            "Willow Pine Plum Maple Orchid Laurel Bamboo Lotus Banyan Camphor Apricot Peach "
            "Silver Jade"
        ).split()
    ],
}
_RIVER_NAME = {"zh": "云江", "en": "Yun River"}
_RESERVOIRS = {"zh": "松湖水库 石岭水库 鹤谷水库".split(), "en": ["Pine", "Stone", "Crane"]}


def make_rivers(city: City, lang: str, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Draw the river and the streams that run down to it."""
    rng = dice("rivers")
    outline = city.ground.outline
    streams = [line for line in _streams(rng, city.ground) if line.length > 1_500]
    lines = shapely.intersection([city.ground.river, *streams], outline)
    count = len(lines)
    names = [_RIVER_NAME[lang], *_STREAM_NAMES[lang]][:count]
    outside = shapely.length(shapely.difference(lines, city.built_up.union_all()))
    wild = outside / shapely.length(lines) > 0.75
    free = np.where(wild, w["yes"], pick(rng, count, 0.45, (w["yes"], w["no"])))
    return frame(
        lines,
        NAME=names,
        ORDER=["0", *["1"] * (count - 1)],
        MONITORED=np.append(w["yes"], pick(rng, count - 1, 0.7, (w["yes"], w["no"]))),
        FREE=free,
        SUPPLY=np.append(w["yes"], pick(rng, count - 1, 0.85, (w["yes"], w["no"]))),
    )


def make_banks(city: City, rivers: gpd.GeoDataFrame, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Draw both banks of every stream, in pieces with their type."""
    rng = dice("banks")
    lines = rivers.geometry.to_numpy()
    half = np.where(rivers["ORDER"] == "0", _RIVER_HALF_M, _STREAM_HALF_M)
    sides = [shapely.offset_curve(lines, side * half) for side in (1, -1)]
    inside = shapely.intersection(np.concatenate(sides), city.ground.outline)
    banks = pieces(only_lines(inside), 600)
    in_town = shapely.intersects(
        shapely.line_interpolate_point(banks, 0.5, normalized=True), city.built_up.union_all()
    )
    draw = rng.random(len(banks))
    town = np.select(
        [draw < 0.34, draw < 0.44, draw < 0.94],
        [w["ecological"], w["natural"], w["hard"]],
        w["culvert"],
    )
    country = np.where(draw < 0.78, w["natural"], w["ecological"])
    return frame(banks, TYPE=np.where(in_town, town, country))


def make_restored(rivers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Choose the reaches restored since 2016, with their year."""
    rng = dice("restored")
    reaches = pieces(rivers.geometry.to_numpy(), 900)
    chosen = reaches[rng.random(len(reaches)) < 0.62]
    return frame(chosen, OPENED=rng.integers(2016, 2026, len(chosen)).astype(str))


def make_coast(terrain: Terrain, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Draw the coast of the bay in the south-east, in pieces with their type."""
    shore = shapely.boundary(terrain.outline.buffer(-70).simplify(5))
    xy = shapely.get_coordinates(shapely.segmentize(shore, 60)) - np.array(ORIGIN_M)
    azimuth = np.degrees(np.arctan2(xy[:, 1], xy[:, 0]))
    bay = xy[(azimuth > _COAST_FROM) & (azimuth < _COAST_TO)]
    bay = bay[np.argsort(np.arctan2(bay[:, 1], bay[:, 0]))]
    parts = pieces(np.array([shapely.LineString(bay + np.array(ORIGIN_M))]), 700)
    types = pick(dice("coast"), len(parts), 0.42, (w["natural"], w["hard"]))
    return frame(parts, TYPE=types)


def make_sea(city: City, coast: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw the bay: what lies between the coast and the open sea."""
    line = shapely.line_merge(shapely.union_all(coast.geometry.to_numpy()))
    land = city.ground.outline.buffer(-69)
    return frame(only_areas([line.buffer(2_500).difference(land)], 10_000)[:1])


def make_mangroves(coast: gpd.GeoDataFrame, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Plant mangrove along some of the natural coast; with the year."""
    natural = coast[coast["TYPE"] == w["natural"]].geometry.to_numpy()[::3][:6]
    belts = shapely.buffer(natural, 34, cap_style="flat")
    years = [str(2019 + index) for index in range(len(belts))]
    return frame(belts, OPENED=years)


def make_reservoirs(city: City, lang: str) -> gpd.GeoDataFrame:
    """Lay reservoirs into the hills, clear of the parks."""
    rng = dice("reservoirs")
    nature = city.parks[city.parks["TIER"] == "nature"].union_all().buffer(250)
    ground = city.eco_line.union_all().buffer(-450).difference(nature)
    ground = ground.difference(shapely.union_all(city.roads.geometry.array).buffer(300))
    places = points_in(rng, ground, 3, 5_500)
    shapes = [
        blob(rng, x, y, area, 0.8)
        for (x, y), area in zip(places, (5.2e5, 3.1e5, 2.2e5), strict=False)
    ]
    suffix = "" if lang == "zh" else " Reservoir"
    return frame(shapes, NAME=[name + suffix for name in _RESERVOIRS[lang][: len(shapes)]])


def make_protection_zones(
    city: City, reservoirs: gpd.GeoDataFrame, w: dict[str, str]
) -> gpd.GeoDataFrame:
    """Draw the protection zones around the reservoirs, by level."""
    water = reservoirs.geometry.to_numpy()
    first = shapely.intersection(shapely.buffer(water, 300), city.ground.outline)
    wide = shapely.intersection(shapely.buffer(water, 1_000), city.ground.outline)
    second = shapely.difference(wide, shapely.union_all(first))
    zones = [*only_areas(first), *only_areas(second)]
    levels = [w["zone_1"]] * len(only_areas(first)) + [w["zone_2"]] * len(only_areas(second))
    return frame(zones, LEVEL=levels)


def make_wetlands(
    city: City, rivers: gpd.GeoDataFrame, reservoirs: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw the natural wetlands by the water, now and before some of them were built upon."""
    rng = dice("wetlands")
    river = rivers.geometry.iloc[0]
    at = pieces(np.array([river]), 1_500)[1::3]
    meadows = shapely.buffer(at, 150, cap_style="flat")
    shores = shapely.difference(
        shapely.buffer(reservoirs.geometry.to_numpy(), 90), reservoirs.geometry.to_numpy()
    )
    wet = shapely.difference([*meadows, *shores], river.buffer(_RIVER_HALF_M))
    before = only_areas(shapely.intersection(wet, city.ground.outline), 5_000)
    sites = before[[0, 2, 5]]
    centre = shapely.get_coordinates(shapely.point_on_surface(sites))
    taken = [blob(rng, x, y, 14_000, 0.4) for x, y in centre]
    added = shapely.buffer(shapely.boundary(before[[3]]), 12)
    now = shapely.difference(before, shapely.union_all(taken))
    now[3] = shapely.union(now[3], added[0])
    return frame([as_multipolygon(one) for one in now]), frame(before)


def make_flood_risk(city: City, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Draw where water stands after a cloudburst: the low ground near the river."""
    rng = dice("flood")
    low = city.built_up.union_all().intersection(city.ground.river.buffer(1_100))
    places = points_in(rng, low, 34, 420)
    shapes = [blob(rng, x, y, rng.uniform(30_000, 150_000), 0.6) for x, y in places]
    risk = pick(rng, len(shapes), 0.35, (w["high"], w["medium"]))
    inside = shapely.intersection(shapes, city.ground.outline)
    return frame(inside, RISK=risk)


def make_sections(rivers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Set a monitored section at the end of every stream, and along the river."""
    rng = dice("sections")
    lines = rivers.geometry.to_numpy()
    river = shapely.line_interpolate_point(lines[0], np.linspace(0.05, 0.97, 8), normalized=True)
    ends = shapely.line_interpolate_point(lines[1:], 0.94, normalized=True)
    places = np.concatenate([river, ends])
    grade = rng.choice(["II", "III", "IV", "V"], len(places), p=[0.22, 0.42, 0.26, 0.10])
    code = [f"S{number:02d}" for number in range(1, len(places) + 1)]
    return gpd.GeoDataFrame({"CODE": code, "GRADE": grade}, geometry=places, crs=CRS)


def _streams(rng: np.random.Generator, terrain: Terrain) -> list[shapely.LineString]:
    """Follow the ground downhill from the ridges to the river; a later stream joins an earlier."""
    x_m, y_m = terrain.mesh
    to_river = shapely.distance(shapely.points(x_m, y_m), terrain.river)
    field = to_river / 2_600 + 1.6 * gaussian_filter(terrain.height, 4)
    fall_y, fall_x = np.gradient(field)
    sources = points_in(rng, terrain.outline.buffer(-900), 60, 2_100)
    far = shapely.distance(shapely.points(sources), terrain.river)
    lines: list[shapely.LineString] = []
    for source in sources[far > 1_900]:
        met = shapely.union_all([terrain.river, *lines])
        if met.distance(shapely.Point(source)) < 1_300 or len(lines) == _STREAMS:
            continue
        lines.append(_down(terrain, source, fall_x, fall_y, met, rng.uniform(0, 6)))
    return lines


def _down(
    terrain: Terrain,
    source: Floats,
    fall_x: Floats,
    fall_y: Floats,
    met: shapely.Geometry,
    phase: float,
) -> shapely.LineString:
    path = [source]
    shapely.prepare(met)
    for step in range(160):
        row = (path[-1][1] - terrain.y_m[0]) / CELL_M
        column = (path[-1][0] - terrain.x_m[0]) / CELL_M
        slope = np.array(
            [map_coordinates(fall, [[row], [column]], order=1, mode="nearest")[0]
             for fall in (fall_x, fall_y)]
        )  # fmt: skip
        way = -slope / max(float(np.hypot(*slope)), 1e-9)
        bend = 0.55 * np.sin(step / 2.3 + phase)
        path.append(path[-1] + 90 * (way + bend * np.array([-way[1], way[0]])))
        here = shapely.Point(path[-1])
        if shapely.dwithin(met, here, 130):
            path.append(np.array(shapely.shortest_line(met, here).coords[0]))
            break
    return shapely.LineString(path)
