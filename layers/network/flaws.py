"""What is wrong with a walk network: islands, gaps, dead ends, edges without length or twice."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geoplan.core.errors import EmptyLayerError, ParameterError
from geoplan.core.notices import Notice
from geoplan.layers.network.build import Floats, Ints, Mask
from geoplan.layers.network.walk_network import LAYER, WalkNetwork

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

GAP_M = 2.0
"""A dead end that stops nearer than this to another edge was probably meant to meet it."""


@dataclass(frozen=True)
class NetworkReport:
    """
    What was found in a walk network.

    Parameters
    ----------
    components : DataFrame
        A row per connected part, the longest first, with the columns ``component``, ``nodes``,
        ``edges``, ``length_m``, ``length_share`` and, where people were given, ``population`` and
        ``population_share``: those nearest to an edge of the part.
    node_component : ndarray of int64
        Row of each node's part in `components`.
    dead_ends : int
        Nodes where one edge ends and no other begins.
    gaps : int
        Dead ends nearer than `GAP_M` to an edge that they do not meet.
    zero_length, self_loops, duplicates : int
        Edges without length; from a node to itself; that lie on another from end to end.
    notices : tuple of Notice
        The same for a reader; nothing of what is not there.
    """

    components: pd.DataFrame
    node_component: Ints
    dead_ends: int
    gaps: int
    zero_length: int
    self_loops: int
    duplicates: int
    notices: tuple[Notice, ...]


def network_report(
    network: WalkNetwork, *, population: "GeoDataFrame | None" = None
) -> NetworkReport:
    """
    Examine a walk network before anything is measured on it.

    Parameters
    ----------
    network : WalkNetwork
        The network.
    population : GeoDataFrame, optional
        Points or polygons with a column ``population``, in the CRS of the network; polygons stand
        at a point inside.

    Returns
    -------
    NetworkReport
        Parts, gaps and flawed edges, counted.

    Notes
    -----
    Parts hang together whatever the direction of one-way edges. An island is every part but the
    longest. A dead end is no flaw by itself: a gap is.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geoplan.layers.network.walk_network import load_walk_network
    >>> lines = shapely.linestrings([[(0, 0), (90, 0)], [(0, 50), (10, 50)]])
    >>> network = load_walk_network(
    ...     gpd.GeoDataFrame(geometry=lines, crs="EPSG:4547"), crs="EPSG:4547"
    ... )
    >>> network_report(network).components[["length_m", "length_share"]].to_numpy().tolist()
    [[90.0, 0.9], [10.0, 0.1]]
    """
    component, table = _components(network)
    lines = network.lines()
    tree = shapely.STRtree(lines)
    if population is not None:
        table = _with_population(table, component, network, tree, population)
    tips = _tips(network)
    counts = {
        "network_gaps": _gaps(network, tree, tips),
        "network_zero_length": int((network.length_m == 0).sum()),
        "network_self_loops": int((network.edge_u == network.edge_v).sum()),
        "network_duplicates": int(
            pd.Series(shapely.to_wkb(shapely.normalize(lines))).duplicated().sum()
        ),
    }
    notices = (
        *_island_notice(table, network),
        *(Notice(code, LAYER, n, network.edge_count) for code, n in counts.items() if n),
    )
    gaps, zero_length, self_loops, duplicates = counts.values()
    return NetworkReport(
        table, component, len(tips), gaps, zero_length, self_loops, duplicates, notices
    )


def without_islands(network: WalkNetwork, *, min_length_m: float) -> WalkNetwork:
    """
    Leave out the parts of a network that are cut off and short.

    A stop or a house that lies nearest to three metres of path behind a wall would be attached to
    these, and reach nothing.

    Parameters
    ----------
    network : WalkNetwork
        The network; not modified.
    min_length_m : float
        Parts shorter than this are left out; the longest never is.

    Returns
    -------
    WalkNetwork
        The rest, with a notice of what was left out in its record.

    Raises
    ------
    ParameterError
        If `min_length_m` is not a finite number above 0.
    """
    if not 0 < min_length_m < np.inf:
        raise ParameterError(
            f"`min_length_m` is {min_length_m}; wanted a length in metres above 0, below which an "
            "island is left out."
        )
    component, table = _components(network)
    kept = np.asarray((table["length_m"] >= min_length_m) | (table["component"] == 0))
    edges = kept[component[network.edge_u]]
    if edges.all():
        return network
    values = {
        "min_length_m": min_length_m,
        "share": float(table["length_share"][~kept].sum()),
    }
    notice = Notice("islands_left_out", LAYER, int((~kept).sum()), len(kept), values)
    record = replace(
        network.record,
        rows_kept=int(edges.sum()),
        notices=(*network.record.notices, notice),
    )
    return replace(keep_edges(network, edges), record=record)


def island_lengths(network: WalkNetwork) -> Floats:
    """
    Say of each edge how long the island is that it lies on.

    Parameters
    ----------
    network : WalkNetwork
        The network.

    Returns
    -------
    ndarray, m
        Metres of all edges that hang together with it; infinite on the longest part, which is no
        island.

    Examples
    --------
    >>> from geoplan.layers.network.walk_network import load_walk_network
    >>> import geopandas as gpd
    >>> lines = shapely.linestrings([[(0, 0), (90, 0)], [(0, 50), (10, 50)]])
    >>> streets = gpd.GeoDataFrame(geometry=lines, crs="EPSG:4547")
    >>> island_lengths(load_walk_network(streets, crs="EPSG:4547")).tolist()
    [inf, 10.0]
    """
    component, table = _components(network)
    length_m = table["length_m"].to_numpy(dtype=np.float64).copy()
    length_m[:1] = np.inf
    return np.asarray(length_m[component[network.edge_u]])


def keep_edges(network: WalkNetwork, kept: Mask) -> WalkNetwork:
    """
    Keep some edges of a network, and the nodes that these need.

    Parameters
    ----------
    network : WalkNetwork
        The network; not modified.
    kept : ndarray of bool, m
        Which edges to keep.

    Returns
    -------
    WalkNetwork
        Nodes and edges in the same order, numbered anew.

    Raises
    ------
    EmptyLayerError
        If no edge is kept.
    """
    if not kept.any():
        raise EmptyLayerError(f"{LAYER}: no edge would be left.")
    used = np.zeros(network.node_count, dtype=bool)
    used[network.edge_u[kept]] = used[network.edge_v[kept]] = True
    number = np.cumsum(used) - 1
    sizes = np.diff(network.offsets)
    return replace(
        network,
        node_xy_m=network.node_xy_m[used],
        edge_u=number[network.edge_u[kept]],
        edge_v=number[network.edge_v[kept]],
        length_m=network.length_m[kept],
        forward_m=network.forward_m[kept],
        backward_m=network.backward_m[kept],
        offsets=np.concatenate([[0], np.cumsum(sizes[kept])]),
        vertex_xy_m=network.vertex_xy_m[np.repeat(kept, sizes)],
        edge_id=network.edge_id[kept],
        edge_class=network.edge_class[kept],
    )


def _components(network: WalkNetwork) -> tuple[Ints, pd.DataFrame]:
    """Tell the connected parts apart, the longest first."""
    count = network.node_count
    links = coo_array(
        (np.ones(network.edge_count, dtype=np.int8), (network.edge_u, network.edge_v)),
        shape=(count, count),
    )
    parts, label = connected_components(links, directed=False)
    of_edge = label[network.edge_u]
    length_m = np.bincount(of_edge, network.length_m, minlength=parts)
    order = np.argsort(-length_m, kind="stable")
    rank = np.empty(parts, dtype=np.int64)
    rank[order] = np.arange(parts)
    whole_m = max(float(length_m.sum()), np.finfo(np.float64).tiny)
    table = pd.DataFrame(
        {
            "component": np.arange(parts),
            "nodes": np.bincount(label, minlength=parts)[order],
            "edges": np.bincount(of_edge, minlength=parts)[order],
            "length_m": length_m[order],
            "length_share": length_m[order] / whole_m,
        }
    )
    return rank[label], table


def _with_population(
    table: pd.DataFrame,
    component: Ints,
    network: WalkNetwork,
    tree: shapely.STRtree,
    population: "GeoDataFrame",
) -> pd.DataFrame:
    from geopandas import GeoSeries

    places = shapely.point_on_surface(np.asarray(population.geometry.array, dtype=object))
    people: Floats = population["population"].to_numpy(dtype=np.float64)
    known = np.isfinite(people) & ~shapely.is_missing(places)
    # Neighbours ask for the same edges: in the order of a curve through them twice as fast.
    order = np.argsort(GeoSeries(places[known]).hilbert_distance().to_numpy())
    nearest = tree.nearest(places[known][order])
    part = component[network.edge_u[nearest]]
    persons = np.bincount(part, people[known][order], minlength=len(table))
    whole = max(float(persons.sum()), np.finfo(np.float64).tiny)
    return table.assign(population=persons, population_share=persons / whole)


def _tips(network: WalkNetwork) -> Ints:
    degree = np.bincount(
        np.concatenate([network.edge_u, network.edge_v]), minlength=network.node_count
    )
    return np.flatnonzero(degree == 1)


def _gaps(network: WalkNetwork, tree: shapely.STRtree, tips: Ints) -> int:
    """Count dead ends that stop short of an edge."""
    if not len(tips):
        return 0
    places = shapely.points(network.node_xy_m[tips])
    tip, edge = tree.query(places, predicate="dwithin", distance=GAP_M)
    node = tips[tip]
    own = (network.edge_u[edge] == node) | (network.edge_v[edge] == node)
    # The next edge of the same street is met at the other end of one's own.
    of_tip = np.full(network.node_count, -1)
    for end, other in ((network.edge_u, network.edge_v), (network.edge_v, network.edge_u)):
        of_tip[end] = other
    behind = of_tip[node]
    follows = (network.edge_u[edge] == behind) | (network.edge_v[edge] == behind)
    return len(np.unique(node[~own & ~follows]))


def _island_notice(table: pd.DataFrame, network: WalkNetwork) -> tuple[Notice, ...]:
    if len(table) == 1:
        return ()
    values = {"share": float(table["length_share"][1:].sum())}
    if "population_share" not in table:
        return (Notice("network_islands", LAYER, len(table) - 1, network.edge_count, values),)
    values["population_share"] = float(table["population_share"][1:].sum())
    return (Notice("network_islands_people", LAYER, len(table) - 1, network.edge_count, values),)
