"""Ecological land: the line, over the whole district."""

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.land.ecological_land_share import ecological_land_share
from geoplan.core.errors import CRSError, EmptyLayerError, SchemaError

CRS = "EPSG:4547"


def metres(least, most):
    """Draw coordinates to the centimetre, as surveys give them."""
    return st.integers(least * 100, most * 100).map(lambda centimetres: centimetres / 100)


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def two_districts(split_x=400):
    halves = [shapely.box(0, 0, split_x, 1000), shapely.box(split_x, 0, 1000, 1000)]
    return frame(halves, district_id=["west", "east"], name=["西", "东"])


def test_the_share_is_area_inside_the_line_over_the_whole_district():
    measure = ecological_land_share(
        frame([shapely.box(0, 0, 466, 1000)]), two_districts()
    ).measures[0]
    assert measure.districts["value"].tolist() == [1.0, pytest.approx(66 / 600)]
    assert measure.value == 0.466
    assert (measure.of, measure.unit, measure.numerator_unit) == ("land", "1", "m2")


def test_polygons_of_the_line_that_overlap_count_once():
    twice = frame([shapely.box(0, 0, 300, 1000), shapely.box(200, 0, 466, 1000)])
    result = ecological_land_share(twice, two_districts())
    assert result.measures[0].value == 0.466
    assert [notice.code for notice in result.notices] == ["overlap_counted_once"]


def test_districts_that_overlap_count_once_in_the_total_and_it_is_told():
    districts = frame(
        [shapely.box(0, 0, 600, 1000), shapely.box(400, 0, 1000, 1000)],
        district_id=["west", "east"],
        name=["西", "东"],
    )
    result = ecological_land_share(frame([shapely.box(0, 0, 500, 1000)]), districts)
    assert result.measures[0].districts["numerator"].tolist() == [500_000.0, 100_000.0]
    assert (result.measures[0].numerator, result.measures[0].denominator) == (500_000.0, 1e6)
    assert [notice.code for notice in result.notices] == ["districts_overlap"]


def test_an_empty_line_measures_zero_and_says_so():
    result = ecological_land_share(frame([]), two_districts())
    assert result.measures[0].districts["value"].tolist() == [0.0, 0.0]
    assert [notice.code for notice in result.notices] == ["layer_empty_counts_zero"]


@given(metres(1, 999), metres(1, 999))
def test_the_whole_does_not_depend_on_where_districts_are_split(first_x, second_x):
    line = frame([shapely.Polygon([(-50, 300), (700, -100), (900, 1200)])])
    here, there = (
        ecological_land_share(line, two_districts(x)).measures[0] for x in (first_x, second_x)
    )
    assert here.value == pytest.approx(there.value, rel=1e-9)
    assert here.districts["numerator"].sum() == pytest.approx(here.numerator, rel=1e-9)


@pytest.mark.parametrize(
    ("lines", "districts", "error", "match"),
    [
        (frame([]).to_crs(4326), two_districts(), CRSError, "`lines` is in EPSG:4326"),
        (frame([]).to_crs(3857), two_districts(), CRSError, "Web Mercator"),
        (frame([shapely.LineString([(0, 0), (1, 1)])]), two_districts(), SchemaError,
         r"`lines`: 1 of 1 geometries are no polygons \(LineString\)"),
        (frame([]), two_districts().drop(columns="name"), SchemaError, "no column 'name'"),
        (frame([]), two_districts().iloc[:0], EmptyLayerError, "at least one district"),
    ],
)  # fmt: skip
def test_bad_inputs_are_refused(lines, districts, error, match):
    with pytest.raises(error, match=match):
        ecological_land_share(lines, districts)
