"""Things in OSM files are found by their tags, whole, and as the geometry that is wanted."""

import gzip

import pytest
import shapely
from geopandas import GeoDataFrame

import geoplan as gp
from geoplan.core.errors import CRSError, EmptyLayerError, ParameterError, SourceError
from geoplan.layers.osm.features import load_osm_features
from geoplan.layers.osm.query import DEFAULT_TAGS

CRS = "EPSG:4547"
# Two squares of 100 m, and one of 20 m within the first.
SQUARES = {
    1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100),
    5: (200, 0), 6: (300, 0), 7: (300, 100), 8: (200, 100),
    11: (40, 40), 12: (60, 40), 13: (60, 60), 14: (40, 60),
}  # fmt: skip
PARK = {"leisure": "park", "name": "莲花山公园"}


def codes(layer):
    return [(n.code, n.count) for n in gp.load_record(layer).notices if n.code != "outside"]


def test_a_closed_way_is_a_polygon(tmp_path, osm):
    file = osm.write_osm(tmp_path / "a.osm", SQUARES, [(9, [1, 2, 3, 4, 1], PARK)])
    parks = load_osm_features(file, crs=CRS, tags={"leisure": "park"})
    assert parks[["osm_id", "name", "leisure"]].to_dict("records") == [
        {"osm_id": "way/9", "name": "莲花山公园", "leisure": "park"}
    ]
    assert parks.area.item() == pytest.approx(10_000, rel=1e-4)


def test_a_relation_comes_whole_with_its_hole_and_its_second_part(tmp_path, osm):
    ways = [
        (1, [1, 2, 3], {}),  # the first square in two pieces, one of them backwards
        (2, [1, 4, 3], {}),
        (3, [5, 6, 7, 8, 5], {}),
        (4, [11, 12, 13, 14, 11], {"natural": "water"}),
    ]
    members = [(1, "outer"), (2, "outer"), (3, "outer"), (4, "inner")]
    relation = [(5, members, {**PARK, "type": "multipolygon"})]
    file = osm.write_osm(tmp_path / "a.osm", SQUARES, ways, relation)
    parks = load_osm_features(file, crs=CRS, tags={"leisure": ["park"]}, family="polygon")
    assert parks["osm_id"].tolist() == ["relation/5"]
    assert parks.area.item() == pytest.approx(20_000 - 400, rel=1e-4)
    parts = shapely.get_parts(parks.geometry.item())
    assert sorted(shapely.get_num_interior_rings(parts).tolist()) == [0, 1]


def test_an_area_that_the_extract_cut_off_is_counted(tmp_path, osm):
    ways = [(1, [1, 2, 3], {}), (9, [5, 6, 7, 8, 5], PARK), (10, [5, 99, 8, 5], PARK)]
    relation = [(5, [(1, "outer"), (77, "outer")], {**PARK, "type": "multipolygon"})]
    file = osm.write_osm(tmp_path / "a.osm", SQUARES, ways, relation)
    parks = load_osm_features(file, crs=CRS, tags={"leisure": "park"}, family="polygon")
    assert parks["osm_id"].tolist() == ["way/9"]
    assert codes(parks) == [("osm_areas_cut", 2)]


def test_an_open_way_is_no_park_and_is_counted(tmp_path, osm):
    ways = [(9, [5, 6, 7, 8, 5], PARK), (10, [1, 2, 3], PARK)]
    file = osm.write_osm(tmp_path / "a.osm", SQUARES, ways)
    parks = load_osm_features(file, crs=CRS, tags={"leisure": "park"}, family="polygon")
    assert (len(parks), codes(parks)) == (1, [("osm_ways_open", 1)])


@pytest.mark.parametrize(
    ("tags", "query", "geometry"),
    [
        ({"barrier": "fence"}, {"barrier": True}, "LineString"),
        ({"barrier": "fence", "area": "yes"}, {"barrier": True}, "Polygon"),
        ({"barrier": "fence", "leisure": "park"}, {"leisure": "park"}, "Polygon"),
        ({"highway": "pedestrian"}, {"highway": ["pedestrian"]}, "LineString"),
        ({"building": "yes"}, {"building": True}, "Polygon"),
        ({"leisure": "track", "area": "no"}, {"leisure": True}, "LineString"),
    ],
)
def test_a_closed_way_is_a_line_or_an_area_by_its_tags(tmp_path, osm, tags, query, geometry):
    file = osm.write_osm(tmp_path / "a.osm", SQUARES, [(9, [1, 2, 3, 4, 1], tags)])
    assert load_osm_features(file, crs=CRS, tags=query).geom_type.tolist() == [geometry]


def test_a_thing_that_says_no_is_not_one(tmp_path, osm):
    ways = [(9, [1, 2, 3, 4, 1], {"building": "no"}), (10, [5, 6, 7, 8, 5], {"building": "yes"})]
    file = osm.write_osm(tmp_path / "a.osm", SQUARES, ways)
    buildings = load_osm_features(file, crs=CRS, tags={"building": True})
    assert buildings["osm_id"].tolist() == ["way/10"]


def test_a_station_drawn_as_an_area_stands_at_a_point_inside_it(tmp_path, osm):
    nodes = {**SQUARES, 20: (250, 50, {"railway": "station", "name": "老街"})}
    ways = [(9, [1, 2, 3, 4, 1], {"railway": "station", "area": "yes"})]
    stations = gp.load_rail_stations(osm.write_osm(tmp_path / "a.osm", nodes, ways), crs=CRS)
    assert stations["station_id"].tolist() == ["node/20", "way/9"]
    assert stations["name"].tolist() == ["老街", ""]
    (x, y), *_ = osm.local(stations.geometry[1].coords)
    assert 0 < x < 100
    assert 0 < y < 100
    assert ("osm_areas_as_points", 1) in codes(stations)


def test_the_loaders_of_layers_read_osm_files_by_the_settled_tags(tmp_path, osm):
    nodes = {**SQUARES, 20: (5, 5, {"highway": "bus_stop", "name": "少年宫"})}
    file = osm.write_osm(tmp_path / "a.osm", nodes, [(9, [1, 2, 3, 4, 1], PARK)])
    stops, parks = gp.load_bus_stops(file, crs=CRS), gp.load_parks(file, crs=CRS)
    assert stops[["stop_id", "name"]].to_dict("records") == [
        {"stop_id": "node/20", "name": "少年宫"}
    ]
    assert parks[["park_id", "name"]].to_dict("records") == [
        {"park_id": "way/9", "name": "莲花山公园"}
    ]
    record = gp.load_record(parks)
    assert (record.format, record.source_crs) == ("OSM XML", "EPSG:4326")
    assert record.source == "OpenStreetMap contributors (ODbL)"
    assert len(record.sha256) == 1


def test_a_plan_may_name_other_tags_conditions_and_columns(tmp_path, osm):
    nodes = {
        1: (0, 0, {"amenity": "school", "operator": "city", "capacity": "900"}),
        2: (9, 0, {"amenity": "college", "operator": "city"}),
        3: (9, 9, {"amenity": "school", "operator": "church"}),
    }
    source = gp.LayerSource(
        osm.write_osm(tmp_path / "a.osm", nodes),
        tags={"amenity": ["school", "college"]},
        where="operator = 'city' AND capacity IS NOT NULL",
        columns={"weight": "capacity"},
    )
    schools = gp.load_facilities(source, layer_name="places to learn", crs=CRS)
    assert schools[["facility_id", "weight"]].to_dict("records") == [
        {"facility_id": "node/1", "weight": 900.0}
    ]


def test_every_settled_query_names_keys_and_values_as_text():
    for tags in DEFAULT_TAGS.values():
        assert all(
            isinstance(key, str) and (values is True or all(isinstance(v, str) for v in values))
            for key, values in tags.items()
        )


def test_bad_input_is_refused(tmp_path, osm):
    file = osm.write_osm(tmp_path / "a.osm", SQUARES, [(9, [1, 2, 3, 4, 1], PARK)])
    with pytest.raises(EmptyLayerError, match=r"holds no thing with the tags shop=mall\|market"):
        load_osm_features(file, crs=CRS, tags={"shop": ["market", "mall"]})
    with pytest.raises(EmptyLayerError, match=r"bus_stops: .* holds no point"):
        gp.load_bus_stops(file, crs=CRS)
    with pytest.raises(ParameterError, match="`tags` is empty"):
        load_osm_features(file, crs=CRS, tags={})
    with pytest.raises(ParameterError, match="is a GeoDataFrame; wanted the path of one OSM file"):
        load_osm_features(GeoDataFrame(geometry=[]), crs=CRS, tags={"leisure": "park"})
    (tmp_path / "extract.gdb").mkdir()
    with pytest.raises(SourceError, match=r"extract\.gdb of layer features is a folder"):
        load_osm_features(tmp_path / "extract.gdb", crs=CRS, tags={"leisure": "park"})
    with pytest.raises(ParameterError, match=r"tags\['leisure'\] is 3"):
        load_osm_features(file, crs=CRS, tags={"leisure": 3})
    with pytest.raises(CRSError, match="unit: degree"):
        load_osm_features(file, crs="EPSG:4326", tags={"leisure": "park"})
    with pytest.raises(ParameterError, match="which tags it has there is not settled"):
        gp.load_facilities(file, layer_name="cinemas", crs=CRS)
    with pytest.raises(ParameterError, match="which tags it has there is not settled"):
        gp.load_red_lines(file, crs=CRS)
    with pytest.raises(ParameterError, match="2 OSM files were given; merge them"):
        gp.load_parks([file, tmp_path / "b.osm"], crs=CRS)
    with pytest.raises(SourceError, match="was not found"):
        gp.load_parks(tmp_path / "b.osm.pbf", crs=CRS)
    (tmp_path / "cut.osm.pbf").write_bytes(b"\x00\x00\x00\x0d\x0a\x09OSMHeader")
    with pytest.raises(SourceError, match="cannot be read as OSM data"):
        gp.load_parks(tmp_path / "cut.osm.pbf", crs=CRS)


def test_a_file_whose_numbers_are_in_no_order_is_read(tmp_path, osm):
    ways = [(12, [5, 6, 7, 8, 5], PARK), (9, [1, 2, 3, 4, 1], PARK)]
    file = osm.write_osm(tmp_path / "a.osm", SQUARES, ways)
    assert gp.load_parks(file, crs=CRS)["park_id"].tolist() == ["way/9", "way/12"]
    packed = tmp_path / "b.osm.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert gp.load_parks(packed, crs=CRS)["park_id"].tolist() == ["way/9", "way/12"]
