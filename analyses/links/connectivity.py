"""Do parks and greenways hang together: components, linked parks, gaps, roads in the way."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.analyses.shared.area_share import WORTH_TELLING_M2
from geoplan.analyses.shared.districts import (
    check_districts,
    check_polygons,
    layer_facts,
    layer_name,
    overlap_notices,
)
from geoplan.analyses.shared.line_parts import check_lines
from geoplan.analyses.shared.objects import district_of
from geoplan.analyses.shared.polygon_patches import own_areas_m2
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.analyses.streets.barriers import blocked_gaps, crossings
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError
from geoplan.core.notices import Notice
from geoplan.core.results import Measure, Result, make_amount, make_measure
from geoplan.core.true_size import Areas, true_area_m2

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from pyproj import CRS

    Geometries = NDArray[np.object_]
    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

_HALF = 0.5
_LEAST_PROBABILITY = 1e-3


@dataclass(frozen=True)
class _Graph:
    """Parks, then links: who is near whom, and the component of each."""

    shapes: "Geometries"
    parks: int
    area_m2: "Floats"
    component: "Positions"
    linked: "NDArray[np.bool_]"


@carries_notices
@true_to_scale("area", "scale")
def connectivity(
    parks: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    gap_m: float,
    links: "GeoDataFrame | None" = None,
    barriers: "GeoDataFrame | None" = None,
    dispersal_m: float | None = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure how parks are strung together by greenways, or patches by their nearness.

    Parameters
    ----------
    parks : GeoDataFrame, m rows of Polygon or MultiPolygon
        Parks, or habitat patches, in a projected CRS in metres. May be empty.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    gap_m : float
        Two of them, parks or links, hang together when at most this far apart; 0 if they must
        touch.
    links : GeoDataFrame, optional
        Greenways, waterfront paths, corridors: lines in the same CRS.
    barriers : GeoDataFrame, optional
        Roads, railways, waters: lines or polygons. A gap that lies in one, along one or across one
        does not connect. A link that is drawn across one does, and the place is counted.
    dispersal_m : float, optional
        For the probability of connectivity: the distance that half of the individuals get across.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        The measures

        ============== ==== ==============================================================
        of             unit meaning
        ============== ==== ==============================================================
        ``parks``      1    linked parks over all parks, by number: those with a link
                            within `gap_m`; without `links`, those with another park there
        ``park_area``  1    the same by area
        ``largest``    1    area of parks in the largest component over that of all parks
        ``components`` –    components that have a park in the district
        ``crossings``  –    places where a link crosses a barrier; with both of them only
        ``pc``         1    contribution to the probability of connectivity; with
                            `dispersal_m` only
        ============== ==== ==============================================================

        A park counts in the district that most of it lies in; parks outside all of them connect
        others and are not counted. Of parks that overlap the larger one has the ground that they
        share, and a park that lies on others (but for less than 1 m²) is none of its own.

        Layers: ``parks`` (those that count) and ``links`` with ``component`` (1 is the largest by
        area of parks), ``gaps`` (from each component to the nearest other one: ``component,
        to_component, gap_m``), ``crossings``.

    Raises
    ------
    ParameterError
        If `gap_m` is negative or not finite, or `dispersal_m` is not above 0.
    SchemaError
        If a park is no valid polygon or a link no line.
    CRSError, EmptyLayerError
        As in `red_line_share`.

    See Also
    --------
    length_and_density : How much greenway there is.

    Notes
    -----
    Distances are straight and from edge to edge. Components are those of the graph whose edges are
    pairs at most `gap_m` apart, less those between which every straight way of that length meets a
    barrier, see `geoplan.analyses.streets.barriers.blocked_gaps`.

    The probability of connectivity [1]_ of patches of areas :math:`a_i` is

    .. math:: PC = \sum_{i,j} a_i a_j p^*_{ij} / A^2,

    :math:`A` being the area of all districts and :math:`p^*_{ij}` the best product, over all paths
    of stepping stones, of :math:`p = 0.5^{d / \text{dispersal}}`. A step with a probability below
    0.001 is not taken, which makes it a lower bound, and none that barriers block; links do not
    shorten it. Cost: two search
    trees; with `dispersal_m` all pairs of parks.

    References
    ----------
    .. [1] Saura & Pascual-Hortal, A new habitat availability index to integrate connectivity in
       landscape conservation planning, Landscape and Urban Planning 83 (2007).

    Examples
    --------
    Two parks on one greenway, a third by itself:

    >>> import geopandas as gpd
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> corners = [0, 500, 900]
    >>> parks = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(x, 0, x + 100, 100) for x in corners], crs="EPSG:4547"
    ... )
    >>> path = shapely.LineString([(120, 50), (490, 50)])
    >>> greenway = gpd.GeoDataFrame(geometry=[path], crs="EPSG:4547")
    >>> found = connectivity(parks, districts, gap_m=50, links=greenway)
    >>> found.measure("parks").numerator, found.measure("components").value
    (2.0, 2.0)
    >>> found.layers["gaps"]["gap_m"].tolist()
    [300.0, 300.0]
    """
    given = {"links": links, "barriers": barriers}
    optional = {name: layer for name, layer in given.items() if layer is not None}
    require_metric_crs(parks=parks, districts=districts, **optional)
    check_districts(districts)
    _check(gap_m, dispersal_m)
    polygons = check_polygons(parks, "parks")
    lines = check_lines(links, "links") if links is not None else polygons[:0]
    walls = np.asarray(barriers.geometry.array if barriers is not None else [], dtype=object)
    walls = walls[~(shapely.is_missing(walls) | shapely.is_empty(walls))]
    own_m2 = own_areas_m2(polygons)
    shared_m2 = true_area_m2(polygons) - own_m2
    told = _notices(parks, district_of(polygons, districts), shared_m2)
    # A park that lies on others, slivers aside, is drawn twice.
    kept = (own_m2 >= WORTH_TELLING_M2) | (own_m2 >= shared_m2)
    parks, polygons, own_m2 = parks[kept], polygons[kept], own_m2[kept]
    graph = _graph(polygons, own_m2, lines, walls, gap_m, by_link=links is not None)
    home = district_of(polygons, districts)
    crossed = crossings(lines, walls)
    measures = _measures(graph, home, districts)
    if links is not None and barriers is not None:
        where = district_of(crossed, districts)
        count = np.bincount(where[where >= 0], minlength=len(districts))
        measures.append(make_amount(districts, count, of="crossings", unit="count"))
    if dispersal_m is not None:
        measures.append(_probability(graph, walls, home, dispersal_m, districts))
    return Result(
        analysis="connectivity",
        measures=tuple(measures),
        districts=districts,
        layers=_layers(graph, parks, links, crossed),
        definition={
            **layer_facts(parks, "parks"),
            "links": layer_name(links, "links") if links is not None else "",
            "link_count": len(lines) if links is not None else None,
            "barriers": layer_name(barriers, "barriers") if barriers is not None else "",
            "gap_m": gap_m,
            "dispersal_m": dispersal_m,
        },
        notices=(*told, *overlap_notices(districts)),
    )


def _check(gap_m: float, dispersal_m: float | None) -> None:
    if not (np.isfinite(gap_m) and gap_m >= 0):
        raise ParameterError(
            f"`gap_m` is {gap_m}; it is how far apart parks and links may be and still hang "
            "together, metres, 0 or more."
        )
    if dispersal_m is not None and not 0 < dispersal_m < np.inf:
        raise ParameterError(
            f"`dispersal_m` is {dispersal_m}; it is the distance that half of the individuals get "
            "across, metres above 0."
        )


def _graph(
    parks: "Geometries",
    area_m2: "Floats",
    lines: "Geometries",
    walls: "Geometries",
    gap_m: float,
    *,
    by_link: bool,
) -> _Graph:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    shapes = np.concatenate([parks, lines])
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=gap_m)
    pairs = one < other
    one, other = one[pairs], other[pairs]
    shut = blocked_gaps(shapes, one, other, walls, gap_m=gap_m)
    one, other = one[~shut], other[~shut]
    size = len(shapes)
    edges = coo_array((np.ones(len(one)), (one, other)), shape=(size, size))
    _, label = connected_components(edges, directed=False)
    helps = np.ones(size, dtype=bool)
    helps[: len(parks)] = not by_link
    linked = np.zeros(size, dtype=bool)
    linked[one[helps[other]]] = True
    linked[other[helps[one]]] = True
    component = _by_size(label, area_m2)
    return _Graph(shapes, len(parks), area_m2, component, linked[: len(parks)])


def _by_size(label: "Positions", area_m2: "Floats") -> "Positions":
    """Give components their numbers from 1, the one with the largest area of parks first."""
    number = int(label.max(initial=-1)) + 1
    held_m2 = np.bincount(label[: len(area_m2)], area_m2, number)
    rank = np.empty(number, dtype=np.intp)
    rank[np.argsort(-held_m2, kind="stable")] = np.arange(1, number + 1)
    return rank[label]


def _measures(graph: _Graph, home: "Positions", districts: "GeoDataFrame") -> list[Measure]:
    area_m2 = graph.area_m2
    component, inside = graph.component[: graph.parks], home >= 0
    number = len(districts)

    def added(of_park: "Floats") -> "Floats":
        return np.bincount(home[inside], of_park[inside], number).astype(float)

    every, every_m2 = added(np.ones(graph.parks)), added(area_m2)
    pairs = np.unique(np.stack([home[inside], component[inside]], axis=1), axis=0)
    return [
        make_measure(
            districts,
            added(graph.linked.astype(float)),
            every,
            of="parks",
            numerator_unit="count",
            denominator_unit="count",
        ),
        make_measure(districts, added(area_m2 * graph.linked), every_m2, of="park_area"),
        make_measure(districts, added(area_m2 * (component == 1)), every_m2, of="largest"),
        make_amount(
            districts,
            np.bincount(pairs[:, 0], minlength=number),
            of="components",
            unit="count",
            total=len(np.unique(component[inside])),
        ),
    ]


def _probability(
    graph: _Graph,
    walls: "Geometries",
    home: "Positions",
    dispersal_m: float,
    districts: "GeoDataFrame",
) -> Measure:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    parks = graph.shapes[: graph.parks]
    reach_m = dispersal_m * np.log(_LEAST_PROBABILITY) / np.log(_HALF)
    one, other = shapely.STRtree(parks).query(parks, predicate="dwithin", distance=reach_m)
    pairs = one < other
    one, other = one[pairs], other[pairs]
    shut = blocked_gaps(parks, one, other, walls, gap_m=reach_m)
    one, other = one[~shut], other[~shut]
    # scipy takes a stored zero for no edge at all; parks that touch are a hair apart instead.
    steps = np.maximum(shapely.distance(parks[one], parks[other]) / dispersal_m, 1e-12)
    edges = coo_array((steps, (one, other)), shape=(len(parks), len(parks))).tocsr()
    area_m2 = graph.area_m2 * (home >= 0)
    given = np.zeros(len(parks))
    for start in range(0, len(parks), 1000):  # blocks, so that memory stays small
        rows = np.arange(start, min(start + 1000, len(parks)))
        halvings = dijkstra(edges, directed=False, indices=rows)
        given[rows] = area_m2[rows] * (_HALF**halvings @ area_m2)
    land_m2 = float(true_area_m2(shapely.union_all(np.asarray(districts.geometry.array))))
    inside = home >= 0
    each = np.bincount(home[inside], given[inside], len(districts))
    return make_measure(
        districts,
        each,
        np.full(len(districts), land_m2**2),
        of="pc",
        numerator_unit="m4",
        denominator_unit="m4",
        totals=(float(each.sum()), land_m2**2),
    )


def _layers(
    graph: _Graph, parks: "GeoDataFrame", links: "GeoDataFrame | None", crossed: "Geometries"
) -> "dict[str, GeoDataFrame]":
    import geopandas as gpd

    component = graph.component
    layers = {
        "parks": parks.assign(component=component[: graph.parks], linked=graph.linked),
        "gaps": _gaps(graph, parks.crs),
        "crossings": gpd.GeoDataFrame(geometry=crossed, crs=parks.crs),
    }
    if links is not None:
        layers["links"] = links.assign(component=component[graph.parks :])
    return layers


def _gaps(graph: _Graph, crs: "CRS | None") -> "GeoDataFrame":
    """Draw the shortest way from each component that has a park to the nearest other one."""
    import geopandas as gpd

    numbers, row = np.unique(graph.component, return_inverse=True)
    order = np.argsort(row, kind="stable")
    whole = np.full(len(numbers), None, dtype=object)
    shapely.geometrycollections(graph.shapes[order], indices=row[order], out=whole)
    tree = shapely.STRtree(whole)
    mine, nearest = tree.query_nearest(whole, exclusive=True, all_matches=False)
    line = shapely.shortest_line(whole[mine], whole[nearest])
    has_park = np.isin(numbers[mine], graph.component[: graph.parks])
    frame = gpd.GeoDataFrame(
        {
            "component": numbers[mine],
            "to_component": numbers[nearest],
            "gap_m": shapely.length(line),
        },
        geometry=line,
        crs=crs,
    )
    return frame[has_park].reset_index(drop=True)


def _notices(parks: "GeoDataFrame", home: "Positions", shared_m2: "Floats") -> tuple[Notice, ...]:
    if not len(parks):
        return (Notice("layer_empty_counts_zero", "parks"),)
    outside = int((home < 0).sum())
    notices = []
    if outside:
        notices.append(
            Notice("objects_outside_districts", "parks", count=outside, total=len(parks))
        )
    overlap_m2 = float(shared_m2[home >= 0].sum())
    if overlap_m2 >= WORTH_TELLING_M2:
        notices.append(Notice("overlap_counted_once", "parks", values={"overlap_m2": overlap_m2}))
    return tuple(notices)
