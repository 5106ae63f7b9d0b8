"""How the share grows with distance or time: what a little more would bring, or a little less."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from geoplan.app.report.chart_curve import Curve, Point, reach_chart
from geoplan.app.report.charts import Limit, axis_ticks
from geoplan.app.report.tables import Cell, Heading, Row, Table
from geoplan.app.report.words import measure_words, say, target_words
from geoplan.app.run.outcome import IndicatorOutcome
from geoplan.core.errors import GeoplanError
from geoplan.core.numbers import distance, number, share
from geoplan.maps.page.safe import visible

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

_STEPS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
_FINE_STEPS = tuple(k / 20 for k in range(1, 61))
_MOST_ROWS = 50_000  # measuring again at eight radii would take longer than the report is worth
_CLOSE = 0.02


@dataclass(frozen=True)
class Growth:
    """
    The share within every distance or time.

    Parameters
    ----------
    at : tuple of float
        Ascending, in `unit`.
    shares : tuple of float
        Share within each, in [0, 1].
    unit : {"m", "min"}
        Unit of `at`.
    limit : float
        Where the indicator itself is measured.
    value : float
        The indicator itself.
    """

    at: tuple[float, ...]
    shares: tuple[float, ...]
    unit: str
    limit: float
    value: float


@dataclass(frozen=True)
class GrowthView:
    """
    The growth of a share as a chart and as a table.

    Parameters
    ----------
    chart : Markup
        A curve with the target line.
    curve : Curve
        The same as values, for a picture.
    in_time : bool
        Whether it grows with time; else with distance.
    caption : str
        What the chart shows.
    table : Table
        The same at round steps, for those who cannot see the chart.
    """

    chart: Markup
    curve: Curve
    in_time: bool
    caption: str
    table: Table


def growth(indicator: IndicatorOutcome, layers: "Mapping[str, GeoDataFrame]") -> Growth | None:
    """
    Measure how the headline share grows with the distance or the time allowed.

    Parameters
    ----------
    indicator : IndicatorOutcome
        The indicator.
    layers : mapping of str to GeoDataFrame
        Layers of the plan, by name.

    Returns
    -------
    Growth or None
        None where the analysis knows no distance, or where what it knows of single places does not
        add up to its number.

    Notes
    -----
    Coverage in a straight line is measured again, exactly, at eight radii. Everything else is
    summed up from the distance of each place of ``demand``: in minutes where the result has them,
    or where a tier of parks is defined by them.
    """
    measure = indicator.headline
    if measure.unit != "1" or not math.isfinite(measure.value):
        return None
    found = _measured_again(indicator, layers) or _summed_up(indicator)
    if found is None:
        return None
    near = float(np.interp(found.limit, found.at, found.shares))
    return found if abs(near - measure.value) <= _CLOSE else None


def _measured_again(
    indicator: IndicatorOutcome, layers: "Mapping[str, GeoDataFrame]"
) -> Growth | None:
    from geoplan.analyses import coverage

    result, of = indicator.result, indicator.headline.of
    facilities, limit_m = result.layers.get("facilities"), result.definition.get("distance_m")
    demand = {name: layers[name] for name in of.split("+") if name in layers}
    again = (
        result.analysis == "coverage"
        and result.definition.get("distance") == "straight"
        and facilities is not None
        and isinstance(limit_m, int | float)
        and sum(map(len, demand.values())) <= _MOST_ROWS
        and (demand or of == "land")
    )
    if not again or facilities is None or limit_m is None:
        return None
    at = tuple(limit_m * step for step in _STEPS)
    try:
        shares = tuple(
            indicator.headline.value
            if radius_m == limit_m
            else coverage(facilities, result.districts, distance_m=radius_m, of=[of], demand=demand)
            .measures[0]
            .value
            for radius_m in at
        )
    except GeoplanError:
        return None
    return Growth(at, shares, "m", float(limit_m), indicator.headline.value)


def _summed_up(indicator: IndicatorOutcome) -> Growth | None:
    result, measure = indicator.result, indicator.headline
    demand = result.layers.get("demand")
    scale = _scale(result.definition, measure.part)
    if demand is None or "amount" not in demand or scale is None:
        return None
    column = f"distance_{measure.part}_m" if measure.part else "distance_m"
    if column not in demand:
        return None
    amounts = demand["amount"].to_numpy(dtype=float)
    if not math.isclose(float(np.nansum(amounts)), measure.denominator, rel_tol=1e-3):
        return None  # the demand of another denominator
    limit_m, per_m, unit = scale
    at = limit_m * np.asarray(_FINE_STEPS)
    shares = _within(demand[column].to_numpy(dtype=float), amounts, at) / measure.denominator
    return Growth(
        tuple((at * per_m).tolist()), tuple(shares.tolist()), unit, limit_m * per_m, measure.value
    )


def _scale(definition: Mapping[str, Any], part: str) -> tuple[float, float, str] | None:
    """Give the limit in metres, and how a metre counts: as itself, or in minutes of a tier."""
    if not part:
        limit_m = definition.get("distance_m")
        return (float(limit_m), 1.0, "m") if isinstance(limit_m, int | float) else None
    tier = (definition.get("tiers") or {}).get(part)
    if not isinstance(tier, Mapping):
        return None
    reach_m = tier.get("reach_m")
    if not isinstance(reach_m, int | float) or not reach_m > 0:
        return None
    minutes = tier.get("minutes")
    if isinstance(minutes, int | float):
        return float(reach_m), minutes / reach_m, "min"
    return float(reach_m), 1.0, "m"


def _within(
    distances_m: "NDArray[np.float64]", amounts: "NDArray[np.float64]", at: "NDArray[np.float64]"
) -> "NDArray[np.float64]":
    known = np.isfinite(distances_m) & np.isfinite(amounts)
    order = np.argsort(distances_m[known])
    total = np.append(0.0, np.cumsum(amounts[known][order]))
    return total[np.searchsorted(distances_m[known][order], at, side="right")]


def growth_view(
    indicator: IndicatorOutcome, layers: "Mapping[str, GeoDataFrame]", lang: str
) -> GrowthView | None:
    """
    Draw how the headline share grows, with the target as a line.

    Parameters
    ----------
    indicator : IndicatorOutcome
        The indicator.
    layers : mapping of str to GeoDataFrame
        Layers of the plan, by name.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    GrowthView or None
        None where there is nothing to draw.
    """
    found = growth(indicator, layers)
    if found is None:
        return None
    title = visible(indicator.title)
    of = measure_words(indicator.headline, lang)
    key = "time" if found.unit == "min" else "distance"
    curve = _curve(indicator, found, lang, say(f"growth.title_{key}", lang, title=title))
    headings = (
        Heading(say(f"growth.{key}", lang)),
        Heading(say("table.value", lang), numeric=True),
    )
    rows = tuple(
        Row((Cell(_amount(at, found.unit, lang)), Cell(share(value))), whole=at == found.limit)
        for at, value in _round_steps(found)
    )
    return GrowthView(
        chart=reach_chart(curve),
        curve=curve,
        in_time=key == "time",
        caption=say(f"growth.caption_{key}", lang, of=of),
        table=Table(say(f"growth.table_{key}", lang, title=title, of=of), headings, rows),
    )


def _curve(indicator: IndicatorOutcome, found: Growth, lang: str, title: str) -> Curve:
    target = indicator.target
    bound = None
    if target is not None and target.value is not None and not target.operator.startswith("not_"):
        words = say("chart.target", lang, target=target_words(target, lang))
        bound = Limit(target.value, words)
    ticks = axis_ticks(max(found.at), share=False)
    return Curve(
        points=tuple(Point(at, value) for at, value in zip(found.at, found.shares, strict=True)),
        title=title,
        ticks=tuple(ticks),
        tick_labels=tuple(_amount(tick, found.unit, lang) for tick in ticks),
        here=Limit(found.limit, f"{_amount(found.limit, found.unit, lang)}: {share(found.value)}"),
        value=found.value,
        bound=bound,
    )


def _round_steps(found: Growth) -> Sequence[tuple[float, float]]:
    at = [found.limit * step for step in _STEPS if found.limit * step <= max(found.at) * (1 + 1e-9)]
    values = np.interp(at, found.at, found.shares)
    return [
        (place, found.value if place == found.limit else float(value))
        for place, value in zip(at, values, strict=True)
    ]


def _amount(value: float, unit: str, lang: str) -> str:
    if unit == "m":
        return distance(value, lang)
    decimals = 0 if float(value).is_integer() else 1
    return say("growth.minutes", lang, value=number(value, decimals))
