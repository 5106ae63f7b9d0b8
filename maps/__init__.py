"""Folium maps out of results."""

from geoplan.maps.change import change_map
from geoplan.maps.choropleth import choropleth_map
from geoplan.maps.compare import compare_map
from geoplan.maps.conflicts import conflict_map
from geoplan.maps.coverage import coverage_map
from geoplan.maps.detour import detour_map
from geoplan.maps.findings import Finding
from geoplan.maps.indicator import indicator_map
from geoplan.maps.living_circle import living_circle_map
from geoplan.maps.overview import overview_map
from geoplan.maps.page import MapPage
from geoplan.maps.park_access import park_access_map
from geoplan.maps.red_line import red_line_map
from geoplan.maps.tiles import Basemap, make_basemap
from geoplan.maps.verdicts import verdict_map

__all__ = [
    "Basemap",
    "Finding",
    "MapPage",
    "change_map",
    "choropleth_map",
    "compare_map",
    "conflict_map",
    "coverage_map",
    "detour_map",
    "indicator_map",
    "living_circle_map",
    "make_basemap",
    "overview_map",
    "park_access_map",
    "red_line_map",
    "verdict_map",
]
