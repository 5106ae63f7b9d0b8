"""Maps out: pages that open anywhere, and static pictures."""

from geoplan.core.lazy_names import by_name, lazy_names

HOMES = by_name(
    {
        "page.basemaps": "Basemap make_basemap",
        "page.map_page": "MapPage",
        "plans.change": "change_map",
        "plans.compare": "compare_map",
        "plans.findings": "Finding",
        "plans.overview": "overview_map",
        "plans.verdicts": "verdict_map",
        "themes.choropleth": "choropleth_map",
        "themes.conflicts": "conflict_map",
        "themes.coverage": "coverage_map",
        "themes.detour": "detour_map",
        "themes.indicator": "indicator_map",
        "themes.living_circle": "living_circle_map",
        "themes.park_access": "park_access_map",
        "themes.red_line": "red_line_map",
    },
    __name__,
)
"""Public name -> module that defines it."""

__getattr__, __dir__ = lazy_names(__name__, lambda: HOMES)
