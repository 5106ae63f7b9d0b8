"""Lines meet where they should: against GEOS' own noding, and level by level."""

import itertools

import numpy as np
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from geoplan.layers.network.build import WayKinds, Ways, build_edges
from geoplan.layers.network.crossings import join_lines
from geoplan.layers.osm.tags import WayKind

PLACE = st.tuples(st.integers(0, 5), st.integers(0, 5))
LINE = st.lists(PLACE, min_size=2, max_size=4).filter(
    lambda xy: all(a != b for a, b in itertools.pairwise(xy))
)
KIND = (WayKind(allowed=True, reason="", name="path"),)


def as_lines(city):
    return np.array([shapely.LineString(np.array(xy) * 1000.0) for xy in city], dtype=object)


def edges_of(lines, level=None):
    ground = np.zeros(len(lines), dtype=np.int64)
    joined = join_lines(lines, ground if level is None else level)
    nothing = np.zeros(len(joined.row), dtype=np.int64)
    return build_edges(
        Ways(
            joined.vertex_key,
            joined.vertex_xy_m,
            joined.offsets,
            joined.row,
            WayKinds.of(KIND, nothing),
        )
    )


def pieces(edges):
    owner = np.repeat(np.arange(len(edges.length_m)), np.diff(edges.offsets))
    return straight(edges.vertex_xy_m, owner)


def straight(xy, owner):
    """Every straight piece between neighbouring vertices, once, whatever its direction."""
    ends = np.stack([xy[:-1], xy[1:]], axis=1)[owner[1:] == owner[:-1]].round(1) + 0.0
    found = {tuple(sorted(map(tuple, pair.tolist()))) for pair in ends}
    return {pair for pair in found if pair[0] != pair[1]}


@given(st.lists(LINE, min_size=1, max_size=7))
def test_the_network_of_lines_is_what_geos_nodes(city):
    lines = as_lines(city)
    edges = edges_of(lines)
    noded = shapely.get_parts(shapely.node(shapely.multilinestrings(list(lines))))
    assert pieces(edges) == straight(*shapely.get_coordinates(noded, return_index=True))
    ends = [shapely.get_point(noded, at) for at in (0, -1)]
    places = {tuple(xy) for xy in (shapely.get_coordinates(ends[0]).round(1) + 0.0).tolist()}
    places |= {tuple(xy) for xy in (shapely.get_coordinates(ends[1]).round(1) + 0.0).tolist()}
    nodes = {tuple(xy) for xy in (edges.node_xy_m.round(1) + 0.0).tolist()}
    assert places <= nodes
    assert len(edges.node_xy_m) == len(nodes)


@given(st.lists(LINE, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(city, random):
    lines = as_lines(city)
    shuffled = lines.copy()
    random.shuffle(shuffled)
    one, other = edges_of(lines), edges_of(shuffled)
    assert pieces(one) == pieces(other)
    assert len(one.node_xy_m) == len(other.node_xy_m)


@given(st.lists(st.tuples(LINE, st.integers(-1, 1)), min_size=2, max_size=6))
def test_lines_of_unequal_level_share_a_node_only_where_one_of_them_ends(city):
    lines = as_lines([xy for xy, _ in city])
    level = np.array([height for _, height in city])
    assume(shapely.is_simple(lines).all())
    joined = join_lines(lines, level)
    owner = np.repeat(np.arange(len(lines)), np.diff(joined.offsets))
    ends = np.zeros(len(owner), dtype=bool)
    ends[joined.offsets[:-1]] = ends[joined.offsets[1:] - 1] = True
    for key in np.unique(joined.vertex_key):
        here = joined.vertex_key == key
        passing = level[owner[here & ~ends]]
        assert len(set(passing.tolist())) <= 1
    # Each line still runs through its own vertices, in their order.
    for line, first, last in zip(lines, joined.offsets[:-1], joined.offsets[1:], strict=True):
        run = shapely.LineString(joined.vertex_xy_m[first:last])
        assert shapely.hausdorff_distance(run, line) < 0.01
        assert abs(run.length - line.length) < 0.01
