"""Green-space ratio: parcels by class over land."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.land.green_space_ratio import green_space_ratio
from geoplan.core.errors import CRSError, ParameterError, SchemaError

CRS = "EPSG:4547"


def metres(least, most):
    """Draw coordinates to the centimetre, as surveys give them."""
    return st.integers(least * 100, most * 100).map(lambda centimetres: centimetres / 100)


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def two_districts():
    halves = [shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)]
    return frame(halves, district_id=["west", "east"], name=["西", "东"])


def strips(*codes):
    """Vertical strips of 100 m in the western district, one per code."""
    shapes = [shapely.box(k * 100, 0, k * 100 + 100, 1000) for k in range(len(codes))]
    return frame(shapes, class_code=list(codes))


@pytest.mark.parametrize(
    ("classes", "share"),
    [
        (["G1"], 0.1),
        (["G1*"], 0.3),
        (["G1", "G2"], 0.2),
        (["G11"], 0.1),
        (["G1*", "G11"], 0.3),
        (["*"], 0.5),
        (["g1*"], 0.0),
    ],
)
def test_a_code_counts_exactly_unless_a_star_is_written(classes, share):
    parcels = strips("G1", "G11", " G12 ", "G2", "R2", None)
    result = green_space_ratio(parcels, two_districts(), classes=classes)
    assert result.measures[0].districts["value"].tolist() == [pytest.approx(share), 0.0]


def test_land_of_a_kind_restricts_both_sides():
    built = frame([shapely.box(50, 0, 250, 1000)])
    result = green_space_ratio(
        strips("G1", "R2"),
        two_districts(),
        classes=["G1"],
        of="built_up",
        demand={"built_up": built},
    )
    measure = result.measures[0]
    assert measure.districts["numerator"].tolist() == [50_000.0, 0.0]
    assert measure.districts["denominator"].tolist() == [200_000.0, 0.0]
    assert measure.districts["value"].tolist() == [0.25, pytest.approx(np.nan, nan_ok=True)]
    assert (measure.of, measure.value) == ("built_up", 0.25)
    assert result.layers["mask"]["area_m2"].tolist() == [200_000.0]


def test_parcels_that_overlap_count_once_even_across_classes():
    parcels = frame(
        [shapely.box(0, 0, 100, 1000), shapely.box(50, 0, 150, 1000)], class_code=["G1", "G2"]
    )
    result = green_space_ratio(parcels, two_districts(), classes=["G1", "G2"])
    assert result.measures[0].numerator == 150_000.0
    (notice,) = result.notices
    assert notice.text("zh") == "parcels：图斑相互重叠，行政区内重叠的 50,000 平方米只计一次。"


def test_the_areas_layer_has_a_row_per_district_and_class():
    areas = green_space_ratio(strips("G1", "R2", "G2"), two_districts(), classes=["G*"]).layers[
        "areas"
    ]
    assert areas["class_code"].tolist() == ["G1", "G2"]
    assert areas["area_m2"].tolist() == [1e5, 1e5]


def test_what_the_classes_miss_is_told():
    result = green_space_ratio(strips("G1", "", None), two_districts(), classes=["G1", "G3", "XG*"])
    assert [(notice.code, notice.count, notice.total) for notice in result.notices] == [
        ("class_without_parcel", 2, 3),
        ("parcels_without_class", 2, 3),
    ]
    assert "G3, XG*" in result.notices[0].text("en")


def test_no_green_parcel_measures_zero():
    result = green_space_ratio(strips("R2"), two_districts(), classes=["G1"])
    assert result.measures[0].districts["value"].tolist() == [0.0, 0.0]


def test_an_empty_layer_measures_zero_and_says_so():
    result = green_space_ratio(frame([], class_code=[]), two_districts(), classes=["G1"])
    assert result.measures[0].value == 0
    assert [notice.code for notice in result.notices] == ["layer_empty_counts_zero"]


def test_the_definition_holds_the_classes_asked_for_and_the_codes_found():
    result = green_space_ratio(strips("G11", "G12", "R2"), two_districts(), classes=["G1*"])
    assert result.definition == {
        "parcels": "parcels",
        "parcel_count": 3,
        "as_of": "",
        "classes": ["G1*"],
        "class_codes": ["G11", "G12"],
        "green_count": 2,
        "of": ["land"],
        "overlap": "once",
        "areas": "plane",
        "areas_because": "elsewhere",
    }


boxes = st.lists(
    st.tuples(metres(-300, 2000), metres(-300, 900), metres(1, 700), metres(1, 700)),
    max_size=8,
)


@given(boxes, boxes)
def test_it_agrees_with_plain_unions(green, built):
    parcels, mask = (
        frame([shapely.box(x, y, x + w, y + h) for x, y, w, h in rows]) for rows in (green, built)
    )
    measure = green_space_ratio(
        parcels.assign(class_code="G1"),
        two_districts(),
        classes=["G1"],
        of="built_up",
        demand={"built_up": mask},
    ).measures[0]
    for row, district in enumerate(two_districts().geometry):
        here = shapely.union_all(shapely.clip_by_rect(mask.geometry.array, *district.bounds))
        over = shapely.union_all(shapely.intersection(parcels.geometry.array, here)).area
        assert measure.districts["numerator"][row] == pytest.approx(over, abs=1e-6)
        assert measure.districts["denominator"][row] == pytest.approx(here.area, abs=1e-6)
        assert not measure.districts["value"][row] > 1 + 1e-12


GREEN = strips("G1")


@pytest.mark.parametrize(
    ("parcels", "options", "error", "match"),
    [
        (GREEN, {"classes": []}, ParameterError, r"`classes` is \[\]; wanted the green class"),
        (GREEN, {"classes": "G1"}, ParameterError, "`classes` is 'G1'; wanted"),
        (GREEN, {"classes": ["G1"], "of": "built_up"}, ParameterError,
         "`of` is 'built_up', and `demand` holds nothing"),
        (GREEN, {"classes": ["G1"], "of": "built", "demand": {"built_up": GREEN}}, ParameterError,
         "`demand` holds 'built_up'"),
        (GREEN, {"classes": ["G1"], "of": "x", "demand": {"x": frame([shapely.Point(0, 0)])}},
         SchemaError, r"`x`: 1 of 1 geometries are no polygons"),
        (GREEN, {"classes": ["G1"], "of": "x", "demand": {"x": GREEN.to_crs(4526)}}, CRSError,
         "`x` is in EPSG:4526"),
        (GREEN.drop(columns="class_code"), {"classes": ["G1"]}, SchemaError,
         "no column 'class_code'; it has: 'geometry'"),
        (GREEN.to_crs(4326), {"classes": ["G1"]}, CRSError, "`parcels` is in EPSG:4326"),
    ],
)  # fmt: skip
def test_bad_inputs_are_refused(parcels, options, error, match):
    with pytest.raises(error, match=match):
        green_space_ratio(parcels, two_districts(), **options)
