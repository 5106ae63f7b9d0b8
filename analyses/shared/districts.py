"""Polygon layers at the door and at the exit: checks, facts, notices and the layer of areas."""

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.analyses.shared.area_share import (
    WORTH_TELLING_M2,
    AreaInside,
    DistrictLand,
    district_land,
)
from geoplan.core.errors import EmptyLayerError, SchemaError
from geoplan.core.notices import Notice

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]

_POLYGON, _MULTIPOLYGON = 3, 6


def check_districts(districts: "GeoDataFrame") -> None:
    """
    Refuse districts on which nothing can be reported.

    Raises
    ------
    SchemaError
        If ``district_id`` or ``name`` is missing, a key occurs twice, or a geometry is null, not a
        polygon or invalid.
    EmptyLayerError
        If there is no district.
    """
    missing = [name for name in ("district_id", "name") if name not in districts.columns]
    if missing:
        raise SchemaError(
            f"`districts` has no column {missing[0]!r}; it has: {_listed(districts.columns)}. "
            "Load it with load_districts(..., columns={'district_id': ..., 'name': ...})."
        )
    if districts.empty:
        raise EmptyLayerError("`districts` has no row; a result needs at least one district.")
    ids = districts["district_id"].astype(str)
    if ids.duplicated().any():
        raise SchemaError(
            f"`districts` has {int(ids.duplicated().sum())} repeated `district_id` (the first is "
            f"{ids[ids.duplicated()].iloc[0]!r}); dissolve them or name a unique key."
        )
    check_polygons(districts, "districts")


def check_polygons(layer: "GeoDataFrame", subject: str) -> "Geometries":
    """
    Take the geometry of a polygon layer.

    Parameters
    ----------
    layer : GeoDataFrame
        Polygons; may be empty.
    subject : str
        How to name it in a message.

    Returns
    -------
    array of Polygon or MultiPolygon
        One per row.

    Raises
    ------
    SchemaError
        If a geometry is null, empty, not a polygon, or invalid.
    """
    geometries = np.asarray(layer.geometry.array, dtype=object)
    types = shapely.get_type_id(geometries)
    wrong = ~np.isin(types, (_POLYGON, _MULTIPOLYGON)) | shapely.is_empty(geometries)
    if wrong.any():
        kinds = sorted({_kind(geometry) for geometry in geometries[wrong]})
        raise SchemaError(
            f"`{subject}`: {int(wrong.sum())} of {len(wrong)} geometries are no polygons "
            f"({', '.join(kinds)}); an area needs polygons. Load it with geoplan's loader, which "
            "keeps what has an area and counts the rest, or filter it."
        )
    invalid = np.flatnonzero(~shapely.is_valid(geometries))
    if len(invalid):
        raise SchemaError(
            f"`{subject}`: {len(invalid)} of {len(geometries)} polygons are invalid (the first at "
            f"row {invalid[0]}: {shapely.is_valid_reason(geometries[invalid[0]])}); their area "
            "means nothing. Load it with geoplan's loader, which repairs them, or use make_valid()."
        )
    return geometries


def area_notices(
    subject: str, polygons: int, inside: AreaInside, land: DistrictLand
) -> tuple[Notice, ...]:
    """
    Say what a reader of an area inside districts must know.

    Parameters
    ----------
    subject : str
        Name of the layer.
    polygons : int
        How many polygons it has.
    inside : AreaInside
        What came of them.
    land : DistrictLand
        The districts.

    Returns
    -------
    tuple of Notice
        Empty layer, nothing inside, overlaps among polygons, overlaps among districts.
    """
    notices = []
    if not polygons:
        notices.append(Notice("layer_empty_counts_zero", subject))
    elif not len(inside.district):
        notices.append(Notice("nothing_inside_districts", subject, count=polygons, total=polygons))
    if inside.overlap_m2 >= WORTH_TELLING_M2:
        notices.append(
            Notice("overlap_counted_once", subject, values={"overlap_m2": inside.overlap_m2})
        )
    if land.overlap_m2 > 0:
        notices.append(
            Notice("districts_overlap", "districts", values={"overlap_m2": land.overlap_m2})
        )
    return tuple(notices)


def overlap_notices(districts: "GeoDataFrame") -> tuple[Notice, ...]:
    """
    Say that districts overlap: their values then add up to more than the whole.

    Parameters
    ----------
    districts : GeoDataFrame
        Polygons.

    Returns
    -------
    tuple of Notice
        None for overlaps below `WORTH_TELLING_M2` in all, which borders drawn with different
        vertices have.

    Examples
    --------
    >>> import geopandas as gpd
    >>> twice = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 9, 9), shapely.box(8, 0, 17, 9)])
    >>> [notice.values["overlap_m2"] for notice in overlap_notices(twice)]
    [9.0]
    """
    overlap_m2 = district_land(np.asarray(districts.geometry.array, dtype=object)).overlap_m2
    if not overlap_m2:
        return ()
    return (Notice("districts_overlap", "districts", values={"overlap_m2": overlap_m2}),)


def layer_facts(layer: "GeoDataFrame", parameter: str) -> dict[str, Any]:
    """
    Give what a definition says of the layer measured: its name, rows and date.

    Parameters
    ----------
    layer : GeoDataFrame
        From a loader, or made by a script.
    parameter : str
        Plural name of the parameter, which is also the layer's name when no loader gave one.

    Returns
    -------
    dict
        For ``"parks"``: ``{"parks": name, "park_count": rows, "as_of": date}``, the date empty
        where not stated.
    """
    return {
        parameter: layer_name(layer, parameter),
        f"{parameter.removesuffix('s')}_count": len(layer),
        "as_of": layer.attrs.get("geoplan", {}).get("as_of", ""),
    }


def layer_name(layer: "GeoDataFrame", otherwise: str) -> str:
    """Give the name that a loader gave a layer, or another one."""
    return str(layer.attrs.get("geoplan", {}).get("layer") or otherwise)


def one_district(districts: "GeoDataFrame") -> "GeoDataFrame":
    """Dissolve districts into one, for totals of districts that overlap."""
    import geopandas as gpd

    whole = shapely.union_all(np.asarray(districts.geometry.array))
    return gpd.GeoDataFrame(
        {"district_id": [""], "name": [""]}, geometry=[whole], crs=districts.crs
    )


def areas_layer(
    inside: AreaInside,
    districts: "GeoDataFrame",
    categories: "tuple[str, ...]",
    column: str = "category",
) -> "GeoDataFrame":
    """
    Make the layer of what lies inside the districts.

    Parameters
    ----------
    inside : AreaInside
        One row per district and category.
    districts : GeoDataFrame
        With ``district_id`` and ``name``.
    categories : tuple of str
        Name of each category code; codes beyond it get an empty one.
    column : str
        What to call the column of the category.

    Returns
    -------
    GeoDataFrame
        Columns ``district_id, name, <column>, area_m2`` and the geometry.
    """
    import geopandas as gpd

    named = np.asarray([*categories, ""], dtype=object)
    rows = districts.iloc[inside.district]
    return gpd.GeoDataFrame(
        {
            "district_id": rows["district_id"].astype(str).to_numpy(),
            "name": rows["name"].astype(str).to_numpy(),
            column: named[inside.category],
            "area_m2": inside.area_m2,
        },
        geometry=inside.geometry,
        crs=districts.crs,
    )


def _kind(geometry: Any) -> str:  # noqa: ANN401 (whatever a geometry column holds)
    if geometry is None:
        return "null"
    return f"empty {geometry.geom_type}" if geometry.is_empty else str(geometry.geom_type)


def _listed(names: Any) -> str:  # noqa: ANN401 (an index of column names)
    return ", ".join(repr(name) for name in names)
