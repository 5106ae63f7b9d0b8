"""An OSM file is inspected for what a plan may take from it."""

from geoplan.layers.inspection.files import inspect_files

PATH = {"highway": "footway"}


def test_streets_stops_and_parks_are_counted(tmp_path, osm):
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 0, {"highway": "bus_stop"})}
    ways = [
        (1, [1, 2], PATH),
        (2, [1, 3], {"highway": "motorway"}),
        (3, [1, 2, 3, 1], {"leisure": "park"}),
    ]
    file = osm.write_osm(tmp_path / "a.osm", nodes, ways)
    facts = inspect_files([file])
    assert [(fact.guess, fact.guess_kind, fact.rows) for fact in facts] == [
        ("walk_network", "walk_network", 1),
        ("bus_stops", "bus_stops", 1),
        ("parks", "parks", 1),
    ]
    assert {fact.format for fact in facts} == {"OSM XML"}
    assert {finding.code for fact in facts for finding in fact.findings} == {"osm"}


def test_a_file_that_states_its_extent_is_placed(tmp_path, osm):
    file = osm.write_osm(tmp_path / "a.osm", {1: (0, 0), 2: (9, 0)}, [(1, [1, 2], PATH)])
    text = file.read_text(encoding="utf-8").replace(
        "<node", '<bounds minlon="113.9" minlat="22.5" maxlon="114.1" maxlat="22.7"/><node', 1
    )
    file.write_text(text, encoding="utf-8")
    (facts,) = inspect_files([file])
    assert facts.bounds_deg == (113.9, 22.5, 114.1, 22.7)


def test_what_cannot_be_read_or_holds_nothing_of_use_is_a_finding(tmp_path, osm):
    (tmp_path / "cut.osm.pbf").write_bytes(b"Written for people")
    osm.write_osm(tmp_path / "sea.osm", {1: (0, 0)}, [])
    for facts, words in zip(
        inspect_files([tmp_path / "cut.osm.pbf", tmp_path / "sea.osm"]),
        ("cannot be read as OSM data", "holds no street"),
        strict=True,
    ):
        (finding,) = facts.findings
        assert (finding.code, finding.severity) == ("unreadable", "stop")
        assert words in finding.values["reason"]
