"""Detours: who only the straight line serves, and how much longer the walk is."""

from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses import WalkAccess, detour
from geoplan.core.definitions import define
from geoplan.core.errors import ParameterError

NETWORKS = run_path(str(Path(__file__).with_name("networks.py")))
CRS, make_network = NETWORKS["CRS"], NETWORKS["make_network"]
random_networks = NETWORKS["random_networks"]

DISTRICTS = gpd.GeoDataFrame(
    {"district_id": ["A", "B"], "name": ["南", "北"]},
    geometry=[shapely.box(0, 0, 1000, 500), shapely.box(0, 500, 1000, 1000)],
    crs=CRS,
)
# Two banks and a bridge at the eastern end.
BANKS = make_network([(0, 400), (1000, 400), (0, 600), (1000, 600)], [(0, 1), (2, 3), (1, 3)])


def points(*xy, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapely.points(np.reshape(xy, (-1, 2))), crs=CRS)


STOP = points((800, 400))
HOMES = points((600, 400), (800, 600), (700, 600), population=[1.0, 2.0, 4.0])


def measured(**changed):
    options = {
        "distance_m": 400,
        "of": ["population"],
        "demand": {"population": HOMES},
        "walk": WalkAccess(network=BANKS, snap_limit_m=100),
        **changed,
    }
    return detour(options.pop("facilities", STOP), DISTRICTS, **options)


def test_people_across_the_water_are_those_wrongly_counted():
    result = measured()

    parts = {measure.part: measure.numerator for measure in result.measures}
    assert parts == {
        "wrongly_served": 6,
        "straight": 7,
        "network": 1,
        "index": pytest.approx((200 + 2 * 600 + 4 * 700) / 7),
    }
    assert result.measure("population", "wrongly_served").districts["numerator"].tolist() == [0, 6]


def test_the_index_is_the_walk_over_the_straight_line():
    demand = measured().layers["demand"]

    assert demand["straight_m"].round(3).tolist() == [200, 200, 223.607]
    assert demand["detour_index"].round(3).tolist() == [1, 3, 3.13]


def test_the_index_of_a_district_weighs_places_by_their_people():
    index = measured().layers["districts"]["detour_index"]

    north = (2 * 600 + 4 * 700) / (2 * 200 + 4 * np.hypot(100, 200))
    assert index.tolist() == pytest.approx([1, north])


@settings(max_examples=20, deadline=None)
@given(network=random_networks(), seed=st.integers(0, 2**32 - 1))
def test_no_walk_is_shorter_than_its_straight_line(network, seed):
    random = np.random.default_rng(seed)
    demand = {"population": points(*random.uniform(0, 1000, (20, 2)), population=np.ones(20))}
    walk = WalkAccess(network=network, snap_limit_m=5000)

    result = measured(facilities=points(*random.uniform(0, 1000, (2, 2))), demand=demand, walk=walk)

    index = result.layers["demand"]["detour_index"].dropna()
    assert (index >= 1 - 1e-9).all()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_definition_in_words_says_both_distances(lang):
    words = " ".join(define(measured(), lang))

    assert "400" in words
    assert "{" not in words


def test_a_detour_without_streets_is_refused():
    with pytest.raises(ParameterError, match="`walk` is missing: a detour is one along streets"):
        measured(walk=None)


def test_the_index_is_a_measure_too_the_mean_way_over_the_mean_straight_line():
    index = measured().measure("population", "index")

    walked, straight = 200 + 2 * 600 + 4 * 700, 200 + 2 * 200 + 4 * np.hypot(100, 200)
    assert (index.unit, index.value) == ("m/m", pytest.approx(walked / straight))
    assert index.districts["value"].tolist() == pytest.approx(
        measured().layers["districts"]["detour_index"].tolist()
    )


def test_those_who_walk_many_times_the_distance_count_in_the_index():
    # 150 m across the river, 2,150 m on foot: more than four times the distance of 500 m.
    bent = make_network(
        [(0, 0), (300, 0), (300, 400), (1000, 0), (1000, 150), (0, 150)],
        [(0, 1), (1, 2), (1, 3), (3, 4), (4, 5)],
    )
    homes = points((300, 400), (0, 150), population=[7.0, 7000.0])

    result = measured(
        facilities=points((0, 0)),
        distance_m=500,
        demand={"population": homes},
        walk=WalkAccess(network=bent, snap_limit_m=50),
    )

    index = result.measure("population", "index")
    assert index.value == pytest.approx((7 * 700 + 7000 * 2150) / (7 * 500 + 7000 * 150))
    assert (index.low, index.high) == (index.value, index.value)


def test_those_who_have_no_way_are_told_and_leave_the_index_open():
    islands = make_network([(0, 400), (1000, 400), (0, 600), (1000, 600)], [(0, 1), (2, 3)])
    walk = WalkAccess(network=islands, snap_limit_m=100)

    result = measured(walk=walk)
    index = result.measure("population", "index")

    lost = 2 * 200 + 4 * np.hypot(100, 200)
    assert index.value == pytest.approx(1)
    assert index.low == pytest.approx((200 + lost) / (200 + lost))
    assert index.high == np.inf
    told = [note for note in result.notices if note.code == "detour_left_out"]
    assert [(note.count, note.total, note.values["amount"]) for note in told] == [(2, 3, 6.0)]
    assert index.districts["high"].tolist() == [pytest.approx(1), np.inf]


def test_districts_that_overlap_count_nobody_twice_in_the_index():
    both = gpd.GeoDataFrame(
        {"district_id": ["A", "B"], "name": ["", ""]},
        geometry=[shapely.box(0, 0, 1000, 1000), shapely.box(0, 500, 1000, 1000)],
        crs=CRS,
    )
    walk = WalkAccess(network=BANKS, snap_limit_m=100)
    options = {"distance_m": 400, "of": ["population"], "demand": {"population": HOMES}}

    twice = detour(STOP, both, **options, walk=walk).measure("population", "index")
    once = detour(STOP, both.iloc[:1], **options, walk=walk).measure("population", "index")

    assert twice.value == pytest.approx(once.value)


def test_land_alone_has_no_index():
    walk = WalkAccess(network=BANKS, snap_limit_m=100, land_width_m=50)

    parts = [measure.part for measure in measured(of=["land"], demand=None, walk=walk).measures]

    assert parts == ["wrongly_served", "straight", "network"]


def test_the_places_wrongly_served_sum_to_the_measure():
    result = measured()

    wrongly = result.layers["wrongly_served"]
    assert (
        wrongly["unserved_amount"].sum() == result.measure("population", "wrongly_served").numerator
    )
    assert result.layers["served_straight"].area.sum() > 0


def test_a_district_without_people_has_no_index():
    south = points((600, 400), population=[1.0])

    index = measured(demand={"population": south}).measure("population", "index")

    assert index.districts["value"].round(9).tolist() == [1, pytest.approx(np.nan, nan_ok=True)]
