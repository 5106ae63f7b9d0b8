"""Street graphs held in memory: NetworkX graphs as OSMnx makes them, and its tables of them."""

import ast
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeGuard

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geoplan.core.crs import parse_crs
from geoplan.core.errors import CRSError, EmptyLayerError, ParameterError, SchemaError

if TYPE_CHECKING:
    from pyproj import CRS

    from geoplan.layers.readers.source import Source


class StreetGraph(Protocol):
    """A NetworkX graph whose nodes have ``x`` and ``y``, as OSMnx makes it."""

    graph: dict[str, Any]

    @property
    def nodes(self) -> Any:  # noqa: ANN401 (NetworkX has no types)
        """View of the nodes and their attributes."""

    @property
    def edges(self) -> Any:  # noqa: ANN401
        """View of the edges and their attributes."""


GraphTables: TypeAlias = "tuple[GeoDataFrame, GeoDataFrame]"
"""Nodes and edges, as ``osmnx.graph_to_gdfs`` gives them."""


def is_street_graph(source: object) -> "TypeGuard[StreetGraph]":
    """Tell a NetworkX graph from what else a loader may be given, without importing NetworkX."""
    return all(hasattr(source, name) for name in ("nodes", "edges", "adj", "graph"))


def are_graph_tables(source: object) -> TypeGuard[GraphTables]:
    """Tell nodes and edges as two GeoDataFrames."""
    return isinstance(source, tuple | list) and any(isinstance(one, pd.DataFrame) for one in source)


def without_graph(
    source: "Source | StreetGraph | GraphTables", *, stated: bool, subject: str
) -> "Source":
    """Write a graph, or its tables, as lines; give every other source as it is."""
    if is_street_graph(source):
        return graph_as_lines(source, stated=stated, subject=subject)
    if are_graph_tables(source):
        return tables_as_lines(source, subject=subject)
    return source


def graph_as_lines(graph: StreetGraph, *, stated: bool, subject: str) -> GeoDataFrame:
    """
    Write a NetworkX graph as lines between named nodes.

    Parameters
    ----------
    graph : networkx graph
        Any of the four kinds; not modified. Nodes have ``x`` and ``y``, edges maybe ``geometry``.
    stated : bool
        Whether the caller states a CRS, which wins over the graph's.
    subject : str
        The layer, for messages.

    Returns
    -------
    GeoDataFrame
        A line for each edge, with its end nodes in ``u`` and ``v`` and its attributes; straight
        where it has no geometry. In the CRS that the graph names.

    Raises
    ------
    SchemaError
        If a node has no coordinates.
    EmptyLayerError
        If the graph has no edge.
    CRSError
        If the CRS that the graph names cannot be read and none is stated.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.MultiDiGraph(crs="EPSG:4547")
    >>> graph.add_node(1, x=0.0, y=0.0)
    >>> graph.add_node(2, x=30.0, y=40.0)
    >>> _ = graph.add_edge(1, 2, highway="footway")
    >>> graph_as_lines(graph, stated=False, subject="walk_network").length.tolist()
    [50.0]
    """
    rows = [{**data, "u": u, "v": v} for u, v, data in graph.edges(data=True)]
    if not rows:
        raise EmptyLayerError(f"{subject}: the graph has no edge.")
    nodes = pd.DataFrame(
        [(node, data.get("x"), data.get("y")) for node, data in graph.nodes(data=True)],
        columns=["id", "x", "y"],
    )
    ends = [(row["u"], row["v"]) for row in rows]
    drawn = [row.get("geometry") for row in rows]
    lines = edge_lines(ends, node_places(nodes, shown=subject), drawn, shown=subject)
    table = pd.DataFrame(rows).drop(columns="geometry", errors="ignore")
    crs = known_crs(graph.graph.get("crs"), stated=stated, shown=subject)
    return GeoDataFrame(table, geometry=lines, crs=crs)


def tables_as_lines(tables: GraphTables, *, subject: str) -> GeoDataFrame:
    """
    Write nodes and edges, as OSMnx gives them, as lines between named nodes.

    Parameters
    ----------
    tables : tuple of GeoDataFrame
        Nodes, by their key; and edges, with their end nodes in the index or in ``u`` and ``v``.
    subject : str
        The layer, for messages.

    Returns
    -------
    GeoDataFrame
        The edges, a straight line where one has no geometry.

    Raises
    ------
    ParameterError
        If it is not such a pair.
    SchemaError
        If an edge without geometry names no node.
    """
    edges = [one for one in tables if isinstance(one, GeoDataFrame) and _has_ends(one)]
    nodes = [one for one in tables if isinstance(one, GeoDataFrame) and not _has_ends(one)]
    if len(tables) != 2 or len(edges) != 1 or len(nodes) != 1:
        raise ParameterError(
            f"{subject}: of two GeoDataFrames one should hold nodes and the other edges, with u "
            "and v as columns or as its index. Take both from osmnx.graph_to_gdfs(G)."
        )
    frame, points = edges[0].reset_index(), nodes[0].geometry
    missing = (frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    if not missing.any():
        return frame
    places = pd.DataFrame({"id": points.index, "x": points.x.array, "y": points.y.array})
    ends = frame.loc[missing, ["u", "v"]].itertuples(index=False, name=None)
    known = node_places(places, shown=subject)
    lines = np.asarray(frame.geometry.array, dtype=object).copy()
    lines[missing] = edge_lines(list(ends), known, [None] * int(missing.sum()), shown=subject)
    return frame.set_geometry(lines, crs=frame.crs)


def _has_ends(frame: GeoDataFrame) -> bool:
    return {"u", "v"} <= {*frame.columns, *frame.index.names}


def node_places(nodes: pd.DataFrame, *, shown: str) -> pd.DataFrame:
    """
    Give the place of each node by its key.

    Parameters
    ----------
    nodes : DataFrame
        With ``id``, ``x`` and ``y``, as numbers or text.
    shown : str
        The file or layer, for messages.

    Returns
    -------
    DataFrame
        With ``x`` and ``y``, under the keys, each once.

    Raises
    ------
    SchemaError
        If a node has no coordinates, or stands at two places.
    """
    if not {"x", "y"} <= set(nodes.columns):
        raise SchemaError(
            f"{shown}: its nodes have no x and y. Only a graph with places can be walked on; "
            "write it with OSMnx's save_graphml."
        )
    xy = nodes[["x", "y"]].apply(pd.to_numeric, errors="coerce").astype(np.float64)
    bad = ~np.isfinite(xy).all(axis=1)
    if bad.any():
        raise SchemaError(
            f"{shown}: {int(bad.sum())} of {len(nodes)} nodes have no x and y that are numbers, "
            f"the first is {nodes.loc[bad, 'id'].iloc[0]!r}. Write the graph again, e.g. with "
            "OSMnx's save_graphml."
        )
    places = xy.set_axis(pd.Index(nodes["id"])).reset_index(names="id").drop_duplicates()
    twice = places["id"].duplicated()
    if twice.any():
        raise SchemaError(
            f"{shown}: {int(twice.sum())} of {len(nodes)} nodes repeat the key of another that "
            f"stands elsewhere, the first is {places.loc[twice, 'id'].iloc[0]!r}. Give each node a "
            "key of its own."
        )
    found: pd.DataFrame = places.set_index("id")
    return found


def edge_lines(
    ends: Sequence[tuple[Any, Any]],
    places: pd.DataFrame,
    drawn: Sequence[Any],
    *,
    shown: str,
) -> NDArray[np.object_]:
    """
    Draw edges between nodes.

    Parameters
    ----------
    ends : sequence of tuple
        Keys of the end nodes of each edge.
    places : DataFrame
        As `node_places` gives it.
    drawn : sequence
        Geometry of each edge, as shapely holds it or as WKT; nothing where it is straight.
    shown : str
        The file or layer, for messages.

    Returns
    -------
    ndarray of LineString
        One for each edge.

    Raises
    ------
    SchemaError
        If an edge names no node, or its geometry cannot be read.
    """
    keys = pd.Index([key for pair in ends for key in pair])
    rows = places.index.get_indexer(keys).reshape(-1, 2)
    if (rows < 0).any():
        raise SchemaError(
            f"{shown}: {int((rows < 0).any(axis=1).sum())} edges name no node. Write the graph "
            "again, nodes and edges together."
        )
    lines = np.asarray(shapely.linestrings(places.to_numpy()[rows]), dtype=object)
    given = np.array([_is_drawn(one) for one in drawn], dtype=bool)
    if given.any():
        shapes = [one for one, is_given in zip(drawn, given, strict=True) if is_given]
        read = [shapely.from_wkt(one, on_invalid="ignore") if isinstance(one, str) else one
                for one in shapes]  # fmt: skip
        lost = sum(not shapely.is_geometry(one) for one in read)
        if lost:
            raise SchemaError(
                f"{shown}: the geometry of {lost} edges cannot be read. It should be WKT, "
                "LINESTRING (…), as OSMnx's save_graphml writes it."
            )
        lines[given] = read
    return lines


def _is_drawn(shape: object) -> bool:
    return shapely.is_geometry(shape) or (isinstance(shape, str) and bool(shape.strip()))


def graph_crs(said: Any) -> "CRS":  # noqa: ANN401 (whatever pyproj takes)
    """
    Read the CRS that a graph names, in every way that OSMnx has written it.

    Parameters
    ----------
    said : str or whatever pyproj takes
        ``epsg:4326``, WKT, PROJ, or a dictionary written as text: ``{'init': 'epsg:4326'}`` and
        ``{'proj': 'utm', 'zone': 49, …}`` before OSMnx 0.11.

    Returns
    -------
    pyproj.CRS
        The CRS.

    Raises
    ------
    CRSError
        If it cannot be read.

    Examples
    --------
    >>> graph_crs("{'init': 'epsg:4326'}").to_epsg()
    4326
    >>> graph_crs("{'datum': 'WGS84', 'proj': 'utm', 'zone': 49, 'units': 'm'}").to_epsg()
    32649
    """
    text = said.strip() if isinstance(said, str) else said
    if isinstance(text, str) and text.startswith("{"):
        try:
            text = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            text = said
    if isinstance(text, dict):
        text = _of_parts(text)
    if isinstance(text, str) and (init := re.search(r"(?i)\binit\s*=\s*([a-z]+:\d+)", text)):
        text = init[1]
    if isinstance(text, str) and (shown := re.match(r"(?i)<.*CRS: *([a-z]+:\d+)>", text)):
        text = shown[1]
    return parse_crs(text.upper() if isinstance(text, str) and _is_code(text) else text)


def _of_parts(parts: dict[Any, Any]) -> Any:  # noqa: ANN401
    """Write PROJ's parameters, held in a dictionary, in one line."""
    if "init" in parts:
        return str(parts["init"])
    if "type" in parts and "proj" not in parts:
        return parts  # PROJ's JSON
    words = (f"+{key}" if value is True else f"+{key}={value}" for key, value in parts.items())
    return " ".join(words)


def _is_code(text: str) -> bool:
    return re.fullmatch(r"(?i)[a-z]+:\d+", text) is not None


def known_crs(said: Any, *, stated: bool, shown: str) -> "CRS | None":  # noqa: ANN401
    """
    Read the CRS that a graph names; one that cannot be read is no matter where another is stated.

    Raises
    ------
    CRSError
        If it cannot be read and none is stated.
    """
    if not said:
        return None
    try:
        return graph_crs(said)
    except CRSError as error:
        if stated:
            return None
        raise CRSError(
            f"{shown} names its CRS as {said!r}, which cannot be read. State it with "
            "source_crs='EPSG:4326' (in a plan: crs = 'EPSG:4326' under the layer)."
        ) from error
