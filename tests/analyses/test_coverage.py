"""The share of districts near facilities."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import geoplan as gp
from geoplan.analyses.access.coverage import coverage
from geoplan.analyses.access.coverage_layers import nearest_facility
from geoplan.core.errors import CRSError, EmptyLayerError, ParameterError, SchemaError
from geoplan.core.record import LoadRecord, attach_record

FAR = np.array([5e5, 2.5e6])
point, box, line = shapely.Point, shapely.box, shapely.LineString


def frame(shapes, **columns):
    shapes = [shape and shapely.transform(shape, lambda xy: xy + FAR) for shape in shapes]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4547")


def districts(*shapes):
    shapes = shapes or (box(0, 0, 1000, 1000),)
    keys = [f"d{position}" for position in range(len(shapes))]
    return frame(shapes, district_id=keys, name=[f"区{key}" for key in keys])


def stops(*spots, **columns):
    return frame([point(*spot) for spot in spots], **columns)


def share(result, of="land"):
    return result.measure(of).districts["value"].tolist()


def codes(result):
    return [notice.code for notice in result.notices]


def segment_m2(height_m, radius_m):
    return radius_m**2 * math.acos(height_m / radius_m) - height_m * math.sqrt(
        radius_m**2 - height_m**2
    )


def test_a_lone_stop_covers_its_circle():
    result = coverage(stops((500, 500)), districts(), distance_m=300, of=["land"], areas="plane")
    assert share(result) == pytest.approx([math.pi * 0.09], rel=1e-12)


def test_two_stops_that_overlap_count_their_lens_once():
    pair = stops((400, 500), (600, 500))
    found = coverage(pair, districts(), distance_m=250, of=["land"], areas="plane")
    expected = 2 * math.pi * 250**2 - 2 * segment_m2(100, 250)
    assert found.measure("land").numerator == pytest.approx(expected, rel=1e-12)


def test_a_circle_cut_by_a_district_line_is_shared_out():
    halves = districts(box(0, 0, 600, 1000), box(600, 0, 1000, 1000))
    found = coverage(stops((500, 500)), halves, distance_m=300, of=["land"], areas="plane")
    found = found.measure("land")
    beyond = segment_m2(100, 300)
    assert found.districts["numerator"].tolist() == pytest.approx(
        [math.pi * 300**2 - beyond, beyond], rel=1e-12
    )
    assert found.value == pytest.approx(math.pi * 0.09, rel=1e-12)


def test_a_wall_covers_a_strip():
    wall = frame([line([(500, -900), (500, 1900)])])
    assert share(coverage(wall, districts(), distance_m=100, of=["land"])) == pytest.approx([0.2])


def test_a_facility_outside_serves_inside():
    found = coverage(stops((-200, 500)), districts(), distance_m=300, of=["land"], areas="plane")
    assert share(found) == pytest.approx([segment_m2(200, 300) / 1e6], rel=1e-12)


def test_a_district_inside_a_catchment_is_covered_whole_and_one_far_off_not_at_all():
    places = districts(box(0, 0, 100, 100), box(9000, 0, 9100, 100))
    result = coverage(stops((50, 50)), places, distance_m=500, of=["land"])
    assert share(result) == [1, 0]


def test_several_denominators_stand_side_by_side():
    demand = {
        "population": frame([point(500, 500), point(0, 0)], population=[30.0, 70.0]),
        "jobs": frame([box(450, 450, 550, 550)], jobs=[100.0]),
        "built_up": frame([box(400, 400, 600, 600), box(800, 800, 1000, 1000)]),
        "clinics": frame([point(500, 400), point(1, 1), point(2, 2)]),
    }
    of = ["land", "built_up", "population", "jobs", "population+jobs", "clinics"]
    result = coverage(stops((500, 500)), districts(), distance_m=300, of=of, demand=demand)
    assert [measure.value for measure in result.measures] == pytest.approx(
        [math.pi * 0.09, 0.5, 0.3, 1.0, 0.65, 1 / 3]
    )
    assert [measure.numerator_unit for measure in result.measures] == [
        *("m2", "m2", "person", "job", "person+job", "count")
    ]
    assert result.definition["kinds"]["population+jobs"] == "weight"


def test_districts_keep_their_order_and_index_by_position():
    three = districts(*(box(x, 0, x + 100, 100) for x in (900, 0, 400)))
    three = three.set_index(pd.Index([7, 7, 3]))
    table = coverage(stops((450, 50)), three, distance_m=200, of=["land"]).measure("land").districts
    assert table["district_id"].tolist() == ["d0", "d1", "d2"]
    assert table.index.tolist() == [0, 1, 2]
    assert table["value"].tolist() == pytest.approx([0, 0, 1], abs=1e-12)


def test_a_district_without_population_has_no_share():
    two = districts(box(0, 0, 500, 1000), box(500, 0, 1000, 1000))
    people = frame([point(100, 100)], population=[5.0])
    result = coverage(
        stops((100, 100)), two, distance_m=50, of=["population"], demand={"population": people}
    )
    assert share(result, "population") == pytest.approx([1, math.nan], nan_ok=True)
    assert result.measure("population").value == 1


def test_unknown_people_are_left_out_and_told():
    people = frame([point(100, 100), point(900, 900)], population=[5.0, math.nan])
    result = coverage(
        stops((100, 100)),
        districts(),
        distance_m=50,
        of=["population"],
        demand={"population": people},
    )
    assert share(result, "population") == [1]
    assert codes(result) == ["dropped_unknown_amount"]


def test_no_facility_means_zero_and_says_so():
    result = coverage(stops(), districts(), distance_m=300, of=["land"])
    assert (share(result), codes(result)) == ([0], ["layer_empty_counts_zero"])
    assert result.layers["served"].empty
    assert result.layers["unserved"].area.tolist() == [1e6]


def test_facilities_far_from_every_district_mean_zero_and_say_so():
    result = coverage(stops((1e6, 1e6)), districts(), distance_m=300, of=["land"])
    assert share(result) == [0]
    assert codes(result) == ["facilities_far_away", "facilities_none_near"]
    assert "within 300 m" in result.notices[1].text("en")


def test_facilities_without_geometry_are_left_out_and_told():
    some = frame([None, point(500, 500)])
    result = coverage(some, districts(), distance_m=300, of=["land"])
    assert share(result) == pytest.approx([math.pi * 0.09])
    assert codes(result) == ["dropped_no_geometry"]


def test_districts_that_overlap_are_whole_each_and_once_in_the_total():
    two = districts(box(0, 0, 600, 1000), box(400, 0, 1000, 1000))
    people = frame([point(500, 500)], population=[8.0])
    result = coverage(
        stops((500, 500)),
        two,
        distance_m=100,
        of=["land", "population"],
        demand={"population": people},
    )
    assert result.measure("land").denominator == pytest.approx(1e6)
    assert result.measure("land").numerator == pytest.approx(math.pi * 1e4)
    assert result.measure("population").denominator == 8
    assert result.measure("population").districts["denominator"].tolist() == [8, 8]
    assert codes(result) == ["districts_overlap"]


def test_the_definition_says_what_decided_the_number():
    layer = attach_record(
        stops((500, 500)), LoadRecord("bus_stops", "bus_stops", as_of="2024-06-01")
    )
    result = coverage(layer, districts(), distance_m=300, of=["land"])
    assert result.definition == {
        "facilities": "bus_stops",
        "facility_count": 1,
        "as_of": "2024-06-01",
        "distance_m": 300,
        "distance": "straight",
        "of": ["land"],
        "kinds": {"land": "area"},
        "overlap": "once",
        "areas": "ellipsoid",
        "edge": "facilities outside the districts count",
    }


def test_served_and_unserved_ground_make_up_the_districts():
    two = districts(box(0, 0, 500, 1000), box(500, 0, 1000, 1000), box(5000, 0, 5100, 9))
    result = coverage(stops((500, 500)), two, distance_m=300, of=["land"])
    served, unserved = result.layers["served"], result.layers["unserved"]
    assert served["district_id"].tolist() == ["d0", "d1"]
    assert unserved["district_id"].tolist() == ["d0", "d1", "d2"]
    assert served.area.sum() + unserved.area.sum() == pytest.approx(two.area.sum())
    assert served.area.sum() == pytest.approx(result.measure("land").numerator, rel=2e-4)
    assert list(served.columns) == ["district_id", "name", "geometry"]


def test_unserved_land_of_a_mask_stays_within_the_mask():
    mask = frame([box(0, 0, 600, 600), box(600, 0, 700, 100), box(5, 990, 9, 999)])
    result = coverage(
        stops((0, 0)), districts(), distance_m=300, of=["built_up"], demand={"built_up": mask}
    )
    measure, unserved = result.measure("built_up"), result.layers["unserved"]
    assert unserved.is_valid.all()
    assert unserved.area.sum() == pytest.approx(measure.denominator - measure.numerator, rel=1e-3)


def test_demand_names_the_nearest_facility_of_every_unit():
    layer = stops((100, 100), (900, 900), stop_id=["a", "b"], name=["甲站", None])
    people = frame([point(100, 140), point(800, 900), box(0, 0, 10, 10)], population=[1.0, 2, 0])
    result = coverage(
        layer, districts(), distance_m=50, of=["land", "population"], demand={"population": people}
    )
    demand = result.layers["demand"]
    assert demand["nearest_id"].tolist() == ["a", "b", "a"]
    assert demand["nearest_name"].tolist() == ["甲站", "", "甲站"]
    assert demand["distance_m"].tolist() == pytest.approx([40, 100, math.hypot(95, 95)])
    assert demand["served_share"].tolist() == pytest.approx([1, 0, math.nan], nan_ok=True)
    assert "unserved_amount" not in result.layers["unserved"]


def test_unserved_people_are_units_with_what_is_missing():
    people = frame([box(0, 0, 200, 200), point(900, 900), point(100, 100)], population=[8.0, 2, 1])
    wall = frame([line([(-50, -500), (-50, 2000)])])
    result = coverage(
        wall, districts(), distance_m=150, of=["population"], demand={"population": people}
    )
    unserved = result.layers["unserved"]
    assert unserved["unserved_amount"].tolist() == pytest.approx([4, 2])
    assert unserved["district_id"].tolist() == ["d0", "d0"]
    assert share(result, "population") == pytest.approx([5 / 11])


def test_facilities_without_a_key_are_named_by_their_rows():
    layer = stops((100, 100), (900, 900)).set_index(pd.Index(["x", "y"]))
    things = frame([point(1, 1), point(999, 999)])
    result = coverage(layer, districts(), distance_m=9, of=["things"], demand={"things": things})
    assert result.layers["demand"]["nearest_id"].tolist() == ["x", "y"]
    assert result.layers["demand"]["nearest_name"].tolist() == ["", ""]


def test_without_facilities_nothing_is_nearest():
    things = frame([point(1, 1)])
    result = coverage(stops(), districts(), distance_m=9, of=["things"], demand={"things": things})
    demand = result.layers["demand"]
    assert demand["nearest_id"].tolist() == [""]
    assert np.isnan(demand["distance_m"]).all()


def test_inputs_stay_as_they_were():
    layer, places = stops((500, 500)), districts()
    before = layer.copy(), places.copy()
    coverage(layer, places, distance_m=300, of=["land"])
    pd.testing.assert_frame_equal(layer, before[0])
    pd.testing.assert_frame_equal(places, before[1])


def test_it_is_a_public_function():
    assert gp.coverage is coverage
    assert {"Catchment", "make_catchment"} <= set(gp.analyses.__all__)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"distance_m": 0}, ParameterError, "above 0"),
        ({"distance_m": -5}, ParameterError, "`distance_m` is -5"),
        ({"distance_m": math.nan}, ParameterError, "finite"),
        ({"distance_m": math.inf}, ParameterError, "finite"),
        ({"distance_m": "500"}, ParameterError, "`distance_m` is '500'"),
        ({"distance": "crow"}, ParameterError, "`distance` is 'crow'"),
        ({"of": []}, ParameterError, r"wanted a list"),
        ({"of": "land"}, ParameterError, r"e.g. \['land'\]"),
        ({"of": ["land", "land"]}, ParameterError, "'land' twice"),
        ({"of": ["lnad"]}, ParameterError, "Did you mean 'land'"),
        ({"of": ["population"]}, ParameterError, "whose layer is missing"),
        ({"facilities": stops((1, 1)).to_crs(4326)}, CRSError, "`facilities` is in EPSG:4326"),
        ({"facilities": stops((1, 1)).to_crs(3857)}, CRSError, "Web Mercator"),
        ({"facilities": stops((1, 1)).to_crs(4526)}, CRSError, "one analysis measures in one CRS"),
        ({"facilities": stops((1, 1)).set_crs(None, allow_override=True)}, CRSError, "no CRS"),
        (
            {"facilities": frame([shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])])},
            SchemaError,
            "`facilities`: 1 of 1 polygons are invalid",
        ),
        ({"districts": districts().drop(columns="name")}, SchemaError, "no column 'name'"),
        ({"districts": districts().drop(columns="district_id")}, SchemaError, "'district_id'"),
        ({"districts": districts().iloc[:0]}, EmptyLayerError, "`districts` has no row"),
        ({"districts": districts().assign(geometry=None)}, SchemaError, "`districts`: 1 of 1"),
        ({"districts": districts().to_crs(4490)}, CRSError, "`districts` is in EPSG:4490"),
    ],
)
def test_what_cannot_be_measured_is_refused(change, error, words):
    given = {
        "facilities": stops((500, 500)),
        "districts": districts(),
        "distance_m": 300,
        "of": ["land"],
    }
    given |= change
    with pytest.raises(error, match=words):
        coverage(given.pop("facilities"), given.pop("districts"), **given)


spots = st.tuples(st.integers(-300, 1300), st.integers(-300, 1300))
stop_sets = st.lists(spots, min_size=1, max_size=12)
people_sets = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(1, 100), st.integers(1, 99)),
    min_size=1,
    max_size=12,
)
radii = st.sampled_from([60.0, 200.0, 450.0])


@given(at=stop_sets, people=people_sets, distance_m=radii)
def test_coverage_agrees_with_plain_shapely(at, people, distance_m, drawn_oracle):
    two = [box(0, 0, 300, 1000).difference(box(50, 50, 150, 400)), box(300, 0, 1000, 1000)]
    cells = [box(x, y, x + size, y + size) for x, y, size, _ in people]
    amounts = np.array([amount for *_, amount in people], dtype=float)
    result = coverage(
        stops(*at),
        districts(*two),
        distance_m=distance_m,
        of=["land", "population"],
        demand={"population": frame(cells, population=amounts)},
    )
    drawn = drawn_oracle([point(*spot) for spot in at], distance_m)
    land = shapely.area(shapely.intersection(two, drawn))
    found = result.measure("land").districts["numerator"].to_numpy()
    slack = 7e-6 * math.pi * distance_m**2 * len(at)
    assert found == pytest.approx(land, abs=slack + 1e-3)
    served = [
        (amounts * shapely.area(shapely.intersection(cells, shapely.intersection(part, drawn)))
         / shapely.area(cells)).sum()
        for part in two
    ]  # fmt: skip
    assert result.measure("population").districts["numerator"].to_numpy() == pytest.approx(
        served, abs=1e-2 * len(at)
    )


@given(at=stop_sets, distance_m=radii)
def test_shares_are_shares_and_grow_with_the_distance(at, distance_m):
    near, far = (
        coverage(stops(*at), districts(), distance_m=reach, of=["land"]).measure("land").value
        for reach in (distance_m, distance_m + 50)
    )
    assert 0 <= near <= far <= 1


@given(at=stop_sets, distance_m=radii, order=st.randoms())
def test_shuffled_and_doubled_stops_cover_the_same(at, distance_m, order):
    mixed = [*at, *at[:3]]
    order.shuffle(mixed)
    plain, other = (
        coverage(stops(*some), districts(), distance_m=distance_m, of=["land"]).measure("land")
        for some in (at, mixed)
    )
    assert other.numerator == pytest.approx(plain.numerator, rel=1e-9, abs=1e-4)


@given(at=stop_sets, distance_m=radii, cut=st.integers(1, 999))
def test_a_district_that_is_split_adds_up(at, distance_m, cut):
    split = districts(box(0, 0, cut, 1000), box(cut, 0, 1000, 1000))
    whole, parts = (
        coverage(stops(*at), places, distance_m=distance_m, of=["land"]).measure("land")
        for places in (districts(), split)
    )
    assert parts.numerator == pytest.approx(whole.numerator, rel=1e-9, abs=1e-4)


@given(
    at=stop_sets,
    shapes=st.lists(st.one_of(spots.map(point), st.just(box(100, 100, 300, 200))), min_size=1),
)
def test_the_nearest_facility_is_the_nearest(at, shapes):
    facilities = np.array([*shapes, line([(0, 0), (900, 10), (900, 900)])])
    places = shapely.points(np.array(at, dtype=float))
    row, distance_m = nearest_facility(places, facilities)
    expected = shapely.distance(places[:, None], facilities)
    assert distance_m == pytest.approx(expected.min(axis=1))
    assert expected[np.arange(len(places)), row] == pytest.approx(expected.min(axis=1))


@pytest.mark.real
def test_singapores_bus_stops_agree_with_fine_buffers(real_data):
    places = gp.load_districts(real_data / "singapore" / "planning-area.geojson", crs="EPSG:3414")
    layer = gp.load_bus_stops(real_data / "singapore" / "LTABusStop.geojson", crs="EPSG:3414")
    measure = coverage(layer, places, distance_m=500, of=["land"], areas="plane").measure("land")
    drawn = shapely.union_all(layer.geometry.buffer(500, quad_segs=128).array)
    expected = shapely.area(shapely.intersection(places.geometry.array, drawn))
    assert measure.districts["numerator"].to_numpy() == pytest.approx(expected, rel=2e-4, abs=1)
    assert (expected <= measure.districts["numerator"].to_numpy() + 1e-3).all()
    assert measure.value == pytest.approx(0.5596, abs=1e-4)
