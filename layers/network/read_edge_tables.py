"""A network as two tables: nodes with coordinates, and edges between them."""

from collections.abc import Sequence
from pathlib import PurePath

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from geoplan.core.errors import SchemaError
from geoplan.core.notices import Notice
from geoplan.layers.files.encoding import TextEncoding
from geoplan.layers.files.on_disk import TABLE_SUFFIXES, local_file
from geoplan.layers.network.street_graph import node_places
from geoplan.layers.network.way_columns import LINE_COLUMNS
from geoplan.layers.readers.raw_layer import RawLayer
from geoplan.layers.readers.read_table import read_rows, read_table
from geoplan.layers.readers.source import LayerSource, refuse_layer

_IDS = ("node_id", "id", "osmid", "node")
_FROM = ("u", "from", "from_id", "source", "start")
_TO = ("v", "to", "to_id", "target", "end")
_LENGTHS = ("length_m", "length")


def are_edge_tables(paths: Sequence[str]) -> bool:
    """Tell by their endings whether files are tables."""
    return all(PurePath(path).suffix.lower() in TABLE_SUFFIXES for path in paths)


def read_edge_tables(source: LayerSource, *, subject: str) -> RawLayer:
    """
    Read a table of nodes and a table of edges.

    Parameters
    ----------
    source : LayerSource
        Two files. Nodes: a key (``node_id`` or ``id``) and coordinates. Edges: ``u`` and ``v``
        (or ``from`` and ``to``), maybe ``length_m`` and OSM's tags. `columns` maps these names to
        others.
    subject : str
        The layer, for messages.

    Returns
    -------
    RawLayer
        A straight line for each edge, without a CRS, with ``u``, ``v`` and what else the table of
        edges has.

    Raises
    ------
    SchemaError
        If there are not two tables, a column is missing, a node stands at two places, or no edge
        names two nodes.
    SourceError
        If a file cannot be found or parsed.
    """
    if len(source.files) != 2:
        raise SchemaError(
            f"{subject}: {', '.join(source.files)}: a network in tables is two files, one of "
            "nodes with coordinates and one of edges: ['nodes.csv', 'edges.csv']."
        )
    refuse_layer(source, subject=subject, what="tables of nodes and edges")
    tables = [_rows(path, source, subject) for path in source.files]
    is_edges = [_named(table, "u", _FROM, source) is not None for table in tables]
    if is_edges.count(True) != 1:
        raise SchemaError(
            f"{subject}: of {' and '.join(source.files)} one should have the columns u and v (or "
            "from and to) and the other not. Name them with columns={'u': …, 'v': …}."
        )
    at = is_edges.index(True)
    edges, nodes_path = tables[at], source.files[1 - at]
    places = _places(nodes_path, source, subject)
    ends = {
        "u": _required(edges, "u", _FROM, source, subject),
        "v": _required(edges, "v", _TO, source, subject),
    }
    rows = np.column_stack([places.index.get_indexer(pd.Index(ends[name])) for name in ends])
    known = np.asarray((rows >= 0).all(axis=1))
    if not known.any():
        raise SchemaError(
            f"{subject}: no edge of {source.files[at]} names two nodes of {nodes_path}. Check "
            "which columns hold their keys: columns={'node_id': …, 'u': …, 'v': …}."
        )
    lines = shapely.linestrings(places.to_numpy()[rows[known]])
    frame = GeoDataFrame(
        _attributes(edges, source).assign(**ends)[known], geometry=lines
    ).reset_index(drop=True)
    lost = int((~known).sum())
    notices = (Notice("edges_without_node", subject, lost, len(known)),) if lost else ()
    return RawLayer(frame, "edge table", TextEncoding(), len(known), notices)


def _rows(path: str, source: LayerSource, subject: str) -> pd.DataFrame:
    with local_file(path, layer="", subject=subject) as file:
        texts = (*_FROM, *_TO, *source.columns.values())
        return read_rows(file, encoding=source.encoding, text_columns=texts)[0]


def _places(path: str, source: LayerSource, subject: str) -> pd.DataFrame:
    with local_file(path, layer="", subject=subject) as file:
        raw = read_table(
            file,
            encoding=source.encoding,
            x=source.x,
            y=source.y,
            text_columns=(source.columns.get("node_id", ""), *_IDS),
            subject=subject,
        )
    name = _named(raw.frame, "node_id", _IDS, source)
    if name is None:
        raise SchemaError(
            f"{subject}: {path} has no column {' or '.join(_IDS)}. Name the key of the nodes with "
            "columns={'node_id': …}."
        )
    geometry = np.asarray(raw.frame.geometry.array, dtype=object)
    known = ~shapely.is_missing(geometry)
    xy = shapely.get_coordinates(geometry[known])
    keys = raw.frame[name].astype("str").to_numpy()[known]
    return node_places(pd.DataFrame({"id": keys, "x": xy[:, 0], "y": xy[:, 1]}), shown=path)


def _named(table: pd.DataFrame, name: str, usual: Sequence[str], source: LayerSource) -> str | None:
    if name in source.columns:
        return source.columns[name] if source.columns[name] in table else None
    return next((one for one in usual if one in table), None)


def _required(
    table: pd.DataFrame, name: str, usual: Sequence[str], source: LayerSource, subject: str
) -> pd.Series:
    column = _named(table, name, usual, source)
    if column is None:
        raise SchemaError(
            f"{subject}: its table of edges has no column {' or '.join(usual)}; it has "
            f"{', '.join(table.columns)}. Name it with columns={{{name!r}: …}}."
        )
    return table[column].astype("str")


def _attributes(edges: pd.DataFrame, source: LayerSource) -> pd.DataFrame:
    """Bring the columns of the edges under their canonical names."""
    taken = {"u", "v", "node_id"}
    names = {
        name: found
        for name in LINE_COLUMNS
        if name not in taken
        and (found := _named(edges, name, _LENGTHS if name == "length_m" else (name,), source))
    }
    return pd.DataFrame({name: edges[found] for name, found in names.items()}, index=edges.index)
