from pathlib import Path
from runpy import run_path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from geoplan.analyses.cells.patches import find_patches
from geoplan.analyses.cells.sides import side_lengths_m
from geoplan.analyses.cover.landscape_metrics import landscape_metrics
from geoplan.core.errors import ParameterError
from geoplan.layers import load_land_cover
from geoplan.layers.rasters.made_grid import array_grid

COVERS = run_path(str(Path(__file__).with_name("covers.py")))
BUILT, TREES, cover_of, districts_of, parcels_of, partitions = (
    COVERS[name]
    for name in ("BUILT", "TREES", "cover_of", "districts_of", "parcels_of", "partitions")
)
NINE = [[TREES, TREES, BUILT], [BUILT, BUILT, TREES], [TREES, BUILT, BUILT]]
WHOLE = shapely.box(0, 0, 30, 30)


def metrics(cover=None, *zones, classes=("forest",), neighbours=4):
    cover = cover_of(NINE) if cover is None else cover
    districts = districts_of(*(zones or (WHOLE,)))
    return landscape_metrics(cover, districts, classes=classes, neighbours=neighbours)


def value(found, of, part="forest"):
    return found.measure(of, part).value


def test_nine_cells_by_hand():
    found = metrics()
    assert (value(found, "class_area"), value(found, "class_share")) == (400, 4 / 9)
    assert (value(found, "patches"), value(found, "largest_patch")) == (3, 200)
    assert value(found, "largest_share") == 2 / 9
    # Upper pair: two sides below, one to the right. Right cell: above, left, below. Corner: two.
    assert found.measure("edge_density", "forest").numerator == pytest.approx(80)
    assert value(found, "edge_density") == pytest.approx(80 / 900)


def test_with_corners_the_right_cell_belongs_to_the_pair():
    found = metrics(neighbours=8)
    assert (value(found, "patches"), value(found, "largest_patch")) == (2, 300)


def test_a_patch_in_two_districts_counts_in_each_and_once_in_the_whole():
    west, east = shapely.box(0, 0, 15, 30), shapely.box(15, 0, 30, 30)
    measure = metrics(None, west, east).measure("patches", "forest")
    assert (measure.districts["value"].tolist(), measure.value) == ([2, 2], 3)
    largest = metrics(None, west, east).measure("largest_patch", "forest")
    assert (largest.districts["value"].tolist(), largest.value) == ([150, 100], 200)


def test_cells_without_data_and_the_rim_make_no_edge():
    found = metrics(cover_of([[TREES, 0, TREES], [TREES, 0, TREES]]))
    assert found.measure("edge_density", "forest").numerator == 0


def test_districts_that_overlap_count_once_in_the_whole():
    found = metrics(None, WHOLE, shapely.box(0, 10, 30, 30))
    assert value(found, "patches") == 3
    assert value(found, "largest_patch") == 200
    assert value(found, "class_area") == 400


def test_sides_of_cells_in_degrees_are_measured_on_the_ellipsoid():
    cells = array_grid(np.ones((2, 2)), transform=(0.01, 0, 114, 0, -0.01, 23), crs="EPSG:4326")
    across, down = side_lengths_m(cells, np.arange(2))
    assert across * down == pytest.approx(cells.cell_area_m2(), rel=1e-4)
    assert across[0] < across[1]


def test_sides_in_web_mercator_are_those_of_the_ground():
    cells = array_grid(np.ones((1, 1)), transform=(100, 0, 0, 0, -100, 5e6), crs="EPSG:3857")
    across, down = side_lengths_m(cells, np.arange(1))
    assert across[0] * down[0] == pytest.approx(cells.cell_area_m2()[0], rel=1e-4)


@pytest.mark.parametrize(
    "crs", ["EPSG:3395", "EPSG:4087", "EPSG:6933", "+proj=sinu +lon_0=114 +R=6371007.181"]
)
@pytest.mark.parametrize("areas", ["ellipsoid", "plane"])
def test_edges_have_their_length_on_the_ground_in_every_projection_of_the_raster(crs, areas):
    """World Mercator makes them 1.1 times longer at 23° N, and 1.3 times at 40° N."""
    from pyproj import Transformer

    there = Transformer.from_crs("EPSG:4547", crs, always_xy=True)
    x, y = there.transform(500_000, 2_500_000)
    values = np.full((100, 100), BUILT, dtype=np.uint8)
    values[40:60, 40:60] = TREES
    grid = array_grid(values, transform=(10, 0, x - 500, 0, -10, y + 500), crs=crs)
    cover = load_land_cover(grid, classes="worldcover", crs="EPSG:4547")
    box = shapely.box(499_700, 2_499_700, 500_300, 2_500_300)
    found = landscape_metrics(
        cover, districts_of(box).set_crs("EPSG:4547", allow_override=True),
        classes=["forest"], neighbours=4, areas=areas,
    )  # fmt: skip
    ring = shapely.box(x - 100, y - 100, x + 100, y + 100).exterior.segmentize(10)
    length = shapely.length(shapely.transform(
        ring, lambda xy: np.column_stack(there.transform(*xy.T, direction="INVERSE"))
    ))  # fmt: skip
    edges = found.measure("edge_density", "forest").numerator
    assert edges == pytest.approx(length, rel=1e-3)


@settings(max_examples=40)
@given(
    values=st.lists(st.sampled_from([TREES, BUILT, 0]), min_size=100, max_size=100).filter(any),
    parts=partitions(),
    neighbours=st.sampled_from([4, 8]),
)
def test_the_whole_is_what_labels_of_the_raster_give_however_it_is_divided(
    values, parts, neighbours
):
    cells = np.reshape(values, (10, 10))
    around = np.ones((3, 3)) if neighbours == 8 else None
    labels, count = ndimage.label(cells == TREES, around)
    found = metrics(cover_of(cells), *parts.geometry, neighbours=neighbours)
    assert value(found, "patches") == count
    largest = np.bincount(labels.ravel())[1:].max(initial=0) * 100
    assert value(found, "largest_patch") == pytest.approx(largest, rel=1e-9)
    edges = sum(
        ((a != b) & (a > 0) & (b > 0)).sum() * 10
        for a, b in ((cells[1:], cells[:-1]), (cells[:, 1:], cells[:, :-1]))
    )
    assert found.measure("edge_density", "forest").numerator == pytest.approx(edges, abs=1e-6)


def test_bad_inputs_are_refused():
    with pytest.raises(ParameterError, match="raster with a"):
        landscape_metrics(
            parcels_of([[TREES]]), districts_of(WHOLE), classes=["forest"], neighbours=4
        )
    with pytest.raises(ParameterError, match="as a list"):
        metrics(classes="forest")
    with pytest.raises(ParameterError, match="neither a group"):
        metrics(classes=["wood"])
    with pytest.raises(ParameterError, match="wanted 4"):
        metrics(neighbours=6)


def test_too_many_cells_for_memory_are_refused():
    wide = array_grid(
        np.broadcast_to(np.uint8(TREES), (30_000, 30_000)),
        transform=(10, 0, 0, 0, -10, 300_000),
        crs="EPSG:4547",
    )
    cover = load_land_cover(wide, crs="EPSG:4547", classes="worldcover", bounds=(0, 0, 100, 100))
    with pytest.raises(ParameterError, match="MB of memory"):
        find_patches(
            cover,
            np.ones(len(cover.classes.classes), dtype=bool),
            districts_of(shapely.box(0, 0, 300_000, 300_000)),
            neighbours=4,
        )


def bounds(found, of):
    measure = found.measure(of, "forest")
    return measure.low, measure.value, measure.high


def test_unknown_cells_may_join_patches_or_leave_them_apart():
    found = metrics(cover_of([[TREES, 0, TREES, BUILT]]), shapely.box(0, 0, 50, 10))
    assert bounds(found, "class_area") == (200, 200, 400)
    assert bounds(found, "class_share") == pytest.approx((0.4, 2 / 3, 0.8))
    assert bounds(found, "patches") == (1, 2, 2)
    assert bounds(found, "largest_patch") == (100, 100, 400)
    assert bounds(found, "largest_share") == pytest.approx((0.2, 1 / 3, 0.8))
    # One side if the gap is wood, three if it is not; beyond the raster there are no sides.
    assert bounds(found, "edge_density") == pytest.approx((10 / 500, 10 / 300, 30 / 500))
    assert found.measure("patches", "forest").open_for == ("no_data",)


def test_a_known_district_beside_an_unknown_one_has_no_range():
    cover = cover_of([[TREES, BUILT, 0, 0]])
    found = metrics(cover, shapely.box(0, 0, 20, 10), shapely.box(20, 0, 40, 10))
    for of in ("class_area", "class_share", "largest_patch"):
        table = found.measure(of, "forest").districts
        assert table["low"][0] == table["value"][0] == table["high"][0]
        assert table["low"][1] < table["high"][1]


def test_nothing_is_open_where_all_is_known():
    assert all(not measure.open_for for measure in metrics().measures)
