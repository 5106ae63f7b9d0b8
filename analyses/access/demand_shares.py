"""Shares of demand per district and of the whole, whatever it is that serves it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.analyses.access.open_notices import unseen_districts, what_is_open
from geoplan.analyses.access.open_shares import Amounts, Known, beyond, reasons_of
from geoplan.analyses.access.served import Served
from geoplan.analyses.shared.area_share import WORTH_TELLING_M2, district_land, polygonal
from geoplan.analyses.shared.demand import WEIGHTS, demand_pieces, served_amount
from geoplan.analyses.shared.demand_pieces import DemandPieces
from geoplan.analyses.shared.districts import one_district
from geoplan.core.extent import Extent, are_spread_evenly
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Bounds, Measure, make_measure

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.analyses.exact.catchment import Catchment

    Floats = NDArray[np.float64]


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
        _, unit = np.unique(every.unit, return_inverse=True)
        together = all_served.amounts(every).by(unit, int(unit.max(initial=-1)) + 1)
        why, told = what_is_open(districts, piece, one, together)
        notices += told
        measures += [_measure(districts, piece, one, part, together, why) for part in one.by_part]
    return DemandShares(pieces, served, tuple(measures), unique(notices))


def serve_straight(
    pieces: DemandPieces, catchments: "Mapping[str, Catchment]", known: Mapping[str, Known]
) -> Served:
    """
    Say how much of each piece of demand lies within a straight distance.

    Parameters
    ----------
    pieces : DemandPieces
        Land, people or things.
    catchments : mapping of str to Catchment
        By part of the analysis.
    known : mapping of str to Known
        What each part knows.

    Returns
    -------
    Served
        By part.
    """
    by_part = {part: served_amount(pieces, one) for part, one in catchments.items()}
    more, reasons = {}, frozenset[str]()
    for part, one in catchments.items():
        more[part] = beyond(
            pieces, by_part[part], known[part], partial(served_amount, catchment=one)
        )
        reasons |= reasons_of(pieces, more[part], known[part])
    return Served(by_part, known, more, reasons=reasons)


def open_facts(
    demand: "Mapping[str, GeoDataFrame] | None",
    of: Sequence[str],
    extents: Mapping[str, Extent | None],
) -> dict[str, Any]:
    """
    Give what a definition says of what is left open.

    Parameters
    ----------
    demand : mapping of str to GeoDataFrame or None
        The layers by name.
    of : sequence of str
        Denominators.
    extents : mapping of str to Extent or None
        By the layer that has it.

    Returns
    -------
    dict of str to value
        ``extents``: what each extent is known from, by layer; ``spread_evenly``: the layers of
        people that are stated to be even within their units; each where there is any.
    """
    named = [name for one in of for name in one.split("+") if name in WEIGHTS]
    even = [name for name in named if demand and name in demand and are_spread_evenly(demand[name])]
    told = {name: one.told for name, one in extents.items() if one is not None}
    facts = {"extents": told, "spread_evenly": list(dict.fromkeys(even))}
    return {key: value for key, value in facts.items() if value}


def _pieces(
    of: str, districts: "GeoDataFrame", demand: "Mapping[str, GeoDataFrame] | None"
) -> DemandPieces:
    pieces = demand_pieces(of, districts, demand)
    return replace(pieces, geometry=polygonal(pieces.geometry))


def _measure(
    districts: "GeoDataFrame",
    pieces: DemandPieces,
    one: Served,
    part: str,
    together: Amounts,
    why: tuple[str, ...],
) -> Measure:
    count = len(districts)
    denominator = np.bincount(pieces.district, pieces.amount, count).astype(float)
    numerator = np.bincount(pieces.district, one.by_part[part], count)
    served, everything = float(together.served[part].sum()), float(together.amount.sum())
    low, high = one.amounts(pieces).bounds(part)
    low_total, high_total = (float(side.sum()) for side in together.bounds(part))
    unseen = unseen_districts(districts, one, part) & (numerator == 0)
    return make_measure(
        districts,
        # Sums round, each in its own way.
        np.where(unseen, np.nan, np.minimum(numerator, denominator)),
        denominator,
        of=pieces.of,
        part=part,
        numerator_unit=pieces.unit_name,
        denominator_unit=pieces.unit_name,
        totals=(min(served, everything), everything),
        bounds=Bounds(
            _share(np.bincount(pieces.district, low, count).astype(float), denominator),
            _share(np.bincount(pieces.district, high, count).astype(float), denominator),
            float(_share(np.array([low_total]), np.array([everything]))[0]),
            float(_share(np.array([high_total]), np.array([everything]))[0]),
            why,
        ),
    )


def _share(over: "Floats", under: "Floats") -> "Floats":
    share = np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0)
    return np.asarray(np.clip(share, 0.0, 1.0))
