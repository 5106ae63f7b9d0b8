"""The average service radius, by every formula."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from shapely import affinity

from geoplan.analyses.access.service_radius import service_radius
from geoplan.analyses.access.voronoi_distances import star_edges
from geoplan.core.errors import CRSError, ParameterError
from geoplan.core.extent import spread_evenly
from geoplan.core.texts import LANGS

CRS = "EPSG:4547"
WEST, SOUTH = 500_000, 2_500_000


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def box(x, y, width, height):
    return shapely.box(WEST + x, SOUTH + y, WEST + x + width, SOUTH + y + height)


def points(*pairs):
    return [shapely.Point(WEST + x, SOUTH + y) for x, y in pairs]


def two_districts():
    squares = [box(0, 0, 1000, 1000), box(1000, 0, 1000, 1000)]
    return frame(squares, district_id=["b", "a"], name=["乙", "甲"])


def value(result, part, of="land"):
    return result.measure(of, part).districts["value"].tolist()


def test_circle_and_hexagon_follow_from_area_and_number():
    result = service_radius(frame(points((1, 1), (2, 2), (1500, 5))), two_districts(), of=["land"])
    assert value(result, "circle") == pytest.approx([(5e5 / np.pi) ** 0.5, (1e6 / np.pi) ** 0.5])
    assert value(result, "hexagon") == pytest.approx([(1e6 / 3**1.5) ** 0.5, (2e6 / 3**1.5) ** 0.5])
    assert result.measure("land", "circle").value == pytest.approx((2e6 / 3 / np.pi) ** 0.5)


def test_nine_tenths_of_a_kilometre_is_the_density_that_the_guide_implies():
    district = frame([box(0, 0, 1000, 1000)], district_id=["a"], name=["甲"])
    built = frame([box(0, 0, 1000, 1000)])
    result = service_radius(
        frame(points((5, 5))), district, of=["built_up"], demand={"built_up": built}
    )
    assert 1 / (np.pi * 0.9**2) == pytest.approx(0.393, abs=5e-4)
    assert result.measure("built_up", "circle").value == pytest.approx(564.19, abs=0.01)


def test_stations_beside_the_land_that_is_served_are_no_part_of_its_circle():
    district = frame([box(0, 0, 4000, 4000)], district_id=["a"], name=["甲"])
    built = frame([box(0, 0, 1000, 1000)])
    stations = frame(points((500, 500), *((3000 + 10 * k, 3000) for k in range(9))))
    result = service_radius(stations, district, of=["built_up", "land"], demand={"built_up": built})
    assert value(result, "circle", "built_up") == pytest.approx([(1e6 / np.pi) ** 0.5])
    assert result.measure("built_up", "circle").value == pytest.approx(564.19, abs=0.01)
    assert value(result, "circle") == pytest.approx([(1.6e7 / 10 / np.pi) ** 0.5])
    told = [(note.code, note.count, note.total) for note in result.notices]
    assert told == [("facilities_beside_land", 9, 10)]


def test_a_station_where_two_lots_meet_is_one_station():
    district = frame([box(0, 0, 1000, 1000)], district_id=["a"], name=["甲"])
    lots = frame([box(0, 0, 500, 500), box(500, 500, 500, 500)])
    corner = frame(points((500, 500)))
    result = service_radius(corner, district, of=["built_up"], demand={"built_up": lots})
    assert result.measure("built_up", "circle").value == pytest.approx((5e5 / np.pi) ** 0.5)


def test_a_district_without_a_facility_has_no_circle_but_a_mean_distance():
    result = service_radius(frame(points((500, 500))), two_districts(), of=["land"])
    assert np.isnan(value(result, "circle")[1])
    assert value(result, "mean")[1] > 900
    assert value(result, "farthest")[1] == pytest.approx(np.hypot(1500, 500))


def test_people_at_points_have_the_plain_mean_and_quantiles():
    people = frame(points((0, 0), (0, 300), (0, 400)), population=[10, 20, 70])
    result = service_radius(
        frame(points((0, 0))), two_districts(), of=["population"],
        demand={"population": people}, quantiles=[0.3, 0.31],
    )  # fmt: skip
    assert value(result, "mean", "population")[0] == pytest.approx(0.2 * 300 + 0.7 * 400)
    assert value(result, "p30", "population")[0] == pytest.approx(300)
    assert value(result, "p31", "population")[0] == pytest.approx(400)
    assert value(result, "farthest", "population")[0] == 400
    assert np.isnan(value(result, "mean", "population")[1])
    assert {measure.part for measure in result.measures} == {"mean", "p30", "p31", "farthest"}


def test_people_in_polygons_are_even_inside_each():
    cell = frame([box(0, 0, 1000, 1000)], population=[50])
    stations = frame(points((500, 500), (3000, 0)))
    result = service_radius(
        stations, two_districts(), of=["land", "population"], demand={"population": cell}
    )
    for part in ("mean", "p50", "p90", "farthest"):
        assert value(result, part)[0] == pytest.approx(value(result, part, "population")[0])


def test_people_in_units_wider_than_the_radius_may_live_at_either_end():
    districts = two_districts()
    # One unit of 1 km² with its station in the middle, and four people 10 m from another one.
    people = frame(
        [box(0, 0, 1000, 1000), box(1000, 0, 1000, 1000), *points((1510, 500))],
        population=[4.0, 0.0, 4.0],
    )
    stops = frame(points((500, 500), (1500, 500)))
    asked = {"of": ["population"], "quantiles": (0.9,)}
    result = service_radius(stops, districts, demand={"population": people}, **asked)

    corner = np.hypot(500, 500)
    ends = {"mean": (5, (corner + 10) / 2), "p90": (10, corner), "farthest": (10, corner)}
    for part, (low, high) in ends.items():
        measure = result.measure("population", part)
        assert (measure.low, measure.high) == pytest.approx((low, high), rel=1e-9), part
        assert measure.open_for == ("coarse_units",)
        assert measure.districts["low"].tolist() == pytest.approx([0, 10], abs=1e-9)
        assert measure.districts["high"].tolist() == pytest.approx([corner, 10])
    (told,) = (note for note in result.notices if note.code == "radius_units_coarse")
    assert (told.count, told.total) == (1, 3)

    even = {"population": spread_evenly(people)}
    for measure in service_radius(stops, districts, demand=even, **asked).measures:
        assert measure.low == measure.value == measure.high


def test_people_in_units_finer_than_the_radius_leave_nothing_open():
    people = frame([box(900, 900, 100, 100)], population=[4.0])
    result = service_radius(
        frame(points((1, 1))), two_districts(), of=["population"], demand={"population": people}
    )
    assert not any(measure.is_open for measure in result.measures)


def test_nobody_lives_at_the_farthest_place_of_an_empty_unit():
    people = frame([box(0, 0, 10, 10), box(0, 0, 1000, 1000)], population=[4.0, 0.0])
    result = service_radius(
        frame(points((0, 0))), two_districts(), of=["population"], demand={"population": people}
    )
    assert result.measure("population", "farthest").value == pytest.approx(200**0.5)


def test_rows_at_one_place_are_told_or_counted_as_one():
    piles = frame(points((500, 500), (500, 500), (1500, 500)))
    districts = two_districts()
    rows = service_radius(piles, districts, of=["land"])
    places = service_radius(piles, districts, of=["land"], by_place=True)
    assert [notice.code for notice in rows.notices] == ["facilities_at_one_place"]
    assert value(places, "circle")[0] == pytest.approx(value(rows, "circle")[0] * 2**0.5)
    assert value(places, "mean") == value(rows, "mean")
    assert places.definition["facility_count"] == 2


def test_without_facilities_every_radius_is_unknown_and_said_so():
    result = service_radius(frame([]), two_districts(), of=["land"])
    assert all(np.isnan(measure.value) for measure in result.measures)
    assert [notice.code for notice in result.notices] == ["layer_empty_radius_unknown"]


@pytest.mark.parametrize("lang", LANGS)
def test_every_notice_has_its_words(lang):
    notices = [
        *service_radius(frame([]), two_districts(), of=["land"]).notices,
        *service_radius(frame(points((5, 5), (5, 5))), two_districts(), of=["land"]).notices,
    ]
    assert len({notice.text(lang) for notice in notices}) == 2


places = st.lists(
    st.tuples(st.integers(-500, 2500), st.integers(-500, 1500)), min_size=1, max_size=12
)


@given(places)
def test_it_agrees_with_a_fine_grid_of_places(pairs):
    result = service_radius(frame(points(*pairs)), two_districts(), of=["land"])
    x, y = np.meshgrid(np.arange(5, 1000, 10), np.arange(5, 1000, 10))
    corner = np.array([WEST, SOUTH])
    grid = np.column_stack([x.ravel(), y.ravel()]) + corner
    tree = cKDTree(np.array(pairs) + corner)
    for k in range(2):
        distance_m = tree.query(grid + np.array([1000 * k, 0]))[0]
        assert value(result, "mean")[k] == pytest.approx(distance_m.mean(), abs=0.5)
        assert value(result, "p50")[k] == pytest.approx(np.median(distance_m), abs=12)
        assert 0 <= value(result, "farthest")[k] - distance_m.max() < 10


@given(places, st.integers(1, 3000))
def test_area_within_a_radius_agrees_with_drawn_circles(pairs, radius_m):
    district = box(0, 0, 1000, 1000)
    stations = np.array(points(*pairs))
    within = star_edges(np.array([district]), stations).area_within(np.array([float(radius_m)]))
    drawn = [shapely.buffer(one, radius_m, quad_segs=256) for one in stations]
    expected = shapely.intersection(shapely.union_all(drawn), district).area
    assert within[0] == pytest.approx(expected, rel=2e-5, abs=5)


@given(places)
def test_radii_are_in_order_and_a_further_facility_makes_none_larger(pairs):
    districts = two_districts()
    more = service_radius(frame(points(*pairs, (700, 700))), districts, of=["land"])
    less = service_radius(frame(points(*pairs)), districts, of=["land"])
    for result in (less, more):
        middle, high, far = (np.array(value(result, part)) for part in ("p50", "p90", "farthest"))
        assert (middle <= high).all()
        assert (high <= far).all()
    for part in ("mean", "p90", "farthest"):
        assert (np.array(value(more, part)) <= np.array(value(less, part)) + 1e-6).all()


@pytest.mark.parametrize(
    ("stations", "more", "error", "match"),
    [
        (frame([]).to_crs(4326), {}, CRSError, "`facilities` is in EPSG:4326"),
        (frame([]), {"of": "land"}, ParameterError, "wanted a list"),
        (frame([]), {"of": []}, ParameterError, "wanted a list"),
        (frame([]), {"of": ["built_up"]}, ParameterError, "whose layer is missing"),
        (frame([]), {"quantiles": [90]}, ParameterError, "wanted shares such as 0.9"),
    ],
)
def test_bad_inputs_are_refused(stations, more, error, match):
    with pytest.raises(error, match=match):
        service_radius(stations, two_districts(), **({"of": ["land"]} | more))


@pytest.mark.parametrize("degrees", [1, 31, 45])
def test_stations_in_rows_have_the_same_radii_however_the_rows_are_turned(degrees):
    rng = np.random.default_rng(degrees)
    rows = np.unique(np.round(rng.uniform(0, 1000, (40, 2)) / 50) * 50, axis=0)

    def radii(angle):
        square, *stations = (
            affinity.rotate(one, angle, origin=(0, 0))
            for one in (shapely.box(0, 0, 1000, 1000), *shapely.points(rows))
        )
        district = gpd.GeoDataFrame(
            {"district_id": ["a"], "name": ["甲"]}, geometry=[square], crs="EPSG:4547"
        )
        stops = gpd.GeoDataFrame(geometry=stations, crs="EPSG:4547")
        found = service_radius(stops, district, of=["land"])
        return [found.measure("land", part).value for part in ("mean", "p50", "p90", "farthest")]

    assert radii(degrees) == pytest.approx(radii(0), rel=1e-9)


def test_the_whole_of_turned_districts_is_no_worse_than_their_sum():
    # Turned, their borders meet within a hair only, and one overlay of the whole lost a twentieth.
    squares = [
        shapely.box(0, 0, 400, 1000),
        shapely.box(400, 0, 1000, 600).union(shapely.box(400, 700, 500, 1000)),
        shapely.box(400, 600, 1000, 700).difference(shapely.box(500, 640, 600, 660)),
    ]
    stations = [
        (50, 600), (450, 950), (350, 700), (450, 700), (450, 550), (500, 400), (400, 200),
        (350, 100), (850, 900), (800, 800), (850, 850), (400, 100), (400, 50), (800, 700),
        (950, 900), (1000, 900), (500, 50), (850, 600), (750, 200), (750, 100), (1000, 300),
    ]  # fmt: skip
    turned = [
        affinity.rotate(one, 31, origin=(0, 0)) for one in (*squares, *shapely.points(stations))
    ]
    districts = gpd.GeoDataFrame(
        {"district_id": ["a", "b", "c"], "name": ""}, geometry=turned[:3], crs="EPSG:4547"
    )
    stops = gpd.GeoDataFrame(geometry=turned[3:], crs="EPSG:4547")
    mean = service_radius(stops, districts, of=["land"]).measure("land", "mean")
    expected = np.average(mean.districts["value"], weights=[one.area for one in squares])
    assert mean.value == pytest.approx(expected, rel=1e-9)


def test_people_at_points_need_no_cells_however_many_facilities_there_are():
    people = frame(points((1, 1), (9, 1)), population=[3, 1])
    stops = frame(points((0, 1), (5, 1), (10, 1)))
    result = service_radius(
        stops, two_districts(), of=["population"], demand={"population": people}
    )
    assert result.measure("population", "mean").value == 1
