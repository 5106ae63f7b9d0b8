"""Many objects against few large polygons: what of each object lies inside, and how much."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.shared.area_share import polygon_parts
from geoplan.core.true_size import true_area_m2, true_length_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]
    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

_MOST_CORNERS = 256


@dataclass(frozen=True)
class Pieces:
    """
    What of objects lies inside polygons, in pieces that do not overlap within an object.

    Parameters
    ----------
    object : array of int, n values
        Position of the object, ascending.
    polygon : array of int, n values
        Position of the polygon.
    geometry : array of geometry, n values
        The piece, of the object's own dimension; an object wholly inside is taken as it is.
    """

    object: "Positions"
    polygon: "Positions"
    geometry: "Geometries"

    @property
    def amount(self) -> "Floats":
        """Area in m² of a piece of polygon, metres of a piece of line, 1 for a point."""
        dimension = shapely.get_dimensions(self.geometry)
        return np.select(
            [dimension == 2, dimension == 1],
            [true_area_m2(self.geometry), true_length_m(self.geometry)],
            1.0,
        )

    def take(self, rows: "Positions | NDArray[np.bool_]") -> "Pieces":
        """Give some of the pieces."""
        return Pieces(self.object[rows], self.polygon[rows], self.geometry[rows])


def subdivide(
    polygons: "Geometries", *, most_corners: int = _MOST_CORNERS
) -> "tuple[Geometries, Positions]":
    """
    Cut large polygons into small ones that cover the same ground.

    Parameters
    ----------
    polygons : array of Polygon or MultiPolygon, n values
        Valid.
    most_corners : int
        How many corners a piece may have.

    Returns
    -------
    array of Polygon
        The pieces, which touch and do not overlap within a polygon.
    array of int
        The position that each came from, ascending.

    Notes
    -----
    Each polygon is halved across its longer side until it is small. A predicate or an overlay with
    a piece costs its own corners only, so that a line of 10⁵ corners costs no more per object than
    one of 10³. Halving is a clip by a rectangle, one call per piece and not per object; a
    polygon of which a piece comes out invalid is cut again by exact overlays.

    Examples
    --------
    >>> ring = shapely.Point(0, 0).buffer(1000, quad_segs=250)
    >>> pieces, source = subdivide(np.array([ring]))
    >>> len(pieces), int(shapely.get_num_coordinates(pieces).max()) <= 256
    (4, True)
    >>> bool(np.isclose(shapely.area(pieces).sum(), ring.area, rtol=1e-12))
    True
    """
    pieces, source = _subdivided(polygons, most_corners, clean=False)
    unclean = np.unique(source[~shapely.is_valid(pieces)])
    if not len(unclean):
        return pieces, source
    again, whence = _subdivided(polygons[unclean], most_corners, clean=True)
    kept = ~np.isin(source, unclean)
    pieces = np.concatenate([pieces[kept], again])
    source = np.concatenate([source[kept], unclean[whence]])
    order = np.argsort(source, kind="stable")
    return pieces[order], source[order]


def _subdivided(
    polygons: "Geometries", most_corners: int, *, clean: bool
) -> "tuple[Geometries, Positions]":
    parts, source = shapely.get_parts(polygons, return_index=True)
    done, origin = [], []
    while len(parts):
        small = shapely.get_num_coordinates(parts) <= most_corners
        done.append(parts[small])
        origin.append(source[small])
        parts, at = _halves(parts[~small], clean=clean)
        source = source[~small][at]
    if not done:
        return parts, source
    pieces, whence = np.concatenate(done), np.concatenate(origin)
    order = np.argsort(whence, kind="stable")
    return pieces[order], whence[order]


def pieces_inside(objects: "Geometries", polygons: "Geometries") -> Pieces:
    """
    Cut objects to the polygons they lie in.

    Parameters
    ----------
    objects : array of geometry, n values
        Points, lines or polygons; valid.
    polygons : array of Polygon or MultiPolygon, m values
        Valid. Where they overlap, an object has a piece in each. An object that only touches one
        has no piece in it; a point on the edge lies inside.

    Returns
    -------
    Pieces
        By object, then polygon. An object may have several pieces in one polygon.

    Notes
    -----
    Polygons are subdivided first; an object inside one of their pieces is whole, and only what
    crosses the edge of a piece is cut. Cost: one tree over the objects, one prepared test per
    candidate, one small overlay per crossing.

    Examples
    --------
    A hut inside, a hall half inside:

    >>> park = np.array([shapely.box(0, 0, 100, 100)])
    >>> houses = np.array([shapely.box(5, 5, 9, 9), shapely.box(95, 0, 105, 10)])
    >>> found = pieces_inside(houses, park)
    >>> found.object.tolist(), found.amount.tolist()
    ([0, 1], [16.0, 50.0])
    """
    tiles, polygon = subdivide(polygons)
    shapely.prepare(tiles)
    tile, thing = shapely.STRtree(objects).query(tiles, predicate="intersects")
    whole = shapely.covers(tiles[tile], objects[thing])
    pieces = objects[thing]
    crossing = np.flatnonzero(~whole)
    pieces[crossing] = shapely.intersection(tiles[tile[crossing]], pieces[crossing])
    parts, row = shapely.get_parts(pieces, return_index=True)
    # Of a polygon that touches a tile comes a line, of a line a point: neither lies inside.
    same = shapely.get_dimensions(parts) == shapely.get_dimensions(objects)[thing[row]]
    found = Pieces(thing[row][same], polygon[tile[row][same]], parts[same])
    return _each_once(found.take(np.lexsort((found.polygon, found.object))))


def join_pieces(geometry: "Geometries", group: "Positions") -> "Geometries":
    """
    Join pieces that belong together.

    Parameters
    ----------
    geometry : array of geometry, n values
        Pieces; those of a group have one dimension.
    group : array of int, n values
        From 0, ascending, without gaps.

    Returns
    -------
    array of geometry
        One per group; a lone piece as it is, several as their union.

    Examples
    --------
    >>> halves = shapely.box([0, 1, 5], 0, [1, 2, 6], 1)
    >>> shapely.area(join_pieces(halves, np.array([0, 0, 1]))).tolist()
    [2.0, 1.0]
    """
    first = np.flatnonzero(np.diff(group, prepend=-1))
    joined = geometry[first]
    several = np.flatnonzero(np.bincount(group) > 1)
    if not len(several):
        return joined
    # One collection per group, and the union of it with itself, which holds each place once.
    rank = np.full(len(joined), -1)
    rank[several] = np.arange(len(several))
    mine = rank[group] >= 0
    together = np.full(len(several), None, dtype=object)
    shapely.geometrycollections(geometry[mine], indices=rank[group[mine]], out=together)
    joined[several] = shapely.union(together, together)
    return joined


def _each_once(pieces: Pieces) -> Pieces:
    """Join what seams between tiles cut: lines and points along one were found on both sides."""
    flat = shapely.get_dimensions(pieces.geometry) < 2
    if not flat.any():
        return pieces
    cut, rest = pieces.take(flat), pieces.take(~flat)
    new = (np.diff(cut.object, prepend=-1) != 0) | (np.diff(cut.polygon, prepend=-1) != 0)
    found = Pieces(
        np.concatenate([rest.object, cut.object[new]]),
        np.concatenate([rest.polygon, cut.polygon[new]]),
        np.concatenate([rest.geometry, join_pieces(cut.geometry, np.cumsum(new) - 1)]),
    )
    return found.take(np.lexsort((found.polygon, found.object)))


def _halves(polygons: "Geometries", *, clean: bool) -> "tuple[Geometries, Positions]":
    """Polygons of both halves of each, and the position they came from."""
    west, south, east, north = shapely.bounds(polygons).T
    wide = east - west >= north - south
    x, y = np.where(wide, (west + east) / 2, east), np.where(wide, north, (south + north) / 2)
    low = np.stack([west, south, x, y], axis=1)
    x, y = np.where(wide, x, west), np.where(wide, south, y)
    boxes = np.concatenate([low, np.stack([x, y, east, north], axis=1)])
    twice = np.concatenate([polygons, polygons])
    if clean:
        halves = np.asarray(shapely.intersection(twice, shapely.box(*boxes.T)), dtype=object)
    else:
        # shapely clips by one rectangle at a time; there are as many as pieces, not as objects.
        halves = np.empty(len(twice), dtype=object)
        for row, (polygon, bounds) in enumerate(zip(twice, boxes.tolist(), strict=True)):
            halves[row] = shapely.clip_by_rect(polygon, *bounds)
    parts, at = polygon_parts(halves)
    return parts, at % len(polygons)
