"""Pieces of edges between two places on them, and the nearest place along an edge."""

from pathlib import Path
from runpy import run_path

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.streets.edge_pieces import edge_pieces, vertex_positions_m
from geoplan.analyses.streets.same_edge import running_best

NETWORKS = run_path(str(Path(__file__).with_name("networks.py")))
make_network, random_networks = NETWORKS["make_network"], NETWORKS["random_networks"]


def test_vertices_lie_where_the_line_has_come_to():
    road = make_network([(0, 0), (30, 40)], [(0, 1), (1, 0)], bends={0: [(30, 0)]})
    assert vertex_positions_m(road).tolist() == [0, 30, 70, 0, 50]


def test_a_line_is_stretched_to_the_length_that_a_table_states():
    road = make_network([(0, 0), (30, 40)], [(0, 1)], bends={0: [(30, 0)]}, length_m=[140])
    assert vertex_positions_m(road).tolist() == [0, 60, 140]


def test_a_network_without_edges_has_no_vertices():
    assert len(vertex_positions_m(make_network([(0, 0)], []))) == 0


def test_no_pieces_are_no_lines():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    none = np.zeros(0)
    assert len(edge_pieces(road, none.astype(np.int64), none, none)) == 0


@given(network=random_networks(), seed=st.integers(0, 99))
def test_pieces_are_as_long_as_asked_and_join_their_ends(network, seed):
    random = np.random.default_rng(seed)
    edge = random.integers(0, network.edge_count, 20)
    start_m, end_m = random.choice([0, 0.3, 0.7, 1], (2, 20)) * network.length_m[edge]
    pieces = edge_pieces(network, edge, start_m, end_m)
    np.testing.assert_allclose(shapely.length(pieces), np.abs(end_m - start_m), atol=1e-6)
    for at, along_m in ((0, start_m), (-1, end_m)):
        place = shapely.line_interpolate_point(network.lines()[edge], along_m)
        gap_m = shapely.distance(shapely.get_point(pieces, at), place)
        np.testing.assert_allclose(gap_m, 0, atol=1e-6)


@given(seed=st.integers(0, 999), count=st.integers(0, 12))
def test_the_best_before_a_query_is_what_a_look_at_all_finds(seed, count):
    random = np.random.default_rng(seed)
    group, asked = random.integers(0, 3, count), random.integers(0, 4, 9)
    at, where = random.integers(0, 6, count) / 2, random.integers(-1, 7, 9) / 2
    value = random.random(count)
    fits = (group == asked[:, None]) & (at <= where[:, None])
    expected = [int(np.argmin(np.where(row, value, np.inf))) if row.any() else -1 for row in fits]
    assert running_best(group, at, value, asked, where).tolist() == expected
