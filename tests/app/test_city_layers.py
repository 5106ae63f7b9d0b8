"""The further layers of the fictional city are proper ones, and the same at every build."""

import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from geoplan.app.city.build import build_city
from geoplan.app.city.catalogue_layers import build_layers
from geoplan.app.city.cover import make_cover
from geoplan.app.city.services import district_numbers

AT_SEA = {"sea", "mangroves"}


@pytest.fixture(scope="module")
def city():
    return build_city("zh")


@pytest.fixture(scope="module")
def layers(city):
    return build_layers(city, "zh")


def test_every_layer_has_valid_shapes_in_the_crs_of_the_city(city, layers):
    for name, layer in layers.items():
        assert len(layer), name
        assert layer.crs == city.districts.crs, name
        assert layer.is_valid.all(), name
        assert not layer.is_empty.any(), name


def test_every_layer_lies_in_the_district_or_at_its_coast(city, layers):
    ground = city.ground.outline.buffer(150)
    outside = {name for name, one in layers.items() if not one.within(ground).all()}
    cells = {"high_pollutant_cells", "high_carbon_cells"}

    assert outside <= AT_SEA | cells


def test_two_builds_are_the_same(city, layers):
    again = build_layers(city, "zh")
    for name, layer in layers.items():
        assert_geodataframe_equal(again[name], layer)


def test_the_language_changes_words_and_nothing_else(layers):
    english = build_layers(build_city("en"), "en")
    for name, layer in layers.items():
        assert english[name].geometry.equals(layer.geometry), name


def test_communities_partition_their_sub_districts_and_keep_all_residents(city, layers):
    communities = layers["communities"]
    area = communities.area.groupby(communities["PARENT"]).sum()
    expected = city.districts.set_index("CODE").area

    assert area.to_numpy() == pytest.approx(expected.loc[area.index].to_numpy(), rel=1e-9)
    assert communities["PEOPLE"].sum() == pytest.approx(city.residents.sum(), rel=1e-3)
    assert communities[["CODE", "NAME"]].apply(lambda column: column.is_unique).all()


def test_control_units_partition_the_district(city, layers):
    units = layers["control_units"].geometry.to_numpy()

    assert shapely.area(units).sum() == pytest.approx(city.ground.outline.area, rel=1e-5)
    assert shapely.union_all(units).area == pytest.approx(shapely.area(units).sum(), rel=1e-6)


def test_buildings_do_not_overlap(layers):
    shapes = layers["buildings"].geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, "intersects")
    pairs = first < second

    assert shapely.area(shapely.intersection(shapes[first[pairs]], shapes[second[pairs]])).sum() < 1


def test_sub_districts_add_up_to_the_residents_and_jobs_of_the_cells(city):
    numbers = district_numbers(city)

    assert numbers["POP"].sum() == pytest.approx(city.residents.sum(), rel=1e-3)
    assert numbers["JOBS"].sum() == pytest.approx(city.jobs.sum(), rel=1e-3)


def test_the_land_cover_has_known_codes_and_more_buildings_than_before(city, layers):
    water = [*layers["reservoirs"].geometry, *layers["sea"].geometry]
    cover = make_cover(city, water, layers["wetlands"], layers["mangroves"], layers["bare_plots"])

    assert set(np.unique(cover.now)) <= {10, 20, 30, 40, 50, 60, 80, 90, 95}
    assert (cover.now == 50).sum() > (cover.before == 50).sum()
    assert cover.now.shape == cover.before.shape
