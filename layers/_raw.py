"""What a reader hands to the pipeline, whatever the format."""

from dataclasses import dataclass

from geopandas import GeoDataFrame

from geoplan.core.notices import Notice
from geoplan.layers.encoding import TextEncoding


@dataclass(frozen=True)
class RawLayer:
    """
    Rows as the source has them.

    Parameters
    ----------
    frame : GeoDataFrame
        Every row and column, with RangeIndex, in the file's own CRS (None: unknown).
    driver : str
        Format or reader.
    encoding : TextEncoding
        Encoding of the attributes.
    rows_read : int
        Rows in the source, before any condition.
    notices : tuple of Notice
        What the reader had to do or guess.
    """

    frame: GeoDataFrame
    driver: str
    encoding: TextEncoding
    rows_read: int
    notices: tuple[Notice, ...] = ()
