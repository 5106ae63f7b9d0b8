"""GraphML as OSMnx writes it: a street graph as lines between named nodes."""

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError, iterparse

import pandas as pd
from geopandas import GeoDataFrame

from geoplan.core.errors import EmptyLayerError, SourceError
from geoplan.layers.files.encoding import TextEncoding
from geoplan.layers.files.on_disk import LocalFile, local_file
from geoplan.layers.network.street_graph import edge_lines, known_crs, node_places
from geoplan.layers.readers.raw_layer import RawLayer
from geoplan.layers.readers.source import LayerSource

_SUFFIXES = (".graphml", ".graphml.gz")
_Rows = list[dict[str, str]]


def is_graphml(path: str) -> bool:
    """Tell by its ending whether a file is GraphML."""
    return path.lower().endswith(_SUFFIXES)


def read_graphml(source: LayerSource, *, subject: str) -> RawLayer:
    """
    Read a street graph.

    Parameters
    ----------
    source : LayerSource
        One GraphML file: nodes with ``x`` and ``y``, edges maybe with ``geometry`` as WKT, as
        OSMnx's ``save_graphml`` writes it.
    subject : str
        The layer, for messages.

    Returns
    -------
    RawLayer
        A line for each edge, with its end nodes in ``u`` and ``v``; straight where the graph has
        no geometry. In the CRS that the graph names.

    Raises
    ------
    SourceError
        If the file cannot be parsed, or several are given.
    SchemaError
        If its nodes have no coordinates, or one stands at two places.
    CRSError
        If the CRS that it names cannot be read, and the source states none.
    EmptyLayerError
        If it has no edge.
    """
    if len(source.files) > 1:
        raise SourceError(f"{subject}: {len(source.files)} graphs were given; load one.")
    with local_file(source.files[0], layer="", subject=subject) as file:
        graph, nodes, edges = _parsed(file)
    if not edges:
        raise EmptyLayerError(f"{subject}: {source.files[0]} has no edge.")
    shown = source.files[0]
    places = node_places(pd.DataFrame(nodes), shown=shown)
    drawn = [edge.get("geometry") for edge in edges]
    ends = [(edge["u"], edge["v"]) for edge in edges]
    frame = GeoDataFrame(
        pd.DataFrame(edges).drop(columns="geometry", errors="ignore"),
        geometry=edge_lines(ends, places, drawn, shown=shown),
        crs=known_crs(graph.get("crs"), stated=source.crs is not None, shown=shown),
    )
    return RawLayer(frame, "GraphML", TextEncoding("UTF-8"), len(frame))


def _parsed(file: LocalFile) -> tuple[dict[str, str], _Rows, _Rows]:
    graph: dict[str, str] = {}
    nodes: _Rows = []
    edges: _Rows = []
    try:
        with _opened(file.path) as stream:
            for tag, values in _elements(stream):
                if tag == "graph":
                    graph = values
                else:
                    (nodes if tag == "node" else edges).append(values)
    except (ParseError, OSError, EOFError) as error:
        raise SourceError(
            f"{file.shown} cannot be read as GraphML: {error}. Write it again, e.g. with OSMnx's "
            "save_graphml."
        ) from error
    return graph, nodes, edges


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")


def _elements(stream: IO[bytes] | gzip.GzipFile) -> Iterator[tuple[str, dict[str, str]]]:
    """Give each node, each edge, and the graph itself last, with its data by name."""
    names: dict[str, str] = {}
    usual: dict[str, dict[str, str]] = {}
    for _, element in iterparse(stream):  # noqa: S314 (expat refuses what would blow up)
        tag = element.tag.rpartition("}")[2]
        if tag == "key":
            name = names[element.get("id", "")] = element.get("attr.name", "")
            for child in element:  # the value of those that say nothing
                if child.tag.endswith("default"):
                    usual.setdefault(element.get("for", ""), {})[name] = child.text or ""
        elif tag in ("node", "edge", "graph"):
            yield tag, {**usual.get(tag, {}), **_values(element, names)}
            if tag != "graph":
                element.clear()


def _values(element: Any, names: Mapping[str, str]) -> dict[str, str]:  # noqa: ANN401
    values = {
        names.get(child.get("key", ""), ""): child.text or ""
        for child in element
        if child.tag.endswith("data")
    }
    if element.tag.endswith("node"):
        values["id"] = element.get("id", "")
    if element.tag.endswith("edge"):
        values |= {"u": element.get("source", ""), "v": element.get("target", "")}
    return values
