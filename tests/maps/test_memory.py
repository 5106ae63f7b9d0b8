"""What maps of one run share."""

import geopandas as gpd
import pytest
from shapely import box

from geoplan.maps.page.memory import once, shared_work


def layer():
    return gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs="EPSG:4547")


def test_within_shared_work_the_same_layer_is_prepared_once():
    mine, made = layer(), []
    with shared_work():
        first = once("shape", mine, lambda: made.append(1) or object(), 5.0)
        again = once("shape", mine, lambda: made.append(1) or object(), 5.0)
    assert first is again
    assert len(made) == 1


def test_another_layer_purpose_or_tolerance_is_prepared_anew():
    mine, other = layer(), layer()
    with shared_work():
        found = [
            once("shape", mine, object, 5.0),
            once("shape", other, object, 5.0),
            once("point", mine, object, 5.0),
            once("shape", mine, object, 6.0),
        ]
    assert len(set(map(id, found))) == 4


def test_outside_nothing_is_kept():
    mine = layer()
    assert once("shape", mine, object) is not once("shape", mine, object)
    with shared_work():
        kept = once("shape", mine, object)
    assert once("shape", mine, object) is not kept


def test_a_run_that_fails_forgets_too():
    mine = layer()

    def fail():
        with shared_work():
            once("shape", mine, object)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert once("shape", mine, object) is not once("shape", mine, object)
