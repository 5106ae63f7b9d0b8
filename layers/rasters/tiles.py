"""Several files of one raster, joined without copying: tiles of a land cover, sheets of a map."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

from geoplan.core.errors import SourceError
from geoplan.core.notices import Notice
from geoplan.layers.rasters.raster_file import SUFFIXES, fill_tags, gdal_path, open_raster, scaling

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

# Tiles of one product repeat their grid to 1e-9; half a cell off is another grid.
_ALIGNED_CELLS = 1e-3
_SAME_CELL = 1e-6
_SIDECARS = (".aux.xml", ".ovr", ".msk")


@dataclass(frozen=True)
class Mosaic:
    """
    Files that are one raster.

    Parameters
    ----------
    source : str
        What GDAL opens: the path of a single file, or the text of a VRT that joins several.
    paths : tuple of str
        The files.
    notices : tuple of Notice
        Ground that two tiles hold, and ground that none does.
    """

    source: str
    paths: tuple[str, ...]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class _Tile:
    """What decides whether files fit each other."""

    path: str
    crs: str
    transform: tuple[float, ...]
    size: tuple[int, int]
    dtype: str
    nodata: float | None
    scaling: tuple[float, float]


def raster_files(paths: Sequence[str | PathLike[str]], *, subject: str) -> tuple[str, ...]:
    """
    List the raster files that some paths stand for.

    Parameters
    ----------
    paths : sequence of str or path
        Files, and folders whose rasters are meant, those in folders below too.
    subject : str
        The layer, for messages.

    Returns
    -------
    tuple of str
        In the order given, those of a folder by name.

    Raises
    ------
    SourceError
        If a folder holds no raster.
    """
    found: list[str] = []
    for path in [fspath(one) for one in paths]:
        if not Path(path).is_dir() or path.lower().endswith(SUFFIXES):
            found.append(path)
            continue
        inside = sorted(
            fspath(one)
            for one in Path(path).rglob("*")
            if one.suffix.lower() in SUFFIXES and not one.name.lower().endswith(_SIDECARS)
        )
        if not inside:
            raise SourceError(
                f"`{subject}`: the folder {path} holds no raster (such as .tif). Name the folder "
                "of the tiles, or list the files."
            )
        found += inside
    return tuple(found)


def mosaic(paths: Sequence[str | PathLike[str]], *, subject: str) -> Mosaic:
    """
    Join tiles to one raster, in memory, reading none of their cells.

    Parameters
    ----------
    paths : sequence of str or path
        Files or folders of rasters with the same CRS, cell size, grid and type.
    subject : str
        The layer, for messages.

    Returns
    -------
    Mosaic
        With the text of a VRT; of one file just its path.

    Raises
    ------
    SourceError
        If a file cannot be read, or the files are not tiles of one grid.

    Notes
    -----
    Where tiles overlap, the later in the list counts, which the notices say. Ground inside the
    frame that no tile holds has no data, also where the tiles name no value for that.
    """
    files = raster_files(paths, subject=subject)
    if len(files) == 1:
        return Mosaic(files[0], files)
    tiles = [_tile(path, subject) for path in files]
    places = _places(tiles, subject)
    width, height = places[:, 2].max(), places[:, 3].max()
    covered = int(((places[:, 2] - places[:, 0]) * (places[:, 3] - places[:, 1])).sum())
    empty = int(width * height) - _covered_once(places)
    notices = (
        *_counted("tiles_overlap", subject, covered + empty - int(width * height), covered),
        *_counted("tiles_leave_gaps", subject, empty, int(width * height)),
    )
    return Mosaic(_vrt(tiles, places, gaps=empty > 0), files, notices)


def _counted(code: str, subject: str, count: int, total: int) -> tuple[Notice, ...]:
    return (Notice(code, subject, count, total),) if count > 0 else ()


def _tile(path: str, subject: str) -> _Tile:
    with open_raster(path, subject=subject) as raster:
        return _Tile(
            path=path,
            crs="" if raster.crs is None else raster.crs.to_wkt(),
            transform=tuple(raster.transform[:6]),
            size=(raster.width, raster.height),
            dtype=_vrt_type(raster),
            nodata=next(iter(fill_tags(raster)), None) if raster.nodata is None else raster.nodata,
            scaling=scaling(raster),
        )


def _vrt_type(raster: "DatasetReader") -> str:
    from rasterio.dtypes import _gdal_typename

    return str(_gdal_typename(raster.dtypes[0]))


def _places(tiles: Sequence[_Tile], subject: str) -> npt.NDArray[np.int64]:
    """Give left, top, right, bottom of each tile in the cells of the whole."""
    first = tiles[0]
    a, b, _, d, e, _ = first.transform
    for tile in tiles[1:]:
        unlike = _difference(first, tile)
        if unlike:
            raise SourceError(_mixed(subject, first, tile, unlike))
    if b or d:
        raise SourceError(
            f"`{subject}`: {first.path} is rotated, and rotated rasters are not joined. Warp the "
            "tiles north-up first: gdalwarp -r near IN.tif OUT.tif."
        )
    origins = np.array([(tile.transform[2], tile.transform[5]) for tile in tiles])
    west = origins[:, 0].min() if a > 0 else origins[:, 0].max()
    north = origins[:, 1].max() if e < 0 else origins[:, 1].min()
    exact = (origins - (west, north)) / (a, e)
    corner = np.round(exact)
    off = np.abs(exact - corner).max(axis=1)
    if off.max() > _ALIGNED_CELLS:
        worst = tiles[int(off.argmax())]
        raise SourceError(
            _mixed(subject, first, worst, f"grids that are {off.max():.2f} cells out of step")
        )
    sizes = np.array([tile.size for tile in tiles])
    return np.hstack([corner, corner + sizes]).astype(np.int64)


def _difference(one: _Tile, other: _Tile) -> str:
    from rasterio.crs import CRS

    if (one.crs == "") != (other.crs == "") or (
        one.crs != other.crs and CRS.from_wkt(one.crs) != CRS.from_wkt(other.crs)
    ):
        return "CRSs"
    cells = zip(one.transform, other.transform, strict=True)
    a_b_d_e = [pair for place, pair in enumerate(cells) if place not in (2, 5)]
    if not all(
        math.isclose(x, y, rel_tol=_SAME_CELL, abs_tol=_SAME_CELL * abs(one.transform[0]))
        for x, y in a_b_d_e
    ):
        return "cell sizes"
    if one.dtype != other.dtype:
        return f"types ({one.dtype}, {other.dtype})"
    if one.scaling != other.scaling:
        return "scale or offset tags"
    if repr(one.nodata) != repr(other.nodata):
        return f"values for no data ({one.nodata}, {other.nodata})"
    return ""


def _mixed(subject: str, one: _Tile, other: _Tile, what: str) -> str:
    return (
        f"`{subject}`: {one.path} and {other.path} are not tiles of one raster: they have "
        f"different {what}. Load them as layers of their own, or bring them to one grid first "
        "(categories with gdalwarp -r near; counts of people must not be resampled)."
    )


def _covered_once(places: npt.NDArray[np.int64]) -> int:
    """Count the cells that at least one tile holds, over the grid of all tile edges."""
    xs, ys = np.unique(places[:, [0, 2]]), np.unique(places[:, [1, 3]])
    held = np.zeros((len(ys) - 1, len(xs) - 1), dtype=bool)
    for left, top, right, bottom in places:
        rows, columns = np.searchsorted(ys, (top, bottom)), np.searchsorted(xs, (left, right))
        held[rows[0] : rows[1], columns[0] : columns[1]] = True
    return int((np.diff(ys)[:, None] * np.diff(xs) * held).sum())


_WIDER = {
    "Byte": "Int16",
    "Int8": "Int16",
    "UInt16": "Int32",
    "Int16": "Int32",
    "UInt32": "Float64",
}


def _vrt(
    tiles: Sequence[_Tile],
    places: npt.NDArray[np.int64],
    *,
    gaps: bool,
) -> str:
    first = tiles[0]
    a, _, _, _, e, _ = first.transform
    west = tiles[int(places[:, 0].argmin())].transform[2]
    north = tiles[int(places[:, 1].argmin())].transform[5]
    nodata, dtype = first.nodata, first.dtype
    if nodata is None and gaps:
        # A gap must not read as 0, which may be a class: the type grows by a value for no data.
        dtype = _WIDER.get(dtype, dtype)
        nodata = -32768.0
    width, height = int(places[:, 2].max()), int(places[:, 3].max())
    scale, offset = first.scaling
    head = [
        f'<VRTDataset rasterXSize="{width}" rasterYSize="{height}">',
        f"<SRS>{escape(first.crs)}</SRS>" if first.crs else "",
        f"<GeoTransform>{west!r}, {a!r}, 0, {north!r}, 0, {e!r}</GeoTransform>",
        f'<VRTRasterBand dataType="{dtype}" band="1">',
        "" if nodata is None else f"<NoDataValue>{nodata!r}</NoDataValue>",
        "" if offset == 0 else f"<Offset>{offset!r}</Offset>",
        "" if scale == 1 else f"<Scale>{scale!r}</Scale>",
    ]
    parts = [_source(tile, place) for tile, place in zip(tiles, places.tolist(), strict=True)]
    return "".join([*head, *parts, "</VRTRasterBand></VRTDataset>"])


def _source(tile: _Tile, place: Sequence[int]) -> str:
    left, top, _, _ = place
    width, height = tile.size
    path = gdal_path(tile.path)
    if not path.startswith("/vsi") and "://" not in path:
        path = str(Path(path).resolve())
    kind = "SimpleSource" if tile.nodata is None else "ComplexSource"
    # With a value for no data, what an earlier tile has is not overwritten by nothing.
    nodata = "" if tile.nodata is None else f"<NODATA>{tile.nodata!r}</NODATA>"
    return (
        f'<{kind}><SourceFilename relativeToVRT="0">{escape(path)}</SourceFilename>'
        "<SourceBand>1</SourceBand>"
        f'<SrcRect xOff="0" yOff="0" xSize="{width}" ySize="{height}"/>'
        f'<DstRect xOff="{left}" yOff="{top}" xSize="{width}" ySize="{height}"/>'
        f"{nodata}</{kind}>"
    )
