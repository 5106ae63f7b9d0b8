"""Parts of a Word document: captions that count themselves, tables, pictures, fonts."""
# ruff: noqa: SLF001 (python-docx has no public door to fields, rules and alternative texts)

import io
import re
from typing import TYPE_CHECKING, Any

from geoplan.app.report.charts import text_units
from geoplan.app.report.tables import Row, Table

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.table import Table as DocxTable
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

EAST_ASIAN, LATIN = "Microsoft YaHei", "Calibri"
"""Fonts of the document where the office gives no template; every Office has both."""

_INK, _SOFT, _RULE, _BAND = "1B242E", "55626F", "C9D0D6", "F1F4F6"
_STANDING = {"met": "2166AC", "missed": "B2182B", "undecidable": "5D6670"}
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOTE_PT, _TABLE_PT = 8.0, 9.0
_KEPT_TOGETHER = 13
_A4_WIDTH_EMU = 7_560_000


def clean(words: str) -> str:
    r"""
    Replace what XML forbids; a document with it would not open.

    Parameters
    ----------
    words : str
        Any text.

    Returns
    -------
    str
        With U+FFFD for control characters and lone surrogates.

    Examples
    --------
    >>> clean("a\x07b")
    'a\ufffdb'
    """
    return _FORBIDDEN.sub("\ufffd", words)


def make(tag: str, **attributes: str) -> "BaseOxmlElement":
    """Make an element ``w:<tag>`` with attributes ``w:<name>``."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def set_fonts(style: Any, *, latin: str = LATIN, east_asian: str = EAST_ASIAN) -> None:  # noqa: ANN401 (any style of python-docx)
    """Give a style its fonts; Word picks the font of Chinese by ``eastAsia`` alone."""
    from docx.oxml.ns import qn

    style.font.name = latin
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), east_asian)


def styled(document: "Document", words: str, style: str) -> "Paragraph":
    """Add a paragraph in a style of the document; a template may lack it."""
    paragraph = document.add_paragraph()
    if style in document.styles:
        paragraph.style = document.styles[style]
    paragraph.add_run(clean(words))
    return paragraph


def caption(document: "Document", label: str, words: str) -> "Paragraph":
    """
    Add a caption that counts itself, as Word's own do.

    Parameters
    ----------
    document : Document
        The document.
    label : str
        ``Table``, ``图``, …: what is counted.
    words : str
        What is shown.

    Returns
    -------
    Paragraph
        In the style ``Caption``, with a field ``SEQ``.
    """
    numbers = document.element.body.xpath(f'count(.//w:instrText[contains(., "SEQ {label} ")])')
    paragraph = styled(document, f"{label} ", "Caption")
    add_field(paragraph, f" SEQ {label} \\* ARABIC ", str(int(numbers) + 1))
    paragraph.add_run(f"  {clean(words)}")
    paragraph.paragraph_format.keep_with_next = True
    return paragraph


def add_field(paragraph: "Paragraph", instruction: str, shown: str) -> None:
    """Add a field with the value it has now; Word counts it anew on F9."""
    begin_field(paragraph, instruction)
    paragraph.add_run(shown)
    end_field(paragraph)


def begin_field(paragraph: "Paragraph", instruction: str) -> None:
    """Begin a field; what is added until `end_field`, in this paragraph or later, is its value."""
    from docx.oxml.ns import qn

    _field_part(paragraph, "begin")
    text = make("instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = instruction
    paragraph.add_run()._r.append(text)
    _field_part(paragraph, "separate")


def end_field(paragraph: "Paragraph") -> None:
    """End a field."""
    _field_part(paragraph, "end")


def _field_part(paragraph: "Paragraph", kind: str) -> None:
    paragraph.add_run()._r.append(make("fldChar", fldCharType=kind))


def add_picture(document: "Document", png: bytes, words: str, *, most_high_mm: float = 195) -> None:
    """
    Add a picture as wide as the text, with words for those who do not see it.

    Parameters
    ----------
    document : Document
        The document.
    png : bytes
        The picture.
    words : str
        Its alternative text.
    most_high_mm : float
        A picture that would be higher becomes narrower.
    """
    from docx.shared import Mm

    picture = document.add_picture(io.BytesIO(png), width=text_width(document))
    if picture.height > Mm(most_high_mm):
        picture.width = int(picture.width * Mm(most_high_mm) / picture.height)
        picture.height = Mm(most_high_mm)
    picture._inline.docPr.set("descr", clean(words))
    document.paragraphs[-1].paragraph_format.keep_with_next = True


def add_table(document: "Document", content: Table) -> None:
    """
    Add a table: ruled lightly, its head repeated on every page, no row torn apart.

    Parameters
    ----------
    document : Document
        The document.
    content : Table
        What stands in it.
    """
    table = document.add_table(rows=1, cols=len(content.headings))
    table.autofit = True
    _rule(table)
    head = table.rows[0]
    head._tr.get_or_add_trPr().append(make("tblHeader"))
    for cell, heading in zip(head.cells, content.headings, strict=True):
        words = f"{heading.text} ({heading.unit})" if heading.unit else heading.text
        run = _write(cell, words, right=heading.numeric)
        run.bold = True
        _shade(cell)
    for row in content.rows:
        _add_row(table.add_row().cells, row, content)
    together = len(content.rows) <= _KEPT_TOGETHER
    widths = _widths(document, content)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        row._tr.get_or_add_trPr().append(make("cantSplit"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
            if together:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
    document.add_paragraph().paragraph_format.space_after = 0


def _widths(document: "Document", content: Table) -> list[int]:
    """Share out the width of the text: long columns get more, and none less than its words."""
    columns = list(
        zip(
            [heading.text for heading in content.headings],
            *([f"{cell.text} {cell.note}" for cell in row.cells] for row in content.rows),
            strict=True,
        )
    )
    longest = [max(map(text_units, column)) for column in columns]
    words = [
        max(text_units(word) for text in column for word in re.split("[ \n]", text))
        for column in columns
    ]
    weights = [
        max(min(most, 60) ** 0.75, min(word, 16) + 2.0)
        for most, word in zip(longest, words, strict=True)
    ]
    return [int(text_width(document) * weight / sum(weights)) for weight in weights]


def text_width(document: "Document") -> int:
    """Give the width between the margins of the last section, in EMU."""
    section = document.sections[-1]
    page = section.page_width or _A4_WIDTH_EMU
    return int(page - (section.left_margin or 0) - (section.right_margin or 0))


def _rule(table: "DocxTable") -> None:
    from docx.oxml.ns import qn

    properties = table._tbl.tblPr
    width = properties.find(qn("w:tblW"))
    if width is not None:
        properties.remove(width)
    borders = make("tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(make(side, val="single", sz="4", space="0", color=_RULE))
    # Word wants its elements in the order of the schema: style, width, rules, layout, look.
    place = 1 if properties.find(qn("w:tblStyle")) is not None else 0
    properties.insert(place, make("tblW", w="5000", type="pct"))
    properties.insert(place + 1, borders)


def _add_row(cells: "tuple[_Cell, ...]", row: Row, content: Table) -> None:
    from docx.shared import Pt, RGBColor

    for cell, value, heading in zip(cells, row.cells, content.headings, strict=True):
        words = f"{value.mark} {value.text}" if value.mark else value.text
        run = _write(cell, words, right=heading.numeric)
        run.bold = row.whole or bool(value.mark)
        if value.mark and row.standing in _STANDING:
            run.font.color.rgb = RGBColor.from_string(_STANDING[row.standing])
        if value.note:
            note = cell.paragraphs[0].add_run(f"\n{clean(value.note)}")
            note.font.size = Pt(_NOTE_PT)
            note.font.color.rgb = RGBColor.from_string(_SOFT)
        if row.whole:
            _shade(cell)


def _write(cell: "_Cell", words: str, *, right: bool) -> "Run":
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = Pt(1.5)
    paragraph.paragraph_format.space_after = Pt(1.5)
    paragraph.paragraph_format.line_spacing = 1.0
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run: Run = paragraph.add_run(clean(words))
    run.font.size = Pt(_TABLE_PT)
    return run


def _shade(cell: "_Cell") -> None:
    cell._tc.get_or_add_tcPr().append(make("shd", val="clear", color="auto", fill=_BAND))
