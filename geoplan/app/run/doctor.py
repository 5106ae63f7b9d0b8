"""`geoplan doctor`: what is wrong with the data, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from geoplan.core.crs import StudyCRS, choose_study_crs
from geoplan.core.errors import ParameterError
from geoplan.core.texts import LANGS, text
from geoplan.layers.inspection.facts import ColumnFacts, FileFacts, Finding
from geoplan.layers.inspection.files import inspect_files

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {"stop": "bold red", "warn": "yellow", "note": "dim", "fine": "green"}
_INDENT = 2


@dataclass(frozen=True)
class DoctorReport:
    """
    What the inspection of files found.

    Parameters
    ----------
    files : tuple of FileFacts
        One of each file or layer.
    lang : {"en", "zh"}
        Language to speak.
    """

    files: tuple[FileFacts, ...]
    lang: str

    @property
    def exit_code(self) -> int:
        """1 if a file would stop a run, else 0."""
        return int(any(file.stops for file in self.files))

    @property
    def study_crs(self) -> StudyCRS | None:
        """Study CRS that the rule gives for the first file of districts found."""
        for file in self.files:
            if file.guess_kind == "districts" and file.bounds_deg is not None:
                return choose_study_crs(file.bounds_deg)
        return None

    def as_dict(self) -> dict[str, Any]:
        """Give the report as JSON-ready values, each finding with its words."""
        files = []
        for file in self.files:
            entry = file.as_dict()
            for finding, fields in zip(file.findings, entry["findings"], strict=True):
                fields["text"] = self.words(finding)
            files.append({**entry, "status": _status(file)})
        return {"exit_code": self.exit_code, "files": _json_ready(files)}

    def words(self, finding: Finding) -> str:
        """Say a finding in the language of the report."""
        values = dict(finding.values)
        if "families" in values:
            names = [text(f"doctor.families.{name}", self.lang) for name in values["families"]]
            values["families"] = ("、" if self.lang == "zh" else ", ").join(names)
        return text(f"doctor.findings.{finding.code}", self.lang, **values)

    def render(self, console: "Console") -> None:
        """Write the report to a rich console."""
        for file in self.files:
            self._render_file(console, file)
        if self.study_crs is not None:
            crs = self.study_crs
            console.print(
                Text(text("doctor.study_crs", self.lang, crs=crs.crs, scale=crs.scale_error))
            )
        console.print(Text(self.summary(), style="bold"))

    def summary(self) -> str:
        """Say in one sentence how many files are in which state."""
        if not self.files:
            return text("doctor.nothing", self.lang)
        states = [_status(file) for file in self.files]
        counts = {state: states.count(state) for state in ("stop", "warn", "fine")}
        return text("doctor.summary", self.lang, files=len(states), **counts)

    def _render_file(self, console: "Console", file: FileFacts) -> None:
        status = _status(file)
        heading = Text(file.shown, style="bold")
        heading.append(f"  {text(f'doctor.{status}', self.lang)}", style=_STYLES[status])
        console.print(heading)
        for line in self.lines(file):
            console.print(Padding(Text(line), (0, 0, 0, _INDENT), expand=False))
        if file.columns:
            console.print(Padding(self._columns(file.columns), (0, 0, 0, _INDENT), expand=False))
        for finding in file.findings:
            style = _STYLES[finding.severity]
            row = Table.grid(padding=(0, 1))
            mark = text(f"doctor.mark_{finding.severity}", self.lang)
            row.add_row(Text(mark, style=style), Text(self.words(finding)))
            console.print(Padding(row, (0, 0, 0, _INDENT), expand=False))
        console.print()

    def lines(self, file: FileFacts) -> list[str]:
        """Describe a file line by line, without its columns and findings."""
        if file.geometry is None and file.raster is None:
            return [file.format] if file.format else []
        return [
            " · ".join(filter(None, (file.format, self._encoding(file), self._crs(file)))),
            *self._content(file),
            *self._extent(file),
            self._guess(file),
        ]

    def _encoding(self, file: FileFacts) -> str:
        if not file.encoding:
            return ""
        how = text(f"doctor.how.{file.encoding_from or 'bytes'}", self.lang)
        return text("doctor.encoding", self.lang, name=file.encoding, how=how)

    def _crs(self, file: FileFacts) -> str:
        return file.crs_name or text("doctor.no_crs", self.lang)

    def _content(self, file: FileFacts) -> list[str]:
        if file.raster is not None:
            raster = file.raster
            cells = text(
                "doctor.cells",
                self.lang,
                width=raster.width,
                height=raster.height,
                cell_x=raster.cell[0],
                cell_y=raster.cell[1],
                dtype=raster.dtype,
                valid=raster.valid,
                total=raster.total,
            )
            if raster.nodata is None:
                return [cells, text("doctor.no_nodata", self.lang)]
            return [cells, text("doctor.nodata", self.lang, nodata=raster.nodata)]
        types = file.geometry.types.items() if file.geometry is not None else ()
        shown = ", ".join(f"{name} {count:,}" for name, count in types) or "–"
        return [text("doctor.rows", self.lang, count=file.rows, types=shown)]

    def _extent(self, file: FileFacts) -> list[str]:
        shown = []
        in_degrees = file.bounds is not None and max(map(abs, file.bounds)) <= 360
        if file.bounds is not None:
            key = "doctor.extent_deg" if in_degrees else "doctor.extent"
            shown.append(text(key, self.lang, **_sides(file.bounds)))
        if file.bounds_deg is not None and not in_degrees:
            shown.append(text("doctor.extent_deg", self.lang, **_sides(file.bounds_deg)))
        return shown

    def _guess(self, file: FileFacts) -> str:
        if not file.guess:
            return text("doctor.no_guess", self.lang)
        if file.guess == file.guess_kind:
            return text("doctor.guess", self.lang, layer=file.guess)
        return text("doctor.guess_of", self.lang, layer=file.guess, kind=file.guess_kind)

    def _columns(self, columns: tuple[ColumnFacts, ...]) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for key in ("column", "holds"):
            table.add_column(text(f"doctor.{key}", self.lang))
        for key in ("filled", "distinct"):
            table.add_column(text(f"doctor.{key}", self.lang), justify="right")
        for key in ("examples", "meaning"):
            table.add_column(text(f"doctor.{key}", self.lang))
        for column in columns:
            table.add_row(
                Text(column.name),
                text(f"doctor.dtypes.{_dtype(column.dtype)}", self.lang),
                f"{column.filled:,}",
                f"{column.distinct:,}",
                Text(", ".join(column.examples)),
                Text(column.meaning, style="green"),
            )
        return table


def doctor(paths: Iterable[str | PathLike[str]], *, lang: str = "en") -> DoctorReport:
    """
    Inspect files: what they hold, what is wrong with them, and what a plan has to say of them.

    Parameters
    ----------
    paths : iterable of str or path
        Files, and folders whose files are meant.
    lang : {"en", "zh"}
        Language of the report.

    Returns
    -------
    DoctorReport
        With ``exit_code`` 1 if a file would stop a run that uses it as it is; ``render(console)``
        writes it to a rich console, ``as_dict()`` gives it for JSON.

    Raises
    ------
    ParameterError
        If `lang` is not one of the languages.
    """
    if lang not in LANGS:
        raise ParameterError(f"`lang` is {lang!r}; geoplan speaks {' and '.join(LANGS)}.")
    return DoctorReport(inspect_files(paths), lang)


def _status(file: FileFacts) -> str:
    severities = {finding.severity for finding in file.findings}
    return next((name for name in ("stop", "warn") if name in severities), "fine")


def _dtype(dtype: str) -> str:
    lowered = dtype.lower()
    if lowered.startswith(("int", "uint")):
        return "whole"
    if lowered.startswith("float"):
        return "number"
    if lowered == "bool":
        return "flag"
    if "date" in lowered:
        return "date"
    return "text" if lowered in ("object", "str", "string") else "other"


def _sides(bounds: tuple[float, float, float, float]) -> dict[str, float]:
    return dict(zip(("west", "south", "east", "north"), bounds, strict=True))


def _json_ready(value: Any) -> Any:  # noqa: ANN401 (any JSON value)
    """Replace NaN, which JSON does not know, by null."""
    if isinstance(value, dict):
        return {key: _json_ready(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_json_ready(entry) for entry in value]
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 (NaN)
