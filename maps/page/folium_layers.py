"""Folium layers out of GeoDataFrames: one style function per layer, panes for order, tooltips."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import shapely
from folium.utilities import JsCode

from geoplan.core.errors import ParameterError
from geoplan.maps.page.canvas import ObjectsCanvas
from geoplan.maps.page.inert_data import WAITS
from geoplan.maps.page.safe import safe

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

PANES: dict[str, int] = {
    "gp-ground": 301,
    "gp-quiet": 310,
    "gp-theme": 320,
    "gp-before": 322,
    "gp-after": 324,
    "gp-over": 330,
    "gp-lines": 340,
    "gp-hit": 400,
    "gp-shapes": 405,
    "gp-borders": 410,
    "gp-objects": 450,
    "gp-labels": 620,
}
"""Drawing order, from the ground up: z-index by pane."""

_INTERACTIVE = ("gp-hit", "gp-shapes", "gp-objects")
CANVAS_FROM = 1_000
"""Points from which they are drawn on a canvas: an SVG of 10,000 takes a second to zoom."""
CLUSTER_FROM = 20_000
"""Points from which a browser gets clusters instead of every circle."""


@dataclass(frozen=True)
class Style:
    """
    How shapes are drawn.

    Parameters
    ----------
    fill : str or sequence of str
        ``#rrggbb``; or one per class, picked by the class index of the row. Empty: no fill.
    fill_opacity : float
        From 0 to 1.
    stroke : str
        Colour of the outline; empty: none.
    width_px : float
        Width of the outline.
    dash : str
        SVG dash pattern, such as ``"6 4"``.
    radius_px : float
        Of points.
    """

    fill: str | Sequence[str] = ""
    fill_opacity: float = 1.0
    stroke: str = ""
    width_px: float = 1.0
    dash: str = ""
    radius_px: float = 4.0


@dataclass(frozen=True)
class Tip:
    """
    One line of a tooltip.

    Parameters
    ----------
    label : str
        What it is, plain text; empty for a heading.
    texts : sequence of str
        One plain text per row of the layer.
    """

    label: str
    texts: Sequence[str]


def add_panes(map_: folium.Map) -> None:
    """Create the panes of `PANES` on a map, and the canvas for very many objects."""
    for name, z_index in PANES.items():
        pointer = name in _INTERACTIVE
        folium.map.CustomPane(name, z_index=z_index, pointer_events=pointer).add_to(map_)
    ObjectsCanvas().add_to(map_)


def shapes_layer(
    layer: "GeoDataFrame",
    *,
    style: Style,
    pane: str,
    classes: "Sequence[int] | np.ndarray[Any, Any] | None" = None,
    tips: Sequence[Tip] = (),
    hover: str = "",
    canvas: bool = False,
) -> folium.GeoJson:
    """
    Draw a layer of any geometry.

    Parameters
    ----------
    layer : GeoDataFrame
        In EPSG:4326, already simplified (`geoplan.maps.page.simplify`); only its geometry is
        drawn. Rows without geometry are left out.
    style : Style
        How.
    pane : str
        One of `PANES`; tooltips need an interactive one.
    classes : sequence of int, optional
        Index into ``style.fill`` per row; rows at -1 are left out.
    tips : sequence of Tip
        Lines of the tooltip.
    hover : str
        Colour of an outline that appears under the pointer; empty: none.
    canvas : bool
        Whether to draw on the canvas of `add_panes` instead of in an SVG.

    Returns
    -------
    folium.GeoJson
        Every text in it is escaped. The properties have ASCII keys of their own (``k`` for the
        class, ``t0``, ``t1``, … for the lines), so that nothing in the data can name one.

    Raises
    ------
    ParameterError
        If the pane is unknown, or tooltips are wanted in a pane that the mouse passes through.
    """
    if pane not in PANES or (tips and pane not in _INTERACTIVE):
        raise ParameterError(
            f"pane {pane!r} cannot hold this layer; tooltips need {' or '.join(_INTERACTIVE)}, "
            f"everything else one of {', '.join(PANES)}."
        )
    data = _features(layer, classes, tips)
    options: dict[str, Any] = {
        "style": JsCode(_style_function(style)),
        "point_to_layer": JsCode(_point_function(style, pane, canvas=canvas)),
    }
    if hover:
        options["on_each_feature"] = JsCode(_hover_function(hover))
    drawn = folium.GeoJson(
        data, pane=pane, interactive=bool(tips), control=False, smooth_factor=0.5, **options
    )
    if tips and data["features"]:
        drawn.add_child(_tooltip(tips))
    else:
        setattr(drawn, WAITS, True)
    return drawn


def _features(
    layer: "GeoDataFrame",
    classes: "Sequence[int] | np.ndarray[Any, Any] | None",
    tips: Sequence[Tip],
) -> dict[str, Any]:
    geometry = layer.geometry.to_numpy()
    drawn = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    columns: dict[str, list[Any]] = {}
    if classes is not None:
        index = np.asarray(classes, dtype=int)
        drawn &= index >= 0
        columns["k"] = index[drawn].tolist()
    columns |= {
        f"t{number}": [safe(text) for text in np.asarray(tip.texts, dtype=object)[drawn]]
        for number, tip in enumerate(tips)
    }
    return feature_collection(geometry[drawn], columns)


def feature_collection(
    geometry: "np.ndarray[Any, Any]", properties: "dict[str, list[Any]]"
) -> dict[str, Any]:
    """
    Make GeoJSON of geometries and columns.

    Parameters
    ----------
    geometry : ndarray of Geometry, n values
        In longitude and latitude.
    properties : dict of str to list of n values
        JSON-ready; every text must have gone through `geoplan.maps.page.safe.safe`.

    Returns
    -------
    dict
        A FeatureCollection.
    """
    shapes = json.loads(f"[{','.join(shapely.to_geojson(geometry))}]")
    rows = zip(*properties.values(), strict=True) if properties else [()] * len(shapes)
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(properties, row, strict=True)),
            "geometry": shape,
        }
        for row, shape in zip(rows, shapes, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _style_function(style: Style) -> str:
    fixed: dict[str, Any] = {
        "stroke": bool(style.stroke),
        "color": style.stroke or None,
        "weight": style.width_px,
        "dashArray": style.dash or None,
        "fill": bool(style.fill),
        "fillOpacity": style.fill_opacity,
    }
    fixed = {key: value for key, value in fixed.items() if value is not None}
    if isinstance(style.fill, str):
        return (
            f"function(f){{return {json.dumps(fixed | {'fillColor': style.fill or '#000000'})};}}"
        )
    # One lookup by class: folium's own style_function makes the browser walk a switch over every
    # feature for every feature (24 s for 50,000 of them, against 4 s).
    palette = json.dumps(list(style.fill))
    return (
        f"function(f){{return Object.assign({json.dumps(fixed)},"
        f"{{fillColor:{palette}[f.properties.k]}});}}"
    )


def _point_function(style: Style, pane: str, *, canvas: bool) -> str:
    options = json.dumps({"radius": style.radius_px, "pane": pane})
    if canvas:
        options = f"Object.assign({{renderer:geoplan.canvas}},{options})"
    return f"function(f,at){{return L.circleMarker(at,{options});}}"


def _hover_function(color: str) -> str:
    shown = json.dumps({"stroke": True, "color": color, "weight": 2.5, "opacity": 1})
    hidden = json.dumps({"opacity": 0})
    return (
        "function(f,shape){shape.on({"
        f"mouseover:function(){{shape.setStyle({shown});shape.bringToFront();}},"
        f"mouseout:function(){{shape.setStyle({hidden});}}}});}}"
    )


def _tooltip(tips: Sequence[Tip]) -> folium.GeoJsonTooltip:
    return folium.GeoJsonTooltip(
        fields=[f"t{number}" for number in range(len(tips))],
        aliases=[safe(tip.label) for tip in tips],
        sticky=True,
        class_name="gp-tip",
        style=(
            "font: 12px/1.5 'Microsoft YaHei','PingFang SC','Noto Sans CJK SC',"
            "'Source Han Sans SC','Segoe UI',sans-serif; color: #23282d; padding: 6px 8px;"
        ),
    )


def cluster_layer(layer: "GeoDataFrame", *, color: str, radius_px: float) -> folium.Element:
    """
    Draw very many points as clusters that fall apart on zooming in.

    Parameters
    ----------
    layer : GeoDataFrame, rows of Point
        In EPSG:4326.
    color : str
        ``#rrggbb`` of the single points.
    radius_px : float
        Radius of the single points.

    Returns
    -------
    folium.plugins.FastMarkerCluster
        Without tooltips: only coordinates go into the file.
    """
    from folium.plugins import FastMarkerCluster

    at = shapely.get_coordinates(layer.geometry.to_numpy())[:, ::-1].round(5)
    style = {"radius": radius_px, "fillColor": color, "fillOpacity": 1, "color": "#ffffff"}
    callback = f"function(row){{return L.circleMarker([row[0],row[1]],{json.dumps(style)});}}"
    return FastMarkerCluster(  # type: ignore[no-untyped-call]
        at.tolist(),
        callback=callback,
        control=False,
        chunked_loading=True,
        disable_clustering_at_zoom=16,
        spiderfy_on_max_zoom=False,
    )


def group(name: str, parts: Sequence[folium.Element], *, show: bool = True) -> folium.FeatureGroup:
    """
    Bind layers that are switched on and off together.

    Parameters
    ----------
    name : str
        As the layer control shows it, plain text.
    parts : sequence of folium layers
        From the bottom up.
    show : bool
        Whether it is on at first.

    Returns
    -------
    folium.FeatureGroup
        Holding the parts.
    """
    together = folium.FeatureGroup(name=safe(name), show=show)
    for part in parts:
        part.add_to(together)
    return together


def names_of(layer: "GeoDataFrame") -> "pd.Series[str]":
    """
    Name every row: its name, else its key, else nothing.

    Parameters
    ----------
    layer : GeoDataFrame
        With ``name`` or a column ending in ``_id``, or neither.

    Returns
    -------
    Series of str
        One per row, in the order of the layer.
    """
    import pandas as pd

    blank = pd.Series("", index=layer.index, dtype=object)
    names = layer["name"].fillna("").astype(str) if "name" in layer else blank
    key = next((column for column in layer.columns if str(column).endswith("_id")), None)
    if key is None:
        return names
    return names.where(names != "", layer[key].astype(str))
