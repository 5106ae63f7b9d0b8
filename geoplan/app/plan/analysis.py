"""One analysis as a plan sees it: its keys, its layers, its unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from geoplan.app.plan.tables import WALK_NETWORK, IndicatorTable
from geoplan.core.columns import LAND_LAYERS
from geoplan.core.declare.analysis import Analysis as Declaration

DISTRICTS = "districts"
"""The layer that every plan has."""

AREAS = ("facilities", "land", *LAND_LAYERS)
"""Kinds of layer that may hold areas of any sort."""

POINTS = ("facilities", "bus_stops", "rail_stations")
"""Kinds of layer that may hold points of any sort."""

FACILITIES = (*POINTS, "lines", "parks", "land", *LAND_LAYERS)
"""Kinds of layer that people can go to."""

WALK_LAYERS: Mapping[str, tuple[str, ...]] = {
    "network": (WALK_NETWORK,),
    "entrances": POINTS,
    "gates": POINTS,
    "barriers": (*AREAS, "lines", "red_lines", "parks"),
}
"""Keys that name a layer for distances along streets, and the kinds that fit."""


@dataclass(frozen=True)
class Analysis:
    """
    One analysis as a plan sees it.

    Parameters
    ----------
    name : str
        As in ``analysis = "…"``, and in `geoplan.analyses`.
    table : type of IndicatorTable
        Its keys.
    layers : mapping of str to tuple of str
        Parameters that name a layer, the first of them positional, and the kinds that fit. One
        that the plan may leave out is optional in `table`.
    unit : str
        Unit of its measures.
    direction : {"up", "down"}, optional
        Which way is better, where what is measured says so; None where it is for the row of the
        catalogue or the plan to say (a share of objects may be good or bad).
    whole : {"places", "districts"}
        Whether the whole is of the ground, however districts cut it, or counts districts or units.
    whole_part : str
        Part that a target means when it names none.
    measures : mapping of str to str
        Unit by what is measured (the ``of`` of its measures), of an analysis that measures several
        things; ``target_of`` says which of them a target speaks of. Empty where the plan's own
        ``of`` says it and `unit` holds for all.
    declared : geoplan.core.declare.analysis.Analysis, optional
        The declaration it was made from.
    """

    name: str
    table: type[IndicatorTable]
    layers: Mapping[str, tuple[str, ...]]
    unit: str = "1"
    direction: Literal["up", "down"] | None = None
    whole: Literal["places", "districts"] = "places"
    whole_part: str = ""
    measures: Mapping[str, str] = field(default_factory=dict)
    declared: Declaration | None = None
