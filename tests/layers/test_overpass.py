"""Overpass is asked through OSMnx; where it fails, the message says how to work offline."""

import geopandas as gpd
import osmnx as ox
import pytest
import requests
import shapely
from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError

import geoplan as gp
from geoplan.core.errors import EmptyLayerError, ParameterError, SourceError
from geoplan.layers.network.walk_network import load_walk_network

CRS = "EPSG:4547"
AREA = shapely.box(113.9, 22.4, 114.1, 22.7)


@pytest.fixture
def service(monkeypatch, tmp_path, osm):
    """OSMnx's doors to the network, replaced: a small city for any place."""
    nodes = {
        1: (0, 0), 2: (200, 0), 3: (200, 200), 4: (0, 200), 5: (100, 40), 6: (300, 0),
        7: (-50, 100), 8: (250, 100), 9: (5, 5, {"highway": "bus_stop", "name": "市民中心"}),
    }  # fmt: skip
    ways = [
        (10, [1, 5, 2], {"highway": "residential", "oneway": "yes"}),
        (11, [2, 3, 4, 1], {"highway": "tertiary"}),
        (12, [2, 6], {"highway": "steps"}),
        (13, [7, 8], {"highway": "footway", "bridge": "yes"}),
        (14, [6, 8], {"highway": "motorway"}),
    ]
    file = osm.write_osm(tmp_path / "city.osm", nodes, ways)
    asked = {}

    def graph(polygon, **options):
        asked.update(options, polygon=polygon, timeout=ox.settings.requests_timeout)
        return ox.graph_from_xml(file, simplify=False, retain_all=True)

    def features(polygon, tags):
        asked.update(polygon=polygon, tags=tags)
        return gpd.GeoDataFrame(
            {"highway": ["bus_stop", "bus_stop"], "name": ["市民中心", None]},
            geometry=[shapely.Point(113.99, 22.5), shapely.box(114, 22.5, 114.01, 22.51)],
            index=[("node", 9), ("way", 2)],
            crs="EPSG:4326",
        )

    place = gpd.GeoDataFrame(geometry=[AREA], crs="EPSG:4326")
    monkeypatch.setattr(ox, "geocode_to_gdf", lambda said: asked.update(place=said) or place)
    monkeypatch.setattr(ox, "graph_from_polygon", graph)
    monkeypatch.setattr(ox, "features_from_polygon", features)
    return asked, file


def test_the_network_of_a_place_is_that_of_its_file(service):
    asked, file = service
    theirs = load_walk_network("overpass:Futian, Shenzhen", crs=CRS, stairs_factor=2)
    ours = load_walk_network(file, crs=CRS, stairs_factor=2)
    assert sorted(theirs.length_m.round(2)) == sorted(ours.length_m.round(2))
    assert sorted(theirs.forward_m.round(2)) == sorted(ours.forward_m.round(2))
    assert sorted(theirs.edge_id) == sorted(ours.edge_id)
    assert (asked["place"], asked["polygon"]) == ("Futian, Shenzhen", AREA)
    assert asked["custom_filter"] == '["highway"]'
    assert theirs.record.paths == ("overpass:Futian, Shenzhen",)
    assert (theirs.record.sha256, theirs.record.format) == ((), "Overpass")
    assert theirs.record.source == "OpenStreetMap contributors (ODbL)"


@pytest.mark.usefixtures("service")
def test_one_way_streets_bind_cyclists():
    network = load_walk_network("overpass:Futian", crs=CRS, mode="cycle")
    assert network.edge_id[network.forward_m != network.backward_m].tolist() == [10]


def test_a_polygon_serves_in_place_of_a_name(service):
    load_walk_network(f"overpass:{AREA.wkt}", crs=CRS)
    assert service[0]["polygon"].equals(AREA)
    assert "place" not in service[0]


def test_features_of_a_place_are_loaded_by_their_tags(service):
    stops = gp.load_bus_stops("overpass:Futian", crs=CRS)
    assert stops[["stop_id", "name"]].to_dict("records") == [
        {"stop_id": "node/9", "name": "市民中心"},
        {"stop_id": "way/2", "name": ""},
    ]
    assert stops.geom_type.unique().tolist() == ["Point"]
    assert service[0]["tags"] == {"highway": ["bus_stop"]}


def test_the_settings_of_osmnx_are_as_they_were(service):
    before = (ox.settings.requests_timeout, list(ox.settings.useful_tags_way))
    load_walk_network("overpass:Futian", crs=CRS)
    assert (ox.settings.requests_timeout, ox.settings.useful_tags_way) == before
    assert service[0]["timeout"] == 60


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("raised", "error", "words"),
    [
        (requests.ConnectionError("no route"), SourceError, r"cannot be reached within 60 s"),
        (requests.Timeout("late"), SourceError, r"To work offline, download the region's"),
        (ResponseStatusCodeError("504"), SourceError, r"refuse \(504\)\. Wait some minutes"),
        (InsufficientResponseError("none"), EmptyLayerError, r"know no such place, or nothing"),
    ],
)
def test_a_service_that_fails_says_how_to_work_offline(monkeypatch, raised, error, words):
    def fail(*_, **__):
        raise raised

    monkeypatch.setattr(ox, "graph_from_polygon", fail)
    monkeypatch.setattr(ox, "features_from_polygon", fail)
    before = ox.settings.requests_timeout
    with pytest.raises(error, match=words):
        load_walk_network("overpass:Futian", crs=CRS)
    with pytest.raises(error, match=words):
        gp.load_parks("overpass:Futian", crs=CRS)
    assert ox.settings.requests_timeout == before


@pytest.mark.usefixtures("service")
def test_another_mistake_is_not_taken_for_the_service_being_down(monkeypatch):
    def fail(*_, **__):
        raise ValueError("a mistake of our own")

    monkeypatch.setattr(ox, "graph_from_polygon", fail)
    with pytest.raises(ValueError, match="a mistake of our own"):
        load_walk_network("overpass:Futian", crs=CRS)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("overpass:", "overpass names no place"),
        ("overpass:POLYGON((1 2", "the polygon for Overpass cannot be read"),
        ("overpass:POLYGON((0 0, 500000 0, 500000 9, 0 0))", "is not in degrees"),
    ],
)
def test_a_place_that_is_none_is_refused(path, words):
    with pytest.raises(ParameterError, match=words):
        load_walk_network(path, crs=CRS)
