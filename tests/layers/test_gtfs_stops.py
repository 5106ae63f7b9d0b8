"""Of a GTFS feed only the places where people board are stops."""

import zipfile

import geopandas as gpd
import pytest

from geoplan.core.errors import EmptyLayerError
from geoplan.core.record import load_record
from geoplan.layers.kinds.bus_stops import load_bus_stops
from geoplan.layers.readers.source import LayerSource

CRS = "EPSG:32635"
STOPS = """stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station
p1,Platform 1,60.1697,24.9219,,st1
p2,Platform 2,60.1697,24.9220,0,st1
st1,Station,60.1702,24.9580,1,
e1,Entrance,60.1702,24.9580,2,st1
n1,node,,,3,st1
"""


def stops(path, where=""):
    columns = {"stop_id": "stop_id", "name": "stop_name"}
    return load_bus_stops(LayerSource(path, crs="EPSG:4326", columns=columns, where=where), crs=CRS)


def test_only_boarding_stops_are_read_and_the_others_are_told(tmp_path):
    (tmp_path / "stops.txt").write_text(STOPS, encoding="utf-8-sig")
    layer = stops(tmp_path / "stops.txt")
    assert layer["stop_id"].tolist() == ["p1", "p2"]
    (told,) = load_record(layer).notices
    assert (told.code, told.count, told.total) == ("stops_not_boarding", 3, 5)
    assert told.values["types"] == "1 × 1 (station), 1 × 2 (entrance), 1 × 3 (node)"


def test_one_type_that_cannot_be_read_is_told_and_hides_no_other(tmp_path):
    (tmp_path / "stops.txt").write_text(STOPS.replace("9580,2", "9580,x"), encoding="utf-8")
    layer = stops(tmp_path / "stops.txt")
    assert layer["stop_id"].tolist() == ["p1", "p2"]
    (told,) = load_record(layer).notices
    assert told.values["types"] == "1 × 1 (station), 1 × 3 (node), 1 × 'x'"


def test_a_condition_on_the_type_decides_alone(tmp_path):
    (tmp_path / "stops.txt").write_text(STOPS, encoding="utf-8")
    assert stops(tmp_path / "stops.txt", "location_type = 1")["stop_id"].tolist() == ["st1"]
    by_hand = stops(tmp_path / "stops.txt", "location_type = 0 OR location_type IS NULL")
    assert by_hand["stop_id"].tolist() == ["p1", "p2"]


def test_a_feed_in_a_zip_gives_its_stops(tmp_path):
    with zipfile.ZipFile(tmp_path / "feed.zip", "w") as feed:
        for name, text in {"stops.txt": STOPS, "stop_times.txt": "a\n", "trips.txt": "a\n"}.items():
            feed.writestr(f"feed/{name}", text)
    assert len(stops(tmp_path / "feed.zip")) == 2


def test_a_table_of_stops_in_a_script_is_read_alike():
    frame = gpd.GeoDataFrame(
        {"stop_id": ["a", "b", "c"], "location_type": [0.0, 1.0, None]},
        geometry=gpd.points_from_xy([24.92, 24.93, 24.94], [60.17] * 3),
        crs="EPSG:4326",
    )
    assert load_bus_stops(frame, crs=CRS)["stop_id"].tolist() == ["a", "c"]
    assert load_bus_stops(frame.set_index("stop_id"), crs=CRS)["stop_id"].tolist() == ["a", "c"]


def test_a_table_of_stations_alone_asks_which_rows_are_meant(tmp_path):
    rows = [line for line in STOPS.splitlines(keepends=True) if not line.startswith("p")]
    (tmp_path / "stops.txt").write_text("".join(rows), encoding="utf-8")
    with pytest.raises(EmptyLayerError, match=r"none of 3 rows is a place to board.*where"):
        stops(tmp_path / "stops.txt")


def test_another_column_of_that_name_is_left_alone():
    frame = gpd.GeoDataFrame(
        {"stop_id": ["a", "b"], "location_type": ["roadside", "terminal"]},
        geometry=gpd.points_from_xy([24.92, 24.93], [60.17] * 2),
        crs="EPSG:4326",
    )
    assert len(load_bus_stops(frame, crs=CRS)) == 2


@pytest.mark.parametrize("ending", ["gpkg", "shp"])
def test_types_are_heeded_in_any_case_and_as_a_shapefile_cuts_them(tmp_path, ending):
    names = ["STOP_ID", "LOCATION_T"] if ending == "shp" else ["STOP_ID", "Location_Type"]
    table = gpd.GeoDataFrame(
        dict(zip(names, [["p", "st"], [0, 1]], strict=True)),
        geometry=gpd.points_from_xy([24.9, 24.91], [60.1, 60.1]),
        crs="EPSG:4326",
    )
    table.to_file(tmp_path / f"stops.{ending}")
    layer = load_bus_stops(
        LayerSource(tmp_path / f"stops.{ending}", columns={"stop_id": "STOP_ID"}), crs=CRS
    )
    assert layer["stop_id"].tolist() == ["p"]
