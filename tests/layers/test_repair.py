"""Repairs, each counted."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import (
    GeometryCollection,
    LineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    box,
)

from geoplan.core.errors import EmptyLayerError, SchemaError
from geoplan.layers.repairs.repair import drop_duplicates, drop_z, repair_layer, without_nowhere

BOW_TIE = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
SQUARE = box(0, 0, 100, 100)


def layer(*geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs="EPSG:4547")


def repaired(*geometry, family="polygon", **columns):
    return repair_layer(layer(*geometry, **columns), family=family, subject="x", amounts=("jobs",))


def codes(result):
    return [(notice.code, notice.count) for notice in result.notices]


def test_a_sound_layer_comes_back_as_it_was():
    result = repaired(SQUARE)

    assert result.frame.geometry.tolist() == [SQUARE]
    assert (result.notices, result.area_change_m2) == ((), 0.0)


def test_a_bow_tie_becomes_its_two_triangles_and_the_area_is_told():
    result = repaired(BOW_TIE, SQUARE)

    assert result.frame.geometry.area.tolist() == [5000.0, 10000.0]
    assert codes(result) == [("repaired_invalid", 1)]
    assert result.area_change_m2 == 5000.0
    assert "+5,000.0 m²" in result.notices[0].text("en")


def test_what_is_no_area_falls_off_when_a_polygon_is_made_valid():
    spike = Polygon([(0, 0), (0, 100), (100, 100), (100, 0), (200, 0), (100, 0)])

    made = repaired(spike).frame.geometry.iloc[0]

    assert made.equals(SQUARE)
    assert made.geom_type == "Polygon"


def test_a_polygon_without_area_is_dropped():
    flat = Polygon([(0, 0), (100, 0), (50, 0)])

    assert codes(repaired(flat, SQUARE)) == [("repaired_invalid", 1), ("dropped_no_area", 1)]


def test_a_layer_of_nothing_but_flat_polygons_is_an_error():
    with pytest.raises(EmptyLayerError, match="none of 1 polygons encloses any area"):
        repaired(Polygon([(0, 0), (100, 0), (50, 0)]))


def test_missing_and_empty_geometry_is_dropped_and_counted():
    result = repaired(None, Polygon(), SQUARE)

    assert len(result.frame) == 1
    assert codes(result) == [("dropped_no_geometry", 2)]


def test_a_layer_without_any_geometry_is_an_error():
    with pytest.raises(EmptyLayerError, match=r"no row with geometry \(2 rows read\)"):
        repaired(None, Polygon())


def test_heights_are_dropped_and_counted():
    result = drop_z(layer(Point(0, 0, 5), Point(1, 1), None), subject="x")

    assert not result.frame.geometry.has_z.any()
    assert codes(result) == [("dropped_z", 1)]


def test_points_among_polygons_are_dropped_and_counted():
    result = repaired(SQUARE, Point(0, 0), LineString([(0, 0), (1, 1)]))

    assert codes(result) == [("dropped_wrong_family", 2)]
    assert "LineString, Point" in result.notices[0].text("en")


@pytest.mark.parametrize(
    ("family", "geometry", "message"),
    [
        ("polygon", Point(0, 0), "should hold polygons, but all 1 rows are Point.*load_facilities"),
        ("point", SQUARE, "should hold points, but all 1 rows are Polygon"),
        ("point or polygon", LineString([(0, 0), (1, 1)]), "all 1 rows are LineString"),
        ("polygon", GeometryCollection([Point(0, 0)]), "should hold polygons"),
    ],
)
def test_a_layer_of_the_wrong_family_is_an_error_with_advice(family, geometry, message):
    with pytest.raises(SchemaError, match=message):
        repaired(geometry, family=family)


def test_the_areal_parts_of_a_collection_are_taken():
    mixed = GeometryCollection(
        [SQUARE, Point(0, 0), GeometryCollection([MultiPolygon([box(200, 0, 300, 100)])])]
    )

    result = repaired(mixed)

    assert result.frame.geometry.area.tolist() == [20000.0]
    assert codes(result) == [("split_collections", 1)]


def test_a_bundle_of_points_is_taken_apart_and_its_amount_shared_out():
    bundle = MultiPoint([(0, 0), (10, 0), (20, 0)])

    result = repaired(Point(5, 5), bundle, family="point or polygon", jobs=[1.0, 30.0])

    assert result.frame["jobs"].tolist() == [1.0, 10.0, 10.0, 10.0]
    assert result.frame.geometry.x.tolist() == [5.0, 0.0, 10.0, 20.0]
    assert codes(result) == [("split_multipoints", 1)]


def test_single_and_multi_are_written_alike():
    result = repaired(MultiPolygon([SQUARE]), SQUARE, MultiPolygon([SQUARE, box(200, 0, 300, 100)]))

    assert result.frame.geom_type.tolist() == ["Polygon", "Polygon", "MultiPolygon"]
    assert codes(result) == [("single_parts", 1)]


def test_a_file_of_multis_throughout_is_no_mixture():
    assert repaired(MultiPolygon([SQUARE])).notices == ()


def test_the_input_is_left_as_it_was():
    given_layer = layer(BOW_TIE, None)

    repair_layer(given_layer, family="polygon", subject="x")

    assert given_layer.geometry.tolist() == [BOW_TIE, None]


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=3, max_size=8),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_goes_in_valid_polygons_come_out_and_the_area_adds_up(rings):
    polygons = [*(Polygon(ring) for ring in rings), SQUARE]
    before = sum(shapely.area(np.array(polygons)))

    result = repaired(*polygons)

    assert result.frame.geometry.is_valid.all()
    assert set(result.frame.geom_type) <= {"Polygon", "MultiPolygon"}
    assert result.frame.geometry.area.sum() == pytest.approx(before + result.area_change_m2)


def once(frame, attributes, *, drop=True):
    return drop_duplicates(frame, pd.DataFrame(attributes), subject="x", drop=drop)


def test_a_row_that_repeats_another_in_everything_is_dropped():
    result = once(layer(SQUARE, SQUARE, BOW_TIE), {"name": ["a", "a", "a"]})

    assert result.frame.index.tolist() == [0, 2]
    assert codes(result) == [("dropped_duplicates", 1)]
    assert result.area_change_m2 == -10000.0


def test_a_row_that_shares_only_its_place_is_kept_and_counted():
    result = once(layer(Point(0, 0), Point(0, 0), Point(1, 1)), {"line": ["1", "2", "2"]})

    assert len(result.frame) == 3
    assert codes(result) == [("same_geometry", 2)]


def test_two_unknown_attributes_are_alike():
    result = once(layer(Point(0, 0), Point(0, 0)), {"name": [None, None]})

    assert codes(result) == [("dropped_duplicates", 1)]


def test_equal_rows_of_persons_may_be_kept():
    result = once(layer(Point(0, 0), Point(0, 0)), {"persons": [3, 3]}, drop=False)

    assert len(result.frame) == 2
    assert codes(result) == [("same_geometry", 2)]


def test_rows_without_geometry_are_not_repeats_of_each_other():
    assert once(layer(None, None, SQUARE), {"name": ["a", "a", "b"]}).notices == ()


def test_geometry_with_a_coordinate_that_is_no_number_lies_nowhere():
    with np.errstate(invalid="ignore"):
        broken = Polygon([(0, 0), (1, 0), (np.nan, np.nan), (0, 0)])

    result = without_nowhere(layer(Point(np.nan, 1), Point(np.inf, 1), broken, SQUARE), subject="x")

    assert codes(result) == [("unreadable_geometry", 3)]
    assert result.frame.geometry.isna().tolist() == [True, True, True, False]


def test_of_a_collection_the_polygons_are_taken_before_the_points():
    mixed = GeometryCollection([Point(5, 5), SQUARE])
    lone = GeometryCollection([Point(5, 5)])

    result = repaired(mixed, lone, family="point or polygon")

    assert codes(result)[0] == ("split_collections", 2)
    assert result.frame.geometry.geom_type.tolist() == ["Polygon", "Point"]
