"""Sums and means of a raster's numbers in each zone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoplan.analyses.cells.bits import count_before, make_places, make_ranks
from geoplan.analyses.cells.class_counts import missing_cells
from geoplan.analyses.cells.edges import sum_by
from geoplan.analyses.cells.tiles import Tile, ZonesOnGrid, map_tiles, place_zones, total_area

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

    from geoplan.layers.rasters.grid import RasterGrid

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.generic]
Bools = npt.NDArray[np.bool_]

# Integers of 64 bits may run over when they are summed; as floats they only lose precision.
_EXACT_BYTES = 4


@dataclass(frozen=True, eq=False)
class ZonalValues:
    """
    What the cells of each zone add up to; rows stand in the order of the zones.

    Parameters
    ----------
    total : numpy.ndarray of float, n
        Sum of the values, cut cells by their part inside: persons, if cells hold persons.
    mean : numpy.ndarray of float, n
        Mean over the area with data, by the true area of the cells; NaN where there is none.
    cells : numpy.ndarray of float, n
        Cells with data, cut ones by their part inside.
    valid_m2 : numpy.ndarray of float, n
        Area on cells with data.
    nodata_m2 : numpy.ndarray of float, n
        Area on cells without data.
    outside_m2 : numpy.ndarray of float, n
        Area beyond the raster.
    zone_m2 : numpy.ndarray of float, n
        Area of the zone: the sum of the three.
    """

    total: Floats
    mean: Floats
    cells: Floats
    valid_m2: Floats
    nodata_m2: Floats
    outside_m2: Floats
    zone_m2: Floats

    @property
    def table(self) -> "pd.DataFrame":
        """The same as a table of n rows, with the columns named as above."""
        import pandas as pd

        return pd.DataFrame(dict(vars(self)))


def zonal_values(
    grid: "RasterGrid",
    zones: "GeoDataFrame",
    *,
    max_memory_mb: float | None = None,
    threads: int = 2,
) -> ZonalValues:
    r"""
    Add up and average the numbers of a raster in each zone, by the exact part of every cell.

    Parameters
    ----------
    grid : RasterGrid
        Any numbers; its scale and offset are applied.
    zones : GeoDataFrame, n rows of Polygon or MultiPolygon
        In any CRS; they may overlap, have holes, be smaller than a cell or reach beyond the
        raster. Empty geometries have total 0.
    max_memory_mb : float, optional
        Memory for cells and their parts, in 10**6 bytes, beyond that of the libraries and the
        zones; what `grid` says by default. It decides how many rows are read at once, never the
        result.
    threads : int
        How many parts of the raster are measured at once.

    Returns
    -------
    ZonalValues
        Totals, means, and the areas with data, without, and beyond the raster.

    Raises
    ------
    CRSError
        If `zones` have no CRS, or lie where the raster's CRS has no meaning.
    ParameterError
        If a zone is no polygon, or covers a place twice.
    SourceError
        If the raster cannot be read.

    See Also
    --------
    geoplan.analyses.cells.class_areas.class_areas : Area of each class.

    Notes
    -----
    With :math:`f_c` the part of cell c inside the zone and :math:`A_c` its true area,

    .. math:: T = \sum_c f_c v_c, \qquad M = \sum_c f_c A_c v_c / \sum_c f_c A_c

    over the cells with data; floats that are not finite are none. A total takes what a cell holds
    to be spread evenly over it, which is wrong for people on a coast: the part of a cell in the
    sea takes its share of them out of every zone. Whole numbers of up to 32 bits are added
    exactly inside; cut cells and floats to some 1e-15 of the sum of their absolute values.
    Cost: one pass over the cells under the zones, and the cells on boundaries.

    Examples
    --------
    A zone on a cell with 100 persons and half of one with 10:

    >>> import geopandas as gpd, shapely
    >>> from geoplan.layers.rasters.made_grid import array_grid
    >>> grid = array_grid([[100, 10]], transform=(10, 0, 0, 0, -10, 10), crs="EPSG:4547")
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 15, 10)], crs="EPSG:4547")
    >>> found = zonal_values(grid, zones)
    >>> found.total.tolist(), found.mean.tolist()
    ([105.0], [70.0])
    """
    placed = place_zones(zones, grid)
    count = placed.edges.zones
    exact = np.zeros(count, dtype=np.int64)
    sums = np.zeros((6, count))
    item = np.dtype(grid.dtype).itemsize
    for whole, others in map_tiles(
        placed,
        lambda tile: _add_tile(tile, placed),
        bytes_per_cell=item + 18.0,
        max_memory_mb=grid.max_memory_mb if max_memory_mb is None else max_memory_mb,
        threads=threads,
    ):
        exact += whole
        sums += others
    return _finish(placed, exact, sums)


def _finish(placed: ZonesOnGrid, exact: Integers, sums: Floats) -> ZonalValues:
    grid = placed.grid
    rest, cells, weighted, valid_m2, blank, nodata_m2 = sums
    stored = exact + rest
    if placed.same_area:
        area = placed.row_area_m2[0]
        weighted, valid_m2, nodata_m2 = stored * area, cells * area, blank * area
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(valid_m2 > 0, weighted / valid_m2, np.nan)
    zone_m2, beyond = total_area(placed)
    inside = valid_m2 + nodata_m2
    outside = np.where(beyond, np.maximum(zone_m2 - inside, 0.0), 0.0)
    return ZonalValues(
        total=stored * grid.scale + cells * grid.offset,
        mean=mean * grid.scale + grid.offset,
        cells=cells,
        valid_m2=valid_m2,
        nodata_m2=nodata_m2,
        outside_m2=outside,
        zone_m2=inside + outside,
    )


def _add_tile(tile: Tile, placed: ZonesOnGrid) -> tuple[Integers, Floats]:
    """Add up one tile: whole cells of integers; then the rest, by zone, row by row of `sums`."""
    grid, zones = placed.grid, placed.edges.zones
    window = (tile.row0, tile.row1, tile.col0, tile.col1)
    values = np.ascontiguousarray(grid.read_window(*window)).ravel()
    missing = missing_cells(values, grid.read_mask(*window), grid.nodata)
    integers = values.dtype.kind in "biu" and values.dtype.itemsize <= _EXACT_BYTES
    if missing is not None:
        values = np.where(missing, values.dtype.type(0), values)
    runs: npt.NDArray[Any] = (_integer_runs if integers else _float_runs)(values, tile)
    lengths = tile.stop - tile.start
    blanks = np.zeros_like(lengths)
    cut_blank = np.zeros(tile.at.size, dtype=bool)
    if missing is not None:
        ranks = make_ranks(missing, code=True)
        blanks = count_before(ranks, make_places(tile.stop))
        blanks -= count_before(ranks, make_places(tile.start))
        cut_blank = missing[tile.at]
    whole = np.zeros(zones, dtype=np.int64)
    part = tile.run_fraction
    if integers:
        full = part == 1.0
        np.add.at(whole, tile.run_zone[full], runs[full].astype(np.int64, copy=False))
        part_of_sum = np.where(full, 0.0, part)
    else:
        part_of_sum = part
    cut = values[tile.at].astype(np.float64)
    run_area, cell_area = (placed.row_area_m2[rows] for rows in (tile.run_row, tile.row))

    def add(over_runs: npt.ArrayLike, over_cells: Floats) -> Floats:
        inner = sum_by(tile.run_zone, over_runs, zones)
        return np.asarray(inner + sum_by(tile.zone, over_cells, zones))

    full_part, blank_part = np.where(cut_blank, 0, tile.fraction), tile.fraction * cut_blank
    others = [
        add(runs * part_of_sum, cut * tile.fraction),
        add((lengths - blanks) * part, full_part),
        add(runs * part * run_area, cut * tile.fraction * cell_area),
        add((lengths - blanks) * part * run_area, full_part * cell_area),
        add(blanks * part, blank_part),
        add(blanks * part * run_area, blank_part * cell_area),
    ]
    return whole, np.array(others)


def _integer_runs(values: Numbers, tile: Tile) -> Integers:
    """Add up the integers of each run: exact, by the difference of two running sums."""
    sums = np.zeros(values.size + 1, dtype=np.int64)
    np.cumsum(values, dtype=np.int64, out=sums[1:])
    return np.asarray(sums[tile.stop] - sums[tile.start])


def _float_runs(values: Numbers, tile: Tile) -> Floats:
    """Add up the floats of each run by itself: no run loses digits to the size of another."""
    if not tile.start.size:
        return np.zeros(0)
    padded = np.zeros(values.size + 1)
    padded[:-1] = values
    ends = np.column_stack([tile.start, tile.stop]).ravel()
    return np.asarray(np.add.reduceat(padded, ends)[::2])
