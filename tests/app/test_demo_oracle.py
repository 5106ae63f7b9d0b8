"""The demo's numbers, computed again from its files by plain geopandas, rasterio and shapely."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

from geoplan.app.run.demo import write_demo
from geoplan.app.run.runner import run_plan

GK_114 = "EPSG:4547"
POLYGONS = 1e-5  # what 1,024 segments per circle, and GEOS's own smoothing, take off


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = write_demo(tmp_path_factory.mktemp("demo"), lang="en")
    # Plain shapely, which the numbers are held against, measures in the plane.
    text = path.read_text(encoding="utf-8").replace("[plan]\n", '[plan]\nareas = "plane"\n', 1)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def outcome(plan):
    return run_plan(plan)


@pytest.fixture(scope="module")
def found(outcome):
    """Numerator of one measure, of the whole district."""

    def found(id_, of, part=""):
        (indicator,) = (one for one in outcome.indicators if one.id == id_)
        return indicator.result.measure(of, part).numerator

    return found


@pytest.fixture(scope="module")
def read(plan):
    def read(file):
        return gpd.read_file(plan.parent / "data" / file).to_crs(GK_114)

    return read


@pytest.fixture(scope="module")
def city(read):
    return read("districts.shp").union_all()


@pytest.fixture(scope="module")
def people(plan):
    """People in a place: every cell of the raster by the share of its area inside."""
    with rasterio.open(plan.parent / "data" / "population_200m.tif") as source:
        persons = source.read(1, masked=True).filled(0).astype(float)
        transform, crs = source.transform, source.crs
    row, column = np.nonzero(persons > 0)
    west, north = rasterio.transform.xy(transform, row, column, offset="ul")
    east, south = rasterio.transform.xy(transform, row, column, offset="lr")
    cells = gpd.GeoSeries(shapely.box(west, south, east, north), crs=crs).to_crs(GK_114).array

    def people(place):
        shapely.prepare(place)
        inside = shapely.contains(place, cells).astype(float)
        cut = shapely.intersects(place, cells) & (inside == 0)
        inside[cut] = shapely.area(shapely.intersection(cells[cut], place))
        inside[cut] /= shapely.area(cells[cut])
        return (persons[row, column] * inside).sum()

    return people


def within(layer, distance_m, place):
    grown = shapely.union_all(layer.geometry.buffer(distance_m, quad_segs=256).array)
    return shapely.intersection(grown, place)


def test_people_near_stations_are_those_of_the_cells(plan, found, city, people):
    table = pd.read_csv(plan.parent / "data" / "rail_stations.csv", encoding="gb18030")
    places = gpd.points_from_xy(table["经度"], table["纬度"], crs=4326)
    stations = gpd.GeoDataFrame(geometry=places).to_crs(GK_114)

    expected = people(within(stations, 800, city))

    assert found("rail-station-coverage-800m", "population") == pytest.approx(
        expected, rel=POLYGONS
    )


def test_people_near_parks_are_those_of_the_cells_tier_by_tier_and_for_all(
    found, read, city, people
):
    parks = read("parks.gpkg")
    reach_m = {"community": 5_000 / 6 / 1.3, "city": 5_000 / 3 / 1.3, "nature": 6_000 / 1.3}
    serving = {"community": parks, "city": parks[parks["TIER"] != "community"]}
    serving["nature"] = parks[parks["TIER"] == "nature"]
    reached = {tier: within(serving[tier], reach_m[tier], city) for tier in reach_m}
    reached["all"] = shapely.intersection_all(list(reached.values()))

    for part, place in reached.items():
        measured = found("park-access-10-20-30", "population", part)
        assert measured == pytest.approx(people(place), rel=POLYGONS), part


def test_parks_per_person_are_the_parks_inside_over_the_people_inside(
    outcome, found, read, city, people
):
    inside = shapely.intersection(read("parks.gpkg").union_all(), city).area
    (indicator,) = (one for one in outcome.indicators if one.id == "park-area-per-capita")

    assert found("park-area-per-capita", "population") == pytest.approx(inside, rel=1e-9)
    assert indicator.headline.value == pytest.approx(inside / people(city), rel=1e-9)


def test_the_green_space_ratio_counts_green_parcels_inside_built_up_land(found, read, city):
    land_use, built_up = read("land_use.gpkg"), read("built_up.gpkg").union_all()
    green = land_use[land_use["DLBM"].isin(["G1", "G2"])].union_all()

    expected = shapely.intersection_all([green, built_up, city]).area

    assert found("green-space-ratio", "built_up") == pytest.approx(expected, rel=1e-9)


def test_homes_near_a_school_are_the_overlay_of_circles_and_residential_land(found, read, city):
    land_use = read("land_use.gpkg")
    homes = land_use[land_use["DLBM"] == "R"].union_all()
    expected = shapely.intersection(within(read("schools.gpkg"), 500, city), homes).area

    assert found("school-coverage-500m", "residential_land") == pytest.approx(
        expected, rel=POLYGONS
    )


@pytest.mark.parametrize(
    ("file", "id_", "part"),
    [("eco_line.geojson", "eco-land-share", ""), ("red_lines.gpkg", "red-line-share", "total")],
)
def test_land_inside_the_lines_is_the_overlay_of_both(found, read, city, file, id_, part):
    expected = shapely.intersection(read(file).union_all(), city).area

    assert found(id_, "land", part) == pytest.approx(expected, rel=1e-9)


def test_the_demo_shows_a_dozen_indicators_of_which_some_are_missed(outcome):
    statuses = [one.verdict.status for one in outcome.indicators if one.verdict]

    assert 10 <= len(outcome.indicators) <= 14
    assert min(statuses.count("met"), statuses.count("missed")) >= 3


def test_new_buildings_in_the_ecological_line_are_those_of_the_overlay(found, read):
    buildings = read("buildings.gpkg")
    new = buildings[buildings["YEAR"] >= 2021]
    area = new.intersection(read("eco_line.geojson").union_all()).area

    assert found("eco-control-line-zero-violation", "count", "total") == (area >= 1).sum() > 0


def test_the_red_line_grew_by_the_difference_of_two_areas(found, read, city):
    now, before = (
        shapely.intersection(read(f"{name}.gpkg").union_all(), city).area
        for name in ("red_lines", "red_lines_before")
    )

    assert found("redline-area-not-decrease", "net", "total") == pytest.approx(
        now - before, rel=1e-6
    )


def test_greenways_are_as_long_as_their_union_by_class(found, read, city):
    greenways = read("greenways.gpkg")

    for class_, rows in greenways.groupby("CLASS"):
        metres = shapely.intersection(rows.union_all(), city).length
        measured = found("greenway-length-density", "length", class_)
        assert measured == pytest.approx(metres, rel=1e-9), class_
