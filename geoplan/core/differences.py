"""Differences: what is below the rounding of its operands is 0."""

from typing import TYPE_CHECKING, Any

from geoplan.core.results import ROUNDING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from geoplan.core.results import Measure

    Floats = NDArray[np.float64]


def rounding_of(*operands: "ArrayLike") -> float:
    """
    Give the rounding of a difference: a share of the largest operand.

    Parameters
    ----------
    *operands : array_like of float
        What is subtracted, of the districts and of the whole; NaN is left out.

    Returns
    -------
    float
        In the unit of the operands; 0 without any.

    Examples
    --------
    >>> rounding_of([300e6, 12.0], [500e6])
    0.0005
    """
    import numpy as np

    flat = np.concatenate([np.ravel(np.asarray(one, dtype=float)) for one in operands])
    return ROUNDING * float(np.max(np.abs(flat[np.isfinite(flat)]), initial=0.0))


def settled(difference: "ArrayLike", tolerance: "ArrayLike") -> Any:  # noqa: ANN401
    """
    Make a difference within its rounding 0.

    Parameters
    ----------
    difference : array_like of float
        NaN stays.
    tolerance : array_like of float
        Rounding of each, or of all.

    Returns
    -------
    array of float, or float
        As `difference` is.

    Examples
    --------
    >>> settled(-7.5e-08, rounding_of(208e6)), settled([0.25, -1e-9], 1e-6).tolist()
    (0.0, [0.25, 0.0])
    """
    import numpy as np

    away = np.asarray(difference, dtype=float)
    found = np.where(np.abs(away) <= np.asarray(tolerance, dtype=float), 0.0, away)
    return float(found) if found.ndim == 0 else found


def value_tolerance(measure: "Measure") -> "Floats":
    """
    Give the rounding of the value of each district, and of the whole at the end.

    Parameters
    ----------
    measure : Measure
        Whose values.

    Returns
    -------
    array of float, n + 1 values
        In the unit of the measure. Sums of areas are off by a share of the whole and not of a
        district, however little of it lies there.
    """
    import numpy as np

    table = measure.districts
    values = np.append(table["value"].to_numpy(dtype=float), measure.value)
    under = np.append(table["denominator"].to_numpy(dtype=float), measure.denominator)
    noise = rounding_of(table["numerator"], measure.numerator)
    share = np.divide(noise, under, out=np.zeros(len(under)), where=under > 0)
    return np.asarray(np.maximum(np.maximum(share, rounding_of(values)), measure.tolerance))
