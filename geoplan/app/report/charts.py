"""Charts as inline SVG: ranked bars by district, with the target as a line."""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

Standing = Literal["met", "missed", "undecidable", ""]

# Names and values keep their width in pixels and the bars take the rest in percent: the chart
# follows a telephone or a page of A4 without its letters growing or shrinking, which one picture
# with a viewBox could not do.
_UNIT_PX = 7.0
_ROW_PX, _DENSE_ROW_PX, _DENSE_FROM = 24, 15, 25
_TOP_PX, _BOTTOM_PX = 24, 20
_MARK_PX = 22
_START, _END = 2.0, 98.0
_NAME_UNITS = 24
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MARKS = {"met": "✓", "missed": "✗", "undecidable": "◇", "": ""}


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


@dataclass(frozen=True)
class BarChart:
    """
    Ranked bars, ready to draw as SVG or as a picture.

    Parameters
    ----------
    bars : tuple of Bar
        In the order to draw them.
    title : str
        What the chart shows, for those who hear it instead.
    tick_labels, ticks : tuples of the same length
        The axis, from `axis_ticks`; the last tick is its end.
    limit : Limit, optional
        The target.
    """

    bars: tuple[Bar, ...]
    title: str
    tick_labels: tuple[str, ...]
    ticks: tuple[float, ...]
    limit: Limit | None = None


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


def text_units(text: str) -> int:
    """Measure a text in widths of a Latin letter; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


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
    if text_units(name) <= units:
        return name
    kept = 0
    while text_units(name[: kept + 1]) < units:
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
    Draw horizontal bars, one to a district, as SVG.

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
        One element as wide as its container, of three pictures side by side: names, bars, values.
        Every text in it is escaped; its classes are for the style sheet, and it needs no script.
    """
    dense = len(bars) > _DENSE_FROM
    row_px = _DENSE_ROW_PX if dense else _ROW_PX
    bottom = _TOP_PX + row_px * len(bars)
    middles = [_TOP_PX + row_px * (k + 0.5) for k in range(len(bars))]
    names_px = _UNIT_PX * max((text_units(shorten(bar.name)) for bar in bars), default=0) + 12
    values_px = _UNIT_PX * max((text_units(bar.label) for bar in bars), default=0) + 8 + _MARK_PX
    plot = [
        *(
            _tick(tick, label, end=ticks[-1], bottom=bottom)
            for tick, label in zip(ticks, tick_labels, strict=True)
        ),
        *(
            _bar(bar, middle, thick=row_px - (4 if dense else 7), end=ticks[-1])
            for bar, middle in zip(bars, middles, strict=True)
        ),
    ]
    if limit is not None and 0 <= limit.value <= ticks[-1]:
        plot.append(_limit(limit, end=ticks[-1], bottom=bottom))
    pictures = (
        _picture("names", f"{names_px:.0f}", map(_name, bars, middles), bottom, names_px - 10),
        _picture("plot", "100%", plot, bottom, 0),
        _picture("values", f"{values_px:.0f}", map(_value, bars, middles), bottom, values_px),
    )
    return Markup('<div class="bars{}" role="img" aria-label="{}">{}</div>').format(
        " dense" if dense else "", title, Markup("").join(pictures)
    )


def _picture(
    kind: str, width: str, parts: Iterable[Markup], bottom: float, end_px: float
) -> Markup:
    # The nested origin lets each text end at x = 0 of its column, whatever that column's width.
    return Markup(
        '<svg class="{}" width="{}" height="{:.0f}" aria-hidden="true"'
        ' xmlns="http://www.w3.org/2000/svg"><g transform="translate({:.0f})">{}</g></svg>'
    ).format(kind, width, bottom + _BOTTOM_PX, end_px, Markup("").join(parts))


def _classes(bar: Bar) -> str:
    return " ".join(filter(None, ["row", bar.standing, "whole" if bar.whole else ""]))


def _name(bar: Bar, middle: float) -> Markup:
    return Markup(
        '<g class="{}"><title>{}</title>'
        '<text class="name" y="{:.1f}" text-anchor="end">{}</text></g>'
    ).format(_classes(bar), bar.name, middle + 4, shorten(bar.name))


def _value(bar: Bar, middle: float) -> Markup:
    return Markup(
        '<g class="{0}"><text class="value" x="{1}" y="{2:.1f}" text-anchor="end">{3}</text>'
        '<text class="mark" x="{4}" y="{2:.1f}" text-anchor="middle">{5}</text></g>'
    ).format(
        _classes(bar), -_MARK_PX, middle + 4, bar.label, -_MARK_PX / 2 + 2, _MARKS[bar.standing]
    )


def _across(value: float, end: float) -> float:
    """Give the place of a value in percent of the width; beyond the axis it stays at its end."""
    return _START + min(max(value / end, 0.0), 1.0) * (_END - _START)


def _bar(bar: Bar, middle: float, *, thick: float, end: float) -> Markup:
    width = _across(bar.value, end) - _START if math.isfinite(bar.value) else 0.0
    return Markup(
        '<g class="{}"><title>{}</title>'
        '<rect x="{}%" y="{:.1f}" width="{:.3f}%" height="{:.1f}"/></g>'
    ).format(_classes(bar), f"{bar.name}: {bar.label}", _START, middle - thick / 2, width, thick)


def _tick(tick: float, label: str, *, end: float, bottom: float) -> Markup:
    return Markup(
        '<line class="grid{0}" x1="{1}" x2="{1}" y1="{2}" y2="{3}"/>'
        '<text class="tick" x="{1}" y="{4}" text-anchor="{5}">{6}</text>'
    ).format(
        "" if tick else " zero",
        f"{_across(tick, end):.3f}%",
        _TOP_PX,
        bottom,
        bottom + 15,
        "end" if tick == end else "middle",
        label,
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
        "end" if limit.value > 0.5 * end else "start",
        limit.label,
    )
