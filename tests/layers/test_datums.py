"""Any source's coordinates into the study CRS."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from geoplan.core.errors import CRSError
from geoplan.layers.datums.fits import affine_coordinates
from geoplan.layers.datums.to_study_crs import (
    canonical_source_crs,
    from_study_crs,
    is_datum,
    to_study_crs,
)

STUDY = "EPSG:4547"


def geometries(*items):
    out = np.empty(len(items), dtype=object)
    out[:] = items
    return out


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("gcj02", "GCJ-02"),
        ("GCJ-02", "GCJ-02"),
        ("GCJ_02", "GCJ-02"),
        ("火星坐标", "GCJ-02"),
        ("bd09", "BD-09"),
        ("bd09ll", "BD-09"),
        ("Bd-09 MC", "BD-09MC"),
        ("CGCS2000", "EPSG:4490"),
        ("国家2000", "EPSG:4490"),
        ("WGS 84", "EPSG:4326"),
        ("EPSG:2326", "EPSG:2326"),
    ],
)
def test_a_datum_is_known_by_its_spellings(text, canonical):
    assert canonical_source_crs(text) == canonical


@pytest.mark.parametrize("other", ["EPSG:4326", "CGCS2000", 4326, None])
def test_what_proj_knows_is_not_a_shifted_datum(other):
    assert not is_datum(other)


def test_an_unknown_name_is_refused_with_the_names_that_do():
    with pytest.raises(CRSError, match=r"'GCJ-20' is neither .* 'GCJ-02', 'BD-09', 'BD-09MC'"):
        to_study_crs(geometries(shapely.Point(114, 22)), "GCJ-20", STUDY)


def test_an_unknown_study_crs_is_refused():
    with pytest.raises(CRSError, match="'EPSG:1' is not a CRS"):
        to_study_crs(geometries(shapely.Point(114, 22)), "EPSG:4326", "EPSG:1")


def test_degrees_declared_as_metres_are_refused():
    with pytest.raises(CRSError, match=r"which are degrees, but .* EPSG:4547 \(metres\)"):
        to_study_crs(geometries(shapely.Point(114.1, 22.5)), "EPSG:4547", STUDY)


def test_degrees_declared_as_baidu_metres_are_refused():
    with pytest.raises(CRSError, match="which are degrees"):
        to_study_crs(geometries(shapely.Point(114.1, 22.5)), "BD-09MC", STUDY)


@pytest.mark.parametrize("source", ["EPSG:4326", "GCJ-02", "BD-09"])
def test_metres_declared_as_degrees_are_refused(source):
    with pytest.raises(CRSError, match="1 of 1 vertices have no place in EPSG:4547"):
        to_study_crs(geometries(shapely.Point(500_000, 2_500_000)), source, STUDY)


def test_small_local_metres_are_not_mistaken_for_degrees():
    square = geometries(shapely.box(0, 0, 100, 100))
    assert to_study_crs(square, STUDY, STUDY)[0].equals(square[0])


def test_a_narrow_strip_of_metres_is_not_mistaken_for_degrees():
    strip = geometries(shapely.LineString([(114.1, 22.5), (114.2, 2_500_000)]))
    assert to_study_crs(strip, STUDY, STUDY)[0].equals(strip[0])


def test_gaps_stay_where_they_are():
    moved = to_study_crs(geometries(None, shapely.Point(114, 22), shapely.Point()), "BD-09", STUDY)
    assert (moved[0], moved[1].is_empty, moved[2].is_empty) == (None, False, True)


def test_every_kind_of_geometry_keeps_its_kind_and_loses_z():
    items = geometries(
        shapely.LineString([(114, 22, 5), (114.1, 22.1, 6)]),
        shapely.MultiPolygon([shapely.box(114, 22, 114.1, 22.1)]),
        shapely.GeometryCollection([shapely.Point(114, 22)]),
    )
    moved = to_study_crs(items, "GCJ-02", STUDY)
    assert [(g.geom_type, g.has_z) for g in moved] == [
        ("LineString", False),
        ("MultiPolygon", False),
        ("GeometryCollection", False),
    ]


def test_the_input_is_not_modified():
    items = geometries(shapely.Point(114, 22, 9))
    to_study_crs(items, "GCJ-02", STUDY)
    assert items[0].wkt == "POINT Z (114 22 9)"


def test_no_geometry_gives_no_geometry():
    assert len(to_study_crs(geometries(), "GCJ-02", STUDY)) == 0


def test_a_crs_object_does_as_well_as_its_name():
    layer = gpd.GeoSeries([shapely.Point(114, 22)], crs=4490)
    assert canonical_source_crs(layer.crs) == "EPSG:4490"


@given(lon=st.floats(113.7, 114.7), lat=st.floats(22.4, 22.9))
def test_a_plain_crs_gives_what_proj_gives(lon, lat):
    point = to_study_crs(geometries(shapely.Point(lon, lat)), "EPSG:4326", STUDY)[0]
    oracle = Transformer.from_crs(4326, 4547, always_xy=True).transform(lon, lat)
    assert (point.x, point.y) == pytest.approx(oracle, abs=1e-6)


def test_a_fit_is_applied_before_the_projection():
    fit = affine_coordinates([1, 0, 390_600, 0, 1, 2_474_900], target=STUDY)
    point = to_study_crs(geometries(shapely.Point(110_000, 20_000)), fit, STUDY)[0]
    assert (point.x, point.y) == (500_600, 2_494_900)


@pytest.mark.parametrize(
    "source",
    [
        "EPSG:4326",
        "GCJ-02",
        "BD-09",
        "BD-09MC",
        "EPSG:3857",
        affine_coordinates([0.9, -0.1, 390_600, 0.1, 0.9, 2_474_900], target=STUDY),
    ],
)
def test_there_and_back_gives_the_same_place(source):
    place = geometries(shapely.box(500_000, 2_500_000, 500_100, 2_500_100))
    back = to_study_crs(from_study_crs(place, source, STUDY), source, STUDY)
    assert shapely.get_coordinates(back) == pytest.approx(shapely.get_coordinates(place), abs=1e-3)


def read_stations(path, lon, lat, name):
    table = pd.read_csv(path, encoding="utf-8")
    points = geometries(*shapely.points(table[lon], table[lat]))
    return pd.Series(table[name].str.removesuffix("站"), name="name"), points


@pytest.mark.real
def test_metro_stations_of_shenzhen_meet_after_conversion(real_data):
    folder = real_data / "shenzhen"
    names, shifted = read_stations(
        folder / "metro_stations_gcj02.csv", "longitude", "latitude", "name"
    )
    others, plain = read_stations(folder / "metro_stations_wgs84.csv", "lng", "lat", "nameCn")
    target = to_study_crs(plain, "EPSG:4326", STUDY)

    def median_m(source_crs):
        moved = to_study_crs(shifted, source_crs, STUDY)
        left = pd.DataFrame({"name": names, "x": shapely.get_x(moved), "y": shapely.get_y(moved)})
        right = pd.DataFrame(
            {"name": others, "x": shapely.get_x(target), "y": shapely.get_y(target)}
        )
        both = left.merge(right, on="name").dropna()
        both["off"] = np.hypot(both["x_x"] - both["x_y"], both["y_x"] - both["y_y"])
        return both.groupby("name")["off"].min().median()

    before, after = median_m("EPSG:4326"), median_m("GCJ-02")
    figures = f"median {before:.1f} m apart before the conversion, {after:.1f} m after it"
    assert after <= 25, figures
    assert 500 < before < 620, figures


@pytest.mark.real
@pytest.mark.parametrize(
    ("shifted", "plain", "datum"),
    [
        ("shenzhen/districts_gcj02.geojson", "shenzhen/districts_wgs84.geojson", "GCJ-02"),
    ],
)
def test_outlines_of_districts_meet_after_conversion(real_data, shifted, plain, datum):
    left = gpd.read_file(real_data / shifted).geometry.to_numpy()
    right = gpd.read_file(real_data / plain).geometry.to_numpy()
    goal = shapely.union_all(shapely.make_valid(to_study_crs(right, "EPSG:4326", STUDY)))

    def overlap(source_crs):
        area = shapely.union_all(shapely.make_valid(to_study_crs(left, source_crs, STUDY)))
        return area.intersection(goal).area / area.union(goal).area

    before, after = overlap("EPSG:4326"), overlap(datum)
    assert after > before + 0.01, f"overlap {before:.4f} before, {after:.4f} after"
