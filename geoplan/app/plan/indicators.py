"""The indicators of a plan, checked against catalogue, layers and targets before any work."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from geoplan.app.catalogue.document_targets import fill_target
from geoplan.app.catalogue.rows import CatalogueEntry, indicator_catalogue
from geoplan.app.plan.analysis import DISTRICTS, Analysis
from geoplan.app.plan.errors import check_table, nearest
from geoplan.app.plan.plan_file import Plan, all_or_errors, layer_kind
from geoplan.app.plan.registry import (
    ANALYSES,
    SUM,
    demand_layers,
    denominators,
    named_layers,
)
from geoplan.app.plan.relative_targets import compared_with, earlier_measure, known_baseline
from geoplan.app.plan.tables import RASTER_KINDS, IndicatorTable
from geoplan.app.plan.targets import Direction, parse_target
from geoplan.app.run.outcome import Target
from geoplan.core.errors import PlanError

if TYPE_CHECKING:
    from geoplan.core.results import Result

CHANGE, RELATIVE = "change", "relative"
"""Parts of an indicator with layers of an earlier date, as `geoplan.change_table` has."""


@dataclass(frozen=True)
class PlannedIndicator:
    """
    An indicator that can be run as soon as its layers are there.

    Parameters
    ----------
    id : str
        As in the plan file.
    where : str
        File and table, to begin messages with.
    analysis : Analysis
        What computes it.
    table : IndicatorTable
        Its parameters, those of the catalogue filled in.
    entry : CatalogueEntry or None
        Its row of the catalogue.
    """

    id: str
    where: str
    analysis: Analysis
    table: IndicatorTable
    entry: CatalogueEntry | None = None

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers it needs, the districts first."""
        named = (name for name, _ in named_layers(self.analysis, self.table).values())
        above = (self.table.target_parent,) if self.table.target_parent else ()
        earlier = (self.table.earlier or {}).values()
        needed = (DISTRICTS, *named, *demand_layers(self.table), *above, *earlier)
        return tuple(dict.fromkeys(needed))

    @property
    def better(self) -> Direction | None:
        """Which way is better: as the plan says, or the row of the catalogue; None: neither."""
        if self.table.better is not None or self.entry is None:
            return self.table.better
        return None if self.entry.direction == "none" else self.entry.direction

    def title(self, lang: str) -> str:
        """Title in `lang`: the plan's own, the catalogue's, or the id."""
        return self.table.title or (self.entry.title[lang] if self.entry else self.id)


def plan_indicators(plan: Plan) -> tuple[PlannedIndicator, ...]:
    """
    Check every indicator of a plan, without opening a layer.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    tuple of PlannedIndicator
        In the order of the plan.

    Raises
    ------
    PlanError
        If there is none, or with one message per indicator that is not right: an unknown id or
        analysis, a wrong key or value, a layer that the plan lacks, a target that cannot be read.
    """
    if not plan.indicators:
        raise PlanError(
            f"{plan.path.name} has no indicator. Add a table such as "
            "[indicators.bus-stop-coverage-500m]; 'geoplan indicators' lists them."
        )
    calls = (partial(_planned, id_, table, plan) for id_, table in plan.indicators.items())
    return tuple(all_or_errors(calls))


def _planned(id_: str, written: dict[str, Any], plan: Plan) -> PlannedIndicator:
    where = f"{plan.path.name}: [indicators.{id_}]"
    entry = indicator_catalogue().get(id_)
    analysis = _analysis(id_, written, entry, where)
    table = check_table(analysis.table, _filled(written, entry, where, plan.head.lang), where=where)
    indicator = PlannedIndicator(id_, where, analysis, table, entry)
    _check_layers(indicator, plan)
    _check_earlier(indicator, plan)
    _check_target(indicator)
    return indicator


def _analysis(
    id_: str, written: Mapping[str, Any], entry: CatalogueEntry | None, where: str
) -> Analysis:
    named = written.get("analysis")
    if entry is not None:
        if named not in (None, entry.analysis):
            raise PlanError(
                f'{where} analysis is {named!r}, but the catalogue computes it with "'
                f'{entry.analysis}". Leave analysis out, or give the indicator an id of its own.'
            )
        if entry.analysis not in ANALYSES:
            raise PlanError(
                f'{where} is computed with "{entry.analysis}", which this version does not have '
                "yet; take it out of the plan."
            )
        return ANALYSES[entry.analysis]
    if named is None:
        raise PlanError(
            f'{where} is not in the catalogue and names no analysis. Either write analysis = "…" '
            f"({', '.join(ANALYSES)}), or use an id of the catalogue. "
            f"{nearest(id_, indicator_catalogue())}"
        )
    if named not in ANALYSES:
        raise PlanError(f"{where} analysis is {named!r}. {nearest(str(named), ANALYSES)}")
    return ANALYSES[named]


def _filled(
    written: Mapping[str, Any], entry: CatalogueEntry | None, where: str, lang: str
) -> dict[str, Any]:
    table = dict(written)
    if entry is not None:
        for key, value in entry.fixed.items():
            if table.setdefault(key, value) != value:
                raise PlanError(
                    f"{where} {key} is {table[key]!r}, but {entry.id} means {value:g} by "
                    f'definition. For another value give it an id of its own and analysis = "'
                    f'{entry.analysis}".'
                )
        table = {**entry.layers, **entry.defaults, **table}
    table = fill_target(table, entry, where, lang=lang)
    tiers = table.get("tiers", entry.tiers if entry and entry.tiers else None)
    if isinstance(tiers, Mapping):
        known = entry.tiers if entry else {}
        table["tiers"] = {
            name: _tier(tier, known.get(name, {}), table.get("speed_kmh"))
            for name, tier in tiers.items()
        }
    return table


def _tier(tier: Any, known: Mapping[str, float], speed_kmh: Any) -> Any:  # noqa: ANN401
    """Fill a tier's minutes from the catalogue and its speed from the indicator."""
    if not isinstance(tier, Mapping):
        return tier
    filled = dict(tier)
    if "distance_m" not in filled:
        filled = {**known, **filled}
        if speed_kmh is not None:
            filled.setdefault("speed_kmh", speed_kmh)
    return filled


def _check_layers(indicator: PlannedIndicator, plan: Plan) -> None:
    named = named_layers(indicator.analysis, indicator.table)
    if indicator.table.target_parent:
        named["target_parent"] = (indicator.table.target_parent, (DISTRICTS,))
    for key, (name, kinds) in named.items():
        _check_present(indicator.where, key, name, plan)
        kind = layer_kind(name, plan.layers[name])
        if kind not in kinds:
            raise PlanError(
                f'{indicator.where} {key} names the layer "{name}", which is of kind "{kind}"; '
                f'wanted {" or ".join(kinds)}. Write kind = "{kinds[0]}" under [layers.{name}] '
                "if that is what it is."
            )
    over = "per" if hasattr(indicator.table, "per") else "of"
    for of in denominators(indicator.table):
        if "+" in of and of != SUM:
            raise PlanError(
                f'{indicator.where} {over} has "{of}"; the one sum there is, is "{SUM}".'
            )
    for name in demand_layers(indicator.table):
        _check_present(indicator.where, over, name, plan)
        kind = layer_kind(name, plan.layers[name])
        if kind in RASTER_KINDS:
            raise PlanError(
                f'{indicator.where} {over} has "{name}", a raster: shares are taken of the land of '
                "the districts, of people, or of polygons and points."
            )
        if kind in ("population", "jobs") and name != kind:
            raise PlanError(
                f'{indicator.where} {over} has "{name}", a layer of kind "{kind}": its {kind} '
                f"would not be counted. Name the layer [layers.{kind}]."
            )


def _check_earlier(indicator: PlannedIndicator, plan: Plan) -> None:
    """Check the layers of an earlier date: they stand for layers that the indicator reads."""
    earlier = indicator.table.earlier or {}
    if indicator.table.target_parent and earlier:
        raise PlanError(f"{indicator.where} has earlier and target_parent; leave one of them out.")
    read = set(indicator.layers) - set(earlier.values())
    for now, then in earlier.items():
        if now not in read:
            raise PlanError(
                f'{indicator.where} earlier names "{now}", which it does not read; it reads '
                f"{', '.join(sorted(read))}."
            )
        _check_present(indicator.where, "earlier", then, plan)
        kinds = [layer_kind(name, plan.layers[name]) for name in (now, then)]
        if kinds[0] != kinds[1]:
            raise PlanError(
                f'{indicator.where} earlier has "{then}" for "{now}", but the one is of kind '
                f'"{kinds[1]}" and the other "{kinds[0]}". Write kind = "{kinds[0]}" under '
                f"[layers.{then}] if that is what it is."
            )


def _check_present(where: str, key: str, name: str, plan: Plan) -> None:
    if name in plan.layers and not (key in ("of", "per") and name == DISTRICTS):
        return
    if name == DISTRICTS:
        raise PlanError(f'{where} {key} names "districts"; the land of the districts is "land".')
    raise PlanError(
        f'{where} {key} names the layer "{name}", which the plan lacks: add [layers.{name}], or '
        f"name another. {nearest(name, plan.layers)}"
    )


def _check_target(indicator: PlannedIndicator) -> None:
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


def open_parameters(entry: CatalogueEntry) -> tuple[str, ...]:
    """
    Name what a plan has to state for an indicator of the catalogue.

    Parameters
    ----------
    entry : CatalogueEntry
        The indicator.

    Returns
    -------
    tuple of str
        Keys, in the order of the analysis; none where this version lacks the analysis.
    """
    if entry.analysis not in ANALYSES:
        return ()
    model = ANALYSES[entry.analysis].table
    known = {*entry.fixed, *entry.defaults, *entry.layers}
    keys = [name for name, field in model.model_fields.items() if field.is_required()]
    return tuple(
        "tiers.….speed_kmh" if key == "tiers" and entry.tiers else key
        for key in keys
        if key not in known
    )
