"""Area of cells bounded by meridians and parallels."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pyproj import Geod

Floats = npt.NDArray[np.float64]

# Gauss-Legendre nodes over a row: for cells of 1 degree the area is right to 1e-15.
_NODES = 5


def row_area_m2(geod: "Geod", bottom: Floats, top: Floats, width: float) -> Floats:
    """
    Integrate the ellipsoid between two latitudes over a width of longitude.

    Parameters
    ----------
    geod : Geod
        The ellipsoid.
    bottom, top : numpy.ndarray of float, n
        Latitudes in radians, in either order.
    width : float
        Difference of longitude in radians.

    Returns
    -------
    numpy.ndarray of float, n
        Areas in m².
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    # Rows beyond the poles, which only a zone beyond the raster could ask for, have no area.
    bottom, top = (np.clip(side, -np.pi / 2, np.pi / 2) for side in (bottom, top))
    half = np.abs(top - bottom)[..., None] / 2
    latitude = ((top + bottom) / 2)[..., None] + half * nodes
    density = geod.b**2 * np.cos(latitude) / (1 - geod.es * np.sin(latitude) ** 2) ** 2
    return np.asarray(width * (density * half * weights).sum(axis=-1))
