"""
Exact coverage beside buffer + union and GeoPandas overlay: seconds, ratios and errors.

    python benchmarks/bench_coverage.py [--data FOLDER] [--repeat N] [--case NAME ...]

Every way measures the area within a distance of facilities in each district. The table gives the
processor time of each (best of N, so that other work on the machine counts for little), how many
times faster geoplan is, and the largest error of the others in any district, as a share of what
they measure; geoplan's own is checked against the drawn ones before anything is timed. `--data` is
a folder with Singapore's layers (`singapore/…`); without it those cases are left out.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geoplan.analyses.exact.catchment import covered_area_m2, make_catchment
from geoplan.analyses.shared.demand import demand_pieces, served_amount

CRS = "EPSG:4547"
WIDTH_M, HEIGHT_M = 50_000, 40_000
Areas = NDArray[np.float64]
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Case:
    """Facilities, districts and a distance; for the people's case cells in place of districts."""

    name: str
    facilities: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    distance_m: float
    tolerance: float = 5e-3


def geoplan(case: Case) -> Areas:
    within = tuple(float(side) for side in case.districts.total_bounds)
    catchment = make_catchment(case.facilities, case.distance_m, within)
    return covered_area_m2(np.asarray(case.districts.geometry.array), catchment)


def drawn(quad_segs: int) -> Callable[[Case], Areas]:
    def run(case: Case) -> Areas:
        shapes = np.asarray(case.facilities.geometry.array)
        together = shapely.union_all(shapely.buffer(shapes, case.distance_m, quad_segs=quad_segs))
        districts = np.asarray(case.districts.geometry.array)
        shapely.prepare(together)
        areas = np.zeros(len(districts))
        meet = shapely.intersects(together, districts)
        whole = meet.copy()
        whole[meet] = shapely.contains_properly(together, districts[meet])
        areas[whole] = shapely.area(districts[whole])
        cut = meet & ~whole
        areas[cut] = shapely.area(shapely.intersection(districts[cut], together))
        return areas

    return run


def overlay(case: Case) -> Areas:
    buffers = gpd.GeoDataFrame(geometry=case.facilities.buffer(case.distance_m), crs=CRS)
    districts = case.districts.assign(position=range(len(case.districts)))
    pieces = gpd.overlay(districts[["position", "geometry"]], buffers.dissolve())
    return np.bincount(pieces["position"], pieces.area, len(districts))


WAYS = {
    "buffer + union, 64-gons": drawn(16),
    "buffer + union, 256-gons": drawn(64),
    "GeoPandas overlay, 64-gons": overlay,
}
OVERLAY_AT_MOST = 10_000  # 200,000 cells take it minutes


def synthetic(stops: int, districts: int, seed: int = 1) -> Case:
    random = np.random.default_rng(seed)
    xy = random.random((stops, 2)) * [WIDTH_M, HEIGHT_M]
    extent = shapely.box(0, 0, WIDTH_M, HEIGHT_M)
    seeds = shapely.multipoints(random.random((districts, 2)) * [WIDTH_M, HEIGHT_M])
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=extent))
    cells = shapely.segmentize(shapely.intersection(cells, extent), 200)
    # Bent, the same way wherever it is, so that neighbours keep their common border.
    cells = shapely.transform(
        cells, lambda at: at + 60 * np.sin(at[:, ::-1] / [170, 230] + [0.3, 0.8])
    )
    return Case(
        f"{stops:,} stops × {districts:,} districts",
        gpd.GeoDataFrame(geometry=shapely.points(xy), crs=CRS),
        gpd.GeoDataFrame(geometry=cells, crs=CRS),
        500.0,
        # A 64-gon is 0.16 % too small; in a district with the end of one only, the share is more.
        tolerance=0.3,
    )


def cells(facilities: gpd.GeoDataFrame, count: int, name: str) -> Case:
    west, south, east, north = facilities.total_bounds
    size_m = np.sqrt((east - west) * (north - south) / count)
    x, y = (
        axis.ravel()
        for axis in np.meshgrid(np.arange(west, east, size_m), np.arange(south, north, size_m))
    )
    squares = shapely.box(x, y, x + size_m, y + size_m)
    grid = gpd.GeoDataFrame(geometry=squares, crs=facilities.crs)
    return Case(f"{name} × {len(grid):,} cells", facilities, grid, 500.0, tolerance=np.inf)


def singapore(folder: Path) -> Iterator[Case]:
    def read(name: str) -> gpd.GeoDataFrame:
        layer = gpd.read_file(folder / "singapore" / name).to_crs("EPSG:3414")
        layer.geometry = shapely.force_2d(layer.geometry.make_valid().array)
        return layer[["geometry"]].set_crs(CRS, allow_override=True)  # the same metres

    districts = read("planning-area.geojson")
    stops = read("LTABusStop.geojson")
    parks = read("NParksParksandNatureReserves.geojson")
    yield Case("Singapore: 5,166 stops × 55 areas", stops, districts, 500.0)
    yield Case("Singapore: 461 parks × 55 areas", parks, districts, 400.0)
    yield cells(stops, 200_000, "Singapore: 5,166 stops")
    yield cells(parks, 200_000, "Singapore: 461 parks")


def cases(folder: Path | None) -> Iterator[Case]:
    yield synthetic(1_000, 12)
    yield synthetic(10_000, 12)
    yield synthetic(10_000, 1_000)
    yield synthetic(100_000, 12)
    yield cells(synthetic(10_000, 12).facilities, 200_000, "10,000 stops")
    if folder and (folder / "singapore").is_dir():
        yield from singapore(folder)


def timed(run: Callable[[Case], Areas], case: Case, repeat: int) -> tuple[float, Areas]:
    best, found = float("inf"), np.empty(0)
    for _ in range(repeat):
        began = time.process_time()
        found = run(case)
        best = min(best, time.process_time() - began)
    return best, found


def check(case: Case, exact: Areas, found: Areas, way: str) -> float:
    """Refuse to time ways that disagree; give the largest error of a district."""
    district_m2 = case.districts.area.to_numpy()
    some = exact > 1e-3 * district_m2
    error = np.abs(found - exact)[some] / exact[some]
    total = abs(found.sum() / exact.sum() - 1)
    if total > 2e-3 or error.max() > case.tolerance:
        raise SystemExit(f"{case.name}: {way} differs by {error.max():.2%}, in total {total:.2%}")
    return float(error.max())


def people(folder: Path | None) -> None:
    """Cut cells along districts and measure who is served: the whole of a population share."""
    if not folder or not (folder / "singapore").is_dir():
        return
    by_stops, _, grid, _ = singapore(folder)
    layer = grid.districts.assign(population=1.0)
    began = time.process_time()
    pieces = demand_pieces("population", by_stops.districts, {"population": layer})
    cut = time.process_time() - began
    served = served_amount(pieces, make_catchment(by_stops.facilities, 500.0))
    total = time.process_time() - began
    print(
        f"\n{len(layer):,} cells cut along 55 areas: {cut:.2f} s, served by stops: "
        f"{total - cut:.2f} s, share {served.sum() / pieces.amount.sum():.6f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    beside = HERE.parents[1] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=os.environ.get("GEOPLAN_DATA", beside))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--case", action="append", help="only cases whose name holds this")
    chosen = parser.parse_args()
    folder = Path(chosen.data)
    print(f"{'case':40} {'way':28} {'seconds':>8} {'ratio':>7} {'worst district':>15}")
    for case in cases(folder):
        if chosen.case and not any(word in case.name for word in chosen.case):
            continue
        seconds, exact = timed(geoplan, case, chosen.repeat)
        print(f"{case.name:40} {'geoplan, exact':28} {seconds:8.3f} {1:6.1f}× {'–':>15}")
        for way, run in WAYS.items():
            if run is overlay and len(case.districts) > OVERLAY_AT_MOST:
                continue
            taken, found = timed(run, case, chosen.repeat)
            error = check(case, exact, found, way)
            print(f"{'':40} {way:28} {taken:8.3f} {taken / seconds:6.1f}× {error:15.2%}")
    people(folder)


if __name__ == "__main__":
    main()
