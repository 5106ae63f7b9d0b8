"""Facilities against a rule, sets of them, and the demand that each is nearest to."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.access.facility_set import facility_set
from geoplan.analyses.access.provision import nearest_counts, provision
from geoplan.core.errors import CRSError, ParameterError, SchemaError
from geoplan.core.texts import LANGS

CRS = "EPSG:4547"


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def two_districts(**columns):
    squares = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)]
    return frame(squares, **({"district_id": ["b", "a"], "name": ["乙", "甲"]} | columns))


def communities(**columns):
    return frame([shapely.box(5 * k, 0, 5 * k + 5, 10) for k in range(4)], **columns)


def points(*pairs):
    return frame([shapely.Point(*pair) for pair in pairs])


def by_district(result, of, part=""):
    return result.measure(of, part).districts["numerator"].tolist()


def test_one_in_every_community_and_a_surplus_fills_no_gap():
    result = provision(points((1, 1), (2, 2), (6, 1), (11, 1)), two_districts(),
                       units=communities(), per_unit=1)  # fmt: skip
    assert by_district(result, "count") == [3.0, 1.0]
    assert by_district(result, "required") == [2.0, 2.0]
    assert by_district(result, "deficit") == [0.0, 1.0]
    assert result.measure("units").districts["value"].tolist() == [1.0, 0.5]
    assert result.layers["units"]["district_id"].tolist() == ["b", "b", "a", "a"]


def test_a_begun_thousand_households_needs_one_more_and_a_full_one_does_not():
    units = communities(households=[0, 1, 1000, 1001])
    result = provision(points(), two_districts(), units=units, per_amount=1000, amount="households")
    assert result.layers["units"]["required"].tolist() == [0.0, 1.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("rule", "required"), [("larger", [1, 1, 1, 2]), ("smaller", [0, 1, 1, 1])]
)
def test_or_between_community_and_households_is_the_plans_to_say(rule, required):
    units = communities(households=[0, 1, 1000, 1001])
    result = provision(
        points(), two_districts(), units=units, per_unit=1, per_amount=1000, amount="households",
        rule=rule,
    )  # fmt: skip
    assert result.layers["units"]["required"].tolist() == required


def test_units_belong_to_the_district_that_they_name():
    units = communities(parent_id=["a", "a", "a", "elsewhere"])
    result = provision(points((1, 1)), two_districts(), units=units, per_unit=1)
    assert by_district(result, "required") == [0.0, 3.0]
    assert np.isnan(result.measure("units").districts["value"].iloc[0])
    assert [notice.code for notice in result.notices] == ["units_outside_districts"]


def test_districts_are_the_units_by_default_and_their_parents_get_the_sums():
    districts = two_districts(parent_id=["city", "city"])
    result = provision(points((1, 1)), districts, per_unit=2)
    assert by_district(result, "deficit") == [1.0, 2.0]
    parents = result.layers["parents"]
    assert parents[["parent_id", "count", "deficit"]].to_numpy().tolist() == [["city", 1, 3]]


def test_a_facility_on_a_border_counts_once():
    assert by_district(provision(points((10, 5)), two_districts(), per_unit=1), "count") == [1, 0]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 10)), max_size=20))
def test_counts_agree_with_a_loop_and_deficits_fill_up(pairs):
    result = provision(points(*pairs), two_districts(), units=communities(), per_unit=2)
    assert result.measure("count").value == len(pairs)
    units = result.layers["units"]
    assert (units["count"] + units["deficit"] >= units["required"]).all()
    inside = [
        sum(unit.contains(shapely.Point(*pair)) for pair in pairs)
        for unit in communities().geometry
    ]
    assert (units["count"].to_numpy() >= np.array(inside)).all()


RULES = [
    ({}, ParameterError, "there is no rule"),
    ({"per_amount": 1000}, ParameterError, "go together"),
    ({"per_unit": 0}, ParameterError, "`per_unit` is 0"),
    ({"per_unit": 1, "rule": "larger"}, ParameterError, "with both"),
    ({"per_unit": 1, "per_amount": 9, "amount": "h"}, ParameterError, "with both"),
    ({"per_amount": 1000, "amount": "households"}, SchemaError, "no column 'households'"),
]


@pytest.mark.parametrize(("rule", "error", "match"), RULES)
def test_rules_that_mean_nothing_are_refused(rule, error, match):
    with pytest.raises(error, match=match):
        provision(points(), two_districts(), **rule)


def test_unknown_households_are_refused():
    with pytest.raises(ParameterError, match="negative or unknown"):
        provision(points(), two_districts(h=[1, None]), per_amount=9, amount="h")


def test_a_unit_has_the_set_when_every_kind_is_in_it():
    kinds = {"clinic": points((1, 1), (11, 1)), "hall": points((2, 2))}
    result = facility_set(kinds, two_districts(), within_m=0, units=communities())
    assert by_district(result, "units", "all") == [1.0, 0.0]
    assert by_district(result, "units", "clinic") == [1.0, 1.0]
    assert result.measure("score").value == pytest.approx(3 / 8)
    assert result.layers["units"]["missing"].tolist() == [
        "", "clinic, hall", "hall", "clinic, hall",
    ]  # fmt: skip


def test_a_facility_within_the_distance_of_a_unit_is_its_own():
    kinds = {"hall": points((2, 2))}
    near, far = (
        facility_set(kinds, two_districts(), within_m=metres, units=communities())
        for metres in (3, 2.9)
    )
    assert by_district(near, "units", "hall") == [2.0, 0.0]
    assert by_district(far, "units", "hall") == [1.0, 0.0]


@pytest.mark.parametrize(
    ("kinds", "within_m", "match"),
    [
        ({}, 0, "wanted a layer per kind"),
        ({"all": points()}, 0, "none called 'all'"),
        ({"x": points()}, -1, "0 or more"),
    ],
)
def test_sets_that_mean_nothing_are_refused(kinds, within_m, match):
    with pytest.raises(ParameterError, match=match):
        facility_set(kinds, two_districts(), within_m=within_m)


def test_layers_in_degrees_are_refused():
    with pytest.raises(CRSError, match="EPSG:4326"):
        provision(points().to_crs(4326), two_districts(), per_unit=1)


def test_each_facility_gets_the_demand_that_is_nearest_to_it():
    homes = frame(shapely.points([[0, 1], [0, 4], [9, 0]]), people=[1, 2, 4])
    found = nearest_counts(points((0, 0), (10, 0), (99, 0)), homes, column="people")
    assert found["demand"].tolist() == [3.0, 4.0, 0.0]
    assert found["mean_m"].tolist()[:2] == [3.0, 1.0]
    assert found["farthest_m"].tolist()[:2] == [4.0, 1.0]
    assert np.isnan(found["mean_m"].iloc[2])


def test_the_farthest_demand_is_one_that_there_is():
    homes = frame(shapely.points([[0, 1], [0, 400], [0, 900]]), people=[1, 0, np.nan])
    found = nearest_counts(points((0, 0)), homes, column="people")
    assert found[["demand", "mean_m", "farthest_m"]].to_numpy().tolist() == [[1.0, 1.0, 1.0]]


@pytest.mark.parametrize("lang", LANGS)
def test_every_notice_has_its_words(lang):
    units = communities(parent_id=["a", "a", "a", "?"])
    result = provision(points((99, 99)), two_districts(), units=units, per_unit=1)
    assert len([notice.text(lang) for notice in result.notices]) == 2


@pytest.mark.parametrize(
    ("parents", "keys", "expected"),
    [
        (["", "", "", ""], ["b", "a"], [2, 2]),
        ([1.0, np.nan, 1.0, 2.0], [1, 2], [3, 1]),
        (["b", None, "x", "b"], ["b", "a"], [3, 0]),
    ],
)
def test_a_unit_without_a_parent_belongs_where_it_lies(parents, keys, expected):
    units = communities(parent_id=parents)
    found = provision(points((1, 1)), two_districts(district_id=keys), units=units, per_unit=1)
    assert by_district(found, "required") == expected
