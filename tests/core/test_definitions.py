"""Definitions in words: every analysis, in both languages, with nothing left unfilled."""

import re
from string import Formatter

import pandas as pd
import pytest

from geoplan.app.plan.registry import ANALYSES
from geoplan.core.definitions import analysis_name, define, denominator_name, part_name
from geoplan.core.errors import ParameterError
from geoplan.core.results import Measure, Result
from geoplan.core.texts import LANGS, catalogue

TIER = {
    "minutes": 10,
    "speed_kmh": 5,
    "distance_m": None,
    "min_area_m2": 4000,
    "reach_m": 641.0256410256411,
    "park_count": 236,
}
WALK = {
    "distance": "network",
    "kinds": {"population": "weight"},
    "network": "walk_network",
    "network_as_of": "",
    "network_edge_count": 51000,
    "network_length_m": 3.2e6,
    "snap_limit_m": 200,
    "land_width_m": 50,
    "entrance_tolerance_m": 15,
    "boundary_step_m": 50,
    "barrier_count": 3,
    "entrance_rules": {"given": 3, "gate": 2, "crossing": 1, "boundary": 4},
    "facilities_off_network": 2,
}
FACTS = {
    "coverage": {
        "distance_m": 500,
        "distance": "straight",
        "of": ["land", "population", "built_up", "buildings"],
        "facilities": "bus_stops",
        "facility_count": 5166,
    },
    "park_access": {
        "parks": "parks",
        "park_count": 461,
        "as_of": "2024-05",
        "tiers": {
            "community": TIER,
            "city": TIER | dict.fromkeys(("minutes", "speed_kmh", "min_area_m2"))
            | {"distance_m": 2000.0, "reach_m": 2000.0, "park_count": 12},
        },
        "of": ["population+jobs"],
        "higher_serves_lower": True,
        "distance": "straight",
        "detour_factor": 1.3,
        "arc_segments": 1024,
        "area_error": 6.27e-6,
    },
    "rail_coverage": {
        "distance_m": 800, "distance": "straight", "of": ["population+jobs"],
        "facilities": "rail_stations", "facility_count": 281, "as_of": "2025",
        "entrance_count": 1213, "stations_by_entrance": 270, "stations_by_place": 11,
    },
    "living_circle": {
        "distance_m": 1200.0, "minutes": 15, "speed_kmh": 4.8, "of": ["population"],
        "categories": {"school": 120, "clinic": 8}, **WALK,
    },
    "detour": {
        "distance_m": 500, "of": ["population"], "facilities": "bus_stops",
        "facility_count": 5166, "as_of": "", **WALK,
    },
    "park_area_per_capita": {
        "parks": "parks", "park_count": 236, "as_of": "", "population": "population",
        "of": ["population"],
    },
    "green_space_ratio": {
        "parcels": "land_use", "parcel_count": 1200, "as_of": "2020", "classes": ["G1*", "G2"],
        "class_codes": ["G11", "G12", "G2"], "green_count": 77, "of": ["construction_land"],
    },
    "ecological_land_share": {
        "lines": "ecological_line", "line_count": 12, "as_of": "2019", "of": ["land"],
    },
    "green_cover_rate": {
        "cover": "land_cover", "from_raster": True, "legend": "worldcover", "cell_m": 10.0,
        "as_of": "2021", "classes": ["vegetation"], "of": ["built_up"],
    },
    "forest_cover_rate": {
        "cover": "land_cover", "from_raster": False, "polygon_count": 9, "as_of": "2021",
        "classes": ["forest"], "min_canopy": None, "min_patch_m2": 667.0, "neighbours": 8,
        "excluded": ["water"], "of": ["land"],
    },
    "canopy_in_parks": {
        "canopy": "canopy", "from_raster": False, "polygon_count": 9, "as_of": "2021",
        "parks": "parks", "park_count": 7, "classes": ["trees"], "of": ["park_ground"],
    },
    "runoff_coefficient": {
        "cover": "land_cover", "from_raster": True, "legend": "worldcover", "cell_m": 10.0,
        "as_of": "2021", "coefficients": {"built_up": 0.8}, "volumetric": True,
        "kind": "volumetric", "within": "renewal_areas", "area_count": 3, "by": "status",
        "status": ["新建"],
    },
    "ecological_environment_index": {
        "biological_richness": "B", "vegetation_cover": "V", "water_network": "W",
        "land_stress": "L", "pollution_load": "P", "restriction": "R",
        "weights": {"biological_richness": 0.35},
    },
    "landscape_metrics": {
        "cover": "land_cover", "from_raster": True, "legend": "worldcover", "cell_m": 10.0,
        "as_of": "2021", "classes": ["forest"], "neighbours": 8,
    },
    "land_cover_change": {
        "cover": "land_cover", "from_raster": True, "legend": "worldcover", "cell_m": 10.0,
        "as_of": "2021", "previous": "land_cover_2015", "previous_legend": "worldcover",
        "previous_cell_m": 10.0, "previous_as_of": "2015", "classes": ["forest"],
        "same_cells": True,
    },
    "shoreline_share": {
        "shores": "banks", "shore_count": 12, "as_of": "2024", "by": ["kind"],
        "natural": ["自然"], "excluded": ["暗渠"], "both_banks": False,
    },
    "connectivity": {
        "parks": "parks", "park_count": 9, "as_of": "2024", "links": "greenways", "link_count": 4,
        "barriers": "roads", "gap_m": 50.0, "dispersal_m": 500.0,
    },
    "encroachment": {
        "objects": "buildings", "object_count": 812, "as_of": "2024", "lines": "red_lines",
        "line_count": 7, "line_as_of": "2023", "measured": "area", "min_overlap": 1.0,
        "min_overlap_unit": "m2", "categories": ["水源", "生物"],
    },
    "red_line_change": {
        "red_lines": "red_lines", "red_line_count": 7, "as_of": "2024", "previous": "old_lines",
        "previous_count": 6, "previous_as_of": "2018", "min_width_m": 5.0, "categories": ["水源"],
    },
    "buffer_conflict": {
        "sensitive": "homes", "sensitive_count": 300, "as_of": "2024", "sources": "roads",
        "source_count": 12, "distance_m": None, "distances_m": {"motorway": 80.0, "trunk": 50.0},
    },
    "length_and_density": {
        "lines": "greenways", "line_count": 812, "as_of": "2024", "sides": "both", "doubled": True,
        "merge_m": 30.0, "per": ["land", "population"], "classes": ["市", "区"],
        "opened_from": "2021", "opened_to": "2025", "previous": "greenways_2020",
        "tolerance_m": 15.0,
    },
    "service_radius": {
        "facilities": "stations", "facility_count": 1362, "row_count": 1400, "as_of": "2024",
        "of": ["land", "built_up"], "quantiles": [0.5, 0.9], "by_place": True,
    },
    "provision": {
        "facilities": "points", "facility_count": 109, "as_of": "2024", "units": "communities",
        "unit_count": 109, "per_unit": 1, "per_amount": 1000.0, "amount": "households",
        "rule": "larger", "larger": True,
    },
    "facility_set": {
        "members": {"clinic": 12, "hall": 8}, "member_count": 2, "units": "communities",
        "unit_count": 109, "within_m": 300.0,
    },
    "attribute_share": {
        "objects": "sections", "object_count": 66, "as_of": "2020", "column": "quality",
        "by": ["count"], "values": None, "classes": ["I", "II", "III"], "best": "II",
        "least": None, "at_most": None, "unknown_fails": True,
    },
    "weighted_mean": {
        "objects": "surfaces", "object_count": 12, "as_of": "2020", "column": "kind",
        "by": ["area"], "value_unit": "number", "lookup": {"roof": 0.9}, "left_out": True,
    },
    "intensity": {
        "values": "districts", "value_count": 8, "as_of": "2020", "column": "gdp",
        "amount_unit": "CNY", "per": ["land"], "per_column": "co2", "by_place": True,
    },
    "district_table": {
        "value": "pt", "unit": "%", "combine": "mean", "weight": "trips", "whole": None,
        "adds_up": False, "district_count": 8, "as_of": "2020",
    },
    "object_inventory": {
        "objects": "parks", "object_count": 236, "by": "tier", "categories": ["city"],
        "value": "piles", "unit": "个", "as_of": "2020",
    },
    "zone_screening": {
        "projects": "projects", "project_count": 9, "as_of": "2024", "zones": "units",
        "zone_count": 40, "zone_as_of": "2021", "min_overlap": 1.0, "min_overlap_unit": "m2",
        "categories": ["优先保护"],
    },
    "red_line_share": {
        "red_lines": "red_lines", "red_line_count": 7, "as_of": "", "of": ["land"],
        "categories": ["水源", "生物"],
    },
}  # fmt: skip


def said(analysis, lang, **changes):
    facts = {"analysis": analysis, **FACTS[analysis], **changes}
    return "\n".join(define(facts, lang))


def test_every_analysis_that_a_plan_can_name_has_its_definition():
    assert set(FACTS) == set(ANALYSES)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("analysis", FACTS)
def test_sentences_are_whole_and_leave_nothing_unfilled(analysis, lang):
    sentences = define({"analysis": analysis, **FACTS[analysis]}, lang)
    stop = {"en": ".", "zh": "。"}[lang]
    assert len(sentences) >= 3
    assert [sentence for sentence in sentences if not sentence.endswith(stop)] == []
    assert not re.search(r"[{}]|None|nan", "".join(sentences))
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("analysis", FACTS)
def test_a_result_says_the_same_as_its_definition(analysis, lang):
    result = Result(analysis=analysis, measures=(), districts=None, definition=FACTS[analysis])
    assert define(result, lang) == said(analysis, lang).split("\n")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("analysis", FACTS)
def test_every_analysis_has_a_name_of_its_own(analysis, lang):
    assert analysis_name(analysis, lang) != analysis


def test_both_languages_have_the_same_phrases_with_the_same_placeholders():
    def placeholders(lang):
        return {
            key: sorted({name for _, name, _, _ in Formatter().parse(phrase) if name})
            for key, phrase in catalogue(lang).items()
            if key.startswith("definitions.")
        }

    assert placeholders("en") == placeholders("zh")


@pytest.mark.parametrize(
    ("analysis", "lang", "words"),
    [
        ("coverage", "en", "at most 500 m in a straight line from the nearest of 5,166 bus stops."),
        ("coverage", "en", "Share of land, residents, built-up land and buildings at most"),
        ("coverage", "zh", "距 5,166 个公交站点中最近一个的直线距离不超过 500 米的土地"),
        ("coverage", "zh", "土地指该区全部面积。"),
        ("park_access", "en", "community parks: 10 min at 5 km/h is a walk of 833.3 m; divided by"),
        ("park_access", "en", "factor 1.3 it reaches 641 m in a straight line; 236 parks."),
        ("park_access", "en", "community parks: only parks of at least 4,000 m²."),
        ("park_access", "en", "city parks: 2,000 m in a straight line; 12 parks."),
        ("park_access", "en", "at most 0.0006 % of its area too small"),
        ("park_access", "zh", "后一级公园也服务前面各级"),
        ("park_access", "zh", "“全部可达”指同时满足所有级别：社区公园和城市公园。"),
        ("park_access", "zh", "图层日期：2024-05。"),
        ("park_area_per_capita", "en", "not park green space per person (人均公园绿地面积"),
        ("park_area_per_capita", "zh", "人口取自“人口”图层在区内的部分"),
        ("green_space_ratio", "zh", "绿地类别 G1*和G2 的地块面积占建设用地的比例"),
        ("green_space_ratio", "en", "Codes found for them: G11, G12 and G2; 77 of 1,200 parcels."),
        ("green_space_ratio", "en", "Both parcels and land are restricted to construction land."),
        ("ecological_land_share", "en", "The definition is the line, not the land cover"),
        ("red_line_share", "zh", "按类别：水源和生物。"),
        ("red_line_share", "en", "Date of the layer: not stated."),
    ],
)  # fmt: skip
def test_a_definition_says_what_decides_the_number(analysis, lang, words):
    assert words in said(analysis, lang)


def test_a_definition_says_only_what_applies():
    assert "its own tier only" in said("park_access", "en", higher_serves_lower=False)
    assert "segments" not in said("park_access", "en", arc_segments=None)
    assert "restricted" not in said("green_space_ratio", "en", of=["land"])
    assert "No parcel has" in said("green_space_ratio", "en", class_codes=[])
    assert "By category" not in said("red_line_share", "en", categories=[])
    assert "own column" in said("park_area_per_capita", "en", population="districts")


def test_layers_of_the_plans_own_keep_their_name():
    assert "from the nearest of 3 kindergartens" in said(
        "coverage", "en", facilities="kindergartens", facility_count=3
    )
    assert (denominator_name("slums", "zh"), part_name("水源", "en")) == ("slums", "水源")


def test_counted_things_are_said_to_be_counted():
    words = said("coverage", "en", of=["dwellings"], kinds={"dwellings": "count"})
    assert "dwellings are counted: each object once" in words


def test_what_a_result_counts_is_known_by_its_unit():
    nothing = pd.DataFrame()
    measure = Measure("dwellings", "", nothing, 0.5, 1.0, 2.0, "1", "count", "count", 0.5, 0.5)
    facts = FACTS["coverage"] | {"of": ["dwellings"]}
    result = Result("coverage", (measure,), districts=None, definition=facts)
    assert "dwellings are counted: each object once" in "".join(define(result, "en"))


@pytest.mark.parametrize("subject", [{"analysis": "siting"}, {}])
def test_an_analysis_without_a_definition_is_an_error(subject):
    with pytest.raises(ParameterError, match="no definition in words of the analysis '"):
        define(subject, "en")


def test_a_language_that_geoplan_does_not_speak_is_an_error():
    with pytest.raises(ParameterError, match="`lang` is 'fr'"):
        said("coverage", "fr")


@pytest.fixture
def words(monkeypatch):
    """Let an analysis `lengths` have its sentences among the words."""
    told = {
        "definitions.list.and": " and ",
        "definitions.list.comma": ", ",
        "definitions.lengths.sentences.what": "Length of {line_count} {lines} over {of}.",
        "definitions.lengths.sentences.classes": "Classes: {classes}.",
        "definitions.lengths.sentences.both_sides__yes": "Both sides count.",
        "definitions.lengths.sentences.both_sides__no": "Centre lines count.",
    }
    for module in ("definitions", "definition_words"):
        monkeypatch.setattr(f"geoplan.core.{module}.catalogue", lambda _: told)
    monkeypatch.setattr("geoplan.core.definition_words.text", lambda key, _, **__: told[key])


@pytest.mark.usefixtures("words")
def test_an_analysis_may_have_its_definition_among_the_words_alone():
    facts = {"analysis": "lengths", "line_count": 1200, "lines": "roads", "of": ["land", "ring"]}

    assert define({**facts, "both_sides": True, "classes": ["a"]}, "en") == [
        "Length of 1,200 roads over land and ring.",
        "Classes: a.",
        "Both sides count.",
    ]
    assert define({**facts, "both_sides": False, "classes": []}, "en")[1:] == [
        "Centre lines count."
    ]
