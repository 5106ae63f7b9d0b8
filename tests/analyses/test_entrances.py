"""Where one enters a park: the four rules in their order, on towns drawn by hand."""

import dataclasses
from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.analyses.streets.entrances import entrance_counts, entrance_notices, make_entrances
from geoplan.analyses.streets.reach import cost_at, reach
from geoplan.analyses.streets.snap import snap_points
from geoplan.core.errors import CRSError, ParameterError, SchemaError
from geoplan.layers.network.build import STRUCTURE

NETWORKS = run_path(str(Path(__file__).with_name("networks.py")))
make_network, on_edges, CRS = NETWORKS["make_network"], NETWORKS["on_edges"], NETWORKS["CRS"]


def layer(*shapes, crs=CRS):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def places(entrances):
    return [(p.x, p.y) for p in entrances.geometry]


@pytest.fixture
def park():
    """A square of 100 m."""
    return layer(shapely.box(0, 0, 100, 100))


@pytest.fixture
def path():
    """A path from west to east through the park, without a node inside."""
    return make_network([(-50, 40), (150, 40)], [(0, 1)])


def test_a_path_through_a_park_enters_at_both_sides(park, path):
    found = make_entrances(park, path, tolerance_m=5)
    assert sorted(places(found)) == [(0, 40), (100, 40)]
    assert found["rule"].unique().tolist() == ["crossing"]


def test_a_gate_on_the_boundary_wins_over_paths(park, path):
    gates = layer(shapely.Point(50, 103), shapely.Point(50, 50), shapely.Point(50, 120))
    found = make_entrances(park, path, tolerance_m=5, gates=gates)
    assert places(found) == [(50, 103)]
    assert found["rule"].tolist() == ["gate"]


def test_an_entrance_given_wins_over_gates_and_may_lie_inside(park, path):
    gates, given = layer(shapely.Point(50, 100)), layer(shapely.Point(20, 20))
    found = make_entrances(park, path, tolerance_m=5, given=given, gates=gates)
    assert (places(found), found["rule"].tolist()) == ([(20, 20)], ["given"])


def test_a_path_that_ends_in_front_of_the_park_enters_it_within_the_tolerance(park):
    path = make_network([(-50, 40), (-3, 40)], [(0, 1)])
    assert places(make_entrances(park, path, tolerance_m=5)) == [(-3, 40)]
    assert len(make_entrances(park, path, tolerance_m=2)) == 0


def test_a_path_that_ends_inside_enters_at_the_boundary_and_its_end(park):
    path = make_network([(-50, 40), (30, 40)], [(0, 1)])
    assert sorted(places(make_entrances(park, path, tolerance_m=0))) == [(0, 40), (30, 40)]


def test_a_street_along_the_boundary_enters_anywhere_only_when_asked(park):
    street = make_network([(-50, -10), (150, -10)], [(0, 1)])
    assert len(make_entrances(park, street, tolerance_m=0)) == 0
    found = make_entrances(park, street, tolerance_m=0, boundary_step_m=50, limit_m=20)
    assert sorted(places(found)) == [(0, 0), (50, 0), (100, 0)]
    assert found["rule"].unique().tolist() == ["boundary"]


def test_each_park_uses_its_own_rule_and_keeps_its_place(path):
    parks = layer(
        shapely.box(500, 500, 600, 600), shapely.box(0, 0, 100, 100), shapely.box(0, 130, 9, 139)
    )
    gates = layer(shapely.Point(500, 550), shapely.Point(505, 600))
    found = make_entrances(parks, path, tolerance_m=1, gates=gates)
    assert found["facility"].tolist() == [0, 0, 1, 1]
    assert entrance_counts(found) == {"gate": 1, "crossing": 1}
    notices = entrance_notices(found, 3, subject="parks")
    assert [notice.code for notice in notices] == [
        "entrances_by_gate",
        "entrances_by_crossing",
        "entrances_missing",
    ]
    assert notices[-1].text("en").startswith("parks: 1 of 3 have no entrance")


def test_an_entrance_between_two_parks_belongs_to_both(path):
    parks = layer(shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100))
    found = make_entrances(parks, path, tolerance_m=1, given=layer(shapely.Point(100, 50)))
    assert found["facility"].tolist() == [0, 1]


def test_a_station_is_its_own_entrance_unless_it_has_others(path):
    stations = layer(shapely.Point(0, 60), shapely.Point(900, 60))
    given = layer(shapely.Point(40, 60), shapely.Point(-40, 60))
    found = make_entrances(stations, path, tolerance_m=50, given=given)
    assert found["rule"].tolist() == ["given", "given", "itself"]
    assert entrance_notices(found, 2, subject="rail_stations")[0].count == 1


def test_a_missing_shape_has_no_entrance(path):
    parks = layer(None, shapely.box(0, 0, 100, 100), shapely.Polygon())
    assert set(make_entrances(parks, path, tolerance_m=1)["facility"]) == {1}


def test_a_hole_in_a_park_is_a_boundary_too(path):
    ring = shapely.box(0, 0, 100, 100) - shapely.box(40, 30, 60, 50)
    found = make_entrances(layer(ring), path, tolerance_m=0)
    assert sorted(x for x, _ in places(found)) == [0, 40, 60, 100]


def _walk_m(network, entrances, home):
    xy = shapely.get_coordinates(np.asarray(entrances.geometry))
    seeds = snap_points(xy, network, limit_m=200)
    found = reach(network, seeds, limit_m=5000)
    return cost_at(network, found, snap_points([home], network, limit_m=200))[0][0]


def test_a_gate_on_the_far_side_is_a_walk_around_the_park(park):
    # A street all around the park, 10 m off; the home is at its west, the gate at its east.
    corners = [(-10, -10), (110, -10), (110, 110), (-10, 110)]
    street = make_network(corners, [(0, 1), (1, 2), (2, 3), (3, 0)])
    gates = layer(shapely.Point(100, 50))
    found = make_entrances(park, street, tolerance_m=1, gates=gates)
    # Half of the way round, 240 m, the gate's leg of 10 m and the home's of 5 m.
    assert _walk_m(street, found, (-15, 50)) == pytest.approx(255)


def test_a_park_behind_a_fence_is_entered_where_its_one_path_passes_the_fence(park):
    # A street 2 m south of the park, and one path into it from the street's far end.
    street = make_network([(0, -2), (1000, -2), (1000, 50), (50, 50)], [(0, 1), (1, 2), (2, 3)])
    found = make_entrances(park, street, tolerance_m=0)
    assert sorted(places(found)) == [(50, 50), (100, 50)]
    assert _walk_m(street, found, (0, -2)) == pytest.approx(1000 + 52 + 900)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"tolerance_m": -1}, ParameterError, "tolerance_m.*0 or more"),
        ({"tolerance_m": 1, "boundary_step_m": 50}, ParameterError, "without `limit_m`"),
        ({"tolerance_m": 1, "boundary_step_m": 0, "limit_m": 9}, ParameterError, "above 0"),
        ({"tolerance_m": 1, "gates": layer(shapely.Point(0, 0), crs=4326)}, CRSError, "degree"),
    ],
)
def test_bad_options_are_refused(park, path, options, error, message):
    with pytest.raises(error, match=message):
        make_entrances(park, path, **options)


def test_a_network_in_another_crs_is_refused(path):
    with pytest.raises(CRSError, match=r"facilities.*EPSG:32650.*network in EPSG:4547"):
        make_entrances(layer(shapely.box(0, 0, 1, 1), crs="EPSG:32650"), path, tolerance_m=1)


def test_lines_have_no_entrances(path):
    with pytest.raises(SchemaError, match=r"1 of 1 rows are neither.*LineString"):
        make_entrances(layer(shapely.LineString([(0, 0), (1, 1)])), path, tolerance_m=1)


def _with_bridges(network, *edges):
    flagged = np.isin(np.arange(network.edge_count), edges).astype(np.int16)
    return dataclasses.replace(
        network, class_names=("footway", "footway" + STRUCTURE), edge_class=flagged
    )


PARK = gpd.GeoDataFrame(geometry=[shapely.box(400, 400, 600, 600)], crs=CRS)
THROUGH = make_network([(0, 500), (300, 500), (700, 500), (1000, 500)], [(0, 1), (1, 2), (2, 3)])


def test_a_tunnel_under_a_park_is_no_way_into_it():
    assert len(make_entrances(PARK, THROUGH, tolerance_m=5)) == 2
    assert make_entrances(PARK, _with_bridges(THROUGH, 1), tolerance_m=5).empty


def test_a_bridge_that_comes_down_inside_is_a_way_in():
    moat = make_network([(0, 500), (300, 500), (450, 500), (500, 500)], [(0, 1), (1, 2), (2, 3)])

    found = make_entrances(PARK, _with_bridges(moat, 1), tolerance_m=5)

    assert [point.wkt for point in found.geometry] == ["POINT (400 500)", "POINT (500 500)"]


def test_a_tunnel_of_several_pieces_passes_like_one():
    pieces = make_network(
        [(0, 500), (300, 500), (500, 500), (700, 500), (1000, 500)],
        [(0, 1), (1, 2), (2, 3), (3, 4)],
    )

    assert make_entrances(PARK, _with_bridges(pieces, 1, 2), tolerance_m=5).empty


def test_a_tunnel_does_not_keep_a_path_on_the_ground_out():
    both = make_network(
        [(0, 500), (300, 500), (700, 500), (1000, 500), (500, 300), (500, 450)],
        [(0, 1), (1, 2), (2, 3), (4, 5)],
    )

    found = make_entrances(PARK, _with_bridges(both, 1), tolerance_m=5)

    assert [point.wkt for point in found.geometry] == ["POINT (500 400)", "POINT (500 450)"]
