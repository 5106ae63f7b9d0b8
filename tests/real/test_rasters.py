"""São Miguel: CORINE land cover over six municipalities, and people spread over its classes."""

import geopandas as gpd
import numpy as np
import pytest
from exactextract import exact_extract

from geoplan.analyses.cells.class_areas import class_areas
from geoplan.layers import load_districts, load_land_cover, spread_population
from geoplan.layers.rasters.class_map import main_groups

pytestmark = pytest.mark.real

UTM_26N = "EPSG:32626"


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "saomiguel"


@pytest.fixture(scope="module")
def districts(folder):
    columns = {"district_id": "name", "name": "name"}
    return load_districts(folder / "concelhos.gpkg", crs=UTM_26N, columns=columns)


@pytest.fixture(scope="module")
def cover(folder, districts):
    return load_land_cover(
        folder / "clc2018_v2020_20u1.tif",
        crs=UTM_26N,
        classes="corine",
        bounds=tuple(districts.total_bounds.tolist()),
    )


@pytest.fixture(scope="module")
def areas_m2(cover, districts):
    """Area of each class in each municipality, by the legend's positions."""
    found = class_areas(cover.class_grid(), districts)
    table = np.zeros((len(districts), len(cover.classes.classes) + 1))
    table[:, np.asarray(found.classes, dtype=int)] = found.area_m2
    return table


def group_m2(cover, areas_m2, *groups):
    keys = cover.classes.keys_of(groups)
    return areas_m2[:, [cover.classes.keys.index(key) for key in keys]].sum(axis=1)


def test_every_value_of_the_file_is_in_the_legend(cover):
    assert {notice.code for notice in cover.record.notices} == {"land_cover_legend"}
    assert cover.record.rows_kept == cover.record.rows_read


def test_groups_are_what_exactextract_finds_for_their_codes(folder, cover, areas_m2):
    plain = gpd.read_file(folder / "concelhos.gpkg")
    raster = folder / "clc2018_v2020_20u1.tif"
    found = exact_extract(raster, plain, ["unique", "frac"], output="pandas")
    forest = [
        sum(share for code, share in zip(codes, shares, strict=True) if code in (23, 24, 25))
        for codes, shares in zip(found["unique"], found["frac"], strict=True)
    ]

    ours = group_m2(cover, areas_m2, "forest") / areas_m2.sum(axis=1)

    # Shares of area against shares of cells in degrees: a municipality spans 0.15° of latitude.
    assert ours == pytest.approx(forest, rel=2e-3)


def test_main_groups_add_up_to_the_municipalities(cover, areas_m2, districts):
    main = [group for group in main_groups() if group in cover.classes.groups]
    summed = sum(group_m2(cover, areas_m2, group) for group in main)
    assert summed == pytest.approx(areas_m2.sum(axis=1), rel=1e-12)
    assert summed.sum() == pytest.approx(districts.area.sum(), rel=1e-3)


def test_people_spread_over_urban_fabric_keep_the_total_of_each_municipality(cover, districts):
    totals = districts[["geometry"]].assign(population=np.arange(1.0, len(districts) + 1) * 10_000)

    spread = spread_population(totals, cover, weight={"1": 3, "2": 1})

    place = spread["unit_id"].str.extract(r"a(\d+)")[0].astype(int)
    assert np.bincount(place, spread["population"]) == pytest.approx(totals["population"], rel=1e-9)
    assert spread.area.sum() < 0.06 * districts.area.sum()
