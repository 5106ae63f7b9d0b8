"""How far sources reach: headers of OSM files, hulls of nodes, and what plans and scripts state."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.core.extent import extent_of
from geoplan.layers import load_bus_stops, load_osm_features, load_walk_network
from geoplan.layers.readers.source_extent import hull_extent

CRS = "EPSG:4547"
NODES = [(114.00, 22.60), (114.02, 22.60), (114.02, 22.62), (114.00, 22.62)]


def osm(tmp_path, *, bounds=True):
    """Four nodes and the streets around them; the first is a bus stop."""
    box = '<bounds minlat="22.5" minlon="113.9" maxlat="22.7" maxlon="114.1"/>' if bounds else ""
    nodes = "".join(
        f'<node id="{k}" version="1" lon="{lon}" lat="{lat}">'
        + ('<tag k="highway" v="bus_stop"/>' if k == 1 else "")
        + "</node>"
        for k, (lon, lat) in enumerate(NODES, start=1)
    )
    refs = "".join(f'<nd ref="{k}"/>' for k in (1, 2, 3, 4, 1))
    way = f'<way id="9" version="1">{refs}<tag k="highway" v="residential"/></way>'
    path = tmp_path / "town.osm"
    path.write_text(f'<osm version="0.6">{box}{nodes}{way}</osm>', encoding="utf-8")
    return path


def degrees(extent):
    bounds = gpd.GeoSeries([extent.area], crs=CRS).to_crs(4326).total_bounds
    return bounds.round(3).tolist()


def test_an_osm_file_reaches_as_far_as_the_box_in_its_header(tmp_path):
    path = osm(tmp_path)

    network = load_walk_network(path, crs=CRS)
    stops = load_bus_stops(path, crs=CRS)
    features = load_osm_features(path, crs=CRS, tags={"highway": "bus_stop"})

    for extent in (network.extent, extent_of(stops), extent_of(features)):
        assert extent.origin == "header"
        assert degrees(extent) == pytest.approx([113.9, 22.5, 114.1, 22.7], abs=2e-3)


def test_without_a_box_it_reaches_as_far_as_its_nodes(tmp_path):
    path = osm(tmp_path, bounds=False)

    network, stops = load_walk_network(path, crs=CRS), load_bus_stops(path, crs=CRS)

    for extent in (network.extent, extent_of(stops)):
        assert extent.origin == "hull"
        assert degrees(extent) == [114.0, 22.6, 114.02, 22.62]


def test_streets_of_a_layer_reach_as_far_as_their_nodes():
    lines = shapely.linestrings([[(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]])
    streets = gpd.GeoDataFrame(geometry=lines, crs=CRS)

    network = load_walk_network(streets, crs=CRS)

    assert (network.extent.origin, network.extent.area.area) == ("hull", 10_000)


def test_a_stop_layer_of_another_kind_has_no_extent():
    stops = load_bus_stops(gpd.GeoDataFrame(geometry=[shapely.Point(5e5, 25e5)], crs=CRS), crs=CRS)

    assert extent_of(stops) is None


def test_what_a_script_states_wins(tmp_path):
    path = osm(tmp_path)
    ground = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 10)], crs=CRS)

    network = load_walk_network(path, crs=CRS, extent="all")
    features = load_osm_features(path, crs=CRS, tags={"highway": "bus_stop"}, extent=ground)

    assert (network.extent.origin, network.extent.area) == ("all", None)
    assert extent_of(features).area.area == 100


def test_the_hull_of_many_nodes_is_that_of_the_outermost():
    random = np.random.default_rng(5)
    many = random.uniform(0, 1000, (30_000, 2))

    hull = hull_extent(many).area

    assert hull.area > 0.97e6
    assert shapely.covers(hull.buffer(25), shapely.points(many)).all()
