"""
The coordinate shifts of Chinese web maps: GCJ-02, BD-09 and BD-09MC, and their exact inverses.

None of them is a datum that PROJ knows. GCJ-02 is WGS 84 longitude and latitude plus a smooth
displacement of 50 to 700 m that looks random; BD-09 turns and stretches GCJ-02 a little more;
BD-09MC is a Mercator projection of BD-09. The formulas below are what the community recovered by
observation, not a published standard: against the map services they hold to about a metre.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Pair: TypeAlias = tuple[Floats, Floats]

WEST_DEG, EAST_DEG = 72.004, 137.8347
SOUTH_DEG, NORTH_DEG = 0.8293, 55.8271
"""The conventional rectangle; every function here leaves a point outside it as it is."""

# GCJ-02 turns metres into degrees on the Krasovsky 1940 ellipsoid, whatever the datum.
_KRASOVSKY_A_M = 6_378_245.0
_KRASOVSKY_E2 = 0.006_693_421_622_965_943
_ORIGIN_LON_DEG, _ORIGIN_LAT_DEG = 105.0, 35.0

# BD-09: offset of the origin, and the amplitudes of the two waves, all in degrees or radians.
_BD_LON_DEG, _BD_LAT_DEG = 0.0065, 0.006
_BD_RADIUS_DEG, _BD_ANGLE_RAD = 2e-5, 3e-6
_BD_FREQUENCY = np.pi * 3000.0 / 180.0

# BD-09MC is an ordinary Mercator projection of the Clarke 1866 ellipsoid. Baidu's polynomials from
# metres to degrees follow it to 7 mm up to 60° N and its band limits to 3 mm; those from degrees to
# metres only to 0.3 m beyond 45° N, with a jump at each band limit, so the closed form is used.
_CLARKE_A_M, _CLARKE_B_M = 6_378_206.4, 6_356_583.8
_CLARKE_E = float(np.sqrt(1 - (_CLARKE_B_M / _CLARKE_A_M) ** 2))

_TOLERANCE_DEG = 1e-12
_MAX_ROUNDS = 30


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """
    Shift WGS 84 positions to GCJ-02, as Amap, Tencent and Google's Chinese tiles show them.

    Parameters
    ----------
    lon, lat : array_like of float
        Degrees on WGS 84.

    Returns
    -------
    tuple of numpy.ndarray
        Longitude and latitude in GCJ-02 degrees; a point outside the rectangle 72.004–137.8347° E,
        0.8293–55.8271° N is left as it is.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(116.404, 39.915)
    >>> f"{lon:.8f} {lat:.8f}"
    '116.41024450 39.91640428'
    """
    return _inside(lon, lat, lambda u, v: _plus(u, v, _gcj_shift(u, v)))


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """
    Undo the GCJ-02 shift.

    The shift is inverted numerically to 1e-12 degrees; the common one-step formula is off by up
    to 2 m.

    Parameters
    ----------
    lon, lat : array_like of float
        Degrees in GCJ-02.

    Returns
    -------
    tuple of numpy.ndarray
        Longitude and latitude on WGS 84; a point outside the rectangle is left as it is.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02(114.2470, 22.7208))
    >>> f"{lon:.8f} {lat:.8f}"
    '114.24700000 22.72080000'
    """
    return _inside(lon, lat, lambda u, v: _invert(_gcj_shift, u, v))


def gcj02_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """
    Shift GCJ-02 positions to BD-09, the longitudes and latitudes of Baidu.

    Parameters
    ----------
    lon, lat : array_like of float
        Degrees in GCJ-02.

    Returns
    -------
    tuple of numpy.ndarray
        Longitude and latitude in BD-09; a point outside the rectangle is left as it is.

    Examples
    --------
    >>> lon, lat = gcj02_to_bd09(116.404, 39.915)
    >>> f"{lon:.8f} {lat:.8f}"
    '116.41036949 39.92133699'
    """
    return _inside(lon, lat, lambda u, v: _plus(u, v, _bd_shift(u, v)))


def bd09_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """
    Undo the step from GCJ-02 to BD-09.

    The usual closed formula for this direction is not the inverse of the other one (they differ by
    up to a metre); here the other one is inverted numerically to 1e-12 degrees.

    Parameters
    ----------
    lon, lat : array_like of float
        Degrees in BD-09.

    Returns
    -------
    tuple of numpy.ndarray
        Longitude and latitude in GCJ-02; a point outside the rectangle is left as it is.
    """
    return _inside(lon, lat, lambda u, v: _invert(_bd_shift, u, v))


def bd09_to_bd09mc(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """
    Project BD-09 degrees to BD-09MC, Baidu's Mercator metres.

    Parameters
    ----------
    lon, lat : array_like of float
        Degrees in BD-09, latitude strictly between -90 and 90.

    Returns
    -------
    tuple of numpy.ndarray
        Easting and northing in Baidu's Mercator metres, on the whole globe.

    Examples
    --------
    >>> x, y = bd09_to_bd09mc(116.1287823, 24.2944828)  # Meizhou: 12927537.58, 2771594.90
    >>> f"{x:.1f} {y:.1f}"
    '12927537.6 2771594.9'
    """
    sine = np.sin(np.radians(np.asarray(lat, dtype=float)))
    x = _CLARKE_A_M * np.radians(np.asarray(lon, dtype=float))
    return x, _CLARKE_A_M * (np.arctanh(sine) - _CLARKE_E * np.arctanh(_CLARKE_E * sine))


def bd09mc_to_bd09(x: npt.ArrayLike, y: npt.ArrayLike) -> Pair:
    """
    Undo the projection of BD-09MC.

    Parameters
    ----------
    x, y : array_like of float
        Baidu's Mercator metres.

    Returns
    -------
    tuple of numpy.ndarray
        Longitude and latitude in BD-09 degrees.
    """
    isometric = np.asarray(y, dtype=float) / _CLARKE_A_M
    sine = np.tanh(isometric)
    # Contracts by e² = 0.007 a round: six rounds leave less than 1e-12.
    for _ in range(6):
        sine = np.tanh(isometric + _CLARKE_E * np.arctanh(_CLARKE_E * sine))
    return np.degrees(np.asarray(x, dtype=float) / _CLARKE_A_M), np.degrees(np.arcsin(sine))


def bd09_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Undo BD-09 and GCJ-02: BD-09 degrees to WGS 84 degrees."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def wgs84_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Shift WGS 84 degrees to BD-09 degrees, by way of GCJ-02."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09mc_to_wgs84(x: npt.ArrayLike, y: npt.ArrayLike) -> Pair:
    """Undo BD-09MC, BD-09 and GCJ-02: Baidu's metres to WGS 84 degrees."""
    return bd09_to_wgs84(*bd09mc_to_bd09(x, y))


def wgs84_to_bd09mc(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Shift WGS 84 degrees to BD-09MC, Baidu's metres."""
    return bd09_to_bd09mc(*wgs84_to_bd09(lon, lat))


def _gcj_shift(lon: Floats, lat: Floats) -> Pair:
    """Displacement of GCJ-02 against WGS 84 in degrees."""
    x, y = lon - _ORIGIN_LON_DEG, lat - _ORIGIN_LAT_DEG
    root, product = np.sqrt(np.abs(x)), 0.1 * x * y
    ripple = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    waves_x = (
        20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)
        + 150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)
    )  # fmt: skip
    waves_y = (
        20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)
        + 160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)
    )  # fmt: skip
    east_m = 300 + x + 2 * y + 0.1 * x**2 + product + 0.1 * root + (ripple + waves_x) * 2 / 3
    north_m = -100 + 2 * x + 3 * y + 0.2 * y**2 + product + 0.2 * root + (ripple + waves_y) * 2 / 3
    latitude = np.radians(lat)
    w2 = 1 - _KRASOVSKY_E2 * np.sin(latitude) ** 2
    normal_m = _KRASOVSKY_A_M / np.sqrt(w2)
    meridian_m = normal_m * (1 - _KRASOVSKY_E2) / w2
    return np.degrees(east_m / (normal_m * np.cos(latitude))), np.degrees(north_m / meridian_m)


def _bd_shift(lon: Floats, lat: Floats) -> Pair:
    """Displacement of BD-09 against GCJ-02 in degrees."""
    radius = np.hypot(lon, lat) + _BD_RADIUS_DEG * np.sin(_BD_FREQUENCY * lat)
    angle = np.arctan2(lat, lon) + _BD_ANGLE_RAD * np.cos(_BD_FREQUENCY * lon)
    return (
        radius * np.cos(angle) + _BD_LON_DEG - lon,
        radius * np.sin(angle) + _BD_LAT_DEG - lat,
    )


def _plus(lon: Floats, lat: Floats, shift: Pair) -> Pair:
    return lon + shift[0], lat + shift[1]


def _invert(shift: Callable[[Floats, Floats], Pair], lon: Floats, lat: Floats) -> Pair:
    """Find the points that `shift` moves to (`lon`, `lat`), by fixed-point iteration."""
    # Both shifts contract: their slopes are below 0.004 (GCJ-02) and 0.02 (BD-09), so five to
    # seven rounds do. At 105° E the slope of the square root is infinite, which costs ten rounds
    # and 3e-12 degrees.
    u, v = lon, lat
    for _ in range(_MAX_ROUNDS):  # pragma: no branch (it always ends by the break)
        du, dv = shift(u, v)
        moved = np.maximum(np.abs(lon - du - u), np.abs(lat - dv - v))
        u, v = lon - du, lat - dv
        if not np.any(moved > _TOLERANCE_DEG):
            break
    return u, v


def _inside(
    lon: npt.ArrayLike, lat: npt.ArrayLike, change: Callable[[Floats, Floats], Pair]
) -> Pair:
    """Apply `change` to the points in the rectangle and copy the others, NaN among them."""
    u, v = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    within = (u > WEST_DEG) & (u < EAST_DEG) & (v > SOUTH_DEG) & (v < NORTH_DEG)
    out_u, out_v = u.copy(), v.copy()
    out_u[within], out_v[within] = change(u[within], v[within])
    return out_u, out_v
