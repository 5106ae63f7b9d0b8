"""Lengths of lines per district, and their densities."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.links.length_and_density import length_and_density
from geoplan.analyses.shared.line_parts import beyond, counted_once, line_pieces
from geoplan.core.errors import CRSError, EmptyLayerError, ParameterError, SchemaError
from geoplan.core.texts import LANGS

CRS = "EPSG:4547"


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def line(*corners):
    return shapely.LineString(corners)


def two_districts(**columns):
    squares = [shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)]
    return frame(squares, **({"district_id": ["b", "a"], "name": ["乙", "甲"]} | columns))


def drawn(lines, districts=None, **more):
    districts = two_districts() if districts is None else districts
    return length_and_density(lines, districts, **({"sides": "as_drawn"} | more))


def lengths(result, part="total", of="length"):
    return result.measure(of, part).districts["numerator"].tolist()


def codes(result):
    return [notice.code for notice in result.notices]


def test_a_line_is_cut_at_the_border_and_what_is_outside_does_not_count():
    result = drawn(frame([line((-500, 5), (1200, 5))]))
    assert lengths(result) == [1000.0, 200.0]
    assert result.measure("length", "total").value == 1200.0
    assert codes(result) == ["lines_outside_districts"]
    assert result.notices[0].values == {"length_m": 500.0, "share": pytest.approx(500 / 1700)}


def test_a_line_along_a_common_border_counts_half_in_each_district_and_once_in_the_whole():
    result = drawn(frame([line((1000, 0), (1000, 600))]))
    assert lengths(result) == [300.0, 300.0]
    assert result.measure("length", "total").value == 600.0
    assert codes(result) == ["lines_on_borders"]


def test_a_line_along_the_outer_border_counts_whole():
    assert lengths(drawn(frame([line((0, 0), (0, 600))]))) == [600.0, 0.0]


def test_lines_drawn_on_one_another_count_once_whichever_way_they_run():
    lines = [line((0, 5), (900, 5)), line((900, 5), (0, 5)), line((300, 5), (990, 5))]
    result = drawn(frame(lines))
    assert lengths(result) == [990.0, 0.0]
    assert result.notices[0].values == {"length_m": pytest.approx(900 + 600)}


def test_a_line_that_goes_there_and_back_counts_once():
    assert lengths(drawn(frame([line((0, 5), (800, 5), (0, 5))]))) == [800.0, 0.0]


def test_a_place_on_lines_of_two_classes_counts_in_each_and_once_in_the_total():
    lines = frame([line((0, 5), (600, 5)), line((200, 5), (900, 5))], **{"class": ["市", "区"]})
    result = drawn(lines)
    assert [measure.part for measure in result.measures] == ["total", "市", "区"]
    parts = [result.measure("length", part).value for part in ("total", "市", "区")]
    assert parts == [900.0, 600.0, 700.0]


def test_two_carriageways_are_one_centre_line_within_the_merging_distance_only():
    lines = frame([line((0, 100), (900, 100)), line((900, 120), (0, 120))])
    assert lengths(drawn(lines)) == [1800.0, 0.0]
    assert lengths(drawn(lines, sides="centre", merge_m=30)) == [900.0, 0.0]
    assert lengths(drawn(lines, sides="centre", merge_m=15)) == [1800.0, 0.0]


def test_merging_leaves_crossing_streets_alone():
    lines = frame([line((0, 100), (900, 100)), line((450, 0), (450, 900))])
    assert lengths(drawn(lines, sides="centre", merge_m=30)) == [1800.0, 0.0]


def test_both_sides_of_a_centre_line_double_every_length():
    lines = frame([line((0, 100), (1500, 100))], **{"class": ["x"]})
    result = drawn(lines, sides="both")
    assert lengths(result) == lengths(result, "x") == [2000.0, 1000.0]
    assert result.layers["lines_inside"]["length_m"].tolist() == [2000.0, 1000.0]


def test_densities_divide_by_land_people_and_built_up_land():
    people = frame([shapely.Point(1, 1), shapely.Point(1500, 1)], population=[500, 1000])
    built = frame([shapely.box(0, 0, 500, 1000)])
    result = drawn(
        frame([line((0, 5), (1500, 5))]),
        per=["land", "population", "built_up"],
        demand={"population": people, "built_up": built},
    )
    assert result.measure("land", "total").districts["value"].tolist() == [1e-3, 0.5e-3]
    assert result.measure("population", "total").value == pytest.approx(1.0)
    assert result.measure("built_up", "total").districts["value"].tolist()[0] == 2e-3
    assert np.isnan(result.measure("built_up", "total").districts["value"].iloc[1])
    units = [measure.unit for measure in result.measures]
    assert units == ["m", "m/m2", "m/person", "m/m2"]


def test_districts_that_overlap_count_a_line_once_in_the_whole():
    squares = [shapely.box(0, 0, 1000, 1000), shapely.box(500, 0, 2000, 1000)]
    districts = two_districts().set_geometry(gpd.GeoSeries(squares, crs=CRS))
    result = drawn(frame([line((0, 5), (2000, 5))]), districts, per=["land"])
    assert lengths(result) == [1000.0, 1500.0]
    assert result.measure("land", "total").numerator == 2000.0
    assert result.measure("land", "total").denominator == 2e6


def test_what_opened_in_the_period_is_added_and_what_opens_later_is_no_stock():
    opened = ["2019", "2021", "2025-12-31", "2026", None]
    ways = [line((0, y), (100, y)) for y in range(10, 60, 10)]
    result = drawn(frame(ways, opened=opened), opened_from="2021", opened_to="2025")
    assert result.measure("length", "total").value == 400.0
    assert result.measure("length", "added").value == 200.0
    assert codes(result) == ["lines_without_opening", "lines_opened_later"]


def test_against_an_earlier_layer_there_are_additions_removals_and_a_net_change():
    before = frame([line((0, 100), (600, 100)), line((0, 500), (200, 500))])
    now = frame([line((0, 103), (800, 103))])
    result = drawn(now, previous=before, tolerance_m=5)
    reach = 4.0  # sqrt(5² - 3²) beyond the end of the earlier line is still near it
    assert result.measure("length", "added").value == pytest.approx(200 - reach)
    assert result.measure("length", "removed").value == pytest.approx(200.0)
    assert result.measure("length", "net").value == pytest.approx(-reach)
    assert set(result.layers) >= {"added", "removed"}


def test_an_empty_layer_measures_zero_and_says_so():
    result = drawn(frame([]), per=["land"])
    assert [measure.value for measure in result.measures] == [0.0, 0.0]
    assert codes(result) == ["layer_empty_counts_zero"]


@pytest.mark.parametrize("lang", LANGS)
def test_every_notice_has_its_words(lang):
    opened = ["2019", None, "2030"]
    ways = [line((1000, 0), (1000, 9)), line((1000, 3), (1000, 19)), line((-9, 0), (-3, 0))]
    lines = frame(ways, opened=opened, **{"class": ["x", "", "x"]})
    outside = frame([*ways[:2], line((-90, 0), (-3, 0))], opened=["2019"] * 3)
    told = [
        *drawn(lines, opened_to="2025").notices,
        *drawn(outside).notices,
    ]
    assert len({notice.code for notice in told}) == 6
    assert all("{" not in notice.text(lang) for notice in told)


def test_inputs_stay_as_they_were():
    lines, districts = frame([line((0, 5), (1500, 5))], **{"class": ["x"]}), two_districts()
    before = lines.copy(), districts.copy()
    drawn(lines, districts)
    assert lines.equals(before[0])
    assert districts.equals(before[1])


coordinate = st.integers(-300, 2300)
ways = st.lists(
    st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=5, unique=True).map(
        shapely.LineString
    ),
    max_size=8,
)


# Lines on a coarse grid, so that many lie on one another.
straight = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 4), st.booleans()), max_size=9
).map(
    lambda rows: [
        line((x * 300, y * 300), (x * 300 + n * 300 * (not up), y * 300 + n * 300 * up))
        for x, y, n, up in rows
    ]
)


@given(straight)
def test_it_agrees_with_geopandas_overlay_of_the_dissolved_lines(lines):
    districts = two_districts()
    union = shapely.union_all(lines) if lines else shapely.LineString()
    once = frame([union]) if lines else frame([])
    expected = [0.0, 0.0]
    if lines:
        cut = gpd.overlay(once, districts, how="intersection", keep_geom_type=True)
        edge = shapely.intersection(union, line((1000, 0), (1000, 1000))).length
        by_id = cut.assign(m=cut.length).groupby("district_id")["m"].sum()
        expected = [by_id.get(key, 0.0) for key in ("b", "a")]
        expected = [length - edge / 2 for length in expected]
    assert lengths(drawn(frame(lines))) == pytest.approx(expected, abs=1e-6)


@given(ways)
def test_districts_add_up_to_what_lies_inside_their_union(lines):
    result = drawn(frame(lines))
    union = shapely.union_all(lines) if lines else shapely.LineString()
    inside = shapely.intersection(union, shapely.box(0, 0, 2000, 1000)).length
    assert sum(lengths(result)) == pytest.approx(inside, abs=0.2)  # 1 mm per near-parallel pair
    assert result.measure("length", "total").value == pytest.approx(sum(lengths(result)))


@given(ways, st.integers(1, 400))
def test_merging_never_adds_length_and_more_of_it_leaves_less(lines, merge_m):
    once = counted_once(line_pieces(np.asarray(lines, dtype=object)))
    merged = counted_once(line_pieces(np.asarray(lines, dtype=object)), merge_m=merge_m)
    assert merged.length_m.sum() <= once.length_m.sum() + 1e-6


@given(ways, ways, st.integers(1, 300))
def test_what_is_beyond_a_distance_agrees_with_a_difference_of_buffers(first, second, distance_m):
    mine, other = (line_pieces(np.asarray(one, dtype=object)) for one in (first, second))
    near = [shapely.buffer(one, distance_m, quad_segs=256) for one in other.geometry]
    expected = [shapely.difference(one, shapely.union_all(near)).length for one in mine.geometry]
    found = beyond(mine, other, distance_m).length_m.sum()
    assert found == pytest.approx(sum(expected), abs=0.05 * (1 + len(expected)))


@given(ways, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(lines, random):
    shuffled = random.sample(lines, len(lines))
    assert lengths(drawn(frame(lines))) == pytest.approx(lengths(drawn(frame(shuffled))), abs=0.2)


POINTS = frame([shapely.Point(0, 0)])


@pytest.mark.parametrize(
    ("lines", "more", "error", "match"),
    [
        (frame([]).to_crs(4326), {}, CRSError, "`lines` is in EPSG:4326"),
        (POINTS, {}, SchemaError, r"1 of 1 geometries are no lines \(Point\)"),
        (frame([None]), {}, SchemaError, "null"),
        (frame([]), {"sides": "left"}, ParameterError, "`sides` is 'left'"),
        (frame([]), {"sides": "centre"}, ParameterError, "needs `merge_m`"),
        (frame([]), {"merge_m": 9}, ParameterError, "merges nothing"),
        (frame([]), {"sides": "centre", "merge_m": 0}, ParameterError, "metres above 0"),
        (frame([]), {"per": "land"}, ParameterError, r"wanted a list, e.g. \['land'\]"),
        (frame([]), {"per": ["land", "land"]}, ParameterError, "one thing twice"),
        (frame([]), {"per": ["built_up"]}, ParameterError, "whose layer is missing"),
        (frame([]), {"opened_from": "last year"}, ParameterError, "wanted a year or date"),
        (frame([]), {"opened_to": "2020"}, SchemaError, "no column 'opened'"),
        (frame([]), {"previous": frame([])}, ParameterError, "go together"),
        (frame([]), {"previous": frame([]), "tolerance_m": -1}, ParameterError, "above 0"),
        (frame([]), {"previous": frame([]), "tolerance_m": 1, "opened_from": "2020"},
         ParameterError, "Give one"),
        (frame([line((0, 0), (1, 1))], opened=["soon"]), {"opened_to": "2020"}, SchemaError,
         "the first is 'soon'"),
        (frame([line((0, 0), (1, 1))], **{"class": ["added"]}), {}, SchemaError, "called 'added'"),
        (frame([line((0, 0), (1, 1))], **{"class": ["total"]}), {}, SchemaError, "called 'total'"),
    ],
)  # fmt: skip
def test_bad_inputs_are_refused(lines, more, error, match):
    with pytest.raises(error, match=match):
        drawn(lines, **more)


def test_a_result_needs_districts():
    with pytest.raises(EmptyLayerError, match="no row"):
        drawn(frame([]), two_districts().iloc[:0])


def test_a_line_that_leaves_every_district_along_a_border_is_split_where_it_was_on_it():
    way = frame([line((1000, 600), (1000, 1400))])
    found = drawn(way)
    assert lengths(found) == [200, 200]
    assert found.measure("length", "total").value == 400
