"""What stands inside lines that should keep it out: buildings in red lines, plots in a reserve."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.shared.area_share import (
    WORTH_TELLING_M2,
    DistrictLand,
    dissolve,
    district_land,
)
from geoplan.analyses.shared.categories import TOTAL, Categories, categories_of
from geoplan.analyses.shared.districts import (
    check_districts,
    check_polygons,
    layer_facts,
    layer_name,
)
from geoplan.analyses.shared.line_parts import SAME_M, counted_once, line_pieces, repeat_notices
from geoplan.analyses.shared.objects import (
    MEASURED,
    ROUNDING,
    check_objects,
    check_overlap,
    object_ids,
    overlaps_enough,
)
from geoplan.analyses.shared.overlay import Pieces, join_pieces, pieces_inside
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.notices import Notice
from geoplan.core.results import Measure, Result, make_amount, make_measure
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]
    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]


@dataclass(frozen=True)
class _Inside:
    """Pieces of objects inside a district and a part: the total, or a category."""

    object: "Positions"
    district: "Positions"
    part: "Positions"
    geometry: "Geometries"
    amount: "Floats"


@dataclass(frozen=True)
class _Found:
    """Objects inside, how much of them lies there, and how much there is of all."""

    objects: _Inside
    amounts: _Inside
    every: Pieces
    repeated_m: float = 0.0

    @classmethod
    def of(cls, counted: Pieces, here: Pieces, ground: "Geometries") -> "_Found":
        """Cut what counts to districts; of lines each place is measured once."""
        inside = _inside(counted, ground)
        once, repeated_m = _each_place_once(here)
        if not repeated_m:
            return cls(inside, inside, here)
        return cls(inside, _inside(_each_place_once(counted)[0], ground), once, repeated_m)

    def sums(self, position: int, number: int) -> "tuple[Floats, Floats, Floats]":
        """Objects inside, what of them lies inside, and all there is, per district."""
        mine, held = self.objects.part == position, self.amounts.part == position
        keys = np.stack([self.objects.object[mine], self.objects.district[mine]], axis=1)
        counted = (
            np.bincount(np.unique(keys, axis=0)[:, 1], minlength=number),
            np.bincount(self.amounts.district[held], self.amounts.amount[held], number),
            np.bincount(self.every.polygon, self.every.amount, number),
        )
        count, amount, every = (np.asarray(values, dtype=np.float64) for values in counted)
        return count, amount, every


def _each_place_once(cut: Pieces) -> tuple[Pieces, float]:
    """Drop of lines what lies on others within the same polygon, and say how long it is."""
    if not len(cut.object) or shapely.get_dimensions(cut.geometry[0]) != 1:
        return cut, 0.0
    pieces = counted_once(line_pieces(cut.geometry, cut.polygon))
    if pieces.dropped_m <= SAME_M:
        return cut, 0.0
    once = Pieces(cut.object[pieces.line], pieces.category, pieces.geometry)
    return once, pieces.dropped_m


@carries_notices
@true_to_scale("area", "scale")
def encroachment(
    objects: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    lines: "GeoDataFrame",
    min_overlap: float,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure what stands inside lines that should keep it out, by district and category of line.

    Parameters
    ----------
    objects : GeoDataFrame, k rows of polygons, of lines, or of points
        Buildings, plots, roads, sources. All of one dimension, valid, in a projected CRS in metres.
        Each counts by itself: two that overlap are two, and their areas add up; the length of lines
        that lie on one another counts once. May be empty.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    lines : GeoDataFrame, m rows of Polygon or MultiPolygon
        Red lines, control lines, protection zones, in the same CRS. A column ``category`` splits
        the result into parts. Overlaps of one category count once, and overlaps of categories once
        in the total. May be empty.
    min_overlap : float
        From how much inside on an object counts as encroaching: square metres of polygons, metres
        of lines; for points 0. It is asked of the whole object, wherever districts cut it. Below
        it, a common border drawn twice would be a conflict. The areas and lengths of what does not
        count are left out, too.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        For each part (``"total"``, then every category) the measures

        =========== ==== ==========================================================
        of          unit meaning
        =========== ==== ==========================================================
        ``count``   –    objects that encroach; one on a border counts in each of
                         the districts in which some of it lies inside, and once in
                         the whole
        ``area``    m²   of polygons: area inside
        ``length``  m    of lines: length inside
        ``share``   1    area (length, number) inside over that of all objects in
                         the district
        =========== ==== ==========================================================

        Layers: ``encroachments`` (what lies inside, the largest first, one row per object,
        category and district: ``object_id, name, category, district_id, amount, share``, ``share``
        being that of the whole object) and ``red_lines``, the lines as given.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If `min_overlap` is negative or not finite, or above 0 for points.
    SchemaError
        If objects differ in dimension or one is empty or invalid; as in `red_line_share`
        for the others.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    red_line_share : How much land the lines themselves take.
    buffer_conflict : What is too near, rather than inside.

    Notes
    -----
    For objects :math:`B_i`, district :math:`D` and lines :math:`R`, the area is
    :math:`\sum_i |B_i \cap D \cap R|` over the objects with at least `min_overlap` in
    :math:`B_i \cap R`; of lines, which may lie on one another, it is the length of their union.
    Objects wholly inside are counted whole; only those on an edge are cut, and
    the lines are cut into pieces of 256 corners first (`geoplan.analyses.shared.overlay`). Bias:
    footprints digitised against another base map than the line shift by metres, which
    `min_overlap` forgives for touching neighbours and not for those farther in.

    The 2017 opinion on red lines [1]_ demands that area, nature and function of a red line do not
    decline; new construction inside is the first sign that they do. Which objects are illegal is
    not a question of geometry: choose them by ``where`` and date before.

    References
    ----------
    .. [1] 中共中央办公厅、国务院办公厅，《关于划定并严守生态保护红线的若干意见》，2017.

    Examples
    --------
    A house inside the line, one half inside, one that touches it:

    >>> import geopandas as gpd
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> line = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 500, 1000)], crs="EPSG:4547")
    >>> houses = gpd.GeoDataFrame(
    ...     geometry=[
    ...         shapely.box(10, 10, 20, 20),
    ...         shapely.box(490, 0, 510, 10),
    ...         shapely.box(500, 50, 510, 60),
    ...     ],
    ...     crs="EPSG:4547",
    ... )
    >>> found = encroachment(houses, districts, lines=line, min_overlap=1)
    >>> [(measure.of, measure.value) for measure in found.measures]
    [('count', 2.0), ('area', 200.0), ('share', 0.5)]
    """
    require_metric_crs(objects=objects, districts=districts, lines=lines)
    check_districts(districts)
    things, dimension = check_objects(objects, "objects")
    check_overlap(min_overlap, dimension)
    categories = categories_of(lines, "lines")
    bounds = _by_part(check_polygons(lines, "lines"), categories)
    ground = np.asarray(districts.geometry.array, dtype=object)
    here = pieces_inside(things, ground)
    counted, below = _counted(pieces_inside(things, bounds), here, min_overlap)
    each = _Found.of(counted, here, ground)
    parts = (TOTAL, *categories.names)
    land = district_land(ground)
    whole = each
    if land.overlap_m2 or dimension < 2:
        # A sum over districts would count twice what they share: ground, or what is on a border.
        together = np.asarray([shapely.union_all(ground)])
        whole = _Found.of(counted, pieces_inside(things, together), together)
    return Result(
        analysis="encroachment",
        measures=tuple(
            measure
            for position, part in enumerate(parts)
            for measure in _measures(position, part, each, whole, dimension, districts)
        ),
        districts=districts,
        layers={
            "encroachments": _listed(each.objects, objects, districts, parts),
            "red_lines": lines,
        },
        definition={
            **layer_facts(objects, "objects"),
            "lines": layer_name(lines, "lines"),
            "line_count": len(lines),
            "line_as_of": lines.attrs.get("geoplan", {}).get("as_of", ""),
            "measured": MEASURED[dimension][0],
            "min_overlap": min_overlap,
            "min_overlap_unit": MEASURED[dimension][1],
            "categories": list(categories.names),
        },
        notices=_notices(objects, lines, (whole, here), below, land),
    )


def _by_part(polygons: "Geometries", categories: Categories) -> "Geometries":
    """Give the ground of all lines, then that of each category; each place once."""
    found = dissolve(*_everywhere(polygons, categories.codes))
    whole = found.merged().geometry if len(categories.names) else found.geometry
    empty = np.array([shapely.Polygon()] * (1 + len(categories.names)), dtype=object)
    empty[0] = whole[0] if len(whole) else empty[0]
    named = found.category < len(categories.names)
    empty[1 + found.category[named]] = found.geometry[named]
    return empty


def _everywhere(
    polygons: "Geometries", codes: "Positions"
) -> "tuple[Geometries, Positions, Positions]":
    return polygons, np.zeros(len(polygons), dtype=np.intp), codes


def _counted(cut: Pieces, here: Pieces, min_overlap: float) -> tuple[Pieces, int]:
    """Pieces inside the lines of objects that count, and how many objects only come near."""
    # A part may hold an object in several pieces; together they count or not.
    keys = np.stack([cut.object, cut.polygon], axis=1)
    unique, group = np.unique(keys, axis=0, return_inverse=True)
    held = np.bincount(group, weights=cut.amount, minlength=len(unique)).astype(float)
    counts = overlaps_enough(held, min_overlap)
    near = np.setdiff1d(unique[held >= ROUNDING, 0], unique[counts, 0])
    return cut.take(counts[group]), len(np.intersect1d(near, here.object))


def _inside(counted: Pieces, ground: "Geometries") -> _Inside:
    """Cut what lies inside the lines to districts."""
    cut = pieces_inside(counted.geometry, ground)
    thing, part = counted.object[cut.object], counted.polygon[cut.object]
    keys = np.stack([thing, cut.polygon, part], axis=1)
    unique, group = np.unique(keys, axis=0, return_inverse=True)
    amount = cut.amount
    held = np.bincount(group, weights=amount, minlength=len(unique)).astype(float)
    kept = overlaps_enough(held, 0)[group]
    return _Inside(thing[kept], cut.polygon[kept], part[kept], cut.geometry[kept], amount[kept])


def _measures(
    position: int,
    part: str,
    each: _Found,
    whole: _Found,
    dimension: int,
    districts: "GeoDataFrame",
) -> list[Measure]:
    what, unit = MEASURED[dimension]
    count, amount, every = each.sums(position, len(districts))
    _, total, total_every = (one.sum() for one in whole.sums(position, len(districts)))
    number = float(len(np.unique(whole.objects.object[whole.objects.part == position])))
    share = make_measure(
        districts,
        np.minimum(amount, every),
        every,
        of="share",
        part=part,
        numerator_unit=unit,
        denominator_unit=unit,
        totals=(min(total, total_every), total_every),
    )
    counted = make_amount(districts, count, of="count", part=part, unit="count", total=number)
    if not dimension:
        return [counted, share]
    return [
        counted,
        make_amount(districts, amount, of=what, part=part, unit=unit, total=total),
        share,
    ]


def _listed(
    inside: _Inside, objects: "GeoDataFrame", districts: "GeoDataFrame", parts: tuple[str, ...]
) -> "GeoDataFrame":
    """One row per object, category and district; by the total where there are no categories."""
    import geopandas as gpd

    wanted = inside.part > 0 if len(parts) > 1 else inside.part == 0
    keys = np.stack([inside.object, inside.district, inside.part], axis=1)[wanted]
    unique, group = np.unique(keys, axis=0, return_inverse=True)
    amount = np.bincount(group, weights=inside.amount[wanted], minlength=len(unique))
    order = np.argsort(group, kind="stable")
    geometry = join_pieces(inside.geometry[wanted][order], group[order])
    thing, district, part = unique.T if len(unique) else np.zeros((3, 0), dtype=np.intp)
    rows = objects.iloc[thing]
    whole = Pieces(thing, thing, np.asarray(rows.geometry.array, dtype=object)).amount
    names = np.asarray(["", *parts[1:]], dtype=object)
    table = gpd.GeoDataFrame(
        {
            "object_id": object_ids(objects)[thing],
            "name": rows["name"].astype(str).to_numpy() if "name" in rows.columns else "",
            "category": names[part],
            "district_id": districts["district_id"].astype(str).to_numpy()[district],
            "amount": amount,
            "share": np.divide(amount, whole, out=np.ones(len(amount)), where=whole > 0),
        },
        geometry=geometry,
        crs=districts.crs,
    )
    return table.sort_values("amount", ascending=False, kind="stable", ignore_index=True)


def _notices(
    objects: "GeoDataFrame",
    lines: "GeoDataFrame",
    found: tuple[_Found, Pieces],
    below: int,
    land: DistrictLand,
) -> tuple[Notice, ...]:
    whole, here = found
    inside = whole.objects
    notices = [
        Notice("layer_empty_counts_zero", subject)
        for subject, layer in (("objects", objects), ("lines", lines))
        if not len(layer)
    ]
    outside = len(objects) - len(np.unique(here.object))
    if outside:
        notices.append(
            Notice("objects_outside_districts", "objects", count=outside, total=len(objects))
        )
    if below:
        notices.append(Notice("objects_below_overlap", "objects", count=below, total=len(objects)))
    notices += repeat_notices(whole.repeated_m, "objects")
    areas = inside.geometry[inside.part == 0]
    twice = float(shapely.area(areas).sum() - shapely.union_all(areas).area)
    if twice >= WORTH_TELLING_M2:
        notices.append(Notice("objects_overlap", "objects", values={"overlap_m2": twice}))
    if land.overlap_m2:
        notices.append(
            Notice("districts_overlap", "districts", values={"overlap_m2": land.overlap_m2})
        )
    return tuple(notices)
