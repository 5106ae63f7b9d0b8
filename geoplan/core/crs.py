"""The CRS guard, and the rule by which a plan without a named study CRS gets one."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from geoplan.core.errors import CRSError, ParameterError

if TYPE_CHECKING:
    import numpy as np
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from pyproj import CRS

_CGCS2000_FIRST_EPSG, _CGCS2000_FIRST_CM = 4534, 75
_CGCS2000_ZONE_DEG, _UTM_ZONE_DEG = 3, 6
_UTM_LIMIT_LAT = 84.0
_HALF_DEG = 180.0
_MIDDLES = (
    "Longitude of natural origin", "Longitude of false origin", "Longitude of projection centre",
)  # fmt: skip
CRS_TOLD, CRS_REFUSED = 0.002, 0.01
"""Errors of a study CRS over a district: from one on they are told, beyond the other refused."""


# A coarse outline of mainland China, Hainan and Taiwan (lon, lat): it only tells which family of
# projections an office there works in, so a border county on the wrong side costs nothing but a
# UTM zone in place of a CGCS2000 one; the choice is printed and can be named instead.
_CHINA_LON_LAT = (
    (73.5, 39.4), (80.2, 42.0), (80.2, 45.0), (82.5, 45.2), (85.6, 48.3), (87.8, 49.2),
    (91.0, 46.8), (90.9, 45.2), (95.4, 44.2), (96.4, 42.7), (101.7, 42.5), (105.0, 41.6),
    (107.5, 42.4), (111.9, 43.7), (111.5, 44.6), (113.7, 44.8), (116.0, 46.4), (119.9, 46.7),
    (118.0, 48.0), (115.5, 47.7), (116.7, 49.9), (119.3, 50.2), (121.4, 53.4), (125.6, 53.1),
    (127.6, 50.0), (131.0, 47.7), (134.8, 48.4), (133.1, 45.1), (131.0, 44.8), (131.2, 43.0),
    (130.6, 42.4), (128.1, 42.0), (126.9, 41.7), (124.3, 39.9), (122.0, 38.5), (123.0, 36.9),
    (122.0, 33.0), (123.5, 30.5), (122.3, 25.5), (122.2, 24.0), (121.0, 21.7), (117.0, 22.0),
    (111.5, 18.0), (108.4, 18.2), (108.2, 21.5), (106.7, 22.0), (105.3, 23.3), (102.1, 22.4),
    (101.2, 21.2), (99.2, 22.1), (97.6, 24.0), (98.6, 27.6), (96.2, 28.2), (93.0, 27.8),
    (88.9, 27.4), (86.0, 27.9), (81.2, 30.1), (78.7, 31.3), (79.0, 33.5), (76.0, 35.8),
)  # fmt: skip


@dataclass(frozen=True)
class StudyCRS:
    """
    The projected metric CRS in which a plan is measured, and what it costs.

    Parameters
    ----------
    crs : str
        As pyproj reads it: ``EPSG:4547``, a PROJ string or WKT.
    rule : {"named", "cgcs2000-3-degree", "utm", "local-equal-area"}
        Why this one.
    scale_error : float
        Largest departure of a length from the truth over the extent, as a share (1e-4 = 0.1 m/km).
    area_error : float
        The same for an area.
    """

    crs: str
    rule: Literal["named", "cgcs2000-3-degree", "utm", "local-equal-area"]
    scale_error: float
    area_error: float


def choose_study_crs(bounds_deg: tuple[float, float, float, float]) -> StudyCRS:
    """
    Choose the study CRS for an extent by the rule, and say what it costs.

    Inside China: the CGCS2000 3-degree Gauss-Krüger zone whose central meridian is nearest to the
    middle of the extent. Elsewhere: the UTM zone chosen the same way, so that a city across a zone
    boundary is not split. An extent wider than the zone, or so far across its edge that lengths or
    areas would be off by more than 0.2 %, gets a Lambert azimuthal equal-area projection centred
    on it.

    Parameters
    ----------
    bounds_deg : tuple of float
        West, south, east, north in degrees (WGS 84 or CGCS2000); of an extent across 180°, east
        is above 180, as `extent_deg` gives it.

    Returns
    -------
    StudyCRS
        The choice with its largest scale and area error over the extent.

    Raises
    ------
    ParameterError
        If `bounds_deg` is not an extent in degrees.

    Examples
    --------
    Shenzhen lies across 114° E, where UTM zones 49 and 50 meet:

    >>> choose_study_crs((113.75, 22.44, 114.62, 22.86)).crs
    'EPSG:4547'
    >>> choose_study_crs((103.6, 1.16, 104.1, 1.48)).crs
    'EPSG:32648'
    """
    west, south, east, north = bounds_deg
    if not (-180 <= west <= east <= min(west + 360, 540) and -90 <= south <= north <= 90):
        raise ParameterError(
            f"`bounds_deg` is {bounds_deg}; wanted (west, south, east, north) in degrees. "
            "Reproject the extent to EPSG:4326 first."
        )
    lon, lat, width = (west + east) / 2, (south + north) / 2, east - west
    lon -= 360 * (lon > 180)
    in_china = _in_china(lon, lat)
    if in_china and width <= _CGCS2000_ZONE_DEG:
        zone = round((lon - _CGCS2000_FIRST_CM) / _CGCS2000_ZONE_DEG)
        crs = f"EPSG:{_CGCS2000_FIRST_EPSG + zone}"
        return StudyCRS(crs, "cgcs2000-3-degree", *projection_errors(crs, bounds_deg))
    if not in_china and width <= _UTM_ZONE_DEG and abs(lat) <= _UTM_LIMIT_LAT:
        zone = min(max(math.floor((lon + 180) / _UTM_ZONE_DEG) + 1, 1), 60)
        crs = f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"
        errors = projection_errors(crs, bounds_deg)
        if max(errors) <= CRS_TOLD:
            return StudyCRS(crs, "utm", *errors)
    crs = f"+proj=laea +lat_0={lat:.4f} +lon_0={lon:.4f} +ellps=GRS80 +units=m +no_defs"
    return StudyCRS(crs, "local-equal-area", *projection_errors(crs, bounds_deg))


def describe_study_crs(crs: str, bounds_deg: tuple[float, float, float, float]) -> StudyCRS:
    """
    Describe a study CRS that the user named.

    Parameters
    ----------
    crs : str
        A projected CRS in metres, as pyproj reads it.
    bounds_deg : tuple of float
        West, south, east, north of the study area in degrees.

    Returns
    -------
    StudyCRS
        The same CRS with its largest scale and area error over the extent.

    Raises
    ------
    CRSError
        If `crs` cannot be read, or is not a projected CRS in metres that can measure.
    """
    check_metric_crs(parse_crs(crs), "`crs`")
    return StudyCRS(crs, "named", *projection_errors(crs, bounds_deg))


def parse_crs(crs: Any) -> "CRS":  # noqa: ANN401 (whatever pyproj takes)
    """
    Read a CRS, with an error that says what can be written.

    Raises
    ------
    CRSError
        If pyproj cannot read it.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError as ProjError

    try:
        return CRS.from_user_input(crs)
    except ProjError as error:
        raise CRSError(
            f"{crs!r} is not a CRS. Write for example 'EPSG:4547', a PROJ string or WKT ({error})."
        ) from error


def extent_deg(
    lon: "NDArray[np.float64]", lat: "NDArray[np.float64]"
) -> tuple[float, float, float, float]:
    """
    Give the extent of places in degrees, the short way round the earth.

    Parameters
    ----------
    lon, lat : ndarray
        Places in degrees.

    Returns
    -------
    tuple of float
        West, south, east, north; east is above 180 where they lie on both sides of 180°.

    Examples
    --------
    >>> import numpy as np
    >>> west, _, east, _ = extent_deg(np.array([179.9, -179.8]), np.array([-17.0, -16.7]))
    >>> f"{west:.1f} {east:.1f}"
    '179.9 180.2'
    """
    import numpy as np

    east_of_0 = np.where(lon < 0, lon + 360, lon)
    wide = np.ptp(lon) > _HALF_DEG and np.ptp(east_of_0) < np.ptp(lon)
    x = east_of_0 if wide else lon
    return float(x.min()), float(lat.min()), float(x.max()), float(lat.max())


def is_about_180(crs: "CRS") -> bool:
    """
    Tell whether a projection is centred so near to 180° that its places lie on both sides of it.

    Examples
    --------
    >>> is_about_180(parse_crs("EPSG:3460")), is_about_180(parse_crs("EPSG:4547"))
    (True, False)
    """
    operation = crs.coordinate_operation
    middles = [] if operation is None else [
        parameter.value for parameter in operation.params if parameter.name in _MIDDLES
    ]  # fmt: skip
    return any(abs((float(lon) + 360) % 360 - _HALF_DEG) <= _UTM_ZONE_DEG for lon in middles)


def check_metric_crs(crs: "CRS | None", subject: str) -> None:
    """
    Refuse a CRS in which metres cannot be measured.

    Parameters
    ----------
    crs : CRS or None
        What the layer carries.
    subject : str
        How to name it in the message.

    Raises
    ------
    CRSError
        If there is none, it is geographic, not in metres, or is Web Mercator.
    """
    if crs is None:
        raise CRSError(
            f"{subject} has no CRS; distances and areas need one in metres. Load it with its CRS "
            "stated, e.g. source_crs='EPSG:4326' and crs='EPSG:4547'."
        )
    unit = crs.axis_info[0].unit_name if crs.axis_info else "unknown"
    if not crs.is_projected or unit not in ("metre", "meter"):
        raise CRSError(
            f"{subject} is in {crs_name(crs)} (unit: {unit}); distances and areas need a projected "
            "CRS in metres. Load it into one, e.g. crs='EPSG:4547', or use .to_crs()."
        )
    operation = crs.coordinate_operation
    if operation is not None and "Pseudo" in operation.method_name:
        raise CRSError(
            f"{subject} is in {crs_name(crs)} (Web Mercator), whose metres are 1.09 times too long "
            "at 23° N and 1.31 times at 40° N. Measure in a local CRS, e.g. 'EPSG:4547'."
        )


def require_metric_crs(**layers: "GeoDataFrame") -> "CRS":
    """
    Check that layers share one projected CRS in metres.

    Parameters
    ----------
    **layers : GeoDataFrame
        Layers by the name under which to speak of them.

    Returns
    -------
    CRS
        The CRS they share.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, unfit to measure in, or differs between layers.

    Examples
    --------
    >>> import geopandas as gpd
    >>> stops = gpd.GeoDataFrame(geometry=gpd.points_from_xy([114.1], [22.5]), crs=4326)
    >>> require_metric_crs(stops=stops)
    Traceback (most recent call last):
    ...
    geoplan.core.errors.CRSError: `stops` is in EPSG:4326 (unit: degree); distances and areas ...
    """
    shared: CRS | None = None
    first = ""
    for name, layer in layers.items():
        check_metric_crs(layer.crs, f"`{name}`")
        if shared is None:
            shared, first = layer.crs, name
        elif layer.crs != shared:
            raise CRSError(
                f"`{name}` is in {crs_name(layer.crs)} and `{first}` in {crs_name(shared)}; one "
                f"analysis measures in one CRS. Load both with the same crs=, or reproject "
                f"`{name}` with .to_crs()."
            )
    if shared is None:
        raise ParameterError("require_metric_crs() was given no layer to check.")
    return shared


def projection_errors(
    crs: str, bounds_deg: tuple[float, float, float, float]
) -> tuple[float, float]:
    """
    Measure how far lengths and areas of a projection are off over an extent.

    Parameters
    ----------
    crs : str
        Projected CRS.
    bounds_deg : tuple of float
        West, south, east, north in degrees.

    Returns
    -------
    tuple of float
        Largest ``abs(scale - 1)`` and largest ``abs(areal scale - 1)``, on a 21 × 21 grid with
        the corners in it.

    Examples
    --------
    >>> scale, area = projection_errors("EPSG:4547", (113.75, 22.44, 114.62, 22.86))
    >>> f"{scale:.6f} {area:.6f}"
    '0.000050 0.000101'
    """
    import numpy as np

    west, south, east, north = bounds_deg
    lon, lat = np.meshgrid(np.linspace(west, east, 21), np.linspace(south, north, 21))
    lon -= 360 * (lon > 180)
    (xe, xn), (ye, yn) = plane_per_ground(parse_crs(crs), lon.ravel(), lat.ravel())
    area = np.abs(xe * yn - xn * ye)
    squares = xe**2 + xn**2 + ye**2 + yn**2
    wide, narrow = np.sqrt(squares + 2 * area), np.sqrt(np.maximum(squares - 2 * area, 0))
    lengths = np.concatenate([wide + narrow, wide - narrow]) / 2
    return float(np.abs(lengths - 1).max()), float(np.abs(area - 1).max())


def plane_per_ground(
    crs: "CRS", lon: "NDArray[np.float64]", lat: "NDArray[np.float64]"
) -> "NDArray[np.float64]":
    """
    Give how far x and y go per metre eastwards and northwards on the ellipsoid.

    Parameters
    ----------
    crs : CRS
        Projected, with an ellipsoid.
    lon, lat : ndarray of float, n
        Places in degrees.

    Returns
    -------
    ndarray of float, 2 × 2 × n
        x, then y; eastwards, then northwards.

    Notes
    -----
    PROJ's own scales are those of a sphere where the projection knows no other (plate carrée,
    Mollweide), or the CRS does not. Degrees are copied to a sphere unchanged, so the ground stays
    the ellipsoid of GRS 80.
    """
    import numpy as np
    from pyproj import Geod, Proj

    geod, factors = crs.get_geod() or Geod(ellps="GRS80"), Proj(crs).get_factors(lon, lat)
    ground = geod if geod.es else Geod(ellps="GRS80")
    curved = 1 - ground.es * np.sin(np.deg2rad(lat)) ** 2
    east = np.cos(np.deg2rad(lat)) / np.sqrt(curved) * ground.a / geod.a
    north = (1 - ground.es) / curved**1.5 * ground.a / geod.a
    x = factors.dx_dlam / east, factors.dx_dphi / north
    y = factors.dy_dlam / east, factors.dy_dphi / north
    return np.array([x, y])


def _in_china(lon: float, lat: float) -> bool:
    from shapely import Point, Polygon

    return bool(Polygon(_CHINA_LON_LAT).covers(Point(lon, lat)))


def crs_name(crs: "CRS") -> str:
    """Name a CRS shortly: its code, else what it calls itself."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else f"“{crs.name}”"
