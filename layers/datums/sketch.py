"""Whether two files show the same place, and under which reading of their coordinates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from scipy.spatial import cKDTree

from geoplan.core.errors import CRSError
from geoplan.layers.datums.shifts import EAST_DEG, NORTH_DEG, SOUTH_DEG, WEST_DEG
from geoplan.layers.datums.to_study_crs import (
    SourceCRS,
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_wgs84,
    to_study_crs,
)

Floats = npt.NDArray[np.float64]
Move = Callable[[npt.ArrayLike, npt.ArrayLike], tuple[Floats, Floats]]

M_PER_DEG = 111_320.0
_PROBES, _DENSE = 4_000, 120_000
_FINEST_M = 30.0
_NAME_COLUMNS, _SHARED_NAMES, _REPEATS = 6, 8, 4
_SAME_PLACE_SHARE = 0.2
_APART_M, _IMPROVED_TO = 100.0, 0.4
_INSIDE_SHARE, _MOST_CANDIDATES = 0.9, 3

# Datum of one file, datum of the other, and what brings the first onto the second.
_MOVES: tuple[tuple[str, str, Move], ...] = (
    ("GCJ-02", "", gcj02_to_wgs84),
    ("BD-09", "", bd09_to_wgs84),
    ("BD-09", "GCJ-02", bd09_to_gcj02),
)


@dataclass(frozen=True, eq=False)
class Sketch:
    """
    Enough of a file to lay it over another one.

    Parameters
    ----------
    path : str
        The file.
    dimension : int
        2 or 1: the points below lie on the outlines of polygons or on lines; 0: each is an object.
    probe : numpy.ndarray of float, n rows of 2
        At most 4,000 points to ask about.
    dense : numpy.ndarray of float, m rows of 2
        Points close enough together to be found near.
    names : DataFrame, n rows
        Text columns of the objects; none for outlines.
    """

    path: str
    dimension: int
    probe: Floats
    dense: Floats
    names: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Extent of the points."""
        low, high = self.dense.min(axis=0), self.dense.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @cached_property
    def scale_m(self) -> Floats:
        """Metres per degree here, for coordinates in degrees."""
        lat = np.radians(float(self.dense[:, 1].mean()))
        return np.array([M_PER_DEG * np.cos(lat), M_PER_DEG])

    @cached_property
    def tree(self) -> cKDTree:
        """Search tree over the dense points in metres."""
        return cKDTree(self.dense * self.scale_m)


@dataclass(frozen=True)
class DatumSuspicion:
    """
    A file that fits another one markedly better when its coordinates are read in another datum.

    Parameters
    ----------
    other : str
        The file it was laid over.
    datum, other_datum : str
        Datum to read the file in; and the other one, if that is not taken as it is.
    before_m, after_m : float
        Median distance of the two, as they are and read so.
    """

    other: str
    datum: str
    other_datum: str
    before_m: float
    after_m: float


@dataclass(frozen=True)
class CRSCandidate:
    """
    A CRS or datum that puts a file where another one is.

    Parameters
    ----------
    crs : str
        What to declare.
    other : str
        The file it was laid over.
    apart_m : float
        Median distance of the two; NaN where their kinds cannot be compared.
    """

    crs: str
    other: str
    apart_m: float


def make_sketch(frame: GeoDataFrame, path: str) -> Sketch | None:
    """
    Sketch a file in its own coordinates; None if nothing in it can be laid over another.

    Polygons and lines give points on their outlines, points themselves with their text columns;
    collections give nothing. At least one row must have a geometry.
    """
    geometry = frame.geometry.to_numpy()
    usable = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    geometry = geometry[usable]
    dimension = int(shapely.get_dimensions(geometry).max())
    if dimension == 0:
        points = shapely.centroid(geometry)
        texts = frame.loc[usable].drop(columns="geometry").select_dtypes(["object", "string"])
        chosen = _evenly(len(points), _PROBES)
        xy = shapely.get_coordinates(points)
        return Sketch(path, 0, xy[chosen], xy, texts.iloc[chosen, :_NAME_COLUMNS])
    outlines = shapely.boundary(geometry) if dimension == 2 else geometry
    vertices = shapely.get_coordinates(outlines)
    if not len(vertices):
        return None
    in_degrees = np.abs(vertices).max() <= 180
    finest = _FINEST_M / (M_PER_DEG if in_degrees else 1)
    step = max(finest, float(shapely.length(outlines).sum()) / _DENSE)
    dense = shapely.get_coordinates(shapely.segmentize(outlines, step))
    return Sketch(
        path,
        dimension,
        vertices[_evenly(len(vertices), _PROBES)],
        dense[_evenly(len(dense), 2 * _DENSE)],
    )


def place(sketch: Sketch, source_crs: SourceCRS) -> Sketch:
    """
    Bring a sketch into WGS 84 degrees.

    Raises
    ------
    CRSError
        If its coordinates have no meaning in `source_crs`.
    """

    def moved(xy: Floats) -> Floats:
        points = to_study_crs(np.asarray(shapely.points(xy)), source_crs, "EPSG:4326")
        return np.asarray(shapely.get_coordinates(points), dtype=float)

    return replace(sketch, probe=moved(sketch.probe), dense=moved(sketch.dense))


def suspect_datum(sketch: Sketch, others: Sequence[Sketch]) -> DatumSuspicion | None:
    """
    Test whether the coordinates of a file are GCJ-02 or BD-09 although they are said not to be.

    Parameters
    ----------
    sketch : Sketch
        The file, in the degrees it claims.
    others : sequence of Sketch
        The other files, likewise.

    Returns
    -------
    DatumSuspicion or None
        The best reading, if it brings the file from over 100 m to less than 40 % of that.
    """
    found = []
    for other in others:
        before = apart_m(sketch, other) if _same_place(sketch, other) else float("nan")
        if not before > _APART_M:
            continue
        for datum, other_datum, move in _MOVES:
            after = apart_m(_moved(sketch, move), other)
            if after < _IMPROVED_TO * before:
                found.append(DatumSuspicion(other.path, datum, other_datum, before, after))
    return min(found, key=lambda suspicion: suspicion.after_m, default=None)


def find_candidates(sketch: Sketch, others: Sequence[Sketch]) -> tuple[CRSCandidate, ...]:
    """
    Find the CRSs that put a file in metres without one where the others are.

    Parameters
    ----------
    sketch : Sketch
        The file, in its own coordinates.
    others : sequence of Sketch
        Files whose place is known, in degrees.

    Returns
    -------
    tuple of CRSCandidate
        At most three, the closest first.
    """
    found = []
    sketch = replace(sketch, dense=sketch.probe)
    for other in others:
        for crs in _usual_crs(other.bounds):
            try:
                placed = place(sketch, crs)
            except CRSError:
                continue
            if _share_inside(placed, other) >= _INSIDE_SHARE:
                found.append(CRSCandidate(crs, other.path, apart_m(placed, other)))
    found.sort(key=lambda c: (np.isnan(c.apart_m), c.apart_m))
    best: dict[str, CRSCandidate] = {}
    for candidate in found:
        best.setdefault(candidate.crs, candidate)
    ranked = list(best.values())
    measured = [c for c in ranked if not np.isnan(c.apart_m)]
    if measured:
        ranked = [c for c in measured if c.apart_m <= 3 * measured[0].apart_m + _FINEST_M]
    return tuple(ranked[:_MOST_CANDIDATES])


def _usual_crs(bounds_deg: tuple[float, float, float, float]) -> list[str]:
    """List the CRSs in metres that are in use around an extent in degrees."""
    lon = (bounds_deg[0] + bounds_deg[2]) / 2
    lat = (bounds_deg[1] + bounds_deg[3]) / 2
    three, six = round((lon - 75) / 3), round((lon - 75) / 6)
    utm = int((lon + 180) // 6) + 1 + (32600 if lat >= 0 else 32700)
    found = ["EPSG:3857", "BD-09MC", f"EPSG:{utm}"]
    for zone in (three, three - 1, three + 1):
        if 0 <= zone <= 20:
            found += [f"EPSG:{4534 + zone}", f"EPSG:{4513 + zone}"]
    if 0 <= six <= 10:
        found += [f"EPSG:{4502 + six}", f"EPSG:{4491 + six}"]
    return found


def in_china(sketch: Sketch) -> bool:
    """Tell whether a file in degrees lies where GCJ-02 and BD-09 shift anything."""
    west, south, east, north = sketch.bounds
    return west > WEST_DEG and east < EAST_DEG and south > SOUTH_DEG and north < NORTH_DEG


def looks_like_degrees(sketch: Sketch) -> bool:
    """Tell whether the numbers can be longitude and latitude, and are no metres near 0."""
    west, south, east, north = sketch.bounds
    within = west >= -180 and east <= 180 and south >= -90 and north <= 90
    return within and max(east - west, north - south) < 60


def apart_m(sketch: Sketch, other: Sketch) -> float:
    """
    Measure the median distance of two files in degrees.

    Returns
    -------
    float
        Between outlines, between lines, or between points of the same name; NaN for two files
        of different kinds or without shared names.
    """
    if sketch.dimension != other.dimension:
        return float("nan")
    if sketch.dimension == 0:
        return _named_apart_m(sketch, other)
    distance, _ = other.tree.query(sketch.probe * other.scale_m)
    return float(np.median(distance))


def _named_apart_m(sketch: Sketch, other: Sketch) -> float:
    left, right = _best_names(sketch.names, other.names)
    if left is None or right is None:
        return float("nan")
    first = pd.DataFrame({"name": left, "x": sketch.probe[:, 0], "y": sketch.probe[:, 1]})
    second = pd.DataFrame({"name": right, "u": other.probe[:, 0], "v": other.probe[:, 1]})
    both = _rare(first).merge(_rare(second), on="name")
    metres = (both[["x", "y"]].to_numpy() - both[["u", "v"]].to_numpy()) * other.scale_m
    nearest = pd.Series(np.hypot(metres[:, 0], metres[:, 1])).groupby(both["name"]).min()
    return float(nearest.median())


def _best_names(
    first: pd.DataFrame, second: pd.DataFrame
) -> tuple[npt.NDArray[np.object_] | None, npt.NDArray[np.object_] | None]:
    """Choose the two text columns that share the most values."""
    best, most = (None, None), _SHARED_NAMES - 1
    plain_first = {name: _plain_names(first[name]) for name in first.columns}
    plain_second = {name: _plain_names(second[name]) for name in second.columns}
    for left in plain_first.values():
        for right in plain_second.values():
            shared = len((set(left) & set(right)) - {""})
            if shared > most:
                best, most = (left, right), shared  # type: ignore[assignment]
    return best


def _plain_names(column: pd.Series) -> npt.NDArray[np.object_]:
    texts = column.fillna("").astype(str).str.strip().str.casefold()
    texts = texts.str.replace(r"(地铁站|公交站|站| station)$", "", regex=True)
    return np.asarray(texts.mask(texts.str.fullmatch(r"[\d.\s]*"), ""), dtype=object)


def _rare(table: pd.DataFrame) -> pd.DataFrame:
    counts = table["name"].map(table["name"].value_counts())
    return table[(table["name"] != "") & (counts <= _REPEATS)]


def _moved(sketch: Sketch, move: Move) -> Sketch:
    return replace(
        sketch,
        probe=np.column_stack(move(sketch.probe[:, 0], sketch.probe[:, 1])),
    )


def _same_place(sketch: Sketch, other: Sketch) -> bool:
    a, b = shapely.box(*sketch.bounds), shapely.box(*other.bounds)
    smaller = min(a.area, b.area)
    return bool(smaller > 0 and a.intersection(b).area >= _SAME_PLACE_SHARE * smaller)


def _share_inside(sketch: Sketch, other: Sketch) -> float:
    west, south, east, north = other.bounds
    margin_x, margin_y = 0.05 * (east - west), 0.05 * (north - south)
    x, y = sketch.probe.T
    inside = (
        (x >= west - margin_x)
        & (x <= east + margin_x)
        & (y >= south - margin_y)
        & (y <= north + margin_y)
    )
    return float(inside.mean())


def _evenly(count: int, most: int) -> npt.NDArray[np.int64]:
    """Give the indices of at most `most` of `count` things, evenly spread."""
    if count <= most:
        return np.arange(count)
    return np.linspace(0, count - 1, most).astype(np.int64)
