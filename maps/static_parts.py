"""Parts of a picture: scale bar, north arrow, labels that keep clear of each other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox, Transform

INK, SOFT, PAPER = "#1b242e", "#55626f", "#ffffff"
_STEPS = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Label:
    """
    A text on the map.

    Parameters
    ----------
    x, y : float
        Middle of it, in map units.
    text : str
        One or two lines.
    color : str
        Colour of the letters.
    weight : float
        The heavier one wins where two would overlap.
    """

    x: float
    y: float
    text: str
    color: str
    weight: float


def bar_length_m(width_m: float) -> float:
    """
    Choose a round length for a scale bar.

    Parameters
    ----------
    width_m : float
        Width of the map, greater than 0.

    Returns
    -------
    float
        1, 2 or 5 times a power of ten: the longest that fits into a quarter of the width.

    Examples
    --------
    >>> bar_length_m(43_000), bar_length_m(900)
    (10000.0, 200.0)
    """
    room = width_m / 4
    power = 10.0 ** math.floor(math.log10(room))
    return max(step * power for step in _STEPS if step * power <= room)


def draw_scale_bar(axes: "Axes", width_m: float) -> None:
    """
    Draw a scale bar in two halves under the map.

    Parameters
    ----------
    axes : Axes
        Of a map in metres, its limits already set.
    width_m : float
        Width of what is shown.
    """
    length = bar_length_m(width_m)
    left, right = axes.get_xlim()
    share = length / (right - left)
    transform = axes.transAxes
    for start, color in ((0.0, INK), (0.5, PAPER)):
        axes.add_patch(_rectangle((start * share, -0.035), share / 2, 0.009, color, transform))
    label = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    for at, text in ((0.0, "0"), (share, label)):
        axes.text(
            at, -0.045, text, transform=transform, ha="center" if at else "left", va="top",
            fontsize=8, color=INK,
        )  # fmt: skip


def _rectangle(
    corner: tuple[float, float], width: float, height: float, color: str, transform: "Transform"
) -> "Rectangle":
    from matplotlib.patches import Rectangle

    return Rectangle(
        corner, width, height, facecolor=color, edgecolor=INK, linewidth=0.7,
        transform=transform, clip_on=False,
    )  # fmt: skip


def draw_north_arrow(figure: "Figure", letter: str, at_in: tuple[float, float]) -> None:
    """
    Draw an arrow to grid north.

    Parameters
    ----------
    figure : Figure
        With the map.
    letter : str
        What stands above it: ``"N"`` or ``"北"``.
    at_in : tuple of float
        Its foot, in inches from the lower left corner of the figure.
    """
    from matplotlib.patches import FancyArrowPatch

    x, y = at_in
    figure.add_artist(
        FancyArrowPatch(
            (x, y),
            (x, y + 0.5),
            arrowstyle="-|>",
            mutation_scale=16,
            linewidth=1.2,
            color=INK,
            transform=figure.dpi_scale_trans,
            shrinkA=0,
            shrinkB=0,
        )
    )
    figure.text(
        x, y + 0.6, letter, transform=figure.dpi_scale_trans, ha="center", va="center", fontsize=9,
        fontweight="bold", color=INK,
    )  # fmt: skip


def draw_labels(axes: "Axes", labels: Sequence[Label], *, sizes_pt: Sequence[float]) -> int:
    """
    Write labels, leaving out the lighter one of two that would overlap.

    Parameters
    ----------
    axes : Axes
        Of the map, its limits already set.
    labels : sequence of Label
        What to write.
    sizes_pt : sequence of float
        Sizes of the letters to try, the best first: a label that finds no room is tried smaller
        before it is left out.

    Returns
    -------
    int
        How many were left out.
    """
    taken: list[Bbox] = []
    waiting = sorted(labels, key=lambda item: -item.weight)
    for size_pt in sizes_pt:
        rest = []
        for label in waiting:
            text = _write_label(axes, label, size_pt)
            box = text.get_window_extent()
            if any(box.overlaps(other) for other in taken):
                text.remove()
                rest.append(label)
            else:
                taken.append(box)
        waiting = rest
    return len(waiting)


def _write_label(axes: "Axes", label: Label, size_pt: float) -> "Text":
    from matplotlib.patheffects import withStroke

    return axes.text(
        label.x, label.y, label.text, ha="center", va="center", fontsize=size_pt,
        color=label.color, linespacing=1.15, zorder=10,
        path_effects=[withStroke(linewidth=size_pt * 0.4, foreground=PAPER)],
    )  # fmt: skip
