"""Objects placed in districts, and the numbers that stand in their columns."""

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geoplan.core.errors import SchemaError
from geoplan.core.notices import Notice
from geoplan.core.written_numbers import (
    ColumnUnit,
    base_factor,
    column_units,
    own_factor,
    suffix_unit,
    without_suffix,
)

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]


def home_district(objects: "GeoDataFrame", districts: "GeoDataFrame") -> "Positions":
    """
    Place each object in one district.

    Parameters
    ----------
    objects : GeoDataFrame, m rows of any geometry
        Points, or shapes that stand at a point inside them.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Where.

    Returns
    -------
    array of int, m values
        Position of the district, the first one on a common border; -1 outside of all, or without
        geometry.

    Examples
    --------
    >>> import geopandas as gpd
    >>> halves = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> spots = gpd.GeoDataFrame(geometry=shapely.points([[1.5, 0.5], [1, 0.5], [9, 9]]))
    >>> home_district(spots, halves).tolist()
    [1, 0, -1]
    """
    shapes = np.asarray(objects.geometry.array, dtype=object)
    points = shapely.point_on_surface(shapes)
    areas = np.asarray(districts.geometry.array, dtype=object)
    district, row = shapely.STRtree(points).query(areas, predicate="intersects")
    home = np.full(len(points), len(areas), dtype=np.intp)
    np.minimum.at(home, row, district)
    home[home == len(areas)] = -1
    return home


def column_numbers(
    layer: "GeoDataFrame", column: str, subject: str, *, as_written: bool = False
) -> "Floats":
    """
    Read the numbers of a column; NaN where there is none.

    They are base units where the file writes a unit beside them (90 %, 1.2 万), unless asked for
    `as_written` by who states the unit and takes `column_factor`.

    Raises
    ------
    SchemaError
        If there is no such column, or something else than numbers in it.
    """
    if column not in layer.columns:
        raise SchemaError(
            f"`{subject}` has no column {column!r}; it has: "
            f"{', '.join(repr(name) for name in layer.columns)}. Load it with "
            f"columns={{{column!r}: …}}."
        )
    words = _without_commas(layer[column])
    numbers = pd.to_numeric(words, errors="coerce")
    odd = ((numbers.isna() & words.notna()) | np.isinf(numbers)).to_numpy()
    if odd.any():
        raise SchemaError(
            f"`{subject}`: {int(odd.sum())} of {len(words)} values in column {column!r} are no "
            f"numbers (the first is {words[odd].iloc[0]!r})."
        )
    found = np.asarray(numbers.to_numpy(dtype=float, na_value=np.nan))
    written = None if as_written else _written(layer, column)
    if written is None:
        return found
    return found * own_factor(written, column=column, subject=subject)


def _written(layer: "GeoDataFrame", column: str) -> ColumnUnit | None:
    """Find the unit that the file of a layer writes beside the numbers of a column."""
    suffix = without_suffix(layer[column])[1]
    return suffix_unit(suffix) if suffix else column_units(layer.attrs).get(column)


def lenient_numbers(values: "pd.Series") -> "Floats":
    """
    Read numbers of a yearbook, which writes 1,234 and, where it has none, a dash; NaN for that.

    Examples
    --------
    >>> lenient_numbers(pd.Series(["1,234", "—", "5"])).tolist()
    [1234.0, nan, 5.0]
    """
    words = _without_commas(values)
    numbers = pd.to_numeric(words, errors="coerce")
    odd = (numbers.isna() & words.astype("str").str.contains(r"\d", na=False)).to_numpy()
    if odd.any():
        raise SchemaError(
            f"{int(odd.sum())} of {len(words)} values in column {values.name!r} are no numbers "
            f"(the first is {words[odd].iloc[0]!r}), or not written in the unit of the others."
        )
    found = np.asarray(numbers.to_numpy(dtype=float, na_value=np.nan))
    return np.where(np.isfinite(found), found, np.nan)


def column_factor(
    layer: "GeoDataFrame", column: str, unit: str, subject: str
) -> "tuple[float, tuple[Notice, ...]]":
    """
    Give what makes the numbers of a column base units of a stated unit.

    A unit that the file itself writes beside the numbers (90 %, 150.2 万) is not applied twice.

    Returns
    -------
    tuple of float and tuple of Notice
        The factor, and what has to be told.

    Raises
    ------
    SchemaError
        If the file says another unit, or says two.
    """
    if column not in layer.columns:
        return base_factor(None, unit, column="", subject=subject), ()
    written = _written(layer, column)
    factor = base_factor(written, unit, column=column, subject=subject)
    if written is None:
        return factor, ()
    values = {"column": column, "written": written.unit}
    return factor, (Notice("cells_in_unit", subject, values=values),)


def _without_commas(values: "pd.Series") -> "pd.Series":
    if pd.api.types.is_numeric_dtype(values):
        return values
    words = without_suffix(values)[0].astype("str").str.normalize("NFKC").str.strip()
    words = words.mask(words.isin(("", "nan", "None")))
    plain: pd.Series = words.str.replace(",", "", regex=False)
    return plain


def column_words(layer: "GeoDataFrame", column: str, subject: str) -> "pd.Series":
    """
    Read the words of a column, in one spelling; empty where there is none.

    Full-width letters and single characters such as Ⅲ are read as their plain forms.

    Raises
    ------
    SchemaError
        If there is no such column.
    """
    if column not in layer.columns:
        raise SchemaError(
            f"`{subject}` has no column {column!r}; it has: "
            f"{', '.join(repr(name) for name in layer.columns)}. Load it with "
            f"columns={{{column!r}: …}}."
        )
    words = layer[column].astype("str").fillna("").str.normalize("NFKC").str.strip()
    words = words.str.replace(r"^(-?\d+)\.0$", r"\1", regex=True)
    plain: pd.Series = words.mask(words.isin(["nan", "None", "<NA>"]), "")
    return plain


def plain_word(word: object) -> str:
    """
    Write a word of a plan as `column_words` writes those of a column.

    Examples
    --------
    >>> plain_word("屋面（绿化）"), plain_word(2.0)
    ('屋面(绿化)', '2')
    """
    return re.sub(r"^(-?\d+)\.0$", r"\1", unicodedata.normalize("NFKC", str(word)).strip())


def outside_notice(home: "Positions", subject: str) -> list[Notice]:
    """Say how many objects lie outside every district."""
    outside = int((home < 0).sum())
    if not outside:
        return []
    return [Notice("objects_outside_districts", subject, count=outside, total=len(home))]
