"""Every analysis that a plan can name, and the call that runs it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from geoplan.app.plan.analyses_access import ACCESS, LivingCircleTable, WalkTable
from geoplan.app.plan.analyses_conflict import CONFLICT
from geoplan.app.plan.analyses_counts import COUNTS
from geoplan.app.plan.analyses_cover import COVER
from geoplan.app.plan.analyses_land import LAND
from geoplan.app.plan.analyses_links import LINKS
from geoplan.app.plan.analysis import DISTRICTS, FACILITIES, WALK_LAYERS, Analysis
from geoplan.app.plan.analysis_table import make_table
from geoplan.app.plan.binding import call_kernel
from geoplan.app.plan.tables import IndicatorTable
from geoplan.core.declare.analysis import Each
from geoplan.core.declare.found import analysis_modules, declaration

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.analyses.streets.walk_access import WalkAccess
    from geoplan.app.run.raster_loading import RasterLayer
    from geoplan.core.results import Result
    from geoplan.core.true_size import Areas
    from geoplan.layers.network.walk_network import WalkNetwork

SUM = "population+jobs"
"""The one sum of denominators."""

_LISTED: Mapping[str, Analysis] = {
    analysis.name: analysis for analysis in (*ACCESS, *LAND, *CONFLICT, *LINKS, *COUNTS, *COVER)
}


class _Analyses(Mapping[str, Analysis]):
    """Every analysis that a plan can name; its kernel is imported when it is asked for."""

    def __getitem__(self, name: str) -> Analysis:
        return _LISTED[name] if name in _LISTED else _declared(name)

    def __iter__(self) -> Iterator[str]:
        return iter((*_LISTED, *analysis_modules()))

    def __len__(self) -> int:
        return len(_LISTED) + len(analysis_modules())


@cache
def _declared(name: str) -> Analysis:
    if name not in analysis_modules():
        raise KeyError(name)
    declared = declaration(name)
    kinds = {
        key: one.kinds if isinstance(one, Each) else one for key, one in declared.layers.items()
    }
    single = [one.unit for one in declared.measures if not one.of]
    return Analysis(
        name,
        make_table(declared),
        kinds,
        unit=single[0] if single else "1",
        direction=declared.better,
        whole=declared.whole,
        whole_part=declared.whole_part,
        measures={one.of: one.unit for one in declared.measures if one.of},
        declared=declared,
    )


ANALYSES: Mapping[str, Analysis] = _Analyses()
"""Every analysis that a plan can name."""


def denominators(table: IndicatorTable) -> tuple[str, ...]:
    """Give the ``of`` or ``per`` of an indicator, as the plan states it; empty without one."""
    of = getattr(table, "of", None) or getattr(table, "per", None) or ()
    return (of,) if isinstance(of, str) else tuple(of)


def demand_layers(table: IndicatorTable) -> tuple[str, ...]:
    """
    Name the layers that an indicator's denominators need.

    Parameters
    ----------
    table : IndicatorTable
        The indicator.

    Returns
    -------
    tuple of str
        Layer names, each once; ``population+jobs`` needs two, ``land`` none.
    """
    names = (name for of in denominators(table) for name in of.split("+"))
    return tuple(dict.fromkeys(name for name in names if name != "land"))


def named_layers(
    analysis: Analysis, table: IndicatorTable
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """
    Say which keys of an indicator name a layer, which one, and the kinds that fit.

    Parameters
    ----------
    analysis : Analysis
        What computes it.
    table : IndicatorTable
        Its parameters.

    Returns
    -------
    dict of str to (str, tuple of str)
        Keys that the analysis needs, then those of the walk that the table has.
    """
    kinds = {**analysis.layers, **WALK_LAYERS}
    named: dict[str, Any] = {key: getattr(table, key, None) for key in kinds}
    for tier, one in getattr(table, "tiers", {}).items():
        named[f"tiers.{tier}.network"] = one.network
        kinds[f"tiers.{tier}.network"] = WALK_LAYERS["network"]
    for key in [key for key, name in named.items() if isinstance(name, Mapping)]:
        for member, name in named.pop(key).items():
            named[f"{key}.{member}"] = name
            kinds[f"{key}.{member}"] = kinds[key]
    for category, one in getattr(table, "categories", {}).items():
        named[f"categories.{category}"] = one.layer
        kinds[f"categories.{category}"] = FACILITIES
    return {key: (name, kinds[key]) for key, name in named.items() if name is not None}


def run_analysis(
    analysis: Analysis,
    table: IndicatorTable,
    layers: "Mapping[str, GeoDataFrame]",
    networks: "Mapping[str, WalkNetwork]",
    rasters: "Mapping[str, RasterLayer] | None" = None,
    areas: "Areas" = "ellipsoid",
) -> "Result":
    """
    Run an indicator's analysis on the layers of the plan.

    Parameters
    ----------
    analysis : Analysis
        Which one.
    table : IndicatorTable
        Its parameters.
    layers : mapping of str to GeoDataFrame
        Every layer by its name in the plan.
    networks : mapping of str to WalkNetwork
        Every walk network by its name in the plan.
    rasters : mapping of str to LandCover or Surface, optional
        Every raster by its name in the plan.
    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured.

    Returns
    -------
    Result
        What was found.
    """
    if analysis.declared is not None:
        following: dict[str, Any] = {"areas": areas}
        if {"of", "per"} & set(type(table).model_fields):
            following["demand"] = {name: layers[name] for name in demand_layers(table)}
        return call_kernel(analysis.declared, table, {**layers, **(rasters or {})}, **following)
    # The module and its function share a name; the module is asked, whatever came first.
    module = import_module("geoplan.analyses")
    function: Callable[..., Result] = getattr(module, analysis.name)
    aside = (*table.of_the_walk, *table.not_passed) if isinstance(table, WalkTable) else ()
    parameters = {
        key: _value(key, getattr(table, key), layers)
        for key in type(table).model_fields
        if key not in (*IndicatorTable.model_fields, *analysis.layers, *aside)
        and getattr(table, key) is not None
    }
    parameters["areas"] = areas
    things: dict[str, Any] = {**layers, **(rasters or {})}
    subject, *others = [getattr(table, key) for key in analysis.layers] or [None]
    for key, name in zip([*analysis.layers][1:], others, strict=True):
        if name is not None:
            parameters[key] = name if name == DISTRICTS else things[name]
    if {"of", "per"} & set(type(table).model_fields):
        parameters["demand"] = {name: layers[name] for name in demand_layers(table)}
    if isinstance(table, WalkTable) and table.distance == "network":
        parameters["walk"] = _walk(table, layers, networks)
    if isinstance(table, LivingCircleTable):
        reach = {"distance_m": table.reach("distance_m"), "minutes": table.reach("minutes")}
        parameters |= {key: value for key, value in reach.items() if value is not None}
        first: Any = {name: layers[one.layer] for name, one in table.categories.items()}
    elif subject is None:  # the districts are all it reads
        return function(layers[DISTRICTS], **parameters)
    else:
        first = things[subject]
    return function(first, layers[DISTRICTS], **parameters)


def _walk(
    table: WalkTable, layers: "Mapping[str, GeoDataFrame]", networks: "Mapping[str, WalkNetwork]"
) -> "WalkAccess | dict[str, WalkAccess]":
    from geoplan.analyses.streets.walk_access import WalkAccess

    given: dict[str, Any] = {key: getattr(table, key) for key in table.of_the_walk}
    for key in WALK_LAYERS:
        if given.get(key) is not None:
            given[key] = (networks if key == "network" else layers)[given[key]]
    walk = WalkAccess(**given, speed_kmh=getattr(table, "speed_kmh", None))
    tiers = getattr(table, "tiers", {})
    if not any(tier.network for tier in tiers.values()):
        return walk
    return {
        name: replace(walk, network=networks[tier.network]) if tier.network else walk
        for name, tier in tiers.items()
    }


def _value(
    key: str,
    value: Any,  # noqa: ANN401 (whatever the plan's tables hold)
    layers: "Mapping[str, GeoDataFrame]",
) -> Any:  # noqa: ANN401
    if key == "entrances":
        return layers[value]
    if key != "tiers":
        return value
    from geoplan.analyses.access.park_tiers import ParkTier

    return {name: ParkTier(**tier.model_dump(exclude={"network"})) for name, tier in value.items()}
