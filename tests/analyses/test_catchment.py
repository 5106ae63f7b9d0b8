"""Areas within a distance of facilities, against formulas, oracles and degenerate grids."""

import math
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from geoplan.analyses.exact.catchment import (
    catchment_polygons,
    covered_area_m2,
    covers_points,
    make_catchment,
)
from geoplan.analyses.exact.outline import TieError, make_outline
from geoplan.analyses.exact.overlap import overlap_area_m2
from geoplan.core.errors import CRSError, ParameterError

FAR = np.array([5e5, 2.5e6])
RADII = [30.0, 200.0, 500.0, 900.0]


def here(shape):
    """Move a shape to where EPSG:4547 has Shenzhen."""
    return shapely.transform(shape, lambda xy: xy + FAR)


def frame(*shapes):
    return gpd.GeoDataFrame(geometry=[here(shape) for shape in shapes], crs="EPSG:4547")


def covered(facilities, distance_m, *regions):
    catchment = make_catchment(frame(*facilities), distance_m)
    return covered_area_m2(np.array([here(region) for region in regions]), catchment)


def segment_m2(height_m, radius_m):
    """Area of a disc beyond a line so far from its centre."""
    return radius_m**2 * math.acos(height_m / radius_m) - height_m * math.sqrt(
        radius_m**2 - height_m**2
    )


point = shapely.Point
box = shapely.box
line = shapely.LineString


def test_a_lone_circle_inside_is_whole():
    found = covered([point(1000, 1000)], 500, box(0, 0, 2000, 2000))
    assert found == pytest.approx([math.pi * 500**2], rel=1e-13)


@pytest.mark.parametrize("height_m", [0, 1e-3, 250, 499, 499.999])
def test_a_line_cuts_a_circle_into_segments(height_m):
    edge = 1000 + height_m
    found = covered([point(1000, 1000)], 500, box(0, 0, edge, 2000), box(edge, 0, 2000, 2000))
    beyond = segment_m2(height_m, 500)
    assert found == pytest.approx([math.pi * 500**2 - beyond, beyond], rel=1e-9, abs=1e-7)


def test_a_hole_takes_its_part_out():
    holed = box(0, 0, 2000, 2000).difference(box(900, 900, 1000, 1100))
    found = covered([point(1000, 1000)], 500, holed)
    assert found == pytest.approx([math.pi * 500**2 - 100 * 200], rel=1e-13)


def test_a_hole_around_the_circle_takes_all_of_it():
    holed = box(0, 0, 2000, 2000).difference(box(400, 400, 1600, 1600))
    assert covered([point(1000, 1000)], 500, holed) == pytest.approx([0], abs=1e-9)


def test_two_circles_count_their_lens_once():
    found = covered([point(800, 1000), point(1200, 1000)], 500, box(0, 0, 2000, 2000))
    assert found == pytest.approx([2 * math.pi * 500**2 - 2 * segment_m2(200, 500)], rel=1e-12)


def test_a_facility_outside_serves_what_is_inside():
    found = covered([point(-300, 500)], 500, box(0, 0, 1000, 1000))
    assert found == pytest.approx([segment_m2(300, 500)], rel=1e-12)


def test_a_facility_farther_away_than_the_distance_serves_nothing():
    assert covered([point(-501, 500)], 500, box(0, 0, 1000, 1000)) == [0]


def test_a_region_well_inside_is_covered_to_the_last_digit():
    region = box(900, 900, 1100.1, 1100.3)
    assert covered([point(1000, 1000)], 500, region) == [shapely.area(here(region))]


def test_a_wall_covers_a_strip_on_both_sides():
    found = covered([line([(500, -500), (500, 1500)])], 100, box(0, 0, 1000, 1000))
    assert found == pytest.approx([200 * 1000], rel=1e-13)


def test_a_wall_that_ends_inside_has_a_round_end():
    found = covered([line([(500, -500), (500, 400)])], 100, box(0, 0, 1000, 1000))
    assert found == pytest.approx([200 * 400 + math.pi * 100**2 / 2], rel=1e-13)


def test_a_square_park_serves_its_strips_and_four_quarters():
    found = covered([box(800, 800, 1000, 1100)], 100, box(0, 0, 2000, 2000))
    assert found == pytest.approx([200 * 300 + 1000 * 100 + math.pi * 100**2], rel=1e-13)


def test_a_park_with_a_large_hole_serves_a_strip_inside_it():
    park = box(0, 0, 3000, 3000).difference(box(500, 500, 2500, 2500))
    found = covered([park], 100, box(500, 500, 2500, 2500))
    assert found == pytest.approx([2000**2 - 1800**2], rel=1e-13)


def test_a_park_with_a_small_hole_serves_all_of_it():
    park = box(0, 0, 3000, 3000).difference(box(1000, 1000, 1100, 1100))
    region = box(900, 900, 1200, 1200)
    assert covered([park], 100, region) == pytest.approx([region.area], rel=1e-13)


def test_a_notch_serves_as_far_as_its_two_shoulders():
    park = shapely.Polygon(
        [(0, 0), (100, 0), (100, -900), (900, -900), (900, 0), (1e3, 0), (1e3, -1e3), (0, -1e3)]
    )
    found = covered([park], 500, box(100, 0, 900, 2000))
    # Two circles about the shoulders, 800 m apart, cover the middle together.
    width, height = 400, math.sqrt(500**2 - 400**2)
    quarter = 500**2 * (math.pi / 2 - math.asin(height / 500)) / 2 + width * height / 2
    assert found == pytest.approx([2 * quarter], rel=1e-12)


def test_points_inside_a_park_add_nothing_and_points_beside_it_do():
    park = box(0, 0, 1000, 1000)
    region = box(-5000, -5000, 6000, 6000)
    alone = covered([park], 300, region)
    assert covered([park, point(500, 500), point(1000, 700)], 300, region) == pytest.approx(alone)
    assert covered([park, point(2000, 2000)], 300, region) == pytest.approx(
        alone + math.pi * 300**2, rel=1e-13
    )


def test_streets_that_cross_share_their_crossing():
    streets = [line([(-2000, 0), (2000, 0)]), line([(0, -2000), (0, 2000)])]
    found = covered(streets, 100, box(-1000, -1000, 1000, 1000))
    assert found == pytest.approx([2 * 2000 * 200 - 200**2], rel=1e-13)


def test_streets_that_fork_have_one_catchment():
    streets = [line([(0, 0), (3000, y)]) for y in (-1500, -300, 100, 1400)]
    region = box(-1000, -3000, 5000, 3000)
    merged = shapely.union_all(streets)
    assert covered(streets, 200, region) == pytest.approx(covered([merged], 200, region), rel=1e-12)


@pytest.mark.parametrize("distance_m", [100.0, 500.0, 600.0])
def test_walls_twice_the_distance_apart_meet_and_no_more(distance_m):
    walls = [line([(x * 2 * distance_m, -9e3), (x * 2 * distance_m, 9e3)]) for x in range(4)]
    region = box(0, 0, 6 * distance_m, 1000)
    assert covered(walls, distance_m, region) == pytest.approx([region.area], rel=1e-9)


def test_parks_twice_the_distance_apart_on_a_grid_are_measured(drawn_oracle):
    parks = [box(x, y, x + 300, y + 200) for x in (0, 900, 1800) for y in (0, 800, 1600)]
    regions = [box(x, y, x + 600, y + 600) for x in range(-600, 2400, 600) for y in (-600, 0, 600)]
    found = covered(parks, 300, *regions)
    drawn = drawn_oracle(parks, 300)
    assert found == pytest.approx(shapely.area(shapely.intersection(regions, drawn)), rel=1e-4)


@pytest.mark.parametrize("spacing_m", [250, 500, 500 * 2**0.5, 900, 1000])
@pytest.mark.parametrize("size_m", [250, 500, 1000])
def test_regions_on_the_grid_of_the_stops_are_measured(spacing_m, size_m, voronoi_oracle):
    i, j = (index.ravel() for index in np.meshgrid(np.arange(3), np.arange(3)))
    stops = [point(*xy) for xy in spacing_m * np.column_stack([i, j])]
    first, last = -600 // size_m, (2 * spacing_m + 600) // size_m
    ticks = np.arange(first, last) * size_m
    regions = [box(x, y, x + size_m, y + size_m) for x in ticks for y in ticks[:3]]
    found = covered(stops, 500, *regions)
    moved = np.array([here(region) for region in regions])
    centres = shapely.get_coordinates(frame(*stops).geometry.array)
    expected = voronoi_oracle(moved, centres, 500.0)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-4)


def test_a_region_whose_corners_all_lie_on_the_circle_is_covered():
    angle = np.arange(6) * math.pi / 3
    hexagon = shapely.Polygon(500 * np.column_stack([np.cos(angle), np.sin(angle)]))
    assert covered([point(0, 0)], 500, hexagon) == pytest.approx([hexagon.area], rel=1e-9)


def test_a_region_around_the_circle_that_touches_it_has_all_of_it():
    assert covered([point(0, 0)], 500, box(-500, -500, 500, 500)) == pytest.approx(
        [math.pi * 500**2], rel=1e-9
    )


def test_a_region_drawn_as_the_catchment_itself_is_covered():
    catchment = make_catchment(frame(point(0, 0), point(700, 100)), 500)
    drawn = np.array([catchment_polygons(catchment, quad_segs=16)])
    assert covered_area_m2(drawn, catchment) == pytest.approx(shapely.area(drawn), rel=1e-9)


def test_a_strip_as_wide_as_the_catchment_is_covered():
    wall = [line([(0, -5000), (0, 5000)])]
    inside, beside = covered(wall, 100, box(-100, 0, 100, 700), box(100, 0, 300, 700))
    assert inside == pytest.approx(200 * 700, rel=1e-9)
    assert beside == pytest.approx(0, abs=1e-4)


def test_areas_whose_common_border_rounds_apart_are_snapped_together(drawn_oracle):
    parks = [
        shapely.Polygon([(0, 300), (400 / 3, 1300 / 3), (400, 300)]),
        shapely.Polygon([(300, 600), (400 / 3, 1300 / 3), (0, 500)]),
        shapely.box(500, 600, 1000, 1100).difference(shapely.box(600, 700, 900, 1000)),
        shapely.Polygon([(0, 500), (5000 / 13, 4000 / 13), (200, 0)]),
        shapely.Polygon([(500, 500), (400, 300), (5000 / 13, 4000 / 13)]),
        shapely.Polygon([(500, 300), (200, 400), (200, 500)]),
    ]
    region = box(-1000, -1000, 3000, 3000)
    expected = drawn_oracle(parks, 200).area
    assert covered(parks, 200, region) == pytest.approx([expected], rel=2e-5)


def test_a_line_cut_off_to_a_rounding_by_areas_is_measured(drawn_oracle):
    things = [
        shapely.Polygon([(250, 0), (0, 250), (25000 / 39, 39750 / 39), (1000, 750)]),
        line([(1000, 1250), (1500, 1250), (500, 250)]),
        line([(750, 250), (0, 1250), (750, 1250)]),
    ]
    region = box(-1000, -1000, 3000, 3000)
    assert covered(things, 250, region) == pytest.approx([drawn_oracle(things, 250).area], rel=2e-5)


def test_a_nudge_that_is_tied_itself_gives_way_to_the_next():
    catchment = make_catchment(frame(point(0, 0)), 500)
    tries = []

    def trace(distance_m):
        tries.append(distance_m)
        if len(tries) == 2:
            raise TieError
        return catchment.trace(distance_m)

    region = np.array([here(box(-500, -500, 500, 500))])
    found = overlap_area_m2(region, trace, 500.0, catchment.depth_m)
    assert found == pytest.approx([math.pi * 500**2], rel=1e-9)


def test_what_no_nudge_unties_is_an_error(monkeypatch):
    def tied(*_):
        raise TieError

    monkeypatch.setattr("geoplan.analyses.exact.offsets._trace", tied)
    with pytest.raises(TieError, match="Please report this"):
        covered([box(0, 0, 9, 9)], 500, box(0, 0, 1000, 1000))


def test_no_facility_covers_nothing():
    catchment = make_catchment(frame(), 500)
    assert catchment.is_empty
    assert covered_area_m2([box(0, 0, 1, 1)], catchment).tolist() == [0]
    assert covers_points([point(0, 0)], catchment).tolist() == [False]
    assert catchment_polygons(catchment).is_empty


def test_no_region_is_no_area():
    assert covered_area_m2([], make_catchment(frame(point(0, 0)), 500)).tolist() == []


def test_regions_without_area_count_nothing():
    regions = np.array([shapely.Polygon(), here(line([(0, 0), (9, 9)])), here(box(0, 0, 3, 3))])
    catchment = make_catchment(frame(point(0, 0)), 500)
    assert covered_area_m2(regions, catchment).tolist() == [0, 0, 9]


@pytest.mark.parametrize("size_m", [0, 1e-9])
def test_a_line_or_an_area_without_extent_is_a_point(size_m):
    spot = [line([(700, 700), (700, 700 + size_m)])]
    spot += [shapely.Polygon([(700, 700), (700 + size_m, 700), (700, 700 + size_m)])]
    found = covered(spot, 300, box(0, 0, 2000, 2000))
    assert found == pytest.approx([math.pi * 300**2], rel=1e-9)


def test_facilities_far_from_what_is_measured_are_left_out():
    facilities = frame(point(0, 0), point(1600, 0), box(9000, 0, 9100, 100))
    west, south, east, north = here(box(0, 0, 1000, 1000)).bounds
    near = make_catchment(facilities, 500, (west, south, east, north))
    assert (len(near.centres), len(near.areas)) == (1, 0)


def test_missing_and_empty_geometry_serves_nothing():
    facilities = gpd.GeoDataFrame(geometry=[None, shapely.Point(), here(point(0, 0))], crs=4547)
    assert len(make_catchment(facilities, 500).centres) == 1


def test_collections_and_heights_are_taken_apart():
    mixed = shapely.GeometryCollection([shapely.Point(0, 0, 7), shapely.box(2000, 0, 2100, 100)])
    region = box(-1000, -1000, 5000, 5000)
    assert covered([mixed], 300, region) == pytest.approx(
        covered([point(0, 0), shapely.box(2000, 0, 2100, 100)], 300, region)
    )


@pytest.mark.parametrize("distance_m", [0, -1, math.nan, math.inf, -math.inf])
def test_a_distance_that_is_none_is_refused(distance_m):
    with pytest.raises(ParameterError, match="wanted a finite number of metres above 0"):
        make_catchment(frame(point(0, 0)), distance_m)


@pytest.mark.parametrize(("crs", "words"), [(None, "has no CRS"), (4326, "unit: degree")])
def test_facilities_that_are_not_in_metres_are_refused(crs, words):
    with pytest.raises(CRSError, match=words):
        make_catchment(gpd.GeoDataFrame(geometry=[point(0, 0)], crs=crs), 500)


def test_the_edge_of_a_catchment_is_covered():
    catchment = make_catchment(frame(point(0, 0), box(2000, 0, 2100, 100)), 500)
    places = [
        point(300, 400),
        point(300, 400.001),
        point(2050, 50),
        point(2100, 600),
        point(1e4, 0),
    ]
    found = covers_points(np.array([here(place) for place in places]), catchment)
    assert found.tolist() == [True, False, True, True, False]


def test_an_outline_around_the_same_ground_twice_is_an_error_and_no_number():
    square = np.array([[0.0, 0], [3, 0], [3, 3], [0, 3]])
    twice, straight = np.concatenate([square, square]), np.full((8, 2), np.nan)
    outline = make_outline(twice, straight, np.repeat([0, 1], 4), 1.0, np.zeros(2))
    region = np.array([box(1, 1, 5, 2)])
    with pytest.raises(TieError, match="no nudge helped"):
        overlap_area_m2(region, lambda _: outline, 1.0, lambda xy: xy[:, 0])


numbers = st.floats(0, 3000, allow_nan=False).map(lambda value: round(value, 2))
spots = st.tuples(numbers, numbers)
sizes = st.floats(1, 900, allow_nan=False).map(lambda value: round(value, 2))


@st.composite
def parks(draw):
    """A star-shaped park, with a hole now and then."""
    x, y = draw(spots)
    spokes = draw(st.lists(sizes, min_size=3, max_size=9))
    angle = np.arange(len(spokes)) * 2 * math.pi / len(spokes)
    rim = np.array([x, y]) + np.array(spokes)[:, None] * np.column_stack(
        [np.cos(angle), np.sin(angle)]
    )
    park = shapely.Polygon(rim)
    if draw(st.booleans()):
        park = shapely.Polygon(
            rim, [shapely.affinity.scale(park, 0.4, 0.4, origin=(x, y)).exterior]
        )
    assume(park.is_valid and park.area > 1)
    return park


@st.composite
def districts(draw):
    """Boxes that tile a square, one of them with a hole."""
    cuts = [0.0, *sorted(draw(st.lists(numbers, min_size=1, max_size=2, unique=True))), 3000.0]
    tiles = [
        box(west, south, east, north)
        for west, east in pairwise(cuts)
        for south, north in ((0, 1234.5), (1234.5, 3000))
        if east > west
    ]
    hole = box(*draw(spots), *(3000, 3000)).buffer(-draw(st.floats(1, 300)))
    return [tile.difference(hole) for tile in tiles[:1]] + tiles[1:]


walls = st.lists(spots, min_size=2, max_size=4, unique=True).map(shapely.LineString)
anything = st.lists(st.one_of(spots.map(shapely.Point), walls, parks()), min_size=1, max_size=6)


@given(facilities=anything, regions=districts(), distance_m=st.sampled_from(RADII))
def test_areas_agree_with_plain_shapely(facilities, regions, distance_m, drawn_oracle):
    found = covered(facilities, distance_m, *regions)
    drawn = drawn_oracle(facilities, distance_m)
    expected = shapely.area(shapely.intersection(np.array(regions), drawn))
    corners = len(shapely.get_coordinates(np.array(facilities)))
    slack = 7e-6 * math.pi * distance_m**2 * corners
    assert (found >= expected - 1e-3).all()
    assert (found <= expected + slack + 1e-3).all()


@given(facilities=anything, regions=districts(), distance_m=st.sampled_from(RADII))
def test_areas_stay_in_bounds_and_grow_with_the_distance(facilities, regions, distance_m):
    near, far = (covered(facilities, reach, *regions) for reach in (distance_m, distance_m * 1.1))
    assert (near >= 0).all()
    assert (near <= far * (1 + 1e-9) + 1e-6).all()
    assert (far <= shapely.area(np.array([here(region) for region in regions]))).all()


@given(facilities=anything, regions=districts(), distance_m=st.sampled_from(RADII))
def test_parts_of_a_region_add_up(facilities, regions, distance_m):
    whole = shapely.union_all(regions)
    assert covered(facilities, distance_m, *regions).sum() == pytest.approx(
        covered(facilities, distance_m, whole)[0], rel=1e-9, abs=1e-3
    )


@given(facilities=anything, regions=districts(), distance_m=st.sampled_from(RADII))
def test_order_and_repetition_of_facilities_change_nothing(facilities, regions, distance_m):
    again = covered([*reversed(facilities), *facilities], distance_m, *regions)
    assert again == pytest.approx(covered(facilities, distance_m, *regions), rel=1e-9, abs=1e-3)


@given(facilities=anything, regions=districts(), distance_m=st.sampled_from(RADII))
def test_where_on_the_map_it_lies_changes_nothing(facilities, regions, distance_m):
    catchment = make_catchment(gpd.GeoDataFrame(geometry=facilities, crs=4547), distance_m)
    at_origin = covered_area_m2(np.array(regions), catchment)
    assert covered(facilities, distance_m, *regions) == pytest.approx(at_origin, rel=1e-8, abs=1e-3)


@given(centres=st.lists(spots, min_size=1, max_size=15), regions=districts())
def test_discs_agree_with_discs_in_voronoi_cells(centres, regions, voronoi_oracle):
    xy = np.unique(np.round(np.array(centres), 0), axis=0)
    found = covered([point(*at) for at in xy], 500, *regions)
    assert found == pytest.approx(voronoi_oracle(regions, xy, 500.0), rel=1e-9, abs=1e-4)


@given(facilities=anything, places=st.lists(spots, min_size=1), distance_m=st.sampled_from(RADII))
def test_points_agree_with_the_distance_to_each_facility(facilities, places, distance_m):
    points = shapely.points(np.array(places))
    nearest = shapely.distance(points[:, None], np.array(facilities)).min(axis=1)
    clear = np.abs(nearest - distance_m) > 1e-6
    found = covers_points(
        points, make_catchment(gpd.GeoDataFrame(geometry=facilities, crs=4547), distance_m)
    )
    assert (found == (nearest <= distance_m))[clear].all()


@given(facilities=anything, distance_m=st.sampled_from(RADII))
def test_the_drawn_catchment_is_valid_and_no_larger(facilities, distance_m):
    catchment = make_catchment(frame(*facilities), distance_m)
    drawn = catchment_polygons(catchment)
    assert drawn.is_valid
    assert drawn.area == pytest.approx(catchment.outline.area_m2, rel=5e-4)


@pytest.mark.real
def test_singapores_parks_agree_with_fine_buffers_but_for_their_shortcuts(real_data):
    layer = gpd.read_file(real_data / "singapore" / "NParksParksandNatureReserves.geojson")
    layer = layer.to_crs("EPSG:3414")
    layer.geometry = shapely.force_2d(layer.geometry.make_valid().array)
    exact = make_catchment(layer, 400).outline.area_m2
    drawn = shapely.union_all(layer.geometry.buffer(400, quad_segs=64).array).area
    # shapely's buffer drops notches shallower than 1 % of the distance before it starts.
    assert drawn == pytest.approx(exact, rel=1e-4)


def twice(rng, off_m):
    """Give a line of some corners, and three that follow it off by so much."""
    corners = np.add(np.cumsum(rng.uniform(-300, 300, (6, 2)), axis=0), (471_000, 2_546_000))
    between = (corners[2] + corners[3]) / 2
    runs = [corners, corners[::-1], corners[1:], np.insert(corners, 3, between, axis=0)]
    return [shapely.LineString(run + rng.uniform(-off_m, off_m, run.shape)) for run in runs]


@pytest.mark.parametrize("off_m", [0, 1e-11, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-3, 0.1])
@pytest.mark.parametrize("distance_m", [30.0, 300.0, 500.0])
def test_lines_drawn_twice_have_the_outline_that_their_buffer_has(off_m, distance_m):
    for seed in range(3):
        lines = twice(np.random.default_rng(seed), off_m)
        layer = gpd.GeoDataFrame(geometry=lines, crs=4547)
        drawn = shapely.union_all(shapely.buffer(lines, distance_m, quad_segs=256))
        area_m2 = make_catchment(layer, distance_m).outline.area_m2
        assert area_m2 == pytest.approx(drawn.area, rel=1e-5)


def test_two_lines_that_part_by_less_than_a_hair_have_an_outline():
    lines = [
        shapely.LineString(
            [
                (471688.82967990893, 2546431.246459652),
                (471801.7455206741, 2546306.9737295695),
                (480329.3869277665, 2553694.552605449),
            ]
        ),
        shapely.LineString(
            [(471709.3598084493, 2546408.651393226), (471801.7455206924, 2546306.973729568)]
        ),
    ]
    layer = gpd.GeoDataFrame(geometry=lines, crs=4547)
    drawn = shapely.union_all(shapely.buffer(lines, 500, quad_segs=256))
    area_m2 = make_catchment(layer, 500).outline.area_m2
    assert area_m2 == pytest.approx(drawn.area, rel=1e-5)
