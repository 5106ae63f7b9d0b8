"""What the command line shows: verdicts and catalogue as tables, progress, warnings."""

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from geoplan.core.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geoplan.app.catalogue.rows import CatalogueEntry
    from geoplan.app.run.loading import Progress as Watcher
    from geoplan.app.run.outcome import IndicatorOutcome, PlanOutcome

_PLAIN_WIDTH = 160  # where nobody looks at it, a table is wide enough not to break
_WIDE = 110
_WORST_SHOWN = 3
_STYLES = {"met": "green", "missed": "bold red", "undecidable": "yellow"}


def make_console(*, stderr: bool = False) -> Console:
    """
    Make a console that never fails on a letter the terminal lacks.

    Parameters
    ----------
    stderr : bool
        Whether to write to standard error.

    Returns
    -------
    Console
        On a Chinese Windows the terminal may be GBK: what it lacks is shown as ``?``.
    """
    stream = sys.stderr if stderr else sys.stdout
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    console = Console(stderr=stderr)
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    return console


@contextmanager
def watching(*, quiet: bool) -> "Iterator[Watcher | None]":
    """
    Show the progress of what runs inside: a bar on a terminal, a line per step elsewhere.

    Parameters
    ----------
    quiet : bool
        Show nothing.

    Yields
    ------
    callable or None
        To be called as ``progress(step, done, total)``.
    """
    console = make_console(stderr=True)
    if quiet:
        yield None
    elif console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bars:
            bar = bars.add_task("", total=None)

            def show(step: str, done: int, total: int) -> None:
                bars.update(bar, description=step, completed=done, total=total)

            yield show
    else:

        def tell(step: str, done: int, total: int) -> None:
            if step:
                line = f"[{done + 1}/{total}] {step}"
                console.print(line, markup=False, highlight=False, soft_wrap=True)

        yield tell


def verdict_table(outcome: "PlanOutcome", *, width: int = _PLAIN_WIDTH) -> Table:
    """
    Lay the verdicts out as a table, one row per indicator.

    Parameters
    ----------
    outcome : PlanOutcome
        A plan that has been run.
    width : int
        Columns of the terminal; a narrow one does without the worst districts.

    Returns
    -------
    Table
        Indicator, value, target, verdict, what is missing, and the worst districts.
    """
    lang = outcome.lang
    table = Table(
        title=Text(outcome.name), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD
    )
    keys = ["indicator", "value", "target", "verdict", "missing", "worst"]
    for key in keys if width >= _WIDE else keys[:-1]:
        table.add_column(
            text(f"cli.table.{key}", lang),
            justify="right" if key in ("value", "missing") else "left",
            no_wrap=key in ("value", "target", "verdict"),
            overflow="fold",
        )
    for indicator in outcome.indicators:
        # A redirected GBK stream has no no-break space and would show a question mark for it.
        cells = ((words.replace("\xa0", " "), style) for words, style in _cells(indicator, lang))
        table.add_row(*(Text(*cell) for cell in list(cells)[: len(table.columns)]))
    return table


def _cells(indicator: "IndicatorOutcome", lang: str) -> list[tuple[str, str]]:
    from geoplan.app.report.words import (
        measure_words,
        reason_words,
        say,
        shortfall_words,
        target_words,
    )
    from geoplan.core.ranges import ranged_text

    measure, target, verdict = indicator.headline, indicator.target, indicator.verdict
    bound, ends = target.value if target else None, (measure.low, measure.high)
    cells = [
        (f"{indicator.title} ({measure_words(measure, lang)})", ""),
        (ranged_text(measure.value, *ends, measure.unit, lang, bound=bound), ""),
    ]
    if target is None or verdict is None:
        return [*cells, ("–", ""), (text("cli.words.no_target", lang), "dim"), ("", ""), ("", "")]
    return [
        *cells,
        (target_words(target, lang), ""),
        (say(f"verdict.{verdict.status}", lang), _STYLES[verdict.status]),
        (shortfall_words(verdict, lang) if verdict.status == "missed" else "", ""),
        (reason_words(verdict, lang) if verdict.reason else _worst(indicator), ""),
    ]


def _worst(indicator: "IndicatorOutcome") -> str:
    if indicator.verdict is None or indicator.verdict.status != "missed":
        return ""
    ids = indicator.verdict.missed_districts
    districts = indicator.headline.districts.set_index("district_id")["name"]
    shown = [districts.get(id_) or id_ for id_ in ids[:_WORST_SHOWN]]
    more = f" +{len(ids) - len(shown)}" if len(ids) > len(shown) else ""
    return ", ".join(shown) + more


def catalogue_table(lang: str, entries: "Iterable[CatalogueEntry]") -> Table:
    """
    Lay rows of the catalogue out as a table.

    Parameters
    ----------
    lang : {"en", "zh"}
        Language of titles and headers.
    entries : iterable of CatalogueEntry
        The rows.

    Returns
    -------
    Table
        Id, title, strength, analysis, and what a plan has to state itself.
    """
    from geoplan.app.plan.indicators import open_parameters
    from geoplan.app.plan.registry import ANALYSES

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column(text("cli.table.id", lang), no_wrap=True)
    table.add_column(text("cli.table.title", lang), overflow="fold")
    table.add_column(text("catalogue.table.strength", lang), overflow="fold")
    for key in ("analysis", "to_state"):
        table.add_column(text(f"cli.table.{key}", lang), overflow="fold")
    for entry in entries:
        there = entry.analysis in ANALYSES
        cells = (
            entry.id,
            entry.title[lang],
            text(f"catalogue.strength.{entry.strength}", lang),
            entry.analysis if there else f"({entry.analysis})",
            ", ".join(open_parameters(entry)),
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def warning_lines(outcome: "PlanOutcome", *, verbose: bool) -> list[str]:
    """
    Say what a reader of the numbers must know: all of it, or how much there is.

    Parameters
    ----------
    outcome : PlanOutcome
        A plan that has been run.
    verbose : bool
        Whether to give every warning.

    Returns
    -------
    list of str
        The study CRS first, with what is wrong with it, then the warnings.
    """
    from geoplan.core.notices import unique

    lang, study = outcome.lang, outcome.study_crs
    lines = [
        text(
            "cli.words.study_crs",
            lang,
            crs=study.crs,
            rule=text(f"cli.rules.{study.rule}", lang),
            scale_error=study.scale_error,
            area_error=study.area_error,
        )
    ]
    notices = unique(
        (
            *outcome.notices,
            *(notice for record in outcome.records.values() for notice in record.notices),
            *(notice for found in outcome.indicators for notice in found.result.notices),
        )
    )
    off = [notice for notice in notices if notice.code.startswith("study_crs_off")]
    lines += [notice.text(lang) for notice in off]
    notices = tuple(notice for notice in notices if notice not in off)
    if verbose:
        return [*lines, *(notice.text(lang) for notice in notices)]
    if notices:
        key = "warnings_one" if len(notices) == 1 else "warnings_more"
        lines.append(text(f"cli.words.{key}", lang, count=len(notices)))
    return lines
