"""Whom one part of an access analysis does not reach: the same on the map and in its picture."""

from typing import TYPE_CHECKING

import geopandas as gpd

from geoplan.maps.page.simplify import dissolved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame

_ALL = ("", "all")


def beyond_reach(part: str, layers: "Mapping[str, GeoDataFrame]") -> "GeoDataFrame | None":
    """
    Take the demand that the facilities of one part do not reach, or not all of them at once.

    Parameters
    ----------
    part : str
        A park tier; ``"all"``, or empty where there is but one part.
    layers : mapping of str to GeoDataFrame
        Layers of the result; they show its first denominator.

    Returns
    -------
    GeoDataFrame or None
        Ground, or places and units with ``unserved_amount``; None where the result has neither.
    """
    demand, unserved = layers.get("demand"), layers.get("unserved")
    column = f"served_{part}_share"
    if part in _ALL or demand is None:
        return unserved
    if unserved is not None and "unserved_amount" in unserved and column in demand:
        missing = demand["amount"] * (1 - demand[column].clip(0, 1))
        return demand[["amount", "geometry"]].assign(unserved_amount=missing)[missing > 0]
    if f"served_{part}" not in layers:
        return unserved
    rest = dissolved(demand).difference(dissolved(layers[f"served_{part}"]))
    return gpd.GeoDataFrame(geometry=rest)
