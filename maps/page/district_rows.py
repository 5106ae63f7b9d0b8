"""The table beside a map: one row per district, or one per tier."""

from typing import TYPE_CHECKING

import numpy as np

from geoplan.core import numbers
from geoplan.core.ranges import ranged_text
from geoplan.core.terms import term
from geoplan.core.texts import catalogue
from geoplan.maps.page.boxes import Cell, TableCard
from geoplan.maps.page.district_layers import bare_texts
from geoplan.maps.page.words import bound_of, capital, say, share_name, unbroken

if TYPE_CHECKING:
    from geoplan.core.results import Measure
    from geoplan.maps.page.ground import Ground
    from geoplan.maps.page.target_words import Goal


def district_table(
    measure: "Measure", ground: "Ground", goal: "Goal", *, analysis: str
) -> TableCard:
    """
    Set the districts out in a table, with the whole at the end.

    Parameters
    ----------
    measure : Measure
        What to show.
    ground : Ground
        Gives the place to which a row leads, and the language.
    goal : Goal
        Adds a column with the verdicts.
    analysis : str
        Name of the analysis: it words the heading of the numerators.

    Returns
    -------
    TableCard
        Name, numerator, denominator, value and, with a goal, its verdict. Units stand in the
        headings, one per column.
    """
    lang, table = ground.lang, measure.districts
    order = row_order(measure, goal)
    bound = bound_of(goal.text, measure.unit)
    over, under = amount_column(measure, "numerator"), amount_column(measure, "denominator")
    whole = ranged_text(measure.value, measure.low, measure.high, measure.unit, lang, bound=bound)
    scale = numbers.scale_for(measure.unit, table["value"])
    if measure.unit != "1":
        whole = numbers.number(measure.value / scale.factor, scale.decimals)
    columns = [
        [*table["name"], say("table.whole", lang)],
        over[0],
        under[0],
        [*bare_texts(measure, lang, goal), whole],
    ]
    headings = [
        capital(say("table.district", lang)),
        _heading(numerator_word(analysis, lang), over[1], lang),
        _heading(_denominator_word(measure, lang), under[1], lang),
        say("table.share", lang)
        if measure.unit == "1"
        else _heading(say("table.value", lang), scale.unit, lang),
    ]
    if not measure.denominator_unit:  # a plain amount is its own numerator, over nothing
        columns, headings = [columns[0], columns[-1]], [headings[0], headings[-1]]
    cells: list[list[str | Cell]] = [list(column) for column in columns]
    if goal.text:
        headings.append(unbroken(goal.words))
        cells.append([verdict_cell(goal, key, lang) for key in (*table["district_id"], "")])
    rows = tuple(tuple(column[i] for column in cells) for i in (*order, -1))
    bounds = ground.row_bounds
    return TableCard(
        share_name(measure, lang, analysis=analysis),
        tuple(headings),
        rows,
        note=order_note(measure, goal, lang),
        bounds=(*(bounds[i] for i in order), ground.bounds),
        districts=(*order, None),
    )


def row_order(measure: "Measure", goal: "Goal") -> list[int]:
    """Order the rows: with a target the lowest first, without one the highest; unknown last."""
    values = measure.districts["value"].to_numpy(dtype=float)
    ranked = values if goal.text else -values
    return [int(row) for row in np.argsort(np.nan_to_num(ranked, nan=np.inf), kind="stable")]


def verdict_cell(goal: "Goal", district_id: str, lang: str) -> Cell:
    """Write a verdict in a word; a dash where there is none."""
    met = goal.of(district_id)
    if goal.is_open(district_id):
        return Cell(say("table.undecidable", lang), "undecidable")
    if met is None:
        return Cell("–", "muted")
    return Cell(say("table.met", lang), "met") if met else Cell(say("table.missed", lang), "missed")


def amount_column(measure: "Measure", column: str) -> tuple[list[str], str]:
    """
    Write the amounts of a column in one unit, the whole last.

    Parameters
    ----------
    measure : Measure
        Whose districts.
    column : {"numerator", "denominator"}
        Which amounts. A numerator in the unit of its denominator is scaled like it.

    Returns
    -------
    tuple of list of str and str
        The numbers without unit, and the key of the unit.
    """
    same = measure.numerator_unit == measure.denominator_unit
    unit = measure.numerator_unit if column == "numerator" else measure.denominator_unit
    scale = numbers.scale_for(unit, measure.districts["denominator" if same else column])
    total = measure.numerator if column == "numerator" else measure.denominator
    values = [*measure.districts[column].tolist(), total]
    return [numbers.number(value / scale.factor, scale.decimals) for value in values], scale.unit


def numerator_word(analysis: str, lang: str) -> str:
    """Head the column of numerators by what the analysis counts."""
    key = f"maps.numerator.{analysis}"
    return say(f"numerator.{analysis if key in catalogue(lang) else 'other'}", lang)


def _denominator_word(measure: "Measure", lang: str) -> str:
    if measure.numerator_unit == measure.denominator_unit:
        return say("table.total", lang)
    return capital(term("denominator", measure.of, lang))


def _heading(word: str, unit: str, lang: str) -> str:
    label = numbers.unit_label(unit, lang)
    return say("table.with_unit", lang, name=word, unit=label) if label else word


def order_note(measure: "Measure", goal: "Goal", lang: str) -> str:
    """Say how many districts meet the target, and how the rows are ordered."""
    order = say("table.note_order" if goal.text else "table.note_high", lang)
    verdicts = [goal.of(key) for key in measure.districts["district_id"]]
    if not goal.text or all(verdict is None for verdict in verdicts):
        return capital(order)
    counted = say(
        "table.note_met", lang, met=verdicts.count(True), total=len(verdicts), target=goal.words
    )
    return f"{counted}{'；' if lang == 'zh' else '; '}{order}"
