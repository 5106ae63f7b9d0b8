"""Things in OSM files by their tags: parks, stops, stations, entrances, buildings, anything."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geoplan.core.columns import Family
from geoplan.core.crs import check_metric_crs, parse_crs
from geoplan.core.errors import EmptyLayerError
from geoplan.core.extent import attach_extent, stated_extent
from geoplan.core.notices import Notice, unique
from geoplan.core.record import LoadRecord, attach_record
from geoplan.layers.datums.source_crs import SourceCRSChoice, shift_to_study_crs
from geoplan.layers.files.encoding import TextEncoding
from geoplan.layers.files.on_disk import LocalFile, file_sha256, local_file
from geoplan.layers.osm.deleted import deleted_notice
from geoplan.layers.osm.file import (
    OSM_CREDIT,
    OSM_CRS,
    OsmInput,
    drawn_ids,
    one_osm_file,
    osm_format,
    osm_points,
    read_in_order,
)
from geoplan.layers.osm.once import once_each, speaks_of_transport
from geoplan.layers.osm.overpass import is_overpass, read_overpass_features
from geoplan.layers.osm.query import (
    Wanted,
    default_tags,
    matched_keys,
    osm_filter,
    query_text,
    wanted_tags,
)
from geoplan.layers.readers.raw_layer import RawLayer
from geoplan.layers.readers.read_source import read_frame
from geoplan.layers.readers.source import LayerSource, OsmTags, PathText, one_path, refuse_layer
from geoplan.layers.readers.source_extent import osm_extent
from geoplan.layers.repairs.repair import repair_layer

if TYPE_CHECKING:
    import osmium

_MULTIPOLYGON = 6
_WORDS = {"any": "thing"}
_KINDS = {"n": "node", "w": "way", "r": "relation"}
# A closed way of these is a line that comes back to its start, unless it says area = yes.
_LINES = ("barrier", "highway", "railway", "waterway", "route", "power")
# … and of these keys, these values are places all the same.
_PLACES = ("station", "halt", "platform", "bus_stop", "rest_area", "services")
_AREA_RELATIONS = ("multipolygon", "boundary")


@dataclass
class _Things:
    """What one pass over a file gathers, in lists of one entry per thing."""

    columns: tuple[str, ...]
    kinds: list[str] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    wkb: list[str] = field(default_factory=list)
    rows: list[tuple[str | None, ...]] = field(default_factory=list)
    areas: set[tuple[str, int]] = field(default_factory=set)
    open_ways: int = 0
    stop_areas: list[list[tuple[str, int]]] = field(default_factory=list)


def load_osm_features(
    source: PathText,
    *,
    crs: str,
    tags: OsmTags,
    family: Family = "any",
    keys: Sequence[str] = (),
    extent: "GeoDataFrame | str | None" = None,
) -> GeoDataFrame:
    """
    Load whatever has certain tags from an OSM file, offline.

    Parameters
    ----------
    source : str or path
        An OSM file: ``.osm.pbf``, ``.osm``, ``.osm.gz``.
    crs : str
        Study CRS: projected, in metres, e.g. ``"EPSG:4547"``.
    tags : mapping
        What to look for: ``{"leisure": "park"}``, ``{"amenity": ["school", "kindergarten"]}``,
        ``{"building": True}`` for any value. A thing that has one of them belongs.
    family : {"any", "point", "line", "polygon", "point or polygon"}
        Geometry wanted. With ``"point"``, a place drawn as an area stands at a point inside it.
    keys : sequence of str
        Further tags to keep as columns.
    extent : GeoDataFrame of Polygon or "all", optional
        The ground for which the file holds everything there is, in `crs`; by default the box in
        its header, else the concave hull of its nodes. Whoever is not served beyond it, or nearer
        its edge than the distance, is left open by the analyses of access.

    Returns
    -------
    GeoDataFrame, n rows
        In `crs`, with RangeIndex, its load record (`geoplan.load_record`) and the columns

        =========== ===== ==== ==================================================
        column      dtype unit meaning
        =========== ===== ==== ==================================================
        ``osm_id``  str        ``node/1``, ``way/2`` or ``relation/3``
        ``name``    str        name; empty if it has none
        a key       str        value of each key of `tags` and `keys`, or missing
        =========== ===== ==== ==================================================

    Raises
    ------
    SourceError
        If the file cannot be found or read.
    EmptyLayerError
        If nothing in it has the tags.
    ParameterError
        If `tags` is empty.
    CRSError
        If `crs` cannot measure.

    See Also
    --------
    DEFAULT_TAGS : What the loaders of canonical layers look for in an OSM file.

    Notes
    -----
    Multipolygon relations come whole, holes cut out. One whose members the extract cut off cannot
    be closed; it is left out and counted. A closed way is an area unless it is a street, fence,
    railway (no station, no platform) or waterway without ``area = yes``. A thing drawn twice, as
    a node and an area or in parts, counts once (`geoplan.layers.osm.once.once_each`).
    """
    check_metric_crs(parse_crs(crs), f"`crs` ({crs!r})")
    path, subject = one_path(source), "features"
    with local_file(path, layer="", subject=subject) as file:
        raw = read_osm_features(file, tags=tags, family=family, keys=keys, subject=subject)
    choice = SourceCRSChoice(OSM_CRS, "file")
    geometry = np.asarray(raw.frame.geometry.array, dtype=object)
    shifted, _ = shift_to_study_crs(geometry, choice, crs, subject=subject)
    moved = raw.frame.set_geometry(shifted, crs=None).set_crs(crs, allow_override=True)
    sound = repair_layer(moved, family=family, subject=subject)
    layer = sound.frame.reset_index(drop=True)
    record = LoadRecord(
        layer=subject,
        kind=subject,
        paths=(path,),
        sha256=(file_sha256(path),),
        format=raw.driver,
        encoding="UTF-8",
        source_crs=OSM_CRS,
        source_crs_from="file",
        study_crs=crs,
        rows_read=raw.rows_read,
        rows_kept=len(layer),
        area_change_m2=sound.area_change_m2,
        source=OSM_CREDIT,
        notices=unique((*raw.notices, *sound.notices)),
    )
    if extent is None:
        reach = osm_extent(path, crs=crs, subject=subject)
    else:
        reach = stated_extent(extent, crs=crs)
    return attach_extent(attach_record(layer, record), reach)


def read_osm_features(
    file: LocalFile,
    *,
    tags: OsmTags,
    family: Family,
    keys: Collection[str],
    subject: str,
) -> RawLayer:
    """
    Read whatever has certain tags from an OSM file.

    Parameters
    ----------
    file : LocalFile
        PBF or XML.
    tags : mapping
        What to look for, as `load_osm_features` takes it.
    family : str
        Geometry wanted.
    keys : collection of str
        Further tags to keep as columns.
    subject : str
        The layer, for messages.

    Returns
    -------
    RawLayer
        In degrees, with ``osm_id``, ``name`` and a column for each key.

    Raises
    ------
    SourceError
        If the file breaks off or is not OSM.
    EmptyLayerError
        If nothing in it has the tags.
    ParameterError
        If `tags` is empty or holds something else than text.
    """
    wanted = wanted_tags(tags, subject=subject)
    shown = tuple(dict.fromkeys(("name", *wanted, *keys)))
    columns = tuple(dict.fromkeys((*shown, "public_transport")))
    things = read_in_order(
        file, lambda source: _gather(source, columns, wanted, family), subject=subject
    )
    if not things.ids:
        raise EmptyLayerError(
            f"{subject}: {file.shown} holds no {_WORDS.get(family, family)} with the tags "
            f"{query_text(wanted)}. Look a place up on openstreetmap.org to see how it is tagged "
            "there, and name those tags."
        )
    frame = GeoDataFrame(
        pd.DataFrame(things.rows, columns=things.columns, dtype=object),
        geometry=_geometry(things),
        crs=OSM_CRS,
    )
    keys_of = list(map(_osm_id, things.kinds, things.ids))
    frame.insert(0, "osm_id", np.array(keys_of, dtype=object))
    frame["name"] = frame["name"].fillna("").astype("str")
    counts = {"osm_areas_cut": _broken(things, family)}
    if family == "polygon":
        counts["osm_ways_open"] = things.open_ways
    notices = tuple(Notice(code, subject, n, len(frame)) for code, n in counts.items() if n)
    notices += deleted_notice(file, subject=subject)
    members = [[_osm_id(*one) for one in group] for group in things.stop_areas]
    frame, once = once_each(frame, wanted, family=family, stop_areas=members, subject=subject)
    frame = frame[["osm_id", *shown, "geometry"]]
    notices += once
    if family == "point":
        frame, placed = osm_points(frame, subject=subject)
        notices += placed
    return RawLayer(frame, osm_format(file.shown), TextEncoding("UTF-8"), len(frame), notices)


def read_osm_source(source: LayerSource, *, family: Family, subject: str) -> RawLayer:
    """
    Read a layer of a plan from an OSM file.

    Parameters
    ----------
    source : LayerSource
        One OSM file or ``overpass:PLACE``; its `tags`, or else those settled for a layer of this
        name.
    family : str
        Geometry wanted.
    subject : str
        Name of the layer.

    Returns
    -------
    RawLayer
        As `read_osm_features` gives it, rows chosen by ``source.where``. The tags that `where`
        and `columns` name are columns too.

    Raises
    ------
    SourceError, EmptyLayerError, ParameterError, SchemaError
        If the file cannot be read, nothing in it is wanted, or the tags are not settled.
    """
    refuse_layer(source, subject=subject, what="OpenStreetMap, where tags choose")
    path = one_osm_file(source.files, subject=subject)
    tags = source.tags or default_tags(subject)
    named = re.findall(r"[\w:]+", re.sub(r"'[^']*'", "", source.where))
    keys = [*(name for name in source.columns.values() if name != "osm_id"), *named]
    if is_overpass(path):
        raw = read_overpass_features(path, tags=tags, family=family, keys=keys, subject=subject)
    else:
        with local_file(path, layer="", subject=subject) as file:
            raw = read_osm_features(file, tags=tags, family=family, keys=keys, subject=subject)
    kept = read_frame(raw.frame, source.where, subject=subject)
    return replace(raw, frame=kept.frame, notices=(*raw.notices, *kept.notices))


def _gather(source: OsmInput, columns: tuple[str, ...], wanted: Wanted, family: Family) -> _Things:
    import osmium

    things = _Things(columns)
    if speaks_of_transport(wanted):
        things.stop_areas = _stop_areas(source)
    chosen = osm_filter(wanted)
    to_wkb = osmium.geom.WKBFactory()
    for thing in osmium.FileProcessor(source).with_areas(chosen).with_filter(chosen):
        matched = matched_keys(thing.tags.get, wanted)
        if not matched:
            continue
        if isinstance(thing, osmium.osm.Relation):
            if thing.tags.get("type") in _AREA_RELATIONS:
                things.areas.add(("relation", thing.id))
            continue
        line = _is_line(thing, matched)
        shape = _shape(thing, to_wkb, family, line=line)
        if shape is not None:
            _keep(things, thing, shape)
        elif isinstance(thing, osmium.osm.Way) and not line:
            if thing.is_closed():
                things.areas.add(("way", thing.id))
            else:
                things.open_ways += 1
    return things


def _stop_areas(source: OsmInput) -> list[list[tuple[str, int]]]:
    """Find which stops, platforms and stations the file says belong together."""
    import osmium

    relations = osmium.FileProcessor(source, osmium.osm.RELATION).with_filter(
        osmium.filter.TagFilter(("public_transport", "stop_area"))
    )
    return [
        [(_KINDS[member.type], member.ref) for member in relation.members]
        for relation in relations
        if isinstance(relation, osmium.osm.Relation)
    ]


def _osm_id(kind: str, number: int) -> str:
    return f"{kind}/{drawn_ids(np.array([number]))[0]}"


def _keep(things: _Things, thing: Any, shape: str) -> None:  # noqa: ANN401 (any OSM object)
    import osmium

    kind = "node" if isinstance(thing, osmium.osm.Node) else "way"
    number = thing.id
    if isinstance(thing, osmium.osm.Area):
        kind, number = ("way" if thing.from_way() else "relation"), thing.orig_id()
    things.kinds.append(kind)
    things.ids.append(number)
    things.wkb.append(shape)
    things.rows.append(tuple(map(thing.tags.get, things.columns)))


def _broken(things: _Things, family: Family) -> int:
    """Count what encloses an area but could not be closed."""
    if family == "line":
        return 0
    return len(things.areas.difference(zip(things.kinds, things.ids, strict=True)))


def _geometry(things: _Things) -> NDArray[np.object_]:
    """Read the geometries; a multipolygon of one part is that part."""
    geometry = np.asarray(shapely.from_wkb(np.array(things.wkb, dtype=object)), dtype=object)
    lone = (shapely.get_type_id(geometry) == _MULTIPOLYGON) & (
        shapely.get_num_geometries(geometry) == 1
    )
    geometry[lone] = shapely.get_geometry(geometry[lone], 0)
    return geometry


def _shape(
    thing: Any,  # noqa: ANN401
    to_wkb: "osmium.geom.WKBFactory",
    family: Family,
    *,
    line: bool,
) -> str | None:
    """Write the geometry of a thing; None where it is of no use to the family, or not whole."""
    import osmium

    try:
        if isinstance(thing, osmium.osm.Node):
            return None if family in ("polygon", "line") else to_wkb.create_point(thing)
        if isinstance(thing, osmium.osm.Area):
            return None if family == "line" or line else to_wkb.create_multipolygon(thing)
        if isinstance(thing, osmium.osm.Way) and family != "polygon":
            return to_wkb.create_linestring(thing) if line or not thing.is_closed() else None
    except (osmium.InvalidLocationError, RuntimeError):
        return None  # a way of which the extract has less than two vertices
    return None


def _is_line(thing: Any, matched: Sequence[str]) -> bool:  # noqa: ANN401
    """Tell a way that is a line even where it comes back to its start."""
    import osmium

    if isinstance(thing, osmium.osm.Area) and not thing.from_way():
        return False
    area = thing.tags.get("area")
    if area is not None:
        return bool(area == "no")
    return all(key in _LINES and thing.tags.get(key) not in _PLACES for key in matched)
