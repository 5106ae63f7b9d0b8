"""The map that fits a result, picked by its analysis."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from geoplan.maps.page.map_page import MapPage
from geoplan.maps.themes.choropleth import choropleth_map
from geoplan.maps.themes.conflicts import CONFLICTS, conflict_map
from geoplan.maps.themes.coverage import coverage_map
from geoplan.maps.themes.detour import detour_map
from geoplan.maps.themes.living_circle import living_circle_map
from geoplan.maps.themes.park_access import park_access_map
from geoplan.maps.themes.red_line import red_line_map

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.core.results import Result
    from geoplan.maps.page.basemaps import Basemap

_BY_ANALYSIS: "Mapping[str, Callable[..., MapPage]]" = {
    "detour": detour_map,
    "living_circle": living_circle_map,
    "park_access": park_access_map,
    **dict.fromkeys(CONFLICTS, conflict_map),
}


def indicator_map(  # noqa: PLR0913 (the parts of one page)
    result: "Result",
    *,
    of: str | None = None,
    part: str | None = None,
    title: str | None = None,
    lang: str = "en",
    context: "Mapping[str, GeoDataFrame] | None" = None,
    target_text: str | None = None,
    target_met: Mapping[str, bool | None] | None = None,
    fictional: bool = False,
    basemap: "str | Basemap | None" = None,
) -> MapPage:
    """
    Map a result of any analysis.

    Parameters
    ----------
    result : Result
        From any analysis: coverage and park access get their reach, red lines and ecological land
        their polygons, everything else its districts by value.
    of, part : str, optional
        The measure in front. The first that fits by default.
    title, lang, context, target_text, target_met, fictional, basemap
        As in `geoplan.maps.choropleth_map`.

    Returns
    -------
    MapPage
        With ``.html()`` and ``.save(path)``: one file that needs no internet.

    Raises
    ------
    ParameterError
        If the result has no such measure.
    CRSError
        If a layer of `context` is in another CRS than the districts.

    See Also
    --------
    geoplan.maps.coverage_map, geoplan.maps.park_access_map, geoplan.maps.red_line_map

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point, box
    >>> from geoplan.analyses import coverage
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[box(500_000, 2_500_000, 503_000, 2_502_000)],
    ...     crs="EPSG:4547",
    ... )
    >>> stops = gpd.GeoDataFrame(geometry=[Point(501_000, 2_501_000)], crs="EPSG:4547")
    >>> page = indicator_map(coverage(stops, districts, distance_m=500, of=["land"]))
    >>> page.table.rows[0]
    ('甲', '0.79', '6.00', '13.1 %')
    """
    common = {
        "title": title,
        "lang": lang,
        "context": context,
        "target_text": target_text,
        "target_met": target_met,
        "fictional": fictional,
        "basemap": basemap,
    }
    if result.analysis in ("coverage", "rail_coverage"):
        return coverage_map(result, of=of, **common)  # type: ignore[arg-type]
    if result.analysis in ("red_line_share", "ecological_land_share"):
        return red_line_map(result, part=part, **common)  # type: ignore[arg-type]
    draw: Callable[..., MapPage] = _BY_ANALYSIS.get(result.analysis, choropleth_map)
    page: MapPage = draw(result, of=of, part=part, **common)
    return page
