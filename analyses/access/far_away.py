"""Facilities that lie too far from all districts to be meant, as swapped coordinates do."""

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FAR_M = 100_000.0
"""How far beyond the districts a facility is told of."""

_KM = 1000.0


def far_away(facilities: "GeoDataFrame", districts: "GeoDataFrame", name: str) -> list[Notice]:
    """
    Tell of facilities that lie far from every district, as a slip of the pen puts them.

    Parameters
    ----------
    facilities : GeoDataFrame, m rows
        In the CRS of the districts.
    districts : GeoDataFrame
        Where people live.
    name : str
        The layer.

    Returns
    -------
    list of Notice
        ``facilities_far_away``: how many lie farther than 100 km, and farther than the districts
        are wide; ``coordinates_swapped``: how many of them lie in the districts with longitude and
        latitude the other way round.

    Examples
    --------
    >>> import geopandas as gpd
    >>> town = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1000, 1000)], crs=4547)
    >>> stops = gpd.GeoDataFrame(geometry=gpd.points_from_xy([500, 900_000], [500, 500]), crs=4547)
    >>> [(note.code, note.count, note.total) for note in far_away(stops, town, "stops")]
    [('facilities_far_away', 1, 2)]
    """
    bounds = shapely.bounds(np.asarray(facilities.geometry.array, dtype=object))
    west, south, east, north = districts.total_bounds
    beside = np.maximum(np.maximum(west - bounds[:, 2], bounds[:, 0] - east), 0.0)
    above = np.maximum(np.maximum(south - bounds[:, 3], bounds[:, 1] - north), 0.0)
    away_m = np.hypot(beside, above)
    limit_m = max(FAR_M, float(np.hypot(east - west, north - south)))
    far = np.flatnonzero(away_m > limit_m)
    if not len(far):
        return []
    values = {"limit_km": limit_m / _KM, "farthest_km": float(away_m[far].max()) / _KM}
    notices = [Notice("facilities_far_away", name, len(far), len(facilities), values)]
    swapped = _swapped(facilities.geometry.iloc[far].to_crs(4326), districts)
    if swapped:
        notices.append(Notice("coordinates_swapped", name, swapped, len(facilities)))
    return notices


def _swapped(far: "GeoDataFrame", districts: "GeoDataFrame") -> int:
    """Count those that lie in the districts with longitude and latitude the other way round."""
    west, south, east, north = districts.geometry.to_crs(4326).total_bounds
    places = shapely.bounds(np.asarray(far.array, dtype=object))
    lat, lon = places[:, 0], places[:, 1]
    return int(((west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)).sum())
