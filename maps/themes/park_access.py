"""The map of park access: how far the parks of each tier reach, and who is beyond."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.core import numbers
from geoplan.core.errors import ParameterError
from geoplan.core.ranges import ranged_text
from geoplan.core.terms import term
from geoplan.maps.page.beyond_reach import beyond_reach
from geoplan.maps.page.boxes import Cell, LegendBlock, LegendEntry, TableCard
from geoplan.maps.page.district_layers import labels, share_part, value_texts
from geoplan.maps.page.district_rows import order_note, row_order
from geoplan.maps.page.finished_map import Request, finish, make_ground, request
from geoplan.maps.page.folium_layers import Style, Tip, group, names_of, shapes_layer
from geoplan.maps.page.ground import Ground
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.map_page import MapPage
from geoplan.maps.page.target_words import Goal
from geoplan.maps.page.words import bound_of, capital, say, unbroken
from geoplan.maps.themes.unserved import unserved_layer
from geoplan.maps.themes.walk import isochrones_part, reach_of, walk_parts

if TYPE_CHECKING:
    import folium
    from geopandas import GeoDataFrame

    from geoplan.core.results import Measure, Result
    from geoplan.maps.page.basemaps import Basemap

ALL = "all"
# Light to dark from the smallest tier to the largest; parks of no tier are grey.
_TIERS = {
    1: ("#41ab5d",),
    2: ("#a1d99b", "#238b45"),
    3: ("#a6d96a", "#41ab5d", "#1b7837"),
    4: ("#c2e699", "#78c679", "#31a354", "#005a32"),
}
_NO_TIER = "#9aa39c"


def park_access_map(  # noqa: PLR0913 (the parts of one page)
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
    Map the reach of parks tier by tier, the demand beyond it, and the shares per district.

    Parameters
    ----------
    result : Result
        From `geoplan.analyses.access.park_access`.
    of, part : str, optional
        Denominator and tier in front: they give headline and labels, and the theme shown first.
    title : str, optional
        Title of the page.
    lang : {"en", "zh"}
        Language of every word that is not data.
    context : mapping of str to GeoDataFrame, optional
        Further layers of the plan, by name, to draw quietly; in the CRS of the districts.
    target_text : str, optional
        The target of the measure in front as the plan has it, such as ``">= 80 %"``.
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
        If the result is no park access, or has no such measure.
    CRSError
        If a layer of `context` is in another CRS than the districts.

    Notes
    -----
    Themes exclude each other: the reach of every tier, of all together with the demand beyond, then
    a choropleth per tier of the denominator in front. The table sets the shares of all tiers side
    by side; other denominators stand in the tooltips of the districts.
    """
    if result.analysis != "park_access":
        raise ParameterError(
            f"`result` is of {result.analysis!r}; park_access_map draws 'park_access'. Use "
            "indicator_map(), which picks the map by the result."
        )
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
    measures = [measure for measure in result.measures if measure.of == asked.measure.of]
    in_front = [asked.measure, *(measure for measure in measures if measure is not asked.measure)]
    parts = [found for measure in in_front for found in _reach_part(measure, asked, ground)]
    parts += [one for measure in in_front for one in _times_part(measure, asked, ground)]
    parts += [
        share_part(measure, ground, asked.goal_of(measure), analysis="park_access")
        for measure in in_front
    ]
    parts += walk_parts(result, ground, front=asked.measure.part)
    parks = result.layers.get("parks")
    places = {}
    if parks is not None and len(parks):
        parts.append(_parks_part(parks, asked, ground))
        places[term("layer", "parks", lang)] = parks
    return finish(asked, ground, parts, _table(measures, asked, ground), places=places)


def _reach_part(measure: "Measure", asked: Request, ground: Ground) -> list[Part]:
    """Draw the reach of one tier, or of all with what is beyond."""
    layers, lang = asked.result.layers, asked.lang
    reach = reach_of(asked.result, measure.part, ground)
    if reach is None and "demand" not in layers:
        return []
    part = term("part", measure.part, lang)
    drawn: list[folium.Element] = []
    blocks = []
    if reach is not None:
        drawn.append(reach.drawn)
        words = capital(_reach_words(measure.part, asked))
        entry = LegendEntry(reach.colour, words, reach.area, reach.symbol)
        blocks.append(LegendBlock(say("legend.served", lang), (entry,)))
    # The layers of a result show its first denominator, whichever is in front.
    shown_of = asked.result.measure(asked.result.measures[0].of, measure.part)
    unserved = beyond_reach(measure.part, layers)
    if unserved is not None and len(unserved):
        beyond = say("legend.unserved_other", lang)
        layer, block = unserved_layer(unserved, shown_of, ground, beyond=beyond)
        drawn.append(layer)
        blocks.append(block)
    goal = asked.goal_of(measure)
    name = (
        say("theme.tier_all", lang) if measure.part == ALL else say("theme.tier", lang, part=part)
    )
    together = group(name, [*drawn, labels(measure, ground, goal)])
    shown = (together.get_name(),)
    own = tuple(LegendBlock(b.title, b.entries, b.unit, b.note, shown) for b in blocks)
    return [Part(together, "theme", blocks=own)]


def _times_part(measure: "Measure", asked: Request, ground: Ground) -> list[Part]:
    isochrones = asked.result.layers.get(f"isochrones_{measure.part}")
    if isochrones is None:
        return []
    part = term("part", measure.part, asked.lang)
    marks = labels(measure, ground, asked.goal_of(measure))
    return [isochrones_part(isochrones, ground, subject=part, part=part, labelled=marks)]


def _reach_words(part: str, asked: Request) -> str:
    lang = asked.lang
    tier = dict(asked.result.definition.get("tiers", {})).get(part)
    if part == ALL or not tier:
        return say("legend.served_any", lang)
    reach = numbers.distance(float(tier["reach_m"]), lang)
    on_streets = "_network" if asked.result.definition.get("distance") == "network" else ""
    return say(
        f"legend.served_tier{on_streets}",
        lang,
        part=capital(term("part", part, lang)),
        distance=reach,
    )


def _tier_names(asked: Request) -> list[str]:
    parts = [measure.part for measure in asked.result.measures if measure.part != ALL]
    return list(dict.fromkeys(parts))


def _parks_part(parks: "GeoDataFrame", asked: Request, ground: Ground) -> Part:
    lang, tiers = asked.lang, _tier_names(asked)
    tier = parks["tier"].fillna("").astype(str) if "tier" in parks else None
    given = np.full(len(parks), "", dtype=object) if tier is None else tier.to_numpy(dtype=object)
    position = {name: number for number, name in enumerate(tiers)}
    index = np.asarray([position.get(name, len(tiers)) for name in given])
    colours = (*_tier_colours(len(tiers)), _NO_TIER)
    words = [term("part", name, lang) if name else "–" for name in given]
    area_m2 = shapely.area(parks.geometry.to_numpy()).tolist()
    tips = [
        Tip(capital(term("layer", "parks", lang)), names_of(parks).tolist()),
        Tip(say("tip.tier", lang), words),
        Tip(say("tip.area", lang), [numbers.amount(area, "m2", lang) for area in area_m2]),
    ]
    style = Style(fill=colours, fill_opacity=0.95, stroke="#1b5e33", width_px=0.7)
    drawn = shapes_layer(
        ground.display(parks), style=style, pane="gp-shapes", classes=index, tips=tips
    )
    title = capital(term("layer", "parks", lang))
    counts = np.bincount(index, minlength=len(tiers) + 1).tolist()
    names = [capital(term("part", name, lang)) for name in tiers]
    rows = zip(colours, [*names, capital(say("legend.no_tier", lang))], counts, strict=True)
    entries = tuple(LegendEntry(colour, name, count) for colour, name, count in rows if count)
    return Part(group(title, [drawn]), "layer", entries=entries)


def _tier_colours(count: int) -> tuple[str, ...]:
    if count in _TIERS:
        return _TIERS[count]
    steps = np.linspace(0, 3, max(count, 1)).round().astype(int)
    return tuple(_TIERS[4][step] for step in steps)


def _table(measures: "list[Measure]", asked: Request, ground: Ground) -> TableCard:
    """Set the shares of all tiers side by side, one row per district, the whole last."""
    lang, front = asked.lang, asked.measure
    table = front.districts
    order = row_order(front, asked.goal)
    columns: list[list[str | Cell]] = [[*table["name"], say("table.whole", lang)]]
    columns += [_share_column(measure, asked.goal_of(measure), lang) for measure in measures]
    headings = [capital(say("table.district", lang))]
    headings += [_heading(measure, asked) for measure in measures]
    bounds = ground.row_bounds
    of = capital(term("denominator", front.of, lang))
    return TableCard(
        capital(say("table.by_part", lang, of=of)),
        tuple(headings),
        tuple(tuple(column[i] for column in columns) for i in (*order, -1)),
        note=order_note(front, asked.goal, lang),
        bounds=(*(bounds[i] for i in order), ground.bounds),
        districts=(*order, None),
    )


def _heading(measure: "Measure", asked: Request) -> str:
    name = capital(term("part", measure.part, asked.lang))
    goal = asked.goal_of(measure)
    return unbroken(f"{name} {goal.words}") if goal.text else name


def _share_column(measure: "Measure", goal: Goal, lang: str) -> list[str | Cell]:
    bound, ends = bound_of(goal.text, measure.unit), (measure.low, measure.high)
    whole = ranged_text(measure.value, *ends, measure.unit, lang, bound=bound)
    texts = [*value_texts(measure, lang, goal), whole]
    keys = [*measure.districts["district_id"], ""]
    return [
        _toned(text, goal, key) if goal.text else text
        for text, key in zip(texts, keys, strict=True)
    ]


def _toned(text: str, goal: "Goal", district_id: str) -> Cell:
    met = goal.of(district_id)
    if goal.is_open(district_id):
        return Cell(text, "undecidable")
    if met is None:
        return Cell(text)
    return Cell(text, "met" if met else "missed")
