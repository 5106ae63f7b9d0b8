"""What serves the people of the fictional city at a point: clinics, chargers, stations."""

import geopandas as gpd
import numpy as np
import shapely

from geoplan.app.city.build import City
from geoplan.app.city.drawing import Geometries, dice, frame, near, points_in, thinned
from geoplan.app.city.terrain import Floats

_CENTRES = {
    "service_centres": 0.95,
    "health_centres": 0.86,
    "culture_centres": 0.78,
    "culture_plazas": 0.70,
    "sports_grounds": 0.82,
    "recycling_points": 0.88,
    "weather_stations": 0.74,
    "clinics": 0.93,
}
"""In what share of the communities there is one."""
_SUB_INDICES = {
    "EI_BIO": (34.0, 72.0),
    "EI_VEG": (58.0, 91.0),
    "EI_WAT": (22.0, 55.0),
    "EI_LAND": (14.0, 46.0),
    "EI_LOAD": (6.0, 38.0),
}
_NIGHT_LIMIT_DB = {"1": 45.0, "2": 50.0, "3": 55.0, "4a": 55.0}
"""GB 3096, at night, by functional zone."""
_STATION_WORD = {"zh": "{}空气站", "en": "{} air station"}


def make_community_services(
    city: City, communities: gpd.GeoDataFrame
) -> dict[str, gpd.GeoDataFrame]:
    """Put the facilities of daily life into the communities, not all into each."""
    homes = _homes(city)
    return {
        name: frame(_one_each(dice(name), communities, homes, share))
        for name, share in _CENTRES.items()
    }


def make_charging(city: City) -> gpd.GeoDataFrame:
    """Put charging stations into town, each with its number of piles."""
    rng = dice("charging")
    town = city.built_up.union_all()
    crowd = np.concatenate(
        [city.ground.centres_m[[0, 1, 3]] + rng.normal(0, 1_500, (30, 1, 2))]
    ).reshape(-1, 2)
    crowd = crowd[shapely.contains_xy(town, *crowd.T)]
    places = thinned(np.concatenate([crowd, points_in(rng, town, 130, 480)]), 260)
    piles = np.clip(rng.geometric(0.055, len(places)), 2, 90).astype(float)
    return frame(shapely.points(places), PILES=piles)


def make_expressway_services(
    roads: gpd.GeoDataFrame, w: dict[str, str]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Put three service areas beside the expressway; two of them have fast chargers."""
    fast = roads[roads["CLASS"] == w["motorway"]].geometry.to_numpy()
    line = shapely.line_merge(shapely.union_all(fast))
    line = max(shapely.get_parts(line), key=shapely.length)
    spots = line.interpolate([0.12, 0.47, 0.86], normalized=True)
    shifted = [shapely.Point(spot.x, spot.y - 90) for spot in spots]
    chargers = [shapely.Point(spot.x + 45, spot.y - 20) for spot in (shifted[0], shifted[2])]
    names = ["A", "B", "C"]
    return frame(shifted, NAME=names), frame(chargers)


def make_backbone(city: City) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Choose the stops of backbone bus lines, and park public bicycles near most of them."""
    rng = dice("backbone")
    stops = city.bus_stops.geometry.to_numpy()
    backbone = stops[near(stops, city.roads.geometry.to_numpy(), 25)]
    served = backbone[rng.random(len(backbone)) < 0.76]
    calls = city.stations.geometry.to_numpy()
    xy = shapely.get_coordinates(np.concatenate([served, calls]))
    docks = thinned(xy + rng.normal(0, 45, xy.shape), 60)
    return frame(backbone), frame(shapely.points(docks))


def make_fire_stations(city: City) -> gpd.GeoDataFrame:
    """Put a fire station near every centre, and a few more."""
    rng = dice("fire")
    town = city.built_up.union_all().buffer(-150)
    xy = np.concatenate([city.ground.centres_m + rng.normal(0, 600, (8, 2)),
                         points_in(rng, town, 5, 2_600)])  # fmt: skip
    return frame(shapely.points(thinned(xy, 2_000)))


def make_air_stations(city: City, lang: str) -> gpd.GeoDataFrame:
    """Put an air-quality station into every sub-district but one."""
    rng = dice("air")
    places = city.districts.geometry.to_numpy()
    town = shapely.intersection(places, city.built_up.union_all())
    points = shapely.point_on_surface(town)[:-1]
    names = [_STATION_WORD[lang].format(name) for name in city.districts["NAME"][:-1]]
    return frame(points, NAME=names, PM25=np.round(rng.normal(20.5, 1.6, len(points)), 1))


def make_noise_points(city: City) -> gpd.GeoDataFrame:
    """Set noise points in town; nights are louder by the main roads."""
    rng = dice("noise")
    places = np.asarray(
        shapely.points(points_in(rng, city.built_up.union_all(), 90, 700)), dtype=object
    )
    loud = near(places, city.roads.geometry.to_numpy(), 220)
    kind = np.where(loud, "4a", rng.choice(["1", "2", "3"], len(places), p=[0.2, 0.6, 0.2]))
    limit = np.array([_NIGHT_LIMIT_DB[one] for one in kind])
    level = limit + rng.normal(np.where(loud, 0.3, -3.2), 2.4)
    return frame(places, ZONE=kind, NIGHT_LEQ=np.round(level, 1), NIGHT_LIM=limit)


def make_street_views(city: City) -> gpd.GeoDataFrame:
    """Take a picture in the middle of every third street: the share of green in it, in percent."""
    rng = dice("street views")
    streets = city.streets.geometry.to_numpy()[::3]
    places = shapely.line_interpolate_point(streets, 0.5, normalized=True)
    green = near(places, city.parks.geometry.to_numpy(), 120)
    share = np.clip(rng.normal(np.where(green, 0.36, 0.21), 0.08), 0.02, 0.85)
    return frame(places, GREEN=np.round(100 * share, 1))


def make_pollution_sources(city: City, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put pollution sources into industry, and three into the zones around the reservoirs."""
    rng = dice("pollution")
    works = city.land_use[city.land_use["DLBM"] == "M"].geometry.to_numpy()
    usual = shapely.point_on_surface(works[rng.random(len(works)) < 0.28])
    inside = points_in(rng, zones.union_all().buffer(-60), 3, 700)
    return frame(np.concatenate([usual, shapely.points(inside)]))


def make_berths(coast: gpd.GeoDataFrame, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Line the longest stretch of hard coast with berths, most of them with shore power."""
    hard = coast[coast["TYPE"] == w["hard"]].geometry.to_numpy()
    lines = hard[:4]
    at = np.linspace(0.1, 0.9, 3)
    places = shapely.line_interpolate_point(lines[:, None], at[None, :], normalized=True).ravel()
    kinds = [w["container"]] * 6 + [w["bulk"]] * (len(places) - 6)
    power = [*[w["yes"]] * 5, w["no"], *[w["yes"], w["no"]] * len(places)][: len(places)]
    return frame(places, KIND=kinds, SHORE=power)


def make_sites(city: City, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Put industrial parks, low-carbon pilots and green schools on the map."""
    rng = dice("sites")
    works = city.land_use[city.land_use["DLBM"] == "M"].geometry.to_numpy()
    parks = shapely.point_on_surface(works[rng.permutation(len(works))[:9]])
    pilots = np.asarray(
        shapely.points(points_in(rng, city.built_up.union_all(), 5, 1_500)), dtype=object
    )
    schools = city.schools.geometry.to_numpy()[::4]
    kinds = ("industrial_park", "low_carbon", "green_school")
    counts = (len(parks), len(pilots), len(schools))
    named = [w[kind] for kind, count in zip(kinds, counts, strict=True) for _ in range(count)]
    return frame(np.concatenate([parks, pilots, schools]), KIND=named)


def make_centres(city: City) -> gpd.GeoDataFrame:
    """Mark the town centres."""
    return frame(shapely.points(city.ground.centres_m))


def _homes(city: City) -> tuple[Floats, Floats]:
    x_m, y_m = city.ground.mesh
    people = city.residents.ravel()
    lived = people > 0
    return np.column_stack([x_m.ravel(), y_m.ravel()])[lived], people[lived]


def _one_each(
    rng: np.random.Generator,
    communities: gpd.GeoDataFrame,
    homes: tuple[Floats, Floats],
    share: float,
) -> Geometries:
    """Put one where people live in a share of the communities, the busiest cells first."""
    xy, people = homes
    tree = shapely.STRtree(communities.geometry.to_numpy())
    cell, community = tree.query(shapely.points(xy), "intersects")
    draw = rng.random(len(cell)) ** (1 / people[cell])
    order = np.lexsort([-draw, community])
    first = order[np.unique(community[order], return_index=True)[1]]
    chosen = first[rng.random(len(first)) < share]
    return np.asarray(
        shapely.points(xy[cell[chosen]] + rng.uniform(-60, 60, (len(chosen), 2))), dtype=object
    )


def district_numbers(city: City) -> gpd.GeoDataFrame:
    """Give the sub-districts their residents, jobs, product and emissions, as a yearbook would."""
    rng = dice("yearbook")
    districts = city.districts
    x_m, y_m = city.ground.mesh
    cells = shapely.points(x_m.ravel(), y_m.ravel())
    cell, district = shapely.STRtree(districts.geometry.to_numpy()).query(cells, "within")
    people = np.bincount(district, city.residents.ravel()[cell], len(districts))
    jobs = np.bincount(district, city.jobs.ravel()[cell], len(districts))
    product = np.round(jobs * rng.uniform(2.1e5, 4.4e5, len(districts)), -6)
    return districts.assign(
        POP=people,
        JOBS=jobs,
        GDP_YUAN=product,
        CO2_T=np.round(product / 1e4 * rng.uniform(0.10, 0.24, len(districts)), -2),
        **{
            name: np.round(rng.uniform(low, high, len(districts)), 1)
            for name, (low, high) in _SUB_INDICES.items()
        },
    )
