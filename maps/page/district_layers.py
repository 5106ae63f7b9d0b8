"""Districts on a map: tooltips, classes by value, labels with their verdicts."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import shapely

from geoplan.core import numbers
from geoplan.core.ranges import is_open, range_text, ranged_text
from geoplan.core.terms import term
from geoplan.core.texts import catalogue, text
from geoplan.maps.page.boxes import LegendBlock, LegendEntry
from geoplan.maps.page.classes import NO_DATA, Classes, Ramp, make_classes
from geoplan.maps.page.figure import DataIsland
from geoplan.maps.page.folium_layers import Style, Tip, group
from geoplan.maps.page.labels import OPEN_MARK, label_layer
from geoplan.maps.page.layer_groups import Part
from geoplan.maps.page.safe import visible
from geoplan.maps.page.shared_shapes import DistrictsLayer
from geoplan.maps.page.target_words import Goal
from geoplan.maps.page.words import (
    bound_of,
    capital,
    is_rate,
    measure_name,
    say,
    share_name,
    unknown_counts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geoplan.core.results import Measure
    from geoplan.maps.page.ground import Ground


@dataclass(frozen=True)
class Line:
    """
    One measure in the tooltips and panels of the districts.

    Parameters
    ----------
    measure : Measure
        What is said.
    goal : Goal
        Its target: digits are added that keep a value on its side of it.
    name : str
        What the measure is called; by default what it is a share of.
    """

    measure: "Measure"
    goal: Goal = field(default_factory=Goal)
    name: str = ""

    def spoken(self, lang: str) -> str:
        """Name the measure."""
        return self.name or measure_name(self.measure, lang)


def hit_layer(lines: "Sequence[Line]", ground: "Ground") -> DistrictsLayer:
    """
    Lay the districts over the map without colour: they carry tooltips, and panels on a click.

    Parameters
    ----------
    lines : sequence of Line
        One per measure, all of the same districts. A tooltip has value, numerator and denominator
        of each, with units; a panel its verdict too.
    ground : Ground
        The districts.

    Returns
    -------
    DistrictsLayer
        In the pane ``gp-hit``.
    """
    lang = ground.lang
    names = lines[0].measure.districts["name"].astype(str).tolist()
    tips = [Tip(capital(say("tip.district", lang)), names)]
    tips += [
        Tip(line.spoken(lang), fraction_texts(line.measure, lang, line.goal)) for line in lines
    ]
    style = Style(fill="#ffffff", fill_opacity=0.0)
    layer = DistrictsLayer(style=style, pane="gp-hit", tips=tips, hover="#23282d", panels=True)
    DataIsland("gp-panels", _panels(lines, names, ground)).add_to(layer)
    return layer


def _panels(lines: "Sequence[Line]", names: list[str], ground: "Ground") -> dict[str, Any]:
    """Gather what the panels say, as plain texts that the page never reads as markup."""
    lang = ground.lang
    at = [[lat, lon] for lon, lat in shapely.get_coordinates(ground.label_at.geometry).tolist()]
    return {
        "names": [visible(name) for name in names],
        "at": np.round(at, 5).tolist(),
        "lines": [
            {
                "name": visible(line.spoken(lang)),
                "values": value_texts(line.measure, lang, line.goal),
                "amounts": amount_texts(line.measure, lang),
                "target": visible(line.goal.words),
                "met": [
                    "open" if line.goal.is_open(key) else line.goal.of(key)
                    for key in line.measure.districts["district_id"]
                ],
            }
            for line in lines
        ],
    }


def amount_texts(measure: "Measure", lang: str) -> list[str]:
    """Write “numerator of denominator” of every district; of a plain amount nothing."""
    if not measure.denominator_unit:
        return [""] * len(measure.districts)
    return [
        say("panel.amounts", lang, numerator=over, denominator=under)
        for over, under in _amounts(measure, lang)
    ]


def _amounts(measure: "Measure", lang: str) -> "Iterator[tuple[str, str]]":
    """Write numerator and denominator of every district, each column in one unit."""
    table = measure.districts
    same = measure.numerator_unit == measure.denominator_unit
    over = numbers.scale_for(measure.numerator_unit, table["denominator" if same else "numerator"])
    under = numbers.scale_for(measure.denominator_unit, table["denominator"])
    for numerator, denominator in zip(table["numerator"], table["denominator"], strict=True):
        yield (
            numbers.amount(numerator, measure.numerator_unit, lang, scale=over),
            numbers.amount(denominator, measure.denominator_unit, lang, scale=under),
        )


def fraction_texts(measure: "Measure", lang: str, goal: Goal) -> list[str]:
    """Write value, numerator and denominator of every district, each column in one unit."""
    values = value_texts(measure, lang, goal)
    if not measure.denominator_unit:
        return values
    return [
        say("tip.fraction", lang, value=value, numerator=over, denominator=under)
        for value, (over, under) in zip(values, _amounts(measure, lang), strict=True)
    ]


def value_texts(measure: "Measure", lang: str, goal: Goal) -> list[str]:
    """Write the value of every district with its unit, and its range where it is open."""
    bound = bound_of(goal.text, measure.unit)
    columns = (measure.districts[name] for name in ("value", "low", "high"))
    return [
        ranged_text(value, low, high, measure.unit, lang, bound=bound)
        for value, low, high in zip(*columns, strict=True)
    ]


def bare_texts(measure: "Measure", lang: str, goal: Goal) -> list[str]:
    """Write the values for a place that names their unit elsewhere: only shares keep their sign."""
    if measure.unit == "1":
        return value_texts(measure, lang, goal)
    table = measure.districts
    scale = numbers.scale_for(measure.unit, table["value"])

    def written(value: float) -> str:
        return numbers.number(value / scale.factor, scale.decimals)

    return [
        text("numbers.ranged", lang, value=written(value),
             range=text("numbers.range", lang, low=written(low), high=written(high)))
        if is_open(low, high) else written(value)
        for value, low, high in zip(table["value"], table["low"], table["high"], strict=True)
    ]  # fmt: skip


def label_texts(measure: "Measure", lang: str, goal: Goal) -> list[str]:
    """Write what a label has room for: the value, or the range of what cannot be decided."""
    table, bound = measure.districts, bound_of(goal.text, measure.unit)
    values = (
        [numbers.value_text(value, "1", lang, bound=bound) for value in table["value"]]
        if measure.unit == "1"
        else bare_texts(replace(measure, districts=table.assign(low=0.0, high=0.0)), lang, goal)
    )
    ranges = [
        range_text(low, high, measure.unit, lang, bound=bound)
        for low, high in zip(table["low"], table["high"], strict=True)
    ]
    unknown = table["value"].isna()
    shown = zip(table["district_id"], values, ranges, unknown, strict=True)
    return [
        f"{between} {OPEN_MARK}" if goal.is_open(key)
        else between if between and nothing
        else value
        for key, value, between, nothing in shown
    ]  # fmt: skip


def labels(measure: "Measure", ground: "Ground", goal: Goal) -> folium.GeoJson:
    """Label the districts with name, value and the mark of the verdict, the largest first."""
    table, order = measure.districts, ground.order
    names = table["name"].to_numpy(dtype=object)
    ids = table["district_id"].to_numpy(dtype=object)
    values = np.asarray(label_texts(measure, ground.lang, goal), dtype=object)
    return label_layer(
        ground.label_at.iloc[order],
        names[order].tolist(),
        values[order].tolist(),
        [goal.of(district) for district in ids[order]],
    )


def share_part(
    measure: "Measure",
    ground: "Ground",
    goal: Goal,
    *,
    analysis: str,
    ramp: Ramp = "Blues",
    name: str = "",
) -> Part:
    """
    Colour the districts by class of their value.

    Parameters
    ----------
    measure : Measure
        What to show.
    ground : Ground
        The districts.
    goal : Goal
        Target of this measure; its number becomes a class limit, so that the colour changes where
        the verdict does.
    analysis : str
        Name of the analysis: it words the legend.
    ramp : Ramp
        Colours.
    name : str
        What theme and legend are called; by default from the measure.

    Returns
    -------
    Part
        A theme with its legend: classes with the number of districts in each.
    """
    lang = ground.lang
    values = measure.districts["value"].to_numpy()
    bound = bound_of(goal.text, measure.unit)
    classes = make_classes(values, unit=measure.unit, ramp=ramp, include=bound)
    index = classes.index(values)
    index = np.where(index < 0, len(classes.colors), index)
    style = Style(fill=(*classes.colors, NO_DATA), fill_opacity=0.88)
    areas = DistrictsLayer(style=style, pane="gp-theme", classes=index.tolist())
    together = group(
        name or theme_name(measure, lang, analysis=analysis),
        [areas, labels(measure, ground, goal)],
    )
    unknown = (
        LegendEntry(NO_DATA, capital(word), count)
        for word, count in unknown_counts(measure, lang).items()
    )
    block = LegendBlock(
        name or share_name(measure, lang, analysis=analysis),
        (*class_entries(classes, values[~np.isnan(values)], lang), *unknown),
        unit=classes.unit_label(lang),
        note=capital(say("legend.district_counts", lang)),
        layers=(together.get_name(),),
    )
    return Part(together, "theme", blocks=(block,))


def theme_name(measure: "Measure", lang: str, *, analysis: str) -> str:
    """Name the theme that colours districts by a measure."""
    if f"maps.by.{analysis}" in catalogue(lang):
        return say("theme.share", lang, of=say(f"by.{analysis}", lang))
    if is_rate(measure):
        return say("theme.share", lang, of=share_name(measure, lang, analysis=analysis))
    of = term("denominator", measure.of, lang)
    if not measure.part:
        return say("theme.share", lang, of=of)
    part = term("part", measure.part, lang)
    if measure.of == "land":
        return say("theme.share_part", lang, part=part)
    return say("theme.share_both", lang, of=of, part=part)


def class_entries(classes: Classes, values: "np.ndarray", lang: str) -> tuple[LegendEntry, ...]:
    """List the classes with how many values each holds; the unknown last, if there are any."""
    rows = zip(classes.colors, classes.labels(lang), classes.counts(values), strict=True)
    entries = tuple(LegendEntry(color, capital(label), count) for color, label, count in rows)
    unknown = int(np.isnan(values).sum())
    if not unknown:
        return entries
    return (*entries, LegendEntry(NO_DATA, capital(say("class.none", lang)), unknown))
