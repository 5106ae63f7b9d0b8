"""The plan file: what may stand in it, and what an error says."""

import datetime as dt
import re

import pytest

from geoplan.app.plan.indicators import plan_indicators
from geoplan.app.plan.plan_file import layer_kind, read_plan
from geoplan.core.errors import PlanError

GOOD = """
[plan]
name = "龙岗区 2025"
crs  = "EPSG:4547"

[layers.districts]
path = "data/streets.shp"
id = "CODE"
name = "NAME"

[layers.bus_stops]
path = "data/amap_stops.csv"
crs  = "GCJ-02"
as_of = 2025-06-01

[layers.population]
path = ["data/pop_a.tif", "data/pop_b.tif"]
unit = "count"

[layers.parks]
path = "data/parks.gpkg"

[indicators.bus-stop-coverage-500m]
distance = "straight"
of       = ["land", "population"]
target   = "> 95 %"
target_of = "land"
source   = "规划 row 11"
"""
PARKS = """
[indicators.park-access-10-20-30]
distance = "straight"
higher_serves_lower = true
of = "population"
"""


def _write(folder, text, encoding="utf-8"):
    path = folder / "longgang.toml"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def read(tmp_path):
    """Read a plan's text, indicators and all."""

    def read_text(text):
        plan = read_plan(_write(tmp_path, text))
        return plan, plan_indicators(plan)

    return read_text


def _with(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


BAD_PLANS = {
    "unknown table": (GOOD + "\n[layer.x]\n", r'unknown table \[layer\]\. Did you mean "layers"'),
    "unknown key of plan": (
        _with("crs  =", "csr  ="),
        r'\[plan\] has an unknown key "csr"\. Did you mean "crs"',
    ),
    "unknown key of layer": (
        _with("id = ", "idd = "),
        r'\[layers\.districts\] has an unknown key "idd"\. Did you mean "id"',
    ),
    "unknown key of indicator": (
        _with("distance =", "distnce ="),
        r'bus-stop-coverage-500m\] .*unknown key "distnce"\. Did you mean "distance"',
    ),
    "wrong type": (
        _with('path = "data/streets.shp"', "path = 3"),
        r"\[layers\.districts\] path is 3 \(a whole number\); wanted a file as text",
    ),
    "wrong type in a list": (
        _with('["data/pop_a.tif", "data/pop_b.tif"]', '["a.tif", 3]'),
        r"\[layers\.population\] path\[2\] is 3 \(a whole number\)",
    ),
    "empty list": (_with('["data/pop_a.tif", "data/pop_b.tif"]', "[]"), r"path is \[\] \(a list\)"),
    "wrong language": (
        _with('crs  = "EPSG:4547"', 'lang = "de"'),
        r"\[plan\] lang is 'de' \(text\); wanted \"en\" or \"zh\"",
    ),
    "negative margin": (
        _with('crs  = "EPSG:4547"', "margin_m = -1"),
        r"\[plan\] margin_m is -1 .*wanted metres, a number not below 0",
    ),
    "unit that is none": (_with('"count"', '"density"'), r"unit is 'density' .*per_km2"),
    "unknown kind": (
        _with('id = "CODE"', 'kind = "district"'),
        r'\[layers\.districts\] kind is "district"\. Did you mean "districts"',
    ),
    "kind against the name": (
        _with('id = "CODE"', 'kind = "parks"'),
        r'a layer of this name is of kind "districts"',
    ),
    "source of a later version": (
        GOOD + '\n[layers.rivers]\ngtfs = "x.zip"\n',
        r'\[layers\.rivers\] has the source "gtfs", which comes in a later version',
    ),
    "no districts": (_with("[layers.districts]", "[layers.district]"), r"lacks the table"),
    "layer called land": (GOOD + '\n[layers.land]\npath = "x"\n', r'"land" cannot name a layer'),
    "layers as a value": ('layers = "x"\n', r"\[layers\] should hold tables"),
    "no indicator": (GOOD[: GOOD.index("[indicators")], r"has no indicator"),
    "unknown indicator": (
        _with("bus-stop-coverage-500m]", "bus-stop-coverage-500]"),
        r'names no analysis.*Did you mean "bus-stop-coverage-500m"',
    ),
    "unknown analysis": (
        _with('distance = "straight"', 'analysis = "coverge"').replace("500m]", "550m]"),
        r'analysis is \'coverge\'\. Did you mean "coverage"',
    ),
    "analysis against the catalogue": (
        _with('distance = "straight"', 'analysis = "park_access"'),
        r'the catalogue computes it with "coverage"',
    ),
    "distance against the catalogue": (
        _with('distance = "straight"', 'distance = "straight"\ndistance_m = 800'),
        r"distance_m is 800, but bus-stop-coverage-500m means 500 by definition",
    ),
    "missing open parameter": (
        _with('distance = "straight"\n', ""),
        r'lacks the key "distance"; wanted distance = "straight"',
    ),
    "distance kind that there is not": (
        _with('"straight"', '"crow"'),
        r"distance is 'crow' .*wanted distance = .straight., or distance = .network.",
    ),
    "along streets without a network": (
        _with('"straight"', '"network"'),
        r"lacks network, snap_limit_m, land_width_m, which distance = .network. needs",
    ),
    "streets for a straight line": (
        _with('distance = "straight"', 'distance = "straight"\nsnap_limit_m = 9'),
        r"has snap_limit_m, which distance = .straight. does not use",
    ),
    "a network that the plan lacks": (
        _with('"straight"', '"network"\nnetwork = "ways"\nsnap_limit_m = 9\nland_width_m = 9'),
        r'network names the layer "ways", which the plan lacks',
    ),
    "a network that is none": (
        _with('"straight"', '"network"\nnetwork = "bus_stops"\nsnap_limit_m = 9\nland_width_m = 9'),
        r'is of kind "bus_stops"; wanted walk_network',
    ),
    "path and osm": (
        GOOD + '\n[layers.rivers]\nosm = "x.pbf"\npath = "y.pbf"\n',
        r"has both path and osm",
    ),
    "missing of": (
        _with('of       = ["land", "population"]\n', ""),
        r'lacks the key "of"; wanted what it is a share of',
    ),
    "unknown layer in of": (
        _with('"population"]', '"populaton"]'),
        r'names the layer "populaton", which the plan lacks.*Did you mean "population"',
    ),
    "sum with a layer missing": (
        _with('"population"]', '"population+jobs"]'),
        r'of names the layer "jobs", which the plan lacks',
    ),
    "other sum": (
        _with('"population"]', '"land+population"]'),
        r'of has "land\+population"; the one sum there is, is "population\+jobs"',
    ),
    "districts in of": (_with('"population"]', '"districts"]'), r'the districts is "land"'),
    "population by another name": (
        _with(
            "[layers.parks]", '[layers.pop2]\npath = "x"\nkind = "population"\n[layers.parks]'
        ).replace('"population"]', '"pop2"]'),
        r"its population would not be counted\. Name the layer \[layers\.population\]",
    ),
    "unknown facilities": (
        _with("[layers.bus_stops]", "[layers.bus_stop]"),
        r'facilities names the layer "bus_stops", which the plan lacks.*Did you mean "bus_stop"',
    ),
    "facilities of a wrong kind": (
        _with('distance = "straight"', 'distance = "straight"\nfacilities = "population"'),
        r'facilities names the layer "population", which is of kind "population"',
    ),
    "target without unit": (_with("> 95 %", "> 95"), r"target '> 95' has no unit"),
    "target that cannot be read": (_with("> 95 %", "soon"), r"500m\] target 'soon' cannot be read"),
    "target as a number": (_with('"> 95 %"', "0.95"), r"target is 0\.95 \(a number\); wanted a"),
    "target of several": (
        _with('target_of = "land"\n', ""),
        r'add target_of = one of "land", "population"',
    ),
    "target of another": (
        _with('target_of = "land"', 'target_of = "jobs"'),
        r'target_of is "jobs"; wanted one of "land", "population"',
    ),
    "part where there is one": (
        _with('target_of = "land"', 'target_of = "land"\ntarget_part = "all"'),
        r"has one part only: leave target_part out",
    ),
    "target_of without target": (
        _with('target   = "> 95 %"\n', ""),
        r"has target_of but no target",
    ),
    "tiers without speed": (GOOD + PARKS, r"tiers\.community: lacks its reach.*833 m at 5 km/h"),
    "tier with metres and minutes": (
        GOOD + PARKS + "tiers.city = {distance_m = 500, minutes = 10}\n",
        r"tiers\.city: has both metres and minutes",
    ),
    "unknown key of a tier": (
        GOOD + PARKS + "tiers.city = {speed = 5}\n",
        r'unknown key "tiers\.city\.speed"\. Did you mean "speed_kmh"',
    ),
    "negative speed": (
        GOOD + PARKS + "tiers.city = {speed_kmh = -5}\n",
        r"tiers\.city\.speed_kmh is -5 .*wanted km/h, a number above 0",
    ),
    "tier that is no table": (
        GOOD + PARKS + "tiers.city = 5\n",
        r"tiers\.city is 5 .*wanted a tab",
    ),
    "detour below one": (
        GOOD + PARKS + "speed_kmh = 5\ndetour_factor = 0.9\n",
        r"detour_factor is 0\.9 .*not below 1",
    ),
    "park target without part": (
        GOOD + PARKS + 'speed_kmh = 5\ntarget = "> 80 %"\n',
        r'add target_part = one of "community", "city", "nature", "all"',
    ),
    "not TOML": (GOOD + "\n[plan\n", r"longgang\.toml is not TOML: .*line \d+"),
    "chinese key without quotes": (GOOD + "\n[layers.学校]\n", r'in quotes: "学校"'),
    "chinese quotes": (_with('"龙岗区 2025"', "“龙岗区 2025”"), r"straight quotes"),
    "backslashes": (_with("data/streets.shp", r"C:\Users\x.shp"), r"a backslash is special"),
    "id with a slash": (
        _with("[indicators.bus-stop-coverage-500m]", '[indicators."a/b"]'),
        "be an",
    ),
    "id that climbs": (
        _with("[indicators.bus-stop-coverage-500m]", '[indicators.".."]'),
        "be an id",
    ),
    "id of a device": (
        _with("[indicators.bus-stop-coverage-500m]", "[indicators.CON]"),
        "be an id",
    ),
    "ids that differ in case": (GOOD + "\n[indicators.Bus-Stop-Coverage-500m]\n", "differ in case"),
}


@pytest.mark.parametrize("case", BAD_PLANS)
def test_what_is_wrong_in_a_plan_is_named_with_the_remedy(read, case):
    text, message = BAD_PLANS[case]
    with pytest.raises(PlanError, match=re.compile(message, re.DOTALL)):
        read(text)


@pytest.mark.parametrize("number", ["-500", "0", "inf", "nan", '"500"', "true"])
def test_a_radius_must_be_a_number_above_zero(read, number):
    text = GOOD.replace("bus-stop-coverage-500m]", "stops]").replace(
        'distance = "straight"',
        f'analysis = "coverage"\nfacilities = "bus_stops"\ndistance_m = {number}\n'
        'distance = "straight"',
    )
    with pytest.raises(PlanError, match=r"\[indicators\.stops\] distance_m is .*above 0"):
        read(text)


def test_every_bad_key_of_a_plan_is_told_at_once(read):
    text = GOOD.replace("crs  =", "csr  =").replace("id = ", "idd = ").replace("unit =", "units =")
    with pytest.raises(PlanError) as caught:
        read(text)
    assert [word in str(caught.value) for word in ("csr", "idd", "units")] == [True] * 3


def test_a_plan_that_is_not_there_says_how_to_get_one(tmp_path):
    with pytest.raises(PlanError, match="geoplan init"):
        read_plan(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("encoding", "read_as"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_chinese_is_read_however_a_windows_editor_saved_it(tmp_path, encoding, read_as):
    plan = read_plan(_write(tmp_path, GOOD.replace("\n", "\r\n"), encoding))
    assert (plan.name, plan.encoding) == ("龙岗区 2025", read_as)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "longgang.toml"
    path.write_bytes(b"[plan]\nname = '\xff\xff\x80'\n")
    with pytest.raises(PlanError, match="save it as UTF-8"):
        read_plan(path)


def test_paths_are_relative_to_the_plan_file(read, tmp_path):
    plan, _ = read(GOOD)
    assert plan.resolve("data/x.shp") == (tmp_path / "data" / "x.shp").resolve()


def test_the_catalogue_fills_in_layer_and_distance(read):
    _, (indicator,) = read(GOOD)
    assert (indicator.table.facilities, indicator.table.distance_m) == ("bus_stops", 500.0)
    assert indicator.layers == ("districts", "bus_stops", "population")
    assert (indicator.title("zh"), indicator.title("en")[:8]) == (
        "500 米公交站点覆盖率",
        "Bus-stop",
    )


def test_a_plan_without_a_name_has_that_of_its_file(read):
    plan, _ = read(GOOD.replace('name = "龙岗区 2025"', ""))
    assert plan.name == "longgang"


def test_a_date_is_kept_as_text(read):
    plan, _ = read(GOOD)
    assert plan.layers["bus_stops"].as_of == dt.date(2025, 6, 1).isoformat()


def test_one_speed_serves_every_tier_that_states_minutes(read):
    _, (_, parks) = read(GOOD + PARKS + "speed_kmh = 5\n")
    tiers = {name: (tier.minutes, tier.speed_kmh) for name, tier in parks.table.tiers.items()}
    assert tiers == {"community": (10.0, 5.0), "city": (20.0, 5.0), "nature": (30.0, 5.0)}


def test_metres_stand_in_place_of_the_minutes_of_the_catalogue(read):
    _, (_, parks) = read(GOOD + PARKS + "tiers.community = {distance_m = 500}\nspeed_kmh = 5\n")
    tiers = {name: (tier.distance_m, tier.minutes) for name, tier in parks.table.tiers.items()}
    assert tiers == {"community": (500.0, None)}


def test_the_plans_own_tiers_replace_those_of_the_catalogue(read):
    _, (_, parks) = read(GOOD + PARKS + 'tiers."口袋公园" = {minutes = 5, speed_kmh = 4}\n')
    assert list(parks.table.tiers) == ["口袋公园"]


def test_an_indicator_of_its_own_names_its_analysis(read):
    text = GOOD + (
        '\n[layers.schools]\npath = "s.gpkg"\n[indicators."学校"]\nanalysis = "coverage"\n'
        'facilities = "schools"\ndistance_m = 500\ndistance = "straight"\nof = "land"\n'
    )
    plan, (_, schools) = read(text)
    assert (schools.analysis.name, schools.table.of, schools.title("en")) == (
        "coverage",
        ["land"],
        "学校",
    )
    assert layer_kind("schools", plan.layers["schools"]) == "facilities"


@pytest.mark.parametrize(
    ("name", "lines", "kind"),
    [
        ("parks", "", "parks"),
        ("built_up", "", "built_up"),
        ("schools", "", "facilities"),
        ("ecological_line", "", "red_lines"),
        ("gardens", 'kind = "parks"', "parks"),
    ],
)
def test_a_layers_kind_is_its_name_or_what_it_says(read, name, lines, kind):
    text = GOOD.replace('[layers.parks]\npath = "data/parks.gpkg"', "")
    plan, _ = read(f'{text}\n[layers.{name}]\npath = "x.gpkg"\n{lines}\n')
    assert layer_kind(name, plan.layers[name]) == kind


def test_every_row_of_the_catalogue_names_an_analysis_and_its_parameters():
    from geoplan.app.catalogue.rows import indicator_catalogue
    from geoplan.app.plan.registry import ANALYSES

    wrong = [
        entry.id
        for entry in indicator_catalogue().values()
        if entry.analysis in ANALYSES
        and not {*entry.fixed, *entry.defaults, *entry.layers, *entry.example}
        <= set(ANALYSES[entry.analysis].table.model_fields)
    ]
    assert wrong == []


def test_the_catalogue_never_fills_in_what_source_plans_leave_open():
    from geoplan.app.catalogue.rows import indicator_catalogue

    filled = {key for entry in indicator_catalogue().values() for key in entry.fixed}
    given = {key for entry in indicator_catalogue().values() for key in entry.layers}
    assert (filled | given) & {"of", "distance", "classes", "population", "detour_factor"} == set()
