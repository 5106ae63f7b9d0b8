"""Street graphs of OSMnx are read without OSMnx, and mean the same."""

import gzip

import networkx as nx
import numpy as np
import osmnx as ox
import pytest
import shapely
from pyproj import Transformer

from geoplan.core.errors import EmptyLayerError, SchemaError, SourceError
from geoplan.layers.walk_network import load_walk_network

CRS = "EPSG:4547"
KEYS = "<graphml><key id='d0' attr.name='x'/><key id='d1' attr.name='y'/><graph>"
LOST = "<edge source='a' target='b'/></graph></graphml>"


@pytest.fixture
def city(tmp_path, osm):
    """A block with a bent one-way street, a dead end, stairs and a bridge over all."""
    nodes = {
        1: (0, 0), 2: (200, 0), 3: (200, 200), 4: (0, 200), 5: (100, 40), 6: (300, 0),
        7: (-50, 100), 8: (250, 100),
    }  # fmt: skip
    ways = [
        (10, [1, 5, 2], {"highway": "residential", "oneway": "yes"}),
        (11, [2, 3, 4, 1], {"highway": "tertiary"}),
        (12, [2, 6], {"highway": "steps"}),
        (13, [7, 8], {"highway": "footway", "bridge": "yes"}),
    ]
    xml = osm.write_osm(tmp_path / "a.osm", nodes, ways)
    graph = ox.graph_from_xml(xml, retain_all=True, simplify=True)
    ox.save_graphml(graph, tmp_path / "a.graphml")
    return xml, tmp_path / "a.graphml"


def test_a_graph_is_the_network_of_the_osm_file_it_was_made_of(city):
    xml, graph = city
    theirs, ours = load_walk_network(graph, crs=CRS), load_walk_network(xml, crs=CRS)
    assert sorted(theirs.length_m.round(2)) == sorted(ours.length_m.round(2))
    assert theirs.node_count == ours.node_count
    assert sorted(theirs.class_names) == sorted(ours.class_names)
    assert sorted(set(theirs.edge_id)) == sorted(set(ours.edge_id))


def test_one_way_streets_stay_one_way_for_cyclists(city):
    xml, graph = city
    theirs = load_walk_network(graph, crs=CRS, mode="cycle")
    ours = load_walk_network(xml, crs=CRS, mode="cycle")
    one_way = np.isinf(theirs.backward_m) | np.isinf(theirs.forward_m)
    assert theirs.edge_id[one_way].tolist() == [10]
    assert np.isinf(ours.backward_m).sum() == 1


def test_a_packed_graph_is_read_too(city, tmp_path):
    packed = tmp_path / "b.graphml.gz"
    packed.write_bytes(gzip.compress(city[1].read_bytes()))
    assert load_walk_network(packed, crs=CRS).edge_count == 4


def test_an_undirected_graph_without_geometry_has_straight_edges(tmp_path):
    graph = nx.Graph(crs="EPSG:4547")
    graph.add_node("a", x=500_000.0, y=2_500_000.0)
    graph.add_node("b", x=500_030.0, y=2_500_040.0)
    graph.add_edge("a", "b")
    nx.write_graphml(graph, tmp_path / "a.graphml")
    network = load_walk_network(tmp_path / "a.graphml", crs=CRS)
    assert (network.length_m.tolist(), network.class_names) == ([50.0], ("road",))


@pytest.mark.real
def test_futian_is_read_whole(real_data):
    network = load_walk_network(real_data / "shenzhen" / "futian_streets.graphml", crs=CRS)
    graph = ox.load_graphml(real_data / "shenzhen" / "futian_streets.graphml")
    assert network.record.rows_read == len(graph.edges) == 4009
    closed = {"motorway_link"}
    kept = {
        (frozenset((u, v)), round(edge["length"]))
        for u, v, edge in graph.edges(data=True)
        if edge.get("access") not in ("private", "no")
        and closed.isdisjoint(np.atleast_1d(edge["highway"])[:1])
    }
    to_study = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    places = shapely.points(*to_study.transform(*zip(*(
        (data["x"], data["y"]) for _, data in graph.nodes(data=True)
    ), strict=True)))  # fmt: skip
    here = shapely.STRtree(places).query(
        shapely.points(network.node_xy_m), predicate="dwithin", distance=0.01
    )
    assert len(np.unique(here[0])) == network.node_count
    assert network.edge_count == pytest.approx(len(kept), abs=12)  # twins of equal length


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("<graphml><graph><node id='a'>", SourceError, "cannot be read as GraphML"),
        ("", SourceError, "cannot be read as GraphML"),
        ("<graphml><graph/></graphml>", EmptyLayerError, "has no edge"),
        (
            "<graphml><graph><node id='a'/><edge source='a' target='a'/></graph></graphml>",
            SchemaError,
            "nodes have no x and y",
        ),
        (
            f"{KEYS}<node id='a'><data key='d0'>1</data><data key='d1'>2</data></node>{LOST}",
            SchemaError,
            "1 edges name no node",
        ),
    ],
)
def test_bad_graphs_are_refused(tmp_path, text, error, words):
    (tmp_path / "a.graphml").write_text(text, encoding="utf-8")
    with pytest.raises(error, match=words):
        load_walk_network(tmp_path / "a.graphml", crs=CRS)
