"""Scripts hear what plans hear: what a reader did to a layer is a warning too."""

import inspect
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from geoplan.core.errors import GeoplanWarning
from geoplan.core.notices import Notice

_SHOWN_ELSEWHERE: ContextVar[bool] = ContextVar("geoplan_notices_shown_elsewhere", default=False)

# What was done as asked, or changes no number: in the record, but no warning.
_QUIET = frozenset(
    "made_keys kept_where single_parts split_multipoints split_collections dropped_z parsed_numbers"
    " same_geometry land_cover_legend spread_over people_moved_inside ways_not_walked lines_split"
    " ways_cut_by_extract barriers_closed osm_areas_as_points islands_left_out raster_scaled"
    " raster_without_data raster_no_data".split()
)


@contextmanager
def shown_elsewhere() -> Iterator[None]:
    """Give no warnings: the run of a plan shows the notices itself."""
    token = _SHOWN_ELSEWHERE.set(True)
    try:
        yield
    finally:
        _SHOWN_ELSEWHERE.reset(token)


def tell(notices: Iterable[Notice]) -> None:
    """
    Warn a script of what a reader dropped, repaired or guessed, at the script's own line.

    Parameters
    ----------
    notices : iterable of Notice
        What the reader found; what was done as asked is left out.
    """
    for notice in notices:
        if is_told(notice):
            warnings.warn(notice.text("en"), GeoplanWarning, stacklevel=_outside())


def is_told(notice: Notice) -> bool:
    """Say whether a script has to hear of a notice, here and now."""
    return not _SHOWN_ELSEWHERE.get() and notice.code not in _QUIET


def _outside() -> int:
    """Count the frames between `tell` and the first line that is not geoplan's own."""
    level, frame = 0, inspect.currentframe()
    while frame is not None and f"{frame.f_globals.get('__name__')}.".startswith("geoplan."):
        level, frame = level + 1, frame.f_back
    return max(level, 1)
