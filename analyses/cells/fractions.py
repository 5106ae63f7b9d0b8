"""The part of each cell that lies inside each zone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoplan.analyses.cells.edges import Edges, expand, zone_edges
from geoplan.core.errors import ParameterError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.layers.rasters.grid import RasterGrid

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# Heights inside a row are whole multiples of 2**-44 and areas of 2**-48: their sums are exact, in
# whatever order they are taken.
_HEIGHT_PLACES, _AREA_PLACES = 44, 48
_OVERLAP = 1e-6


@dataclass(frozen=True)
class CellFractions:
    """
    Cells of a raster by their part inside zones: the cut ones singly, the others in runs.

    Both are sorted by row, then zone, then column.

    Parameters
    ----------
    zone, row, column : numpy.ndarray of int, n
        Cells through which the boundary of a zone runs.
    fraction : numpy.ndarray of float, n
        Part of the cell inside the zone, in (0, 1].
    run_zone, run_row, run_start, run_stop : numpy.ndarray of int, m
        Columns `run_start` to `run_stop` (not itself) of a row, which no edge enters from a side.
    run_fraction : numpy.ndarray of float, m
        Part of each of these cells inside the zone: exactly 1, or less where a level edge runs
        along the row.
    """

    zone: Integers
    row: Integers
    column: Integers
    fraction: Floats
    run_zone: Integers
    run_row: Integers
    run_start: Integers
    run_stop: Integers
    run_fraction: Floats


def cell_fractions(
    zones: "GeoDataFrame",
    grid: "RasterGrid",
    *,
    rows: tuple[int, int] | None = None,
) -> CellFractions:
    r"""
    Measure which part of each cell of a raster lies inside each zone.

    Parameters
    ----------
    zones : GeoDataFrame, n rows of Polygon or MultiPolygon
        In any CRS; they may overlap, have holes, be smaller than a cell, or reach beyond the
        raster.
    grid : RasterGrid
        Its cells; none is read.
    rows : tuple of int, optional
        First row, and the one after the last; all by default. A large raster is better taken in
        bands of rows.

    Returns
    -------
    CellFractions
        Positions of zones, rows and columns from 0.

    Raises
    ------
    CRSError
        If `zones` have no CRS, or lie where the raster's CRS has no meaning.
    ParameterError
        If a zone is no polygon, or covers a place twice.

    See Also
    --------
    geoplan.analyses.cells.class_areas.class_areas : Area of each class.
    geoplan.analyses.cells.zonal_values.zonal_values : Sums and means.

    Notes
    -----
    Each edge is divided at rows, then at columns. What of it lies in a cell adds its height
    :math:`h` to the cover of all cells to the right, and :math:`h (1 - \bar x)` to the cell
    itself, :math:`\bar x` being its mean distance from the cell's left side: Green's theorem,
    cell by cell. No rule is needed for edges on grid lines or corners on corners. Neighbours that
    share an edge share its arithmetic, so their parts of a cell add up to 1. Cost: the number of
    cells that boundaries run through, sorted once; there is no loop over them.

    Examples
    --------
    A square of 1.5 cells in the corner of 2 × 2 cells of 10 m:

    >>> import geopandas as gpd, shapely
    >>> from geoplan.layers.rasters.made_grid import array_grid
    >>> grid = array_grid(np.ones((2, 2)), transform=(10, 0, 0, 0, -10, 20), crs="EPSG:4547")
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 5, 15, 20)], crs="EPSG:4547")
    >>> found = cell_fractions(zones, grid)
    >>> found.row.tolist(), found.column.tolist(), found.fraction.tolist()
    ([0, 0, 1, 1], [0, 1, 0, 1], [1.0, 0.5, 0.5, 0.25])
    """
    first, stop = rows if rows is not None else (0, grid.height)
    return band_fractions(zone_edges(zones, grid), first, stop, grid.width)


def band_fractions(edges: Edges, row0: int, row1: int, width: int) -> CellFractions:
    """
    Measure the cells of a band of rows, given the edges of the zones.

    Parameters
    ----------
    edges : Edges
        Of all zones.
    row0, row1 : int
        First row, and the one after the last.
    width : int
        Columns of the raster; what lies beyond them is left out.

    Returns
    -------
    CellFractions
        The same numbers, to the last bit, whatever band a row is asked for in.

    Raises
    ------
    ParameterError
        If a zone covers a place twice.
    """
    row, x0, x1, height, edge = row_pieces(edges, row0, row1)
    column, cover, area, piece = _cell_pieces(x0, x1, height, width)
    sign, zone = edges.sign[edge][piece], edges.zone[edge][piece]
    # Column 0 of the key stands for everything left of the raster, the last for all right of it.
    wide = width + 2
    key = ((row[piece] - row0) * edges.zones + zone) * wide + column + 1
    order = np.argsort(key)
    key = key[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    if not starts.size:
        return _nothing()
    covers = np.add.reduceat((cover * sign)[order], starts)
    areas = np.add.reduceat((area * sign)[order], starts)
    first = order[starts]
    rows, owner, place = row[piece[first]], zone[first], column[first] + 1
    # Rings are closed, so a row's covers cancel and the sum begins at 0 again with the next row.
    behind = np.cumsum(covers)
    fraction = behind - covers + areas
    _refuse_overlap(owner, fraction, behind, place, width)
    cut = (place > 0) & (place <= width) & (fraction > 0)
    after = np.append(place[1:], 0)
    run = (behind != 0) & (after > place + 1)
    return CellFractions(
        zone=owner[cut],
        row=rows[cut],
        column=place[cut] - 1,
        fraction=np.minimum(fraction[cut], 1.0),
        run_zone=owner[run],
        run_row=rows[run],
        run_start=place[run],
        run_stop=after[run] - 1,
        run_fraction=behind[run],
    )


def row_pieces(
    edges: Edges, row0: int, row1: int
) -> tuple[Integers, Floats, Floats, Floats, Integers]:
    """Divide edges at rows: row, column at the top and bottom, height in the row, edge."""
    first = np.maximum(np.floor(edges.y0), row0).astype(np.int64)
    stop = np.minimum(np.ceil(edges.y1), row1).astype(np.int64)
    edge, number = expand(np.maximum(stop - first, 0))
    row = first[edge] + number
    x0, y0, x1, y1 = (side[edge] for side in (edges.x0, edges.y0, edges.x1, edges.y1))
    top, bottom = np.maximum(y0, row), np.minimum(y1, row + 1)
    slope = (x1 - x0) / (y1 - y0)
    least, most = np.minimum(x0, x1), np.maximum(x0, x1)
    begin = np.where(top == y0, x0, np.clip(x0 + (top - y0) * slope, least, most))
    end = np.where(bottom == y1, x1, np.clip(x0 + (bottom - y0) * slope, least, most))
    return row, begin, end, bottom - top, edge


def _cell_pieces(
    x0: Floats, x1: Floats, height: Floats, width: int
) -> tuple[Integers, Floats, Floats, Integers]:
    """Divide pieces of a row at columns: column, height, area to the right of it, piece."""
    left, right = np.minimum(x0, x1), np.maximum(x0, x1)
    first = np.clip(np.floor(left), -1, width).astype(np.int64)
    last = np.maximum(np.clip(np.ceil(right) - 1, -1, width).astype(np.int64), first)
    piece, number = expand(last - first + 1)
    column = first[piece] + number
    start, stop, high = left[piece], right[piece], height[piece]
    ends = column == last[piece]
    until = np.where(ends, stop, column + 1.0)
    since = np.where(number == 0, start, column)
    with np.errstate(invalid="ignore", divide="ignore"):
        reached = (until - start) / (stop - start) * high
    reached = np.where(ends, high, _rounded(reached, _HEIGHT_PLACES))
    before = np.zeros_like(reached)
    before[1:] = reached[:-1]
    before[number == 0] = 0.0
    cover = reached - before
    middle = ((since - column) + (until - column)) / 2
    return column, cover, _rounded(cover * (1 - middle), _AREA_PLACES), piece


def _rounded(values: Floats, places: int) -> Floats:
    return np.asarray(np.rint(values * 2.0**places) * 2.0**-places)


def _refuse_overlap(
    zone: Integers, fraction: Floats, behind: Floats, place: Integers, width: int
) -> None:
    inside = (place > 0) & (place <= width)
    wrong = inside & ((fraction > 1 + _OVERLAP) | (fraction < -_OVERLAP))
    wrong |= (behind > 1 + _OVERLAP) | (behind < -_OVERLAP)
    if wrong.any():
        which = np.unique(zone[wrong])
        raise ParameterError(
            f"`zones`: row {which[0]} covers a place twice, or its rings cross ({which.size} such "
            "row(s)). Repair it first: load_districts() does, or use .make_valid()."
        )


def _nothing() -> CellFractions:
    none, empty = np.zeros(0, dtype=np.int64), np.zeros(0)
    return CellFractions(none, none, none, empty, none, none, none, none, empty)
