"""The contradictions and traps of the five plans, one by one: none is settled in silence."""

import unicodedata

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.analyses.access.coverage import coverage
from geoplan.analyses.land.ecological_land_share import ecological_land_share
from geoplan.analyses.tables.attribute_share import attribute_share
from geoplan.analyses.tables.district_table import district_table
from geoplan.analyses.tables.intensity import intensity
from geoplan.analyses.tables.object_inventory import object_inventory
from geoplan.analyses.tables.weighted_mean import weighted_mean
from geoplan.app.catalogue.explain import explain
from geoplan.app.catalogue.rows import catalogue_sources, indicator_catalogue
from geoplan.app.plan.targets import judge, parse_target
from geoplan.app.plan.territory import spellings
from geoplan.app.run.outcome import Target
from geoplan.core.errors import EmptyLayerError, PlanError, SchemaError

CRS = "EPSG:4547"
EIGHT = ("平湖", "坂田", "布吉", "南湾", "横岗", "龙城", "龙岗", "坪地")
"""Sub-districts of Longgang in the plan of 2016; three more were split off since."""

LONGGANG_M2 = 388.59e6


def districts(names=("龙岗",), *, side_m=1000.0, **columns):
    return gpd.GeoDataFrame(
        {"district_id": [f"D{k}" for k in range(len(names))], "name": list(names), **columns},
        geometry=[shapely.box(side_m * k, 0, side_m * (k + 1), side_m) for k in range(len(names))],
        crs=CRS,
    )


def points(count, **columns):
    xs = np.linspace(1, 999, count)
    return gpd.GeoDataFrame(columns, geometry=shapely.points(xs, np.full(count, 5.0)), crs=CRS)


def verdict(measure, text, *, direction="up"):
    bound = parse_target(text, unit=measure.unit, direction=direction)
    target = Target(text, bound.operator, bound.value, measure.unit, measure.of, measure.part)
    return judge(measure, target).status


def row(id_):
    return indicator_catalogue()[id_]


def said(id_):
    return {value for one in row(id_).disagreements for value in one.values}


# 000 L93 against L171


def test_both_baselines_of_the_bus_coverage_are_shown():
    assert said("bus-stop-coverage-500m") == {"92 %", "93 %"}
    assert "92 % (L93)" in explain(row("bus-stop-coverage-500m"), "en")


# 000 L170


def test_a_runoff_coefficient_is_no_percentage_whatever_unit_is_printed():
    surfaces = gpd.GeoDataFrame(
        {"kind": ["roof", "green"]},
        geometry=[shapely.box(0, 0, 500, 1000), shapely.box(500, 0, 1000, 1000)],
        crs=CRS,
    )
    found = weighted_mean(
        surfaces,
        districts(),
        column="kind",
        by="area",
        unit="number",
        lookup={"roof": 0.9, "green": 0.1},
    )

    measure = found.measures[0]
    assert measure.value == pytest.approx(0.5, rel=1e-12)
    assert parse_target("<= 0.5", unit="1").value == 0.5
    (_, target), *_ = row("runoff-coefficient").targets("longgang-2020")
    assert (target.target, row("runoff-coefficient").direction) == ("<= 0.5", "down")


# 000 L171


@pytest.mark.parametrize(("served", "status"), [(950, "missed"), (951, "met")])
def test_95_0_percent_fails_more_than_95_percent(served, status):
    flags = ["yes"] * served + ["no"] * (1000 - served)
    found = attribute_share(
        points(1000, ok=flags), districts(), column="ok", by=["count"], values=["yes"]
    )
    assert verdict(found.measures[0], "> 95 %") == status


# 000 L173


@pytest.mark.parametrize(("share", "status"), [(0.466, "met"), (0.4659, "missed"), (0.47, "met")])
def test_a_target_that_equals_its_baseline_means_not_less(share, status):
    line = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1000 * share, 1000)], crs=CRS)
    found = ecological_land_share(line, districts())

    (_, target), *_ = row("eco-land-share").targets("longgang-2020")
    assert verdict(found.measures[0], target.target) == status


def test_the_date_of_a_line_that_may_be_issued_again_is_part_of_the_definition():
    line = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 466, 1000)], crs=CRS)
    line.attrs["geoplan"] = {"layer": "ecological_line", "as_of": "2013"}
    assert ecological_land_share(line, districts()).definition["as_of"] == "2013"


# 002 L137, L158, L273


@pytest.mark.parametrize(
    ("text", "status"), [("<= 22 ug/m3", "met"), ("低于 22 微克/立方米", "missed")]
)
def test_22_micrograms_meet_not_above_and_miss_below(text, status):
    found = district_table(districts(pm25=[22.0]), value="pm25", unit="ug/m3", combine="sum")
    assert verdict(found.measures[0], text, direction="down") == status


def test_the_three_ways_of_writing_the_particle_target_are_shown():
    assert said("pm25-annual-mean") == {"<= 22", "< 22"}


# 002 L159 against L137


def test_a_target_printed_without_a_sign_is_not_read_as_one():
    with pytest.raises(PlanError, match="does not say how to compare"):
        parse_target("60 %", unit="1")
    assert said("surface-water-class-share") == {"60 %", ">= 60 %"}


# 002 L79 against L168


def test_a_target_below_what_is_already_reached_is_shown_with_it():
    assert said("noise-zone-night-compliance") == {"100 %", ">= 75 %"}


# 002 L85


def test_an_index_that_rose_every_year_in_words_fell_in_the_last():
    series = [float(value) for value in row("eco-environment-index-EI").disagreements[0].values]
    assert series == [58.7, 61.1, 62.4, 61.4]
    assert series[-1] < series[-2]


# 002 L164–167


def test_seventeen_rows_with_four_sub_rows_are_not_twenty_indicators():
    rows = {
        place
        for entry in indicator_catalogue().values()
        for one in entry.statements
        if one.document == "longgang-2025"
        for place in [one.place]
        if place.startswith("表1 row")
    }
    assert len(rows) <= 17


# 002 L75 against L103


def test_17_of_66_sections_are_25_76_percent_and_both_statements_agree():
    classes = ["V"] * 49 + ["劣V"] * 17
    inferior = attribute_share(
        points(66, water=classes), districts(), column="water", by=["count"], values=["劣V"]
    ).measures[0]
    better = attribute_share(
        points(66, water=classes),
        districts(),
        column="water",
        by=["count"],
        classes=["I", "II", "III", "IV", "V", "劣V"],
        at_least="V",
    ).measures[0]

    assert (inferior.numerator, inferior.denominator) == (17, 66)
    assert round(100 * inferior.value, 2) == 25.76
    assert inferior.value + better.value == pytest.approx(1)


def test_76_of_109_communities_are_69_7_percent():
    flags = ["yes"] * 76 + [""] * 33
    found = attribute_share(
        points(109, livable=flags),
        districts(),
        column="livable",
        by=["count"],
        values=["yes"],
        unknown="fails",
    )
    assert round(100 * found.measures[0].value, 1) == 69.7


def test_59_of_62_rivers_are_95_16_percent():
    flags = ["yes"] * 59 + ["no"] * 3
    found = attribute_share(
        points(62, treated=flags), districts(), column="treated", by=["count"], values=["yes"]
    )
    assert round(100 * found.measures[0].value, 2) == 95.16


# 002 L393


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("平湖进入与现代服务业基底", "平湖金融与现代服务业基地"),
        ("深汕", "深汕特别合作区"),
        ("深汕合作区", "深汕特别合作区"),
        ("前海", "前海深港现代服务业合作区"),
    ],
)
def test_a_place_is_known_in_every_spelling_of_the_documents(written, meant):
    assert meant in spellings(written)


def test_a_place_that_only_begins_like_another_is_not_that_place():
    assert "深汕" not in spellings("深圳")
    assert spellings("龙岗") == {"龙岗"}


# 004 L557


def test_the_star_of_document_004_leaves_shenshan_out_of_its_four_rows():
    starred = {
        entry.id
        for entry in indicator_catalogue().values()
        for _, target in entry.targets("shenzhen-2025")
        if target.excludes == ["深汕特别合作区"]
    }
    assert starred == {
        "forest-stock-volume",
        "sectoral-intensities",
        "reclaimed-water-and-others",
        "sponge-city-area-share",
    }


# 004 L544 against L1538


def test_the_two_sponge_targets_are_both_kept():
    asked = [target for _, target in row("sponge-city-area-share").targets("shenzhen-2025")]
    assert [(one.target, bool(one.excludes)) for one in asked] == [
        (">= 60 %", True),
        (">= 60 %", False),
    ]


# 004 L819 against the 500 m of bus stops


def test_each_mode_has_the_radius_of_its_own_document():
    assert row("bus-stop-coverage-500m").fixed == {"distance_m": 500.0}
    assert row("rail-station-coverage-800m").fixed == {"distance_m": 800.0}


def test_the_denominator_of_the_rail_target_is_people_and_jobs():
    people = gpd.GeoDataFrame({"population": [30.0]}, geometry=[shapely.Point(10, 10)], crs=CRS)
    jobs = gpd.GeoDataFrame({"jobs": [70.0]}, geometry=[shapely.Point(2900, 10)], crs=CRS)
    station = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=CRS)
    found = coverage(
        station,
        districts(("甲", "乙", "丙")),
        distance_m=800,
        of=["population+jobs", "population"],
        demand={"population": people, "jobs": jobs},
    )

    (_, target), *_ = row("rail-station-coverage-800m").targets("shenzhen-2025")
    assert target.of == "population+jobs"
    assert [measure.value for measure in found.measures] == [pytest.approx(0.3), pytest.approx(1.0)]


# 三带四廊八片 against 四带八片多廊


def test_the_districts_and_the_citys_ecological_network_are_two():
    quotes = {
        one.document: "".join(quote.text for quote in one.quotes)
        for one in reversed(row("eco-corridor-network").statements)
        if one.document != "shenzhen-2025" or "四带八片多廊" in one.quotes[0].text
    }
    assert "三带、四廊、八片" in quotes["longgang-2025"]
    assert "四带八片多廊" in quotes["shenzhen-2025"]


# 003 L142 in mu, 004 L1394 in hectares, 002 in km²


@pytest.mark.parametrize(("hectares", "status"), [(24.0, "met"), (23.999, "missed"), (51.0, "met")])
def test_360_mu_are_24_hectares(hectares, status):
    restored = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, hectares * 10, 1000)], crs=CRS)
    area = object_inventory(restored, districts()).measure("area", "total")

    assert area.value == pytest.approx(hectares * 1e4)
    (_, target), *_ = row("mangrove-restored-area").targets("dongguan-2030")
    assert (target.target, verdict(area, target.target)) == (">= 360 亩", status)


@pytest.mark.parametrize(
    "written", ["24 公顷", "0.24 平方公里", "0.036 万亩", "24 万平方米", "24 ha"]
)
def test_one_area_is_the_same_bound_in_every_unit(written):
    assert parse_target(f">= {written}", unit="m2").value == 240_000


def test_12_wan_mu_are_80_square_kilometres():
    assert parse_target("≥ 12 万亩", unit="m2").value == 80e6


# 004 throughout


def test_scrambled_lines_are_marked_and_their_digits_never_read_by_position():
    readings = {
        one.document: {quote.reading for quote in one.quotes}
        for entry in indicator_catalogue().values()
        for one in entry.statements
        if one.document != "shenzhen-2025"
    }
    scrambled = {
        quote.reading
        for entry in indicator_catalogue().values()
        for one in entry.statements
        if one.document == "shenzhen-2025"
        for quote in one.quotes
    }
    assert set().union(*readings.values()) == {"exact"}
    assert scrambled == {"reconstructed", "raw"}


# Districts: names, numbers, zeros


def test_the_district_and_the_sub_district_of_one_name_are_told_apart_by_key():
    both = districts(("龙岗", "龙岗"))
    found = object_inventory(points(3), both).measure("count", "total")

    assert found.districts["district_id"].tolist() == ["D0", "D1"]
    assert found.districts["value"].tolist() == [3.0, 0.0]


def test_two_rows_of_one_key_are_refused_instead_of_joined():
    twice = districts(("龙岗", "南湾"))
    twice["district_id"] = "440307"
    with pytest.raises(SchemaError, match="repeated `district_id`"):
        object_inventory(points(3), twice)


def test_eight_and_eleven_sub_districts_are_joined_by_code_and_none_is_lost():
    from geoplan.analyses.tables.change_table import change_table

    then = districts(EIGHT)
    now = districts((*EIGHT, "吉华", "园山", "宝龙"))
    now.loc[6, "name"] = "龙岗街道"  # the same code under another name

    found = change_table(
        object_inventory(points(4), then), object_inventory(points(9), now)
    ).measures[0]

    changes = found.districts.set_index("district_id")["value"]
    assert len(changes) == 11
    assert changes["D0"] == 5
    assert changes["D6"] == 0
    assert changes.loc[["D8", "D9", "D10"]].isna().all()


def test_nanwan_and_longcheng_have_zero_parks_and_keep_their_rows():
    parks = gpd.GeoDataFrame(
        geometry=[
            shapely.Point(1000 * k + 500, 500)
            for k, name in enumerate(EIGHT)
            if name not in ("南湾", "龙城")
        ],
        crs=CRS,
    )
    count = object_inventory(parks, districts(EIGHT)).measure("count", "total")

    assert count.value == 6
    values = count.districts.set_index("name")["value"]
    assert (len(values), values["南湾"], values["龙城"], values["平湖"]) == (8, 0, 0, 1)


def test_unknown_is_not_zero():
    table = district_table(
        districts(("南湾", "龙城"), v=[np.nan, 0.0]), value="v", unit="t", combine="none"
    )
    values = table.measures[0].districts["value"]
    assert (np.isnan(values[0]), values[1]) == (True, 0.0)


def test_no_districts_is_no_result_of_zero():
    with pytest.raises(EmptyLayerError, match="no row"):
        object_inventory(points(3), districts(()))


# Intensities


@pytest.mark.parametrize(("gdp", "shown"), [(2354.9, 6.06), (4744.49, 12.21)])
def test_gdp_per_square_kilometre_of_the_whole_district(gdp, shown):
    longgang = districts(side_m=np.sqrt(LONGGANG_M2), gdp=[gdp])
    found = intensity(longgang, longgang, column="gdp", unit="亿元", per=["land"]).measure("land")

    assert round(found.value / 100, 2) == shown  # 1 亿元/km² is 100 yuan per m²
    (_, target), *_ = row("gdp-per-km2").targets("longgang-2020")
    assert verdict(found, target.target) == ("met" if shown > 10 else "missed")


# Quotes


def test_quotes_are_text_that_can_be_searched_for():
    for entry in indicator_catalogue().values():
        for one in entry.statements:
            for quote in one.quotes:
                assert quote.text == quote.text.strip()
                assert not any(unicodedata.category(letter) == "Cc" for letter in quote.text)


def test_every_document_has_its_file_name():
    files = [one.file for one in catalogue_sources().documents.values()]
    assert [file[:3] for file in files] == ["000", "001", "002", "003", "004"]
