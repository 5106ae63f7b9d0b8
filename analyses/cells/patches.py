"""Patches: cells of some classes that hang together, with their areas."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from geoplan.analyses.cells.cell_area import true_cell_area_m2
from geoplan.analyses.cells.tiles import Tile, ZonesOnGrid, map_tiles, place_zones
from geoplan.core.errors import ParameterError
from geoplan.layers.kinds.land_cover import LandCover
from geoplan.layers.rasters.class_map import LandClass
from geoplan.layers.rasters.grid import RasterGrid
from geoplan.layers.rasters.made_grid import derive_grid

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Window = tuple[int, int, int, int]

Neighbours = Literal[4, 8]
"""Whether cells that share a side hang together, or also those that share a corner."""

_ALL_AROUND = np.ones((3, 3), dtype=int)
# The mask and the labels of all cells, and one more array of either while they are made.
_BYTES_PER_CELL = 10
_MOST_MB = 4000
_ROWS_AT_ONCE = 512
_ROUNDING = 1e-9

UNKNOWN = "unknown"
"""Class of cells without data, where they are asked what they may be."""

SMALL = "small_patch"
"""Class of cells whose patch is too small."""


class _Classed(LandCover):
    """A land cover whose cells hold the positions of classes already."""

    def class_grid(self) -> RasterGrid:
        return self.grid


@dataclass(frozen=True, eq=False)
class Patches:
    """
    Patches of a raster.

    Parameters
    ----------
    labels : numpy.ndarray of int32, rows × columns of the window
        Number of the patch of each cell, from 1; 0 is none.
    area_m2 : numpy.ndarray of float
        True area of each patch; the first is that of no patch.
    window : tuple of int
        First and last row, first and last column in the raster, the last not included.
    """

    labels: npt.NDArray[np.int32]
    area_m2: Floats
    window: Window


def find_patches(
    cover: LandCover,
    wanted: Bools,
    zones: "GeoDataFrame",
    *,
    neighbours: Neighbours,
    margin_cells: int = 0,
    inside_only: bool = False,
) -> Patches:
    """
    Find the patches of some classes around zones.

    Parameters
    ----------
    cover : LandCover
        Raster with a legend.
    wanted : numpy.ndarray of bool
        Which classes of the legend.
    zones : GeoDataFrame
        Where; cells around their rectangle are looked at.
    neighbours : {4, 8}
        Whether cells that share a corner hang together.
    margin_cells : int
        How many cells further out to look.
    inside_only : bool
        Whether only cells that a zone touches are of a patch.

    Returns
    -------
    Patches
        Of all cells of the window.

    Raises
    ------
    ParameterError
        If `neighbours` is neither, or the cells would take more than 4 GB of memory.

    Notes
    -----
    Memory: some 10 bytes per cell of the window, the one part of geoplan's measures of rasters
    that is not bounded by tiles. Cost: one pass.
    """
    from scipy import ndimage

    if neighbours not in get_args(Neighbours):
        raise ParameterError(
            f"`neighbours` is {neighbours!r}; wanted 4 (cells hang together by a side) or 8 (by a "
            "side or a corner)."
        )
    grid = cover.class_grid()
    placed = place_zones(zones, grid)
    window = _window(placed, margin_cells)
    row0, row1, col0, col1 = window
    mask = np.zeros((row1 - row0, col1 - col0), dtype=bool)
    picked = np.append(wanted, [False, False])  # values beyond the legend, and -1: no data
    for top in range(row0, row1, _ROWS_AT_ONCE):
        end = min(top + _ROWS_AT_ONCE, row1)
        mask[top - row0 : end - row0] = picked[grid.read_window(top, end, col0, col1)]
    if inside_only:
        mask &= _touched(placed, window)
    labels = np.zeros(mask.shape, dtype=np.int32)
    count = int(ndimage.label(mask, _ALL_AROUND if neighbours == 8 else None, output=labels))
    area_m2 = np.zeros(count + 1)
    for top in range(0, len(labels), _ROWS_AT_ONCE):
        part = labels[top : top + _ROWS_AT_ONCE]
        rows = np.arange(row0 + top, row0 + top + len(part))
        weights = np.repeat(true_cell_area_m2(grid, rows), part.shape[1])
        area_m2 += np.bincount(part.ravel(), weights=weights, minlength=count + 1)
    return Patches(labels, area_m2, window)


def unknown_as_class(cover: LandCover) -> LandCover:
    """
    Give cells without data, or of a value that the legend lacks, a class of their own.

    Parameters
    ----------
    cover : LandCover
        Raster with a legend.

    Returns
    -------
    LandCover
        With a further class ``unknown`` at the end, in no group.
    """
    grid, count = cover.class_grid(), len(cover.classes.classes)

    def read(top: int, end: int, left: int, right: int) -> npt.NDArray[np.generic]:
        places = np.array(grid.read_window(top, end, left, right), dtype=np.int16)
        places[places < 0] = count
        return places

    extra = LandClass(UNKNOWN, (UNKNOWN,), {"en": "unknown", "zh": "未知"})
    classes = replace(cover.classes, classes=(*cover.classes.classes, extra))
    return _Classed(derive_grid(grid, read, dtype="int16", nodata=-1.0), classes, cover.record)


def without_small(
    cover: LandCover,
    wanted: Bools,
    zones: "GeoDataFrame",
    *,
    min_patch_m2: float,
    neighbours: Neighbours,
) -> LandCover:
    """
    Take cells of some classes out of those classes where their patch is too small.

    Parameters
    ----------
    cover : LandCover
        Raster with a legend.
    wanted : numpy.ndarray of bool
        Which classes of the legend.
    zones : GeoDataFrame
        Where it will be measured. Patches are measured with what of them lies outside, too.
    min_patch_m2 : float
        Smaller patches do not count.
    neighbours : {4, 8}
        Whether cells that share a corner hang together.

    Returns
    -------
    LandCover
        With a further class ``small_patch``, in no group; elsewhere as `cover`.
    """
    grid = cover.class_grid()
    # A patch that reaches so far beyond the zones is large enough already.
    margin = int(np.ceil(min_patch_m2 / float(true_cell_area_m2(grid).min()))) + 1
    found = find_patches(cover, wanted, zones, neighbours=neighbours, margin_cells=margin)
    small = found.area_m2 < min_patch_m2 * (1 - _ROUNDING)
    small[0] = False
    count = len(cover.classes.classes)
    row0, row1, col0, col1 = found.window

    def read(top: int, end: int, left: int, right: int) -> npt.NDArray[np.generic]:
        places = np.array(grid.read_window(top, end, left, right), dtype=np.int16)
        places[places == count] = count + 1  # beyond the longer legend, as it was beyond this one
        a, b = max(top, row0), min(end, row1)
        c, d = max(left, col0), min(right, col1)
        if a < b and c < d:
            inside = places[a - top : b - top, c - left : d - left]
            inside[small[found.labels[a - row0 : b - row0, c - col0 : d - col0]]] = count
        return places

    extra = LandClass(SMALL, (SMALL,), {"en": "small patch", "zh": "小图斑"})
    classes = replace(cover.classes, classes=(*cover.classes.classes, extra))
    return _Classed(derive_grid(grid, read, dtype="int16", nodata=-1.0), classes, cover.record)


def patch_parts(
    patches: Patches, cover: LandCover, zones: "GeoDataFrame"
) -> tuple[Integers, Integers, Floats]:
    """
    Measure the part of each patch in each zone, by the exact part of every cell.

    Parameters
    ----------
    patches : Patches
        From `find_patches` with the same cover and zones.
    cover : LandCover
        Raster with a legend.
    zones : GeoDataFrame, n rows of Polygon or MultiPolygon
        Where.

    Returns
    -------
    zone, patch : numpy.ndarray of int
        Every pair that meets, once.
    area_m2 : numpy.ndarray of float
        Area of the part.
    """
    placed = place_zones(zones, cover.class_grid())
    keys, sums = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    for key, area_m2 in map_tiles(
        placed,
        lambda tile: _tile_parts(tile, patches, placed),
        bytes_per_cell=48.0,
        max_memory_mb=placed.grid.max_memory_mb,
        threads=1,
    ):
        keys.append(key)
        sums.append(area_m2)
    key, area_m2 = _summed(np.concatenate(keys), np.concatenate(sums))
    zone, patch = np.divmod(key, len(patches.area_m2))
    return zone, patch, area_m2


def _tile_parts(tile: Tile, patches: Patches, placed: ZonesOnGrid) -> tuple[Integers, Floats]:
    row0, _, col0, _ = patches.window
    part = patches.labels[
        tile.row0 - row0 : tile.row1 - row0, tile.col0 - col0 : tile.col1 - col0
    ].ravel()
    long = tile.stop - tile.start
    first = np.repeat(tile.start - np.append(0, np.cumsum(long))[:-1], long)
    at = np.concatenate([tile.at, first + np.arange(first.size)])
    zone = np.concatenate([tile.zone, np.repeat(tile.run_zone, long)])
    row = np.concatenate([tile.row, np.repeat(tile.run_row, long)])
    share = np.concatenate([tile.fraction, np.repeat(tile.run_fraction, long)])
    label = part[at].astype(np.int64)
    keep = label > 0
    key = zone[keep] * len(patches.area_m2) + label[keep]
    return _summed(key, share[keep] * placed.row_area_m2[row[keep]])


def _summed(key: Integers, amount: Floats) -> tuple[Integers, Floats]:
    different, where = np.unique(key, return_inverse=True)
    total: Floats = np.zeros(len(different))
    np.add.at(total, where, amount)
    return different, total


def _window(placed: ZonesOnGrid, margin: int) -> Window:
    edges, grid = placed.edges, placed.grid
    if not edges.zone.size:
        return 0, 0, 0, 0
    x0, x1 = np.minimum(edges.x0, edges.x1).min(), np.maximum(edges.x0, edges.x1).max()
    row0, row1 = (
        int(np.clip(v, 0, grid.height))
        for v in (np.floor(edges.y0.min()) - margin, np.ceil(edges.y1.max()) + margin)
    )
    col0, col1 = (
        int(np.clip(v, 0, grid.width)) for v in (np.floor(x0) - margin, np.ceil(x1) + margin)
    )
    need_mb = (row1 - row0) * (col1 - col0) * _BYTES_PER_CELL / 1e6
    if need_mb > _MOST_MB:
        raise ParameterError(
            f"`{grid.subject}`: finding patches among {(row1 - row0) * (col1 - col0):,} cells "
            f"takes {need_mb:,.0f} MB of memory, above {_MOST_MB:,}. Measure fewer districts at "
            "once, or a coarser raster."
        )
    return row0, row1, col0, col1


def _touched(placed: ZonesOnGrid, window: Window) -> Bools:
    """Say which cells of a window some zone touches."""
    row0, row1, col0, col1 = window
    touched = np.zeros((row1 - row0, col1 - col0), dtype=bool)

    def mark(tile: Tile) -> None:
        tall, wide = tile.row1 - tile.row0, tile.col1 - tile.col0
        steps = np.zeros(tall * wide + 1, dtype=np.int32)
        np.add.at(steps, tile.start, 1)
        np.add.at(steps, tile.stop, -1)
        inside = np.cumsum(steps[:-1]) > 0
        inside[tile.at[tile.fraction > 0]] = True
        touched[tile.row0 - row0 : tile.row1 - row0, tile.col0 - col0 : tile.col1 - col0] |= (
            inside.reshape(tall, wide)
        )

    memory_mb = placed.grid.max_memory_mb
    for _ in map_tiles(placed, mark, bytes_per_cell=16.0, max_memory_mb=memory_mb, threads=1):
        pass
    return touched
