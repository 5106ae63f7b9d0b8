"""Routes from places to their nearest seed, and the places that are worst served, for maps."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.streets.edge_pieces import edge_pieces
from geoplan.analyses.streets.reach import cost_at, ways_from
from geoplan.analyses.streets.search_graph import part_cost_m, search_costs_m, share_along
from geoplan.core.errors import ParameterError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.analyses.streets.reach import Reach
    from geoplan.analyses.streets.snap import Snapped
    from geoplan.layers.network.walk_network import WalkNetwork

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def worst_served(cost_m: "Floats", xy_m: "Floats", *, count: int, apart_m: float) -> "Ints":
    """
    Choose the places that are furthest from their nearest seed, apart from each other.

    Parameters
    ----------
    cost_m : ndarray, n
        Cost of each place; those that reach nothing (infinite) are not chosen.
    xy_m : ndarray, n × 2
        Where they are.
    count : int
        How many to choose at most.
    apart_m : float
        Straight line between any two chosen ones, at least; 0 for any.

    Returns
    -------
    ndarray of int64
        Their positions, the furthest first.

    Raises
    ------
    ParameterError
        If `count` or `apart_m` is below 0.

    Examples
    --------
    >>> cost_m, xy_m = np.array([900.0, 890.0, 500.0]), np.array([[0, 0], [5, 0], [99, 0]])
    >>> worst_served(cost_m, xy_m, count=2, apart_m=50).tolist()
    [0, 2]
    """
    if count < 0 or not apart_m >= 0:
        raise ParameterError(f"`count` is {count} and `apart_m` {apart_m}; give 0 or more of both.")
    xy_m = np.asarray(xy_m, dtype=np.float64)
    left_m = np.where(np.isfinite(cost_m), cost_m, -1.0)
    chosen: list[int] = []
    while len(chosen) < count and len(left_m) and left_m.max() >= 0:
        worst = int(np.argmax(left_m))
        chosen.append(worst)
        left_m[np.hypot(*(xy_m - xy_m[worst]).T) < apart_m] = -1.0
        left_m[worst] = -1.0
    return np.array(chosen, dtype=np.int64)


def routes(network: "WalkNetwork", reached: "Reach", places: "Snapped") -> "GeoDataFrame":
    """
    Draw the shortest way between places and their nearest seed.

    Parameters
    ----------
    network : WalkNetwork
        The network that was searched.
    reached : Reach
        What `reach` found.
    places : Snapped
        Places on the network, a few hundred at most: they are drawn node by node.

    Returns
    -------
    GeoDataFrame
        One row per place that reaches a seed, in the network's CRS.

        ============ ======= ==== ===================================================
        column       dtype   unit meaning
        ============ ======= ==== ===================================================
        ``place``    int64   1    position in `places`
        ``seed``     int64   1    position in ``reached.seeds``
        ``cost_m``   float64 m    cost with both legs, as `cost_at` gives it
        ``length_m`` float64 m    length along the edges
        ``geometry`` line    m    from foot to foot, in the direction of walking
        ============ ======= ==== ===================================================

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geoplan.analyses import reach, snap_points
    >>> from geoplan.layers import load_walk_network
    >>> streets = shapely.linestrings([[(0, 0), (100, 0)], [(100, 0), (100, 50)]])
    >>> network = load_walk_network(gpd.GeoDataFrame(geometry=streets, crs=4547), crs="EPSG:4547")
    >>> stop, house = (snap_points([xy], network, limit_m=9) for xy in [(30, 0), (100, 45)])
    >>> found = routes(network, reach(network, stop, limit_m=500), house)
    >>> found.length_m.item(), found.geometry.item().wkt
    (115.0, 'LINESTRING (100 45, 100 0, 30 0)')
    """
    import geopandas as gpd

    cost_m, seed = cost_at(network, reached, places)
    rows = np.flatnonzero(seed >= 0)
    steps = _steps(network, reached, places.take(rows))
    back = reached.direction == "from_seeds"
    lines = edge_pieces(network, steps.edge, steps.start_m, steps.end_m)
    xy, piece = shapely.get_coordinates(lines, return_index=True)
    route = steps.route[piece]
    geometry = np.asarray(shapely.linestrings(xy, indices=route), dtype=object)
    geometry = shapely.remove_repeated_points(geometry)
    length_m = np.bincount(steps.route, np.abs(steps.end_m - steps.start_m), minlength=len(rows))
    return gpd.GeoDataFrame(
        {"place": rows, "seed": seed[rows], "cost_m": cost_m[rows], "length_m": length_m},
        geometry=shapely.reverse(geometry) if back else geometry,
        crs=network.crs,
    )


@dataclass(frozen=True)
class _Steps:
    """Pieces of edges that make up routes, from place to seed, one route after another."""

    route: "Ints"
    edge: "Ints"
    start_m: "Floats"
    end_m: "Floats"


def _steps(network: "WalkNetwork", reached: "Reach", places: "Snapped") -> _Steps:
    count = len(places.edge)
    ways_m, ways_seed = ways_from(network, reached, places)
    way, all_rows = np.argmin(ways_m, axis=0), np.arange(count)
    straight = way >= 2
    last = reached.seeds.along_m[ways_seed[way, all_rows]]
    end_m = np.where(way == 0, 0.0, np.where(way == 1, network.length_m[places.edge], last))
    parts = [(all_rows, places.edge, places.along_m, end_m)]
    node = np.where(way == 0, network.edge_u[places.edge], network.edge_v[places.edge])
    rows = np.flatnonzero(~straight)
    node = node[rows]
    hops = []
    while len(rows):
        before = reached.node_before[node]
        there = before < 0
        parts_end = _last_piece(network, reached, node[there])
        hops.append((rows[there], *parts_end))
        rows, node, before = rows[~there], node[~there], before[~there]
        if len(rows):
            hops.append((rows, *_hop(network, reached, node, before)))
        node = before
    parts += hops
    route, edge, start_m, end = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(route, kind="stable")
    return _Steps(route[order], edge[order], start_m[order], end[order])


def _last_piece(
    network: "WalkNetwork", reached: "Reach", node: "Ints"
) -> "tuple[Ints, Floats, Floats]":
    """From a node beside a seed to the seed, by the cheaper end where both are the node."""
    onward_m, back_m = search_costs_m(network, reached.direction)
    seeds = reached.seeds.take(reached.node_seed[node])
    edge, share = seeds.edge, share_along(network, seeds)
    by_u = np.where(network.edge_u[edge] == node, part_cost_m(back_m[edge], share), np.inf)
    by_v = np.where(network.edge_v[edge] == node, part_cost_m(onward_m[edge], 1 - share), np.inf)
    return edge, np.where(by_u <= by_v, 0.0, network.length_m[edge]), seeds.along_m


def _hop(
    network: "WalkNetwork", reached: "Reach", node: "Ints", before: "Ints"
) -> "tuple[Ints, Floats, Floats]":
    """Find the cheapest edge between a node and the next one on the way to the seed."""
    onward_m, back_m = search_costs_m(network, reached.direction)
    wanted, place = np.unique(before * network.node_count + node, return_inverse=True)
    found = []
    for start, end, price in (
        (network.edge_u, network.edge_v, onward_m),
        (network.edge_v, network.edge_u, back_m),
    ):
        key = start * network.node_count + end
        at = np.minimum(np.searchsorted(wanted, key), len(wanted) - 1)
        edges = np.flatnonzero(wanted[at] == key)
        found.append((at[edges], price[edges], edges, np.full(len(edges), start is network.edge_u)))
    at, price, edges, along = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((edges, price, at))
    first = order[np.diff(at[order], prepend=-1) > 0][place]
    edge, length_m = edges[first], network.length_m[edges[first]]
    # The search went along the edge from `before`; the walker comes the other way.
    return edge, np.where(along[first], length_m, 0.0), np.where(along[first], 0.0, length_m)
