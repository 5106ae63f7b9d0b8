"""Routes to the nearest seed: where they run, how long they are, and who needs them most."""

from pathlib import Path
from runpy import run_path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.streets.reach import cost_at, reach
from geoplan.analyses.streets.routes import routes, worst_served
from geoplan.core.errors import ParameterError

NETWORKS = run_path(str(Path(__file__).with_name("networks.py")))
make_network, on_edges = NETWORKS["make_network"], NETWORKS["on_edges"]
random_networks, places_on = NETWORKS["random_networks"], NETWORKS["places_on"]


def drawn(network, seeds, places, **options):
    return routes(network, reach(network, seeds, limit_m=np.inf, **options), places)


def test_a_route_follows_the_streets():
    streets = make_network([(0, 0), (100, 0), (100, 50)], [(0, 1), (2, 1)])
    found = drawn(streets, on_edges([0], 25), on_edges([1], 10))
    assert found.geometry.iloc[0].wkt == "LINESTRING (100 40, 100 0, 25 0)"
    assert found["length_m"].iloc[0] == 115


def test_a_route_on_one_edge_is_the_piece_between():
    road = make_network([(0, 0), (100, 40)], [(0, 1)], bends={0: [(100, 0)]})
    found = drawn(road, on_edges([0], 120), on_edges([0], 50))
    assert found.geometry.iloc[0].wkt == "LINESTRING (50 0, 100 0, 100 20)"


def test_a_route_takes_the_shortest_of_parallel_edges():
    bends = {0: [(50, 90)], 1: [(50, 10)]}
    road = make_network([(0, 0), (100, 0), (200, 0)], [(0, 1), (1, 0), (1, 2)], bends=bends)
    found = drawn(road, on_edges([2], 100), on_edges([0], 0))
    assert found.geometry.iloc[0].wkt == "LINESTRING (0 0, 50 10, 100 0, 200 0)"


def test_a_route_from_the_seed_is_drawn_from_the_seed():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    found = drawn(road, on_edges([0], 10), on_edges([0], 60), direction="from_seeds")
    assert found.geometry.iloc[0].wkt == "LINESTRING (10 0, 60 0)"


def test_places_that_reach_nothing_have_no_route():
    islands = make_network([(0, 0), (1, 0), (5, 0), (6, 0)], [(0, 1), (2, 3)])
    found = drawn(islands, on_edges([0], 0), on_edges([1, 0, -1], [0, 1, np.nan]))
    assert found["place"].tolist() == [1]


def test_no_places_have_no_routes():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    assert len(drawn(road, on_edges([0], 10), on_edges([], 0))) == 0


@given(data=st.data(), direction=st.sampled_from(["to_seeds", "from_seeds"]))
def test_routes_are_as_long_as_their_cost_and_join_place_and_seed(data, direction):
    network = data.draw(random_networks(one_way=False))
    network.forward_m[:] = network.length_m
    network.backward_m[:] = network.length_m
    seeds, places = data.draw(places_on(network, low=1)), data.draw(places_on(network, low=1))
    found = drawn(network, seeds, places, direction=direction)
    place, seed = found["place"].to_numpy(), found["seed"].to_numpy()
    legs_m = places.access_m[place] + seeds.access_m[seed]
    np.testing.assert_allclose(found["cost_m"], found["length_m"] + legs_m, atol=1e-6)
    np.testing.assert_allclose(found.geometry.length, found["length_m"], atol=1e-5)
    lines = network.lines()
    ends = [
        shapely.line_interpolate_point(lines[group.edge[row]], group.along_m[row])
        for group, row in ((places, place), (seeds, seed))
    ]
    if direction == "from_seeds":
        ends.reverse()
    for at, end in zip((0, -1), ends, strict=True):
        gap_m = shapely.distance(shapely.get_point(found.geometry.to_numpy(), at), end)
        np.testing.assert_allclose(gap_m, 0, atol=1e-5)


@given(data=st.data())
def test_every_place_with_a_cost_has_a_route_also_on_one_way_streets(data):
    network = data.draw(random_networks())
    seeds, places = data.draw(places_on(network, low=1)), data.draw(places_on(network, low=1))
    cost_m, _ = cost_at(network, reach(network, seeds, limit_m=np.inf), places)
    assert (
        drawn(network, seeds, places)["place"].tolist()
        == np.flatnonzero(np.isfinite(cost_m)).tolist()
    )


def test_the_worst_served_are_the_furthest_that_are_apart():
    xy_m = np.array([[0, 0], [10, 0], [500, 0], [900, 0]])
    cost_m = np.array([800.0, 900.0, 300.0, np.inf])
    assert worst_served(cost_m, xy_m, count=5, apart_m=100).tolist() == [1, 2]
    assert worst_served(cost_m, xy_m, count=2, apart_m=0).tolist() == [1, 0]


def test_nobody_is_worst_served_among_none():
    assert worst_served(np.zeros(0), np.zeros((0, 2)), count=3, apart_m=0).tolist() == []


def test_a_negative_count_is_refused():
    with pytest.raises(ParameterError, match="count"):
        worst_served(np.zeros(1), np.zeros((1, 2)), count=-1, apart_m=0)
