"""Line layers become networks: crossings at equal level meet, bridges and tunnels pass."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.core.errors import CRSError, EmptyLayerError, ParameterError, SchemaError
from geoplan.layers.network.walk_network import load_walk_network

CRS = "EPSG:4547"


def streets(*lines, crs=CRS, **columns):
    return gpd.GeoDataFrame(columns, geometry=[shapely.LineString(xy) for xy in lines], crs=crs)


CROSS = ([(0, 50), (100, 50)], [(50, 0), (50, 100)])


def test_streets_that_cross_meet():
    network = load_walk_network(streets(*CROSS), crs=CRS)
    assert (network.node_count, network.length_m.tolist()) == (5, [50.0] * 4)
    assert network.edge_id.tolist() == [1, 1, 2, 2]
    assert network.record.notices[-1].code == "lines_split"


@pytest.mark.parametrize(
    "columns",
    [
        {"bridge": ["yes", None]},
        {"bridge": ["T", "F"]},
        {"tunnel": [1, 0]},
        {"layer": [0, 1]},
        {"layer": ["-1", None]},
        {"other_tags": ['"lit"=>"yes","bridge"=>"viaduct"', None], "highway": ["path", "path"]},
    ],
)
def test_a_bridge_and_a_tunnel_pass(columns):
    network = load_walk_network(streets(*CROSS, **columns), crs=CRS)
    assert (network.node_count, network.length_m.tolist()) == (4, [100.0, 100.0])


def test_two_bridges_of_one_level_meet():
    assert load_walk_network(streets(*CROSS, layer=[2, 2]), crs=CRS).node_count == 5


def test_a_bridge_joins_the_ground_where_it_ends():
    bridge = [(0, 0), (100, 0)]
    network = load_walk_network(
        streets(bridge, [(-50, 0), (0, 0)], [(100, -50), (100, 50)], bridge=["yes", "", ""]),
        crs=CRS,
    )
    assert (network.node_count, network.edge_count) == (5, 4)


def test_a_street_that_ends_on_another_meets_it():
    network = load_walk_network(streets([(0, 0), (100, 0)], [(30, 0.0005), (30, 80)]), crs=CRS)
    assert sorted(network.length_m.round(2).tolist()) == [30.0, 70.0, 80.0]
    assert network.node_count == 4


def test_a_gap_wider_than_rounding_stays_a_gap():
    network = load_walk_network(streets([(0, 0), (100, 0)], [(30, 0.01), (30, 80)]), crs=CRS)
    assert (network.node_count, network.edge_count) == (4, 2)


def test_three_levels_at_one_place_stay_apart():
    through = [(0, 50), (50, 50), (100, 50)]
    network = load_walk_network(
        streets(
            through, [(50, 0), (50, 50), (50, 100)], [(0, 0), (50, 50), (100, 100)],
            layer=[0, 1, -1],
        ),
        crs=CRS,
    )  # fmt: skip
    assert (network.node_count, network.edge_count) == (6, 3)


def test_a_line_that_crosses_itself_meets_itself():
    network = load_walk_network(streets([(0, 0), (100, 0), (50, 50), (50, -50)]), crs=CRS)
    assert network.node_count == 3 + 2
    assert network.length_m.sum() == pytest.approx(100 + np.hypot(50, 50) + 100)


def test_lines_that_lie_on_each_other_share_their_common_stretch():
    network = load_walk_network(streets([(0, 0), (100, 0)], [(40, 0), (70, 0)]), crs=CRS)
    assert sorted(network.length_m.tolist()) == [30.0, 30.0, 30.0, 40.0]
    assert network.node_count == 4


def test_degrees_become_metres_of_the_study_crs():
    lines = streets([(114.0, 22.5), (114.0, 22.51)], crs="EPSG:4326")
    network = load_walk_network(lines, crs=CRS)
    assert network.length_m.item() == pytest.approx(1107.5, abs=1)


def test_multilines_rings_and_heights_are_lines_too():
    shapes = [
        shapely.MultiLineString([[(0, 0), (10, 0)], [(20, 0), (50, 0)]]),
        shapely.LinearRing([(100, 0), (110, 0), (110, 10)]),
        shapely.LineString([(0, 9, 5), (7, 9, 5)]),
    ]
    network = load_walk_network(gpd.GeoDataFrame(geometry=shapes, crs=CRS), crs=CRS)
    assert network.edge_id.tolist() == [1, 1, 2, 3]
    assert network.length_m.round(2).tolist() == [10.0, 30.0, 34.14, 7.0]


def test_columns_named_like_osm_tags_decide_who_walks_there():
    lines = streets(*CROSS, [(0, 0), (9, 9)], fclass=["motorway", "footway", "steps"])
    network = load_walk_network(lines, crs=CRS, stairs_factor=2)
    assert [network.class_names[i] for i in network.edge_class] == ["footway", "steps"]
    assert network.forward_m.round(2).tolist() == [100.0, 25.46]
    renamed = lines.rename(columns={"fclass": "KIND"})
    network = load_walk_network(renamed, crs=CRS, columns={"highway": "KIND"})
    assert network.edge_count == 2


def test_geofabriks_letters_for_one_way_streets_are_known():
    lines = streets(*CROSS, [(0, 0), (9, 9)], fclass=["service"] * 3, oneway=["F", "T", "B"],
                    bridge=["T", "F", "F"])  # fmt: skip
    network = load_walk_network(lines, crs=CRS, mode="cycle")
    assert np.isinf(network.backward_m).tolist() == [True, False, False]
    assert np.isinf(network.forward_m).tolist() == [False, True, False]


def test_the_input_stays_as_it_was():
    lines = streets(*CROSS)
    before = lines.copy()
    load_walk_network(lines, crs=CRS)
    assert lines.equals(before)


@pytest.mark.parametrize(
    ("frame", "more", "error", "words"),
    [
        (streets(*CROSS, crs=None), {}, CRSError, "says nothing of its CRS"),
        (streets(*CROSS), {"crs": "EPSG:4326"}, CRSError, "unit: degree"),
        (streets(*CROSS, crs="EPSG:4326"), {}, CRSError, "in degrees, but"),
        (streets(*CROSS).centroid.to_frame("geometry"), {}, SchemaError, "should hold lines"),
        (streets(*CROSS)[:0], {}, EmptyLayerError, "has no rows"),
        (streets(*CROSS, highway=["motorway"] * 2), {}, EmptyLayerError, "nobody may walk"),
        (streets([(5, 5), (5, 5)]), {}, EmptyLayerError, "have no length"),
        (streets(*CROSS), {"columns": {"highway": "ART"}}, SchemaError, "no column 'ART'"),
        (streets(*CROSS), {"columns": {"speed": "V"}}, ParameterError, "maps 'speed'"),
        (streets(*CROSS), {"stairs_factor": 0.5}, ParameterError, "`stairs_factor` is 0.5"),
        (streets(*CROSS), {"crossing_penalty_m": -1}, ParameterError, "crosses|costs 0 or more"),
    ],
)
def test_bad_input_is_refused(frame, more, error, words):
    with pytest.raises(error, match=words):
        load_walk_network(frame, **{"crs": CRS, **more})


def test_edges_of_a_graph_meet_at_their_nodes_and_not_where_they_cross():
    edges = streets(*CROSS, [(100, 50), (0, 50)], u=[1, 3, 2], v=[2, 4, 1])
    network = load_walk_network(edges, crs=CRS)
    assert (network.node_count, network.length_m.tolist()) == (4, [100.0, 100.0])
    assert network.record.notices[-1].code == "lines_repeated"


def test_nodes_at_one_place_stay_apart_while_their_names_do():
    edges = streets([(0, 0), (50, 0)], [(50, 0), (50, 90)], u=["a", "c"], v=["b", "d"])
    assert load_walk_network(edges, crs=CRS).node_count == 4


def test_names_of_nodes_that_the_lines_contradict_are_left_aside():
    edges = streets([(0, 0), (50, 0)], [(50, 0), (50, 90)], u=["a", "b"], v=["b", "a"])
    assert load_walk_network(edges, crs=CRS).node_count == 3


def test_a_stated_length_counts_where_it_is_asked_for():
    lines = streets(*CROSS, KM=[0.15, None]).assign(LEN=[150, None])
    network = load_walk_network(lines, crs=CRS, columns={"length_m": "LEN"})
    assert network.forward_m.tolist() == [75.0, 75.0, 50.0, 50.0]
    assert load_walk_network(lines, crs=CRS).forward_m.tolist() == [50.0] * 4


def test_ids_that_osmnx_joined_give_their_first():
    lines = streets(*CROSS, [(0, 0), (9, 9)], osmid=["[7, 8]", "9", 10])
    network = load_walk_network(lines, crs=CRS)
    assert network.edge_id.tolist() == [7, 7, 9, 9, 10]
    odd = lines.assign(osmid=["x", "9", 10])
    assert load_walk_network(odd, crs=CRS).edge_id.tolist() == [1, 1, 2, 2, 3]


def test_the_length_that_a_row_states_is_shared_by_its_pieces():
    """A row of two parts, one of them crossing itself, and stating 20 % more than the map has."""
    parts = shapely.from_wkt("MULTILINESTRING ((0 0, 100 0), (0 50, 100 50, 50 90, 50 10))")
    layer = gpd.GeoDataFrame({"LEN": [parts.length * 1.2]}, geometry=[parts], crs=CRS)
    network = load_walk_network(layer, crs=CRS, columns={"length_m": "LEN"})
    assert network.forward_m == pytest.approx(network.length_m * 1.2)


def test_an_index_of_end_nodes_is_that_of_a_graph():
    lines = streets(*CROSS, u=[1, 3], v=[2, 4], key=[0, 0])
    for layer in (lines, lines.set_index(["u", "v", "key"])):
        assert load_walk_network(layer, crs=CRS).node_count == 4


def high(*lines, **columns):
    """Lines of (x, y, z)."""
    return streets(*lines, **columns)


STREET = [(0, 50, 5), (100, 50, 5)]


@pytest.mark.parametrize(
    "over",
    [
        [(50, 0, 12), (50, 100, 12)],  # across, without a vertex
        [(50, 0, 12), (50, 50, 12), (50, 100, 12)],  # with one
        [(50, 0, -4), (50, 100, -4)],  # below
        [(50, 0, 5), (50, 40, 9), (50, 60, 9), (50, 100, 5)],  # an arch
        [(50, 50, 12), (50, 100, 12)],  # ends above
        [(100, 50, 12), (150, 50, 12)],  # begins above its end
    ],
)
def test_lines_at_other_heights_do_not_meet_and_it_is_told(over):
    network = load_walk_network(high(STREET, over), crs=CRS)
    assert (network.node_count, network.edge_count) == (4, 2)
    told = {n.code: n.count for n in network.record.notices}
    assert (told["lines_apart"], told["lines_high"], told.get("lines_split")) == (1, 2, None)


@pytest.mark.parametrize(
    "other",
    [
        [(50, 0, 6.5), (50, 100, 4)],  # heights scatter
        [(50, 0, np.nan), (50, 100, np.nan)],  # unknown
        [(50, 0, -9999), (50, 100, -9999)],  # a fill value
        [(50, 0, 0), (50, 100, 10)],  # a slope that passes at 5 m
    ],
)
def test_lines_of_about_one_height_meet(other):
    network = load_walk_network(high(STREET, other), crs=CRS)
    assert (network.node_count, network.edge_count) == (5, 4)
    assert "lines_apart" not in {n.code for n in network.record.notices}


def test_a_line_without_heights_meets_one_that_has_them():
    flat = shapely.LineString([(50, 0), (50, 100)])
    layer = gpd.GeoDataFrame(geometry=[shapely.LineString(STREET), flat], crs=CRS)
    assert load_walk_network(layer, crs=CRS).node_count == 5


@pytest.mark.parametrize("lift", [[(50, 50, 5), (50, 50, 12)], [(50, 50, 4.5), (50, 50, 11.5)]])
def test_a_lift_joins_the_street_and_the_bridge_above_it(lift):
    bridge = [(50, 0, 12), (50, 100, 12)]
    network = load_walk_network(high(STREET, bridge, lift), crs=CRS)
    assert (network.node_count, network.edge_count) == (5, 4)


def test_stairs_that_climb_join_too_and_lengths_are_those_on_the_map():
    bridge, stairs = [(50, 0, 12), (50, 100, 12)], [(50, 20, 12), (30, 50, 5)]
    network = load_walk_network(high(STREET, bridge, stairs), crs=CRS)
    assert (network.node_count, network.edge_count) == (6, 5)
    assert network.length_m.sum() == pytest.approx(200 + np.hypot(20, 30))


def test_a_bridge_drawn_over_its_street_is_another_line():
    over = [(0, 50, 12), (100, 50, 12)]
    assert load_walk_network(high(STREET, over), crs=CRS).edge_count == 2
    assert load_walk_network(high(STREET, STREET), crs=CRS).edge_count == 1


def test_heights_survive_parts_rings_and_degrees(tmp_path):
    ring = shapely.LinearRing([(50, 0, 12), (90, 0, 12), (50, 100, 12)])
    parts = shapely.MultiLineString([[(20, 0, 12), (20, 100, 12)], [(200, 0, 5), (200, 9, 5)]])
    layer = (
        gpd.GeoDataFrame(geometry=[shapely.LineString(STREET), ring, parts], crs=CRS)
        .translate(500_000, 2_500_000)
        .to_crs(4326)
    )
    layer.to_file(tmp_path / "a.gpkg")
    for source in (gpd.GeoDataFrame(geometry=layer), tmp_path / "a.gpkg"):
        network = load_walk_network(source, crs=CRS)
        (told,) = (n for n in network.record.notices if n.code == "lines_apart")
        assert told.count == 3


def test_layers_of_a_drawing_are_no_levels():
    assert load_walk_network(streets(*CROSS, layer=[3, 37]), crs=CRS).node_count == 5
    assert load_walk_network(streets(*CROSS, layer=["['1', '2']", "0"]), crs=CRS).node_count == 4


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ({"access": ["no", "yes"]}, [1]),
        ({"access": ["private", None]}, [1]),
        ({"access": ["['no', 'yes']", "yes"]}, [1]),
        ({"access": ["['yes', 'private']", "['yes', 'permissive']"]}, [1]),
        ({"highway": ["['residential', 'motorway']", "['steps', 'footway']"]}, [1]),
        ({"access": ["no", "no"], "foot": ["yes", "private"]}, [0]),
    ],
)
def test_what_the_public_may_not_enter_is_left_out_of_every_layer(columns, kept):
    lines = streets([(0, 0), (10, 0)], [(0, 5), (20, 5)], edge_id=[0, 1], **columns)
    assert load_walk_network(lines, crs=CRS).edge_id.tolist() == kept


def test_closed_ways_are_kept_where_that_is_stated_and_it_is_told():
    lines = streets(
        *([(0, y), (10, y)] for y in range(5)),
        edge_id=range(5),
        highway=["footway", "service", "path", "motorway", "primary"],
        access=["private", "no", None, "private", None],
        foot=[None, None, "private", None, "no"],
    )
    network = load_walk_network(lines, crs=CRS, keep_closed_ways=True)
    assert network.edge_id.tolist() == [0, 1, 2]
    (told,) = (n for n in network.record.notices if n.code == "closed_ways_kept")
    assert (told.count, told.total) == (3, 5)
