"""A small city from its files to every output, with nothing replaced."""

import json

import jsonschema
import pytest

from geoplan.app.exports.outputs import write_outputs
from geoplan.app.exports.results_json import results_schema
from geoplan.app.run.runner import run_plan


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_plan_runs_from_files_to_report(tmp_path, small_city, lang):
    plan = small_city.write_city(tmp_path)
    folder = write_outputs(run_plan(plan, lang=lang), tmp_path / "out", fictional=True)
    sizes = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert {name for name, size in sizes.items() if size > 1000} == {
        "maps/bus-stop-coverage-500m.html",
        "maps/eco-land-share.html",
        "maps/far-stops.html",
        "overview.html",
        *(
            f"pictures/{id_}.{ending}"
            for id_ in ("bus-stop-coverage-500m", "eco-land-share", "far-stops")
            for ending in ("png", "svg")
        ),
        "provenance.json",
        "report.docx",
        "report.html",
        "report.xlsx",
        "results.gpkg",
        "results.json",
        "results.xlsx",
        "verdicts.html",
    }
    document = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(results_schema()).validate(document)


def test_two_runs_give_the_same_numbers_byte_for_byte(tmp_path, small_city):
    plan = small_city.write_city(tmp_path)
    folders = [write_outputs(run_plan(plan), tmp_path / name) for name in ("a", "b")]
    first, second = ((folder / "results.json").read_bytes() for folder in folders)
    assert first == second
