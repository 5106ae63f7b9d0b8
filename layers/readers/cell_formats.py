"""What the number formats of a workbook do to its numbers: 0.9 shown as 90 %, 15,000 as 1.5 万."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from geoplan.core.written_numbers import CONTRADICTORY, ColumnUnit, written_unit

_PLACES = "0#?"
_DATES = "yYmMdDhHsSeEgGbB"
_THOUSAND = 1000
_PERCENT_IDS = (9, 10)


@dataclass
class _Section:
    """A section of a format: places of digits, points and commas in order, and the literals."""

    marks: list[str] = field(default_factory=list)
    literals: list[str] = field(default_factory=list)
    percents: int = 0
    is_date: bool = False


def format_unit(code: str) -> ColumnUnit | None:
    """
    Read what a number format shows.

    Parameters
    ----------
    code : str
        As Excel writes it.

    Returns
    -------
    ColumnUnit or None
        None where the number is shown as it is.

    Examples
    --------
    >>> format_unit("0.0%"), format_unit('#,##0"万人"')
    (ColumnUnit(unit='%', factor=1.0), ColumnUnit(unit='万人', factor=10000.0))

    The usual trick for 万: divide by a thousand, and set a point before the last digit.

    >>> format_unit('0!.0,"万"'), format_unit("#,##0,")
    (ColumnUnit(unit='万', factor=1.0), ColumnUnit(unit='×1000', factor=1.0))
    """
    sections = _sections(code)
    found = [_section_unit(section, code) for section in sections[:2]]
    if "[<" in code or "[>" in code:
        found = [_section_unit(section, code) for section in sections[:3]]
        if len(set(found)) > 1:
            same = all(one is None or one.factor == 1.0 for one in found)
            return ColumnUnit("×1", 1.0) if same else ColumnUnit(f"{CONTRADICTORY}{code}", 1.0)
    return found[0]


def sheet_units(book: Any, sheet: str, names: Sequence[str]) -> dict[str, ColumnUnit]:  # noqa: ANN401
    """
    Find the columns of a sheet whose cells show something else than they hold.

    Parameters
    ----------
    book : openpyxl.Workbook
        The workbook.
    sheet : str
        Name of the sheet; its first row holds the headers.
    names : sequence of str
        Names of the columns, in their order.

    Returns
    -------
    dict of str to ColumnUnit
        Only those columns. Where cells with such a format stand beside others in one column, its
        unit says that they contradict each other.
    """
    if not _may_scale(book):
        return {}
    known: dict[str, ColumnUnit | None] = {}
    seen: list[dict[ColumnUnit | None, str]] = [{} for _ in names]
    for row in book[sheet].iter_rows(min_row=2):
        for cell, units in zip(row, seen, strict=False):
            value = cell.value
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            code = cell.number_format
            if code not in known:
                known[code] = format_unit(code)
            units.setdefault(known[code], code)
    return {
        name: unit
        for name, units in zip(names, seen, strict=True)
        if (unit := _agreed(units)) is not None
    }


def _agreed(units: dict[ColumnUnit | None, str]) -> ColumnUnit | None:
    if len(units) > 1:
        return ColumnUnit(f"{CONTRADICTORY}{', '.join(map(repr, units.values()))}", 1.0)
    return next(iter(units), None)


def _may_scale(book: Any) -> bool:  # noqa: ANN401
    """Tell quickly whether any style of a workbook shows something else than the number."""
    styles = getattr(book, "_cell_styles", None)
    if styles is None:
        return True
    custom = any(format_unit(code) is not None for code in getattr(book, "_number_formats", ()))
    return custom or any(style.numFmtId in _PERCENT_IDS for style in styles)


def _sections(code: str) -> list[_Section]:
    sections, at = [_Section()], 0
    while at < len(code):
        at = _read_mark(code, at, sections)
    return sections


def _read_mark(code: str, at: int, sections: list[_Section]) -> int:
    """Read one mark of a format, and say where the next begins."""
    mark, here = code[at], sections[-1]
    if mark == ";":
        sections.append(_Section())
    elif mark in '"[':
        end = code.find('"' if mark == '"' else "]", at + 1)
        end = len(code) if end < 0 else end
        if mark == '"':
            _literal(here, code[at + 1 : end])
        return end + 1
    elif mark in "\\!" and at + 1 < len(code):
        _literal(here, code[at + 1])
        return at + 2
    elif mark in "_*":
        return at + 2  # a gap as wide as the next letter, or filled with it
    elif mark in _PLACES:
        here.marks.append("0")
    elif mark in ".,":
        here.marks.append(mark)
    elif mark == "%":
        here.percents += 1
    elif mark in _DATES and not (mark in "eE" and code[at + 1 : at + 2] in ("+", "-")):
        here.is_date = True
    else:
        _literal(here, mark)
    return at + 1


def _literal(section: _Section, text: str) -> None:
    """Keep a literal: a point between digits divides, what stands behind them is a unit."""
    section.marks.append("l" if text == "." else "x")
    section.literals.append(text)


def _section_unit(section: _Section, code: str) -> ColumnUnit | None:
    marks = "".join(section.marks)
    if section.is_date or "0" not in marks:
        return None
    last = marks.rindex("0")
    behind = sum(mark in "lx" for mark in marks[last:])
    suffix = "".join(section.literals[len(section.literals) - behind :]).strip()
    digits = marks.replace("x", "")
    point = digits.find("l")
    whole = digits.split(".")[0]
    shifted = whole[point:].count("0") if 0 <= point < len(whole) else 0
    commas = sum(
        mark == "," and "0" not in digits[at:].split(".")[0] for at, mark in enumerate(digits)
    )
    divided = _THOUSAND**commas * 10**shifted
    if section.percents:
        return ColumnUnit("%", 1.0) if divided == 1 else ColumnUnit(f"{CONTRADICTORY}{code}", 1.0)
    beside = written_unit(suffix) if suffix else None
    if beside is None:
        return None if divided == 1 else ColumnUnit(f"×{divided}", 1.0)
    factor = float(beside[0] / divided)
    if divided != 1 and factor != 1.0:
        return ColumnUnit(f"{CONTRADICTORY}{code}", 1.0)
    return ColumnUnit(suffix, factor)
