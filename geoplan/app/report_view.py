"""The report as plain values: what it says, before it is a page, a document or a workbook."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from geoplan.app.charts import Standing
from geoplan.app.outcome import IndicatorOutcome, PlanOutcome
from geoplan.app.report_chart import district_chart
from geoplan.app.report_quality import (
    LayerNotes,
    files_table,
    layer_notes,
    layers_table,
    run_facts,
    step_facts,
    version_facts,
)
from geoplan.app.report_tables import (
    Cell,
    Heading,
    Row,
    Table,
    compares_districts,
    district_names,
    district_table,
    measures_table,
    other_tables,
    verdict_cell,
)
from geoplan.app.report_words import (
    MARKS,
    conclusion,
    finding,
    fraction_words,
    measure_words,
    notice_words,
    on_streets,
    reason_words,
    say,
    shortfall_words,
    target_words,
    unbroken,
)
from geoplan.core.notices import unique
from geoplan.core.numbers import number, value_text
from geoplan.core.results import Result
from geoplan.core.texts import catalogue
from geoplan.maps.safe import visible

_WORST_NAMED = 3
_ORDER: tuple[Standing, ...] = ("missed", "undecidable", "met", "")

Define = Callable[[Result, str], Sequence[str]]


@dataclass(frozen=True)
class Card:
    """
    A count on the first page.

    Parameters
    ----------
    standing : {"met", "missed", "undecidable", ""}
        What is counted.
    mark, count, word : str
        Its sign, the number and what it is called.
    """

    standing: Standing
    mark: str
    count: str
    word: str


@dataclass(frozen=True)
class IndicatorView:
    """
    One indicator, in words.

    Parameters
    ----------
    id, anchor, number, title : str
        Key in the plan, place in the page, number and title.
    standing : {"met", "missed", "undecidable", ""}
        The verdict.
    verdict : Cell
        The verdict as sign and word.
    finding, conclusion : str
        What was found, and how it stands to the target.
    definition : tuple of str
        Paragraphs.
    source : str
        Where the target comes from.
    chart : Markup
        Ranked bars.
    chart_caption : str
        What the chart shows.
    measures : Table or None
        The whole area by every measure.
    districts : Table
        The headline measure by district.
    others : tuple of Table
        The other measures by district.
    notices : tuple of str
        What to bear in mind.
    """

    id: str
    anchor: str
    number: str
    title: str
    standing: Standing
    verdict: Cell
    finding: str
    conclusion: str
    definition: tuple[str, ...]
    source: str
    chart: Markup
    chart_caption: str
    measures: Table | None
    districts: Table
    others: tuple[Table, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True)
class ReportView:
    """
    The whole report, in words.

    Parameters
    ----------
    name, lang : str
        The plan and its language.
    summary : str
        The verdict on all targets, in one sentence.
    cards : tuple of Card
        Counts of verdicts.
    verdicts : Table
        One row per indicator, the missed ones first.
    indicators : tuple of IndicatorView
        In the order of the plan.
    layers, files : Table
        Data as they were read, and every file with its hash.
    layer_notes : tuple of LayerNotes
        What was dropped or repaired.
    warnings : tuple of str
        What concerns the run as a whole.
    run, steps, versions : tuple of (str, str)
        Facts with their names.
    methods : tuple of str
        Paragraphs.
    made_by : str
        The last line.
    """

    name: str
    lang: str
    summary: str
    cards: tuple[Card, ...]
    verdicts: Table
    indicators: tuple[IndicatorView, ...]
    layers: Table
    files: Table
    layer_notes: tuple[LayerNotes, ...]
    warnings: tuple[str, ...]
    run: tuple[tuple[str, str], ...]
    steps: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    methods: tuple[str, ...]
    made_by: str


def report_view(outcome: PlanOutcome, define: Define) -> ReportView:
    """
    Turn the outcome of a plan into the words and tables of its report.

    Parameters
    ----------
    outcome : PlanOutcome
        The plan that was run.
    define : callable
        Gives the definition of a result in words, from the result and the language.

    Returns
    -------
    ReportView
        Plain values in the plan's language. Nothing in them is markup but the charts.
    """
    lang = outcome.lang
    return ReportView(
        name=visible(outcome.name),
        lang=lang,
        summary=_summary(outcome),
        cards=_cards(outcome),
        verdicts=verdict_table(outcome),
        indicators=tuple(
            _indicator(indicator, k, lang, define)
            for k, indicator in enumerate(outcome.indicators, start=1)
        ),
        layers=layers_table(outcome),
        files=files_table(outcome),
        layer_notes=layer_notes(outcome),
        warnings=tuple(notice_words(notice, lang) for notice in unique(outcome.notices)),
        run=run_facts(outcome),
        steps=step_facts(outcome),
        versions=version_facts(outcome),
        methods=_methods(outcome),
        made_by=say(
            "page.made_by",
            lang,
            version=visible(outcome.versions.get("geoplan", "")),
            crs=visible(outcome.study_crs.crs),
        ),
    )


def _standing(indicator: IndicatorOutcome) -> Standing:
    return indicator.verdict.status if indicator.verdict else ""


def _count(outcome: PlanOutcome, standing: Standing) -> int:
    return sum(_standing(indicator) == standing for indicator in outcome.indicators)


def _summary(outcome: PlanOutcome) -> str:
    missed, undecidable = _count(outcome, "missed"), _count(outcome, "undecidable")
    total = len(outcome.indicators) - _count(outcome, "")
    if total == 0:
        key = "no_targets"
    elif missed:
        key = "missed_only" if total == 1 else "missed_one" if missed == 1 else "missed_many"
    elif undecidable:
        only, one = total == 1, undecidable == 1
        key = "undecidable_only" if only else "undecidable_one" if one else "undecidable_many"
    else:
        key = "only_met" if total == 1 else "all_met"
    return say(f"summary.{key}", outcome.lang, total=total, missed=missed, undecidable=undecidable)


def _cards(outcome: PlanOutcome) -> tuple[Card, ...]:
    return tuple(
        Card(
            standing,
            MARKS[standing],
            number(_count(outcome, standing)),
            say(f"cards.{standing or 'none'}", outcome.lang),
        )
        for standing in _ORDER
        if standing or _count(outcome, "")
    )


def verdict_table(outcome: PlanOutcome) -> Table:
    """
    Lay out every indicator with its verdict, value, target, shortfall and worst districts.

    Parameters
    ----------
    outcome : PlanOutcome
        The plan that was run.

    Returns
    -------
    Table
        The missed first, then the undecidable, the met, and those without a target; otherwise in
        the order of the plan.
    """
    lang = outcome.lang
    headings = (
        Heading(say("table.verdict", lang)),
        Heading(say("table.indicator", lang)),
        Heading(say("table.value", lang), numeric=True),
        Heading(say("table.target", lang), numeric=True),
        Heading(say("table.shortfall", lang), numeric=True),
        Heading(say("table.worst", lang)),
    )
    numbered = sorted(
        enumerate(outcome.indicators, start=1), key=lambda pair: _ORDER.index(_standing(pair[1]))
    )
    rows = tuple(
        Row(_verdict_cells(indicator, k, lang), _standing(indicator)) for k, indicator in numbered
    )
    return Table(say("table.verdicts_caption", lang), headings, rows)


def _verdict_cells(indicator: IndicatorOutcome, k: int, lang: str) -> tuple[Cell, ...]:
    measure, target, verdict = indicator.headline, indicator.target, indicator.verdict
    bound = target.value if target else None
    reason = reason_words(verdict, lang) if verdict else ""
    return (
        verdict_cell(_standing(indicator), lang),
        Cell(
            visible(indicator.title),
            note=say("table.share_of", lang, of=measure_words(measure, lang)),
            anchor=_anchor(k),
        ),
        Cell(
            value_text(measure.value, measure.unit, lang, bound=bound),
            note=fraction_words(measure, lang),
        ),
        Cell(target_words(target, lang) if target else "–"),
        Cell((shortfall_words(verdict, lang) if verdict else "") or "–"),
        Cell(reason or _worst(indicator, lang) or "–"),
    )


def _worst(indicator: IndicatorOutcome, lang: str) -> str:
    if indicator.verdict is None or not indicator.verdict.missed_districts:
        return ""
    measure, missed = indicator.headline, indicator.verdict.missed_districts
    bound = indicator.target.value if indicator.target else None
    names = dict(zip(measure.districts["district_id"], district_names(measure), strict=True))
    values = dict(zip(measure.districts["district_id"], measure.districts["value"], strict=True))
    words = say("table.worst_separator", lang).join(
        say(
            "table.worst_entry",
            lang,
            name=names[key],
            value=unbroken(value_text(values[key], measure.unit, lang, bound=bound)),
        )
        for key in missed[:_WORST_NAMED]
    )
    more = len(missed) - _WORST_NAMED
    if more <= 0:
        return words
    return f"{words} {say('table.more_one' if more == 1 else 'table.more', lang, count=more)}"


def _anchor(k: int) -> str:
    # A number and not the indicator's own id: an id of the plan's may hold anything.
    return f"indicator-{k}"


def _indicator(indicator: IndicatorOutcome, k: int, lang: str, define: Define) -> IndicatorView:
    measure, target = indicator.headline, indicator.target
    judged = compares_districts(indicator)
    return IndicatorView(
        id=indicator.id,
        anchor=_anchor(k),
        number=str(k),
        title=visible(indicator.title),
        standing=_standing(indicator),
        verdict=verdict_cell(_standing(indicator), lang),
        finding=finding(indicator, lang),
        conclusion=conclusion(indicator, lang),
        definition=tuple(map(visible, define(indicator.result, lang))),
        source=visible(target.source) if target else "",
        chart=district_chart(indicator, lang),
        chart_caption=say(
            "chart.caption_target" if judged else "chart.caption",
            lang,
            of=measure_words(measure, lang),
        ),
        measures=measures_table(indicator, lang),
        districts=district_table(indicator, lang),
        others=other_tables(indicator, lang),
        notices=tuple(notice_words(notice, lang) for notice in unique(indicator.result.notices)),
    )


def _methods(outcome: PlanOutcome) -> tuple[str, ...]:
    lang = outcome.lang
    used = dict.fromkeys(
        "network" if on_streets(indicator.result) else indicator.result.analysis
        for indicator in outcome.indicators
    )
    keys = [f"report.methods.{analysis}" for analysis in used]
    phrases = catalogue(lang)
    judged = any(map(compares_districts, outcome.indicators))
    return (
        say("methods.general", lang),
        *([say("methods.districts", lang)] if judged else []),
        *(phrases[key] for key in keys if key in phrases),
    )
