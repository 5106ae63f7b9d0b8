"""Totals of people spread over where they can live: nobody is lost, whatever the weights."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.core.errors import CRSError, ParameterError, SchemaError
from geoplan.core.record import load_record
from geoplan.layers import load_land_cover, load_population, spread_population
from geoplan.layers.rasters.made_grid import array_grid

CRS = "EPSG:4547"


def areas(people, size_m=100.0):
    boxes = [shapely.box(size_m * i, 0, size_m * (i + 1), size_m) for i in range(len(people))]
    return gpd.GeoDataFrame({"population": people}, geometry=boxes, crs=CRS)


def houses(*boxes, **columns):
    return gpd.GeoDataFrame(columns, geometry=[shapely.box(*box) for box in boxes], crs=CRS)


def totals_of(layer, people):
    """Sum people by the area that the key of each piece names."""
    place = layer["unit_id"].str.extract(r"a(\d+)")[0].astype(int)
    return np.bincount(place, layer["population"], minlength=len(people))


def test_floor_space_is_ground_times_floors():
    built = houses((0, 0, 10, 10), (20, 0, 40, 10), FLOORS=[6, 1])
    found = spread_population(areas([80]), built, weight=["area_m2", "FLOORS"])
    assert found["population"].tolist() == [60.0, 20.0]


def test_ground_alone_and_one_each():
    built = houses((0, 0, 10, 10), (20, 0, 40, 15))
    assert spread_population(areas([80]), built, weight="area_m2")["population"].tolist() == [
        20,
        60,
    ]
    assert spread_population(areas([80]), built, weight="count")["population"].tolist() == [40, 40]


def test_a_building_across_a_border_counts_in_each_area_with_its_part():
    built = houses((90, 0, 130, 10), (0, 0, 10, 10))
    found = spread_population(areas([40, 30]), built, weight="area_m2")
    assert found["population"].tolist() == pytest.approx([20, 20, 30])
    assert found.area.tolist() == pytest.approx([100, 100, 300])


def test_an_area_without_a_building_stays_as_it_is():
    totals = load_population(areas([40, 30]), crs=CRS)
    found = spread_population(totals, houses((0, 0, 10, 10)), weight="area_m2")
    assert found["population"].tolist() == [40, 30]
    assert found.area.tolist() == [100, 10_000]
    told = {notice.code: notice for notice in load_record(found).notices}
    assert told["spread_no_target"].values == {"amount": 30.0, "whole": 70.0}
    assert (told["spread_over"].count, told["spread_over"].total) == (2, 2)


def test_unknown_floors_are_counted_and_get_nobody():
    totals = load_population(areas([40]), crs=CRS)
    built = houses((0, 0, 10, 10), (20, 0, 30, 10), FLOORS=[2, np.nan])
    found = spread_population(totals, built, weight=["area_m2", "FLOORS"])
    assert found["population"].tolist() == [40]
    told = [n for n in load_record(found).notices if n.code == "spread_no_weight"]
    assert [(one.count, one.total) for one in told] == [(1, 2)]


def test_an_unknown_total_is_left_out():
    found = spread_population(
        areas([np.nan, 30]), houses((0, 0, 10, 10), (110, 0, 120, 10)), weight="count"
    )
    assert found["population"].tolist() == [30]


def test_a_point_on_a_border_is_in_one_area():
    doors = gpd.GeoDataFrame(geometry=shapely.points([[100, 50], [150, 50]]), crs=CRS)
    found = spread_population(areas([7, 5]), doors, weight="count")
    assert found["population"].tolist() == [7, 5]


def cover(values, size_m=50.0):
    grid = array_grid(
        np.asarray(values, dtype=np.uint8), transform=(size_m, 0, 0, 0, -size_m, 100), crs=CRS
    )
    return load_land_cover(grid, crs=CRS, classes="worldcover")


def test_classes_of_a_land_cover_weigh_by_square_metres():
    land = cover([[50, 10, 10, 50], [30, 80, 50, 50]])
    found = spread_population(areas([50, 60]), land, weight={"built_up": 4, "grassland": 1})
    assert found["population"].tolist() == pytest.approx([40, 10, 20, 20, 20])
    assert found.area.to_numpy() == pytest.approx(2500)


def test_cells_across_a_border_are_cut():
    land = cover([[50, 50]], size_m=75.0)
    found = spread_population(areas([30, 20]), land, weight={"built_up": 1})
    assert found["population"].tolist() == pytest.approx([22.5, 7.5, 20])


@given(
    people=st.lists(st.floats(0, 1e6), min_size=2, max_size=4),
    corners=st.lists(
        st.tuples(st.floats(-20, 380), st.floats(-20, 90), st.integers(1, 40)),
        min_size=1,
        max_size=12,
    ),
)
def test_every_total_is_kept(people, corners):
    built = houses(
        *((x, y, x + 17, y + 9) for x, y, _ in corners), FLOORS=[floors for *_, floors in corners]
    )
    found = spread_population(areas(people), built, weight=["area_m2", "FLOORS"])
    assert totals_of(found, people) == pytest.approx(people, rel=1e-9, abs=1e-9)
    assert (found["population"] >= 0).all()


@pytest.mark.parametrize(
    ("onto", "weight", "error", "match"),
    [
        (houses((0, 0, 1, 1)), "FLOORS", SchemaError, "no column 'FLOORS'"),
        (houses((0, 0, 1, 1), F=[-1]), "F", ParameterError, "negative or infinite"),
        (houses((0, 0, 1, 1), F=["two"]), "F", SchemaError, "something else than numbers"),
        (houses((0, 0, 1, 1)), {"built_up": 1}, ParameterError, "for a land cover"),
        (houses((0, 0, 1, 1)).to_crs(4548), "count", CRSError, "."),
        (
            houses((0, 0, 1, 1)).set_geometry([shapely.Point(1, 1)], crs=CRS),
            "area_m2",
            ParameterError,
            "holds points",
        ),
    ],
)
def test_weights_that_mean_nothing_are_refused(onto, weight, error, match):
    with pytest.raises(error, match=match):
        spread_population(areas([1]), onto, weight=weight)


@pytest.mark.parametrize(
    ("weight", "match"),
    [
        ("area_m2", "a weight to each class"),
        ({"built_up": -1}, "a number from 0 up"),
        ({"houses": 1}, "neither a group nor a class"),
    ],
)
def test_weights_of_a_land_cover_are_checked(weight, match):
    with pytest.raises(ParameterError, match=match):
        spread_population(areas([1]), cover([[50]]), weight=weight)


def test_totals_that_are_points_or_have_no_number_are_refused():
    with pytest.raises(SchemaError, match="no column 'jobs'"):
        spread_population(areas([1]), houses((0, 0, 1, 1)), weight="count", amount="jobs")
    points = areas([1]).set_geometry([shapely.Point(0, 0)], crs=CRS)
    with pytest.raises(SchemaError, match="only areas can be spread"):
        spread_population(points, houses((0, 0, 1, 1)), weight="count")
