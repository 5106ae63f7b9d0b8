"""What the digits of coordinates can move: places are known as well as a file writes them."""

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.core.results import Measure, Result

    Floats = NDArray[np.float64]

_GIVEN = ("facilities", "stations", "parks", "red_lines", "previous", "lines", "objects")
_AREAL = 2


def moved_by(result: "Result") -> float:
    """
    Say how far the digits of its layers leave the places of a result.

    Parameters
    ----------
    result : Result
        With the layers it was given, which carry the records of their loaders.

    Returns
    -------
    float
        Metres; 0 where no layer states its digits, as a table with coordinates does.
    """
    given = [result.layers[name] for name in _GIVEN if name in result.layers]
    return max(map(stated_precision_m, given), default=0.0)


def stated_precision_m(layer: "GeoDataFrame") -> float:
    """
    Say how far the digits of one layer leave its places.

    Parameters
    ----------
    layer : GeoDataFrame
        From a loader, or made by a script.

    Returns
    -------
    float
        Metres; 0 unless its record states them.
    """
    return float(layer.attrs.get("geoplan", {}).get("precision_m") or 0.0)


def coordinate_tolerance(result: "Result", measure: "Measure") -> "Floats":
    r"""
    Say by how much the digits of coordinates can move the values of a measure.

    Parameters
    ----------
    result : Result
        Whose layers.
    measure : Measure
        One of its measures, or one with its districts in another order.

    Returns
    -------
    array of float, n + 1 values
        In the unit of the measure, for each district and for the whole; 0 where nothing is known.

    Notes
    -----
    Ground :math:`S` whose outline of length :math:`L` is off by :math:`p` is off by at most
    :math:`pL`; people are taken to be as dense there as in the rest of it. Discs of radius
    :math:`r` overlap so that :math:`L \le 2S/r`, which stands in where no ground is drawn.
    """
    table = measure.districts
    values = np.abs(np.append(table["value"].to_numpy(dtype=float), measure.value))
    metres = moved_by(result)
    if not metres:
        return np.zeros(len(values))
    outline = _outline(result, measure)
    if outline is not None:
        keys = table["district_id"].astype(str).tolist()
        pairs = np.array([outline.get(key, (0.0, 0.0)) for key in keys] or np.zeros((0, 2)))
        length, area = (np.append(one, one.sum()) for one in pairs.T)
        ratio = np.divide(length, area, out=np.zeros(len(area)), where=area > 0)
        return np.asarray(values * metres * ratio)
    reach = result.definition.get("distance_m")
    ratio_of_discs = 2.0 / reach if isinstance(reach, int | float) and reach > 0 else 0.0
    return np.asarray(values * metres * ratio_of_discs)


def _outline(result: "Result", measure: "Measure") -> "dict[str, tuple[float, float]] | None":
    """Give length of outline and area of what was measured, by district."""
    for name in (f"served_{measure.part}" if measure.part else "served", "areas"):
        layer = result.layers.get(name)
        if layer is None or "district_id" not in layer.columns:
            continue
        shapes = np.asarray(layer.geometry.array, dtype=object)
        if not (shapely.get_dimensions(shapes) == _AREAL).all():
            continue
        sums = layer[["district_id"]].assign(
            length=shapely.length(shapes), area=shapely.area(shapes)
        )
        by_district = sums.groupby(sums["district_id"].astype(str))[["length", "area"]].sum()
        return {str(row[0]): (row[1], row[2]) for row in by_district.itertuples()}
    return None
