"""Walking along the streets: the network, the legs to it, and how one enters a facility."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.core.crs import check_metric_crs, parse_crs, require_metric_crs
from geoplan.core.errors import CRSError, ParameterError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.core.extent import Extent
    from geoplan.layers.network.walk_network import WalkNetwork

    Geometries = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True)
class WalkAccess:
    """
    How people get from where they are to the walk network, along it, and into a facility.

    Parameters
    ----------
    network : WalkNetwork
        The streets and paths, in the CRS of the layers.
    snap_limit_m : float
        Longest straight leg between a place, or an entrance, and the network. Whoever is farther
        off reaches nothing, and is counted in a notice.
    land_width_m : float, optional
        How far to each side of a street its land goes. Required where a share is one of land.
    barriers : GeoDataFrame of lines or polygons, optional
        What a leg may not lie in, run along or cross: rivers, railways, walls.
    entrances : GeoDataFrame of Point, optional
        Entrances of the facilities that somebody surveyed.
    gates : GeoDataFrame of Point, optional
        Gates of OpenStreetMap, on the boundaries of the facilities.
    entrance_tolerance_m : float, optional
        How far from its facility an entrance or gate may lie, and a path may end to lead into it.
        Required where facilities are polygons, or `entrances` or `gates` are given.
    boundary_step_m : float, optional
        Polygons without entrance, gate or path are entered at points along their boundary, at most
        this far apart. By default they are not entered at all.
    speed_kmh : float, optional
        Walking speed, for minutes in layers and maps; no share depends on it.
    sample_m : float, optional
        Polygons of demand stand on the network at the points of a grid of this step inside them,
        each for an equal part; those too small for a point of the grid at one inner point. By
        default every polygon stands at one inner point, all or nothing.

    Raises
    ------
    ParameterError
        If a number is not finite and above 0 (`entrance_tolerance_m`: 0 or more).

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geoplan.layers import load_walk_network
    >>> street = gpd.GeoDataFrame(geometry=shapely.linestrings([[(0, 0), (100, 0)]]), crs=4547)
    >>> network = load_walk_network(street, crs="EPSG:4547")
    >>> WalkAccess(network=network, snap_limit_m=200, land_width_m=50).boundary_step_m is None
    True
    """

    network: "WalkNetwork"
    snap_limit_m: float
    land_width_m: float | None = None
    barriers: "GeoDataFrame | None" = None
    entrances: "GeoDataFrame | None" = None
    gates: "GeoDataFrame | None" = None
    entrance_tolerance_m: float | None = None
    boundary_step_m: float | None = None
    speed_kmh: float | None = None
    sample_m: float | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that mean nothing."""
        positive = ("snap_limit_m", "land_width_m", "boundary_step_m", "speed_kmh", "sample_m")
        for name in positive:
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ParameterError(f"WalkAccess(): `{name}` is {value}; wanted a number above 0.")
        tolerance = self.entrance_tolerance_m
        if tolerance is not None and not 0 <= tolerance < math.inf:
            raise ParameterError(
                f"WalkAccess(): `entrance_tolerance_m` is {tolerance}; wanted a number of at "
                "least 0."
            )
        count = self.network.edge_count
        if count and not np.isfinite([self.network.forward_m, self.network.backward_m]).any():
            raise ParameterError(
                f"WalkAccess(): `network` has {count:,} edges, and nobody may walk on any of them: "
                "all cost infinity in both directions. Check the barriers, gates and access rules "
                "that it was loaded with."
            )

    @property
    def walls(self) -> "Geometries | None":
        """Barriers as an array of geometries."""
        if self.barriers is None:
            return None
        walls = np.asarray(self.barriers.geometry, dtype=object)
        return np.asarray(walls[~(shapely.is_missing(walls) | shapely.is_empty(walls))])

    @cached_property
    def least_cost(self) -> float:
        """
        Least cost of a metre of any edge, at most 1.

        It is below 1 gently downhill, where Tobler's walkers are faster than on the flat, and on
        edges whose source states less than their length: a walk that costs 500 m may then be
        longer than 500 m.
        """
        network = self.network
        cost_m = np.minimum(network.forward_m, network.backward_m)
        known = (network.length_m > 0) & np.isfinite(cost_m)
        return float(np.min(cost_m[known] / network.length_m[known], initial=1.0))

    @property
    def extents(self) -> "dict[str, Extent | None]":
        """Extent of the network, under the name of its layer."""
        return {self.network.record.layer or "walk_network": self.network.extent}

    def facts(self) -> dict[str, Any]:
        """Give what a definition says of it."""
        record = self.network.record
        return {
            "network": record.layer or "walk_network",
            "network_as_of": record.as_of,
            "network_edge_count": self.network.edge_count,
            "network_length_m": float(self.network.length_m.sum()),
            "snap_limit_m": self.snap_limit_m,
            "land_width_m": self.land_width_m,
            "entrance_tolerance_m": self.entrance_tolerance_m,
            "boundary_step_m": self.boundary_step_m,
            "barrier_count": None if self.barriers is None else len(self.barriers),
            "speed_kmh": self.speed_kmh,
            "sample_m": self.sample_m,
            "least_cost": self.least_cost,
        }


def check_distance_kind(distance: str, walk: object) -> None:
    """
    Refuse a kind of distance that there is not, and a walk where none is measured.

    Raises
    ------
    ParameterError
        If `distance` is neither ``"straight"`` nor ``"network"``, or `walk` comes with the former.
    """
    if distance not in ("straight", "network"):
        raise ParameterError(
            f"`distance` is {distance!r}; wanted 'straight', or 'network' for along the streets."
        )
    if distance == "straight" and walk is not None:
        raise ParameterError(
            "`walk` was given with distance='straight', which does not walk along streets. Write "
            "distance='network', or leave `walk` out."
        )


def check_walk(walk: "WalkAccess | None", districts: "GeoDataFrame") -> WalkAccess:
    """
    Refuse a walk that cannot be measured with these districts.

    Parameters
    ----------
    walk : WalkAccess or None
        As given to an analysis.
    districts : GeoDataFrame
        In the study CRS.

    Returns
    -------
    WalkAccess
        As given.

    Raises
    ------
    ParameterError
        If there is none, or its network lies elsewhere.
    CRSError
        If the network is not in metres, or a layer is in another CRS than the districts.
    """
    if walk is None:
        raise ParameterError(
            "`walk` is missing: distance='network' is measured along streets. Pass "
            "walk=WalkAccess(network=load_walk_network(...), snap_limit_m=...); in a plan file, "
            'add a table [layers.walk_network], and network = "walk_network" and '
            "snap_limit_m = … to the indicator."
        )
    check_metric_crs(parse_crs(walk.network.crs), "`walk.network`")
    if districts.crs != walk.network.crs:
        raise CRSError(
            f"`districts` is in {districts.crs.to_string()}, the walk network in "
            f"{walk.network.crs}. Load both with the same `crs`."
        )
    named = {"entrances": walk.entrances, "gates": walk.gates, "barriers": walk.barriers}
    given = {name: layer for name, layer in named.items() if layer is not None}
    require_metric_crs(districts=districts, **given)
    west, south, east, north = districts.total_bounds
    xy_m, far = walk.network.vertex_xy_m, walk.snap_limit_m
    low, high = (xy_m.min(axis=0), xy_m.max(axis=0)) if len(xy_m) else (np.full(2, np.inf),) * 2
    apart = low[0] > east + far or high[0] < west - far or low[1] > north + far
    if apart or high[1] < south - far:
        raise ParameterError(
            f"the walk network (x {low[0]:,.0f} to {high[0]:,.0f}, y {low[1]:,.0f} to "
            f"{high[1]:,.0f}) does not overlap the districts (x {west:,.0f} to {east:,.0f}, y "
            f"{south:,.0f} to {north:,.0f}). Check the CRS of both, and the extent of the streets."
        )
    return walk
