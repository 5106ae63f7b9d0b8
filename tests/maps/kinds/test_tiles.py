"""Basemaps: only where asked for, only from their own servers, and the data stays where it is."""

import re

import pytest
import xyzservices

from geoplan.core.errors import ParameterError
from geoplan.maps import Basemap, choropleth_map, coverage_map, make_basemap, park_access_map
from geoplan.maps.page.basemaps import KEY_VARIABLE

KEY = "0123456789abcdef0123456789abcdef"


def _sources(html):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    return re.search(r"img-src ([^;]*);", policy)[1].split()


def test_a_map_asks_for_no_tiles_unless_told(town):
    html = coverage_map(town.coverage()).html()
    assert "L.tileLayer" not in html.rpartition("geoplan.start")[2]
    assert _sources(html) == ["data:"]
    assert "works without the internet" in html


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("osm", "https://tile.openstreetmap.org"),
        ("gaode", "https://webrd01.is.autonavi.com"),
        ("gaode-satellite", "https://webst01.is.autonavi.com"),
        ("OpenTopoMap", "https://*.tile.opentopomap.org"),
    ],
)
def test_the_policy_lets_in_the_servers_of_the_basemap_and_no_others(town, name, origin):
    html = coverage_map(town.coverage(), basemap=name).html()
    assert _sources(html) == ["data:", origin]
    assert "needs the internet for its basemap" in html


@pytest.mark.parametrize("name", ["tianditu", "tianditu-satellite", "tianditu-terrain"])
def test_tianditu_takes_the_key_of_the_caller(town, name):
    html = coverage_map(town.coverage(), basemap=make_basemap(name, key=KEY)).html()
    assert _sources(html) == ["data:", "https://*.tianditu.gov.cn"]
    assert html.count(f"tk={KEY}") == 2


def test_tianditu_takes_its_key_from_the_environment(monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    assert all(KEY in url for url in make_basemap("tianditu").urls)


@pytest.mark.parametrize(
    "key", ["", "short", "</script>0000000", "a b c d e f g h", "{{7*7}}00000"]
)
def test_tianditu_without_a_fit_key_is_refused(monkeypatch, key):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with pytest.raises(ParameterError, match="needs a key of your own from Tianditu"):
        make_basemap("tianditu", key=key)


def test_a_service_that_wants_a_key_is_refused_without_one_and_takes_one():
    with pytest.raises(ParameterError, match="needs a key of your own"):
        make_basemap("MapTiler.Streets")
    assert KEY in make_basemap("MapTiler.Streets", key=KEY).urls[0]


def test_an_unknown_basemap_is_refused_with_those_there_are(town):
    with pytest.raises(ParameterError, match="no basemap 'baidu'; wanted osm, gaode"):
        choropleth_map(town.coverage(), basemap="baidu")


@pytest.mark.parametrize(
    "url", ["https://x.org/{z}/{x}.png", "javascript:alert(1)//{x}{y}{z}", "//x.org/{x}{y}{z}"]
)
def test_a_provider_with_an_unfit_address_is_refused(url):
    provider = xyzservices.TileProvider(name="Own", url=url, attribution="me")
    with pytest.raises(ParameterError, match=r"wanted http\(s\) with"):
        make_basemap(provider)


def test_only_gaode_shifts_the_view_and_the_page_says_so(town):
    shifted = coverage_map(town.coverage(), basemap="gaode", lang="zh").html()
    plain = coverage_map(town.coverage(), basemap="osm", lang="zh").html()
    assert "L.CRS.GCJ02" in shifted.rpartition("L.map(")[2]
    assert "仅显示位置随底图偏移，数据仍为 WGS 84" in shifted
    assert "L.CRS.GCJ02" not in plain.rpartition("L.map(")[2]
    assert "GCJ-02" not in plain.rpartition("<footer")[2].partition("</footer>")[0]


def test_the_data_is_the_same_under_any_basemap(town):
    def coordinates(basemap):
        html = park_access_map(town.park_access(), basemap=basemap).html()
        return re.search(r'id="gp-island-gp-districts">(.*?)</script>', html)[1]

    assert coordinates(None) == coordinates("osm") == coordinates("gaode")


def test_the_licence_is_named_in_the_footer_as_plain_text(town, hostile):
    own = Basemap(hostile, ("https://x.org/{z}/{x}/{y}.png",), hostile)
    page = coverage_map(town.coverage(), basemap=own)
    assert any(hostile in line for line in page.footer)
    assert "<img src=x" not in page.html()


def test_osm_is_credited_without_markup():
    assert make_basemap("osm").attribution == "© OpenStreetMap contributors"


@pytest.mark.browser
@pytest.mark.parametrize(("name", "gcj02"), [("osm", False), ("gaode", True)])
def test_a_browser_asks_only_the_tile_server_and_moves_the_view_alone(
    browser, town, tmp_path, name, gcj02
):
    path = coverage_map(town.coverage(), basemap=name).save(tmp_path / "page.html")
    asked, complaints = [], []

    def serve(route):
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.fulfill(body=b"", content_type="image/png", status=404)

    with browser.new_context(viewport={"width": 1200, "height": 800}) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.route("**/*", serve)
        page.goto(path.as_uri())
        page.wait_for_timeout(500)
        shift_px = page.evaluate(
            """() => {
                const map = Object.values(window).find(value => value instanceof L.Map);
                const at = map.getCenter(), plain = L.CRS.EPSG3857;
                const drawn = map.options.crs.latLngToPoint(at, 15);
                return drawn.distanceTo(plain.latLngToPoint(at, 15));
            }"""
        )
        assert page.get_by_label("Basemap:").is_checked()
    host = {"osm": "https://tile.openstreetmap.org/", "gaode": "https://webrd01.is.autonavi.com/"}
    assert asked
    assert all(url.startswith(host[name]) for url in asked)
    assert complaints == []
    assert (shift_px > 50) is gcj02
