"""Park area per person."""

from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.shared.area_share import area_inside, district_land, whole_m2
from geoplan.analyses.shared.demand import demand_pieces
from geoplan.analyses.shared.districts import (
    area_notices,
    areas_layer,
    check_districts,
    check_polygons,
    layer_facts,
    layer_name,
    one_district,
)
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.results import Result, make_measure
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoplan.core.notices import Notice

POPULATION = "population"
DISTRICTS = "districts"


@carries_notices
@true_to_scale("area")
def park_area_per_capita(
    parks: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    population: "GeoDataFrame | str",
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the park area per person (人均公园面积).

    All parks of the layer count, of whatever kind. This is *not* the park green space per person
    (人均公园绿地面积) of CJJ/T 85, which is class G1 only: forest, wetland and country parks are
    regional green space there (EG) and not in it. For that, load the G1 parcels as the parks.

    Parameters
    ----------
    parks : GeoDataFrame, m rows of Polygon or MultiPolygon
        In a projected CRS in metres. Overlaps count once, and only what lies inside a district.
        May be empty: every area is then 0.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    population : GeoDataFrame or "districts"
        Points or polygons with a column ``population`` (persons), as `load_population` gives them;
        or ``"districts"`` for the column ``population`` of the districts themselves.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        One measure, ``of="population"``:

        =============== ======= ========= ==================================================
        column          dtype   unit      meaning
        =============== ======= ========= ==================================================
        ``value``       float64 m²/person ``numerator / denominator``; NaN where nobody lives
                                          or the population is unknown
        ``numerator``   float64 m²        park area inside the district
        ``denominator`` float64 person    people in the district; NaN when unknown
        =============== ======= ========= ==================================================

        Layers: ``areas`` (parks cut to the districts: ``district_id, name, category, area_m2``,
        the category empty) and ``parks`` as given.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or differs between the layers.
    ParameterError
        If `population` is another text than ``"districts"``.
    SchemaError
        If a column is missing, a key repeated, a geometry no valid polygon, or a population
        negative.
    EmptyLayerError
        If there is no district.

    See Also
    --------
    green_space_ratio : Green parcels over land.
    park_access : Who is near a park, rather than how much park there is.

    Notes
    -----
    For district :math:`D` with :math:`N_D` people and parks :math:`P`,
    :math:`A_D = |D \cap \bigcup P| / N_D`. Water inside a park polygon counts. People of a polygon
    cut by a district border are shared out by area. Where districts overlap, the whole of their own
    population column is unknown: it counts some people twice. A plan that asks for 8 m² per person
    [1]_ rarely says which parks and whose population (resident or registered, of which year): both
    are in the definition of the result. Cost: see `geoplan.analyses.shared.area_share.area_inside`.

    References
    ----------
    .. [1] 深圳市应对气候变化“十四五”规划: 到2025年，人均公园面积达到8平方米.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"], "population": [1000.0]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> parks = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 80)], crs="EPSG:4547")
    >>> park_area_per_capita(parks, districts, population="districts").measures[0].value
    8.0
    """
    require_metric_crs(parks=parks, districts=districts)
    check_districts(districts)
    polygons = check_polygons(parks, "parks")
    ground = np.asarray(districts.geometry.array, dtype=object)
    land = district_land(ground)
    inside = area_inside(polygons, ground)
    people, total, notices = _people(population, districts, overlap=land.overlap_m2 > 0)
    measure = make_measure(
        districts,
        inside.per_district_m2(land.area_m2),
        people,
        of=POPULATION,
        unit="m2/person",
        denominator_unit="person",
        totals=(whole_m2(inside, land), total),
    )
    named = DISTRICTS if isinstance(population, str) else layer_name(population, POPULATION)
    return Result(
        analysis="park_area_per_capita",
        measures=(measure,),
        districts=districts,
        layers={"areas": areas_layer(inside, districts, ()), "parks": parks},
        definition={
            **layer_facts(parks, "parks"),
            "population": named,
            "of": [POPULATION],
            "overlap": "once",
        },
        notices=(*area_notices("parks", len(parks), inside, land), *notices),
    )


def _people(
    population: "GeoDataFrame | str", districts: "GeoDataFrame", *, overlap: bool
) -> "tuple[NDArray[np.float64], float, tuple[Notice, ...]]":
    """People per district, in all of them with each counted once, and what to tell."""
    if isinstance(population, str):
        if population != DISTRICTS:
            raise ParameterError(
                f"`population` is {population!r}; wanted a GeoDataFrame with a column "
                "'population', or \"districts\" for the districts' own column."
            )
        people = _own_people(districts)
        # Who lives where two districts overlap is in both columns: the whole cannot be told.
        return people, float("nan") if overlap else float(people.sum()), ()
    pieces = demand_pieces(POPULATION, districts, {POPULATION: population})
    people = np.bincount(pieces.district, pieces.amount, len(districts)).astype(float)
    if not overlap:
        return people, float(people.sum()), pieces.notices
    whole = demand_pieces(POPULATION, one_district(districts), {POPULATION: population})
    return people, float(whole.amount.sum()), pieces.notices


def _own_people(districts: "GeoDataFrame") -> "NDArray[np.float64]":
    if POPULATION not in districts.columns:
        raise SchemaError(
            "`population` is \"districts\", but `districts` has no column 'population'; it has: "
            f"{', '.join(map(repr, districts.columns))}. Load it with load_districts(..., "
            "columns={'population': ...}), or pass a population layer."
        )
    people = np.asarray(districts[POPULATION].to_numpy(dtype=float, na_value=np.nan))
    if (people < 0).any():
        raise SchemaError(
            f"`districts` has {int((people < 0).sum())} negative `population` (the first: "
            f"{people[people < 0][0]:g}); write NaN where it is unknown."
        )
    return people
