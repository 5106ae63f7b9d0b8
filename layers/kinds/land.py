"""Land: built-up, construction, residential or any classed parcels, as polygons."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geoplan.layers.datums.fits import CoordinateFit
from geoplan.layers.kinds.pipeline import load_layer
from geoplan.layers.readers.source import Source

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def load_land(
    source: Source,
    *,
    crs: str,
    layer_name: str = "land_use",
    source_crs: str | CoordinateFit | None = None,
    columns: Mapping[str, str] | None = None,
) -> "GeoDataFrame":
    """
    Load land by class or purpose as polygons.

    Parameters
    ----------
    source : path, sequence of paths, GeoDataFrame or LayerSource
        Polygons, one row per parcel or patch.
    crs : str
        Study CRS: projected, in metres, e.g. ``"EPSG:4547"``.
    layer_name : str, optional
        What to call the layer: ``"built_up"``, ``"residential_land"``, ….
    source_crs : str or CoordinateFit, optional
        CRS or datum of the coordinates: ``EPSG:…``, PROJ, WKT, ``CGCS2000``, ``GCJ-02``,
        ``BD-09``, ``BD-09MC`` or a fit. By default what the file says of itself.
    columns : mapping of str to str, optional
        Canonical name -> name in the file:
        ``{"land_id": "ID", "class_code": "DLBM"}``.
        A column that already has its canonical name is taken as it is; a further name of your
        own keeps that column too.

    Returns
    -------
    GeoDataFrame, n rows of Polygon or MultiPolygon
        In `crs`, with RangeIndex, its load record (`geoplan.load_record`) and the columns

        ============== ======= ==== ==================================================
        column         dtype   unit meaning
        ============== ======= ==== ==================================================
        ``land_id``    str          key, unique; the row number if the source has none
        ``name``       str          name to show; empty if unknown
        ``class_code`` str          land-use class, if given
        ``area_m2``    float64 m²   area in the study CRS, after repair
        ============== ======= ==== ==================================================

    Raises
    ------
    CRSError
        If a CRS is missing, unknown, unfit to measure in, or does not fit the coordinates.
    SchemaError
        If a mapped column is not there, or the geometry is not polygons.
    EmptyLayerError
        If no usable row is left.
    SourceError
        If a file cannot be found or read.
    ParameterError
        If `columns` maps a name that is not a column of the layer.

    Notes
    -----
    Empty geometry, heights, unclosed rings, invalid polygons and exact repeats are repaired or
    left out; each is counted in the record, with the area it changes.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> parcels = gpd.GeoDataFrame(
    ...     {"DLBM": ["G1", "R2"]},
    ...     geometry=[shapely.box(0, 0, 100, 100), shapely.box(100, 0, 300, 100)],
    ...     crs="EPSG:4547",
    ... )
    >>> land = load_land(parcels, crs="EPSG:4547", columns={"class_code": "DLBM"})
    >>> land[["class_code", "area_m2"]].to_dict("records")
    [{'class_code': 'G1', 'area_m2': 10000.0}, {'class_code': 'R2', 'area_m2': 20000.0}]
    """
    return load_layer(
        source,
        kind="land",
        layer_name=layer_name,
        crs=crs,
        source_crs=source_crs,
        columns=columns,
    )
