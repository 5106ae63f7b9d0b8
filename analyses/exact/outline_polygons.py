"""Drawing an outline as polygons, for maps."""

from typing import Any

import numpy as np
import shapely

from geoplan.analyses.exact.elements import Floats, Geometries, Ints, area_terms, spread
from geoplan.analyses.exact.outline import Outline

_SPECK_M2 = 1e-6


def outline_polygons(outline: Outline, *, quad_segs: int) -> Any:  # noqa: ANN401 (geometry)
    """
    Draw an outline as polygons.

    Parameters
    ----------
    outline : Outline
        What to draw.
    quad_segs : int
        Straight pieces per quarter circle, at least 1.

    Returns
    -------
    Polygon or MultiPolygon
        Valid; empty if there is nothing. Its corners lie on the outline.
    """
    elements, cycles = outline.elements, outline.cycles
    count = len(cycles.first)
    terms = area_terms(
        elements.start,
        elements.end,
        elements.curved,
        elements.radius_m,
        cycles.start[cycles.first][cycles.cycle],
    )
    area_m2 = np.bincount(cycles.cycle, terms, count)
    xy, element = _sampled(outline, quad_segs)
    loop = cycles.cycle[element]
    large = np.abs(area_m2) > _SPECK_M2  # a speck need not even have three corners
    kept, area_m2 = large[loop], area_m2[large]
    order = np.cumsum(large) - 1
    rings = np.asarray(shapely.linearrings(xy[kept], indices=order[loop[kept]]))
    shells, holes = rings[area_m2 > 0], rings[area_m2 < 0]
    drawn = shapely.multipolygons(_with_holes(shells, holes))
    return drawn if shapely.is_valid(drawn) else shapely.make_valid(drawn)


def _sampled(outline: Outline, quad_segs: int) -> tuple[Floats, Ints]:
    """List points along the elements, and the element of each; ends belong to the next."""
    elements = outline.elements
    spoke = elements.start - elements.centre
    chord = np.hypot(*(elements.end - elements.start).T)
    turn = 2 * np.arcsin(np.minimum(chord / (2 * elements.radius_m), 1))
    # Two pieces at least: two arcs can make a loop, and a ring needs three corners.
    steps = np.maximum(np.ceil(turn / (np.pi / 2 / quad_segs) - 1e-9), 2)
    steps = np.where(elements.curved, steps, 1).astype(np.intp)
    element, nth = spread(steps)
    angle = np.arctan2(spoke[:, 1], spoke[:, 0])[element] + (turn / steps)[element] * nth
    unit = np.column_stack([np.cos(angle), np.sin(angle)])
    xy = elements.centre[element] + elements.radius_m * unit
    xy[nth == 0] = elements.start
    return xy + outline.origin, element


def _with_holes(shells: Geometries, holes: Geometries) -> Geometries:
    """Give each hole to the smallest shell around it."""
    solid = np.asarray(shapely.polygons(shells))
    if not len(holes):
        return solid
    shapely.prepare(solid)
    tree = shapely.STRtree(
        np.asarray(shapely.points(shapely.get_coordinates(holes)[_first(holes)]))
    )
    shell, hole = tree.query(solid, "intersects")
    order = np.lexsort((shapely.area(solid)[shell], hole))
    hole, first = np.unique(hole[order], return_index=True)
    shell = shell[order][first]
    by_shell = np.argsort(shell, kind="stable")
    pierced, start = np.unique(shell[by_shell], return_index=True)
    groups = np.split(holes[hole[by_shell]], start[1:])
    for position, group in zip(pierced, groups, strict=True):  # as many as there are such shells
        solid[position] = shapely.polygons(shells[position], holes=group)
    return solid


def _first(rings: Geometries) -> Ints:
    """Position of the first point of each ring among the points of all."""
    counts = shapely.get_num_coordinates(rings)
    return np.asarray(np.cumsum(counts) - counts)
