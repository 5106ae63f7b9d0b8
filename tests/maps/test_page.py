import re
from pathlib import Path

import folium
import pytest
from markupsafe import escape

from geoplan.core.errors import ParameterError, RenderError
from geoplan.maps.page import map_page as module
from geoplan.maps.page.boxes import Cell, LegendBlock, LegendEntry, Place, TableCard
from geoplan.maps.page.map_page import make_page
from geoplan.maps.page.safe import json_island

pytestmark = pytest.mark.usefixtures("bundle")


def quiet_page(**parts):
    return make_page(folium.Map((22.6, 114.2), tiles=None), **{"title": "Stops", **parts})


def test_every_part_shows_a_hostile_text_as_typed(hostile):
    html = quiet_page(
        title=hostile,
        subtitle=hostile,
        legend=[
            LegendBlock(hostile, (LegendEntry("#112233", hostile, hostile),), hostile, hostile)
        ],
        table=TableCard(hostile, (hostile,), ((hostile,), (Cell(hostile, "met"),)), hostile),
        footer=[hostile],
    ).html()
    before_scripts = html.split("<script>")[0]
    # title twice; subtitle; legend title, label, count, unit, note; table title twice, column, two
    # cells, note; footer
    assert before_scripts.count(str(escape(hostile))) == 15


def test_places_are_data_not_markup(hostile):
    html = quiet_page(places=[Place(hostile, hostile, (22, 114, 22, 114))]).html()
    assert json_island([[hostile, hostile, 22, 114, 22, 114]]) in html


def test_without_places_there_is_nothing_to_search():
    assert 'id="gp-island' not in quiet_page().html()


def test_a_legend_counts_with_thousands_separators():
    block = LegendBlock("Parks", (LegendEntry("#00ff00", "parks", 12345),))
    assert '<span class="gp-count">12,345</span>' in quiet_page(legend=[block]).html()


@pytest.mark.parametrize("symbol", ["area", "line", "dashed", "point", "ring"])
def test_a_legend_draws_its_symbols(symbol):
    block = LegendBlock("Rail", (LegendEntry("#dd1144", "line 1", symbol=symbol),))
    assert '"#dd1144"' in quiet_page(legend=[block]).html()


def test_a_legend_without_symbol_draws_none():
    block = LegendBlock("Rail", (LegendEntry("#dd1144", "line 1", symbol="none"),))
    assert '"#dd1144"' not in quiet_page(legend=[block]).html()


@pytest.mark.parametrize(
    ("tone", "mark"), [("met", "✓"), ("missed", "✗"), ("undecidable", "◇"), ("", None)]
)
def test_a_verdict_is_a_mark_and_not_only_a_colour(tone, mark):
    table = TableCard("Districts", ("name", "verdict"), (("a", Cell("word", tone)),))
    marks = re.findall(r'class="gp-mark">(.) ', quiet_page(table=table).html())
    assert marks == ([mark] if mark else [])


def test_a_row_with_bounds_can_be_chosen():
    table = TableCard("D", ("name",), (("a",), ("b",)), bounds=((22.0, 114.0, 23.0, 115.0), None))
    html = quiet_page(table=table).html()
    assert html.count('data-bounds="22.0,114.0,23.0,115.0"') == 1
    assert html.count('<button type="button" class="gp-go"') == 1


@pytest.mark.parametrize(("lang", "words"), [("zh", "绘图：Leaflet"), ("en", "drawn with Leaflet")])
def test_the_page_speaks_its_language(lang, words):
    assert f"<span>{words}</span>" in quiet_page(lang=lang).html()


@pytest.mark.parametrize(
    ("tiles", "offline", "words"),
    [
        (None, True, "works without the internet"),
        (None, False, "needs the internet"),
        ("https://tile.example/{z}/{x}/{y}.png", True, "needs the internet"),
    ],
)
def test_the_footer_says_whether_the_net_is_needed(tiles, offline, words):
    map_ = folium.Map((22.6, 114.2), tiles=tiles, attr="x")
    footer = make_page(map_, title="Stops", offline=offline).html().split("<footer")[1]
    assert words in footer


@pytest.mark.parametrize(
    ("parts", "match"),
    [
        ({"title": "  "}, "needs a `title`"),
        ({"lang": "fr"}, "geoplan speaks en and zh"),
        ({"bounds": (23.0, 114.0, 22.0, 115.0)}, "south, west, north, east"),
        ({"bounds": (114.0, 22.0, 115.0, 23.0)}, "in degrees"),
        ({"bounds": (float("nan"), 22.0, 23.0, 23.0)}, "in degrees"),
    ],
)
def test_bad_parts_are_refused(parts, match):
    with pytest.raises(ParameterError, match=match):
        quiet_page(**parts)


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "#112233;x", "url(x)"])
def test_a_colour_is_six_digits(colour):
    with pytest.raises(ParameterError, match="#rrggbb"):
        LegendEntry(colour, "a")


def test_a_ragged_table_is_refused():
    with pytest.raises(ParameterError, match="row 1 has 1 cells"):
        TableCard("D", ("a", "b"), (("1", "2"), ("1",)))


def test_bounds_are_for_every_row_or_none():
    with pytest.raises(ParameterError, match="2 rows, but bounds for 1"):
        TableCard("D", ("a",), (("1",), ("2",)), bounds=(None,))


def test_a_page_is_saved_as_it_is(tmp_path):
    page = quiet_page(title="公交站点")
    path = page.save(tmp_path / "新建" / "图.html")
    assert path.read_bytes() == page.html().encode("utf-8")
    assert [entry.name for entry in path.parent.iterdir()] == ["图.html"]


def test_saving_takes_a_text_as_path(tmp_path):
    assert quiet_page().save(str(tmp_path / "a.html")) == Path(tmp_path / "a.html")


def test_a_page_that_cannot_be_written_leaves_the_last_one(tmp_path):
    path = quiet_page().save(tmp_path / "a.html")
    before = path.read_bytes()
    map_ = folium.Map((22.6, 114.2), tiles=None)
    folium.Marker((22, 114), popup="x").add_to(map_)
    with pytest.raises(RenderError, match="jQuery"):
        make_page(map_, title="Stops").save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.html"]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path):
    (tmp_path / "a.html").mkdir()
    with pytest.raises(OSError, match=r"a\.html"):
        quiet_page().save(tmp_path / "a.html")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.html"]


def test_a_small_page_needs_no_notice():
    assert quiet_page().notices() == ()


def test_a_large_page_says_so(monkeypatch):
    monkeypatch.setattr(module, "NOTICE_MB", 0.1)
    (notice,) = quiet_page().notices()
    assert "Stops: the map page is 0 MB" in notice.text("en")


def test_a_huge_page_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr(module, "LIMIT_MB", 0.1)
    with pytest.raises(RenderError, match="a grid as a picture"):
        quiet_page().html()


def test_the_first_view_is_told_to_the_page():
    html = quiet_page(bounds=(22.5, 114.0, 22.75, 114.25)).html()
    assert '"bounds":[22.5,114.0,22.75,114.25]' in html
