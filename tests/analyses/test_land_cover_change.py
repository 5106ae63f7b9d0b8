from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geoplan.analyses.cover.land_cover_change import land_cover_change
from geoplan.core.errors import ParameterError
from geoplan.layers import load_land_cover
from geoplan.layers.rasters.made_grid import array_grid

COVERS = run_path(str(Path(__file__).with_name("covers.py")))
NAMES = "BUILT", "CRS", "GRASS", "TREES", "WATER", "cell_boxes", "cover_of", "districts_of"
BUILT, CRS, GRASS, TREES, WATER, cell_boxes, cover_of, districts_of = (COVERS[n] for n in NAMES)
grid_of, parcels_of, partitions = (COVERS[n] for n in ("grid_of", "parcels_of", "partitions"))
BEFORE = [[TREES, TREES, GRASS], [TREES, BUILT, GRASS], [WATER, BUILT, BUILT]]
AFTER = [[TREES, BUILT, TREES], [TREES, BUILT, GRASS], [WATER, BUILT, GRASS]]
WHOLE = shapely.box(0, 0, 30, 30)


def change(after=None, before=None, *zones, **parameters):
    after = cover_of(AFTER) if after is None else after
    before = cover_of(BEFORE) if before is None else before
    return land_cover_change(
        after, districts_of(*(zones or (WHOLE,))), previous=before, **parameters
    )


def values(found, part):
    return [found.measure(of, part).value for of in ("before", "after", "gain", "loss", "net")]


def codes(found):
    return {notice.code for notice in found.notices}


def test_nine_cells_by_hand():
    found = change()
    assert values(found, "forest") == [300, 300, 100, 100, 0]
    assert values(found, "built_up") == [300, 300, 100, 100, 0]
    assert values(found, "grassland") == [200, 200, 100, 100, 0]
    assert values(found, "water") == [100, 100, 0, 0, 0]
    assert found.measure("kept", "forest").value == 2 / 3
    assert found.measure("transition", "forest > built_up").value == 100
    parts = {one.part for one in found.measures if one.of == "transition"}
    assert parts == {"forest > built_up", "grassland > forest", "built_up > grassland"}
    assert found.notices == ()


def test_what_is_not_asked_for_is_other():
    found = change(classes=["forest"])
    assert values(found, "other") == [600, 600, 100, 100, 0]


def test_a_district_takes_its_part_of_cells():
    found = change(None, None, shapely.box(5, 25, 20, 30))
    assert found.measure("loss", "forest").value == pytest.approx(50)
    assert found.measure("before", "forest").value == pytest.approx(75)


def test_polygons_at_either_date_give_what_cells_give():
    zone = shapely.box(3, 4, 28, 22)
    by_cells = change(None, None, zone)
    names = ["forest", "built_up", "grassland", "water"]
    for after, before in (
        (parcels_of(AFTER), parcels_of(BEFORE)),
        (cover_of(AFTER), parcels_of(BEFORE)),
        (parcels_of(AFTER), cover_of(BEFORE)),
    ):
        found = change(after, before, zone, classes=names)
        for name in names:
            assert values(found, name) == pytest.approx(values(by_cells, name), abs=1e-6)
        assert "covers_of_other_cells" in codes(found)


def test_cells_that_do_not_match_are_overlaid_exactly_and_told():
    # The earlier date lies 5 m further east: half of each cell.
    shifted = load_land_cover(
        array_grid(
            np.array([[BUILT, TREES, TREES]], dtype="uint8"),
            transform=(10, 0, 5, 0, -10, 10), crs=CRS,
        ),
        crs=CRS, classes="worldcover",
    )  # fmt: skip
    found = change(cover_of([[TREES, TREES, TREES]]), shifted, shapely.box(5, 0, 30, 10))
    assert values(found, "forest") == pytest.approx([150, 250, 100, 0, 100])
    assert codes(found) == {"covers_of_other_cells"}


def test_the_same_grid_cut_elsewhere_is_the_same_grid():
    part = load_land_cover(
        array_grid(
            np.array(BEFORE, dtype="uint8")[1:, 1:], transform=(10, 0, 10, 0, -10, 20), crs=CRS
        ),
        crs=CRS, classes="worldcover",
    )  # fmt: skip
    found = change(None, part)
    assert "covers_of_other_cells" not in codes(found)
    assert found.measure("before", "built_up").value == 300
    told = next(notice for notice in found.notices if notice.code == "change_unknown")
    assert told.values["area_m2"] == pytest.approx(500)


def test_another_legend_is_told():
    other = load_land_cover(grid_of(np.full((3, 3), 311)), crs=CRS, classes="corine")
    found = change(None, other, classes=["forest"])
    assert codes(found) == {"covers_of_other_legends"}
    assert values(found, "forest") == [900, 300, 0, 600, -600]


def test_another_crs_is_told_and_nothing_else_changes():
    there = gpd.GeoSeries([shapely.box(500_000, 2_500_000, 500_300, 2_500_300)], crs=CRS)
    values_ = np.full((40, 40), TREES, dtype="uint8")
    west, _, east, north = there.to_crs(4326).total_bounds
    step = (east - west) / 20
    degrees = load_land_cover(
        array_grid(
            values_, transform=(step, 0, west - 10 * step, 0, -step, north + 10 * step),
            crs="EPSG:4326",
        ),
        crs=CRS, classes="worldcover",
    )  # fmt: skip
    metres = load_land_cover(
        array_grid(values_, transform=(10, 0, 499_950, 0, -10, 2_500_350), crs=CRS),
        crs=CRS, classes="worldcover",
    )  # fmt: skip
    found = change(metres, degrees, there.iloc[0], classes=["forest"])
    assert codes(found) == {"covers_of_other_cells"}
    assert found.measure("kept", "forest").value == 1
    assert found.measure("before", "forest").value == pytest.approx(90_000, rel=1e-6)


def test_districts_that_overlap_count_once_in_the_whole():
    found = change(None, None, WHOLE, WHOLE)
    assert values(found, "forest") == [300, 300, 100, 100, 0]
    assert codes(found) == {"districts_overlap"}


CELLS = st.lists(st.sampled_from([TREES, BUILT, GRASS, 0]), min_size=100, max_size=100)


@settings(max_examples=30)
@given(parts=partitions(), before=CELLS.filter(any), after=CELLS.filter(any))
def test_the_matrix_is_what_cutting_cells_gives_and_districts_add_up(parts, before, after):
    was, became = np.reshape(before, (10, 10)), np.reshape(after, (10, 10))
    names = ["forest", "built_up", "grassland"]
    found = change(cover_of(became), cover_of(was), *parts.geometry, classes=names)
    boxes = cell_boxes(grid_of(was))
    by_code = dict(zip(names, (TREES, BUILT, GRASS), strict=True))
    for measure in found.measures:
        total = measure.districts["numerator"].sum()
        assert total == pytest.approx(measure.numerator, abs=1e-6)
        if measure.of != "transition":
            continue
        of, to = measure.part.split(" > ")
        changed = boxes[(was == by_code[of]) & (became == by_code[to])]
        cut = [shapely.area(shapely.intersection(changed, zone)).sum() for zone in parts.geometry]
        assert measure.districts["value"].to_numpy() == pytest.approx(cut, abs=1e-6)


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        (["forest", "trees"], "share a class"),
        (["wood"], "neither a group"),
        ("forest", "as a"),
        (["other"], "is what remains"),
    ],
)
def test_bad_classes_are_refused(classes, words):
    with pytest.raises(ParameterError, match=words):
        change(classes=classes)


def test_covers_without_any_group_are_refused():
    plain = parcels_of(BEFORE).assign(class_key="x")
    with pytest.raises(ParameterError, match="main groups"):
        change(plain, plain)


def bounds(found, of, part):
    measure = found.measure(of, part)
    return measure.low, measure.value, measure.high


# Wood stays, wood to unseen, unseen to wood, unseen at both, unseen to built up.
THEN, NOW = [[TREES, TREES, 0, 0, 0]], [[TREES, 0, TREES, 0, BUILT]]
ROW = shapely.box(0, 0, 50, 10)


def test_ground_unknown_at_one_date_is_neither_changed_nor_unchanged():
    for zones in ((ROW,), (shapely.box(0, 0, 25, 10), shapely.box(25, 0, 50, 10))):
        found = change(cover_of(NOW), cover_of(THEN), *zones, classes=["forest"])
        assert bounds(found, "before", "forest") == (100, 100, 500)
        assert bounds(found, "after", "forest") == (100, 100, 400)
        assert bounds(found, "gain", "forest") == (0, 0, 200)
        assert bounds(found, "loss", "forest") == (0, 0, 300)
        assert bounds(found, "net", "forest") == (-300, 0, 200)
        assert bounds(found, "kept", "forest") == (0.25, 1, 1)
        assert found.measure("net", "forest").open_for == ("no_data",)
        told = next(one for one in found.notices if one.code == "change_unknown")
        assert told.values["area_m2"] == pytest.approx(400)


def test_what_is_unknown_of_polygons_bounds_as_what_is_unknown_of_cells():
    def parcels(row):
        cells = parcels_of([[value or BUILT for value in row[0]]])
        keys = [key if value else "" for key, value in zip(cells["class_key"], row[0], strict=True)]
        return cells.assign(class_key=keys)

    by_cells = change(cover_of(NOW), cover_of(THEN), ROW, classes=["forest"])
    now, then = parcels(NOW), parcels(THEN)
    drawn = now["class_key"] != ""
    for after, before in (
        (now, then),
        (now[drawn], then[then["class_key"] != ""]),
        (cover_of(NOW), then),
        (now, cover_of(THEN)),
    ):
        found = change(after, before, ROW, classes=["forest"])
        for of in ("before", "after", "gain", "loss", "net", "kept"):
            expected = bounds(by_cells, of, "forest")
            assert bounds(found, of, "forest") == pytest.approx(expected, abs=1e-6)


def test_a_change_may_be_larger_where_one_date_is_unknown():
    found = change(
        cover_of([[BUILT, 0, BUILT]]), cover_of([[TREES, TREES, 0]]), shapely.box(0, 0, 30, 10)
    )
    assert bounds(found, "transition", "forest > built_up") == (100, 100, 300)


@settings(max_examples=30)
@given(
    cells=st.lists(st.sampled_from([TREES, BUILT, 0]), min_size=12, max_size=12),
    fills=st.lists(st.sampled_from([TREES, BUILT]), min_size=12, max_size=12),
)
@example(cells=[0, *[TREES] * 10, BUILT], fills=[BUILT, *[TREES] * 11])
def test_whatever_the_unknown_ground_is_its_numbers_lie_within_the_bounds(cells, fills):
    seen, filled = np.array(cells), np.where(np.array(cells) == 0, fills, cells)
    if not (seen[:6] & seen[6:]).any() or not seen[:6].any() or not seen[6:].any():
        return
    zone = shapely.box(0, 0, 60, 10)
    names = ["forest", "built_up"]
    part, whole = (
        change(cover_of([row[6:]]), cover_of([row[:6]]), zone, classes=names)
        for row in (seen, filled)
    )
    for measure in part.measures:
        same = [one for one in whole.measures if one.label == measure.label]
        if same and not np.isnan(same[0].value):
            assert measure.low - 1e-9 <= same[0].value <= measure.high + 1e-9
