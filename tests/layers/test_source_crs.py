"""Which CRS a source is in."""

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from geoplan.core.errors import CRSError
from geoplan.layers.datums.fits import affine_coordinates
from geoplan.layers.datums.source_crs import (
    SourceCRSChoice,
    choose_source_crs,
    in_degrees,
    shift_to_study_crs,
)

WGS84 = CRS("EPSG:4326")
FIT = affine_coordinates((1, 0, 390_600, 0, 1, 2_474_900), target="EPSG:4547")


def shifted(points, crs, origin="declared", study="EPSG:4547"):
    geometry = np.array([None if p is None else shapely.Point(p) for p in points], dtype=object)
    return shift_to_study_crs(geometry, SourceCRSChoice(crs, origin), study, subject="stops")


@pytest.mark.parametrize(
    ("declared", "in_file", "crs", "origin", "noticed"),
    [
        (None, WGS84, "EPSG:4326", "file", False),
        ("GCJ-02", WGS84, "GCJ-02", "declared", False),
        ("bd09", None, "BD-09", "declared", False),
        ("CGCS2000", WGS84, "EPSG:4490", "declared", False),
        ("EPSG:4547", CRS("EPSG:4547"), "EPSG:4547", "declared", False),
        ("EPSG:3857", CRS("EPSG:4547"), "EPSG:3857", "declared", True),
        ("EPSG:4547", WGS84, "EPSG:4547", "declared", True),
        ("GCJ-02", CRS("EPSG:4547"), "GCJ-02", "declared", True),
        ("BD-09MC", WGS84, "BD-09MC", "declared", True),
        (FIT, CRS("EPSG:4547"), FIT, "declared", True),
        (FIT, None, FIT, "declared", False),
    ],
)
def test_what_is_declared_wins_and_a_contradiction_is_told(declared, in_file, crs, origin, noticed):
    choice, notices = choose_source_crs(declared, in_file, subject="stops")

    assert (choice.crs, choice.origin) == (crs, origin)
    assert [n.code for n in notices] == ["crs_contradicts_file"] * noticed


@pytest.mark.parametrize(
    "in_file",
    [
        None,
        CRS('ENGCRS["Undefined Cartesian SRS",EDATUM["x"],CS[Cartesian,2],'
            'AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'),
        CRS('GEOGCRS["Undefined geographic SRS",DATUM["x",ELLIPSOID["x",6378137,298.3]],'
            'CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],ANGLEUNIT["degree",0.01745]]'),
    ],
)  # fmt: skip
def test_a_missing_crs_is_an_error_that_says_what_to_write(in_file):
    with pytest.raises(
        CRSError, match=r"stops says nothing of its CRS.*source_crs=.*crs = .*GCJ-02"
    ):
        choose_source_crs(None, in_file, subject="stops")


def test_a_crs_of_the_file_without_a_code_is_kept_whole():
    local = CRS("+proj=tmerc +lat_0=0 +lon_0=114.05 +k=1 +x_0=50000 +ellps=GRS80 +units=m")

    choice, _ = choose_source_crs(None, local, subject="x")

    assert CRS(choice.crs) == local


@pytest.mark.parametrize(
    ("crs", "expected"),
    [("EPSG:4490", True), ("GCJ-02", True), ("BD-09MC", False), ("EPSG:4547", False), (FIT, False)],
)
def test_degrees_are_told_from_metres(crs, expected):
    assert in_degrees(crs) is expected


@pytest.mark.parametrize(
    ("points", "crs", "message"),
    [
        ([(12_700_000, 2_580_000)], "EPSG:4326", "stops is declared as EPSG:4326.*EPSG:3857"),
        ([(12_700_000, 2_580_000)], "GCJ-02", "in degrees, but has x from 1.27e.07.*BD-09MC"),
        ([(38_520_000, 2_500_000)], "EPSG:4326", "zone number, as in EPSG:4526 .CGCS2000.*zone 38"),
        ([(510_000, 2_500_000)], "EPSG:4490", "These are metres. State their CRS with source_crs="),
        ([(22.7, 114.2)], "EPSG:4326", "x and y look swapped: name the columns the other way"),
        ([(114.2, 22.7)] * 3 + [(1142, 22.7)], "EPSG:4326", "1 of 4 rows are beyond.*at x=1142"),
        ([(114.2, 22.7)], "EPSG:4547", "in metres, but has x from 114.2.*which are degrees"),
        ([(114.2, 22.7)], "EPSG:3857", "in metres, but has x from 114.2.*which are degrees"),
        ([(2_500_000, 510_000)], "EPSG:4547", "x and y look swapped .a surveyor's X points north"),
        (
            [(114.2, 22.7), (510_000, 2_500_000)],
            "EPSG:4547",
            "in metres, but in 1 of 2 rows has x from 114.2 to 114.2.*which are degrees",
        ),
        ([(38_520_000, 2_500_000)], "EPSG:4547", "zone number, as in EPSG:4526"),
        ([(114.2, 22.7)], "BD-09MC", "stops: the coordinates run from .* which are degrees"),
    ],
)
def test_coordinates_that_cannot_be_in_their_crs_are_an_error(points, crs, message):
    with pytest.raises(CRSError, match=message):
        shifted(points, crs)


def test_a_file_is_quoted_as_saying_what_it_says():
    with pytest.raises(CRSError, match="stops says it is in EPSG:4326"):
        shifted([(510_000, 2_500_000)], "EPSG:4326", origin="file")


def test_coordinates_far_from_where_a_crs_is_used_are_noticed():
    _, notices = shifted([(120_000, 20_000)], "EPSG:4547")

    assert [n.code for n in notices] == ["outside_area_of_use"]
    assert "112°30'E" in notices[0].text("en")


@pytest.mark.parametrize("crs", ["EPSG:4547", FIT, "+proj=tmerc +lon_0=114 +ellps=GRS80"])
def test_coordinates_in_place_pass_without_a_word(crs):
    assert shifted([(500_000, 2_500_000)], crs)[1] == ()


def test_missing_geometry_passes_through():
    geometry, _ = shifted([None, (114.2, 22.7)], "EPSG:4326")

    assert geometry[0] is None
    expected = Transformer.from_crs(4326, 4547, always_xy=True).transform(114.2, 22.7)
    assert shapely.get_coordinates(geometry[1])[0] == pytest.approx(expected, abs=1e-6)


def test_a_layer_without_any_geometry_passes_through():
    assert shifted([None], "EPSG:4326")[0].tolist() == [None]
