import html
import json

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.core.errors import ParameterError
from geoplan.maps.page.safe import island_text, json_island, safe, visible

ANY_TEXT = st.text(alphabet=st.characters(codec=None))


@given(ANY_TEXT)
def test_a_browser_reads_back_what_was_made_visible(text: str) -> None:
    assert html.unescape(safe(text)) == visible(text)


@given(ANY_TEXT)
def test_a_safe_text_is_no_markup_and_no_template(text: str) -> None:
    assert not set(safe(text)) & set("<>\"'{$`\\")


@given(ANY_TEXT)
def test_jinja_leaves_a_safe_text_alone(text: str) -> None:
    assert jinja2.Template(safe(text), keep_trailing_newline=True).render() == safe(text)


@given(ANY_TEXT)
def test_a_safe_text_can_be_written_as_utf8(text: str) -> None:
    assert safe(text).encode("utf-8").decode("utf-8") == safe(text)


def test_hostile_text_survives_as_typed(hostile: str) -> None:
    assert html.unescape(safe(hostile)) == hostile


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("park\u202egnp.exe", "park[U+202E]gnp.exe"),
        ("a\u2066b\u2069", "a[U+2066]b[U+2069]"),
        ("nul\x00", "nul[U+0000]"),
        ("bell\x07", "bell[U+0007]"),
        ("del\x7f\x85", "del[U+007F][U+0085]"),
        ("zero\u200bwidth\ufeff", "zero[U+200B]width[U+FEFF]"),
        ("half \ud800", "half [U+D800]"),
        ("two\r\nlines\tand\u2028more", "two lines and more"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
        ("龙岗区", "龙岗区"),
        (None, ""),
        (12.5, "12.5"),
    ],
)
def test_what_hides_is_written_out(typed: object, shown: str) -> None:
    assert visible(typed) == shown


# Without surrogates: JSON reads two halves beside each other as the one character they encode.
JSON_TEXT = st.text(alphabet=st.characters(codec="utf-8"))
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | JSON_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(JSON_TEXT, inner),
    max_leaves=10,
)


@given(JSON_VALUES)
def test_an_island_parses_back_to_its_value(value: object) -> None:
    assert json.loads(json_island(value)) == value


@given(JSON_VALUES)
def test_an_island_holds_nothing_that_ends_a_script(value: object) -> None:
    text = json_island(value)
    assert not set(text) & set("<>&\u2028\u2029")
    text.encode("utf-8")


def test_half_a_character_can_be_written_and_read() -> None:
    assert json.loads(json_island("\ud800").encode("utf-8")) == "\ud800"


def test_ready_made_json_keeps_its_value() -> None:
    assert json.loads(island_text('{"name": "</script> & 龙"}')) == {"name": "</script> & 龙"}


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_an_unknown_number_is_refused_with_the_way_out(number: float) -> None:
    with pytest.raises(ParameterError, match="write an unknown number as None"):
        json_island([number])


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        json_island({1, 2})
