"""Land-cover change between two dates: gain, loss and net per class, and what became what."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.analyses.cells.class_areas import class_areas
from geoplan.analyses.cover.change_measures import change_measures
from geoplan.analyses.cover.cover_areas import (
    LAND,
    Cover,
    Zones,
    cover_areas,
    cover_facts,
    has_class,
    make_zones,
    pick,
)
from geoplan.analyses.cover.cover_polygons import cover_polygons
from geoplan.analyses.shared.area_share import area_inside
from geoplan.analyses.shared.districts import check_districts, check_polygons, layer_name
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import parse_crs, require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result
from geoplan.core.true_size import Areas, true_area_m2
from geoplan.layers.datums.to_study_crs import DATUMS
from geoplan.layers.kinds.land_cover import LandCover
from geoplan.layers.rasters.class_map import main_groups
from geoplan.layers.rasters.grid import RasterGrid
from geoplan.layers.rasters.made_grid import derive_grid

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Integers = NDArray[np.intp]

OTHER = "other"
"""What is of none of the classes compared."""

_WORTH_TELLING_M2 = 1.0
_SAME_CELL = 1e-6
_SCALE_ERROR = 2e-3
_ROUNDING = 1e-9


@carries_notices
@true_to_scale("area")
def land_cover_change(
    cover: Cover,
    districts: "GeoDataFrame",
    *,
    previous: Cover,
    classes: Sequence[str] | None = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure what land cover became between two dates: gain, loss, net, and the transition matrix.

    Parameters
    ----------
    cover : LandCover, or GeoDataFrame of Polygon or MultiPolygon
        The later date: a raster with a legend, or polygons with classes.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in a projected CRS in metres, with ``district_id`` and ``name``.
    previous : LandCover or GeoDataFrame
        The earlier date. Any legend that has the classes compared; any cells.
    classes : sequence of str, optional
        What to compare: groups, classes or codes that both legends know and none of which share a
        class. The main groups by default (forest, grassland, water, built_up, …). Whatever is of
        none of them is ``other``.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        For each class, as ``part``, the measures

        =============== ====== ==========================================================
        ``of``          unit   meaning
        =============== ====== ==========================================================
        ``net``         m²     gain minus loss: after minus before
        ``gain``        m²     of another class before
        ``loss``        m²     of another class after
        ``before``      m²     at the earlier date, of ground known at both
        ``after``       m²     at the later date, of ground known at both
        ``kept``        1      of what was, the share that still is
        =============== ====== ==========================================================

        and the transition matrix as ``transition`` (m²), with ``part`` as ``"forest > built_up"``,
        for every change that occurs.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If a name is unknown to either cover, or two names share a class.
    SchemaError
        If a column is missing, a key repeated, or a geometry no valid polygon.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    red_line_change : The same for the polygons of a line.

    Notes
    -----
    With the area :math:`T_{ij}` of what was i and is j, gain of k is :math:`\sum_{i \ne k} T_{ik}`
    and loss :math:`\sum_{j \ne k} T_{kj}`; a net change of zero may hide a swap. Ground unknown at
    either date is neither changed nor unchanged: it is left out of all, and reported. Low and high
    are what each number could be if that ground were what suits it least and best, with what the
    other date says of it. Cells of the same raster grid are compared one by
    one, streamed, by their exact part in a district; anything else by overlaying polygons, which
    takes memory for the rectangle of the districts. Two covers on different cells, in different
    CRSs or of different legends disagree where nothing changed: along every border by up to half
    a cell, and wherever the legends draw the line elsewhere. A notice says which of these it is;
    such gains and losses are upper bounds, and the net is the better number. Even on the same
    cells two classifications err by themselves [1]_.

    References
    ----------
    .. [1] Olofsson et al. (2014), Good practices for estimating area and assessing accuracy of
       land change, *Remote Sensing of Environment* 148.

    Examples
    --------
    One of three cells of wood was built over, and one of grass was planted:

    >>> import geopandas as gpd
    >>> import shapely
    >>> from geoplan.layers.rasters.made_grid import array_grid
    >>> from geoplan.layers import load_land_cover
    >>> covers = [
    ...     load_land_cover(
    ...         array_grid([row], transform=(10, 0, 0, 0, -10, 10), crs="EPSG:4547"),
    ...         crs="EPSG:4547", classes="worldcover",
    ...     )
    ...     for row in ([10, 10, 10, 30], [50, 10, 10, 10])
    ... ]
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 40, 10)],
    ...     crs="EPSG:4547",
    ... )
    >>> found = land_cover_change(covers[1], districts, previous=covers[0], classes=["forest"])
    >>> [found.measure(of, "forest").value for of in ("gain", "loss", "net")]
    [100.0, 100.0, 0.0]
    """
    polygons = {
        key: one
        for key, one in (("cover", cover), ("previous", previous))
        if not isinstance(one, LandCover)
    }
    require_metric_crs(districts=districts, **polygons)
    check_districts(districts)
    for key, one in polygons.items():
        check_polygons(one, key)
    zones = make_zones(districts, None, LAND)
    names = _names(cover, previous, classes)
    after, before = _codes(cover, names), _codes(previous, names)
    same = _same_cells(cover, previous)
    compare = _on_cells if same else _by_overlay
    became = compare(cover, previous, after, before, zones, len(names))
    per_district, whole = zones.split(became)
    unknown_m2 = float(whole.sum() - whole[:-1, :-1].sum())
    measures = change_measures(districts, names, per_district, whole)
    met = {measure.part for measure in measures}
    return Result(
        analysis="land_cover_change",
        measures=tuple(measures),
        districts=districts,
        definition={
            **cover_facts(cover),
            **_earlier(previous),
            "classes": [name for name in names[:-1] if classes is not None or name in met],
            "same_cells": same,
        },
        notices=unique(_notices(cover, previous, zones, same=same, unknown_m2=unknown_m2)),
    )


def _names(cover: Cover, previous: Cover, classes: Sequence[str] | None) -> list[str]:
    if classes is not None:
        if isinstance(classes, str) or not classes or OTHER in classes:
            raise ParameterError(
                f"`classes` is {classes!r}; wanted groups or classes that both dates have, as a "
                f"list, e.g. ['forest', 'built_up']; {OTHER!r} is what remains."
            )
        return [*dict.fromkeys(classes), OTHER]
    groups = [group for group in main_groups() if _has(cover, group) or _has(previous, group)]
    if not groups:
        raise ParameterError(
            "Neither cover has any of the main groups (forest, grassland, water, …); name the "
            "`classes` to compare."
        )
    return [*groups, OTHER]


def _has(cover: Cover, group: str) -> bool:
    try:
        return bool(pick(cover, [group], "classes").any())
    except ParameterError:
        return False


def _codes(cover: Cover, names: Sequence[str]) -> "Integers":
    """Give each class of a legend, or each polygon, the place of its name, or the last one."""
    groups = set(main_groups())
    hits = np.array(
        [
            pick(cover, [name], "classes")
            if name not in groups or _has(cover, name)
            else np.zeros(_size(cover), dtype=bool)
            for name in names[:-1]
        ]
    )
    shared = hits.sum(axis=0) > 1
    if shared.any():
        both = [name for name, hit in zip(names, hits, strict=False) if hit[shared].any()]
        raise ParameterError(
            f"`classes`: {' and '.join(map(repr, both))} share a class, so that what became of it "
            "is not one thing. Name groups that exclude one another."
        )
    codes = np.where(hits.any(axis=0), hits.argmax(axis=0), len(names) - 1)
    if isinstance(cover, LandCover):
        return np.asarray(codes)
    # A polygon whose code no legend knows is no other class: nobody knows what it is.
    return np.asarray(np.where(hits.any(axis=0) | has_class(cover), codes, -1))


def _size(cover: Cover) -> int:
    return len(cover.classes.classes) if isinstance(cover, LandCover) else len(cover)


def _same_cells(cover: Cover, previous: Cover) -> bool:
    if not isinstance(cover, LandCover) or not isinstance(previous, LandCover):
        return False
    one, other = cover.grid, previous.grid
    return _same_crs(one, other) and _offset(one, other) is not None


def _same_crs(one: RasterGrid, other: RasterGrid) -> bool:
    if one.crs == other.crs:
        return True
    named = [grid.crs for grid in (one, other) if isinstance(grid.crs, str)]
    if len(named) < 2 or any(name in DATUMS for name in named):
        return False
    return bool(parse_crs(named[0]) == parse_crs(named[1]))


def _offset(one: RasterGrid, other: RasterGrid) -> tuple[int, int] | None:
    """Rows and columns from the corner of one to that of the other; None if cells do not match."""
    a, _, c, _, e, f = one.transform
    b, _, d, _, g, h = other.transform
    far = max(one.width, one.height, other.width, other.height)
    if abs(b / a - 1) * far > _SAME_CELL or abs(g / e - 1) * far > _SAME_CELL:
        return None
    rows, columns = (h - f) / e, (d - c) / a
    if max(abs(rows - round(rows)), abs(columns - round(columns))) > _SAME_CELL * max(far, 1):
        return None
    return round(rows), round(columns)


def _on_cells(
    cover: Cover, previous: Cover, after: "Integers", before: "Integers", zones: Zones, size: int
) -> "Floats":
    """
    Compare the cells of one grid: zone × before × after.

    The last place of either is what is unknown at that date.
    """
    if not isinstance(cover, LandCover) or not isinstance(previous, LandCover):
        raise TypeError
    now, then = cover.class_grid(), previous.class_grid()
    rows, columns = _offset(cover.grid, previous.grid) or (0, 0)
    count = size + 1
    # Beyond the legend, and -1 for no data, which an index takes for the last.
    to, of = (np.append(codes, [size, size]) for codes in (after, before))

    def read(top: int, end: int, left: int, right: int) -> "NDArray[np.int32]":
        is_now = to[now.read_window(top, end, left, right)]
        was = np.full(is_now.shape, size)
        a, b = max(top - rows, 0), min(end - rows, then.height)
        c, d = max(left - columns, 0), min(right - columns, then.width)
        if a < b and c < d:
            was[a + rows - top : b + rows - top, c + columns - left : d + columns - left] = of[
                then.read_window(a, b, c, d)
            ]
        return np.asarray(was * count + is_now, dtype=np.int32)

    found = class_areas(derive_grid(now, read, dtype="int32", nodata=-1.0), zones.frame)
    became = np.zeros((len(zones.frame), count * count))
    became[:, np.asarray(found.classes, dtype=int)] = found.area_m2
    became[:, -1] += found.nodata_m2 + found.outside_m2
    return became.reshape(-1, count, count)


def _by_overlay(
    cover: Cover, previous: Cover, after: "Integers", before: "Integers", zones: Zones, size: int
) -> "Floats":
    """Measure the later cover inside what each class was, as `_on_cells` does."""
    import geopandas as gpd

    drawn, code = cover_polygons(previous, before, zones.frame)
    was = area_inside(drawn, np.asarray(zones.frame.geometry.array, dtype=object), code)
    ground = gpd.GeoDataFrame(geometry=was.geometry, crs=zones.frame.crs)
    sets = {str(one): after == one for one in range(size)}
    found = cover_areas(cover, ground, sets)
    became = np.zeros((len(zones.frame), size + 1, size + 1))
    np.add.at(became[:, :, :-1], (was.district, was.category), found.area_m2)
    # What one date has and the other has not: the rest of either, and then of the zone.
    np.add.at(became[:, :, -1], (was.district, was.category), was.area_m2)
    became[:, :, -1] -= became[:, :, :-1].sum(axis=2)
    is_now = cover_areas(cover, zones.frame, sets).area_m2
    became[:, -1, :-1] = is_now - became[:, :-1, :-1].sum(axis=1)
    zone_m2 = true_area_m2(zones.frame.geometry.to_numpy())
    became[:, -1, -1] = 0.0
    became[:, -1, -1] = zone_m2 - np.maximum(became, 0.0).sum(axis=(1, 2))
    # Cells have their area on the ellipsoid, zones that of the plane: what differs is no gap.
    drawn_alike = not isinstance(cover, LandCover) and not isinstance(previous, LandCover)
    least_m2 = (_ROUNDING if drawn_alike else _SCALE_ERROR) * zone_m2[:, None]
    for rest in (became[:, :, -1], became[:, -1, :]):
        rest[...] = np.where(rest > least_m2, rest, 0.0)
    return became


def _earlier(previous: Cover) -> dict[str, Any]:
    facts = cover_facts(previous, "previous")
    return {
        "previous": facts["previous"],
        "previous_legend": facts.get("legend"),
        "previous_cell_m": facts.get("cell_m"),
        "previous_as_of": facts["as_of"],
    }


def _notices(
    cover: Cover, previous: Cover, zones: Zones, *, same: bool, unknown_m2: float
) -> list[Notice]:
    told = []
    one, other = _name(cover, "cover"), _name(previous, "previous")
    if zones.land.overlap_m2 > 0:
        overlap = {"overlap_m2": zones.land.overlap_m2}
        told.append(Notice("districts_overlap", "districts", values=overlap))
    if not same:
        cells = {"previous": other, "cells": _cells(cover), "previous_cells": _cells(previous)}
        told.append(Notice("covers_of_other_cells", one, values=cells))
    legends = [c.classes.name if isinstance(c, LandCover) else "" for c in (cover, previous)]
    if legends[0] != legends[1]:
        named = {"previous": other, "legend": legends[0] or "-", "other": legends[1] or "-"}
        told.append(Notice("covers_of_other_legends", one, values=named))
    if unknown_m2 > max(_WORTH_TELLING_M2, _SAME_CELL * zones.land.total_m2):
        percent = 100 * unknown_m2 / zones.land.total_m2
        gap = {"area_m2": unknown_m2, "percent": percent}
        told.append(Notice("change_unknown", one, values=gap))
    return told


def _name(cover: Cover, otherwise: str) -> str:
    return cover.record.layer if isinstance(cover, LandCover) else layer_name(cover, otherwise)


def _cells(cover: Cover) -> str:
    """Say what a cover is drawn on, in signs that need no language."""
    if not isinstance(cover, LandCover):
        return f"{len(cover):,} ▱"
    a, _, _, _, e, _ = cover.grid.transform
    crs = cover.record.source_crs
    return f"{abs(a):.6g} × {abs(e):.6g}, {crs}"
