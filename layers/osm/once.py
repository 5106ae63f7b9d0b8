"""Things that OpenStreetMap holds twice, as a node and as an area, or in parts: each once."""

from collections.abc import Iterable, Mapping

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geoplan.core.columns import Family
from geoplan.core.notices import Notice
from geoplan.layers.osm.query import Wanted

STATION_M, PLATFORM_M, STOP_M = 200.0, 20.0, 30.0
"""Things of one name nearer than this are one station, one platform; a stop and its platform."""

_STOP, _PLATFORM, _STATION = 1, 2, 3
_RANKS = {
    ("public_transport", "stop_position"): _STOP,
    ("railway", "stop"): _STOP,
    ("public_transport", "platform"): _PLATFORM,
    ("railway", "platform"): _PLATFORM,
    ("railway", "tram_stop"): _PLATFORM,
    ("highway", "bus_stop"): _PLATFORM,
    ("highway", "platform"): _PLATFORM,
    ("public_transport", "station"): _STATION,
    ("railway", "station"): _STATION,
    ("railway", "halt"): _STATION,
    ("amenity", "bus_station"): _STATION,
}
_M_PER_DEG = 111_320.0

Mask = NDArray[np.bool_]
Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


def speaks_of_transport(wanted: Wanted) -> bool:
    """Tell whether a query may find stops or stations, whose parts belong together."""
    return any(key in wanted and (not wanted[key] or value in wanted[key]) for key, value in _RANKS)


def once_each(
    frame: GeoDataFrame,
    wanted: Wanted,
    *,
    family: Family,
    stop_areas: Iterable[Iterable[str]] = (),
    subject: str,
) -> tuple[GeoDataFrame, tuple[Notice, ...]]:
    """
    Keep of each thing one drawing.

    Parameters
    ----------
    frame : GeoDataFrame, n rows
        In degrees, with ``osm_id``, ``name`` and a column for each key of `wanted`.
    wanted : mapping
        The query by which they were found.
    family : str
        Geometry wanted: of points the node is kept, else the area.
    stop_areas : iterable of iterables of str
        Members of each relation ``public_transport=stop_area``, by their ``osm_id``.
    subject : str
        The layer, for the notice.

    Returns
    -------
    GeoDataFrame
        The rows kept.
    tuple of Notice
        How many were left out.

    Notes
    -----
    A node and an area of the same tag are one if the node lies in the area and their names do not
    differ; stations also if they bear one name within `STATION_M`, or belong to one stop area;
    platforms (bus stops) within `PLATFORM_M`, with one name or none. A platform or stop
    position is part of the station of its stop area, or of its name within `STATION_M`; a stop
    position part of the platform of its stop area, or nearer than `STOP_M` unless their names
    differ. Two platforms, as of the two sides of a street, stay two.
    """
    if len(frame) < 2:
        return frame, ()
    shapes = _in_metres(np.asarray(frame.geometry.array, dtype=object))
    rank = _ranks(frame)
    is_node = frame["osm_id"].str.startswith("node/").to_numpy(dtype=bool)
    group = _groups(frame["osm_id"].tolist(), stop_areas)
    of = _Things(frame, shapes, rank, group)
    node, area = _doubles(of, wanted, is_node)
    gone = np.zeros(len(frame), dtype=bool)
    gone[area if family == "point" else node] = True
    # Parts are judged by all drawings of the whole: each of them may be the one that is kept.
    gone |= _parts(of)
    if not gone.any():
        return frame, ()
    notice = Notice("osm_drawn_twice", subject, int(gone.sum()), len(frame))
    return frame[~gone].reset_index(drop=True), (notice,)


class _Things:
    """What is compared: names, shapes in metres, ranks and stop areas."""

    def __init__(
        self,
        frame: GeoDataFrame,
        shapes: NDArray[np.object_],
        rank: NDArray[np.int64],
        group: NDArray[np.int64],
    ) -> None:
        self.frame, self.shapes, self.rank, self.group = frame, shapes, rank, group
        self.name = frame["name"].fillna("").astype(str).to_numpy(dtype=object)

    def pairs(self, some: Mask, others: Mask, within_m: float) -> Pairs:
        """Give the pairs of things that lie so near each other, or are of one stop area."""
        left, right = np.flatnonzero(some), np.flatnonzero(others)
        if not len(left) or not len(right):
            return left[:0], right[:0]
        tree = shapely.STRtree(self.shapes[right])
        one, other = tree.query(self.shapes[left], predicate="dwithin", distance=within_m)
        near = np.column_stack([left[one], right[other]])
        members: dict[int, list[int]] = {}
        for at in right[self.group[right] >= 0].tolist():
            members.setdefault(int(self.group[at]), []).append(at)
        linked = [(at, to) for at in left.tolist() for to in members.get(int(self.group[at]), ())]
        both = np.concatenate([near, np.array(linked, dtype=np.int64).reshape(-1, 2)])
        both = np.unique(both[both[:, 0] != both[:, 1]], axis=0)
        return both[:, 0], both[:, 1]

    def agree(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> tuple[Mask, Mask, Mask]:
        """Tell of pairs: one name; names that do not differ; one stop area."""
        same = (self.name[one] == self.name[other]) & (self.name[one] != "")
        silent = (self.name[one] == "") | (self.name[other] == "")
        linked = (self.group[one] == self.group[other]) & (self.group[one] >= 0)
        return same, same | silent, linked


def _doubles(of: _Things, wanted: Wanted, is_node: Mask) -> Pairs:
    """Pair nodes with areas that are the same thing."""
    node, area = of.pairs(is_node, ~is_node, STATION_M)
    same, fits, linked = of.agree(node, area)
    apart_m = shapely.distance(of.shapes[node], of.shapes[area])
    rank = np.where(of.rank[node] == of.rank[area], of.rank[node], 0)
    alike = rank > 0
    for key in wanted:
        value = of.frame[key].to_numpy(dtype=object)
        alike |= (value[node] == value[area]) & of.frame[key].notna().to_numpy()[node]
    one = fits & (apart_m == 0)
    one |= (rank == _STATION) & ((same & (apart_m <= STATION_M)) | linked)
    one |= (rank == _PLATFORM) & fits & (apart_m <= PLATFORM_M)
    return node[alike & one], area[alike & one]


def _parts(of: _Things) -> Mask:
    """Tell which things are parts of a station, or the stop of a platform."""
    gone = np.zeros(len(of.frame), dtype=bool)
    lesser = (of.rank == _STOP) | (of.rank == _PLATFORM)
    part, station = of.pairs(lesser, of.rank == _STATION, STATION_M)
    same, _, linked = of.agree(part, station)
    gone[part[same | linked]] = True
    stop, platform = of.pairs((of.rank == _STOP) & ~gone, of.rank == _PLATFORM, STOP_M)
    _, fits, linked = of.agree(stop, platform)
    near = shapely.distance(of.shapes[stop], of.shapes[platform]) <= STOP_M
    gone[stop[(fits & near) | linked]] = True
    return gone


def _ranks(frame: GeoDataFrame) -> NDArray[np.int64]:
    rank = np.zeros(len(frame), dtype=np.int64)
    for (key, value), height in _RANKS.items():
        if key in frame:
            rank = np.maximum(rank, np.where((frame[key] == value).to_numpy(dtype=bool), height, 0))
    return rank


def _groups(ids: list[str], stop_areas: Iterable[Iterable[str]]) -> NDArray[np.int64]:
    """Give the stop area of each thing, -1 for none."""
    at: Mapping[str, int] = {
        member: number for number, members in enumerate(stop_areas) for member in members
    }
    return np.array([at.get(one, -1) for one in ids], dtype=np.int64)


def _in_metres(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Bring shapes from degrees into about metres: near each other, they are as far as they are."""
    middle = float(np.median(shapely.get_x(shapely.centroid(geometry))))
    return np.asarray(
        shapely.transform(
            geometry,
            lambda xy: (
                np.column_stack([(xy[:, 0] - middle) * np.cos(np.deg2rad(xy[:, 1])), xy[:, 1]])
                * _M_PER_DEG
            ),
        ),
        dtype=object,
    )
