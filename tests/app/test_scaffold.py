"""A plan written from a folder."""

import tomllib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine

from geoplan.app.plan.plan_file import read_plan
from geoplan.app.plan.scaffold import scaffold
from geoplan.core.errors import SourceError


@pytest.fixture
def folder(tmp_path):
    data = tmp_path / "数据 1"
    data.mkdir()
    squares = [shapely.box(114 + i / 10, 22.5, 114.1 + i / 10, 22.6) for i in range(3)]
    gpd.GeoDataFrame(
        {"CODE": ["1", "2", "3"], "NAME": ["龙岗", "布吉", "平湖"]}, geometry=squares, crs=4490
    ).to_file(data / "streets.geojson")
    gpd.GeoDataFrame(
        {"名称": ["A", "B"]}, geometry=shapely.buffer(shapely.centroid(squares[:2]), 0.01), crs=4490
    ).to_file(data / "parks.gpkg")
    pd.DataFrame({"站名": ["a", "b"], "lon": [114.1, 114.2], "lat": [22.5, 22.6]}).to_csv(
        data / "bus_stops.csv", index=False
    )
    with rasterio.open(
        data / "pop.tif", "w", driver="GTiff", height=2, width=2, count=1, dtype="float32",
        crs=4326, transform=Affine(0.01, 0, 114, 0, -0.01, 22.6),
    ) as file:  # fmt: skip
        file.write(np.ones((2, 2), dtype="float32"), 1)
    return data


def plan(folder, **options):
    return tomllib.loads(scaffold(folder, relative_to=folder.parent, **options))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_plan_can_be_read_back(folder, lang):
    path = folder.parent / "plan.toml"
    path.write_text(scaffold(folder, lang=lang, relative_to=folder.parent), encoding="utf-8")
    read = read_plan(path)
    assert list(read.layers) == ["districts", "bus_stops", "parks", "population"]
    assert all(read.resolve(table.path[0]).is_file() for table in read.layers.values())


def test_what_was_recognised_is_written(folder):
    tables = plan(folder)
    assert tables["plan"] == {"name": "数据 1", "crs": "EPSG:4547", "lang": "en"}
    assert tables["layers"]["districts"] == {
        "path": "数据 1/streets.geojson", "id": "CODE", "name": "NAME",
    }  # fmt: skip
    assert tables["layers"]["bus_stops"] == {
        "path": "数据 1/bus_stops.csv", "x": "lon", "y": "lat", "name": "站名",
    }  # fmt: skip


def test_indicators_are_offered_for_the_layers_found(folder):
    assert list(plan(folder)["indicators"]) == [
        "bus-stop-coverage-500m", "park-access-10-20-30", "park-area-per-capita",
    ]  # fmt: skip


def test_nothing_is_decided(folder):
    tables = plan(folder)
    assert not any(tables["indicators"].values())
    assert "unit" not in tables["layers"]["population"]
    assert "crs" not in tables["layers"]["bus_stops"]


def test_every_choice_is_named_behind_a_hash(folder):
    words = scaffold(folder, relative_to=folder.parent)
    for line in (
        '# of = ["land", "population"]',
        "# speed_kmh = 5",
        '# crs = "EPSG:4326"',
        '# unit = "count"',
    ):
        assert line in words


def test_opening_the_choices_gives_a_plan_that_can_be_read(folder):
    lines = scaffold(folder, relative_to=folder.parent).splitlines()
    opened = [line[2:] if line.startswith("# ") and " = " in line[:24] else line for line in lines]
    path = folder.parent / "plan.toml"
    path.write_text("\n".join(opened), encoding="utf-8")
    read = read_plan(path)
    assert read.indicators["bus-stop-coverage-500m"]["of"] == ["land", "population"]
    assert read.layers["population"].unit == "count"


def test_every_kind_of_layer_is_offered(folder):
    districts = gpd.read_file(folder / "streets.geojson").to_crs("EPSG:4547")
    districts.rename(columns={"CODE": "DLBM"}).to_file(folder / "land_use.gpkg")
    homes = districts.assign(residents=[1, 2, 3], 岗位=[3, 4, 5]).drop(columns="NAME")
    homes.drop(columns="岗位").to_file(folder / "census.gpkg")
    homes.to_file(folder / "jobs.gpkg")
    districts.to_file(folder / "城市.gpkg", layer="学区")
    districts.to_file(folder / "城市.gpkg", layer="b")
    (folder / "pop.tif").unlink()
    tables = plan(folder)
    assert tables["layers"]["jobs"] == {
        "path": "数据 1/jobs.gpkg", "id": "CODE", "value": "岗位",
    }  # fmt: skip
    assert tables["layers"]["land_use"]["columns"] == {"class_code": "DLBM"}
    assert tables["layers"]["学区"]["layer"] == "学区"
    words = scaffold(folder, relative_to=folder.parent)
    for line in ('# classes = ["G1"]', '"population+jobs"]', '# population = "population"'):
        assert line in words


@pytest.mark.parametrize(
    ("crs", "line"), [("EPSG:3857", '# crs = "EPSG:3857"'), ("EPSG:4547", '# crs = "EPSG:4547"')]
)
def test_a_missing_crs_is_offered_as_the_others_suggest(folder, crs, line):
    frame = gpd.read_file(folder / "streets.geojson").to_crs(crs)
    frame.to_file(folder / "clinics.shp")
    (folder / "clinics.prj").unlink()
    assert line in scaffold(folder)


def test_a_missing_crs_of_a_local_system_is_left_open(folder):
    frame = gpd.read_file(folder / "streets.geojson").to_crs("EPSG:4547")
    frame.geometry = frame.translate(-400_000, -2_400_000)
    frame.to_file(folder / "clinics.shp")
    (folder / "clinics.prj").unlink()
    assert '# crs = "EPSG:…"' in scaffold(folder)


def test_outside_china_only_wgs_84_is_offered(folder):
    pd.DataFrame({"lon": [4.9, 5.0], "lat": [52.1, 52.2]}).to_csv(
        folder / "clinics.csv", index=False
    )
    assert '# crs = "EPSG:4326"  # decide: EPSG:4326\n' in scaffold(folder)


def test_another_drive_is_written_in_full(folder, monkeypatch):
    def refuse(*_):
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr("os.path.relpath", refuse)
    assert plan(folder)["layers"]["parks"]["path"] == (folder / "parks.gpkg").as_posix()


def test_a_unique_name_serves_as_the_key_where_there_is_none(folder):
    frame = gpd.read_file(folder / "streets.geojson").drop(columns="CODE")
    frame.to_file(folder / "streets.geojson")
    assert plan(folder)["layers"]["districts"]["id"] == "NAME"


def test_two_files_for_one_layer_leave_the_second_in_a_comment(folder):
    (folder / "streets_old.geojson").write_bytes((folder / "streets.geojson").read_bytes())
    words = scaffold(folder, relative_to=folder.parent)
    assert "# or this file: 数据 1/streets_old.geojson" in words


def test_files_not_used_are_listed_with_the_reason(folder):
    (folder / "notes.md").write_text("x", encoding="utf-8")
    assert "#   数据 1/notes.md: Not a data file; left aside." in scaffold(
        folder, relative_to=folder.parent
    )


def test_without_districts_the_plan_says_so(folder):
    (folder / "streets.geojson").unlink()
    words = scaffold(folder, relative_to=folder.parent)
    assert "No file of districts was recognised" in words
    assert "crs" not in tomllib.loads(words)["plan"]


def test_without_any_indicator_the_plan_says_so(folder):
    for name in ("parks.gpkg", "bus_stops.csv"):
        (folder / name).unlink()
    assert "No indicator of the catalogue fits" in scaffold(folder)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(SourceError, match="is not a folder"):
        scaffold(tmp_path / "nothing")


def test_a_folder_without_data_is_refused(tmp_path):
    with pytest.raises(SourceError, match="holds no file that a layer can be made of"):
        scaffold(tmp_path)


@pytest.mark.real
@pytest.mark.parametrize("city", ["shenzhen", "singapore", "saomiguel", "amsterdam", "dongguan"])
def test_real_folders_give_plans_that_can_be_read(real_data, tmp_path, city):
    path = tmp_path / "plan.toml"
    path.write_text(scaffold(real_data / city, relative_to=tmp_path), encoding="utf-8")
    read = read_plan(path)
    assert all(read.resolve(table.path[0]).is_file() for table in read.layers.values())


def test_an_osm_extract_gives_streets_and_the_office_own_layers_come_first(tmp_path):
    nodes = [(1, 114.05, 22.55, ""), (2, 114.06, 22.55, "")]
    nodes += [(3, 114.05, 22.55, '<tag k="highway" v="bus_stop"/>')]
    lines = [f'<node id="{n}" lon="{x}" lat="{y}">{tag}</node>' for n, x, y, tag in nodes]
    way = '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>'
    (tmp_path / "city.osm").write_text(
        f'<osm version="0.6">{"".join(lines)}{way}</osm>', encoding="utf-8"
    )
    (tmp_path / "bus_stops.csv").write_text("站名,经度,纬度\nA,114.05,22.55\n", encoding="utf-8")
    plan = tomllib.loads(scaffold(tmp_path, lang="en", relative_to=tmp_path))
    assert plan["layers"]["walk_network"] == {"osm": "city.osm"}
    assert plan["layers"]["bus_stops"]["path"] == "bus_stops.csv"
    text = scaffold(tmp_path, lang="zh", relative_to=tmp_path)
    assert '# network = "walk_network"' in text


def test_a_raster_of_classes_becomes_a_land_cover_whose_legend_is_left_open(folder):
    with rasterio.open(
        folder / "cover.tif", "w", driver="GTiff", height=2, width=2, count=1, dtype="uint8",
        crs=4326, transform=Affine(0.01, 0, 114, 0, -0.01, 22.6),
    ) as file:  # fmt: skip
        file.write(np.array([[10, 95], [80, 50]], dtype="uint8"), 1)
    written = scaffold(folder, relative_to=folder.parent)
    assert "[layers.land_cover]" in written
    assert '\n# classes = "worldcover"\n' in written
