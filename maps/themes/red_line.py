"""The map of red lines and ecological land: where they lie, and their share per district."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geoplan.core.errors import ParameterError
from geoplan.maps.page.district_layers import share_part
from geoplan.maps.page.district_rows import district_table
from geoplan.maps.page.finished_map import finish, make_ground, ordered, request
from geoplan.maps.page.map_page import MapPage
from geoplan.maps.themes.areas import areas_part

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.core.results import Result
    from geoplan.maps.page.basemaps import Basemap

_ANALYSES = ("red_line_share", "ecological_land_share")


def red_line_map(  # noqa: PLR0913 (the parts of one page)
    result: "Result",
    *,
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
    Map red lines, or ecological land: the polygons by category, then districts by share.

    Parameters
    ----------
    result : Result
        From `geoplan.red_line_share` or `geoplan.ecological_land_share`.
    part : str, optional
        The category in front: it gives headline, labels and table. All of them by default.
    title : str, optional
        Title of the page; by default from the analysis.
    lang : {"en", "zh"}
        Language of every word that is not data.
    context : mapping of str to GeoDataFrame, optional
        Further layers of the plan, by name, to draw quietly; in the CRS of the districts.
    target_text : str, optional
        The target of the measure in front as the plan has it, such as ``">= 46.6 %"``.
    target_met : mapping of str to bool, optional
        Who meets it, by ``district_id``; the key ``""`` is the whole area.
    fictional : bool
        Whether to mark the data as made up.
    basemap : str or Basemap, optional
        Tiles to lay under the map, as `geoplan.maps.make_basemap` takes them; such a page needs
        the internet. None by default.

    Returns
    -------
    MapPage
        With ``.html()`` and ``.save(path)``: one file that needs no internet.

    Raises
    ------
    ParameterError
        If the result is of another analysis, or has no such category.
    CRSError
        If a layer of `context` is in another CRS than the districts.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from geoplan.analyses import red_line_share
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[box(500_000, 2_500_000, 504_000, 2_502_000)],
    ...     crs="EPSG:4547",
    ... )
    >>> lines = gpd.GeoDataFrame(
    ...     {"category": ["water"]},
    ...     geometry=[box(500_000, 2_500_000, 501_000, 2_502_000)],
    ...     crs="EPSG:4547",
    ... )
    >>> page = red_line_map(red_line_share(lines, districts))
    >>> page.table.rows[0]
    ('甲', '2.00', '8.00', '25.0 %')
    """
    if result.analysis not in _ANALYSES:
        raise ParameterError(
            f"`result` is of {result.analysis!r}; red_line_map draws {' and '.join(_ANALYSES)}. "
            "Use indicator_map(), which picks the map by the result."
        )
    asked = request(
        result,
        of=None,
        part=part,
        title=title,
        lang=lang,
        context=context,
        target_text=target_text,
        target_met=target_met,
        fictional=fictional,
        basemap=basemap,
    )
    ground = make_ground(asked)
    parts = areas_part(result, ground, asked.measure, asked.goal)
    parts += [
        share_part(measure, ground, asked.goal_of(measure), analysis=result.analysis, ramp="Greens")
        for measure in ordered(asked)
    ]
    table = district_table(asked.measure, ground, asked.goal, analysis=result.analysis)
    return finish(asked, ground, parts, table)
