"""A raster of something measured, and what every raster layer has: a grid and a record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike, fspath
from typing import TypeAlias

from geoplan.core.crs import check_metric_crs, parse_crs
from geoplan.core.errors import SourceError
from geoplan.core.notices import Notice, unique
from geoplan.core.record import LoadRecord
from geoplan.layers._files import file_sha256
from geoplan.layers.cell_census import CellWindow, cell_census, census_notices
from geoplan.layers.fits import CoordinateFit
from geoplan.layers.grid import RasterGrid, open_grid
from geoplan.layers.raster_file import Bounds, cells_around, crs_words, is_raster
from geoplan.layers.source import LayerSource, refuse_layer
from geoplan.layers.tiles import Mosaic, mosaic

PathText: TypeAlias = str | PathLike[str]
RasterSource: TypeAlias = PathText | Sequence[PathText] | LayerSource | RasterGrid
"""What a raster comes from: a path, a folder of tiles, several paths, or a grid."""


@dataclass(frozen=True, eq=False)
class Surface:
    """
    A raster of something measured: height, NDVI, a concentration.

    Parameters
    ----------
    grid : RasterGrid
        Its cells; none is in memory.
    record : LoadRecord
        Where it came from, and what to know of it.
    """

    grid: RasterGrid
    record: LoadRecord


@dataclass(frozen=True, eq=False)
class OpenedRaster:
    """
    A raster layer before its cells are looked at.

    Parameters
    ----------
    grid : RasterGrid
        Its cells.
    window : tuple of int
        First and last row, first and last column around the study area, the last not included.
    record : LoadRecord
        What is known of it so far.
    """

    grid: RasterGrid
    window: CellWindow
    record: LoadRecord


def load_surface(
    source: RasterSource,
    *,
    crs: str,
    source_crs: str | CoordinateFit | None = None,
    bounds: Bounds | None = None,
    layer_name: str = "surface",
) -> Surface:
    """
    Load a raster of something measured.

    Parameters
    ----------
    source, crs, source_crs, bounds, layer_name
        As for `load_land_cover`.

    Returns
    -------
    Surface
        The grid, with a record of its cells without data.

    Raises
    ------
    ParameterError, CRSError, EmptyLayerError, SourceError
        As for `load_land_cover`.
    """
    opened = open_raster_layer(source, crs, source_crs, bounds, layer_name, kind="surface")
    found = cell_census(opened.grid, None, opened.window)
    notices = (*opened.record.notices, *census_notices(None, found, layer_name))
    kept = found.known if found else 0
    return Surface(opened.grid, replace(opened.record, rows_kept=kept, notices=unique(notices)))


def open_raster_layer(
    source: RasterSource,
    crs: str,
    source_crs: str | CoordinateFit | None,
    bounds: Bounds | None,
    subject: str,
    *,
    kind: str,
) -> OpenedRaster:
    """Open a raster, or tiles of one, and find its cells around the study area."""
    check_metric_crs(parse_crs(crs), f"`crs` ({crs!r})")
    if isinstance(source, RasterGrid):
        described, stated = LayerSource("<RasterGrid>"), None
        joined, grid = Mosaic("", ()), source
    else:
        described = source if isinstance(source, LayerSource) else LayerSource(source)
        refuse_layer(described, subject=subject, what="a raster")
        stated = source_crs if source_crs is not None else described.crs
        joined = mosaic(described.files, subject=subject)
        _require_rasters(joined.paths, subject)
        grid = open_grid(joined.source, subject=subject, source_crs=stated)
    paths, notices = joined.paths, joined.notices
    shown = paths[0] if paths else subject
    window, partial = cells_around(
        grid.transform, (grid.width, grid.height), grid.crs, crs, bounds,
        subject=subject, shown=shown,
    )  # fmt: skip
    if (grid.scale, grid.offset) != (1.0, 0.0):
        values = {"scale": grid.scale, "offset": grid.offset}
        notices = (*notices, Notice("raster_scaled", subject, values=values))
    record = LoadRecord(
        layer=subject,
        kind=kind,
        paths=paths,
        sha256=tuple(file_sha256(path) for path in paths if _is_local(path)),
        format="GeoTIFF tiles" if len(paths) > 1 else "raster",
        source_crs=crs_words(grid.crs),
        source_crs_from="file" if stated is None else "declared",
        study_crs=crs,
        rows_read=(window[1] - window[0]) * (window[3] - window[2]),
        as_of=described.as_of,
        source=described.source,
        notices=(*notices, *partial),
    )
    return OpenedRaster(grid, window, record)


def _is_local(path: str) -> bool:
    return not path.startswith("/vsi") and "://" not in path


def _require_rasters(paths: Sequence[str], subject: str) -> None:
    other = [path for path in paths if not is_raster(path) and _is_local(path)]
    if other:
        raise SourceError(
            f"`{subject}`: {fspath(other[0])} is not a raster. Polygons of land cover are loaded "
            "with load_land(...) and given classes by classify_land(...)."
        )
