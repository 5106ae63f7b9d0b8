"""
Objects inside a red line, beside GeoPandas: the same areas, how many times as fast.

``python benchmarks/bench_encroachment.py [--objects 100000] [--corners 1000 10000 100000]``

The line is a star-shaped polygon with fine notches, the objects are rectangles of 10 to 80 m, two
in three of them outside. `geopandas.overlay` cuts objects to districts and to the line, as a script
would. Seconds are the processor's; ours is the best of three, overlay runs once.
"""

import argparse
import gc
import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geoplan.analyses.conflict.encroachment import encroachment

CRS = "EPSG:4547"


def seconds(work: Callable[[], Any], times: int) -> tuple[float, Any]:
    """Best processor time of some runs, and what the last one gave."""
    best, found = np.inf, None
    for _ in range(times):
        gc.collect()
        began = time.process_time()
        found = work()
        best = min(best, time.process_time() - began)
    return best, found


def red_line(corners: int, radius_m: float = 30_000) -> gpd.GeoDataFrame:
    random = np.random.default_rng(0)
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    away_m = radius_m * (
        1
        + 0.2 * np.sin(7 * angle)
        + 0.05 * np.sin(61 * angle)
        + 5e-4 * random.standard_normal(corners)
    )
    ring = shapely.polygons(np.stack([away_m * np.cos(angle), away_m * np.sin(angle)], axis=1))
    return gpd.GeoDataFrame(geometry=[ring], crs=CRS)


def rectangles(count: int) -> gpd.GeoDataFrame:
    random = np.random.default_rng(1)
    middle, half = random.uniform(-45_000, 45_000, (count, 2)), random.uniform(5, 40, (count, 2))
    return gpd.GeoDataFrame(geometry=shapely.box(*(middle - half).T, *(middle + half).T), crs=CRS)


def squares() -> gpd.GeoDataFrame:
    x, y = (axis.ravel() for axis in np.meshgrid(*[np.arange(-45_100, 45_000, 22_550.0)] * 2))
    ids = [str(number) for number in range(len(x))]
    boxes = shapely.box(x, y, x + 22_550, y + 22_550)
    return gpd.GeoDataFrame({"district_id": ids, "name": ids}, geometry=boxes, crs=CRS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--corners", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    asked = parser.parse_args()
    objects, districts = rectangles(asked.objects), squares()
    print(f"{asked.objects:,} objects; seconds of processor")
    print(f"{'corners':>8} {'geoplan':>8} {'overlay':>8} {'ratio':>7} {'difference':>11}")
    for corners in asked.corners:
        line = red_line(corners)
        ours_s, result = seconds(
            lambda line=line: encroachment(objects, districts, lines=line, min_overlap=0), 3
        )
        peer_s, cut = seconds(
            lambda line=line: gpd.overlay(gpd.overlay(objects, districts), line), 1
        )
        ours_m2, peer_m2 = result.measure("area", "total").value, cut.area.sum()
        apart = abs(ours_m2 - peer_m2) / peer_m2
        print(f"{corners:8,} {ours_s:8.2f} {peer_s:8.1f} {peer_s / ours_s:6.0f}x {apart:11.0e}")


if __name__ == "__main__":
    main()
