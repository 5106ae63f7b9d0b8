"""The whole catalogue as one page, and a selection of its rows."""

from collections import Counter
from collections.abc import Collection, Iterable

from geoplan.app.catalogue.explain import explain
from geoplan.app.catalogue.rows import CatalogueEntry, catalogue_sources, indicator_catalogue
from geoplan.app.plan.errors import nearest
from geoplan.core.errors import ParameterError
from geoplan.core.texts import text


def select_indicators(
    *,
    document: str | None = None,
    analysis: str | None = None,
    layer: str | None = None,
    strength: str | None = None,
) -> tuple[CatalogueEntry, ...]:
    """
    Pick rows of the catalogue.

    Parameters
    ----------
    document : str, optional
        Those that a document speaks of: ``longgang-2025``, or its number ``002``.
    analysis : str, optional
        Those that an analysis computes.
    layer : str, optional
        Those that need a layer, or can use it.
    strength : str, optional
        ``core``, ``strong`` or ``weak``.

    Returns
    -------
    tuple of CatalogueEntry
        In the order of the catalogue; every filter holds.

    Raises
    ------
    ParameterError
        If there is no such document, analysis, layer or strength.

    Examples
    --------
    >>> [entry.id for entry in select_indicators(document="004", strength="core", layer="jobs")]
    ['rail-station-coverage-800m']
    """
    entries = tuple(indicator_catalogue().values())
    document = None if document is None else document_key(document)
    known: dict[str, tuple[str | None, Collection[str]]] = {
        "analysis": (analysis, {entry.analysis for entry in entries}),
        "layer": (layer, catalogue_sources().layers),
        "strength": (strength, ("core", "strong", "weak")),
    }
    for name, (came, there) in known.items():
        if came is not None and came not in there:
            raise ParameterError(f"`{name}` is {came!r}. {nearest(came, there)}")
    return tuple(
        entry
        for entry in entries
        if (document is None or document in entry.documents)
        and analysis in (None, entry.analysis)
        and (layer is None or layer in (*entry.required, *entry.optional))
        and strength in (None, entry.strength)
    )


def document_key(document: str) -> str:
    """
    Find a document by its key or its number.

    Parameters
    ----------
    document : str
        ``longgang-2025``, or ``002``.

    Returns
    -------
    str
        Its key.

    Raises
    ------
    ParameterError
        If there is no such document.
    """
    documents = catalogue_sources().documents
    numbers = {one.number: name for name, one in documents.items()}
    key = numbers.get(document, document)
    if key not in documents:
        raise ParameterError(f"`document` is {document!r}. {nearest(document, documents)}")
    return key


def catalogue_page(lang: str, entries: Iterable[CatalogueEntry] | None = None) -> str:
    """
    Write the catalogue as one page of Markdown: ``docs/indicators.md``.

    Parameters
    ----------
    lang : {"en", "zh"}
        The language; quotes stay Chinese.
    entries : iterable of CatalogueEntry, optional
        Rows to write; all of them by default.

    Returns
    -------
    str
        The documents, a table of all rows, then a section per row under its family.
    """
    entries = tuple(indicator_catalogue().values() if entries is None else entries)
    blocks = [
        f"# {_say('page.title', lang)}",
        _intro(entries, lang),
        _say("page.how", lang),
        _say("page.marks", lang),
        f"*{_say('page.generated', lang)}*",
        f"## {_say('page.documents', lang)}",
        _documents(lang),
        f"## {_say('page.list', lang)}",
        _overview(entries, lang),
    ]
    for family, words in catalogue_sources().families.items():
        inside = [entry for entry in entries if entry.family == family]
        if inside:
            blocks.append(f"## {words.title[lang]}")
            blocks += [explain(entry, lang, level=3).rstrip() for entry in inside]
    return "\n\n".join(blocks) + "\n"


def _intro(entries: tuple[CatalogueEntry, ...], lang: str) -> str:
    of_plans = [entry for entry in entries if entry.family != "further"]
    counts = Counter(entry.strength for entry in of_plans)
    return _say(
        "page.intro",
        lang,
        count=len(of_plans),
        further=len(entries) - len(of_plans),
        **{strength: counts[strength] for strength in ("core", "strong", "weak")},
    )


def _documents(lang: str) -> str:
    rows = [
        (f"`{name}`", one.number, one.cite(lang))
        for name, one in catalogue_sources().documents.items()
    ]
    return _table(("id", "number", "title"), rows, lang)


def _overview(entries: tuple[CatalogueEntry, ...], lang: str) -> str:
    documents = catalogue_sources().documents
    rows = [
        (
            f"`{entry.id}`",
            entry.title[lang],
            _say(f"strength.{entry.strength}", lang),
            f"`{entry.analysis}`" + (" *" if entry.missing else ""),
            ", ".join(documents[name].short[lang] for name in entry.documents) or "–",
        )
        for entry in entries
    ]
    return _table(("id", "title", "strength", "analysis", "documents"), rows, lang)


def _table(heads: Iterable[str], rows: Iterable[tuple[str, ...]], lang: str) -> str:
    first = [_say(f"table.{head}", lang) for head in heads]
    lines = [first, ["---"] * len(first), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _say(key: str, lang: str, **values: object) -> str:
    return text(f"catalogue.{key}", lang, **values)
