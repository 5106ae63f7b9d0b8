"""Maps of what hangs together, of shores, of screened projects and of units with a value."""

import geopandas as gpd
import pytest
import shapely

from geoplan import maps
from geoplan.analyses.access.provision import provision
from geoplan.analyses.conflict.zone_screening import zone_screening
from geoplan.analyses.links.connectivity import connectivity
from geoplan.analyses.links.shoreline_share import shoreline_share

WEST, SOUTH = 500_000, 2_500_000


def frame(geometry, **columns):
    layer = gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4547")
    return layer.set_geometry(layer.translate(WEST, SOUTH))


def districts():
    squares = [shapely.box(0, 0, 2_000, 2_000), shapely.box(2_000, 0, 4_000, 2_000)]
    return frame(squares, district_id=["a", "b"], name=["甲", "乙"])


def legend(page):
    return {entry.label: entry.count for block in page.legend for entry in block.entries}


def first_theme(page):
    return page.legend[0]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_parks_are_coloured_by_what_they_hang_together_with(lang):
    parks = frame([shapely.box(x, 0, x + 200, 200) for x in (0, 500, 3_000)], name=["x", "y", "z"])
    way = frame([shapely.LineString([(210, 100), (490, 100)])])
    result = connectivity(parks, districts(), gap_m=50, links=way)
    page = maps.indicator_map(result, lang=lang)
    found = legend(page)
    group = {"en": "Linked group 1 (2 parks)", "zh": "连片 1（2 处公园）"}[lang]
    alone = {
        "en": "Smaller groups, and parks by themselves", "zh": "其余小片与孤立公园",
    }[lang]  # fmt: skip
    assert found[group].split()[0] == "8.0"
    assert found[alone].split()[0] == "4.0"
    assert found[{"en": "Gap to the next group", "zh": "与最近连片的间断"}[lang]] == 2
    assert "2.3 km" in page.html() or "2,300 m" in page.html()


def test_shores_are_drawn_by_whether_they_are_natural():
    lines = frame(
        [shapely.LineString([(x, 10), (x + 1_000, 10)]) for x in (0, 1_000, 2_000)],
        left=["mangrove", "mangrove", "wall"],
        right=["sand", "wall", "wall"],
    )
    result = shoreline_share(lines, districts(), by=["left", "right"], natural=["mangrove", "sand"])
    found = legend(maps.indicator_map(result))
    assert [found[word] for word in ("Natural", "Natural in part", "Built")] == ["1,000 m"] * 3


def test_projects_in_a_zone_are_told_from_those_outside():
    zones = frame([shapely.box(0, 0, 500, 500)], category=["core"])
    projects = frame([shapely.Point(100, 100), shapely.Point(3_000, 100)], name=["in", "out"])
    page = maps.indicator_map(zone_screening(projects, districts(), zones=zones, min_overlap=0))
    found = legend(page)
    assert found["Projects in a zone"] == found["Projects outside the zones"] == 1


def test_units_are_coloured_by_what_they_lack():
    units = frame([shapely.box(0, 0, 900, 900), shapely.box(2_100, 0, 3_000, 900)], name=["u", "v"])
    schools = frame([shapely.Point(10, 10)], name=["s"])
    result = provision(schools, districts(), units=units, per_unit=1)
    page = maps.indicator_map(result)
    assert first_theme(page).entries
