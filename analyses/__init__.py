"""
One module per kernel: pure functions on layers, no files, no printing.

Functions are imported here and not on first use, because most share their name with the module
that holds them: ``geoplan.analyses.access.coverage`` is the function.
"""

from geoplan.analyses.tables.attribute_share import attribute_share
from geoplan.analyses.conflict.buffer_conflict import buffer_conflict
from geoplan.analyses.cover.canopy_in_parks import canopy_in_parks
from geoplan.analyses.cells.class_areas import ClassAreas, class_areas
from geoplan.analyses.cells.fractions import CellFractions, cell_fractions
from geoplan.analyses.cells.zonal_values import ZonalValues, zonal_values
from geoplan.analyses.tables.change_table import change_table
from geoplan.analyses.links.connectivity import connectivity
from geoplan.analyses.access.coverage import coverage
from geoplan.analyses.access.detour import detour
from geoplan.analyses.tables.district_table import district_table
from geoplan.analyses.cover.ecological_environment_index import ecological_environment_index
from geoplan.analyses.land.ecological_land_share import ecological_land_share
from geoplan.analyses.conflict.encroachment import encroachment
from geoplan.analyses.exact.catchment import (
    Catchment,
    catchment_polygons,
    covered_area_m2,
    covers_points,
    make_catchment,
)
from geoplan.analyses.access.facility_set import facility_set
from geoplan.analyses.cover.forest_cover_rate import forest_cover_rate
from geoplan.analyses.cover.green_cover_rate import green_cover_rate
from geoplan.analyses.land.green_space_ratio import green_space_ratio
from geoplan.analyses.tables.intensity import intensity
from geoplan.analyses.cover.land_cover_change import land_cover_change
from geoplan.analyses.cover.landscape_metrics import landscape_metrics
from geoplan.analyses.links.length_and_density import length_and_density
from geoplan.analyses.access.living_circle import living_circle
from geoplan.analyses.tables.object_inventory import object_inventory
from geoplan.analyses.access.park_access import park_access
from geoplan.analyses.land.park_area_per_capita import park_area_per_capita
from geoplan.analyses.access.park_tiers import ParkTier
from geoplan.analyses.access.provision import nearest_counts, provision
from geoplan.analyses.access.rail_coverage import rail_coverage
from geoplan.analyses.conflict.red_line_change import red_line_change
from geoplan.analyses.land.red_line_share import red_line_share
from geoplan.analyses.cover.runoff_coefficient import runoff_coefficient
from geoplan.analyses.access.service_radius import service_radius
from geoplan.analyses.links.shoreline_share import shoreline_share
from geoplan.analyses.streets.entrances import entrance_counts, entrance_notices, make_entrances
from geoplan.analyses.streets.isochrones import ReachedPieces, isochrones, reached_pieces
from geoplan.analyses.streets.reach import Reach, cost_at, reach
from geoplan.analyses.streets.routes import routes, worst_served
from geoplan.analyses.streets.snap import Snapped, snap_points
from geoplan.analyses.streets.street_area import street_area
from geoplan.analyses.streets.walk_access import WalkAccess
from geoplan.analyses.tables.weighted_mean import weighted_mean
from geoplan.analyses.conflict.zone_screening import zone_screening

__all__ = [
    "Catchment",
    "CellFractions",
    "ClassAreas",
    "ParkTier",
    "Reach",
    "ReachedPieces",
    "Snapped",
    "WalkAccess",
    "ZonalValues",
    "attribute_share",
    "buffer_conflict",
    "canopy_in_parks",
    "catchment_polygons",
    "cell_fractions",
    "change_table",
    "class_areas",
    "connectivity",
    "cost_at",
    "coverage",
    "covered_area_m2",
    "covers_points",
    "detour",
    "district_table",
    "ecological_environment_index",
    "ecological_land_share",
    "encroachment",
    "entrance_counts",
    "entrance_notices",
    "facility_set",
    "forest_cover_rate",
    "green_cover_rate",
    "green_space_ratio",
    "intensity",
    "isochrones",
    "land_cover_change",
    "landscape_metrics",
    "length_and_density",
    "living_circle",
    "make_catchment",
    "make_entrances",
    "nearest_counts",
    "object_inventory",
    "park_access",
    "park_area_per_capita",
    "provision",
    "rail_coverage",
    "reach",
    "reached_pieces",
    "red_line_change",
    "red_line_share",
    "routes",
    "runoff_coefficient",
    "service_radius",
    "shoreline_share",
    "snap_points",
    "street_area",
    "weighted_mean",
    "worst_served",
    "zonal_values",
    "zone_screening",
]
