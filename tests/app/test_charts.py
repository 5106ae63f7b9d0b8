import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.app.report.charts import Bar, Limit, axis_ticks, ranked, ranked_bars, shorten

SVG = "{http://www.w3.org/2000/svg}"


def draw(bars, limit=None):
    ticks = axis_ticks(1, share=True)
    labels = [f"{tick:.0%}" for tick in ticks]
    markup = ranked_bars(bars, title="Coverage", tick_labels=labels, ticks=ticks, limit=limit)
    return ET.fromstring(markup)  # noqa: S314 (our own text; that it is well-formed is the point)


def widths(svg):
    return [float(rect.get("width").rstrip("%")) for rect in svg.iter(f"{SVG}rect")]


def texts(svg, kind):
    return [node.text for node in svg.iter(f"{SVG}text") if node.get("class") == kind]


def test_bars_are_as_long_as_their_values():
    full, half, none = widths(draw([Bar("a", 1, ""), Bar("b", 0.5, ""), Bar("c", 0, "")]))
    assert (half, none) == (pytest.approx(full / 2, abs=1e-3), 0)


def test_an_unknown_value_gets_its_label_and_no_bar():
    svg = draw([Bar("a", math.nan, "–", "undecidable")])
    assert (widths(svg), texts(svg, "value"), texts(svg, "mark")) == ([0], ["–"], ["◇"])


def test_a_value_beyond_the_axis_stays_inside_the_picture():
    assert widths(draw([Bar("a", 7, "")])) == widths(draw([Bar("a", 1, "")]))


def test_marks_tell_standings_without_colour():
    bars = [Bar("a", 1, "", "met"), Bar("b", 0, "", "missed"), Bar("c", 0, "")]
    assert texts(draw(bars), "mark") == ["✓", "✗", None]


def test_the_target_line_stands_where_a_bar_of_that_value_ends():
    svg = draw([Bar("a", 0.95, "")], Limit(0.95, "target"))
    line = next(node for node in svg.iter(f"{SVG}line") if node.get("class") == "target")
    rect = next(svg.iter(f"{SVG}rect"))
    end = float(rect.get("x").rstrip("%")) + float(rect.get("width").rstrip("%"))
    assert float(line.get("x1").rstrip("%")) == pytest.approx(end, abs=1e-3)


def test_a_target_beyond_the_axis_is_not_drawn_in_a_wrong_place():
    assert texts(draw([Bar("a", 0.5, "")], Limit(1.5, "target")), "target") == []


def test_hostile_names_are_text(outcomes):
    names = [name.replace("\x07", "") for name in outcomes.HOSTILE]  # XML knows no bell
    svg = draw([Bar(name, 0.5, name) for name in names])
    assert texts(svg, "value") == names
    assert {node.tag.removeprefix(SVG) for node in svg.iter()} == {
        "div", "svg", "g", "line", "rect", "text", "title"
    }  # fmt: skip


def test_a_name_that_is_cut_can_still_be_read_whole():
    svg = draw([Bar("Planning Area of the far North-East", 1, "")])
    titles = [node.text for node in svg.iter(f"{SVG}title")]
    assert titles[0] == "Planning Area of the far North-East"
    assert texts(svg, "name") == ["Planning Area of the fa…"]


def test_many_bars_take_less_room_each():
    def height(count):
        svg = next(draw([Bar("a", 1, "")] * count).iter(f"{SVG}svg"))
        return int(svg.get("height")) / count

    assert height(55) < height(20)


def test_ranking_puts_the_whole_first_and_the_unknown_last():
    bars = [Bar("b", 2, ""), Bar("?", math.nan, ""), Bar("all", 3, "", whole=True), Bar("a", 1, "")]
    assert [bar.name for bar in ranked(bars)] == ["all", "a", "b", "?"]


def test_where_high_is_bad_the_highest_comes_first():
    bars = [Bar("a", 1, ""), Bar("?", math.nan, ""), Bar("b", 2, "")]
    assert [bar.name for bar in ranked(bars, highest_first=True)] == ["b", "a", "?"]


def test_an_unknown_whole_still_comes_first():
    bars = [Bar("a", 1, ""), Bar("all", math.nan, "", whole=True)]
    assert [bar.name for bar in ranked(bars)] == ["all", "a"]


@given(st.floats(1e-6, 1e12), st.booleans())
def test_ticks_are_few_and_reach_the_largest_value(largest, share):
    ticks = axis_ticks(largest, share=share)
    assert ticks[0] == 0
    assert ticks[-1] >= largest * (1 - 1e-9)
    assert 3 <= len(ticks) <= 6
    assert ticks == sorted(set(ticks))


@pytest.mark.parametrize("largest", [0, -1, math.nan, math.inf])
def test_nothing_to_show_still_has_an_axis(largest):
    assert axis_ticks(largest, share=False) == [0.0, 0.25, 0.5, 0.75, 1.0]


@given(st.text(max_size=60), st.integers(4, 40))
def test_a_short_name_is_kept_and_a_long_one_begins_the_same(name, units):
    short = shorten(name, units=units)
    assert short == name or name.startswith(short.removesuffix("…"))


def test_chinese_takes_twice_the_room():
    assert (shorten("城" * 12), shorten("城" * 13)) == ("城" * 12, f"{'城' * 11}…")
