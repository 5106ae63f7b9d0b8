"""Maps of conflict: what stands inside lines, what they lost and gained, what is too near."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.core import numbers
from geoplan.core.errors import ParameterError
from geoplan.core.terms import term
from geoplan.maps.page.boxes import LegendBlock, LegendEntry, Symbol
from geoplan.maps.page.district_layers import labels, share_part
from geoplan.maps.page.district_rows import district_table
from geoplan.maps.page.facility_layers import Dot, objects_part
from geoplan.maps.page.finished_map import Request, finish, make_ground, ordered, request
from geoplan.maps.page.folium_layers import Style, Tip, group, names_of, shapes_layer
from geoplan.maps.page.grid_overlay import PICTURE_FROM, overlay, picture_of
from geoplan.maps.page.ground import Ground
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.map_page import MapPage
from geoplan.maps.page.words import capital, say

if TYPE_CHECKING:
    import folium
    from geopandas import GeoDataFrame

    from geoplan.core.results import Result
    from geoplan.maps.page.basemaps import Basemap

CONFLICTS = ("encroachment", "red_line_change", "buffer_conflict")
_INSIDE, _INSIDE_RIM = "#b2182b", "#67001f"
_LINE, _LINE_RIM = "#cfe3c4", "#7a9a6b"
_LOST, _GAINED, _SLIVER = "#d6604d", "#4393c3", "#8d8d8d"
_MOST_NAMED = 2_000
"""Objects that get a tooltip each; the others are drawn without, as one shape."""
_DOTTED_UP_TO = 400
"""Up to so many, objects get a dot each, so that small ones are seen."""


def conflict_map(  # noqa: PLR0913 (the parts of one page)
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
    Map encroachment, the change of red lines, or setbacks that are not kept.

    Parameters
    ----------
    result : Result
        From `geoplan.analyses.conflict.encroachment`, ``red_line_change`` or ``buffer_conflict``.
    of, part : str, optional
        The measure in front; the first that fits by default. The districts by every other measure
        of its part are themes too.
    title, lang, context, target_text, target_met, fictional, basemap
        As in `geoplan.maps.choropleth_map`.

    Returns
    -------
    MapPage
        With ``.html()`` and ``.save(path)``: one file that needs no internet.

    Raises
    ------
    ParameterError
        If the result is of another analysis, or has no such measure.
    CRSError
        If a layer of `context` is in another CRS than the districts.

    Notes
    -----
    What encroaches is drawn dark, over the pale ground of the lines. The 2,000 largest have
    tooltips; more are drawn as one shape, from 8,000 on as a picture, and the legend says so.
    """
    if result.analysis not in CONFLICTS:
        raise ParameterError(
            f"`result` is of {result.analysis!r}; conflict_map draws {', '.join(CONFLICTS)}. Use "
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
    parts = [_places(asked, ground)]
    parts += [
        share_part(
            measure, ground, asked.goal_of(measure), analysis=result.analysis, ramp="Oranges"
        )
        for measure in ordered(asked)
        if measure.part == asked.measure.part
    ]
    if "sources" in result.layers and len(result.layers["sources"]):
        parts.append(_sources(result, ground))
    table = district_table(asked.measure, ground, asked.goal, analysis=result.analysis)
    return finish(asked, ground, parts, table, places=_searched(result, lang))


def _places(asked: Request, ground: Ground) -> Part:
    """Draw where the conflicts lie."""
    lang, layers = asked.lang, asked.result.layers
    drawn: list[folium.Element] = []
    entries: list[LegendEntry] = []
    notes: list[str] = []
    for kind, colour, rim in (
        ("red_lines", _LINE, _LINE_RIM),
        ("slivers", _SLIVER, ""),
        ("loss", _LOST, ""),
        ("gain", _GAINED, ""),
        ("encroachments", _INSIDE, _INSIDE_RIM),
        ("conflicts", _INSIDE, _INSIDE_RIM),
    ):
        layer = layers.get(kind)
        if layer is None or layer.empty:
            continue
        more, entry, note = _shapes(kind, layer, (colour, rim), asked, ground)
        drawn += more
        entries.append(entry)
        notes += [note] if note else []
    name = say("theme.areas", lang)
    together = group(name, [*drawn, labels(asked.measure, ground, asked.goal)])
    separator = "；" if lang == "zh" else "; "
    block = LegendBlock(
        say("conflict.title", lang),
        tuple(reversed(entries)),
        note=capital(separator.join(notes)),
        layers=(together.get_name(),),
    )
    return Part(together, "theme", blocks=(block,))


def _shapes(
    kind: str, layer: "GeoDataFrame", colours: tuple[str, str], asked: Request, ground: Ground
) -> "tuple[list[folium.Element], LegendEntry, str]":
    lang, (colour, rim) = asked.lang, colours
    dimension = int(shapely.get_dimensions(layer.geometry.to_numpy()).max(initial=0))
    symbol: Symbol = ("point", "line", "area")[dimension]
    label = capital(_called(kind, asked))
    amount = numbers.amount(float(layer.area.sum()), "m2", lang) if symbol == "area" else len(layer)
    entry = LegendEntry(colour, label, amount, symbol)
    quiet = kind == "red_lines"
    style = Style(
        fill=colour if symbol != "line" else "",
        fill_opacity=0.75 if quiet else 0.9,
        stroke=(rim or colour) if symbol != "line" else colour,
        width_px={"area": 0.8, "line": 3.0, "point": 0.6}[symbol],
        radius_px=4.0,
    )
    if quiet:
        return [shapes_layer(_one(ground.display(layer)), style=style, pane="gp-theme")], entry, ""
    if len(layer) > PICTURE_FROM and symbol == "area":
        picture = picture_of(layer, np.zeros(len(layer), dtype=int))
        return [overlay(picture, [colour], pane="gp-over")], entry, say("legend.picture", lang)
    first, rest = layer.iloc[:_MOST_NAMED], layer.iloc[_MOST_NAMED:]
    tips = _tips(kind, first, asked)
    drawn: list[folium.Element] = [
        shapes_layer(ground.display(first), style=style, pane="gp-shapes", tips=tips)
    ]
    if kind in ("encroachments", "conflicts") and symbol == "area" and len(layer) <= _DOTTED_UP_TO:
        # A house in a city is smaller than a pixel; a dot says that it is there.
        dots = layer.set_geometry(layer.geometry.representative_point())
        dot = Style(fill=colour, fill_opacity=0.9, stroke="#ffffff", width_px=0.8, radius_px=4.5)
        drawn.append(shapes_layer(ground.display(dots), style=dot, pane="gp-objects", tips=tips))
    if rest.empty:
        return drawn, entry, ""
    drawn.insert(0, shapes_layer(_one(ground.display(rest)), style=style, pane="gp-over"))
    return drawn, entry, say("conflict.most_named", lang, count=numbers.number(_MOST_NAMED))


def _one(shown: "GeoDataFrame") -> "GeoDataFrame":
    """Bind rows without tooltips into one: one path for the browser, not many."""
    import geopandas as gpd

    merged = shapely.geometrycollections(shapely.get_parts(shown.geometry.to_numpy()))
    return gpd.GeoDataFrame(geometry=[merged], crs=shown.crs)


def _called(kind: str, asked: Request) -> str:
    facts, lang = asked.result.definition, asked.lang
    if kind == "red_lines":
        return term("layer", str(facts.get("lines") or facts.get("red_lines") or kind), lang)
    if kind == "encroachments":
        return say("conflict.inside", lang, objects=term("layer", str(facts["objects"]), lang))
    if kind == "conflicts":
        return say("conflict.near", lang, objects=term("layer", str(facts["sensitive"]), lang))
    return say(f"conflict.{kind}", lang)


def _tips(kind: str, layer: "GeoDataFrame", asked: Request) -> list[Tip]:
    lang = asked.lang
    names = names_of(layer).tolist()
    tips = [Tip(capital(_called(kind, asked)), names)]
    if "category" in layer:
        words = [
            word or say("legend.no_category", lang)
            for word in layer["category"].fillna("").astype(str)
        ]
        tips.append(Tip(say("tip.category", lang), words))
    unit = str(asked.result.definition.get("min_overlap_unit") or "m2")
    for column, key, in_unit in (
        ("amount", "tip.inside", unit),
        ("area_m2", "tip.area", "m2"),
        ("share", "tip.share", "1"),
        ("distance_m", "tip.distance", "m"),
        ("missing_m", "tip.missing", "m"),
    ):
        if column in layer and in_unit in ("m2", "m", "1"):
            texts = [numbers.value_text(value, in_unit, lang) for value in layer[column].tolist()]
            tips.append(Tip(say(key, lang), texts))
    return tips


def _sources(result: "Result", ground: Ground) -> Part:
    layer = result.layers["sources"]
    title = capital(term("layer", str(result.definition.get("sources") or "sources"), ground.lang))
    if not shapely.get_dimensions(layer.geometry.to_numpy()).any():
        return objects_part(layer, ground, title=title, dot=Dot("#ffffff", "#23282d", 4.0, 1.6))
    areal = bool((shapely.get_dimensions(layer.geometry.to_numpy()) == 2).all())
    fill = "#9aa3ad" if areal else ""
    style = Style(fill=fill, fill_opacity=0.6, stroke="#5b6670", width_px=1.6)
    drawn = shapes_layer(_one(ground.display(layer)), style=style, pane="gp-lines")
    entry = LegendEntry("#5b6670", title, len(layer), "line")
    return Part(group(title, [drawn]), "layer", entries=(entry,))


def _searched(result: "Result", lang: str) -> "dict[str, GeoDataFrame]":
    found = (result.layers.get(kind) for kind in ("encroachments", "conflicts"))
    return {say("conflict.place", lang): layer for layer in found if layer is not None}
