"""The difference of two results, with the rounding and the bounds of both."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.shared.coordinate_rounding import coordinate_tolerance
from geoplan.core.differences import settled, value_tolerance
from geoplan.core.results import Bounds, Measure, Result, make_amount

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Values:
    """
    Values of the districts, and of the whole at the end, with what they could be.

    Parameters
    ----------
    value, low, high : array of float, n + 1 values
        In the unit of their measure; NaN where unknown.
    tolerance : array of float, n + 1 values
        Rounding of each.
    reasons : tuple of str
        Why they are open, as in `geoplan.core.results.Measure.open_for`.
    """

    value: "Floats"
    low: "Floats"
    high: "Floats"
    tolerance: "Floats"
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, result: Result, measure: Measure) -> "Values":
        """Take them from a measure, with what the digits of coordinates can move."""
        value, low, high = (
            np.append(measure.districts[name].to_numpy(dtype=float), getattr(measure, name))
            for name in ("value", "low", "high")
        )
        tolerance = value_tolerance(measure) + coordinate_tolerance(result, measure)
        return cls(value, low, high, tolerance, measure.open_for)

    def less(self, earlier: "Values") -> "Values":
        """Subtract: what is below the rounding of both is 0, and so are its bounds then."""
        off = self.tolerance + earlier.tolerance
        reasons = tuple(dict.fromkeys((*earlier.reasons, *self.reasons)))
        return Values(
            settled(self.value - earlier.value, off),
            settled(self.low - earlier.high, off),
            settled(self.high - earlier.low, off),
            off,
            reasons,
        )

    def times(self, factor: "float | Floats") -> "Values":
        """Multiply, by what is above 0."""
        value, low, high, tolerance = (
            number * factor for number in (self.value, self.low, self.high, self.tolerance)
        )
        return Values(value, low, high, tolerance, self.reasons)

    def measure(self, districts: "GeoDataFrame", of: str, part: str, unit: str) -> Measure:
        """Make an amount of it."""
        bounds = Bounds(self.low[:-1], self.high[:-1], self.low[-1], self.high[-1], self.reasons)
        return make_amount(
            districts,
            self.value[:-1],
            of=of,
            unit=unit,
            part=part,
            total=float(self.value[-1]),
            bounds=bounds,
            tolerance=float(self.tolerance[-1]),
        )


def in_order_of(measure: Measure, other: Measure) -> Measure:
    """
    Put the districts of one measure in the order of another.

    Parameters
    ----------
    measure : Measure
        Whose districts to take.
    other : Measure
        What to join to them, by ``district_id``.

    Returns
    -------
    Measure
        `other`, with NaN for districts that it lacks.
    """
    joined = other.districts.set_index("district_id").reindex(measure.districts["district_id"])
    return replace(other, districts=joined.reset_index())


def difference(before: Result, after: Result, old: Measure, new: Measure) -> Values:
    """
    Subtract the values of a measure at an earlier date from those at a later one.

    Parameters
    ----------
    before, after : Result
        The two results.
    old, new : Measure
        The same measure of each.

    Returns
    -------
    Values
        In the order of `new`; 0 where the two are equal but for their rounding.
    """
    return Values.of(after, new).less(Values.of(before, in_order_of(new, old)))
