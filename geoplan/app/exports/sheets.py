"""Sheets of a workbook, written cell by cell with their formats."""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format


SHARE_FORMAT, WHOLE_FORMAT, RATIO_FORMAT = "0.00%", "#,##0", "#,##0.00"
"""Number formats of cells."""

_WIDEST, _NARROWEST = 60, 8
_A4 = 9  # as Excel counts paper
_SHEET_NAME_LENGTH = 31


_CELL_LENGTH = 32_767


@dataclass(frozen=True)
class Sheet:
    """
    A table to be written as one sheet.

    Parameters
    ----------
    name : str
        Wanted name; made valid and unique when written.
    header : sequence of str
        First row, frozen.
    rows : list of sequence
        The cells: text, numbers, None for unknown.
    formats : sequence of str
        Number format by column; empty for text.
    frozen_columns : int
        Columns that stay in view.
    bold_last : bool
        Whether the last row is the whole.
    """

    name: str
    header: Sequence[str]
    rows: list[Sequence[Any]]
    formats: Sequence[str] = ()
    frozen_columns: int = 1
    bold_last: bool = False


class Share(float):
    """A share: shown in per cent whatever the format of its column."""

    __slots__ = ()


def sheet_name(wanted: str, taken: set[str]) -> str:
    """Make a name that Excel takes: 31 characters, no brackets or slashes, unique, not quoted."""
    clean = "".join(
        "_" if letter in "[]:*?/\\" or not letter.isprintable() else letter for letter in wanted
    )
    clean = clean.strip("' ") or "_"
    name, count = _whole_words(clean, _SHEET_NAME_LENGTH), 1
    while name.casefold() in taken or name.casefold() == "history":  # Excel keeps that one
        count += 1
        ending = f" {count}"
        name = _whole_words(clean, _SHEET_NAME_LENGTH - len(ending)) + ending
    taken.add(name.casefold())
    return name


def _whole_words(name: str, length: int) -> str:
    """Cut a name after its last whole word; one that is a single word, anywhere."""
    if len(name) <= length:
        return name
    cut = name[:length]
    before = re.split(r"[\s（(，,：:·–-]+", cut)
    if name[length].isalnum() and name[length].isascii() and len(before) > 1:
        cut = cut[: len(cut) - len(before[-1])]
    return cut.rstrip("' （(，,：:·–-") or name[:length]


def sheet_styles(workbook: "Workbook") -> "dict[tuple[str, bool], Format]":
    """Make the formats of cells, plain and bold, and that of headers."""
    made = {
        (number_format, bold): workbook.add_format(
            {
                "valign": "top",
                "bold": bold,
                **({"num_format": number_format} if number_format else {}),
            }
        )
        for number_format in ("", "General", SHARE_FORMAT, WHOLE_FORMAT, RATIO_FORMAT)
        for bold in (False, True)
    }
    made["header", True] = workbook.add_format(
        {"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1, "bg_color": "#E8EEF2"}
    )
    return made


def write_sheet(
    workbook: "Workbook", sheet: Sheet, name: str, styles: "dict[tuple[str, bool], Format]"
) -> None:
    """Write a table as one sheet, its header frozen and repeated in print."""
    worksheet = workbook.add_worksheet(name)
    worksheet.freeze_panes(1, sheet.frozen_columns)
    worksheet.set_landscape()
    worksheet.set_paper(_A4)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.set_footer("&L&A&R&P / &N")
    formats = [*sheet.formats, *[""] * (len(sheet.header) - len(sheet.formats))]
    for column, title in enumerate(sheet.header):
        cells = [row[column] for row in sheet.rows]
        worksheet.set_column(column, column, _column_width(title, cells))
        worksheet.write_string(0, column, title, styles["header", True])
        for row, cell in enumerate(cells, start=1):
            bold = sheet.bold_last and row == len(cells)
            number_format = SHARE_FORMAT if isinstance(cell, Share) else formats[column]
            _write_cell(worksheet, row, column, cell, styles[number_format, bold])
    if sheet.rows:
        worksheet.autofilter(0, 0, len(sheet.rows), len(sheet.header) - 1)


def _write_cell(
    worksheet: Any,  # noqa: ANN401 (xlsxwriter is untyped)
    row: int,
    column: int,
    cell: Any,  # noqa: ANN401
    style: "Format",
) -> None:
    if isinstance(cell, str) and cell:
        worksheet.write_string(row, column, cell[:_CELL_LENGTH], style)
    elif isinstance(cell, int | float) and math.isfinite(cell):
        worksheet.write_number(row, column, cell, style)
    else:
        worksheet.write_blank(row, column, None, style)


def _column_width(title: str, cells: Iterable[Any]) -> float:
    """Width in characters, CJK ones counting double; a long header may break over lines."""
    longest = max((_text_width(cell) for cell in cells), default=0)
    return float(min(max(longest, min(_text_width(title), 24), _NARROWEST) + 2, _WIDEST))


def _text_width(cell: Any) -> int:  # noqa: ANN401
    if isinstance(cell, float):
        return 14
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in str(cell))
