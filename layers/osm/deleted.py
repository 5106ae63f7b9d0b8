"""Objects that an OSM file holds although they are deleted: in an editor, or in its history."""

import bz2
import gzip
import re
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO, TYPE_CHECKING
from xml.etree.ElementTree import ParseError, iterparse

from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from geoplan.layers.files.on_disk import LocalFile

_OBJECTS = {"node": "n", "way": "w", "relation": "r"}
_MARKS = re.compile(rb"""visible\s*=\s*["']false|action\s*=\s*["']delete|<delete[\s>]""")
_PACKED = {".gz": gzip.open, ".bz2": bz2.open}
_BINARY = (".pbf", ".o5m")
_CHUNK = 1 << 22


def deleted_things(path: Path) -> frozenset[tuple[str, int]]:
    """
    Find the objects of an OSM XML file that are marked as deleted.

    Parameters
    ----------
    path : Path
        The file; PBF holds none, unless it is a history.

    Returns
    -------
    frozenset of tuple
        Type (``n``, ``w``, ``r``) and number of each with ``visible="false"`` or, as JOSM writes
        it, ``action="delete"``, or in a ``<delete>`` of a change file. Of an object in several
        versions the last decides.
    """
    if path.suffix.lower() in _BINARY or not _has_marks(path):
        return frozenset()
    gone: dict[tuple[str, int], bool] = {}
    deleting = False
    try:
        with _opened(path) as stream:
            for event, element in iterparse(stream, events=("start", "end")):  # noqa: S314
                if element.tag == "delete":
                    deleting = event == "start"
                kind = _OBJECTS.get(element.tag)
                if kind is None or event == "start":
                    continue
                is_gone = (
                    deleting
                    or element.get("visible") == "false"
                    or element.get("action") == "delete"
                )
                gone[kind, int(element.get("id", ""))] = is_gone
                element.clear()
    except (ParseError, ValueError, OSError, EOFError):
        return frozenset()  # the reader itself says what is wrong with the file
    return frozenset(thing for thing, is_gone in gone.items() if is_gone)


def deleted_notice(file: "LocalFile", *, subject: str) -> tuple[Notice, ...]:
    """Say how many objects of a file are left out because they are deleted."""
    count = len(deleted_things(file.path))
    return (Notice("osm_deleted", subject, count),) if count else ()


def _has_marks(path: Path) -> bool:
    if path.suffix.lower() not in _PACKED:
        with path.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as text:
            return _MARKS.search(text) is not None
    try:
        with _opened(path) as packed:
            before = b""
            while chunk := packed.read(_CHUNK):
                if _MARKS.search(before + chunk):
                    return True
                before = chunk[-64:]
    except (OSError, EOFError):
        return False
    return False


def _opened(path: Path) -> IO[bytes]:
    opened: IO[bytes] = _PACKED.get(path.suffix.lower(), open)(path, "rb")  # type: ignore[operator]
    return opened
