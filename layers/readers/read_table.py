"""Tables with coordinates: CSV and its kin, and workbooks."""

import re
import warnings
from collections.abc import Callable, Collection
from difflib import get_close_matches
from io import BytesIO
from typing import Any, TypeVar
from zipfile import BadZipFile

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from geoplan.core.errors import MissingDependencyError, SchemaError, SourceError
from geoplan.core.notices import Notice
from geoplan.core.written_numbers import ColumnUnit
from geoplan.layers.files.encoding import TextEncoding, table_encoding
from geoplan.layers.files.on_disk import LocalFile, own_names
from geoplan.layers.readers.cell_formats import sheet_units
from geoplan.layers.readers.raw_layer import RawLayer
from geoplan.layers.readers.where import unknown_column

T = TypeVar("T")

X_NAMES = frozenset(
    "x lon lng long longitude stoplon easting east xcoord coordx pointx "
    "lonwgs84 lngwgs84 wgs84lon wgs84lng longcj02 lonbd09 lnggcj02 lngbd09 "
    "gcj02lon gcj02lng bd09lon bd09lng 经度 东经 x坐标 坐标x 东坐标 横坐标 經度 東經".split()
)
"""Column names taken for the x coordinate, without case, blanks and punctuation."""
Y_NAMES = frozenset(
    "y lat latitude stoplat northing north ycoord coordy pointy "
    "latwgs84 wgs84lat latgcj02 latbd09 gcj02lat bd09lat "
    "纬度 北纬 y坐标 坐标y 北坐标 纵坐标 緯度 北緯".split()
)
"""Column names taken for the y coordinate."""
WKT_NAMES = frozenset("wkt geometry geom thegeom wktgeom wktgeometry".split())
"""Column names taken for geometry written as WKT."""

_MOST_DIGITS = 12
_NO_DIGIT = 0.1  # of a step: a number that is coarser than this has no further digit
_NAMELESS = "\0"
_SEPARATORS = (",", "\t", ";", "|")
_HINT = re.compile(r'"?sep=(\\t|[^\r\n"\w])"?\1*[ \t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_UNKNOWN = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "#N/A"]


def read_table(
    file: LocalFile, *, encoding: str, x: str, y: str, text_columns: Collection[str], subject: str
) -> RawLayer:
    """
    Read a table and make points of its coordinate columns.

    Parameters
    ----------
    file : LocalFile
        CSV, TSV or a workbook, with the sheet asked for.
    encoding : str
        Encoding of the text; detected when empty.
    x, y : str
        Coordinate columns; recognised by their names when empty.
    text_columns : collection of str
        Columns to keep as text, so that ``0012`` stays ``0012``.
    subject : str
        The layer, for messages.

    Returns
    -------
    RawLayer
        Every row and column, without a CRS; a row without coordinates has no geometry.

    Raises
    ------
    SourceError
        If the file cannot be parsed, or has several sheets and none is named.
    SchemaError
        If the coordinate columns are missing, ambiguous, or hold no numbers.
    """
    table, found, units = read_rows(file, encoding=encoding, text_columns=text_columns)
    driver = "CSV" if found.name else "xlsx"
    geometry, notices = _geometry(table, x, y, file.shown, subject)
    attributes = table.drop(columns="geometry", errors="ignore")
    frame = GeoDataFrame(attributes, geometry=geometry)
    digits = written_digits(shapely.get_coordinates(geometry))
    return RawLayer(frame, driver, found, len(table), notices, units, digits)


def written_digits(coordinates: np.ndarray) -> int | None:
    """
    Count the digits after the point that coordinates were written with.

    Parameters
    ----------
    coordinates : array of float
        As read from a text.

    Returns
    -------
    int or None
        None where they have as many as a number can hold, or there is no coordinate.

    Examples
    --------
    >>> written_digits(np.array([[114.25, 22.715], [114.0, 22.7]]))
    3
    """
    largest = float(np.max(np.abs(coordinates), initial=0.0))
    for digits in range(_MOST_DIGITS):
        scaled = coordinates * 10.0**digits
        noise = 4 * np.finfo(float).eps * largest * 10.0**digits
        if noise > _NO_DIGIT or not len(coordinates):
            return None
        if np.all(np.abs(scaled - np.round(scaled)) <= noise):
            return digits
    return None


def read_rows(
    file: LocalFile, *, encoding: str, text_columns: Collection[str]
) -> tuple[pd.DataFrame, TextEncoding, dict[str, ColumnUnit]]:
    """
    Read the rows of a table as they are.

    Parameters
    ----------
    file : LocalFile
        CSV, TSV or a workbook, with the sheet asked for.
    encoding : str
        Encoding of the text; detected when empty.
    text_columns : collection of str
        Columns to keep as text.

    Returns
    -------
    tuple of DataFrame, TextEncoding and dict
        Every row and column; the encoding, without a name for a workbook; and the columns of a
        workbook whose cells show something else than they hold.

    Raises
    ------
    SourceError
        If the file cannot be parsed, or has several sheets and none is named.
    """
    if file.path.suffix.lower().startswith(".xls"):
        table, units = _read_workbook(file, text_columns)
        return table, TextEncoding(), units
    if file.layer not in ("", *own_names(file)):
        raise SourceError(
            f"{file.shown} has no sheet {file.layer!r}; it is one table. Leave layer out."
        )
    content = file.path.read_bytes()
    found = (
        TextEncoding(encoding, "declared")
        if encoding
        else table_encoding(content, subject=file.shown)
    )
    return _read_text(file, content, found.name, text_columns), found, {}


def sheet_names(file: LocalFile) -> list[str]:
    """
    List the sheets with rows.

    Parameters
    ----------
    file : LocalFile
        CSV, TSV or a workbook.

    Returns
    -------
    list of str
        One without a name for a file that is no workbook.

    Raises
    ------
    SourceError
        If the file is no workbook that can be read.
    """
    if not file.path.suffix.lower().startswith(".xls"):
        return [""]
    return _in_workbook(file, _filled)


def coordinate_columns(names: Collection[str], *, x: str, y: str, shown: str) -> tuple[str, str]:
    """
    Choose the coordinate columns of a table.

    Parameters
    ----------
    names : collection of str
        All columns.
    x, y : str
        Those the caller names; empty to recognise them.
    shown : str
        The file, for messages.

    Returns
    -------
    tuple of str
        Column of x (longitude, easting) and of y.

    Raises
    ------
    SchemaError
        If one is not there, or several could be meant.

    Examples
    --------
    >>> coordinate_columns(["站名", "经度", "纬度"], x="", y="", shown="stops.csv")
    ('经度', '纬度')
    """
    for axis, named in (("x", x), ("y", y)):
        if named and named not in names:
            raise unknown_column(named, list(names), f"`{axis}` of {shown}")
    xs = [x] if x else _candidates(names, X_NAMES)
    ys = [y] if y else _candidates(names, Y_NAMES)
    if len(xs) == 1 and len(ys) == 1:
        return xs[0], ys[0]
    if not xs or not ys:
        raise SchemaError(
            f"{shown} has no column that is plainly a coordinate. Name them with x= and y=; "
            f"the columns are: {', '.join(names)}. If that is no header, take away the lines "
            "above it: the first line has to hold the names."
        )
    raise SchemaError(
        f"{shown} has several columns that could be coordinates: x may be {', '.join(xs)}; "
        f"y may be {', '.join(ys)}. Name the pair, e.g. x={xs[0]!r}, y={ys[0]!r}."
    )


def _candidates(names: Collection[str], known: frozenset[str]) -> list[str]:
    return [n for n in names if re.sub(r"[\s_\-.()（）°\[\]]", "", n).casefold() in known]


def _geometry(
    table: pd.DataFrame, x: str, y: str, shown: str, subject: str
) -> tuple[np.ndarray, tuple[Notice, ...]]:
    wkt = [] if x or y else _candidates(table.columns, WKT_NAMES)
    if len(wkt) == 1 and not _candidates(table.columns, X_NAMES):
        column, given = wkt[0], table[wkt[0]].notna().to_numpy()
        texts = table[column].astype(object).where(given, None).to_numpy()
        try:
            geometry = np.asarray(shapely.from_wkt(texts, on_invalid="ignore"), dtype=object)
        except NotImplementedError as error:
            raise SchemaError(
                f"{shown}: column {column!r} holds arcs ({error}). Replace them by straight "
                "segments in a GIS first."
            ) from error
        unread = given & ~shapely.is_geometry(geometry)
        known = shapely.is_geometry(geometry)
    else:
        x, y = coordinate_columns(list(table.columns), x=x, y=y, shown=shown)
        column = f"{x}, {y}"
        xy = np.column_stack([_floats(table[x]), _floats(table[y])])
        known = np.isfinite(xy).all(axis=1)
        unread = ~known & (table[x].notna() & table[y].notna()).to_numpy()
        geometry = np.full(len(table), None, dtype=object)
        geometry[known] = shapely.points(xy[known])
    if not unread.any():
        return geometry, ()
    example = str(table.loc[unread, column.split(", ")[0]].iloc[0])
    if not known.any():
        raise SchemaError(
            f"{shown}: {column} hold no coordinates in any of {len(table)} rows (first value: "
            f"{example!r}). Name the right columns with x= and y=, in plain decimal numbers "
            "such as 114.0625: no degrees and minutes, no comma."
        )
    values = {"column": column, "example": example}
    count = int(unread.sum())
    return geometry, (Notice("unreadable_coordinates", subject, count, len(table), values),)


def _floats(column: pd.Series) -> np.ndarray:
    if pd.api.types.is_string_dtype(column):  # full-width digits and blanks, as Chinese input has
        column = column.astype("str").str.normalize("NFKC").str.strip().str.rstrip("° ")
    return np.asarray(pd.to_numeric(column, errors="coerce"), dtype=float)


def _read_text(
    file: LocalFile, content: bytes, encoding: str, text_columns: Collection[str]
) -> pd.DataFrame:
    try:
        content, encoding, stated = _without_hint(content, encoding)
        options: dict[str, Any] = {"encoding": encoding, "skipinitialspace": True}
        first = content[:65_536].decode(encoding, errors="ignore").lstrip("\ufeff\r\n")
        options["sep"] = stated or _separator(first, file.path.suffix.lower())
        names = list(pd.read_csv(BytesIO(content), nrows=0, **options).columns)
        # Rows longer than the header would shift every column by one.
        beyond = _width_of_first_row(content, options) - len(names)
        extra = [f"{_NAMELESS}{n}" for n in range(beyond)]
        texts = [name for name in names if name.strip() in text_columns]
        table: pd.DataFrame = pd.read_csv(
            BytesIO(content),
            header=0,
            names=[*names, *extra],
            dtype=dict.fromkeys(texts, str),
            keep_default_na=False,
            na_values={
                name: [""] if name in (*texts, *extra) else _UNKNOWN for name in (*names, *extra)
            },
            low_memory=False,
            index_col=False,
            **options,
        )
    except (ValueError, LookupError) as error:  # pandas' own parser errors are ValueErrors
        raise SourceError(f"{file.shown} cannot be read as a table: {error}") from error
    if table[extra].notna().any(axis=None):
        raise SourceError(
            f"{file.shown}: rows have more cells than the header has names. Give every column a "
            "name, or put text with commas in double quotes."
        )
    table = table.drop(columns=extra)
    return table.rename(columns=str.strip)


def _without_hint(content: bytes, encoding: str) -> tuple[bytes, str, str]:
    """Take away the line ``sep=;`` that tells Excel the separator, and heed it as Excel does."""
    start = content[:256].decode(encoding, errors="ignore").lstrip("\ufeff\r\n")
    hint = _HINT.match(start)
    if hint is None:
        return content, encoding, ""
    text = content.decode(encoding).lstrip("\ufeff\r\n")[hint.end() :]
    return text.encode("utf-8"), "utf-8", "\t" if hint[1] == "\\t" else hint[1]


def _width_of_first_row(content: bytes, options: dict[str, Any]) -> int:
    try:
        row = pd.read_csv(BytesIO(content), header=None, skiprows=1, nrows=1, dtype=str, **options)
    except pd.errors.EmptyDataError:
        return 0
    return len(row.columns)


def _separator(text: str, suffix: str) -> str:
    header = text.splitlines()[0] if text else ""
    best = max(_SEPARATORS, key=header.count)
    return "\t" if suffix == ".tsv" or not header else best


def _read_workbook(
    file: LocalFile, text_columns: Collection[str]
) -> tuple[pd.DataFrame, dict[str, ColumnUnit]]:
    def read(book: pd.ExcelFile) -> tuple[pd.DataFrame, dict[str, ColumnUnit]]:
        sheet = _sheet(file, book)
        names = book.parse(sheet, nrows=0).columns
        texts = [name for name in names if str(name).strip() in text_columns]
        shown = [str(name).strip() for name in names]
        units = (
            sheet_units(book.book, sheet, shown)
            if getattr(book, "engine", "") == "openpyxl"
            else {}
        )
        return book.parse(sheet, dtype=dict.fromkeys(texts, str)), units

    table, units = _in_workbook(file, read)
    return table.rename(columns=lambda name: str(name).strip()), units


def _in_workbook(file: LocalFile, read: Callable[[pd.ExcelFile], T]) -> T:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl on styles and data validation
            with pd.ExcelFile(file.path) as book:
                return read(book)
    except ImportError as error:
        raise MissingDependencyError(
            f"{file.shown} needs another package ({error}). Save it as .xlsx or CSV."
        ) from error
    except SourceError:
        raise
    except (ValueError, OSError, KeyError, BadZipFile) as error:
        raise SourceError(f"{file.shown} cannot be read as a workbook: {error}") from error


def _sheet(file: LocalFile, book: pd.ExcelFile) -> str:
    names = [str(name) for name in book.sheet_names]
    if file.layer:
        if file.layer in names:
            return file.layer
        near = get_close_matches(file.layer, names, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise SourceError(
            f"{file.shown} has no sheet {file.layer!r}.{hint} Its sheets are: {', '.join(names)}."
        )
    filled = _filled(book)
    if len(filled) == 1:
        return filled[0]
    if not filled:
        raise SourceError(f"{file.shown} has no sheet with rows.")
    raise SourceError(
        f"{file.shown} has {len(filled)} sheets with rows: {', '.join(filled)}. "
        f"Write which one with layer=, e.g. layer={filled[0]!r}."
    )


def _filled(book: pd.ExcelFile) -> list[str]:
    names = [str(name) for name in book.sheet_names]
    return [name for name in names if not book.parse(name, nrows=1).empty]
