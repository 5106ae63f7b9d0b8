"""Vector files."""

import json
import sqlite3
import struct
import subprocess
import sys
import warnings
import zipfile
from contextlib import closing
from importlib.util import find_spec

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geoplan.core.errors import SchemaError, SourceError
from geoplan.layers.files.on_disk import LocalFile
from geoplan.layers.kinds.facilities import load_facilities
from geoplan.layers.readers.read_vector import layer_names, read_vector

NAMES = ["福田", "龙岗街道"]


@pytest.fixture
def frame():
    boxes = [shapely.box(114, 22, 114.1, 22.1), shapely.box(114.1, 22, 114.2, 22.1)]
    return gpd.GeoDataFrame({"名称": NAMES, "N": [1, 2]}, geometry=boxes, crs="EPSG:4326")


def read(path, *, layer="", encoding=""):
    return read_vector(LocalFile(path, path.name, layer), encoding=encoding, subject="districts")


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "fgb", "gml", "kml"])
def test_every_format_gives_the_same_rows(frame, tmp_path, suffix):
    path = tmp_path / f"layer.{suffix}"
    written = frame.rename(columns={"名称": "Name"})
    driver = "LIBKML" if suffix == "kml" else None
    written.to_file(path, driver=driver)

    raw = read(path)

    assert sorted(raw.frame["Name"]) == sorted(NAMES)
    assert raw.rows_read == 2
    assert raw.frame.crs.equals("EPSG:4326", ignore_axis_order=True)
    assert shapely.area(raw.frame.geometry.array).tolist() == pytest.approx([0.01, 0.01])


def test_geoparquet_is_read(frame, tmp_path):
    pytest.importorskip("pyarrow", reason="GeoParquet needs pyarrow")
    frame.to_parquet(tmp_path / "layer.parquet")

    assert read(tmp_path / "layer.parquet").frame["名称"].tolist() == NAMES


def test_a_parquet_without_geometry_is_an_error(tmp_path):
    pd = pytest.importorskip("pyarrow", reason="GeoParquet needs pyarrow") and __import__("pandas")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "t.parquet")

    with pytest.raises(SourceError, match="cannot be read as GeoParquet"):
        read(tmp_path / "t.parquet")


@pytest.mark.parametrize(
    ("written", "cpg", "encoding", "name", "origin"),
    [
        ("GBK", False, "", "GB18030", "bytes"),
        ("GBK", True, "", "GB18030", "cpg"),
        ("UTF-8", False, "", "UTF-8", "bytes"),
        ("UTF-8", True, "", "UTF-8", "cpg"),
        ("GBK", False, "gb18030", "gb18030", "declared"),
    ],
)
def test_a_shapefile_is_never_mojibake(frame, tmp_path, written, cpg, encoding, name, origin):
    frame.to_file(tmp_path / "s.shp", encoding=written)
    if not cpg:
        (tmp_path / "s.cpg").unlink()

    raw = read(tmp_path / "s.shp", encoding=encoding)

    assert raw.frame["名称"].tolist() == NAMES
    assert (raw.encoding.name, raw.encoding.found_in) == (name, origin)


def test_the_encoding_declared_wins_even_when_it_is_wrong(frame, tmp_path):
    frame.to_file(tmp_path / "s.shp", encoding="GBK")

    raw = read(tmp_path / "s.shp", encoding="cp1252")

    assert raw.frame.iloc[0, 0] != NAMES[0]
    assert raw.encoding.found_in == "declared"


@pytest.mark.parametrize("written", ["gbk", "utf-8"])
def test_a_name_cut_within_a_character_does_not_stop_the_read(tmp_path, written):
    shape = gpd.GeoDataFrame({"N": ["x" * 80]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    shape.to_file(tmp_path / "s.shp")
    (tmp_path / "s.cpg").unlink()
    dbf = tmp_path / "s.dbf"
    cut = b"x" + ("龙岗街道" * 20).encode(written)[:79]
    dbf.write_bytes(dbf.read_bytes().replace(b"x" * 80, cut))

    assert read(tmp_path / "s.shp").frame["N"].item().startswith("x龙岗街道龙岗街道")


def test_a_shapefile_without_attributes_is_read(frame, tmp_path):
    frame.to_file(tmp_path / "s.shp", encoding="GBK")
    (tmp_path / "s.dbf").unlink()

    assert read(tmp_path / "s.shp").rows_read == 2


def test_a_shapefile_without_its_index_says_so(frame, tmp_path):
    frame.to_file(tmp_path / "s.shp", encoding="GBK")
    (tmp_path / "s.shx").unlink()

    with pytest.raises(SourceError, match=r"its \.shx is missing. Copy all parts"):
        read(tmp_path / "s.shp")


def test_a_geojson_in_gbk_is_read_right(frame, tmp_path):
    path = tmp_path / "s.geojson"
    path.write_bytes(frame.to_json(ensure_ascii=False).encode("gbk"))

    raw = read(path)

    assert raw.frame["名称"].tolist() == NAMES
    assert raw.encoding.name == "GB18030"


def test_a_geojson_is_not_in_the_encoding_declared(tmp_path, frame):
    path = tmp_path / "s.geojson"
    path.write_bytes(frame.to_json(ensure_ascii=False).encode("gbk"))

    with pytest.raises(SourceError, match=r"s\.geojson is not in encoding='utf-8'"):
        read(path, encoding="utf-8")


def mapinfo(folder, encoding):
    content = (
        'Version 300\nCharset "Neutral"\nDelimiter ","\nColumns 1\n  NAME Char(20)\nData\n\n'
        "Point 114.1 22.5\nPoint 114.2 22.6\n"
    )
    (folder / "s.mif").write_bytes(content.encode())
    (folder / "s.mid").write_bytes(
        "\n".join(f'"{name}"' for name in NAMES_OF[encoding]).encode(encoding)
    )
    return folder / "s.mif"


NAMES_OF = {"gbk": NAMES, "cp1252": ["São", "Rua é"]}


def test_a_mapinfo_file_of_no_charset_is_read_by_its_bytes(tmp_path):
    raw = read(mapinfo(tmp_path, "gbk"))

    assert raw.frame["NAME"].tolist() == NAMES
    assert (raw.encoding.name, raw.encoding.found_in) == ("GB18030", "bytes")


def test_a_mapinfo_file_that_cannot_be_told_asks_for_its_encoding(tmp_path):
    path = mapinfo(tmp_path, "cp1252")

    with pytest.raises(SourceError, match=r"s\.mif cannot be read: its text is neither.*encoding="):
        read(path)
    assert read(path, encoding="cp1252").frame["NAME"].tolist() == NAMES_OF["cp1252"]


def rings(*coordinates):
    features = [
        {
            "type": "Feature",
            "properties": {"name": f"f{i}"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for i, ring in enumerate(coordinates)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


OPEN = [[0, 0], [1, 0], [1, 1], [0, 1]]
CLOSED = [[2, 0], [3, 0], [3, 1], [2, 1], [2, 0]]


def test_open_rings_are_closed_and_counted(tmp_path):
    path = tmp_path / "open.geojson"
    path.write_text(rings(OPEN, CLOSED, OPEN), encoding="utf-8")

    raw = read(path)

    assert shapely.area(raw.frame.geometry.array).tolist() == [1.0, 1.0, 1.0]
    assert raw.frame["name"].tolist() == ["f0", "f1", "f2"]
    assert [(n.code, n.count, n.total) for n in raw.notices] == [("closed_rings", 2, 3)]


def test_a_line_of_one_point_is_counted_as_missing(tmp_path):
    path = tmp_path / "open.geojson"
    line = {"type": "LineString", "coordinates": [[0, 0]]}
    content = json.loads(rings(OPEN))
    content["features"].append({"type": "Feature", "properties": {}, "geometry": line})
    path.write_text(json.dumps(content), encoding="utf-8")

    raw = read(path)

    assert raw.frame.geometry.isna().tolist() == [False, True]
    assert [(n.code, n.count) for n in raw.notices] == [
        ("closed_rings", 1),
        ("unreadable_geometry", 1),
    ]


def test_a_file_of_several_layers_asks_for_one(frame, tmp_path):
    path = tmp_path / "city.gpkg"
    frame.to_file(path, layer="streets")
    frame.to_file(path, layer="parks")

    assert layer_names(path) == ["streets", "parks"]
    assert read(path, layer="parks").rows_read == 2
    with pytest.raises(SourceError, match=r"has 2 layers: streets, parks.*layer='streets'"):
        read(path)
    with pytest.raises(SourceError, match=r"no layer 'park'. Did you mean 'parks'\?"):
        read(path, layer="park")


def test_an_empty_layer_beside_a_full_one_is_passed_over(frame, tmp_path):
    path = tmp_path / "city.gpkg"
    frame.iloc[:0].to_file(path, layer="empty")
    frame.to_file(path, layer="full")

    assert read(path).rows_read == 2


def test_a_file_without_geometry_is_an_error(tmp_path):
    import pandas as pd
    import pyogrio

    path = tmp_path / "table.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="t")

    with pytest.raises(SchemaError, match="no layer with geometry"):
        read(path)


def test_a_gpx_of_waypoints_needs_no_layer_named(tmp_path):
    path = tmp_path / "s.gpx"
    path.write_text(
        '<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">'
        '<wpt lat="22.5" lon="114.1"><name>A</name></wpt></gpx>',
        encoding="utf-8",
    )

    assert read(path).frame["name"].tolist() == ["A"]


@pytest.mark.parametrize("name", ["broken.geojson", "broken.gpkg", "broken.shp"])
def test_a_file_that_is_no_layer_is_an_error(tmp_path, name):
    (tmp_path / name).write_text("nothing of the kind", encoding="utf-8")

    with pytest.raises(SourceError, match=f"{name} cannot be read"):
        read(tmp_path / name)


def test_measured_coordinates_are_read_in_the_plane(tmp_path):
    path = tmp_path / "m.geojson"
    path.write_text(rings([[0, 0, 5], [1, 0, 5], [1, 1, 5], [0, 0, 5]]), encoding="utf-8")

    assert read(path).frame.geometry.has_z.all()


def test_arrow_is_not_required(frame, tmp_path):
    """Reading in a process where pyarrow cannot be imported gives the same rows."""
    frame.to_file(tmp_path / "s.gpkg")
    script = (
        "import sys\n"
        "sys.modules['pyarrow'] = None\n"
        "from pathlib import Path\n"
        "from geoplan.layers.files.on_disk import LocalFile\n"
        "from geoplan.layers.readers.read_vector import read_vector\n"
        f"file = LocalFile(Path({str(tmp_path / 's.gpkg')!r}), 's', '')\n"
        "print(read_vector(file, encoding='', subject='x').rows_read)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )

    assert done.stdout.split() == ["2"]


def test_zipped_layers_are_read_by_the_loader(frame, tmp_path):
    frame.to_file(tmp_path / "街道.shp", encoding="GBK")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in tmp_path.glob("街道.*"):
            archive.write(part, f"数据/{part.name}")

    from geoplan.layers import load_districts

    districts = load_districts(tmp_path / "a.zip", crs="EPSG:4547", columns={"name": "名称"})

    assert districts["name"].tolist() == NAMES


def test_arcs_are_straightened_and_told(tmp_path):
    path = tmp_path / "arc.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4547").to_file(path)
    arc = struct.pack("<BII6d", 1, 8, 3, 0, 0, 500, 500, 1000, 0)
    chord = struct.pack("<BII4d", 1, 2, 2, 1000, 0, 0, 0)
    half_disc = struct.pack("<BII", 1, 10, 1) + struct.pack("<BII", 1, 9, 2) + arc + chord
    with closing(sqlite3.connect(path)) as base:
        triggers = base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:  # they call functions that only GDAL has
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("UPDATE arc SET geom = ?", (b"GP\0\1" + struct.pack("<i", 4547) + half_disc,))
        base.commit()

    raw = read(path)

    assert raw.frame.area[0] == pytest.approx(np.pi / 2 * 500**2, rel=1e-3)
    if find_spec("pyarrow") is not None:
        assert [n.code for n in raw.notices] == ["straightened_arcs"]


def test_a_folder_of_files_is_no_layer(tmp_path):
    (tmp_path / "read.me").write_text("x", encoding="utf-8")

    with pytest.raises(SourceError, match=r"it is a folder\. Name a file in it"):
        read(tmp_path)


def test_a_message_of_the_reader_that_comes_for_each_row_is_told_once_with_its_count(
    tmp_path, monkeypatch
):
    path = tmp_path / "d.gpkg"
    gpd.GeoDataFrame({"k": [1]}, geometry=[shapely.Point(5e5, 2.5e6)], crs=4547).to_file(path)
    plain = pyogrio.read_dataframe

    def talkative(*args, **kwargs):
        for row in range(8000):
            warnings.warn(f"Value {row * 7} of field 'k{row}' was clipped", stacklevel=1)
        warnings.warn("Something else", stacklevel=1)
        return plain(*args, **kwargs)

    monkeypatch.setattr(pyogrio, "read_dataframe", talkative)
    often, once = read_vector(LocalFile(path, "d.gpkg", ""), encoding="", subject="lines").notices

    assert (often.code, often.count, once.code) == ("reader_warnings", 8000, "reader_warning")
    assert "8,000 times" in often.text("en")
    assert "8,000 条" in often.text("zh")


@pytest.mark.parametrize(
    ("name", "content"), [("cut.fgb", b"fgb\3fgb\0xxxx"), ("cut.xlsx", b"PK\3\4zzzz")]
)
def test_a_file_cut_short_is_refused_by_its_name(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=f"{name} cannot be read"):
        load_facilities(tmp_path / name, crs="EPSG:4547", layer_name="schools")
