"""Words in Chinese and English, as data: one TOML file per section and language in ``lang/``."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from geoplan.core.declare.found import analysis_modules, words_beside
from geoplan.core.errors import ParameterError

Lang = Literal["en", "zh"]
LANGS: tuple[str, ...] = get_args(Lang)


@cache
def catalogue(lang: str) -> dict[str, str]:
    """
    Read every phrase of a language.

    Parameters
    ----------
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    dict of str to str
        Phrase by key; the key of ``title`` in the table ``legend`` of ``maps.en.toml`` is
        ``maps.legend.title``.

    Raises
    ------
    ParameterError
        If `lang` is not one of the languages.
    """
    if lang not in LANGS:
        raise ParameterError(f"`lang` is {lang!r}; geoplan speaks {' and '.join(LANGS)}.")
    phrases: dict[str, str] = {}
    for entry in resources.files("geoplan.core.lang").iterdir():
        section, _, rest = entry.name.partition(".")
        if rest == f"{lang}.toml":
            phrases.update(_flat(tomllib.loads(entry.read_text(encoding="utf-8")), section))
    for name in analysis_modules():
        words = tomllib.loads(words_beside(name, lang))
        phrases[f"definitions.analysis.{name}"] = words.pop("name")
        phrases.update(_flat(words, f"definitions.{name}"))
    return phrases


def _flat(table: dict[str, Any], prefix: str) -> dict[str, str]:
    phrases: dict[str, str] = {}
    for key, value in table.items():
        name = f"{prefix}.{key}"
        phrases.update(_flat(value, name) if isinstance(value, dict) else {name: str(value)})
    return phrases


def text(key: str, lang: str, **values: Any) -> str:  # noqa: ANN401 (whatever format() takes)
    """
    Look a phrase up and fill in its values.

    Parameters
    ----------
    key : str
        Dotted key, beginning with the name of the section's file.
    lang : {"en", "zh"}
        The language.
    **values
        What the phrase's ``{placeholders}`` stand for; format specs such as ``{share:.1%}`` work.

    Returns
    -------
    str
        The phrase.

    Raises
    ------
    KeyError
        If there is no such phrase.

    Examples
    --------
    >>> text("notices.dropped_no_geometry", "zh", subject="公园", count=3, total=57)
    '公园：57 行中有 3 行没有几何，已略去。'
    """
    return catalogue(lang)[key].format(**values)
