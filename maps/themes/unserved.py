"""The served ground, and the demand out of reach: rest of the land, cells, places by amount."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.core import numbers
from geoplan.core.terms import term
from geoplan.maps.page.boxes import LegendBlock, LegendEntry
from geoplan.maps.page.classes import Classes, make_classes
from geoplan.maps.page.district_layers import class_entries
from geoplan.maps.page.folium_layers import Style, shapes_layer
from geoplan.maps.page.grid_overlay import (
    GRID_PICTURE_FROM,
    PICTURE_FROM,
    overlay,
    picture_of,
    picture_of_grid,
)
from geoplan.maps.page.grids import Grid, grid_of
from geoplan.maps.page.simplify import dissolved
from geoplan.maps.page.words import capital, say

if TYPE_CHECKING:
    import folium
    from geopandas import GeoDataFrame

    from geoplan.core.results import Measure, Result
    from geoplan.maps.page.ground import Ground

SERVED, SERVED_RIM = "#9ebfdc", "#5f93bf"
UNSERVED_LAND = "#f6c9a3"
_M2_PER_KM2 = 1e6


def served_layer(served: "GeoDataFrame", ground: "Ground") -> "folium.GeoJson":
    """
    Draw what is within reach as one calm area.

    Parameters
    ----------
    served : GeoDataFrame, rows of Polygon or MultiPolygon
        The catchment inside the districts.
    ground : Ground
        What it lies on.

    Returns
    -------
    folium.GeoJson
        Pieces that touch are joined: district borders do not cut it.
    """
    style = Style(fill=SERVED, fill_opacity=0.78, stroke=SERVED_RIM, width_px=0.6)
    return shapes_layer(ground.display(dissolved(served)), style=style, pane="gp-theme")


def served_area(served: "GeoDataFrame", result: "Result", part: str, lang: str) -> str:
    """
    Write the area within reach: as measured, or of what is drawn where land was not measured.

    Empty along streets whose width the plan does not state: there the band is a drawing only.
    """
    for measure in result.measures:
        if (measure.of, measure.part) == ("land", part):
            return numbers.amount(measure.numerator, "m2", lang)
    facts = result.definition
    if facts.get("distance") == "network" and facts.get("land_width_m") is None:
        return ""
    return numbers.amount(float(served.area.sum()), "m2", lang)


def unserved_layer(
    unserved: "GeoDataFrame", measure: "Measure", ground: "Ground", *, beyond: str
) -> "tuple[folium.Element, LegendBlock]":
    """
    Draw the demand out of reach, and explain it.

    Parameters
    ----------
    unserved : GeoDataFrame
        The rest of the land (no amounts), or demand units with ``amount`` and ``unserved_amount``.
    measure : Measure
        The measure that they are the demand of.
    ground : Ground
        What it lies on.
    beyond : str
        Words for land out of reach.

    Returns
    -------
    tuple of folium layer and LegendBlock
        The block's layers are for the caller to name.
    """
    if "unserved_amount" not in unserved:
        return _rest_of_land(unserved, measure, ground, beyond)
    amount = unserved["unserved_amount"].to_numpy(dtype=float)
    units = unserved[amount > 0]
    points = shapely.get_dimensions(units.geometry.to_numpy()) == 0
    if len(units) and points.all():
        return _places(units, measure, ground)
    return _cells(units, measure, ground)


def _title(measure: "Measure", lang: str) -> str:
    return capital(say("legend.unserved", lang, of=term("denominator", measure.of, lang)))


def _rest_of_land(
    unserved: "GeoDataFrame", measure: "Measure", ground: "Ground", beyond: str
) -> "tuple[folium.Element, LegendBlock]":
    lang = ground.lang
    missing = measure.denominator - measure.numerator
    entry = LegendEntry(
        UNSERVED_LAND, capital(beyond), numbers.amount(missing, measure.numerator_unit, lang)
    )
    block = LegendBlock(_title(measure, lang), (entry,))
    if len(unserved) > PICTURE_FROM:
        picture = picture_of(unserved, np.zeros(len(unserved), dtype=int))
        return overlay(picture, [UNSERVED_LAND], pane="gp-theme"), _pictured(block, lang)
    style = Style(fill=UNSERVED_LAND, fill_opacity=0.85)
    drawn = shapes_layer(ground.display(dissolved(unserved)), style=style, pane="gp-theme")
    return drawn, block


def _places(
    units: "GeoDataFrame", measure: "Measure", ground: "Ground"
) -> "tuple[folium.Element, LegendBlock]":
    lang = ground.lang
    amount = units["unserved_amount"].to_numpy(dtype=float)
    classes = make_classes(amount, unit=measure.numerator_unit, ramp="Reds", at_most=4)
    style = Style(
        fill=classes.colors, stroke="#ffffff", width_px=0.5, radius_px=_radius(len(units))
    )
    drawn = shapes_layer(
        ground.display(units), style=style, pane="gp-over", classes=classes.index(amount)
    )
    counted = measure.numerator_unit == "count"
    unit = "" if counted else _unit_per(measure, "place", lang)
    entries = class_entries(classes, amount, lang)
    if counted and len(entries) == 1:
        other = capital(say("legend.unserved_other", lang))
        entries = (LegendEntry(entries[0].colour, other, len(units)),)
    note = capital(say("legend.places", lang))
    return drawn, LegendBlock(_title(measure, lang), entries, unit=unit, note=note)


def _radius(count: int) -> float:
    return 4.0 if count < 500 else 2.5 if count < 5_000 else 1.6


def _unit_per(measure: "Measure", what: str, lang: str) -> str:
    label = numbers.unit_label(measure.numerator_unit, lang)
    return say(f"legend.per_{what}", lang, unit=label) if label else ""


def _cells(
    units: "GeoDataFrame", measure: "Measure", ground: "Ground"
) -> "tuple[folium.Element, LegendBlock]":
    lang = ground.lang
    amount = units["unserved_amount"].to_numpy(dtype=float)
    grid = grid_of(units)
    if grid is not None:
        cells = grid.sums(amount)
        classes = _classes(cells, measure.numerator_unit)
        picture = picture_of_grid(grid, classes.index(cells))
        block = _block(classes, cells[~np.isnan(cells)], measure, lang, grid)
        block = _pictured(block, lang)
        return overlay(picture, classes.colors, pane="gp-over"), block
    area = shapely.area(units.geometry.to_numpy())
    alike = len(area) and np.percentile(area, 90) < 1.5 * np.percentile(area, 10)
    values = amount if alike else amount / (area / _M2_PER_KM2)
    classes = _classes(values, measure.numerator_unit)
    index = classes.index(values)
    block = _block(
        classes, values, measure, lang, None if not alike else math.sqrt(np.median(area))
    )
    if len(units) > GRID_PICTURE_FROM:
        burnt = picture_of(units, index)
        return overlay(burnt, classes.colors, pane="gp-over"), _pictured(block, lang)
    style = Style(fill=classes.colors, fill_opacity=0.85)
    drawn = shapes_layer(ground.display(units), style=style, pane="gp-over", classes=index)
    return drawn, block


def _classes(values: Any, unit: str) -> Classes:  # noqa: ANN401 (array_like)
    return make_classes(values, unit=unit, ramp="Reds", at_most=4)


def _block(
    classes: Classes,
    values: "np.ndarray[Any, Any]",
    measure: "Measure",
    lang: str,
    cell: Grid | float | None,
) -> LegendBlock:
    entries = class_entries(classes, values, lang)
    if cell is None:
        return LegendBlock(
            _title(measure, lang),
            entries,
            unit=_unit_per(measure, "km2", lang),
            note=capital(say("legend.units", lang)),
        )
    size = cell.size_m if isinstance(cell, Grid) else cell
    note = say("legend.cells", lang, size=numbers.distance(_round(size), lang))
    return LegendBlock(
        _title(measure, lang), entries, unit=_unit_per(measure, "cell", lang), note=capital(note)
    )


def _pictured(block: LegendBlock, lang: str) -> LegendBlock:
    """Say in the legend that a layer was drawn as a picture."""
    separator = "；" if lang == "zh" else "; "
    notes = [note for note in (block.note, say("legend.picture", lang)) if note]
    return replace(block, note=capital(separator.join(notes)))


def _round(size_m: float) -> float:
    return float(f"{size_m:.3g}")
