"""GTFS stops: of the rows of ``stops.txt`` only some are places where people board."""

from dataclasses import replace

import numpy as np
import pandas as pd

from geoplan.core.errors import EmptyLayerError
from geoplan.core.notices import Notice
from geoplan.layers._raw import RawLayer

_TYPE = "location_type"
_BOARDING = 0
# GTFS reference, stops.txt: what the other rows are.
_NAMES = {1: "station", 2: "entrance", 3: "node", 4: "boarding area"}


def boarding_stops(raw: RawLayer, where: str, *, subject: str) -> RawLayer:
    """
    Keep the stops and platforms of a GTFS table, and leave out what only describes stations.

    Parameters
    ----------
    raw : RawLayer
        Any layer; one with the columns ``stop_id`` and ``location_type`` is GTFS.
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
    if not {"stop_id", _TYPE} <= set(raw.frame.columns) or _TYPE in where:
        return raw
    said = raw.frame[_TYPE].astype("str").str.strip().where(raw.frame[_TYPE].notna(), "")
    number = pd.to_numeric(said, errors="coerce").to_numpy(dtype=np.float64)
    if (np.isnan(number) & (said != "").to_numpy()).any():
        return raw  # a column of that name, and not GTFS's
    boards = (said == "").to_numpy() | (number == _BOARDING)
    if boards.all():
        return raw
    kinds, counts = np.unique(number[~boards].astype(np.int64), return_counts=True)
    found = ", ".join(
        f"{n:,} × {kind} ({_NAMES.get(kind, 'unknown')})"
        for kind, n in zip(kinds.tolist(), counts.tolist(), strict=True)
    )
    if not boards.any():
        raise EmptyLayerError(
            f"{subject}: none of {len(boards)} rows is a place to board: location_type is {found}. "
            'Say which rows are meant, e.g. where = "location_type = 1" for stations.'
        )
    notice = Notice(
        "stops_not_boarding", subject, int((~boards).sum()), len(boards), {"types": found}
    )
    return replace(raw, frame=raw.frame[boards], notices=(*raw.notices, notice))
