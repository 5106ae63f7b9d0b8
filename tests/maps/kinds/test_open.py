"""What the data leave open: white with its range, a diamond, between missed and met."""

from dataclasses import replace

import pytest

from geoplan.core.results import Bounds, make_measure
from geoplan.maps import Finding, choropleth_map, verdict_map
from geoplan.maps.page.classes import OPEN
from geoplan.maps.page.district_layers import label_texts, value_texts
from geoplan.maps.page.target_words import Goal

MET = {"a": True, "b": False, "c": None, "": None}


@pytest.fixture
def result(town):
    """Give a share of which the last two districts are open; the last has no value at all."""
    bounds = Bounds([0.9, 0.2, 0.3, 0.0], [0.9, 0.2, 0.8, 1.0], 0.35, 0.7, ("no_data",))
    measure = make_measure(town.districts, [9, 2, 3, 0], [10, 10, 6, 0], of="land", bounds=bounds)
    return replace(town.coverage("land"), measures=(measure,))


def test_labels_have_the_range_and_the_diamond_of_what_cannot_be_decided(result):
    goal = Goal("> 50 %", MET)
    assert label_texts(result.measures[0], "en", goal) == [
        "90.0 %", "20.0 %", "30.0 – 80.0 % ◇", "0.0 – 100.0 %",
    ]  # fmt: skip
    assert value_texts(result.measures[0], "zh", goal)[2] == "50.0 %（30.0 – 80.0 %）"


def test_the_verdict_map_sets_the_open_apart_from_what_has_no_value(result):
    page = verdict_map([Finding("Green", result, target_text="> 50 %", target_met=MET)])
    block = next(one for one in page.legend if one.title == "Green")
    shown = {(entry.colour, entry.label, entry.count) for entry in block.entries}
    assert (OPEN, "◇ undecidable", 1) in shown
    assert [entry.label for entry in block.entries][-1] == "No data"
    tones = [cells[1].tone for cells in page.table.cells]
    assert tones == ["missed", "undecidable", "met", "muted", "undecidable"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "cannot be decided, part of the ground has no data"),
        ("zh", "无法判定，部分用地没有数据"),
    ],
)
def test_the_map_says_why(result, lang, words):
    page = choropleth_map(result, target_text="> 50 %", target_met=MET, lang=lang)
    assert words in page.subtitle
    assert '"open"' in page.html()
