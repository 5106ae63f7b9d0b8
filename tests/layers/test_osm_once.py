"""What OpenStreetMap holds as a node and an area, or in parts, counts once."""

import pytest

from geoplan.core.record import load_record
from geoplan.layers.kinds.bus_stops import load_bus_stops
from geoplan.layers.kinds.facilities import load_facilities
from geoplan.layers.kinds.rail_stations import load_rail_stations
from geoplan.layers.osm.features import load_osm_features
from geoplan.layers.readers.source import LayerSource

CRS = "EPSG:4547"
STATION = {"railway": "station", "name": "深圳北"}
STOP, PLATFORM = {"public_transport": "stop_position"}, {"public_transport": "platform"}


def square(key, x_m, y_m, side_m=40):
    """Corners of a square area, and its ring."""
    corners = [(x_m, y_m), (x_m + side_m, y_m), (x_m + side_m, y_m + side_m), (x_m, y_m + side_m)]
    refs = [key * 10 + n for n in range(4)]
    return dict(zip(refs, corners, strict=True)), [*refs, refs[0]]


def city(osm, folder, node, area, *, at=(20, 20)):
    """A node, and a square of 40 m with its corner at 0, 0."""
    corners, ring = square(1, 0, 0)
    nodes = {5: (*at, node), **corners}
    return osm.write_osm(folder / "a.osm", nodes, [(1, ring, area)])


def told(layer):
    return [n.count for n in load_record(layer).notices if n.code == "osm_drawn_twice"]


@pytest.mark.parametrize(
    ("node", "area", "at", "count"),
    [
        (STATION, STATION, (20, 20), 1),
        (STATION, {"railway": "station"}, (20, 20), 1),
        (STATION, STATION, (150, 20), 1),  # the name, 110 m beside its building
        (STATION, STATION, (400, 20), 2),
        (STATION, {**STATION, "name": "红山"}, (20, 20), 2),
        (STATION, {"railway": "station"}, (150, 20), 2),
    ],
)
def test_a_station_drawn_as_node_and_area_is_one(osm, tmp_path, node, area, at, count):
    stations = load_rail_stations(city(osm, tmp_path, node, area, at=at), crs=CRS)
    assert len(stations) == count
    assert told(stations) == ([1] if count == 1 else [])
    assert stations["station_id"].tolist()[0] == "node/5"


def test_of_areas_the_area_is_kept(osm, tmp_path):
    school = {"amenity": "school", "name": "A"}
    source = LayerSource(city(osm, tmp_path, school, school), tags={"amenity": "school"})
    schools = load_facilities(source, crs=CRS, layer_name="schools")
    assert schools["facility_id"].tolist() == ["way/1"]
    assert told(schools) == [1]


def test_two_schools_within_one_wall_are_two(osm, tmp_path):
    a, b = ({"amenity": "school", "name": name} for name in "AB")
    found = load_osm_features(city(osm, tmp_path, a, b), crs=CRS, tags={"amenity": "school"})
    assert len(found) == 2


STREET = {
    1: (0, 5, {**PLATFORM, "name": "A", "highway": "bus_stop"}),
    2: (0, 0, {**STOP, "name": "A"}),
    3: (30, -5, {**PLATFORM, "name": "A", "highway": "bus_stop"}),
    4: (30, 0, STOP),
    6: (500, 0, {**STOP, "name": "B"}),
}
TRANSPORT = {"public_transport": ["platform", "stop_position", "station"]}


def test_a_stop_position_is_part_of_its_platform_and_both_sides_of_a_street_stay(osm, tmp_path):
    path = osm.write_osm(tmp_path / "a.osm", STREET)
    stops = load_bus_stops(LayerSource(path, tags=TRANSPORT), crs=CRS)
    assert stops["stop_id"].tolist() == ["node/1", "node/3", "node/6"]
    assert told(stops) == [2]
    assert len(load_bus_stops(path, crs=CRS)) == 2


def test_what_one_stop_area_holds_is_one_station(osm, tmp_path):
    nodes = {
        1: (0, 0, {"public_transport": "station", "railway": "station"}),
        2: (300, 0, PLATFORM),
        3: (300, 5, STOP),
        4: (900, 0, PLATFORM),
    }
    path = osm.write_osm(tmp_path / "a.osm", nodes)
    members = "".join(f'<member type="node" ref="{n}" role=""/>' for n in (1, 2, 3))
    tags = '<tag k="type" v="public_transport"/><tag k="public_transport" v="stop_area"/>'
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("</osm>", f'<relation id="1" version="1">{members}{tags}</relation></osm>'),
        encoding="utf-8",
    )
    stations = load_rail_stations(LayerSource(path, tags=TRANSPORT), crs=CRS)
    assert stations["station_id"].tolist() == ["node/1", "node/4"]
    assert told(stations) == [2]
