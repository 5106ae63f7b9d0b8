"""The report of a network counts its islands, gaps and flawed edges."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.core.errors import EmptyLayerError, ParameterError
from geoplan.layers.network.flaws import keep_edges, network_report, without_islands
from geoplan.layers.network.walk_network import load_walk_network

CRS = "EPSG:4547"


def network(*lines, **columns):
    shapes = [shapely.LineString(xy) for xy in lines]
    return load_walk_network(gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS), crs=CRS)


STREET, ISLAND = [(0, 0), (90, 0)], [(0, 50), (10, 50)]


def test_islands_come_with_their_share_of_length_and_people():
    people = gpd.GeoDataFrame(
        {"population": [300.0, 100.0, np.nan]},
        geometry=[shapely.Point(5, 5), shapely.box(2, 48, 4, 50), shapely.Point(5, 50)],
        crs=CRS,
    )
    report = network_report(network(ISLAND, STREET), population=people)
    assert report.components.to_dict("list") == {
        "component": [0, 1],
        "nodes": [2, 2],
        "edges": [1, 1],
        "length_m": [90.0, 10.0],
        "length_share": [0.9, 0.1],
        "population": [300.0, 100.0],
        "population_share": [0.75, 0.25],
    }
    (notice,) = report.notices
    assert (notice.code, notice.count) == ("network_islands_people", 1)
    assert "25.0%" in notice.text("en")


def test_a_whole_network_has_nothing_to_report():
    report = network_report(network(STREET, [(90, 0), (90, 60)]))
    assert (report.notices, report.dead_ends, len(report.components)) == ((), 2, 1)


@pytest.mark.parametrize(("y_m", "gaps"), [(1.5, 1), (2.5, 0)])
def test_a_dead_end_that_stops_short_of_an_edge_is_a_gap(y_m, gaps):
    assert network_report(network(STREET, [(30, y_m), (30, 80)])).gaps == gaps


def test_a_dead_end_near_the_street_that_it_turns_off_is_no_gap():
    assert network_report(network([(0, 0), (50, 0)], [(50, 0), (50, 1.5)])).gaps == 0


def test_flawed_edges_are_counted():
    report = network_report(
        network(
            STREET, STREET, [(90, 0), (95, 5), (95, -5), (90, 0)],
            highway=["steps", "path", "path"],
        )
    )  # fmt: skip
    assert (report.duplicates, report.self_loops, report.zero_length) == (1, 1, 0)
    assert [n.code for n in report.notices] == ["network_self_loops", "network_duplicates"]


def test_short_islands_are_left_out_and_counted():
    whole = network(ISLAND, STREET, [(0, 99), (40, 99)])
    kept = without_islands(whole, min_length_m=20)
    assert kept.length_m.tolist() == [90.0, 40.0]
    assert kept.node_count == 4
    notice = kept.record.notices[-1]
    assert (notice.code, notice.count, notice.total) == ("islands_left_out", 1, 3)
    assert kept.record.rows_kept == 2
    assert without_islands(whole, min_length_m=10) is whole
    assert without_islands(whole, min_length_m=1e6).length_m.tolist() == [90.0]


@given(st.lists(st.booleans(), min_size=12, max_size=12).filter(any))
def test_the_edges_kept_are_those_of_before(kept):
    xs = np.arange(0, 400, 100)
    lines = [[(x, 0), (x, 200)] for x in xs] + [[(0, y), (300, y)] for y in (0, 100, 200)]
    whole = network(*lines)
    mask = np.resize(np.array(kept), whole.edge_count)
    part = keep_edges(whole, mask)
    assert shapely.equals(part.lines(), whole.lines()[mask]).all()
    ends = part.node_xy_m[np.column_stack([part.edge_u, part.edge_v])]
    assert (ends == whole.node_xy_m[np.column_stack([whole.edge_u, whole.edge_v])][mask]).all()
    assert set(part.edge_u) | set(part.edge_v) == set(range(part.node_count))


@pytest.mark.parametrize("length_m", [0, -1, np.nan, np.inf])
def test_a_length_that_means_nothing_is_refused(length_m):
    with pytest.raises(ParameterError, match="`min_length_m` is"):
        without_islands(network(STREET), min_length_m=length_m)


def test_a_network_keeps_an_edge():
    with pytest.raises(EmptyLayerError, match="no edge would be left"):
        keep_edges(network(STREET), np.array([False]))
