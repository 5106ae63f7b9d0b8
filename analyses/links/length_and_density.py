"""Length of lines per district, and per km² or per person: greenways, roads, rail, pipes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import shapely

from geoplan.analyses.links.line_additions import Since, against_previous, opened
from geoplan.analyses.shared.area_share import district_land
from geoplan.analyses.shared.categories import TOTAL, Categories, categories_of
from geoplan.analyses.shared.denominators import Denominator, denominators
from geoplan.analyses.shared.districts import (
    check_districts,
    layer_facts,
    layer_name,
    one_district,
    overlap_notices,
)
from geoplan.analyses.shared.line_inside import LineInside, lines_inside
from geoplan.analyses.shared.line_parts import (
    WORTH_TELLING_M,
    LinePieces,
    check_lines,
    counted_once,
    line_pieces,
    repeat_notices,
)
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.differences import rounding_of, settled
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Measure, Result, make_amount, make_measure
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

Sides = Literal["as_drawn", "centre", "both"]

LENGTH = "length"
"""What the plain length is called among the measures."""


@carries_notices
@true_to_scale("area", "scale")
def length_and_density(  # noqa: PLR0913 (the conventions of a length are open, each by itself)
    lines: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    sides: Sides,
    per: Sequence[str] = (),
    merge_m: float | None = None,
    demand: "Mapping[str, GeoDataFrame] | None" = None,
    previous: "GeoDataFrame | None" = None,
    tolerance_m: float | None = None,
    opened_from: str | None = None,
    opened_to: str | None = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the length of lines in each district, by class, and its density.

    A line is cut at the borders. Lines drawn on one another count once; a line along the border of
    two districts counts half in each.

    Parameters
    ----------
    lines : GeoDataFrame, m rows of LineString or MultiLineString
        In a projected CRS in metres. A column ``class`` splits the result into parts; a column
        ``opened`` (year or date) is used by `opened_from` and `opened_to`. May be empty.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    sides : {"as_drawn", "centre", "both"}
        ``"as_drawn"``: every line once, as it is drawn. ``"centre"``: carriageways drawn apart by
        at most `merge_m` are one line, counted once. ``"both"``: the layer draws centre lines and
        both sides count, so every length is doubled (cycle lanes, river banks).
    per : sequence of str
        What to divide lengths by, beside the length itself: ``"land"``, ``"built_up"`` or another
        polygon layer (m/m², shown as km/km²), ``"population"`` (m/person, km per 10,000 people).
    merge_m : float, optional
        For ``"centre"``: how far apart two carriageways may be, finite and greater than 0.
    demand : mapping of str to GeoDataFrame, optional
        The layers that `per` names; ``"land"`` needs none.
    previous : GeoDataFrame, optional
        The lines at an earlier date, for the parts ``added``, ``removed`` and ``net``.
    tolerance_m : float, optional
        With `previous`: a stretch farther than this from every line of the other date is added or
        removed.
    opened_from, opened_to : str, optional
        First and last year or date (``"2021"``, ``"2021-06-30"``) of what counts as ``added``; what
        opened after `opened_to` is in no part.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        Measures ``of="length"`` and one per entry of `per`, each with ``part="total"``, one part
        per class, and ``added`` (and ``removed``, ``net``) where asked for:

        =============== ======= ====== ==================================================
        column          dtype   unit   meaning
        =============== ======= ====== ==================================================
        ``value``       float64 m,     length; or length over the denominator
                                m/m²,
                                m/…
        ``numerator``   float64 m      length inside the district
        ``denominator`` float64 m², …  land or people of the district; 1 of a plain length
        =============== ======= ====== ==================================================

        Layers: ``lines_inside`` (one row per district and class: ``district_id, name, class,
        length_m``), ``lines`` as given, ``added`` and ``removed`` where asked for.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If `sides`, `merge_m`, `per` or the dates are not as described.
    SchemaError
        If a geometry is no line, a column is missing, or a class is called like a part.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    geoplan.attribute_share : The share of a length that has an attribute.

    Notes
    -----
    For district :math:`D` and the lines :math:`L_c` of class :math:`c`, each place once,

    .. math:: \ell_{D,c} = \lambda\,|\bigcup L_c \cap D|, \quad d_{D,c} = \ell_{D,c} / W(D),

    with :math:`\lambda` = 2 for both sides. GB/T 51439-2021 [1]_ divides the length of all ways to
    walk and cycle by the area of the region. A length by centre lines and one by sides differ by
    the factor two, which a target such as "自行车道里程 3500 公里" does not tell apart: state it.
    Lines are one where they are within 1 mm of one another; lines digitised twice are farther apart
    and need `merge_m`; `geoplan.analyses.shared.line_parts` says what merging errs by.
    Cost: near-linear in the corners of the lines; 450 bus lines with 160,000 corners take 1 s.

    References
    ----------
    .. [1] GB/T 51439-2021《城市步行和自行车交通系统规划标准》.

    Examples
    --------
    Two kilometres of greenway in four square kilometres, drawn twice:

    >>> import geopandas as gpd
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 2000, 2000)],
    ...     crs="EPSG:4547",
    ... )
    >>> way = shapely.LineString([(-500, 9), (2500, 9)])
    >>> greenways = gpd.GeoDataFrame(geometry=[way, way], crs="EPSG:4547")
    >>> result = length_and_density(greenways, districts, sides="as_drawn", per=["land"])
    >>> result.measure("length", "total").value, result.measure("land", "total").value
    (2000.0, 0.0005)
    """
    since = Since(opened_from, opened_to, previous, tolerance_m)
    _check_sides(sides, merge_m)
    before = {} if previous is None else {"previous": previous}
    require_metric_crs(districts=districts, lines=lines, **before)
    check_districts(districts)
    subject = layer_name(lines, "lines")
    pieces, classes, notices = _parts(lines, since, merge_m, subject)
    under = denominators(per, districts, demand)
    ground = np.asarray(districts.geometry.array, dtype=object)
    whole = None
    if district_land(ground).overlap_m2 > 0:
        whole = np.asarray(one_district(districts).geometry.array, dtype=object)
    factor = 2.0 if sides == "both" else 1.0
    found = {name: _Found.of(one, ground, whole, factor) for name, one in pieces.items()}
    lengths = _lengths(found, classes.names, len(districts))
    notices += _notices(subject, lines, found[TOTAL], pieces[TOTAL].dropped_m)
    drawn = {"lines_inside": found.get("classes", found[TOTAL])}
    drawn |= {name: one for name, one in found.items() if name in ("added", "removed")}
    return Result(
        analysis="length_and_density",
        measures=tuple(
            _measure(districts, part, *length, one)
            for one in (None, *under)
            for part, length in lengths.items()
        ),
        districts=districts,
        layers={
            **{name: _inside_layer(one, districts, classes.names) for name, one in drawn.items()},
            "lines": lines,
        },
        definition={
            **layer_facts(lines, "lines"),
            "sides": sides,
            "doubled": sides == "both",
            "merge_m": merge_m,
            "per": list(per),
            "classes": list(classes.names),
            "duplicates": "once",
            "border": "split evenly",
            "opened_from": opened_from,
            "opened_to": opened_to,
            "previous": None if previous is None else layer_name(previous, "previous"),
            "tolerance_m": tolerance_m,
        },
        notices=unique(
            [
                *notices,
                *(notice for one in under for notice in one.notices),
                *overlap_notices(districts),
            ]
        ),
    )


def _parts(
    lines: "GeoDataFrame", since: Since, merge_m: float | None, subject: str
) -> tuple[dict[str, LinePieces], Categories, list[Notice]]:
    """Take the lines apart once for every part that is asked for, each place once in it."""
    shapes = check_lines(lines, "lines")
    classes = categories_of(lines, "lines", "class")
    _check_names(classes.names)
    stock, new, notices = opened(lines, since, subject)
    pieces = {TOTAL: counted_once(line_pieces(shapes[stock]), merge_m=merge_m)}
    if classes.names:
        of_class = line_pieces(shapes[stock], classes.codes[stock])
        pieces["classes"] = counted_once(of_class, merge_m=merge_m)
    if since.opened_from is not None:
        pieces["added"] = counted_once(line_pieces(shapes[new]), merge_m=merge_m)
    pieces |= against_previous(pieces[TOTAL], since, merge_m)
    if classes.names and classes.nameless:
        count = classes.nameless
        notices.append(Notice("lines_without_class", subject, count=count, total=len(lines)))
    return pieces, classes, notices


def _check_names(classes: tuple[str, ...]) -> None:
    taken = {"added", "removed", "net"} & set(classes)
    if taken:
        raise SchemaError(
            f"`lines` has a `class` called {min(taken)!r}, which is the name of a part of the "
            "result. Rename it in the layer."
        )


@dataclass(frozen=True)
class _Found:
    inside: LineInside
    factor: float
    full_m: float
    total_m: "Floats"

    @classmethod
    def of(
        cls, pieces: LinePieces, ground: "Geometries", whole: "Geometries | None", factor: float
    ) -> "_Found":
        inside = lines_inside(pieces, ground)
        once = inside if whole is None else lines_inside(pieces, whole)
        count = 1 + int(pieces.category.max(initial=0))
        total_m = np.bincount(once.category, once.length_m, count).astype(float) * factor
        return cls(inside, factor, float(pieces.length_m.sum()), total_m)

    def per_district_m(self, count: int, category: int | None = None) -> "Floats":
        return self.inside.per_district_m(count, category) * self.factor


def _lengths(
    found: "dict[str, _Found]", classes: tuple[str, ...], count: int
) -> "dict[str, tuple[Floats, float]]":
    """Length per district and of the whole, by part."""
    lengths = {}
    for name, one in found.items():
        if name != "classes":
            lengths[name] = (one.per_district_m(count), float(one.total_m.sum()))
            continue
        for code, label in enumerate(classes):
            total_m = one.total_m[code] if code < len(one.total_m) else 0.0
            lengths[label] = (one.per_district_m(count, code), float(total_m))
    if "removed" in lengths:
        (plus, plus_total), (minus, minus_total) = lengths["added"], lengths["removed"]
        noise_m = rounding_of(*lengths[TOTAL], plus, minus)
        lengths["net"] = (
            settled(plus - minus, noise_m),
            settled(plus_total - minus_total, noise_m),
        )
    return lengths


def _measure(
    districts: "GeoDataFrame",
    part: str,
    length_m: "Floats",
    total_m: float,
    under: Denominator | None,
) -> Measure:
    if under is None:
        return make_amount(districts, length_m, of=LENGTH, unit="m", part=part, total=total_m)
    return make_measure(
        districts,
        length_m,
        under.amount,
        of=under.of,
        part=part,
        unit=f"m/{under.unit}",
        numerator_unit="m",
        denominator_unit=under.unit,
        totals=(total_m, under.total),
    )


def _check_sides(sides: str, merge_m: float | None) -> None:
    if sides not in get_args(Sides):
        wanted = ", ".join(map(repr, get_args(Sides)))
        raise ParameterError(f"`sides` is {sides!r}; wanted one of {wanted}.")
    if sides == "as_drawn" and merge_m is not None:
        raise ParameterError(
            f"`merge_m` is {merge_m!r}, but sides='as_drawn' merges nothing. Leave it out, or "
            "write sides='centre'."
        )
    if sides == "centre" and merge_m is None:
        raise ParameterError(
            "sides='centre' needs `merge_m`, how far apart two carriageways of one road may be "
            "drawn, e.g. 30."
        )
    if merge_m is not None and not (np.isfinite(merge_m) and merge_m > 0):
        raise ParameterError(f"`merge_m` is {merge_m!r}; wanted metres above 0.")


def _notices(subject: str, lines: "GeoDataFrame", found: _Found, dropped_m: float) -> list[Notice]:
    if lines.empty:
        return [Notice("layer_empty_counts_zero", subject)]
    notices = [*repeat_notices(dropped_m, subject)]
    if found.inside.border_m >= WORTH_TELLING_M:
        values = {"length_m": found.inside.border_m}
        notices.append(Notice("lines_on_borders", subject, values=values))
    outside_m = found.full_m - float(found.total_m.sum()) / found.factor
    if outside_m >= WORTH_TELLING_M:
        values = {"length_m": outside_m, "share": outside_m / found.full_m}
        notices.append(Notice("lines_outside_districts", subject, values=values))
    return notices


def _inside_layer(
    one: _Found, districts: "GeoDataFrame", classes: tuple[str, ...]
) -> "GeoDataFrame":
    """Join what lies inside per district and class, for maps."""
    import geopandas as gpd
    import pandas as pd

    inside = one.inside
    keys = pd.DataFrame({"district": inside.district, "category": inside.category})
    group = keys.groupby(["district", "category"], sort=True).ngroup().to_numpy()
    order = np.argsort(group, kind="stable")
    parts, source = shapely.get_parts(inside.geometry[order], return_index=True)
    linear = shapely.get_dimensions(parts) == 1
    parts, source = parts[linear], source[linear]
    merged = shapely.line_merge(shapely.multilinestrings(parts, indices=group[order][source]))
    first = keys.iloc[order].drop_duplicates()
    length_m = np.bincount(group, inside.length_m * one.factor, len(first))
    rows = districts.iloc[first["district"]]
    named = np.asarray([*classes, ""], dtype=object)
    return gpd.GeoDataFrame(
        {
            "district_id": rows["district_id"].astype(str).to_numpy(),
            "name": rows["name"].astype(str).to_numpy(),
            "class": named[np.minimum(first["category"], len(classes))],
            "length_m": length_m,
        },
        geometry=np.asarray(merged, dtype=object),
        crs=districts.crs,
    )
