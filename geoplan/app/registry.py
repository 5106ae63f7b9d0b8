"""The analyses a plan can name: their keys, their layers, and the call that runs them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from geoplan.app.plan_tables import (
    WALK_NETWORK,
    CoverageTable,
    DetourTable,
    EcologicalLandTable,
    GreenSpaceTable,
    IndicatorTable,
    LivingCircleTable,
    ParkAccessTable,
    ParkAreaTable,
    RailCoverageTable,
    RedLineTable,
    WalkTable,
)
from geoplan.core.columns import LAND_LAYERS
from geoplan.core.units import walk_distance_m

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.analyses.streets.walk_access import WalkAccess
    from geoplan.core.results import Result
    from geoplan.layers.walk_network import WalkNetwork

DISTRICTS = "districts"
_LAND = "land"
_ALL = "all"
_DETOUR_PARTS = ("wrongly_served", "straight", "network")
SUM = "population+jobs"
_FACILITIES = ("facilities", "bus_stops", "rail_stations", "parks", "land", *LAND_LAYERS)
_STATIONS = ("rail_stations", "facilities")
_POINTS = ("facilities", "bus_stops", "rail_stations")

WALK_LAYERS: Mapping[str, tuple[str, ...]] = {
    "network": (WALK_NETWORK,),
    "entrances": _POINTS,
    "gates": _POINTS,
    "barriers": ("facilities", "land", *LAND_LAYERS, "red_lines", "parks"),
}
"""Keys that name a layer for distances along streets, and the kinds that fit."""


@dataclass(frozen=True)
class Analysis:
    """
    One analysis as a plan sees it.

    Parameters
    ----------
    name : str
        As in ``analysis = "…"``, and in `geoplan.analyses`.
    table : type of IndicatorTable
        Its keys.
    layers : mapping of str to tuple of str
        Parameters that name a layer, the first of them positional, and the kinds that fit.
    unit : str
        Unit of its measures.
    direction : {"up", "down"}
        Which way is better, for targets that say "reaches".
    whole_part : str
        Part that a target means when it names none.
    """

    name: str
    table: type[IndicatorTable]
    layers: Mapping[str, tuple[str, ...]]
    unit: str = "1"
    direction: Literal["up", "down"] = "up"
    whole_part: str = ""


ANALYSES: Mapping[str, Analysis] = {
    analysis.name: analysis
    for analysis in (
        Analysis("coverage", CoverageTable, {"facilities": _FACILITIES}),
        Analysis("rail_coverage", RailCoverageTable, {"stations": _STATIONS}),
        Analysis("park_access", ParkAccessTable, {"parks": ("parks",)}),
        Analysis("living_circle", LivingCircleTable, {}),
        Analysis("detour", DetourTable, {"facilities": _FACILITIES}),
        Analysis(
            "park_area_per_capita",
            ParkAreaTable,
            {"parks": ("parks",), "population": ("population", DISTRICTS)},
            unit="m2/person",
        ),
        Analysis("green_space_ratio", GreenSpaceTable, {"parcels": ("land", *LAND_LAYERS)}),
        Analysis(
            "ecological_land_share", EcologicalLandTable, {"lines": ("red_lines", "facilities")}
        ),
        Analysis("red_line_share", RedLineTable, {"red_lines": ("red_lines",)}, whole_part="total"),
    )
}
"""Every analysis that a plan can name."""


def denominators(table: IndicatorTable) -> tuple[str, ...]:
    """Give the ``of`` of an indicator, as the plan states it; empty where it has none."""
    of = getattr(table, "of", ())
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
    return tuple(dict.fromkeys(name for name in names if name != _LAND))


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
    named = {key: getattr(table, key, None) for key in kinds}
    for tier, one in getattr(table, "tiers", {}).items():
        named[f"tiers.{tier}.network"] = one.network
        kinds[f"tiers.{tier}.network"] = WALK_LAYERS["network"]
    for category, name in getattr(table, "categories", {}).items():
        named[f"categories.{category}"] = name
        kinds[f"categories.{category}"] = _FACILITIES
    return {key: (name, kinds[key]) for key, name in named.items() if name is not None}


def target_parts(table: IndicatorTable) -> tuple[str, ...]:
    """Give the parts that are known before the layers are: park tiers, and all of them."""
    if isinstance(table, ParkAccessTable):
        return (*table.tiers, _ALL)
    if isinstance(table, LivingCircleTable):
        return (*table.categories, _ALL)
    return _DETOUR_PARTS if isinstance(table, DetourTable) else ()


def reach_m(table: IndicatorTable) -> float:
    """
    Say how far outside the districts a facility can still serve people inside.

    Parameters
    ----------
    table : IndicatorTable
        The indicator.

    Returns
    -------
    float
        Metres in a straight line; 0 for analyses that look inside the districts only.
    """
    if isinstance(table, CoverageTable | RailCoverageTable | DetourTable):
        return table.distance_m
    if isinstance(table, LivingCircleTable):
        return table.distance_m or walk_distance_m(table.minutes or 0.0, table.speed_kmh or 0.0)
    if isinstance(table, ParkAccessTable):
        detour = table.detour_factor or 1.0  # of minutes only; metres are used as they are
        return max(
            tier.distance_m or walk_distance_m(tier.minutes or 0.0, tier.speed_kmh or 0.0) / detour
            for tier in table.tiers.values()
        )
    return 0.0


def run_analysis(
    analysis: Analysis,
    table: IndicatorTable,
    layers: "Mapping[str, GeoDataFrame]",
    networks: "Mapping[str, WalkNetwork]",
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

    Returns
    -------
    Result
        What was found.
    """
    # The module and its function share a name; the module is asked, whatever came first.
    module = import_module(f"geoplan.analyses.{analysis.name}")
    function: Callable[..., Result] = getattr(module, analysis.name)
    aside = (*table.of_the_walk, *table.not_passed) if isinstance(table, WalkTable) else ()
    parameters = {
        key: _value(key, getattr(table, key), layers)
        for key in type(table).model_fields
        if key not in (*IndicatorTable.model_fields, *analysis.layers, *aside)
        and getattr(table, key) is not None
    }
    subject, *others = [getattr(table, key) for key in analysis.layers] or [None]
    for key, name in zip([*analysis.layers][1:], others, strict=True):
        parameters[key] = name if name == DISTRICTS else layers[name]
    if "of" in type(table).model_fields:
        parameters["demand"] = {name: layers[name] for name in demand_layers(table)}
    if isinstance(table, WalkTable) and table.distance == "network":
        parameters["walk"] = _walk(table, layers, networks)
    first = parameters.pop("categories") if subject is None else layers[subject]
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
    if key == "categories":
        return {category: layers[name] for category, name in value.items()}
    if key != "tiers":
        return value
    from geoplan.analyses.park_tiers import ParkTier

    return {name: ParkTier(**tier.model_dump(exclude={"network"})) for name, tier in value.items()}
