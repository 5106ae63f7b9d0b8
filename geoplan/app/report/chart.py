"""The chart of an indicator: its districts from the worst to the best."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from geoplan.app.report.charts import (
    Bar,
    BarChart,
    Limit,
    Standing,
    axis_ticks,
    ranked,
    ranked_bars,
)
from geoplan.app.report.tables import compares_districts, district_names, district_standings
from geoplan.app.report.words import CEILINGS, say, target_words
from geoplan.app.run.outcome import IndicatorOutcome
from geoplan.core.numbers import scale_for, share, unit_label
from geoplan.core.ranges import ranged_text
from geoplan.maps.page.safe import visible

_BARS_ON_A_PAGE = 56  # of A4, where a picture cannot break


def bar_charts(indicator: IndicatorOutcome, lang: str) -> tuple[BarChart, ...]:
    """
    Rank the headline measure by district, with the target as a line.

    Parameters
    ----------
    indicator : IndicatorOutcome
        The indicator.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    tuple of BarChart
        One, or several where the districts do not fit on one page of print.
    """
    measure, target, verdict = indicator.headline, indicator.target, indicator.verdict
    judged = compares_districts(indicator)
    bound = target.value if target and judged else None
    # An amount of the whole dwarfs its districts; a ratio of the whole is comparable with theirs.
    with_whole = not measure.is_amount
    values = measure.districts["value"].tolist()
    known = [v for v in [*values, measure.value if with_whole else 0.0, bound] if _known(v)]
    ticks = axis_ticks(max(known, default=0.0), share=measure.unit == "1")
    bars = [
        Bar(name, value, ranged_text(value, *ends, measure.unit, lang, bound=bound), standing)
        for name, value, ends, standing in zip(
            district_names(measure),
            values,
            zip(measure.districts["low"], measure.districts["high"], strict=True),
            district_standings(indicator),
            strict=True,
        )
    ]
    if with_whole:
        label = ranged_text(
            measure.value, measure.low, measure.high, measure.unit, lang, bound=bound
        )
        status: Standing = verdict.status if verdict and judged else ""
        bars.append(Bar(say("table.whole", lang), measure.value, label, status, whole=True))
    limit = None
    if target is not None and bound is not None:
        limit = Limit(bound, say("chart.target", lang, target=target_words(target, lang)))
    order = ranked(bars, highest_first=target is not None and target.operator in CEILINGS)
    return tuple(
        BarChart(
            bars=tuple(order[start : start + _BARS_ON_A_PAGE]),
            title=say("chart.title", lang, title=visible(indicator.title)),
            tick_labels=tuple(_tick_labels(ticks, measure.unit, lang)),
            ticks=tuple(ticks),
            limit=limit,
        )
        for start in range(0, len(order), _BARS_ON_A_PAGE)
    )


def district_chart(indicator: IndicatorOutcome, lang: str) -> Markup:
    """
    Draw the headline measure by district, ranked, with the target as a line.

    Parameters
    ----------
    indicator : IndicatorOutcome
        The indicator.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    Markup
        One chart, or several where the districts do not fit on one page of print.
    """
    return Markup("").join(
        ranked_bars(
            chart.bars,
            title=chart.title,
            tick_labels=chart.tick_labels,
            ticks=chart.ticks,
            limit=chart.limit,
        )
        for chart in bar_charts(indicator, lang)
    )


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _tick_labels(ticks: Sequence[float], unit: str, lang: str) -> list[str]:
    if unit == "1":
        decimals = 0 if ticks[1] >= 0.01 and (ticks[1] * 100) % 1 == 0 else 1
        return [share(tick, decimals=decimals) for tick in ticks]
    scale = scale_for(unit, ticks)
    labels = [f"{tick / scale.factor:,.4g}" for tick in ticks]
    return [*labels[:-1], f"{labels[-1]} {unit_label(scale.unit, lang)}".rstrip()]
