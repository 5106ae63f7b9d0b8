"""Line layers, graphs and edge tables as ways: streets from a GIS, with or without OSM's tags."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from geoplan.core.notices import Notice
from geoplan.layers.datums.source_crs import SourceCRSChoice, choose_source_crs, shift_to_study_crs
from geoplan.layers.network.build import Floats, Ints, Mask, WayKinds, Ways, polyline_lengths
from geoplan.layers.network.crossings import Joined, Lines, join_edges, join_lines
from geoplan.layers.network.line_heights import with_heights
from geoplan.layers.network.read_edge_tables import are_edge_tables, read_edge_tables
from geoplan.layers.network.read_graphml import is_graphml, read_graphml
from geoplan.layers.network.stated_lengths import stated_lengths
from geoplan.layers.network.way_columns import (
    LineKinds,
    line_ids,
    line_kinds,
    line_levels,
    line_table,
)
from geoplan.layers.osm.overpass import is_overpass, read_overpass_ways
from geoplan.layers.osm.tags import Mode
from geoplan.layers.readers.raw_layer import RawLayer
from geoplan.layers.readers.read_source import read_frame, read_source
from geoplan.layers.readers.source import LayerSource
from geoplan.layers.repairs.repair import drop_z, repair_layer

_RING = 2


@dataclass(frozen=True)
class LineWays:
    """
    Ways of a line layer, and how they were read.

    Parameters
    ----------
    ways : Ways
        In the study CRS.
    raw : RawLayer
        The layer as it was read.
    choice : SourceCRSChoice
        The CRS by which it was read.
    notices : tuple of Notice
        What was dropped, repaired or left out.
    """

    ways: Ways
    raw: RawLayer
    choice: SourceCRSChoice
    notices: tuple[Notice, ...]


def read_line_ways(
    source: LayerSource,
    frame: GeoDataFrame | None,
    *,
    crs: str,
    mode: Mode,
    subject: str,
    keep_closed: bool = False,
) -> LineWays:
    """
    Read a line layer, a graph or edge tables as ways.

    Lines of a GIS meet at crossings of equal level and where one ends on another. Edges of a
    graph, which name their end nodes in the columns ``u`` and ``v``, meet at these only.

    Parameters
    ----------
    source : LayerSource
        Files; its `columns` map names of `way_columns.LINE_COLUMNS` to those of the file.
    frame : GeoDataFrame or None
        The layer itself, where a script has it.
    crs : str
        Study CRS.
    mode : {"walk", "cycle"}
        Which lines to keep, where a column ``highway`` (or ``fclass``) says what they are.
    subject : str
        The layer, for messages.
    keep_closed : bool
        Whether to keep lines that are only closed to the public.

    Returns
    -------
    LineWays
        The ways, and what was left out.

    Raises
    ------
    SourceError, SchemaError, CRSError, EmptyLayerError, ParameterError
        If the layer cannot be read, is not of lines, or no line is left.
    """
    raw, source = _read(source, frame, subject)
    choice, crs_notices = choose_source_crs(source.crs, raw.frame.crs, subject=subject)
    table = line_table(raw.frame, source.columns, subject)
    kinds = line_kinds(table, mode, subject, keep_closed=keep_closed)
    given = np.asarray(raw.frame.geometry.array, dtype=object)
    flat = drop_z(GeoDataFrame(table, geometry=given), subject=subject)
    sound = repair_layer(flat.frame[kinds.allowed], family="line", subject=subject)
    parts, owner = shapely.get_parts(
        np.asarray(sound.frame.geometry.array, dtype=object), return_index=True
    )
    lines, far = shift_to_study_crs(parts, choice, crs, subject=subject)
    row = sound.frame.index.to_numpy()[owner]
    lines = with_heights(_open(lines), row, given)
    given_m, length_notices = stated_lengths(table, lines, row, subject=subject)
    lines, row, repeated = _once(lines, row, kinds)
    joined = _joined(lines, table.iloc[row])
    ways = _ways(joined, row, table, kinds, given_m)
    counts = {
        "lines_high": int(shapely.has_z(lines).sum()),
        "lines_apart": joined.apart,
        "lines_repeated": repeated,
        "lines_split": joined.crossings,
    }
    counted = (Notice(code, subject, n) for code, n in counts.items() if n)
    notices = (
        *raw.notices, *crs_notices, *kinds.notices, *sound.notices, *far,
        *length_notices, *counted,
    )  # fmt: skip
    return LineWays(ways, raw, choice, notices)


def _read(
    source: LayerSource, frame: GeoDataFrame | None, subject: str
) -> tuple[RawLayer, LayerSource]:
    if frame is not None:
        return read_frame(frame, source.where, subject=subject), source
    if is_overpass(source.files[0]):
        raw = read_overpass_ways(source.files[0], subject=subject)
    elif is_graphml(source.files[0]):
        raw = read_graphml(source, subject=subject)
    elif are_edge_tables(source.files):
        raw = read_edge_tables(source, subject=subject)
        source = replace(
            source, columns={"length_m": "length_m"} if "length_m" in raw.frame else {}
        )
    else:
        return read_source(source, (), subject=subject), source
    kept = read_frame(raw.frame, source.where, subject=subject)
    return replace(raw, frame=kept.frame, notices=(*raw.notices, *kept.notices)), source


def _joined(lines: Lines, rows: pd.DataFrame) -> Joined:
    if {"u", "v"} <= set(rows.columns):
        ends = [rows[name].astype("str").to_numpy(dtype=object) for name in ("u", "v")]
        return join_edges(lines, *ends)
    return join_lines(lines, line_levels(rows))


def _ways(
    joined: Joined, row: Ints, table: pd.DataFrame, kinds: LineKinds, given_m: Floats | None
) -> Ways:
    at = row[joined.row]
    if given_m is not None:
        # What a row states is the length of all its pieces together.
        piece_m = polyline_lengths(joined.vertex_xy_m, joined.offsets)
        whole_m = np.bincount(at, piece_m, minlength=len(table))[at]
        share = np.divide(piece_m, whole_m, out=np.ones_like(whole_m), where=whole_m > 0)
        given_m = given_m[at] * share
    return Ways(
        vertex_key=joined.vertex_key,
        vertex_xy_m=joined.vertex_xy_m,
        offsets=joined.offsets,
        way_id=line_ids(table)[at],
        kinds=WayKinds.of(kinds.kinds, kinds.of_row[at]),
        given_m=given_m,
    )


def _once(lines: Lines, row: Ints, kinds: LineKinds) -> tuple[Lines, Ints, int]:
    """Take a line once that a graph holds in both directions."""
    written = pd.Series(shapely.to_wkb(shapely.normalize(lines)))
    kind = pd.Series(kinds.of_row[row])
    again: Mask = pd.DataFrame({"line": written, "kind": kind}).duplicated().to_numpy()
    return lines[~again], row[~again], int(again.sum())


def _open(lines: Lines) -> Lines:
    """Write rings as lines."""
    rings = shapely.get_type_id(lines) == _RING
    if not rings.any():
        return lines
    opened = lines.copy()
    xy, owner = shapely.get_coordinates(lines[rings], return_index=True)
    opened[rings] = shapely.linestrings(xy, indices=owner)
    return opened
