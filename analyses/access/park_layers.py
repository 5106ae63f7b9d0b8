"""Layers that show who reaches which park: demand with its nearest parks, served and unserved."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.analyses.access.nearest_polygon import nearest_polygon
from geoplan.analyses.access.park_tiers import ALL, TierParks
from geoplan.analyses.exact.catchment import Catchment, catchment_polygons
from geoplan.analyses.shared.area_share import (
    AreaInside,
    area_inside,
    dissolve,
    inside_mask,
    polygon_parts,
)
from geoplan.analyses.shared.demand_pieces import DemandPieces
from geoplan.analyses.shared.districts import areas_layer

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_WHOLE = 1 - 1e-9


def access_layers(
    parks: "GeoDataFrame",
    districts: "GeoDataFrame",
    groups: Sequence[TierParks],
    catchments: Mapping[str, Catchment],
    pieces: DemandPieces,
    reached: "Mapping[str, Floats]",
) -> "dict[str, GeoDataFrame]":
    """
    Make the layers of `geoplan.analyses.access.park_access.park_access`.

    Parameters
    ----------
    parks, districts : GeoDataFrame
        As given.
    groups : sequence of TierParks
        The parks of each tier.
    catchments : mapping of str to Catchment
        By tier.
    pieces : DemandPieces
        The demand to show.
    reached : mapping of str to array of float
        Amount of each piece reached, by tier and for ``all``.

    Returns
    -------
    dict of str to GeoDataFrame
        ``parks``, ``demand``, ``served_<tier>``, ``served_all``, ``unserved``.
    """
    counted = np.zeros(len(parks), dtype=bool)
    counted[np.concatenate([group.rows for group in groups])] = True
    ground = np.asarray(districts.geometry.array, dtype=object)
    served = {
        name: area_inside(np.array([catchment_polygons(catchment)]), ground)
        for name, catchment in catchments.items()
    }
    common, *others = served.values()
    for other in others:
        common = inside_mask(common, other)
    demand = _demand(parks, districts, groups, pieces, reached)
    layers = {"parks": parks.assign(counted=counted), "demand": demand}
    for name, area in {**served, ALL: common}.items():
        layers[f"served_{name}"] = areas_layer(area, districts, ()).drop(columns="category")
    layers["unserved"] = (
        _rest(pieces, common, districts) if pieces.kind == "area" else _unserved(demand)
    )
    return layers


def _demand(
    parks: "GeoDataFrame",
    districts: "GeoDataFrame",
    groups: Sequence[TierParks],
    pieces: DemandPieces,
    reached: "Mapping[str, Floats]",
) -> "GeoDataFrame":
    import geopandas as gpd

    columns: dict[str, Any] = {
        "district_id": districts["district_id"].astype(str).to_numpy()[pieces.district],
        "amount": pieces.amount,
    }
    places = shapely.point_on_surface(pieces.geometry)
    shapes = np.asarray(parks.geometry.array, dtype=object)
    for group in groups:
        nearest = nearest_polygon(places, shapes[group.rows])
        row = np.append(group.rows, -1)[nearest.row]
        columns[f"nearest_{group.name}_id"] = _text(parks, "park_id", row)
        columns[f"nearest_{group.name}_name"] = _text(parks, "name", row)
        columns[f"distance_{group.name}_m"] = nearest.distance_m
    for name, amount in reached.items():
        share = np.full(len(amount), np.nan)
        np.divide(amount, pieces.amount, out=share, where=pieces.amount > 0)
        columns[f"served_{name}_share"] = share
    return gpd.GeoDataFrame(columns, geometry=pieces.geometry, crs=districts.crs)


def _text(parks: "GeoDataFrame", column: str, row: "NDArray[np.intp]") -> "NDArray[np.object_]":
    """Column of the nearest parks; their row labels stand in for a missing key."""
    if column in parks.columns:
        texts = np.asarray(parks[column].astype("str").fillna(""), dtype=object)
    elif column == "park_id":
        texts = np.asarray(parks.index.astype("str"), dtype=object)
    else:
        texts = np.full(len(parks), "", dtype=object)
    return np.append(texts, "")[row]  # row -1, no park: the empty text at the end


def _rest(pieces: DemandPieces, common: AreaInside, districts: "GeoDataFrame") -> "GeoDataFrame":
    """Land that not every tier reaches, per district."""
    wanted = dissolve(pieces.geometry, pieces.district)
    reached = np.full(len(districts), shapely.Polygon(), dtype=object)
    reached[common.district] = common.geometry
    left = shapely.difference(wanted.geometry, reached[wanted.district])
    parts, source = polygon_parts(left)
    rest = dissolve(parts, wanted.district[source])
    return areas_layer(rest, districts, ()).drop(columns="category")


def _unserved(demand: "GeoDataFrame") -> "GeoDataFrame":
    """Units that not every tier reaches whole."""
    share = f"served_{ALL}_share"
    rest = demand[demand[share] < _WHOLE].reset_index(drop=True)
    return rest.assign(unserved_amount=rest["amount"] * (1 - rest[share]))
