"""Green-space ratio: parcels of green classes over land. One of six meanings of "green"."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoplan.analyses.shared.area_share import (
    area_inside,
    district_land,
    inside_mask,
    whole_m2,
)
from geoplan.analyses.shared.districts import (
    area_notices,
    areas_layer,
    check_districts,
    check_polygons,
    layer_facts,
)
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice, unique
from geoplan.core.results import Result, make_measure
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

LAND = "land"
ANY_SUFFIX = "*"


@carries_notices
@true_to_scale("area")
def green_space_ratio(
    parcels: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    classes: Sequence[str],
    of: str = "land",
    demand: "Mapping[str, GeoDataFrame] | None" = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the green-space ratio (绿地率): land parcels of green classes over land.

    This is a ratio of *parcels by their class*, whatever grows on them. It is not the green cover
    (绿化覆盖率, what vegetation covers seen from above), not the forest cover, and not the park
    area per person: those are other numbers with other targets.

    Parameters
    ----------
    parcels : GeoDataFrame, m rows of Polygon or MultiPolygon
        Land-use parcels with ``class_code``, in a projected CRS in metres. Overlaps count once.
        May be empty: every ratio is then 0.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    classes : sequence of str
        Codes that count as green. ``"G1"`` is exactly G1; ``"G1*"`` is every code that begins so
        (G1, G11, G12, …).
    of : str
        What the ratio is of: ``"land"`` (the whole district), or the name of a polygon layer in
        `demand` (``"built_up"``, ``"construction_land"``). A layer restricts both sides: green
        parcels inside it over its area.
    demand : mapping of str to GeoDataFrame, optional
        The polygon layer by its name; not needed for ``"land"``.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        One measure:

        =============== ======= ==== ======================================================
        column          dtype   unit meaning
        =============== ======= ==== ======================================================
        ``value``       float64 1    ``numerator / denominator``, in [0, 1]; NaN where the
                                     district has no land of that kind
        ``numerator``   float64 m²   green parcels inside the district (and inside `of`)
        ``denominator`` float64 m²   area of the district (inside `of`)
        =============== ======= ==== ======================================================

        Layers: ``areas`` (green parcels cut to the districts, one row per district and class:
        ``district_id, name, class_code, area_m2``), ``parcels`` as given, and ``mask`` (the land
        of kind `of` per district) unless `of` is ``"land"``.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If `classes` is empty or a lone string, or `demand` lacks the layer named by `of`.
    SchemaError
        If a column is missing, a key repeated, or a geometry no valid polygon.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    park_area_per_capita : Parks per person.
    ecological_land_share : Land inside the ecological control line.

    Notes
    -----
    For district :math:`D`, parcels :math:`G` of green classes and the land :math:`M` of kind `of`,

    .. math:: R_D = |D \cap M \cap \bigcup G| / |D \cap M|.

    CJJ/T 85 [1]_ defines 绿地率 as :math:`(A_{g1} + A_{g2} + A_{g3'} + A_{xg}) / A_c`: park green
    space, protective green space, the green part of squares and attached green space over urban
    construction land; regional green space (EG: forest, wetland and country parks) is *not* in it.
    To compute that, give ``classes=["G1*", "G2*", "XG*"]`` with ``of="construction_land"``, and
    parcels in which the green part of squares is drawn by itself. Attached green space inside
    parcels of other classes is invisible to a land-use map, which makes such a ratio too small.
    Cost: see `geoplan.analyses.shared.area_share.area_inside`.

    References
    ----------
    .. [1] CJJ/T 85-2017《城市绿地分类标准》.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> parcels = gpd.GeoDataFrame(
    ...     {"class_code": ["G1", "G11", "R2"]},
    ...     geometry=[shapely.box(k * 100, 0, k * 100 + 100, 1000) for k in range(3)],
    ...     crs="EPSG:4547",
    ... )
    >>> green_space_ratio(parcels, districts, classes=["G1"]).measures[0].value
    0.1
    >>> green_space_ratio(parcels, districts, classes=["G1*"]).measures[0].value
    0.2
    """
    masks = {} if of == LAND else {of: _mask(of, demand)}
    require_metric_crs(parcels=parcels, districts=districts, **masks)
    check_districts(districts)
    polygons = check_polygons(parcels, "parcels")
    wanted, labels, notices = _green(parcels, classes)
    ground = np.asarray(districts.geometry.array, dtype=object)
    land = district_land(ground)
    codes, names = pd.factorize(labels[wanted])
    inside = area_inside(polygons[wanted], ground, codes)
    merged = inside.merged()
    notices += area_notices("parcels", int(wanted.sum()), merged, land)
    layers = {"parcels": parcels}
    under_m2, under_whole_m2 = land.area_m2, land.total_m2
    if masks:
        mask = area_inside(check_polygons(masks[of], of), ground)
        inside, merged = inside_mask(inside, mask), inside_mask(merged, mask)
        under_m2, under_whole_m2 = mask.per_district_m2(land.area_m2), whole_m2(mask, land)
        layers["mask"] = areas_layer(mask, districts, ())
        notices += area_notices(of, len(masks[of]), mask, land)
    measure = make_measure(
        districts,
        merged.per_district_m2(under_m2),
        under_m2,
        of=of,
        totals=(whole_m2(merged, land), under_whole_m2),
    )
    return Result(
        analysis="green_space_ratio",
        measures=(measure,),
        districts=districts,
        layers={"areas": areas_layer(inside, districts, tuple(names), "class_code"), **layers},
        definition={
            **layer_facts(parcels, "parcels"),
            "classes": list(classes),
            "class_codes": list(names),
            "green_count": int(wanted.sum()),
            "of": [of],
            "overlap": "once",
        },
        notices=unique(notices),
    )


def _mask(of: str, demand: "Mapping[str, GeoDataFrame] | None") -> "GeoDataFrame":
    if not demand or of not in demand:
        have = ", ".join(repr(name) for name in demand or ()) or "nothing"
        raise ParameterError(
            f"`of` is {of!r}, and `demand` holds {have}. Give its polygons as "
            f"demand={{{of!r}: ...}}, or use of='land'."
        )
    return demand[of]


def _green(
    parcels: "GeoDataFrame", classes: Sequence[str]
) -> "tuple[NDArray[np.bool_], pd.Series, list[Notice]]":
    """Which parcels are green, the codes of all of them, and what to tell."""
    if isinstance(classes, str) or not classes:
        raise ParameterError(
            f"`classes` is {classes!r}; wanted the green class codes as a list, e.g. "
            "['G1*', 'G2*', 'XG*'] of CJJ/T 85 ('G1' is exactly G1, 'G1*' all that begin so)."
        )
    if "class_code" not in parcels.columns:
        raise SchemaError(
            f"`parcels` has no column 'class_code'; it has: "
            f"{', '.join(repr(name) for name in parcels.columns)}. Load it with "
            "load_land(..., columns={'class_code': ...})."
        )
    labels = parcels["class_code"].astype("str").fillna("").str.strip()
    found = {pattern: _matches(labels, pattern) for pattern in classes}
    wanted = np.logical_or.reduce(list(found.values()))
    notices = []
    absent = [pattern for pattern, hit in found.items() if not hit.any()]
    if absent and len(parcels):
        values = {"classes": ", ".join(absent)}
        notices.append(Notice("class_without_parcel", "parcels", len(absent), len(found), values))
    nameless = int((labels == "").sum())
    if nameless:
        notices.append(Notice("parcels_without_class", "parcels", nameless, len(parcels)))
    return wanted, labels, notices


def _matches(labels: "pd.Series", pattern: str) -> "NDArray[np.bool_]":
    stem = pattern.strip().removesuffix(ANY_SUFFIX)
    hit = labels.str.startswith(stem) if pattern.strip() != stem else labels == stem
    return (hit & (labels != "")).to_numpy(dtype=bool)
