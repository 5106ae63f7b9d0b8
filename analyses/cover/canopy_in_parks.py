"""Canopy in parks: what tree crowns cover of each park, and of the parks of each district."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.analyses.cover.cover_areas import (
    Cover,
    CoverAreas,
    cover_areas,
    cover_facts,
    cover_notices,
    make_zones,
    pick,
)
from geoplan.analyses.shared.districts import (
    areas_layer,
    check_districts,
    check_polygons,
    layer_facts,
    layer_name,
)
from geoplan.analyses.shared.open_ground import share_bounds
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result, make_measure
from geoplan.core.true_size import Areas, true_area_m2
from geoplan.layers.kinds.land_cover import LandCover

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]

PARKS = "parks"

GROUND = "park_ground"
"""What the measure is called."""


@carries_notices
@true_to_scale("area")
def canopy_in_parks(
    parks: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    canopy: Cover,
    classes: Sequence[str] | None = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the forest cover of urban parks (城市公园森林覆盖率): crowns over the ground of parks.

    Parameters
    ----------
    parks : GeoDataFrame, m rows of Polygon or MultiPolygon
        Parks in a projected CRS in metres. In the districts' numbers, ground of several parks
        counts once.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    canopy : LandCover, or GeoDataFrame of Polygon or MultiPolygon
        A raster with a legend (canopy height or density with thresholds among them), or polygons:
        of crowns, or of land cover with classes. Overlapping crowns count once.
    classes : sequence of str, optional
        Classes or groups that are canopy, e.g. ``["trees"]``; needed of a raster. Without them
        every polygon is.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        One measure with ``of="park_ground"``:

        =============== ======= ==== =====================================================
        column          dtype   unit meaning
        =============== ======= ==== =====================================================
        ``value``       float64 1    ``numerator / denominator``, in [0, 1]; NaN where the
                                     district has no park, or its parks lie beyond the raster
                                     or the rectangle around all crowns
        ``numerator``   float64 m²   canopy on the ground of parks in the district
        ``denominator`` float64 m²   ground of parks in the district, its cover being known
        =============== ======= ==== =====================================================

        Layer ``park_canopy``: each whole park with ``park_area_m2, canopy_m2, canopy_share,
        unknown_m2``; a park on a border is measured whole there. Layers ``mask`` (ground of parks
        per district) and ``parks`` as given.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If a raster comes without `classes`, or they name nothing that the canopy has.
    SchemaError
        If a column is missing, a key repeated, or a geometry no valid polygon.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    green_cover_rate : All plants over built-up land.

    Notes
    -----
    For parks :math:`P`, canopy :math:`C` and known ground :math:`K` in a district :math:`D`,
    :math:`R_D = |D \cap P \cap C| / |D \cap P \cap K|`. The plan [1]_ names both 森林覆盖率 and
    郁闭度 of urban parks and defines neither. This is the share of ground under crowns. 郁闭度, the
    density of the canopy *within a wood*, has the wood and not the park below the line, and is
    larger. Water and paths in a park are part of its ground. Crowns mapped in one quarter only say
    nothing of the others: parks wholly beyond the rectangle around all crowns are unknown, not
    bare; of those inside, nobody but the planner knows whether they were mapped. Cost: see
    `geoplan.analyses.cells.class_areas.class_areas`.

    References
    ----------
    .. [1] 《深圳市应对气候变化“十四五”规划（2021–2025）》第三章第八节.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 100, 100)],
    ...     crs="EPSG:4547",
    ... )
    >>> parks = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 50, 100)], crs="EPSG:4547")
    >>> crowns = gpd.GeoDataFrame(geometry=[shapely.box(40, 0, 90, 100)] * 2, crs="EPSG:4547")
    >>> canopy_in_parks(parks, districts, canopy=crowns).measures[0].value
    0.2
    """
    polygons = {} if isinstance(canopy, LandCover) else {"canopy": canopy}
    require_metric_crs(parks=parks, districts=districts, **polygons)
    check_districts(districts)
    check_polygons(parks, PARKS)
    wanted = {"canopy": _wanted(canopy, classes)}
    zones = make_zones(districts, parks, PARKS)
    found, beyond = _where_mapped(
        canopy, wanted["canopy"], zones.frame, cover_areas(canopy, zones.frame, wanted)
    )
    over, over_whole = zones.split(found.area_m2[:, 0])
    under, under_whole = zones.split(found.known_m2)
    _, unknown_m2 = zones.split(found.unknown_m2)
    measure = make_measure(
        districts,
        over,
        under,
        of=GROUND,
        totals=(over_whole, under_whole),
        bounds=share_bounds(
            (over, over_whole), zones.split(found.sure_m2), zones.split(found.open_m2)
        ),
    )
    notices = []
    if not len(parks):
        notices.append(Notice("layer_empty_share_unknown", layer_name(parks, PARKS)))
    raster = isinstance(canopy, LandCover)
    # Under crowns drawn as polygons there is nothing else to draw: bare ground is no gap.
    gap_m2 = float(unknown_m2) if raster or classes is not None else 0.0
    whole_m2 = float(under_whole) + (float(unknown_m2) if raster else 0.0)
    notices += cover_notices(canopy, zones, gap_m2, whole_m2)
    notices += _not_mapped(canopy, beyond[: zones.count])
    mask = {} if zones.mask is None else {"mask": areas_layer(zones.mask, districts, ())}
    return Result(
        analysis="canopy_in_parks",
        measures=(measure,),
        districts=districts,
        layers={"park_canopy": _each_park(parks, canopy, wanted), PARKS: parks, **mask},
        definition={
            **cover_facts(canopy, "canopy"),
            **_park_facts(parks),
            "classes": list(classes or ()),
            "of": [GROUND],
        },
        notices=unique(notices),
    )


def _wanted(canopy: Cover, classes: Sequence[str] | None) -> "Bools":
    if classes is not None:
        return pick(canopy, classes, "classes")
    if isinstance(canopy, LandCover):
        raise ParameterError(
            "`canopy` is a raster: wanted `classes` that are canopy, e.g. ['trees']. Its groups: "
            f"{', '.join(canopy.classes.groups)}."
        )
    return np.ones(len(canopy), dtype=bool)


def _where_mapped(
    canopy: Cover,
    wanted: "Bools",
    zones: "GeoDataFrame",
    found: CoverAreas,
) -> "tuple[CoverAreas, Bools]":
    """Take zones wholly beyond the rectangle of all crowns for unknown, and say which they are."""
    if isinstance(canopy, LandCover) or not wanted.any():
        return found, np.zeros(len(zones), dtype=bool)
    ground = np.asarray(zones.geometry.array, dtype=object)
    rectangle = shapely.box(*canopy.total_bounds)
    beyond = ~shapely.is_empty(ground) & ~shapely.intersects(ground, rectangle)
    zone_m2 = np.asarray(true_area_m2(ground), dtype=float)
    unseen = replace(
        found,
        known_m2=np.where(beyond, 0.0, found.known_m2),
        sure_m2=np.where(beyond, 0.0, found.sure_m2),
        open_m2=np.where(beyond, zone_m2, found.open_m2),
    )
    return unseen, beyond


def _not_mapped(canopy: Cover, beyond: "Bools") -> list[Notice]:
    if isinstance(canopy, LandCover):
        return []
    told = []
    if not len(canopy):
        told.append(Notice("layer_empty_counts_zero", layer_name(canopy, "canopy")))
    if beyond.any():
        told.append(
            Notice(
                "canopy_not_mapped", layer_name(canopy, "canopy"), int(beyond.sum()), len(beyond)
            )
        )
    return told


def _park_facts(parks: "GeoDataFrame") -> dict[str, Any]:
    facts = layer_facts(parks, PARKS)
    return {"parks": facts["parks"], "park_count": facts["park_count"]}


def _each_park(parks: "GeoDataFrame", canopy: Cover, wanted: Any) -> "GeoDataFrame":  # noqa: ANN401
    """Measure every park whole, for itself."""
    found, _ = _where_mapped(canopy, wanted["canopy"], parks, cover_areas(canopy, parks, wanted))
    over, under = found.area_m2[:, 0], found.known_m2
    share = np.divide(over, under, out=np.full(len(parks), np.nan), where=under > 0)
    return parks.assign(
        park_area_m2=true_area_m2(parks.geometry.to_numpy()),
        canopy_m2=over,
        canopy_share=share,
        unknown_m2=true_area_m2(parks.geometry.to_numpy()) - under,
    )
