"""Attribute share: how many, how much or how long of some objects have an attribute."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.shared.area_share import WORTH_TELLING_M2, area_inside, district_land
from geoplan.analyses.shared.districts import (
    check_districts,
    check_polygons,
    layer_name,
    one_district,
    overlap_notices,
)
from geoplan.analyses.shared.home_districts import (
    column_numbers,
    column_words,
    home_district,
    outside_notice,
    plain_word,
)
from geoplan.analyses.shared.line_inside import lines_inside
from geoplan.analyses.shared.line_parts import (
    check_lines,
    counted_once,
    line_pieces,
    repeat_notices,
)
from geoplan.analyses.shared.open_ground import NO_VALUE, share_bounds
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result, make_measure
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

_ROUNDING = 1e-9
_UNITS = {"count": "count", "area": "m2", "length": "m", "population": "person",
          "households": "household"}  # fmt: skip


@carries_notices
@true_to_scale("area", "scale")
def attribute_share(  # noqa: PLR0913 (the forms an attribute comes in)
    objects: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    column: str,
    by: Sequence[str],
    values: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    at_least: str | float | None = None,
    at_most: str | float | None = None,
    unknown: str | None = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the share of objects that have an attribute (达标率、覆盖率).

    Communities with waste sorting, river sections at class III or better, monitoring points that
    pass, contaminated plots that are safe.

    Parameters
    ----------
    objects : GeoDataFrame, m rows of any geometry
        Every object, those without the attribute too, in a projected CRS in metres.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on (basins, too), in the same CRS, with ``district_id`` and ``name``.
    column : str
        Where the attribute stands.
    by : sequence of str
        What the share is of, side by side: ``"count"``, ``"area"`` (polygons), ``"length"``
        (lines), or a column of numbers such as ``"households"`` or ``"population"``.
    values : sequence of str, optional
        Values that count: ``["yes"]``.
    classes : sequence of str, optional
        Every class from the best to the worst, with `at_least`: ``["I", "II", "III", "IV", "V",
        "劣V"]``.
    at_least : str or float, optional
        With `classes`, the worst class that counts (that class or a better one). Without, the
        smallest number that counts.
    at_most : float or str, optional
        The largest number that counts; a text names the column with the limit of each object (the
        night limit of its own noise zone).
    unknown : {"fails", "left_out"}, optional
        What an object without a value does; an error asks for it where there is one.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        One measure per entry of `by`:

        =============== ======= ============== ==========================================
        column          dtype   unit           meaning
        =============== ======= ============== ==========================================
        ``value``       float64 1              ``numerator / denominator``, in [0, 1]; NaN
                                               where there is no object
        ``numerator``   float64 count, m², m,… of objects with the attribute
        ``denominator`` float64 the same       of all objects
        =============== ======= ============== ==========================================

        Layers: ``objects`` with a column ``has_it`` (``"yes"``, ``"no"``, ``"unknown"``).

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If there is not exactly one rule, or `unknown` has to be stated.
    SchemaError
        If a column is missing, or holds a class that is none of `classes`.
    EmptyLayerError
        If there is no district.

    Notes
    -----
    The same objects give other shares by number, area and people: :math:`17/66 = 25.76\,\%` of
    river *sections* below class V is printed as a share of "water bodies". State which.
    Counts and people stand at a point inside each object, in the first of two districts with a
    common border; areas and lengths are cut at the borders, each place once: what is drawn both
    with and without the attribute is without. Classes are compared
    by their place in `classes`, never as words or numbers; Ⅲ and III are one spelling.
    Objects without a value that are left out open the share: low and high are what it would be if
    none or all of them had the attribute. With ``unknown="fails"`` the rule itself decides.
    Cost: one search tree; only what crosses a border is cut.

    Examples
    --------
    Two of three sections at class III or better:

    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> sections = gpd.GeoDataFrame(
    ...     {"class": ["Ⅱ", "III", "劣V"]},
    ...     geometry=shapely.points([[1, 1], [2, 2], [3, 3]]),
    ...     crs="EPSG:4547",
    ... )
    >>> order = ["I", "II", "III", "IV", "V", "劣V"]
    >>> result = attribute_share(
    ...     sections, districts, column="class", by=["count"], classes=order, at_least="III"
    ... )
    >>> round(result.measure("count").value, 4)
    0.6667
    """
    _check(by, values, classes, at_least, at_most)
    require_metric_crs(districts=districts, objects=objects)
    check_districts(districts)
    subject = layer_name(objects, "objects")
    has, known = _has(objects, column, values, classes, at_least, at_most)
    blank = int((~known).sum())
    if blank and unknown not in ("fails", "left_out"):
        raise ParameterError(
            f"`objects`: {blank} of {len(known)} have no value in column {column!r}. Say what they "
            "do: unknown='fails' (they count as without the attribute) or unknown='left_out'."
        )
    home = home_district(objects, districts)
    notices = outside_notice(home, subject)
    if blank:
        code = "objects_unknown_fail" if unknown == "fails" else "objects_unknown_left_out"
        notices.append(Notice(code, subject, count=blank, total=len(known)))
    if values is not None and known.any() and not has.any():
        notices.append(_absent(objects, column, subject, values))
    if objects.empty:
        notices.append(Notice("layer_empty_share_unknown", subject))
    asked = np.ones(len(known), dtype=bool) if unknown == "fails" else known
    overlap_m2 = district_land(np.asarray(districts.geometry.array, dtype=object)).overlap_m2
    measures = []
    for name in by:
        every = np.ones(len(known), dtype=bool)
        each = _amounts(objects, districts, name, (has & asked, asked, every), home)
        totals = tuple(float(one.sum()) for one in each)
        if overlap_m2 and name in ("area", "length"):
            once, none = one_district(districts), np.full(len(known), -1)
            whole = _amounts(objects, once, name, (has & asked, asked, every), none)
            totals = tuple(float(one.sum()) for one in whole)
        over, under, all_there = each
        notices += _repeated(objects, districts, name, subject)
        unit = _UNITS.get(name, "number")
        bounds = None
        if not asked.all():
            bounds = share_bounds(
                (over, min(totals[:2])),
                (under, totals[1]),
                (np.maximum(all_there - under, 0.0), max(totals[2] - totals[1], 0.0)),
                reasons=NO_VALUE,
            )
        measures.append(
            make_measure(
                districts,
                over,
                under,
                of=name,
                numerator_unit=unit,
                denominator_unit=unit,
                totals=(min(totals[:2]), totals[1]),
                bounds=bounds,
            )
        )
    words = np.where(known, np.where(has, "yes", "no"), "unknown")
    return Result(
        analysis="attribute_share",
        measures=tuple(measures),
        districts=districts,
        layers={"objects": objects.assign(has_it=words)},
        definition={
            "objects": subject,
            "object_count": len(objects),
            "as_of": objects.attrs.get("geoplan", {}).get("as_of", ""),
            "column": column,
            "by": list(by),
            "values": None if values is None else list(values),
            "classes": None if classes is None else list(classes),
            "best": None if classes is None else str(at_least),
            "least": at_least if classes is None else None,
            "at_most": at_most,
            "unknown_fails": None if not blank else unknown == "fails",
        },
        notices=unique([*notices, *overlap_notices(districts)]),
    )


def _check(
    by: Sequence[str],
    values: Sequence[str] | None,
    classes: Sequence[str] | None,
    at_least: str | float | None,
    at_most: str | float | None,
) -> None:
    if isinstance(by, str) or not len(by) or len(set(by)) < len(by):
        raise ParameterError(
            f"`by` is {by!r}; wanted a list of what the share is of, e.g. ['count']."
        )
    rules = [rule for rule in (values, at_least, at_most) if rule is not None]
    if len(rules) != 1 or isinstance(values, str):
        raise ParameterError(
            "an attribute needs one rule: values=['yes'], at_least='III' with classes=[…], "
            "at_least=50000, or at_most=55 (or the column with each object's limit)."
        )
    if classes is not None and (isinstance(classes, str) or at_least not in classes):
        raise ParameterError(
            f"`classes` is {classes!r}; wanted every class from the best to the worst, with "
            f"at_least (here {at_least!r}) one of them."
        )
    if classes is None and isinstance(at_least, str):
        raise ParameterError(
            f"`at_least` is {at_least!r}; a class needs `classes`, the list of all from the best "
            "to the worst."
        )


def _absent(objects: "GeoDataFrame", column: str, subject: str, values: Sequence[str]) -> Notice:
    """Say that none of the values occurs: it may be so, or they are written otherwise."""
    there = column_words(objects, column, "objects")
    facts = {
        "values": ", ".join(map(str, values)),
        "column": column,
        "found": ", ".join(there[there != ""].unique()[:8]),
    }
    return Notice("values_nowhere", subject, total=len(objects), values=facts)


def _has(
    objects: "GeoDataFrame",
    column: str,
    values: Sequence[str] | None,
    classes: Sequence[str] | None,
    at_least: str | float | None,
    at_most: str | float | None,
) -> "tuple[Bools, Bools]":
    """Tell which objects have the attribute, and of which it is known."""
    if values is not None or classes is not None:
        return _has_word(objects, column, values, classes, at_least)
    number = column_numbers(objects, column, "objects")
    if at_least is not None:
        limit = np.full(len(number), float(at_least))
        return number >= limit, ~np.isnan(number)
    if isinstance(at_most, str):
        limit = column_numbers(objects, at_most, "objects")
    else:
        limit = np.full(len(number), float(at_most or 0.0))
    return number <= limit, ~(np.isnan(number) | np.isnan(limit))


def _has_word(
    objects: "GeoDataFrame",
    column: str,
    values: Sequence[str] | None,
    classes: Sequence[str] | None,
    at_least: str | float | None,
) -> "tuple[Bools, Bools]":
    words = column_words(objects, column, "objects")
    known = (words != "").to_numpy(dtype=bool)
    if classes is None:
        return words.isin([plain_word(value) for value in values or ()]).to_numpy(dtype=bool), known
    rank = {plain_word(name): place for place, name in enumerate(classes)}
    place = words.map(rank)
    odd = known & place.isna().to_numpy(dtype=bool)
    if odd.any():
        found = ", ".join(sorted(set(words[odd]))[:5])
        raise SchemaError(
            f"`objects`: {int(odd.sum())} of {len(words)} values in column {column!r} are none of "
            f"`classes` ({', '.join(rank)}): {found}. Name every class, from the best to the worst."
        )
    return (place <= rank[plain_word(at_least)]).to_numpy(dtype=bool), known


def _amounts(
    objects: "GeoDataFrame",
    districts: "GeoDataFrame",
    by: str,
    chosen: "tuple[Bools, Bools, Bools]",
    home: "NDArray[np.intp]",
) -> "tuple[Floats, Floats, Floats]":
    """Add up what has the attribute, what is asked, and all there is, per district."""
    has, asked, every = chosen
    over, under = (_amount(objects, districts, by, some, home) for some in (has, asked))
    whole = under if asked.all() else _amount(objects, districts, by, every, home)
    if by in ("area", "length"):
        # What is drawn with and without the attribute is without.
        failing = _amount(objects, districts, by, asked & ~has, home)
        over = np.where(over + failing > under * (1 + _ROUNDING), under - failing, over)
    return np.clip(over, 0.0, under), under, whole


def _repeated(
    objects: "GeoDataFrame", districts: "GeoDataFrame", by: str, subject: str
) -> tuple[Notice, ...]:
    """Say that areas or lines lie on one another, and count once."""
    if by == "length":
        return repeat_notices(
            counted_once(line_pieces(np.asarray(objects.geometry.array, dtype=object))).dropped_m,
            subject,
        )
    if by != "area":
        return ()
    ground = np.asarray(one_district(districts).geometry.array, dtype=object)
    shared_m2 = area_inside(np.asarray(objects.geometry.array, dtype=object), ground).overlap_m2
    if shared_m2 < WORTH_TELLING_M2:
        return ()
    return (Notice("overlap_counted_once", subject, values={"overlap_m2": shared_m2}),)


def _amount(
    objects: "GeoDataFrame",
    districts: "GeoDataFrame",
    by: str,
    chosen: "Bools",
    home: "NDArray[np.intp]",
) -> "Floats":
    """Add up the chosen objects per district: number, area, length or a column."""
    count, ground = len(districts), np.asarray(districts.geometry.array, dtype=object)
    if by == "area":
        inside = area_inside(check_polygons(objects, "objects")[chosen], ground)
        return np.bincount(inside.district, inside.area_m2, count).astype(float)
    if by == "length":
        pieces = counted_once(line_pieces(check_lines(objects, "objects")[chosen]))
        return lines_inside(pieces, ground).per_district_m(count)
    weight = np.ones(len(objects)) if by == "count" else _weights(objects, by)
    placed = chosen & (home >= 0)
    return np.bincount(home[placed], weight[placed], count).astype(float)


def _weights(objects: "GeoDataFrame", by: str) -> "Floats":
    weight = column_numbers(objects, by, "objects")
    wrong = ~(weight >= 0)
    if wrong.any():
        raise SchemaError(
            f"`objects`: {int(wrong.sum())} of {len(wrong)} values in column {by!r} are negative "
            "or unknown; a share by it cannot be told. Complete the column."
        )
    return weight
