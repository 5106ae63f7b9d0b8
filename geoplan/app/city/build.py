"""All layers of the fictional city at once."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geoplan.app.city import ground, parks, people, terrain, transit
from geoplan.app.city.ground import Warp

_SEED = 2025


@dataclass(frozen=True)
class City:
    """
    The fictional city, every layer in EPSG:4547.

    Parameters
    ----------
    districts, parks, land_use, built_up, eco_line, red_lines, stations, bus_stops, schools, \
roads, streets, rail, water : GeoDataFrame
        With the column names a planning office's files might have.
    warp : Warp
        What makes straight streets grown ones.
    ground : Terrain
        Its grid carries `residents` and `jobs`.
    residents, jobs : ndarray
        Counts per cell, rows from south to north.
    """

    districts: gpd.GeoDataFrame
    parks: gpd.GeoDataFrame
    land_use: gpd.GeoDataFrame
    built_up: gpd.GeoDataFrame
    eco_line: gpd.GeoDataFrame
    red_lines: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    bus_stops: gpd.GeoDataFrame
    schools: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    rail: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    warp: Warp
    ground: terrain.Terrain
    residents: terrain.Floats
    jobs: terrain.Floats


def build_city(lang: str) -> City:
    """
    Build the city; the same at every call but for the language of its names.

    Parameters
    ----------
    lang : {"en", "zh"}
        Language of the names.

    Returns
    -------
    City
        Every layer.
    """
    rng = np.random.default_rng(_SEED)
    land = terrain.make_terrain(rng)
    warp = ground.make_warp(rng, land)
    eco = ground.make_eco_line(land)
    built_up = ground.make_built_up(land, eco)
    streets = ground.make_streets(rng, land, warp, built_up)
    roads = ground.make_roads(land, warp)
    green = parks.make_parks(rng, land, eco, built_up, lang)
    blocks = ground.make_blocks(streets, roads, built_up)
    land_use = ground.make_land_use(rng, land, blocks, green)
    residents, jobs = people.make_people(rng, land, built_up)
    rail = transit.make_rail(land)
    return City(
        districts=ground.make_districts(land, warp, lang),
        parks=green,
        land_use=land_use,
        built_up=_frame(shapely.get_parts(built_up)),
        eco_line=_frame(shapely.get_parts(eco)),
        red_lines=_red_lines(land, eco, lang),
        stations=transit.make_stations(land, rail, lang),
        bus_stops=transit.make_bus_stops(rng, land, streets, roads, lang),
        schools=_schools(rng, land_use),
        roads=_frame(roads),
        streets=_streets(streets, roads),
        rail=_frame(rail),
        water=_frame([land.river.buffer(55).intersection(land.outline)]),
        warp=warp,
        ground=land,
        residents=residents,
        jobs=jobs,
    )


def _frame(geometry: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=geometry, crs=ground.CRS)


def _streets(streets: NDArray[np.object_], roads: NDArray[np.object_]) -> gpd.GeoDataFrame:
    """Put local streets and main roads in one layer, cut wherever they meet."""
    local = np.asarray(shapely.get_parts(streets), dtype=object)
    main = np.asarray(shapely.get_parts(roads), dtype=object)
    lines = shapely.get_parts(shapely.node(shapely.multilinestrings(np.append(local, main))))
    beside = shapely.STRtree(main).query(
        shapely.line_interpolate_point(lines, 0.5, normalized=True), "dwithin", distance=0.01
    )[0]
    classes = np.full(len(lines), "residential", dtype=object)
    classes[beside] = "secondary"
    return gpd.GeoDataFrame({"highway": classes}, geometry=lines, crs=ground.CRS)


def _red_lines(land: terrain.Terrain, eco: shapely.MultiPolygon, lang: str) -> gpd.GeoDataFrame:
    """Draw the strictest part of the ecological line, in two categories."""
    highest = terrain.contour_of_share(land, land.height, 0.2 * terrain.AREA_M2, 900_000)
    parts = shapely.get_parts(highest.intersection(eco))
    parts = parts[shapely.get_type_id(parts) == 3]
    middle = terrain.ORIGIN_M[0] - 2_500
    east = shapely.get_x(shapely.centroid(parts)) > middle
    words = {"zh": ("水源涵养", "生物多样性维护"), "en": ("water conservation", "biodiversity")}[
        lang
    ]
    return gpd.GeoDataFrame(
        {"LX": np.where(east, words[1], words[0])}, geometry=parts, crs=ground.CRS
    )


def _schools(rng: np.random.Generator, land_use: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put a primary school into every third public block."""
    public = land_use[land_use["DLBM"] == "A"].geometry.to_numpy()
    chosen = public[rng.random(len(public)) < 0.6]
    return _frame(shapely.point_on_surface(chosen))
