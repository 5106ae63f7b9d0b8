"""Targets: what a plan asks for, read from text."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from geoplan.app.run.judging import judge, judges_districts
from geoplan.app.run.outcome import Operator
from geoplan.core.errors import PlanError
from geoplan.core.written_units import unit_examples, unit_factor

__all__ = ["Bound", "Direction", "judge", "judges_districts", "parse_target"]

Direction = Literal["up", "down"]

EXAMPLES = "'> 95 %', '>= 30.05 %', '不低于 8 m2/person', '< 0.9 km', 'not decrease from 46.6 %'"

_RELATIVE: tuple[tuple[Operator, str], ...] = (
    (
        "not_above_parent",
        (
            r"not (?:be )?(?:above|higher than|exceed(?:ing)?) (?:the |its |of )*"
            r"(?:parent|city|province|national)(?:'s)?(?: (?:average|mean|level))?"
            r"|不(?:高于|超过)(?:全市|全区|全省|全国|上级|市)(?:平均)?(?:水平|值)?"
        ),
    ),
    (
        "not_decrease",
        (
            r"(?:does |do |must |shall )?(?:not?|no) (?:to )?(?:decrease|decline|fall|loss)"
            r"|不(?:降低|减少|下降|缩小)|不(?:低于|少于|小于)(?=现状|基准)|只增不减"
        ),
    ),
    (
        "not_increase",
        (
            r"(?:does |do |must |shall )?(?:not?|no) (?:to )?(?:increase|rise|grow|growth)"
            r"|不(?:增加|上升|提高|增长)|不(?:高于|超过|大于)(?=现状|基准)|只减不增"
        ),
    ),
)
_ABSOLUTE: tuple[tuple[Operator, str], ...] = (
    (
        ">=",
        (
            r">=|≥|≧|⩾|=>|at least|no(?:t)? (?:less|fewer|lower) than|not below|minimum|min\."
            r"|(?:不低于|不少于|不小于|至少|大于等于|大于或等于)"
        ),
    ),
    (
        "<=",
        (
            r"<=|≤|≦|⩽|=<|at most|no(?:t)? (?:more|greater|higher) than|not above"
            r"|not exceed(?:ing)?|maximum|max\."
            r"|不高于|不超过|不大于|不多于|至多|小于等于|小于或等于"
        ),
    ),
    (">", r">|more than|greater than|higher than|above|over|exceeds|(?:大于|超过|高于|多于)"),
    ("<", r"<|less than|fewer than|lower than|below|under|(?:小于|低于|少于)"),
    ("==", r"==?|equals?(?: to)?|equal to|等于|保持(?:在)?"),
)
_REACH = r"reach(?:es)?|达到|达"
_SUFFIX: tuple[tuple[Operator, str], ...] = (
    (">=", r"(?:及|\(含\))?以上|or more|or above|and above"),
    ("<=", r"(?:及|\(含\))?以下|以内|or less|or below|and below"),
)
_BASELINE_FILLER = re.compile(
    r"^(?:from|than|of|baseline|base|now|现状值?|基准值?|[\s(:,，。=])+|\)$"
)
_RANGE = re.compile(
    r"^(?:between |介于|控制在|在)?(?P<low>\d[\d,]*(?:\.\d+)?)\s*(?P<low_unit>.*?)\s*"
    r"(?:[-‐‑‒–—―~]|至|到|to|and|与|和)\s*(?P<high>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>.*?)(?:之间)?$"
)
_NUMBER = re.compile(r"^(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*(?P<unit>.*)$")


@dataclass(frozen=True)
class Bound:
    """
    What a target text says: how to compare, and with what.

    Parameters
    ----------
    operator : Operator
        How to compare.
    value : float or None
        In the unit that was asked for; None for a relative operator without a baseline; the lower
        end of a range.
    high : float or None
        The upper end of a range ("1-2 个"), which belongs to it as the lower one does.
    """

    operator: Operator
    value: float | None
    high: float | None = None


def parse_target(text: str, *, unit: str, direction: Direction | None = None) -> Bound:
    """
    Read a target as planning documents write it, in Chinese or English.

    Parameters
    ----------
    text : str
        An operator in symbols or words, a number and its unit; a range of two numbers; or a
        relative target, with a baseline or without.
    unit : str
        Unit of the measure: ``"1"`` for a share, ``"m2/person"``, ``"m2"``, …
    direction : {"up", "down"}, optional
        Which way is better, for "reaches 58 %" (达到 58 %): ≥ when up, ≤ when down; without it
        such a target is refused.

    Returns
    -------
    Bound
        The operator, strictness kept, and the value in `unit`: the number nearest to the decimal
        that the text has, so that 19 of 20 equals "95 %".

    Raises
    ------
    PlanError
        If the text cannot be read, or its unit does not fit the measure.

    Examples
    --------
    >>> parse_target("> 95 %", unit="1")
    Bound(operator='>', value=0.95, high=None)
    >>> parse_target("不低于 8 平方米/人", unit="m2/person")
    Bound(operator='>=', value=8.0, high=None)
    >>> parse_target("＜0.9 公里", unit="m")
    Bound(operator='<', value=900.0, high=None)
    >>> parse_target("1-2 个", unit="count")
    Bound(operator='within', value=1.0, high=2.0)
    >>> parse_target("not decrease from 46.6 %", unit="1")
    Bound(operator='not_decrease', value=0.466, high=None)
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip("。.;, ")
    relative = _leading(plain, _RELATIVE)
    if relative is not None:
        operator, rest = relative
        if rest.strip().startswith("of "):  # no loss of 5 %: of how much, and not since when
            raise PlanError(
                f"target {text!r}: is {rest.strip()[3:]!r} what there was, or what may change? "
                "Write 'not decrease from 46.6 %', or a target for the change itself."
            )
        rest = _BASELINE_FILLER.sub("", _BASELINE_FILLER.sub("", rest)).strip()
        return Bound(operator, _quantity(rest, text, unit) if rest else None)
    span = _RANGE.match(plain)
    if span is not None:
        return _range(span, text, unit)
    operator, rest = _absolute(plain, text, direction)
    return Bound(operator, _quantity(rest, text, unit))


def _range(span: re.Match[str], text: str, unit: str) -> Bound:
    """Read both ends of a range; a unit behind the second number holds for both."""
    low = _quantity(f"{span['low']} {span['low_unit'] or span['unit']}", text, unit)
    high = _quantity(f"{span['high']} {span['unit']}", text, unit)
    if low > high:
        raise PlanError(f"target {text!r}: a range begins with the smaller number.")
    return Bound("within", low, high)


def _leading(
    plain: str, operators: tuple[tuple[Operator, str], ...]
) -> tuple[Operator, str] | None:
    for operator, pattern in operators:
        found = re.match(rf"(?:{pattern})", plain)
        if found:
            return operator, plain[found.end() :].strip()
    return None


def _absolute(plain: str, text: str, direction: Direction | None) -> tuple[Operator, str]:
    found = _leading(plain, _ABSOLUTE)
    if found is not None:
        return found
    for operator, pattern in _SUFFIX:
        trailing = re.search(rf"(?:{pattern})$", plain)
        if trailing:
            return operator, re.sub(rf"^(?:{_REACH})", "", plain[: trailing.start()]).strip()
    reach = re.match(_REACH, plain)
    if reach and direction is not None:
        return (">=" if direction == "up" else "<="), plain[reach.end() :].strip()
    if reach:
        raise PlanError(
            f"target {text!r} says “{reach.group()}”: at least, or at most? Neither the plan nor "
            'the catalogue says which way is better. Add better = "up" (more is better) '
            'or better = "down" (less is better), or write >= or <= before the number.'
        )
    hint = (
        " It does not say how to compare: put >, >=, <, <= or == before the number."
        if _NUMBER.match(plain)
        else ""
    )
    raise PlanError(f"target {text!r} cannot be read.{hint} Write for example {EXAMPLES}.")


def _quantity(rest: str, text: str, unit: str) -> float:
    per_head = rest.startswith("人均")
    found = _NUMBER.match(rest.removeprefix("人均").strip())
    if found is None:
        raise PlanError(
            f"target {text!r} cannot be read: {rest or 'nothing'!r} stands where a number with its "
            f"unit should. Write for example {EXAMPLES}."
        )
    number = Fraction(found["number"].replace(",", ""))
    written = found["unit"].strip() + ("/人" if per_head else "")
    if not written:
        return _bare(number, text, unit)
    known = unit_factor(written)
    if known is None or known[1] != unit:
        came = "is not a unit that is known here" if known is None else "does not measure the same"
        wanted = "a share, in %" if unit == "1" else f"{unit} ({unit_examples(unit)})"
        raise PlanError(f"target {text!r}: {written!r} {came}; the indicator is {wanted}.")
    return float(number * known[0])


def _bare(number: Fraction, text: str, unit: str) -> float:
    if unit == "number" or (unit == "1" and abs(number) < 1):  # 1 could be 1 % or the whole
        return float(number)
    wanted = "'%', or a share below 1" if unit == "1" else unit_examples(unit)
    raise PlanError(f"target {text!r} has no unit; wanted {wanted}. Write for example {EXAMPLES}.")
