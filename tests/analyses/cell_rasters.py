"""Small rasters and zones for tests, and the slow, obvious way to measure them."""

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import strategies as st

from geoplan.layers.rasters.made_grid import array_grid

CRS = "EPSG:4547"
SIZE_M = 10.0


def grid_of(values, **options):
    """A raster of 10 m cells with its lower left corner at (0, 0)."""
    values = np.asarray(values)
    top = SIZE_M * values.shape[0]
    return array_grid(values, transform=(SIZE_M, 0, 0, 0, -SIZE_M, top), crs=CRS, **options)


def zones_of(*geometries, crs=CRS):
    return gpd.GeoDataFrame(geometry=list(geometries), crs=crs)


def cell_boxes(grid):
    """Every cell as a polygon, row by row."""
    a, _, c, _, e, f = grid.transform
    row, column = np.mgrid[: grid.height, : grid.width]
    x0, y0 = c + a * column, f + e * row
    return shapely.box(
        np.minimum(x0, x0 + a),
        np.minimum(y0, y0 + e),
        np.maximum(x0, x0 + a),
        np.maximum(y0, y0 + e),
    )


def overlaid(grid, zones):
    """Part of each cell in each zone, by cutting polygons: zone × row × column."""
    boxes = cell_boxes(grid)
    return np.array(
        [shapely.area(shapely.intersection(boxes, zone)) for zone in zones.geometry]
    ) / shapely.area(boxes)


def spread(found, grid, zones):
    """The same array out of what `cell_fractions` gives."""
    parts = np.zeros((len(zones), grid.height, grid.width))
    np.add.at(parts, (found.zone, found.row, found.column), found.fraction)
    for zone, row, start, stop, part in zip(
        found.run_zone,
        found.run_row,
        found.run_start,
        found.run_stop,
        found.run_fraction,
        strict=True,
    ):
        parts[zone, row, start:stop] += part
    return parts


@st.composite
def random_zones(draw, *, most_m=100, count=4):
    """Polygons with holes and parts, some on grid lines, some beyond a raster of 100 m."""
    shapes = []
    for _ in range(draw(st.integers(1, count))):
        step = draw(st.sampled_from([10.0, 5.0, 0.1, 1e-6]))
        ends = st.integers(int(-20 / step), int((most_m + 20) / step))
        corners = draw(st.lists(st.tuples(ends, ends), min_size=3, max_size=9, unique=True))
        ring = shapely.Polygon(np.array(corners) * step)
        whole = shapely.make_valid(ring, method="structure")
        hole = shapely.Point(draw(ends) * step, draw(ends) * step).buffer(draw(st.floats(1, 30)))
        polygons = [
            part
            for part in shapely.get_parts(shapely.difference(whole, hole))
            if part.geom_type == "Polygon" and part.area > 0
        ]
        shapes.append(shapely.MultiPolygon(polygons))
    return zones_of(*shapes)


@st.composite
def partitions(draw, *, side_m=100.0):
    """Polygons that divide a square, with borders through cells and on grid lines."""
    step = draw(st.sampled_from([10.0, 2.5, 0.37]))
    ends = st.integers(-1, int(side_m / step) + 1)
    seeds = draw(st.lists(st.tuples(ends, ends), min_size=2, max_size=12, unique=True))
    square = shapely.box(0, 0, side_m, side_m)
    cells = shapely.voronoi_polygons(shapely.multipoints(np.array(seeds) * step), extend_to=square)
    parts = shapely.intersection(shapely.get_parts(cells), square)
    return zones_of(*[part for part in parts if part.geom_type == "Polygon" and part.area > 0])
