"""Coverage of people in cells of a raster: by the exact part of the disc in each cell."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from exactextract import exact_extract

from geoplan.analyses.access.coverage import coverage
from geoplan.layers import load_population

CRS = "EPSG:4547"
X, Y = 500_000.0, 2_500_000.0
PEOPLE = np.array([[100.0, 200, 300], [400, 900, 600], [700, 800, 500]])


@pytest.fixture
def raster(tmp_path):
    """Nine cells of 1 km."""
    path = tmp_path / "people.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=3, width=3, count=1, dtype="float64", crs=CRS,
        transform=Affine(1000, 0, X, 0, -1000, Y + 3000),
    ) as file:  # fmt: skip
        file.write(PEOPLE, 1)
    return path


def served(raster, stop_xy, distance_m):
    districts = gpd.GeoDataFrame(
        {"district_id": ["W", "E"], "name": ["西", "东"]},
        geometry=[
            shapely.box(X, Y, X + 1300, Y + 3000), shapely.box(X + 1300, Y, X + 3000, Y + 3000),
        ],
        crs=CRS,
    )  # fmt: skip
    stops = gpd.GeoDataFrame(geometry=[shapely.Point(stop_xy)], crs=CRS)
    people = load_population(raster, crs=CRS, unit="count")
    found = coverage(
        stops, districts, distance_m=distance_m, of=["population"],
        demand={"population": people}, areas="plane",
    )  # fmt: skip
    return found.measures[0]


def test_a_disc_inside_one_coarse_cell_serves_its_share_of_the_circle(raster):
    measure = served(raster, (X + 1500, Y + 1500), 400)
    # No centre of another cell is within 400 m, and the cell is not served whole.
    assert measure.numerator == pytest.approx(900 * np.pi * 0.4**2, rel=1e-9)
    assert measure.denominator == pytest.approx(PEOPLE.sum(), rel=1e-12)


def test_a_disc_over_a_corner_of_four_cells_takes_a_quarter_of_its_area_in_each(raster):
    measure = served(raster, (X + 1000, Y + 2000), 500)
    quarter = np.pi * 0.5**2 / 4
    assert measure.numerator == pytest.approx(quarter * (100 + 200 + 400 + 900), rel=1e-9)


def test_districts_share_the_disc_by_exact_parts(raster):
    measure = served(raster, (X + 1300, Y + 1500), 200)
    assert measure.districts["numerator"].tolist() == pytest.approx(
        [900 * np.pi * 0.2**2 / 2] * 2, rel=1e-9
    )


def test_it_is_what_exactextract_sums_under_a_fine_circle(raster):
    stop = shapely.Point(X + 1730, Y + 1210)
    circle = gpd.GeoDataFrame(geometry=[stop.buffer(1100, quad_segs=20_000)], crs=CRS)
    summed = exact_extract(raster, circle, ["sum"], output="pandas")["sum"].item()
    assert served(raster, stop.coords[0], 1100).numerator == pytest.approx(summed, rel=1e-6)
