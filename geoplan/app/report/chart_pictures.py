"""The charts of the report as pictures, for documents that take no SVG."""

import io
import math
from typing import TYPE_CHECKING

from geoplan.app.report.chart_curve import SHARES, Curve
from geoplan.app.report.charts import BarChart, shorten
from geoplan.maps.pictures.picture import drawing_settings

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH_IN, _DPI = 7.0, 200
_BAR_IN, _ENDS_IN, _CURVE_IN = 0.21, 0.75, 2.7
_INK, _SOFT, _RULE = "#1b242e", "#55626f", "#dfe4e9"
_COLORS = {"missed": "#c04a58", "undecidable": "#9aa4ae"}
_HIGH = 0.88  # above it, the label of the target goes under its line
_BLUE = "#4d85bd"
_MARKS = {"met": "  ✓", "missed": "  ✗", "undecidable": "  ◇", "": ""}


def bars_png(chart: BarChart) -> bytes:
    """
    Draw ranked bars as a picture.

    Parameters
    ----------
    chart : BarChart
        The bars in their order.

    Returns
    -------
    bytes
        PNG, seven inches wide.
    """
    with drawing_settings():
        figure, axes = _figure(_BAR_IN * len(chart.bars) + _ENDS_IN)
        end = chart.ticks[-1]
        places = range(len(chart.bars))
        widths = [bar.value if math.isfinite(bar.value) else 0.0 for bar in chart.bars]
        axes.barh(
            places, widths, height=0.68, color=[_COLORS.get(b.standing, _BLUE) for b in chart.bars],
            zorder=2,
        )  # fmt: skip
        axes.set_ylim(len(chart.bars) - 0.4, -0.6)
        axes.set_xlim(0, end)
        axes.set_yticks(places, [shorten(bar.name) for bar in chart.bars], fontsize=8, color=_INK)
        axes.set_xticks(chart.ticks, chart.tick_labels, fontsize=7.5, color=_SOFT)
        axes.grid(axis="x", color=_RULE, linewidth=0.8, zorder=0)
        for place, bar in zip(places, chart.bars, strict=True):
            axes.text(
                1.015, place, f"{bar.label}{_MARKS[bar.standing]}", fontsize=8, color=_INK,
                va="center", transform=axes.get_yaxis_transform(),
                fontweight="bold" if bar.whole else "normal",
            )  # fmt: skip
        if chart.limit is not None and 0 <= chart.limit.value <= end:
            axes.axvline(chart.limit.value, color=_INK, linewidth=1.2, zorder=3)
            axes.text(
                chart.limit.value, -0.75, chart.limit.label, fontsize=8, fontweight="bold",
                ha="right" if chart.limit.value > end / 2 else "left", va="bottom", color=_INK,
            )  # fmt: skip
        return _png(figure)


def curve_png(curve: Curve) -> bytes:
    """
    Draw the curve of a share as a picture.

    Parameters
    ----------
    curve : Curve
        What to draw.

    Returns
    -------
    bytes
        PNG, seven inches wide.
    """
    with drawing_settings():
        figure, axes = _figure(_CURVE_IN)
        axes.set_xlim(0, curve.ticks[-1])
        axes.set_ylim(0, 1)
        axes.set_xticks(curve.ticks, curve.tick_labels, fontsize=7.5, color=_SOFT)
        axes.set_yticks(SHARES, [f"{value:.0%}" for value in SHARES], fontsize=7.5, color=_SOFT)
        axes.grid(axis="y", color=_RULE, linewidth=0.8, zorder=0)
        axes.plot(
            [point.at for point in curve.points], [point.share for point in curve.points],
            color="#2166ac", linewidth=2, zorder=3,
        )  # fmt: skip
        axes.plot([curve.here.value] * 2, [0, curve.value], color=_SOFT, linewidth=0.8, ls="--")
        axes.plot(curve.here.value, curve.value, "o", color="#2166ac", zorder=4)
        axes.annotate(
            curve.here.label, (curve.here.value, curve.value), xytext=(7, -12),
            textcoords="offset points", fontsize=8, fontweight="bold", color=_INK,
        )  # fmt: skip
        if curve.bound is not None and 0 <= curve.bound.value <= 1:
            axes.axhline(curve.bound.value, color=_INK, linewidth=1.2, zorder=2)
            axes.annotate(
                curve.bound.label, (1, curve.bound.value), xycoords=("axes fraction", "data"),
                xytext=(0, -11 if curve.bound.value > _HIGH else 4), textcoords="offset points",
                fontsize=8, ha="right", color=_INK, fontweight="bold",
            )  # fmt: skip
        return _png(figure)


def _figure(height_in: float) -> "tuple[Figure, Axes]":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH_IN, height_in), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(_RULE)
    axes.tick_params(length=0)
    return figure, axes


def _png(figure: "Figure") -> bytes:
    target = io.BytesIO()
    figure.savefig(target, dpi=_DPI, format="png", bbox_inches="tight", pad_inches=0.05)
    return target.getvalue()
