"""
From an OSM file to the walk network, beside OSMnx: ratios of one run, never seconds alone.

``python benchmarks/bench_osm.py [FILE.osm.pbf ...] [--crs EPSG:32629] [--side 120]``

OSMnx reads no PBF, so it is spared the unpacking: it is given XML that holds the streets and their
nodes only, and in a second row everything that the file holds. Each runs alone in a process of its
own; imports are not counted, and time is that of the processor, all threads together. Edges before
simplification are compared piece by piece, but for ways that the extract cut off: OSMnx cannot read
these. Without a file, a grid of streets with houses beside them is made.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import osmium

_GEOPLAN = """
import json, resource, sys, time
import pyproj, osmium, shapely, numpy as np
from geoplan.layers.network.walk_network import load_walk_network
begun = time.process_time()
network = load_walk_network(sys.argv[1], crs=sys.argv[2])
took = time.process_time() - begun
xy = np.round(network.vertex_xy_m, 2)
inside = np.ones(len(xy), dtype=bool)
inside[network.offsets[1:] - 1] = False
first = np.flatnonzero(inside)
way = np.repeat(network.edge_id, np.diff(network.offsets))[first]
"""
_OSMNX = """
import json, resource, sys, time
import osmnx as ox, numpy as np
from pyproj import Transformer
begun = time.process_time()
graph = ox.graph_from_xml(sys.argv[1], simplify=False, retain_all=True, bidirectional=True)
built = time.process_time() - begun
simple = ox.simplify_graph(graph, edge_attrs_differ=["osmid"], remove_rings=False)
took = time.process_time() - begun
to_study = Transformer.from_crs("EPSG:4326", sys.argv[2], always_xy=True)
u, v, data = zip(*graph.edges(data=True))
nodes = dict(graph.nodes(data=True))
ends = [np.column_stack(to_study.transform(*zip(*((nodes[n]["x"], nodes[n]["y"]) for n in side))))
        for side in (u, v)]
way = np.array([edge["osmid"] for edge in data])
xy = np.round(np.stack(ends, axis=1).reshape(-1, 2), 2)
first = np.arange(len(way)) * 2
"""
_REPORT = """
a, b = xy[first], xy[first + 1]
turned = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
low, high = np.where(turned[:, None], b, a), np.where(turned[:, None], a, b)
some = (low != high).any(axis=1)
np.save(sys.argv[3], np.unique(np.column_stack([way, low, high])[some], axis=0))
peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"s": took, "mb": peak_mb}))
"""


def run(code: str, source: Path, crs: str, out: Path) -> dict[str, float]:
    """Run one reader alone and read what it says of itself."""
    command = [sys.executable, "-W", "ignore", "-c", code + _REPORT, str(source), crs, str(out)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def as_xml(source: Path, target: Path, streets: set[int] | None) -> set[int]:
    """
    Write the file as XML: all of it, or streets with their nodes.

    Gives the ways that the extract cut off, of which only the nodes that it has are written.
    """
    osm = osmium.osm
    there = {node.id for node in osmium.FileProcessor(source, osm.NODE)}
    ways = osmium.FileProcessor(source, osm.WAY)
    used = there
    if streets is not None:
        ways = ways.with_filter(osmium.filter.IdFilter(streets))
        used = {node.ref for way in ways for node in way.nodes}
    cut = set()
    with osmium.SimpleWriter(target) as writer:
        nodes = osmium.FileProcessor(source, osm.NODE)
        for node in nodes.with_filter(osmium.filter.IdFilter(used)):
            writer.add(node)
        for way in ways:
            refs = [node.ref for node in way.nodes]
            held = [ref for ref in refs if ref in there]
            if len(held) < len(refs):
                cut.add(way.id)
            if len(held) > 1:
                writer.add(way.replace(nodes=held))
    return cut


def make_city(target: Path, side: int) -> Path:
    """Write a grid of streets with a bend in each, and four houses in every block."""
    ways = []
    with osmium.SimpleWriter(target) as writer:
        add = osmium.osm.mutable
        for row in range(side * 2):
            for column in range(side * 2):
                place = (114 + column * 5e-4, 22.5 + row * 5e-4 + 1e-5 * math.sin(column))
                writer.add_node(add.Node(id=1 + row * side * 2 + column, location=place))
        for row in range(0, side * 2, 2):
            line = [1 + row * side * 2 + column for column in range(side * 2)]
            across = [1 + other * side * 2 + row for other in range(side * 2)]
            ways += [line[i : i + 9] for i in range(0, side * 2 - 1, 8)]
            ways += [across[i : i + 9] for i in range(0, side * 2 - 1, 8)]
        number = (side * 2) ** 2 + 1
        kinds = ("residential", "footway", "service", "tertiary")
        houses = []
        for block in range((side - 1) ** 2 * 2):
            x, y = 114 + block % side * 1e-3 + 1e-4, 22.5 + block // side * 5e-4 + 1e-4
            for dx, dy in ((0, 0), (1e-4, 0), (1e-4, 1e-4), (0, 1e-4)):
                writer.add_node(add.Node(id=number, location=(x + dx, y + dy)))
                number += 1
            houses.append([*range(number - 4, number), number - 4])
        for key, refs in enumerate(ways):
            tags = {"highway": kinds[key % 4], "name": f"Street {key}"}
            writer.add_way(add.Way(id=key + 1, nodes=refs, tags=tags))
        for key, refs in enumerate(houses):
            tags = {"building": "yes"}
            writer.add_way(add.Way(id=len(ways) + key + 1, nodes=refs, tags=tags))
    return target


def compare(source: Path, crs: str, folder: Path) -> None:
    """Print one city's rows."""
    ours = run(_GEOPLAN, source, crs, folder / "ours.npy")
    mine = np.load(folder / "ours.npy")
    print(f"\n{source.name}: {ours['s']:.2f} s and {ours['mb']:.0f} MB, {len(mine):,} pieces")
    streets = {
        way.id
        for way in osmium.FileProcessor(source, osmium.osm.WAY).with_filter(
            osmium.filter.KeyFilter("highway")
        )
    }
    streets |= set(mine[:, 0].astype(int).tolist())  # and the outlines of squares
    for label, only in (("its streets only", streets), ("all of it", None)):
        xml = folder / "city.osm"
        cut = as_xml(source, xml, only)
        theirs = run(_OSMNX, xml, crs, folder / "theirs.npy")
        xml.unlink()
        both = [whole(mine, mine, cut), whole(np.load(folder / "theirs.npy"), mine, cut)]
        different = len(both[0] ^ both[1])
        print(
            f"  OSMnx given {label}: {theirs['s'] / ours['s']:.0f} × the time, "
            f"{theirs['mb'] / ours['mb']:.1f} × the memory; of {len(both[1]):,} pieces of the ways "
            f"kept {different or 'none'} differ"
        )


def whole(pieces: np.ndarray, kept: np.ndarray, cut: set[int]) -> set[tuple[float, ...]]:
    """Take the pieces of ways that both readers have whole."""
    some = np.isin(pieces[:, 0], kept[:, 0]) & ~np.isin(pieces[:, 0], list(cut))
    return set(map(tuple, pieces[some].tolist()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--crs", default="EPSG:4547")
    parser.add_argument("--side", type=int, default=120, help="streets of the made city")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = given.files or [make_city(folder / "made.osm.pbf", given.side)]
        for file in files:
            compare(file, given.crs, folder)


if __name__ == "__main__":
    main()
