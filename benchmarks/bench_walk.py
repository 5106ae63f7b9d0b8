"""
From an OSM file to shares per district along the streets, beside its peers, on real networks.

``python benchmarks/bench_walk.py [--data FOLDER] [--places 20000] [--repeat 5]``

Las Palmas and Porto from the folder of real cities (default ``../shared/data``, else the
environment variable ``GEOPLAN_DATA``). Stops are those of the file, in Porto, which has few, one
random place on the streets per 150 nodes; demand is random places up to 30 m beside the streets;
30 rectangles are the districts; the sums over them are the same few steps for every side. Peers get
their graph for nothing, and snap to the nearest node, which is quicker and wrong; one row makes
NetworkX answer the same question, with every place and stop made a node of the street that it
stands beside. The first question to a network pays for the index of its streets and for the graph;
``2nd`` is the ratio to a second question. Seconds are the processor's, all threads together, best
of some runs, so that other work on the machine counts for little.
"""

import argparse
import gc
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geoplan.analyses.streets.reach import cost_at, reach
from geoplan.analyses.streets.snap import snap_points
from geoplan.layers.network.walk_network import WalkNetwork, load_walk_network
from geoplan.layers.osm.features import load_osm_features

CITIES = (
    ("Las Palmas", "laspalmas/example_las_palmas_2023_osm_20230221.pbf", "EPSG:32628", True),
    ("Porto", "bench/porto_portugal.osm.pbf", "EPSG:3763", False),
)
LIMIT_M, SNAP_M, BESIDE_M = 500.0, 200.0, 30.0
NODES_PER_STOP, EGO_SAMPLE = 150, 20
COLUMNS, ROWS = 6, 5
MANY = 100
INDEX, GRAPH = "index of the streets, once", "graph of the search, once"
HERE = Path(__file__).resolve().parent


def seconds(work: Callable[[], Any], times: int) -> tuple[float, Any]:
    """Best processor time of some runs, and what the last one gave."""
    best, found = np.inf, None
    for _ in range(times):
        gc.collect()
        began = time.process_time()
        found = work()
        best = min(best, time.process_time() - began)
    return best, found


def places_on(network: WalkNetwork, count: int, beside_m: float) -> np.ndarray:
    """Random places, as many per metre of every street, up to so far beside it."""
    random = np.random.default_rng(3)
    edge = random.choice(network.edge_count, count, p=network.length_m / network.length_m.sum())
    at = shapely.line_interpolate_point(
        network.lines()[edge], random.random(count), normalized=True
    )
    return shapely.get_coordinates(at) + random.uniform(-beside_m, beside_m, (count, 2))


def rectangles(network: WalkNetwork) -> np.ndarray:
    low, high = network.node_xy_m.min(axis=0) - 100, network.node_xy_m.max(axis=0) + 100
    x, y = (np.linspace(low[i], high[i], n + 1) for i, n in enumerate((COLUMNS, ROWS)))
    x0, y0 = (axis.ravel() for axis in np.meshgrid(x[:-1], y[:-1]))
    return shapely.box(x0, y0, x0 + (x[1] - x[0]), y0 + (y[1] - y[0]))


def shares(districts: np.ndarray, places: np.ndarray, served: np.ndarray) -> np.ndarray:
    """Share of the places of each district that are served; not a number where there are none."""
    district = district_of(districts, places)
    inside, number = district >= 0, len(districts)
    whole = np.bincount(district[inside], minlength=number)
    got = np.bincount(district[inside], served[inside], number)
    return np.divide(got, whole, out=np.full(number, np.nan), where=whole > 0)


def district_of(districts: np.ndarray, places: np.ndarray) -> np.ndarray:
    """District of each place, -1 outside: a strip of places along x for each, then GEOS."""
    shapely.prepare(districts)
    order = np.argsort(places[:, 0])
    x, y = places[order].T.copy()
    west, south, east, north = shapely.bounds(districts).T
    first, last = np.searchsorted(x, west), np.searchsorted(x, east, side="right")
    found = np.full(len(places), -1)
    for i, district in enumerate(districts):
        strip = y[first[i] : last[i]]
        near = first[i] + np.flatnonzero((strip >= south[i]) & (strip <= north[i]))
        found[order[near[shapely.intersects_xy(district, x[near], y[near])]]] = i
    return found


def by_geoplan(
    network: WalkNetwork, stops: np.ndarray, places: np.ndarray, districts: np.ndarray, repeat: int
) -> tuple[dict[str, float], np.ndarray]:
    took = {}
    # A network that was never asked before has neither the index of its streets nor its graph.
    took[INDEX], _ = seconds(
        lambda: snap_points(stops[:1], replace(network), limit_m=SNAP_M), repeat
    )
    took["snap the stops"], seeds = seconds(
        lambda: snap_points(stops, network, limit_m=SNAP_M), repeat
    )
    took["snap the places"], at = seconds(
        lambda: snap_points(places, network, limit_m=SNAP_M), repeat
    )
    fresh_s, _ = seconds(lambda: reach(replace(network), seeds, limit_m=LIMIT_M), repeat)
    took["search"], found = seconds(lambda: reach(network, seeds, limit_m=LIMIT_M), repeat)
    took[GRAPH] = max(fresh_s - took["search"], 0.0)
    took["costs at the places"], (cost_m, _) = seconds(lambda: cost_at(network, found, at), repeat)
    took["shares"], share = seconds(lambda: shares(districts, places, cost_m <= LIMIT_M), repeat)
    return took, share


def by_nodes(
    network: WalkNetwork,
    stops: np.ndarray,
    places: np.ndarray,
    districts: np.ndarray,
    reached: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Do the whole with a search between nodes, legs left out, as the peers do."""
    tree = cKDTree(network.node_xy_m)
    near = reached(np.unique(tree.query(stops)[1]))
    return shares(districts, places, near[tree.query(places)[1]])


def networkx_graph(network: WalkNetwork) -> Any:  # noqa: ANN401 (networkx has no types)
    import networkx as nx

    graph = nx.MultiGraph()
    graph.add_nodes_from(range(network.node_count))
    ends = (network.edge_u.tolist(), network.edge_v.tolist(), network.length_m.tolist())
    graph.add_weighted_edges_from(zip(*ends, strict=True), weight="length")
    return graph


def networkx_search(graph: Any) -> Callable[[np.ndarray], np.ndarray]:  # noqa: ANN401
    import networkx as nx

    def search(nodes: np.ndarray) -> np.ndarray:
        found = nx.multi_source_dijkstra_path_length(
            graph, nodes.tolist(), LIMIT_M, weight="length"
        )
        near = np.zeros(graph.number_of_nodes())
        near[list(found)] = 1
        return near

    return search


def ego_seconds(graph: Any, nodes: np.ndarray) -> float:  # noqa: ANN401
    """Measure some stops, reckon for all."""
    import networkx as nx

    sample = nodes[:: max(1, len(nodes) // EGO_SAMPLE)].tolist()
    took, _ = seconds(
        lambda: [nx.ego_graph(graph, node, LIMIT_M, distance="length") for node in sample], 1
    )
    return took * len(nodes) / len(sample)


def networkx_on_edges(network: WalkNetwork, stops: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Whether places are served, with legs, and streets cut where they begin and end."""
    import geopandas as gpd
    import networkx as nx

    lines = network.lines()
    points = shapely.points(np.concatenate([stops, places]))
    joined = gpd.sjoin_nearest(
        gpd.GeoDataFrame(geometry=points, crs=network.crs),
        gpd.GeoDataFrame(geometry=lines, crs=network.crs),
        max_distance=SNAP_M,
        distance_col="leg_m",
    )
    joined = joined[~joined.index.duplicated()]
    row, on = joined.index.to_numpy(), joined["index_right"].to_numpy()
    leg_m = joined["leg_m"].to_numpy()
    at_m = shapely.line_locate_point(lines[on], points[row])
    every = np.arange(network.edge_count)
    edge = np.concatenate([every, on, every])
    along_m = np.concatenate([np.zeros(len(every)), at_m, network.length_m])
    node = np.concatenate([network.edge_u, network.node_count + row, network.edge_v])
    order = np.lexsort((np.repeat([0, 1, 2], [len(every), len(on), len(every)]), along_m, edge))
    edge, along_m, node = edge[order], along_m[order], node[order]
    same = edge[1:] == edge[:-1]
    a, b, m = node[:-1][same], node[1:][same], np.maximum(np.diff(along_m)[same], 0)
    stop = row < len(stops)
    a = np.concatenate([a, np.full(stop.sum(), -1)])
    b = np.concatenate([b, network.node_count + row[stop]])
    m = np.concatenate([m, leg_m[stop]])
    graph = nx.MultiGraph()
    graph.add_weighted_edges_from(zip(a.tolist(), b.tolist(), m.tolist(), strict=True), "m")
    found = nx.single_source_dijkstra_path_length(graph, -1, LIMIT_M, weight="m")
    served = np.zeros(len(places))
    for i, leg in zip(row[~stop].tolist(), leg_m[~stop].tolist(), strict=True):
        near_m = found.get(network.node_count + i, np.inf)
        served[i - len(stops)] = near_m + leg <= LIMIT_M
    return served


def pandana_search(network: WalkNetwork) -> Callable[[np.ndarray], np.ndarray] | None:
    try:
        import pandana
        import pandas as pd
    except ImportError:
        return None

    def search(nodes: np.ndarray) -> np.ndarray:
        x, y = (pd.Series(axis) for axis in network.node_xy_m.T)
        ends = pd.Series(network.edge_u), pd.Series(network.edge_v)
        built = pandana.Network(x, y, *ends, pd.DataFrame({"m": network.length_m}))
        at = network.node_xy_m[nodes]
        built.set_pois("stops", LIMIT_M, 1, pd.Series(at[:, 0]), pd.Series(at[:, 1]))
        nearest = built.nearest_pois(LIMIT_M, "stops", 1)[1].to_numpy()
        return (nearest < LIMIT_M).astype(float)

    return search


def bench(name: str, path: Path, crs: str, *, own_stops: bool, count: int, repeat: int) -> None:
    read_s, network = seconds(lambda: load_walk_network(path, crs=crs), 2)
    stops_s = 0.0
    if own_stops:
        query = {"highway": "bus_stop"}
        stops_s, layer = seconds(
            lambda: load_osm_features(path, crs=crs, tags=query, family="point"), 2
        )
        stops = shapely.get_coordinates(layer.geometry)
    else:
        stops = places_on(network, network.node_count // NODES_PER_STOP, 0.0)
    places, districts = places_on(network, count, BESIDE_M), rectangles(network)
    print(f"\n{name}: {network.node_count:,} nodes, {network.edge_count:,} edges, {len(stops):,} "
          f"stops, {count:,} places, {LIMIT_M:.0f} m")  # fmt: skip
    steps, mine = by_geoplan(network, stops, places, districts, repeat)
    whole_s = sum(steps.values())
    reads = {"file to network": read_s} | ({"file to stops": stops_s} if own_stops else {})
    for step, took in (reads | steps).items():
        print(f"  {step:<44} {took:>9.4f} s")
    print(f"  {'network to shares':<44} {whole_s:>9.4f} s")
    print(f"  {'a second question to the network':<44} "
          f"{whole_s - steps[INDEX] - steps[GRAPH]:>9.4f} s")  # fmt: skip
    print(f"  {'file to shares':<44} {whole_s + read_s + stops_s:>9.4f} s")
    compare(network, stops, places, districts, steps, mine, repeat)


def compare(
    network: WalkNetwork,
    stops: np.ndarray,
    places: np.ndarray,
    districts: np.ndarray,
    steps: dict[str, float],
    mine: np.ndarray,
    repeat: int,
) -> None:
    whole_s, search_s = sum(steps.values()), steps["search"] + steps[GRAPH]
    again_s = whole_s - steps[INDEX] - steps[GRAPH]

    def row(way: str, took_s: float, theirs_s: float | None) -> None:
        alone = "" if theirs_s is None else f" {theirs_s / search_s:>9.1f} x"
        ratios = f"{took_s / whole_s:>8.1f} x {took_s / again_s:>8.1f} x"
        print(f"  {way:<44} {took_s:>9.4f} s {ratios}{alone}")

    graph_s, graph = seconds(lambda: networkx_graph(network), 1)
    print(f"  {'NetworkX, its graph (in no row below)':<44} {graph_s:>9.4f} s")
    print(f"  {'':<44} {'whole':>11} {'ratio':>10} {'2nd':>10} {'searches':>11}")
    row("geoplan", whole_s, search_s)
    nodes = np.unique(cKDTree(network.node_xy_m).query(stops)[1])
    searches = {"NetworkX multi-source": (networkx_search(graph), min(repeat, 3))}
    pandana = pandana_search(network)
    if pandana is None:
        print("  pandana is not installed: left out")
    else:
        searches["pandana, build and first query"] = (pandana, 1)
    wrong = mine
    for way, (search, times) in searches.items():
        alone_s, _ = seconds(lambda s=search: s(nodes), times)
        took_s, wrong = seconds(
            lambda s=search: by_nodes(network, stops, places, districts, s), times
        )
        row(way, took_s, alone_s)
    alone_s = ego_seconds(graph, nodes)
    everywhere = np.ones(network.node_count)
    around_s, _ = seconds(
        lambda: by_nodes(network, stops, places, districts, lambda _: everywhere), repeat
    )
    row(f"NetworkX ego_graph per stop, {EGO_SAMPLE} tried", alone_s + around_s, alone_s)
    took_s, same = seconds(
        lambda: shares(districts, places, networkx_on_edges(network, stops, places)), 1
    )
    row("NetworkX, stops and places made nodes", took_s, None)
    full = shares(districts, places, np.ones(len(places))) == 1
    counts = np.bincount(district_of(districts, places) + 1, minlength=len(full) + 1)[1:]
    many = full & (counts >= MANY)
    off, differ = (100 * np.abs(other - mine)[many] for other in (wrong, same))
    print(f"  shares of {many.sum()} districts with {MANY} places or more: nearest nodes move them "
          f"by up to {off.max():.1f} points ({np.median(off):.1f} in the median), "
          f"NetworkX on edges by {differ.max():.4f}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    beside = HERE.parents[1] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=os.environ.get("GEOPLAN_DATA", beside))
    parser.add_argument("--places", type=int, default=20_000, help="of demand")
    parser.add_argument("--repeat", type=int, default=5)
    chosen = parser.parse_args()
    for name, file, crs, own_stops in CITIES:
        path = Path(chosen.data) / file
        if not path.is_file():
            print(f"{name}: {path} is not there; left out")
            continue
        bench(name, path, crs, own_stops=own_stops, count=chosen.places, repeat=chosen.repeat)


if __name__ == "__main__":
    main()
