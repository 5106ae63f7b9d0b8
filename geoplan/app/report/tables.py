"""Tables as plain values: what a page, a document or a workbook can all be written from."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from geoplan.app.report.charts import Standing
from geoplan.app.report.words import MARKS, measure_words, say
from geoplan.app.run.judging import judges_districts
from geoplan.app.run.outcome import IndicatorOutcome
from geoplan.core.numbers import Scale, number, scale_for, share, unit_label
from geoplan.core.ranges import is_open, range_text, ranged_text
from geoplan.core.results import Measure
from geoplan.core.texts import text
from geoplan.maps.page.safe import visible

_MATRIX_COLUMNS = 5


@dataclass(frozen=True)
class Heading:
    """
    The head of a column.

    Parameters
    ----------
    text : str
        Its name.
    unit : str
        Unit of the numbers below, as people write it; empty for text.
    numeric : bool
        Whether numbers stand below, to be aligned at the right.
    """

    text: str
    unit: str = ""
    numeric: bool = False


@dataclass(frozen=True)
class Cell:
    """
    One cell.

    Parameters
    ----------
    text : str
        What stands in it.
    note : str
        A second, quieter line.
    mark : str
        A sign before the text.
    anchor : str
        Section of the report that it leads to.
    """

    text: str
    note: str = ""
    mark: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Row:
    """
    One row.

    Parameters
    ----------
    cells : tuple of Cell
        One per heading.
    standing : {"met", "missed", "undecidable", ""}
        How it stands to the target.
    whole : bool
        Whether it is the whole study area.
    """

    cells: tuple[Cell, ...]
    standing: Standing = ""
    whole: bool = False


@dataclass(frozen=True)
class Table:
    """
    A table.

    Parameters
    ----------
    caption : str
        What it shows.
    headings : tuple of Heading
        One per column.
    rows : tuple of Row
        In the order to show them.
    """

    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]


def district_names(measure: Measure) -> list[str]:
    """Name the districts of a measure; one without a name goes by its key."""
    table = measure.districts
    return [
        visible(str(name).strip() or str(key))
        for key, name in zip(table["district_id"], table["name"], strict=True)
    ]


def district_standings(indicator: IndicatorOutcome) -> list[Standing]:
    """
    Tell how each district stands to the target by itself.

    Parameters
    ----------
    indicator : IndicatorOutcome
        The indicator.

    Returns
    -------
    list of {"met", "missed", "undecidable", ""}
        In the order of the districts; empty for one without a value, and for all where the target
        is of the whole only (an amount, a baseline).
    """
    judged = indicator.verdict.districts if indicator.verdict else {}
    return [judged.get(str(key), "") for key in indicator.headline.districts["district_id"]]


def compares_districts(indicator: IndicatorOutcome) -> bool:
    """Tell whether the target of an indicator can be put to one district."""
    target, verdict = indicator.target, indicator.verdict
    return (
        target is not None and verdict is not None and judges_districts(indicator.headline, target)
    )


def verdict_cell(standing: Standing, lang: str, *, without: str = "none") -> Cell:
    """Write a verdict as a sign and a word; without one say what is missing."""
    return Cell(say(f"verdict.{standing or without}", lang), mark=MARKS[standing])


def district_table(indicator: IndicatorOutcome, lang: str) -> Table:
    """
    Lay out the headline measure by district: numerator, denominator, value, verdict.

    Parameters
    ----------
    indicator : IndicatorOutcome
        The indicator.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    Table
        The whole first, then the districts in their own order; one unit to a column.
    """
    measure = indicator.headline
    whole_standing: Standing = indicator.verdict.status if indicator.verdict else ""
    judged = compares_districts(indicator)
    bound = indicator.target.value if indicator.target else None
    columns = {"value": _column(measure, "value", measure.unit, lang, bound)}
    if not measure.is_amount:  # an amount is its own numerator, over nothing
        columns = {
            "numerator": _column(measure, "numerator", measure.numerator_unit, lang, None),
            "denominator": _column(measure, "denominator", measure.denominator_unit, lang, None),
            **columns,
        }
    headings = [
        Heading(say("table.district", lang)),
        *(
            Heading(say(f"table.{key}", lang), column.unit, numeric=True)
            for key, column in columns.items()
        ),
    ]
    if judged:
        headings.append(Heading(say("table.verdict", lang)))
    standings: list[Standing] = [whole_standing, *district_standings(indicator)]
    names = [say("table.whole", lang), *district_names(measure)]
    rows = tuple(
        Row(
            (
                *map(Cell, texts),
                *([verdict_cell(standing, lang, without="no_value")] if judged else []),
            ),
            standing if judged else "",
            whole=k == 0,
        )
        for k, (standing, *texts) in enumerate(
            zip(standings, names, *(column.texts for column in columns.values()), strict=True)
        )
    )
    caption = say(
        "table.districts_caption",
        lang,
        title=visible(indicator.title),
        of=measure_words(measure, lang),
    )
    return Table(caption, tuple(headings), rows)


def measures_table(indicator: IndicatorOutcome, lang: str) -> Table | None:
    """
    Lay out the whole area by every measure, side by side.

    Parameters
    ----------
    indicator : IndicatorOutcome
        The indicator.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    Table or None
        None where there is one measure only.
    """
    measures = indicator.result.measures
    if len(measures) < 2:
        return None
    amounts_only = all(measure.is_amount for measure in measures)
    fraction = () if amounts_only else ("numerator", "denominator")
    headings = (
        Heading(say("table.of", lang)),
        *(Heading(say(f"table.{key}", lang), numeric=True) for key in (*fraction, "value")),
    )
    rows = tuple(
        Row(
            (
                Cell(measure_words(measure, lang)),
                *(Cell(_part_of(measure, key, lang)) for key in fraction),
                Cell(
                    _with_unit(measure.value, measure.unit, lang),
                    note=range_text(measure.low, measure.high, measure.unit, lang),
                ),
            ),
            whole=measure.label == indicator.headline.label and indicator.target is not None,
        )
        for measure in measures
    )
    caption = say("table.measures_caption", lang, title=visible(indicator.title))
    return Table(caption, headings, rows)


def other_tables(indicator: IndicatorOutcome, lang: str) -> tuple[Table, ...]:
    """
    Lay out the values of the other measures by district, a few columns at a time.

    Parameters
    ----------
    indicator : IndicatorOutcome
        The indicator.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    tuple of Table
        Empty where there is one measure only; none of them is wider than a page.
    """
    others = [m for m in indicator.result.measures if m.label != indicator.headline.label]
    return tuple(
        _matrix(indicator, others[start : start + _MATRIX_COLUMNS], lang)
        for start in range(0, len(others), _MATRIX_COLUMNS)
    )


def _matrix(indicator: IndicatorOutcome, measures: list[Measure], lang: str) -> Table:
    columns = [_column(measure, "value", measure.unit, lang, None) for measure in measures]
    headings = (
        Heading(say("table.district", lang)),
        *(
            Heading(measure_words(measure, lang), column.unit, numeric=True)
            for measure, column in zip(measures, columns, strict=True)
        ),
    )
    names = [say("table.whole", lang), *district_names(measures[0])]
    rows = tuple(
        Row(tuple(map(Cell, texts)), whole=k == 0)
        for k, texts in enumerate(zip(names, *(column.texts for column in columns), strict=True))
    )
    caption = say("table.others_caption", lang, title=visible(indicator.title))
    return Table(caption, headings, rows)


@dataclass(frozen=True)
class _Column:
    unit: str
    texts: list[str]


def _column(measure: Measure, field: str, unit: str, lang: str, bound: float | None) -> _Column:
    """Write the whole and the districts in one unit, so that the column can be compared."""
    values = _whole_and_districts(measure, field)
    bounds = (
        zip(*(_whole_and_districts(measure, end) for end in ("low", "high")), strict=True)
        if field == "value"
        else [(value, value) for value in values]
    )
    if unit == "1":
        return _Column(
            "",
            [
                ranged_text(value, low, high, unit, lang, bound=bound)
                for value, (low, high) in zip(values, bounds, strict=True)
            ],
        )
    scale = _column_scale(unit, values)

    def written(value: float) -> str:
        return number(value / scale.factor, scale.decimals)

    texts = [
        text("numbers.ranged", lang, value=written(value), range=_between(low, high, written, lang))
        if is_open(low, high)
        else written(value)
        for value, (low, high) in zip(values, bounds, strict=True)
    ]
    return _Column(unit_label(scale.unit, lang), texts)


def _whole_and_districts(measure: Measure, field: str) -> list[float]:
    return [getattr(measure, field), *measure.districts[field]]


def _between(low: float, high: float, written: Callable[[float], str], lang: str) -> str:
    return text("numbers.range", lang, low=written(low), high=written(high))


def _column_scale(unit: str, values: Iterable[float]) -> Scale:
    # The whole is a sum and stands in the same column: its size must not take the digits of its
    # districts away, so the districts choose the unit.
    _, *districts = values
    return scale_for(unit, districts)


def _part_of(measure: Measure, key: str, lang: str) -> str:
    """Write the numerator or denominator of the whole; a dash for a plain amount."""
    if measure.is_amount:
        return "–"
    return _with_unit(getattr(measure, key), getattr(measure, f"{key}_unit"), lang)


def _with_unit(value: float, unit: str, lang: str) -> str:
    if unit == "1" or not math.isfinite(value):
        return share(value)
    scale = scale_for(unit, [value])
    label = unit_label(scale.unit, lang)
    return f"{number(value / scale.factor, scale.decimals)}\u00a0{label}".rstrip("\u00a0")
