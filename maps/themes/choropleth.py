"""The map of any result: districts coloured by value, and what was measured in them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geoplan.maps.page.district_layers import share_part
from geoplan.maps.page.district_rows import district_table
from geoplan.maps.page.finished_map import finish, make_ground, ordered, request
from geoplan.maps.page.map_page import MapPage
from geoplan.maps.themes.areas import areas_part
from geoplan.maps.themes.lines_and_points import measured_parts
from geoplan.maps.themes.objects_and_lines import linked_parts

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.core.results import Result
    from geoplan.maps.page.basemaps import Basemap
    from geoplan.maps.page.classes import Ramp

_RAMPS: "Mapping[str, Ramp]" = {
    "green_space_ratio": "Greens",
    "park_area_per_capita": "Greens",
    "ecological_land_share": "Greens",
    "red_line_share": "Greens",
    "green_cover_rate": "Greens",
    "forest_cover_rate": "Greens",
    "canopy_in_parks": "Greens",
    "landscape_metrics": "Greens",
}


def ramp_of(analysis: str) -> "Ramp":
    """Choose the colours in which districts show the values of an analysis."""
    return _RAMPS.get(analysis, "Blues")


def choropleth_map(  # noqa: PLR0913 (the parts of one page)
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
    Map the districts by the value of a measure, in four or five classes with round limits.

    Parameters
    ----------
    result : Result
        From any analysis.
    of, part : str, optional
        The measure in front: it gives headline, labels, table and the theme shown first. The first
        that fits by default; every other measure is a theme too.
    title : str, optional
        Title of the page; by default from the analysis.
    lang : {"en", "zh"}
        Language of every word that is not data.
    context : mapping of str to GeoDataFrame, optional
        Further layers of the plan, by name, to draw quietly; in the CRS of the districts.
    target_text : str, optional
        The target of the measure in front as the plan has it, such as ``"> 95 %"``.
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
        If the result has no such measure.
    CRSError
        If a layer of `context` is in another CRS than the districts.

    Notes
    -----
    A target is always a class limit, so that the colour changes where the verdict does. A district
    whose value is unknown is grey and counted as such in the legend.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from geoplan.analyses import ecological_land_share
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[box(500_000, 2_500_000, 504_000, 2_502_000)],
    ...     crs="EPSG:4547",
    ... )
    >>> line = gpd.GeoDataFrame(
    ...     geometry=[box(500_000, 2_500_000, 501_000, 2_502_000)], crs="EPSG:4547"
    ... )
    >>> page = choropleth_map(ecological_land_share(line, districts))
    >>> page.table.rows[0]
    ('甲', '2.00', '8.00', '25.0 %')
    """
    asked = request(
        result,
        of=of,
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
    ramp = ramp_of(result.analysis)
    parts = [
        share_part(measure, ground, asked.goal_of(measure), analysis=result.analysis, ramp=ramp)
        for measure in ordered(asked)
    ]
    found = areas_part(result, ground, asked.measure, asked.goal)
    places = linked_parts(result, ground, asked.measure, asked.goal)
    table = district_table(asked.measure, ground, asked.goal, analysis=result.analysis)
    return finish(asked, ground, [*places, *parts, *found, *measured_parts(result, ground)], table)
