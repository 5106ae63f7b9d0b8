"""What several catchments reach at once: the demand inside every one of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.exact.catchment import Catchment, catchment_polygons, covered_area_m2
from geoplan.analyses.shared.area_share import area_inside
from geoplan.analyses.shared.demand_pieces import DemandPieces
from geoplan.core.true_size import true_area_m2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

ARC_SEGMENTS = 1024
"""Segments per full circle of a catchment that is drawn in order to cut with it."""

AREA_ERROR = 1 - math.sin(math.tau / ARC_SEGMENTS) / (math.tau / ARC_SEGMENTS)
"""Share of a circle that so many segments leave out: 6.3e-6."""

_WHOLE = 1e-9  # shares nearer to 0 or 1 than the kernel's own accuracy are 0 or 1


@dataclass(frozen=True)
class CommonReach:
    """
    How much of each piece of demand lies in every catchment.

    Parameters
    ----------
    amount : array of float, n
        In the unit of the pieces.
    drawn : int
        How many pieces needed catchments drawn as polygons; the rest is exact.
    """

    amount: "Floats"
    drawn: int


def reached_by_all(
    pieces: DemandPieces, served: "Sequence[Floats]", catchments: Sequence[Catchment]
) -> CommonReach:
    """
    Measure how much of each piece lies in every catchment.

    Parameters
    ----------
    pieces : DemandPieces, n pieces
        From `geoplan.analyses.shared.demand.demand_pieces`.
    served : sequence of array of float, n
        Amount of each piece in each catchment, from `geoplan.analyses.shared.demand.served_amount`.
    catchments : sequence of Catchment
        In the same order.

    Returns
    -------
    CommonReach
        Amounts, and how many pieces were measured with drawn catchments.

    Notes
    -----
    A piece outside one catchment is not reached; one wholly inside all but one is reached as far
    as by that one: exact, and that settles points and nearly all grid cells. A piece that two or
    more catchments cut through is cut with all of them but the first, drawn with `ARC_SEGMENTS`
    segments per circle, and measured exactly in the first; each drawn catchment is at most
    `AREA_ERROR` of its area too small, so the result is never too large.
    """
    shares = np.ones((len(served), len(pieces.amount)))
    with np.errstate(invalid="ignore", divide="ignore"):
        for row, amount in enumerate(served):
            shares[row] = np.where(pieces.amount == 0, 0, amount / pieces.amount)
    shares[shares < _WHOLE] = 0
    shares[shares > 1 - _WHOLE] = 1
    common = shares.prod(axis=0)
    partial = ((shares > 0) & (shares < 1)).sum(axis=0)
    unsettled = np.flatnonzero((partial > 1) & (common > 0))
    if len(unsettled):
        regions = pieces.geometry[unsettled]
        inside_m2 = covered_area_m2(_cut_by(regions, catchments[1:]), catchments[0])
        common[unsettled] = np.clip(inside_m2 / true_area_m2(regions), 0, 1)
        # Cutting cannot reach more than any catchment does alone; rounding might.
        common[unsettled] = np.minimum(common[unsettled], shares[:, unsettled].min(axis=0))
    return CommonReach(common * pieces.amount, len(unsettled))


def _cut_by(regions: "Geometries", catchments: Sequence[Catchment]) -> "Geometries":
    left = np.array(regions)
    for catchment in catchments:
        drawn = catchment_polygons(catchment, quad_segs=ARC_SEGMENTS // 4)
        inside = area_inside(np.array([drawn]), left)
        left = np.full(len(regions), shapely.Polygon(), dtype=object)
        left[inside.district] = inside.geometry
    return left
