"""The map of a coverage: who is within reach of facilities, and who is not."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geoplan.core import numbers
from geoplan.core.errors import ParameterError
from geoplan.core.terms import term
from geoplan.maps.page.boxes import LegendBlock, LegendEntry
from geoplan.maps.page.district_layers import labels, share_part
from geoplan.maps.page.district_rows import district_table
from geoplan.maps.page.facility_layers import objects_part
from geoplan.maps.page.finished_map import Request, finish, make_ground, ordered, request
from geoplan.maps.page.folium_layers import group
from geoplan.maps.page.ground import Ground
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.map_page import MapPage
from geoplan.maps.page.words import capital, facilities_name, say
from geoplan.maps.themes.unserved import unserved_layer
from geoplan.maps.themes.walk import isochrones_part, reach_of, walk_parts

if TYPE_CHECKING:
    import folium
    from geopandas import GeoDataFrame

    from geoplan.core.results import Result
    from geoplan.maps.page.basemaps import Basemap


def coverage_map(  # noqa: PLR0913 (the parts of one page)
    result: "Result",
    *,
    of: str | None = None,
    title: str | None = None,
    lang: str = "en",
    context: "Mapping[str, GeoDataFrame] | None" = None,
    target_text: str | None = None,
    target_met: Mapping[str, bool | None] | None = None,
    fictional: bool = False,
    basemap: "str | Basemap | None" = None,
) -> MapPage:
    """
    Map a coverage: served ground, demand out of reach, districts by share, facilities.

    Parameters
    ----------
    result : Result
        From `geoplan.analyses.access.coverage`.
    of : str, optional
        The denominator in front: it gives headline, labels and table. The first by default.
    title : str, optional
        Title of the page; by default the facilities and the distance.
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
        If the result is no coverage, or has no such measure.
    CRSError
        If a layer of `context` is in another CRS than the districts.

    Notes
    -----
    Themes exclude each other: served and unserved, then one choropleth per denominator. Numbers
    come from the result; outlines are simplified for the screen, which the footer says. Unserved
    people are drawn by cell, as a picture above 2,000 cells.

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
    >>> found = coverage(stops, districts, distance_m=500, of=["land"])
    >>> page = coverage_map(found, lang="zh")
    >>> page.table.rows[0]
    ('甲', '0.79', '6.00', '13.1 %')
    """
    if result.analysis not in ("coverage", "rail_coverage"):
        raise ParameterError(
            f"`result` is of {result.analysis!r}; coverage_map draws 'coverage' and "
            "'rail_coverage'. Use indicator_map(), which picks the map by the result."
        )
    asked = request(
        result,
        of=of,
        part=None,
        title=title,
        lang=lang,
        context=context,
        target_text=target_text,
        target_met=target_met,
        fictional=fictional,
        basemap=basemap,
    )
    ground = make_ground(asked)
    facilities = facilities_name(result, lang)
    parts = [
        *_reach_part(asked, ground),
        *_times_part(asked, ground),
        *(
            share_part(measure, ground, asked.goal_of(measure), analysis="coverage")
            for measure in ordered(asked)
        ),
    ]
    parts += walk_parts(result, ground)
    places = {}
    if "facilities" in result.layers:
        layer = result.layers["facilities"]
        parts.append(objects_part(layer, ground, title=capital(facilities)))
        places[facilities] = layer
    table = district_table(asked.measure, ground, asked.goal, analysis="coverage")
    return finish(asked, ground, parts, table, places=places)


def _times_part(asked: Request, ground: Ground) -> list[Part]:
    if "isochrones" not in asked.result.layers:
        return []
    subject = facilities_name(asked.result, asked.lang)
    marks = labels(asked.measure, ground, asked.goal)
    drawn = asked.result.layers["isochrones"]
    return [isochrones_part(drawn, ground, subject=subject, labelled=marks)]


def _reach_part(asked: Request, ground: Ground) -> list[Part]:
    result, lang = asked.result, asked.lang
    drawn_reach = reach_of(result, "", ground)
    if drawn_reach is None:
        return []
    first = result.measures[0]
    reach = numbers.distance(float(result.definition["distance_m"]), lang)
    on_streets = "_network" if result.definition.get("distance") == "network" else ""
    within = say(
        f"legend.served_within{on_streets}",
        lang,
        distance=reach,
        facilities=facilities_name(result, lang),
    )
    drawn: list[folium.Element] = [drawn_reach.drawn]
    entry = LegendEntry(drawn_reach.colour, capital(within), drawn_reach.area, drawn_reach.symbol)
    blocks = [LegendBlock(say("legend.served", lang), (entry,))]
    unserved = result.layers.get("unserved")
    if unserved is not None and len(unserved):
        beyond = say("legend.unserved_land", lang, distance=reach)
        layer, block = unserved_layer(unserved, first, ground, beyond=beyond)
        drawn.append(layer)
        blocks.append(block)
    name = say("theme.gaps", lang, of=term("denominator", first.of, lang))
    together = group(name, [*drawn, labels(asked.measure, ground, asked.goal)])
    shown = (together.get_name(),)
    return [
        Part(
            together,
            "theme",
            blocks=tuple(LegendBlock(b.title, b.entries, b.unit, b.note, shown) for b in blocks),
        )
    ]
