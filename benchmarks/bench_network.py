"""
The walk network beside its peers: ratios taken in one run on one machine, never seconds alone.

``python benchmarks/bench_network.py [--nodes 100000] [--points 1000000] [--large 1000000]``

Streets are a grid of 100 m with every corner moved at random and a fifth of the streets left out;
facilities stand anywhere, one to 100 corners. What each peer is spared is said beside its row.
"""

import argparse
import gc
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from geoplan.analyses.streets.reach import cost_at, reach
from geoplan.analyses.streets.snap import snap_points
from geoplan.core.record import LoadRecord
from geoplan.layers.network.walk_network import WalkNetwork

CRS = "EPSG:4547"
LIMIT_M = 1000.0
SNAP_M = 500.0
STEP_M = 100.0
EGO_SAMPLE = 20


def make_streets(nodes: int) -> WalkNetwork:
    """Build an irregular grid of about so many nodes."""
    random = np.random.default_rng(7)
    side = round(math.sqrt(nodes))
    number = np.arange(side * side).reshape(side, side)
    u = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    v = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    kept = random.random(len(u)) < 0.8
    u, v = u[kept], v[kept]
    y, x = np.divmod(np.arange(side * side), side)
    xy = np.column_stack([x, y]) * STEP_M + random.uniform(-0.3, 0.3, (side * side, 2)) * STEP_M
    length_m = np.hypot(*(xy[u] - xy[v]).T)
    vertices = np.stack([xy[u], xy[v]], axis=1).reshape(-1, 2)
    return network_of(xy, u, v, length_m, vertices)


def network_of(
    xy: np.ndarray, u: np.ndarray, v: np.ndarray, length_m: np.ndarray, vertices: np.ndarray
) -> WalkNetwork:
    return WalkNetwork(
        crs=CRS,
        node_xy_m=xy,
        edge_u=u,
        edge_v=v,
        length_m=length_m,
        forward_m=length_m,
        backward_m=length_m,
        offsets=np.arange(len(u) + 1) * 2,
        vertex_xy_m=vertices,
        edge_id=np.arange(len(u)),
        edge_class=np.zeros(len(u), dtype=np.int16),
        class_names=("residential",),
        record=LoadRecord("walk_network", "walk_network"),
    )


def places(network: WalkNetwork, count: int, seed: int) -> np.ndarray:
    low, high = network.node_xy_m.min(axis=0), network.node_xy_m.max(axis=0)
    return np.random.default_rng(seed).uniform(low, high, (count, 2))


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """Best processor time of some runs, all threads together."""
    best = math.inf
    for _ in range(times):
        gc.collect()
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def row(name: str, took_s: float, ours_s: float, note: str = "") -> None:
    print(f"  {name:<44} {took_s:>10.3f} s   {took_s / ours_s:>9.1f} x   {note}")


def networkx_graph(network: WalkNetwork) -> Any:  # noqa: ANN401 (networkx has no types)
    import networkx as nx

    graph = nx.MultiDiGraph(crs=CRS)
    graph.add_nodes_from(
        (i, {"x": x, "y": y}) for i, (x, y) in enumerate(network.node_xy_m.tolist())
    )
    pairs = zip(
        network.edge_u.tolist(), network.edge_v.tolist(), network.length_m.tolist(), strict=True
    )
    for u, v, length in pairs:
        graph.add_edge(u, v, length=length)
        graph.add_edge(v, u, length=length)
    return graph


def bench_search(network: WalkNetwork, graph: Any) -> None:  # noqa: ANN401
    import networkx as nx
    from scipy.spatial import cKDTree

    seed_xy = places(network, network.node_count // 100, 1)
    seeds = snap_points(seed_xy, network, limit_m=SNAP_M)
    nodes = np.unique(cKDTree(network.node_xy_m).query(seed_xy)[1]).tolist()
    print(f"\nSearch: {network.node_count:,} nodes, {network.edge_count:,} edges, "
          f"{len(seed_xy):,} facilities, {LIMIT_M:.0f} m")  # fmt: skip
    ours_s = seconds(lambda: reach(replace(network), seeds, limit_m=LIMIT_M), 20)
    row("geoplan reach, from the arrays", ours_s, ours_s, "part-edge starts, nearest id, tree")
    took_s = seconds(
        lambda: nx.multi_source_dijkstra_path_length(graph, nodes, LIMIT_M, weight="length"), 4
    )
    row("NetworkX multi-source", took_s, ours_s, "graph at hand, no ids, from nodes")
    sample = nodes[:: max(1, len(nodes) // EGO_SAMPLE)]
    took_s = seconds(
        lambda: [nx.ego_graph(graph, n, radius=LIMIT_M, distance="length") for n in sample]
    )
    took_s *= len(nodes) / len(sample)
    row("NetworkX ego_graph per facility", took_s, ours_s, f"extrapolated from {len(sample)}")
    bench_pandana(network, seed_xy, ours_s)


def bench_pandana(network: WalkNetwork, seed_xy: np.ndarray, ours_s: float) -> None:
    try:
        import pandana
        import pandas as pd
    except ImportError:
        print("  pandana is not installed, or not for this Python: left out")
        return

    def build_and_ask() -> None:
        x, y = (pd.Series(axis) for axis in network.node_xy_m.T)
        ends = pd.Series(network.edge_u), pd.Series(network.edge_v)
        built = pandana.Network(x, y, *ends, pd.DataFrame({"m": network.length_m}))
        built.set_pois("f", LIMIT_M, 1, *(pd.Series(axis) for axis in seed_xy.T))
        built.nearest_pois(LIMIT_M, "f", 1)

    row("pandana, build and first query", seconds(build_and_ask), ours_s, "from nodes")


def bench_snapping(network: WalkNetwork, graph: Any, count: int) -> None:  # noqa: ANN401
    import osmnx

    xy = places(network, count, 2)
    print(f"\nSnapping {count:,} places to {network.edge_count:,} edges")
    ours_s = seconds(lambda: snap_points(xy, replace(network), limit_m=SNAP_M), 2)
    row("geoplan snap_points, from the arrays", ours_s, ours_s, "edge, foot, metres along, leg")
    snapped = snap_points(xy, network, limit_m=SNAP_M)
    lines = gpd.GeoDataFrame(geometry=network.lines(), crs=CRS)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=CRS)
    joined: list[gpd.GeoDataFrame] = []
    took_s = seconds(
        lambda: joined.append(
            gpd.sjoin_nearest(points, lines, max_distance=SNAP_M, distance_col="leg_m")
        )
    )
    row("geopandas.sjoin_nearest", took_s, ours_s, "layers at hand, nearest edge and leg only")
    first = joined[0][~joined[0].index.duplicated()].sort_index()
    off_m = np.abs(first["leg_m"].to_numpy() - snapped.access_m[first.index.to_numpy()]).max()
    same = (first["index_right"].to_numpy() == snapped.edge[first.index.to_numpy()]).mean()
    print(f"    legs differ by at most {off_m:.1e} m; same edge for {same:.2%} (ties at corners)")
    took_s = seconds(lambda: osmnx.distance.nearest_edges(graph, xy[:, 0], xy[:, 1]))
    row("osmnx.distance.nearest_edges", took_s, ours_s, "graph at hand, nearest edge only")


def bench_growth(largest: int) -> None:
    sizes = [10_000]
    while sizes[-1] * 10 <= largest:
        sizes.append(sizes[-1] * 10)
    print("\nGrowth: search everywhere, snapping of one place per node, and costs at the places")
    taken = []
    for size in sizes:
        network = make_streets(size)
        seeds = snap_points(places(network, size // 100, 1), network, limit_m=SNAP_M)
        xy = places(network, size, 3)
        reach_s = seconds(lambda n=network, s=seeds: reach(replace(n), s, limit_m=np.inf), 3)
        snap_s = seconds(lambda n=network, p=xy: snap_points(p, replace(n), limit_m=SNAP_M), 2)
        found, snapped = (
            reach(network, seeds, limit_m=np.inf),
            snap_points(xy, network, limit_m=SNAP_M),
        )
        cost_s = seconds(lambda n=network, f=found, s=snapped: cost_at(n, f, s), 2)
        taken.append((reach_s, snap_s, cost_s))
        print(f"  {size:>9,} nodes: reach {reach_s:.3f} s, snap {snap_s:.3f} s, "
              f"cost_at {cost_s:.3f} s")  # fmt: skip
    if len(sizes) > 1:
        slopes = np.polyfit(np.log(sizes), np.log(taken), 1)[0]
        print("  seconds grow as nodes to the power of", ", ".join(
            f"{name} {slope:.2f}" for name, slope in zip(("reach", "snap", "cost_at"), slopes,
                                                         strict=True)))  # fmt: skip


def bench_memory(nodes: int) -> None:
    """Peak memory of the search alone, in a process that holds the network and nothing else."""
    if not Path("/proc/self/clear_refs").exists():
        print("\nMemory of one search: measured on Linux only")
        return
    network = make_streets(nodes)
    arrays = {
        "xy": network.node_xy_m,
        "u": network.edge_u,
        "v": network.edge_v,
        "length_m": network.length_m,
        "vertices": network.vertex_xy_m,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.npz"
        np.savez(path, **arrays)
        subprocess.run([sys.executable, __file__, "--memory-of", str(path)], check=True)  # noqa: S603


def resident_bytes(field: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    return 0


def measure_memory(path: str) -> None:
    import scipy.sparse.csgraph  # noqa: F401 (its own memory is not the search's)

    with np.load(path) as arrays:
        network = network_of(**{name: arrays[name] for name in arrays.files})
    # Any edges do as seeds: snapping to this network would leave freed memory to be used again.
    seeds = snap_points(places(network, 50, 1), make_streets(10_000), limit_m=1e9)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts anew
    before = resident_bytes("VmRSS")
    reach(network, seeds, limit_m=np.inf)
    after = resident_bytes("VmHWM")
    per_edge = (after - before) / network.edge_count
    print(f"\nMemory of one search, {network.node_count:,} nodes, {network.edge_count:,} edges: "
          f"{per_edge:.0f} bytes per edge at its peak")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="geoplan's walk network beside its peers")
    parser.add_argument("--nodes", type=int, default=100_000, help="for the peers")
    parser.add_argument("--points", type=int, default=1_000_000, help="to snap")
    parser.add_argument("--large", type=int, default=1_000_000, help="for growth and memory")
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of:
        measure_memory(options.memory_of)
        return
    network = make_streets(options.nodes)
    graph = networkx_graph(network)
    bench_search(network, graph)
    bench_snapping(network, graph, options.points)
    del graph
    bench_growth(options.large)
    bench_memory(options.large)


if __name__ == "__main__":
    main()
