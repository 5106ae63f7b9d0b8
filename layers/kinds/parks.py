"""Parks: public green space, as polygons."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geoplan.layers.datums.fits import CoordinateFit
from geoplan.layers.kinds.pipeline import load_layer
from geoplan.layers.readers.source import Source

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def load_parks(
    source: Source,
    *,
    crs: str,
    source_crs: str | CoordinateFit | None = None,
    columns: Mapping[str, str] | None = None,
) -> "GeoDataFrame":
    """
    Load parks as polygons.

    Parameters
    ----------
    source : path, sequence of paths, GeoDataFrame or LayerSource
        Polygons, one row per park.
    crs : str
        Study CRS: projected, in metres, e.g. ``"EPSG:4547"``.
    source_crs : str or CoordinateFit, optional
        CRS or datum of the coordinates: ``EPSG:…``, PROJ, WKT, ``CGCS2000``, ``GCJ-02``,
        ``BD-09``, ``BD-09MC`` or a fit. By default what the file says of itself.
    columns : mapping of str to str, optional
        Canonical name -> name in the file:
        ``{"park_id": "ID", "name": "NAME", "tier": "CLASS"}``.
        A column that already has its canonical name is taken as it is; a further name of your
        own keeps that column too.

    Returns
    -------
    GeoDataFrame, n rows of Polygon or MultiPolygon
        In `crs`, with RangeIndex, its load record (`geoplan.load_record`) and the columns

        =========== ======= ==== ==================================================
        column      dtype   unit meaning
        =========== ======= ==== ==================================================
        ``park_id`` str          key, unique; the row number if the source has none
        ``name``    str          name to show; empty if unknown
        ``tier``    str          tier of the park, if given
        ``area_m2`` float64 m²   area in the study CRS, after repair
        =========== ======= ==== ==================================================

    Raises
    ------
    CRSError
        If a CRS is missing, unknown, unfit to measure in, or does not fit the coordinates.
    SchemaError
        If a mapped column is not there, or the geometry is not polygons (points load with
        `load_facilities`).
    EmptyLayerError
        If no usable row is left.
    SourceError
        If a file cannot be found or read.
    ParameterError
        If `columns` maps a name that is not a column of the layer.

    Notes
    -----
    Empty geometry, heights, unclosed rings, invalid polygons and exact repeats are repaired or
    left out; each is counted in the record, with the area it changes. `area_m2` is measured; an
    official area is kept beside it under a name of your own.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> green = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 300, 200)], crs="EPSG:4547")
    >>> load_parks(green, crs="EPSG:4547")[["park_id", "area_m2"]].to_dict("records")
    [{'park_id': '1', 'area_m2': 60000.0}]
    """
    return load_layer(
        source,
        kind="parks",
        layer_name="parks",
        crs=crs,
        source_crs=source_crs,
        columns=columns,
    )
