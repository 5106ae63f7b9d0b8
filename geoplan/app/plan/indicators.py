"""The indicators of a plan, checked against catalogue, layers and targets before any work."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from geoplan.app.catalogue.document_targets import fill_target
from geoplan.app.catalogue.rows import CatalogueEntry, indicator_catalogue
from geoplan.app.plan.analysis import DISTRICTS, Analysis
from geoplan.app.plan.errors import check_table, nearest
from geoplan.app.plan.plan_file import Plan, all_or_errors, layer_kind
from geoplan.app.plan.planned_indicator import PlannedIndicator
from geoplan.app.plan.registry import (
    ANALYSES,
    SUM,
    demand_layers,
    denominators,
    named_layers,
)
from geoplan.app.plan.tables import RASTER_KINDS
from geoplan.app.plan.target_binding import check_target
from geoplan.core.errors import PlanError


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
    check_target(indicator)
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
