"""Singapore's plan, computed again by plain shapely."""

import numpy as np
import pytest
import shapely

pytestmark = pytest.mark.real

UTM_48N, SVY21 = "EPSG:32648", "EPSG:3414"
WALK_M = 10 / 60 * 5_000 / 1.3
RIDE_M = 30 / 60 * 12_000 / 1.3
EVERY = 7  # parks take seconds per planning area; 1 checks all 55
NOISE_M2 = 1e-3  # sums of 1e7 m² in coordinates of 1e5 m


@pytest.fixture(scope="module")
def outcome(run_example):
    return run_example("singapore.toml")


@pytest.fixture(scope="module")
def found(outcome):
    def found(id_, part=""):
        (indicator,) = (one for one in outcome.indicators if one.id == id_)
        return indicator.result.measure("land", part)

    return found


@pytest.fixture(scope="module")
def plain(real_data, read_plainly):
    folder = real_data / "singapore"
    files = {
        "areas": "planning-area.geojson",
        "stops": "LTABusStop.geojson",
        "exits": "LTAMRTStationExitGEOJSON.geojson",
        "parks": "NParksParksandNatureReserves.geojson",
    }
    return {name: read_plainly(folder / file, UTM_48N) for name, file in files.items()}


@pytest.fixture(scope="module")
def park_reaches(plain, reach_inside_and_around):
    """Both tiers, inside and around, in every seventh planning area."""
    parks = plain["parks"]
    reserves = parks[parks["N_RESERVE"] == 1]
    areas = plain["areas"].geometry.array[::EVERY]
    return {
        part: np.array([reach_inside_and_around(serving, area, reach_m) for area in areas]).T
        for part, serving, reach_m in (
            ("0", parks.geometry.array, WALK_M),
            ("1", reserves.geometry.array, RIDE_M),
        )
    }


def numerators(measure):
    return measure.districts["numerator"].to_numpy()


def test_every_denominator_is_the_area_of_its_planning_area(outcome, plain):
    areas = plain["areas"]

    for indicator in outcome.indicators:
        for measure in indicator.result.measures:
            assert measure.districts["district_id"].tolist() == areas["name"].tolist()
            # Long edges are bent as their degrees are; those of the plain shapes are not.
            assert np.allclose(measure.districts["denominator"], areas.area, rtol=1e-6)
            assert measure.denominator == pytest.approx(areas.union_all().area, rel=1e-7)


@pytest.mark.parametrize(
    ("id_", "facilities", "distance_m"),
    [("bus-stop-coverage-500m", "stops", 500), ("mrt-coverage-800m", "exits", 800)],
)
def test_coverage_lies_between_polygons_inside_and_around_the_circles(
    found, plain, reach_inside_and_around, id_, facilities, distance_m
):
    places, areas = plain[facilities].geometry.array, plain["areas"].geometry.array
    drawn = [reach_inside_and_around(places, area, distance_m) for area in areas]
    inside, around = shapely.area(np.array(drawn)).T

    measure = found(id_)

    assert around.sum() / inside.sum() - 1 < 1e-5
    assert (numerators(measure) >= inside - NOISE_M2).all()
    assert (numerators(measure) <= around + NOISE_M2).all()
    assert inside.sum() <= measure.numerator <= around.sum()


@pytest.mark.parametrize("part", ["0", "1"])
def test_park_access_lies_between_polygons_inside_and_around_the_reach(found, park_reaches, part):
    inside, around = shapely.area(park_reaches[part])

    numerator = numerators(found("park-within-10-minutes", part))[::EVERY]

    assert (numerator >= inside - NOISE_M2).all()
    assert (numerator <= around + NOISE_M2).all()


def test_what_both_tiers_reach_is_as_close_as_its_definition_says(found, outcome, park_reaches):
    inside, around = shapely.area(shapely.intersection(park_reaches["0"], park_reaches["1"]))
    (indicator,) = (one for one in outcome.indicators if one.id == "park-within-10-minutes")
    allowed = 1 - indicator.result.definition["area_error"]
    of_catchments = shapely.area(park_reaches["1"][1]) * (1 - allowed)

    numerator = numerators(found("park-within-10-minutes", "all"))[::EVERY]

    assert (numerator >= inside - of_catchments - NOISE_M2).all()
    assert (numerator <= around + NOISE_M2).all()


def test_the_reserves_share_is_the_overlay_of_the_two_layers(found, plain):
    parks, areas = plain["parks"], plain["areas"].geometry.array
    reserves = parks[parks["N_RESERVE"] == 1].union_all()

    inside = shapely.area(shapely.intersection(areas, reserves))

    measure = found("reserve-share", "total")
    assert numerators(measure) == pytest.approx(inside, rel=1e-9, abs=NOISE_M2)
    assert measure.numerator == pytest.approx(inside.sum(), rel=1e-9)


def test_the_projection_moves_coverage_by_less_than_it_says(
    outcome, found, real_data, read_plainly, reach_inside_and_around
):
    folder = real_data / "singapore"
    stops = read_plainly(folder / "LTABusStop.geojson", SVY21).geometry.array
    areas = read_plainly(folder / "planning-area.geojson", SVY21).geometry.array
    inside = [reach_inside_and_around(stops, area, 500)[0] for area in areas]
    true_to_scale = shapely.area(inside).sum() / shapely.area(areas).sum()

    moved = abs(found("bus-stop-coverage-500m").value - true_to_scale)

    # Growing a union of circles by a share of its radius grows its area by at most twice that.
    assert 0 < moved < 2 * outcome.study_crs.scale_error * true_to_scale
