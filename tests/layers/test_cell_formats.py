"""Number formats of a workbook: what a cell shows is what it means."""

import geopandas as gpd
import openpyxl
import pytest
import shapely

from geoplan.analyses.shared.home_districts import column_numbers
from geoplan.analyses.tables.district_table import district_table
from geoplan.analyses.tables.intensity import intensity
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.record import load_record
from geoplan.layers import join_table, load_districts, load_population
from geoplan.layers.readers.cell_formats import format_unit

CODES = ["440307001", "440307002"]


@pytest.fixture
def districts():
    """Give two districts of 1 km²."""
    frame = gpd.GeoDataFrame(
        {"district_id": CODES},
        geometry=[shapely.box(k * 1000, 0, k * 1000 + 1000, 1000) for k in range(2)],
        crs=4547,
    )
    return load_districts(frame, crs="EPSG:4547")


@pytest.fixture
def book(tmp_path):
    """Write a workbook of codes and one column of values, each cell with a format."""

    def write(values, *formats, header="值"):
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        sheet.append(["code", header, "weight"])
        for row, (value, code) in enumerate(zip(values, CODES, strict=True), 2):
            sheet.append([code, value, (100, 300)[row - 2]])
            sheet.cell(row, 2).number_format = formats[(row - 2) % len(formats)]
        workbook.save(tmp_path / "b.xlsx")
        return str(tmp_path / "b.xlsx")

    return write


@pytest.mark.parametrize(
    ("code", "unit", "factor"),
    [
        ("0%", "%", 1),
        ("0.0%;[Red]-0.0%", "%", 1),
        ('0.0"%"', "%", 0.01),
        ('0!.0,"万"', "万", 1),
        ('0\\.0,"万"', "万", 1),
        ('0"."0,"万"', "万", 1),
        ("0!.0,万", "万", 1),
        ('0!.0000"万"', "万", 1),
        ('0!.00,,"亿"', "亿", 1),
        ('#,##0"万人"', "万人", 1e4),
        ("0,", "×1000", 1),
        ("0.0,,", "×1000000", 1),
        ('[>=10000]0!.0,"万";0', "×1", 1),
    ],
)
def test_a_format_that_scales_is_seen(code, unit, factor):
    found = format_unit(code)

    assert (found.unit, found.factor) == (unit, factor)


@pytest.mark.parametrize(
    "code",
    ["General", "0", "#,##0", "0.00", "yyyy-mm-dd", "@", "0.00E+00", "#,##0;[Red]-#,##0", '0"层"',
     '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ '],
)  # fmt: skip
def test_a_format_that_does_not_scale_is_none(code):
    assert format_unit(code) is None


def test_per_cent_cells_are_not_divided_twice(districts, book):
    joined = join_table(districts, book([0.9, 0.8], "0.0%"), on="code")

    result = district_table(joined, value="值", unit="%", combine="mean", weight="weight")

    assert result.measure("value").value == pytest.approx(0.825)
    assert "in %" in {n.code: n for n in result.notices}["cells_in_unit"].text("en")


@pytest.mark.parametrize(
    ("values", "code", "unit", "total"),
    [
        ((1_501_700, 1_004_000), '0!.0,"万"', "万人", 2_505_700),
        ((1_501_700, 1_004_000), '0!.0,"万"', "人", 2_505_700),
        ((150.17, 100.4), '#,##0"万人"', "万人", 2_505_700),
        ((150.17, 100.4), "#,##0.00", "万人", 2_505_700),
        ((1_501_700, 1_004_000), "#,##0,", "人", 2_505_700),
    ],
)
def test_cells_in_ten_thousands_are_multiplied_once(districts, book, values, code, unit, total):
    joined = join_table(districts, book(values, code), on="code")

    table = district_table(joined, value="值", unit=unit, combine="sum")
    ratio = intensity(joined, joined, column="值", unit=unit, per=["land"])

    assert table.measure("value").value == pytest.approx(total)
    assert ratio.measure("land").value == pytest.approx(total / 2e6)


@pytest.mark.parametrize(
    ("formats", "unit"),
    [(("0%", "General"), "%"), (("#,##0,",), "万人"), (("0%",), "万人"), (('0,"万"',), "万人")],
)
def test_cells_that_contradict_the_plan_or_each_other_are_refused(districts, book, formats, unit):
    joined = join_table(districts, book([9, 8], *formats), on="code")

    with pytest.raises(SchemaError, match="column '值'"):
        district_table(joined, value="值", unit=unit, combine="sum")


@pytest.mark.parametrize(
    ("texts", "unit", "total"),
    [
        (("90%", "80 %"), "%", 1.7),
        (("９０％", "—"), "%", float("nan")),
        (("150.17万", "100.4 万"), "万人", 2_505_700),
        (("150.17万人", "100.4万人"), "人", 2_505_700),
    ],
)
def test_units_in_the_texts_of_a_csv_are_read_once(districts, tmp_path, texts, unit, total):
    path = tmp_path / "t.csv"
    path.write_text(f"code,v\n{CODES[0]},{texts[0]}\n{CODES[1]},{texts[1]}\n", encoding="utf-8")

    result = district_table(join_table(districts, str(path), on="code"), value="v", unit=unit,
                            combine="sum")  # fmt: skip

    assert result.measure("value").value == pytest.approx(total, nan_ok=True)


def test_texts_in_several_units_are_refused_and_not_taken_for_unknown(districts, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(f"code,v\n{CODES[0]},90%\n{CODES[1]},80\n")

    with pytest.raises(SchemaError, match="1 of 2 values in column 'v' are no numbers"):
        district_table(join_table(districts, str(path), on="code"), value="v", unit="%",
                       combine="sum")  # fmt: skip


@pytest.mark.parametrize(
    ("header", "units", "code", "values"),
    [
        ("常住人口（万人）", {}, "General", (150.17, 100.4)),
        ("常住人口", {"population": "万人"}, "General", (150.17, 100.4)),
        ("常住人口（万人）", {}, '0!.0,"万"', (1_501_700, 1_004_000)),
        ("常住人口", {}, '0.00"万人"', (150.17, 100.4)),
    ],
)
def test_a_joined_column_can_be_the_population(districts, book, header, units, code, values):
    path = book(values, code, header=header)

    joined = join_table(districts, path, on="code", columns={"population": header}, units=units)
    total = district_table(joined, value="population", unit="万人", combine="sum")

    assert joined["population"].tolist() == pytest.approx([1_501_700, 1_004_000])
    assert total.measure("value").value == pytest.approx(2_505_700)


def test_a_layer_of_people_in_ten_thousands_is_converted_and_told(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("lon,lat,人口（万人）\n114.1,22.6,1.5\n", encoding="utf-8")

    read = load_population(
        path, crs="EPSG:4547", source_crs="EPSG:4326", columns={"population": "人口（万人）"}
    )

    told = {notice.code: notice for notice in load_record(read).notices}["amount_converted"]
    assert read["population"].tolist() == [15_000]
    assert "10,000" in told.text("en")
    assert "10,000" in told.text("zh")


@pytest.mark.parametrize(
    ("columns", "units", "match"),
    [
        ({"population": "值"}, {"population": "公顷"}, "population is counted in person"),
        ({"population": "值"}, {"population": "x"}, "not a unit that is known"),
        ({"population": "值"}, {"jobs_": "人"}, "no column of the layer"),
    ],
)
def test_units_that_mean_nothing_are_refused(districts, book, columns, units, match):
    with pytest.raises(ParameterError, match=match):
        join_table(districts, book([1, 2], "0"), on="code", columns=columns, units=units)


def test_numbers_without_a_stated_unit_are_base_units(districts, book):
    joined = join_table(districts, book([1.2, 3.4], '0.0"万户"'), on="code")

    assert column_numbers(joined, "值", "units").tolist() == [12_000, 34_000]
