"""Static maps: the same finding as a picture, for print, documents and slides."""

import io
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import EmptyLayerError
from geoplan.core.notices import Notice
from geoplan.core.texts import text
from geoplan.maps.pictures.fonts import FALLBACK, installed_cjk
from geoplan.maps.pictures.furniture import (
    PAPER,
    crowded_window,
    draw_labels,
    draw_north_arrow,
    draw_scale_bar,
    frame_inset,
    small_png,
)
from geoplan.maps.pictures.lettering import (
    LABEL_MARGIN,
    LABEL_PT,
    WIDTH_IN,
    PictureWords,
    district_labels,
    draw_legend,
    is_inside,
    picture_words,
    write_heads,
)
from geoplan.maps.pictures.picture_themes import draw_theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from geoplan.core.results import Measure, Result

FileFormat = Literal["png", "svg"]

_LEGEND_IN, _HEAD_IN, _FOOT_IN = 2.3, 0.85, 0.75
_MAP_IN = WIDTH_IN - _LEGEND_IN - 0.4
_LEAST_IN, _MOST_IN = 3.0, 8.5
_INSET_IN, _GAP_IN = _MAP_IN / 2, 0.75


@dataclass(frozen=True)
class Picture:
    """
    A static map.

    Parameters
    ----------
    data : bytes
        The file, as PNG or SVG.
    notices : tuple of Notice
        What the reader must know: that no Chinese font was found.
    lang : {"en", "zh"}
        Language of its words; English where no Chinese font is installed.
    """

    data: bytes
    notices: tuple[Notice, ...]
    lang: str


@dataclass(frozen=True)
class Drawing:
    """
    A static map that is drawn but not yet a file: one drawing gives several.

    Parameters
    ----------
    figure : Figure
        Of matplotlib.
    notices, lang
        As in `Picture`.
    """

    figure: "Figure"
    notices: tuple[Notice, ...]
    lang: str

    def save(self, file_format: FileFormat = "png", *, dpi: int = 150) -> bytes:
        """
        Write the drawing as a file; the same drawing gives the same bytes.

        Parameters
        ----------
        file_format : {"png", "svg"}
            A PNG has at most 256 colours: the flat ones as they are, of the shades between them
            the nearest. An SVG holds layers of many thousand corners as pictures.
        dpi : int
            Dots per inch of a PNG, and of the pictures inside an SVG.

        Returns
        -------
        bytes
            The file.
        """
        target = io.BytesIO()
        with drawing_settings():
            if file_format == "png":
                self.figure.savefig(target, dpi=dpi, format="rgba", facecolor=PAPER)
                size = tuple(int(inches * dpi) for inches in self.figure.get_size_inches())
                return small_png(target.getvalue(), (size[0], size[1]), dpi=dpi)
            self.figure.savefig(
                target, dpi=dpi, format="svg", facecolor=PAPER, metadata={"Date": None}
            )
            return target.getvalue()


def static_map(  # noqa: PLR0913 (what is written on a map)
    result: "Result",
    *,
    title: str = "",
    subtitle: str = "",
    lang: str = "en",
    of: str | None = None,
    part: str = "",
    standings: Mapping[str, str] | None = None,
    bound: float | None = None,
    dpi: int = 150,
    file_format: FileFormat = "png",
) -> Picture:
    """
    Draw a result as a picture in its study CRS, with legend, scale bar and north arrow.

    Where the area is so wide that labels of small districts find no room, an inset below the map
    enlarges the part that lacks most of them. What is drawn follows from the layers of the result:
    catchment and unserved demand, the areas
    that were measured, or else the districts by value. Every district is labelled with its name
    and value.

    Parameters
    ----------
    result : Result
        What an analysis found.
    title, subtitle : str
        Above the map; the title is made from the analysis where there is none.
    lang : {"en", "zh"}
        Language of the words. Where no Chinese font is installed, a picture falls back to English,
        Chinese names to their keys, and a notice names the package to install.
    of, part : str, optional
        Which measure the labels show; the first by default.
    standings : mapping of str to {"met", "missed", "undecidable", ""}, optional
        How districts stand to the target, by ``district_id``; shown by sign and colour.
    bound : float, optional
        Value that the target asks for, in the unit of the measure: a limit between two colours.
    dpi : int
        Dots per inch of a PNG.
    file_format : {"png", "svg"}
        What to write.

    Returns
    -------
    Picture
        The file with its notices.

    Raises
    ------
    CRSError
        If the districts are not in a projected CRS in metres.
    EmptyLayerError
        If the result has no district.
    """
    drawing = draw_map(
        result,
        title=title,
        subtitle=subtitle,
        lang=lang,
        of=of,
        part=part,
        standings=standings,
        bound=bound,
    )
    return Picture(drawing.save(file_format, dpi=dpi), drawing.notices, drawing.lang)


def draw_map(
    result: "Result",
    *,
    title: str = "",
    subtitle: str = "",
    lang: str = "en",
    of: str | None = None,
    part: str = "",
    standings: Mapping[str, str] | None = None,
    bound: float | None = None,
) -> Drawing:
    """
    Draw a result once, to be saved in several formats; the parameters are those of `static_map`.

    Parameters
    ----------
    result : Result
        What an analysis found.
    title, subtitle, lang, of, part, standings, bound
        As in `static_map`.

    Returns
    -------
    Drawing
        To be saved.

    Raises
    ------
    CRSError
        If the districts are not in a projected CRS in metres.
    EmptyLayerError
        If the result has no district.
    """
    require_metric_crs(districts=result.districts)
    if len(result.districts) == 0:
        raise EmptyLayerError("The result has no district, so there is no map to draw of it.")
    measure = result.measures[0] if of is None else result.measure(of, part)
    words = picture_words(result, measure, lang, (title, subtitle))
    with drawing_settings():
        figure = _draw(result, measure, words, standings or {}, bound)
    return Drawing(figure, words.notices, words.lang)


@contextmanager
def drawing_settings() -> "Iterator[None]":
    """Set fonts and whatever else a picture needs, while it is drawn; nothing is left behind."""
    import matplotlib as mpl

    settings: dict[Any, Any] = {
        "font.family": [*installed_cjk(), FALLBACK],
        "axes.unicode_minus": False,
        "svg.fonttype": "path",
        "svg.hashsalt": "geoplan",  # else every file has other ids
        "text.parse_math": False,  # a name may hold dollar signs
    }
    with mpl.rc_context(settings), warnings.catch_warnings():
        # A name may hold a sign that no installed font has; it shows as a box, and that is no
        # reason to alarm whoever runs the plan. Missing Chinese is dealt with before.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        yield


def _draw(
    result: "Result",
    measure: "Measure",
    words: PictureWords,
    standings: Mapping[str, str],
    bound: float | None,
) -> "Figure":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    west, south, east, north = result.districts.total_bounds
    width, height = max(east - west, 1.0), max(north - south, 1.0)
    tall_in = min(max(_MAP_IN * height / width, _LEAST_IN), _MOST_IN)
    across, up = LABEL_MARGIN * width, LABEL_MARGIN * height
    bounds = (west - across, south - up, east + across, north + up)
    figure = Figure(figsize=(WIDTH_IN, tall_in + _HEAD_IN + _FOOT_IN), facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = _axes(figure, bounds, _FOOT_IN, tall_in)
    entries = draw_theme(axes, result, measure, words.lang, bound=bound)
    labels = district_labels(result, measure, words, standings)
    left_out = draw_labels(axes, labels, sizes_pt=LABEL_PT)
    below_in = 0.0
    window = crowded_window(left_out, bounds)
    if window is not None:
        below_in = _INSET_IN + _GAP_IN
        figure.set_size_inches(WIDTH_IN, tall_in + below_in + _HEAD_IN + _FOOT_IN)
        inset = _axes(figure, window, _FOOT_IN, _INSET_IN)
        draw_theme(inset, result, measure, words.lang, bound=bound)
        inside = [label for label in labels if is_inside(label, window)]
        still_out = draw_labels(inset, inside, sizes_pt=LABEL_PT)
        left_out = [label for label in left_out if label not in inside or label in still_out]
        frame_inset(figure, axes, inset, text("static.inset", words.lang))
        draw_scale_bar(inset, window[2] - window[0])
    total_in = float(figure.get_figheight())
    foot_in = _FOOT_IN + below_in
    axes.set_position(_place(foot_in, tall_in, total_in))
    draw_scale_bar(axes, width)
    draw_north_arrow(figure, text("static.north", words.lang), (WIDTH_IN - 0.45, foot_in + 0.1))
    write_heads(figure, words, result, total_in, len(left_out))
    legend_at = (_MAP_IN + 0.35) / WIDTH_IN, (foot_in + tall_in) / total_in
    draw_legend(figure, entries, legend_at, words.lang, judged=frozenset(standings.values()))
    return figure


def _place(bottom_in: float, tall_in: float, total_in: float) -> tuple[float, float, float, float]:
    return 0.25 / WIDTH_IN, bottom_in / total_in, _MAP_IN / WIDTH_IN, tall_in / total_in


def _axes(
    figure: "Figure", bounds: tuple[float, float, float, float], bottom_in: float, tall_in: float
) -> "Axes":
    west, south, east, north = bounds
    axes = figure.add_axes(_place(bottom_in, tall_in, float(figure.get_figheight())))
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.apply_aspect()
    return axes
