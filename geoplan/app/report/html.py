"""The report: one HTML file that opens anywhere, without the internet and without script."""

import base64
import dataclasses
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from geoplan.app.report.frames import make_frames, policy
from geoplan.app.report.tables import compares_districts, district_standings
from geoplan.app.report.view import ReportView, report_view
from geoplan.app.report.words import measure_words, say, target_words
from geoplan.app.run.outcome import IndicatorOutcome, PlanOutcome
from geoplan.core.definitions import define

if TYPE_CHECKING:
    from jinja2 import Template

    from geoplan.maps.pictures.picture import Drawing, Picture

_PAGE_DPI = 150


def write_report(
    outcome: PlanOutcome,
    path: str | PathLike[str],
    maps: Mapping[str, str],
    *,
    pictures: "Mapping[str, Picture] | None" = None,
    view: ReportView | None = None,
) -> None:
    """
    Write the report of a plan as one HTML file.

    Parameters
    ----------
    outcome : PlanOutcome
        The plan that was run.
    path : path
        Where to write it; an existing file is replaced.
    maps : mapping of str to str
        Complete map page by the id of its indicator.
    pictures, view
        As in `report_html`.

    See Also
    --------
    report_html : The same as text.
    """
    page = report_html(outcome, maps, pictures=pictures, view=view)
    Path(path).write_text(page, encoding="utf-8", newline="\n")


def report_html(
    outcome: PlanOutcome,
    maps: Mapping[str, str],
    *,
    pictures: "Mapping[str, Picture] | None" = None,
    view: ReportView | None = None,
) -> str:
    """
    Build the report of a plan as an HTML page.

    Parameters
    ----------
    outcome : PlanOutcome
        The plan that was run.
    maps : mapping of str to str
        Complete map page by the id of its indicator. Up to 12 MB in all they stand in the page,
        each in a sandboxed frame that loads when it is scrolled to; above that they are linked as
        ``maps/<id>.html``, and the page says so.
    pictures : mapping of str to Picture, optional
        Static map by the id of its indicator, for print; drawn here by default.
    view : ReportView, optional
        From `make_view`, where it is made already.

    Returns
    -------
    str
        The page. It makes no request and has no script of its own; every text in it that came
        from data is escaped.

    Notes
    -----
    Drawing the pictures takes most of the time, about a fifth of a second each.
    """
    drawn = draw_pictures(outcome) if pictures is None else pictures
    view = view or make_view(outcome, drawn.values())
    frames = make_frames(maps, too_old=say("section.map_too_old", outcome.lang))
    embedded = [maps[key] for key, frame in frames.by_id.items() if frame.srcdoc is not None]
    return _template().render(
        view=view,
        frames=frames,
        images={key: _data_uri(picture.data) for key, picture in drawn.items()},
        policy=policy(embedded),
        css=Markup(_css()),  # noqa: S704 (a file of this package)
        t=lambda key, **values: say(key, outcome.lang, **values),
    )


def make_view(
    outcome: PlanOutcome,
    drawn: "Iterable[Picture | Drawing]" = (),
    *,
    made_on: str = "",
    beside: Iterable[str] = (),
) -> ReportView:
    """
    Turn an outcome into the words and tables of its report, whatever it will be written as.

    Parameters
    ----------
    outcome : PlanOutcome
        The plan that was run.
    drawn : iterable of Picture or Drawing
        Static maps, whose notices join those of the run.
    made_on : str
        Date of the run.
    beside : iterable of str
        Maps of all indicators that lie beside the report: ``overview.html``, ``verdicts.html``.

    Returns
    -------
    ReportView
        Plain values in the plan's language.
    """
    noticed = [notice for picture in drawn for notice in picture.notices]
    told = dataclasses.replace(outcome, notices=(*outcome.notices, *noticed))
    return report_view(told, define, made_on=made_on, beside=beside)


def draw_pictures(outcome: PlanOutcome) -> "dict[str, Picture]":
    """
    Draw the static map of every indicator, for a page.

    Parameters
    ----------
    outcome : PlanOutcome
        The plan that was run.

    Returns
    -------
    dict of str to Picture
        By the id of the indicator.
    """
    return {key: page_picture(drawing) for key, drawing in draw_maps(outcome).items()}


def page_picture(drawing: "Drawing", large: bytes | None = None) -> "Picture":
    """Save a static map in the size that a page shows it in: half of a `large` one of 300 dpi."""
    from geoplan.maps.pictures.furniture import halved_png
    from geoplan.maps.pictures.picture import Picture

    small = (
        drawing.save("png", dpi=_PAGE_DPI) if large is None else halved_png(large, dpi=_PAGE_DPI)
    )
    return Picture(small, drawing.notices, drawing.lang)


def draw_maps(outcome: PlanOutcome) -> "dict[str, Drawing]":
    """
    Draw the static map of every indicator once, to be saved in any format.

    Parameters
    ----------
    outcome : PlanOutcome
        The plan that was run.

    Returns
    -------
    dict of str to Drawing
        By the id of the indicator.
    """
    return {indicator.id: _draw(indicator, outcome) for indicator in outcome.indicators}


def _draw(indicator: IndicatorOutcome, outcome: PlanOutcome) -> "Drawing":
    from geoplan.maps.pictures.picture import draw_map

    measure, target = indicator.headline, indicator.target
    subtitle = measure_words(measure, outcome.lang)
    if target is not None:
        asked = say("chart.target", outcome.lang, target=target_words(target, outcome.lang))
        subtitle = f"{subtitle}  ·  {asked}"
    keys = measure.districts["district_id"]
    return draw_map(
        indicator.result,
        title=indicator.title,
        subtitle=subtitle,
        lang=outcome.lang,
        of=measure.of,
        part=measure.part,
        standings=dict(zip(keys, district_standings(indicator), strict=True)),
        bound=target.value if target is not None and compares_districts(indicator) else None,
    )


def _data_uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("geoplan.app.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


@cache
def _css() -> str:
    return (resources.files("geoplan.app.report") / "templates" / "report.css").read_text("utf-8")
