"""A raster of something measured, and what every raster layer has: a grid and a record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike, fspath
from typing import TypeAlias

from geoplan.core.crs import check_metric_crs, parse_crs
from geoplan.core.errors import SourceError
from geoplan.core.hearing import tell
from geoplan.core.notices import Notice, unique
from geoplan.core.record import LoadRecord
from geoplan.layers.datums.fits import CoordinateFit
from geoplan.layers.files.on_disk import file_sha256
from geoplan.layers.rasters.cell_census import (
    CellWindow,
    census_notices,
    measured_values,
    values_census,
)
from geoplan.layers.rasters.fills import Values, with_fills
from geoplan.layers.rasters.grid import RasterGrid, open_grid
from geoplan.layers.rasters.raster_file import Bounds, cells_around, crs_words, is_raster
from geoplan.layers.rasters.tiles import Mosaic, mosaic
from geoplan.layers.readers.source import LayerSource, refuse_layer

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
    value_range : tuple of float, optional
        Least and greatest value around the study area.
    """

    grid: RasterGrid
    record: LoadRecord
    value_range: tuple[float, float] | None = None


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
    every_value : bool
        Whether somebody said that every number is a value.
    scale_stated : bool
        Whether somebody said how the numbers are scaled.
    """

    grid: RasterGrid
    window: CellWindow
    record: LoadRecord
    every_value: bool = False
    scale_stated: bool = False

    def measured(self) -> "tuple[OpenedRaster, Values]":
        """Look at the values of a measured surface; what stands for no data counts as such."""
        found = measured_values(self.grid, self.window, every_value=self.every_value)
        subject = self.record.layer
        notices = (*self.record.notices, *found.notices(subject))
        if found.rim_of_zeros:
            rim = Notice("raster_rim_of_zeros", subject, found.rim_of_zeros, found.cells)
            notices = (*notices, rim)
        notices += census_notices(None, values_census(found, self.window), subject)
        record = replace(self.record, rows_kept=found.known, notices=unique(notices))
        return replace(self, grid=with_fills(self.grid, found), record=record), found


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
    opened, found = opened.measured()
    tell(opened.record.notices)
    return Surface(opened.grid, opened.record, found.range_of(opened.grid))


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
        grid = _as_stated(open_grid(joined.source, subject=subject, source_crs=stated), described)
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
    return OpenedRaster(
        grid,
        window,
        record,
        every_value=described.nodata == "none",
        scale_stated=described.scale is not None or described.offset is not None,
    )


def _as_stated(grid: RasterGrid, source: LayerSource) -> RasterGrid:
    """Let what somebody says of a raster's numbers win over its tags."""
    scale = grid.scale if source.scale is None else float(source.scale)
    offset = grid.offset if source.offset is None else float(source.offset)
    fills = () if source.nodata in (None, "none") else (float(source.nodata),)
    return replace(grid, scale=scale, offset=offset, fills=(*grid.fills, *fills))


def _is_local(path: str) -> bool:
    return not path.startswith("/vsi") and "://" not in path


def _require_rasters(paths: Sequence[str], subject: str) -> None:
    other = [path for path in paths if not is_raster(path) and _is_local(path)]
    if other:
        raise SourceError(
            f"`{subject}`: {fspath(other[0])} is not a raster. Polygons of land cover are loaded "
            "with load_land(...) and given classes by classify_land(...)."
        )
