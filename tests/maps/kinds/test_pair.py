"""Change and comparison: what differs, by how much, and what cannot be compared."""

import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.analyses.access.coverage import coverage
from geoplan.core.errors import CRSError, ParameterError
from geoplan.core.results import Result, make_measure
from geoplan.maps import change_map, compare_map
from geoplan.maps.plans.two_dates import signed

CRS = "EPSG:4547"


def _districts(count=3):
    west = 500_000 + 1_000 * np.arange(count)
    boxes = shapely.box(west, 2_500_000, west + 1_000, 2_501_000)
    return gpd.GeoDataFrame(
        {"district_id": [str(i) for i in range(count)], "name": [f"D{i}" for i in range(count)]},
        geometry=boxes,
        crs=CRS,
    )


def _result(values, unit="1", areas=None):
    districts = _districts(len(values))
    measure = make_measure(
        districts, np.asarray(values) * 100, [100.0] * len(values), of="land", unit=unit
    )
    layers = {} if areas is None else {"served": gpd.GeoDataFrame(geometry=areas, crs=CRS)}
    return Result("coverage", (measure,), districts, layers, {"distance_m": 500.0})


def test_the_table_has_both_values_and_the_change_the_largest_loss_first():
    page = change_map(_result([0.5, 0.2, 0.9]), _result([0.6, 0.2, 0.4]), names=("2015", "2025"))
    rows = [[cell.text for cell in row] for row in page.table.cells]
    assert page.table.columns == ("District", "2015", "2025", "Change")
    assert rows == [
        ["D2", "90.0 %", "40.0 %", "−50.0 points"],
        ["D1", "20.0 %", "20.0 %", "±0.0 points"],
        ["D0", "50.0 %", "60.0 %", "+10.0 points"],
        ["All districts", "53.3 %", "40.0 %", "−13.3 points"],
    ]
    assert page.table.districts == (2, 1, 0, None)


def test_the_legend_of_the_ground_gives_the_areas_of_gain_loss_and_kept_ground():
    first = [shapely.box(500_000, 2_500_000, 500_800, 2_500_500)]
    second = [shapely.box(500_200, 2_500_000, 501_000, 2_500_500)]
    page = change_map(_result([0.5], areas=first), _result([0.5], areas=second))
    told = {entry.label: entry.count for entry in page.legend[0].entries}
    assert told == {"both times": "30.0 ha", "gained": "10.0 ha", "lost": "10.0 ha"}


@given(
    st.lists(
        st.tuples(st.floats(0, 1, width=16), st.floats(0, 1, width=16)), min_size=2, max_size=9
    )
)
def test_every_district_is_in_one_class_of_change_on_its_own_side(pairs):
    before, after = (np.asarray(side, dtype=float) for side in zip(*pairs, strict=True))
    page = change_map(_result(before), _result(after))
    block = next(block for block in page.legend if block.title == "Change by district")
    assert sum(entry.count for entry in block.entries) == len(pairs)
    same = next(entry for entry in block.entries if entry.label == "no change")
    position = block.entries.index(same)
    change = after - before
    assert same.count == int((change == 0).sum())
    assert sum(e.count for e in block.entries[:position]) == int((change > 0).sum())
    assert sum(e.count for e in block.entries[position + 1 :]) == int((change < 0).sum())


def test_a_district_of_unknown_value_is_counted_as_such():
    page = change_map(_result([0.5, np.nan]), _result([0.6, 0.5]))
    block = next(block for block in page.legend if block.title == "Change by district")
    assert block.entries[0].label == "No data"
    assert block.entries[0].count == 1
    assert page.table.cells[1][3].text == "–"


@pytest.mark.parametrize(
    ("value", "unit", "lang", "words"),
    [
        (0.0004, "1", "en", "+0.04 points"),
        (0.0, "1", "en", "±0.0 points"),
        (-0.1, "1", "zh", "−10.0 个百分点"),
        (12_000_000.0, "m2", "en", "+12.0 km²"),
        (float("nan"), "1", "en", "–"),
        (0.0, "m2", "en", "±0 m²"),
    ],
)
def test_a_change_is_written_with_its_sign(value, unit, lang, words):
    assert signed(value, unit, lang) == words


@pytest.mark.parametrize("draw", [change_map, compare_map])
def test_what_cannot_be_compared_is_refused(draw, town):
    base = _result([0.5, 0.2])
    with pytest.raises(ParameterError, match="two results of one analysis"):
        draw(base, town.red_line_share())
    with pytest.raises(ParameterError, match="are of other districts"):
        draw(base, _result([0.5, 0.2, 0.1]))
    with pytest.raises(ParameterError, match="a change needs one unit"):
        draw(base, _result([0.5, 0.2], unit="m2/person"))
    with pytest.raises(ParameterError, match="no measure of='jobs'"):
        draw(base, base, of="jobs")
    moved = dataclasses.replace(base, districts=base.districts.to_crs(4549))
    with pytest.raises(CRSError):
        draw(base, moved)


def test_a_comparison_has_one_set_of_classes_for_both_sides(town):
    later = coverage(
        town.stops[:2],
        town.districts,
        distance_m=500,
        of=["population"],
        demand={"population": town.people},
    )
    page = compare_map(town.coverage("population"), later, names=("now", "plan"), lang="zh")
    sides = {
        block.title.rpartition(" ")[2]: [entry.label for entry in block.entries]
        for block in page.legend
        if block.title.endswith((" now", " plan"))
    }
    assert list(sides) == ["now", "plan"]
    assert sides["now"] == sides["plan"]


def test_the_same_map_is_the_same_file(town):
    first, second = (
        compare_map(town.coverage(), town.coverage(), names=("a", "b")).html() for _ in range(2)
    )
    assert first == second
