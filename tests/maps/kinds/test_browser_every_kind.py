"""Every kind of map in a browser: offline, quiet, switchable, searchable, printable, as typed."""

import importlib.util
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("bundle")]


def _kinds():
    path = Path(__file__).with_name("every_kind.py")
    spec = importlib.util.spec_from_file_location("every_kind", path)
    module = sys.modules.setdefault("every_kind", importlib.util.module_from_spec(spec))
    if not hasattr(module, "KINDS"):
        spec.loader.exec_module(module)
    return module.KINDS


KINDS = _kinds()
_SHAPES = "document.querySelectorAll('.gp-map path, .gp-map canvas').length"
_MIDDLE = """() => {
    const box = document.querySelectorAll('.leaflet-gp-hit-pane path')[0].getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height * 0.35];
}"""


@pytest.fixture(params=sorted(KINDS))
def kind(request):
    return KINDS[request.param]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_opens_from_a_file_without_a_request_or_a_complaint(kind, town, open_page, lang):
    page = open_page(kind(town, "Town", lang=lang).html(), 1440, 900)
    assert page.evaluate("location.protocol") == "file:"
    assert page.evaluate(_SHAPES) >= 8
    assert page.evaluate("document.documentElement.lang") == {"en": "en", "zh": "zh-CN"}[lang]
    assert page.locator(".gp-legend h3").first.is_visible()
    assert page.locator(".gp-legend li").count() >= 2
    assert (
        page.locator(".gp-footer").inner_text().count("·") == 0
        or page.locator(".gp-footer span").count()
    )


def test_every_theme_and_layer_comes_and_goes(kind, town, open_page):
    page = open_page(kind(town, "Town", context={"water": town.lines}).html(), 1440, 900)
    boxes = page.locator(".gp-layers input")
    assert boxes.count() >= 3
    for number in range(boxes.count()):
        box = boxes.nth(number)
        before = box.is_checked()
        box.click()
        if box.get_attribute("type") == "checkbox":
            assert box.is_checked() is not before
        else:
            assert box.is_checked()
        blocks = page.locator(".gp-legend .gp-block:not([hidden])")
        assert blocks.count() >= 1


def test_search_finds_a_district_and_goes_there(kind, town, open_page):
    page = open_page(kind(town, "Town").html(), 1440, 900)
    page.get_by_role("button", name="Search by name").click()
    page.get_by_role("combobox").fill("sout")
    assert page.get_by_role("option").first.inner_text() == "South district"
    page.keyboard.press("Enter")
    page.wait_for_timeout(150)
    assert page.locator(".gp-name", has_text="South").first.is_visible()


def test_a_district_has_a_tooltip_and_a_click_opens_its_panel(kind, town, open_page):
    page = open_page(kind(town, "Town").html(), 1440, 900)
    page.wait_for_timeout(200)
    page.evaluate("document.querySelector('.gp-map .leaflet-gp-shapes-pane').remove()")
    page.mouse.move(*page.evaluate(_MIDDLE))
    page.wait_for_timeout(120)
    assert "East" in page.locator(".leaflet-tooltip.gp-tip-district").inner_text()
    page.mouse.down()
    page.mouse.up()
    panel = page.locator(".gp-panel")
    panel.wait_for(state="visible", timeout=2000)
    assert panel.locator("h3").inner_text() == "East"
    assert panel.locator("dt").count() == panel.locator("dd").count() >= 1
    page.keyboard.press("Escape")
    page.wait_for_timeout(400)
    assert page.locator(".gp-panel").count() == 0


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_it_prints_on_one_sheet(kind, town, open_page, paper):
    page = open_page(kind(town, "Town").html(), 1440, 900)
    pdf = page.pdf(format=paper, landscape=True)
    assert pdf.count(b"/Type /Page\n") == 1
    assert len(pdf) > 20_000


@pytest.mark.parametrize("size", [(390, 844), (400, 300)])
def test_on_a_phone_cards_fold_and_the_districts_show(kind, town, open_page, size):
    page = open_page(kind(town, "Town").html(), *size)
    page.wait_for_timeout(150)
    assert page.locator("section.gp-card:not(.gp-folded)").count() == 0
    width = page.evaluate("document.querySelector('.gp-map').scrollWidth")
    assert width <= size[0]
    heights = page.locator("section.gp-card").evaluate_all(
        "cards => cards.map(c => c.offsetHeight)"
    )
    assert max(heights) < 60


def test_hostile_texts_show_as_typed_and_nothing_in_them_runs(
    kind, town_named, hostile_texts, open_page
):
    for first in range(0, len(hostile_texts), 4):
        names = (*hostile_texts[first : first + 4], "a", "b", "c")[:4]
        town = town_named(names)
        context = {f"layer {names[0]}": town.parks}
        page = open_page(kind(town, names[0], context=context).html(), 1440, 900)
        page.evaluate("document.querySelector('.gp-map .leaflet-gp-shapes-pane').remove()")
        for box in page.locator(".gp-layers input").all():
            box.click()
        page.mouse.move(*page.evaluate(_MIDDLE))
        page.mouse.down()
        page.mouse.up()
        page.wait_for_timeout(100)
        assert page.locator(".gp-panel h3").inner_text() == " ".join(names[0].split())
        assert names[0] in page.locator("body").inner_text()
        assert page.evaluate("window.hit") is None
        assert page.locator(".gp-main img, .gp-main b > b, .gp-main script").count() == 0


def test_a_row_of_the_table_opens_the_panel_by_keyboard_and_escape_goes_back(town, open_page):
    page = open_page(KINDS["coverage"](town, "Town").html(), 1440, 900)
    row = page.locator(".gp-go").first
    row.focus()
    page.keyboard.press("Enter")
    page.locator(".gp-panel").wait_for(state="visible", timeout=2000)
    assert page.evaluate("document.activeElement.className") == "gp-panel"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "gp-go"


def test_the_panel_tells_value_amounts_and_verdict(town, open_page):
    page = open_page(KINDS["coverage"](town, "Town").html(), 1440, 900)
    page.locator(".gp-go", has_text="East").click()
    panel = page.locator(".gp-panel")
    row = town.coverage().measures[0].districts.iloc[0]
    told = panel.locator("dd").first.inner_text()
    assert f"{row['value'] * 100:.1f} %" in told
    assert "✓ met" in told
    assert "target > 95 %" in told
    assert f"{row['numerator']:,.0f} people of {row['denominator']:,.0f} people" in told


def test_measuring_is_not_disturbed_by_panels(town, open_page):
    page = open_page(KINDS["coverage"](town, "Town").html(), 1440, 900)
    page.get_by_role("button", name="Measure length and area").click()
    page.mouse.click(*page.evaluate(_MIDDLE))
    page.wait_for_timeout(100)
    assert page.locator(".gp-panel").count() == 0


def test_a_row_of_the_overview_chooses_its_theme(town, open_page):
    page = open_page(KINDS["overview"](town, "Town").html(), 1440, 900)
    page.locator(".gp-choose", has_text="Parks").click()
    assert page.get_by_label("Parks", exact=True).first.is_checked()


def test_the_line_of_a_comparison_moves_by_mouse_and_keys(town, open_page):
    page = open_page(KINDS["compare"](town, "2015").html(), 1440, 900)
    page.wait_for_timeout(200)
    handle = page.get_by_role("slider")
    clip = "document.querySelector('.leaflet-gp-before-pane').style.clip"
    first, at = page.evaluate(clip), int(handle.get_attribute("aria-valuenow"))
    handle.focus()
    page.keyboard.press("ArrowRight")
    assert int(handle.get_attribute("aria-valuenow")) == at + 2
    assert page.evaluate(clip) != first
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 17, box["y"] + 17)
    page.mouse.down()
    page.mouse.move(300, 400, steps=4)
    page.mouse.up()
    assert abs(handle.bounding_box()["x"] + 17 - 300) < 2
