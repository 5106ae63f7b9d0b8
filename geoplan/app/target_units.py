"""Units as planning documents write them, in exact factors."""

import re
from fractions import Fraction

from geoplan.core.units import M2_PER_HA, M2_PER_KM2, M_PER_KM

# Spellings after NFKC (which turns ㎡, m² and ＫＭ into m2 and KM), lower case, without spaces.
# 亩 is 1/15 ha by definition; a float would not hold it exactly.
_UNITS: dict[str, tuple[Fraction, str]] = {
    spelling: (Fraction(factor), base)
    for base, factor, spellings in (
        ("1", Fraction(1, 100), "% percent pct percentage"),
        ("1", Fraction(1, 1000), "‰ permille"),
        ("m2", 1, "m2 m^2 sqm 平方米 平米"),
        ("m2", int(M2_PER_HA), "ha hm2 hectare hectares 公顷 万平方米 万m2"),
        ("m2", int(M2_PER_KM2), "km2 km^2 sqkm 平方公里 平方千米"),
        ("m2", Fraction(int(M2_PER_HA), 15), "mu 亩"),
        ("m2", Fraction(int(M2_PER_HA) * 10_000, 15), "万亩"),
        ("m", 1, "m metre metres meter meters 米"),
        ("m", int(M_PER_KM), "km kilometre kilometres kilometer kilometers 公里 千米"),
        ("person", 1, "person persons people capita inhabitant inhabitants resident residents 人"),
        ("person", 10_000, "万人"),
        ("job", 1, "job jobs 岗位 个岗位"),
        ("job", 10_000, "万岗位 万个岗位"),
        ("person+job", 1, "person+job person+jobs people+jobs 人口岗位"),
        ("count", 1, "count 个 座 处 块 条"),
        ("min", 1, "min minute minutes 分 分钟"),
    )
    for spelling in spellings.split()
}
_PER = re.compile(r"\s*(?:/|每|\bper\b)\s*")


def unit_factor(text: str) -> tuple[Fraction, str] | None:
    """
    Read a unit.

    Parameters
    ----------
    text : str
        As written, after NFKC: ``"%"``, ``"km2"``, ``"公顷"``, ``"m2/person"``, ``"平方米/人"``.

    Returns
    -------
    tuple of Fraction and str, or None
        The factor to the base unit, and the base unit as in `Measure.unit`; None if unknown.

    Examples
    --------
    >>> unit_factor("公顷")
    (Fraction(10000, 1), 'm2')
    >>> unit_factor("ha / 万人")
    (Fraction(1, 1), 'm2/person')
    """
    parts = ["".join(part.split()) for part in _PER.split(text.casefold(), maxsplit=1)]
    if any(part not in _UNITS for part in parts):
        return None
    if len(parts) == 1:
        return _UNITS[parts[0]]
    (over_factor, over_base), (under_factor, under_base) = (_UNITS[part] for part in parts)
    return over_factor / under_factor, f"{over_base}/{under_base}"


def unit_examples(unit: str) -> str:
    """
    Say how a value in a unit can be written.

    Parameters
    ----------
    unit : str
        As in `Measure.unit`.

    Returns
    -------
    str
        A comma-separated list of spellings.

    Examples
    --------
    >>> unit_examples("min")
    'min, minute, minutes, 分, 分钟'
    """
    if "/" in unit:
        return f"{unit}, m2/人, 平方米/人" if unit == "m2/person" else unit
    return ", ".join(
        spelling for spelling, (_, base) in _UNITS.items() if base == unit and "^" not in spelling
    )
