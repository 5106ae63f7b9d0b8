"""Numbers with their unit beside them, as cells and texts have it: 90 %, 150.2 万, 3 km²."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from geoplan.core.errors import SchemaError
from geoplan.core.written_units import unit_factor

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

CONTRADICTORY = "?"
"""Begins the unit of a column whose cells do not agree, or whose format means no number."""

_MULTIPLES = {
    "百万": 1_000_000, "千万": 10_000_000, "万": 10_000, "萬": 10_000, "亿": 100_000_000,
    "億": 100_000_000, "千": 1000, "k": 1000, "thousand": 1000, "million": 1_000_000,
}  # fmt: skip
_HAN_MULTIPLES = re.compile(r"(百万|千万|万|萬|亿|億|千)(.*)")
_WRITTEN = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*([^\d\s.,+-].*)"
)
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]\s*$")
_TIMES = re.compile(r"×(\d+)")


@dataclass(frozen=True)
class ColumnUnit:
    """
    How a file writes the numbers of a column.

    Parameters
    ----------
    unit : str
        What stands beside the numbers: ``"%"``, ``"万人"``, ``"万"``; ``"×1000"`` where they are
        shown divided by so many; with `CONTRADICTORY` in front where the cells do not agree.
    factor : float
        What makes the numbers that were read base units: 10,000 for 150.2 shown as "150.2万".
    """

    unit: str
    factor: float


def written_unit(word: str) -> tuple[Fraction, str] | None:
    """
    Read what stands behind a number: a unit, or a multiple alone.

    Parameters
    ----------
    word : str
        As written.

    Returns
    -------
    tuple of Fraction and str, or None
        The factor to the base unit, and the base unit, empty for a multiple alone; None if unknown.

    Examples
    --------
    >>> written_unit("万人"), written_unit("万"), written_unit("街道")
    ((Fraction(10000, 1), 'person'), (Fraction(10000, 1), ''), None)
    """
    plain = "".join(unicodedata.normalize("NFKC", word).split())
    times = _TIMES.fullmatch(plain)
    if times:
        return Fraction(int(times[1])), ""
    known = unit_factor(plain)
    if known is not None:
        return known
    if plain.casefold() in _MULTIPLES:
        return Fraction(_MULTIPLES[plain.casefold()]), ""
    han = _HAN_MULTIPLES.fullmatch(plain)
    rest = unit_factor(han[2]) if han else None
    if han is None or (rest is None and han[1] == "千"):
        return None  # 千克 is a unit of its own
    many = Fraction(_MULTIPLES[han[1]])
    return (many, "") if rest is None else (many * rest[0], rest[1])


def header_unit(name: str) -> str:
    """
    Find the unit in brackets at the end of a header.

    Parameters
    ----------
    name : str
        Name of a column.

    Returns
    -------
    str
        The unit; empty if there is none that is known.

    Examples
    --------
    >>> header_unit("常住人口（万人）"), header_unit("人口 (2020)")
    ('万人', '')
    """
    found = _IN_BRACKETS.search(unicodedata.normalize("NFKC", name))
    word = found[1].removeprefix("单位:").strip() if found else ""
    return word if word and unit_factor(word) is not None else ""


def without_suffix(column: "pd.Series[Any]") -> "tuple[pd.Series[Any], str]":
    """
    Take the unit off the texts of a column, where all of them have the same.

    Parameters
    ----------
    column : Series
        Anything.

    Returns
    -------
    tuple of Series and str
        The texts without the unit, and the unit; the column itself and empty text otherwise.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers, unit = without_suffix(pd.Series(["90%", "82.5 %", "-"]))
    >>> numbers.tolist(), unit
    (['90', '82.5', '-'], '%')
    """
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column) or not (
        pd.api.types.is_string_dtype(column) or pd.api.types.is_object_dtype(column)
    ):
        return column, ""
    known = column.dropna()
    texts = known.astype(str).map(lambda word: unicodedata.normalize("NFKC", word).strip())
    parts = texts[texts.str.contains(r"\d")].map(_WRITTEN.fullmatch)
    if parts.empty or not all(part and part[1] for part in parts):
        return column, ""
    units = {part[2].strip() for part in parts}
    unit = next(iter(units))
    if len(units) > 1 or written_unit(unit) is None:
        return column, ""
    plain = column.astype(object)
    plain.loc[parts.index] = [part[1] for part in parts]
    return plain.where(column.notna()), unit


def suffix_unit(suffix: str) -> ColumnUnit:
    """
    Make the unit of a column of the suffix that `without_suffix` found.

    Examples
    --------
    >>> suffix_unit("%"), suffix_unit("万")
    (ColumnUnit(unit='%', factor=0.01), ColumnUnit(unit='万', factor=10000.0))
    """
    known = written_unit(suffix)
    return ColumnUnit(suffix, float(known[0]) if known else 1.0)


def base_factor(
    written: ColumnUnit | None, unit: str, *, column: str, subject: str, header: bool = True
) -> float:
    """
    Give what makes the numbers of a column base units, if the file and the caller agree.

    Parameters
    ----------
    written : ColumnUnit or None
        What stands beside the numbers in the file; None: nothing.
    unit : str
        Unit that the caller states.
    column, subject : str
        For the message.
    header : bool
        Whether a unit in brackets in the name of the column has to agree too.

    Returns
    -------
    float
        The factor. A unit that stands beside the numbers is never applied twice: cells that show
        90 % hold 0.9.

    Raises
    ------
    SchemaError
        If they contradict each other.
    """
    stated = unit_factor(unit)
    if stated is None:
        raise SchemaError(f"`{subject}`: {unit!r} is not a unit that is known.")
    if written is None:
        named = header_unit(column) if header else ""
        known = unit_factor(named) if named else None
        if known is not None and known[1] == stated[1] and known[0] != stated[0]:
            raise _contradicts(column, subject, f"is named as {named}", unit)
        return float(stated[0])
    factor, beside = own_factor(written, column=column, subject=subject), written_unit(written.unit)
    if beside is None:
        return factor
    if beside[1] not in ("", stated[1]) or stated[0] not in (1, beside[0]):
        raise _contradicts(column, subject, f"is shown in {written.unit}", unit)
    return factor


def own_factor(written: ColumnUnit, *, column: str, subject: str) -> float:
    """
    Give what makes the numbers of a column base units by what the file alone says.

    Parameters
    ----------
    written : ColumnUnit
        What stands beside the numbers in the file.
    column, subject : str
        For the message.

    Returns
    -------
    float
        The factor.

    Raises
    ------
    SchemaError
        If the cells do not agree.
    """
    if written.unit.startswith(CONTRADICTORY):
        raise SchemaError(
            f"`{subject}`: the cells of column {column!r} do not agree on what they show "
            f"({written.unit.removeprefix(CONTRADICTORY)}). Give all the same number format."
        )
    return written.factor


def _contradicts(column: str, subject: str, how: str, unit: str) -> SchemaError:
    return SchemaError(
        f"`{subject}`: column {column!r} {how}, but its unit is stated as {unit}. State the unit "
        "that the file shows, or give its cells the plain number format."
    )


def column_units(attrs: "Mapping[Any, Any]") -> dict[str, ColumnUnit]:
    """
    Read how the file of a layer wrote its columns, from the layer's record.

    Parameters
    ----------
    attrs : mapping
        ``layer.attrs``.

    Returns
    -------
    dict of str to ColumnUnit
        By the names that the columns have in the layer.
    """
    known = attrs.get("geoplan", {}).get("units", {})
    return {name: ColumnUnit(str(unit), float(factor)) for name, (unit, factor) in known.items()}
