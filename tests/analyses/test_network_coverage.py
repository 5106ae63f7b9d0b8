"""Coverage along streets: hand-made streets, then random ones against the straight line."""

import pickle
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
from geoplan.core.errors import CRSError, ParameterError, SchemaError

NETWORKS = run_path(str(Path(__file__).with_name("networks.py")))
CRS, make_network = NETWORKS["CRS"], NETWORKS["make_network"]
random_networks = NETWORKS["random_networks"]


def districts(*shapes):
    shapes = shapes or (shapely.box(0, 0, 1000, 1000),)
    names = [chr(65 + i) for i in range(len(shapes))]
    return gpd.GeoDataFrame({"district_id": names, "name": names}, geometry=list(shapes), crs=CRS)


def points(*xy, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapely.points(np.reshape(xy, (-1, 2))), crs=CRS)


def people(*xy, each=1.0):
    return {"population": points(*xy, population=np.full(len(xy), each))}


def walk(network, **more):
    return WalkAccess(**{"network": network, "snap_limit_m": 100, **more})


def walked(facilities, network, *, demand=None, of=("population",), distance_m=300, **more):
    return coverage(
        facilities,
        districts(),
        distance_m=distance_m,
        of=of,
        demand=demand,
        distance="network",
        walk=walk(network, **more),
    )


STREET = make_network([(0, 500), (1000, 500)], [(0, 1)])
STOP = points((500, 500), name=["站"])


def test_a_place_is_covered_up_to_the_metre_with_both_legs():
    demand = people((200, 500), (199.99, 500), (790, 510), (790, 510.01))

    result = walked(STOP, STREET, demand=demand)

    assert result.measure("population").numerator == 2
    assert result.layers["demand"]["distance_m"].round(2).tolist() == [300, 300.01, 300, 300.01]
    assert result.layers["demand"]["nearest_name"].tolist() == ["站"] * 4


def test_people_whom_a_river_keeps_off_every_street_are_not_served_and_nothing_is_refused():
    river = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 505), (1000, 505)])], crs=CRS)
    result = walked(STOP, STREET, demand=people((500, 510), (400, 520)), barriers=river)

    assert result.measure("population").value == 0
    assert "demand_off_network" in [notice.code for notice in result.notices]


def along_streets(analysis, facilities, access):
    """Measure one kind of access along the streets of `access`, to the same facilities."""
    common = {"of": ["population"], "demand": people((500, 500)), "distance": "network"}
    common |= {"distance_m": 300, "walk": access}
    if analysis == "park_access":
        del common["distance_m"]
        tiers = {"city": ParkTier(distance_m=300)}
        parks = facilities.assign(tier="city", geometry=facilities.buffer(5))
        return park_access(parks, districts(), tiers=tiers, higher_serves_lower=False, **common)
    if analysis == "living_circle":
        return living_circle({"stop": facilities}, districts(), **common)
    if analysis == "detour":
        del common["distance"]
    return {"coverage": coverage, "detour": detour, "rail_coverage": rail_coverage}[analysis](
        facilities, districts(), **common
    )


@pytest.mark.parametrize(
    "analysis", ["coverage", "park_access", "living_circle", "detour", "rail_coverage"]
)
def test_facilities_that_barriers_keep_off_every_street_are_not_called_too_far(analysis):
    river = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 505), (1000, 505)])], crs=CRS)
    gates = {"barriers": river, "entrance_tolerance_m": 9, "boundary_step_m": 5}
    stops = points((500, 550), (500, 900), station_id=["a", "b"], name=["甲", "乙"])

    with pytest.raises(ParameterError) as refused:
        along_streets(analysis, stops, walk(STREET, **gates))

    assert "barriers" in str(refused.value)
    assert "1 of 2 have an entrance within snap_limit_m = 100 m" in str(refused.value)
    assert "the other 1 have none so near" in str(refused.value)


def test_the_leg_of_the_facility_counts():
    result = walked(points((500, 540)), STREET, demand=people((240, 500), (239, 500)))

    assert result.measure("population").value == 0.5


def test_land_is_beside_the_street_as_far_as_leg_and_way_allow():
    result = walked(STOP, STREET, of=["land"], land_width_m=50)

    # 250 m to each side full width, and half a circle at each end.
    assert result.measure("land").numerator == pytest.approx(500 * 100 + np.pi * 50**2, rel=3e-4)


def test_land_beside_a_stop_far_from_the_street_is_what_is_left_of_the_way():
    result = walked(points((500, 560)), STREET, of=["land"], land_width_m=50, distance_m=90)

    assert result.measure("land").numerator == pytest.approx(np.pi * 30**2, rel=2e-3)


def test_a_wall_of_water_with_one_bridge_sends_people_round():
    banks = make_network([(0, 400), (1000, 400), (0, 600), (1000, 600)], [(0, 1), (2, 3), (1, 3)])
    near_the_bridge, across = (950, 600), (500, 600)
    demand = people(near_the_bridge, across)

    result = walked(points((900, 400)), banks, demand=demand, distance_m=450)
    straight = coverage(
        points((900, 400)), districts(), distance_m=450, of=["population"], demand=demand
    )

    assert result.layers["demand"]["distance_m"].round(9).tolist() == [350, 800]
    assert (result.measure("population").value, straight.measure("population").value) == (0.5, 1)


def test_a_leg_does_not_cross_a_barrier():
    river = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 530), (1000, 530)])], crs=CRS)

    result = walked(STOP, STREET, demand=people((500, 520), (500, 540)), barriers=river)

    assert result.measure("population").numerator == 1
    assert "demand_off_network" in [notice.code for notice in result.notices]


def fenced_park(gate):
    """A park of 100 m in the middle of a ring of streets, and the gate in its fence."""
    ring = make_network(
        [(300, 300), (700, 300), (700, 700), (300, 700)], [(0, 1), (1, 2), (2, 3), (3, 0)]
    )
    park = gpd.GeoDataFrame({"name": ["园"]}, geometry=[shapely.box(310, 310, 690, 690)], crs=CRS)
    return ring, park, points(gate)


def test_a_park_behind_a_fence_is_entered_at_its_one_gate():
    ring, park, gate = fenced_park((690, 500))
    demand = people((300, 500), (700, 500), (500, 500))

    result = walked(park, ring, demand=demand, gates=gate, entrance_tolerance_m=1, distance_m=300)

    # The house on the other side is 10 m from the fence, and 810 m from the gate.
    assert result.layers["demand"]["distance_m"].tolist() == [810, 10, 0]
    assert result.definition["entrance_rules"] == {"gate": 1}
    assert result.measure("population").value == pytest.approx(2 / 3)


def test_a_gate_before_the_park_does_not_bring_it_nearer():
    ring, park, _ = fenced_park((690, 500))

    result = walked(
        park,
        ring,
        demand=people((700, 500)),
        entrances=points((700, 500)),
        entrance_tolerance_m=15,
    )

    assert result.layers["demand"]["distance_m"].item() == 10


def test_a_park_without_entrance_serves_nobody_and_that_is_told():
    ring, park, _ = fenced_park((0, 0))
    both = gpd.GeoDataFrame(geometry=[park.geometry[0], shapely.box(690, 695, 699, 701)], crs=CRS)

    result = walked(both, ring, demand=people((300, 500)), entrance_tolerance_m=0, distance_m=99)

    assert result.measure("population").value == 0
    assert [notice.code for notice in result.notices] == [
        "entrances_by_crossing",
        "entrances_missing",
    ]
    assert result.definition["facilities_off_network"] == 1


def test_a_platform_is_reached_only_by_its_entrance():
    streets = make_network([(0, 500), (1000, 500)], [(0, 1)])
    result = walked(
        points((500, 530)),
        streets,
        demand=people((500, 500), (650, 500)),
        entrances=points((600, 500)),
        entrance_tolerance_m=150,
        distance_m=100,
    )

    assert result.layers["demand"]["distance_m"].round(9).tolist() == [100, 50]


def test_a_disconnected_island_is_not_served_and_has_no_distance():
    apart = make_network([(0, 500), (480, 500), (520, 500), (1000, 500)], [(0, 1), (2, 3)])
    result = walked(points((400, 500)), apart, demand=people((450, 500), (530, 500)))

    assert result.layers["demand"]["served_share"].tolist() == [1, 0]
    assert np.isnan(result.layers["demand"]["distance_m"][1])
    assert result.layers["unserved"]["unserved_amount"].tolist() == [1]


def test_people_off_the_network_are_not_served_and_counted():
    result = walked(STOP, STREET, demand=people((500, 500), (500, 900), each=7))

    (notice,) = result.notices
    assert notice.text("en") == (
        "population: 1 of 2 places lie more than 100 m from the walk network, or behind a barrier: "
        "7 of 14 (50.00%), counted as not served."
    )
    assert result.measure("population").value == 0.5


def test_a_cell_is_served_by_no_more_than_what_a_straight_line_reaches():
    cell = gpd.GeoDataFrame(
        {"population": [100.0]}, geometry=[shapely.box(700, 450, 900, 550)], crs=CRS
    )
    result = walked(STOP, STREET, demand={"population": cell})

    # Its middle is exactly 300 m away; about half of the cell lies farther.
    assert 45 < result.measure("population").numerator < 50


def test_one_way_streets_are_walked_towards_the_facility():
    one_way = make_network([(0, 500), (1000, 500)], [(0, 1)], backward_m=[np.inf])

    result = walked(STOP, one_way, demand=people((400, 500), (600, 500)))

    assert result.layers["demand"]["served_share"].tolist() == [1, 0]


def test_streets_within_reach_and_the_ways_of_the_worst_served_are_drawn():
    result = walked(STOP, STREET, demand=people((50, 500), (60, 500)), speed_kmh=6)

    reached, routes = result.layers["reached"], result.layers["routes"]
    assert reached.total_bounds.round(6).tolist() == [200, 500, 800, 500]
    assert routes["distance_m"].tolist() == [450]
    assert result.layers["demand"]["time_min"].tolist() == [4.5, 4.4]


def test_districts_that_overlap_count_each_place_once_in_the_whole():
    twice = districts(shapely.box(0, 0, 1000, 1000), shapely.box(0, 0, 1000, 1000))
    result = coverage(
        STOP,
        twice,
        distance_m=300,
        of=["land", "population"],
        demand=people((500, 500)),
        distance="network",
        walk=walk(STREET, land_width_m=50),
    )

    assert result.measure("population").denominator == 1
    assert result.measure("land").denominator == pytest.approx(1e6)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_definition_in_words_names_network_legs_and_entrances(lang):
    ring, park, gate = fenced_park((690, 500))
    result = walked(
        park,
        ring,
        of=["land", "population"],
        demand=people((700, 500)),
        gates=gate,
        entrance_tolerance_m=1,
        land_width_m=40,
        barriers=points((0, 0)),
    )

    words = " ".join(define(result, lang))
    assert "walk_network" in words
    assert "40 " in words
    assert "{" not in words


@settings(max_examples=40, deadline=None)
@given(network=random_networks(), data=st.data())
def test_no_share_along_streets_is_above_the_one_in_a_straight_line(network, data):
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    distance_m = data.draw(st.sampled_from([30.0, 200.0, 600.0]))
    stops = points(*random.uniform(0, 1000, (3, 2)))
    corners = random.uniform(0, 900, (6, 2))
    cells = gpd.GeoDataFrame(
        {"population": np.ones(6)},
        geometry=[shapely.box(x, y, x + 90, y + 90) for x, y in corners],
        crs=CRS,
    )
    demand = {"population": cells, "buildings": points(*random.uniform(0, 1000, (20, 2)))}
    common = {"distance_m": distance_m, "of": ["land", "population", "buildings"], "demand": demand}
    options = walk(network, snap_limit_m=5000, land_width_m=45)

    straight = coverage(stops, districts(), **common)
    along = coverage(stops, districts(), **common, distance="network", walk=options)

    for measure in along.measures:
        assert measure.value <= straight.measure(measure.of).value + 1e-9


DEGREES = make_network([(114.0, 22.6), (114.1, 22.6)], [(0, 1)])
object.__setattr__(DEGREES, "crs", "EPSG:4326")
BAD = {
    "no walk": ({"walk": None}, ParameterError, r"`walk` is missing.*\[layers\.walk_network\]"),
    "walk for a straight line": ({"distance": "straight"}, ParameterError, "leave `walk` out"),
    "kind of distance": ({"distance": "crow"}, ParameterError, "'crow'; wanted 'straight'"),
    "network in degrees": ({"walk": walk(DEGREES)}, CRSError, "`walk.network`.*degree"),
    "network elsewhere": (
        {"walk": walk(make_network([(9e5, 9e5), (9e5, 9.1e5)], [(0, 1)]))},
        ParameterError,
        "does not overlap the districts",
    ),
    "all people beyond the limit": (
        {"demand": people((500, 700), (500, 900))},
        ParameterError,
        "none of its 2 places lies within snap_limit_m = 100 m",
    ),
    "all stops beyond the limit": (
        {"facilities": points((500, 700))},
        ParameterError,
        "none of the 1 has an entrance within snap_limit_m",
    ),
    "land without its width": ({"of": ["land"]}, ParameterError, "`land_width_m` is missing"),
    "parks without a tolerance": (
        {"facilities": gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 9, 9)], crs=CRS)},
        ParameterError,
        "`entrance_tolerance_m` is missing",
    ),
    "lines as facilities": (
        {"facilities": gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=CRS)},
        SchemaError,
        "neither polygons nor points",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_measured_along_streets_is_refused(case):
    changed, error, message = BAD[case]
    given = {
        "facilities": STOP,
        "of": ["population"],
        "demand": people((500, 500)),
        "distance": "network",
        "walk": walk(STREET),
        **changed,
    }

    with pytest.raises(error, match=message):
        coverage(given.pop("facilities"), districts(), distance_m=300, **given)


@pytest.mark.parametrize("name", ["snap_limit_m", "land_width_m", "boundary_step_m", "speed_kmh"])
@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf])
def test_numbers_of_a_walk_that_mean_nothing_are_refused(name, value):
    with pytest.raises(ParameterError, match=f"`{name}` is {value}"):
        walk(STREET, **{name: value})


def test_a_network_that_nobody_may_walk_on_is_refused_as_such():
    closed = make_network(
        [(0, 500), (1000, 500)], [(0, 1)], forward_m=[np.inf], backward_m=[np.inf]
    )

    with pytest.raises(ParameterError, match="`network` has 1 edges, and nobody may walk"):
        walk(closed)


def test_layers_are_made_once_when_asked_for_and_travel_as_a_plain_dict():
    layers = walked(STOP, STREET, demand=people((500, 500)), land_width_m=50).layers

    assert layers["served"] is layers["served"]
    sent = pickle.loads(pickle.dumps(layers))  # noqa: S301 (our own)
    assert type(sent) is dict
    assert list(sent) == list(layers)
    assert len(sent) == len(layers) == 8


def test_streets_without_a_stated_width_have_no_ground_to_draw():
    demand = people((500, 500))

    assert "served" not in walked(STOP, STREET, demand=demand).layers
    assert walked(STOP, STREET, demand=demand, land_width_m=50).layers["served"].area.item() > 0


def test_isochrones_are_nested_at_half_once_and_twice_the_distance():
    layers = walked(STOP, STREET, demand=people((500, 500)), speed_kmh=3.0).layers

    drawn = layers["isochrones"]
    assert drawn["distance_m"].round(6).tolist() == [150, 300, 600]
    assert drawn["minutes"].round(6).tolist() == [3, 6, 12]
    assert drawn.geometry.iloc[1].covers(drawn.geometry.iloc[0])
    assert "minutes" not in walked(STOP, STREET, demand=people((500, 500))).layers["isochrones"]


def test_entrances_say_how_they_were_found_and_whether_the_network_is_near():
    park = gpd.GeoDataFrame({"name": ["园"]}, geometry=[shapely.box(600, 400, 800, 600)], crs=CRS)

    found = walked(park, STREET, demand=people((500, 500)), entrance_tolerance_m=5).layers[
        "entrances"
    ]

    assert found[["name", "rule", "on_network"]].to_numpy().tolist() == [
        ["园", "crossing", True],
        ["园", "crossing", True],
    ]


def test_no_layer_is_made_before_it_is_asked_for(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("made too early")

    for name in ("isochrones_layer", "reached_layer", "routes_layer", "served_ground"):
        monkeypatch.setattr(f"geoplan.analyses.access.walked_coverage.{name}", refuse)

    layers = walked(STOP, STREET, demand=people((500, 500)), land_width_m=50).layers

    assert {"isochrones", "reached", "routes", "served", "entrances"} <= set(layers)


CELL = gpd.GeoDataFrame(
    {"population": [100.0]}, geometry=[shapely.box(600, 450, 1000, 550)], crs=CRS
)


def test_a_cell_is_all_or_nothing_at_one_point_and_shared_out_at_several():
    demand = {"population": CELL}

    def share(**more):
        return (
            walked(STOP, STREET, demand=demand, distance_m=290, **more).measure("population").value
        )

    # The middle of the cell is 300 m away, its columns at 650, 750, … 200, 300, … m.
    assert (share(), share(sample_m=100)) == (0, 0.25)


def test_finer_points_come_near_the_share_of_the_cell_that_walks_that_far():
    cell = CELL.set_geometry([shapely.box(600, 499, 1000, 501)])

    share = walked(STOP, STREET, demand={"population": cell}, sample_m=0.5).measure("population")

    # Beside a straight street the leg is 0.5 m in the mean.
    assert share.value == pytest.approx(0.5 - 0.5 / 400, abs=1e-3)


def test_a_cell_smaller_than_the_grid_stands_at_one_inner_point():
    demand = {"population": CELL}

    coarse = walked(STOP, STREET, demand=demand, sample_m=5000)

    assert (
        coarse.measure("population").value
        == walked(STOP, STREET, demand=demand).measure("population").value
    )


def test_points_are_not_sampled():
    demand = people((200, 500), (199, 500))

    assert walked(STOP, STREET, demand=demand, sample_m=1).measure("population").value == 0.5


def test_the_part_of_a_cell_off_the_network_is_counted():
    cell = CELL.set_geometry([shapely.box(600, 500, 700, 900)])

    result = walked(STOP, STREET, demand={"population": cell}, sample_m=100)

    [notice] = result.notices
    assert (notice.code, notice.count, notice.total) == ("demand_off_network", 3, 4)
    assert notice.values["amount"] == pytest.approx(75)


@settings(max_examples=25, deadline=None)
@given(network=random_networks(), seed=st.integers(0, 2**32 - 1), step_m=st.floats(20, 200))
def test_no_sampled_share_is_above_the_straight_one(network, seed, step_m):
    random = np.random.default_rng(seed)
    low = random.uniform(0, 900, (6, 2))
    cells = [shapely.box(x, y, x + 100, y + 100) for x, y in low]
    demand = {"population": gpd.GeoDataFrame({"population": np.ones(6)}, geometry=cells, crs=CRS)}
    stops = points(*random.uniform(0, 1000, (2, 2)))

    walks = walked(stops, network, demand=demand, snap_limit_m=5000, sample_m=step_m)
    straight = coverage(stops, districts(), distance_m=300, of=["population"], demand=demand)

    assert walks.measure("population").value <= straight.measure("population").value + 1e-9


SLOPE = make_network([(0, 500), (1000, 500)], [(0, 1)], forward_m=[840.0], backward_m=[1420.0])


def test_gently_downhill_more_is_within_reach_than_in_a_straight_line():
    demand = people((150, 500), (850, 500))

    walks = walked(STOP, SLOPE, demand=demand, distance_m=300)
    straight = coverage(STOP, districts(), distance_m=300, of=["population"], demand=demand)

    assert walks.layers["demand"]["distance_m"].tolist() == pytest.approx([294, 497])
    assert walks.measure("population").value == 0.5 > straight.measure("population").value
    assert walks.definition["least_cost"] == pytest.approx(0.84)


@pytest.mark.parametrize(("lang", "words"), [("en", "as little as 0.84 m"), ("zh", "0.84 米")])
def test_the_definition_says_that_descents_are_shorter(lang, words):
    demand = people((150, 500))

    assert words in " ".join(define(walked(STOP, SLOPE, demand=demand), lang))
    assert words not in " ".join(define(walked(STOP, STREET, demand=demand), lang))


def test_a_cell_may_be_served_as_far_as_a_walk_downhill_leads():
    cell = gpd.GeoDataFrame(
        {"population": [8.0]}, geometry=[shapely.box(145, 499, 155, 501)], crs=CRS
    )

    assert walked(STOP, SLOPE, demand={"population": cell}).measure("population").value == 1


@settings(max_examples=25, deadline=None)
@given(
    network=random_networks(),
    seed=st.integers(0, 2**32 - 1),
    factor=st.floats(0.5, 1.0),
)
def test_no_walk_reaches_farther_than_its_cheapest_metre_allows(network, seed, factor):
    random = np.random.default_rng(seed)
    network.forward_m[:] *= factor
    demand = people(*random.uniform(0, 1000, (20, 2)))
    stops = points(*random.uniform(0, 1000, (2, 2)))

    walks = walked(stops, network, demand=demand, snap_limit_m=5000)
    least = walks.definition["least_cost"]
    straight = coverage(
        stops, districts(), distance_m=300 / least + 1e-6, of=["population"], demand=demand
    )

    assert walks.measure("population").value <= straight.measure("population").value


PASSAGES = make_network([(0, 500), (2000, 500), (300, 600), (400, 600)], [(0, 1), (2, 3)])


def test_a_facility_on_a_short_island_is_named_with_the_remedy():
    exits = points((350, 610), (500, 510), name=["高新园", "深大"])

    result = walked(exits, PASSAGES, demand=people((350, 500)))

    [notice] = result.notices
    assert (notice.code, notice.count, notice.total) == ("facilities_on_islands", 1, 2)
    assert notice.values == {"names": "高新园", "length_m": 100, "min_island_m": 101}
    assert "min_island_m = 101" in notice.text("en")


def test_a_facility_with_another_way_in_is_not_cut_off():
    park = gpd.GeoDataFrame({"name": ["园"]}, geometry=[shapely.box(380, 400, 450, 650)], crs=CRS)

    result = walked(park, PASSAGES, demand=people((350, 500)), entrance_tolerance_m=5)

    assert "facilities_on_islands" not in {notice.code for notice in result.notices}


def test_facilities_too_far_from_every_street_are_named():
    stops = points(*[(100 * i, 900) for i in range(6)], (500, 500), name=[*"abcdef", "near"])

    [notice] = walked(stops, STREET, demand=people((500, 500))).notices

    assert notice.text("en").endswith("serve nobody on it: a, b, c, d, e, ….")


@pytest.mark.parametrize("sample_m", [None, 7.0, 40.0])
@pytest.mark.parametrize("cut", [130.0, 500.0, 770.0])
def test_a_border_through_a_cell_moves_nobody(cut, sample_m):
    cells = [shapely.box(x, 430, x + 190, 560) for x in (20, 310, 600)]
    demand = {"population": gpd.GeoDataFrame({"population": [60, 90, 30]}, geometry=cells, crs=CRS)}
    sampled = {} if sample_m is None else {"sample_m": sample_m}

    def served(*shapes):
        options = walk(STREET, **sampled)
        return coverage(
            STOP, districts(*shapes), distance_m=300, of=["population"], demand=demand,
            distance="network", walk=options,
        ).measure("population")  # fmt: skip

    whole = served(shapely.box(0, 0, 1000, 1000))
    parts = served(shapely.box(0, 0, cut, 1000), shapely.box(cut, 0, 1000, 1000))

    assert 0 < whole.value < 1
    assert (parts.value, parts.low, parts.high) == pytest.approx(
        (whole.value, whole.low, whole.high), abs=1e-12
    )
    assert parts.districts["numerator"].sum() == pytest.approx(parts.numerator)
