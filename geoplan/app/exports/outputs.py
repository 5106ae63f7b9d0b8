"""The outputs of a run: one folder, replaced as a whole or not at all."""

import json
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count, islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from geoplan.app.exports.map_context import map_context, who_meets
from geoplan.app.exports.provenance import FILE_NAME, GENERATOR, provenance_document, run_time
from geoplan.app.plan.plan_file import Plan
from geoplan.app.run.outcome import PlanOutcome
from geoplan.core.errors import GeoplanError, SourceError

if TYPE_CHECKING:
    from geoplan.app.run.loading import Progress
    from geoplan.app.run.outcome import IndicatorOutcome
    from geoplan.maps import Basemap

    Tick = Callable[[str], None]

# Left in folders by desktops, and by GIS or office programs that look at an output.
_STRAY = ("thumbs.db", "desktop.ini", ".ds_store")
_SHOWN = 3
_BESIDE = ("-wal", "-shm", "-journal", ".aux.xml", ".qmd")

_OTHER_STEPS = 8  # overview, pictures, three reports, three files of results
_PRINT_DPI = 300


def output_folder(plan: Plan, out: str | PathLike[str] | None = None) -> Path:
    """
    Say where a plan's outputs go.

    Parameters
    ----------
    plan : Plan
        The plan.
    out : str or path, optional
        A folder that wins over the plan's own.

    Returns
    -------
    Path
        `out`; else ``[plan] out``, from the folder of the plan file; else ``<plan>-out`` beside it.
    """
    if out is not None:
        return Path(out).resolve()
    if plan.head.out is not None:
        return plan.resolve(plan.head.out)
    return plan.resolve(f"{plan.path.stem}-out")


def check_output_folder(folder: Path, keep: Iterable[Path] = ()) -> None:
    """
    Refuse a folder that cannot be replaced without loss.

    Parameters
    ----------
    folder : Path
        Where the outputs shall go.
    keep : iterable of Path
        Files that must survive: the plan and its layers.

    Raises
    ------
    SourceError
        If the folder holds one of `keep`, is a file, or holds files that geoplan did not write.
    """
    folder = folder.resolve()
    for path in keep:
        if path.resolve().is_relative_to(folder):
            raise SourceError(
                f"outputs cannot go to {folder}: it holds {path.name}, and the folder is replaced "
                "as a whole. Name a folder of its own with --out."
            )
    if not folder.exists():
        return
    if not folder.is_dir():
        raise SourceError(f"outputs cannot go to {folder}: that is a file. Name a folder.")
    foreign = list(islice(_foreign_files(folder), _SHOWN + 1))
    if foreign:
        more = ", …" if len(foreign) > _SHOWN else ""
        raise SourceError(
            f"outputs cannot go to {folder}: it holds what geoplan did not write "
            f"({', '.join(sorted(foreign[:_SHOWN]))}{more}), and the folder is replaced as a "
            "whole. Move that elsewhere, or name another folder with --out."
        )


def _foreign_files(folder: Path) -> Iterator[str]:
    ours = _listed(folder / FILE_NAME)
    for path in folder.rglob("*"):
        file = path.relative_to(folder).as_posix()
        if path.is_file() and not _is_ours(file, ours):
            yield file


def _listed(marker: Path) -> frozenset[str]:
    try:
        document = json.loads(marker.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()
    if not isinstance(document, Mapping) or document.get("generator") != GENERATOR:
        return frozenset()
    return frozenset((FILE_NAME, *document.get("outputs", ())))


def _is_ours(file: str, ours: frozenset[str]) -> bool:
    name = file.rsplit("/", maxsplit=1)[-1]
    if file in ours or name.casefold() in _STRAY:
        return True
    return any(file == f"{other}{ending}" for other in ours for ending in _BESIDE)


def source_paths(plan: Plan) -> list[Path]:
    """Give the plan file, every file that its layers name, and its Word template."""
    written = (path for table in plan.layers.values() for path in table.path)
    template = [plan.resolve(plan.head.template)] if plan.head.template else []
    return [plan.path, *(plan.resolve(path) for path in written), *template]


def write_outputs(
    outcome: PlanOutcome,
    folder: str | PathLike[str],
    *,
    fictional: bool = False,
    basemap: "Basemap | None" = None,
    progress: "Progress | None" = None,
) -> Path:
    """
    Write report, maps, tables and provenance of a run into a folder.

    Everything is written to a new folder beside it, which takes its place at the end: a run that
    fails leaves the last good one as it was.

    Parameters
    ----------
    outcome : PlanOutcome
        A plan that has been run.
    folder : str or path
        Where to: a new or empty folder, or one that geoplan wrote.
    fictional : bool
        Whether to mark the maps as made up.
    basemap : Basemap, optional
        Tiles to lay under the maps, from `geoplan.maps.make_basemap`; they need the internet then.
    progress : callable, optional
        Called as ``progress(step, done, total)`` before each file.

    Returns
    -------
    Path
        The folder, with ``report.html``, ``report.docx``, ``report.xlsx``, ``maps/<id>.html``,
        ``pictures/<id>.png`` and ``.svg``, ``results.json``, ``results.xlsx``, ``results.gpkg`` and
        ``provenance.json``.

    Raises
    ------
    SourceError
        If the folder holds what geoplan did not write, or cannot be written or replaced.
    """
    from geoplan.maps.page.memory import shared_work

    folder = Path(folder).resolve()
    check_output_folder(folder)
    fresh = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}.tmp")
    try:
        (fresh / "maps").mkdir(parents=True)
        (fresh / "pictures").mkdir()
        tick = _ticks(progress, len(outcome.indicators) + _OTHER_STEPS)
        with shared_work():
            _write_all(outcome, fresh, tick, fictional=fictional, basemap=basemap)
        tick("")
        _take_place(fresh, folder)
    except GeoplanError:
        raise
    except OSError as error:
        raise SourceError(
            f"outputs cannot be written to {folder} ({error.strerror or error}). Check that the "
            "disk has room and the folder may be written, or name another with --out."
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def _ticks(progress: "Progress | None", total: int) -> "Tick":
    done = count()

    def tick(step: str) -> None:
        if progress is not None:
            progress(step, next(done), total)

    return tick


def _write_all(
    outcome: PlanOutcome,
    folder: Path,
    tick: "Tick",
    *,
    fictional: bool,
    basemap: "Basemap | None",
) -> None:
    from geoplan.app.exports.geopackage import write_gpkg
    from geoplan.app.exports.results_json import results_document, write_json
    from geoplan.app.exports.workbook import write_results_xlsx, write_xlsx

    created = run_time()
    made_on = created.astimezone().date().isoformat()
    pages, beside = _write_maps(outcome, folder, tick, fictional=fictional, basemap=basemap)
    _write_reports(outcome, folder, tick, pages, made_on=made_on, beside=beside)
    tick("write report.xlsx")
    write_xlsx(outcome, folder / "report.xlsx")
    tick("write results.json")
    write_json(results_document(outcome), folder / "results.json")
    tick("write results.xlsx")
    write_results_xlsx(outcome, folder / "results.xlsx")
    tick("write results.gpkg")
    write_gpkg(outcome, folder / "results.gpkg")
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    write_json(provenance_document(outcome, files, created=created), folder / FILE_NAME)


def _write_maps(
    outcome: PlanOutcome,
    folder: Path,
    tick: "Tick",
    *,
    fictional: bool,
    basemap: "Basemap | None",
) -> tuple[dict[str, str], tuple[str, ...]]:
    from geoplan.app.exports.plan_maps import write_plan_maps

    pages: dict[str, str] = {}
    for indicator in outcome.indicators:
        file = f"maps/{indicator.id}.html"
        tick(f"write {file}")
        pages[indicator.id] = _map_page(outcome, indicator, fictional=fictional, basemap=basemap)
        (folder / file).write_text(pages[indicator.id], encoding="utf-8", newline="\n")
    tick("write overview.html")
    return pages, write_plan_maps(outcome, folder, fictional=fictional, basemap=basemap)


def _write_reports(
    outcome: PlanOutcome,
    folder: Path,
    tick: "Tick",
    pages: Mapping[str, str],
    *,
    made_on: str,
    beside: tuple[str, ...],
) -> None:
    from geoplan.app.report.docx import write_docx
    from geoplan.app.report.html import draw_maps, make_view, page_picture, write_report

    tick("write pictures")
    drawings = draw_maps(outcome)
    large = {key: drawing.save("png", dpi=_PRINT_DPI) for key, drawing in drawings.items()}
    for key, drawing in drawings.items():
        (folder / f"pictures/{key}.png").write_bytes(large[key])
        (folder / f"pictures/{key}.svg").write_bytes(drawing.save("svg", dpi=_PRINT_DPI))
    view = make_view(outcome, drawings.values(), made_on=made_on, beside=beside)
    tick("write report.html")
    small = {key: page_picture(drawing, large[key]) for key, drawing in drawings.items()}
    write_report(outcome, folder / "report.html", pages, pictures=small, view=view)
    tick("write report.docx")
    write_docx(view, folder / "report.docx", pictures=large, template=outcome.template)


def _map_page(
    outcome: PlanOutcome,
    indicator: "IndicatorOutcome",
    *,
    fictional: bool,
    basemap: "Basemap | None",
) -> str:
    from geoplan.app.report.words import target_words
    from geoplan.maps import indicator_map

    headline, target = indicator.headline, indicator.target
    page = indicator_map(
        indicator.result,
        of=headline.of,
        part=headline.part,
        title=indicator.title,
        lang=outcome.lang,
        context=map_context(outcome, indicator),
        target_text=target_words(target, outcome.lang) if target else None,
        target_met=who_meets(indicator),
        fictional=fictional,
        basemap=basemap,
    )
    html: str = page.html()
    return html


def _take_place(fresh: Path, folder: Path) -> None:
    """Put `fresh` where `folder` is; on failure `folder` is as before."""
    if not folder.exists():
        fresh.rename(folder)
        return
    old = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}.old")
    try:
        folder.rename(old)
    except OSError as error:  # Windows: a file in it is open
        raise SourceError(
            f"{folder} cannot be replaced ({error.strerror or error}); it is as it was. Close "
            "whatever has a file of it open, such as report.xlsx in Excel, and run again."
        ) from error
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
