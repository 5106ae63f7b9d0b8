"""Park access along streets: tiers by hand, then random streets against the straight line."""

from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses import ParkTier, WalkAccess, park_access
from geoplan.core.definitions import define
from geoplan.core.errors import ParameterError

NETWORKS = run_path(str(Path(__file__).with_name("networks.py")))
CRS, make_network = NETWORKS["CRS"], NETWORKS["make_network"]
random_networks = NETWORKS["random_networks"]

DISTRICT = gpd.GeoDataFrame(
    {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 2000, 1000)], crs=CRS
)
STREET = make_network([(0, 500), (2000, 500)], [(0, 1)])
# A small park that the street runs into, and a large one that it crosses.
PARKS = gpd.GeoDataFrame(
    {"tier": ["community", "city"], "park_id": ["c", "t"], "name": ["小", "大"]},
    geometry=[shapely.box(-100, 400, 0, 600), shapely.box(1500, 400, 1700, 600)],
    crs=CRS,
)
TIERS = {
    "community": ParkTier(minutes=10, speed_kmh=3),
    "city": ParkTier(minutes=10, speed_kmh=6),
}


def people(*xy):
    points = shapely.points(np.reshape(xy, (-1, 2)))
    return gpd.GeoDataFrame({"population": np.ones(len(xy))}, geometry=points, crs=CRS)


def walk(network=STREET, **more):
    return WalkAccess(
        **{"network": network, "snap_limit_m": 100, "entrance_tolerance_m": 0, **more}
    )


def access(demand, *, tiers=TIERS, higher=False, of=("population",), **more):
    return park_access(
        **{
            "parks": PARKS,
            "districts": DISTRICT,
            "tiers": tiers,
            "of": of,
            "demand": {"population": demand},
            "higher_serves_lower": higher,
            "distance": "network",
            "walk": walk(),
            **more,
        }
    )


def test_each_tier_is_walked_to_in_its_own_time():
    result = access(people((500, 500), (501, 500), (1600, 500)))

    shares = {m.part: m.numerator for m in result.measures}
    assert shares == {"community": 1, "city": 3, "all": 1}
    demand = result.layers["demand"]
    assert demand["distance_community_m"].tolist() == [500, 501, 1600]
    assert demand["nearest_city_id"].tolist() == ["t", "t", "t"]
    assert demand["distance_city_m"].tolist() == [1000, 999, 0]
    assert demand["time_city_min"].round(2).tolist() == [10, 9.99, 0]


def test_a_higher_tier_may_serve_the_lower_within_the_lower_reach():
    result = access(people((1200, 500), (500, 500)), higher=True)

    assert result.measure("population", "community").numerator == 2
    assert result.layers["demand"]["nearest_community_name"].tolist() == ["大", "小"]


def test_land_of_all_tiers_is_what_lies_beside_streets_near_to_each():
    result = access(people(), of=["land"], walk=walk(land_width_m=50))

    # The community park reaches x = 500, the city park x = 500: round ends meet there.
    assert result.measure("land", "community").numerator == pytest.approx(
        450 * 100 + np.pi * 50**2 / 2, rel=1e-3
    )
    assert result.measure("land", "all").numerator == pytest.approx(0, abs=1e-6)
    assert set(result.layers) >= {"served_all", "reached_city", "unserved", "demand"}


def test_a_tier_may_have_a_network_of_its_own():
    ferry = make_network([(0, 500), (2000, 500)], [(0, 1)], forward_m=[400.0], backward_m=[400.0])

    result = access(people((400, 500)), walk={"community": walk(), "city": walk(ferry)})

    assert result.layers["demand"]["distance_city_m"].round(6).tolist() == [220]
    assert result.definition["networks"] == {"community": "walk_network", "city": "walk_network"}


def test_no_park_at_all_is_a_measured_zero():
    result = access(people((500, 500)), parks=PARKS.iloc[:0])

    assert [m.value for m in result.measures] == [0, 0, 0]
    assert [notice.code for notice in result.notices] == ["layer_empty_counts_zero"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_definition_in_words_says_how_far_along_streets(lang):
    words = " ".join(define(access(people((500, 500))), lang))

    assert "1,000" in words
    assert "{" not in words


@settings(max_examples=25, deadline=None)
@given(network=random_networks(), seed=st.integers(0, 2**32 - 1))
def test_no_share_along_streets_is_above_the_one_in_a_straight_line(network, seed):
    random = np.random.default_rng(seed)
    corners = random.uniform(0, 900, (10, 2))
    boxes = [shapely.box(x, y, x + 80, y + 80) for x, y in corners]
    parks = gpd.GeoDataFrame(
        {"tier": ["a", "b", "a", "b"], "name": list("wxyz")}, geometry=boxes[:4], crs=CRS
    )
    demand = gpd.GeoDataFrame({"population": np.ones(6)}, geometry=boxes[4:], crs=CRS)
    common = {
        "districts": DISTRICT,
        "tiers": {"a": ParkTier(distance_m=150), "b": ParkTier(distance_m=500)},
        "of": ["land", "population"],
        "demand": {"population": demand},
        "higher_serves_lower": True,
    }
    options = walk(
        network, snap_limit_m=5000, entrance_tolerance_m=30, boundary_step_m=40, land_width_m=35
    )

    straight = park_access(parks, **common)
    along = park_access(parks, **common, distance="network", walk=options)

    for measure in along.measures:
        assert measure.value <= straight.measure(measure.of, measure.part).value + 1e-6


BAD = {
    "a factor for streets": ({"detour_factor": 1.3}, "`detour_factor` is 1.3.*Leave the factor"),
    "no walk": ({"walk": None}, "`walk` is missing"),
    "walk of some tiers": ({"walk": {"city": walk()}}, "given for 'city'; wanted one WalkAccess"),
    "no tolerance": ({"walk": walk(entrance_tolerance_m=None)}, "`entrance_tolerance_m` is miss"),
    "no tier": ({"tiers": {}}, "`tiers` is empty"),
    "kind of distance": ({"distance": "crow", "walk": None}, "'crow'; wanted 'straight'"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_measured_along_streets_is_refused(case):
    changed, message = BAD[case]

    with pytest.raises(ParameterError, match=message):
        access(people((500, 500)), **changed)


def test_parks_without_a_tier_leave_open_what_they_would_serve_along_streets():
    demand = people((100, 500), (500, 500), (900, 500))
    known = access(demand)
    doubtful = access(demand, parks=PARKS.assign(tier=""))

    for measure in doubtful.measures:
        assert measure.value == measure.low == 0
        assert measure.high >= known.measure(measure.of, measure.part).value
        assert measure.high > 0
        assert measure.open_for == ("no_tier",)
