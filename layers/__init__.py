"""Data in: kinds of layer, readers per kind of source, datum shifts, repairs, networks."""

from geoplan.core.lazy_names import by_name, lazy_names

HOMES = by_name(
    {
        "datums.fits": "CoordinateFit affine_coordinates fit_coordinates",
        "datums.shifts": "bd09_to_wgs84 bd09mc_to_wgs84 gcj02_to_wgs84 "
        "wgs84_to_bd09 wgs84_to_bd09mc wgs84_to_gcj02",
        "inspection.files": "inspect_files",
        "kinds.bus_stops": "load_bus_stops",
        "kinds.districts": "load_districts",
        "kinds.facilities": "load_facilities",
        "kinds.land": "load_land",
        "kinds.land_cover": "LandCover classify_land load_land_cover",
        "kinds.lines": "load_lines",
        "kinds.move_inside": "move_inside",
        "kinds.parks": "load_parks",
        "kinds.population": "load_jobs load_population",
        "kinds.rail_stations": "load_rail_stations",
        "kinds.red_lines": "load_red_lines",
        "kinds.spread_population": "spread_population",
        "kinds.surface": "Surface load_surface",
        "network.flaws": "NetworkReport network_report without_islands",
        "network.walk_network": "WalkNetwork load_walk_network",
        "osm.features": "load_osm_features",
        "rasters.class_map": "ClassMap LandClass preset_classes threshold_map",
        "rasters.grid": "RasterGrid",
        "readers.join_table": "join_table",
        "readers.source": "LayerSource",
    },
    __name__,
)
"""Public name -> module that defines it."""

__getattr__, __dir__ = lazy_names(__name__, lambda: HOMES)
