"""OSM files themselves: which they are, what is wrong with them, and in what order they stand."""

import os
from collections.abc import Callable, Collection, Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geoplan.core.errors import ParameterError, SourceError
from geoplan.core.notices import Notice
from geoplan.layers.osm.deleted import deleted_things

if TYPE_CHECKING:
    import osmium
    from osmium.io import FileBuffer

    from geoplan.layers.files.on_disk import LocalFile

T = TypeVar("T")
OsmInput: TypeAlias = "Path | FileBuffer"
"""What pyosmium reads from."""

OSM_CRS = "EPSG:4326"
OSM_CREDIT = "OpenStreetMap contributors (ODbL)"
OSM_SUFFIXES = (".pbf", ".osm", ".osm.bz2", ".osm.gz", ".osm.xml", ".o5m")
"""Endings of files in OSM's own formats."""

# Editors number what they have not uploaded yet -1, -2, …; the reader needs numbers above 0, and
# OSM's own will stay below this for centuries.
_DRAWN = 1 << 40
_RANK = {"n": 0, "w": 1, "r": 2}


def is_osm(path: str) -> bool:
    """Tell by its ending whether a file is in one of OSM's own formats."""
    return path.lower().endswith(OSM_SUFFIXES)


def osm_format(path: str) -> str:
    """Name the format of an OSM file."""
    return "OSM PBF" if path.lower().endswith(".pbf") else "OSM XML"


def osm_points(frame: GeoDataFrame, *, subject: str) -> tuple[GeoDataFrame, tuple[Notice, ...]]:
    """Let places that are drawn as lines or areas stand at a point on them, and count these."""
    geometry = np.asarray(frame.geometry.array, dtype=object)
    drawn = shapely.get_type_id(geometry) != 0
    if not drawn.any():
        return frame, ()
    geometry[drawn] = shapely.point_on_surface(geometry[drawn])
    notice = Notice("osm_areas_as_points", subject, int(drawn.sum()), len(frame))
    return frame.set_geometry(geometry, crs=OSM_CRS), (notice,)


def one_osm_file(paths: Sequence[str], *, subject: str) -> str:
    """Refuse several OSM files, whose objects would have to be told apart first."""
    if len(paths) == 1:
        return paths[0]
    raise ParameterError(
        f"{subject}: {len(paths)} OSM files were given; merge them into one first, e.g. "
        "osmium merge a.osm.pbf b.osm.pbf -o both.osm.pbf."
    )


def drawn_ids(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the numbers that objects have in their file, negative where an editor gave them."""
    return np.where(numbers >= _DRAWN, _DRAWN - numbers, numbers)


def read_in_order(file: "LocalFile", read: Callable[["OsmInput"], T], *, subject: str) -> T:
    """
    Read an OSM file, and name it in what the reader raises.

    Files from an editor or from Overpass may hold ways before their nodes, and numbers below 0 or
    in no order; such a file is read from a copy in order.

    Parameters
    ----------
    file : LocalFile
        The file.
    read : callable
        Reads what it is given as pyosmium takes it; called again if that proves to be out of
        order.
    subject : str
        The layer, for messages.

    Returns
    -------
    object
        What `read` gave.

    Raises
    ------
    SourceError
        If the file is empty, breaks off or is not OSM.
    """
    from osmium import InvalidLocationError

    if file.path.is_dir():
        raise SourceError(
            f"{file.shown} of layer {subject} is a folder. Name the OSM file in it, e.g. .osm.pbf."
        )
    if not file.path.stat().st_size:
        raise SourceError(f"{file.shown} of layer {subject} is empty (0 bytes). Download it again.")
    try:
        source = osm_input(file.path)
        gone = deleted_things(file.path)
        if not gone and not _looks_unordered(file.path, source):
            try:
                return read(source)
            except RuntimeError as error:
                if "out of order" not in str(error):
                    raise
        # On Windows a file that is still open cannot be deleted; the system will, in its time.
        with TemporaryDirectory(prefix="geoplan-", ignore_cleanup_errors=True) as folder:
            return read(_ordered_copy(source, gone, Path(folder)))
    except (RuntimeError, InvalidLocationError) as error:
        words = str(error).strip() or "no reason given"
        raise SourceError(
            f"{file.shown} of layer {subject} cannot be read as OSM data: {words}. It is cut "
            "short, or something else than OSM. Download it again, e.g. as .osm.pbf from "
            "https://download.geofabrik.de."
        ) from error


def osm_input(path: Path) -> "OsmInput":
    """Give the file as pyosmium can open it: by its name, or as its bytes."""
    from osmium.io import FileBuffer

    if _opens_by_name(path):
        return path
    name = path.name.lower()
    suffix = next(end for end in sorted(OSM_SUFFIXES, key=len, reverse=True) if name.endswith(end))
    return FileBuffer(path.read_bytes(), suffix.removeprefix("."))


def _opens_by_name(path: Path) -> bool:
    """Tell whether libosmium can open a file: on Windows only if its path is plain ASCII."""
    return os.name != "nt" or str(path.resolve()).isascii()


def _looks_unordered(path: Path, source: "OsmInput") -> bool:
    """Look through the text of XML for numbers below 0, and for ways that stand before nodes."""
    suffix = path.suffix.lower()
    if suffix in (".pbf", ".o5m"):
        return False
    if suffix in (".gz", ".bz2"):
        return _has_unordered_things(source)
    with path.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as text:
        if any(text.find(sign) >= 0 for sign in (b' id="-', b" id='-")):
            return True
        ways, relations = text.find(b"<way "), text.find(b"<relation ")
        return 0 <= ways < text.rfind(b"<node ") or 0 <= relations < text.rfind(b"<way ")


def _has_unordered_things(source: "OsmInput") -> bool:
    import osmium

    last = 0
    for thing in osmium.FileProcessor(source):
        rank = _RANK.get(thing.type_str(), 3)
        if rank < last or thing.id < 0:
            return True
        last = rank
    return False


def _ordered_copy(source: "OsmInput", gone: Collection[tuple[str, int]], folder: Path) -> Path:
    import osmium

    numbered, ordered = folder / "numbered.osm.pbf", folder / "ordered.osm.pbf"
    with osmium.SimpleWriter(numbered) as writer:
        for thing in osmium.FileProcessor(source):
            if (thing.type_str(), thing.id) not in gone:
                _write(writer, thing)
    merged = osmium.MergeInputReader()
    merged.add_file(str(numbered))
    with osmium.SimpleWriter(ordered) as writer:
        merged.apply(writer)
    return ordered


def _write(writer: "osmium.SimpleWriter", thing: object) -> None:
    """Copy an object, with numbers above 0."""
    from osmium import osm

    if isinstance(thing, osm.Node):
        writer.add_node(thing.replace(id=_number(thing.id)))
    elif isinstance(thing, osm.Way):
        nodes = [_number(node.ref) for node in thing.nodes]
        writer.add_way(thing.replace(id=_number(thing.id), nodes=nodes))
    elif isinstance(thing, osm.Relation):
        members = [(member.type, _number(member.ref), member.role) for member in thing.members]
        writer.add_relation(thing.replace(id=_number(thing.id), members=members))


def _number(drawn: int) -> int:
    return drawn if drawn >= 0 else _DRAWN - drawn
