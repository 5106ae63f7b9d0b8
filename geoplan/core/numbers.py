"""Numbers for people: shares as percentages, areas in km² and hectares, counts with separators."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from geoplan.core.texts import catalogue
from geoplan.core.units import M2_PER_HA, M2_PER_KM2, M_PER_KM

_WAN = 10_000.0
_YI = 100_000_000.0
_WAN_FROM = 100_000.0  # below it, 万 hides digits that people read: 84,244 and not 8.42 万
_MOST_DECIMALS = 3

# What a ratio is divided by, and the unit in which it is shown: 0.0014 m/m2 is 1.4 km/km2.
_RATIOS = {
    "m/m": (1.0, "m/m"),
    "m/m2": (1e-3, "km/km2"),
    "m/person": (0.1, "km/10k_person"),
    "count/m2": (1e-6, "count/km2"),
    "count/person": (1e-4, "count/10k_person"),
    "person/m2": (1e-6, "person/km2"),
    "job/m2": (1e-6, "job/km2"),
    "CNY/m2": (100.0, "100m_CNY/km2"),
    "CNY/person": (1e4, "10k_CNY/person"),
    "t/m2": (1e-6, "t/km2"),
    "t/CNY": (1e-4, "t/10k_CNY"),
    "tce/m2": (1e-6, "tce/km2"),
    "tce/CNY": (1e-4, "tce/10k_CNY"),
    "m3/CNY": (1e-4, "m3/10k_CNY"),
    "kWh/CNY": (1e-4, "kWh/10k_CNY"),
}


@dataclass(frozen=True)
class Scale:
    """
    The unit in which one column of numbers is shown.

    Parameters
    ----------
    factor : float
        What a value in the base unit is divided by.
    unit : str
        Key of the unit's label: ``"km2"``, ``"ha"``, ``"person"``, ``"%"``, …
    decimals : int
        Digits after the point.
    """

    factor: float
    unit: str
    decimals: int


def scale_for(unit: str, values: Iterable[float] = ()) -> Scale:
    """
    Choose one display unit for a whole column, so that its numbers can be compared at a glance.

    Parameters
    ----------
    unit : str
        Unit of the values, as in `Measure`: ``"1"``, ``"m2"``, ``"m"``, ``"person"``, …
    values : iterable of float
        The column; NaN is ignored. Areas are shown in km² from 10 km² up, in hectares from 1 ha up.

    Returns
    -------
    Scale
        Factor, unit label and decimals.

    Examples
    --------
    >>> scale_for("m2", [2.5e6, 388.59e6])
    Scale(factor=1000000.0, unit='km2', decimals=1)
    """
    known = [abs(value) for value in values if math.isfinite(value)]
    largest = max(known, default=0.0)
    if unit == "1":
        return Scale(0.01, "%", 1)
    if unit == "m2":
        return _area_scale(largest)
    if unit == "m":
        return Scale(M_PER_KM, "km", 1) if largest >= 10 * M_PER_KM else Scale(1.0, "m", 0)
    return _ratio_scale(unit, largest) if "/" in unit else _plain_scale(unit, largest)


def _plain_scale(unit: str, largest: float) -> Scale:
    if unit == "CNY" and largest >= _YI:
        return Scale(_YI, "100m_CNY", 1)
    return Scale(1.0, unit, {"number": 3, "pp": 1}.get(unit, 0))


def _ratio_scale(unit: str, largest: float) -> Scale:
    if unit in _RATIOS:
        factor, shown = _RATIOS[unit]
        return Scale(factor, shown, _ratio_decimals(largest / factor))
    return Scale(1.0, unit, 1 if largest >= 1 else 3)


def _ratio_decimals(largest: float) -> int:
    if largest >= 10:
        return 1
    return 2 if largest >= 1 else 3


def _area_scale(largest_m2: float) -> Scale:
    if largest_m2 >= 10 * M2_PER_KM2:
        return Scale(M2_PER_KM2, "km2", 1)
    if largest_m2 >= M2_PER_KM2:
        return Scale(M2_PER_KM2, "km2", 2)
    if largest_m2 >= M2_PER_HA:
        return Scale(M2_PER_HA, "ha", 1)
    return Scale(1.0, "m2", 0)


def unit_label(unit: str, lang: str) -> str:
    """
    Write a unit as people do.

    Parameters
    ----------
    unit : str
        ``"m2"``, ``"km2"``, ``"person"``, ``"m2/person"``, ``"%"``, …; an unknown one comes back.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        The label; empty for ``"1"``.

    Examples
    --------
    >>> unit_label("m2/person", "zh"), unit_label("person", "en")
    ('m²/人', 'people')
    """
    return catalogue(lang).get(f"terms.unit.{unit}", "" if unit == "1" else unit)


def number(value: float, decimals: int = 0) -> str:
    """
    Write a number with thousands separators; an unknown one as a dash.

    Parameters
    ----------
    value : float
        The number; NaN and infinity are unknown.
    decimals : int
        Digits after the point.

    Returns
    -------
    str
        Half-way cases are rounded to even, as Python does. What rounds to zero without being zero
        is written ``"< 0.1"`` (in the last digit asked for).

    Examples
    --------
    >>> number(1493908), number(0.04, 1), number(0, 1), number(float("nan"))
    ('1,493,908', '< 0.1', '0.0', '–')
    """
    if not math.isfinite(value):
        return "–"
    smallest = 10.0**-decimals
    if value != 0 and round(abs(value), decimals) == 0:
        sign = "< " if value > 0 else "> -"
        return f"{sign}{smallest:.{decimals}f}"
    return f"{value:,.{decimals}f}"


def share(value: float, *, decimals: int = 1, bound: float | None = None) -> str:
    """
    Write a share as a percentage that never contradicts a verdict.

    Parameters
    ----------
    value : float
        Share, usually in [0, 1].
    decimals : int
        Digits after the point.
    bound : float, optional
        The share that a target asks for. Digits are added until the text falls on the same side of
        it as the value: 94.98 % must not read "95.0 %" beside a missed "≥ 95 %". A value closer to
        it than 0.001 percentage points is written ``"< 95.0 %"`` or ``"> 95.0 %"``.

    Returns
    -------
    str
        Only 0 is written ``0.0 %`` and only 1 ``100.0 %``.

    Examples
    --------
    >>> share(0.765), share(0.9998)
    ('76.5 %', '> 99.9 %')
    >>> share(0.9498, bound=0.95)
    '94.98 %'
    """
    if not math.isfinite(value):
        return "–"
    first = decimals
    while _hides(value, bound, decimals):
        decimals += 1
        if decimals > _MOST_DECIMALS:
            return f"{'<' if value < (bound or 0) else '>'} {number((bound or 0) * 100, first)} %"
    percent = round(value * 100, decimals)
    if value < 1 and percent >= 100:
        return f"> {100 - 10.0**-decimals:.{decimals}f} %"
    return f"{number(value * 100, decimals)} %"


def _hides(value: float, bound: float | None, decimals: int) -> bool:
    if bound is None or value == bound:
        return False
    shown, limit = round(value * 100, decimals), round(bound * 100, 9)
    return (shown < limit) != (value < bound) or (shown == limit)


def amount(value: float, unit: str, lang: str, *, scale: Scale | None = None) -> str:
    """
    Write a quantity with its unit, at a size that people read.

    Parameters
    ----------
    value : float
        In `unit`; NaN is unknown.
    unit : str
        As in `Measure`: ``"m2"``, ``"person"``, ``"job"``, ``"count"``, ``"m2/person"``, …
    lang : {"en", "zh"}
        The language.
    scale : Scale, optional
        Display unit; chosen by the size of `value` by default.

    Returns
    -------
    str
        Such as ``"437.0 km²"``, ``"1,493,908 people"``, ``"76.5 %"``.

    Examples
    --------
    >>> amount(437e6, "m2", "en")
    '437.0 km²'
    >>> amount(1493908, "person", "zh")
    '149.4 万人'
    """
    if not math.isfinite(value):
        return "–"
    if unit == "1":
        return share(value)
    if scale is None and lang == "zh" and abs(value) >= _WAN_FROM and unit in _COUNTED:
        return f"{number(value / _WAN, 1)} 万{unit_label(unit, lang)}"
    chosen = scale or scale_for(unit, [value])
    digits = number(value / chosen.factor, chosen.decimals)
    label = unit_label(chosen.unit, lang)
    return f"{digits} {label}".rstrip()


_COUNTED = ("person", "job", "person+job", "count")


def value_text(value: float, unit: str, lang: str, *, bound: float | None = None) -> str:
    """
    Write the value of a measure: a share as a percentage, anything else with its unit.

    Parameters
    ----------
    value : float
        In `unit`; NaN is unknown.
    unit : str
        `Measure.unit`.
    lang : {"en", "zh"}
        The language.
    bound : float, optional
        Target value in the same unit, as in `share`: digits are added until the text falls on the
        same side of it as the value.

    Returns
    -------
    str
        Such as ``"76.5 %"`` or ``"12.3 m²/person"``.

    Examples
    --------
    >>> value_text(12.34, "m2/person", "en")
    '12.3 m²/person'
    """
    if unit == "1":
        return share(value, bound=bound)
    scale = scale_for(unit, [value])
    decimals = scale.decimals
    while decimals < scale.decimals + _MOST_DECIMALS and _blurs(value, bound, scale, decimals):
        decimals += 1
    if decimals == scale.decimals:
        return amount(value, unit, lang)
    return amount(value, unit, lang, scale=Scale(scale.factor, scale.unit, decimals))


def _blurs(value: float, bound: float | None, scale: Scale, decimals: int) -> bool:
    """Tell whether so many digits put a value on its bound, or on the wrong side of it."""
    if bound is None or value == bound or not math.isfinite(value):
        return False
    shown, limit = round(value / scale.factor, decimals), round(bound / scale.factor, 9)
    return shown == limit or (shown < limit) != (value < bound)


def distance(metres: float, lang: str) -> str:
    """
    Write a distance: metres below 10 km where they are whole, kilometres above.

    Parameters
    ----------
    metres : float
        The distance.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        Such as ``"500 m"`` or ``"12.5 km"``.

    Examples
    --------
    >>> distance(500, "en"), distance(12500, "zh")
    ('500 m', '12.5 km')
    """
    return amount(metres, "m", lang)
