"""The rasters of a plan, and what a plan may say of its people: spread over, brought inside."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from geoplan.app.plan.plan_file import Plan, layer_kind
from geoplan.app.plan.tables import LAND_COVER, RASTER_KINDS, SURFACE, LayerTable
from geoplan.core.columns import LAND_LAYERS
from geoplan.core.errors import PlanError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.layers.kinds.land_cover import LandCover
    from geoplan.layers.kinds.surface import Surface
    from geoplan.layers.readers.source import LayerSource

RasterLayer: TypeAlias = "LandCover | Surface"

_PEOPLE = ("population", "jobs")
_LEGEND_KEYS = ("classes", "thresholds")
_PEOPLE_KEYS = ("outside", "outside_limit_m", "spread_over", "spread_by")
_NUMBER_KEYS = ("nodata", "scale", "offset")
_CLASSED = (LAND_COVER, "land", *LAND_LAYERS)


def check_raster_keys(plan: Plan, name: str, table: LayerTable) -> None:
    """
    Check the keys of a layer that speak of a legend, or of people outside and inside.

    Raises
    ------
    PlanError
        If a key means nothing for the kind of layer, or another one is missing beside it.
    """
    kind, where = layer_kind(name, table), f"{plan.path.name}: [layers.{name}]"
    _check_kind(where, kind, table, _LEGEND_KEYS, _CLASSED)
    _check_kind(where, kind, table, _PEOPLE_KEYS, _PEOPLE)
    _check_kind(where, kind, table, _NUMBER_KEYS, (*RASTER_KINDS, *_PEOPLE))
    _check_numbers(where, plan, kind, table)
    if kind == LAND_COVER and (table.classes is None) == (not table.thresholds):
        raise PlanError(
            f"{where} needs either classes (a legend, such as 'worldcover', or a table) or "
            "thresholds (of a measured surface, such as { vegetation = 0.3 })."
        )
    if (table.outside == "nearest") != (table.outside_limit_m is not None):
        raise PlanError(
            f'{where} outside = "nearest" and outside_limit_m belong together: the limit says how '
            "far from a district somebody may be counted there, in metres."
        )
    if table.spread_by is not None and table.spread_over is None:
        raise PlanError(f"{where} has spread_by but no spread_over, the layer to spread over.")
    if table.spread_over is not None and table.spread_over not in plan.layers:
        raise PlanError(
            f'{where} spread_over names the layer "{table.spread_over}", which the plan lacks.'
        )


def _check_kind(
    where: str, kind: str, table: LayerTable, keys: tuple[str, ...], kinds: tuple[str, ...]
) -> None:
    given = [key for key in keys if getattr(table, key) not in (None, {}, [])]
    if given and kind not in kinds:
        raise PlanError(
            f'{where} has {", ".join(given)}, which a layer of kind "{kind}" cannot have; '
            f"{', '.join(kinds)} can."
        )


def _check_numbers(where: str, plan: Plan, kind: str, table: LayerTable) -> None:
    """Refuse what is said of the numbers of a raster for a layer of points or polygons."""
    from geoplan.layers.rasters.raster_file import is_raster

    given = [key for key in _NUMBER_KEYS if getattr(table, key) is not None]
    cells = kind == SURFACE or all(
        is_raster(path) or _is_plain_folder(plan.resolve(path)) for path in table.path
    )
    if given and not cells:
        raise PlanError(
            f"{where} has {', '.join(given)}, which speak of the numbers of a raster, and "
            f"{', '.join(table.path)} is none. Leave them out."
        )


def is_raster_layer(plan: Plan, name: str) -> bool:
    """Tell whether a layer of a plan is read as a raster: by its kind and its files."""
    from geoplan.layers.rasters.raster_file import is_raster

    table = plan.layers[name]
    kind = layer_kind(name, table)
    if kind not in RASTER_KINDS:
        return False
    return kind == SURFACE or all(
        is_raster(path) or _is_plain_folder(plan.resolve(path)) for path in table.path
    )


def _is_plain_folder(path: Path) -> bool:
    return path.is_dir() and path.suffix.lower() != ".gdb"


def load_raster_layer(
    plan: Plan, name: str, source: "LayerSource", crs: str, districts: "GeoDataFrame"
) -> RasterLayer:
    """Open a raster layer of a plan around its districts."""
    from geoplan.layers import load_land_cover, load_surface

    table = plan.layers[name]
    bounds = tuple(districts.total_bounds.tolist())
    layer: RasterLayer
    if layer_kind(name, table) == SURFACE:
        layer = load_surface(source, crs=crs, bounds=bounds, layer_name=name)
    else:
        layer = load_land_cover(
            source,
            crs=crs,
            classes=legend_of(plan, table),
            thresholds=table.thresholds or None,
            bounds=bounds,
            layer_name=name,
        )
    if plan.head.max_memory_mb is None:
        return layer
    return replace(layer, grid=replace(layer.grid, max_memory_mb=plan.head.max_memory_mb))


def legend_of(plan: Plan, table: LayerTable) -> Any:  # noqa: ANN401 (whatever names a legend)
    """Give the legend of a layer as the loaders take it: a file beside the plan, or as it is."""
    if not isinstance(table.classes, str):
        return table.classes
    path = Path(table.classes)
    return str(plan.resolve(table.classes)) if path.suffix else table.classes


def weight_columns(plan: Plan, table: LayerTable) -> dict[str, str]:
    """Name the columns of a layer that people are spread by, which a loader would drop."""
    from geoplan.layers.kinds.spread_population import OWN_WEIGHTS

    names = [name for name, one in plan.layers.items() if one is table]
    wanted = [
        column
        for other in plan.layers.values()
        if other.spread_over in names and isinstance(other.spread_by, list)
        for column in other.spread_by
    ]
    return {column: column for column in wanted if column not in (*OWN_WEIGHTS, "weight")}


def renamed_raster(layer: RasterLayer, name: str, written: tuple[str, ...]) -> RasterLayer:
    """Let the record of a raster name its files as the plan does."""
    record = layer.record
    paths = written if len(record.paths) == len(written) else record.paths
    return replace(layer, record=replace(record, layer=name, paths=paths))


def placed_people(
    plan: Plan,
    layers: "Mapping[str, GeoDataFrame]",
    rasters: Mapping[str, RasterLayer],
    districts: "GeoDataFrame",
) -> "dict[str, GeoDataFrame]":
    """Spread people over what the plan names, and bring those beside the districts into them."""
    from geoplan.layers import move_inside, spread_population

    placed: dict[str, GeoDataFrame] = {}
    for name, table in plan.layers.items():
        kind = layer_kind(name, table)
        if kind not in _PEOPLE or name not in layers:
            continue
        people = layers[name]
        if table.spread_over is not None:
            onto: Any = rasters.get(table.spread_over)
            onto = layers[table.spread_over] if onto is None else onto
            if table.spread_by is None:
                raise PlanError(
                    f"{plan.path.name}: [layers.{name}] spread_over needs spread_by: columns whose "
                    "product is the weight, e.g. ['area_m2', 'FLOORS'], ['count'] for one each, or "
                    "of a land cover the weight of each class, e.g. { built_up = 1 }."
                )
            people = spread_population(people, onto, weight=table.spread_by, amount=kind)
        if table.outside_limit_m is not None:
            people = move_inside(people, districts, limit_m=table.outside_limit_m)
        placed[name] = people
    return placed
