"""Draw cases of tests/analyses/test_network_coverage.py with the distances they come to."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import shapely

import geoplan as gp

CRS = "EPSG:4547"
RED, BLUE, GREY, WATER, GREEN = "#b2182b", "#2166ac", "#8a8f98", "#c6dcec", "#b7dfae"
RING = [(300, 300), (700, 300), (700, 700), (300, 700), (300, 300)]
PARK = shapely.box(310, 310, 690, 690)
DISTRICT = gpd.GeoDataFrame(
    {"district_id": ["A"], "name": ["A"]}, geometry=[shapely.box(0, 0, 1000, 1000)], crs=CRS
)

CASES: list[dict[str, Any]] = [
    {
        "title": "A wall of water, one bridge",
        "streets": [[(0, 400), (1000, 400)], [(0, 600), (1000, 600)], [(1000, 400), (1000, 600)]],
        "water": shapely.box(0, 440, 985, 560),
        "facility": shapely.Point(900, 400),
        "homes": [(950, 600), (500, 600)],
        "limit_m": 450,
    },
    {
        "title": "A park behind a fence, one gate",
        "streets": [RING],
        "facility": PARK,
        "doors": {"gates": [(690, 500)], "entrance_tolerance_m": 1},
        "homes": [(700, 590), (560, 300)],
        "limit_m": 300,
    },
    {
        "title": "The gate is on the far side",
        "streets": [RING],
        "facility": PARK,
        "doors": {"gates": [(690, 500)], "entrance_tolerance_m": 1},
        "homes": [(300, 500)],
        "limit_m": 300,
    },
    {
        "title": "A platform, reached by its entrance",
        "streets": [[(0, 500), (1000, 500)]],
        "facility": shapely.Point(500, 530),
        "doors": {"entrances": [(600, 500)], "entrance_tolerance_m": 150},
        "homes": [(330, 500), (650, 500)],
        "limit_m": 100,
    },
    {
        "title": "An island of the network",
        "streets": [[(0, 500), (470, 500)], [(530, 500), (1000, 500)]],
        "facility": shapely.Point(400, 500),
        "homes": [(280, 500), (560, 500)],
        "limit_m": 300,
    },
    {
        "title": "A leg does not cross a barrier",
        "streets": [[(0, 500), (1000, 500)]],
        "barrier": shapely.LineString([(0, 550), (1000, 550)]),
        "facility": shapely.Point(500, 500),
        "homes": [(380, 530), (620, 580)],
        "limit_m": 300,
    },
]


def layer(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Put shapes into a layer."""
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)


def measure(case: dict[str, Any]) -> gpd.GeoDataFrame:
    """Measure the homes of a case along its streets."""
    doors = dict(case.get("doors", {}))
    for name in ("gates", "entrances"):
        if name in doors:
            doors[name] = layer(*shapely.points(doors[name]))
    if "barrier" in case:
        doors["barriers"] = layer(case["barrier"])
    streets = layer(*map(shapely.LineString, case["streets"]))
    walk = gp.WalkAccess(network=gp.load_walk_network(streets, crs=CRS), snap_limit_m=100, **doors)
    homes = layer(*shapely.points(case["homes"])).assign(population=1.0)
    result = gp.coverage(
        layer(case["facility"]),
        DISTRICT,
        distance_m=case["limit_m"],
        of=["population"],
        demand={"population": homes},
        distance="network",
        walk=walk,
    )
    return result.layers["demand"]


def draw(axes: Any, case: dict[str, Any]) -> None:  # noqa: ANN401 (matplotlib's Axes)
    """Draw one case."""
    for name, color in (("water", WATER), ("facility", GREEN)):
        if isinstance(case.get(name), shapely.Polygon):
            axes.fill(*case[name].exterior.xy, color=color, lw=0)
    for street in case["streets"]:
        axes.plot(*np.transpose(street), color=GREY, lw=3, solid_capstyle="round", zorder=2)
    if "barrier" in case:
        axes.plot(*case["barrier"].xy, color="#333333", lw=1.5, ls=(0, (4, 2)))
    if isinstance(case["facility"], shapely.Point):
        axes.plot(*case["facility"].coords[0], "s", color="#1b7837", ms=9, zorder=3)
    for name in ("gates", "entrances"):
        for door in case.get("doors", {}).get(name, []):
            axes.plot(*door, "D", color="#1b7837", ms=7, mec="white", zorder=4)
    found = measure(case)
    for (x, y), walk_m, served in zip(
        case["homes"], found["distance_m"], found["served_share"], strict=True
    ):
        color = BLUE if served else RED
        axes.plot(x, y, "o", color=color, ms=9, mec="white", zorder=5)
        label = "no way" if np.isnan(walk_m) else f"{walk_m:.0f} m"
        axes.annotate(
            f"{label} {'✓' if served else '✗'}", (x, y), (0, 10), textcoords="offset points",
            ha="center", color=color, fontsize=9, fontweight="bold",
        )  # fmt: skip
    axes.set_title(f"{case['title']}: within {case['limit_m']} m", fontsize=10, loc="left")
    axes.set(xlim=(200, 1020), ylim=(230, 780), aspect="equal")
    axes.axis("off")


def main() -> None:
    """Write docs/images/walks.png."""
    mpl.use("Agg")
    figure, grid = plt.subplots(2, 3, figsize=(13, 6.2), layout="constrained")
    for axes, case in zip(grid.ravel(), CASES, strict=True):
        draw(axes, case)
    figure.savefig(Path(__file__).with_name("images") / "walks.png", dpi=110)


if __name__ == "__main__":
    main()
