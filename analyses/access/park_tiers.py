"""Park tiers: how far each may be, and which parks count for it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice
from geoplan.core.true_size import true_area_m2
from geoplan.core.units import walk_distance_m

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from pandas import Series

ALL = "all"
"""Part that holds what every tier reaches; no tier may be called so."""


@dataclass(frozen=True)
class ParkTier:
    """
    How near a park of a tier has to be, and how large.

    Either `minutes` with `speed_kmh`, or `distance_m`. Ten minutes is 500 m under GB 50180-2018 and
    833 m at 5 km/h, so nothing is filled in.

    Parameters
    ----------
    minutes : float, optional
        Time of the walk (or ride).
    speed_kmh : float, optional
        Speed along the streets; needed with `minutes`.
    distance_m : float, optional
        Straight-line metres, used as they are.
    min_area_m2 : float, optional
        Smallest park that serves this tier, by the area of its polygon.

    Raises
    ------
    ParameterError
        If neither or both ways are given, or a number is not finite and above 0.

    Examples
    --------
    >>> ParkTier(minutes=10, speed_kmh=5).reach_m(1.25)
    666.6666666666666
    >>> ParkTier(distance_m=500, min_area_m2=4000).reach_m(None)
    500
    """

    minutes: float | None = None
    speed_kmh: float | None = None
    distance_m: float | None = None
    min_area_m2: float | None = None

    def __post_init__(self) -> None:
        for name in ("minutes", "speed_kmh", "distance_m", "min_area_m2"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ParameterError(f"ParkTier(): `{name}` is {value}; wanted a number above 0.")
        timed = self.minutes is not None and self.speed_kmh is not None
        halfway = (self.minutes is None) != (self.speed_kmh is None)
        if halfway or timed == (self.distance_m is not None):
            raise ParameterError(
                f"ParkTier() has minutes={self.minutes}, speed_kmh={self.speed_kmh} and "
                f"distance_m={self.distance_m}; wanted either minutes with speed_kmh, or "
                "distance_m alone. A speed is never assumed: 10 min is 500 m under GB 50180-2018 "
                "and 833 m at 5 km/h."
            )

    def reach_m(self, detour_factor: float | None) -> float:
        """
        Say how far a park of this tier reaches in a straight line.

        Parameters
        ----------
        detour_factor : float or None
            Metres along the streets per metre in a straight line.

        Returns
        -------
        float
            `distance_m`, or the metres walked divided by `detour_factor`.

        Raises
        ------
        ParameterError
            If minutes are given without a detour factor of at least 1.
        """
        if self.distance_m is not None:
            return self.distance_m
        if detour_factor is None:
            raise ParameterError(
                "`detour_factor` is missing: minutes are walked along streets, and a straight line "
                "stands for them only with a factor. Give e.g. detour_factor=1.3, 1.0 to walk "
                "straight, or the tier's distance_m in place of its minutes."
            )
        walked_m = walk_distance_m(self.minutes or 0.0, self.speed_kmh or 0.0)
        return walked_m / detour_factor


@dataclass(frozen=True)
class TierParks:
    """
    A tier with its reach and its parks.

    Parameters
    ----------
    name : str
        Key of the tier.
    tier : ParkTier
        As given.
    reach_m : float
        Straight-line distance.
    rows : array of int
        Positions of the parks that serve it.
    """

    name: str
    tier: ParkTier
    reach_m: float
    rows: "NDArray[np.intp]"


def tier_reaches(tiers: Mapping[str, ParkTier], detour_factor: float | None) -> dict[str, float]:
    """
    Check tiers and give the straight-line reach of each.

    Parameters
    ----------
    tiers : mapping of str to ParkTier
        In ascending order.
    detour_factor : float or None
        Metres along the streets per metre in a straight line.

    Returns
    -------
    dict of str to float
        Metres by tier.

    Raises
    ------
    ParameterError
        If there is no tier, one is called ``all``, one is no `ParkTier`, or `detour_factor` is
        missing, out of range, or given where no tier uses it.
    """
    if not tiers:
        raise ParameterError(
            "`tiers` is empty; wanted at least one, e.g. "
            "{'community': ParkTier(minutes=10, speed_kmh=5)}."
        )
    if ALL in tiers:
        raise ParameterError(
            f"`tiers` has one called {ALL!r}, the name of the part that every tier reaches. "
            "Call it otherwise."
        )
    for name, tier in tiers.items():
        if not isinstance(tier, ParkTier):
            raise ParameterError(f"`tiers[{name!r}]` is {tier!r}; wanted a ParkTier.")
    if detour_factor is not None and not (math.isfinite(detour_factor) and detour_factor >= 1):
        raise ParameterError(
            f"`detour_factor` is {detour_factor}; wanted a number of at least 1: streets are never "
            "shorter than a straight line."
        )
    if detour_factor is not None and all(tier.minutes is None for tier in tiers.values()):
        raise ParameterError(
            f"`detour_factor` is {detour_factor}, but every tier states `distance_m`, which is "
            "used as it is. Leave the factor out, or give minutes and speed_kmh."
        )
    return {name: tier.reach_m(detour_factor) for name, tier in tiers.items()}


def parks_by_tier(
    parks: "GeoDataFrame",
    tiers: Mapping[str, ParkTier],
    reaches_m: Mapping[str, float],
    *,
    higher_serves_lower: bool,
) -> tuple[list[TierParks], list[Notice]]:
    """
    Find the parks of every tier.

    Parameters
    ----------
    parks : GeoDataFrame of Polygon or MultiPolygon
        With ``tier``.
    tiers : mapping of str to ParkTier
        In ascending order.
    reaches_m : mapping of str to float
        From `tier_reaches`.
    higher_serves_lower : bool
        Whether parks of later tiers count for earlier ones too, if they are large enough there.

    Returns
    -------
    list of TierParks
        In the order of `tiers`.
    list of Notice
        Parks left out, tiers without a park.

    Raises
    ------
    SchemaError
        If `parks` has no column ``tier``.
    """
    if "tier" not in parks.columns:
        raise SchemaError(
            f"`parks` has no column 'tier'; it has: {', '.join(map(repr, parks.columns))}. Load it "
            "with load_parks(..., columns={'tier': ...}), or assign one."
        )
    labels = _labels(parks)
    areas_m2 = true_area_m2(parks.geometry.to_numpy())
    own = {name: (labels == name).to_numpy(dtype=bool) for name in tiers}
    large = {name: areas_m2 >= (tier.min_area_m2 or 0.0) for name, tier in tiers.items()}
    counted = []
    later = np.zeros(len(parks), dtype=bool)
    for name, tier in reversed([*tiers.items()]):
        # Too small for its own tier, a park may still be as large as a lower tier asks.
        later |= own[name]
        mine = large[name] & (later if higher_serves_lower else own[name])
        counted.append(TierParks(name, tier, reaches_m[name], np.flatnonzero(mine)))
    counted.reverse()
    left_out = [
        Notice(
            "parks_below_min_area",
            "parks",
            count=int((own[name] & ~large[name]).sum()),
            total=int(own[name].sum()),
            values={"tier": name, "min_area_m2": tier.min_area_m2},
        )
        for name, tier in tiers.items()
        if (own[name] & ~large[name]).any()
    ]
    empty = [
        Notice("tier_without_park", "parks", values={"tier": group.name})
        for group in counted
        if not len(group.rows)
    ]
    return counted, [*_unused(labels, tiers), *left_out, *empty]


def possible_parks(
    parks: "GeoDataFrame", tiers: Mapping[str, ParkTier], groups: Sequence[TierParks]
) -> list[TierParks] | None:
    """
    Add the parks without a tier to every tier that they are large enough for.

    Parameters
    ----------
    parks : GeoDataFrame of Polygon or MultiPolygon
        With ``tier``.
    tiers : mapping of str to ParkTier
        In ascending order.
    groups : sequence of TierParks
        From `parks_by_tier`.

    Returns
    -------
    list of TierParks or None
        The most that may serve each tier; None where every park has a tier.
    """
    nameless = (_labels(parks) == "").to_numpy(dtype=bool)
    areas_m2 = true_area_m2(parks.geometry.to_numpy())
    more = {
        name: np.flatnonzero(nameless & (areas_m2 >= (tier.min_area_m2 or 0.0)))
        for name, tier in tiers.items()
    }
    if not any(len(rows) for rows in more.values()):
        return None
    return [replace(one, rows=np.union1d(one.rows, more[one.name])) for one in groups]


def _labels(parks: "GeoDataFrame") -> "Series[str]":
    labels: Series[str] = parks["tier"].astype("str").fillna("").str.strip()
    return labels


def _unused(labels: "Series[str]", tiers: Mapping[str, ParkTier]) -> list[Notice]:
    notices = []
    nameless = int((labels == "").sum())
    if nameless:
        notices.append(Notice("parks_without_tier", "parks", nameless, len(labels)))
    unused = labels[(labels != "") & ~labels.isin(list(tiers))]
    if len(unused):
        named = {"tiers": ", ".join(sorted(unused.unique()))}
        notices.append(Notice("park_tier_unused", "parks", len(unused), len(labels), named))
    return notices
