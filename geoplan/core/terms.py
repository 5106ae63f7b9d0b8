"""Terms of the field, one translation each: what is measured, layers, parts of a result."""

import re
from typing import Literal

from geoplan.core.texts import catalogue, text

Kind = Literal["denominator", "layer", "part"]

_CODE = 2
_OF_A_CHANGE = ("change", "relative", "before", "after", "gained", "lost")
_DATED = re.compile(r"(.+)_((?:19|20)[0-9]{2})")


def is_term(kind: Kind, key: str, lang: str) -> bool:
    """Tell whether a name is one of geoplan's; what a plan names itself is not."""
    return f"terms.{kind}.{key}" in catalogue(lang)


def term(kind: Kind, key: str, lang: str) -> str:
    """
    Name a layer, what is measured, or a part of a result; what a plan named itself keeps its name.

    Parameters
    ----------
    kind : {"denominator", "layer", "part"}
        What it is the name of.
    key : str
        The name in code: ``"population+jobs"``, ``"bus_stops"``, ``"forest > built_up"``.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        Plain text.

    Examples
    --------
    >>> term("layer", "bus_stops", "en"), term("layer", "kinder_gardens", "en")
    ('bus stops', 'kinder gardens')
    >>> term("denominator", "population+jobs", "zh"), term("part", "forest > built_up", "en")
    ('人口与岗位', 'forest → built-up')
    """
    if kind == "part" and " > " in key:  # what became what
        return " → ".join(term(kind, one, lang) for one in key.split(" > "))
    head, _, tail = key.partition("/")
    if kind == "part" and tail and head in _OF_A_CHANGE:  # change/total
        return f"{term(kind, head, lang)} · {term(kind, tail, lang)}"
    if is_term(kind, key, lang):
        return catalogue(lang)[f"terms.{kind}.{key}"]
    if kind == "part":
        # A code such as "0" or "II" says nothing by itself; a name does.
        code = len(key) <= _CODE and key.isascii()
        return text("maps.part.code", lang, part=key) if code else key.replace("_", " ")
    if kind == "denominator" and is_term("layer", key, lang):  # a share of the things of a layer
        return term("layer", key, lang)
    dated = _DATED.fullmatch(key)  # a layer as it was in a year
    return f"{term(kind, dated[1], lang)} {dated[2]}" if dated else key.replace("_", " ")
