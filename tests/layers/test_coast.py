"""People just outside the districts, counted in the nearest."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.shared.demand import demand_pieces
from geoplan.core.errors import CRSError, ParameterError
from geoplan.core.record import load_record
from geoplan.layers import load_districts, load_population, move_inside

CRS = "EPSG:4547"
LAND = gpd.GeoDataFrame(
    geometry=[shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)], crs=CRS
)


def cells(people, *boxes):
    shapes = [shapely.box(*box) for box in boxes]
    return gpd.GeoDataFrame({"population": people}, geometry=shapes, crs=CRS)


def by_district(people):
    pieces = demand_pieces("population", LAND, {"population": people})
    return np.bincount(pieces.district, pieces.amount, minlength=2)


def test_a_cell_on_the_shore_keeps_all_its_people_on_land():
    moved = move_inside(cells([90], (90, 80, 120, 120)), LAND, limit_m=10)
    assert moved.total_bounds.tolist() == [90, 80, 120, 100]
    assert by_district(moved).tolist() == pytest.approx([30, 60])


def test_a_cell_at_sea_goes_to_the_nearest_district_within_the_limit():
    at_sea = cells([5, 7], (220, 40, 240, 60), (260, 40, 280, 60))
    moved = move_inside(at_sea, LAND, limit_m=30)
    assert by_district(moved).tolist() == pytest.approx([0, 5])
    assert moved.geometry[1].equals(at_sea.geometry[1])


def test_a_cell_that_only_touches_a_district_goes_there():
    moved = move_inside(cells([5], (200, 100, 220, 120)), LAND, limit_m=1)
    assert by_district(moved).tolist() == pytest.approx([0, 5])


def test_points_are_moved_too_and_inputs_stay():
    homes = gpd.GeoDataFrame({"population": [3, 4]}, geometry=shapely.points([[-5, 50], [50, 50]]))
    homes = homes.set_crs(CRS)
    moved = move_inside(homes, LAND, limit_m=10)
    assert by_district(moved).tolist() == pytest.approx([7, 0])
    assert homes.geometry[0].equals(shapely.Point(-5, 50))
    assert moved.geometry[1].equals(homes.geometry[1])


def test_the_record_says_how_many_were_moved():
    people = load_population(cells([90, 10], (90, -60, 120, 20), (0, 0, 9, 9)), crs=CRS)
    (told,) = load_record(move_inside(people, LAND, limit_m=10)).notices[-1:]
    assert (told.code, told.count, told.total) == ("people_moved_inside", 1, 2)
    assert told.values["amount"] == pytest.approx(90 * 60 / 80)
    assert told.text("zh").startswith("population：100 中有 68")


@given(
    st.lists(
        st.tuples(st.floats(-80, 260), st.floats(-80, 160), st.floats(0.1, 1e5)),
        min_size=1,
        max_size=15,
    )
)
def test_nobody_within_the_limit_is_lost_and_none_is_added(places):
    shapes = [(x, y, x + 25, y + 25) for x, y, _ in places]
    people = cells([number for *_, number in places], *shapes)
    near = people.distance(LAND.union_all()) <= 20
    moved = move_inside(people, LAND, limit_m=20)
    assert moved["population"].tolist() == people["population"].tolist()
    expected = people.loc[near, "population"].sum()
    assert by_district(moved).sum() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("limit_m", [0, -1, float("inf"), float("nan")])
def test_a_limit_is_metres_above_0(limit_m):
    with pytest.raises(ParameterError, match="a number above 0"):
        move_inside(cells([1], (0, 0, 1, 1)), LAND, limit_m=limit_m)


def test_layers_in_two_systems_are_refused():
    with pytest.raises(CRSError, match="people"):
        move_inside(cells([1], (0, 0, 1, 1)).to_crs(4548), LAND, limit_m=1)


@pytest.mark.real
def test_sao_miguel_loses_nobody_to_the_sea(real_data):
    folder = real_data / "saomiguel"
    crs = "EPSG:32626"
    people = load_population(folder / "gpw_v411_2020_count_2020.tif", crs=crs, unit="count")
    districts = load_districts(
        folder / "concelhos.gpkg", crs=crs, columns={"district_id": "name", "name": "name"}
    )
    before = demand_pieces("population", districts, {"population": people}).amount.sum()
    moved = move_inside(people, districts, limit_m=1000)
    after = demand_pieces("population", districts, {"population": moved}).amount.sum()
    assert before == pytest.approx(131_864.35, abs=0.01)
    assert after == pytest.approx(145_602.965, abs=0.01)
