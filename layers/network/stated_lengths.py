"""Lengths that a table of edges states: checked against the map before they count."""

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geoplan.core.errors import SchemaError
from geoplan.core.notices import Notice
from geoplan.layers.network.build import Floats, Ints

# Lengths on a sphere are up to 0.6 % off, and whole metres are rounded.
_SLACK, _SLACK_M = 0.99, 1.0
_LOOP_SHARE = 0.1
_WINDING, _WINDING_M = 10.0, 100.0
_STRETCHED = 2.5
_KILOMETRES = (500.0, 2000.0)
_WAY_OUT = (
    "State metres, leave the cells blank where the length is not known, or leave the column out "
    "(rename it, or keep it out of columns=): lengths are then taken from the map."
)


def stated_lengths(
    table: pd.DataFrame, lines: NDArray[np.object_], row: Ints, *, subject: str
) -> tuple[Floats | None, tuple[Notice, ...]]:
    """
    Take the lengths that a table states, where they can be lengths of its lines.

    Parameters
    ----------
    table : DataFrame, n rows
        May have a column ``length_m``, as text.
    lines : ndarray of LineString, k
        In metres.
    row : ndarray of int64, k
        Row of `table` that each line belongs to.
    subject : str
        The layer, for messages.

    Returns
    -------
    ndarray, n, or None
        Metres; NaN where none is stated or it cannot be. None without such a column.
    tuple of Notice
        How many stated lengths were not believed.

    Raises
    ------
    SchemaError
        If most stated lengths cannot be the lengths of their lines in metres.

    Notes
    -----
    Nothing is shorter than the straight line between its ends. Where a stated length is, by more
    than 1 % and 1 m, or is no number above 0, the length on the map counts. One of more than ten
    times the length on the map counts, and is reported.
    """
    if "length_m" not in table:
        return None, ()
    said = table["length_m"]
    given_m = pd.to_numeric(said, errors="coerce").to_numpy(dtype=np.float64)
    drawn_m: Floats = np.zeros(len(table))
    np.add.at(drawn_m, row, shapely.length(lines))
    tips = [shapely.get_point(lines, at) for at in (0, -1)]
    straight_m = np.bincount(row, shapely.distance(*tips), minlength=len(table))
    used = np.bincount(row, minlength=len(table)) > 0
    least_m = np.maximum(_SLACK * straight_m, _LOOP_SHARE * drawn_m) - _SLACK_M
    unread = used & np.isnan(given_m) & said.notna().to_numpy()
    stated = used & (~np.isnan(given_m) | unread)
    short = used & ((given_m < np.maximum(least_m, 0)) | np.isinf(given_m))
    long = used & np.isfinite(given_m) & (given_m > _WINDING * drawn_m + _WINDING_M)
    total = int(stated.sum())
    for wrong, what in ((unread, "no numbers"), (short, "too short"), (long, "too long")):
        if int(wrong.sum()) * 2 > total:
            raise SchemaError(_refusal(what, wrong, said, drawn_m, total, subject))
    given_m = np.where(short, np.nan, given_m)
    notices = [
        _notice(code, wrong, said, drawn_m, total, subject)
        for code, wrong in (
            ("lengths_unreadable", unread), ("lengths_too_short", short), ("lengths_long", long),
        )
        if wrong.any()
    ]  # fmt: skip
    ratio = _ratio(given_m, drawn_m, used)
    if ratio > _STRETCHED:
        notices.append(Notice("lengths_stretched", subject, values={"ratio": ratio}))
    return given_m, tuple(notices)


def _ratio(given_m: Floats, drawn_m: Floats, used: NDArray[np.bool_]) -> float:
    """Give the median of stated over drawn lengths."""
    known = used & np.isfinite(given_m) & (drawn_m > 0)
    return float(np.median(given_m[known] / drawn_m[known])) if known.any() else 1.0


def _first(wrong: NDArray[np.bool_], said: "pd.Series[str]", drawn_m: Floats) -> tuple[str, float]:
    at = int(np.flatnonzero(wrong)[0])
    return str(said.iloc[at]), float(drawn_m[at])


def _notice(
    code: str,
    wrong: NDArray[np.bool_],
    said: "pd.Series[str]",
    drawn_m: Floats,
    total: int,
    subject: str,
) -> Notice:
    example, length_m = _first(wrong, said, drawn_m)
    values = {"example": example, "drawn_m": length_m}
    return Notice(code, subject, int(wrong.sum()), total, values)


def _refusal(
    what: str,
    wrong: NDArray[np.bool_],
    said: "pd.Series[str]",
    drawn_m: Floats,
    total: int,
    subject: str,
) -> str:
    example, length_m = _first(wrong, said, drawn_m)
    ratio = length_m / float(pd.to_numeric(example, errors="coerce") or np.nan)
    unit = " They look like kilometres." if _KILOMETRES[0] <= ratio <= _KILOMETRES[1] else ""
    return (
        f"{subject}: {int(wrong.sum())} of the {total} lengths that its table states are {what} "
        f"to be metres of its lines: the first is {example}, where the map has {length_m:,.0f} m."
        f"{unit} {_WAY_OUT}"
    )
