"""OSM files themselves: which they are, what is wrong with them, and in what order they stand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geoplan.core.errors import ParameterError, SourceError
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    import osmium

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


@contextmanager
def opened_osm(path: Path, *, shown: str, subject: str) -> Iterator[Path]:
    """
    Give an OSM file that can be read in one pass, and name the file in what the reader raises.

    XML from an editor or from Overpass may hold ways before their nodes, and numbers below 0; such
    a file is written anew in order.

    Parameters
    ----------
    path : Path
        The file.
    shown : str
        What the caller calls it.
    subject : str
        The layer, for messages.

    Yields
    ------
    Path
        The file, or an ordered copy of it that is valid until the context ends.

    Raises
    ------
    SourceError
        If the file is empty, breaks off or is not OSM.
    """
    from osmium import InvalidLocationError

    if not path.stat().st_size:
        raise SourceError(f"{shown} of layer {subject} is empty (0 bytes). Download it again.")
    with TemporaryDirectory(prefix="geoplan-") as folder:
        try:
            yield path if path.suffix.lower() == ".pbf" else _in_order(path, Path(folder))
        except (RuntimeError, InvalidLocationError) as error:
            raise SourceError(
                f"{shown} of layer {subject} cannot be read as OSM data: {_reason(error)} "
                "Download it again, e.g. as .osm.pbf from https://download.geofabrik.de."
            ) from error


def _reason(error: Exception) -> str:
    words = str(error).strip() or "no reason given"
    if "out of order" in words:
        return f"{words}. Sort it: osmium sort FILE -o sorted.osm.pbf."
    return f"{words}. It is cut short, or something else than OSM."


def _in_order(path: Path, folder: Path) -> Path:
    """Write a file anew if its objects do not stand in order, or have numbers below 0."""
    import osmium

    last = (-1, 0)
    for thing in osmium.FileProcessor(path):
        place = (_RANK.get(thing.type_str(), 3), thing.id)
        if place <= last or thing.id < 0:
            break
        last = place
    else:
        return path
    numbered, ordered = folder / "numbered.osm.pbf", folder / "ordered.osm.pbf"
    with osmium.SimpleWriter(numbered) as writer:
        for thing in osmium.FileProcessor(path):
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
