"""Living circle: categories by hand, in a straight line and along streets."""

from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses import WalkAccess, coverage, living_circle
from geoplan.core.definitions import define
from geoplan.core.errors import ParameterError

NETWORKS = run_path(str(Path(__file__).with_name("networks.py")))
CRS, make_network = NETWORKS["CRS"], NETWORKS["make_network"]
random_networks = NETWORKS["random_networks"]

DISTRICT = gpd.GeoDataFrame(
    {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 2000, 1000)], crs=CRS
)
STREET = make_network([(0, 500), (2000, 500)], [(0, 1)])


def points(*xy, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapely.points(np.reshape(xy, (-1, 2))), crs=CRS)


SCHOOLS, CLINICS = points((500, 500), name=["校"]), points((900, 500), name=["医"])
HOMES = points((100, 500), (700, 500), (1300, 500), (1900, 500), population=[1.0, 2.0, 4.0, 8.0])


def circle(**changed):
    given = {
        "distance_m": 400,
        "of": ["population"],
        "demand": {"population": HOMES},
        **changed,
    }
    categories = given.pop("categories", {"school": SCHOOLS, "clinic": CLINICS})
    return living_circle(categories, DISTRICT, **given)


def walk(network=STREET, **more):
    return WalkAccess(**{"network": network, "snap_limit_m": 100, **more})


@pytest.mark.parametrize("along", [False, True])
def test_each_unit_says_how_many_categories_it_has_near_and_which_it_lacks(along):
    result = circle(**({"distance": "network", "walk": walk()} if along else {}))

    assert {m.part: m.numerator for m in result.measures} == {"school": 3, "clinic": 6, "all": 2}
    demand = result.layers["demand"]
    assert demand["category_count"].tolist() == [1, 2, 1, 0]
    assert demand["missing"].tolist() == ["clinic", "", "school", "school, clinic"]
    assert demand["distance_school_m"].round(9).tolist() == [400, 200, 800, 1400]
    assert result.layers["unserved"]["unserved_amount"].tolist() == [1, 4, 8]
    assert result.layers["facilities"]["category"].tolist() == ["school", "clinic"]


def test_minutes_and_speed_are_walked_along_streets():
    result = circle(distance_m=None, minutes=6, speed_kmh=4, distance="network", walk=walk())

    assert result.definition["distance_m"] == 400
    assert result.measure("population", "all").numerator == 2


def test_land_with_every_category_near_is_where_the_grounds_meet():
    result = circle(of=["land"])

    # Two circles of 400 m, 400 m apart: the lens between them.
    lens = 2 * 400**2 * (np.pi / 3 - np.sqrt(3) / 4)
    assert result.measure("land", "all").numerator == pytest.approx(lens, rel=2e-5)
    assert set(result.layers) >= {"served_school", "served_all", "unserved"}


def test_one_category_is_a_coverage():
    alone = circle(categories={"school": SCHOOLS}, distance="network", walk=walk())
    covered = coverage(
        SCHOOLS,
        DISTRICT,
        distance_m=400,
        of=["population"],
        demand={"population": HOMES},
        distance="network",
        walk=walk(),
    )

    assert alone.measure("population", "all").value == covered.measure("population").value


def test_a_category_without_a_facility_is_near_nobody_and_told():
    result = circle(categories={"school": SCHOOLS, "clinic": CLINICS.iloc[:0]})

    assert result.measure("population", "all").value == 0
    assert result.notices[0].text("en").startswith("clinic: the layer is empty")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("along", [False, True])
def test_the_definition_in_words_names_the_categories(lang, along):
    options = {"distance": "network", "walk": walk()} if along else {}

    words = " ".join(define(circle(**options), lang))

    assert {"en": "clinics (1)", "zh": "诊所 (1)"}[lang] in words
    assert "{" not in words


@settings(max_examples=20, deadline=None)
@given(network=random_networks(), seed=st.integers(0, 2**32 - 1))
def test_no_share_along_streets_is_above_the_one_in_a_straight_line(network, seed):
    random = np.random.default_rng(seed)
    categories = {name: points(*random.uniform(0, 1000, (2, 2))) for name in "ab"}
    demand = {"population": points(*random.uniform(0, 1000, (20, 2)), population=np.ones(20))}
    common = {"categories": categories, "demand": demand}

    straight = circle(**common)
    along = circle(**common, distance="network", walk=walk(network, snap_limit_m=5000))

    for measure in along.measures:
        assert measure.value <= straight.measure(measure.of, measure.part).value


BAD = {
    "no category": ({"categories": {}}, "`categories` is empty"),
    "a category called all": ({"categories": {"all": SCHOOLS}}, "has one called 'all'"),
    "no reach": ({"distance_m": None}, "wanted either distance_m, or minutes"),
    "two reaches": ({"minutes": 5, "speed_kmh": 4}, "wanted either distance_m, or minutes"),
    "minutes without speed": ({"distance_m": None, "minutes": 5}, "minutes with speed_kmh"),
    "minutes in a straight line": (
        {"distance_m": None, "minutes": 5, "speed_kmh": 4},
        "`minutes` are walked along streets",
    ),
    "no distance": ({"distance_m": 0}, "`distance_m` is 0"),
    "a text for a list": ({"of": "population"}, "wanted a list"),
    "no walk": ({"distance": "network"}, "`walk` is missing"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_measured_is_refused(case):
    changed, message = BAD[case]

    with pytest.raises(ParameterError, match=message):
        circle(**changed)


@pytest.mark.parametrize("along", [False, True])
def test_each_category_may_have_a_distance_of_its_own(along):
    options = {"distance": "network", "walk": walk()} if along else {}

    result = circle(distance_m={"school": 800, "clinic": 200}, **options)

    assert {m.part: m.numerator for m in result.measures} == {"school": 7, "clinic": 2, "all": 2}
    assert result.definition["distance_m"] is None
    assert result.definition["distances_m"] == {"school": 800, "clinic": 200}


def test_minutes_may_differ_by_category_too():
    result = circle(
        distance_m=None,
        minutes={"school": 10, "clinic": 5},
        speed_kmh=3,
        distance="network",
        walk=walk(),
    )

    assert result.definition["distances_m"] == {"school": 500, "clinic": 250}


def test_one_distance_for_all_equals_the_same_for_each():
    same = circle(distance_m={"school": 400, "clinic": 400})

    assert same.definition["distance_m"] == 400
    assert [m.numerator for m in same.measures] == [m.numerator for m in circle().measures]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"distance_m": {"school": 400}}, "is given for 'school'; wanted one for each of 'school'"),
        ({"distance_m": {"school": 400, "clinic": -1}}, "above 0"),
        ({"distance_m": {}}, "is given for no category"),
        ({"minutes": {"school": 5, "clinic": 5}}, "either distance_m, or minutes"),
    ],
)
def test_distances_by_category_have_to_fit_the_categories(changed, words):
    with pytest.raises(ParameterError, match=words):
        circle(**changed)


def test_streets_without_a_stated_width_show_reached_streets_and_no_ground():
    layers = circle(distance="network", walk=walk()).layers

    assert {"reached_school", "reached_clinic", "entrances"} <= set(layers)
    assert not [name for name in layers if name.startswith("served_")]
    assert layers["entrances"]["category"].tolist() == ["school", "clinic"]
    assert layers["reached_school"].length.sum() == pytest.approx(800)
