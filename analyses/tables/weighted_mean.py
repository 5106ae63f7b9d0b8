"""Weighted mean of a column: runoff coefficients, indices, concentrations."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from geoplan.analyses.shared.area_share import WORTH_TELLING_M2, area_inside, district_land
from geoplan.analyses.shared.districts import (
    check_districts,
    check_polygons,
    layer_name,
    one_district,
    overlap_notices,
)
from geoplan.analyses.shared.home_districts import (
    column_factor,
    column_numbers,
    column_words,
    home_district,
    outside_notice,
    plain_word,
)
from geoplan.analyses.shared.line_inside import lines_inside
from geoplan.analyses.shared.line_parts import (
    WORTH_TELLING_M,
    LinePieces,
    check_lines,
    counted_once,
    line_pieces,
    repeat_notices,
)
from geoplan.analyses.shared.open_ground import NO_VALUE, mean_bounds, value_range
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result, make_measure
from geoplan.core.true_size import Areas
from geoplan.core.written_units import unit_factor

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Positions = NDArray[np.intp]


@carries_notices
@true_to_scale("area")
def weighted_mean(
    objects: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    column: str,
    by: str,
    unit: str,
    lookup: Mapping[str, float] | None = None,
    unknown: Literal["left_out"] | None = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the mean of a column, weighted by area, length, number or another column.

    Parameters
    ----------
    objects : GeoDataFrame, m rows of any geometry
        Surfaces, stations, roads, … in a projected CRS in metres.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    column : str
        The values; with `lookup`, the classes whose values it gives.
    by : str
        ``"area"`` (polygons, cut at the borders), ``"length"`` (lines), ``"count"`` (every object
        the same: a mean of stations), or a column of weights such as ``"population"``.
    unit : str
        Unit of the values, as tables write it: ``"ug/m3"``, ``"%"``, ``"number"`` for an index.
    lookup : mapping of str to float, optional
        Value of each class: ``{"roof": 0.9, "green": 0.15}``.
    unknown : {"left_out"}, optional
        That objects without a value do not count, neither above nor below; an error asks for it.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        One measure ``of=by``: the weighted mean, in `unit`; NaN where there is no weight.
        Layer: ``objects`` with a column ``mean_value``.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If `unit` is not known, or `unknown` has to be stated.
    SchemaError
        If a column is missing, holds no numbers, or a class is not in `lookup`.
    EmptyLayerError
        If there is no district.

    Notes
    -----
    .. math:: \bar v_D = \sum_k w_{k,D}\, v_k \Big/ \sum_k w_{k,D}

    The composite runoff coefficient 雨水综合径流系数 is this by area, with the coefficient of each
    surface from a table: volumetric (雨量) and peak-flow (流量) coefficients differ [1]_, so the
    table is the plan's. It lies between 0 and 1 and is no percentage, whatever unit a table prints.
    Objects without a value that are left out open the mean: low and high are what it would be if
    all of them had the least or the greatest value of `lookup`, of a share 0 or 1, else of the
    objects that have one. Objects that overlap count each. A mean by the number of stations says
    nothing of places between them. Cost: one search tree; only what crosses a border is cut.

    References
    ----------
    .. [1] GB 50400-2016《建筑与小区雨水控制及利用工程技术规范》.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> surfaces = gpd.GeoDataFrame(
    ...     {"kind": ["roof", "green"]},
    ...     geometry=[shapely.box(0, 0, 300, 1000), shapely.box(300, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> result = weighted_mean(
    ...     surfaces, districts, column="kind", by="area", unit="number",
    ...     lookup={"roof": 0.9, "green": 0.15},
    ... )
    >>> round(result.measure("area").value, 6)
    0.375
    """
    known_unit = unit_factor(unit)
    if known_unit is None:
        raise ParameterError(
            f"`unit` is {unit!r}, which is not known; write for example 'ug/m3', '%', or 'number'."
        )
    require_metric_crs(districts=districts, objects=objects)
    check_districts(districts)
    subject = layer_name(objects, "objects")
    values = _values(objects, column, lookup)
    blank = np.isnan(values)
    if blank.any() and unknown != "left_out":
        raise ParameterError(
            f"`objects`: {int(blank.sum())} of {len(values)} have no value in column {column!r}. "
            "Complete it, or say unknown='left_out'."
        )
    notices = []
    if blank.any():
        count = int(blank.sum())
        notices.append(Notice("objects_unknown_left_out", subject, count=count, total=len(blank)))
    if objects.empty:
        notices.append(Notice("layer_empty_share_unknown", subject))
    factor = float(known_unit[0])
    if lookup is None:
        factor, told = column_factor(objects, column, unit, "objects")
        notices += told
    known, value = objects[~blank], values[~blank] * factor

    without = objects[blank]

    def sums(areas: "GeoDataFrame", told: list[Notice]) -> "tuple[Floats, Floats, Floats]":
        row, district, weight = _weights(known, areas, by, subject, told, value)
        over = np.bincount(district, weight * value[row], len(areas)).astype(np.float64)
        under = np.bincount(district, weight, len(areas)).astype(np.float64)
        if not len(without):
            return over, under, np.zeros(len(areas))
        _, district, weight = _weights(without, areas, by, subject, [])
        return over, under, np.bincount(district, weight, len(areas)).astype(np.float64)

    numerator, denominator, open_weight = sums(districts, notices)
    totals = float(numerator.sum()), float(denominator.sum())
    open_whole = float(open_weight.sum())
    ground = np.asarray(districts.geometry.array, dtype=object)
    if by in ("area", "length") and district_land(ground).overlap_m2 > 0:
        over, under, rest = sums(one_district(districts), [])
        totals, open_whole = (float(over.sum()), float(under.sum())), float(rest.sum())
    stated = values if lookup is None else np.array([*lookup.values()], dtype=float)
    least, greatest = value_range(stated * float(known_unit[0]), known_unit[1])
    bounds = mean_bounds(
        (numerator, totals[0]),
        (denominator, totals[1]),
        (open_weight, open_whole),
        least=least,
        greatest=greatest,
        reasons=NO_VALUE,
    )
    base = {"area": "m2", "length": "m", "count": "count", "population": "person"}.get(by, "number")
    measure = make_measure(
        districts,
        numerator,
        denominator,
        of=by,
        unit=known_unit[1],
        numerator_unit="number",
        denominator_unit=base,
        totals=totals,
        bounds=bounds,
    )
    return Result(
        analysis="weighted_mean",
        measures=(measure,),
        districts=districts,
        layers={"objects": objects.assign(mean_value=values)},
        definition={
            "objects": subject,
            "object_count": len(objects),
            "as_of": objects.attrs.get("geoplan", {}).get("as_of", ""),
            "column": column,
            "by": [by],
            "value_unit": known_unit[1],
            "lookup": None if lookup is None else dict(lookup),
            "left_out": bool(blank.any()),
        },
        notices=unique([*notices, *overlap_notices(districts)]),
    )


def _values(objects: "GeoDataFrame", column: str, lookup: Mapping[str, float] | None) -> "Floats":
    if lookup is None:
        return column_numbers(objects, column, "objects", as_written=True)
    words = column_words(objects, column, "objects")
    found = words.map({plain_word(name): float(value) for name, value in lookup.items()})
    odd = (found.isna() & (words != "")).to_numpy(dtype=bool)
    if odd.any():
        named = ", ".join(sorted(set(words[odd]))[:5])
        raise SchemaError(
            f"`objects`: {int(odd.sum())} of {len(words)} classes in column {column!r} are not in "
            f"`lookup`: {named}."
        )
    return np.asarray(found.to_numpy(dtype=float, na_value=np.nan), dtype=float)


def _each_value_once(
    lines: "Geometries", value: "Floats | None", subject: str, notices: list[Notice]
) -> LinePieces:
    """Take lines apart; what is drawn twice counts once with each value that it has."""
    codes = None if value is None else np.unique(value, return_inverse=True)[1]
    pieces = counted_once(line_pieces(lines, codes))
    notices += repeat_notices(pieces.dropped_m, subject)
    several_m = counted_once(line_pieces(lines)).dropped_m - pieces.dropped_m
    if several_m >= WORTH_TELLING_M:
        notices.append(Notice("lines_of_several_values", subject, values={"length_m": several_m}))
    return pieces


def _weights(
    objects: "GeoDataFrame",
    districts: "GeoDataFrame",
    by: str,
    subject: str,
    notices: list[Notice],
    value: "Floats | None" = None,
) -> "tuple[Positions, Positions, Floats]":
    """Row, district and weight of every object or part of one."""
    ground = np.asarray(districts.geometry.array, dtype=object)
    if by == "area":
        rows = np.arange(len(objects))
        # A category per row keeps the objects apart, so that each brings its own value.
        inside = area_inside(check_polygons(objects, "objects"), ground, rows)
        overlap = float(inside.area_m2.sum() - inside.merged().area_m2.sum())
        if overlap >= WORTH_TELLING_M2:
            notices.append(Notice("objects_overlap", subject, values={"overlap_m2": overlap}))
        return inside.category, inside.district, inside.area_m2
    if by == "length":
        pieces = _each_value_once(check_lines(objects, "objects"), value, subject, notices)
        cut = lines_inside(pieces, ground)
        return cut.line, cut.district, cut.length_m
    home = home_district(objects, districts)
    notices += outside_notice(home, subject)
    rows = np.flatnonzero(home >= 0)
    weight: Floats = np.ones(len(objects), dtype=float)
    if by != "count":
        weight = column_numbers(objects, by, "objects")
    wrong = ~(weight >= 0)
    if wrong.any():
        raise SchemaError(
            f"`objects`: {int(wrong.sum())} of {len(wrong)} weights in column {by!r} are negative "
            "or unknown. Complete the column."
        )
    return rows, home[rows], weight[rows]
