"""Layers that show a living circle: what each place has near, what it lacks, and the ground."""

from functools import cache, partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoplan.analyses.access.coverage_layers import nearest_facility
from geoplan.analyses.access.facility_texts import facility_texts
from geoplan.analyses.access.walked_layers import (
    demand_columns,
    demand_layer,
    entrances_layer,
    ground_layer,
    ground_left,
    reached_layer,
    served_ground,
    unserved_units,
)
from geoplan.analyses.shared.lazy_layers import LazyLayers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.analyses.access.demand_shares import DemandShares
    from geoplan.analyses.access.facility_entrances import Doors
    from geoplan.analyses.access.served import Served
    from geoplan.analyses.access.walked_served import FacilityClass
    from geoplan.analyses.shared.area_share import AreaInside
    from geoplan.analyses.shared.demand_pieces import DemandPieces

_MOST = 0.5
"""A polygon has near what half of its people or more have near; a point all or nothing."""

ALL = "all"
"""Part of what has every category near; no category may be called so."""


def living_circle_layers(
    categories: "Mapping[str, GeoDataFrame]",
    districts: "GeoDataFrame",
    shares: "DemandShares",
    ground_of: "Callable[[str], Any] | None",
    classes: "Mapping[str, FacilityClass]",
    doors: "Mapping[str, Doors]",
) -> LazyLayers:
    """
    Make the layers of `geoplan.living_circle` when they are asked for.

    Parameters
    ----------
    categories : mapping of str to GeoDataFrame
        Facilities with a geometry, by category.
    districts : GeoDataFrame
        The districts.
    shares : DemandShares
        What was measured.
    ground_of : callable or None
        Gives the ground from which a category is near; None where there is none to draw.
    classes : mapping of str to FacilityClass
        Along streets: the searches, by category.
    doors : mapping of str to Doors
        Along streets: the entrances, by category.

    Returns
    -------
    LazyLayers
        As there.
    """
    makers: dict[str, Callable[[], GeoDataFrame]] = {
        "facilities": lambda: _facilities(categories, districts)
    }
    for pieces, served in zip(shares.pieces, shares.served, strict=True):
        if pieces.kind != "area":
            shown = cache(partial(_demand, categories, districts, pieces, served, classes))
            makers["demand"] = shown
            break
    first = shares.pieces[0]
    if first.kind != "area":
        makers["unserved"] = lambda: unserved_units(shown(), f"served_{ALL}_share")
    if ground_of is not None:
        grounds: dict[str, Callable[[], Any]] = {
            name: cache(partial(ground_of, name)) for name in categories
        }
        grounds[ALL] = lambda: shapely.intersection_all([grounds[name]() for name in categories])
        inside = {name: cache(partial(_inside, one, districts)) for name, one in grounds.items()}
        for name, area in inside.items():
            makers[f"served_{name}"] = partial(_ground_layer, area, districts)
        if first.kind == "area":
            makers["unserved"] = lambda: ground_left(first, inside[ALL](), districts)
    for name, one in classes.items():
        makers[f"reached_{name}"] = partial(reached_layer, one, districts)
    if doors:
        makers["entrances"] = lambda: _entrances(categories, doors, districts)
    return LazyLayers(makers)


def _inside(ground: "Callable[[], Any]", districts: "GeoDataFrame") -> "AreaInside":
    return served_ground(ground(), districts)


def _ground_layer(area: "Callable[[], AreaInside]", districts: "GeoDataFrame") -> "GeoDataFrame":
    return ground_layer(area(), districts)


def _facilities(
    categories: "Mapping[str, GeoDataFrame]", districts: "GeoDataFrame"
) -> "GeoDataFrame":
    frames = [
        gpd.GeoDataFrame(
            {
                "category": name,
                "name": facility_texts(layer, "name", np.arange(len(layer))),
            },
            geometry=layer.geometry.to_numpy(),
            crs=districts.crs,
        )
        for name, layer in categories.items()
    ]
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=districts.crs)


def _entrances(
    categories: "Mapping[str, GeoDataFrame]",
    doors: "Mapping[str, Doors]",
    districts: "GeoDataFrame",
) -> "GeoDataFrame":
    frames = [
        entrances_layer(one, categories[name]).assign(category=name) for name, one in doors.items()
    ]
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=districts.crs)


def _demand(
    categories: "Mapping[str, GeoDataFrame]",
    districts: "GeoDataFrame",
    pieces: "DemandPieces",
    served: "Served",
    classes: "Mapping[str, FacilityClass]",
) -> "GeoDataFrame":
    columns: dict[str, Any] = {}
    for name, layer in categories.items():
        if name in classes:
            columns |= demand_columns(served.costs[name], layer, classes[name].walk, name)
            continue
        row, distance_m = nearest_facility(
            np.asarray(shapely.point_on_surface(pieces.geometry)),
            np.asarray(layer.geometry, dtype=object),
        )
        columns[f"nearest_{name}_id"] = facility_texts(layer, "id", row)
        columns[f"nearest_{name}_name"] = facility_texts(layer, "name", row)
        columns[f"distance_{name}_m"] = distance_m
    near = np.column_stack([served.by_part[name] >= _MOST * pieces.amount for name in categories])
    columns["category_count"] = near.sum(axis=1)
    columns["missing"] = _missing(near, list(categories))
    amounts = {f"served_{name}_share": amount for name, amount in served.by_part.items()}
    return demand_layer(pieces, districts, amounts, columns)


def _missing(near: "NDArray[np.bool_]", names: list[str]) -> "NDArray[np.object_]":
    """Name what each unit lacks; few combinations occur, so each is worded once."""
    combinations, which = np.unique(near, axis=0, return_inverse=True)
    words = [
        ", ".join(name for name, there in zip(names, row, strict=True) if not there)
        for row in combinations
    ]
    return np.array([*words, ""], dtype=object)[which.reshape(-1)]
