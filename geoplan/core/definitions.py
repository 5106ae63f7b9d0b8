"""Definitions in words: what a number means, said so that it can be checked and disputed."""

from collections.abc import Mapping, Sequence
from string import Formatter

from geoplan.core.definition_sentences import SENTENCES
from geoplan.core.definition_words import (
    Definition,
    analysis_name,
    count_text,
    denominator_name,
    figure,
    listed,
    part_name,
    phrase,
)
from geoplan.core.errors import ParameterError
from geoplan.core.numbers import unit_label
from geoplan.core.results import Result
from geoplan.core.terms import Kind, is_term, term
from geoplan.core.texts import catalogue

__all__ = ["Definition", "analysis_name", "define", "denominator_name", "part_name"]

_OVER = ("of", "per")


def define(subject: Result | Definition, lang: str) -> list[str]:
    """
    Say in words how a number was defined.

    Parameters
    ----------
    subject : Result or mapping
        A result; or its `Result.definition` with the name of the analysis under ``"analysis"``,
        as ``results.json`` has them.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    list of str
        Sentences, the one that defines the number first.

    Raises
    ------
    ParameterError
        If the analysis is not one that geoplan knows, or `lang` is none of its languages.

    Examples
    --------
    >>> facts = {"analysis": "ecological_land_share", "line_count": 12, "as_of": "2019"}
    >>> define(facts, "zh")[0]
    '生态控制线内面积占行政区全部面积的比例；12 个图斑，重叠处只计一次。'
    """
    facts: Definition
    if isinstance(subject, Result):
        counted = {
            measure.of: "count" for measure in subject.measures if measure.numerator_unit == "count"
        }
        analysis, facts = subject.analysis, {"kinds": counted, **subject.definition}
    else:
        analysis, facts = str(subject.get("analysis", "")), subject
    if analysis in SENTENCES:
        return [*SENTENCES[analysis](facts, lang), *_areas(facts, lang)]
    sentences = _from_words(analysis, facts, lang)
    if not sentences:
        raise ParameterError(
            f"there is no definition in words of the analysis {analysis!r}; a mapping names its "
            "own under 'analysis', as results.json does."
        )
    return [*sentences, *_areas(facts, lang)]


def _areas(facts: Definition, lang: str) -> list[str]:
    """Say where areas and lengths were measured."""
    where = facts.get("areas_because") or facts.get("areas")
    return [phrase(f"common.areas_{where}", lang)] if where else []


def _from_words(analysis: str, facts: Definition, lang: str) -> list[str]:
    """
    Say the sentences that an analysis has among the words, in their order there.

    ``[<analysis>.sentences]`` holds them with the keys of the definition in braces. A sentence that
    speaks of something the definition lacks is left out; one whose key ends in ``__yes`` or
    ``__no`` is said where the switch before it is set so.
    """
    start = f"definitions.{analysis}.sentences."
    known = {key: _told(key, value, lang) for key, value in facts.items()}
    told = {key: value for key, value in known.items() if value}
    sentences = []
    for key, words in catalogue(lang).items():
        if not key.startswith(start):
            continue
        switch, _, wanted = key.removeprefix(start).partition("__")
        if wanted and facts.get(switch) is not (wanted == "yes"):
            continue
        needed = {field for _, field, _, _ in Formatter().parse(words) if field}
        if needed <= set(told):
            sentences.append(words.format_map(told))
    return sentences


def _told(key: str, value: object, lang: str) -> str:
    """Write a value of a definition as a sentence holds it; empty where there is nothing to say."""
    told = ""
    if isinstance(value, str):
        told = unit_label(value, lang) if key.endswith("_unit") else _worded(value, lang)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        told = count_text({key: value}, key) if key.endswith("_count") else figure(value)
    elif isinstance(value, Mapping) and value:
        told = listed([f"{name} ({_told('', one, lang)})" for name, one in value.items()], lang)
    elif isinstance(value, Sequence) and value:
        told = listed([_worded(str(one), lang, over=key in _OVER) for one in value], lang)
    return told


def _worded(name: str, lang: str, *, over: bool = False) -> str:
    """Name a layer or what is measured, what it is `over` first; a name of the plan's own stays."""
    tables: tuple[Kind, ...] = (
        ("denominator", "layer") if over else ("layer", "denominator", "part")
    )
    return next((term(table, name, lang) for table in tables if is_term(table, name, lang)), name)
