"""Residents and jobs of the fictional city, as counts per cell of the grid."""

import numpy as np
import shapely

from geoplan.app.city.terrain import Floats, Terrain, smooth_noise

RESIDENTS = 2_860_000
JOBS = 1_520_000
_SIZES = (1.0, 0.62, 0.5, 0.55, 0.45, 0.4, 0.42, 0.3)


def make_people(
    rng: np.random.Generator, terrain: Terrain, built_up: shapely.MultiPolygon
) -> tuple[Floats, Floats]:
    """
    Spread residents and jobs over the grid.

    Returns
    -------
    tuple of ndarray
        Residents and jobs per cell, rows from south to north; whole numbers that sum to
        `RESIDENTS` and `JOBS`.
    """
    x_m, y_m = terrain.mesh
    points = shapely.points(x_m.ravel(), y_m.ravel())
    inside = shapely.contains(terrain.outline.buffer(-60), points).reshape(x_m.shape)
    to_town = shapely.distance(points, built_up).reshape(x_m.shape)
    town = np.exp(-to_town / 120) * inside
    centres = list(zip(terrain.centres_m, _SIZES, strict=True))
    distances = [np.hypot(x_m - x, y_m - y) for (x, y), _ in centres]
    homes = sum(
        size * np.exp(-distance / 1_900)
        for distance, (_, size) in zip(distances, centres, strict=True)
    )
    offices = sum(
        size**1.5 * np.exp(-distance / 950)
        for distance, (_, size) in zip(distances, centres, strict=True)
    )
    grain = np.exp(0.55 * smooth_noise(rng, x_m.shape, 1.6))
    grain_jobs = np.exp(0.8 * smooth_noise(rng, x_m.shape, 2.0))
    residents = _round_to(town * (homes + 0.05) * grain, RESIDENTS)
    jobs = _round_to(town * (offices + 0.03) * grain_jobs, JOBS)
    return residents, jobs


def _round_to(field: Floats, total: int) -> Floats:
    """Round to whole people and keep the total, by the largest remainders."""
    exact = field / field.sum() * total
    whole = np.floor(exact)
    missing = int(total - whole.sum())
    order = np.argsort(-(exact - whole).ravel(), kind="stable")[:missing]
    whole.ravel()[order] += 1
    return np.asarray(whole)
