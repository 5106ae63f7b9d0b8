"""Statistics out of a table without a map: columns joined to a layer by its key."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from geoplan.core.columns import SPECS
from geoplan.core.errors import SchemaError
from geoplan.core.notices import Notice
from geoplan.core.record import LoadRecord, attach_record, load_record
from geoplan.layers.files.on_disk import file_sha256, local_file
from geoplan.layers.kinds.canonical_columns import column_mapping, to_text, typed_column
from geoplan.layers.kinds.column_units import ColumnUnits
from geoplan.layers.readers.read_table import read_rows
from geoplan.layers.readers.where import unknown_column

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_SHOWN = 5
_ERRORS = ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")


def join_table(
    layer: "GeoDataFrame",
    path: str,
    *,
    on: str,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    encoding: str = "",
    sheet: str = "",
) -> "GeoDataFrame":
    """
    Join the columns of a table, such as a page of a yearbook, to a layer by its key.

    Parameters
    ----------
    layer : GeoDataFrame, n rows
        From a loader, such as `load_districts`.
    path : str
        CSV, TSV or a workbook; no coordinates are needed.
    on : str
        Column of the table with the keys of the layer. Joined as text, never by name: 龙岗 is a
        district and a sub-district.
    columns : mapping of str to str, optional
        Canonical name, such as ``population``, or a name of your own -> column of the table.
    units : mapping of str to str, optional
        Unit of such a column in the table, ``{"population": "万人"}``, where neither its header nor
        its cells say it. The layer has persons, jobs and yuan.
    encoding : str
        Encoding of the text; detected when empty.
    sheet : str
        Sheet of a workbook that has several.

    Returns
    -------
    GeoDataFrame, n rows
        The layer with the further columns, NaN where the table has no row; its record names the
        file, and counts what found no partner on either side.

    Raises
    ------
    SourceError
        If the file is not there or cannot be read.
    ParameterError
        If `columns` maps a name that is not one, or a unit is not known.
    SchemaError
        If `on` is missing or repeats a key of the layer, nothing fits, or a column is in both.

    Notes
    -----
    Rows without a key (totals, blank lines, footnotes) are left out and counted, and so are rows
    whose key the layer does not have.
    """
    record = load_record(layer)
    key = SPECS[record.kind].key if record.kind in SPECS else str(layer.columns[0])
    with local_file(path, layer=sheet, subject=record.layer) as file:
        table, _, written = read_rows(file, encoding=encoding, text_columns={on})
    _check_on(table, on, path)
    keys = to_text(table[on])
    ids = layer[key].astype("str").str.strip()
    fits = ids.isin(set(keys))
    if not fits.any():
        first = next((key for key in keys if key), "")
        raise SchemaError(
            f"{path}: no key of its column {on!r} (the first is {first!r}) is one of "
            f"{key} of the layer (the first is {ids.iloc[0]!r}). Join by the same code."
        )
    partners = keys.isin(set(ids))
    _check_once(keys[partners], on, path)
    known = ColumnUnits(written, units or {})
    values = table.loc[partners].drop(columns=on).replace(list(_ERRORS), pd.NA).infer_objects()
    meant, told = _meant(values, columns or {}, record, known)
    _check_both(meant, path, layer)
    joined = meant.set_axis(keys[partners], axis=0).reindex(ids).set_axis(layer.index, axis=0)
    geometry = layer.geometry.name
    result = layer.drop(columns=geometry).join(joined).set_geometry(layer.geometry)
    told += _empty(meant, record.layer)
    notices = _notices(record.layer, ids[~fits], keys[~partners], len(ids), len(keys))
    return attach_record(
        result,
        replace(
            record,
            paths=(*record.paths, path),
            sha256=(*record.sha256, file_sha256(path)),
            notices=(*record.notices, *notices, *told),
            units={
                **record.units,
                **{name: (unit.unit, unit.factor) for name, unit in known.found.items()},
            },
        ),
        before=record.notices,
    )


def table_columns(path: str, *, encoding: str = "", sheet: str = "") -> set[str]:
    """
    Name the columns of a table that `join_table` would join.

    Parameters
    ----------
    path, encoding, sheet : str
        As `join_table` takes them.

    Returns
    -------
    set of str
        The headers.
    """
    with local_file(path, layer=sheet, subject="join") as file:
        return set(map(str, read_rows(file, encoding=encoding, text_columns=())[0].columns))


def _meant(
    table: pd.DataFrame, columns: Mapping[str, str], record: LoadRecord, units: ColumnUnits
) -> tuple[pd.DataFrame, list[Notice]]:
    """Give the joined columns their names and types in the layer; the others stay as they are."""
    spec, subject = SPECS.get(record.kind), record.layer
    if spec is not None:
        column_mapping(spec, columns, "", subject)
        units.check(columns, spec, subject)
    canonical = {column.name: column for column in (spec.columns if spec else ())}
    notices: list[Notice] = []
    kept = {name: table[name] for name in table.columns if name not in columns.values()}
    for name, source in columns.items():
        if source not in table.columns:
            raise unknown_column(source, list(table.columns), f"columns[{name!r}] of the table")
        kept[name] = (
            typed_column(table[source], canonical[name], subject, notices, units)
            if name in canonical
            else units.further(table[source], name, subject, notices)
        )
    units.found.update((name, unit) for name, unit in units.written.items() if name in kept)
    return pd.DataFrame(kept, index=table.index), notices


def _check_on(table: pd.DataFrame, on: str, path: str) -> None:
    if on not in table.columns:
        raise SchemaError(
            f"{path} has no column {on!r}; it has: {', '.join(map(str, table.columns))}."
        )


def _check_both(table: pd.DataFrame, path: str, layer: "GeoDataFrame") -> None:
    both = [name for name in table.columns if name in layer.columns]
    if both:
        raise SchemaError(
            f"{path}: column {both[0]!r} is in the layer already; rename it in the table, or give "
            "one of the two another name with columns=."
        )


def _check_once(keys: "pd.Series[str]", on: str, path: str) -> None:
    twice = keys[keys.duplicated()]
    if len(twice):
        raise SchemaError(
            f"{path}: column {on!r} has {len(twice)} repeated keys, the first is "
            f"{twice.iloc[0]!r}; one row per key is wanted."
        )


def _empty(joined: pd.DataFrame, subject: str) -> list[Notice]:
    """Tell which columns have no value in some rows that were joined, errors of formulas too."""
    counts = joined.isna().sum()
    return [
        Notice("statistics_empty", subject, int(count), len(joined), {"column": str(name)})
        for name, count in counts.items()
        if count
    ]


def _notices(
    subject: str, alone: "pd.Series[str]", left: "pd.Series[str]", rows: int, lines: int
) -> tuple[Notice, ...]:
    strangers = left[left != ""]
    told = (("rows_without_statistics", alone, rows), ("statistics_without_row", strangers, lines))
    blank = len(left) - len(strangers)
    return (
        *((Notice("statistics_without_key", subject, blank, lines),) if blank else ()),
        *(
            Notice(code, subject, len(keys), total, {"keys": ", ".join([*keys.iloc[:_SHOWN]])})
            for code, keys, total in told
            if len(keys)
        ),
    )
