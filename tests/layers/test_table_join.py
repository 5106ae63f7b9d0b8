"""Tables joined to a layer by key: yearbooks of any encoding, by code and never by name."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geoplan.core.errors import SchemaError, SourceError
from geoplan.core.record import load_record
from geoplan.layers import join_table, load_districts

CODES = ["440307001", "440307002", "440307003"]


@pytest.fixture
def districts():
    """Give three sub-districts, two of them of one name."""
    frame = gpd.GeoDataFrame(
        {"CODE": CODES, "NAME": ["龙岗", "龙岗", "南湾"]},
        geometry=[shapely.box(k, 0, k + 1, 1) for k in range(3)],
        crs=4547,
    )
    return load_districts(frame, crs="EPSG:4547", columns={"district_id": "CODE", "name": "NAME"})


@pytest.fixture
def write(tmp_path):
    """Write a table and give its path."""

    def written(text, name="yearbook.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_text(text, encoding=encoding)
        return str(path)

    return written


def test_columns_come_by_code_in_the_order_of_the_layer(districts, write):
    path = write("code,gdp\n440307003,3\n440307001,1.5\n440307002,2\n")

    joined = join_table(districts, path, on="code")

    assert joined["gdp"].tolist() == [1.5, 2.0, 3.0]
    assert joined["district_id"].tolist() == CODES
    assert joined.crs == districts.crs
    assert "gdp" not in districts.columns


def test_a_missing_row_is_unknown_and_both_sides_are_counted(districts, write):
    path = write("code,gdp\n440307001,1\n440307002,2\n440307099,9\n")

    joined = join_table(districts, path, on="code")

    assert np.isnan(joined["gdp"].iloc[2])
    told = {notice.code: notice for notice in load_record(joined).notices}
    alone, left = told["rows_without_statistics"], told["statistics_without_row"]
    assert (alone.count, alone.total, left.count, left.total) == (1, 3, 1, 3)
    assert "440307003" in alone.text("en")
    assert "440307099" in left.text("zh")


def test_the_record_names_the_table_with_its_hash(districts, write):
    record = load_record(join_table(districts, write("code,gdp\n440307001,1\n"), on="code"))

    assert record.paths[-1].endswith("yearbook.csv")
    assert len(record.sha256[-1]) == 64


def test_gbk_and_workbooks_are_read_too(districts, write, tmp_path):
    gbk = write("区划代码,人口\n440307001,7\n", encoding="gbk")
    book = tmp_path / "b.xlsx"
    pd.DataFrame({"区划代码": CODES, "人口": [7, 8, 9]}).to_excel(book, index=False)

    values = [join_table(districts, path, on="区划代码")["人口"][0] for path in (gbk, str(book))]

    assert values == [7, 7]


@pytest.mark.parametrize(
    ("text", "on", "error", "match"),
    [
        ("code,gdp\n440307001,1\n", "CODE", SchemaError, "no column 'CODE'; it has: code, gdp"),
        ("code,gdp\n440307001,1\n440307001,2\n", "code", SchemaError, "1 repeated keys"),
        ("code,gdp\n龙岗,1\n", "code", SchemaError, "Join by the same code"),
        ("code,name\n440307001,x\n", "code", SchemaError, "'name' is in the layer already"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(districts, write, text, on, error, match):
    with pytest.raises(error, match=match):
        join_table(districts, write(text), on=on)


def test_a_table_that_is_not_there_is_named(districts):
    with pytest.raises(SourceError, match=r"nowhere\.csv"):
        join_table(districts, "nowhere.csv", on="code")


@pytest.mark.parametrize(
    ("rows", "blank"),
    [
        ("440307001,90\n440307002,80\n,82.5\n", 1),
        ("440307001,90\n440307002,80\n,\n,\n", 2),
        ("440307001,90\n440307002,80\n  ,合计 82.5\n", 1),
    ],
)
def test_rows_without_a_key_are_left_out_and_counted(districts, write, rows, blank):
    joined = join_table(districts, write("code,rate\n" + rows), on="code")

    told = {notice.code: notice for notice in load_record(joined).notices}
    without = told["statistics_without_key"]
    assert joined["rate"].astype(float).tolist()[:2] == [90, 80]
    assert (without.count, without.total) == (blank, 2 + blank)
    assert f"{blank} of {2 + blank} rows" in without.text("en")


def test_footnotes_and_totals_in_the_key_column_fit_no_key_however_often(districts, tmp_path):
    book = tmp_path / "b.xlsx"
    keys = [*CODES, "小计", "小计", "合计", None, "注：数据来源统计年鉴"]
    pd.DataFrame({"code": keys, "rate": [1, 2, 3, 3, 3, 6, None, None]}).to_excel(book, index=False)

    joined = join_table(districts, str(book), on="code")

    told = {notice.code: notice.count for notice in load_record(joined).notices}
    assert joined["rate"].tolist() == [1, 2, 3]
    assert (told["statistics_without_row"], told["statistics_without_key"]) == (4, 1)


def test_codes_that_a_workbook_holds_as_decimals_are_codes(districts, tmp_path):
    book = tmp_path / "b.xlsx"
    pd.DataFrame({"code": [440307001.0, None], "rate": [1, 2]}).to_excel(book, index=False)

    assert join_table(districts, str(book), on="code")["rate"].tolist()[0] == 1


def test_a_key_of_the_layer_that_comes_twice_is_refused(districts, write):
    with pytest.raises(SchemaError, match="1 repeated keys, the first is '440307001'"):
        join_table(districts, write("code,rate\n440307001,1\n440307001,2\n"), on="code")


@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#N/A", ""])
def test_errors_of_formulas_and_empty_cells_are_unknown_and_counted(districts, write, error):
    path = write(f"code,gdp\n440307001,10\n440307002,{error}\n440307003,12\n")
    joined = join_table(districts, path, on="code")
    assert joined["gdp"].isna().tolist() == [False, True, False]
    told = [one for one in load_record(joined).notices if one.code == "statistics_empty"]
    assert [(one.count, one.total) for one in told] == [(1, 3)]
