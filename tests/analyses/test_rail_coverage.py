"""Rail coverage: entrances joined by key and by nearness, both kinds of distance."""

from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.analyses import WalkAccess, rail_coverage
from geoplan.core.definitions import define
from geoplan.core.errors import ParameterError, SchemaError

NETWORKS = run_path(str(Path(__file__).with_name("networks.py")))
CRS, make_network = NETWORKS["CRS"], NETWORKS["make_network"]

DISTRICT = gpd.GeoDataFrame(
    {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 2000, 1000)], crs=CRS
)


def points(*xy, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapely.points(np.reshape(xy, (-1, 2))), crs=CRS)


# The platforms lie 200 m off the street; only the first has an entrance on it.
STATIONS = points((500, 700), (1500, 700), station_id=["s1", "s2"], name=["东", "西"])
EXITS = points((600, 500), station_id=["s1"])
STREET = make_network([(0, 500), (2000, 500)], [(0, 1)])
HOMES = points((600, 100), (900, 500), (1500, 500), population=[1.0, 2.0, 4.0])


def rail(**changed):
    given = {
        "distance_m": 400,
        "of": ["population"],
        "demand": {"population": HOMES},
        "entrances": EXITS,
        **changed,
    }
    return rail_coverage(given.pop("stations", STATIONS), DISTRICT, **given)


def test_a_straight_line_is_measured_to_the_entrance_or_to_a_station_without_one():
    result = rail()

    assert result.layers["demand"]["distance_m"].tolist() == [400, 300, 200]
    assert result.layers["demand"]["nearest_name"].tolist() == ["东", "东", "西"]
    assert result.measure("population").value == 1
    assert [notice.code for notice in result.notices] == ["stations_without_entrance"]


def test_a_platform_is_reached_only_by_its_entrance():
    walk = WalkAccess(network=STREET, snap_limit_m=100)

    result = rail(distance="network", walk=walk)

    # Nobody walks through the ground to the second platform, 200 m from the street.
    assert result.layers["demand"]["served_share"].tolist() == [0, 1, 0]
    assert result.layers["demand"]["nearest_id"].tolist() == ["", "s1", "s1"]
    assert result.layers["entrances"]["station_id"].tolist() == ["s1", "s2"]
    counts = ("facility_count", "stations_by_entrance", "stations_by_place")
    assert [result.definition[key] for key in counts] == [2, 1, 1]


def test_an_entrance_without_a_key_belongs_to_the_nearest_station_within_the_limit():
    exits = points((1400, 600), (100, 100))

    result = rail(entrances=exits, entrance_limit_m=150)

    assert result.layers["entrances"]["station_id"].tolist() == ["s2", "s1"]
    lost, _ = result.notices
    assert lost.text("en").startswith("rail_stations: 1 of 2 entrances belong to no station")


def test_an_entrance_of_an_unknown_station_is_left_out():
    result = rail(entrances=points((600, 500), station_id=["s9"]))

    assert result.definition["entrance_count"] == 0


def test_without_entrances_stations_are_measured_from_their_own_place():
    result = rail(entrances=None)

    assert result.layers["demand"]["distance_m"].tolist()[2] == 200
    assert result.notices == ()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("distance", ["straight", "network"])
def test_the_definition_in_words_counts_stations_and_entrances(lang, distance):
    walk = WalkAccess(network=STREET, snap_limit_m=100) if distance == "network" else None

    words = " ".join(define(rail(distance=distance, walk=walk), lang))

    assert "400" in words
    assert "{" not in words


BAD = {
    "no limit for the nearest": (
        {"entrances": points((600, 500))},
        ParameterError,
        "`entrance_limit_m` is None: 1 entrances have no station_id",
    ),
    "entrances that are lines": (
        {"entrances": gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=CRS)},
        SchemaError,
        "something else than points",
    ),
    "entrances in the walk": (
        {
            "distance": "network",
            "walk": WalkAccess(
                network=STREET, snap_limit_m=9, entrances=EXITS, entrance_tolerance_m=9
            ),
        },
        ParameterError,
        "`walk` has entrances",
    ),
    "no walk": ({"distance": "network"}, ParameterError, "`walk` is missing"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_measured_is_refused(case):
    changed, error, message = BAD[case]

    with pytest.raises(error, match=message):
        rail(**changed)
