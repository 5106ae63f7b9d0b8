"""What every analysis does with its study CRS: judge it, and measure on the ellipsoid."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, ParamSpec

from geoplan.analyses.shared.lazy_layers import LazyLayers
from geoplan.core.local_scale import Judged, crs_notices
from geoplan.core.notices import unique
from geoplan.core.results import Result
from geoplan.core.true_size import TrueSize, measuring, true_size

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

P = ParamSpec("P")


def true_to_scale(*judged: Judged) -> Callable[[Callable[P, Result]], Callable[P, Result]]:
    """
    Make an analysis judge its study CRS, and measure as its keyword `areas` says.

    Parameters
    ----------
    *judged : {"area", "scale"}
        What its numbers hang on: areas, lengths and distances, or both.

    Returns
    -------
    callable
        Decorates an analysis that has the parameters `districts` and `areas`. Where the CRS is off
        by more than 0.2 % over a district, the result says so; beyond 1 % it is refused. What it
        measures with `true_area_m2` and `true_length_m` (`geoplan.core.true_size`) is on the
        ellipsoid, or in the plane: the definition says which under ``areas``, and under
        ``areas_because`` why, if the plane was not asked for.
    """

    def decorate(kernel: Callable[P, Result]) -> Callable[P, Result]:
        parameters = signature(kernel)

        @wraps(kernel)
        def measured(*args: P.args, **kwargs: P.kwargs) -> Result:
            try:
                given = parameters.bind(*args, **kwargs)
            except TypeError:  # which the call itself says better
                return kernel(*args, **kwargs)
            given.apply_defaults()
            districts = given.arguments["districts"]
            if not _is_metric(districts):  # which the analysis refuses in its own words
                return kernel(*args, **kwargs)
            size = true_size(districts, given.arguments["areas"])
            told = crs_notices(districts, judged, size.areas)
            with measuring(size):
                result = kernel(*args, **kwargs)
            return replace(
                result,
                layers=_made_alike(result.layers, size),
                definition={**result.definition, **_words(size, given.arguments["areas"])},
                notices=unique([*told, *result.notices]),
            )

        return measured

    return decorate


def _is_metric(districts: "GeoDataFrame") -> bool:
    crs = getattr(districts, "crs", None)
    if crs is None or not len(districts) or not crs.is_projected:
        return False
    operation = crs.coordinate_operation
    if operation is not None and "Pseudo" in operation.method_name:
        return False
    return bool(crs.axis_info) and crs.axis_info[0].unit_name in ("metre", "meter")


def _made_alike(layers: Any, size: TrueSize) -> Any:  # noqa: ANN401 (a mapping of layers)
    return layers.measured_with(size) if isinstance(layers, LazyLayers) else layers


def _words(size: TrueSize, asked: str) -> dict[str, str]:
    because = {"areas_because": size.reason} if size.areas != asked else {}
    return {"areas": size.areas, **because}
