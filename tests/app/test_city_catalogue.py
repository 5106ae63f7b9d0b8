"""The built-in city has every spatial row of the catalogue, and its numbers survive plain tools."""

import math

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from scipy import ndimage

from geoplan.app.catalogue.rows import indicator_catalogue
from geoplan.app.plan.plan_file import read_plan
from geoplan.app.run.demo import write_demo
from geoplan.app.run.runner import run_plan

GK_114 = "EPSG:4547"
WITHOUT_KERNEL: dict[str, str] = {}
"""Core and strong rows that no kernel computes yet, with the reason: it may only get shorter."""

UNDECIDABLE = {"double-high-area", "carbon-intensity-by-sub-district"}
"""Rows whose target speaks of a baseline that this plan does not have."""

SPATIAL = {row.id for row in indicator_catalogue().values() if row.strength != "weak"}
CELL_M = 25.0


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """Write the plan to measure on the plane, as the plain tools below do."""
    path = write_demo(tmp_path_factory.mktemp("all"), lang="en", whole_catalogue=True)
    words = path.read_text(encoding="utf-8").replace("[plan]\n", '[plan]\nareas = "plane"\n', 1)
    path.write_text(words, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def outcome(plan):
    return run_plan(plan)


@pytest.fixture(scope="module")
def measure(outcome):
    """One measure of the whole district."""

    def measure(id_, of, part=""):
        (indicator,) = (one for one in outcome.indicators if one.id == id_)
        return indicator.result.measure(of, part)

    return measure


@pytest.fixture(scope="module")
def read(plan):
    def read(name, ending="gpkg"):
        return gpd.read_file(plan.parent / "data" / f"{name}.{ending}").to_crs(GK_114)

    return read


@pytest.fixture(scope="module")
def city(read):
    return read("districts", "shp").union_all()


@pytest.fixture(scope="module")
def cover(plan):
    """Codes of the land cover in a year, and what burns shapes into the same cells."""

    def cover(year):
        with rasterio.open(plan.parent / "data" / f"land_cover_{year}.tif") as source:
            return source.read(1), source.transform

    return cover


def inside(place, codes, transform):
    """Square metres of each cell inside a place."""

    def burnt(shape, **options):
        return rasterio.features.rasterize(
            [shape], out_shape=codes.shape, transform=transform, **options
        ).astype(bool)

    area = np.where(burnt(place), CELL_M**2, 0.0)
    row, column = np.nonzero(burnt(place.boundary, all_touched=True))
    west, north = transform.c + column * CELL_M, transform.f - row * CELL_M
    cells = shapely.box(west, north - CELL_M, west + CELL_M, north)
    shapely.prepare(place)
    area[row, column] = shapely.area(shapely.intersection(cells, place))
    return area


def test_every_core_and_strongly_spatial_row_is_in_the_plan(outcome):
    assert SPATIAL - {one.id for one in outcome.indicators} == set(WITHOUT_KERNEL)


def test_every_row_has_a_number_and_a_verdict(outcome):
    assert {
        one.id: one.headline.value
        for one in outcome.indicators
        if not math.isfinite(one.headline.value) or one.verdict is None
    } == {}


def test_some_targets_are_met_some_missed_and_what_is_undecidable_says_why(outcome):
    verdicts = {one.id: one.verdict for one in outcome.indicators}
    statuses = [verdict.status for verdict in verdicts.values()]
    open_ = {id_ for id_, verdict in verdicts.items() if verdict.status == "undecidable"}

    assert min(statuses.count("met"), statuses.count("missed")) >= 25
    assert open_ == UNDECIDABLE
    assert all(verdicts[id_].reason for id_ in open_)


def test_no_kernel_of_the_catalogue_is_left_out(outcome):
    kernels = {row.analysis for row in indicator_catalogue().values() if row.strength != "weak"}

    assert kernels <= {one.result.analysis for one in outcome.indicators}


def test_both_languages_are_the_same_plan_but_for_words(plan, tmp_path):
    chinese = read_plan(write_demo(tmp_path, lang="zh", whole_catalogue=True))
    english = read_plan(plan)

    assert [*chinese.layers] == [*english.layers]
    assert [*chinese.indicators] == [*english.indicators]
    assert chinese.head.lang == "zh"


def test_the_service_radius_is_that_of_equal_circles(measure, read):
    stations = len(read("charging_stations"))
    radius = math.sqrt(read("built_up").union_all().area / stations / math.pi)

    assert measure("charging-average-service-radius", "built_up", "circle").value == pytest.approx(
        radius, rel=1e-9
    )


def test_the_length_of_greenways_is_that_of_their_union_inside(measure, read, city):
    metres = read("greenways").union_all().intersection(city).length

    assert measure("greenway-length-density", "land", "total").value == pytest.approx(
        metres / city.area, rel=1e-9
    )


def test_pavements_added_since_2021_are_those_with_a_year(measure, read):
    tracks = read("walk_and_cycle_tracks")
    metres = tracks[tracks["OPENED"].astype(int) >= 2021].union_all().length

    assert measure("sidewalk-nmt-length-added", "length", "added").value == pytest.approx(
        metres, rel=1e-9
    )


def test_communities_with_a_weather_station_are_those_that_hold_one(measure, read):
    communities = read("communities")
    held = communities.sjoin(read("weather_stations"))["CODE"].nunique()

    assert measure("weather-station-community-coverage", "units").value == pytest.approx(
        held / len(communities), rel=1e-12
    )


def test_complete_neighbourhood_centres_hold_all_five(measure, read):
    communities = read("communities")
    complete = set(communities["CODE"])
    for name in (
        *("service_centres", "health_centres", "culture_centres"),
        *("culture_plazas", "sports_grounds"),
    ):
        complete &= set(communities.sjoin(read(name))["CODE"])

    assert measure("neighbourhood-centre-3-2", "units", "all").value == pytest.approx(
        len(complete) / len(communities), rel=1e-12
    )


def test_buildings_in_the_red_line_are_those_of_the_overlay(measure, read):
    area = read("buildings").intersection(read("red_lines").union_all()).area

    assert measure("redline-encroachment", "count", "total").value == (area >= 1).sum()
    assert measure("redline-encroachment", "area", "total").value == pytest.approx(
        area[area >= 1].sum(), rel=1e-9
    )


def test_the_red_line_gained_and_lost_what_two_differences_say(measure, read, city):
    now = read("red_lines").union_all().intersection(city)
    before = read("red_lines_before").union_all().intersection(city)
    wide = [
        sum(part.area for part in shapely.get_parts(part) if not part.buffer(-2.5).is_empty)
        for part in (now.difference(before), before.difference(now))
    ]

    assert measure("redline-area-not-decrease", "net", "total").value == pytest.approx(
        now.area - before.area, rel=1e-6
    )
    assert measure("redline-area-not-decrease", "gain", "total").value == pytest.approx(
        wide[0], rel=1e-6
    )
    assert measure("redline-area-not-decrease", "loss", "total").value == pytest.approx(
        wide[1], rel=1e-6
    )


def test_homes_too_near_a_road_are_those_in_its_band(measure, read):
    buildings, roads = read("buildings"), read("roads_by_class")
    sensitive = buildings[buildings["USE"].isin(["home", "public building"])]
    too_near = np.zeros(len(sensitive), dtype=bool)
    for class_, metres in (("motorway", 80), ("trunk", 50)):
        lines = roads[roads["CLASS"] == class_].union_all()
        too_near |= (sensitive.distance(lines) < metres).to_numpy()

    assert measure("traffic-noise-setback", "count", "total").value == too_near.sum()
    assert measure("traffic-noise-setback", "objects", "total").value == pytest.approx(
        too_near.mean(), rel=1e-12
    )


def test_projects_in_protected_units_are_those_of_the_overlay(measure, read):
    units = read("control_units")
    strict = units[units["KIND"] == "priority protection"].union_all()
    hit = read("projects").intersection(strict).area >= 1

    assert (
        measure("three-lines-one-list-screening", "count", "priority protection").value == hit.sum()
    )


def test_ecological_banks_are_lengths_by_type_without_culverts(measure, read, city):
    banks = read("river_banks")
    metres = banks.intersection(city).length.groupby(banks["TYPE"]).sum()
    share = (metres["natural"] + metres["ecological"]) / (metres.sum() - metres["culvert"])

    assert measure("shoreline-ecological-share", "shore").value == pytest.approx(share, rel=1e-9)


def test_linked_parks_are_within_50_m_of_a_greenway(measure, read):
    linked = read("parks").distance(read("greenways").union_all()) <= 50

    assert measure("park-greenway-link", "parks").value == pytest.approx(linked.mean(), rel=1e-12)


def test_shares_of_objects_are_those_of_a_table(measure, read):
    plots, sections = read("contaminated_plots"), read("water_sections")
    compounds, noise = read("compounds"), read("noise_points")
    safe = plots.area[plots["STATE"] != "not yet treated"].sum() / plots.area.sum()
    sorting = compounds.loc[compounds["SORTING"] == "yes", "HOUSES"].sum()

    shares = {
        ("contaminated-land-safe-use", "area"): safe,
        ("surface-water-class-share", "count"): sections["GRADE"].isin(["I", "II", "III"]).mean(),
        ("waste-sorting-coverage", "households"): sorting / compounds["HOUSES"].sum(),
        ("noise-zone-night-compliance", "count"): (noise["NIGHT_LEQ"] <= noise["NIGHT_LIM"]).mean(),
    }
    for (id_, of), share in shares.items():
        assert measure(id_, of).value == pytest.approx(share, rel=1e-9), id_


def test_means_and_intensities_are_those_of_a_table(measure, read, city):
    districts, views = read("districts", "shp"), read("street_view_points")
    output = districts["GDP_YUAN"].sum()
    emitted = districts["CO2_T"].sum() / output

    assert measure("green-view-index", "count").value == pytest.approx(
        views["GREEN"].mean() / 100, rel=1e-9
    )
    assert measure("gdp-per-km2", "land").value == pytest.approx(output / city.area, rel=1e-9)
    assert measure("carbon-intensity-by-sub-district", "gdp").value == pytest.approx(
        emitted, rel=1e-9
    )


def test_registers_of_the_second_reading_are_shares_of_a_table(measure, read):
    cells, units, pipes = read("cells"), read("natural_units"), read("pipelines")
    graded = read("certified_buildings")

    quiet = cells["LEQ"] <= cells["LIMIT"]
    shares = {
        ("natural-resource-registration", "area"): (units["REGISTERED"] == "yes", units.area),
        ("pipeline-information-coverage", "length"): (pipes["RECORDED"] == "yes", pipes.length),
        ("green-standard-by-building-type", "floor_area"): (
            graded["GREEN"] == "yes",
            graded["FLOOR_M2"],
        ),
        ("noise-map-exposure", "people"): (quiet, cells["PEOPLE"]),
    }
    for (id_, of), (passed, weight) in shares.items():
        share = weight[passed].sum() / weight.sum()
        assert measure(id_, of).value == pytest.approx(share, rel=2e-2), id_


def test_points_of_the_red_line_near_a_marker_are_those_within_250_m(measure, read, city):
    points = read("red_line_boundary")
    inside = points[points.within(city)]
    near = inside.distance(read("boundary_markers").union_all()) <= 250

    assert measure("redline-boundary-markers", "red_line_boundary").value == pytest.approx(
        near.mean(), rel=1e-3
    )


def test_species_are_kept_where_there_are_no_fewer_than_before(measure, read):
    samples = read("aquatic_samples")
    kept = samples["BEFORE"] <= samples["SPECIES"]

    assert measure("aquatic-species-not-decrease", "count").value == pytest.approx(kept.mean())


def test_restored_mangrove_is_the_area_of_its_belts(measure, read, city):
    area = read("mangroves").union_all().intersection(city).area

    assert measure("mangrove-restored-area", "area", "total").value == pytest.approx(area, rel=1e-9)


def test_green_cover_is_plants_over_built_up_cells(measure, read, cover):
    codes, transform = cover(2025)
    town = inside(read("built_up").union_all(), codes, transform)
    green = np.isin(codes, [10, 20, 30, 90, 95, 100])

    assert measure("green-cover-rate-built-up", "built_up").value == pytest.approx(
        town[green].sum() / town.sum(), rel=1e-6
    )


def test_forest_counts_patches_of_two_cells_and_more(measure, cover, city):
    codes, transform = cover(2025)
    wood = np.isin(codes, [10, 95])
    patch, _ = ndimage.label(wood, structure=np.ones((3, 3)))
    wide = wood & (np.bincount(patch.ravel())[patch] * CELL_M**2 >= 667)
    ground = inside(city, codes, transform)

    assert measure("forest-cover-rate", "land").value == pytest.approx(
        ground[wide].sum() / ground.sum(), rel=1e-6
    )


def test_runoff_is_the_mean_coefficient_of_the_cells_renewed(measure, read, cover):
    codes, transform = cover(2025)
    coefficients = np.zeros(256)
    coefficients[[10, 20, 30, 90, 95]] = 0.15
    coefficients[[40, 50, 60, 80]] = 0.3, 0.85, 0.3, 1.0
    renewed = inside(read("renewal_areas").union_all(), codes, transform)

    assert measure("runoff-coefficient", "runoff").value == pytest.approx(
        np.average(coefficients[codes], weights=renewed), rel=1e-6
    )


def test_built_cover_grew_by_the_cells_that_changed(measure, cover, city):
    (now, transform), (before, _) = cover(2025), cover(2020)
    ground = inside(city, now, transform)

    assert measure("built-up-land-growth", "net", "built_up").value == pytest.approx(
        ground[now == 50].sum() - ground[before == 50].sum(), rel=1e-6
    )
