"""Length of lines inside districts: the kernel of lengths and densities."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.core.true_size import true_length_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.analyses.shared.line_parts import LinePieces

    Geometries = NDArray[np.object_]
    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]


@dataclass(frozen=True)
class LineInside:
    """
    Pieces of lines cut to districts.

    Parameters
    ----------
    district : array of int, n
        Position of the district.
    piece : array of int, n
        Position of the piece that each is of.
    line : array of int, n
        Row of its line.
    category : array of int, n
        Code of its category.
    geometry : array of LineString or MultiLineString, n
        What lies inside, borders included.
    length_m : array of float, n
        Its length; what lies on the border of several districts is split evenly among them.
    border_m : float
        Length that was split so.
    """

    district: "Positions"
    piece: "Positions"
    line: "Positions"
    category: "Positions"
    geometry: "Geometries"
    length_m: "Floats"
    border_m: float

    def per_district_m(self, count: int, category: int | None = None) -> "Floats":
        """Add up the length in each of `count` districts, of one category or of all."""
        mine = slice(None) if category is None else self.category == category
        return np.bincount(self.district[mine], self.length_m[mine], count).astype(float)


def lines_inside(pieces: "LinePieces", districts: "Geometries") -> LineInside:
    """
    Cut pieces of lines to districts.

    Parameters
    ----------
    pieces : LinePieces
        From `geoplan.analyses.shared.line_parts`.
    districts : array of Polygon or MultiPolygon, m values
        In the CRS of the pieces.

    Returns
    -------
    LineInside
        Ordered by district, then piece.

    Notes
    -----
    A piece wholly inside a district is taken as it is; only what meets a border is cut. Cost: one
    search tree over the pieces, a prepared test per candidate, one intersection per crossing.

    Examples
    --------
    A line along the border of two districts, 4 m of it:

    >>> from geoplan.analyses.shared.line_parts import line_pieces
    >>> line = np.array([shapely.LineString([(1, 0), (1, 4)])])
    >>> squares = np.array([shapely.box(0, 0, 1, 9), shapely.box(1, 0, 9, 9)])
    >>> lines_inside(line_pieces(line), squares).per_district_m(2).tolist()
    [2.0, 2.0]
    """
    shapes = pieces.geometry
    shapely.prepare(districts)
    district, piece = shapely.STRtree(shapes).query(districts, predicate="intersects")
    inner = shapes[piece]
    crossing = np.flatnonzero(~shapely.contains_properly(districts[district], inner))
    inner[crossing] = shapely.intersection(districts[district[crossing]], inner[crossing])
    long = shapely.length(inner) > 0  # those that only touch give points
    district, piece, inner = district[long], piece[long], inner[long]
    order = np.lexsort((piece, district))
    district, piece, inner = district[order], piece[order], inner[order]
    length_m = np.asarray(true_length_m(inner), dtype=float)
    taken_m, border_m = _split_on_borders(pieces, districts, district, piece, inner)
    return LineInside(
        district,
        piece,
        pieces.line[piece],
        pieces.category[piece],
        inner,
        length_m - taken_m,
        border_m,
    )


def _split_on_borders(
    pieces: "LinePieces",
    districts: "Geometries",
    district: "Positions",
    piece: "Positions",
    inner: "Geometries",
) -> "tuple[Floats, float]":
    """Find what each district must leave to its neighbours of a line on their common border."""
    taken_m = np.zeros(len(piece))
    # Lengths do not tell: a piece may run on a border and then out of all districts.
    row = np.flatnonzero(np.bincount(piece, minlength=len(pieces.line))[piece] > 1)
    row = row[np.argsort(piece[row], kind="stable")]
    first, second = _pairs(piece[row])
    first, second = row[first], row[second]
    shared = shapely.intersection(inner[first], inner[second])
    long = shapely.length(shared) > 0
    first, second, shared = first[long], second[long], shared[long]
    edge = shapely.boundary(districts[district[first]])
    both_m = np.asarray(true_length_m(shapely.intersection(shared, edge)), dtype=float)
    np.add.at(taken_m, first, both_m / 2)
    np.add.at(taken_m, second, both_m / 2)
    return taken_m, float(both_m.sum())


def _pairs(sorted_keys: "Positions") -> "tuple[Positions, Positions]":
    """Give every pair of positions with one key; there are two or three per key."""
    count = len(sorted_keys)
    found = []
    step = 1
    while step < count and (same := sorted_keys[step:] == sorted_keys[:-step]).any():
        first = np.flatnonzero(same)
        found.append((first, first + step))
        step += 1
    if not found:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    first, second = (np.concatenate(side) for side in zip(*found, strict=True))
    return first, second
