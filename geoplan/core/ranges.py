"""What a value could be, in words: its range, and why it is open."""

import math
from collections.abc import Sequence

from geoplan.core.numbers import value_text
from geoplan.core.texts import catalogue, text


def is_open(low: float, high: float) -> bool:
    """Tell whether the data leave a value open."""
    return math.isfinite(low) and math.isfinite(high) and low < high


def range_text(low: float, high: float, unit: str, lang: str, *, bound: float | None = None) -> str:
    """
    Write a range, its unit once.

    Parameters
    ----------
    low, high : float
        In `unit`.
    unit : str
        As in `Measure.unit`.
    lang : {"en", "zh"}
        The language.
    bound : float, optional
        Target value in the same unit: digits are added until the text falls on the same side of it
        as the numbers.

    Returns
    -------
    str
        Such as ``"71.0 – 96.0 %"``; empty where nothing is open.

    Examples
    --------
    >>> range_text(0.71, 0.96, "1", "en"), range_text(0.5, 0.5, "1", "en")
    ('71.0 – 96.0 %', '')
    """
    if not is_open(low, high):
        return ""
    least, most = (value_text(value, unit, lang, bound=bound) for value in (low, high))
    number, _, label = least.rpartition(" ")
    if number and label == most.rpartition(" ")[2]:
        least = number
    return text("numbers.range", lang, low=least, high=most)


def ranged_text(
    value: float, low: float, high: float, unit: str, lang: str, *, bound: float | None = None
) -> str:
    """
    Write a value, with its range behind it where the data leave it open.

    Parameters
    ----------
    value, low, high : float
        In `unit`; without a value the range alone is written.
    unit, lang, bound
        As in `range_text`.

    Returns
    -------
    str
        Such as ``"94.7 % (71.0 – 96.0 %)"``.

    Examples
    --------
    >>> ranged_text(0.947, 0.71, 0.96, "1", "en"), ranged_text(0.947, 0.947, 0.947, "1", "en")
    ('94.7 % (71.0 – 96.0 %)', '94.7 %')
    """
    between = range_text(low, high, unit, lang, bound=bound)
    if between and not math.isfinite(value):
        return between
    shown = value_text(value, unit, lang, bound=bound)
    return text("numbers.ranged", lang, value=shown, range=between) if between else shown


def open_words(reasons: Sequence[str], lang: str) -> str:
    """
    Say why a value is open.

    Parameters
    ----------
    reasons : sequence of str
        `Measure.open_for`: keys of ``open.<lang>.toml``.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        A clause, or several.

    Examples
    --------
    >>> open_words(["no_data"], "en")
    'part of the ground has no data'
    """
    known = catalogue(lang)
    clauses = [known.get(f"open.{reason}", reason.replace("_", " ")) for reason in reasons]
    return ("；" if lang == "zh" else "; ").join(clauses)
