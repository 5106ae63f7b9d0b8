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
