"""Any further layer of facilities: schools, clinics, toilets, markets."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geoplan.layers.datums.fits import CoordinateFit
from geoplan.layers.kinds.pipeline import load_layer
from geoplan.layers.readers.source import Source

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def load_facilities(
    source: Source,
    *,
    crs: str,
    layer_name: str,
    source_crs: str | CoordinateFit | None = None,
    columns: Mapping[str, str] | None = None,
) -> "GeoDataFrame":
    """
    Load any further layer of facilities.

    Parameters
    ----------
    source : path, sequence of paths, GeoDataFrame or LayerSource
        Points, lines or polygons, or a table with coordinate columns.
    crs : str
        Study CRS: projected, in metres, e.g. ``"EPSG:4547"``.
    layer_name : str
        What to call the layer, e.g. ``"schools"``.
    source_crs : str or CoordinateFit, optional
        CRS or datum of the coordinates: ``EPSG:…``, PROJ, WKT, ``CGCS2000``, ``GCJ-02``,
        ``BD-09``, ``BD-09MC`` or a fit. By default what the file says of itself.
    columns : mapping of str to str, optional
        Canonical name -> name in the file:
        ``{"facility_id": "ID", "weight": "BEDS"}``.
        A column that already has its canonical name is taken as it is; a further name of your
        own keeps that column too.

    Returns
    -------
    GeoDataFrame, n rows of any geometry
        In `crs`, with RangeIndex, its load record (`geoplan.load_record`) and the columns

        =============== ======= ==== ==================================================
        column          dtype   unit meaning
        =============== ======= ==== ==================================================
        ``facility_id`` str          key, unique; the row number if the source has none
        ``name``        str          name to show; empty if unknown
        ``weight``      float64      size or capacity, if given
        =============== ======= ==== ==================================================

    Raises
    ------
    CRSError
        If a CRS is missing, unknown, unfit to measure in, or does not fit the coordinates.
    SchemaError
        If a mapped column is not there, or the geometry is not of a usable kind.
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
    >>> import geopandas as gpd
    >>> schools = gpd.GeoDataFrame(
    ...     {"seats": ["1,200"]}, geometry=gpd.points_from_xy([114.2], [22.7]), crs="EPSG:4326"
    ... )
    >>> load_facilities(
    ...     schools, layer_name="schools", crs="EPSG:4547", columns={"weight": "seats"}
    ... )["weight"].item()
    1200.0
    """
    return load_layer(
        source,
        kind="facilities",
        layer_name=layer_name,
        crs=crs,
        source_crs=source_crs,
        columns=columns,
    )
