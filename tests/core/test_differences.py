"""What is below the rounding of its operands is 0."""

import geopandas as gpd
import numpy as np
import shapely

from geoplan.core.differences import rounding_of, settled, value_tolerance
from geoplan.core.results import make_measure


def test_the_rounding_is_a_share_of_the_largest_operand_and_unknown_ones_have_none():
    assert rounding_of([1.0, np.nan], -2e12, [np.inf]) == 2.0
    assert rounding_of([]) == 0.0


def test_a_difference_within_it_is_0_and_an_unknown_one_stays_unknown():
    found = settled([1e-9, -1e-9, 1e-3, np.nan], 1e-8)
    assert found[:3].tolist() == [0.0, 0.0, 1e-3]
    assert np.isnan(found[3])


def test_the_value_of_a_small_district_is_as_rough_as_the_areas_of_the_whole():
    districts = gpd.GeoDataFrame(
        {"district_id": ["a", "b"], "name": ""}, geometry=[shapely.box(0, 0, 1, 1)] * 2, crs=4547
    )
    measure = make_measure(districts, [4e8, 1.0], [4e8, 10.0], of="land")
    small, whole = value_tolerance(measure)[[1, 2]]
    assert (whole, round(small, 7)) == (1e-12, 4e-5)
