"""Shares of objects with an attribute, weighted means, intensities and changes."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.tables.attribute_share import attribute_share
from geoplan.analyses.tables.change_table import change_table
from geoplan.analyses.tables.intensity import intensity
from geoplan.analyses.tables.weighted_mean import weighted_mean
from geoplan.core.errors import CRSError, ParameterError, SchemaError
from geoplan.core.texts import LANGS

CRS = "EPSG:4547"
ORDER = ["I", "II", "III", "IV", "V", "劣V"]


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def two_districts(**columns):
    squares = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)]
    return frame(squares, **({"district_id": ["b", "a"], "name": ["乙", "甲"]} | columns))


def points(*pairs, **columns):
    return frame([shapely.Point(*pair) for pair in pairs], **columns)


def row(count, **columns):
    return points(*[(k * 20 / count + 0.01, 1) for k in range(count)], **columns)


def share(objects, **more):
    return attribute_share(objects, two_districts(), **({"column": "v", "by": ["count"]} | more))


def test_seventeen_of_66_sections_below_class_v_are_the_printed_25_76_percent():
    sections = row(66, v=["Ⅴ"] * 49 + ["劣Ⅴ"] * 17)
    good = share(sections, classes=ORDER, at_least="V").measure("count")
    assert (good.numerator, good.denominator) == (49.0, 66.0)
    assert round(100 * (1 - good.value), 2) == 25.76


def test_seventy_six_of_109_communities_are_69_7_percent():
    result = share(row(109, v=["是"] * 76 + ["否"] * 33), values=["是"])
    assert round(100 * result.measure("count").value, 1) == 69.7


def test_the_same_objects_give_other_shares_by_number_area_and_households():
    plots = frame(
        [shapely.box(0, 0, 1, 1), shapely.box(2, 0, 5, 10), shapely.box(8, 0, 12, 1)],
        v=["safe", "unsafe", "safe"], households=[10, 30, 60],
    )  # fmt: skip
    result = share(plots, values=["safe"], by=["count", "area", "households"])
    assert [measure.value for measure in result.measures] == pytest.approx([2 / 3, 5 / 35, 0.7])
    assert result.measure("area").districts["numerator"].tolist() == [3.0, 2.0]
    assert [measure.numerator_unit for measure in result.measures] == ["count", "m2", "household"]


def test_lengths_are_cut_at_the_borders():
    reaches = frame(
        [shapely.LineString([(0, 1), (15, 1)]), shapely.LineString([(0, 2), (5, 2)])], v=["II", "V"]
    )
    result = share(reaches, classes=ORDER, at_least="III", by=["length"])
    assert result.measure("length").districts["value"].tolist() == [10 / 15, 1.0]


def test_a_number_is_held_against_a_limit_or_against_the_limit_of_its_own_zone():
    noise = row(4, v=[44, 46, 55, 56], limit=[45, 45, 55, 55])
    assert share(noise, at_most=50).measure("count").value == 0.5
    assert share(noise, at_most="limit").measure("count").value == 0.5
    assert share(noise, at_least=56).measure("count").value == 0.25


def test_an_unknown_value_is_the_plans_to_judge():
    objects = row(4, v=["yes", "yes", "no", None])
    with pytest.raises(ParameterError, match="1 of 4 have no value"):
        share(objects, values=["yes"])
    assert share(objects, values=["yes"], unknown="fails").measure("count").value == 0.5
    left = share(objects, values=["yes"], unknown="left_out")
    assert left.measure("count").value == 2 / 3
    assert left.layers["objects"]["has_it"].tolist() == ["yes", "yes", "no", "unknown"]


@given(st.lists(st.tuples(st.integers(0, 19), st.sampled_from(ORDER)), min_size=1, max_size=20))
def test_shares_agree_with_pandas_and_rise_with_a_laxer_class(rows):
    objects = points(*[(x + 0.5, 1) for x, _ in rows], v=[name for _, name in rows])
    values = [share(objects, classes=ORDER, at_least=name).measure("count") for name in ORDER]
    expected = [np.mean([ORDER.index(one) <= k for _, one in rows]) for k in range(len(ORDER))]
    assert [measure.value for measure in values] == pytest.approx(expected)
    assert values[-1].value == 1.0


@pytest.mark.parametrize(
    ("more", "error", "match"),
    [
        ({}, ParameterError, "one rule"),
        ({"values": ["x"], "at_most": 3}, ParameterError, "one rule"),
        ({"values": "x"}, ParameterError, "one rule"),
        ({"at_least": "III"}, ParameterError, "a class needs `classes`"),
        ({"classes": ORDER, "at_least": "VI"}, ParameterError, "one of them"),
        ({"classes": ["a"], "at_least": "a"}, SchemaError, "none of `classes`"),
        ({"at_most": 3}, SchemaError, "no numbers"),
        ({"values": ["x"], "by": "count"}, ParameterError, "wanted a list"),
        ({"values": ["x"], "by": ["people"]}, SchemaError, "no column 'people'"),
        ({"values": ["x"], "by": ["area"]}, SchemaError, "no polygons"),
        ({"values": ["x"], "column": "w"}, SchemaError, "no column 'w'"),
    ],
)
def test_bad_inputs_are_refused(more, error, match):
    with pytest.raises(error, match=match):
        share(row(2, v=["x", "y"]), **more)


def mean(objects, **more):
    asked = {"column": "v", "by": "area", "unit": "number"} | more
    return weighted_mean(objects, two_districts(), **asked)


def test_the_runoff_coefficient_is_the_mean_by_area_inside_each_district():
    surfaces = frame([shapely.box(0, 0, 5, 10), shapely.box(5, 0, 20, 10)], v=["roof", "green"])
    result = mean(surfaces, lookup={"roof": 0.9, "green": 0.15})
    assert result.measure("area").districts["value"].tolist() == pytest.approx([0.525, 0.15])
    assert result.measure("area").value == pytest.approx((0.9 * 50 + 0.15 * 150) / 200)
    assert result.measures[0].unit == "number"


def test_a_mean_can_be_of_stations_of_lengths_or_by_people():
    stations = points((1, 1), (2, 1), (11, 1), v=[20.0, 30.0, 10.0], people=[1, 3, 0])
    assert mean(stations, by="count", unit="ug/m3").measure("count").value == 20.0
    by_people = mean(stations, by="people").measure("people").districts["value"].tolist()
    assert by_people[0] == 27.5
    assert np.isnan(by_people[1])
    roads = frame([shapely.LineString([(0, 1), (15, 1)]), shapely.LineString([(0, 2), (5, 2)])],
                  v=[1.0, 4.0])  # fmt: skip
    assert mean(roads, by="length").measure("length").value == 35 / 20


def test_percentages_become_shares():
    assert mean(points((1, 1), v=[96]), by="count", unit="%").measures[0].value == 0.96


@pytest.mark.parametrize(
    ("more", "error", "match"),
    [
        ({"unit": "furlong"}, ParameterError, "not known"),
        ({"lookup": {"a": 1}}, SchemaError, "not in `lookup`"),
        ({"by": "people"}, SchemaError, "no column 'people'"),
        ({"column": "w"}, ParameterError, "unknown='left_out'"),
        ({"by": "area"}, SchemaError, "no polygons"),
    ],
)
def test_means_that_cannot_be_taken_are_refused(more, error, match):
    objects = points((1, 1), (2, 2), v=[1, 2], w=[1, None])
    with pytest.raises(error, match=match):
        mean(objects, **({"by": "count"} | more))


def test_longgangs_product_per_km2_comes_back_from_its_printed_figures():
    side = 388.59e6**0.5
    district = frame([shapely.box(0, 0, side, side)], district_id=["440307"], name=["龙岗"],
                     gdp=[2354.9])  # fmt: skip
    measure = intensity(district, district, column="gdp", unit="亿元", per=["land"]).measure("land")
    assert (round(measure.value / 100, 2), measure.unit) == (6.06, "CNY/m2")


def test_intensity_of_the_whole_is_the_ratio_of_sums():
    districts = two_districts(co2=[10, 30], gdp=[1, 9])
    result = intensity(districts, districts, column="co2", unit="t", per_column="gdp",
                       per_unit="万元")  # fmt: skip
    measure = result.measure("gdp")
    assert measure.districts["value"].tolist() == pytest.approx([1e-3, 30 / 90_000])
    assert measure.value == pytest.approx(40 / 100_000)
    assert result.measure("amount").value == 40.0


def test_objects_add_up_where_they_stand_and_an_unknown_amount_is_unknown():
    plants = points((1, 1), (2, 2), (11, 1), (99, 1), v=[1, "2,000", None, 7])
    result = intensity(plants, two_districts(), column="v", unit="tce")
    values = result.measure("amount").districts["value"].tolist()
    assert values[0] == 2001.0
    assert np.isnan([values[1], result.measure("amount").value]).all()
    assert {notice.code for notice in result.notices} == {
        "objects_outside_districts", "unknown_amount",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "match"),
    [({"unit": "t/km2"}, "unit of an amount"), ({"per_column": "v"}, "go together")],
)
def test_intensities_without_units_are_refused(more, match):
    with pytest.raises(ParameterError, match=match):
        intensity(two_districts(v=[1, 2]), two_districts(), **({"column": "v", "unit": "t"} | more))


def at(values, **more):
    return share(points((1, 1), (2, 1), (11, 1), v=values), values=["yes"], **more)


def test_a_change_has_percentage_points_and_percent():
    found = change_table(at(["yes", "no", "no"]), at(["yes", "yes", "no"]))
    points_, relative = found.measures[:2]
    assert points_.districts["value"].tolist() == [50.0, 0.0]
    assert (points_.unit, round(points_.value, 6)) == ("pp", 33.333333)
    assert relative.districts["value"].tolist()[0] == 1.0
    assert np.isnan(relative.districts["value"].iloc[1])  # nothing before: no percent of it
    assert relative.value == pytest.approx(1.0)


def test_an_amount_changes_in_its_own_unit_and_a_new_district_is_unknown():
    then, now = (
        intensity(one, one, column="v", unit="t")
        for one in (two_districts(v=[5, 7]), two_districts(v=[6, 6], district_id=["b", "new"]))
    )
    found = change_table(then, now)
    assert found.measures[0].unit == "t"
    assert found.measures[0].districts["value"].tolist()[0] == 1.0
    assert np.isnan(found.measures[0].districts["value"].iloc[1])
    assert "districts_differ" in {notice.code for notice in found.notices}


def test_a_change_of_method_is_told():
    then = at(["yes", "no", "no"])
    now = share(points((1, 1), v=["no"]), values=["yes", "no"])
    assert "definitions_differ" in {notice.code for notice in change_table(then, now).notices}


@pytest.mark.parametrize(
    ("after", "match"),
    [
        (lambda: intensity(two_districts(v=[1, 2]), two_districts(), column="v", unit="t"),
         "one analysis"),
        (lambda: at(["yes"] * 3, by=["v2"]), "no column"),
    ],
)  # fmt: skip
def test_two_results_that_cannot_be_compared_are_refused(after, match):
    with pytest.raises((ParameterError, SchemaError), match=match):
        change_table(at(["yes"] * 3), after())


def test_layers_in_degrees_are_refused():
    with pytest.raises(CRSError, match="EPSG:4326"):
        share(row(1, v=["x"]).to_crs(4326), values=["x"])


@pytest.mark.parametrize("lang", LANGS)
def test_every_notice_has_its_words(lang):
    objects = points((1, 1), (99, 99), v=["yes", None])
    found = [
        *share(objects, values=["yes"], unknown="fails").notices,
        *share(objects, values=["yes"], unknown="left_out").notices,
        *share(objects.iloc[:0], values=["yes"]).notices,
        *mean(frame([shapely.box(0, 0, 20, 10)] * 2, v=[1, 2])).notices,
    ]
    assert len({notice.text(lang) for notice in found}) == 5


def overlapping_districts():
    ground = [shapely.box(0, 0, 12, 10), shapely.box(0, 0, 20, 10)]
    return two_districts().set_geometry(ground, crs=CRS)


def test_the_whole_of_districts_that_overlap_counts_each_place_once():
    halves = frame([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)], v=["1", "2"])
    found = attribute_share(halves, overlapping_districts(), column="v", by=["area"], values=["1"])
    assert (found.measures[0].value, found.measures[0].denominator) == (0.5, 200)

    edges = halves.set_geometry(
        [shapely.LineString([(0, 1), (10, 1)]), shapely.LineString([(10, 1), (20, 1)])], crs=CRS
    )
    found = attribute_share(edges, overlapping_districts(), column="v", by=["length"], values=["1"])
    assert (found.measures[0].value, found.measures[0].denominator) == (0.5, 20)

    for objects, by in ((halves, "area"), (edges, "length")):
        mean = weighted_mean(objects, overlapping_districts(), column="v", by=by, unit="number")
        assert mean.measures[0].value == pytest.approx(1.5, rel=1e-12)


def test_words_of_a_lookup_are_compared_as_those_of_the_column_are():
    roofs = frame([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)], v=["屋面（绿化）", "Ⅲ"])
    found = weighted_mean(
        roofs,
        two_districts(),
        column="v",
        by="area",
        unit="number",
        lookup={"屋面（绿化）": 0.5, "Ⅲ": 1.0},
    )
    assert found.measures[0].value == 0.75


def test_an_infinite_number_is_refused():
    with pytest.raises(SchemaError, match="1 of 2 values in column 'v' are no numbers"):
        intensity(two_districts(v=[1.0, np.inf]), two_districts(), column="v", unit="亿元")


@pytest.mark.parametrize("lang", LANGS)
def test_values_that_no_object_has_give_nothing_and_are_told_beside_those_that_there_are(lang):
    result = share(row(3, v=["有", "无", "有"]), values=["是"])
    assert result.measure("count").value == 0
    (notice,) = result.notices
    assert notice.code == "values_nowhere"
    told = notice.text(lang)
    assert "是" in told
    assert "有, 无" in told


def test_objects_without_a_value_open_the_share_unless_the_rule_decides():
    objects = row(4, v=["是", "否", None, None])
    left_out = share(objects, values=["是"], unknown="left_out").measure("count")
    assert (left_out.low, left_out.value, left_out.high) == (0.25, 0.5, 0.75)
    assert left_out.districts["low"].tolist() == [0.5, 0]
    assert left_out.districts["high"].tolist() == [0.5, 1]
    assert left_out.open_for == ("no_value",)
    fails = share(objects, values=["是"], unknown="fails").measure("count")
    assert (fails.low, fails.high) == (0.25, 0.25)


def test_a_place_under_objects_with_and_without_a_value_is_known():
    plots = frame([shapely.box(0, 0, 10, 10)] * 2 + [shapely.box(10, 0, 20, 10)])
    plots = plots.assign(v=["是", None, None])
    for districts in (two_districts(), frame([shapely.box(0, 0, 20, 10)] * 2,
                                             district_id=["a", "b"], name=["a", "b"])):  # fmt: skip
        measure = attribute_share(
            plots, districts, column="v", by=["area"], values=["是"], unknown="left_out"
        ).measure("area")
        assert (measure.low, measure.value, measure.high) == (0.5, 1, 1)


def test_objects_without_a_value_have_the_least_or_the_greatest():
    stations = row(4, v=[10.0, 30.0, np.nan, np.nan])
    mean = weighted_mean(
        stations, two_districts(), column="v", by="count", unit="ug/m3", unknown="left_out"
    ).measure("count")
    assert (mean.low, mean.value, mean.high) == (15.0, 20.0, 25.0)
    share_of = weighted_mean(
        row(2, v=[40.0, np.nan]), two_districts(), column="v", by="count", unit="%",
        unknown="left_out",
    ).measure("count")  # fmt: skip
    assert (share_of.low, share_of.value, share_of.high) == pytest.approx((0.2, 0.4, 0.7))
    roofs = weighted_mean(
        row(2, v=["roof", None]), two_districts(), column="v", by="count", unit="number",
        lookup={"roof": 0.9, "green": 0.1}, unknown="left_out",
    ).measure("count")  # fmt: skip
    assert (roofs.low, roofs.value, roofs.high) == pytest.approx((0.5, 0.9, 0.9))


RIVER = shapely.LineString([(0, 50), (100, 50)])
LAKE = shapely.box(0, 0, 10, 10)


@pytest.mark.parametrize(
    ("by", "shape", "beside", "told"),
    [
        ("length", RIVER, shapely.LineString([(0, 90), (300, 90)]), ("length_m", 100.0)),
        ("area", LAKE, shapely.box(20, 0, 50, 10), ("overlap_m2", 100.0)),
    ],
)
@pytest.mark.parametrize(("again", "share"), [("yes", 0.25), ("no", 0.0)])
def test_what_is_drawn_twice_counts_once_with_the_worse_value_and_is_told(
    by, shape, beside, told, again, share
):
    districts = gpd.GeoDataFrame(
        {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 900, 900)], crs=CRS
    )
    objects = gpd.GeoDataFrame(
        {"passed": ["yes", again, "no"]}, geometry=[shape, shape, beside], crs=CRS
    )
    found = attribute_share(objects, districts, column="passed", by=[by], values=["yes"])

    measure = found.measure(by)
    assert measure.value == pytest.approx(share, abs=1e-12)
    assert measure.denominator == pytest.approx(400, rel=1e-12)
    (notice,) = found.notices
    assert notice.code in ("lines_counted_once", "overlap_counted_once")
    assert notice.values[told[0]] == pytest.approx(told[1])


def test_a_line_drawn_twice_weighs_once_with_each_of_its_values_and_it_is_said():
    districts = gpd.GeoDataFrame(
        {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 900, 900)], crs=CRS
    )
    ways = [[(0, 0), (100, 0)], [(100, 0), (0, 0)], [(0, 9), (100, 9)]]
    lines = gpd.GeoDataFrame({"v": [1.0, 1.0, 4.0]}, geometry=shapely.linestrings(ways), crs=CRS)
    found = weighted_mean(lines, districts, column="v", by="length", unit="number")
    assert found.measure("length").value == pytest.approx(2.5)
    assert [notice.code for notice in found.notices] == ["lines_counted_once"]

    lines.loc[1, "v"] = 7.0
    found = weighted_mean(lines, districts, column="v", by="length", unit="number")
    assert found.measure("length").value == pytest.approx(4)
    (told,) = found.notices
    assert (told.code, told.values["length_m"]) == ("lines_of_several_values", pytest.approx(100))
