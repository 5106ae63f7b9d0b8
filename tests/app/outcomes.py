"""Plans that were never run: hand-made outcomes with every case a report must bear."""

import dataclasses

import geopandas as gpd
import numpy as np
import shapely

from geoplan.app.run.judging import judge
from geoplan.app.run.outcome import IndicatorOutcome, PlanOutcome, Target
from geoplan.core.crs import StudyCRS
from geoplan.core.notices import Notice
from geoplan.core.record import LoadRecord
from geoplan.core.results import Measure, Result, make_measure

CRS = "EPSG:4547"
STREETS = ("平湖", "坂田", "布吉", "南湾", "横岗", "龙城", "龙岗", "坪地")
HOSTILE = (
    "<img src=x onerror=\"document.title='hit'\">",
    "</script><script>document.title='hit'</script>",
    "</title></style></iframe><b>bold</b>",
    "{{ 7*7 }} {% x %} {# y #}",
    "${document.title='hit'} `tick` \\ \"quotes\" 'single' & ampersand",
    '=HYPERLINK("http://example.invalid","x")',
    "\u202egnp.elif\u202c bidi and \x07 control",
    '" onload="document.title=1" x="',
)
DEFINITION = {
    "distance_m": 500,
    "distance": "straight",
    "facilities": "bus_stops",
    "facility_count": 5_166,
    "overlap": "once",
    "edge": "facilities outside the districts count",
}
TIERS = {
    "community": {"minutes": 10, "speed_kmh": 5, "reach_m": 641, "park_count": 180},
    "city": {"minutes": 20, "speed_kmh": 5, "reach_m": 1_282, "park_count": 50},
    "nature": {"minutes": 30, "speed_kmh": 15, "reach_m": 5_769, "park_count": 6},
}


def make_districts(names=STREETS):
    """Give square districts of 4 km, eight to a row, in the study CRS."""
    count = len(names)
    column, row = np.arange(count) % 8, np.arange(count) // 8
    west, south = 500_000 + 4_000 * column, 2_500_000 + 4_000 * row
    return gpd.GeoDataFrame(
        {"district_id": [f"D{k:02d}" for k in range(count)], "name": list(names)},
        geometry=shapely.box(west, south, west + 4_000, south + 4_000),
        crs=CRS,
    )


def land_measure(districts, shares, *, part="", of="land"):
    """Give a share of land: 1,600 ha in every district."""
    under = np.full(len(districts), 16e6)
    return make_measure(districts, np.asarray(shares) * under, under, of=of, part=part)


def people_measure(districts, shares, people):
    """Give a share of the population."""
    return make_measure(
        districts,
        np.asarray(shares) * np.asarray(people),
        people,
        of="population",
        numerator_unit="person",
        denominator_unit="person",
    )


def coverage_result(districts, shares, *, people=None, notices=()):
    """Give a coverage result with land, and population where `people` are given."""
    measures: list[Measure] = [land_measure(districts, shares)]
    if people is not None:
        measures.append(people_measure(districts, shares, people))
    reach = districts.geometry.centroid.buffer(1_500)
    return Result(
        "coverage",
        tuple(measures),
        districts,
        layers={
            "facilities": gpd.GeoDataFrame(
                {"stop_id": districts["district_id"], "name": districts["name"]},
                geometry=districts.geometry.centroid,
            ),
            "served": districts[["district_id", "name"]].set_geometry(reach),
            "unserved": districts[["district_id", "name"]].set_geometry(
                districts.geometry.difference(reach)
            ),
        },
        definition={**DEFINITION, "of": [measure.of for measure in measures]},
        notices=notices,
    )


def missed_indicator(names=STREETS):
    """Give a coverage of 93 % and less, for which the plan asks more than 95 %."""
    districts = make_districts(names)
    shares = np.linspace(0.41, 0.99, len(districts))
    people = np.linspace(60_000, 400_000, len(districts)).round()
    result = coverage_result(
        districts, shares, people=people, notices=(Notice("dropped_no_geometry", "x", 3, 57),)
    )
    target = Target("> 95 %", ">", 0.95, "1", "land", source="循环经济“十三五”规划，表 2 第 11 行")
    return IndicatorOutcome(
        "bus-stop-coverage-500m",
        "500 米公交站点覆盖率",
        result,
        target,
        judge(result.measures[0], target),
    )


def met_indicator(names=STREETS):
    """Give park area per person, above its target on the whole."""
    districts = make_districts(names)
    per_person = np.linspace(6, 22, len(districts))
    people = np.full(len(districts), 50_000.0)
    measure = make_measure(
        districts,
        per_person * people,
        people,
        of="population",
        unit="m2/person",
        denominator_unit="person",
    )
    target = Target(">= 8 m2/person", ">=", 8.0, "m2/person", "population")
    return IndicatorOutcome(
        "park-area-per-capita",
        "人均公园面积",
        Result(
            "park_area_per_capita",
            (measure,),
            districts,
            definition={"population": "population", "parks": "parks", "park_count": 236},
        ),
        target,
        judge(measure, target),
    )


def undecidable_indicator(names=STREETS):
    """Give park access by tier with unknown population in one district."""
    districts = make_districts(names)
    shares = np.linspace(0.2, 0.9, len(districts))
    people = np.full(len(districts), 80_000.0)
    people[2] = np.nan
    tiers = tuple(
        make_measure(
            districts,
            shares**power * people,
            people,
            of="population",
            part=tier,
            numerator_unit="person",
            denominator_unit="person",
        )
        for tier, power in (("community", 1), ("city", 2), ("nature", 3), ("all", 4))
    )
    target = Target(">= 90 %", ">=", 0.9, "1", "population", "community")
    return IndicatorOutcome(
        "park-access",
        "公园可达性（10/20/30 分钟）",
        Result(
            "park_access",
            tiers,
            districts,
            definition={
                "of": ["population"],
                "tiers": TIERS,
                "higher_serves_lower": True,
                "detour_factor": 1.3,
            },
        ),
        target,
        judge(tiers[0], target),
    )


def plain_indicator(names=STREETS):
    """Give a red-line share without a target; the first district holds none of it."""
    districts = make_districts(names)
    shares = np.linspace(0, 0.7, len(districts))
    measures = tuple(
        land_measure(districts, shares * weight, part=part)
        for part, weight in (("生态保护红线", 0.4), ("total", 1.0))
    )
    return IndicatorOutcome(
        "red-line-share",
        "生态红线面积占比",
        Result(
            "red_line_share",
            measures,
            districts,
            definition={
                "red_lines": "red_lines",
                "red_line_count": 12,
                "categories": ["生态保护红线"],
                "as_of": "2018",
            },
        ),
    )


def make_records(name="bus_stops"):
    """Give load records: a clean layer and one with repairs."""
    return {
        "districts": LoadRecord(
            "districts",
            "districts",
            ("data/streets.shp",),
            ("a" * 64,),
            format="ESRI Shapefile",
            encoding="GB18030",
            source_crs="EPSG:4490",
            source_crs_from="file",
            study_crs=CRS,
            rows_read=8,
            rows_kept=8,
            as_of="2024-12",
            source="市规划和自然资源局",
        ),
        name: LoadRecord(
            name,
            "bus_stops",
            ("data/amap_stops.csv",),
            ("b" * 64,),
            format="CSV",
            encoding="UTF-8",
            source_crs="GCJ-02",
            source_crs_from="declared",
            study_crs=CRS,
            rows_read=5_169,
            rows_kept=5_166,
            area_change_m2=-1_234.5,
            notices=(Notice("dropped_no_geometry", name, 3, 5_169),),
        ),
    }


def make_outcome(lang="zh", indicators=None, *, name="龙岗区 2025", **changes):
    """Give a plan with a missed, a met, an undecidable and a target-less indicator."""
    if indicators is None:
        indicators = (
            missed_indicator(),
            met_indicator(),
            undecidable_indicator(),
            plain_indicator(),
        )
    outcome = PlanOutcome(
        name=name,
        lang=lang,
        plan_path="plans/longgang.toml",
        plan_sha256="0123456789abcdef" * 4,
        study_crs=StudyCRS(CRS, "cgcs2000-3-degree", 5.0e-5, 1.0e-4),
        layers={"districts": make_districts()},
        records=make_records(),
        indicators=indicators,
        notices=(),
        versions={"geoplan": "0.1.0", "python": "3.11.2", "shapely": "2.1.2", "geopandas": "1.1.1"},
        seconds={"load bus_stops": 1.234, "measure red-line-share": 0.056, "other": 0.01},
    )
    return dataclasses.replace(outcome, **changes)


def hostile_outcome(lang="en"):
    """Give a plan all of whose texts try to be markup."""
    indicators = tuple(
        dataclasses.replace(indicator, title=HOSTILE[k])
        for k, indicator in enumerate((missed_indicator(HOSTILE), plain_indicator(HOSTILE)))
    )
    return make_outcome(lang, indicators, name=HOSTILE[1], records=make_records(HOSTILE[0]))


def large_outcome(lang="en"):
    """Give 55 districts with long names, one of them empty."""
    names = [f"Planning Area of Sector {k:02d} North-East" for k in range(54)] + [""]
    return make_outcome(lang, (missed_indicator(names), plain_indicator(names)), name="Singapore")
