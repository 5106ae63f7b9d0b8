"""Repairs that a layer may need before it is measured; each counted, with the area it changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from geoplan.core.columns import Family
from geoplan.core.errors import EmptyLayerError, SchemaError
from geoplan.core.notices import Notice

_CLOSED_ADVICE = (
    "All of them close: if they are outlines of areas, as in CAD drawings, write "
    "closed_lines = 'areas' (of a LayerSource or a layer of a plan). "
)

Geometries: TypeAlias = npt.NDArray[np.object_]
Mask: TypeAlias = npt.NDArray[np.bool_]

_POINT, _LINE, _POLYGON, _OTHER = 0, 1, 2, 3
# shapely's type ids: point, line, ring, polygon, then the multis, then the collection.
_DIMENSION = np.array([_POINT, _LINE, _LINE, _POLYGON, _POINT, _LINE, _POLYGON, _OTHER])
_MULTIPOINT, _COLLECTION = 4, 7
_JOIN: dict[int, Callable[..., Any]] = {
    _POINT: shapely.multipoints,
    _LINE: shapely.multilinestrings,
    _POLYGON: shapely.multipolygons,
}
_WANTED = {
    "point": (_POINT,),
    "polygon": (_POLYGON,),
    "line": (_LINE,),
    "point or polygon": (_POINT, _POLYGON),
    "any": (_POINT, _LINE, _POLYGON),
}
_ADVICE = {
    "point": "Load polygons with load_facilities, or take their entrances or centres first.",
    "polygon": "Load points and lines with load_facilities; only polygons have an area.",
    "line": "Load points and polygons with load_facilities.",
    "point or polygon": "Buffer lines or take their centres first.",
    "any": "Split geometry collections first.",
}


@dataclass(frozen=True)
class Repaired:
    """
    A layer after one or more repairs.

    Parameters
    ----------
    frame : GeoDataFrame
        The rows left.
    notices : tuple of Notice
        What was dropped or changed, counted.
    area_change_m2 : float
        Area of the layer now minus its area before.
    """

    frame: GeoDataFrame
    notices: tuple[Notice, ...] = ()
    area_change_m2: float = 0.0


def repair_layer(
    frame: GeoDataFrame, *, family: Family, subject: str, amounts: tuple[str, ...] = ()
) -> Repaired:
    """
    Make the geometry of a layer valid, of one family and in the plane.

    Rows without geometry are dropped, Z is dropped, geometry of the wrong family is dropped if
    only some rows have it, invalid polygons are made valid keeping their areal parts, points in
    bundles are taken apart, and multi-geometries of one part become single ones.

    Parameters
    ----------
    frame : GeoDataFrame, n rows
        In the study CRS, in metres; not modified.
    family : str
        Geometry wanted, as in `geoplan.core.columns.LayerSpec`.
    subject : str
        The layer, for notices and messages.
    amounts : tuple of str
        Columns of amounts, shared out evenly when a bundle of points is taken apart.

    Returns
    -------
    Repaired
        The rows left under their index (repeated where points were taken apart), the notices
        and the change of area.

    Raises
    ------
    EmptyLayerError
        If no row is left.
    SchemaError
        If every row is of the wrong family.

    Examples
    --------
    A bow tie is two triangles, which a plain area takes off each other:

    >>> bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    >>> parks = GeoDataFrame(geometry=[bow], crs="EPSG:4547")
    >>> repair_layer(parks, family="polygon", subject="parks").area_change_m2
    5000.0
    """
    repaired = _without_missing(frame, subject)
    repaired = _then(repaired, drop_z(repaired.frame, subject=subject))
    repaired = _then(repaired, _parts_of_collections(repaired.frame, family, subject))
    repaired = _then(repaired, _of_family(repaired.frame, family, subject))
    repaired = _then(repaired, _valid(repaired.frame, subject))
    repaired = _then(repaired, _single_points(repaired.frame, subject, amounts))
    return _then(repaired, _single_parts(repaired.frame, subject))


def drop_duplicates(
    frame: GeoDataFrame, attributes: pd.DataFrame, *, subject: str, drop: bool
) -> Repaired:
    """
    Drop rows that repeat another in geometry and in every attribute of the source.

    Rows with the geometry of another but different attributes are kept and counted: two stops on
    one mast are two stops.

    Parameters
    ----------
    frame : GeoDataFrame, n rows
        The layer; not modified.
    attributes : DataFrame
        Every column of the source, by the index of `frame`.
    subject : str
        The layer, for notices.
    drop : bool
        False keeps and counts even whole repeats: two equal rows of persons without a key may be
        two buildings.

    Returns
    -------
    Repaired
        The rows left, with their index; the area of the dropped ones counts as change.
    """
    repeated = _same_geometry(frame)
    if not repeated.any():
        return Repaired(frame)
    among = attributes.loc[frame.index[repeated]].astype(str)
    groups = pd.Series(shapely.to_wkb(_geometries(frame)[repeated]), among.index)
    again = np.zeros(len(frame), dtype=bool)
    again[repeated] = among.assign(geometry__=groups).duplicated().to_numpy()
    if not drop:
        again[:] = False
    notices, change = [], 0.0
    if again.any():
        change = -float(frame.geometry.area[again].sum())
        values = {"area_change_m2": change}
        notices.append(Notice("dropped_duplicates", subject, int(again.sum()), len(frame), values))
    kept = frame[~again]
    shared = int(_same_geometry(kept[repeated[~again]]).sum())
    if shared:
        notices.append(Notice("same_geometry", subject, shared, len(kept)))
    return Repaired(kept, tuple(notices), change)


def _same_geometry(frame: GeoDataFrame) -> Mask:
    """Mark every row whose geometry another row has, to the last bit."""
    geometry = _geometries(frame)
    if (shapely.get_type_id(geometry) == _POINT).all() and not shapely.is_empty(geometry).any():
        # One complex number a point is found again three times faster than a pair of columns.
        places = pd.Series(shapely.get_coordinates(geometry).view(np.complex128).ravel())
        return np.asarray(places.duplicated(keep=False))
    written = pd.Series(shapely.to_wkb(geometry))
    return np.asarray(written.duplicated(keep=False) & written.notna())


def _then(before: Repaired, after: Repaired) -> Repaired:
    return Repaired(
        after.frame,
        before.notices + after.notices,
        before.area_change_m2 + after.area_change_m2,
    )


def _geometries(frame: GeoDataFrame) -> Geometries:
    return np.asarray(frame.geometry.array, dtype=object)


def _area(geometry: Geometries) -> float:
    return float(np.nansum(shapely.area(geometry)))


def _without_missing(frame: GeoDataFrame, subject: str) -> Repaired:
    geometry = _geometries(frame)
    missing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    if not missing.any():
        return Repaired(frame)
    if missing.all():
        raise EmptyLayerError(
            f"{subject} has no row with geometry ({len(frame)} rows read). Check the file in a "
            "GIS, and the coordinate columns if it is a table."
        )
    notice = Notice("dropped_no_geometry", subject, int(missing.sum()), len(frame))
    return Repaired(frame[~missing], (notice,))


def without_nowhere(frame: GeoDataFrame, *, subject: str) -> Repaired:
    """
    Take away geometry with a coordinate that is no number, or infinite: it lies nowhere.

    Parameters
    ----------
    frame : GeoDataFrame
        Any layer; may lack a CRS and hold None.
    subject : str
        The layer, for the notice.

    Returns
    -------
    Repaired
        The same rows, those without a place without geometry.
    """
    geometry = _geometries(frame)
    xy, rows = shapely.get_coordinates(geometry, return_index=True)
    nowhere = np.unique(rows[~np.isfinite(xy).all(axis=1)])
    if not len(nowhere):
        return Repaired(frame)
    placed = geometry.copy()
    placed[nowhere] = None
    notice = Notice("unreadable_geometry", subject, len(nowhere), len(frame))
    return Repaired(frame.set_geometry(placed, crs=frame.crs), (notice,))


def drop_z(frame: GeoDataFrame, *, subject: str) -> Repaired:
    """
    Drop heights, which no measure here uses.

    Parameters
    ----------
    frame : GeoDataFrame
        Any layer; may lack a CRS and hold None.
    subject : str
        The layer, for the notice.

    Returns
    -------
    Repaired
        The same rows in the plane.
    """
    geometry = _geometries(frame)
    high = shapely.has_z(geometry)
    if not high.any():
        return Repaired(frame)
    notice = Notice("dropped_z", subject, int(high.sum()), len(frame))
    return Repaired(frame.set_geometry(shapely.force_2d(geometry), crs=frame.crs), (notice,))


def _parts_of_collections(frame: GeoDataFrame, family: Family, subject: str) -> Repaired:
    """Take the parts of the wanted dimension out of geometry collections, polygons first."""
    geometry = _geometries(frame)
    mixed = shapely.get_type_id(geometry) == _COLLECTION
    if not mixed.any():
        return Repaired(frame)
    taken = geometry.copy()
    for dimension in _WANTED[family]:
        parts = _parts_of_dimension(geometry[mixed], dimension)
        taken[mixed] = np.where(shapely.is_missing(parts), taken[mixed], parts)
    notice = Notice("split_collections", subject, int(mixed.sum()), len(frame))
    return Repaired(frame.set_geometry(taken, crs=frame.crs), (notice,))


def _parts_of_dimension(geometry: Geometries, dimension: int) -> Geometries:
    """Join the parts of one dimension of each geometry; None where it has none."""
    owners = np.arange(len(geometry))
    parts = geometry
    # A collection may hold multis or, rarely, collections; each round opens one level.
    for _ in range(3):
        parts, index = shapely.get_parts(parts, return_index=True)
        owners = owners[index]
    wanted = _DIMENSION[shapely.get_type_id(parts)] == dimension
    joined = np.full(len(geometry), None, dtype=object)
    if wanted.any():
        _JOIN[dimension](parts[wanted], indices=owners[wanted], out=joined)
    lone = shapely.get_num_geometries(joined) == 1
    joined[lone] = shapely.get_geometry(joined[lone], 0)
    return joined


def _close(geometry: Geometries) -> bool:
    """Tell whether every row is a line that closes, as CAD draws areas."""
    return bool(
        (shapely.get_type_id(geometry) == _LINE).all() and shapely.is_closed(geometry).all()
    )


def _of_family(frame: GeoDataFrame, family: Family, subject: str) -> Repaired:
    geometry = _geometries(frame)
    kinds = shapely.get_type_id(geometry)
    fits = (kinds >= 0) & np.isin(_DIMENSION[kinds], _WANTED[family])
    if fits.all():
        return Repaired(frame)
    found = ", ".join(sorted(set(frame.geometry.geom_type[~fits].dropna()))) or "nothing"
    if not fits.any():
        raise SchemaError(
            f"{subject} should hold {family}s, but all {len(frame)} rows are {found}. "
            + (_CLOSED_ADVICE if _POLYGON in _WANTED[family] and _close(geometry) else "")
            + _ADVICE[family]
        )
    values = {"found": found, "wanted": family}
    notice = Notice("dropped_wrong_family", subject, int((~fits).sum()), len(frame), values)
    change = _area(geometry[fits]) - _area(geometry)
    return Repaired(frame[fits], (notice,), change)


def _valid(frame: GeoDataFrame, subject: str) -> Repaired:
    geometry = _geometries(frame)
    polygons = _DIMENSION[shapely.get_type_id(geometry)] == _POLYGON
    invalid = polygons & ~shapely.is_valid(geometry)
    if not invalid.any():
        return Repaired(frame)
    made = geometry.copy()
    # "structure" keeps what the rings enclose, so that shells which overlap are not cut out of
    # one another; a bow tie becomes its two triangles either way.
    made[invalid] = _parts_of_dimension(
        np.asarray(shapely.make_valid(geometry[invalid], method="structure")), _POLYGON
    )
    gone = shapely.is_missing(made) | shapely.is_empty(made)
    change = _area(made) - _area(geometry)
    notices = [
        Notice(
            "repaired_invalid", subject, int(invalid.sum()), len(frame), {"area_change_m2": change}
        )
    ]
    if gone.all():
        raise EmptyLayerError(
            f"{subject}: none of {len(frame)} polygons encloses any area. Check the file in a GIS."
        )
    if gone.any():
        notices.append(Notice("dropped_no_area", subject, int(gone.sum()), len(frame)))
    valid = frame.set_geometry(made, crs=frame.crs)
    return Repaired(valid[~gone], tuple(notices), change)


def _single_points(frame: GeoDataFrame, subject: str, amounts: tuple[str, ...]) -> Repaired:
    geometry = _geometries(frame)
    bundled = (shapely.get_type_id(geometry) == _MULTIPOINT) & (
        shapely.get_num_geometries(geometry) > 1
    )
    if not bundled.any():
        return Repaired(frame)
    parts = np.where(bundled, shapely.get_num_geometries(geometry), 1)
    positions = np.repeat(np.arange(len(frame)), parts)
    points = np.full(len(positions), None, dtype=object)
    spread = np.repeat(bundled, parts)
    points[spread] = shapely.get_parts(geometry[bundled])
    points[~spread] = geometry[~bundled]
    rows = frame.iloc[positions].set_geometry(points, crs=frame.crs)
    shares = {name: rows[name] / np.repeat(parts, parts) for name in amounts if name in rows}
    values = {"rows": len(positions)}
    notice = Notice("split_multipoints", subject, int(bundled.sum()), len(frame), values)
    return Repaired(rows.assign(**shares), (notice,))


def _single_parts(frame: GeoDataFrame, subject: str) -> Repaired:
    """Write a multi-geometry of one part as that part, so that like is written alike."""
    geometry = _geometries(frame)
    kinds = shapely.get_type_id(geometry)
    lone = np.isin(kinds, (4, 5, 6)) & (shapely.get_num_geometries(geometry) == 1)
    if not lone.any():
        return Repaired(frame)
    single = geometry.copy()
    single[lone] = shapely.get_geometry(geometry[lone], 0)
    plain = frame.set_geometry(single, crs=frame.crs)
    if not (kinds < 4).any():  # every row was a multi: that is the file's type, not a mixture
        return Repaired(plain)
    return Repaired(plain, (Notice("single_parts", subject, int(lone.sum()), len(frame)),))
