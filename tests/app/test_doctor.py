"""The doctor's words."""

import io
import json
import tomllib
from importlib import resources

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from rich.console import Console

from geoplan.app.doctor import DoctorReport, doctor
from geoplan.core.errors import ParameterError
from geoplan.layers.file_facts import FileFacts, Finding


@pytest.fixture
def folder(tmp_path):
    squares = [shapely.box(114 + i / 10, 22.5, 114.1 + i / 10, 22.6) for i in range(3)]
    gpd.GeoDataFrame(
        {"CODE": ["1", "2", "3"], "NAME": ["龙岗[红]", "布吉", "平湖"]}, geometry=squares, crs=4490
    ).to_file(tmp_path / "街道.geojson")
    pd.DataFrame({"name": ["a", "b"], "lon": [114.1, 114.2], "lat": [22.5, 22.6]}).to_csv(
        tmp_path / "bus_stops.csv", index=False
    )
    (tmp_path / "README.md").write_text("hello", encoding="utf-8")
    return tmp_path


def page(report):
    console = Console(file=io.StringIO(), width=100, color_system=None)
    report.render(console)
    return console.file.getvalue()


def test_a_file_that_would_stop_a_run_gives_exit_code_1(folder):
    assert doctor([folder]).exit_code == 1


def test_sound_files_give_exit_code_0(folder):
    assert doctor([folder / "街道.geojson", folder / "README.md"]).exit_code == 0


def test_the_page_says_what_is_there_and_what_to_write(folder):
    shown = page(doctor([folder]))
    for words in ("龙岗[红]", "district_id", "GCJ-02", "3 files: 1 would stop a run", "EPSG:4547"):
        assert words in shown


def test_the_page_speaks_chinese(folder):
    shown = page(doctor([folder], lang="zh"))
    for words in ("会使运行中止", "字段", "火星", "共 3 个文件"):
        assert (words in shown) == (words != "火星")


def test_the_report_is_json(folder):
    data = json.loads(json.dumps(doctor([folder]).as_dict(), allow_nan=False))
    assert [file["status"] for file in data["files"]] == ["fine", "stop", "fine"]
    assert "GCJ-02" in data["files"][1]["findings"][0]["text"]


def test_nothing_to_inspect_is_said(tmp_path):
    assert page(doctor([tmp_path])).strip() == "No files to inspect."


def test_an_unknown_language_is_refused():
    with pytest.raises(ParameterError, match="geoplan speaks en and zh"):
        doctor([], lang="de")


def test_a_long_crs_is_shown_by_its_name():
    wkt = gpd.GeoSeries(
        [shapely.Point(0, 0)], crs="+proj=tmerc +lon_0=114 +ellps=GRS80"
    ).crs.to_wkt()
    assert len(FileFacts("a", crs=wkt).crs_name) < 20


SAMPLE = {
    "reason": "so", "rows": 3, "other": "b.shp", "crs": "EPSG:4547", "apart_m": 12.3,
    "candidates": "EPSG:4547", "datum": "GCJ-02", "other_datum": "BD-09", "before_m": 500.0,
    "after_m": 2.0, "claimed": "UTF-8", "found": "GB18030", "message": "m", "count": 2,
    "families": ("point", "line"), "cells": 9, "valid": 5, "bands": 2, "total": 1.0,
    "as_density": 2.0,
}  # fmt: skip
FINDINGS = tomllib.loads(
    resources.files("geoplan.core.lang").joinpath("doctor.en.toml").read_text(encoding="utf-8")
)["findings"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("code", FINDINGS)
def test_every_finding_has_its_words_in_both_languages(code, lang):
    words = DoctorReport((), lang).words(Finding("note", code, SAMPLE))
    assert words
    assert "{" not in words.replace("{ fit", "")
