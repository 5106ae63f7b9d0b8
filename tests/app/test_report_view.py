import dataclasses
import math

import pytest

from geoplan.app.plan.registry import ANALYSES
from geoplan.app.report.summary import verdict_table
from geoplan.app.report.tables import (
    district_standings,
    district_table,
    measures_table,
    other_tables,
)
from geoplan.app.report.view import report_view
from geoplan.app.report.words import (
    conclusion,
    finding,
    fraction_words,
    reason_words,
    shortfall_words,
    target_words,
)
from geoplan.app.run.outcome import Target, Verdict
from geoplan.core.definitions import define
from geoplan.core.notices import Notice
from geoplan.core.results import make_amount
from geoplan.core.texts import catalogue

LANGS = ("en", "zh")


def plain(text):
    return text.replace("\u00a0", " ")


def texts(table, column):
    return [plain(row.cells[column].text) for row in table.rows]


@pytest.fixture(params=LANGS)
def view(request, outcomes):
    return report_view(outcomes.make_outcome(request.param), define)


def with_target(indicator, target, verdict):
    return dataclasses.replace(indicator, target=target, verdict=verdict)


def test_both_languages_have_the_same_phrases_with_the_same_gaps():
    def gaps(lang):
        phrases = catalogue(lang)
        return {
            key: sorted(part.split("}")[0].split(":")[0] for part in phrase.split("{")[1:])
            for key, phrase in phrases.items()
            if key.startswith(("report.", "static."))
        }

    english, chinese = gaps("en"), gaps("zh")
    assert english.keys() == chinese.keys()
    # A language may leave a value unsaid, but may not name one that is never given.
    assert all(set(chinese[key]) <= set(english[key]) for key in english)


def test_the_missed_come_first_and_those_without_target_last(outcomes):
    table = verdict_table(outcomes.make_outcome("en"))
    assert texts(table, 0) == ["missed", "undecidable", "met", "no target"]


def test_every_verdict_has_a_sign_beside_its_word(view):
    assert [row.cells[0].mark for row in view.verdicts.rows] == ["✗", "◇", "✓", "–"]


def test_the_worst_districts_are_named_worst_first_and_the_rest_counted(outcomes):
    worst = texts(verdict_table(outcomes.make_outcome("en")), 5)[0]
    assert worst == "平湖 41.0 %, 坂田 49.3 %, 布吉 57.6 % and 4 more"


def test_an_undecidable_verdict_gives_its_reason_in_place_of_districts(outcomes):
    assert texts(verdict_table(outcomes.make_outcome("en")), 5)[1] == (
        "The value for the whole area is unknown."
    )


def test_the_shortfall_of_land_is_in_hectares(outcomes):
    # (0.95 - 0.70) of 8 districts of 1,600 ha
    assert texts(verdict_table(outcomes.make_outcome("en")), 4)[0] == "3,200.0 ha"


@pytest.mark.parametrize(
    ("shortfall", "unit", "words"),
    [
        (12_345.0, "person", "12,345 people"),
        (48_000.0, "m2", "4.8 ha"),
        (900.0, "m2", "900 m²"),
        (250e6, "m2", "250.0 km²"),
        (12_500.0, "m", "12.5 km"),
        (1.25, "m2/person", "1.2 m²/person"),
        (0.021, "1", "2.1 percentage points"),
        (0.0, "m2", "on the bound, which the target excludes"),
    ],
)
def test_shortfalls_are_said_at_a_size_people_read(shortfall, unit, words):
    assert plain(shortfall_words(Verdict("missed", "", shortfall, unit), "en")) == words


def test_what_is_met_lacks_nothing():
    assert shortfall_words(Verdict("met", "", 0.0, "m2"), "en") == ""


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target("at least 30.05 %", ">=", 0.3005, "1", "land"), "≥ 30.05 %"),
        (Target("> 95 %", ">", 0.95, "1", "land"), "> 95 %"),
        (Target("<= 0.9 km", "<=", 900.0, "m", "land"), "≤ 900 m"),
        (Target(">= 8 m2/person", ">=", 8.0, "m2/person", "population"), "≥ 8 m²/person"),
        (Target("no loss", "not_decrease", None, "1", "land"), "not to fall"),
        (Target("no loss", "not_decrease", 0.466, "1", "land"), "not to fall (from 46.6 %)"),
    ],
)
def test_a_target_keeps_all_digits_of_its_bound(target, words):
    assert plain(target_words(target, "en")) == words


@pytest.mark.parametrize(
    "reason", ["value_unknown", "denominator_zero", "no_baseline", "no_parent"]
)
@pytest.mark.parametrize("lang", LANGS)
def test_every_reason_has_its_words(reason, lang):
    words = reason_words(Verdict("undecidable", reason, math.nan, "m2"), lang)
    assert words == catalogue(lang)[f"report.reasons.{reason}"]


def test_an_unforeseen_reason_is_given_as_it_is():
    words = reason_words(Verdict("undecidable", "moon_phase", math.nan, "m2"), "en")
    assert words == "Reason: moon_phase."


def test_the_finding_says_the_number_and_what_it_is_of(outcomes):
    indicator = outcomes.missed_indicator()
    assert plain(finding(indicator, "en")) == "70.0 % of land lies within 500 m of bus stops."


def test_a_finding_never_reads_as_the_bound_it_misses(outcomes):
    indicator = outcomes.missed_indicator()
    measure = dataclasses.replace(indicator.result.measures[0], value=0.94996)
    result = dataclasses.replace(indicator.result, measures=(measure,))
    words = finding(dataclasses.replace(indicator, result=result), "en")
    assert plain(words).startswith("94.996 %")


def test_an_unknown_value_is_said_to_be_unknown(outcomes):
    words = finding(outcomes.undecidable_indicator(), "en")
    assert words.endswith("the value for the whole area is unknown.")


def test_too_much_is_not_called_short(outcomes):
    target = Target("<= 20 %", "<=", 0.2, "1", "land")
    verdict = Verdict("missed", "", 64e6, "m2")
    words = conclusion(with_target(outcomes.missed_indicator(), target, verdict), "en")
    assert plain(words) == "The plan asks for ≤ 20 %: missed, 6,400.0 ha too much."


def test_a_strict_target_that_is_just_reached_says_so(outcomes):
    target = Target("> 70 %", ">", 0.7, "1", "land")
    verdict = Verdict("missed", "", 0.0, "m2")
    words = conclusion(with_target(outcomes.missed_indicator(), target, verdict), "en")
    assert "reached exactly" in words


def test_numerator_and_denominator_share_a_unit(outcomes):
    measure = outcomes.missed_indicator().headline
    assert plain(fraction_words(measure, "en")) == "89.6 of 128.0 km²"


def test_an_unknown_numerator_gives_no_fraction(outcomes):
    assert fraction_words(outcomes.undecidable_indicator().headline, "en") == ""


def test_districts_keep_their_order_under_the_whole(outcomes):
    table = district_table(outcomes.missed_indicator(), "en")
    assert texts(table, 0) == ["Whole area", *outcomes.STREETS]


def test_zero_is_a_number_and_unknown_a_dash(outcomes):
    zero = district_table(outcomes.plain_indicator(), "en")
    unknown = district_table(outcomes.undecidable_indicator(), "en")
    assert (texts(zero, 3)[1], texts(unknown, 3)[3]) == ("0.0 %", "–")


def test_a_district_without_a_name_goes_by_its_key(outcomes):
    table = district_table(outcomes.large_outcome().indicators[0], "en")
    assert texts(table, 0)[-1] == "D54"


def test_districts_stand_to_the_target_by_themselves(outcomes):
    assert district_standings(outcomes.missed_indicator()) == [*["missed"] * 7, "met"]


def test_a_district_without_a_value_has_no_verdict(outcomes):
    standings = district_standings(outcomes.undecidable_indicator())
    assert standings == ["missed", "missed", "", *["missed"] * 4, "met"]


@pytest.mark.parametrize(
    "target",
    [
        Target("no loss", "not_decrease", 0.5, "1", "land"),
        Target("no loss", "not_decrease", None, "1", "land"),
    ],
)
def test_a_baseline_of_the_whole_is_not_put_to_districts(outcomes, target):
    indicator = with_target(outcomes.missed_indicator(), target, Verdict("met", "", 0.0, "m2"))
    assert set(district_standings(indicator)) == {""}


def test_no_measure_is_lost_and_no_table_too_wide(outcomes):
    indicator = outcomes.undecidable_indicator()
    many = tuple(dataclasses.replace(indicator.headline, part=f"tier {k}") for k in range(12))
    result = dataclasses.replace(indicator.result, measures=(indicator.headline, *many))
    tables = other_tables(dataclasses.replace(indicator, result=result), "en")
    assert [len(table.headings) for table in tables] == [6, 6, 3]


def test_a_chart_of_many_districts_is_cut_into_pages_and_keeps_every_bar(outcomes):
    indicator = outcomes.missed_indicator([f"District {k}" for k in range(130)])
    chart = report_view(outcomes.make_outcome("en", (indicator,)), define).indicators[0].chart
    assert chart.count('role="img"') == 3
    assert chart.count("<rect ") == 131


def test_counts_add_up_to_the_indicators(view):
    assert [(card.mark, card.count) for card in view.cards] == [
        ("✗", "1"),
        ("◇", "1"),
        ("✓", "1"),
        ("–", "1"),
    ]


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        (("met", "met"), "All 2 targets are met"),
        (("met",), "The one target is met"),
        (("missed",), "The one target is missed"),
        (("met", "missed"), "1 of 2 targets is missed"),
        (("missed", "missed", "met"), "2 of 3 targets are missed"),
        (("undecidable",), "The one target cannot be decided"),
        (("undecidable", "met"), "None is missed, but 1 of 2 targets cannot be decided"),
        (("undecidable",) * 2, "None is missed, but 2 of 2 targets cannot be decided"),
        ((), "The plan sets no targets"),
    ],
)
def test_the_summary_says_it_in_one_sentence(outcomes, statuses, words):
    indicators = [
        dataclasses.replace(
            outcomes.missed_indicator(), verdict=Verdict(status, "value_unknown", 1.0, "m2")
        )
        for status in statuses
    ]
    outcome = outcomes.make_outcome("en", (*indicators, outcomes.plain_indicator()))
    assert report_view(outcome, define).summary == words


def test_layers_tell_rows_datum_and_change_of_area(outcomes):
    view = report_view(outcomes.make_outcome("en"), define)
    stops = [plain(cell.text).replace("−", "-") for cell in view.layers.rows[1].cells]
    assert stops[3:] == ["GCJ-02", "5,169", "5,166", "1", "-1,234 m²"]


def test_what_was_dropped_is_written_out_by_layer(outcomes):
    view = report_view(outcomes.make_outcome("en"), define)
    assert [(layer.layer, len(layer.notes)) for layer in view.layer_notes] == [("bus stops", 1)]


def test_the_run_names_its_hash_and_the_error_of_its_crs(outcomes):
    facts = dict(report_view(outcomes.make_outcome("en"), define).run)
    assert facts["SHA-256 of the plan"] == "0123456789abcdef" * 4
    assert facts["Lengths in it are off by at most"] == "0.050 m per km"


def test_steps_are_named_in_words(outcomes):
    steps = report_view(outcomes.make_outcome("en"), define).steps
    assert steps == (
        ("read bus stops", "1.23 s"),
        ("measure 生态红线面积占比", "0.06 s"),
        ("other", "0.01 s"),
    )


def test_warnings_are_said_once(outcomes):
    notice = Notice("dropped_no_geometry", "parks", 3, 57)
    outcome = outcomes.make_outcome("en", notices=(notice, notice))
    assert len(report_view(outcome, define).warnings) == 1


def test_methods_speak_of_the_analyses_used_and_no_others(outcomes):
    outcome = outcomes.make_outcome("en", (outcomes.plain_indicator(),))
    methods = report_view(outcome, define).methods
    assert [words.split(".")[0] for words in methods[1:]] == ["Red lines"]


def test_no_name_keeps_a_character_that_hides_or_reorders(outcomes):
    view = report_view(outcomes.hostile_outcome(), define)
    shown = repr(view)
    assert "\u202e" not in shown
    assert "\\x07" not in shown


def test_the_outcome_is_not_changed(outcomes):
    outcome = outcomes.make_outcome("en")
    before = [measure.districts.copy() for i in outcome.indicators for measure in i.result.measures]
    report_view(outcome, define)
    after = [measure.districts for i in outcome.indicators for measure in i.result.measures]
    assert all(old.equals(new) for old, new in zip(before, after, strict=True))


def test_a_plain_amount_stands_over_nothing(outcomes):
    indicator = outcomes.make_outcome("zh").indicators[0]
    first = indicator.result.measures[0]
    metres = [1_200.0 * k for k in range(len(indicator.result.districts))]
    length = make_amount(indicator.result.districts, metres, of="length", unit="m")
    result = dataclasses.replace(indicator.result, measures=(length, first))
    counted = dataclasses.replace(indicator, result=result, target=None, verdict=None)
    table = district_table(counted, "zh")
    assert [heading.unit for heading in table.headings[:2]] == ["", "m"]
    assert len(table.headings) == 2
    assert fraction_words(length, "zh") == ""
    both = measures_table(counted, "zh")
    assert [cell.text for cell in both.rows[0].cells[1:3]] == ["–", "–"]
    assert both.rows[0].cells[3].text.endswith("m")


def test_the_maps_of_the_whole_plan_are_named_with_their_files(outcomes):
    made = report_view(outcomes.make_outcome("zh"), define, beside=("overview.html",))
    assert [file for file, _ in made.plan_maps] == ["overview.html"]
    assert "总览" in made.plan_maps[0][1]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("analysis", ANALYSES)
def test_every_analysis_has_a_title_a_method_and_names_for_its_measures(analysis, lang):
    words = catalogue(lang)
    assert f"maps.title.{analysis}" in words
    assert f"report.methods.{analysis}" in words
    unnamed = [
        of for of in ANALYSES[analysis].measures
        if not {f"terms.denominator.{of}", f"terms.layer.{of}"} & set(words)
    ]  # fmt: skip
    assert unnamed == []
