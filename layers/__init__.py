"""Data in: one module per kind of layer, readers per kind of source, datum shifts, repair."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoplan.layers.bus_stops import load_bus_stops
    from geoplan.layers.districts import load_districts
    from geoplan.layers.facilities import load_facilities
    from geoplan.layers.fits import CoordinateFit, affine_coordinates, fit_coordinates
    from geoplan.layers.land import load_land
    from geoplan.layers.lines import load_lines
    from geoplan.layers.network_flaws import NetworkReport, network_report, without_islands
    from geoplan.layers.osm_features import load_osm_features
    from geoplan.layers.parks import load_parks
    from geoplan.layers.population import load_jobs, load_population
    from geoplan.layers.rail_stations import load_rail_stations
    from geoplan.layers.red_lines import load_red_lines
    from geoplan.layers.source import LayerSource
    from geoplan.layers.walk_network import WalkNetwork, load_walk_network

_HOMES = {
    "CoordinateFit": "fits",
    "LayerSource": "source",
    "NetworkReport": "network_flaws",
    "WalkNetwork": "walk_network",
    "affine_coordinates": "fits",
    "fit_coordinates": "fits",
    "load_bus_stops": "bus_stops",
    "load_districts": "districts",
    "load_facilities": "facilities",
    "load_jobs": "population",
    "load_land": "land",
    "load_lines": "lines",
    "load_osm_features": "osm_features",
    "load_parks": "parks",
    "load_population": "population",
    "load_rail_stations": "rail_stations",
    "load_red_lines": "red_lines",
    "load_walk_network": "walk_network",
    "network_report": "network_flaws",
    "without_islands": "network_flaws",
}

__all__ = [
    "CoordinateFit",
    "LayerSource",
    "NetworkReport",
    "WalkNetwork",
    "affine_coordinates",
    "fit_coordinates",
    "load_bus_stops",
    "load_districts",
    "load_facilities",
    "load_jobs",
    "load_land",
    "load_lines",
    "load_osm_features",
    "load_parks",
    "load_population",
    "load_rail_stations",
    "load_red_lines",
    "load_walk_network",
    "network_report",
    "without_islands",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 (whatever the name stands for)
    if name in _HOMES:
        return getattr(import_module(f"geoplan.layers.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'geoplan.layers' has no attribute {name!r}")
