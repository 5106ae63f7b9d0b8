"""Folium maps out of results."""

from geoplan.maps.plans.change import change_map
from geoplan.maps.themes.choropleth import choropleth_map
from geoplan.maps.plans.compare import compare_map
from geoplan.maps.themes.conflicts import conflict_map
from geoplan.maps.themes.coverage import coverage_map
from geoplan.maps.themes.detour import detour_map
from geoplan.maps.plans.findings import Finding
from geoplan.maps.themes.indicator import indicator_map
from geoplan.maps.themes.living_circle import living_circle_map
from geoplan.maps.plans.overview import overview_map
from geoplan.maps.page.map_page import MapPage
from geoplan.maps.themes.park_access import park_access_map
from geoplan.maps.themes.red_line import red_line_map
from geoplan.maps.page.basemaps import Basemap, make_basemap
from geoplan.maps.plans.verdicts import verdict_map

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
