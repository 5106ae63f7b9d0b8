"""Inventories: counts with their zero rows, ground once, amounts in their units."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses.tables.object_inventory import object_inventory
from geoplan.core.errors import CRSError, ParameterError, SchemaError

CRS = "EPSG:4547"


def districts(columns=2):
    return gpd.GeoDataFrame(
        {"district_id": [f"D{k}" for k in range(columns)], "name": "x"},
        geometry=[shapely.box(1000 * k, 0, 1000 * k + 1000, 1000) for k in range(columns)],
        crs=CRS,
    )


def objects(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


POINTS = objects([shapely.Point(1, 1), shapely.Point(2, 2)], kind=["a", "b"], piles=[3, 4])
BAD = [
    ({"value": "piles"}, ParameterError, "an amount needs both"),
    ({"unit": "个"}, ParameterError, "an amount needs both"),
    ({"value": "piles", "unit": "furlong"}, ParameterError, "not a unit that is known"),
    ({"value": "beds", "unit": "个"}, SchemaError, "no column 'beds'"),
    ({"by": "tier"}, SchemaError, "no column 'tier'"),
]


@pytest.mark.parametrize(("change", "error", "match"), BAD)
def test_what_cannot_be_counted_is_refused(change, error, match):
    with pytest.raises(error, match=match):
        object_inventory(POINTS, districts(), **change)


def test_points_and_polygons_are_not_counted_together():
    mixed = objects([shapely.Point(1, 1), shapely.box(0, 0, 1, 1)])
    with pytest.raises(SchemaError, match="mixes"):
        object_inventory(mixed, districts())


def test_another_crs_is_refused():
    with pytest.raises(CRSError, match="objects"):
        object_inventory(POINTS.to_crs(4548), districts())


def test_a_district_without_any_has_zero_and_keeps_its_row():
    count = object_inventory(POINTS, districts(3)).measure("count", "total")
    assert count.districts["value"].tolist() == [2.0, 0.0, 0.0]


def test_an_empty_layer_is_zero_everywhere_and_told():
    found = object_inventory(objects([]), districts())
    assert found.measure("count", "total").value == 0
    assert [notice.code for notice in found.notices] == ["layer_empty_counts_zero"]


def test_parts_count_by_kind():
    found = object_inventory(POINTS, districts(), by="kind", value="piles", unit="万个")
    counted = {m.label: m.value for m in found.measures}
    assert counted == {
        "count/total": 2,
        "amount/total": 70_000,
        "count/a": 1,
        "amount/a": 30_000,
        "count/b": 1,
        "amount/b": 40_000,
    }


def test_an_object_on_a_border_counts_once_and_its_ground_in_both():
    found = object_inventory(objects([shapely.box(900, 0, 1200, 100)]), districts())
    assert found.measure("count", "total").value == 1
    assert found.measure("area", "total").districts["value"].tolist() == [10_000.0, 20_000.0]


def test_what_lies_outside_is_told_and_not_counted():
    found = object_inventory(objects([shapely.Point(-5, 5), shapely.Point(5, 5)]), districts())
    assert found.measure("count", "total").value == 1
    assert found.layers["objects"]["district_id"].tolist() == ["", "D0"]
    assert [(n.code, n.count) for n in found.notices] == [("objects_outside_districts", 1)]


def test_an_unknown_amount_makes_the_sum_unknown():
    layer = objects([shapely.Point(1, 1), shapely.Point(1500, 1)], piles=[np.nan, 4])
    found = object_inventory(layer, districts(), value="piles", unit="个")
    values = found.measure("amount", "total").districts["value"].tolist()
    assert (np.isnan(values[0]), values[1]) == (True, 4.0)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 1900), st.integers(0, 900), st.integers(1, 400)), max_size=12)
)
def test_counts_and_ground_agree_with_plain_loops(corners):
    boxes = [shapely.box(x, y, x + side, y + side) for x, y, side in corners]
    found = object_inventory(objects(boxes), districts())
    for row, zone in enumerate(districts().geometry):
        ground = shapely.union_all([box & zone for box in boxes]).area if boxes else 0.0
        area = found.measure("area", "total").districts["value"][row] if boxes else 0.0
        assert area == pytest.approx(ground, rel=1e-9, abs=1e-6)
    inside = sum(shapely.box(0, 0, 2000, 1000).intersects(b.point_on_surface()) for b in boxes)
    assert found.measure("count", "total").value == inside
