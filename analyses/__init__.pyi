# Written by `make stubs` from the lazy names of this package.
from geoplan.analyses.access.coverage import coverage as coverage
from geoplan.analyses.access.detour import detour as detour
from geoplan.analyses.access.facility_set import facility_set as facility_set
from geoplan.analyses.access.living_circle import living_circle as living_circle
from geoplan.analyses.access.park_access import park_access as park_access
from geoplan.analyses.access.park_tiers import ParkTier as ParkTier
from geoplan.analyses.access.provision import nearest_counts as nearest_counts
from geoplan.analyses.access.provision import provision as provision
from geoplan.analyses.access.rail_coverage import rail_coverage as rail_coverage
from geoplan.analyses.access.service_radius import service_radius as service_radius
from geoplan.analyses.cells.class_areas import ClassAreas as ClassAreas
from geoplan.analyses.cells.class_areas import class_areas as class_areas
from geoplan.analyses.cells.fractions import CellFractions as CellFractions
from geoplan.analyses.cells.fractions import cell_fractions as cell_fractions
from geoplan.analyses.cells.zonal_values import ZonalValues as ZonalValues
from geoplan.analyses.cells.zonal_values import zonal_values as zonal_values
from geoplan.analyses.conflict.buffer_conflict import buffer_conflict as buffer_conflict
from geoplan.analyses.conflict.encroachment import encroachment as encroachment
from geoplan.analyses.conflict.red_line_change import red_line_change as red_line_change
from geoplan.analyses.conflict.zone_screening import zone_screening as zone_screening
from geoplan.analyses.cover.canopy_in_parks import canopy_in_parks as canopy_in_parks
from geoplan.analyses.cover.ecological_environment_index import ecological_environment_index as ecological_environment_index
from geoplan.analyses.cover.forest_cover_rate import forest_cover_rate as forest_cover_rate
from geoplan.analyses.cover.green_cover_rate import green_cover_rate as green_cover_rate
from geoplan.analyses.cover.land_cover_change import land_cover_change as land_cover_change
from geoplan.analyses.cover.landscape_metrics import landscape_metrics as landscape_metrics
from geoplan.analyses.cover.runoff_coefficient import runoff_coefficient as runoff_coefficient
from geoplan.analyses.exact.catchment import Catchment as Catchment
from geoplan.analyses.exact.catchment import catchment_polygons as catchment_polygons
from geoplan.analyses.exact.catchment import covered_area_m2 as covered_area_m2
from geoplan.analyses.exact.catchment import covers_points as covers_points
from geoplan.analyses.exact.catchment import make_catchment as make_catchment
from geoplan.analyses.land.ecological_land_share import ecological_land_share as ecological_land_share
from geoplan.analyses.land.green_space_ratio import green_space_ratio as green_space_ratio
from geoplan.analyses.land.park_area_per_capita import park_area_per_capita as park_area_per_capita
from geoplan.analyses.land.red_line_share import red_line_share as red_line_share
from geoplan.analyses.links.connectivity import connectivity as connectivity
from geoplan.analyses.links.length_and_density import length_and_density as length_and_density
from geoplan.analyses.links.shoreline_share import shoreline_share as shoreline_share
from geoplan.analyses.streets.entrances import entrance_counts as entrance_counts
from geoplan.analyses.streets.entrances import entrance_notices as entrance_notices
from geoplan.analyses.streets.entrances import make_entrances as make_entrances
from geoplan.analyses.streets.isochrones import ReachedPieces as ReachedPieces
from geoplan.analyses.streets.isochrones import isochrones as isochrones
from geoplan.analyses.streets.isochrones import reached_pieces as reached_pieces
from geoplan.analyses.streets.reach import Reach as Reach
from geoplan.analyses.streets.reach import cost_at as cost_at
from geoplan.analyses.streets.reach import reach as reach
from geoplan.analyses.streets.routes import routes as routes
from geoplan.analyses.streets.routes import worst_served as worst_served
from geoplan.analyses.streets.snap import Snapped as Snapped
from geoplan.analyses.streets.snap import snap_points as snap_points
from geoplan.analyses.streets.street_area import street_area as street_area
from geoplan.analyses.streets.walk_access import WalkAccess as WalkAccess
from geoplan.analyses.tables.attribute_share import attribute_share as attribute_share
from geoplan.analyses.tables.change_table import change_table as change_table
from geoplan.analyses.tables.district_table import district_table as district_table
from geoplan.analyses.tables.intensity import intensity as intensity
from geoplan.analyses.tables.object_inventory import object_inventory as object_inventory
from geoplan.analyses.tables.weighted_mean import weighted_mean as weighted_mean

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
