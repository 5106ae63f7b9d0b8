"""Demand: what a share is a share of, as pieces of land, people or things per district."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from geoplan.analyses.catchment import Catchment, covered_area_m2, covers_points
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Kind = Literal["area", "weight", "count"]
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Geometries = NDArray[Any]

LAND = "land"
SUM = "population+jobs"
_WEIGHTS = {"population": "person", "jobs": "job"}
_AREA, _LINE = 2, 1


@dataclass(frozen=True)
class DemandPieces:
    """
    A denominator cut along the districts.

    Parameters
    ----------
    of : str
        What it is: ``land``, ``population``, a layer's name, …
    kind : {"area", "weight", "count"}
        Square metres of land, weights such as people, or things.
    unit_name : str
        ``"m2"``, ``"person"``, ``"job"``, ``"person+job"`` or ``"count"``.
    district : array of int, n
        Position of the district of each piece.
    unit : array of int, n
        Position of its row in the demand layer (in the districts, for ``land``); of two layers
        together, the rows of the second follow those of the first.
    geometry : array of Polygon, MultiPolygon or Point, n
        The piece.
    amount : array of float, n
        What it holds, in `unit_name`.
    notices : tuple of Notice
        What was left out.
    """

    of: str
    kind: Kind
    unit_name: str
    district: Ints
    unit: Ints
    geometry: Geometries
    amount: Floats
    notices: tuple[Notice, ...] = ()


def demand_pieces(
    of: str, districts: "GeoDataFrame", demand: "Mapping[str, GeoDataFrame] | None" = None
) -> DemandPieces:
    """
    Cut a denominator along the districts.

    Parameters
    ----------
    of : str
        ``"land"`` (the districts themselves), ``"population"``, ``"jobs"``,
        ``"population+jobs"``, or the name of a layer in `demand`.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        What to cut along.
    demand : mapping of str to GeoDataFrame, optional
        Demand layers by name.

    Returns
    -------
    DemandPieces
        One piece per demand unit and district that share ground.

    Raises
    ------
    ParameterError
        If `of` is unknown or its layer is not in `demand`.
    SchemaError
        If a layer lacks the column that holds its amounts.
    CRSError
        If a layer has another CRS than the districts.
    """
    demand = demand or {}
    areas = np.asarray(districts.geometry.array)
    if of == LAND:
        rows = np.arange(len(areas))
        return DemandPieces(of, "area", "m2", rows, rows, areas, shapely.area(areas))
    if of == SUM:
        return _joined(*(demand_pieces(name, districts, demand) for name in _WEIGHTS))
    if of not in demand:
        raise ParameterError(
            f"`of` asks for {of!r}, which `demand` does not hold. Pass it as "
            f'demand={{"{of}": …}}; in a plan file, add [layers.{of}].'
        )
    layer = demand[of]
    require_metric_crs(districts=districts, **{of: layer})
    if of in _WEIGHTS:
        return _weight_pieces(of, areas, layer)
    shapes = np.asarray(layer.geometry.array)
    if (shapely.get_dimensions(shapes) == _AREA).all() and of not in ("buildings", "communities"):
        dissolved = np.atleast_1d(shapely.get_parts(shapely.union_all(shapes)))
        district, unit, pieces = _cut(areas, dissolved)
        return DemandPieces(of, "area", "m2", district, unit, pieces, shapely.area(pieces))
    points = shapely.point_on_surface(shapes)
    return _point_pieces(of, "count", "count", areas, points, np.ones(len(points)))


def _joined(first: DemandPieces, second: DemandPieces) -> DemandPieces:
    offset = 1 + int(first.unit.max(initial=-1))
    return DemandPieces(
        SUM,
        "weight",
        "person+job",
        np.append(first.district, second.district),
        np.append(first.unit, second.unit + offset),
        np.append(first.geometry, second.geometry),
        np.append(first.amount, second.amount),
        (*first.notices, *second.notices),
    )


def _weight_pieces(of: str, areas: Geometries, layer: "GeoDataFrame") -> DemandPieces:
    if of not in layer.columns:
        raise SchemaError(f"`{of}` has no column {of!r}; it has {', '.join(map(str, layer))}.")
    weight = layer[of].to_numpy(dtype=float)
    shapes = np.asarray(layer.geometry.array)
    unit_name = _WEIGHTS[of]
    if not (shapely.get_dimensions(shapes) == _AREA).any():
        return _point_pieces(of, "weight", unit_name, areas, shapes, weight)
    district, unit, pieces = _cut(areas, shapes)
    amount = weight[unit] * shapely.area(pieces) / shapely.area(shapes)[unit]
    return DemandPieces(of, "weight", unit_name, district, unit, pieces, amount)


def _point_pieces(  # noqa: PLR0913 (private)
    of: str, kind: Kind, unit_name: str, areas: Geometries, points: Geometries, weight: Floats
) -> DemandPieces:
    unit, district = shapely.STRtree(areas).query(points, "intersects")
    order = np.lexsort((district, unit))
    unit, district = unit[order], district[order]
    unit, first = np.unique(unit, return_index=True)
    return DemandPieces(of, kind, unit_name, district[first], unit, points[unit], weight[unit])


def _cut(areas: Geometries, shapes: Geometries) -> tuple[Ints, Ints, Geometries]:
    shapely.prepare(areas)
    district, unit = shapely.STRtree(shapes).query(areas, "intersects")
    whole = shapely.contains_properly(areas[district], shapes[unit])
    pieces = shapes[unit]
    pieces[~whole] = shapely.intersection(areas[district[~whole]], shapes[unit[~whole]])
    kept = shapely.area(pieces) > 0
    return district[kept], unit[kept], pieces[kept]


def served_amount(pieces: DemandPieces, catchment: Catchment) -> Floats:
    """
    Measure how much of each piece lies within a catchment.

    Parameters
    ----------
    pieces : DemandPieces, n pieces
        From `demand_pieces`.
    catchment : Catchment
        From `make_catchment`.

    Returns
    -------
    array of float, n
        Amount in ``pieces.unit_name``: of polygons by exact area, of points whole.
    """
    served = np.zeros(len(pieces.amount))
    areal = shapely.get_dimensions(pieces.geometry) == _AREA
    shapes = pieces.geometry[areal]
    share = covered_area_m2(shapes, catchment) / shapely.area(shapes)
    served[areal] = pieces.amount[areal] * np.clip(share, 0, 1)
    points = ~areal
    served[points] = pieces.amount[points] * covers_points(pieces.geometry[points], catchment)
    return served
