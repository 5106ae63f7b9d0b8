"""Demand: what a share is a share of, as pieces of land, people or things per district."""

from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.exact.boundary_edges import dissolved
from geoplan.analyses.exact.catchment import Catchment, covered_area_m2, covers_points
from geoplan.analyses.exact.elements import Bools, Floats, Geometries, Ints, flat
from geoplan.analyses.shared.demand_pieces import DemandPieces, Kind
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.extent import are_spread_evenly
from geoplan.core.notices import Notice
from geoplan.core.true_size import true_area_m2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame


LAND = "land"
"""The districts' own area."""

BOTH = "population+jobs"
"""Residents and jobs together."""

WEIGHTS = {"population": "person", "jobs": "job"}
"""Layers that hold an amount per unit, in the column of the same name, and its unit."""

COUNTED = ("buildings", "communities")
"""Layers that are counted even if they are polygons, each at a point inside it."""

_POINT, _AREA = 0, 2
_WORTH_TELLING_M2 = 1.0
_WORTH_TELLING_SHARE = 1e-9


def demand_pieces(
    of: str, districts: "GeoDataFrame", demand: "Mapping[str, GeoDataFrame] | None" = None
) -> DemandPieces:
    """
    Cut a denominator along the districts.

    Parameters
    ----------
    of : str
        ``"land"`` (the districts themselves), ``"population"``, ``"jobs"``,
        ``"population+jobs"``, or the name of any polygon or point layer in `demand`.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        What to cut along.
    demand : mapping of str to GeoDataFrame, optional
        Demand layers by name, in the CRS of the districts. Residents and jobs stand in a column
        ``population`` or ``jobs``, at points or evenly in polygons.

    Returns
    -------
    DemandPieces
        One piece per demand unit and district that share ground, in the order of the districts and
        then of the units.

    Raises
    ------
    ParameterError
        If `of` is unknown or its layer is not in `demand`.
    SchemaError
        If a layer lacks the column of its amounts, holds negative or infinite ones, or has
        geometry that cannot be shared out.
    CRSError
        If a layer has another CRS than the districts.

    Notes
    -----
    Weights of polygons are shared out by area, so that over districts that tile the ground nothing
    is lost or counted twice, to 1e-9. Points count whole, in the district around them; on a border
    in the first of its districts. Units whose amount is unknown (NaN) are left out, and what lies
    outside every district is in no total; both are said in notices. Polygons of an area mask that
    overlap are dissolved first. Cost: one search tree; only units across a border are cut.

    Examples
    --------
    A cell of 90 people, two thirds of which lie in the second district:

    >>> import geopandas as gpd, shapely
    >>> districts = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 9, 9)], crs=4547
    ... )
    >>> cells = gpd.GeoDataFrame(
    ...     {"population": [90]}, geometry=[shapely.box(0, 0, 3, 1)], crs=4547
    ... )
    >>> demand_pieces("population", districts, {"population": cells}).amount.round(9).tolist()
    [30.0, 60.0]
    """
    demand = demand or {}
    areas = np.asarray(districts.geometry.array, dtype=object)
    if of == LAND:
        rows = np.arange(len(areas))
        return DemandPieces(of, "area", "m2", rows, rows, areas, true_area_m2(areas))
    if of == BOTH:
        first, second = (demand_pieces(name, districts, demand) for name in WEIGHTS)
        return _together(first, second, len(demand["population"]))
    layer = _layer(of, demand)
    require_metric_crs(districts=districts, **{of: layer})
    shapes = flat(np.asarray(layer.geometry.array, dtype=object))
    usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    notices = _left_out("dropped_no_geometry", of, ~usable)
    if of in WEIGHTS:
        return _weight_pieces(of, areas, shapes, usable, layer, notices)
    rows = np.flatnonzero(usable)
    kinds = shapely.get_dimensions(shapes[rows])
    if of not in COUNTED and (kinds == _AREA).all() and len(rows):
        return _area_pieces(of, areas, shapes[rows], notices)
    if of not in COUNTED and not np.isin(kinds, _POINT).all():
        raise SchemaError(
            f"`{of}` mixes polygons with other geometry or holds lines; wanted polygons, whose "
            "area is measured, or points, which are counted. Split the layer."
        )
    points = np.where(kinds == _POINT, shapes[rows], shapely.point_on_surface(shapes[rows]))
    return _point_pieces(of, "count", "count", areas, points, rows, np.ones(len(rows)), notices)


def served_amount(pieces: DemandPieces, catchment: Catchment) -> Floats:
    """
    Measure how much of each piece lies within a catchment.

    Parameters
    ----------
    pieces : DemandPieces, n pieces
        From `demand_pieces`.
    catchment : Catchment
        From `geoplan.analyses.exact.catchment.make_catchment`.

    Returns
    -------
    array of float, n
        Amount in ``pieces.unit_name``: of polygons by exact area, of points whole.
    """
    areal = shapely.get_dimensions(pieces.geometry) == _AREA
    share = np.zeros(len(pieces.amount))
    shapes = pieces.geometry[areal]
    share[areal] = covered_area_m2(shapes, catchment) / true_area_m2(shapes)
    share[~areal] = covers_points(pieces.geometry[~areal], catchment)
    return pieces.amount * share


def _layer(of: str, demand: "Mapping[str, GeoDataFrame]") -> "GeoDataFrame":
    if of in demand:
        return demand[of]
    known = [LAND, BOTH, *WEIGHTS, "built_up", "construction_land", "residential_land", *COUNTED]
    if of not in known:
        near = get_close_matches(of, [*demand, *known], 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ParameterError(
            f"`of` asks for {of!r}, which is neither a layer in `demand` "
            f"({', '.join(map(repr, demand)) or 'it is empty'}) nor one of "
            f"{', '.join(map(repr, known))}.{hint}"
        )
    raise ParameterError(
        f"`of` asks for {of!r}, whose layer is missing: pass "
        f'demand={{"{of}": …}}; in a plan file, add a table [layers.{of}].'
    )


def _together(first: DemandPieces, second: DemandPieces, rows: int) -> DemandPieces:
    order = np.argsort(np.append(first.district, second.district), kind="stable")
    return DemandPieces(
        BOTH,
        "weight",
        "person+job",
        np.append(first.district, second.district)[order],
        np.append(first.unit, second.unit + rows)[order],
        np.append(first.geometry, second.geometry)[order],
        np.append(first.amount, second.amount)[order],
        (*first.notices, *second.notices),
        _of_units(first, second)[order],
        np.append(_wholes(first), _wholes(second))[order],
    )


def _wholes(pieces: DemandPieces) -> Geometries:
    return pieces.geometry if pieces.whole is None else pieces.whole


def _of_units(*several: DemandPieces) -> Floats:
    """Give the areas of the units of several pieces, one after another."""
    none = [np.zeros(len(pieces.amount)) for pieces in several]
    return np.concatenate(
        [
            zero if one.unit_m2 is None else one.unit_m2
            for one, zero in zip(several, none, strict=True)
        ]
    )


def _weight_pieces(
    of: str,
    areas: Geometries,
    shapes: Geometries,
    usable: Bools,
    layer: "GeoDataFrame",
    notices: tuple[Notice, ...],
) -> DemandPieces:
    weight = _weights(of, layer)
    unknown = np.isnan(weight) & usable
    notices += _left_out("dropped_unknown_amount", of, unknown, column=of)
    rows = np.flatnonzero(usable & ~unknown)
    kinds = shapely.get_dimensions(shapes[rows])
    if not np.isin(kinds, (_POINT, _AREA)).all():
        raise SchemaError(
            f"`{of}` holds lines; wanted points, or polygons in which {of} is spread evenly."
        )
    at, over = rows[kinds == _POINT], rows[kinds == _AREA]
    unit_name = WEIGHTS[of]
    points = _point_pieces(of, "weight", unit_name, areas, shapes[at], at, weight[at], notices)
    if not len(over):
        return points
    district, unit, pieces = _cut(of, areas, shapes[over])
    whole_m2 = true_area_m2(shapes[over])[unit]
    amount = weight[over][unit] * (true_area_m2(pieces) / whole_m2)
    unit_m2 = None
    if not are_spread_evenly(layer):
        unit_m2 = np.append(np.zeros(len(points.amount)), whole_m2)
    district, unit = np.append(points.district, district), np.append(points.unit, over[unit])
    order = np.lexsort((unit, district))
    amount = np.append(points.amount, amount)
    notices += _outside(of, weight[rows], unit, amount, weight)
    geometry = np.append(points.geometry, pieces)[order]
    whole = np.append(points.geometry, shapes[unit])[order]
    return DemandPieces(
        of,
        "weight",
        unit_name,
        district[order],
        unit[order],
        geometry,
        amount[order],
        notices,
        None if unit_m2 is None else unit_m2[order],
        whole,
    )


def _weights(of: str, layer: "GeoDataFrame") -> Floats:
    if of not in layer.columns:
        raise SchemaError(
            f"`{of}` has no column {of!r}; it has {', '.join(repr(name) for name in layer)}. "
            f"Rename the column that holds it, e.g. .rename(columns={{'POP': {of!r}}}), or load "
            f"the layer with load_{of}(..., columns={{{of!r}: 'POP'}})."
        )
    try:
        weight = layer[of].to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise SchemaError(f"`{of}`: column {of!r} holds something else than numbers.") from error
    wrong = np.isinf(weight) | (weight < 0)
    if wrong.any():
        raise SchemaError(
            f"`{of}`: {int(wrong.sum())} of {len(weight)} values in column {of!r} are negative or "
            f"infinite (the first is {weight[wrong][0]:g}). If they stand for no data, write NaN."
        )
    return np.asarray(weight, dtype=float)


def _area_pieces(
    of: str, areas: Geometries, shapes: Geometries, notices: tuple[Notice, ...]
) -> DemandPieces:
    apart = dissolved(shapes, touching=False)
    district, unit, pieces = _cut(of, areas, apart)
    overlap_m2 = float(true_area_m2(shapes).sum() - true_area_m2(apart).sum())
    if overlap_m2 >= _WORTH_TELLING_M2:
        notices += (Notice("demand_overlap", of, values={"overlap_m2": overlap_m2}),)
    return DemandPieces(of, "area", "m2", district, unit, pieces, true_area_m2(pieces), notices)


def _point_pieces(
    of: str,
    kind: Kind,
    unit_name: str,
    areas: Geometries,
    points: Geometries,
    rows: Ints,
    weight: Floats,
    notices: tuple[Notice, ...],
) -> DemandPieces:
    # The districts are asked, since it is they that gain from being prepared.
    district, unit = shapely.STRtree(points).query(areas, "intersects")
    order = np.lexsort((district, unit))
    district, unit = district[order], unit[order]
    shared = np.flatnonzero(np.bincount(unit, minlength=len(points))[unit] > 1)
    if len(shared):
        inner = np.ones(len(unit), dtype=bool)
        inner[shared] = shapely.contains(areas[district[shared]], points[unit[shared]])
        has_inner = np.bincount(unit[inner], minlength=len(points))[unit] > 0
        first = np.diff(unit, prepend=-1) != 0
        kept = np.where(has_inner, inner, first)
        district, unit = district[kept], unit[kept]
    order = np.lexsort((unit, district))
    district, unit = district[order], unit[order]
    if kind == "count" or len(points) == len(weight):
        notices += _outside(of, weight, rows[unit], weight[unit], _scattered(rows, weight))
    return DemandPieces(
        of, kind, unit_name, district, rows[unit], points[unit], weight[unit], notices
    )


def _scattered(rows: Ints, weight: Floats) -> Floats:
    full = np.zeros(1 + int(rows.max(initial=-1)))
    full[rows] = weight
    return full


def _outside(
    of: str, known: Floats, unit: Ints, amount: Floats, weight: Floats
) -> tuple[Notice, ...]:
    """Say how much lies outside every district."""
    inside = np.minimum(np.bincount(unit, amount, len(weight)), np.nan_to_num(weight))
    total = float(known.sum())
    outside = total - float(inside.sum())
    if total <= 0 or outside <= _WORTH_TELLING_SHARE * total:
        return ()
    values = {"outside": outside, "whole": total, "share": outside / total}
    return (Notice("demand_outside_districts", of, values=values),)


def _left_out(code: str, of: str, dropped: Bools, **values: str) -> tuple[Notice, ...]:
    count = int(dropped.sum())
    return (Notice(code, of, count=count, total=len(dropped), values=values),) if count else ()


def _cut(of: str, areas: Geometries, shapes: Geometries) -> tuple[Ints, Ints, Geometries]:
    """Cut polygons along districts; most lie inside one and stay as they are."""
    shapely.prepare(areas)
    district, unit = shapely.STRtree(shapes).query(areas, "intersects")
    across = ~shapely.contains_properly(areas[district], shapes[unit])
    pieces = shapes[unit]
    cut = np.unique(unit[across])
    invalid = cut[~shapely.is_valid(shapes[cut])]
    if len(invalid):
        raise SchemaError(
            f"`{of}`: {len(invalid)} polygons that cross a district border are invalid "
            f"({shapely.is_valid_reason(shapes[invalid[0]])}). Load the layer with geoplan's "
            "loader, which repairs them, or use make_valid()."
        )
    pieces[across] = shapely.intersection(areas[district[across]], pieces[across])
    kept = true_area_m2(pieces) > 0
    district, unit, pieces = district[kept], unit[kept], pieces[kept]
    order = np.lexsort((unit, district))
    return district[order], unit[order], pieces[order]
