"""The map of detours: whom a straight line counts as served and no walk serves, and by how much."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.core import numbers
from geoplan.core.errors import ParameterError
from geoplan.core.terms import term
from geoplan.maps.page.boxes import LegendBlock, LegendEntry
from geoplan.maps.page.district_layers import labels, share_part
from geoplan.maps.page.facility_layers import objects_part
from geoplan.maps.page.finished_map import Request, finish, make_ground, request
from geoplan.maps.page.folium_layers import group
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.parts_table import parts_table
from geoplan.maps.page.words import capital, facilities_name
from geoplan.maps.themes.unserved import SERVED, served_layer, unserved_layer
from geoplan.maps.themes.walk import REACHED, isochrones_part, say, streets_layer, walk_parts

if TYPE_CHECKING:
    import folium
    from geopandas import GeoDataFrame

    from geoplan.core.results import Result
    from geoplan.maps.page.basemaps import Basemap
    from geoplan.maps.page.classes import Ramp
    from geoplan.maps.page.ground import Ground
    from geoplan.maps.page.map_page import MapPage

WRONGLY = "wrongly_served"
INDEX = "index"


def detour_map(  # noqa: PLR0913 (the parts of one page)
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
) -> "MapPage":
    """
    Map detours: places that only the straight line serves, and the detour index by district.

    Parameters
    ----------
    result : Result
        From `geoplan.detour`.
    of, part : str, optional
        Denominator and part in front; by default the first, and whom a straight line miscounts.
    title, lang, context, target_text, target_met, fictional, basemap
        As in `geoplan.maps.choropleth_map`.

    Returns
    -------
    MapPage
        With ``.html()`` and ``.save(path)``: one file that needs no internet.

    Raises
    ------
    ParameterError
        If the result is no detour, or has no such measure.
    CRSError
        If a layer of `context` is in another CRS than the districts.

    Notes
    -----
    Themes exclude each other: the straight catchment under the streets that a walk reaches, with
    the places between the two; isochrones; the index and the shares by district.
    """
    if result.analysis != "detour":
        raise ParameterError(
            f"`result` is of {result.analysis!r}; detour_map draws 'detour'. Use indicator_map(), "
            "which picks the map by the result."
        )
    facilities = facilities_name(result, lang)
    asked = request(
        result,
        of=of,
        part=WRONGLY if part is None else part,
        title=title or capital(say("title.detour", lang, facilities=facilities)),
        lang=lang,
        context=context,
        target_text=target_text,
        target_met=target_met,
        fictional=fictional,
        basemap=basemap,
    )
    ground = make_ground(asked)
    measures = [measure for measure in result.measures if measure.of == asked.measure.of]
    in_front = [asked.measure, *(measure for measure in measures if measure is not asked.measure)]
    parts = [
        _wrongly_part(asked, ground),
        isochrones_part(
            result.layers["isochrones"],
            ground,
            subject=facilities,
            labelled=labels(asked.measure, ground, asked.goal),
        ),
    ]
    for measure in sorted(in_front, key=lambda one: one.part != INDEX):
        goal = asked.goal_of(measure)
        ramp: Ramp = "Oranges" if measure.part in (INDEX, WRONGLY) else "Blues"
        drawn = share_part(measure, ground, goal, analysis="detour", ramp=ramp)
        parts.append(_titled(drawn, lang) if measure.part == INDEX else drawn)
    parts += walk_parts(result, ground)
    layer = result.layers["facilities"]
    parts.append(objects_part(layer, ground, title=capital(facilities)))
    heading = say("table.detour", lang, of=term("denominator", asked.measure.of, lang))
    table = parts_table(measures, asked, ground, title=heading)
    return finish(asked, ground, parts, table, places={facilities: layer})


def _titled(part: Part, lang: str) -> Part:
    """Head the legend of the index: it is no share."""
    title = capital(say("legend.index", lang))
    blocks = tuple(
        replace(block, title=title, note=capital(say("legend.index_note", lang, own=block.note)))
        for block in part.blocks
    )
    return replace(part, blocks=blocks)


def _wrongly_part(asked: Request, ground: "Ground") -> Part:
    """Draw straight catchment and reached streets, and the places between the two."""
    result, lang, layers = asked.result, asked.lang, asked.result.layers
    reach = numbers.distance(float(result.definition["distance_m"]), lang)
    drawn: list[folium.Element] = [
        served_layer(layers["served_straight"], ground),
        streets_layer(layers["reached"], ground),
    ]
    legend = LegendBlock(
        capital(facilities_name(result, lang)),
        (
            LegendEntry(SERVED, capital(say("legend.straight", lang, distance=reach))),
            LegendEntry(
                REACHED, capital(say("legend.walked", lang, distance=reach)), symbol="line"
            ),
        ),
    )
    blocks = [legend]
    wrongly = layers.get("wrongly_served")
    if wrongly is not None and len(wrongly):
        shown = next(
            one for one in result.measures if one.part == WRONGLY and one.numerator_unit != "m2"
        )
        layer, block = unserved_layer(wrongly, shown, ground, beyond="")
        drawn.append(layer)
        of = term("denominator", shown.of, lang)
        words = capital(say("legend.wrongly", lang, distance=reach, of=of))
        blocks.append(replace(block, title=words))
    together = group(
        say("theme.wrongly", lang), [*drawn, labels(asked.measure, ground, asked.goal)]
    )
    own = tuple(replace(block, layers=(together.get_name(),)) for block in blocks)
    return Part(together, "theme", blocks=own)
