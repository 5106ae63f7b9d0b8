"""Where one enters a park: entrances given, gates, paths across its edge, or points along it."""

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geoplan.analyses.streets.snap import snap_points
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import CRSError, ParameterError, SchemaError
from geoplan.core.notices import Notice
from geoplan.layers.network.build import STRUCTURE

if TYPE_CHECKING:
    from collections.abc import Callable

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.layers.network.walk_network import WalkNetwork

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Geometries = NDArray[np.object_]
    Found = tuple[Ints, Floats]

RULES = ("itself", "given", "gate", "crossing", "boundary")
"""How an entrance was found; ``itself`` is a facility that is a point without given entrances."""

_SAME_M = 1e-3


def make_entrances(
    facilities: "GeoDataFrame",
    network: "WalkNetwork",
    *,
    tolerance_m: float,
    given: "GeoDataFrame | None" = None,
    gates: "GeoDataFrame | None" = None,
    boundary_step_m: float | None = None,
    limit_m: float | None = None,
) -> "GeoDataFrame":
    """
    Find where one enters each of some polygons, by the first of four rules that finds anything.

    1. ``given``: points of `given` inside the polygon or near it.
    2. ``gate``: points of `gates` on its boundary or near it.
    3. ``crossing``: where an edge of the network crosses or touches its boundary, and where one
       ends inside or near it.
    4. ``boundary``: points along its boundary, those near enough to the network. Only when
       `boundary_step_m` is given, since a fence or a river would go unseen.

    Parameters
    ----------
    facilities : GeoDataFrame, n rows of Polygon, MultiPolygon or Point
        Parks, grounds, stations; in the CRS of the network. A point is its own entrance where
        `given` has none near it.
    network : WalkNetwork
        The network.
    tolerance_m : float
        How far from its boundary an entrance or gate may lie, and a path may end; 0 or more.
    given : GeoDataFrame of Point, optional
        Entrances that somebody surveyed. One near two facilities is an entrance of both.
    gates : GeoDataFrame of Point, optional
        Gates of OpenStreetMap: ``barrier=gate``, ``entrance=*``.
    boundary_step_m : float, optional
        Metres along the boundary between points of the last rule, above 0.
    limit_m : float, optional
        For the last rule: longest straight leg between the boundary and the network.

    Returns
    -------
    GeoDataFrame
        In the order of the facilities; none for a facility without any.

        ============ ======= ==== ==========================================
        column       dtype   unit meaning
        ============ ======= ==== ==========================================
        ``facility`` int64   1    position of its row in `facilities`
        ``rule``     str     1    one of ``RULES``
        ``geometry`` Point   m    the entrance
        ============ ======= ==== ==========================================

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or not that of the network.
    SchemaError
        If a facility is neither a polygon nor a point.
    ParameterError
        If a distance is out of range, or `boundary_step_m` comes without `limit_m`.

    See Also
    --------
    entrance_counts, entrance_notices : What to tell the reader about them.

    Notes
    -----
    Bridges and tunnels that pass a park over or under it are no way into it: they count where they
    come to the ground inside, or end there. This is known of networks that say which edges they
    are (OSM files, line layers with the columns). Bias: a street drawn a metre inside the boundary
    is one long row of entrances; a park mapped without its paths has no crossing. Where gates are
    mapped at all they win, also over paths that cross elsewhere. Cost: as many tests as edges meet
    boundaries.

    Examples
    --------
    A park with a street that ends in it:

    >>> import geopandas as gpd
    >>> from geoplan.layers import load_walk_network
    >>> street = gpd.GeoDataFrame(geometry=shapely.linestrings([[(0, 5), (60, 5)]]), crs=4547)
    >>> network = load_walk_network(street, crs="EPSG:4547")
    >>> park = gpd.GeoDataFrame(geometry=[shapely.box(50, 0, 90, 40)], crs=4547)
    >>> make_entrances(park, network, tolerance_m=0)
       facility      rule      geometry
    0         0  crossing  POINT (50 5)
    1         0  crossing  POINT (60 5)
    """
    import geopandas as gpd

    _check(network, facilities, given, gates)
    _check_distances(tolerance_m, boundary_step_m, limit_m)
    shapes = np.asarray(facilities.geometry, dtype=object)
    known = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    flat = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    _check_types(shapes[known])
    rules: dict[str, Callable[[NDArray[np.bool_]], Found]] = {
        "given": lambda left: _near(_points(given), shapes, left, tolerance_m),
        "itself": lambda left: _themselves(shapes, left & flat),
        "gate": lambda left: _near(_points(gates), _boundaries(shapes, left), left, tolerance_m),
        "crossing": lambda left: _crossings(network, shapes, left, tolerance_m),
        "boundary": lambda left: _along_boundary(network, shapes, left, boundary_step_m, limit_m),
    }
    left, facility, xy, rule = known, [], [], []
    for name, find in rules.items():
        rows, places = find(left)
        facility.append(rows)
        xy.append(places)
        rule += [name] * len(rows)
        left = left & ~np.isin(np.arange(len(shapes)), rows)
    number = np.concatenate(facility)
    order = np.argsort(number, kind="stable")
    points = shapely.points(np.concatenate(xy))
    return gpd.GeoDataFrame(
        {"facility": number[order], "rule": np.array(rule, dtype=object)[order]},
        geometry=np.asarray(points, dtype=object)[order],
        crs=facilities.crs,
    )


def entrance_counts(entrances: "GeoDataFrame") -> dict[str, int]:
    """
    Count the facilities whose entrances each rule found.

    Parameters
    ----------
    entrances : GeoDataFrame
        What `make_entrances` gave.

    Returns
    -------
    dict
        Rule -> facilities, for the rules that found any, in their order.
    """
    once = entrances.drop_duplicates("facility")["rule"].value_counts()
    return {rule: int(once[rule]) for rule in RULES if rule in once}


def entrance_notices(
    entrances: "GeoDataFrame", facility_count: int, *, subject: str
) -> tuple[Notice, ...]:
    """
    Tell the reader how entrances were found, and for how many facilities they were not.

    Parameters
    ----------
    entrances : GeoDataFrame
        What `make_entrances` gave.
    facility_count : int
        How many facilities there are.
    subject : str
        Name of their layer.

    Returns
    -------
    tuple of Notice
        ``entrances_by_<rule>`` for each rule used, and ``entrances_missing``.
    """
    counts = entrance_counts(entrances)
    notices = [
        Notice(f"entrances_by_{rule}", subject, count, facility_count)
        for rule, count in counts.items()
        if rule != "itself"
    ]
    missing = facility_count - sum(counts.values())
    if missing:
        notices.append(Notice("entrances_missing", subject, missing, facility_count))
    return tuple(notices)


def _check(
    network: "WalkNetwork", facilities: "GeoDataFrame", *points: "GeoDataFrame | None"
) -> None:
    layers = {"facilities": facilities}
    layers |= {
        name: layer
        for name, layer in zip(("given", "gates"), points, strict=True)
        if layer is not None
    }
    require_metric_crs(**layers)
    if facilities.crs != network.crs:
        raise CRSError(
            f"`facilities` is in {facilities.crs.to_string()}, the network in {network.crs}. "
            "Load both with the same `crs`."
        )


def _check_distances(
    tolerance_m: float, boundary_step_m: float | None, limit_m: float | None
) -> None:
    if not 0 <= tolerance_m < np.inf:
        raise ParameterError(f"`tolerance_m` is {tolerance_m}; give metres, 0 or more.")
    if boundary_step_m is None:
        return
    if not 0 < boundary_step_m < np.inf:
        raise ParameterError(f"`boundary_step_m` is {boundary_step_m}; give metres above 0.")
    if limit_m is None:
        raise ParameterError(
            "`boundary_step_m` was given without `limit_m`, the longest straight leg between a "
            "boundary and the network; give both, e.g. limit_m=50."
        )


def _check_types(shapes: "Geometries") -> None:
    kinds = shapely.GeometryType
    wanted = (kinds.POINT, kinds.POLYGON, kinds.MULTIPOLYGON)
    wrong = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), wanted))
    if len(wrong):
        raise SchemaError(
            f"`facilities`: {len(wrong)} of {len(shapes)} rows are neither polygons nor points, "
            f"e.g. a {shapes[wrong[0]].geom_type}; entrances are found for those only."
        )


def _points(layer: "GeoDataFrame | None") -> "Geometries":
    if layer is None:
        return np.zeros(0, dtype=object)
    points = np.asarray(layer.geometry, dtype=object)
    return np.asarray(points[~(shapely.is_missing(points) | shapely.is_empty(points))])


def _boundaries(shapes: "Geometries", left: "NDArray[np.bool_]") -> "Geometries":
    lines = np.full(len(shapes), None, dtype=object)
    lines[left] = shapely.boundary(shapes[left])
    return lines


def _near(
    points: "Geometries", shapes: "Geometries", left: "NDArray[np.bool_]", tolerance_m: float
) -> "Found":
    """Points within a tolerance of shapes, or inside them."""
    rows = np.flatnonzero(left)
    tree = shapely.STRtree(shapes[rows])
    point, shape = tree.query(points, predicate="dwithin", distance=tolerance_m)
    order = np.lexsort((point, shape))
    return rows[shape[order]], shapely.get_coordinates(points[point[order]])


def _themselves(shapes: "Geometries", left: "NDArray[np.bool_]") -> "Found":
    rows = np.flatnonzero(left)
    return rows, shapely.get_coordinates(shapes[rows])


def _crossings(
    network: "WalkNetwork", shapes: "Geometries", left: "NDArray[np.bool_]", tolerance_m: float
) -> "Found":
    """Where edges meet boundaries, and where dead ends lie inside or near."""
    rows = np.flatnonzero(left)
    if not len(rows):
        return rows, np.zeros((0, 2))
    usable = np.isfinite(network.forward_m) | np.isfinite(network.backward_m)
    lines = network.lines()[usable]
    borders, owner = _border_segments(shapes[rows])
    line, border = shapely.STRtree(borders).query(lines, predicate="intersects")
    kept = _lead_in(network, usable, line, rows[owner[border]], shapes)
    line, border = line[kept], border[kept]
    meet = shapely.intersection(lines[line], borders[border])
    xy, pair = shapely.get_coordinates(meet, return_index=True)
    degree = np.bincount(
        np.concatenate([network.edge_u[usable], network.edge_v[usable]]),
        minlength=network.node_count,
    )
    ends = np.asarray(shapely.points(network.node_xy_m[degree == 1]), dtype=object)
    inside, ends_xy = _near(ends, shapes, left, tolerance_m)
    return _once(np.concatenate([rows[owner[border[pair]]], inside]), np.vstack([xy, ends_xy]))


def _lead_in(
    network: "WalkNetwork",
    usable: "NDArray[np.bool_]",
    line: "Ints",
    shape: "Ints",
    shapes: "Geometries",
) -> "NDArray[np.bool_]":
    """Tell which crossings lead in: not those of bridges and tunnels that stay off its ground."""
    high = np.array([name.endswith(STRUCTURE) for name in network.class_names], dtype=bool)
    high = high[network.edge_class] & usable
    crossing = high[usable][line]
    if not crossing.any():
        return np.ones(len(line), dtype=bool)
    count = network.node_count
    links = coo_array(
        (np.ones(int(high.sum())), (network.edge_u[high], network.edge_v[high])),
        shape=(count, count),
    )
    chain = connected_components(links, directed=False)[1]
    met = [
        np.bincount(np.append(network.edge_u[which], network.edge_v[which]), minlength=count)
        for which in (high, usable & ~high)
    ]
    # A chain of bridges or tunnels comes to the ground where another edge begins, or it ends.
    down = np.flatnonzero((met[0] > 0) & ((met[1] > 0) | (met[0] == 1)))
    passed = np.unique(shape[crossing])
    grounds = np.asarray(shapely.points(network.node_xy_m[down]), dtype=object)
    node, which = shapely.STRtree(shapes[passed]).query(grounds, "intersects")
    lands = passed[which] * count + chain[down[node]]
    edge_chain = chain[network.edge_u[usable]][line]
    return ~crossing | np.isin(shape * count + edge_chain, lands)


def _border_segments(polygons: "Geometries") -> "tuple[Geometries, Ints]":
    """Straight segments of boundaries, and the polygon of each."""
    rings, polygon = shapely.get_parts(shapely.boundary(polygons), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    start = np.flatnonzero(ring[1:] == ring[:-1])
    segments = shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1))
    return np.asarray(segments, dtype=object), polygon[ring[start]]


def _once(facility: "Ints", xy: "Floats") -> "Found":
    """Drop repeats of a place, to the millimetre, and sort by facility."""
    key = np.column_stack([facility, np.round(xy / _SAME_M)])
    first = np.sort(np.unique(key, axis=0, return_index=True)[1])
    first = first[np.argsort(facility[first], kind="stable")]
    return facility[first], xy[first]


def _along_boundary(
    network: "WalkNetwork",
    shapes: "Geometries",
    left: "NDArray[np.bool_]",
    step_m: float | None,
    limit_m: float | None,
) -> "Found":
    """Points along outer rings, evenly and at most a step apart, those near the network."""
    rows = np.flatnonzero(left)
    if step_m is None or limit_m is None or not len(rows):
        return np.zeros(0, dtype=np.int64), np.zeros((0, 2))
    parts, shape = shapely.get_parts(shapes[rows], return_index=True)
    rings = shapely.get_exterior_ring(parts)
    count = np.ceil(shapely.length(rings) / step_m).astype(np.int64)
    ring = np.repeat(np.arange(len(rings)), count)
    rank = np.arange(len(ring)) - np.repeat(np.cumsum(count) - count, count)
    share = rank / count[ring]
    xy = shapely.get_coordinates(
        shapely.line_interpolate_point(rings[ring], share, normalized=True)
    )
    near = snap_points(xy, network, limit_m=limit_m).found
    return rows[shape[ring[near]]], xy[near]
