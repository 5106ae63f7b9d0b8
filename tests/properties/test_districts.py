"""What holds for every analysis however districts lie: split, or overlapping."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.app.plan.registry import ANALYSES

TOTALS = ("population", "jobs", "water_use")  # of a district; the other columns are rates

UNLIKE = {
    ("coverage", "since then"): "gains and losses are drawn per district",
}
"""Samples whose whole still depends on where districts are cut, and why."""


def split(districts, x, y):
    """Cut districts along two lines; their totals follow the ground."""
    west, south, east, north = districts.total_bounds
    quarters = gpd.GeoDataFrame(
        geometry=[
            shapely.box(west, south, x, y),
            shapely.box(x, south, east, y),
            shapely.box(west, y, x, north),
            shapely.box(x, y, east, north),
        ],
        crs=districts.crs,
    )
    pieces = gpd.overlay(districts.assign(whole_m2=districts.area), quarters, keep_geom_type=True)
    for column in TOTALS:
        pieces[column] *= pieces.area / pieces["whole_m2"]
    return pieces.assign(district_id=[str(row) for row in range(len(pieces))])


def overlapping(districts, by_m):
    """Widen the first district over its neighbours."""
    wider = districts.geometry.iloc[0].buffer(by_m, join_style="mitre")
    shapes = [wider.intersection(districts.union_all()), *districts.geometry.iloc[1:]]
    return districts.set_geometry(gpd.GeoSeries(shapes, crs=districts.crs))


@pytest.mark.parametrize("at", [(701.3, 455.5), (1237.5, 930.0)])
def test_splitting_districts_changes_no_whole(samples, town, call, at):
    if ANALYSES[call[0]].whole == "districts":
        pytest.skip("counts districts, or objects by district: docs/validation.md says why")
    if call in UNLIKE:
        pytest.xfail(UNLIKE[call])
    pieces = split(town.layers["districts"], samples.EAST + at[0], samples.NORTH + at[1])
    once = samples.wholes(samples.measured(town, *call))
    again = samples.wholes(samples.measured(town.having(districts=pieces), *call)).loc[once.index]
    columns = ["value", "low", "high"]
    scale = np.maximum(1.0, np.abs(once[columns].to_numpy()))
    assert np.allclose(
        again[columns] / scale, once[columns] / scale, rtol=0, atol=1e-9, equal_nan=True
    )


def test_districts_that_overlap_are_told(samples, town, call):
    wide = town.having(districts=overlapping(town.layers["districts"], 100))
    told = samples.measured(wide, *call).notices
    areas = {one.values["overlap_m2"] for one in told if one.code == "districts_overlap"}
    assert sorted(areas) == [pytest.approx(100 * samples.HEIGHT)]


def test_borders_drawn_with_other_corners_are_no_overlap(samples, town, call):
    near = town.having(districts=overlapping(town.layers["districts"], 1e-4))
    told = [one.code for one in samples.measured(near, *call).notices]
    assert "districts_overlap" not in told
