"""Greenways, waterfront paths, cycle lanes, rail and roads by class in the fictional city."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy.interpolate import CubicSpline
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import cKDTree

from geoplan.app.city.build import City
from geoplan.app.city.drawing import Geometries, dice, frame, near, only_lines, pick, pieces
from geoplan.app.city.terrain import ORIGIN_M, Floats

_EXPRESSWAY_KM = ((-17.5, 0.2), (-12.4, 4.6), (-8.0, 7.0), (-2.5, 4.4), (2.6, 2.6), (9.2, 4.3),
                  (13.5, 1.2), (14.2, -3.6))  # fmt: skip
_RANK = {"nature": 0, "city": 1, "community": 2}


@dataclass(frozen=True)
class _Streets:
    """The streets as a graph: its lines, the ends of each, and the places of the ends."""

    lines: Geometries
    ends: np.ndarray
    xy: Floats

    @property
    def graph(self) -> csr_array:
        """Metres from end to end."""
        first, last = self.ends.T
        return csr_array((shapely.length(self.lines), (first, last)), shape=2 * (len(self.xy),))


def make_greenways(city: City, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Lead greenways from park to park along streets and roads, by tier, with their year."""
    rng = dice("greenways")
    streets = _as_graph(city.streets.geometry.to_numpy())
    parks = city.parks.geometry.to_numpy()
    rank = city.parks["TIER"].map(_RANK).to_numpy()
    gate = cKDTree(streets.xy).query(shapely.get_coordinates(shapely.centroid(parks)))[1]
    pairs = _neighbours(shapely.get_coordinates(shapely.centroid(parks)))
    pairs = pairs[rng.random(len(pairs)) < 0.80]
    used = _walked(streets, gate[pairs], np.minimum(*rank[pairs].T))
    on_streets = np.flatnonzero(used < 3)
    linked = np.unique(pairs)
    spurs = shapely.shortest_line(parks[linked], shapely.points(streets.xy[gate[linked]]))
    short = (shapely.length(spurs) < 900) & (shapely.length(spurs) > 0)
    lines = np.concatenate([streets.lines[on_streets], spurs[short]])
    tier = np.concatenate([used[on_streets], rank[linked][short]])
    names = np.array([w["provincial"], w["urban"], w["local"]], dtype=object)
    year = np.clip(2011 + 4 * tier + rng.integers(0, 7, len(tier)), 2010, 2025)
    return frame(lines, CLASS=names[tier], OPENED=year.astype(str))


def make_bidao(city: City, rivers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lead waterfront paths along the river and the streams in town."""
    rng = dice("bidao")
    half = np.where(rivers["ORDER"] == "0", 80.0, 25.0)
    beside = shapely.offset_curve(rivers.geometry.to_numpy(), half)
    parts = pieces(only_lines(shapely.intersection(beside, city.ground.outline)), 700)
    in_town = near(parts, city.built_up.geometry.to_numpy(), 250)
    parts = parts[in_town & (rng.random(len(parts)) < 0.9)]
    return frame(parts, OPENED=rng.integers(2018, 2026, len(parts)).astype(str))


def make_bike_lanes(city: City) -> gpd.GeoDataFrame:
    """Mark cycle lanes on most main roads and some of the streets."""
    rng = dice("bike lanes")
    main = (city.streets["highway"] == "secondary").to_numpy()
    chosen = rng.random(len(city.streets)) < np.where(main, 0.72, 0.16)
    lanes = city.streets.geometry.to_numpy()[chosen]
    return frame(lanes, OPENED=rng.integers(2012, 2026, len(lanes)).astype(str))


def make_tracks(city: City) -> gpd.GeoDataFrame:
    """Give streets their pavements, with the year when they were built or rebuilt."""
    rng = dice("tracks")
    chosen = city.streets.geometry.to_numpy()[rng.random(len(city.streets)) < 0.8]
    years = 2025 - np.minimum(rng.geometric(0.09, len(chosen)) - 1, 25)
    return frame(chosen, OPENED=years.astype(str))


def make_rail_lines(city: City, w: dict[str, str], lang: str) -> gpd.GeoDataFrame:
    """Give the rail lines their name, status and year; the last one is not yet running."""
    count = len(city.rail)
    names = [f"{n}号线" if lang == "zh" else f"Line {n}" for n in range(1, count + 1)]
    status = [*[w["running"]] * (count - 1), w["building"]]
    return frame(
        city.rail.geometry.to_numpy(), NAME=names, STATUS=status,
        OPENED=["2011", "2016", "2021", "2027"][:count],
    )  # fmt: skip


def make_roads_by_class(city: City, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Class the main roads, and add the expressway; whether trees line them."""
    rng = dice("roads")
    main = pieces(only_lines(city.roads.geometry.to_numpy()), 1_200)
    hub = shapely.points(city.ground.centres_m[:4])
    trunk = near(main, shapely.buffer(hub, 1_500), 0.0) | (rng.random(len(main)) < 0.15)
    fast = pieces(only_lines([_expressway(city)]), 1_200)
    classes = np.concatenate(
        [np.where(trunk, w["trunk"], w["primary"]), np.full(len(fast), w["motorway"])]
    )
    lines = np.concatenate([main, fast])
    trees = pick(rng, len(lines), 0.74, (w["yes"], w["no"]))
    return frame(lines, CLASS=classes, TREES=trees)


def make_covered_walkways(city: City) -> gpd.GeoDataFrame:
    """Roof the streets next to every third station."""
    calls = city.stations.geometry.to_numpy()[::3]
    streets = city.streets.geometry.to_numpy()
    close = near(streets, calls, 110) & (shapely.length(streets) < 450)
    return frame(streets[close])


def make_corridors(patches: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw the shortest corridors between neighbouring habitat patches."""
    shapes = patches.geometry.to_numpy()
    metres = shapely.distance(shapes[:, None], shapes[None, :])
    tree = minimum_spanning_tree(csr_array(np.triu(metres, 1))).tocoo()
    first, last = tree.row[tree.data < 2_600], tree.col[tree.data < 2_600]
    lines = shapely.shortest_line(shapes[first], shapes[last])
    return frame(lines[np.arange(len(lines)) % 3 < 2])


def make_corridor_axes(city: City, lang: str) -> gpd.GeoDataFrame:
    """Draw the axes of one river and three corridors."""
    names = {
        "zh": ["云江绿廊", "西部绿廊", "中部绿廊", "东部绿廊"],
        "en": ["Yun River", "Western corridor", "Central corridor", "Eastern corridor"],
    }[lang]
    turns = (
        ((-13.5, 4.5), (-10.2, 1.0), (-9.8, -3.0), (-11.5, -5.5)),
        ((0.8, 8.4), (-2.4, 5.2), (0.9, 1.9), (3.6, 0.0), (5.6, -3.0), (7.4, -7.6)),
        ((9.6, 6.6), (8.2, 4.4), (10.4, -3.8), (8.6, -8.0)),
    )
    axes = [city.ground.river, *(_curve(turn) for turn in turns)]
    return frame(shapely.intersection(axes, city.ground.outline), NAME=names)


def _expressway(city: City) -> shapely.Geometry:
    return _curve(_EXPRESSWAY_KM).intersection(city.ground.outline)


def _curve(turns_km: tuple[tuple[float, float], ...]) -> shapely.LineString:
    turns = 1_000 * np.array(turns_km) + np.array(ORIGIN_M)
    at = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(turns, axis=0).T))])
    fine = np.linspace(0, at[-1], 300)
    return shapely.LineString(CubicSpline(at, turns, bc_type="natural")(fine))


def _as_graph(lines: Geometries) -> _Streets:
    ends = np.stack(
        [shapely.get_coordinates(shapely.get_point(lines, end)) for end in (0, -1)], axis=1
    )
    xy, number = np.unique(np.round(ends.reshape(-1, 2), 1), axis=0, return_inverse=True)
    return _Streets(lines, number.reshape(-1, 2), xy)


def _neighbours(xy: Floats) -> np.ndarray:
    """Pair the points along their spanning tree."""
    near_m, index = cKDTree(xy).query(xy, k=12)
    rows = np.repeat(np.arange(len(xy)), 11)
    graph = csr_array((near_m[:, 1:].ravel(), (rows, index[:, 1:].ravel())), shape=2 * (len(xy),))
    tree = minimum_spanning_tree(graph).tocoo()
    return np.column_stack([tree.row, tree.col])


def _walked(streets: _Streets, pairs: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Give each street the lowest rank of the ways that use it; 3 where none does."""
    used = np.full(len(streets.lines), 3)
    ends = np.sort(streets.ends, axis=1)
    key = {pair: index for index, pair in enumerate(map(tuple, ends.tolist()))}
    starts, which = np.unique(pairs[:, 0], return_inverse=True)
    metres, before = dijkstra(
        streets.graph, directed=False, indices=starts, return_predecessors=True, limit=6_000
    )
    for start, goal, tier in zip(which, pairs[:, 1], rank, strict=True):
        if not np.isfinite(metres[start, goal]):
            continue
        here = int(goal)
        while (last := int(before[start, here])) >= 0:
            street = key[min(here, last), max(here, last)]
            used[street] = min(used[street], tier)
            here = last
    return used
