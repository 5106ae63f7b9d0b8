"""GTFS stops: of the rows of ``stops.txt`` only some are places where people board."""

from dataclasses import replace

import numpy as np
import pandas as pd

from geoplan.core.errors import EmptyLayerError
from geoplan.core.notices import Notice
from geoplan.layers.readers.raw_layer import RawLayer

_KEY = "stop_id"
_TYPES = ("location_type", "location_t")  # a Shapefile keeps ten letters of a name
_BOARDING = 0
# GTFS reference, stops.txt: what the other rows are.
_NAMES = {1: "station", 2: "entrance", 3: "node", 4: "boarding area"}


def boarding_stops(raw: RawLayer, where: str, *, subject: str) -> RawLayer:
    """
    Keep the stops and platforms of a GTFS table, and leave out what only describes stations.

    Parameters
    ----------
    raw : RawLayer
        Any layer; one with the columns ``stop_id`` and ``location_type``, in any case and as a
        Shapefile cuts them, is GTFS.
    where : str
        Condition of the source; one that speaks of ``location_type`` decides alone.
    subject : str
        The layer, for messages.

    Returns
    -------
    RawLayer
        With the rows of type 0 or none, and a notice of the others.

    Raises
    ------
    EmptyLayerError
        If nothing in it is a stop or platform.
    """
    names = {str(name).casefold(): name for name in raw.frame.columns}
    kind = next((name for name in _TYPES if name in names), "")
    if _KEY not in names or not kind or kind in where.casefold():
        return raw
    column = raw.frame[names[kind]]
    said = column.astype("str").str.strip().where(column.notna(), "")
    number = pd.to_numeric(said, errors="coerce").to_numpy(dtype=np.float64)
    stated = (said != "").to_numpy()
    unreadable = np.isnan(number) & stated
    if 2 * unreadable.sum() > stated.sum():
        return raw  # a column of that name, and not GTFS's
    boards = ~stated | (number == _BOARDING)
    if boards.all():
        return raw
    kinds, counts = np.unique(number[~boards & ~unreadable].astype(np.int64), return_counts=True)
    found = ", ".join(
        [
            *(
                f"{n:,} × {kind} ({_NAMES.get(kind, 'unknown')})"
                for kind, n in zip(kinds.tolist(), counts.tolist(), strict=True)
            ),
            *(f"{n:,} × {text!r}" for text, n in said[unreadable].value_counts().items()),
        ]
    )
    if not boards.any():
        raise EmptyLayerError(
            f"{subject}: none of {len(boards)} rows is a place to board: {names[kind]} is {found}. "
            f'Say which rows are meant, e.g. where = "{names[kind]} = 1" for stations.'
        )
    notice = Notice(
        "stops_not_boarding", subject, int((~boards).sum()), len(boards), {"types": found}
    )
    return replace(raw, frame=raw.frame[boards], notices=(*raw.notices, notice))
