"""
Indicators, one folder a family, and the engines that they share.

An analysis is found by its words beside it (`geoplan.core.declare.found`); what stands here by
name are the engines, for those who build on them.
"""

from collections.abc import Mapping

from geoplan.core.lazy_names import by_name, lazy_names

TYPES = by_name(
    {
        "access.park_tiers": "ParkTier",
        "streets.walk_access": "WalkAccess",
    },
    __name__,
)
"""What the parameters of analyses are made of: name -> module that defines it."""

UNDECLARED = by_name(
    {
        "tables.attribute_share": "attribute_share",
        "conflict.buffer_conflict": "buffer_conflict",
        "cover.canopy_in_parks": "canopy_in_parks",
        "tables.change_table": "change_table",
        "links.connectivity": "connectivity",
        "access.coverage": "coverage",
        "access.detour": "detour",
        "cover.ecological_environment_index": "ecological_environment_index",
        "land.ecological_land_share": "ecological_land_share",
        "conflict.encroachment": "encroachment",
        "cover.forest_cover_rate": "forest_cover_rate",
        "cover.green_cover_rate": "green_cover_rate",
        "land.green_space_ratio": "green_space_ratio",
        "cover.land_cover_change": "land_cover_change",
        "cover.landscape_metrics": "landscape_metrics",
        "links.length_and_density": "length_and_density",
        "access.living_circle": "living_circle",
        "access.park_access": "park_access",
        "land.park_area_per_capita": "park_area_per_capita",
        "access.provision": "provision",
        "access.rail_coverage": "rail_coverage",
        "conflict.red_line_change": "red_line_change",
        "land.red_line_share": "red_line_share",
        "cover.runoff_coefficient": "runoff_coefficient",
        "access.service_radius": "service_radius",
        "links.shoreline_share": "shoreline_share",
        "tables.intensity": "intensity",
        "tables.weighted_mean": "weighted_mean",
        "conflict.zone_screening": "zone_screening",
    },
    __name__,
)
"""Analyses without a declaration: name -> module that defines it."""

ENGINES = by_name(
    {
        "access.provision": "nearest_counts",
        "cells.class_areas": "ClassAreas class_areas",
        "cells.fractions": "CellFractions cell_fractions",
        "cells.zonal_values": "ZonalValues zonal_values",
        "exact.catchment": "Catchment catchment_polygons covered_area_m2 covers_points "
        "make_catchment",
        "streets.entrances": "entrance_counts entrance_notices make_entrances",
        "streets.isochrones": "ReachedPieces isochrones reached_pieces",
        "streets.reach": "Reach cost_at reach",
        "streets.routes": "routes worst_served",
        "streets.snap": "Snapped snap_points",
        "streets.street_area": "street_area",
    },
    __name__,
)
"""Public name -> module that defines it."""


def _homes() -> Mapping[str, str]:
    from geoplan.core.declare.found import own_analyses

    return {**own_analyses(), **UNDECLARED, **TYPES, **ENGINES}


__getattr__, __dir__ = lazy_names(__name__, _homes)
