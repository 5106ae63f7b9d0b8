"""What was measured inside the districts: red lines, green parcels, parks, by category."""

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.core import numbers
from geoplan.maps.cards import LegendBlock, LegendEntry
from geoplan.maps.districts import labels, verdict_entries
from geoplan.maps.layers import Style, Tip, group, names_of, shapes_layer
from geoplan.maps.parts import Part
from geoplan.maps.words import capital, name_of, say

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.core.results import Measure, Result
    from geoplan.maps.basemap import Ground
    from geoplan.maps.goal import Goal

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
        which the legend says by its count.
    """
    areas = result.layers.get("areas")
    if areas is None or areas.empty:
        return []
    lang = ground.lang
    categories, index, entries = _classed(areas, lang)
    rim = RED_LINE if result.analysis == "red_line_share" else "#4f7f58"
    fills = tuple(entry.colour for entry in entries)
    drawn = shapes_layer(
        ground.display(areas),
        style=Style(fill=fills, fill_opacity=0.75, stroke=rim, width_px=1.1),
        pane="gp-shapes",
        classes=index,
        tips=_tips(areas, categories, lang),
    )
    name = say("theme.areas", lang)
    together = group(name, [drawn, labels(measure, ground, goal)])
    shown = (together.get_name(),)
    title = capital(name_of("layer", _source(result), lang))
    blocks = [LegendBlock(title, entries, layers=shown)]
    verdicts = verdict_entries(measure, goal, lang)
    if verdicts:
        blocks.append(LegendBlock(say("table.verdicts", lang), verdicts, layers=shown))
    return [Part(together, "theme", blocks=tuple(blocks))]


def _source(result: "Result") -> str:
    """Name the layer that was measured: it stands beside ``areas`` in the result."""
    names = [name for name in result.layers if name not in ("areas", "demand")]
    return str(result.definition.get("layer") or (names[0] if names else "facilities"))


def _classed(
    areas: "GeoDataFrame", lang: str
) -> "tuple[list[str], np.ndarray, tuple[LegendEntry, ...]]":
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
    return words, index, tuple(entries)


def _category(word: str, lang: str) -> str:
    return word or say("legend.no_category", lang)


def _tips(areas: "GeoDataFrame", categories: list[str], lang: str) -> list[Tip]:
    area_m2 = shapely.area(areas.geometry.to_numpy()).tolist()
    tips = [
        Tip(say("tip.district", lang), names_of(areas).tolist()),
        Tip(say("tip.area", lang), [numbers.amount(area, "m2", lang) for area in area_m2]),
    ]
    if any(categories):
        words = [_category(word, lang) for word in categories]
        tips.insert(0, Tip(say("tip.category", lang), words))
    return tips
