"""The map of a living circle: how many kinds of facility each place has near, and what it lacks."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.core import numbers
from geoplan.core.errors import ParameterError
from geoplan.core.terms import term
from geoplan.maps.page.boxes import LegendBlock, LegendEntry
from geoplan.maps.page.district_layers import labels, share_part
from geoplan.maps.page.finished_map import Request, finish, make_ground, request
from geoplan.maps.page.folium_layers import CANVAS_FROM, Style, Tip, group, names_of, shapes_layer
from geoplan.maps.page.grid_overlay import GRID_PICTURE_FROM, overlay, picture_of, picture_of_grid
from geoplan.maps.page.grids import grid_of
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.parts_table import parts_table
from geoplan.maps.page.words import capital
from geoplan.maps.page.words import say as say_on_maps
from geoplan.maps.themes.unserved import unserved_layer
from geoplan.maps.themes.walk import dots_part, reach_of, say, walk_parts

if TYPE_CHECKING:
    import folium
    from geopandas import GeoDataFrame

    from geoplan.core.results import Measure, Result
    from geoplan.maps.page.basemaps import Basemap
    from geoplan.maps.page.ground import Ground
    from geoplan.maps.page.map_page import MapPage

ALL = "all"
# ColorBrewer RdYlBu, which colour-blind readers tell apart: red has nothing near, blue everything.
_FROM_NONE_TO_ALL = ("#d73027", "#fc8d59", "#fee090", "#abd9e9", "#4575b4")
# ColorBrewer Dark2.
_CATEGORIES = ("#1b9e77", "#d95f02", "#7570b3", "#e7298a", "#66a61e", "#e6ab02", "#a6761d")
_POINT = 0


def living_circle_map(  # noqa: PLR0913 (the parts of one page)
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
    Map a living circle: categories near each place, what lacks each of them, shares per district.

    Parameters
    ----------
    result : Result
        From `geoplan.living_circle`.
    of, part : str, optional
        Denominator and category in front; by default the first, and all categories.
    title, lang, context, target_text, target_met, fictional, basemap
        As in `geoplan.maps.choropleth_map`.

    Returns
    -------
    MapPage
        With ``.html()`` and ``.save(path)``: one file that needs no internet.

    Raises
    ------
    ParameterError
        If the result is no living circle, or has no such measure.
    CRSError
        If a layer of `context` is in another CRS than the districts.

    Notes
    -----
    Themes exclude each other: places by the number of categories near, with what they lack in the
    tooltip (as a picture without tooltips above 2,000 cells); then by category what is near and
    who lacks it; then the shares by district. Of land there is only the ground.
    """
    if result.analysis != "living_circle":
        raise ParameterError(
            f"`result` is of {result.analysis!r}; living_circle_map draws 'living_circle'. Use "
            "indicator_map(), which picks the map by the result."
        )
    asked = request(
        result,
        of=of,
        part=ALL if part is None else part,
        title=title or _title(result, lang),
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
    parts = [*_count_part(asked, ground)]
    parts += [found for measure in in_front for found in _near_part(measure, asked, ground)]
    parts += [
        share_part(measure, ground, asked.goal_of(measure), analysis="living_circle")
        for measure in in_front
    ]
    parts += walk_parts(result, ground)
    facilities = result.layers["facilities"]
    if len(facilities):
        parts.append(_facilities_part(facilities, asked, ground))
    heading = say("table.categories", lang, of=term("denominator", asked.measure.of, lang))
    table = parts_table(measures, asked, ground, title=heading)
    places = {term("layer", "facilities", lang): facilities}
    return finish(asked, ground, parts, table, places=places)


def _title(result: "Result", lang: str) -> str:
    minutes = result.definition.get("minutes")
    if isinstance(minutes, int | float):
        return say("title.living_circle_minutes", lang, minutes=numbers.number(minutes))
    return say("title.living_circle", lang)


def _names(asked: Request) -> list[str]:
    return [str(name) for name in asked.result.definition["categories"]]


def _count_part(asked: Request, ground: "Ground") -> list[Part]:
    """Colour the places by how many categories they have near."""
    demand, lang = asked.result.layers.get("demand"), asked.lang
    if demand is None or not len(demand):
        return []
    total = len(_names(asked))
    colours = _colours(total + 1)
    drawn, pictured = _units(demand, colours, asked, ground)
    together = group(
        say("theme.categories", lang), [*drawn, labels(asked.measure, ground, asked.goal)]
    )
    shown = next(one for one in asked.result.measures if one.denominator_unit != "m2")
    amount = np.bincount(demand["category_count"], demand["amount"], minlength=total + 1)
    scale = numbers.scale_for(shown.numerator_unit, amount)
    entries = tuple(
        LegendEntry(
            colours[count],
            capital(_count_words(count, total, lang)),
            numbers.number(amount[count] / scale.factor, scale.decimals),
        )
        for count in range(total, -1, -1)
    )
    unit = numbers.unit_label(scale.unit, lang) or term("denominator", shown.of, lang)
    notes = [say("legend.categories_unit", lang, unit=unit)]
    if pictured:
        notes.append(say("legend.categories_picture", lang))
    block = LegendBlock(
        say("legend.categories", lang),
        entries,
        note=capital(("；" if lang == "zh" else "; ").join(notes)),
        layers=(together.get_name(),),
    )
    return [Part(together, "theme", blocks=(block,))]


def _colours(count: int) -> tuple[str, ...]:
    """Spread the colours over as many steps, so that no two are alike."""
    anchors = np.array([[int(one[i : i + 2], 16) for i in (1, 3, 5)] for one in _FROM_NONE_TO_ALL])
    at = np.linspace(0, len(anchors) - 1, count)
    if count <= len(anchors):  # as they are: mixed ones are muddy
        at = np.round(at)
    mixed = [np.interp(at, np.arange(len(anchors)), channel) for channel in anchors.T]
    return tuple(f"#{r:02x}{g:02x}{b:02x}" for r, g, b in np.round(mixed).astype(int).T.tolist())


def _count_words(count: int, total: int, lang: str) -> str:
    if count == total:
        return say("legend.categories_all", lang, count=total)
    if not count:
        return say("legend.categories_none", lang)
    return say("legend.categories_some", lang, count=count, total=total)


def _units(
    demand: "GeoDataFrame", colours: tuple[str, ...], asked: Request, ground: "Ground"
) -> "tuple[list[folium.Element], bool]":
    """Draw the places: with tooltips, or as a picture where there are very many cells."""
    index = demand["category_count"].to_numpy(dtype=int)
    shapes = demand.geometry.to_numpy()
    points = bool((shapely.get_dimensions(shapes) == _POINT).all())
    if not points and len(demand) > GRID_PICTURE_FROM:
        grid = grid_of(demand)
        if grid is None:
            return [overlay(picture_of(demand, index), list(colours), pane="gp-over")], True
        cells = np.full(grid.shape[0] * grid.shape[1], len(colours))
        np.minimum.at(cells, grid.cell, index)  # a cell that a border cuts counts by its worse part
        cells[cells == len(colours)] = -1
        return [overlay(picture_of_grid(grid, cells), list(colours), pane="gp-over")], True
    style = Style(
        fill=colours,
        fill_opacity=1.0 if points else 0.85,
        stroke="#ffffff" if points else "",
        width_px=0.5,
        radius_px=4.0 if len(demand) < CANVAS_FROM / 2 else 2.5,
    )
    drawn = shapes_layer(
        ground.display(demand),
        style=style,
        pane="gp-shapes",
        classes=index,
        tips=_tips(demand, asked),
        canvas=points and len(demand) > CANVAS_FROM,
    )
    return [drawn], False


def _tips(demand: "GeoDataFrame", asked: Request) -> list[Tip]:
    """Say how many categories a place has near, which it lacks, and how far each is."""
    lang, names = asked.lang, _names(asked)
    shown = next(one for one in asked.result.measures if one.denominator_unit != "m2")
    comma = "、" if lang == "zh" else ", "
    spoken = {name: term("part", name, lang) for name in names}
    everything = say("legend.categories_all", lang, count=len(names))
    found, which = np.unique(demand["missing"].to_numpy(dtype=str), return_inverse=True)
    worded = [comma.join(spoken[name] for name in text.split(", ") if name) for text in found]
    worded = [
        everything if text.count(", ") == len(names) - 1 and text else said
        for text, said in zip(found.tolist(), worded, strict=True)
    ]
    lacks = [worded[one] for one in which]
    tips = [
        Tip(
            capital(say("tip.count", lang)),
            [_count_words(int(count), len(names), lang) for count in demand["category_count"]],
        ),
        Tip(
            capital(say("tip.missing", lang)),
            [text or say("tip.nothing", lang) for text in lacks],
        ),
        Tip(
            capital(term("denominator", shown.of, lang)),
            [numbers.amount(one, shown.numerator_unit, lang) for one in demand["amount"]],
        ),
    ]
    for name in names:
        metres = demand[f"distance_{name}_m"].tolist()
        texts = [numbers.distance(one, lang) if np.isfinite(one) else "–" for one in metres]
        tips.append(Tip(capital(term("part", name, lang)), texts))
    return tips


def _near_part(measure: "Measure", asked: Request, ground: "Ground") -> list[Part]:
    """Draw where one category is near, or all of them are, and the demand that lacks it."""
    lang = asked.lang
    words = term("part", measure.part, lang)
    drawn: list[folium.Element] = []
    blocks = []
    reach = reach_of(asked.result, measure.part, ground)
    if reach is not None:
        drawn.append(reach.drawn)
        near = capital(say("legend.near", lang, part=words))
        entry = LegendEntry(reach.colour, near, reach.area, reach.symbol)
        blocks.append(LegendBlock(say_on_maps("legend.served", lang), (entry,)))
    lacking, shown = _lacking(measure.part, asked)
    if lacking is not None and len(lacking):
        beyond = say_on_maps("legend.unserved_other", lang)
        layer, block = unserved_layer(lacking, shown, ground, beyond=beyond)
        drawn.append(layer)
        blocks.append(block)
    if not drawn:
        return []
    together = group(
        say("theme.category", lang, part=words),
        [*drawn, labels(measure, ground, asked.goal_of(measure))],
    )
    own = tuple(
        LegendBlock(one.title, one.entries, one.unit, one.note, (together.get_name(),))
        for one in blocks
    )
    return [Part(together, "theme", blocks=own)]


def _lacking(part: str, asked: Request) -> "tuple[GeoDataFrame | None, Measure]":
    """Take the demand that lacks one category, and the measure that it is the demand of."""
    layers, measures = asked.result.layers, asked.result.measures
    first = asked.result.measure(measures[0].of, part)
    if "demand" not in layers:
        return (layers.get("unserved") if part == ALL else None), first
    demand = layers["demand"]
    shown = next(one for one in measures if one.denominator_unit != "m2" and one.part == part)
    missing = demand["amount"] * (1 - demand[f"served_{part}_share"].clip(0, 1))
    lacking = demand[["amount", "geometry"]].assign(unserved_amount=missing)
    return lacking[missing > 0], shown


def _facilities_part(facilities: "GeoDataFrame", asked: Request, ground: "Ground") -> Part:
    lang, names = asked.lang, _names(asked)
    position = {name: number for number, name in enumerate(names)}
    index = np.array([position[name] for name in facilities["category"]], dtype=int)
    words = [capital(term("part", name, lang)) for name in names]
    return dots_part(
        facilities,
        ground,
        title=capital(term("layer", "facilities", lang)),
        classes=index,
        looks=[(_CATEGORIES[i % len(_CATEGORIES)], word) for i, word in enumerate(words)],
        tips=[
            Tip(capital(term("layer", "facilities", lang)), names_of(facilities).tolist()),
            Tip(say("tip.category", lang), [words[one] for one in index]),
        ],
    )
