"""What stands on a map beside its result: quiet layers of the plan, and who meets the target."""

from typing import TYPE_CHECKING

from geoplan.app.run.judging import OPEN
from geoplan.app.run.outcome import PlanOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame

    from geoplan.app.run.outcome import IndicatorOutcome

_MEETS = {"met": True, "missed": False, "undecidable": None}
_NO_CONTEXT = frozenset({"districts", "population", "jobs"})


def who_meets(indicator: "IndicatorOutcome") -> "dict[str, bool | None] | None":
    """
    Say who meets the target, by ``district_id``, the whole under ``""``.

    Parameters
    ----------
    indicator : IndicatorOutcome
        With its verdict.

    Returns
    -------
    dict of str to bool or None
        None for whom the data leave it open; a district without a value is missing. None where the
        plan sets no target, or nobody can be judged.
    """
    target, verdict = indicator.target, indicator.verdict
    if target is None or verdict is None:
        return None
    meets: dict[str, bool | None] = {
        id_: _MEETS[status] for id_, status in verdict.districts.items()
    }
    if verdict.status != "undecidable" or verdict.reason == OPEN:
        meets[""] = _MEETS[verdict.status]
    return meets or None


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
