"""Write small OSM files for tests: nodes on a metre grid near 114° E, ways, relations."""

from pathlib import Path
from xml.sax.saxutils import quoteattr

from pyproj import Transformer

CRS = "EPSG:4547"
_ORIGIN_M = (500_000.0, 2_500_000.0)
_TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def lonlat(x_m, y_m):
    lon, lat = _TO_DEGREES.transform(_ORIGIN_M[0] + x_m, _ORIGIN_M[1] + y_m)
    return round(lon, 7), round(lat, 7)


def local(xy_m):
    """Bring coordinates of the study CRS back to the metre grid."""
    return [[round(float(x) - _ORIGIN_M[0]), round(float(y) - _ORIGIN_M[1])] for x, y in xy_m]


def write_osm(path: Path, nodes, ways=(), relations=()):
    """
    Write OSM XML.

    ``nodes``: {id: (x_m, y_m) or (x_m, y_m, tags)}; ``ways``: [(id, [refs], tags)];
    ``relations``: [(id, [(way, role)], tags)].
    """
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="test">']
    for key, (x_m, y_m, *tags) in sorted(nodes.items()):
        lon, lat = lonlat(x_m, y_m)
        lines.append(f'<node id="{key}" version="1" lat="{lat:.7f}" lon="{lon:.7f}">')
        lines += [*_tags(tags[0] if tags else {}), "</node>"]
    for key, refs, tags in ways:
        lines.append(f'<way id="{key}" version="1">')
        lines += [f'<nd ref="{ref}"/>' for ref in refs]
        lines += [*_tags(tags), "</way>"]
    for key, members, tags in relations:
        lines.append(f'<relation id="{key}" version="1">')
        lines += [f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members]
        lines += [*_tags(tags), "</relation>"]
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def _tags(tags):
    return [f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items()]
