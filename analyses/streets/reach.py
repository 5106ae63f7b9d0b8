"""How far it is from every node to the nearest of many places: one search, bounded."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.streets.same_edge import running_best
from geoplan.analyses.streets.search_graph import (
    Direction,
    part_cost_m,
    search_costs_m,
    search_graph,
    share_along,
)
from geoplan.core.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.analyses.streets.snap import Snapped
    from geoplan.layers.network.walk_network import WalkNetwork

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Sums of edges in another order differ in their last bits; nobody at the limit is lost to that.
_ROUNDING_M = 1e-6


@dataclass(frozen=True)
class Reach:
    """
    Walking costs between every node of a network and its nearest seed.

    Parameters
    ----------
    node_cost_m : ndarray, n
        Cost in metres of flat walking, the seed's start cost included; infinite beyond the limit.
    node_seed : ndarray of int64, n
        The nearest seed, as a position in `seeds`; -1 beyond the limit.
    node_before : ndarray of int64, n
        The next node on the way to the seed; -1 where the way goes along one edge to the seed
        itself, and beyond the limit.
    seeds : Snapped
        The seeds.
    seed_cost_m : ndarray, s
        What each starts with; infinite where it does not lie on the network.
    limit_m : float
        Where the search ended.
    direction : {"to_seeds", "from_seeds"}
        Which way one walks.
    """

    node_cost_m: "Floats"
    node_seed: "Ints"
    node_before: "Ints"
    seeds: "Snapped"
    seed_cost_m: "Floats"
    limit_m: float
    direction: Direction


def reach(
    network: "WalkNetwork",
    seeds: "Snapped",
    *,
    limit_m: float,
    seed_cost_m: "Floats | None" = None,
    direction: Direction = "to_seeds",
) -> Reach:
    """
    Find the nearest seed of every node, in one search that ends at a limit.

    Parameters
    ----------
    network : WalkNetwork
        The network.
    seeds : Snapped
        Facilities or their entrances; those not on the network (edge -1) reach nobody.
    limit_m : float
        Cost in metres at which the search ends, 0 or more; ``inf`` for all.
    seed_cost_m : ndarray, s, optional
        What each seed starts with, 0 or more; by default its leg to the network,
        ``seeds.access_m``.
    direction : {"to_seeds", "from_seeds"}
        Which way one walks; it matters on one-way streets and slopes. By default people walk
        towards the facility.

    Returns
    -------
    Reach
        Cost, seed and next node, for every node.

    Raises
    ------
    ParameterError
        If a limit, cost or direction is out of range, or a seed lies on an edge that is not there.

    Notes
    -----
    Dijkstra's search [1]_ from all seeds at once: a node beside a seed starts with the cost of the
    part of the edge between them, so that part-way seeds are exact and no edge is cut. Costs are
    in the network's metres of flat walking. Cost: m log n for m edges and n nodes within the limit,
    however many seeds there are.

    References
    ----------
    .. [1] Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. *Numerische
       Mathematik* 1, 269-271.

    Examples
    --------
    A stop 30 m along a street of 100 m:

    >>> import geopandas as gpd
    >>> import shapely
    >>> from geoplan.analyses.streets.snap import snap_points
    >>> from geoplan.layers import load_walk_network
    >>> street = gpd.GeoDataFrame(geometry=shapely.linestrings([[(0, 0), (100, 0)]]), crs=4547)
    >>> network = load_walk_network(street, crs="EPSG:4547")
    >>> stop = snap_points([(30, 0)], network, limit_m=50)
    >>> reach(network, stop, limit_m=500).node_cost_m.tolist()
    [30.0, 70.0]
    """
    start_m = seeds.access_m if seed_cost_m is None else np.asarray(seed_cost_m, dtype=np.float64)
    start_m = np.where(seeds.edge >= 0, start_m, np.inf)
    _check(network, seeds, start_m, limit_m, direction)
    nodes = network.node_count
    node, cost_m, seed = _starts(network, seeds, start_m, limit_m, direction)
    node_cost_m = np.full(nodes, np.inf)
    node_seed, node_before = np.full((2, nodes), -1, dtype=np.int64)
    if len(node):
        from scipy.sparse.csgraph import dijkstra

        found_m, before, source = dijkstra(
            search_graph(network, node, cost_m, direction),
            indices=np.arange(nodes, nodes + len(node)),
            limit=limit_m + _ROUNDING_M,
            return_predecessors=True,
            min_only=True,
        )
        reached = np.flatnonzero(np.isfinite(found_m[:nodes]))
        node_cost_m = found_m[:nodes]
        node_seed[reached] = seed[source[reached] - nodes]
        node_before[reached] = np.where(before[reached] < nodes, before[reached], -1)
    return Reach(node_cost_m, node_seed, node_before, seeds, start_m, limit_m, direction)


def cost_at(network: "WalkNetwork", reached: Reach, places: "Snapped") -> "tuple[Floats, Ints]":
    """
    Give the walking cost between places on the network and their nearest seed.

    Parameters
    ----------
    network : WalkNetwork
        The network that was searched.
    reached : Reach
        What `reach` found.
    places : Snapped
        Places, perhaps part-way along edges.

    Returns
    -------
    cost_m : ndarray, n
        Metres of flat walking: the leg from the place to the network, the way, and the seed's
        start cost, all together. Infinite beyond the limit and off the network.
    seed : ndarray of int64, n
        The nearest seed; -1 where the cost is infinite.

    Notes
    -----
    Exact: the least of the ways through either end of the edge and of the ways along it to the
    seeds that lie on the same edge.

    Examples
    --------
    A stop 30 m along a street, a house at 80 m and 15 m beside it:

    >>> import geopandas as gpd
    >>> import shapely
    >>> from geoplan.analyses.streets.snap import snap_points
    >>> from geoplan.layers import load_walk_network
    >>> street = gpd.GeoDataFrame(geometry=shapely.linestrings([[(0, 0), (100, 0)]]), crs=4547)
    >>> network = load_walk_network(street, crs="EPSG:4547")
    >>> stop, house = (snap_points([xy], network, limit_m=50) for xy in [(30, 0), (80, 15)])
    >>> cost_m, seed = cost_at(network, reach(network, stop, limit_m=500), house)
    >>> cost_m.tolist(), seed.tolist()
    ([65.0], [0])
    """
    cost_m = np.full(len(places.edge), np.inf)
    seed = np.full(len(places.edge), -1, dtype=np.int64)
    rows = np.flatnonzero(places.edge >= 0)
    if not len(rows):
        return cost_m, seed
    ways_m, ways_seed = ways_from(network, reached, places.take(rows))
    whole_m, nearest = ways_m[0], ways_seed[0]
    for way_m, way_seed in zip(ways_m[1:], ways_seed[1:], strict=True):
        better = way_m < whole_m
        nearest = np.where(better, way_seed, nearest)
        whole_m = np.where(better, way_m, whole_m)
    whole_m = whole_m + places.access_m[rows]
    # Without a limit, a place that no way leads to is still not reached.
    within = np.isfinite(whole_m) & (whole_m <= reached.limit_m + _ROUNDING_M)
    cost_m[rows[within]] = whole_m[within]
    seed[rows[within]] = nearest[within]
    return cost_m, seed


def ways_from(network: "WalkNetwork", reached: Reach, places: "Snapped") -> "tuple[Floats, Ints]":
    """
    Give the cost of each way that a place on an edge can go.

    Parameters
    ----------
    network : WalkNetwork
        The network that was searched.
    reached : Reach
        What `reach` found.
    places : Snapped
        Places, each on an edge.

    Returns
    -------
    tuple of ndarray, 4 × n
        Cost without the place's own leg, and the seed: through u, through v, and along the edge
        itself towards u and towards v.
    """
    onward_m, back_m = search_costs_m(network, reached.direction)
    edge, share = places.edge, share_along(network, places)
    u, v = network.edge_u[edge], network.edge_v[edge]
    onward_m, back_m = onward_m[edge], back_m[edge]
    along_m, along_seed = _same_edge(network, reached, edge, share, onward_m, back_m)
    ways_m = np.stack(
        [
            reached.node_cost_m[u] + part_cost_m(onward_m, share),
            reached.node_cost_m[v] + part_cost_m(back_m, 1.0 - share),
            *along_m,
        ]
    )
    return ways_m, np.stack([reached.node_seed[u], reached.node_seed[v], *along_seed])


def _check(
    network: "WalkNetwork", seeds: "Snapped", start_m: "Floats", limit_m: float, direction: str
) -> None:
    if not limit_m >= 0:
        raise ParameterError(f"`limit_m` is {limit_m}; it is a cost in metres, 0 or more.")
    if direction not in ("to_seeds", "from_seeds"):
        raise ParameterError(f"`direction` is {direction!r}; give 'to_seeds' or 'from_seeds'.")
    if start_m.shape != seeds.edge.shape or not (start_m >= 0).all():
        raise ParameterError(
            "`seed_cost_m` must hold one number per seed, each 0 or more; "
            f"there are {len(seeds.edge)} seeds."
        )
    if len(seeds.edge) and seeds.edge.max() >= network.edge_count:
        raise ParameterError(
            f"`seeds` lie on edge {seeds.edge.max()}, but the network has {network.edge_count} "
            "edges. Snap them to the network that is searched."
        )


def _starts(
    network: "WalkNetwork",
    seeds: "Snapped",
    start_m: "Floats",
    limit_m: float,
    direction: Direction,
) -> "tuple[Ints, Floats, Ints]":
    """Nodes beside seeds, what the search pays to get there, and the seed that is cheapest."""
    onward_m, back_m = search_costs_m(network, direction)
    on = np.flatnonzero(np.isfinite(start_m))
    edge, share = seeds.edge[on], share_along(network, seeds.take(on))
    node = np.concatenate([network.edge_u[edge], network.edge_v[edge]])
    cost_m = np.concatenate(
        [
            start_m[on] + part_cost_m(back_m[edge], share),
            start_m[on] + part_cost_m(onward_m[edge], 1.0 - share),
        ]
    )
    seed = np.concatenate([on, on])
    near = cost_m <= limit_m + _ROUNDING_M
    node, cost_m, seed = node[near], cost_m[near], seed[near]
    order = np.lexsort((seed, cost_m, node))
    first = order[np.diff(node[order], prepend=-1) > 0]
    return node[first], cost_m[first], seed[first]


def _same_edge(
    network: "WalkNetwork",
    reached: Reach,
    edge: "Ints",
    share: "Floats",
    onward_m: "Floats",
    back_m: "Floats",
) -> "tuple[Floats, Ints]":
    """Cheapest seed on the same edge before each place, and after it: costs and seeds, 2 × n."""
    cost_m, seed = np.full((2, len(edge)), np.inf), np.full((2, len(edge)), -1, dtype=np.int64)
    on = np.flatnonzero(np.isfinite(reached.seed_cost_m))
    taken = np.zeros(network.edge_count, dtype=bool)
    taken[reached.seeds.edge[on]] = True
    rows = np.flatnonzero(taken[edge])
    if not len(rows):
        return cost_m, seed
    seeds = reached.seeds.take(on)
    at, start_m = share_along(network, seeds), reached.seed_cost_m[on]
    prices = search_costs_m(network, reached.direction)
    for side, (sign, price) in enumerate(zip((1.0, -1.0), prices, strict=True)):
        # What a seed would cost at share 0 if one paid the edge's price all along.
        finite = np.isfinite(price[seeds.edge])
        reduced_m = start_m[finite] - sign * price[seeds.edge[finite]] * at[finite]
        best = running_best(
            seeds.edge[finite], sign * at[finite], reduced_m, edge[rows], sign * share[rows]
        )
        hit = np.flatnonzero(best >= 0)
        pick, row = on[finite][best[hit]], rows[hit]
        whole = (onward_m, back_m)[side][row]
        gap = np.abs(share[row] - at[finite][best[hit]])
        cost_m[side, row] = reached.seed_cost_m[pick] + whole * gap
        seed[side, row] = pick
    return cost_m, seed
