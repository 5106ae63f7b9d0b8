"""Districts: the areas that results are reported by."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geoplan.layers.datums.fits import CoordinateFit
from geoplan.layers.kinds.pipeline import load_layer
from geoplan.layers.readers.source import Source

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def load_districts(
    source: Source,
    *,
    crs: str,
    source_crs: str | CoordinateFit | None = None,
    columns: Mapping[str, str] | None = None,
) -> "GeoDataFrame":
    """
    Load the districts that results are reported by.

    Parameters
    ----------
    source : path, sequence of paths, GeoDataFrame or LayerSource
        Polygons, one row per district.
    crs : str
        Study CRS: projected, in metres, e.g. ``"EPSG:4547"``.
    source_crs : str or CoordinateFit, optional
        CRS or datum of the coordinates: ``EPSG:…``, PROJ, WKT, ``CGCS2000``, ``GCJ-02``,
        ``BD-09``, ``BD-09MC`` or a fit. By default what the file says of itself.
    columns : mapping of str to str, optional
        Canonical name -> name in the file:
        ``{"district_id": "CODE", "name": "NAME"}``.
        A column that already has its canonical name is taken as it is; a further name of your
        own keeps that column too.

    Returns
    -------
    GeoDataFrame, n rows of Polygon or MultiPolygon
        In `crs`, with RangeIndex, its load record (`geoplan.load_record`) and the columns

        =============== ======= ====== ==================================================
        column          dtype   unit   meaning
        =============== ======= ====== ==================================================
        ``district_id`` str            key, unique; the row number if the source has none
        ``name``        str            name to show; empty if unknown
        ``level``       str            level in the hierarchy, if given
        ``parent_id``   str            key of the district above, if given
        ``population``  float64 person residents, if given; NaN when unknown
        ``jobs``        float64 job    jobs, if given; NaN when unknown
        ``gdp``         float64 CNY    gross domestic product, if given
        =============== ======= ====== ==================================================

    Raises
    ------
    CRSError
        If a CRS is missing, unknown, unfit to measure in, or does not fit the coordinates.
    SchemaError
        If a mapped column is not there, keys repeat, an amount is negative, or the geometry is
        not polygons.
    EmptyLayerError
        If no usable row is left.
    SourceError
        If a file cannot be found or read.
    ParameterError
        If `columns` maps a name that is not a column of the layer.

    Notes
    -----
    Empty geometry, heights, unclosed rings, invalid polygons and exact repeats are repaired or
    left out; each is counted in the record, with the area it changes. Districts that overlap are
    kept and the overlap is reported.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> square = gpd.GeoDataFrame(
    ...     {"CODE": ["440307001"], "NAME": ["平湖街道"]},
    ...     geometry=[shapely.box(114.10, 22.65, 114.16, 22.71)],
    ...     crs="EPSG:4326",
    ... )
    >>> districts = load_districts(
    ...     square, crs="EPSG:4547", columns={"district_id": "CODE", "name": "NAME"}
    ... )
    >>> districts[["district_id", "name"]].to_dict("records")
    [{'district_id': '440307001', 'name': '平湖街道'}]
    """
    return load_layer(
        source,
        kind="districts",
        layer_name="districts",
        crs=crs,
        source_crs=source_crs,
        columns=columns,
    )
