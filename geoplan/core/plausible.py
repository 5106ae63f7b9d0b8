"""What no city on Earth has: ranges beyond which a result is told, each with its reason."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.core.notices import Notice, unique
from geoplan.core.numbers import amount
from geoplan.core.units import M2_PER_KM2

if TYPE_CHECKING:
    from geoplan.core.results import Measure, Result

ANY = "*"
"""Whatever the analysis."""

DENSITY = "people per area of the districts"
"""Not a measure itself: people that a measure is over, by the ground of the districts."""


@dataclass(frozen=True)
class PlausibleRange:
    """
    What a number of one kind may be.

    Parameters
    ----------
    analysis : str
        Name of the analysis; ``"*"`` for all.
    unit : str
        Unit of the measure.
    low, high : float
        The least and the greatest that is plausible, in `unit`.
    reasons : dict of str to str
        Why, by language: what is known of cities.
    wholes_only : bool
        Whether single districts may lie beyond it.
    """

    analysis: str
    unit: str
    low: float
    high: float
    reasons: dict[str, str]
    wholes_only: bool = False


RANGES = (
    PlausibleRange(
        "park_area_per_capita", "m2/person", 0.0, 500.0,
        {
            "en": "cities in China have about 15 m² per person; beyond 500 a national park lies "
            "inside",
            "zh": "我国城市人均公园绿地面积约 15 平方米，超过 500 平方米的须辖有国家公园",
        },
    ),
    PlausibleRange(
        DENSITY, "person/m2", 1.0 / M2_PER_KM2, 400_000.0 / M2_PER_KM2,
        {
            "en": "Mongolia has about 2 people per km², the densest hectares of Macau, Dhaka and "
            "Mumbai below 400,000",
            "zh": "蒙古国约为 2 人/km²，澳门、达卡、孟买最密集的地块也不足 40 万人/km²",
        },
        wholes_only=True,
    ),
    PlausibleRange(
        "detour", "m/m", 1.0, 10.0,
        {
            "en": "no way is shorter than the straight line, and street networks have 1.2 to 1.6",
            "zh": "任何路径都不短于直线，城市路网的绕行系数一般为 1.2 至 1.6",
        },
    ),
    PlausibleRange(
        "length_and_density", "m/m2", 0.0, 0.2,
        {
            "en": "a line every 10 m would have 100 km/km² in either direction",
            "zh": "每隔 10 米一条线，单一方向也只有 100 km/km²",
        },
    ),
    PlausibleRange(
        "length_and_density", "m/person", 0.0, 1000.0,
        {
            "en": "countries with the longest roads per person, such as Australia and Canada, have "
            "below 50 m",
            "zh": "人均道路最长的国家（如澳大利亚、加拿大）也不足 50 米",
        },
    ),
    PlausibleRange(
        "service_radius", "m", 0.0, 100_000.0,
        {
            "en": "no city is 100 km from its facilities",
            "zh": "没有城市距其设施达 100 千米",
        },
        wholes_only=True,
    ),
    PlausibleRange(
        "intensity", "CNY/m2", 0.0, 200_000.0,
        {
            "en": "Manhattan makes about 110 billion yuan of GDP per km²",
            "zh": "曼哈顿的地均生产总值约为 1100 亿元/km²",
        },
    ),
    PlausibleRange(
        ANY, "ug/m3", 0.0, 1000.0,
        {
            "en": "annual means of the most polluted cities are below 300 µg/m³",
            "zh": "污染最重的城市年均浓度也不足 300 µg/m³",
        },
    ),
)  # fmt: skip
"""Every range, with what is known of cities."""


def plausibility_notices(result: "Result") -> tuple[Notice, ...]:
    """
    Say which numbers of a result no city on Earth has.

    Parameters
    ----------
    result : Result
        Of any analysis.

    Returns
    -------
    tuple of Notice
        One for each measure that lies outside a range of `RANGES`, with its value, the range and
        what is known; counted are the districts outside.

    Examples
    --------
    A park of 1 km² for 100 people:

    >>> import geopandas as gpd, shapely
    >>> from geoplan.analyses.land.park_area_per_capita import park_area_per_capita
    >>> districts = gpd.GeoDataFrame(
    ...     {"district_id": ["A"], "name": ["甲"], "population": [100]},
    ...     geometry=[shapely.box(0, 0, 1000, 1000)], crs="EPSG:4547",
    ... )
    >>> found = park_area_per_capita(districts[["geometry"]], districts, population="districts")
    >>> [notice.values["shown"]["en"] for notice in plausibility_notices(found)]
    ['10,000.0 m²/person']
    """
    told = []
    for measure in result.measures:
        for rule in RANGES:
            if rule.analysis in (ANY, result.analysis) and rule.unit == measure.unit:
                values = measure.districts["value"].to_numpy(float)
                told += _outside(rule, measure.label, measure.value, values)
        if measure.denominator_unit == "person":
            told += _crowds(measure, result)
    return unique(told)


def _crowds(measure: "Measure", result: "Result") -> list[Notice]:
    area_m2 = result.districts.geometry.area.to_numpy()
    people = measure.districts["denominator"].to_numpy(float)
    if len(people) != len(area_m2) or not area_m2.sum() > 0:
        return []
    each = np.divide(people, area_m2, out=np.full(len(people), np.nan), where=area_m2 > 0)
    (rule,) = (one for one in RANGES if one.analysis == DENSITY)
    return _outside(rule, measure.of, measure.denominator / float(area_m2.sum()), each)


def _outside(
    rule: PlausibleRange, subject: str, whole: float, districts: "np.typing.NDArray[np.float64]"
) -> list[Notice]:
    each = np.array([]) if rule.wholes_only else districts
    beyond = (each < rule.low) | (each > rule.high)
    wrong_whole = whole < rule.low or whole > rule.high
    if not wrong_whole and not beyond.any():
        return []
    shown = whole if wrong_whole else float(each[beyond][0])
    numbers = {"shown": shown, "low": rule.low, "high": rule.high}
    values = {
        name: {lang: amount(one, rule.unit, lang) for lang in rule.reasons}
        for name, one in numbers.items()
    }
    values["reason"] = dict(rule.reasons)
    return [Notice("implausible", subject, int(beyond.sum()), len(districts), values)]
