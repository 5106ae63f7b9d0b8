"""
A city map beside plain Folium on the same layers: megabytes, seconds to write, to open, to move.

    python benchmarks/bench_maps.py [--limit SECONDS] [--only geoplan|folium] [--small]

The made-up city is 50 by 40 km: 200,000 cells with people, 50,000 land parcels, 1,000 stops and 40
districts. Both are drawn as they come: geoplan's coverage map with the parcels as a further layer,
and `folium.GeoJson` per layer with a `style_function` and a tooltip, which is what the manual
shows. Pages are opened in a headless Chromium; plain Folium is handed Leaflet from the bundle,
since it fetches that from a CDN. *Open* is the time from navigation until the page has painted and
the next frame is free, *pan* that of a move by half the window.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import folium
import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

import geoplan as gp
from geoplan.maps.page.assets import load_bundle

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

CRS = "EPSG:4547"
WEST_M, SOUTH_M, WIDTH_M, HEIGHT_M = 480_000, 2_480_000, 50_000, 40_000
FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
MAP = "Object.values(window).find(value => value instanceof L.Map)"
PALETTE = ("#fee5d9", "#fcae91", "#fb6a4a", "#cb181d")


@dataclass(frozen=True)
class City:
    """The layers that are drawn."""

    districts: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    parcels: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame


def boxes(columns: int, rows: int, gap: float = 0.0) -> NDArray[np.object_]:
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    wide, high = WIDTH_M / columns, HEIGHT_M / rows
    west, south = WEST_M + x.ravel() * wide, SOUTH_M + y.ravel() * high
    return shapely.box(west + gap, south + gap, west + wide - gap, south + high - gap)


def make_city(scale: float) -> City:
    rng = np.random.default_rng(4)
    side = max(round(100 * scale**0.5), 10)
    districts, cells = boxes(8, 5), boxes(5 * side, 4 * side)
    across = max(round(250 * scale**0.5), 10)
    parcels = boxes(across, round(across * 0.8), gap=12)
    # Parcels have corners of their own, as surveyed ones do.
    parcels = shapely.transform(parcels, lambda at: at + 8 * np.sin(at[:, ::-1] / 37))
    at = rng.uniform((WEST_M, SOUTH_M), (WEST_M + WIDTH_M, SOUTH_M + HEIGHT_M), (1000, 2))
    return City(
        gpd.GeoDataFrame(
            {
                "district_id": [str(number) for number in range(len(districts))],
                "name": [f"District {number}" for number in range(len(districts))],
            },
            geometry=districts,
            crs=CRS,
        ),
        gpd.GeoDataFrame(
            {"population": rng.lognormal(4, 1, len(cells)).round()}, geometry=cells, crs=CRS
        ),
        gpd.GeoDataFrame(
            {"name": [f"Parcel {number}" for number in range(len(parcels))]},
            geometry=parcels,
            crs=CRS,
        ),
        gpd.GeoDataFrame(
            {"stop_id": range(len(at)), "name": ""}, geometry=gpd.points_from_xy(*at.T), crs=CRS
        ),
    )


def by_geoplan(city: City, path: Path) -> None:
    found = gp.coverage(
        city.stops,
        city.districts,
        distance_m=500,
        of=["population", "land"],
        demand={"population": city.cells},
    )
    began = time.process_time()
    gp.coverage_map(found, context={"residential_land": city.parcels}).save(path)
    print(f"{'':34} {time.process_time() - began:8.1f}", end="")


def by_folium(city: City, path: Path) -> None:
    began = time.process_time()
    map_ = folium.Map((22.6, 114.05), zoom_start=11, tiles=None)
    for layer, column in ((city.cells, "population"), (city.parcels, "name")):
        folium.GeoJson(
            layer.to_crs(4326),
            style_function=lambda feature: {
                "fillColor": PALETTE[len(str(feature["properties"])) % len(PALETTE)],
                "weight": 0,
                "fillOpacity": 0.8,
            },
            tooltip=folium.GeoJsonTooltip([column]),
        ).add_to(map_)
    map_.save(path)
    print(f"{'':34} {time.process_time() - began:8.1f}", end="")


WAYS: dict[str, Callable[[City, Path], None]] = {"geoplan": by_geoplan, "folium": by_folium}


@contextmanager
def chromium() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("GEOPLAN_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise SystemExit("no Chromium found; install one, or set GEOPLAN_CHROMIUM to its path")
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def opened(browser: "Browser", path: Path, limit_s: float) -> tuple[float, float] | None:
    """Give seconds to open and milliseconds to pan; None where the limit came first."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(limit_s * 1000)
    script = load_bundle().script

    def serve(route: "Route") -> None:
        if route.request.url.startswith("file:"):
            route.continue_()
        elif route.request.url.endswith("/leaflet.js"):
            route.fulfill(body=script, content_type="text/javascript")
        else:
            route.fulfill(body="", content_type="text/plain")

    page.route("**/*", serve)
    try:
        page.goto(path.as_uri(), wait_until="load")
        page.evaluate(FRAMES)
        open_s = page.evaluate("performance.now()") / 1000
        pan_ms = page.evaluate(
            f"""async () => {{
                const began = performance.now();
                ({MAP}).panBy([720, 0], {{ animate: false }});
                await {FRAMES};
                return performance.now() - began;
            }}"""
        )
    except Exception as error:  # whatever the driver calls a timeout
        if "Timeout" not in type(error).__name__:
            raise
        return None
    finally:
        context.close()
    return open_s, pan_ms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--limit", type=float, default=120, help="seconds before giving up")
    parser.add_argument("--only", choices=list(WAYS))
    parser.add_argument("--small", action="store_true", help="a tenth of the cells and parcels")
    chosen = parser.parse_args()
    city = make_city(0.1 if chosen.small else 1.0)
    print(f"{len(city.cells):,} cells, {len(city.parcels):,} parcels, {len(city.stops):,} stops")
    print(f"{'way':34} {'write s':>8} {'MB':>8} {'open s':>8} {'pan ms':>8}")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        for way, write in WAYS.items():
            if chosen.only not in (None, way):
                continue
            path = Path(folder) / f"{way}.html"
            write(city, path)
            print(f" {path.stat().st_size / 1e6:8.2f}", end="", flush=True)
            times = opened(browser, path, chosen.limit)
            told = (
                f"{times[0]:8.2f} {times[1]:8.0f}" if times else f"> {chosen.limit:.0f} (gave up)"
            )
            print(f" {told}   {way}")


if __name__ == "__main__":
    main()
