"""Networks in two tables: nodes with coordinates, and edges between them."""

import pytest

from geoplan.core.errors import CRSError, SchemaError, SourceError
from geoplan.layers.network.walk_network import load_walk_network
from geoplan.layers.readers.source import LayerSource

CRS = "EPSG:4547"
NODES = "id,x,y\n001,500000,2500000\n002,500100,2500000\n003,500100,2500050\n"
EDGES = "u,v,length_m,highway\n001,002,130,residential\n002,003,,steps\n003,009,5,path\n"


def tables(folder, nodes=NODES, edges=EDGES):
    (folder / "n.csv").write_text(nodes, encoding="utf-8")
    (folder / "e.csv").write_text(edges, encoding="utf-8")
    return [folder / "n.csv", folder / "e.csv"]


def test_edges_run_straight_and_cost_the_length_they_state(tmp_path):
    network = load_walk_network(tables(tmp_path), crs=CRS, source_crs=CRS, stairs_factor=2)
    assert network.length_m.tolist() == [100.0, 50.0]
    assert network.forward_m.tolist() == network.backward_m.tolist() == [130.0, 100.0]
    assert network.node_count == 3
    (notice,) = (n for n in network.record.notices if n.code == "edges_without_node")
    assert (notice.count, notice.total, network.record.rows_read) == (1, 3, 3)


def test_either_table_may_come_first_and_columns_may_have_other_names(tmp_path):
    paths = tables(
        tmp_path,
        NODES.replace("id,x,y", "编号,经度,纬度").replace("500", "11").replace("2511", "22"),
        EDGES.replace("u,v,", "A,B,"),
    )
    paths[0].write_text("编号,经度,纬度\na,114.0,22.5\nb,114.0,22.51\n", encoding="gb18030")
    paths[1].write_text("A,B\na,b\n", encoding="utf-8")
    source = LayerSource(
        paths[::-1], crs="CGCS2000", columns={"node_id": "编号", "u": "A", "v": "B"}
    )
    network = load_walk_network(source, crs=CRS)
    assert network.length_m.item() == pytest.approx(1107.5, abs=1)


def test_edges_that_cross_do_not_meet(tmp_path):
    nodes = "id,x,y\na,0,50\nb,100,50\nc,50,0\nd,50,100\n"
    network = load_walk_network(
        tables(tmp_path, nodes, "from,to\na,b\nc,d\n"), crs=CRS, source_crs=CRS
    )
    assert (network.node_count, network.edge_count) == (4, 2)


@pytest.mark.parametrize(
    ("nodes", "edges", "error", "words"),
    [
        (NODES, "a,b\n1,2\n", SchemaError, "one should have the columns u and v"),
        (EDGES, EDGES, SchemaError, "one should have the columns u and v"),
        (NODES, "u,b\n001,002\n", SchemaError, "no column v or to"),
        (NODES.replace("id", "key"), EDGES, SchemaError, "no column node_id or id"),
        (NODES, "u,v\n7,8\n", SchemaError, "no edge of .*e.csv names two nodes of .*n.csv"),
        ("id,a,b\n1,2,3\n", EDGES, SchemaError, "no column that is plainly a coordinate"),
    ],
)
def test_bad_tables_are_refused(tmp_path, nodes, edges, error, words):
    with pytest.raises(error, match=words):
        load_walk_network(tables(tmp_path, nodes, edges), crs=CRS, source_crs=CRS)


def test_one_table_alone_or_one_that_is_not_there_is_refused(tmp_path):
    paths = tables(tmp_path)
    with pytest.raises(SchemaError, match="a network in tables is two files"):
        load_walk_network(paths[1], crs=CRS, source_crs=CRS)
    with pytest.raises(SourceError, match="was not found"):
        load_walk_network([paths[0], tmp_path / "x.csv"], crs=CRS, source_crs=CRS)
    with pytest.raises(CRSError, match="says nothing of its CRS"):
        load_walk_network(paths, crs=CRS)


def straight(folder, *lengths, spacing_m=1000):
    """Nodes in a row, and edges between neighbours that state these lengths."""
    nodes = [f"{n},{500_000 + n * spacing_m},2500000" for n in range(len(lengths) + 1)]
    edges = [f"{n},{n + 1},{length}" for n, length in enumerate(lengths)]
    return tables(folder, "\n".join(["id,x,y", *nodes]), "\n".join(["u,v,length", *edges, ""]))


@pytest.mark.parametrize(
    ("lengths", "words"),
    [
        ((1, 1.2), "2 of the 2 lengths .* too short .* the first is 1.0, .* look like kilometres"),
        ((0, 0, 1000), "2 of the 3 lengths .* are too short .* leave the column out"),
        ((-1, -1), "are too short"),
        (("inf", "inf"), "are too short"),
        (("1 km", "1 km"), "are no numbers"),
        ((1e6, 1e6), "are too long"),
    ],
)
def test_lengths_that_are_no_metres_of_their_lines_are_refused(tmp_path, lengths, words):
    with pytest.raises(SchemaError, match=words):
        load_walk_network(straight(tmp_path, *lengths), crs=CRS, source_crs=CRS)


@pytest.mark.parametrize(
    ("length", "code", "cost"),
    [
        ("-1", "lengths_too_short", 1000),
        ("0", "lengths_too_short", 1000),
        ("980", "lengths_too_short", 1000),
        ("inf", "lengths_too_short", 1000),
        ("1,1 km", "lengths_unreadable", 1000),
        ("20000", "lengths_long", 20_000),
    ],
)
def test_a_length_that_cannot_be_is_told_and_the_map_counts(tmp_path, length, code, cost):
    paths = straight(tmp_path, 1005, f'"{length}"', 990, "")
    network = load_walk_network(paths, crs=CRS, source_crs=CRS)
    (told,) = (n for n in network.record.notices if n.code.startswith("lengths"))
    assert (told.code, told.count, told.total) == (code, 1, 3)
    assert network.forward_m.tolist() == [1005, cost, 990, 1000]


def test_lengths_in_feet_are_told(tmp_path):
    network = load_walk_network(straight(tmp_path, 3281, 3300, 3281), crs=CRS, source_crs=CRS)
    (told,) = (n for n in network.record.notices if n.code.startswith("lengths"))
    assert told.code == "lengths_stretched"
    assert told.values["ratio"] == pytest.approx(3.281)


def test_a_node_at_two_places_is_refused_and_one_written_twice_is_one(tmp_path):
    twice = NODES + "003,500100,2500050\n"
    assert load_walk_network(tables(tmp_path, twice), crs=CRS, source_crs=CRS).node_count == 3
    with pytest.raises(SchemaError, match=r"1 of 4 nodes repeat the key .* elsewhere.* '003'"):
        load_walk_network(tables(tmp_path, NODES + "003,500900,2500050\n"), crs=CRS, source_crs=CRS)
