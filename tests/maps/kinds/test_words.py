"""What a map says, in both languages."""

import string

import geopandas as gpd
import pytest
import shapely

from geoplan.core.record import LoadRecord, attach_record
from geoplan.core.results import Result, make_measure
from geoplan.core.terms import term
from geoplan.core.texts import LANGS, catalogue
from geoplan.maps.page.words import (
    bound_of,
    capital,
    default_title,
    footer,
    headline,
    measure_name,
    share_name,
    unbroken,
)

CRS = "EPSG:4547"


def _districts():
    return gpd.GeoDataFrame(
        {"district_id": ["a"], "name": ["A"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=CRS
    )


def _measure(over=76.5, under=100.0, **named):
    return make_measure(_districts(), [over], [under], **{"of": "population", **named})


def test_both_languages_have_the_same_phrases():
    keys = [{key for key in catalogue(lang) if key.startswith("maps.")} for lang in LANGS]
    assert keys[0] == keys[1]


def test_both_languages_fill_the_same_blanks():
    def blanks(phrase):
        return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}

    en, zh = (catalogue(lang) for lang in ("en", "zh"))
    wrong = [k for k in en if k.startswith("maps.") and blanks(en[k]) ^ blanks(zh[k])]
    assert wrong == []


@pytest.mark.parametrize(
    ("target", "unit", "bound"),
    [
        ("> 95 %", "1", 0.95),
        (">= 0.95", "1", 0.95),
        (">= 95", "1", None),
        (">= 8 m2/person", "m2/person", 8.0),
        ("not decrease", "1", None),
        (None, "1", None),
        ("", "1", None),
    ],
)
def test_the_number_of_a_target_is_read_for_digits_and_limits(target, unit, bound):
    assert bound_of(target, unit) == bound


def test_the_headline_has_value_fraction_and_verdict():
    measure = _measure(numerator_unit="person", denominator_unit="person")
    assert headline(measure, "en", target_text="≥ 80 %", met=False) == (
        "76.5 % of residents (76 of 100 people)",
        "target ≥ 80 %: missed",
    )
    assert headline(measure, "zh", target_text="≥ 70 %", met=True) == (
        "人口 76.5 %（76 / 100 人）",
        "目标 ≥ 70 %：达标",
    )


def test_the_headline_says_when_the_verdict_is_open_or_the_value_unknown():
    assert headline(_measure(), "en", target_text="> 9 %", met=None)[1] == "target > 9 %"
    unknown = headline(_measure(under=0.0), "en", target_text=None, met=None)
    assert unknown == ("Residents: value unknown",)


def test_the_headline_names_the_part():
    first = headline(_measure(part="community"), "en", target_text=None, met=None)[0]
    assert first.startswith("community parks: 76.5 % of residents")


def test_the_headline_of_an_amount_per_person_has_two_units():
    measure = _measure(8.8e6, 1e6, unit="m2/person", numerator_unit="m2", denominator_unit="person")
    assert headline(measure, "en", target_text=None, met=None) == (
        "8.8 m²/person (8.80 km² over 1,000,000 people)",
    )


@pytest.mark.parametrize(
    ("table", "key", "lang", "name"),
    [
        ("layer", "bus_stops", "zh", "公交站点"),
        ("layer", "幼儿园", "zh", "幼儿园"),
        ("denominator", "population+jobs", "en", "residents and jobs"),
        ("part", "0", "en", "tier 0"),
        ("part", "水源涵养", "zh", "水源涵养"),
    ],
)
def test_known_things_have_words_and_the_plans_own_keep_their_names(table, key, lang, name):
    assert term(table, key, lang) == name


def test_measures_are_named_by_part_and_denominator():
    assert measure_name(_measure(), "en") == "Residents"
    assert measure_name(_measure(of="land", part="total"), "en") == "All categories"
    assert measure_name(_measure(part="city"), "en") == "Residents, city parks"


@pytest.mark.parametrize(
    ("analysis", "name"),
    [
        ("coverage", "Share served: residents"),
        ("park_area_per_capita", "Park area per resident"),
        ("something_new", "Residents"),
    ],
)
def test_a_share_is_said_by_what_was_measured(analysis, name):
    assert share_name(_measure(), "en", analysis=analysis) == name


def test_a_title_is_made_where_the_plan_gave_none():
    result = Result(
        "coverage",
        (_measure(),),
        _districts(),
        definition={"distance_m": 500, "facilities": "bus_stops"},
    )
    assert default_title(result, "en") == "Within 500 m of bus stops"
    assert default_title(result, "zh") == "公交站点 500 m 覆盖评价"
    other = Result("odd_one", (_measure(),), _districts())
    assert default_title(other, "en") == "Odd one by district"


def test_the_footer_credits_what_came_from_a_loader_once():
    record = LoadRecord("bus_stops", "bus_stops", as_of="2024", source="LTA")
    stops = attach_record(_districts(), record)
    dated = attach_record(_districts(), LoadRecord("parks", "parks", as_of="2020"))
    credited = attach_record(_districts(), LoadRecord("rail", "facilities", source="MTR"))
    lines = footer(
        {"facilities": stops, "x": stops, "y": dated, "z": credited, "own": _districts()},
        CRS,
        "en",
        tolerance_m=10,
        fictional=True,
    )
    assert lines[:4] == ("FICTIONAL DATA", "Bus stops: LTA, 2024", "Parks: 2020", "Rail lines: MTR")
    assert "EPSG:4547" in lines[4]
    assert "10 m" in lines[5]


def test_a_crs_without_a_code_is_named():
    local = "+proj=tmerc +lat_0=0 +lon_0=114 +k=1 +x_0=5e5 +y_0=0 +ellps=GRS80 +units=m"
    assert any("PROJ" in line for line in footer({}, local, "en", tolerance_m=1, fictional=False))


def test_numbers_stay_with_their_signs():
    assert unbroken("≥ 80 % met") == "≥\u00a080\u00a0% met"


def test_only_the_first_letter_is_raised():
    assert [capital("bus STOPS"), capital(""), capital("公园")] == ["Bus STOPS", "", "公园"]
