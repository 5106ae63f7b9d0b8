"""Small land covers for tests, by the codes of WorldCover, and the slow way to measure them."""

from pathlib import Path
from runpy import run_path

import geopandas as gpd
import numpy as np
import shapely

from geoplan.layers import load_land_cover

RASTERS = run_path(str(Path(__file__).with_name("cell_rasters.py")))
CRS, cell_boxes, grid_of = RASTERS["CRS"], RASTERS["cell_boxes"], RASTERS["grid_of"]
zones_of, partitions = RASTERS["zones_of"], RASTERS["partitions"]

TREES, SHRUBS, GRASS, CROPS, BUILT, BARE, WATER = 10, 20, 30, 40, 50, 60, 80


def cover_of(values, **options):
    """A raster of 10 m cells with the legend of WorldCover; 0 is no data."""
    return load_land_cover(
        grid_of(np.asarray(values, dtype="uint8"), nodata=0), crs=CRS, classes="worldcover",
        **options,
    )  # fmt: skip


def districts_of(*geometries):
    """Districts A, B, …"""
    ids = [chr(65 + place) for place in range(len(geometries))]
    return zones_of(*geometries).assign(district_id=ids, name=ids)


def parcels_of(values):
    """The cells of a raster as polygons with the names of their classes."""
    values = np.asarray(values)
    names = {TREES: "forest", GRASS: "grassland", BUILT: "built_up", WATER: "water"}
    boxes = cell_boxes(grid_of(values))
    keys = [names[value] for value in values.ravel().tolist()]
    return gpd.GeoDataFrame({"class_key": keys}, geometry=boxes.ravel(), crs=CRS)


def cut_m2(values, wanted, zone):
    """Area of cells of some codes in a zone, by cutting polygons."""
    values = np.asarray(values)
    boxes = cell_boxes(grid_of(values))[np.isin(values, wanted)]
    return float(shapely.area(shapely.intersection(boxes, zone)).sum())
