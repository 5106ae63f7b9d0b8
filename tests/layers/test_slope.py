"""Slopes cost what Tobler's hiking function says, along the edge and not from end to end."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Transformer
from rasterio.transform import Affine

from geoplan.core.errors import CRSError, ParameterError, SourceError
from geoplan.layers.network.slope import tobler_factor
from geoplan.layers.network.walk_network import load_walk_network

CRS = "EPSG:4547"
E0, N0 = 500_000, 2_500_000
UP_10, DOWN_10 = np.exp(3.5 * (0.15 - 0.05)), 1.0


def streets(*lines, **columns):
    shapes = [shapely.LineString([(E0 + x, N0 + y) for x, y in line]) for line in lines]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def raster(folder, height, *, crs=CRS, nodata=None, cell_m=10):
    """Write heights as a function of metres east of the origin, 1200 m × 400 m."""
    x = np.arange(-100 + cell_m / 2, 1100, cell_m)
    values = np.tile(height(x), (400 // cell_m, 1)).astype("float32")
    path = folder / "dem.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0], count=1,
        dtype="float32", crs=crs, nodata=nodata,
        transform=Affine(cell_m, 0, E0 - 100, 0, -cell_m, N0 + 200),
    ) as out:  # fmt: skip
        out.write(values, 1)
    return path


def costs(network):
    return np.column_stack([network.forward_m, network.backward_m]) / network.length_m[:, None]


def test_a_slope_of_ten_percent_costs_what_tobler_says(tmp_path):
    dem = raster(tmp_path, lambda x: 0.1 * x)
    network = load_walk_network(
        streets([(0, 0), (500, 0)], [(500, 50), (0, 50)], [(250, 60), (250, 150)]),
        crs=CRS,
        elevation=dem,
    )
    assert costs(network).round(3).tolist() == [
        [round(UP_10, 3), DOWN_10],
        [DOWN_10, round(UP_10, 3)],
        [1.0, 1.0],
    ]


def test_a_hill_between_two_ends_of_equal_height_is_climbed(tmp_path):
    dem = raster(tmp_path, lambda x: 50 - 0.1 * np.abs(x - 500))
    network = load_walk_network(streets([(0, 0), (1000, 0)]), crs=CRS, elevation=dem)
    expected = (UP_10 + DOWN_10) / 2
    assert costs(network).round(2).tolist() == [[round(expected, 2)] * 2]


def test_a_bridge_runs_straight_over_the_valley_even_where_a_path_joins_it(tmp_path):
    dem = raster(tmp_path, lambda x: np.where(np.abs(x - 500) < 200, 0.0, 40.0))
    lines = [[(200, 0), (500, 0), (800, 0)], [(500, 0), (500, 90)]]
    bridge = load_walk_network(streets(*lines, bridge=["yes", "yes"]), crs=CRS, elevation=dem)
    ground = load_walk_network(streets(*lines), crs=CRS, elevation=dem)
    assert costs(bridge)[:2].round(6).tolist() == [[1.0, 1.0], [1.0, 1.0]]
    assert (costs(ground)[:2].sum(axis=1) > 3).all()


def test_stairs_keep_to_their_factor_where_they_have_one(tmp_path):
    dem = raster(tmp_path, lambda x: 0.1 * x)
    stairs = streets([(0, 0), (100, 0)], highway=["steps"])
    given = load_walk_network(stairs, crs=CRS, elevation=dem, stairs_factor=2.5)
    left = load_walk_network(stairs, crs=CRS, elevation=dem)
    assert costs(given).tolist() == [[2.5, 2.5]]
    assert costs(left).round(3).tolist() == [[round(UP_10, 3), DOWN_10]]


def test_a_raster_in_degrees_means_the_same(tmp_path):
    to_study = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    west, north = to_study.transform(E0 - 200, N0 + 200, direction="INVERSE")
    cell = 1e-4
    lon, lat = np.meshgrid(
        west + cell * (np.arange(140) + 0.5), north - cell * (np.arange(40) + 0.5)
    )
    heights = 0.1 * (to_study.transform(lon, lat)[0] - E0)
    there = tmp_path / "degrees.tif"
    with rasterio.open(
        there, "w", driver="GTiff", width=140, height=40, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(cell, 0, west, 0, -cell, north),
    ) as out:  # fmt: skip
        out.write(heights.astype("float32"), 1)
    network = load_walk_network(streets([(100, 0), (900, 0)]), crs=CRS, elevation=there)
    assert costs(network).ravel().tolist() == pytest.approx([UP_10, DOWN_10], abs=0.01)


def test_where_there_is_no_height_the_city_is_flat_and_the_share_is_told(tmp_path):
    dem = raster(tmp_path, lambda x: np.where(x > 500, -9999, 0.1 * x), nodata=-9999)
    network = load_walk_network(
        streets([(0, 0), (250, 0)], [(750, 0), (1000, 0)]), crs=CRS, elevation=dem
    )
    assert costs(network).round(3).tolist() == [[round(UP_10, 3), DOWN_10], [1.0, 1.0]]
    notice = network.record.notices[-1]
    assert (notice.code, notice.values["share"]) == ("no_elevation", 0.5)


def test_a_descent_of_five_percent_is_the_easiest():
    slopes = np.linspace(-0.5, 0.5, 1001)
    assert slopes[tobler_factor(slopes).argmin()] == pytest.approx(-0.05)


def test_bad_rasters_are_refused(tmp_path):
    here = streets([(0, 0), (500, 0)])
    with pytest.raises(SourceError, match="was not found"):
        load_walk_network(here, crs=CRS, elevation=tmp_path / "x.tif")
    (tmp_path / "y.tif").write_text("no raster", encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be read as a raster"):
        load_walk_network(here, crs=CRS, elevation=tmp_path / "y.tif")
    dem = raster(tmp_path, lambda x: 0.1 * x)
    with pytest.raises(ParameterError, match="does not overlap the walk network"):
        load_walk_network(streets([(9000, 0), (9500, 0)]), crs=CRS, elevation=dem)
    with pytest.raises(ParameterError, match="slope function is one of walking"):
        load_walk_network(here, crs=CRS, elevation=dem, mode="cycle")
    with pytest.raises(CRSError, match="has no CRS"):
        load_walk_network(here, crs=CRS, elevation=raster(tmp_path, lambda x: x, crs=None))
    with pytest.raises(ParameterError, match="wanted 'walk' or 'cycle'"):
        load_walk_network(here, crs=CRS, mode="swim")


@pytest.mark.real
def test_porto_alegre_is_slower_uphill_than_down(real_data):
    folder = real_data / "portoalegre"
    flat = load_walk_network(folder / "poa_osm.pbf", crs="EPSG:32722")
    hilly = load_walk_network(
        folder / "poa_osm.pbf", crs="EPSG:32722", elevation=folder / "poa_elevation.tif"
    )
    both_ways = (hilly.forward_m + hilly.backward_m).sum() / (2 * flat.length_m.sum())
    assert 1.02 < both_ways < 1.3
    assert (np.minimum(hilly.forward_m, hilly.backward_m) > 0.83 * flat.length_m - 1e-6).all()


def test_a_fill_that_no_tag_declares_is_no_pit(tmp_path):
    dem = raster(tmp_path, lambda x: np.where(x > 700, -9999.0, 0.1 * x))
    two = streets([(0, 0), (500, 0)], [(800, 0), (900, 0)])
    network = load_walk_network(two, crs=CRS, elevation=dem)
    assert costs(network).round(3).tolist() == [[round(UP_10, 3), DOWN_10], [1, 1]]
    assert "raster_fill_undeclared" in [one.code for one in network.record.notices]


def test_a_scale_of_heights_is_applied_and_heights_of_no_ground_are_refused(tmp_path):
    dem = raster(tmp_path, lambda x: 10_000 + 10 * x)
    street = streets([(0, 0), (500, 0)])
    with pytest.raises(ParameterError, match=r"-500 to 9000 m .*gdal_edit.py -scale 0.01"):
        load_walk_network(street, crs=CRS, elevation=dem)
    with rasterio.open(dem, "r+") as file:
        file.scales = [0.01]
    network = load_walk_network(street, crs=CRS, elevation=dem)
    assert costs(network).round(3).tolist() == [[round(UP_10, 3), DOWN_10]]
