"""The plan file: what may stand in it, read and checked before any layer is opened."""

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

from geoplan.app.plan.errors import check_table, nearest
from geoplan.app.plan.tables import KINDS, LAND_COVER, LayerTable, MapsTable, PlanHead
from geoplan.core.errors import PlanError

# "land" is the districts' own area, "population+jobs" a sum: neither can be the name of a layer.
_TAKEN_NAMES = ("land", "population+jobs")

_TABLES = ("plan", "layers", "indicators", "maps")

_OTHER_KINDS = {"ecological_line": "red_lines"}

_SMART_QUOTES = frozenset("“”‘’")
_FORBIDDEN_IN_ID = frozenset('<>:"/\\|?*')
_DEVICE_NAMES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)))
)


@dataclass(frozen=True)
class Plan:
    """
    A plan file, its tables checked one by one; not yet its indicators against its layers.

    Parameters
    ----------
    path : Path
        The file.
    text : str
        What stands in it.
    sha256 : str
        Hash of its bytes.
    encoding : str
        ``utf-8``, ``utf-16`` or ``gb18030``.
    head : PlanHead
        ``[plan]``.
    layers : mapping of str to LayerTable
        ``[layers]``, in order.
    indicators : mapping of str to dict
        ``[indicators]``, in order, as the file has them.
    maps : MapsTable
        ``[maps]``.
    """

    path: Path
    text: str
    sha256: str
    encoding: str
    head: PlanHead
    layers: Mapping[str, LayerTable]
    indicators: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    maps: MapsTable = field(default_factory=lambda: MapsTable(basemap=None, key=None))

    @property
    def name(self) -> str:
        """Name of the plan; the file's own where it states none."""
        return self.head.name or self.path.stem

    def resolve(self, path: str) -> Path:
        """Read a path of the plan file: relative to the folder of the file."""
        return (self.path.parent / path).resolve()


def read_plan(path: str | PathLike[str]) -> Plan:
    """
    Read a plan file.

    Parameters
    ----------
    path : str or path
        A TOML file: UTF-8, with a byte-order mark or without; UTF-16 and GB18030 are read too.

    Returns
    -------
    Plan
        Its tables.

    Raises
    ------
    PlanError
        If the file cannot be found or read, or something in it is not what it should be; the
        message names file, table and key, what came, what was wanted and the nearest valid key.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlanError(
            f"plan file {str(path)!r} cannot be read ({error.strerror}). Name a .toml file; "
            "'geoplan init FOLDER' writes one for the data in a folder."
        ) from error
    text, encoding = _decoded(content, path)
    document = _parsed(text, path)
    unknown = [key for key in document if key not in _TABLES]
    if unknown:
        known = nearest(unknown[0], _TABLES)
        raise PlanError(f"{path.name} has an unknown table [{unknown[0]}]. {known}")
    head, maps, layers = all_or_errors(
        (
            lambda: check_table(PlanHead, document.get("plan", {}), where=f"{path.name}: [plan]"),
            lambda: check_table(MapsTable, document.get("maps", {}), where=f"{path.name}: [maps]"),
            lambda: _layers(document.get("layers", {}), path),
        )
    )
    return Plan(
        path=path,
        text=text,
        sha256=hashlib.sha256(content).hexdigest(),
        encoding=encoding,
        head=head,
        layers=layers,
        indicators=_indicators(document.get("indicators", {}), path),
        maps=maps,
    )


def all_or_errors(calls: Iterable[Callable[[], Any]]) -> list[Any]:
    """
    Make every call, and raise one error with the messages of all that failed.

    Raises
    ------
    PlanError
        If a call raised one.
    """
    results, messages = [], []
    for call in calls:
        try:
            results.append(call())
        except PlanError as error:
            messages.append(str(error))
    if messages:
        raise PlanError("\n".join(messages))
    return results


def _decoded(content: bytes, path: Path) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)  # "Unicode" of an old Windows editor
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise PlanError(f"{path.name} is not text in UTF-8 (nor GB18030); save it as UTF-8.")


def _parsed(text: str, path: Path) -> dict[str, Any]:
    text = text.replace("\r\n", "\n")  # as editors on Windows write it
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"{path.name} is not TOML: {error}.{_toml_hint(text, error)}") from error


def _toml_hint(text: str, error: tomllib.TOMLDecodeError) -> str:
    """Say what to write instead, for the mistakes that planners make most."""
    found = re.search(r"line (\d+), column (\d+)", str(error))
    if found is None:
        return ""
    line = text.split("\n")[int(found[1]) - 1]
    rest = line[int(found[2]) - 1 :]
    if rest[:1] in _SMART_QUOTES or any(quote in line for quote in _SMART_QUOTES):
        return " Strings stand in straight quotes, 'so' or \"so\", not in “ ” or ‘ ’."
    if "key" in str(error) and not rest[:1].isascii():
        name = re.split(r"[\s.=\]]", rest)[0]
        return f' A name that is not in a-z, 0-9, - and _ stands in quotes: "{name}".'
    if "\\" in line:
        return (
            " In double quotes a backslash is special: write C:/data/x.shp, or 'C:\\data\\x.shp'."
        )
    return ""


def _tables(value: Any, name: str, path: Path) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(value, dict) or not all(isinstance(table, dict) for table in value.values()):
        raise PlanError(f"{path.name}: [{name}] should hold tables: write [{name}.NAME].")
    return value


def _layers(value: Any, path: Path) -> dict[str, LayerTable]:  # noqa: ANN401
    tables = _tables(value, "layers", path)
    if "districts" not in tables:
        others = f" {nearest('districts', tables)}" if tables else ""
        raise PlanError(f"{path.name} lacks the table [layers.districts].{others}")
    names = list(tables)
    read = all_or_errors(partial(_layer, name, tables[name], path) for name in names)
    return dict(zip(names, read, strict=True))


def _layer(name: str, table: Any, path: Path) -> LayerTable:  # noqa: ANN401
    where = f"{path.name}: [layers.{name}]"
    if name in _TAKEN_NAMES or "+" in name:
        raise PlanError(f'{where}: "{name}" cannot name a layer; it has a meaning of its own.')
    layer = check_table(LayerTable, table, where=where)
    if layer.kind is not None and layer.kind not in KINDS:
        raise PlanError(f'{where} kind is "{layer.kind}". {nearest(layer.kind, KINDS)}')
    implied = _implied_kind(name)
    if layer.kind is not None and implied is not None and layer.kind != implied:
        raise PlanError(
            f'{where} kind is "{layer.kind}", but a layer of this name is of kind "{implied}". '
            "Give the layer another name, or leave kind out."
        )
    return layer


def _implied_kind(name: str) -> str | None:
    return name if name in KINDS else None


def layer_kind(name: str, table: LayerTable) -> str:
    """
    Say of which kind a layer is: by its name, by its ``kind``, else by its keys.

    With ``thresholds`` it is a land cover, otherwise a further facility layer.

    Parameters
    ----------
    name : str
        Name of the layer in the plan.
    table : LayerTable
        Its table.

    Returns
    -------
    str
        One of `KINDS`.
    """
    other = LAND_COVER if table.thresholds else "facilities"
    return _implied_kind(name) or table.kind or _OTHER_KINDS.get(name, other)


def _indicators(value: Any, path: Path) -> dict[str, dict[str, Any]]:  # noqa: ANN401
    tables = _tables(value, "indicators", path)
    seen: dict[str, str] = {}
    for id_ in tables:
        _check_id(id_, path)
        twin = seen.setdefault(id_.casefold(), id_)
        if twin != id_:
            raise PlanError(
                f"{path.name}: [indicators.{twin}] and [indicators.{id_}] differ in case only; "
                "their map files would be one on Windows. Rename one."
            )
    return tables


def _check_id(id_: str, path: Path) -> None:
    """Refuse an id that cannot be a file name on every system: it names the map file."""
    unfit = (
        not 0 < len(id_) <= 80
        or not id_.isprintable()
        or any(letter in _FORBIDDEN_IN_ID for letter in id_)
        or id_.strip(" .") != id_
        or id_.split(".", maxsplit=1)[0].casefold() in _DEVICE_NAMES
    )
    if unfit:
        raise PlanError(
            f"{path.name}: [indicators.{id_!r}] cannot be an id, since it names the map file: use "
            "letters, digits, hyphens, at most 80, e.g. 'school-coverage-500m'."
        )
