"""Provision: whether every community, sub-district or district has the facilities a rule asks."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from geoplan.analyses.access.far_away import far_away
from geoplan.analyses.shared.districts import (
    check_districts,
    check_polygons,
    layer_name,
    overlap_notices,
)
from geoplan.analyses.shared.home_districts import (
    column_numbers,
    column_words,
    home_district,
    outside_notice,
    plain_word,
)
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result, make_amount, make_measure
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

_NOISE = 1e-9


@carries_notices
@true_to_scale("area")
def provision(
    facilities: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    units: "GeoDataFrame | None" = None,
    per_unit: int | None = None,
    per_amount: float | None = None,
    amount: str | None = None,
    rule: Literal["larger", "smaller"] | None = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Count facilities against a rule such as one per community or one per 1,000 households.

    Parameters
    ----------
    facilities : GeoDataFrame, m rows of any geometry
        In a projected CRS in metres; shapes stand at a point inside them. May be empty.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    units : GeoDataFrame, optional
        The units of the rule, such as communities: polygons, which belong to the district that
        their column ``parent_id`` names, else to the one around a point inside them. By default
        the districts themselves.
    per_unit : int, optional
        Facilities that every unit must have, such as 1.
    per_amount : float, optional
        One facility is asked for every so many households (or people), begun ones too.
    amount : str, optional
        With `per_amount`: the column of the units that holds the households.
    rule : {"larger", "smaller"}, optional
        With both `per_unit` and `per_amount`: whether the larger or the smaller number is asked.
        "一社区或 1000 户设 1 个" may be read either way.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        Four measures:

        ============ ===== ================================================================
        ``of``       unit  meaning
        ============ ===== ================================================================
        ``units``    1     share of the units that have what the rule asks
        ``count``    count facilities in the units of the district
        ``required`` count facilities that the rule asks, unit by unit
        ``deficit``  count facilities missing, unit by unit: a surplus next door fills no gap
        ============ ===== ================================================================

        Layers: ``units`` (with ``district_id, count, required, deficit``), ``facilities`` as given,
        and ``parents`` where the districts name theirs in ``parent_id``: the same sums one level
        up.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If there is no rule, or its parts do not fit together.
    SchemaError
        If a column is missing, an amount is negative or unknown, or a geometry no valid polygon.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    facility_set : Whether units have every kind of facility of a set.

    Notes
    -----
    Of a unit with :math:`h` households, :math:`required = \lceil h / q \rceil`, and
    :math:`deficit = \max(0, required - count)`. A unit without households is asked for none by
    `per_amount`. What lies on the border of two units counts in the first of them. A rule of
    *being there* is blind to distance; `coverage` measures that. It asks of a unit as a whole,
    wherever in it people live: the size of units leaves nothing open, and low and high are the
    value. Cost: one search tree.

    Examples
    --------
    A district with 2,500 households needs three points at one per 1,000:

    >>> import geopandas as gpd
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"], "households": [2500]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> points = gpd.GeoDataFrame(geometry=shapely.points([[1, 1], [2, 2]]), crs="EPSG:4547")
    >>> result = provision(points, districts, per_amount=1000, amount="households")
    >>> [measure.value for measure in result.measures]
    [0.0, 2.0, 3.0, 1.0]
    """
    _check_rule(per_unit, per_amount, amount, rule)
    layers = {} if units is None else {"units": units}
    require_metric_crs(districts=districts, facilities=facilities, **layers)
    check_districts(districts)
    asked = districts if units is None else units
    check_polygons(asked, "units")
    subject = layer_name(facilities, "facilities")
    home = unit_district(asked, districts) if units is not None else np.arange(len(districts))
    required = _required(asked, per_unit, per_amount, amount, rule)
    at = home_district(facilities, asked)
    count = np.bincount(at[at >= 0], minlength=len(asked)).astype(float)
    deficit = np.maximum(required - count, 0.0)
    inside = home >= 0
    met = inside & (deficit == 0)
    notices = [*outside_notice(at, subject), *far_away(facilities, districts, subject)]
    if not inside.all():
        notices.append(
            Notice("units_outside_districts", "units", int((~inside).sum()), len(inside))
        )

    def summed(values: "Floats") -> "Floats":
        return np.bincount(home[inside], values[inside], len(districts)).astype(float)

    columns = {"count": count, "required": required, "deficit": deficit}
    amounts = [
        make_amount(districts, summed(values), of=name, unit="count")
        for name, values in columns.items()
    ]
    share = make_measure(
        districts,
        summed(met.astype(float)),
        summed(np.ones(len(asked))),
        of="units",
        numerator_unit="count",
        denominator_unit="count",
    )
    drawn = asked.assign(**columns)
    if units is not None:
        keys = np.append(districts["district_id"].astype(str).to_numpy(dtype=object), "")
        drawn = drawn.assign(district_id=keys[home])
    return Result(
        analysis="provision",
        measures=(share, *amounts),
        districts=districts,
        layers={"units": drawn, "facilities": facilities, **_parents(districts, columns, home)},
        definition={
            "facilities": subject,
            "facility_count": len(facilities),
            "as_of": facilities.attrs.get("geoplan", {}).get("as_of", ""),
            "units": layer_name(asked, "units" if units is not None else "districts"),
            "unit_count": len(asked),
            "per_unit": per_unit,
            "per_amount": per_amount,
            "amount": amount,
            "rule": rule,
            "larger": None if rule is None else rule == "larger",
        },
        notices=unique([*notices, *overlap_notices(districts)]),
    )


def unit_district(units: "GeoDataFrame", districts: "GeoDataFrame") -> "Positions":
    """
    Say which district each unit belongs to: by ``parent_id``, where empty by a point inside it.

    Parameters
    ----------
    units, districts : GeoDataFrame
        Polygons; the districts with ``district_id``.

    Returns
    -------
    array of int
        Position of the district; -1 where there is none.
    """
    if "parent_id" not in units.columns:
        return home_district(units, districts)
    keys = [plain_word(key) for key in districts["district_id"]]
    place = {key: position for position, key in enumerate(keys)}
    words = column_words(units, "parent_id", "units")
    named: Positions = np.array(words.map(place).fillna(-1), dtype=np.intp)
    blank = (words == "").to_numpy(dtype=bool)
    if blank.any():
        named[blank] = home_district(units, districts)[blank]
    return named


def _check_rule(
    per_unit: int | None, per_amount: float | None, amount: str | None, rule: str | None
) -> None:
    if per_unit is None and per_amount is None:
        raise ParameterError(
            "there is no rule: write per_unit=1 (one in every unit), or per_amount=1000 with "
            "amount='households'."
        )
    if (per_amount is None) != (amount is None):
        raise ParameterError("`per_amount` and `amount` (the column to divide) go together.")
    if (rule is not None) != (per_unit is not None and per_amount is not None):
        raise ParameterError(
            f"`rule` is {rule!r}; with both per_unit and per_amount, and only then, say whether "
            "'larger' or 'smaller' of the two numbers is asked."
        )
    if rule not in (None, "larger", "smaller"):
        raise ParameterError(f"`rule` is {rule!r}; wanted 'larger' or 'smaller'.")
    for name, value in (("per_unit", per_unit), ("per_amount", per_amount)):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise ParameterError(f"`{name}` is {value!r}; wanted a number above 0.")


def _required(
    units: "GeoDataFrame",
    per_unit: int | None,
    per_amount: float | None,
    amount: str | None,
    rule: str | None,
) -> "Floats":
    each = np.full(len(units), float(per_unit or 0))
    if per_amount is None or amount is None:
        return each
    households = column_numbers(units, amount, "units")
    wrong = ~(households >= 0)
    if wrong.any():
        raise ParameterError(
            f"`units`: {int(wrong.sum())} of {len(wrong)} values in column {amount!r} are negative "
            "or unknown; what is required of those units cannot be told. Complete the column."
        )
    # 1,000 households are one point and not two because 1000 / 1000 came out as 1.0000000001.
    by_amount = np.ceil(households / per_amount * (1 - _NOISE))
    if rule is None:
        return np.asarray(by_amount)
    return np.asarray((np.maximum if rule == "larger" else np.minimum)(each, by_amount))


def _parents(
    districts: "GeoDataFrame", columns: "dict[str, Floats]", home: "Positions"
) -> "dict[str, GeoDataFrame]":
    """Sum one level up, where the districts say what they belong to."""
    if "parent_id" not in districts.columns or not districts["parent_id"].astype(str).any():
        return {}
    inside = home >= 0
    sums = {
        name: np.bincount(home[inside], values[inside], len(districts))
        for name, values in columns.items()
    }
    kept = districts[["parent_id", "geometry"]].assign(**sums)
    together = kept.dissolve(by="parent_id", aggfunc="sum").reset_index()
    return {"parents": together}


def nearest_counts(
    facilities: "GeoDataFrame", demand: "GeoDataFrame", *, column: str | None = None
) -> "GeoDataFrame":
    """
    Give each facility the demand that has it as its nearest one.

    Parameters
    ----------
    facilities : GeoDataFrame, n rows of any geometry
        In a projected CRS in metres.
    demand : GeoDataFrame, m rows of any geometry
        Communities, buildings, people; shapes stand at a point inside them. In the same CRS.
    column : str, optional
        Column of `demand` to add up; by default units are counted.

    Returns
    -------
    GeoDataFrame, n rows
        As `facilities`, with the columns

        ================== ======= ==== ==============================================
        column             dtype   unit meaning
        ================== ======= ==== ==============================================
        ``demand``         float64      units, or their `column`, nearest to it
        ``mean_m``         float64 m    their mean straight distance; NaN without any
        ``farthest_m``     float64 m    the largest one; NaN without any
        ================== ======= ==== ==============================================

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    SchemaError
        If `column` is missing or holds no numbers.

    Examples
    --------
    >>> import geopandas as gpd
    >>> stops = gpd.GeoDataFrame(geometry=shapely.points([[0, 0], [10, 0]]), crs="EPSG:4547")
    >>> homes = gpd.GeoDataFrame(
    ...     {"people": [3, 4]}, geometry=shapely.points([[1, 0], [2, 0]]), crs="EPSG:4547"
    ... )
    >>> nearest_counts(stops, homes, column="people")["demand"].tolist()
    [7.0, 0.0]
    """
    require_metric_crs(facilities=facilities, demand=demand)
    weight = np.ones(len(demand)) if column is None else column_numbers(demand, column, "demand")
    places = shapely.point_on_surface(np.asarray(demand.geometry.array, dtype=object))
    tree = shapely.STRtree(np.asarray(facilities.geometry.array, dtype=object))
    (place, facility), metres = tree.query_nearest(places, return_distance=True, all_matches=False)
    known = np.nan_to_num(weight[place])
    total = np.bincount(facility, known, len(facilities))
    summed = np.bincount(facility, known * metres, len(facilities))
    mean = np.divide(summed, total, out=np.full(len(total), np.nan), where=total > 0)
    farthest = np.full(len(facilities), np.nan)
    some = known > 0
    np.fmax.at(farthest, facility[some], metres[some])
    return facilities.assign(demand=total, mean_m=mean, farthest_m=farthest)
