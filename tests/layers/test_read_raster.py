"""Cells of rasters as polygons: nothing resampled, nobody lost."""

import warnings
import zipfile

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from rasterio.errors import NotGeoreferencedWarning

from geoplan.core.errors import CRSError, EmptyLayerError, ParameterError, SourceError
from geoplan.layers.rasters.raster_cells import cell_areas_m2
from geoplan.layers.rasters.raster_file import is_raster
from geoplan.layers.readers.read_raster import read_cells
from geoplan.layers.readers.source import LayerSource

STUDY = "EPSG:4547"
METRES = Affine(100, 0, 500_000, 0, -100, 2_500_000)
DEGREES = Affine(0.01, 0, 114.0, 0, -0.01, 22.6)


def write(path, values, *, transform=METRES, crs=STUDY, nodata=None, scale=None, bands=1):
    values = np.asarray(values)
    profile = {
        "driver": "GTiff",
        "height": values.shape[0],
        "width": values.shape[1],
        "count": bands,
        "dtype": values.dtype,
        "crs": crs,
        "nodata": nodata,
    }
    if transform is not None:
        profile["transform"] = transform
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        raster = rasterio.open(path, "w", **profile)
    with raster:
        for band in range(1, bands + 1):
            raster.write(values, band)
        if scale is not None:
            raster.scales, raster.offsets = [scale[0]], [scale[1]]
    return path


def read(path, **options):
    return read_cells(path, **{"crs": STUDY, "unit": "count", "subject": "population", **options})


def codes(found):
    return {notice.code: notice.count for notice in found.notices}


def test_a_cell_becomes_the_square_it_covers(tmp_path):
    found = read(write(tmp_path / "p.tif", [[0.0, 7.0], [0.0, 0.0]]))
    assert found.cells[0].equals(shapely.box(500_100, 2_499_900, 500_200, 2_500_000))
    assert (found.amounts.tolist(), found.rows.tolist(), found.columns.tolist()) == ([7], [0], [1])


@given(st.lists(st.floats(0, 1e6), min_size=12, max_size=12).filter(lambda v: max(v) > 0))
def test_nobody_is_lost_or_invented(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("raster") / "p.tif"
    write(path, np.reshape(values, (3, 4)), transform=DEGREES, crs="EPSG:4326")
    assert read(path).amounts.sum() == pytest.approx(sum(values), rel=1e-12)


def test_strips_give_what_one_piece_gives(tmp_path, monkeypatch):
    path = write(tmp_path / "p.tif", np.arange(600.0).reshape(30, 20))
    whole = read(path)
    monkeypatch.setattr("geoplan.layers.rasters.raster_file._ROWS_AT_ONCE_CELLS", 40)
    strips = read(path)
    assert strips.amounts.tolist() == whole.amounts.tolist()
    assert shapely.equals(strips.cells, whole.cells).all()


def test_more_cells_than_memory_should_hold_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("geoplan.layers.readers.read_raster._MOST_CELLS", 3)
    with pytest.raises(SourceError, match=r"more than 3 cells with a value. Give bounds="):
        read(write(tmp_path / "p.tif", np.ones((2, 2))))


def test_a_density_in_metres_is_multiplied_by_the_true_area(tmp_path):
    # On the central meridian of EPSG:4547 the scale is 1: 1 ha at 2,000 per km² is 20 persons.
    path = write(tmp_path / "p.tif", [[2000.0]])
    assert read(path, unit="per_km2").amounts.item() == pytest.approx(20, rel=1e-6)


def area_m2(path, row=0, column=0):
    with rasterio.open(path) as raster:
        crs = raster.crs.to_string()
        return cell_areas_m2(raster, np.array([row]), np.array([column]), crs).item()


def test_a_density_in_degrees_is_multiplied_by_the_area_on_the_ellipsoid(tmp_path):
    # Closed form of a zone of the WGS 84 ellipsoid, one degree wide.
    b, e = 6_356_752.314245179, 0.081819190842621
    sines = np.sin(np.radians([38.0, 39.0]))
    zone = sines / (1 - (e * sines) ** 2) / 2 + np.arctanh(e * sines) / (2 * e)
    exact = np.radians(1) * b**2 * (zone[1] - zone[0])
    degree = Affine(1, 0, 114, 0, -1, 39)
    path = write(tmp_path / "p.tif", [[2.0]], transform=degree, crs="EPSG:4326")
    assert area_m2(path) == pytest.approx(exact, rel=1e-10)
    assert read(path, unit="per_km2").amounts.item() == pytest.approx(2 * exact / 1e6, rel=1e-10)


@given(lon=st.floats(-179.9, 179.9), lat=st.floats(-70, 70))
def test_small_cells_have_their_geodesic_area(tmp_path_factory, lon, lat):
    path = tmp_path_factory.mktemp("raster") / "p.tif"
    write(path, [[1.0]], transform=Affine(0.008, 0, lon, 0, -0.008, lat), crs="EPSG:4326")
    cell = shapely.box(lon, lat - 0.008, lon + 0.008, lat)
    oracle = abs(Geod(ellps="WGS84").geometry_area_perimeter(cell)[0])
    assert area_m2(path) == pytest.approx(oracle, rel=1e-7)


def test_a_projected_cell_is_measured_on_the_ellipsoid_too(tmp_path):
    # Web Mercator exaggerates areas by 17 % here; the ellipsoid does not.
    grid = Affine(100, 0, 12_700_000, 0, -100, 2_580_100)
    path = write(tmp_path / "p.tif", [[1.0]], transform=grid, crs="EPSG:3857")
    corners = [(12_700_000, 2_580_000), (12_700_100, 2_580_000), (12_700_100, 2_580_100)]
    corners.append((12_700_000, 2_580_100))
    to_degrees = Transformer.from_crs(3857, 4326, always_xy=True)
    oracle = abs(
        Geod(ellps="WGS84").polygon_area_perimeter(*to_degrees.transform(*np.transpose(corners)))[0]
    )
    assert area_m2(path) == pytest.approx(oracle, rel=1e-6)


def test_a_rotated_raster_gives_rotated_squares(tmp_path):
    turned = METRES @ Affine.rotation(30)
    found = read(write(tmp_path / "p.tif", [[3.0]], transform=turned))
    assert shapely.area(found.cells).item() == pytest.approx(100 * 100)
    assert not found.cells[0].equals(found.cells[0].envelope)


def test_cells_share_their_edges_after_the_projection(tmp_path):
    found = read(write(tmp_path / "p.tif", np.ones((4, 4)), transform=DEGREES, crs="EPSG:4326"))
    assert shapely.union_all(found.cells).area == pytest.approx(shapely.area(found.cells).sum())
    assert shapely.union_all(found.cells).geom_type == "Polygon"


def test_a_declared_datum_moves_the_cells(tmp_path):
    path = write(tmp_path / "p.tif", [[3.0]], transform=DEGREES, crs="EPSG:4326")
    apart = shapely.distance(
        shapely.centroid(read(path).cells), shapely.centroid(read(path, source_crs="GCJ-02").cells)
    )
    assert 500 < apart.item() < 700


@pytest.mark.parametrize("source_crs", [None, "GCJ-02", "BD-09"])
def test_bounds_read_the_cells_around_them_and_no_others(tmp_path, source_crs):
    path = write(tmp_path / "p.tif", np.ones((60, 60)), transform=DEGREES, crs="EPSG:4326")
    whole = read(path, source_crs=source_crs)
    bounds = shapely.bounds(shapely.buffer(shapely.centroid(whole.cells[1830]), 3000))
    part = read(path, source_crs=source_crs, bounds=tuple(bounds))
    needed = whole.cells[shapely.intersects(whole.cells, shapely.box(*bounds))]
    assert {c.wkt for c in needed} <= {c.wkt for c in part.cells}
    assert part.cells_read < 200


def test_bounds_beside_the_raster_are_refused(tmp_path):
    path = write(tmp_path / "p.tif", np.ones((2, 2)))
    with pytest.raises(ParameterError, match="lies wholly outside the study area"):
        read(path, bounds=(600_000, 2_600_000, 600_100, 2_600_100))


def test_cells_without_a_usable_number_are_counted(tmp_path):
    values = np.array([[-9999.0, np.nan, np.inf], [-5.0, 0.0, 4.0]])
    found = read(write(tmp_path / "p.tif", values, nodata=-9999.0))
    assert codes(found) == {"raster_no_data": 1, "raster_not_a_number": 2, "raster_negative": 1}
    assert found.amounts.tolist() == [4]


def test_a_scale_and_an_offset_are_applied_and_told(tmp_path):
    found = read(write(tmp_path / "p.tif", np.array([[3]], dtype="int16"), scale=(0.5, 10)))
    assert (found.amounts.tolist(), list(codes(found))) == ([11.5], ["raster_scaled"])


def test_further_bands_are_told(tmp_path):
    assert codes(read(write(tmp_path / "p.tif", [[1.0]], bands=2))) == {"raster_first_band": 2}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_notice_has_its_words(tmp_path, lang):
    values = np.array([[-9999.0, np.nan], [-5.0, 4.0]])
    path = write(tmp_path / "p.tif", values, nodata=-9999.0, scale=(2, 0))
    assert all("population" in notice.text(lang) for notice in read(path).notices)


def test_an_unstated_unit_is_refused_with_both_sums(tmp_path):
    path = write(tmp_path / "p.tif", np.full((2, 2), 5000.0))
    with pytest.raises(ParameterError, match=r"20,000 as counts, to 200 as densities"):
        read(path, unit=None)


def test_an_unknown_unit_is_refused(tmp_path):
    with pytest.raises(ParameterError, match=r"is 'people'. Write unit='count'"):
        read(write(tmp_path / "p.tif", np.zeros((2, 2))), unit="people")


def test_a_raster_without_a_crs_is_refused(tmp_path):
    with pytest.raises(CRSError, match=r"says of no CRS. State it"):
        read(write(tmp_path / "p.tif", [[1.0]], crs=None, transform=None))


def test_a_stated_crs_stands_in_for_a_missing_one(tmp_path):
    path = write(tmp_path / "p.tif", [[1.0]], crs=None, transform=METRES)
    assert read(path, source_crs=STUDY).source_crs == STUDY


def test_a_raster_of_nobody_is_refused(tmp_path):
    with pytest.raises(EmptyLayerError, match="none of the 4 cells"):
        read(write(tmp_path / "p.tif", np.zeros((2, 2))))


def test_a_missing_file_is_refused_with_its_neighbours(tmp_path):
    write(tmp_path / "people.tif", [[1.0]])
    with pytest.raises(SourceError, match=r"Did you mean people.tif"):
        read(tmp_path / "peopel.tif")


def test_a_raster_in_a_zip_is_read_by_gdals_path(tmp_path):
    write(tmp_path / "p.tif", [[7.0]])
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.write(tmp_path / "p.tif", "p.tif")
    assert read(f"/vsizip/{tmp_path.as_posix()}/p.zip/p.tif").amounts.tolist() == [7]


def test_a_file_that_is_no_raster_is_refused(tmp_path):
    (tmp_path / "p.tif").write_text("no raster", encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be read as a raster"):
        read(tmp_path / "p.tif")


@pytest.mark.parametrize(
    ("path", "answer"), [("a/POP.TIF", True), ("a.asc", True), ("a.shp", False), ("tif.csv", False)]
)
def test_a_raster_is_known_by_its_name(path, answer):
    assert is_raster(path) is answer


@pytest.mark.parametrize(
    "value",
    [np.float32(3.4028235e38), np.float64(1e20), np.int32(2147483647), np.uint32(4294967295)],
)
def test_a_number_too_large_for_persons_stands_for_no_data(tmp_path, value):
    found = read(write(tmp_path / "p.tif", np.array([[value, 4]], dtype=value.dtype)))

    assert codes(found) == {"raster_fill_undeclared": 1}
    assert found.amounts.tolist() == [4]


def test_a_number_of_persons_that_no_city_has_is_left_out(tmp_path):
    found = read(write(tmp_path / "p.tif", np.array([[3e9, 4]])))
    assert codes(found) == {"raster_impossible": 1}


@pytest.mark.parametrize(
    ("fill", "dtype"), [(-9999, "float32"), (255, "uint8"), (65535, "uint16"), (-32768, "int16")]
)
def test_a_fill_that_no_tag_declares_is_nobody(tmp_path, fill, dtype):
    path = write(tmp_path / "p.tif", np.array([[fill, 4, 9]], dtype=dtype))
    found = read(path)
    assert codes(found) == {"raster_fill_undeclared": 1}
    assert found.amounts.tolist() == [4, 9]
    stated = LayerSource(str(path), nodata="none")
    assert "raster_fill_undeclared" not in codes(read(path, stated=stated))


def test_what_is_said_of_the_numbers_wins_over_the_file(tmp_path):
    path = write(tmp_path / "p.tif", np.array([[3, 7, 50]], dtype="int16"), scale=(0.5, 10))
    found = read(path, stated=LayerSource(str(path), nodata=7, scale=2, offset=0))
    assert found.amounts.tolist() == [6, 100]


def test_scale_tags_of_netcdf_are_applied(tmp_path):
    path = write(tmp_path / "p.tif", np.array([[3, -1, 50]], dtype="int16"))
    with rasterio.open(path, "r+") as raster:
        raster.update_tags(1, scale_factor="2", add_offset="1", _FillValue="-1")
    found = read(path)
    assert found.amounts.tolist() == [7, 101]
    assert codes(found) == {"raster_no_data": 1, "raster_scaled": 0}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_largest_number_of_a_small_type_is_counted_and_told(tmp_path, lang):
    found = read(write(tmp_path / "p.tif", np.array([[65535, 64000, 4]], dtype="uint16")))

    assert codes(found) == {"raster_full_scale": 1}
    assert found.amounts.tolist() == [65535, 64000, 4]
    assert "65,535" in found.notices[0].text(lang)


def test_a_raster_that_ends_within_the_study_area_says_how_much_it_covers(tmp_path):
    path = write(tmp_path / "p.tif", np.ones((10, 10)))
    west, north = 500_000, 2_500_000

    whole = read(path, bounds=(west - 100, north - 1_000, west + 1_000, north))
    half = read(path, bounds=(west, north - 1_000, west + 2_000, north))

    assert codes(whole) == {}
    assert [n.code for n in half.notices] == ["raster_covers_part"]
    assert "covers 50%" in half.notices[0].text("en")


@pytest.mark.parametrize("form", ["{}!people.tif", "{}/people.tif"])
def test_a_raster_in_a_zip_is_read_by_its_name(tmp_path, form):
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as opened:
        opened.write(write(tmp_path / "p.tif", np.ones((2, 2))), "people.tif")

    assert read(form.format(tmp_path / "z.zip")).amounts.sum() == 4
