"""Cells of rasters are measured as polygons are."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

import geoplan as gp
from geoplan.layers import load_land_cover
from geoplan.layers.rasters.made_grid import array_grid

EAST, NORTH = 650_000, 2_500_000
TREES = 10


def ground(crs="EPSG:4547"):
    """A square kilometre at the edge of the zone."""
    box = shapely.segmentize(shapely.box(EAST, NORTH, EAST + 1000, NORTH + 1000), 100)
    frame = gpd.GeoDataFrame({"district_id": ["A"], "name": ["甲"]}, geometry=[box], crs=4547)
    return frame.to_crs(crs)


def trees(crs):
    """A raster of wood that reaches beyond the ground on all sides."""
    west, _south, east, north = ground().to_crs(crs).total_bounds
    side = (east - west) / 40
    shape = (60, 60)
    transform = (side, 0, west - 10 * side, 0, -side, north + 10 * side)
    grid = array_grid(np.full(shape, TREES).tolist(), transform=transform, crs=crs)
    return load_land_cover(grid, crs="EPSG:4547", classes="worldcover")


def wood(crs, **more):
    return gp.green_cover_rate(
        trees(crs), ground(), classes=["forest"], of="land", **more
    ).measures[0]


def geodesic_m2():
    to = Transformer.from_crs(4547, 4490, always_xy=True)
    ring = shapely.segmentize(ground().geometry.item(), 10)
    lon_lat = shapely.transform(ring, lambda xy: np.column_stack(to.transform(*xy.T)))
    return abs(Geod(ellps="GRS80").geometry_area_perimeter(lon_lat)[0])


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547", "EPSG:32650", "EPSG:3857"])
def test_rasters_in_any_crs_have_the_geodesic_area(crs):
    measure = wood(crs)
    assert measure.value == 1
    assert measure.numerator == pytest.approx(geodesic_m2(), rel=1e-6)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547", "EPSG:32650", "EPSG:3857"])
def test_in_the_plane_rasters_have_the_area_of_polygons_there(crs):
    measure = wood(crs, areas="plane")
    assert measure.value == 1
    assert measure.numerator == pytest.approx(ground().area.item(), rel=1e-6)
