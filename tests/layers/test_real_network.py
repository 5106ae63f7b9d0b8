"""The networks of real cities are those of their OSM files."""

import json

import numpy as np
import osmnx as ox
import pytest
from pyproj import Transformer

from geoplan.layers.network.flaws import network_report
from geoplan.layers.network.walk_network import load_walk_network
from geoplan.layers.osm.features import load_osm_features
from geoplan.layers.osm.query import DEFAULT_TAGS

pytestmark = pytest.mark.real


def pieces(network):
    """Every straight piece: its way and its two ends in millimetres, whatever its direction."""
    xy = np.round(network.vertex_xy_m, 3)
    inside = np.ones(len(xy), dtype=bool)
    inside[network.offsets[1:] - 1] = False
    first = np.flatnonzero(inside)
    ids = np.repeat(network.edge_id, np.diff(network.offsets))[first]
    return {
        (int(way), frozenset((tuple(a), tuple(b))))
        for way, a, b in zip(ids, xy[first].tolist(), xy[first + 1].tolist(), strict=True)
    }


def test_nanshan_has_the_edges_that_osmnx_finds_on_the_ways_kept(real_data):
    file, crs = real_data / "shenzhen" / "nanshan.osm", "EPSG:4547"
    network = load_walk_network(file, crs=crs)
    graph = ox.graph_from_xml(file, simplify=False, retain_all=True, bidirectional=True)
    to_study = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    place = {
        node: tuple(np.round(to_study.transform(data["x"], data["y"]), 3).tolist())
        for node, data in graph.nodes(data=True)
    }
    # One way was drawn in an editor and never uploaded: its nodes have ten decimals, OSM has seven.
    uploaded = network.edge_id > 0
    kept = set(network.edge_id[uploaded].tolist())
    theirs = [(u, v, e) for u, v, e in graph.edges(data=True) if e["osmid"] in kept and u != v]
    assert {(way, ends) for way, ends in pieces(network) if way > 0} == {
        (edge["osmid"], frozenset((place[u], place[v]))) for u, v, edge in theirs
    }
    length_m = sum({(e["osmid"], frozenset((u, v))): e["length"] for u, v, e in theirs}.values())
    # OSMnx measures on a sphere of radius 6371 km, we in the plane of the study CRS.
    assert network.length_m[uploaded].sum() == pytest.approx(length_m, rel=3e-3)


def test_las_palmas_is_read_from_its_pbf(real_data):
    (file,) = (real_data / "laspalmas").glob("*.pbf")
    crs = "EPSG:32628"
    network = load_walk_network(file, crs=crs)
    report = network_report(network)
    assert network.record.rows_read == 13_954 + 288  # squares drawn as relations
    assert report.components["length_share"][0] > 0.95
    found = {
        name: len(load_osm_features(file, crs=crs, tags=DEFAULT_TAGS[name], family=family))
        for name, family in (("parks", "polygon"), ("bus_stops", "point"),
                             ("protected_areas", "polygon"))
    }  # fmt: skip
    # One of the 7 protected areas runs into the sea, beyond the extract.
    assert found == {"parks": 282, "bus_stops": 696, "protected_areas": 6}


def test_nanshan_has_its_stops_stations_entrances_and_parks(real_data):
    file = real_data / "shenzhen" / "nanshan.osm"
    found = {
        name: len(load_osm_features(file, crs="EPSG:4547", tags=DEFAULT_TAGS[name], family=family))
        for name, family in (("parks", "polygon"), ("bus_stops", "point"),
                             ("rail_stations", "point"), ("rail_entrances", "point"))
    }  # fmt: skip
    assert found == {"parks": 9, "bus_stops": 36, "rail_stations": 3, "rail_entrances": 12}


@pytest.mark.parametrize(
    ("path", "crs", "rows", "main_share"),
    [
        ("portoalegre/poa_osm.pbf", "EPSG:32722", 15_886, 0.98),
        ("helsinki/Helsinki_2020_larger.osm.pbf", "EPSG:3067", 5_800, 0.97),
        ("bench/porto_portugal.osm.pbf", "EPSG:32629", 51_349, 0.98),
        ("bench/wuhan_original.parquet", "EPSG:32650", 92_667, 0.99),
        ("amsterdam/network.gpkg", "EPSG:28992", 3_899, 0.98),
    ],
)
def test_the_network_of_a_city_hangs_together(real_data, path, crs, rows, main_share):
    network = load_walk_network(real_data / path, crs=crs)
    assert network.record.rows_read >= rows
    assert network_report(network).components["length_share"][0] > main_share
    assert json.dumps(network.record.as_dict())
    assert np.isfinite(network.forward_m).all()
    assert (network.forward_m == network.length_m).all()
