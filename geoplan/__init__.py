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
    "CoordinateFit": "geoplan.layers.fits",
    "LayerSource": "geoplan.layers.source",
    "NetworkReport": "geoplan.layers.network_flaws",
    "WalkNetwork": "geoplan.layers.walk_network",
    "threshold_map": "geoplan.layers.class_map",
    "spread_population": "geoplan.layers.dasymetric",
    "move_inside": "geoplan.layers.coast",
    "load_surface": "geoplan.layers.surface",
    "load_land_cover": "geoplan.layers.land_cover",
    "classify_land": "geoplan.layers.land_cover",
    "preset_classes": "geoplan.layers.class_map",
    "Surface": "geoplan.layers.surface",
    "RasterGrid": "geoplan.layers.grid",
    "LandCover": "geoplan.layers.land_cover",
    "LandClass": "geoplan.layers.class_map",
    "ClassMap": "geoplan.layers.class_map",
    "affine_coordinates": "geoplan.layers.fits",
    "fit_coordinates": "geoplan.layers.fits",
    "join_table": "geoplan.layers.table_join",
    "load_bus_stops": "geoplan.layers.bus_stops",
    "load_districts": "geoplan.layers.districts",
    "load_facilities": "geoplan.layers.facilities",
    "load_jobs": "geoplan.layers.population",
    "load_land": "geoplan.layers.land",
    "load_lines": "geoplan.layers.lines",
    "load_osm_features": "geoplan.layers.osm_features",
    "load_parks": "geoplan.layers.parks",
    "load_population": "geoplan.layers.population",
    "load_rail_stations": "geoplan.layers.rail_stations",
    "load_red_lines": "geoplan.layers.red_lines",
    "load_walk_network": "geoplan.layers.walk_network",
    "network_report": "geoplan.layers.network_flaws",
    "without_islands": "geoplan.layers.network_flaws",
}

_HOMES |= dict.fromkeys(("coverage",), "geoplan.analyses.coverage")
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
    "ParkTier": "geoplan.analyses.park_tiers",
    "WalkAccess": "geoplan.analyses.streets.walk_access",
    "attribute_share": "geoplan.analyses.attribute_share",
    "change_table": "geoplan.analyses.change_table",
    "facility_set": "geoplan.analyses.facility_set",
    "intensity": "geoplan.analyses.intensity",
    "length_and_density": "geoplan.analyses.length_and_density",
    "nearest_counts": "geoplan.analyses.provision",
    "provision": "geoplan.analyses.provision",
    "service_radius": "geoplan.analyses.service_radius",
    "weighted_mean": "geoplan.analyses.weighted_mean",
    "detour": "geoplan.analyses.detour",
    "living_circle": "geoplan.analyses.living_circle",
    "rail_coverage": "geoplan.analyses.rail_coverage",
    "ecological_land_share": "geoplan.analyses.ecological_land_share",
    "green_space_ratio": "geoplan.analyses.green_space_ratio",
    "park_access": "geoplan.analyses.park_access",
    "park_area_per_capita": "geoplan.analyses.park_area_per_capita",
    "red_line_share": "geoplan.analyses.red_line_share",
}

_HOMES |= {
    "MapPage": "geoplan.maps.page",
    "choropleth_map": "geoplan.maps.choropleth",
    "detour_map": "geoplan.maps.detour",
    "living_circle_map": "geoplan.maps.living_circle",
    "coverage_map": "geoplan.maps.coverage",
    "indicator_map": "geoplan.maps.indicator",
    "park_access_map": "geoplan.maps.park_access",
    "red_line_map": "geoplan.maps.red_line",
    "Basemap": "geoplan.maps.tiles",
    "Finding": "geoplan.maps.findings",
    "change_map": "geoplan.maps.change",
    "conflict_map": "geoplan.maps.conflicts",
    "compare_map": "geoplan.maps.compare",
    "overview_map": "geoplan.maps.overview",
    "verdict_map": "geoplan.maps.verdicts",
    "make_basemap": "geoplan.maps.tiles",
}

_HOMES |= {
    "PlanOutcome": "geoplan.app.outcome",
    "run_plan": "geoplan.app.run",
    "write_outputs": "geoplan.app.outputs",
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
    "geoplan.layers.shifts",
)
_HOMES |= {
    "DoctorReport": "geoplan.app.doctor",
    "doctor": "geoplan.app.doctor",
    "inspect_files": "geoplan.layers.inspect",
    "scaffold": "geoplan.app.scaffold",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 (a list; checkers read the rooms' own)


def __getattr__(name: str) -> Any:  # noqa: ANN401 (whatever the name stands for)
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'geoplan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
