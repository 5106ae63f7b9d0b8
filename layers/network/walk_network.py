"""The walk network: nodes, edges and their geometry as arrays, and the loader of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from geoplan.core.crs import check_metric_crs, parse_crs
from geoplan.core.errors import EmptyLayerError, ParameterError
from geoplan.core.extent import Extent
from geoplan.core.hearing import tell
from geoplan.core.notices import unique
from geoplan.core.record import LoadRecord
from geoplan.layers.files.on_disk import file_sha256, local_file
from geoplan.layers.network.build import Ways, build_edges, check_costs
from geoplan.layers.network.edge_costs import EdgeCosts, check_edge_costs, edge_costs
from geoplan.layers.network.read_ways import read_line_ways
from geoplan.layers.network.street_graph import GraphTables, StreetGraph, without_graph
from geoplan.layers.osm.file import OSM_CREDIT, OSM_CRS, is_osm, one_osm_file, osm_format
from geoplan.layers.osm.overpass import is_overpass
from geoplan.layers.osm.read_ways import read_osm_ways
from geoplan.layers.osm.tags import Mode
from geoplan.layers.readers.source import LayerSource, PathText, Source, as_source, refuse_layer
from geoplan.layers.readers.source_extent import network_extent

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.layers.datums.fits import CoordinateFit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_Made = TypeVar("_Made")
_KEPT = "_kept"


@dataclass(frozen=True)
class WalkNetwork:
    """
    Streets and paths that people walk (or cycle), in a projected CRS in metres.

    An edge runs from node `edge_u` to node `edge_v` along its vertices. Costs are metres of flat
    walking that take as long as the edge does: its length where nothing slows one down, more on
    stairs, at crossings and uphill, infinite where that direction is not allowed.

    Parameters
    ----------
    crs : str
        Study CRS, as pyproj reads it.
    node_xy_m : ndarray, n × 2
        Nodes.
    edge_u, edge_v : ndarray of int64, m
        End nodes of each edge, as positions in `node_xy_m`.
    length_m : ndarray, m
        Length of the edge's geometry.
    forward_m, backward_m : ndarray, m
        Cost from u to v and from v to u; equal to `length_m` on a plain network.
    offsets : ndarray of int64, m + 1
        The vertices of edge i are ``vertex_xy_m[offsets[i]:offsets[i + 1]]``, from u to v.
    vertex_xy_m : ndarray, k × 2
        Vertices of all edges, one after another.
    edge_id : ndarray of int64, m
        Key of the source feature (an OSM way, a row of a table).
    edge_class : ndarray of int16, m
        Position in `class_names`: ``footway``, ``residential``, …
    class_names : tuple of str
        Names of the classes.
    record : LoadRecord
        What was read, dropped and repaired.
    extent : Extent, optional
        The ground whose streets it holds; beyond it nothing is known.
    """

    crs: str
    node_xy_m: Floats
    edge_u: Ints
    edge_v: Ints
    length_m: Floats
    forward_m: Floats
    backward_m: Floats
    offsets: Ints
    vertex_xy_m: Floats
    edge_id: Ints
    edge_class: NDArray[np.int16]
    class_names: tuple[str, ...]
    record: "LoadRecord"
    extent: Extent | None = None

    def __post_init__(self) -> None:
        """Refuse costs with which no search ends."""
        check_costs(length_m=self.length_m, forward_m=self.forward_m, backward_m=self.backward_m)

    @property
    def node_count(self) -> int:
        """How many nodes."""
        return len(self.node_xy_m)

    @property
    def edge_count(self) -> int:
        """How many edges."""
        return len(self.edge_u)

    def kept(self, make: "Callable[[WalkNetwork], _Made]") -> _Made:
        """
        Give what a function makes of this network: made once, then kept with it.

        Parameters
        ----------
        make : callable
            A function of the network alone: an index, say. It is known by its identity.

        Returns
        -------
        object
            What it made; not to be changed.

        Notes
        -----
        So that nothing kept is ever out of date, the arrays can no longer be written through the
        network from the first time on. Copies, ``dataclasses.replace`` and pickles start without.
        """
        made: dict[Callable[[WalkNetwork], Any], Any] | None = self.__dict__.get(_KEPT)
        if made is None:
            for name, value in list(vars(self).items()):
                if isinstance(value, np.ndarray):
                    view = value.view()
                    view.flags.writeable = False
                    object.__setattr__(self, name, view)
            made = self.__dict__.setdefault(_KEPT, {})
        if make not in made:
            made[make] = make(self)
        found: _Made = made[make]
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Give the fields alone."""
        return {name: value for name, value in vars(self).items() if name != _KEPT}

    def lines(self) -> NDArray[np.object_]:
        """Give each edge as a LineString."""
        index = np.repeat(np.arange(self.edge_count), np.diff(self.offsets))
        return np.asarray(shapely.linestrings(self.vertex_xy_m, indices=index), dtype=object)

    def edges(self) -> "GeoDataFrame":
        """Give the edges as a GeoDataFrame for maps and files."""
        from geopandas import GeoDataFrame

        names = np.array(self.class_names, dtype=object)
        return GeoDataFrame(
            {
                "edge_id": self.edge_id,
                "class": names[self.edge_class],
                "length_m": self.length_m,
                "forward_m": self.forward_m,
                "backward_m": self.backward_m,
            },
            geometry=self.lines(),
            crs=self.crs,
        )


LAYER = "walk_network"


def load_walk_network(  # noqa: PLR0913 (each a question of its own)
    source: "Source | StreetGraph | GraphTables",
    *,
    crs: str,
    source_crs: "str | CoordinateFit | None" = None,
    columns: Mapping[str, str] | None = None,
    mode: Mode = "walk",
    stairs_factor: float | None = None,
    crossing_penalty_m: float | None = None,
    elevation: PathText | None = None,
    keep_closed_ways: bool = False,
    extent: "GeoDataFrame | str | None" = None,
) -> WalkNetwork:
    """
    Load streets and paths as a network to walk or cycle on.

    Parameters
    ----------
    source : path, sequence of paths, GeoDataFrame, LayerSource, graph or pair of GeoDataFrames
        An OSM file (``.osm.pbf``, ``.osm``, ``.osm.gz``); a layer of lines; OSMnx GraphML; two
        tables, of nodes and of edges; or ``"overpass:"`` and a place, which asks the service. Of
        OSMnx also the graph itself, its edges, or its nodes and edges.
    crs : str
        Study CRS: projected, in metres, e.g. ``"EPSG:4547"``.
    source_crs : str or CoordinateFit, optional
        CRS or datum of the coordinates of a line layer; by default what the file says of itself.
        OSM is always in WGS 84.
    columns : mapping of str to str, optional
        For a line layer: OSM key -> name in the file: ``{"highway": "CLASS", "bridge": "QL"}``.
    mode : {"walk", "cycle"}
        Which ways to keep, and whether one-way streets are one-way: for cycling they are.
    stairs_factor : float, optional
        Metres of flat walking that take as long as a metre of stairs; by default stairs are as
        fast as anything else.
    crossing_penalty_m : float, optional
        Metres of flat walking that take as long as the wait at a street crossing drawn as a way
        of its own; by default there is none.
    elevation : str or path, optional
        Raster of heights in metres: walking up and down slopes then takes longer or shorter, by
        Tobler's hiking function; stairs with a `stairs_factor` keep to that. By default the city
        is flat.
    keep_closed_ways : bool
        Whether to keep ways that are closed to the public and to nobody else (``access=no`` or
        ``private``, as in a gated compound, and its gates). By default they are left out.
    extent : GeoDataFrame of Polygon or "all", optional
        The ground for which `source` holds all streets, in `crs`; by default the box in the header
        of an OSM file, else the concave hull of the nodes. Whoever is not served beyond it, or
        nearer its edge than the distance, is left open.

    Returns
    -------
    WalkNetwork
        In `crs`.

    Raises
    ------
    CRSError
        If a CRS is missing, unknown, unfit to measure in, or does not fit the coordinates.
    SourceError
        If a file cannot be found or read.
    EmptyLayerError
        If no way in it is walked (cycled) on.
    SchemaError
        If a layer is not of lines, or a mapped column is not there.
    ParameterError
        If a factor or penalty is out of range, or `columns` maps a name that means nothing.

    See Also
    --------
    geoplan.layers.osm.tags.RULES : Which ways are kept, tag by tag.

    Notes
    -----
    A node is where a way ends or shares a vertex with another; edges keep every vertex. Lines of
    a GIS meet where they cross at equal level and where one ends on another; bridges and tunnels
    (columns ``bridge``, ``tunnel``, ``layer``) pass.

    Examples
    --------
    Two streets that cross, neither cut at the crossing:

    >>> import geopandas as gpd
    >>> lines = shapely.linestrings([[(0, 50), (100, 50)], [(50, 0), (50, 100)]])
    >>> network = load_walk_network(
    ...     gpd.GeoDataFrame(geometry=lines, crs="EPSG:4547"), crs="EPSG:4547"
    ... )
    >>> network.node_count, network.edge_count, network.length_m.tolist()
    (5, 4, [50.0, 50.0, 50.0, 50.0])
    """
    check_metric_crs(parse_crs(crs), f"`crs` ({crs!r})")
    heights = None if elevation is None else str(elevation)
    costs = EdgeCosts(stairs_factor, crossing_penalty_m, heights)
    check_edge_costs(costs, mode)
    plain = without_graph(source, stated=source_crs is not None, subject=LAYER)
    described, frame = as_source(plain, source_crs=source_crs, columns=columns)
    if frame is None and is_osm(described.files[0]):
        ways, record = _osm_ways(described, crs, mode, keep_closed=keep_closed_ways)
    else:
        ways, record = _line_ways(described, frame, crs, mode, keep_closed=keep_closed_ways)
    edges = build_edges(ways)
    if not len(edges.edge_u):
        raise EmptyLayerError(
            f"{LAYER}: its ways have no length. Check the file in a GIS, and its CRS."
        )
    forward_m, backward_m, notices = edge_costs(ways, edges, costs, crs=crs, subject=LAYER)
    tell((*record.notices, *notices))
    return WalkNetwork(
        crs=crs,
        node_xy_m=edges.node_xy_m,
        edge_u=edges.edge_u,
        edge_v=edges.edge_v,
        length_m=edges.length_m,
        forward_m=forward_m,
        backward_m=backward_m,
        offsets=edges.offsets,
        vertex_xy_m=edges.vertex_xy_m,
        edge_id=ways.way_id[edges.edge_way],
        edge_class=ways.kinds.name[edges.edge_way],
        class_names=ways.kinds.names,
        record=replace(record, rows_kept=len(edges.edge_u), notices=(*record.notices, *notices)),
        extent=network_extent(described, frame, extent, edges.vertex_xy_m, crs=crs),
    )


def _osm_ways(
    source: LayerSource, crs: str, mode: Mode, *, keep_closed: bool
) -> tuple[Ways, LoadRecord]:
    refuse_layer(source, subject=LAYER, what="an OSM file")
    path = one_osm_file(source.files, subject=LAYER)
    if source.where or source.columns or source.tags:
        raise ParameterError(
            f"{LAYER}: where, columns and tags have no place beside an OSM file: which ways are "
            "walked on is settled by their tags (docs/walk-network.md). Cut the file instead, "
            "e.g. with osmium tags-filter."
        )
    if source.crs not in (None, OSM_CRS):
        raise ParameterError(
            f"{LAYER}: OSM files are in EPSG:4326, but the source is declared as {source.crs}."
        )
    with local_file(path, layer="", subject=LAYER) as file:
        read = read_osm_ways(file, crs=crs, mode=mode, subject=LAYER, keep_closed=keep_closed)
    record = LoadRecord(
        layer=LAYER,
        kind=LAYER,
        paths=source.files,
        sha256=(file_sha256(path),),
        format=osm_format(path),
        encoding="UTF-8",
        source_crs=OSM_CRS,
        source_crs_from="file",
        study_crs=crs,
        rows_read=read.highways,
        as_of=source.as_of,
        source=source.source or OSM_CREDIT,
        notices=unique(read.notices),
    )
    return read.ways, record


def _line_ways(
    source: LayerSource, frame: "GeoDataFrame | None", crs: str, mode: Mode, *, keep_closed: bool
) -> tuple[Ways, LoadRecord]:
    read = read_line_ways(source, frame, crs=crs, mode=mode, subject=LAYER, keep_closed=keep_closed)
    overpass = frame is None and is_overpass(source.files[0])
    unhashed = frame is not None or overpass
    record = LoadRecord(
        layer=LAYER,
        kind=LAYER,
        paths=() if frame is not None else source.files,
        sha256=() if unhashed else tuple(map(file_sha256, source.files)),
        format=read.raw.driver,
        encoding=read.raw.encoding.name,
        encoding_from=read.raw.encoding.found_in,
        source_crs=str(read.choice.crs),
        source_crs_from=read.choice.origin,
        study_crs=crs,
        rows_read=read.raw.rows_read,
        as_of=source.as_of,
        source=source.source or (OSM_CREDIT if overpass else ""),
        notices=unique(read.notices),
    )
    return read.ways, record
