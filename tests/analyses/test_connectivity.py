"""Parks strung together."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses.connectivity import connectivity
from geoplan.core.errors import ParameterError, SchemaError

CRS = "EPSG:4547"
DISTRICTS = gpd.GeoDataFrame(
    {"district_id": ["a", "b"], "name": ["甲", "乙"]},
    geometry=[shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)],
    crs=CRS,
)


def frame(geometry):
    return gpd.GeoDataFrame(geometry=geometry, crs=CRS)


def square(x, side=100):
    return shapely.box(x, 0, x + side, side)


def line(*xy):
    return shapely.LineString(xy)


def value(result, of):
    measure = result.measure(of)
    return (*measure.districts["value"].tolist(), measure.value)


PARKS = frame([square(0), square(300), square(1200, 200), square(1700)])


def test_a_greenway_links_the_parks_that_it_comes_near():
    greenway = frame([line((120, 50), (290, 50)), line((320, 50), (1190, 50))])
    result = connectivity(PARKS, DISTRICTS, gap_m=20, links=greenway)

    assert value(result, "parks") == (1, 0.5, 0.75)
    assert value(result, "park_area") == (1, 0.8, 6 / 7)
    assert value(result, "largest") == (1, 0.8, 6 / 7)
    assert value(result, "components") == (1, 2, 2)
    assert result.layers["parks"]["component"].tolist() == [1, 1, 1, 2]
    assert sorted(result.layers["gaps"]["gap_m"].tolist()) == [300, 300]


def test_without_links_parks_link_one_another():
    result = connectivity(PARKS, DISTRICTS, gap_m=200)
    assert value(result, "parks") == (1, 0, 0.5)
    assert value(result, "components") == (1, 2, 3)


def test_a_road_cuts_a_gap_and_a_bridge_across_it_is_counted():
    road = frame([line((200, -500), (200, 500))])
    assert value(connectivity(PARKS, DISTRICTS, gap_m=200, barriers=road), "parks")[0] == 0

    bridge = frame([line((90, 50), (310, 50))])
    result = connectivity(PARKS, DISTRICTS, gap_m=0, barriers=road, links=bridge)
    assert value(result, "parks")[0] == 1
    assert value(result, "crossings") == (1, 0, 1)
    assert shapely.get_coordinates(result.layers["crossings"].geometry).tolist() == [[200, 50]]


def test_the_probability_of_connectivity_is_that_of_two_patches_by_hand():
    parks = frame([square(0), square(600)])
    result = connectivity(parks, DISTRICTS, gap_m=0, dispersal_m=500)
    expected = 2 * (1e8 + 0.5 * 1e8) / (2e6) ** 2

    assert value(result, "pc") == pytest.approx((expected, 0, expected), rel=1e-12)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000))
def test_components_and_probabilities_are_those_of_networkx(seed):
    random = np.random.default_rng(seed)
    corner, side = random.uniform(0, 850, (12, 2)), random.uniform(20, 100, (12, 1))
    parks = frame(shapely.box(*corner.T, *(corner + side).T))
    distance = shapely.distance(
        parks.geometry.to_numpy()[:, None], parks.geometry.to_numpy()[None, :]
    )
    near = nx.from_numpy_array((distance <= 60) & ~np.eye(12, dtype=bool))
    steps = nx.Graph()
    steps.add_nodes_from(range(12))
    reach = 200 * np.log(1e-3) / np.log(0.5)
    steps.add_weighted_edges_from(
        (i, j, distance[i, j] / 200) for i in range(12) for j in range(i) if distance[i, j] <= reach
    )
    paths = dict(nx.all_pairs_dijkstra_path_length(steps))
    areas = parks.area.to_numpy()
    total = sum(areas[i] * areas[j] * 0.5**d for i in paths for j, d in paths[i].items())

    result = connectivity(parks, DISTRICTS, gap_m=60, dispersal_m=200)

    assert value(result, "components")[2] == nx.number_connected_components(near)
    assert result.measure("pc").numerator == pytest.approx(total, rel=1e-9)


def test_parks_outside_connect_others_and_are_not_counted():
    parks = frame([square(0), shapely.box(0, -200, 100, -50), shapely.box(200, -200, 300, -50)])
    result = connectivity(parks, DISTRICTS, gap_m=50)
    assert value(result, "parks")[2] == 1
    assert result.notices[0].count == 2


def test_no_parks_at_all_is_said():
    result = connectivity(PARKS.iloc[:0], DISTRICTS, gap_m=5, dispersal_m=5)
    assert np.isnan(result.measure("parks").value)
    assert [notice.code for notice in result.notices] == ["layer_empty_counts_zero"]


@pytest.mark.parametrize(
    ("given_", "error", "words"),
    [
        ({"gap_m": -1}, ParameterError, "`gap_m` is -1"),
        ({"gap_m": np.inf}, ParameterError, "`gap_m` is inf"),
        ({"gap_m": 1, "dispersal_m": 0}, ParameterError, "`dispersal_m` is 0"),
        ({"gap_m": 1, "links": PARKS}, SchemaError, "links"),
    ],
)
def test_an_unclear_question_is_refused(given_, error, words):
    with pytest.raises(error, match=words):
        connectivity(PARKS, DISTRICTS, **given_)


def test_no_greenway_at_all_links_no_park():
    near = frame([square(0), square(120)])
    found = connectivity(near, DISTRICTS, gap_m=50, links=frame([]))
    assert value(found, "parks")[0] == 0
    assert value(found, "components")[0] == 1


def test_a_barrier_drawn_as_an_area_is_crossed_in_one_place():
    river = frame([shapely.box(150, -50, 250, 1000)])
    found = connectivity(
        frame([square(0), square(300)]),
        DISTRICTS,
        gap_m=0,
        barriers=river,
        links=frame([line((50, 50), (350, 50))]),
    )
    assert value(found, "crossings") == (1, 0, 1)
    assert shapely.get_coordinates(found.layers["crossings"].geometry).tolist() == [[200, 50]]
