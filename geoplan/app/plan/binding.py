"""What a plan asks of an analysis, as arguments of its kernel."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from geoplan.app.plan.analysis_table import plan_parameters
from geoplan.core.declare.analysis import Analysis, Each
from geoplan.core.declare.kinds import DISTRICTS

if TYPE_CHECKING:
    from geoplan.app.plan.tables import IndicatorTable
    from geoplan.core.results import Result


def call_kernel(
    analysis: Analysis,
    table: "IndicatorTable",
    layers: Mapping[str, Any],
    **following: Any,  # noqa: ANN401 (the demand and the walk, where the kernel has them)
) -> "Result":
    """
    Run a kernel on the layers of a plan.

    Parameters
    ----------
    analysis : Analysis
        The declaration.
    table : IndicatorTable
        What the plan asks for.
    layers : mapping of str to layer
        Every layer and raster by its name in the plan.
    **following
        Arguments that follow from the plan: ``demand``, ``walk``.

    Returns
    -------
    Result
        What was found.
    """
    asked = {name: getattr(table, name) for name in plan_parameters(analysis)}
    given: dict[str, Any] = {
        name: _layers(value, name, analysis, layers) if name in analysis.layers else value
        for name, value in asked.items()
        if value is not None
    }
    if analysis.arguments is not None:
        given = analysis.arguments(given, table, layers)
    first = [given.pop(name) for name in list(analysis.layers)[:1]]
    result: Result = analysis.kernel(*first, layers[DISTRICTS], **given, **following)
    return result


def _layers(value: Any, name: str, analysis: Analysis, layers: Mapping[str, Any]) -> Any:  # noqa: ANN401
    if isinstance(analysis.layers[name], Each):
        return {member: layers[layer] for member, layer in value.items()}
    if value == DISTRICTS and name != next(iter(analysis.layers)):
        return value  # a kernel that reads a column of the districts is told so
    return layers[value]
