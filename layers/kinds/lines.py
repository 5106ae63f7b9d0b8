"""Lines: greenways, roads, cycle lanes, bus and rail lines, pipes, rivers, shores."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geoplan.layers.datums.fits import CoordinateFit
from geoplan.layers.kinds.pipeline import load_layer
from geoplan.layers.readers.source import Source

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def load_lines(
    source: Source,
    *,
    crs: str,
    layer_name: str = "lines",
    source_crs: str | CoordinateFit | None = None,
    columns: Mapping[str, str] | None = None,
) -> "GeoDataFrame":
    """
    Load a layer of lines whose length is to be measured.

    Parameters
    ----------
    source : path, sequence of paths, GeoDataFrame or LayerSource
        Lines; one row per line or part of it.
    crs : str
        Study CRS: projected, in metres, e.g. ``"EPSG:4547"``.
    layer_name : str
        What to call the layer, e.g. ``"greenways"``.
    source_crs : str or CoordinateFit, optional
        CRS or datum of the coordinates: ``EPSG:…``, PROJ, WKT, ``CGCS2000``, ``GCJ-02``,
        ``BD-09``, ``BD-09MC`` or a fit. By default what the file says of itself.
    columns : mapping of str to str, optional
        Canonical name -> name in the file:
        ``{"line_id": "ID", "class": "TYPE"}``.
        A column that already has its canonical name is taken as it is; a further name of your
        own keeps that column too.

    Returns
    -------
    GeoDataFrame, n rows of LineString or MultiLineString
        In `crs`, with RangeIndex, its load record (`geoplan.load_record`) and the columns

        ============ ======= ==== ==================================================
        column       dtype   unit meaning
        ============ ======= ==== ==================================================
        ``line_id``  str          key, unique; the row number if the source has none
        ``name``     str          name to show; empty if unknown
        ``class``    str          class of the line, if given: arterial, river type, …
        ``opened``   str          opening date or year, if given
        ============ ======= ==== ==================================================

    Raises
    ------
    CRSError
        If a CRS is missing, unknown, unfit to measure in, or does not fit the coordinates.
    SchemaError
        If a mapped column is not there, or the geometry is not lines.
    EmptyLayerError
        If no usable row is left.
    SourceError
        If a file cannot be found or read.
    ParameterError
        If `columns` maps a name that is not a column of the layer.

    Notes
    -----
    Empty geometry, heights and exact repeats are repaired or left out; each is counted in the
    record. Lines drawn on one another stay: `geoplan.length_and_density` counts them once.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> ways = gpd.GeoDataFrame(
    ...     {"TYPE": ["city"]}, geometry=[shapely.LineString([(0, 0), (3, 4)])], crs="EPSG:4547"
    ... )
    >>> load_lines(ways, crs="EPSG:4547", columns={"class": "TYPE"})["class"].item()
    'city'
    """
    return load_layer(
        source,
        kind="lines",
        layer_name=layer_name,
        crs=crs,
        source_crs=source_crs,
        columns=columns,
    )
