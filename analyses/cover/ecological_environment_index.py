"""Ecological environment status index (EI) of HJ 192-2015, from its sub-indices."""

from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.shared.districts import (
    check_districts,
    overlap_notices,
)
from geoplan.analyses.shared.open_ground import NO_VALUE
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice
from geoplan.core.results import Bounds, Result, make_measure
from geoplan.core.true_size import Areas, true_area_m2

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

INDEX = "ei"
"""What the measure is called."""

WEIGHTS = {
    "biological_richness": 0.35,
    "vegetation_cover": 0.25,
    "water_network": 0.15,
    "land_stress": 0.15,
    "pollution_load": 0.10,
}
"""Weights of HJ 192-2015; the last two enter as 100 minus the index."""

_STRESSES = ("land_stress", "pollution_load")
_LIMITS = (20.0, 35.0, 55.0, 75.0)
GRADES = ("差", "较差", "一般", "良", "优")
"""Grades of HJ 192-2015, from the lowest."""

_TOP = 100.0


@carries_notices
@true_to_scale("area")
def ecological_environment_index(
    districts: "GeoDataFrame",
    *,
    biological_richness: str,
    vegetation_cover: str,
    water_network: str,
    land_stress: str,
    pollution_load: str,
    restriction: str | None = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Compute the ecological environment status index (生态环境状况指数, EI) from its sub-indices.

    Parameters
    ----------
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in a projected CRS in metres, with ``district_id``, ``name`` and the
        columns named below; a district without one of the numbers stays unknown.
    biological_richness, vegetation_cover, water_network : str
        Columns of 生物丰度指数, 植被覆盖指数 and 水网密度指数, each from 0 to 100.
    land_stress, pollution_load : str
        Columns of 土地胁迫指数 and 污染负荷指数, each from 0 to 100; less is better.
    restriction : str, optional
        Column of 环境限制指数: what is taken off or capped for accidents and offences, as a number
        to add, not above 0.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        One measure with ``of="ei"``:

        =============== ======= ====== ===================================================
        column          dtype   unit   meaning
        =============== ======= ====== ===================================================
        ``value``       float64 number the index, at least 0
        ``numerator``   float64        index × area of the district
        ``denominator`` float64 m²     area of the district, its index being known
        =============== ======= ====== ===================================================

        Layer ``grades``: each district with ``ei, grade`` (优, 良, 一般, 较差, 差) and what each
        sub-index adds.

    Raises
    ------
    CRSError
        If the districts have no CRS, or one that is not in metres.
    ParameterError
        If a sub-index lies outside 0 to 100, or a restriction above 0.
    SchemaError
        If a column is missing or has no number, a key repeated, or a geometry no valid polygon.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    district_table : Any other statistic of the districts.

    Notes
    -----
    With the weights of the standard [1]_,

    .. math:: EI = 0.35 B + 0.25 V + 0.15 W + 0.15 (100 - L) + 0.10 (100 - P) + R.

    Grades: 优 from 75, 良 from 55, 一般 from 35, 较差 from 20, 差 below. The whole is the mean of
    the districts by their area: the standard computes a region from its own sub-indices, which
    are normalised by area, so that the two agree but for what is capped at 100 or restricted. The
    standard is for counties and above. Since 2021 the ministry uses 区域生态质量指数 (EQI), whose
    numbers must not be put beside these. A district without a sub-index has none, but bounds: what
    is unknown adds nothing, or all that it can; so has the whole. Cost: none to speak of.

    References
    ----------
    .. [1] HJ 192-2015《生态环境状况评价技术规范》, in place of HJ/T 192-2006, whose weights differ.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"], "B": [60], "V": [80], "W": [40], "L": [20],
    ...      "P": [10]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)], crs="EPSG:4547",
    ... )
    >>> found = ecological_environment_index(
    ...     districts, biological_richness="B", vegetation_cover="V", water_network="W",
    ...     land_stress="L", pollution_load="P",
    ... )
    >>> round(found.measures[0].value, 6), found.layers["grades"]["grade"].item()
    (68.0, '良')
    """
    require_metric_crs(districts=districts)
    check_districts(districts)
    names = {
        "biological_richness": biological_richness,
        "vegetation_cover": vegetation_cover,
        "water_network": water_network,
        "land_stress": land_stress,
        "pollution_load": pollution_load,
    }
    parts = {key: _part(districts, key, column) for key, column in names.items()}
    if restriction is not None:
        parts["restriction"] = _restriction(districts, restriction)
    index = _index(parts)
    area_m2 = true_area_m2(districts.geometry.to_numpy())
    known = np.isfinite(index)
    weight = np.where(known, area_m2, np.nan)
    totals = float((index * weight)[known].sum()), float(weight[known].sum())
    measure = make_measure(
        districts,
        index * weight,
        weight,
        of=INDEX,
        unit="number",
        numerator_unit="",
        totals=totals,
        bounds=_bounds(parts, area_m2),
    )
    unknown = int((~known).sum())
    return Result(
        analysis="ecological_environment_index",
        measures=(measure,),
        districts=districts,
        layers={"grades": _grades(districts, index, parts)},
        definition={**names, "restriction": restriction, "weights": dict(WEIGHTS)},
        notices=(
            *((Notice("statistic_unknown", INDEX, unknown, len(districts)),) if unknown else ()),
            *overlap_notices(districts),
        ),
    )


def _index(parts: "dict[str, Floats]") -> "Floats":
    return np.asarray(np.maximum(np.sum(list(parts.values()), axis=0), 0.0))


def _bounds(parts: "dict[str, Floats]", area_m2: "Floats") -> Bounds:
    """Bound the index where a sub-index is unknown: it adds nothing, or all that it can."""
    most = {**{key: _TOP * weight for key, weight in WEIGHTS.items()}, "restriction": 0.0}
    least = {**dict.fromkeys(WEIGHTS, 0.0), "restriction": -np.inf}

    def filled(with_: dict[str, float]) -> "Floats":
        return _index({key: np.where(np.isnan(v), with_[key], v) for key, v in parts.items()})

    low, high = filled(least), filled(most)
    whole_m2 = float(area_m2.sum())
    return Bounds(
        low, high, float(low @ area_m2) / whole_m2, float(high @ area_m2) / whole_m2, NO_VALUE
    )


def _part(districts: "GeoDataFrame", key: str, column: str) -> "Floats":
    """Give what a sub-index adds."""
    numbers = _column(districts, column)
    wrong = (numbers < 0) | (numbers > _TOP)
    if wrong.any():
        raise ParameterError(
            f"`{key}` (column {column!r}) is {numbers[wrong][0]:g} in {int(wrong.sum())} "
            "district(s); a sub-index of HJ 192-2015 lies in 0 to 100."
        )
    return WEIGHTS[key] * (_TOP - numbers if key in _STRESSES else numbers)


def _restriction(districts: "GeoDataFrame", column: str) -> "Floats":
    numbers = _column(districts, column)
    if (numbers > 0).any():
        raise ParameterError(
            f"`restriction` (column {column!r}) is above 0 in {int((numbers > 0).sum())} "
            "district(s); it takes off, so write what is to be added: -5 for five points off."
        )
    return numbers


def _column(districts: "GeoDataFrame", name: str) -> "Floats":
    import pandas as pd

    if name not in districts.columns:
        raise SchemaError(
            f"`districts` has no column {name!r}. Keep it when loading: columns = {{ {name} = "
            '"its name in the file" } under [layers.districts].'
        )
    numbers = pd.to_numeric(districts[name], errors="coerce").to_numpy(dtype=float)
    if not np.isfinite(numbers).any():
        raise SchemaError(f"`districts` has no number in its column {name!r}.")
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _grades(
    districts: "GeoDataFrame", index: "Floats", parts: "dict[str, Floats]"
) -> "GeoDataFrame":
    # 75 itself is 优, as the limit of each grade belongs to it.
    grade = np.array([*GRADES, ""], dtype=object)[
        np.where(np.isfinite(index), np.digitize(index, _LIMITS), len(GRADES))
    ]
    added = {f"{key}_points": values for key, values in parts.items()}
    return districts[["district_id", "name", "geometry"]].assign(ei=index, grade=grade, **added)
