"""Ecological land: the share of a district inside the ecological control line."""

from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.shared.area_share import area_inside, district_land, whole_m2
from geoplan.analyses.shared.districts import (
    area_notices,
    areas_layer,
    check_districts,
    check_polygons,
    layer_facts,
)
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.results import Result, make_measure
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


@carries_notices
@true_to_scale("area")
def ecological_land_share(
    lines: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the share of ecological land (生态用地占比): area inside the ecological control line.

    The definition is the *line* and not the land cover: a quarry inside the line counts as
    ecological land, a forest outside it does not.

    Parameters
    ----------
    lines : GeoDataFrame, m rows of Polygon or MultiPolygon
        The area inside the ecological control line (基本生态控制线), in a projected CRS in metres.
        Overlaps count once. May be empty: every share is then 0.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        One measure, ``of="land"``:

        =============== ======= ==== ===================================
        column          dtype   unit meaning
        =============== ======= ==== ===================================
        ``value``       float64 1    ``numerator / denominator``, [0, 1]
        ``numerator``   float64 m²   area inside the line
        ``denominator`` float64 m²   area of the whole district
        =============== ======= ==== ===================================

        Layers: ``areas`` (the line cut to the districts: ``district_id, name, category,
        area_m2``) and ``lines`` as given.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    SchemaError
        If a column of `districts` is missing or a key repeated, or a geometry is no valid polygon.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    red_line_share : Red lines by category. The control line and the red line are two lines.

    Notes
    -----
    For district :math:`D` and control-line polygons :math:`L`, :math:`S_D = |D \cap \bigcup L| /
    |D|`: "生态控制线内面积占全区面积的比例" [1]_. The line is re-issued from time to time, which
    moves the share without a tree being felled; its date is in the definition if the layer has
    one (``as_of``). Cost: see `geoplan.analyses.shared.area_share.area_inside`.

    References
    ----------
    .. [1] 龙岗区循环经济和节能“十三五”规划 (2016-2020), table of indicators, row 13, note 2.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> line = gpd.GeoDataFrame(geometry=[shapely.box(534, -9, 9999, 9999)], crs="EPSG:4547")
    >>> round(ecological_land_share(line, districts).measures[0].value, 3)
    0.466
    """
    require_metric_crs(lines=lines, districts=districts)
    check_districts(districts)
    polygons = check_polygons(lines, "lines")
    ground = np.asarray(districts.geometry.array, dtype=object)
    land = district_land(ground)
    inside = area_inside(polygons, ground)
    measure = make_measure(
        districts,
        inside.per_district_m2(land.area_m2),
        land.area_m2,
        of="land",
        totals=(whole_m2(inside, land), land.total_m2),
    )
    return Result(
        analysis="ecological_land_share",
        measures=(measure,),
        districts=districts,
        layers={"areas": areas_layer(inside, districts, ()), "lines": lines},
        definition={**layer_facts(lines, "lines"), "of": ["land"], "overlap": "once"},
        notices=area_notices("lines", len(lines), inside, land),
    )
