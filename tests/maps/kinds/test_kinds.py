"""The kinds of map: what they refuse, and legends that agree with the data."""

import dataclasses
import math

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan import maps
from geoplan.core.errors import CRSError, ParameterError
from geoplan.maps.page.context_layers import context_parts
from geoplan.maps.page.facility_layers import objects_part
from geoplan.maps.page.folium_layers import CLUSTER_FROM
from geoplan.maps.page.ground import ground_of
from geoplan.maps.themes.unserved import unserved_layer

CRS = "EPSG:4547"


def _entries(page, title):
    return next(block for block in page.legend if block.title.startswith(title)).entries


def test_public_names_are_sorted_and_there():
    assert maps.__all__ == sorted(maps.__all__)
    assert all(hasattr(maps, name) for name in maps.__all__)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_coverage_map_has_headline_table_and_legend(town, town_met, lang):
    result = town.coverage()
    measure = result.measures[0]
    page = maps.coverage_map(
        result, lang=lang, target_text=">= 30 %", target_met=town_met(measure, 0.3)
    )
    assert f"{measure.value:.1%}".replace("%", "\u00a0%") in page.subtitle
    assert len(page.table.rows) == 5
    assert len(page.legend) == 5
    assert len(page.places) == 4 + 3  # the nameless stop cannot be searched for


def test_the_measure_in_front_is_the_one_asked_for(town):
    page = maps.coverage_map(town.coverage(), of="land")
    assert page.table.title == "Share served: land"


def test_the_legend_of_the_unserved_counts_the_cells_of_the_data(town):
    result = town.coverage()
    unserved = result.layers["unserved"]
    page = maps.coverage_map(result)
    counted = sum(entry.count for entry in _entries(page, "Out of reach"))
    assert counted == (unserved["unserved_amount"] > 0).sum()


def test_the_legend_of_unserved_land_gives_the_missing_area(town):
    result = town.coverage("land")
    measure = result.measures[0]
    missing_km2 = (measure.denominator - measure.numerator) / 1e6
    (entry,) = _entries(maps.coverage_map(result), "Out of reach")
    assert entry.count == f"{missing_km2:.1f} km²"


def test_the_legend_of_the_served_gives_the_area_measured(town):
    result = town.coverage("land")
    (entry,) = _entries(maps.coverage_map(result), "Within reach")
    assert entry.count == f"{result.measures[0].numerator / 1e6:.2f} km²"


def test_the_legend_of_the_served_gives_the_area_drawn_where_land_was_not_measured(town):
    result = town.coverage("population")
    (entry,) = _entries(maps.coverage_map(result), "Within reach")
    assert entry.count == f"{result.layers['served'].area.sum() / 1e6:.2f} km²"


def test_facilities_are_counted_in_the_legend(town):
    entries = _entries(maps.coverage_map(town.coverage()), "For reference")
    assert entries[0].count == 4


def test_a_result_without_geometry_still_makes_a_map(town):
    bare = dataclasses.replace(town.coverage(), layers={}, definition={"distance_m": 500})
    page = maps.coverage_map(bare)
    assert "By district" in page.html()


def test_park_access_has_a_theme_per_tier_and_the_shares_side_by_side(town, town_met):
    result = town.park_access()
    met = town_met(result.measures[0], 0.05)
    page = maps.park_access_map(result, target_text=">= 5 %", target_met=met)
    assert page.table.columns == (
        "District",
        "Community parks ≥\u00a05\u00a0%",
        "City parks",
        "All at once",
    )
    html = page.html()
    for name in ("Reach of community parks", "Reach of city parks", "Reach of every tier at once"):
        assert name in html


def test_parks_are_counted_by_tier_and_those_of_none_apart(town):
    entries = _entries(maps.park_access_map(town.park_access()), "For reference")
    assert [(entry.label, entry.count) for entry in entries[:3]] == [
        ("Community parks", 1),
        ("City parks", 1),
        ("Parks of no tier", 1),
    ]


@pytest.mark.parametrize("of", ["population", "land"])
def test_each_tier_shows_its_own_demand_beyond(town, of):
    result = town.park_access(of)
    page = maps.park_access_map(result)
    blocks = [block for block in page.legend if block.title.startswith("Out of reach")]
    assert len(blocks) == 3
    if of == "population":
        counted = [sum(entry.count for entry in block.entries) for block in blocks]
        shares = [
            result.layers["demand"][f"served_{k}_share"] for k in ("community", "city", "all")
        ]
        assert counted == [(share < 1).sum() for share in shares]


def test_red_lines_are_measured_by_category_in_the_legend(town):
    result = town.red_line_share()
    entries = _entries(maps.red_line_map(result), "Red lines")
    assert [(entry.label, entry.count) for entry in entries] == [
        ("water", "1.16 km²"),
        ("forest", "12.0 ha"),
    ]


def test_a_category_can_be_in_front(town):
    page = maps.red_line_map(town.red_line_share(), part="forest")
    assert page.table.title == "Share of land inside: forest"


def test_many_categories_share_one_colour_and_the_legend_says_how_many(town):
    lines = town.lines.iloc[[0] * 11].reset_index(drop=True)
    lines["category"] = [f"c{number}" for number in range(11)]
    result = dataclasses.replace(town, lines=lines).red_line_share()
    entries = _entries(maps.red_line_map(result), "Red lines")
    assert (len(entries), entries[-1].label) == (9, "3 smaller categories")


@pytest.mark.parametrize("kind", ["coverage", "park_access", "red_line_share"])
def test_any_result_gets_its_map(town, kind):
    result = getattr(town, kind)()
    page = maps.indicator_map(result, of=result.measures[0].of, part=result.measures[0].part)
    assert len(page.html()) < 1_500_000


def test_any_result_has_a_choropleth(town):
    page = maps.choropleth_map(town.coverage(), of="land")
    assert page.table.title == "Share served: land"


def test_an_unknown_share_is_grey_and_not_zero(town):
    nobody = town.people.assign(population=0.0)
    result = dataclasses.replace(town, people=nobody).coverage()
    assert math.isnan(result.measures[0].value)
    page = maps.choropleth_map(result, of="population")
    assert _entries(page, "Share served: residents")[-1].count == 4
    assert "value unknown" in page.subtitle


@pytest.mark.parametrize(
    ("draw", "result"),
    [
        (maps.coverage_map, "park_access"),
        (maps.park_access_map, "coverage"),
        (maps.red_line_map, "coverage"),
    ],
)
def test_a_map_refuses_the_result_of_another_analysis(town, draw, result):
    with pytest.raises(ParameterError, match="indicator_map"):
        draw(getattr(town, result)())


def test_a_measure_that_is_not_there_is_named_with_those_that_are(town):
    with pytest.raises(ParameterError, match="it has: population, land"):
        maps.coverage_map(town.coverage(), of="jobs")


def test_a_language_that_nobody_speaks_here_is_refused(town):
    with pytest.raises(ParameterError, match="speaks"):
        maps.coverage_map(town.coverage(), lang="fr")


def test_context_in_another_crs_is_refused(town):
    with pytest.raises(CRSError, match="water"):
        maps.coverage_map(town.coverage(), context={"water": town.lines.to_crs("EPSG:32650")})


def test_context_is_quiet_and_never_what_the_map_is_about(town):
    context = {"parks": town.parks, "schools": town.stops, "facilities": town.stops}
    page = maps.coverage_map(town.coverage(), context=context)
    labels = [entry.label for entry in _entries(page, "For reference")]
    assert labels.count("Facilities") == 1
    assert {"Parks", "Schools"} <= set(labels)


def test_layers_for_orientation_are_on_and_all_others_off(town):
    ground = ground_of(town.districts, "en")
    parts = context_parts({"water": town.lines, "land_use": town.parks, "x": town.stops}, ground)
    assert {part.entries[0].label: part.group.show for part in parts} == {
        "Water": True,
        "Land-use parcels": False,
        "X": False,
    }


def test_an_empty_layer_is_not_drawn(town):
    assert context_parts({"water": town.lines.iloc[:0]}, ground_of(town.districts, "en")) == []


def test_the_inputs_stay_as_they_were(town):
    result = town.coverage()
    before = {name: layer.copy(deep=True) for name, layer in result.layers.items()}
    maps.coverage_map(result, context={"parks": town.parks}).html()
    for name, layer in result.layers.items():
        assert layer.equals(before[name])


def _many_points(count):
    rng = np.random.default_rng(0)
    at = np.add(rng.uniform(0, 4_000, (count, 2)), [500_000, 2_500_000])
    return gpd.GeoDataFrame(geometry=shapely.points(at), crs=CRS)


def test_very_many_points_become_clusters_and_the_legend_says_so(town):
    ground = ground_of(town.districts, "en")
    part = objects_part(_many_points(CLUSTER_FROM + 1), ground, title="Stops")
    assert part.notes == (f"{CLUSTER_FROM + 1:,} points are grouped; zoom in to separate them",)


def test_places_out_of_reach_are_counted(town):
    units = _many_points(30).assign(amount=1.0, unserved_amount=[1.0] * 20 + [0.0] * 10)
    measure = dataclasses.replace(town.coverage("land").measures[0], numerator_unit="count")
    layer, block = unserved_layer(units, measure, ground_of(town.districts, "en"), beyond="far")
    assert len(layer.data["features"]) == 20
    assert [(entry.label, entry.count) for entry in block.entries] == [("Out of reach", 20)]


def test_irregular_units_are_compared_by_density(town):
    units = town.districts.assign(amount=10.0, unserved_amount=[1.0, 2.0, 4.0, 8.0])
    scaled = units.set_geometry([shape.buffer(-100 * k) for k, shape in enumerate(units.geometry)])
    measure = town.coverage("population").measures[0]
    wide = scaled.iloc[[0, 1, 2, 3]].set_geometry(
        [s if k < 2 else s.buffer(-400) for k, s in enumerate(scaled.geometry)]
    )
    _, block = unserved_layer(wide, measure, ground_of(town.districts, "en"), beyond="far")
    assert block.unit == "people per km²"
    assert sum(entry.count for entry in block.entries) == 4


def test_a_big_city_stays_below_five_megabytes(town):
    stops = _many_points(19_000).assign(name="Stop", stop_id="1")
    side = 10.0
    column, row = np.meshgrid(np.arange(400), np.arange(400))
    west, south = 500_000 + column.ravel() * side, 2_500_000 + row.ravel() * side
    cells = gpd.GeoDataFrame(
        {"amount": 1.0, "unserved_amount": np.random.default_rng(1).lognormal(1, 1, west.size)},
        geometry=shapely.box(west, south, west + side, south + side),
        crs=CRS,
    )
    result = town.coverage()
    big = dataclasses.replace(
        result, layers={**result.layers, "facilities": stops, "unserved": cells}
    )
    assert len(maps.coverage_map(big).html()) < 5_000_000
