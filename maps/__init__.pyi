# Written by `make stubs` from the lazy names of this package.
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
