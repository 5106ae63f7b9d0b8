"""Tables with coordinates."""

import numpy as np
import pandas as pd
import pytest
import shapely

from geoplan.core.errors import SchemaError, SourceError
from geoplan.layers.files.on_disk import LocalFile
from geoplan.layers.readers.read_table import coordinate_columns, read_table

HEADER = "编号,站名,经度,纬度"
ROWS = "0012,龙岗,114.25,22.72\n0013,平湖,114.13,22.69"
CSV = f"{HEADER}\n{ROWS}\n"


def read(path, *, layer="", encoding="", x="", y="", texts=()):
    return read_table(
        LocalFile(path, path.name, layer),
        encoding=encoding,
        x=x,
        y=y,
        text_columns=set(texts),
        subject="stops",
    )


def written(tmp_path, content, *, name="stops.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(content.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("encoding", "name", "origin"),
    [
        ("utf-8", "UTF-8", "bytes"),
        ("utf-8-sig", "UTF-8-SIG", "bom"),
        ("gbk", "GB18030", "bytes"),
        ("utf-16", "UTF-16", "bom"),
    ],
)
def test_a_table_is_read_in_whatever_encoding_it_is(tmp_path, encoding, name, origin):
    raw = read(written(tmp_path, CSV, encoding=encoding))

    assert raw.frame["站名"].tolist() == ["龙岗", "平湖"]
    assert list(raw.frame.columns[:2]) == ["编号", "站名"]
    assert (raw.encoding.name, raw.encoding.found_in) == (name, origin)
    assert shapely.get_coordinates(raw.frame.geometry).tolist() == [
        [114.25, 22.72],
        [114.13, 22.69],
    ]
    assert raw.frame.crs is None


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_recognised(tmp_path, separator):
    raw = read(written(tmp_path, CSV.replace(",", separator), name="stops.txt"))

    assert raw.frame["站名"].tolist() == ["龙岗", "平湖"]


def test_keys_keep_their_leading_zeros(tmp_path):
    assert read(written(tmp_path, CSV), texts=["编号"]).frame["编号"].tolist() == ["0012", "0013"]


def test_a_place_called_na_is_a_name_and_not_unknown(tmp_path):
    raw = read(written(tmp_path, "name,n,lon,lat\nNA,NA,1,1\n"), texts=["name"])

    assert raw.frame["name"].item() == "NA"
    assert np.isnan(raw.frame["n"].item())


def test_a_workbook_is_read(tmp_path):
    path = tmp_path / "stops.xlsx"
    pd.DataFrame({"ID": ["007", "008"], "Lng": [114.2, 114.3], "Lat": [22.5, None]}).to_excel(path)

    raw = read(path, texts=["ID"])

    assert raw.frame["ID"].tolist() == ["007", "008"]
    assert raw.frame.geometry.isna().tolist() == [False, True]
    assert raw.driver == "xlsx"


def test_a_workbook_of_several_sheets_asks_for_one(tmp_path):
    path = tmp_path / "stops.xlsx"
    table = pd.DataFrame({"x": [1.0], "y": [2.0]})
    with pd.ExcelWriter(path) as book:
        for sheet in ("公交", "地铁"):
            table.to_excel(book, sheet_name=sheet)
        pd.DataFrame().to_excel(book, sheet_name="空")

    assert read(path, layer="地铁").rows_read == 1
    with pytest.raises(SourceError, match="has 2 sheets with rows: 公交, 地铁"):
        read(path)
    with pytest.raises(SourceError, match=r"no sheet '地 铁'. Did you mean '地铁'\?"):
        read(path, layer="地 铁")


def test_an_empty_workbook_is_an_error(tmp_path):
    pd.DataFrame().to_excel(tmp_path / "e.xlsx")

    with pytest.raises(SourceError, match="no sheet with rows"):
        read(tmp_path / "e.xlsx")


def test_a_broken_workbook_is_an_error(tmp_path):
    with pytest.raises(SourceError, match=r"b\.xlsx cannot be read as a workbook"):
        read(written(tmp_path, "not a workbook", name="b.xlsx"))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["id", "lon", "lat"], ("lon", "lat")),
        (["LNG", "LAT"], ("LNG", "LAT")),
        (["Longitude ", "Latitude"], ("Longitude ", "Latitude")),
        (["X", "Y"], ("X", "Y")),
        (["POINT_X", "POINT_Y"], ("POINT_X", "POINT_Y")),
        (["经度(°)", "纬度(°)"], ("经度(°)", "纬度(°)")),
        (["lng_gcj02", "lat_gcj02"], ("lng_gcj02", "lat_gcj02")),
        (["东坐标", "北坐标"], ("东坐标", "北坐标")),
    ],
)
def test_coordinate_columns_are_recognised(names, expected):
    assert coordinate_columns(names, x="", y="", shown="s.csv") == expected


def test_columns_that_are_named_settle_what_is_ambiguous():
    names = ["lon", "lat", "x", "y"]

    assert coordinate_columns(names, x="x", y="y", shown="s.csv") == ("x", "y")
    assert coordinate_columns(["lon", "lat", "wgs_x"], x="wgs_x", y="", shown="s") == (
        "wgs_x",
        "lat",
    )


@pytest.mark.parametrize(
    ("names", "x", "message"),
    [
        (["lon", "lat", "x", "y"], "", r"x may be lon, x; y may be lat, y. Name the pair"),
        (["a", "lat"], "", r"no column that is plainly a coordinate.*columns are: a, lat"),
        (["lon", "lat"], "lng", r"`x` of s.csv names the column 'lng'.*Did you mean 'lon'\?"),
    ],
)
def test_coordinates_that_cannot_be_told_are_an_error(names, x, message):
    with pytest.raises(SchemaError, match=message):
        coordinate_columns(names, x=x, y="", shown="s.csv")


def test_rows_without_numbers_are_counted_with_an_example(tmp_path):
    raw = read(written(tmp_path, "lon,lat\n114,22\n114°E,22\n,\n114,inf\n"))

    assert raw.frame.geometry.isna().tolist() == [False, True, True, True]
    (notice,) = raw.notices
    assert (notice.code, notice.count, notice.total) == ("unreadable_coordinates", 2, 4)
    assert "114°E" in notice.text("en")


def test_columns_without_any_number_are_an_error(tmp_path):
    with pytest.raises(SchemaError, match=r"lon, lat hold no coordinates in any of 1 rows.*'east'"):
        read(written(tmp_path, "lon,lat\neast,north\n"))


def test_geometry_written_as_wkt_is_read(tmp_path):
    raw = read(
        written(tmp_path, 'id;WKT\n1;POINT (1 2)\n2;"POLYGON ((0 0, 1 0, 1 1, 0 0))"\n3;?\n')
    )

    assert raw.frame.geom_type.tolist()[:2] == ["Point", "Polygon"]
    assert [(n.code, n.count) for n in raw.notices] == [("unreadable_coordinates", 1)]


@pytest.mark.parametrize("content", ["", "\n\n", 'a,b\n"1,2\n'])
def test_what_is_no_table_is_an_error(tmp_path, content):
    with pytest.raises(SourceError, match=r"stops\.csv cannot be read as a table"):
        read(written(tmp_path, content))


def test_an_encoding_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="cannot be read as a table: unknown encoding"):
        read(written(tmp_path, CSV), encoding="gbk-2000")


def test_a_big_table_is_read_whole(tmp_path):
    points = pd.DataFrame(
        np.random.default_rng(1).uniform(0, 1, (100_000, 2)), columns=["lon", "lat"]
    )
    points.to_csv(tmp_path / "many.csv", index=False)

    raw = read(tmp_path / "many.csv")

    assert np.allclose(shapely.get_coordinates(raw.frame.geometry), points.to_numpy())


def test_coordinates_in_full_width_digits_are_read(tmp_path):
    path = written(tmp_path, "lon,lat\n１１４．２５,２２．７２\n114.13 ,22.69°\n")

    assert read(path).frame.geometry.to_wkt().tolist() == [
        "POINT (114.25 22.72)",
        "POINT (114.13 22.69)",
    ]


@pytest.mark.parametrize("row", ["114°6'30\"E;22°30'N", "114,25;22,72"])
def test_coordinates_in_minutes_or_with_a_comma_are_refused_in_plain_words(tmp_path, row):
    path = written(tmp_path, f"lon;lat\n{row}\n")

    with pytest.raises(SchemaError, match="no degrees and minutes, no comma"):
        read(path)


def test_arcs_written_as_wkt_are_refused(tmp_path):
    path = written(tmp_path, 'WKT\n"CIRCULARSTRING (0 0, 1 1, 2 0)"\n')

    with pytest.raises(SchemaError, match="column 'WKT' holds arcs"):
        read(path)


@pytest.mark.parametrize("header", ["CODE", " CODE", "CODE "])
def test_leading_zeros_survive_in_a_workbook_whose_header_has_blanks(tmp_path, header):
    path = tmp_path / "stops.xlsx"
    pd.DataFrame({header: ["0012", 13], "lon": [114.1, 114.2], "lat": [22.5, 22.6]}).to_excel(
        path, index=False
    )

    assert read(path, texts=["CODE"]).frame["CODE"].tolist() == ["0012", "13"]


def test_a_comma_at_the_end_of_every_row_shifts_no_column(tmp_path):
    path = written(tmp_path, "id,lon,lat\nA,114.1,22.5,\nB,114.2,22.6,\n")

    frame = read(path).frame

    assert frame["id"].tolist() == ["A", "B"]
    assert frame.geometry.x.tolist() == [114.1, 114.2]


def test_rows_longer_than_the_header_are_refused(tmp_path):
    path = written(tmp_path, "id,lon,lat\nA,114.1,22.5,9\nB,114.2,22.6,9\n")

    with pytest.raises(SourceError, match="more cells than the header"):
        read(path)


def test_a_title_above_the_header_is_spoken_of(tmp_path):
    path = written(tmp_path, "公交站点,,,\n" + CSV)

    with pytest.raises(SchemaError, match="take away the lines above it"):
        read(path)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("sep=;\r\nid;lon;lat\r\nA;114.2;22.7\r\n", "utf-8"),
        ("sep=;\nid;lon;lat\nA;114.2;22.7\n", "utf-8-sig"),
        ("sep=\t\nid\tlon\tlat\nA\t114.2\t22.7\n", "utf-8"),
        ("sep=\\t\n编号\tlon\tlat\nA\t114.2\t22.7\n", "gbk"),
        ('"sep=,"\nid,lon,lat\nA,114.2,22.7\n', "utf-8"),
        ("SEP=;\n编号;lon;lat\n龙岗;114.2;22.7\n", "utf-16"),
    ],
)
def test_the_line_that_tells_excel_the_separator_is_heeded(tmp_path, text, encoding):
    raw = read(written(tmp_path, text, encoding=encoding))

    assert shapely.get_coordinates(raw.frame.geometry).tolist() == [[114.2, 22.7]]
    assert raw.encoding.name in (encoding.upper(), "GB18030", "UTF-8")
