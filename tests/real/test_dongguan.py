"""Dongguan's towns: BD-09, rings that are not closed, one polygon that crosses itself."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.core.record import load_record
from geoplan.layers import load_districts

pytestmark = pytest.mark.real

GK_114 = "EPSG:4547"


@pytest.fixture(scope="module")
def towns(real_data):
    """The towns by the datum they are taken to be in."""
    return {
        datum: load_districts(
            real_data / "dongguan" / "towns_bd09_dirty.geojson",
            crs=GK_114,
            source_crs=datum,
            columns={"district_id": "id"},
        )
        for datum in ("BD-09", "GCJ-02", "EPSG:4326")
    }


@pytest.fixture(scope="module")
def clean(real_data):
    return gpd.read_file(real_data / "dongguan" / "towns_wgs84.geojson").to_crs(GK_114)


def metres_to_outlines(towns, clean):
    corners, town = shapely.get_coordinates(clean.boundary.explode(), return_index=True)
    edges = np.stack([corners[:-1], corners[1:]], axis=1)[town[:-1] == town[1:]]
    drawn = shapely.segmentize(shapely.boundary(towns.geometry.array), 200)
    places = shapely.points(shapely.get_coordinates(drawn))
    tree = shapely.STRtree(shapely.linestrings(edges))
    return tree.query_nearest(places, all_matches=False, return_distance=True)[1]


def test_unclosed_rings_are_closed_and_the_crossing_one_is_repaired(towns):
    counts = {notice.code: notice.count for notice in load_record(towns["BD-09"]).notices}
    assert len(towns["BD-09"]) == 32
    assert (counts["closed_rings"], counts["repaired_invalid"]) == (25, 1)
    assert towns["BD-09"].geometry.is_valid.all()


def test_outlines_agree_with_the_wgs84_file_in_bd09_only(towns, clean):
    median_m = {
        datum: np.median(metres_to_outlines(layer, clean)) for datum, layer in towns.items()
    }

    assert median_m["EPSG:4326"] == pytest.approx(522, abs=5)
    assert median_m["GCJ-02"] == pytest.approx(432, abs=5)
    assert median_m["BD-09"] == pytest.approx(99, abs=2)


def test_towns_of_one_name_share_their_ground_after_the_conversion(towns, clean):
    true = clean.drop_duplicates("name").set_index("name").geometry.make_valid()
    shared = {}
    for datum, layer in towns.items():
        own = layer.drop_duplicates("name").set_index("name").geometry
        names = own.index.intersection(true.index)
        both = shapely.area(shapely.intersection(own[names].array, true[names].array))
        either = shapely.area(shapely.union(own[names].array, true[names].array))
        shared[datum] = np.median(both / either)

    assert len(names) >= 30
    assert shared["EPSG:4326"] < shared["GCJ-02"] < 0.7
    assert shared["BD-09"] > 0.85
