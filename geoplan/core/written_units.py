"""Units as planning documents and tables write them, in exact factors."""

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
        ("person", 1000, "千人"),
        ("person", 10_000, "万人"),
        ("person", 100_000_000, "亿人"),
        ("job", 1, "job jobs 岗位 个岗位"),
        ("job", 1000, "千岗位 千个岗位"),
        ("job", 10_000, "万岗位 万个岗位"),
        ("person+job", 1, "person+job person+jobs people+jobs 人口岗位"),
        ("day", 1, "day days 天 日"),
        ("kW", 1, "kw 千瓦"),
        ("kW", 10_000, "万kw 万千瓦"),
        ("count", 1, "count 个 座 处 块 条 家 项 辆 station stations stop stops site sites"),
        ("count", 1, "point points vehicle vehicles"),
        ("count", 10_000, "万个 万座 万处 万家 万辆"),
        ("count", 100_000_000, "亿个"),
        ("household", 1, "household households 户"),
        ("household", 1000, "千户"),
        ("household", 10_000, "万户"),
        ("min", 1, "min minute minutes 分 分钟"),
        ("CNY", 1, "cny yuan rmb 元"),
        ("CNY", 1000, "千元"),
        ("CNY", 10_000, "万元"),
        ("CNY", 1_000_000, "百万元"),
        ("CNY", 100_000_000, "亿元"),
        ("t", 1, "t tonne tonnes 吨"),
        ("t", 10_000, "万吨"),
        ("t", 100_000_000, "亿吨"),
        ("tce", 1, "tce 吨标煤 吨标准煤"),
        ("tce", 10_000, "万tce 万吨标煤 万吨标准煤"),
        ("m3", 1, "m3 m^3 cbm 立方米"),
        ("m3", 10_000, "万m3 万立方米"),
        ("m3", 100_000_000, "亿m3 亿立方米"),
        ("kWh", 1, "kwh 度 千瓦时"),
        ("kWh", 10_000, "万kwh 万千瓦时"),
        ("ug", 1, "ug μg 微克"),
        ("ug", 1000, "mg 毫克"),
        ("dB", 1, "db db(a) 分贝"),
        ("number", 1, "number 无量纲"),
        ("pp", 1, "pp 百分点 个百分点"),
    )
    for spelling in spellings.split()
}
_MANY = re.compile(r"(\d[\d,]*)(.*)")
_PER = re.compile(r"\s*(?:/|每|\bper\b)\s*")


_RATIO_EXAMPLES = {
    "m2/person": ", m2/人, 平方米/人",
    "m/m2": ", km/km2, 公里/平方公里",
    "m/person": ", km/10,000 people, 公里/万人",
    "count/m2": ", /km2, 个/平方公里",
    "count/person": ", /10,000 people, 个/万人",
    "CNY/m2": ", 亿元/平方公里",
}


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
    >>> unit_factor("/10,000 people")
    (Fraction(1, 10000), 'count/person')
    """
    parts = ["".join(part.split()) for part in _PER.split(text.casefold(), maxsplit=1)]
    if len(parts) == 1:
        return _UNITS.get(parts[0])
    over = _UNITS.get(parts[0] or "count")
    under = _under(parts[1])
    if over is None or under is None:
        return None
    return over[0] / under[0], f"{over[1]}/{under[1]}"


def _under(written: str) -> tuple[Fraction, str] | None:
    """Read the unit below the line, which may have a number before it: 10,000 people."""
    many = _MANY.fullmatch(written)
    if written in _UNITS or many is None:
        return _UNITS.get(written)
    known = _UNITS.get(many[2])
    return None if known is None else (int(many[1].replace(",", "")) * known[0], known[1])


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
        return f"{unit}{_RATIO_EXAMPLES.get(unit, '')}"
    return ", ".join(
        spelling for spelling, (_, base) in _UNITS.items() if base == unit and "^" not in spelling
    )
