"""CAD drawings: outlines that are closed lines, and names of layers without a code page."""

import geopandas as gpd
import pytest
import shapely

from geoplan.core.errors import ParameterError, SchemaError, SourceError
from geoplan.core.record import load_record
from geoplan.layers import load_districts, load_facilities, load_lines
from geoplan.layers.readers.source import LayerSource

CRS = "EPSG:4547"
SQUARE = [(502000, 2500000), (502000, 2502000), (500000, 2502000), (500000, 2500000)]
ROAD = [(500100, 2500100), (501100, 2500100)]


def polyline(layer, points, *, closed):
    vertices = "".join(f"10\n{x}\n20\n{y}\n" for x, y in points)
    return (
        f"0\nLWPOLYLINE\n5\n1F\n100\nAcDbEntity\n8\n{layer}\n100\nAcDbPolyline\n90\n{len(points)}\n"
        f"70\n{int(closed)}\n{vertices}"
    )


def drawing(path, *entities, encoding="gbk", head=""):
    content = f"{head}0\nSECTION\n2\nENTITIES\n{''.join(entities)}0\nENDSEC\n0\nEOF\n"
    path.write_bytes(content.encode(encoding))
    return path


@pytest.fixture
def outlines(tmp_path):
    east = [(x + 2000, y) for x, y in SQUARE]
    return drawing(
        tmp_path / "d.dxf",
        polyline("界线", SQUARE, closed=True),
        polyline("界线", east, closed=True),
    )


def test_closed_lines_are_areas_where_the_plan_says_so(outlines):
    read = load_districts(LayerSource(outlines, crs=CRS, closed_lines="areas"), crs=CRS)

    told = {notice.code: notice.count for notice in load_record(read).notices}
    assert read.geometry.area.sum() == pytest.approx(8e6)
    assert told["closed_lines_as_areas"] == 2


def test_closed_lines_in_place_of_areas_are_refused_with_the_key_to_state(outlines):
    with pytest.raises(SchemaError, match="closed_lines = 'areas'"):
        load_districts(outlines, crs=CRS, source_crs=CRS)


def test_lines_that_stay_open_are_left_out_and_counted(tmp_path):
    path = drawing(
        tmp_path / "d.dxf", polyline("a", SQUARE, closed=True), polyline("a", SQUARE, closed=False)
    )

    read = load_districts(LayerSource(path, crs=CRS, closed_lines="areas"), crs=CRS)

    told = {notice.code: notice.count for notice in load_record(read).notices}
    assert (len(read), told["dropped_wrong_family"]) == (1, 1)


def test_several_closed_parts_of_a_line_are_one_area_of_several(tmp_path):
    squares = [shapely.box(x, 0, x + 10, 10).exterior for x in (500_000, 500_100)]
    path = tmp_path / "d.gpkg"
    lines = [shapely.MultiLineString(squares), squares[0].coords]
    frame = gpd.GeoDataFrame(geometry=[lines[0], shapely.LineString(lines[1])], crs=CRS)
    frame.to_file(path)

    read = load_facilities(LayerSource(path, closed_lines="areas"), layer_name="x", crs=CRS)

    assert read.geometry.area.tolist() == [200, 100]


def test_closed_lines_mean_nothing_for_lines(outlines):
    with pytest.raises(ParameterError, match="closed_lines='areas' has no meaning for lines"):
        load_lines(LayerSource(outlines, crs=CRS, closed_lines="areas"), layer_name="l", crs=CRS)


@pytest.mark.parametrize("stated", ["gbk", ""])
def test_names_of_cad_layers_without_a_code_page_are_read(tmp_path, stated):
    path = drawing(
        tmp_path / "d.dxf",
        polyline("绿道", ROAD, closed=False),
        polyline("道路", [(x, y + 200) for x, y in ROAD], closed=False),
    )
    source = LayerSource(path, crs=CRS, encoding=stated, where="Layer = '绿道'")

    read = load_lines(source, layer_name="greenways", crs=CRS)

    assert read.geometry.length.sum() == pytest.approx(1000)
    assert load_record(read).encoding_from == ("declared" if stated else "bytes")


def test_a_code_page_that_the_drawing_states_is_not_applied_twice(tmp_path):
    head = (
        "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n9\n$DWGCODEPAGE\n3\nANSI_936\n0\nENDSEC\n"
    )
    path = drawing(tmp_path / "d.dxf", polyline("绿道", ROAD, closed=False), head=head)
    source = LayerSource(path, crs=CRS, encoding="gbk", where="Layer = '绿道'")

    assert len(load_lines(source, layer_name="greenways", crs=CRS)) == 1


def test_text_that_is_not_in_the_encoding_stated_is_refused(tmp_path):
    path = drawing(tmp_path / "d.dxf", polyline("绿道", ROAD, closed=False))

    with pytest.raises(SourceError, match="is not in encoding='utf-8'"):
        load_lines(LayerSource(path, crs=CRS, encoding="utf-8"), layer_name="g", crs=CRS)


def test_a_cad_layer_asked_for_as_a_layer_is_explained(outlines):
    with pytest.raises(SourceError, match="The layers of a drawing are rows"):
        load_districts(LayerSource(outlines, crs=CRS, layer="界线"), crs=CRS)
