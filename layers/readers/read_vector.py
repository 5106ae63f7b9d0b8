"""Vector files: everything that GDAL reads, and GeoParquet."""

import codecs
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import shapely
from geopandas import GeoDataFrame

from geoplan.core.errors import MissingDependencyError, SchemaError, SourceError
from geoplan.core.notices import Notice
from geoplan.layers.files.encoding import (
    TextEncoding,
    guess_encoding,
    shapefile_encoding,
    table_encoding,
)
from geoplan.layers.files.on_disk import PARQUET_SUFFIXES, LocalFile, own_names, sibling
from geoplan.layers.files.shapefile_parts import check_parts, deleted_rows
from geoplan.layers.readers.cad import drawing_text
from geoplan.layers.readers.raw_layer import RawLayer

_JSON_SUFFIXES = (".geojson", ".json", ".geojsonl", ".topojson")
_ONE_LAYER_SUFFIXES = (".shp", ".fgb", *_JSON_SUFFIXES)
# As GDAL tells TopoJSON from other JSON: by the type, within the first bytes.
_TOPOLOGY, _HEAD_BYTES = re.compile(rb'"type"\s*:\s*"Topology"'), 6000
# What differs in a message of the reader from row to row: numbers, and what stands in quotes.
_PARTICULARS = re.compile(r"'[^']*'|\"[^\"]*\"|[-+]?\d[\d.,:eE+-]*")
_ARROW_DRIVERS = (".gpkg", ".fgb")
_UNREADABLE = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.FieldError,
    pyogrio.errors.GeometryError,
    NotImplementedError,
    ValueError,
    IndexError,  # a file that GDAL opens and that has no layer
)
# Said by GDAL and pyogrio about what the pipeline counts or does not need: rings, M values.
_EXPECTED_WARNINGS = ("Non closed ring", "Measured (M)", "More than one layer", "'crs' was not")


@dataclass(frozen=True)
class _Rows:
    """Rows, the encoding they turned out to be in where none was known, and what was counted."""

    frame: pd.DataFrame
    guessed: str = ""
    notices: tuple[Notice, ...] = ()


def read_vector(file: LocalFile, *, encoding: str, subject: str) -> RawLayer:
    """
    Read a vector file so that nothing in it is lost.

    Rings that are not closed, on which an ordinary read fails, are closed and counted. The text
    of a Shapefile without a ``.cpg`` is decoded by its bytes, never by a fixed default.

    Parameters
    ----------
    file : LocalFile
        The file, with the layer asked for.
    encoding : str
        Encoding of the attributes; detected when empty.
    subject : str
        The layer, for messages.

    Returns
    -------
    RawLayer
        Every row and column, in the file's own CRS.

    Raises
    ------
    SourceError
        If the file cannot be read, or holds several layers and none is named.
    SchemaError
        If it holds no geometry.
    MissingDependencyError
        If it is GeoParquet and pyarrow is not installed.
    """
    if file.path.suffix.lower() in PARQUET_SUFFIXES:
        if file.layer not in ("", *own_names(file)):
            raise SourceError(f"{file.shown} has no layer {file.layer!r}, only rows: leave it out.")
        return _read_parquet(file)
    check_parts(file.path, shown=file.shown)
    target, found = _target(file, encoding)
    options: dict[str, Any] = {"use_arrow": _use_arrow(file.path)}
    is_drawing = file.path.suffix.lower() == ".dxf"
    if found.name and target is file.path and not is_drawing:
        options["encoding"] = found.name
    layer = _layer_name(file)
    if layer:
        options["layer"] = layer
    driver = file.path.suffix.lower().lstrip(".") or "vector"
    try:
        # Field names do not matter here, and every byte is a letter of ISO 8859-1.
        info = pyogrio.read_info(target, layer=layer or None, encoding="ISO-8859-1")
        driver = str(info["driver"])
        rows, notices = _with_warnings(lambda: _read_rows(target, options, subject), subject)
    except _UNREADABLE as error:
        raise SourceError(f"{file.shown} cannot be read: {_reason(error, file.path)}") from error
    if not isinstance(rows.frame, GeoDataFrame):
        raise SchemaError(
            f"{file.shown} holds no geometry. If it is a table with coordinate columns, save it "
            "as CSV or xlsx and name them with x= and y=."
        )
    found = TextEncoding(rows.guessed, "bytes") if rows.guessed else found
    deleted, stored = deleted_rows(file.path)
    if deleted:
        notices = (*notices, Notice("rows_deleted", subject, deleted, stored))
    frame = rows.frame
    if is_drawing:
        frame, found = drawing_text(frame, encoding, shown=file.shown)
    return RawLayer(frame, driver, found, len(frame), notices)


def layer_names(path: Path) -> list[str]:
    """
    List the layers of a file that have geometry.

    Parameters
    ----------
    path : Path
        A vector file or folder that GDAL reads.

    Returns
    -------
    list of str
        Their names, in the order of the file.
    """
    return [str(name) for name, geometry in pyogrio.list_layers(path) if geometry is not None]


def _target(file: LocalFile, encoding: str) -> tuple[Path | bytes, TextEncoding]:
    """Settle the encoding; a GeoJSON that is not UTF-8 is read from a transcoded copy."""
    suffix = file.path.suffix.lower()
    declared = TextEncoding(encoding, "declared") if encoding else None
    if suffix == ".shp":
        return file.path, declared or _of_shapefile(file)
    if suffix in _JSON_SUFFIXES:
        content = file.path.read_bytes()
        if not encoding and _is_utf8(content):
            return file.path, TextEncoding()
        found = declared or table_encoding(content, subject=file.shown)
        try:
            return content.decode(found.name).encode("utf-8"), found
        except (UnicodeDecodeError, LookupError) as error:
            raise SourceError(f"{file.shown} is not in encoding={encoding!r} ({error}).") from error
    return file.path, declared or TextEncoding()


def _of_shapefile(file: LocalFile) -> TextEncoding:
    dbf, cpg = sibling(file.path, ".dbf"), sibling(file.path, ".cpg")
    if dbf is None:
        return TextEncoding()
    claimed = cpg.read_text(encoding="ascii", errors="ignore") if cpg else None
    return shapefile_encoding(dbf.read_bytes(), claimed, subject=file.shown)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _use_arrow(path: Path) -> bool:
    """Arrow reads these several times faster; it is used where it is installed, never required."""
    from importlib.util import find_spec

    return path.suffix.lower() in _ARROW_DRIVERS and find_spec("pyarrow") is not None


def _layer_name(file: LocalFile) -> str:
    single = has_one_layer(file.path)
    if single and file.layer in ("", *own_names(file)):
        return ""
    names = _names(file)
    if file.layer:
        if file.layer in names:
            return file.layer
        raise SourceError(f"{file.shown} has no layer {file.layer!r}.{_instead(file, names)}")
    if len(names) > 1:
        names = [name for name in names if _row_count(file.path, name)]
    if not names:
        raise SchemaError(f"{file.shown} has no layer with geometry and rows.")
    if len(names) > 1:
        raise SourceError(
            f"{file.shown} has {len(names)} layers: {', '.join(names)}. Write which one with "
            f'layer=, e.g. layer={names[0]!r}, a list of them, or layer="*" for all.'
        )
    return names[0]


def has_one_layer(path: Path) -> bool:
    """
    Tell formats of one layer by the suffix; a JSON may be TopoJSON, which has several.

    Parameters
    ----------
    path : Path
        A vector file or folder.

    Returns
    -------
    bool
        Whether a layer need not be named.
    """
    suffix = path.suffix.lower()
    if path.is_dir() or suffix not in _ONE_LAYER_SUFFIXES:
        return False
    if suffix not in (".json", ".topojson"):
        return True
    with path.open("rb") as stream:
        return _TOPOLOGY.search(stream.read(_HEAD_BYTES)) is None


def _instead(file: LocalFile, names: list[str]) -> str:
    if has_one_layer(file.path):
        return f" It has one only, {names[0]!r}: leave layer out." if names else ""
    if file.path.suffix.lower() == ".dxf":
        return f' The layers of a drawing are rows: write where="Layer = {file.layer!r}".'
    near = get_close_matches(file.layer, names, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{hint} Its layers are: {', '.join(names)}."


def _names(file: LocalFile) -> list[str]:
    try:
        return layer_names(file.path)
    except pyogrio.errors.DataSourceError as error:
        raise SourceError(f"{file.shown} cannot be read: {_reason(error, file.path)}") from error


def filled_layers(file: LocalFile) -> list[str]:
    """
    List the layers of a file that have geometry and rows.

    Parameters
    ----------
    file : LocalFile
        A vector file.

    Returns
    -------
    list of str
        Their names, in the order of the file; one without a name for a format of one layer.

    Raises
    ------
    SourceError
        If the file cannot be read.
    """
    if has_one_layer(file.path):
        return [""]
    return [name for name in _names(file) if _row_count(file.path, name)]


def _row_count(path: Path, layer: str) -> int:
    return int(pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"])


def _read_rows(target: Path | bytes, options: dict[str, Any], subject: str) -> _Rows:
    try:
        return _read_text_whole(target, options)
    except NotImplementedError:  # arcs: GDAL straightens them, but not on the way through Arrow
        if not options.get("use_arrow"):
            raise
        rows = _read_rows(target, {**options, "use_arrow": False}, subject)
        return replace(rows, notices=(*rows.notices, Notice("straightened_arcs", subject)))
    except shapely.errors.GEOSException:
        rows = _read_text_whole(target, {**options, "on_invalid": "fix"})
    plain = {key: value for key, value in options.items() if key in ("layer", "encoding")}
    wkb = pyogrio.raw.read(target, **plain, columns=[])[2]
    was_read = shapely.from_wkb(wkb, on_invalid="ignore")
    missing = np.asarray(rows.frame["geometry"].isna())
    closed = int((pd.isna(was_read) & ~missing).sum())
    lost = int((missing & ~pd.isna(wkb)).sum())
    counts = (("closed_rings", closed), ("unreadable_geometry", lost))
    notices = tuple(Notice(code, subject, n, len(rows.frame)) for code, n in counts if n)
    return replace(rows, notices=notices)


def _read_text_whole(target: Path | bytes, options: dict[str, Any]) -> _Rows:
    """
    Read rows even where GDAL hands out text that is not in the encoding it claims.

    A field that ends within a character loses that half; a file that names no encoding and is
    not UTF-8, as MapInfo's may be, is decoded by its bytes.
    """
    try:
        return _Rows(pyogrio.read_dataframe(target, **options))
    except UnicodeDecodeError:
        frame = pyogrio.read_dataframe(target, **{**options, "encoding": "ISO-8859-1"})
    texts = [name for name in frame.columns if pd.api.types.is_string_dtype(frame[name])]
    guessed = ""
    if "encoding" not in options:
        values = pd.concat([frame[name].dropna().drop_duplicates() for name in texts])
        # One byte a character until here, so nothing is lost.
        guessed = guess_encoding(text.encode("latin-1") for text in (*frame.columns, *values))
        if not guessed:
            raise ValueError(
                "its text is neither UTF-8 nor GB18030 nor Big5. State encoding=, e.g. 'cp1252'."
            )
    decoder = codecs.getincrementaldecoder(guessed or options["encoding"])

    def decode(text: str) -> str:
        return str(decoder("replace").decode(text.encode("latin-1")))

    decoded = {name: frame[name].map(decode, na_action="ignore") for name in texts}
    return _Rows(frame.assign(**decoded).rename(columns=decode), guessed)


def _with_warnings(read: Callable[[], _Rows], subject: str) -> tuple[_Rows, tuple[Notice, ...]]:
    """Turn what the reader warns of into notices, which are in the report."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        rows = read()
    said = [str(warning.message).strip() for warning in caught]
    others = [message for message in said if not message.startswith(_EXPECTED_WARNINGS)]
    return rows, (*rows.notices, *_said_once(others, subject))


def _said_once(messages: list[str], subject: str) -> tuple[Notice, ...]:
    """Tell the first of messages that differ in row and value alone, and how many there are."""
    alike: dict[str, list[str]] = {}
    for message in messages:
        kind = _PARTICULARS.sub("#", message)
        alike.setdefault(kind, []).append(message)
    return tuple(
        Notice(
            "reader_warning" if len(group) == 1 else "reader_warnings",
            subject,
            0 if len(group) == 1 else len(group),
            values={"message": group[0]},
        )
        for group in alike.values()
    )


def _reason(error: Exception, path: Path) -> str:
    if path.suffix.lower() == ".shp" and sibling(path, ".shx") is None:
        return (
            "its .shx is missing. Copy all parts of a Shapefile together: .shp, .shx, .dbf, .prj."
        )
    if path.is_dir():
        return "it is a folder. Name a file in it; several files stand in a list."
    if "encoding=" in str(error):
        return str(error)
    words = "it holds no layer" if isinstance(error, IndexError) else str(error)
    return f"{words}. Open it in a GIS and save it again, e.g. as GeoPackage."


def _read_parquet(file: LocalFile) -> RawLayer:
    import geopandas as gpd

    try:
        frame = gpd.read_parquet(file.path)
    except ImportError as error:
        raise MissingDependencyError(
            f"{file.shown} is GeoParquet, which needs pyarrow: pip install 'geoplan[parquet]'"
        ) from error
    except (ValueError, OSError, NotImplementedError) as error:
        raise SourceError(f"{file.shown} cannot be read as GeoParquet: {error}") from error
    return RawLayer(frame, "Parquet", TextEncoding(), len(frame))
