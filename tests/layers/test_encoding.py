"""Which encoding text is in."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.core.errors import SourceError
from geoplan.layers.files.encoding import (
    TextEncoding,
    dbf_text,
    guess_encoding,
    shapefile_encoding,
    table_encoding,
)

LONGGANG = ["平湖街道", "坂田街道", "布吉街道", "南湾街道", "横岗街道", "龙城街道", "龙岗街道"]


def dbf(values: list[bytes], *, field: bytes = b"NAME", width: int = 20, ldid: int = 0) -> bytes:
    """Write a dBASE table of one text column."""
    header = struct.pack("<B3BIHH17xB2x", 3, 126, 11, 20, len(values), 65, width + 1, ldid)
    column = struct.pack("<11sc4xBB14x", field, b"C", width, 0)
    return header + column + b"\r" + b"".join(b" " + v[:width].ljust(width) for v in values)


@pytest.mark.parametrize(
    ("text", "written", "told"),
    [
        ("".join(LONGGANG), "gbk", "GB18030"),
        ("福田", "gbk", "GB18030"),
        ("深圳市龙岗区坪地街道 Pingdi", "gb18030", "GB18030"),
        ("觀塘區油尖旺葵青離島", "big5", "BIG5"),
        ("龙岗", "utf-8", "UTF-8"),
        ("平平", "gbk", "GB18030"),
        ("3路", "gbk", "GB18030"),
        ("114°6'30\"E 12 m²", "utf-8", "UTF-8"),
        ("Praça da Sé", "utf-8", "UTF-8"),
        ("Łódź, Żoliborz, Příbram", "utf-8", "UTF-8"),
        ("улица Ленина", "utf-8", "UTF-8"),
        ("Ελευθερίας", "utf-8", "UTF-8"),
        ("plain", "ascii", "UTF-8"),
        ("São Paulo, Município, Côte", "latin-1", ""),
        ("Straße, Köln, Müller", "cp1252", ""),
        ("улица Ленина", "cp1251", ""),
    ],
)
def test_the_bytes_tell_the_encoding_or_nothing_at_all(text, written, told):
    assert guess_encoding([text.encode(written)]) == told


@given(
    st.lists(
        st.sampled_from("平湖布吉田南湾横岗龙城街道社区公园广场学校医院路站北南东西"), min_size=2
    )
)
def test_everyday_chinese_in_gbk_is_told_from_utf8(characters):
    written = "".join(characters).encode("gbk")

    assert guess_encoding([written]) == "GB18030"
    assert written.decode(guess_encoding([written])) == "".join(characters)


def test_a_character_cut_at_the_end_of_a_field_does_not_hide_the_encoding():
    assert guess_encoding(["龙岗街道".encode("gbk")[:-1], "平湖".encode("gbk")]) == "GB18030"


@pytest.mark.parametrize(
    ("mark", "name"), [(b"\xef\xbb\xbf", "UTF-8-SIG"), (b"\xff\xfe", "UTF-16")]
)
def test_a_byte_order_mark_settles_a_table(mark, name):
    assert table_encoding(mark + b"x\0", subject="stops") == TextEncoding(name, "bom")


def test_a_table_in_an_unknown_encoding_is_an_error_that_says_what_to_write():
    with pytest.raises(SourceError, match=r"stops is neither UTF-8 nor GB18030.*encoding='cp1252'"):
        table_encoding("São,Município".encode("latin-1"), subject="stops")


@pytest.mark.parametrize(
    ("written", "cpg", "ldid", "expected"),
    [
        ("gbk", None, 0x00, TextEncoding("GB18030", "bytes")),
        ("gbk", None, 0x4D, TextEncoding("GB18030", "ldid")),
        ("gbk", None, 0x57, TextEncoding("GB18030", "bytes")),
        ("utf-8", None, 0x4D, TextEncoding("UTF-8", "bytes")),
        ("utf-8", None, 0x57, TextEncoding("UTF-8", "bytes")),
        ("utf-8", "UTF-8", 0x00, TextEncoding("UTF-8", "cpg")),
        ("utf-8", "GBK", 0x00, TextEncoding("UTF-8", "bytes", overruled="GB18030")),
        ("gbk", "GBK\n", 0x00, TextEncoding("GB18030", "cpg")),
        ("gbk", "936", 0x00, TextEncoding("GB18030", "cpg")),
        ("gbk", "OEM 936", 0x00, TextEncoding("GB18030", "cpg")),
        ("gbk", "UTF-8", 0x00, TextEncoding("GB18030", "bytes", overruled="UTF-8")),
        ("gbk", "ISO-8859-1", 0x00, TextEncoding("GB18030", "bytes", overruled="ISO-8859-1")),
        ("utf-8", "ISO 88591", 0x00, TextEncoding("UTF-8", "bytes", overruled="ISO-8859-1")),
        ("gbk", "no such thing", 0x00, TextEncoding("GB18030", "bytes")),
    ],
)
def test_a_shapefile_is_believed_only_as_far_as_its_bytes_allow(written, cpg, ldid, expected):
    table = dbf([name.encode(written) for name in LONGGANG], ldid=ldid)

    assert shapefile_encoding(table, cpg, subject="streets.shp") == expected


def test_western_text_keeps_the_code_page_of_its_header():
    table = dbf(["São Paulo".encode("cp1252"), "Município".encode("cp1252")], ldid=0x57)

    assert shapefile_encoding(table, None, subject="s.shp") == TextEncoding("CP1252", "ldid")


def test_western_text_keeps_its_cpg():
    table = dbf(["São Paulo".encode("cp1252")])

    assert shapefile_encoding(table, "1252", subject="s.shp") == TextEncoding("CP1252", "cpg")


def test_plain_ascii_needs_no_guess():
    assert shapefile_encoding(dbf([b"A1"]), None, subject="s.shp") == TextEncoding("UTF-8", "bytes")


def test_a_shapefile_that_cannot_be_told_asks_for_its_encoding():
    table = dbf(["São Paulo".encode("cp1252")])

    with pytest.raises(SourceError, match=r"s\.shp are in no encoding.*encoding='GB18030'"):
        shapefile_encoding(table, None, subject="s.shp")


def test_chinese_field_names_count_as_text():
    table = dbf([b"plain"], field="名称".encode("gbk"))

    assert dbf_text(table) == ["名称".encode("gbk")]


def test_a_field_name_cut_within_a_character_and_numbered_is_read_over():
    cut = "行政区划".encode()[:8] + b"_1"

    found = shapefile_encoding(dbf(["龙岗街道".encode()], field=cut), None, subject="x")

    assert found.name == "UTF-8"
