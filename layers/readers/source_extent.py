"""How far sources reach: the box in the header of an OSM file, else the hull of its nodes."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geoplan.core.crs import parse_crs
from geoplan.core.extent import Extent, stated_extent
from geoplan.layers.files.on_disk import LocalFile, local_file
from geoplan.layers.osm.file import OSM_CRS, is_osm, osm_input

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.layers.readers.source import LayerSource

Floats = NDArray[np.float64]

HULL_RATIO = 0.3
"""How closely the hull follows the nodes: 0 as closely as can be, 1 the convex hull."""

_CELLS = 100  # along each side: of every cell the outermost nodes stand for all
_STEP_DEG = 0.01
_BEYOND_DEG = 5.0  # a box of half the world bends too much to be drawn in a study CRS


def osm_extent(path: str, *, crs: str, subject: str) -> Extent:
    """
    Say how far an OSM file reaches.

    Parameters
    ----------
    path : str
        The file.
    crs : str
        Study CRS.
    subject : str
        The layer, for messages.

    Returns
    -------
    Extent
        The box in its header, else the concave hull of its nodes, in the study CRS.
    """
    with local_file(path, layer="", subject=subject) as file:
        box = _header_box(file)
        if box is not None:
            return Extent(_in_study_crs(box, crs), "header")
        stamp = file.path.stat()
        lon_lat = _nodes(file.path, stamp.st_mtime_ns, stamp.st_size)
    from pyproj import Transformer

    to_study = Transformer.from_crs(OSM_CRS, parse_crs(crs), always_xy=True)
    return hull_extent(np.column_stack(to_study.transform(*lon_lat.T)))


def network_extent(
    source: "LayerSource",
    frame: "GeoDataFrame | None",
    stated: "GeoDataFrame | str | None",
    vertex_xy_m: Floats,
    *,
    crs: str,
) -> Extent:
    """
    Say how far the streets of a network are known.

    Parameters
    ----------
    source : LayerSource
        What was read.
    frame : GeoDataFrame or None
        The lines themselves where no file was read.
    stated : GeoDataFrame, "all" or None
        What the caller states.
    vertex_xy_m : array of float, n × 2
        Vertices of the network.
    crs : str
        Study CRS.

    Returns
    -------
    Extent
        As stated; of an OSM file its own; else the concave hull of the vertices.
    """
    if stated is not None:
        return stated_extent(stated, crs=crs)
    if frame is None and is_osm(source.files[0]):
        return osm_extent(source.files[0], crs=crs, subject="walk_network")
    return hull_extent(vertex_xy_m)


def hull_extent(xy: Floats) -> Extent:
    """
    Draw the concave hull of points as an extent.

    Examples
    --------
    >>> corners = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0]])
    >>> hull_extent(corners).area.area
    10000.0
    """
    points = shapely.multipoints(_outermost(xy[np.isfinite(xy).all(axis=1)]))
    return Extent(shapely.concave_hull(points, ratio=HULL_RATIO), "hull")


def _outermost(xy: Floats) -> Floats:
    """Keep of each cell of a grid the nodes that are farthest west, east, south and north."""
    if len(xy) <= _CELLS**2:
        return xy
    low, high = xy.min(axis=0), xy.max(axis=0)
    column, row = np.minimum((xy - low) / (high - low) * _CELLS, _CELLS - 1).astype(np.int64).T
    cell = row * _CELLS + column
    orders = [np.lexsort((value, cell)) for side in xy.T for value in (side, -side)]
    kept = [order[np.diff(cell[order], prepend=-1) > 0] for order in orders]
    return np.asarray(xy[np.unique(np.concatenate(kept))])


def _header_box(file: LocalFile) -> Any:  # noqa: ANN401 (shapely's geometries)
    """Read the box in the header of an OSM file, in degrees; None where it has none."""
    import osmium

    try:
        reader = osmium.io.Reader(osm_input(file.path))
        box = reader.header().box()
        reader.close()
    except RuntimeError:  # whoever reads what is in the file says what is wrong with it
        return None
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return shapely.box(low.lon, low.lat, high.lon, high.lat)


def _in_study_crs(box: Any, crs: str) -> Any:  # noqa: ANN401
    """Bring a box in degrees into the study CRS; None where it reaches beyond all measure."""
    from pyproj import Transformer

    parsed = parse_crs(crs)
    use = parsed.area_of_use
    if use is not None and use.west < use.east:
        around = shapely.box(*use.bounds).buffer(_BEYOND_DEG, join_style="mitre")
        if shapely.intersects(box, around):
            box = shapely.intersection(box, around)
    to_study = Transformer.from_crs(OSM_CRS, parsed, always_xy=True)
    drawn = shapely.transform(
        shapely.segmentize(box, max(_STEP_DEG, box.length / 10_000)),
        lambda xy: np.column_stack(to_study.transform(*xy.T)),
    )
    fit = np.isfinite(shapely.get_coordinates(drawn)).all() and shapely.is_valid(drawn)
    return drawn if fit else None


@lru_cache(maxsize=4)
def _nodes(path: Path, changed: int, size: int) -> Floats:  # noqa: ARG001 (they date the file)
    """Read the places of all nodes of an OSM file, the outermost in every direction."""
    import osmium

    nodes: Any = osmium.FileProcessor(osm_input(path), osmium.osm.NODE)
    places = [
        number
        for node in nodes
        for number in (node.location.lon, node.location.lat)
        if node.location.valid()
    ]
    return _outermost(np.array(places, dtype=np.float64).reshape(-1, 2))
