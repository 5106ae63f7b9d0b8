"""Scripts hear what was dropped, repaired or guessed: a warning at their line, and in results."""

import inspect
import warnings

import geopandas as gpd
import pytest
import shapely

import geoplan
from geoplan.core.declare.analysis import Analysis
from geoplan.core.errors import GeoplanWarning
from geoplan.core.hearing import shown_elsewhere

CRS = "EPSG:4547"
X, Y = 500_000, 2_500_000


def two_districts():
    return gpd.GeoDataFrame(
        {"district_id": ["A", "B"], "name": ["甲", "乙"]},
        geometry=[shapely.box(X, Y, X + 1000, Y + 1000), None],
        crs=CRS,
    )


def test_a_dropped_row_is_a_warning_at_the_line_of_the_script():
    with pytest.warns(GeoplanWarning, match="1 of 2 rows have no geometry") as told:
        geoplan.load_districts(two_districts(), crs=CRS)

    assert [warning.filename for warning in told] == [__file__]


def test_a_repaired_shape_is_a_warning():
    bow = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])

    with pytest.warns(GeoplanWarning, match="were invalid and were repaired"):
        geoplan.load_parks(gpd.GeoDataFrame(geometry=[bow], crs=CRS), crs=CRS)


def test_a_joined_table_tells_only_what_is_new(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("code,v\nA,1\n,2\n")
    districts = geoplan.load_districts(two_districts(), crs=CRS)

    with pytest.warns(GeoplanWarning) as told:
        geoplan.join_table(districts, str(path), on="code")

    assert ["without a key" in str(warning.message) for warning in told] == [True]


def test_results_carry_what_was_told_of_each_of_their_layers():
    districts = geoplan.load_districts(two_districts(), crs=CRS)
    people = geoplan.load_population(
        gpd.GeoDataFrame(
            {"population": [5, None]}, geometry=shapely.points([[X, Y], [X, Y + 9]]), crs=CRS
        ),
        crs=CRS,
    )
    stops = geoplan.load_bus_stops(
        gpd.GeoDataFrame(geometry=[shapely.Point(X + 500, Y + 500), None], crs=CRS), crs=CRS
    )

    result = geoplan.coverage(
        stops, districts, distance_m=200, of=["population"], demand={"population": people}
    )

    told = {(notice.subject, notice.code) for notice in result.notices}
    assert {
        ("districts", "dropped_no_geometry"),
        ("bus_stops", "dropped_no_geometry"),
        ("population", "dropped_unknown_amount"),
    } <= told


def test_what_was_done_as_asked_is_no_warning():
    frame = two_districts().iloc[:1]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        geoplan.load_districts(frame, crs=CRS)


def test_the_run_of_a_plan_shows_them_itself():
    with warnings.catch_warnings(), shown_elsewhere():
        warnings.simplefilter("error")
        districts = geoplan.load_districts(two_districts(), crs=CRS)
        stops = gpd.GeoDataFrame(geometry=[shapely.Point(X + 500, Y + 500)], crs=CRS)
        result = geoplan.coverage(stops, districts, distance_m=200, of=["land"])

    assert "dropped_no_geometry" not in {notice.code for notice in result.notices}


def test_every_analysis_carries_the_notices_of_its_layers():
    deaf = []
    for name in geoplan.__all__:
        thing = getattr(geoplan, name)
        if not inspect.isfunction(thing) or isinstance(thing, Analysis):
            continue
        gives = str(inspect.signature(thing).return_annotation).strip("'\"")
        if thing.__module__.startswith("geoplan.analyses") and gives in (
            "Result", "<class 'geoplan.core.results.Result'>",
        ) and not hasattr(thing, "__wrapped__"):  # fmt: skip
            deaf.append(name)

    assert deaf == []
