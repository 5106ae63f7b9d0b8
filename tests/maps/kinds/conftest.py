"""A small town with every result that a map can show."""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.analyses.access.coverage import coverage
from geoplan.analyses.access.park_access import park_access
from geoplan.analyses.access.park_tiers import ParkTier
from geoplan.analyses.land.red_line_share import red_line_share
from geoplan.core.results import Measure, Result

CRS = "EPSG:4547"
X, Y = 500_000, 2_500_000
SIDE = 2_000
CELL = 200


@dataclass(frozen=True)
class Town:
    """Four districts of 2 km, stops, parks, a red line and 400 cells with people."""

    districts: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    parks: gpd.GeoDataFrame
    lines: gpd.GeoDataFrame
    people: gpd.GeoDataFrame

    def coverage(self, *of: str) -> Result:
        """Measure who is within 500 m of a stop."""
        return coverage(
            self.stops,
            self.districts,
            distance_m=500,
            of=of or ("population", "land"),
            demand={"population": self.people},
        )

    def park_access(self, *of: str) -> Result:
        """Measure who reaches which parks."""
        return park_access(
            self.parks,
            self.districts,
            tiers={"community": ParkTier(distance_m=400), "city": ParkTier(distance_m=1_200)},
            of=of or ("population",),
            demand={"population": self.people},
            higher_serves_lower=True,
        )

    def red_line_share(self) -> Result:
        """Measure the land inside the lines."""
        return red_line_share(self.lines, self.districts)


def _town(names: tuple[str, ...]) -> Town:
    rng = np.random.default_rng(3)
    corners = [(X + i * SIDE, Y + j * SIDE) for j in range(2) for i in range(2)]
    districts = gpd.GeoDataFrame(
        {"district_id": ["a", "b", "c", "d"], "name": names},
        geometry=[shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners],
        crs=CRS,
    )
    at = [(800, 900), (1_500, 1_400), (2_600, 700), (900, 3_100)]
    stops = gpd.GeoDataFrame(
        {"stop_id": ["s1", "s2", "s3", "s4"], "name": [f"{names[0]} stop", "Bridge", "", "Mill"]},
        geometry=gpd.points_from_xy(*np.add(at, [X, Y]).T),
        crs=CRS,
    )
    parks = gpd.GeoDataFrame(
        {
            "park_id": ["p1", "p2", "p3"],
            "name": ["Green", "Wood", "Field"],
            "tier": ["community", "city", "other"],
        },
        geometry=[
            shapely.box(X + x, Y + y, X + x + w, Y + y + w)
            for x, y, w in ((300, 300, 100), (2_500, 2_500, 600), (200, 3_500, 80))
        ],
        crs=CRS,
    )
    lines = gpd.GeoDataFrame(
        {"category": ["water", "water", "forest"], "name": ["North", "", "South"]},
        geometry=[
            shapely.box(X + 3_000, Y + 3_000, X + 4_000, Y + 4_000),
            shapely.box(X, Y + 3_600, X + 400, Y + 4_000),
            shapely.box(X + 1_800, Y, X + 2_200, Y + 300),
        ],
        crs=CRS,
    )
    column, row = np.meshgrid(np.arange(0, 2 * SIDE, CELL), np.arange(0, 2 * SIDE, CELL))
    west, south = X + column.ravel(), Y + row.ravel()
    people = gpd.GeoDataFrame(
        {"population": np.round(rng.lognormal(4, 1, west.size))},
        geometry=shapely.box(west, south, west + CELL, south + CELL),
        crs=CRS,
    )
    return Town(districts, stops, parks, lines, people)


@pytest.fixture(scope="session")
def town() -> Town:
    """Give the town with ordinary names."""
    return _town(("East", "West", "North", "South"))


@pytest.fixture(scope="session")
def town_named() -> Callable[[tuple[str, ...]], Town]:
    """Give a maker of towns whose four districts have other names."""
    return _town


@pytest.fixture(scope="session")
def town_met() -> Callable[[Measure, float], dict[str, bool]]:
    """Judge the districts of a measure, and the whole, against a lower bound."""

    def judged(measure: Measure, bound: float) -> dict[str, bool]:
        table = measure.districts
        verdicts = dict(zip(table["district_id"], table["value"] >= bound, strict=True))
        return {**{key: bool(met) for key, met in verdicts.items()}, "": measure.value >= bound}

    return judged
