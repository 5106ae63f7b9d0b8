"""Styles inside ``results.gpkg``: QGIS reads them from ``layer_styles`` when a layer is opened."""

import math
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import shapely
from geopandas import GeoDataFrame

from geoplan.maps.page.classes import Classes, Ramp, make_classes

_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
  f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)"""
_CONTENTS = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description)
VALUES ('layer_styles', 'attributes', 'layer_styles', '')"""
_INSERT = """
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,
  styleName, styleQML, styleSLD, useAsDefault, description, owner)
VALUES ('', '', ?, ?, ?, ?, '', ?, ?, '')"""

_SYMBOLS = ("marker", "line", "fill")
_OUTLINE, _SERVED, _UNSERVED, _GREEN, _PLAIN = "#6b757f", "#9ec5e0", "#f5a35b", "#7fb685", "#2171b5"
_COLORS = {"served": _SERVED, "unserved": _UNSERVED, "areas": _GREEN, "mask": "#d5d8da"}
_GRADED: dict[str, tuple[str, str, Ramp]] = {
    "unserved": ("unserved_amount", "count", "Oranges"),
    "demand": ("amount", "count", "PuBu"),
}


@dataclass(frozen=True)
class Style:
    """
    One style of one layer.

    Parameters
    ----------
    layer : str
        Table in the GeoPackage.
    name : str
        What QGIS calls it.
    qml : str
        QGIS's own XML.
    default : bool
        Whether the layer opens with it.
    """

    layer: str
    name: str
    qml: str
    default: bool = True


def write_styles(path: Path, styles: Iterable[Style], *, geometry: str = "geom") -> None:
    """
    Put styles into a GeoPackage.

    Parameters
    ----------
    path : Path
        An existing GeoPackage without styles.
    styles : iterable of Style
        What to write.
    geometry : str
        Name of the geometry column of every layer.
    """
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_TABLE)
        database.execute(_CONTENTS)
        database.executemany(
            _INSERT,
            [
                (style.layer, geometry, style.name, style.qml, int(style.default), style.name)
                for style in styles
            ],
        )


def found_style(layer: GeoDataFrame, name: str, key: str, lang: str) -> Style:
    """
    Style what an analysis found: by amount where it has one, else in the colour of its kind.

    Parameters
    ----------
    layer : GeoDataFrame
        As it is written.
    name : str
        Its table.
    key : str
        What it is: ``served``, ``unserved``, ``demand``, ``areas``, …
    lang : {"en", "zh"}
        Language of the legend.

    Returns
    -------
    Style
        The default of the layer.
    """
    dimension = _dimension(layer)
    column, unit, ramp = _GRADED.get(key, ("", "", "Blues"))
    if column in layer.columns:
        values = layer[column].to_numpy(dtype=float)
        classes = make_classes(values, unit=unit, ramp=ramp)
        return Style(name, key, graded_qml(column, values, classes, dimension, lang))
    color = next((color for start, color in _COLORS.items() if key.startswith(start)), _PLAIN)
    symbol = _symbol(0, dimension, color, outlined=dimension < 2)
    return Style(name, key, _qml(f'type="singleSymbol"><symbols>{symbol}</symbols>', dimension))


def value_style(
    districts: GeoDataFrame, column: str, title: str, *, unit: str, default: bool, lang: str
) -> Style:
    """
    Style the districts by one value, in classes with round limits.

    Parameters
    ----------
    districts : GeoDataFrame
        The wide table.
    column, title : str
        Column of the value, and what the style is called.
    unit : str
        Unit of the value.
    default : bool
        Whether the layer opens with it.
    lang : {"en", "zh"}
        Language of the legend.

    Returns
    -------
    Style
        Graduated.
    """
    values = districts[column].to_numpy(dtype=float)
    classes = make_classes(values, unit=unit, ramp="Blues")
    return Style("districts", title, graded_qml(column, values, classes, 2, lang), default)


def graded_qml(column: str, values: np.ndarray, classes: Classes, dimension: int, lang: str) -> str:
    """
    Write classes as a graduated renderer.

    Parameters
    ----------
    column : str
        Column of the value.
    values : ndarray of float
        For the ends of the first and the last class.
    classes : Classes
        Limits and colours.
    dimension : {0, 1, 2}
        Of points, lines or polygons.
    lang : {"en", "zh"}
        Language of the legend.

    Returns
    -------
    str
        A style of QGIS. What has no value is not in a class, and not drawn.
    """
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    ends = [
        min(low, *classes.limits, math.inf),
        *classes.limits,
        max(high, *classes.limits, -math.inf),
    ]
    unit = classes.unit_label(lang)
    ranges = "".join(
        f'<range symbol="{k}" render="true" lower="{lower!r}" upper="{upper!r}"'
        f" label={quoteattr(f'{label} {unit}'.strip())}/>"
        for k, ((lower, upper), label) in enumerate(
            zip(pairwise(ends), classes.labels(lang), strict=True)
        )
    )
    symbols = "".join(
        _symbol(k, dimension, color, outlined=dimension == 2 and column not in _amounts())
        for k, color in enumerate(classes.colors)
    )
    head = f'type="graduatedSymbol" graduatedMethod="GraduatedColor" attr={quoteattr(column)}'
    return _qml(f"{head}><ranges>{ranges}</ranges><symbols>{symbols}</symbols>", dimension)


def _amounts() -> frozenset[str]:
    return frozenset(column for column, *_ in _GRADED.values())


def _dimension(layer: GeoDataFrame) -> int:
    return int(shapely.get_dimensions(layer.geometry.to_numpy()).max())


def _symbol(number: int, dimension: int, color: str, *, outlined: bool) -> str:
    red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    shade = f"{red},{green},{blue},255"
    edge = ",".join(str(int(_OUTLINE[k : k + 2], 16)) for k in (1, 3, 5)) + ",255"
    name, properties = {
        0: (
            "SimpleMarker",
            {"name": "circle", "color": shade, "size": "1.6", "outline_style": "no"},
        ),
        1: ("SimpleLine", {"line_color": shade, "line_width": "0.5"}),
        2: (
            "SimpleFill",
            {
                "color": shade,
                "style": "solid",
                "outline_color": edge,
                "outline_style": "solid" if outlined else "no",
                "outline_width": "0.2",
            },
        ),
    }[dimension]
    written = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in properties.items())
    return (
        f'<symbol type="{_SYMBOLS[dimension]}" name="{number}" alpha="1">'
        f'<layer class="{name}" enabled="1" locked="0" pass="0">{written}</layer></symbol>'
    )


def _qml(renderer: str, dimension: int) -> str:
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        '<qgis version="3.4.0" styleCategories="Symbology">'
        f"<renderer-v2 {renderer}</renderer-v2>"
        f"<layerGeometryType>{dimension}</layerGeometryType></qgis>"
    )
