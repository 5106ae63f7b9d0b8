"""How many, how much: objects of a layer counted and measured by district, zero where none is."""

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.analyses.shared.categories import TOTAL, categories_of
from geoplan.analyses.shared.districts import (
    check_districts,
    layer_facts,
    overlap_notices,
)
from geoplan.analyses.shared.home_districts import column_factor, lenient_numbers
from geoplan.analyses.shared.objects import check_objects
from geoplan.analyses.shared.overlay import Pieces, join_pieces, pieces_inside
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.declare.analysis import Analysis, Measured
from geoplan.core.declare.kinds import OBJECTS
from geoplan.core.declare.quantities import Column, Unit
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice
from geoplan.core.results import Measure, Result, make_amount
from geoplan.core.true_size import Areas, true_area_m2
from geoplan.core.written_units import unit_factor

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]


@carries_notices
@true_to_scale("area")
def object_inventory(
    objects: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    by: Column | None = None,
    value: Column | None = None,
    unit: Unit | None = None,
    areas: Areas = "ellipsoid",
) -> Result:
    """
    Count objects in each district, with their area and an amount of their own.

    Parameters
    ----------
    objects : GeoDataFrame, k rows of polygons, of lines, or of points
        All of one dimension, in a projected CRS in metres. May be empty: all is 0 then.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    by : str, optional
        Column that splits the objects into parts: park tier, kind of pilot.
    value : str, optional
        Column with an amount to add up: charging piles, m³ of capacity.
    unit : str, optional
        Its unit as tables write it: ``"个"``, ``"万立方米"``, ``"亩"``. Goes with `value`.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        For ``part="total"``, then every kind of `by`:

        ========== ===== =========================================================
        of         unit  meaning
        ========== ===== =========================================================
        ``count``  –     objects; each belongs to the district that holds its
                         representative point
        ``area``   m²    their ground inside the district, overlaps once; of
                         polygons only
        ``amount`` base  sum of `value`, with `value` only; NaN where one of the
                         district's is unknown
        ========== ===== =========================================================

        Layer ``objects`` with ``district_id`` (empty outside all districts).

    Raises
    ------
    ParameterError
        If `value` and `unit` do not come together, or the unit is not known.
    SchemaError
        If a column is missing, or geometries are empty, invalid or mixed.
    CRSError, EmptyLayerError
        As in `red_line_share`.

    See Also
    --------
    attribute_share : Which share of the objects has an attribute.

    Notes
    -----
    A district without an object has 0, not nothing: the table keeps its row. Cost: one search tree
    for the counts, and one overlay for the areas.

    Examples
    --------
    Two squares of 1 ha that overlap by half:

    >>> import geopandas as gpd
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A", "B"], "name": ["甲", "乙"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> parks = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 100, 100), shapely.box(50, 0, 150, 100)], crs="EPSG:4547"
    ... )
    >>> found = object_inventory(parks, districts)
    >>> found.measure("count", "total").districts["value"].tolist()
    [2.0, 0.0]
    >>> found.measure("area", "total").value
    15000.0
    """
    require_metric_crs(objects=objects, districts=districts)
    check_districts(districts)
    things, dimension = check_objects(objects, "objects")
    amounts, base, told = _amounts(objects, value, unit)
    if by is not None and by not in objects.columns:
        raise SchemaError(
            f'`objects` has no column {by!r}. Keep it when loading: columns = {{ {by} = "…" }}.'
        )
    kinds = categories_of(objects, "objects", by or "")
    ground = np.asarray(districts.geometry.array, dtype=object)
    home = _home(things, ground)
    pieces = pieces_inside(things, ground) if dimension == 2 else None
    every = np.ones(len(objects), dtype=bool)
    parts = [(TOTAL, every), *((n, kinds.codes == code) for code, n in enumerate(kinds.names))]
    measures: list[Measure] = []
    for part, mine in parts:
        inside = mine & (home >= 0)
        count = np.bincount(home[inside], minlength=len(districts)).astype(float)
        measures.append(make_amount(districts, count, of="count", part=part, unit="count"))
        if pieces is not None:
            area, whole = _ground(pieces.take(mine[pieces.object]), len(districts))
            measures.append(
                make_amount(districts, area, of="area", part=part, unit="m2", total=whole)
            )
        if amounts is not None:
            summed = np.bincount(home[inside], amounts[inside], minlength=len(districts))
            measures.append(make_amount(districts, summed, of="amount", part=part, unit=base))
    ids = np.append(districts["district_id"].astype(str).to_numpy(dtype=object), "")
    return Result(
        analysis="object_inventory",
        measures=tuple(measures),
        districts=districts,
        layers={"objects": objects.assign(district_id=ids[home])},
        definition={
            **layer_facts(objects, "objects"),
            "by": by,
            "categories": list(kinds.names),
            "value": value,
            "unit": unit,
        },
        notices=(
            *told,
            *_notices(objects, home, amounts, value),
            *overlap_notices(districts),
        ),
    )


def _check_amount(value: str | None, unit: str | None) -> None:
    if (value is None) != (unit is None):
        raise ParameterError(
            f"`value` is {value!r} and `unit` is {unit!r}: an amount needs both, the column and "
            "its unit, e.g. value = 'piles', unit = '个'."
        )


def _amounts(
    objects: "GeoDataFrame", value: str | None, unit: str | None
) -> "tuple[Floats | None, str, tuple[Notice, ...]]":
    _check_amount(value, unit)
    if value is None or unit is None:
        return None, "", ()
    known = unit_factor(unit)
    if known is None:
        raise ParameterError(f"`unit` is {unit!r}, which is not a unit that is known here.")
    if value not in objects.columns:
        raise SchemaError(
            f'`objects` has no column {value!r}. Keep it when loading: columns = {{ {value} = "…" '
            "}."
        )
    factor, told = column_factor(objects, value, unit, "objects")
    return lenient_numbers(objects[value]) * factor, known[1], told


def _home(things: "NDArray[np.object_]", ground: "NDArray[np.object_]") -> "Positions":
    """Find the district that each object belongs to, the first of several; -1 where none."""
    home = np.full(len(things), -1, dtype=np.intp)
    thing, district = shapely.STRtree(ground).query(
        shapely.point_on_surface(things), predicate="intersects"
    )
    order = np.lexsort((-district, thing))
    home[thing[order]] = district[order]
    return home


def _ground(pieces: Pieces, districts: int) -> "tuple[Floats, float]":
    """Measure the ground of pieces by district, and of the whole, overlaps once."""
    area = np.zeros(districts)
    if not len(pieces.polygon):
        return area, 0.0
    pieces = pieces.take(np.argsort(pieces.polygon, kind="stable"))
    here, group = np.unique(pieces.polygon, return_inverse=True)
    joined = join_pieces(pieces.geometry, group)
    area[here] = true_area_m2(joined)
    return area, float(true_area_m2(shapely.union_all(joined)))


def _notices(
    objects: "GeoDataFrame", home: "Positions", amounts: "Floats | None", value: str | None
) -> tuple[Notice, ...]:
    notices = [] if len(objects) else [Notice("layer_empty_counts_zero", "objects")]
    outside = int((home < 0).sum())
    if outside:
        notices.append(Notice("objects_outside_districts", "objects", outside, len(objects)))
    unknown = 0 if amounts is None else int(np.isnan(amounts).sum())
    if unknown:
        notices.append(Notice("statistic_unknown", value or "", unknown, len(objects)))
    return tuple(notices)


def _unit_of(asked: Any, of: str) -> str | None:  # noqa: ANN401 (the table of a plan)
    """Give the base unit of the amount."""
    known = unit_factor(asked.unit) if asked.unit is not None and of in ("amount", "") else None
    return known[1] if known else None


ANALYSIS = Analysis(
    object_inventory,
    layers={"objects": OBJECTS},
    measures=(
        Measured("count", "count"),
        Measured("area", "m2"),
        Measured("amount", "count"),
    ),
    whole_part=TOTAL,
    unit_of=_unit_of,
    check=_check_amount,
)
