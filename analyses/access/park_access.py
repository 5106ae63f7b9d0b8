"""Park access: who is near enough to a park of each tier, and of every tier."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from geoplan.analyses.access.common_catchment import ARC_SEGMENTS, AREA_ERROR, reached_by_all
from geoplan.analyses.access.demand_shares import demand_shares, open_facts, serve_straight
from geoplan.analyses.access.far_away import far_away
from geoplan.analyses.access.open_shares import NO_TIER, known_of, open_upwards
from geoplan.analyses.access.park_layers import access_layers
from geoplan.analyses.access.park_tiers import (
    ALL,
    ParkTier,
    TierParks,
    parks_by_tier,
    possible_parks,
    tier_reaches,
)
from geoplan.analyses.access.served import Served
from geoplan.analyses.access.walked_parks import network_park_access, walked_reaches
from geoplan.analyses.exact.catchment import make_catchment
from geoplan.analyses.shared.demand_pieces import DemandPieces
from geoplan.analyses.shared.districts import (
    check_districts,
    check_polygons,
    layer_facts,
    layer_name,
)
from geoplan.analyses.shared.lazy_layers import bundled
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.analyses.streets.walk_access import check_distance_kind
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.core.extent import extent_of
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.analyses.streets.walk_access import WalkAccess


@carries_notices
@true_to_scale("area", "scale")
def park_access(  # noqa: PLR0913 (what decides the number stands in the call)
    parks: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    tiers: Mapping[str, ParkTier],
    of: Sequence[str],
    demand: "Mapping[str, GeoDataFrame] | None" = None,
    higher_serves_lower: bool,
    distance: str = "straight",
    detour_factor: float | None = None,
    walk: "WalkAccess | Mapping[str, WalkAccess] | None" = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the share that is near enough to a park, by tier and for all tiers (分级公园可达).

    A place is *reached* by a tier when the straight line to the edge of the nearest park of that
    tier is at most the tier's reach, or the way along the streets to an entrance of it; inside a
    park either is 0 m long.

    Parameters
    ----------
    parks : GeoDataFrame, m rows of Polygon or MultiPolygon
        With ``tier``, and ``park_id`` and ``name`` where they are to be shown, in a projected CRS
        in metres. Parks outside the districts serve people inside. A park in several rows is
        several parks to `min_area_m2`. May be empty: every share is then 0.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    tiers : mapping of str to ParkTier
        How near and how large, by the value of ``tier``, the lowest tier first. Parks of another
        tier are left out, and counted in a notice; so are those without one, which may be of any:
        the highest value counts them in every tier that they are large enough for.
    of : sequence of str
        What to take shares of: ``"land"``, ``"population"``, ``"jobs"``, ``"population+jobs"``, or
        any layer in `demand`.
    demand : mapping of str to GeoDataFrame, optional
        The layers that `of` names; ``"land"`` needs none.
    higher_serves_lower : bool
        Whether a park of a later tier serves the earlier tiers too, within the reach of the
        earlier tier and if it is as large as that one asks.
    distance : {"straight", "network"}
        Kind of distance: in a straight line, or along the streets of `walk`.
    detour_factor : float, optional
        Metres along the streets per metre in a straight line, at least 1. Required in a straight
        line as soon as a tier has minutes; refused when all of them have metres, which are used as
        they are, and along streets.
    walk : WalkAccess or mapping of str to WalkAccess, optional
        For ``"network"``: the walk network, how far a place may be from it, how parks are entered.
        By tier where some are reached by another network, such as one for cycling.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        For each of `of`, one measure per tier and one with ``part="all"``, what every tier reaches
        at once:

        =============== ======= ============= ===============================================
        column          dtype   unit          meaning
        =============== ======= ============= ===============================================
        ``value``       float64 1             ``numerator / denominator``, in [0, 1]; NaN where
                                              a district has nothing to reach, or unknown
        ``numerator``   float64 m², person, … what is reached
        ``denominator`` float64 m², person, … what there is
        =============== ======= ============= ===============================================

        Layers: ``parks`` (as given, with ``counted``: whether it serves any tier); ``demand`` (of
        the first of `of`, one row per unit and district: ``district_id, amount``, and per tier
        ``nearest_<tier>_id, nearest_<tier>_name, distance_<tier>_m, served_<tier>_share``, and
        ``served_all_share``); ``served_<tier>`` and ``served_all`` (one row per district);
        ``unserved`` (what not every tier reaches: of land the rest of each district, of people and
        things the units with their ``unserved_amount``). Along streets also ``reached_<tier>`` (the
        streets near enough, with ``distance_m``) and ``routes_<tier>`` (the ways of the worst
        served); distances are then walked, NaN beyond four times the reach, with
        ``time_<tier>_min`` where the tier has a speed.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If `tiers`, `of`, `distance`, `higher_serves_lower`, `detour_factor` or `walk` is not as
        described, or no park or no place of the demand is near the walk network.
    SchemaError
        If a column is missing, a key repeated, or a geometry no valid polygon.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    coverage : One kind of facility, one distance.
    park_area_per_capita : How much park there is, near or far.

    Notes
    -----
    With the parks :math:`P_t` of tier :math:`t` and its reach :math:`r_t` = minutes × speed /
    detour factor, the catchment is :math:`C_t = P_t \oplus B_{r_t}`; over the demand :math:`W`
    (people, land, …) of district :math:`D`

    .. math:: S_{D,t} = W(D \cap C_t) / W(D), \qquad S_{D,all} = W(D \cap \bigcap_t C_t) / W(D).

    Points count whole, polygons and grid cells by area. Each tier is exact to 1e-9. For all tiers,
    what at most one catchment border cuts through is exact as well; the rest is measured with the
    catchments of all tiers but the first drawn in 1,024 segments per circle, each at most 6.3e-6
    of its area too small.

    Along streets the reach is minutes × speed, and what `geoplan.coverage` says of legs, cells,
    land and places off the network holds here.

    A straight line to the edge is shorter than the walk to a gate: an upper bound, which the
    detour factor lowers on average and not for each place. "10分钟进社区公园，20分钟达城市公园，
    30分钟游自然公园" [1]_ leaves open the mode, the speed, what the share is of and what share is
    enough; 10 min is 500 m under GB 50180-2018 and 833 m at 5 km/h. Cost: one catchment per tier,
    see `geoplan.analyses.exact.catchment`; distances for the layer ``demand`` by a search tree.

    References
    ----------
    .. [1] 龙岗区生态环境保护“十四五”规划, chapter 8, section 3.

    Examples
    --------
    A park along one side of a square kilometre; 10 min at 3 km/h reach 500 m:

    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> parks = gpd.GeoDataFrame(
    ...     {"tier": ["community"]}, geometry=[shapely.box(-9, -900, 0, 1900)], crs="EPSG:4547"
    ... )
    >>> result = park_access(
    ...     parks,
    ...     districts,
    ...     tiers={"community": ParkTier(minutes=10, speed_kmh=3)},
    ...     of=["land"],
    ...     higher_serves_lower=False,
    ...     detour_factor=1.25,
    ... )
    >>> round(result.measure("land", "community").value, 6)
    0.4
    """
    check_distance_kind(distance, walk)
    _check_parameters(of, higher_serves_lower)
    walked = distance == "network"
    reaches_m = (walked_reaches if walked else tier_reaches)(tiers, detour_factor)
    require_metric_crs(parks=parks, districts=districts)
    check_districts(districts)
    check_polygons(parks, "parks")
    groups, notices = parks_by_tier(
        parks, tiers, reaches_m, higher_serves_lower=higher_serves_lower
    )
    notices += far_away(parks, districts, layer_name(parks, "parks"))
    if parks.empty:
        notices = [Notice("layer_empty_counts_zero", "parks")]
    along = partial(network_park_access, walk=walk)
    measure: Callable[..., Result] = along if walked else _straight
    result = measure(parks, districts, groups, of=of, demand=demand)
    possible = possible_parks(parks, tiers, groups)
    if possible is not None:
        most = measure(parks, districts, possible, of=of, demand=demand).measures
        pairs = zip(result.measures, most, strict=True)
        opened = tuple(open_upwards(one, other, NO_TIER) for one, other in pairs)
        result = replace(result, measures=opened)
    definition = {
        **result.definition,
        "tiers": {group.name: _tier_facts(group) for group in groups},
        "higher_serves_lower": higher_serves_lower,
        "detour_factor": detour_factor,
    }
    return replace(result, definition=definition, notices=unique([*notices, *result.notices]))


def _straight(
    parks: "GeoDataFrame",
    districts: "GeoDataFrame",
    groups: Sequence[TierParks],
    *,
    of: Sequence[str],
    demand: "Mapping[str, GeoDataFrame] | None",
) -> Result:
    """Measure in a straight line; what does not depend on the kind of distance is added later."""
    west, south, east, north = (float(side) for side in districts.total_bounds)
    catchments = {
        group.name: make_catchment(
            parks.iloc[group.rows], group.reach_m, (west, south, east, north)
        )
        for group in groups
    }
    known = {group.name: known_of(group.reach_m, no_source=extent_of(parks)) for group in groups}
    drawn: list[int] = []

    def serve(pieces: DemandPieces) -> Served:
        each = serve_straight(pieces, catchments, known)
        common = reached_by_all(pieces, [*each.by_part.values()], [*catchments.values()])
        drawn.append(common.drawn)
        return replace(each, by_part={**each.by_part, ALL: common.amount})

    shares = demand_shares(districts, of, demand, serve)
    first, served = shares.pieces[0], shares.served[0]
    return Result(
        analysis="park_access",
        measures=shares.measures,
        districts=districts,
        layers=bundled(
            [
                *("parks", "demand", "unserved"),
                *(f"served_{name}" for name in (*catchments, ALL)),
            ],
            lambda: access_layers(parks, districts, groups, catchments, first, served.by_part),
        ),
        definition={
            **layer_facts(parks, "parks"),
            "of": list(of),
            "kinds": {piece.of: piece.kind for piece in shares.pieces},
            "distance": "straight",
            "edge": "parks outside the districts count",
            **open_facts(demand, of, {layer_name(parks, "parks"): extent_of(parks)}),
            **_accuracy(drawn),
        },
        notices=shares.notices,
    )


def _check_parameters(of: Sequence[str], higher_serves_lower: object) -> None:
    if isinstance(of, str) or not of:
        raise ParameterError(
            f"`of` is {of!r}; wanted a list of what to take shares of, e.g. ['population']."
        )
    twice = [name for place, name in enumerate(of) if name in of[:place]]
    if twice:
        raise ParameterError(f"`of` names {twice[0]!r} twice: {list(of)}.")
    if not isinstance(higher_serves_lower, bool):
        raise ParameterError(
            f"`higher_serves_lower` is {higher_serves_lower!r}; wanted True or False: whether a "
            "city park nearby stands in for a community park."
        )


def _tier_facts(group: TierParks) -> dict[str, Any]:
    return {
        "minutes": group.tier.minutes,
        "speed_kmh": group.tier.speed_kmh,
        "distance_m": group.tier.distance_m,
        "min_area_m2": group.tier.min_area_m2,
        "reach_m": group.reach_m,
        "park_count": len(group.rows),
    }


def _accuracy(drawn: Sequence[int]) -> dict[str, Any]:
    """Say how catchments were drawn, where they had to be."""
    if not any(drawn):
        return {}
    return {"arc_segments": ARC_SEGMENTS, "area_error": AREA_ERROR}
