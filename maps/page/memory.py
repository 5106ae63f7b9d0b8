"""What several maps of one run prepare alike: prepared once, forgotten after the run."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

# Outside `shared_work` nothing is kept: a script may change a layer between two maps.
_KEPT: ContextVar[dict[tuple[Hashable, ...], tuple[object, Any]] | None] = ContextVar(
    "geoplan_maps_kept", default=None
)


@contextmanager
def shared_work() -> Iterator[None]:
    """
    Keep what maps prepare of layers, until the block ends.

    For whoever draws many maps of the same layers and does not change these in between.

    Yields
    ------
    None
        Maps that are drawn inside share what they make of the same layer.

    Examples
    --------
    >>> made = []
    >>> layer = ["a layer"]
    >>> with shared_work():
    ...     for _ in range(2):
    ...         shape = once("shape", layer, lambda: made.append("drawn") or "shape")
    >>> made
    ['drawn']
    """
    token = _KEPT.set({})
    try:
        yield
    finally:
        _KEPT.reset(token)


def once(what: str, source: object, make: Callable[[], T], *given: Hashable) -> T:
    """
    Make something of a layer, or give what was made of it before.

    Parameters
    ----------
    what : str
        Name of what is made.
    source : object
        The layer; told from others by identity.
    make : callable
        Makes it.
    *given : hashable
        Whatever else decides how it comes out.

    Returns
    -------
    object
        From `make`, or within `shared_work` the same object as before: not to be changed.
    """
    kept = _KEPT.get()
    if kept is None:
        return make()
    key = (what, id(source), *given)
    if key not in kept:
        # The layer is kept too, so that its identity cannot pass to another one meanwhile.
        kept[key] = (source, make())
    made: T = kept[key][1]
    return made
