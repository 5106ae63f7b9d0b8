"""What an OSM file holds that a plan may want."""

from collections import Counter

from geoplan.core.errors import EmptyLayerError, GeoplanError
from geoplan.layers.files.on_disk import local_file
from geoplan.layers.inspection.facts import Bounds, FileFacts, Finding
from geoplan.layers.osm.file import OSM_CRS, OsmInput, osm_format, read_in_order
from geoplan.layers.osm.query import DEFAULT_TAGS, matched_keys, osm_filter, wanted_tags
from geoplan.layers.osm.tags import KEYS, kind_of_signature

_STREETS = "walk_network"
_OFFERED = {"bus_stops": "bus_stops", "parks": "parks", "rail_stations": "rail_stations"}
"""Layers offered to a plan -> their kind; others are found when a plan names them."""


def inspect_osm(path: str) -> list[FileFacts]:
    """
    Count what an OSM file holds: streets to walk on, stops, stations, parks.

    Parameters
    ----------
    path : str
        PBF or XML.

    Returns
    -------
    list of FileFacts
        One for each layer that a plan may take from it; one with a finding if it is unreadable.
    """
    try:
        with local_file(path, layer="", subject=path) as file:
            bounds = read_in_order(file, _bounds, subject=path)
            counts = read_in_order(file, _counts, subject=path)
        return _facts(path, counts, bounds)
    except GeoplanError as error:
        return [FileFacts(path, findings=(Finding("stop", "unreadable", {"reason": str(error)}),))]


def _facts(path: str, counts: "Counter[str]", bounds: Bounds | None) -> list[FileFacts]:
    if not counts:
        raise EmptyLayerError("it holds no street, stop, station or park")
    kinds = {_STREETS: _STREETS, **_OFFERED}
    note = (Finding("note", "osm"),)
    return [
        FileFacts(
            path=path,
            format=osm_format(path),
            encoding="UTF-8",
            crs=OSM_CRS,
            rows=counts[name],
            bounds=bounds,
            bounds_deg=bounds,
            guess=name,
            guess_kind=kind,
            findings=note,
        )
        for name, kind in kinds.items()
        if counts[name]
    ]


def _counts(source: OsmInput) -> "Counter[str]":
    import osmium

    wanted = {name: wanted_tags(DEFAULT_TAGS[name], subject=name) for name in _OFFERED}
    counts: Counter[str] = Counter()
    for name, query in wanted.items():
        things = osmium.FileProcessor(source).with_filter(osm_filter(query))
        counts[name] = sum(1 for thing in things if matched_keys(thing.tags.get, query))
    ways, keys = osmium.FileProcessor(source, osmium.osm.WAY), KEYS["walk"]
    for way in ways.with_filter(osmium.filter.KeyFilter("highway")):
        counts[_STREETS] += kind_of_signature(tuple(map(way.tags.get, keys)), "walk").allowed
    return +counts


def _bounds(source: OsmInput) -> Bounds | None:
    """Read the extent that the file states of itself."""
    import osmium

    with osmium.io.Reader(source, osmium.osm.NOTHING) as reader:
        box = reader.header().box()
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return low.lon, low.lat, high.lon, high.lat
