"""Bus stops, as points."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geoplan.layers.datums.fits import CoordinateFit
from geoplan.layers.kinds.pipeline import load_layer
from geoplan.layers.readers.source import Source

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def load_bus_stops(
    source: Source,
    *,
    crs: str,
    source_crs: str | CoordinateFit | None = None,
    columns: Mapping[str, str] | None = None,
) -> "GeoDataFrame":
    """
    Load bus stops as points.

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
        ``{"stop_id": "ID", "name": "站名"}``.
        A column that already has its canonical name is taken as it is; a further name of your
        own keeps that column too.

    Returns
    -------
    GeoDataFrame, n rows of Point
        In `crs`, with RangeIndex, its load record (`geoplan.load_record`) and the columns

        =========== ===== ==== ==================================================
        column      dtype unit meaning
        =========== ===== ==== ==================================================
        ``stop_id`` str        key, unique; the row number if the source has none
        ``name``    str        name to show; empty if unknown
        =========== ===== ==== ==================================================

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
    Rows without coordinates are left out and counted. Two stops at one place are two stops; rows
    that repeat another in place and in every column are one.

    Examples
    --------
    >>> import geopandas as gpd
    >>> stops = gpd.GeoDataFrame(
    ...     {"name": ["Luohu", "Laojie"]},
    ...     geometry=gpd.points_from_xy([114.1187, 114.1169], [22.5321, 22.5443]),
    ... )
    >>> load_bus_stops(stops, source_crs="GCJ-02", crs="EPSG:4547")["name"].tolist()
    ['Luohu', 'Laojie']
    """
    return load_layer(
        source,
        kind="bus_stops",
        layer_name="bus_stops",
        crs=crs,
        source_crs=source_crs,
        columns=columns,
    )
