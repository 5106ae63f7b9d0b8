"""Parks strung together."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses.links.connectivity import connectivity
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


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
def test_parks_that_are_drawn_twice_count_once_and_are_told(order):
    once = frame([square(0), square(300)])
    # The first again, and one half of it.
    twice = frame([square(0), square(0), shapely.box(0, 0, 50, 100), square(300)])
    asked = {"gap_m": 50, "dispersal_m": 500}
    right = connectivity(once, DISTRICTS, **asked)
    found = connectivity(twice.iloc[order], DISTRICTS, **asked)

    for measure in right.measures:
        held = found.measure(measure.of)
        assert (held.value, held.numerator) == (measure.value, measure.numerator), measure.of
    (told,) = found.notices
    assert (told.code, told.values["overlap_m2"]) == ("overlap_counted_once", 15_000)
    assert len(found.layers["parks"]) == 2


def test_parks_that_overlap_in_part_stay_several_and_share_no_ground():
    beside = frame([square(0), shapely.box(95, 0, 105, 10)])
    found = connectivity(beside, DISTRICTS, gap_m=0)

    assert found.measure("parks").denominator == 2
    assert found.measure("park_area").denominator == 10_050


def test_the_probability_of_connectivity_is_that_of_two_patches_by_hand():
    parks = frame([square(0), square(600)])
    result = connectivity(parks, DISTRICTS, gap_m=0, dispersal_m=500)
    expected = 2 * (1e8 + 0.5 * 1e8) / (2e6) ** 2

    assert value(result, "pc") == pytest.approx((expected, 0, expected), rel=1e-12)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000))
def test_components_and_probabilities_are_those_of_networkx(seed):
    random = np.random.default_rng(seed)
    # One in each field of a grid, so that none lies on another.
    side = random.uniform(20, 100, (12, 1))
    field = 200 * np.stack(np.divmod(random.permutation(25)[:12], 5), axis=1)
    corner = field + random.uniform(0, 1, (12, 2)) * (200 - side)
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


APART = [square(0), square(120)]
TOUCHING = [square(0), square(100)]


def components(parks, barriers, gap_m=30, links=None, turned=0.0):
    def moved(shapes):
        shapes = shapely.affinity.rotate(shapely.GeometryCollection(shapes), turned, (500, 500))
        return frame(list(shapely.affinity.translate(shapes, 1234.5, 77.7).geoms))

    found = connectivity(
        moved(parks),
        frame([shapely.box(-2000, -2000, 4000, 4000)]).assign(district_id="a", name="甲"),
        gap_m=gap_m,
        barriers=moved(barriers),
        links=None if links is None else moved(links),
    )
    return found.measure("components").value


@pytest.mark.parametrize("turned", [0, 33])
@pytest.mark.parametrize(
    ("parks", "barrier"),
    [
        (APART, shapely.box(100, -50, 120, 500)),  # a river that fills the gap
        (APART, shapely.box(100, 0, 120, 100)),  # the same, no longer than the parks
        (APART, shapely.box(99, -50, 121, 500)),  # a river that is wider
        (APART, shapely.box(101, -50, 119, 500)),
        (APART, shapely.box(50, -50, 110, 500)),  # a river over the park's edge
        (APART, line((100, -50), (100, 500))),  # a railway on the edge of the first park
        (APART, line((120, 0), (120, 100))),  # on that of the second, no longer than it
        (APART, line((110, -50), (110, 500))),
        (APART, line((90, -50), (130, 150))),  # slanting, and through both parks
        (APART, line((105, 100), (115, 0))),
        (APART, line((100, -50), (100, 50), (120, 50), (120, 500))),  # from one edge to the other
        (TOUCHING, line((100, -50), (100, 500))),
        (TOUCHING, line((100, 0), (100, 100))),
        (TOUCHING, line((100, 30), (100, 100), (100, -7))),
        (TOUCHING, shapely.box(95, -50, 105, 500)),
    ],
)
def test_a_gap_that_lies_in_along_or_across_a_barrier_does_not_connect(parks, barrier, turned):
    assert components(parks, [barrier], turned=turned) == 2
    assert components(parks, [shapely.reverse(barrier)], turned=turned) == 2
    assert components(parks[::-1], [barrier], turned=turned) == 2


@pytest.mark.parametrize("turned", [0, 33])
@pytest.mark.parametrize(
    ("parks", "barrier"),
    [
        (APART, line((-50, 0), (500, 0))),  # a road past the south of both
        (APART, line((110, -50), (110, 60))),  # a wall that leaves two fifths open
        (APART, line((50, -50), (50, 500))),  # a road through the first park
        (APART, shapely.box(100, -50, 120, 60)),
        (TOUCHING, line((100, -50), (100, 90))),
        (TOUCHING, line((-50, 50), (500, 50))),  # a road through both
        ([square(0), shapely.box(50, 0, 150, 100)], line((70, -50), (70, 500))),
    ],
)
def test_a_barrier_that_leaves_a_way_blocks_nothing(parks, barrier, turned):
    assert components(parks, [barrier], turned=turned) == 1


def test_parks_that_touch_are_cut_whatever_the_gap_may_be():
    assert components(TOUCHING, [line((100, 0), (100, 100))], gap_m=0) == 2
    assert components(TOUCHING, [line((100, 0), (100, 90))], gap_m=0) == 1


@pytest.mark.parametrize("turned", [0, 33])
@pytest.mark.parametrize(
    ("link", "barrier", "expected"),
    [
        (line((110, -50), (110, 500)), line((110, -90), (110, 600)), 2),  # along the railway
        (line((110, 10), (110, 90)), shapely.box(102, -50, 118, 500), 2),  # in the river
        (line((90, 50), (130, 50)), shapely.box(100, -50, 120, 500), 1),  # a bridge
        (line((100, 50), (120, 50)), shapely.box(100, -50, 120, 500), 1),  # from bank to bank
        (line((90, 50), (130, 50)), line((110, -50), (110, 500)), 1),
    ],
)
def test_a_link_connects_across_a_barrier_and_not_in_or_along_it(link, barrier, expected, turned):
    assert components(APART, [barrier], links=[link], turned=turned) == expected


def test_a_bridge_of_two_pieces_is_one_crossing():
    road = frame([line((200, -500), (200, 50)), line((200, 50), (200, 500))])
    whole, halves = (
        [line((90, 50), (310, 50))],
        [line((90, 50), (200, 50)), line((310, 50), (200, 50))],
    )
    for link in (whole, halves, [*whole, *whole], [whole[0].reverse()]):
        found = connectivity(PARKS, DISTRICTS, gap_m=0, barriers=road, links=frame(link))
        assert value(found, "crossings") == (1, 0, 1)
        assert value(found, "parks")[0] == 1


def test_a_link_that_ends_at_a_barrier_does_not_cross_it():
    river = frame([shapely.box(150, -50, 250, 1000), line((120, -50), (120, 500))])
    for link in (line((130, 50), (200, 50)), line((130, 50), (150, 50)), line((90, 50), (120, 50))):
        found = connectivity(PARKS, DISTRICTS, gap_m=0, barriers=river, links=frame([link]))
        assert value(found, "crossings") == (0, 0, 0)


def test_no_animal_steps_across_a_barrier():
    parks = frame([square(0), square(600)])
    canal = frame([shapely.box(300, -900, 310, 5000)])
    free = connectivity(parks, DISTRICTS, gap_m=0, dispersal_m=500).measure("pc")
    held = connectivity(parks, DISTRICTS, gap_m=0, dispersal_m=500, barriers=canal).measure("pc")
    assert (free.numerator, held.numerator) == (3e8, 2e8)
