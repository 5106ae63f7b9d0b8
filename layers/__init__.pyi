# Written by `make stubs` from the lazy names of this package.
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

__all__ = [
    "ClassMap",
    "CoordinateFit",
    "LandClass",
    "LandCover",
    "LayerSource",
    "NetworkReport",
    "RasterGrid",
    "Surface",
    "WalkNetwork",
    "affine_coordinates",
    "bd09_to_wgs84",
    "bd09mc_to_wgs84",
    "classify_land",
    "fit_coordinates",
    "gcj02_to_wgs84",
    "inspect_files",
    "join_table",
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
    "load_red_lines",
    "load_surface",
    "load_walk_network",
    "move_inside",
    "network_report",
    "preset_classes",
    "spread_population",
    "threshold_map",
    "wgs84_to_bd09",
    "wgs84_to_bd09mc",
    "wgs84_to_gcj02",
    "without_islands",
]
