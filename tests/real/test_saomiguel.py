"""São Miguel: a population raster in degrees over six municipalities with a coast."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from exactextract import exact_extract

from geoplan.analyses import coverage
from geoplan.layers import load_districts, load_population

pytestmark = pytest.mark.real

UTM_26N = "EPSG:32626"
PEOPLE = 145_602.965


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "saomiguel"


@pytest.fixture(scope="module")
def raster(folder):
    return folder / "gpw_v411_2020_count_2020.tif"


@pytest.fixture(scope="module")
def population(raster):
    return load_population(raster, crs=UTM_26N, unit="count")


@pytest.fixture(scope="module")
def found(folder, population):
    """Who lives within 5 km of the middle of each municipality."""
    columns = {"district_id": "name", "name": "name"}
    districts = load_districts(folder / "concelhos.gpkg", crs=UTM_26N, columns=columns)
    middles = districts[["name", "geometry"]].set_geometry(districts.representative_point())
    return coverage(
        middles, districts, distance_m=5_000, of=["population"], demand={"population": population}
    )


@pytest.fixture(scope="module")
def cells(raster):
    """Every inhabited cell as a rectangle in degrees, by rasterio alone."""
    with rasterio.open(raster) as source:
        persons = source.read(1, masked=True).filled(0).astype(float)
        transform = source.transform
    row, column = np.nonzero(persons > 0)
    west, north = rasterio.transform.xy(transform, row, column, offset="ul")
    east, south = rasterio.transform.xy(transform, row, column, offset="lr")
    boxes = shapely.box(west, south, east, north)
    return gpd.GeoDataFrame({"persons": persons[row, column]}, geometry=boxes, crs=4326)


def test_nobody_is_lost_between_raster_and_layer(population, cells):
    assert population["population"].sum() == pytest.approx(cells["persons"].sum(), rel=1e-12)
    assert cells["persons"].sum() == pytest.approx(PEOPLE, abs=0.001)
    assert len(population) == len(cells) == 934


def test_each_municipality_has_the_people_of_an_overlay_of_cells(folder, found, cells):
    areas = gpd.read_file(folder / "concelhos.gpkg").to_crs(UTM_26N).geometry.make_valid()
    flat = cells.to_crs(UTM_26N)
    rows, columns = areas.sindex.query(flat.geometry, predicate="intersects")
    shared = shapely.area(shapely.intersection(flat.geometry.array[rows], areas.array[columns]))
    persons = cells["persons"].to_numpy()[rows] * shared / flat.area.to_numpy()[rows]

    expected = np.bincount(columns, weights=persons, minlength=len(areas))

    (measure,) = found.measures
    # Long edges are bent as their degrees are; those of the plain shapes are not.
    assert measure.districts["denominator"].to_numpy() == pytest.approx(expected, rel=1e-7)


def test_exactextract_in_degrees_finds_the_same_people(folder, raster, found):
    areas = gpd.read_file(folder / "concelhos.gpkg")
    expected = exact_extract(raster, areas, ["sum"], output="pandas")["sum"].to_numpy()

    (measure,) = found.measures

    # A cell of 30 arc seconds is not quite a rectangle in metres: 3e-6 of the people move.
    assert measure.districts["denominator"].to_numpy() == pytest.approx(expected, rel=5e-6)


def test_the_share_of_people_at_sea_is_told(found):
    (notice,) = (one for one in found.notices if one.code == "demand_outside_districts")

    assert notice.values["whole"] == pytest.approx(PEOPLE, abs=0.001)
    assert notice.values["share"] == pytest.approx(0.0944, abs=0.0001)
    assert found.measures[0].denominator + notice.values["outside"] == pytest.approx(
        PEOPLE, abs=0.001
    )


def test_a_density_per_km2_of_land_counts_the_sea_in_and_must_not_be_spread_over_whole_cells(
    folder,
):
    density = folder / "gpw_v411_2020_density_2020.tif"
    with (
        rasterio.open(density) as per_km2,
        rasterio.open(folder / "gpw_v411_2020_land_area_2020.tif") as land,
    ):
        on_land = per_km2.read(1, masked=True).astype(float) * land.read(1, masked=True)

    over_whole_cells = load_population(density, crs=UTM_26N, unit="per_km2")["population"].sum()

    assert on_land.filled(0).sum() == pytest.approx(PEOPLE, rel=1e-4)
    assert over_whole_cells == pytest.approx(203_699, abs=5)
