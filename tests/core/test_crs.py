"""The CRS guard and the rule that chooses a study CRS."""

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod

from geoplan.core.crs import choose_study_crs, describe_study_crs, require_metric_crs
from geoplan.core.errors import CRSError, ParameterError


def _points(crs):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.0], [0.0]), crs=crs)


@pytest.mark.parametrize(
    ("place", "bounds_deg", "crs"),
    [
        ("Shenzhen, across UTM 49 and 50", (113.75, 22.44, 114.62, 22.86), "EPSG:4547"),
        ("Dongguan", (113.5, 22.6, 114.3, 23.2), "EPSG:4547"),
        ("Shanghai", (121.0, 31.0, 121.9, 31.6), "EPSG:4549"),
        ("Kashgar", (75.8, 39.3, 76.2, 39.6), "EPSG:4534"),
        ("Singapore", (103.6, 1.16, 104.1, 1.48), "EPSG:32648"),
        ("Seoul", (126.8, 37.4, 127.2, 37.7), "EPSG:32652"),
        ("Delhi", (77.0, 28.5, 77.4, 28.8), "EPSG:32643"),
        ("Hanoi", (105.7, 20.9, 106.0, 21.1), "EPSG:32648"),
        ("Porto Alegre", (-51.3, -30.3, -51.0, -29.9), "EPSG:32722"),
    ],
)
def test_a_city_gets_the_zone_its_office_works_in(place, bounds_deg, crs):
    assert choose_study_crs(bounds_deg).crs == crs, place


def test_an_extent_wider_than_a_zone_gets_an_equal_area_projection():
    study = choose_study_crs((73.5, 18.0, 134.8, 53.5))
    assert study.rule == "local-equal-area"
    assert study.area_error < 1e-8


@given(lon=st.floats(-175, 175), lat=st.floats(-75, 75), width=st.floats(0.01, 2.9))
def test_the_choice_is_metric_and_its_errors_are_small(lon, lat, width):
    study = choose_study_crs((lon - width / 2, lat - 0.2, lon + width / 2, lat + 0.2))
    require_metric_crs(layer=_points(study.crs))
    assert study.scale_error <= 1.5e-3


def test_the_stated_scale_error_is_what_a_geodesic_says():
    study = describe_study_crs("EPSG:4547", (113.75, 22.5, 114.62, 22.5))
    ends = gpd.GeoSeries(gpd.points_from_xy([114.6, 114.62], [22.5, 22.5]), crs=4490)
    plane_m = ends.to_crs(study.crs).distance(ends.to_crs(study.crs).shift()).iloc[1]
    geodesic_m = Geod(ellps="GRS80").line_length([114.6, 114.62], [22.5, 22.5])
    assert plane_m / geodesic_m - 1 == pytest.approx(study.scale_error, rel=0.05)


def test_a_feet_crs_is_refused():
    with pytest.raises(CRSError, match="US survey foot"):
        require_metric_crs(parcels=_points("EPSG:2263"))


@pytest.mark.parametrize(
    ("layers", "match"),
    [
        ({"stops": _points(None)}, "`stops` has no CRS.*source_crs="),
        ({"stops": _points(4326)}, r"`stops` is in EPSG:4326 \(unit: degree\).*EPSG:4547"),
        ({"stops": _points(3857)}, "Web Mercator"),
        ({"stops": _points(4547), "parks": _points(32650)}, "`parks` is in EPSG:32650 and `stops`"),
    ],
)
def test_a_crs_that_cannot_measure_is_refused(layers, match):
    with pytest.raises(CRSError, match=match):
        require_metric_crs(**layers)


def test_the_shared_crs_is_returned():
    assert require_metric_crs(a=_points(4547), b=_points(4547)) == CRS.from_epsg(4547)


def test_no_layer_at_all_is_an_error():
    with pytest.raises(ParameterError, match="no layer"):
        require_metric_crs()


@pytest.mark.parametrize("bounds", [(500000, 2500000, 510000, 2510000), (10, 5, 9, 6)])
def test_bounds_that_are_not_degrees_are_refused(bounds):
    with pytest.raises(ParameterError, match="bounds_deg"):
        choose_study_crs(bounds)


def test_a_crs_that_is_none_names_what_to_write():
    with pytest.raises(CRSError, match="'EPSG:4547'"):
        describe_study_crs("EPSG:99999999", (113, 22, 114, 23))
