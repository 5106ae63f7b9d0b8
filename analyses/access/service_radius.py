"""Average service radius: how far one facility has to serve, by circle, hexagon and distance."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.access.demand_shares import open_facts
from geoplan.analyses.access.far_away import far_away
from geoplan.analyses.access.open_distances import Distances, Radius
from geoplan.analyses.access.open_shares import COARSE
from geoplan.analyses.shared.demand import LAND, demand_pieces
from geoplan.analyses.shared.demand_pieces import DemandPieces
from geoplan.analyses.shared.districts import (
    check_districts,
    layer_name,
    one_district,
    overlap_notices,
)
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Bounds, Measure, Result, make_amount
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Geometries = NDArray[np.object_]

CIRCLE, HEXAGON, MEAN, FARTHEST = "circle", "hexagon", "mean", "farthest"
"""Parts: the radius by equal-area circles, by covering hexagons, mean and largest distance."""


def quantile_part(quantile: float) -> str:
    """
    Name the part that holds a quantile.

    Examples
    --------
    >>> quantile_part(0.9), quantile_part(0.125)
    ('p90', 'p12.5')
    """
    return f"p{100 * quantile:g}"


@carries_notices
@true_to_scale("area", "scale")
def service_radius(
    facilities: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    of: Sequence[str],
    quantiles: Sequence[float] = (0.5, 0.9),
    by_place: bool = False,
    demand: "Mapping[str, GeoDataFrame] | None" = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the average service radius (平均服务半径) of facilities, by every formula in use.

    Plans name the number and not the formula. By circles and hexagons it follows from area and
    number alone; mean, quantiles and largest of the distances to the nearest facility follow from
    where the facilities stand.

    Parameters
    ----------
    facilities : GeoDataFrame, m rows of any geometry
        Stations, not piles or seats: one row is one facility, in a projected CRS in metres. Lines
        and polygons stand at a point inside them.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    of : sequence of str
        Over what: ``"land"`` (the whole district, mountains included), ``"built_up"`` or another
        polygon layer, ``"population"``, ``"jobs"`` or a point layer in `demand`.
    quantiles : sequence of float
        Which quantiles of the distance to give, each between 0 and 1.
    by_place : bool
        Whether facilities at one place are one: a layer with a row per pile.
    demand : mapping of str to GeoDataFrame, optional
        The layers that `of` names; ``"land"`` needs none.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        Per entry of `of`, in metres: the parts ``circle`` and ``hexagon`` (of areas only),
        ``mean``, one per quantile (``p50``, ``p90``, …) and ``farthest``:

        =============== ======= ==== ==================================================
        column          dtype   unit meaning
        =============== ======= ==== ==================================================
        ``value``       float64 m    the radius; NaN where a district has no facility
                                     (circle, hexagon) or nothing to serve
        ``numerator``   float64 m    the same
        ``denominator`` float64      1
        =============== ======= ==== ==================================================

        Layers: ``facilities`` as given.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If `of` is empty or a lone text, a quantile is outside ]0, 1[, or a layer is missing.
    SchemaError
        If a column is missing, a key repeated, or a polygon invalid.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    coverage : The share within one distance.

    Notes
    -----
    For the area :math:`A` of the land that is served and the :math:`n` facilities that stand on it
    (of ``"built_up"``: on the built-up land of the district; those beside it are told in a notice)

    .. math:: r_{circle} = \sqrt{A / (\pi n)}, \quad r_{hexagon} = \sqrt{2A / (3\sqrt3\,n)},

    the second being the radius of hexagons that cover the area without gaps, 1.10 times the first.
    No official formula for 平均服务半径 is known; the charging guide [1]_ gives the radius only. By
    the circle 0.9 km means 0.393 stations per km². Both are *blind to where facilities stand*: all
    of them in one street give the same radius. The mean distance of evenly spread facilities is two
    thirds of the circle's radius.

    Distances are straight and go to the nearest facility of the whole layer, outside the district
    too. Of areas they are integrated exactly over the Voronoi cells, without a sample
    (`geoplan.analyses.access.voronoi_distances`); quantiles are found by halving, to 1e-12 of the
    largest distance. People in polygons are even inside each; where a unit's equivalent diameter
    exceeds the radius it is open, unless it is stated that they are even: its people may all live
    at its place nearest to a facility, or at the one that is farthest. Areas, and so circles and
    hexagons, leave nothing open. Cost: one Voronoi diagram; polygons across two cells are cut.

    References
    ----------
    .. [1] 《电动汽车充电基础设施发展指南（2015—2020年）》.

    Examples
    --------
    One station in the middle of a square of 1 km:

    >>> import geopandas as gpd
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> station = gpd.GeoDataFrame(geometry=[shapely.Point(500, 500)], crs="EPSG:4547")
    >>> result = service_radius(station, districts, of=["land"])
    >>> [(measure.part, round(measure.value)) for measure in result.measures[:4]]
    [('circle', 564), ('hexagon', 620), ('mean', 383), ('p50', 399)]
    """
    _check(of, quantiles)
    require_metric_crs(districts=districts, facilities=facilities)
    check_districts(districts)
    subject = layer_name(facilities, "facilities")
    points, notices = _places(facilities, subject, by_place=by_place)
    notices += far_away(facilities, districts, subject)
    whole = one_district(districts)
    measures: list[Measure] = []
    for name in of:
        pieces = demand_pieces(name, districts, demand)
        notices += pieces.notices
        each = _radii(pieces, points, districts, quantiles)
        together = demand_pieces(name, whole, demand)
        notices += _elsewhere(together, points, whole, subject)
        total = _radii(together, points, whole, quantiles)
        notices += _coarse_notices(together, total)
        measures += (
            _measure(districts, name, part, radius, total[part]) for part, radius in each.items()
        )
    return Result(
        analysis="service_radius",
        measures=tuple(measures),
        districts=districts,
        layers={"facilities": facilities},
        definition={
            "facilities": subject,
            "facility_count": len(points),
            "row_count": len(facilities),
            "as_of": facilities.attrs.get("geoplan", {}).get("as_of", ""),
            "of": list(of),
            "quantiles": list(quantiles),
            "by_place": by_place,
            "distance": "straight",
            **open_facts(demand, of, {}),
        },
        notices=unique([*notices, *overlap_notices(districts)]),
    )


def _check(of: Sequence[str], quantiles: Sequence[float]) -> None:
    if isinstance(of, str) or not len(of) or len(set(of)) < len(of):
        raise ParameterError(
            f"`of` is {of!r}; wanted a list of what to serve, each once, e.g. ['land']."
        )
    wrong = [one for one in quantiles if not 0 < one < 1]
    if wrong:
        raise ParameterError(f"`quantiles` has {wrong[0]!r}; wanted shares such as 0.9.")


def _places(
    facilities: "GeoDataFrame", subject: str, *, by_place: bool
) -> "tuple[Geometries, list[Notice]]":
    shapes = np.asarray(facilities.geometry.array, dtype=object)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    notices = []
    if missing.any():
        count = int(missing.sum())
        notices.append(Notice("dropped_no_geometry", subject, count=count, total=len(shapes)))
    points = shapely.point_on_surface(shapes[~missing])
    xy = shapely.get_coordinates(points)
    first = np.sort(np.unique(xy, axis=0, return_index=True)[1])
    if len(first) < len(points) and not by_place:
        count = len(points) - len(first)
        notices.append(Notice("facilities_at_one_place", subject, count=count, total=len(points)))
    if not len(points):
        notices.append(Notice("layer_empty_radius_unknown", subject))
    return points[first] if by_place else points, notices


def _measure(districts: "GeoDataFrame", of: str, part: str, each: Radius, whole: Radius) -> Measure:
    reasons = (COARSE,) if (whole.low < whole.high).any() or (each.low < each.high).any() else ()
    return make_amount(
        districts,
        each.value,
        of=of,
        unit="m",
        part=part,
        total=float(whole.value[0]),
        bounds=Bounds(each.low, each.high, float(whole.low[0]), float(whole.high[0]), reasons),
    )


def _radii(
    pieces: DemandPieces,
    points: "Geometries",
    districts: "GeoDataFrame",
    quantiles: Sequence[float],
) -> dict[str, Radius]:
    """Every radius, per district."""
    count = len(districts)
    radii: dict[str, Radius] = {}
    if pieces.kind == "area":
        home, _ = _standing(pieces, points)
        number = np.bincount(home, minlength=count).astype(float)
        area_m2 = np.bincount(pieces.district, pieces.amount, count)
        each_m2 = np.divide(area_m2, number, out=np.full(count, np.nan), where=number > 0)
        radii[CIRCLE] = Radius.known(np.sqrt(each_m2 / np.pi))
        radii[HEXAGON] = Radius.known(np.sqrt(2 * each_m2 / (3 * np.sqrt(3))))
    if not len(points):
        parts = (MEAN, *map(quantile_part, quantiles), FARTHEST)
        return radii | {part: Radius.known(np.full(count, np.nan)) for part in parts}
    distances = Distances(pieces, points, count)
    radii[MEAN] = distances.open(Distances.mean)
    for quantile in quantiles:
        radii[quantile_part(quantile)] = distances.open(partial(Distances.quantile, share=quantile))
    radii[FARTHEST] = distances.open(Distances.farthest)
    return radii


def _standing(pieces: DemandPieces, points: "Geometries") -> "tuple[Ints, Ints]":
    """Find the points that stand on the land itself: district and point, each pair once."""
    piece, point = shapely.STRtree(points).query(pieces.geometry, predicate="intersects")
    pairs = np.unique(np.stack([pieces.district[piece], point]), axis=1)
    return pairs[0], pairs[1]


def _elsewhere(
    pieces: DemandPieces, points: "Geometries", whole: "GeoDataFrame", subject: str
) -> tuple[Notice, ...]:
    """Tell how many facilities stand in the districts but not on the land that is served."""
    if pieces.kind != "area" or pieces.of == LAND:
        return ()
    tree = shapely.STRtree(points)
    inside = np.unique(tree.query(np.asarray(whole.geometry.array), predicate="intersects")[1])
    beside = np.setdiff1d(inside, _standing(pieces, points)[1])
    if not len(beside):
        return ()
    values = {"of": pieces.of}
    return (Notice("facilities_beside_land", subject, len(beside), len(inside), values),)


def _coarse_notices(pieces: DemandPieces, whole: dict[str, Radius]) -> tuple[Notice, ...]:
    """Tell how many units are wider than a radius."""
    part = max(whole, key=lambda name: whole[name].coarse)
    one = whole[part]
    if not one.coarse:
        return ()
    values = {"reach_m": float(one.value[0])}
    total = len(np.unique(pieces.unit))
    return (Notice("radius_units_coarse", pieces.of, one.coarse, total, values),)
