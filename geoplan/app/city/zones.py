"""Lines of protection, control units and cells of the fictional city, where needed at two dates."""

import geopandas as gpd
import numpy as np
import shapely

from geoplan.app.city.build import City
from geoplan.app.city.drawing import dice, frame, only_areas, points_in
from geoplan.app.city.terrain import CELL_M, Floats, blob, smooth_noise

_COARSE = 5  # cells of 200 m along a cell of 1 km
_TOP_SHARE = 0.08


def make_red_lines_before(city: City) -> gpd.GeoDataFrame:
    """Draw the red lines of 2018: digitised anew since, with one gain and two losses."""
    rng = dice("red lines before")
    now = city.red_lines.geometry.to_numpy()
    category = city.red_lines["LX"].to_numpy()
    inner = shapely.union_all(now).buffer(-350)
    rim = shapely.union_all(now).boundary.intersection(city.ground.outline.buffer(-400))
    places = shapely.get_coordinates(rim.interpolate([0.3, 0.72], normalized=True))
    lost = [blob(rng, x, y, 90_000, 0.3).difference(shapely.union_all(now)) for x, y in places]
    gained = [blob(rng, x, y, 260_000, 0.3) for x, y in points_in(rng, inner, 1, 1_000)]
    before = shapely.difference(now, shapely.union_all(gained))
    drawn = shapely.transform(shapely.segmentize(before, 120), _redrawn)
    drawn = shapely.intersection(drawn, city.ground.outline)
    shapes = [*drawn, *lost]
    kinds = [*category, *[category[0]] * len(lost)]
    return frame(shapes, LX=kinds)


def make_control_units(city: City, lang: str, w: dict[str, str]) -> gpd.GeoDataFrame:
    """Divide every sub-district into units of protection, of key and of general control."""
    eco = city.eco_line.union_all()
    town = city.built_up.union_all().buffer(110).difference(eco)
    rest = city.ground.outline.difference(shapely.union_all([eco, town]))
    rows = [
        (part, kind, f"{name} {word}" if lang == "en" else f"{name}{word}")
        for name, district in zip(city.districts["NAME"], city.districts.geometry, strict=True)
        for land, kind in ((eco, "priority"), (town, "key"), (rest, "general"))
        for part, word in ((district.intersection(land), w[kind]),)
        if not part.is_empty
    ]
    return frame(
        [shapely.MultiPolygon(list(only_areas(part, 400.0))) for part, _, _ in rows],
        KIND=[w[kind] for _, kind, _ in rows],
        NAME=[name for _, _, name in rows],
    )


def make_habitat(city: City) -> gpd.GeoDataFrame:
    """Cut the hills into habitat patches along the main roads."""
    cut = shapely.union_all(city.roads.geometry.array).buffer(35)
    patches = city.eco_line.union_all().buffer(-120).difference(cut).buffer(0)
    return frame(only_areas([patches], 250_000))


def make_green_land(city: City) -> gpd.GeoDataFrame:
    """Put parks, green parcels, the hills and the river into one layer."""
    green = city.land_use[city.land_use["DLBM"].isin(["G2"])].geometry
    land = [*city.parks.geometry, *green, *city.eco_line.geometry, *city.water.geometry]
    return frame(only_areas([shapely.union_all(land)], 500))


def make_high_cells(city: City) -> dict[str, gpd.GeoDataFrame]:
    """Choose the 1 km cells with most air pollutants, and those with most greenhouse gases."""
    rng = dice("emissions")
    works = city.land_use[city.land_use["DLBM"] == "M"].geometry
    x_m, y_m = city.ground.mesh
    points = np.asarray(shapely.points(x_m.ravel(), y_m.ravel()), dtype=object)
    industry = np.zeros(len(points))
    industry[shapely.STRtree(points).query(works.buffer(120).array, "intersects")[1]] = 1.0
    roads = np.zeros(len(points))
    roads[shapely.STRtree(points).query(city.roads.geometry.array, "dwithin", distance=250)[1]] = (
        1.0
    )
    busy = (city.jobs / city.jobs.max()).ravel() + (city.residents / city.residents.max()).ravel()
    dirt = industry + 0.9 * roads + 0.3 * busy
    carbon = 1.1 * industry + 0.25 * roads + 1.1 * busy
    shape = city.ground.height.shape
    return {
        name: _top_cells(city, field.reshape(shape) + 0.25 * smooth_noise(rng, shape, 9))
        for name, field in (("high_pollutant_cells", dirt), ("high_carbon_cells", carbon))
    }


def make_renewal_zone(city: City) -> gpd.GeoDataFrame:
    """Draw the demonstration area of one square kilometre around a young centre."""
    rng = dice("demonstration")
    x, y = city.ground.centres_m[6]
    return frame([blob(rng, x, y, 1.02e6, 0.25)])


def _redrawn(xy: Floats) -> Floats:
    """Move a line as another hand would draw it: by up to a metre, to and fro."""
    east = 0.9 * np.sin(xy[:, 1] / 310) + 0.4 * np.sin(xy[:, 0] / 170)
    north = 0.9 * np.sin(xy[:, 0] / 350) + 0.4 * np.sin(xy[:, 1] / 210)
    return xy + np.column_stack([east, north])


def _top_cells(city: City, field: Floats) -> gpd.GeoDataFrame:
    rows, columns = (length // _COARSE for length in field.shape)
    fine = field[: rows * _COARSE, : columns * _COARSE]
    coarse = fine.reshape(rows, _COARSE, columns, _COARSE).mean(axis=(1, 3))
    west = city.ground.x_m[0] - CELL_M / 2 + 1_000.0 * np.arange(columns)
    south = city.ground.y_m[0] - CELL_M / 2 + 1_000.0 * np.arange(rows)
    x_m, y_m = np.meshgrid(west, south)
    cells = shapely.box(x_m, y_m, x_m + 1_000, y_m + 1_000).ravel()
    inside = shapely.contains_xy(city.ground.outline, x_m.ravel() + 500, y_m.ravel() + 500)
    values = np.where(inside, coarse.ravel(), -np.inf)
    top = np.argsort(-values, kind="stable")[: round(_TOP_SHARE * inside.sum())]
    return frame(cells[np.sort(top)])
