"""What the columns of a line layer say: who uses a line, on which level, under which key."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice, product

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from geoplan.core.errors import EmptyLayerError, ParameterError, SchemaError
from geoplan.core.notices import Notice
from geoplan.layers.network.build import Ints, Mask
from geoplan.layers.osm.tags import (
    KEYS,
    Mode,
    WayKind,
    closed_notice,
    kind_of_signature,
    refused_notice,
)

LINE_COLUMNS = tuple(
    dict.fromkeys(("edge_id", "u", "v", "length_m", "layer", *KEYS["walk"], *KEYS["cycle"]))
)
"""Columns that mean something in a line layer; all may be missing."""

_SYNONYMS = {"highway": ("fclass",), "edge_id": ("osm_id", "osmid")}
_NO = ("", "0", "0.0", "f", "false", "n", "nan", "no", "none", "否")
_FLAGS = ("bridge", "tunnel")
_OTHER_TAGS = "other_tags"  # GDAL's OSM driver packs there what has no column of its own
_HSTORE = r'"{key}"=>"([^"]*)"'
_GEOFABRIK = "fclass"
_GEOFABRIK_ONEWAY = {"F": "yes", "T": "-1", "B": "no"}
_HIGHEST_LEVEL = 10
_MOST_JOINED = 256
_PLAIN = "road"  # the class of lines in a layer that says nothing of classes


@dataclass(frozen=True)
class LineKinds:
    """
    What the lines of a layer are, as the tags in its columns say.

    Parameters
    ----------
    kinds : tuple of WayKind
        The different ones.
    of_row : ndarray of int64, n
        Position of each row's kind in `kinds`.
    notices : tuple of Notice
        What nobody may use, and why.
    """

    kinds: tuple[WayKind, ...]
    of_row: Ints
    notices: tuple[Notice, ...]

    @property
    def allowed(self) -> Mask:
        """Which rows belong to the network."""
        return np.array([kind.allowed for kind in self.kinds], dtype=bool)[self.of_row]


def line_table(frame: GeoDataFrame, columns: Mapping[str, str], subject: str) -> pd.DataFrame:
    """
    Bring the columns that mean something under their names, as text.

    Parameters
    ----------
    frame : GeoDataFrame, n rows
        The layer as it was read.
    columns : mapping of str to str
        Name of `LINE_COLUMNS` -> name in the layer.
    subject : str
        The layer, for messages.

    Returns
    -------
    DataFrame, n rows
        Those of `LINE_COLUMNS` that the layer has; None where a row has nothing. ``length_m``
        only if `columns` names it: a layer's own may be of another life of its lines.

    Raises
    ------
    ParameterError
        If `columns` maps a name that means nothing.
    SchemaError
        If a mapped column is not there.
    """
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
    found: dict[str, pd.Series] = {}
    for name in LINE_COLUMNS:
        own = () if name == "length_m" else (name, *_SYNONYMS.get(name, ()))
        names = (columns[name],) if name in columns else own
        here = next((one for one in names if one in frame), None)
        if here is not None:
            found[name] = frame[here].astype("str").where(frame[here].notna(), None)
            if name == "oneway" and _GEOFABRIK in frame:
                found[name] = found[name].map(_GEOFABRIK_ONEWAY)
        elif _OTHER_TAGS in frame:
            packed = frame[_OTHER_TAGS].astype("str")
            tags = packed.str.extract(_HSTORE.format(key=name), expand=False)
            if tags.notna().any():
                found[name] = tags.where(tags.notna(), None)
    return pd.DataFrame(found, index=pd.RangeIndex(len(frame)), dtype=object)


def line_kinds(
    table: pd.DataFrame, mode: Mode, subject: str, *, keep_closed: bool = False
) -> LineKinds:
    """
    Tell who may use each line.

    Parameters
    ----------
    table : DataFrame, n rows
        As `line_table` gives it; without a column ``highway`` every line is used.
    mode : {"walk", "cycle"}
        Who wants to use them.
    subject : str
        The layer, for messages.
    keep_closed : bool
        Whether to keep lines that are only closed to the public.

    Returns
    -------
    LineKinds
        The kind of each row. Where a graph joined ways of several values, all of them must allow.

    Raises
    ------
    EmptyLayerError
        If nobody may use any of them.
    """
    if "highway" not in table:
        table = table.assign(highway=_PLAIN)
    columns = [name for name in KEYS[mode] if name in table]
    texts = table[columns].fillna("")
    number = np.asarray(texts.groupby(columns, sort=False).ngroup(), dtype=np.int64)
    distinct = texts.iloc[np.unique(number, return_index=True)[1]]
    kinds = tuple(
        _kind([_values(key, row.get(key, "")) for key in KEYS[mode]], mode, keep_closed=keep_closed)
        for row in distinct.to_dict("records")
    )
    refused: Counter[str] = Counter()
    closed = 0
    for size, kind in zip(np.bincount(number).tolist(), kinds, strict=True):
        closed += size * kind.closed
        if not kind.allowed:
            refused[kind.reason] += size
    if refused.total() == len(table):
        reasons = ", ".join(reason for reason, _ in refused.most_common(5))
        raise EmptyLayerError(
            f"{subject}: nobody may {mode} on any of its {len(table)} lines ({reasons}). Check "
            "the column that says what they are, e.g. columns={'highway': 'CLASS'}."
        )
    left_out = (refused_notice(refused, len(table), subject),) if refused else ()
    notices = (*left_out, *closed_notice(closed, len(table), subject))
    return LineKinds(kinds, number, notices)


def line_levels(rows: pd.DataFrame) -> Ints:
    """
    Give the level of each line: its ``layer``, else 1 for a bridge and -1 for a tunnel.

    A column ``layer`` with numbers beyond ±10 holds the layers of a drawing, and no levels.
    """
    level = np.zeros(len(rows), dtype=np.int64)
    for name, usual in (("bridge", 1), ("tunnel", -1)):
        if name in rows:
            raised = ~rows[name].fillna("").astype("str").str.lower().isin(_NO)
            level[raised.to_numpy()] = usual
    if "layer" in rows:
        texts = rows["layer"].map(lambda value: _values("layer", value)[0], na_action="ignore")
        given = pd.to_numeric(texts, errors="coerce").fillna(0).to_numpy()
        if np.abs(given).max(initial=0) <= _HIGHEST_LEVEL:
            level = np.where(given != 0, given, level).astype(np.int64)
    return level


def line_ids(table: pd.DataFrame) -> Ints:
    """Take whole numbers as keys; else the number of the row, from 1."""
    count = np.arange(1, len(table) + 1)
    if "edge_id" not in table:
        return count
    # OSMnx joins the ways of an edge as "[1, 2]"; the first stands for them.
    first = table["edge_id"].astype("str").str.extract(r"^\[?'?(-?\d+)(?:\.0+)?(?![\d.])")[0]
    return count if first.isna().any() else np.asarray(first.astype("int64"), dtype=np.int64)


def _kind(values: list[list[str | None]], mode: Mode, *, keep_closed: bool) -> WayKind:
    """Give the kind of a line; of one joined of several ways the first that refuses, if any."""
    signatures = islice(product(*values), _MOST_JOINED)
    kinds = [
        kind_of_signature(signature, mode, keep_closed=keep_closed) for signature in signatures
    ]
    return next((kind for kind in kinds if not kind.allowed), kinds[0])


def _values(key: str, value: str) -> list[str | None]:
    """Take the values of a tag apart that OSMnx joined: "['residential', 'tertiary']"."""
    if key in _FLAGS:
        return [None if value.lower() in _NO else value]
    if not value.startswith("["):
        return [value or None]
    said = [one.strip("'\" ") for one in value.strip("[] ").split(",")]
    known: list[str | None] = [one for one in said if one not in ("", "None", "nan")]
    # Of an edge whose ways do not all have the tag, some are without.
    return [*known, *([None] if len(known) < len(said) else [])] or [None]
