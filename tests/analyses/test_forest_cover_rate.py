from pathlib import Path
from runpy import run_path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from geoplan.analyses.forest_cover_rate import forest_cover_rate
from geoplan.core.errors import ParameterError
from geoplan.layers.surface import load_surface

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


def test_small_polygons_do_not_count_and_are_told():
    found = rate(parcels_of(NINE), min_patch_m2=101)
    assert found.measures[0].value == 0
    assert [notice.code for notice in found.notices] == ["patches_too_small"]
    assert rate(parcels_of(NINE), min_patch_m2=100).measures[0].value == pytest.approx(4 / 9)


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
