from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses.cover.canopy_in_parks import canopy_in_parks
from geoplan.core.errors import ParameterError

COVERS = run_path(str(Path(__file__).with_name("covers.py")))
CRS, GRASS, TREES, cover_of, cut_m2, districts_of, partitions = (
    COVERS[name]
    for name in ("CRS", "GRASS", "TREES", "cover_of", "cut_m2", "districts_of", "partitions")
)
NINE = [[TREES, TREES, GRASS], [TREES, GRASS, GRASS], [GRASS, GRASS, TREES]]
WHOLE = shapely.box(0, 0, 30, 30)


def parks_of(*shapes):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)


def test_cells_of_trees_over_the_ground_of_parks():
    parks = parks_of(shapely.box(0, 10, 15, 30), shapely.box(20, 0, 30, 10))
    found = canopy_in_parks(parks, districts_of(WHOLE), canopy=cover_of(NINE), classes=["trees"])
    # 150 + 100 m² of trees in the first of 300 m², the second of 100 m² all trees.
    assert (found.measures[0].numerator, found.measures[0].denominator) == (350, 400)
    each = found.layers["park_canopy"]
    assert each["canopy_m2"].tolist() == pytest.approx([250, 100])
    assert each["canopy_share"].tolist() == pytest.approx([250 / 300, 1])


def test_crowns_that_overlap_and_parks_that_overlap_count_once():
    crowns = parks_of(shapely.box(0, 0, 10, 10), shapely.box(5, 0, 15, 10))
    parks = parks_of(shapely.box(0, 0, 20, 10), shapely.box(0, 0, 20, 10))
    found = canopy_in_parks(parks, districts_of(WHOLE), canopy=crowns)
    assert (found.measures[0].numerator, found.measures[0].denominator) == (150, 200)
    assert found.layers["park_canopy"]["canopy_share"].tolist() == [0.75, 0.75]
    assert found.notices == ()


def test_parks_where_no_crown_was_mapped_are_unknown_and_not_bare():
    crowns = parks_of(shapely.box(0, 0, 10, 10))
    districts = districts_of(shapely.box(0, 0, 20, 10), shapely.box(20, 0, 40, 10))
    parks = parks_of(shapely.box(0, 0, 20, 10), shapely.box(30, 0, 40, 10))
    found = canopy_in_parks(parks, districts, canopy=crowns)
    assert found.measures[0].value == 0.5
    assert np.isnan(found.measures[0].districts["value"][1])
    assert found.layers["park_canopy"]["unknown_m2"].tolist() == [0, 100]
    assert [notice.code for notice in found.notices] == ["canopy_not_mapped"]


def test_an_empty_layer_of_crowns_counts_zero_and_is_told():
    found = canopy_in_parks(parks_of(WHOLE), districts_of(WHOLE), canopy=parks_of())
    assert found.measures[0].value == 0
    assert [notice.code for notice in found.notices] == ["layer_empty_counts_zero"]


def test_a_district_without_a_park_has_no_share():
    districts = districts_of(WHOLE, shapely.box(30, 0, 60, 30))
    found = canopy_in_parks(
        parks_of(WHOLE), districts, canopy=cover_of(NINE), classes=["trees"]
    ).measures[0]
    assert np.isnan(found.districts["value"][1])
    assert found.value == 4 / 9


def test_without_any_park_there_is_nothing_to_take_a_share_of():
    found = canopy_in_parks(
        parks_of(), districts_of(WHOLE), canopy=cover_of(NINE), classes=["trees"]
    )
    assert np.isnan(found.measures[0].value)
    assert [notice.code for notice in found.notices] == ["layer_empty_share_unknown"]


def test_parks_beyond_the_raster_are_unknown():
    found = canopy_in_parks(
        parks_of(shapely.box(20, 0, 40, 10)),
        districts_of(shapely.box(0, 0, 60, 30)),
        canopy=cover_of(NINE),
        classes=["trees"],
    )
    assert found.measures[0].denominator == pytest.approx(100)
    assert found.layers["park_canopy"]["unknown_m2"].tolist() == pytest.approx([100])
    assert [notice.code for notice in found.notices] == ["cover_unknown"]


@settings(max_examples=40)
@given(
    parts=partitions(),
    values=st.lists(st.sampled_from([TREES, GRASS]), min_size=100, max_size=100),
    corner=st.tuples(st.floats(-20, 80), st.floats(-20, 80)),
)
def test_districts_that_divide_a_park_add_up_to_what_cutting_cells_gives(parts, values, corner):
    cells = np.reshape(values, (10, 10))
    park = shapely.intersection(shapely.Point(corner).buffer(30), shapely.box(0, 0, 100, 100))
    found = canopy_in_parks(
        parks_of(park), districts_of(*parts.geometry), canopy=cover_of(cells), classes=["trees"]
    )
    inside = cut_m2(cells, [TREES], park)
    assert found.measures[0].numerator == pytest.approx(inside, abs=1e-5)
    assert found.layers["park_canopy"]["canopy_m2"].item() == pytest.approx(inside, abs=1e-5)


def test_a_raster_wants_its_classes():
    with pytest.raises(ParameterError, match="wanted `classes`"):
        canopy_in_parks(parks_of(WHOLE), districts_of(WHOLE), canopy=cover_of(NINE))


def test_park_ground_without_data_is_canopy_or_not():
    parks = parks_of(shapely.box(0, 0, 40, 10))
    districts = districts_of(shapely.box(0, 0, 100, 10))
    cover = cover_of([[TREES, GRASS, 0, 0]])
    measure = canopy_in_parks(parks, districts, canopy=cover, classes=["trees"]).measures[0]
    assert (measure.low, measure.value, measure.high) == (0.25, 0.5, 0.75)


def test_parks_beyond_all_crowns_are_open_and_ground_between_crowns_is_not():
    crowns = parks_of(shapely.box(0, 0, 10, 10))
    districts = districts_of(shapely.box(0, 0, 20, 10), shapely.box(20, 0, 40, 10))
    parks = parks_of(shapely.box(0, 0, 20, 10), shapely.box(30, 0, 40, 10))
    measure = canopy_in_parks(parks, districts, canopy=crowns).measures[0]
    assert measure.districts["low"].tolist() == [0.5, 0]
    assert measure.districts["high"].tolist() == [0.5, 1]
    assert (measure.low, measure.value) == (pytest.approx(1 / 3), 0.5)
    assert measure.high == pytest.approx(2 / 3)
