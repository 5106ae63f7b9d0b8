"""Overview and verdicts: what stands in table, legend and subtitle, and what is refused."""

import dataclasses

import pytest

from geoplan.core.errors import ParameterError
from geoplan.maps import Finding, overview_map, verdict_map


def _found(town):
    met = {"a": True, "b": False, "c": False, "": False}
    covered, lines = town.coverage(), town.red_line_share()
    return [
        Finding("Stops", covered, target_text="> 95 %", target_met=met),
        Finding(
            "Parks", town.park_access(), target_text=">= 10 %", target_met={"": True, "b": False}
        ),
        Finding("Lines", lines, target_text=">= 20 %"),
        Finding("Land", covered, of="land"),
    ]


def test_the_overview_says_how_many_targets_are_met_and_names_the_missed(town):
    page = overview_map(_found(town))
    assert page.subtitle == "1 of 3 targets met; missed: Stops; 1 cannot be decided"
    verdicts = [row[3].text for row in page.table.cells]
    assert verdicts == ["missed", "met", "–", "–"]
    assert [row[0].text for row in page.table.cells] == ["Stops", "Parks", "Lines", "Land"]
    assert len(page.table.themes) == 4


def test_an_overview_without_targets_says_so(town):
    page = overview_map([Finding("Land", town.coverage(), of="land")], lang="zh")
    assert page.subtitle == "共 1 项指标，均未设目标"


def test_districts_are_counted_by_targets_missed_and_unknown_ones_apart(town):
    page = verdict_map(_found(town))
    counts = {entry.label: entry.count for entry in page.legend[0].entries}
    assert counts == {"none": 1, "1": 1, "2": 1, "No data": 1}


def test_the_matrix_has_a_row_per_district_and_a_column_per_target(town):
    page = verdict_map(_found(town))
    rows = {row[0].text: [cell.tone for cell in row[1:-1]] for row in page.table.cells}
    assert page.table.columns == ("District", "1", "2", "3", "Missed")
    assert rows == {
        "East": ["met", "muted", "muted"],
        "West": ["missed", "missed", "muted"],
        "North": ["missed", "muted", "muted"],
        "South": ["muted", "muted", "muted"],
        "All districts": ["missed", "met", "muted"],
    }
    assert page.table.cells[0][0].text == "West"
    assert page.table.note == "1 Stops > 95 %; 2 Parks ≥ 10 %; 3 Lines ≥ 20 %"


def test_many_misses_are_grouped_into_few_classes(town):
    met = {"a": False, "b": True, "": False}
    found = [
        Finding(str(n), town.coverage(), target_text="> 1 %", target_met=met) for n in range(9)
    ]
    labels = [entry.label for entry in verdict_map(found).legend[0].entries]
    assert labels == ["none", "1 – 3", "4 – 6", "7 – 9", "No data"]


def test_findings_of_one_name_and_names_that_are_numbers_keep_their_layers(town):
    covered = town.coverage()
    html = overview_map([Finding("2025", covered), Finding("2025", covered, of="land")]).html()
    control = html.rpartition("L.control.groupedLayers(")[0]
    assert control.count('"2025\\u00a0"') + control.count("2025\u00a0") >= 2


def test_what_no_map_can_hold_is_refused(town):
    with pytest.raises(ParameterError, match="`findings` is empty"):
        overview_map([])
    with pytest.raises(ParameterError, match="no finding has a target"):
        verdict_map([Finding("Land", town.coverage())])
    covered = town.coverage()
    fewer = dataclasses.replace(
        covered,
        measures=tuple(
            dataclasses.replace(measure, districts=measure.districts.iloc[:2])
            for measure in covered.measures
        ),
    )
    with pytest.raises(ParameterError, match="'Fewer' is of other districts than 'All'"):
        overview_map([Finding("All", covered), Finding("Fewer", fewer)])


def test_of_walks_along_streets_of_unknown_width_the_streets_are_drawn(town):
    covered = town.coverage()
    streets = dataclasses.replace(
        covered, layers={"reached": town.lines.set_geometry(town.lines.boundary)}
    )
    page = overview_map([Finding("Walks", streets), Finding("Stops", covered)])
    symbols = {entry.label: entry.symbol for block in page.legend for entry in block.entries}
    assert (symbols["Walks"], symbols["Stops"]) == ("line", "area")
