"""Which share of a shore is natural: river banks, lake shores, the coast."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.analyses.shared.area_share import district_land
from geoplan.analyses.shared.districts import (
    check_districts,
    layer_facts,
    one_district,
    overlap_notices,
)
from geoplan.analyses.shared.home_districts import column_words, plain_word
from geoplan.analyses.shared.line_inside import lines_inside
from geoplan.analyses.shared.line_parts import (
    LinePieces,
    check_lines,
    counted_once,
    line_pieces,
    repeat_notices,
)
from geoplan.analyses.shared.open_ground import NO_VALUE, share_bounds
from geoplan.analyses.shared.true_to_scale import true_to_scale
from geoplan.core.carrying import carries_notices
from geoplan.core.crs import require_metric_crs
from geoplan.core.errors import ParameterError, SchemaError
from geoplan.core.notices import Notice
from geoplan.core.results import Result, make_measure
from geoplan.core.true_size import Areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]


@carries_notices
@true_to_scale("scale")
def shoreline_share(
    shores: "GeoDataFrame",
    districts: "GeoDataFrame",
    *,
    by: str | Sequence[str],
    natural: Sequence[str],
    excluded: Sequence[str] = (),
    areas: Areas = "ellipsoid",
) -> Result:
    r"""
    Measure the share of a shoreline's length that is natural or ecological, by district.

    Parameters
    ----------
    shores : GeoDataFrame, m rows of LineString or MultiLineString
        Bank lines, each with its type, or centre lines with the types of both banks; in a projected
        CRS in metres. May be empty.
    districts : GeoDataFrame, n rows of Polygon or MultiPolygon
        Areas to report on, in the same CRS, with ``district_id`` and ``name``.
    by : str or two str
        Column with the type of the bank; of a centre line the two columns of its left and right
        bank, so that its length counts twice.
    natural : sequence of str
        Types that count as natural or ecological.
    excluded : sequence of str
        Types that are no shore at all, such as culverts: in neither numerator nor denominator.

    areas : {"ellipsoid", "plane"}
        Where areas and lengths are measured: on the ellipsoid, or in the plane of the study CRS.

    Returns
    -------
    Result
        One measure with ``of="shore"``:

        =============== ==== =====================================================
        column          unit meaning
        =============== ==== =====================================================
        ``value``       1    ``numerator / denominator``; NaN without a shore
        ``numerator``   m    length of natural bank
        ``denominator`` m    length of all banks, both sides of a centre line
        =============== ==== =====================================================

        Layer ``shores``: the lines that are shore, with ``natural_share``: 0, ½ or 1 of their
        banks.

    Raises
    ------
    ParameterError
        If `by` names more than two columns, `natural` is empty or shares a type with `excluded`.
    SchemaError
        If a column is missing or no line has a type of `natural` or any other; if a row is no line.
    CRSError, EmptyLayerError
        As in `red_line_share`.

    See Also
    --------
    length_and_density : Lengths by class, and per km².

    Notes
    -----
    .. math:: S = \sum_{b \in \text{natural}} |b| / \sum_b |b|

    over the banks :math:`b` inside the district, each place once whichever way and however often it
    was drawn (to 1 mm); where types contradict one another, the least natural counts. Both sums are
    taken of the *same* lines, since the length of a shore grows with its scale: never divide the
    length of one survey by that of another. A bank without a type counts as not natural and is
    reported; `high` is the share if all of them were natural. A line along a district border counts
    half in each district.

    Which banks are ecological (生态岸线) is a matter of the survey; 002 asks for 65 % by 2025 and
    says neither which rivers nor whether culverts count. The natural coast (自然岸线保有率) has its
    own rule, which lets restored shores count [1]_.

    References
    ----------
    .. [1] 国家海洋局，《海岸线保护与利用管理办法》，2017.

    Examples
    --------
    A river of 100 m, its left bank natural, its right one a wall:

    >>> import geopandas as gpd
    >>> import shapely
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)],
    ...     crs="EPSG:4547",
    ... )
    >>> river = gpd.GeoDataFrame(
    ...     {"left": ["natural"], "right": ["wall"]},
    ...     geometry=[shapely.LineString([(0, 50), (100, 50)])],
    ...     crs="EPSG:4547",
    ... )
    >>> found = shoreline_share(river, districts, by=["left", "right"], natural=["natural"])
    >>> found.measures[0].value, found.measures[0].denominator
    (0.5, 200.0)
    """
    require_metric_crs(shores=shores, districts=districts)
    check_districts(districts)
    columns = [by] if isinstance(by, str) else list(by)
    _check(columns, natural, excluded)
    lines = check_lines(shores, "shores")
    banks, kept, blank = _banks(shores, columns, natural, excluded)
    untyped = int((blank > 0).sum())
    pieces = _each_once(lines, banks, kept, blank)
    over, under, open_m = _lengths(pieces, districts, banks, kept, blank)
    totals = tuple(one.sum() for one in (over, under, open_m))
    if district_land(np.asarray(districts.geometry.array, dtype=object)).overlap_m2 > 0:
        whole = _lengths(pieces, one_district(districts), banks, kept, blank)
        totals = tuple(one.sum() for one in whole)
    bounds = None
    if untyped:
        known = np.maximum(under - open_m, 0.0), max(totals[1] - totals[2], 0.0)
        found = np.minimum(over, known[0]), min(totals[0], known[1])
        bounds = share_bounds(found, known, (open_m, totals[2]), reasons=NO_VALUE)
    measure = make_measure(
        districts,
        np.minimum(over, under),
        under,
        of="shore",
        numerator_unit="m",
        denominator_unit="m",
        totals=(min(totals[:2]), totals[1]),
        bounds=bounds,
    )
    share = np.divide(banks, kept, out=np.full(len(kept), np.nan), where=kept > 0)
    notices = [Notice("layer_empty_counts_zero", "shores")] if not len(shores) else []
    if untyped:
        notices.append(Notice("shores_without_type", "shores", count=untyped, total=len(shores)))
    notices += repeat_notices(pieces.dropped_m, "shores")
    return Result(
        analysis="shoreline_share",
        measures=(measure,),
        districts=districts,
        layers={"shores": shores.assign(natural_share=share)[kept > 0].reset_index(drop=True)},
        definition={
            **layer_facts(shores, "shores"),
            "by": columns,
            "natural": list(natural),
            "excluded": list(excluded),
            "both_banks": len(columns) == 2,
        },
        notices=(*notices, *overlap_notices(districts)),
    )


def _each_once(lines: "Geometries", banks: "Floats", kept: "Floats", blank: "Floats") -> LinePieces:
    """Take the shore apart, each place once: of several types the least natural one counts."""
    share = np.divide(banks, kept, out=np.zeros(len(kept)), where=kept > 0)
    rows = np.lexsort((share, blank))
    rows = rows[kept[rows] > 0]
    pieces = counted_once(line_pieces(lines[rows]))
    return replace(pieces, line=rows[pieces.line])


def _lengths(
    pieces: LinePieces, districts: "GeoDataFrame", *weights: "Floats"
) -> "tuple[Floats, ...]":
    """Length of banks per district, for each way of counting them."""
    inside = lines_inside(pieces, np.asarray(districts.geometry.array, dtype=object))
    return tuple(
        np.bincount(inside.district, inside.length_m * weight[inside.line], len(districts)).astype(
            float
        )
        for weight in weights
    )


def _check(columns: list[str], natural: Sequence[str], excluded: Sequence[str]) -> None:
    if len(columns) not in (1, 2):
        raise ParameterError(
            f"`by` names {len(columns)} columns; wanted the one with the type of a bank, or the "
            "two of the left and the right bank of a centre line."
        )
    if not natural:
        raise ParameterError(
            "`natural` is empty: name the types of bank that count as natural or ecological, as "
            "they stand in the data."
        )
    both = sorted(set(natural) & set(excluded))
    if both:
        raise ParameterError(f"`natural` and `excluded` both name {', '.join(both)}.")


def _banks(
    shores: "GeoDataFrame", columns: list[str], natural: Sequence[str], excluded: Sequence[str]
) -> "tuple[Floats, Floats, Floats]":
    """Count the natural banks of each line, those that are shore, and those without a type."""
    missing = [name for name in columns if name not in shores.columns]
    if missing:
        raise SchemaError(
            f"`shores` has no column {missing[0]!r}; it has: "
            f"{', '.join(str(name) for name in shores.columns)}."
        )
    types = [column_words(shores, name, "shores") for name in columns]
    natural, excluded = ([plain_word(one) for one in names] for names in (natural, excluded))
    there = sorted({one for column in types for one in column if one})
    if len(shores) and not set(there) & {*natural, *excluded}:
        raise SchemaError(
            f"`shores` has none of the types {', '.join(natural)} in {', '.join(columns)}; it has: "
            f"{', '.join(there[:12]) or 'none at all'}."
        )
    banks = np.zeros(len(shores))
    kept = np.zeros(len(shores))
    blank = np.zeros(len(shores))
    for column in types:
        banks += column.isin(list(natural)).to_numpy()
        kept += ~column.isin(list(excluded)).to_numpy()
        blank += (column == "").to_numpy()
    return banks, kept, blank
