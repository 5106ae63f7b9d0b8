"""Keys and names of facilities, as text."""

from typing import TYPE_CHECKING

import numpy as np

from geoplan.core.columns import SPECS

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_KEYS = tuple(spec.key for spec in SPECS.values())


def facility_texts(facilities: "GeoDataFrame", column: str, row: "Ints") -> "NDArray[np.object_]":
    """
    Take a column of facilities as text for the rows given.

    Parameters
    ----------
    facilities : GeoDataFrame
        The facilities.
    column : str
        ``"id"`` for whatever key it has, row labels standing in for a missing one; ``"name"``.
    row : array of int
        Positions; -1 gives the empty text.

    Returns
    -------
    array of str
        One per row.
    """
    key = next((name for name in facilities.columns if name in _KEYS), "")
    if column == "id" and not key:
        texts = np.array([str(label) for label in facilities.index], dtype=object)
    elif (key if column == "id" else column) in facilities.columns:
        series = facilities[key if column == "id" else column]
        texts = np.asarray(series.astype("str").fillna(""), dtype=object)
    else:
        texts = np.full(len(facilities), "", dtype=object)
    return np.append(texts, "")[row]
