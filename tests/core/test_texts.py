"""Both languages say the same things."""

import re
import string

import pytest

from geoplan.core.errors import ParameterError
from geoplan.core.texts import catalogue, text

PHRASES = {lang: catalogue(lang) for lang in ("en", "zh")}


def test_both_languages_have_the_same_phrases():
    assert sorted(PHRASES["en"]) == sorted(PHRASES["zh"])


@pytest.mark.parametrize("key", sorted(PHRASES["en"]))
def test_a_phrase_takes_the_same_values_in_both_languages(key):
    fields = [
        {field for _, field, _, _ in string.Formatter().parse(PHRASES[lang][key]) if field}
        for lang in ("en", "zh")
    ]
    assert fields[0] == fields[1]


def test_chinese_phrases_are_chinese():
    odd = [
        key
        for key, phrase in PHRASES["zh"].items()
        if re.search(r"[a-z]{3,}\s+[a-z]{3,}\s+[a-z]{3,}", re.sub(r"\{[^}]*\}", "", phrase))
    ]
    assert odd == []


def test_an_unknown_language_names_the_known_ones():
    with pytest.raises(ParameterError, match="en and zh"):
        text("notices.dropped_no_geometry", "fr")
