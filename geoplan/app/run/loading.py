"""The layers of a plan: the study CRS first, then every layer once, in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from geoplan.app.plan.analysis import DISTRICTS
from geoplan.app.plan.plan_file import Plan, layer_kind
from geoplan.app.plan.tables import LAND_COVER, RASTER_KINDS, WALK_NETWORK
from geoplan.app.run.extents import check_extent_keys, with_extents
from geoplan.app.run.joining import split_joined, with_join
from geoplan.app.run.margin import within_margin
from geoplan.app.run.raster_loading import (
    RasterLayer,
    check_raster_keys,
    is_raster_layer,
    legend_of,
    load_raster_layer,
    placed_people,
    renamed_raster,
    weight_columns,
)
from geoplan.core.columns import LAND_LAYERS, SPECS
from geoplan.core.crs import (
    StudyCRS,
    check_metric_crs,
    choose_study_crs,
    describe_study_crs,
    extent_deg,
    parse_crs,
)
from geoplan.core.errors import CRSError, GeoplanError, PlanError, SourceError
from geoplan.core.record import LoadRecord, attach_record, load_record

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.app.plan.tables import LayerTable
    from geoplan.core.true_size import Areas
    from geoplan.layers.datums.fits import CoordinateFit
    from geoplan.layers.network.walk_network import WalkNetwork
    from geoplan.layers.readers.source import LayerSource

# Equal Earth: metres, defined everywhere. Districts are loaded into it when the plan names no
# study CRS, only to learn their extent in degrees.
_WORLD_METRES = "EPSG:8857"
_WORLD_METRES_180 = "+proj=eqearth +lon_0=180 +datum=WGS84 +units=m +no_defs"  # not cut at 180°
_HALF_DEG = 180.0

_MOST_STRETCH = 0.1

_OVERPASS = "overpass:"

_WINDOWED = ("population", "jobs")
_AMOUNT_KINDS = ("population", "jobs", "facilities")
_LOADER_KEYS = ("mode", "stairs_factor", "crossing_penalty_m", "keep_closed_ways")
_NETWORK_KEYS = (*_LOADER_KEYS, "elevation", "min_island_m")


class Progress(Protocol):
    """Told of each step of a run: its name, and how many of how many are done."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note: `step` begins, `done` of `total` steps are behind."""


@dataclass(frozen=True)
class LoadedLayers:
    """
    The layers of a plan.

    Parameters
    ----------
    study_crs : StudyCRS
        What they are in.
    layers : mapping of str to GeoDataFrame
        By their names in the plan, in its order.
    networks : mapping of str to WalkNetwork
        The same of streets and paths.
    rasters : mapping of str to LandCover or Surface
        The same of rasters of classes and of what is measured.
    records : mapping of str to LoadRecord
        What was read, dropped and repaired.
    seconds : mapping of str to float
        Duration of each load.
    areas : {"ellipsoid", "plane"}
        Where areas and lengths in them are to be measured.
    """

    study_crs: StudyCRS
    layers: "Mapping[str, GeoDataFrame]"
    networks: "Mapping[str, WalkNetwork]"
    rasters: Mapping[str, RasterLayer]
    records: Mapping[str, LoadRecord]
    seconds: Mapping[str, float]
    areas: "Areas" = "ellipsoid"


def check_sources(plan: Plan) -> None:
    """
    Check what can be checked without opening a layer: files, study CRS, keys that fit the kind.

    Parameters
    ----------
    plan : Plan
        The plan.

    Raises
    ------
    SourceError
        If a file is not there; every missing one is named.
    CRSError
        If the study CRS cannot measure.
    PlanError
        If a layer's ``value`` means nothing for its kind.
    """
    missing = [
        f"{_where(plan, name)} {key} {written!r} is not there; looked for {plan.resolve(written)}"
        + (". Patterns are not expanded: list the files." if set(written) & set("*?") else "")
        for name, table in plan.layers.items()
        for key, paths in (
            ("path", table.path),
            ("elevation", [table.elevation or ""]),
            ("join", [table.join or ""]),
        )
        for written in paths
        if written and not _exists(plan, written)
    ]
    if missing:
        raise SourceError("\n".join(missing))
    if plan.head.crs is not None:
        subject = f"{plan.path.name}: [plan] crs"
        try:
            crs = parse_crs(plan.head.crs)
        except GeoplanError as error:
            raise error.at(f"{subject}:") from error
        check_metric_crs(crs, subject)
    for name, table in plan.layers.items():
        kind = layer_kind(name, table)
        if table.value is not None and kind not in _AMOUNT_KINDS:
            raise PlanError(
                f'{_where(plan, name)} has a value, but a layer of kind "{kind}" holds no amount; '
                f"{', '.join(_AMOUNT_KINDS)} do. Use columns = {{…}} to name other columns."
            )
        _check_network_keys(plan, name, table)
        check_raster_keys(plan, name, table)
        check_extent_keys(plan, name, table)


def _check_network_keys(plan: Plan, name: str, table: "LayerTable") -> None:
    if table.units and layer_kind(name, table) in (WALK_NETWORK, *RASTER_KINDS):
        raise PlanError(
            f"{_where(plan, name)} has units, but its kind has no columns in a unit. Leave it out."
        )
    if layer_kind(name, table) == WALK_NETWORK:
        return
    given = [key for key in _NETWORK_KEYS if getattr(table, key) is not None]
    if given:
        raise PlanError(
            f"{_where(plan, name)} has {', '.join(given)}, which only a layer of kind "
            f'"{WALK_NETWORK}" has. Leave it out, or write kind = "{WALK_NETWORK}".'
        )


def _where(plan: Plan, name: str) -> str:
    return f"{plan.path.name}: [layers.{name}]"


def _exists(plan: Plan, written: str) -> bool:
    if written.startswith(("/vsi", _OVERPASS)) or "://" in written or "!" in written:
        return True  # a service, a path inside an archive, or GDAL's own: the reader knows
    return plan.resolve(written).exists()


def load_layers(plan: Plan, *, tick: Callable[[str], None]) -> LoadedLayers:
    """
    Load every layer of a plan, the districts first.

    Parameters
    ----------
    plan : Plan
        The plan.
    tick : callable
        Told each layer's name before it is loaded.

    Returns
    -------
    LoadedLayers
        The layers in the study CRS, facilities beyond ``margin_m`` dropped and counted.

    Raises
    ------
    GeoplanError
        Whatever a loader refuses, with the table of the plan named.
    """
    layers: dict[str, GeoDataFrame] = {}
    networks: dict[str, WalkNetwork] = {}
    rasters: dict[str, RasterLayer] = {}
    seconds: dict[str, float] = {}
    kinds = {name: layer_kind(name, table) for name, table in plan.layers.items()}
    above = [name for name, kind in kinds.items() if kind == DISTRICTS and name != DISTRICTS]
    tick(DISTRICTS)
    begun = perf_counter()
    layers[DISTRICTS], study_crs = _load_districts(plan)
    seconds[f"load {DISTRICTS}"] = perf_counter() - begun
    for name in (*above, *(name for name, kind in kinds.items() if kind != DISTRICTS)):
        tick(name)
        begun = perf_counter()
        ground = _ground([layers[one] for one in (DISTRICTS, *above) if one in layers])
        if kinds[name] == WALK_NETWORK:
            networks[name] = _load_network(plan, name, study_crs.crs, ground)
        elif is_raster_layer(plan, name):
            rasters[name] = _load_raster(plan, name, study_crs.crs, ground)
        else:
            layer = _load(plan, name, study_crs.crs, ground)
            layers[name] = within_margin(layer, ground, name, plan)
        seconds[f"load {name}"] = perf_counter() - begun
    networks = {name: _examined(network, name, layers) for name, network in networks.items()}
    layers |= placed_people(plan, layers, rasters, layers[DISTRICTS])
    layers, networks = with_extents(plan, layers, networks, study_crs.crs)
    recorded = {**networks, **rasters}
    records = {
        name: recorded[name].record if name in recorded else load_record(layers[name])
        for name in plan.layers
    }
    ordered = {name: layers[name] for name in plan.layers if name in layers}
    return LoadedLayers(study_crs, ordered, networks, rasters, records, seconds, plan.head.areas)


def _ground(districts: "list[GeoDataFrame]") -> "GeoDataFrame":
    """Everything that is reported on: the districts, and the areas above them."""
    import pandas as pd

    if len(districts) == 1:
        return districts[0]
    return pd.concat([layer[["geometry"]] for layer in districts], ignore_index=True)


def _load_districts(plan: Plan) -> "tuple[GeoDataFrame, StudyCRS]":
    if plan.head.crs is not None:
        districts = _load(plan, DISTRICTS, plan.head.crs)
        named = describe_study_crs(plan.head.crs, _bounds_deg(districts))
        _check_stretch(plan, named)
        return districts, named
    bounds = _bounds_deg(_load(plan, DISTRICTS, _WORLD_METRES))
    if bounds[2] - bounds[0] > _HALF_DEG or bounds[2] > _HALF_DEG:
        bounds = _bounds_deg(_load(plan, DISTRICTS, _WORLD_METRES_180))
    study_crs = choose_study_crs(bounds)
    _check_stretch(plan, study_crs)
    return _load(plan, DISTRICTS, study_crs.crs), study_crs


def _check_stretch(plan: Plan, study_crs: StudyCRS) -> None:
    """Refuse a study CRS whose metres are none where the districts are."""
    if study_crs.scale_error <= _MOST_STRETCH:
        return
    how = "named" if study_crs.rule == "named" else "chosen for the extent of the districts"
    raise CRSError(
        f"{plan.path.name}: [plan] crs: in {study_crs.crs}, {how}, lengths are off by up to "
        f"{study_crs.scale_error:.0%} there. Name a projected CRS made for the place, such as its "
        "UTM zone, or leave crs out to have one chosen."
    )


def _bounds_deg(districts: "GeoDataFrame") -> tuple[float, float, float, float]:
    xy = districts.geometry.to_crs(4326).get_coordinates().to_numpy()
    return extent_deg(*xy.T)


def _load(
    plan: Plan, name: str, crs: str, districts: "GeoDataFrame | None" = None
) -> "GeoDataFrame":
    from geoplan import layers as room

    table = plan.layers[name]
    kind = layer_kind(name, table)
    where = _where(plan, name)
    try:
        source = _source(plan, table, kind, districts)
        source, joined = split_joined(plan, table, source)
        loader = "load_land" if kind in (*LAND_LAYERS, LAND_COVER) else f"load_{kind}"
        more: dict[str, Any] = {}
        if loader in ("load_land", "load_lines", "load_facilities"):
            more["layer_name"] = name
        elif kind in _WINDOWED and districts is not None:
            more["bounds"] = tuple(districts.total_bounds.tolist())
        layer = getattr(room, loader)(source, crs=crs, **more)
        layer = with_join(plan, table, layer, joined)
        if table.classes is not None:
            layer = room.classify_land(layer, classes=legend_of(plan, table))
    except GeoplanError as error:
        raise error.at(where) from error
    files = (*table.path, *([table.join] if table.join else []))
    return attach_record(layer, _renamed(load_record(layer), name, files))


def _load_network(plan: Plan, name: str, crs: str, districts: "GeoDataFrame") -> "WalkNetwork":
    from geoplan.layers import load_walk_network, without_islands

    table = plan.layers[name]
    more = {key: getattr(table, key) for key in _LOADER_KEYS if getattr(table, key) is not None}
    if table.elevation is not None:
        more["elevation"] = str(plan.resolve(table.elevation))
    try:
        source = _source(plan, table, WALK_NETWORK, districts)
        network = load_walk_network(source, crs=crs, **more)
        if table.min_island_m is not None:
            network = without_islands(network, min_length_m=table.min_island_m)
    except GeoplanError as error:
        raise error.at(_where(plan, name)) from error
    return replace(network, record=_renamed(network.record, name, tuple(table.path)))


def _load_raster(plan: Plan, name: str, crs: str, districts: "GeoDataFrame") -> RasterLayer:
    table = plan.layers[name]
    try:
        source = _source(plan, table, LAND_COVER, districts)
        layer = load_raster_layer(plan, name, source, crs, districts)
    except GeoplanError as error:
        raise error.at(_where(plan, name)) from error
    return renamed_raster(layer, name, tuple(table.path))


def _examined(
    network: "WalkNetwork", name: str, layers: "Mapping[str, GeoDataFrame]"
) -> "WalkNetwork":
    """Add to the record of a network what a reader must know of its islands and gaps."""
    from geoplan.layers import network_report

    found = network_report(network, population=layers.get("population")).notices
    notices = [
        replace(notice, subject=name)
        for notice in found
        if notice.code.startswith(("network_islands", "network_gaps"))
    ]
    record = replace(network.record, notices=(*network.record.notices, *notices))
    return replace(network, record=record)


def _renamed(record: LoadRecord, name: str, written: tuple[str, ...]) -> LoadRecord:
    """Let a record speak of the layer and its files as the plan does, whoever reads it where."""
    paths = written if len(record.paths) == len(written) else record.paths
    notices = tuple(
        replace(notice, subject=name) if notice.subject == record.layer else notice
        for notice in record.notices
    )
    return replace(record, layer=name, paths=paths, notices=notices)


def _located(plan: Plan, written: str, districts: "GeoDataFrame | None") -> str:
    """Give a path as the reader takes it; the area of the plan as a polygon in degrees."""
    if not written.startswith(_OVERPASS):
        return str(plan.resolve(written))
    if written != f"{_OVERPASS}{DISTRICTS}" or districts is None:
        return written
    from geopandas import GeoSeries

    area = districts.union_all().convex_hull.buffer(plan.head.margin_m or 0.0)
    return f"{_OVERPASS}{GeoSeries([area], crs=districts.crs).to_crs(4326).item().wkt}"


def _source(
    plan: Plan, table: "LayerTable", kind: str, districts: "GeoDataFrame | None"
) -> "LayerSource":
    from geoplan.layers import LayerSource

    network = kind == WALK_NETWORK
    land = kind in (*LAND_LAYERS, *RASTER_KINDS)
    key = "edge_id" if network else SPECS["land" if land else kind].key
    named = {key: table.id, "name": None if network else table.name}
    columns = {**table.columns, **{key: name for key, name in named.items() if name is not None}}
    columns = {**weight_columns(plan, table), **columns}
    crs: str | CoordinateFit | None
    if isinstance(table.crs, dict):
        from geoplan.layers.datums.fits import coordinate_fit_from_table

        crs = coordinate_fit_from_table(table.crs)
    else:
        crs = table.crs
    return LayerSource(
        paths=[_located(plan, path, districts) for path in table.path],
        layer=table.layer or "",
        where=table.where or "",
        encoding=table.encoding or "",
        crs=crs,
        x=table.x or "",
        y=table.y or "",
        columns=columns,
        as_of=table.as_of or "",
        source=table.source or "",
        value=table.value or "",
        unit=table.unit or "",
        nodata=table.nodata,
        scale=table.scale,
        offset=table.offset,
        units=table.units,
        closed_lines=table.closed_lines or "",
        tags=table.tags,
    )
