"""Ways become edges: against slow code that walks along each way."""

from dataclasses import replace

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.core.errors import ParameterError
from geoplan.layers.network.build import WayKinds, Ways, build_edges
from geoplan.layers.network.walk_network import load_walk_network
from geoplan.layers.osm.tags import WayKind

WAY = st.lists(st.integers(0, 9), min_size=2, max_size=7)


def as_ways(refs):
    places = np.random.default_rng(3).uniform(0, 1000, (10, 2))
    keys = np.array([ref for way in refs for ref in way], dtype=np.int64)
    kinds = (WayKind(allowed=True, reason="", name="path"),)
    return Ways(
        vertex_key=keys,
        vertex_xy_m=places[keys],
        offsets=np.concatenate([[0], np.cumsum([len(way) for way in refs])]),
        way_id=np.arange(len(refs)) + 100,
        kinds=WayKinds.of(kinds, np.zeros(len(refs), dtype=np.int64)),
    )


def slow_edges(refs):
    """Walk along each way, and begin a new edge at every place that is met twice."""
    runs = [[a for i, a in enumerate(way) if i == 0 or a != way[i - 1]] for way in refs]
    met = [ref for way in runs for ref in way]
    edges = []
    for number, way in enumerate(runs):
        edge = way[:1]
        for ref in way[1:]:
            edge.append(ref)
            if met.count(ref) > 1:
                edges.append((number, tuple(edge)))
                edge = [ref]
        if len(edge) > 1:
            edges.append((number, tuple(edge)))
    return edges


@given(st.lists(WAY, min_size=1, max_size=6))
def test_edges_run_from_junction_to_junction(refs):
    ways = as_ways(refs)
    edges = build_edges(ways)
    places = {tuple(xy): key for key, xy in zip(ways.vertex_key.tolist(),
              ways.vertex_xy_m.tolist(), strict=True)}  # fmt: skip
    found = [
        (way, tuple(places[tuple(xy)] for xy in edges.vertex_xy_m[first:last].tolist()))
        for way, first, last in zip(
            edges.edge_way.tolist(), edges.offsets[:-1], edges.offsets[1:], strict=True
        )
    ]
    assert found == slow_edges(refs)
    for (_, run), u, v, length_m in zip(
        found, edges.edge_u, edges.edge_v, edges.length_m, strict=True
    ):
        assert places[tuple(edges.node_xy_m[u].tolist())] == run[0]
        assert places[tuple(edges.node_xy_m[v].tolist())] == run[-1]
        at = np.array([xy for ref in run for xy, key in places.items() if key == ref])
        assert length_m == pytest.approx(np.hypot(*np.diff(at, axis=0).T).sum())
    used = set(edges.edge_u.tolist()) | set(edges.edge_v.tolist())
    assert used == set(range(len(edges.node_xy_m)))


@pytest.mark.parametrize("cost_m", [-1.0, np.nan])
def test_a_network_with_costs_that_end_no_search_cannot_be_made(cost_m):
    lines = geopandas.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (9, 0)])], crs=4547)
    network = load_walk_network(lines, crs="EPSG:4547")
    with pytest.raises(ParameterError, match="`forward_m` of 1 of 1 edges is negative or no"):
        replace(network, forward_m=np.array([cost_m]))
