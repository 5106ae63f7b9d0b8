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
    if (np.isnan(number) & (said != "").to_numpy()).any():
        return raw  # a column of that name, and not GTFS's
    boards = (said == "").to_numpy() | (number == _BOARDING)
    if boards.all():
        return raw
    kinds, counts = np.unique(number[~boards].astype(np.int64), return_counts=True)
    found = ", ".join(
        f"{n:,} × {number} ({_NAMES.get(number, 'unknown')})"
        for number, n in zip(kinds.tolist(), counts.tolist(), strict=True)
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
