"""Shapes across 180°, where longitude jumps from 180 to -180."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geoplan.core.notices import Notice

_HALF_DEG, _FULL_DEG = 180.0, 360.0
_WIDEST_DEG = 90.0  # of what is measured in one plane


def across_180(
    geometry: NDArray[np.object_], *, subject: str
) -> tuple[NDArray[np.object_], tuple[Notice, ...]]:
    """
    Draw shapes across 180° on, beyond it, where their longitudes jump to the other side.

    Parameters
    ----------
    geometry : ndarray of shapely geometries
        In degrees; not modified. May hold None.
    subject : str
        The layer, for the notice.

    Returns
    -------
    ndarray of shapely geometries
        Those of which two neighbouring vertices are more than 180° apart have all their
        longitudes east of 0, up to 360; those cut at ±180 too, their parts joined.
    tuple of Notice
        How many these are.

    Examples
    --------
    >>> ring = shapely.box(179.9, -17, 180.2, -16)
    >>> jumping = shapely.transform(ring, lambda xy: xy - [360, 0] * (xy[:, :1] > 180))
    >>> drawn, _ = across_180(np.array([jumping], dtype=object), subject="districts")
    >>> round(drawn[0].area, 9)
    0.3
    """
    box = shapely.bounds(geometry)
    wide = np.flatnonzero(box[:, 2] - box[:, 0] > _HALF_DEG)
    jumping = [row for row in wide if _jumps(geometry[row])]
    cut = [row for row in wide if row not in jumping and _is_cut(geometry[row])]
    rows = [*jumping, *cut]
    if not rows:
        return geometry, ()
    drawn = geometry.copy()
    drawn[rows] = shapely.transform(geometry[rows], _east_of_0)
    for row in cut:
        drawn[row] = shapely.unary_union(drawn[row])
    return drawn, (Notice("across_180", subject, len(rows), len(geometry)),)


def runs_on_beyond_180(bounds: NDArray[np.float64]) -> bool:
    """Tell whether longitudes up to 360 are those of one place, counted on beyond 180."""
    west, south, east, north = bounds.tolist()
    near = -90 <= south <= north <= 90 and west >= 0 and east <= _FULL_DEG
    return bool(near and east - west <= _WIDEST_DEG)


def _jumps(shape: shapely.Geometry) -> bool:
    """Tell whether a shape goes round the earth between two vertices; the whole earth does not."""
    parts = shapely.get_parts(shape)
    lines = np.concatenate([shapely.get_rings(part) if shapely.get_dimensions(part) == 2 else [part]
                            for part in parts])  # fmt: skip
    xy, line = shapely.get_coordinates(lines, return_index=True)
    step = np.abs(np.diff(xy[:, 0]))[np.diff(line) == 0]
    return bool(((step > _HALF_DEG) & (step < _FULL_DEG)).any())


def _is_cut(shape: shapely.Geometry) -> bool:
    """Tell polygons cut at ±180 in two, neither of them wide."""
    parts = shapely.get_parts(shape)
    if len(parts) < 2 or not (shapely.get_dimensions(parts) == 2).all():
        return False
    west, _, east, _ = shapely.bounds(parts).T
    narrow = bool((east - west <= _HALF_DEG).all())
    return narrow and bool((east == _HALF_DEG).any() and (west == -_HALF_DEG).any())


def _east_of_0(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([np.where(xy[:, 0] < 0, xy[:, 0] + _FULL_DEG, xy[:, 0]), xy[:, 1]])
