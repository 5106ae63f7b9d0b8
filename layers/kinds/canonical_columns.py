"""From the columns of a file to the canonical ones of a layer."""

import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from geoplan.core.columns import Column, LayerSpec
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice
from geoplan.layers.kinds.column_units import ColumnUnits
from geoplan.layers.readers.where import unknown_column

VALUE_COLUMNS = {"population": "population", "jobs": "jobs", "facilities": "weight"}
"""Canonical column that a source's ``value`` fills, by kind."""

_AMOUNTS = ("population", "jobs")
_MISSING_TEXTS = frozenset(("", *"- -- — —— / NA N/A nan NaN null NULL None 无 暂无".split()))
_MEASURED = "area_m2"
_WHOLE_FLOAT = r"-?\d+\.0"


def column_mapping(
    spec: LayerSpec, columns: Mapping[str, str], value: str, subject: str
) -> dict[str, str]:
    """
    Check which columns a caller maps, and add the one of the amount.

    Parameters
    ----------
    spec : LayerSpec
        What the layer is to become.
    columns : mapping of str to str
        Canonical name, or a name of the caller's own to keep a further column -> name in the file.
    value : str
        Column of the amount in the file; may be empty.
    subject : str
        The layer, for messages.

    Returns
    -------
    dict of str to str
        The mapping.

    Raises
    ------
    ParameterError
        If a name is a misspelt canonical one, is measured here, or is mapped twice.
    """
    known = [column.name for column in spec.columns]
    for name in columns:
        if name == _MEASURED and _MEASURED in known:
            raise ParameterError(
                f"{subject}: `columns` maps area_m2, which is measured in the study CRS. Keep the "
                "file's own under another name, e.g. 'official_area_m2'."
            )
        near = get_close_matches(name, known, n=1, cutoff=0.75)
        if name not in known and (near or name == "geometry"):
            wanted = f"; did you mean {near[0]!r}?" if near else "."
            raise ParameterError(
                f"{subject}: `columns` maps {name!r}, which is not a column of {spec.kind}{wanted} "
                f"They are: {', '.join(known)}."
            )
    amount = VALUE_COLUMNS.get(spec.kind)
    if not value:
        return dict(columns)
    if amount is None or columns.get(amount, value) != value:
        raise ParameterError(
            f"{subject}: value={value!r} has no place"
            + (f" beside columns={{{amount!r}: …}}." if amount else f" in {spec.kind}.")
            + " Map the column with columns= alone."
        )
    return {**columns, amount: value}


def text_columns(spec: LayerSpec, mapping: Mapping[str, str]) -> set[str]:
    """Name the columns of the file that hold text whatever they look like: keys, names, codes."""
    texts = {column.name for column in spec.columns if column.dtype == "str"}
    return {mapping.get(name, name) for name in texts}


def canonical_columns(
    frame: GeoDataFrame,
    spec: LayerSpec,
    mapping: Mapping[str, str],
    subject: str,
    units: ColumnUnits | None = None,
) -> tuple[GeoDataFrame, list[Notice]]:
    """
    Keep the canonical columns of a layer, under their names and types.

    Parameters
    ----------
    frame : GeoDataFrame, n rows
        With the columns of the file.
    spec : LayerSpec
        What it is to become.
    mapping : mapping of str to str
        As `column_mapping` gives it. A column that already has its canonical name needs none.
    subject : str
        The layer, for messages.
    units : ColumnUnits, optional
        In which units the file and the caller say the columns are; takes up those of the result.

    Returns
    -------
    tuple of GeoDataFrame and list of Notice
        n rows; the key is missing (empty text) where the source has none.

    Raises
    ------
    SchemaError
        If a column is not there, or holds text where a number is wanted.
    """
    names = [str(name) for name in frame.columns if name != "geometry"]
    for wanted, name in mapping.items():
        if name not in names:
            raise unknown_column(name, names, f"columns[{wanted!r}] of {subject}")
    units = units or ColumnUnits({}, {})
    units.check(mapping, spec, subject)
    notices: list[Notice] = []
    kept: dict[str, pd.Series] = {}
    for column in spec.columns:
        source = mapping.get(column.name, column.name)
        if source in names and column.name != _MEASURED:
            kept[column.name] = typed_column(frame[source], column, subject, notices, units)
        elif column.required:
            raise _missing_amount(column.name, names, subject)
        elif column.name in (spec.key, "name"):
            kept[column.name] = pd.Series("", index=frame.index, dtype="str")
    known = {column.name for column in spec.columns}
    further = {name: source for name, source in mapping.items() if name not in known}
    kept |= {
        name: units.further(frame[source], name, subject, notices)
        for name, source in further.items()
    }
    return GeoDataFrame(kept, geometry=frame.geometry.array, crs=frame.crs), notices


def complete_keys(
    frame: GeoDataFrame, spec: LayerSpec, subject: str
) -> tuple[GeoDataFrame, list[Notice]]:
    """
    Make every key present and unique: from the row number, or with ``#2`` behind a repeat.

    Parameters
    ----------
    frame : GeoDataFrame, n rows
        With the key column, empty where the source has none; the index counts the source's rows.
    spec : LayerSpec
        Names the key.
    subject : str
        The layer, for messages.

    Returns
    -------
    tuple of GeoDataFrame and list of Notice
        The same rows.

    Raises
    ------
    SchemaError
        If districts have some keys but not all, or repeat one: results are told apart by it.
    """
    keys, total = frame[spec.key], len(frame)
    missing = np.asarray(keys == "")
    repeated = np.asarray(keys.duplicated(keep=False)) & ~missing
    if spec.kind == "districts" and not missing.all() and (missing | repeated).any():
        raise _bad_district_keys(keys[repeated], int(missing.sum()), total, subject)
    notices = []
    values = {"column": spec.key}
    if missing.any():
        rows = pd.Series(np.asarray(frame.index) + 1, index=keys.index).astype("str")
        keys = keys.mask(missing, rows if missing.all() else "row " + rows)
        notices.append(Notice("made_keys", subject, int(missing.sum()), total, values))
    repeats = int(keys.duplicated().sum())
    while keys.duplicated().any():  # again only where "A#2" was itself the key of another row
        again = np.asarray(keys.groupby(keys.to_numpy()).cumcount())
        numbers = pd.Series(again + 1, index=keys.index).astype("str")
        keys = keys.mask(again > 0, keys + "#" + numbers)
    if repeats:
        notices.append(Notice("repeated_keys", subject, repeats, total, values))
    return frame.assign(**{spec.key: keys.to_numpy()}), notices


def to_text(column: pd.Series) -> pd.Series:
    """
    Turn a column into text: unknown is empty, whole numbers have no ``.0``, blanks are trimmed.

    Parameters
    ----------
    column : Series
        Anything.

    Returns
    -------
    Series of str
        On the same index.

    Examples
    --------
    >>> to_text(pd.Series([440307.0, None])).tolist()
    ['440307', '']
    """
    known = column.notna()
    if pd.api.types.is_float_dtype(column):
        text = _numbers_as_text(column[known]).reindex(column.index)
    elif pd.api.types.is_datetime64_any_dtype(column):
        whole_days = (column[known] == column[known].dt.normalize()).all()
        text = column.dt.strftime("%Y-%m-%d" if whole_days else "%Y-%m-%d %H:%M:%S")
    else:
        numbers = column.map(lambda value: isinstance(value, float)).astype(bool) & known
        text = column.astype("str")
        if numbers.any():  # rows of several files: one held the key as a number, another as text
            text = text.where(~numbers, _numbers_as_text(column[numbers].astype("float64")))
    text = text.where(known, "").str.strip().astype("str")
    whole = text.str.fullmatch(_WHOLE_FLOAT)
    if (whole | (text == "")).all():  # written by a program that had read whole numbers as floats
        text = text.str.removesuffix(".0")
    return text


def _numbers_as_text(numbers: pd.Series) -> pd.Series:
    """Write numbers in full, without ``.0`` if all are whole."""
    if (numbers % 1 == 0).all():
        return numbers.map(lambda number: f"{number:.0f}").astype("str")
    return numbers.astype("str")


def to_numbers(column: pd.Series, *, source: str, subject: str) -> tuple[pd.Series, int]:
    """
    Turn a column into numbers where that is safe.

    Parameters
    ----------
    column : Series
        Numbers, or text such as ``"1,234"`` or full-width ``"１２３"``.
    source : str
        Its name in the file, for the message.
    subject : str
        The layer, for the message.

    Returns
    -------
    tuple of Series of float64 and int
        The numbers, NaN where unknown; and how many were parsed out of text.

    Raises
    ------
    SchemaError
        If a text is neither a number nor a usual word for an unknown one.

    Examples
    --------
    >>> numbers, parsed = to_numbers(pd.Series(["1,234", "-"]), source="POP", subject="districts")
    >>> numbers.tolist(), parsed
    ([1234.0, nan], 1)
    """
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_complex_dtype(column):
        raise SchemaError(
            f"{subject}: column {source!r} should hold numbers, and holds "
            f"{column.iloc[0]} and the like. Name the column of the amount."
        )
    if pd.api.types.is_numeric_dtype(column):
        numbers = column.astype("Float64").astype("float64")
        return numbers.where(np.isfinite(numbers)), 0
    texts = to_text(column).map(lambda text: unicodedata.normalize("NFKC", text).strip())
    unknown = texts.isin(_MISSING_TEXTS)
    grouped = texts.str.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
    plain = texts.str.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
    wrong = ~(unknown | grouped | plain)
    if wrong.any():
        raise SchemaError(
            f"{subject}: column {source!r} should hold numbers; {int(wrong.sum())} of "
            f"{len(texts)} rows do not, the first is {texts[wrong].iloc[0]!r}. "
            "Correct them, or leave them empty where the number is unknown."
        )
    safe = texts.mask(unknown, "nan").str.replace(",", "", regex=False)
    return safe.astype("float64"), int((~unknown).sum())


def typed_column(
    column: pd.Series, wanted: Column, subject: str, notices: list[Notice], units: ColumnUnits
) -> pd.Series:
    """
    Turn a column of the file into a canonical one.

    Parameters
    ----------
    column : Series
        As the file has it, under its name there.
    wanted : Column
        What it is to be.
    subject : str
        The layer, for messages.
    notices : list of Notice
        Takes up what has to be told.
    units : ColumnUnits
        In which unit it is; takes up what it was.

    Returns
    -------
    Series
        Text, or numbers in the unit of `wanted`.

    Raises
    ------
    SchemaError
        If it holds something else, negative amounts, or another unit than is said.
    """
    source = str(column.name)
    if wanted.dtype == "str":
        return to_text(column)
    column, factor = units.factor(column, wanted, subject, notices)
    numbers, parsed = to_numbers(column, source=source, subject=subject)
    numbers = numbers if factor == 1.0 else numbers * factor
    if parsed:
        notices.append(Notice("parsed_numbers", subject, parsed, len(column), {"column": source}))
    if wanted.name in _AMOUNTS and (numbers < 0).any():
        row = int(np.flatnonzero((numbers < 0).to_numpy())[0])
        raise SchemaError(
            f"{subject}: column {source!r} holds {int((numbers < 0).sum())} negative amounts, the "
            f"first {numbers.iloc[row]:g} in row {row + 1}. Correct them, or leave them empty "
            "where the number is unknown (-9999 is not an amount)."
        )
    return numbers


def _missing_amount(name: str, names: list[str], subject: str) -> SchemaError:
    near = get_close_matches(name, [other.casefold() for other in names], n=1)
    hint = f" Is it {next(n for n in names if n.casefold() == near[0])!r}?" if near else ""
    return SchemaError(
        f"{subject} has no column {name!r}.{hint} Say which column holds it, e.g. "
        f"columns={{{name!r}: '…'}} or value = '…'. The columns are: "
        f"{', '.join(names) or '(none)'}."
    )


def _bad_district_keys(repeated: pd.Series, missing: int, total: int, subject: str) -> SchemaError:
    counts = repeated.value_counts()
    named = ", ".join(f"{key!r} ({count} times)" for key, count in counts.head(5).items())
    parts = [f"{len(counts)} keys repeat: {named}"] if len(counts) else []
    parts += [f"{missing} of {total} rows have no key"] if missing else []
    return SchemaError(
        f"{subject}: district_id must tell the districts apart, but {' and '.join(parts)}. Map "
        "another column, or dissolve the parts of one district into one row."
    )
