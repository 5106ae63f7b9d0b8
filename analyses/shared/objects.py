"""Objects of one kind at the door: points, lines or polygons, and what is measured of them."""

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.shared.districts import check_polygons
from geoplan.analyses.shared.overlay import pieces_inside
from geoplan.core.errors import ParameterError, SchemaError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Positions = NDArray[np.intp]

MEASURED = {0: ("count", "count"), 1: ("length", "m"), 2: ("area", "m2")}
"""Dimension -> what is measured of an object, and its unit."""

ROUNDING = 1e-6
"""What coordinates of 10⁷ m may make of an area or length that is nothing, m² or m."""


def check_objects(objects: "GeoDataFrame", subject: str) -> "tuple[Geometries, int]":
    """
    Take the geometry of objects that all have one dimension.

    Parameters
    ----------
    objects : GeoDataFrame
        Points, lines or polygons; may be empty.
    subject : str
        How to name it in a message.

    Returns
    -------
    array of geometry
        One per row.
    int
        0 for points, 1 for lines, 2 for polygons; 2 where there is none.

    Raises
    ------
    SchemaError
        If a geometry is missing, empty or invalid, or points, lines and polygons are mixed.
    """
    things = np.asarray(objects.geometry.array, dtype=object)
    if not len(things):
        return things, 2
    empty = shapely.is_missing(things) | shapely.is_empty(things)
    if empty.any():
        raise SchemaError(
            f"`{subject}`: {int(empty.sum())} of {len(things)} rows have no geometry. Load it with "
            "geoplan's loader, which drops and counts them, or filter it."
        )
    dimensions = np.unique(shapely.get_dimensions(things))
    if len(dimensions) > 1:
        kinds = sorted(set(objects.geometry.geom_type))
        raise SchemaError(
            f"`{subject}` mixes {', '.join(kinds)}; areas, lengths and points cannot be added up. "
            "Give one kind of geometry at a time."
        )
    if dimensions[0] == 2:
        check_polygons(objects, subject)
    return things, int(dimensions[0])


def check_overlap(min_overlap: float, dimension: int) -> None:
    """
    Refuse an overlap that says nothing.

    Raises
    ------
    ParameterError
        If it is negative or not finite, or above 0 for points.
    """
    unit = MEASURED[dimension][1]
    if not (np.isfinite(min_overlap) and min_overlap >= 0):
        raise ParameterError(
            f"`min_overlap` is {min_overlap}; it is how much of an object has to lie inside before "
            f"it counts, in {unit}, 0 or more."
        )
    if dimension == 0 and min_overlap > 0:
        raise ParameterError(
            f"`min_overlap` is {min_overlap}, but points have no extent: they are inside or not. "
            "Write min_overlap=0."
        )


def overlaps_enough(held: "Floats", min_overlap: float) -> "NDArray[np.bool_]":
    """
    Tell of which objects enough lies inside, rounding aside.

    Parameters
    ----------
    held : array of float
        What of each object lies inside, wherever in the districts: the whole of it.
    min_overlap : float
        From how much on it counts.

    Returns
    -------
    array of bool
        An edge in common is nothing, whichever way rounding moved it.

    Examples
    --------
    >>> overlaps_enough(np.array([1e-9, 0.1, 99.9999999999]), 100).tolist()
    [False, False, True]
    """
    return np.asarray(held >= max(min_overlap - ROUNDING, ROUNDING))


def object_ids(objects: "GeoDataFrame") -> "Geometries":
    """
    Name the objects of a layer.

    Parameters
    ----------
    objects : GeoDataFrame
        From a loader, or made by a script.

    Returns
    -------
    array of str
        The first column that calls itself a key (``…_id``), else row numbers from 1.

    Examples
    --------
    >>> import geopandas as gpd
    >>> object_ids(gpd.GeoDataFrame({"plot_id": ["a", "b"]})).tolist()
    ['a', 'b']
    """
    named = [name for name in objects.columns if str(name).endswith("_id")]
    if named:
        return np.asarray(objects[named[0]].astype(str), dtype=object)
    return np.asarray([str(row + 1) for row in range(len(objects))], dtype=object)


def district_of(things: "Geometries", districts: "GeoDataFrame") -> "Positions":
    """
    Say which district most of each object lies in.

    Parameters
    ----------
    things : array of geometry, n values
        Points, lines or polygons.
    districts : GeoDataFrame
        Polygons, in the same CRS.

    Returns
    -------
    array of int, n values
        Position of the district, the first of equals; -1 outside all of them.

    Examples
    --------
    >>> import geopandas as gpd
    >>> halves = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 5, 9), shapely.box(5, 0, 9, 9)])
    >>> district_of(np.array([shapely.box(4, 1, 7, 2), shapely.Point(5, 1)]), halves).tolist()
    [1, 0]
    """
    pieces = pieces_inside(things, np.asarray(districts.geometry.array, dtype=object))
    district = np.full(len(things), -1, dtype=np.intp)
    keys = np.stack([pieces.object, pieces.polygon], axis=1)
    unique, group = np.unique(keys, axis=0, return_inverse=True)
    held = np.bincount(group, weights=pieces.amount, minlength=len(unique))
    unique, held = unique[held >= ROUNDING], held[held >= ROUNDING]
    smallest_first = np.lexsort((-unique[:, 1], held))
    district[unique[smallest_first, 0]] = unique[smallest_first, 1]
    return district
