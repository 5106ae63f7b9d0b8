"""What a search pays on each edge, and the network as scipy wants it."""

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from geoplan.analyses.streets.snap import Snapped
    from geoplan.layers.network.walk_network import WalkNetwork

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Direction = Literal["to_seeds", "from_seeds"]

_LEAST = 1e-300


def search_costs_m(network: "WalkNetwork", direction: Direction) -> "tuple[Floats, Floats]":
    """
    Give what the search pays along each edge.

    Parameters
    ----------
    network : WalkNetwork
        The network.
    direction : {"to_seeds", "from_seeds"}
        Which way one walks.

    Returns
    -------
    tuple of ndarray
        Cost of getting further from the seeds along the edge from u to v, and from v to u. The
        search runs from the seeds; when people walk to them, it pays for the way back.
    """
    if direction == "to_seeds":
        return network.backward_m, network.forward_m
    return network.forward_m, network.backward_m


def share_along(network: "WalkNetwork", places: "Snapped") -> "Floats":
    """
    Give the share of their edge that lies before each of some places.

    Parameters
    ----------
    network : WalkNetwork
        The network.
    places : Snapped
        Places, each on an edge.

    Returns
    -------
    ndarray, n
        0 at u, 1 at v; 0 on an edge without length.
    """
    length_m = network.length_m[places.edge]
    # A place on an edge without length is 0 m along it.
    share = places.along_m / np.maximum(length_m, _LEAST)
    return np.minimum(np.maximum(share, 0.0), 1.0)


def part_cost_m(cost_m: "Floats", share: "Floats") -> "Floats":
    """
    Give the cost of a share of edges; no way is no cost even where walking is not allowed.

    Parameters
    ----------
    cost_m : ndarray, n
        Cost of each whole edge, perhaps infinite.
    share : ndarray, n
        Share that is walked, 0 to 1.

    Returns
    -------
    ndarray, n
        The product, and 0 for a share of 0.
    """
    with np.errstate(invalid="ignore"):
        cost_m = cost_m * share
    cost_m[share <= 0] = 0.0
    return cost_m


def search_graph(
    network: "WalkNetwork", start: "Ints", start_m: "Floats", direction: Direction
) -> "csr_array":
    """
    Write the network as a sparse matrix, with one node more for each start.

    Parameters
    ----------
    network : WalkNetwork
        The network.
    start : ndarray of int64, s
        Nodes beside seeds, none twice.
    start_m : ndarray, s
        What the search pays to get to each.
    direction : {"to_seeds", "from_seeds"}
        Which way one walks.

    Returns
    -------
    csr_array
        Row and column per node, then one per start, with one arc from it to its node. Costs of 0
        stay in the matrix, as arcs that cost nothing; parallel edges stay, each as its own arc, so
    that the matrix is for searches alone.

    Notes
    -----
    The part that is the same for all starts stays with the network.
    """
    from scipy.sparse import csr_array

    streets = network.kept(_to_seeds if direction == "to_seeds" else _from_seeds)
    ends = streets.indptr[-1] + np.arange(1, len(start) + 1, dtype=streets.indptr.dtype)
    size = network.node_count + len(start)
    return csr_array(
        (
            np.concatenate([streets.data, start_m]),
            np.concatenate([streets.indices, start], dtype=np.int32, casting="unsafe"),
            np.concatenate([streets.indptr, ends]),
        ),
        shape=(size, size),
    )


def _to_seeds(network: "WalkNetwork") -> "csr_array":
    return _streets(network, "to_seeds")


def _from_seeds(network: "WalkNetwork") -> "csr_array":
    return _streets(network, "from_seeds")


def _streets(network: "WalkNetwork", direction: Direction) -> "csr_array":
    """Row and column per node, and an entry per direction in which an edge may be walked."""
    from scipy.sparse import csr_array

    size = network.node_count
    costs_m = np.concatenate(search_costs_m(network, direction))
    tail = np.concatenate([network.edge_u, network.edge_v], dtype=np.int32, casting="unsafe")
    head = np.concatenate([network.edge_v, network.edge_u], dtype=np.int32, casting="unsafe")
    use = np.isfinite(costs_m)
    if not use.all():
        costs_m, tail, head = costs_m[use], tail[use], head[use]
    # Arc and tail in one number: sorting numbers is faster than sorting by them.
    key = tail.astype(np.int64)
    key <<= 32
    key |= np.arange(len(key))
    key.sort()
    arc = key & 0xFFFFFFFF
    indptr = np.zeros(size + 1, dtype=np.int32)
    np.cumsum(np.bincount(tail, minlength=size), out=indptr[1:])
    return csr_array((costs_m[arc], head[arc], indptr), shape=(size, size))
