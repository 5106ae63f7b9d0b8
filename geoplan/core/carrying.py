"""What was dropped, repaired or guessed in a layer stands in every result made from it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec

from geoplan.core.hearing import is_told
from geoplan.core.notices import Notice, unique
from geoplan.core.record import KEY, LoadRecord
from geoplan.core.results import Result

P = ParamSpec("P")


def carries_notices(kernel: Callable[P, Result]) -> Callable[P, Result]:
    """
    Let the result of an analysis have the notices of the layers that it was made from.

    Parameters
    ----------
    kernel : callable
        An analysis; layers among its arguments may stand in mappings and lists.

    Returns
    -------
    callable
        The same, with what was dropped, repaired or guessed in front of its own notices.
    """

    @wraps(kernel)
    def measured(*args: P.args, **kwargs: P.kwargs) -> Result:
        result = kernel(*args, **kwargs)
        told = [
            notice
            for argument in (*args, *kwargs.values())
            for notice in _notices_of(argument)
            if is_told(notice)
        ]
        return replace(result, notices=unique((*told, *result.notices))) if told else result

    return measured


def _notices_of(argument: object) -> Iterator[Notice]:
    """Find the notices of a layer, a network or a raster, or of several."""
    record = getattr(argument, "record", None)
    attrs = getattr(argument, "attrs", None)
    if isinstance(record, LoadRecord):
        yield from record.notices
    elif isinstance(attrs, Mapping):
        entry: Any = attrs.get(KEY) or {}
        yield from map(Notice.from_dict, entry.get("notices", ()))
    elif isinstance(argument, Mapping):
        for value in argument.values():
            yield from _notices_of(value)
    elif isinstance(argument, list | tuple):
        for value in argument:
            yield from _notices_of(value)
