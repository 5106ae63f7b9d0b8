"""Facilities far from every district are told, also when others are near."""

import geopandas as gpd
import pytest
import shapely

from geoplan.analyses import ParkTier, coverage, living_circle, park_access, service_radius
from geoplan.analyses.access.facility_set import facility_set
from geoplan.analyses.access.far_away import far_away
from geoplan.analyses.access.provision import provision
from geoplan.core.texts import LANGS

CRS = "EPSG:3067"
DISTRICTS = gpd.GeoDataFrame(
    {"district_id": ["A"], "name": ["Helsinki"]},
    geometry=[shapely.box(24.93, 60.16, 24.96, 60.18)],
    crs=4326,
).to_crs(CRS)
# The second has longitude and latitude exchanged: it lies 4,755 km away, in Iran.
STOPS = gpd.GeoDataFrame(geometry=gpd.points_from_xy([24.94, 60.171], [60.17, 24.941]), crs=4326)


def codes(notices):
    return {note.code: (note.count, note.total) for note in notices}


def test_a_stop_with_swapped_coordinates_is_told_beside_one_that_is_right():
    notices = far_away(STOPS.to_crs(CRS), DISTRICTS, "stops")

    assert codes(notices) == {"facilities_far_away": (1, 2), "coordinates_swapped": (1, 2)}
    assert notices[0].values["farthest_km"] > 3000


def test_a_far_place_that_swapping_does_not_bring_home_is_only_far():
    stops = gpd.GeoDataFrame(geometry=gpd.points_from_xy([24.94, 10], [60.17, 40]), crs=4326)

    notices = far_away(stops.to_crs(CRS), DISTRICTS, "stops")

    assert codes(notices) == {"facilities_far_away": (1, 2)}


def test_neighbours_and_missing_places_are_not_far():
    stops = gpd.GeoDataFrame(geometry=[shapely.Point(25.1, 60.2), None], crs=4326).to_crs(CRS)

    assert far_away(stops, DISTRICTS, "stops") == []


def test_every_analysis_of_facilities_tells_it():
    stops = STOPS.to_crs(CRS)
    parks = stops.set_geometry(stops.buffer(50)).assign(tier="a")
    reach = {"distance_m": 500, "of": ["land"]}
    results = [
        coverage(stops, DISTRICTS, **reach),
        living_circle({"stop": stops}, DISTRICTS, **reach),
        park_access(
            parks,
            DISTRICTS,
            tiers={"a": ParkTier(distance_m=500)},
            of=["land"],
            higher_serves_lower=False,
        ),
        service_radius(stops, DISTRICTS, of=["land"]),
        provision(stops, DISTRICTS, per_unit=1),
        facility_set({"stop": stops}, DISTRICTS, within_m=0),
    ]

    told = [codes(result.notices).get("facilities_far_away") for result in results]

    assert told == [(1, 2)] * len(results)


@pytest.mark.parametrize("lang", LANGS)
def test_the_notices_have_their_words(lang):
    words = [note.text(lang) for note in far_away(STOPS.to_crs(CRS), DISTRICTS, "stops")]

    assert all("stops" in text and "{" not in text for text in words)
