"""What a static map shows: catchments and gaps, measured areas, or districts by value."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.core.terms import term
from geoplan.core.texts import catalogue, text
from geoplan.maps.page.beyond_reach import beyond_reach
from geoplan.maps.page.classes import NO_DATA, Classes, Ramp, make_classes
from geoplan.maps.page.safe import visible
from geoplan.maps.page.words import facilities_name, unknown_counts
from geoplan.maps.pictures.shapes import polygon_paths

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.path import Path

    from geoplan.core.results import Measure, Result

_SERVED, _LAND, _LINE, _POINT = "#bcd5e6", "#fbfaf8", "#6b757f", "#12497c"
_GREEN, _STREET = "#7fb685", "#6f9fc8"
_AREAS = {"red_line_share": "#c1666b"}
_RAMPS: dict[str, Ramp] = {"park_area_per_capita": "Greens", "green_space_ratio": "Greens"}
_RASTER_FROM = 20_000
_VECTOR_CORNERS = 5_000


def draw_theme(
    axes: "Axes", result: "Result", measure: "Measure", lang: str, *, bound: float | None
) -> "list[Artist]":
    """
    Draw what a result is about, under its labels.

    Parameters
    ----------
    axes : Axes
        Of the map, in the study CRS.
    result : Result
        What an analysis found. A catchment is drawn with the demand that it does not reach, areas
        that were measured as they lie, and anything else as districts coloured by value.
    measure : Measure
        The one in front.
    lang : {"en", "zh"}
        Language of the legend.
    bound : float, optional
        Value of the target, to be a limit between two colours.

    Returns
    -------
    list of Artist
        Entries for the legend.
    """
    layers = result.layers
    served = layers.get(f"served_{measure.part or 'all'}", layers.get("served"))
    if served is not None:
        return _draw_reach(axes, result, measure.part, served, lang)
    if not measure.part and "reached" in layers:
        return _draw_reach(axes, result, measure.part, layers["reached"], lang)
    if "areas" in layers:
        return _draw_areas(axes, result, measure, lang)
    return _draw_values(axes, result, measure, lang, bound)


def _draw_reach(
    axes: "Axes",
    result: "Result",
    part: str,
    served: "GeoDataFrame",
    lang: str,
) -> "list[Artist]":
    _fill(axes, result.districts, _LAND)
    streets = len(served) > 0 and bool(served.geom_type.str.contains("LineString").all())
    if streets:
        _draw_streets(axes, served)
    else:
        _fill(axes, served, _SERVED)
    entries = [_patch(_STREET if streets else _SERVED, text("static.served", lang))]
    unserved = beyond_reach(part, result.layers)
    if unserved is not None and "unserved_amount" in unserved:
        entries += _draw_demand(axes, unserved, lang)
    _outline(axes, result.districts)
    facilities = result.layers.get("facilities", result.layers.get("parks"))
    if facilities is not None and len(facilities):
        entries.append(_draw_facilities(axes, facilities, result, lang))
    return entries


def _draw_streets(axes: "Axes", streets: "GeoDataFrame") -> None:
    """Draw streets within reach, as a picture in an SVG: there are many thousands."""
    from matplotlib.collections import LineCollection

    xy, line = shapely.get_coordinates(streets.geometry.to_numpy(), return_index=True)
    lines = np.split(xy, np.flatnonzero(np.diff(line)) + 1)
    drawn = LineCollection(lines, colors=_STREET, linewidths=0.7, zorder=3)
    drawn.set_rasterized(True)
    axes.add_collection(drawn, autolim=False)


def _draw_demand(axes: "Axes", unserved: "GeoDataFrame", lang: str) -> "list[Artist]":
    amounts = unserved["unserved_amount"].to_numpy(dtype=float)
    drawn = unserved[np.isfinite(amounts) & (amounts > 0)]
    if len(drawn) == 0:
        return []
    values = drawn["unserved_amount"].to_numpy(dtype=float)
    classes = make_classes(values, unit="count", ramp="Oranges", at_most=4)
    index = classes.index(values)
    if (shapely.get_dimensions(drawn.geometry.to_numpy()) == 0).all():
        points = shapely.get_coordinates(drawn.geometry.to_numpy())
        colors = np.asarray(classes.colors)[index]
        axes.scatter(points[:, 0], points[:, 1], s=4, c=colors, linewidths=0, zorder=4)
    elif len(drawn) > _RASTER_FROM:
        _draw_cells(axes, drawn, index, classes)
    else:
        for k, color in enumerate(classes.colors):
            _fill(axes, drawn[index == k], color, zorder=4)
    head = text("static.unserved", lang)
    return [
        _patch(color, f"{head}: {label}")
        for color, label in zip(classes.colors, classes.labels(lang), strict=True)
    ]


def _draw_cells(
    axes: "Axes",
    drawn: "GeoDataFrame",
    index: "np.ndarray[Any, Any]",
    classes: Classes,
) -> None:
    """Paint many small polygons at once: each would cost more to draw than it can show."""
    from affine import Affine
    from rasterio.features import rasterize

    west, south, east, north = drawn.total_bounds
    columns = 2_000
    rows = max(int(columns * (north - south) / max(east - west, 1.0)), 1)
    grid = rasterize(
        zip(drawn.geometry, index + 1, strict=True),
        out_shape=(rows, columns),
        transform=Affine((east - west) / columns, 0, west, 0, (south - north) / rows, north),
        dtype="uint8",
    )
    palette = np.zeros((len(classes.colors) + 1, 4))
    palette[1:] = [_rgba(color) for color in classes.colors]
    axes.imshow(
        palette[grid], extent=(west, east, south, north), zorder=4, interpolation="nearest",
    )  # fmt: skip


def _draw_areas(axes: "Axes", result: "Result", measure: "Measure", lang: str) -> "list[Artist]":
    areas = result.layers["areas"]
    if "category" in areas and measure.part not in ("", "total"):
        areas = areas[areas["category"] == measure.part]
    color = _AREAS.get(result.analysis, _GREEN)
    _fill(axes, result.districts, _LAND)
    _fill(axes, areas, color, zorder=3)
    _outline(axes, result.districts)
    key = f"static.areas_{result.analysis}"
    label = text(key if key in catalogue(lang) else "static.areas_other", lang)
    return [_patch(color, label)]


def _draw_values(
    axes: "Axes", result: "Result", measure: "Measure", lang: str, bound: float | None
) -> "list[Artist]":
    values = measure.districts["value"].to_numpy(dtype=float)
    ramp = _RAMPS.get(result.analysis, "Blues")
    classes = make_classes(values, unit=measure.unit, ramp=ramp, include=bound)
    index = classes.index(values)
    unit = classes.unit_label(lang)
    entries = []
    for k, (color, label) in enumerate(zip(classes.colors, classes.labels(lang), strict=True)):
        _fill(axes, result.districts[index == k], color)
        entries.append(_patch(color, f"{label} {unit} ({int((index == k).sum())})"))
    if (index < 0).any():
        _fill(axes, result.districts[index < 0], NO_DATA)
        entries += [
            _patch(NO_DATA, f"{word} ({count})")
            for word, count in unknown_counts(measure, lang).items()
        ]
    _outline(axes, result.districts)
    return entries


def _draw_facilities(
    axes: "Axes",
    facilities: "GeoDataFrame",
    result: "Result",
    lang: str,
) -> "Artist":
    from matplotlib.lines import Line2D

    shapes = facilities.geometry.to_numpy()
    if (shapely.get_dimensions(shapes) == 2).any():
        _fill(axes, facilities, _GREEN, zorder=5)
        key = "parks" if "parks" in result.layers else str(result.definition.get("facilities"))
        return _patch(_GREEN, term("layer", key, lang))
    points = shapely.get_coordinates(shapely.centroid(shapes))
    size = float(np.clip(4_000 / len(points), 0.6, 9))
    axes.scatter(points[:, 0], points[:, 1], s=size, c=_POINT, linewidths=0, zorder=5)
    return Line2D(
        [], [], marker="o", linestyle="", markersize=max(math.sqrt(size), 2.2), color=_POINT,
        label=facilities_name(result, lang),
    )  # fmt: skip


def _fill(axes: "Axes", layer: "GeoDataFrame", color: str, *, zorder: int = 2) -> None:
    for path in polygon_paths(layer.geometry.to_numpy()):
        _add_path(axes, path, facecolor=color, edgecolor="none", linewidth=0, zorder=zorder)


def _outline(axes: "Axes", districts: "GeoDataFrame") -> None:
    for path in polygon_paths(districts.geometry.to_numpy()):
        _add_path(axes, path, facecolor="none", edgecolor=_LINE, linewidth=0.7, zorder=6)


def _add_path(axes: "Axes", path: "Path", **style: Any) -> None:  # noqa: ANN401 (matplotlib's own)
    from matplotlib.patches import PathPatch

    patch = PathPatch(path, transform=axes.transData, **style)
    # In an SVG, many thousand corners of an area are lighter as a picture inside the drawing.
    patch.set_rasterized(style["facecolor"] != "none" and len(path) > _VECTOR_CORNERS)
    patch.set_clip_path(axes.patch)
    axes.add_artist(patch)


def _patch(color: str, label: str) -> "Artist":
    from matplotlib.patches import Patch

    return Patch(facecolor=color, edgecolor="#b8c0c8", linewidth=0.5, label=visible(label))


def _rgba(color: str) -> tuple[float, float, float, float]:
    from matplotlib.colors import to_rgba

    red, green, blue, alpha = to_rgba(color)
    return red, green, blue, alpha
