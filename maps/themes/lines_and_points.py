"""What was measured, over the districts: lines by class, facilities, objects that pass or fail."""

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.core import numbers
from geoplan.core.terms import term
from geoplan.maps.page.boxes import LegendEntry
from geoplan.maps.page.classes import MET, MISSED
from geoplan.maps.page.facility_layers import objects_part
from geoplan.maps.page.folium_layers import Style, group, shapes_layer
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.words import capital, say
from geoplan.maps.themes.areas import PALETTE, REST

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.core.results import Result
    from geoplan.maps.page.ground import Ground

_INK = "#33414d"
_STANDING = {"yes": MET, "no": MISSED, "unknown": REST}
_FACILITIES = ("service_radius", "provision")


def measured_parts(result: "Result", ground: "Ground") -> list[Part]:
    """
    Draw what was measured of lengths, radii, provision and attribute shares.

    Parameters
    ----------
    result : Result
        With a layer ``lines_inside`` (by ``class``), ``objects`` (by ``has_it``) or ``facilities``.
    ground : Ground
        What they lie on.

    Returns
    -------
    list of Part
        One layer, or two where lines were added; none for other analyses. The legend gives the
        length per class, or the number of objects that pass and fail.
    """
    layers = result.layers
    if result.analysis == "length_and_density":
        parts = [_lines(layers["lines_inside"], result, ground)]
        if len(layers.get("added", ())):
            parts.append(_added(layers["added"], ground))
        return parts
    if result.analysis == "attribute_share" and len(layers["objects"]):
        return [_objects(layers["objects"], result, ground)]
    if result.analysis in _FACILITIES and len(layers["facilities"]):
        return [objects_part(layers["facilities"], ground, title=_title(result, ground))]
    return []


def _title(result: "Result", ground: "Ground") -> str:
    facts = result.definition
    named = next(facts[key] for key in ("lines", "facilities", "objects") if key in facts)
    return capital(term("layer", str(named), ground.lang))


def _lines(layer: "GeoDataFrame", result: "Result", ground: "Ground") -> Part:
    title, lang = _title(result, ground), ground.lang
    length_m = layer.groupby("class")["length_m"].sum().sort_values(ascending=False)
    place = {name: min(row, len(PALETTE)) for row, name in enumerate(length_m.index)}
    colours = (*PALETTE, REST) if len(length_m) > 1 else (_INK,)
    index = layer["class"].map(place).to_numpy(dtype=int)
    parts = [
        shapes_layer(
            ground.display(layer[index == number]),
            style=Style(stroke=colours[number], width_px=1.8),
            pane="gp-lines",
        )
        for number in np.unique(index)
    ]
    entries = tuple(
        LegendEntry(
            colours[place[name]],
            _label(name, title, lang),
            numbers.amount(float(metres), "m", lang),
            "line",
        )
        for name, metres in length_m.items()
        if place[name] < len(PALETTE)
    )
    return Part(group(title, parts), "layer", entries=entries)


def _label(name: str, title: str, lang: str) -> str:
    return term("part", name, lang) if name else title


def _added(layer: "GeoDataFrame", ground: "Ground") -> Part:
    title = capital(term("part", "added", ground.lang))
    style = Style(stroke=MISSED, width_px=3.0)
    drawn = shapes_layer(ground.display(layer), style=style, pane="gp-lines")
    length = numbers.amount(float(layer["length_m"].sum()), "m", ground.lang)
    entry = LegendEntry(MISSED, title, length, "line")
    return Part(group(title, [drawn], show=False), "layer", entries=(entry,))


def _objects(layer: "GeoDataFrame", result: "Result", ground: "Ground") -> Part:
    title, lang = _title(result, ground), ground.lang
    kinds = shapely.get_dimensions(layer.geometry.to_numpy())
    symbol = {0: "point", 1: "line"}.get(int(kinds.max()), "area")
    standing = layer["has_it"].to_numpy(dtype=object)
    parts, entries = [], []
    for word, colour in _STANDING.items():
        mine = layer[standing == word]
        if mine.empty:
            continue
        stroke = "#ffffff" if symbol == "point" else colour
        style = Style(
            fill="" if symbol == "line" else colour,
            fill_opacity=1.0 if symbol == "point" else 0.5,
            stroke=stroke,
            width_px=0.8 if symbol == "point" else 1.8,
            radius_px=4.0,
        )
        canvas = symbol == "point" and len(mine) > 1000
        pane = "gp-objects" if symbol == "point" else "gp-lines"
        shown = ground.display(mine)
        parts.append(shapes_layer(shown, style=style, pane=pane, canvas=canvas))
        label = f"{title}{'：' if lang == 'zh' else ': '}{say(f'standing.{word}', lang)}"
        entries.append(LegendEntry(colour, label, len(mine), symbol))  # type: ignore[arg-type]
    return Part(group(title, parts), "layer", entries=tuple(entries))
