"""Forest cover: forest by a stated definition over land. One of six meanings of "green"."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.cells.patches import Neighbours, unknown_as_class, without_small
from geoplan.analyses.cover.cover_areas import (
    LAND,
    Cover,
    Zones,
    cover_areas,
    cover_facts,
    cover_notices,
    make_zones,
    pick,
)
from geoplan.analyses.shared.districts import check_districts, check_polygons, layer_name
from geoplan.analyses.shared.open_ground import share_bounds
from geoplan.analyses.shared.polygon_patches import split_small
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result, make_measure
from geoplan.core.true_size import Areas
from geoplan.layers.kinds.land_cover import LandCover
from geoplan.layers.kinds.surface import Surface
from geoplan.layers.rasters.class_map import threshold_map

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

_FOREST = "forest"
_FULL_PERCENT = 100.0
_SLACK = 1.05  # what resampling overshoots by


@carries_notices
@true_to_scale("area")
def forest_cover_rate(
    cover: "Cover | Surface",
    districts: "GeoDataFrame",
    *,
    min_patch_m2: float,
    classes: Sequence[str] | None = None,
    min_canopy: float | None = None,
    neighbours: Neighbours = 8,
    excluded: Sequence[str] = (),
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the forest cover (森林覆盖率): forest by a stated definition over land.

    Forest is not every cell with a tree: the definition has a canopy density and a least area, and
    both are stated here. It is neither the green cover of a city nor the green-space ratio.

    Parameters
    ----------
    cover : LandCover, Surface, or GeoDataFrame of Polygon or MultiPolygon
        Classes (a raster or polygons), or a surface of canopy density (郁闭度).
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in a projected CRS in metres, with ``district_id`` and ``name``.
    min_patch_m2 : float
        Forest in patches smaller than this does not count; 667 (1 mu) in the Chinese definition,
        5,000 in that of the FAO, 0 for all. Polygons that adjoin are one patch; the parts of a row
        that lie apart are several.
    classes : sequence of str, optional
        Of a cover with classes: those that are forest, e.g. ``["forest"]``, or the codes of
        arbor, bamboo and specially designated shrub land.
    min_canopy : float, optional
        Of a surface: the canopy density from which on a cell is forest, in the surface's own
        numbers: 0.2 of a density of 0 to 1, 20 of one in percent.
    neighbours : {4, 8}
        Whether cells, or polygons, of one patch may share a corner only (8) or must share a side
        (4).
    excluded : sequence of str
        Classes that are no land, and left out of the denominator, e.g. ``["water"]``.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        One measure with ``of="land"``:

        =============== ======= ==== =====================================================
        column          dtype   unit meaning
        =============== ======= ==== =====================================================
        ``value``       float64 1    ``numerator / denominator``, in [0, 1]; NaN where no
                                     cover is known
        ``numerator``   float64 m²   forest inside the district
        ``denominator`` float64 m²   the district, its cover being known and not excluded
        =============== ======= ==== =====================================================

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If not exactly one of `classes` and `min_canopy` fits the cover, a name is unknown or both
        forest and excluded, or a density of up to 100 is asked for 0.2.
    SchemaError
        If a column is missing, a key repeated, or a geometry no valid polygon.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    green_cover_rate : All plants over built-up land.
    canopy_in_parks : Crowns inside parks.

    Notes
    -----
    :math:`R_D = |D \cap F \setminus X| / |D \cap K \setminus X|` for forest :math:`F`, known ground
    :math:`K` and what is excluded :math:`X`. By the rules of the forest law [1]_ forest is arbor
    land with a canopy density of at least 0.2, bamboo and specially designated shrub land, in plots
    from 0.0667 ha; 四旁树 (trees by house, village, road, water) are added by their number, which
    no map shows. A legend has a canopy threshold of its own (WorldCover 10 %, CORINE 30 %), said
    when it is loaded: choose classes by it. Patches are measured across district borders, within
    the cover; polygons closer than 1 cm adjoin. Cells without data are left out of both sides, and
    reported; ground under no polygon counts as no forest. Low and high are what the share could be
    if none or all of that ground were forest; a layer of nothing but forest leaves none open. Where
    forest and excluded ground lie over one another, neither side counts the place. Cost: one pass,
    and some 10 bytes of memory per cell where `min_patch_m2` is above the area of a cell.

    References
    ----------
    .. [1] 《森林法实施条例》(2018) 第二十四条; GB/T 26424-2010《森林资源规划设计调查技术规程》.

    Examples
    --------
    A wood of three cells counts from 300 m² on, and a lone tree cell does not:

    >>> import geopandas as gpd
    >>> import shapely
    >>> from geoplan.layers.rasters.made_grid import array_grid
    >>> from geoplan.layers import load_land_cover
    >>> cells = array_grid(
    ...     [[10, 10, 50], [10, 50, 50], [50, 50, 10]],
    ...     transform=(10, 0, 0, 0, -10, 30), crs="EPSG:4547",
    ... )
    >>> cover = load_land_cover(cells, crs="EPSG:4547", classes="worldcover")
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 30, 30)],
    ...     crs="EPSG:4547",
    ... )
    >>> found = forest_cover_rate(cover, districts, classes=["forest"], min_patch_m2=300)
    >>> found.measures[0].numerator, round(found.measures[0].value, 3)
    (300.0, 0.333)
    """
    polygons = {} if isinstance(cover, LandCover | Surface) else {"cover": cover}
    require_metric_crs(districts=districts, **polygons)
    check_districts(districts)
    if not min_patch_m2 >= 0:
        raise ParameterError(f"`min_patch_m2` is {min_patch_m2}; wanted a number not below 0.")
    zones = make_zones(districts, None, LAND)
    cover, names = _as_classes(cover, classes, min_canopy, excluded)
    sets = _sets(cover, names, excluded)
    whole, forest_only = cover, not isinstance(cover, LandCover) and sets[_FOREST].all()
    cover, kept, dropped = _large(whole, zones, sets, min_patch_m2, neighbours)
    found = cover_areas(cover, zones.frame, kept)
    if forest_only:  # that some of it is too small says nothing of the ground beside it
        found = replace(found, sure_m2=found.known_m2, open_m2=np.zeros(len(found.known_m2)))
    left_m2 = found.area_m2[:, 2] if excluded else np.zeros(len(found.known_m2))
    # Where polygons of both lie over one another it is no land: what is left of forest and no land
    # together without the latter.
    either_m2 = found.area_m2[:, 1] if excluded else found.area_m2[:, 0]
    forest = zones.split(np.maximum(either_m2 - left_m2, 0.0))
    land = zones.split(np.maximum(found.known_m2 - left_m2, 0.0))
    sure = zones.split(np.maximum(found.sure_m2 - left_m2, 0.0))
    _, unknown_m2 = zones.split(found.unknown_m2)
    most = None
    if cover is not whole and isinstance(whole, LandCover) and unknown_m2 > 0:
        most = zones.split(_most_m2(whole, zones, sets[_FOREST], min_patch_m2, neighbours))
    measure = make_measure(
        districts,
        forest[0],
        land[0],
        of=LAND,
        totals=(forest[1], land[1]),
        bounds=share_bounds(forest, sure, zones.split(found.open_m2), most=most),
    )
    return Result(
        analysis="forest_cover_rate",
        measures=(measure,),
        districts=districts,
        definition={
            **cover_facts(whole),
            "classes": list(classes or ()),
            "min_canopy": min_canopy,
            "min_patch_m2": min_patch_m2,
            "neighbours": neighbours,
            "excluded": list(excluded),
            "of": [LAND],
        },
        notices=unique(
            [*dropped, *cover_notices(cover, zones, float(unknown_m2), zones.land.total_m2)]
        ),
    )


def _sets(cover: Cover, names: Sequence[str], excluded: Sequence[str]) -> "dict[str, Bools]":
    sets = {_FOREST: pick(cover, names, "classes")}
    if excluded:
        sets["excluded"] = pick(cover, excluded, "excluded")
        if (sets[_FOREST] & sets["excluded"]).any():
            raise ParameterError("`classes` and `excluded` share a class; it is forest or no land.")
        sets = {_FOREST: sets[_FOREST], "either": sets[_FOREST] | sets["excluded"], **sets}
    return sets


def _large(
    cover: Cover,
    zones: Zones,
    sets: "dict[str, Bools]",
    min_patch_m2: float,
    neighbours: Neighbours,
) -> "tuple[Cover, dict[str, Bools], list[Notice]]":
    """Leave out forest in patches that are too small."""
    forest = sets[_FOREST]
    if isinstance(cover, LandCover):
        if min_patch_m2 <= float(cover.grid.cell_area_m2().min()):
            return cover, sets, []
        kept = without_small(
            cover, forest, zones.frame, min_patch_m2=min_patch_m2, neighbours=neighbours
        )
        return kept, {key: np.append(one, False) for key, one in sets.items()}, []
    if min_patch_m2 == 0 or not forest.any():
        return cover, sets, []
    check_polygons(cover, layer_name(cover, "cover"))
    found = split_small(cover, forest, min_patch_m2=min_patch_m2, neighbours=neighbours)
    told = []
    if found.small.any():
        values = {"min_patch_m2": min_patch_m2}
        told.append(
            Notice("patches_too_small", "forest", found.small_patches, found.patches, values)
        )
    of_parts = {key: one[found.row] & ~found.small for key, one in sets.items()}
    return found.parts, of_parts, told


def _most_m2(
    cover: LandCover,
    zones: Zones,
    forest: "Bools",
    min_patch_m2: float,
    neighbours: Neighbours,
) -> "Floats":
    """Measure the forest of each zone if all the ground without data were of it."""
    filled, wanted = unknown_as_class(cover), np.append(forest, True)
    kept = without_small(
        filled, wanted, zones.frame, min_patch_m2=min_patch_m2, neighbours=neighbours
    )
    found = cover_areas(kept, zones.frame, {_FOREST: np.append(wanted, False)})
    return found.area_m2[:, 0] + found.unknown_m2


def _as_classes(
    cover: "Cover | Surface",
    classes: Sequence[str] | None,
    min_canopy: float | None,
    excluded: Sequence[str],
) -> "tuple[Cover, Sequence[str]]":
    """Turn a surface into the class of what reaches the threshold; check what fits which cover."""
    if isinstance(cover, Surface):
        if min_canopy is None or classes or excluded:
            raise ParameterError(
                "The cover is a surface, which has no classes: wanted `min_canopy` (0.2 of a "
                "density of 0 to 1, 20 of percent), without `classes` and `excluded`."
            )
        _check_scale(cover, min_canopy)
        legend = threshold_map({_FOREST: min_canopy})
        return LandCover(cover.grid, legend, cover.record), [_FOREST]
    if min_canopy is not None or classes is None:
        raise ParameterError(
            "The cover has classes: wanted `classes` that are forest, e.g. ['forest'], and no "
            "`min_canopy`, which is for a surface of canopy density (kind = 'surface')."
        )
    return cover, classes


def _wrong_scale(min_canopy: float, high: float) -> str:
    if high > _FULL_PERCENT * _SLACK:
        return (
            "no canopy density. Say how it is stored, e.g. scale = 0.01 for hundredths of a "
            "percent, or what stands for no data, e.g. nodata = 255."
        )
    if min_canopy <= 1 < high / _SLACK and min_canopy > 0:
        return "a canopy density in percent, it seems. Wanted 20 for a density of 0.2."
    if min_canopy > 1 and 0 < high < 1:
        return "a canopy density of 0 to 1, it seems. Wanted 0.2 for a density of 20 percent."
    return ""


def _check_scale(cover: Surface, min_canopy: float) -> None:
    """Refuse a threshold of a share for a raster in percent, and the other way round."""
    grid = cover.grid
    if cover.value_range is not None:
        low, high = cover.value_range
        wrong = _wrong_scale(min_canopy, high)
        if wrong:
            raise ParameterError(
                f"`min_canopy` is {min_canopy:g} and the cells of `{grid.subject}` hold {low:g} to "
                f"{high:g}: {wrong}"
            )
        return
    if not 0 < min_canopy <= 1 or np.dtype(grid.dtype).kind == "f":
        return
    if (grid.scale, grid.offset) == (1.0, 0.0):
        raise ParameterError(
            f"`min_canopy` is {min_canopy} and the cells of `{grid.subject}` are whole numbers: a "
            "canopy density in percent, it seems. Wanted 20 for a density of 0.2."
        )
