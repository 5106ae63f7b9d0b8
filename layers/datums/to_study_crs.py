"""From whatever coordinates a source has to the study CRS."""

import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from geoplan.core.crs import parse_crs
from geoplan.core.errors import CRSError
from geoplan.layers.datums.fits import CoordinateFit
from geoplan.layers.datums.shifts import (
    EAST_DEG,
    NORTH_DEG,
    SOUTH_DEG,
    WEST_DEG,
    bd09_to_bd09mc,
    bd09_to_gcj02,
    bd09_to_wgs84,
    bd09mc_to_bd09,
    bd09mc_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_bd09mc,
    wgs84_to_gcj02,
)

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

__all__ = [
    "DATUMS",
    "SourceCRS",
    "bd09_to_bd09mc",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "bd09mc_to_bd09",
    "bd09mc_to_wgs84",
    "canonical_source_crs",
    "coordinates_to_study_crs",
    "from_study_crs",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "is_datum",
    "to_study_crs",
    "wgs84_to_bd09",
    "wgs84_to_bd09mc",
    "wgs84_to_gcj02",
]

Floats: TypeAlias = npt.NDArray[np.float64]
SourceCRS: TypeAlias = str | CoordinateFit

DATUMS: tuple[str, ...] = ("GCJ-02", "BD-09", "BD-09MC")
"""The shifted coordinates of Chinese web maps, by their canonical names."""

_TO_WGS84 = {"GCJ-02": gcj02_to_wgs84, "BD-09": bd09_to_wgs84, "BD-09MC": bd09mc_to_wgs84}
_FROM_WGS84 = {"GCJ-02": wgs84_to_gcj02, "BD-09": wgs84_to_bd09, "BD-09MC": wgs84_to_bd09mc}
_WGS84 = "EPSG:4326"

# Spellings seen in files, code and talk, without blanks, hyphens and underscores, in lower case.
_NAMES = {
    "gcj02": "GCJ-02",
    "gcj": "GCJ-02",
    "gcj2": "GCJ-02",
    "mars": "GCJ-02",
    "火星": "GCJ-02",
    "火星坐标": "GCJ-02",
    "火星坐标系": "GCJ-02",
    "国测局坐标": "GCJ-02",
    "国测局坐标系": "GCJ-02",
    "高德": "GCJ-02",
    "高德坐标": "GCJ-02",
    "amap": "GCJ-02",
    "bd09": "BD-09",
    "bd09ll": "BD-09",
    "baidu": "BD-09",
    "百度": "BD-09",
    "百度坐标": "BD-09",
    "百度坐标系": "BD-09",
    "百度经纬度": "BD-09",
    "bd09mc": "BD-09MC",
    "bd09meter": "BD-09MC",
    "百度墨卡托": "BD-09MC",
    "cgcs2000": "EPSG:4490",
    "国家2000": "EPSG:4490",
    "2000国家大地坐标系": "EPSG:4490",
    "国家2000大地坐标系": "EPSG:4490",
    "wgs84": _WGS84,
}


def is_datum(text: object) -> bool:
    """
    Tell whether a text names one of the shifted datums that PROJ does not know.

    Parameters
    ----------
    text : object
        Anything; only a string can be one.

    Returns
    -------
    bool
        True for GCJ-02, BD-09 and BD-09MC in any of their spellings.

    Examples
    --------
    >>> is_datum("gcj02"), is_datum("火星坐标"), is_datum("EPSG:4326")
    (True, True, False)
    """
    return isinstance(text, str) and _NAMES.get(_plain(text)) in DATUMS


def canonical_source_crs(source_crs: SourceCRS) -> SourceCRS:
    """
    Check the CRS or datum of a source, and give its canonical name.

    Parameters
    ----------
    source_crs : str or CoordinateFit
        EPSG code, PROJ string, WKT, ``CGCS2000``, ``GCJ-02``, ``BD-09``, ``BD-09MC``, or a fit.

    Returns
    -------
    str or CoordinateFit
        ``GCJ-02``, ``BD-09`` or ``BD-09MC`` for a shifted datum, ``EPSG:4490`` for ``CGCS2000``,
        anything else as it was.

    Raises
    ------
    CRSError
        If it is none of these.

    Examples
    --------
    >>> canonical_source_crs("bd09"), canonical_source_crs("CGCS2000")
    ('BD-09', 'EPSG:4490')
    """
    if isinstance(source_crs, CoordinateFit):
        return source_crs
    named = _NAMES.get(_plain(source_crs)) if isinstance(source_crs, str) else None
    if named is not None:
        return named
    try:
        parsed = parse_crs(source_crs)
    except CRSError as error:
        raise CRSError(
            f"{source_crs!r} is neither a CRS nor a datum. Write an EPSG code such as 'EPSG:4547', "
            f"a PROJ string, WKT, 'CGCS2000' (degrees, EPSG:4490), {', '.join(map(repr, DATUMS))}, "
            "or give a CoordinateFit."
        ) from error
    return source_crs if isinstance(source_crs, str) else str(parsed.to_string())


def to_study_crs(
    geometries: npt.NDArray[np.object_], source_crs: SourceCRS, crs: str
) -> npt.NDArray[np.object_]:
    """
    Bring geometries from their source's coordinates into the study CRS.

    Parameters
    ----------
    geometries : numpy.ndarray of shapely geometries
        Any kinds, ``None`` among them; not modified. Z is dropped.
    source_crs : str or CoordinateFit
        As `canonical_source_crs` takes it. Coordinates are always x (longitude, easting) first.
    crs : str
        Study CRS.

    Returns
    -------
    numpy.ndarray of shapely geometries
        As many, in the same order, in `crs`.

    Raises
    ------
    CRSError
        If a CRS cannot be read, coordinates are degrees though `source_crs` is in metres, or
        coordinates lie where `source_crs` or `crs` has no meaning.

    Notes
    -----
    GCJ-02 and its kin are taken as shifts of longitude and latitude on WGS 84; between WGS 84 and
    CGCS2000 PROJ applies no shift, which is right to a few decimetres.

    Examples
    --------
    >>> stop = np.array([shapely.Point(114.2519, 22.7180)])
    >>> moved = shapely.distance(
    ...     to_study_crs(stop, "GCJ-02", "EPSG:4547"), to_study_crs(stop, "EPSG:4326", "EPSG:4547")
    ... )
    >>> f"{moved.item():.0f} m"
    '588 m'
    """
    return np.asarray(
        shapely.transform(
            np.asarray(geometries, dtype=object),
            lambda xy: coordinates_to_study_crs(xy, source_crs, crs),
        ),
        dtype=object,
    )


def coordinates_to_study_crs(xy: Floats, source_crs: SourceCRS, crs: str) -> Floats:
    """
    Bring coordinates from their source's system into the study CRS, as `to_study_crs` does.

    Parameters
    ----------
    xy : numpy.ndarray of float, n rows of 2
        Not modified.
    source_crs : str or CoordinateFit
        As `canonical_source_crs` takes it.
    crs : str
        Study CRS.

    Returns
    -------
    numpy.ndarray of float, n rows of 2
        In `crs`.

    Raises
    ------
    CRSError
        As `to_study_crs`.
    """
    source = canonical_source_crs(source_crs)
    target = parse_crs(crs)
    if not len(xy):
        return xy
    x, y = xy[:, 0], xy[:, 1]
    _refuse_degrees(x, y, source)
    out = np.column_stack(_move(x, y, source, target))
    lost = int(np.isfinite(xy).all(axis=1).sum() - np.isfinite(out).all(axis=1).sum())
    if lost:
        raise CRSError(_lost_message(xy, lost, source, crs))
    return out


def from_study_crs(
    geometries: npt.NDArray[np.object_], source_crs: SourceCRS, crs: str
) -> npt.NDArray[np.object_]:
    """
    Bring geometries from the study CRS back into a source's coordinates.

    Parameters
    ----------
    geometries : numpy.ndarray of shapely geometries
        In `crs`; not modified.
    source_crs : str or CoordinateFit
        As `canonical_source_crs` takes it.
    crs : str
        Study CRS.

    Returns
    -------
    numpy.ndarray of shapely geometries
        As many, in the coordinates of the source.
    """
    source = canonical_source_crs(source_crs)

    def move(xy: Floats) -> Floats:
        x, y = xy[:, 0], xy[:, 1]
        if isinstance(source, CoordinateFit):
            x, y = _transform(x, y, crs, parse_crs(source.target))
            return np.column_stack(source.undo(x, y))
        if source in _FROM_WGS84:
            return np.column_stack(_FROM_WGS84[source](*_transform(x, y, crs, parse_crs(_WGS84))))
        return np.column_stack(_transform(x, y, crs, parse_crs(source)))

    return np.asarray(shapely.transform(np.asarray(geometries, dtype=object), move), dtype=object)


def _plain(text: str) -> str:
    return re.sub(r"[\s_\-–]", "", text).lower()


def _move(x: Floats, y: Floats, source: SourceCRS, target: "CRS") -> tuple[Any, Any]:
    if isinstance(source, CoordinateFit):
        x, y = source.apply(x, y)
        return _transform(x, y, source.target, target)
    if source in _TO_WGS84:
        x, y = _TO_WGS84[source](x, y)
        return _transform(x, y, _WGS84, target)
    return _transform(x, y, source, target)


def _transform(x: Floats, y: Floats, source: str, target: "CRS") -> tuple[Any, Any]:
    return _transformer(source, target).transform(x, y)


@cache
def _transformer(source: str, target: "CRS") -> "Transformer":
    from pyproj import Transformer

    return Transformer.from_crs(parse_crs(source), target, always_xy=True)


def _refuse_degrees(x: Floats, y: Floats, source: SourceCRS) -> None:
    """Refuse coordinates that are plainly degrees in a CRS that is in metres."""
    area = _area_of_a_metric_crs(source)
    # Local metres near the origin are legitimate; the same numbers being degrees inside the area
    # for which the CRS is made is no accident.
    if area is None or x.min() < area[0] or x.max() > area[2] or y.min() < area[1]:
        return
    if y.max() <= area[3]:
        raise CRSError(
            f"the coordinates run from ({x.min():.4f}, {y.min():.4f}) to ({x.max():.4f}, "
            f"{y.max():.4f}), which are degrees, but the source is declared as {source} (metres). "
            "State the CRS that the file is in, e.g. source_crs='EPSG:4326' or 'GCJ-02'."
        )


def _area_of_a_metric_crs(source: SourceCRS) -> tuple[float, float, float, float] | None:
    """Degrees between which a CRS in metres is meant to be used, where that is known."""
    if isinstance(source, CoordinateFit) or source in ("GCJ-02", "BD-09"):
        return None
    if source == "BD-09MC":
        return WEST_DEG, SOUTH_DEG, EAST_DEG, NORTH_DEG
    declared = parse_crs(source)
    if not declared.is_projected or declared.area_of_use is None:
        return None
    west, south, east, north = declared.area_of_use.bounds
    return west, south, east, north


def _lost_message(xy: Floats, lost: int, source: SourceCRS, crs: str) -> str:
    low, high = np.nanmin(xy, axis=0), np.nanmax(xy, axis=0)
    return (
        f"{lost} of {len(xy)} vertices have no place in {crs} when read as {source}; coordinates "
        f"run from ({low[0]:.6g}, {low[1]:.6g}) to ({high[0]:.6g}, {high[1]:.6g}). State the CRS "
        "that the file is really in with source_crs= (`geoplan doctor FILE` suggests some)."
    )
