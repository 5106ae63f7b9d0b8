"""Park access by tier and for all tiers."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses.access.park_access import park_access
from geoplan.analyses.access.park_tiers import ParkTier
from geoplan.core.errors import CRSError, EmptyLayerError, ParameterError, SchemaError

CRS = "EPSG:4547"
WEST, SOUTH, EAST = (
    shapely.box(-100, -5000, 0, 6000),
    shapely.box(-5000, -100, 6000, 0),
    shapely.box(1000, -5000, 1100, 6000),
)
NEAR_AND_FAR = {"community": ParkTier(distance_m=300), "city": ParkTier(distance_m=600)}


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def square():
    return frame([shapely.box(0, 0, 1000, 1000)], district_id=["A"], name=["甲"])


def parks(**by_tier):
    """Parks by tier, each tier a list of shapes."""
    shapes = [shape for some in by_tier.values() for shape in some]
    labels = [tier for tier, some in by_tier.items() for _ in some]
    keys = [f"p{k}" for k in range(len(shapes))]
    return frame(shapes, park_id=keys, name=[f"园{key}" for key in keys], tier=labels)


def access(park_layer, districts=None, **options):
    options = {"tiers": NEAR_AND_FAR, "of": ["land"], "higher_serves_lower": False} | options
    return park_access(park_layer, square() if districts is None else districts, **options)


def shares(result, of="land"):
    return {measure.part: measure.value for measure in result.measures if measure.of == of}


def test_a_park_along_a_side_reaches_a_strip_and_all_tiers_reach_the_corner():
    result = access(parks(community=[WEST], city=[SOUTH]))
    assert shares(result) == pytest.approx({"community": 0.3, "city": 0.6, "all": 0.18}, abs=1e-9)


@pytest.mark.parametrize("nothing", ["", None, " "])
def test_a_park_without_a_tier_leaves_open_what_it_alone_would_serve(nothing):
    layer = parks(community=[WEST], city=[SOUTH], unknown=[EAST, shapely.box(400, 0, 410, 10)])
    layer["tier"] = layer["tier"].astype(object).where(layer["tier"] != "unknown", nothing)
    tiers = {
        "community": ParkTier(distance_m=300, min_area_m2=1000),
        "city": ParkTier(distance_m=600, min_area_m2=1000),
    }
    result = access(layer, tiers=tiers)

    assert shares(result) == pytest.approx({"community": 0.3, "city": 0.6, "all": 0.18}, abs=1e-9)
    for part, high in {"community": 0.6, "city": 0.84, "all": 0.18 + 0.3}.items():
        measure = result.measure("land", part)
        assert measure.low == measure.value
        assert measure.high == pytest.approx(high, abs=1e-9)
        assert measure.districts["high"].tolist() == [measure.high]
        assert measure.open_for == ("no_tier",)
    assert "parks_without_tier" in [notice.code for notice in result.notices]


def test_a_park_without_a_tier_that_is_too_small_for_all_leaves_nothing_open():
    layer = parks(community=[WEST], unknown=[shapely.box(400, 0, 410, 10)])
    layer.loc[1, "tier"] = ""
    result = access(layer, tiers={"community": ParkTier(distance_m=300, min_area_m2=1000)})
    assert result.measure("land", "community").open_for == ()


def test_tiers_that_reach_different_places_have_nothing_in_common():
    result = access(parks(community=[WEST], city=[EAST]))
    assert shares(result) == pytest.approx({"community": 0.3, "city": 0.6, "all": 0.0}, abs=1e-9)


def test_a_lone_small_park_reaches_its_square_strips_and_quarter_circles():
    result = access(
        parks(city=[shapely.box(480, 480, 520, 520)]), tiers={"city": ParkTier(distance_m=300)}
    )
    expected = (40**2 + 4 * 40 * 300 + math.pi * 300**2) / 1e6
    assert shares(result) == pytest.approx({"city": expected, "all": expected}, rel=1e-9)


def test_minutes_are_walked_along_streets_and_divided_by_the_detour():
    tiers = {"community": ParkTier(minutes=10, speed_kmh=3)}
    result = access(parks(community=[WEST]), tiers=tiers, detour_factor=1.25)
    assert shares(result)["community"] == pytest.approx(0.4, abs=1e-9)


def test_a_city_park_nearby_stands_in_for_a_community_park_only_if_asked_to():
    layer = parks(community=[WEST], city=[EAST])
    alone = access(layer)
    together = access(layer, higher_serves_lower=True)
    assert shares(alone)["community"] == pytest.approx(0.3, abs=1e-9)
    assert shares(together) == pytest.approx({"community": 0.6, "city": 0.6, "all": 0.3}, abs=1e-9)


def test_a_community_park_never_stands_in_for_a_city_park():
    result = access(parks(community=[WEST]), higher_serves_lower=True)
    assert shares(result) == pytest.approx({"community": 0.3, "city": 0.0, "all": 0.0}, abs=1e-9)


def test_points_count_whole_up_to_the_very_edge():
    people = frame(
        [shapely.Point(300, 500), shapely.Point(300.001, 500), shapely.Point(100, 500)],
        population=[1.0, 2.0, 4.0],
    )
    result = access(
        parks(community=[WEST], city=[SOUTH]), of=["population"], demand={"population": people}
    )
    assert shares(result, "population") == {"community": 5 / 7, "city": 1.0, "all": 5 / 7}
    assert result.measure("population", "all").numerator_unit == "person"


def test_people_of_a_polygon_are_shared_out_by_area():
    people = frame([shapely.box(200, 500, 400, 700)], population=[100.0])
    result = access(
        parks(community=[WEST], city=[SOUTH]), of=["population"], demand={"population": people}
    )
    assert shares(result, "population") == pytest.approx(
        {"community": 0.5, "city": 0.5, "all": 0.25}, abs=1e-9
    )


@pytest.mark.parametrize("of", ["built_up", "population"])
def test_a_unit_that_overlaps_a_district_here_and_touches_it_there_counts_its_overlap(of):
    hook = shapely.union_all([shapely.box(-200, 0, 0, 1000), shapely.box(-200, 0, 50, 100)])
    layer = frame([hook, shapely.box(300, 0, 400, 50)], population=[hook.area, 5000.0])
    result = access(parks(community=[SOUTH], city=[SOUTH]), of=[of], demand={of: layer})
    measure = result.measure(of, "all")
    assert (measure.numerator, measure.denominator) == pytest.approx((10_000, 10_000), rel=1e-9)
    assert len(result.layers["unserved"]) == 0


def test_a_park_outside_the_districts_serves_people_inside():
    away = shapely.box(1200, 0, 1300, 1000)
    result = access(parks(community=[away]), tiers={"community": ParkTier(distance_m=300)})
    assert result.measure("land", "community").value == pytest.approx(0.1, abs=1e-9)


def test_districts_keep_their_order_and_one_without_people_is_undecided():
    districts = frame(
        [
            shapely.box(0, 0, 1000, 1000),
            shapely.box(9000, 0, 9999, 999),
            shapely.box(1000, 0, 2000, 1000),
        ],
        district_id=["z", "a", "m"],
        name=["", "", ""],
    )
    people = frame([shapely.Point(5, 5), shapely.Point(1999, 5)], population=[3.0, 5.0])
    result = access(
        parks(community=[WEST]), districts, of=["population"], demand={"population": people}
    )
    table = result.measure("population", "community").districts
    assert table["district_id"].tolist() == ["z", "a", "m"]
    assert table["numerator"].tolist() == [3.0, 0.0, 0.0]
    assert table["value"].tolist() == [1.0, pytest.approx(math.nan, nan_ok=True), 0.0]


def test_one_run_gives_every_denominator_by_every_tier():
    people = frame([shapely.Point(5, 5)], population=[3.0])
    result = access(
        parks(community=[WEST], city=[SOUTH]),
        of=["population", "land"],
        demand={"population": people},
    )
    assert [measure.label for measure in result.measures] == [
        "population/community", "population/city", "population/all",
        "land/community", "land/city", "land/all",
    ]  # fmt: skip


def test_every_unit_knows_its_nearest_park_of_each_tier_and_how_far_it_is():
    people = frame([shapely.Point(250, 50), shapely.Point(700, 500)], population=[1.0, 2.0])
    result = access(
        parks(community=[shapely.box(240, 40, 260, 60), WEST], city=[EAST]),
        of=["population"],
        demand={"population": people},
    )
    demand = result.layers["demand"]
    assert demand["nearest_community_id"].tolist() == ["p0", "p0"]
    assert demand["nearest_city_name"].tolist() == ["园p2", "园p2"]
    assert demand["distance_city_m"].tolist() == [750.0, 300.0]
    assert demand["distance_community_m"].tolist() == [0.0, pytest.approx(math.hypot(440, 440))]
    assert demand["served_community_share"].tolist() == [1.0, 0.0]
    assert demand["served_all_share"].tolist() == [0.0, 0.0]
    assert demand["district_id"].tolist() == ["A", "A"]
    unserved = result.layers["unserved"]
    assert unserved["unserved_amount"].tolist() == [1.0, 2.0]


def test_parks_without_key_or_name_are_known_by_their_row():
    bare = frame([WEST], tier=["community"])
    demand = access(bare).layers["demand"]
    assert demand["nearest_community_id"].tolist() == ["0"]
    assert demand["nearest_community_name"].tolist() == [""]


def test_a_tier_without_a_park_reaches_nobody_and_says_so():
    result = access(parks(community=[WEST]))
    demand = result.layers["demand"]
    assert demand["nearest_city_id"].tolist() == [""]
    assert np.isnan(demand["distance_city_m"]).all()
    assert [notice.code for notice in result.notices] == ["tier_without_park"]
    assert len(result.layers["served_city"]) == 0


def test_an_empty_park_layer_reaches_nobody_and_says_so():
    result = access(parks())
    assert shares(result) == {"community": 0.0, "city": 0.0, "all": 0.0}
    assert [notice.code for notice in result.notices] == ["layer_empty_counts_zero"]


def test_the_layers_show_what_is_served_and_what_is_left():
    result = access(parks(community=[WEST], city=[SOUTH], pocket=[EAST]))
    layers = result.layers
    assert layers["served_all"]["area_m2"].tolist() == pytest.approx([180_000], rel=1e-6)
    assert layers["unserved"]["area_m2"].tolist() == pytest.approx([820_000], rel=1e-6)
    assert layers["unserved"][["district_id", "name"]].to_numpy().tolist() == [["A", "甲"]]
    assert layers["parks"]["counted"].tolist() == [True, True, False]
    assert [notice.code for notice in result.notices] == ["park_tier_unused"]


def test_districts_that_overlap_count_once_in_the_total():
    districts = frame(
        [shapely.box(0, 0, 600, 1000), shapely.box(400, 0, 1000, 1000)],
        district_id=["a", "b"],
        name=["", ""],
    )
    result = access(parks(community=[EAST], city=[EAST]), districts)
    total = result.measure("land", "city")
    assert total.districts["numerator"].tolist() == pytest.approx([200_000, 600_000], rel=1e-9)
    assert (total.numerator, total.denominator) == pytest.approx((600_000, 1_000_000), rel=1e-9)
    assert [notice.code for notice in result.notices] == ["districts_overlap"]


def test_the_inputs_stay_as_they_were():
    layer, districts = parks(community=[WEST], city=[SOUTH]), square()
    before = layer.copy(), districts.copy()
    access(layer, districts)
    pd.testing.assert_frame_equal(layer, before[0])
    pd.testing.assert_frame_equal(districts, before[1])


def test_the_definition_holds_every_parameter_that_decides():
    tiers = {"community": ParkTier(minutes=10, speed_kmh=3, min_area_m2=100.0)}
    result = access(parks(community=[WEST]), tiers=tiers, detour_factor=1.25)
    assert result.definition == {
        "parks": "parks",
        "park_count": 1,
        "as_of": "",
        "tiers": {
            "community": {
                "minutes": 10,
                "speed_kmh": 3,
                "distance_m": None,
                "min_area_m2": 100.0,
                "reach_m": 400.0,
                "park_count": 1,
            }
        },
        "of": ["land"],
        "kinds": {"land": "area"},
        "higher_serves_lower": False,
        "distance": "straight",
        "detour_factor": 1.25,
        "edge": "parks outside the districts count",
        "areas": "plane",
        "areas_because": "elsewhere",
    }


def test_the_definition_says_when_catchments_were_drawn():
    result = access(parks(community=[WEST], city=[SOUTH]))
    assert result.definition["arc_segments"] == 1024
    assert result.definition["area_error"] == pytest.approx(6.3e-6, rel=0.01)


def metres(least, most):
    """Draw coordinates to the centimetre, as surveys give them."""
    return st.integers(least * 100, most * 100).map(lambda centimetres: centimetres / 100)


small_boxes = st.lists(
    st.tuples(metres(-400, 1300), metres(-400, 1300), metres(1, 300), metres(1, 300)), max_size=4
)


@st.composite
def park_layers(draw):
    tiers = ("community", "city", "nature")
    return parks(
        **{
            tier: [shapely.box(x, y, x + w, y + h) for x, y, w, h in draw(small_boxes)]
            for tier in tiers
        }
    )


THREE = {
    "community": ParkTier(distance_m=250),
    "city": ParkTier(distance_m=450),
    "nature": ParkTier(distance_m=700),
}


def three_districts():
    cuts = [
        shapely.box(0, 0, 400, 1000),
        shapely.box(400, 0, 1000, 620),
        shapely.box(400, 620, 1000, 1000),
    ]
    return frame(cuts, district_id=["a", "b", "c"], name=["", "", ""])


@settings(max_examples=25)
@given(park_layers(), st.booleans())
def test_it_agrees_with_buffers_of_1024_segments(layer, higher):
    result = access(layer, three_districts(), tiers=THREE, higher_serves_lower=higher)
    common = shapely.box(-9e9, -9e9, 9e9, 9e9)
    names = list(THREE)
    for k, (name, tier) in enumerate(THREE.items()):
        serving = layer[layer["tier"].isin(names[k:] if higher else [name])]
        reach = shapely.union_all(
            shapely.buffer(serving.geometry.array, tier.distance_m, quad_segs=256)
        )
        common = common.intersection(reach)
        expected = [reach.intersection(district).area for district in three_districts().geometry]
        measured = result.measure("land", name).districts["numerator"].tolist()
        assert measured == pytest.approx(expected, rel=2e-5, abs=5)
    expected = [common.intersection(district).area for district in three_districts().geometry]
    measured = result.measure("land", "all").districts["numerator"].tolist()
    assert measured == pytest.approx(expected, rel=2e-5, abs=5)


@settings(max_examples=25)
@given(park_layers(), st.booleans(), st.randoms(use_true_random=False))
def test_all_is_bounded_by_every_tier_and_order_and_doubles_do_not_matter(layer, higher, random):
    result = access(layer, three_districts(), tiers=THREE, higher_serves_lower=higher)
    values = {part: result.measure("land", part).districts["value"] for part in (*THREE, "all")}
    assert all(((share >= 0) & (share <= 1 + 1e-12)).all() for share in values.values())
    assert all((values["all"] <= values[name] + 1e-12).all() for name in THREE)
    rows = [*range(len(layer)), *range(len(layer))]
    random.shuffle(rows)
    again = access(layer.iloc[rows], three_districts(), tiers=THREE, higher_serves_lower=higher)
    assert shares(again) == pytest.approx(shares(result), abs=1e-9)


@settings(max_examples=25)
@given(park_layers(), metres(50, 400), metres(1, 300))
def test_more_reach_never_serves_less_and_districts_add_up(layer, reach_m, more_m):
    def run(distance_m, districts):
        tiers = {name: ParkTier(distance_m=distance_m) for name in THREE}
        return access(layer, districts, tiers=tiers)

    near, far = run(reach_m, three_districts()), run(reach_m + more_m, three_districts())
    whole = run(reach_m, square())
    for part in THREE:
        assert near.measure("land", part).value <= far.measure("land", part).value + 1e-9
        assert near.measure("land", part).numerator == pytest.approx(
            whole.measure("land", part).numerator, rel=1e-9, abs=1e-3
        )
    assert near.measure("land", "all").numerator == pytest.approx(
        whole.measure("land", "all").numerator, rel=1e-5, abs=1
    )


@settings(max_examples=25)
@given(park_layers(), st.booleans())
def test_points_agree_with_a_loop_over_distances(layer, higher):
    xs, ys = np.meshgrid(np.linspace(30, 970, 7), np.linspace(30, 970, 7))
    people = frame(shapely.points(xs.ravel(), ys.ravel()), population=np.arange(1.0, 50.0))
    result = access(
        layer,
        tiers=THREE,
        higher_serves_lower=higher,
        of=["population"],
        demand={"population": people},
    )
    names, expected = list(THREE), dict.fromkeys((*THREE, "all"), 0.0)
    for point, count in zip(people.geometry, people["population"], strict=True):
        hits = []
        for k, (name, tier) in enumerate(THREE.items()):
            serving = layer[layer["tier"].isin(names[k:] if higher else [name])]
            hits.append(any(point.distance(park) <= tier.distance_m for park in serving.geometry))
            expected[name] += count * hits[-1]
        expected["all"] += count * all(hits)
    numerators = {measure.part: measure.numerator for measure in result.measures}
    assert numerators == expected


PARKS = parks(community=[WEST])


@pytest.mark.parametrize(
    ("layer", "options", "error", "match"),
    [
        (PARKS, {"of": []}, ParameterError, r"`of` is \[\]; wanted a list"),
        (PARKS, {"of": "land"}, ParameterError, "`of` is 'land'; wanted a list"),
        (PARKS, {"of": ["population"]}, ParameterError, "population"),
        (PARKS, {"of": ["land", "land"]}, ParameterError, "`of` names 'land' twice"),
        (PARKS, {"distance": "network"}, ParameterError, "`walk` is missing"),
        (PARKS, {"higher_serves_lower": "yes"}, ParameterError,
         "`higher_serves_lower` is 'yes'; wanted True or False"),
        (PARKS, {"tiers": {}}, ParameterError, "`tiers` is empty"),
        (PARKS, {"tiers": {"city": ParkTier(minutes=9, speed_kmh=5)}}, ParameterError,
         "`detour_factor` is missing"),
        (PARKS, {"detour_factor": 1.3}, ParameterError, "every tier states `distance_m`"),
        (PARKS.to_crs(4326), {}, CRSError, "`parks` is in EPSG:4326"),
        (PARKS.drop(columns="tier"), {}, SchemaError, "`parks` has no column 'tier'"),
        (frame([shapely.Point(0, 0)], tier=["city"]), {}, SchemaError, r"no polygons \(Point\)"),
        (PARKS, {"districts": square().iloc[:0]}, EmptyLayerError, "`districts` has no row"),
        (PARKS, {"districts": square().drop(columns="name")}, SchemaError, "no column 'name'"),
    ],
)  # fmt: skip
def test_bad_inputs_are_refused(layer, options, error, match):
    with pytest.raises(error, match=match):
        access(layer, **options)
