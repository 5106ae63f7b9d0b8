"""The output folder: all of it or nothing, and never what geoplan did not write."""

import dataclasses
import json
import sys
from pathlib import Path

import pytest

from geoplan.app.exports import outputs
from geoplan.app.exports.map_context import map_context
from geoplan.app.exports.outputs import (
    check_output_folder,
    output_folder,
    source_paths,
    write_outputs,
)
from geoplan.app.plan.plan_file import read_plan
from geoplan.core.errors import SourceError

FILES = [
    "maps/bus-stop-coverage-500m.html",
    "maps/park-access.html",
    "maps/park-area-per-capita.html",
    "maps/red-line-share.html",
    *(
        f"pictures/{id_}.{ending}"
        for id_ in (
            "bus-stop-coverage-500m",
            "park-access",
            "park-area-per-capita",
            "red-line-share",
        )
        for ending in ("png", "svg")
    ),
    "provenance.json",
    "report.docx",
    "report.html",
    "report.xlsx",
    "results.gpkg",
    "results.json",
    "results.xlsx",
]


@pytest.fixture(autouse=True)
def _quick_pages(monkeypatch):
    monkeypatch.setattr(outputs, "_map_page", lambda *_, **__: "<html>地图</html>")
    monkeypatch.setattr("geoplan.app.exports.plan_maps.write_plan_maps", lambda *_, **__: ())

    class Drawn:
        notices = ()
        lang = "en"

        def save(self, file_format="png", *, dpi=150):
            return f"{file_format} {dpi}".encode()

    monkeypatch.setattr("geoplan.maps.pictures.furniture.halved_png", lambda png, **_: png)
    monkeypatch.setattr(
        "geoplan.app.report.html.draw_maps",
        lambda outcome: {indicator.id: Drawn() for indicator in outcome.indicators},
    )
    monkeypatch.setattr(
        "geoplan.app.report.html.write_report",
        lambda _, path, maps, **__: Path(path).write_text(str(sorted(maps)), encoding="utf-8"),
    )
    monkeypatch.setattr(
        "geoplan.app.report.docx.write_docx",
        lambda view, path, **__: Path(path).write_text(view.made_by, encoding="utf-8"),
    )


@pytest.fixture
def outcome(outcomes):
    """A run of four indicators."""
    return outcomes.make_outcome()


def _content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _names(folder):
    return [path.name for path in folder.iterdir()]


def test_a_run_writes_report_maps_tables_and_provenance(outcome, tmp_path):
    folder = write_outputs(outcome, tmp_path / "out")
    assert list(_content(folder)) == FILES


def test_provenance_lists_what_lies_beside_it(outcome, tmp_path):
    folder = write_outputs(outcome, tmp_path / "out")
    document = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert document["outputs"] == [file for file in FILES if file != "provenance.json"]


def test_nothing_is_left_beside_the_folder(outcome, tmp_path):
    for _ in range(2):
        write_outputs(outcome, tmp_path / "deep" / "out")
    assert _names(tmp_path / "deep") == ["out"]


def test_a_new_run_replaces_the_old_one_whole(outcome, outcomes, tmp_path):
    write_outputs(outcome, tmp_path / "out")
    fewer = outcomes.make_outcome("en", (outcomes.plain_indicator(),))
    folder = write_outputs(fewer, tmp_path / "out")
    assert [file for file in _content(folder) if "maps" in file] == ["maps/red-line-share.html"]


@pytest.mark.parametrize("stage", ["write_xlsx", "write_gpkg", "results_document"])
@pytest.mark.parametrize(
    "error", [OSError(28, "No space left"), SourceError("bad"), ValueError("x")]
)
def test_a_run_that_fails_leaves_the_last_good_one_as_it_was(
    outcome, tmp_path, monkeypatch, stage, error
):
    folder = write_outputs(outcome, tmp_path / "out")
    before = _content(folder)

    def fail(*_):
        raise error

    module = {
        "write_xlsx": "workbook",
        "write_gpkg": "geopackage",
        "results_document": "results_json",
    }[stage]
    monkeypatch.setattr(f"geoplan.app.exports.{module}.{stage}", fail)
    with pytest.raises((SourceError, ValueError)):
        write_outputs(outcome, folder)
    assert (_content(folder), _names(tmp_path)) == (before, ["out"])


def test_a_full_disk_is_told_in_words(outcome, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("geoplan.app.exports.workbook.write_xlsx", fail)
    with pytest.raises(SourceError, match=r"No space left on device.*--out"):
        write_outputs(outcome, tmp_path / "out")


def test_a_folder_that_is_open_elsewhere_is_kept_and_told(outcome, tmp_path, monkeypatch):
    folder = write_outputs(outcome, tmp_path / "out")
    before = _content(folder)
    rename = Path.rename

    def busy(self, target):
        if self == folder:
            raise PermissionError(13, "used by another process")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", busy)
    with pytest.raises(SourceError, match=r"cannot be replaced.*Close"):
        write_outputs(outcome, folder)
    assert (_content(folder), _names(tmp_path)) == (before, ["out"])


def test_the_old_folder_comes_back_when_the_new_one_cannot_take_its_place(
    outcome, tmp_path, monkeypatch
):
    folder = write_outputs(outcome, tmp_path / "out")
    before = _content(folder)
    rename = Path.rename

    def refuse(self, target):
        if self.suffix == ".tmp":
            raise PermissionError(13, "denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(SourceError, match="cannot be written"):
        write_outputs(outcome, folder)
    assert (_content(folder), _names(tmp_path)) == (before, ["out"])


def test_an_empty_folder_may_be_used(outcome, tmp_path):
    (tmp_path / "out").mkdir()
    assert (write_outputs(outcome, tmp_path / "out") / "report.html").is_file()


def test_a_folder_of_somebody_else_is_refused_and_untouched(outcome, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("years of work", encoding="utf-8")
    with pytest.raises(SourceError, match=r"did not write \(thesis\.docx\)"):
        write_outputs(outcome, tmp_path / "out")
    assert _content(tmp_path / "out") == {"thesis.docx": b"years of work"}


def test_a_note_put_beside_our_files_is_not_lost(outcome, tmp_path):
    folder = write_outputs(outcome, tmp_path / "out")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SourceError, match=r"notes\.txt"):
        write_outputs(outcome, folder)
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("marker", ["[]", "{}", "not json", '{"generator": "other"}'])
def test_another_programs_provenance_marks_nothing_of_ours(outcome, tmp_path, marker):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "provenance.json").write_text(marker, encoding="utf-8")
    with pytest.raises(SourceError, match=r"provenance\.json"):
        write_outputs(outcome, tmp_path / "out")


def test_what_desktops_and_gis_leave_behind_does_no_harm(outcome, tmp_path):
    folder = write_outputs(outcome, tmp_path / "out")
    for name in ("Thumbs.db", ".DS_Store", "results.gpkg-wal", "results.gpkg-shm"):
        (folder / name).write_bytes(b"x")
    assert (write_outputs(outcome, folder) / "report.html").is_file()


def test_a_file_is_no_folder(outcome, tmp_path):
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(SourceError, match="that is a file"):
        write_outputs(outcome, tmp_path / "out")


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of Unix")
def test_others_may_read_the_folder(outcome, tmp_path):
    folder = write_outputs(outcome, tmp_path / "out")
    plain = tmp_path / "plain"
    plain.mkdir()
    assert folder.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("where", [".", "data", ".."])
def test_the_plans_own_files_are_never_replaced(small_city, tmp_path, where):
    plan = read_plan(small_city.write_city(tmp_path / "city"))
    folder = output_folder(plan, tmp_path / "city" / where)
    with pytest.raises(SourceError, match="replaced as a whole"):
        check_output_folder(folder, source_paths(plan))


def test_outputs_go_beside_the_plan_or_where_it_or_the_caller_says(small_city, tmp_path):
    path = small_city.write_city(tmp_path)
    plan = read_plan(path)
    named = dataclasses.replace(plan, head=plan.head.model_copy(update={"out": "results"}))
    folders = [output_folder(plan), output_folder(named), output_folder(named, tmp_path / "x")]
    assert [folder.relative_to(tmp_path).as_posix() for folder in folders] == [
        "twin-out",
        "results",
        "x",
    ]


def test_context_is_what_the_result_does_not_show_itself(outcome, outcomes):
    import geopandas as gpd
    import shapely

    indicator = outcome.indicators[0]
    roads = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=4547)
    many = gpd.GeoDataFrame(geometry=gpd.points_from_xy(range(3000), range(3000)), crs=4547)
    layers = {
        **outcome.layers,
        "bus_stops": indicator.result.layers["facilities"],
        "roads": roads,
        "trees": many,
        "population": roads.copy(),
    }
    kinds = {"districts": "districts", "bus_stops": "bus_stops", "population": "population"}
    record = outcomes.make_records()["districts"]
    records = {
        name: dataclasses.replace(record, kind=kinds.get(name, "facilities")) for name in layers
    }
    outcome = dataclasses.replace(outcome, layers=layers, records=records)
    assert list(map_context(outcome, indicator)) == ["roads", "trees"]  # however many


def test_progress_is_told_file_by_file(outcome, tmp_path):
    told = []
    write_outputs(outcome, tmp_path / "out", progress=lambda *step: told.append(step))
    assert told[0] == ("write maps/bus-stop-coverage-500m.html", 0, 12)
    assert told[-2:] == [("write results.gpkg", 11, 12), ("", 12, 12)]
