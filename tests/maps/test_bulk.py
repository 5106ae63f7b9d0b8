import json
import re

import folium
import pytest
from folium.plugins import DualMap
from folium.utilities import JsCode

from geoplan.core.errors import ParameterError, RenderError
from geoplan.maps.page.figure import OfflineFigure, figure_html

pytestmark = pytest.mark.usefixtures("bundle")


def points(*names, **properties):
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": name, **properties},
                "geometry": {"type": "Point", "coordinates": [114 + at, 22]},
            }
            for at, name in enumerate(names)
        ],
    }


def written(layer, map_=None):
    home = map_ or folium.Map((22.6, 114.2), tiles=None)
    layer.add_to(home)
    return figure_html(home, OfflineFigure(title="Map"))


def names_beside(html):
    islands = re.findall(r'<script type="application/json" id="[^"]*">(.*?)</script>', html)
    return [[each["properties"]["name"] for each in json.loads(one)["features"]] for one in islands]


def test_all_features_but_the_first_stand_beside_the_script():
    html = written(folium.GeoJson(points("a", "b", "c")))
    assert names_beside(html) == [["b", "c"]]
    assert html.count('"name": "a"') == 1


def test_the_layer_gets_what_stands_beside():
    html = written(folium.GeoJson(points("a", "b")))
    assert re.search(r'(geo_json_\d+)_add\(geoplan\.island\("\1"\)\);', html)
    assert re.search(r'id="gp-island-geo_json_\d+"', html)


def test_the_layer_has_all_its_features_back():
    layer = folium.GeoJson(points("a", "b", "c"))
    written(layer)
    assert len(layer.data["features"]) == 3


def test_the_layer_has_its_features_back_when_writing_fails():
    layer = folium.GeoJson(points("a", "b"))
    with pytest.raises(ParameterError, match="write an unknown number as None"):
        written(layer, nan_map())
    assert len(layer.data["features"]) == 2


def nan_map():
    map_ = folium.Map((22.6, 114.2), tiles=None)
    folium.GeoJson(points("x", "y", share=float("nan"))).add_to(map_)
    return map_


def test_what_stands_beside_is_never_a_template(hostile):
    html = written(folium.GeoJson(points("a", hostile)))
    assert names_beside(html) == [[hostile]]


@pytest.mark.parametrize(
    "options",
    [
        {"style_function": lambda _: {"color": "#112233"}},
        {"highlight_function": lambda _: {"color": "#112233"}},
    ],
)
def test_a_function_of_every_feature_sees_every_feature(options):
    data = points("a", "b")
    for number, each in enumerate(data["features"]):
        each["id"] = str(number)
    html = written(folium.GeoJson(data, **options))
    assert names_beside(html) == []
    assert '"name": "b"' in html


def test_features_with_a_style_of_their_own_stay():
    html = written(folium.GeoJson(points("a", "b", style={"color": "#112233"})))
    assert names_beside(html) == []


def test_one_feature_stays():
    assert names_beside(written(folium.GeoJson(points("a")))) == []


def test_no_features_are_no_trouble():
    assert names_beside(written(folium.GeoJson(points()))) == []


def test_a_tooltip_still_checks_its_fields():
    tooltip = folium.GeoJsonTooltip(["nmae"])
    with pytest.raises(AssertionError, match="nmae"):
        written(folium.GeoJson(points("a", "b"), tooltip=tooltip))


def test_a_style_in_the_browser_is_no_hindrance():
    style = JsCode("function(f){return {color:'#112233'}}")
    assert names_beside(written(folium.GeoJson(points("a", "b"), style=style))) == [["b"]]


def test_both_sides_of_a_dual_map_keep_all_features():
    html = written(folium.GeoJson(points("a", "b")), DualMap(location=(22.6, 114.2), tiles=None))
    assert names_beside(html) == []
    assert html.count('"name": "b"') == 2


def test_a_layer_that_would_load_its_data_is_refused():
    layer = folium.GeoJson(points("a", "b"))
    layer.embed, layer.embed_link = False, "https://example.org/a.json"
    with pytest.raises(RenderError, match="jQuery"):
        written(layer)
