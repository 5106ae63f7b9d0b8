"""Layers that show a coverage: ground served and not, and demand with its nearest facility."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geoplan.analyses.exact.catchment import Catchment, catchment_polygons
from geoplan.analyses.exact.elements import Floats, Geometries, Ints, spread
from geoplan.analyses.shared.area_share import AreaInside, area_inside, dissolve, polygon_parts
from geoplan.analyses.shared.demand_pieces import DemandPieces
from geoplan.core.columns import SPECS

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_WHOLE = 1 - 1e-9
_AREA = 2
_RUN = 8
_KEYS = tuple(spec.key for spec in SPECS.values())


def coverage_layers(
    usable: "GeoDataFrame",
    facilities: "GeoDataFrame",
    districts: "GeoDataFrame",
    catchment: Catchment,
    pieces: Sequence[DemandPieces],
    served: Sequence[Floats],
) -> "dict[str, GeoDataFrame]":
    """
    Make the layers of `geoplan.analyses.access.coverage.coverage`.

    Parameters
    ----------
    usable : GeoDataFrame
        The facilities with a geometry.
    facilities, districts : GeoDataFrame
        As given.
    catchment : Catchment
        Of the facilities.
    pieces : sequence of DemandPieces
        One per denominator.
    served : sequence of array of float
        The amount of each piece served.

    Returns
    -------
    dict of str to GeoDataFrame
        ``facilities``, ``served``, ``unserved``, and ``demand`` if a denominator is not an area.
    """
    ground = np.asarray(districts.geometry.array, dtype=object)
    drawn = np.array([catchment_polygons(catchment)], dtype=object)
    reached = area_inside(drawn, ground)
    layers = {"facilities": facilities, "served": _areas(reached, districts)}
    demand = {
        piece.of: _demand(piece, amount, usable, districts)
        for piece, amount in zip(pieces, served, strict=True)
        if piece.kind != "area"
    }
    first = pieces[0]
    if first.kind == "area":
        share = served[0] / np.where(first.amount > 0, first.amount, 1)
        layers["unserved"] = _areas(_rest(first, share, reached, len(districts)), districts)
    else:
        units = demand[first.of]
        short = units[units["served_share"] < _WHOLE]
        short = short.assign(unserved_amount=short["amount"] * (1 - short["served_share"]))
        layers["unserved"] = short.reset_index(drop=True)
    if demand:
        layers["demand"] = next(iter(demand.values()))
    return layers


def _rest(first: DemandPieces, share: Floats, reached: AreaInside, count: int) -> AreaInside:
    """Take the catchment out of the pieces, each within its district."""
    short = np.flatnonzero(share < _WHOLE)
    near = np.full(count, shapely.Polygon(), dtype=object)
    near[reached.district] = reached.geometry
    geometry, district = first.geometry[short], first.district[short]
    partly = share[short] > 0
    geometry[partly] = shapely.difference(geometry[partly], near[district[partly]])
    parts, source = polygon_parts(geometry)
    return dissolve(parts, district[source])


def _areas(inside: AreaInside, districts: "GeoDataFrame") -> "GeoDataFrame":
    import geopandas as gpd

    return gpd.GeoDataFrame(
        {
            "district_id": districts["district_id"].astype(str).to_numpy()[inside.district],
            "name": districts["name"].astype(str).to_numpy()[inside.district],
        },
        geometry=inside.geometry,
        crs=districts.crs,
    )


def _demand(
    pieces: DemandPieces, served: Floats, facilities: "GeoDataFrame", districts: "GeoDataFrame"
) -> "GeoDataFrame":
    import geopandas as gpd

    share = np.full(len(served), np.nan)
    np.divide(served, pieces.amount, out=share, where=pieces.amount > 0)
    row, distance_m = nearest_facility(
        np.asarray(shapely.point_on_surface(pieces.geometry)),
        np.asarray(facilities.geometry.array, dtype=object),
    )
    columns: dict[str, Any] = {
        "district_id": districts["district_id"].astype(str).to_numpy()[pieces.district],
        "amount": pieces.amount,
        "served_share": share,
        "nearest_id": _text(facilities, _key(facilities), row),
        "nearest_name": _text(facilities, "name", row),
        "distance_m": distance_m,
    }
    return gpd.GeoDataFrame(columns, geometry=pieces.geometry, crs=districts.crs)


def nearest_facility(places: Geometries, facilities: Geometries) -> tuple[Ints, Floats]:
    """
    Find the nearest facility of each place, by straight line.

    Parameters
    ----------
    places : array of Point, n
        From where.
    facilities : array of geometry, m
        Of any kind.

    Returns
    -------
    row : array of int, n
        Position of the nearest facility; -1 if there is none.
    distance_m : array of float, n
        How far it is, 0 inside it; NaN if there is none.
    """
    row, distance_m = np.full(len(places), -1), np.full(len(places), np.nan)
    if not len(facilities) or not len(places):
        return row, distance_m
    parts, owner = _short_parts(facilities)
    (place, part), near = shapely.STRtree(parts).query_nearest(
        places, return_distance=True, all_matches=False
    )
    row[place], distance_m[place] = owner[part], near
    areal = np.flatnonzero(shapely.get_dimensions(facilities) == _AREA)
    area, place = shapely.STRtree(places).query(facilities[areal], "intersects")
    row[place], distance_m[place] = areal[area], 0
    return row, distance_m


def _short_parts(facilities: Geometries) -> tuple[Geometries, Ints]:
    """Take facilities apart into points and short runs of edges, and say whose each is."""
    parts, owner = shapely.get_parts(facilities, return_index=True)
    kind = shapely.get_dimensions(parts)
    rings, ring_of = shapely.get_rings(parts[kind == _AREA], return_index=True)
    lines = np.append(parts[kind == 1], rings)
    line_owner = np.append(owner[kind == 1], owner[kind == _AREA][ring_of])
    xy, line = shapely.get_coordinates(lines, return_index=True)
    start = np.flatnonzero(np.append(line[1:] == line[:-1], False)[: len(line)])
    first = np.cumsum(np.diff(line[start], prepend=-1) != 0) - 1
    nth = np.arange(len(start)) - np.flatnonzero(np.diff(line[start], prepend=-1))[first]
    new = np.flatnonzero(nth % _RUN == 0)
    counts = np.diff(new, append=len(start))
    run, step = spread(counts + 1)
    runs = shapely.linestrings(xy[start[new][run] + step], indices=run)
    points = kind == 0
    return (
        np.append(parts[points], runs),
        np.append(owner[points], line_owner[line[start[new]]]),
    )


def _key(facilities: "GeoDataFrame") -> str:
    return next((name for name in facilities.columns if name in _KEYS), "")


def _text(facilities: "GeoDataFrame", column: str, row: Ints) -> NDArray[np.object_]:
    """Take a column as text for the rows given; row labels stand in for a missing key."""
    if column in facilities.columns:
        values = facilities[column].astype("str").fillna("").to_numpy(dtype=object)
    elif column == "name":
        values = np.full(len(facilities), "", dtype=object)
    else:
        values = np.array([str(label) for label in facilities.index], dtype=object)
    return np.append(values, "")[row]
