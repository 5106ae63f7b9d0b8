"""Features of GeoJson layers go past folium, as data islands: quicker both ways, and inert."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeGuard

import folium
from branca.element import Element
from folium.plugins import DualMap

from geoplan.maps.page.safe import json_island
from geoplan.maps.page.stable import walk

WAITS = "geoplan_waits"
"""Attribute of a layer that can do without any feature while it is rendered."""


@contextmanager
def features_beside(figure: Element) -> Iterator[Mapping[str, str]]:
    """
    Take the features out of the GeoJson layers of a figure while it is rendered.

    folium would write them into its script, and branca compile that as a template: for 50,000
    polygons 2.7 s of 4.6 s. One feature stays, since tooltips look at its properties to check
    their fields, but of the layers marked by `WAITS`.

    Parameters
    ----------
    figure : Element
        The figure; its layers have all their features back afterwards.

    Yields
    ------
    mapping of str to str
        JSON of what was taken out, by the JavaScript name of the layer.
    """
    layers = [element for element in walk(figure) if _can_wait(element)]
    # A DualMap copies its layers while it is rendered; the copies would miss what was taken out.
    if any(isinstance(element, DualMap) for element in walk(figure)):
        layers = []
    kept: list[tuple[folium.GeoJson, Any]] = []
    taken: dict[str, str] = {}
    try:
        for layer in layers:
            features, stay = layer.data["features"], _staying(layer)
            rest = {"type": "FeatureCollection", "features": features[stay:]}
            taken[layer.get_name()] = json_island(rest)
            kept.append((layer, layer.data))
            layer.data = {**layer.data, "features": features[:stay]}
        yield taken
    finally:
        for layer, data in kept:
            layer.data = data


def added_later(name: str) -> str:
    """Write the script that adds what was taken out to a layer."""
    return f'{name}_add(geoplan.island("{name}"));'


def _can_wait(element: Element) -> TypeGuard[folium.GeoJson]:
    # style_function and highlight_function make folium look at every feature while it renders; a
    # "style" among the properties makes it style what was added with the script.
    if type(element) is not folium.GeoJson or element.style or element.highlight:
        return False
    if not (element.embed and isinstance(element.data, dict)):
        return False
    features = element.data.get("features", [])
    return len(features) > _staying(element) and not any(
        "style" in each["properties"] for each in features
    )


def _staying(layer: folium.GeoJson) -> int:
    return 0 if getattr(layer, WAITS, False) else 1
