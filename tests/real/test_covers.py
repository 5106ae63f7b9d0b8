"""Land cover of São Miguel and crowns in Amsterdam: forest, patches, change, canopy in parks."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.features import rasterize
from scipy import ndimage

from geoplan.analyses.cover.canopy_in_parks import canopy_in_parks
from geoplan.analyses.cover.cover_areas import cover_areas
from geoplan.analyses.cover.forest_cover_rate import forest_cover_rate
from geoplan.analyses.cover.green_cover_rate import green_cover_rate
from geoplan.analyses.cover.land_cover_change import land_cover_change
from geoplan.analyses.cover.landscape_metrics import landscape_metrics
from geoplan.layers import (
    load_districts,
    load_facilities,
    load_land_cover,
    load_parks,
)
from geoplan.layers.rasters.made_grid import array_grid

pytestmark = pytest.mark.real

UTM_26N, RD = "EPSG:32626", "EPSG:28992"
CLC = "clc2018_v2020_20u1.tif"


@pytest.fixture(scope="module")
def island(real_data):
    columns = {"district_id": "name", "name": "name"}
    path = real_data / "saomiguel" / "concelhos.gpkg"
    return load_districts(path, crs=UTM_26N, columns=columns)


@pytest.fixture(scope="module")
def cover(real_data, island):
    bounds = tuple(island.total_bounds.tolist())
    path = real_data / "saomiguel" / CLC
    return load_land_cover(path, crs=UTM_26N, classes="corine", bounds=bounds)


@pytest.fixture(scope="module")
def quarters(real_data):
    columns = {"district_id": "Buurtcode", "name": "Buurt"}
    path = real_data / "amsterdam" / "Ams_Neighborhoods.gpkg"
    return load_districts(path, crs=RD, columns=columns)


@pytest.fixture(scope="module")
def parks(real_data):
    return load_parks(real_data / "amsterdam" / "ams_parken.gpkg", crs=RD, columns={"name": "Naam"})


@pytest.fixture(scope="module")
def crowns(real_data):
    path = real_data / "amsterdam" / "Testarea_canopy_AMS.gpkg"
    return load_facilities(path, crs=RD, layer_name="canopy")


def forest_of(cover, island, **parameters):
    return forest_cover_rate(cover, island, classes=["forest"], **parameters).measures[0]


def test_forest_of_the_island_falls_with_the_least_patch(cover, island):
    rates = [forest_of(cover, island, min_patch_m2=m2).value for m2 in (0, 250_000, 1_000_000)]
    assert rates == pytest.approx([0.17263, 0.17171, 0.15732], abs=5e-6)
    assert forest_of(cover, island, min_patch_m2=0, excluded=["water"]).value == pytest.approx(
        0.17654, abs=5e-6
    )


def test_patches_are_those_that_scipy_finds_in_the_cells_of_the_island(real_data, cover, island):
    found = landscape_metrics(cover, island, classes=["forest"], neighbours=8)
    with rasterio.open(real_data / "saomiguel" / CLC) as raster:
        codes, transform = raster.read(1), raster.transform
    shapes = island.to_crs(4326).geometry
    land = rasterize(shapes, codes.shape, transform=transform, all_touched=True).astype(bool)
    _, count = ndimage.label(np.isin(codes, [23, 24, 25]) & land, np.ones((3, 3)))
    assert found.measure("patches", "forest").value == count


def test_nothing_changed_between_a_date_and_itself_nor_after_a_shift_of_whole_cells(cover, island):
    same = land_cover_change(cover, island, previous=cover)
    assert {m.of for m in same.measures if m.of == "transition"} == set()
    assert all(m.value == 1 for m in same.measures if m.of == "kept")


def test_a_shift_of_half_a_cell_is_seen_and_told(cover, island):
    grid = cover.grid
    a, b, c, d, e, f = grid.transform
    cells = array_grid(
        grid.read_window(0, grid.height, 0, grid.width),
        transform=(a, b, c + a / 2, d, e, f), crs=grid.crs, nodata=grid.nodata,
    )  # fmt: skip
    bounds = tuple(island.total_bounds.tolist())
    moved = load_land_cover(cells, crs=UTM_26N, classes="corine", bounds=bounds)
    found = land_cover_change(cover, island.iloc[:1], previous=moved, classes=["forest"])
    assert "covers_of_other_cells" in {notice.code for notice in found.notices}
    gain, loss, net = (found.measure(of, "forest").value for of in ("gain", "loss", "net"))
    apart = [forest_of(one, island.iloc[:1], min_patch_m2=0).numerator for one in (cover, moved)]
    assert net == pytest.approx(apart[0] - apart[1], abs=10)
    assert min(gain, loss) > 5 * abs(net)


def test_no_park_of_amsterdam_has_a_crown_of_the_test_area_and_none_is_called_bare(
    crowns, parks, quarters
):
    found = canopy_in_parks(parks, quarters, canopy=crowns)
    assert found.measures[0].districts["value"].isna().all()
    assert "canopy_not_mapped" in {notice.code for notice in found.notices}
    assert parks.distance(shapely.union_all(crowns.geometry)).min() == pytest.approx(552, abs=1)


def test_crowns_in_quarters_are_what_overlay_gives_with_the_quarters_as_grounds(crowns, quarters):
    grounds = quarters[quarters.intersects(shapely.box(*crowns.total_bounds))]
    grounds = grounds.reset_index(drop=True)
    measure = canopy_in_parks(
        grounds[["geometry"]], grounds, canopy=crowns, areas="plane"
    ).measures[0]
    once = gpd.GeoDataFrame(geometry=[shapely.union_all(crowns.geometry)], crs=RD)
    cut = gpd.overlay(grounds[["district_id", "geometry"]], once)
    by_quarter = cut.set_index("district_id").area.reindex(grounds["district_id"], fill_value=0)
    assert measure.districts["numerator"].to_numpy() == pytest.approx(by_quarter, abs=1e-6)
    assert measure.numerator == pytest.approx(cut.area.sum(), rel=1e-9)


def test_crowns_as_cells_of_half_a_metre_agree_with_crowns_as_polygons(crowns, quarters):
    grounds = quarters[quarters.intersects(shapely.box(*crowns.total_bounds))]
    west, south, east, north = np.round(crowns.total_bounds) + np.array([-1, -1, 1, 1])
    transform = Affine(0.5, 0, west, 0, -0.5, north)
    shape = int((north - south) * 2), int((east - west) * 2)
    cells = array_grid(
        rasterize(crowns.geometry, shape, transform=transform) + np.uint8(1),
        transform=tuple(transform[:6]), crs=RD,
    )  # fmt: skip
    raster = load_land_cover(cells, crs=RD, classes={1: "bare", 2: "trees"})
    rate = green_cover_rate(raster, grounds, classes=["trees"], of="land").measures[0]
    drawn = cover_areas(crowns, grounds, {"crowns": np.ones(len(crowns), dtype=bool)})
    assert rate.numerator == pytest.approx(drawn.area_m2.sum(), rel=2e-3)
