"""The summary of a report: counts of verdicts, and every indicator in one table."""

from dataclasses import dataclass

from geoplan.app.report.charts import Standing
from geoplan.app.report.tables import Cell, Heading, Row, Table, district_names, verdict_cell
from geoplan.app.report.words import (
    MARKS,
    fraction_words,
    measure_words,
    reason_words,
    say,
    shortfall_words,
    target_words,
    unbroken,
)
from geoplan.app.run.outcome import IndicatorOutcome, PlanOutcome
from geoplan.core.numbers import number, value_text
from geoplan.core.ranges import ranged_text
from geoplan.maps.page.safe import visible

_WORST_NAMED = 3
_ORDER: tuple[Standing, ...] = ("missed", "undecidable", "met", "")


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


def standing(indicator: IndicatorOutcome) -> Standing:
    """Tell the verdict of an indicator; empty without a target."""
    return indicator.verdict.status if indicator.verdict else ""


def _count(outcome: PlanOutcome, wanted: Standing) -> int:
    return sum(standing(indicator) == wanted for indicator in outcome.indicators)


def summary(outcome: PlanOutcome) -> str:
    """Say the verdict on all targets, in one sentence."""
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


def cards(outcome: PlanOutcome) -> tuple[Card, ...]:
    """Count the verdicts, the missed first."""
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
        enumerate(outcome.indicators, start=1), key=lambda pair: _ORDER.index(standing(pair[1]))
    )
    rows = tuple(
        Row(_verdict_cells(indicator, k, lang), standing(indicator)) for k, indicator in numbered
    )
    return Table(say("table.verdicts_caption", lang), headings, rows)


def _verdict_cells(indicator: IndicatorOutcome, k: int, lang: str) -> tuple[Cell, ...]:
    measure, target, verdict = indicator.headline, indicator.target, indicator.verdict
    bound = target.value if target else None
    reason = reason_words(verdict, lang) if verdict else ""
    what = measure_words(measure, lang)
    return (
        verdict_cell(standing(indicator), lang),
        Cell(
            visible(indicator.title),
            note=what if measure.is_amount else say("table.share_of", lang, of=what),
            anchor=anchor(k),
        ),
        Cell(
            ranged_text(measure.value, measure.low, measure.high, measure.unit, lang, bound=bound),
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


def anchor(k: int) -> str:
    """Name the place of an indicator in the report."""
    # A number and not the indicator's own id: an id of the plan's may hold anything.
    return f"indicator-{k}"
