"""Rail coverage: the share near a station, measured to its entrances where they are known."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.analyses.access.coverage import coverage
from geoplan.analyses.shared.districts import layer_name
from geoplan.analyses.shared.lazy_layers import LazyLayers
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.extent import attach_extent, extent_of
from geoplan.core.notices import Notice, unique
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.analyses.streets.walk_access import WalkAccess
    from geoplan.core.results import Result

    Ints = NDArray[np.int64]

_KEY = "station_id"


@carries_notices
@true_to_scale("area", "scale")
def rail_coverage(  # noqa: PLR0913 (what decides the number stands in the call)
    stations: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    distance_m: float,
    of: "Sequence[str]",
    demand: "Mapping[str, GeoDataFrame] | None" = None,
    distance: str = "straight",
    walk: "WalkAccess | None" = None,
    entrances: "GeoDataFrame | None" = None,
    entrance_limit_m: float | None = None,
    areas: Areas = "ellipsoid",
) -> "Result":
    """
    Measure the share near a rail station, by its entrances where there are any (轨道站点覆盖率).

    Parameters
    ----------
    stations : GeoDataFrame of Point or Polygon
        With ``station_id`` and ``name`` where they are to be shown, in a projected CRS in metres.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    distance_m : float
        Finite and greater than 0.
    of, demand
        As in `geoplan.coverage`.
    distance : {"straight", "network"}
        Kind of distance: in a straight line, or along the streets of `walk`.
    walk : WalkAccess, optional
        For ``"network"``. Entrances stand in `entrances`, not here.
    entrances : GeoDataFrame of Point, optional
        Entrances of the stations. Those with a ``station_id`` belong to it; those without, and all
        of them where there is no such column, to the nearest station.
    entrance_limit_m : float, optional
        How far an entrance may be from its station, if it is the nearest that decides. Required
        then. Entrances farther off are left out, and counted in a notice.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        Measures and layers as of `geoplan.coverage`; ``facilities`` are the stations, and
        ``entrances`` the places measured to, each with the ``station_id`` and ``name`` of its
        station, and the ``rule`` that it is there by: ``given``, or the station ``itself``. The
        definition counts stations by entrances and by their own place.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        As of `geoplan.coverage`, and if `entrance_limit_m` is missing or out of range, or the
        entrances stand in `walk`.
    SchemaError
        As there, and if an entrance is no point.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    coverage : The same for any facility, without entrances of its own.

    Notes
    -----
    A station measured at its middle is some 100 m farther for everyone than its nearest exit, which
    at 500 m is a third of the area. Ways underground between entrances are not walked: whoever
    reaches an entrance has arrived.

    Examples
    --------
    A station with two entrances 100 m apart, and somebody 520 m from its middle:

    >>> import geopandas as gpd
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 2000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> station = gpd.GeoDataFrame(geometry=gpd.points_from_xy([500], [500]), crs=4547)
    >>> exits = gpd.GeoDataFrame(geometry=gpd.points_from_xy([450, 550], [500, 500]), crs=4547)
    >>> home = gpd.GeoDataFrame({"population": [3]}, geometry=gpd.points_from_xy([1020], [500]))
    >>> shares = [
    ...     rail_coverage(
    ...         station,
    ...         districts,
    ...         distance_m=500,
    ...         of=["population"],
    ...         demand={"population": home.set_crs(4547)},
    ...         entrances=given,
    ...         entrance_limit_m=200,
    ...     )
    ...     .measure("population")
    ...     .value
    ...     for given in (None, exits)
    ... ]
    >>> shares
    [0.0, 1.0]
    """
    require_metric_crs(stations=stations, districts=districts)
    if walk is not None and walk.entrances is not None:
        raise ParameterError(
            "`walk` has entrances; give them as rail_coverage(..., entrances=...), where each "
            "belongs to its station."
        )
    name = layer_name(stations, "rail_stations")
    present = ~(stations.geometry.isna() | stations.geometry.is_empty)
    usable = stations[present].reset_index(drop=True)
    row, points, notices = _joined(usable, entrances, entrance_limit_m, name)
    alone = np.setdiff1d(np.arange(len(usable)), row)
    if not present.all():
        lost = int((~present).sum())
        notices.append(Notice("dropped_no_geometry", name, count=lost, total=len(stations)))
    places = _places(usable, np.append(row, alone), points, alone)
    places = attach_extent(places, extent_of(stations))
    result = coverage(
        places,
        districts,
        distance_m=distance_m,
        of=of,
        demand=demand,
        distance=distance,
        walk=walk,
    )
    by_entrance = len(usable) - len(alone)
    if entrances is not None and len(alone):
        notices.append(Notice("stations_without_entrance", name, len(alone), len(usable)))
    definition = {
        **result.definition,
        "facilities": name,
        "facility_count": len(usable),
        "entrance_count": len(points),
        "stations_by_entrance": by_entrance,
        "stations_by_place": len(alone),
        "entrance_limit_m": entrance_limit_m,
        # Each entrance stands for itself in the coverage; a station may have others.
        "entrances_off_network": result.definition.get("facilities_off_network", 0),
        "facilities_off_network": 0,
        **_extents(result.definition, name),
        "as_of": stations.attrs.get("geoplan", {}).get("as_of", ""),
    }
    layers: Mapping[str, GeoDataFrame]
    if isinstance(result.layers, LazyLayers):
        layers = result.layers.also(facilities=stations, entrances=places)
    else:
        layers = {**result.layers, "facilities": stations, "entrances": places}
    told = unique([*notices, *(_of_stations(notice, name) for notice in result.notices)])
    return replace(
        result, analysis="rail_coverage", definition=definition, layers=layers, notices=told
    )


def _extents(definition: "Mapping[str, Any]", name: str) -> dict[str, Any]:
    """Name the extents of a definition by the stations, whose entrances were measured."""
    told = definition.get("extents")
    if told is None:
        return {}
    return {"extents": {name if key == "facilities" else key: one for key, one in told.items()}}


def _of_stations(notice: Notice, name: str) -> Notice:
    return replace(notice, subject=name) if notice.subject == "facilities" else notice


def _places(
    stations: "GeoDataFrame", row: "Ints", points: "NDArray[Any]", alone: "Ints"
) -> "GeoDataFrame":
    """Entrances, and stations without any, under the names of their stations."""
    import geopandas as gpd

    keys = stations[_KEY] if _KEY in stations else stations.index.to_series()
    by_itself = np.arange(len(row)) >= len(row) - len(alone)
    columns = {
        _KEY: keys.astype(str).to_numpy()[row],
        "rule": np.where(by_itself, "itself", "given").astype(object),
    }
    if "name" in stations:
        columns["name"] = stations["name"].astype("str").fillna("").to_numpy()[row]
    own = np.asarray(stations.geometry, dtype=object)[alone]
    return gpd.GeoDataFrame(columns, geometry=np.append(points, own), crs=stations.crs)


def _joined(
    stations: "GeoDataFrame",
    entrances: "GeoDataFrame | None",
    limit_m: float | None,
    name: str,
) -> "tuple[Ints, NDArray[Any], list[Notice]]":
    """Find the station of each entrance, by its key or as the nearest; leave out the others."""
    if entrances is None or not len(entrances):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object), []
    require_metric_crs(stations=stations, entrances=entrances)
    points = np.asarray(entrances.geometry, dtype=object)
    present = ~(shapely.is_missing(points) | shapely.is_empty(points))
    if (shapely.get_type_id(points[present]) != shapely.GeometryType.POINT).any():
        raise SchemaError("`entrances` holds something else than points; wanted one per entrance.")
    row = np.full(len(points), -1, dtype=np.int64)
    named = np.zeros(len(points), dtype=bool)
    if _KEY in entrances and _KEY in stations:
        keys = entrances[_KEY].astype("str").fillna("").to_numpy(dtype=object)
        named = (keys != "") & entrances[_KEY].notna().to_numpy(dtype=bool)
        position = {key: at for at, key in enumerate(stations[_KEY].astype(str))}
        row[named] = [position.get(key, -1) for key in keys[named]]
    left = np.flatnonzero(present & ~named)
    if len(left) and len(stations):
        row[left] = _nearest(stations, points[left], limit_m)
    row[~present] = -1
    lost = int((row < 0).sum())
    notices = [Notice("entrances_of_no_station", name, lost, len(row))] if lost else []
    return row[row >= 0], points[row >= 0], notices


def _nearest(stations: "GeoDataFrame", points: "NDArray[Any]", limit_m: float | None) -> "Ints":
    if limit_m is None or not 0 < limit_m < np.inf:
        raise ParameterError(
            f"`entrance_limit_m` is {limit_m}: {len(points)} entrances have no station_id and "
            "belong to the nearest station; wanted how far that may be, e.g. 300."
        )
    shapes = np.asarray(stations.geometry, dtype=object)
    found = np.full(len(points), -1, dtype=np.int64)
    point, station = shapely.STRtree(shapes).query_nearest(
        points, max_distance=limit_m, all_matches=False
    )
    found[point] = station
    return found
