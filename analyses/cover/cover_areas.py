"""Area of land-cover classes in zones, be the cover a raster with a legend or polygons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely

from geoplan.analyses.cells.class_areas import class_areas
from geoplan.analyses.shared.area_share import AreaInside, DistrictLand, area_inside, district_land
from geoplan.analyses.shared.districts import check_polygons, layer_name
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice
from geoplan.core.true_size import true_area_m2
from geoplan.layers.kinds.land_cover import LandCover

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Geometries = NDArray[np.object_]

Cover: TypeAlias = "LandCover | GeoDataFrame"
"""Land cover as a raster (`load_land_cover`) or as polygons (`classify_land`)."""

LAND = "land"
_WORTH_TELLING_M2 = 1.0
_WORTH_TELLING_SHARE = 1e-6


@dataclass(frozen=True, eq=False)
class Zones:
    """
    Where to measure: each district, or its part inside a mask, and the whole if they overlap.

    Parameters
    ----------
    frame : GeoDataFrame
        One row per district, and a last one for the whole where districts overlap.
    count : int
        How many of them are districts.
    land : DistrictLand
        The districts themselves.
    mask : AreaInside or None
        What restricts them.
    """

    frame: "GeoDataFrame"
    count: int
    land: DistrictLand
    mask: AreaInside | None = None

    def split(self, per_zone: "Floats") -> "tuple[Floats, Any]":
        """Give what is measured per zone as per district, and for the whole."""
        districts = per_zone[: self.count]
        if len(self.frame) > self.count:
            return districts, per_zone[self.count]
        return districts, districts.sum(axis=0)


def make_zones(districts: "GeoDataFrame", mask: "GeoDataFrame | None", subject: str) -> Zones:
    """
    Take districts, or their parts inside polygons, as zones.

    Parameters
    ----------
    districts : GeoDataFrame
        Checked districts.
    mask : GeoDataFrame, optional
        Polygons to measure inside of; the whole district without.
    subject : str
        How to name the mask in messages.

    Returns
    -------
    Zones
        A district without any of the mask has an empty zone.
    """
    import geopandas as gpd

    ground = np.asarray(districts.geometry.array, dtype=object)
    land, inside, zones = district_land(ground), None, ground
    if mask is not None:
        inside = area_inside(check_polygons(mask, subject), ground)
        zones = np.full(len(ground), shapely.Polygon(), dtype=object)
        zones[inside.district] = inside.geometry
    if land.overlap_m2 > 0:
        zones = np.append(zones, [shapely.union_all(zones)])
    return Zones(gpd.GeoDataFrame(geometry=zones, crs=districts.crs), len(ground), land, inside)


def mask_of(of: str, demand: "Mapping[str, GeoDataFrame] | None") -> "GeoDataFrame | None":
    """
    Pick the polygons that a share is of; None for the land of the districts.

    Raises
    ------
    ParameterError
        If `demand` lacks them.
    """
    if of == LAND:
        return None
    if not demand or of not in demand:
        have = ", ".join(repr(name) for name in demand or ()) or "nothing"
        raise ParameterError(
            f"`of` is {of!r}, and `demand` holds {have}. Give its polygons as "
            f"demand={{{of!r}: ...}}, or use of='land'."
        )
    return demand[of]


@dataclass(frozen=True, eq=False)
class CoverAreas:
    """
    What covers each zone.

    Parameters
    ----------
    names : tuple of str
        What was asked for.
    area_m2 : array of float, zones × names
        Area of each; a place under several polygons of one name counts once.
    known_m2 : array of float, zones
        Area that a share is of: of a raster the cells with a class of the legend, of polygons the
        whole zone.
    unknown_m2 : array of float, zones
        Of a raster: no data, beyond it, or a value that the legend lacks. Of polygons: under none
        that has a class.
    sure_m2 : array of float, zones
        Area whose cover is seen.
    open_m2 : array of float, zones
        Area that may be of the first set or not: the unknown, unless all polygons are of that set,
        which says that there is none of it elsewhere.
    """

    names: tuple[str, ...]
    area_m2: "Floats"
    known_m2: "Floats"
    unknown_m2: "Floats"
    sure_m2: "Floats"
    open_m2: "Floats"


def cover_areas(cover: Cover, zones: "GeoDataFrame", sets: "Mapping[str, Bools]") -> CoverAreas:
    """
    Measure sets of classes in zones, by the exact part of every cell or polygon.

    Parameters
    ----------
    cover : LandCover or GeoDataFrame
        Raster or polygons.
    zones : GeoDataFrame, n rows of Polygon or MultiPolygon
        May be empty geometries.
    sets : mapping of str to array of bool
        Name -> which classes of the raster's legend, or which rows of the polygons (`pick`).

    Returns
    -------
    CoverAreas
        In the order of `zones` and `sets`.
    """
    if isinstance(cover, LandCover):
        return _of_cells(cover, zones, sets)
    return _of_polygons(cover, zones, sets)


def _of_cells(cover: LandCover, zones: "GeoDataFrame", sets: "Mapping[str, Bools]") -> CoverAreas:
    found = class_areas(cover.class_grid(), zones)
    count = len(cover.classes.classes)
    by_class = np.zeros((len(zones), count + 1))
    by_class[:, np.asarray(found.classes, dtype=int)] = found.area_m2
    known_m2 = by_class[:, :count].sum(axis=1)
    picked = [by_class[:, :count][:, wanted].sum(axis=1) for wanted in sets.values()]
    unknown_m2 = found.nodata_m2 + found.outside_m2 + by_class[:, count]
    return CoverAreas(
        names=tuple(sets),
        area_m2=_columns(picked, len(zones)),
        known_m2=known_m2,
        unknown_m2=unknown_m2,
        sure_m2=known_m2,
        open_m2=unknown_m2,
    )


def _of_polygons(
    cover: "GeoDataFrame", zones: "GeoDataFrame", sets: "Mapping[str, Bools]"
) -> CoverAreas:
    polygons = check_polygons(cover, layer_name(cover, "cover"))
    ground = np.asarray(zones.geometry.array, dtype=object)
    zone_m2 = np.asarray(true_area_m2(ground), dtype=float)

    def inside(rows: "Geometries") -> "Floats":
        return area_inside(rows, ground).per_district_m2(zone_m2)

    picked = [inside(polygons[wanted]) for wanted in sets.values()]
    classed = np.any([has_class(cover), *sets.values()], axis=0)
    unknown_m2 = np.maximum(zone_m2 - inside(polygons[classed]), 0.0)
    of_one_kind = all(one.all() for one in [*sets.values()][:1])
    open_m2 = np.zeros(len(zones)) if of_one_kind else unknown_m2
    return CoverAreas(
        names=tuple(sets),
        area_m2=_columns(picked, len(zones)),
        known_m2=zone_m2,
        unknown_m2=unknown_m2,
        sure_m2=zone_m2 - open_m2,
        open_m2=open_m2,
    )


def has_class(cover: "GeoDataFrame") -> "Bools":
    """
    Tell which polygons have a class.

    Parameters
    ----------
    cover : GeoDataFrame
        Polygons of land cover; crowns, which have no column of classes, are of one.

    Returns
    -------
    array of bool
        False where a legend knows no class for the code, or there is no code.
    """
    for column in ("class_key", "class_code"):
        if column in cover.columns:
            words = cover[column].fillna("").astype(str).str.strip()
            return np.asarray(words != "", dtype=bool)
    return np.ones(len(cover), dtype=bool)


def _columns(picked: "list[Floats]", zones: int) -> "Floats":
    return np.column_stack(picked) if picked else np.zeros((zones, 0))


def pick(cover: Cover, names: Sequence[str], parameter: str) -> "Bools":
    """
    Find the classes, or the polygons, that some names stand for.

    Parameters
    ----------
    cover : LandCover or GeoDataFrame
        With a legend, or with the columns ``class_key`` and ``groups`` or ``class_code``.
    names : sequence of str
        Groups, keys of classes, or codes.
    parameter : str
        How to name `names` in messages.

    Returns
    -------
    array of bool
        One per class of the legend, or per row.

    Raises
    ------
    ParameterError
        If `names` is a lone string or empty, or a name is none the cover has.
    SchemaError
        If polygons have no class at all.
    """
    if isinstance(names, str) or not names:
        raise ParameterError(
            f"`{parameter}` is {names!r}; wanted classes or groups of the legend as a list, e.g. "
            "['forest', 'shrubland']."
        )
    if isinstance(cover, LandCover):
        return np.isin(cover.classes.keys, cover.classes.keys_of(names))
    texts = _labels(cover)
    hits = {name: np.array([name in words for words in texts], dtype=bool) for name in names}
    absent = [name for name, hit in hits.items() if not hit.any()]
    known = sorted({word for words in texts for word in words if word})
    # What a legend has and this city lacks is no error; a name that no polygon's legend knows is.
    if len(absent) == len(hits) and len(cover):
        raise ParameterError(
            f"`{parameter}` is {list(names)!r}, and no polygon has any of them; they have: "
            f"{', '.join(known[:20])}."
        )
    return np.any(list(hits.values()), axis=0)  # type: ignore[no-any-return]


def _labels(cover: "GeoDataFrame") -> "list[frozenset[str]]":
    have = [name for name in ("class_key", "groups", "class_code") if name in cover.columns]
    if not have:
        raise SchemaError(
            "The polygons of land cover have none of the columns 'class_key', 'groups' and "
            f"'class_code'; they have: {', '.join(map(repr, cover.columns))}. Load them with "
            "load_land(..., columns={'class_code': ...}) and give them a legend with "
            "classify_land(..., classes=...)."
        )
    texts = cover[have].fillna("").astype(str).agg(" ".join, axis=1)
    different = {text: frozenset(text.split()) for text in texts.unique()}
    return [different[text] for text in texts]


def cover_facts(cover: Cover, parameter: str = "cover") -> dict[str, Any]:
    """
    Give what a definition says of a cover: its name, kind, legend, cells or rows, and date.

    Parameters
    ----------
    cover : LandCover or GeoDataFrame
        From a loader, or made by a script.
    parameter : str
        Name of the parameter.

    Returns
    -------
    dict
        ``{parameter: name, "from_raster": bool, "legend": text, "cell_m": size, "as_of": date}``.
    """
    if not isinstance(cover, LandCover):
        return {
            parameter: layer_name(cover, parameter),
            "from_raster": False,
            "polygon_count": len(cover),
            "as_of": cover.attrs.get("geoplan", {}).get("as_of", ""),
        }
    return {
        parameter: cover.record.layer or parameter,
        "from_raster": True,
        "legend": cover.classes.name,
        "cell_m": float(np.sqrt(np.median(cover.grid.cell_area_m2()))),
        "as_of": cover.record.as_of,
    }


def cover_notices(cover: Cover, zones: Zones, unknown_m2: float, of_m2: float) -> list[Notice]:
    """
    Say how much of the land has no known cover, and whether districts overlap.

    Parameters
    ----------
    cover : LandCover or GeoDataFrame
        What was measured.
    zones : Zones
        Where.
    unknown_m2, of_m2 : float
        Area without known cover, and of all zones together.

    Returns
    -------
    list of Notice
        Empty where all is known.
    """
    told = []
    if zones.land.overlap_m2 > 0:
        values = {"overlap_m2": zones.land.overlap_m2}
        told.append(Notice("districts_overlap", "districts", values=values))
    raster = isinstance(cover, LandCover)
    subject = cover.record.layer if isinstance(cover, LandCover) else layer_name(cover, "cover")
    if unknown_m2 > max(_WORTH_TELLING_M2, _WORTH_TELLING_SHARE * of_m2):
        code = "cover_unknown" if raster else "cover_without_polygon"
        share = 100 * unknown_m2 / of_m2
        told.append(Notice(code, subject, values={"area_m2": unknown_m2, "percent": share}))
    return told
