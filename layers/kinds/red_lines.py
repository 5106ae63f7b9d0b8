"""Red lines: areas under ecological or other planning control."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geoplan.layers.datums.fits import CoordinateFit
from geoplan.layers.kinds.pipeline import load_layer
from geoplan.layers.readers.source import Source

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def load_red_lines(
    source: Source,
    *,
    crs: str,
    source_crs: str | CoordinateFit | None = None,
    columns: Mapping[str, str] | None = None,
) -> "GeoDataFrame":
    """
    Load planning control lines: ecological red lines, blue lines, green lines.

    Parameters
    ----------
    source : path, sequence of paths, GeoDataFrame or LayerSource
        Polygons; one row per line or part of it.
    crs : str
        Study CRS: projected, in metres, e.g. ``"EPSG:4547"``.
    source_crs : str or CoordinateFit, optional
        CRS or datum of the coordinates: ``EPSG:…``, PROJ, WKT, ``CGCS2000``, ``GCJ-02``,
        ``BD-09``, ``BD-09MC`` or a fit. By default what the file says of itself.
    columns : mapping of str to str, optional
        Canonical name -> name in the file:
        ``{"line_id": "ID", "category": "TYPE"}``.
        A column that already has its canonical name is taken as it is; a further name of your
        own keeps that column too.

    Returns
    -------
    GeoDataFrame, n rows of Polygon or MultiPolygon
        In `crs`, with RangeIndex, its load record (`geoplan.load_record`) and the columns

        ============ ======= ==== ==================================================
        column       dtype   unit meaning
        ============ ======= ==== ==================================================
        ``line_id``  str          key, unique; the row number if the source has none
        ``name``     str          name to show; empty if unknown
        ``category`` str          category of the line, if given
        ``area_m2``  float64 m²   area in the study CRS, after repair
        ============ ======= ==== ==================================================

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
    left out; each is counted in the record, with the area it changes. A line drawn as a closed
    line and not as a polygon is an error: what lies inside it is the planner's to say.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> line = gpd.GeoDataFrame(
    ...     {"TYPE": ["core"]}, geometry=[shapely.box(0, 0, 1000, 1000)], crs="EPSG:4547"
    ... )
    >>> load_red_lines(line, crs="EPSG:4547", columns={"category": "TYPE"})["area_m2"].item()
    1000000.0
    """
    return load_layer(
        source,
        kind="red_lines",
        layer_name="red_lines",
        crs=crs,
        source_crs=source_crs,
        columns=columns,
    )
