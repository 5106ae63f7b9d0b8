"""Fills and scales that no tag declares: right, refused, or told with a count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.core.errors import EmptyLayerError, ParameterError
from geoplan.core.texts import LANGS
from geoplan.layers import load_land_cover, load_surface
from geoplan.layers.rasters.fills import scan_values
from geoplan.layers.rasters.made_grid import array_grid

CRS = "EPSG:4547"
NDVI = {"grassland": 0.3}


def grid(values, dtype="float32", **options):
    values = np.asarray(values, dtype=dtype)
    return array_grid(values, transform=(10, 0, 0, 0, -10, 0), crs=CRS, **options)


def scan(values, dtype, **options):
    cells = np.asarray([values], dtype=dtype)
    return scan_values([(cells, None)], dtype, subject="layer", shown="file.tif", **options)


def codes(layer):
    return {notice.code: notice.count for notice in layer.record.notices}


@pytest.mark.parametrize(
    ("fill", "dtype", "rest"),
    [
        (-9999, "float32", [0.6, 0.1]),
        (-9999, "float64", [4.5, 3900.25]),
        (-9999, "int16", [-2000, 9800]),
        (-32768, "int16", [-5, 3900]),
        (-3000, "int16", [-1500, 9500]),
        (-3000, "int16", [-2000, 9800]),
        (-3.4028235e38, "float32", [0.6, 0.1]),
        (1e20, "float32", [0.6, 0.1]),
        (9.96921e36, "float32", [280.0, 300.0]),
        (255, "uint8", [0, 100]),
        (255, "uint8", [10, 190]),
        (65535, "uint16", [0, 10000]),
        (32767, "int16", [-1000, 9000]),
        (-99, "float32", [0.0, 35.0]),
        (9999, "float32", [12.0, 80.0]),
        (2147483647, "int32", [1, 2]),
    ],
)
def test_a_usual_fill_apart_from_all_values_stands_for_no_data(fill, dtype, rest):
    found = scan([*rest, fill, fill], dtype)
    assert list(found.fills.values()) == [2]
    assert next(iter(found.fills)) == pytest.approx(fill)
    assert (found.least, found.greatest) == pytest.approx((min(rest), max(rest)))
    assert found.known == 2


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([-10900, -9999, -9000, -20], "int16"),  # the sea floor
        ([0, 120, 254, 255], "uint8"),  # a picture
        ([3, 50, 127], "int16"),
        ([3, 50, 255], "int32"),  # one crowded cell
        ([-1, 0, 1], "float32"),
        ([-130, -128, -10], "int16"),
    ],
)
def test_a_number_among_others_is_a_value(values, dtype):
    found = scan(values, dtype)
    assert found.fills == {}
    assert (found.least, found.greatest) == (min(values), max(values))


def test_the_largest_number_among_others_is_told():
    assert scan([0, 120, 254, 255], "uint8").unsure == {255.0: 1}


def test_a_mask_of_0_and_255_is_asked_about():
    with pytest.raises(ParameterError, match=r"nodata = 255 .* or nodata = .none."):
        scan([0, 255], "uint8")
    assert scan([0, 255], "uint8", every_value=True).fills == {}


@given(st.lists(st.floats(-1, 1, width=32), min_size=2, max_size=40), st.integers(1, 9))
def test_fills_of_an_index_are_counted_and_change_no_range(values, fills):
    found = scan([*values, *[-9999.0] * fills], "float32")
    assert found.fills == {-9999.0: fills}
    assert (found.least, found.greatest) == (min(values), max(values))


def test_a_fill_is_no_ground_without_plants():
    cover = load_land_cover(grid([[0.6, -9999], [0.1, 0.1]]), crs=CRS, thresholds=NDVI)
    assert cover.class_grid().read_window(0, 2, 0, 2).tolist() == [[1, -1], [0, 0]]
    assert codes(cover)["raster_fill_undeclared"] == 1
    assert codes(cover)["raster_without_data"] == 1


def test_a_surface_knows_its_fills_and_its_range():
    surface = load_surface(grid([[0.6, -9999], [0.1, np.nan]]), crs=CRS)
    assert np.isnan(surface.grid.read_values(0, 2, 0, 2)).tolist() == [[False, True], [False, True]]
    assert surface.value_range == pytest.approx((0.1, 0.6))
    for lang in LANGS:
        assert all(notice.text(lang) for notice in surface.record.notices)


def test_a_raster_of_fills_alone_has_no_data():
    with pytest.raises(EmptyLayerError, match="none of the 2 cells"):
        load_surface(grid([[-9999, -9999]]), crs=CRS)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([[6000, 1000]], "int16"),
        ([[160, 110]], "uint8"),
        ([[6000.5, 1000]], "float32"),
        ([[60, 10]], "uint8"),
    ],
)
def test_thresholds_of_an_index_are_refused_for_numbers_stored_scaled(values, dtype):
    with pytest.raises(ParameterError, match=r"stored scaled.* scale = 0\.0001.*scale = 1\."):
        load_land_cover(grid(values, dtype), crs=CRS, thresholds=NDVI)


def test_heights_and_percents_keep_their_thresholds():
    for values, dtype, thresholds in (
        ([[0.2, 35.0]], "float32", {"trees": 5, "shrubland": 0.5}),
        ([[3, 80]], "uint8", {"trees": 20}),
        ([[0, 1]], "uint8", {"trees": 0.5}),
    ):
        load_land_cover(grid(values, dtype), crs=CRS, thresholds=thresholds)


def test_thresholds_that_part_nothing_are_told():
    cover = load_land_cover(grid([[1.1, 1.6]]), crs=CRS, thresholds=NDVI)
    assert codes(cover)["thresholds_part_nothing"] == 2
    cover = load_land_cover(grid([[0.1, 0.6]]), crs=CRS, thresholds={"trees": 5})
    assert codes(cover)["thresholds_part_nothing"] == 2


def test_a_rim_of_zeros_is_told_and_zeros_inside_are_not():
    inner = np.full((20, 20), 0.5)
    rimmed = np.pad(inner, ((2, 0), (0, 3)))
    assert codes(load_surface(grid(rimmed), crs=CRS))["raster_rim_of_zeros"] == 22 * 23 - 400
    inner[::2] = 0
    assert "raster_rim_of_zeros" not in codes(load_surface(grid(np.pad(inner, 2)), crs=CRS))


@pytest.mark.parametrize(
    ("lone", "dtype", "rest"),
    [
        (-28672, "int16", [-2000, 9000]),
        (254, "uint8", [0, 100]),
        (2, "float32", [-0.2, 0.8]),
        (-99.99, "float32", [-0.2, 0.9]),
        (-1, "int16", [20, 300]),
    ],
)
def test_a_value_far_from_all_others_is_kept_and_told(lone, dtype, rest):
    between = np.linspace(*rest, 5)
    parts = (np.array([[lone] * 4 + rest[:1]], dtype), np.array([between], dtype))
    found = scan_values(((one, None) for one in parts), dtype, subject="layer", shown="file.tif")
    (told,) = found.notices("layer")
    assert (told.code, told.count, told.total) == ("raster_lone_value", 4, 10)
    shown = {"value": lone, "low": rest[0], "high": rest[1]}
    assert told.values == pytest.approx(shown)
    assert found.fills == {}
    assert all(told.text(lang) for lang in LANGS)


def test_classes_rare_values_and_stated_ones_are_no_lone_values():
    for values in ([1, 1, 1, 1, 2, 3], [0, 0, 0, 0, 20, 21], [-5, -5, -5, -5, 3, 9.5, -4.5]):
        assert scan(values, "float32").notices("layer") == ()
    assert scan([250, 3, 4, 5, 6], "float32").lone == {}
    assert scan([250] * 4 + [3, 5], "float32", every_value=True).notices("layer") == ()
