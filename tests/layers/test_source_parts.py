"""Which layer of a file is read: the one asked for, several, or a refusal; never another."""

import json
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geoplan.core.errors import EmptyLayerError, ParameterError, SourceError
from geoplan.core.record import load_record
from geoplan.layers import (
    load_bus_stops,
    load_districts,
    load_facilities,
    load_population,
    load_surface,
    load_walk_network,
)
from geoplan.layers.inspection.files import inspect_files
from geoplan.layers.readers.source import LayerSource

CRS = "EPSG:4547"


def squares(*codes, west=0):
    """Give a square of 1 km for each code."""
    shapes = [
        shapely.box(x, 0, x + 1000, 1000) for x in range(west, west + 1000 * len(codes), 1000)
    ]
    return gpd.GeoDataFrame({"CODE": codes}, geometry=shapes, crs=CRS)


@pytest.fixture
def topojson(tmp_path):
    """Write a TopoJSON whose first object is the city and whose second are its districts."""

    def polygon(code, arc):
        return {"type": "Polygon", "arcs": [[arc]], "properties": {"CODE": code}}

    def ring(west, east):
        return [[west, 22.6], [east, 22.6], [east, 22.7], [west, 22.7], [west, 22.6]]

    content = {
        "type": "Topology",
        "objects": {
            "city": {"type": "GeometryCollection", "geometries": [polygon("CITY", 0)]},
            "districts": {
                "type": "GeometryCollection",
                "geometries": [polygon("A", 1), polygon("B", 2)],
            },
        },
        "arcs": [ring(114.0, 114.2), ring(114.0, 114.1), ring(114.1, 114.2)],
    }
    path = tmp_path / "atlas.json"
    path.write_text(json.dumps(content))
    return path


def folder(name, *west):
    marks = "".join(
        f"<Placemark><name>{name}{x}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{x},22 {x + 0.1},22 {x + 0.1},22.1 {x},22</coordinates></LinearRing></outerBoundaryIs>"
        "</Polygon></Placemark>"
        for x in west
    )
    return f"<Folder><name>{name}</name>{marks}</Folder>"


@pytest.fixture
def kml(tmp_path):
    """Write a KML with a folder per district, one of them in two, and an empty one."""
    folders = [folder("福田", 114.0), folder("罗湖", 114.2), folder("罗湖", 114.4), folder("空")]
    path = tmp_path / "districts.kml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document>{''.join(folders)}</Document></kml>",
        encoding="utf-8",
    )
    return path


def codes(path, layer, crs=None):
    source = LayerSource(path, layer=layer, crs=crs, columns={"district_id": "CODE"})
    return load_districts(source, crs=CRS)["district_id"].tolist()


def test_the_object_of_a_topojson_that_is_asked_for_is_read(topojson):
    assert codes(topojson, "districts", "EPSG:4326") == ["A", "B"]
    assert codes(topojson, "city", "EPSG:4326") == ["CITY"]


def test_a_topojson_of_several_objects_is_not_read_without_a_choice(topojson):
    with pytest.raises(SourceError, match="has 2 layers: city, districts"):
        codes(topojson, "")


def test_the_doctor_lists_every_object_of_a_topojson(topojson):
    assert [file.layer for file in inspect_files([topojson])] == ["city", "districts"]


@pytest.mark.parametrize("suffix", [".geojson", ".shp", ".fgb", ".gpkg", ".parquet"])
def test_a_layer_that_a_file_does_not_have_is_refused(tmp_path, suffix):
    path = tmp_path / f"d{suffix}"
    frame = squares("A")
    frame.to_parquet(path) if suffix == ".parquet" else frame.to_file(path)

    assert codes(path, "d") == ["A"]
    with pytest.raises(SourceError, match="has no layer 'nosuch'"):
        codes(path, "nosuch")


def test_a_layer_of_a_zip_is_its_member_or_refused(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, code in (("north", "A"), ("south", "B")):
            archive.writestr(f"{name}.geojson", squares(code).to_crs(4326).to_json())

    assert codes(path, "south") == ["B"]
    assert codes(path, "*") == ["A", "B"]
    assert codes(path, ["south", "north"]) == ["B", "A"]
    assert [file.path for file in inspect_files([path])] == [
        f"{path}!north.geojson",
        f"{path}!south.geojson",
    ]
    with pytest.raises(SourceError, match="holds 2 layers"):
        codes(path, "nosuch")
    with pytest.raises(SourceError, match="has no layer 'nosuch'"):
        codes(f"{path}!north.geojson", "nosuch")


def test_a_table_without_sheets_has_none(tmp_path):
    path = tmp_path / "stops.csv"
    path.write_text("lon,lat\n114.1,22.6\n")

    assert len(load_bus_stops(LayerSource(path, layer="stops"), crs=CRS, source_crs="EPSG:4326"))
    with pytest.raises(SourceError, match="has no sheet 'Sheet1'; it is one table"):
        load_bus_stops(LayerSource(path, layer="Sheet1"), crs=CRS, source_crs="EPSG:4326")


def test_folders_of_a_kml_are_read_one_after_the_other_and_name_their_rows(kml):
    def read(layer):
        source = LayerSource(kml, layer=layer, columns={"of": "layer"})
        return load_facilities(source, layer_name="areas", crs=CRS)

    assert read("*")["of"].tolist() == ["福田", "罗湖", "罗湖"]
    assert read(["罗湖", "福田"])["of"].tolist() == ["罗湖", "罗湖", "福田"]
    assert load_record(read("*")).rows_read == 3


def test_a_folder_that_comes_twice_is_read_whole(kml):
    source = LayerSource(kml, layer="罗湖", columns={"name": "Name"})

    read = load_facilities(source, layer_name="areas", crs=CRS)

    assert read["name"].tolist() == ["罗湖114.2", "罗湖114.4"]


def test_several_layers_without_a_choice_are_listed_with_the_ways_to_choose(kml):
    with pytest.raises(SourceError, match=r"has 3 layers: 福田, .* or layer=\"\*\" for all"):
        load_facilities(kml, layer_name="areas", crs=CRS)


def test_sheets_of_a_workbook_are_read_one_after_the_other(tmp_path):
    path = tmp_path / "stops.xlsx"
    with pd.ExcelWriter(path) as writer:
        for sheet, lon in (("北", 114.1), ("南", 114.2), ("说明", None)):
            rows = {"lon": [lon], "lat": [22.6]} if lon else {}
            pd.DataFrame(rows).to_excel(writer, sheet_name=sheet, index=False)
    source = LayerSource(path, layer="*", crs="EPSG:4326", columns={"of": "layer"})

    assert load_bus_stops(source, crs=CRS)["of"].tolist() == ["北", "南"]


def test_all_layers_of_an_empty_file_are_none(tmp_path):
    path = tmp_path / "d.gpkg"
    squares("A").iloc[:0].to_file(path)

    with pytest.raises(EmptyLayerError, match=r"no layer of .* has rows with geometry"):
        codes(path, "*")


@pytest.mark.parametrize("load", [load_walk_network, load_bus_stops])
def test_an_osm_file_has_no_layers(tmp_path, load):
    path = tmp_path / "city.osm"
    path.write_text("<osm version='0.6'/>")

    with pytest.raises(ParameterError, match="layer='points' has no meaning for"):
        load(LayerSource(path, layer="points"), crs=CRS)


def test_a_raster_has_no_layers(tmp_path):
    source = LayerSource(tmp_path / "dem.tif", layer="heights", unit="count")

    with pytest.raises(ParameterError, match="layer='heights' has no meaning for a raster"):
        load_surface(source, crs=CRS, bounds=(0, 0, 1, 1), layer_name="dem")
    with pytest.raises(ParameterError, match="layer='heights' has no meaning for a raster"):
        load_population(source, crs=CRS)


def test_a_listed_layer_without_rows_is_refused(kml):
    source = LayerSource(kml, layer=["福田", "空"])

    with pytest.raises(EmptyLayerError, match=r"the layer '空' of .* has no rows"):
        load_facilities(source, layer_name="areas", crs=CRS)
