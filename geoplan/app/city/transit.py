"""Rail lines, stations and bus stops of the fictional city."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial import cKDTree

from geoplan.app.city.terrain import Terrain

_LINES = ((7, 2, 0, 1, 5), (4, 0, 3), (6, 1, 3), (2, 4, 6))
"""Town centres that each rail line calls at, by their number in `Terrain.centres_m`."""
_STATION_M = 1_450.0
_STATION_NAMES = "云江望石柳松梅枫兰桂竹荷榕樟杏桃银青翠白鹭鹤鹿泉溪坪湾岭湖林谷田台桥浦苑屏汀"
_SUBURBS = (2, 4, 5, 6, 7)


def make_rail(terrain: Terrain) -> NDArray[np.object_]:
    """Draw the rail lines as smooth curves through the town centres."""
    lines = []
    for calls in _LINES:
        centres = terrain.centres_m[list(calls)]
        steps = np.hypot(*np.diff(centres, axis=0).T)
        at = np.concatenate([[0], np.cumsum(steps)])
        fine = np.linspace(-700, at[-1] + 700, 400)
        lines.append(shapely.LineString(CubicSpline(at, centres, bc_type="natural")(fine)))
    return np.asarray(shapely.intersection(np.array(lines), terrain.outline), dtype=object)


def make_stations(terrain: Terrain, rail: NDArray[np.object_], lang: str) -> gpd.GeoDataFrame:
    """Place stations along each line, with one at every town centre it calls at."""
    rows: list[tuple[int, float, float]] = []
    for number, (line, calls) in enumerate(zip(rail, _LINES, strict=True), start=1):
        anchors = [line.project(shapely.Point(terrain.centres_m[call])) for call in calls]
        cuts = [250.0, *sorted(anchors), line.length - 250.0]
        at: list[float] = []
        for start, end in pairwise(cuts):
            spans = max(1, round((end - start) / _STATION_M))
            at += list(np.linspace(start, end, spans + 1)[: -1 if end != cuts[-1] else None])
        at = [place for index, place in enumerate(at) if index == 0 or place - at[index - 1] > 500]
        points = shapely.line_interpolate_point(line, at)
        rows += [(number, point.x, point.y) for point in points]
    xy = np.array([(x_m, y_m) for _, x_m, y_m in rows])
    place = _same_place(xy)
    return gpd.GeoDataFrame(
        {
            "station": [_station_name(index, lang) for index in place],
            "line": [f"{n}号线" if lang == "zh" else f"Line {n}" for n, _, _ in rows],
        },
        geometry=shapely.points(xy),
        crs="EPSG:4547",
    )


def make_bus_stops(
    rng: np.random.Generator,
    terrain: Terrain,
    streets: NDArray[np.object_],
    roads: NDArray[np.object_],
    lang: str,
) -> gpd.GeoDataFrame:
    """Place bus stops along the streets, close together in town, sparsely in the suburbs."""
    on_streets = shapely.get_coordinates(
        shapely.line_interpolate_point(streets, 0.5, normalized=True)
    )
    on_roads = shapely.get_coordinates(shapely.segmentize(roads, 180))
    xy = np.concatenate([on_streets, on_roads])
    distances = np.array([np.hypot(*(xy - centre).T) for centre in terrain.centres_m])
    suburb = np.isin(distances.argmin(axis=0), _SUBURBS)
    gap_m = 300 + 170 * np.tanh(distances.min(axis=0) / 3_000) + 190 * suburb
    gap_m = gap_m + 60 * rng.random(len(xy))
    chosen: list[int] = []
    neighbours = cKDTree(xy).query_ball_point(xy, gap_m)
    free = np.ones(len(xy), dtype=bool)
    # Greedy by draw: a stop takes the street around it.
    for index in rng.permutation(len(xy)):
        if free[index]:
            chosen.append(int(index))
            free[neighbours[index]] = False
    stops = xy[sorted(chosen)]
    word = {"zh": "站点{:04d}", "en": "Stop {:04d}"}[lang]
    return gpd.GeoDataFrame(
        {"stop": [word.format(number) for number in range(1, len(stops) + 1)]},
        geometry=shapely.points(stops),
        crs="EPSG:4547",
    )


def _same_place(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give stations within 300 m of each other the same number."""
    place = np.full(len(xy), -1)
    tree = cKDTree(xy)
    for index in range(len(xy)):
        if place[index] < 0:
            place[tree.query_ball_point(xy[index], 300)] = place.max() + 1
    return place


def _station_name(index: int, lang: str) -> str:
    if lang == "en":
        return f"Station {index + 1:02d}"
    first, second = divmod(index * 7 + 3, len(_STATION_NAMES))
    return _STATION_NAMES[second] + "城山河门塘坑"[first % 6] + "站"
