"""How a share grows with distance: exact where it is measured again, summed up elsewhere."""

import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.analyses import coverage
from geoplan.app.report.curve import growth, growth_view
from geoplan.app.report.glance import glance_table
from geoplan.app.run.outcome import IndicatorOutcome, Target
from geoplan.core.results import Result, make_measure

CRS = "EPSG:4547"
DISTRICT = gpd.GeoDataFrame(
    {"district_id": ["A"], "name": ["甲"]}, geometry=[shapely.box(0, 0, 10_000, 10_000)], crs=CRS
)
STOP = gpd.GeoDataFrame(geometry=[shapely.Point(5_000, 5_000)], crs=CRS)


def land_indicator(distance_m=500, **changes):
    result = coverage(STOP, DISTRICT, distance_m=distance_m, of=["land"])
    return IndicatorOutcome(
        "x", "Stops", result, Target(">= 2 %", ">=", 0.02, "1", "land"), **changes
    )


def people_indicator(distances_m, *, part="", definition=None, value=None):
    """One person per distance; how many are within the limit is the value."""
    count = len(distances_m)
    limit = (definition or {}).get("distance_m", 500)
    share = np.mean(np.asarray(distances_m) <= limit) if value is None else value
    measure = make_measure(
        DISTRICT,
        [share * count],
        [float(count)],
        of="population",
        part=part,
        numerator_unit="person",
        denominator_unit="person",
    )
    column = f"distance_{part}_m" if part else "distance_m"
    demand = gpd.GeoDataFrame(
        {"amount": np.ones(count), column: np.asarray(distances_m, dtype=float)},
        geometry=shapely.points(np.zeros((count, 2))),
        crs=CRS,
    )
    found = Result(
        "rail_coverage",
        (measure,),
        DISTRICT,
        layers={"demand": demand},
        definition=definition or {"distance_m": 500, "distance": "network"},
    )
    return IndicatorOutcome("y", "Stations", found)


def test_a_lone_stop_covers_the_circles_of_every_radius():
    found = growth(land_indicator(), {})
    assert found.shares == pytest.approx([np.pi * r**2 / 1e8 for r in found.at])
    assert (found.limit, found.unit) == (500, "m")


def test_the_curve_never_falls_and_passes_through_the_number_itself():
    found = growth(land_indicator(2_000), {})
    assert np.all(np.diff(found.shares) >= 0)
    assert found.shares[found.at.index(2_000)] == found.value


def test_people_are_summed_up_by_their_distance():
    found = growth(people_indicator([100, 300, 700, np.nan]), {})
    assert np.interp([200, 400, 800], found.at, found.shares) == pytest.approx([0.25, 0.5, 0.75])


def test_a_tier_of_parks_is_shown_in_its_minutes():
    definition = {"tiers": {"city": {"minutes": 20, "speed_kmh": 3, "reach_m": 1_000}}}
    found = growth(
        people_indicator([500, 900, 1_600], part="city", definition=definition, value=2 / 3), {}
    )
    assert (found.unit, found.limit) == ("min", 20)
    assert np.interp(35, found.at, found.shares) == pytest.approx(1)


def test_a_curve_that_does_not_meet_the_number_is_not_shown():
    assert growth(people_indicator([100, 300, 700], value=0.2), {}) is None


@pytest.mark.parametrize("kind", ["met_indicator", "plain_indicator"])
def test_what_knows_no_distance_has_no_curve(outcomes, kind):
    assert growth_view(getattr(outcomes, kind)(), {}, "en") is None


@pytest.mark.parametrize(("lang", "words"), [("en", "500 m: 0.8 %"), ("zh", "500 m: 0.8 %")])
def test_the_chart_has_the_target_a_table_and_words_for_those_who_hear_it(lang, words):
    view = growth_view(land_indicator(), {}, lang)
    shown = str(view.chart).replace("\u00a0", " ")
    assert words in shown
    assert "≥ 2 %" in shown
    assert 'role="img" aria-label="' in shown
    assert [row.whole for row in view.table.rows].count(True) == 1


def test_hostile_titles_stay_text_in_the_chart():
    indicator = dataclasses.replace(land_indicator(), title='"><script>x</script>')
    assert "<script" not in str(growth_view(indicator, {}, "en").chart)


def test_districts_are_ranked_by_the_targets_they_miss(outcomes):
    table = glance_table(outcomes.make_outcome("en"))
    counts = [int(row.cells[1].text.split()[0]) for row in table.rows]
    assert counts == sorted(counts, reverse=True)
    assert "500 米公交站点覆盖率" in table.rows[0].cells[2].text


def test_many_districts_are_counted_and_not_hidden(outcomes):
    names = [f"Town {k}" for k in range(40)]
    indicators = (outcomes.missed_indicator(names), outcomes.met_indicator(names))
    table = glance_table(outcomes.make_outcome("en", indicators))
    assert len(table.rows) == 13
    assert "28 further districts" in table.rows[-1].cells[2].text


def test_one_target_needs_no_ranking_of_its_own(outcomes):
    assert glance_table(outcomes.make_outcome("en", (outcomes.missed_indicator(),))) is None
