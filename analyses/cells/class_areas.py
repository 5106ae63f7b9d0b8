"""How much of each class of a raster lies in each zone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoplan.analyses.cells.bits import Places, Ranks, count_before, make_places, make_ranks
from geoplan.analyses.cells.edges import expand, sum_by
from geoplan.analyses.cells.tiles import Tile, ZonesOnGrid, map_tiles, place_zones, total_area
from geoplan.core.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

    from geoplan.layers.grid import RasterGrid

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.generic]

# Beyond so many classes in a tile it is cheaper to look each cell up once than to mark the cells
# of each class.
_MARKED_CLASSES = 20
_MOST_CLASSES = 4096
_SAMPLE = 20_000
_CELLS_AT_ONCE = 500_000
_MOST_TABLE = 1 << 20


@dataclass(frozen=True, eq=False)
class ClassAreas:
    """
    Cells and area of each class in each zone; rows stand in the order of the zones.

    Parameters
    ----------
    classes : numpy.ndarray, k
        Class codes, ascending.
    cells : numpy.ndarray of float, n × k
        Cells of each class in each zone, cut ones by their part inside.
    area_m2 : numpy.ndarray of float, n × k
        Their true area.
    nodata_m2 : numpy.ndarray of float, n
        Area on cells without data.
    outside_m2 : numpy.ndarray of float, n
        Area beyond the raster.
    zone_m2 : numpy.ndarray of float, n
        Area of the zone: the sum of its classes, without data and beyond the raster.
    """

    classes: Numbers
    cells: Floats
    area_m2: Floats
    nodata_m2: Floats
    outside_m2: Floats
    zone_m2: Floats

    def of(self, codes: Iterable[float]) -> Floats:
        """
        Add up the area of some classes in each zone.

        Parameters
        ----------
        codes : iterable of number
            Class codes; those that occur nowhere count 0.

        Returns
        -------
        numpy.ndarray of float, n
            In m².
        """
        return np.asarray(self.area_m2[:, np.isin(self.classes, list(codes))].sum(axis=1))

    @property
    def table(self) -> "pd.DataFrame":
        """
        The same as a table of n rows.

        A column ``area_m2_CODE`` per class, then ``nodata_m2, outside_m2, zone_m2``.
        """
        import pandas as pd

        columns = {f"area_m2_{code}": self.area_m2[:, i] for i, code in enumerate(self.classes)}
        return pd.DataFrame(
            {
                **columns,
                "nodata_m2": self.nodata_m2,
                "outside_m2": self.outside_m2,
                "zone_m2": self.zone_m2,
            }
        )


def class_areas(
    grid: "RasterGrid",
    zones: "GeoDataFrame",
    *,
    classes: Iterable[float] | None = None,
    max_memory_mb: float = 256,
    threads: int = 2,
) -> ClassAreas:
    r"""
    Measure the area of each class of a raster in each zone, by the exact part of every cell.

    Parameters
    ----------
    grid : RasterGrid
        Class codes, e.g. land cover: whole numbers, or floats that are few.
    zones : GeoDataFrame, n rows of Polygon or MultiPolygon
        In any CRS; they may overlap, have holes, be smaller than a cell or reach beyond the
        raster. Empty geometries have area 0.
    classes : iterable of number, optional
        Codes that are to be in the result even if no zone has any of them.
    max_memory_mb : float
        Memory for cells and their parts, in 10**6 bytes, beyond that of the libraries and the
        zones. It decides how many rows are read at once, never the result.
    threads : int
        How many parts of the raster are measured at once.

    Returns
    -------
    ClassAreas
        Classes found in a zone, and those of `classes`; area without data and beyond the raster
        apart.

    Raises
    ------
    CRSError
        If `zones` have no CRS, or lie where the raster's CRS has no meaning.
    ParameterError
        If a zone is no polygon or covers a place twice, or the raster has thousands of classes.
    SourceError
        If the raster cannot be read.

    See Also
    --------
    geoplan.analyses.cells.zonal_values.zonal_values : Sums and means of numbers.

    Notes
    -----
    The area of class k in zone Z is :math:`\sum_c A_c\,|c \cap Z| / |c|` over the cells c of
    the class, with :math:`A_c` the true area of the cell (`RasterGrid.cell_area_m2`). Cells are
    never resampled; if the CRSs differ, the zones move. Only cells on a boundary are measured
    one by one. Of the runs between them the cells of a class are counted as bits: the difference
    of two ranks. Cost: one pass over the cells under the zones per class (0.3 ns per cell), and
    the cells on boundaries; memory as said. Relative error some 1e-13; zones that divide an area
    add up to it.

    Examples
    --------
    Two cells of 10 m, and a zone on the first and half the second:

    >>> import geopandas as gpd, shapely
    >>> from geoplan.layers.grid import array_grid
    >>> grid = array_grid([[7, 8]], transform=(10, 0, 0, 0, -10, 10), crs="EPSG:4547")
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 15, 10)], crs="EPSG:4547")
    >>> found = class_areas(grid, zones)
    >>> found.classes.tolist(), found.area_m2.tolist()
    ([7, 8], [[100.0, 50.0]])
    """
    placed = place_zones(zones, grid)
    sums = _Sums(placed.edges.zones, () if classes is None else classes)
    item = np.dtype(grid.dtype).itemsize
    for found in map_tiles(
        placed,
        lambda tile: _count_tile(tile, placed),
        bytes_per_cell=item + 3.0,
        max_memory_mb=max_memory_mb,
        threads=threads,
    ):
        sums.take(found)
    return sums.finish(placed)


@dataclass(frozen=True)
class _Counted:
    """Classes of a tile: whole cells, parts, area, by zone and class; the last is no data."""

    codes: list[float]
    whole: Integers
    parts: Floats
    area_m2: Floats


class _Sums:
    """What the tiles so far add up to, per class."""

    def __init__(self, zones: int, classes: Iterable[float]) -> None:
        self.zones = zones
        self.wanted = set(classes)
        self.whole: dict[float | None, Integers] = {}
        self.parts: dict[float | None, Floats] = {}
        self.area: dict[float | None, Floats] = {}
        for code in (*self.wanted, None):
            self._begin(code)

    def _begin(self, code: float | None) -> None:
        self.whole[code] = np.zeros(self.zones, dtype=np.int64)
        self.parts[code] = np.zeros(self.zones)
        self.area[code] = np.zeros(self.zones)

    def take(self, found: _Counted) -> None:
        for i, code in enumerate((*found.codes, None)):
            if code not in self.whole:
                self._begin(code)
            self.whole[code] += found.whole[:, i]
            self.parts[code] += found.parts[:, i]
            self.area[code] += found.area_m2[:, i]
        if len(self.whole) > _MOST_CLASSES:
            raise _too_many()

    def finish(self, placed: ZonesOnGrid) -> ClassAreas:
        cells = {code: whole + self.parts[code] for code, whole in self.whole.items()}
        if placed.same_area:
            area = {code: number * placed.row_area_m2[0] for code, number in cells.items()}
        else:
            area = self.area
        kept = sorted(
            code
            for code, number in cells.items()
            if code is not None and (code in self.wanted or number.any())
        )
        shape = (self.zones, len(kept))
        inside = np.column_stack([area[code] for code in kept]) if kept else np.zeros(shape)
        covered = inside.sum(axis=1) + area[None]
        total, beyond = total_area(placed)
        outside = np.where(beyond, np.maximum(total - covered, 0.0), 0.0)
        return ClassAreas(
            classes=np.asarray(kept, dtype=placed.grid.dtype if kept else None),
            cells=np.column_stack([cells[code] for code in kept]) if kept else np.zeros(shape),
            area_m2=inside,
            nodata_m2=area[None],
            outside_m2=outside,
            zone_m2=covered + outside,
        )


def _too_many() -> ParameterError:
    return ParameterError(
        f"the raster has more than {_MOST_CLASSES} different numbers: it looks like measured "
        "values, not classes. Make classes of them first, or use zonal_values()."
    )


def _count_tile(tile: Tile, placed: ZonesOnGrid) -> _Counted:
    grid = placed.grid
    window = (tile.row0, tile.row1, tile.col0, tile.col1)
    values = np.ascontiguousarray(grid.read_window(*window)).ravel()
    mask = grid.read_mask(*window)
    missing = missing_cells(values, mask, grid.nodata)
    tally = _Tally(tile, placed)
    codes = _codes(values[:: values.size // _SAMPLE + 1], grid.nodata)
    if len(codes) <= _MARKED_CLASSES:
        found = tally.marked(values, missing, codes, masked=mask is not None)
        if found is not None:
            return found
    return tally.looked_up(values, missing, _codes(values, grid.nodata))


def _codes(values: Numbers, nodata: float | None) -> Numbers:
    codes = np.unique(values)
    if nodata is not None:
        codes = codes[codes != nodata]
    if codes.dtype.kind == "f":
        codes = codes[np.isfinite(codes)]
    if len(codes) > _MOST_CLASSES:
        raise _too_many()
    return codes


def missing_cells(
    values: Numbers, mask: npt.NDArray[np.bool_] | None, nodata: float | None
) -> npt.NDArray[np.bool_] | None:
    """
    Mark the cells without data.

    Parameters
    ----------
    values : numpy.ndarray, n
        Stored numbers, flattened.
    mask : numpy.ndarray of bool or None
        What the raster's own mask says, if it has one.
    nodata : float or None
        Number that stands for no data.

    Returns
    -------
    numpy.ndarray of bool, or None
        True where there is no data, also where a float is not finite; None if that is nowhere.
    """
    missing: npt.NDArray[np.bool_] | None = None if mask is None else mask.ravel()
    if nodata is not None and not np.isnan(nodata) and _can_hold(values.dtype, nodata):
        marked = np.asarray(values == nodata)
        missing = marked if missing is None else missing | marked
    if values.dtype.kind == "f":
        strange = ~np.isfinite(values)
        missing = strange if missing is None else missing | strange
    return missing if missing is not None and missing.any() else None


def _can_hold(dtype: np.dtype[np.generic], number: float) -> bool:
    if dtype.kind not in "iu":
        return dtype.kind == "f"
    limits = np.iinfo(dtype.str)
    return float(number).is_integer() and limits.min <= number <= limits.max


class _Tally:
    """Counts the classes of one tile, by either way."""

    def __init__(self, tile: Tile, placed: ZonesOnGrid) -> None:
        self.tile, self.zones = tile, placed.edges.zones
        self.same_area = placed.same_area
        area = placed.row_area_m2
        self.whole_run = tile.run_fraction == 1.0
        self.level = np.where(self.whole_run, 0.0, tile.run_fraction)
        self.any_level = bool(self.level.any())
        self.run_area = tile.run_fraction * area[tile.run_row]
        self.cell_area = tile.fraction * area[tile.row]

    def marked(
        self,
        values: Numbers,
        missing: npt.NDArray[np.bool_] | None,
        codes: Numbers,
        *,
        masked: bool,
    ) -> _Counted | None:
        """Mark the cells of one class after the other; None if there are others than `codes`."""
        ends = make_places(self.tile.start), make_places(self.tile.stop)
        cut = values[self.tile.at]
        # A mask may lie over any number; the number for no data is none of the codes.
        but = missing if masked else None
        columns, seen = [], 0
        for code in codes:
            ranks = make_ranks(values, code, but)
            here = cut == code
            if but is not None:
                here &= ~but[self.tile.at]
            columns.append(self._column(ranks, here, ends))
            seen += ranks.total
        if missing is None:
            columns.append((np.zeros(self.zones),) * 3)
        else:
            ranks = make_ranks(missing, True)
            columns.append(self._column(ranks, missing[self.tile.at], ends))
            seen += ranks.total
        if seen != values.size:
            return None
        whole, parts, area = zip(*columns, strict=True)
        return _Counted(
            codes.tolist(),
            np.column_stack(whole).astype(np.int64),
            np.column_stack(parts),
            np.column_stack(area),
        )

    def _column(
        self, ranks: Ranks, here: npt.NDArray[np.bool_], ends: tuple[Places, Places]
    ) -> tuple[Floats, Floats, Floats]:
        tile, zones = self.tile, self.zones
        counts = count_before(ranks, ends[1]) - count_before(ranks, ends[0])
        parts = sum_by(tile.zone[here], tile.fraction[here], zones)
        if self.any_level:
            parts += sum_by(tile.run_zone, counts * self.level, zones)
            whole = sum_by(tile.run_zone, counts * self.whole_run, zones)
        else:
            whole = sum_by(tile.run_zone, counts, zones)
        if self.same_area:
            return whole, parts, np.zeros(zones)
        area = sum_by(tile.run_zone, counts * self.run_area, zones)
        area += sum_by(tile.zone[here], self.cell_area[here], zones)
        return whole, parts, area

    def looked_up(
        self, values: Numbers, missing: npt.NDArray[np.bool_] | None, codes: Numbers
    ) -> _Counted:
        """Look up the class of each cell, then count zone and class together."""
        tile, width = self.tile, len(codes) + 1
        if missing is not None and len(codes):
            place = _places_of(np.where(missing, codes[0], values), codes)
        else:
            place = _places_of(values, codes)
        if missing is not None:
            place[missing] = len(codes)
        size = self.zones * width
        key = tile.zone * width + place[tile.at]
        parts = sum_by(key, tile.fraction, size)
        area = sum_by(key, self.cell_area, size)
        whole = np.zeros(size, dtype=np.int64)
        lengths = tile.stop - tile.start
        groups = np.cumsum(lengths) // _CELLS_AT_ONCE
        for group in range(int(groups[-1]) + 1 if groups.size else 0):
            some = np.flatnonzero(groups == group)
            run, number = expand(lengths[some])
            of = some[run]
            key = tile.run_zone[of] * width + place[tile.start[of] + number]
            full = self.whole_run[of]
            whole += np.bincount(key[full], minlength=size)
            if not full.all():
                parts += sum_by(key[~full], tile.run_fraction[of[~full]], size)
            if not self.same_area:
                area += sum_by(key, self.run_area[of], size)
        shape = (self.zones, width)
        return _Counted(
            codes.tolist(), whole.reshape(shape), parts.reshape(shape), area.reshape(shape)
        )


def _places_of(values: Numbers, codes: Numbers) -> npt.NDArray[np.uint16]:
    """Give the place of each value among the sorted codes."""
    places = np.zeros(values.size, dtype=np.uint16)
    if not codes.size:
        return places
    least, most = codes[0].item(), codes[-1].item()
    near = codes.dtype.kind in "iu" and most - least < _MOST_TABLE
    table = np.zeros(int(most - least) + 1 if near else 0, dtype=np.uint16)
    if near:
        table[codes.astype(np.int64) - least] = np.arange(len(codes))
    # In parts: numpy turns what it looks up into integers of 64 bits first.
    for begin in range(0, values.size, _CELLS_AT_ONCE):
        part = slice(begin, begin + _CELLS_AT_ONCE)
        if near:
            places[part] = table[values[part].astype(np.int64) - least]
        else:
            places[part] = np.searchsorted(codes, values[part])
    return places
