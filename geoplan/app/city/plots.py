"""Plots of the fictional city that plans count: projects, contaminated and bare land, surfaces."""

import geopandas as gpd
import numpy as np
import shapely

from geoplan.app.city.build import City
from geoplan.app.city.drawing import dice, frame, only_areas, pick, points_in
from geoplan.app.city.terrain import blob

_OPEN_PLOTS = 2


def make_projects(city: City, lang: str) -> gpd.GeoDataFrame:
    """Draw the projects of the year, a few of which reach into the hills."""
    rng = dice("projects")
    town = city.built_up.union_all().buffer(120).intersection(city.ground.outline.buffer(-150))
    edge = city.eco_line.boundary.union_all().buffer(40).intersection(town.buffer(60))
    places = np.concatenate([points_in(rng, town, 22, 1_200), points_in(rng, edge, 4, 4_000)])
    shapes = [blob(rng, x, y, rng.uniform(9_000, 60_000), 0.25) for x, y in places]
    word = "项目{:02d}" if lang == "zh" else "Project {:02d}"
    return frame(shapes, NAME=[word.format(number) for number in range(1, len(shapes) + 1)])


def make_plots(
    city: City, communities: gpd.GeoDataFrame, w: dict[str, str]
) -> dict[str, gpd.GeoDataFrame]:
    """Choose the plots that plans count: contaminated, bare, to be renewed, drained, paved."""
    rng = dice("plots")
    parcels = city.land_use.geometry.to_numpy()
    kind = city.land_use["DLBM"].to_numpy()
    works = parcels[kind == "M"]
    dirty = works[rng.permutation(len(works))[:38]]
    treated = pick(rng, len(dirty) - _OPEN_PLOTS, 0.84, (w["remediated"], w["controlled"]))
    hills = city.eco_line.union_all()
    town = city.built_up.union_all()
    rural = city.ground.outline.difference(hills.buffer(60)).difference(town.buffer(90)).buffer(-60)
    fields = [
        blob(rng, x, y, rng.uniform(20_000, 110_000), 0.3)
        for x, y in points_in(rng, rural, 46, 380)
    ]
    bare = [
        blob(rng, x, y, rng.uniform(8_000, 40_000), 0.6)
        for x, y in points_in(rng, hills.buffer(-60), 7, 2_500)
    ]
    paved = np.isin(kind, ["A", "B", "G1", "G3", "R"])
    surface = np.select(
        [np.isin(kind, ["B", "G3"]), kind == "G1"], [w["paving"], w["lawn"]], w["yard"]
    )
    loose = np.where(kind == "G1", 0.97, np.where(kind == "R", 0.42, 0.3))
    units = shapely.intersection(communities.geometry.to_numpy(), town)
    drained = only_areas(units, 5_000)
    renewed = parcels[np.isin(kind, ["R", "M"]) & (rng.random(len(kind)) < 0.05)]
    return {
        "contaminated_plots": frame(dirty, STATE=[*treated, *[w["open"]] * _OPEN_PLOTS]),
        "farmland": frame(fields, SAFE=pick(rng, len(fields), 0.95, (w["yes"], w["no"]))),
        "bare_plots": frame(bare),
        "surfaces": frame(
            parcels[paved],
            KIND=surface[paved],
            PERMEABLE=np.where(rng.random(len(kind)) < loose, w["yes"], w["no"])[paved],
        ),
        "drainage_units": frame(drained, SPONGE=pick(rng, len(drained), 0.63, (w["yes"], w["no"]))),
        "renewal_areas": frame(renewed),
    }
