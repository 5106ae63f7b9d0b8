"""Whether the parts of a dataset in several files belong together: as many records as shapes."""

import re
from pathlib import Path

import numpy as np

from geoplan.core.errors import SourceError
from geoplan.layers.files.on_disk import sibling

_MIF_SHAPES = re.compile(
    rb"(?im)^\s*(?:none|point|line|pline|region|arc|text|rect|roundrect|ellipse|multipoint"
    rb"|collection)\b"
)
_HEADER, _WORD, _RECORD_HEAD = 100, 2, 8
_DBF_HEADER, _DELETED = 32, ord("*")


def check_parts(path: Path, *, shown: str) -> None:
    """
    Refuse a dataset whose parts disagree, before GDAL pairs shapes with the records of others.

    Parameters
    ----------
    path : Path
        A ``.shp``, ``.tab`` or ``.mif``; anything else has one part.
    shown : str
        What the caller calls it.

    Raises
    ------
    SourceError
        If shapes, index and records differ in number, or a part is cut off.
    """
    check = {".shp": _check_shapefile, ".tab": _check_tab, ".mif": _check_mif}
    suffix = path.suffix.lower()
    if suffix in check and path.is_file():
        check[suffix](path, shown)


def deleted_rows(path: Path) -> tuple[int, int]:
    """
    Count the rows that a dBASE table marks as deleted, which GDAL leaves out without a word.

    Parameters
    ----------
    path : Path
        A ``.shp`` or ``.dbf``; anything else has none.

    Returns
    -------
    int, int
        Rows marked, and rows in the table.
    """
    suffix = path.suffix.lower()
    dbf = sibling(path, ".dbf") if suffix == ".shp" else path if suffix == ".dbf" else None
    if dbf is None or not dbf.is_file() or dbf.stat().st_size < _DBF_HEADER:
        return 0, 0
    content = np.memmap(dbf, dtype="u1", mode="r")  # one byte per row is looked at
    first, width = (int(content[at]) + 256 * int(content[at + 1]) for at in (8, 10))
    flags = content[first :: width or 1][: _records(dbf)[1]]
    return int((flags == _DELETED).sum()), len(flags)


def _check_shapefile(path: Path, shown: str) -> None:
    shx, dbf = sibling(path, ".shx"), sibling(path, ".dbf")
    if shx is None:
        return
    index = _index(shx)
    shapes = len(index)
    size = path.stat().st_size
    whole = int(((index[:, 0] + index[:, 1]) * _WORD + _RECORD_HEAD <= size).sum())
    if whole < shapes:
        raise _differ(shown, f"its .shx lists {shapes} shapes, its .shp holds {whole} of them")
    if shapes < (stored := _stored(path, index, size)):
        raise _differ(shown, f"its .shp holds {stored} shapes, its .shx lists {shapes} of them")
    if dbf is None:
        return
    stated, records = _records(dbf)
    if records < stated:
        raise _differ(shown, f"its .dbf states {stated} records and holds {records}")
    if stated != shapes:
        raise _differ(shown, f"its .shp holds {shapes} shapes, its .dbf {stated} records")


def _check_tab(path: Path, shown: str) -> None:
    places, table = sibling(path, ".id"), sibling(path, ".dat")
    if places is None or table is None:
        return
    shapes, records = places.stat().st_size // 4, _records(table)[0]
    if shapes != records:
        raise _differ(shown, f"its .id lists {shapes} shapes, its .dat {records} records")


def _check_mif(path: Path, shown: str) -> None:
    table = sibling(path, ".mid")
    if table is None:
        return
    head, _, body = path.read_bytes().partition(b"\nData")
    if re.search(rb"(?im)^\s*columns\s+0\b", head):
        return
    shapes = len(_MIF_SHAPES.findall(body))
    records = sum(1 for line in table.read_bytes().splitlines() if line.strip())
    if shapes != records:
        raise _differ(shown, f"its .mif holds {shapes} shapes, its .mid {records} records")


def _differ(shown: str, how: str) -> SourceError:
    return SourceError(
        f"{shown}: {how}. Its parts are not of one dataset, so no shape is sure of its record: "
        "copy all parts together from where they came, or mend them in a GIS."
    )


def _index(shx: Path) -> np.ndarray:
    """Read offset and length of each shape, in words."""
    content = np.frombuffer(shx.read_bytes()[_HEADER:], dtype="u1")
    entries = content[: len(content) // 8 * 8].view(">i4").reshape(-1, 2)
    return entries.astype(np.int64)


def _stored(path: Path, index: np.ndarray, size: int) -> int:
    """Count the shapes in the file; only where it goes on behind the last that is listed."""
    ends = (index[:, 0] + index[:, 1]) * _WORD + _RECORD_HEAD
    with path.open("rb") as stream:
        stated = int.from_bytes(stream.read(28)[24:28], "big") * _WORD
        listed = int(ends.max(initial=_HEADER))
        if listed >= min(stated, size):
            return len(index)
        numbers = set()
        at = _HEADER
        while at + _RECORD_HEAD <= min(stated, size):
            stream.seek(at)
            head = stream.read(_RECORD_HEAD)
            numbers.add(int.from_bytes(head[:4], "big"))
            at += _RECORD_HEAD + max(int.from_bytes(head[4:], "big"), 0) * _WORD
    return len(numbers)


def _records(dbf: Path) -> tuple[int, int]:
    """Read how many records a dBASE table states, and how many it holds."""
    with dbf.open("rb") as stream:
        head = stream.read(12)
    stated = int.from_bytes(head[4:8], "little")
    first, width = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    room = dbf.stat().st_size - first
    return stated, min(stated, room // width if width else stated)
