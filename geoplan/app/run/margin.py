"""The margin of a plan: how far beyond the districts facilities are kept."""

from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.app.plan.plan_file import Plan, layer_kind
from geoplan.core.notices import Notice
from geoplan.core.record import attach_record, load_record

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_FACILITY_KINDS = ("parks", "bus_stops", "rail_stations", "facilities")


def within_margin(
    layer: "GeoDataFrame", districts: "GeoDataFrame", name: str, plan: Plan
) -> "GeoDataFrame":
    """
    Leave out facilities farther from the districts than the plan's margin, and count them.

    Parameters
    ----------
    layer, districts : GeoDataFrame
        In the study CRS.
    name : str
        Name of the layer.
    plan : Plan
        With or without ``margin_m``.

    Returns
    -------
    GeoDataFrame
        The layer, or what is near.
    """
    margin_m = plan.head.margin_m
    if margin_m is None or layer_kind(name, plan.layers[name]) not in _FACILITY_KINDS:
        return layer
    import numpy as np

    rows, _ = districts.sindex.query(layer.geometry, predicate="dwithin", distance=margin_m)
    near = np.unique(rows)
    if len(near) == len(layer):
        return layer
    record = load_record(layer)
    notice = Notice(
        "beyond_margin",
        name,
        count=len(layer) - len(near),
        total=len(layer),
        values={"margin_m": margin_m},
    )
    kept = layer.iloc[near].reset_index(drop=True)
    notices = (*record.notices, notice)
    return attach_record(kept, replace(record, rows_kept=len(kept), notices=notices))
