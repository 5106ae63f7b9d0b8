"""Works, sites and registers of the fictional city that plans name and count."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely

from geoplan.app.city.build import City
from geoplan.app.city.drawing import Geometries, dice, frame, near, pick, pieces, points_in
from geoplan.app.city.terrain import blob

_STEP_M = 50.0
"""Between two points on the boundary of the red lines."""
_MARKER_M = 900.0


def make_markers(city: City) -> Mapping[str, gpd.GeoDataFrame]:
    """Set markers along most of the boundary of the red lines, and points at equal steps."""
    rng = dice("markers")
    boundary = np.asarray(shapely.get_parts(shapely.boundary(city.red_lines.geometry.to_numpy())))
    placed = _along(boundary, _MARKER_M)
    return {
        "red_line_boundary": frame(_along(boundary, _STEP_M)),
        "boundary_markers": frame(placed[rng.random(len(placed)) < 0.62]),
    }


def make_waste(city: City) -> Mapping[str, gpd.GeoDataFrame]:
    """Put a transfer station into all sub-districts but one, and two sorting centres into works."""
    town = shapely.intersection(city.districts.geometry.to_numpy(), city.built_up.union_all())
    works = _works(city)
    return {
        "transfer_stations": frame(shapely.point_on_surface(town)[1:]),
        "sorting_centres": frame(shapely.point_on_surface(works[[3, len(works) // 2]])),
    }


def make_monitoring(
    city: City, habitat: gpd.GeoDataFrame, plots: gpd.GeoDataFrame
) -> Mapping[str, gpd.GeoDataFrame]:
    """Sample the soil of most key units and the life of most habitat patches."""
    rng = dice("monitoring")
    units = np.concatenate([plots.geometry.to_numpy(), _works(city)[:40:3]])
    units = units[np.unique(shapely.to_wkb(shapely.point_on_surface(units)), return_index=True)[1]]
    sampled = shapely.point_on_surface(units[rng.random(len(units)) < 0.86])
    patches = habitat.geometry.to_numpy()
    surveyed = shapely.point_on_surface(patches[rng.random(len(patches)) < 0.7])
    return {
        "key_soil_units": frame(units),
        "soil_points": frame(sampled),
        "survey_plots": frame(surveyed),
    }


def make_risk(city: City, w: dict[str, str]) -> Mapping[str, gpd.GeoDataFrame]:
    """Mark risky, plating and freight sites among the works, a depot and test points."""
    rng = dice("risk")
    works = shapely.point_on_surface(_works(city))
    risky, freight = works[rng.permutation(len(works))[:46]], works[:: max(1, len(works) // 18)]
    plating = works[rng.permutation(len(works))[:24]]
    tested = shapely.get_coordinates(freight[rng.random(len(freight)) < 0.7])
    tests = tested + rng.normal(0, 160, tested.shape)
    tests = tests[shapely.contains_xy(city.ground.outline, *tests.T)]
    return {
        "risk_enterprises": frame(risky),
        "emergency_depots": frame(shapely.points(city.ground.centres_m[[0]] + [[350.0, -220.0]])),
        "truck_generators": frame(freight),
        "emission_test_points": frame(shapely.points(tests)),
        "plating_enterprises": frame(plating, IN_PARK=pick(rng, 24, 0.75, (w["yes"], w["no"]))),
        "wells": frame(shapely.points(points_in(rng, city.ground.outline.buffer(-200), 40, 1_200))),
    }


def make_works(city: City, w: dict[str, str]) -> Mapping[str, gpd.GeoDataFrame]:
    """Put what the plans build on the map: crossings, wetlands, parks, treatment plants."""
    rng = dice("works")
    roads = city.roads.geometry.to_numpy()
    over = shapely.line_interpolate_point(pieces(roads, 1_900.0), 0.5, normalized=True)
    shore = city.water.union_all().buffer(140).difference(city.water.union_all())
    wet = [blob(rng, x, y, 42_000, 0.3) for x, y in points_in(rng, shore, 3, 3_000)]
    parks = city.parks[city.parks["TIER"] == "nature"]
    work = [w["new"], w["continued"], w["upgraded"]]
    banks = city.water.union_all().buffer(500).intersection(city.ground.outline.buffer(-100))
    plants = points_in(rng, banks, 7, 2_500)
    hills = points_in(rng, city.eco_line.union_all().buffer(-200), 5, 3_000)
    sites = [blob(rng, x, y, 310_000, 0.3) for x, y in hills]
    state = [w["done"], w["under_way"], w["planned"]]
    return {
        "crossings": frame(over, OPENED=rng.integers(2019, 2026, len(over)).astype(str)),
        "constructed_wetlands": frame(wet, KIND=[work[at % 2 * 2] for at in range(len(wet))]),
        "forest_parks": frame(
            parks.geometry.to_numpy(), NAME=parks["NAME"].to_numpy(), WORK=_cycled(work, len(parks))
        ),
        "treatment_plants": frame(
            shapely.points(plants),
            STATUS=_cycled([w["running"], w["building"], w["running"]], len(plants)),
            T_DAY=np.round(rng.uniform(4e4, 2.6e5, len(plants)), -3),
        ),
        "restoration_sites": frame(sites, STATUS=_cycled(state, len(sites))),
        "observation_sites": frame(
            shapely.points(points_in(rng, city.ground.outline.buffer(-900), 4, 5_000)),
            KIND=[w["base"], w["base"], w["super"], w["super"]],
        ),
    }


def make_lines(city: City, sewers: Geometries, w: dict[str, str]) -> Mapping[str, gpd.GeoDataFrame]:
    """Lay reclaimed-water pipes, pipelines with their records, and new rail."""
    rng = dice("pipes")
    roads = pieces(city.roads.geometry.to_numpy(), 800.0)
    rail = pieces(city.rail.geometry.to_numpy(), 2_000.0)
    status = _cycled([w["running"], w["building"], w["planned"]], len(rail))
    return {
        "reclaimed_water_pipes": frame(roads[rng.random(len(roads)) < 0.55]),
        "pipelines": frame(sewers, RECORDED=pick(rng, len(sewers), 0.88, (w["yes"], w["no"]))),
        "planned_rail": frame(rail, STATUS=status),
        "new_rail": frame(
            rail[1::3], POSITION=pick(rng, len(rail[1::3]), 0.8, (w["underground"], w["elevated"]))
        ),
    }


def make_registers(
    city: City, buildings: gpd.GeoDataFrame, sections: gpd.GeoDataFrame, w: dict[str, str]
) -> Mapping[str, gpd.GeoDataFrame]:
    """Keep the registers: buildings by grade and meter, border sections, projects, villages."""
    rng = dice("registers")
    yes = (w["yes"], w["no"])
    floor = buildings.area.to_numpy() * buildings["FLOORS"].to_numpy(dtype=float)
    young = buildings[buildings["YEAR"] >= 2021].index.to_numpy()
    large = np.flatnonzero(floor >= np.quantile(floor, 0.97))
    home = buildings["USE"].isin([w["home"], w["public"]]).to_numpy()
    beside = near(buildings.geometry.to_numpy(), city.roads.geometry.to_numpy(), 55) & home
    loud = np.flatnonzero(beside & (buildings["YEAR"].to_numpy() >= 2016))
    shapes = buildings.geometry.to_numpy()
    hit = sections.geometry.to_numpy()
    grade = rng.integers(2, 6, len(hit)).astype(float)
    works = shapely.point_on_surface(_works(city))
    entered = works[:: max(1, len(works) // 30)]
    rural = shapely.point_on_surface(shapes[(buildings["USE"] == w["village"]).to_numpy()][::40])
    return {
        "certified_buildings": frame(
            shapes[young], FLOOR_M2=floor[young], GREEN=pick(rng, len(young), 0.93, yes)
        ),
        "main_buildings": frame(
            shapes[large], FLOOR_M2=floor[large], LIVE=pick(rng, len(large), 0.66, yes)
        ),
        "roadside_buildings": frame(shapes[loud], INSULATED=pick(rng, len(loud), 0.8, yes)),
        "border_sections": frame(hit, GRADE=grade, AGREED=np.full(len(hit), 4.0)),
        "zone_projects": frame(entered, ASSESSED=pick(rng, len(entered), 0.9, yes)),
        "villages": frame(rural, MODEL=pick(rng, len(rural), 0.3, yes)),
    }


def make_samples(rivers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Count the species of every river at two dates."""
    rng = dice("samples")
    lines = rivers.geometry.to_numpy()
    places = shapely.line_interpolate_point(lines, 0.6, normalized=True)
    before = rng.integers(9, 30, len(places))
    now = before + rng.integers(-2, 6, len(places))
    return frame(places, SPECIES=now.astype(float), BEFORE=before.astype(float))


def _works(city: City) -> Geometries:
    return np.asarray(city.land_use[city.land_use["DLBM"] == "M"].geometry.to_numpy(), dtype=object)


def _along(lines: Geometries, step_m: float) -> Geometries:
    """Set points along lines at about equal steps."""
    ends = [np.arange(0, line.length, step_m) for line in lines]
    return np.concatenate(
        [shapely.line_interpolate_point(line, at) for line, at in zip(lines, ends, strict=True)]
    )


def _cycled(words: list[str], count: int) -> list[str]:
    return [words[at % len(words)] for at in range(count)]
