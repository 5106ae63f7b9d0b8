"""What a vector file or a table holds, counted before anything is repaired."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from geoplan.core.crs import extent_deg
from geoplan.core.errors import CRSError, GeoplanError, SchemaError, SourceError
from geoplan.layers.datums.sketch import Sketch, looks_like_degrees, make_sketch, place
from geoplan.layers.datums.source_crs import (
    SourceCRSChoice,
    choose_source_crs,
    in_degrees,
    shift_to_study_crs,
)
from geoplan.layers.files.on_disk import LocalFile, file_kind
from geoplan.layers.inspection.facts import Bounds, ColumnFacts, FileFacts, Finding, GeometryFacts
from geoplan.layers.inspection.guess import Guess, guess_vector, is_flat
from geoplan.layers.readers.raw_layer import RawLayer
from geoplan.layers.readers.read_table import coordinate_columns, read_table
from geoplan.layers.readers.read_vector import read_vector
from geoplan.layers.repairs.repair import without_nowhere

_TYPES = ("Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString",
          "MultiPolygon", "GeometryCollection")  # fmt: skip
_FAMILIES = ("none", "point", "line", "polygon")
_EXAMPLES, _EXAMPLE_LENGTH = 3, 24
_HALF_DEG = 180.0


@dataclass(frozen=True)
class Inspected:
    """
    A file inspected by itself.

    Parameters
    ----------
    facts : FileFacts
        What was found.
    sketch : Sketch or None
        To lay it over others, in its own coordinates; None where that is impossible.
    placed : Sketch or None
        The same in degrees, where the file says or shows how.
    """

    facts: FileFacts
    sketch: Sketch | None = None
    placed: Sketch | None = None


def inspect_layer(file: LocalFile, path: str, layer: str) -> Inspected:
    """
    Inspect a vector file or a table, or one layer of it.

    Parameters
    ----------
    file : LocalFile
        The file.
    path : str
        What the caller calls it.
    layer : str
        Layer or sheet; empty for the only one.

    Returns
    -------
    Inspected
        A file that cannot be read is a finding, not an error.
    """
    part = replace(file, layer=layer)
    try:
        raw = (
            read_table(part, encoding="", x="", y="", text_columns=(), subject=path)
            if file_kind(file.path) == "table"
            else read_vector(part, encoding="", subject=path)
        )
    except GeoplanError as error:
        return Inspected(refused(path, layer, error))
    placed = without_nowhere(raw.frame, subject=path)
    raw = replace(raw, frame=placed.frame, notices=(*raw.notices, *placed.notices))
    return _facts(raw, path, layer)


def refused(path: str, layer: str, error: GeoplanError) -> FileFacts:
    """Tell of a file that could not be read."""
    text_file = path.lower().endswith(".txt") and isinstance(error, SchemaError | SourceError)
    if text_file and Path(path).is_file():
        return FileFacts(path, layer, findings=(Finding("note", "no_data_file"),))
    code = "no_geometry" if isinstance(error, SchemaError) else "unreadable"
    return FileFacts(path, layer, findings=(Finding("stop", code, {"reason": str(error)}),))


def _facts(raw: RawLayer, path: str, layer: str) -> Inspected:
    frame = raw.frame
    geometry = _geometry_facts(raw)
    families = _families(frame)
    guess = guess_vector(f"{path}/{layer}" if layer else path, frame, families)
    findings = [
        *_encoding_findings(raw),
        *_geometry_findings(geometry, families, len(frame)),
        *_key_findings(guess),
    ]
    bounds = _bounds(frame)
    crs, bounds_deg, problem = _where(raw, path, bounds)
    facts = FileFacts(
        path=path,
        layer=layer,
        format=raw.driver,
        encoding=raw.encoding.name,
        encoding_from=raw.encoding.found_in,
        crs=crs,
        rows=len(frame),
        bounds=bounds,
        bounds_deg=bounds_deg,
        geometry=geometry,
        columns=_columns(raw, guess),
        guess=guess.layer,
        guess_kind=guess.kind,
        findings=(*findings, *problem),
    )
    sketch = None if facts.stops else make_sketch(frame, facts.shown)
    return Inspected(facts, sketch, _placed(facts, sketch))


def _geometry_facts(raw: RawLayer) -> GeometryFacts:
    geometry = raw.frame.geometry.to_numpy()
    missing = np.asarray(shapely.is_missing(geometry))
    empty = np.asarray(shapely.is_empty(geometry))
    there = geometry[~missing & ~empty]
    types = np.bincount(shapely.get_type_id(there), minlength=len(_TYPES))
    repeated, repeated_rows = _repeats(there, raw.frame.loc[~missing & ~empty])
    counts: dict[str, int] = {}
    for notice in raw.notices:
        counts[notice.code] = counts.get(notice.code, 0) + notice.count
    unreadable = counts.get("unreadable_geometry", 0) + counts.get("unreadable_coordinates", 0)
    return GeometryFacts(
        types={name: int(n) for name, n in zip(_TYPES, types, strict=True) if n},
        missing=int(missing.sum()) - unreadable,
        empty=int((empty & ~missing).sum()),
        invalid=int((~shapely.is_valid(there)).sum()),
        unclosed=counts.get("closed_rings", 0),
        unreadable=unreadable,
        repeated=repeated,
        repeated_rows=repeated_rows,
        with_z=int(shapely.has_z(there).sum()),
    )


def _repeats(there: npt.NDArray[np.object_], rows: GeoDataFrame) -> tuple[int, int]:
    """Count geometries that stood in an earlier row, and rows that are the same altogether."""
    codes = pd.Series(pd.factorize(np.asarray(shapely.to_wkb(there), dtype=object))[0])
    suspects = codes.duplicated(keep=False).to_numpy()
    attributes = rows.drop(columns="geometry").loc[suspects].astype(str)
    same = attributes.assign(_geometry=codes[suspects].to_numpy()).duplicated()
    return int(codes.duplicated().sum()), int(same.sum())


def _families(frame: GeoDataFrame) -> list[str]:
    geometry = frame.geometry.to_numpy()
    there = geometry[~shapely.is_missing(geometry) & ~shapely.is_empty(geometry)]
    return [_FAMILIES[int(d) + 1] for d in np.unique(shapely.get_dimensions(there))]


def _encoding_findings(raw: RawLayer) -> list[Finding]:
    if raw.encoding.overruled:
        values = {"claimed": raw.encoding.overruled, "found": raw.encoding.name}
        return [Finding("warn", "encoding_overruled", values)]
    said = [notice for notice in raw.notices if notice.code.startswith("reader_warning")]
    return [
        Finding("note", "reader_said_often", {**notice.values, "count": notice.count})  # noqa: PD011
        if notice.count
        else Finding("note", "reader_said", notice.values)
        for notice in said
    ]


def _geometry_findings(
    geometry: GeometryFacts, families: Sequence[str], rows: int
) -> list[Finding]:
    usable = rows - geometry.missing - geometry.empty - geometry.unreadable
    if usable <= 0:
        return [Finding("stop", "no_usable_geometry", {"rows": rows})]
    counted = (
        ("warn", "unreadable_geometry", geometry.unreadable),
        ("warn", "missing_geometry", geometry.missing + geometry.empty),
        ("warn", "unclosed_rings", geometry.unclosed),
        ("warn", "invalid_geometry", geometry.invalid),
        ("warn", "repeated_rows", geometry.repeated_rows),
        ("note", "repeated_geometry", geometry.repeated - geometry.repeated_rows),
        ("note", "heights", geometry.with_z),
    )
    found = [
        Finding(severity, code, {"count": count, "rows": rows})  # type: ignore[arg-type]
        for severity, code, count in counted
        if count
    ]
    if len(families) > 1:
        found.append(Finding("warn", "mixed_families", {"families": tuple(families)}))
    elif families == ["line"]:
        found.append(Finding("note", "only_lines"))
    return found


def _key_findings(guess: Guess) -> list[Finding]:
    """Results of districts are told apart by their key; without a column they are numbered."""
    if guess.kind != "districts" or "district_id" in guess.columns:
        return []
    return [Finding("note", "no_district_key")]


def _bounds(frame: GeoDataFrame) -> Bounds | None:
    if frame.empty:
        return None
    west, south, east, north = shapely.total_bounds(frame.geometry.to_numpy()).tolist()
    return None if np.isnan(west) else (west, south, east, north)


def _where(
    raw: RawLayer, path: str, bounds: Bounds | None
) -> tuple[str, Bounds | None, list[Finding]]:
    """Tell which CRS the file states, where that is, and what is wrong with it."""
    if bounds is None:
        return "", None, []
    try:
        choice = choose_source_crs(None, raw.frame.crs, subject=path)[0]
    except CRSError:
        return "", None, []
    name = str(raw.frame.crs.to_string()) if raw.frame.crs is not None else str(choice.crs)
    if in_degrees(choice.crs) and bounds[2] - bounds[0] > _HALF_DEG:
        xy = raw.frame.geometry.get_coordinates().to_numpy()
        bounds = extent_deg(*xy[np.isfinite(xy).all(axis=1)].T)
    try:
        return name, _degrees(bounds, choice, path), []
    except CRSError as error:
        return name, None, [Finding("stop", "crs_does_not_fit", {"reason": str(error)})]


def _degrees(bounds: Bounds, choice: SourceCRSChoice, path: str) -> Bounds:
    west, south, east, north = bounds
    # A lattice, since the edges of an extent bend on the way; a single point is one too.
    lattice = np.meshgrid(np.linspace(west, east, 17), np.linspace(south, north, 17))
    points = np.asarray(shapely.points(*lattice)).ravel()
    placed = shift_to_study_crs(points, choice, "EPSG:4326", subject=path)[0]
    return extent_deg(*shapely.get_coordinates(placed).T)


def _columns(raw: RawLayer, guess: Guess) -> tuple[ColumnFacts, ...]:
    meanings = {name: meaning for meaning, name in guess.columns.items()}
    names = [str(name) for name in raw.frame.columns if name != "geometry"]
    if raw.driver in ("CSV", "xlsx"):
        try:
            x, y = coordinate_columns(names, x="", y="", shown="")
        except SchemaError:
            x = y = ""
        meanings |= {x: "x", y: "y"}
    return tuple(_column(raw.frame[name], meanings.get(name, "")) for name in names)


def _column(column: pd.Series, meaning: str) -> ColumnFacts:
    known = column.dropna()
    texts = known.map(str)
    distinct = texts.drop_duplicates()
    return ColumnFacts(
        name=str(column.name),
        dtype=str(column.dtype) if is_flat(column) else "nested",
        filled=len(known),
        distinct=len(distinct),
        examples=tuple(text[:_EXAMPLE_LENGTH] for text in distinct.head(_EXAMPLES)),
        meaning=meaning,
    )


def _placed(facts: FileFacts, sketch: Sketch | None) -> Sketch | None:
    """Bring a sketch into degrees if the file says where it is, or can only be in degrees."""
    if sketch is None:
        return None
    crs = facts.crs or ("EPSG:4326" if looks_like_degrees(sketch) else "")
    return place(sketch, crs) if crs else None
