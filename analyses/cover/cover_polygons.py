"""Land cover of any form as polygons: what two covers on different cells are compared by."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from geoplan.analyses.cells.tiles import place_zones
from geoplan.analyses.cover.cover_areas import Cover
from geoplan.core.crs import parse_crs
from geoplan.layers.datums.to_study_crs import DATUMS, coordinates_to_study_crs
from geoplan.layers.kinds.land_cover import LandCover
from geoplan.layers.rasters.grid import RasterGrid

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Integers = npt.NDArray[np.intp]
Geometries = npt.NDArray[np.object_]

# A border of cells that runs straight in one CRS is bent in another: a point each so many cells.
_CELLS_PER_POINT = 4


def cover_polygons(
    cover: Cover, codes: Integers, zones: "GeoDataFrame"
) -> tuple[Geometries, Integers]:
    """
    Draw a cover as polygons with a code each.

    Parameters
    ----------
    cover : LandCover or GeoDataFrame
        Raster or polygons.
    codes : numpy.ndarray of int
        Code of each class of the legend, or of each polygon; negative ones are left out.
    zones : GeoDataFrame
        Where; cells around their rectangle are drawn.

    Returns
    -------
    geometry : numpy.ndarray of Polygon
        In the CRS of `zones`.
    code : numpy.ndarray of int
        Of each.

    Notes
    -----
    Neighbouring cells of one code become one polygon. Memory: some 8 bytes per cell of the
    rectangle, and the polygons.
    """
    if not isinstance(cover, LandCover):
        kept = codes >= 0
        return np.asarray(cover.geometry.array, dtype=object)[kept], codes[kept]
    from rasterio.features import shapes
    from shapely.geometry import shape

    grid = cover.class_grid()
    row0, row1, col0, col1 = _window(grid, zones)
    coded = np.append(codes, [-1, -1]).astype(np.int16)  # beyond the legend, and no data
    cells = coded[grid.read_window(row0, row1, col0, col1)]
    found = list(shapes(cells, mask=cells >= 0))
    # GDAL hands polygons over one by one, as dicts.
    drawn = np.array([shape(outline) for outline, _ in found] or [shapely.Polygon()], dtype=object)
    code = np.array([value for _, value in found] or [-1], dtype=np.intp)
    kept = code >= 0
    return _placed(drawn[kept], grid, (row0, col0), zones), code[kept]


def _placed(
    drawn: Geometries, grid: RasterGrid, corner: tuple[int, int], zones: "GeoDataFrame"
) -> Geometries:
    """Bring polygons in rows and columns onto the ground."""
    a, _, c, _, e, f = grid.transform
    row0, col0 = corner

    def to_ground(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack([c + a * (xy[:, 0] + col0), f + e * (xy[:, 1] + row0)])

    if isinstance(grid.crs, str) and grid.crs not in DATUMS and parse_crs(grid.crs) == zones.crs:
        return np.asarray(shapely.transform(drawn, to_ground), dtype=object)
    target = zones.crs.to_wkt()
    bent = shapely.segmentize(drawn, _CELLS_PER_POINT)
    return np.asarray(
        shapely.transform(
            bent, lambda xy: coordinates_to_study_crs(to_ground(xy), grid.crs, target)
        ),
        dtype=object,
    )


def _window(grid: RasterGrid, zones: "GeoDataFrame") -> tuple[int, int, int, int]:
    edges = place_zones(zones, grid).edges
    if not edges.zone.size:
        return 0, 0, 0, 0
    rows = np.floor(edges.y0.min()) - 1, np.ceil(edges.y1.max()) + 1
    xs = np.minimum(edges.x0, edges.x1).min(), np.maximum(edges.x0, edges.x1).max()
    row0, row1 = (int(np.clip(row, 0, grid.height)) for row in rows)
    col0, col1 = (
        int(np.clip(col, 0, grid.width)) for col in (np.floor(xs[0]) - 1, np.ceil(xs[1]) + 1)
    )
    return row0, row1, col0, col1
