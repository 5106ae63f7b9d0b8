"""Shares of demand per district and of the whole, whatever it is that serves it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.area_share import WORTH_TELLING_M2, district_land, polygonal
from geoplan.analyses.demand import DemandPieces, demand_pieces
from geoplan.analyses.polygon_layers import one_district
from geoplan.core.notices import Notice
from geoplan.core.results import Measure, make_measure

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.analyses.streets.facility_access import PlaceCosts, Places

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Served:
    """
    How much of each piece of demand is served.

    Parameters
    ----------
    by_part : mapping of str to array of float
        Amount served of each piece, by part of the analysis.
    costs : mapping of str to PlaceCosts
        What it costs to get there, by part; empty for land.
    places : Places or None
        Where the pieces stand on the network.
    notices : tuple of Notice
        What to tell of it.
    """

    by_part: "Mapping[str, Floats]"
    costs: "Mapping[str, PlaceCosts]" = field(default_factory=dict)
    places: "Places | None" = None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class DemandShares:
    """
    The measures of an analysis, and the pieces that they were summed from.

    Parameters
    ----------
    pieces : tuple of DemandPieces
        One per denominator.
    served : tuple of Served
        The same, served.
    measures : tuple of Measure
        One per denominator and part.
    notices : tuple of Notice
        Of the demand and of what serves it.
    """

    pieces: tuple[DemandPieces, ...]
    served: tuple[Served, ...]
    measures: tuple[Measure, ...]
    notices: tuple[Notice, ...]


def demand_shares(
    districts: "GeoDataFrame",
    of: Sequence[str],
    demand: "Mapping[str, GeoDataFrame] | None",
    serve: Callable[[DemandPieces], Served],
) -> DemandShares:
    """
    Measure which share of each denominator is served, in each district and in all.

    Parameters
    ----------
    districts : GeoDataFrame
        Checked by the caller.
    of : sequence of str
        Denominators.
    demand : mapping of str to GeoDataFrame or None
        Their layers.
    serve : callable
        Says how much of pieces of demand is served.

    Returns
    -------
    DemandShares
        Measures and pieces, in the order of `of`.
    """
    pieces = tuple(_pieces(name, districts, demand) for name in of)
    served = tuple(serve(piece) for piece in pieces)
    notices = [note for piece in pieces for note in piece.notices]
    notices += [note for one in served for note in one.notices]
    overlap_m2 = district_land(np.asarray(districts.geometry.array, dtype=object)).overlap_m2
    whole = one_district(districts) if overlap_m2 >= WORTH_TELLING_M2 else None
    if whole is not None:
        notices.append(Notice("districts_overlap", "districts", values={"overlap_m2": overlap_m2}))
    measures = []
    for piece, one in zip(pieces, served, strict=True):
        every, all_served = piece, one
        if whole is not None:  # a sum over the districts would count what they share twice
            every = _pieces(piece.of, whole, demand)
            all_served = serve(every)
        measures += [
            _measure(districts, piece, part, amount, (all_served.by_part[part], every.amount))
            for part, amount in one.by_part.items()
        ]
    return DemandShares(pieces, served, tuple(measures), tuple(notices))


def _pieces(
    of: str, districts: "GeoDataFrame", demand: "Mapping[str, GeoDataFrame] | None"
) -> DemandPieces:
    pieces = demand_pieces(of, districts, demand)
    return replace(pieces, geometry=polygonal(pieces.geometry))


def _measure(
    districts: "GeoDataFrame",
    pieces: DemandPieces,
    part: str,
    amount: "Floats",
    whole: "tuple[Floats, Floats]",
) -> Measure:
    count = len(districts)
    denominator = np.bincount(pieces.district, pieces.amount, count)
    numerator = np.bincount(pieces.district, amount, count)
    served, everything = float(whole[0].sum()), float(whole[1].sum())
    return make_measure(
        districts,
        np.minimum(numerator, denominator),  # sums round, each in its own way
        denominator,
        of=pieces.of,
        part=part,
        numerator_unit=pieces.unit_name,
        denominator_unit=pieces.unit_name,
        totals=(min(served, everything), everything),
    )
