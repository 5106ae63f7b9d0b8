"""The ground of the fictional city: outline, hills, river, centres, and the grid they share."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import contourpy
import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AREA_M2 = 388.59e6
"""Area of the district: that of Longgang in its 13th five-year plan."""
ECO_SHARE = 0.4661
"""Share inside the ecological control line: the 46.6 % of the same table, and a little more."""
ORIGIN_M = (520_000.0, 2_510_000.0)
"""Middle of the city in EPSG:4547: open country on a map that does not exist."""
CELL_M = 200.0
_HALF_WIDTH_M, _HALF_HEIGHT_M = 17_000.0, 12_000.0


@dataclass(frozen=True)
class Terrain:
    """
    The ground, on a grid of `CELL_M` and as polygons in EPSG:4547.

    Parameters
    ----------
    x_m, y_m : ndarray
        Cell centres, west to east and south to north.
    height : ndarray, rows by y, columns by x
        Relative height in [0, 1]; 0 in the valleys.
    outline : Polygon
        The district.
    river : LineString
        The river's middle line.
    centres_m : ndarray, k × 2
        Town centres, the largest first.
    """

    x_m: Floats
    y_m: Floats
    height: Floats
    outline: shapely.Polygon
    river: shapely.LineString
    centres_m: Floats

    @property
    def mesh(self) -> tuple[Floats, Floats]:
        """Coordinates of every cell centre."""
        x_m, y_m = np.meshgrid(self.x_m, self.y_m)
        return x_m, y_m


def smooth_noise(
    rng: np.random.Generator, shape: tuple[int, int], wavelength_cells: float
) -> Floats:
    """Draw a smooth random field with mean 0 and deviation 1, its waves about so many cells."""
    white = np.fft.rfft2(rng.standard_normal(shape))
    fy, fx = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :]
    field = np.fft.irfft2(white * np.exp(-((fx**2 + fy**2) * wavelength_cells**2)), shape)
    return np.asarray((field - field.mean()) / field.std())


def make_terrain(rng: np.random.Generator) -> Terrain:
    """Make the ground."""
    x_m = ORIGIN_M[0] + np.arange(-_HALF_WIDTH_M, _HALF_WIDTH_M + 1, CELL_M)
    y_m = ORIGIN_M[1] + np.arange(-_HALF_HEIGHT_M, _HALF_HEIGHT_M + 1, CELL_M)
    outline = _outline(rng)
    river = _river(rng)
    centres_m = np.array(ORIGIN_M) + 1_000.0 * np.array(
        [[-1.2, 0.6], [6.9, 2.6], [-8.0, -2.4], [2.4, -5.4], [-5.6, 5.6], [11.0, -1.8], [4.6, 6.3],
         [-11.5, 2.0]]
    )  # fmt: skip
    grid_x, grid_y = np.meshgrid(x_m, y_m)
    points = shapely.points(grid_x.ravel(), grid_y.ravel())
    noise = 0.7 * smooth_noise(rng, grid_x.shape, 22) + 0.2 * smooth_noise(rng, grid_x.shape, 8)
    to_river = shapely.distance(points, river).reshape(grid_x.shape)
    to_centre = np.min([np.hypot(grid_x - x, grid_y - y) for x, y in centres_m], axis=0)
    height = noise + 0.8 * np.tanh(to_river / 3_500) + 2.9 * np.tanh(to_centre / 3_800)
    height = (height - height.min()) / (height.max() - height.min())
    return Terrain(x_m, y_m, height, outline, river, centres_m)


def contour_polygon(terrain: Terrain, field: Floats, above: float) -> shapely.MultiPolygon:
    """Draw the land where `field` exceeds `above`, with smooth edges, inside the outline."""
    generator = contourpy.contour_generator(
        terrain.x_m, terrain.y_m, field, fill_type=contourpy.FillType.OuterOffset
    )
    filled: Any = generator.filled(above, np.inf)
    points, offsets = filled
    polygons = [
        shapely.Polygon(rings[0], rings[1:])
        for rings in (
            [ring[a:b] for a, b in pairwise(cuts)]
            for ring, cuts in zip(points, offsets, strict=True)
        )
        if len(rings[0]) > 3
    ]
    land = shapely.make_valid(shapely.union_all(polygons)).buffer(60).buffer(-60)
    return as_multipolygon(land.intersection(terrain.outline))


def contour_of_share(
    terrain: Terrain, field: Floats, area_m2: float, smallest_m2: float
) -> shapely.MultiPolygon:
    """Draw the highest land of `field` that has `area_m2`, without islets below `smallest_m2`."""
    low, high = float(field.min()), float(field.max())
    land = contour_polygon(terrain, field, low)
    for _ in range(28):
        middle = (low + high) / 2
        parts = contour_polygon(terrain, field, middle).geoms
        land = shapely.MultiPolygon([part for part in parts if part.area >= smallest_m2])
        low, high = (middle, high) if land.area > area_m2 else (low, middle)
    return land


def as_multipolygon(geometry: shapely.Geometry) -> shapely.MultiPolygon:
    """Keep the areal parts of a geometry."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.MultiPolygon(
        [part for part in parts if part.geom_type == "Polygon" and part.area > 1]
    )


def blob(
    rng: np.random.Generator, x_m: float, y_m: float, area_m2: float, roughness: float
) -> shapely.Polygon:
    """Draw a rounded, irregular shape of a given area around a point."""
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    waves = np.arange(2, 6)
    amplitude = roughness * rng.standard_normal(len(waves)) / waves
    phase = rng.uniform(0, 2 * np.pi, len(waves))
    radius = 1 + (amplitude[:, None] * np.cos(waves[:, None] * angle + phase[:, None])).sum(axis=0)
    radius = np.clip(radius, 0.45, 1.8)
    stretch, turn = rng.uniform(0.7, 1.4), rng.uniform(0, np.pi)
    east, north = radius * np.cos(angle) * stretch, radius * np.sin(angle) / stretch
    shape = shapely.Polygon(
        np.column_stack(
            [
                east * np.cos(turn) - north * np.sin(turn),
                east * np.sin(turn) + north * np.cos(turn),
            ]
        )
    )
    scale = np.sqrt(area_m2 / shape.area)
    return shapely.transform(shape, lambda xy: xy * scale + np.array([x_m, y_m]))


def _outline(rng: np.random.Generator) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    radius = 1 + sum(
        0.24 / wave * np.cos(wave * angle + phase)
        for wave, phase in zip(range(2, 16), rng.uniform(0, 2 * np.pi, 14), strict=True)
    )
    shape = shapely.Polygon(np.column_stack([radius * np.cos(angle) * 1.5, radius * np.sin(angle)]))
    scale = np.sqrt(AREA_M2 / shape.area)
    middle = np.array(ORIGIN_M) - scale * np.array(shape.centroid.coords[0])
    return shapely.transform(shape, lambda xy: xy * scale + middle)


def _river(rng: np.random.Generator) -> shapely.LineString:
    east = np.linspace(-19_000, 19_000, 300)
    phase = rng.uniform(0, 2 * np.pi, 3)
    north = (
        -2_600
        + 1_900 * np.sin(east / 5_200 + phase[0])
        + 700 * np.sin(east / 2_100 + phase[1])
        + 160 * np.sin(east / 700 + phase[2])
        + 0.12 * east
    )
    return shapely.LineString(np.column_stack([east, north]) + np.array(ORIGIN_M))
