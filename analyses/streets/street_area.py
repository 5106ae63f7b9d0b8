"""The area beside streets: their lines, widened and united, with small blocks filled."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.streets.nearest_segments import along_curve

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Lines = NDArray[np.object_]

_STREETS = 64
_SHAPES = 32
_QUAD_SEGS = 4


def street_area(
    lines: "Lines", beside_m: float, *, fill_m2: float, quad_segs: int = _QUAD_SEGS
) -> "BaseGeometry":
    """
    Draw the area beside streets.

    Parameters
    ----------
    lines : array of LineString, n
        Streets, or parts of them; may be empty.
    beside_m : float
        How far to each side it goes, above 0.
    fill_m2 : float
        Holes smaller than this are filled.
    quad_segs : int
        Segments per quarter circle of rounded corners.

    Returns
    -------
    Polygon or MultiPolygon
        The area; empty where there is no street.

    Notes
    -----
    Streets are united in neighbourhoods, neighbourhoods in districts and so on. Blocks are filled
    on the way: what is a small hole of a part is none of the whole, and the whole then has few
    edges.

    Examples
    --------
    A block of 100 m, its streets 10 m wide:

    >>> block = np.array([shapely.box(0, 0, 100, 100).exterior])
    >>> hollow, filled = (street_area(block, 5, fill_m2=area) for area in (0, 1e4))
    >>> round(filled.area - hollow.area)
    8100
    """
    lines = lines[~shapely.is_empty(lines)]
    if not len(lines):
        return shapely.Polygon()
    middle = shapely.centroid(shapely.envelope(lines))
    order = along_curve(shapely.get_coordinates(middle))

    def widen(chunk: "Lines") -> "BaseGeometry":
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(chunk)))
        return fill_holes(_united(shapely.buffer(merged, beside_m, quad_segs=quad_segs)), fill_m2)

    def join(chunk: "Lines") -> "BaseGeometry":
        return fill_holes(_united(chunk), fill_m2)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        shapes = list(pool.map(widen, np.array_split(lines[order], -(-len(lines) // _STREETS))))
        while len(shapes) > 1:
            parts = np.array_split(np.array(shapes, dtype=object), -(-len(shapes) // _SHAPES))
            shapes = list(pool.map(join, parts))
    return shapes[0]


def fill_holes(shape: "BaseGeometry", fill_m2: float) -> "BaseGeometry":
    """
    Fill the holes of a polygon that are smaller than an area.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        What to fill.
    fill_m2 : float
        Holes of this area and more stay.

    Returns
    -------
    Polygon or MultiPolygon
        Without its small holes; `shape` itself if it has none.
    """
    if fill_m2 <= 0:
        return shape
    parts = shapely.get_parts(shape)
    rings, part = shapely.get_rings(parts, return_index=True)
    hole = np.diff(part, prepend=-1) == 0
    small = hole & (shapely.area(shapely.polygons(rings)) < fill_m2)
    if not small.any():
        return shape
    whole = np.asarray(shapely.polygons(rings[~small], indices=part[~small]), dtype=object)
    # What stands in a hole that is filled is covered by it; a part may touch its own hole.
    corner = shapely.get_point(rings[~hole], 0)
    holes = shapely.STRtree(shapely.polygons(rings[small]))
    stands, filled = holes.query(corner, predicate="intersects")
    covered = np.zeros(len(whole), dtype=bool)
    covered[stands[part[small][filled] != stands]] = True
    whole = whole[~covered]
    filled_up: BaseGeometry = whole[0]
    if len(whole) > 1:
        filled_up = shapely.MultiPolygon(whole.tolist())
    return filled_up


def _united(shapes: "Lines") -> "BaseGeometry":
    united: BaseGeometry = shapely.union_all(shapes)
    return united
