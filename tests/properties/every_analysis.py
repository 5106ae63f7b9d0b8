"""
One small town and, for every analysis that a plan can name, the tables of a plan that call it.

A property that must hold for all analyses is written once, over `CALLS`: pairs of the name of an
analysis and of one of its samples. `measured` runs a pair on a town as a plan would. An analysis
without a sample fails ``test_every_analysis.py``; a new one brings its line in `SAMPLES`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoplan.app.plan.registry import ANALYSES, run_analysis
from geoplan.app.plan.tables import IndicatorTable
from geoplan.core.results import Result
from geoplan.layers import load_land_cover, load_surface, load_walk_network
from geoplan.layers.rasters.made_grid import array_grid

CRS = "EPSG:4547"
EAST, NORTH = 500_000.0, 2_500_000.0
WIDTH, HEIGHT, CELL = 3_000.0, 2_000.0, 50.0
TREES, GRASS, CROPS, BUILT, BARE, WATER, UNKNOWN = 10, 30, 40, 50, 60, 80, 0


@dataclass(frozen=True)
class Town:
    """The layers of a plan by name, as `geoplan.app.plan.registry.run_analysis` takes them."""

    layers: Mapping[str, gpd.GeoDataFrame]
    networks: Mapping[str, Any] = field(default_factory=dict)
    rasters: Mapping[str, Any] = field(default_factory=dict)

    def having(self, **layers: gpd.GeoDataFrame) -> "Town":
        """Give the town with other layers of these names."""
        return replace(self, layers={**self.layers, **layers})

    def shuffled(self, seed: int) -> "Town":
        """Give the town with the rows of every layer in another order."""
        rng = np.random.default_rng(seed)
        mixed = {
            name: layer.iloc[rng.permutation(len(layer))].reset_index(drop=True)
            for name, layer in self.layers.items()
        }
        return replace(self, layers=mixed)

    def drawn_twice(self, *, aside_m: float) -> "Town":
        """Give the town with every row of every layer but the districts a second time, aside."""
        twice = {}
        for name, layer in self.layers.items():
            copy = layer.assign(geometry=layer.translate(aside_m, aside_m / 2))
            for key in (one for one in layer.columns if one.endswith("_id")):
                copy[key] = copy[key].astype(str) + " again"
            twice[name] = (
                layer
                if "district" in name
                else pd.concat([layer, copy], ignore_index=True).set_crs(CRS)
            )
        return replace(self, layers=twice)


def make_town(seed: int = 0, *, east_m: float = 0.0, north_m: float = 0.0) -> Town:
    """
    Make a town of 3 by 2 km in three districts, whose things lie across their borders.

    Parameters
    ----------
    seed : int
        Another seed gives another town.
    east_m, north_m : float
        How far to move everything.
    """
    rng = np.random.default_rng(seed)
    x, y = EAST + east_m, NORTH + north_m
    layers = {**_districts(x, y), **_people(rng, x, y), **_points(rng, x, y), **_areas(rng, x, y)}
    layers |= _drawn(x, y)
    streets = load_walk_network(layers["streets"], crs=CRS)
    return Town(layers, {"walk_network": streets}, _rasters(rng, x, y))


def _frame(shapes: Any, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=np.asarray(shapes, dtype=object), crs=CRS)


def _keyed(name: str, key: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    names = [f"{name} {place}" for place in range(len(frame))]
    return frame.assign(**{key: names, "name": names})


def _districts(x: float, y: float) -> dict[str, gpd.GeoDataFrame]:
    shapes = [
        shapely.box(x, y, x + 1_237.5, y + HEIGHT),
        shapely.box(x + 1_237.5, y, x + WIDTH, y + 930),
        shapely.box(x + 1_237.5, y + 930, x + WIDTH, y + HEIGHT),
    ]
    columns = {
        "population": [12_000.0, 7_000.0, 9_500.0],
        "jobs": [4_000.0, 9_000.0, 300.0],
        "pm25": [29.0, 22.5, 18.0],
        "water_use": [1.5, 2.5, 4.0],
        "bri": [40.0, 55.0, 61.0],
        "vci": [70.0, 45.0, 88.0],
        "wni": [20.0, 35.0, 15.0],
        "lsi": [30.0, 60.0, 10.0],
        "pli": [15.0, 25.0, 5.0],
    }
    frame = _frame(shapes, district_id=["A", "B", "C"], **columns)
    return {"districts": frame.assign(name=["甲", "乙", "丙"])}


def _people(rng: np.random.Generator, x: float, y: float) -> dict[str, gpd.GeoDataFrame]:
    west, south = (
        one.ravel() for one in np.meshgrid(np.arange(0, WIDTH, 100), np.arange(0, HEIGHT, 100))
    )
    cells = shapely.box(x + west, y + south, x + west + 100, y + south + 100)
    at = np.column_stack([x + rng.uniform(0, WIDTH, 60), y + rng.uniform(0, HEIGHT, 60)])
    people = _frame(cells, population=np.round(rng.lognormal(3, 1, len(cells))))
    jobs = _frame(shapely.points(at), jobs=np.round(rng.lognormal(4, 1, 60)))
    return {
        "population": _keyed("cell", "unit_id", people).drop(columns="name"),
        "jobs": _keyed("office", "unit_id", jobs).drop(columns="name"),
    }


def _points(rng: np.random.Generator, x: float, y: float) -> dict[str, gpd.GeoDataFrame]:
    def scattered(count: int) -> Any:
        xy = rng.uniform((-200, -200), (WIDTH + 200, HEIGHT + 200), (count, 2))
        return shapely.points(np.add(xy, (x, y)))

    return {
        "bus_stops": _keyed("stop", "stop_id", _frame(scattered(9))),
        "bus_stops_before": _keyed("old stop", "stop_id", _frame(scattered(7))),
        "rail_stations": _keyed("station", "station_id", _frame(scattered(3))),
        "clinics": _keyed("clinic", "facility_id", _frame(scattered(6))),
        "halls": _keyed("hall", "facility_id", _frame(scattered(4))),
        "works": _keyed("works", "facility_id", _frame(scattered(8))).assign(
            kind=["steel", "paper"] * 4, output=rng.uniform(1, 9, 8)
        ),
    }


def _areas(rng: np.random.Generator, x: float, y: float) -> dict[str, gpd.GeoDataFrame]:
    def boxes(count: int, side_m: tuple[float, float]) -> Any:
        west, south = rng.uniform(0, WIDTH - 300, count), rng.uniform(0, HEIGHT - 300, count)
        wide, high = rng.uniform(*side_m, (2, count))
        return shapely.box(x + west, y + south, x + west + wide, y + south + high)

    def plots(count: int, kinds: tuple[str, ...], side_m: tuple[float, float]) -> Any:
        codes = np.resize(kinds, count)
        return _keyed("plot", "land_id", _frame(boxes(count, side_m), class_code=codes))

    parks = _frame(boxes(8, (60, 350)), tier=["community", "city"] * 4)
    red = _frame(boxes(5, (200, 700)), category=["water", "forest", "farm", "water", "forest"])
    moved = red.set_geometry(red.geometry.translate(40.0, -25.0))
    houses = _frame(boxes(30, (15, 60)), floors=rng.integers(1, 9, 30).astype(float))
    cover = _frame(
        [
            shapely.box(x, y, x + 1_000, y + HEIGHT),
            shapely.box(x + 1_000, y, x + 2_100, y + 1_100),
            shapely.box(x + 1_000, y + 1_100, x + 2_100, y + HEIGHT),
            shapely.box(x + 2_100, y, x + WIDTH, y + HEIGHT),
        ],
        class_key=["forest", "built_up", "grassland", "water"],
        groups=["forest vegetation", "built_up", "grassland vegetation", "water"],
    )
    return {
        "parks": _keyed("park", "park_id", parks),
        "red_lines": _keyed("line", "line_id", red),
        "red_lines_before": _keyed("line", "line_id", moved),
        "houses": _keyed("house", "facility_id", houses),
        "land": plots(14, ("G1", "R2", "B1", "G2"), (80, 400)).assign(grade=["a", "b"] * 7),
        "built_up": plots(6, ("R2",), (300, 900)),
        "communities": plots(5, ("R2",), (200, 600)).assign(
            households=rng.integers(100, 3_000, 5).astype(float)
        ),
        "cover_plots": _keyed("plot", "land_id", cover),
    }


def _drawn(x: float, y: float) -> dict[str, gpd.GeoDataFrame]:
    def line(*pairs: tuple[float, float]) -> shapely.LineString:
        return shapely.LineString([(x + east, y + north) for east, north in pairs])

    across = [line((0, north), (WIDTH, north)) for north in range(0, int(HEIGHT) + 1, 250)]
    along = [line((east, 0), (east, HEIGHT)) for east in range(0, int(WIDTH) + 1, 300)]
    river = [line((0, 700), (1_400, 800), (WIDTH, 640)), line((0, 730), (1_400, 830), (3_000, 670))]
    roads = [*across[::3], *along[::4]]
    columns = {"class": ["arterial", "branch"] * 8, "opened": ["2012", "2019"] * 8}
    drawn = _frame(roads, **{key: values[: len(roads)] for key, values in columns.items()})
    return {
        "streets": _frame([*across, *along]),
        "lines": _keyed("road", "line_id", drawn),
        "lines_before": _keyed("road", "line_id", drawn.iloc[: len(drawn) - 2]),
        "shores": _keyed("bank", "line_id", _frame(river, bank=["natural", "wall"])),
        "greenways": _keyed("way", "line_id", _frame([along[3], across[5]])),
        "railway": _keyed("track", "line_id", _frame([line((1_600, 0), (1_600, HEIGHT))])),
    }


def _rasters(rng: np.random.Generator, x: float, y: float) -> dict[str, Any]:
    shape = (int(HEIGHT / CELL), int(WIDTH / CELL))
    blocks = rng.choice([TREES, GRASS, CROPS, BUILT, BARE, WATER], (shape[0] // 4, shape[1] // 4))
    now = np.kron(blocks, np.ones((4, 4))).astype("uint8")
    then = np.where(rng.random(shape) < 0.2, TREES, now).astype("uint8")
    partly = np.where(np.arange(shape[1]) < 15, UNKNOWN, now).astype("uint8")

    def grid(values: Any, **options: Any) -> Any:
        return array_grid(values, transform=(CELL, 0, x, 0, -CELL, y + HEIGHT), crs=CRS, **options)

    def cover(values: Any) -> Any:
        return load_land_cover(grid(values, nodata=UNKNOWN), crs=CRS, classes="worldcover")

    density = np.where(now == TREES, 0.7, 0.05)
    return {
        "land_cover": cover(now),
        "land_cover_before": cover(then),
        "land_cover_in_part": cover(partly),  # the western quarter is unknown
        "canopy": load_surface(grid(density), crs=CRS),
        "canopy_in_part": load_surface(grid(np.where(partly == UNKNOWN, np.nan, density)), crs=CRS),
    }


_STRAIGHT = {"distance": "straight"}
_WALKED = {"distance": "network", "network": "walk_network", "snap_limit_m": 200}
_ON_LAND = {**_WALKED, "land_width_m": 60}
_STOPS = {"facilities": "bus_stops", "distance_m": 300}
_TIERS = {"community": {"distance_m": 300.0}, "city": {"distance_m": 700.0}}
_EI = {
    "biological_richness": "bri",
    "vegetation_cover": "vci",
    "water_network": "wni",
    "land_stress": "lsi",
    "pollution_load": "pli",
}
_RUNOFF = {
    "built_up": 0.8,
    "vegetation": 0.15,
    "cropland": 0.2,
    "bare": 0.3,
    "water": 1.0,
    "snow_ice": 0.9,
}

SAMPLES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "coverage": {
        "straight": {**_STOPS, **_STRAIGHT, "of": ["land", "population", "population+jobs"]},
        "of plots": {**_STOPS, **_STRAIGHT, "of": ["built_up"]},
        "walked": {**_STOPS, **_ON_LAND, "of": ["land", "population", "jobs"]},
        "since then": {
            **_STOPS,
            **_STRAIGHT,
            "of": ["land"],
            "earlier": {"bus_stops": "bus_stops_before"},
        },
    },
    "rail_coverage": {
        "straight": {
            "stations": "rail_stations",
            "distance_m": 800,
            **_STRAIGHT,
            "of": ["land", "population"],
        },
        "walked": {"stations": "rail_stations", "distance_m": 800, **_WALKED, "of": ["population"]},
    },
    "park_access": {
        "straight": {
            "parks": "parks",
            "tiers": _TIERS,
            **_STRAIGHT,
            "of": ["land", "population"],
            "higher_serves_lower": True,
        },
        "walked": {
            "parks": "parks",
            "tiers": _TIERS,
            **_WALKED,
            "entrance_tolerance_m": 15,
            "boundary_step_m": 50,
            "of": ["population"],
            "higher_serves_lower": False,
        },
    },
    "living_circle": {
        "straight": {
            "categories": {"clinic": "clinics", "hall": "halls"},
            "distance_m": 500,
            **_STRAIGHT,
            "of": ["population", "land"],
        },
        "walked": {
            "categories": {"clinic": "clinics", "hall": "halls"},
            "minutes": 10,
            "speed_kmh": 4.5,
            **_WALKED,
            "of": ["population"],
        },
    },
    "detour": {"walked": {**_STOPS, **_WALKED, "of": ["population"]}},
    "park_area_per_capita": {
        "cells": {"parks": "parks", "population": "population"},
        "districts": {"parks": "parks", "population": "districts"},
    },
    "green_space_ratio": {
        "land": {"parcels": "land", "classes": ["G1", "G2"], "of": "land"},
        "built up": {"parcels": "land", "classes": ["G1"], "of": "built_up"},
    },
    "ecological_land_share": {"lines": {"lines": "red_lines"}},
    "red_line_share": {"lines": {"red_lines": "red_lines"}},
    "encroachment": {
        "areas": {"objects": "houses", "lines": "red_lines", "min_overlap": 1},
        "lines": {"objects": "lines", "lines": "red_lines", "min_overlap": 1},
        "points": {"objects": "works", "lines": "red_lines", "min_overlap": 0},
    },
    "red_line_change": {
        "moved": {"red_lines": "red_lines", "previous": "red_lines_before", "min_width_m": 5}
    },
    "buffer_conflict": {
        "one distance": {"sensitive": "houses", "sources": "works", "distance_m": 300},
        "by class": {
            "sensitive": "houses",
            "sources": "works",
            "distances_m": {"steel": 400, "paper": 150},
            "by": "kind",
        },
    },
    "zone_screening": {
        "areas": {"projects": "houses", "zones": "red_lines", "min_overlap": 1},
        "points": {"projects": "works", "zones": "red_lines", "min_overlap": 0},
    },
    "shoreline_share": {"banks": {"shores": "shores", "by": "bank", "natural": ["natural"]}},
    "connectivity": {
        "plain": {"parks": "parks", "gap_m": 200},
        "linked": {
            "parks": "parks",
            "gap_m": 200,
            "links": "greenways",
            "barriers": "railway",
            "dispersal_m": 500,
        },
    },
    "district_table": {
        "mean": {"value": "pm25", "unit": "ug/m3", "combine": "mean", "weight": "population"},
        "by area": {"value": "pm25", "unit": "ug/m3", "combine": "mean", "weight": "area"},
        "sum": {"value": "water_use", "unit": "万立方米", "combine": "sum"},
        "none": {"value": "water_use", "unit": "%", "combine": "none", "whole": 2.5},
    },
    "object_inventory": {
        "plain": {"objects": "clinics"},
        "amounts": {"objects": "works", "by": "kind", "value": "output", "unit": "亿元"},
        "areas": {"objects": "parks", "by": "tier"},
    },
    "length_and_density": {
        "plain": {"lines": "lines", "sides": "as_drawn", "per": ["land", "population"]},
        "additions": {
            "lines": "lines",
            "sides": "as_drawn",
            "previous": "lines_before",
            "tolerance_m": 5,
        },
        "opened": {
            "lines": "lines",
            "sides": "as_drawn",
            "opened_from": "2015",
            "opened_to": "2020",
        },
    },
    "service_radius": {
        "plain": {"facilities": "bus_stops", "of": ["land", "population"]},
        "plots": {"facilities": "bus_stops", "of": ["built_up"], "by_place": True},
    },
    "provision": {
        "each": {"facilities": "clinics", "units": "communities", "per_unit": 1},
        "households": {
            "facilities": "clinics",
            "units": "communities",
            "per_amount": 1_000,
            "amount": "households",
        },
        "districts": {"facilities": "clinics", "per_unit": 2},
    },
    "facility_set": {
        "districts": {"members": {"clinic": "clinics", "hall": "halls"}, "within_m": 0},
        "units": {
            "members": {"clinic": "clinics", "hall": "halls"},
            "within_m": 300,
            "units": "communities",
        },
    },
    "attribute_share": {
        "values": {
            "objects": "land",
            "column": "grade",
            "by": ["count", "area"],
            "values": ["a"],
        },
        "limit": {"objects": "houses", "column": "floors", "by": ["area"], "at_most": 6.0},
    },
    "weighted_mean": {
        "area": {"objects": "houses", "column": "floors", "by": "area", "unit": "number"},
        "count": {"objects": "works", "column": "output", "by": "count", "unit": "亿元"},
    },
    "intensity": {
        "land": {"values": "works", "column": "output", "unit": "亿元", "per": ["land"]},
        "people": {"values": "works", "column": "output", "unit": "亿元", "per": ["population"]},
        "column": {
            "values": "districts",
            "column": "water_use",
            "unit": "万立方米",
            "per_column": "jobs",
            "per_unit": "人",
        },
    },
    "green_cover_rate": {
        "raster": {"cover": "land_cover", "classes": ["vegetation"], "of": "land"},
        "raster in part": {"cover": "land_cover_in_part", "classes": ["vegetation"], "of": "land"},
        "built up": {"cover": "land_cover_in_part", "classes": ["vegetation"], "of": "built_up"},
        "polygons": {"cover": "cover_plots", "classes": ["vegetation"], "of": "land"},
    },
    "forest_cover_rate": {
        "raster": {"cover": "land_cover", "classes": ["forest"], "min_patch_m2": 5_000},
        "raster in part": {
            "cover": "land_cover_in_part",
            "classes": ["forest"],
            "min_patch_m2": 5_000,
        },
        "excluded": {
            "cover": "land_cover_in_part",
            "classes": ["forest"],
            "min_patch_m2": 0,
            "excluded": ["water"],
        },
        "density": {"cover": "canopy_in_part", "min_canopy": 0.2, "min_patch_m2": 667},
        "polygons": {"cover": "cover_plots", "classes": ["forest"], "min_patch_m2": 667},
    },
    "canopy_in_parks": {
        "raster": {"parks": "parks", "canopy": "land_cover", "classes": ["trees"]},
        "raster in part": {"parks": "parks", "canopy": "land_cover_in_part", "classes": ["trees"]},
        "crowns": {"parks": "parks", "canopy": "houses"},
    },
    "runoff_coefficient": {
        "raster": {"cover": "land_cover", "kind": "volumetric", "coefficients": _RUNOFF},
        "areas": {
            "cover": "land_cover_in_part",
            "kind": "peak",
            "within": "communities",
            "coefficients": _RUNOFF,
        },
    },
    "ecological_environment_index": {"columns": _EI},
    "landscape_metrics": {
        "raster": {"cover": "land_cover", "classes": ["forest", "water"], "neighbours": 8},
        "raster in part": {"cover": "land_cover_in_part", "classes": ["forest"], "neighbours": 4},
    },
    "land_cover_change": {
        "raster": {"cover": "land_cover", "previous": "land_cover_before"},
        "raster in part": {"cover": "land_cover_in_part", "previous": "land_cover_before"},
        "polygons": {"cover": "cover_plots", "previous": "cover_plots"},
    },
}
"""Keys of a plan by analysis and sample; layers go by their names in the town."""

CALLS = tuple((analysis, sample) for analysis, samples in SAMPLES.items() for sample in samples)
"""Every analysis with each of its samples, to run a property over."""


def sample_table(analysis: str, sample: str, **changed: Any) -> IndicatorTable:
    """Give the table of a sample, as a plan would hold it, with some keys changed."""
    keys = {**SAMPLES[analysis][sample], **changed}
    return ANALYSES[analysis].table.model_validate(keys)


def measured(town: Town, analysis: str, sample: str, **changed: Any) -> Result:
    """Run a sample on a town; with `earlier` it is the change since then."""
    table = sample_table(analysis, sample, **changed)
    now = _run(town, analysis, table)
    if table.earlier is None:
        return now
    from geoplan.analyses.tables.change_table import change_table

    def then(things: Mapping[str, Any]) -> dict[str, Any]:
        swapped = {name: things[other] for name, other in table.earlier.items() if other in things}
        return {**things, **swapped}

    past = Town(then(town.layers), then(town.networks), then(town.rasters))
    return change_table(_run(past, analysis, table), now)


def _run(town: Town, analysis: str, table: IndicatorTable) -> Result:
    return run_analysis(ANALYSES[analysis], table, town.layers, town.networks, town.rasters)


def wholes(result: Result) -> pd.DataFrame:
    """Give what a result says of the whole, indexed by the label of each measure."""
    rows = {
        measure.label: [measure.value, measure.low, measure.high, measure.tolerance]
        for measure in result.measures
    }
    columns = ["value", "low", "high", "tolerance"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)
