"""Objects inside lines that should keep them out."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses.conflict.encroachment import encroachment
from geoplan.core.errors import CRSError, EmptyLayerError, ParameterError, SchemaError

CRS = "EPSG:4547"


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def districts():
    return frame(
        [shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)],
        district_id=["a", "b"],
        name=["甲", "乙"],
    )


LINES = [shapely.box(0, 0, 500, 500), shapely.box(900, 0, 1100, 100)]


def value(result, of, part="total"):
    measure = result.measure(of, part)
    return (*measure.districts["value"].tolist(), measure.value)


def test_houses_count_by_area_and_a_house_on_a_border_once_in_the_whole():
    houses = frame(
        [
            shapely.box(10, 10, 20, 20),  # inside
            shapely.box(490, 0, 510, 10),  # half inside
            shapely.box(990, 0, 1010, 10),  # inside, half in each district
            shapely.box(600, 600, 610, 610),  # outside
            shapely.box(500, 100, 510, 110),  # touches
        ]
    )
    result = encroachment(houses, districts(), lines=frame(LINES), min_overlap=1)

    assert value(result, "count") == (3, 1, 3)
    assert value(result, "area") == (300, 100, 400)
    assert value(result, "share") == (300 / 600, 1, 400 / 700)


def test_a_category_counts_its_own_and_the_total_counts_what_two_share_once():
    lines = frame([*LINES, shapely.box(0, 0, 100, 100)], category=["水源", "生态", "生态"])
    houses = frame([shapely.box(10, 10, 20, 20), shapely.box(950, 0, 960, 10)], name=["一", "二"])
    result = encroachment(houses, districts(), lines=lines, min_overlap=0)

    assert value(result, "area", "total")[2] == 200
    assert value(result, "area", "水源")[2] == 100
    assert value(result, "area", "生态")[2] == 200
    listed = result.layers["encroachments"]
    assert sorted(zip(listed["object_id"], listed["category"], strict=True)) == [
        ("1", "水源"),
        ("1", "生态"),
        ("2", "生态"),
    ]


def test_houses_that_lie_on_one_another_count_each_and_it_is_said():
    houses = frame([shapely.box(0, 0, 10, 10), shapely.box(5, 0, 15, 10)])
    result = encroachment(houses, districts(), lines=frame(LINES), min_overlap=0)

    assert value(result, "area")[2] == 200
    (told,) = result.notices
    assert (told.code, told.values["overlap_m2"]) == ("objects_overlap", 50)


def test_below_the_overlap_nothing_counts_and_it_is_said_how_many():
    houses = frame([shapely.box(499, 0, 519, 10), shapely.box(0, 0, 10, 10)])
    result = encroachment(houses, districts(), lines=frame(LINES), min_overlap=11)

    assert value(result, "area") == (100, 0, 100)
    assert [(n.code, n.count) for n in result.notices] == [("objects_below_overlap", 1)]


def test_roads_are_measured_by_length_and_sources_by_number():
    roads = frame([shapely.LineString([(400, 50), (950, 50)])])
    result = encroachment(roads, districts(), lines=frame(LINES), min_overlap=1)
    assert value(result, "length") == (150, 0, 150)
    assert value(result, "share")[0] == pytest.approx(150 / 550)

    wells = frame([shapely.Point(1, 1), shapely.Point(1050, 50), shapely.Point(1500, 50)])
    result = encroachment(wells, districts(), lines=frame(LINES), min_overlap=0)
    assert value(result, "count") == (1, 1, 2)
    assert value(result, "share")[2] == pytest.approx(2 / 3)
    assert [measure.of for measure in result.measures] == ["count", "share"]


def test_the_list_has_the_largest_first_with_what_lies_inside_as_its_geometry():
    houses = frame(
        [shapely.box(490, 0, 510, 10), shapely.box(10, 10, 40, 40)], building_id=["h1", "h2"]
    )
    listed = encroachment(houses, districts(), lines=frame(LINES), min_overlap=0).layers[
        "encroachments"
    ]
    assert listed["object_id"].tolist() == ["h2", "h1"]
    assert listed["share"].tolist() == [1.0, 0.5]
    assert listed.geometry.area.tolist() == listed["amount"].tolist() == [900.0, 100.0]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000))
def test_areas_are_those_of_an_overlay(seed):
    random = np.random.default_rng(seed)
    corner = random.uniform(0, 1900, (60, 2))
    houses = frame(shapely.box(*corner.T, *(corner + random.uniform(5, 90, (60, 2))).T))
    lines = frame(shapely.buffer(shapely.points(random.uniform(0, 2000, (9, 2))), 180))
    ground = gpd.GeoDataFrame(geometry=[lines.union_all()], crs=CRS)
    plain = gpd.overlay(gpd.overlay(houses, districts()), ground)
    expected = plain.dissolve("district_id").area.reindex(["a", "b"]).fillna(0)

    result = encroachment(houses, districts(), lines=lines, min_overlap=0)

    each = plain.area.groupby(plain["district_id"]).sum().reindex(["a", "b"]).fillna(0)
    np.testing.assert_allclose(value(result, "area")[:2], each, atol=1e-6)
    assert (each + 1e-6 >= expected).all()  # houses that overlap count each by itself


def test_districts_that_overlap_are_said_and_the_whole_counts_once():
    both = districts()
    both.loc[1, "geometry"] = shapely.box(0, 0, 2000, 1000)
    result = encroachment(
        frame([shapely.box(10, 10, 20, 20)]), both, lines=frame(LINES), min_overlap=0
    )
    assert value(result, "area") == (100, 100, 100)
    assert [notice.code for notice in result.notices] == ["districts_overlap"]


def test_no_lines_is_zero_and_said():
    result = encroachment(
        frame([shapely.box(0, 0, 1, 1)]), districts(), lines=frame([]), min_overlap=0
    )
    assert value(result, "count") == (0, 0, 0)
    assert [notice.code for notice in result.notices] == ["layer_empty_counts_zero"]


def test_objects_outside_the_districts_are_counted_aside():
    result = encroachment(
        frame([shapely.box(-50, -50, -40, -40)]), districts(), lines=frame(LINES), min_overlap=0
    )
    assert np.isnan(result.measure("share", "total").value)
    assert result.notices[0].code == "objects_outside_districts"


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"min_overlap": -1}, ParameterError, "`min_overlap` is -1; .* in m2, 0 or more"),
        ({"min_overlap": np.nan}, ParameterError, "`min_overlap` is nan"),
        (
            {"objects": frame([shapely.Point(0, 0)]), "min_overlap": 1},
            ParameterError,
            "points have no extent",
        ),
        (
            {"objects": frame([shapely.Point(0, 0), shapely.box(0, 0, 1, 1)])},
            SchemaError,
            "mixes Point, Polygon",
        ),
        ({"objects": frame([None])}, SchemaError, "1 of 1 rows have no geometry"),
        (
            {"objects": frame([shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])])},
            SchemaError,
            "invalid",
        ),
        ({"lines": frame([shapely.Point(0, 0)])}, SchemaError, "`lines`: 1 of 1 .* no polygons"),
        ({"lines": frame(LINES).to_crs(4326)}, CRSError, "lines"),
        ({"districts": districts().iloc[:0]}, EmptyLayerError, "no row"),
    ],
)
def test_what_cannot_be_measured_is_refused_by_name(change, error, words):
    given_ = {
        "objects": frame([shapely.box(0, 0, 1, 1)]),
        "districts": districts(),
        "lines": frame(LINES),
        "min_overlap": 0,
    } | change
    with pytest.raises(error, match=words):
        encroachment(
            given_["objects"],
            given_["districts"],
            lines=given_["lines"],
            min_overlap=given_["min_overlap"],
        )


def test_what_stands_on_the_border_of_two_districts_is_there_once_in_the_whole():
    points = frame([shapely.Point(1000, 50), shapely.Point(10, 900)])
    found = encroachment(points, districts(), lines=frame(LINES), min_overlap=0)
    assert value(found, "count") == (1, 1, 1)
    assert value(found, "share") == (0.5, 1, 0.5)

    wall = frame([shapely.LineString([(1000, 0), (1000, 400)])])
    found = encroachment(wall, districts(), lines=frame(LINES), min_overlap=0)
    assert value(found, "length") == (100, 100, 100)
    assert value(found, "share") == (0.25, 0.25, 0.25)


@pytest.mark.parametrize("cuts", [(), (500,), (497, 503), (498, 500, 501, 502)])
def test_how_districts_cut_an_object_does_not_decide_whether_it_counts(cuts):
    edges = [0, *cuts, 1000]
    ground = gpd.GeoDataFrame(
        {"district_id": list(map(str, edges[1:])), "name": "x"},
        geometry=[shapely.box(a, 0, b, 1000) for a, b in pairwise(edges)],
        crs=CRS,
    )
    line = frame([shapely.box(0, 0, 1000, 1000)])
    for things, least, of in (
        ([shapely.box(495, 0, 505, 18)], 100, "area"),
        ([shapely.box(495, 0, 505, 18)], 180, "area"),
        ([shapely.LineString([(495, 5), (505, 5)])], 8, "length"),
    ):
        found = encroachment(frame(things), ground, lines=line, min_overlap=least)
        assert found.measure("count", "total").value == 1
        assert found.measure(of, "total").value == pytest.approx({"area": 180, "length": 10}[of])
        touched = found.measure("count", "total").districts["value"].sum()
        assert touched == 1 + len(cuts)
        assert found.notices == ()


def test_an_edge_in_common_is_no_encroachment_wherever_the_town_lies():
    line, house = shapely.box(0, 0, 500, 500), shapely.box(500, 100, 510, 110)
    town = shapely.box(-1000, -1000, 2000, 2000)
    for angle in range(0, 90, 7):
        moved = [
            frame([shapely.affinity.translate(shapely.affinity.rotate(one, angle, (0, 0)), *at)])
            for one, at in ((shape, (471234.5, 2546234.5)) for shape in (house, line, town))
        ]
        here = moved[2].assign(district_id="a", name="x")
        found = encroachment(moved[0], here, lines=moved[1], min_overlap=0)
        assert found.measure("count", "total").value == 0


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_roads_that_are_drawn_twice_are_as_long_as_once_and_it_is_said(order):
    road = shapely.LineString([(400, 50), (950, 50)])
    # The same once more, and one that runs along it for 60 m inside and 40 m beyond.
    roads = frame([road, road, shapely.LineString([(440, 10), (440, 50), (540, 50)])])
    once = encroachment(frame([road]), districts(), lines=frame(LINES), min_overlap=70)
    result = encroachment(roads.iloc[order], districts(), lines=frame(LINES), min_overlap=70)

    assert value(result, "length")[2] == pytest.approx(value(once, "length")[2] + 40)
    assert value(result, "share")[2] == pytest.approx(190 / 590)
    assert value(result, "count")[2] == 3
    (told,) = result.notices
    assert (told.code, told.values["length_m"]) == ("lines_counted_once", pytest.approx(650))
