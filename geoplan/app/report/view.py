"""The report as plain values: what it says, before it is a page, a document or a workbook."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from geoplan.app.report.chart import bar_charts, district_chart
from geoplan.app.report.charts import BarChart, Standing
from geoplan.app.report.curve import GrowthView, growth_view
from geoplan.app.report.glance import glance_table
from geoplan.app.report.quality import (
    LayerNotes,
    files_table,
    layer_notes,
    layers_table,
    run_facts,
    step_facts,
    version_facts,
)
from geoplan.app.report.summary import Card, anchor, cards, standing, summary, verdict_table
from geoplan.app.report.tables import (
    Cell,
    Table,
    compares_districts,
    district_table,
    measures_table,
    other_tables,
    verdict_cell,
)
from geoplan.app.report.words import (
    conclusion,
    finding,
    measure_words,
    notice_words,
    on_streets,
    say,
    source_words,
)
from geoplan.app.run.outcome import IndicatorOutcome, PlanOutcome
from geoplan.core.notices import unique
from geoplan.core.results import Result
from geoplan.core.texts import catalogue
from geoplan.maps.page.safe import visible

Define = Callable[[Result, str], Sequence[str]]


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
    bars : tuple of BarChart
        The same as values, for a picture.
    chart_caption : str
        What the chart shows.
    growth : GrowthView or None
        How the share grows with distance or time.
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
    bars: tuple[BarChart, ...]
    chart_caption: str
    growth: GrowthView | None
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
    glance : Table or None
        Districts by how many targets they would miss.
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
    plan_maps : tuple of (str, str)
        File beside the report with a map of all indicators, and what it shows.
    """

    name: str
    lang: str
    summary: str
    cards: tuple[Card, ...]
    verdicts: Table
    glance: Table | None
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
    plan_maps: tuple[tuple[str, str], ...] = ()


def report_view(
    outcome: PlanOutcome, define: Define, *, made_on: str = "", beside: Iterable[str] = ()
) -> ReportView:
    """
    Turn the outcome of a plan into the words and tables of its report.

    Parameters
    ----------
    outcome : PlanOutcome
        The plan that was run.
    define : callable
        Gives the definition of a result in words, from the result and the language.
    made_on : str
        Date of the run, such as ``2025-06-30``; a report without one is the same every time.
    beside : iterable of str
        Maps of all indicators that lie beside the report: ``overview.html``, ``verdicts.html``.

    Returns
    -------
    ReportView
        Plain values in the plan's language. Nothing in them is markup but the charts.
    """
    lang = outcome.lang
    return ReportView(
        name=visible(outcome.name),
        lang=lang,
        summary=summary(outcome),
        cards=cards(outcome),
        verdicts=verdict_table(outcome),
        glance=glance_table(outcome),
        indicators=tuple(
            _indicator(indicator, k, outcome, define)
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
            "page.made_on" if made_on else "page.made_by",
            lang,
            date=made_on,
            version=visible(outcome.versions.get("geoplan", "")),
            crs=visible(outcome.study_crs.crs),
        ),
        plan_maps=tuple(
            (file, say(f"page.maps_{file.removesuffix('.html')}", lang)) for file in beside
        ),
    )


def _indicator(
    indicator: IndicatorOutcome, k: int, outcome: PlanOutcome, define: Define
) -> IndicatorView:
    lang = outcome.lang
    measure, target = indicator.headline, indicator.target
    judged = compares_districts(indicator)
    return IndicatorView(
        id=indicator.id,
        anchor=anchor(k),
        number=str(k),
        title=visible(indicator.title),
        standing=standing(indicator),
        verdict=verdict_cell(standing(indicator), lang),
        finding=finding(indicator, lang),
        conclusion=conclusion(indicator, lang),
        definition=tuple(map(visible, define(indicator.result, lang))),
        source=source_words(target, lang) if target else "",
        chart=district_chart(indicator, lang),
        bars=bar_charts(indicator, lang),
        chart_caption=say(
            "chart.caption_target" if judged else "chart.caption",
            lang,
            of=measure_words(measure, lang),
        ),
        growth=growth_view(indicator, outcome.layers, lang),
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
