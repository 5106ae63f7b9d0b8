"""Maps in a browser: themes, tooltips, labels apart, nothing under a card, names as typed."""

import dataclasses
import io
import itertools

import geopandas as gpd
import matplotlib.image
import numpy as np
import pytest

from geoplan.maps import coverage_map, park_access_map, red_line_map

pytestmark = pytest.mark.browser

_BOXES = """() => [...document.querySelectorAll('.gp-name')]
    .filter(label => getComputedStyle(label).visibility !== 'hidden')
    .map(label => label.getBoundingClientRect())
    .map(box => [box.left, box.top, box.right, box.bottom])"""
_VISIBLE = """() => [...document.querySelectorAll('.gp-legend .gp-block')]
    .filter(block => !block.hidden).map(block => block.innerText)"""
_SHAPES = """() => {
    const map = Object.values(window).find(v => v instanceof L.Map), seen = [];
    map.eachLayer(layer => { if (layer.getBounds && layer.options.pane === 'gp-ground')
        seen.push(layer.getBounds()); });
    const frame = map.getContainer().getBoundingClientRect();
    return seen.map(bounds => {
        const a = map.latLngToContainerPoint(bounds.getNorthWest());
        const b = map.latLngToContainerPoint(bounds.getSouthEast());
        return [a.x + frame.left, a.y + frame.top, b.x + frame.left, b.y + frame.top];
    });
}"""
_CARDS = """() => [...document.querySelectorAll('.gp-card')].filter(c => c.offsetWidth)
    .map(card => card.getBoundingClientRect())
    .map(box => [box.left, box.top, box.right, box.bottom])"""
_UNFOLD = """() => document.querySelectorAll('.gp-folded')
    .forEach(card => card.classList.remove('gp-folded'))"""


def _overlap(one, other):
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > 1
        and min(one[3], other[3]) - max(one[1], other[1]) > 1
    )


def _grab(page):
    page.wait_for_timeout(250)
    return matplotlib.image.imread(io.BytesIO(page.screenshot()), format="png")[..., :3]


def _share_changed(before, after):
    return float((np.abs(before - after).max(axis=-1) > 0.1).mean())


def _middle(page):
    """A place in the middle of the first district."""
    west, north, east, south = page.evaluate(_SHAPES)[0]
    return (west + east) / 2, (north + south) / 2


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_choosing_a_theme_changes_the_map_and_its_legend(town, open_page, lang):
    names = {
        "en": ("By district: residents", "Share served: residents", "Out of reach: residents"),
        "zh": ("分区：人口", "人口覆盖占比", "未覆盖：人口"),
    }[lang]
    page = open_page(coverage_map(town.coverage(), lang=lang).html())
    before, legend = _grab(page), "\n".join(page.evaluate(_VISIBLE))
    assert names[2] in legend
    assert names[1] not in legend
    page.get_by_label(names[0], exact=True).check()
    after, legend = _grab(page), "\n".join(page.evaluate(_VISIBLE))
    assert _share_changed(before, after) > 0.05
    assert names[1] in legend
    assert names[2] not in legend


def test_going_back_to_a_theme_gives_the_same_picture(town, open_page):
    page = open_page(coverage_map(town.coverage()).html())
    page.get_by_label("By district: land").check()
    page.get_by_label("Served and unserved: residents").check()
    before = _grab(page)
    page.get_by_label("By district: land").check()
    page.get_by_label("Served and unserved: residents").check()
    assert _share_changed(before, _grab(page)) < 0.002


def test_a_district_tells_its_numbers_under_the_pointer(town, open_page):
    result = town.coverage()
    page = open_page(coverage_map(result).html())
    page.mouse.move(*_middle(page))
    tip = page.locator(".leaflet-tooltip").inner_text()
    row = result.measures[0].districts.iloc[0]
    assert "East" in tip
    assert f"{row['value']:.1%}".replace("%", " %") in tip
    assert f"{row['numerator']:,.0f} people of {row['denominator']:,.0f} people" in tip


def test_a_stop_tells_its_name_and_key_under_the_pointer(town, open_page):
    page = open_page(coverage_map(town.coverage()).html())
    page.locator(".leaflet-gp-objects-pane path").nth(1).hover(force=True)
    tip = page.locator(".leaflet-tooltip").inner_text()
    assert "Bridge" in tip
    assert "s2" in tip


@pytest.mark.parametrize("size", [(1440, 900), (1024, 700), (390, 844), (400, 300)])
def test_no_two_labels_overlap(town, open_page, size):
    page = open_page(coverage_map(town.coverage()).html(), *size)
    page.wait_for_timeout(200)
    boxes = page.evaluate(_BOXES)
    assert boxes
    assert not any(_overlap(one, other) for one, other in itertools.combinations(boxes, 2))


def test_labels_come_back_on_zooming_in_and_can_be_switched_off(town, open_page):
    page = open_page(coverage_map(town.coverage()).html(), 390, 844)
    page.get_by_role("button", name="Zoom in").first.click()
    page.wait_for_timeout(600)
    assert page.locator(".gp-name").count() == 4
    page.evaluate(_UNFOLD)
    page.get_by_label("Names and values").uncheck()
    page.wait_for_timeout(200)
    assert not page.locator(".gp-name").first.is_visible()


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (390, 844)])
def test_no_card_lies_on_the_districts_at_first(town, open_page, size):
    page = open_page(park_access_map(town.park_access()).html(), *size)
    page.wait_for_timeout(200)
    shapes, cards = page.evaluate(_SHAPES), page.evaluate(_CARDS)
    assert shapes
    assert not [1 for shape in shapes for card in cards if _overlap(shape, card)]


def test_lines_of_the_legend_follow_their_layers(town, open_page):
    context = {"land_use": town.parks}
    page = open_page(coverage_map(town.coverage(), context=context).html())
    assert "Land-use parcels" not in "\n".join(page.evaluate(_VISIBLE))
    page.get_by_label("Land-use parcels").check()
    page.wait_for_timeout(150)
    assert "Land-use parcels" in "\n".join(page.evaluate(_VISIBLE))


@pytest.mark.parametrize("draw", ["coverage", "park_access", "red_line_share"])
def test_names_show_as_typed_and_nothing_in_them_runs(town_named, hostile_texts, open_page, draw):
    names = tuple(hostile_texts[:4])
    made = town_named(names)
    kinds = {
        "coverage": coverage_map,
        "park_access": park_access_map,
        "red_line_share": red_line_map,
    }
    result = getattr(made, draw)()
    page = open_page(kinds[draw](result, context={names[0]: made.parks}).html())
    page.mouse.move(*_middle(page))
    page.wait_for_timeout(150)
    assert names[0] in page.locator(".leaflet-tooltip").inner_text()
    assert names[0] in page.locator(".gp-name").all_inner_texts()[0] or any(
        names[0] in text for text in page.locator(".gp-name").all_inner_texts()
    )
    assert page.evaluate("() => window.hit === undefined")


def test_a_theme_of_red_lines_shows_where_they_lie(town, open_page):
    page = open_page(red_line_map(town.red_line_share(), lang="zh").html())
    before = _grab(page)
    page.get_by_label("分区：全部类别").check()
    assert _share_changed(before, _grab(page)) > 0.02


def test_thousands_of_stops_and_the_districts_below_both_have_tooltips(town, open_page):
    at = np.random.default_rng(0).uniform(0, 4_000, (1_500, 2))
    at[:, 0] = np.where(at[:, 0] < 2_000, at[:, 0] / 4, at[:, 0])
    stops = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(*np.add(at, [500_000, 2_500_000]).T), crs="EPSG:4547"
    ).assign(stop_id="s", name="Many")
    result = town.coverage()
    many = dataclasses.replace(result, layers={**result.layers, "facilities": stops})
    page = open_page(coverage_map(many).html())
    page.wait_for_timeout(200)
    assert page.locator(".leaflet-gp-objects-pane canvas").count() == 1
    page.mouse.move(*_middle(page))
    page.wait_for_timeout(150)
    assert "East" in page.locator(".leaflet-tooltip").inner_text()
    first = page.evaluate(
        """() => {
            const map = Object.values(window).find(v => v instanceof L.Map);
            let at = null;
            map.eachLayer(layer => { if (layer instanceof L.CircleMarker) at = layer; });
            const point = map.latLngToContainerPoint(at.getLatLng());
            const frame = map.getContainer().getBoundingClientRect();
            return [point.x + frame.left, point.y + frame.top];
        }"""
    )
    page.mouse.move(first[0], first[1], steps=3)
    page.wait_for_timeout(150)
    page.mouse.move(first[0] + 0.5, first[1])
    page.wait_for_timeout(150)
    shown = [tip.inner_text() for tip in page.locator(".leaflet-tooltip").all() if tip.is_visible()]
    assert len(shown) == 1
    assert "Many" in shown[0]
