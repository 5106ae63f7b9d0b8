"""The Word report, opened again with python-docx."""

import io

import docx
import numpy as np
import pytest
from docx.oxml.ns import qn
from PIL import Image

from geoplan.app.report.chart_pictures import bars_png
from geoplan.app.report.docx import open_template, write_docx
from geoplan.app.report.docx_parts import clean
from geoplan.app.report.html import make_view
from geoplan.core.errors import SourceError


def png():
    target = io.BytesIO()
    Image.fromarray(np.full((20, 40, 3), 200, dtype=np.uint8)).save(target, "png")
    return target.getvalue()


@pytest.fixture(autouse=True)
def _quick_charts(monkeypatch):
    for name in ("bars_png", "curve_png"):
        monkeypatch.setattr(f"geoplan.app.report.docx.{name}", lambda _: png())


def write(outcome, folder, **options):
    path = folder / "report.docx"
    pictures = {indicator.id: png() for indicator in outcome.indicators}
    write_docx(make_view(outcome, made_on="2025-06-30"), path, pictures=pictures, **options)
    return docx.Document(str(path))


def words_of(document):
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_indicator_has_a_heading_of_word_s_own(outcomes, tmp_path, lang):
    outcome = outcomes.make_outcome(lang)
    document = write(outcome, tmp_path)
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    titles = [f"{k}  {i.title}" for k, i in enumerate(outcome.indicators, start=1)]
    assert [head for head in heads if head in titles] == titles


def test_the_summary_stands_first_with_the_date_of_the_run(outcomes, tmp_path):
    document = write(outcomes.make_outcome("en"), tmp_path)
    texts = [paragraph.text for paragraph in document.paragraphs[:4]]
    assert texts[1] == "龙岗区 2025"
    assert texts[2].startswith("2025-06-30.")
    assert texts[3] == "1 of 3 targets is missed"


def test_every_table_has_a_caption_that_counts_itself(outcomes, tmp_path):
    document = write(outcomes.make_outcome("en"), tmp_path)
    captions = [p.text for p in document.paragraphs if p.style.name == "Caption"]
    numbers = [int(text.split()[1]) for text in captions if text.startswith("Table ")]
    assert numbers == list(range(1, len(document.tables) + 1))
    fields = document.element.body.xpath('.//w:instrText[contains(., "SEQ Table ")]')
    assert len(fields) == len(document.tables)


def test_tables_repeat_their_head_and_tear_no_row(outcomes, tmp_path):
    for table in write(outcomes.make_outcome("en"), tmp_path).tables:
        head = table.rows[0]._tr
        assert head.xpath("./w:trPr/w:tblHeader")
        assert all(row._tr.xpath("./w:trPr/w:cantSplit") for row in table.rows)


def test_chinese_has_its_font_in_every_style_of_text(outcomes, tmp_path):
    document = write(outcomes.make_outcome("zh"), tmp_path)
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Caption"):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == "Microsoft YaHei"
        assert fonts.get(qn("w:eastAsiaTheme")) is None


def test_every_picture_has_words_and_fits_the_text(outcomes, tmp_path):
    outcome = outcomes.make_outcome("en")
    document = write(outcome, tmp_path)
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    shapes = list(document.inline_shapes)
    assert len(shapes) >= 2 * len(outcome.indicators)
    assert all(shape.width <= room for shape in shapes)
    assert all(shape._inline.docPr.get("descr") for shape in shapes)


def test_hostile_and_forbidden_texts_are_shown_as_text(outcomes, tmp_path):
    shown = words_of(write(outcomes.hostile_outcome(), tmp_path))
    assert outcomes.HOSTILE[3] in shown
    assert outcomes.HOSTILE[0] in shown
    assert "\x07" not in shown


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\ud800", "\ufffe"])
def test_what_xml_forbids_is_replaced(bad):
    assert clean(f"a{bad}b") == "a\ufffdb"


def test_the_office_s_own_template_keeps_page_header_and_cover(outcomes, tmp_path):
    office = docx.Document()
    office.add_paragraph("Cover of the planning bureau")
    office.sections[0].header.paragraphs[0].text = "Letterhead"
    office.sections[0].page_width = 9_000_000
    office.styles["Heading 1"].delete()
    office.save(str(tmp_path / "office.docx"))
    document = write(outcomes.make_outcome("en"), tmp_path, template=str(tmp_path / "office.docx"))
    assert document.paragraphs[0].text == "Cover of the planning bureau"
    assert document.sections[0].header.paragraphs[0].text == "Letterhead"
    assert document.sections[0].page_width == pytest.approx(9_000_000, abs=635)
    assert "1 of 3 targets is missed" in words_of(document)


@pytest.mark.parametrize("content", [None, b"no zip", b""])
def test_a_template_that_is_no_word_document_is_refused(tmp_path, content):
    path = tmp_path / "office.docx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=r"cannot be read as a Word document.*\.docx"):
        open_template(str(path))


def test_a_chart_is_a_picture_with_unknown_districts_too(outcomes):
    indicator = outcomes.undecidable_indicator()
    view = make_view(outcomes.make_outcome("zh", (indicator,)))
    pictures = [bars_png(chart) for chart in view.indicators[0].bars]
    assert Image.open(io.BytesIO(pictures[0])).size[0] > 1_000
