"""Results: what every analysis returns, whatever it measures."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from geoplan.core.notices import Notice

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame


# Sums of areas carry floating-point noise of about 1e-13 of the sum. It is 0.4 mm² on 388 km².
ROUNDING = 1e-12
"""Share of the largest operand that is rounding: two numbers closer than this are equal."""


@dataclass(frozen=True)
class Bounds:
    """
    What the values of a measure could be, given what the data leave open.

    Parameters
    ----------
    low, high : array_like of float, n values
        Least and greatest value of each district, in the unit of the measure.
    low_total, high_total : float
        The same for the whole.
    reasons : tuple of str
        Why: phrase keys under ``open`` in the texts, such as ``"no_data"`` (ground without data),
        ``"no_network"`` (people whom the network's source does not reach), ``"coarse_units"``.
    of, of_total : array_like of float and float, optional
        Denominators that `low` and `high` are of, where the value is of what is known only; by
        default they are those of the value.
    """

    low: Any
    high: Any
    low_total: float
    high_total: float
    reasons: tuple[str, ...]
    of: Any = None
    of_total: float | None = None


@dataclass(frozen=True)
class Measure:
    """
    One number per district and for the whole: a numerator over a denominator.

    Parameters
    ----------
    of : str
        What it is a share of: ``land``, ``population``, ``population+jobs``, a layer's name, …
    part : str
        Which part of the analysis: a park tier, a red-line category; empty where there is one only.
    districts : DataFrame, n rows
        In the order of the districts given, indexed by position, with the columns

        =============== ======= ============================================
        column          dtype   meaning
        =============== ======= ============================================
        ``district_id`` str     key of the district
        ``name``        str     its name
        ``value``       float64 numerator / denominator; NaN when the
                                denominator is 0 or unknown
        ``low``         float64 least value that the data leave possible
        ``high``        float64 greatest value that the data leave possible
        ``numerator``   float64 in `numerator_unit`; NaN when unknown
        ``denominator`` float64 in `denominator_unit`; NaN when unknown
        ``open_of``     float64 what `low` and `high` are shares of, where
                                it is not `denominator`
        =============== ======= ============================================
    value, numerator, denominator : float
        The whole study area, each place counted once.
    unit : str
        Unit of `value`: ``"1"`` for a share in [0, 1], else e.g. ``"m2/person"``, ``"m2"``.
    numerator_unit, denominator_unit : str
        ``"m2"``, ``"person"``, ``"job"``, ``"person+job"``, ``"count"``, ``"m"``, …
    low, high : float
        What `value` could be, given what the data leave open; both equal it where nothing is.
    tolerance : float
        Rounding of `value`, in `unit`: two values closer than this are equal.
    open_for : tuple of str
        Why `low` and `high` differ: phrase keys under ``open``, such as ``"no_data"``.
    open_of : float or None
        What `low` and `high` are shares of; None: of `denominator`.
    """

    of: str
    part: str
    districts: "pd.DataFrame"
    value: float
    numerator: float
    denominator: float
    unit: str
    numerator_unit: str
    denominator_unit: str
    low: float
    high: float
    tolerance: float = 0.0
    open_for: tuple[str, ...] = ()
    open_of: float | None = None

    @property
    def label(self) -> str:
        """Key of the measure within its result: ``of``, or ``of/part``."""
        return f"{self.of}/{self.part}" if self.part else self.of

    @property
    def is_open(self) -> bool:
        """Whether the data leave the value open, of the whole or of any district."""
        import numpy as np

        table = self.districts
        apart = table["low"].to_numpy(float) < table["high"].to_numpy(float)
        return bool(self.low < self.high or np.any(apart))

    @property
    def is_amount(self) -> bool:
        """Whether it is a plain amount, over nothing: metres of line, a count."""
        return not self.denominator_unit


@dataclass(frozen=True)
class Result:
    """
    What an analysis found.

    Parameters
    ----------
    analysis : str
        Name of the analysis, as in a plan file: ``coverage``, ``park_access``, …
    measures : tuple of Measure
        One per denominator and part.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        The districts that were measured, as given.
    layers : mapping of str to GeoDataFrame
        Geometry for maps, in the study CRS: ``facilities``, ``served`` (catchment inside the
        districts, one row per district), ``unserved`` (the rest of the demand), ``demand`` (one
        row per demand unit), whatever the analysis has.
    definition : mapping of str to value
        Every parameter that decided the number, by its Python name, with JSON-ready values.
    notices : tuple of Notice
        What a reader of the numbers must be told.
    """

    analysis: str
    measures: tuple[Measure, ...]
    districts: "GeoDataFrame"
    layers: "Mapping[str, GeoDataFrame]" = field(default_factory=dict)
    definition: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    @property
    def table(self) -> "pd.DataFrame":
        """
        Every measure of every district, and the whole in a last row of each measure.

        Columns ``of, part, district_id, name, value, low, high, numerator, denominator, unit``; the
        row of the whole has ``district_id`` and ``name`` empty.
        """
        import pandas as pd

        columns = "of part district_id name value low high numerator denominator unit".split()
        frames = []
        for measure in self.measures:
            whole = pd.DataFrame(
                {
                    "district_id": [""],
                    "name": [""],
                    "value": [measure.value],
                    "low": [measure.low],
                    "high": [measure.high],
                    "numerator": [measure.numerator],
                    "denominator": [measure.denominator],
                }
            )
            frame = pd.concat([measure.districts, whole], ignore_index=True)
            frames.append(frame.assign(of=measure.of, part=measure.part, unit=measure.unit))
        return pd.concat(frames, ignore_index=True)[columns]

    def measure(self, of: str, part: str = "") -> Measure:
        """
        Pick one measure.

        Raises
        ------
        KeyError
            If the result has no such measure; the message lists those it has.
        """
        for candidate in self.measures:
            if (candidate.of, candidate.part) == (of, part):
                return candidate
        wanted = f"{of}/{part}" if part else of
        have = ", ".join(measure.label for measure in self.measures)
        raise KeyError(f"no measure {wanted!r} in this {self.analysis}; it has: {have}")


def make_measure(  # noqa: PLR0913 (the columns of one table)
    districts: "GeoDataFrame",
    numerator: Any,  # noqa: ANN401 (anything numpy turns into an array)
    denominator: Any,  # noqa: ANN401
    *,
    of: str,
    part: str = "",
    unit: str = "1",
    numerator_unit: str = "m2",
    denominator_unit: str = "m2",
    totals: tuple[float, float] | None = None,
    bounds: Bounds | None = None,
    tolerance: float | None = None,
) -> Measure:
    """
    Build a measure from numerators and denominators per district.

    Parameters
    ----------
    districts : GeoDataFrame, n rows
        With ``district_id`` and ``name``.
    numerator, denominator : array_like of float, n values
        NaN where unknown.
    of, part, unit, numerator_unit, denominator_unit : str
        As in `Measure`.
    totals : tuple of float, optional
        Numerator and denominator of the whole; their sums over the districts by default.
    bounds : Bounds, optional
        What the values could be; nothing is open by default. Bounds closer than the rounding are
        the value itself, and bounds never leave the value outside.
    tolerance : float, optional
        Rounding of the whole in `unit`; `ROUNDING` of its value by default. A difference states the
        rounding of its operands.

    Returns
    -------
    Measure
        With NaN as the value wherever the denominator is 0 or unknown.
    """
    import numpy as np
    import pandas as pd

    over = np.asarray(numerator, dtype=float)
    under = np.asarray(denominator, dtype=float)
    value = np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0)
    total_over, total_under = (
        (float(over.sum()), float(under.sum()))
        if totals is None
        else (float(totals[0]), float(totals[1]))
    )
    whole = total_over / total_under if total_under > 0 else float("nan")
    rounding = ROUNDING * abs(whole) if tolerance is None else tolerance
    bounds = bounds or Bounds(value, value, whole, whole, ())
    low, high = _around(value, bounds.low, bounds.high, tolerance or 0.0)
    (low_total,), (high_total,) = _around(
        np.array([whole]), [bounds.low_total], [bounds.high_total], tolerance or 0.0
    )
    table = pd.DataFrame(
        {
            "district_id": districts["district_id"].astype(str).to_numpy(),
            "name": districts["name"].astype(str).to_numpy(),
            "value": value,
            "low": low,
            "high": high,
            "numerator": over,
            "denominator": under,
        }
    )
    if bounds.of is not None:
        table["open_of"] = np.asarray(bounds.of, dtype=float)
    measure = Measure(
        of=of,
        part=part,
        districts=table,
        value=whole,
        numerator=total_over,
        denominator=total_under,
        unit=unit,
        numerator_unit=numerator_unit,
        denominator_unit=denominator_unit,
        low=float(low_total),
        high=float(high_total),
        tolerance=rounding,
        open_of=bounds.of_total,
    )
    return replace(measure, open_for=bounds.reasons) if measure.is_open else measure


def _around(
    value: Any,  # noqa: ANN401
    low: Any,  # noqa: ANN401
    high: Any,  # noqa: ANN401
    tolerance: float,
) -> tuple[Any, Any]:
    """Give bounds that hold the value, and are it where they differ from it by rounding alone."""
    import numpy as np

    value = np.asarray(value, dtype=float)
    rounding = np.maximum(ROUNDING * np.abs(value), tolerance)
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    below = np.where(value - low > rounding, low, value)
    above = np.where(high - value > rounding, high, value)
    unknown = np.isnan(value)  # no value, but its bounds may be known all the same
    return np.where(unknown, low, below), np.where(unknown, high, above)


def make_amount(
    districts: "GeoDataFrame",
    amount: Any,  # noqa: ANN401 (anything numpy turns into an array)
    *,
    of: str,
    unit: str,
    part: str = "",
    total: float | None = None,
    bounds: Bounds | None = None,
    tolerance: float | None = None,
) -> Measure:
    """
    Build a measure that is no ratio: metres of line, a count, hectares lost.

    Parameters
    ----------
    districts : GeoDataFrame, n rows
        With ``district_id`` and ``name``.
    amount : array_like of float, n values
        NaN where unknown.
    of, unit, part : str
        As in `Measure`.
    total : float, optional
        Amount of the whole; the sum over the districts by default.
    bounds, tolerance : optional
        As in `make_measure`.

    Returns
    -------
    Measure
        Amounts over 1: `Measure.denominator` is 1 everywhere and its unit is empty.
    """
    import numpy as np

    amounts = np.asarray(amount, dtype=float)
    whole = float(amounts.sum() if total is None else total)
    return make_measure(
        districts,
        amounts,
        np.ones(len(amounts)),
        of=of,
        part=part,
        unit=unit,
        numerator_unit=unit,
        denominator_unit="",
        totals=(whole, 1.0),
        bounds=bounds,
        tolerance=tolerance,
    )
