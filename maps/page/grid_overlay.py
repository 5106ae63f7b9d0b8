"""Grids and very many polygons as one small picture instead of a heavy layer."""

import base64
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import folium
import numpy as np
from pyproj import Transformer

from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.maps.page.grids import Grid
from geoplan.maps.page.memory import once

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS

PICTURE_FROM = 8_000
"""Polygons from which any layer becomes a picture: as shapes they take a browser over 2 seconds."""
GRID_PICTURE_FROM = 2_000
"""Cells from which a population grid becomes a picture."""

_MOST_PX = 2_000
_PX_PER_CELL = 4
_MOST_CLASS = 253
_WEB_MERCATOR = "EPSG:3857"


@dataclass(frozen=True)
class Picture:
    """
    A classified picture in Web Mercator, ready to lie on a map.

    Parameters
    ----------
    index : ndarray of uint8, (rows, columns)
        0 where nothing is, else class + 1.
    bounds_deg : tuple of float
        South, west, north, east.
    """

    index: "NDArray[np.uint8]"
    bounds_deg: tuple[float, float, float, float]


def picture_of(layer: "GeoDataFrame", classes: "ArrayLike") -> Picture:
    """
    Draw classified polygons into a picture.

    Parameters
    ----------
    layer : GeoDataFrame, n rows of Polygon or MultiPolygon
        In a projected CRS in metres.
    classes : array_like of int, n values
        Class of each polygon from 0 to 253; -1 is not drawn.

    Returns
    -------
    Picture
        In Web Mercator, which is how a browser stretches a picture over a map, 2,000 pixels along
        the longer side; a pixel belongs to the polygon over its centre.

    Raises
    ------
    CRSError
        If the CRS is missing or not in metres.
    ParameterError
        If nothing is to be drawn, or a class is out of range.
    """
    from rasterio import Affine
    from rasterio.features import rasterize

    require_metric_crs(layer=layer)
    index = _checked(classes)
    keep = index >= 0
    shown = layer.geometry[keep].to_crs(_WEB_MERCATOR)
    west, south, east, north = shown.total_bounds
    pixel = max(east - west, north - south) / _MOST_PX
    shape = math.ceil((north - south) / pixel) or 1, math.ceil((east - west) / pixel) or 1
    burnt = rasterize(
        zip(shown, (index[keep] + 1).tolist(), strict=True),
        out_shape=shape,
        transform=Affine(pixel, 0, west, 0, -pixel, north),
        dtype="uint8",
    )
    return Picture(burnt, _bounds_deg(west, north, pixel, shape))


def picture_of_grid(grid: Grid, classes: "ArrayLike") -> Picture:
    """
    Draw the cells of a regular grid into a picture.

    Parameters
    ----------
    grid : Grid
        Where the cells lie.
    classes : array_like of int, one per cell of the grid
        Class from 0 to 253; -1 is not drawn.

    Returns
    -------
    Picture
        In Web Mercator, at most 2,000 pixels along the longer side and four to a cell.

    Raises
    ------
    ParameterError
        If nothing is to be drawn, or a class is out of range.

    Notes
    -----
    The cell under each pixel centre is looked up by arithmetic: exact, and no loop over cells.
    """
    columns, rows = grid.shape
    drawn = (_checked(classes) + 1).astype(np.uint8).reshape(columns, rows)
    width, height = grid.cell_m
    extent = (
        grid.west_m,
        grid.south_m,
        grid.west_m + columns * width,
        grid.south_m + rows * height,
    )
    to_web = _transformer(grid.crs, _WEB_MERCATOR)
    west, south, east, north = to_web.transform_bounds(*extent, densify_pts=41)
    # Web Mercator stretches both ways alike: one cell is about this long in it.
    cell = min((east - west) / columns, (north - south) / rows)
    pixel = max(max(east - west, north - south) / _MOST_PX, cell / _PX_PER_CELL)
    shape = math.ceil((north - south) / pixel), math.ceil((east - west) / pixel)
    x, y = np.meshgrid(
        west + (np.arange(shape[1]) + 0.5) * pixel, north - (np.arange(shape[0]) + 0.5) * pixel
    )
    x, y = _transformer(_WEB_MERCATOR, grid.crs).transform(x, y)
    column = np.floor((x - grid.west_m) / width).astype(int)
    row = np.floor((y - grid.south_m) / height).astype(int)
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    picture = np.zeros(shape, dtype=np.uint8)
    picture[inside] = drawn[column[inside], row[inside]]
    return Picture(picture, _bounds_deg(west, north, pixel, shape))


@lru_cache(maxsize=8)
def _transformer(source: "CRS | str", target: "CRS | str") -> Transformer:
    """Look the way from one CRS to another up once: PROJ takes a tenth of a second for it."""
    return Transformer.from_crs(source, target, always_xy=True)


def _checked(classes: "ArrayLike") -> "NDArray[np.int64]":
    index = np.asarray(classes, dtype=np.int64)
    if not (index >= 0).any():
        raise ParameterError("there is nothing to draw: every class is -1.")
    if index.max() > _MOST_CLASS:
        raise ParameterError(
            f"class {index.max()} is too high; a picture holds 0 to {_MOST_CLASS}."
        )
    return index


def _bounds_deg(
    west: float, north: float, pixel: float, shape: tuple[int, int]
) -> tuple[float, float, float, float]:
    to_degrees = _transformer(_WEB_MERCATOR, "EPSG:4326")
    x, y = [west, west + shape[1] * pixel], [north - shape[0] * pixel, north]
    (west_deg, east_deg), (south_deg, north_deg) = to_degrees.transform(x, y)
    return south_deg, west_deg, north_deg, east_deg


def overlay(
    picture: Picture, colors: Sequence[str], *, pane: str, opacity: float = 0.85
) -> folium.raster_layers.ImageOverlay:
    """
    Lay a picture on a map.

    Parameters
    ----------
    picture : Picture
        From `picture_of`.
    colors : sequence of str
        ``#rrggbb`` per class.
    pane : str
        Where it lies in the drawing order.
    opacity : float
        From 0 to 1.

    Returns
    -------
    folium.raster_layers.ImageOverlay
        The picture is inside the page, as a PNG with a palette.
    """
    south, west, north, east = picture.bounds_deg
    file = once("png", picture, lambda: png(picture.index, colors), *colors)
    url = "data:image/png;base64," + base64.b64encode(file).decode("ascii")
    return folium.raster_layers.ImageOverlay(
        url,
        [[south, west], [north, east]],
        opacity=opacity,
        pane=pane,
        interactive=False,
        control=False,
        pixelated=True,
    )


def png(index: "NDArray[np.uint8]", colors: Sequence[str]) -> bytes:
    r"""
    Write a picture with a palette as PNG.

    Parameters
    ----------
    index : ndarray of uint8, (rows, columns)
        0 is transparent, `i` is ``colors[i - 1]``.
    colors : sequence of str
        ``#rrggbb``.

    Returns
    -------
    bytes
        A PNG file, the same bytes for the same picture.

    Examples
    --------
    >>> png(np.array([[0, 1]], dtype=np.uint8), ["#b2182b"])[:4]
    b'\x89PNG'
    """
    rows, columns = index.shape
    palette = b"\0\0\0" + b"".join(bytes.fromhex(color.removeprefix("#")) for color in colors)
    # Every row begins with its filter: 0, none. Palette pictures compress best unfiltered.
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), index], axis=1)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette),
            _chunk(b"tRNS", b"\0"),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
