"""The walk network: nodes, edges and their geometry as arrays."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.core.record import LoadRecord

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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

    @property
    def node_count(self) -> int:
        """How many nodes."""
        return len(self.node_xy_m)

    @property
    def edge_count(self) -> int:
        """How many edges."""
        return len(self.edge_u)

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
