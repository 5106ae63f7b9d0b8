"""Reached streets and the polygons around them."""

from pathlib import Path
from runpy import run_path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.streets.isochrones import isochrones, reached_pieces
from geoplan.analyses.streets.reach import cost_at, reach
from geoplan.analyses.streets.street_area import fill_holes, street_area
from geoplan.core.errors import ParameterError

NETWORKS = run_path(str(Path(__file__).with_name("networks.py")))
make_network, on_edges = NETWORKS["make_network"], NETWORKS["on_edges"]
random_networks, places_on = NETWORKS["random_networks"], NETWORKS["places_on"]
grid_network = NETWORKS["grid_network"]

DRAW = {"speed_kmh": 6.0, "beside_m": 10.0, "fill_m2": 1e5}


def pieces_of(network, seeds, limit_m):
    pieces = reached_pieces(network, reach(network, seeds, limit_m=limit_m), limit_m)
    return list(zip(pieces.edge.tolist(), pieces.start_m, pieces.end_m, strict=True))


def test_the_middle_of_a_road_between_two_stops_may_stay_unreached():
    road = make_network([(0, 0), (128, 0)], [(0, 1)])
    assert pieces_of(road, on_edges([0, 0], [0, 128]), 32) == [(0, 0, 32), (0, 96, 128)]


def test_pieces_that_meet_are_one():
    road = make_network([(0, 0), (128, 0)], [(0, 1)])
    assert pieces_of(road, on_edges([0, 0], [32, 64]), 16) == [(0, 16, 80)]


def test_the_next_street_is_reached_in_part():
    roads = make_network([(0, 0), (128, 0), (256, 0)], [(0, 1), (1, 2)])
    assert pieces_of(roads, on_edges([0], 64), 96) == [(0, 0, 128), (1, 0, 32)]


@given(data=st.data())
def test_a_place_lies_on_a_piece_when_its_cost_is_within_the_limit(data):
    network = data.draw(random_networks())
    seeds, places = data.draw(places_on(network, low=1)), data.draw(places_on(network, low=1))
    places = places.take(places.found)
    places.access_m[:] = 0
    found = reach(network, seeds, limit_m=1000)
    cost_m, _ = cost_at(network, found, places)
    pieces = reached_pieces(network, found, 500)
    start, end = pieces.start_m - 1e-5, pieces.end_m + 1e-5
    on = (places.edge[:, None] == pieces.edge) & (places.along_m[:, None] >= start)
    on = (on & (places.along_m[:, None] <= end)).any(axis=1)
    # At the very end of a street that may not be entered, the node is within reach; no piece is.
    share = places.along_m / np.maximum(network.length_m[places.edge], 1e-9)
    inner = (share > 1e-6) & (share < 1 - 1e-6) & (np.abs(cost_m - 500) > 1e-4)
    np.testing.assert_array_equal(on[inner], (cost_m <= 500)[inner])


@given(data=st.data())
def test_pieces_of_an_edge_do_not_overlap(data):
    network = data.draw(random_networks())
    seeds = data.draw(places_on(network, low=1))
    pieces = reached_pieces(network, reach(network, seeds, limit_m=500), 500)
    same = pieces.edge[1:] == pieces.edge[:-1]
    assert (np.diff(pieces.edge) >= 0).all()
    assert (pieces.start_m[1:] >= pieces.end_m[:-1])[same].all()
    assert (pieces.end_m <= network.length_m[pieces.edge] + 1e-9).all()


def test_polygons_are_nested_and_as_far_as_the_minutes_go():
    grid = grid_network(22, 21)
    found = reach(grid, on_edges([220], 50), limit_m=1000)
    drawn = isochrones(grid, found, minutes=[10, 5], **DRAW)
    assert drawn["minutes"].tolist() == [5, 10]
    assert drawn.geometry.iloc[1].covers(drawn.geometry.iloc[0])
    # A square on its corner: 500 m and 1,000 m to each side, and the width.
    width = drawn.bounds.maxx - drawn.bounds.minx
    assert width.tolist() == pytest.approx([1020, 2020])


def test_blocks_are_filled_and_a_lake_is_not():
    # A block of 100 m beside one of 400 m.
    nodes = [(0, 0), (100, 0), (500, 0), (500, 400), (100, 400), (100, 100), (0, 100)]
    streets = make_network(nodes, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 0), (5, 1)])
    found = reach(streets, on_edges([0], 0), limit_m=5000)
    drawn = isochrones(streets, found, minutes=[50], **DRAW).geometry.iloc[0]
    assert drawn.covers(shapely.Point(50, 50))
    assert not drawn.covers(shapely.Point(300, 200))
    assert drawn.area == pytest.approx(520 * 420 - 380 * 380 - 100 * 300, rel=0.01)


def test_a_city_in_neighbourhoods_is_the_city_in_one():
    grid = grid_network(30, 30)
    lines = grid.lines()[np.random.default_rng(3).random(grid.edge_count) < 0.7]
    whole = shapely.union_all(shapely.buffer(lines, 10, quad_segs=4))
    drawn = street_area(lines, 10, fill_m2=0)
    assert drawn.symmetric_difference(whole).area < 1e-3 * whole.area
    filled = street_area(lines, 10, fill_m2=1e4)
    assert filled.covers(drawn)
    rings, part = shapely.get_rings(shapely.get_parts(filled), return_index=True)
    holes = rings[np.diff(part, prepend=-1) == 0]
    assert shapely.area(shapely.polygons(holes)).min() >= 1e4


def test_what_stands_in_a_filled_hole_goes_with_it_and_what_stands_in_a_large_one_stays():
    rings = shapely.MultiPolygon(
        [
            shapely.box(0, 0, 100, 100) - shapely.box(10, 10, 90, 90),
            shapely.box(20, 20, 80, 80) - shapely.box(30, 30, 70, 70),
            shapely.box(40, 40, 60, 60),
            # Its hole touches its own corner.
            shapely.Polygon([(200, 0), (300, 0), (300, 100)], [[(200, 0), (290, 20), (280, 20)]]),
        ]
    )
    triangle_m2 = 5000
    filled = fill_holes(rings, 1e4)
    assert filled.is_valid
    assert filled.area == pytest.approx(1e4 + triangle_m2)
    partly = fill_holes(rings, 2000)
    assert partly.is_valid
    assert partly.area == pytest.approx(3600 + 3600 + triangle_m2)


def test_no_streets_have_no_area():
    assert street_area(np.zeros(0, dtype=object), 10, fill_m2=0).is_empty


def test_nothing_is_filled_when_no_area_is():
    grid = grid_network(3, 3)
    found = reach(grid, on_edges([0], 0), limit_m=1000)
    drawn = isochrones(grid, found, minutes=[10], **{**DRAW, "fill_m2": 0}).geometry.iloc[0]
    assert len(drawn.interiors) == 4


def test_the_far_bank_stays_out_however_near_it_is():
    banks = make_network([(0, 0), (1000, 0), (1000, 50), (0, 50)], [(0, 1), (1, 2), (2, 3)])
    found = reach(banks, on_edges([0], 0), limit_m=1000)
    drawn = isochrones(banks, found, minutes=[5], **DRAW).geometry.iloc[0]
    assert not drawn.intersects(shapely.Point(0, 50))


def test_nothing_reached_is_an_empty_polygon():
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    found = reach(road, on_edges([], 0), limit_m=1000)
    assert isochrones(road, found, minutes=[5], **DRAW).geometry.iloc[0].is_empty


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"minutes": []}, "one or more times above 0"),
        ({"minutes": [0]}, "one or more times above 0"),
        ({"minutes": [60]}, "search ended at 1000 m"),
        ({"minutes": [5], "speed_kmh": 0}, "speed_kmh"),
        ({"minutes": [5], "beside_m": -1}, "beside_m"),
        ({"minutes": [5], "fill_m2": -1}, "fill_m2"),
    ],
)
def test_bad_options_are_refused(options, message):
    road = make_network([(0, 0), (100, 0)], [(0, 1)])
    found = reach(road, on_edges([0], 0), limit_m=1000)
    with pytest.raises(ParameterError, match=message):
        isochrones(road, found, **{**DRAW, **options})
