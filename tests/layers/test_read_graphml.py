"""Street graphs of OSMnx are read without OSMnx, and mean the same."""

import gzip
from xml.sax.saxutils import escape

import networkx as nx
import numpy as np
import osmnx as ox
import pytest
import shapely
from pyproj import CRS as CRS_TYPE
from pyproj import Transformer

from geoplan.core.errors import (
    CRSError,
    EmptyLayerError,
    ParameterError,
    SchemaError,
    SourceError,
)
from geoplan.layers.kinds.parks import load_parks
from geoplan.layers.network.walk_network import load_walk_network

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


def test_the_graph_itself_its_edges_and_its_two_tables_are_the_same_network(city):
    graph = ox.load_graphml(city[1])
    nodes, edges = ox.graph_to_gdfs(graph)
    named = load_walk_network(city[1], crs=CRS)
    for source in (graph, edges, edges.reset_index(), (nodes, edges), [edges, nodes]):
        network = load_walk_network(source, crs=CRS)
        assert network.node_count == named.node_count
        assert sorted(network.length_m) == pytest.approx(sorted(named.length_m))


def test_edges_without_geometry_run_straight_between_the_nodes_of_the_other_table(city):
    nodes, edges = ox.graph_to_gdfs(ox.load_graphml(city[1]))
    bare = edges.assign(geometry=None).set_geometry("geometry", crs=edges.crs)
    network = load_walk_network((nodes, bare), crs=CRS)
    assert network.node_count == len(nodes)
    with pytest.raises(ParameterError, match="one should hold nodes and the other edges"):
        load_walk_network((nodes, nodes), crs=CRS)


def test_a_graph_is_no_layer_of_parks(city):
    with pytest.raises(ParameterError, match="`source` is a MultiDiGraph; wanted a path"):
        load_parks(ox.load_graphml(city[1]), crs=CRS)


def metric(folder, crs, *, key="<key id='c' for='graph' attr.name='crs'/>"):
    """A graph of one edge of 50 m in UTM zone 49, that names its CRS so."""
    keys = f"<key id='d0' for='node' attr.name='x'/><key id='d1' for='node' attr.name='y'/>{key}"
    places = {"a": (499_970, 2_500_000), "b": (500_000, 2_500_040)}
    nodes = "".join(
        f"<node id='{name}'><data key='d0'>{x}</data><data key='d1'>{y}</data></node>"
        for name, (x, y) in places.items()
    )
    said = f"<data key='c'>{escape(crs)}</data>" if crs else ""
    path = folder / "a.graphml"
    path.write_text(
        f"<graphml>{keys}<graph>{said}{nodes}<edge source='a' target='b'/></graph></graphml>",
        encoding="utf-8",
    )
    return path


UTM = "EPSG:32649"


@pytest.mark.parametrize(
    "crs",
    [
        UTM,
        "epsg:32649",
        "{'init': 'epsg:32649'}",
        "{'datum': 'WGS84', 'ellps': 'WGS84', 'proj': 'utm', 'zone': 49, 'units': 'm'}",
        "{'proj': 'utm', 'zone': 49, 'datum': 'WGS84', 'units': 'm', 'no_defs': True}",
        "+init=epsg:32649 +type=crs",
        "+proj=utm +zone=49 +datum=WGS84 +units=m +no_defs",
        "<Projected CRS: EPSG:32649>\nName: WGS 84 / UTM zone 49N",
        CRS_TYPE.from_epsg(32649).to_wkt(),
        CRS_TYPE.from_epsg(32649).to_json(),
    ],
)
def test_every_way_in_which_osmnx_wrote_a_crs_is_read(tmp_path, crs):
    network = load_walk_network(metric(tmp_path, crs), crs=UTM)
    assert network.length_m == pytest.approx([50])
    assert network.record.source_crs == UTM


def test_a_stated_crs_wins_over_one_that_cannot_be_read(tmp_path):
    path = metric(tmp_path, "{'init': }")
    assert load_walk_network(path, crs=UTM, source_crs=UTM).length_m == pytest.approx([50])
    with pytest.raises(CRSError, match=r"names its CRS as .* cannot be read. State it"):
        load_walk_network(path, crs=UTM)


def test_a_key_may_have_a_default_value(tmp_path):
    key = "<key id='h' for='edge' attr.name='highway'><default>steps</default></key>"
    network = load_walk_network(metric(tmp_path, "", key=key), crs=UTM, source_crs=UTM)
    assert network.class_names == ("steps",)


def test_a_node_at_two_places_is_refused(tmp_path):
    path = metric(tmp_path, UTM, key="<key id='c' for='graph' attr.name='crs'/>")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("<node id='b'>", "<node id='a'>"), encoding="utf-8")
    with pytest.raises(SchemaError, match="1 of 2 nodes repeat the key of another that stands"):
        load_walk_network(path, crs=UTM)
    path.write_text(text.replace(">500000<", ">nan<"), encoding="utf-8")
    with pytest.raises(SchemaError, match=r"1 of 2 nodes have no x and y that are numbers.*'b'"):
        load_walk_network(path, crs=UTM)


def test_a_graph_nested_without_end_is_an_error_of_ours(tmp_path):
    path = tmp_path / "a.graphml"
    path.write_text("<graphml>" + "<graph>" * 200_000, encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be read as GraphML"):
        load_walk_network(path, crs=UTM)
