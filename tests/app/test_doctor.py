"""The doctor's words."""

import io
import json
import tomllib
from importlib import resources

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from rich.console import Console

from geoplan.app.run.doctor import DoctorReport, doctor
from geoplan.core.errors import ParameterError
from geoplan.layers.inspection.facts import FileFacts, Finding

STUDY = "EPSG:4547"


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


@pytest.mark.parametrize(
    ("nodata", "words"), [(-9999, "no data: -9999"), (None, "no data value: none stated")]
)
def test_a_raster_is_described(tmp_path, nodata, words):
    path = tmp_path / "pop_count.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=2, width=3, count=1, dtype="float32", crs=STUDY,
        transform=Affine(100, 0, 5e5, 0, -100, 2.5e6), nodata=nodata,
    ) as file:  # fmt: skip
        file.write(np.ones((2, 3), dtype="float32"), 1)
    lines = "\n".join(doctor([path]).lines(doctor([path]).files[0]))
    for expected in (
        words,
        "3 × 2 cells of 100 × 100, float32; 6 with a value, sum 6",
        "x 500,000",
    ):
        assert expected in lines


def test_kinds_of_columns_are_named(tmp_path):
    frame = gpd.GeoDataFrame(
        {
            "built": pd.to_datetime(["2020-01-01"]),
            "open": [True],
            "beds": [3],
            "share": [0.5],
            "label": ["a"],
        },
        geometry=[shapely.Point(5e5, 2.5e6)],
        crs=STUDY,
    )
    frame.to_file(tmp_path / "clinics.gpkg")
    shown = page(doctor([tmp_path]))
    for words in ("dates", "yes or no", "whole numbers", "numbers", "text", "clinics (facilities)"):
        assert words in shown


def test_a_file_that_suits_no_layer_says_so(tmp_path):
    line = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=STUDY)
    line.to_file(tmp_path / "roads.gpkg")
    assert "may be: none of the layers that geoplan uses" in page(doctor([tmp_path]))


SAMPLE = {
    "reason": "so", "rows": 3, "other": "b.shp", "crs": "EPSG:4547", "apart_m": 12.3,
    "candidates": "EPSG:4547", "datum": "GCJ-02", "other_datum": "BD-09", "before_m": 500.0,
    "after_m": 2.0, "claimed": "UTF-8", "found": "GB18030", "message": "m", "count": 2,
    "families": ("point", "line"), "cells": 9, "valid": 5, "bands": 2, "total": 1.0,
    "as_density": 2.0, "apart_km": 30.0, "codes": "1, 2", "likely": "corine", "first": "corine",
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
