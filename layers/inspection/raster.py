"""What a raster holds, for the inspection of files."""

from os import PathLike, fspath
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.core.crs import parse_crs
from geoplan.core.errors import CRSError, GeoplanError
from geoplan.core.units import M2_PER_KM2
from geoplan.layers.datums.source_crs import SourceCRSChoice, shift_to_study_crs
from geoplan.layers.inspection.facts import Bounds, FileFacts, Finding, RasterFacts
from geoplan.layers.inspection.guess import Guess, guess_raster
from geoplan.layers.rasters.class_map import likely_presets
from geoplan.layers.rasters.raster_cells import cell_areas_m2
from geoplan.layers.rasters.raster_file import open_raster, read_values, strips
from geoplan.layers.readers.read_raster import MOST_PERSONS

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

_MOST_CODES = 256
_SHOWN = 12


def raster_facts(path: str | PathLike[str]) -> FileFacts:
    """
    Inspect a raster.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    FileFacts
        Of its first band; a file that cannot be read is a finding.
    """
    name = fspath(path)
    try:
        with open_raster(name, subject=name) as raster:
            return _facts(name, raster)
    except GeoplanError as error:
        return FileFacts(name, findings=(Finding("stop", "unreadable", {"reason": str(error)}),))


def _facts(path: str, raster: "DatasetReader") -> FileFacts:
    crs = "" if raster.crs is None else str(parse_crs(raster.crs.to_wkt()).to_string())
    guess = guess_raster(path)
    codes = () if guess.kind else _codes(raster)
    if likely_presets(codes):
        guess = Guess("land_cover", "land_cover")
    raster_is = _raster(raster, crs)
    wide, high = raster.width, raster.height
    x, y = raster.transform @ np.array([[0, wide, wide, 0], [0, 0, high, high]])
    bounds = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    bounds_deg, problem = _degrees(path, bounds, crs)
    return FileFacts(
        path=path,
        format=str(raster.driver),
        crs=crs,
        rows=raster.width * raster.height,
        bounds=bounds,
        bounds_deg=bounds_deg,
        raster=raster_is,
        guess=guess.layer,
        guess_kind=guess.kind,
        guess_unit=guess.unit,
        findings=(*problem, *_findings(raster_is, crs, guess.kind, codes)),
    )


def _codes(raster: "DatasetReader") -> tuple[float, ...]:
    """List the different values of a raster of whole numbers; none if there are too many."""
    if np.dtype(raster.dtypes[0]).kind not in "iu":
        return ()
    found: set[float] = set()
    for window in strips(raster):
        values, masked = read_values(raster, window)
        found |= set(np.unique(values[~masked]).tolist())
        if len(found) > _MOST_CODES:
            return ()
    return tuple(sorted(found))


def _raster(raster: "DatasetReader", crs: str) -> RasterFacts:
    valid = negative = impossible = 0
    total = weighted = 0.0
    for window in strips(raster):
        values, masked = read_values(raster, window)
        usable = ~masked & np.isfinite(values)
        valid += int(usable.sum())
        negative += int((usable & (values < 0)).sum())
        impossible += int((usable & (values > MOST_PERSONS)).sum())
        amounts = np.where(usable & (values > 0) & (values <= MOST_PERSONS), values, 0.0)
        total += float(amounts.sum())
        weighted += float(
            amounts.sum(axis=1) @ np.arange(window.row_off, window.row_off + len(values))
        )
    a, b, _, d, e, _ = raster.transform[:6]
    return RasterFacts(
        width=raster.width,
        height=raster.height,
        bands=raster.count,
        dtype=str(raster.dtypes[0]),
        cell=(float(np.hypot(a, d)), float(np.hypot(b, e))),
        rotated=bool(b or d),
        nodata=None if raster.nodata is None else float(raster.nodata),
        valid=valid,
        negative=negative,
        impossible=impossible,
        total=total,
        as_density=_as_density(raster, crs, total, weighted),
    )


def _as_density(raster: "DatasetReader", crs: str, total: float, weighted: float) -> float:
    """Estimate the total if cells hold densities, by the area of the cell where people centre."""
    if not crs or total <= 0:
        return float("nan")
    row, column = np.array([round(weighted / total)]), np.array([raster.width // 2])
    try:
        return total * float(cell_areas_m2(raster, row, column, crs)[0]) / M2_PER_KM2
    except CRSError:
        return float("nan")


def _degrees(path: str, bounds: Bounds, crs: str) -> tuple[Bounds | None, list[Finding]]:
    if not crs:
        return None, [Finding("stop", "raster_no_crs")]
    frame = shapely.segmentize(shapely.box(*bounds), (bounds[2] - bounds[0]) / 16)
    try:
        choice = SourceCRSChoice(crs, "file")
        placed = shift_to_study_crs(np.array([frame]), choice, "EPSG:4326", subject=path)[0]
    except CRSError as error:
        return None, [Finding("stop", "crs_does_not_fit", {"reason": str(error)})]
    west, south, east, north = shapely.total_bounds(placed).tolist()
    return (west, south, east, north), []


def _findings(raster: RasterFacts, crs: str, kind: str, codes: tuple[float, ...]) -> list[Finding]:
    if raster.valid == 0:
        return [Finding("stop", "raster_empty", {"cells": raster.width * raster.height})]
    found = []
    if raster.negative:
        values = {"count": raster.negative, "valid": raster.valid}
        found.append(Finding("warn", "raster_negative", values))
    if raster.impossible:
        values = {"count": raster.impossible, "valid": raster.valid}
        found.append(Finding("warn", "raster_impossible", values))
    if raster.bands > 1:
        found.append(Finding("note", "raster_bands", {"bands": raster.bands}))
    if raster.rotated:
        found.append(Finding("note", "raster_rotated"))
    if not kind or codes:
        found.append(_other_raster(codes))
    elif crs:
        sums = {"total": raster.total, "as_density": raster.as_density}
        found.append(Finding("note", "raster_unit", sums))
    return found


def _other_raster(codes: tuple[float, ...]) -> Finding:
    """Name the legends that a raster of classes may have."""
    likely = likely_presets(codes)
    if not likely:
        return Finding("note", "raster_not_people")
    shown = ", ".join(f"{code:g}" for code in codes[:_SHOWN]) + ", …" * (len(codes) > _SHOWN)
    values = {"codes": shown, "likely": ", ".join(likely), "first": likely[0]}
    return Finding("note", "raster_classes", values)
