"""
geoplan: check a city against the numbers in its plan.

``import geoplan as gp`` gives every public function, each loaded when it is first used.
"""

from pathlib import Path as _Path

__version__ = "0.1.0"

# In a checkout the rooms stand beside this folder; in a wheel they are always inside (ADR 0001).
_HERE = _Path(__file__).resolve().parent
if not (_HERE / "layers" / "__init__.py").is_file():
    __path__.insert(0, str(_HERE.parent))

from geoplan.core.lazy_names import by_name as _by_name  # noqa: E402 (after the rooms are found)
from geoplan.core.lazy_names import lazy_names as _lazy_names  # noqa: E402

_OWN = _by_name(
    {
        "app.exports.outputs": "write_outputs",
        "app.plan.scaffold": "scaffold",
        "app.run.doctor": "DoctorReport doctor",
        "app.run.outcome": "PlanOutcome",
        "app.run.runner": "run_plan",
        "core.crs": "StudyCRS choose_study_crs require_metric_crs",
        "core.errors": "GeoplanError GeoplanWarning",
        "core.notices": "Notice",
        "core.record": "LoadRecord load_record",
        "core.results": "Measure Result",
    },
    __name__,
)


def _homes() -> dict[str, str]:
    import geoplan.analyses
    import geoplan.layers
    import geoplan.maps
    from geoplan.core.declare.found import own_analyses

    found = {**own_analyses(), **geoplan.analyses.UNDECLARED, **geoplan.analyses.TYPES}
    return {**_OWN, **geoplan.layers.HOMES, **found, **geoplan.maps.HOMES}


__getattr__, __dir__ = _lazy_names(__name__, _homes)
