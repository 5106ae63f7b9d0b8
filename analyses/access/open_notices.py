"""Why shares of demand are open, and what to tell of it."""

from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.access.open_shares import COARSE, NO_NETWORK, NO_SOURCE
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.analyses.access.open_shares import Amounts
    from geoplan.analyses.access.served import Served
    from geoplan.analyses.shared.demand_pieces import DemandPieces

    Bools = NDArray[np.bool_]

_SHOWN = 5


def unseen_districts(districts: "GeoDataFrame", served: "Served", part: str) -> "Bools":
    """
    Tell which districts lie wholly beyond the extent of a source that a part needs.

    Parameters
    ----------
    districts : GeoDataFrame, n rows
        The districts.
    served : Served
        With what each part knows.
    part : str
        One of its parts; what all serve at once needs the sources of all.

    Returns
    -------
    array of bool, n
        True where nothing is known.
    """
    areas = np.asarray(districts.geometry.array, dtype=object)
    needed = [served.known[part]] if part in served.known else [*served.known.values()]
    unseen = [np.zeros(len(areas), bool), *(one.unseen(areas) for one in needed)]
    return np.asarray(np.any(unseen, axis=0))


def what_is_open(
    districts: "GeoDataFrame", pieces: "DemandPieces", served: "Served", together: "Amounts"
) -> tuple[tuple[str, ...], list[Notice]]:
    """
    Say why a share is open, and of how many.

    Parameters
    ----------
    districts : GeoDataFrame
        The districts.
    pieces : DemandPieces
        The demand.
    served : Served
        The same, served.
    together : Amounts
        Of the whole, unit by unit.

    Returns
    -------
    why : tuple of str
        Phrase keys under ``open``.
    notices : list of Notice
        Counted.
    """
    notices, reasons = [], set(served.reasons)
    whole = float(together.amount.sum())
    amounts = {part: float(one.sum()) for part, one in together.beyond.items()}
    most = max(amounts, key=amounts.__getitem__, default="")
    if amounts and amounts[most] > 0:
        values = {
            "amount": amounts[most],
            "whole": whole,
            "share": amounts[most] / whole,
            "reach_m": served.known[most].reach_m,
        }
        count, total = int((together.beyond[most] > 0).sum()), len(together.amount)
        notices.append(Notice("demand_beyond_extent", pieces.of, count, total, values))
    wide = {part: _cut_units(together, part) for part in together.coarse}
    counts = {part: int(one.sum()) for part, one in wide.items()}
    widest = max(counts, key=counts.__getitem__, default="")
    if counts and counts[widest]:
        reasons.add(COARSE)
        amount = float(together.amount[wide[widest]].sum())
        values = {
            "amount": amount,
            "whole": whole,
            "share": amount / whole,
            "reach_m": served.known[widest].reach_m,
        }
        total = len(together.amount)
        notices.append(Notice("demand_units_coarse", pieces.of, counts[widest], total, values))
    notices += _unseen_notices(districts, pieces, served)
    return tuple(why for why in (NO_NETWORK, NO_SOURCE, COARSE) if why in reasons), notices


def _cut_units(together: "Amounts", part: str) -> "Bools":
    """Tell which units are wider than the reach, and open for it."""
    low, high = together.bounds(part)
    return np.asarray(together.coarse[part] & (low < high))


def _unseen_notices(
    districts: "GeoDataFrame", pieces: "DemandPieces", served: "Served"
) -> list[Notice]:
    count = len(districts)
    unseen = unseen_districts(districts, served, "")
    unseen &= np.bincount(pieces.district, pieces.amount, count) > 0
    for amount in served.by_part.values():
        unseen &= np.bincount(pieces.district, amount, count) == 0
    if not unseen.any():
        return []
    named = districts["name"].astype(str).where(districts["name"].astype(str) != "")
    shown = named.fillna(districts["district_id"].astype(str))[unseen].head(_SHOWN)
    names = ", ".join([*shown, *["…"] * (int(unseen.sum()) > _SHOWN)])
    return [
        Notice("districts_beyond_extent", "districts", int(unseen.sum()), count, {"names": names})
    ]
