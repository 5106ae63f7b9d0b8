"""Points of a grid inside polygons."""

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.core.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Geometries = NDArray[np.object_]

MOST_POINTS = 20_000_000
"""Points above which a step is refused: it would take gigabytes."""


def grid_points(polygons: "Geometries", step_m: float) -> "tuple[Ints, Geometries]":
    """
    Find the points of one grid that lie inside each polygon.

    Parameters
    ----------
    polygons : array of Polygon or MultiPolygon, n
        In metres.
    step_m : float
        Step of the grid, above 0. Its points lie half a step off the whole multiples, so that
        neighbours whose borders are such multiples share none.

    Returns
    -------
    polygon : array of int
        Position of the polygon of each point, ascending.
    points : array of Point
        The points; a polygon that none falls into has none.

    Raises
    ------
    ParameterError
        If the grid would have more than 20 million points around the polygons.

    Examples
    --------
    >>> polygon, points = grid_points(np.array([shapely.box(0, 0, 20, 10)]), 10)
    >>> polygon.tolist(), [point.wkt for point in points]
    ([0, 0], ['POINT (5 5)', 'POINT (15 5)'])
    """
    if not len(polygons):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object)
    west, south, east, north = shapely.bounds(polygons).T
    first = np.ceil(np.column_stack([west, south]) / step_m - 0.5).astype(np.int64)
    last = np.floor(np.column_stack([east, north]) / step_m - 0.5).astype(np.int64)
    columns, rows = np.maximum(last - first + 1, 0).T
    count = columns * rows
    if count.sum() > MOST_POINTS:
        raise ParameterError(
            f"`sample_m` is {step_m:g}: the grid would have {int(count.sum()):,} points; at most "
            f"{MOST_POINTS:,} fit. Give a longer step."
        )
    polygon = np.repeat(np.arange(len(polygons)), count)
    rank = np.arange(len(polygon)) - np.repeat(np.cumsum(count) - count, count)
    row, column = np.divmod(rank, np.maximum(columns, 1)[polygon])
    x = (first[polygon, 0] + column + 0.5) * step_m
    y = (first[polygon, 1] + row + 0.5) * step_m
    shapely.prepare(polygons)
    inside = shapely.intersects_xy(polygons[polygon], x, y)
    points = np.asarray(shapely.points(x[inside], y[inside]), dtype=object)
    return polygon[inside], points
