"""Landscape metrics of ecological corridors: area, patches, the largest patch, edges."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from geoplan.analyses.cells.patches import Neighbours, find_patches, patch_parts, unknown_as_class
from geoplan.analyses.cells.sides import side_lengths_m
from geoplan.analyses.cells.zonal_values import zonal_values
from geoplan.analyses.cover.cover_areas import (
    LAND,
    Zones,
    cover_areas,
    cover_facts,
    cover_notices,
    make_zones,
    pick,
)
from geoplan.analyses.shared.districts import check_districts
from geoplan.analyses.shared.open_ground import amount_bounds
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.core.notices import unique
from geoplan.core.results import Bounds, Measure, Result, make_amount, make_measure
from geoplan.core.true_size import Areas
from geoplan.layers.kinds.land_cover import LandCover
from geoplan.layers.rasters.grid import RasterGrid
from geoplan.layers.rasters.made_grid import derive_grid

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Split: TypeAlias = tuple[Floats, float]

_ROUNDING = 1e-9


@carries_notices
@true_to_scale("area", "scale")
def landscape_metrics(
    cover: LandCover,
    districts: "GeoDataFrame",
    *,
    classes: Sequence[str],
    neighbours: Neighbours,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure how much of some classes there is, in how many patches, and how ragged they are.

    Parameters
    ----------
    cover : LandCover
        A raster with a legend.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Corridors, or areas to report on, in a projected CRS in metres, with ``district_id`` and
        ``name``.
    classes : sequence of str
        Classes or groups of the legend; each is measured by itself, as one part of the result.
    neighbours : {4, 8}
        Whether cells hang together by a side (4), or also by a corner (8).

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        For each of `classes`, as ``part``, the measures

        =================== ====== ======================================================
        ``of``              unit   meaning
        =================== ====== ======================================================
        ``class_area``      m²     area of the class
        ``class_share``     1      over the district, its cover being known
        ``patches``         count  patches with a part in the district; in the whole, each once
        ``largest_patch``   m²     largest part of one patch in the district
        ``largest_share``   1      over the district (the largest patch index, LPI)
        ``edge_density``    m/m²   length of edges to other classes over the district
        =================== ====== ======================================================

    Raises
    ------
    CRSError
        If the districts have no CRS, or one that is not in metres.
    ParameterError
        If the cover is no raster, a class is unknown, `neighbours` is neither 4 nor 8, or there
        are more cells than memory has room for.
    SchemaError
        If a column is missing, a key repeated, or a geometry no valid polygon.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    connectivity : Which parks hang together across gaps.

    Notes
    -----
    Patches are those of the study area: cells that some district touches; a patch in two districts
    counts in each. Areas take the exact part of every cell. The side between a cell of the class
    and one of another is an edge, counted by the mean part that its two cells have inside the
    district, so that districts that divide an area share its edges; a side on the rim of the
    raster, or towards a cell without data, is none. Low and high are the least and the greatest of
    what is measured without the ground that has no data, with none of it and with all of it of the
    class. Steps of a raster make edges longer than they
    are on the ground, by 4/π on average: compare only rasters of one cell size. Formulas are those
    of FRAGSTATS [1]_ without the rim of the landscape. Cost: a pass for areas, one for patches
    with some 10 bytes of memory per cell, one for edges, per class asked for.

    References
    ----------
    .. [1] McGarigal and Marks (1995), *FRAGSTATS*, USDA PNW-GTR-351: CA, PLAND, NP, LPI, ED.

    Examples
    --------
    Two cells of wood that share a corner only:

    >>> import geopandas as gpd
    >>> import shapely
    >>> from geoplan.layers.rasters.made_grid import array_grid
    >>> from geoplan.layers import load_land_cover
    >>> cells = array_grid([[10, 50], [50, 10]], transform=(10, 0, 0, 0, -10, 20), crs="EPSG:4547")
    >>> cover = load_land_cover(cells, crs="EPSG:4547", classes="worldcover")
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 20, 20)],
    ...     crs="EPSG:4547",
    ... )
    >>> found = [
    ...     landscape_metrics(cover, districts, classes=["forest"], neighbours=n) for n in (4, 8)
    ... ]
    >>> [one.measure("patches", "forest").value for one in found]
    [2.0, 1.0]
    >>> found[0].measure("edge_density", "forest").numerator  # four sides of 10 m
    40.0
    """
    if not isinstance(cover, LandCover):
        raise ParameterError(
            f"`cover` is {type(cover).__name__}; patches and edges are measured of a raster with a "
            "legend (load_land_cover)."
        )
    require_metric_crs(districts=districts)
    check_districts(districts)
    zones = make_zones(districts, None, LAND)
    sets = {name: pick(cover, [name], "classes") for name in _listed(classes)}
    found = cover_areas(cover, zones.frame, sets)
    land = _Land(cover, districts, zones, found.known_m2, found.unknown_m2)
    measures = [
        measure
        for place, (name, wanted) in enumerate(sets.items())
        for measure in _of_class(land, name, wanted, found.area_m2[:, place], neighbours)
    ]
    _, unknown_m2 = zones.split(found.unknown_m2)
    return Result(
        analysis="landscape_metrics",
        measures=tuple(measures),
        districts=districts,
        definition={**cover_facts(cover), "classes": list(sets), "neighbours": neighbours},
        notices=unique(cover_notices(cover, zones, float(unknown_m2), zones.land.total_m2)),
    )


class _Land:
    """What every class is measured on."""

    def __init__(
        self,
        cover: LandCover,
        districts: "GeoDataFrame",
        zones: Zones,
        known_m2: "Floats",
        unknown_m2: "Floats",
    ) -> None:
        self.cover, self.districts, self.zones = cover, districts, zones
        self.known_m2, self.unknown_m2 = known_m2, unknown_m2


def _listed(classes: Sequence[str]) -> list[str]:
    if isinstance(classes, str) or not classes:
        raise ParameterError(
            f"`classes` is {classes!r}; wanted classes or groups of the legend as a list, e.g. "
            "['forest', 'wetland']."
        )
    return list(dict.fromkeys(classes))


@dataclass(frozen=True)
class _Found:
    """What one class comes to, per district and for the whole."""

    area_m2: "Split"
    patches: "Split"
    largest_m2: "Split"
    edge_m: "Split"


def _of_class(
    land: _Land, name: str, wanted: "Bools", area_m2: "Floats", neighbours: Neighbours
) -> list[Measure]:
    districts, zones = land.districts, land.zones
    known_m2, unknown_m2 = zones.split(land.known_m2), zones.split(land.unknown_m2)
    found = _measured(land, wanted, area_m2, neighbours)
    others = [found]
    if float(unknown_m2[1]) > _ROUNDING * float(known_m2[1]):
        others += _filled(land, wanted, area_m2, neighbours)
    ground = known_m2[0] + unknown_m2[0], float(known_m2[1]) + float(unknown_m2[1])

    def ratio(of: str, key: str, unit: str, over_unit: str) -> Measure:
        over: Split = getattr(found, key)
        return make_measure(
            districts,
            over[0],
            known_m2[0],
            of=of,
            part=name,
            unit=unit,
            numerator_unit=over_unit,
            totals=(over[1], float(known_m2[1])),
            bounds=_between([_per(getattr(one, key), ground) for one in others]),
        )

    def amount(of: str, key: str, unit: str) -> Measure:
        amounts: Split = getattr(found, key)
        return make_amount(
            districts,
            amounts[0],
            of=of,
            part=name,
            unit=unit,
            total=amounts[1],
            bounds=_between([getattr(one, key) for one in others]),
        )

    return [
        amount("class_area", "area_m2", "m2"),
        ratio("class_share", "area_m2", "1", "m2"),
        amount("patches", "patches", "count"),
        amount("largest_patch", "largest_m2", "m2"),
        ratio("largest_share", "largest_m2", "1", "m2"),
        ratio("edge_density", "edge_m", "m/m2", "m"),
    ]


def _measured(land: _Land, wanted: "Bools", area_m2: "Floats", neighbours: Neighbours) -> _Found:
    zones = land.zones
    patches, largest_m2 = _patches(land, wanted, neighbours)
    inside_m2, inside_whole_m2 = zones.split(area_m2)
    edge_m, edge_whole_m = zones.split(
        zonal_values(_edge_grid(land.cover, wanted), zones.frame).total
    )
    return _Found(
        (inside_m2, float(inside_whole_m2)), patches, largest_m2, (edge_m, float(edge_whole_m))
    )


def _filled(
    land: _Land, wanted: "Bools", area_m2: "Floats", neighbours: Neighbours
) -> list[_Found]:
    """Measure a class if none of the ground without data were of it, and if all of it were."""
    whole = _Land(
        unknown_as_class(land.cover), land.districts, land.zones, land.known_m2, land.unknown_m2
    )
    none = _measured(whole, np.append(wanted, False), area_m2, neighbours)
    found = _measured(whole, np.append(wanted, True), area_m2 + land.unknown_m2, neighbours)
    # Beyond the raster there are no cells to join a patch; all of it may be of the largest.
    cells = cover_areas(whole.cover, land.zones.frame, {})
    beyond = land.zones.split(cells.unknown_m2)
    largest = found.largest_m2[0] + beyond[0], found.largest_m2[1] + float(beyond[1])
    return [none, replace(found, largest_m2=largest)]


def _per(over: "Split", under: "Split") -> "Split":
    over_all, under_all = (np.append(one[0], float(one[1])) for one in (over, under))
    share = np.divide(over_all, under_all, out=np.full(len(under_all), np.nan), where=under_all > 0)
    return share[:-1], float(share[-1])


def _between(found: "list[Split]") -> Bounds:
    """Bound a number by what it is in each case; nothing is open where there is one only."""
    parts = np.array([one[0] for one in found])
    wholes = np.array([float(one[1]) for one in found])
    return amount_bounds((parts.min(axis=0), wholes.min()), (parts.max(axis=0), wholes.max()))


def _patches(
    land: _Land, wanted: "Bools", neighbours: Neighbours
) -> "tuple[tuple[Floats, float], tuple[Floats, float]]":
    """Count patches and find the largest, per district and in the whole."""
    zones, count = land.zones, land.zones.count
    patches = find_patches(land.cover, wanted, zones.frame, neighbours=neighbours, inside_only=True)
    zone, patch, area_m2 = patch_parts(patches, land.cover, zones.frame)
    real = area_m2 > 0
    zone, patch, area_m2 = zone[real], patch[real], area_m2[real]
    number = np.bincount(zone, minlength=len(zones.frame)).astype(float)
    largest = np.zeros(len(zones.frame))
    np.maximum.at(largest, zone, area_m2)
    if len(zones.frame) > count:
        return (number[:count], float(number[count])), (largest[:count], float(largest[count]))
    whole = np.bincount(patch, weights=area_m2)
    return (number, float((whole > 0).sum())), (largest, float(whole.max(initial=0.0)))


def _edge_grid(cover: LandCover, wanted: "Bools") -> RasterGrid:
    """Give every cell half the length of each of its sides that is an edge."""
    grid = cover.class_grid()
    picked, known = (
        np.append(one, [False, False]) for one in (wanted, np.ones(len(wanted), dtype=bool))
    )

    def read(top: int, end: int, left: int, right: int) -> "Floats":
        a, b = max(top - 1, 0), min(end + 1, grid.height)
        c, d = max(left - 1, 0), min(right + 1, grid.width)
        places = np.full((end - top + 2, right - left + 2), -1, dtype=np.int16)
        places[a - top + 1 : b - top + 1, c - left + 1 : d - left + 1] = grid.read_window(
            a, b, c, d
        )
        mine, sure = picked[places], known[places]
        across, down = side_lengths_m(grid, np.arange(top, end + 1))
        edge = (mine[1:] != mine[:-1]) & sure[1:] & sure[:-1]
        level = edge[:, 1:-1] * across[:, None] / 2
        edge = (mine[:, 1:] != mine[:, :-1]) & sure[:, 1:] & sure[:, :-1]
        upright = edge[1:-1] * down[:-1, None] / 2
        return np.asarray(level[:-1] + level[1:] + upright[:, :-1] + upright[:, 1:])

    return derive_grid(grid, read, dtype="float64")
