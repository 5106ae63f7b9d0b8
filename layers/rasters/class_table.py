"""A legend of the planner's own: a mapping, or a table in a file."""

from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from geoplan.core.errors import ParameterError, SchemaError, SourceError
from geoplan.layers.rasters.class_map import (
    ClassMap,
    LandClass,
    further_groups,
    main_groups,
    preset_classes,
    presets,
)

if TYPE_CHECKING:
    import pandas as pd

Classes: TypeAlias = str | PathLike[str] | Mapping[Any, Any] | ClassMap
"""What names a legend: a preset, a table file, a mapping of values, or a `ClassMap`."""

_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls")
_VALUE = ("value", "code", "值", "代码", "编码", "地类编码", "dlbm")
_CLASS = ("class", "key", "类别", "类", "地类")
_GROUPS = ("groups", "group", "组", "分组", "归类")
_NAMES = {
    "en": ("name_en", "name", "english", "英文名称"),
    "zh": ("name_zh", "名称", "chinese", "中文名称", "dlmc"),
}


def as_class_map(classes: Classes) -> ClassMap:
    """
    Read whatever names a legend.

    Parameters
    ----------
    classes : str, path, mapping or ClassMap
        A preset (``"worldcover"``), a file (.csv, .xlsx) with the columns ``value``, ``class``,
        ``groups`` and, if wanted, ``name_en`` and ``name_zh``, or a mapping of each value to a
        class or to such a row: ``{1: "water", 2: {"class": "park", "groups": ["vegetation"]}}``.

    Returns
    -------
    ClassMap
        The legend. A class without groups whose key is a group is in that group.

    Raises
    ------
    ParameterError
        If there is no such preset, or the mapping is empty or at odds with itself.
    SchemaError
        If the table lacks a column, or names a group that there is none of.
    SourceError
        If the file cannot be read.

    Examples
    --------
    >>> legend = as_class_map({1: "water", 2: {"class": "lawn", "groups": "grassland vegetation"}})
    >>> legend.keys_of(["vegetation"])
    ('lawn',)
    """
    if isinstance(classes, ClassMap):
        return classes
    if isinstance(classes, Mapping):
        return _from_rows(
            [_row(value, entry) for value, entry in classes.items()], "classes", "classes"
        )
    path = fspath(classes)
    if not path.lower().endswith(_TABLES):
        return preset_classes(path)
    return _from_rows(_table_rows(path), Path(path).name, path)


def _row(value: object, entry: object) -> dict[str, Any]:
    if isinstance(entry, Mapping):
        return {"value": value, **entry}
    return {"value": value, "class": entry}


def _table_rows(path: str) -> list[dict[str, Any]]:
    from geoplan.layers.files.on_disk import local_file
    from geoplan.layers.readers.read_table import read_rows

    with local_file(path, layer="", subject="classes") as file:
        try:
            names = read_rows(file, encoding="", text_columns=())[0].columns
            table = read_rows(file, encoding="", text_columns=set(names))[0]
        except SourceError as error:
            raise SourceError(
                f"`classes`: {error} Wanted columns value, class, groups; or name a preset: "
                f"{', '.join(presets())}."
            ) from error
    return _canonical(table, path)


def _canonical(table: "pd.DataFrame", path: str) -> list[dict[str, Any]]:
    by_plain = {str(name).strip().lstrip("\ufeff").casefold(): name for name in table.columns}
    wanted = {"value": _VALUE, "class": _CLASS, "groups": _GROUPS, **_NAMES}
    found = {
        key: next((by_plain[name] for name in names if name in by_plain), None)
        for key, names in wanted.items()
    }
    if found["value"] is None or (found["class"] is None and found["zh"] is None):
        raise SchemaError(
            f"`classes`: {path} has the columns {', '.join(map(str, table.columns))}; wanted "
            "`value` (the number or code) and `class` (its key), best with `groups`, `name_en`, "
            "`name_zh`."
        )
    rows = table.fillna("").to_dict("records")
    return [
        {key: str(row[name]).strip() for key, name in found.items() if name is not None}
        for row in rows
        if str(row[found["value"]]).strip()
    ]


def _from_rows(rows: list[dict[str, Any]], name: str, shown: str) -> ClassMap:
    if not rows:
        raise ParameterError(f"`classes`: {shown} names no class. Give each value its class.")
    merged: dict[str, LandClass] = {}
    seen: dict[str, str] = {}
    for row in rows:
        code = _code(row["value"])
        key = str(row.get("class") or row.get("zh") or "").strip()
        if not key:
            raise SchemaError(f"`classes`: {shown} gives the value {code} no class.")
        if seen.setdefault(code, key) != key:
            raise SchemaError(
                f"`classes`: {shown} calls the value {code} both {seen[code]!r} and {key!r}."
            )
        groups = _row_groups(row, key, shown)
        before = merged.get(key)
        codes = (code,) if before is None else tuple(dict.fromkeys((*before.codes, code)))
        names = {lang: str(row.get(lang) or row.get(f"name_{lang}") or key) for lang in _NAMES}
        if before is not None:
            names, groups = dict(before.names), tuple(dict.fromkeys((*before.groups, *groups)))
        merged[key] = LandClass(key, codes, names, groups)
    return ClassMap(name, tuple(merged.values()), {"en": shown, "zh": shown}, source=shown)


def _row_groups(row: Mapping[str, Any], key: str, shown: str) -> tuple[str, ...]:
    known = (*main_groups(), *further_groups())
    given = row.get("groups") or ()
    groups = given.replace(",", " ").replace(";", " ").split() if isinstance(given, str) else given
    groups = tuple(str(group) for group in groups)
    wrong = [group for group in groups if group not in known]
    if wrong:
        raise SchemaError(
            f"`classes`: {shown} puts {key!r} into the group {wrong[0]!r}; the groups are "
            f"{', '.join(known)}."
        )
    if groups or key not in known:
        return groups
    return (key,)


def _code(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().upper()
