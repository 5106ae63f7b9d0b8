"""The table of a map whose measures have parts: the values of all of them side by side."""

from typing import TYPE_CHECKING

from geoplan.core.ranges import ranged_text
from geoplan.core.terms import term
from geoplan.maps.page.boxes import Cell, TableCard
from geoplan.maps.page.district_layers import value_texts
from geoplan.maps.page.district_rows import order_note, row_order
from geoplan.maps.page.words import bound_of, capital, say, unbroken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.core.results import Measure
    from geoplan.maps.page.finished_map import Request
    from geoplan.maps.page.ground import Ground
    from geoplan.maps.page.target_words import Goal


def parts_table(
    measures: "Sequence[Measure]", asked: "Request", ground: "Ground", *, title: str
) -> TableCard:
    """
    Set the values of all parts side by side, one row per district, the whole last.

    Parameters
    ----------
    measures : sequence of Measure
        One column each, of the same districts.
    asked : Request
        Gives the measure in front, which orders the rows, and its target.
    ground : Ground
        Gives the places to which rows lead.
    title : str
        Heading of the table.

    Returns
    -------
    TableCard
        The table.
    """
    lang, front = asked.lang, asked.measure
    order = row_order(front, asked.goal)
    columns: list[list[str | Cell]] = [[*front.districts["name"], say("table.whole", lang)]]
    columns += [_values(measure, asked) for measure in measures]
    headings = [capital(say("table.district", lang)), *(_heading(one, asked) for one in measures)]
    bounds = ground.row_bounds
    return TableCard(
        capital(title),
        tuple(headings),
        tuple(tuple(column[i] for column in columns) for i in (*order, -1)),
        note=order_note(front, asked.goal, lang),
        bounds=(*(bounds[i] for i in order), ground.bounds),
        districts=(*order, None),
    )


def _heading(measure: "Measure", asked: "Request") -> str:
    name = capital(term("part", measure.part, asked.lang))
    goal = asked.goal_of(measure)
    return unbroken(f"{name} {goal.words}") if goal.text else name


def _values(measure: "Measure", asked: "Request") -> list[str | Cell]:
    goal = asked.goal_of(measure)
    bound = bound_of(goal.text, measure.unit)
    ends = measure.low, measure.high
    whole = ranged_text(measure.value, *ends, measure.unit, asked.lang, bound=bound)
    texts = [*value_texts(measure, asked.lang, goal), whole]
    if not goal.text:
        return list(texts)
    keys = (*measure.districts["district_id"], "")
    return [_toned(text, goal, key) for text, key in zip(texts, keys, strict=True)]


def _toned(text: str, goal: "Goal", district_id: str) -> Cell:
    met = goal.of(district_id)
    if goal.is_open(district_id):
        return Cell(text, "undecidable")
    if met is None:
        return Cell(text)
    return Cell(text, "met" if met else "missed")
