"""Parts of a picture: scale bar, north arrow, labels that keep clear of each other."""

import io
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

INSET_SHARE = 0.4
"""Width of what an inset shows, as a share of the map's: it is enlarged two and a half times."""

_FLAT_COLOURS = 24
_SAMPLE_STEP = 7
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


def frame_inset(figure: "Figure", axes: "Axes", inset: "Axes", caption: str) -> None:
    """
    Frame an inset, and on the map what it shows.

    Parameters
    ----------
    figure : Figure
        With both.
    axes, inset : Axes
        The map, and the enlarged part of it.
    caption : str
        Above the inset.
    """
    from matplotlib.patches import Rectangle

    (west, east), (south, north) = inset.get_xlim(), inset.get_ylim()
    for drawn in (axes, inset):
        frame = Rectangle(
            (west, south), east - west, north - south, facecolor="none", edgecolor=INK,
            linewidth=1.1, zorder=11, clip_on=False,
        )  # fmt: skip
        drawn.add_artist(frame)
    place = inset.get_position()
    figure.text(
        place.x0, place.y1 + 0.1 / figure.get_figheight(), caption, fontsize=9, color=INK,
        fontweight="bold",
    )  # fmt: skip


def draw_labels(axes: "Axes", labels: Sequence[Label], *, sizes_pt: Sequence[float]) -> list[Label]:
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
    list of Label
        Those left out, the heaviest first.
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
    return waiting


def crowded_window(
    left_out: Sequence[Label], bounds: tuple[float, float, float, float]
) -> tuple[float, float, float, float] | None:
    """
    Choose the part of a map to enlarge: where most labels found no room.

    Parameters
    ----------
    left_out : sequence of Label
        From `draw_labels`.
    bounds : tuple of float
        West, south, east, north of the map.

    Returns
    -------
    tuple of float or None
        West, south, east, north of a window twice as wide as high, inside the width of the map;
        None where no label was left out.

    Examples
    --------
    >>> crowded_window([Label(90, 50, "", "", 1), Label(95, 50, "", "", 1)], (0, 0, 100, 60))
    (60.0, 40.0, 100.0, 60.0)
    """
    if not left_out:
        return None
    west, _, east, _ = bounds
    width = INSET_SHARE * (east - west)
    height = width / 2

    def neighbours(label: Label) -> int:
        return sum(
            abs(other.x - label.x) <= width / 2 and abs(other.y - label.y) <= height / 2
            for other in left_out
        )

    middle = max(left_out, key=neighbours)
    left = min(max(middle.x - width / 2, west), east - width)
    bottom = middle.y - height / 2
    return left, bottom, left + width, bottom + height


def _write_label(axes: "Axes", label: Label, size_pt: float) -> "Text":
    from matplotlib.patheffects import withStroke

    return axes.text(
        label.x, label.y, label.text, ha="center", va="center", fontsize=size_pt,
        color=label.color, linespacing=1.15, zorder=10,
        path_effects=[withStroke(linewidth=size_pt * 0.4, foreground=PAPER)],
    )  # fmt: skip


def small_png(rgba: bytes, size: tuple[int, int], *, dpi: int) -> bytes:
    """
    Write a picture as a PNG with a palette, at a third of the bytes.

    Parameters
    ----------
    rgba : bytes
        Four bytes a pixel, row by row from the top; opaque.
    size : tuple of int
        Width and height in pixels.
    dpi : int
        Noted in the file, so that a document shows it in its true size.

    Returns
    -------
    bytes
        The most frequent colours keep their exact value: they are in the legend.
    """
    import numpy as np
    from PIL import Image

    image = Image.frombuffer("RGBA", size, rgba, "raw", "RGBA", 0, 1).convert("RGB")
    pixels = np.frombuffer(rgba, dtype=np.uint32)
    colors, counts = np.unique(pixels[::_SAMPLE_STEP], return_counts=True)
    flat = colors[np.argsort(-counts, kind="stable")[:_FLAT_COLOURS]]
    # A few of the pixels have the shades of all of them.
    shades = image.resize((max(1, size[0] // 4), max(1, size[1] // 4)), Image.Resampling.NEAREST)
    shades = shades.quantize(256 - len(flat), method=Image.Quantize.MEDIANCUT)
    exact = flat.view(np.uint8).reshape(-1, 4)[:, :3].ravel().tolist()
    palette = Image.new("P", (1, 1))
    palette.putpalette((exact + (shades.getpalette() or []))[: 256 * 3])
    # Pillow takes a colour near enough; those of the legend have to be themselves.
    index = np.asarray(image.quantize(palette=palette, dither=Image.Dither.NONE)).ravel().copy()
    for k, color in enumerate(flat):
        index[pixels == color] = k
    paletted = Image.fromarray(index.reshape(size[1], size[0]), "P")
    paletted.putpalette(palette.getpalette() or [])
    target = io.BytesIO()
    paletted.save(target, "png", dpi=(dpi, dpi))
    return target.getvalue()


def halved_png(png: bytes, *, dpi: int) -> bytes:
    """Make a PNG of half the width and height of another; `dpi` is of the new one."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as large:
        small = large.convert("RGBA").reduce(2)
    return small_png(small.tobytes(), small.size, dpi=dpi)
