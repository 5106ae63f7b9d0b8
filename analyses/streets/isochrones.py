"""The streets within reach, and polygons around them for maps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.streets.edge_pieces import edge_pieces
from geoplan.analyses.streets.search_graph import search_costs_m, share_along
from geoplan.analyses.streets.street_area import fill_holes, street_area
from geoplan.core.errors import ParameterError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoplan.analyses.streets.reach import Reach
    from geoplan.layers.network.walk_network import WalkNetwork

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Lines = NDArray[np.object_]
    Intervals = tuple[Ints, Floats, Floats]

_ROUNDING = 1e-9
_ROUNDING_M = 1e-6


@dataclass(frozen=True)
class ReachedPieces:
    """
    The parts of edges that lie within a cost of the nearest seed.

    Parameters
    ----------
    edge : ndarray of int64, p
        The edge of each; none of an edge's pieces overlap.
    start_m, end_m : ndarray, p
        Metres from u at which it starts and ends.
    """

    edge: "Ints"
    start_m: "Floats"
    end_m: "Floats"


def reached_pieces(network: "WalkNetwork", reached: "Reach", limit_m: float) -> ReachedPieces:
    """
    Find the parts of a network's edges from which the nearest seed is within a cost.

    Parameters
    ----------
    network : WalkNetwork
        The network that was searched.
    reached : Reach
        What `reach` found.
    limit_m : float
        Metres of flat walking, at most the limit of the search.

    Returns
    -------
    ReachedPieces
        Sorted by edge.

    Raises
    ------
    ParameterError
        If `limit_m` is beyond the limit of the search.

    Examples
    --------
    A stop 30 m along a street of 100 m, and what is within 50 m of it:

    >>> import geopandas as gpd
    >>> from geoplan.analyses import reach, snap_points
    >>> from geoplan.layers import load_walk_network
    >>> street = gpd.GeoDataFrame(geometry=shapely.linestrings([[(0, 0), (100, 0)]]), crs=4547)
    >>> network = load_walk_network(street, crs="EPSG:4547")
    >>> found = reach(network, snap_points([(30, 0)], network, limit_m=9), limit_m=50)
    >>> pieces = reached_pieces(network, found, 50)
    >>> pieces.start_m.tolist(), pieces.end_m.round(3).tolist()
    ([0.0], [80.0])
    """
    if not limit_m <= reached.limit_m + _ROUNDING_M:
        raise ParameterError(
            f"`limit_m` is {limit_m}, but the search ended at {reached.limit_m} m. Search further."
        )
    onward_m, back_m = search_costs_m(network, reached.direction)
    from_u = _share(limit_m - reached.node_cost_m[network.edge_u], onward_m)
    from_v = _share(limit_m - reached.node_cost_m[network.edge_v], back_m)
    whole = from_u + from_v >= 1.0
    ahead = np.flatnonzero((from_u > 0) & ~whole)
    behind = np.flatnonzero((from_v > 0) & ~whole)
    edge, low, high = _around_seeds(network, reached, limit_m)
    part = ~whole[edge]
    edge, low, high = _merged(
        np.concatenate([ahead, behind, edge[part]]),
        np.concatenate([np.zeros(len(ahead)), 1 - from_v[behind], low[part]]),
        np.concatenate([from_u[ahead], np.ones(len(behind)), high[part]]),
    )
    full = np.flatnonzero(whole)
    edge = np.concatenate([full, edge])
    low = np.concatenate([np.zeros(len(full)), low])
    high = np.concatenate([np.ones(len(full)), high])
    order = np.argsort(edge, kind="stable")
    edge = edge[order]
    return ReachedPieces(
        edge, low[order] * network.length_m[edge], high[order] * network.length_m[edge]
    )


def isochrones(
    network: "WalkNetwork",
    reached: "Reach",
    *,
    minutes: Sequence[float],
    speed_kmh: float,
    beside_m: float,
    fill_m2: float,
) -> "GeoDataFrame":
    """
    Draw the streets within some minutes of the nearest seed as polygons, for maps.

    Parameters
    ----------
    network : WalkNetwork
        The network that was searched.
    reached : Reach
        What `reach` found, at least as far as the most minutes.
    minutes : sequence of float
        Walking times, each above 0.
    speed_kmh : float
        Walking speed, above 0.
    beside_m : float
        How far to each side of a street its polygon goes, above 0.
    fill_m2 : float
        Holes smaller than this are filled: blocks between streets. Lakes should be larger.

    Returns
    -------
    GeoDataFrame
        One row per time, ascending, in the network's CRS; each polygon contains those before it.

        ============ ======= ==== ========================================
        column       dtype   unit meaning
        ============ ======= ==== ========================================
        ``minutes``  float64 min  walking time
        ``geometry`` polygon m    within it; empty where nothing is reached
        ============ ======= ==== ========================================

    Raises
    ------
    ParameterError
        If a number is out of range, or the search ended before the most minutes.

    Notes
    -----
    Buffers of the reached parts of edges, united; no hull, so that what lies behind a river or a
    motorway stays out. The polygons are pictures: shares are computed from places on edges.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geoplan.analyses import reach, snap_points
    >>> from geoplan.layers import load_walk_network
    >>> street = gpd.GeoDataFrame(geometry=shapely.linestrings([[(0, 0), (900, 0)]]), crs=4547)
    >>> network = load_walk_network(street, crs="EPSG:4547")
    >>> found = reach(network, snap_points([(0, 0)], network, limit_m=9), limit_m=800)
    >>> drawn = isochrones(
    ...     network, found, minutes=[10, 5], speed_kmh=4.8, beside_m=10, fill_m2=1e4
    ... )
    >>> drawn.minutes.tolist(), drawn.bounds.maxx.round(3).tolist()
    ([5.0, 10.0], [410.0, 810.0])
    """
    import geopandas as gpd

    for name, value in (("speed_kmh", speed_kmh), ("beside_m", beside_m)):
        if not 0 < value < np.inf:
            raise ParameterError(f"`{name}` is {value}; give a number above 0.")
    times = sorted(float(time) for time in minutes)
    if not times or not times[0] > 0 or not fill_m2 >= 0:
        raise ParameterError(
            f"`minutes` is {list(minutes)!r} and `fill_m2` {fill_m2}; give one or more times above "
            "0, and an area of 0 or more."
        )
    drawn: BaseGeometry = shapely.Polygon()
    before: ReachedPieces | None = None
    shapes = []
    for time in times:
        pieces = reached_pieces(network, reached, time * speed_kmh * 1000 / 60)
        new = _new_lines(network, pieces, before)
        added = street_area(new, beside_m, fill_m2=fill_m2)
        drawn = fill_holes(shapely.union_all([drawn, added]), fill_m2)
        shapes.append(drawn)
        before = pieces
    return gpd.GeoDataFrame({"minutes": times}, geometry=shapes, crs=network.crs)


def _share(left_m: "Floats", cost_m: "Floats") -> "Floats":
    """Share of an edge that what is left of the limit pays for."""
    with np.errstate(invalid="ignore"):
        share = np.divide(left_m, cost_m, out=np.ones_like(left_m), where=cost_m > 0)
    share[left_m < 0] = 0.0
    return np.asarray(np.clip(np.nan_to_num(share, nan=0.0, neginf=0.0), 0.0, 1.0))


def _around_seeds(network: "WalkNetwork", reached: "Reach", limit_m: float) -> "Intervals":
    """Edge, and shares of it before and after each seed, within the limit."""
    on = np.flatnonzero(reached.seed_cost_m <= limit_m)
    seeds = reached.seeds.take(on)
    onward_m, back_m = search_costs_m(network, reached.direction)
    left_m = limit_m - reached.seed_cost_m[on]
    at = share_along(network, seeds)
    low = np.maximum(at - _share(left_m, back_m[seeds.edge]), 0.0)
    high = np.minimum(at + _share(left_m, onward_m[seeds.edge]), 1.0)
    return seeds.edge, low, high


def _merged(edge: "Ints", low: "Floats", high: "Floats") -> "Intervals":
    """Unite overlapping intervals of the same edge."""
    if not len(edge):
        return edge, low, high
    order = np.lexsort((low, edge))
    edge, low, high = edge[order], low[order], high[order]
    # Shares end at 1, so that steps of 2 keep the running maximum of one edge off the next.
    step = 2.0 * np.cumsum(np.diff(edge, prepend=-1) > 0)
    furthest = np.maximum.accumulate(high + step)
    first = np.flatnonzero(np.r_[True, low[1:] + step[1:] > furthest[:-1] + _ROUNDING])
    last = np.r_[first[1:], len(edge)] - 1
    return edge[first], low[first], np.clip(furthest[last] - step[last], 0.0, 1.0)


def _new_lines(
    network: "WalkNetwork", pieces: ReachedPieces, before: ReachedPieces | None
) -> "Lines":
    """Lines of pieces, without edges that were wholly there before."""
    chosen = np.ones(len(pieces.edge), dtype=bool)
    if before is not None:
        whole = (before.start_m <= 0) & (before.end_m >= network.length_m[before.edge])
        chosen = ~np.isin(pieces.edge, before.edge[whole])
    return edge_pieces(network, pieces.edge[chosen], pieces.start_m[chosen], pieces.end_m[chosen])
