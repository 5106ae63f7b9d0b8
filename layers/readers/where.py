"""The ``where`` of a source: one SQL condition for files, tables and frames alike."""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from difflib import get_close_matches

import numpy as np
import pandas as pd

from geoplan.core.errors import SchemaError

_QUOTED = re.compile(r"'(?:[^']|'')*'")
_IDENTIFIER = re.compile(r'"((?:[^"]|"")+)"')


def where_mask(frame: pd.DataFrame, where: str, *, subject: str) -> np.ndarray:
    """
    Find the rows that satisfy an SQL condition.

    The condition is evaluated by SQLite, whatever the format of the file, so that the same words
    choose the same rows everywhere: text is compared exactly, ``LIKE`` ignores the case of ASCII.

    Parameters
    ----------
    frame : DataFrame, n rows
        The rows.
    where : str
        The condition, e.g. ``"N_RESERVE = 1 AND NAME LIKE '%BUKIT%'"``.
    subject : str
        The layer, for messages.

    Returns
    -------
    ndarray of bool, n
        True where the condition holds; an unknown value satisfies nothing but ``IS NULL``.

    Raises
    ------
    SchemaError
        If the condition names a column that is not there, or is not SQL.

    Examples
    --------
    >>> where_mask(pd.DataFrame({"tier": ["city", "nature"]}), "tier = 'city'", subject="parks")
    array([ True, False])
    """
    names = [str(column) for column in frame.columns if column != "geometry"]
    outside_text = _QUOTED.sub("''", where)
    # SQLite reads an unknown "name" as a text, which would compare without a word of complaint.
    for quoted in _IDENTIFIER.findall(outside_text):
        if quoted.replace('""', '"').casefold() not in {name.casefold() for name in names}:
            raise unknown_column(quoted, names, f"`where` of {subject}")
    used = _used(names, outside_text)
    with closing(sqlite3.connect(":memory:")) as database:
        declared = "".join(f", {_quote(name)} {_affinity(frame[name])}" for name in used)
        database.execute(f"CREATE TABLE layer (row__ INTEGER PRIMARY KEY{declared})")
        values = [range(len(frame)), *(_plain(frame[name]) for name in used)]
        marks = ", ".join("?" * len(values))
        insert = f"INSERT INTO layer VALUES ({marks})"  # noqa: S608 (question marks only)
        database.executemany(insert, zip(*values, strict=True))
        try:
            # The caller's own condition, on a copy in memory: nothing to inject into.
            query = f"SELECT row__ FROM layer WHERE ({where}\n)"  # noqa: S608
            found = database.execute(query).fetchall()
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise _not_sql(error, where, names, subject) from error
    mask = np.zeros(len(frame), dtype=bool)
    mask[[row for (row,) in found]] = True
    return mask


def unknown_column(name: str, names: Sequence[str], where_from: str) -> SchemaError:
    """Word the error for a column that is not in a file, with the nearest that is."""
    folded = {other.casefold(): other for other in names}
    near = [folded[other] for other in get_close_matches(name.casefold(), folded, n=1)]
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return SchemaError(
        f"{where_from} names the column {name!r}, which is not there.{hint} "
        f"The columns are: {', '.join(names) or '(none)'}."
    )


def _not_sql(error: Exception, where: str, names: list[str], subject: str) -> SchemaError:
    missing = re.fullmatch(r"no such column: (.+)", str(error))
    if missing:
        return unknown_column(missing[1], names, f"`where` of {subject}")
    return SchemaError(
        f"`where` of {subject} is {where!r}, which is not an SQL condition ({error}). "
        "Write for example \"TYPE = 'park' AND AREA > 1000\"."
    )


def _used(names: list[str], outside_text: str) -> list[str]:
    """Keep the columns that the condition may speak of; SQLite tells no case apart."""
    folded = outside_text.casefold()
    used: dict[str, str] = {}
    for name in names:
        if name.casefold() in folded:
            used.setdefault(name.casefold(), name)
    return list(used.values())


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _affinity(column: pd.Series) -> str:
    return "NUMERIC" if pd.api.types.is_numeric_dtype(column) else "TEXT"


def _plain(column: pd.Series) -> list[object]:
    """Turn a column into values that SQLite stores: numbers, text, None."""
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        column = column.astype("Int8") if pd.api.types.is_bool_dtype(column) else column
        known = column.notna()
        text = column.astype(str) if not pd.api.types.is_numeric_dtype(column) else column
        return text.astype(object).where(known, None).tolist()
    return column.astype(object).where(column.notna(), None).tolist()
