"""Denominators cut along districts."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.exact.catchment import make_catchment
from geoplan.analyses.shared.demand import demand_pieces, served_amount
from geoplan.core.errors import CRSError, ParameterError, SchemaError

FAR = np.array([5e5, 2.5e6])


def frame(shapes, **columns):
    shapes = [shape and shapely.transform(shape, lambda xy: xy + FAR) for shape in shapes]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4547")


def districts():
    """A west and an east half of a square kilometre."""
    halves = [shapely.box(0, 0, 500, 1000), shapely.box(500, 0, 1000, 1000)]
    return frame(halves, district_id=["W", "E"], name=["西", "东"])


def pieces_of(of, shapes, amounts=None, **more):
    columns = {} if amounts is None else {of: amounts}
    return demand_pieces(of, districts(), {of: frame(shapes, **columns), **more})


def per_district(pieces):
    return np.bincount(pieces.district, pieces.amount, 2).tolist()


def codes(pieces):
    return [notice.code for notice in pieces.notices]


point, box = shapely.Point, shapely.box


def test_land_is_the_district_itself():
    pieces = demand_pieces("land", districts())
    assert (pieces.kind, pieces.unit_name, pieces.amount.tolist()) == ("area", "m2", [5e5, 5e5])


def test_people_in_a_polygon_are_shared_out_by_area():
    pieces = pieces_of("population", [box(400, 0, 800, 100)], [400.0])
    assert per_district(pieces) == pytest.approx([100, 300], rel=1e-12)
    assert (pieces.kind, pieces.unit_name) == ("weight", "person")


def test_a_polygon_inside_one_district_stays_as_it_is():
    inside = frame([box(100, 100, 200, 200)], population=[7.0])
    pieces = demand_pieces("population", districts(), {"population": inside})
    assert pieces.geometry[0] is inside.geometry.array[0]
    assert pieces.amount.tolist() == [7]


def test_points_count_whole_in_the_district_around_them():
    pieces = pieces_of("jobs", [point(100, 100), point(700, 700), point(701, 700)], [1.0, 2, 4])
    assert per_district(pieces) == [1, 6]
    assert pieces.unit_name == "job"


def test_a_point_on_a_shared_border_counts_once_in_the_first_district():
    pieces = pieces_of("population", [point(500, 300)], [5.0])
    assert (pieces.district.tolist(), pieces.amount.tolist()) == ([0], [5])
    assert codes(pieces) == []


def test_a_point_inside_districts_that_overlap_counts_in_each():
    overlapping = frame([box(0, 0, 600, 1000), box(400, 0, 1000, 1000), box(0, 0, 500, 9)])
    people = frame([point(500, 500)], population=[3.0])
    pieces = demand_pieces("population", overlapping, {"population": people})
    assert pieces.district.tolist() == [0, 1]


def test_people_outside_every_district_are_told_and_in_no_total():
    pieces = pieces_of(
        "population", [point(100, 100), point(5000, 0), box(900, 0, 1100, 100)], [10.0, 20, 10]
    )
    assert pieces.amount.sum() == pytest.approx(15)
    (notice,) = pieces.notices
    assert notice.text("en") == (
        "population: 25 of 40 (62.50%) lie outside every district and are in no total."
    )


def test_people_outside_are_told_of_points_alone_too():
    assert codes(pieces_of("population", [point(100, 100), point(5000, 0)], [10.0, 20])) == [
        "demand_outside_districts"
    ]
    assert codes(pieces_of("population", [point(5000, 0)], [20.0])) == ["demand_outside_districts"]


def test_units_without_a_number_are_left_out_and_counted():
    pieces = pieces_of("population", [point(1, 1), point(2, 2), None], [3.0, np.nan, 4.0])
    assert pieces.amount.tolist() == [3]
    assert [(notice.code, notice.count, notice.total) for notice in pieces.notices] == [
        ("dropped_no_geometry", 1, 3),
        ("dropped_unknown_amount", 1, 3),
    ]


def test_zero_stays_a_unit_with_zero():
    assert pieces_of("population", [point(1, 1)], [0.0]).amount.tolist() == [0]


def test_residents_and_jobs_together_are_both_layers():
    demand = {
        "population": frame([point(100, 100), point(800, 1)], population=[10.0, 3]),
        "jobs": frame([box(400, 0, 600, 100)], jobs=[50.0]),
    }
    pieces = demand_pieces("population+jobs", districts(), demand)
    assert per_district(pieces) == pytest.approx([35, 28])
    assert (pieces.unit_name, pieces.unit.tolist()) == ("person+job", [0, 2, 1, 2])
    assert pieces.district.tolist() == sorted(pieces.district.tolist())


def test_polygons_of_a_mask_are_measured_and_overlaps_count_once():
    pieces = pieces_of(
        "built_up", [box(0, 0, 200, 100), box(100, 0, 300, 100), box(450, 0, 550, 9)]
    )
    assert per_district(pieces) == pytest.approx([300 * 100 + 450, 450])
    assert (pieces.kind, codes(pieces)) == ("area", ["demand_overlap"])
    assert "the 10,000 m² that they share count once" in pieces.notices[0].text("en")


def test_polygons_of_a_mask_that_touch_say_nothing():
    assert codes(pieces_of("built_up", [box(0, 0, 200, 100), box(200, 0, 300, 100)])) == []


def test_points_of_any_layer_are_counted():
    pieces = pieces_of("monitoring_points", [point(1, 1), point(900, 1), point(901, 2)])
    assert (pieces.kind, pieces.unit_name, per_district(pieces)) == ("count", "count", [1, 2])


@pytest.mark.parametrize("of", ["buildings", "communities"])
def test_buildings_are_counted_at_a_point_inside_them(of):
    bent = shapely.Polygon([(490, 0), (510, 0), (510, 10), (900, 10), (900, 99), (490, 99)])
    pieces = pieces_of(of, [box(0, 0, 20, 20), bent])
    assert per_district(pieces) == [1, 1]
    assert shapely.contains(shapely.transform(bent, lambda xy: xy + FAR), pieces.geometry[1])


def test_an_empty_layer_is_an_empty_denominator():
    assert pieces_of("population", [], []).amount.tolist() == []
    assert pieces_of("built_up", []).amount.tolist() == []


def test_heights_are_ignored():
    raised = shapely.Polygon([(0, 0, 5), (9, 0, 5), (9, 9, 5)])
    assert pieces_of("population", [raised], [2.0]).amount.tolist() == [2]


def test_text_numbers_of_pandas_are_read():
    layer = frame([point(1, 1), point(2, 2)], population=pd.array([4, None], dtype="Int64"))
    pieces = demand_pieces("population", districts(), {"population": layer})
    assert pieces.amount.tolist() == [4]


def test_served_amount_takes_points_whole_and_polygons_by_area(disc_oracle):
    cell = box(0, 900, 10, 910)
    pieces = pieces_of("population", [point(100, 100), point(400, 100), cell], [1.0, 2, 4])
    served = served_amount(pieces, make_catchment(frame([point(0, 100), point(-95, 905)]), 100))
    share = disc_oracle(cell, np.array([-95, 905]), 100.0) / 100
    assert served[np.argsort(pieces.unit)] == pytest.approx([1, 0, 4 * share], rel=1e-9)


@pytest.mark.parametrize(
    ("of", "layer", "error", "words"),
    [
        ("population", None, ParameterError, r'demand=\{"population": …\}.*\[layers.population\]'),
        ("popluation", None, ParameterError, "Did you mean 'population'"),
        ("stuff", None, ParameterError, "neither a layer in `demand`"),
        ("population", frame([point(1, 1)]), SchemaError, "has no column 'population'"),
        ("jobs", frame([point(1, 1)], jobs=[-1.0]), SchemaError, "negative or infinite"),
        ("jobs", frame([point(1, 1)], jobs=[np.inf]), SchemaError, "negative or infinite"),
        ("jobs", frame([point(1, 1)], jobs=["many"]), SchemaError, "something else than numbers"),
        (
            "population",
            frame([shapely.LineString([(0, 0), (9, 9)])], population=[1.0]),
            SchemaError,
            "holds lines",
        ),
        ("built_up", frame([point(1, 1), box(0, 0, 9, 9)]), SchemaError, "mixes polygons"),
        (
            "population",
            frame([shapely.Polygon([(400, 0), (600, 9), (400, 9), (600, 0)])], population=[1.0]),
            SchemaError,
            "invalid.*make_valid",
        ),
        ("built_up", frame([box(0, 0, 9, 9)]).to_crs(4326), CRSError, "`built_up` is in EPSG:4326"),
        ("built_up", frame([box(0, 0, 9, 9)]).to_crs(4526), CRSError, "one analysis measures"),
    ],
)
def test_what_cannot_be_a_denominator_is_refused(of, layer, error, words):
    with pytest.raises(error, match=words):
        demand_pieces(of, districts(), {} if layer is None else {of: layer})


cuts = st.lists(st.floats(1, 999).map(lambda x: round(x, 3)), min_size=1, max_size=4, unique=True)
cells = st.lists(
    st.tuples(st.floats(0, 900), st.floats(0, 900), st.floats(1, 100), st.floats(0, 1e4)),
    min_size=1,
    max_size=30,
)


@given(cuts=cuts, cells=cells)
def test_people_are_conserved_when_districts_split_them(cuts, cells):
    ticks = [0.0, *sorted(cuts), 1000.0]
    parts = frame([box(a, 0, b, 1000) for a, b in pairwise(ticks)])
    people = frame(
        [box(x, y, x + size, y + size) for x, y, size, _ in cells],
        population=[amount for *_, amount in cells],
    )
    pieces = demand_pieces("population", parts, {"population": people})
    each = np.bincount(pieces.unit, pieces.amount, len(people))
    assert each == pytest.approx(people["population"].to_numpy(), rel=1e-9, abs=1e-9)
    assert pieces.notices == ()


@given(cuts=cuts, spots=st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000))))
def test_points_are_conserved_even_on_borders(cuts, spots):
    ticks = [0.0, *sorted({round(cut) for cut in cuts} - {0, 1000}), 1000.0]
    parts = frame([box(a, 0, b, 1000) for a, b in pairwise(ticks)])
    layer = frame([point(*spot) for spot in spots])
    pieces = demand_pieces("things", parts, {"things": layer})
    assert sorted(pieces.unit.tolist()) == list(range(len(spots)))
