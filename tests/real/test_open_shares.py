"""What extracts of streets and units as large as a city leave open, on real data."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.analyses import WalkAccess, coverage
from geoplan.layers import load_bus_stops, load_districts, load_population, load_walk_network

pytestmark = pytest.mark.real

HELSINKI = "helsinki/Helsinki_2020_larger.osm.pbf"
GRID = "helsinki/helsinki_population_grid_2020.gpkg"
LAS_PALMAS = "laspalmas/example_las_palmas_2023_osm_20230221.pbf"


def test_half_of_the_people_of_helsinki_live_beyond_the_street_extract(real_data):
    crs = "EPSG:3067"
    cells = load_districts(real_data / GRID, crs=crs, columns={"district_id": "id", "name": "id"})
    people = load_population(real_data / GRID, crs=crs)
    stops = load_bus_stops(real_data / HELSINKI, crs=crs)
    network = load_walk_network(real_data / HELSINKI, crs=crs)

    result = coverage(
        stops,
        cells,
        distance_m=500,
        of=["population"],
        demand={"population": people},
        distance="network",
        walk=WalkAccess(network=network, snap_limit_m=200),
    )

    measure = result.measure("population")
    assert 0.50 < measure.value < 0.51
    assert measure.low == measure.value
    assert measure.high > 0.99
    assert "no_network" in measure.open_for
    outside = ~cells.geometry.intersects(network.extent.area)
    table = measure.districts
    unserved = outside.to_numpy() & (table["low"] == 0) & (table["high"] > 0)
    assert unserved.sum() > 30
    assert table["value"][unserved].isna().all()


def test_one_polygon_for_all_of_las_palmas_decides_nothing(real_data):
    crs = "EPSG:32628"
    boundary = next((real_data / "laspalmas").glob("*boundary*.geojson"))
    shape = gpd.read_file(boundary).to_crs(crs).union_all()
    city = gpd.GeoDataFrame(
        {"district_id": ["A"], "name": ["Las Palmas"], "population": [378_675]},
        geometry=[shapely.make_valid(shape)],
        crs=crs,
    )
    stops = load_bus_stops(real_data / LAS_PALMAS, crs=crs)

    result = coverage(
        stops, city, distance_m=500, of=["population", "land"], demand={"population": city}
    )

    people, land = result.measure("population"), result.measure("land")
    assert (people.low, people.high) == (0, 1)
    assert people.open_for == ("coarse_units",)
    assert np.isclose(people.value, land.value)
    assert land.low == land.value
