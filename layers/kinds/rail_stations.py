"""Rail and metro stations, as points."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geoplan.layers.datums.fits import CoordinateFit
from geoplan.layers.kinds.pipeline import load_layer
from geoplan.layers.readers.source import Source

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def load_rail_stations(
    source: Source,
    *,
    crs: str,
    source_crs: str | CoordinateFit | None = None,
    columns: Mapping[str, str] | None = None,
) -> "GeoDataFrame":
    """
    Load rail or metro stations as points.

    Parameters
    ----------
    source : path, sequence of paths, GeoDataFrame or LayerSource
        Points, or a table with coordinate columns.
    crs : str
        Study CRS: projected, in metres, e.g. ``"EPSG:4547"``.
    source_crs : str or CoordinateFit, optional
        CRS or datum of the coordinates: ``EPSG:…``, PROJ, WKT, ``CGCS2000``, ``GCJ-02``,
        ``BD-09``, ``BD-09MC`` or a fit. By default what the file says of itself.
    columns : mapping of str to str, optional
        Canonical name -> name in the file:
        ``{"station_id": "ID", "line": "LINE"}``.
        A column that already has its canonical name is taken as it is; a further name of your
        own keeps that column too.

    Returns
    -------
    GeoDataFrame, n rows of Point
        In `crs`, with RangeIndex, its load record (`geoplan.load_record`) and the columns

        ============== ===== ==== ==================================================
        column         dtype unit meaning
        ============== ===== ==== ==================================================
        ``station_id`` str        key, unique; the row number if the source has none
        ``name``       str        name to show; empty if unknown
        ``line``       str        line or lines served, if given
        ``opened``     str        opening date or year, if given
        ============== ===== ==== ==================================================

    Raises
    ------
    CRSError
        If a CRS is missing, unknown, unfit to measure in, or does not fit the coordinates.
    SchemaError
        If a mapped column is not there, or the geometry is not points.
    EmptyLayerError
        If no usable row is left.
    SourceError
        If a file cannot be found or read.
    ParameterError
        If `columns` maps a name that is not a column of the layer.

    Notes
    -----
    A station listed once per line keeps a row for each, under keys told apart by ``#2``, ``#3``;
    coverage counts the place once.

    Examples
    --------
    >>> import geopandas as gpd
    >>> exits = gpd.GeoDataFrame(
    ...     {"line": ["3", "3"]},
    ...     geometry=gpd.points_from_xy([114.22, 114.25], [22.72, 22.72]),
    ...     crs="EPSG:4326",
    ... )
    >>> load_rail_stations(exits, crs="EPSG:4547")["station_id"].tolist()
    ['1', '2']
    """
    return load_layer(
        source,
        kind="rail_stations",
        layer_name="rail_stations",
        crs=crs,
        source_crs=source_crs,
        columns=columns,
    )
