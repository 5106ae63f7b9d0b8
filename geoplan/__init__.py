"""
geoplan: check a city against the numbers in its plan.

``import geoplan as gp`` gives every public function, each loaded when it is first used.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

__version__ = "0.1.0"

# In a checkout the rooms stand beside this folder; in a wheel they are always inside (ADR 0001).
_HERE = Path(__file__).resolve().parent
if not (_HERE / "layers" / "__init__.py").is_file():
    __path__.insert(0, str(_HERE.parent))

_HOMES: dict[str, str] = {}
"""Public name -> module that defines it; filled below, room by room."""

_HOMES |= dict.fromkeys(("LoadRecord", "load_record"), "geoplan.core.record")
_HOMES |= dict.fromkeys(("Measure", "Result"), "geoplan.core.results")
_HOMES |= dict.fromkeys(("Notice",), "geoplan.core.notices")
_HOMES |= dict.fromkeys(("GeoplanWarning",), "geoplan.core.errors")
_HOMES |= dict.fromkeys(("StudyCRS", "choose_study_crs", "require_metric_crs"), "geoplan.core.crs")
_HOMES |= {
    "CoordinateFit": "geoplan.layers.datums.fits",
    "LayerSource": "geoplan.layers.readers.source",
    "NetworkReport": "geoplan.layers.network.flaws",
    "WalkNetwork": "geoplan.layers.network.walk_network",
    "threshold_map": "geoplan.layers.rasters.class_map",
    "spread_population": "geoplan.layers.kinds.spread_population",
    "move_inside": "geoplan.layers.kinds.move_inside",
    "load_surface": "geoplan.layers.kinds.surface",
    "load_land_cover": "geoplan.layers.kinds.land_cover",
    "classify_land": "geoplan.layers.kinds.land_cover",
    "preset_classes": "geoplan.layers.rasters.class_map",
    "Surface": "geoplan.layers.kinds.surface",
    "RasterGrid": "geoplan.layers.rasters.grid",
    "LandCover": "geoplan.layers.kinds.land_cover",
    "LandClass": "geoplan.layers.rasters.class_map",
    "ClassMap": "geoplan.layers.rasters.class_map",
    "affine_coordinates": "geoplan.layers.datums.fits",
    "fit_coordinates": "geoplan.layers.datums.fits",
    "join_table": "geoplan.layers.readers.join_table",
    "load_bus_stops": "geoplan.layers.kinds.bus_stops",
    "load_districts": "geoplan.layers.kinds.districts",
    "load_facilities": "geoplan.layers.kinds.facilities",
    "load_jobs": "geoplan.layers.kinds.population",
    "load_land": "geoplan.layers.kinds.land",
    "load_lines": "geoplan.layers.kinds.lines",
    "load_osm_features": "geoplan.layers.osm.features",
    "load_parks": "geoplan.layers.kinds.parks",
    "load_population": "geoplan.layers.kinds.population",
    "load_rail_stations": "geoplan.layers.kinds.rail_stations",
    "load_red_lines": "geoplan.layers.kinds.red_lines",
    "load_walk_network": "geoplan.layers.network.walk_network",
    "network_report": "geoplan.layers.network.flaws",
    "without_islands": "geoplan.layers.network.flaws",
}

_HOMES |= dict.fromkeys(("coverage",), "geoplan.analyses.access.coverage")
_HOMES |= {
    name: f"geoplan.analyses.{name}"
    for name in (
        "buffer_conflict",
        "canopy_in_parks",
        "connectivity",
        "district_table",
        "ecological_environment_index",
        "encroachment",
        "forest_cover_rate",
        "green_cover_rate",
        "land_cover_change",
        "landscape_metrics",
        "object_inventory",
        "red_line_change",
        "runoff_coefficient",
        "shoreline_share",
        "zone_screening",
    )
}
_HOMES |= dict.fromkeys(("ClassAreas", "class_areas"), "geoplan.analyses.cells.class_areas")
_HOMES |= dict.fromkeys(("CellFractions", "cell_fractions"), "geoplan.analyses.cells.fractions")
_HOMES |= dict.fromkeys(("ZonalValues", "zonal_values"), "geoplan.analyses.cells.zonal_values")
_HOMES |= dict.fromkeys(
    ("Catchment", "catchment_polygons", "covered_area_m2", "covers_points", "make_catchment"),
    "geoplan.analyses.exact.catchment",
)
_HOMES |= dict.fromkeys(
    ("entrance_counts", "entrance_notices", "make_entrances"), "geoplan.analyses.streets.entrances"
)
_HOMES |= dict.fromkeys(
    ("ReachedPieces", "isochrones", "reached_pieces"), "geoplan.analyses.streets.isochrones"
)
_HOMES |= dict.fromkeys(("street_area",), "geoplan.analyses.streets.street_area")
_HOMES |= dict.fromkeys(("routes", "worst_served"), "geoplan.analyses.streets.routes")
_HOMES |= dict.fromkeys(("Reach", "cost_at", "reach"), "geoplan.analyses.streets.reach")
_HOMES |= dict.fromkeys(("Snapped", "snap_points"), "geoplan.analyses.streets.snap")
_HOMES |= {
    "ParkTier": "geoplan.analyses.access.park_tiers",
    "WalkAccess": "geoplan.analyses.streets.walk_access",
    "attribute_share": "geoplan.analyses.tables.attribute_share",
    "change_table": "geoplan.analyses.tables.change_table",
    "facility_set": "geoplan.analyses.access.facility_set",
    "intensity": "geoplan.analyses.tables.intensity",
    "length_and_density": "geoplan.analyses.links.length_and_density",
    "nearest_counts": "geoplan.analyses.access.provision",
    "provision": "geoplan.analyses.access.provision",
    "service_radius": "geoplan.analyses.access.service_radius",
    "weighted_mean": "geoplan.analyses.tables.weighted_mean",
    "detour": "geoplan.analyses.access.detour",
    "living_circle": "geoplan.analyses.access.living_circle",
    "rail_coverage": "geoplan.analyses.access.rail_coverage",
    "ecological_land_share": "geoplan.analyses.land.ecological_land_share",
    "green_space_ratio": "geoplan.analyses.land.green_space_ratio",
    "park_access": "geoplan.analyses.access.park_access",
    "park_area_per_capita": "geoplan.analyses.land.park_area_per_capita",
    "red_line_share": "geoplan.analyses.land.red_line_share",
}

_HOMES |= {
    "MapPage": "geoplan.maps.page.map_page",
    "choropleth_map": "geoplan.maps.themes.choropleth",
    "detour_map": "geoplan.maps.themes.detour",
    "living_circle_map": "geoplan.maps.themes.living_circle",
    "coverage_map": "geoplan.maps.themes.coverage",
    "indicator_map": "geoplan.maps.themes.indicator",
    "park_access_map": "geoplan.maps.themes.park_access",
    "red_line_map": "geoplan.maps.themes.red_line",
    "Basemap": "geoplan.maps.page.basemaps",
    "Finding": "geoplan.maps.plans.findings",
    "change_map": "geoplan.maps.plans.change",
    "conflict_map": "geoplan.maps.themes.conflicts",
    "compare_map": "geoplan.maps.plans.compare",
    "overview_map": "geoplan.maps.plans.overview",
    "verdict_map": "geoplan.maps.plans.verdicts",
    "make_basemap": "geoplan.maps.page.basemaps",
}

_HOMES |= {
    "PlanOutcome": "geoplan.app.run.outcome",
    "run_plan": "geoplan.app.run.runner",
    "write_outputs": "geoplan.app.exports.outputs",
}

_HOMES |= dict.fromkeys(
    (
        "bd09_to_wgs84",
        "bd09mc_to_wgs84",
        "gcj02_to_wgs84",
        "wgs84_to_bd09",
        "wgs84_to_bd09mc",
        "wgs84_to_gcj02",
    ),
    "geoplan.layers.datums.shifts",
)
_HOMES |= {
    "DoctorReport": "geoplan.app.run.doctor",
    "doctor": "geoplan.app.run.doctor",
    "inspect_files": "geoplan.layers.inspection.files",
    "scaffold": "geoplan.app.plan.scaffold",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 (a list; checkers read the rooms' own)


def __getattr__(name: str) -> Any:  # noqa: ANN401 (whatever the name stands for)
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'geoplan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
