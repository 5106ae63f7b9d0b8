"""``report.docx``: the report as a Word document, to be worked on in the office."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from geoplan.app.report.chart_pictures import bars_png, curve_png
from geoplan.app.report.docx_parts import (
    add_field,
    add_picture,
    add_table,
    begin_field,
    caption,
    clean,
    end_field,
    set_fonts,
    styled,
)
from geoplan.app.report.tables import Cell, Heading, Row, Table
from geoplan.app.report.view import IndicatorView, ReportView
from geoplan.app.report.words import say
from geoplan.core.errors import SourceError

if TYPE_CHECKING:
    from docx.document import Document

_MARGIN_MM, _PAGE_MM = 22, (210, 297)
_STYLES = ("Normal", "Title", "Subtitle", "Caption", *(f"Heading {k}" for k in range(1, 4)))
_INK = "1B242E"


def write_docx(
    view: ReportView, path: Path, *, pictures: Mapping[str, bytes], template: str = ""
) -> None:
    """
    Write the report as a Word document.

    Parameters
    ----------
    view : ReportView
        The report as words and tables.
    path : Path
        Where to.
    pictures : mapping of str to bytes
        Static map as PNG by the id of its indicator.
    template : str
        The office's own .docx: its page, styles, header and footer are kept, and what stands in
        it stays before the report. Without one the document is A4 with Chinese fonts set.

    Raises
    ------
    SourceError
        If the template cannot be read, or is no Word document.

    Notes
    -----
    Headings are Word's own styles (``Heading 1``–``3``), captions count themselves (``SEQ``), and
    tables repeat their head: contents and lists of tables can be made and renewed with F9.
    """
    document = open_template(template)
    document.core_properties.title = clean(say("page.title", view.lang, name=view.name))[:255]
    document.core_properties.author = "geoplan"
    document.core_properties.language = "zh-CN" if view.lang == "zh" else "en"
    styled(document, say("page.kicker", view.lang), "Subtitle")
    styled(document, view.name, "Title")
    styled(document, view.made_by, "Normal")
    _summary(document, view)
    _contents(document, view)
    for indicator in view.indicators:
        _indicator(document, indicator, view.lang, pictures.get(indicator.id))
    _data(document, view)
    _provenance(document, view)
    document.save(str(path))


def open_template(template: str) -> "Document":
    """
    Open the office's template, or make a document of our own.

    Parameters
    ----------
    template : str
        Path of a .docx; empty for ours.

    Returns
    -------
    Document
        To be written into.

    Raises
    ------
    SourceError
        If the template cannot be read, or is no Word document.
    """
    import docx
    from docx.shared import Mm, Pt, RGBColor

    if template:
        try:
            return docx.Document(template)
        except Exception as error:  # zip, XML and package errors of three libraries
            raise SourceError(
                f"the template {template!r} cannot be read as a Word document ({error}). Name a "
                ".docx (save a .dotx or .doc as .docx), or leave the template out."
            ) from error
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(_PAGE_MM[0]), Mm(_PAGE_MM[1])
    section.left_margin = section.right_margin = Mm(_MARGIN_MM)
    section.top_margin = section.bottom_margin = Mm(_MARGIN_MM)
    for name in _STYLES:
        style = document.styles[name]
        set_fonts(style)
        style.font.italic = False
        style.font.color.rgb = RGBColor.from_string(_INK)
    sizes = {"Normal": 10.5, "Title": 24, "Subtitle": 11, "Caption": 9, "Heading 1": 16}
    for name, size in {**sizes, "Heading 2": 12.5, "Heading 3": 11}.items():
        document.styles[name].font.size = Pt(size)
    document.styles["Caption"].paragraph_format.space_after = Pt(4)
    add_field(section.footer.paragraphs[0], " PAGE ", "1")
    section.footer.paragraphs[0].alignment = 1
    return document


def _heading(document: "Document", words: str, level: int, *, new_page: bool = False) -> None:
    heading = styled(document, words, f"Heading {level}")
    heading.paragraph_format.page_break_before = new_page
    heading.paragraph_format.keep_with_next = True


def _captioned(document: "Document", content: Table, lang: str) -> None:
    caption(document, say("docx.table", lang), content.caption)
    add_table(document, content)


def _summary(document: "Document", view: ReportView) -> None:
    _heading(document, view.summary, 1)
    counts = " · ".join(f"{card.mark} {card.count} {card.word}" for card in view.cards)
    if counts:
        styled(document, counts, "Normal")
    if view.plan_maps:
        named = "; ".join(f"{words} ({file})" for file, words in view.plan_maps)
        styled(document, f"{say('page.maps_beside', view.lang)} {named}", "Normal")
    _captioned(document, view.verdicts, view.lang)
    if view.glance:
        _captioned(document, view.glance, view.lang)


def _contents(document: "Document", view: ReportView) -> None:
    """List the headings in a field: they stand there at once, and F9 adds the pages."""
    _heading(document, say("page.contents", view.lang), 2)
    titles = [f"{indicator.number}  {indicator.title}" for indicator in view.indicators]
    titles += [say(f"page.{key}", view.lang) for key in ("data", "provenance", "methods")]
    lines = [document.add_paragraph() for _ in titles]
    begin_field(lines[0], ' TOC \\o "1-1" \\h \\z \\u ')
    for line, title in zip(lines, titles, strict=True):
        line.add_run(clean(title))
        line.paragraph_format.space_after = 0
    end_field(lines[-1])


def _indicator(
    document: "Document", indicator: IndicatorView, lang: str, picture: bytes | None
) -> None:
    _heading(document, f"{indicator.number}  {indicator.title}", 1, new_page=True)
    verdict = styled(document, f"{indicator.verdict.mark} {indicator.verdict.text}. ", "Normal")
    verdict.runs[0].bold = True
    verdict.add_run(clean(f"{indicator.finding} {indicator.conclusion}"))
    figure = say("docx.figure", lang)
    if picture is not None:
        words = say("section.picture_alt", lang, title=indicator.title)
        add_picture(document, picture, words)
        caption(document, figure, words).paragraph_format.keep_with_next = False
    _heading(document, say("section.definition", lang), 2)
    for k, sentence in enumerate(indicator.definition):
        styled(document, sentence, "List Bullet" if k else "Normal")
    if indicator.source:
        styled(document, say("section.source", lang, source=indicator.source), "Normal")
    if indicator.measures:
        _captioned(document, indicator.measures, lang)
    _heading(document, say("section.by_district", lang), 2)
    for chart in indicator.bars:
        add_picture(document, bars_png(chart), chart.title)
        caption(document, figure, indicator.chart_caption).paragraph_format.keep_with_next = False
    _captioned(document, indicator.districts, lang)
    if indicator.growth:
        key = "growth.head_time" if indicator.growth.in_time else "growth.head_distance"
        _heading(document, say(key, lang), 2)
        add_picture(document, curve_png(indicator.growth.curve), indicator.growth.curve.title)
        note = caption(document, figure, indicator.growth.caption)
        note.paragraph_format.keep_with_next = False
        _captioned(document, indicator.growth.table, lang)
    for other in indicator.others:
        _captioned(document, other, lang)
    _list(document, say("section.notices", lang), indicator.notices)


def _list(document: "Document", head: str, sentences: tuple[str, ...]) -> None:
    if sentences:
        _heading(document, head, 2)
        for sentence in sentences:
            styled(document, sentence, "List Bullet")


def _data(document: "Document", view: ReportView) -> None:
    _heading(document, say("page.data", view.lang), 1, new_page=True)
    styled(document, say("data.intro", view.lang), "Normal")
    _captioned(document, view.layers, view.lang)
    for layer in view.layer_notes:
        _list(document, layer.layer, layer.notes)
    _heading(document, say("page.warnings", view.lang), 2)
    for warning in view.warnings or (say("page.no_warnings", view.lang),):
        styled(document, warning, "List Bullet" if view.warnings else "Normal")


def _provenance(document: "Document", view: ReportView) -> None:
    lang = view.lang
    _heading(document, say("page.provenance", lang), 1)
    _captioned(document, _facts(view.run, say("provenance.run", lang), lang), lang)
    _captioned(document, _facts(view.versions, say("provenance.versions", lang), lang), lang)
    _captioned(document, view.files, lang)
    _heading(document, say("page.methods", lang), 1)
    for method in view.methods:
        styled(document, method, "Normal")


def _facts(pairs: tuple[tuple[str, str], ...], title: str, lang: str) -> Table:
    headings = (Heading(say("docx.fact", lang)), Heading(say("docx.value", lang)))
    rows = tuple(Row((Cell(name), Cell(value))) for name, value in pairs)
    return Table(title, headings, rows)
