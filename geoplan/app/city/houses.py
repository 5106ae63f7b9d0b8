"""Buildings, communities and plots of the fictional city."""

import geopandas as gpd
import numpy as np
import shapely

from geoplan.app.city.build import City
from geoplan.app.city.drawing import Geometries, dice, frame, pick, points_in
from geoplan.app.city.terrain import CELL_M, Floats

_GRID_M = 88.0
_USES = {"R": "home", "B": "office", "M": "works", "A": "public"}
_SIZE_M = {"R": (52, 17), "B": (42, 32), "M": (66, 34), "A": (48, 22)}
_FLOORS = {"R": (6, 33), "B": (8, 42), "M": (2, 7), "A": (2, 8)}
_PER_COMMUNITY = 26_000
_PER_HOUSEHOLD = 2.6


def make_buildings(city: City, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Set buildings into the parcels along the grain of the streets, and villages in the hills."""
    town = _town_houses(city, w)
    country = _villages(city, w)
    return gpd.GeoDataFrame(
        {
            column: [*town[column], *country[column]]
            for column in ("USE", "FLOORS", "YEAR", "PV", "FLAGGED")
        },
        geometry=[*town.geometry, *country.geometry],
        crs=town.crs,
    )


def make_illegal(
    buildings: gpd.GeoDataFrame, w: dict[str, str]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Give the buildings flagged as illegal, now and four years ago: some gone, some grown."""
    flagged = buildings[buildings["FLAGGED"] == w["yes"]].geometry.to_numpy()
    rng = dice("illegal")
    draw = rng.random(len(flagged))
    before = flagged[draw > 0.06]
    now = np.where(draw < 0.14, shapely.buffer(flagged, 4, join_style="mitre"), flagged)
    return frame(now[draw < 0.80]), frame(before)


def make_communities(city: City, lang: str, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Divide every sub-district into communities of about as many people."""
    rng = dice("communities")
    x_m, y_m = city.ground.mesh
    cells = np.column_stack([x_m.ravel(), y_m.ravel()])
    people = city.residents.ravel()
    shapes: list[shapely.Geometry] = []
    parents: list[str] = []
    for code, district in zip(city.districts["CODE"], city.districts.geometry, strict=True):
        inside = shapely.contains_xy(district, *cells.T) & (people > 0)
        count = max(5, round(people[inside].sum() / _PER_COMMUNITY))
        seeds = _spread(rng, cells[inside], people[inside], count)
        faces = shapely.get_parts(
            shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=district)
        )
        faces = shapely.intersection(faces, district)
        shapes += list(faces)
        parents += [code] * len(faces)
    within = shapely.STRtree(shapes).query(shapely.points(cells), "intersects")
    residents = np.bincount(within[1], people[within[0]], len(shapes))
    number = np.arange(1, len(shapes) + 1)
    return frame(
        shapes,
        CODE=[f"{parent}{index:03d}" for parent, index in zip(parents, number, strict=True)],
        NAME=_community_names(rng, len(shapes), lang),
        PARENT=parents,
        PEOPLE=residents,
        HOUSES=np.round(residents / _PER_HOUSEHOLD),
        LIVABLE=pick(rng, len(shapes), 0.41, (w["yes"], w["no"])),
        SAFE=pick(rng, len(shapes), 0.55, (w["yes"], w["no"])),
    )


def make_compounds(city: City, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Put a compound into every residential parcel; nearly all of them sort their waste."""
    rng = dice("compounds")
    homes = city.land_use[city.land_use["DLBM"] == "R"].geometry.to_numpy()
    sorting = pick(rng, len(homes), 0.965, (w["yes"], w["no"]))
    houses = np.round(shapely.area(homes) / 70)
    return frame(shapely.point_on_surface(homes), SORTING=sorting, HOUSES=houses)


def _town_houses(city: City, w: dict[str, str]) -> gpd.GeoDataFrame:
    rng = dice("buildings")
    west, south, east, north = city.ground.outline.bounds
    grid_x, grid_y = np.meshgrid(np.arange(west, east, _GRID_M), np.arange(south, north, _GRID_M))
    flat = np.column_stack([grid_x.ravel(), grid_y.ravel()])
    xy = city.warp(flat)
    along = city.warp(flat + np.array([1.0, 0.0])) - xy
    turn = np.arctan2(along[:, 1], along[:, 0])
    parcels = city.land_use[city.land_use["DLBM"].isin(list(_USES))]
    point, parcel = shapely.STRtree(parcels.geometry.to_numpy()).query(shapely.points(xy), "within")
    kind = parcels["DLBM"].to_numpy()[parcel]
    size = np.array([_SIZE_M[one] for one in kind]) * rng.uniform(0.75, 1.15, (len(kind), 2))
    shapes = _rectangles(xy[point], size, turn[point])
    inside = shapely.covers(parcels.geometry.to_numpy()[parcel], shapes)
    shapes, kind = shapes[inside], kind[inside]
    apart = _apart(shapes)  # where the streets run close together, so do their houses
    shapes, kind = shapes[apart], kind[apart]
    low, high = np.array([_FLOORS[one] for one in kind]).T
    floors = np.floor(low + (high - low) * rng.random(len(kind)) ** 2)
    years = 2024 - np.minimum(rng.geometric(0.055, len(kind)), 40)
    sunny = np.select([kind == "A", kind == "M"], [0.56, 0.34], 0.05)
    return frame(
        shapes,
        USE=[w[_USES[one]] for one in kind],
        FLOORS=floors,
        YEAR=years.astype(float),
        PV=np.where(rng.random(len(kind)) < sunny, w["yes"], w["no"]),
        FLAGGED=pick(rng, len(kind), 0.004, (w["yes"], w["no"])),
    )


def _villages(city: City, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Build hamlets outside the town; a few houses inside the ecological line, some of them new."""
    rng = dice("villages")
    nature = city.parks[city.parks["TIER"] == "nature"].union_all().buffer(30)
    hills = city.eco_line.union_all().buffer(-120).difference(nature)
    valleys = city.ground.outline.difference(city.eco_line.union_all().buffer(40))
    valleys = valleys.difference(city.built_up.union_all().buffer(120)).buffer(-40)
    middles = np.concatenate([points_in(rng, hills, 17, 1_900), points_in(rng, valleys, 40, 700)])
    count = rng.integers(6, 22, len(middles))
    xy = np.repeat(middles, count, axis=0) + rng.normal(0, 75, (count.sum(), 2))
    size = rng.uniform((9, 8), (17, 12), (len(xy), 2))
    turn = np.repeat(rng.uniform(0, np.pi, len(middles)), count) + rng.normal(0, 0.1, len(xy))
    shapes = _rectangles(xy, size, turn)
    clear = shapely.covers(city.ground.outline, shapes) & ~shapely.intersects(
        shapes, city.built_up.union_all()
    )
    shapes = shapes[clear & _apart(shapes)]
    hill = shapely.intersects(shapely.centroid(shapes), city.eco_line.union_all())
    old = 2020 - np.minimum(rng.geometric(0.04, len(shapes)), 60)
    new = rng.random(len(shapes)) < np.where(hill, 0.05, 0.10)
    year = np.where(new, rng.integers(2021, 2025, len(shapes)), old)
    flagged = rng.random(len(shapes)) < np.where(hill, 0.24, 0.08)
    return frame(
        shapes,
        USE=[w["village"]] * len(shapes),
        FLOORS=rng.integers(1, 5, len(shapes)).astype(float),
        YEAR=year.astype(float),
        PV=pick(rng, len(shapes), 0.23, (w["yes"], w["no"])),
        FLAGGED=np.where(flagged, w["yes"], w["no"]),
    )


def _rectangles(xy: Floats, size_m: Floats, turn: Floats) -> Geometries:
    """Draw rectangles of a size around points, turned."""
    corner = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5)])
    east, north = (corner[None] * size_m[:, None]).transpose(2, 0, 1)
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    ring = np.stack([east * cos - north * sin, east * sin + north * cos], axis=-1) + xy[:, None]
    return np.asarray(shapely.polygons(ring), dtype=object)


def _apart(shapes: Geometries) -> np.ndarray:
    """Keep of houses that touch only the first."""
    first, second = shapely.STRtree(shapes).query(shapes, "intersects")
    apart = np.ones(len(shapes), dtype=bool)
    apart[np.maximum(first, second)[first != second]] = False
    return apart


def _spread(rng: np.random.Generator, xy: Floats, people: Floats, count: int) -> Floats:
    """Draw centres where people live, and let them settle among these."""
    seeds = xy[rng.choice(len(xy), count, replace=False, p=people / people.sum())]
    for _ in range(8):
        nearest = np.argmin(np.hypot(*(xy[:, None] - seeds[None]).transpose(2, 0, 1)), axis=1)
        weight = np.bincount(nearest, people, count)
        seeds = np.column_stack([np.bincount(nearest, people * one, count) for one in xy.T])
        seeds = seeds / weight[:, None]
    return seeds + CELL_M / 10


def _community_names(rng: np.random.Generator, count: int, lang: str) -> list[str]:
    if lang == "en":
        first = "Cloud River Heron Stone Willow Pine Plum Maple Orchid Laurel Bamboo Lotus".split()
        second = "Bridge Ferry Well Hill Gate Lane Field Yard Market Harbour Spring Mill".split()
        pairs = [f"{one} {two}" for one in first for two in second]
    else:
        pairs = [
            f"{one}{two}社区"
            for one in "云江鹭石柳松梅枫兰桂竹荷"
            for two in "桥渡井岗门巷田院市埠泉坊"
        ]
    return [pairs[index] for index in rng.permutation(len(pairs))[:count]]
