"""What lies on one another counts once, as the union of shapely has it."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import geoplan as gp

CRS = "EPSG:4547"
WEST, SOUTH = 500_000, 2_500_000
ORIGIN = np.array([WEST, SOUTH])
DISTRICTS = gpd.GeoDataFrame(
    {"district_id": ["A", "B"], "name": ["甲", "乙"]},
    geometry=[
        shapely.box(WEST - 500, SOUTH - 500, WEST + 1000, SOUTH + 3000),
        shapely.box(WEST + 1000, SOUTH - 500, WEST + 3000, SOUTH + 3000),
    ],
    crs=CRS,
)


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs=CRS)


def boxes(random, count, least, most):
    corner = random.uniform(0, 2000, (count, 2)) + ORIGIN
    return shapely.box(*corner.T, *(corner + random.uniform(least, most, (count, 2))).T)


def streets(random):
    """Draw pieces of four parallel streets, which lie on one another, one of them once more."""
    ends = WEST + 100.0 * np.sort(random.integers(0, 20, (15, 2)), axis=1)
    ends[:, 1] += 50
    row = SOUTH + 500.0 * random.integers(0, 4, 15)
    lines = shapely.linestrings(np.stack([ends, np.stack([row, row], axis=1)], axis=2))
    return np.append(lines, shapely.reverse(lines[0]))


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_parks_that_overlap_have_the_ground_of_their_union(seed):
    parks = boxes(np.random.default_rng(seed), 12, 50, 400)
    found = gp.connectivity(
        frame(parks, park_id=[str(k) for k in range(12)]), DISTRICTS, gap_m=20, areas="plane"
    )
    assert found.measure("park_area").denominator == pytest.approx(shapely.union_all(parks).area)


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_lines_inside_the_lines_are_as_long_as_their_union(seed):
    random = np.random.default_rng(seed)
    lines, zones = streets(random), boxes(random, 3, 200, 1200)
    found = gp.encroachment(
        frame(lines), DISTRICTS, lines=frame(zones), min_overlap=0, areas="plane"
    )
    inside = shapely.intersection(shapely.union_all(lines), shapely.union_all(zones))
    assert found.measure("length", "total").value == pytest.approx(inside.length, abs=1e-6)


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_values_and_attributes_of_lines_hold_for_each_place_once(seed):
    random = np.random.default_rng(seed)
    lines = streets(random)
    grade = random.integers(1, 4, len(lines))
    length_m = {k: shapely.union_all(lines[grade == k]).length for k in np.unique(grade)}
    mean = gp.weighted_mean(
        frame(lines, grade=grade.astype(float)),
        DISTRICTS,
        column="grade",
        by="length",
        unit="number",
        areas="plane",
    )
    wanted = sum(k * metres for k, metres in length_m.items()) / sum(length_m.values())
    assert mean.measures[0].value == pytest.approx(wanted)
    share = gp.attribute_share(
        frame(lines, good=np.where(grade == 1, "yes", "no")),
        DISTRICTS,
        column="good",
        by=["length"],
        values=["yes"],
        areas="plane",
    )
    every, bad = shapely.union_all(lines).length, shapely.union_all(lines[grade > 1]).length
    assert share.measures[0].value == pytest.approx((every - bad) / every, abs=1e-12)
