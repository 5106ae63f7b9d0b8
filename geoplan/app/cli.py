"""The command line. Only typer is imported at the top: ``--help`` must not wait for GDAL."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import geoplan
from geoplan.app.complaints import reporting
from geoplan.core.errors import ParameterError, SourceError

if TYPE_CHECKING:
    from geoplan.app.plan.plan_file import Plan
    from geoplan.app.run.outcome import PlanOutcome

EXIT_MISSED = 1
EXIT_UNDECIDABLE = 2

app = typer.Typer(
    name="geoplan",
    help="Check a city against the numbers in its plan.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class _Lang(StrEnum):
    en = "en"
    zh = "zh"


_PlanFile = Annotated[
    Path, typer.Argument(metavar="PLAN", help="The plan file, e.g. longgang.toml.")
]
_LangOption = Annotated[
    _Lang | None, typer.Option("--lang", help="Language, in place of the plan's own.")
]
_Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress; results and errors only.")
]
_MaxMemory = Annotated[
    float | None,
    typer.Option("--max-memory", min=1, help="Megabytes that measuring a raster may take."),
]
_Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Every warning, and the traceback of an error.")
]


def _print_version(wanted: bool) -> None:  # noqa: FBT001 (typer calls it)
    if wanted:
        typer.echo(f"geoplan {geoplan.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and leave."
        ),
    ] = False,
) -> None:
    pass


@app.command()
def run(
    plan: _PlanFile,
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the outputs.  [default: <plan>-out]"),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", "-t", help="Your own .docx for the Word report."),
    ] = None,
    max_memory: _MaxMemory = None,
    lang: _LangOption = None,
    quiet: _Quiet = False,
    verbose: _Verbose = False,
) -> None:
    """Run a plan: report, maps and tables into a folder. Exit 0, or 2 for bad input."""
    with reporting(verbose=verbose):
        read = _read_plan(plan, max_memory)
        folder, outcome = _run_into(read, out, lang, quiet=quiet, template=template)
        _show(outcome, quiet=quiet, verbose=verbose)
        _say_where(folder, outcome.lang)


@app.command()
def check(
    plan: _PlanFile,
    *,
    max_memory: _MaxMemory = None,
    lang: _LangOption = None,
    quiet: _Quiet = False,
    verbose: _Verbose = False,
) -> None:
    """
    Show the verdicts; write nothing.

    Exit 0 when every target is met, 1 when one is missed, 2 when one cannot be decided (whether
    or not another is missed) or the input is bad.
    """
    with reporting(verbose=verbose):
        from geoplan.app.console import watching
        from geoplan.app.run.runner import run_plan

        with watching(quiet=quiet) as progress:
            read = _read_plan(plan, max_memory)
            outcome = run_plan(read, lang=lang and lang.value, progress=progress)
        _show(outcome, quiet=quiet, verbose=verbose)
        raise typer.Exit(exit_code(outcome))


@app.command()
def doctor(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Data files to look at.")],
    *,
    lang: _LangOption = None,
    verbose: _Verbose = False,
) -> None:
    """Look for what is wrong with data files. Exit 1 if something would stop a run."""
    with reporting(verbose=verbose):
        from geoplan.app.console import make_console
        from geoplan.app.run.doctor import doctor as inspect

        report = inspect(_expanded(files), lang=lang.value if lang else "en")
        report.render(make_console())
        raise typer.Exit(report.exit_code)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder with the data.")],
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Plan file to write; else it is printed."),
    ] = None,
    lang: _LangOption = None,
    verbose: _Verbose = False,
) -> None:
    """Write a plan for the files of a folder, for you to complete."""
    with reporting(verbose=verbose):
        from geoplan.app.console import make_console
        from geoplan.app.plan.scaffold import scaffold

        if out is not None and out.exists():
            raise SourceError(f"{out} is there already. Name a new file, or move that one.")
        make_console()  # from here on, what the terminal lacks is replaced
        words = scaffold(
            folder, lang=lang.value if lang else "en", relative_to=out.parent if out else None
        )
        if out is None:
            typer.echo(words, nl=False)
        else:
            out.write_text(words, encoding="utf-8", newline="\n")


@app.command()
def indicators(
    *,
    document: Annotated[
        str | None,
        typer.Option(help="Only those a document speaks of, e.g. longgang-2025 or 002."),
    ] = None,
    analysis: Annotated[
        str | None, typer.Option(help="Only those an analysis computes, e.g. coverage.")
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="Only those that use a layer, e.g. parks.")
    ] = None,
    strength: Annotated[
        str | None, typer.Option(help="Only core, strong or weak ones (by district only).")
    ] = None,
    markdown: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write them as a page, e.g. docs/indicators.md."),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the plan file of --document, to be completed."),
    ] = None,
    lang: _LangOption = None,
    verbose: _Verbose = False,
) -> None:
    """List the indicators that a plan can name by id."""
    with reporting(verbose=verbose):
        from geoplan.app.catalogue.page import catalogue_page, select_indicators
        from geoplan.app.console import catalogue_table, make_console
        from geoplan.core.texts import text

        language = lang.value if lang else "en"
        chosen = select_indicators(
            document=document, analysis=analysis, layer=layer, strength=strength
        )
        if plan is not None:
            _write_ready_plan(plan, document, language)
        elif markdown is not None:
            page = catalogue_page(language, chosen)
            markdown.write_text(page, encoding="utf-8", newline="\n")
            typer.echo(text("catalogue.words.wrote", language, path=markdown))
        elif chosen:
            make_console().print(catalogue_table(language, chosen))
        else:
            typer.echo(text("catalogue.words.none_found", language))


def _write_ready_plan(path: Path, document: str | None, lang: str) -> None:
    from geoplan.app.catalogue.page import document_key
    from geoplan.app.catalogue.ready_plan import ready_plan
    from geoplan.core.texts import text

    if document is None:
        raise ParameterError("--plan writes the plan file of a document: add --document, e.g. 002.")
    if path.exists():
        raise SourceError(f"{path} is there already. Name a new file, or move that one.")
    path.write_text(ready_plan(document_key(document), lang), encoding="utf-8", newline="\n")
    typer.echo(text("catalogue.words.wrote", lang, path=path))


@app.command()
def explain(
    id_: Annotated[str, typer.Argument(metavar="ID", help="E.g. bus-stop-coverage-500m.")],
    *,
    lang: _LangOption = None,
    verbose: _Verbose = False,
) -> None:
    """Explain one indicator: what it measures, what is open, what plans ask for, an example."""
    with reporting(verbose=verbose):
        from geoplan.app.catalogue.explain import explain as explanation
        from geoplan.app.catalogue.rows import indicator_catalogue
        from geoplan.app.console import make_console
        from geoplan.app.plan.errors import nearest

        known = indicator_catalogue()
        if id_ not in known:
            raise ParameterError(f"there is no indicator {id_!r}. {nearest(id_, known)}")
        make_console()  # from here on, what the terminal lacks is replaced
        typer.echo(explanation(known[id_], lang.value if lang else "en"), nl=False)


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Argument(help="Folder for the built-in city's data and plan.")
    ] = Path("demo"),
    *,
    all_: Annotated[
        bool, typer.Option("--all", help="Every spatial indicator of the catalogue, not a dozen.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the outputs.  [default: <folder>-out]"),
    ] = None,
    lang: _LangOption = None,
    quiet: _Quiet = False,
    verbose: _Verbose = False,
) -> None:
    """Write the built-in fictional city with its plan, and run it."""
    with reporting(verbose=verbose):
        from geoplan.app.run.demo import write_demo

        language = lang or _Lang.en
        plan = write_demo(folder, lang=language.value, whole_catalogue=all_)
        beside = folder.resolve().with_name(f"{folder.resolve().name}-out")
        written, outcome = _run_into(
            _read_plan(plan, None), out or beside, language, quiet=quiet, fictional=True
        )
        _show(outcome, quiet=quiet, verbose=verbose)
        _say_where(written, outcome.lang)


def main() -> None:
    """Run the command line; the entry point of ``geoplan`` and ``python -m geoplan``."""
    app()


def exit_code(outcome: "PlanOutcome") -> int:
    """
    Say how `check` ends.

    Parameters
    ----------
    outcome : PlanOutcome
        A plan that has been run.

    Returns
    -------
    int
        2 when a target cannot be decided, else 1 when one is missed, else 0: a check that is not
        complete must not pass for one that is, whatever else it found.
    """
    statuses = {indicator.verdict.status for indicator in outcome.indicators if indicator.verdict}
    if "undecidable" in statuses:
        return EXIT_UNDECIDABLE
    return EXIT_MISSED if "missed" in statuses else 0


def _read_plan(path: Path, max_memory_mb: float | None) -> "Plan":
    from geoplan.app.plan.plan_file import read_plan

    plan = read_plan(path)
    if max_memory_mb is None:
        return plan
    return replace(plan, head=plan.head.model_copy(update={"max_memory_mb": max_memory_mb}))


def _run_into(
    plan: "Plan",
    out: Path | None,
    lang: _Lang | None,
    *,
    quiet: bool,
    fictional: bool = False,
    template: Path | None = None,
) -> tuple[Path, "PlanOutcome"]:
    from geoplan.app.console import watching
    from geoplan.app.exports.outputs import (
        check_output_folder,
        output_folder,
        source_paths,
        write_outputs,
    )
    from geoplan.app.exports.plan_maps import plan_basemap
    from geoplan.app.report.docx import open_template
    from geoplan.app.run.runner import run_plan

    folder = output_folder(plan, out)
    check_output_folder(folder, [*source_paths(plan), *([template] if template else [])])
    chosen = str(template or (plan.resolve(plan.head.template) if plan.head.template else ""))
    if chosen:
        open_template(chosen)  # before an hour is spent on numbers
    basemap = plan_basemap(plan)
    with watching(quiet=quiet) as progress:
        outcome = run_plan(plan, lang=lang and lang.value, progress=progress)
    with watching(quiet=quiet) as progress:
        outcome = replace(outcome, template=chosen)
        written = write_outputs(
            outcome, folder, fictional=fictional, basemap=basemap, progress=progress
        )
    return written, outcome


def _show(outcome: "PlanOutcome", *, quiet: bool, verbose: bool) -> None:
    from geoplan.app.console import make_console, verdict_table, warning_lines

    console = make_console()
    console.print(verdict_table(outcome, width=console.width))
    if not quiet:
        for line in warning_lines(outcome, verbose=verbose):
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def _say_where(folder: Path, lang: str) -> None:
    from geoplan.app.console import make_console
    from geoplan.core.texts import text

    words = text("cli.words.wrote", lang, folder=folder / "report.html")
    make_console().print(words, markup=False, highlight=False, soft_wrap=True)


def _expanded(files: list[Path]) -> list[Path]:
    """Expand ``data/*`` where the shell did not, as on Windows."""
    found: list[Path] = []
    for file in files:
        wild = not file.exists() and any(letter in str(file) for letter in "*?[")
        anchor = Path(file.anchor) if file.is_absolute() else Path()
        pattern = str(file.relative_to(file.anchor)) if file.is_absolute() else str(file)
        found += (sorted(anchor.glob(pattern)) or [file]) if wild else [file]
    return found
