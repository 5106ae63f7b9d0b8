"""The command line: exit codes, one clear message, nothing written over; and quick to start."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import geoplan
from geoplan.app import cli
from geoplan.app.exports import outputs

HEAVY = ("folium", "osmnx", "matplotlib", "geopandas", "pandas", "numpy", "shapely", "rasterio")


@pytest.fixture(autouse=True)
def _quick_pages(monkeypatch):
    monkeypatch.setattr(outputs, "_map_page", lambda *_, **__: "<html></html>")
    monkeypatch.setattr("geoplan.app.exports.plan_maps.write_plan_maps", lambda *_, **__: ())
    monkeypatch.setattr(
        "geoplan.app.report.html.write_report",
        lambda _, path, maps, **__: Path(path).write_text(str(sorted(maps)), encoding="utf-8"),
    )


@pytest.fixture
def city(tmp_path, small_city):
    """Plan file of the small city: one target missed, one met."""
    return small_city.write_city(tmp_path)


def _edit(plan, old, new):
    text = plan.read_text(encoding="utf-8")
    assert old in text
    plan.write_text(text.replace(old, new), encoding="utf-8")


def _geoplan(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def test_run_writes_the_outputs_and_says_where(city):
    ran = _geoplan("run", city)
    assert ran.exit_code == 0, ran.output
    assert str(city.parent / "twin-out" / "report.html") in ran.stdout
    assert (city.parent / "twin-out" / "results.json").is_file()


def test_run_exits_0_though_a_target_is_missed(city):
    ran = _geoplan("run", city, "--quiet")
    assert (ran.exit_code, ran.stderr, "missed" in ran.stdout) == (0, "", True)


def test_out_and_lang_win_over_the_plan(city, tmp_path):
    ran = _geoplan("run", city, "--out", tmp_path / "x", "--lang", "zh")
    document = json.loads((tmp_path / "x" / "provenance.json").read_text(encoding="utf-8"))
    assert document["indicators"][0]["title"] == "500 米公交站点覆盖率"
    assert "未达标" in ran.stdout


def test_check_shows_the_verdicts_and_writes_nothing(city):
    before = sorted(city.parent.rglob("*"))
    ran = _geoplan("check", city)
    assert (ran.exit_code, sorted(city.parent.rglob("*"))) == (1, before)
    words = ("Bus-stop coverage within 500 m", "60.0 %", "> 95 %", "missed", "乙, 甲", "no target")
    assert [word for word in words if word not in ran.stdout] == []


def test_check_exits_0_when_every_target_is_met(city):
    _edit(city, "> 95 %", ">= 60 %")
    assert _geoplan("check", city).exit_code == 0


def test_check_exits_2_when_one_cannot_be_decided_though_another_is_missed(city):
    _edit(city, "== 25 %", "not decrease")
    assert _geoplan("check", city).exit_code == 2


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([], 0),
        (["met"], 0),
        (["met", "missed"], 1),
        (["undecidable", "met"], 2),
        (["missed", "undecidable"], 2),
    ],
)
def test_the_exit_code_is_that_of_the_worst_verdict(outcomes, statuses, code):
    by_status = {
        "met": outcomes.met_indicator(),
        "missed": outcomes.missed_indicator(),
        "undecidable": outcomes.undecidable_indicator(),
    }
    indicators = (outcomes.plain_indicator(), *(by_status[status] for status in statuses))
    assert cli.exit_code(outcomes.make_outcome("en", indicators)) == code


def test_progress_is_plain_lines_where_nobody_looks(city):
    lines = _geoplan("check", city).stderr.splitlines()
    assert (lines[0], lines[-1]) == ("[1/7] load districts", "[7/7] measure far-stops")


def test_warnings_are_counted_and_shown_when_asked_for(city):
    _edit(city, 'lang = "en"', 'lang = "en"\nmargin_m = 3000')
    short, long = (_geoplan("check", city, *more).stdout for more in ((), ("--verbose",)))
    assert ("warnings; they are in the report" in short, "more than 3,000 m" in short) == (
        True,
        False,
    )
    assert "more than 3,000 m outside" in long


BAD_INPUTS = {
    "missing file": ('"data/green.gpkg"', '"data/none.gpkg"', "[layers.green] path"),
    "wrong column": ('"CODE"', '"KODE"', "KODE"),
    "empty layer": ('value = "people"', 'value = "people"\nwhere = "people > 99"', "population"),
    "degrees": ('crs = "EPSG:4547"\nlang', 'crs = "EPSG:4326"\nlang', "unit: degree"),
    "negative radius": ("distance_m = 2000", "distance_m = -2000", "distance_m is -2000"),
    "target": ("> 95 %", "a lot", "target 'a lot' cannot be read"),
    "unknown key": ("distance_m =", "distence_m =", 'Did you mean "distance_m"'),
    "unknown layer": ('lines = "green"', 'lines = "grene"', 'Did you mean "green"'),
    "not TOML": ("[plan]", "[plan", "line 2"),
    "no such category": ('target = "== 25 %"', 'target = "== 25 %"\ntarget_of = "jobs"', "land"),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_is_one_clear_message_exit_2_and_nothing_written_over(city, outcomes, case):
    outputs.write_outputs(outcomes.make_outcome(), city.parent / "twin-out")
    before = {path: path.read_bytes() for path in (city.parent / "twin-out").rglob("*.*")}
    old, new, message = BAD_INPUTS[case]
    _edit(city, old, new)
    ran = _geoplan("run", city, "--quiet")
    assert (ran.exit_code, "Traceback" in ran.stderr) == (2, False)
    assert ran.stderr.startswith("error: ")
    assert "twin.toml: [" in ran.stderr or case == "not TOML"
    assert message in ran.stderr
    assert {path: path.read_bytes() for path in (city.parent / "twin-out").rglob("*.*")} == before


def test_a_plan_that_is_not_there_is_bad_input(tmp_path):
    ran = _geoplan("run", tmp_path / "none.toml")
    assert (ran.exit_code, "none.toml" in ran.stderr) == (2, True)


def test_a_folder_of_somebody_else_is_refused_before_any_work(city):
    (city.parent / "twin-out").mkdir()
    (city.parent / "twin-out" / "mine.txt").write_text("x", encoding="utf-8")
    ran = _geoplan("run", city)
    assert (ran.exit_code, "mine.txt" in ran.stderr, "[1/7]" in ran.stderr) == (2, True, False)


def test_verbose_adds_the_traceback(city):
    _edit(city, "> 95 %", "a lot")
    ran = _geoplan("check", city, "--verbose")
    assert (ran.exit_code, "Traceback" in ran.stderr) == (2, True)


def test_an_error_of_ours_is_not_taken_for_a_missed_target(city, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("geoplan.app.run.runner.run_plan", fail)
    ran = _geoplan("check", city)
    assert (ran.exit_code, "inside geoplan: ZeroDivisionError: oh" in ran.stderr) == (2, True)


def test_markup_in_names_is_shown_and_not_obeyed(outcomes, monkeypatch, city):
    hostile = outcomes.plain_indicator()
    hostile = dataclasses.replace(hostile, title="[red]stop[/red] [/] :smile:")
    outcome = outcomes.make_outcome("en", (hostile,), name="[bold]x")
    monkeypatch.setattr("geoplan.app.run.runner.run_plan", lambda *_, **__: outcome)
    assert "[red]stop[/red] [/] :smile:" in _geoplan("check", city).stdout


def test_indicators_lists_the_catalogue_in_either_language():
    listed = _geoplan("indicators", "--lang", "zh").stdout
    assert [word for word in ("bus-stop-coverage-500m", "人均公园面积") if word not in listed] == []


def test_the_version_is_told():
    assert _geoplan("--version").stdout == f"geoplan {geoplan.__version__}\n"


def test_help_says_what_the_exit_codes_mean():
    words = " ".join(_geoplan("check", "--help").stdout.split())
    assert "1 when one is missed" in words


def test_doctor_ends_with_its_own_exit_code_and_expands_patterns(tmp_path, monkeypatch):
    seen = []

    class Report:
        exit_code = 1

        def render(self, console):
            console.print("looked")

    def inspect(paths, *, lang):
        seen.extend([*paths, lang])
        return Report()

    monkeypatch.setattr("geoplan.app.run.doctor.doctor", inspect)
    for name in ("b.csv", "a.csv", "c.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    ran = _geoplan("doctor", tmp_path / "*.csv", tmp_path / "none.gpkg", "--lang", "zh")
    assert (ran.exit_code, ran.stdout) == (1, "looked\n")
    assert seen == [tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "none.gpkg", "zh"]


def test_init_writes_a_plan_file_once(city, tmp_path):
    new = tmp_path / "new.toml"
    first, second = (_geoplan("init", city.parent / "data", "-o", new) for _ in range(2))
    assert (first.exit_code, first.output) == (0, "")
    assert "[layers.districts]" in new.read_text(encoding="utf-8")
    assert (second.exit_code, "there already" in second.stderr) == (2, True)


@pytest.mark.usefixtures("city")
def test_init_prints_the_same_plan_for_a_redirect(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _geoplan("init", "data", "-o", "new.toml", "--lang", "zh")
    printed = _geoplan("init", "data", "--lang", "zh")
    assert printed.stdout == (tmp_path / "new.toml").read_text(encoding="utf-8")


def test_init_of_a_folder_that_is_not_there_is_bad_input(tmp_path):
    ran = _geoplan("init", tmp_path / "none")
    assert (ran.exit_code, ran.stderr.startswith("error: ")) == (2, True)


def test_demo_writes_the_city_and_runs_its_plan(tmp_path, small_city, monkeypatch):
    monkeypatch.setattr(
        "geoplan.app.run.demo.write_demo",
        lambda folder, *, lang, whole_catalogue: small_city.write_city(
            folder / lang / str(whole_catalogue)
        ),
    )
    ran = _geoplan("demo", tmp_path / "demo", "--lang", "zh", "--quiet")
    assert (ran.exit_code, (tmp_path / "demo-out" / "report.html").is_file()) == (0, True)


def test_a_pattern_is_expanded_from_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("x", encoding="utf-8")
    assert cli._expanded([Path("*.csv")]) == [Path("a.csv")]


def _python(code, **environment):
    return subprocess.run(
        [sys.executable, *code],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("command", ["import geoplan", "import geoplan.app.cli"])
def test_what_starts_quickly_loads_nothing_heavy(command):
    code = f"{command}\nimport sys\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    ran = _python(["-c", code])
    assert ran.stdout.strip() == b"[]", ran.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("--version",)])
def test_help_loads_nothing_heavy(arguments):
    code = (
        f"import sys; sys.argv = ['geoplan', *{arguments!r}]\n"
        "from geoplan.app.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    code = end.code\n"
        f"print(code, [name for name in {HEAVY!r} if name in sys.modules])"
    )
    ran = _python(["-c", code], PYTHONIOENCODING="utf-8")
    assert ran.stdout.decode("utf-8").splitlines()[-1] == "0 []", ran.stderr


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_a_terminal_that_lacks_letters_does_not_stop_a_run(city, encoding):
    _edit(city, "双城 2025", "双城 ½ 😀 2025")
    ran = _python(["-m", "geoplan", "check", str(city)], PYTHONIOENCODING=encoding)
    assert ran.returncode == 1, ran.stderr
    assert b"60.0 %" in ran.stdout


def test_python_m_geoplan_is_the_command_line():
    ran = _python(["-m", "geoplan", "--version"])
    assert ran.stdout.decode().strip() == f"geoplan {geoplan.__version__}"
