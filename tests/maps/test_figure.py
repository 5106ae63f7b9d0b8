import base64
import hashlib
import json
import re
import zipfile

import folium
import pytest
from branca.colormap import linear
from branca.element import Element
from folium.plugins import DualMap, Fullscreen, GroupedLayerControl, HeatMap, MarkerCluster, Search

from geoplan.core.errors import ParameterError, RenderError
from geoplan.maps.page import assets
from geoplan.maps.page.figure import (
    DataIsland,
    OfflineFigure,
    figure_html,
    map_names,
    tile_origins,
)

pytestmark = pytest.mark.usefixtures("bundle")


def quiet_map(**options):
    return folium.Map((22.6, 114.2), tiles=None, **options)


def square(name="a"):
    ring = [[114, 22], [115, 22], [115, 23], [114, 23], [114, 22]]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": name},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }


def written(map_, **options):
    return figure_html(map_, OfflineFigure(title="Map", **options))


def test_a_page_links_to_nothing():
    head_and_body = written(quiet_map()).split("<script>")[0]
    assert re.findall(r"\b(?:src|href)=\S+", head_and_body) == ['href="data:,">']


def test_the_page_brings_leaflet_along(bundle):
    html = written(quiet_map())
    assert bundle.script in html
    assert bundle.style in html


@pytest.mark.parametrize("name", ["bootstrap", "jquery", "glyphicons", "fontawesome", "cloudflare"])
def test_what_folium_adds_by_habit_is_gone(name):
    assert name not in written(quiet_map()).lower().replace("leaflet-", "")


def test_the_policy_names_exactly_the_hashes_of_the_scripts():
    html = written(quiet_map(), options={"maps": []})
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    hashes = {base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts}
    assert set(re.findall(r"sha256-([^&]*)&#39;", html)) == hashes
    assert len(hashes) == 2


def test_the_policy_forbids_everything_else():
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', written(quiet_map()))[1]
    assert policy.startswith("default-src &#39;none&#39;")
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_the_policy_stands_before_anything_it_governs():
    html = written(quiet_map())
    assert html.index("Content-Security-Policy") < html.index("<style")


def test_the_same_page_is_written_again():
    map_ = quiet_map()
    folium.GeoJson(square()).add_to(map_)
    assert written(map_) == written(map_)


def test_the_same_map_made_twice_is_the_same_file():
    assert written(plugins(), lang="zh") == written(plugins(), lang="zh")


def test_layers_that_start_hidden_still_do():
    assert len(re.findall(r"feature_group_\d+\.remove\(\);", written(plugins()))) == 6


def test_no_name_of_an_element_is_left_to_chance():
    assert re.findall(r"_[0-9a-f]{32}\b", written(plugins())) == []


def test_a_map_still_belongs_to_its_own_figure_afterwards():
    map_ = quiet_map()
    home = map_.get_root()
    written(map_)
    assert map_.get_root() is home


def test_a_title_is_text(hostile):
    from markupsafe import escape

    html = figure_html(quiet_map(), OfflineFigure(title=hostile))
    assert f"<title>{escape(hostile)}</title>" in html


@pytest.mark.parametrize(("lang", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_the_page_says_its_language(lang, tag):
    assert f'<html lang="{tag}">' in written(quiet_map(), lang=lang)


def test_reading_by_zooming_is_allowed():
    html = written(quiet_map())
    assert "user-scalable" not in html
    assert html.count('name="viewport"') == 1


def test_data_is_not_run_as_a_template():
    map_ = quiet_map()
    folium.GeoJson(square("{{ 7*7 }}")).add_to(map_)
    html = written(map_)
    assert "{{ 7*7 }}" in html
    assert '"name": "49"' not in html


def test_branca_still_keeps_its_text_where_the_figure_looks():
    assert Element("{{ 7*7 }}")._template_str == "{{ 7*7 }}"


def test_unescaped_template_syntax_is_refused_with_the_way_out():
    map_ = quiet_map()
    folium.GeoJson(square("{% raw %}")).add_to(map_)
    with pytest.raises(RenderError, match=r"safe\(\)"):
        written(map_)


def test_markup_that_got_in_is_refused():
    map_ = quiet_map()
    map_.add_child(Markup("<script>window.hit=1</script>"))
    with pytest.raises(RenderError, match=r"4 script tags|3 script tags"):
        written(map_)


def test_a_script_that_would_end_early_is_refused():
    map_ = quiet_map()
    folium.Tooltip("</script><b>").add_to(map_)
    with pytest.raises(RenderError, match=r"'</script'.*safe\(\)"):
        written(map_)


class Markup(folium.elements.MacroElement):
    """An element that writes text into the page as it is."""

    _template = folium.template.Template("{% macro html(this, kwargs) %}{{ this.t }}{% endmacro %}")

    def __init__(self, text):
        super().__init__()
        self.t = text


@pytest.mark.parametrize(
    ("child", "wanted"),
    [
        (lambda: HeatMap([[22.6, 114.2]]), "leaflet_heat"),
        (lambda: linear.Blues_09.scale(0, 1), "d3"),
        (lambda: folium.Marker((22, 114), popup="x"), "jQuery"),
        (lambda: folium.Marker((22, 114), icon=folium.Icon()), "AwesomeMarkers"),
    ],
)
def test_what_the_bundle_lacks_is_named(child, wanted):
    map_ = quiet_map()
    map_.add_child(child())
    with pytest.raises(RenderError, match=wanted):
        written(map_)


def plugins():
    map_ = quiet_map()
    layer = folium.GeoJson(square(), name="a").add_to(map_)
    others = [folium.FeatureGroup(name=name).add_to(map_) for name in "bcdefgh"]
    for control in (
        Fullscreen(),
        Search(layer, search_label="name"),
        GroupedLayerControl({"g": others}),
        MarkerCluster([[22.6, 114.2]]),
        folium.plugins.TreeLayerControl(overlay_tree={"label": "all"}),
        folium.LayerControl(),
    ):
        map_.add_child(control)
    return map_


def test_every_file_that_folium_asks_for_is_known(bundle):
    classes = (
        folium.Map,
        DualMap,
        Fullscreen,
        GroupedLayerControl,
        MarkerCluster,
        Search,
        folium.plugins.TreeLayerControl,
    )
    asked = {url for each in classes for _, url in (*each.default_js, *each.default_css)}
    assert asked == bundle.bundled | bundle.unneeded


def test_a_map_with_every_bundled_plugin_can_be_written():
    assert "L.control.groupedLayers" in written(plugins())


def test_both_maps_of_a_dual_map_are_on_the_page():
    dual = DualMap(location=(22.6, 114.2), tiles=None)
    folium.GeoJson(square()).add_to(dual)
    html = written(dual)
    assert len(re.findall(r'class="folium-map" id="map_\d+"', html)) == 2
    assert len(map_names(dual)) == 2


def test_an_island_is_json_beside_the_scripts(hostile):
    map_ = quiet_map()
    DataIsland("names", [hostile]).add_to(map_)
    html = written(map_)
    text = re.search(r'<script type="application/json" id="gp-island-names">(.*?)</script>', html)
    assert json.loads(text[1]) == [hostile]


def test_an_island_takes_ready_made_json():
    assert DataIsland("a", text='{"n": "<b>"}').text == '{"n": "\\u003cb\\u003e"}'


@pytest.mark.parametrize("name", ["", "1a", 'a"b', "a b", "层"])
def test_an_island_needs_a_plain_name(name):
    with pytest.raises(ParameterError, match="ASCII letters"):
        DataIsland(name, [])


@pytest.mark.parametrize("given", [{}, {"value": 1, "text": "1"}])
def test_an_island_holds_one_thing(given):
    with pytest.raises(ParameterError, match="one of them"):
        DataIsland("a", **given)


def test_two_islands_of_one_name_are_refused():
    map_ = quiet_map()
    DataIsland("a", [1]).add_to(map_)
    DataIsland("a", [2]).add_to(map_)
    with pytest.raises(RenderError, match="two data islands"):
        written(map_)


def test_an_island_saved_by_folium_itself_is_refused():
    map_ = quiet_map()
    DataIsland("a", [1]).add_to(map_)
    with pytest.raises(RenderError, match="make_page"):
        map_.get_root().render()


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://{s}.tile.openstreetmap.org/{z}/{x}/{y}.png", "https://*.tile.openstreetmap.org"),
        ("http://webrd0{s}.is.autonavi.com/appmaptile?x={x}", "http://*.is.autonavi.com"),
        ("https://tile.openstreetmap.org/{z}/{x}/{y}.png", "https://tile.openstreetmap.org"),
    ],
)
def test_tiles_are_let_in_by_their_origin(url, origin):
    map_ = quiet_map()
    folium.TileLayer(url, attr="x").add_to(map_)
    assert tile_origins(map_) == {origin}
    assert f"img-src data: {origin};" in written(map_)


def test_a_tile_address_cannot_bend_the_policy():
    map_ = quiet_map()
    folium.TileLayer("https://a.example; script-src *//{z}/{x}/{y}.png", attr="x").add_to(map_)
    assert tile_origins(map_) == frozenset()


def test_the_online_page_is_small_and_locked_by_hashes():
    html = written(quiet_map(), offline=False)
    linked = re.findall(
        r'<(?:script src|link rel="stylesheet" href)="([^"]*)" integrity="sha384-', html
    )
    assert len(linked) == 14
    assert all(url.startswith("https://cdn.jsdelivr.net/npm/") for url in linked)
    assert len(html) < 60_000


def test_without_the_bundle_the_way_out_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(assets.resources, "files", lambda _: tmp_path)
    assets.load_bundle.cache_clear()
    try:
        with pytest.raises(RenderError, match="pip install -e"):
            assets.load_bundle()
    finally:
        assets.load_bundle.cache_clear()


def test_the_bundle_can_be_read_from_a_zip(bundle, tmp_path, monkeypatch):
    folder = assets.resources.files("geoplan.maps") / "bundle"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for entry in folder.iterdir():
            archive.writestr(f"bundle/{entry.name}", entry.read_bytes())
    monkeypatch.setattr(assets.resources, "files", lambda _: zipfile.Path(tmp_path / "a.zip"))
    assets.load_bundle.cache_clear()
    try:
        assert assets.load_bundle() == bundle
    finally:
        assets.load_bundle.cache_clear()
