"""Park tiers: reach, eligibility and what is left out."""

import math

import geopandas as gpd
import pytest
import shapely

from geoplan.analyses.access.park_tiers import ParkTier, parks_by_tier, tier_reaches
from geoplan.core.errors import ParameterError, SchemaError


def parks(*rows):
    """Square parks in a row, by tier and area."""
    shapes = [
        shapely.box(k * 1e4, 0, k * 1e4 + math.sqrt(area), math.sqrt(area))
        for k, (_, area) in enumerate(rows)
    ]
    return gpd.GeoDataFrame({"tier": [tier for tier, _ in rows]}, geometry=shapes, crs="EPSG:4547")


TIERS = {
    "community": ParkTier(distance_m=500, min_area_m2=1000),
    "city": ParkTier(distance_m=2000, min_area_m2=10_000),
}
REACHES = {"community": 500.0, "city": 2000.0}


def positions(layer, tiers=TIERS, **options):
    groups, notices = parks_by_tier(layer, tiers, dict.fromkeys(tiers, 1.0), **options)
    return {group.name: group.rows.tolist() for group in groups}, notices


def test_minutes_reach_as_far_as_the_walk_over_the_detour():
    assert ParkTier(minutes=10, speed_kmh=6).reach_m(1.25) == 800
    assert ParkTier(minutes=10, speed_kmh=6).reach_m(1) == 1000


def test_metres_are_used_as_they_are():
    tiers = {"near": ParkTier(distance_m=500), "far": ParkTier(minutes=10, speed_kmh=6)}
    assert tier_reaches(tiers, 1.25) == {"near": 500, "far": 800}


def test_a_tier_is_served_by_its_own_parks_that_are_large_enough():
    layer = parks(("community", 999), ("city", 10_000), ("community", 1000), ("city", 9999))
    found, notices = positions(layer, higher_serves_lower=False)
    assert found == {"community": [2], "city": [1]}
    assert [(note.code, note.count, note.total) for note in notices] == [
        ("parks_below_min_area", 1, 2),
        ("parks_below_min_area", 1, 2),
    ]
    assert notices[0].text("en") == (
        "parks: 1 of the 2 parks of tier community are smaller than 1,000 m² and do not serve it."
    )


def test_a_higher_tier_serves_the_lower_ones_if_asked_to():
    layer = parks(("community", 1000), ("city", 10_000), ("city", 999))
    assert positions(layer, higher_serves_lower=True)[0] == {"community": [0, 1], "city": [1]}


def test_a_park_too_small_for_its_own_tier_serves_the_lower_one_that_it_is_large_enough_for():
    layer = parks(("community", 1000), ("city", 9999))
    assert positions(layer, higher_serves_lower=True)[0] == {"community": [0, 1], "city": []}
    assert positions(layer, higher_serves_lower=False)[0] == {"community": [0], "city": []}


def test_a_higher_park_must_be_as_large_as_the_lower_tier_asks():
    tiers = {"plaza": ParkTier(distance_m=9, min_area_m2=500), "city": ParkTier(distance_m=9)}
    layer = parks(("plaza", 600), ("city", 400))
    assert positions(layer, tiers, higher_serves_lower=True)[0] == {"plaza": [0], "city": [1]}


def test_parks_of_other_tiers_and_of_none_are_counted_and_not_used():
    layer = parks(("pocket", 5000), (None, 5000), ("", 5000), ("country", 5000), ("pocket", 5000))
    found, notices = positions(layer, higher_serves_lower=True)
    assert found == {"community": [], "city": []}
    assert [(note.code, note.count, note.total) for note in notices] == [
        ("parks_without_tier", 2, 5),
        ("park_tier_unused", 3, 5),
        ("tier_without_park", 0, 0),
        ("tier_without_park", 0, 0),
    ]
    assert "(country, pocket)" in notices[1].text("zh").replace("（", "(").replace("）", ")")


def test_a_layer_without_tiers_is_refused():
    with pytest.raises(SchemaError, match="`parks` has no column 'tier'; it has: 'geometry'"):
        positions(parks(("city", 1)).drop(columns="tier"), higher_serves_lower=True)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({}, "wanted either minutes with speed_kmh, or distance_m alone"),
        ({"minutes": 10}, "minutes=10, speed_kmh=None and distance_m=None"),
        ({"speed_kmh": 5}, "A speed is never assumed"),
        ({"minutes": 10, "speed_kmh": 5, "distance_m": 500}, "distance_m=500; wanted either"),
        ({"speed_kmh": 5, "distance_m": 500}, "wanted either"),
        ({"minutes": 0, "speed_kmh": 5}, "`minutes` is 0; wanted a number above 0"),
        ({"distance_m": -500}, "`distance_m` is -500"),
        ({"distance_m": math.inf}, "`distance_m` is inf"),
        ({"distance_m": 500, "min_area_m2": math.nan}, "`min_area_m2` is nan"),
    ],
)
def test_a_tier_that_says_too_little_or_too_much_is_refused(options, match):
    with pytest.raises(ParameterError, match=match):
        ParkTier(**options)


@pytest.mark.parametrize(
    ("tiers", "detour_factor", "match"),
    [
        ({}, None, "`tiers` is empty"),
        ({"all": ParkTier(distance_m=1)}, None, "one called 'all'"),
        ({"city": 500}, None, r"`tiers\['city'\]` is 500; wanted a ParkTier"),
        ({"city": ParkTier(minutes=1, speed_kmh=5)}, None, "`detour_factor` is missing: minutes"),
        ({"city": ParkTier(minutes=1, speed_kmh=5)}, 0.9, "`detour_factor` is 0.9; wanted"),
        ({"city": ParkTier(minutes=1, speed_kmh=5)}, math.nan, "`detour_factor` is nan"),
        ({"city": ParkTier(distance_m=1)}, 1.3, "every tier states `distance_m`"),
    ],
)
def test_tiers_that_decide_nothing_are_refused(tiers, detour_factor, match):
    with pytest.raises(ParameterError, match=match):
        tier_reaches(tiers, detour_factor)
