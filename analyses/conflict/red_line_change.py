"""Red lines at two dates: what was lost, what was gained, and what is only drawn differently."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.shared.area_share import (
    AreaInside,
    DistrictLand,
    area_inside,
    dissolve,
    district_land,
    polygon_parts,
    whole_m2,
)
from geoplan.analyses.shared.categories import TOTAL, Categories, categories_of
from geoplan.analyses.shared.coordinate_rounding import stated_precision_m
from geoplan.analyses.shared.districts import (
    areas_layer,
    check_districts,
    check_polygons,
    layer_facts,
)
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.differences import rounding_of, settled
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice
from geoplan.core.results import Measure, Result, make_amount, make_measure
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]
    Floats = NDArray[np.float64]

_LOSS, _GAIN = "loss", "gain"


@dataclass(frozen=True)
class _Part:
    """One category, or all of them: its ground at both dates and what changed."""

    name: str
    before: AreaInside
    after: AreaInside
    loss: AreaInside
    gain: AreaInside
    sliver_loss: AreaInside
    sliver_gain: AreaInside


@carries_notices
@true_to_scale("area")
def red_line_change(
    red_lines: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    previous: "GeoDataFrame",
    min_width_m: float,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Compare red lines at two dates: net change, gross loss and gross gain, by district and category.

    Parameters
    ----------
    red_lines : GeoDataFrame, m rows of Polygon or MultiPolygon
        The later version, in a projected CRS in metres. A column ``category`` splits the result.
        May be empty: all is lost then.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    previous : GeoDataFrame, k rows of Polygon or MultiPolygon
        The earlier version, in the same CRS, with the same categories.
    min_width_m : float
        A part of the difference that is nowhere as wide as this is a sliver, two drawings of one
        border, and counts neither as loss nor as gain. 0 counts everything.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        For each part (``"total"``, then every category of either version) the measures

        =============== ==== ======================================================
        of              unit meaning
        =============== ==== ======================================================
        ``net``         m²   after less before; slivers are in it
        ``loss``        m²   inside before and not after, slivers aside
        ``gain``        m²   inside after and not before, slivers aside
        ``sliver_loss`` m²   slivers lost
        ``sliver_gain`` m²   slivers gained
        ``before``      m²   area of the earlier version
        ``after``       m²   area of the later version
        ``kept``        1    share of the earlier area that is still inside;
                             NaN where there was none
        =============== ==== ======================================================

        Layers: ``loss``, ``gain`` and ``slivers`` (``district_id, name, category, area_m2``),
        ``red_lines`` and ``previous`` as given.

    Raises
    ------
    ParameterError
        If `min_width_m` is negative or not finite.
    CRSError, SchemaError, EmptyLayerError
        As in `red_line_share`.

    See Also
    --------
    red_line_share : The stock at one date.
    encroachment : What stands inside.

    Notes
    -----
    With the dissolved ground :math:`R_0` and :math:`R_1` of a category in district :math:`D`,

    .. math:: |R_1 \cap D| - |R_0 \cap D| =
        \text{gain} - \text{loss} + \text{sliver gain} - \text{sliver loss}

    holds exactly: a swap of land, which a net figure of 0 hides, shows as loss and gain. A sliver
    is a part of the difference that an erosion by half of `min_width_m` makes vanish; this is told
    before parts are cut at district borders. In a category, land that went over to another
    category is lost; in the total it is not.

    What is below the rounding of the two areas (1e-12 of the larger; with lines from a table, what
    its digits can move) is 0.

    "Not decreased" in the 2017 opinion [1]_ is about area, nature and function; this is the first.
    Two versions in different CRSs or of different scales differ by digitising: see how much of the
    change is slivers before you believe the rest. Cost: one overlay of the two versions per
    category.

    References
    ----------
    .. [1] 中共中央办公厅、国务院办公厅，《关于划定并严守生态保护红线的若干意见》，2017.

    Examples
    --------
    A line moves 100 m east, and its northern edge is redrawn by half a metre:

    >>> import geopandas as gpd
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 2000, 2000)],
    ...     crs="EPSG:4547",
    ... )
    >>> old = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1000, 1000)], crs="EPSG:4547")
    >>> new = gpd.GeoDataFrame(geometry=[shapely.box(100, 0, 1100, 1000)], crs="EPSG:4547")
    >>> found = red_line_change(new, districts, previous=old, min_width_m=5)
    >>> {measure.of: measure.value for measure in found.measures[:3]}
    {'net': 0.0, 'loss': 100000.0, 'gain': 100000.0}
    """
    require_metric_crs(red_lines=red_lines, districts=districts, previous=previous)
    check_districts(districts)
    if not (np.isfinite(min_width_m) and min_width_m >= 0):
        raise ParameterError(
            f"`min_width_m` is {min_width_m}; it is the width in metres below which a difference "
            "is a border drawn twice, 0 or more: e.g. 5 for lines drawn at 1:10,000."
        )
    old, new = (
        (check_polygons(layer, subject), categories_of(layer, subject))
        for subject, layer in (("previous", previous), ("red_lines", red_lines))
    )
    ground = np.asarray(districts.geometry.array, dtype=object)
    land = district_land(ground)
    names = tuple(dict.fromkeys((*old[1].names, *new[1].names)))
    before, after = _by_part(*old, names), _by_part(*new, names)
    precision_m = stated_precision_m(previous), stated_precision_m(red_lines)
    parts = [
        _compare(name, before[row], after[row], ground, min_width_m)
        for row, name in enumerate((TOTAL, *names))
    ]
    return Result(
        analysis="red_line_change",
        measures=tuple(
            measure for part in parts for measure in _measures(part, land, districts, precision_m)
        ),
        districts=districts,
        layers={**_layers(parts, districts), "red_lines": red_lines, "previous": previous},
        definition={
            **layer_facts(red_lines, "red_lines"),
            "previous": str(previous.attrs.get("geoplan", {}).get("layer") or "previous"),
            "previous_count": len(previous),
            "previous_as_of": previous.attrs.get("geoplan", {}).get("as_of", ""),
            "min_width_m": min_width_m,
            "categories": list(names),
        },
        notices=_notices(red_lines, previous, old[1], new[1], land),
    )


def _by_part(
    polygons: "Geometries", categories: Categories, names: tuple[str, ...]
) -> "Geometries":
    """Give the ground of all polygons, then that of each of the names; each place once."""
    found = dissolve(polygons, np.zeros(len(polygons), dtype=np.intp), categories.codes)
    whole = found.merged().geometry
    ground = np.array([shapely.Polygon()] * (1 + len(names)), dtype=object)
    if len(whole):
        ground[0] = whole[0]
    for code, geometry in zip(found.category.tolist(), found.geometry, strict=True):
        if code < len(categories.names):
            ground[1 + names.index(categories.names[code])] = geometry
    return ground


def _compare(
    name: str,
    before: shapely.Geometry,
    after: shapely.Geometry,
    ground: "Geometries",
    min_width_m: float,
) -> _Part:
    noise_m2 = rounding_of(shapely.area(before), shapely.area(after))
    lost, thin_lost = _told_apart(shapely.difference(before, after), min_width_m, noise_m2)
    gained, thin_gained = _told_apart(shapely.difference(after, before), min_width_m, noise_m2)
    return _Part(
        name,
        *(
            area_inside(np.asarray(polygons, dtype=object), ground)
            for polygons in (
                shapely.get_parts(before),
                shapely.get_parts(after),
                lost,
                gained,
                thin_lost,
                thin_gained,
            )
        ),
    )


def _told_apart(
    difference: shapely.Geometry, min_width_m: float, noise_m2: float
) -> "tuple[Geometries, Geometries]":
    """Tell the parts of a difference that are somewhere wide enough from those that are not."""
    parts, _ = polygon_parts(np.array([difference]))
    parts = parts[shapely.area(parts) > noise_m2]
    if not min_width_m:
        return parts, parts[:0]
    thin = shapely.is_empty(shapely.buffer(parts, -min_width_m / 2))
    # No thin part is larger than its outline times half the width, whatever the buffer says: GEOS
    # now and then shrinks a large part to nothing.
    thin &= shapely.area(parts) <= shapely.length(parts) * min_width_m / 2
    return parts[~thin], parts[thin]


def _measures(
    part: _Part,
    land: DistrictLand,
    districts: "GeoDataFrame",
    precision_m: tuple[float, float],
) -> list[Measure]:
    def area(inside: AreaInside) -> "tuple[Floats, float]":
        return inside.per_district_m2(land.area_m2), whole_m2(inside, land)

    before, after, loss, gain, thin_loss, thin_gain = (
        area(inside)
        for inside in (
            part.before,
            part.after,
            part.loss,
            part.gain,
            part.sliver_loss,
            part.sliver_gain,
        )
    )
    noise_m2 = rounding_of(*before, *after)
    loss, gain, thin_loss, thin_gain = (
        (settled(each, noise_m2), settled(total, noise_m2))
        for each, total in (loss, gain, thin_loss, thin_gain)
    )
    outlines = (_outline_m(inside, len(districts)) for inside in (part.before, part.after))
    blur_m2 = np.full(len(districts) + 1, noise_m2)
    for metres, outline_m in zip(precision_m, outlines, strict=True):
        blur_m2 += metres * outline_m
    net = settled(np.append(*after) - np.append(*before), blur_m2)
    amounts = {
        "net": (net[:-1], float(net[-1])),
        _LOSS: loss,
        _GAIN: gain,
        "sliver_loss": thin_loss,
        "sliver_gain": thin_gain,
        "before": before,
        "after": after,
    }
    still = tuple(np.clip(before[i] - loss[i] - thin_loss[i], 0.0, before[i]) for i in range(2))
    kept = make_measure(
        districts,
        still[0],
        before[0],
        of="kept",
        part=part.name,
        totals=(float(still[1]), before[1]),
    )
    return [
        *(
            make_amount(
                districts,
                each,
                of=of,
                part=part.name,
                unit="m2",
                total=total,
                tolerance=float(blur_m2[-1]) if of == "net" else noise_m2,
            )
            for of, (each, total) in amounts.items()
        ),
        kept,
    ]


def _outline_m(inside: AreaInside, count: int) -> "Floats":
    """Measure the outline of ground in each district, and of all of it at the end."""
    lengths = shapely.length(inside.geometry)
    each = np.bincount(inside.district, lengths, count).astype(float)
    return np.append(each, each.sum())


def _layers(parts: list[_Part], districts: "GeoDataFrame") -> "dict[str, GeoDataFrame]":
    """Give loss, gain and slivers by category; of the total where there are no categories."""
    import pandas as pd

    shown = parts[1:] or parts

    def layer(*names: str) -> "GeoDataFrame":
        frames = [
            areas_layer(getattr(part, name), districts, (part.name,) if part.name != TOTAL else ())
            for part in shown
            for name in names
        ]
        whole = pd.concat(frames, ignore_index=True)
        return whole.set_crs(districts.crs, allow_override=True)

    return {
        _LOSS: layer(_LOSS),
        _GAIN: layer(_GAIN),
        "slivers": layer("sliver_loss", "sliver_gain"),
    }


def _notices(
    red_lines: "GeoDataFrame",
    previous: "GeoDataFrame",
    old: Categories,
    new: Categories,
    land: DistrictLand,
) -> tuple[Notice, ...]:
    notices = []
    for subject, layer, categories in (
        ("red_lines", red_lines, new),
        ("previous", previous, old),
    ):
        if not len(layer):
            notices.append(Notice("layer_empty_counts_zero", subject))
        if categories.names and categories.nameless:
            count = categories.nameless
            notices.append(Notice("red_lines_no_category", subject, count=count, total=len(layer)))
    one_sided = sorted(set(old.names) ^ set(new.names))
    if one_sided and old.names and new.names:
        notices.append(
            Notice(
                "categories_of_one_date",
                "red_lines",
                count=len(one_sided),
                values={"categories": ", ".join(one_sided)},
            )
        )
    if land.overlap_m2:
        notices.append(
            Notice("districts_overlap", "districts", values={"overlap_m2": land.overlap_m2})
        )
    return tuple(notices)
