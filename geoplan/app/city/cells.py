"""Zones, cells and ecosystems of the fictional city: areas that indicators measure."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely

from geoplan.app.city.build import City
from geoplan.app.city.drawing import dice, frame, near, only_areas, pick, points_in
from geoplan.app.city.terrain import CELL_M, blob

_CELLS = 5  # cells of 200 m along a cell of 1 km
_SINK_T_HA = {"forest": 6.5, "lawn": 1.8, "wetland": 3.1}
"""Tonnes of CO2 that a hectare takes up in a year: of this example, from no standard."""
_SERVICES_YUAN_HA = {"forest": 92_000, "lawn": 31_000, "wetland": 140_000}


def make_cells(city: City) -> gpd.GeoDataFrame:
    """Give every square kilometre its people, ozone, PM2.5, noise, limit and warmth."""
    rng = dice("cells")
    rows, columns = (length // _CELLS for length in city.residents.shape)
    blocks = city.residents[: rows * _CELLS, : columns * _CELLS]
    people = blocks.reshape(rows, _CELLS, columns, _CELLS).sum(axis=(1, 3)).ravel()
    west = city.ground.x_m[0] - CELL_M / 2 + 1_000.0 * np.arange(columns)
    south = city.ground.y_m[0] - CELL_M / 2 + 1_000.0 * np.arange(rows)
    x_m, y_m = (axis.ravel() for axis in np.meshgrid(west, south))
    boxes = shapely.box(x_m, y_m, x_m + 1_000, y_m + 1_000)
    inside = shapely.contains_xy(city.ground.outline, x_m + 500, y_m + 500)
    cells, people = boxes[inside], people[inside]
    crowd = people / people.max()
    loud = near(cells, city.roads.geometry.to_numpy(), 150)
    return frame(
        shapely.intersection(cells, city.ground.outline),
        PEOPLE=people.astype(float),
        OZONE=np.round(rng.normal(148 + 14 * crowd, 9), 1),
        PM25=np.round(rng.normal(18.5 + 6 * crowd, 1.2), 1),
        LEQ=np.round(rng.normal(np.where(loud, 53.5, 46.0), 3.0), 1),
        LIMIT=np.where(loud, 55.0, 50.0),
        WARMER=np.round(rng.normal(0.6 + 3.2 * np.sqrt(crowd), 0.5), 2),
    )


def make_ecosystems(city: City, wetlands: gpd.GeoDataFrame, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Put hills, green parcels and wetlands into one layer, with sinks and services of each."""
    hills = city.eco_line.union_all()
    green = city.land_use[city.land_use["DLBM"].isin(["G1", "G2"])].geometry.union_all()
    wet = wetlands.union_all()
    parts = {
        "forest": hills.difference(wet),
        "lawn": green.difference(shapely.union_all([hills, wet])),
        "wetland": wet,
    }
    shapes = {name: only_areas([part], 400.0) for name, part in parts.items()}
    kinds = [name for name, found in shapes.items() for _ in found]
    areas = np.concatenate(list(shapes.values()))
    hectares = shapely.area(areas) / 1e4
    return frame(
        areas,
        TYPE=[w[kind] for kind in kinds],
        SINK_T=np.round(hectares * [_SINK_T_HA[kind] for kind in kinds], 1),
        GEP_YUAN=np.round(hectares * [_SERVICES_YUAN_HA[kind] for kind in kinds], -2),
    )


def make_natural_units(ecosystems: gpd.GeoDataFrame, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Register most of the ecosystems as units of natural resources."""
    rng = dice("registration")
    return frame(
        ecosystems.geometry.to_numpy(),
        REGISTERED=pick(rng, len(ecosystems), 0.9, (w["yes"], w["no"])),
    )


def make_protected(city: City, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Draw nature reserves and nature parks in the hills."""
    rng = dice("protected")
    hills = city.eco_line.union_all()
    places = points_in(rng, hills.buffer(-300), 9, 3_000)
    shapes = [blob(rng, x, y, rng.uniform(1.2e6, 5e6), 0.3).intersection(hills) for x, y in places]
    kinds = [w["reserve"] if at % 3 == 0 else w["nature_park"] for at in range(len(shapes))]
    return frame([shapely.MultiPolygon(list(only_areas([one]))) for one in shapes], KIND=kinds)


def make_two_dates(city: City, farmland: gpd.GeoDataFrame) -> Mapping[str, gpd.GeoDataFrame]:
    """Draw basic farmland and land with invasive plants, now and before."""
    rng = dice("two dates")
    fields = farmland.geometry.to_numpy()
    kept = fields[:30]
    taken = shapely.buffer(shapely.point_on_surface(kept[:2]), 45)
    now = [*shapely.difference(kept[:2], taken), *kept[2:], fields[30]]
    edge = city.eco_line.boundary.union_all().buffer(60)
    places = points_in(rng, edge, 24, 900)
    before = [blob(rng, x, y, rng.uniform(2_000, 12_000), 0.4) for x, y in places]
    growth = rng.uniform(-14, 9, len(before))
    return {
        "basic_farmland": frame(now),
        "basic_farmland_before": frame(kept),
        "invasive_areas": frame(shapely.buffer(before, growth)),
        "invasive_areas_before": frame(before),
    }


def make_quarries(city: City, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Open quarries in the hills and put most of them to another use."""
    rng = dice("quarries")
    hills = city.eco_line.union_all().buffer(-80)
    places = points_in(rng, hills, 14, 1_800)
    shapes = [blob(rng, x, y, rng.uniform(9_000, 70_000), 0.5) for x, y in places]
    return frame(shapes, REUSED=pick(rng, len(shapes), 0.7, (w["yes"], w["no"])))


def make_slow_zones(city: City, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Divide the town into three kinds of slow-traffic zone, without gap or overlap."""
    town = city.built_up.union_all()
    feeder = shapely.union_all(city.stations.geometry.buffer(600).array).intersection(town)
    leisure = city.parks.union_all().buffer(250).intersection(town).difference(feeder)
    rest = town.difference(shapely.union_all([feeder, leisure]))
    kinds = ("feeder", "leisure", "commuting")
    shapes = [only_areas([one], 1.0) for one in (feeder, leisure, rest)]
    return frame(
        [shapely.MultiPolygon(list(one)) for one in shapes], KIND=[w[kind] for kind in kinds]
    )


def make_abstraction_zones(city: City, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Forbid wells around two centres, and limit them around two more."""
    rng = dice("abstraction")
    shapes = [blob(rng, x, y, 6e6, 0.2) for x, y in city.ground.centres_m[:4]]
    kinds = [w["forbidden"], w["forbidden"], w["limited"], w["limited"]]
    inside = shapely.intersection(shapes, city.ground.outline)
    return frame(inside, KIND=kinds)
