"""Red lines: how much of each district they take, by category."""

from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.shared.area_share import AreaInside, area_inside, district_land, whole_m2
from geoplan.analyses.shared.categories import TOTAL, categories_of
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
from geoplan.core.notices import Notice
from geoplan.core.results import Measure, Result, make_measure
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


@carries_notices
@true_to_scale("area")
def red_line_share(
    red_lines: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure area and share of ecological red lines (生态保护红线) per district and category.

    A place inside several polygons of one category counts once in that category; a place inside
    several categories counts in each of them, and once in the total.

    Parameters
    ----------
    red_lines : GeoDataFrame, m rows of Polygon or MultiPolygon
        In a projected CRS in metres. A column ``category`` splits the result into parts; rows
        without one count in the total only. May be empty: every area is then 0.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        One measure with ``of="land"`` and ``part="total"``, then one per category, in the order in
        which the categories first appear:

        =============== ======= ==== ==================================================
        column          dtype   unit meaning
        =============== ======= ==== ==================================================
        ``value``       float64 1    ``numerator / denominator``, in [0, 1]
        ``numerator``   float64 m²   area inside the red lines of the category
        ``denominator`` float64 m²   area of the whole district
        =============== ======= ==== ==================================================

        Layers: ``areas`` (what lies inside the districts, one row per district and category:
        ``district_id, name, category, area_m2``) and ``red_lines`` as given.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    SchemaError
        If a column of `districts` is missing or a key repeated, if a geometry is no valid polygon,
        or if a category is called ``total``.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    ecological_land_share : The same for the ecological control line, without categories.

    Notes
    -----
    For district :math:`D` and the polygons :math:`R_c` of category :math:`c`,

    .. math:: S_{D,c} = |D \cap \bigcup R_c| / |D|.

    This is the stock at one date. Whether the area *decreases*, the first test of the 2017 opinion
    on red lines [1]_ (function not reduced, area not reduced, nature not changed), needs two
    dates, and gross loss beside the net change. Areas are those of the study CRS; its area error
    is that of the result. Cost: see `geoplan.analyses.shared.area_share`; only polygons on a
    district border are cut.

    References
    ----------
    .. [1] 中共中央办公厅、国务院办公厅，《关于划定并严守生态保护红线的若干意见》，2017.

    Examples
    --------
    A red line over the left quarter of a district, drawn twice:

    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> lines = gpd.GeoDataFrame(
    ...     {"category": ["water", "water"]},
    ...     geometry=[shapely.box(-500, 0, 250, 1000)] * 2,
    ...     crs="EPSG:4547",
    ... )
    >>> red_line_share(lines, districts).table[["part", "district_id", "value"]]
        part district_id  value
    0  total           A   0.25
    1  total               0.25
    2  water           A   0.25
    3  water               0.25
    """
    require_metric_crs(red_lines=red_lines, districts=districts)
    check_districts(districts)
    polygons = check_polygons(red_lines, "red_lines")
    found = categories_of(red_lines, "red_lines")
    categories = found.names
    ground = np.asarray(districts.geometry.array, dtype=object)
    land = district_land(ground)
    inside = area_inside(polygons, ground, found.codes)
    merged = inside.merged()

    def measure(part: str, area: AreaInside) -> Measure:
        return make_measure(
            districts,
            area.per_district_m2(land.area_m2),
            land.area_m2,
            of="land",
            part=part,
            totals=(whole_m2(area, land), land.total_m2),
        )

    parts = [measure(name, inside.of(code)) for code, name in enumerate(categories)]
    notices = [*area_notices("red_lines", len(red_lines), inside, land)]
    if categories and found.nameless:
        notices.append(
            Notice("red_lines_no_category", "red_lines", count=found.nameless, total=len(red_lines))
        )
    return Result(
        analysis="red_line_share",
        measures=(measure(TOTAL, merged), *parts),
        districts=districts,
        layers={"areas": areas_layer(inside, districts, categories), "red_lines": red_lines},
        definition={
            **layer_facts(red_lines, "red_lines"),
            "of": ["land"],
            "categories": list(categories),
            "overlap": "once",
        },
        notices=tuple(notices),
    )
