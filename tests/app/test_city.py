"""The fictional city has the proportions of the source plans and is a proper city."""

import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from geoplan.app.city.build import build_city


@pytest.fixture(scope="module")
def city():
    return build_city("zh")


def test_the_eight_sub_districts_partition_an_area_of_388_59_km2(city):
    assert len(city.districts) == 8
    assert city.districts.area.sum() / 1e6 == pytest.approx(388.59, abs=1e-6)
    assert shapely.coverage_is_valid(city.districts.geometry.to_numpy())


def test_the_ecological_line_holds_46_6_percent_of_it(city):
    inside = city.eco_line.union_all().intersection(city.districts.union_all())
    assert inside.area / city.districts.area.sum() == pytest.approx(0.466, abs=1e-4)


def test_there_are_236_parks_in_three_tiers_and_none_overlap(city):
    assert city.parks["TIER"].value_counts().to_dict() == {
        "community": 192, "city": 35, "nature": 9,
    }  # fmt: skip
    assert city.parks.union_all().area == pytest.approx(city.parks.area.sum(), rel=1e-12)


def test_park_names_are_unique(city):
    assert city.parks["NAME"].is_unique


def test_people_are_whole_and_live_in_the_district(city):
    x_m, y_m = city.ground.mesh
    outside = ~shapely.contains_xy(city.ground.outline, x_m, y_m)
    assert city.residents.sum() == 2_860_000
    assert np.array_equal(city.residents, np.round(city.residents))
    assert city.residents[outside].sum() == 0


def test_nobody_builds_inside_the_ecological_line(city):
    assert city.built_up.union_all().intersection(city.eco_line.union_all()).area < 1


def test_every_station_is_in_the_district_and_lines_share_interchanges(city):
    assert city.stations.within(city.districts.union_all().buffer(1)).all()
    served = city.stations.groupby("station")["line"].nunique()
    assert (served >= 2).sum() >= 4


def test_two_builds_are_the_same(city):
    again = build_city("zh")
    assert_geodataframe_equal(again.bus_stops, city.bus_stops)
    assert np.array_equal(again.jobs, city.jobs)


def test_english_names_change_nothing_but_the_names(city):
    english = build_city("en")
    assert english.parks.geometry.equals(city.parks.geometry)
    assert english.districts["NAME"].str.isascii().all()
