"""What stands on a map beside its result: quiet layers of the plan, and who meets the target."""

from typing import TYPE_CHECKING

from geoplan.app.outcome import PlanOutcome
from geoplan.app.targets import judges_districts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame

    from geoplan.app.outcome import IndicatorOutcome

_NO_CONTEXT = frozenset({"districts", "population", "jobs"})


def who_meets(indicator: "IndicatorOutcome") -> dict[str, bool] | None:
    """Say who meets the target, by ``district_id``, the whole under ``""``; not who cannot tell."""
    target, verdict = indicator.target, indicator.verdict
    if target is None or verdict is None or verdict.status == "undecidable":
        return None
    meets = {"": verdict.status == "met"}
    if judges_districts(indicator.headline, target):
        table = indicator.headline.districts
        missed = set(verdict.missed_districts)
        known = table.loc[table["value"].notna(), "district_id"]
        meets |= {id_: id_ not in missed for id_ in known}
    return meets


def map_context(
    outcome: PlanOutcome, indicator: "IndicatorOutcome"
) -> "Mapping[str, GeoDataFrame]":
    """
    Pick the layers of the plan to draw quietly on an indicator's map.

    Parameters
    ----------
    outcome : PlanOutcome
        A plan that has been run.
    indicator : IndicatorOutcome
        One of its indicators.

    Returns
    -------
    mapping of str to GeoDataFrame
        Layers that the result does not hold itself, without the demand layers. Large ones are
        drawn as pictures or clusters, and the legend says so.
    """
    shown = {id(layer) for layer in indicator.result.layers.values()}
    quiet = quiet_layers(outcome)
    return {name: layer for name, layer in quiet.items() if id(layer) not in shown}


def quiet_layers(outcome: PlanOutcome) -> "Mapping[str, GeoDataFrame]":
    """Pick the layers of the plan that any of its maps may draw quietly."""
    return {
        name: layer
        for name, layer in outcome.layers.items()
        if outcome.records[name].kind not in _NO_CONTEXT and len(layer)
    }
