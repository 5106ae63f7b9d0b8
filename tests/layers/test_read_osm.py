"""OSM files become networks: which ways, cut where, and what the reader says of bad files."""

import gzip

import numpy as np
import osmium
import pytest

from geoplan.core.errors import EmptyLayerError, ParameterError, SourceError
from geoplan.core.record import load_record
from geoplan.layers.kinds.bus_stops import load_bus_stops
from geoplan.layers.network.walk_network import load_walk_network
from geoplan.layers.osm import file as osm_file
from geoplan.layers.readers.source import LayerSource

CRS = "EPSG:4547"
PATH = {"highway": "path"}


def test_ways_meet_where_they_share_a_node_and_only_there(osm, tmp_path):
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 50), 5: (150, -50), 6: (150, 50)}
    ways = [
        (10, [1, 2, 3], {"highway": "residential"}),
        (11, [2, 4], {"highway": "footway"}),
        (12, [5, 6], {"highway": "footway", "bridge": "yes"}),
    ]
    network = load_walk_network(osm.write_osm(tmp_path / "a.osm", nodes, ways), crs=CRS)
    assert osm.local(network.node_xy_m) == [
        [0, 0],
        [100, 0],
        [200, 0],
        [100, 50],
        [150, -50],
        [150, 50],
    ]
    assert network.edge_id.tolist() == [10, 10, 11, 12]
    assert np.round(network.length_m, 1).tolist() == [100.0, 100.0, 50.0, 100.0]
    assert [network.class_names[i] for i in network.edge_class] == [
        "residential", "residential", "footway", "footway (bridge or tunnel)",
    ]  # fmt: skip


def test_an_edge_keeps_its_bends(osm, tmp_path):
    nodes = {1: (0, 0), 2: (30, 40), 3: (30, 100)}
    ways = [(1, [1, 2, 3], {"highway": "path"})]
    network = load_walk_network(osm.write_osm(tmp_path / "a.osm", nodes, ways), crs=CRS)
    assert (network.edge_count, network.offsets.tolist()) == (1, [0, 3])
    assert network.length_m.round(1).tolist() == [110.0]
    assert osm.local(network.vertex_xy_m) == [[0, 0], [30, 40], [30, 100]]


def test_a_square_is_walked_along_its_edge(osm, tmp_path):
    nodes = {1: (0, 0), 2: (80, 0), 3: (80, 60), 4: (0, 60), 5: (-50, 0)}
    ways = [
        (1, [1, 2, 3, 4, 1], {"highway": "pedestrian", "area": "yes"}),
        (2, [5, 1], {"highway": "footway"}),
    ]
    network = load_walk_network(osm.write_osm(tmp_path / "a.osm", nodes, ways), crs=CRS)
    assert network.length_m.round(1).tolist() == [280.0, 50.0]
    assert network.edge_u[0] == network.edge_v[0] == network.edge_v[1]


def test_a_square_drawn_as_a_relation_is_walked_along_its_edge_too(osm, tmp_path):
    nodes = {1: (0, 0), 2: (80, 0), 3: (80, 60), 4: (0, 60), 5: (-50, 0)}
    ways = [(1, [1, 2, 3], {}), (2, [3, 4, 1], {}), (3, [5, 1], {"highway": "footway"})]
    square = [(9, [(1, "outer"), (2, "outer")], {"type": "multipolygon", "highway": "pedestrian"})]
    network = load_walk_network(osm.write_osm(tmp_path / "a.osm", nodes, ways, square), crs=CRS)
    assert sorted(network.length_m.round(1).tolist()) == [50.0, 140.0, 140.0]


def test_a_closed_gate_cuts_the_way_and_an_open_one_does_not(osm, tmp_path):
    ways = [(1, [1, 2, 3], {"highway": "footway"})]
    gate = {"barrier": "gate", "access": "private"}
    closed = {1: (0, 0), 2: (50, 0, gate), 3: (100, 0)}
    network = load_walk_network(osm.write_osm(tmp_path / "a.osm", closed, ways), crs=CRS)
    assert (network.node_count, network.edge_count) == (4, 2)
    assert [n.code for n in network.record.notices] == ["barriers_closed"]
    open_ = {**closed, 2: (50, 0, {**gate, "foot": "yes"})}
    network = load_walk_network(osm.write_osm(tmp_path / "b.osm", open_, ways), crs=CRS)
    assert (network.node_count, network.edge_count) == (2, 1)


def test_no_line_is_drawn_across_nodes_that_an_extract_cut_off(osm, tmp_path):
    nodes = {1: (0, 0), 2: (50, 0), 4: (150, 0), 5: (200, 0)}
    ways = [(1, [1, 2, 3, 4, 5], {"highway": "footway"}), (2, [5, 6], {"highway": "footway"})]
    network = load_walk_network(osm.write_osm(tmp_path / "a.osm", nodes, ways), crs=CRS)
    assert network.length_m.round(1).tolist() == [50.0, 50.0]
    (notice,) = network.record.notices
    assert (notice.code, notice.count, notice.total) == ("ways_cut_by_extract", 2, 2)


def test_one_way_streets_bind_cyclists_and_not_walkers(osm, tmp_path):
    nodes = {1: (0, 0), 2: (50, 0)}
    ways = [(1, [1, 2], {"highway": "residential", "oneway": "yes"})]
    file = osm.write_osm(tmp_path / "a.osm", nodes, ways)
    walk = load_walk_network(file, crs=CRS)
    cycle = load_walk_network(file, crs=CRS, mode="cycle")
    assert walk.forward_m.tolist() == walk.backward_m.tolist() == walk.length_m.tolist()
    assert (cycle.forward_m.round(1).tolist(), cycle.backward_m.tolist()) == ([50.0], [np.inf])


def test_stairs_and_crossings_cost_what_they_are_given_to_cost(osm, tmp_path):
    nodes = {1: (0, 0), 2: (50, 0), 3: (60, 0), 4: (80, 0), 5: (60, 90)}
    ways = [
        (1, [1, 2], {"highway": "steps"}),
        (2, [2, 3, 4], {"highway": "footway", "footway": "crossing"}),
        (3, [3, 5], {"highway": "primary"}),
    ]
    file = osm.write_osm(tmp_path / "a.osm", nodes, ways)
    network = load_walk_network(file, crs=CRS, stairs_factor=2, crossing_penalty_m=30)
    assert network.forward_m.round(1).tolist() == [100.0, 20.0, 40.0, 90.0]
    assert network.length_m.round(1).tolist() == [50.0, 10.0, 20.0, 90.0]
    assert load_walk_network(file, crs=CRS).forward_m.round(1).tolist() == [50.0, 10.0, 20.0, 90.0]


def test_the_record_counts_what_was_left_out_and_why(osm, tmp_path):
    nodes = {1: (0, 0), 2: (50, 0)}
    ways = [
        (1, [1, 2], {"highway": "footway"}),
        (2, [1, 2], {"highway": "motorway"}),
        (3, [1, 2], {"highway": "motorway"}),
        (4, [1, 2], {"highway": "service", "access": "private"}),
        (5, [1, 2], {"waterway": "river"}),
    ]
    record = load_walk_network(osm.write_osm(tmp_path / "a.osm", nodes, ways), crs=CRS).record
    (notice,) = record.notices
    assert (record.rows_read, record.rows_kept, record.source_crs) == (4, 1, "EPSG:4326")
    assert (notice.count, notice.total) == (3, 4)
    assert notice.values["reasons"] == "highway=motorway (2), access=private (1)"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"city\.osm\.pbf of layer walk_network was not found"):
        load_walk_network(tmp_path / "city.osm.pbf", crs=CRS)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.osm.pbf", b"", "is empty"),
        ("a.osm.pbf", b"not a pbf at all, but text", "cannot be read as OSM"),
        ("a.osm", b"<html><body>429 Too Many Requests</body></html>", "cannot be read as OSM"),
        ("a.osm", b"<osm version='0.6'><node id='1' lat='1' lon='1'/><way id=", "cannot be read"),
    ],
)
def test_a_file_that_is_not_osm_or_breaks_off_is_refused(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=words):
        load_walk_network(tmp_path / name, crs=CRS)


@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_a_pbf_that_breaks_off_is_refused_and_gives_no_half_network(tmp_path, kept):
    whole = tmp_path / "whole.osm.pbf"
    with osmium.SimpleWriter(whole) as writer:
        for number in range(1, 20_001):
            place = (114 + number * 1e-5, 22.5 + number % 7 * 1e-5)
            writer.add_node(osmium.osm.mutable.Node(id=number, location=place))
        for number in range(1, 10_001):
            refs = [number, number + 1]
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=refs, tags=PATH))
    assert load_walk_network(whole, crs=CRS).edge_count == 10_000
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * kept)])
    with pytest.raises(SourceError, match=r"cut\.osm\.pbf .* cannot be read as OSM data"):
        load_walk_network(cut, crs=CRS)


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"waterway": "river"}, "has no way with a highway tag"),
        ({"highway": "motorway"}, r"nobody may walk on any of its 1 ways: highway=motorway \(1\)"),
    ],
)
def test_a_file_without_streets_is_refused(osm, tmp_path, tags, words):
    file = osm.write_osm(tmp_path / "a.osm", {1: (0, 0), 2: (9, 0)}, [(1, [1, 2], tags)])
    with pytest.raises(EmptyLayerError, match=words):
        load_walk_network(file, crs=CRS)


def test_a_file_without_the_nodes_of_its_ways_is_refused(osm, tmp_path):
    file = osm.write_osm(tmp_path / "a.osm", {}, [(1, [1, 2], {"highway": "footway"})])
    with pytest.raises(EmptyLayerError, match="complete_ways"):
        load_walk_network(file, crs=CRS)


def test_what_an_editor_drew_and_did_not_upload_is_read(tmp_path, osm):
    nodes = {-1: (0, 0), -2: (60, 0), 7: (100, 0)}
    ways = [(5, [7, -2], {"highway": "footway"}), (-3, [-2, -1], {"highway": "footway"})]
    network = load_walk_network(osm.write_osm(tmp_path / "a.osm", nodes, ways), crs=CRS)
    assert sorted(
        zip(network.edge_id.tolist(), network.length_m.round(1).tolist(), strict=True)
    ) == [
        (-3, 60.0),
        (5, 40.0),
    ]
    assert network.node_count == 3


def test_ways_may_stand_before_their_nodes_as_overpass_writes_them(tmp_path, osm):
    nodes = {1: (0, 0), 2: (60, 0)}
    text = osm.write_osm(tmp_path / "a.osm", nodes, [(1, [1, 2], {"highway": "path"})])
    head, *lines, tail = text.read_text(encoding="utf-8").split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("<way"))
    text.write_text("\n".join([head, lines[0], *lines[start:], *lines[1:start], tail]), "utf-8")
    assert load_walk_network(text, crs=CRS).length_m.round(1).tolist() == [60.0]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"where": "highway = 'path'"}, "where, columns and tags have no place"),
        ({"tags": {"highway": ["path"]}}, "where, columns and tags have no place"),
        ({"crs": "GCJ-02"}, "OSM files are in EPSG:4326, but the source is declared as GCJ-02"),
    ],
)
def test_what_means_nothing_beside_an_osm_file_is_refused(tmp_path, osm, more, words):
    file = osm.write_osm(tmp_path / "a.osm", {1: (0, 0), 2: (9, 0)}, [(1, [1, 2], PATH)])
    with pytest.raises(ParameterError, match=words):
        load_walk_network(LayerSource(file, **more), crs=CRS)


def test_several_osm_files_are_to_be_merged_first(tmp_path, osm):
    file = osm.write_osm(tmp_path / "a.osm", {1: (0, 0), 2: (9, 0)}, [(1, [1, 2], PATH)])
    with pytest.raises(ParameterError, match="osmium merge"):
        load_walk_network([file, tmp_path / "b.osm"], crs=CRS)


@pytest.mark.parametrize("ending", [".osm", ".osm.gz", ".osm.bz2", ".osm.pbf"])
@pytest.mark.parametrize("by_name", [True, False])
def test_a_file_that_can_only_be_read_as_bytes_is_read_too(
    tmp_path, osm, monkeypatch, ending, by_name
):
    monkeypatch.setattr(osm_file, "_opens_by_name", lambda _: by_name)
    plain = osm.write_osm(tmp_path / "a.osm", {1: (0, 0), 2: (60, 0)}, [(1, [1, 2], PATH)])
    (tmp_path / "南山 区").mkdir()
    file = tmp_path / "南山 区" / f"城市{ending}"
    with osmium.SimpleWriter(str(tmp_path / f"b{ending}")) as writer:
        for thing in osmium.FileProcessor(plain):
            writer.add(thing)
    (tmp_path / f"b{ending}").replace(file)
    assert load_walk_network(file, crs=CRS).length_m.round(1).tolist() == [60.0]


DELETED = """<osm version="0.6" generator="JOSM">
<node id="1" version="1" lat="22.6" lon="114.0"/><node id="2" version="1" lat="22.6" lon="114.001"/>
<node id="3" version="1" lat="22.601" lon="114.0"/>
<node id="4" version="1" {mark} lat="22.6" lon="114.0"><tag k="highway" v="bus_stop"/></node>
<node id="5" version="1" lat="22.6" lon="114.0"><tag k="highway" v="bus_stop"/></node>
<way id="10" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way>
<way id="11" version="1" {mark}><nd ref="2"/><nd ref="3"/><tag k="highway" v="footway"/></way>
</osm>"""


@pytest.mark.parametrize("mark", ['visible="false"', "action='delete'", 'action="delete"'])
@pytest.mark.parametrize("packed", [False, True])
def test_deleted_objects_are_left_out_and_told(tmp_path, mark, packed):
    path = tmp_path / ("a.osm.gz" if packed else "a.osm")
    text = DELETED.format(mark=mark).encode()
    path.write_bytes(gzip.compress(text) if packed else text)
    network = load_walk_network(path, crs=CRS)
    stops = load_bus_stops(path, crs=CRS)
    assert (network.edge_id.tolist(), stops["stop_id"].tolist()) == ([10], ["node/5"])
    for record in (network.record, load_record(stops)):
        (told,) = (n for n in record.notices if n.code == "osm_deleted")
        assert told.count == 2


def test_what_is_only_modified_stays(tmp_path):
    (tmp_path / "a.osm").write_text(DELETED.format(mark='action="modify"'), encoding="utf-8")
    assert load_walk_network(tmp_path / "a.osm", crs=CRS).edge_count == 2


def test_closed_ways_and_their_gates_are_passed_where_that_is_stated(osm, tmp_path):
    gate = {"barrier": "gate", "access": "private"}
    nodes = {1: (0, 0), 2: (50, 0, gate), 3: (100, 0), 4: (200, 0)}
    ways = [(10, [1, 2, 3], {**PATH, "access": "private"}), (11, [3, 4], PATH)]
    path = osm.write_osm(tmp_path / "a.osm", nodes, ways)
    assert load_walk_network(path, crs=CRS).edge_id.tolist() == [11]
    network = load_walk_network(path, crs=CRS, keep_closed_ways=True)
    assert (network.edge_id.tolist(), network.node_count) == ([10, 11], 3)
    (told,) = (n for n in network.record.notices if n.code == "closed_ways_kept")
    assert (told.count, told.total) == (1, 2)
