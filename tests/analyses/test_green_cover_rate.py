from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.cover.green_cover_rate import green_cover_rate
from geoplan.core.errors import CRSError, ParameterError, SchemaError

COVERS = run_path(str(Path(__file__).with_name("covers.py")))
partitions, BUILT, CROPS, GRASS, TREES, WATER, cover_of, cut_m2, districts_of, parcels_of = (
    COVERS[name]
    for name in (
        "partitions",
        "BUILT",
        "CROPS",
        "GRASS",
        "TREES",
        "WATER",
        "cover_of",
        "cut_m2",
        "districts_of",
        "parcels_of",
    )
)

NINE = [[TREES, GRASS, BUILT], [BUILT, TREES, WATER], [CROPS, BUILT, GRASS]]
GREEN = ["vegetation"]


def test_four_of_nine_cells_are_green():
    found = green_cover_rate(
        cover_of(NINE), districts_of(shapely.box(0, 0, 30, 30)), classes=GREEN, of="land"
    )
    only = found.measures[0]
    assert (only.value, only.numerator, only.denominator) == (4 / 9, 400, 900)
    assert found.notices == ()


def test_green_outside_the_built_up_area_does_not_count():
    built_up = gpd.GeoDataFrame(geometry=[shapely.box(5, 0, 20, 30)], crs="EPSG:4547")
    districts = districts_of(shapely.box(0, 0, 30, 30), shapely.box(30, 0, 60, 30))
    found = green_cover_rate(
        cover_of(NINE), districts, classes=GREEN, of="built_up", demand={"built_up": built_up}
    )
    # Half a cell of trees, one of grass, one of trees, of 15 m × 30 m.
    assert found.measures[0].numerator == pytest.approx(250)
    assert found.measures[0].denominator == pytest.approx(450)
    assert np.isnan(found.measures[0].districts["value"][1])


def test_cells_without_data_are_left_out_of_both_sides_and_told():
    cover = cover_of([[TREES, 0, BUILT], [BUILT, TREES, 7], [GRASS, BUILT, GRASS]])
    found = green_cover_rate(
        cover, districts_of(shapely.box(0, 0, 40, 30)), classes=GREEN, of="land"
    )
    assert (found.measures[0].numerator, found.measures[0].denominator) == (400, 700)
    told = next(notice for notice in found.notices if notice.code == "cover_unknown")
    assert told.values["area_m2"] == pytest.approx(500)  # no data, no class, beyond the raster


def test_a_district_of_which_nothing_is_known_has_no_rate():
    districts = districts_of(shapely.box(0, 0, 30, 30), shapely.box(100, 0, 130, 30))
    found = green_cover_rate(cover_of(NINE), districts, classes=GREEN, of="land")
    assert np.isnan(found.measures[0].districts["value"][1])
    assert found.measures[0].value == 4 / 9


def test_polygons_give_what_their_cells_give():
    values = [[TREES, GRASS], [BUILT, WATER]]
    district = districts_of(shapely.box(3, 4, 18, 17))
    cells = green_cover_rate(cover_of(values), district, classes=["tree_cover"], of="land")
    parcels = green_cover_rate(parcels_of(values), district, classes=["forest"], of="land")
    assert parcels.measures[0].value == pytest.approx(cells.measures[0].value, rel=1e-12)


def test_polygons_that_overlap_count_once_and_gaps_are_told():
    twice = gpd.GeoDataFrame(
        {"class_code": ["lawn", "lawn"]}, geometry=[shapely.box(0, 0, 10, 10)] * 2, crs="EPSG:4547"
    )
    district = districts_of(shapely.box(0, 0, 20, 10))
    found = green_cover_rate(twice, district, classes=["lawn"], of="land")
    assert found.measures[0].value == 0.5
    assert [notice.code for notice in found.notices] == ["cover_without_polygon"]


def test_districts_that_overlap_count_once_in_the_whole():
    districts = districts_of(shapely.box(0, 0, 20, 30), shapely.box(10, 0, 30, 30))
    found = green_cover_rate(cover_of(NINE), districts, classes=GREEN, of="land")
    assert found.measures[0].value == pytest.approx(4 / 9)
    assert found.measures[0].districts["denominator"].tolist() == pytest.approx([600, 600])


@given(
    parts=partitions(),
    values=st.lists(
        st.sampled_from([TREES, GRASS, BUILT, WATER, 0]), min_size=100, max_size=100
    ).filter(any),
)
def test_districts_that_divide_an_area_add_up_to_it_and_are_what_cutting_polygons_gives(
    parts, values
):
    cells = np.reshape(values, (10, 10))
    districts = districts_of(*parts.geometry)
    found = green_cover_rate(cover_of(cells), districts, classes=GREEN, of="land").measures[0]
    assert found.numerator == pytest.approx(100 * np.isin(cells, [TREES, GRASS]).sum(), abs=1e-6)
    assert found.denominator == pytest.approx(100 * (cells > 0).sum(), abs=1e-6)
    cut = [cut_m2(cells, [TREES, GRASS], zone) for zone in parts.geometry]
    assert found.districts["numerator"].to_numpy() == pytest.approx(cut, abs=1e-6)


BAD = [
    ({"classes": "vegetation"}, ParameterError, "as a list"),
    ({"classes": []}, ParameterError, "as a list"),
    ({"classes": ["gren"]}, ParameterError, "neither a group nor a class"),
    ({"of": "built_up"}, ParameterError, "demand"),
]


@pytest.mark.parametrize(("wrong", "error", "words"), BAD)
def test_bad_inputs_are_refused(wrong, error, words):
    good = {"classes": GREEN, "of": "land"}
    with pytest.raises(error, match=words):
        green_cover_rate(cover_of(NINE), districts_of(shapely.box(0, 0, 30, 30)), **good | wrong)


def test_polygons_without_classes_or_in_another_crs_are_refused():
    district = districts_of(shapely.box(0, 0, 30, 30))
    plain = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 9, 9)], crs="EPSG:4547")
    with pytest.raises(SchemaError, match="classify_land"):
        green_cover_rate(plain, district, classes=GREEN, of="land")
    with pytest.raises(ParameterError, match="they have: lawn"):
        green_cover_rate(plain.assign(class_code="lawn"), district, classes=GREEN, of="land")
    with pytest.raises(CRSError, match="4548"):
        green_cover_rate(
            plain.set_crs(4548, allow_override=True), district, classes=GREEN, of="land"
        )


def test_ground_without_data_is_green_or_not_whole_and_per_district():
    cover = cover_of([[TREES, BUILT, 0, 0]])
    districts = districts_of(shapely.box(0, 0, 20, 10), shapely.box(20, 0, 50, 10))
    measure = green_cover_rate(cover, districts, classes=GREEN, of="land").measures[0]
    assert (measure.low, measure.value, measure.high) == (0.2, 0.5, 0.8)
    assert measure.districts["low"].tolist() == [0.5, 0]
    assert measure.districts["high"].tolist() == [0.5, 1]
    assert measure.open_for == ("no_data",)


def test_gaps_between_parcels_are_open_inside_the_mask_only():
    cover = parcels_of([[TREES, BUILT]])
    built_up = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 40, 10)], crs="EPSG:4547")
    districts = districts_of(shapely.box(0, 0, 100, 10))
    measure = green_cover_rate(
        cover, districts, classes=["forest"], of="built_up", demand={"built_up": built_up}
    ).measures[0]
    assert (measure.low, measure.value, measure.high) == (0.25, 0.25, 0.75)


def test_polygons_that_are_all_green_leave_nothing_open():
    measure = green_cover_rate(
        parcels_of([[TREES, TREES]]),
        districts_of(shapely.box(0, 0, 40, 10)),
        classes=["forest"],
        of="land",
    ).measures[0]
    assert (measure.low, measure.high, measure.open_for) == (0.5, 0.5, ())
