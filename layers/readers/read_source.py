"""Read every file of a source into one raw layer."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from geoplan.core.errors import CRSError, EmptyLayerError, SchemaError
from geoplan.core.notices import Notice
from geoplan.core.written_numbers import CONTRADICTORY, ColumnUnit
from geoplan.layers.files.encoding import TextEncoding
from geoplan.layers.files.on_disk import file_kind, local_file
from geoplan.layers.readers.gtfs_stops import boarding_stops
from geoplan.layers.readers.raw_layer import RawLayer
from geoplan.layers.readers.read_table import read_table
from geoplan.layers.readers.read_vector import read_vector
from geoplan.layers.readers.source import LayerSource
from geoplan.layers.readers.source_parts import SourcePart, source_parts
from geoplan.layers.readers.where import where_mask

LAYER_COLUMN = "layer"
"""Where several layers of a file are read: the column with the name of the one a row is of."""


def read_source(source: LayerSource, texts: Collection[str], *, subject: str) -> RawLayer:
    """
    Read the files of a source, one below the other, and keep the rows that it asks for.

    Parameters
    ----------
    source : LayerSource
        What to read.
    texts : collection of str
        Columns of a table that hold text whatever they look like.
    subject : str
        The layer, for messages.

    Returns
    -------
    RawLayer
        All rows, their index counting the rows of the source.

    Raises
    ------
    SourceError, SchemaError, CRSError, EmptyLayerError
        If a file cannot be read, two of them are in different CRSs, or no row is left.
    """
    parts = source_parts(source, subject=subject)
    raws = [_read_part(part, source, texts, subject) for part in parts]
    return _filtered(_joined(raws, parts, source, subject), source.where, subject)


def read_frame(frame: GeoDataFrame, where: str, *, subject: str) -> RawLayer:
    """Take a frame that the caller has already read as if it came from a file."""
    return _filtered(
        RawLayer(_plain(frame), "GeoDataFrame", TextEncoding(), len(frame)), where, subject
    )


def _read_part(
    part: SourcePart, source: LayerSource, texts: Collection[str], subject: str
) -> RawLayer:
    with local_file(part.path, layer=part.layer, subject=subject) as file:
        if file_kind(file.path) == "table":
            raw = read_table(
                file,
                encoding=source.encoding,
                x=source.x,
                y=source.y,
                text_columns=texts,
                subject=subject,
            )
        else:
            raw = read_vector(file, encoding=source.encoding, subject=subject)
    if part.title and raw.frame.empty:
        raise EmptyLayerError(
            f"{subject}: the layer {part.layer!r} of {part.path} has no rows. Take it off the list."
        )
    frame = _plain(raw.frame)
    if part.title and LAYER_COLUMN not in frame:
        frame = frame.assign(**{LAYER_COLUMN: part.title})
    raw = replace(raw, frame=frame)
    return replace(raw, notices=(*raw.notices, *_encoding_notices(raw, subject)))


def _plain(frame: GeoDataFrame) -> GeoDataFrame:
    """Give rows a RangeIndex, columns text names, and geometry its usual name and no company."""
    active = frame.geometry.name if frame.active_geometry_name is not None else None
    if active is None:
        raise SchemaError("The GeoDataFrame has no active geometry; call .set_geometry() on it.")
    repeated = sorted({str(name) for name in frame.columns[frame.columns.duplicated()]})
    if repeated:
        raise SchemaError(
            f"The GeoDataFrame has several columns of the name {', '.join(map(repr, repeated))}. "
            "Rename them, so that each can be told."
        )
    others = [
        name
        for name, dtype in frame.dtypes.items()
        if name == active or isinstance(dtype, gpd.array.GeometryDtype)
    ]
    attributes = _with_keys(pd.DataFrame(frame.drop(columns=others)))
    attributes.columns = attributes.columns.map(str)
    return GeoDataFrame(attributes, geometry=frame.geometry.array, crs=frame.crs)


def _with_keys(table: pd.DataFrame) -> pd.DataFrame:
    """Write the named levels of an index as columns, as OSMnx's u, v and key."""
    index = table.index
    known = {str(name) for name in table.columns}
    keys = {
        name: index.get_level_values(at).to_numpy()
        for at, name in enumerate(index.names)
        if name is not None and str(name) not in known
    }
    plain = table.reset_index(drop=True)
    return plain.assign(**{str(name): values for name, values in keys.items()})


def _encoding_notices(raw: RawLayer, subject: str) -> tuple[Notice, ...]:
    found = raw.encoding
    if found.overruled:
        values = {"encoding": found.name, "claimed": found.overruled}
        return (Notice("encoding_overruled", subject, values=values),)
    if found.found_in == "bytes" and found.name not in ("UTF-8", "UTF-8-SIG"):
        return (Notice("encoding_detected", subject, values={"encoding": found.name}),)
    return ()


def _joined(
    raws: Sequence[RawLayer], parts: Sequence[SourcePart], source: LayerSource, subject: str
) -> RawLayer:
    if len(raws) == 1:
        return raws[0]
    paths = [f"{part.path}:{part.layer}" if part.layer else part.path for part in parts]
    first = raws[0].frame.crs
    for path, raw in zip(paths, raws, strict=True):
        if source.crs is None and raw.frame.crs != first:
            raise CRSError(
                f"{subject}: {paths[0]} is in {_crs_text(first)} and {path} in "
                f"{_crs_text(raw.frame.crs)}. Files of one layer share one CRS: load them one by "
                "one, or state the CRS they are all in with source_crs=."
            )
    geometry = np.concatenate([np.asarray(raw.frame.geometry.array) for raw in raws])
    attributes = pd.concat(
        [pd.DataFrame(raw.frame.drop(columns="geometry")) for raw in raws], ignore_index=True
    )
    return RawLayer(
        GeoDataFrame(attributes, geometry=geometry, crs=first if source.crs is None else None),
        ", ".join(dict.fromkeys(raw.driver for raw in raws)),
        _joined_encoding([raw.encoding for raw in raws]),
        sum(raw.rows_read for raw in raws),
        tuple(notice for raw in raws for notice in raw.notices),
        _joined_units(raws),
    )


def _joined_units(raws: Sequence[RawLayer]) -> dict[str, ColumnUnit]:
    """Keep how columns are written where all files that have them agree."""
    units: dict[str, ColumnUnit] = {}
    for name in dict.fromkeys(name for raw in raws for name in raw.units):
        found = {raw.units.get(name) for raw in raws if name in raw.frame}
        shown = ", ".join(sorted(unit.unit if unit else "0" for unit in found))
        one = next(iter(found))
        units[name] = one if one and len(found) == 1 else ColumnUnit(f"{CONTRADICTORY}{shown}", 1.0)
    return units


def _joined_encoding(encodings: Sequence[TextEncoding]) -> TextEncoding:
    names = ", ".join(dict.fromkeys(e.name for e in encodings if e.name))
    return replace(encodings[0], name=names)


def _crs_text(crs: object) -> str:
    to_authority = getattr(crs, "to_authority", None)
    authority = to_authority() if to_authority else None
    return ":".join(authority) if authority else str(getattr(crs, "name", "no stated CRS"))


def _filtered(raw: RawLayer, where: str, subject: str) -> RawLayer:
    if raw.frame.empty:
        raise EmptyLayerError(f"{subject} has no rows. Check the file and the layer chosen in it.")
    raw = boarding_stops(raw, where, subject=subject)
    if not where:
        return raw
    mask = where_mask(raw.frame, where, subject=subject)
    if not mask.any():
        raise EmptyLayerError(
            f"{subject}: none of {len(mask)} rows satisfies where={where!r}. Check the condition; "
            "text is compared exactly."
        )
    values = {"where": where}
    notice = Notice("kept_where", subject, int(mask.sum()), len(mask), values)
    return replace(raw, frame=raw.frame[mask], notices=(*raw.notices, notice))
