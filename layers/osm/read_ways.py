"""OSM files, PBF or XML: the ways that people walk or cycle on."""

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from geoplan.core.crs import parse_crs
from geoplan.core.errors import EmptyLayerError
from geoplan.core.notices import Notice
from geoplan.layers.files.on_disk import LocalFile
from geoplan.layers.network.build import Floats, Ints, Mask, WayKinds, Ways
from geoplan.layers.osm.deleted import deleted_notice
from geoplan.layers.osm.file import OSM_CRS, OsmInput, drawn_ids, read_in_order
from geoplan.layers.osm.tags import (
    KEYS,
    Mode,
    WayKind,
    barrier_closes,
    closed_notice,
    kind_of_signature,
    refused_notice,
)

if TYPE_CHECKING:
    import osmium

_PER_DEGREE = 1e7  # OSM stores whole numbers
_NO_PLACE = 2**31 - 1
_SQUARES = ("pedestrian", "footway", "path", "living_street", "service")
_VALUES = attrgetter("ref", "x", "y")


@dataclass
class _Found:
    """What one pass over a file gathers."""

    vertices: "array[int]"
    counts: "array[int]"
    ids: "array[int]"
    kind: "array[int]"
    kinds: dict[WayKind, int]
    closed: list[int]
    refused: "Counter[str]"


@dataclass(frozen=True)
class OsmWays:
    """
    Ways of an OSM file, and what was left out.

    Parameters
    ----------
    ways : Ways
        In the study CRS.
    highways : int
        Ways with a ``highway`` tag in the file.
    notices : tuple of Notice
        What was left out, and why.
    """

    ways: Ways
    highways: int
    notices: tuple[Notice, ...]


def read_osm_ways(
    file: LocalFile, *, crs: str, mode: Mode, subject: str, keep_closed: bool = False
) -> OsmWays:
    """
    Read the ways of an OSM file that people walk or cycle on.

    Parameters
    ----------
    file : LocalFile
        PBF or XML, plain or packed.
    crs : str
        Study CRS.
    mode : {"walk", "cycle"}
        Which ways to keep; `geoplan.layers.osm.tags.RULES` says which those are.
    subject : str
        The layer, for messages.
    keep_closed : bool
        Whether to keep ways that are only closed to the public, and pass their gates.

    Returns
    -------
    OsmWays
        The ways, and what was left out.

    Raises
    ------
    SourceError
        If the file is not there, not OSM, or breaks off.
    EmptyLayerError
        If no way in it is walked or cycled on.

    Notes
    -----
    One pass over the file; a second if it has squares made of several ways. Vertices that an
    extract cut off are left out, and the way ends there: no line is drawn across the gap.
    """
    found = read_in_order(
        file, lambda source: _gather(source, mode, keep_closed=keep_closed), subject=subject
    )
    highways = len(found.ids) + found.refused.total()
    if not found.ids:
        raise EmptyLayerError(_nothing(file.shown, found, highways, mode))
    ways, gaps = _as_ways(found, crs)
    if not len(ways.way_id):
        raise EmptyLayerError(
            f"{file.shown}: none of its {highways} ways has the nodes that it runs along. Extract "
            "the area again with complete ways, e.g. osmium extract --strategy complete_ways."
        )
    gone = deleted_notice(file, subject=subject)
    return OsmWays(ways, highways, (*gone, *_notices(found, gaps, highways, subject)))


def _square_rings(source: OsmInput) -> dict[int, Mapping[str, str]]:
    """Find the ways without tags of their own that outline a square drawn as a relation."""
    import osmium

    rings: dict[int, Mapping[str, str]] = {}
    relations = osmium.FileProcessor(source, osmium.osm.RELATION).with_filter(
        osmium.filter.TagFilter(*(("highway", value) for value in _SQUARES))
    )
    for relation in relations:
        tags = dict(relation.tags)
        if isinstance(relation, osmium.osm.Relation) and tags.get("type") == "multipolygon":
            rings.update((member.ref, tags) for member in relation.members if member.type == "w")
    return rings


def _gather(source: OsmInput, mode: Mode, *, keep_closed: bool) -> _Found:
    import osmium

    rings = _square_rings(source)
    found = _Found(array("q"), array("q"), array("q"), array("q"), {}, [], Counter())
    osm, keys = osmium.osm, KEYS[mode]
    things = osmium.FileProcessor(source, osm.NODE | osm.WAY).with_locations("flex_mem")
    for key, entity in (("highway", osm.WAY), ("barrier", osm.NODE)):
        wanted = osmium.filter.KeyFilter(key)
        wanted.enable_for(entity)
        things.with_filter(wanted)
    for thing in things:
        if isinstance(thing, osm.Way):
            kind = kind_of_signature(
                tuple(map(thing.tags.get, keys)), mode, keep_closed=keep_closed
            )
            if kind.allowed:
                # References and places in one go: here is where the time of reading goes.
                flat = [number for node in thing.nodes for number in _VALUES(node)]
                _take(found, thing.id, kind, flat)
            else:
                found.refused[kind.reason] += 1
        elif not keep_closed and barrier_closes(thing.tags.get, mode=mode):
            found.closed.append(thing.id)
    missing = set(rings).difference(found.ids)
    places = things.node_location_storage
    if not missing or places is None:
        return found
    outlines = osmium.FileProcessor(source, osm.WAY).with_filter(osmium.filter.IdFilter(missing))
    for way in outlines:
        if isinstance(way, osm.Way) and way.tags.get("highway") is None:
            flat = [value for node in way.nodes for value in (node.ref, *_place(places, node.ref))]
            kind = kind_of_signature(
                tuple(map(rings[way.id].get, keys)), mode, keep_closed=keep_closed
            )
            if kind.allowed:
                _take(found, way.id, kind, flat)
    return found


def _place(places: "osmium.index.LocationTable", ref: int) -> tuple[int, int]:
    try:
        location = places.get(ref)
    except KeyError:
        return _NO_PLACE, _NO_PLACE
    return location.x, location.y


def _take(found: _Found, way: int, kind: WayKind, flat: list[int]) -> None:
    found.vertices.extend(flat)
    found.counts.append(len(flat) // 3)
    found.ids.append(way)
    found.kind.append(found.kinds.setdefault(kind, len(found.kinds)))


def _as_ways(found: _Found, crs: str) -> tuple[Ways, int]:
    vertices = np.frombuffer(found.vertices, dtype=np.int64).reshape(-1, 3)
    way = np.repeat(np.arange(len(found.ids)), np.frombuffer(found.counts, dtype=np.int64))
    ref, place = vertices[:, 0], vertices[:, 1:]
    gap = place[:, 0] == _NO_PLACE
    closed = np.isin(ref, found.closed) if found.closed else np.zeros(len(ref), dtype=bool)
    piece, source, key = _pieces(way, ref, gap, closed)
    xy = _project(place[source], key, crs)
    way_of_piece = way[source[piece[:-1]]]
    kinds = WayKinds.of(tuple(found.kinds), np.frombuffer(found.kind, dtype=np.int64)[way_of_piece])
    ways = Ways(
        vertex_key=key,
        vertex_xy_m=xy,
        offsets=piece,
        way_id=drawn_ids(np.frombuffer(found.ids, dtype=np.int64))[way_of_piece],
        kinds=kinds,
    )
    found.closed = np.unique(ref[closed]).tolist()
    return ways, int(np.unique(way[gap]).size)


def _pieces(way: Ints, ref: Ints, gap: Mask, closed: Mask) -> tuple[Ints, Ints, Ints]:
    """
    Cut ways at vertices that are missing and at closed barriers.

    Returns the offsets of the pieces of two or more vertices, and for each vertex its position
    among all and its key. At a closed barrier each side gets a key of its own.
    """
    # A closed vertex stands twice: as the end of one piece and the start of the next.
    source = np.repeat(np.arange(len(way)), 1 + closed.astype(np.int64))
    key = ref[source].copy()
    shut = closed[source]
    key[shut] = -1 - np.arange(int(shut.sum())) - max(0, int(-ref.min())) if shut.any() else 0
    starts = np.ones(len(source), dtype=bool)
    starts[1:] = way[source[1:]] != way[source[:-1]]
    starts[1:] |= source[1:] == source[:-1]
    starts[1:] |= gap[source[1:]] | gap[source[:-1]]
    run = np.cumsum(starts) - 1
    size = np.bincount(run)
    keep = (size[run] > 1) & ~gap[source]
    kept = size[(size > 1)]
    return np.concatenate([[0], np.cumsum(kept)]), source[keep], key[keep]


def _project(place: Ints, key: Ints, crs: str) -> Floats:
    """Bring vertices into the study CRS, each place once."""
    from pyproj import Transformer

    _, first, again = np.unique(key, return_index=True, return_inverse=True)
    to_study = Transformer.from_crs(OSM_CRS, parse_crs(crs), always_xy=True)
    lon, lat = (place[first] / _PER_DEGREE).T
    return np.asarray(np.column_stack(to_study.transform(lon, lat))[again], dtype=np.float64)


def _nothing(path: str, found: _Found, highways: int, mode: Mode) -> str:
    if not highways:
        return (
            f"{path} has no way with a highway tag. Take an extract that holds the streets, "
            "e.g. the region's .osm.pbf from https://download.geofabrik.de."
        )
    first = ", ".join(f"{reason} ({n})" for reason, n in found.refused.most_common(3))
    return (
        f"{path}: nobody may {mode} on any of its {highways} ways: {first}. Take an extract with "
        "all streets and paths, not a selection of main roads."
    )


def _notices(found: _Found, gaps: int, highways: int, subject: str) -> tuple[Notice, ...]:
    notices = []
    if found.refused:
        notices.append(refused_notice(found.refused, highways, subject))
    closed = [number for kind, number in found.kinds.items() if kind.closed]
    notices += closed_notice(int(np.isin(found.kind, closed).sum()), highways, subject)
    if gaps:
        notices.append(Notice("ways_cut_by_extract", subject, gaps, highways))
    if found.closed:
        notices.append(Notice("barriers_closed", subject, len(found.closed)))
    return tuple(notices)
