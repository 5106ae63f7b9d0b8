"""What was measured inside the districts: red lines, green parcels, parks, by category."""

from dataclasses import replace
from typing import TYPE_CHECKING

import folium
import numpy as np
import shapely

from geoplan.core import numbers
from geoplan.core.terms import term
from geoplan.maps.page.boxes import LegendBlock, LegendEntry
from geoplan.maps.page.district_layers import labels
from geoplan.maps.page.folium_layers import Style, Tip, group, shapes_layer
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.words import capital, say

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.core.results import Measure, Result
    from geoplan.maps.page.ground import Ground
    from geoplan.maps.page.target_words import Goal

GREEN, RED_LINE, REST = "#74b77c", "#b2182b", "#b4b9be"

# Paul Tol's "muted" scheme, distinct under every common colour blindness; green first, since most
# of what is drawn here is green.
PALETTE = (
    "#44a06a",
    "#ddcc77",
    "#88ccee",
    "#332288",
    "#cc6677",
    "#999933",
    "#aa4499",
    "#1f6f78",
)
_CATEGORIES = ("category", "class_code")
_MOST_NAMED = 2_000
# Of parcels only some are green; a tooltip on the others would say nothing of the measure.
_NAMED = ("red_lines", "lines", "parks")
_SUBJECTS = ("red_lines", "lines", "parcels", "parks", "areas")


def areas_part(result: "Result", ground: "Ground", measure: "Measure", goal: "Goal") -> list[Part]:
    """
    Draw the polygons that were measured, coloured by category.

    Parameters
    ----------
    result : Result
        With a layer ``areas``: what lies inside the districts, with ``category`` or ``class_code``.
    ground : Ground
        What they lie on.
    measure, goal : Measure and Goal
        What the labels say.

    Returns
    -------
    list of Part
        One theme; none when the result has no such layer. The legend gives the area per category,
        which adds up to the numerators. Above eight categories the smallest share one colour,
        which the legend says by its count. Polygons with names of their own have tooltips.
    """
    areas = result.layers.get("areas")
    if areas is None or areas.empty:
        return []
    lang = ground.lang
    index, entries = _classed(areas, lang)
    title = capital(term("layer", _source(result), lang))
    if len(entries) == 1 and entries[0].label == say("legend.no_category", lang):
        entries = (replace(entries[0], label=title),)
    rim = RED_LINE if result.analysis == "red_line_share" else "#4f7f58"
    style = Style(
        fill=tuple(entry.colour for entry in entries),
        fill_opacity=0.75,
        stroke=rim,
        width_px=1.1,
    )
    # District borders do not cut what is drawn, though they cut what is measured.
    whole = areas[["geometry"]].dissolve(by=index)
    drawn = [
        shapes_layer(ground.display(whole), style=style, pane="gp-theme", classes=whole.index),
        *_named(result, ground),
    ]
    name = say("theme.areas", lang)
    together = group(name, [*drawn, labels(measure, ground, goal)])
    block = LegendBlock(title, entries, layers=(together.get_name(),))
    return [Part(together, "theme", blocks=(block,))]


def _source(result: "Result") -> str:
    """Name the layer that was measured, as the plan does."""
    given = (result.definition.get(kind) for kind in _SUBJECTS)
    return next((str(name) for name in given if isinstance(name, str)), _SUBJECTS[-1])


def _classed(areas: "GeoDataFrame", lang: str) -> "tuple[np.ndarray, tuple[LegendEntry, ...]]":
    import pandas as pd

    column = next((name for name in _CATEGORIES if name in areas), None)
    words = (
        ["" for _ in range(len(areas))] if column is None else areas[column].astype(str).tolist()
    )
    area_m2 = pd.Series(shapely.area(areas.geometry.to_numpy()))
    sums = area_m2.groupby(np.asarray(words, dtype=object)).sum().sort_values(ascending=False)
    kept = list(sums.index[: len(PALETTE)])
    position = {word: number for number, word in enumerate(kept)}
    index = np.asarray([position.get(word, len(kept)) for word in words])
    colours = PALETTE if len(kept) > 1 else (GREEN,)
    entries = [
        LegendEntry(colour, _category(word, lang), numbers.amount(float(sums[word]), "m2", lang))
        for colour, word in zip(colours, kept, strict=False)
    ]
    if len(sums) > len(kept):
        rest = sums.iloc[len(kept) :]
        label = say("legend.other_categories", lang, count=len(rest))
        entries.append(LegendEntry(REST, label, numbers.amount(float(rest.sum()), "m2", lang)))
    return index, tuple(entries)


def _category(word: str, lang: str) -> str:
    return word or say("legend.no_category", lang)


def _named(result: "Result", ground: "Ground") -> list[folium.GeoJson]:
    """Lay the source polygons over the map without colour, where they have names to show."""
    source = next((result.layers[kind] for kind in _NAMED if kind in result.layers), None)
    if source is None or "name" not in source:
        return []
    named = source[source["name"].fillna("").astype(str) != ""]
    if named.empty or len(named) > _MOST_NAMED:
        return []
    lang = ground.lang
    area_m2 = shapely.area(named.geometry.to_numpy()).tolist()
    title = capital(term("layer", _source(result), lang))
    tips = [
        Tip(title, named["name"].astype(str).tolist()),
        Tip(say("tip.area", lang), [numbers.amount(area, "m2", lang) for area in area_m2]),
    ]
    if "category" in named:
        words = named["category"].fillna("").astype(str)
        tips.append(Tip(say("tip.category", lang), [_category(word, lang) for word in words]))
    style = Style(fill="#ffffff", fill_opacity=0.0)
    shown = ground.display(named)
    return [shapes_layer(shown, style=style, pane="gp-shapes", tips=tips, hover="#23282d")]
