"""What shares leave open: people beyond the extent of a source, units wider than a reach."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.core.extent import Extent
from geoplan.core.results import Measure
from geoplan.core.true_size import true_area_m2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.analyses.shared.demand_pieces import DemandPieces

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Geometries = NDArray[np.object_]

NO_NETWORK, NO_SOURCE, COARSE = "no_network", "no_source", "coarse_units"
NO_TIER = "no_tier"
"""Why a share is open: phrase keys under ``open``."""

_AREA = 2
_QUARTER = 64  # segments of a quarter circle, where the edge of an extent bends inwards
_NOTHING = 1e-9


@dataclass(frozen=True)
class Known:
    """
    What one part of an analysis knows: how far it reaches, and how far its sources do.

    Parameters
    ----------
    reach_m : float
        How near is near, in metres.
    extents : mapping of str to Extent
        Extents of its sources, by the reason for which a share is open beyond them.
    """

    reach_m: float
    extents: Mapping[str, Extent] = field(default_factory=dict)

    @cached_property
    def ground(self) -> Any:  # noqa: ANN401 (shapely's geometries)
        """Ground from which everything within reach is in the sources; None for everywhere."""
        inner = [self.inside(reason) for reason in self.extents]
        limited = [area for area in inner if area is not None]
        if not limited:
            return None
        ground = shapely.intersection_all(limited)
        shapely.prepare(ground)
        return ground

    def inside(self, reason: str) -> Any:  # noqa: ANN401 (shapely's geometries)
        """Ground of one extent that is no nearer to its edge than the reach; None: everywhere."""
        area = self.extents[reason].area
        return None if area is None else area.buffer(-self.reach_m, quad_segs=_QUARTER)

    def unseen(self, areas: "Geometries") -> "Bools":
        """Tell which areas lie wholly outside an extent: of them the source knows nothing."""
        unseen = np.zeros(len(areas), dtype=bool)
        for extent in self.extents.values():
            if extent.area is not None:
                unseen |= ~shapely.relate_pattern(areas, extent.area, "2********")
        return unseen


def known_of(reach_m: float, **extents: Extent | None) -> Known:
    """
    Say what a part knows.

    Parameters
    ----------
    reach_m : float
        How near is near.
    **extents : Extent or None
        By reason: ``no_network=…``, ``no_source=…``; None where a source states none.

    Returns
    -------
    Known
        With the extents that there are.
    """
    return Known(reach_m, {why: one for why, one in extents.items() if one is not None})


def beyond(
    pieces: "DemandPieces",
    served: "Floats",
    known: Known,
    serve: "Callable[[DemandPieces], Floats]",
) -> "Floats":
    """
    Measure how much of each piece is not served, and not known to be out of reach.

    Parameters
    ----------
    pieces : DemandPieces, n pieces
        Points count whole, polygons by area.
    served : array of float, n
        How much of each is served.
    known : Known
        What the part knows.
    serve : callable
        Gives how much of some pieces is served.

    Returns
    -------
    array of float, n
        Amount that lies outside the extents, or nearer their edge than the reach, and is not
        served.
    """
    amount = np.zeros(len(served))
    if known.ground is None:
        return amount
    short = pieces.amount - served > _NOTHING * pieces.amount
    rows = np.flatnonzero(short)
    rows = rows[~shapely.covers(known.ground, pieces.geometry[rows])]
    areal = shapely.get_dimensions(pieces.geometry[rows]) == _AREA
    at, over = rows[~areal], rows[areal]
    amount[at] = pieces.amount[at] - served[at]
    if len(over):
        whole = pieces.geometry[over]
        outside = shapely.difference(whole, known.ground)
        share = true_area_m2(outside) / true_area_m2(whole)
        part = replace(
            pieces,
            district=pieces.district[over],
            unit=pieces.unit[over],
            geometry=outside,
            amount=pieces.amount[over] * share,
            unit_m2=None,
        )
        left = np.maximum(part.amount - serve(part), 0.0)
        amount[over] = np.minimum(left, pieces.amount[over] - served[over])
    return amount


def reasons_of(
    pieces: "DemandPieces", amount: "Floats", known: Known, points: "Geometries | None" = None
) -> frozenset[str]:
    """
    Say which extents leave pieces open.

    Parameters
    ----------
    pieces : DemandPieces
        The pieces.
    amount : array of float
        From `beyond`.
    known : Known
        What the part knows.
    points : array of Point, optional
        Where pieces stand, if not over their ground.

    Returns
    -------
    frozenset of str
        Reasons.
    """
    shapes = (pieces.geometry if points is None else points)[amount > 0]
    if not len(shapes):
        return frozenset()
    grounds = {reason: known.inside(reason) for reason in known.extents}
    return frozenset(
        reason
        for reason, ground in grounds.items()
        if ground is not None and not shapely.covers(ground, shapes).all()
    )


@dataclass(frozen=True)
class Amounts:
    """
    How much of each group of pieces is served, and could be.

    Parameters
    ----------
    amount : array of float, n
        What each holds.
    served : mapping of str to array of float
        By part.
    beyond : mapping of str to array of float
        Not served and not known to be out of reach, by part.
    possible : mapping of str to array of float
        What the ground lets be served at most, by part; served and beyond where it is missing.
    coarse : mapping of str to array of bool
        Which are wider than the reach of a part; a part that lacks is what all others serve at
        once, and where none has a reach nothing is open.
    one_point : bool
        Whether each stands at one point, which says nothing of the rest of a coarse unit.
    """

    amount: "Floats"
    served: "Mapping[str, Floats]"
    beyond: "Mapping[str, Floats]"
    possible: "Mapping[str, Floats]"
    coarse: "Mapping[str, Bools]"
    one_point: bool

    def by(self, group: "Ints", count: int) -> "Amounts":
        """Sum up by groups; a group is coarse if a piece of it is."""

        def summed(parts: "Mapping[str, Floats]") -> "dict[str, Floats]":
            return {
                part: np.bincount(group, one, count).astype(float) for part, one in parts.items()
            }

        return Amounts(
            np.bincount(group, self.amount, count).astype(float),
            summed(self.served),
            summed(self.beyond),
            summed(self.possible),
            {part: np.bincount(group, one, count) > 0 for part, one in self.coarse.items()},
            self.one_point,
        )

    def bounds(self, part: str) -> "tuple[Floats, Floats]":
        """
        Give the least and the greatest amount of each that a part may serve.

        Parameters
        ----------
        part : str
            One with a reach of its own, or what all of these serve at once.

        Returns
        -------
        low, high : array of float, n
            Around what is served.
        """
        if not self.coarse:
            return self.served[part], self.served[part]
        return self._of_one(part) if part in self.coarse else self._of_all(part)

    def _of_one(self, part: str) -> "tuple[Floats, Floats]":
        """In a coarse unit that is served in part, all people may be where it is, or none."""
        served, more = self.served[part], self.beyond[part]
        high = np.maximum(np.minimum(served + more, self.amount), served)
        coarse = self.coarse[part]
        some = self.possible.get(part, served) + more > _NOTHING * self.amount
        whole = (self.amount - served <= _NOTHING * self.amount) & (not self.one_point)
        low = np.where(coarse & ~whole, 0.0, served)
        return low, np.where(coarse & some, self.amount, high)

    def _of_all(self, every: str) -> "tuple[Floats, Floats]":
        served, parts = self.served[every], tuple(self.coarse)
        each = [self._of_one(part) for part in parts]
        lows, highs = (np.array(side) for side in zip(*each, strict=True))
        own = np.array([self.served[part] for part in parts])
        # Whoever is served by all is served by each; whoever comes in is new to one of them.
        high = np.minimum(highs.min(axis=0), served + (highs - own).sum(axis=0))
        together = lows.sum(axis=0) - (len(parts) - 1) * self.amount
        low = np.maximum(np.maximum(served - (own - lows).sum(axis=0), together), 0.0)
        if not self.one_point:  # where no ground has all, and no more can come, nobody has
            more = np.sum([self.beyond[part] for part in parts], axis=0)
            high = np.where(served + more > _NOTHING * self.amount, high, 0.0)
        return np.minimum(low, served), np.maximum(high, served)


def open_upwards(measure: Measure, possible: Measure, why: str) -> Measure:
    """
    Raise what a measure could be to what it is if everything doubtful counts.

    Parameters
    ----------
    measure : Measure
        As known.
    possible : Measure
        The same with what is doubtful; its values are no smaller.
    why : str
        Reason: a phrase key under ``open``.

    Returns
    -------
    Measure
        With `high` raised; a district without a value keeps none.
    """
    known, raised = (one.districts["high"].to_numpy(dtype=float) for one in (measure, possible))
    high = np.where(np.isnan(known), np.nan, np.fmax(known, raised))
    whole = max(measure.high, possible.high)
    if whole <= measure.high and not (high > known).any():
        return measure
    return replace(
        measure,
        districts=measure.districts.assign(high=high),
        high=whole,
        open_for=(*measure.open_for, why),
    )
