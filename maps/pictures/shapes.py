"""Polygons as paths: a whole layer at once, since a picture needs no object per feature."""

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.path import Path
    from numpy.typing import NDArray

_POLYGON = 3
_CORNERS_PER_PATH = 50_000  # Agg gives up on a path that crosses too many pixels


def polygon_paths(shapes: "NDArray[Any]") -> "Iterator[Path]":
    """
    Turn the polygons of a layer into few compound paths.

    Parameters
    ----------
    shapes : ndarray of geometry
        Whatever is no polygon is left out; holes stay holes.

    Yields
    ------
    Path
        Closed rings, outer ones counter-clockwise and holes clockwise.
    """
    from matplotlib.path import Path

    parts = shapely.get_parts(shapely.get_parts(shapes))  # collections hold multipolygons
    polygons = parts[shapely.get_type_id(parts) == _POLYGON]
    polygons = polygons[~shapely.is_empty(polygons)]
    if len(polygons) == 0:
        return
    polygons = shapely.orient_polygons(polygons)
    corners = np.cumsum(shapely.get_num_coordinates(polygons))
    group = corners // _CORNERS_PER_PATH
    for piece in np.split(polygons, np.nonzero(np.diff(group))[0] + 1):
        rings = shapely.get_rings(piece)
        coordinates, ring = shapely.get_coordinates(rings, return_index=True)
        codes = np.full(len(ring), Path.LINETO, dtype=Path.code_type)
        ends = np.append(np.nonzero(np.diff(ring))[0], len(ring) - 1)
        codes[0], codes[ends[:-1] + 1], codes[ends] = Path.MOVETO, Path.MOVETO, Path.CLOSEPOLY
        yield Path(coordinates, codes)
