"""Runoff coefficient: the area-weighted mean of what each surface lets run off."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from geoplan.analyses.cover.cover_areas import (
    Cover,
    CoverAreas,
    cover_areas,
    cover_facts,
    cover_notices,
    make_zones,
    pick,
)
from geoplan.analyses.shared.districts import check_districts, check_polygons, layer_name
from geoplan.analyses.shared.open_ground import mean_bounds
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result, make_measure
from geoplan.core.true_size import Areas
from geoplan.layers.kinds.land_cover import LandCover

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

Kind = Literal["volumetric", "peak"]
"""雨量径流系数 (volume of a rain that runs off) or 流量径流系数 (of the peak flow)."""

RUNOFF = "runoff"
"""What the measure is called."""

_OTHER = ""
_WORTH_TELLING_M2 = 1.0


@carries_notices
@true_to_scale("area")
def runoff_coefficient(
    cover: Cover,
    districts: "GeoDataFrame",
    *,
    coefficients: Mapping[str, float],
    kind: Kind,
    within: "GeoDataFrame | None" = None,
    by: str | None = None,
    status: Sequence[str] | None = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the composite runoff coefficient (雨水综合径流系数) by the surfaces of the ground.

    Parameters
    ----------
    cover : LandCover, or GeoDataFrame of Polygon or MultiPolygon
        Surfaces: a raster with a legend, or polygons with classes.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in a projected CRS in metres, with ``district_id`` and ``name``.
    coefficients : mapping of str to float
        Class, group or code of the cover -> its coefficient, from 0 to 1. A class named by itself
        has its own, whatever its group has. Every class that occurs needs one.
    kind : {"volumetric", "peak"}
        Which coefficient the table holds: of volumes (雨量) or of peak flow (流量). They differ,
        and so do the targets; it is said with the result.
    within : GeoDataFrame of Polygon or MultiPolygon, optional
        Where it counts, e.g. units of new development and renewal; the whole district without.
    by : str, optional
        Column of `within` with their status.
    status : sequence of str, optional
        Which statuses count, e.g. ``["新建", "更新"]``.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        One measure with ``of="runoff"``:

        =============== ======= ==== =====================================================
        column          dtype   unit meaning
        =============== ======= ==== =====================================================
        ``value``       float64 1    ``numerator / denominator``, in [0, 1]; NaN where no
                                     surface is known
        ``numerator``   float64 m²   sum of coefficient × area
        ``denominator`` float64 m²   area of the surfaces
        =============== ======= ==== =====================================================

        Layer ``units``, if `within` is given: each that counts, with ``surface_m2, coefficient``.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If a coefficient is not in 0 to 1, a name is unknown, a class has two or none, or `by` and
        `status` come without `within` or without each other.
    SchemaError
        If a column is missing, a key repeated, or a geometry no valid polygon.
    EmptyLayerError
        If there is no district.

    Notes
    -----
    .. math:: \psi_D = \sum_k \psi_k A_{D,k} / \sum_k A_{D,k},

    with the area :math:`A_{D,k}` of surface k where it counts: the area-weighted mean of the
    standards [1]_, whose tables the planner enters; no table is built in, since volumetric and
    peak coefficients, and those of different cities, differ. Ground without a known surface is
    left out, and told; low and high are the mean if all of it had the least or the greatest
    coefficient of the table. Polygons of different classes that overlap count in each. Cost: see
    `geoplan.analyses.cells.class_areas.class_areas`.

    References
    ----------
    .. [1] GB 50014-2021《室外排水设计标准》 4.1 (径流系数按地面种类加权平均); GB 50400-2016
       《建筑与小区雨水控制及利用工程技术规范》.

    Examples
    --------
    Half roof with 0.9, half lawn with 0.15:

    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 20, 10)],
    ...     crs="EPSG:4547",
    ... )
    >>> surfaces = gpd.GeoDataFrame(
    ...     {"class_code": ["roof", "lawn"]},
    ...     geometry=[shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)], crs="EPSG:4547",
    ... )
    >>> found = runoff_coefficient(
    ...     surfaces, districts, coefficients={"roof": 0.9, "lawn": 0.15}, kind="volumetric"
    ... )
    >>> round(found.measures[0].value, 6)
    0.525
    """
    _check(coefficients, kind, within, by, status)
    given = {"cover": cover, "within": within}
    layers = {key: one for key, one in given.items() if one is not None}
    require_metric_crs(
        districts=districts,
        **{key: one for key, one in layers.items() if not isinstance(one, LandCover)},
    )
    check_districts(districts)
    units, notices = _counted(within, by, status)
    zones = make_zones(districts, units, "within")
    groups = _by_coefficient(cover, coefficients)
    found = cover_areas(cover, zones.frame, groups)
    _require_all(cover, found, groups)
    values = np.array([coefficients.get(name, np.nan) for name in groups])
    over, under = _weigh(found, values)
    run, run_whole = zones.split(over)
    ground, ground_whole = zones.split(under)
    unknown = _, unknown_m2 = zones.split(found.unknown_m2)
    bounds = mean_bounds(
        (run, run_whole),
        (ground, ground_whole),
        unknown,
        least=min(coefficients.values()),
        greatest=max(coefficients.values()),
    )
    whole_m2 = float(ground_whole) + float(unknown_m2)
    measure = make_measure(
        districts,
        run,
        ground,
        of=RUNOFF,
        unit="number",  # a coefficient of 0.5 is no share, and never "50 %"
        totals=(float(run_whole), float(ground_whole)),
        bounds=bounds,
    )
    each = {} if units is None else {"units": _each(units, cover, groups, values)}
    return Result(
        analysis="runoff_coefficient",
        measures=(measure,),
        districts=districts,
        layers=each,
        definition={
            **cover_facts(cover),
            "coefficients": dict(coefficients),
            "volumetric": kind == "volumetric",
            "kind": kind,
            "within": None if within is None else layer_name(within, "within"),
            "area_count": None if units is None else len(units),
            "by": by,
            "status": list(status or ()),
        },
        notices=unique([*notices, *cover_notices(cover, zones, float(unknown_m2), whole_m2)]),
    )


def _check(
    coefficients: Mapping[str, float],
    kind: str,
    within: "GeoDataFrame | None",
    by: str | None,
    status: Sequence[str] | None,
) -> None:
    wrong = {name: value for name, value in coefficients.items() if not 0 <= value <= 1}
    if wrong or not coefficients:
        raise ParameterError(
            f"`coefficients` holds {wrong or 'nothing'}; wanted a number from 0 to 1 for each "
            "surface (0.5, not 50), e.g. {'built_up': 0.8, 'vegetation': 0.15}."
        )
    if kind not in get_args(Kind):
        raise ParameterError(
            f"`kind` is {kind!r}; wanted 'volumetric' (雨量径流系数) or 'peak' (流量径流系数)."
        )
    if (by is None) != (not status) or (by is not None and within is None):
        raise ParameterError(
            f"`by` is {by!r}, `status` is {status!r}, and `within` is "
            f"{'missing' if within is None else 'given'}: a status needs `within`, its column and "
            "the statuses that count, e.g. by='status', status=['新建', '更新']."
        )


def _counted(
    within: "GeoDataFrame | None", by: str | None, status: Sequence[str] | None
) -> "tuple[GeoDataFrame | None, list[Notice]]":
    """Pick the areas that count."""
    if within is None:
        return None, []
    check_polygons(within, "within")
    if by is None or status is None:
        return within, []
    if by not in within.columns:
        raise SchemaError(
            f"`within` has no column {by!r}; it has: {', '.join(map(repr, within.columns))}."
        )
    texts = within[by].astype("str").str.strip()
    counts = texts.isin([str(one) for one in status]).to_numpy()
    if not counts.any() and len(within):
        raise ParameterError(
            f"`status` is {list(status)!r}; none of the {len(within)} rows of `within` has one in "
            f"{by!r}; they have: {', '.join(sorted(set(texts))[:20])}."
        )
    left = int((~counts).sum())
    told = [Notice("areas_of_other_status", "within", left, len(within))] if left else []
    return within[counts], told


def _by_coefficient(cover: Cover, coefficients: Mapping[str, float]) -> "dict[str, Bools]":
    """Give every class or polygon to the name that decides its coefficient, the closest first."""
    hits = {name: pick(cover, [name], "coefficients") for name in coefficients}
    size = len(next(iter(hits.values())))
    own = np.zeros(size, dtype=int)
    for name, hit in hits.items():
        own += hit & _is_own(cover, name)
    if (own > 1).any():
        raise ParameterError("`coefficients` names a class twice, by its key and by its code.")
    taken, sets = np.zeros(size, dtype=int), {}
    for name, hit in hits.items():
        exact = _is_own(cover, name)
        sets[name] = hit & (exact | (own == 0))
        taken += sets[name]
    if (taken > 1).any():
        both = [name for name, one in sets.items() if (one & (taken > 1)).any()]
        raise ParameterError(
            f"`coefficients`: a class belongs to {' and '.join(map(repr, both))} at once. Name the "
            "class itself, which goes before its groups."
        )
    return {**sets, _OTHER: taken == 0}


def _is_own(cover: Cover, name: str) -> Any:  # noqa: ANN401 (array of bool)
    if isinstance(cover, LandCover):
        return np.array([name in (one.key, *one.codes) for one in cover.classes.classes])
    have = [column for column in ("class_key", "class_code") if column in cover.columns]
    own = np.zeros(len(cover), dtype=bool)
    for column in have:
        own |= (cover[column].astype("str") == name).to_numpy()
    return own


def _require_all(cover: Cover, found: CoverAreas, groups: "Mapping[str, Bools]") -> None:
    """Refuse a surface that nobody gave a coefficient."""
    if found.area_m2[:, -1].sum() <= _WORTH_TELLING_M2:
        return
    rest = groups[_OTHER]
    if isinstance(cover, LandCover):
        names = [key for key, one in zip(cover.classes.keys, rest, strict=True) if one]
    else:
        column = "class_key" if "class_key" in cover.columns else "class_code"
        names = sorted(set(cover.loc[rest, column].astype("str")))
    raise ParameterError(
        f"`coefficients` has none for {found.area_m2[:, -1].sum():,.0f} m² of surfaces, of the "
        f"classes that remain: {', '.join(names[:20])}. Give each of them one, or their group."
    )


def _weigh(found: CoverAreas, values: "Floats") -> "tuple[Floats, Floats]":
    known = found.area_m2[:, :-1]
    return known @ values[:-1], known.sum(axis=1)


def _each(
    units: "GeoDataFrame", cover: Cover, groups: "Mapping[str, Bools]", values: "Floats"
) -> "GeoDataFrame":
    over, under = _weigh(cover_areas(cover, units, groups), values)
    mean = np.divide(over, under, out=np.full(len(units), np.nan), where=under > 0)
    return units.assign(surface_m2=under, coefficient=mean)
