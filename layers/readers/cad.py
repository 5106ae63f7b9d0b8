"""What CAD drawings need: text without a code page, and outlines that are closed lines."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from geoplan.core.errors import SourceError
from geoplan.core.notices import Notice
from geoplan.layers.files.encoding import TextEncoding, guess_encoding
from geoplan.layers.readers.raw_layer import RawLayer

CLOSED_LINES = ("areas",)
"""What closed lines can be read as."""

_LINE, _LINES = 1, 5


def drawing_text(
    frame: GeoDataFrame, encoding: str, *, shown: str
) -> tuple[GeoDataFrame, TextEncoding]:
    """
    Decode the text of a DXF that states no code page, which GDAL takes for Western.

    Parameters
    ----------
    frame : GeoDataFrame
        As GDAL gives it: text of a drawing that states its code page is right already.
    encoding : str
        Encoding that the caller states; told by the bytes when empty.
    shown : str
        The file, for messages.

    Returns
    -------
    tuple of GeoDataFrame and TextEncoding
        The rows, and the encoding where it was not the drawing's own.

    Raises
    ------
    SourceError
        If the text is not in the encoding stated.
    """
    texts = [name for name in frame.columns if pd.api.types.is_string_dtype(frame[name])]
    values = [text for name in texts for text in frame[name].dropna().unique()]
    foreign = [text for text in values if not text.isascii()]
    if not foreign or any(max(text) > "\u00ff" for text in foreign):
        return frame, TextEncoding()
    # GDAL made a letter of ISO 8859-1 of each byte, so nothing is lost.
    found = encoding or guess_encoding(text.encode("latin-1") for text in foreign)
    if not found:
        return frame, TextEncoding()
    try:
        plain = {text: text.encode("latin-1").decode(found) for text in foreign}
    except (UnicodeDecodeError, LookupError) as error:
        raise SourceError(f"{shown} is not in encoding={found!r} ({error}).") from error
    decoded = {name: frame[name].replace(plain) for name in texts}
    return frame.assign(**decoded), TextEncoding(found, "declared" if encoding else "bytes")


def closed_as_areas(raw: RawLayer, *, subject: str) -> RawLayer:
    """
    Read lines that close as the areas they enclose, as CAD drawings have districts and parks.

    Parameters
    ----------
    raw : RawLayer
        Rows as read.
    subject : str
        The layer, for the notice.

    Returns
    -------
    RawLayer
        The same rows; lines that stay open are lines still.
    """
    geometry = np.asarray(raw.frame.geometry.array, dtype=object).copy()
    closed = closed_lines(geometry)
    if not closed.any():
        return raw
    geometry[closed] = [_enclosed(line) for line in geometry[closed]]
    frame = raw.frame.set_geometry(geometry, crs=raw.frame.crs)
    notice = Notice("closed_lines_as_areas", subject, int(closed.sum()), len(frame))
    return replace(raw, frame=frame, notices=(*raw.notices, notice))


def closed_lines(geometry: np.ndarray) -> np.ndarray:
    """
    Find the lines that close, each of whose parts encloses something.

    Parameters
    ----------
    geometry : ndarray of geometry, n values
        Any.

    Returns
    -------
    ndarray of bool, n values
        True for closed lines.
    """
    lines = np.isin(shapely.get_type_id(geometry), (_LINE, _LINES)) & ~shapely.is_empty(geometry)
    parts, row = shapely.get_parts(geometry[lines], return_index=True)
    enough = shapely.is_closed(parts) & (shapely.get_num_points(parts) > 3)
    closed = np.ones(int(lines.sum()), dtype=bool)
    np.logical_and.at(closed, row, enough)
    found = lines.copy()
    found[lines] = closed
    return found


def _enclosed(line: Any) -> Any:  # noqa: ANN401 (a geometry)
    areas = shapely.polygons([part.coords for part in shapely.get_parts(line)])
    return areas[0] if len(areas) == 1 else shapely.multipolygons(areas)
