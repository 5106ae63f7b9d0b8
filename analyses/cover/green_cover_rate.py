"""Green cover: what plants cover seen from above, over built-up land. One of six greens."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from geoplan.analyses.cover.cover_areas import (
    Cover,
    cover_areas,
    cover_facts,
    cover_notices,
    make_zones,
    mask_of,
    pick,
)
from geoplan.analyses.shared.districts import areas_layer, check_districts
from geoplan.analyses.shared.open_ground import share_bounds
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.notices import unique
from geoplan.core.results import Result, make_measure
from geoplan.core.true_size import Areas
from geoplan.layers.kinds.land_cover import LandCover

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


@carries_notices
@true_to_scale("area")
def green_cover_rate(
    cover: Cover,
    districts: "GeoDataFrame",
    *,
    classes: Sequence[str],
    of: str,
    demand: "Mapping[str, GeoDataFrame] | None" = None,
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the green cover (建成区绿化覆盖率): what plants cover seen from above, over land.

    This is a share of *what grows*, whoever's land it is. It is not the green-space ratio (绿地率,
    land parcels of green classes), not the forest cover, and not the park area per person.

    Parameters
    ----------
    cover : LandCover, or GeoDataFrame of Polygon or MultiPolygon
        A raster with a legend, or polygons with classes; overlapping crowns count once.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in a projected CRS in metres, with ``district_id`` and ``name``.
    classes : sequence of str
        Classes or groups of the legend that count as green, e.g. ``["vegetation"]`` (trees,
        shrubs, grass, urban green, permanent crops; arable land is not in it).
    of : str
        ``"built_up"`` or another polygon layer in `demand`, as the definition has it; or
        ``"land"`` for the whole district. Plants outside it do not count.
    demand : mapping of str to GeoDataFrame, optional
        The polygon layer by its name, in the CRS of `districts`; not needed for ``"land"``.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        One measure:

        =============== ======= ==== =====================================================
        column          dtype   unit meaning
        =============== ======= ==== =====================================================
        ``value``       float64 1    ``numerator / denominator``, in [0, 1]; NaN where the
                                     district has no such land, or none that is known
        ``numerator``   float64 m²   green inside the district and inside `of`
        ``denominator`` float64 m²   the same ground, what covers it being known
        =============== ======= ==== =====================================================

        Layer ``mask`` (the ground of `of` per district) unless `of` is ``"land"``.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If `classes` names nothing that the cover has, or `demand` lacks the layer of `of`.
    SchemaError
        If a column is missing, a key repeated, or a geometry no valid polygon.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    green_space_ratio : Parcels of green classes over land.
    forest_cover_rate : Forest over land.

    Notes
    -----
    For district :math:`D`, mask :math:`M`, green :math:`G` and the ground :math:`K` whose cover is
    known,

    .. math:: R_D = |D \cap M \cap K \cap G| / |D \cap M \cap K|.

    Cells count by their exact part inside, never by their centres. Cells without data, or of a
    value that the legend lacks, are left out of both sides and their area is told; ground under
    *no polygon* counts as not green, and is told too. The standard of evaluation [1]_ has the
    vertical projection of all plants, roofs included, over the built-up area of the city; a class
    map at 10 m misses street trees over asphalt and roof gardens, and one at 100 m (CORINE) nearly
    all green inside a city: such rates are too small. Cost: see
    `geoplan.analyses.cells.class_areas.class_areas`.

    References
    ----------
    .. [1] GB/T 50563-2010《城市园林绿化评价标准》, 建成区绿化覆盖率. Parcels of 绿地率, which is
       another number, are those of CJJ/T 85-2017.

    Examples
    --------
    Half of a district is grass, and half of that lies in the built-up western half:

    >>> import geopandas as gpd
    >>> import shapely
    >>> from geoplan.layers.rasters.made_grid import array_grid
    >>> from geoplan.layers import load_land_cover
    >>> cells = array_grid([[30, 30], [50, 50]], transform=(10, 0, 0, 0, -10, 20), crs="EPSG:4547")
    >>> cover = load_land_cover(cells, crs="EPSG:4547", classes="worldcover")
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 20, 20)],
    ...     crs="EPSG:4547",
    ... )
    >>> built_up = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 20)], crs="EPSG:4547")
    >>> found = green_cover_rate(
    ...     cover, districts, classes=["vegetation"], of="built_up", demand={"built_up": built_up}
    ... )
    >>> found.measures[0].value, found.measures[0].denominator
    (0.5, 200.0)
    """
    mask = mask_of(of, demand)
    masks = {} if mask is None else {of: mask}
    polygons = {} if isinstance(cover, LandCover) else {"cover": cover}
    require_metric_crs(districts=districts, **masks, **polygons)
    check_districts(districts)
    zones = make_zones(districts, mask, of)
    found = cover_areas(cover, zones.frame, {"green": pick(cover, classes, "classes")})
    green = green_m2, green_whole_m2 = zones.split(found.area_m2[:, 0])
    known_m2, known_whole_m2 = zones.split(found.known_m2)
    _, unknown_m2 = zones.split(found.unknown_m2)
    whole_m2 = known_whole_m2 + (unknown_m2 if isinstance(cover, LandCover) else 0.0)
    measure = make_measure(
        districts,
        green_m2,
        known_m2,
        of=of,
        totals=(green_whole_m2, known_whole_m2),
        bounds=share_bounds(green, zones.split(found.sure_m2), zones.split(found.open_m2)),
    )
    return Result(
        analysis="green_cover_rate",
        measures=(measure,),
        districts=districts,
        layers={} if zones.mask is None else {"mask": areas_layer(zones.mask, districts, ())},
        definition={**cover_facts(cover), "classes": list(classes), "of": [of]},
        notices=unique(cover_notices(cover, zones, float(unknown_m2), float(whole_m2))),
    )
