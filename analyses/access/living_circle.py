"""Living circle: who has every kind of daily facility near, and what the others lack."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geoplan.analyses.access.common_catchment import ARC_SEGMENTS, AREA_ERROR, reached_by_all
from geoplan.analyses.access.demand_shares import demand_shares, open_facts, serve_straight
from geoplan.analyses.access.facility_entrances import Doors, find_doors
from geoplan.analyses.access.far_away import far_away
from geoplan.analyses.access.living_circle_layers import ALL, living_circle_layers
from geoplan.analyses.access.open_shares import Known, known_of
from geoplan.analyses.access.served import Served
from geoplan.analyses.access.walked_facilities import facility_access
from geoplan.analyses.access.walked_land import ARC_SEGMENTS as STREET_ARC_SEGMENTS
from geoplan.analyses.access.walked_served import FacilityClass, serve_pieces
from geoplan.analyses.exact.catchment import Catchment, catchment_polygons, make_catchment
from geoplan.analyses.shared.demand_pieces import DemandPieces
from geoplan.analyses.shared.districts import check_districts, layer_name
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.analyses.streets.walk_access import check_distance_kind, check_walk
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.core.extent import Extent, extent_of
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result
from geoplan.core.true_size import Areas
from geoplan.core.units import walk_distance_m

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame

    from geoplan.analyses.streets.walk_access import WalkAccess

    Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Circle:
    """The categories, and everything that serving and drawing needs of them."""

    categories: "dict[str, GeoDataFrame]"
    walk: "WalkAccess | None"
    doors: dict[str, Doors]
    classes: dict[str, FacilityClass]
    catchments: dict[str, Catchment]
    known: dict[str, Known]

    def serve(self, pieces: DemandPieces) -> Served:
        """Say how much of each piece has each category near, and all of them."""
        if self.walk is not None:
            served = serve_pieces(pieces, self.classes, every=ALL)
            return replace(served, by_part={ALL: served.by_part[ALL], **served.by_part})
        each = serve_straight(pieces, self.catchments, self.known)
        amounts = [*each.by_part.values()]
        every = reached_by_all(pieces, amounts, [*self.catchments.values()])
        return replace(each, by_part={ALL: every.amount, **each.by_part})

    def ground(self, name: str) -> Any:  # noqa: ANN401 (shapely's geometries)
        """Ground from which a category is near."""
        if self.walk is not None:
            return self.classes[name].ground
        return catchment_polygons(self.catchments[name])


@carries_notices
@true_to_scale("area", "scale")
def living_circle(  # noqa: PLR0913 (what decides the number stands in the call)
    categories: "Mapping[str, GeoDataFrame]",
    districts: "GeoDataFrame",
    *,
    of: "Sequence[str]",
    demand: "Mapping[str, GeoDataFrame] | None" = None,
    distance_m: "float | Mapping[str, float] | None" = None,
    minutes: "float | Mapping[str, float] | None" = None,
    speed_kmh: float | None = None,
    distance: str = "straight",
    walk: "WalkAccess | None" = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the share that has every category of facility near (15 分钟生活圈).

    Parameters
    ----------
    categories : mapping of str to GeoDataFrame, m rows of any geometry
        Schools, clinics, markets, … by the name of the category, in a projected CRS in metres.
        Along streets points and polygons only.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    of, demand
        As in `geoplan.coverage`.
    distance_m : float or mapping of str to float, optional
        How far is near, in metres: for all categories, or for each by its name, as standards have
        it. Either this, or `minutes` with `speed_kmh`.
    minutes : float or mapping of str to float, optional
        The same as times, along streets only: in a straight line minutes mean nothing.
    speed_kmh : float, optional
        Walking speed for `minutes`.
    distance : {"straight", "network"}
        Kind of distance: in a straight line, or along the streets of `walk`.
    walk : WalkAccess, optional
        For ``"network"``.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        For each of `of`, one measure with ``part="all"`` and one per category: value (share),
        numerator and denominator, as of `geoplan.coverage`. Layers: ``facilities`` (all, with
        ``category``); ``served_<category>``, ``served_all`` (ground); ``demand`` (of the first of
        `of` that is not an area: ``district_id, amount, served_<category>_share,
        served_all_share``, per category ``nearest_<category>_id, nearest_<category>_name,
        distance_<category>_m``, and ``category_count``, ``missing``: how many categories half of
        the unit or more has near, and the names of the others); ``unserved`` (what lacks a
        category). Along streets there is ground only where the walk says how wide it is beside
        them, and besides ``reached_<category>`` (streets from which it is near) and ``entrances``.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If `categories`, a distance, `walk` or `of` is not as described.
    SchemaError
        If a column is missing, or a geometry means nothing.
    EmptyLayerError
        If there is no district.

    Notes
    -----
    With :math:`C_k` the ground from which category :math:`k` is near, and demand :math:`W`,

    .. math:: S_{D,all} = W(D \cap \bigcap_k C_k) / W(D).

    Near is one distance for all categories, or one for each: the standard of the "生活圈" has
    facilities of the 5, 10 and 15 minute circle at 300, 500 and 800 to 1,000 m [1]_. What
    `geoplan.coverage` says of straight lines, streets, cells and land holds here.
    A category without any facility is near nobody, and told.

    References
    ----------
    .. [1] GB 50180-2018, *城市居住区规划设计标准*, 2.0.2 to 2.0.4.

    Examples
    --------
    Three homes, a school and a clinic:

    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 2000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> school, clinic, homes = (
    ...     gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, [500] * len(x)), crs=4547)
    ...     for x in ([500], [900], [100, 700, 1300])
    ... )
    >>> result = living_circle(
    ...     {"school": school, "clinic": clinic},
    ...     districts,
    ...     distance_m=500,
    ...     of=["population"],
    ...     demand={"population": homes.assign(population=[1, 2, 4])},
    ... )
    >>> [(measure.part, measure.numerator) for measure in result.measures]
    [('all', 2.0), ('school', 3.0), ('clinic', 6.0)]
    >>> result.layers["demand"].missing.tolist()
    ['clinic', '', 'school']
    """
    check_distance_kind(distance, walk)
    _check(categories, of)
    reaches_m = _reaches_m(list(categories), distance_m, minutes, speed_kmh, distance)
    require_metric_crs(districts=districts, **_layers_by_name(categories))
    check_districts(districts)
    circle = _circle(categories, districts, reaches_m, distance, walk)
    shares = demand_shares(districts, of, demand, circle.serve)
    empty = [
        Notice("layer_empty_counts_zero", name)
        for name, layer in circle.categories.items()
        if layer.empty
    ]
    told = [
        note
        for name, layer in circle.categories.items()
        for note in far_away(layer, districts, layer_name(layer, name))
    ]
    told += [note for doors in circle.doors.values() for note in doors.notices]
    return Result(
        analysis="living_circle",
        measures=shares.measures,
        districts=districts,
        layers=living_circle_layers(
            circle.categories,
            districts,
            shares,
            circle.ground if _has_ground(circle) else None,
            circle.classes,
            circle.doors,
        ),
        definition={
            "categories": {name: len(layer) for name, layer in circle.categories.items()},
            "layers": {name: layer_name(layer, name) for name, layer in categories.items()},
            "distance_m": _common(reaches_m),
            "distances_m": reaches_m,
            "minutes": dict(minutes) if isinstance(minutes, Mapping) else minutes,
            "speed_kmh": speed_kmh,
            "distance": distance,
            "of": list(of),
            "kinds": {piece.of: piece.kind for piece in shares.pieces},
            "edge": "facilities outside the districts count",
            **_walk_facts(circle),
            **open_facts(demand, of, _extents(categories, circle.walk)),
        },
        notices=unique([*empty, *told, *shares.notices]),
    )


def _walk_facts(circle: _Circle) -> dict[str, Any]:
    if circle.walk is None:
        return {"arc_segments": ARC_SEGMENTS, "area_error": AREA_ERROR}
    rules: dict[str, int] = {}
    for doors in circle.doors.values():
        for rule, count in doors.rules.items():
            rules[rule] = rules.get(rule, 0) + count
    return {
        **circle.walk.facts(),
        "arc_segments": STREET_ARC_SEGMENTS,
        "entrance_rules": rules,
        "facilities_off_network": sum(doors.off_count for doors in circle.doors.values()),
    }


def _extents(
    categories: "Mapping[str, GeoDataFrame]", walk: "WalkAccess | None"
) -> dict[str, Extent | None]:
    own = {layer_name(layer, name): extent_of(layer) for name, layer in categories.items()}
    return own if walk is None else {**walk.extents, **own}


def _has_ground(circle: _Circle) -> bool:
    return circle.walk is None or circle.walk.land_width_m is not None


def _common(reaches_m: dict[str, float]) -> float | None:
    """Give the distance of all categories, if it is one."""
    distances = set(reaches_m.values())
    return distances.pop() if len(distances) == 1 else None


def _reaches_m(
    names: list[str],
    distance_m: "float | Mapping[str, float] | None",
    minutes: "float | Mapping[str, float] | None",
    speed_kmh: float | None,
    distance: str,
) -> dict[str, float]:
    """Say how far each category may be."""
    given = {"distance_m": distance_m, "minutes": minutes}
    for key, value in given.items():
        if isinstance(value, Mapping) and set(value) != set(names):
            raise ParameterError(
                f"`{key}` is given for {', '.join(map(repr, value)) or 'no category'}; wanted one "
                f"for each of {', '.join(map(repr, names))}, or one number for all."
            )
    each = {
        key: value if isinstance(value, Mapping) else dict.fromkeys(names, value)
        for key, value in given.items()
    }
    return {
        name: _reach_m(each["distance_m"][name], each["minutes"][name], speed_kmh, distance)
        for name in names
    }


def _reach_m(
    distance_m: float | None, minutes: float | None, speed_kmh: float | None, distance: str
) -> float:
    timed = minutes is not None and speed_kmh is not None
    halfway = (minutes is None) != (speed_kmh is None)
    if halfway or timed == (distance_m is not None):
        raise ParameterError(
            f"living_circle() has distance_m={distance_m}, minutes={minutes} and "
            f"speed_kmh={speed_kmh}; wanted either distance_m, or minutes with speed_kmh."
        )
    if timed and distance == "straight":
        raise ParameterError(
            "`minutes` are walked along streets; for a straight line give distance_m, or write "
            "distance='network' with a walk."
        )
    reach_m = (
        distance_m if distance_m is not None else walk_distance_m(minutes or 0, speed_kmh or 0)
    )
    if not (math.isfinite(reach_m) and reach_m > 0):
        raise ParameterError(
            f"`distance_m` is {reach_m}; wanted a finite number of metres above 0."
        )
    return reach_m


def _check(categories: "Mapping[str, GeoDataFrame]", of: "Sequence[str]") -> None:
    if not categories:
        raise ParameterError(
            "`categories` is empty; wanted at least one layer by its name, e.g. "
            '{"school": schools, "clinic": clinics}.'
        )
    if ALL in categories:
        raise ParameterError(
            f"`categories` has one called {ALL!r}, the name of what has every category near. "
            "Call it otherwise."
        )
    if isinstance(of, str) or not of:
        raise ParameterError(
            f"`of` is {of!r}; wanted a list of what to take shares of, e.g. ['population']."
        )


def _layers_by_name(categories: "Mapping[str, GeoDataFrame]") -> "dict[str, GeoDataFrame]":
    return {f"categories[{name!r}]": layer for name, layer in categories.items()}


def _circle(
    categories: "Mapping[str, GeoDataFrame]",
    districts: "GeoDataFrame",
    reaches_m: dict[str, float],
    distance: str,
    walk: "WalkAccess | None",
) -> _Circle:
    usable = {
        name: layer[~(layer.geometry.isna() | layer.geometry.is_empty)]
        for name, layer in categories.items()
    }
    west, south, east, north = (float(side) for side in districts.total_bounds)
    bounds = (west, south, east, north)
    if distance == "straight":
        catchments = {
            name: make_catchment(one, reaches_m[name], bounds) for name, one in usable.items()
        }
        known = {
            name: known_of(reaches_m[name], no_source=extent_of(layer))
            for name, layer in categories.items()
        }
        return _Circle(usable, None, {}, {}, catchments, known)
    walk = check_walk(walk, districts)
    doors = {name: find_doors(layer, walk, name=name) for name, layer in usable.items()}
    classes = {
        name: FacilityClass(
            facility_access(one, walk, distance_m=reaches_m[name]),
            reaches_m[name],
            walk,
            bounds,
            extent=extent_of(categories[name]),
        )
        for name, one in doors.items()
    }
    return _Circle(usable, walk, doors, classes, {}, {})
