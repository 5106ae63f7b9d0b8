"""What serves demand, straight or walked: how much of each piece, and what is open of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.access.open_shares import Amounts, Known
from geoplan.analyses.shared.demand_pieces import DemandPieces
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.analyses.access.walked_facilities import PlaceCosts, Places

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Served:
    """
    How much of each piece of demand is served.

    Parameters
    ----------
    by_part : mapping of str to array of float
        Amount served of each piece, by part of the analysis.
    known : mapping of str to Known
        What each part knows; a part that lacks is what all others serve at once.
    beyond : mapping of str to array of float
        What of each piece is not served and not known to be out of reach, by part.
    possible : mapping of str to array of float
        What the ground lets be served at most, where that is more than is served.
    one_point : bool
        Whether polygons stand at one point each, all or nothing.
    reasons : frozenset of str
        Which extents leave it open.
    costs : mapping of str to PlaceCosts
        What it costs to get there, by part; empty for land.
    places : Places or None
        Where the pieces stand on the network.
    notices : tuple of Notice
        What to tell of it.
    """

    by_part: "Mapping[str, Floats]"
    known: Mapping[str, Known] = field(default_factory=dict)
    beyond: "Mapping[str, Floats]" = field(default_factory=dict)
    possible: "Mapping[str, Floats]" = field(default_factory=dict)
    one_point: bool = False
    reasons: frozenset[str] = frozenset()
    costs: "Mapping[str, PlaceCosts]" = field(default_factory=dict)
    places: "Places | None" = None
    notices: tuple[Notice, ...] = ()

    def amounts(self, pieces: DemandPieces) -> Amounts:
        """Give how much of each piece is served, and could be."""
        nothing, fine = np.zeros(len(pieces.amount)), np.zeros(len(pieces.amount), dtype=bool)
        coarse = {part: pieces.coarser_than(one.reach_m) for part, one in self.known.items()}
        return Amounts(
            pieces.amount,
            self.by_part,
            {part: self.beyond.get(part, nothing) for part in self.known},
            self.possible,
            {part: fine if one is None else one for part, one in coarse.items()},
            self.one_point,
        )
