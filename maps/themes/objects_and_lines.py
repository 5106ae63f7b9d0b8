"""Where it is so: parks that hang together, natural shores, projects in zones, units by value."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import folium
import numpy as np
import shapely

from geoplan.core import numbers
from geoplan.core.terms import term
from geoplan.maps.page.boxes import LegendBlock, LegendEntry, Symbol
from geoplan.maps.page.classes import MISSED, Ramp, make_classes
from geoplan.maps.page.district_layers import class_entries, labels
from geoplan.maps.page.folium_layers import Style, Tip, group, names_of, shapes_layer
from geoplan.maps.page.grid_overlay import PICTURE_FROM, overlay, picture_of
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.words import capital, say
from geoplan.maps.themes.areas import PALETTE, REST

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

    from geoplan.core.results import Measure, Result
    from geoplan.maps.page.ground import Ground
    from geoplan.maps.page.target_words import Goal

_GAP = "#8d8d8d"
_ZONE, _ZONE_RIM = "#cfe3c4", "#7a9a6b"
_CLEAR = "#4f6d7a"
_SHORES = ("#1b7837", "#d9a441", "#8d8d8d")  # natural, partly, built
_WHOLLY = 0.999
_MOST_NAMED = 2_000

# Layer, column, unit (empty: as the result says) and colours of what has a value of its own.
_VALUED: "dict[str, tuple[str, str, str, Ramp]]" = {
    "canopy_in_parks": ("park_canopy", "canopy_share", "1", "Greens"),
    "runoff_coefficient": ("units", "coefficient", "number", "PuBu"),
    "provision": ("units", "deficit", "count", "Reds"),
    "weighted_mean": ("objects", "mean_value", "", "Purples"),
}

_Drawn = tuple[list[folium.Element], list[LegendEntry]]


def linked_parts(
    result: "Result", ground: "Ground", measure: "Measure", goal: "Goal"
) -> list[Part]:
    """
    Draw where what was measured lies, for analyses that tell it place by place.

    Parameters
    ----------
    result : Result
        Of connectivity, shores, the screening of zones; or with units that have a value each.
    ground : Ground
        What it lies on.
    measure, goal : Measure and Goal
        What the labels say.

    Returns
    -------
    list of Part
        One theme; none for other analyses.
    """
    draw = _KINDS.get(result.analysis)
    drawn, entries = draw(result, ground) if draw else _valued(result, ground)
    if not drawn:
        return []
    together = group(say("theme.areas", ground.lang), [*drawn, labels(measure, ground, goal)])
    title = say("theme.areas", ground.lang)
    block = LegendBlock(title, tuple(entries), layers=(together.get_name(),))
    return [Part(together, "theme", blocks=(block,))]


def _connected(result: "Result", ground: "Ground") -> _Drawn:
    """Colour parks and greenways by what they hang together with; the largest groups apart."""
    lang, layers = ground.lang, result.layers
    parks = layers["parks"]
    if parks.empty:
        return [], []
    numbers_, count = np.unique(parks["component"], return_counts=True)
    alone = set(numbers_[count == 1].tolist())
    # Groups of one park would use up the colours; the numbers ascend with falling area.
    kept = [number for number in numbers_.tolist() if number not in alone][: len(PALETTE)]
    place = {number: row for row, number in enumerate(kept)}
    drawn: list[folium.Element] = []
    for name, pane, width in (("links", "gp-lines", 2.4), ("parks", "gp-over", 0.8)):
        if name in layers and len(layers[name]):
            index = layers[name]["component"].map(place).fillna(len(kept)).astype(int)
            drawn += _coloured(layers[name], index, ground, pane=pane, width_px=width)
    area = shapely.area(parks.geometry.to_numpy())
    row_of = parks["component"].map(place).fillna(len(kept)).astype(int).to_numpy()
    entries = [
        LegendEntry(
            PALETTE[row],
            say("linked.group", lang, number=row + 1, count=int((row_of == row).sum())),
            numbers.amount(float(area[row_of == row].sum()), "m2", lang),
        )
        for row in range(len(kept))
    ]
    if (row_of == len(kept)).any():
        rest = float(area[row_of == len(kept)].sum())
        entries.append(
            LegendEntry(REST, say("linked.alone", lang), numbers.amount(rest, "m2", lang))
        )
    for name, colour, symbol in (("gaps", _GAP, "dashed"), ("crossings", MISSED, "point")):
        layer = layers.get(name)
        if layer is None or layer.empty:
            continue
        style = Style(stroke=_GAP, width_px=1.6, dash="2 5")
        if symbol == "point":
            style = Style(fill=MISSED, stroke="#ffffff", width_px=1.0, radius_px=4.0)
        tips = _gap_tips(layer, lang) if name == "gaps" else []
        drawn.append(shapes_layer(ground.display(layer), style=style, pane="gp-shapes", tips=tips))
        entries.append(LegendEntry(colour, say(f"linked.{name}", lang), len(layer), symbol))  # type: ignore[arg-type]
    return drawn, entries


def _gap_tips(layer: "GeoDataFrame", lang: str) -> list[Tip]:
    lengths = [numbers.distance(float(metres), lang) for metres in layer["gap_m"]]
    return [Tip(say("linked.gaps", lang), lengths)]


def _coloured(
    layer: "GeoDataFrame",
    index: "pd.Series[int]",
    ground: "Ground",
    *,
    pane: str,
    width_px: float,
) -> list[folium.Element]:
    """Draw shapes by class, each class as one: outlines carry the colour too."""
    rows = np.asarray(index, dtype=int)
    colours = (*PALETTE, REST)
    return [
        shapes_layer(
            ground.display(layer[rows == row]),
            style=Style(
                fill=colours[min(row, len(PALETTE))] if _symbol(layer) == "area" else "",
                fill_opacity=0.75,
                stroke=colours[min(row, len(PALETTE))],
                width_px=width_px,
            ),
            pane=pane,
        )
        for row in np.unique(rows)
    ]


def _symbol(layer: "GeoDataFrame") -> Symbol:
    dimension = int(shapely.get_dimensions(layer.geometry.to_numpy()).max(initial=0))
    symbols: tuple[Symbol, ...] = ("point", "line", "area")
    return symbols[dimension]


def _shores(result: "Result", ground: "Ground") -> _Drawn:
    """Draw shores by the natural share of their banks: all, part or none."""
    shores, lang = result.layers["shores"], ground.lang
    share = shores["natural_share"].to_numpy(dtype=float)
    length = shapely.length(shores.geometry.to_numpy())
    drawn: list[folium.Element] = []
    entries: list[LegendEntry] = []
    ways = (share >= _WHOLLY, (share > 0) & (share < _WHOLLY), share <= 0)
    for kind, colour, mine in zip(("natural", "partly", "built"), _SHORES, ways, strict=True):
        if not mine.any():
            continue
        style = Style(stroke=colour, width_px=3.2)
        drawn.append(shapes_layer(ground.display(shores[mine]), style=style, pane="gp-lines"))
        metres = numbers.amount(float(length[mine].sum()), "m", lang)
        entries.append(LegendEntry(colour, say(f"linked.{kind}", lang), metres, "line"))
    return drawn, entries


def _screened(result: "Result", ground: "Ground") -> _Drawn:
    """Draw the zones pale, and over them the projects that lie in one and those that do not."""
    lang, facts = ground.lang, result.definition
    zones, projects = result.layers["zones"], result.layers["projects"]
    drawn: list[folium.Element] = []
    entries: list[LegendEntry] = []
    if len(zones):
        style = Style(fill=_ZONE, fill_opacity=0.75, stroke=_ZONE_RIM, width_px=1.0)
        drawn.append(shapes_layer(ground.display(zones), style=style, pane="gp-theme"))
        title = capital(term("layer", str(facts.get("zones") or "zones"), lang))
        entries.append(LegendEntry(_ZONE, title, len(zones)))
    hit = projects["zone_count"].to_numpy() > 0
    for key, colour, mine in (("clear", _CLEAR, ~hit), ("hit", MISSED, hit)):
        layer = projects[mine]
        if layer.empty:
            continue
        drawn += _projects(layer, colour, ground)
        entries.insert(
            0, LegendEntry(colour, say(f"linked.{key}", lang), len(layer), _symbol(layer))
        )
    return drawn, entries


def _projects(layer: "GeoDataFrame", colour: str, ground: "Ground") -> list[folium.Element]:
    lang, symbol = ground.lang, _symbol(layer)
    style = Style(
        fill="" if symbol == "line" else colour,
        fill_opacity=0.85,
        stroke="#ffffff" if symbol == "point" else colour,
        width_px=3.0 if symbol == "line" else 1.0,
        radius_px=4.5,
    )
    first, rest = layer.iloc[:_MOST_NAMED], layer.iloc[_MOST_NAMED:]
    tips = [
        Tip(capital(term("layer", "projects", lang)), names_of(first).tolist()),
        Tip(say("linked.zones", lang), [numbers.number(count) for count in first["zone_count"]]),
    ]
    drawn = [shapes_layer(ground.display(first), style=style, pane="gp-shapes", tips=tips)]
    if len(rest):
        drawn.insert(0, shapes_layer(ground.display(rest), style=style, pane="gp-over"))
    return list(drawn)


def _valued(result: "Result", ground: "Ground") -> _Drawn:
    """Colour the units or objects that have a value of their own by its class."""
    known = _VALUED.get(result.analysis)
    layer = result.layers.get(known[0]) if known else None
    if (
        known is None
        or layer is None
        or layer.empty
        or result.definition.get("units") == "districts"
    ):
        return [], []
    _, column, unit, ramp = known
    unit = unit or str(result.definition.get("value_unit") or "number")
    values = layer[column].to_numpy(dtype=float)
    classes = make_classes(values, unit=unit, ramp=ramp, at_most=4)
    index, symbol = classes.index(values), _symbol(layer)
    entries = list(class_entries(classes, values, ground.lang))
    if symbol == "area" and len(layer) > PICTURE_FROM and (index >= 0).any():
        picture = picture_of(layer, index)
        return [overlay(picture, classes.colors, pane="gp-over")], entries
    if symbol == "line":
        rows = [row for row in range(len(classes.colors)) if (index == row).any()]
        drawn = [
            shapes_layer(
                ground.display(layer[index == row]),
                style=Style(stroke=classes.colors[row], width_px=3.0),
                pane="gp-lines",
            )
            for row in rows
        ]
        return list(drawn), entries
    style = Style(
        fill=classes.colors, fill_opacity=0.85, stroke="#6b757e", width_px=0.6, radius_px=4.0
    )
    tips = _value_tips(layer, values, unit, ground) if len(layer) <= _MOST_NAMED else []
    shown = ground.display(layer)
    return [shapes_layer(shown, style=style, pane="gp-shapes", classes=index, tips=tips)], entries


def _value_tips(
    layer: "GeoDataFrame", values: Sequence[float], unit: str, ground: "Ground"
) -> list[Tip]:
    lang = ground.lang
    texts = [numbers.value_text(float(value), unit, lang) for value in values]
    return [
        Tip(say("linked.name", lang), names_of(layer).tolist()),
        Tip(say("linked.value", lang), texts),
    ]


_KINDS: "dict[str, Callable[[Result, Ground], _Drawn]]" = {
    "connectivity": _connected,
    "shoreline_share": _shores,
    "zone_screening": _screened,
}
