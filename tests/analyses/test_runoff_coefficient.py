from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses.cover.runoff_coefficient import runoff_coefficient
from geoplan.core.errors import ParameterError, SchemaError

COVERS = run_path(str(Path(__file__).with_name("covers.py")))
NAMES = "BUILT", "CRS", "GRASS", "TREES", "WATER", "cover_of", "cut_m2", "districts_of"
BUILT, CRS, GRASS, TREES, WATER, cover_of, cut_m2, districts_of = (COVERS[n] for n in NAMES)
parcels_of, partitions = COVERS["parcels_of"], COVERS["partitions"]
NINE = [[BUILT, BUILT, GRASS], [BUILT, GRASS, GRASS], [WATER, TREES, TREES]]
TABLE = {"built_up": 0.8, "vegetation": 0.2, "water": 1.0}
WHOLE = shapely.box(0, 0, 30, 30)


def runoff(cover=None, *zones, **parameters):
    cover = cover_of(NINE) if cover is None else cover
    given = {"coefficients": TABLE, "kind": "volumetric"} | parameters
    return runoff_coefficient(cover, districts_of(*(zones or (WHOLE,))), **given)


def units_of():
    return gpd.GeoDataFrame(
        {"status": ["新建", "更新", "现状"]},
        geometry=[shapely.box(0, 20, 20, 30), shapely.box(15, 0, 30, 10), WHOLE],
        crs=CRS,
    )


def test_nine_cells_by_hand():
    # Three built, one water, five green.
    assert runoff().measures[0].value == pytest.approx((3 * 0.8 + 1 + 5 * 0.2) / 9)


def test_a_class_named_by_itself_goes_before_its_group():
    found = runoff(coefficients={**TABLE, "tree_cover": 0.1})
    assert found.measures[0].value == pytest.approx((3 * 0.8 + 1 + 3 * 0.2 + 2 * 0.1) / 9)


def test_only_areas_of_the_status_count():
    found = runoff(within=units_of(), by="status", status=["新建", "更新"])
    # Two built cells; then one and a half of trees.
    assert found.measures[0].denominator == pytest.approx(350)
    assert found.measures[0].numerator == pytest.approx(200 * 0.8 + 150 * 0.2)
    assert found.layers["units"]["coefficient"].tolist() == pytest.approx([0.8, 0.2])
    assert [notice.code for notice in found.notices] == ["areas_of_other_status"]


def test_polygons_give_what_their_cells_give():
    zone = shapely.box(3, 4, 22, 27)
    by_cells = runoff(None, zone, coefficients={"built_up": 0.8, "vegetation": 0.2, "water": 1})
    table = {"built_up": 0.8, "grassland": 0.2, "forest": 0.2, "water": 1}
    by_parcels = runoff(parcels_of(NINE), zone, coefficients=table)
    assert by_parcels.measures[0].value == pytest.approx(by_cells.measures[0].value, rel=1e-12)


def test_ground_without_data_is_left_out():
    found = runoff(cover_of([[BUILT, 0]]), shapely.box(0, 0, 20, 10))
    assert (found.measures[0].value, found.measures[0].denominator) == (0.8, 100)


@settings(max_examples=40)
@given(
    parts=partitions(),
    values=st.lists(st.sampled_from([BUILT, GRASS, WATER]), min_size=100, max_size=100),
)
def test_districts_that_divide_an_area_have_its_mean_by_area(parts, values):
    cells = np.reshape(values, (10, 10))
    measure = runoff(cover_of(cells), *parts.geometry).measures[0]
    by_hand = sum(
        value * cut_m2(cells, [code], shapely.box(0, 0, 100, 100))
        for code, value in ((BUILT, 0.8), (GRASS, 0.2), (WATER, 1.0))
    )
    assert measure.numerator == pytest.approx(by_hand, rel=1e-9)
    weights = measure.districts["denominator"]
    assert np.average(measure.districts["value"], weights=weights) == pytest.approx(measure.value)
    assert measure.value + 1e-12 >= 0.2
    assert measure.value <= 1.0 + 1e-12


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"coefficients": {}}, "holds nothing"),
        ({"coefficients": {"built_up": 80}}, "0.5, not 50"),
        ({"coefficients": {"built_up": 0.8}}, "classes that remain: .*tree_cover"),
        ({"coefficients": {**TABLE, "trees": 0.1}}, "at once"),
        ({"coefficients": {**TABLE, "built_up": 0.8, "50": 0.7, "built": 1}}, "neither a group"),
        ({"coefficients": {**TABLE, "tree_cover": 0.1, "10": 0.2}}, "a class twice"),
        ({"kind": "mean"}, "volumetric"),
        ({"by": "status"}, "needs `within`"),
    ],
)
def test_bad_inputs_are_refused(wrong, words):
    with pytest.raises(ParameterError, match=words):
        runoff(**wrong)


def test_a_status_that_no_area_has_is_refused():
    with pytest.raises(ParameterError, match="they have: 新建"):
        runoff(within=units_of(), by="status", status=["拟建"])
    with pytest.raises(SchemaError, match="no column 'state'"):
        runoff(within=units_of(), by="state", status=["新建"])


def test_polygons_without_a_coefficient_are_named():
    with pytest.raises(ParameterError, match="remain: grassland"):
        runoff(parcels_of([[BUILT, GRASS]]), coefficients={"built_up": 1})


def test_ground_without_data_has_the_least_or_the_greatest_coefficient():
    cover = cover_of([[BUILT, GRASS, 0, 0]])
    measure = runoff(cover, shapely.box(0, 0, 40, 10)).measures[0]
    assert measure.value == pytest.approx(0.5)
    assert measure.low == pytest.approx((0.8 + 0.2 + 2 * 0.2) / 4)
    assert measure.high == pytest.approx((0.8 + 0.2 + 2 * 1.0) / 4)
    assert measure.open_for == ("no_data",)


def test_gaps_between_parcels_have_a_coefficient_too():
    table = {"built_up": 0.8, "grassland": 0.2}
    measure = runoff(
        parcels_of([[BUILT, GRASS]]), shapely.box(0, 0, 40, 10), coefficients=table
    ).measures[0]
    assert (measure.low, measure.high) == (pytest.approx(0.35), pytest.approx(0.65))
