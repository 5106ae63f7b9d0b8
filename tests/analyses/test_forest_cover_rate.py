from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from geoplan.analyses.cover.forest_cover_rate import forest_cover_rate
from geoplan.core.errors import ParameterError
from geoplan.layers.kinds.surface import load_surface

COVERS = run_path(str(Path(__file__).with_name("covers.py")))
CRS, grid_of, BUILT, GRASS, TREES, WATER, cover_of, cut_m2, districts_of, parcels_of = (
    COVERS[name]
    for name in (
        "CRS",
        "grid_of",
        "BUILT",
        "GRASS",
        "TREES",
        "WATER",
        "cover_of",
        "cut_m2",
        "districts_of",
        "parcels_of",
    )
)

NINE = [[TREES, TREES, BUILT], [GRASS, BUILT, TREES], [WATER, WATER, TREES]]
WHOLE = shapely.box(0, 0, 30, 30)


def rate(cover=None, *, zones=(WHOLE,), **parameters):
    parameters = {"classes": ["forest"], "min_patch_m2": 0} | parameters
    cover = cover_of(NINE) if cover is None else cover
    return forest_cover_rate(cover, districts_of(*zones), **parameters)


def test_forest_is_over_the_land_and_water_may_be_left_out():
    assert rate().measures[0].value == 4 / 9
    assert rate(excluded=["water"]).measures[0].value == 4 / 7


def test_patches_below_the_least_area_do_not_count():
    # Two patches of two cells, which share a corner.
    assert rate(min_patch_m2=200, neighbours=4).measures[0].numerator == 400
    assert rate(min_patch_m2=201, neighbours=4).measures[0].numerator == 0
    assert rate(min_patch_m2=201, neighbours=8).measures[0].numerator == 400


def test_corners_join_patches_in_eight_directions_only():
    cover = cover_of([[TREES, BUILT, BUILT], [BUILT, TREES, BUILT], [BUILT, BUILT, TREES]])
    assert rate(cover, min_patch_m2=300, neighbours=8).measures[0].numerator == 300
    assert rate(cover, min_patch_m2=300, neighbours=4).measures[0].numerator == 0


def test_a_patch_keeps_what_of_it_lies_outside_the_districts():
    cover = cover_of([[TREES] * 6])
    found = rate(cover, zones=(shapely.box(0, 0, 5, 10),), min_patch_m2=600)
    assert found.measures[0].value == 1
    assert rate(cover, zones=(shapely.box(0, 0, 5, 10),), min_patch_m2=601).measures[0].value == 0


def test_small_patches_of_polygons_do_not_count_and_are_told():
    # Two patches of two cells, which share a corner.
    found = rate(parcels_of(NINE), min_patch_m2=201, neighbours=4)
    assert found.measures[0].value == 0
    assert [notice.code for notice in found.notices] == ["patches_too_small"]
    assert (found.notices[0].count, found.notices[0].total) == (2, 2)
    for least, neighbours in ((200, 4), (400, 8)):
        kept = rate(parcels_of(NINE), min_patch_m2=least, neighbours=neighbours)
        assert kept.measures[0].value == pytest.approx(4 / 9)


def test_lots_that_adjoin_are_one_wood_and_far_parts_of_a_row_are_several():
    lots = woods(*(shapely.box(x, 0, x + 25, 20) for x in (0, 25, 50, 75)))
    found = rate(lots, zones=(shapely.box(0, 0, 5000, 5000),), min_patch_m2=667)
    assert found.measures[0].numerator == pytest.approx(2000)
    apart = woods(
        shapely.MultiPolygon([shapely.box(x, 0, x + 20, 20) for x in (0, 500, 900)]),
    )
    found = rate(apart, zones=(shapely.box(0, 0, 5000, 5000),), min_patch_m2=667)
    assert found.measures[0].numerator == 0
    assert (found.notices[0].count, found.notices[0].total) == (3, 3)


def test_a_wood_drawn_twice_is_no_larger():
    twice = woods(shapely.box(0, 0, 20, 20), shapely.box(0, 0, 20, 20))
    assert rate(twice, min_patch_m2=667).measures[0].numerator == 0


def test_millimetres_between_lots_do_not_part_a_wood():
    lots = woods(shapely.box(0, 0, 10, 20), shapely.box(10.002, 0, 20, 20))
    for neighbours in (4, 8):
        found = rate(lots, min_patch_m2=390, neighbours=neighbours)
        assert found.measures[0].numerator == pytest.approx(400, abs=0.1)


def test_excluded_ground_leaves_both_sides_where_polygons_lie_over_one_another():
    cover = woods(WHOLE, shapely.box(0, 0, 30, 12)).assign(class_code=["forest", "water"])
    measure = rate(cover, excluded=["water"]).measures[0]
    assert measure.value == pytest.approx(1)
    assert measure.numerator == pytest.approx(540)
    assert measure.denominator == pytest.approx(540)


def test_ground_without_data_counts_all_or_not_at_all():
    cells = np.zeros((10, 3), dtype=int)
    cells[0] = TREES
    for zones in ((shapely.box(0, 0, 30, 100),), (shapely.box(0, 0, 30, 100),) * 2):
        measure = rate(cover_of(cells), zones=zones).measures[0]
        assert (measure.low, measure.value, measure.high) == (pytest.approx(0.1), 1, 1)
        assert measure.districts["low"].tolist() == pytest.approx([0.1] * len(zones))
        assert measure.districts["high"].tolist() == [1] * len(zones)
        assert measure.open_for == ("no_data",)


def test_ground_beyond_the_raster_is_open_too():
    zone = shapely.box(0, 0, 40, 10)
    measure = rate(cover_of([[TREES, BUILT]]), zones=(zone,)).measures[0]
    assert (measure.low, measure.value, measure.high) == (0.25, 0.5, 0.75)


def test_a_district_without_any_data_is_unknown_and_wholly_open():
    measure = rate(
        cover_of([[TREES, 0]]), zones=(shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10))
    ).measures[0]
    assert np.isnan(measure.districts["value"][1])
    assert measure.districts["low"].tolist() == [1, 0]
    assert measure.districts["high"].tolist() == [1, 1]


def test_unknown_ground_may_join_patches_that_are_too_small():
    cover = cover_of([[TREES, 0, TREES, BUILT]])
    measure = rate(cover, zones=(shapely.box(0, 0, 40, 10),), min_patch_m2=300).measures[0]
    assert (measure.low, measure.value, measure.high) == (0, 0, 0.75)


def test_unknown_ground_that_is_itself_too_small_cannot_be_forest():
    cover = cover_of([[TREES, TREES, BUILT, 0]])
    measure = rate(cover, zones=(shapely.box(0, 0, 40, 10),), min_patch_m2=200).measures[0]
    assert (measure.low, measure.value, measure.high) == (0.5, pytest.approx(2 / 3), 2 / 3)


def test_gaps_between_polygons_of_land_cover_are_open_and_gaps_between_woods_are_not():
    half = shapely.box(0, 0, 30, 10)
    cover = woods(half, shapely.box(0, 10, 30, 20)).assign(class_code=["forest", "built_up"])
    measure = rate(cover).measures[0]
    assert (measure.low, measure.value) == (pytest.approx(1 / 3),) * 2
    assert measure.high == pytest.approx(2 / 3)
    closed = rate(woods(half)).measures[0]
    assert (closed.low, closed.high) == (closed.value, closed.value)


def test_a_polygon_without_a_class_is_unknown_ground():
    cover = woods(shapely.box(0, 0, 30, 10), shapely.box(0, 10, 30, 30))
    measure = rate(cover.assign(class_code=["forest", None])).measures[0]
    assert (measure.low, measure.high) == (pytest.approx(1 / 3), pytest.approx(1))


@pytest.mark.parametrize(
    ("values", "dtype", "min_canopy", "words"),
    [
        ([[10.0, 80.5]], "float32", 0.2, "in percent, it seems"),
        ([[0.1, 0.85]], "float32", 20, "of 0 to 1, it seems"),
        ([[10, 8000]], "int16", 20, "no canopy density"),
    ],
)
def test_a_threshold_of_another_scale_than_the_density_is_refused(values, dtype, min_canopy, words):
    density = load_surface(grid_of(np.array(values, dtype=dtype)), crs=CRS)
    with pytest.raises(ParameterError, match=words):
        rate(density, classes=None, min_canopy=min_canopy)


def test_a_fill_in_a_density_that_no_tag_declares_is_ground_without_data():
    density = load_surface(grid_of([[0.9, -9999.0], [0.1, 0.1]]), crs=CRS)
    measure = rate(
        density, zones=(shapely.box(0, 0, 20, 20),), classes=None, min_canopy=0.2
    ).measures[0]
    assert (measure.low, measure.value, measure.high) == (0.25, pytest.approx(1 / 3), 0.5)


def woods(*geometries):
    return gpd.GeoDataFrame(
        {"class_code": ["forest"] * len(geometries)}, geometry=list(geometries), crs=CRS
    )


def test_a_surface_of_canopy_density_has_a_threshold():
    density = load_surface(grid_of([[0.1, 0.2], [0.9, np.nan]]), crs=CRS)
    found = rate(density, zones=(shapely.box(0, 0, 20, 20),), classes=None, min_canopy=0.2)
    assert (found.measures[0].numerator, found.measures[0].denominator) == (200, 300)
    assert [notice.code for notice in found.notices] == ["cover_unknown"]


@settings(max_examples=40)
@given(
    values=st.lists(st.sampled_from([TREES, GRASS, 0]), min_size=100, max_size=100).filter(any),
    least=st.integers(1, 6),
    neighbours=st.sampled_from([4, 8]),
    corner=st.tuples(st.floats(0, 60), st.floats(0, 60)),
)
def test_what_counts_is_what_labels_of_the_whole_raster_keep(values, least, neighbours, corner):
    cells = np.reshape(values, (10, 10))
    around = np.ones((3, 3)) if neighbours == 8 else None
    labels, count = ndimage.label(cells == TREES, around)
    sizes = ndimage.sum_labels(np.ones_like(cells), labels, range(count + 1))
    kept = np.where((labels > 0) & (sizes[labels] >= least), TREES, GRASS)
    zone = shapely.box(*corner, corner[0] + 35, corner[1] + 35)
    found = rate(
        cover_of(cells), zones=(zone,), min_patch_m2=100 * least, neighbours=neighbours
    ).measures[0]
    assert found.numerator == pytest.approx(cut_m2(kept, [TREES], zone), abs=1e-6)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"min_patch_m2": -1}, "not below 0"),
        ({"classes": None}, "`classes` that are forest"),
        ({"min_canopy": 0.2}, "no `min_canopy`"),
        ({"excluded": ["trees"]}, "share a class"),
        ({"min_patch_m2": 500, "neighbours": 6}, "4 .* or 8"),
    ],
)
def test_bad_inputs_are_refused(wrong, words):
    with pytest.raises(ParameterError, match=words):
        rate(**wrong)


def test_a_surface_wants_a_threshold_in_its_own_numbers():
    percent = load_surface(grid_of(np.array([[10, 80]], dtype="uint8")), crs=CRS)
    with pytest.raises(ParameterError, match="wanted `min_canopy`"):
        rate(percent)
    with pytest.raises(ParameterError, match="in percent, it seems"):
        rate(percent, classes=None, min_canopy=0.2)
    found = rate(percent, zones=(shapely.box(0, 0, 20, 10),), classes=None, min_canopy=20)
    assert found.measures[0].value == 0.5
