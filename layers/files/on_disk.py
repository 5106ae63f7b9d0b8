"""Files on disk: does it exist, what is its hash, what is inside a zip."""

import hashlib
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Literal

from geoplan.core.errors import SourceError
from geoplan.layers.files.encoding import guess_encoding

SHAPEFILE_PARTS = (".cpg", ".dbf", ".prj", ".shp", ".shx")
TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls")
PARQUET_SUFFIXES = (".parquet", ".geoparquet", ".pq")
_VECTOR_SUFFIXES = (
    ".shp", ".gpkg", ".geojson", ".json", ".geojsonl", ".fgb", ".kml", ".kmz", ".gml", ".gpx",
    ".tab", ".mif", ".dxf", ".gdb", ".sqlite", ".topojson",
)  # fmt: skip
_DATA_SUFFIXES = (*_VECTOR_SUFFIXES, *TABLE_SUFFIXES, *PARQUET_SUFFIXES)
_ZIP_SUFFIXES = (".zip", ".shz")
_ZIP_UTF8 = 0x800


@dataclass(frozen=True)
class LocalFile:
    """
    A file that can be read, and what to call it.

    Parameters
    ----------
    path : Path
        Where it is now; in a temporary folder if it came out of a zip.
    shown : str
        What the caller calls it.
    layer : str
        Layer or sheet still to be chosen in it; empty when that is settled.
    """

    path: Path
    shown: str
    layer: str


@contextmanager
def local_file(path: str, *, layer: str, subject: str) -> Iterator[LocalFile]:
    """
    Give a file to read, unpacked if it stands in a zip.

    Parameters
    ----------
    path : str
        A file or folder; of a zip also ``stops.zip!inner/stops.shp`` or GDAL's ``/vsizip/…``.
    layer : str
        Layer asked for; chooses among the files of a zip too.
    subject : str
        The layer to be read, for messages.

    Yields
    ------
    LocalFile
        Valid until the context ends.

    Raises
    ------
    SourceError
        If there is no such file, or the zip does not say which of its files is meant.
    """
    archive, member = _split(path)
    _require(archive, subject)
    if archive.suffix.lower() not in _ZIP_SUFFIXES or archive.is_dir():
        yield LocalFile(archive, path, layer)
        return
    with TemporaryDirectory(prefix="geoplan-") as folder:
        try:
            with zipfile.ZipFile(archive, metadata_encoding=_name_encoding(archive)) as opened:
                chosen = _choose(opened.namelist(), member, layer, shown=path)
                unpacked = _unpack(opened, chosen, Path(folder))
        except zipfile.BadZipFile as error:
            raise SourceError(f"{path} is not a readable zip archive ({error}).") from error
        inner = "" if layer == PurePosixPath(chosen).stem else layer
        yield LocalFile(unpacked, f"{archive}!{chosen}", inner)


def zip_members(path: str, *, subject: str) -> list[str]:
    """
    List the files in a zip that can be read, each as a path that `local_file` takes.

    Parameters
    ----------
    path : str
        As for `local_file`.
    subject : str
        The layer, for messages.

    Returns
    -------
    list of str
        The path itself if it is no zip, or names a file in one.

    Raises
    ------
    SourceError
        If there is no such file, or the zip cannot be read.
    """
    archive, member = _split(path)
    _require(archive, subject)
    if member or archive.suffix.lower() not in _ZIP_SUFFIXES or archive.is_dir():
        return [path]
    try:
        with zipfile.ZipFile(archive, metadata_encoding=_name_encoding(archive)) as opened:
            return [f"{path}!{name}" for name in _data_members(opened.namelist())]
    except zipfile.BadZipFile as error:
        raise SourceError(f"{path} is not a readable zip archive ({error}).") from error


def file_sha256(path: str) -> str:
    """
    Hash a file; of a Shapefile all its parts, of a folder all its files, in the order of names.

    Parameters
    ----------
    path : str
        As `local_file` takes it; a zip is hashed as it is.

    Returns
    -------
    str
        Hexadecimal, as of ``cat x.cpg x.dbf x.prj x.shp x.shx | sha256sum``.
    """
    whole = _split(path)[0]
    parts = [whole]
    if whole.is_dir():
        parts = sorted(p for p in whole.rglob("*") if p.is_file() and p.suffix != ".lock")
    elif whole.suffix.lower() == ".shp":
        parts = [p for suffix in SHAPEFILE_PARTS if (p := sibling(whole, suffix)) is not None]
    digest = hashlib.sha256()
    for part in parts:
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def own_names(file: LocalFile) -> set[str]:
    """Name what a file without layers may be called where a layer is asked for: its stem."""
    return {file.path.stem, PurePosixPath(re.sub(r"[!\\]", "/", file.shown)).stem}


def sibling(path: Path, suffix: str) -> Path | None:
    """Find the file of the same stem with another suffix, whatever its case."""
    for candidate in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if candidate.is_file():
            return candidate
    return None


def file_kind(path: Path) -> Literal["table", "parquet", "vector"]:
    """Tell by the suffix which reader a file needs."""
    suffix = path.suffix.lower()
    if suffix in TABLE_SUFFIXES:
        return "table"
    return "parquet" if suffix in PARQUET_SUFFIXES else "vector"


def _split(path: str) -> tuple[Path, str]:
    """Split ``a.zip!b``, ``a.zip/b``, ``/vsizip/a.zip/b`` and ``zip://a.zip!b``."""
    plain = re.sub(r"^(/vsizip/|zip://)", "", path)
    found = re.match(r"(?i)(.+?\.(?:zip|shz))(?:!/?|[\\/])(.+)$", plain)
    if found and not Path(plain).exists():
        return Path(found[1]), found[2].replace("\\", "/")
    return Path(plain), ""


def _require(path: Path, subject: str) -> None:
    if path.exists():
        return
    if not path.parent.is_dir():
        raise SourceError(
            f"{path} of layer {subject} was not found: there is no folder {path.parent} "
            f"(searched from {Path.cwd()})."
        )
    near = get_close_matches(path.name, [p.name for p in path.parent.iterdir()], n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else " Correct the path."
    raise SourceError(f"{path} of layer {subject} was not found.{hint}")


def _choose(names: list[str], member: str, layer: str, *, shown: str) -> str:
    members = _data_members(names)
    if member:
        if member.rstrip("/") in members:
            return member.rstrip("/")
        raise SourceError(
            f"{shown} was not found; the zip holds {', '.join(members) or 'no data'}."
        )
    named = [name for name in members if layer and PurePosixPath(name).stem == layer]
    if len(named) == 1:
        return named[0]
    if len(members) == 1:
        return members[0]
    if stops := _stops_of_feed(members):
        return stops
    if not members:
        raise SourceError(f"{shown} holds no file that can be read (such as .shp, .gpkg or .csv).")
    raise SourceError(
        f"{shown} holds {len(members)} layers: {', '.join(members)}. "
        f"Write which one, e.g. '{shown}!{members[0]}', or layer=\"*\" for all."
    )


def _stops_of_feed(members: list[str]) -> str:
    """Give the stops among the tables of a GTFS feed, the only one with places to be served."""
    folders = {PurePosixPath(name).parent for name in members}
    feeds = [f for f in folders if {str(f / "stops.txt"), str(f / "stop_times.txt")} <= {*members}]
    return str(feeds[0] / "stops.txt") if len(feeds) == 1 else ""


def _name_encoding(archive: Path) -> str | None:
    """Tell in which encoding the names stand that are not marked as UTF-8: GBK, as of Windows."""
    with zipfile.ZipFile(archive) as opened:
        names = [
            info.filename.encode("cp437")
            for info in opened.infolist()
            if not info.flag_bits & _ZIP_UTF8 and not info.filename.isascii()
        ]
    return (guess_encoding(names) if names else "") or None


def _data_members(names: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for name in names:
        if name.startswith("__MACOSX/"):
            continue
        folder = re.match(r"(?i)(.*?\.gdb)/", name)
        if folder:
            found[folder[1]] = None
        elif PurePosixPath(name).suffix.lower() in _DATA_SUFFIXES:
            found[name] = None
    return list(found)


def _unpack(opened: zipfile.ZipFile, chosen: str, folder: Path) -> Path:
    """Unpack a member and its siblings under an ASCII name, which every driver can open."""
    path = PurePosixPath(chosen)
    target = folder / f"member{path.suffix.lower()}"
    for name in opened.namelist():
        inside = PurePosixPath(name)
        if name.startswith(f"{chosen}/") and not name.endswith("/"):
            out = target / inside.name  # a .gdb is one flat folder
        elif inside.with_suffix("") == path.with_suffix("") and not name.endswith("/"):
            out = folder / f"member{inside.suffix.lower()}"
        else:
            continue
        out.parent.mkdir(exist_ok=True)
        with opened.open(name) as packed, out.open("wb") as stream:
            while block := packed.read(1 << 20):
                stream.write(block)
    return target
