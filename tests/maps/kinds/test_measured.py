"""Maps of lengths, radii and attribute shares show what was measured."""

import geopandas as gpd
import pytest
import shapely

from geoplan import maps
from geoplan.analyses import attribute_share, length_and_density, provision, service_radius

CRS = "EPSG:4547"
WEST, SOUTH = 500_000, 2_500_000


def frame(geometry, **columns):
    layer = gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)
    return layer.set_geometry(layer.translate(WEST, SOUTH))


def districts():
    squares = [shapely.box(0, 0, 20_000, 20_000), shapely.box(20_000, 0, 40_000, 20_000)]
    return frame(squares, district_id=["a", "b"], name=["甲", "乙"])


def points(*pairs, **columns):
    return frame([shapely.Point(*pair) for pair in pairs], **columns)


def legend(page):
    return {entry.label: entry.count for block in page.legend for entry in block.entries}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_lines_are_listed_with_their_length_by_class(lang):
    ways = [shapely.LineString([(0, y), (30_000, y)]) for y in (100, 9_000)]
    lines = frame(ways, opened=["2010", "2022"], **{"class": ["市", "区"]})
    result = length_and_density(
        lines, districts(), sides="as_drawn", per=["land"], opened_from="2020"
    )
    found = legend(maps.indicator_map(result, of="land", part="total", lang=lang))
    assert (found["市"], found["区"]) == ("30.0 km", "30.0 km")
    assert found[{"en": "Added", "zh": "新增"}[lang]] == "30.0 km"


def test_the_density_is_written_per_km2_on_the_map():
    lines = frame([shapely.LineString([(0, 5), (40_000, 5)])])
    result = length_and_density(lines, districts(), sides="as_drawn", per=["land"])
    page = maps.indicator_map(result, of="land", target_text=">= 0.04 km/km2")
    assert page.subtitle.startswith("0.050 km/km²")


def test_objects_that_pass_and_fail_are_counted_in_the_legend():
    sections = points((1, 1), (2, 2), (30_000, 5), v=["yes", "no", None])
    result = attribute_share(
        sections, districts(), column="v", by=["count"], values=["yes"], unknown="fails"
    )
    found = legend(maps.indicator_map(result))
    assert [found[f"Objects: {word}"] for word in ("has it", "has it not", "unknown")] == [1, 1, 1]


@pytest.mark.parametrize(
    "result",
    [
        lambda: service_radius(points((9, 9), (30_000, 9)), districts(), of=["land"]),
        lambda: provision(points((9, 9), (30_000, 9)), districts(), per_unit=1),
    ],
)
def test_facilities_stand_on_the_map_of_their_number_and_radius(result):
    assert legend(maps.indicator_map(result()))["Facilities"] == 2


def test_an_empty_layer_draws_the_districts_alone():
    result = service_radius(points(), districts(), of=["land"])
    assert "Facilities" not in legend(maps.indicator_map(result))
