"""The land cover of the fictional city at two dates, as a raster of WorldCover's codes."""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import zoom

from geoplan.app.city.build import City
from geoplan.app.city.drawing import dice
from geoplan.app.city.terrain import CELL_M, Floats, smooth_noise

CELL_COVER_M = 25.0
_FINE = int(CELL_M / CELL_COVER_M)
_TREES, _SHRUB, _GRASS, _CROPS, _BUILT, _BARE, _WATER, _WET, _MANGROVE = (
    *(10, 20, 30, 40, 50, 60, 80, 90, 95),
)
_OPENED_SINCE = 6.2e6


@dataclass(frozen=True)
class Cover:
    """
    Land cover, rows from north to south.

    Parameters
    ----------
    now, before : ndarray of uint8
        Codes of ESA WorldCover.
    west_m, north_m : float
        The upper left corner, in EPSG:4547.
    """

    now: NDArray[np.uint8]
    before: NDArray[np.uint8]
    west_m: float
    north_m: float


def make_cover(city: City, water: list[shapely.Geometry], wet: gpd.GeoDataFrame,
               mangroves: gpd.GeoDataFrame, bare: gpd.GeoDataFrame) -> Cover:  # fmt: skip
    """
    Draw the land cover.

    Parameters
    ----------
    city : City
        The city.
    water : list of Polygon
        Standing water and the sea.
    wet, mangroves, bare : GeoDataFrame
        What covers the ground whatever else would grow there.

    Returns
    -------
    Cover
        Now, and five years before: more fields, fewer houses.
    """
    rng = dice("cover")
    ground = city.ground
    shape = (len(ground.y_m) * _FINE, len(ground.x_m) * _FINE)
    west = ground.x_m[0] - CELL_M / 2
    north = ground.y_m[-1] + CELL_M / 2
    grain = _noise(rng, shape, 2)
    wide = _noise(rng, shape, 14)

    def burnt(shapes: object) -> NDArray[np.bool_]:
        return _burnt(shapes, shape, west, north)

    eco, town = burnt(city.eco_line.geometry), burnt(city.built_up.geometry)
    codes = np.full(shape, _CROPS, dtype=np.uint8)
    codes[wide + 0.4 * grain > -0.1] = _TREES
    codes[(wide + 0.4 * grain > -0.4) & (wide + 0.4 * grain <= -0.1)] = _SHRUB
    codes[eco & (wide + 0.5 * grain > -1.5)] = _TREES
    codes[eco & (grain < -1.7)] = _GRASS
    _fill_town(codes, town, burnt, city, grain)
    parks = burnt(city.parks.geometry)
    codes[parks] = np.where(grain[parks] > -0.35, _TREES, _GRASS)
    codes[burnt(city.roads.geometry.buffer(16))] = _BUILT
    before = codes.copy()
    young = _youngest(town & ~parks, wide + 0.3 * grain)
    before[young & (codes == _BUILT)] = _CROPS
    before[eco & (grain > 2.1)] = _BARE
    for drawn in (codes, before):
        drawn[burnt(bare.geometry)] = _BARE
        drawn[burnt(wet.geometry)] = _WET
        drawn[burnt([*water, *city.water.geometry])] = _WATER
    codes[burnt(mangroves.geometry)] = _MANGROVE
    return Cover(codes, before, float(west), float(north))


def _fill_town(
    codes: NDArray[np.uint8],
    town: NDArray[np.bool_],
    burnt: Callable[[object], NDArray[np.bool_]],
    city: City,
    grain: Floats,
) -> None:
    """Cover the town: houses, and trees and lawns between them, fewest in industry."""
    parcels, kinds = city.land_use.geometry.to_numpy(), city.land_use["DLBM"].to_numpy()
    codes[town] = np.where(grain[town] > 0.95, _TREES, _BUILT)
    for kind, trees in (("R", 0.42), ("A", 0.30), ("B", 0.85), ("M", 1.15), ("G2", -1.2)):
        inside = burnt(parcels[kinds == kind])
        codes[inside] = np.select(
            [grain[inside] > trees, grain[inside] > trees - 0.15], [_TREES, _GRASS], _BUILT
        )


def _youngest(town: NDArray[np.bool_], field: Floats) -> NDArray[np.bool_]:
    """Choose the parts of town that were built last: as much land as was opened since."""
    cells = round(_OPENED_SINCE / CELL_COVER_M**2)
    values = np.where(town, field, -np.inf)
    return np.asarray(values >= np.partition(values.ravel(), -cells)[-cells])


def _noise(rng: np.random.Generator, shape: tuple[int, int], waves: float) -> Floats:
    """Draw a smooth field in steps of four cells, and refine it."""
    coarse = smooth_noise(rng, (shape[0] // 4, shape[1] // 4), waves)
    return np.asarray(zoom(coarse, (shape[0] / coarse.shape[0], shape[1] / coarse.shape[1]),
                           order=1))  # fmt: skip


def _burnt(shapes: object, shape: tuple[int, int], west: float, north: float) -> NDArray[np.bool_]:
    from rasterio import Affine
    from rasterio.features import rasterize

    transform = Affine(CELL_COVER_M, 0, west, 0, -CELL_COVER_M, north)
    drawn = [one for one in np.asarray(shapes, dtype=object) if not shapely.is_empty(one)]
    if not drawn:
        return np.zeros(shape, dtype=bool)
    return np.asarray(rasterize(drawn, out_shape=shape, transform=transform).astype(bool))
