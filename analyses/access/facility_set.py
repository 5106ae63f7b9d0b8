"""Facility sets: whether every unit has each kind of facility, such as 三中心、两场地."""

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.analyses.access.far_away import far_away
from geoplan.analyses.access.provision import unit_district
from geoplan.analyses.shared.districts import (
    check_districts,
    check_polygons,
    layer_name,
    overlap_notices,
)
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.declare.analysis import Analysis, Each, Measured
from geoplan.core.declare.kinds import AREAS, FACILITIES
from geoplan.core.declare.quantities import MetresFrom0
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result, make_measure
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame

ALL = "all"
"""Part of units that have every kind."""


@carries_notices
@true_to_scale("scale")
def facility_set(
    members: "Mapping[str, GeoDataFrame]",
    districts: "GeoDataFrame",
    *,
    within_m: MetresFrom0,
    units: "GeoDataFrame | None" = None,
    areas: Areas = "ellipsoid",
) -> Result:
    """
    Measure the share of units that have every kind of facility of a set (设施配套齐全率).

    Parameters
    ----------
    members : mapping of str to GeoDataFrame
        A layer of facilities of any geometry per kind, in a projected CRS in metres. May be empty.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    within_m : float
        How far from the unit a facility may be and still be its own; 0: inside or on its border.
    units : GeoDataFrame, optional
        What must have the set, such as communities; the districts by default. Units belong to
        districts as in `provision`.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        Measures ``of="units"`` (share of the units, in [0, 1]) with ``part="all"`` and one part per
        kind; and ``of="score"``: kinds that units have over kinds they should have. Layers:
        ``units`` (with ``district_id``, ``kinds`` and the names ``missing``), the members by name.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If there is no kind, one is called ``all``, or `within_m` is negative.
    SchemaError
        If a column is missing or a geometry is no valid polygon.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    provision : Numbers of one kind against a rule.
    living_circle : People that have every kind near.

    Notes
    -----
    What the set is, is the plan's to say: “三中心、两场地” of the 13th plan of Longgang are five
    (综合服务、健康服务、文体活动中心；文体活动、体育活动广场). The score says how far off a
    unit is. Cost: one search tree per kind.

    Examples
    --------
    >>> import geopandas as gpd
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> clinic, hall = (
    ...     gpd.GeoDataFrame(geometry=[shapely.Point(x, 5)], crs="EPSG:4547") for x in (9, 1200)
    ... )
    >>> result = facility_set({"clinic": clinic, "hall": hall}, districts, within_m=0)
    >>> result.measure("units", "all").value, result.measure("score").value
    (0.0, 0.5)
    """
    if not members or ALL in members:
        raise ParameterError(
            f"`members` is {list(members)}; wanted a layer per kind of facility, none called 'all'."
        )
    if not (np.isfinite(within_m) and within_m >= 0):
        raise ParameterError(f"`within_m` is {within_m!r}; wanted metres, 0 or more.")
    layers = {f"members[{name!r}]": layer for name, layer in members.items()}
    if units is not None:
        layers["units"] = units
    require_metric_crs(districts=districts, **layers)
    check_districts(districts)
    asked = districts if units is None else units
    shapes = check_polygons(asked, "units")
    home = unit_district(asked, districts) if units is not None else np.arange(len(districts))
    inside = home >= 0
    has = np.zeros((len(members), len(asked)), dtype=bool)
    for row, layer in zip(has, members.values(), strict=True):
        tree = shapely.STRtree(np.asarray(layer.geometry.array, dtype=object))
        row[tree.query(shapes, predicate="dwithin", distance=within_m)[0]] = True
    number = np.bincount(home[inside], minlength=len(districts)).astype(float)
    shares = [("units", ALL, has.all(axis=0).astype(float), number)]
    shares += [
        ("units", name, row.astype(float), number) for name, row in zip(members, has, strict=True)
    ]
    shares.append(("score", "", has.sum(axis=0).astype(float), number * len(members)))
    names = np.asarray(list(members), dtype=object)
    missing = [", ".join(names[~column]) for column in has.T]
    drawn = asked.assign(kinds=has.sum(axis=0), missing=missing)
    if units is not None:
        keys = np.append(districts["district_id"].astype(str).to_numpy(dtype=object), "")
        drawn = drawn.assign(district_id=keys[home])
    outside = int((~inside).sum())
    notices = [
        note
        for name, layer in members.items()
        for note in far_away(layer, districts, layer_name(layer, name))
    ]
    if outside:
        notices.append(Notice("units_outside_districts", "units", outside, len(inside)))
    return Result(
        analysis="facility_set",
        measures=tuple(
            make_measure(
                districts,
                np.bincount(home[inside], values[inside], len(districts)),
                under,
                of=of,
                part=part,
                numerator_unit="count",
                denominator_unit="count",
            )
            for of, part, values, under in shares
        ),
        districts=districts,
        layers={"units": drawn, **members},
        definition={
            "members": {name: len(layer) for name, layer in members.items()},
            "member_count": len(members),
            "units": layer_name(asked, "units" if units is not None else "districts"),
            "unit_count": len(asked),
            "within_m": within_m,
        },
        notices=unique([*notices, *overlap_notices(districts)]),
    )


def _parts(asked: Any) -> tuple[str, ...]:  # noqa: ANN401 (the table of a plan)
    """Units that have all kinds, then every kind."""
    return () if asked.target_of == "score" else (ALL, *asked.members)


ANALYSIS = Analysis(
    facility_set,
    layers={"members": Each(FACILITIES), "units": AREAS},
    measures=(Measured("units"), Measured("score")),
    better="up",
    whole="districts",
    whole_part=ALL,
    parts=_parts,
    reach_m=lambda asked: asked.within_m,
)
