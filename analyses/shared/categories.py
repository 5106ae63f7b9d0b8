"""Categories of lines: one measure for all of them together, and one for each."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.core.errors import SchemaError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

TOTAL = "total"
"""Part that holds every category, overlaps between them counted once."""


@dataclass(frozen=True)
class Categories:
    """
    The categories of a layer.

    Parameters
    ----------
    names : tuple of str
        In the order in which they first appear.
    codes : array of int, one per row
        Position in `names`; their number for rows that have none.
    nameless : int
        How many rows have none.
    """

    names: tuple[str, ...]
    codes: "NDArray[np.intp]"
    nameless: int


def categories_of(layer: "GeoDataFrame", subject: str, column: str = "category") -> Categories:
    """
    Read the categories of a layer.

    Parameters
    ----------
    layer : GeoDataFrame
        With or without the column.
    subject : str
        How to name it in a message.
    column : str
        Where the categories stand.

    Returns
    -------
    Categories
        None at all for a layer without the column.

    Raises
    ------
    SchemaError
        If a category is called ``total``.

    Examples
    --------
    >>> import geopandas as gpd
    >>> layer = gpd.GeoDataFrame({"category": ["water", None, "forest", "water"]})
    >>> found = categories_of(layer, "red_lines")
    >>> found.names, found.codes.tolist(), found.nameless
    (('water', 'forest'), [0, 2, 1, 0], 1)
    """
    import pandas as pd

    if column not in layer.columns:
        return Categories((), np.zeros(len(layer), dtype=np.intp), 0)
    labels = layer[column].astype("str").where(layer[column].notna(), "").str.strip()
    present = labels[labels != ""]
    codes_present, names = pd.factorize(present)
    if TOTAL in names:
        raise SchemaError(
            f"`{subject}` has a `{column}` called {TOTAL!r}, which is the name of the part that "
            "holds every category. Rename it in the layer."
        )
    codes = np.full(len(labels), len(names), dtype=np.intp)
    codes[(labels != "").to_numpy()] = codes_present
    return Categories(tuple(str(name) for name in names), codes, int((labels == "").sum()))
