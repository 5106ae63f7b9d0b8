"""Whatever the data leave open turns out to be, the number lies between low and high."""

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import geoplan as gp

CRS = "EPSG:4547"
WEST, SOUTH = 500_000, 2_500_000
ORIGIN = np.array([WEST, SOUTH])
SIDE_M = 500.0
DISTRICTS = gpd.GeoDataFrame(
    {"district_id": ["A"], "name": ["甲"]},
    geometry=[shapely.box(WEST, SOUTH, WEST + 2500, SOUTH + 2500)],
    crs=CRS,
)


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_wherever_the_people_of_wide_units_live_the_radius_is_in_its_bounds(seed):
    random = np.random.default_rng(seed)
    sites = shapely.points(random.uniform(0, 2000, (6, 2)) + ORIGIN)
    corner = SIDE_M * np.array([(k, j) for k in (0, 2) for j in range(3)]) + ORIGIN
    people = random.integers(1, 100, len(corner)).astype(float)
    units = shapely.box(*corner.T, *(corner + SIDE_M).T)
    found = gp.service_radius(
        gpd.GeoDataFrame(geometry=sites, crs=CRS),
        DISTRICTS,
        of=["population"],
        demand={"population": gpd.GeoDataFrame({"population": people}, geometry=units, crs=CRS)},
        areas="plane",
    )
    wide = [m for m in found.measures if m.value < 2 * SIDE_M / np.pi**0.5]
    for _ in range(20):
        homes = shapely.points(corner + SIDE_M * random.choice([0.0, 0.3, 1.0], corner.shape))
        metres = shapely.distance(homes[:, None], sites[None]).min(axis=1)
        order = np.argsort(metres)
        held = np.cumsum(people[order]) / people.sum()
        true_m = {
            "mean": (metres * people).sum() / people.sum(),
            "p50": metres[order][np.searchsorted(held, 0.5 - 1e-12)],
            "p90": metres[order][np.searchsorted(held, 0.9 - 1e-12)],
            "farthest": metres.max(),
        }
        for measure in wide:
            assert measure.low - 1e-6 <= true_m[measure.part] <= measure.high + 1e-6


@settings(max_examples=10)
@given(st.integers(0, 10_000), st.booleans())
def test_whatever_the_tiers_of_parks_without_one_the_share_is_in_its_bounds(seed, serves_lower):
    random = np.random.default_rng(seed)
    corner = random.uniform(0, 2000, (12, 2)) + ORIGIN
    parks = gpd.GeoDataFrame(
        {"park_id": [str(k) for k in range(12)], "name": "", "tier": "city"},
        geometry=shapely.box(*corner.T, *(corner + random.uniform(50, 400, (12, 2))).T),
        crs=CRS,
    )
    tiers = {
        "community": gp.ParkTier(distance_m=150),
        "city": gp.ParkTier(distance_m=400, min_area_m2=20_000),
    }
    known = random.choice(["community", "city", ""], 12)
    one_of_them = np.where(known == "", random.choice(["community", "city"], 12), known)
    open_, true = (
        gp.park_access(
            parks.assign(tier=tier),
            DISTRICTS,
            tiers=tiers,
            of=["land"],
            distance="straight",
            higher_serves_lower=serves_lower,
        )
        for tier in (known, one_of_them)
    )
    for measure, other in zip(open_.measures, true.measures, strict=True):
        assert measure.low - 1e-9 <= other.value <= measure.high + 1e-9
