"""Map pages in Chromium without a network; `open_page` also fails on any request or error."""

import html as markup
import io
import re

import folium
import numpy as np
import pytest
from folium.plugins import DualMap, GroupedLayerControl
from folium.utilities import JsCode
from PIL import Image

from geoplan.maps.page.boxes import Cell, LegendBlock, LegendEntry, Place, TableCard
from geoplan.maps.page.figure import DataIsland
from geoplan.maps.page.map_page import make_page
from geoplan.maps.page.safe import safe, visible

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("bundle")]

BOUNDS = (22.50, 114.00, 22.80, 114.40)
BIDI = "park\u202egnp.exe"


def square(name, west, south, size_deg=0.1):
    east, north = west + size_deg, south + size_deg
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"name": safe(name)}, "geometry": geometry}


def quiet_map():
    return folium.Map((22.65, 114.2), tiles=None, prefer_canvas=True, zoom_snap=0.25)


def filled(colour):
    return JsCode(f"function(){{return {{fillColor:'{colour}',fillOpacity:1,weight:0}}}}")


def city_page(name="龙岗区", **parts):
    """Two squares on two layers, with `name` wherever a text from data can stand."""
    map_ = quiet_map()
    groups = {}
    for layer, colour, west in (("blue", "#0000ff", 114.0), ("red", "#ff0000", 114.3)):
        group = folium.FeatureGroup(name=safe(f"{layer} {name}"), show=layer == "blue")
        folium.GeoJson(
            {"type": "FeatureCollection", "features": [square(name, west, 22.6)]},
            style=filled(colour),
            tooltip=folium.GeoJsonTooltip(["name"], aliases=[safe(name)]),
        ).add_to(group)
        groups[layer] = group.add_to(map_)
    GroupedLayerControl(
        {safe(f"group {name}"): list(groups.values())}, exclusive_groups=False
    ).add_to(map_)
    entries = (LegendEntry("#0000ff", f"blue {name}", 1),)
    return make_page(
        map_,
        title=f"Title {name}",
        subtitle=f"Subtitle {name}",
        legend=[
            LegendBlock(f"Blue {name}", entries, "m²", "note", (groups["blue"].get_name(),)),
            LegendBlock(f"Red {name}", entries, layers=(groups["red"].get_name(),)),
        ],
        table=TableCard(
            f"Table {name}",
            ("district", "verdict"),
            ((name, Cell("met", "met")),),
            bounds=((22.6, 114.0, 22.62, 114.02),),
        ),
        footer=[f"Source {name}"],
        bounds=BOUNDS,
        places=[Place(name, "district", (22.6, 114.0, 22.62, 114.02))],
        **parts,
    )


def share_of(page, rgb, within=60):
    picture = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
    return float((np.abs(picture - rgb).max(axis=-1) <= within).mean())


BLUE, RED = (0, 0, 255), (255, 0, 0)


def test_a_map_draws_without_a_network(open_page):
    page = open_page(city_page().html())
    assert share_of(page, BLUE) > 0.01


def test_a_layer_comes_and_goes_with_its_box(open_page):
    page = open_page(city_page().html())
    before = share_of(page, RED)
    page.get_by_label("red 龙岗区").check()
    page.wait_for_timeout(200)
    shown = share_of(page, RED)
    page.get_by_label("red 龙岗区").uncheck()
    page.wait_for_timeout(200)
    assert (before, share_of(page, RED)) == (0, 0)
    assert shown > 0.01


def test_the_legend_follows_the_layers(open_page):
    page = open_page(city_page().html())
    red = page.locator(".gp-legend h3", has_text="Red 龙岗区")
    assert not red.is_visible()
    page.get_by_label("red 龙岗区").check()
    red.wait_for(state="visible", timeout=2000)
    assert page.locator(".gp-legend h3", has_text="Blue 龙岗区").is_visible()


def test_hostile_texts_show_as_typed_everywhere(open_page, hostile):
    page = open_page(city_page(hostile).html())
    page.mouse.move(*centre_of_blue(page))
    page.wait_for_timeout(150)
    spot = {
        "title": page.locator("h1").inner_text(),
        "subtitle": page.locator(".gp-title p").inner_text(),
        "document": page.title(),
        "legend": page.locator(".gp-legend h3").first.inner_text(),
        "label": page.locator(".gp-label").first.inner_text(),
        "table": page.locator(".gp-table tbody th").inner_text(),
        "layer": page.locator(".gp-layers label").nth(1).inner_text(),
        "group": page.locator(".leaflet-control-layers-group-name").inner_text(),
        "alias": page.locator(".leaflet-tooltip th").inner_text(),
        "tooltip": page.locator(".leaflet-tooltip td").inner_text(),
        "footer": page.locator(".gp-footer span").first.inner_text(),
    }
    missing = {place: text for place, text in spot.items() if hostile not in text}
    assert missing == {}
    assert page.evaluate("window.hit") is None


def centre_of_blue(page):
    picture = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
    rows, columns = np.nonzero(np.abs(picture - BLUE).max(axis=-1) <= 60)
    return float(np.median(columns)), float(np.median(rows))


def test_markup_that_got_in_unescaped_cannot_run(browser, tmp_path):
    map_ = quiet_map()
    folium.FeatureGroup(name="<img src=x onerror=window.hit=1>").add_to(map_)
    folium.LayerControl().add_to(map_)
    path = make_page(map_, title="T").save(tmp_path / "page.html")
    with browser.new_context(offline=True) as context:
        page = context.new_page()
        page.goto(path.as_uri())
        page.wait_for_timeout(200)
        assert page.locator(".gp-layers img").count() == 1
        assert page.evaluate("window.hit") is None


def test_a_bidirectional_override_is_written_out(open_page):
    page = open_page(city_page(BIDI).html())
    assert page.locator("h1").inner_text() == f"Title {visible(BIDI)}"


def test_search_finds_by_part_of_a_name_and_goes_there(open_page):
    page = open_page(city_page().html())
    page.get_by_role("button", name="Search by name").click()
    page.get_by_role("combobox").fill("岗")
    assert page.get_by_role("option").inner_text() == "龙岗区 district"
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    assert share_of(page, BLUE) > 0.4


def test_search_lists_hostile_names_as_typed(open_page, hostile_texts):
    places = [Place(name, "", BOUNDS) for name in hostile_texts]
    page = open_page(make_page(quiet_map(), title="T", places=places).html())
    page.get_by_role("button", name="Search by name").click()
    found = []
    for name in hostile_texts:
        page.get_by_role("combobox").fill(name[1:].upper())
        found.append(page.get_by_role("option").first.text_content().strip())
    assert tuple(found) == hostile_texts
    assert page.evaluate("window.hit") is None


def test_search_says_when_it_finds_nothing(open_page):
    page = open_page(city_page().html())
    page.get_by_role("button", name="Search by name").click()
    page.get_by_role("combobox").fill("福田")
    assert page.locator(".gp-search li").inner_text() == "Nothing of this name"


def test_measuring_agrees_with_the_ellipsoid(open_page):
    from pyproj import Geod

    page = open_page(city_page().html())
    name = page.evaluate("document.querySelector('.folium-map').id")
    page.get_by_role("button", name="Measure length and area").click()
    corners = [(22.60, 114.10), (22.75, 114.12), (22.62, 114.25)]
    for lat, lon in corners:
        spot = page.evaluate(f"(p => [p.x, p.y])({name}.latLngToContainerPoint([{lat}, {lon}]))")
        page.mouse.click(*spot)
    length_km, area_km2 = (
        float(part.split()[0]) for part in page.locator(".gp-measure-tag").inner_text().split("·")
    )
    lats, lons = zip(*corners, strict=True)
    geod = Geod(ellps="WGS84")
    # a pixel of the click is 60 m here
    assert length_km * 1e3 == pytest.approx(geod.line_length(lons, lats), rel=0.005)
    assert area_km2 * 1e6 == pytest.approx(
        abs(geod.polygon_area_perimeter(lons, lats)[0]), rel=0.01
    )
    page.keyboard.press("Escape")
    page.wait_for_timeout(400)
    assert page.locator(".gp-measure-tag").count() == 0


def test_a_table_row_takes_the_map_there_and_home_brings_it_back(open_page):
    page = open_page(city_page().html())
    before = share_of(page, BLUE)
    page.locator(".gp-go").click()
    page.wait_for_timeout(200)
    near = share_of(page, BLUE)
    page.get_by_role("button", name="Back to the first view").click()
    page.wait_for_timeout(200)
    assert near > 5 * before
    assert share_of(page, BLUE) == pytest.approx(before, rel=0.02)


def test_the_first_view_holds_the_bounds_clear_of_the_cards(open_page):
    page = open_page(city_page().html(), 1440, 900)
    name = page.evaluate("document.querySelector('.folium-map').id")
    corners = [
        page.evaluate(f"(p => [p.x, p.y])({name}.latLngToContainerPoint([{lat}, {lon}]))")
        for lat, lon in (BOUNDS[:2], BOUNDS[2:])
    ]
    table = page.locator(".gp-table").bounding_box()
    legend = page.locator(".gp-legend").bounding_box()
    assert table["x"] + table["width"] <= corners[0][0]
    assert corners[1][0] <= legend["x"]


@pytest.mark.parametrize(("width", "height"), [(390, 844), (400, 300), (844, 390)])
def test_on_small_screens_the_cards_fold_and_the_map_shows(open_page, width, height):
    page = open_page(city_page().html(), width, height)
    assert page.locator("section.gp-card:not(.gp-folded)").count() == 0
    assert share_of(page, BLUE) > 0.01
    page.get_by_role("button", name="Legend").click()
    assert page.locator(".gp-legend h3").first.is_visible()
    box = page.locator(".gp-legend").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] >= 0


def test_no_card_covers_another(open_page):
    page = open_page(city_page().html(), 1440, 900)
    boxes = [card.bounding_box() for card in page.locator(".gp-card").all()]
    overlaps = [
        (a, b)
        for number, a in enumerate(boxes)
        for b in boxes[number + 1 :]
        if a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    ]
    assert overlaps == []


def test_a_long_table_scrolls_inside_its_card(open_page):
    rows = tuple((f"district {number}", "1") for number in range(200))
    page = open_page(
        make_page(
            quiet_map(), title="T", table=TableCard("Table", ("a", "b"), rows), bounds=BOUNDS
        ).html(),
        1200,
        600,
    )
    card, title = page.locator(".gp-table").bounding_box(), page.locator("h1").bounding_box()
    assert card["y"] >= title["y"] + title["height"]
    assert card["y"] + card["height"] <= 600


@pytest.mark.parametrize("size_px", [(400, 300), (1000, 700)])
def test_the_map_lives_in_a_sandboxed_frame(open_page, size_px):
    width, height = size_px
    inner = markup.escape(city_page().html())
    frame = f'<iframe sandbox="allow-scripts" srcdoc="{inner}" style="border:0" '
    page = open_page(f'<!DOCTYPE html>{frame} width="{width}" height="{height}"></iframe>')
    page.frame_locator("iframe").locator("canvas").first.wait_for(timeout=5000)
    page.wait_for_timeout(300)
    assert share_of(page, BLUE) > 0.002


def test_in_a_frame_the_table_and_the_layers_start_folded(open_page):
    inner = markup.escape(city_page().html())
    page = open_page(
        f'<iframe sandbox="allow-scripts" srcdoc="{inner}" width="900" height="680"></iframe>'
    )
    frame = page.frame_locator("iframe")
    frame.locator(".gp-folded").first.wait_for(timeout=5000)
    folded = frame.locator(".gp-card").evaluate_all(
        "cards => cards.filter(c => c.classList.contains('gp-folded')).map(c => c.className)"
    )
    assert sorted(folded) == ["gp-card gp-layers gp-folded", "gp-card gp-table gp-folded"]


def test_a_frame_that_opens_later_shows_its_first_view(open_page):
    inner = markup.escape(city_page().html())
    page = open_page(
        '<!DOCTYPE html><div id="d" style="display:none"><iframe sandbox="allow-scripts" '
        f'srcdoc="{inner}" width="900" height="600"></iframe></div>'
    )
    page.wait_for_timeout(200)
    page.evaluate("document.getElementById('d').style.display = 'block'")
    page.wait_for_timeout(500)
    assert share_of(page, BLUE) > 0.005


def test_both_maps_of_a_dual_map_draw(open_page):
    dual = DualMap(location=(22.65, 114.2), tiles=None, zoom_start=11)
    for map_, colour in ((dual.m1, "#0000ff"), (dual.m2, "#ff0000")):
        folium.GeoJson(square("a", 114.15, 22.6), style=filled(colour)).add_to(map_)
    page = open_page(make_page(dual, title="Before and after", bounds=BOUNDS).html())
    assert share_of(page, BLUE) > 0.004
    assert share_of(page, RED) > 0.004


def test_every_feature_of_a_layer_draws_with_its_tooltip(open_page):
    map_ = quiet_map()
    folium.GeoJson(
        {
            "type": "FeatureCollection",
            "features": [square(f"name {at}", 114.0 + at / 10, 22.6, 0.05) for at in range(4)],
        },
        style=filled("#0000ff"),
        tooltip=folium.GeoJsonTooltip(["name"]),
    ).add_to(map_)
    page = open_page(make_page(map_, title="T", bounds=BOUNDS).html())
    name = page.evaluate("document.querySelector('.folium-map').id")
    tips = []
    for at in range(4):
        lat, lon = 22.625, 114.025 + at / 10
        spot = page.evaluate(f"(p => [p.x, p.y])({name}.latLngToContainerPoint([{lat}, {lon}]))")
        page.mouse.move(*spot)
        page.wait_for_timeout(100)
        tips.append(page.locator(".leaflet-tooltip td").last.inner_text())
    assert tips == ["name 0", "name 1", "name 2", "name 3"]


def test_scripts_read_data_islands(open_page, hostile):
    map_ = quiet_map()
    DataIsland("names", [hostile, None, 1.5]).add_to(map_)
    page = open_page(make_page(map_, title="T").html())
    assert page.evaluate("geoplan.island('names')") == [hostile, None, 1.5]


def test_the_gcj02_view_moves_what_is_drawn_and_not_what_it_means(open_page):
    map_ = folium.Map((22.55, 114.06), tiles=None, crs="GCJ02", zoom_start=15)
    page = open_page(make_page(map_, title="T").html())
    shift_m, round_trip_m = page.evaluate(
        """() => {
          const place = L.latLng(22.55, 114.06), crs = L.CRS.GCJ02;
          const drawn = L.CRS.EPSG3857.unproject(crs.project(place));
          return [place.distanceTo(drawn), place.distanceTo(crs.unproject(crs.project(place)))];
        }"""
    )
    assert 400 < shift_m < 700
    assert round_trip_m < 0.01


def test_every_control_can_be_reached_and_has_a_name(open_page):
    page = open_page(city_page(lang="zh").html())
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("a, button, input, summary, [role=button]")]
          .filter((one) => !(one.getAttribute("aria-label") || one.title || one.textContent.trim()
                             || (one.labels && one.labels.length)))
          .map((one) => one.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize("paper", ["A4", "A3", "Letter"])
def test_the_map_prints_on_one_sheet_across(open_page, paper):
    page = open_page(city_page().html(), 1440, 900)
    pdf = page.pdf(format=paper, landscape=True)
    assert pdf.count(b"/Type /Page\n") == 1
    wide, high = map(float, re.search(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", pdf).groups())
    assert wide > high


@pytest.mark.parametrize(("paper", "width_px"), [("a4", 1062), ("a3", 1526), ("letter", 995)])
def test_on_larger_paper_the_map_is_larger(open_page, paper, width_px):
    page = open_page(city_page().html(), 1440, 900)
    page.wait_for_timeout(200)
    height_px = {"a4": 690, "a3": 1018, "letter": 712}[paper]
    page.emulate_media(media="print")
    page.set_viewport_size({"width": width_px, "height": height_px})
    box = page.locator(".gp-map").bounding_box()
    assert box["width"] <= width_px + 1
    assert box["height"] <= height_px + 1
    assert box["width"] > 0.97 * width_px or box["height"] > 0.97 * height_px


def test_print_shows_what_the_screen_showed(open_page):
    page = open_page(city_page().html(), 1440, 900)
    page.set_viewport_size({"width": 1062, "height": 733})
    page.emulate_media(media="print")
    page.wait_for_timeout(300)
    table, legend = (page.locator(f".gp-{card}").bounding_box() for card in ("table", "legend"))
    assert not page.locator(".gp-layers").is_visible()
    assert table["y"] + table["height"] <= 733
    assert legend["x"] + legend["width"] <= 1062
    assert share_of(page, BLUE) > 0.01
