"""How much of each class of a raster lies in each zone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoplan.analyses.cells.class_counts import MOST_CLASSES, Counted, count_tile, too_many
from geoplan.analyses.cells.tiles import ZonesOnGrid, map_tiles, place_zones, total_area

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

    from geoplan.layers.rasters.grid import RasterGrid

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.generic]


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
    max_memory_mb: float | None = None,
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
    max_memory_mb : float, optional
        Memory for cells and their parts, in 10**6 bytes, beyond that of the libraries and the
        zones; what `grid` says by default. It decides how many rows are read at once, never the
        result.
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
    >>> from geoplan.layers.rasters.made_grid import array_grid
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
        lambda tile: count_tile(tile, placed),
        bytes_per_cell=item + 3.0,
        max_memory_mb=grid.max_memory_mb if max_memory_mb is None else max_memory_mb,
        threads=threads,
    ):
        sums.take(found)
    return sums.finish(placed)


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

    def take(self, found: Counted) -> None:
        for i, code in enumerate((*found.codes, None)):
            if code not in self.whole:
                self._begin(code)
            self.whole[code] += found.whole[:, i]
            self.parts[code] += found.parts[:, i]
            self.area[code] += found.area_m2[:, i]
        if len(self.whole) > MOST_CLASSES:
            raise too_many()

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
