"""Real cities, as they come."""

import numpy as np
import pytest
import shapely

from geoplan.core.errors import CRSError
from geoplan.core.record import load_record
from geoplan.layers import (
    affine_coordinates,
    load_bus_stops,
    load_districts,
    load_facilities,
    load_parks,
    load_rail_stations,
)

pytestmark = pytest.mark.real

SHENZHEN, SINGAPORE = "EPSG:4547", "EPSG:3414"


def counts(layer):
    return {n.code: n.count for n in load_record(layer).notices}


def test_gbk_names_of_shenzhen_are_read_right(real_data):
    districts = load_districts(
        real_data / "shenzhen" / "districts_local_gbk.shp",
        crs=SHENZHEN,
        source_crs=affine_coordinates((1, 0, 390_600, 0, 1, 2_474_900), target=SHENZHEN),
        columns={"district_id": "JDCODE", "name": "JDNAME"},
    )

    assert {"福田", "罗湖", "南山", "龙岗", "大鹏新区"} <= set(districts["name"])
    assert load_record(districts).encoding == "GB18030"
    assert districts.geometry.area.sum() / 1e6 == pytest.approx(1997, rel=0.05)


def test_singapore_has_55_planning_areas(real_data):
    areas = load_districts(
        real_data / "singapore" / "planning-area.geojson", crs=SINGAPORE, columns={"name": "name"}
    )

    assert len(areas) == 55
    assert "BISHAN" in set(areas["name"])


def test_singapore_parks_have_their_official_area(real_data):
    parks = load_parks(
        real_data / "singapore" / "NParksParksandNatureReserves.geojson",
        crs=SINGAPORE,
        columns={"park_id": "OBJECTID_1", "name": "NAME", "official_m2": "SHAPE_1.AREA"},
    )

    assert len(parks) == 461
    assert counts(parks)["repaired_invalid"] == 2
    assert np.allclose(parks["area_m2"], parks["official_m2"], rtol=1e-4)


def test_singapore_has_5166_bus_stops(real_data):
    stops = load_bus_stops(
        real_data / "singapore" / "LTABusStop.geojson",
        crs=SINGAPORE,
        columns={"stop_id": "BUS_STOP_NUM"},
    )

    assert len(stops) == 5166
    assert stops["stop_id"].is_unique


def test_the_dirty_towns_of_dongguan_load_with_their_repairs_counted(real_data):
    towns = load_districts(
        real_data / "dongguan" / "towns_bd09_dirty.geojson",
        crs=SHENZHEN,
        source_crs="BD-09",
        columns={"district_id": "id"},
    )

    assert len(towns) == 32
    assert counts(towns)["closed_rings"] == 25
    assert counts(towns)["repaired_invalid"] == 1
    assert towns.geometry.is_valid.all()
    clean = load_districts(real_data / "dongguan" / "towns_wgs84.geojson", crs=SHENZHEN)
    both = shapely.intersection(towns.union_all(), clean.union_all()).area
    assert both / clean.union_all().area > 0.95


def test_zones_without_prj_say_what_to_write_and_load_when_it_is_written(real_data):
    zones = real_data / "shenzhen" / "traffic_zones_no_prj.shp"

    with pytest.raises(CRSError, match=r"zones says nothing of its CRS.*source_crs=.*'EPSG:3857'"):
        load_facilities(zones, layer_name="zones", crs=SHENZHEN)
    with pytest.raises(CRSError, match="They might be Web Mercator, EPSG:3857"):
        load_facilities(zones, layer_name="zones", crs=SHENZHEN, source_crs="EPSG:4326")

    layer = load_facilities(zones, layer_name="zones", crs=SHENZHEN, source_crs="EPSG:3857")
    assert len(layer) == 491
    assert layer.total_bounds == pytest.approx([484_000, 2_480_000, 562_000, 2_530_000], abs=15_000)


def test_metro_stations_in_two_datums_agree(real_data):
    gcj02 = load_rail_stations(
        real_data / "shenzhen" / "metro_stations_gcj02.csv", crs=SHENZHEN, source_crs="GCJ-02"
    )
    wgs84 = load_rail_stations(
        real_data / "shenzhen" / "metro_stations_wgs84.csv",
        crs=SHENZHEN,
        source_crs="EPSG:4326",
        columns={"name": "nameCn"},
    )

    pairs = gcj02.drop_duplicates("name").merge(wgs84.drop_duplicates("name"), on="name")
    apart = shapely.distance(pairs["geometry_x"].array, pairs["geometry_y"].array)
    assert len(pairs) > 250
    assert np.median(apart) < 25
