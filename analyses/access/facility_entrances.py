"""Doors: where facilities are entered, on the walk network, and what to tell of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.access.facility_texts import facility_texts
from geoplan.analyses.streets.entrances import entrance_counts, entrance_notices, make_entrances
from geoplan.analyses.streets.snap import Snapped, snap_points
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice
from geoplan.layers.network.flaws import island_lengths

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.analyses.streets.walk_access import WalkAccess

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Geometries = NDArray[np.object_]

SHORT_ISLAND_M = 1_000.0
"""A part of the network no longer than this in all that is cut off is a flaw of the map."""

_AREA = 2
_NAMED = 5


@dataclass(frozen=True)
class Doors:
    """
    Where facilities are entered, on the network.

    Parameters
    ----------
    shapes : array of geometry, m
        The facilities.
    points : array of Point, s
        Their entrances.
    facility : array of int, s
        Whose each is.
    snapped : Snapped
        The entrances on the network.
    start_m : array of float, s
        Metres between the facility and the network by this entrance.
    rule : array of str, s
        How each was found.
    rules : dict of str to int
        How many facilities are entered by each rule of `geoplan.analyses.streets.entrances`.
    notices : tuple of Notice
        Entrances found by rule, facilities that reach nobody.
    """

    shapes: "Geometries"
    points: "Geometries"
    facility: "Ints"
    snapped: Snapped
    start_m: "Floats"
    rule: "NDArray[np.object_]"
    rules: dict[str, int]
    notices: tuple[Notice, ...]

    @property
    def off_count(self) -> int:
        """How many facilities have no entrance on the network."""
        return len(self.shapes) - len(np.unique(self.facility[self.snapped.found]))


def find_doors(facilities: "GeoDataFrame", walk: "WalkAccess", *, name: str) -> Doors:
    """
    Find the entrances of facilities and put them on the network.

    Parameters
    ----------
    facilities : GeoDataFrame of Point, Polygon or MultiPolygon
        In the CRS of the network.
    walk : WalkAccess
        Network, legs and entrances.
    name : str
        Name of the layer, for notices and errors.

    Returns
    -------
    Doors
        Of all facilities.

    Raises
    ------
    ParameterError
        If `entrance_tolerance_m` is needed and missing, or none of the facilities has an entrance
        near the network, or barriers block them all, which is a mistake rather than a finding.
    SchemaError
        If a facility is neither a polygon nor a point.
    """
    shapes = np.asarray(facilities.geometry, dtype=object)
    areal = shapely.get_dimensions(shapes) == _AREA
    found = make_entrances(
        facilities,
        walk.network,
        tolerance_m=_tolerance_m(walk, name, needed=bool(areal.any())),
        given=walk.entrances,
        gates=walk.gates,
        boundary_step_m=walk.boundary_step_m,
        limit_m=walk.snap_limit_m,
    )
    facility = found["facility"].to_numpy(dtype=np.int64)
    points = np.asarray(found.geometry, dtype=object)
    snapped = snap_points(
        shapely.get_coordinates(points),
        walk.network,
        limit_m=walk.snap_limit_m,
        barriers=walk.walls,
    )
    # A gate a few metres before a park is not the park; the entrance of a station is the station.
    beyond_m = np.where(areal[facility], shapely.distance(points, shapes[facility]), 0.0)
    notices = _door_notices(found, snapped, facilities, name, walk)
    start_m = snapped.access_m + beyond_m
    rule = found["rule"].to_numpy(dtype=object)
    return Doors(shapes, points, facility, snapped, start_m, rule, entrance_counts(found), notices)


def _door_notices(
    found: "GeoDataFrame",
    snapped: Snapped,
    facilities: "GeoDataFrame",
    name: str,
    walk: "WalkAccess",
) -> tuple[Notice, ...]:
    count = len(facilities)
    notices = list(entrance_notices(found, count, subject=name))
    facility = found["facility"].to_numpy(dtype=np.int64)
    on = np.unique(facility[snapped.found])
    off = np.setdiff1d(facility, on)
    if count and not len(on):
        raise _nobody_enters(found, name, count, walk)
    if len(off):
        values = {"snap_limit_m": walk.snap_limit_m, "names": _names(facilities, off)}
        notices.append(Notice("facilities_off_network", name, len(off), count, values))
    return (*notices, *_island_notice(facility, snapped, facilities, name, walk))


def _nobody_enters(
    found: "GeoDataFrame", name: str, count: int, walk: "WalkAccess"
) -> ParameterError:
    """Say what keeps every facility off the network: barriers, or the limit."""
    xy = shapely.get_coordinates(np.asarray(found.geometry, dtype=object))
    near = snap_points(xy, walk.network, limit_m=walk.snap_limit_m).found
    facility = found["facility"].to_numpy(dtype=np.int64)
    blocked = len(np.unique(facility[near]))
    within = f"within snap_limit_m = {walk.snap_limit_m:g} m of the walk network"
    if not blocked:
        return ParameterError(
            f"`{name}`: none of the {count} has an entrance {within}. Check that both show the "
            "same city in the right CRS; else give entrances, boundary_step_m or a larger limit."
        )
    rest = f"; the other {count - blocked} have none so near" if blocked < count else ""
    return ParameterError(
        f"`{name}`: `barriers` block all that could be entered: {blocked} of {count} have an "
        f"entrance {within}, but each leg from it lies in, along or across a barrier{rest}. "
        "Check the barriers (a tunnel, or the park's own area, is none); else give entrances "
        "beyond them, or the missing bridges and paths in the network."
    )


def _island_notice(
    facility: "Ints",
    snapped: Snapped,
    facilities: "GeoDataFrame",
    name: str,
    walk: "WalkAccess",
) -> tuple[Notice, ...]:
    """Tell of facilities that hang on short islands only, where nobody from elsewhere gets."""
    island_m = island_lengths(walk.network)[snapped.edge[snapped.found]]
    longest_m = np.zeros(len(facilities))
    np.maximum.at(longest_m, facility[snapped.found], island_m)
    cut_off = np.flatnonzero((longest_m > 0) & (longest_m <= SHORT_ISLAND_M))
    if not len(cut_off):
        return ()
    whole_m = float(longest_m[cut_off].max())
    values = {
        "names": _names(facilities, cut_off),
        "length_m": whole_m,
        "min_island_m": float(np.floor(whole_m) + 1),
    }
    return (Notice("facilities_on_islands", name, len(cut_off), len(facilities), values),)


def _names(facilities: "GeoDataFrame", rows: "Ints") -> str:
    """Name the first few facilities, each name once, by their keys where they have no name."""
    names, keys = (facility_texts(facilities, column, rows) for column in ("name", "id"))
    told = list(dict.fromkeys(name or key for name, key in zip(names, keys, strict=True)))
    return ", ".join([*told[:_NAMED], *(["…"] if len(told) > _NAMED else [])])


def _tolerance_m(walk: "WalkAccess", name: str, *, needed: bool) -> float:
    if walk.entrance_tolerance_m is not None:
        return walk.entrance_tolerance_m
    if needed or walk.entrances is not None or walk.gates is not None:
        raise ParameterError(
            f"`entrance_tolerance_m` is missing: how far from `{name}` may an entrance or gate "
            "lie, and a path end that leads in? Give e.g. WalkAccess(..., entrance_tolerance_m=15);"
            " in a plan file, entrance_tolerance_m = 15."
        )
    return 0.0
