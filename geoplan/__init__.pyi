# Written by `make stubs` from the lazy names of this package.
from geoplan.analyses.access.coverage import coverage as coverage
from geoplan.analyses.access.detour import detour as detour
from geoplan.analyses.access.facility_set import facility_set as facility_set
from geoplan.analyses.access.living_circle import living_circle as living_circle
from geoplan.analyses.access.park_access import park_access as park_access
from geoplan.analyses.access.park_tiers import ParkTier as ParkTier
from geoplan.analyses.access.provision import provision as provision
from geoplan.analyses.access.rail_coverage import rail_coverage as rail_coverage
from geoplan.analyses.access.service_radius import service_radius as service_radius
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
from geoplan.analyses.land.ecological_land_share import ecological_land_share as ecological_land_share
from geoplan.analyses.land.green_space_ratio import green_space_ratio as green_space_ratio
from geoplan.analyses.land.park_area_per_capita import park_area_per_capita as park_area_per_capita
from geoplan.analyses.land.red_line_share import red_line_share as red_line_share
from geoplan.analyses.links.connectivity import connectivity as connectivity
from geoplan.analyses.links.length_and_density import length_and_density as length_and_density
from geoplan.analyses.links.shoreline_share import shoreline_share as shoreline_share
from geoplan.analyses.streets.walk_access import WalkAccess as WalkAccess
from geoplan.analyses.tables.attribute_share import attribute_share as attribute_share
from geoplan.analyses.tables.change_table import change_table as change_table
from geoplan.analyses.tables.district_table import district_table as district_table
from geoplan.analyses.tables.intensity import intensity as intensity
from geoplan.analyses.tables.object_inventory import object_inventory as object_inventory
from geoplan.analyses.tables.weighted_mean import weighted_mean as weighted_mean
from geoplan.app.exports.outputs import write_outputs as write_outputs
from geoplan.app.plan.scaffold import scaffold as scaffold
from geoplan.app.run.doctor import DoctorReport as DoctorReport
from geoplan.app.run.doctor import doctor as doctor
from geoplan.app.run.outcome import PlanOutcome as PlanOutcome
from geoplan.app.run.runner import run_plan as run_plan
from geoplan.core.crs import StudyCRS as StudyCRS
from geoplan.core.crs import choose_study_crs as choose_study_crs
from geoplan.core.crs import require_metric_crs as require_metric_crs
from geoplan.core.errors import GeoplanError as GeoplanError
from geoplan.core.errors import GeoplanWarning as GeoplanWarning
from geoplan.core.notices import Notice as Notice
from geoplan.core.record import LoadRecord as LoadRecord
from geoplan.core.record import load_record as load_record
from geoplan.core.results import Measure as Measure
from geoplan.core.results import Result as Result
from geoplan.layers.datums.fits import CoordinateFit as CoordinateFit
from geoplan.layers.datums.fits import affine_coordinates as affine_coordinates
from geoplan.layers.datums.fits import fit_coordinates as fit_coordinates
from geoplan.layers.datums.shifts import bd09_to_wgs84 as bd09_to_wgs84
from geoplan.layers.datums.shifts import bd09mc_to_wgs84 as bd09mc_to_wgs84
from geoplan.layers.datums.shifts import gcj02_to_wgs84 as gcj02_to_wgs84
from geoplan.layers.datums.shifts import wgs84_to_bd09 as wgs84_to_bd09
from geoplan.layers.datums.shifts import wgs84_to_bd09mc as wgs84_to_bd09mc
from geoplan.layers.datums.shifts import wgs84_to_gcj02 as wgs84_to_gcj02
from geoplan.layers.inspection.files import inspect_files as inspect_files
from geoplan.layers.kinds.bus_stops import load_bus_stops as load_bus_stops
from geoplan.layers.kinds.districts import load_districts as load_districts
from geoplan.layers.kinds.facilities import load_facilities as load_facilities
from geoplan.layers.kinds.land import load_land as load_land
from geoplan.layers.kinds.land_cover import LandCover as LandCover
from geoplan.layers.kinds.land_cover import classify_land as classify_land
from geoplan.layers.kinds.land_cover import load_land_cover as load_land_cover
from geoplan.layers.kinds.lines import load_lines as load_lines
from geoplan.layers.kinds.move_inside import move_inside as move_inside
from geoplan.layers.kinds.parks import load_parks as load_parks
from geoplan.layers.kinds.population import load_jobs as load_jobs
from geoplan.layers.kinds.population import load_population as load_population
from geoplan.layers.kinds.rail_stations import load_rail_stations as load_rail_stations
from geoplan.layers.kinds.red_lines import load_red_lines as load_red_lines
from geoplan.layers.kinds.spread_population import spread_population as spread_population
from geoplan.layers.kinds.surface import Surface as Surface
from geoplan.layers.kinds.surface import load_surface as load_surface
from geoplan.layers.network.flaws import NetworkReport as NetworkReport
from geoplan.layers.network.flaws import network_report as network_report
from geoplan.layers.network.flaws import without_islands as without_islands
from geoplan.layers.network.walk_network import WalkNetwork as WalkNetwork
from geoplan.layers.network.walk_network import load_walk_network as load_walk_network
from geoplan.layers.osm.features import load_osm_features as load_osm_features
from geoplan.layers.rasters.class_map import ClassMap as ClassMap
from geoplan.layers.rasters.class_map import LandClass as LandClass
from geoplan.layers.rasters.class_map import preset_classes as preset_classes
from geoplan.layers.rasters.class_map import threshold_map as threshold_map
from geoplan.layers.rasters.grid import RasterGrid as RasterGrid
from geoplan.layers.readers.join_table import join_table as join_table
from geoplan.layers.readers.source import LayerSource as LayerSource
from geoplan.maps.page.basemaps import Basemap as Basemap
from geoplan.maps.page.basemaps import make_basemap as make_basemap
from geoplan.maps.page.map_page import MapPage as MapPage
from geoplan.maps.plans.change import change_map as change_map
from geoplan.maps.plans.compare import compare_map as compare_map
from geoplan.maps.plans.findings import Finding as Finding
from geoplan.maps.plans.overview import overview_map as overview_map
from geoplan.maps.plans.verdicts import verdict_map as verdict_map
from geoplan.maps.themes.choropleth import choropleth_map as choropleth_map
from geoplan.maps.themes.conflicts import conflict_map as conflict_map
from geoplan.maps.themes.coverage import coverage_map as coverage_map
from geoplan.maps.themes.detour import detour_map as detour_map
from geoplan.maps.themes.indicator import indicator_map as indicator_map
from geoplan.maps.themes.living_circle import living_circle_map as living_circle_map
from geoplan.maps.themes.park_access import park_access_map as park_access_map
from geoplan.maps.themes.red_line import red_line_map as red_line_map
__version__: str

__all__ = [
    "Basemap",
    "ClassMap",
    "CoordinateFit",
    "DoctorReport",
    "Finding",
    "GeoplanError",
    "GeoplanWarning",
    "LandClass",
    "LandCover",
    "LayerSource",
    "LoadRecord",
    "MapPage",
    "Measure",
    "NetworkReport",
    "Notice",
    "ParkTier",
    "PlanOutcome",
    "RasterGrid",
    "Result",
    "StudyCRS",
    "Surface",
    "WalkAccess",
    "WalkNetwork",
    "affine_coordinates",
    "attribute_share",
    "bd09_to_wgs84",
    "bd09mc_to_wgs84",
    "buffer_conflict",
    "canopy_in_parks",
    "change_map",
    "change_table",
    "choose_study_crs",
    "choropleth_map",
    "classify_land",
    "compare_map",
    "conflict_map",
    "connectivity",
    "coverage",
    "coverage_map",
    "detour",
    "detour_map",
    "district_table",
    "doctor",
    "ecological_environment_index",
    "ecological_land_share",
    "encroachment",
    "facility_set",
    "fit_coordinates",
    "forest_cover_rate",
    "gcj02_to_wgs84",
    "green_cover_rate",
    "green_space_ratio",
    "indicator_map",
    "inspect_files",
    "intensity",
    "join_table",
    "land_cover_change",
    "landscape_metrics",
    "length_and_density",
    "living_circle",
    "living_circle_map",
    "load_bus_stops",
    "load_districts",
    "load_facilities",
    "load_jobs",
    "load_land",
    "load_land_cover",
    "load_lines",
    "load_osm_features",
    "load_parks",
    "load_population",
    "load_rail_stations",
    "load_record",
    "load_red_lines",
    "load_surface",
    "load_walk_network",
    "make_basemap",
    "move_inside",
    "network_report",
    "object_inventory",
    "overview_map",
    "park_access",
    "park_access_map",
    "park_area_per_capita",
    "preset_classes",
    "provision",
    "rail_coverage",
    "red_line_change",
    "red_line_map",
    "red_line_share",
    "require_metric_crs",
    "run_plan",
    "runoff_coefficient",
    "scaffold",
    "service_radius",
    "shoreline_share",
    "spread_population",
    "threshold_map",
    "verdict_map",
    "weighted_mean",
    "wgs84_to_bd09",
    "wgs84_to_bd09mc",
    "wgs84_to_gcj02",
    "without_islands",
    "write_outputs",
    "zone_screening",
]
