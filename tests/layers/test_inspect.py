"""Data files looked at one by one and against each other."""

import warnings
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

from geoplan.layers.datums.shifts import wgs84_to_bd09, wgs84_to_gcj02
from geoplan.layers.datums.to_study_crs import to_study_crs
from geoplan.layers.inspection.files import expand, inspect_files

STUDY = "EPSG:4547"


def wobbly_districts():
    """Nine districts around Shenzhen whose borders are no straight lines."""
    rng = np.random.default_rng(7)
    parts = shapely.voronoi_polygons(
        shapely.MultiPoint(rng.uniform((113.9, 22.5), (114.2, 22.75), (9, 2))),
        extend_to=shapely.box(113.9, 22.5, 114.2, 22.75),
    )
    cells = [shapely.intersection(p, shapely.box(113.9, 22.5, 114.2, 22.75)) for p in parts.geoms]
    return gpd.GeoDataFrame(
        {"CODE": [f"44030{i}" for i in range(9)], "NAME": [f"街道{i}" for i in range(9)]},
        geometry=cells,
        crs="EPSG:4326",
    )


def shifted(frame, shift):
    moved = shapely.transform(
        shapely.segmentize(frame.geometry.to_numpy(), 0.002),
        lambda xy: np.column_stack(shift(xy[:, 0], xy[:, 1])),
    )
    return frame.set_geometry(moved, crs="EPSG:4326")


def stops(count=30, crs="EPSG:4326"):
    rng = np.random.default_rng(3)
    xy = rng.uniform((113.95, 22.52), (114.15, 22.7), (count, 2))
    return gpd.GeoDataFrame(
        {"id": range(count), "站名": [f"{i}号路口站" for i in range(count)]},
        geometry=gpd.points_from_xy(*xy.T),
        crs=crs,
    )


def save(frame, path):
    frame.to_file(path)
    return path


def save_table(frame, path):
    table = pd.DataFrame(frame.drop(columns="geometry"))
    table.assign(lon=frame.geometry.x, lat=frame.geometry.y).to_csv(path, index=False)
    return path


def one(path, *others):
    return inspect_files([path, *others])[0]


def codes(facts):
    return {finding.code: finding.severity for finding in facts.findings}


def said(facts, code):
    finding = next(f for f in facts.findings if f.code == code)
    return finding.values  # noqa: PD011 (no pandas here)


def test_a_sound_file_of_districts_is_told_completely(tmp_path):
    facts = one(save(wobbly_districts(), tmp_path / "districts.geojson"))
    assert (facts.format, facts.crs, facts.rows) == ("GeoJSON", "EPSG:4326", 9)
    assert facts.bounds_deg == pytest.approx((113.9, 22.5, 114.2, 22.75))
    assert facts.mapping == {"district_id": "CODE", "name": "NAME"}
    assert (facts.guess, facts.guess_kind, facts.stops, codes(facts)) == (
        "districts", "districts", False, {},
    )  # fmt: skip


def test_columns_are_told_with_examples(tmp_path):
    facts = one(save(wobbly_districts(), tmp_path / "districts.geojson"))
    column = facts.columns[1]
    assert (column.name, column.filled, column.distinct) == ("NAME", 9, 9)
    assert column.examples == ("街道0", "街道1", "街道2")


def test_a_projected_extent_is_told_in_degrees_too(tmp_path):
    facts = one(save(wobbly_districts().to_crs(STUDY), tmp_path / "a.gpkg"))
    assert facts.bounds[0] > 400_000
    assert facts.bounds_deg == pytest.approx((113.9, 22.5, 114.2, 22.75), abs=1e-3)


def test_attributes_in_gbk_are_recognised(tmp_path):
    path = tmp_path / "jiedao.shp"
    wobbly_districts().to_file(path, encoding="GBK")
    (tmp_path / "jiedao.cpg").unlink()
    facts = one(path)
    assert (facts.encoding, facts.columns[1].examples[0]) == ("GB18030", "街道0")


def test_faulty_geometry_is_counted(tmp_path):
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    flat = shapely.box(5, 5, 6, 6)
    high = shapely.Polygon([(7, 7, 1), (8, 7, 1), (8, 8, 1)])
    frame = gpd.GeoDataFrame(
        {"a": [1, 2, 2, 3, 4, 5]},
        geometry=[bow, flat, flat, flat, None, high],
        crs=STUDY,
    )
    facts = one(save(frame, tmp_path / "zones.gpkg"))
    geometry = facts.geometry
    assert (geometry.invalid, geometry.missing, geometry.with_z) == (1, 1, 1)
    assert (geometry.repeated, geometry.repeated_rows) == (2, 1)
    assert codes(facts) == {
        "missing_geometry": "warn",
        "invalid_geometry": "warn",
        "repeated_rows": "warn",
        "repeated_geometry": "note",
        "heights": "note",
        "no_district_key": "note",
    }


def test_unclosed_rings_are_counted(tmp_path):
    path = tmp_path / "towns.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},'
        ' "geometry": {"type": "Polygon", "coordinates": [[[113, 22], [114, 22], [114, 23]]]}}]}',
        encoding="utf-8",
    )
    assert codes(one(path))["unclosed_rings"] == "warn"


def test_points_and_polygons_in_one_file_are_told(tmp_path):
    frame = gpd.GeoDataFrame(
        geometry=[shapely.Point(114, 22), shapely.box(114, 22, 115, 23)], crs="EPSG:4326"
    )
    facts = one(save(frame, tmp_path / "mixed.geojson"))
    assert said(facts, "mixed_families") == {"families": ("point", "polygon")}
    assert facts.guess == ""


def test_a_file_of_collections_is_inspected(tmp_path):
    both = shapely.GeometryCollection([shapely.Point(1, 1), shapely.box(0, 0, 2, 2)])
    frame = gpd.GeoDataFrame(geometry=[both], crs=STUDY)
    facts = one(save(frame, tmp_path / "districts.geojson"))
    assert facts.geometry.types == {"GeometryCollection": 1}


@pytest.mark.parametrize(("lon", "crs"), [(4.9, "EPSG:32631"), (73.2, "EPSG:32643")])
def test_a_place_outside_china_is_found_by_its_utm_zone(tmp_path, lon, crs):
    frame = wobbly_districts()
    frame.geometry = frame.translate(lon - 114, 15)
    other = save(frame, tmp_path / "districts.geojson")
    lost = without_crs(frame, tmp_path / "zones.shp", crs)
    assert said(inspect_files([other, lost])[1], "no_crs_fits")["crs"] == crs


def test_lines_suit_no_layer(tmp_path):
    frame = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=STUDY)
    facts = one(save(frame, tmp_path / "bus_stop_lines.gpkg"))
    assert (facts.guess, codes(facts)) == ("", {"only_lines": "note"})


def test_a_file_of_empty_geometry_stops(tmp_path):
    frame = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[None, None], crs=STUDY)
    facts = one(save(frame, tmp_path / "empty.gpkg"))
    assert facts.stops
    assert codes(facts)["no_usable_geometry"] == "stop"


def test_a_missing_file_is_a_finding(tmp_path):
    save(wobbly_districts(), tmp_path / "streets.geojson")
    facts = one(tmp_path / "street.geojson")
    assert codes(facts) == {"unreadable": "stop"}
    assert "streets.geojson" in said(facts, "unreadable")["reason"]


def test_a_broken_file_is_a_finding(tmp_path):
    path = tmp_path / "broken.gpkg"
    path.write_bytes(b"nothing")
    assert codes(one(path)) == {"unreadable": "stop"}


def test_a_table_without_coordinates_cannot_be_a_layer(tmp_path):
    path = tmp_path / "yearbook.csv"
    path.write_text("district,population\nA,1\n", encoding="utf-8")
    assert codes(one(path)) == {"no_geometry": "stop"}


def test_a_table_in_degrees_says_which_datums_to_choose_from(tmp_path):
    facts = one(save_table(stops(), tmp_path / "bus_stops.csv"))
    assert codes(facts) == {"no_crs_degrees_china": "stop"}
    assert facts.mapping == {"stop_id": "id", "name": "站名", "x": "lon", "y": "lat"}


def test_outside_china_no_chinese_datum_is_offered(tmp_path):
    frame = stops()
    frame.geometry = frame.translate(-120, 20)
    assert codes(one(save_table(frame, tmp_path / "stops.csv"))) == {"no_crs_degrees": "stop"}


@pytest.mark.parametrize(("shift", "datum"), [(wgs84_to_gcj02, "GCJ-02"), (wgs84_to_bd09, "BD-09")])
def test_shifted_outlines_are_suspected_against_true_ones(tmp_path, shift, datum):
    true = save(wobbly_districts(), tmp_path / "districts.geojson")
    moved = save(shifted(wobbly_districts(), shift), tmp_path / "districts_web.geojson")
    facts = inspect_files([true, moved])
    assert codes(facts[0]) == {}
    found = said(facts[1], "datum_suspected")
    assert (found["datum"], found["other"]) == (datum, str(true))
    assert found["after_m"] < 10
    assert found["before_m"] > 100


def test_two_shifted_files_of_different_datums_are_told_apart(tmp_path):
    amap = save(shifted(wobbly_districts(), wgs84_to_gcj02), tmp_path / "amap.geojson")
    baidu = save(shifted(wobbly_districts(), wgs84_to_bd09), tmp_path / "baidu.geojson")
    facts = inspect_files([amap, baidu])
    found = said(facts[1], "datum_of_both")
    assert (found["datum"], found["other_datum"], codes(facts[0])) == ("BD-09", "GCJ-02", {})


def test_named_points_are_suspected_by_their_names(tmp_path):
    true = save(stops(), tmp_path / "stops.geojson")
    renamed = shifted(stops(), wgs84_to_gcj02).rename(columns={"站名": "name"}).iloc[::-1]
    moved = save_table(renamed, tmp_path / "stops_amap.csv")
    found = said(inspect_files([true, moved])[1], "datum_suspected")
    assert (found["datum"], found["after_m"]) == ("GCJ-02", pytest.approx(0, abs=0.01))


def test_files_of_the_same_datum_raise_no_suspicion(tmp_path):
    first = save(wobbly_districts(), tmp_path / "a.geojson")
    second = save(wobbly_districts().dissolve(), tmp_path / "b.geojson")
    assert not any(f.code == "datum_suspected" for x in inspect_files([first, second]) for f in x.findings)  # fmt: skip  # noqa: E501


def without_crs(frame, path, crs):
    frame.to_crs(crs).to_file(path)
    path.with_suffix(".prj").unlink()
    return path


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4547", "EPSG:4526", "EPSG:32650"])
def test_a_file_without_crs_is_placed_by_the_others(tmp_path, crs):
    other = save(wobbly_districts(), tmp_path / "districts.geojson")
    lost = without_crs(wobbly_districts(), tmp_path / "zones.shp", crs)
    facts = inspect_files([other, lost])[1]
    found = said(facts, "no_crs_fits")
    assert (found["crs"], found["apart_m"]) == (crs, pytest.approx(0, abs=20))
    assert ("same_zone" in codes(facts)) == crs.startswith("EPSG:45")


def test_a_local_system_is_recognised_as_one(tmp_path):
    other = save(wobbly_districts(), tmp_path / "districts.geojson")
    local = wobbly_districts().to_crs(STUDY)
    local.geometry = local.translate(-390_000, -2_474_000)
    local.to_file(tmp_path / "local.shp")
    (tmp_path / "local.prj").unlink()
    assert codes(inspect_files([other, tmp_path / "local.shp"])[1])["no_crs_local"] == "stop"


def test_points_without_crs_are_placed_but_not_measured(tmp_path):
    other = save(wobbly_districts(), tmp_path / "districts.geojson")
    lost = without_crs(stops().rename(columns={"站名": "n"}), tmp_path / "stops.shp", STUDY)
    found = said(inspect_files([other, lost])[1], "no_crs_placed")
    assert STUDY in found["candidates"]


def test_alone_a_file_without_crs_is_only_said_to_lack_it(tmp_path):
    lost = without_crs(wobbly_districts(), tmp_path / "zones.shp", STUDY)
    assert codes(one(lost))["no_crs_metres"] == "stop"


def test_degrees_that_claim_to_be_metres_are_told(tmp_path):
    frame = wobbly_districts().set_crs(STUDY, allow_override=True)
    facts = one(save(frame, tmp_path / "districts.gpkg"))
    assert codes(facts)["crs_does_not_fit"] == "stop"


def test_swapped_columns_are_told(tmp_path):
    frame = stops().rename(columns={"站名": "name"})
    frame.geometry = gpd.points_from_xy(frame.geometry.y, frame.geometry.x)
    assert codes(one(save_table(frame, tmp_path / "stops.csv"))) == {"swapped": "stop"}


def test_a_file_in_the_wrong_zone_lies_elsewhere(tmp_path):
    right = save(wobbly_districts(), tmp_path / "districts.geojson")
    wrong = wobbly_districts().to_crs(STUDY).set_crs("EPSG:4546", allow_override=True)
    facts = inspect_files([right, save(wrong, tmp_path / "parks.gpkg")])
    assert said(facts[1], "elsewhere")["apart_km"] == pytest.approx(300, abs=40)


def test_a_code_page_that_the_bytes_contradict_is_told(tmp_path):
    path = tmp_path / "jiedao.shp"
    wobbly_districts().to_file(path, encoding="GBK")
    (tmp_path / "jiedao.cpg").write_text("UTF-8", encoding="ascii")
    assert said(one(path), "encoding_overruled") == {"claimed": "UTF-8", "found": "GB18030"}


def test_a_table_with_wkt_is_inspected(tmp_path):
    path = tmp_path / "streets.csv"
    path.write_text('id;wkt\n1;"POLYGON ((0 0, 900 0, 900 900, 0 0))"\n', encoding="utf-8")
    facts = one(path)
    assert (facts.geometry.types, facts.mapping) == ({"Polygon": 1}, {"district_id": "id"})


def test_every_layer_of_a_file_is_inspected(tmp_path):
    path = tmp_path / "city.gpkg"
    wobbly_districts().to_file(path, layer="街道")
    stops().to_file(path, layer="bus_stops")
    facts = inspect_files([path])
    assert [(f.layer, f.guess) for f in facts] == [
        ("街道", "districts"),
        ("bus_stops", "bus_stops"),
    ]
    assert facts[0].shown == f"{path}:街道"


def test_a_folder_stands_for_its_files_without_companions(tmp_path):
    save(wobbly_districts(), tmp_path / "a.shp")
    save_table(stops(), tmp_path / "b.csv")
    (tmp_path / "lonely.dbf").write_bytes(b"")
    (tmp_path / ".hidden.csv").write_text("", encoding="utf-8")
    assert expand([tmp_path]) == [str(tmp_path / n) for n in ("a.shp", "b.csv", "lonely.dbf")]


def test_parts_of_a_shapefile_named_one_by_one_are_read_once(tmp_path):
    save(wobbly_districts(), tmp_path / "a.shp")
    assert expand(sorted(tmp_path.iterdir())) == [str(tmp_path / "a.shp")]


@pytest.mark.parametrize(
    ("name", "code"),
    [("README.md", "no_data_file"), ("a.txt", "no_data_file")],
)  # fmt: skip
def test_what_is_no_layer_is_left_aside(tmp_path, name, code):
    (tmp_path / name).write_text("Written for people", encoding="utf-8")
    facts = one(tmp_path / name)
    assert (codes(facts), facts.stops) == ({code: "note"}, False)


def test_a_gtfs_feed_is_recognised(tmp_path):
    with zipfile.ZipFile(tmp_path / "feed.zip", "w") as archive:
        archive.writestr("stops.txt", "stop_id\n")
    assert codes(one(tmp_path / "feed.zip")) == {"gtfs": "note"}


def test_a_zip_that_is_none_is_a_finding(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"no zip")
    assert codes(one(tmp_path / "a.zip")) == {"unreadable": "stop"}


def write_raster(path, data, *, crs="EPSG:4326", transform=None, bands=1, nodata=None):
    data = np.asarray(data, dtype="float32")
    transform = transform or Affine(0.01, 0, 114, 0, -0.01, 22.6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        file = rasterio.open(
            path, "w", driver="GTiff", height=data.shape[0], width=data.shape[1], count=bands,
            dtype="float32", crs=crs, transform=transform, nodata=nodata,
        )  # fmt: skip
    with file:
        for band in range(1, bands + 1):
            file.write(data, band)
    return path


def test_a_raster_of_people_is_told_with_both_totals(tmp_path):
    facts = one(write_raster(tmp_path / "pop_density.tif", [[100, 300], [-5, 0]], nodata=-1))
    assert (facts.guess, facts.guess_unit, facts.raster.valid) == ("population", "per_km2", 4)
    assert facts.raster.total == 400
    assert facts.raster.as_density == pytest.approx(400 * 1.027 * 1.107, rel=0.01)
    assert codes(facts) == {"raster_negative": "warn", "raster_unit": "note"}


def test_a_raster_whose_nodata_is_not_stated_is_told(tmp_path):
    facts = one(write_raster(tmp_path / "population.tif", [[100, 3.4e38]]))

    assert facts.raster.total == 100
    assert codes(facts)["raster_impossible"] == "warn"


@pytest.mark.parametrize("name", ["dem.tif", "heat.tif"])
def test_a_raster_that_is_not_about_people_is_told(tmp_path, name):
    assert codes(one(write_raster(tmp_path / name, [[1, 2]]))) == {"raster_not_people": "note"}


def test_a_raster_of_classes_is_told_with_the_legends_that_fit(tmp_path):
    path = tmp_path / "clc.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=2, width=2, count=1, dtype="int16", crs="EPSG:4326",
        transform=Affine(0.01, 0, 114, 0, -0.01, 22.6),
    ) as file:  # fmt: skip
        file.write(np.array([[111, 311], [523, 112]], dtype="int16"), 1)
    (finding,) = one(path).findings
    assert one(path).guess == "land_cover"
    told = {"codes": "111, 112, 311, 523", "likely": "corine", "first": "corine"}
    assert (finding.code, dict(finding.values)) == ("raster_classes", told)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"crs": None}, "raster_no_crs"),
        ({"bands": 2}, "raster_bands"),
        ({"transform": Affine(0.01, 0.001, 114, 0.001, -0.01, 22.6)}, "raster_rotated"),
        ({"transform": Affine(1000, 0, 5e5, 0, -1000, 2.5e6)}, "crs_does_not_fit"),
        ({"nodata": 7}, "raster_empty"),
    ],
)
def test_what_is_odd_about_a_raster_is_told(tmp_path, options, code):
    assert code in codes(one(write_raster(tmp_path / "population.tif", [[7, 7]], **options)))


def test_a_broken_raster_is_a_finding(tmp_path):
    (tmp_path / "p.tif").write_bytes(b"no raster")
    assert codes(one(tmp_path / "p.tif")) == {"unreadable": "stop"}


@pytest.mark.parametrize(
    ("name", "columns", "geometry", "guess"),
    [
        ("公交站点", {}, "point", ("bus_stops", "bus_stops")),
        ("metro_stations", {}, "point", ("rail_stations", "rail_stations")),
        ("metropolitan_clinics", {}, "point", ("metropolitan_clinics", "facilities")),
        ("charging_stations", {}, "point", ("charging_stations", "facilities")),
        ("公园绿地", {}, "polygon", ("parks", "parks")),
        ("parking", {}, "polygon", ("parking", "facilities")),
        ("生态保护红线", {}, "polygon", ("red_lines", "red_lines")),
        ("建成区2020", {}, "polygon", ("built_up", "built_up")),
        ("居住用地", {}, "polygon", ("residential_land", "residential_land")),
        ("现状用地", {}, "polygon", ("land_use", "land_use")),
        ("grid", {"人口": [5, 6]}, "polygon", ("population", "population")),
        ("population", {"a": ["x", "y"]}, "point", ("population_layer", "facilities")),
        ("就业岗位", {"岗位": [5, 6]}, "point", ("jobs", "jobs")),
    ],
)  # fmt: skip
def test_the_layer_is_guessed_from_name_geometry_and_columns(
    tmp_path, name, columns, geometry, guess
):
    points = gpd.points_from_xy([114.0, 114.1], [22.5, 22.6], crs="EPSG:4326").to_crs(STUDY)
    shapes = points if geometry == "point" else points.buffer(100)
    facts = one(save(gpd.GeoDataFrame(columns or {"x1": [1, 1]}, geometry=shapes), tmp_path / f"{name}.gpkg"))  # fmt: skip  # noqa: E501
    assert (facts.guess, facts.guess_kind) == guess


def test_nothing_is_changed(tmp_path):
    path = save(shifted(wobbly_districts(), wgs84_to_gcj02), tmp_path / "a.geojson")
    before = path.read_bytes()
    inspect_files([path, save(wobbly_districts(), tmp_path / "b.geojson")])
    assert path.read_bytes() == before


@pytest.mark.real
def test_shenzhen_is_seen_through(real_data):
    facts = {f.path.rsplit("/", 1)[-1]: f for f in inspect_files([str(real_data / "shenzhen")])}
    gcj02 = said(facts["districts_gcj02.geojson"], "datum_suspected")
    metro = said(facts["metro_stations_gcj02.csv"], "datum_suspected")
    zones = said(facts["traffic_zones_no_prj.shp"], "no_crs_placed")
    assert (gcj02["datum"], metro["datum"], zones["crs"]) == ("GCJ-02", "GCJ-02", "EPSG:3857")
    assert metro["after_m"] < 25
    assert metro["before_m"] > 500
    assert "no_crs_local" in codes(facts["districts_local_gbk.shp"])
    assert facts["districts_local_gbk.shp"].encoding == "GB18030"
    for honest in ("districts_wgs84.geojson", "metro_stations_wgs84.csv"):
        assert "datum_suspected" not in codes(facts[honest])


@pytest.mark.real
def test_the_dirty_towns_of_dongguan_are_seen_through(real_data):
    towns = inspect_files([real_data / "dongguan"])
    dirty = next(f for f in towns if "dirty" in f.path)
    assert (dirty.geometry.unclosed, dirty.geometry.invalid) == (25, 1)
    assert said(dirty, "datum_suspected")["datum"] == "BD-09"


@pytest.mark.real
def test_the_local_system_of_shenzhen_is_fitted_by_its_districts(real_data):
    from geoplan.layers.datums.fits import fit_coordinates

    names = {
        "龙华": "龙华新区",
        "光明": "光明新区",
        "坪山": "坪山新区",
        "龙岗": "龙岗",
        "罗湖": "罗湖",
    }
    true = gpd.read_file(real_data / "shenzhen" / "districts_wgs84.geojson").to_crs(STUDY)
    local = gpd.read_file(real_data / "shenzhen" / "districts_local_gbk.shp", encoding="GBK")
    true = true.set_index("qh").loc[list(names)].geometry
    local = local.set_index("JDNAME").loc[list(names.values())].geometry
    ends = [
        np.hstack([np.column_stack([a.centroid.x, a.centroid.y]) for a in (local, true)])
    ]  # fmt: skip
    fit = fit_coordinates(np.vstack(ends), target=STUDY, method="helmert3")
    moved = to_study_crs(local.to_numpy(), fit, STUDY)
    overlap = shapely.area(shapely.intersection(moved, true.to_numpy())).sum() / true.area.sum()
    figures = f"RMS {fit.rms_m:.0f} m, overlap {overlap:.1%}, {fit}"
    # Turned by a degree against the grid, which a mere shift misses by 300 m.
    assert fit.rms_m < 20, figures
    assert fit.rotation_deg == pytest.approx(0.989, abs=0.01), figures
    assert overlap > 0.98, figures


def test_a_file_without_rows_would_stop_a_run(tmp_path):
    path = tmp_path / "empty.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")

    facts = inspect_files([str(path)])[0]

    assert facts.stops
    assert facts.rows == 0


def test_a_point_without_numbers_beside_another_file_is_counted(tmp_path):
    there = [shapely.Point(114.1, 22.5), shapely.Point(114.2, 22.6)]
    good = gpd.GeoDataFrame(geometry=there, crs="EPSG:4326")
    bad = gpd.GeoDataFrame(geometry=[*there, shapely.Point(np.inf, 22.5)], crs="EPSG:4326")
    good.to_file(tmp_path / "a.gpkg")
    bad.to_file(tmp_path / "b.gpkg")

    facts = inspect_files([str(tmp_path / "a.gpkg"), str(tmp_path / "b.gpkg")])[1]

    assert facts.bounds == (114.1, 22.5, 114.2, 22.6)
    assert codes(facts)["unreadable_geometry"] == "warn"


def test_columns_of_lists_records_and_bytes_are_told_and_their_neighbours_go_on(tmp_path):
    (tmp_path / "lists.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties":'
        ' {"sid": "1", "lines": ["M1", "M2"], "more": {"a": 1}}, "geometry":'
        ' {"type": "Point", "coordinates": [114.0, 22.6]}}, {"type": "Feature", "properties":'
        ' {"sid": "2", "lines": ["M3"], "more": {"a": 2}}, "geometry":'
        ' {"type": "Point", "coordinates": [114.1, 22.6]}}]}'
    )
    nested = gpd.GeoDataFrame(
        {"name": ["a", "b"], "names": [{"primary": "x"}, None], "raw": [b"\xff", b"\x00"]},
        geometry=gpd.points_from_xy([114.0, 114.1], [22.6, 22.6]),
        crs=4326,
    )
    nested.to_parquet(tmp_path / "nested.parquet")
    nested[["name", "raw", "geometry"]].to_file(tmp_path / "raw.gpkg")

    found = {file.path.rpartition("/")[2]: file for file in inspect_files([tmp_path])}

    assert [file.stops for file in found.values()] == [False] * 3
    kinds = {column.name: column.dtype for column in found["nested.parquet"].columns}
    assert (kinds["names"], kinds["raw"]) == ("nested", "nested")
    assert {"sid", "lines"} <= {column.name for column in found["lists.geojson"].columns}


def test_a_file_that_breaks_the_reader_is_a_finding_and_the_others_go_on(tmp_path, monkeypatch):
    def broken(*_):
        raise IndexError("list index out of range")

    (tmp_path / "a.csv").write_text("lon,lat\n114,22\n")
    monkeypatch.setattr("geoplan.layers.inspection.files.inspect_layer", broken)

    (facts,) = inspect_files([tmp_path])

    assert facts.stops
    assert "IndexError" in facts.findings[0].values["reason"]  # noqa: PD011
