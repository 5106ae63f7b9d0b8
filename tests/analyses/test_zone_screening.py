"""Projects against control zones."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geoplan.analyses.conflict.zone_screening import zone_screening
from geoplan.core.errors import ParameterError

CRS = "EPSG:4547"


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


DISTRICTS = frame(
    [shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)],
    district_id=["a", "b"],
    name=["甲", "乙"],
)
ZONES = frame(
    [shapely.box(0, 0, 500, 1000), shapely.box(400, 0, 800, 1000), shapely.box(900, 0, 1500, 500)],
    zone_id=["P1", "K1", "K2"],
    name=["水源地", "工业园", "港区"],
    category=["优先保护", "重点管控", "重点管控"],
)
PROJECTS = frame(
    [
        shapely.box(450, 0, 460, 10),  # in P1 and K1
        shapely.box(990, 0, 1010, 10),  # in K2, in both districts
        shapely.box(850, 0, 860, 10),  # in none
    ],
    project_id=["x", "y", "z"],
)


def value(result, of, part="total"):
    measure = result.measure(of, part)
    return (*measure.districts["value"].tolist(), measure.value)


def test_every_zone_that_a_project_lies_in_is_listed():
    hits = zone_screening(PROJECTS, DISTRICTS, zones=ZONES, min_overlap=1).layers["hits"]

    assert hits[["project_id", "zone_id", "zone"]].to_numpy().tolist() == [
        ["x", "P1", "水源地"],
        ["x", "K1", "工业园"],
        ["y", "K2", "港区"],
    ]
    assert hits["amount"].tolist() == [100, 100, 200]
    assert hits["share"].tolist() == [1, 1, 1]


def test_projects_are_counted_by_district_and_category_and_once_in_the_whole():
    result = zone_screening(PROJECTS, DISTRICTS, zones=ZONES, min_overlap=1)

    assert value(result, "count") == (2, 1, 2)
    assert value(result, "count", "重点管控") == (2, 1, 2)
    assert value(result, "projects") == (2 / 3, 1, 2 / 3)
    assert result.layers["projects"]["zone_count"].tolist() == [2, 1, 0]


def test_routes_and_points_are_screened_too():
    route = frame(
        [shapely.LineString([(100, 5), (100, 15)]), shapely.LineString([(0, 0), (0, -9)])]
    )
    result = zone_screening(route, DISTRICTS, zones=ZONES, min_overlap=1)
    assert result.layers["hits"]["amount"].tolist() == [10]
    wells = frame([shapely.Point(450, 5)])
    assert len(zone_screening(wells, DISTRICTS, zones=ZONES, min_overlap=0).layers["hits"]) == 2


def test_an_overlap_too_small_is_no_hit_and_points_have_none():
    touch = frame([shapely.box(499, 0, 519, 1)])
    result = zone_screening(touch, DISTRICTS, zones=ZONES, min_overlap=2)
    assert result.layers["hits"]["zone_id"].tolist() == ["K1"]
    with pytest.raises(ParameterError, match="points have no extent"):
        zone_screening(frame([shapely.Point(1, 1)]), DISTRICTS, zones=ZONES, min_overlap=2)


def test_categories_and_names_may_be_categoricals_with_gaps():
    zones = ZONES.assign(
        name=pd.Categorical(["水源地", None, "港区"]),
        category=pd.Categorical(["优先保护", None, None]),
    )
    hits = zone_screening(PROJECTS, DISTRICTS, zones=zones, min_overlap=1).layers["hits"]
    assert sorted(zip(hits["zone"], hits["category"], strict=True)) == [
        ("", ""),
        ("水源地", "优先保护"),
        ("港区", ""),
    ]
