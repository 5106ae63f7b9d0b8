"""What is new among lines: by their opening, or against an earlier version of the layer."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.shared.line_parts import (
    LinePieces,
    beyond,
    check_lines,
    counted_once,
    line_pieces,
)
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_LAST = "~"  # sorts behind every digit: "2025" as a last year holds all its days


@dataclass(frozen=True)
class Since:
    """
    What counts as new.

    Parameters
    ----------
    opened_from, opened_to : str or None
        First and last year or date of opening, as ISO text.
    previous : GeoDataFrame or None
        The lines at an earlier date.
    tolerance_m : float or None
        With `previous`: a stretch farther than this from every line of the other date is new.
    """

    opened_from: str | None
    opened_to: str | None
    previous: "GeoDataFrame | None"
    tolerance_m: float | None

    def __post_init__(self) -> None:
        for name in ("opened_from", "opened_to"):
            value = getattr(self, name)
            if value is not None and not _DATE.fullmatch(str(value)):
                raise ParameterError(
                    f"`{name}` is {value!r}; wanted a year or date as text, e.g. '2021' or "
                    "'2021-06-30'."
                )
        if self.previous is not None and self.opened_from is not None:
            raise ParameterError(
                "`opened_from` and `previous` both say what was added, and may differ. Give one."
            )
        if (self.previous is None) != (self.tolerance_m is None):
            raise ParameterError(
                "`previous` and `tolerance_m` go together: the tolerance says from how far off a "
                "stretch is new and no difference of digitising, e.g. 15."
            )
        if self.tolerance_m is not None and not (
            np.isfinite(self.tolerance_m) and self.tolerance_m > 0
        ):
            raise ParameterError(f"`tolerance_m` is {self.tolerance_m!r}; wanted metres above 0.")

    @property
    def by_opening(self) -> bool:
        """Whether lines are chosen by when they opened."""
        return self.opened_from is not None or self.opened_to is not None


def opened(
    lines: "GeoDataFrame", since: Since, subject: str
) -> "tuple[Bools, Bools, list[Notice]]":
    """
    Tell which lines stand at the end of the period, and which of them opened in it.

    Parameters
    ----------
    lines : GeoDataFrame
        With a column ``opened``, if `since` asks for it.
    since : Since
        The period.
    subject : str
        Name of the layer.

    Returns
    -------
    array of bool
        Rows of the stock: all but those that opened later.
    array of bool
        Rows that opened in the period; a row without a date did not.
    list of Notice
        How many rows have no date, and how many opened later.

    Raises
    ------
    SchemaError
        If there is no column ``opened``, or something else than a year or date in it.
    """
    everything = np.ones(len(lines), dtype=bool)
    if not since.by_opening:
        return everything, ~everything, []
    if "opened" not in lines.columns:
        raise SchemaError(
            f"`lines` has no column 'opened', which opened_from and opened_to need; it has: "
            f"{', '.join(map(repr, lines.columns))}. Load it with columns={{'opened': …}}."
        )
    words = lines["opened"].astype("str").fillna("").str.strip().str.replace("/", "-")
    words = words.str.replace(r"\.0$", "", regex=True)
    known = (words != "").to_numpy() & ~words.isin(["nan", "None", "<NA>"]).to_numpy()
    odd = known & ~words.str.match(r"\d{4}(-\d{2}(-\d{2})?)?$").to_numpy(dtype=bool)
    if odd.any():
        raise SchemaError(
            f"`lines`: {int(odd.sum())} of {len(words)} values in column 'opened' are no year or "
            f"date (the first is {words[odd].iloc[0]!r}); wanted '2021' or '2021-06-30'."
        )
    later = known & (words > f"{since.opened_to or '9999'}{_LAST}").to_numpy()
    new = known & ~later & (words >= (since.opened_from or "")).to_numpy()
    notices = []
    if not known.all():
        notices.append(Notice("lines_without_opening", subject, int((~known).sum()), len(known)))
    if later.any():
        notices.append(Notice("lines_opened_later", subject, int(later.sum()), len(later)))
    return ~later, new, notices


def against_previous(
    stock: LinePieces, since: Since, merge_m: float | None
) -> dict[str, LinePieces]:
    """
    Find what was added since an earlier version, and what was removed.

    Parameters
    ----------
    stock : LinePieces
        The lines now, each place once.
    since : Since
        The earlier version and the tolerance.
    merge_m : float or None
        As in `counted_once`.

    Returns
    -------
    dict of str to LinePieces
        ``added`` and ``removed``; empty without an earlier version.
    """
    if since.previous is None or since.tolerance_m is None:
        return {}
    before = counted_once(line_pieces(check_lines(since.previous, "previous")), merge_m=merge_m)
    return {
        "added": beyond(stock, before, since.tolerance_m),
        "removed": beyond(before, stock, since.tolerance_m),
    }
