"""`geoplan init`: a plan file written from the files of a folder, with what is open left open."""

import json
import os
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from geoplan.app.catalogue.rows import CatalogueEntry, indicator_catalogue
from geoplan.app.run.doctor import DoctorReport, doctor
from geoplan.core.columns import LAND_LAYERS, SPECS
from geoplan.core.crs import choose_study_crs
from geoplan.core.errors import SourceError
from geoplan.core.texts import text
from geoplan.layers.inspection.facts import FileFacts

_OSM = "OSM"  # beginning of the formats of OpenStreetMap files
_NO_CRS = ("no_crs_degrees", "no_crs_degrees_china", "no_crs_metres", "no_crs_local",
           "no_crs_fits", "no_crs_placed", "raster_no_crs",
           "crs_does_not_fit")  # fmt: skip
_STATUS = {"fine": 0, "note": 0, "warn": 1, "stop": 2}
_OFFERED = (
    *("coverage", "rail_coverage", "park_access", "park_area_per_capita"),
    *("green_space_ratio", "ecological_land_share", "red_line_share"),
)
_DENOMINATORS = ("population", "jobs", *LAND_LAYERS)
_DEGREE_CHOICES = ("EPSG:4326", "CGCS2000", "GCJ-02", "BD-09")


def scaffold(
    folder: str | PathLike[str],
    *,
    lang: str = "en",
    relative_to: str | PathLike[str] | None = None,
) -> str:
    """
    Write a plan for the files of a folder.

    Every layer recognised gets its table, with the columns that it seems to have; every indicator
    of the catalogue whose layers were found gets one too. What decides a number (the datum of a
    file without one, the unit of a raster, the denominator, the speed, the target) is left open,
    behind ``#`` and with the choices named.

    Parameters
    ----------
    folder : str or path
        Folder with the data.
    lang : {"en", "zh"}
        Language of the comments and of the plan.
    relative_to : str or path, optional
        Folder that the plan file will stand in; the current one by default. Paths of the plan are
        written as seen from there.

    Returns
    -------
    str
        The plan file.

    Raises
    ------
    SourceError
        If there is no such folder, or no file in it that a layer can be made of.
    """
    root = Path(folder)
    if not root.is_dir():
        raise SourceError(f"{fspath(folder)} is not a folder. Name the folder with the data.")
    report = doctor([root], lang=lang)
    groups = _group(report.files)
    if not groups:
        raise SourceError(
            f"{fspath(folder)} holds no file that a layer can be made of. `geoplan doctor` says of "
            "each why."
        )
    base = Path.cwd() if relative_to is None else Path(relative_to)
    writer = _Writer(report, base)
    parts = [
        f"# {_say('head', lang, folder=_inline(writer.shown(fspath(folder))))}",
        writer.plan_table(root, groups.get("districts", [])),
        *writer.layer_tables(groups),
        *_indicator_tables(groups, lang),
    ]
    unused = [file for file in report.files if not file.guess]
    if unused:
        parts.append(writer.unused(unused))
    return "\n\n".join(parts) + "\n"


def _group(files: Sequence[FileFacts]) -> dict[str, list[FileFacts]]:
    """Gather the files by the layer they may be, the soundest first, the districts first of all."""
    groups: dict[str, list[FileFacts]] = {}
    for file in files:
        if file.guess:
            groups.setdefault(file.guess, []).append(file)
    order = ["districts", *(name for name in groups if name != "districts")]
    return {name: sorted(groups[name], key=_unsoundness) for name in order if name in groups}


def _unsoundness(file: FileFacts) -> tuple[bool, int, int]:
    """Put an office's own layers before those of OpenStreetMap, and the soundest first."""
    worst = max((_STATUS[finding.severity] for finding in file.findings), default=0)
    return file.format.startswith(_OSM), worst, -file.rows


class _Writer:
    """Writes the tables of a plan; knows the report, its language and where the plan will be."""

    def __init__(self, report: DoctorReport, base: Path) -> None:
        self.report, self.lang, self.base = report, report.lang, base

    def shown(self, path: str) -> str:
        """Write a path as seen from the plan file, with forward slashes on every system."""
        try:
            seen = os.path.relpath(path, self.base)
        except ValueError:  # another drive
            seen = str(Path(path).resolve())
        return Path(seen).as_posix()

    def plan_table(self, root: Path, districts: Sequence[FileFacts]) -> str:
        lines = ["[plan]", f"name = {_quoted(root.resolve().name)}"]
        placed = next((file for file in districts if file.bounds_deg is not None), None)
        if placed is None or placed.bounds_deg is None:
            lines.append(f'# crs = "EPSG:…"  # {_say("study_crs_open", self.lang)}')
        else:
            chosen = choose_study_crs(placed.bounds_deg)
            words = _say(
                "study_crs",
                self.lang,
                path=_inline(self.shown(placed.path)),
                scale=chosen.scale_error,
            )
            lines.append(f"crs = {_quoted(chosen.crs)}  # {words}")
        return "\n".join([*lines, f"lang = {_quoted(self.lang)}"])

    def layer_tables(self, groups: Mapping[str, Sequence[FileFacts]]) -> list[str]:
        tables = []
        if "districts" not in groups:
            words = _say("districts_open", self.lang)
            tables.append(f'[layers.districts]\n# {words}\npath = "…"')
        return [*tables, *(self._layer(name, files) for name, files in groups.items())]

    def _layer(self, name: str, files: Sequence[FileFacts]) -> str:
        file = files[0]
        lines = [f"[layers.{_key(name)}]"]
        said = {"no_district_key", "raster_unit", *(_NO_CRS)}
        lines += [
            f"# {_inline(self.report.words(finding))}"
            for finding in file.findings
            if finding.severity != "note" or finding.code not in said
        ]
        key = "osm" if file.format.startswith(_OSM) else "path"
        lines.append(f"{key} = {_quoted(self.shown(file.path))}")
        if file.layer:
            lines.append(f"layer = {_quoted(file.layer)}")
        lines += self._crs(file)
        lines += self._columns(file)
        lines += self._unit(file)
        lines += _legend(file)
        for other in files[1:]:
            words = _say("other_file", self.lang, path=_inline(self.shown(other.path)))
            lines.append(f"# {words}")
        return "\n".join(lines)

    def _crs(self, file: FileFacts) -> list[str]:
        codes = {finding.code: finding for finding in file.findings}
        suspected = codes.get("datum_suspected") or codes.get("datum_of_both")
        open_crs = next((codes[code] for code in _NO_CRS if code in codes), None)
        if open_crs is None and suspected is None:
            return []
        choices = list(_DEGREE_CHOICES)
        if open_crs is not None and open_crs.code == "no_crs_degrees":
            choices = ["EPSG:4326"]
        elif open_crs is not None and "candidates" in open_crs.values:
            choices = str(open_crs.values["candidates"]).split(", ")
        elif open_crs is not None and open_crs.code != "no_crs_degrees_china":
            choices = ["EPSG:…"]
        if suspected is not None:
            choices.sort(key=lambda choice: choice != suspected.values["datum"])
        words = _say("crs_open", self.lang, choices=", ".join(choices))
        return [f"# crs = {_quoted(choices[0])}  # {words}"]

    def _columns(self, file: FileFacts) -> list[str]:
        mapping = dict(file.mapping)
        spec = SPECS.get(file.guess_kind, SPECS["land"])
        lines = [f"{axis} = {_quoted(mapping.pop(axis))}" for axis in "xy" if axis in mapping]
        key = mapping.pop(spec.key, "")
        name = mapping.pop("name", "")
        if key:
            lines.append(f"id = {_quoted(key)}")
        elif file.guess_kind == "districts" and name and self._unique(file, name):
            words = _say("id_is_name", self.lang)
            lines.append(f"id = {_quoted(name)}  # {words}")
        if name:
            lines.append(f"name = {_quoted(name)}")
        amount = {"population": "population", "jobs": "jobs"}.get(file.guess_kind, "")
        if amount in mapping:
            lines.append(f"value = {_quoted(mapping.pop(amount))}")
        rest = {meaning: column for meaning, column in mapping.items() if meaning != column}
        if rest:
            pairs = ", ".join(f"{meaning} = {_quoted(column)}" for meaning, column in rest.items())
            lines.append(f"columns = {{ {pairs} }}")
        return lines

    @staticmethod
    def _unique(file: FileFacts, name: str) -> bool:
        return any(column.name == name and column.distinct == file.rows for column in file.columns)

    def _unit(self, file: FileFacts) -> list[str]:
        found = next((f for f in file.findings if f.code == "raster_unit"), None)
        if found is None:
            return []
        words = _say("unit_open", self.lang, **found.values)
        return [f"# unit = {_quoted(file.guess_unit or 'count')}  # {words}"]

    def unused(self, files: Sequence[FileFacts]) -> str:
        lines = [f"# {_say('not_used', self.lang)}"]
        for file in files:
            why = " ".join(self.report.words(finding) for finding in file.findings)
            lines.append(f"#   {_inline(self.shown(file.path))}: {_inline(why)}".rstrip(": "))
        return "\n".join(lines)


def _legend(file: FileFacts) -> list[str]:
    """Offer the legends that know every value of a raster of classes."""
    found = next((f for f in file.findings if f.code == "raster_classes"), None)
    if found is None:
        return []
    choices = str(found.values["likely"])
    told = f"  # {choices}" if "," in choices else ""
    return [f"# classes = {_quoted(str(found.values['first']))}{told}"]


def _indicator_tables(groups: Mapping[str, Any], lang: str) -> list[str]:
    tables = [
        _indicator(entry, groups, lang)
        for entry in indicator_catalogue().values()
        if _is_offered(entry) and all(layer in groups for layer in entry.layers.values())
    ]
    return tables or [f"# {_say('no_indicator', lang)}"]


def _is_offered(entry: CatalogueEntry) -> bool:
    """Offer what the layers alone suggest; the other rows are for a plan that names them."""
    if entry.strength != "core" and entry.family != "further":
        return False
    reaches = entry.analysis not in ("coverage", "rail_coverage") or "distance_m" in entry.fixed
    return bool(entry.layers) and entry.analysis in _OFFERED and reaches


def _indicator(entry: CatalogueEntry, groups: Mapping[str, Any], lang: str) -> str:
    lines = [f"[indicators.{entry.id}]  # {entry.title[lang]}"]
    of = ["land", *(name for name in _DENOMINATORS if name in groups)]
    if "population" in groups and "jobs" in groups:
        of.append("population+jobs")
    listed = f"of = [{', '.join(map(_quoted, of))}]"
    if entry.analysis in ("coverage", "rail_coverage", "park_access"):
        lines.append(f"# {listed}  # {_say('of_open', lang)}")
        lines += _distance(entry, groups, lang)
    if entry.analysis == "park_access":
        lines.append(f"# speed_kmh = 5  # {_say('speed_open', lang)}")
        lines.append(f"# higher_serves_lower = true  # {_say('higher_open', lang)}")
        tiers = ", ".join(entry.tiers)
        lines.append(f"# {_say('tier_open', lang, tiers=tiers)}")
    if entry.analysis == "park_area_per_capita":
        source = "population" if "population" in groups else "districts"
        lines.append(f"# population = {_quoted(source)}  # {_say('population_open', lang)}")
    if entry.analysis == "green_space_ratio":
        lines.append(f'# classes = ["G1"]  # {_say("classes_open", lang)}')
        lines.append(f"# of = {_quoted(of[0])}  # {_say('of_open', lang)}")
    target = ">= 12 m2/person" if entry.analysis == "park_area_per_capita" else "> 95 %"
    lines.append(f"# target = {_quoted(target)}  # {_say('target_open', lang)}")
    lines.append('# source = "…"')
    return "\n".join(lines)


def _distance(entry: CatalogueEntry, groups: Mapping[str, Any], lang: str) -> list[str]:
    """Leave open how distance is measured; along streets only where there are any."""
    lines = [f'# distance = "straight"  # {_say("distance_open", lang)}']
    if "walk_network" not in groups:
        return lines
    lines += [
        f'# distance = "network"  # {_say("network_open", lang)}',
        '# network = "walk_network"',
        f"# snap_limit_m = 200  # {_say('snap_open', lang)}",
        f"# land_width_m = 50  # {_say('width_open', lang)}",
    ]
    if entry.analysis == "park_access":
        lines.append(f"# entrance_tolerance_m = 15  # {_say('entrance_open', lang)}")
    return lines


def _say(key: str, lang: str, **values: Any) -> str:  # noqa: ANN401 (what format() takes)
    return text(f"doctor.scaffold.{key}", lang, **values)


def _quoted(value: str) -> str:
    """Write a TOML string; JSON's escapes are a subset of TOML's."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    """Write a TOML key: bare where it may be."""
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else _quoted(name)


def _inline(words: str) -> str:
    """Keep a comment on its line: a file name may hold anything."""
    return " ".join(words.split())
