"""The pages on the plan file and the outputs name everything there is, and nothing else."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from geoplan.app.catalogue.rows import indicator_catalogue
from geoplan.app.exports.provenance import provenance_document
from geoplan.app.exports.results_json import results_schema
from geoplan.app.plan.analyses_access import TierTable
from geoplan.app.plan.indicators import plan_indicators
from geoplan.app.plan.plan_file import read_plan
from geoplan.app.plan.registry import ANALYSES
from geoplan.app.plan.tables import KINDS, IndicatorTable, LayerTable, MapsTable, PlanHead
from geoplan.app.plan.targets import parse_target
from geoplan.app.run.runner import run_plan
from geoplan.core.columns import SPECS
from geoplan.core.errors import PlanError
from geoplan.core.record import LoadRecord
from geoplan.core.texts import text
from geoplan.layers.datums.fits import _TABLE_KEYS

ROOT = Path(__file__).parents[2]
PLAN_FILE = "\n".join(
    page.read_text(encoding="utf-8")
    for page in (ROOT / "docs" / "plan-file.md", *sorted((ROOT / "docs").glob("analyses-*.md")))
)
OUTPUTS = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
OPERATORS = ">=|<=|==|>|<|within|not_decrease|not_increase|not_above_parent"


def sections(page):
    parts = re.split(r"^#+ (.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def tables(section):
    """Cells of each table of a section, without head and rule."""
    blocks = re.findall(r"(?:^\|.*\n)+", section, flags=re.MULTILINE)
    return [[row.strip("| ").split(" | ") for row in block.splitlines()[2:]] for block in blocks]


def key(cell):
    return cell.strip("`")


PLAN_SECTIONS, OUTPUT_SECTIONS = sections(PLAN_FILE), sections(OUTPUTS)
INDICATORS = sections((ROOT / "docs" / "indicators.md").read_text(encoding="utf-8"))
DOCUMENTED = [
    ("`[plan]`", 0, PlanHead, ()),
    ("`[maps]`", 0, MapsTable, ()),
    ("`[layers.NAME]`", 0, LayerTable, ()),
    ("`[indicators.ID]`", 0, IndicatorTable, ()),
    ("`park_access`", 1, TierTable, ()),
    *((f"`{name}`", 0, one.table, IndicatorTable.model_fields) for name, one in ANALYSES.items()),
]


@pytest.mark.parametrize(("heading", "position", "model", "told_above"), DOCUMENTED)
def test_every_key_of_a_plan_stands_in_its_table_with_what_is_required(
    heading, position, model, told_above
):
    rows = tables(PLAN_SECTIONS[heading])[position]
    expected = {
        name: field.is_required()
        for name, field in model.model_fields.items()
        if name not in told_above
    }

    assert {key(row[0]): row[2].startswith("**yes**") for row in rows} == expected
    assert all(len(row) == 5 and all(row) for row in rows)


def test_the_keys_of_a_coordinate_fit_stand_in_their_table():
    (rows,) = tables(PLAN_SECTIONS["A local coordinate system"])

    assert {key(row[0]) for row in rows} == set(_TABLE_KEYS)


def test_every_kind_of_layer_stands_on_the_page_with_its_columns():
    (rows,) = tables(PLAN_SECTIONS["Kinds, and the columns that have a meaning"])
    columns = {kind: row[2] for row in rows for kind in re.findall(r"`(\w+)`", row[0])}

    assert set(columns) == set(KINDS)
    for kind, spec in SPECS.items():
        missing = [c.name for c in spec.columns if f"`{c.name}`" not in columns[kind]]
        assert not missing, kind


@pytest.mark.parametrize("id_", indicator_catalogue())
def test_every_indicator_of_the_catalogue_has_a_section_in_the_list_that_names_its_analysis(id_):
    section = next(text for head, text in INDICATORS.items() if head.startswith(f"`{id_}`"))

    assert f"`{indicator_catalogue()[id_].analysis}`" in section


@pytest.mark.parametrize("row", tables(PLAN_SECTIONS["Targets"])[0], ids=lambda row: row[0])
def test_a_target_means_what_the_page_says(row):
    target, unit, means = key(row[0]), {"share": "1"}.get(row[1], row[1]), row[2]
    if means.startswith("cannot be read"):
        with pytest.raises(PlanError, match="cannot be read"):
            parse_target(target, unit=unit, direction="up")
        return

    told = re.fullmatch(rf"`({OPERATORS})` ([\d.]+)?(?: to ([\d.]+))?.*", means).groups()
    operator, *ends = told

    bound = parse_target(target, unit=unit, direction="up")
    assert bound.operator == operator
    assert [bound.value, bound.high] == [float(end) if end else None for end in ends]


@pytest.mark.parametrize("toml", re.findall(r"```toml\n(.*?)```", PLAN_FILE, flags=re.DOTALL))
def test_every_piece_of_toml_on_the_page_can_be_read(toml):
    assert tomllib.loads(toml)


def test_the_plan_in_the_readme_is_a_valid_plan(tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    plan = tmp_path / "longgang.toml"
    plan.write_text(re.search(r"```toml\n(.*?)```", readme, re.DOTALL)[1], encoding="utf-8")

    assert [one.id for one in plan_indicators(read_plan(plan))] == ["bus-stop-coverage-500m"]


def schema_places():
    schema = results_schema()
    parts = schema["$defs"]
    rows = parts["entry"]["properties"]["districts"]["items"]["properties"]
    yield "`results.json`", schema["properties"]
    yield "An entry of `indicators`", parts["entry"]["properties"]
    yield "An entry of `indicators`", rows
    yield "An entry of `indicators`", parts["target"]["properties"]
    yield "An entry of `indicators`", parts["shortfall"]["properties"]
    yield "`definition`", parts["entry"]["properties"]["definition"]["properties"]
    yield "A warning", parts["warning"]["properties"]
    yield "A record of `layers`", dict.fromkeys(parts["layer"]["required"])
    yield "A record of `layers`", dict.fromkeys(field.name for field in fields(LoadRecord))


@pytest.mark.parametrize(("heading", "properties"), list(schema_places()))
def test_every_field_of_results_json_stands_on_the_page(heading, properties):
    missing = [name for name in properties if f"`{name}`" not in OUTPUT_SECTIONS[heading]]

    assert not missing


@pytest.mark.parametrize("values", ["operator", "verdict"])
def test_every_value_of_a_closed_list_stands_on_the_page(values):
    parts = results_schema()["$defs"]
    place = parts["target" if values == "operator" else "entry"]["properties"][values]["enum"]

    told = OUTPUT_SECTIONS["An entry of `indicators`"]

    assert not [one for one in place if one and f"`{one}`" not in told and f'"{one}"' not in told]


@pytest.mark.parametrize("sheet", ["summary", "definitions", "layers", "warnings"])
def test_every_sheet_of_the_workbook_stands_on_the_page(sheet):
    names = f"{text(f'export.sheets.{sheet}', 'en')} ({text(f'export.sheets.{sheet}', 'zh')})"

    assert names in OUTPUT_SECTIONS["`report.xlsx`"]


def test_every_part_of_the_provenance_stands_on_the_page(tmp_path, small_city):
    outcome = run_plan(small_city.write_city(tmp_path))
    document = provenance_document(outcome, ())
    told = OUTPUT_SECTIONS["`provenance.json`"]

    named = [*document, *document["plan"], *document["study_crs"], *document["indicators"][0]]

    assert not [name for name in named if f"`{name}`" not in told]


def test_every_parameter_of_a_definition_stands_on_the_page(tmp_path, small_city):
    outcome = run_plan(small_city.write_city(tmp_path))
    told = OUTPUT_SECTIONS["`definition`"]

    for indicator in outcome.indicators:
        missing = [
            name
            for name in indicator.result.definition
            if f"`{name}`" not in told and not name.endswith("_count")
        ]
        assert not missing, indicator.id
