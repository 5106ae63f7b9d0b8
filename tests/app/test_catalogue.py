"""The catalogue: every row of the five plans, checked when it is read."""

from collections import Counter

import pytest
from pydantic import ValidationError

from geoplan.app.catalogue.document_targets import target_keys
from geoplan.app.catalogue.explain import explain
from geoplan.app.catalogue.page import catalogue_page, document_key, select_indicators
from geoplan.app.catalogue.ready_plan import ready_plan
from geoplan.app.catalogue.rows import (
    CatalogueEntry,
    catalogue_sources,
    indicator_catalogue,
)
from geoplan.app.plan.registry import ANALYSES, denominators
from geoplan.app.plan.targets import parse_target
from geoplan.core.errors import ParameterError

ENTRIES = indicator_catalogue()
OF_PLANS = [entry for entry in ENTRIES.values() if entry.family != "further"]
TARGETS = [
    (entry, statement, target)
    for entry in ENTRIES.values()
    for statement in entry.statements
    for target in statement.targets
]


def test_every_row_of_the_five_plans_is_there_with_every_statement():
    strengths = Counter(entry.strength for entry in OF_PLANS)
    said = Counter(one.document for entry in OF_PLANS for one in entry.statements)

    assert strengths == {"core": 14, "strong": 97, "weak": 65}
    assert sum(said.values()) == 318
    assert set(said) == set(catalogue_sources().documents)


@pytest.mark.parametrize(
    "id_",
    [
        "bus-stop-coverage-500m",
        "rail-station-coverage-800m",
        "rail-station-coverage-500m",
        "rail-entrance-coverage-800m",
        "living-circle-15min",
        "park-access-10-20-30",
        "park-area-per-capita",
        "green-space-ratio",
        "eco-land-share",
        "red-line-share",
    ],
)
def test_plans_written_with_the_first_ten_ids_keep_working(id_):
    assert ENTRIES[id_].analysis in ANALYSES


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.id)
def test_a_row_needs_the_layers_that_its_parameters_name(entry):
    assert entry.required[0] == "districts"
    assert set(entry.layers.values()) <= set(entry.required)
    assert not set(entry.required) & set(entry.optional)


@pytest.mark.parametrize(
    ("entry", "statement", "target"), TARGETS, ids=[f"{e.id} {t.target}" for e, _, t in TARGETS]
)
def test_a_target_can_be_read_in_the_unit_of_what_it_speaks_of(entry, statement, target):
    analysis = ANALYSES.get(entry.analysis)
    units = {} if analysis is None else analysis.measures
    unit = target.unit or units.get(target.of) or entry.unit

    assert parse_target(target.target, unit=unit, direction=entry.direction).operator
    assert statement.quotes


@pytest.mark.parametrize("name", catalogue_sources().layers)
def test_every_layer_of_the_sources_is_asked_for_by_a_row(name):
    assert select_indicators(layer=name)


def test_a_target_keeps_the_strictness_of_its_document():
    strict = {(e.id, t.target) for e, _, t in TARGETS if t.target[0] in "<>" and t.target[1] == " "}

    assert {
        ("bus-stop-coverage-500m", "> 95 %"),
        ("bidao-length", "> 800 km"),
        ("charging-average-service-radius", "< 0.9 km"),
    } <= strict


UP, DOWN = {">", ">=", "not_decrease"}, {"<", "<=", "not_increase", "not_above_parent"}


def test_the_way_that_is_better_agrees_with_every_target_of_the_row():
    wrong = []
    for entry, _, target in TARGETS:
        better = target.better or entry.direction
        measures = ANALYSES[entry.analysis].measures
        unit = target.unit or measures.get(target.of) or entry.unit
        operator = parse_target(target.target, unit=unit).operator
        if operator in (DOWN if better == "up" else UP):
            wrong.append((entry.id, target.target))

    assert wrong == []


def test_no_row_contradicts_its_analysis_on_what_is_better():
    ways = {entry.id: (entry.direction, ANALYSES[entry.analysis].direction) for entry in OF_PLANS}

    assert {id_: way for id_, way in ways.items() if way[1] not in (None, way[0])} == {}


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.id)
def test_the_unit_of_a_row_is_one_that_its_analysis_gives(entry):
    analysis = ANALYSES[entry.analysis]
    written = {**entry.layers, **entry.defaults, **entry.fixed, **entry.example}
    if entry.tiers:
        written["tiers"] = {name: {**one, "speed_kmh": 5} for name, one in entry.tiers.items()}
    table = analysis.table.model_validate(written)
    things = (*analysis.measures, *denominators(table), getattr(table, "per_column", None) or "")

    assert entry.unit in {table.unit_of(of) or _measured(entry, of) for of in things}


def _measured(entry, of):
    analysis = ANALYSES[entry.analysis]
    return analysis.measures.get(of or "", analysis.unit)


def test_a_year_that_is_not_printed_is_marked_and_told_with_the_source():
    read = [(e, s, t) for e, s, t in TARGETS if not t.year_printed]

    assert {target.year for _, _, target in read} == {2020, 2025}
    for entry, statement, target in read:
        assert "end of the plan" in explain(entry, "en")
        assert "规划期末" in target_keys(statement, target, "zh")["source"]


def test_what_was_achieved_is_no_target_and_no_year_is_made_up():
    years = {entry.id: [t.year for e, _, t in TARGETS if e is entry] for entry in OF_PLANS}

    assert years["eco-control-line-zero-violation"] == []
    assert years["illegal-construction-growth"] == [None, None]
    assert years["sub-district-air-station"] == [None]


def test_a_row_has_every_number_of_its_sentence():
    asked = {(e.id, t.target, t.part) for e, _, t in TARGETS}

    assert {
        ("park-expansion-35", ">= 35 个", "total"),
        ("park-expansion-35", ">= 10 个", "城市公园"),
        ("park-expansion-35", ">= 5 个", "郊野公园"),
        ("park-expansion-35", ">= 20 个", "社区公园"),
    } <= asked


def test_what_a_document_leaves_out_here_and_not_there_is_told_and_never_settled():
    for id_ in ("forest-stock-volume", "sectoral-intensities", "reclaimed-water-and-others"):
        ways = {tuple(t.excludes) for e, s, t in TARGETS if e.id == id_ and "2025" in s.document}
        assert ways >= {(), ("深汕特别合作区",)}
        assert any(len(one.values) > 1 for one in ENTRIES[id_].disagreements)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("key", catalogue_sources().documents)
def test_a_document_is_named_by_its_title_and_never_by_a_file(key, lang):
    document = catalogue_sources().documents[key]
    shown = [catalogue_page(lang), ready_plan(key, lang), document.cite(lang, "L1")]

    assert not [words for words in shown if document.file in words]
    assert document.title[lang] in document.cite(lang, "L1")


def test_binding_expected_and_striven_for_are_told_apart():
    forces = {(e.id, t.target): t.force for e, _, t in TARGETS}

    assert forces["forest-cover-rate", ">= 30.05 %"] == "binding"
    assert forces["forest-cover-rate", ">= 37 %"] is None
    assert forces["shoreline-ecological-share", ">= 65 %"] == "expected"
    assert forces["rooftop-pv-coverage", ">= 50 %"] == "strive"


ROW = {
    "id": "x",
    "title": {"en": "X", "zh": "某"},
    "family": "coverage",
    "strength": "core",
    "analysis": "coverage",
    "required": ["districts"],
    "unit": "1",
    "direction": "up",
    "formula": {"en": "a / b", "zh": "甲 ÷ 乙"},
}
SAID = {
    "document": "longgang-2020",
    "place": "L1",
    "quotes": [{"text": "甲", "reading": "exact"}],
    "says": {"en": "A", "zh": "甲"},
}


def test_the_row_that_bad_ones_are_made_of_is_good():
    assert CatalogueEntry.model_validate({**ROW, "statements": [SAID]}).documents == [
        "longgang-2020"
    ]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"colour": "red"}, "Extra inputs"),
        ({"title": {"en": "X"}}, "both languages"),
        ({"title": {"en": "X", "zh": ""}}, "at least 1 character"),
        ({"strength": "big"}, "'core', 'strong' or 'weak'"),
        ({"direction": "left"}, "'up', 'down' or 'none'"),
        ({"required": []}, "at least 1 item"),
        ({"required": ["districts", "unicorns"]}, "names the layer 'unicorns'"),
        ({"standards": ["gb0"]}, "names the standard 'gb0'"),
        ({"family": "odd"}, "names the family 'odd'"),
        ({"statements": [{**SAID, "document": "paris"}]}, "names the document 'paris'"),
        ({"statements": [{**SAID, "quotes": []}]}, "at least 1 item"),
        ({"statements": [{**SAID, "targets": [{"target": "> 1 %", "year": "2020"}]}]}, "integer"),
        ({"statements": [{**SAID, "targets": [{"target": "> 1 %", "force": "soft"}]}]}, "binding"),
    ],
)
def test_a_row_that_is_not_right_is_refused(change, match):
    with pytest.raises(ValidationError, match=match):
        CatalogueEntry.model_validate({**ROW, **change})


def test_rows_are_picked_by_document_analysis_layer_and_strength():
    ids = [e.id for e in select_indicators(document="002", strength="core", layer="parks")]
    assert ids == ["park-access-10-20-30", "park-open-door-accessibility", "park-greenway-link"]


@pytest.mark.parametrize(
    ("filters", "match"),
    [
        ({"document": "005"}, "`document` is '005'"),
        ({"analysis": "magic"}, "`analysis` is 'magic'"),
        ({"layer": "bus_stop"}, 'Did you mean "bus_stops"'),
        ({"strength": "strongest"}, 'Did you mean "strong"'),
    ],
)
def test_a_filter_that_nothing_has_names_what_there_is(filters, match):
    with pytest.raises(ParameterError, match=match):
        select_indicators(**filters)


def test_a_document_is_known_by_key_and_number():
    assert document_key("004") == document_key("shenzhen-2025") == "shenzhen-2025"
