"""Maps of walks: streets in place of a band, isochrones, entrances, routes, circles, detours."""

import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.analyses import (
    ParkTier,
    WalkAccess,
    coverage,
    detour,
    living_circle,
    park_access,
    rail_coverage,
)
from geoplan.core.errors import ParameterError
from geoplan.layers import load_walk_network
from geoplan.maps import detour_map, indicator_map, living_circle_map
from geoplan.maps.page.ground import ground_of
from geoplan.maps.pictures.picture import static_map
from geoplan.maps.themes.walk import entrances_part, isochrones_part, streets_layer

CRS = "EPSG:4547"
X, Y, STEP = 500_000, 2_500_000, 200


@pytest.fixture(scope="module")
def streets():
    """Streets of a grid of 200 m over the town, a river without a bridge below."""
    far = np.arange(0, 4_001, STEP)
    lines = [[(X, Y + at), (X + 4_000, Y + at)] for at in far]
    lines += [[(X + at, Y), (X + at, Y + 4_000)] for at in far]
    frame = gpd.GeoDataFrame(geometry=shapely.linestrings(lines), crs=CRS)
    return load_walk_network(frame, crs=CRS)


@pytest.fixture
def walk(streets):
    """The walk along them, without a width of the land beside."""
    return WalkAccess(
        network=streets, snap_limit_m=300, entrance_tolerance_m=5, boundary_step_m=50, speed_kmh=5
    )


def _common(town, **more):
    demand = {"population": town.people}
    return {"of": ["population"], "demand": demand, "distance": "network", **more}


@pytest.fixture
def circle(town, walk):
    """Stops and parks as the categories of a living circle."""
    return living_circle(
        {"stop": town.stops, "park": town.parks},
        town.districts,
        distance_m={"stop": 500, "park": 800},
        walk=walk,
        **_common(town),
    )


@pytest.fixture
def bends(town, walk):
    """Detours to stops."""
    demand = {"population": town.people}
    return detour(
        town.stops, town.districts, distance_m=500, of=["population"], demand=demand, walk=walk
    )


def _block(page, title):
    return next(block for block in page.legend if block.title.startswith(title))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_streets_of_no_stated_width_are_drawn_as_lines_without_an_area(town, walk, lang):
    result = coverage(town.stops, town.districts, distance_m=500, walk=walk, **_common(town))

    page = indicator_map(result, lang=lang)

    [entry] = _block(page, {"en": "Within reach", "zh": "覆盖范围"}[lang]).entries
    assert (entry.symbol, entry.count) == ("line", "")


def test_isochrones_routes_and_entrances_can_be_switched_on(town, walk):
    result = coverage(town.parks, town.districts, distance_m=500, walk=walk, **_common(town))

    page = indicator_map(result)
    html = page.html()

    bands = _block(page, "Walk to").entries
    assert [entry.label for entry in bands] == ["Within 3 min", "3 – 6 min", "6 – 12 min"]
    assert [entry.count for entry in bands] == ["250 m", "500 m", "1,000 m"]
    for words in ("Walking time", "Entrances", "Ways of places with the longest walk"):
        assert words in html


def test_isochrones_without_a_speed_are_in_metres(town, streets):
    walk = WalkAccess(network=streets, snap_limit_m=300)
    result = coverage(town.stops, town.districts, distance_m=500, walk=walk, **_common(town))

    bands = _block(indicator_map(result), "Walk to").entries

    assert [(one.label, one.count) for one in bands] == [
        ("Within 250 m", ""), ("250 – 500 m", ""), ("500 – 1,000 m", ""),
    ]  # fmt: skip


def test_park_access_has_streets_and_times_by_tier_and_ways_of_the_one_in_front(town, walk):
    result = park_access(
        town.parks,
        town.districts,
        tiers={"community": ParkTier(distance_m=400), "city": ParkTier(minutes=12, speed_kmh=5)},
        higher_serves_lower=True,
        walk=walk,
        **_common(town),
    )

    html = indicator_map(result, part="city").html()

    for words in ("Walking time: city parks", "Walking time: community parks", "Longest walks: c"):
        assert words in html


def test_rail_shows_the_entrances_that_were_given(town, walk):
    exits = gpd.GeoDataFrame(geometry=town.stops.geometry.translate(50, 0), crs=CRS)
    stations = town.stops.rename(columns={"stop_id": "station_id"})
    result = rail_coverage(
        stations,
        town.districts,
        distance_m=500,
        entrances=exits,
        entrance_limit_m=100,
        walk=walk,
        **_common(town),
    )

    entries = indicator_map(result).legend[-1].entries

    assert ("Entrances: entrance given", 4) in [(entry.label, entry.count) for entry in entries]


def test_the_legend_of_a_living_circle_adds_up_to_everybody(circle):
    page = indicator_map(circle)

    entries = _block(page, "Categories within reach").entries
    assert [entry.label for entry in entries] == ["All 2", "1 of 2", "None"]
    people = sum(float(entry.count.replace(",", "")) for entry in entries)
    assert people == pytest.approx(circle.layers["demand"]["amount"].sum(), abs=2)
    assert len({entry.colour for entry in entries}) == 3


def test_a_place_says_what_it_lacks(circle):
    html = living_circle_map(circle).html()

    for words in ("Lacks", "parks", "bus stops", "nothing"):
        assert words in html


def test_the_table_of_a_living_circle_sets_all_categories_side_by_side(circle):
    table = indicator_map(circle, target_text=">= 50 %", target_met={"": False}).table

    assert table.columns[1:] == ("All at once ≥\u00a050\u00a0%", "Bus stops", "Parks")
    assert len(table.rows) == 5


def test_very_many_cells_of_a_circle_become_a_picture(town, walk):
    low = [(X + 50 * i, Y + 50 * j) for i in range(80) for j in range(40)]
    cells = gpd.GeoDataFrame(
        {"population": np.ones(len(low))},
        geometry=[shapely.box(x, y, x + 50, y + 50) for x, y in low],
        crs=CRS,
    )
    result = living_circle(
        {"stop": town.stops},
        town.districts,
        distance_m=500,
        of=["population"],
        demand={"population": cells},
        distance="network",
        walk=walk,
    )

    assert "in the other themes" in _block(indicator_map(result), "Categories").note


def test_a_living_circle_of_land_shows_its_ground(town):
    result = living_circle(
        {"stop": town.stops, "park": town.parks}, town.districts, distance_m=500, of=["land"]
    )

    html = living_circle_map(result).html()

    assert "Near and lacking: bus stops" in html
    assert "Categories within reach" not in html


def test_a_detour_map_shows_whom_the_straight_line_miscounts(bends):
    page = indicator_map(bends)

    wrongly = _block(page, "Counted as served, but no walk of 500 m")
    assert sum(entry.count for entry in wrongly.entries) == len(bends.layers["wrongly_served"])
    index = _block(page, "Detour index")
    assert "mean way" in index.note.lower()
    assert page.table.columns[1:] == (
        "Served by the straight line only", "In a straight line", "On foot", "Detour index",
    )  # fmt: skip


@pytest.mark.parametrize("draw", [living_circle_map, detour_map])
def test_a_map_of_another_analysis_is_refused(town, draw):
    with pytest.raises(ParameterError, match="Use indicator_map"):
        draw(town.coverage())


def test_entrances_off_the_network_are_told_apart(town):
    entrances = gpd.GeoDataFrame(
        {"rule": ["gate", "gate", "crossing"], "on_network": [True, False, True]},
        geometry=gpd.points_from_xy([X, X, X], [Y, Y + 1, Y + 2]),
        crs=CRS,
    )

    part = entrances_part(entrances, ground_of(town.districts, "en"))

    assert [(entry.label, entry.count) for entry in part.entries] == [
        ("Entrances: gate of the map", 1),
        ("Entrances: path that crosses the boundary", 1),
        ("Entrances: too far from every street", 1),
    ]


def test_streets_and_isochrones_may_be_empty(town):
    ground = ground_of(town.districts, "en")
    none = gpd.GeoDataFrame({"distance_m": []}, geometry=[], crs=CRS)
    empty = gpd.GeoDataFrame(
        {"distance_m": [1.0, 2.0, 4.0], "beside_m": 40.0},
        geometry=[shapely.Polygon()] * 3,
        crs=CRS,
    )

    assert streets_layer(none, ground).data["features"] == []
    assert isochrones_part(empty, ground, subject="stops").role == "theme"


@pytest.mark.parametrize("file_format", ["png", "svg"])
def test_a_picture_shows_streets_where_there_is_no_ground(town, walk, file_format):
    result = coverage(town.stops, town.districts, distance_m=500, walk=walk, **_common(town))

    drawn = static_map(result, dpi=60, file_format=file_format)
    districts = static_map(dataclasses.replace(result, layers={}), dpi=60, file_format=file_format)

    assert drawn.data != districts.data
