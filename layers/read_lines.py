"""Line layers as a walk network: streets from a GIS, with or without OSM's tags."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geoplan.core.errors import EmptyLayerError, ParameterError, SchemaError
from geoplan.core.notices import Notice
from geoplan.layers._raw import RawLayer
from geoplan.layers._read import read_frame, read_source
from geoplan.layers._source_crs import SourceCRSChoice, choose_source_crs, shift_to_study_crs
from geoplan.layers.line_crossings import join_lines
from geoplan.layers.network_build import Ints, WayKinds, Ways
from geoplan.layers.osm_tags import KEYS, Mode, WayKind, kind_of_signature, refused_notice
from geoplan.layers.repair import drop_z, repair_layer
from geoplan.layers.source import LayerSource

LINE_COLUMNS = tuple(dict.fromkeys(("edge_id", "layer", *KEYS["walk"], *KEYS["cycle"])))
"""Columns that mean something in a line layer; all may be missing."""

_SYNONYMS = {"highway": ("fclass",), "edge_id": ("osm_id", "osmid")}
_NO = ("", "0", "0.0", "f", "false", "n", "nan", "no", "none", "否")
_FLAGS = ("bridge", "tunnel")
_HSTORE = r'"{key}"=>"([^"]*)"'
_OTHER_TAGS = "other_tags"  # GDAL's OSM driver packs there what has no column


@dataclass(frozen=True)
class LineWays:
    """
    Ways of a line layer, and how they were read.

    Parameters
    ----------
    ways : Ways
        In the study CRS.
    raw : RawLayer
        The layer as it was read.
    choice : SourceCRSChoice
        The CRS by which it was read.
    notices : tuple of Notice
        What was dropped, repaired or left out.
    """

    ways: Ways
    raw: RawLayer
    choice: SourceCRSChoice
    notices: tuple[Notice, ...]


def read_line_ways(
    source: LayerSource, frame: GeoDataFrame | None, *, crs: str, mode: Mode, subject: str
) -> LineWays:
    """
    Read a line layer as ways that meet at their crossings.

    Parameters
    ----------
    source : LayerSource
        Files; its `columns` map names of `LINE_COLUMNS` to those of the file.
    frame : GeoDataFrame or None
        The layer itself, where a script has it.
    crs : str
        Study CRS.
    mode : {"walk", "cycle"}
        Which lines to keep, where a column ``highway`` (or ``fclass``) says what they are.
    subject : str
        The layer, for messages.

    Returns
    -------
    LineWays
        The ways, and what was left out.

    Raises
    ------
    SourceError, SchemaError, CRSError, EmptyLayerError, ParameterError
        If the layer cannot be read, is not of lines, or no line is left.
    """
    if frame is None:
        raw = read_source(source, (), subject=subject)
    else:
        raw = read_frame(frame, source.where, subject=subject)
    choice, crs_notices = choose_source_crs(source.crs, raw.frame.crs, subject=subject)
    table = _table(raw.frame, source.columns, subject)
    kept, kind, refused = _kept(table, mode, subject)
    flat = drop_z(
        GeoDataFrame(table[kept], geometry=raw.frame.geometry.array[kept]), subject=subject
    )
    sound = repair_layer(flat.frame, family="line", subject=subject)
    lines, row = shapely.get_parts(
        np.asarray(sound.frame.geometry.array, dtype=object), return_index=True
    )
    shifted, far = shift_to_study_crs(lines, choice, crs, subject=subject)
    rows = sound.frame.iloc[row]
    joined = join_lines(_open_lines(shifted), _levels(rows))
    at = sound.frame.index.to_numpy()[row[joined.row]]
    ways = Ways(
        vertex_key=joined.vertex_key,
        vertex_xy_m=joined.vertex_xy_m,
        offsets=joined.offsets,
        way_id=_ids(table)[at],
        kinds=WayKinds.of(kind.kinds, kind.of_row[at]),
    )
    met = Notice("lines_split", subject, joined.crossings) if joined.crossings else None
    notices = (*raw.notices, *crs_notices, *refused, *flat.notices, *sound.notices, *far)
    return LineWays(ways, raw, choice, (*notices, met) if met else notices)


@dataclass(frozen=True)
class _Kinds:
    kinds: tuple[WayKind, ...]
    of_row: Ints


def _table(frame: GeoDataFrame, columns: Mapping[str, str], subject: str) -> pd.DataFrame:
    """Bring the columns that mean something under their names, as text."""
    unknown = [name for name in columns if name not in LINE_COLUMNS]
    if unknown:
        raise ParameterError(
            f"{subject}: columns= maps {unknown[0]!r}, which is not a column of a walk network. "
            f"Those are: {', '.join(LINE_COLUMNS)}."
        )
    lost = [name for name in columns.values() if name not in frame]
    if lost:
        raise SchemaError(
            f"{subject} has no column {lost[0]!r}; it has {', '.join(map(str, frame.columns))}."
        )
    found = {}
    for name in LINE_COLUMNS:
        names = (columns.get(name, name), *_SYNONYMS.get(name, ()))
        here = next((one for one in names if one in frame), None)
        if here is not None:
            found[name] = frame[here].astype("str").where(frame[here].notna(), None)
        elif _OTHER_TAGS in frame:
            texts = frame[_OTHER_TAGS].astype("str")
            tags = texts.str.extract(_HSTORE.format(key=name), expand=False)
            if tags.notna().any():
                found[name] = tags.where(tags.notna(), None)
    return pd.DataFrame(found, index=pd.RangeIndex(len(frame)), dtype=object)


def _kept(
    table: pd.DataFrame, mode: Mode, subject: str
) -> tuple[NDArray[np.bool_], _Kinds, tuple[Notice, ...]]:
    """Tell which lines are walked on, and of what kind each is."""
    if "highway" not in table:
        table = table.assign(highway="road")
    columns = [name for name in KEYS[mode] if name in table]
    texts = table[columns].fillna("")
    number = np.asarray(texts.groupby(columns, sort=False).ngroup(), dtype=np.int64)
    distinct = texts.iloc[np.unique(number, return_index=True)[1]]
    kinds = tuple(
        kind_of_signature(
            tuple(_tag(key, row[key]) if key in row else None for key in KEYS[mode]), mode
        )
        for row in distinct.to_dict("records")
    )
    allowed = np.array([kind.allowed for kind in kinds], dtype=bool)[number]
    if not allowed.any():
        reasons = ", ".join(sorted({kind.reason for kind in kinds})[:5])
        raise EmptyLayerError(
            f"{subject}: nobody may {mode} on any of its {len(table)} lines ({reasons}). Check "
            "the column that says what they are, e.g. columns={'highway': 'CLASS'}."
        )
    if allowed.all():
        return allowed, _Kinds(kinds, number), ()
    refused: Counter[str] = Counter()
    for size, kind in zip(np.bincount(number).tolist(), kinds, strict=True):
        if not kind.allowed:
            refused[kind.reason] += size
    return allowed, _Kinds(kinds, number), (refused_notice(refused, len(table), subject),)


def _tag(key: str, value: str) -> str | None:
    if key in _FLAGS:
        return None if value.lower() in _NO else value
    return value or None


def _levels(rows: pd.DataFrame) -> Ints:
    """Give the level of each line: its ``layer``, else 1 for a bridge and -1 for a tunnel."""
    level = np.zeros(len(rows), dtype=np.int64)
    for name, usual in (("bridge", 1), ("tunnel", -1)):
        if name in rows:
            raised = ~rows[name].fillna("").astype("str").str.lower().isin(_NO)
            level[raised.to_numpy()] = usual
    if "layer" in rows:
        given = pd.to_numeric(rows["layer"], errors="coerce").fillna(0).to_numpy()
        level = np.where(given != 0, given, level).astype(np.int64)
    return level


def _ids(table: pd.DataFrame) -> Ints:
    """Take whole numbers as keys; else the number of the row, from 1."""
    count = np.arange(1, len(table) + 1)
    if "edge_id" not in table:
        return count
    numbers = pd.to_numeric(table["edge_id"], errors="coerce").to_numpy(dtype=np.float64)
    whole = np.isfinite(numbers) & (numbers == np.round(numbers))
    return numbers.astype(np.int64) if whole.all() else count


def _open_lines(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Write rings as lines."""
    rings = shapely.get_type_id(lines) == 2
    if not rings.any():
        return lines
    lines = lines.copy()
    xy, owner = shapely.get_coordinates(lines[rings], return_index=True)
    lines[rings] = shapely.linestrings(xy, indices=owner)
    return lines
