"""Data in: one module per kind of layer, readers per kind of source, datum shifts, repair."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoplan.layers.kinds.bus_stops import load_bus_stops
    from geoplan.layers.rasters.class_map import ClassMap, LandClass, preset_classes, threshold_map
    from geoplan.layers.kinds.move_inside import move_inside
    from geoplan.layers.kinds.spread_population import spread_population
    from geoplan.layers.kinds.districts import load_districts
    from geoplan.layers.kinds.facilities import load_facilities
    from geoplan.layers.datums.fits import CoordinateFit, affine_coordinates, fit_coordinates
    from geoplan.layers.rasters.grid import RasterGrid
    from geoplan.layers.kinds.land import load_land
    from geoplan.layers.kinds.land_cover import LandCover, classify_land, load_land_cover
    from geoplan.layers.kinds.lines import load_lines
    from geoplan.layers.network.flaws import NetworkReport, network_report, without_islands
    from geoplan.layers.osm.features import load_osm_features
    from geoplan.layers.kinds.parks import load_parks
    from geoplan.layers.kinds.population import load_jobs, load_population
    from geoplan.layers.kinds.rail_stations import load_rail_stations
    from geoplan.layers.kinds.red_lines import load_red_lines
    from geoplan.layers.readers.source import LayerSource
    from geoplan.layers.kinds.surface import Surface, load_surface
    from geoplan.layers.readers.join_table import join_table
    from geoplan.layers.network.walk_network import WalkNetwork, load_walk_network

_HOMES = {
    "ClassMap": "class_map",
    "CoordinateFit": "fits",
    "LandClass": "class_map",
    "LandCover": "land_cover",
    "LayerSource": "source",
    "NetworkReport": "network_flaws",
    "RasterGrid": "grid",
    "Surface": "surface",
    "WalkNetwork": "walk_network",
    "affine_coordinates": "fits",
    "classify_land": "land_cover",
    "fit_coordinates": "fits",
    "join_table": "table_join",
    "load_bus_stops": "bus_stops",
    "load_districts": "districts",
    "load_facilities": "facilities",
    "load_jobs": "population",
    "load_land": "land",
    "load_land_cover": "land_cover",
    "load_lines": "lines",
    "load_osm_features": "osm_features",
    "load_parks": "parks",
    "load_population": "population",
    "load_rail_stations": "rail_stations",
    "load_red_lines": "red_lines",
    "load_surface": "surface",
    "load_walk_network": "walk_network",
    "move_inside": "coast",
    "network_report": "network_flaws",
    "preset_classes": "class_map",
    "spread_population": "dasymetric",
    "threshold_map": "class_map",
    "without_islands": "network_flaws",
}

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
    "classify_land",
    "fit_coordinates",
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
    "without_islands",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 (whatever the name stands for)
    if name in _HOMES:
        return getattr(import_module(f"geoplan.layers.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'geoplan.layers' has no attribute {name!r}")
