"""What is written of a run: JSON by its schema, a workbook, a GeoPackage, provenance."""

import dataclasses
import itertools
import json
import math
import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import geopandas as gpd
import jsonschema
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely

from geoplan.app.exports.geopackage import wide_districts, write_gpkg
from geoplan.app.exports.provenance import provenance_document
from geoplan.app.exports.results_json import plain, results_document, results_schema, write_json
from geoplan.app.exports.workbook import write_results_xlsx, write_xlsx
from geoplan.core.definitions import define
from geoplan.core.notices import Notice
from geoplan.core.results import make_amount


@pytest.fixture
def outcome(outcomes):
    """A run with a missed, a met, an undecidable and a target-less indicator."""
    return outcomes.make_outcome()


def _valid(document):
    schema = results_schema()
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    return [error.message for error in validator.iter_errors(json.loads(json.dumps(document)))]


@pytest.mark.parametrize("make", ["make_outcome", "hostile_outcome", "large_outcome"])
def test_results_json_follows_its_schema(outcomes, make):
    assert _valid(results_document(getattr(outcomes, make)())) == []


def test_the_schema_refuses_what_it_does_not_know(outcome):
    document = results_document(outcome)
    document["indicators"][0]["share"] = 1
    assert _valid(document)


def test_the_schema_refuses_a_verdict_without_a_target(outcome):
    document = results_document(outcome)
    document["indicators"][0]["target"] = None
    assert _valid(document)


def test_there_is_one_entry_per_indicator_denominator_and_part(outcome):
    keys = [
        (entry["id"], entry["of"], entry["part"])
        for entry in results_document(outcome)["indicators"]
    ]
    assert keys == [
        ("bus-stop-coverage-500m", "land", None),
        ("bus-stop-coverage-500m", "population", None),
        ("park-area-per-capita", "population", None),
        ("park-access", "population", "community"),
        ("park-access", "population", "city"),
        ("park-access", "population", "nature"),
        ("park-access", "population", "all"),
        ("red-line-share", "land", "生态保护红线"),
        ("red-line-share", "land", "total"),
    ]


def test_the_verdict_stands_on_the_entry_that_the_target_speaks_of(outcome):
    verdicts = [entry["verdict"] for entry in results_document(outcome)["indicators"]]
    assert verdicts == ["missed", None, "met", "undecidable", None, None, None, None, None]


def test_the_shortfall_has_its_unit_and_its_districts(outcome):
    entry = results_document(outcome)["indicators"][0]
    missing = (0.95 - entry["value"]) * entry["denominator"]
    assert entry["shortfall"]["value"] == pytest.approx(missing)
    assert (entry["shortfall"]["unit"], entry["shortfall"]["missed_districts"][0]) == ("m2", "D00")


def test_unknown_is_null_and_zero_stays_zero(outcome):
    entries = results_document(outcome)["indicators"]
    assert (entries[3]["value"], entries[3]["districts"][2]["value"]) == (None, None)
    assert entries[8]["districts"][0]["value"] == 0.0


def test_numbers_survive_the_file_to_the_last_bit(outcome, tmp_path):
    write_json(results_document(outcome), tmp_path / "results.json")
    text = (tmp_path / "results.json").read_text(encoding="utf-8")
    read = json.loads(text)["indicators"][0]
    assert read["value"] == outcome.indicators[0].headline.value
    assert ("龙岗区 2025" in text, "NaN" in text) == (True, False)


def test_the_same_run_gives_the_same_file(outcomes, tmp_path):
    for name in ("a", "b"):
        write_json(results_document(outcomes.make_outcome()), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(0.5), 0.5),
        (np.int64(3), 3),
        (np.array([1.0, np.nan]), [1.0, None]),
        (math.inf, None),
        ({1: (True, None)}, {"1": [True, None]}),
        (shapely.Point(0, 0), "POINT (0 0)"),
    ],
)
def test_plain_values_are_those_that_json_has(value, expected):
    assert plain(value) == expected


def _sheets(path):
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}, book


@pytest.mark.parametrize(
    ("lang", "names"),
    [
        ("zh", ["汇总", "口径", "图层", "提示"]),
        ("en", ["Summary", "Definitions", "Layers", "Warnings"]),
    ],
)
def test_the_workbook_tells_the_definitions_before_a_sheet_per_indicator(
    outcomes, tmp_path, lang, names
):
    write_xlsx(outcomes.make_outcome(lang), tmp_path / "r.xlsx")
    _, book = _sheets(tmp_path / "r.xlsx")
    titles = book.sheetnames
    assert ([*titles[:2], *titles[-2:]], len(titles)) == (names, 8)


def test_cells_hold_numbers_unrounded_and_unknown_ones_are_empty(outcome, tmp_path):
    write_xlsx(outcome, tmp_path / "r.xlsx")
    sheets, book = _sheets(tmp_path / "r.xlsx")
    rows = sheets["500 米公交站点覆盖率"]
    values = outcome.indicators[0].result.measures[0].districts["value"].tolist()
    assert [row[2] for row in rows[1:-1]] == values
    assert rows[-1][2] == outcome.indicators[0].headline.value
    park = book.sheetnames[4]
    assert (sheets[park][3][2], sheets[park][3][3]) == (None, None)


def test_headers_stay_in_view_and_shares_read_as_percent(outcome, tmp_path):
    write_xlsx(outcome, tmp_path / "r.xlsx")
    _, book = _sheets(tmp_path / "r.xlsx")
    sheet = book["500 米公交站点覆盖率"]
    assert (sheet.freeze_panes, sheet["C2"].number_format) == ("C2", "0.00%")
    assert sheet.column_dimensions["B"].width >= 2 * len("平湖")


def test_text_in_the_workbook_is_never_a_formula_nor_a_link(outcomes, tmp_path):
    write_xlsx(outcomes.hostile_outcome(), tmp_path / "r.xlsx")
    _, book = _sheets(tmp_path / "r.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)


def test_sheet_names_are_valid_and_unique_whatever_the_titles(outcomes, tmp_path):
    titles = ["a" * 40, "a" * 40, "'x[y]:z/\\*?'", "History", ""]
    plain_one = outcomes.plain_indicator()
    indicators = tuple(dataclasses.replace(plain_one, title=title) for title in titles)
    write_xlsx(outcomes.make_outcome("en", indicators), tmp_path / "r.xlsx")
    _, book = _sheets(tmp_path / "r.xlsx")
    assert book.sheetnames[2:7] == ["a" * 31, "a" * 29 + " 2", "x_y__z____", "History 2", "_"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Residents within 500 m of a bus stop, on foot", "Residents within 500 m of a bus"),
        ("Land within a fifteen-minute walk (built-up)", "Land within a fifteen-minute"),
        ("公园" * 20, "公园" * 15 + "公"),
        ("x" * 40, "x" * 31),
    ],
)
def test_a_sheet_s_name_ends_with_a_whole_word(outcomes, tmp_path, title, name):
    indicator = dataclasses.replace(outcomes.plain_indicator(), title=title)
    write_xlsx(outcomes.make_outcome("en", (indicator,)), tmp_path / "r.xlsx")
    assert _sheets(tmp_path / "r.xlsx")[1].sheetnames[2] == name


def test_every_warning_is_in_the_workbook(outcomes, tmp_path):
    outcome = outcomes.make_outcome(
        notices=(Notice("plan_not_utf8", "x", values={"encoding": "G"}),)
    )
    write_xlsx(outcome, tmp_path / "r.xlsx")
    sheets, _ = _sheets(tmp_path / "r.xlsx")
    assert len(sheets["提示"]) == 1 + 1 + 1 + 1


def test_the_wide_table_has_three_columns_per_measure(outcome):
    wide = wide_districts(outcome)
    assert len(wide.columns) == 2 + 3 * 9 + 1
    assert wide["bus_stop_coverage_500m__land"].tolist() == pytest.approx(
        outcome.indicators[0].headline.districts["value"].tolist(), rel=0
    )
    assert {"park_access__population__city", "red_line_share__land__生态保护红线__den"} <= set(wide)


def test_the_geopackage_holds_districts_and_what_was_found(outcome, tmp_path):
    write_gpkg(outcome, tmp_path / "r.gpkg")
    layers = [name for name, _ in pyogrio.list_layers(tmp_path / "r.gpkg")]
    assert layers == [
        "districts",
        "bus_stop_coverage_500m__served",
        "bus_stop_coverage_500m__unserved",
        "layer_styles",
    ]
    read = gpd.read_file(tmp_path / "r.gpkg", layer="districts")
    assert (read.crs.to_epsg(), read["name"].tolist()[0]) == (4547, "平湖")


def test_awkward_names_geometries_and_types_are_written(outcomes, tmp_path):
    indicator = outcomes.missed_indicator()
    awkward = gpd.GeoDataFrame(
        {
            "fid": ["x", "y", "z"],
            "Name": [1, "two", None],
            "name": ["a", "b", "c"],
            "a b": [1.0, np.nan, 3.0],
        },
        geometry=[shapely.Point(0, 0), None, shapely.box(0, 0, 1, 1)],
        crs=4547,
    )
    empty = awkward.iloc[:0]
    result = dataclasses.replace(
        indicator.result, layers={"demand": awkward, "unserved": empty, "facilities": awkward}
    )
    ids = ("5 km/stop", "5-km-stop")
    indicators = tuple(dataclasses.replace(indicator, id=id_, result=result) for id_ in ids)
    write_gpkg(outcomes.make_outcome("en", indicators), tmp_path / "r.gpkg")
    layers = [name for name, _ in pyogrio.list_layers(tmp_path / "r.gpkg")]
    assert layers == ["districts", "_5_km_stop__demand", "_5_km_stop__demand_2", "layer_styles"]
    read = gpd.read_file(tmp_path / "r.gpkg", layer="_5_km_stop__demand")
    assert read.drop(columns="geometry").columns.tolist() == ["fid_2", "Name", "name_2", "a_b"]
    assert len(read) == 2


def _styles(path):
    with closing(sqlite3.connect(path)) as database:
        columns = "f_table_name, f_geometry_column, styleName, useAsDefault, styleQML"
        return database.execute(f"SELECT {columns} FROM layer_styles").fetchall()  # noqa: S608


def test_every_layer_opens_in_qgis_with_one_style_of_its_own(outcome, tmp_path):
    write_gpkg(outcome, tmp_path / "r.gpkg")
    defaults = [row[:2] for row in _styles(tmp_path / "r.gpkg") if row[3]]
    layers = [name for name, _ in pyogrio.list_layers(tmp_path / "r.gpkg")]
    assert sorted(defaults) == sorted((name, "geom") for name in layers if name != "layer_styles")


def test_districts_have_a_style_for_each_indicator_that_names_a_column(outcome, tmp_path):
    write_gpkg(outcome, tmp_path / "r.gpkg")
    styles = [row for row in _styles(tmp_path / "r.gpkg") if row[0] == "districts"]
    columns = set(gpd.read_file(tmp_path / "r.gpkg", layer="districts"))
    renderers = [ET.fromstring(row[4]).find("renderer-v2") for row in styles]  # noqa: S314
    assert [row[2] for row in styles] == [indicator.title for indicator in outcome.indicators]
    assert {renderer.get("attr") for renderer in renderers} <= columns


def test_classes_of_a_style_hold_every_value(outcome, tmp_path):
    write_gpkg(outcome, tmp_path / "r.gpkg")
    style = next(row[4] for row in _styles(tmp_path / "r.gpkg") if row[0] == "districts")
    ranges = ET.fromstring(style).findall(".//range")  # noqa: S314
    ends = [(float(r.get("lower")), float(r.get("upper"))) for r in ranges]
    values = outcome.indicators[0].headline.districts["value"]
    assert ends[0][0] <= values.min()
    assert ends[-1][1] >= values.max()
    assert all(end[1] == start[0] for end, start in itertools.pairwise(ends))
    assert len(ET.fromstring(style).findall(".//symbol")) == len(ranges)  # noqa: S314


def test_titles_in_styles_are_text(outcomes, tmp_path):
    write_gpkg(outcomes.hostile_outcome(), tmp_path / "r.gpkg")
    for row in _styles(tmp_path / "r.gpkg"):
        assert ET.fromstring(row[4]).tag == "qgis"  # noqa: S314


def test_the_long_table_holds_every_value_once(outcome, tmp_path):
    write_results_xlsx(outcome, tmp_path / "r.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "r.xlsx").active.iter_rows(values_only=True))
    measures = [m for i in outcome.indicators for m in i.result.measures]
    assert rows[0][:4] == ("id", "title", "of", "part")
    assert len(rows) == 1 + sum(len(m.districts) + 1 for m in measures)
    assert [row[6] for row in rows[1:9]] == measures[0].districts["value"].tolist()


def test_provenance_says_what_a_run_was_made_of(outcomes, tmp_path):
    import hashlib

    plan = tmp_path / "p.toml"
    plan.write_text("# 计划\n", encoding="utf-8")
    digest = hashlib.sha256(plan.read_bytes()).hexdigest()
    outcome = outcomes.make_outcome(plan_path=str(plan), plan_sha256=digest)
    document = provenance_document(outcome, ["results.json", "maps/a.html"])
    assert document["plan"] == {
        "name": "龙岗区 2025",
        "file": "p.toml",
        "sha256": digest,
        "text": "# 计划\n",
    }
    assert document["outputs"] == ["maps/a.html", "results.json"]
    assert document["created_utc"].endswith("+00:00")
    assert document["study_crs"]["area_error"] == 1.0e-4
    assert document["layers"][1]["sha256"] == ["b" * 64]
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_a_plan_that_was_changed_since_is_not_quoted(outcomes, tmp_path):
    plan = tmp_path / "p.toml"
    plan.write_text("# another\n", encoding="utf-8")
    outcome = outcomes.make_outcome(plan_path=str(plan))
    assert provenance_document(outcome, [])["plan"]["text"] is None


def _counted(outcome):
    """Give an outcome whose first indicator is a plain count."""
    first, *others = outcome.indicators
    result = first.result
    measure = make_amount(result.districts, range(len(result.districts)), of="count", unit="count")
    counted = dataclasses.replace(
        first, result=dataclasses.replace(result, measures=(measure,)), target=None, verdict=None
    )
    return dataclasses.replace(outcome, indicators=(counted, *others))


def test_a_plain_amount_has_no_fraction_in_the_workbook(outcome, tmp_path):
    write_xlsx(_counted(outcome), tmp_path / "r.xlsx")
    sheets, book = _sheets(tmp_path / "r.xlsx")
    rows = sheets[book.sheetnames[2]]
    assert len(rows[0]) == 3
    assert rows[0][2].endswith("(个)")
    summary = dict(zip(sheets["汇总"][0], sheets["汇总"][1], strict=True))
    assert summary["单位"] == "个"
    assert (summary["分子"], summary["分母"], summary["分母单位"]) == (None, None, None)


def test_definitions_are_told_in_words_first(outcome, tmp_path):
    write_xlsx(outcome, tmp_path / "r.xlsx")
    rows = _sheets(tmp_path / "r.xlsx")[0]["口径"]
    assert rows[1][2] == "定义"
    assert rows[1][3] == define(outcome.indicators[0].result, "zh")[0]
