"""Files on disk and inside zips."""

import hashlib
import zipfile

import pytest

from geoplan.core.errors import SourceError
from geoplan.layers.files.on_disk import file_kind, file_sha256, local_file


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "city.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for name in ("层/街道.shp", "层/街道.dbf", "层/stops.csv", "__MACOSX/层/x.shp", "read.me"):
            opened.writestr(name, name)
        opened.writestr("base.gdb/a1.gdbtable", "table")
    return path


@pytest.mark.parametrize(
    "form", ["{}!层/街道.shp", "{}/层/街道.shp", "/vsizip/{}/层/街道.shp", "zip://{}!层/街道.shp"]
)
def test_a_member_of_a_zip_can_be_written_in_every_usual_way(archive, form):
    with local_file(form.format(archive), layer="", subject="districts") as file:
        found = sorted(path.name for path in file.path.parent.iterdir())
        content = file.path.read_text(encoding="utf-8")

    assert found == ["member.dbf", "member.shp"]
    assert content == "层/街道.shp"
    assert not file.path.exists()


def test_the_layer_chooses_among_the_files_of_a_zip(archive):
    with local_file(str(archive), layer="stops", subject="stops") as file:
        assert (file.path.suffix, file.layer) == (".csv", "")


def test_a_geodatabase_in_a_zip_is_unpacked_whole(archive):
    with local_file(f"{archive}!base.gdb", layer="roads", subject="x") as file:
        assert [path.name for path in file.path.iterdir()] == ["a1.gdbtable"]
        assert file.layer == "roads"


def test_a_zip_of_several_layers_asks_for_one(archive):
    expected = (
        r"holds 3 layers: 层/街道.shp, 层/stops.csv, base.gdb. Write which one, e.g. '.*zip!层"
    )
    with (
        pytest.raises(SourceError, match=expected),
        local_file(str(archive), layer="", subject="x"),
    ):
        pass


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("city.zip!nothing.shp", "was not found; the zip holds 层/街道.shp"),
        ("citty.zip", r"citty\.zip of layer x was not found. Did you mean city\.zip\?"),
        ("zzz.gpkg", r"zzz\.gpkg of layer x was not found. Correct the path"),
        ("nowhere/a.gpkg", "there is no folder .*nowhere"),
    ],
)
def test_a_missing_file_is_an_error_that_helps(archive, path, message):
    with (
        pytest.raises(SourceError, match=message),
        local_file(str(archive.parent / path), layer="", subject="x"),
    ):
        pass


def test_a_broken_zip_is_an_error(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"no zip")
    with (
        pytest.raises(SourceError, match="not a readable zip"),
        local_file(str(tmp_path / "a.zip"), layer="", subject="x"),
    ):
        pass


def test_a_zip_without_data_is_an_error(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as opened:
        opened.writestr("read.me", "")
    with (
        pytest.raises(SourceError, match="holds no file that can be read"),
        local_file(str(tmp_path / "a.zip"), layer="", subject="x"),
    ):
        pass


def test_the_hash_of_a_shapefile_covers_every_part(tmp_path):
    for suffix in ("shp", "dbf", "CPG"):
        (tmp_path / f"s.{suffix}").write_text(suffix, encoding="utf-8")

    assert file_sha256(str(tmp_path / "s.shp")) == hashlib.sha256(b"CPGdbfshp").hexdigest()


def test_the_hash_of_a_folder_covers_its_files_but_no_locks(tmp_path):
    folder = tmp_path / "a.gdb"
    folder.mkdir()
    for name in ("b", "a", "x.lock"):
        (folder / name).write_text(name, encoding="utf-8")

    assert file_sha256(str(folder)) == hashlib.sha256(b"ab").hexdigest()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.CSV", "table"), ("a.xlsx", "table"), ("a.parquet", "parquet"), ("a.shp", "vector")],
)
def test_the_suffix_chooses_the_reader(tmp_path, name, kind):
    assert file_kind(tmp_path / name) == kind


def test_chinese_names_in_a_zip_of_windows_are_read(tmp_path, monkeypatch):
    def as_windows_does(info):
        return info.filename.encode("gbk"), 0

    monkeypatch.setattr(zipfile.ZipInfo, "_encodeFilenameFlags", as_windows_does)
    with zipfile.ZipFile(tmp_path / "city.zip", "w") as opened:
        opened.writestr("街道/龙岗街道.csv", "x,y")
        opened.writestr("街道/公交站点.csv", "x,y\n1,2")

    with local_file(f"{tmp_path / 'city.zip'}!街道/公交站点.csv", layer="", subject="x") as file:
        assert file.path.read_text(encoding="utf-8") == "x,y\n1,2"
    with pytest.raises(SourceError, match=r"holds 2 layers: 街道/龙岗街道.csv, 街道/公交站点.csv"):
        local_file(str(tmp_path / "city.zip"), layer="", subject="x").__enter__()
