"""Totals of people spread over where they can live: buildings, residential land, land cover."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geoplan.core.crs import parse_crs, require_metric_crs
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice
from geoplan.core.record import KEY, attach_record, load_record
from geoplan.layers.kinds.land_cover import LandCover
from geoplan.layers.rasters.raster_cells import grid_outlines
from geoplan.layers.rasters.raster_file import cells_around

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Weight: TypeAlias = str | Sequence[str] | Mapping[str, float]

OWN_WEIGHTS = ("area_m2", "count")
"""Weights that need no column: the area of a piece, and one for each object."""

_MOST_CELLS = 4_000_000
_AREA = 2


@dataclass(frozen=True)
class _Targets:
    """Where people can live: pieces with a weight, each of which may be cut along the totals."""

    geometry: npt.NDArray[np.object_]
    weight: Floats
    by_area: bool
    notices: tuple[Notice, ...]


def spread_population(
    totals: "GeoDataFrame",
    onto: "GeoDataFrame | LandCover",
    *,
    weight: Weight,
    amount: str = "population",
) -> "GeoDataFrame":
    r"""
    Spread totals of districts or communities over where people can live.

    Parameters
    ----------
    totals : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas with a number of people each, in a projected CRS in metres; not modified. NaN is
        unknown and left out.
    onto : GeoDataFrame of Polygon or Point, or LandCover
        Buildings, residential land, address points, in the CRS of `totals`; or a raster with a
        legend.
    weight : str, sequence of str, or mapping of str to float
        What a place counts. For buildings the columns whose product it is:
        ``["area_m2", "floors"]`` is floor space, ``"area_m2"`` ground, ``"count"`` one each (both
        need no column). For a land cover the weight per m² of each class or group, e.g.
        ``{"built_up": 1.0}``; classes that are not named have none.
    amount : {"population", "jobs"}
        Column of the number.

    Returns
    -------
    GeoDataFrame
        Pieces of `onto`, each in one area, with the columns ``unit_id`` and that of `amount`. An
        area without any place to spread over stays as its own polygon.

    Raises
    ------
    ParameterError
        If a weight is negative or unknown, or the land cover has too many cells there.
    SchemaError
        If a column is missing or holds something else than numbers.
    CRSError
        If the layers are not in one metric CRS.

    Notes
    -----
    A piece of area :math:`i` gets :math:`P_i w_k / \sum_k w_k`. The sum in each area is its total
    to 1e-9, whatever the weights. A building across a border counts in each area with its part. The
    result is no better than the assumption that people live in proportion to the weight: offices
    among the buildings draw people (keep them out with ``where``). Areas of people that overlap
    are spread each by itself.

    Examples
    --------
    Ninety people, in a house of one floor and one of two on the same ground:

    >>> area = gpd.GeoDataFrame(
    ...     {"population": [90]}, geometry=[shapely.box(0, 0, 100, 100)], crs=4547
    ... )
    >>> houses = gpd.GeoDataFrame(
    ...     {"floors": [1, 2]},
    ...     geometry=[shapely.box(0, 0, 10, 10), shapely.box(50, 0, 60, 10)],
    ...     crs=4547,
    ... )
    >>> spread_population(area, houses, weight=["area_m2", "floors"])["population"].tolist()
    [30.0, 60.0]
    """
    require_metric_crs(totals=totals)
    people = _amounts(totals, amount)
    known = np.flatnonzero(~np.isnan(people))
    areas = np.asarray(totals.geometry.array, dtype=object)[known]
    people = people[known]
    if isinstance(onto, LandCover):
        targets = _cells(onto, totals, weight)
    else:
        require_metric_crs(totals=totals, onto=onto)
        targets = _objects(onto, weight)
    area, piece, geometry, share = _cut(areas, targets)
    sums = np.bincount(area, share, minlength=len(areas))
    spread = people[area] * share / sums[area]
    bare = np.flatnonzero((sums == 0) & (people > 0))
    keys = [*(f"a{a}p{p}" for a, p in zip(known[area], piece, strict=True)),
            *(f"a{a}" for a in known[bare])]  # fmt: skip
    layer = gpd.GeoDataFrame(
        {"unit_id": pd.array(keys, dtype="str"), amount: np.append(spread, people[bare])},
        geometry=np.append(geometry, areas[bare]),
        crs=totals.crs,
    )
    notices = (*targets.notices, *_bare_notice(people, bare))
    return _recorded(layer, totals, notices)


def _bare_notice(people: Floats, bare: Integers) -> tuple[Notice, ...]:
    if not len(bare):
        return ()
    values = {"amount": float(people[bare].sum()), "whole": float(people.sum())}
    return (Notice("spread_no_target", "population", len(bare), len(people), values),)


def _recorded(
    layer: "GeoDataFrame", totals: "GeoDataFrame", notices: tuple[Notice, ...]
) -> "GeoDataFrame":
    if KEY not in totals.attrs:
        return layer
    record = load_record(totals)
    named = [replace(notice, subject=record.layer) for notice in notices]
    spread = Notice("spread_over", record.layer, len(layer), len(totals))
    notices = (*record.notices, spread, *named)
    return attach_record(
        layer, replace(record, rows_kept=len(layer), notices=notices), before=record.notices
    )


def _amounts(totals: "GeoDataFrame", amount: str) -> Floats:
    if amount not in totals.columns:
        raise SchemaError(
            f"`totals` has no column {amount!r}; it has {', '.join(map(repr, totals.columns))}."
        )
    kinds = shapely.get_dimensions(np.asarray(totals.geometry.array, dtype=object))
    if not (kinds == _AREA).all():
        raise SchemaError("`totals` holds other geometry than polygons; only areas can be spread.")
    return _numbers(totals, amount, "totals")


def _numbers(layer: "GeoDataFrame", column: str, subject: str) -> Floats:
    try:
        values = layer[column].to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise SchemaError(
            f"`{subject}`: column {column!r} holds something else than numbers."
        ) from error
    if (values < 0).any() or np.isinf(values).any():
        raise ParameterError(
            f"`{subject}`: column {column!r} has negative or infinite numbers. If they stand for "
            "no data, write NaN."
        )
    return np.asarray(values, dtype=float)


def _objects(onto: "GeoDataFrame", weight: Weight) -> _Targets:
    if isinstance(weight, Mapping):
        raise ParameterError(
            "`weight` maps classes to numbers, which is for a land cover; for buildings or land "
            "name columns, e.g. ['area_m2', 'floors']."
        )
    names = [weight] if isinstance(weight, str) else list(weight)
    geometry = np.asarray(onto.geometry.array, dtype=object)
    usable = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    product = np.ones(len(onto))
    for name in names:
        if name in OWN_WEIGHTS:
            continue
        if name not in onto.columns:
            raise SchemaError(
                f"`onto` has no column {name!r} to weigh by; it has "
                f"{', '.join(map(repr, onto.columns))}."
            )
        product = product * _numbers(onto, name, "onto")
    unknown = usable & ~(product > 0)
    notices: tuple[Notice, ...] = ()
    if unknown.any():
        values = {"columns": ", ".join(names)}
        notices = (Notice("spread_no_weight", "population", int(unknown.sum()), len(onto), values),)
    kept = usable & ~unknown
    by_area = "area_m2" in names
    if by_area and (shapely.get_dimensions(geometry[kept]) != _AREA).any():
        raise ParameterError(
            "`weight` has 'area_m2', but `onto` holds points or lines. Weigh points by 'count' or "
            "by a column."
        )
    return _Targets(geometry[kept], product[kept], by_area, notices)


def _cells(cover: LandCover, totals: "GeoDataFrame", weight: Weight) -> _Targets:
    if not isinstance(weight, Mapping) or not weight:
        raise ParameterError(
            f"`weight` is {weight!r}; for a land cover give a weight to each class or group where "
            "people live, e.g. {'built_up': 1.0}."
        )
    per_class = np.zeros(len(cover.classes.classes) + 2)  # unknown, and no data at -1
    for name, value in weight.items():
        if not np.isfinite(value) or value < 0:
            raise ParameterError(f"`weight` of {name!r} is {value}; wanted a number from 0 up.")
        for key in cover.classes.keys_of([name]):
            per_class[cover.classes.keys.index(key)] = value
    grid, crs = cover.grid, str(totals.crs)
    west, south, east, north = totals.total_bounds.tolist()
    window, _ = cells_around(
        grid.transform, (grid.width, grid.height), grid.crs, crs, (west, south, east, north),
        subject=grid.subject, shown=grid.subject,
    )  # fmt: skip
    row0, row1, col0, col1 = window
    rows, columns, weights, held = [], [], [], 0
    classes = cover.class_grid()
    step = max(_MOST_CELLS // max(col1 - col0, 1), 1)
    for top in range(row0, row1, step):
        found = per_class[classes.read_window(top, min(top + step, row1), col0, col1)]
        row, column = np.nonzero(found)
        held += len(row)
        if held > _MOST_CELLS:
            raise ParameterError(
                f"`onto`: more than {_MOST_CELLS:,} cells have a weight, each of which would be a "
                "polygon. Use a coarser raster (a share of built-up land per 100 m cell), or "
                "buildings."
            )
        rows.append(row + top)
        columns.append(column + col0)
        weights.append(found[row, column])
    outlines = grid_outlines(
        grid.transform, grid.width, np.concatenate(rows), np.concatenate(columns), grid.crs,
        str(parse_crs(crs).to_string()),
    )  # fmt: skip
    return _Targets(outlines, np.concatenate(weights), by_area=True, notices=())


def _cut(
    areas: npt.NDArray[np.object_], targets: _Targets
) -> tuple[Integers, Integers, npt.NDArray[np.object_], Floats]:
    """Cut what people are spread over along their areas; most pieces lie inside one."""
    shapely.prepare(areas)
    tree = shapely.STRtree(targets.geometry)
    area, piece = tree.query(areas, "intersects")
    geometry = targets.geometry[piece]
    extent = shapely.get_dimensions(geometry) == _AREA
    across = extent & ~shapely.contains_properly(areas[area], geometry)
    geometry[across] = shapely.intersection(areas[area[across]], geometry[across])
    part = np.ones(len(piece))
    whole_m2 = shapely.area(targets.geometry)
    size_m2 = shapely.area(geometry)
    part[extent] = size_m2[extent] / whole_m2[piece[extent]]
    scale = whole_m2[piece] if targets.by_area else 1.0
    # A point on a border is in the first of its areas only.
    first = np.ones(len(piece), dtype=bool)
    points = np.flatnonzero(~extent)
    order = points[np.lexsort((area[points], piece[points]))]
    first[order[1:][piece[order[1:]] == piece[order[:-1]]]] = False
    share = targets.weight[piece] * scale * part
    kept = first & (share > 0)
    order = np.lexsort((piece[kept], area[kept]))
    chosen = np.flatnonzero(kept)[order]
    return area[chosen], piece[chosen], geometry[chosen], share[chosen]
