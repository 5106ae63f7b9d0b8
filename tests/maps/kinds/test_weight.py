"""The weight rules of docs/maps.md: rounded, simplified within the tolerance, nothing silent."""

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.analyses.access.coverage import coverage
from geoplan.analyses.conflict.encroachment import encroachment
from geoplan.maps import change_map, conflict_map, coverage_map, overview_map, verdict_map
from geoplan.maps.page.folium_layers import CLUSTER_FROM
from geoplan.maps.page.grid_overlay import GRID_PICTURE_FROM, PICTURE_FROM
from geoplan.maps.plans.findings import Finding

MB = 1_000_000


def _boxes(town, count, size_m):
    """Many small boxes inside the town."""
    west, south, east, north = town.districts.total_bounds
    side = int(np.ceil(count**0.5))
    x, y = np.meshgrid(
        np.linspace(west, east - 2 * size_m, side), np.linspace(south, north - 2 * size_m, side)
    )
    x, y = x.ravel()[:count], y.ravel()[:count]
    shapes = shapely.box(x, y, x + size_m, y + size_m)
    return gpd.GeoDataFrame({"name": "house"}, index=range(count), geometry=shapes, crs=4547)


def _pages(town):
    covered = town.coverage()
    found = [Finding("Stops", covered, target_text="> 95 %")]
    yield coverage_map(covered, context={"parks": town.parks})
    yield overview_map(found)
    yield verdict_map(found)
    yield change_map(covered, covered)


def test_no_coordinate_has_more_than_five_decimals(town):
    for page in _pages(town):
        drawn = page.html().partition("gp-footer")[2]
        pairs = re.findall(r"\[\s*(1\d\d\.\d+),\s*(2\d\.\d+)\]", drawn)
        assert len(pairs) > 40
        assert max(len(part.partition(".")[2]) for pair in pairs for part in pair) <= 5


def test_the_footer_says_how_far_outlines_may_be_off(town):
    for page in _pages(town):
        assert any("outlines drawn to within" in line for line in page.footer)


def test_districts_are_in_the_file_once_whatever_the_number_of_themes(town):
    covered = town.coverage()
    few = overview_map([Finding("a", covered)]).html()
    many = overview_map([Finding(f"{number}", covered) for number in range(12)]).html()
    assert (
        few.count('id="gp-island-gp-districts"') == many.count('id="gp-island-gp-districts"') == 1
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_many_polygons_of_context_become_a_picture_and_the_legend_says_so(town, lang):
    houses = _boxes(town, PICTURE_FROM + 1, 20)
    page = coverage_map(town.coverage(), context={"buildings": houses}, lang=lang)
    words = {"en": "Buildings: drawn as one picture", "zh": "建筑物以图片显示"}[lang]
    note = page.legend[-1].note
    assert words in note or words.replace("建筑物", "建筑") in note
    assert f"{PICTURE_FROM + 1}" in str([entry.count for entry in page.legend[-1].entries])
    assert len(page.html()) < 2 * MB


def test_a_large_grid_of_people_becomes_a_picture_and_the_legend_says_so(town):
    side = int(GRID_PICTURE_FROM**0.5) + 5
    west, south, *_ = town.districts.total_bounds
    x, y = np.meshgrid(np.arange(side) * 80 + west, np.arange(side) * 80 + south)
    cells = shapely.box(x.ravel(), y.ravel(), x.ravel() + 80, y.ravel() + 80)
    people = gpd.GeoDataFrame({"population": np.arange(side**2.0)}, geometry=cells, crs=4547)
    found = coverage(
        town.stops,
        town.districts,
        distance_m=500,
        of=["population"],
        demand={"population": people},
    )
    page = coverage_map(found)
    assert any("one picture" in block.note for block in page.legend)
    assert "data:image/png;base64," in page.html()


def test_very_many_places_are_clustered_and_the_legend_says_so(town):
    rng = np.random.default_rng(2)
    at = rng.uniform((500_000, 2_500_000), (504_000, 2_504_000), (CLUSTER_FROM + 1, 2))
    many = gpd.GeoDataFrame({"name": ""}, index=range(len(at)), geometry=gpd.points_from_xy(*at.T))
    page = coverage_map(town.coverage(), context={"bus_stops": many.set_crs(4547)})
    assert "20,001 points are grouped" in page.legend[-1].note
    assert len(page.html()) < 2 * MB


@pytest.mark.parametrize(
    ("count", "words"), [(2_500, "Tooltips on the 2,000 largest"), (PICTURE_FROM + 500, "picture")]
)
def test_many_encroachments_are_all_drawn_and_the_legend_says_how(town, count, words):
    houses = _boxes(town, count, 10)
    whole = town.districts.dissolve().assign(category="")[["category", "geometry"]]
    found = encroachment(houses, town.districts, lines=whole, min_overlap=1)
    assert len(found.layers["encroachments"]) >= count
    page = conflict_map(found)
    assert words in page.legend[0].note
    assert len(page.html()) < 5 * MB
