"""The 236 parks of the fictional city, in three tiers."""

import geopandas as gpd
import numpy as np
import shapely

from geoplan.app.city.terrain import Terrain, as_multipolygon, blob

COUNTS = {"nature": 9, "city": 35, "community": 192}
"""236 in all: as many as Longgang had in 2020."""
_AREA_M2 = {"nature": (1.2e6, 6.0e6), "city": (60_000, 380_000), "community": (3_000, 26_000)}
_GAP_M = {"nature": 400.0, "city": 220.0, "community": 150.0}
_FIRST = {
    "zh": "云 江 望 石 柳 松 梅 枫 兰 桂 竹 荷 榕 樟 杏 桃 银 青 翠 白 鹭 鹤 鹿 泉".split(),
    "en": (
        "Cloud River Heron Stone Willow Pine Plum Maple Orchid Laurel Bamboo Lotus Banyan Camphor "
        "Apricot Peach Silver Jade Emerald Egret Crane Deer Spring Lake"
    ).split(),
}
_SECOND = {
    "zh": "溪 坪 湾 岭 湖 林 谷 园 田 台".split(),
    "en": "Brook Flat Bay Ridge Lake Grove Valley Garden Field Terrace".split(),
}
_SUFFIX = {
    "zh": {"nature": "森林公园", "city": "公园", "community": "社区公园"},
    "en": {"nature": "Forest Park", "city": "Park", "community": "Community Park"},
}


def make_parks(
    rng: np.random.Generator,
    terrain: Terrain,
    eco: shapely.MultiPolygon,
    built_up: shapely.MultiPolygon,
    lang: str,
) -> gpd.GeoDataFrame:
    """Lay out the parks, the large ones first, without overlaps."""
    grounds = {
        "nature": eco.buffer(-350),
        "city": built_up.buffer(220).intersection(terrain.outline).buffer(-30),
        "community": built_up.buffer(-40),
    }
    shapes: list[shapely.Geometry] = []
    tiers: list[str] = []
    for tier, count in COUNTS.items():
        taken: shapely.Geometry = shapely.union_all(shapes).buffer(_GAP_M[tier])
        placed = 0
        # One draw after another, for each must keep clear of those before it.
        while placed < count:
            x_m, y_m = _random_place(rng, terrain, tier)
            if not shapely.contains_xy(grounds[tier], x_m, y_m):
                continue
            low, high = _AREA_M2[tier]
            area_m2 = float(np.exp(rng.uniform(np.log(low), np.log(high))))
            whole = blob(rng, x_m, y_m, area_m2, 0.5)
            shape = whole.intersection(grounds[tier])
            if shape.area < 0.7 * area_m2 or shape.intersects(taken):
                continue
            shapes.append(as_multipolygon(shape).geoms[0])
            tiers.append(tier)
            taken = shapely.union(taken, shape.buffer(_GAP_M[tier]))
            placed += 1
    names = _names(rng, tiers, lang)
    return gpd.GeoDataFrame({"NAME": names, "TIER": tiers}, geometry=shapes, crs="EPSG:4547")


def _random_place(rng: np.random.Generator, terrain: Terrain, tier: str) -> tuple[float, float]:
    west, south, east, north = terrain.outline.bounds
    if tier == "nature" or rng.random() < 0.35:
        return float(rng.uniform(west, east)), float(rng.uniform(south, north))
    # The older the town, the more of the small parks it has.
    weights = np.linspace(1.0, 0.35, len(terrain.centres_m))
    centre = terrain.centres_m[rng.choice(len(weights), p=weights / weights.sum())]
    east_m, north_m = centre + rng.normal(0, 1_900, 2)
    return float(east_m), float(north_m)


def _names(rng: np.random.Generator, tiers: list[str], lang: str) -> list[str]:
    pairs = [(first, second) for first in _FIRST[lang] for second in _SECOND[lang]]
    chosen = [pairs[index] for index in rng.permutation(len(pairs))[: len(tiers)]]
    between = "" if lang == "zh" else " "
    return [
        between.join((first, second, _SUFFIX[lang][tier]))
        for (first, second), tier in zip(chosen, tiers, strict=True)
    ]
