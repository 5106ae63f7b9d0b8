"""What is too near: housing by a trunk road, wells by a filling station."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.shared.districts import (
    check_districts,
    layer_facts,
    layer_name,
    overlap_notices,
)
from geoplan.analyses.shared.home_districts import column_words, plain_word
from geoplan.analyses.shared.objects import check_objects, district_of, object_ids
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice
from geoplan.core.results import Measure, Result, make_amount, make_measure
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]
    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

_ROWS_AT_ONCE = 20_000


@carries_notices
@true_to_scale("area", "scale")
def buffer_conflict(
    sensitive: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    sources: "GeoDataFrame",
    distance_m: float | None = None,
    distances_m: Mapping[str, float] | None = None,
    by: str | None = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Count sensitive objects that stand too near a source, by district.

    Parameters
    ----------
    sensitive : GeoDataFrame, k rows of one kind of geometry
        Housing, schools, wells, in a projected CRS in metres. May be empty.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    sources : GeoDataFrame, m rows of one kind of geometry
        Roads, plants, filling stations, in the same CRS; those outside the districts count. May be
        empty: nothing is too near then.
    distance_m : float, optional
        How near is too near, of every source.
    distances_m : mapping of str to float, optional
        The same by class of source; classes that it does not name are no sources.
    by : str, optional
        Column of `sources` that holds the class; needed with `distances_m`.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        For ``part="total"`` and, with `distances_m`, every class:

        =========== ==== =============================================================
        of          unit meaning
        =========== ==== =============================================================
        ``count``   –    sensitive objects too near
        ``objects`` 1    their share of all sensitive objects of the district
        =========== ==== =============================================================

        An object belongs to the district in which most of it lies. Layers: ``conflicts`` (the
        objects too near, the nearest first: ``object_id, name, district_id, distance_m, class,
        limit_m, missing_m``), ``sources``.

    Raises
    ------
    ParameterError
        If neither or both of `distance_m` and `distances_m` are given, one is not above 0, or `by`
        is missing.
    SchemaError
        If `sources` lacks the column `by` or holds none of the classes; as in `encroachment`.
    CRSError, EmptyLayerError
        As in `encroachment`.

    See Also
    --------
    encroachment : What is inside, rather than near.

    Notes
    -----
    Distance is the shortest straight line between the geometries, edge to edge: a house of which
    one corner is too near is too near. Exactly the limit is not. Roads are usually drawn by their
    centre line; the setback of a standard is often measured from the kerb or the red line of the
    road, which is nearer. Cost: one search tree over the sources of a class.

    How far housing has to stand from trunk roads is for the plan to say. For orientation: the noise
    zone 4a beside a road reaches 20 to 55 m, depending on the zone next to it [1]_.

    References
    ----------
    .. [1] GB/T 15190-2014, 声环境功能区划分技术规范, 8.3.

    Examples
    --------
    Two houses, 30 and 80 m from a motorway that wants 50 m:

    >>> import geopandas as gpd
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> road = gpd.GeoDataFrame(
    ...     geometry=[shapely.LineString([(0, 500), (1000, 500)])], crs="EPSG:4547"
    ... )
    >>> houses = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(10, 530, 20, 540), shapely.box(10, 580, 20, 590)], crs="EPSG:4547"
    ... )
    >>> found = buffer_conflict(houses, districts, sources=road, distance_m=50)
    >>> found.measure("count", "total").value, found.layers["conflicts"]["missing_m"].tolist()
    (1.0, [20.0])
    """
    require_metric_crs(sensitive=sensitive, districts=districts, sources=sources)
    check_districts(districts)
    things, _ = check_objects(sensitive, "sensitive")
    causes, _ = check_objects(sources, "sources")
    limits = _limits(distance_m, distances_m, by)
    kinds = _kinds(sources, by, limits)
    district = district_of(things, districts)
    near = _nearest_too_near(things, causes, kinds, np.array([*limits.values()]))
    every = np.bincount(district[district >= 0], minlength=len(districts)).astype(float)
    parts = {"total": near.min(axis=1)}
    if distances_m is not None:
        parts |= {name: near[:, row] for row, name in enumerate(limits)}
    return Result(
        analysis="buffer_conflict",
        measures=tuple(
            measure
            for part, distance in parts.items()
            for measure in _measures(part, np.isfinite(distance), district, every, districts)
        ),
        districts=districts,
        layers={
            "conflicts": _conflicts(sensitive, districts, district, near, limits),
            "sources": sources,
        },
        definition={
            **layer_facts(sensitive, "sensitive"),
            "sensitive_count": len(sensitive),
            "sources": layer_name(sources, "sources"),
            "source_count": len(sources),
            "distance_m": distance_m,
            "distances_m": dict(distances_m or {}),
        },
        notices=(*_notices(sensitive, sources, district, kinds), *overlap_notices(districts)),
    )


def _limits(
    distance_m: float | None, distances_m: Mapping[str, float] | None, by: str | None
) -> dict[str, float]:
    if (distance_m is None) == (not distances_m):
        raise ParameterError(
            "give `distance_m`, one for all sources, or `distances_m`, one by class of source, and "
            "not both: how near is too near is for the plan to say."
        )
    if distances_m and by is None:
        raise ParameterError(
            "`distances_m` gives distances by class; `by` has to name the column of `sources` that "
            "holds the class."
        )
    limits = {"": distance_m} if distance_m is not None else dict(distances_m or {})
    wrong = {name: limit for name, limit in limits.items() if not 0 < limit < np.inf}
    if wrong:
        name, limit = next(iter(wrong.items()))
        raise ParameterError(
            f"the distance{f' of {name!r}' if name else ''} is {limit}; wanted metres above 0."
        )
    return limits


def _kinds(sources: "GeoDataFrame", by: str | None, limits: dict[str, float]) -> "Positions":
    """Give the position of each source's class among the limits; -1 for a class without."""
    if "" in limits:
        return np.zeros(len(sources), dtype=np.intp)
    if by not in sources.columns:
        raise SchemaError(
            f"`sources` has no column {by!r}; it has: {', '.join(map(str, sources.columns))}."
        )
    known = {plain_word(name): row for row, name in enumerate(limits)}
    words = column_words(sources, str(by), "sources")
    found = words.map(known).fillna(-1)
    kinds = np.asarray(found, dtype=np.intp)
    if len(kinds) and (kinds < 0).all():
        there = ", ".join(sorted(set(words))[:8])
        raise SchemaError(
            f"`sources` holds none of the classes of `distances_m` ({', '.join(limits)}) in "
            f"{by!r}; it holds {there}."
        )
    return kinds


def _nearest_too_near(
    things: "Geometries", causes: "Geometries", kinds: "Positions", limits: "Floats"
) -> "Floats":
    """Give the distance to the nearest source of each class within its limit; infinity for none."""
    near = np.full((len(things), len(limits)), np.inf)
    for kind, limit in enumerate(limits.tolist()):
        mine = causes[kinds == kind]
        if not len(mine):
            continue
        tree = shapely.STRtree(mine)
        for start in range(0, len(things), _ROWS_AT_ONCE):
            some = things[start : start + _ROWS_AT_ONCE]
            row, cause = tree.query(some, predicate="dwithin", distance=limit)
            distance = shapely.distance(some[row], mine[cause])
            too_near = distance < limit
            np.minimum.at(near, (start + row[too_near], kind), distance[too_near])
    return near


def _measures(
    part: str,
    conflict: "NDArray[np.bool_]",
    district: "Positions",
    every: "Floats",
    districts: "GeoDataFrame",
) -> list[Measure]:
    here = district[conflict & (district >= 0)]
    count = np.bincount(here, minlength=len(districts)).astype(float)
    return [
        make_amount(districts, count, of="count", part=part, unit="count"),
        make_measure(
            districts,
            count,
            every,
            of="objects",
            part=part,
            numerator_unit="count",
            denominator_unit="count",
        ),
    ]


def _conflicts(
    sensitive: "GeoDataFrame",
    districts: "GeoDataFrame",
    district: "Positions",
    near: "Floats",
    limits: dict[str, float],
) -> "GeoDataFrame":
    import geopandas as gpd

    values, names = np.array([*limits.values()]), np.array([*limits], dtype=object)
    missing = np.where(np.isfinite(near), values - near, -np.inf)
    worst = missing.argmax(axis=1)
    rows = np.flatnonzero(np.isfinite(near).any(axis=1) & (district >= 0))
    distance, limit = near[rows, worst[rows]], values[worst[rows]]
    some = sensitive.iloc[rows]
    table = gpd.GeoDataFrame(
        {
            "object_id": object_ids(sensitive)[rows],
            "name": some["name"].astype(str).to_numpy() if "name" in some.columns else "",
            "district_id": districts["district_id"].astype(str).to_numpy()[district[rows]],
            "distance_m": distance,
            "class": names[worst[rows]],
            "limit_m": limit,
            "missing_m": limit - distance,
        },
        geometry=np.asarray(some.geometry.array, dtype=object),
        crs=sensitive.crs,
    )
    return table.sort_values("missing_m", ascending=False, kind="stable", ignore_index=True)


def _notices(
    sensitive: "GeoDataFrame",
    sources: "GeoDataFrame",
    district: "Positions",
    kinds: "Positions",
) -> tuple[Notice, ...]:
    notices = [
        Notice("layer_empty_counts_zero", subject)
        for subject, layer in (("sensitive", sensitive), ("sources", sources))
        if not len(layer)
    ]
    outside = int((district < 0).sum())
    if outside:
        notices.append(
            Notice("objects_outside_districts", "sensitive", count=outside, total=len(sensitive))
        )
    unnamed = int((kinds < 0).sum())
    if unnamed:
        notices.append(Notice("sources_no_limit", "sources", count=unnamed, total=len(sources)))
    return tuple(notices)
