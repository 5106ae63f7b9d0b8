"""Four cities along their streets: never more than in straight lines, and NetworkX agrees."""

from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

import geoplan as gp
from geoplan.analyses import cost_at, reach, snap_points

pytestmark = pytest.mark.real

STOPS, ENTRANCES = {"highway": "bus_stop"}, {"railway": ["subway_entrance"]}
CITIES = {
    "laspalmas": ("laspalmas/example_las_palmas_2023_osm_20230221.pbf", "EPSG:32628", STOPS),
    "portoalegre": ("portoalegre/poa_osm.pbf", "EPSG:32722", STOPS),
    "helsinki": ("helsinki/Helsinki_2020_larger.osm.pbf", "EPSG:32635", STOPS),
    "nanshan": ("shenzhen/nanshan.osm", "EPSG:4547", ENTRANCES),
}
FIGURES = {
    ("laspalmas", "stops-500m", "land"): (0.3627, 0.6826),
    ("laspalmas", "stops-500m", "buildings"): (0.8870, 0.9686),
    ("laspalmas", "parks-500m", "land"): (0.1640, 0.3189),
    ("laspalmas", "parks-500m", "buildings"): (0.7971, 0.9509),
    ("portoalegre", "stops-500m", "population"): (0.7529, 0.8840),
    ("portoalegre", "stops-500m", "jobs"): (0.9309, 0.9762),
    ("portoalegre", "rail-800m", "population"): (0.0160, 0.0330),
    ("portoalegre", "rail-800m", "jobs"): (0.1395, 0.2040),
    ("helsinki", "stops-300m", "population"): (0.9588, 1.0000),
    ("helsinki", "rail-500m", "population"): (0.2615, 0.3740),
    ("helsinki", "parks-300m", "population"): (0.9165, 1.0000),
    ("nanshan", "rail-800m", "buildings"): (0.3648, 0.5612),
    ("nanshan", "stops-500m", "buildings"): (0.5026, 0.7857),
}
POINT = 0.005  # the figures move by as much when a rule of the walk filter is made finer
LIMIT_M = 2000.0
SAMPLE = 150


@pytest.fixture(scope="module")
def measures(run_example):
    """Every measure of a city by indicator, distance and denominator, run once."""
    known = {}

    def run(city):
        if city not in known:
            known[city] = {
                (one.id, measure.of): measure
                for one in run_example(f"{city}.toml").indicators
                for measure in one.result.measures
            }
        return known[city]

    return run


@pytest.fixture(scope="module")
def loaded(real_data):
    """The streets of a city, and the facilities asked for, from the same file."""

    def load(city):
        file, crs, tags = CITIES[city]
        path = real_data / file
        facilities = gp.load_osm_features(path, crs=crs, tags=tags, family="point")
        return gp.load_walk_network(path, crs=crs), facilities

    return load


@pytest.mark.parametrize("city", CITIES)
def test_no_walk_is_shorter_than_the_straight_line(measures, city):
    found = measures(city)
    walks = [key for key in found if key[0].endswith("-walk")]

    assert walks
    for id_, of in walks:
        walk, straight = found[id_, of], found[id_.replace("-walk", "-straight"), of]
        assert 0 < walk.numerator <= straight.numerator
        assert walk.denominator == pytest.approx(straight.denominator)
        by_walk, by_line = (one.districts["numerator"].to_numpy() for one in (walk, straight))
        assert (by_walk <= by_line * (1 + 1e-9) + 1e-6).all()


@pytest.mark.parametrize(("city", "id_", "of"), FIGURES)
def test_the_shares_are_those_of_the_validation(measures, city, id_, of):
    found = measures(city)
    walk, straight = (found[f"{id_}-{kind}", of] for kind in ("walk", "straight"))

    assert (walk.numerator / walk.denominator, straight.numerator / straight.denominator) == (
        pytest.approx(FIGURES[city, id_, of], abs=POINT)
    )


@pytest.mark.parametrize("city", CITIES)
def test_networkx_measures_the_same_walks_to_a_millimetre(loaded, city):
    network, facilities = loaded(city)
    # Corners of the street map, moved off the streets: places of every kind of surroundings.
    random = np.random.default_rng(5)
    places = network.node_xy_m[random.integers(0, network.node_count, SAMPLE)]
    places = places + random.uniform(-60, 60, places.shape)
    seeds = shapely.get_coordinates(facilities.geometry)
    snapped = [snap_points(xy, network, limit_m=500) for xy in (seeds, places)]

    cost_m, _ = cost_at(network, reach(network, snapped[0], limit_m=LIMIT_M), snapped[1])

    plain_m = _walks_by_networkx(network, seeds, places)
    plain_m[plain_m > LIMIT_M] = np.inf
    assert np.isfinite(plain_m).sum() > SAMPLE / 4
    assert np.array_equal(np.isfinite(cost_m), np.isfinite(plain_m))
    both = np.isfinite(plain_m)
    assert np.abs(cost_m[both] - plain_m[both]).max() < 1e-3
    assert (cost_m >= cKDTree(seeds).query(places)[0] - 1e-6).all()


def _walks_by_networkx(network, seeds, places):
    """Cut the streets where anybody steps on them, and search in the plainest way."""
    lines = network.lines()
    points = shapely.points(np.concatenate([seeds, places]))
    tree = shapely.STRtree(lines)
    edge = tree.nearest(points)
    along_m = shapely.line_locate_point(lines[edge], points)
    leg_m = shapely.distance(lines[edge], points)
    stops = {}
    for i in range(len(points)):
        stops.setdefault(int(edge[i]), []).append((float(along_m[i]), ("point", i)))
    graph = nx.Graph()
    for i in range(network.edge_count):
        here = [(0.0, int(network.edge_u[i])), *sorted(stops.get(i, []))]
        here.append((float(shapely.length(lines[i])), int(network.edge_v[i])))
        for (low, a), (high, b) in pairwise(here):
            if not graph.has_edge(a, b) or graph[a][b]["m"] > high - low:
                graph.add_edge(a, b, m=high - low)
    for i in range(len(seeds)):
        graph.add_edge("seeds", ("point", i), m=float(leg_m[i]))
    found = nx.single_source_dijkstra_path_length(graph, "seeds", weight="m")
    numbers = range(len(seeds), len(points))
    return np.array([found.get(("point", i), np.inf) + leg_m[i] for i in numbers])


def test_the_urban_area_of_las_palmas_is_the_published_one(real_data):
    folder = real_data / "laspalmas"
    parts = [
        gpd.read_file(folder / name).to_crs("EPSG:32628").union_all()
        for name in ("laspalmas_GHS_UCDB_R2019A.gpkg", "laspalmas_boundary_CNIG_4326.geojson")
    ]

    area_km2 = parts[0].intersection(parts[1]).area / 1e6

    # 62.99 km2 on the ellipsoid; UTM shrinks by 0.9996 near its middle.
    assert area_km2 / 0.9996**2 == pytest.approx(62.99, abs=0.01)


def test_a_station_whose_entrances_lie_on_an_island_reaches_nobody(loaded):
    network, entrances = loaded("nanshan")
    xy = shapely.get_coordinates(entrances.geometry)
    report = gp.network_report(network)

    on = snap_points(xy, network, limit_m=300)
    part = report.node_component[network.edge_u[on.edge]]
    whole = gp.without_islands(network, min_length_m=1000)

    assert sorted(np.unique(part, return_counts=True)[1]) == [4, 8]
    assert report.components["length_m"][part[part > 0]].max() < 500
    joined = snap_points(xy, whole, limit_m=300)
    assert (gp.network_report(whole).node_component[whole.edge_u[joined.edge]] == 0).all()


PARTS = {
    ("laspalmas", "green-by-tier", "buildings"): {"playground": 0.6513, "park": 0.8620},
    ("laspalmas", "living-circle", "buildings"): {"all": 0.1333, "school": 0.7501},
    ("helsinki", "living-circle", "population"): {"all": 0.1786, "clinic": 0.9823},
    ("portoalegre", "stops-500m-detour", "population"): {"index": 1.503, "wrongly_served": 0.1311},
}


@pytest.mark.parametrize(("city", "id_", "of"), PARTS)
def test_the_parts_are_those_of_the_validation(run_example, city, id_, of):
    [one] = [one for one in run_example(f"{city}.toml").indicators if one.id == id_]

    found = {m.part: m.value for m in one.result.measures if m.of == of}

    assert {part: found[part] for part in PARTS[city, id_, of]} == (
        pytest.approx(PARTS[city, id_, of], abs=POINT)
    )


def test_a_hundred_points_of_a_cell_are_near_the_one_and_below_the_straight_line(measures):
    found = measures("helsinki")
    one, many, straight = (
        found[f"stops-300m-{kind}", "population"].value for kind in ("walk", "sampled", "straight")
    )

    assert (one, many) == (pytest.approx(0.9588, abs=POINT), pytest.approx(0.9525, abs=POINT))
    assert many <= straight


def test_entrances_of_stations_give_what_the_same_entrances_of_facilities_do(measures):
    found = measures("nanshan")
    for of in ("buildings", "land"):
        rail, plain = (found[id_, of] for id_ in ("rail-entrance-coverage-800m", "rail-800m-walk"))
        assert rail.numerator == pytest.approx(plain.numerator)


def test_the_station_that_nobody_reaches_is_named(real_data):
    path = real_data / CITIES["nanshan"][0]
    network = gp.load_walk_network(path, crs="EPSG:4547")
    exits = gp.load_osm_features(path, crs="EPSG:4547", tags=ENTRANCES, family="point")
    west, south, east, north = exits.total_bounds
    area = gpd.GeoDataFrame(
        {"district_id": ["A"], "name": ["A"]},
        geometry=[shapely.box(west, south, east, north)],
        crs="EPSG:4547",
    )

    result = gp.coverage(
        exits,
        area,
        distance_m=800,
        of=["land"],
        distance="network",
        walk=gp.WalkAccess(network=network, snap_limit_m=300, land_width_m=50),
    )

    [told] = [notice for notice in result.notices if notice.code == "facilities_on_islands"]
    assert (told.count, told.total, told.values["min_island_m"]) == (4, 12, 454)
