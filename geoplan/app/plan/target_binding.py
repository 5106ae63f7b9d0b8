"""Which measure a target speaks of, and whether its unit fits."""

from typing import TYPE_CHECKING

from geoplan.app.plan.planned_indicator import PlannedIndicator
from geoplan.app.plan.registry import (
    denominators,
)
from geoplan.app.plan.relative_targets import compared_with, earlier_measure, known_baseline
from geoplan.app.plan.tables import IndicatorTable
from geoplan.app.plan.targets import parse_target
from geoplan.app.run.outcome import Target
from geoplan.core.errors import PlanError

if TYPE_CHECKING:
    from geoplan.core.results import Result

CHANGE, RELATIVE = "change", "relative"
"""Parts of an indicator with layers of an earlier date, as `geoplan.change_table` has."""


def check_target(indicator: PlannedIndicator) -> None:
    """Hold that a target can be read, fits the unit, and speaks of one thing that is measured."""
    table, where = indicator.table, indicator.where
    if table.target is None:
        for key in ("target_of", "target_part", "target_parent", "target_year", "target_force"):
            if getattr(table, key) is not None:
                raise PlanError(f"{where} has {key} but no target. Add target = '> 95 %', say.")
        return
    analysis, of = indicator.analysis, ""
    things = (*analysis.measures, *denominators(table), *_columns_divided_by(table))
    if things:
        of = choose("target_of", table.target_of, things, where)
    unit = table.unit_of(of) or analysis.measures.get(of, analysis.unit)
    if table.earlier:
        unit = _unit_of_change(indicator, unit)
    try:
        bound = parse_target(table.target, unit=unit, direction=indicator.better)
    except PlanError as error:
        raise PlanError(f"{where} {error}") from error
    if table.target_parent and (bound.operator != "not_above_parent" or bound.value is not None):
        raise PlanError(
            f"{where} has target_parent, which is for a target such as 'not above the city "
            f"average' without a number; this one is {table.target!r}."
        )
    if not table.earlier and (table.known_parts or not indicator.analysis.whole_part):
        _part(indicator, table.known_parts or ("",))


def _unit_of_change(indicator: PlannedIndicator, unit: str) -> str:
    """Give the unit of the change that a target speaks of: points, percent, or that of amounts."""
    part = indicator.table.target_part or ""
    kind, _, tail = part.partition("/")
    if kind not in (CHANGE, RELATIVE):
        names = [f"/{name}" for name in indicator.table.known_parts] or [""]
        known = ", ".join(f'"{one}{name}"' for name in names for one in (CHANGE, RELATIVE))
        raise PlanError(
            f"{indicator.where} compares two dates, and a target has to say what it speaks of: add "
            f"target_part = one of {known} (with the part of the indicator behind a slash where it "
            'has one, such as "change/total").'
        )
    if tail and indicator.table.known_parts:
        choose("target_part", tail, indicator.table.known_parts, indicator.where)
    return "1" if kind == RELATIVE else {"1": "pp"}.get(unit, unit)


def _columns_divided_by(table: IndicatorTable) -> tuple[str, ...]:
    column = getattr(table, "per_column", None)
    return () if column is None else (column,)


def choose(key: str, chosen: str | None, choices: tuple[str, ...], where: str) -> str:
    """
    Pick one of several, or say that the plan has to.

    Parameters
    ----------
    key : str
        Key of the plan that chooses.
    chosen : str or None
        What the plan says.
    choices : tuple of str
        What there is.
    where : str
        File and table.

    Returns
    -------
    str
        The choice; the only one where there is only one.

    Raises
    ------
    PlanError
        If the plan has to choose and did not, or chose what is not there.
    """
    if chosen is None and len(choices) == 1:
        return choices[0]
    listed = ", ".join(f'"{choice}"' for choice in choices)
    if chosen is None:
        raise PlanError(
            f"{where} has a target and several numbers it could mean: add {key} = one of {listed}."
        )
    if chosen not in choices:
        raise PlanError(f'{where} {key} is "{chosen}"; wanted one of {listed}.')
    return chosen


def _part(indicator: PlannedIndicator, parts: tuple[str, ...]) -> str:
    chosen = indicator.table.target_part
    if parts == ("",) and chosen is not None:
        raise PlanError(f"{indicator.where} has one part only: leave target_part out.")
    if chosen is None and len(parts) == 2 and parts == indicator.table.known_parts:
        return parts[0]  # one tier, and "all" of one tier is the same
    if chosen is None and indicator.analysis.whole_part in parts:
        return indicator.analysis.whole_part
    return choose("target_part", chosen, parts, indicator.where)


def bind_target(indicator: PlannedIndicator, result: "Result") -> Target | None:
    """
    Find which measure of a result the target speaks of.

    Parameters
    ----------
    indicator : PlannedIndicator
        The indicator with its target.
    result : Result
        What its analysis found.

    Returns
    -------
    Target or None
        The target in the unit of its measure; None where the plan sets none.

    Raises
    ------
    PlanError
        If the plan has to say which measure is meant, or means one that there is not.
    """
    table, where = indicator.table, indicator.where
    if table.target is None:
        return None
    ofs = tuple(dict.fromkeys(measure.of for measure in result.measures))
    of = choose("target_of", table.target_of, ofs, where)
    parts = tuple(measure.part for measure in result.measures if measure.of == of)
    part = _part(indicator, parts)
    unit = result.measure(of, part).unit
    bound = parse_target(table.target, unit=unit, direction=indicator.better)
    value = bound.value
    if value is None:
        value = known_baseline(result, bound.operator, of, part)
    target = Target(
        text=table.target,
        operator=bound.operator,
        value=value,
        unit=unit,
        of=of,
        part=part,
        source=table.source or "",
        year=table.target_year,
        force=table.target_force,
        document=table.document or "",
        high=bound.high,
    )
    earlier = earlier_measure(result, of, part)
    if bound.value is not None or value is None or earlier is None:
        return target
    return compared_with(target, earlier)
