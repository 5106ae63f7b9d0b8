"""Areas and lengths on the ellipsoid, held against geodesics."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geoplan.core.errors import ParameterError
from geoplan.core.true_size import measuring, true_area_m2, true_length_m, true_size

GEOD = Geod(ellps="GRS80")
PLACES = {
    "the middle of a zone": (114.0, 22.6),
    "the edge of a zone": (115.45, 22.6),
    "the north": (127.4, 45.7),
}
PLANES = (
    "EPSG:4547",
    "EPSG:4548",
    "EPSG:32650",
    "EPSG:3395",
    "+proj=laea +lat_0=30 +lon_0=114 +ellps=GRS80 +units=m",
    "+proj=lcc +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=GRS80 +units=m",
    "+proj=eqc +lat_ts=23 +ellps=GRS80 +units=m",
    "+proj=merc +lat_ts=23 +R=6371000 +units=m",
)

EDGE = np.array([650_000.0, 2_500_000.0])


def framed(shape, crs):
    return gpd.GeoDataFrame(geometry=[shape], crs=4490).to_crs(crs)


@pytest.mark.parametrize("crs", PLANES)
@pytest.mark.parametrize("lon_lat", PLACES.values(), ids=PLACES)
def test_a_square_has_its_geodesic_area_whatever_the_plane(crs, lon_lat):
    west, south = lon_lat
    square = shapely.segmentize(shapely.box(west, south, west + 0.05, south + 0.05), 0.0005)
    drawn = framed(square, crs)
    expected = abs(GEOD.geometry_area_perimeter(square)[0])
    assert true_size(drawn).area_m2(drawn.geometry.item()) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("crs", PLANES)
def test_a_line_has_its_geodesic_length_in_whatever_direction(crs):
    ends = [[(114.0, 22.6), (114.1, 22.6)], [(114.0, 22.6), (114.0, 22.7)]]
    for one in [*ends, [ends[0][1], ends[1][1]]]:
        line = shapely.segmentize(shapely.LineString(one), 0.0005)
        drawn = framed(line, crs)
        expected = GEOD.geometry_length(line)
        assert true_size(drawn).length_m(drawn.geometry.item()) == pytest.approx(expected, rel=1e-8)


def at_the_edge(*shapes):
    shapes = [shapely.transform(shape, lambda xy: xy + EDGE) for shape in shapes]
    return gpd.GeoDataFrame(geometry=shapes, crs=4547)


@given(
    st.lists(st.floats(1, 19_999), min_size=1, max_size=6, unique=True),
    st.floats(0, np.pi),
)
def test_pieces_add_up_to_their_whole_however_it_is_cut(cuts, turn):
    whole = shapely.box(0, 0, 20_000, 20_000).difference(shapely.box(3e3, 4e3, 8e3, 9e3))
    away = 30_000 * np.array([np.cos(turn), np.sin(turn)])
    lines = [shapely.LineString([x - away, x + away]) for x in cuts]
    pieces = shapely.get_parts(shapely.polygonize([
        shapely.node(shapely.union_all([whole.boundary, *lines]))
    ]))  # fmt: skip
    pieces = [piece for piece in pieces if whole.covers(piece.point_on_surface())]
    frame, cut = at_the_edge(whole), at_the_edge(*pieces)
    size = true_size(frame)
    summed = size.area_m2(cut.geometry.to_numpy()).sum()
    assert summed == pytest.approx(size.area_m2(frame.geometry.item()), rel=1e-12)


def test_rings_may_run_either_way_and_holes_are_left_out():
    ring = [(0, 0), (9_000, 0), (9_000, 9_000), (0, 9_000)]
    hole = [(1_000, 1_000), (2_000, 1_000), (2_000, 2_000), (1_000, 2_000)]
    frame = at_the_edge(
        shapely.Polygon(ring, [hole]), shapely.Polygon(ring[::-1], [hole]), shapely.Polygon(ring),
        shapely.Polygon(hole), shapely.Point(1, 1), shapely.Polygon(),
    )  # fmt: skip
    one, other, outer, inner, dot, nothing = true_size(frame).area_m2(frame.geometry.to_numpy())
    assert (one, dot, nothing) == (pytest.approx(other, rel=1e-14), 0, 0)
    assert one == pytest.approx(outer - inner, rel=1e-12)


def test_what_lies_far_from_the_districts_is_measured_as_well():
    here = at_the_edge(shapely.box(0, 0, 1_000, 1_000))
    square = shapely.segmentize(shapely.box(112.6, 24.0, 112.7, 24.1), 0.0005)
    far = framed(square, 4547).geometry.item()
    expected = abs(GEOD.geometry_area_perimeter(square)[0])
    size = true_size(here)
    assert size.area_m2(far) == pytest.approx(expected, rel=1e-8)
    assert size.length_m(far.exterior) == pytest.approx(
        GEOD.geometry_length(square.exterior), rel=1e-8
    )


def test_an_equal_area_plane_is_taken_as_it_is():
    crs = "+proj=laea +lat_0=22.5 +lon_0=114 +ellps=GRS80 +units=m"
    frame = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1_000, 1_000)], crs=crs)
    assert true_size(frame).area_m2(frame.geometry.item()) == 1e6


@pytest.mark.parametrize(
    ("crs", "reason"),
    [
        (
            "EPSG:4547",
            "elsewhere",
        ),  # the short coordinates of a city's own grid, given a wrong name
        ("EPSG:4526", "elsewhere"),  # the same, thousands of kilometres from where its zone begins
        (
            'PROJCS["plant",LOCAL_DATUM["none",0],UNIT["metre",1]]'.replace("PROJCS", "LOCAL_CS"),
            "no_datum",
        ),
    ],
)
def test_planes_that_say_nothing_of_the_ground_are_measured_as_planes(crs, reason):
    frame = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1_000, 1_000)], crs=crs)
    size = true_size(frame)
    assert (size.areas, size.reason, size.area_m2(frame.geometry.item())) == ("plane", reason, 1e6)


def test_outside_an_analysis_shapes_are_measured_in_their_plane():
    frame = at_the_edge(shapely.box(0, 0, 1_000, 1_000))
    with measuring(true_size(frame)):
        inside = true_area_m2(frame.geometry.item()), true_length_m(frame.geometry.item())
    assert inside == (pytest.approx(999_440.8, abs=0.1), pytest.approx(3_998.88, abs=0.01))
    assert true_area_m2(frame.geometry.item()) == 1e6
    assert true_length_m(frame.geometry.item()) == 4e3


def test_there_are_two_ways_of_measuring():
    with pytest.raises(ParameterError, match='wanted "ellipsoid" or "plane"'):
        true_size(at_the_edge(shapely.box(0, 0, 1, 1)), "sphere")
