"""Red lines at two dates."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.analyses.conflict.red_line_change import red_line_change
from geoplan.core.errors import CRSError, ParameterError, SchemaError

CRS = "EPSG:4547"


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def districts():
    return frame(
        [shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)],
        district_id=["a", "b"],
        name=["甲", "乙"],
    )


def change(old, new, min_width_m=5.0):
    return red_line_change(new, districts(), previous=old, min_width_m=min_width_m)


def whole(result, part="total"):
    return {m.of: m.value for m in result.measures if m.part == part}


def each(result, of, part="total"):
    return result.measure(of, part).districts["value"].tolist()


def test_a_swap_keeps_the_area_and_shows_as_loss_and_gain():
    old = frame([shapely.box(0, 0, 100, 100)])
    new = frame([shapely.box(1000, 0, 1100, 100)])
    result = change(old, new)

    assert each(result, "net") == [-1e4, 1e4]
    found = whole(result)
    assert (found["net"], found["loss"], found["gain"], found["kept"]) == (0, 1e4, 1e4, 0)
    assert (found["before"], found["after"]) == (1e4, 1e4)


def test_a_border_drawn_twice_is_a_sliver_and_neither_loss_nor_gain():
    old = frame([shapely.box(0, 0, 500, 500)])
    new = frame([shapely.box(0, 2, 500, 500 + 3)])
    found = whole(change(old, new))

    assert (found["loss"], found["gain"]) == (0, 0)
    assert (found["sliver_loss"], found["sliver_gain"]) == (1000, 1500)
    assert found["net"] == 500
    assert whole(change(old, new, 0))["loss"] == 1000
    layers = change(old, new).layers
    assert (len(layers["loss"]), layers["slivers"]["area_m2"].sum()) == (0, 2500)


def test_a_strip_is_told_by_its_width_before_a_district_border_cuts_it():
    old = frame([shapely.box(999, 0, 1009, 1000)])  # 10 m wide, of which 1 m in the first district
    found = change(old, frame([shapely.box(500, 500, 510, 510)]))

    assert each(found, "loss") == [1000, 9000]


def test_land_that_changes_category_is_lost_in_its_own_and_not_in_the_total():
    old = frame([shapely.box(0, 0, 100, 100), shapely.box(200, 0, 300, 100)], category=["水", "林"])
    new = frame([shapely.box(0, 0, 100, 100), shapely.box(200, 0, 300, 100)], category=["水", "水"])
    result = change(old, new)

    assert whole(result)["loss"] == whole(result)["gain"] == 0
    assert whole(result, "林")["loss"] == whole(result, "水")["gain"] == 1e4
    assert whole(result, "林")["kept"] == 0
    assert [notice.code for notice in result.notices] == ["categories_of_one_date"]


def test_without_an_earlier_area_the_share_kept_is_unknown():
    result = change(frame([]), frame([shapely.box(0, 0, 10, 10)]))

    assert np.isnan(whole(result)["kept"])
    assert whole(result)["gain"] == 100
    assert [notice.code for notice in result.notices] == ["layer_empty_counts_zero"]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 4.0, 40.0]))
def test_net_is_gain_less_loss_with_slivers_in_every_district(seed, min_width_m):
    random = np.random.default_rng(seed)
    old, new = (
        frame(shapely.buffer(shapely.points(random.uniform(0, 2000, (7, 2))), 150))
        for _ in range(2)
    )
    result = change(old, new, min_width_m)
    table = {m.of: np.append(m.districts["numerator"], m.numerator) for m in result.measures}

    flow = table["gain"] - table["loss"] + table["sliver_gain"] - table["sliver_loss"]
    np.testing.assert_allclose(table["net"], flow, atol=1e-6)
    np.testing.assert_allclose(table["net"], table["after"] - table["before"], atol=1e-6)
    back = change(new, old, min_width_m)
    np.testing.assert_allclose(whole(back)["loss"], whole(result)["gain"], atol=1e-6)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000))
def test_loss_and_gain_are_those_of_an_overlay(seed):
    random = np.random.default_rng(seed)
    old, new = (
        frame(shapely.buffer(shapely.points(random.uniform(0, 2000, (7, 2))), 150))
        for _ in range(2)
    )
    both = gpd.overlay(old.dissolve(), new.dissolve(), how="symmetric_difference")
    expected = gpd.overlay(both, districts()).area.sum()

    found = whole(change(old, new, 0))

    assert found["loss"] + found["gain"] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("width", [-1.0, np.nan, np.inf])
def test_a_width_that_says_nothing_is_refused(width):
    with pytest.raises(ParameterError, match="`min_width_m` is"):
        change(frame([]), frame([]), width)


def test_lines_of_another_crs_or_without_area_are_refused():
    with pytest.raises(CRSError, match="previous"):
        change(frame([shapely.box(0, 0, 1, 1)]).to_crs(4326), frame([]))
    with pytest.raises(SchemaError, match="`previous`: 1 of 1"):
        change(frame([shapely.Point(0, 0)]), frame([]))


def test_no_large_loss_is_a_sliver_whatever_its_corners():
    # Shrunk by a metre with mitred corners, GEOS leaves nothing of this hectare.
    corners = [
        (789.0964583468838, 35.6412373587097), (757.2611524048934, 31.87497247614501),
        (831.9571764011166, 56.34254832123629), (791.5504628686192, 69.42422069148178),
        (837.5916381379411, 149.8379354870526), (846.1037963426487, 146.51210637778797),
        (863.8684612064318, 156.49250867808212), (861.914472667473, 151.97904871783877),
        (888.4449944086437, 106.00619062725667), (878.7522370587095, 71.670829996218),
        (894.8765728257554, 76.95254898506084), (878.4300528867851, 70.52953352780771),
        (870.868840041315, 43.74489831159424), (837.504658699308, 54.546551083145864),
    ]  # fmt: skip
    lost = shapely.Polygon(corners)
    district = gpd.GeoDataFrame(
        {"district_id": ["a"], "name": ["甲"]},
        geometry=[shapely.box(0, 0, 1000, 1000)],
        crs="EPSG:4547",
    )
    before = gpd.GeoDataFrame(geometry=[lost], crs="EPSG:4547")
    after = gpd.GeoDataFrame(geometry=[], crs="EPSG:4547")
    found = red_line_change(after, district, previous=before, min_width_m=2)
    assert found.measure("loss", "total").value == pytest.approx(lost.area, rel=1e-12)
    assert found.measure("sliver_loss", "total").value == 0
