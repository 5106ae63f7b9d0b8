"""The curve of a share over distance or time, as inline SVG."""

from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from geoplan.app.report.charts import Limit

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Marks of the axis of shares."""

_CURVE_PX, _TOP_PX, _BOTTOM_PX, _AXIS_PX = 200, 14, 24, 46


@dataclass(frozen=True)
class Point:
    """
    A point of a curve.

    Parameters
    ----------
    at : float
        Distance or time.
    share : float
        What lies within it, in [0, 1].
    """

    at: float
    share: float


@dataclass(frozen=True)
class Curve:
    """
    A share that grows with distance or time.

    Parameters
    ----------
    points : tuple of Point
        Ascending.
    title : str
        What the chart shows, for those who hear it instead.
    ticks, tick_labels : tuple
        Of the axis of distance or time; the last is its end.
    here : Limit
        Where the indicator is measured.
    value : float
        Its share there.
    bound : Limit or None
        Share that the target asks for.
    """

    points: tuple[Point, ...]
    title: str
    ticks: tuple[float, ...]
    tick_labels: tuple[str, ...]
    here: Limit
    value: float
    bound: Limit | None = None


def reach_chart(curve: Curve) -> Markup:
    """
    Draw a curve of shares as SVG.

    Parameters
    ----------
    curve : Curve
        What to draw.

    Returns
    -------
    Markup
        One element as wide as its container, of two pictures: the axis of shares, and the curve in
        percent of the width that remains. Every text in it is escaped, and it needs no script.
    """
    end = curve.ticks[-1]
    axis = [
        Markup('<text class="tick" y="{:.1f}" text-anchor="end">{}</text>').format(
            _down(value) + 4, f"{value:.0%}".replace("%", "\u00a0%")
        )
        for value in SHARES
    ]
    plot = [
        *(
            Markup('<line class="grid{0}" x1="0%" x2="100%" y1="{1:.1f}" y2="{1:.1f}"/>').format(
                "" if value else " zero", _down(value)
            )
            for value in SHARES
        ),
        *(
            Markup('<text class="tick" x="{:.3f}%" y="{}" text-anchor="{}">{}</text>').format(
                _along(tick, end), _down(0) + 16, _anchor(tick, end), label
            )
            for tick, label in zip(curve.ticks, curve.tick_labels, strict=True)
        ),
        *_target_line(curve),
        *(
            Markup(
                '<line class="curve" x1="{:.3f}%" y1="{:.1f}" x2="{:.3f}%" y2="{:.1f}"/>'
            ).format(
                _along(start.at, end), _down(start.share), _along(stop.at, end), _down(stop.share)
            )
            for start, stop in pairwise(curve.points)
        ),
        _here(curve, end),
    ]
    height = _CURVE_PX + _TOP_PX + _BOTTOM_PX
    return Markup(
        '<div class="bars reach" role="img" aria-label="{0}">'
        '<svg width="{1}" height="{2}" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">'
        '<g transform="translate({3})">{4}</g></svg>'
        '<svg class="plot" width="100%" height="{2}" aria-hidden="true"'
        ' xmlns="http://www.w3.org/2000/svg">{5}</svg></div>'
    ).format(
        curve.title, _AXIS_PX, height, _AXIS_PX - 8, Markup("").join(axis), Markup("").join(plot)
    )


def _down(value: float) -> float:
    return _TOP_PX + _CURVE_PX * (1 - min(max(value, 0.0), 1.0))


def _along(value: float, end: float) -> float:
    return 100 * min(max(value / end, 0.0), 1.0)


def _anchor(tick: float, end: float) -> str:
    return "start" if tick == 0 else "end" if tick == end else "middle"


def _target_line(curve: Curve) -> list[Markup]:
    if curve.bound is None or not 0 <= curve.bound.value <= 1:
        return []
    y = _down(curve.bound.value)
    return [
        Markup(
            '<line class="target" x1="0%" x2="100%" y1="{0:.1f}" y2="{0:.1f}"/>'
            '<text class="target" x="100%" y="{1:.1f}" text-anchor="end">{2}</text>'
        ).format(y, y - 6 if y > _TOP_PX + 12 else y + 14, curve.bound.label)
    ]


def _here(curve: Curve, end: float) -> Markup:
    x, y = _along(curve.here.value, end), _down(curve.value)
    beside = y + 22 if y < _TOP_PX + _CURVE_PX - 30 else y - 12
    return Markup(
        '<line class="here" x1="{0:.3f}%" x2="{0:.3f}%" y1="{1:.1f}" y2="{2:.1f}"/>'
        '<circle class="here" cx="{0:.3f}%" cy="{1:.1f}" r="4.5"/>'
        '<text class="here" x="{0:.3f}%" dx="9" y="{3:.1f}">{4}</text>'
    ).format(x, y, _down(0), beside, curve.here.label)
