"""Which CRS a source is in: what the caller declares, else what the file says; and do they fit."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from geoplan.core.crs import parse_crs
from geoplan.core.errors import CRSError
from geoplan.core.notices import Notice
from geoplan.layers.datums.fits import CoordinateFit
from geoplan.layers.datums.to_study_crs import canonical_source_crs, is_datum, to_study_crs
from geoplan.layers.repairs.antimeridian import across_180, runs_on_beyond_180
from geoplan.layers.repairs.long_edges import follow_degrees

if TYPE_CHECKING:
    from pyproj import CRS

Geometries: TypeAlias = npt.NDArray[np.object_]
Bounds: TypeAlias = npt.NDArray[np.float64]

_WEB_MERCATOR_LIMIT_M = 20_048_967
_FIRST_ZONE, _LAST_ZONE, _FIRST_ZONE_EPSG = 25, 45, 4513
_HOW = "source_crs='…' (in a plan: crs = '…' under the layer)"


@dataclass(frozen=True)
class SourceCRSChoice:
    """
    The CRS or datum by which coordinates are read.

    Parameters
    ----------
    crs : str or CoordinateFit
        As `to_study_crs` takes it.
    origin : {"declared", "file"}
        Who said so.
    """

    crs: str | CoordinateFit
    origin: Literal["declared", "file"]


def choose_source_crs(
    declared: str | CoordinateFit | None, in_file: "CRS | None", *, subject: str
) -> tuple[SourceCRSChoice, tuple[Notice, ...]]:
    """
    Choose between what the caller declares and what the file says.

    Parameters
    ----------
    declared : str, CoordinateFit or None
        Wins if given.
    in_file : pyproj.CRS or None
        From the file.
    subject : str
        The layer, for messages.

    Returns
    -------
    tuple of SourceCRSChoice and tuple of Notice
        The choice; and a notice if the file says something that cannot also be true.

    Raises
    ------
    CRSError
        If neither says anything.
    """
    in_file = None if in_file is None or _undefined(in_file) else in_file
    if declared is None:
        if in_file is None:
            raise CRSError(
                f"{subject} says nothing of its CRS. State it with {_HOW}: 'EPSG:4547', "
                "'EPSG:3857', a PROJ string or WKT for metres; 'EPSG:4326', 'CGCS2000', 'GCJ-02' "
                "(Amap, Tencent) or 'BD-09' (Baidu) for degrees."
            )
        return SourceCRSChoice(_named(in_file), "file"), ()
    crs = canonical_source_crs(declared)
    notices: tuple[Notice, ...] = ()
    if in_file is not None and _contradict(crs, in_file):
        values = {"declared": str(crs), "in_file": _named(in_file, short=True)}
        notices = (Notice("crs_contradicts_file", subject, values=values),)
    return SourceCRSChoice(crs, "declared"), notices


def shift_to_study_crs(
    geometry: Geometries, choice: SourceCRSChoice, crs: str, *, subject: str
) -> tuple[Geometries, tuple[Notice, ...]]:
    """
    Bring geometry into the study CRS, refusing coordinates that cannot be in their CRS.

    Parameters
    ----------
    geometry : ndarray of shapely geometries
        May hold None.
    choice : SourceCRSChoice
        By which to read the coordinates.
    crs : str
        Study CRS.
    subject : str
        The layer, for messages.

    Returns
    -------
    tuple of ndarray of shapely geometries and tuple of Notice
        In `crs`; and a notice if they lie far from where their CRS is meant to be used.

    Raises
    ------
    CRSError
        If coordinates lie outside the range of their CRS; the message says what they look like.
    """
    bounds = shapely.total_bounds(geometry)
    if np.isnan(bounds).any():
        return geometry, ()
    said = "is declared as" if choice.origin == "declared" else "says it is in"
    here = f"{subject} {said} {_short(choice.crs)}"
    around: tuple[Notice, ...] = ()
    if in_degrees(choice.crs):
        geometry, around = across_180(geometry, subject=subject)
        _check_degrees(geometry, here)
        geometry = follow_degrees(geometry, choice.crs, crs)
    notices = _check_metres(geometry, choice.crs, here, subject)
    try:
        return to_study_crs(geometry, choice.crs, crs), (*around, *notices)
    except CRSError as error:
        raise CRSError(f"{subject}: {error}") from error


def _check_degrees(geometry: Geometries, here: str) -> None:
    boxes = shapely.bounds(geometry)
    beyond = (np.abs(boxes) > (180, 90, 180, 90)).any(axis=1)
    if beyond.any() and runs_on_beyond_180(shapely.total_bounds(geometry)):
        return
    if not beyond.any():
        return
    count, total = int(beyond.sum()), len(geometry)
    if count * 2 < total:  # a few slips of the pen, not another CRS
        row = int(np.flatnonzero(beyond)[0])
        raise CRSError(
            f"{here}, which is in degrees, but {count} of {total} rows are beyond ±180, ±90, the "
            f"first at x={boxes[row, 0]:.6g}, y={boxes[row, 1]:.6g}. Correct them, or leave them "
            "out with where=."
        )
    bounds = shapely.total_bounds(geometry[beyond])
    raise CRSError(f"{here}, which is in degrees, but has {_extent(bounds)}. {_looks_like(bounds)}")


def _check_metres(
    geometry: Geometries, crs: str | CoordinateFit, here: str, subject: str
) -> tuple[Notice, ...]:
    if isinstance(crs, CoordinateFit) or is_datum(crs) or in_degrees(crs):
        return ()
    area = parse_crs(crs).area_of_use
    if area is None:
        return ()
    degrees = _within(geometry, area.bounds)
    if degrees.any():
        bounds = shapely.total_bounds(geometry[degrees])
        some = "" if degrees.all() else f" in {int(degrees.sum())} of {len(degrees)} rows"
        raise CRSError(
            f"{here}, which is in metres, but{some} has {_extent(bounds)}, which are degrees. "
            f"State what they are with {_HOW}: 'EPSG:4326', 'CGCS2000', 'GCJ-02' or 'BD-09'."
        )
    bounds = shapely.total_bounds(geometry)
    place = _misplaced(bounds, crs, area.bounds)
    if place and (hint := _zone_hint(bounds)):
        raise CRSError(f"{here}, but has {_extent(bounds)}:{hint} State it with {_HOW}.")
    if place == "swapped":
        raise CRSError(
            f"{here}, but has {_extent(bounds)}: x and y look swapped (a surveyor's X points "
            "north). Name the columns the other way round with x= and y=, or swap them in a GIS."
        )
    values = {"crs": _short(crs), "area": area.name.rstrip(".")}
    return (Notice("outside_area_of_use", subject, values=values),) if place else ()


def in_degrees(crs: str | CoordinateFit) -> bool:
    """Tell whether coordinates in a CRS or datum are longitude and latitude."""
    if isinstance(crs, CoordinateFit):
        return False
    if is_datum(crs):
        return crs != "BD-09MC"
    return bool(parse_crs(crs).is_geographic)


def _looks_like(bounds: Bounds) -> str:
    west, south, east, north = bounds.tolist()
    if max(abs(south), abs(north)) <= 180 and max(abs(west), abs(east)) <= 90:
        return "x and y look swapped: name the columns the other way round with x= and y=."
    hint = _zone_hint(bounds)
    if (
        not hint
        and max(map(abs, (west, east, south, north))) <= _WEB_MERCATOR_LIMIT_M
        and abs(east) > 1e6
    ):
        hint = " They might be Web Mercator, EPSG:3857 (or Baidu's, BD-09MC)."
    return f"These are metres.{hint} State their CRS with {_HOW}."


def _zone_hint(bounds: Bounds) -> str:
    """Recognise eastings with the number of a 3-degree zone before them, as 38 500 000."""
    west, _, east, _ = bounds.tolist()
    zone = int(west // 1_000_000)
    if zone != int(east // 1_000_000) or not _FIRST_ZONE <= zone <= _LAST_ZONE:
        return ""
    code = _FIRST_ZONE_EPSG + zone - _FIRST_ZONE
    return f" x begins with a zone number, as in EPSG:{code} (CGCS2000, 3-degree zone {zone})."


def _within(
    geometry: Geometries, outer: tuple[float, float, float, float]
) -> npt.NDArray[np.bool_]:
    west, south, east, north = shapely.bounds(geometry).T
    across = outer[0] > outer[2]  # 180°
    inside = ((outer[0] <= west) | across) & ((east <= outer[2]) | across)
    inside &= (np.maximum(np.abs(west), np.abs(east)) <= 360) if across else True
    return np.asarray(inside & (outer[1] <= south) & (north <= outer[3]))


def _misplaced(
    bounds: Bounds, crs: str, area: tuple[float, float, float, float]
) -> Literal["", "swapped", "outside"]:
    """Tell whether the middle lies far from the area of use, and in it with x and y exchanged."""
    from pyproj import Transformer

    west, south, east, north = bounds.tolist()
    middle = ((west + east) / 2, (south + north) / 2)
    to_degrees = Transformer.from_crs(parse_crs(crs), "EPSG:4326", always_xy=True)
    if _near(to_degrees.transform(*middle), area):
        return ""
    exchanged = to_degrees.transform(*reversed(middle))
    return "swapped" if _near(exchanged, area, margin_deg=0.0) else "outside"


def _extent(bounds: Bounds) -> str:
    west, south, east, north = bounds.tolist()
    return f"x from {west:.6g} to {east:.6g}, y from {south:.6g} to {north:.6g}"


def _near(
    place: tuple[float, float], area: tuple[float, float, float, float], margin_deg: float = 5.0
) -> bool:
    west, south, east, north = area
    lon, lat = place
    # Areas across 180° have their west above their east.
    beyond_west = (lon - west + margin_deg) % 360
    return (
        beyond_west <= (east - west) % 360 + 2 * margin_deg
        and south - margin_deg <= lat <= north + margin_deg
    )


def _contradict(declared: str | CoordinateFit, in_file: "CRS") -> bool:
    """Tell whether two CRSs differ in more than the datum under degrees, which files get wrong."""
    if isinstance(declared, CoordinateFit):
        return True
    if in_degrees(declared):
        return not in_file.is_geographic
    if is_datum(declared):
        return True
    return not parse_crs(declared).equals(in_file, ignore_axis_order=True)


def _undefined(crs: "CRS") -> bool:
    """Recognise GeoPackage's two undefined systems and a local one: a name, no coordinates."""
    return bool(crs.is_engineering) or crs.name.lower().startswith("undefined")


def _named(crs: "CRS", *, short: bool = False) -> str:
    authority = crs.to_authority()
    if authority:
        return ":".join(authority)
    return crs.name if short else crs.to_wkt()


def _short(crs: str | CoordinateFit) -> str:
    if isinstance(crs, str) and len(crs) > 80:
        return f"“{parse_crs(crs).name}”"
    return str(crs)
