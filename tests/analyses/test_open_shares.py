"""What shares of people leave open: sources that end, and units wider than the distance."""

from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses import (
    ParkTier,
    WalkAccess,
    coverage,
    detour,
    living_circle,
    park_access,
    rail_coverage,
)
from geoplan.core.definitions import define
from geoplan.core.errors import CRSError, ParameterError
from geoplan.core.extent import Extent, attach_extent, extent_of, spread_evenly, stated_extent
from geoplan.core.texts import LANGS

NETWORKS = run_path(str(Path(__file__).with_name("networks.py")))
CRS, make_network = NETWORKS["CRS"], NETWORKS["make_network"]
box = shapely.box


def frame(*shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def districts(*shapes):
    ids = [chr(65 + k) for k in range(len(shapes))]
    return frame(*shapes, district_id=ids, name=ids)


def homes(*xy, people):
    return {"population": frame(*shapely.points(xy), population=people)}


def seen(layer, *bounds):
    """A layer whose source holds everything within a box."""
    return attach_extent(layer, Extent(box(*bounds), "header"))


def bounds(measure):
    return measure.low, measure.value, measure.high


WEST, EAST = box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)
STOP = frame(shapely.Point(200, 500))


def test_people_beyond_the_source_of_the_stops_are_open():
    # Served 1; in sight and out of reach 2; nearer the edge of the source than 300 m 4; beyond 8.
    demand = homes((200, 400), (600, 500), (800, 500), (1500, 500), people=[1, 2, 4, 8])
    stops = seen(STOP, -1000, -1000, 1000, 2000)

    result = coverage(
        stops, districts(WEST, EAST), distance_m=300, of=["population"], demand=demand
    )

    measure = result.measure("population")
    assert bounds(measure) == (1 / 15, 1 / 15, 13 / 15)
    assert measure.open_for == ("no_source",)
    assert measure.districts["low"].tolist() == pytest.approx([1 / 7, 0])
    assert measure.districts["high"].tolist() == pytest.approx([5 / 7, 1])


def test_a_district_that_no_source_shows_has_no_value_and_is_told():
    demand = homes((200, 400), (1500, 500), people=[1, 8])
    stops = seen(STOP, -1000, -1000, 900, 2000)

    result = coverage(
        stops, districts(WEST, EAST), distance_m=300, of=["population"], demand=demand
    )

    measure = result.measure("population")
    assert measure.districts["value"].tolist() == pytest.approx([1, np.nan], nan_ok=True)
    assert measure.value == 1 / 9
    told = {note.code: note for note in result.notices}
    assert (told["districts_beyond_extent"].count, told["districts_beyond_extent"].total) == (1, 2)
    assert told["demand_beyond_extent"].values["amount"] == 8


def test_a_source_of_everything_leaves_nobody_open():
    demand = homes((200, 400), (1500, 500), people=[1, 8])
    stops = attach_extent(STOP, stated_extent("all", crs=CRS))

    result = coverage(
        stops, districts(WEST, EAST), distance_m=300, of=["population"], demand=demand
    )

    assert bounds(result.measure("population")) == (1 / 9, 1 / 9, 1 / 9)
    assert result.definition["extents"] == {"facilities": "all"}


def test_land_is_open_where_it_lies_beyond_the_source_and_is_not_served():
    # 100 m of the square are nearer to the edge of the source than 300 m, none of it is served.
    stops = seen(STOP, -1000, -1000, 1200, 2000)

    measure = coverage(stops, districts(WEST), distance_m=300, of=["land"]).measure("land")

    served = measure.numerator / 1e6
    assert bounds(measure) == pytest.approx((served, served, served + 0.1))


def test_cells_are_open_by_the_part_that_lies_beyond_the_source():
    cells = {"population": spread_evenly(frame(box(600, 0, 1000, 400), population=[100]))}
    stops = seen(STOP, -1000, -1000, 1200, 2000)

    result = coverage(stops, districts(WEST), distance_m=300, of=["population"], demand=cells)

    assert bounds(result.measure("population")) == pytest.approx((0, 0, 0.25))


def test_a_unit_wider_than_the_distance_is_open_where_it_is_cut():
    # A stop serves a circle of 200 m in a polygon of a square kilometre, and all of a small one.
    people = {"population": frame(WEST, box(1450, 450, 1550, 550), population=[900, 100])}
    stops = frame(shapely.Point(500, 500), shapely.Point(1500, 500))

    result = coverage(
        stops, districts(WEST, EAST), distance_m=200, of=["population"], demand=people
    )

    measure = result.measure("population")
    assert measure.value == pytest.approx((900 * 0.04 * np.pi + 100) / 1000)
    assert (measure.low, measure.high) == pytest.approx((0.1, 1))
    assert measure.open_for == ("coarse_units",)
    assert measure.districts["low"].tolist() == pytest.approx([0, 1])
    told = [note for note in result.notices if note.code == "demand_units_coarse"]
    assert [(note.count, note.total, note.values["amount"]) for note in told] == [(1, 2, 900)]


def test_a_coarse_unit_that_is_covered_or_out_of_reach_is_not_open():
    near, far = box(0, 0, 400, 400), box(2000, 2000, 2400, 2400)
    people = {"population": frame(near, far, population=[1, 2])}
    park = frame(box(-10, -10, 410, 410))

    measure = coverage(
        park, districts(box(0, 0, 3000, 3000)), distance_m=100, of=["population"], demand=people
    ).measure("population")

    assert bounds(measure) == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_people_stated_to_be_spread_evenly_are_not_open():
    people = {"population": spread_evenly(frame(WEST, population=[900]))}

    result = coverage(
        frame(shapely.Point(500, 500)),
        districts(WEST),
        distance_m=200,
        of=["population"],
        demand=people,
    )

    measure = result.measure("population")
    assert bounds(measure) == pytest.approx((0.04 * np.pi,) * 3)
    assert result.definition["spread_evenly"] == ["population"]


def test_a_unit_as_wide_as_the_distance_is_not_coarse():
    side = 300 * np.pi**0.5 / 2  # a square whose equivalent diameter is 300 m
    people = {"population": frame(box(0, 0, side, side), population=[1])}
    stop = frame(shapely.Point(0, 0))

    def measured(distance_m):
        result = coverage(
            stop, districts(WEST), distance_m=distance_m, of=["population"], demand=people
        )
        return result.measure("population")

    assert not measured(300.001).is_open
    assert measured(299.999).is_open


def test_splitting_a_district_changes_nothing_of_the_whole():
    people = {"population": frame(box(0, 0, 2000, 1000), population=[900])}
    stops = seen(frame(shapely.Point(500, 500)), -5000, -5000, 1700, 5000)

    whole, split = (
        coverage(stops, areas, distance_m=200, of=["population"], demand=people).measure(
            "population"
        )
        for areas in (districts(box(0, 0, 2000, 1000)), districts(WEST, EAST))
    )

    assert bounds(whole) == pytest.approx(bounds(split))
    assert (whole.low, whole.high) == (0, 1)


def test_each_tier_of_parks_is_open_by_its_own_reach():
    parks = frame(box(0, 0, 100, 100), box(0, 0, 100, 100), tier=["near", "far"])
    people = {"population": frame(box(0, 0, 500, 500), population=[1])}  # 564 m wide
    tiers = {"near": ParkTier(distance_m=200), "far": ParkTier(distance_m=600)}

    result = park_access(
        parks,
        districts(WEST),
        tiers=tiers,
        of=["population"],
        demand=people,
        higher_serves_lower=False,
    )

    near, far, every = (result.measure("population", part) for part in ("near", "far", "all"))
    assert (near.low, near.high) == (0, 1)
    assert not far.is_open
    assert far.value == pytest.approx(every.value / near.value, abs=0.1)
    assert (every.low, every.high) == (0, pytest.approx(far.value))


def test_every_category_of_a_living_circle_has_an_extent_of_its_own():
    demand = homes((100, 500), (900, 500), people=[1, 2])
    schools, clinics = frame(shapely.Point(150, 500)), frame(shapely.Point(850, 500))

    result = living_circle(
        {"school": seen(schools, -1000, -1000, 1000, 2000), "clinic": clinics},
        districts(WEST),
        distance_m=200,
        of=["population"],
        demand=demand,
    )

    measures = {measure.part: bounds(measure) for measure in result.measures}
    assert measures["school"] == (1 / 3, 1 / 3, 1)
    assert measures["clinic"] == (2 / 3, 2 / 3, 2 / 3)
    assert measures["all"] == (0, 0, 2 / 3)


STREET = make_network([(0, 500), (1000, 500)], [(0, 1)])


def street(*extent):
    return gpd.GeoDataFrame(), WalkAccess(
        network=type(STREET)(**{**vars(STREET), "extent": Extent(box(*extent), "header")}),
        snap_limit_m=100,
        land_width_m=50,
    )


def test_people_beyond_the_streets_are_open_on_foot():
    demand = homes((200, 480), (600, 500), (900, 500), (1500, 500), people=[1, 2, 4, 8])
    _, walk = street(0, 0, 1000, 1000)
    options = {"distance_m": 300, "of": ["population"], "demand": demand}

    result = coverage(STOP, districts(WEST, EAST), **options, distance="network", walk=walk)

    measure = result.measure("population")
    assert bounds(measure) == (1 / 15, 1 / 15, 13 / 15)
    assert measure.open_for == ("no_network",)
    assert np.isnan(measure.districts["value"].iloc[1])


def test_land_beyond_the_streets_is_open_on_foot():
    _, walk = street(0, 0, 1000, 1000)

    measure = coverage(
        STOP, districts(WEST), distance_m=300, of=["land"], distance="network", walk=walk
    ).measure("land")

    # 300 m around the edge are open, but for what is served there.
    inner = 400 * 400 - (500 - 300) * 100  # of the served strip from 300 m to 500 m
    assert measure.value == measure.low
    assert measure.high == pytest.approx(1 - inner / 1e6, abs=3e-3)


def test_a_coarse_unit_at_one_point_of_the_streets_is_all_or_none_and_open():
    people = {"population": frame(box(0, 0, 1000, 1000), population=[7])}
    _, walk = street(-9000, -9000, 9000, 9000)
    options = {"distance_m": 300, "of": ["population"], "demand": people, "distance": "network"}

    one = coverage(frame(shapely.Point(500, 500)), districts(WEST), **options, walk=walk)
    far = coverage(frame(shapely.Point(500, 500)), districts(EAST), **options, walk=walk)

    assert (one.measure("population").low, one.measure("population").high) == (0, 1)
    assert np.isnan(far.measure("population").value)


def test_rail_and_detours_are_open_like_the_coverage():
    demand = homes((200, 480), (900, 500), people=[1, 4])
    _, walk = street(0, 0, 1000, 1000)
    options = {"distance_m": 300, "of": ["population"], "demand": demand}

    rail = rail_coverage(STOP, districts(WEST), **options, distance="network", walk=walk)
    ways = detour(STOP, districts(WEST), **options, walk=walk)

    assert bounds(rail.measure("population")) == (0.2, 0.2, 1)
    assert bounds(ways.measure("population", "network")) == (0.2, 0.2, 1)
    assert bounds(ways.measure("population", "wrongly_served")) == (0, 0, 0)


def test_stations_keep_the_extent_of_their_source():
    demand = homes((200, 480), (900, 500), people=[1, 4])
    stations = seen(STOP, 0, 0, 1000, 1000)

    rail = rail_coverage(
        stations, districts(WEST), distance_m=300, of=["population"], demand=demand
    )

    assert bounds(rail.measure("population")) == (0.2, 0.2, 1)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), edge=st.floats(100, 3000), distance_m=st.floats(50, 900))
def test_bounds_hold_the_value_and_a_wider_source_narrows_them(seed, edge, distance_m):
    random = np.random.default_rng(seed)
    corners = random.uniform(0, 1800, (12, 2))
    sides = random.uniform(20, 900, 12)
    cells = box(*corners.T, *(corners.T + sides))
    people = {"population": frame(*cells, population=random.uniform(0, 9, 12))}
    stops = frame(*shapely.points(random.uniform(0, 2000, (3, 2))))

    def measured(reach):
        result = coverage(
            seen(stops, -reach, -reach, reach, reach),
            districts(WEST, EAST),
            distance_m=distance_m,
            of=["population"],
            demand=people,
        )
        measure = result.measure("population")
        table = measure.districts
        known = table["value"].notna()
        assert (table["low"] <= table["value"])[known].all()
        assert (table["value"] <= table["high"])[known].all()
        assert 0 <= measure.low <= measure.value <= measure.high <= 1
        return measure

    near, far = measured(edge), measured(edge + 500)
    assert near.value == pytest.approx(far.value)
    assert far.high <= near.high + 1e-9
    assert near.low == pytest.approx(far.low)


@pytest.mark.parametrize("lang", LANGS)
def test_notices_and_definitions_say_what_is_open(lang):
    people = {"population": frame(WEST, EAST, population=[900, 9])}
    result = coverage(
        seen(STOP, 0, 0, 900, 900),
        districts(WEST, EAST),
        distance_m=200,
        of=["population"],
        demand=people,
    )

    told = {note.code: note.text(lang) for note in result.notices}
    assert {"demand_beyond_extent", "demand_units_coarse", "districts_beyond_extent"} <= set(told)
    assert "{" not in " ".join([*told.values(), *define(result, lang)])


def test_an_extent_is_kept_with_its_layer():
    ground = frame(box(0, 0, 10, 10), shapely.Point(1, 1))

    kept = extent_of(attach_extent(STOP, stated_extent(ground, crs=CRS, layer="city")))

    assert (kept.area.area, kept.told) == (100, "city")
    assert extent_of(STOP) is None


@pytest.mark.parametrize(
    ("extent", "error", "match"),
    [
        ("everything", ParameterError, "wanted 'all'"),
        (frame(shapely.Point(1, 1)), ParameterError, "holds no polygon"),
        (frame(WEST).to_crs(4326), CRSError, "EPSG:4326"),
    ],
)
def test_an_extent_that_means_nothing_is_refused(extent, error, match):
    with pytest.raises(error, match=match):
        stated_extent(extent, crs=CRS)
