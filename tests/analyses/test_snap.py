"""Places on the nearest edge, against geometry and shapely's own distances."""

import copy
import pickle
from dataclasses import replace
from pathlib import Path
from runpy import run_path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.streets.snap import snap_points
from geoplan.core.errors import ParameterError

NETWORKS = run_path(str(Path(__file__).with_name("networks.py")))
make_network, random_networks = NETWORKS["make_network"], NETWORKS["random_networks"]

COORDINATES = st.lists(st.tuples(st.floats(-200, 1200), st.floats(-200, 1200)), max_size=12)


def test_a_place_beside_a_road_meets_it_at_a_right_angle():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    snapped = snap_points([(30, 40)], road, limit_m=50)
    assert (snapped.along_m[0], snapped.access_m[0]) == (30, 40)


def test_a_place_beyond_the_end_of_a_road_meets_its_end():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    snapped = snap_points([(103, 4)], road, limit_m=50)
    assert (snapped.along_m[0], snapped.access_m[0]) == (100, 5)


def test_metres_along_a_bent_road_follow_its_bends():
    road = make_network([(0, 0), (60, 40)], [(0, 1)], bends={0: [(60, 0)]})
    assert snap_points([(70, 25)], road, limit_m=50).along_m[0] == 85


def test_metres_along_follow_the_length_that_a_table_states():
    road = make_network([(0, 0), (100, 0)], [(0, 1)], length_m=[200])
    snapped = snap_points([(25, 3)], road, limit_m=50)
    assert (snapped.along_m[0], snapped.access_m[0]) == (50, 3)


def test_a_place_beyond_the_limit_is_not_attached():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    snapped = snap_points([(50, 20), (50, 20.5)], road, limit_m=20)
    assert snapped.edge.tolist() == [0, -1]
    assert np.isnan(snapped.access_m[1])


def test_an_edge_that_nobody_may_use_is_passed_over():
    roads = make_network(
        [(0, 0), (100, 0), (0, 30), (100, 30)],
        [(0, 1), (2, 3)],
        forward_m=[np.inf, 100],
        backward_m=[np.inf, np.inf],
    )
    assert snap_points([(50, 1)], roads, limit_m=50).edge.tolist() == [1]


def test_a_leg_does_not_cross_a_river():
    roads = make_network([(0, 0), (100, 0), (0, 100), (100, 100)], [(0, 1), (2, 3)])
    river = shapely.LineString([(-500, 20), (500, 20)])
    free = snap_points([(50, 30)], roads, limit_m=200)
    held = snap_points([(50, 30)], roads, limit_m=200, barriers=np.array([river]))
    assert (free.edge.tolist(), held.edge.tolist()) == ([0], [1])
    assert held.access_m[0] == 70


def test_a_place_shut_in_by_barriers_is_not_attached():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    fence = np.array([shapely.Point(50, 30).buffer(10).exterior])
    assert snap_points([(50, 30)], road, limit_m=500, barriers=fence).edge.tolist() == [-1]


def test_a_leg_may_end_on_a_barrier():
    # A path on a dyke: the dyke's line is the path's own.
    road = make_network([(0, 0), (100, 7)], [(0, 1)])
    dyke = np.array([shapely.LineString([(0, 0), (100, 7)])])
    assert snap_points([(33, 40)], road, limit_m=500, barriers=dyke).edge.tolist() == [0]


@pytest.mark.parametrize(
    ("barrier", "why"),
    [
        (shapely.box(0, 0, 100, 60), "all of it lies in the water, banks included"),
        (shapely.box(0, -10, 100, 70), "the water is wider than the leg is long"),
        (shapely.LineString([(50, 10), (50, 40)]), "a wall runs along a part of it"),
        (shapely.LineString([(50, -10), (50, 90)]), "a wall runs along all of it"),
        (shapely.LineString([(0, 20), (50, 20)]), "a wall ends on it"),
        (shapely.box(50, 10, 90, 40), "the edge of the water runs along it"),
    ],
)
def test_a_leg_that_lies_in_along_or_across_a_barrier_is_blocked(barrier, why):
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    held = snap_points([(50, 60)], road, limit_m=100, barriers=np.array([barrier]))
    assert held.edge.tolist() == [-1], why


def test_a_place_in_the_water_is_attached_to_the_bank_unless_it_must_leave_the_water():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    water = np.array([shapely.box(0, 10, 100, 50)])
    assert snap_points([(50, 30)], road, limit_m=500, barriers=water).edge.tolist() == [-1]


@given(network=random_networks(one_way=False), xy=COORDINATES)
def test_legs_are_the_distances_to_the_nearest_line(network, xy):
    snapped = snap_points(xy, network, limit_m=300)
    points = shapely.points(np.array(xy, dtype=float).reshape(-1, 2))
    each_m = shapely.distance(points[:, None], network.lines()[None, :])
    nearest_m = each_m.min(axis=1)
    np.testing.assert_array_equal(snapped.found, nearest_m <= 300)
    rows = np.flatnonzero(snapped.found)
    np.testing.assert_allclose(snapped.access_m[rows], nearest_m[rows], atol=1e-6)
    np.testing.assert_allclose(each_m[rows, snapped.edge[rows]], nearest_m[rows], atol=1e-6)


@given(network=random_networks(one_way=False), xy=COORDINATES)
def test_metres_along_lead_to_the_foot(network, xy):
    snapped = snap_points(xy, network, limit_m=300)
    snapped = snapped.take(snapped.found)
    foot = shapely.line_interpolate_point(network.lines()[snapped.edge], snapped.along_m)
    np.testing.assert_allclose(shapely.get_coordinates(foot), snapped.foot_xy_m, atol=1e-6)


@given(network=random_networks(one_way=False), xy=COORDINATES, seed=st.integers(0, 99))
def test_legs_around_barriers_are_the_shortest_free_ones(network, xy, seed):
    walls = np.random.default_rng(seed).uniform(0, 1000, (3, 2, 2))
    barriers = shapely.linestrings(walls)
    snapped = snap_points(xy, network, limit_m=400, barriers=barriers)
    ends = network.vertex_xy_m
    inner = np.setdiff1d(np.arange(len(ends) - 1), network.offsets[1:] - 1)
    segments = shapely.linestrings(np.stack([ends[inner], ends[inner + 1]], axis=1))
    for row, place in enumerate(shapely.points(np.array(xy, dtype=float).reshape(-1, 2))):
        legs = shapely.shortest_line(place, segments)
        free = ~shapely.crosses(legs[:, None], barriers[None, :]).any(axis=1)
        length_m = np.where(free, shapely.length(legs), np.inf).min()
        expected = length_m if length_m <= 400 else np.nan
        np.testing.assert_allclose(snapped.access_m[row], expected, atol=1e-2)


def test_many_places_are_attached_as_each_alone():
    grid = NETWORKS["grid_network"](20, 20)
    xy = np.random.default_rng(1).uniform(-100, 2000, (60_000, 2))
    snapped = snap_points(xy, grid, limit_m=500)
    within = np.abs(xy - np.round(np.clip(xy, 0, 1900) / 100) * 100)
    inside = (xy > 0).all(axis=1) & (xy < 1900).all(axis=1)
    np.testing.assert_allclose(snapped.access_m[inside], within[inside].min(axis=1), atol=1e-9)


@pytest.mark.parametrize("spread", [1.0, 30.0])
def test_many_places_have_the_legs_that_a_search_tree_finds(spread):
    random = np.random.default_rng(2)
    start = random.uniform(0, 5000, (1500, 2))
    end = start + random.exponential(20 * spread, (1500, 1)) * random.normal(size=(1500, 2))
    nodes = np.vstack([start, end])
    network = make_network(nodes, np.arange(3000).reshape(2, -1).T)
    xy = np.vstack([random.uniform(-500, 5500, (20_000, 2)), nodes + random.normal(size=(3000, 2))])
    snapped = snap_points(xy, network, limit_m=1000)
    rows, legs_m = shapely.STRtree(network.lines()).query_nearest(
        shapely.points(xy), return_distance=True, all_matches=False, max_distance=1000
    )
    np.testing.assert_array_equal(np.flatnonzero(snapped.found), rows[0])
    np.testing.assert_allclose(snapped.access_m[rows[0]], legs_m, atol=1e-7)


def test_two_towns_a_continent_apart_have_each_their_streets():
    # Far more cells than streets, so that cells cannot be counted one by one.
    random = np.random.default_rng(4)
    start = np.repeat([[0, 0], [3e6, 2e6]], 400, axis=0) + random.uniform(0, 2000, (800, 2))
    nodes = np.vstack([start, start + random.normal(0, 40, (800, 2))])
    network = make_network(nodes, np.arange(1600).reshape(2, -1).T)
    xy = np.vstack([nodes + random.normal(0, 100, nodes.shape), [(1.5e6, 1e6), (-9e5, 4e5)]])
    snapped = snap_points(xy, network, limit_m=np.inf)
    _, legs_m = shapely.STRtree(network.lines()).query_nearest(
        shapely.points(xy), return_distance=True, all_matches=False
    )
    np.testing.assert_allclose(snapped.access_m, legs_m, rtol=1e-12, atol=1e-7)


def test_of_roads_equally_near_the_first_is_taken():
    star = make_network([(50, 50), (0, 0), (0, 100), (100, 0)], [(0, 1), (2, 0), (0, 3)])
    assert snap_points([(70, 70)] * 3, star, limit_m=500).edge.tolist() == [0, 0, 0]


def test_an_edge_without_length_is_a_place():
    dot = make_network([(10, 10)], [(0, 0)])
    snapped = snap_points([(13, 14)], dot, limit_m=50)
    assert (snapped.edge[0], snapped.along_m[0], snapped.access_m[0]) == (0, 0, 5)


# What is kept with the network


def make_count(network):
    return [network.edge_count]


def test_what_is_made_of_a_network_is_made_once():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    assert road.kept(make_count) is road.kept(make_count)


def through_a_pickle(network):
    return pickle.loads(pickle.dumps(network))  # noqa: S301 (its own)


@pytest.mark.parametrize("again", [replace, copy.copy, copy.deepcopy, through_a_pickle])
def test_copies_of_a_network_start_without_what_was_made(again):
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    made = road.kept(make_count)
    other = again(road)
    assert other.kept(make_count) is not made
    assert len(pickle.dumps(other)) == len(pickle.dumps(road))


def test_a_network_that_was_snapped_to_can_no_longer_be_written_but_its_arrays_can():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    length_m = road.length_m
    snap_points([(30, 40)], road, limit_m=50)
    with pytest.raises(ValueError, match="read-only"):
        road.backward_m[0] = np.inf
    assert length_m.flags.writeable


def test_another_network_with_other_streets_is_not_mistaken_for_the_first():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    moved = replace(road, vertex_xy_m=road.vertex_xy_m + np.array([0, 30]))
    legs_m = [snap_points([(30, 40)], n, limit_m=50).access_m[0] for n in (road, moved, road)]
    assert legs_m == [40, 10, 40]


def test_no_places_are_no_trouble():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    assert len(snap_points([], road, limit_m=50).edge) == 0


@pytest.mark.parametrize(
    ("xy", "limit_m", "message"),
    [
        ([(0, 0)], 0, "limit_m.*above 0"),
        ([(0, 0)], np.nan, "limit_m"),
        ([(0, 0, 0)], 5, "one row of x and y"),
        ([(0, np.nan), (0, 0)], 5, "1 of 2 places have no finite"),
    ],
)
def test_bad_places_are_refused(xy, limit_m, message):
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    with pytest.raises(ParameterError, match=message):
        snap_points(xy, road, limit_m=limit_m)
