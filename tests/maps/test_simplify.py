"""Geometry for the screen keeps its borders shared and its rows in order."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.core.errors import CRSError, ParameterError
from geoplan.maps.page.simplify import for_display, outlines, tolerance_m

CRS = "EPSG:4547"
X, Y = 500_000, 2_500_000


def _districts(seed=0, size=4):
    """Cells of a wobbly grid, sharing noisy borders."""
    rng = np.random.default_rng(seed)
    knots = np.stack(np.meshgrid(*[np.arange(size + 1) * 2000.0] * 2), -1)
    knots += rng.uniform(-300, 300, knots.shape) + np.array([X, Y])

    def side(a, b):
        line = np.linspace(a, b, 60)
        rng_side = np.random.default_rng(int(abs(a + b).sum()) % 2**32)
        line[1:-1] += rng_side.normal(0, 4, (58, 2))
        return line

    edges = {}

    def edge(i, j):
        low, high = min(i, j), max(i, j)
        if (low, high) not in edges:
            edges[low, high] = side(knots[low], knots[high])
        line = edges[low, high]
        return line if i == low else line[::-1]

    cells = []
    for r in range(size):
        for c in range(size):
            ring = [(r, c), (r, c + 1), (r + 1, c + 1), (r + 1, c)]
            parts = [edge(ring[k], ring[(k + 1) % 4])[:-1] for k in range(4)]
            cells.append(shapely.Polygon(np.concatenate(parts)))
    names = [f"d{k}" for k in range(len(cells))]
    return gpd.GeoDataFrame({"district_id": names}, geometry=cells, crs=CRS)


def test_a_city_may_move_by_a_third_of_a_pixel():
    assert tolerance_m(_districts()) == pytest.approx(3.0)


def test_the_tolerance_of_an_empty_layer_is_the_least():
    assert tolerance_m(gpd.GeoDataFrame(geometry=[], crs=CRS)) == 1.0


def test_simplified_districts_still_share_their_borders():
    shown = for_display(_districts(), tolerance_m=20, shapes="coverage")
    assert shapely.coverage_is_valid(shown.geometry.to_numpy(), gap_width=0.0)


def test_simplified_districts_have_far_fewer_vertices():
    districts = _districts()
    shown = for_display(districts, tolerance_m=20, shapes="coverage")
    before = shapely.get_num_coordinates(districts.geometry).sum()
    assert shapely.get_num_coordinates(shown.geometry).sum() < before / 2


def test_coordinates_have_five_decimals():
    shown = for_display(_districts(), tolerance_m=5)
    coordinates = shapely.get_coordinates(shown.geometry)
    assert np.allclose(coordinates, coordinates.round(5), rtol=0, atol=1e-12)


def test_rows_columns_and_the_input_stay_as_they_were():
    districts = _districts()
    before = districts.copy(deep=True)
    shown = for_display(districts, tolerance_m=20, shapes="coverage")
    assert list(shown["district_id"]) == list(districts["district_id"])
    assert districts.geom_equals_exact(before, 0).all()
    assert shown.crs == "EPSG:4326"


def test_a_shape_smaller_than_the_tolerance_does_not_vanish():
    tiny = gpd.GeoDataFrame(geometry=[shapely.box(X, Y, X + 3, Y + 3)], crs=CRS)
    assert not for_display(tiny, tolerance_m=200).geometry.is_empty.any()


def test_points_and_lines_pass_through_too():
    mixed = gpd.GeoDataFrame(
        geometry=[shapely.Point(X, Y), shapely.LineString([(X, Y), (X + 500, Y)])], crs=CRS
    )
    shown = for_display(mixed, tolerance_m=5, shapes="coverage")
    assert list(shown.geom_type) == ["Point", "LineString"]


def test_zero_tolerance_keeps_every_vertex():
    districts = _districts()
    shown = for_display(districts, tolerance_m=0)
    counts = shapely.get_num_coordinates
    assert counts(shown.geometry).sum() == counts(districts.geometry).sum()


def test_every_border_is_drawn_once():
    districts = _districts(size=2)
    lines = outlines(districts, tolerance_m=0)
    metres = lines.to_crs(CRS).length
    rings = districts.length.sum()
    outer = shapely.unary_union(districts.geometry.to_numpy()).length
    assert metres.sum() == pytest.approx((rings + outer) / 2, rel=5e-3)


def test_a_lone_district_has_no_inner_border():
    lone = gpd.GeoDataFrame(geometry=[shapely.box(X, Y, X + 3000, Y + 3000)], crs=CRS)
    lines = outlines(lone, tolerance_m=1).set_index("border").geometry
    assert lines["inner"].is_empty
    assert not lines["outer"].is_empty


@given(tolerance=st.floats(0, 500))
def test_an_outline_moves_by_at_most_the_tolerance(tolerance):
    districts = _districts(size=1)
    shown = for_display(districts, tolerance_m=tolerance).to_crs(CRS)
    moved = shapely.hausdorff_distance(
        shown.geometry.to_numpy(), districts.geometry.to_numpy(), densify=0.05
    )
    assert moved.max() <= tolerance * 1.05 + 2


@pytest.mark.parametrize("tolerance", [-1, float("nan"), float("inf")])
def test_a_tolerance_must_be_metres(tolerance):
    with pytest.raises(ParameterError, match="tolerance_m"):
        for_display(_districts(size=1), tolerance_m=tolerance)


def test_degrees_are_refused():
    with pytest.raises(CRSError, match="degree"):
        for_display(_districts(size=1).to_crs(4326), tolerance_m=5)
