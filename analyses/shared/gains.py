"""What a change gained and lost: people and ground by themselves, not only what remains of both."""

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.core.differences import rounding_of, settled

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.core.results import Measure, Result

    Floats = NDArray[np.float64]

_AREAL = 2


def gained_and_lost(
    before: "Result", after: "Result", old: "Measure", new: "Measure", tolerance: "Floats"
) -> "tuple[Floats, Floats]":
    """
    Give what each district gained and lost of the numerator of a measure.

    Parameters
    ----------
    before, after : Result
        The same analysis at two dates.
    old, new : Measure
        The same measure of each, their districts in one order.
    tolerance : array of float, n values
        Rounding of the change of the values.

    Returns
    -------
    tuple of two arrays of float, n values
        In the order of `new`, 0 or more, in the unit of the numerator; gain less loss is the change
        of the numerator. Where both results hold the units (people, jobs) or the ground that they
        counted, one unit's or place's gain does not make up for the loss of another; else gain and
        loss are those of whole districts. NaN where either date is unknown.
    """
    then, now = (one.districts["numerator"].to_numpy(dtype=float) for one in (old, new))
    under = new.districts["denominator"].to_numpy(dtype=float)
    rounding = np.maximum(
        rounding_of(then, now, old.numerator, new.numerator), np.nan_to_num(tolerance * under)
    )
    change = settled(now - then, rounding)
    lost = _lost_units(before, after, old, new)
    if lost is None:
        lost = _lost_ground(before, after, old, new)
    if lost is None:
        return np.maximum(change, 0.0) + 0.0, np.maximum(-change, 0.0) + 0.0
    # Ground is drawn, the change is exact: what is lost is at least what the change says.
    least = np.maximum(-change, 0.0)
    lost = np.where(settled(lost, rounding) == 0, least, np.maximum(lost, least))
    gained = settled(change + lost, np.maximum(rounding, 1e-9 * np.abs(change)))
    return np.maximum(gained, 0.0), np.where(gained > 0, lost, least)


def _lost_units(
    before: "Result", after: "Result", old: "Measure", new: "Measure"
) -> "Floats | None":
    """Add up what units lost, where both dates hold the same units of this measure."""
    units = [result.layers.get("demand") for result in (before, after)]
    if any(one is None or "served_share" not in one.columns for one in units):
        return None
    first, second = (one for one in units if one is not None)
    served = [(one["amount"] * one["served_share"].fillna(0)).to_numpy() for one in (first, second)]
    same = len(first) == len(second) and bool(
        (first["amount"].to_numpy() == second["amount"].to_numpy()).all()
        and (first["district_id"].to_numpy() == second["district_id"].to_numpy()).all()
    )
    sums = zip(served, (old, new), strict=True)
    of_these = all(np.isclose(one.sum(), measure.numerator, rtol=1e-6) for one, measure in sums)
    if not same or not of_these:
        return None
    drop = np.maximum(settled(served[0] - served[1], rounding_of(*served)), 0.0)
    keys = new.districts["district_id"].astype(str).tolist()
    by_district = dict.fromkeys(keys, 0.0)
    for key, amount in zip(first["district_id"].astype(str), drop.tolist(), strict=True):
        by_district[key] = by_district.get(key, 0.0) + amount
    return np.array([by_district[key] for key in keys])


def _lost_ground(
    before: "Result", after: "Result", old: "Measure", new: "Measure"
) -> "Floats | None":
    """Measure the ground lost in each district, where both dates hold it as polygons."""
    if new.of != "land" or new.numerator_unit != "m2":
        return None
    grounds = [_ground(result, new) for result in (before, after)]
    if any(one is None for one in grounds):
        return None
    was, is_now = (one for one in grounds if one is not None)
    keys = new.districts["district_id"].astype(str).tolist()
    first = np.array([was.get(key, shapely.Polygon()) for key in keys], dtype=object)
    second = np.array([is_now.get(key, shapely.Polygon()) for key in keys], dtype=object)
    drawn, lost = shapely.area(first), shapely.area(shapely.difference(first, second))
    # Drawn on the plane, with chords for arcs; the numbers are of the ellipsoid, and exact.
    exact = old.districts["numerator"].to_numpy(dtype=float)
    return np.asarray(lost * np.divide(exact, drawn, out=np.ones(len(drawn)), where=drawn > 0))


def _ground(result: "Result", measure: "Measure") -> "dict[str, shapely.Geometry] | None":
    for name in (f"served_{measure.part}" if measure.part else "served", "areas"):
        layer = result.layers.get(name)
        if layer is None or "district_id" not in layer.columns:
            continue
        mine = _of_part(layer, measure.part) if name == "areas" else layer
        shapes = np.asarray(mine.geometry.array, dtype=object)
        if not (shapely.get_dimensions(shapes) == _AREAL).all():
            return None
        return {
            str(key): shapely.union_all(np.asarray(part.array, dtype=object))
            for key, part in mine.geometry.groupby(mine["district_id"].astype(str))
        }
    return None


def _of_part(layer: "GeoDataFrame", part: str) -> "GeoDataFrame":
    if part in ("", "total") or "category" not in layer.columns:
        return layer
    return layer[layer["category"].astype(str) == part]
