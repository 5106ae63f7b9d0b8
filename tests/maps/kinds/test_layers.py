"""Layers: one style per class, own property names, every text escaped."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from folium.utilities import JsCode

from geoplan.core.errors import ParameterError
from geoplan.maps.page.folium_layers import (
    PANES,
    Style,
    Tip,
    cluster_layer,
    group,
    names_of,
    shapes_layer,
)
from geoplan.maps.page.safe import safe


def _points(*names):
    at = gpd.points_from_xy(np.arange(len(names)) / 10 + 114, [22.5] * len(names))
    return gpd.GeoDataFrame({"name": list(names)}, geometry=at, crs=4326)


def test_only_geometry_classes_and_tooltip_texts_enter_the_page():
    layer = _points("A", "B").assign(other="x")
    drawn = shapes_layer(
        layer,
        style=Style(fill=("#111111", "#222222")),
        pane="gp-objects",
        classes=[1, 0],
        tips=[Tip("Stop", ["A", "B"])],
    )
    assert [each["properties"] for each in drawn.data["features"]] == [
        {"k": 1, "t0": "A"},
        {"k": 0, "t0": "B"},
    ]


def test_every_text_of_a_tooltip_is_escaped(hostile):
    drawn = shapes_layer(
        _points(hostile),
        style=Style(fill="#111111"),
        pane="gp-objects",
        tips=[Tip(hostile, [hostile])],
    )
    (tooltip,) = drawn._children.values()
    assert drawn.data["features"][0]["properties"]["t0"] == safe(hostile)
    assert tooltip.aliases == [safe(hostile)]


def test_rows_of_no_class_and_rows_without_shape_are_left_out():
    layer = _points("A", "B", "C", "D")
    layer.loc[2, "geometry"] = None
    layer.loc[3, "geometry"] = shapely.Point()
    drawn = shapes_layer(layer, style=Style(), pane="gp-theme", classes=[0, -1, 0, 0])
    assert len(drawn.data["features"]) == 1


def test_the_style_is_looked_up_by_class_and_not_by_feature():
    drawn = shapes_layer(
        _points("A"), style=Style(fill=("#111111", "#222222")), pane="gp-theme", classes=[0]
    )
    style = drawn.options["style"]
    assert isinstance(style, JsCode)
    assert '["#111111", "#222222"][f.properties.k]' in style.js_code


def test_an_empty_layer_draws_nothing_and_breaks_nothing():
    drawn = shapes_layer(_points(), style=Style(), pane="gp-objects", tips=[Tip("Stop", [])])
    assert drawn.data["features"] == []
    assert not drawn._children


@pytest.mark.parametrize(("pane", "tips"), [("nowhere", ()), ("gp-theme", (Tip("", [""]),))])
def test_a_pane_must_exist_and_let_the_pointer_through_to_a_tooltip(pane, tips):
    with pytest.raises(ParameterError, match="pane"):
        shapes_layer(_points("A"), style=Style(), pane=pane, tips=tips)


def test_labels_lie_above_everything_and_the_ground_below():
    assert max(PANES, key=PANES.get) == "gp-labels"
    assert min(PANES, key=PANES.get) == "gp-ground"


def test_clusters_carry_coordinates_only():
    cluster = cluster_layer(_points("A", "B"), color="#111111", radius_px=2)
    assert cluster.data == [[22.5, 114.0], [22.5, 114.1]]


def test_the_name_of_a_group_is_escaped(hostile):
    assert group(hostile, []).layer_name == safe(hostile)


def test_a_row_is_called_by_its_name_or_else_its_key():
    layer = _points("A", "").assign(stop_id=["s1", "s2"])
    assert names_of(layer).tolist() == ["A", "s2"]
    assert names_of(layer.drop(columns="name")).tolist() == ["s1", "s2"]
    assert names_of(layer[["geometry"]]).tolist() == ["", ""]
