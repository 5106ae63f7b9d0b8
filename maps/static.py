"""Static maps: the same finding as a picture, for print, documents and slides."""

import dataclasses
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import shapely

from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import EmptyLayerError
from geoplan.core.notices import Notice
from geoplan.core.numbers import value_text
from geoplan.core.texts import text
from geoplan.maps.classes import MET, MISSED
from geoplan.maps.fonts import FALLBACK, PACKAGES, installed_cjk, needs_cjk
from geoplan.maps.safe import visible
from geoplan.maps.static_parts import (
    INK,
    PAPER,
    SOFT,
    Label,
    draw_labels,
    draw_north_arrow,
    draw_scale_bar,
)
from geoplan.maps.static_themes import draw_theme
from geoplan.maps.words import default_title

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    from geoplan.core.results import Measure, Result

FileFormat = Literal["png", "svg"]

_WIDTH_IN, _LEGEND_IN, _HEAD_IN, _FOOT_IN = 10.0, 2.3, 0.85, 0.75
_LEAST_IN, _MOST_IN = 3.0, 8.5
_MARKS = {"met": "✓", "missed": "✗", "undecidable": "?"}
_LABEL_MARGIN = 0.02
_LABEL_PT = (7.5, 6.0)


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

    What is drawn follows from the layers of the result: catchment and unserved demand, the areas
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
    import matplotlib as mpl

    require_metric_crs(districts=result.districts)
    if len(result.districts) == 0:
        raise EmptyLayerError("The result has no district, so there is no map to draw of it.")
    measure = result.measures[0] if of is None else result.measure(of, part)
    words = _words(result, measure, lang, (title, subtitle))
    families = [*installed_cjk(), FALLBACK]
    settings: dict[Any, Any] = {
        "font.family": families,
        "axes.unicode_minus": False,
        "svg.fonttype": "path",
        "text.parse_math": False,  # a name may hold dollar signs
    }
    with mpl.rc_context(settings), warnings.catch_warnings():
        # A name may hold a sign that no installed font has; it shows as a box, and that is no
        # reason to alarm whoever runs the plan. Missing Chinese is dealt with before.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        figure = _draw(result, measure, words, standings or {}, bound)
        data = _saved(figure, dpi, file_format)
    return Picture(data, words.notices, words.lang)


@dataclass(frozen=True)
class _Words:
    title: str
    subtitle: str
    names: list[str]
    lang: str
    notices: tuple[Notice, ...]


def _words(result: "Result", measure: "Measure", lang: str, heads: tuple[str, str]) -> _Words:
    title, subtitle = (visible(head) for head in heads)
    title = title or default_title(result, lang)
    table = measure.districts
    keys = [visible(key) for key in table["district_id"]]
    names = [visible(name) or key for name, key in zip(table["name"], keys, strict=True)]
    words = _Words(title, subtitle, names, lang, ())
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


def _draw(
    result: "Result",
    measure: "Measure",
    words: _Words,
    standings: Mapping[str, str],
    bound: float | None,
) -> "Figure":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    west, south, east, north = result.districts.total_bounds
    width, height = max(east - west, 1.0), max(north - south, 1.0)
    map_in = _WIDTH_IN - _LEGEND_IN - 0.4
    tall_in = min(max(map_in * height / width, _LEAST_IN), _MOST_IN)
    total_in = tall_in + _HEAD_IN + _FOOT_IN
    figure = Figure(figsize=(_WIDTH_IN, total_in), facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes(
        (0.25 / _WIDTH_IN, _FOOT_IN / total_in, map_in / _WIDTH_IN, tall_in / total_in)
    )
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(west - _LABEL_MARGIN * width, east + _LABEL_MARGIN * width)
    axes.set_ylim(south - _LABEL_MARGIN * height, north + _LABEL_MARGIN * height)
    axes.apply_aspect()
    entries = draw_theme(axes, result, measure, words.lang, bound=bound)
    omitted = draw_labels(axes, _labels(result, measure, words, standings), sizes_pt=_LABEL_PT)
    draw_scale_bar(axes, width)
    draw_north_arrow(figure, text("static.north", words.lang), (_WIDTH_IN - 0.45, _FOOT_IN + 0.1))
    _write(figure, words, result, total_in, omitted)
    legend_at = (map_in + 0.35) / _WIDTH_IN, (_FOOT_IN + tall_in) / total_in
    _legend(figure, entries, legend_at, words.lang, judged=any(standings.values()))
    return figure


def _write(
    figure: "Figure", words: _Words, result: "Result", total_in: float, omitted: int
) -> None:
    left = 0.25 / _WIDTH_IN
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


def _labels(
    result: "Result", measure: "Measure", words: _Words, standings: Mapping[str, str]
) -> list[Label]:
    shapes = result.districts.geometry.to_numpy()
    points = shapely.get_coordinates(shapely.point_on_surface(shapes))
    colors = {"met": MET, "missed": MISSED}
    labels = []
    for name, key, value, (x, y), weight in zip(
        words.names,
        measure.districts["district_id"],
        measure.districts["value"],
        points,
        shapely.area(shapes),
        strict=True,
    ):
        standing = standings.get(key, "")
        mark = f"  {_MARKS[standing]}" if standing else ""
        line = value_text(value, measure.unit, words.lang)
        labels.append(
            Label(x, y, f"{_short(name)}\n{line}{mark}", colors.get(standing, INK), float(weight))
        )
    return labels


def _short(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:21].rstrip()}…"


def _legend(
    figure: "Figure",
    entries: "list[Artist]",
    at: tuple[float, float],
    lang: str,
    *,
    judged: bool,
) -> None:
    from matplotlib.lines import Line2D

    if judged:
        # The sign is part of the label: as a marker it would come from another font.
        entries = [
            *entries,
            *(
                Line2D([], [], linestyle="", label=f"{_MARKS[standing]}  {text(key, lang)}")
                for standing, key in (("met", "static.met"), ("missed", "static.missed"))
            ),
        ]
    figure.legend(
        handles=entries, loc="upper left", bbox_to_anchor=at, frameon=False, fontsize=8.5,
        title=text("static.legend", lang), title_fontproperties={"weight": "bold", "size": 9},
        alignment="left", labelcolor=INK, borderpad=0, labelspacing=0.55,
    )  # fmt: skip


def _saved(figure: "Figure", dpi: int, file_format: FileFormat) -> bytes:
    target = io.BytesIO()
    figure.savefig(target, dpi=dpi, format=file_format, facecolor=PAPER)
    return target.getvalue()
