"""Long edges given in degrees, which are bent in a projection."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geoplan.layers.datums.to_study_crs import SourceCRS, coordinates_to_study_crs

Geometries = NDArray[np.object_]

TOLERANCE_M = 0.01
"""Farthest that a projected edge may lie from the file's straight line in degrees."""

# The chord of 0.008° of a parallel is at most 8 mm off it (d² R / 16, at 45°).
_STEP_DEG = 0.008


def follow_degrees(geometry: Geometries, source_crs: SourceCRS, crs: str) -> Geometries:
    """
    Divide long edges given in degrees, so that they stay where the file has them.

    Parameters
    ----------
    geometry : array of geometry
        In degrees; None among them.
    source_crs : str or CoordinateFit
        What the degrees are of.
    crs : str
        The study CRS that they are to be brought into.

    Returns
    -------
    array of geometry
        As given if no edge is bent by more than `TOLERANCE_M`. Else each edge longer than 0.008° is
        divided evenly: by its own length alone, so that neighbours keep the border that they share.

    Examples
    --------
    A border along 1° of a parallel runs 86 m south of its chord:

    >>> border = np.array([shapely.LineString([(113.5, 22.6), (114.5, 22.6)])])
    >>> len(follow_degrees(border, "EPSG:4490", "EPSG:4547")[0].coords)
    126
    """
    lines, row = shapely.get_parts(geometry, return_index=True)
    rings, part = shapely.get_rings(lines, return_index=True)
    flat = shapely.get_dimensions(lines) == 1
    lines, row = np.append(lines[flat], rings), np.append(row[flat], row[part])
    xy, line = shapely.get_coordinates(lines, return_index=True)
    same = np.flatnonzero(line[1:] == line[:-1])
    long = same[np.hypot(*(xy[same + 1] - xy[same]).T) > _STEP_DEG]
    if not len(long):
        return geometry
    ends = xy[long], xy[long + 1], (xy[long] + xy[long + 1]) / 2
    start, end, middle = (coordinates_to_study_crs(one, source_crs, crs) for one in ends)
    bend = np.hypot(*(middle - (start + end) / 2).T)
    if not (bend > TOLERANCE_M).any():
        return geometry
    divided = np.array(geometry, dtype=object)
    for place in np.unique(row[line[long]]):
        divided[place] = _divided(geometry[place])
    return divided


def _divided(shape: Any) -> Any:  # noqa: ANN401 (any of shapely's geometries)
    """Divide the long edges of one shape; `shapely.segmentize` would also mend invalid ones."""
    if shape.geom_type == "Polygon":
        return shapely.Polygon(_corners(shape.exterior), [_corners(one) for one in shape.interiors])
    if hasattr(shape, "geoms"):
        return type(shape)([_divided(one) for one in shape.geoms])
    return shape if shape.geom_type == "Point" else type(shape)(_corners(shape))


def _corners(line: Any) -> NDArray[np.float64]:  # noqa: ANN401 (LineString or LinearRing)
    xy = shapely.get_coordinates(line)
    step = np.diff(xy, axis=0)
    parts = np.maximum(np.ceil(np.hypot(*step.T) / _STEP_DEG), 1).astype(np.intp)
    edge = np.repeat(np.arange(len(step)), parts)
    share = (np.arange(len(edge)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[edge]
    return np.vstack([xy[edge] + share[:, None] * step[edge], xy[-1:]])
