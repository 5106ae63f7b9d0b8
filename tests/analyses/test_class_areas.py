"""Area of each class of a raster in each zone."""

from pathlib import Path
from runpy import run_path
from unittest import mock

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rasterio import Affine

from geoplan.analyses.cells import class_counts
from geoplan.analyses.cells.class_areas import class_areas
from geoplan.core.errors import ParameterError, SourceError
from geoplan.layers.rasters.grid import open_grid
from geoplan.layers.rasters.made_grid import array_grid, derive_grid

RASTERS = run_path(str(Path(__file__).with_name("cell_rasters.py")))
grid_of, zones_of, overlaid, partitions, random_zones = (
    RASTERS[name] for name in ("grid_of", "zones_of", "overlaid", "partitions", "random_zones")
)
LOOKED_UP = mock.patch.object(class_counts, "_MARKED_CLASSES", 0)
NINE = grid_of(np.array([[1, 1, 2], [1, 2, 2], [3, 3, 3]], dtype=np.uint8))


def rasters(dtype=np.uint8, most=5):
    values = st.lists(st.integers(0, most), min_size=100, max_size=100)
    return values.map(lambda cells: np.array(cells, dtype=dtype).reshape(10, 10))


def by_overlay(grid, zones, code):
    return (overlaid(grid, zones) * (grid.source == code)).sum(axis=(1, 2)) * 100


def test_nine_cells_are_counted_as_with_a_pencil():
    found = class_areas(NINE, zones_of(shapely.box(5, 5, 25, 25), shapely.box(0, 0, 30, 10)))
    assert found.classes.tolist() == [1, 2, 3]
    assert found.cells.tolist() == [[1.25, 1.75, 1.0], [0.0, 0.0, 3.0]]
    assert found.area_m2.tolist() == [[125.0, 175.0, 100.0], [0.0, 0.0, 300.0]]


def test_classes_can_be_added_up_and_asked_for_though_none_is_there():
    found = class_areas(NINE, zones_of(shapely.box(0, 0, 30, 30)), classes=[9])
    assert found.classes.tolist() == [1, 2, 3, 9]
    assert (found.of([1, 9]).item(), found.of([7]).item()) == (300.0, 0.0)
    assert list(found.table) == [
        *("area_m2_1", "area_m2_2", "area_m2_3", "area_m2_9"),
        *("nodata_m2", "outside_m2", "zone_m2"),
    ]


def test_cells_without_data_and_area_beyond_the_raster_are_told_apart():
    grid = grid_of(np.array([[255, 4]], dtype=np.uint8), nodata=255)
    found = class_areas(grid, zones_of(shapely.box(0, 5, 30, 20)))
    assert found.table.iloc[0].to_dict() == {
        "area_m2_4": 50.0,
        "nodata_m2": 50.0,
        "outside_m2": 350.0,
        "zone_m2": 450.0,
    }


def test_a_zone_wholly_beyond_the_raster_is_wholly_outside():
    found = class_areas(NINE, zones_of(shapely.box(90, 0, 100, 10), shapely.box(-50, 90, -40, 99)))
    assert found.outside_m2.tolist() == pytest.approx([100.0, 90.0], rel=1e-12)
    assert found.cells.shape == (2, 0)


def test_no_zone_at_all_gives_an_empty_table():
    found = class_areas(NINE, zones_of(), classes=[1])
    assert (found.table.shape, found.zone_m2.tolist()) == ((0, 4), [])


def test_all_cells_without_data_leave_no_class():
    grid = grid_of(np.full((3, 3), 7, dtype=np.int16), nodata=7)
    found = class_areas(grid, zones_of(shapely.box(0, 0, 15, 30)))
    assert (found.classes.size, found.nodata_m2.tolist()) == (0, [450.0])


@pytest.mark.parametrize("nodata", [-9999.0, 0.5, float("nan"), 300.0])
def test_a_number_for_no_data_that_the_type_cannot_hold_marks_no_cell(nodata):
    grid = grid_of(np.ones((2, 2), dtype=np.uint8), nodata=nodata)
    assert class_areas(grid, zones_of(shapely.box(0, 0, 20, 20))).cells.tolist() == [[4.0]]


def test_floats_that_are_not_finite_are_no_data():
    grid = grid_of(np.array([[1.5, np.nan], [np.inf, 1.5]]))
    found = class_areas(grid, zones_of(shapely.box(0, 0, 20, 20)))
    assert (found.classes.tolist(), found.cells.tolist()) == ([1.5], [[2.0]])
    assert found.nodata_m2.tolist() == [200.0]


def test_a_level_edge_inside_a_row_gives_every_cell_its_part():
    grid = grid_of(np.array([[1, 2, 2, 1]], dtype=np.uint8))
    found = class_areas(grid, zones_of(shapely.box(0, 0, 40, 2.5)))
    assert found.cells.tolist() == [[0.5, 0.5]]


@given(rasters(), random_zones())
def test_areas_are_those_of_cutting_every_cell_by_every_zone(values, zones):
    grid = grid_of(values, nodata=0)
    found = class_areas(grid, zones, classes=range(1, 6))
    expected = np.column_stack([by_overlay(grid, zones, code) for code in range(1, 6)])
    assert np.abs(found.area_m2 - expected).max() < 1e-9
    assert np.abs(found.nodata_m2 - by_overlay(grid, zones, 0)).max() < 1e-9
    assert np.abs(found.zone_m2 - shapely.area(zones.geometry.array)).max() < 1e-9


@given(rasters(), partitions())
def test_zones_that_divide_a_square_add_up_to_its_classes(values, zones):
    found = class_areas(grid_of(values), zones)
    whole = np.bincount(values.ravel())
    assert found.cells.sum(axis=0) == pytest.approx(whole[whole > 0], abs=1e-11)


@given(rasters(), random_zones(), st.floats(1e-6, 1e-2), st.integers(1, 3))
def test_how_much_memory_there_is_does_not_matter(values, zones, max_memory_mb, threads):
    grid = grid_of(values, nodata=0)
    once = class_areas(grid, zones)
    parts = class_areas(grid, zones, max_memory_mb=max_memory_mb, threads=threads)
    assert parts.classes.tolist() == once.classes.tolist()
    assert np.abs(parts.cells - once.cells).max(initial=0.0) < 1e-12


@given(rasters(np.int32, most=60), random_zones())
def test_many_classes_are_looked_up_with_the_same_answer(values, zones):
    grid = grid_of(values - 20, nodata=-20)
    with LOOKED_UP:
        found = class_areas(grid, zones, classes=range(-19, 41))
    # The same cells in classes so few that they are marked one by one.
    for low in range(-19, 41, 12):
        few = np.where((grid.source >= low) & (grid.source < low + 12), grid.source, -20)
        marked = class_areas(grid_of(few, nodata=-20), zones, classes=range(low, low + 12))
        assert np.abs(found.cells[:, low + 19 : low + 31] - marked.cells).max() < 1e-12


@given(rasters(np.float32, most=60), random_zones())
def test_many_classes_of_floats_are_looked_up_too(values, zones):
    with LOOKED_UP:
        found = class_areas(grid_of(values / 2, nodata=0), zones, classes=np.arange(61) / 2)
    same = class_areas(grid_of(values.astype(np.int16), nodata=0), zones, classes=range(61))
    assert np.abs(found.cells - same.cells).max() < 1e-12


@pytest.mark.parametrize("most", [5, 60])
def test_cells_in_degrees_have_their_area_on_the_ellipsoid(most):
    values = np.random.default_rng(0).integers(0, most, (40, 40)).astype(np.uint8)
    grid = array_grid(values, transform=(0.05, 0, 10, 0, -0.05, 61), crs="EPSG:4326")
    zone = shapely.box(10.2, 59.3, 11.713, 60.9)
    found = class_areas(grid, zones_of(zone, crs="EPSG:4326"))
    rows = grid.cell_area_m2()[:, None]
    parts = overlaid(grid, zones_of(zone, crs="EPSG:4326"))[0]
    expected = [(parts * rows)[values == code].sum() for code in range(most)]
    assert found.area_m2[0] == pytest.approx(expected, rel=1e-11)
    assert found.outside_m2.tolist() == [0.0]


def test_area_beyond_a_raster_in_degrees_is_on_the_ellipsoid_too():
    grid = array_grid(np.ones((10, 10)), transform=(0.1, 0, 10, 0, -0.1, 60), crs="EPSG:4326")
    zone = zones_of(shapely.box(10, 59.5, 10.5, 60.5), crs="EPSG:4326")
    wider = array_grid(np.ones((20, 10)), transform=(0.1, 0, 10, 0, -0.1, 61), crs="EPSG:4326")
    found, whole = class_areas(grid, zone), class_areas(wider, zone)
    assert found.zone_m2 == pytest.approx(whole.zone_m2, rel=1e-12)
    assert found.outside_m2 == pytest.approx(wider.cell_area_m2()[5:10].sum() * 5, rel=1e-12)


def test_thousands_of_zones_of_one_cell_count_it_each():
    values = np.arange(2500).reshape(50, 50) % 7
    x, y = (axis.ravel() * 10.0 for axis in np.meshgrid(np.arange(50), np.arange(49, -1, -1)))
    found = class_areas(grid_of(values), zones_of(*shapely.box(x, y, x + 10, y + 10)))
    assert (found.cells[np.arange(2500), values.ravel()] == 1).all()
    assert found.cells.sum() == 2500


def test_zones_far_apart_are_read_without_what_lies_between():
    read = []

    def read_window(row0, row1, col0, col1):
        read.append((col0, col1))
        return np.ones((row1 - row0, col1 - col0), dtype=np.uint8)

    base = array_grid(np.ones((1, 1)), transform=(10, 0, 0, 0, -10, 100), crs="EPSG:4547")
    wide = derive_grid(base, read_window, dtype="uint8")
    wide = type(wide)(**{**vars(wide), "width": 9000, "height": 10})
    zones = zones_of(shapely.box(5, 0, 50, 100), shapely.box(80000, 0, 80100, 100))
    found = class_areas(wide, zones)
    assert found.cells.ravel().tolist() == [45.0, 100.0]
    assert read == [(0, 5), (8000, 8010)]


@pytest.fixture
def raster_file(tmp_path):
    """A tiled GeoTIFF of 600 × 500 cells, its values, and irregular zones on it."""
    random = np.random.default_rng(5)
    values = np.kron(random.integers(0, 9, (60, 50)), np.ones((10, 10))).astype(np.uint8)
    path = tmp_path / "cover.tif"
    profile = {
        "driver": "GTiff", "height": 600, "width": 500, "count": 1, "dtype": "uint8",
        "crs": "EPSG:4547", "transform": Affine(10, 0, 5e5, 0, -10, 2.5e6), "nodata": 0,
        "tiled": True, "blockxsize": 128, "blockysize": 128, "compress": "deflate",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(values, 1)
    points = shapely.multipoints(random.random((40, 2)) * [5000, 6000] + [5e5, 2.494e6])
    frame = shapely.box(5e5, 2.494e6, 5.05e5, 2.5e6)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame))
    return path, values, zones_of(*shapely.intersection(cells, frame))


def test_exactextract_counts_the_same(raster_file):
    from exactextract import exact_extract

    path, _, zones = raster_file
    # Its columns of codes and shares are arrays of their own for each zone.
    theirs = exact_extract(str(path), zones, ["unique", "frac", "count"], output="pandas")
    found = class_areas(open_grid(path), zones)
    for i, (codes, shares, count) in enumerate(
        zip(theirs["unique"], theirs["frac"], theirs["count"], strict=True)
    ):
        at = np.searchsorted(found.classes, codes.astype(int))
        # Relative to the zone: exactextract keeps the part of a cell in 32 bits.
        assert np.abs(found.cells[i, at] - shares * count).max() < 1e-9 * count
        assert found.cells[i].sum() == pytest.approx(count, rel=1e-9)


def test_a_file_gives_the_same_in_slivers_of_rows_and_two_threads(raster_file):
    path, values, zones = raster_file
    once = class_areas(open_grid(path), zones, threads=1)
    parts = class_areas(open_grid(path), zones, max_memory_mb=0.05, threads=2)
    assert np.abs(parts.cells - once.cells).max() <= 1e-12 * once.cells.max()
    assert once.cells.sum() == pytest.approx((values > 0).sum(), rel=1e-12)


def test_a_mask_of_the_file_hides_cells(tmp_path):
    path = tmp_path / "masked.tif"
    profile = {
        "driver": "GTiff", "height": 2, "width": 2, "count": 1, "dtype": "uint8",
        "crs": "EPSG:4547", "transform": Affine(10, 0, 0, 0, -10, 20),
    }  # fmt: skip
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **profile) as file:
        file.write(np.array([[1, 1], [2, 1]], dtype=np.uint8), 1)
        file.write_mask(np.array([[True, False], [True, True]]))
    found = class_areas(open_grid(path), zones_of(shapely.box(0, 0, 20, 20)))
    assert (found.cells.tolist(), found.nodata_m2.tolist()) == ([[2.0, 1.0]], [100.0])


def test_a_file_cut_short_is_an_error_that_names_it(raster_file):
    path, _, zones = raster_file
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(SourceError, match=r"cover\.tif is damaged or cut short"):
        class_areas(open_grid(path), zones)


def test_measured_values_are_not_taken_for_classes():
    grid = grid_of(np.random.default_rng(0).random((100, 100)))
    with pytest.raises(ParameterError, match=r"zonal_values\(\)"):
        class_areas(grid, zones_of(shapely.box(0, 0, 1000, 1000)))


@pytest.mark.parametrize(("name", "value"), [("max_memory_mb", 0), ("threads", 0)])
def test_memory_and_threads_must_be_above_0(name, value):
    with pytest.raises(ParameterError, match="both must be above 0"):
        class_areas(NINE, zones_of(shapely.box(0, 0, 1, 1)), **{name: value})


@pytest.mark.real
def test_sao_miguel_is_all_land_cover(real_data):
    folder = real_data / "saomiguel"
    zones = gpd.read_file(folder / "concelhos.gpkg")
    found = class_areas(open_grid(folder / "clc2018_v2020_20u1.tif"), zones)
    on_ellipsoid = np.abs(
        [zones.crs.get_geod().geometry_area_perimeter(zone)[0] for zone in zones.geometry]
    )
    # Its sides are straight in degrees here and geodesics there.
    assert found.zone_m2 == pytest.approx(on_ellipsoid, rel=1e-6)
