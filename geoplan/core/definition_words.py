"""Words that definitions are made of: names of layers and measures, lists, numbers, dates."""

from collections.abc import Mapping, Sequence
from typing import Any

from geoplan.core.terms import term
from geoplan.core.texts import catalogue, text

Definition = Mapping[str, Any]

LAND = "land"
PEOPLE = ("population", "jobs", "population+jobs")
_THINGS = ("buildings", "communities")


def analysis_name(analysis: str, lang: str) -> str:
    """
    Name an analysis.

    Parameters
    ----------
    analysis : str
        As in a plan file.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        Its name; the key itself for one without.

    Examples
    --------
    >>> analysis_name("green_space_ratio", "zh")
    '绿地率'
    """
    return word_of("analysis", analysis, lang)


def denominator_name(of: str, lang: str) -> str:
    """
    Name what a share is a share of.

    Parameters
    ----------
    of : str
        ``"land"``, ``"population+jobs"``, … or the name of a layer of the plan.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        Its name; a layer of the plan's own keeps the name it has there.

    Examples
    --------
    >>> denominator_name("land", "zh"), denominator_name("population+jobs", "en")
    ('土地', 'residents and jobs')
    """
    return term("denominator", of, lang)


def part_name(part: str, lang: str) -> str:
    """
    Name a part of an analysis: a park tier, a red-line category, all of them.

    Parameters
    ----------
    part : str
        As in `Measure.part`.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        Its name; a tier or category of the data's own keeps the name it has there.

    Examples
    --------
    >>> part_name("all", "en"), part_name("水源保护", "en")
    ('all at once', '水源保护')
    """
    return term("part", part, lang)


def word_of(table: str, key: str, lang: str) -> str:
    """Look a name up in a table of the definitions' words; a name of the plan's own stays."""
    return catalogue(lang).get(f"definitions.{table}.{key}", key)


def phrase(key: str, lang: str, **values: Any) -> str:  # noqa: ANN401 (whatever format() takes)
    """Look up a phrase of the definitions and fill in its values."""
    return text(f"definitions.{key}", lang, **values)


def listed(names: Sequence[str], lang: str) -> str:
    """Join names as a sentence does: commas, and the last by "and"."""
    comma, last = phrase("list.comma", lang), phrase("list.and", lang)
    return last.join([comma.join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def figure(value: float) -> str:
    """Write a number of a definition: whole if it is, else with as many digits as matter."""
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:.4g}"


def denominator_list(facts: Definition, lang: str) -> str:
    """List what a number is a share of, in words."""
    return listed([denominator_name(of, lang) for of in facts.get("of", ())], lang)


def layer_word(facts: Definition, parameter: str, lang: str) -> str:
    """Name the layer that a parameter of a definition holds."""
    return term("layer", str(facts.get(parameter, parameter)), lang)


def count_text(facts: Definition, key: str) -> str:
    """Write a count of a definition."""
    return f"{int(facts.get(key, 0)):,}"


def date_sentence(facts: Definition, lang: str) -> str:
    """Say which date the data are of, or that it is not stated."""
    as_of = facts.get("as_of", "")
    return (
        phrase("common.as_of", lang, as_of=as_of) if as_of else phrase("common.as_of_unknown", lang)
    )


def what_of(facts: Definition, lang: str) -> list[str]:
    """Say how each denominator is measured."""
    asked = list(facts.get("of", ()))
    things = [of for of in asked if of in _THINGS]
    land = [of for of in asked if of not in (LAND, *PEOPLE, *_THINGS)]
    sentences = [phrase("common.whole_land", lang)] if LAND in asked else []
    kinds = facts.get("kinds", {})
    for of in land:
        key = "common.things" if kinds.get(of) == "count" else "common.mask_land"
        sentences.append(phrase(key, lang, of=denominator_name(of, lang)))
    if set(asked) & set(PEOPLE) and facts.get("distance") != "network":
        sentences.append(phrase("common.people", lang))
    sentences += [phrase("common.things", lang, of=denominator_name(of, lang)) for of in things]
    if facts.get("distance") and set(asked) & set(PEOPLE):
        even = bool(facts.get("spread_evenly"))
        sentences.append(phrase("common.even" if even else "common.coarse", lang))
    return sentences


def extent_sentences(facts: Definition, lang: str) -> list[str]:
    """Say how far each source reaches, and what is left open beyond."""
    extents = facts.get("extents", {})
    sentences = []
    for layer, told in extents.items():
        values = {"layer": layer_word({"layer": layer}, "layer", lang), "extent": told}
        key = told if told in ("all", "header", "hull") else "layer"
        sentences.append(phrase(f"extent.{key}", lang, **values))
    limited = any(told != "all" for told in extents.values())
    return [*sentences, *([phrase("extent.open", lang)] if limited else [])]
