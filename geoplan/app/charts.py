"""Charts as inline SVG: ranked bars by district, with the target as a line."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

Standing = Literal["met", "missed", "undecidable", ""]

# Everything across is in percent of the width and everything down in pixels: the picture follows
# a telephone or a page of A4 without its letters growing or shrinking, which a viewBox cannot do.
_LABEL_END, _BAR_START, _BAR_END = 33.0, 34.5, 84.0
_ROW_PX, _DENSE_ROW_PX, _DENSE_FROM = 24, 17, 25
_TOP_PX, _BOTTOM_PX = 24, 22
_NAME_UNITS = 26
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MARKS = {"met": "✓", "missed": "✗", "undecidable": "?", "": ""}


@dataclass(frozen=True)
class Bar:
    """
    One bar.

    Parameters
    ----------
    name : str
        What it stands for.
    value : float
        Its length in the unit of the chart; NaN is unknown and gets no bar.
    label : str
        The value as text.
    standing : {"met", "missed", "undecidable", ""}
        How it stands to the target; empty without one.
    whole : bool
        Whether it is the whole study area, which is set apart.
    """

    name: str
    value: float
    label: str
    standing: Standing = ""
    whole: bool = False


@dataclass(frozen=True)
class Limit:
    """
    The target line.

    Parameters
    ----------
    value : float
        Where it stands, in the unit of the chart.
    label : str
        What is written above it.
    """

    value: float
    label: str


def ranked(bars: Sequence[Bar], *, highest_first: bool = False) -> list[Bar]:
    """
    Put bars in order: the whole first, then from the worst to the best, the unknown last.

    Parameters
    ----------
    bars : sequence of Bar
        In any order; equal ones keep theirs.
    highest_first : bool
        Whether a high value is a bad one.

    Returns
    -------
    list of Bar
        The same bars.

    Examples
    --------
    >>> [bar.name for bar in ranked([Bar("b", 2, ""), Bar("?", float("nan"), ""), Bar("a", 1, "")])]
    ['a', 'b', '?']
    """

    def place(bar: Bar) -> tuple[bool, bool, float]:
        known = math.isfinite(bar.value)
        height = bar.value if known else 0.0
        return not bar.whole, not known, -height if highest_first else height

    return sorted(bars, key=place)


def axis_ticks(largest: float, *, share: bool) -> list[float]:
    """
    Choose three to six round ticks from 0 to just above the largest value.

    Parameters
    ----------
    largest : float
        Largest value to show; NaN or less than 0 counts as 0.
    share : bool
        Whether the values are shares; a share above one half is shown on the whole of 0 to 1.

    Returns
    -------
    list of float
        Ascending, beginning with 0; the last is the end of the axis.

    Examples
    --------
    >>> axis_ticks(0.83, share=True), axis_ticks(18.2, share=False)
    ([0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 5.0, 10.0, 15.0, 20.0])
    """
    largest = max(largest, 0.0) if math.isfinite(largest) else 0.0
    if largest == 0 or (share and 0.5 < largest <= 1):
        return [0.0, 0.25, 0.5, 0.75, 1.0]
    power = 10.0 ** math.floor(math.log10(largest / 4))
    step = next(step * power for step in _STEPS if step * power * 4 >= largest * (1 - 1e-12))
    count = max(2, math.ceil(largest / step - 1e-9))
    return [float(f"{k * step:.12g}") for k in range(count + 1)]


def shorten(name: str, *, units: int = _NAME_UNITS) -> str:
    """
    Cut a name to what fits beside a bar; a Chinese character takes two units.

    Parameters
    ----------
    name : str
        The name.
    units : int
        Room, in widths of a Latin letter.

    Returns
    -------
    str
        The name, or its beginning and an ellipsis.

    Examples
    --------
    >>> shorten("Ang Mo Kio"), shorten("龙华街道办事处", units=8)
    ('Ang Mo Kio', '龙华街…')
    """
    widths = [2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in name]
    if sum(widths) <= units:
        return name
    room, kept = units - 1, 0
    for width in widths:
        room -= width
        if room < 0:
            break
        kept += 1
    return f"{name[:kept].rstrip()}…"


def ranked_bars(
    bars: Sequence[Bar],
    *,
    title: str,
    tick_labels: Sequence[str],
    ticks: Sequence[float],
    limit: Limit | None = None,
) -> Markup:
    """
    Draw horizontal bars, one to a district, as an SVG element.

    Parameters
    ----------
    bars : sequence of Bar
        In the order to draw them (`ranked`).
    title : str
        What the chart shows, for those who hear it instead.
    tick_labels, ticks : sequences of the same length
        The axis, from `axis_ticks`; the last tick is its end.
    limit : Limit, optional
        The target.

    Returns
    -------
    Markup
        The element, as wide as its container; every text in it is escaped. It carries classes
        for the style sheet and draws without script.
    """
    row_px = _DENSE_ROW_PX if len(bars) > _DENSE_FROM else _ROW_PX
    bottom = _TOP_PX + row_px * len(bars)
    height = bottom + _BOTTOM_PX
    parts = [
        Markup(
            '<svg class="bars{}" role="img" aria-label="{}" width="100%" height="{}" '
            'xmlns="http://www.w3.org/2000/svg">'
        ).format(" dense" if row_px == _DENSE_ROW_PX else "", title, height)
    ]
    parts += [
        _tick(tick, label, end=ticks[-1], bottom=bottom)
        for tick, label in zip(ticks, tick_labels, strict=True)
    ]
    parts += [
        _row(bar, middle=_TOP_PX + row_px * (k + 0.5), thick=row_px - 8, end=ticks[-1])
        for k, bar in enumerate(bars)
    ]
    if limit is not None and 0 <= limit.value <= ticks[-1]:
        parts.append(_limit(limit, end=ticks[-1], bottom=bottom))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _across(value: float, end: float) -> float:
    """Give the place of a value in percent of the width; beyond the axis it stays at its end."""
    share = min(max(value / end, 0.0), 1.0)
    return _BAR_START + share * (_BAR_END - _BAR_START)


def _tick(tick: float, label: str, *, end: float, bottom: float) -> Markup:
    at = f"{_across(tick, end):.3f}%"
    return Markup(
        '<line class="grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<text class="tick" x="{0}" y="{3}" text-anchor="middle">{4}</text>'
    ).format(at, _TOP_PX, bottom, bottom + 15, label)


def _row(bar: Bar, *, middle: float, thick: float, end: float) -> Markup:
    known = math.isfinite(bar.value)
    width = _across(bar.value, end) - _BAR_START if known else 0.0
    return Markup(
        '<g class="{}"><title>{}</title>'
        '<text class="name" x="{}%" y="{:.1f}" text-anchor="end">{}</text>'
        '<rect x="{}%" y="{:.1f}" width="{:.3f}%" height="{:.1f}"/>'
        '<text class="value" x="95%" y="{:.1f}" text-anchor="end">{}</text>'
        '<text class="mark" x="97.5%" y="{:.1f}" text-anchor="middle">{}</text></g>'
    ).format(
        " ".join(filter(None, ["row", bar.standing, "whole" if bar.whole else ""])),
        f"{bar.name}: {bar.label}",
        _LABEL_END,
        middle + 4,
        shorten(bar.name),
        _BAR_START,
        middle - thick / 2,
        width,
        thick,
        middle + 4,
        bar.label,
        middle + 4,
        _MARKS[bar.standing],
    )


def _limit(limit: Limit, *, end: float, bottom: float) -> Markup:
    return Markup(
        '<line class="target" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<text class="target" x="{0}" y="{3}" text-anchor="{4}">{5}</text>'
    ).format(
        f"{_across(limit.value, end):.3f}%",
        _TOP_PX - 6,
        bottom,
        _TOP_PX - 10,
        "end" if limit.value > 0.6 * end else "middle",
        limit.label,
    )
