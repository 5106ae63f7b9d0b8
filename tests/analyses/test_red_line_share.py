"""Red lines per district and category."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.land.red_line_share import red_line_share
from geoplan.core.errors import CRSError, EmptyLayerError, SchemaError
from geoplan.core.record import LoadRecord, attach_record

CRS = "EPSG:4547"


def metres(least, most):
    """Draw coordinates to the centimetre, as surveys give them."""
    return st.integers(least * 100, most * 100).map(lambda centimetres: centimetres / 100)


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def three_districts(**columns):
    squares = [shapely.box(k * 1000, 0, k * 1000 + 1000, 1000) for k in range(3)]
    names = {"district_id": ["b", "a", "c"], "name": ["乙", "甲", "丙"]}
    return frame(squares, **(names | columns))


def values(result, part):
    return result.measure("land", part).districts["value"].tolist()


def test_shares_are_those_of_squares_and_the_total_counts_overlaps_between_categories_once():
    lines = frame(
        [shapely.box(0, 0, 500, 1000), shapely.box(250, 0, 1500, 1000)], category=["水源", "生态"]
    )
    result = red_line_share(lines, three_districts())
    assert values(result, "水源") == [0.5, 0.0, 0.0]
    assert values(result, "生态") == [0.75, 0.5, 0.0]
    assert values(result, "total") == [1.0, 0.5, 0.0]
    assert result.measure("land", "total").value == 0.5
    assert [measure.part for measure in result.measures] == ["total", "水源", "生态"]


def test_districts_keep_their_order_and_those_without_a_red_line_measure_zero():
    table = (
        red_line_share(frame([shapely.box(0, 0, 9, 9)]), three_districts()).measures[0].districts
    )
    assert table["district_id"].tolist() == ["b", "a", "c"]
    assert table["numerator"].tolist() == [81.0, 0.0, 0.0]
    assert table["denominator"].tolist() == [1e6, 1e6, 1e6]


@pytest.mark.parametrize("category", [None, ["", ""], [None, None], [np.nan, "  "]])
def test_without_categories_there_is_a_total_and_nothing_else(category):
    columns = {} if category is None else {"category": category}
    lines = frame([shapely.box(0, 0, 9, 9), shapely.box(20, 0, 29, 9)], **columns)
    result = red_line_share(lines, three_districts())
    assert [measure.part for measure in result.measures] == ["total"]
    assert result.notices == ()


def test_rows_without_a_category_count_in_the_total_only():
    lines = frame([shapely.box(0, 0, 9, 9), shapely.box(20, 0, 29, 9)], category=["水源", None])
    result = red_line_share(lines, three_districts())
    assert result.measure("land", "水源").numerator == 81.0
    assert result.measure("land", "total").numerator == 162.0
    (notice,) = result.notices
    assert (notice.code, notice.count, notice.total) == ("red_lines_no_category", 1, 2)


def test_an_overlap_within_a_category_counts_once_and_is_told():
    lines = frame([shapely.box(0, 0, 20, 10), shapely.box(10, 0, 30, 10)], category=["水", "水"])
    result = red_line_share(lines, three_districts())
    assert result.measure("land", "水").numerator == 300.0
    (notice,) = result.notices
    assert notice.code == "overlap_counted_once"
    assert notice.text("en").startswith("red_lines: polygons overlap; 100 m² that they share")


def test_an_empty_layer_measures_zero_and_says_so():
    result = red_line_share(frame([]), three_districts())
    assert result.measures[0].districts["value"].tolist() == [0.0, 0.0, 0.0]
    assert [notice.code for notice in result.notices] == ["layer_empty_counts_zero"]


def test_red_lines_elsewhere_measure_zero_and_say_so():
    result = red_line_share(frame([shapely.box(-9, -9, -1, -1)]), three_districts())
    assert result.measures[0].value == 0
    assert [notice.code for notice in result.notices] == ["nothing_inside_districts"]


def test_the_areas_layer_holds_one_row_per_district_and_category():
    lines = frame([shapely.box(500, 0, 1500, 10), shapely.box(0, 0, 9, 9)], category=["水", "林"])
    areas = red_line_share(lines, three_districts()).layers["areas"]
    assert areas[["district_id", "name", "category", "area_m2"]].to_dict("list") == {
        "district_id": ["b", "b", "a"],
        "name": ["乙", "乙", "甲"],
        "category": ["水", "林", "水"],
        "area_m2": [5000.0, 81.0, 5000.0],
    }
    assert areas.crs == CRS
    assert areas.geometry.area.tolist() == areas["area_m2"].tolist()


def test_the_inputs_stay_as_they_were():
    lines, districts = frame([shapely.box(0, 0, 9, 9)], category=["水"]), three_districts()
    before = lines.copy(), districts.copy()
    red_line_share(lines, districts)
    pd.testing.assert_frame_equal(lines, before[0])
    pd.testing.assert_frame_equal(districts, before[1])


def test_the_definition_names_layer_rows_date_and_categories():
    lines = frame([shapely.box(0, 0, 9, 9)], category=["水"])
    lines = attach_record(lines, LoadRecord("生态红线", "red_lines", as_of="2023-10"))
    assert red_line_share(lines, three_districts()).definition == {
        "red_lines": "生态红线",
        "red_line_count": 1,
        "as_of": "2023-10",
        "of": ["land"],
        "categories": ["水"],
        "overlap": "once",
        "areas": "plane",
        "areas_because": "elsewhere",
    }


boxes = st.lists(
    st.tuples(metres(-500, 3200), metres(-500, 900), metres(1, 900), metres(1, 900)),
    max_size=12,
)


def from_boxes(rectangles, categories):
    shapes = [shapely.box(x, y, x + w, y + h) for x, y, w, h in rectangles]
    return frame(shapes, category=[categories[k % len(categories)] for k in range(len(shapes))])


@given(boxes)
def test_every_share_lies_in_bounds_and_the_total_between_largest_category_and_their_sum(rows):
    result = red_line_share(from_boxes(rows, ["水", "林", "田"]), three_districts())
    total, *parts = (measure.districts["value"].to_numpy() for measure in result.measures)
    assert ((total >= 0) & (total <= 1 + 1e-12)).all()
    if parts:
        assert (np.max(parts, axis=0) <= total + 1e-12).all()
        assert (total <= np.sum(parts, axis=0) + 1e-12).all()


@given(boxes)
def test_it_agrees_with_a_loop_over_plain_shapely(rows):
    lines, districts = from_boxes(rows, ["水", "林"]), three_districts()
    result = red_line_share(lines, districts)
    for measure in result.measures:
        mine = lines if measure.part == "total" else lines[lines["category"] == measure.part]
        union = shapely.union_all(mine.geometry.array)
        expected = [union.intersection(district).area for district in districts.geometry]
        assert measure.districts["numerator"].tolist() == pytest.approx(expected, abs=1e-6)
        assert measure.numerator == pytest.approx(sum(expected), abs=1e-6)


@given(boxes, metres(-20_000, 20_000), metres(-20_000, 20_000))
def test_moving_everything_changes_nothing(rows, x, y):
    lines, districts = from_boxes(rows, ["水"]), three_districts()
    moved = red_line_share(
        lines.set_geometry(lines.translate(x, y)), districts.set_geometry(districts.translate(x, y))
    )
    here = red_line_share(lines, districts)
    assert values(moved, "total") == pytest.approx(values(here, "total"), abs=1e-7)


bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


@pytest.mark.parametrize(
    ("lines", "districts", "error", "match"),
    [
        (frame([]).to_crs(4326), three_districts(), CRSError, "`red_lines` is in EPSG:4326"),
        (frame([]).set_crs(None, allow_override=True), three_districts(), CRSError, "no CRS"),
        (frame([]).to_crs(4526), three_districts(), CRSError, "`districts` is in EPSG:4547"),
        (frame([bow_tie]), three_districts(), SchemaError, r"1 of 1 polygons are invalid \(the"),
        (frame([shapely.Point(0, 0)]), three_districts(), SchemaError, r"no polygons \(Point\)"),
        (frame([None]), three_districts(), SchemaError, r"no polygons \(null\)"),
        (frame([shapely.Polygon()]), three_districts(), SchemaError, "empty Polygon"),
        (frame([shapely.box(0, 0, 1, 1)], category=["total"]), three_districts(), SchemaError,
         "called 'total'"),
        (frame([]), three_districts().drop(columns="district_id"), SchemaError,
         "no column 'district_id'; it has: 'name', 'geometry'"),
        (frame([]), three_districts(district_id=["a", "a", "b"]), SchemaError,
         "1 repeated `district_id` .the first is 'a'"),
        (frame([]), three_districts().iloc[:0], EmptyLayerError, "`districts` has no row"),
    ],
)  # fmt: skip
def test_bad_inputs_are_refused(lines, districts, error, match):
    with pytest.raises(error, match=match):
        red_line_share(lines, districts)


@pytest.fixture(scope="module")
def singapore(real_data):
    """Give the result of Singapore's nature reserves, and the area their file states for each."""
    folder = real_data / "singapore"
    districts = gpd.read_file(folder / "planning-area.geojson").to_crs(3414)
    parks = gpd.read_file(folder / "NParksParksandNatureReserves.geojson").to_crs(3414)
    reserves = parks[parks["N_RESERVE"].astype(int) == 1]
    result = red_line_share(
        reserves.assign(category=reserves["NAME"]), districts.assign(district_id=districts["name"])
    )
    return result, dict(zip(reserves["NAME"], reserves["SHAPE_1.AREA"].astype(float), strict=True))


@pytest.mark.real
def test_singapores_nature_reserves_have_the_area_their_file_states(singapore):
    result, stated_m2 = singapore
    assert len(stated_m2) == 7
    measured_m2 = {name: result.measure("land", name).numerator for name in stated_m2}
    wetland = "SUNGEI BULOH WETLAND RESERVE"  # 1.1 % of it is sea, outside every planning area
    assert measured_m2[wetland] == pytest.approx(0.9895 * stated_m2[wetland], rel=1e-4)
    on_land = {name: area for name, area in stated_m2.items() if name != wetland}
    assert {name: measured_m2[name] for name in on_land} == pytest.approx(on_land, rel=2e-5)


@pytest.mark.real
def test_reservoir_parks_inside_a_reserve_of_singapore_count_once_in_the_total(singapore):
    result, _ = singapore
    gross_m2 = sum(measure.numerator for measure in result.measures[1:])
    total = result.measure("land", "total")
    assert gross_m2 - total.numerator == pytest.approx(305_009, abs=1)
    assert total.value == pytest.approx(total.districts["numerator"].sum() / total.denominator)
    assert (
        total.districts["value"].idxmax()
        == total.districts["name"].eq("CENTRAL WATER CATCHMENT").idxmax()
    )
