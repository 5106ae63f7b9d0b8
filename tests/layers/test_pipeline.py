"""Loaders from end to end on files made here."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from geoplan.core.columns import SPECS
from geoplan.core.errors import CRSError, EmptyLayerError, SchemaError
from geoplan.core.record import load_record
from geoplan.layers import (
    LayerSource,
    load_bus_stops,
    load_districts,
    load_facilities,
    load_jobs,
    load_land,
    load_parks,
    load_population,
    load_rail_stations,
    load_red_lines,
)
from geoplan.layers.kinds.pipeline import load_layer

CRS = "EPSG:4547"
WEST, SOUTH = 520_000, 2_500_000


def squares(count=2, **columns):
    boxes = [
        shapely.box(WEST + i * 1000, SOUTH, WEST + i * 1000 + 1000, SOUTH + 1000)
        for i in range(count)
    ]
    return gpd.GeoDataFrame(columns, geometry=boxes, crs=CRS)


def points(count=2, **columns):
    xy = [shapely.Point(WEST + i * 100, SOUTH) for i in range(count)]
    return gpd.GeoDataFrame(columns, geometry=xy, crs=CRS)


def noticed(layer):
    return {n.code: n.count for n in load_record(layer).notices}


@pytest.mark.parametrize(
    ("load", "kind", "frame"),
    [
        (load_districts, "districts", squares()),
        (load_parks, "parks", squares()),
        (load_red_lines, "red_lines", squares()),
        (load_land, "land", squares()),
        (load_bus_stops, "bus_stops", points()),
        (load_rail_stations, "rail_stations", points()),
        (load_population, "population", points(population=[1, 2])),
        (load_jobs, "jobs", squares(jobs=[1, 2])),
    ],
)
def test_every_loader_gives_its_canonical_layer(load, kind, frame):
    layer = load(frame, crs=CRS)

    spec = SPECS[kind]
    names = [column.name for column in spec.columns]
    assert [name for name in names if name in layer] == list(layer.columns.drop("geometry"))
    assert {spec.key, *(["name"] if "name" in names else [])} <= set(layer.columns)
    assert layer.crs == CRS
    assert isinstance(layer.index, pd.RangeIndex)
    for column in spec.columns:
        if column.name in layer:
            wanted = "str" if column.dtype == "str" else "float64"
            assert str(layer[column.name].dtype) in (wanted, "object")
    record = load_record(layer)
    assert (record.kind, record.rows_read, record.rows_kept) == (kind, 2, 2)


def test_a_facility_layer_goes_by_its_own_name():
    record = load_record(load_facilities(points(), layer_name="schools", crs=CRS))

    assert (record.layer, record.kind) == ("schools", "facilities")


def test_the_record_says_what_was_read(tmp_path):
    squares(CODE=["440307001", "440307002"]).to_file(tmp_path / "s.gpkg", layer="streets")
    source = LayerSource(
        tmp_path / "s.gpkg",
        layer="streets",
        where="CODE LIKE '%2'",
        as_of="2024-05",
        source="Bureau",
        columns={"district_id": "CODE"},
    )

    record = load_record(load_districts(source, crs=CRS))

    assert record.paths == (str(tmp_path / "s.gpkg"),)
    assert len(record.sha256[0]) == 64
    assert (record.format, record.source_crs, record.source_crs_from) == ("GPKG", CRS, "file")
    assert (record.rows_read, record.rows_kept) == (2, 1)
    assert (record.as_of, record.source, record.study_crs) == ("2024-05", "Bureau", CRS)
    assert {n.code for n in record.notices} == {"kept_where"}


def test_the_record_of_a_table_says_how_its_encoding_was_found(tmp_path):
    table = "编号,站名,经度,纬度\n007,龙岗,114.25,22.72\n"
    (tmp_path / "stops.csv").write_bytes(table.encode("gbk"))

    stops = load_bus_stops(
        tmp_path / "stops.csv",
        crs=CRS,
        source_crs="EPSG:4326",
        columns={"stop_id": "编号", "name": "站名"},
    )

    record = load_record(stops)
    assert (record.encoding, record.encoding_from) == ("GB18030", "bytes")
    assert noticed(stops) == {"encoding_detected": 0}
    assert stops[["stop_id", "name"]].to_dict("records") == [{"stop_id": "007", "name": "龙岗"}]
    expected = Transformer.from_crs(4326, CRS, always_xy=True).transform(114.25, 22.72)
    assert shapely.get_coordinates(stops.geometry)[0] == pytest.approx(expected, abs=1e-6)


def test_several_files_are_one_layer(tmp_path):
    squares(1, NAME=["a"]).to_file(tmp_path / "a.gpkg")
    squares(2, NAME=["b", "c"]).iloc[1:].to_file(tmp_path / "b.geojson")
    squares(1, NAME=["d"]).to_file(tmp_path / "c.shp")

    paths = [tmp_path / "a.gpkg", tmp_path / "c.shp"]
    layer = load_parks(paths, crs=CRS, columns={"name": "NAME"})

    assert layer["name"].tolist() == ["a", "d"]
    assert load_record(layer).format == "GPKG, ESRI Shapefile"
    assert len(load_record(layer).sha256) == 2


def test_files_in_two_crss_are_an_error_that_names_both(tmp_path):
    squares().to_file(tmp_path / "a.gpkg")
    squares().to_crs(4326).to_file(tmp_path / "b.gpkg")

    with pytest.raises(CRSError, match=r"a\.gpkg is in EPSG:4547 and .*b\.gpkg in EPSG:4326"):
        load_parks([tmp_path / "a.gpkg", tmp_path / "b.gpkg"], crs=CRS)


def test_files_in_one_declared_crs_are_joined(tmp_path):
    squares(1).to_crs(4326).to_file(tmp_path / "a.geojson")
    squares(2).iloc[1:].to_crs(4326).set_crs(4490, allow_override=True).to_file(tmp_path / "b.gpkg")
    source = [tmp_path / "a.geojson", tmp_path / "b.gpkg"]

    assert len(load_parks(source, crs=CRS, source_crs="CGCS2000")) == 2


def test_areas_are_measured_after_the_repair():
    bow = shapely.Polygon(
        [(WEST, SOUTH), (WEST + 100, SOUTH + 100), (WEST + 100, SOUTH), (WEST, SOUTH + 100)]
    )
    source = gpd.GeoDataFrame({"area_m2": [7.0]}, geometry=[bow], crs=CRS)

    parks = load_parks(source, crs=CRS)

    assert parks["area_m2"].tolist() == [5000.0]
    assert load_record(parks).area_change_m2 == 5000.0


def test_loading_twice_changes_nothing():
    first = load_parks(squares(name=["a", "b"], tier=["city", "nature"]), crs=CRS)

    second = load_parks(first, crs=CRS)

    assert second.drop(columns="geometry").equals(first.drop(columns="geometry"))
    assert second.geometry.geom_equals_exact(first.geometry, 0).all()


def test_the_input_frame_is_left_as_it_was():
    given = squares(NAME=["a", "b"])
    before = given.copy(deep=True)

    load_districts(given, crs=CRS, columns={"name": "NAME"})

    assert given.equals(before)
    assert given.attrs == {}


def test_shuffled_rows_load_as_the_same_rows():
    given = squares(5, CODE=list("abcde"))

    layer = load_districts(
        given.sample(frac=1, random_state=3), crs=CRS, columns={"district_id": "CODE"}
    )

    expected = load_districts(given, crs=CRS, columns={"district_id": "CODE"})
    assert layer.sort_values("district_id")["geometry"].tolist() == expected["geometry"].tolist()


def test_a_geometry_column_of_another_name_is_found():
    given = squares(1).rename_geometry("shape").assign(centre=gpd.points_from_xy([0], [0]))

    assert load_parks(given, crs=CRS).geometry.name == "geometry"


def test_districts_that_overlap_are_told_in_square_metres():
    given = squares(2)
    given.loc[1, "geometry"] = shapely.box(WEST + 900, SOUTH, WEST + 2000, SOUTH + 1000)

    (notice,) = [
        n for n in load_record(load_districts(given, crs=CRS)).notices if "overlap" in n.code
    ]

    assert notice.as_dict()["values"]["overlap_m2"] == pytest.approx(100_000)


def test_a_sliver_between_districts_is_no_overlap():
    given = squares(2)
    given.loc[1, "geometry"] = shapely.box(WEST + 1000 - 1e-4, SOUTH, WEST + 2000, SOUTH + 1000)

    assert "overlapping_districts" not in noticed(load_districts(given, crs=CRS))


def test_unknown_residents_stay_unknown_in_districts():
    layer = load_districts(squares(population=[None, "1,200"]), crs=CRS)

    assert np.isnan(layer["population"][0])
    assert layer["population"][1] == 1200
    assert noticed(layer) == {"parsed_numbers": 1, "unknown_amount": 1, "made_keys": 2}


def test_demand_units_of_unknown_residents_are_dropped_and_counted():
    layer = load_population(points(3, population=[1.0, np.nan, 3.0]), crs=CRS)

    assert layer["population"].tolist() == [1.0, 3.0]
    assert layer["unit_id"].tolist() == ["1", "3"]
    assert noticed(layer)["dropped_unknown_amount"] == 1


def test_a_demand_layer_of_nothing_known_is_an_error():
    with pytest.raises(EmptyLayerError, match="'population' is unknown in all 2 rows"):
        load_population(points(population=[np.nan, np.nan]), crs=CRS)


def test_equal_residents_at_one_place_are_all_counted_unless_their_key_repeats():
    at_one = gpd.GeoDataFrame({"n": [5, 5]}, geometry=[shapely.Point(WEST, SOUTH)] * 2, crs=CRS)

    both = load_population(at_one, crs=CRS, columns={"population": "n"})
    keyed = load_population(
        at_one.assign(id=["a", "a"]), crs=CRS, columns={"population": "n", "unit_id": "id"}
    )

    assert both["population"].sum() == 10
    assert keyed["population"].sum() == 5


def test_points_at_zero_zero_are_left_out_of_degrees(tmp_path):
    (tmp_path / "s.csv").write_text("lon,lat\n114.2,22.7\n0,0\n", encoding="utf-8")

    layer = load_bus_stops(tmp_path / "s.csv", crs=CRS, source_crs="GCJ-02")

    assert noticed(layer)["dropped_null_island"] == 1


def test_a_table_of_nothing_but_zeros_is_an_error(tmp_path):
    (tmp_path / "s.csv").write_text("lon,lat\n0,0\n", encoding="utf-8")

    with pytest.raises(EmptyLayerError, match="all 1 points are at 0, 0 degrees"):
        load_bus_stops(tmp_path / "s.csv", crs=CRS, source_crs="GCJ-02")


@pytest.mark.parametrize(
    ("frame", "arguments", "error", "message"),
    [
        (
            squares().set_crs(None, allow_override=True),
            {},
            CRSError,
            "districts says nothing of its",
        ),
        (squares(), {"crs": "EPSG:4326"}, CRSError, r"`crs` \('EPSG:4326'\) is in EPSG:4326"),
        (squares(), {"crs": "EPSG:3857"}, CRSError, "Web Mercator"),
        (squares(), {"crs": "nonsense"}, CRSError, "'nonsense' is not a CRS"),
        (squares(), {"source_crs": "nonsense"}, CRSError, "neither a CRS nor a datum"),
        (squares(), {"columns": {"name": "NAME"}}, SchemaError, "'NAME', which is not there"),
        (squares(district_id=["a", "a"]), {}, SchemaError, r"1 keys repeat: 'a' \(2 times\)"),
        (squares(population=[-1, 2]), {}, SchemaError, "1 negative amounts"),
        (squares().iloc[:0], {}, EmptyLayerError, "districts has no rows"),
        (points(), {}, SchemaError, "districts should hold polygons"),
        (
            gpd.GeoDataFrame({"a": [1]}, geometry=[None], crs=CRS),
            {},
            EmptyLayerError,
            "no row with",
        ),
        (gpd.GeoDataFrame({"a": [1]}), {}, SchemaError, "no active geometry"),
    ],
)
def test_bad_input_is_an_error_that_says_what_to_do(frame, arguments, error, message):
    with pytest.raises(error, match=message):
        load_districts(frame, **{"crs": CRS, **arguments})


def test_a_condition_that_nothing_satisfies_is_an_error(tmp_path):
    squares(N=[1, 2]).to_file(tmp_path / "a.gpkg")

    with pytest.raises(EmptyLayerError, match="none of 2 rows satisfies where='N > 5'"):
        load_parks(LayerSource(tmp_path / "a.gpkg", where="N > 5"), crs=CRS)


def test_points_are_no_parks_and_the_error_says_where_they_go():
    with pytest.raises(SchemaError, match=r"parks should hold polygons.*load_facilities"):
        load_parks(points(), crs=CRS)


def test_the_pipeline_names_every_row_of_a_bundle_apart():
    bundle = gpd.GeoDataFrame(
        geometry=[shapely.MultiPoint([(WEST, SOUTH), (WEST + 1, SOUTH)])], crs=CRS
    )

    layer = load_layer(bundle, kind="bus_stops", layer_name="bus_stops", crs=CRS)

    assert layer["stop_id"].tolist() == ["1", "1#2"]


def test_a_frame_with_two_columns_of_one_name_is_refused():
    frame = points(a=[1, 2], b=[1, 2]).rename(columns={"b": "a"})

    with pytest.raises(SchemaError, match="several columns of the name 'a'"):
        load_bus_stops(frame, crs=CRS)


def test_keys_that_are_numbers_in_one_file_and_text_in_another_are_written_alike(tmp_path):
    squares(CODE=[440301.0, 440302.0]).to_file(tmp_path / "a.shp")
    north = squares(CODE=["440303", "440304"])
    north.set_geometry(north.translate(0, 1000)).to_file(tmp_path / "b.gpkg")

    layer = load_districts(
        [tmp_path / "a.shp", tmp_path / "b.gpkg"], crs=CRS, source_crs=CRS,
        columns={"district_id": "CODE"},
    )  # fmt: skip

    assert layer["district_id"].tolist() == ["440301", "440302", "440303", "440304"]


def test_a_point_without_numbers_is_left_out_and_counted():
    stops = points().set_geometry([shapely.Point(np.nan, np.nan), shapely.Point(WEST, SOUTH)])

    found = noticed(load_bus_stops(stops.set_crs(CRS), crs=CRS))

    assert found == {"unreadable_geometry": 1, "dropped_no_geometry": 1, "made_keys": 1}


def test_people_of_a_street_listed_beside_its_communities_are_noticed():
    parts = squares(population=[100, 200])
    street = gpd.GeoDataFrame({"population": [300]}, geometry=[parts.union_all()], crs=CRS)

    alone = noticed(load_population(parts, crs=CRS))
    both = load_record(load_population(pd.concat([parts, street]), crs=CRS))

    assert "overlapping_amounts" not in alone
    words = next(n.text("en") for n in both.notices if n.code == "overlapping_amounts")
    assert "2,000,000 m² (50.00% of their area)" in words


def test_people_in_points_and_polygons_together_are_loaded():
    mixed = pd.concat([squares(population=[1, 2]), points(population=[3, 4])])

    assert load_population(mixed, crs=CRS)["population"].sum() == 10


def test_a_table_of_a_header_alone_is_an_empty_layer(tmp_path):
    (tmp_path / "stops.csv").write_text("id,lon,lat\n", encoding="utf-8")

    with pytest.raises(EmptyLayerError, match="bus_stops has no rows"):
        load_bus_stops(tmp_path / "stops.csv", crs=CRS, source_crs="EPSG:4326")


def test_residents_of_districts_that_overlap_are_said_to_count_twice():
    parts = squares(population=[100, 200])
    whole = gpd.GeoDataFrame({"population": [300]}, geometry=[parts.union_all()], crs=CRS)

    found = noticed(load_districts(pd.concat([parts, whole]), crs=CRS))

    assert {"overlapping_districts", "overlapping_amounts"} <= set(found)
