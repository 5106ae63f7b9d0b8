"""How much longer a walk takes uphill: Tobler's hiking function on an elevation raster."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.core.crs import parse_crs
from geoplan.core.errors import CRSError, ParameterError, SourceError
from geoplan.core.notices import Notice
from geoplan.layers.files.on_disk import local_file
from geoplan.layers.network.build import Edges, Floats, Ints, Mask
from geoplan.layers.rasters.fills import scan_values
from geoplan.layers.rasters.raster_file import read_stored, scaling

if TYPE_CHECKING:
    from rasterio.io import DatasetReader
    from rasterio.windows import Window

_LOWEST_M, _HIGHEST_M = -500.0, 9000.0  # the Dead Sea's shore, Mount Everest
_STEEPNESS, _EASIEST = 3.5, -0.05  # Tobler 1993: W = 6 exp(-3.5 |s + 0.05|) km/h


@dataclass(frozen=True)
class SlopeFactors:
    """
    Metres of flat walking per metre of each edge, in either direction.

    Parameters
    ----------
    forward, backward : ndarray, m
        From u to v, from v to u; 1 on the flat.
    notices : tuple of Notice
        Where there is no elevation, and what was taken for that.
    """

    forward: Floats
    backward: Floats
    notices: tuple[Notice, ...]


def slope_factors(
    edges: Edges, structure: Mask, *, elevation: str, crs: str, subject: str
) -> SlopeFactors:
    r"""
    Say how much longer each edge takes than the same edge on the flat.

    Parameters
    ----------
    edges : Edges
        The edges, in the study CRS.
    structure : ndarray of bool, w
        Which ways are bridges or tunnels: these run straight from end to end.
    elevation : str
        A raster of heights in metres.
    crs : str
        Study CRS.
    subject : str
        The layer, for messages.

    Returns
    -------
    SlopeFactors
        Factors of the length; 1 where there is no elevation.

    Raises
    ------
    SourceError
        If the raster cannot be found or read.
    CRSError
        If it has no CRS.
    ParameterError
        If it does not overlap the network.

    Notes
    -----
    Each edge is walked in steps no longer than a cell of the raster, heights interpolated between
    the middles of cells. For a step of slope :math:`s` the factor is that of Tobler's hiking
    function [1]_, :math:`W(0) / W(s) = \exp(3.5 (|s + 0.05| - 0.05))`: 1.42 up 10 %, 1.00 down
    10 %, 0.84 down 5 %, the easiest. Of a city's slopes a raster of 30 m cells sees those that
    are longer than that; where its heights are of roofs and trees, streets come out too steep.

    References
    ----------
    .. [1] W. Tobler, *Three presentations on geographical analysis and modeling*, NCGIA technical
       report 93-1, 1993.
    """
    with local_file(elevation, layer="", subject=f"{subject} elevation") as file:
        heights = _Heights.read(str(file.path), edges, crs, subject=subject, shown=elevation)
    xy, owner, step_m = _steps(edges, heights.step_m)
    z = heights.at(xy)
    if np.isnan(z).all():
        raise ParameterError(
            f"{elevation} does not overlap the walk network. Check its extent and CRS."
        )
    z = _straight(z, xy, owner, edges, structure)
    same = owner[1:] == owner[:-1]
    climb = np.where(same, z[1:] - z[:-1], 0.0)
    walked = np.where(same, step_m[1:], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.where(walked > 0, climb / walked, 0.0)
    known = ~np.isnan(slope)
    slope = np.where(known, slope, 0.0)
    count = len(edges.length_m)
    length_m = np.bincount(owner[1:], walked, minlength=count)
    factors = [
        np.divide(
            np.bincount(owner[1:], walked * tobler_factor(sign * slope), minlength=count),
            length_m,
            out=np.ones(count),
            where=length_m > 0,
        )
        for sign in (1, -1)
    ]
    lost_m = float(walked[~known].sum())
    notices = heights.notices
    if lost_m:
        values = {"share": lost_m / float(length_m.sum())}
        notices = (*notices, Notice("no_elevation", subject, values=values))
    return SlopeFactors(factors[0], factors[1], notices)


def tobler_factor(slope: Floats) -> Floats:
    """
    Give metres of flat walking that take as long as a metre of a slope.

    Parameters
    ----------
    slope : ndarray
        Rise over run; above 0 uphill.

    Returns
    -------
    ndarray
        1 on the flat, 0.84 at its least, down 5 %.

    Examples
    --------
    >>> tobler_factor(np.array([0, 0.1, -0.1, -0.05])).round(2).tolist()
    [1.0, 1.42, 1.0, 0.84]
    """
    return np.asarray(np.exp(_STEEPNESS * (np.abs(slope - _EASIEST) + _EASIEST)))


@dataclass(frozen=True)
class _Heights:
    """The cells of a raster around a network."""

    values: Floats
    origin: tuple[float, float]
    cell: tuple[float, float]
    crs: str
    study_crs: str
    step_m: float
    notices: tuple[Notice, ...]

    @classmethod
    def read(cls, path: str, edges: Edges, crs: str, *, subject: str, shown: str) -> "_Heights":
        import rasterio
        from rasterio.errors import RasterioError

        try:
            with rasterio.open(path) as raster:
                if raster.crs is None:
                    raise CRSError(
                        f"{shown} has no CRS. Write it into the file, e.g. gdal_edit.py -a_srs."
                    )
                return cls._around(raster, edges, crs, subject, shown)
        except RasterioError as error:
            raise SourceError(f"{shown} cannot be read as a raster: {error}") from error

    @classmethod
    def _around(
        cls, raster: "DatasetReader", edges: Edges, crs: str, subject: str, shown: str
    ) -> "_Heights":
        from pyproj import Transformer
        from rasterio.windows import Window

        transform = raster.transform
        if transform.b or transform.d:
            raise ParameterError(
                f"{shown} is turned: its rows do not run west to east. Warp it first, e.g. "
                "gdalwarp -t_srs EPSG:4326."
            )
        wkt = str(raster.crs.to_wkt())
        there = Transformer.from_crs(parse_crs(crs), parse_crs(wkt), always_xy=True)
        low, high = edges.vertex_xy_m.min(axis=0), edges.vertex_xy_m.max(axis=0)
        west, south, east, north = there.transform_bounds(*low, *high)
        columns = [(x - transform.c) / transform.a for x in (west, east)]
        rows = [(y - transform.f) / transform.e for y in (south, north)]
        left, right = math.floor(min(columns)) - 1, math.ceil(max(columns)) + 1
        top, bottom = math.floor(min(rows)) - 1, math.ceil(max(rows)) + 1
        left, right = max(left, 0), min(right, raster.width)
        top, bottom = max(top, 0), min(bottom, raster.height)
        if left >= right or top >= bottom:
            raise ParameterError(
                f"{shown} does not overlap the walk network. Check its extent and CRS."
            )
        window = Window(left, top, right - left, bottom - top)
        heights, fills = _heights(raster, window, subject, shown)
        origin = (transform.c + left * transform.a, transform.f + top * transform.e)
        middle = ((low + high) / 2).tolist()
        return cls(
            heights,
            origin,
            (transform.a, transform.e),
            wkt,
            crs,
            _cell_m(there, middle, (transform.a, transform.e)),
            fills,
        )

    def at(self, xy_m: Floats) -> Floats:
        """Interpolate heights between the middles of cells; NaN outside."""
        from pyproj import Transformer
        from scipy.ndimage import map_coordinates

        there = Transformer.from_crs(parse_crs(self.study_crs), parse_crs(self.crs), always_xy=True)
        x, y = there.transform(xy_m[:, 0], xy_m[:, 1])
        column = (x - self.origin[0]) / self.cell[0] - 0.5
        row = (y - self.origin[1]) / self.cell[1] - 0.5
        inside = (np.abs(column + 0.5 - self.values.shape[1] / 2) <= self.values.shape[1] / 2) & (
            np.abs(row + 0.5 - self.values.shape[0] / 2) <= self.values.shape[0] / 2
        )
        # Within half a cell of the raster's edge its last heights hold.
        heights = map_coordinates(self.values, [row, column], order=1, mode="nearest")
        return np.where(inside, heights, np.nan)


def _heights(
    raster: "DatasetReader", window: "Window", subject: str, shown: str
) -> tuple[Floats, tuple[Notice, ...]]:
    """Read heights in metres, NaN where there is no data or what stands for it."""
    stored, masked = read_stored(raster, window)
    found = scan_values([(stored, masked)], str(stored.dtype), subject=subject, shown=shown)
    scale, offset = scaling(raster)
    heights = np.where(masked, np.nan, stored.astype(np.float64) * scale + offset)
    heights[np.isin(stored.astype(np.float64), [*found.fills])] = np.nan
    known = heights[np.isfinite(heights)]
    wrong = (known < _LOWEST_M) | (known > _HIGHEST_M)
    if wrong.any():
        raise ParameterError(
            f"{shown}: {int(wrong.sum()):,} of {known.size:,} heights around the network lie "
            f"outside {_LOWEST_M:g} to {_HIGHEST_M:g} m (such as {known[wrong][0]:g}), which no "
            "ground does. Heights are wanted in metres: write the scale or the value for no data "
            "into the file, e.g. gdal_edit.py -scale 0.01 or gdal_edit.py -a_nodata -9999."
        )
    return heights, found.notices(subject)


def _cell_m(there: object, middle: list[float], cell: tuple[float, float]) -> float:
    """Measure the shorter side of a cell in the study CRS."""
    from pyproj.enums import TransformDirection

    x, y = there.transform(*middle)  # type: ignore[attr-defined]
    corners = there.transform(  # type: ignore[attr-defined]
        [x, x + cell[0], x], [y, y, y + cell[1]], direction=TransformDirection.INVERSE
    )
    at = np.column_stack(corners)
    return float(np.hypot(*(at[1:] - at[0]).T).min())


def _steps(edges: Edges, longest_m: float) -> tuple[Floats, Ints, Floats]:
    """Cut edges into steps: places, the edge of each, and the way from the place before."""
    xy = edges.vertex_xy_m
    owner = np.repeat(np.arange(len(edges.length_m)), np.diff(edges.offsets))
    start = np.flatnonzero(owner[1:] == owner[:-1])
    run_m = np.hypot(*(xy[start + 1] - xy[start]).T)
    pieces = np.maximum(np.ceil(run_m / longest_m), 1).astype(np.int64)
    segment = np.repeat(np.arange(len(start)), pieces)
    part = np.arange(len(segment)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = ((part + 1) / pieces[segment])[:, None]
    ends = xy[start][segment] * (1 - share) + xy[start + 1][segment] * share
    first = edges.offsets[:-1]
    order = np.argsort(
        np.concatenate([first, start[segment] + 0.5]), kind="stable"
    )  # the first vertex of each edge stands before the steps that follow it
    places = np.concatenate([xy[first], ends])[order]
    owners = np.concatenate([np.arange(len(first)), owner[start][segment]])[order]
    step_m = np.concatenate([np.zeros(len(first)), (run_m / pieces)[segment]])[order]
    return places, owners, step_m


def _straight(z: Floats, xy: Floats, owner: Ints, edges: Edges, structure: Mask) -> Floats:
    """Let heights on bridges and in tunnels run evenly from end to end of their way."""
    way = edges.edge_way[owner]
    above = structure[way]
    if not above.any():
        return z
    at = np.flatnonzero(above)
    moved = np.zeros(len(at))
    # The edges of a way follow one another, so its run goes on from one to the next.
    same = way[at[1:]] == way[at[:-1]]
    moved[1:] = np.where(same, np.hypot(*(xy[at[1:]] - xy[at[:-1]]).T), 0.0)
    run = np.cumsum(moved)
    begins = np.concatenate([[True], ~same])
    group = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    last = np.concatenate([first[1:], [len(at)]]) - 1
    whole = (run[last] - run[first])[group]
    share = np.divide(run - run[first][group], whole, out=np.zeros(len(at)), where=whole > 0)
    even = z.copy()
    even[at] = z[at[first]][group] * (1 - share) + z[at[last]][group] * share
    return even
