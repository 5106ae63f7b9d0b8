"""Sentences of the report: what was found, what the plan asks, what is missing."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from geoplan.app.run.judging import OPEN
from geoplan.app.run.outcome import IndicatorOutcome, Target, Verdict
from geoplan.core.notices import Notice
from geoplan.core.numbers import (
    Scale,
    amount,
    distance,
    number,
    scale_for,
    unit_label,
    value_text,
)
from geoplan.core.ranges import is_open, open_words
from geoplan.core.results import Measure, Result
from geoplan.core.terms import Kind, is_term, term
from geoplan.core.texts import catalogue, text
from geoplan.core.units import M2_PER_HA
from geoplan.maps.page.safe import visible
from geoplan.maps.page.words import amounts

CEILINGS = frozenset({"<", "<=", "not_increase", "not_above_parent"})
"""Operators for which a high value is a bad one."""

_SYMBOLS = {">": ">", ">=": "≥", "<": "<", "<=": "≤", "==": "="}

MARKS: Mapping[str, str] = {"met": "✓", "missed": "✗", "undecidable": "◇", "": "–"}
"""What stands beside the word of a verdict, so that colour is never alone."""

_HECTARES_BELOW_M2 = 100_000_000.0  # 10,000 ha: above it, km² are easier to imagine
_ROUNDING = 1e-9


def say(key: str, lang: str, **values: Any) -> str:  # noqa: ANN401 (whatever format() takes)
    """Look up a phrase of the report, such as ``verdict.met``."""
    return text(f"report.{key}", lang, **values)


def unbroken(words: str) -> str:
    """Keep a number and its unit on one line."""
    return words.replace(" ", "\u00a0")


def spoken(table: Kind, key: str, lang: str) -> str:
    """Name a denominator, a layer or a part; what the plan named itself keeps its name."""
    return visible(term(table, key, lang))


def notice_words(notice: Notice, lang: str) -> str:
    """Write a notice, its layer by the name that the rest of the report uses."""
    subject = term("layer", notice.subject, lang)
    known = is_term("layer", notice.subject, lang)
    return visible(replace(notice, subject=subject if known else notice.subject).text(lang))


def measure_words(measure: Measure, lang: str) -> str:
    """Name a measure: what it is a share of, and which part."""
    of = spoken("denominator", measure.of, lang)
    return f"{of} · {spoken('part', measure.part, lang)}" if measure.part else of


def on_streets(result: "Result") -> bool:
    """Tell whether the distances of a result run along the walk network."""
    return result.definition.get("distance") == "network"


def finding(indicator: IndicatorOutcome, lang: str) -> str:
    """
    Say what was found, in one sentence with its number.

    Parameters
    ----------
    indicator : IndicatorOutcome
        The indicator; its headline measure is spoken of.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        The sentence.
    """
    measure, result = indicator.headline, indicator.result
    bound = indicator.target.value if indicator.target else None
    values = {
        "value": unbroken(value_text(measure.value, measure.unit, lang, bound=bound)),
        "of": spoken("denominator", measure.of, lang),
        "part": spoken("part", measure.part, lang),
        "title": visible(indicator.title),
        **_definition_words(result, lang),
    }
    if not math.isfinite(measure.value):
        return say("finding.unknown", lang, **values)
    key = f"finding.{result.analysis}"
    endings = ["_network", ""] if on_streets(result) else [""]
    parts = [f"_{measure.part}", ""] if measure.part else [""]
    worded = [f"{key}{ending}{part}" for part in parts for ending in endings]
    known = (one for one in worded if f"report.{one}" in catalogue(lang))
    return say(next(known, "finding.other"), lang, **values)


def _definition_words(result: Result, lang: str) -> dict[str, str]:
    metres = result.definition.get("distance_m")
    return {
        "distance": unbroken(distance(metres, lang)) if isinstance(metres, int | float) else "",
        "facilities": spoken("layer", result.definition.get("facilities") or "facilities", lang),
    }


def target_words(target: Target, lang: str) -> str:
    r"""
    Say what the plan asks for; a relative operator in words.

    Parameters
    ----------
    target : Target
        The target.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        Such as ``"≥ 30.05 %"`` or ``"not to fall (from 46.6 %)"``. The bound has all its digits.

    Examples
    --------
    >>> asked = Target("at least 30.05 %", ">=", 0.3005, "1", "land")
    >>> target_words(asked, "en").replace("\u00a0", " ")
    '≥ 30.05 %'
    """
    bound = "" if target.value is None else _exact(target.value, target.unit, lang)
    if target.operator in _SYMBOLS:
        return f"{_SYMBOLS[target.operator]}\u00a0{bound}" if bound else visible(target.text)
    if target.operator == "within" and target.value is not None and target.high is not None:
        return _span(target.value, target.high, target.unit, lang)
    words = say(f"operators.{target.operator}", lang)
    return say("operators.from", lang, words=words, value=bound) if bound else words


def _exact(value: float, unit: str, lang: str) -> str:
    """Write a bound with the digits that the plan gave it: 30.05 % is not 30.0 %."""
    scale = scale_for(unit, [value])
    digits = f"{value / scale.factor:,.10g}"
    return unbroken(f"{digits} {unit_label(scale.unit, lang)}".rstrip())


def _span(low: float, high: float, unit: str, lang: str) -> str:
    """Write both ends of a range with one unit behind them."""
    scale = scale_for(unit, [low, high])
    ends = "–".join(f"{end / scale.factor:,.10g}" for end in (low, high))
    return unbroken(f"{ends} {unit_label(scale.unit, lang)}".rstrip())


def source_words(target: Target, lang: str) -> str:
    """
    Say where a target stands, for which year, and whether it binds.

    Parameters
    ----------
    target : Target
        The target.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        Such as ``"plan, row 11 · 2020 · binding"``; empty where the plan says none of it.

    Examples
    --------
    >>> asked = Target("> 95 %", ">", 0.95, "1", "land", source="row 11", year=2020, force="strive")
    >>> source_words(asked, "en")
    'row 11 · 2020 · to strive for'
    """
    force = text(f"catalogue.force.{target.force}", lang) if target.force else ""
    year = "" if target.year is None else str(target.year)
    return " · ".join(word for word in (visible(target.source), year, force) if word)


def shortfall_words(verdict: Verdict, lang: str) -> str:
    """
    Say how much is missing, in people, hectares or kilometres.

    Parameters
    ----------
    verdict : Verdict
        The verdict.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        Such as ``"648.0 ha"``; empty unless the target is missed.
    """
    if verdict.status != "missed":
        return ""
    value, unit = verdict.shortfall, verdict.shortfall_unit
    if value == 0:
        return say("shortfall.exactly", lang)
    if unit == "m2" and M2_PER_HA <= abs(value) < _HECTARES_BELOW_M2:
        return amount(value, unit, lang, scale=Scale(M2_PER_HA, "ha", 1))
    if unit == "count":  # a quarter of a stop is a stop to be built
        value = math.ceil(value - _ROUNDING)
    if unit == "1":
        return say("shortfall.points", lang, value=number(value * 100, 1 if value >= 0.001 else 3))
    return amount(value, unit, lang)


def reason_words(verdict: Verdict, lang: str) -> str:
    """Say why a target cannot be decided; empty for one that can."""
    if verdict.status != "undecidable":
        return ""
    why = open_words(verdict.open_for, lang)
    if verdict.reason == OPEN and not is_open(verdict.low, verdict.high):
        return say("reasons.open_target", lang, why=why)
    if verdict.reason == OPEN:
        low, high = (
            unbroken(value_text(value, verdict.unit, lang)) for value in (verdict.low, verdict.high)
        )
        return say("reasons.open", lang, low=low, high=high, why=why)
    return catalogue(lang).get(f"report.reasons.{verdict.reason}", "") or say(
        "reasons.other", lang, reason=visible(verdict.reason)
    )


def conclusion(indicator: IndicatorOutcome, lang: str) -> str:
    """
    Say how the finding stands to the target.

    Parameters
    ----------
    indicator : IndicatorOutcome
        The indicator.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        The sentence; that the plan sets no target where it sets none.
    """
    target, verdict = indicator.target, indicator.verdict
    if target is None or verdict is None:
        told = say("conclusion.none", lang), openness(indicator.headline, lang)
        return ("" if lang == "zh" else " ").join(told).rstrip()
    manner = ""
    if verdict.status == "missed":
        manner = "_exactly" if verdict.shortfall == 0 else _side(target, indicator.headline)
    concluded = say(
        f"conclusion.{verdict.status}{manner}",
        lang,
        target=target_words(target, lang),
        shortfall=unbroken(shortfall_words(verdict, lang)),
        reason=reason_words(verdict, lang),
    )
    if verdict.status == "undecidable":
        return concluded
    return f"{concluded}{'' if lang == 'zh' else ' '}{openness(indicator.headline, lang)}".rstrip()


def openness(measure: Measure, lang: str) -> str:
    """Say between which numbers the data leave a value, and why; empty where nothing is open."""
    if not is_open(measure.low, measure.high):
        return ""
    low, high = (
        unbroken(value_text(value, measure.unit, lang)) for value in (measure.low, measure.high)
    )
    why = open_words(measure.open_for, lang)
    return say("reasons.open", lang, low=low, high=high, why=why)


def _side(target: Target, measure: Measure) -> str:
    top = {"==": target.value, "within": target.high}.get(target.operator)
    above = top is not None and measure.value > top
    return "_over" if above or target.operator in CEILINGS else ""


def fraction_words(measure: Measure, lang: str) -> str:
    """
    Write numerator and denominator behind one another, in one unit where they share it.

    Parameters
    ----------
    measure : Measure
        The measure; empty text unless both are known, and of a plain amount.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        Such as ``"1,493,908 of 1,952,978 people"``.
    """
    if measure.is_amount or not (
        math.isfinite(measure.numerator) and math.isfinite(measure.denominator)
    ):
        return ""
    numerator, denominator = amounts(measure, lang)
    key = "fraction" if measure.unit == "1" else "ratio"
    return say(f"table.{key}", lang, numerator=numerator, denominator=denominator)
