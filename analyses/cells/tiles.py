"""A raster under zones, tile by tile: memory is bounded by the tile and not by the raster."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from geoplan.analyses.cells.cell_area import true_cell_area_m2
from geoplan.analyses.cells.edges import Edges, sum_by, zone_edges
from geoplan.analyses.cells.fractions import CellFractions, band_fractions, row_pieces
from geoplan.core.errors import ParameterError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.layers.rasters.grid import RasterGrid

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Found = TypeVar("Found")

# What the arrays of band_fractions come to at their fullest, measured.
_BYTES_PER_PIECE = 320
# Larger tiles gain nothing and leave the other thread waiting.
_MOST_CELLS = 4_000_000
_MOST_PIECES = 500_000
# Columns that no zone needs are read all the same if they are fewer than so many in a row.
_GAP_COLUMNS = 1024
_ROWS_BEYOND = 65_536


@dataclass(frozen=True)
class Tile:
    """
    A part of a raster, and the cells of zones in it by their place in the flattened part.

    Parameters
    ----------
    row0, row1, col0, col1 : int
        Rows and columns of the raster; the ends are not in it.
    zone, row : numpy.ndarray of int, n
        Zone and raster row of each cut cell.
    at : numpy.ndarray of int, n
        Its place in the flattened tile.
    fraction : numpy.ndarray of float, n
        Part of it inside the zone.
    run_zone, run_row, start, stop : numpy.ndarray of int, m
        Zone, raster row, first place and the place after the last, of each run.
    run_fraction : numpy.ndarray of float, m
        Part of each of its cells inside the zone.
    """

    row0: int
    row1: int
    col0: int
    col1: int
    zone: Integers
    row: Integers
    at: Integers
    fraction: Floats
    run_zone: Integers
    run_row: Integers
    start: Integers
    stop: Integers
    run_fraction: Floats


@dataclass(frozen=True)
class ZonesOnGrid:
    """Zones as edges on a raster, and what is needed to measure them."""

    edges: Edges
    grid: "RasterGrid"
    row_area_m2: Floats
    same_area: bool


def place_zones(zones: "GeoDataFrame", grid: "RasterGrid") -> ZonesOnGrid:
    """
    Bring zones onto a raster.

    Parameters
    ----------
    zones : GeoDataFrame, n rows of Polygon or MultiPolygon
        In any CRS.
    grid : RasterGrid
        Where the cells lie.

    Returns
    -------
    ZonesOnGrid
        No cell has been read yet.
    """
    area = true_cell_area_m2(grid)
    return ZonesOnGrid(zone_edges(zones, grid), grid, area, bool((area == area[0]).all()))


def map_tiles(
    placed: ZonesOnGrid,
    measure: Callable[[Tile], Found],
    *,
    bytes_per_cell: float,
    max_memory_mb: float,
    threads: int,
) -> Iterator[Found]:
    """
    Measure each tile of a raster that a zone needs.

    Parameters
    ----------
    placed : ZonesOnGrid
        From `place_zones`.
    measure : callable
        Takes a `Tile`; runs in several threads at once.
    bytes_per_cell : float
        Memory that `measure` takes for each cell of a tile.
    max_memory_mb : float
        What all threads together may take, in 10**6 bytes, beyond the libraries and the zones.
    threads : int
        How many tiles are measured at once.

    Yields
    ------
    object
        What `measure` gave for each tile, from the top down, then left to right.

    Raises
    ------
    ParameterError
        If `max_memory_mb` or `threads` is not above 0.
    """
    if not max_memory_mb > 0 or threads < 1:
        raise ParameterError(
            f"max_memory_mb is {max_memory_mb} and threads is {threads}; both must be above 0."
        )
    budget = max_memory_mb * 1e6 / threads
    bands = list(_bands(placed, bytes_per_cell, budget))

    def run(band: tuple[int, int]) -> list[Found]:
        found = band_fractions(placed.edges.between(*band), *band, placed.grid.width)
        return [measure(tile) for tile in _tiles(found)]

    if threads == 1 or len(bands) < 2:
        for band in bands:
            yield from run(band)
        return
    with ThreadPoolExecutor(threads) as pool:
        for results in pool.map(run, bands):
            yield from results


def total_area(placed: ZonesOnGrid) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """
    Measure whole zones, whether cells lie under them or not.

    Parameters
    ----------
    placed : ZonesOnGrid
        From `place_zones`.

    Returns
    -------
    tuple of numpy.ndarray, n
        Area of each zone in m², and whether some of it may lie beyond the raster.
    """
    edges, grid = placed.edges, placed.grid
    x0, x1 = np.minimum(edges.x0, edges.x1), np.maximum(edges.x0, edges.x1)
    out = (x0 < 0) | (x1 > grid.width) | (edges.y0 < 0) | (edges.y1 > grid.height)
    beyond = np.bincount(edges.zone[out], minlength=edges.zones) > 0
    # Measured from the zone's own left side, so that a small zone far to the right stays precise.
    west = np.full(edges.zones, np.inf)
    np.minimum.at(west, edges.zone, x0)
    area = np.zeros(edges.zones)
    if placed.same_area:
        middle = (edges.x0 + edges.x1) / 2 - west[edges.zone]
        weight = edges.sign * (edges.y1 - edges.y0) * placed.row_area_m2[0]
        return -sum_by(edges.zone, weight * middle, edges.zones), beyond
    if not edges.zone.size:
        return area, beyond
    first, last = int(np.floor(edges.y0.min())), int(np.ceil(edges.y1.max()))
    for row0 in range(first, last, _ROWS_BEYOND):
        row1 = min(row0 + _ROWS_BEYOND, last)
        row, begin, end, height, edge = row_pieces(edges, row0, row1)
        zone = edges.zone[edge]
        middle = (begin + end) / 2 - west[zone]
        weight = edges.sign[edge] * height * true_cell_area_m2(grid, row)
        area -= sum_by(zone, weight * middle, edges.zones)
    return area, beyond


def _bands(placed: ZonesOnGrid, bytes_per_cell: float, budget: float) -> Iterator[tuple[int, int]]:
    """Cut the rows that zones need into bands of whole blocks that fit in memory."""
    edges, grid = placed.edges, placed.grid
    if not edges.zone.size:
        return
    first = int(np.clip(np.floor(edges.y0.min()), 0, grid.height))
    last = int(np.clip(np.ceil(edges.y1.max()), 0, grid.height))
    pieces = _pieces_per_row(edges, grid.height, grid.width)
    west = max(float(np.minimum(edges.x0, edges.x1).min()), 0.0)
    east = min(float(np.maximum(edges.x0, edges.x1).max()), float(grid.width))
    columns = max(east - west, 1.0)
    held = (columns * bytes_per_cell + pieces * _BYTES_PER_PIECE) / budget
    worth = np.maximum(columns / _MOST_CELLS, pieces / _MOST_PIECES)
    filled, shared = (np.append(0.0, np.cumsum(cost)) for cost in (held, worth))
    block = grid.block[0]
    row = first
    while row < last:
        fits, wanted = (
            int(np.searchsorted(spent, spent[row] + 1.0, side="right")) - 1
            for spent in (filled, shared)
        )
        # Only want of memory cuts a block: it would have to be read and inflated again.
        edge = row - row % block + block
        stop = min(fits, max(wanted, edge))
        if stop >= edge:
            stop -= stop % block
        stop = min(max(stop, row + 1), last)
        yield row, stop
        row = stop


def _pieces_per_row(edges: Edges, height: int, width: int) -> Floats:
    """Estimate how many cells boundaries run through in each row."""
    first = np.clip(np.floor(edges.y0), 0, height).astype(np.int64)
    last = np.clip(np.ceil(edges.y1), 0, height).astype(np.int64)
    rows = np.maximum(last - first, 1)
    across = np.abs(np.clip(edges.x1, -1, width + 1) - np.clip(edges.x0, -1, width + 1))
    each = np.where(last > first, 1 + across / rows, 0.0)
    steps = sum_by(first, each, height + 1) - sum_by(last, each, height + 1)
    return np.asarray(np.maximum(np.cumsum(steps)[:height], 0.0))


def _tiles(found: CellFractions) -> Iterator[Tile]:
    """Cut a band into tiles where wide gaps lie between the zones."""
    begin = np.concatenate([found.column, found.run_start])
    end = np.concatenate([found.column + 1, found.run_stop])
    if not begin.size:
        return
    # Spans in order of their beginning: a gap is where none so far reaches the next.
    order = np.argsort(begin)
    reach = np.maximum.accumulate(end[order])
    gaps = np.flatnonzero(begin[order][1:] - reach[:-1] > _GAP_COLUMNS)
    starts = [int(begin.min()), *begin[order][gaps + 1].tolist(), int(reach[-1])]
    for col0, after in pairwise(starts):
        inside = (begin >= col0) & (begin < after)
        if after == starts[-1]:
            inside = begin >= col0
        yield _tile(found, inside, col0, int(end[inside].max()))


def _tile(found: CellFractions, inside: npt.NDArray[np.bool_], col0: int, col1: int) -> Tile:
    cells = np.flatnonzero(inside[: found.zone.size])
    runs = np.flatnonzero(inside[found.zone.size :])
    row, run_row = found.row[cells], found.run_row[runs]
    row0 = int(min(row[:1].min(initial=np.iinfo(np.int64).max), run_row[:1].min(initial=2**62)))
    row1 = int(max(row[-1:].max(initial=0), run_row[-1:].max(initial=0))) + 1
    wide = col1 - col0
    first = (run_row - row0) * wide - col0
    return Tile(
        row0=row0,
        row1=row1,
        col0=col0,
        col1=col1,
        zone=found.zone[cells],
        row=row,
        at=(row - row0) * wide + found.column[cells] - col0,
        fraction=found.fraction[cells],
        run_zone=found.run_zone[runs],
        run_row=run_row,
        start=first + found.run_start[runs],
        stop=first + found.run_stop[runs],
        run_fraction=found.run_fraction[runs],
    )
