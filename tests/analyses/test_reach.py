"""Costs to the nearest of many seeds, against arithmetic and a slow search."""

from pathlib import Path
from runpy import run_path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.streets.reach import cost_at, reach
from geoplan.core.errors import ParameterError

NETWORKS = run_path(str(Path(__file__).with_name("networks.py")))
make_network, on_edges = NETWORKS["make_network"], NETWORKS["on_edges"]
random_networks, places_on = NETWORKS["random_networks"], NETWORKS["places_on"]
slow_costs_m, grid_network = NETWORKS["slow_costs_m"], NETWORKS["grid_network"]

DIRECTIONS = st.sampled_from(["to_seeds", "from_seeds"])


def costs(network, seeds, places, limit_m=np.inf, **options):
    return cost_at(network, reach(network, seeds, limit_m=limit_m, **options), places)


# Truths that anyone can check by hand


def test_a_straight_road_is_as_long_as_it_is():
    road = make_network([(0, 0), (100, 0), (300, 0)], [(0, 1), (1, 2)])
    seeds, places = on_edges([0], 20), on_edges([0, 0, 1, 1], [0, 90, 0, 150])
    assert costs(road, seeds, places)[0].tolist() == [20, 70, 80, 230]


def test_two_seeds_on_one_edge_meet_in_its_middle():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    seeds = on_edges([0, 0], [10, 90])
    cost_m, seed = costs(road, seeds, on_edges([0, 0, 0], [49, 51, 100]))
    assert cost_m == pytest.approx([39, 39, 10])
    assert seed.tolist() == [0, 1, 1]


def test_two_seeds_on_two_edges_meet_halfway_between_them():
    road = make_network([(0, 0), (100, 0), (300, 0)], [(0, 1), (2, 1)])
    seeds = on_edges([0, 1], [50, 50])
    cost_m, seed = costs(road, seeds, on_edges([1, 1], [151, 149]))
    assert (cost_m.tolist(), seed.tolist()) == ([99, 99], [0, 1])


def test_a_ring_is_walked_the_shorter_way_round():
    ring = make_network([(0, 0), (100, 0), (100, 100), (0, 100)], [(0, 1), (1, 2), (2, 3), (3, 0)])
    places = on_edges([1, 2, 3, 0], [50, 50, 50, 0])
    assert costs(ring, on_edges([0], 50), places)[0].tolist() == [100, 200, 100, 50]


def test_a_loop_at_one_node_is_walked_the_shorter_way_round():
    loop = make_network([(0, 0)], [(0, 0)], bends={0: [(100, 0), (100, 100), (0, 100)]})
    cost_m, _ = costs(loop, on_edges([0], 30), on_edges([0, 0], [380, 200]))
    assert cost_m == pytest.approx([50, 170])


def test_a_cul_de_sac_is_left_by_the_way_it_was_entered():
    town = make_network([(0, 0), (100, 0), (100, 80)], [(0, 1), (1, 2)])
    cost_m, _ = costs(town, on_edges([0], 0), on_edges([1], 80))
    assert cost_m.tolist() == [180]


def test_legs_of_both_ends_count():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    cost_m, _ = costs(road, on_edges([0], 0, 7), on_edges([0], 60, 5))
    assert cost_m.tolist() == [72]


def test_a_start_cost_given_replaces_the_leg():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    seeds = on_edges([0, 0], [0, 100], 7)
    cost_m, seed = costs(road, seeds, on_edges([0], 60), seed_cost_m=np.array([0.0, 50.0]))
    assert (cost_m.tolist(), seed.tolist()) == ([60], [0])


def test_a_far_seed_with_a_short_leg_beats_a_near_one_with_a_long_leg_on_the_same_edge():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    seeds = on_edges([0, 0], [50, 20], [100, 0])
    cost_m, seed = costs(road, seeds, on_edges([0], 60))
    assert (cost_m.tolist(), seed.tolist()) == ([40], [1])


def test_the_limit_holds_to_the_last_metre():
    road = make_network([(0, 0), (1000, 0)], [(0, 1)])
    cost_m, seed = costs(road, on_edges([0], 0), on_edges([0, 0], [500, 501]), 500)
    assert (cost_m.tolist(), seed.tolist()) == ([500, np.inf], [0, -1])


def test_a_limit_met_exactly_is_not_lost_to_rounding():
    road = make_network([(i * 0.1, 0) for i in range(11)], [(i, i + 1) for i in range(10)])
    cost_m, _ = costs(road, on_edges([0], 0), on_edges([9], road.length_m[9]), 1.0)
    assert cost_m[0] == pytest.approx(1.0)


def test_an_edge_without_length_joins_its_nodes():
    road = make_network([(0, 0), (100, 0), (100, 0), (200, 0)], [(0, 1), (1, 2), (2, 3)])
    cost_m, _ = costs(road, on_edges([0], 100), on_edges([1, 2], [0, 100]))
    assert cost_m.tolist() == [0, 100]


def test_the_shortest_of_parallel_edges_counts_and_not_their_sum():
    road = make_network([(0, 0), (100, 0)], [(0, 1), (1, 0), (0, 1)], length_m=[300, 100, 200])
    found = reach(road, on_edges([0], 0), limit_m=np.inf)
    assert found.node_cost_m.tolist() == [0, 100]


def test_an_island_is_not_reached():
    islands = make_network([(0, 0), (1, 0), (5, 0), (6, 0)], [(0, 1), (2, 3)])
    cost_m, seed = costs(islands, on_edges([0], 0), on_edges([1], 0))
    assert (cost_m.tolist(), seed.tolist()) == ([np.inf], [-1])


def test_without_a_limit_a_place_that_no_way_leads_from_has_no_seed():
    street = make_network([(0, 0), (100, 0)], [(0, 1)], backward_m=[np.inf])
    cost_m, seed = costs(street, on_edges([0], 25), on_edges([0], 75))
    assert (cost_m.tolist(), seed.tolist()) == ([np.inf], [-1])


def test_people_walk_towards_the_seed_along_a_one_way_street():
    nodes = [(0, 0), (100, 0), (100, 100), (0, 100)]
    block = make_network(nodes, [(0, 1), (1, 2), (2, 3), (3, 0)], backward_m=[np.inf] * 4)
    seeds, places = on_edges([0], 75), on_edges([0], 25)
    to, back = costs(block, seeds, places), costs(block, seeds, places, direction="from_seeds")
    assert (to[0].tolist(), back[0].tolist()) == ([50], [350])


def test_a_platform_is_reached_by_its_entrances_only():
    streets = make_network([(0, 0), (500, 0), (1000, 0)], [(0, 1), (1, 2)])
    entrances = on_edges([0, 1], [0, 500], [80, 80])
    cost_m, seed = costs(streets, entrances, on_edges([0], 490))
    assert (cost_m.tolist(), seed.tolist()) == ([570], [0])


def test_a_wall_of_water_is_crossed_at_its_one_bridge():
    # Two banks, 1 km long and 50 m apart, joined at their east ends.
    banks = make_network([(0, 0), (1000, 0), (1000, 50), (0, 50)], [(0, 1), (1, 2), (2, 3)])
    cost_m, _ = costs(banks, on_edges([0], 100), on_edges([2], 900))
    assert cost_m.tolist() == [1850]


def test_no_seeds_reach_nobody():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    cost_m, seed = costs(road, on_edges([], 0), on_edges([0], 0))
    assert (cost_m.tolist(), seed.tolist()) == ([np.inf], [-1])


def test_places_off_the_network_reach_nothing():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    cost_m, _ = costs(road, on_edges([0], 0), on_edges([-1], np.nan, np.nan))
    assert cost_m.tolist() == [np.inf]


# Oracles


@given(data=st.data(), direction=DIRECTIONS)
def test_costs_equal_those_of_a_slow_search_with_places_as_nodes(data, direction):
    network = data.draw(random_networks())
    seeds = data.draw(places_on(network, low=1))
    places = data.draw(places_on(network, low=1))
    limit_m = data.draw(st.sampled_from([np.inf, 600.0]))
    cost_m, seed = costs(network, seeds, places, limit_m, direction=direction)
    each_m = slow_costs_m(network, seeds, places, direction) + places.access_m
    each_m = np.where(np.isnan(each_m), np.inf, each_m + np.nan_to_num(seeds.access_m)[:, None])
    slow_m = each_m.min(axis=0)
    slow_m[slow_m > limit_m] = np.inf
    np.testing.assert_allclose(cost_m, slow_m, atol=1e-3, rtol=0)
    found = np.flatnonzero(seed >= 0)
    np.testing.assert_allclose(each_m[seed[found], found], cost_m[found], atol=1e-3, rtol=0)


@given(data=st.data())
def test_a_lower_limit_only_takes_places_away(data):
    network = data.draw(random_networks())
    seeds, places = data.draw(places_on(network)), data.draw(places_on(network))
    far, near = (costs(network, seeds, places, limit_m)[0] for limit_m in (1000.0, 400.0))
    np.testing.assert_allclose(near, np.where(far <= 400, far, np.inf), atol=1e-9)


@given(data=st.data())
def test_another_seed_never_makes_a_place_further(data):
    network = data.draw(random_networks())
    seeds, places = data.draw(places_on(network, low=2)), data.draw(places_on(network))
    few = costs(network, seeds.take(np.arange(1, len(seeds.edge))), places)[0]
    assert (costs(network, seeds, places)[0] <= few + 1e-9).all()


@pytest.mark.filterwarnings("ignore:Unsigned integer:UserWarning")
def test_costs_between_nodes_are_those_of_pandana():
    pandana = pytest.importorskip("pandana", reason="pandana is AGPL: no dependency of the tests")
    grid = grid_network(25, 20)
    random = np.random.default_rng(8)
    kept = np.flatnonzero(random.random(grid.edge_count) < 0.7)
    length_m = random.uniform(100, 300, len(kept)).round(2)
    ends = np.column_stack([grid.edge_u, grid.edge_v])[kept]
    network = make_network(grid.node_xy_m, ends, length_m=length_m)
    theirs = pandana.Network(
        *(pd.Series(axis) for axis in (*network.node_xy_m.T, *ends.T)),
        pd.DataFrame({"m": length_m}),
    )
    to = np.arange(network.node_count)
    for edge in random.choice(len(kept), 10, replace=False):
        found = reach(network, on_edges([edge], 0), limit_m=np.inf)
        other_m = np.array(theirs.shortest_path_lengths(np.full(len(to), ends[edge, 0]), to))
        # Where no way leads, pandana says 2^32 mm or so.
        other_m[other_m > 4e6] = np.inf
        np.testing.assert_allclose(found.node_cost_m, other_m, atol=2e-3 * 45)


def test_a_grid_is_walked_along_its_streets():
    grid = grid_network(40, 30)
    found = reach(grid, on_edges([0], 0), limit_m=np.inf)
    assert found.node_cost_m == pytest.approx(grid.node_xy_m.sum(axis=1))


def test_the_way_back_leads_to_the_seed():
    grid = grid_network(12, 9)
    found = reach(grid, on_edges([0, 5], [30, 70]), limit_m=np.inf)
    node = np.arange(grid.node_count)
    for _ in range(30):
        before = found.node_before[node]
        node = np.where(before >= 0, before, node)
    assert set(node.tolist()) <= {0, 1, 5, 6}


# Bad inputs


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limit_m": -1}, "limit_m.*0 or more"),
        ({"limit_m": np.nan}, "limit_m"),
        ({"limit_m": 1, "direction": "there"}, "direction.*to_seeds"),
        ({"limit_m": 1, "seed_cost_m": np.array([-1.0])}, "seed_cost_m.*0 or more"),
        ({"limit_m": 1, "seed_cost_m": np.zeros(2)}, "one number per seed"),
    ],
)
def test_bad_options_are_refused(options, message):
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    with pytest.raises(ParameterError, match=message):
        reach(road, on_edges([0], 0), **options)


def test_seeds_of_another_network_are_refused():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    with pytest.raises(ParameterError, match=r"edge 7.*has 1 edges"):
        reach(road, on_edges([7], 0), limit_m=1)
