"""Small walk networks for tests: by hand, at random, and a slow search to compare with."""

import math
from itertools import pairwise

import networkx as nx
import numpy as np
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from geoplan.analyses.streets.snap import Snapped
from geoplan.core.record import LoadRecord
from geoplan.layers.network.walk_network import WalkNetwork

CRS = "EPSG:4547"


def make_network(nodes, edges, *, bends=None, forward_m=None, backward_m=None, length_m=None):
    """Network from nodes and (u, v) pairs; `bends` maps an edge to its inner vertices."""
    xy = np.array(nodes, dtype=float).reshape(-1, 2)
    ends = np.array(edges, dtype=np.int64).reshape(-1, 2)
    bends = bends or {}
    shapes = [
        np.vstack([xy[u], np.array(bends.get(i, []), dtype=float).reshape(-1, 2), xy[v]])
        for i, (u, v) in enumerate(ends)
    ]
    drawn_m = np.array([np.hypot(*np.diff(shape, axis=0).T).sum() for shape in shapes])
    length = drawn_m if length_m is None else np.array(length_m, dtype=float)
    count = len(ends)
    return WalkNetwork(
        crs=CRS,
        node_xy_m=xy,
        edge_u=ends[:, 0],
        edge_v=ends[:, 1],
        length_m=length,
        forward_m=length.copy() if forward_m is None else np.array(forward_m, dtype=float),
        backward_m=length.copy() if backward_m is None else np.array(backward_m, dtype=float),
        offsets=np.concatenate([[0], np.cumsum([len(s) for s in shapes])]).astype(np.int64),
        vertex_xy_m=np.vstack([*shapes, np.empty((0, 2))]),
        edge_id=np.arange(count),
        edge_class=np.zeros(count, dtype=np.int16),
        class_names=("footway",),
        record=LoadRecord("walk_network", "walk_network"),
    )


def grid_network(columns, rows, step_m=100.0):
    """Streets of a grid, without bends; arrays only, so that a million nodes are fine."""
    number = np.arange(columns * rows).reshape(rows, columns)
    u = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    v = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    y, x = np.divmod(np.arange(columns * rows), columns)
    xy = np.column_stack([x, y]) * step_m
    length = np.full(len(u), step_m)
    return WalkNetwork(
        crs=CRS,
        node_xy_m=xy,
        edge_u=u,
        edge_v=v,
        length_m=length,
        forward_m=length,
        backward_m=length,
        offsets=np.arange(len(u) + 1) * 2,
        vertex_xy_m=np.stack([xy[u], xy[v]], axis=1).reshape(-1, 2),
        edge_id=np.arange(len(u)),
        edge_class=np.zeros(len(u), dtype=np.int16),
        class_names=("footway",),
        record=LoadRecord("walk_network", "walk_network"),
    )


def on_edges(edge, along_m, access_m=0.0):
    """Places that lie on edges."""
    edge = np.array(edge, dtype=np.int64).reshape(-1)
    along_m = np.broadcast_to(np.asarray(along_m, dtype=float), edge.shape).copy()
    access_m = np.broadcast_to(np.asarray(access_m, dtype=float), edge.shape).copy()
    return Snapped(edge, along_m, access_m, np.full((len(edge), 2), np.nan))


@st.composite
def random_networks(draw, *, one_way=True):
    """Streets of a triangulation, thinned, with bends, parallels, loops, islands and steps."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(4, 14))
    xy = random.uniform(0, 1000, (count, 2))
    triangles = Delaunay(xy).simplices
    pairs = np.unique(np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
    pairs = pairs[random.random(len(pairs)) < draw(st.sampled_from([0.3, 0.6, 1.0]))]
    if draw(st.booleans()):  # parallel edges, turned around
        pairs = np.vstack([pairs, pairs[: len(pairs) // 2, ::-1]])
    if draw(st.booleans()):  # loops
        pairs = np.vstack([pairs, [[0, 0], [1, 1]]])
    if draw(st.booleans()):  # a node on another, an edge without length between them
        xy = np.vstack([xy, xy[2]])
        pairs = np.vstack([pairs, [[2, len(xy) - 1], [len(xy) - 1, 3]]])
    if draw(st.booleans()):  # an island
        xy = np.vstack([xy, [[3000, 0], [3100, 50], [3050, 90]]])
        pairs = np.vstack([pairs, len(xy) - np.array([[3, 2], [2, 1]])])
    if not len(pairs):
        pairs = np.array([[0, 1]])
    bends = {
        i: random.uniform(0, 1000, (random.integers(1, 3), 2))
        for i, (u, v) in enumerate(pairs)
        if u == v or random.random() < 0.2
    }
    network = make_network(xy, pairs, bends=bends)
    if draw(st.booleans()):  # slopes
        network.forward_m[:] *= random.uniform(1, 2, len(pairs))
    if one_way and draw(st.booleans()):
        network.forward_m[random.random(len(pairs)) < 0.2] = np.inf
        network.backward_m[random.random(len(pairs)) < 0.2] = np.inf
        if not np.isfinite([network.forward_m, network.backward_m]).any():
            network.forward_m[0] = network.length_m[0]  # a network has a street to walk on
    return network


@st.composite
def places_on(draw, network, *, low=0, high=8):
    """Places on the edges of a network: part-way, at ends, several on one edge, some on none."""
    count = draw(st.integers(low, high))
    usable = np.isfinite(network.forward_m) | np.isfinite(network.backward_m)
    choices = [-1, *np.flatnonzero(usable).tolist()]
    edge = np.array(
        draw(st.lists(st.sampled_from(choices), min_size=count, max_size=count)), dtype=np.int64
    )
    shares = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]) | st.floats(0, 1)
    share = np.array(draw(st.lists(shares, min_size=count, max_size=count)), dtype=float)
    legs = st.lists(st.floats(0, 200), min_size=count, max_size=count)
    access_m = np.array(draw(legs), dtype=float)
    missing = edge < 0
    along_m = np.where(missing, np.nan, share * network.length_m[edge])
    access_m[missing] = np.nan
    return Snapped(edge, along_m, access_m, np.full((count, 2), np.nan))


def slow_costs_m(network, seeds, places, direction):
    """Cost from every place to every seed: places become nodes, then one search per seed."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.node_count))
    named = [("seed", i, seeds) for i in range(len(seeds.edge))]
    named += [("place", i, places) for i in range(len(places.edge))]
    for edge in range(network.edge_count):
        stops = [(0.0, int(network.edge_u[edge])), (1.0, int(network.edge_v[edge]))]
        length = network.length_m[edge]
        for kind, i, group in named:
            if group.edge[i] == edge:
                share = group.along_m[i] / length if length else 0.0
                stops.insert(-1, (min(share, 1.0), (kind, i)))
        stops = [stops[0], *sorted(stops[1:-1], key=lambda stop: stop[0]), stops[-1]]
        for (low, a), (high, b) in pairwise(stops):
            for start, end, price in (
                (a, b, network.forward_m[edge]),
                (b, a, network.backward_m[edge]),
            ):
                whole = high - low
                cost = 0.0 if whole == 0 else price * whole
                if math.isfinite(cost):
                    graph.add_edge(start, end, weight=cost)
    if direction == "to_seeds":
        graph = graph.reverse()
    costs = np.full((len(seeds.edge), len(places.edge)), np.inf)
    for i in np.flatnonzero(seeds.edge >= 0):
        found = nx.single_source_dijkstra_path_length(graph, ("seed", int(i)), weight="weight")
        for j in np.flatnonzero(places.edge >= 0):
            costs[i, j] = found.get(("place", int(j)), np.inf)
    return costs
