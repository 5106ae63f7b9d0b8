"""
Exact class areas of a raster beside exactextract: seconds, ratios, errors, memory and growth.

    python benchmarks/bench_zonal.py [--cells N ...] [--districts N ...] [--repeat N]

A synthetic land cover of 11 classes (10 m, one byte, tiled and deflated GeoTIFF) is written to a
temporary folder and measured for irregular districts that divide it. Processor time, all threads
together, best of N, so that other work on the machine counts for little; exactextract by the
faster of its two strategies, because which one that is changes with the districts. What both say
is compared before anything is printed: `error` is the largest difference in any class and district,
as a share of the district. Each way runs in a process of its own, whose highest memory is what the
system reports. The last lines give the exponent of growth in cells. `--cells 1000000000` takes some
minutes, mostly exactextract's.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio import Affine
from rasterio.windows import Window

from geoplan.analyses.cells.class_areas import class_areas
from geoplan.layers.rasters.grid import open_grid

CRS = "EPSG:4547"
SIZE_M, BLOCK, CLASSES = 10.0, 512, 11
WEST, NORTH = 4e5, 2.6e6
AT_MOST = 1e-9
STRATEGIES = ("feature-sequential", "raster-sequential")
Cells = NDArray[np.float64]


def write_cover(path: Path, side: int) -> None:
    random = np.random.default_rng(0)
    profile = {
        "driver": "GTiff", "height": side, "width": side, "count": 1, "dtype": "uint8", "nodata": 0,
        "crs": CRS, "transform": Affine(SIZE_M, 0, WEST, 0, -SIZE_M, NORTH), "tiled": True,
        "blockxsize": BLOCK, "blockysize": BLOCK, "compress": "deflate", "zlevel": 1,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        for row in range(0, side, BLOCK):
            rows = min(BLOCK, side - row)
            patches = random.integers(
                0, CLASSES + 1, (rows // 7 + 1, side // 9 + 1), dtype=np.uint8
            )
            values = np.repeat(np.repeat(patches, 7, axis=0), 9, axis=1)[:rows, :side]
            values[random.random((rows, side), dtype=np.float32) < 0.05] = 10
            file.write(values, 1, window=Window(0, row, side, rows))


def make_districts(count: int, side: int) -> gpd.GeoDataFrame:
    random = np.random.default_rng(1)
    extent = shapely.box(0, 0, side * SIZE_M, side * SIZE_M)
    seeds = shapely.multipoints(random.random((count, 2)) * side * SIZE_M)
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=extent))
    cells = shapely.segmentize(shapely.intersection(cells, extent), 200)
    # Bent, the same way wherever it is, so that neighbours keep their common border.
    cells = shapely.transform(
        cells, lambda at: at + 60 * np.sin(at[:, ::-1] / [170, 230] + [0.3, 0.8])
    )
    cells = shapely.intersection(cells, extent)
    cells = shapely.transform(cells, lambda at: at + np.array([WEST, NORTH - side * SIZE_M]))
    return gpd.GeoDataFrame(geometry=cells, crs=CRS)


def geoplan(path: str, districts: gpd.GeoDataFrame, threads: int) -> Cells:
    found = class_areas(open_grid(path), districts, classes=range(1, CLASSES + 1), threads=threads)
    return found.cells


def exactextract(path: str, districts: gpd.GeoDataFrame, strategy: str) -> Cells:
    from exactextract import exact_extract

    operations = ["unique", "frac", "count"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = exact_extract(path, districts, operations, strategy=strategy, output="pandas")
    cells = np.zeros((len(districts), CLASSES + 1))
    for row, codes, shares, count in zip(
        cells, table["unique"], table["frac"], table["count"], strict=True
    ):
        row[codes.astype(int)] = shares * count
    return cells[:, 1:]


WAYS: dict[str, Callable[[str, gpd.GeoDataFrame], Cells]] = {
    "geoplan": lambda path, districts: geoplan(path, districts, 1),
    "geoplan, 2 threads": lambda path, districts: geoplan(path, districts, 2),
    **{
        f"exactextract, {strategy}": (
            lambda path, districts, strategy=strategy: exactextract(path, districts, strategy)  # type: ignore[misc]
        )
        for strategy in STRATEGIES
    },
}


def run_alone(way: str, path: str, side: int, count: int, repeat: int) -> None:
    """Measure one way, in this process; print JSON for the process that asked."""
    districts = make_districts(count, side)
    processor, wall = math.inf, math.inf
    cells = np.zeros(0)
    for _ in range(repeat):
        started, begun = time.process_time(), time.perf_counter()
        cells = WAYS[way](path, districts)
        processor = min(processor, time.process_time() - started)
        wall = min(wall, time.perf_counter() - begun)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([processor, wall, memory_mb, cells.tolist()]))


def measured(
    way: str, path: Path, side: int, count: int, repeat: int
) -> tuple[float, float, float, Cells]:
    arguments = [way, str(path), str(side), str(count), str(repeat)]
    ran = subprocess.run(  # noqa: S603 (this script)
        [sys.executable, __file__, "--alone", *arguments],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    processor, wall, memory_mb, cells = json.loads(ran.stdout.splitlines()[-1])
    return processor, wall, memory_mb, np.array(cells)


def compare(path: Path, side: int, count: int, repeat: int) -> float:
    print(f"\n{side**2:,} cells, {count:,} districts")
    print(f"{'way':34}{'processor':>11}{'clock':>9}{'memory':>10}{'ratio':>8}{'error':>10}")
    found = {way: measured(way, path, side, count, repeat) for way in WAYS}
    ours = found["geoplan"]
    sizes = ours[3].sum(axis=1, keepdims=True)
    errors = {
        way: float((np.abs(cells - ours[3]) / np.maximum(sizes, 1)).max())
        for way, (*_, cells) in found.items()
    }
    for way, (processor, wall, memory_mb, _) in found.items():
        ratio = "" if way == "geoplan" else f"{processor / ours[0]:.1f} ×"
        print(
            f"{way:34}{processor:>9.3f} s{wall:>7.2f} s{memory_mb:>7.0f} MB{ratio:>8}"
            f"{errors[way]:>10.1e}"
        )
    if max(errors.values()) > AT_MOST:
        sys.exit(f"the ways differ by {max(errors.values()):.1e} of a district")
    return ours[0]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--cells", type=int, nargs="+", default=[2_000_000, 20_000_000])
    parser.add_argument("--districts", type=int, nargs="+", default=[12, 100, 1000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--alone", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        way, path, *numbers = options.alone
        run_alone(way, path, *map(int, numbers))
        return
    seconds: dict[int, list[tuple[int, float]]] = {count: [] for count in options.districts}
    with tempfile.TemporaryDirectory() as folder:
        for cells in options.cells:
            side = round(math.sqrt(cells))
            path = Path(folder) / f"{side}.tif"
            write_cover(path, side)
            for count in options.districts:
                took = compare(path, side, count, options.repeat)
                seconds[count].append((side**2, took))
            path.unlink()
    for count, points in seconds.items():
        if len(points) > 1:
            (less, before), (more, after) = points[0], points[-1]
            power = math.log(after / before) / math.log(more / less)
            print(f"\n{count:,} districts, {more / less:.0f} × the cells: as cells^{power:.2f}")


if __name__ == "__main__":
    main()
