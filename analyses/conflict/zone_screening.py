"""Which rules hit a project: projects against the control units of 三线一单 and their like."""

from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.shared.categories import TOTAL, categories_of
from geoplan.analyses.shared.districts import (
    check_districts,
    check_polygons,
    layer_facts,
    layer_name,
    overlap_notices,
)
from geoplan.analyses.shared.objects import (
    MEASURED,
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

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]


@carries_notices
@true_to_scale("area")
def zone_screening(
    projects: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    zones: "GeoDataFrame",
    min_overlap: float,
    areas: Areas = "ellipsoid",
) -> Result:
    """
    List the control zones that each project lies in, and count the projects hit by category.

    Parameters
    ----------
    projects : GeoDataFrame, k rows of polygons, of lines, or of points
        All of one dimension, in a projected CRS in metres. May be empty.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    zones : GeoDataFrame, m rows of Polygon or MultiPolygon
        Control units, in the same CRS; they may overlap, and a project may lie in several. A column
        ``category`` (优先保护, 重点管控, 一般管控, …) splits the result into parts.
    min_overlap : float
        From how much inside on a project is hit: square metres of polygons, metres of lines; 0 for
        points.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        For ``part="total"`` (any zone) and every category of zone:

        ============ ==== =====================================
        of           unit meaning
        ============ ==== =====================================
        ``count``    –    projects hit
        ``projects`` 1    their share of the district's projects
        ============ ==== =====================================

        A project belongs to each district in which it lies, and counts once in the whole. Layers:
        ``hits``, the list: ``project_id, name, zone_id, zone, category, amount, share`` with what
        of the project lies in the zone; ``projects`` with ``zone_count``; ``zones``.

    Raises
    ------
    CRSError, ParameterError, SchemaError, EmptyLayerError
        As in `encroachment`.

    See Also
    --------
    encroachment : How much land, rather than which rules.

    Notes
    -----
    Screening says which rules apply, not whether a project keeps them. Cost as in `encroachment`.

    Examples
    --------
    A plot across the border of two zones:

    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> zones = gpd.GeoDataFrame(
    ...     {"zone_id": ["P1", "K2"], "category": ["优先保护", "重点管控"]},
    ...     geometry=[shapely.box(0, 0, 500, 1000), shapely.box(500, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> plot = gpd.GeoDataFrame(geometry=[shapely.box(480, 0, 580, 100)], crs="EPSG:4547")
    >>> found = zone_screening(plot, districts, zones=zones, min_overlap=10)
    >>> found.layers["hits"][["zone_id", "category", "share"]].values.tolist()
    [['K2', '重点管控', 0.8], ['P1', '优先保护', 0.2]]
    """
    require_metric_crs(projects=projects, districts=districts, zones=zones)
    check_districts(districts)
    things, dimension = check_objects(projects, "projects")
    check_overlap(min_overlap, dimension)
    units = check_polygons(zones, "zones")
    categories = categories_of(zones, "zones")
    hit = _held(pieces_inside(things, units), min_overlap)
    here = pieces_inside(things, np.asarray(districts.geometry.array, dtype=object))
    here = here.take(overlaps_enough(here.amount, 0))
    home = np.unique(np.stack([here.object, here.polygon], axis=1), axis=0)
    kinds = [(TOTAL, hit.object)] + [
        (name, hit.object[categories.codes[hit.polygon] == code])
        for code, name in enumerate(categories.names)
    ]
    return Result(
        analysis="zone_screening",
        measures=tuple(
            measure for part, mine in kinds for measure in _measures(part, mine, home, districts)
        ),
        districts=districts,
        layers={
            "hits": _hits(hit, projects, zones),
            "projects": projects.assign(
                zone_count=np.bincount(hit.object, minlength=len(projects))
            ),
            "zones": zones,
        },
        definition={
            **layer_facts(projects, "projects"),
            "zones": layer_name(zones, "zones"),
            "zone_count": len(zones),
            "zone_as_of": zones.attrs.get("geoplan", {}).get("as_of", ""),
            "min_overlap": min_overlap,
            "min_overlap_unit": MEASURED[dimension][1],
            "categories": list(categories.names),
        },
        notices=(*_notices(projects, zones, home), *overlap_notices(districts)),
    )


def _held(pieces: Pieces, min_overlap: float) -> Pieces:
    """Join the pieces of a project in a zone, and keep those that are enough."""
    keys = np.stack([pieces.object, pieces.polygon], axis=1)
    unique, group = np.unique(keys, axis=0, return_inverse=True)
    joined = Pieces(*unique.T, join_pieces(pieces.geometry, group))  # type: ignore[call-arg]
    return joined.take(overlaps_enough(joined.amount, min_overlap))


def _measures(
    part: str, hit: "Positions", home: "Positions", districts: "GeoDataFrame"
) -> list[Measure]:
    mine = np.isin(home[:, 0], hit)
    count = np.bincount(home[mine, 1], minlength=len(districts)).astype(float)
    every = np.bincount(home[:, 1], minlength=len(districts)).astype(float)
    once, all_once = len(np.unique(home[mine, 0])), len(np.unique(home[:, 0]))
    return [
        make_amount(districts, count, of="count", part=part, unit="count", total=once),
        make_measure(
            districts,
            count,
            every,
            of="projects",
            part=part,
            numerator_unit="count",
            denominator_unit="count",
            totals=(once, all_once),
        ),
    ]


def _hits(hit: Pieces, projects: "GeoDataFrame", zones: "GeoDataFrame") -> "GeoDataFrame":
    import geopandas as gpd

    amount = hit.amount
    whole = Pieces(
        hit.object, hit.object, np.asarray(projects.geometry.array, dtype=object)[hit.object]
    ).amount

    def names(layer: "GeoDataFrame", rows: "Positions", column: str) -> "NDArray[np.object_] | str":
        if column not in layer.columns:
            return ""
        return np.asarray(layer[column].astype("str").fillna(""), dtype=object)[rows]

    table = gpd.GeoDataFrame(
        {
            "project_id": object_ids(projects)[hit.object],
            "name": names(projects, hit.object, "name"),
            "zone_id": object_ids(zones)[hit.polygon],
            "zone": names(zones, hit.polygon, "name"),
            "category": names(zones, hit.polygon, "category"),
            "amount": amount,
            "share": np.divide(amount, whole, out=np.ones(len(amount)), where=whole > 0),
        },
        geometry=hit.geometry,
        crs=projects.crs,
    )
    order = np.lexsort((-amount, hit.object))
    return table.iloc[order].reset_index(drop=True)


def _notices(
    projects: "GeoDataFrame", zones: "GeoDataFrame", home: "Positions"
) -> tuple[Notice, ...]:
    notices = [
        Notice("layer_empty_counts_zero", subject)
        for subject, layer in (("projects", projects), ("zones", zones))
        if not len(layer)
    ]
    outside = len(projects) - len(np.unique(home[:, 0]))
    if outside:
        notices.append(
            Notice("objects_outside_districts", "projects", count=outside, total=len(projects))
        )
    return tuple(notices)
