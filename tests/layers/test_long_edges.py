"""Long edges in degrees stay where the file has them."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from geoplan.core.true_size import true_size
from geoplan.layers import load_districts
from geoplan.layers.repairs.long_edges import TOLERANCE_M, follow_degrees

WIDE = shapely.box(113.5, 22.0, 114.5, 23.0)


def loaded(tmp_path, *shapes, crs="EPSG:4547"):
    keys = [str(number) for number in range(len(shapes))]
    frame = gpd.GeoDataFrame({"code": keys, "name": keys}, geometry=list(shapes), crs=4490)
    frame.to_file(tmp_path / "d.gpkg")
    return load_districts(tmp_path / "d.gpkg", crs=crs, columns={"district_id": "code"})


def test_a_border_along_a_parallel_follows_the_parallel(tmp_path):
    district = loaded(tmp_path, WIDE)
    way = Transformer.from_crs(4490, 4547, always_xy=True)
    on_it = shapely.points(*way.transform(np.linspace(113.5, 114.5, 1001), np.full(1001, 23.0)))
    off = shapely.distance(district.geometry.item().exterior, on_it)
    assert off.max() < TOLERANCE_M


def test_a_district_of_one_degree_has_its_area_on_the_ellipsoid(tmp_path):
    district = loaded(tmp_path, WIDE)
    exact = shapely.segmentize(WIDE, 0.0005)
    expected = abs(Geod(ellps="GRS80").geometry_area_perimeter(exact)[0])
    found = true_size(district).area_m2(district.geometry.item())
    assert found == pytest.approx(expected, rel=1e-7)


def test_neighbours_keep_the_border_they_share(tmp_path):
    south, north = shapely.box(113.5, 22.0, 114.5, 22.5), shapely.box(113.5, 22.5, 114.5, 23.0)
    one, other = loaded(tmp_path, south, north).geometry
    assert one.intersection(other).area < 1e-3
    assert shapely.union(one, other).area == pytest.approx(one.area + other.area, rel=1e-12)


def test_ordinary_data_keep_their_corners():
    shapes = np.array(
        [shapely.Point(114.0, 22.6).buffer(0.05, quad_segs=60), None, shapely.Point()]
    )
    assert follow_degrees(shapes, "EPSG:4490", "EPSG:4547") is shapes


def test_shapes_that_are_to_be_repaired_are_not_mended_on_the_way():
    tie = shapely.Polygon([(113, 22), (114, 23), (114, 22), (113, 23), (113, 22)])
    twice = shapely.LineString([(113, 22), (113, 22), (114, 22)])
    mixed = shapely.GeometryCollection([tie, shapely.Point(1, 2), shapely.MultiLineString([twice])])
    shapes = np.array([tie, twice, mixed])
    divided = follow_degrees(shapes, "EPSG:4490", "EPSG:4547")
    assert not divided[0].is_valid
    assert shapely.get_coordinates(divided[1])[:2].tolist() == [[113, 22], [113, 22]]
    assert [one.geom_type for one in divided[2].geoms] == ["Polygon", "Point", "MultiLineString"]
    for old, new in zip(shapes, divided, strict=True):
        assert set(map(tuple, shapely.get_coordinates(old))) <= set(
            map(tuple, shapely.get_coordinates(new))
        )
