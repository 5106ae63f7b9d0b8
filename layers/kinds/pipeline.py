"""What every vector and table loader does, in order: read, rename, shift, repair, record."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from geoplan.core.columns import SPECS, LayerSpec
from geoplan.core.crs import check_metric_crs, parse_crs
from geoplan.core.errors import EmptyLayerError, ParameterError
from geoplan.core.extent import attach_extent
from geoplan.core.notices import Notice, unique
from geoplan.core.record import LoadRecord, attach_record
from geoplan.layers.datums.source_crs import (
    SourceCRSChoice,
    choose_source_crs,
    in_degrees,
    shift_to_study_crs,
)
from geoplan.layers.files.on_disk import file_sha256
from geoplan.layers.kinds.canonical_columns import (
    canonical_columns,
    column_mapping,
    complete_keys,
    text_columns,
)
from geoplan.layers.kinds.column_units import ColumnUnits
from geoplan.layers.osm.features import read_osm_source
from geoplan.layers.osm.file import OSM_CREDIT, is_osm
from geoplan.layers.osm.overpass import is_overpass
from geoplan.layers.readers.cad import CLOSED_LINES, closed_as_areas
from geoplan.layers.readers.raw_layer import RawLayer
from geoplan.layers.readers.read_source import read_frame, read_source
from geoplan.layers.readers.source import Source, as_source
from geoplan.layers.readers.source_extent import osm_extent
from geoplan.layers.repairs.repair import (
    Repaired,
    drop_duplicates,
    drop_z,
    repair_layer,
    without_nowhere,
)

if TYPE_CHECKING:
    from geoplan.layers.datums.fits import CoordinateFit

_AMOUNTS = ("population", "jobs")
# Two neighbours digitised one by one differ by slivers; a millionth of the area is beyond those.
_OVERLAP_SHARE, _OVERLAP_M2 = 1e-6, 1.0
_AREAL = 2
_DEGREE_M = 111_320.0  # of latitude, the larger of the two


def load_layer(
    source: Source,
    *,
    kind: str,
    layer_name: str,
    crs: str,
    source_crs: "str | CoordinateFit | None" = None,
    columns: Mapping[str, str] | None = None,
) -> GeoDataFrame:
    """
    Load a vector layer or a table with coordinates into its canonical form.

    Parameters
    ----------
    source : path, sequence of paths, GeoDataFrame or LayerSource
        The layer.
    kind : str
        Key of `geoplan.core.columns.SPECS`.
    layer_name : str
        How to speak of the layer in messages, and its name in the record.
    crs : str
        Study CRS: projected, in metres.
    source_crs : str, CoordinateFit or None
        CRS or datum of the coordinates; None: what the file says of itself.
    columns : mapping of str to str or None
        Canonical name -> name in the file. A further name of the caller's own keeps that column.

    Returns
    -------
    GeoDataFrame
        In `crs`, with RangeIndex, the canonical columns of `kind` and its load record.

    Raises
    ------
    CRSError
        If a CRS is missing, unknown, unfit to measure in, or does not fit the coordinates.
    SchemaError
        If a column is missing or holds the wrong thing, or the geometry is of the wrong family.
    EmptyLayerError
        If no usable row is left.
    SourceError
        If a file cannot be found or read.
    ParameterError
        If `columns` maps a name that is not one.
    """
    spec, subject = SPECS[kind], layer_name
    check_metric_crs(parse_crs(crs), f"`crs` ({crs!r})")
    described, frame = as_source(source, source_crs=source_crs, columns=columns)
    mapping = column_mapping(spec, described.columns, described.value, subject)
    files = frame is None and not is_overpass(described.files[0])
    if frame is None and (is_osm(described.files[0]) or not files):
        raw = read_osm_source(described, family=spec.family, subject=subject)
        mapping = {spec.key: "osm_id", **mapping}
        described = replace(described, source=described.source or OSM_CREDIT)
    elif frame is None:
        raw = read_source(described, text_columns(spec, mapping), subject=subject)
    else:
        raw = read_frame(frame, described.where, subject=subject)
    if described.closed_lines:
        raw = _closed(raw, described.closed_lines, spec, subject)
    choice, crs_notices = choose_source_crs(described.crs, raw.frame.crs, subject=subject)
    units = ColumnUnits(raw.units, described.units)
    layer, column_notices = canonical_columns(raw.frame, spec, mapping, subject, units)
    repaired = _repaired(layer, raw, spec, choice, crs, mapping=mapping, subject=subject)
    layer, amount_notices = _known_amounts(repaired.frame, spec, subject)
    layer, key_notices = complete_keys(layer, spec, subject)
    layer = _measured(layer.reset_index(drop=True), spec)
    notices = (
        *raw.notices, *crs_notices, *column_notices, *repaired.notices, *amount_notices,
        *key_notices, *_overlap(layer, kind, subject),
    )  # fmt: skip
    record = LoadRecord(
        layer=layer_name,
        kind=kind,
        paths=() if frame is not None else described.files,
        sha256=tuple(map(file_sha256, described.files)) if files else (),
        format=raw.driver,
        encoding=raw.encoding.name,
        encoding_from=raw.encoding.found_in,
        source_crs=str(choice.crs),
        source_crs_from=choice.origin,
        study_crs=crs,
        rows_read=raw.rows_read,
        rows_kept=len(layer),
        area_change_m2=repaired.area_change_m2,
        as_of=described.as_of,
        source=described.source,
        notices=unique(notices),
        units={name: (unit.unit, unit.factor) for name, unit in units.found.items()},
        precision_m=_precision_m(raw, choice),
    )
    layer = attach_record(layer, record)
    if files and is_osm(described.files[0]):
        layer = attach_extent(layer, osm_extent(described.files[0], crs=crs, subject=subject))
    return layer


def _precision_m(raw: RawLayer, choice: SourceCRSChoice) -> float:
    """Say how far a place may be from where it was, given the digits that a table has of it."""
    if raw.coordinate_digits is None:
        return 0.0
    half_step = 0.5 * 10.0**-raw.coordinate_digits
    return math.hypot(half_step, half_step) * (_DEGREE_M if in_degrees(choice.crs) else 1.0)


def _closed(raw: RawLayer, what: str, spec: LayerSpec, subject: str) -> RawLayer:
    """Read closed lines as areas where the layer can have areas."""
    if what not in CLOSED_LINES or spec.family in ("point", "line"):
        raise ParameterError(
            f"{subject}: closed_lines={what!r} has no meaning for {spec.kind}; wanted 'areas', of "
            "a layer of areas."
        )
    return closed_as_areas(raw, subject=subject)


def _repaired(
    layer: GeoDataFrame,
    raw: RawLayer,
    spec: LayerSpec,
    choice: SourceCRSChoice,
    crs: str,
    *,
    mapping: Mapping[str, str],
    subject: str,
) -> Repaired:
    placed = without_nowhere(layer, subject=subject)
    flat = drop_z(placed.frame, subject=subject)
    known, null_island = _without_null_island(flat.frame, choice, subject)
    geometry = np.asarray(known.geometry.array, dtype=object)
    shifted, far = shift_to_study_crs(geometry, choice, crs, subject=subject)
    moved = GeoDataFrame(pd.DataFrame(known.drop(columns="geometry")), geometry=shifted, crs=crs)
    # Two rows of the same number of persons at one place are two buildings, unless a key says not.
    drop = spec.kind not in _AMOUNTS or mapping.get(spec.key, spec.key) in raw.frame
    once = drop_duplicates(moved, raw.frame.drop(columns="geometry"), subject=subject, drop=drop)
    sound = repair_layer(
        once.frame, family=spec.family, subject=subject, amounts=(*_AMOUNTS, "weight")
    )
    return Repaired(
        sound.frame,
        (*placed.notices, *flat.notices, *null_island, *far, *once.notices, *sound.notices),
        once.area_change_m2 + sound.area_change_m2,
    )


def _without_null_island(
    layer: GeoDataFrame, choice: SourceCRSChoice, subject: str
) -> tuple[GeoDataFrame, tuple[Notice, ...]]:
    """Drop points at 0, 0 degrees: an empty cell that became a number, 600 km off Africa."""
    geometry = np.asarray(layer.geometry.array, dtype=object)
    points = shapely.get_type_id(geometry) == 0
    if not points.any() or not in_degrees(choice.crs):
        return layer, ()
    nowhere = points & (shapely.get_x(geometry) == 0) & (shapely.get_y(geometry) == 0)
    if not nowhere.any():
        return layer, ()
    if nowhere.all():
        raise EmptyLayerError(
            f"{subject}: all {len(layer)} points are at 0, 0 degrees. Check its coordinate columns."
        )
    notice = Notice("dropped_null_island", subject, int(nowhere.sum()), len(layer))
    return layer[~nowhere], (notice,)


def _known_amounts(
    layer: GeoDataFrame, spec: LayerSpec, subject: str
) -> tuple[GeoDataFrame, list[Notice]]:
    """Count unknown amounts: a demand unit without one is dropped, a district keeps NaN."""
    notices = []
    for name in (column for column in _AMOUNTS if column in layer):
        unknown = np.asarray(layer[name].isna())
        count, total = int(unknown.sum()), len(layer)
        if not count:
            continue
        if spec.kind == name:
            if count == total:
                raise EmptyLayerError(
                    f"{subject}: column {name!r} is unknown in all {total} rows. Map the column "
                    f"that holds it, e.g. columns={{{name!r}: '…'}}."
                )
            layer = layer[~unknown]
            notices.append(
                Notice("dropped_unknown_amount", subject, count, total, {"column": name})
            )
        else:
            notices.append(Notice("unknown_amount", subject, count, total, {"column": name}))
    return layer, notices


def _measured(layer: GeoDataFrame, spec: LayerSpec) -> GeoDataFrame:
    """Add the area where the layer has one, and put the columns in their order."""
    known = [column.name for column in spec.columns]
    if "area_m2" in known:
        layer = layer.assign(area_m2=layer.geometry.area)
    canonical = [name for name in known if name in layer]
    further = [name for name in layer.columns if name not in (*known, "geometry")]
    return layer[[*canonical, *further, "geometry"]]


def _overlap(layer: GeoDataFrame, kind: str, subject: str) -> tuple[Notice, ...]:
    """Notice parts listed beside their whole: districts measured twice, people counted twice."""
    code = {"districts": "overlapping_districts"} | dict.fromkeys(_AMOUNTS, "overlapping_amounts")
    geometry = np.asarray(layer.geometry.array, dtype=object)
    if kind not in code or not (shapely.get_dimensions(geometry) == _AREAL).any():
        return ()
    geometry = geometry[shapely.get_dimensions(geometry) == _AREAL]
    if bool(shapely.coverage_is_valid(geometry)):
        return ()
    total_m2 = float(shapely.area(geometry).sum())
    overlap_m2 = total_m2 - float(shapely.union_all(geometry).area)
    if overlap_m2 <= max(_OVERLAP_M2, _OVERLAP_SHARE * total_m2):
        return ()
    values = {"overlap_m2": overlap_m2, "share": overlap_m2 / total_m2}
    codes = [code[kind]]
    if kind == "districts" and any(name in layer for name in _AMOUNTS):
        codes.append("overlapping_amounts")
    return tuple(Notice(code, subject, values=values) for code in codes)
