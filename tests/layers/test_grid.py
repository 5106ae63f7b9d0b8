"""A raster as analyses see it."""

import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Geod
from rasterio import Affine

from geoplan.core.errors import CRSError, ParameterError, SourceError
from geoplan.layers.datums.fits import fit_coordinates
from geoplan.layers.rasters.grid import open_grid
from geoplan.layers.rasters.made_grid import array_grid, derive_grid

VALUES = np.arange(12, dtype=np.int16).reshape(3, 4)


@pytest.fixture
def write(tmp_path):
    def write_raster(name="r.tif", *, values=VALUES, scale=None, **options):
        path = tmp_path / name
        profile = {
            "driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1,
            "dtype": values.dtype, "crs": "EPSG:4547",
            "transform": Affine(10, 0, 5e5, 0, -10, 2.5e6), **options,
        }  # fmt: skip
        with rasterio.open(path, "w", **profile) as file:
            for band in range(1, profile["count"] + 1):
                file.write(values + band - 1, band)
            if scale is not None:
                file.scales, file.offsets = (scale[0],), (scale[1],)
        return path

    return write_raster


def test_a_file_says_where_its_cells_lie(write):
    grid = open_grid(write(nodata=5))
    assert (grid.width, grid.height, grid.dtype, grid.nodata) == (4, 3, "int16", 5)
    assert grid.bounds == (5e5, 2.5e6 - 30, 5e5 + 40, 2.5e6)


def test_a_window_has_the_stored_numbers(write):
    assert open_grid(write(nodata=5)).read_window(1, 3, 1, 3).tolist() == [[5, 6], [9, 10]]


def test_values_are_scaled_and_missing_ones_nan(write):
    grid = open_grid(write(nodata=5, scale=(0.5, 1)))
    assert grid.read_values(1, 2, 0, 4)[0].tolist() == pytest.approx(
        [3, np.nan, 4, 4.5], nan_ok=True
    )


def test_a_further_band_can_be_read(write):
    assert open_grid(write(count=2), band=2).read_window(0, 1, 0, 2).tolist() == [[1, 2]]


def test_a_mask_of_the_file_is_missing_data(write):
    path = write()
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as file:
        file.write_mask(VALUES != 2)
    grid = open_grid(path)
    assert grid.read_mask(0, 1, 0, 4).tolist() == [[False, False, True, False]]
    assert np.isnan(grid.read_values(0, 3, 0, 4)).sum() == 1


def test_the_xml_of_a_vrt_joins_tiles(write):
    left, right = write("a.tif"), write("b.tif", values=VALUES + 20)
    source = """<SimpleSource><SourceFilename>{}</SourceFilename><SourceBand>1</SourceBand>
      <SrcRect xOff="0" yOff="0" xSize="4" ySize="3"/>
      <DstRect xOff="{}" yOff="0" xSize="4" ySize="3"/></SimpleSource>"""
    xml = f"""<VRTDataset rasterXSize="8" rasterYSize="3"><SRS>EPSG:4547</SRS>
      <GeoTransform>500000, 10, 0, 2500000, 0, -10</GeoTransform>
      <VRTRasterBand dataType="Int16" band="1">
      {source.format(left, 0)}{source.format(right, 4)}</VRTRasterBand></VRTDataset>"""
    grid = open_grid(xml)
    assert grid.read_window(0, 1, 2, 6).tolist() == [[2, 3, 20, 21]]


def test_cells_of_a_projected_raster_have_the_area_of_its_crs():
    feet = array_grid(VALUES, transform=(10, 0, 0, 0, -10, 30), crs="EPSG:2263")
    metres = array_grid(VALUES, transform=(10, 0, 0, 0, -10, 30), crs="EPSG:4547")
    assert metres.cell_area_m2().tolist() == [100.0] * 3
    assert feet.cell_area_m2([0]).item() == pytest.approx(100 * (1200 / 3937) ** 2, rel=1e-12)


@pytest.mark.parametrize("top", [80.0, 45.5, 1.5, -30.0])
def test_cells_in_degrees_have_their_area_on_the_ellipsoid(top):
    grid = array_grid(np.zeros((3, 3)), transform=(1, 0, 0, 0, -1, top), crs="EPSG:4326")
    # Geodesics along a parallel of many short pieces.
    boxes = [shapely.segmentize(shapely.box(0, top - i - 1, 1, top - i), 1e-4) for i in range(3)]
    geod = Geod(ellps="WGS84")
    expected = [abs(geod.geometry_area_perimeter(box)[0]) for box in boxes]
    assert grid.cell_area_m2() == pytest.approx(expected, rel=1e-8)


def test_all_cells_of_the_world_are_the_surface_of_the_ellipsoid():
    grid = array_grid(np.zeros((180, 360)), transform=(1, 0, -180, 0, -1, 90), crs="EPSG:4326")
    assert grid.cell_area_m2().sum() * 360 == pytest.approx(510_065_621_724_088.5, rel=1e-12)
    assert grid.cell_area_m2([-1, 180]).tolist() == [0.0, 0.0]


def test_cells_of_web_mercator_are_not_as_large_as_they_say():
    y = 20037508.342789244 / 8
    grid = array_grid(np.zeros((1, 1)), transform=(1000, 0, 0, 0, -1000, y), crs="EPSG:3857")
    corners = np.degrees(np.arctan(np.sinh(np.array([y, y - 1000]) / 6378137)))
    width = np.degrees(1000 / 6378137)
    degrees = array_grid(
        np.zeros((1, 1)),
        transform=(width, 0, 0, 0, corners[1] - corners[0], corners[0]),
        crs="EPSG:4326",
    )
    assert grid.cell_area_m2() == pytest.approx(degrees.cell_area_m2(), rel=1e-12)


def test_datums_are_degrees_and_a_fit_is_its_target():
    degrees = {"transform": (1, 0, 114, 0, -1, 23)}
    wgs84 = array_grid(VALUES, crs="EPSG:4326", **degrees).cell_area_m2()
    assert (array_grid(VALUES, crs="GCJ-02", **degrees).cell_area_m2() == wgs84).all()
    fit = fit_coordinates([(0, 0, 5e5, 2.5e6), (10, 0, 5e5 + 10, 2.5e6)], target="EPSG:4547")
    local = array_grid(VALUES, crs=fit, transform=(10, 0, 0, 0, -10, 30))
    assert local.cell_area_m2().tolist() == [100.0] * 3


def test_a_raster_can_be_made_from_another_as_it_is_read():
    grid = array_grid(VALUES, transform=(10, 0, 0, 0, -10, 30), crs="EPSG:4547", nodata=0)
    odd = derive_grid(grid, lambda *at: grid.read_window(*at) % 2, dtype="int16", subject="odd")
    assert odd.read_window(0, 1, 0, 4).tolist() == [[0, 1, 0, 1]]
    assert (odd.nodata, odd.subject, odd.read_mask(0, 1, 0, 4)) == (None, "odd", None)


def test_a_rotated_raster_is_refused(write):
    path = write(transform=Affine(10, 1, 5e5, 1, -10, 2.5e6))
    with pytest.raises(ParameterError, match=r"`cover`.*gdalwarp -r near"):
        open_grid(path, subject="cover")


def test_a_raster_without_a_crs_is_refused_unless_one_is_stated(write):
    path = write(crs=None)
    with pytest.raises(CRSError, match="says of no CRS"):
        open_grid(path)
    assert open_grid(path, source_crs="EPSG:4547").crs == "EPSG:4547"


def test_a_band_that_is_not_there_is_refused(write):
    with pytest.raises(ParameterError, match=r"has 1 band.*band 2"):
        open_grid(write(), band=2)


def test_a_file_that_is_not_there_or_no_raster_is_refused(tmp_path):
    with pytest.raises(SourceError, match="gone"):
        open_grid(tmp_path / "gone.tif")
    (tmp_path / "text.tif").write_text("no raster", encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be read as a raster"):
        open_grid(tmp_path / "text.tif")


@pytest.mark.parametrize("values", [np.zeros(3), np.zeros((0, 3)), np.array([["a"]])])
def test_an_array_must_be_a_table_of_numbers(values):
    with pytest.raises(ParameterError, match="rows and columns of numbers"):
        array_grid(values, transform=(1, 0, 0, 0, -1, 0), crs="EPSG:4547")


def test_cells_in_baidu_metres_have_no_area():
    grid = array_grid(VALUES, transform=(1, 0, 0, 0, -1, 0), crs="BD-09MC")
    with pytest.raises(CRSError, match="no known area"):
        grid.cell_area_m2()
