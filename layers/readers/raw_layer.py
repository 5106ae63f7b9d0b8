"""What a reader hands to the pipeline, whatever the format."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from geopandas import GeoDataFrame

from geoplan.core.notices import Notice
from geoplan.core.written_numbers import ColumnUnit
from geoplan.layers.files.encoding import TextEncoding


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
    units : mapping of str to ColumnUnit
        Columns whose cells show something else than the number they hold.
    coordinate_digits : int or None
        Digits after the point that a table has of its coordinates; None where a format keeps all.
    """

    frame: GeoDataFrame
    driver: str
    encoding: TextEncoding
    rows_read: int
    notices: tuple[Notice, ...] = ()
    units: Mapping[str, ColumnUnit] = field(default_factory=dict)
    coordinate_digits: int | None = None
