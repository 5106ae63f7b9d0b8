"""Parts of one dataset that hold different numbers of shapes and records."""

import shutil
import zipfile

import geopandas as gpd
import pytest
import shapely

from geoplan.core.errors import SourceError
from geoplan.core.record import load_record
from geoplan.layers import load_districts

CRS = "EPSG:4547"


def write(path, count, **options):
    shapes = [shapely.box(x, 0, x + 1, 1) for x in range(count)]
    names = [f"街道{x}" for x in range(count)]
    gpd.GeoDataFrame({"NAME": names}, geometry=shapes, crs=CRS).to_file(path, **options)


def mixed(tmp_path, shp, shx, dbf, encoding):
    """Put together a Shapefile of parts with so many shapes and records."""
    for count in {shp, shx, dbf}:
        write(tmp_path / f"of{count}.shp", count, encoding=encoding)
    for count, suffix in ((shp, "shp"), (shx, "shx"), (dbf, "dbf"), (shp, "prj")):
        shutil.copy(tmp_path / f"of{count}.{suffix}", tmp_path / f"d.{suffix}")
    return tmp_path / "d.shp"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((3, 3, 2), "its .shp holds 3 shapes, its .dbf 2 records"),
        ((2, 2, 3), "its .shp holds 2 shapes, its .dbf 3 records"),
        ((3, 2, 2), "its .shp holds 3 shapes, its .shx lists 2 of them"),
        ((2, 3, 3), "its .shx lists 3 shapes, its .shp holds 2 of them"),
    ],
)
def test_a_shapefile_of_parts_that_differ_is_refused_with_both_counts(
    tmp_path, counts, said, encoding
):
    path = mixed(tmp_path, *counts, encoding)
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for part in tmp_path.glob("d.*"):
            if part.suffix != ".zip":
                archive.write(part, f"街道/{part.name}")

    for source in (path, tmp_path / "d.zip"):
        with pytest.raises(SourceError, match=said):
            load_districts(source, crs=CRS)


def test_parts_that_are_cut_off_are_refused(tmp_path):
    for suffix, said in ((".dbf", "states 3 records and holds 2"), (".shp", "holds 2 of them")):
        write(tmp_path / f"d{suffix}.shp", 3)
        part = tmp_path / f"d{suffix}{suffix}"
        part.write_bytes(part.read_bytes()[:-40])

        with pytest.raises(SourceError, match=said):
            load_districts(tmp_path / f"d{suffix}.shp", crs=CRS)


def test_rows_that_are_marked_as_deleted_are_left_out_and_counted(tmp_path):
    path = mixed(tmp_path, 3, 3, 3, "utf-8")
    table = bytearray((tmp_path / "d.dbf").read_bytes())
    first, width = (int.from_bytes(table[at : at + 2], "little") for at in (8, 10))
    table[first + width] = ord("*")
    (tmp_path / "d.dbf").write_bytes(table)

    layer = load_districts(path, crs=CRS)

    assert len(layer) == 2
    told = [one for one in load_record(layer).notices if one.code == "rows_deleted"]
    assert [(one.count, one.total) for one in told] == [(1, 3)]


def test_parts_that_agree_are_read(tmp_path):
    assert len(load_districts(mixed(tmp_path, 3, 3, 3, "gbk"), crs=CRS)) == 3


def test_mapinfo_parts_that_differ_are_refused(tmp_path):
    for name, count in (("a", 3), ("b", 2)):
        write(tmp_path / f"{name}.tab", count, driver="MapInfo File", encoding="utf-8")
        write(tmp_path / f"{name}.mif", count, driver="MapInfo File", encoding="utf-8")
    shutil.copy(tmp_path / "b.dat", tmp_path / "a.dat")
    shutil.copy(tmp_path / "b.mid", tmp_path / "a.mid")

    assert len(load_districts(tmp_path / "b.mif", crs=CRS)) == 2
    with pytest.raises(SourceError, match=r"its \.id lists 3 shapes, its \.dat 2 records"):
        load_districts(tmp_path / "a.tab", crs=CRS)
    with pytest.raises(SourceError, match=r"its \.mif holds 3 shapes, its \.mid 2 records"):
        load_districts(tmp_path / "a.mif", crs=CRS)
