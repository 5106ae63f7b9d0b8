"""Residents and jobs: points, polygons or the cells of a raster, each with its number."""

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike, fspath
from typing import TYPE_CHECKING

import pandas as pd

from geoplan.core.crs import check_metric_crs, parse_crs
from geoplan.core.errors import ParameterError, SourceError
from geoplan.core.notices import Notice
from geoplan.core.record import LoadRecord, attach_record
from geoplan.layers.datums.fits import CoordinateFit
from geoplan.layers.files.on_disk import file_sha256
from geoplan.layers.inspection.guess import guess_raster
from geoplan.layers.kinds.pipeline import load_layer
from geoplan.layers.rasters.raster_file import Bounds, is_raster
from geoplan.layers.rasters.tiles import mosaic
from geoplan.layers.readers.read_raster import read_cells
from geoplan.layers.readers.source import LayerSource, Source, as_source, refuse_layer

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def load_population(
    source: Source,
    *,
    crs: str,
    source_crs: str | CoordinateFit | None = None,
    columns: Mapping[str, str] | None = None,
    unit: str | None = None,
    bounds: Bounds | None = None,
) -> "GeoDataFrame":
    """
    Load where people live.

    Parameters
    ----------
    source : path, sequence of paths, GeoDataFrame or LayerSource
        A raster (GeoTIFF and its kin) or several tiles of one; or points or polygons with a column
        of residents, which
        ``columns={"population": …}`` or ``LayerSource(value=…)`` names if it is not found.
    crs : str
        Study CRS: projected, in metres.
    source_crs : str or CoordinateFit, optional
        CRS or datum of the source; what the file says by default.
    columns : mapping of str to str, optional
        Canonical name -> name in the file, for points and polygons.
    unit : {"count", "per_km2"}, optional
        Required for a raster: whether a cell holds persons, or persons per km².
    bounds : tuple of float, optional
        West, south, east, north in the study CRS: of a raster, only the cells around them are
        read.

    Returns
    -------
    GeoDataFrame, n rows of Point or Polygon
        In `crs`, with its load record and the columns

        ============== ======= ====== ==========================================
        column         dtype   unit   meaning
        ============== ======= ====== ==========================================
        ``unit_id``    str            key; ``r12c7`` for row 12, column 7
        ``population`` float64 person residents, taken as even inside a polygon
        ============== ======= ====== ==========================================

    Raises
    ------
    ParameterError
        If the unit of a raster is not stated, or makes a city more crowded than any; the message
        says what either would add up to.
    CRSError
        If a CRS is missing, unknown or unfit.
    SchemaError
        If points or polygons have no column of residents.
    EmptyLayerError
        If nobody is left.
    SourceError
        If a file cannot be found or read.

    Notes
    -----
    A raster is never resampled: each cell above 0 becomes a polygon by its corners, so the sum of
    ``population`` is the sum of the raster. Cells without data, NaN and negative ones are left out
    and counted. A density is multiplied by the area of the cell on the ellipsoid; where it is per
    km² of *land*, as of GPW, cells on a coast become too many, and those beside cells without data
    are counted. People of coastal cells who lie outside every district are in no total, which each
    analysis says; `move_inside` counts them in the nearest.

    Examples
    --------
    >>> import geopandas as gpd
    >>> homes = gpd.GeoDataFrame(
    ...     {"residents": [120, 80]},
    ...     geometry=gpd.points_from_xy([114.1, 114.2], [22.5, 22.6]),
    ...     crs="EPSG:4326",
    ... )
    >>> homes = load_population(homes, crs="EPSG:4547", columns={"population": "residents"})
    >>> homes["population"].sum().item()
    200.0
    """
    return _load(
        source,
        "population",
        crs=crs,
        source_crs=source_crs,
        columns=columns,
        unit=unit,
        bounds=bounds,
    )


def load_jobs(
    source: Source,
    *,
    crs: str,
    source_crs: str | CoordinateFit | None = None,
    columns: Mapping[str, str] | None = None,
    unit: str | None = None,
    bounds: Bounds | None = None,
) -> "GeoDataFrame":
    """
    Load where people work.

    Parameters
    ----------
    source, crs, source_crs, columns, unit, bounds
        As for `load_population`, with ``columns={"jobs": …}``.

    Returns
    -------
    GeoDataFrame, n rows of Point or Polygon
        In `crs`, with its load record and the columns

        =========== ======= ==== =====================================
        column      dtype   unit meaning
        =========== ======= ==== =====================================
        ``unit_id`` str          key
        ``jobs``    float64 job  jobs, taken as even inside a polygon
        =========== ======= ==== =====================================

    Raises
    ------
    ParameterError, CRSError, SchemaError, EmptyLayerError, SourceError
        As for `load_population`.
    """
    return _load(
        source, "jobs", crs=crs, source_crs=source_crs, columns=columns, unit=unit, bounds=bounds
    )


def _load(
    source: Source,
    kind: str,
    *,
    crs: str,
    source_crs: str | CoordinateFit | None,
    columns: Mapping[str, str] | None,
    unit: str | None,
    bounds: Bounds | None,
) -> "GeoDataFrame":
    described, frame = as_source(source, source_crs=source_crs, columns=columns)
    described = replace(described, unit=unit or described.unit)
    if frame is None and any(is_raster(path) for path in _paths(described)):
        return _load_raster(described, kind, crs=crs, bounds=bounds)
    if described.unit:
        raise ParameterError(
            f"`unit` is {described.unit!r}, but `{kind}` is not a raster: points and polygons hold "
            "numbers of persons or jobs. Leave `unit` out (of a raster in a zip, name it: "
            "'people.zip!people.tif')."
        )
    return load_layer(
        described if frame is None else frame,
        kind=kind,
        layer_name=kind,
        crs=crs,
        source_crs=described.crs,
        columns=described.columns,
    )


def _load_raster(
    source: LayerSource, kind: str, *, crs: str, bounds: Bounds | None
) -> "GeoDataFrame":
    import geopandas as gpd

    check_metric_crs(parse_crs(crs), f"`crs` ({crs!r})")
    files = _only_rasters(source, kind)
    refuse_layer(source, subject=kind, what="a raster")
    joined = mosaic(files, subject=kind)
    found = read_cells(
        joined.source,
        crs=crs,
        unit=source.unit or None,
        subject=kind,
        source_crs=source.crs,
        bounds=bounds,
        stated=source,
    )
    rows, columns = pd.Series(found.rows).astype(str), pd.Series(found.columns).astype(str)
    layer = gpd.GeoDataFrame(
        {"unit_id": "r" + rows + "c" + columns, kind: found.amounts}, geometry=found.cells, crs=crs
    )
    return attach_record(
        layer,
        LoadRecord(
            layer=kind,
            kind=kind,
            paths=joined.paths,
            sha256=tuple(map(file_sha256, joined.paths)),
            format=found.driver,
            source_crs=found.source_crs,
            source_crs_from="file" if source.crs is None else "declared",
            study_crs=crs,
            rows_read=found.cells_read,
            rows_kept=len(layer),
            as_of=source.as_of,
            source=source.source,
            notices=(*joined.notices, *found.notices, *_name_notices(files, source.unit, kind)),
        ),
    )


def _paths(source: LayerSource) -> tuple[str, ...]:
    given = source.paths
    return (
        (fspath(given),)
        if isinstance(given, str | PathLike)
        else tuple(fspath(path) for path in given)
    )


def _only_rasters(source: LayerSource, kind: str) -> tuple[str, ...]:
    paths = _paths(source)
    other = [path for path in paths if not is_raster(path)]
    if other:
        raise SourceError(
            f"`{kind}` names rasters and {other[0]}, which is none; a layer is one or the other."
        )
    return paths


def _name_notices(files: tuple[str, ...], unit: str, kind: str) -> tuple[Notice, ...]:
    """Say so if the name of a file speaks of another unit than the one stated."""
    guessed = guess_raster(files[0]).unit
    if not guessed or guessed == unit:
        return ()
    name = files[0].replace("\\", "/").rpartition("/")[2]
    values = {"unit": unit, "other": guessed, "name": name}
    return (Notice("unit_against_name", kind, values=values),)
