"""What is written on a picture: its title, labels of districts, legend and foot."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from geoplan.core.notices import Notice
from geoplan.core.numbers import value_text
from geoplan.core.ranges import range_text
from geoplan.core.texts import text
from geoplan.maps.page.classes import MET, MISSED
from geoplan.maps.page.safe import visible
from geoplan.maps.page.words import default_title
from geoplan.maps.pictures.fonts import PACKAGES, installed_cjk, needs_cjk
from geoplan.maps.pictures.furniture import (
    INK,
    SOFT,
    Label,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    from geoplan.core.results import Measure, Result

WIDTH_IN = 10.0
"""Width of every picture, in inches."""

_JUDGED = {
    "met": "static.met", "missed": "static.missed", "undecidable": "static.undecidable"
}  # fmt: skip
_MARKS = {"met": "✓", "missed": "✗", "undecidable": "◇"}

LABEL_MARGIN = 0.02
"""How near to the edge of a map a label may stand, as a share of its size."""

LABEL_PT = (7.5, 6.0)
"""Sizes of labels in points: the first that finds room."""


@dataclass(frozen=True)
class PictureWords:
    """Title, subtitle and names in a language that the fonts at hand can draw, and why if not."""

    title: str
    subtitle: str
    names: list[str]
    lang: str
    notices: tuple[Notice, ...]


def picture_words(
    result: "Result", measure: "Measure", lang: str, heads: tuple[str, str]
) -> PictureWords:
    """Choose the words: in English, or by number, what no installed font can draw."""
    title, subtitle = (visible(head) for head in heads)
    title = title or default_title(result, lang)
    table = measure.districts
    keys = [visible(key) for key in table["district_id"]]
    names = [visible(name) or key for name, key in zip(table["name"], keys, strict=True)]
    words = PictureWords(title, subtitle, names, lang, ())
    lacking = lang == "zh" or any(map(needs_cjk, (title, subtitle, *names)))
    if installed_cjk() or not lacking:
        return words
    return dataclasses.replace(
        words,
        title=default_title(result, "en") if needs_cjk(title) else title,
        subtitle="" if needs_cjk(subtitle) else subtitle,
        names=[
            name if not needs_cjk(name) else f"#{k}" if needs_cjk(key) else key
            for k, (name, key) in enumerate(zip(names, keys, strict=True), start=1)
        ],
        lang="en",
        notices=(Notice("no_cjk_font", title, values={"packages": PACKAGES}),),
    )


def is_inside(label: Label, window: tuple[float, float, float, float]) -> bool:
    """Tell whether a label stands in a window of west, south, east, north."""
    west, south, east, north = window
    return west <= label.x <= east and south <= label.y <= north


def write_heads(
    figure: "Figure", words: PictureWords, result: "Result", total_in: float, omitted: int
) -> None:
    """Write title, subtitle and foot, which counts the labels that found no room."""
    left = 0.25 / WIDTH_IN
    figure.text(
        left, 1 - 0.3 / total_in, words.title, fontsize=14, fontweight="bold", color=INK,
        va="center",
    )  # fmt: skip
    figure.text(
        left, 1 - 0.6 / total_in, words.subtitle, fontsize=9.5, color=SOFT, va="center",
    )  # fmt: skip
    authority = result.districts.crs.to_authority()
    crs = ":".join(authority) if authority else result.districts.crs.name
    foot = text("static.foot", words.lang, crs=visible(crs))
    if omitted:
        foot = f"{foot} {text('static.omitted', words.lang, count=omitted)}"
    figure.text(left, 0.16 / total_in, foot, fontsize=8, color=SOFT, va="center")


def district_labels(
    result: "Result", measure: "Measure", words: PictureWords, standings: Mapping[str, str]
) -> list[Label]:
    """Make the label of every district: name, value or range, sign of its verdict."""
    shapes = result.districts.geometry.to_numpy()
    points = shapely.get_coordinates(shapely.point_on_surface(shapes))
    colors = {"met": MET, "missed": MISSED}
    labels = []
    for name, key, value, (low, high), (x, y), weight in zip(
        words.names,
        measure.districts["district_id"],
        measure.districts["value"],
        zip(measure.districts["low"], measure.districts["high"], strict=True),
        points,
        shapely.area(shapes),
        strict=True,
    ):
        standing = standings.get(key, "")
        mark = f"  {_MARKS[standing]}" if standing else ""
        between = range_text(low, high, measure.unit, words.lang)
        undecided = standing == "undecidable" or not math.isfinite(value)
        line = between if between and undecided else value_text(value, measure.unit, words.lang)
        labels.append(
            Label(x, y, f"{_short(name)}\n{line}{mark}", colors.get(standing, INK), float(weight))
        )
    return labels


def _short(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:21].rstrip()}…"


def draw_legend(
    figure: "Figure",
    entries: "list[Artist]",
    at: tuple[float, float],
    lang: str,
    *,
    judged: frozenset[str],
) -> None:
    """Draw the legend of a theme, and of the verdicts that stand on the picture."""
    from matplotlib.lines import Line2D

    if judged - {""}:
        # The sign is part of the label: as a marker it would come from another font.
        entries = [
            *entries,
            *(
                Line2D([], [], linestyle="", label=f"{_MARKS[standing]}  {text(key, lang)}")
                for standing, key in _JUDGED.items()
                if standing != "undecidable" or standing in judged
            ),
        ]
    figure.legend(
        handles=entries, loc="upper left", bbox_to_anchor=at, frameon=False, fontsize=8.5,
        title=text("static.legend", lang), title_fontproperties={"weight": "bold", "size": 9},
        alignment="left", labelcolor=INK, borderpad=0, labelspacing=0.55,
    )  # fmt: skip
