"""Study CRSs that are off where the districts are, and areas on the ellipsoid in every analysis."""

import inspect
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

import geoplan as gp
from geoplan.app.plan.registry import ANALYSES
from geoplan.core.crs import choose_study_crs
from geoplan.core.errors import CRSError

BOX = shapely.segmentize(shapely.box(114.0, 22.6, 114.05, 22.65), 0.0005)
TRUE_M2 = abs(Geod(ellps="GRS80").geometry_area_perimeter(BOX)[0])


def districts_in(crs, box=BOX):
    frame = gpd.GeoDataFrame({"district_id": ["A"], "name": ["甲"]}, geometry=[box], crs=4490)
    return frame.to_crs(crs)


def land_share(crs, **more):
    districts = districts_in(crs)
    return gp.ecological_land_share(districts[["geometry"]], districts, **more)


def stop_share(crs, **more):
    districts = districts_in(crs)
    stop = gpd.GeoDataFrame(geometry=districts.centroid, crs=crs)
    return gp.coverage(stop, districts, distance_m=500, of=["land"], **more)


def codes(result):
    return [notice.code for notice in result.notices if notice.code.startswith("study_crs")]


@pytest.mark.parametrize("measure", [land_share, stop_share])
@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:3395", "+proj=merc +ellps=WGS84 +units=m", "EPSG:4087", "+proj=eqc +units=m",
        "EPSG:32651", "EPSG:3857", "ESRI:102100", "EPSG:4550",
    ],
)  # fmt: skip
def test_a_crs_that_is_off_by_more_than_one_percent_is_refused_with_a_better_one(measure, crs):
    with pytest.raises(CRSError, match="EPSG:4547"):
        measure(crs)


@pytest.mark.parametrize("measure", [land_share, stop_share])
@pytest.mark.parametrize("crs", ["EPSG:4548", "EPSG:4549"])
def test_a_wrong_zone_is_told_beside_the_number(measure, crs):
    found = measure(crs)
    (told,) = (one for one in found.notices if one.code.startswith("study_crs"))
    assert told.code == "study_crs_off_area_ellipsoid"
    assert told.values["better"] == "EPSG:4547"
    assert told.values["percent"] == pytest.approx(
        {"EPSG:4548": 0.236, "EPSG:4549": 0.943}[crs], rel=0.02
    )
    assert codes(measure(crs, areas="plane")) == ["study_crs_off_area_plane"]


@pytest.mark.parametrize("measure", [land_share, stop_share])
@pytest.mark.parametrize(
    "crs",
    ["+proj=eqc +lat_ts=22.5", "+proj=merc +lat_ts=22.5 +R=6371000", "+proj=moll +lon_0=114"],
)
def test_a_projection_of_the_sphere_is_held_against_the_ellipsoid(measure, crs):
    """PROJ gives their scales on a sphere, where they are true: the ground is off by 0.3 %."""
    if "moll" in crs and measure is stop_share:
        with pytest.raises(CRSError, match="lengths"):
            measure(crs)
    else:
        assert codes(measure(crs)) != []
        assert land_share(crs).measures[0].denominator == pytest.approx(
            land_share("EPSG:4547").measures[0].denominator, rel=1e-5
        )


@pytest.mark.parametrize("crs", ["EPSG:4547", "EPSG:4526", "EPSG:32649"])
def test_a_crs_that_fits_is_not_spoken_of(crs):
    assert codes(land_share(crs)) == codes(stop_share(crs)) == []


def test_area_analyses_judge_areas_and_distance_analyses_lengths():
    wide = "+proj=laea +lat_0=22.5 +lon_0=100 +ellps=GRS80 +units=m"
    assert codes(land_share(wide)) == []
    assert codes(stop_share(wide)) == ["study_crs_off_scale"]


def test_each_district_is_judged_by_itself():
    far = shapely.segmentize(shapely.box(111.0, 22.6, 111.05, 22.65), 0.0005)
    both = gpd.GeoDataFrame(
        {"district_id": ["A", "B"], "name": ["甲", "乙"]}, geometry=[BOX, far], crs=4490
    ).to_crs(4547)
    found = gp.ecological_land_share(both[["geometry"]], both)
    (told,) = found.notices
    assert (told.count, told.total) == (1, 2)


@pytest.mark.parametrize("crs", ["EPSG:4547", "EPSG:4548", "EPSG:32649"])
def test_areas_are_those_on_the_ellipsoid_unless_the_plane_is_asked_for(crs):
    measure = land_share(crs).measures[0]
    assert measure.value == 1
    assert measure.denominator == pytest.approx(TRUE_M2, rel=1e-8)
    plane = land_share(crs, areas="plane")
    assert plane.measures[0].denominator == districts_in(crs).area.item()
    assert plane.definition["areas"] == "plane"


def test_layers_of_a_result_are_measured_as_its_numbers_are():
    found = land_share("EPSG:4548")
    assert found.layers["areas"]["area_m2"].sum() == pytest.approx(TRUE_M2, rel=1e-8)


def test_a_circle_at_the_edge_of_a_zone_is_cut_by_district_borders_without_loss():
    x, y = 650_000, 2_500_000
    rng = np.random.default_rng(4)
    stops = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(x + rng.uniform(0, 9e3, 40), y + rng.uniform(0, 9e3, 40)),
        crs=4547,
    )

    def served(cuts):
        sides = np.array([0, *cuts, 9_000.0]) + x
        boxes = [shapely.box(a, y, b, y + 9_000) for a, b in pairwise(sides)]
        names = [str(one) for one in range(len(boxes))]
        cut = gpd.GeoDataFrame({"district_id": names, "name": names}, geometry=boxes, crs=4547)
        return gp.coverage(stops, cut, distance_m=700, of=["land"]).measures[0]

    one, several = served([]), served([1_234.5, 2_000, 7_777])
    assert several.numerator == pytest.approx(one.numerator, rel=1e-12)
    assert several.denominator == pytest.approx(one.denominator, rel=1e-12)


def test_every_analysis_of_a_plan_measures_on_the_ellipsoid_or_in_the_plane():
    for name in ANALYSES:
        kernel = getattr(gp, name)
        assert inspect.signature(kernel).parameters["areas"].default == "ellipsoid", name
        assert hasattr(kernel, "__wrapped__"), name


def test_a_city_across_a_zone_gets_a_crs_true_to_scale():
    for bounds in [(113.0, 22.0, 118.0, 26.0), (16.0, 47.0, 20.9, 50.0), (5.9, 47.3, 15.0, 55.0)]:
        chosen = choose_study_crs(bounds)
        assert max(chosen.area_error, chosen.scale_error) < 0.002
