"""The maps of a whole plan: all of its indicators together, and the tiles it asks for."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoplan.app.exports.map_context import quiet_layers, who_meets
from geoplan.core.errors import ParameterError, PlanError

if TYPE_CHECKING:
    from geoplan.app.plan.plan_file import Plan
    from geoplan.app.run.outcome import PlanOutcome
    from geoplan.maps import Basemap


def plan_basemap(plan: "Plan") -> "Basemap | None":
    """
    Choose the tiles that a plan asks for in ``[maps]``.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    Basemap or None
        None where it asks for none: its maps open offline.

    Raises
    ------
    PlanError
        If there is no such basemap, or it needs a key.
    """
    if plan.maps.basemap is None:
        return None
    from geoplan.maps import make_basemap

    try:
        return make_basemap(plan.maps.basemap, key=plan.maps.key)
    except ParameterError as error:
        raise PlanError(f"{plan.path.name}: [maps] {error}") from error


def write_plan_maps(
    outcome: "PlanOutcome", folder: Path, *, fictional: bool, basemap: "Basemap | None"
) -> tuple[str, ...]:
    """
    Write ``overview.html``, and ``verdicts.html`` if there are targets.

    Parameters
    ----------
    outcome : PlanOutcome
        A plan that has been run.
    folder : Path
        Where to.
    fictional : bool
        Whether to mark the maps as made up.
    basemap : Basemap or None
        Tiles to lay under the maps.

    Returns
    -------
    tuple of str
        The names of the files written.
    """
    from geoplan.app.report.words import target_words
    from geoplan.maps import Finding, overview_map, verdict_map

    findings = [
        Finding(
            title=indicator.title,
            result=indicator.result,
            of=indicator.headline.of,
            part=indicator.headline.part,
            target_text=target_words(indicator.target, outcome.lang) if indicator.target else "",
            target_met=who_meets(indicator),
        )
        for indicator in outcome.indicators
    ]
    if not findings:
        return ()
    given: dict[str, Any] = {
        "lang": outcome.lang,
        "context": quiet_layers(outcome),
        "fictional": fictional,
        "basemap": basemap,
    }
    overview_map(findings, title=outcome.name, **given).save(folder / "overview.html")
    if not any(finding.target_text for finding in findings):
        return ("overview.html",)
    verdict_map(findings, **given).save(folder / "verdicts.html")
    return ("overview.html", "verdicts.html")
