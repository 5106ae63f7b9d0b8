"""The runner: a plan file in, numbers and verdicts out."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from os import PathLike
from time import perf_counter
from typing import TYPE_CHECKING, Any

from geoplan.app.plan.analysis import DISTRICTS
from geoplan.app.plan.indicators import plan_indicators
from geoplan.app.plan.plan_file import Plan, read_plan
from geoplan.app.plan.planned_indicator import PlannedIndicator
from geoplan.app.plan.registry import run_analysis
from geoplan.app.plan.relative_targets import compared_with
from geoplan.app.plan.target_binding import bind_target
from geoplan.app.plan.territory import disagreements, leave_out, put_back
from geoplan.app.run.judging import judge
from geoplan.app.run.loading import LoadedLayers, Progress, check_sources, load_layers
from geoplan.app.run.outcome import IndicatorOutcome, PlanOutcome
from geoplan.core.errors import GeoplanError, ParameterError, PlanError
from geoplan.core.hearing import shown_elsewhere
from geoplan.core.notices import Notice
from geoplan.core.plausible import plausibility_notices

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.core.results import Result

_SHOWN = 5
# A UTM zone is off by 0.1 % at its edge; beyond this the CRS is made for another place.

_LIBRARIES = (
    "geopandas",
    "shapely",
    "pyproj",
    "pyogrio",
    "rasterio",
    "numpy",
    "pandas",
    "scipy",
    "folium",
)


def run_plan(
    path: str | PathLike[str] | Plan, *, lang: str | None = None, progress: Progress | None = None
) -> PlanOutcome:
    """
    Run a plan: load its layers, measure its indicators, compare them with their targets.

    Everything that can be checked without opening a layer is checked first. Nothing is written.

    Parameters
    ----------
    path : str, path or Plan
        The plan file, or what `read_plan` made of it.
    lang : {"en", "zh"}, optional
        Language of titles, maps and report, in place of the plan's own.
    progress : callable, optional
        Called as ``progress(step, done, total)`` before each step, and once at the end.

    Returns
    -------
    PlanOutcome
        Results with verdicts, the layers and what was done to them.

    Raises
    ------
    PlanError
        If the plan file is not right.
    GeoplanError
        If a layer cannot be read, or an indicator cannot be measured; the message names the table.

    Examples
    --------
    >>> outcome = run_plan("longgang.toml")  # doctest: +SKIP
    >>> outcome.indicators[0].verdict.status  # doctest: +SKIP
    'missed'
    """
    plan = path if isinstance(path, Plan) else read_plan(path)
    with shown_elsewhere():
        return _run_plan(plan, lang, progress)


def _run_plan(plan: Plan, lang: str | None, progress: Progress | None) -> PlanOutcome:
    planned = _checked(plan)
    lang = lang or plan.head.lang
    steps = _Steps(progress, len(plan.layers) + len(planned))
    loaded = load_layers(plan, tick=lambda name: steps.begin(f"load {name}"))
    seconds = dict(loaded.seconds)
    outcomes = []
    for indicator in planned:
        steps.begin(f"measure {indicator.id}")
        begun = perf_counter()
        outcomes.append(_measure(indicator, loaded, lang))
        seconds[f"measure {indicator.id}"] = perf_counter() - begun
    steps.end()
    return PlanOutcome(
        name=plan.name,
        lang=lang,
        plan_path=str(plan.path),
        plan_sha256=plan.sha256,
        study_crs=loaded.study_crs,
        layers=loaded.layers,
        records=loaded.records,
        indicators=tuple(outcomes),
        notices=tuple(_run_notices(plan, planned)),
        versions=library_versions(),
        seconds=seconds,
        template=str(plan.resolve(plan.head.template)) if plan.head.template else "",
    )


def _checked(plan: Plan) -> tuple[PlannedIndicator, ...]:
    """Check indicators and files, and tell all that is wrong with both at once."""
    planned: tuple[PlannedIndicator, ...] = ()
    problems: list[GeoplanError] = []
    try:
        planned = plan_indicators(plan)
    except GeoplanError as error:
        problems.append(error)
    try:
        check_sources(plan)
    except GeoplanError as error:
        problems.append(error)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise PlanError("\n".join(map(str, problems)))
    return planned


class _Steps:
    """Counts the steps of a run and tells whoever wants to know."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, -1

    def begin(self, step: str) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(step, self._done, self._total)

    def end(self) -> None:
        if self._progress is not None:
            self._progress("", self._total, self._total)


def _measure(indicator: PlannedIndicator, loaded: LoadedLayers, lang: str) -> IndicatorOutcome:
    districts, told = leave_out(loaded.layers[DISTRICTS], indicator)
    result = _run(indicator, loaded, districts)
    told += plausibility_notices(result)
    if indicator.table.earlier:
        result = _since(indicator, loaded, districts, result)
    result = put_back(result, loaded.layers[DISTRICTS])
    target = bind_target(indicator, result)
    told += (*_undecided_districts(result), *disagreements(indicator))
    result = replace(result, notices=(*result.notices, *told))
    above = indicator.table.target_parent
    if target is not None and above is not None:
        parent = _run(indicator, loaded, loaded.layers[above]).measure(target.of, target.part)
        target = compared_with(target, parent)
    return IndicatorOutcome(
        id=indicator.id,
        title=indicator.title(lang),
        result=result,
        target=target,
        verdict=judge(result.measure(target.of, target.part), target) if target else None,
    )


def _run(indicator: PlannedIndicator, loaded: LoadedLayers, districts: "GeoDataFrame") -> "Result":
    layers = {**loaded.layers, DISTRICTS: districts}
    try:
        return run_analysis(
            indicator.analysis,
            indicator.table,
            layers,
            loaded.networks,
            loaded.rasters,
            loaded.areas,
        )
    except GeoplanError as error:
        raise error.at(indicator.where) from error


def _since(
    indicator: PlannedIndicator, loaded: LoadedLayers, districts: "GeoDataFrame", now: "Result"
) -> "Result":
    """Compare a result with that of the layers of an earlier date."""
    from geoplan.analyses.tables.change_table import change_table

    earlier = indicator.table.earlier or {}

    def then(things: "Mapping[str, Any]") -> dict[str, Any]:
        swapped = {name: things[other] for name, other in earlier.items() if other in things}
        return {**things, **swapped}

    past = replace(
        loaded,
        layers=then(loaded.layers),
        networks=then(loaded.networks),
        rasters=then(loaded.rasters),
    )
    if DISTRICTS in earlier:
        districts, _ = leave_out(past.layers[DISTRICTS], indicator)
    try:
        return change_table(_run(indicator, past, districts), now)
    except ParameterError as error:
        raise ParameterError(f"{indicator.where} {error}") from error


def _undecided_districts(result: "Result") -> Iterator[Notice]:
    """Say where a denominator is zero: a whole of 100 % must not hide a district without people."""
    told: set[str] = set()
    for measure in result.measures:
        table = measure.districts
        empty = table[(table["denominator"] == 0) & table["value"].isna()]
        if measure.of in told or not 0 < len(empty) < len(table):
            continue
        told.add(measure.of)
        shown = (empty["name"].where(empty["name"] != "", empty["district_id"])).head(_SHOWN)
        names = ", ".join([*shown, *["…"] * (len(empty) > _SHOWN)])
        yield Notice("districts_undecided", measure.of, len(empty), len(table), {"names": names})


def _run_notices(plan: Plan, planned: tuple[PlannedIndicator, ...]) -> list[Notice]:
    notices = []
    if plan.encoding != "utf-8":
        notices.append(
            Notice("plan_not_utf8", plan.path.name, values={"encoding": plan.encoding.upper()})
        )
    margin_m = plan.head.margin_m
    if margin_m is not None:
        notices += [
            Notice(
                "margin_below_reach",
                indicator.id,
                values={"margin_m": margin_m, "reach_m": indicator.table.outside_m},
            )
            for indicator in planned
            if indicator.table.outside_m > margin_m
        ]
    return notices


def library_versions() -> dict[str, str]:
    """
    Say which versions decide the numbers.

    Returns
    -------
    dict of str to str
        geoplan, Python, the libraries, and the C libraries GEOS, PROJ and GDAL.
    """
    import pyogrio
    import pyproj
    import shapely

    import geoplan

    versions = {
        "geoplan": geoplan.__version__,
        "python": ".".join(str(part) for part in sys.version_info[:3]),
    }
    for name in _LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    versions["geos"] = ".".join(str(part) for part in shapely.geos_version)
    versions["proj"] = pyproj.proj_version_str
    versions["gdal"] = ".".join(str(part) for part in pyogrio.__gdal_version__)
    return versions
