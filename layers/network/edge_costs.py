"""What edges of a walk network cost: their length, and more on stairs, crossings and slopes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice
from geoplan.layers.network.build import Edges, Ways
from geoplan.layers.network.slope import slope_factors
from geoplan.layers.osm.tags import KEYS, Mode

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class EdgeCosts:
    """What makes an edge cost something else than its length; None: nothing."""

    stairs_factor: float | None
    crossing_penalty_m: float | None
    elevation: str | None


def check_edge_costs(costs: EdgeCosts, mode: Mode) -> None:
    """
    Refuse costs that mean nothing.

    Raises
    ------
    ParameterError
        If one is out of range, or not for this mode.
    """
    stairs_factor, crossing_penalty_m = costs.stairs_factor, costs.crossing_penalty_m
    if mode not in KEYS:
        raise ParameterError(f"`mode` is {mode!r}; wanted 'walk' or 'cycle'.")
    if costs.elevation is not None and mode != "walk":
        raise ParameterError(
            "`elevation` was given for cycling, but the slope function is one of walking. Leave "
            "it out."
        )
    if stairs_factor is not None and not 1 <= stairs_factor < np.inf:
        raise ParameterError(
            f"`stairs_factor` is {stairs_factor}; a metre of stairs takes as long as 1 or more "
            "metres of flat walking. Leave it out for none."
        )
    if crossing_penalty_m is not None and not 0 <= crossing_penalty_m < np.inf:
        raise ParameterError(
            f"`crossing_penalty_m` is {crossing_penalty_m}; a crossing costs 0 or more metres. "
            "Leave it out for none."
        )


def edge_costs(
    ways: Ways, edges: Edges, costs: EdgeCosts, *, crs: str, subject: str
) -> tuple[Floats, Floats, tuple[Notice, ...]]:
    """Give the cost of each edge along its vertices and against them, and what was left out."""
    way = edges.edge_way
    whole_m = np.bincount(way, edges.length_m, minlength=len(ways.way_id))[way]
    share = np.divide(edges.length_m, whole_m, out=np.ones_like(whole_m), where=whole_m > 0)
    cost_m = edges.length_m
    if ways.given_m is not None:
        given_m = ways.given_m[way]
        cost_m = np.where(np.isnan(given_m), cost_m, given_m * share)
    factors = [np.ones(len(way)), np.ones(len(way))]
    notices: tuple[Notice, ...] = ()
    if costs.elevation is not None:
        slope = slope_factors(
            edges, ways.kinds.structure, elevation=costs.elevation, crs=crs, subject=subject
        )
        factors, notices = [slope.forward, slope.backward], slope.notices
    wait_m = np.zeros(len(way))
    if costs.crossing_penalty_m is not None:
        # Half a crossing is half a wait: a way is often cut in the middle of the street.
        wait_m = np.where(ways.kinds.crossing[way], costs.crossing_penalty_m * share, 0.0)
    if costs.stairs_factor is not None:
        stairs = ways.kinds.stairs[way]
        factors = [np.where(stairs, costs.stairs_factor, factor) for factor in factors]
    direction = ways.kinds.direction[way]
    forward_m, backward_m = (cost_m * factor + wait_m for factor in factors)
    return (
        np.where(direction < 0, np.inf, forward_m),
        np.where(direction > 0, np.inf, backward_m),
        notices,
    )
