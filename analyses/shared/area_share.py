"""Area of polygons inside districts: the kernel of green ratios and red-line shares."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.core.true_size import true_area_m2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]
    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

_POLYGON, _COLLECTION = 3, 7

WORTH_TELLING_M2 = 1.0
"""Overlaps below this are digitising noise and not spoken of."""


@dataclass(frozen=True)
class AreaInside:
    """
    Polygons cut to districts and dissolved, one row per district and category that meet.

    Parameters
    ----------
    district : array of int
        Position of the district.
    category : array of int
        Code of the category; all 0 where there is one only.
    geometry : array of Polygon or MultiPolygon
        What lies inside, each place once.
    gross_m2 : array of float
        Area before the dissolve, overlaps counted as often as they occur.
    """

    district: "Positions"
    category: "Positions"
    geometry: "Geometries"
    gross_m2: "Floats"

    @property
    def area_m2(self) -> "Floats":
        """Area of each row."""
        return np.asarray(true_area_m2(self.geometry), dtype=float)

    @property
    def overlap_m2(self) -> float:
        """Area that polygons of one category count more than once."""
        return float((self.gross_m2 - self.area_m2).sum())

    def of(self, category: int) -> "AreaInside":
        """Pick one category."""
        mine = self.category == category
        return AreaInside(
            self.district[mine], self.category[mine], self.geometry[mine], self.gross_m2[mine]
        )

    def merged(self) -> "AreaInside":
        """Dissolve the categories into one, what they share counted once."""
        return dissolve(self.geometry, self.district, np.zeros_like(self.category), self.gross_m2)

    def per_district_m2(self, most_m2: "Floats") -> "Floats":
        """
        Add up the area in each district; 0 where nothing lies.

        Parameters
        ----------
        most_m2 : array of float, one per district
            What holds it: a sum that rounding lifts above is brought down to it.

        Returns
        -------
        array of float
            Area in m².
        """
        area_m2 = np.bincount(self.district, weights=self.area_m2, minlength=len(most_m2))
        return np.minimum(area_m2, most_m2)


@dataclass(frozen=True)
class DistrictLand:
    """
    The ground that districts cover.

    Parameters
    ----------
    area_m2 : array of float
        Area of each district.
    total_m2 : float
        Area of all of them together, each place once.
    overlap_m2 : float
        What the districts share with one another; 0 for a partition. Slivers below
        `WORTH_TELLING_M2`, which borders drawn with different vertices have, are forgiven.
    """

    area_m2: "Floats"
    total_m2: float
    overlap_m2: float


def area_inside(
    polygons: "Geometries", districts: "Geometries", category: "Positions | None" = None
) -> AreaInside:
    """
    Cut polygons to districts and dissolve them per district and category.

    Parameters
    ----------
    polygons : array of Polygon or MultiPolygon, n values
        May overlap one another and reach beyond the districts.
    districts : array of Polygon or MultiPolygon, m values
        In the CRS of `polygons`.
    category : array of int, n values, optional
        Codes from 0; polygons are dissolved within their category only. One category by default.

    Returns
    -------
    AreaInside
        Ordered by district, then category.

    Notes
    -----
    A part that lies wholly inside a district is taken as it is, and so is a district wholly inside
    a part; only what crosses a border is cut, which makes the work follow the borders and not the
    number of polygons. Cost: one search tree over the parts, a prepared test per candidate, one
    intersection per crossing and one union per district and category.

    Examples
    --------
    Two overlapping squares, half of each inside the district:

    >>> squares = np.array([shapely.box(0, 0, 2, 1), shapely.box(0, 0, 2, 1)])
    >>> inside = area_inside(squares, np.array([shapely.box(1, 0, 9, 9)]))
    >>> inside.area_m2.tolist(), inside.overlap_m2
    ([1.0], 1.0)
    """
    codes = np.zeros(len(polygons), dtype=np.intp) if category is None else category
    parts, source = shapely.get_parts(polygons, return_index=True)
    district, part, geometry = _cut(parts, districts)
    return dissolve(geometry, district, codes[source[part]])


def inside_mask(inside: AreaInside, mask: AreaInside) -> AreaInside:
    """
    Restrict what lies inside the districts to a mask, district by district.

    Parameters
    ----------
    inside : AreaInside
        What to restrict.
    mask : AreaInside, at most one row per district
        Where it counts.

    Returns
    -------
    AreaInside
        The part of `inside` within `mask`.
    """
    row = np.full(1 + max(inside.district.max(initial=-1), mask.district.max(initial=-1)), -1)
    row[mask.district] = np.arange(len(mask.district))
    here = np.flatnonzero(row[inside.district] >= 0)
    pieces = shapely.intersection(inside.geometry[here], mask.geometry[row[inside.district[here]]])
    parts, source = polygon_parts(pieces)
    return dissolve(parts, inside.district[here][source], inside.category[here][source])


def polygon_parts(geometries: "Geometries") -> "tuple[Geometries, Positions]":
    """
    Take what has an area: polygons that touch share a line, which an intersection gives too.

    Parameters
    ----------
    geometries : array of geometry
        Results of an overlay.

    Returns
    -------
    array of Polygon
        Their polygons, one by one.
    array of int
        The position that each came from.
    """
    parts, source = shapely.get_parts(geometries, return_index=True)
    areal = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    return parts[areal], source[areal]


def polygonal(geometries: "Geometries") -> "Geometries":
    """
    Strip points and lines from what an overlay gave, so that it can be overlaid again.

    Parameters
    ----------
    geometries : array of geometry, n values
        Polygons and points stay as they are.

    Returns
    -------
    array of geometry, n values
        Without collections: each is reduced to its polygons.
    """
    mixed = np.flatnonzero(shapely.get_type_id(geometries) == _COLLECTION)
    if not len(mixed):
        return geometries
    parts, source = polygon_parts(geometries[mixed])
    polygons = np.full(len(mixed), shapely.Polygon(), dtype=object)
    shapely.multipolygons(parts, indices=source, out=polygons)
    stripped = np.array(geometries)
    stripped[mixed] = polygons
    return stripped


def dissolve(
    geometry: "Geometries",
    district: "Positions",
    category: "Positions | None" = None,
    gross_m2: "Floats | None" = None,
) -> AreaInside:
    """
    Unite polygons per district and category.

    Parameters
    ----------
    geometry : array of Polygon or MultiPolygon, n values
        Each inside its district.
    district, category : array of int, n values
        Where each belongs; one category by default.
    gross_m2 : array of float, n values, optional
        Area that each stands for before the union; its own by default.

    Returns
    -------
    AreaInside
        Ordered by district, then category.
    """
    category = np.zeros_like(district) if category is None else category
    order = np.lexsort((category, district))
    geometry, district, category = geometry[order], district[order], category[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(district) != 0) | (np.diff(category) != 0)
    start = np.flatnonzero(new)
    merged = geometry[start]
    count = np.diff(np.append(start, len(order)))
    # One union per district and category: their number is that of a table's rows, not of polygons.
    for row in np.flatnonzero(count > 1):
        merged[row] = _united(geometry[start[row] : start[row] + count[row]])
    each = true_area_m2(geometry) if gross_m2 is None else gross_m2[order]
    gross = np.add.reduceat(each, start) if len(start) else np.empty(0)
    return AreaInside(district[start], category[start], merged, gross)


def _united(polygons: "Geometries") -> Any:  # noqa: ANN401 (Polygon or MultiPolygon)
    # Parcels fit together without overlaps, which is quick to see; then striking out the edges they
    # share is some four times faster than a general union.
    if shapely.coverage_is_valid(polygons):
        # What an overlay leaves of two hands' drawings may be thinner than the test sees.
        with suppress(shapely.errors.GEOSException):
            return shapely.coverage_union_all(polygons)
    return shapely.union_all(polygons)


def whole_m2(inside: AreaInside, land: DistrictLand) -> float:
    """
    Measure the whole study area, each place once.

    Parameters
    ----------
    inside : AreaInside, at most one row per district
        What to add up.
    land : DistrictLand
        Says whether the districts overlap, so that a sum would count places twice.

    Returns
    -------
    float
        Area in m².
    """
    if land.overlap_m2 == 0:
        return float(inside.area_m2.sum())
    return float(true_area_m2(shapely.union_all(inside.geometry)))


def district_land(districts: "Geometries") -> DistrictLand:
    """
    Measure districts, and what they share with one another.

    Parameters
    ----------
    districts : array of Polygon or MultiPolygon
        In a projected CRS in metres.

    Returns
    -------
    DistrictLand
        Areas, and the whole with each place once.
    """
    area_m2 = np.asarray(true_area_m2(districts), dtype=float)
    total_m2 = float(area_m2.sum())
    first, second = shapely.STRtree(districts).query(districts, predicate="intersects")
    apart = first < second
    shared = shapely.intersection(districts[first[apart]], districts[second[apart]])
    if true_area_m2(shared).sum() < WORTH_TELLING_M2:
        return DistrictLand(area_m2, total_m2, 0.0)
    once_m2 = float(true_area_m2(shapely.union_all(districts)))
    return DistrictLand(area_m2, once_m2, max(total_m2 - once_m2, 0.0))


def _cut(parts: "Geometries", districts: "Geometries") -> "tuple[Positions, Positions, Geometries]":
    """District, part and geometry of every piece of a part inside a district."""
    # The tree prepares each district for its query; preparing both sides serves `covers` as well.
    shapely.prepare(parts)
    shapely.prepare(districts)
    district, part = shapely.STRtree(parts).query(districts, predicate="intersects")
    whole = shapely.covers(districts[district], parts[part])
    filled = ~whole & shapely.covers(parts[part], districts[district])
    pieces = np.where(whole, parts[part], districts[district])
    crossing = np.flatnonzero(~whole & ~filled)
    pieces[crossing] = shapely.intersection(districts[district[crossing]], parts[part[crossing]])
    polygons, source = polygon_parts(pieces)
    return district[source], part[source], polygons
