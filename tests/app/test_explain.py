"""Explanations: complete in both languages, with an example that a plan file really takes."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoplan.app.catalogue.example_table import example_toml, toml_value
from geoplan.app.catalogue.explain import explain
from geoplan.app.catalogue.page import catalogue_page
from geoplan.app.catalogue.rows import indicator_catalogue
from geoplan.app.cli import app
from geoplan.app.plan.indicators import open_parameters, plan_indicators
from geoplan.app.plan.plan_file import read_plan
from geoplan.app.plan.registry import ANALYSES
from geoplan.core.texts import text

ENTRIES = indicator_catalogue()
DOCS = Path(__file__).parents[2] / "docs"
ABLE = [entry for entry in ENTRIES.values() if entry.analysis in ANALYSES]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.id)
def test_an_explanation_says_everything(entry, lang):
    words = explain(entry, lang)

    sections = ["formula", "layers", "targets"]
    sections += ["pitfalls"] * (entry.pitfalls is not None)
    sections += ["disagreements"] * bool(entry.disagreements)
    sections += ["standards"] * bool(entry.standards)
    sections += ["open", "example"] * (entry.analysis in ANALYSES)
    heads = [text(f"catalogue.section.{key}", lang) for key in sections]
    assert [head for head in heads if f"**{head}" not in words] == []
    assert entry.title[lang] in words.splitlines()[0]


@pytest.mark.parametrize("entry", ABLE, ids=lambda entry: entry.id)
def test_the_example_is_a_plan_as_it_stands(entry, tmp_path):
    plan = tmp_path / "plan.toml"
    head = '[plan]\ncrs = "EPSG:4547"\n\n[layers.districts]\npath = "d.gpkg"\n\n'
    plan.write_text(head + example_toml(entry, "zh"), encoding="utf-8")

    (indicator,) = plan_indicators(read_plan(plan))

    assert indicator.id == entry.id
    told = [target for name in entry.documents for _, target in entry.targets(name)]
    assert (indicator.table.target is not None) == bool(told)


@pytest.mark.parametrize("entry", ABLE, ids=lambda entry: entry.id)
def test_the_example_makes_every_choice_that_is_open(entry):
    keys = {"speed_kmh" if key.startswith("tiers") else key for key in open_parameters(entry)}
    assert keys <= set(entry.example)


def test_a_row_that_cannot_be_computed_says_what_is_lacking():
    entry = ENTRIES["bus-stop-coverage-500m"].model_copy(update={"analysis": "magic"})

    assert "lacks the analysis `magic`" in explain(entry, "en")
    assert "缺少算法 `magic`" in explain(entry, "zh")
    assert (open_parameters(entry), example_toml(entry, "en")) == ((), "")


def test_a_quote_keeps_its_bars_inside_the_table():
    words = explain(ENTRIES["bus-stop-coverage-500m"], "en")
    assert "“500 米公交站点覆盖率 \\| % \\| 93 \\| > 95 \\| 约束性”" in words


@pytest.mark.parametrize(("lang", "page"), [("en", "indicators.md"), ("zh", "indicators.zh.md")])
def test_the_page_of_indicators_is_up_to_date(lang, page):
    written = (DOCS / page).read_text(encoding="utf-8")

    assert written == catalogue_page(lang), f"geoplan indicators --markdown docs/{page}"


def test_explain_prints_one_indicator():
    ran = CliRunner().invoke(app, ["explain", "eco-land-share", "--lang", "zh"])

    assert (ran.exit_code, ran.stdout) == (0, explain(ENTRIES["eco-land-share"], "zh"))


def test_explain_asks_whether_a_known_indicator_was_meant():
    ran = CliRunner().invoke(app, ["explain", "eco-land"])

    assert ran.exit_code == 2
    assert 'Did you mean "eco-land-share"?' in ran.output


def test_the_list_can_be_filtered_and_written(tmp_path):
    file = tmp_path / "list.md"
    filters = ["--document", "001", "--lang", "zh"]

    listed = CliRunner().invoke(app, ["indicators", *filters])
    written = CliRunner().invoke(app, ["indicators", *filters, "--markdown", str(file)])

    assert "waste-recycling-point-per-community" in listed.stdout
    assert "bus-stop-coverage-500m" not in listed.stdout
    assert written.exit_code == 0
    assert file.read_text(encoding="utf-8").count("\n### ") == 8


def test_filters_that_leave_nothing_say_so():
    filters = ["--document", "001", "--strength", "core"]
    assert "No indicator fits" in CliRunner().invoke(app, ["indicators", *filters]).stdout


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (1.5, "1.5"),
        ('a"b', '"a\\"b"'),
        (["城", 2], '["城", 2]'),
        ({"公园": {"m": 1}}, '{ "公园" = { m = 1 } }'),
    ],
)
def test_values_are_written_as_toml(value, written):
    import tomllib

    assert toml_value(value) == written
    assert tomllib.loads(f"x = {written}") == {"x": value}
