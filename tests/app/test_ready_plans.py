"""The plans under ``examples/plans``: all targets of a document, one list of what is missing."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoplan.app.catalogue.ready_plan import ready_plan
from geoplan.app.catalogue.rows import catalogue_sources, indicator_catalogue
from geoplan.app.cli import app
from geoplan.app.plan.plan_file import read_plan
from geoplan.app.plan.registry import ANALYSES

PLANS = Path(__file__).parents[2] / "examples" / "plans"
DOCUMENTS = list(catalogue_sources().documents)


def geoplan(*args):
    return CliRunner().invoke(app, [str(arg) for arg in args])


def test_every_document_has_its_plan_and_there_is_no_other():
    assert sorted(path.stem for path in PLANS.glob("*.toml")) == sorted(DOCUMENTS)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_ready_plan_is_up_to_date(document):
    written = (PLANS / f"{document}.toml").read_text(encoding="utf-8")

    assert written == ready_plan(document, "en")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_ready_plan_has_every_number_that_the_document_sets(document):
    tables = read_plan(PLANS / f"{document}.toml").indicators

    for entry in indicator_catalogue().values():
        if entry.analysis in ANALYSES:
            asked = {target.target for _, target in entry.targets(document)}
            own = [id_ for id_ in tables if id_ == entry.id or id_[:-2] == entry.id]
            assert {tables[id_]["target"] for id_ in own} == asked, entry.id


@pytest.mark.parametrize("document", DOCUMENTS)
def test_check_lists_every_missing_file_and_every_open_choice_at_once(document):
    plan = PLANS / f"{document}.toml"

    ran = geoplan("check", plan)

    lines = [line for line in ran.output.splitlines() if line.startswith("- ")]
    assert ran.exit_code == 2
    assert f"{len(lines)} things are missing or wrong:" in ran.output
    for name in read_plan(plan).layers:
        assert any(f"[layers.{name}]" in line and "is not there" in line for line in lines), name


def test_one_thing_wrong_is_no_list(tmp_path, small_city):
    plan = small_city.write_city(tmp_path)
    (tmp_path / "data" / "stops.csv").unlink()

    ran = geoplan("check", plan)

    assert ran.output.startswith("error: twin.toml: [layers.bus_stops]")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_plan_whose_choices_are_made_lacks_its_files_only(document, tmp_path):
    import re

    words = (PLANS / f"{document}.toml").read_text(encoding="utf-8")
    made = re.sub(r"^# (\w+ = .+)$", r"\1", words, flags=re.MULTILINE)
    plan = tmp_path / "plan.toml"
    plan.write_text(made, encoding="utf-8")

    lines = [line for line in geoplan("check", plan).output.splitlines() if line[:2] == "- "]

    others = [line for line in lines if "is not there" not in line]
    assert [one for one in others if "which the plan lacks" not in one] == []


def test_a_plan_is_written_for_a_document_and_never_over_another(tmp_path):
    file = tmp_path / "plan.toml"
    arguments = ("indicators", "--document", "002", "--plan", file)

    first, again = geoplan(*arguments), geoplan(*arguments)

    assert (first.exit_code, again.exit_code) == (0, 2)
    assert "is there already" in again.output
    assert "document" in geoplan("indicators", "--plan", tmp_path / "x.toml").output
