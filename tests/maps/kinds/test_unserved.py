"""The area that a legend gives for what is within reach."""

import geopandas as gpd
import pytest
import shapely

from geoplan.core.results import Result, make_measure
from geoplan.maps.themes.unserved import served_area


@pytest.mark.parametrize(
    ("definition", "area"),
    [
        ({"distance": "straight"}, "4.0\N{NO-BREAK SPACE}ha"),
        ({"distance": "network", "land_width_m": 50.0}, "4.0\N{NO-BREAK SPACE}ha"),
        ({"distance": "network", "land_width_m": None}, ""),
    ],
)
def test_streets_of_no_stated_width_have_no_area(definition, area):
    square = gpd.GeoDataFrame(
        {"district_id": ["A"], "name": ["A"]}, geometry=[shapely.box(0, 0, 200, 200)], crs=4547
    )
    measure = make_measure(square, [1.0], [2.0], of="population", numerator_unit="person")
    result = Result("coverage", (measure,), square, definition=definition)
    assert served_area(square, result, "", "en").replace(" ", "\N{NO-BREAK SPACE}") == area
