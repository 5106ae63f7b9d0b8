"""What is wrong with the data, before it costs a wrong number."""

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from os import PathLike, fspath
from pathlib import Path

import numpy as np
import shapely

from geoplan.core.errors import GeoplanError, SourceError
from geoplan.core.units import M_PER_KM
from geoplan.layers.datums.sketch import (
    M_PER_DEG,
    Sketch,
    find_candidates,
    in_china,
    looks_like_degrees,
    suspect_datum,
)
from geoplan.layers.files.on_disk import LocalFile, file_kind, local_file, zip_members
from geoplan.layers.inspection.facts import FileFacts, Finding
from geoplan.layers.inspection.osm import inspect_osm
from geoplan.layers.inspection.raster import raster_facts
from geoplan.layers.inspection.vector import Inspected, inspect_layer, refused
from geoplan.layers.osm.file import is_osm
from geoplan.layers.rasters.raster_file import is_raster
from geoplan.layers.readers.read_table import sheet_names
from geoplan.layers.readers.read_vector import has_one_layer, layer_names

SIDECARS = (
    ".dbf", ".shx", ".prj", ".cpg", ".qpj", ".qmd", ".sbn", ".sbx", ".xml", ".idx", ".ind", ".fix",
    ".tfw", ".ovr", ".aux", ".wld", ".hdr", ".map", ".dat", ".id", ".mid", ".gpkg-wal",
    ".gpkg-shm", ".lock",
)  # fmt: skip
"""Files that belong to another one of the same stem and are read with it."""

_OTHERS = (".md", ".pdf", ".doc", ".docx", ".png", ".jpg", ".jpeg", ".html", ".toml", ".py", ".qgz",
           ".qgs", ".mxd", ".graphml", ".rar", ".7z", ".log", ".lyr", ".sld", ".ipynb")  # fmt: skip
_SEVERITIES = {"stop": 0, "warn": 1, "note": 2}
_FITS_M = 200.0
_ELSEWHERE_KM = 20.0
_CGCS2000_ZONES = frozenset(f"EPSG:{code}" for code in range(4491, 4555))


def inspect_files(paths: Iterable[str | PathLike[str]]) -> tuple[FileFacts, ...]:
    """
    Inspect files one by one, then against each other.

    Parameters
    ----------
    paths : iterable of str or path
        Files, and folders whose files are meant. Parts of a Shapefile and other companions are
        read with the file they belong to.

    Returns
    -------
    tuple of FileFacts
        One of each file, and of each layer of a file with several. A file that cannot be read is
        a finding, not an error. Nothing is changed, and no datum is assumed.

    Notes
    -----
    Whether coordinates are GCJ-02 or BD-09 though the file says WGS 84 shows against another file
    of the same place: outlines against outlines, named points against points of the same name.
    A file is reported when reading it so brings the median distance from more than 100 m to less
    than 40 % of that.
    """
    inspected: list[Inspected] = []
    for path in expand(paths):
        try:
            inspected += _inspect_file(path)
        except Exception as error:  # noqa: BLE001 (whatever one file does, the others are told of)
            told = SourceError(f"{path} cannot be inspected: {type(error).__name__}: {error}")
            inspected.append(Inspected(refused(path, "", told)))
    # Files that state where they are make the better witnesses, outlines before points.
    witnesses = sorted(
        (
            (not item.facts.crs, -item.placed.dimension, index)
            for index, item in enumerate(inspected)
            if item.placed is not None
        ),
    )
    out = []
    for index, item in enumerate(inspected):
        others = [inspected[other].placed for _, _, other in witnesses if other != index]
        extra = _against_others(item, [sketch for sketch in others if sketch is not None])
        extra += _elsewhere(item.facts, [x.facts for x in inspected if x is not item])
        findings = sorted(
            (*item.facts.findings, *extra), key=lambda finding: _SEVERITIES[finding.severity]
        )
        out.append(replace(item.facts, findings=tuple(findings)))
    return tuple(out)


def expand(paths: Iterable[str | PathLike[str]]) -> list[str]:
    """
    List the files meant: those in folders too, without companions of another one.

    Parameters
    ----------
    paths : iterable of str or path
        Files and folders; a ``.gdb`` is one file.

    Returns
    -------
    list of str
        In the order given, each once.
    """
    found: dict[str, None] = {}
    for given in (fspath(path) for path in paths):
        path = Path(given)
        if path.is_dir() and path.suffix.lower() != ".gdb":
            names = sorted(p for p in path.iterdir() if not p.name.startswith("."))
            files = [p for p in names if p.is_file() or p.suffix.lower() == ".gdb"]
            found |= dict.fromkeys(str(p) for p in files if not _belongs_to_another(p))
        elif not _belongs_to_another(path):
            found[given] = None
    return list(found)


def _belongs_to_another(path: Path) -> bool:
    if path.suffix.lower() not in SIDECARS or not path.parent.is_dir():
        return False
    stem = path.name.split(".")[0].casefold()
    return any(
        other.suffix.lower() not in SIDECARS and other.name.split(".")[0].casefold() == stem
        for other in path.parent.iterdir()
    )


def _inspect_file(path: str) -> list[Inspected]:
    lower = path.lower()
    if is_osm(path):
        return [Inspected(facts) for facts in inspect_osm(path)]
    if lower.endswith(_OTHERS):
        return [Inspected(FileFacts(path, findings=(Finding("note", "no_data_file"),)))]
    if is_raster(path):
        return [Inspected(raster_facts(path))]
    if lower.endswith(".zip") and _is_gtfs(path):
        return [Inspected(FileFacts(path, format="GTFS", findings=(Finding("note", "gtfs"),)))]
    try:
        members = zip_members(path, subject=path)
    except GeoplanError as error:
        return [Inspected(refused(path, "", error))]
    names = [path] if len(members) == 1 else members
    return [found for name in names for found in _inspect_layers(name)]


def _inspect_layers(path: str) -> list[Inspected]:
    try:
        with local_file(path, layer="", subject=path) as file:
            return [inspect_layer(file, path, layer) for layer in _layers(file)]
    except GeoplanError as error:
        return [Inspected(refused(path, "", error))]


def _is_gtfs(path: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "stops.txt" in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _layers(file: LocalFile) -> list[str]:
    """Layers to inspect one by one; one without a name where the file holds a single one."""
    kind = file_kind(file.path)
    if kind == "parquet" or (kind == "vector" and has_one_layer(file.path)):
        return [""]
    try:
        names = sheet_names(file) if kind == "table" else layer_names(file.path)
    except Exception:  # noqa: BLE001 (whatever GDAL raises: reading it will say what is wrong)
        return [""]
    return names if len(names) > 1 else [""]


def _against_others(item: Inspected, others: Sequence[Sketch]) -> list[Finding]:
    if item.sketch is None:
        return []
    found = [] if item.facts.crs else _no_crs(item.sketch, others)
    suspicion = None if item.placed is None else suspect_datum(item.placed, others)
    if suspicion is not None:
        code = "datum_of_both" if suspicion.other_datum else "datum_suspected"
        found.append(Finding("warn", code, asdict(suspicion)))
    return found


_TURNS = (-360.0, 0.0, 360.0)  # the same place, counted on round the earth


def _elsewhere(facts: FileFacts, others: Sequence[FileFacts]) -> list[Finding]:
    """Tell of a file that states where it is, far from where all the others say they are."""
    placed = [other for other in others if other.bounds_deg is not None]
    if facts.bounds_deg is None or not placed:
        return []
    west, south, east, north = facts.bounds_deg
    here = np.array([[shapely.box(west + turn, south, east + turn, north)] for turn in _TURNS])
    boxes = shapely.box(*np.array([other.bounds_deg for other in placed], dtype=float).T)
    apart_km = shapely.distance(here, boxes).min(axis=0) * M_PER_DEG / M_PER_KM
    nearest = int(np.argmin(apart_km))
    if apart_km[nearest] < _ELSEWHERE_KM:
        return []
    values = {"other": placed[nearest].shown, "apart_km": float(apart_km[nearest])}
    return [Finding("warn", "elsewhere", values)]


def _no_crs(sketch: Sketch, others: Sequence[Sketch]) -> list[Finding]:
    west, south, east, north = sketch.bounds
    if max(abs(west), abs(east)) <= 90 < max(abs(south), abs(north)) <= 180:
        return [Finding("stop", "swapped")]
    if looks_like_degrees(sketch):
        code = "no_crs_degrees_china" if in_china(sketch) else "no_crs_degrees"
        return [Finding("stop", code)]
    if not others:
        return [Finding("stop", "no_crs_metres")]
    candidates = find_candidates(sketch, others)
    if not candidates:
        return [Finding("stop", "no_crs_local", {"other": others[0].path})]
    best = candidates[0]
    values = {**asdict(best), "candidates": ", ".join(c.crs for c in candidates)}
    code = "no_crs_fits" if best.apart_m < _FITS_M else "no_crs_placed"
    zone = [Finding("note", "same_zone", {"crs": best.crs})] if best.crs in _CGCS2000_ZONES else []
    return [Finding("stop", code, values), *zone]
