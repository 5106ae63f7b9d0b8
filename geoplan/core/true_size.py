"""Areas and lengths on the ellipsoid of what is drawn in a plane, piece by piece and additive."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import shapely

from geoplan.core.errors import ParameterError
from geoplan.core.local_scale import local_factors

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pyproj import CRS

Floats = npt.NDArray[np.float64]
Areas = Literal["ellipsoid", "plane"]
"""Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS."""

_MARGIN_M, _MARGIN_SHARE = 25_000.0, 0.5
_DEGREES = (1, 2, 3, 4, 6, 8, 10)
# PROJ derives its factors numerically, to some 1e-11; a fit cannot be closer than that.
_FIT_ERROR = 1e-10
_POLYGON = 3
# Gauss nodes for so many degrees more leave 1e-13 of a quarter circle.
_ARC_DEGREE = 12


@dataclass(frozen=True, eq=False)
class TrueSize:
    """
    How much ground a square metre and a metre of the plane stand for, as polynomials of the place.

    Both are integrated along edges, exactly for the polynomial. So what is cut into pieces adds up
    to what it was, however it is cut, and no piece is larger than its whole.

    Parameters
    ----------
    crs : CRS
        The plane.
    areas : {"ellipsoid", "plane"}
        What is measured; in the plane where the CRS says nothing of the ground.
    reason : str
        Why the plane, where it was not asked for: ``"no_datum"`` or ``"elsewhere"``.
    middle : array of float, 2
        Middle of the study area.
    half : array of float, 2
        Half its width and height, a margin included.
    degree : int
        Of the polynomials; -1 where areas are the plane's own everywhere.
    area : array of float, terms
        Coefficients of the ground area per area of the plane.
    metric : array of float, 3 × terms
        The same of E, F, G in ds² = E dx² + 2 F dx dy + G dy².
    """

    crs: "CRS"
    areas: Areas
    reason: str = ""
    middle: Floats = field(default_factory=lambda: np.zeros(2))
    half: Floats = field(default_factory=lambda: np.ones(2))
    degree: int = -1
    area: Floats = field(default_factory=lambda: np.ones(1))
    metric: Floats = field(default_factory=lambda: np.array([[1.0], [0.0], [1.0]]))

    def area_m2(self, geometries: Any) -> Floats:  # noqa: ANN401 (whatever shapely takes)
        """
        Measure the area of each geometry; 0 for points and lines.

        Parameters
        ----------
        geometries : geometry, or array of geometry

        Returns
        -------
        array of float
            m², of the shape that `shapely.area` gives.
        """
        plane = shapely.area(geometries)
        if self.is_flat:
            return plane  # type: ignore[no-any-return]
        shapes = np.atleast_1d(np.asarray(geometries, dtype=object))
        area = self.area[0] * np.atleast_1d(plane) + self._beyond(shapes)
        far = self._far(shapes)
        if far.any():
            area[far] = _around(self.crs, shapes[far]).area_m2(shapes[far])
        return np.reshape(area, np.shape(plane))

    def length_m(self, lines: Any) -> Floats:  # noqa: ANN401
        """
        Measure the length of each line.

        Parameters
        ----------
        lines : geometry, or array of geometry

        Returns
        -------
        array of float
            m, of the shape that `shapely.length` gives.
        """
        plane = shapely.length(lines)
        if self.areas == "plane":
            return plane  # type: ignore[no-any-return]
        shapes = np.atleast_1d(np.asarray(lines, dtype=object))
        far = self._far(shapes)
        if far.any():
            length = np.zeros(len(shapes))
            length[~far] = self.length_m(shapes[~far])
            length[far] = _around(self.crs, shapes[far]).length_m(shapes[far])
            return np.reshape(length, np.shape(plane))
        parts, owner = shapely.get_parts(shapes, return_index=True)
        areal = shapely.get_type_id(parts) == _POLYGON
        rings, ring_of = shapely.get_rings(parts[areal], return_index=True)
        parts = np.append(parts[~areal], rings)
        owner = np.append(owner[~areal], owner[areal][ring_of])
        start, end, part = _edges(parts)
        edge = self._lengths(start, end)
        return np.reshape(np.bincount(owner[part], edge, len(shapes)), np.shape(plane))

    @property
    def is_flat(self) -> bool:
        """Whether areas are those of the plane everywhere."""
        return self.areas == "plane" or not (self.area[1:].any() or self.area[0] != 1.0)

    def boundary_terms(
        self, start: Floats, end: Floats, curved: npt.NDArray[np.bool_], radius_m: float
    ) -> Floats:
        """
        Give what pieces of a boundary add to the area on its left, beyond the plane's.

        Parameters
        ----------
        start, end : array of float, n × 2
            Ends of each piece.
        curved : array of bool, n
            Which are arcs that turn left, by a quarter circle at most; the rest is straight.
        radius_m : float
            Of the arcs.

        Returns
        -------
        array of float, n
            m². Added up around a boundary, and to ``area[0]`` times the area of the plane, they
            give the area on the ground.
        """
        step = end - start
        terms = np.zeros(len(start))
        for node, weight in zip(*_nodes(self.degree + 1), strict=True):
            terms += weight * self._primitive_at(start + node * step) * step[:, 1]
        if curved.any():
            terms[curved] = self._arcs(start[curved], step[curved], radius_m)
        return np.asarray(terms * self.half[0])

    def _arcs(self, start: Floats, step: Floats, radius_m: float) -> Floats:
        half = np.minimum(np.hypot(*step.T) / 2, radius_m)
        turn = 2 * np.arcsin(half / radius_m)
        left = np.column_stack([-step[:, 1], step[:, 0]]) / np.maximum(2 * half, 1e-300)[:, None]
        spoke = -step / 2 - left * np.sqrt(radius_m**2 - half**2)[:, None]
        centre = start - spoke
        terms = np.zeros(len(start))
        for node, weight in zip(*_nodes(self.degree + _ARC_DEGREE), strict=True):
            cos, sin = np.cos(node * turn), np.sin(node * turn)
            x, y = spoke[:, 0] * cos - spoke[:, 1] * sin, spoke[:, 0] * sin + spoke[:, 1] * cos
            terms += weight * self._primitive_at(centre + np.column_stack([x, y])) * x * turn
        return terms

    def _primitive_at(self, xy: Floats) -> Floats:
        """Evaluate the integral of `area` over u, without its constant."""
        u, v = ((xy - self.middle) / self.half).T
        return _polynomial(self._primitive, self.degree + 1, u, v)

    @cached_property
    def _primitive(self) -> Floats:
        whole = np.zeros(_terms(self.degree + 1))
        place = {power: row for row, power in enumerate(_powers(self.degree + 1))}
        for coefficient, (i, j) in zip(self.area[1:], _powers(self.degree)[1:], strict=True):
            whole[place[i + 1, j]] = coefficient / (i + 1)
        return whole

    def _beyond(self, shapes: npt.NDArray[np.object_]) -> Floats:
        """Measure what polygons have on the ground beyond ``area[0]`` times their plane's area."""
        parts, owner = shapely.get_parts(shapes, return_index=True)
        areal = shapely.get_type_id(parts) == _POLYGON
        parts, owner = parts[areal], owner[areal]
        rings, part = shapely.get_rings(parts, return_index=True)
        outer = np.diff(part, prepend=-1) != 0
        sign = np.where(shapely.is_ccw(rings) == outer, 1.0, -1.0)
        start, end, ring = _edges(rings)
        straight = np.zeros(len(start), dtype=bool)
        terms = sign[ring] * self.boundary_terms(start, end, straight, 0.0)
        return np.bincount(owner[part[ring]], terms, len(shapes)).astype(float)

    def _far(self, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
        """Say which shapes reach beyond the ground that the polynomials are fitted to."""
        low, high = self.middle - self.half, self.middle + self.half
        west, south, east, north = shapely.bounds(shapes).T
        with np.errstate(invalid="ignore"):  # empty shapes have no bounds, and are nowhere
            out = (west < low[0]) | (south < low[1]) | (east > high[0]) | (north > high[1])
        return np.asarray(out)

    def _lengths(self, start: Floats, end: Floats) -> Floats:
        step = end - start
        total = np.zeros(len(start))
        degree = max(self.degree, 0)
        for node, weight in zip(*_nodes(degree), strict=True):
            u, v = ((start + node * step - self.middle) / self.half).T
            e, f, g = (_polynomial(one, degree, u, v) for one in self.metric)
            squared = e * step[:, 0] ** 2 + 2 * f * step[:, 0] * step[:, 1] + g * step[:, 1] ** 2
            total += weight * np.sqrt(np.maximum(squared, 0.0))
        return total


def true_size(districts: "GeoDataFrame", areas: Areas = "ellipsoid") -> TrueSize:
    """
    Learn how the study CRS departs from the ground over districts.

    Parameters
    ----------
    districts : GeoDataFrame
        In a projected CRS in metres.
    areas : {"ellipsoid", "plane"}
        What to measure.

    Returns
    -------
    TrueSize
        Good to 1e-9 over the districts and 25 km around them.

    Raises
    ------
    ParameterError
        If `areas` is neither.

    Examples
    --------
    At the edge of a zone, 1.5° from its central meridian, a square kilometre of the plane is
    589 m² short of one on the ground:

    >>> import geopandas as gpd
    >>> edge = gpd.GeoDataFrame(geometry=[shapely.box(654000, 2500000, 655000, 2501000)], crs=4547)
    >>> f"{true_size(edge).area_m2(edge.geometry.item()):.0f}"
    '999411'
    """
    if areas not in ("ellipsoid", "plane"):
        raise ParameterError(f'`areas` is {areas!r}; wanted "ellipsoid" or "plane".')
    crs = districts.crs
    bounds = np.asarray(districts.total_bounds, dtype=float)
    if not np.isfinite(bounds).all():
        return TrueSize(crs, "plane")
    fitted = _fitted(crs, *bounds.tolist())
    return replace(fitted, areas=areas) if not fitted.reason else fitted


def _around(crs: "CRS", shapes: npt.NDArray[np.object_]) -> TrueSize:
    """Fit anew around shapes that lie beyond the districts: a park in the next town, say."""
    return _fitted(crs, *shapely.total_bounds(shapes).tolist())


@lru_cache(maxsize=64)
def _fitted(crs: "CRS", west: float, south: float, east: float, north: float) -> TrueSize:
    low, high = np.array([west, south]), np.array([east, north])
    middle = (low + high) / 2
    half = (high - low) / 2
    half = half + np.maximum(_MARGIN_M, _MARGIN_SHARE * half)
    reason = local_factors(crs, middle[None]).reason
    if reason:
        return TrueSize(crs, "plane", reason)
    for degree in _DEGREES:
        side = np.cos(np.pi * (np.arange(degree + 3) + 0.5) / (degree + 3))
        u, v = (one.ravel() for one in np.meshgrid(side, side))
        found = local_factors(crs, middle + np.column_stack([u, v]) * half)
        if found.reason:
            return TrueSize(crs, "plane", found.reason)
        table = np.column_stack([u**i * v**j for i, j in _powers(degree)])
        wanted = np.column_stack([found.ground_per_plane, *found.metric.T])
        fitted, *_ = np.linalg.lstsq(table, wanted, rcond=None)
        if np.abs(table @ fitted - wanted).max() < _FIT_ERROR:
            break
    area, metric = fitted[:, 0], fitted[:, 1:].T
    if abs(area[0] - 1) < _FIT_ERROR and np.abs(area[1:]).sum() < _FIT_ERROR * len(area):
        area = np.zeros_like(area)
        area[0] = 1.0
    return TrueSize(crs, "ellipsoid", "", middle, half, degree, area, metric)


def _powers(degree: int) -> list[tuple[int, int]]:
    return [(total - j, j) for total in range(degree + 1) for j in range(total + 1)]


def _terms(degree: int) -> int:
    return (degree + 1) * (degree + 2) // 2


def _polynomial(coefficients: Floats, degree: int, u: Floats, v: Floats) -> Floats:
    """Evaluate by Horner's rule, in u and for each power of it in v."""
    place = {power: row for row, power in enumerate(_powers(degree))}
    value = np.zeros_like(u)
    for i in range(degree, -1, -1):
        inner = np.zeros_like(u)
        for j in range(degree - i, -1, -1):
            inner = inner * v + coefficients[place[i, j]]
        value = value * u + inner
    return value


def _nodes(degree: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on [0, 1], exact for the degree."""
    nodes, weights = np.polynomial.legendre.leggauss(degree // 2 + 1)
    return (nodes + 1) / 2, weights / 2


def _edges(lines: npt.NDArray[np.object_]) -> tuple[Floats, Floats, npt.NDArray[np.intp]]:
    xy, line = shapely.get_coordinates(lines, return_index=True)
    first = np.flatnonzero(line[1:] == line[:-1])
    return xy[first], xy[first + 1], line[first]


_CURRENT: ContextVar[TrueSize | None] = ContextVar("true_size", default=None)


def current() -> TrueSize | None:
    """Give what the analysis that runs measures with; None outside one."""
    return _CURRENT.get()


@contextmanager
def measuring(size: TrueSize | None) -> Iterator[None]:
    """Measure with `size` inside the block, in this thread and task only."""
    token = _CURRENT.set(size)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def true_area_m2(geometries: Any) -> Any:  # noqa: ANN401 (as shapely.area)
    """
    Measure areas as the analysis that runs is asked to; in the plane outside one.

    Parameters
    ----------
    geometries : geometry, or array of geometry

    Returns
    -------
    float or array of float
        m².
    """
    size = _CURRENT.get()
    return shapely.area(geometries) if size is None else size.area_m2(geometries)


def true_length_m(geometries: Any) -> Any:  # noqa: ANN401 (as shapely.length)
    """
    Measure lengths as the analysis that runs is asked to; in the plane outside one.

    Parameters
    ----------
    geometries : geometry, or array of geometry

    Returns
    -------
    float or array of float
        m.
    """
    size = _CURRENT.get()
    return shapely.length(geometries) if size is None else size.length_m(geometries)
