"""``report.xlsx``: the numbers as a workbook for the office; ``results.xlsx``: as one table."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoplan.app.exports.results_json import plain
from geoplan.app.exports.sheets import (
    RATIO_FORMAT,
    SHARE_FORMAT,
    WHOLE_FORMAT,
    Share,
    Sheet,
    sheet_name,
    sheet_styles,
    write_sheet,
)
from geoplan.app.report.words import (
    measure_words,
    reason_words,
    say,
    source_words,
    spoken,
    target_words,
)
from geoplan.app.run.outcome import IndicatorOutcome, PlanOutcome
from geoplan.core.definitions import define
from geoplan.core.numbers import unit_label
from geoplan.core.ranges import is_open
from geoplan.core.texts import text

if TYPE_CHECKING:
    from geoplan.core.results import Measure

_LARGE = 100


def write_xlsx(outcome: PlanOutcome, path: Path) -> None:
    """
    Write the numbers of a run as a workbook, in the language of the plan.

    Parameters
    ----------
    outcome : PlanOutcome
        A plan that has been run.
    path : Path
        Where to.

    Notes
    -----
    Sheets: the summary, the definitions, one per indicator with its districts and the whole, the
    layers, the warnings. Cells hold the numbers unrounded; their formats only show fewer digits.
    Text stays text: what begins with ``=`` is no formula, what looks like an address no link.
    """
    _save(_sheets(outcome), outcome, path)


def _save(sheets: Iterable[Sheet], outcome: PlanOutcome, path: Path) -> None:
    import xlsxwriter

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(path, options) as workbook:
        workbook.set_properties({"title": outcome.name, "comments": "geoplan"})
        styles = sheet_styles(workbook)
        taken: set[str] = set()
        for sheet in sheets:
            write_sheet(workbook, sheet, sheet_name(sheet.name, taken), styles)


def write_results_xlsx(outcome: PlanOutcome, path: Path) -> None:
    """
    Write every value of a run as one long table, for pivot tables and programs.

    Parameters
    ----------
    outcome : PlanOutcome
        A plan that has been run.
    path : Path
        Where to.

    Notes
    -----
    One row per indicator, denominator, part and district, and one with an empty ``district_id``
    for the whole; columns named as in ``results.json``, in both languages alike.
    """
    rows = [
        (
            *(indicator.id, indicator.title, measure.of, measure.part),
            *(id_, name, value, low, high, measure.unit),
            *(over, measure.numerator_unit, under, measure.denominator_unit),
        )
        for indicator in outcome.indicators
        for measure in indicator.result.measures
        for id_, name, value, low, high, over, under in _places(measure)
    ]
    formats = [*[""] * 6, *["General"] * 3, "", "General", "", "General", ""]
    _save([Sheet("results", _LONG, list(rows), formats)], outcome, path)


_LONG = (
    *("id", "title", "of", "part", "district_id", "name", "value", "low", "high", "unit"),
    *("numerator", "numerator_unit", "denominator", "denominator_unit"),
)


def _places(measure: "Measure") -> "Iterator[tuple[Any, ...]]":
    columns = ["district_id", "name", "value", "low", "high", "numerator", "denominator"]
    yield from measure.districts[columns].itertuples(index=False, name=None)
    ends = measure.low, measure.high
    yield "", "", measure.value, *ends, measure.numerator, measure.denominator


def _sheets(outcome: PlanOutcome) -> Iterable[Sheet]:
    lang = outcome.lang
    yield _summary(outcome)
    yield _definitions(outcome)
    for indicator in outcome.indicators:
        yield _indicator(indicator, lang)
    yield _layers(outcome)
    yield _warnings(outcome)


def _words(keys: Iterable[str], lang: str) -> list[str]:
    return [text(f"export.columns.{key}", lang) for key in keys]


def _sheet_title(key: str, lang: str) -> str:
    return text(f"export.sheets.{key}", lang)


_SUMMARY_KEYS = (
    *("title", "of", "part", "value", "low", "high", "unit", "numerator", "numerator_unit"),
    *("denominator", "denominator_unit", "target", "verdict"),
    *("shortfall", "shortfall_unit", "reason", "missed_districts", "source", "id"),
)
_LAYER_KEYS = (
    *("layer", "kind", "paths", "as_of", "credit", "format", "encoding", "source_crs"),
    *("rows_read", "rows_kept", "area_change_m2", "sha256"),
)


def _summary(outcome: PlanOutcome) -> Sheet:
    lang = outcome.lang
    rows: list[Sequence[Any]] = [
        _summary_row(indicator, measure, lang)
        for indicator in outcome.indicators
        for measure in indicator.result.measures
    ]
    formats = [
        *[""] * 3,
        *[RATIO_FORMAT] * 3,
        "",
        WHOLE_FORMAT,
        "",
        WHOLE_FORMAT,
        "",
        "",
        "",
        WHOLE_FORMAT,
        *[""] * 5,
    ]
    return Sheet(_sheet_title("summary", lang), _words(_SUMMARY_KEYS, lang), rows, formats)


def _summary_row(indicator: IndicatorOutcome, measure: "Measure", lang: str) -> list[Any]:
    target, verdict = indicator.target, indicator.verdict
    row: list[Any] = [
        indicator.title,
        spoken("denominator", measure.of, lang),
        spoken("part", measure.part, lang) if measure.part else "",
        *_value_and_bounds(measure),
        unit_label("%" if measure.unit == "1" else measure.unit, lang),
        *_fraction(measure, lang),
    ]
    if target is None or verdict is None or indicator.headline is not measure:
        return [*row, *[""] * 7, indicator.id]
    names = measure.districts.set_index("district_id")["name"].to_dict()
    return [
        *row,
        target_words(target, lang).replace("\xa0", " "),  # so that a search in Excel finds it
        say(f"verdict.{verdict.status}", lang),
        verdict.shortfall,
        unit_label(verdict.shortfall_unit, lang),
        reason_words(verdict, lang) if verdict.reason else "",
        ", ".join(names.get(id_) or id_ for id_ in verdict.missed_districts),
        source_words(target, lang),
        indicator.id,
    ]


def _value_and_bounds(measure: "Measure") -> list[Any]:
    """Give the value, and its bounds where the data leave it open."""
    ends = [measure.low, measure.high] if is_open(measure.low, measure.high) else []
    numbers = [measure.value, *ends]
    cells = [Share(number) for number in numbers] if measure.unit == "1" else numbers
    return [*cells, *[""] * (3 - len(cells))]


def _fraction(measure: "Measure", lang: str) -> list[Any]:
    """Give numerator and denominator, each with its unit; nothing of a plain amount."""
    if measure.is_amount:
        return [""] * 4
    return [
        measure.numerator,
        unit_label(measure.numerator_unit, lang),
        measure.denominator,
        unit_label(measure.denominator_unit, lang),
    ]


def _indicator(indicator: IndicatorOutcome, lang: str) -> Sheet:
    measures = indicator.result.measures
    first = measures[0].districts
    header = _words(("district_id", "name"), lang)
    formats = ["", ""]
    columns: list[list[Any]] = [
        [*first["district_id"].tolist(), text("export.columns.whole", lang)],
        [*first["name"].tolist(), ""],
    ]
    for measure in measures:
        for key, unit, number_format in _shown_columns(measure):
            label = unit_label(unit, lang)
            words = f"{measure_words(measure, lang)}: {text(f'export.columns.{key}', lang)}"
            header.append(f"{words} ({label})" if label else words)
            formats.append(number_format)
            columns.append([*measure.districts[key].tolist(), getattr(measure, key)])
    rows: list[Sequence[Any]] = list(zip(*columns, strict=True))
    return Sheet(indicator.title, header, rows, formats, frozen_columns=2, bold_last=True)


def _shown_columns(measure: "Measure") -> "Iterator[tuple[str, str, str]]":
    """Give key, unit and number format of each column of a measure; bounds where it is open."""
    is_share = measure.unit == "1"
    value_format = SHARE_FORMAT if is_share else _value_format(measure)
    for key in ("value", "low", "high") if measure.is_open else ("value",):
        yield key, "%" if is_share else measure.unit, value_format
    if not measure.is_amount:
        for key in ("numerator", "denominator"):
            unit = getattr(measure, f"{key}_unit")
            yield key, unit, _amount_format(measure.districts[key])


def _value_format(measure: "Measure") -> str:
    return _amount_format(measure.districts["value"]) if measure.is_amount else RATIO_FORMAT


def _amount_format(amounts: Iterable[float]) -> str:
    """Show decimals of small amounts only: 0.4 km must not read as 0."""
    largest = max((abs(amount) for amount in amounts if math.isfinite(amount)), default=0.0)
    return WHOLE_FORMAT if largest >= _LARGE or largest == 0 else RATIO_FORMAT


def _definitions(outcome: PlanOutcome) -> Sheet:
    lang = outcome.lang
    rows = [
        (indicator.title, indicator.id, key, value)
        for indicator in outcome.indicators
        for key, value in _definition_rows(indicator, lang)
    ]
    header = _words(("title", "id", "parameter", "parameter_value"), lang)
    return Sheet(_sheet_title("definitions", lang), header, list(rows))


def _definition_rows(indicator: IndicatorOutcome, lang: str) -> "Iterator[tuple[str, Any]]":
    """Give the definition in words, then every parameter as it is."""
    words = text("export.columns.in_words", lang)
    for sentence in define(indicator.result, lang):
        yield words, sentence
    yield "analysis", indicator.result.analysis
    for key, value in indicator.result.definition.items():
        yield key, _shown(value)


def _shown(value: Any) -> Any:  # noqa: ANN401 (whatever definitions hold)
    value = plain(value)
    if value is None or isinstance(value, str | int | float):
        return str(value).lower() if isinstance(value, bool) else value
    return json.dumps(value, ensure_ascii=False)


def _layers(outcome: PlanOutcome) -> Sheet:
    lang = outcome.lang
    rows: list[Sequence[Any]] = [
        (
            name,
            record.kind,
            ", ".join(record.paths),
            record.as_of,
            record.source,
            record.format,
            record.encoding,
            record.source_crs,
            record.rows_read,
            record.rows_kept,
            record.area_change_m2,
            ", ".join(record.sha256),
        )
        for name, record in outcome.records.items()
    ]
    formats = [""] * 8 + [WHOLE_FORMAT, WHOLE_FORMAT, RATIO_FORMAT, ""]
    return Sheet(_sheet_title("layers", lang), _words(_LAYER_KEYS, lang), rows, formats)


def _warnings(outcome: PlanOutcome) -> Sheet:
    lang = outcome.lang
    rows: list[Sequence[Any]] = [(outcome.name, notice.text(lang)) for notice in outcome.notices]
    rows += [
        (indicator.title, notice.text(lang))
        for indicator in outcome.indicators
        for notice in indicator.result.notices
    ]
    rows += [
        (name, notice.text(lang))
        for name, record in outcome.records.items()
        for notice in record.notices
    ]
    return Sheet(_sheet_title("warnings", lang), _words(("subject", "text"), lang), rows)
